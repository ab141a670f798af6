//! What is erased (B12), over all tables: calls whose time is over, and everything that mentions one number.
//!
//! Of a call stay its row without facts, and its ledger without details.

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sidetone_protocol::{
    CallState, CallView, Completeness, LiveEvent, MessageView, NumberKind, NumberView, PartState, Phase,
    Pushed, Reason,
};

use super::call::TROUBLE;
use super::{call_id, json, kept_file, key, ledger, micros, pushed};
use crate::call::{Call, CaseId, Statement};
use crate::erasing::{Erased, ErasedCase, NO_NUMBER};
use crate::gate;
use crate::ledger::SHADOW;
use crate::number::E164;
use crate::number::mentions::{BETWEEN, Mentions};
use crate::search;
use crate::store::sql::{Row, Sql, values};
use crate::store::{Mentioned, StoreError, Trawl};

/// A body of which nothing is kept.
const NOTHING: &str = "{}";

/// Erases these calls and tells windows what is left of each.
pub(in crate::store) fn erase(
    sql: &mut dyn Sql,
    ids: &[CaseId],
    why: Erased,
    at: DateTime<Utc>,
) -> Result<Vec<Pushed>, StoreError> {
    let mut told = Vec::new();
    // In one order, whoever erases or commits: two programs wait for each other, and never in a ring.
    let mut ids = ids.to_vec();
    ids.sort();
    for id in &ids {
        told.extend(erase_one(sql, *id, why)?.map(|view| LiveEvent::Call(Box::new(view))));
    }
    kept_file::let_go(sql, &ids, at)?;
    // Old calls stand in no window; and hundreds of them would push everything else out.
    if why == Erased::Expired { Ok(Vec::new()) } else { pushed::put(sql, &told, at) }
}

/// A call's row as far as erasing needs it.
struct Kept {
    view: Option<CallView>,
    message: Option<MessageView>,
    place: Option<i64>,
    state: Option<String>,
}

fn erase_one(sql: &mut dyn Sql, id: CaseId, why: Erased) -> Result<Option<CallView>, StoreError> {
    let kept =
        sql.row("SELECT view, message, place, state FROM call WHERE id = $1", &values![key(id)], |row| {
            // A row that cannot be read is erased all the same.
            let read =
                |text: Option<String>| text.as_deref().and_then(|text| serde_json::from_str(text).ok());
            let message = row.get::<Option<String>>(1)?;
            Ok(Kept {
                view: read(row.get(0)?),
                message: message.as_deref().and_then(|text| serde_json::from_str(text).ok()),
                place: row.get(2)?,
                state: row.get(3)?,
            })
        })?;
    let is_known = kept.is_some();
    let Kept { view, message, place, state } =
        kept.unwrap_or(Kept { view: None, message: None, place: None, state: None });
    let view = view.map(|view| bare_call(view, why));
    let message = message.map(|message| bare_message(message, why));
    let blank = Call::new(id);
    let words = view.as_ref().map(|view| search::words_of(&blank, view)).unwrap_or_default();
    let state = state.map(|state| if state == "complete" { state } else { "not_logged".to_owned() });
    let texts = (view.as_ref().map(serde_json::to_string), message.as_ref().map(serde_json::to_string));
    let (view_text, message_text) = (texts.0.transpose()?, texts.1.transpose()?);
    let facts = serde_json::to_string(&blank)?;
    if is_known {
        sql.execute(
            "UPDATE call SET erased = $1, facts = $2, view = $3, message = $4, search = $5, state = $6, reason = $7,
                 number = NULL, thread = '', listed = NULL, due_at = NULL, due_since = NULL, due_writes = 0, live = 0,
                 wanted = 0, outcome = NULL, revision = revision + 1
             WHERE id = $8",
            &values![why.code(), facts, view_text, message_text, &words, state, why.code(), key(id)],
        )?;
    } else {
        // Its statements are in the inbox, and nobody has looked at them yet.
        sql.execute(
            "INSERT INTO call (id, facts, erased, reads_failed, reads_given_up, adopted, carded, due_writes, thread, revision,
                 started_at, live, wanted, talk_seconds, search)
             VALUES ($1, $2, $3, 0, 0, 0, 0, 0, '', 1, 0, 0, 0, 0, '')",
            &values![key(id), facts, why.code()],
        )?;
    }
    if let Some(place) = place {
        sql.take_words(place, key(id))?;
        if view.is_some() {
            sql.put_words(place, key(id), &words)?;
        }
    }
    let call = values![key(id)];
    sql.execute("UPDATE inbox SET body = '{}', folded = 1 WHERE call_id = $1", &call)?;
    for statement in [
        "DELETE FROM attempt WHERE call_id = $1",
        "DELETE FROM trace WHERE call_id = $1",
        "DELETE FROM own_comment WHERE call_id = $1",
        "DELETE FROM dial WHERE call_id = $1",
        "UPDATE ledger SET detail = '{}' WHERE call_id = $1",
    ] {
        sql.execute(statement, &call)?;
    }
    sql.execute("DELETE FROM ledger WHERE call_id = $1 AND key = $2", &values![key(id), SHADOW])?;
    let shown = message.as_ref().map_or_else(|| id.to_string(), |message| message.id.clone());
    sql.execute("DELETE FROM desk WHERE whom = $1", &values![format!("call:{id}")])?;
    sql.execute("DELETE FROM pushed WHERE body LIKE $1", &values![format!("%\"{shown}\"%")])?;
    Ok(view)
}

