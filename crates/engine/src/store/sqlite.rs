//! SQLite behind [`Store`](super::Store): one file, WAL, `synchronous=FULL`, one writing connection, one for reading.

mod scrub;
mod words;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, Statement, StatementStatus, ToSql, params_from_iter};
use rusqlite_migration::{M, Migrations};

use super::sql::{Database, EachRow, Row, Sql, Stretch, Value, values};
use super::{Claim, StoreError, tables};
use crate::search::Wanted;

/// Migrations that have landed are never edited; new ones are added at the end.
const MIGRATIONS: &[&str] = &[
    include_str!("sqlite/001_first.sql"),
    include_str!("sqlite/002_claims.sql"),
    include_str!("sqlite/003_messages.sql"),
    include_str!("sqlite/004_dial.sql"),
    include_str!("sqlite/005_choice.sql"),
    include_str!("sqlite/006_directory.sql"),
    include_str!("sqlite/007_activity.sql"),
    include_str!("sqlite/008_comment.sql"),
    include_str!("sqlite/009_recovery.sql"),
    include_str!("sqlite/010_desk.sql"),
    include_str!("sqlite/011_telling.sql"),
    include_str!("sqlite/012_backfill.sql"),
    include_str!("sqlite/013_words.sql"),
    include_str!("sqlite/014_turn.sql"),
    include_str!("sqlite/015_kept_files.sql"),
    include_str!("sqlite/016_erased.sql"),
    include_str!("sqlite/017_kept_in.sql"),
];
/// So many statements stay prepared: all that there are, and some searches.
const PREPARED: usize = 136;

/// A store in one SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    // Closed first: the last connection to close empties the write-ahead log, and only the writer can.
    reader: Mutex<Connection>,
    writer: Mutex<Connection>,
}

impl SqliteStore {
    /// Opens or makes the file, and brings it to this program's version.
    ///
    /// # Errors
    /// [`StoreError::Newer`] if a newer program made it; it is left alone then. [`StoreError::Unsuitable`] if it
    /// cannot be migrated, [`StoreError::Refused`] if it cannot be opened.
    pub fn open(path: &Path) -> Result<SqliteStore, StoreError> {
        SqliteStore::opened(Connection::open(path)?, || {
            let read_only = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            Connection::open_with_flags(path, read_only)
        })
    }

    /// A store that is gone when it is dropped, and never touches a disk: for what is only reckoned. One thread at a time.
    ///
    /// # Errors
    /// [`StoreError::Refused`] if there is no memory for it.
    pub fn in_memory() -> Result<SqliteStore, StoreError> {
        // Named, so that both connections mean the same one; at random, so that no other store does.
        let name = format!("file:{}?mode=memory&cache=shared", uuid::Uuid::new_v4());
        SqliteStore::opened(Connection::open(&name)?, || Connection::open(&name))
    }

    fn opened(
        mut writer: Connection,
        reader: impl FnOnce() -> Result<Connection, rusqlite::Error>,
    ) -> Result<SqliteStore, StoreError> {
        writer.execute_batch(
            // What is deleted is written over with zeros (B12). A file that is new is made so that it can shrink again.
            "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA secure_delete = ON; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON;",
        )?;
        let known = MIGRATIONS.len();
        let found = writer.query_row("PRAGMA user_version", [], |row| row.get::<_, u32>(0))? as usize;
        if found > known {
            return Err(StoreError::Newer { found, known });
        }
        Migrations::new(MIGRATIONS.iter().map(|sql| M::up(sql)).collect())
            .to_latest(&mut writer)
            .map_err(|error| StoreError::Unsuitable(error.to_string()))?;
        if found > 0 {
            scrub::make_anew(&writer)?;
        }
        let reader = reader()?;
        reader.execute_batch("PRAGMA busy_timeout = 5000; PRAGMA query_only = ON;")?;
        for connection in [&writer, &reader] {
            // A plan hangs on no value: else many statements would be prepared anew for each, half of the time for a LIMIT.
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
            connection.set_prepared_statement_cache_capacity(PREPARED);
        }
        Ok(SqliteStore { writer: Mutex::new(writer), reader: Mutex::new(reader) })
    }

    /// What is remembered by this name, in a file that another program may have open. Changes nothing; no file remembers
    /// nothing.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn remembered(path: &Path, name: &str) -> Result<Option<String>, StoreError> {
        if !path.exists() {
            return Ok(None);
        }
        let file = Connection::open_with_flags(
            path,
            OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        file.execute_batch("PRAGMA busy_timeout = 5000;")?;
        let is_made = file.query_row("PRAGMA user_version", [], |row| row.get::<_, u32>(0))? > 0;
        if !is_made {
            return Ok(None);
        }
        let mut asked = file.prepare("SELECT value FROM setting WHERE key = ?1")?;
        let mut rows = asked.query([name])?;
        Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
    }

    /// Lets the file grow to so many pages at most: how tests make a full disk.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn limit_pages(&self, pages: u32) -> Result<(), StoreError> {
        lock(&self.writer).pragma_update(None, "max_page_count", pages)?;
        Ok(())
    }
}

fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    // A panic while holding the connection rolls its transaction back; the connection stays usable.
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => StoreError::Unsuitable(error.to_string()),
            _ => StoreError::Refused(error.to_string()),
        }
    }
}

/// There is one engine in a data directory, which its lock file sees to: every thread is that engine's, and a claim is
/// no more than a look at what is due.
impl Database for SqliteStore {
    fn read<T>(&self, work: impl FnOnce(&mut dyn Sql) -> Result<T, StoreError>) -> Result<T, StoreError> {
        work(&mut Session(&lock(&self.reader)))
    }

