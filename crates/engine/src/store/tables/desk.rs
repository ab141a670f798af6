//! Table `desk`: what people have done about callers who rang in vain; and the calls on which it depends who waits.
//!
//! The queries find whoever may wait; [`crate::desk::waiting`] has the last word.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sidetone_protocol::{CallView, Named};

use super::{json, key, micros, moment};
use crate::desk::{AtTheDesk, Claim, DeskCall, DeskChange, DeskQuery, DeskRow, Whom};
use crate::store::StoreError;
use crate::store::sql::{Row, Sql, Value, values};

/// A talk that began so many seconds before a call can still have been going on when the call began.
const LONGEST_TALK_SECONDS: i64 = 86_400;
/// Of so many talks the lines are looked at.
const TALKS_LOOKED_AT: i64 = 2000;

/// Calls `c` that nobody answered, of people who were not called back, got through or were cleared since: `$1` is their
/// earliest start. Calls among our own lines are nobody's, and what a backfill brings is history.
const OPEN: &str = "c.outcome IN ('missed', 'voicemail') AND c.view IS NOT NULL AND c.started_at > $1
         AND coalesce(c.barred, '') <> 'backfilled' AND coalesce(c.reason, '') <> 'internal_call'
         AND c.started_at > coalesce((SELECT d.cleared_to FROM desk d WHERE d.whom = coalesce(c.number, 'call:' || c.id)), 0)
         AND NOT EXISTS (SELECT 1 FROM call a WHERE a.number = c.number AND a.view IS NOT NULL
             AND a.started_at > c.started_at AND a.outcome = 'answered')";

/// Whoever may wait.
pub(in crate::store) fn of(sql: &mut dyn Sql, query: &DeskQuery<'_>) -> Result<Vec<AtTheDesk>, StoreError> {
    let only = match query.only {
        None => "",
        Some(Whom::Number(_)) => "AND c.number = $2",
        Some(Whom::Call(_)) => "AND c.number IS NULL AND c.id = $2",
    };
    let mut given: Vec<Value<'_>> = Vec::from(values![query.since.timestamp()]);
    match query.only {
        None => {}
        Some(Whom::Number(number)) => given.push(number.as_str().into()),
        Some(Whom::Call(id)) => given.push(key(*id).into()),
    }
    let facts = if query.with_facts { "c.facts" } else { "NULL" };
    let open = sql.rows(
        &format!(
            "SELECT c.view, CAST({facts} AS TEXT), w.claimed_by, w.claimed_name, w.claimed_at, w.cleared_to
             FROM call c LEFT JOIN desk w ON w.whom = coalesce(c.number, 'call:' || c.id)
             WHERE {OPEN} {only} ORDER BY c.started_at, c.id"
        ),
        &given,
        |row| {
            let facts = row.get::<Option<String>>(1)?.map(|facts| json(&facts)).transpose()?;
            Ok((DeskCall { view: json(&row.get::<String>(0)?)?, facts }, desk_row(row)?))
        },
    )?;
    let mut all: Vec<AtTheDesk> = Vec::new();
    let mut place: HashMap<Whom, usize> = HashMap::new();
    for (call, row) in open {
        let Some(whom) = Whom::of(&call.view) else { continue };
        match place.get(&whom).and_then(|at| all.get_mut(*at)) {
            Some(desk) => desk.calls.push(call),
            None => {
                place.insert(whom.clone(), all.len());
                all.push(AtTheDesk { whom, row, calls: vec![call] });
            }
        }
    }
    if all.is_empty() {
        return Ok(all);
    }
    // Talks that began before a call and may have been going on when it came: another line was called meanwhile.
    let talks = format!(
        "SELECT t.view FROM call c JOIN call t ON t.number = c.number
         WHERE {OPEN} {only} AND t.view IS NOT NULL AND t.outcome = 'answered' AND t.started_at <= c.started_at
             AND t.started_at > c.started_at - {LONGEST_TALK_SECONDS}"
    );
    let mut others = views(sql, &talks, &given)?;
    others.extend(views(
        sql,
        "SELECT view FROM call WHERE live = 1 AND number IS NOT NULL AND view IS NOT NULL",
        &[],
    )?);
    for view in others {
        let at = Whom::of(&view).and_then(|whom| place.get(&whom).copied());
        if let Some(desk) = at.and_then(|at| all.get_mut(at)) {
            desk.calls.push(DeskCall { view, facts: None });
        }
    }
    Ok(all)
}

