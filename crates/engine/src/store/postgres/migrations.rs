//! The tables' versions. A migration that has landed is never edited; new ones are added at the end.

use super::Found;
use super::connection::Session;
use crate::store::StoreError;
use crate::store::sql::{Sql, values};

const MIGRATIONS: &[&str] = &[
    include_str!("001_first.sql"),
    include_str!("002_messages.sql"),
    include_str!("003_dial.sql"),
    include_str!("004_choice.sql"),
    include_str!("005_directory.sql"),
    include_str!("006_activity.sql"),
    include_str!("007_comment.sql"),
    include_str!("008_recovery.sql"),
    include_str!("009_desk.sql"),
    include_str!("010_telling.sql"),
    include_str!("011_backfill.sql"),
    include_str!("012_words.sql"),
    include_str!("013_turn.sql"),
    include_str!("014_kept_files.sql"),
    include_str!("015_erased.sql"),
    include_str!("016_kept_in.sql"),
];
/// Of all who start at once, one migrates, and the others wait for it: the key of the lock ("sidetone" in ASCII).
const LOCK: i64 = 0x7369_6465_746f_6e65;
/// The oldest that its makers have looked after while this was written.
const OLDEST_SERVER: i64 = 13_00_00;

/// Brings the tables to this program's version.
pub(super) fn run(session: &mut Session) -> Result<(), StoreError> {
    if look(session)?.version == Some(MIGRATIONS.len()) {
        return Ok(());
    }
    session
        .transaction(|session| {
            session.execute_script("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0")?;
            let sql: &mut dyn Sql = session;
            sql.query("SELECT CAST(pg_advisory_xact_lock($1) AS TEXT)", &values![LOCK], &mut |_| Ok(()))?;
            // Looked at again: it may have been done while the lock was waited for.
            let found = version(sql)?;
            if found.is_none() {
                sql.execute("CREATE TABLE migration (version BIGINT PRIMARY KEY)", &[])?;
            }
            for (number, text) in (1_i64..).zip(MIGRATIONS).skip(found.unwrap_or(0)) {
                session.execute_script(text)?;
                <dyn Sql>::execute(session, "INSERT INTO migration (version) VALUES ($1)", &values![number])?;
            }
            Ok(())
        })
        .map_err(|error| match error {
            StoreError::Refused(why) => StoreError::Unsuitable(why),
            other => other,
        })
}

/// What is there. Refuses what this program cannot work with.
pub(super) fn look(session: &mut Session) -> Result<Found, StoreError> {
    let sql: &mut dyn Sql = session;
    let server = sql.row(
        "SELECT current_setting('server_version'), CAST(current_setting('server_version_num') AS BIGINT),
             current_setting('server_encoding'), coalesce(current_schema(), ''),
             pg_database_size(current_database())",
        &[],
        |row| {
            Ok((
                row.get::<String>(0)?,
                row.get::<i64>(1)?,
                row.get::<String>(2)?,
                row.get::<String>(3)?,
                row.get::<i64>(4)?,
            ))
        },
    )?;
    let (server, number, encoding, schema, bytes) = server.unwrap_or_default();
    if number < OLDEST_SERVER {
        return Err(StoreError::Unsuitable(format!(
            "the server is PostgreSQL {server}, and 13 is the oldest that will do"
        )));
    }
    if encoding != "UTF8" {
        return Err(StoreError::Unsuitable(format!("its encoding is {encoding}, and names need UTF8")));
    }
    if schema.is_empty() {
        return Err(StoreError::Unsuitable("the schema of its search path does not exist".into()));
    }
    let (found, known) = (version(sql)?, MIGRATIONS.len());
    match found {
        Some(found) if found > known => Err(StoreError::Newer { found, known }),
        version => Ok(Found { server, version, bytes: u64::try_from(bytes).unwrap_or_default() }),
    }
}

/// How many migrations the tables have had; `None` without tables of ours.
fn version(sql: &mut dyn Sql) -> Result<Option<usize>, StoreError> {
    let is_there = sql.row(
        "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'migration'",
        &[],
        |row| row.flag(0),
    )?;
    if is_there != Some(true) {
        return Ok(None);
    }
    let version = sql.row("SELECT coalesce(max(version), 0) FROM migration", &[], |row| row.count(0))?;
    Ok(version.map(|version| version as usize))
}