fn no_number() -> NumberView {
    NumberView {
        kind: NumberKind::Other,
        e164: None,
        international: None,
        national: None,
        country: None,
        received: NO_NUMBER.to_owned(),
    }
}

/// What is in the helpdesk is there still; everything else is not there for this reason.
fn standing(state: CallState, why: Erased) -> (CallState, Option<Reason>) {
    let state = if state == CallState::Complete { state } else { CallState::NotLogged };
    (state, Some(gate::reason(why.code())))
}

fn bare_call(view: CallView, why: Erased) -> CallView {
    let (state, reason) = standing(view.state, why);
    let none = PartState::NotExpected;
    let nothing = Completeness { note: none, tags: none, recording: none, voicemail: none };
    CallView {
        number: no_number(),
        customer: None,
        contact_name: None,
        agent: None,
        phase: Phase::Ended,
        completeness: if state == CallState::Complete { view.completeness } else { nothing },
        state,
        reason,
        ..view
    }
}

fn bare_message(view: MessageView, why: Erased) -> MessageView {
    let (state, reason) = standing(view.state, why);
    MessageView {
        number: no_number(),
        customer: None,
        contact_name: None,
        agent: None,
        text: String::new(),
        files: 0,
        state,
        reason,
        ..view
    }
}

/// Whether a call was erased.
pub(super) fn is_erased(sql: &mut dyn Sql, id: CaseId) -> Result<bool, StoreError> {
    let query = "SELECT id FROM call WHERE id = $1 AND erased IS NOT NULL";
    Ok(sql.row(query, &values![key(id)], |row| row.get::<i64>(0))?.is_some())
}

/// What is left of a call that was erased.
pub(in crate::store) fn of(sql: &mut dyn Sql, id: CaseId) -> Result<Option<ErasedCase>, StoreError> {
    let found = sql.row(
        "SELECT erased, view, message FROM call WHERE id = $1 AND erased IS NOT NULL",
        &values![key(id)],
        |row| {
            let view = row.get::<Option<String>>(1)?.map(|text| json(&text)).transpose()?;
            let message = row.get::<Option<String>>(2)?.map(|text| json(&text)).transpose()?;
            let why = Erased::from_code(&row.get::<String>(0)?).unwrap_or(Erased::Expired);
            Ok((why, view, message))
        },
    )?;
    let Some((why, view, message)) = found else { return Ok(None) };
    Ok(Some(ErasedCase { why, view, message, ledger: ledger::of(sql, id)? }))
}

/// Calls and messages from before whose records are finished: nothing of theirs waits for anything. Of what tells no time,
/// that counts at which it came.
pub(in crate::store) fn expired(
    sql: &mut dyn Sql,
    before: DateTime<Utc>,
    limit: usize,
) -> Result<Vec<CaseId>, StoreError> {
    sql.rows(
        "SELECT id FROM call WHERE erased IS NULL AND started_at < $1 AND live = 0 AND due_writes = 0
             AND coalesce(state, 'complete') IN ('complete', 'not_logged') AND coalesce(reason, '') <> 'no_author'
             AND (started_at > 0 OR EXISTS (SELECT 1 FROM inbox WHERE inbox.id = call.arrived AND received_at < $2))
             AND NOT EXISTS (SELECT 1 FROM attempt WHERE attempt.call_id = call.id)
             AND NOT EXISTS (SELECT 1 FROM own_comment WHERE own_comment.call_id = call.id AND open = 1)
         ORDER BY started_at, id LIMIT $3",
        &values![before.timestamp(), micros(before), limit as i64],
        call_id,
    )
}

