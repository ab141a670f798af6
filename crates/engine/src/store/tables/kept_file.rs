//! Table `kept_file`: recordings and voicemails in a folder (C6). A row stays after its file is gone, so that it is not
//! fetched again; it then tells nothing but the call's id.

use chrono::{DateTime, Utc};

use super::{call_id, key, micros, moment};
use crate::call::CaseId;
use crate::files::Medium;
use crate::keep::{KeptFile, KeptState};
use crate::store::StoreError;
use crate::store::sql::{Row, Sql, values};

const COLUMNS: &str =
    "call_id, medium, started_at, state, due_at, since, tries, folder, path, total, etag, content_type,
     sha256, done_at";

/// Files that are to be fetched, as far as nothing is known of them; whoever is known, and was not tried yet, is due
/// sooner if that is said.
pub(in crate::store) fn want(sql: &mut dyn Sql, wanted: &[KeptFile]) -> Result<(), StoreError> {
    let mut sets = wanted.iter().map(|file| {
        Vec::from(values![
            key(file.call),
            file.medium.key(),
            file.started_at.timestamp(),
            file.state.code(),
            file.due_at.map(micros),
            micros(file.since),
        ])
    });
    sql.execute_for_each(
        "INSERT INTO kept_file (call_id, medium, started_at, state, due_at, since, tries)
         VALUES ($1, $2, $3, $4, $5, $6, 0)
         ON CONFLICT (call_id, medium) DO UPDATE SET due_at = excluded.due_at
         WHERE kept_file.state = 'wanted' AND kept_file.tries = 0 AND kept_file.due_at > excluded.due_at",
        &mut sets,
    )?;
    Ok(())
}

/// What became of files that were in this state before.
///
/// [`StoreError::Stale`] if one is in another one by now.
pub(in crate::store) fn put(sql: &mut dyn Sql, files: &[(KeptState, KeptFile)]) -> Result<(), StoreError> {
    for (was, file) in files {
        let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let changed = sql.execute(
            "UPDATE kept_file SET state = $1, due_at = $2, tries = $3, folder = $4, path = $5, total = $6, etag = $7,
                 content_type = $8, sha256 = $9, done_at = $10
             WHERE call_id = $11 AND medium = $12 AND state = $13",
            &values![
                file.state.code(),
                file.due_at.map(micros),
                file.tries,
                file.folder.as_ref(),
                file.path.as_ref(),
                file.total.map(number),
                file.etag.as_ref(),
                file.content_type.as_ref(),
                file.sha256.as_ref(),
                file.done_at.map(micros),
                key(file.call),
                file.medium.key(),
                was.code(),
            ],
        )?;
        if changed == 0 {
            return Err(StoreError::Stale(file.call));
        }
    }
    Ok(())
}

/// Whatever is kept of these calls is to go, and nothing more of them is fetched.
pub(in crate::store) fn let_go(
    sql: &mut dyn Sql,
    calls: &[CaseId],
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    for call in calls {
        sql.execute(
            "UPDATE kept_file SET state = 'removing', due_at = $1, tries = 0
             WHERE call_id = $2 AND state IN ('wanted', 'kept', 'missing')",
            &values![micros(at), key(*call)],
        )?;
    }
    Ok(())
}

/// The same for all calls that began before this; answers how many files that are.
pub(in crate::store) fn let_go_before(
    sql: &mut dyn Sql,
    before: DateTime<Utc>,
    at: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let gone = sql.execute(
        "UPDATE kept_file SET state = 'removing', due_at = $1, tries = 0
         WHERE state IN ('wanted', 'kept', 'missing') AND started_at < $2",
        &values![micros(at), before.timestamp()],
    )?;
    Ok(usize::try_from(gone).unwrap_or(usize::MAX))
}

/// Files that are to be fetched or taken away now, those of the newest calls first.
pub(in crate::store) fn due(
    sql: &mut dyn Sql,
    now: DateTime<Utc>,
    states: &[KeptState],
    limit: usize,
) -> Result<Vec<KeptFile>, StoreError> {
    let states: Vec<String> = states.iter().map(|state| format!("'{}'", state.code())).collect();
    let query = format!(
        "SELECT {COLUMNS} FROM kept_file WHERE due_at <= $1 AND state IN ({})
         ORDER BY started_at DESC, call_id DESC, medium LIMIT $2",
        states.join(", ")
    );
    sql.rows(&query, &values![micros(now), i64::try_from(limit).unwrap_or(i64::MAX)], of_row)
}

/// When the next one is due.
pub(in crate::store) fn next_due(sql: &mut dyn Sql) -> Result<Option<DateTime<Utc>>, StoreError> {
    let next = sql.row("SELECT min(due_at) FROM kept_file WHERE due_at IS NOT NULL", &[], |row| {
        row.get::<Option<i64>>(0)
    })?;
    Ok(next.flatten().map(moment))
}

/// How many calls wait for a file of theirs now.
pub(in crate::store) fn waiting(sql: &mut dyn Sql, now: DateTime<Utc>) -> Result<u32, StoreError> {
    let query = "SELECT count(DISTINCT call_id) FROM kept_file WHERE due_at <= $1 AND state = 'wanted'";
    Ok(sql.row(query, &values![micros(now)], |row| row.count(0))?.unwrap_or_default())
}

/// What lies in this folder, as far as we know; of the newest calls first.
pub(in crate::store) fn lie_in(
    sql: &mut dyn Sql,
    folder: &str,
    limit: usize,
) -> Result<Vec<KeptFile>, StoreError> {
    let query = format!(
        "SELECT {COLUMNS} FROM kept_file WHERE folder = $1 AND path IS NOT NULL
         ORDER BY started_at DESC, call_id DESC, medium LIMIT $2"
    );
    sql.rows(&query, &values![folder, i64::try_from(limit).unwrap_or(i64::MAX)], of_row)
}

pub(in crate::store) fn of(sql: &mut dyn Sql, call: CaseId) -> Result<Vec<KeptFile>, StoreError> {
    let query = format!("SELECT {COLUMNS} FROM kept_file WHERE call_id = $1 ORDER BY medium");
    sql.rows(&query, &values![key(call)], of_row)
}

fn of_row(row: &Row<'_>) -> Result<KeptFile, StoreError> {
    let (medium, state): (String, String) = (row.get(1)?, row.get(3)?);
    let unknown = |what: &str| StoreError::Damaged(format!("a kept file of an unknown kind: {what}"));
    let maybe = |index| Ok::<_, StoreError>(row.get::<Option<i64>>(index)?.map(moment));
    Ok(KeptFile {
        call: call_id(row)?,
        medium: Medium::ALL.into_iter().find(|m| m.key() == medium).ok_or_else(|| unknown(&medium))?,
        started_at: DateTime::from_timestamp(row.get(2)?, 0).unwrap_or_default(),
        state: KeptState::ALL.into_iter().find(|s| s.code() == state).ok_or_else(|| unknown(&state))?,
        due_at: maybe(4)?,
        since: moment(row.get(5)?),
        tries: row.count(6)?,
        folder: row.get(7)?,
        path: row.get(8)?,
        total: row.get::<Option<i64>>(9)?.map(i64::unsigned_abs),
        etag: row.get(10)?,
        content_type: row.get(11)?,
        sha256: row.get(12)?,
        done_at: maybe(13)?,
    })
}
