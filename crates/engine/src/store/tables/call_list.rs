//! Table `call` as lists and figures show it: the columns that are made from a call's view, and their queries.

use chrono::{DateTime, Utc};
use sidetone_protocol::{CallState, CallView, OutboxView, Outcome, Phase, Today};

use super::{json, key, message_list, moment};
use crate::account::Stored;
use crate::call::CaseId;
use crate::number::E164;
use crate::store::sql::{Sql, Value, values};
use crate::store::{Case, CaseChange, Filter, Query, StoreError};
use crate::view::is_wanted;

/// The columns that lists are made from.
pub(super) struct ListColumns {
    pub(super) started_at: i64,
    pub(super) live: bool,
    pub(super) number: Option<String>,
    pub(super) state: Option<&'static str>,
    pub(super) reason: Option<String>,
    pub(super) wanted: bool,
    pub(super) outcome: Option<&'static str>,
    pub(super) talk_seconds: i64,
    pub(super) search: String,
    pub(super) view: Option<String>,
    pub(super) message: Option<String>,
}

impl ListColumns {
    pub(super) fn of(case: &Case, change: &CaseChange) -> Result<ListColumns, StoreError> {
        let unlisted = ListColumns {
            started_at: case.call.started_at().map_or(0, |at| at.timestamp()),
            live: false,
            number: None,
            state: None,
            reason: None,
            wanted: false,
            outcome: None,
            talk_seconds: 0,
            search: String::new(),
            view: None,
            message: None,
        };
        if let Some(message) = &change.message {
            return Ok(ListColumns {
                number: message.number.e164.clone(),
                state: Some(state_text(message.state)),
                reason: message.reason.as_ref().map(|r| r.code.clone()),
                wanted: message_list::is_wanted(message),
                search: message_list::search_text(message),
                message: Some(serde_json::to_string(message)?),
                ..unlisted
            });
        }
        let Some(view) = &change.view else { return Ok(unlisted) };
        Ok(ListColumns {
            started_at: view.started_at,
            live: view.phase != Phase::Ended,
            number: view.number.e164.clone(),
            state: Some(state_text(view.state)),
            reason: view.reason.as_ref().map(|r| r.code.clone()),
            wanted: is_wanted(view),
            outcome: view.outcome.map(|outcome| match outcome {
                Outcome::Answered => "answered",
                Outcome::Missed => "missed",
                Outcome::Voicemail => "voicemail",
                Outcome::Unanswered => "unanswered",
            }),
            talk_seconds: case.call.talk_seconds().unwrap_or(0),
            search: search_text(view),
            view: Some(serde_json::to_string(view)?),
            message: None,
        })
    }
}

fn state_text(state: CallState) -> &'static str {
    match state {
        CallState::Complete => "complete",
        CallState::Pending => "pending",
        CallState::Held => "held",
        CallState::Parked => "parked",
        CallState::NotLogged => "not_logged",
    }
}

fn search_text(view: &CallView) -> String {
    let digits: String =
        view.number.national.iter().flat_map(|n| n.chars()).filter(char::is_ascii_digit).collect();
    let name =
        view.customer.as_ref().map(|c| c.name.as_str()).or(view.contact_name.as_deref()).unwrap_or_default();
    let email = view.customer.as_ref().and_then(|c| c.email.as_deref()).unwrap_or_default();
    let agent = view.agent.as_ref().map(|a| a.name.as_str()).unwrap_or_default();
    let parts = [
        name,
        email,
        view.number.e164.as_deref().unwrap_or_default(),
        view.number.international.as_deref().unwrap_or_default(),
        &digits,
        &view.line.name,
        agent,
    ];
    parts.join(" ").to_lowercase()
}

