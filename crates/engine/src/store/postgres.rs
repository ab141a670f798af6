//! PostgreSQL 13 and newer behind [`Store`](super::Store), for several hubs on one database.
//!
//! One connection writes and one reads (`connection`); the tables are those of SQLite (`migrations`). New here is that
//! others may be at work on the same calls: threads are held for a time by one of them (`threads`), and a change made
//! from an old reading is refused by the call's revision.
//!
//! # When the connection is lost
//!
//! The operation fails with [`StoreError::Unreachable`], and the next one connects anew. Nothing is repeated here. A
//! commit whose answer was lost may be stored or not, and either is well:
//!
//! - `receive`: whoever delivers is told 503 and delivers again. The same hash is a repeat then, or new.
//! - an intent: the request was not sent. If the intent is stored, the engine finds an attempt that it has not in hand,
//!   looks for its marker and, where there is nothing, plans it again. If it is not stored, it is planned again at once.
//! - an answer: if it is stored, all is done. If not, the attempt is still there, and is looked up as any unclear one.
//! - everything else is reckoned anew from what is stored, which the engine reads before each step.
//!
//! To repeat the commit here would be wrong: by then another hub may have changed the call.

mod connection;
mod migrations;
mod threads;
mod words;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use self::connection::{Address, Connection, Network};
use super::sql::{Database, Sql};
use super::tables::setting;
use super::{Claim, StoreError};

/// A store in a PostgreSQL database.
#[derive(Debug)]
pub struct PostgresStore {
    reader: Connection,
    writer: Connection,
    /// By this name its claims are known.
    holder: Uuid,
}

/// What a look at a database finds, before anything is changed there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The server's version, `15.14`.
    pub server: String,
    /// How many migrations the tables have had; `None` where there are no tables yet.
    pub version: Option<usize>,
    /// How large the whole database is, in bytes.
    pub bytes: u64,
}

impl PostgresStore {
    /// Connects, and brings the tables to this program's version. Tables are made in the first schema of the search
    /// path, which the address may give: `postgres://…/db?options=-csearch_path%3Dsidetone`.
    ///
    /// # Errors
    /// [`StoreError::Newer`] if a newer program made the tables; they are left alone then.
    /// [`StoreError::Unsuitable`] if they cannot be made or migrated, or if the address cannot be read;
    /// [`StoreError::Unreachable`] if the server does not answer. None of them tells the password.
    pub fn open(url: &str) -> Result<PostgresStore, StoreError> {
        PostgresStore::open_as(Uuid::new_v4(), url)
    }

    /// As [`PostgresStore::open`], by a name that a program keeps over its restarts: what it held when it was killed is
    /// its own again at once, where others wait for the end of the lease. No two programs may use one name at a time.
    ///
    /// # Errors
    /// As there.
    pub fn open_as(holder: Uuid, url: &str) -> Result<PostgresStore, StoreError> {
        let address = Address::parse(url)?;
        let network = Network::start()?;
        let writer = Connection::new(address.clone(), network.clone());
        writer.with(migrations::run)?;
        Ok(PostgresStore { reader: Connection::new(address, network), writer, holder })
    }

    /// Looks whether [`PostgresStore::open`] would succeed, and changes nothing.
    ///
    /// # Errors
    /// As there.
    pub fn look(url: &str) -> Result<Found, StoreError> {
        Connection::new(Address::parse(url)?, Network::start()?).with(migrations::look)
    }

    /// What is remembered by this name. Changes nothing; a database without tables remembers nothing.
    ///
    /// # Errors
    /// As of [`PostgresStore::look`].
    pub fn remembered(url: &str, name: &str) -> Result<Option<String>, StoreError> {
        Connection::new(Address::parse(url)?, Network::start()?).with(|session| {
            match migrations::look(session)?.version {
                Some(_) => setting::of(session, name),
                None => Ok(None),
            }
        })
    }
}

impl Database for PostgresStore {
    fn read<T>(&self, work: impl FnOnce(&mut dyn Sql) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.reader.with(|session| work(session))
    }

    fn write<T>(&self, work: impl FnOnce(&mut dyn Sql) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.writer.with(|session| session.transaction(|session| work(session)))
    }

    fn claim_due(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<Claim>, StoreError> {
        let wanted = self.read(|sql| threads::due(sql, self.holder, now, limit))?;
        if wanted.iter().all(|due| due.is_held) {
            return Ok(wanted.into_iter().map(|due| due.claim).collect());
        }
        self.write(|sql| threads::claim_due(sql, self.holder, wanted, now))
    }

    fn claim(&self, thread: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
        self.write(|sql| threads::claim(sql, self.holder, thread, now))
    }

    fn release(&self, threads: &[String]) -> Result<(), StoreError> {
        if threads.is_empty() {
            return Ok(());
        }
        self.write(|sql| threads::release(sql, self.holder, threads))
    }

    fn scrub(&self, _: bool) -> Result<bool, StoreError> {
        // The server's own vacuum takes rows off its disk that nobody can read any more.
        Ok(false)
    }
}
