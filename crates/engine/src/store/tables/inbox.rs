//! Table `inbox`: statements as they came, by hash. Rows are kept; `folded` says whether their call knows them.

use chrono::{DateTime, Utc};

use super::{erasure, json, micros, moment};
use crate::call::{CaseId, Origin};
use crate::store::sql::{Sql, Value, values};
use crate::store::{Arrivals, InboxRow, Receipt, Received, StoreError};

/// Stores what is new, and counts what is known already.
pub(in crate::store) fn receive(sql: &mut dyn Sql, batch: &[Received]) -> Result<Vec<Receipt>, StoreError> {
    let mut is_erased = Vec::with_capacity(batch.len());
    for statement in batch {
        is_erased.push(statement.call.map_or(Ok(false), |call| erasure::is_erased(sql, call))?);
    }
    let kept: Vec<&Received> = batch
        .iter()
        .zip(&is_erased)
        .filter(|(_, erased)| !**erased)
        .map(|(statement, _)| statement)
        .collect();
    let bodies: Vec<String> = kept.iter().map(|statement| statement.body.to_string()).collect();
    let mut added = sql
        .execute_for_each(
            "INSERT INTO inbox (hash, origin, event, call_id, odd, as_of, received_at, body)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (hash) DO NOTHING",
            &mut kept.iter().zip(&bodies).map(|(statement, body)| {
                let (origin, event) = origin_text(&statement.origin);
                Vec::from(values![
                    &statement.hash,
                    origin,
                    event,
                    statement.call.map(super::key),
                    statement.is_odd,
                    statement.as_of,
                    micros(statement.received_at),
                    body,
                ])
            }),
        )?
        .into_iter();
    // Of a call that was erased nothing is kept that comes later: it is known (B12).
    let mut receipt = |erased: &bool| match !erased && added.next() == Some(1) {
        true => Receipt::New,
        false => Receipt::Repeat,
    };
    let receipts: Vec<Receipt> = is_erased.iter().map(&mut receipt).collect();
    let mut repeats = batch.iter().zip(&receipts).filter(|(_, receipt)| **receipt == Receipt::Repeat);
    sql.execute_for_each(
        "UPDATE inbox SET repeats = repeats + 1 WHERE hash = $1",
        &mut repeats.by_ref().map(|(statement, _)| vec![Value::from(&statement.hash)]),
    )?;
    Ok(receipts)
}

pub(in crate::store) fn unfolded(sql: &mut dyn Sql, limit: usize) -> Result<Vec<InboxRow>, StoreError> {
    sql.rows(
        "SELECT id, origin, event, call_id, as_of, body FROM inbox WHERE folded = 0 ORDER BY id LIMIT $1",
        &values![limit as i64],
        |row| {
            Ok(InboxRow {
                id: row.get(0)?,
                origin: origin(&row.get::<String>(1)?, row.get(2)?),
                call: row.get::<Option<i64>>(3)?.map(|id| CaseId(id.cast_unsigned())),
                as_of: row.get(4)?,
                body: json(&row.get::<String>(5)?)?,
            })
        },
    )
}

pub(in crate::store) fn fold(sql: &mut dyn Sql, ids: &[i64]) -> Result<(), StoreError> {
    sql.execute_for_each(
        "UPDATE inbox SET folded = 1 WHERE id = $1",
        &mut ids.iter().map(|id| vec![Value::from(*id)]),
    )?;
    Ok(())
}

pub(in crate::store) fn arrivals(sql: &mut dyn Sql) -> Result<Arrivals, StoreError> {
    // Asked every second: each part is read off an index, and none counts the whole table.
    let count = |sql: &mut dyn Sql, query: &str| -> Result<u64, StoreError> {
        let count = sql.row(query, &[], |row| row.get::<i64>(0))?;
        Ok(count.unwrap_or_default().cast_unsigned())
    };
    Ok(Arrivals {
        repeats: count(sql, "SELECT CAST(coalesce(sum(repeats), 0) AS BIGINT) FROM inbox WHERE repeats > 0")?,
        odd: count(sql, "SELECT count(*) FROM inbox WHERE odd = 1")?,
        last_event_at: sql
            .row(
                "SELECT received_at FROM inbox WHERE origin = 'event' ORDER BY id DESC LIMIT 1",
                &[],
                |row| row.get(0),
            )?
            .map(|at: i64| moment(at))
            .as_ref()
            .map(DateTime::<Utc>::timestamp),
    })
}

/// Those of which no event ever came.
pub(in crate::store) fn unheard(sql: &mut dyn Sql, ids: &[CaseId]) -> Result<Vec<CaseId>, StoreError> {
    let mut unheard = Vec::new();
    for id in ids {
        let query = "SELECT id FROM inbox WHERE call_id = $1 AND origin = 'event' LIMIT 1";
        if sql.row(query, &values![super::key(*id)], |row| row.get::<i64>(0))?.is_none() {
            unheard.push(*id);
        }
    }
    Ok(unheard)
}

/// Kind and event name of an origin.
fn origin_text(origin: &Origin) -> (&'static str, &str) {
    match origin {
        Origin::Event(name) => ("event", name),
        Origin::Listed => ("listed", ""),
        Origin::Backfill => ("backfill", ""),
        Origin::Read { timeline: false } => ("read", ""),
        Origin::Read { timeline: true } => ("timeline", ""),
    }
}

fn origin(kind: &str, event: String) -> Origin {
    match kind {
        "listed" => Origin::Listed,
        "backfill" => Origin::Backfill,
        "read" => Origin::Read { timeline: false },
        "timeline" => Origin::Read { timeline: true },
        _ => Origin::Event(event),
    }
}

/// How often something came of a call that was known already.
pub(in crate::store) fn repeats(sql: &mut dyn Sql, id: CaseId) -> Result<u32, StoreError> {
    let sum = "SELECT CAST(coalesce(sum(repeats), 0) AS BIGINT) FROM inbox WHERE call_id = $1";
    Ok(sql.row(sum, &values![super::key(id)], |row| row.count(0))?.unwrap_or_default())
}