    fn write<T>(&self, work: impl FnOnce(&mut dyn Sql) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut writer = lock(&self.writer);
        let transaction = writer.transaction()?;
        let done = work(&mut Session(&transaction))?;
        transaction.commit()?;
        Ok(done)
    }

    fn claim_due(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<Claim>, StoreError> {
        self.read(|sql| {
            sql.rows(
                "SELECT id, thread FROM call WHERE due_at <= $1 ORDER BY due_turn, started_at, ordinal, arrived, id LIMIT $2",
                &values![tables::micros(now), limit as i64],
                |row| Ok(Claim { call: tables::call_id(row)?, thread: row.get(1)? }),
            )
        })
    }

    fn claim(&self, _: &str, _: DateTime<Utc>) -> Result<bool, StoreError> {
        Ok(true)
    }

    fn release(&self, _: &[String]) -> Result<(), StoreError> {
        Ok(())
    }

    fn scrub(&self, first: bool) -> Result<bool, StoreError> {
        scrub::step(&lock(&self.writer), first)
    }
}

/// Steps through a table without an index, beyond which a statement would hold up everybody in a large one.
const STEPS: i32 = 5_000;

/// Whether a statement went through a table row by row: what takes a moment with some calls takes seconds with a million.
fn has_read_all(statement: &Statement<'_>) -> bool {
    statement.reset_status(StatementStatus::FullscanStep) > STEPS
}

/// A connection, or a transaction on it.
struct Session<'c>(&'c Connection);

impl Sql for Session<'_> {
    fn query(&mut self, sql: &str, values: &[Value<'_>], each: EachRow<'_>) -> Result<(), StoreError> {
        let mut statement = self.0.prepare_cached(sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        while let Some(row) = rows.next()? {
            each(&Row::Sqlite(row))?;
        }
        drop(rows);
        debug_assert!(!has_read_all(&statement), "no index serves {sql}");
        Ok(())
    }

    fn execute_for_each<'v>(
        &mut self,
        sql: &str,
        sets: &mut dyn Iterator<Item = Vec<Value<'v>>>,
    ) -> Result<Vec<u64>, StoreError> {
        let mut statement = self.0.prepare_cached(sql)?;
        sets.map(|values| Ok(statement.execute(params_from_iter(values))? as u64)).collect()
    }

    fn last_pushed(&mut self) -> Result<i64, StoreError> {
        let newest =
            <dyn Sql>::row(self, "SELECT seq FROM sqlite_sequence WHERE name = 'pushed'", &[], |row| {
                row.get(0)
            })?;
        Ok(newest.unwrap_or(0))
    }

    fn put_words(&mut self, place: i64, _: i64, words: &str) -> Result<(), StoreError> {
        words::put(self, place, words)
    }

    fn take_words(&mut self, place: i64, _: i64) -> Result<(), StoreError> {
        words::take(self, place)
    }

    fn free_place(&mut self, first: i64, end: i64) -> Result<i64, StoreError> {
        words::free_place(self, first, end)
    }

    fn calls_with(
        &mut self,
        columns: &str,
        wanted: &Wanted,
        stretch: &Stretch,
        limit: usize,
        each: EachRow<'_>,
    ) -> Result<(), StoreError> {
        words::calls(self, columns, wanted, stretch, limit, each)
    }

    fn count_with(&mut self, wanted: &Wanted, stretch: &Stretch, most: u32) -> Result<u32, StoreError> {
        words::count(self, wanted, stretch, most)
    }

    fn take_push_ids(&mut self, _: i64) -> Result<i64, StoreError> {
        // There is one writer, and inserting the rows moves the sequence on.
        self.last_pushed()
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Number(number) => ValueRef::Integer(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a_table_of(rows: i32) -> Connection {
        let connection = Connection::open_in_memory().expect("opens");
        connection.execute_batch("CREATE TABLE one (id INTEGER PRIMARY KEY, word TEXT)").expect("is made");
        let fill = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
                    INSERT INTO one (word) SELECT 'word ' || i FROM n";
        connection.execute(fill, [rows]).expect("is filled");
        connection
    }

    fn look_for(connection: &Connection, condition: &str) {
        let sql = format!("SELECT id FROM one WHERE {condition}");
        Session(connection).query(&sql, &[], &mut |_| Ok(())).expect("is read");
    }

    #[test]
    #[should_panic(expected = "no index serves SELECT id FROM one WHERE word")]
    fn a_statement_that_reads_a_large_table_row_by_row_stops_a_test() {
        look_for(&a_table_of(STEPS + 2), "word = 'word 7'");
    }

    #[test]
    fn what_is_asked_again_and_again_reads_only_the_calls_that_it_is_about() {
        use crate::store::Store;
        let folder = tempfile::tempdir().expect("a folder");
        let store = SqliteStore::open(&folder.path().join("sidetone.db")).expect("opens");
        let fill = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
                    INSERT INTO call (facts, view, state, wanted, started_at) SELECT '{}', '{}', 'complete', 1, i FROM n";
        lock(&store.writer).execute(fill, [STEPS + 2]).expect("is filled");
        let number = crate::number::parse("+34666444555", None).expect("parses");
        let now = Utc::now();
        assert_eq!(store.outbox(now).expect("is read").held, 0);
        assert_eq!(store.overdue(now).expect("is read"), 0);
        for found in [store.pending(), store.waiting("no_author"), store.unfinished(&number), store.live()] {
            assert_eq!(found.expect("is read"), []);
        }
    }

    #[test]
    fn a_statement_with_an_index_and_a_small_table_are_well() {
        look_for(&a_table_of(STEPS + 2), "id = 7");
        let small = a_table_of(100);
        // What it took before counts no more.
        (0..STEPS / 50).for_each(|_| look_for(&small, "word = 'word 7'"));
    }
}
