//! Table `gap`: times of which something may have been missed, and how far each is read again (B1).

use chrono::{DateTime, Utc};
use sidetone_protocol::GapCause;

use super::{json, micros, moment};
use crate::gap::Gap;
use crate::store::StoreError;
use crate::store::sql::{Row, Sql, values};

pub(in crate::store) fn put(sql: &mut dyn Sql, gaps: &[Gap]) -> Result<(), StoreError> {
    for gap in gaps {
        sql.execute(
            "INSERT INTO gap (id, cause, began_at, ended_at, walk, read, calls, beyond, reach, stopped, done_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             ON CONFLICT (id) DO UPDATE SET cause = excluded.cause, began_at = excluded.began_at,
                 ended_at = excluded.ended_at, walk = excluded.walk, read = excluded.read, calls = excluded.calls,
                 beyond = excluded.beyond, reach = excluded.reach,
                 -- What a person has stopped, at whichever hub, stays stopped.
                 stopped = CASE WHEN gap.stopped <> 0 THEN gap.stopped ELSE excluded.stopped END,
                 done_at = COALESCE(gap.done_at, excluded.done_at)",
            &values![
                gap.id,
                gap.cause.code(),
                micros(gap.began_at),
                micros(gap.ended_at),
                serde_json::to_string(&gap.walk)?,
                gap.read,
                serde_json::to_string(&gap.calls)?,
                gap.beyond,
                gap.reach.map(micros),
                gap.stopped,
                gap.done_at.map(micros),
            ],
        )?;
    }
    Ok(())
}

/// Those that are not done, and those that were done since then, oldest first.
pub(in crate::store) fn since(sql: &mut dyn Sql, done_since: DateTime<Utc>) -> Result<Vec<Gap>, StoreError> {
    sql.rows(
        "SELECT id, cause, began_at, ended_at, walk, read, calls, beyond, reach, stopped, done_at FROM gap
         WHERE done_at IS NULL OR done_at >= $1 ORDER BY id",
        &values![micros(done_since)],
        of_row,
    )
}

fn of_row(row: &Row<'_>) -> Result<Gap, StoreError> {
    let cause: String = row.get(1)?;
    Ok(Gap {
        id: row.get(0)?,
        // A cause that only a newer program knows: the calls are read all the same.
        cause: GapCause::from_code(&cause).unwrap_or(GapCause::NotRunning),
        began_at: moment(row.get(2)?),
        ended_at: moment(row.get(3)?),
        walk: json(&row.get::<String>(4)?)?,
        read: row.count(5)?,
        calls: json(&row.get::<String>(6)?)?,
        beyond: row.count(7)?,
        reach: row.get::<Option<i64>>(8)?.map(moment),
        stopped: row.flag(9)?,
        done_at: row.get::<Option<i64>>(10)?.map(moment),
    })
}