/// The same that wait for something: they are kept until it is decided.
pub(in crate::store) fn overdue(sql: &mut dyn Sql, before: DateTime<Utc>) -> Result<u32, StoreError> {
    let waiting = sql.row(
        &format!(
            "SELECT count(*) FROM call WHERE {TROUBLE} AND (state <> 'not_logged' OR reason = 'no_author')
                 AND erased IS NULL AND started_at > 0 AND started_at < $1"
        ),
        &values![before.timestamp()],
        |row| row.count(0),
    )?;
    Ok(waiting.unwrap_or_default())
}

/// Forgets what is beside the calls and older than this: statements that speak of no call, answers of the helpdesk, and what
/// was decided about numbers of which no call is known any more.
pub(in crate::store) fn forget_before(sql: &mut dyn Sql, before: DateTime<Utc>) -> Result<(), StoreError> {
    let before = values![micros(before)];
    sql.execute(
        "UPDATE inbox SET body = '{}' WHERE call_id IS NULL AND received_at < $1 AND body <> '{}'",
        &before,
    )?;
    sql.execute("DELETE FROM matched WHERE checked_at < $1", &before)?;
    for (table, column, at) in [("choice", "number", "chosen_at"), ("conversation", "customer", "seen_at")] {
        let known = match table {
            "choice" => {
                "SELECT 1 FROM call WHERE call.number = choice.number AND (view IS NOT NULL OR message IS NOT NULL)"
            }
            _ => {
                "SELECT 1 FROM ledger JOIN call ON call.id = ledger.call_id WHERE ledger.key = 'customer'
                     AND ledger.helpdesk_id = conversation.customer AND call.erased IS NULL"
            }
        };
        sql.execute(
            &format!("DELETE FROM {table} WHERE {at} < $1 AND {column} <> '' AND NOT EXISTS ({known})"),
            &before,
        )?;
    }
    Ok(())
}

/// Calls that are over and of which nothing is kept.
pub(in crate::store) fn to_erase(
    sql: &mut dyn Sql,
    limit: usize,
) -> Result<Vec<(CaseId, Erased)>, StoreError> {
    sql.rows(
        "SELECT id, barred FROM call
         WHERE barred IN ('never_log', 'forgotten') AND erased IS NULL AND live = 0
             AND NOT EXISTS (SELECT 1 FROM attempt WHERE attempt.call_id = call.id AND state <> 'Parked')
         ORDER BY id LIMIT $1",
        &values![limit as i64],
        |row| Ok((call_id(row)?, Erased::from_code(&row.get::<String>(1)?).unwrap_or(Erased::NeverLog))),
    )
}

/// Remembers that a number was forgotten, by its hash.
pub(in crate::store) fn note_forgotten(
    sql: &mut dyn Sql,
    hash: &str,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO forgotten (number_hash, at) VALUES ($1, $2)
         ON CONFLICT (number_hash) DO UPDATE SET at = excluded.at",
        &values![hash, micros(at)],
    )?;
    Ok(())
}

/// When a number was forgotten last.
pub(in crate::store) fn forgotten_at(
    sql: &mut dyn Sql,
    hash: &str,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    sql.row("SELECT at FROM forgotten WHERE number_hash = $1", &values![hash], |row| {
        Ok(super::moment(row.get(0)?))
    })
}

/// A text column without what may stand between the digits of a number, as SQL.
fn stripped(column: &str) -> String {
    BETWEEN.iter().fold(column.to_owned(), |text, between| format!("replace({text}, '{between}', '')"))
}

fn pattern(mentions: &Mentions) -> String {
    format!("%{}%", mentions.national())
}

