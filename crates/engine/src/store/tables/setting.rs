//! Table `setting`: what is remembered by a name.

use crate::store::StoreError;
use crate::store::sql::{Sql, values};

pub(in crate::store) fn put(sql: &mut dyn Sql, settings: &[(String, String)]) -> Result<(), StoreError> {
    for (name, value) in settings {
        sql.execute(
            "INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            &values![name, value],
        )?;
    }
    Ok(())
}

/// Refuses unless each says so still. Whoever else would change them waits until this is committed.
pub(in crate::store) fn provide(sql: &mut dyn Sql, settings: &[(String, String)]) -> Result<(), StoreError> {
    for (name, value) in settings {
        if !replace(sql, name, value, value)? {
            return Err(StoreError::Overtaken(name.clone()));
        }
    }
    Ok(())
}

/// What was remembered first holds.
pub(in crate::store) fn once(sql: &mut dyn Sql, name: &str, value: &str) -> Result<String, StoreError> {
    sql.execute(
        "INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING",
        &values![name, value],
    )?;
    Ok(of(sql, name)?.unwrap_or_else(|| value.to_owned()))
}

/// `new`, if it is still `old` that is remembered; answers whether it was. Of two who ask at the same time one is told no.
pub(in crate::store) fn replace(
    sql: &mut dyn Sql,
    name: &str,
    old: &str,
    new: &str,
) -> Result<bool, StoreError> {
    let changed =
        sql.execute("UPDATE setting SET value = $1 WHERE key = $2 AND value = $3", &values![new, name, old])?;
    Ok(changed > 0)
}

pub(in crate::store) fn of(sql: &mut dyn Sql, name: &str) -> Result<Option<String>, StoreError> {
    sql.row("SELECT value FROM setting WHERE key = $1", &values![name], |row| row.get(0))
}
