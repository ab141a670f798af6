//! Which database the hub keeps everything in, from `[hub] database`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sidetone_engine::store::postgres::PostgresStore;
use sidetone_engine::store::sqlite::SqliteStore;
use sidetone_engine::store::{Store, StoreError};
use uuid::Uuid;

use crate::config::Secret;
use crate::doctor::check::{Check, fault, hint, passed};
use crate::doctor::{computer, said};

/// A database, not opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// A file, for one hub.
    Sqlite(PathBuf),
    /// The address of a PostgreSQL database, password included; several hubs may share it.
    Postgres(Secret),
}

/// Why an address names no database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// A file that is found from anywhere needs its whole path.
    #[error("the path is not absolute")]
    RelativePath,
    /// Neither SQLite nor PostgreSQL.
    #[error("only SQLite and PostgreSQL are known")]
    Unknown,
}

impl AddressError {
    /// What to do.
    #[must_use]
    pub fn fix(self) -> &'static str {
        match self {
            AddressError::RelativePath => "Write sqlite:// and the whole path, three slashes in all",
            AddressError::Unknown => {
                "Give \"sqlite:///var/lib/sidetone/sidetone.db\" or \"postgres://user:password@host/database\""
            }
        }
    }
}

impl Database {
    /// The file that is used where nothing is said.
    #[must_use]
    pub fn in_folder(data_dir: &Path) -> Database {
        Database::Sqlite(data_dir.join("sidetone.db"))
    }

    /// Reads `sqlite:///path` or `postgres://…`.
    ///
    /// # Errors
    /// [`AddressError`], which does not repeat the address: it may hold a password.
    pub fn parse(url: &str) -> Result<Database, AddressError> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            return if path.starts_with('/') {
                Ok(Database::Sqlite(path.into()))
            } else {
                Err(AddressError::RelativePath)
            };
        }
        let is_postgres = ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
        if is_postgres { Ok(Database::Postgres(Secret::new(url))) } else { Err(AddressError::Unknown) }
    }

    /// Opens it, and brings its tables to this program's version. The data directory, which is locked, says who we are:
    /// among several hubs on one server the one that comes back after a crash goes on with what it had in hand.
    ///
    /// # Errors
    /// [`StoreError`], which says what to do.
    pub fn open(&self, data_dir: &Path) -> Result<Arc<dyn Store>, StoreError> {
        Ok(match self {
            Database::Sqlite(path) => Arc::new(SqliteStore::open(path)?),
            Database::Postgres(url) => Arc::new(PostgresStore::open_as(own_id(data_dir)?, url.reveal())?),
        })
    }
}

/// The hub's id among those on the same server, made at its first start.
fn own_id(data_dir: &Path) -> Result<Uuid, StoreError> {
    let path = data_dir.join("hub.id");
    if let Some(known) = std::fs::read_to_string(&path).ok().and_then(|text| text.trim().parse().ok()) {
        return Ok(known);
    }
    let new = Uuid::new_v4();
    std::fs::write(&path, format!("{new}\n"))
        .map_err(|error| StoreError::Refused(format!("{} cannot be written ({error})", path.display())))?;
    Ok(new)
}

/// A database that answers later than this holds up the answers to Aircall's events.
const SLOW: Duration = Duration::from_millis(500);

/// Whether it can be reached and used, how large it is and how fast it answers. Changes nothing.
pub(crate) async fn check(database: &Database) -> Check {
    let database = database.clone();
    let looked = tokio::task::spawn_blocking(move || {
        let begun = Instant::now();
        let found = match &database {
            Database::Sqlite(path) => look_at_file(path),
            Database::Postgres(url) => look_at_server(url.reveal()),
        };
        found.map(|found| (found, begun.elapsed()))
    });
    match looked.await {
        Ok(Ok(((what, size), took))) => {
            let value =
                [size, Some(format!("{} ms", took.as_millis()))].into_iter().flatten().collect::<Vec<_>>();
            let check = if took > SLOW {
                hint("database", said!(database_slow), said!(database_slow_mend))
            } else {
                passed("database", what)
            };
            check.with_value(value.join(", "))
        }
        Ok(Err(error)) => fault("database", said!(database_unusable, text = error), said!(database_mend)),
        Err(error) => fault("database", said!(database_unusable, text = error), said!(database_mend)),
    }
}

fn look_at_file(path: &Path) -> Result<(String, Option<String>), StoreError> {
    let Ok(found) = path.metadata() else {
        return Ok(("The database is made at the first start".into(), None));
    };
    SqliteStore::remembered(path, "installation")?;
    Ok(("The database can be used".into(), Some(computer::size(found.len()))))
}

fn look_at_server(url: &str) -> Result<(String, Option<String>), StoreError> {
    let found = PostgresStore::look(url)?;
    let tables = if found.version.is_some() { "with Sidetone's tables" } else { "still empty" };
    let size = Some(computer::size(found.bytes)).filter(|_| found.version.is_some());
    Ok((format!("PostgreSQL {} can be used, {tables}", found.server), size))
}

/// The first of these settings that is remembered. Changes nothing, also while the hub runs.
pub(crate) async fn remembered(
    database: &Database,
    names: &'static [&'static str],
) -> Result<Option<String>, StoreError> {
    let database = database.clone();
    let look = move || {
        for name in names {
            let found = match &database {
                Database::Sqlite(path) => SqliteStore::remembered(path, name)?,
                Database::Postgres(url) => PostgresStore::remembered(url.reveal(), name)?,
            };
            if let Some(found) = found.filter(|found| !found.is_empty()) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    };
    let looked = tokio::task::spawn_blocking(look).await;
    looked.unwrap_or_else(|error| Err(StoreError::Refused(error.to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_file_or_a_server() {
        assert_eq!(Database::parse("sqlite:///var/a.db"), Ok(Database::Sqlite("/var/a.db".into())));
        for url in
            ["postgres://ada:geheim@db.example.com/sidetone", "postgresql://ada:geheim@db.example.com/s"]
        {
            assert!(matches!(Database::parse(url), Ok(Database::Postgres(known)) if known.reveal() == url));
        }
        assert_eq!(Database::parse("sqlite://a.db"), Err(AddressError::RelativePath));
        assert_eq!(Database::parse("mysql://ada:geheim@db.example.com/s"), Err(AddressError::Unknown));
    }

    #[test]
    fn the_password_is_not_shown() {
        let database = Database::parse("postgres://ada:geheim@db.example.com/sidetone");
        assert!(!format!("{database:?}").contains("geheim"));
    }
}