/// The calls among the next ones that are of the number and began until then; others that mention it lose the mention at
/// once.
pub(in crate::store) fn trawl_calls(
    sql: &mut dyn Sql,
    number: &E164,
    until: DateTime<Utc>,
    after: Option<i64>,
    limit: usize,
) -> Result<Trawl, StoreError> {
    let mentions = Mentions::of(number);
    let after = after.unwrap_or(i64::MIN);
    let Some(last) = last_of(sql, "call", "id", after, limit)? else { return Ok(Trawl::default()) };
    let columns = ["facts", "coalesce(view, '')", "coalesce(message, '')"].map(stripped);
    let found = sql.rows(
        &format!(
            "SELECT id, facts, view, place FROM call WHERE id > $1 AND id <= $2 AND erased IS NULL
                 AND (number = $3 OR {} LIKE $4 OR {} LIKE $4 OR {} LIKE $4)",
            columns[0], columns[1], columns[2]
        ),
        &values![after, last, number.as_str(), pattern(&mentions)],
        |row| {
            Ok((
                call_id(row)?,
                row.get::<String>(1)?,
                row.get::<Option<String>>(2)?,
                row.get::<Option<i64>>(3)?,
            ))
        },
    )?;
    let mut trawl = Trawl { last: Some(last), ..Trawl::default() };
    for (id, facts, view, place) in found {
        let call = serde_json::from_str::<Call>(&facts).ok();
        // What cannot be read is not known to be somebody else's.
        let is_of = call.as_ref().is_none_or(|call| call.party().number() == Some(number));
        if is_of {
            let is_later = call.and_then(|call| call.started_at()).is_some_and(|at| at > until);
            trawl.calls.extend(Some(id).filter(|_| !is_later));
            continue;
        }
        let facts = without_in_own::<Call>(&facts, &mentions).unwrap_or(facts);
        let view = view.map(|view| without_in_own::<CallView>(&view, &mentions).unwrap_or(view));
        // What cannot be read keeps no words.
        let read = view.as_deref().and_then(|view| Some((json(&facts).ok()?, json(view).ok()?)));
        let words = read.map(|(call, view)| search::words_of(&call, &view)).unwrap_or_default();
        sql.execute(
            "UPDATE call SET facts = $1, view = $2, search = CASE WHEN message IS NULL THEN $3 ELSE '' END,
                 revision = revision + 1 WHERE id = $4",
            &values![facts, view.as_ref(), &words, key(id)],
        )?;
        let message = sql.row("SELECT message FROM call WHERE id = $1", &values![key(id)], |row| {
            row.get::<Option<String>>(0)
        })?;
        if let Some(message) = message.flatten() {
            let message = without_in_own::<MessageView>(&message, &mentions).unwrap_or(message);
            let words = json(&message)
                .ok()
                .map(|message| super::message_list::search_text(&message))
                .unwrap_or_default();
            sql.execute(
                "UPDATE call SET message = $1, search = $2 WHERE id = $3",
                &values![message, words, key(id)],
            )?;
        }
        if let Some(place) = place.filter(|_| view.is_some()) {
            sql.take_words(place, key(id))?;
            sql.put_words(place, key(id), &words)?;
        }
        trawl.mentions += 1;
    }
    Ok(trawl)
}

/// The next statements that mention the number lose their body. One that nobody has looked at yet names its call, if that is
/// of the number.
pub(in crate::store) fn trawl_inbox(
    sql: &mut dyn Sql,
    number: &E164,
    until: DateTime<Utc>,
    after: Option<i64>,
    limit: usize,
) -> Result<Trawl, StoreError> {
    let mentions = Mentions::of(number);
    let after = after.unwrap_or(i64::MIN);
    let Some(last) = last_of(sql, "inbox", "id", after, limit)? else { return Ok(Trawl::default()) };
    let found = sql.rows(
        &format!(
            "SELECT id, call_id, folded, as_of, body FROM inbox WHERE id > $1 AND id <= $2 AND body <> '{NOTHING}'
                 AND received_at <= $3 AND {} LIKE $4",
            stripped("body")
        ),
        &values![after, last, micros(until), pattern(&mentions)],
        statement_row,
    )?;
    let mut trawl = Trawl { last: Some(last), ..Trawl::default() };
    for (id, call, is_folded, as_of, body) in found {
        if without(&body, &mentions)?.is_none() {
            continue;
        }
        trawl.mentions += 1;
        let is_of = !is_folded && call.is_some_and(|call| speaks_of(&body, call, as_of, number));
        trawl.calls.extend(call.filter(|_| is_of));
        // Nobody reads a body again once its call knows it.
        // What is still to be folded is Aircall's, and is one of its bodies afterwards.
        let left = if is_folded || is_of {
            NOTHING.to_owned()
        } else {
            without_in_own::<Value>(&body, &mentions).unwrap_or(body)
        };
        sql.execute("UPDATE inbox SET body = $1 WHERE id = $2", &values![left, id])?;
    }
    trawl.calls.sort();
    trawl.calls.dedup();
    Ok(trawl)
}

