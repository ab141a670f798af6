//! Tables `told` and `telling`: the causes that people are told of by mail or web hook, and what they are told (A4).

use chrono::{DateTime, Utc};
use sidetone_protocol::TellingWay;

use super::{json, micros, moment};
use crate::store::StoreError;
use crate::store::sql::{Row, Sql, values};
use crate::telling::{Decided, IN_HAND, Outcome, Telling, TellingState, Told, way_code, way_of_code};

const COLUMNS: &str = "id, way, about, state, body, made_at, next_at, attempts, claimed_until, failed_since, text, \
                       done_at, outcome";

pub(in crate::store) fn put(sql: &mut dyn Sql, decided: &Decided) -> Result<(), StoreError> {
    for told in &decided.told {
        sql.execute(
            "INSERT INTO told (cause, first_at, seen_at, since, calls, told_at, reminders, raised_at, over_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             ON CONFLICT (cause) DO UPDATE SET first_at = excluded.first_at, seen_at = excluded.seen_at,
                 since = excluded.since, calls = excluded.calls, told_at = excluded.told_at,
                 reminders = excluded.reminders, raised_at = excluded.raised_at, over_at = excluded.over_at",
            &values![
                &told.cause,
                micros(told.first_at),
                micros(told.seen_at),
                told.since,
                told.calls,
                told.told_at.map(micros),
                told.reminders,
                told.raised_at.map(micros),
                told.over_at.map(micros),
            ],
        )?;
    }
    for telling in &decided.tellings {
        sql.execute(
            "INSERT INTO telling (id, way, about, state, body, made_at, next_at, attempts)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 0) ON CONFLICT (id) DO NOTHING",
            &values![
                &telling.id,
                way_code(telling.way),
                &telling.about,
                telling.state.code(),
                serde_json::to_string(&telling.body)?,
                micros(telling.made_at),
                telling.next_at.map(micros),
            ],
        )?;
    }
    for telling in &decided.changed {
        sql.execute(
            "UPDATE telling SET next_at = $1, attempts = $2, claimed_until = $3, failed_since = $4, text = $5,
                 done_at = $6, outcome = $7 WHERE id = $8 AND outcome IS NULL",
            &values![
                telling.next_at.map(micros),
                telling.attempts,
                telling.claimed_until.map(micros),
                telling.failed_since.map(micros),
                telling.text.as_ref(),
                telling.done_at.map(micros),
                telling.outcome.map(Outcome::code),
                &telling.id,
            ],
        )?;
    }
    Ok(())
}

pub(in crate::store) fn told(sql: &mut dyn Sql) -> Result<Vec<Told>, StoreError> {
    sql.rows(
        "SELECT cause, first_at, seen_at, since, calls, told_at, reminders, raised_at, over_at FROM told ORDER BY cause",
        &[],
        |row| {
            let maybe = |index| Ok::<_, StoreError>(row.get::<Option<i64>>(index)?.map(moment));
            Ok(Told {
                cause: row.get(0)?,
                first_at: moment(row.get(1)?),
                seen_at: moment(row.get(2)?),
                since: row.get(3)?,
                calls: row.count(4)?,
                told_at: maybe(5)?,
                reminders: row.count(6)?,
                raised_at: maybe(7)?,
                over_at: maybe(8)?,
            })
        },
    )
}

pub(in crate::store) fn about(sql: &mut dyn Sql, about: &str) -> Result<Vec<Telling>, StoreError> {
    let query = format!("SELECT {COLUMNS} FROM telling WHERE about = $1 ORDER BY made_at, id");
    sql.rows(&query, &values![about], of_row)
}

pub(in crate::store) fn since(sql: &mut dyn Sql, since: DateTime<Utc>) -> Result<Vec<Telling>, StoreError> {
    let query = format!(
        "SELECT {COLUMNS} FROM telling WHERE next_at IS NOT NULL OR done_at >= $1 ORDER BY made_at, id"
    );
    sql.rows(&query, &values![micros(since)], of_row)
}

pub(in crate::store) fn due(
    sql: &mut dyn Sql,
    now: DateTime<Utc>,
    limit: usize,
) -> Result<Vec<Telling>, StoreError> {
    let query = format!(
        "SELECT {COLUMNS} FROM telling WHERE next_at <= $1 AND (claimed_until IS NULL OR claimed_until <= $1)
         ORDER BY made_at, id LIMIT $2"
    );
    sql.rows(&query, &values![micros(now), i64::try_from(limit).unwrap_or(i64::MAX)], of_row)
}

pub(in crate::store) fn claim(
    sql: &mut dyn Sql,
    ways: &[TellingWay],
    now: DateTime<Utc>,
    limit: usize,
) -> Result<Vec<Telling>, StoreError> {
    let mut claimed = Vec::new();
    // On a way that there is no more nothing goes, and it is few.
    let mut due = due(sql, now, usize::MAX)?;
    due.retain(|telling| ways.contains(&telling.way));
    due.truncate(limit);
    for telling in due {
        // Whoever else claims it at the same time waits for this row, and then finds it claimed.
        let taken = sql.execute(
            "UPDATE telling SET claimed_until = $1
             WHERE id = $2 AND next_at IS NOT NULL AND (claimed_until IS NULL OR claimed_until <= $3)",
            &values![micros(now + IN_HAND), &telling.id, micros(now)],
        )?;
        if taken == 1 {
            claimed.push(Telling { claimed_until: Some(now + IN_HAND), ..telling });
        }
    }
    Ok(claimed)
}

pub(in crate::store) fn again(sql: &mut dyn Sql, now: DateTime<Utc>) -> Result<(), StoreError> {
    sql.execute("UPDATE telling SET next_at = $1 WHERE next_at > $1", &values![micros(now)])?;
    Ok(())
}

pub(in crate::store) fn forget(sql: &mut dyn Sql, before: DateTime<Utc>) -> Result<(), StoreError> {
    sql.execute("DELETE FROM told WHERE over_at < $1", &values![micros(before)])?;
    // Also what waits for a way that there is no more.
    sql.execute("DELETE FROM telling WHERE made_at < $1", &values![micros(before)])?;
    Ok(())
}

fn of_row(row: &Row<'_>) -> Result<Telling, StoreError> {
    let maybe = |index| Ok::<_, StoreError>(row.get::<Option<i64>>(index)?.map(moment));
    let (way, state): (String, String) = (row.get(1)?, row.get(3)?);
    let unknown = |what: &str| StoreError::Damaged(format!("a telling of an unknown kind: {what}"));
    Ok(Telling {
        id: row.get(0)?,
        way: way_of_code(&way).ok_or_else(|| unknown(&way))?,
        about: row.get(2)?,
        state: TellingState::from_code(&state).ok_or_else(|| unknown(&state))?,
        body: json(&row.get::<String>(4)?)?,
        made_at: moment(row.get(5)?),
        next_at: maybe(6)?,
        attempts: row.count(7)?,
        claimed_until: maybe(8)?,
        failed_since: maybe(9)?,
        text: row.get(10)?,
        done_at: maybe(11)?,
        outcome: row.get::<Option<String>>(12)?.as_deref().and_then(Outcome::from_code),
    })
}
