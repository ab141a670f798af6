//! What was erased is removed from the disk, too, in small steps (B12).
//!
//! `secure_delete` writes zeros over what is deleted. Two places keep it longer: the index of words, which only notes that a
//! row is gone until its parts are merged, and the write-ahead log, which holds older pages until it is emptied.

use rusqlite::Connection;

use crate::store::StoreError;

/// So many pages of the index are merged in one step, and given back to the disk: no ring waits longer than that takes.
const PAGES: i64 = 200;

/// One step. Answers whether there is another one to do.
pub(super) fn step(connection: &Connection, first: bool) -> Result<bool, StoreError> {
    let before = connection.total_changes();
    // Below zero, all parts of the index are to become one; later steps go on with that.
    let pages = if first { -PAGES } else { PAGES };
    connection.execute("INSERT INTO call_words (call_words, rank) VALUES ('merge', ?1)", [pages])?;
    // A merge that finds nothing to do changes one row, if that.
    if connection.total_changes() - before >= 2 {
        return Ok(true);
    }
    connection.execute_batch(&format!("PRAGMA incremental_vacuum({PAGES})"))?;
    let left: i64 = connection.query_row("PRAGMA freelist_count", [], |row| row.get(0))?;
    let shrinks: i64 = connection.query_row("PRAGMA auto_vacuum", [], |row| row.get(0))?;
    if left > 0 && shrinks == 2 {
        return Ok(true);
    }
    // Another program that reads keeps the log from being emptied; then it is emptied the next time.
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(false)
}

/// Writes the whole file anew where an earlier program made it, without what that left in it. Needs as much room as the file
/// has; without that it stays as it is until the next start, and what is erased from now on is gone all the same.
pub(super) fn make_anew(connection: &Connection) -> Result<(), StoreError> {
    // Those made files that do not shrink.
    let shrinks: i64 = connection.query_row("PRAGMA auto_vacuum", [], |row| row.get(0))?;
    if shrinks == 2 {
        return Ok(());
    }
    if let Err(error) = connection.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)") {
        tracing::warn!(%error, "the database could not be written anew; remains of what was deleted before may be in its file");
    }
    Ok(())
}