type StatementRow = (i64, Option<CaseId>, bool, i64, String);

fn statement_row(row: &Row<'_>) -> Result<StatementRow, StoreError> {
    let call = row.get::<Option<i64>>(1)?.map(|id| CaseId(id.cast_unsigned()));
    Ok((row.get(0)?, call, row.flag(2)?, row.get(3)?, row.get(4)?))
}

/// Whether a statement's call is one of the number.
fn speaks_of(body: &str, id: CaseId, as_of: i64, number: &E164) -> bool {
    let Ok(body) = serde_json::from_str::<Value>(body) else { return false };
    let Some(data) = body.get("data").and_then(Value::as_object) else { return false };
    let mut call = Call::new(id);
    call.join(&Statement { origin: &crate::call::Origin::Listed, as_of, data });
    call.party().number() == Some(number)
}

/// The last of the next rows of a table; `None`: there are none.
fn last_of(
    sql: &mut dyn Sql,
    table: &str,
    by: &str,
    after: i64,
    limit: usize,
) -> Result<Option<i64>, StoreError> {
    let next = format!("SELECT {by} FROM {table} WHERE {by} > $1 ORDER BY {by} LIMIT $2");
    Ok(sql
        .row(&format!("SELECT max({by}) FROM ({next}) AS next"), &values![after, limit as i64], |row| {
            row.get::<Option<i64>>(0)
        })?
        .flatten())
}

/// A text, JSON or not, without the number; `None` where it is not in it.
fn without(text: &str, mentions: &Mentions) -> Result<Option<String>, StoreError> {
    match serde_json::from_str::<Value>(text) {
        Ok(mut value) => {
            let found = mentions.take_out(&mut value);
            Ok(if found { Some(serde_json::to_string(&value)?) } else { None })
        }
        Err(_) => Ok(mentions.taken_out_of(text)),
    }
}

/// A document of our own without the number; `None` where it is not in it, or where it could not be read afterwards.
fn without_in_own<T: DeserializeOwned>(text: &str, mentions: &Mentions) -> Option<String> {
    let mut value: Value = serde_json::from_str(text).ok()?;
    if !mentions.take_out_of_own(&mut value) {
        return None;
    }
    let without = serde_json::to_string(&value).ok()?;
    serde_json::from_str::<T>(&without).is_ok().then_some(without)
}

/// The same of a text that may be no document at all.
fn without_in_text(text: &str, mentions: &Mentions) -> Option<String> {
    match serde_json::from_str::<Value>(text) {
        Ok(_) => without_in_own::<Value>(text, mentions),
        Err(_) => mentions.taken_out_of(text),
    }
}

/// Texts of other tables that may mention a number; large tables are looked through by this column, the others at once. An
/// address of Front's stands where other helpdesks have an id: without a plus it is one.
const MENTIONS: [(&str, &str, Option<&str>); 8] = [
    ("trace", "line", Some("id")),
    ("ledger", "detail", Some("call_id")),
    ("ledger", "helpdesk_id", Some("call_id")),
    ("attempt", "write", None),
    ("own_comment", "comment", None),
    ("conversation", "conversation", None),
    ("telling", "body", None),
    ("telling", "text", None),
];

