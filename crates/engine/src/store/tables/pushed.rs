//! Table `pushed`: what windows are told, kept for those that were away.
//!
//! Ids go up by one and never come back. Who gives them out differs: see [`Sql::last_pushed`].

use chrono::{DateTime, Utc};
use sidetone_protocol::{LiveEvent, Pushed};

use super::{json, micros};
use crate::store::StoreError;
use crate::store::sql::{Sql, values};

pub(in crate::store) fn put(
    sql: &mut dyn Sql,
    events: &[LiveEvent],
    at: DateTime<Utc>,
) -> Result<Vec<Pushed>, StoreError> {
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let before = sql.take_push_ids(events.len() as i64)?;
    let (mut sets, mut pushed) = (Vec::new(), Vec::new());
    for (id, body) in (before + 1..).zip(events) {
        sets.push(Vec::from(values![id, micros(at), serde_json::to_string(body)?]));
        pushed.push(Pushed { id: id.to_string(), body: body.clone() });
    }
    sql.execute_for_each("INSERT INTO pushed (id, at, body) VALUES ($1, $2, $3)", &mut sets.into_iter())?;
    Ok(pushed)
}

pub(in crate::store) fn since(
    sql: &mut dyn Sql,
    id: i64,
    limit: usize,
) -> Result<Option<Vec<Pushed>>, StoreError> {
    let newest = sql.last_pushed()?;
    let oldest = sql.row("SELECT min(id) FROM pushed", &[], |row| row.get::<Option<i64>>(0))?.flatten();
    // An id that this store never gave, or one whose successors are forgotten: the reader must begin anew.
    if id > newest || oldest.map_or(id < newest, |oldest| id + 1 < oldest) {
        return Ok(None);
    }
    sql.rows(
        "SELECT id, body FROM pushed WHERE id > $1 ORDER BY id LIMIT $2",
        &values![id, limit as i64],
        |row| Ok(Pushed { id: row.get::<i64>(0)?.to_string(), body: json(&row.get::<String>(1)?)? }),
    )
    .map(Some)
}

pub(in crate::store) fn forget(sql: &mut dyn Sql, before: DateTime<Utc>) -> Result<(), StoreError> {
    sql.execute("DELETE FROM pushed WHERE at < $1", &values![micros(before)])?;
    Ok(())
}