/// A word of a search as a LIKE pattern.
pub(super) fn pattern(word: &str) -> String {
    let escaped = word.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

/// A page's cursor, `started_at.id`.
pub(super) fn cursor(text: &str) -> Option<(i64, i64)> {
    let (started_at, id) = text.split_once('.')?;
    Some((started_at.parse().ok()?, id.parse::<u64>().ok()?.cast_signed()))
}

fn views(sql: &mut dyn Sql, query: &str, values: &[Value<'_>]) -> Result<Vec<CallView>, StoreError> {
    sql.rows(query, values, |row| json(&row.get::<String>(0)?))
}

/// A page of calls, newest first, with the cursor of the next.
pub(in crate::store) fn page(
    sql: &mut dyn Sql,
    query: &Query,
) -> Result<(Vec<CallView>, Option<String>), StoreError> {
    let filter = match query.filter {
        Filter::All => "",
        Filter::NotLogged => "AND state IN ('held', 'parked', 'not_logged') AND wanted = 1",
        Filter::Missed => "AND outcome IN ('missed', 'voicemail')",
        Filter::Voicemail => "AND outcome = 'voicemail'",
    };
    let (before, before_id) = query.before.as_deref().and_then(cursor).unwrap_or((i64::MAX, i64::MAX));
    let limit = query.limit.clamp(1, 200);
    let words = query.text.as_deref().unwrap_or_default().split_whitespace().take(6);
    let mut values: Vec<Value<'_>> = words.map(|word| pattern(word).into()).collect();
    let words = values.len();
    let search: String = (1..=words).map(|n| format!("AND search LIKE ${n} ESCAPE '\\' ")).collect();
    values.extend(values![before, before_id, limit as i64 + 1]);
    let text = format!(
        "SELECT view FROM call WHERE view IS NOT NULL {filter} {search} AND (started_at, id) < (${}, ${})
         ORDER BY started_at DESC, id DESC LIMIT ${}",
        words + 1,
        words + 2,
        words + 3
    );
    let mut found = views(sql, &text, &values)?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|last| format!("{}.{}", last.started_at, last.id));
    Ok((found, next))
}

/// Earlier calls of a number, newest first, and how many there are.
pub(in crate::store) fn history(
    sql: &mut dyn Sql,
    number: &E164,
    but: CaseId,
    limit: usize,
) -> Result<(Vec<CallView>, u32), StoreError> {
    let found = views(
        sql,
        "SELECT view FROM call WHERE view IS NOT NULL AND number = $1 AND id <> $2 ORDER BY started_at DESC LIMIT $3",
        &values![number.as_str(), key(but), limit as i64],
    )?;
    let total = sql.row(
        "SELECT count(*) FROM call WHERE view IS NOT NULL AND number = $1 AND id <> $2",
        &values![number.as_str(), key(but)],
        |row| row.count(0),
    )?;
    Ok((found, total.unwrap_or_default()))
}

/// What waits.
pub(in crate::store) fn outbox(sql: &mut dyn Sql, now: DateTime<Utc>) -> Result<OutboxView, StoreError> {
    let waiting = sql.row(
        "SELECT count(*), CAST(coalesce(sum(due_writes), 0) AS BIGINT), min(due_since) FROM call
         WHERE due_at IS NOT NULL AND due_writes > 0",
        &[],
        |row| {
            let oldest = row.get::<Option<i64>>(2)?.map(|at| (now - moment(at)).num_seconds());
            Ok(OutboxView {
                calls: row.count(0)?,
                writes: row.count(1)?,
                oldest_seconds: oldest.map_or(0, |seconds| seconds.max(0) as u32),
                ..OutboxView::default()
            })
        },
    )?;
    let mut outbox = waiting.unwrap_or_default();
    sql.query(
        "SELECT state, count(*) FROM call WHERE state IN ('held', 'parked', 'not_logged') AND wanted = 1 GROUP BY state",
        &[],
        &mut |row| {
            let count = row.count(1)?;
            match row.get::<String>(0)?.as_str() {
                "held" => outbox.held = count,
                "parked" => outbox.parked = count,
                _ => outbox.not_logged = count,
            }
            Ok(())
        },
    )?;
    Ok(outbox)
}

/// The day that began at `since`, in four numbers.
pub(in crate::store) fn today(sql: &mut dyn Sql, since: DateTime<Utc>) -> Result<Today, StoreError> {
    let today = sql.row(
        "SELECT count(*), count(*) FILTER (WHERE state = 'complete'),
             count(*) FILTER (WHERE state IN ('held', 'parked', 'not_logged') AND wanted = 1),
             CAST(coalesce(sum(talk_seconds), 0) AS BIGINT)
         FROM call WHERE view IS NOT NULL AND started_at >= $1",
        &values![since.timestamp()],
        |row| {
            Ok(Today {
                calls: row.count(0)?,
                written: row.count(1)?,
                held: row.count(2)?,
                talk_seconds: row.count(3)?,
            })
        },
    )?;
    Ok(today.unwrap_or_default())
}

/// Whether the helpdesk holds the record of a call, by our ledger: it was written, and no person took it away.
const IS_HELD: &str =
    "(EXISTS (SELECT 1 FROM ledger WHERE ledger.call_id = call.id AND ledger.key = 'ticket')
     AND NOT EXISTS (SELECT 1 FROM ledger WHERE ledger.call_id = call.id AND ledger.key = 'gone'))";

/// Calls of a time, and those that the helpdesk does not hold.
pub(in crate::store) fn account(sql: &mut dyn Sql, from: i64, to: i64) -> Result<Stored, StoreError> {
    let counted = format!(
        "SELECT count(*), count(*) FILTER (WHERE {IS_HELD}) FROM call
         WHERE view IS NOT NULL AND started_at >= $1 AND started_at < $2"
    );
    let (calls, held) =
        sql.row(&counted, &values![from, to], |row| Ok((row.count(0)?, row.count(1)?)))?.unwrap_or_default();
    let others = format!(
        "SELECT view FROM call WHERE view IS NOT NULL AND started_at >= $1 AND started_at < $2 AND NOT {IS_HELD}
         ORDER BY started_at, id"
    );
    Ok(Stored { calls, held, others: views(sql, &others, &values![from, to])? })
}