fn views(sql: &mut dyn Sql, query: &str, values: &[Value<'_>]) -> Result<Vec<CallView>, StoreError> {
    sql.rows(query, values, |row| json(&row.get::<String>(0)?))
}

fn desk_row(row: &Row<'_>) -> Result<DeskRow, StoreError> {
    let by: Option<i64> = row.get(2)?;
    let at: Option<i64> = row.get(4)?;
    let name = row.get::<Option<String>>(3)?.unwrap_or_default();
    let claim = by.zip(at).map(|(by, at)| Claim { by: by.cast_unsigned(), name, at: moment(at) });
    Ok(DeskRow { claim, cleared_to: row.get(5)? })
}

/// Whoever rang in vain after `since` and was called back, got through or was cleared from `day` on; those among them who
/// wait again are here, too.
pub(in crate::store) fn done(
    sql: &mut dyn Sql,
    since: DateTime<Utc>,
    day: DateTime<Utc>,
) -> Result<Vec<String>, StoreError> {
    sql.rows(
        "SELECT a.number FROM call a WHERE a.view IS NOT NULL AND a.outcome = 'answered' AND a.number IS NOT NULL
             AND a.started_at >= $1 AND EXISTS (SELECT 1 FROM call c WHERE c.number = a.number AND c.view IS NOT NULL
                 AND c.outcome IN ('missed', 'voicemail') AND c.started_at < a.started_at AND c.started_at > $2
                 AND coalesce(c.barred, '') <> 'backfilled' AND coalesce(c.reason, '') <> 'internal_call'
                 AND c.started_at > coalesce((SELECT d.cleared_to FROM desk d WHERE d.whom = c.number), 0)
                 AND NOT EXISTS (SELECT 1 FROM call b WHERE b.number = c.number AND b.view IS NOT NULL
                     AND b.outcome = 'answered' AND b.started_at > c.started_at AND b.started_at < a.started_at))
         UNION SELECT whom FROM desk WHERE cleared_at >= $3",
        &values![day.timestamp(), since.timestamp(), micros(day)],
        |row| row.get(0),
    )
}

/// The lines on which an agent took one of the last calls after `since`, the busiest first.
pub(in crate::store) fn lines_of(
    sql: &mut dyn Sql,
    agent: u64,
    since: DateTime<Utc>,
) -> Result<Vec<Named>, StoreError> {
    let talks = views(
        sql,
        "SELECT view FROM call WHERE view IS NOT NULL AND outcome = 'answered' AND started_at > $1
         ORDER BY started_at DESC, id DESC LIMIT $2",
        &values![since.timestamp(), TALKS_LOOKED_AT],
    )?;
    let agent = agent.to_string();
    let mut lines: Vec<(Named, usize)> = Vec::new();
    for talk in talks.into_iter().filter(|talk| talk.agent.as_ref().is_some_and(|a| a.id == agent)) {
        match lines.iter_mut().find(|(line, _)| line.id == talk.line.id) {
            Some((_, calls)) => *calls += 1,
            None => lines.push((talk.line, 1)),
        }
    }
    lines.sort_by(|(a, calls_a), (b, calls_b)| calls_b.cmp(calls_a).then_with(|| a.name.cmp(&b.name)));
    Ok(lines.into_iter().map(|(line, _)| line).collect())
}

/// Puts what people did.
///
/// [`StoreError::Stale`] if somebody else claimed a caller meanwhile.
pub(in crate::store) fn put(
    sql: &mut dyn Sql,
    changes: &[DeskChange],
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    for change in changes {
        match change {
            DeskChange::Claim { whom, claim, holding_from, call } => {
                let rows = sql.execute(
                    "INSERT INTO desk (whom, claimed_by, claimed_name, claimed_at) VALUES ($1, $2, $3, $4)
                     ON CONFLICT (whom) DO UPDATE SET claimed_by = excluded.claimed_by,
                         claimed_name = excluded.claimed_name, claimed_at = excluded.claimed_at
                     WHERE desk.claimed_by IS NULL OR desk.claimed_by = excluded.claimed_by OR desk.claimed_at < $5",
                    &values![
                        whom.to_string(),
                        claim.by.cast_signed(),
                        &claim.name,
                        micros(claim.at),
                        micros(*holding_from),
                    ],
                )?;
                if rows == 0 {
                    return Err(StoreError::Stale(*call));
                }
            }
            DeskChange::Release(whom) => {
                sql.execute(
                    "UPDATE desk SET claimed_by = NULL, claimed_name = NULL, claimed_at = NULL WHERE whom = $1",
                    &values![whom.to_string()],
                )?;
            }
            DeskChange::Clear { whom, to } => {
                // Cleared twice, it is taken back at once.
                sql.execute(
                    "INSERT INTO desk (whom, cleared_to, cleared_at) VALUES ($1, $2, $3)
                     ON CONFLICT (whom) DO UPDATE SET was_cleared_to = desk.cleared_to,
                         cleared_to = excluded.cleared_to, cleared_at = excluded.cleared_at
                     WHERE desk.cleared_to IS NULL OR desk.cleared_to < excluded.cleared_to",
                    &values![whom.to_string(), *to, micros(at)],
                )?;
            }
            DeskChange::Undo(whom) => {
                sql.execute(
                    "UPDATE desk SET cleared_to = was_cleared_to, was_cleared_to = NULL, cleared_at = NULL
                     WHERE whom = $1 AND cleared_at IS NOT NULL",
                    &values![whom.to_string()],
                )?;
            }
        }
    }
    Ok(())
}

/// Forgets what was last touched before this.
pub(in crate::store) fn forget(sql: &mut dyn Sql, before: DateTime<Utc>) -> Result<(), StoreError> {
    sql.execute(
        "DELETE FROM desk WHERE coalesce(claimed_at, 0) < $1 AND coalesce(cleared_at, 0) < $1
             AND coalesce(cleared_to, 0) < $2",
        &values![micros(before), before.timestamp()],
    )
    .map(|_| ())
}
