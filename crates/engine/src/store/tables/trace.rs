//! Table `trace`: why each record is there, line by line.

use sidetone_protocol::ExplanationView;

use super::{json, key};
use crate::call::CaseId;
use crate::store::sql::{Sql, values};
use crate::store::{CaseChange, StoreError};

pub(in crate::store) fn put(sql: &mut dyn Sql, changes: &[&CaseChange]) -> Result<(), StoreError> {
    let mut sets = Vec::new();
    for change in changes {
        for line in &change.trace {
            sets.push(Vec::from(values![key(change.case.call.id), serde_json::to_string(line)?]));
        }
    }
    sql.execute_for_each("INSERT INTO trace (call_id, line) VALUES ($1, $2)", &mut sets.into_iter())?;
    Ok(())
}

pub(in crate::store) fn of(sql: &mut dyn Sql, id: CaseId) -> Result<Vec<ExplanationView>, StoreError> {
    sql.rows("SELECT line FROM trace WHERE call_id = $1 ORDER BY id", &values![key(id)], |row| {
        json(&row.get::<String>(0)?)
    })
}
