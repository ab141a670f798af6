//! The index of words in SQLite: an FTS5 table without its texts, whose rows stand in the order of time.

use super::super::sql::{EachRow, Sql, Stretch, values};
use super::Session;
use crate::search::Wanted;
use crate::store::StoreError;

pub(super) fn put(session: &mut Session<'_>, place: i64, words: &str) -> Result<(), StoreError> {
    let sql: &mut dyn Sql = session;
    sql.execute("INSERT INTO call_words (rowid, words) VALUES ($1, $2)", &values![place, words]).map(drop)
}

pub(super) fn take(session: &mut Session<'_>, place: i64) -> Result<(), StoreError> {
    let sql: &mut dyn Sql = session;
    sql.execute("DELETE FROM call_words WHERE rowid = $1", &values![place]).map(drop)
}

/// The one behind the last of that second; where there is none left, the next that is free.
pub(super) fn free_place(session: &mut Session<'_>, first: i64, end: i64) -> Result<i64, StoreError> {
    let sql: &mut dyn Sql = session;
    let last = sql.row(
        "SELECT rowid FROM call_words WHERE rowid >= $1 AND rowid < $2 ORDER BY rowid DESC LIMIT 1",
        &values![first, end],
        |row| row.get::<i64>(0),
    )?;
    let mut place = last.map_or(first, |last| last + 1);
    while place >= end && is_taken(sql, place)? {
        place += 1;
    }
    Ok(place)
}

fn is_taken(sql: &mut dyn Sql, place: i64) -> Result<bool, StoreError> {
    let found =
        sql.row("SELECT rowid FROM call_words WHERE rowid = $1", &values![place], |row| row.get::<i64>(0))?;
    Ok(found.is_some())
}

pub(super) fn calls(
    session: &mut Session<'_>,
    columns: &str,
    wanted: &Wanted,
    stretch: &Stretch,
    limit: usize,
    each: EachRow<'_>,
) -> Result<(), StoreError> {
    // CROSS: the index leads, in its order, and the calls follow one by one.
    let text = format!(
        "SELECT {columns} FROM call_words CROSS JOIN call ON call.place = call_words.rowid
         WHERE call_words MATCH $1 AND call_words.rowid < $2 AND call_words.rowid >= $3
         ORDER BY call_words.rowid DESC LIMIT $4"
    );
    session.query(&text, &values![expression(wanted), stretch.before, stretch.from, limit as i64], each)
}

pub(super) fn count(
    session: &mut Session<'_>,
    wanted: &Wanted,
    stretch: &Stretch,
    most: u32,
) -> Result<u32, StoreError> {
    let sql: &mut dyn Sql = session;
    let count = sql.row(
        "SELECT count(*) FROM (SELECT rowid FROM call_words
             WHERE call_words MATCH $1 AND rowid < $2 AND rowid >= $3 ORDER BY rowid DESC LIMIT $4)",
        &values![expression(wanted), stretch.before, stretch.from, most],
        |row| row.count(0),
    )?;
    Ok(count.unwrap_or_default())
}

/// As FTS5 understands it. Words are letters, digits and our marks; none of them ends a text in quotes.
fn expression(wanted: &Wanted) -> String {
    let joined = |all: &[Wanted], by: &str| {
        let all: Vec<String> = all.iter().map(expression).collect();
        format!("({})", all.join(by))
    };
    match wanted {
        Wanted::Word { word, begins } => format!("\"{word}\"{}", if *begins { " *" } else { "" }),
        Wanted::All(all) => joined(all, " AND "),
        Wanted::Any(any) => joined(any, " OR "),
    }
}
