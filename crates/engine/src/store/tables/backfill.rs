//! Table `backfill`: times whose old calls a person has read or written, and how far each is (C3); and which calls of table
//! `call` belong to one.

use sidetone_protocol::{BackfillState, Reason, WrittenAs};

use super::{call_id, json, micros, moment};
use crate::backfill::{Backfill, BackfillFigures};
use crate::call::CaseId;
use crate::store::StoreError;
use crate::store::sql::{Row, Sql, values};

/// Calls that are over, and that nothing writes by itself; `$1` and `$2` are when they started.
const BARRED: &str = "barred IS NOT NULL AND barred <> 'never_log' AND erased IS NULL AND backfill IS NULL AND view IS NOT NULL AND live = 0
             AND started_at >= $1 AND started_at <= $2";

/// [`StoreError::BackfillChanged`] if one of them is not any more what the change was made from.
pub(in crate::store) fn put(sql: &mut dyn Sql, backfills: &[Backfill]) -> Result<(), StoreError> {
    for one in backfills {
        let put = sql.execute(
            "INSERT INTO backfill (id, since, until, state, walk, calls_read, calls_added, calls_known, writes, status,
                 error, began_at, done_at, revision)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
             ON CONFLICT (id) DO UPDATE SET until = excluded.until, state = excluded.state, walk = excluded.walk,
                 calls_read = excluded.calls_read, calls_added = excluded.calls_added,
                 calls_known = excluded.calls_known, writes = excluded.writes, status = excluded.status,
                 error = excluded.error, done_at = excluded.done_at, revision = excluded.revision
             WHERE backfill.revision = excluded.revision - 1",
            &values![
                one.id,
                micros(one.since),
                micros(one.until),
                one.state.code(),
                serde_json::to_string(&one.walk)?,
                one.read,
                one.added,
                one.known,
                one.write,
                one.status.code(),
                one.error.as_ref().map(serde_json::to_string).transpose()?,
                micros(one.began_at),
                one.done_at.map(micros),
                one.revision + 1,
            ],
        )?;
        if put == 0 {
            return Err(StoreError::BackfillChanged(one.id));
        }
    }
    Ok(())
}

/// All of them, oldest first.
pub(in crate::store) fn all(sql: &mut dyn Sql) -> Result<Vec<Backfill>, StoreError> {
    sql.rows(
        "SELECT id, since, until, state, walk, calls_read, calls_added, calls_known, writes, status, error, began_at, done_at,
             revision FROM backfill ORDER BY id",
        &[],
        of_row,
    )
}

fn of_row(row: &Row<'_>) -> Result<Backfill, StoreError> {
    let (state, status): (String, String) = (row.get(3)?, row.get(9)?);
    let error: Option<String> = row.get(10)?;
    Ok(Backfill {
        id: row.get(0)?,
        since: moment(row.get(1)?),
        until: moment(row.get(2)?),
        // What only a newer program knows is left to it.
        state: BackfillState::from_code(&state).unwrap_or(BackfillState::Paused),
        walk: json(&row.get::<String>(4)?)?,
        read: row.count(5)?,
        added: row.count(6)?,
        known: row.count(7)?,
        write: row.flag(8)?,
        status: WrittenAs::from_code(&status).unwrap_or_default(),
        error: error.map(|text| json::<Reason>(&text)).transpose()?,
        began_at: moment(row.get(11)?),
        done_at: row.get::<Option<i64>>(12)?.map(moment),
        revision: row.get(13)?,
    })
}

/// What has become of the calls of this one.
pub(in crate::store) fn figures(sql: &mut dyn Sql, of: &Backfill) -> Result<BackfillFigures, StoreError> {
    let to_write = sql.row(
        &format!("SELECT count(*) FROM call WHERE {BARRED}"),
        &values![of.since.timestamp(), of.until.timestamp()],
        |row| row.count(0),
    )?;
    let mut figures =
        BackfillFigures { to_write: to_write.unwrap_or_default(), ..BackfillFigures::default() };
    let counted = sql.rows(
        "SELECT coalesce(state, ''), count(*), count(CASE WHEN due_writes > 0 THEN 1 END) FROM call
         WHERE backfill = $1 GROUP BY state",
        &values![of.id],
        |row| Ok((row.get::<String>(0)?, row.count(1)?, row.count(2)?)),
    )?;
    for (state, calls, due) in counted {
        figures.begun += calls;
        match state.as_str() {
            "complete" => figures.written += calls,
            "held" => figures.held += calls,
            "parked" => figures.refused += calls,
            "not_logged" => figures.not_logged += calls,
            _ => figures.pending += due,
        }
    }
    Ok(figures)
}

/// Calls that started then (unix seconds, both included) and that nothing writes by itself, oldest first, after the one named.
pub(in crate::store) fn barred(
    sql: &mut dyn Sql,
    (since, until): (i64, i64),
    after: Option<(i64, CaseId)>,
    limit: usize,
) -> Result<Vec<(i64, CaseId)>, StoreError> {
    let (at, id) = after.map_or((since, 0), |(at, id)| (at, super::key(id)));
    sql.rows(
        &format!(
            "SELECT id, started_at FROM call WHERE {BARRED} AND (started_at > $3 OR started_at = $3 AND id > $4)
             ORDER BY started_at, id LIMIT $5"
        ),
        &values![since, until, at, id, limit as i64],
        |row| Ok((row.get(1)?, call_id(row)?)),
    )
}

/// Those of these calls of which anything was ever heard.
pub(in crate::store) fn heard_of(sql: &mut dyn Sql, ids: &[CaseId]) -> Result<Vec<CaseId>, StoreError> {
    let mut heard = Vec::new();
    for id in ids {
        let query = "SELECT call_id FROM inbox WHERE call_id = $1 LIMIT 1";
        if sql.row(query, &values![super::key(*id)], |row| row.get::<i64>(0))?.is_some() {
            heard.push(*id);
        }
    }
    Ok(heard)
}
