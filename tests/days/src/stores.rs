//! Where a day keeps what it must not forget, and what can happen to that: the disk is full, connections are cut, the
//! database is lost, a backup from earlier in the day is put back.
//!
//! A new kind of store joins as one more variant of [`Stores`] and of `Place`, and one more arm in each `match` below.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use sidetone_engine::store::postgres::PostgresStore;
use sidetone_engine::store::sqlite::SqliteStore;
use sidetone_engine::store::{Store, StoreError};

use crate::server::Database;

/// Which kind of store a day runs on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stores {
    /// A SQLite file in a folder of the day's own.
    Sqlite,
    /// A database of the day's own on the server that `SIDETONE_TEST_POSTGRES` names.
    Postgres,
}

impl std::fmt::Display for Stores {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Stores::Sqlite => "sqlite",
            Stores::Postgres => "postgres",
        })
    }
}

impl FromStr for Stores {
    type Err = String;

    fn from_str(text: &str) -> Result<Stores, String> {
        match text {
            "sqlite" => Ok(Stores::Sqlite),
            "postgres" => Ok(Stores::Postgres),
            _ => Err(format!("\"{text}\" is no store that days can run on; use sqlite or postgres")),
        }
    }
}

#[derive(Debug)]
enum Place {
    Folder(tempfile::TempDir),
    Server(Database),
}

/// The place of one day's data.
#[derive(Debug)]
pub struct Shelf {
    place: Place,
    /// For what is on its way, whatever the database is.
    files: tempfile::TempDir,
    is_full: bool,
}

/// An opened store.
pub struct Opened {
    /// What the engine is given.
    pub store: Arc<dyn Store>,
    disk: Option<Arc<SqliteStore>>,
}

/// Far more pages than any day writes.
const ENOUGH_PAGES: u32 = 1 << 24;

impl Shelf {
    /// An empty place. In memory where the system has such a folder: a kill is simulated by dropping everything, not by
    /// cutting the power, so nothing is won by waiting for a disk.
    ///
    /// # Panics
    /// If no folder, or no database, can be made.
    #[must_use]
    pub fn empty(kind: Stores) -> Shelf {
        let folder = || {
            let memory = Path::new("/dev/shm");
            let dir = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
            dir.expect("a folder for the day")
        };
        let place = match kind {
            Stores::Sqlite => Place::Folder(folder()),
            Stores::Postgres => Place::Server(Database::new()),
        };
        Shelf { place, files: folder(), is_full: false }
    }

    /// The database's file.
    ///
    /// # Panics
    /// If the day is kept on a server.
    #[must_use]
    pub fn file(&self) -> PathBuf {
        match &self.place {
            Place::Folder(dir) => dir.path().join("day.db"),
            Place::Server(_) => panic!("a database on a server has no file of its own"),
        }
    }

    /// A folder for what is on its way, one for each engine that runs at the same time.
    #[must_use]
    pub fn folder_for_files(&self, engine: &str) -> PathBuf {
        self.files.path().join(format!("files-{engine}"))
    }

    /// Opens what is there.
    ///
    /// # Errors
    /// If the store refuses, for instance because the disk is full.
    pub fn open(&self) -> Result<Opened, StoreError> {
        match &self.place {
            Place::Server(database) => {
                Ok(Opened { store: Arc::new(PostgresStore::open(&database.url())?), disk: None })
            }
            Place::Folder(_) => {
                let store = Arc::new(SqliteStore::open(&self.file())?);
                if self.is_full {
                    store.limit_pages(1)?;
                }
                Ok(Opened { store: Arc::clone(&store) as Arc<dyn Store>, disk: Some(store) })
            }
        }
    }

    /// Fills the disk (the database may not grow any more), or makes room again. A server's disk is not filled: that
    /// needs a file system of its own, and the right to mount it. What a program meets then, every write refused and
    /// reading as before, is had by making the database read-only.
    ///
    /// # Panics
    /// If the open database does not take the limit.
    pub fn fill(&mut self, full: bool, opened: Option<&Opened>) {
        self.is_full = full;
        match &self.place {
            Place::Server(database) => database.take_no_writes(full),
            Place::Folder(_) => {
                if let Some(disk) = opened.and_then(|opened| opened.disk.as_ref()) {
                    disk.limit_pages(if full { 1 } else { ENOUGH_PAGES }).expect("a limit of pages");
                }
            }
        }
    }

