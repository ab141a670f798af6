//! Table `call`: the facts of a call, what was decided, when it is due, whose turn it waits for.
//!
//! Its columns for lists are in `call_list`.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sidetone_protocol::WrittenAs;

use super::call_list::ListColumns;
use super::call_words::Moves;
use super::{attempt, call_id, json, key, ledger, message_list, micros, moment, own_comment};
use crate::backfill::WrittenBack;
use crate::call::CaseId;
use crate::ledger::Ledger;
use crate::number::E164;
use crate::search::Indexed;
use crate::store::sql::{Row, Sql, values};
use crate::store::{Case, CaseChange, Due, Reads, StoreError, Turn};

/// Puts calls as they are now.
///
/// [`StoreError::Stale`] if one of them is not any more what the change was made from.
pub(in crate::store) fn put(sql: &mut dyn Sql, changes: &[&CaseChange]) -> Result<(), StoreError> {
    let lists =
        changes.iter().map(|change| ListColumns::of(&change.case, change)).collect::<Result<Vec<_>, _>>()?;
    let (mut sets, mut moves) = (Vec::new(), Moves::default());
    for (change, list) in changes.iter().zip(&lists) {
        let case = &change.case;
        let started_at = change.view.as_ref().map(|view| view.started_at);
        let place = moves.of(sql, case, started_at, &list.search)?;
        sets.push(Vec::from(values![
            key(case.call.id),
            serde_json::to_string(&case.call)?,
            case.selected,
            case.barred.as_ref(),
            case.reads.failed,
            case.reads.given_up,
            case.adopted,
            case.carded,
            case.due.map(|d| micros(d.at)),
            case.due.map_or(0, |d| d.writes),
            case.due.map(|d| micros(d.since)),
            &case.thread,
            list.started_at,
            list.live,
            list.number.as_ref(),
            list.state,
            list.reason.as_ref(),
            list.wanted,
            list.outcome,
            list.talk_seconds,
            &list.search,
            list.view.as_ref(),
            list.message.as_ref(),
            message_list::ordinal(case),
            case.arrived,
            case.revision + 1,
            case.listed.as_ref().map(hex),
            case.written_back.map(|back| back.backfill),
            case.written_back.map(|back| back.status.code()),
            place,
            case.turn as i64,
        ]));
    }
    let put = sql.execute_for_each(
        "INSERT INTO call (id, facts, selected, barred, reads_failed, reads_given_up, adopted, carded,
             due_at, due_writes, due_since, thread, started_at, live, number, state, reason, wanted, outcome,
             talk_seconds, search, view, message, ordinal, arrived, revision, listed,
             backfill, written_as, place, due_turn)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
             $24, $25, $26, $27, $28, $29, $30, $31)
         ON CONFLICT (id) DO UPDATE SET facts = excluded.facts, selected = excluded.selected,
             barred = excluded.barred, reads_failed = excluded.reads_failed,
             reads_given_up = excluded.reads_given_up, adopted = excluded.adopted, carded = excluded.carded,
             due_at = excluded.due_at, due_writes = excluded.due_writes, due_since = excluded.due_since,
             thread = excluded.thread, started_at = excluded.started_at, live = excluded.live,
             number = excluded.number, state = excluded.state, reason = excluded.reason, wanted = excluded.wanted,
             outcome = excluded.outcome, talk_seconds = excluded.talk_seconds, search = excluded.search,
             view = excluded.view, message = excluded.message, ordinal = excluded.ordinal,
             arrived = excluded.arrived, revision = excluded.revision,
             listed = excluded.listed, backfill = excluded.backfill, written_as = excluded.written_as,
             place = excluded.place, due_turn = excluded.due_turn
         WHERE call.revision = excluded.revision - 1 AND call.erased IS NULL",
        &mut sets.into_iter(),
    )?;
    match changes.iter().zip(put).find(|(_, rows)| *rows == 0) {
        Some((change, _)) => Err(StoreError::Stale(change.case.call.id)),
        None => moves.carry_out(sql),
    }
}

/// Everything of one call.
pub(in crate::store) fn case(sql: &mut dyn Sql, id: CaseId) -> Result<Option<Case>, StoreError> {
    // The call's own row first: what another program changes between these queries makes its revision old, and a
    // change made from such a mixture is refused.
    let found = sql.row(
        "SELECT facts, selected, barred, reads_failed, reads_given_up, adopted, carded, due_at, due_writes, due_since,
             thread, arrived, revision, listed, backfill, written_as, place, search, due_turn
             FROM call WHERE id = $1 AND erased IS NULL",
        &values![key(id)],
        of_row,
    )?;
    let Some(mut case) = found else { return Ok(None) };
    case.ledger = ledger::of(sql, id)?;
    case.attempts = attempt::of(sql, id)?;
    case.own = own_comment::of(sql, id)?;
    Ok(Some(case))
}

