//! Table `own_comment`: what agents wrote through Sidetone, and how far it has come at Aircall.

use super::{call_id, json, key};
use crate::call::CaseId;
use crate::own_comment::OwnComment;
use crate::store::sql::{Sql, values};
use crate::store::{CaseChange, StoreError};

/// The comments of these calls, as they are now. None is ever forgotten.
pub(in crate::store) fn put(sql: &mut dyn Sql, changes: &[&CaseChange]) -> Result<(), StoreError> {
    let mut sets = Vec::new();
    for change in changes {
        for own in &change.case.own {
            sets.push(Vec::from(values![
                key(change.case.call.id),
                own.n.cast_signed(),
                own.is_open(),
                serde_json::to_string(own)?,
            ]));
        }
    }
    sql.execute_for_each(
        "INSERT INTO own_comment (call_id, n, open, comment) VALUES ($1, $2, $3, $4)
         ON CONFLICT (call_id, n) DO UPDATE SET open = excluded.open, comment = excluded.comment",
        &mut sets.into_iter(),
    )?;
    Ok(())
}

pub(in crate::store) fn of(sql: &mut dyn Sql, id: CaseId) -> Result<Vec<OwnComment>, StoreError> {
    sql.rows("SELECT comment FROM own_comment WHERE call_id = $1 ORDER BY n", &values![key(id)], |row| {
        json(&row.get::<String>(0)?)
    })
}

/// Calls with a comment that is still on its way to Aircall.
pub(in crate::store) fn open(sql: &mut dyn Sql) -> Result<Vec<CaseId>, StoreError> {
    sql.rows("SELECT DISTINCT call_id FROM own_comment WHERE open = 1 ORDER BY call_id", &[], call_id)
}