    /// Cuts every connection to the server; a file has none.
    pub fn cut_connections(&self) {
        match &self.place {
            Place::Server(database) => database.cut_connections(),
            Place::Folder(_) => {}
        }
    }

    /// Loses everything. The store must be closed.
    pub fn lose(&self) {
        match &self.place {
            Place::Server(database) => database.lose(),
            Place::Folder(_) => {
                for file in self.files("day.db") {
                    // A file that is not there is lost already.
                    let _ = std::fs::remove_file(file);
                }
            }
        }
    }

    /// Keeps a copy of everything as it is now. The store must be closed.
    ///
    /// # Panics
    /// If the copy cannot be made.
    pub fn back_up(&self) {
        match &self.place {
            Place::Server(database) => database.back_up(),
            Place::Folder(_) => self.copy("day.db", "backup.db"),
        }
    }

    /// Puts the copy back, if there is one; else everything is lost. The store must be closed.
    ///
    /// # Panics
    /// If the copy cannot be put back.
    pub fn restore(&self) {
        match &self.place {
            Place::Server(database) => database.restore(),
            Place::Folder(_) => {
                self.lose();
                self.copy("backup.db", "day.db");
            }
        }
    }

    fn copy(&self, from: &str, to: &str) {
        for (from, to) in self.files(from).into_iter().zip(self.files(to)) {
            let _ = std::fs::remove_file(&to);
            if from.exists() {
                std::fs::copy(from, to).expect("a copy of the database");
            }
        }
    }

    /// The database and what SQLite keeps beside it.
    fn files(&self, name: &str) -> [PathBuf; 3] {
        ["", "-wal", "-shm"].map(|rest| self.file().with_file_name(format!("{name}{rest}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidetone_engine::store::Change;

    fn remember(opened: &Opened, key: &str, value: String) -> Result<(), StoreError> {
        let settings = vec![(key.to_owned(), value)];
        opened.store.commit(&Change { settings, ..Change::at(crate::day::morning()) }).map(drop)
    }

    fn a_full_disk_takes_nothing(kind: Stores) {
        let mut shelf = Shelf::empty(kind);
        let opened = shelf.open().unwrap();
        shelf.fill(true, Some(&opened));
        let large = "x".repeat(200_000);
        assert!(remember(&opened, "large", large.clone()).is_err());
        drop(opened);
        let opened = shelf.open().unwrap();
        assert!(remember(&opened, "large", large.clone()).is_err());
        shelf.fill(false, Some(&opened));
        // A connection that was cut is noticed by the first who asks.
        let _ = remember(&opened, "large", large.clone());
        remember(&opened, "large", large).unwrap();
    }

    fn a_backup_knows_what_was(kind: Stores) {
        let shelf = Shelf::empty(kind);
        let opened = shelf.open().unwrap();
        remember(&opened, "key", "old".into()).unwrap();
        drop(opened);
        shelf.back_up();
        let opened = shelf.open().unwrap();
        remember(&opened, "key", "new".into()).unwrap();
        drop(opened);
        shelf.restore();
        assert_eq!(shelf.open().unwrap().store.setting("key").unwrap().as_deref(), Some("old"));
        shelf.lose();
        assert_eq!(shelf.open().unwrap().store.setting("key").unwrap(), None);
    }

    #[test]
    fn a_full_disk_takes_nothing_also_after_a_restart_until_there_is_room() {
        a_full_disk_takes_nothing(Stores::Sqlite);
    }

    #[test]
    #[ignore = "needs a server: script/test starts one"]
    fn postgres_a_database_that_takes_no_writes_takes_them_again_when_it_may() {
        a_full_disk_takes_nothing(Stores::Postgres);
    }

    #[test]
    fn a_restored_backup_knows_what_was_and_a_lost_database_nothing() {
        a_backup_knows_what_was(Stores::Sqlite);
    }

    #[test]
    #[ignore = "needs a server: script/test starts one"]
    fn postgres_a_restored_dump_knows_what_was_and_a_lost_database_nothing() {
        a_backup_knows_what_was(Stores::Postgres);
    }
}