fn of_row(row: &Row<'_>) -> Result<Case, StoreError> {
    let due: Option<i64> = row.get(7)?;
    let writes = row.count(8)?;
    let since: Option<i64> = row.get(9)?;
    let status: Option<String> = row.get(15)?;
    let status = status.as_deref().and_then(WrittenAs::from_code).unwrap_or_default();
    Ok(Case {
        call: json(&row.get::<String>(0)?)?,
        selected: row.get::<Option<i64>>(1)?.map(|selected| selected != 0),
        barred: row.get(2)?,
        written_back: row.get::<Option<i64>>(14)?.map(|backfill| WrittenBack { backfill, status }),
        ledger: Ledger::default(),
        attempts: Vec::new(),
        own: Vec::new(),
        reads: Reads { failed: row.count(3)?, given_up: row.flag(4)? },
        adopted: row.flag(5)?,
        carded: row.flag(6)?,
        due: due.map(|at| Due { at: moment(at), writes, since: moment(since.unwrap_or(at)) }),
        turn: Turn::ALL.get(row.count(18)? as usize).copied().unwrap_or_default(),
        thread: row.get(10)?,
        arrived: row.get(11)?,
        revision: row.get(12)?,
        listed: row.get::<Option<String>>(13)?.as_deref().and_then(of_hex),
        indexed: Indexed { place: row.get(16)?, words: row.get(17)? },
    })
}

/// When the next call is due after `now`.
pub(in crate::store) fn next_due(
    sql: &mut dyn Sql,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    sql.row(
        "SELECT due_at FROM call WHERE due_at > $1 ORDER BY due_at LIMIT 1",
        &values![micros(now)],
        |row| Ok(moment(row.get(0)?)),
    )
}

pub(in crate::store) fn pending(sql: &mut dyn Sql) -> Result<Vec<CaseId>, StoreError> {
    sql.rows(
        &format!("SELECT id FROM call WHERE {TROUBLE} AND state = 'pending' ORDER BY started_at, id"),
        &[],
        call_id,
    )
}

pub(in crate::store) fn due_from(sql: &mut dyn Sql, at: DateTime<Utc>) -> Result<Vec<CaseId>, StoreError> {
    sql.rows("SELECT id FROM call WHERE due_at >= $1 ORDER BY started_at, id", &values![micros(at)], call_id)
}

/// Of which calls index `call_trouble` is; SQLite takes it only where a query says the very same.
pub(super) const TROUBLE: &str = "state IN ('held', 'parked', 'not_logged', 'pending')";

/// Calls and text messages that are not logged for this reason.
pub(in crate::store) fn waiting(sql: &mut dyn Sql, reason: &str) -> Result<Vec<CaseId>, StoreError> {
    sql.rows(
        &format!("SELECT id FROM call WHERE {TROUBLE} AND reason = $1 ORDER BY started_at, id"),
        &values![reason],
        call_id,
    )
}

/// Calls and text messages of a number whose records are not finished.
pub(in crate::store) fn unfinished(sql: &mut dyn Sql, number: &E164) -> Result<Vec<CaseId>, StoreError> {
    sql.rows(
        &format!(
            "SELECT id FROM call WHERE {TROUBLE} AND state <> 'not_logged' AND number = $1
                 AND (view IS NOT NULL OR message IS NOT NULL) ORDER BY started_at, id"
        ),
        &values![number.as_str()],
        call_id,
    )
}

pub(in crate::store) fn live(sql: &mut dyn Sql) -> Result<Vec<CaseId>, StoreError> {
    sql.rows("SELECT id FROM call WHERE live = 1 ORDER BY started_at, id", &[], call_id)
}

/// What the last reading in a list said, where nothing else was said since.
pub(in crate::store) fn listed(
    sql: &mut dyn Sql,
    ids: &[CaseId],
) -> Result<HashMap<CaseId, [u8; 32]>, StoreError> {
    let mut found = HashMap::new();
    for id in ids {
        let gist = sql.row("SELECT listed FROM call WHERE id = $1", &values![key(*id)], |row| {
            row.get::<Option<String>>(0)
        })?;
        found.extend(gist.flatten().as_deref().and_then(of_hex).map(|gist| (*id, gist)));
    }
    Ok(found)
}

/// Those whose record is not finished.
pub(in crate::store) fn still_pending(sql: &mut dyn Sql, ids: &[CaseId]) -> Result<Vec<CaseId>, StoreError> {
    let mut pending = Vec::new();
    for id in ids {
        let query = "SELECT id FROM call WHERE id = $1 AND state = 'pending'";
        pending.extend(sql.row(query, &values![key(*id)], call_id)?);
    }
    Ok(pending)
}

fn hex(hash: &[u8; 32]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn of_hex(text: &str) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    for (n, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * n..2 * n + 2)?, 16).ok()?;
    }
    Some(hash)
}
