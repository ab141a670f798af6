//! Table `attempt`: writes under way or parked. The intent is here before the request leaves.

use super::{call_id, json, key, micros, moment};
use crate::call::CaseId;
use crate::ledger::{Attempt, AttemptState};
use crate::store::sql::{Row, Sql, Value, values};
use crate::store::{CaseChange, StoreError};

/// The attempts of these calls, as they are now; all others of theirs are forgotten.
pub(in crate::store) fn put(sql: &mut dyn Sql, changes: &[&CaseChange]) -> Result<(), StoreError> {
    sql.execute_for_each(
        "DELETE FROM attempt WHERE call_id = $1",
        &mut changes.iter().map(|change| vec![Value::from(key(change.case.call.id))]),
    )?;
    let mut sets = Vec::new();
    for change in changes {
        for attempt in &change.attempts {
            let reason = attempt.reason.as_ref();
            sets.push(Vec::from(values![
                key(change.case.call.id),
                attempt.write.key(),
                serde_json::to_string(&attempt.write)?,
                state_text(attempt.state),
                micros(attempt.begun_at),
                attempt.probes,
                attempt.next_at.map(micros),
                reason.map(|(code, _)| code),
                reason.map(|(_, text)| text),
            ]));
        }
    }
    sql.execute_for_each(
        "INSERT INTO attempt (call_id, key, write, state, begun_at, probes, next_at, reason_code, reason_text)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (call_id, key) DO UPDATE SET write = excluded.write, state = excluded.state,
             begun_at = excluded.begun_at, probes = excluded.probes, next_at = excluded.next_at,
             reason_code = excluded.reason_code, reason_text = excluded.reason_text",
        &mut sets.into_iter(),
    )?;
    Ok(())
}

pub(in crate::store) fn of(sql: &mut dyn Sql, id: CaseId) -> Result<Vec<Attempt>, StoreError> {
    sql.rows(
        "SELECT write, state, begun_at, probes, next_at, reason_code, reason_text FROM attempt
         WHERE call_id = $1 ORDER BY begun_at, key",
        &values![key(id)],
        attempt,
    )
}

/// Calls with a write whose answer is outstanding.
pub(in crate::store) fn under_way(sql: &mut dyn Sql) -> Result<Vec<CaseId>, StoreError> {
    sql.rows("SELECT DISTINCT call_id FROM attempt WHERE state = 'Sent' ORDER BY call_id", &[], call_id)
}

/// Calls with a write whose answer is outstanding or unclear.
pub(in crate::store) fn unsettled(sql: &mut dyn Sql) -> Result<Vec<CaseId>, StoreError> {
    sql.rows("SELECT DISTINCT call_id FROM attempt WHERE state <> 'Parked' ORDER BY call_id", &[], call_id)
}

fn attempt(row: &Row<'_>) -> Result<Attempt, StoreError> {
    let code: Option<String> = row.get(5)?;
    let text: Option<String> = row.get(6)?;
    Ok(Attempt {
        write: json(&row.get::<String>(0)?)?,
        state: match row.get::<String>(1)?.as_str() {
            "Parked" => AttemptState::Parked,
            "Unclear" => AttemptState::Unclear,
            _ => AttemptState::Sent,
        },
        begun_at: moment(row.get(2)?),
        probes: row.count(3)?,
        next_at: row.get::<Option<i64>>(4)?.map(moment),
        reason: code.map(|code| (code, text.unwrap_or_default())),
    })
}

fn state_text(state: AttemptState) -> &'static str {
    match state {
        AttemptState::Sent => "Sent",
        AttemptState::Unclear => "Unclear",
        AttemptState::Parked => "Parked",
    }
}
