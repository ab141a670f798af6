//! One connection to a database, whichever it is: what `tables` needs of SQLite and PostgreSQL.
//!
//! Both understand the same text of every query in `tables`: placeholders are `$1`, `$2` … in the order in which they
//! first occur, flags are the numbers 0 and 1, moments are microseconds, and documents are JSON kept as text. What one
//! of the two cannot do (claims, migrations, ids that several programs give out) is not here.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::{Claim, StoreError};
use crate::search::Wanted;

/// A value on its way into the database.
#[derive(Clone, Debug)]
pub(super) enum Value<'a> {
    Null,
    Number(i64),
    Text(Cow<'a, str>),
    Bytes(&'a [u8]),
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Value::Number(number)
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Value::Number(number.into())
    }
}

impl From<bool> for Value<'_> {
    fn from(flag: bool) -> Self {
        Value::Number(flag.into())
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Value::Text(Cow::Owned(text))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Value::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Value::from(text.as_str())
    }
}

impl<'a> From<&'a [u8; 32]> for Value<'a> {
    fn from(bytes: &'a [u8; 32]) -> Self {
        Value::Bytes(bytes)
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

/// The values of a query, in the order of its placeholders.
macro_rules! values {
    ($($value:expr),* $(,)?) => { [$($crate::store::sql::Value::from($value)),*] };
}
pub(super) use values;

/// What a column may be read as.
pub(super) trait Column:
    rusqlite::types::FromSql + for<'a> tokio_postgres::types::FromSql<'a>
{
}

impl Column for i64 {}
impl Column for Option<i64> {}
impl Column for String {}
impl Column for Option<String> {}

/// A row that was found.
pub(super) enum Row<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a tokio_postgres::Row),
}

impl Row<'_> {
    /// The column at `index`, counted from 0.
    pub(super) fn get<T: Column>(&self, index: usize) -> Result<T, StoreError> {
        let damaged = |error: &dyn std::error::Error| StoreError::Damaged(error.to_string());
        match self {
            Row::Sqlite(row) => row.get(index).map_err(|error| damaged(&error)),
            Row::Postgres(row) => row.try_get(index).map_err(|error| damaged(&error)),
        }
    }

    /// A flag.
    pub(super) fn flag(&self, index: usize) -> Result<bool, StoreError> {
        Ok(self.get::<i64>(index)? != 0)
    }

    /// A count; one that is larger than a count can be is as large as it can be.
    pub(super) fn count(&self, index: usize) -> Result<u32, StoreError> {
        Ok(u32::try_from(self.get::<i64>(index)?.max(0)).unwrap_or(u32::MAX))
    }
}

/// What is done with each row.
pub(super) type EachRow<'a> = &'a mut dyn FnMut(&Row<'_>) -> Result<(), StoreError>;

/// A part of the index of words, which is in the order of time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    /// Where it begins.
    pub(super) from: i64,
    /// Before which place it ends,
    pub(super) before: i64,
    /// and of those at that place, before which call.
    pub(super) before_id: i64,
}

/// One connection.
pub(super) trait Sql {
    /// Runs a query and hands its rows over, in order.
    fn query(&mut self, sql: &str, values: &[Value<'_>], each: EachRow<'_>) -> Result<(), StoreError>;

    /// Runs a statement once for each set of values, in order; answers how many rows each concerned.
    fn execute_for_each<'v>(
        &mut self,
        sql: &str,
        sets: &mut dyn Iterator<Item = Vec<Value<'v>>>,
    ) -> Result<Vec<u64>, StoreError>;

    /// Id of the newest event that windows were told.
    fn last_pushed(&mut self) -> Result<i64, StoreError>;

    /// Puts a call into the index of words, at a place that it has not.
    fn put_words(&mut self, place: i64, id: i64, words: &str) -> Result<(), StoreError>;

    /// Takes a call out of it.
    fn take_words(&mut self, place: i64, id: i64) -> Result<(), StoreError>;

    /// A place for one more call, from `first` on; before `end`, unless there is none.
    fn free_place(&mut self, first: i64, end: i64) -> Result<i64, StoreError>;

    /// These columns of the calls that the index finds, the last of a stretch first.
    fn calls_with(
        &mut self,
        columns: &str,
        wanted: &Wanted,
        stretch: &Stretch,
        limit: usize,
        each: EachRow<'_>,
    ) -> Result<(), StoreError>;

    /// How many the index finds of a stretch; counts no further than to `most`.
    fn count_with(&mut self, wanted: &Wanted, stretch: &Stretch, most: u32) -> Result<u32, StoreError>;

    /// Takes the next `count` ids for such events; answers the one before them. They are given out in the order of the
    /// commits, so that whoever has seen one has seen all before it.
    fn take_push_ids(&mut self, count: i64) -> Result<i64, StoreError>;
}

impl dyn Sql + '_ {
    /// All rows of a query, each read by `read`.
    pub(super) fn rows<T>(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut found = Vec::new();
        self.query(sql, values, &mut |row| {
            found.push(read(row)?);
            Ok(())
        })?;
        Ok(found)
    }

    /// The first row of a query, if there is one.
    pub(super) fn row<T>(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.rows(sql, values, read)?.into_iter().next())
    }

    /// Runs a statement; answers how many rows it concerned.
    pub(super) fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        Ok(self.execute_for_each(sql, &mut std::iter::once(values.to_vec()))?.into_iter().sum())
    }
}

/// A database with tables as `tables` knows them: what is behind [`Store`](super::Store), but for the tables.
pub(super) trait Database: Send + Sync {
    /// Reads.
    fn read<T>(&self, work: impl FnOnce(&mut dyn Sql) -> Result<T, StoreError>) -> Result<T, StoreError>;

    /// Changes something: all that `work` does, or nothing. Durable on return.
    fn write<T>(&self, work: impl FnOnce(&mut dyn Sql) -> Result<T, StoreError>) -> Result<T, StoreError>;

    /// As [`Store::claim_due`](super::Store::claim_due).
    fn claim_due(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<Claim>, StoreError>;

    /// As [`Store::claim`](super::Store::claim).
    fn claim(&self, thread: &str, now: DateTime<Utc>) -> Result<bool, StoreError>;

    /// As [`Store::release`](super::Store::release).
    fn release(&self, threads: &[String]) -> Result<(), StoreError>;

    /// As [`Store::scrub`](super::Store::scrub).
    fn scrub(&self, first: bool) -> Result<bool, StoreError>;
}
