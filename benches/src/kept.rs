//! What really lies in a database after the load: read from the file, past the program that wrote it.

use std::collections::HashSet;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

use crate::failure::Failure;
use crate::load::Told;

/// Call and kind of every event that the hub keeps.
pub(crate) fn by_hub(database: &Path) -> Result<HashSet<(u64, String)>, Failure> {
    let connection = open(database)?;
    let mut statement = connection
        .prepare("SELECT call_id, event FROM inbox WHERE origin = 'event' AND call_id IS NOT NULL")?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The same of the plain receiver.
pub(crate) fn by_plain(database: &Path) -> Result<HashSet<(u64, String)>, Failure> {
    let connection = open(database)?;
    let mut statement = connection.prepare("SELECT body FROM event")?;
    let mut rows = statement.query([])?;
    let mut kept = HashSet::new();
    while let Some(row) = rows.next()? {
        let body: Value = serde_json::from_str(&row.get::<_, String>(0)?).map_err(|error| {
            Failure::Unreadable { whom: "the plain receiver's database".into(), error: error.to_string() }
        })?;
        if let (Some(call), Some(event)) = (body["data"]["id"].as_u64(), body["event"].as_str()) {
            kept.insert((call, event.to_owned()));
        }
    }
    Ok(kept)
}

/// How many events the hub has stored and not yet joined to their calls.
pub(crate) fn not_folded(database: &Path) -> Result<u64, Failure> {
    let count = open(database)?
        .query_row("SELECT count(*) FROM inbox WHERE folded = 0", [], |row| row.get::<_, i64>(0))?;
    Ok(count.cast_unsigned())
}

/// An error if anything that was answered 200 is missing.
pub(crate) fn must_hold(
    whom: &str,
    kept: &HashSet<(u64, String)>,
    told: &HashSet<Told>,
) -> Result<(), Failure> {
    let mut lost = told.iter().filter(|(call, event)| !kept.contains(&(*call, (*event).to_owned())));
    match lost.next() {
        None => Ok(()),
        Some((example, _)) => {
            Err(Failure::Lost { whom: whom.to_owned(), lost: lost.count() + 1, example: *example })
        }
    }
}

/// For writing, although nothing is written: after a kill the first reader has to recover the write-ahead log.
fn open(database: &Path) -> Result<Connection, Failure> {
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_missing_event_is_a_loss() {
        let kept = HashSet::from([(5, "call.created".to_owned()), (5, "call.ended".to_owned())]);
        assert!(must_hold("it", &kept, &HashSet::from([(5, "call.ended")])).is_ok());
        let told = HashSet::from([(5, "call.ended"), (5, "call.answered"), (6, "call.created")]);
        assert!(matches!(must_hold("it", &kept, &told), Err(Failure::Lost { lost: 2, .. })));
    }
}
