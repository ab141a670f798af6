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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use chrono::Utc;
    use rusqlite_migration::{M, Migrations};

    use super::super::{MIGRATIONS, SqliteStore};
    use super::*;
    use crate::forgetting;
    use crate::number::E164;

    const DELETED: &str = "34666111222";
    const LIVING: &str = "34666444555";
    /// Those that a program had before anything was erased.
    const BEFORE_ERASING: usize = 15;

    /// A file of that program: it kept on the disk what it deleted.
    fn made_before_erasing(path: &Path) {
        let mut file = Connection::open(path).expect("opens");
        file.execute_batch("PRAGMA journal_mode = WAL; PRAGMA secure_delete = OFF").expect("is set");
        let known = MIGRATIONS.iter().take(BEFORE_ERASING).map(|sql| M::up(sql)).collect();
        Migrations::new(known).to_latest(&mut file).expect("is made");
        for n in 0..200_u32 {
            let number = if n % 2 == 0 { DELETED } else { LIVING };
            let body =
                format!("{{\"data\":{{\"id\":{n},\"raw_digits\":\"+{number}\",\"more\":\"{n:0400}\"}}}}");
            file.execute(
                "INSERT INTO inbox (hash, origin, event, call_id, odd, as_of, received_at, body, folded)
                 VALUES (?1, 'event', 'call.created', ?2, 0, 0, 0, ?3, 1)",
                (n.to_be_bytes(), n, body),
            )
            .expect("is put in");
        }
        file.execute("DELETE FROM inbox WHERE call_id % 2 = 0", []).expect("is deleted");
        file.close().expect("closes");
    }

    fn is_in_files(path: &Path, text: &str) -> bool {
        ["", "-wal", "-shm"].iter().any(|more| {
            let bytes = std::fs::read(format!("{}{more}", path.display())).unwrap_or_default();
            bytes.windows(text.len()).any(|window| window == text.as_bytes())
        })
    }

    #[test]
    fn a_file_from_before_erasing_has_nothing_left_of_what_was_deleted_before_and_is_forgotten_now() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("sidetone.db");
        made_before_erasing(&path);
        assert!(is_in_files(&path, DELETED), "else nothing is shown here");
        let store = SqliteStore::open(&path).expect("opens");
        assert!(!is_in_files(&path, DELETED), "it is written anew");
        assert!(is_in_files(&path, LIVING));
        let number: E164 = crate::number::parse(&format!("+{LIVING}"), None).expect("parses");
        forgetting::forget(&store, None, &number, Utc::now(), |_| true).expect("is forgotten");
        assert!(!is_in_files(&path, LIVING) && !is_in_files(&path, &LIVING[4..]));
        drop(store);
        let before = std::fs::metadata(&path).expect("is there").len();
        drop(SqliteStore::open(&path).expect("opens"));
        assert!(!is_in_files(&path, LIVING) && !is_in_files(&path, DELETED));
        assert!(std::fs::metadata(&path).expect("is there").len() <= before);
    }
}