/// The next rows of one of them.
pub(in crate::store) fn trawl_texts(
    sql: &mut dyn Sql,
    number: &E164,
    part: usize,
    after: Option<i64>,
    limit: usize,
) -> Result<Option<Trawl>, StoreError> {
    let Some((table, column, by)) = MENTIONS.get(part) else { return Ok(None) };
    let mentions = Mentions::of(number);
    let after = after.unwrap_or(i64::MIN);
    let last = match by {
        Some(by) => last_of(sql, table, by, after, limit)?,
        None => None,
    };
    if by.is_some() && last.is_none() {
        return Ok(Some(Trawl::default()));
    }
    // Where there is no column to go by, both ends are left open.
    let (first, end) = (after, last.unwrap_or(i64::MAX));
    let within = by.map_or_else(
        || "CAST($2 AS BIGINT) < CAST($3 AS BIGINT)".to_owned(),
        |by| format!("{by} > $2 AND {by} <= $3"),
    );
    let of_addresses = if *column == "helpdesk_id" { " AND helpdesk_id LIKE '%+%'" } else { "" };
    let texts = sql.rows(
        &format!(
            "SELECT DISTINCT {column} FROM {table} WHERE {within} AND {} LIKE $1{of_addresses}",
            stripped(column)
        ),
        &values![pattern(&mentions), first, end],
        |row| row.get::<String>(0),
    )?;
    let mut trawl = Trawl { last, ..Trawl::default() };
    for text in texts {
        let Some(without) = without_in_text(&text, &mentions) else { continue };
        let changed = sql.execute(
            &format!("UPDATE {table} SET {column} = $1 WHERE {within} AND {column} = $4"),
            &values![without, first, end, &text],
        )?;
        trawl.mentions += u32::try_from(changed).unwrap_or(u32::MAX);
    }
    Ok(Some(trawl))
}

/// What else is stored under a number.
pub(in crate::store) fn forget_number(sql: &mut dyn Sql, number: &E164) -> Result<Mentioned, StoreError> {
    let mentions = Mentions::of(number);
    let (plain, wanted) = (number.as_str(), pattern(&mentions));
    let mut told = Mentioned::default();
    let count = |sql: &mut dyn Sql, statement: &str| -> Result<u32, StoreError> {
        Ok(u32::try_from(sql.execute(statement, &values![plain])?).unwrap_or(u32::MAX))
    };
    told.choices = count(sql, "DELETE FROM choice WHERE number = $1")?;
    told.directory = count(sql, "DELETE FROM matched WHERE number = $1")?;
    told.others = count(sql, "DELETE FROM dial WHERE number = $1")?;
    told.others += count(sql, "DELETE FROM desk WHERE whom = $1")?;
    sql.execute("UPDATE call SET thread = '' WHERE thread = $1", &values![format!("number:{plain}")])?;
    let theirs: Vec<String> = sql.rows(
        "SELECT DISTINCT customer FROM directory_number WHERE number = $1 ORDER BY customer",
        &values![plain],
        |row| row.get(0),
    )?;
    // A spelling of the number may mean others as well: it goes as a whole.
    told.directory += count(
        sql,
        "DELETE FROM directory_number WHERE EXISTS (SELECT 1 FROM directory_number AS same
             WHERE same.customer = directory_number.customer AND same.address = directory_number.address
                 AND same.number = $1)",
    )?;
    for customer in theirs {
        let only = "DELETE FROM directory WHERE customer = $1
             AND NOT EXISTS (SELECT 1 FROM directory_number WHERE directory_number.customer = directory.customer)";
        told.directory += u32::try_from(sql.execute(only, &values![&customer])?).unwrap_or(u32::MAX);
        sql.execute("DELETE FROM conversation WHERE customer = $1", &values![&customer])?;
    }
    let columns = [
        ("directory", "note"),
        ("directory", "name"),
        ("directory_number", "address"),
        ("matched", "customers"),
    ];
    for (table, column) in columns {
        let text = stripped(column);
        // What was copied from the helpdesk is read again from there.
        let statement = match column {
            "note" => format!("UPDATE directory SET note = NULL WHERE {text} LIKE $1"),
            "name" => format!("UPDATE directory SET name = '' WHERE {text} LIKE $1"),
            _ => format!("DELETE FROM {table} WHERE {text} LIKE $1"),
        };
        told.directory += u32::try_from(sql.execute(&statement, &values![&wanted])?).unwrap_or(u32::MAX);
    }
    let lost =
        sql.execute(&format!("DELETE FROM pushed WHERE {} LIKE $1", stripped("body")), &values![&wanted])?;
    told.others += u32::try_from(lost).unwrap_or(u32::MAX);
    Ok(told)
}
