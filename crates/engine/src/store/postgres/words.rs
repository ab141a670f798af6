//! The index of words in PostgreSQL: a table of its own beside `call`, which changes more often than its words do.
//!
//! The words are made here, and not by a text search configuration: a server has those that it was built with.

use super::connection::Session;
use crate::search::Wanted;
use crate::store::StoreError;
use crate::store::sql::{EachRow, Sql, Stretch, values};

pub(super) fn put(session: &mut Session, place: i64, id: i64, words: &str) -> Result<(), StoreError> {
    let sql: &mut dyn Sql = session;
    let quoted: Vec<String> = words.split(' ').filter(|word| !word.is_empty()).map(quoted).collect();
    sql.execute(
        "INSERT INTO call_words (id, place, words) VALUES ($1, $2, CAST(CAST($3 AS TEXT) AS TSVECTOR))
         ON CONFLICT (id) DO UPDATE SET place = excluded.place, words = excluded.words",
        &values![id, place, quoted.join(" ")],
    )
    .map(drop)
}

pub(super) fn take(session: &mut Session, id: i64) -> Result<(), StoreError> {
    let sql: &mut dyn Sql = session;
    sql.execute("DELETE FROM call_words WHERE id = $1", &values![id]).map(drop)
}

pub(super) fn calls(
    session: &mut Session,
    columns: &str,
    wanted: &Wanted,
    stretch: &Stretch,
    limit: usize,
    each: EachRow<'_>,
) -> Result<(), StoreError> {
    let text = format!(
        "SELECT {columns} FROM (
             SELECT id AS found_id, place AS found_place FROM call_words
             WHERE words @@ CAST(CAST($1 AS TEXT) AS TSQUERY)
                 AND (place, id) < ($2, $3) AND place >= $4 ORDER BY place DESC, id DESC LIMIT $5
         ) AS found JOIN call ON id = found_id ORDER BY found_place DESC, found_id DESC"
    );
    session.query(
        &text,
        &values![expression(wanted), stretch.before, stretch.before_id, stretch.from, limit as i64],
        each,
    )
}

pub(super) fn count(
    session: &mut Session,
    wanted: &Wanted,
    stretch: &Stretch,
    most: u32,
) -> Result<u32, StoreError> {
    let sql: &mut dyn Sql = session;
    let count = sql.row(
        "SELECT count(*) FROM (SELECT id FROM call_words WHERE words @@ CAST(CAST($1 AS TEXT) AS TSQUERY)
             AND (place, id) < ($2, $3) AND place >= $4 LIMIT $5) AS counted",
        &values![expression(wanted), stretch.before, stretch.before_id, stretch.from, most],
        |row| row.count(0),
    )?;
    Ok(count.unwrap_or_default())
}

/// Words are letters, digits and our marks; none of them ends a text in quotes.
fn quoted(word: &str) -> String {
    format!("'{word}'")
}

fn expression(wanted: &Wanted) -> String {
    let joined = |all: &[Wanted], by: &str| {
        let all: Vec<String> = all.iter().map(expression).collect();
        format!("({})", all.join(by))
    };
    match wanted {
        Wanted::Word { word, begins } => format!("{}{}", quoted(word), if *begins { ":*" } else { "" }),
        Wanted::All(all) => joined(all, " & "),
        Wanted::Any(any) => joined(any, " | "),
    }
}
