//! Table `call` as lists and figures show it: the columns that are made from a call's view, and their queries.

use chrono::{DateTime, Utc};
use sidetone_protocol::{CallState, CallView, OutboxView, Outcome, Phase, Today};

use super::call::TROUBLE;
use super::{call_words, json, key, message_list, moment};
use crate::account::Stored;
use crate::call::CaseId;
use crate::erasing::is_private;
use crate::number::E164;
use crate::search::{self, Wanted};
use crate::store::sql::{Row, Sql, Value, values};
use crate::store::{Case, CaseChange, Filter, FullCall, Query, StoreError};
use crate::view::is_wanted;

/// The columns that lists are made from.
pub(super) struct ListColumns {
    pub(super) started_at: i64,
    pub(super) live: bool,
    pub(super) number: Option<String>,
    pub(super) state: Option<&'static str>,
    pub(super) reason: Option<String>,
    pub(super) wanted: bool,
    pub(super) outcome: Option<&'static str>,
    pub(super) talk_seconds: i64,
    pub(super) search: String,
    pub(super) view: Option<String>,
    pub(super) message: Option<String>,
}

impl ListColumns {
    pub(super) fn of(case: &Case, change: &CaseChange) -> Result<ListColumns, StoreError> {
        let unlisted = ListColumns {
            started_at: case.call.started_at().map_or(0, |at| at.timestamp()),
            live: false,
            number: None,
            state: None,
            reason: None,
            wanted: false,
            outcome: None,
            talk_seconds: 0,
            search: String::new(),
            view: None,
            message: None,
        };
        if let Some(message) = &change.message {
            return Ok(ListColumns {
                number: message.number.e164.clone(),
                state: Some(state_text(message.state)),
                reason: message.reason.as_ref().map(|r| r.code.clone()),
                wanted: message_list::is_wanted(message),
                search: message_list::search_text(message),
                message: Some(serde_json::to_string(message)?),
                ..unlisted
            });
        }
        let Some(view) = &change.view else { return Ok(unlisted) };
        Ok(ListColumns {
            started_at: view.started_at,
            live: view.phase != Phase::Ended,
            number: view.number.e164.clone(),
            state: Some(state_text(view.state)),
            reason: view.reason.as_ref().map(|r| r.code.clone()),
            wanted: is_wanted(view),
            outcome: view.outcome.map(|outcome| match outcome {
                Outcome::Answered => "answered",
                Outcome::Missed => "missed",
                Outcome::Voicemail => "voicemail",
                Outcome::Unanswered => "unanswered",
            }),
            talk_seconds: case.call.talk_seconds().unwrap_or(0),
            // Of a call that is not kept no index has anything, either.
            search: if is_private(case.barred.as_deref()) {
                String::new()
            } else {
                search::words_of(&case.call, view)
            },
            view: Some(serde_json::to_string(view)?),
            message: None,
        })
    }
}

fn state_text(state: CallState) -> &'static str {
    match state {
        CallState::Complete => "complete",
        CallState::Pending => "pending",
        CallState::Held => "held",
        CallState::Parked => "parked",
        CallState::NotLogged => "not_logged",
    }
}

/// A word of a search as a LIKE pattern.
pub(super) fn pattern(word: &str) -> String {
    let escaped = word.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

/// A page's cursor, `started_at.id`.
pub(super) fn cursor(text: &str) -> Option<(i64, i64)> {
    let (started_at, id) = text.split_once('.')?;
    Some((started_at.parse().ok()?, id.parse::<u64>().ok()?.cast_signed()))
}

fn views(sql: &mut dyn Sql, query: &str, values: &[Value<'_>]) -> Result<Vec<CallView>, StoreError> {
    sql.rows(query, values, |row| json(&row.get::<String>(0)?))
}

/// A page of calls, newest first, with the cursor of the next.
pub(in crate::store) fn page(
    sql: &mut dyn Sql,
    query: &Query,
) -> Result<(Vec<CallView>, Option<String>), StoreError> {
    page_of(sql, query, "view", |row| json(&row.get::<String>(0)?), |view| view)
}

/// The same with all facts.
pub(in crate::store) fn page_in_full(
    sql: &mut dyn Sql,
    query: &Query,
) -> Result<(Vec<FullCall>, Option<String>), StoreError> {
    let read = |row: &Row<'_>| {
        Ok(FullCall { view: json(&row.get::<String>(0)?)?, call: json(&row.get::<String>(1)?)? })
    };
    page_of(sql, query, "view, facts", read, |full| &full.view)
}

fn page_of<T>(
    sql: &mut dyn Sql,
    query: &Query,
    columns: &'static str,
    read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
    view: impl Fn(&T) -> &CallView,
) -> Result<(Vec<T>, Option<String>), StoreError> {
    let limit = query.limit.clamp(1, 200);
    if asks_for_nothing(query) {
        return Ok((Vec::new(), None));
    }
    let before = query.before.as_deref().and_then(cursor);
    let mut found = Vec::new();
    let mut add = |row: &Row<'_>| {
        found.push(read(row)?);
        Ok(())
    };
    match call_words::wanted(query) {
        Some(wanted) => {
            let stretch = call_words::stretch(sql, query, before)?;
            sql.calls_with(columns, &wanted, &stretch, limit + 1, &mut add)?;
        }
        None => {
            let (before, before_id) = before.unwrap_or((i64::MAX, i64::MAX));
            let (from, until) = span(query);
            // A bound that an index begins at, however deep the page is.
            let until = until.min(before.saturating_add(1));
            let text = format!(
                "SELECT {columns} FROM call WHERE view IS NOT NULL {} AND (started_at, id) < ($1, $2)
                 AND started_at >= $3 AND started_at < $4 ORDER BY started_at DESC, id DESC LIMIT $5",
                condition(query.filter)
            );
            sql.query(&text, &values![before, before_id, from, until, limit as i64 + 1], &mut add)?;
        }
    }
    let more = found.len() > limit;
    found.truncate(limit);
    let last = found.last().filter(|_| more).map(view);
    let next = last.map(|last| format!("{}.{}", last.started_at, last.id));
    Ok((found, next))
}

/// How many calls a query finds; counts no further than to `most`.
pub(in crate::store) fn count(sql: &mut dyn Sql, query: &Query, most: u32) -> Result<u32, StoreError> {
    if asks_for_nothing(query) {
        return Ok(0);
    }
    if let Some(wanted) = call_words::wanted(query) {
        let stretch = call_words::stretch(sql, query, None)?;
        return sql.count_with(&wanted, &stretch, most);
    }
    let (from, until) = span(query);
    let text = format!(
        "SELECT count(*) FROM (SELECT id FROM call WHERE view IS NOT NULL {} AND started_at >= $1 AND started_at < $2
             ORDER BY started_at DESC, id DESC LIMIT $3) AS counted",
        condition(query.filter)
    );
    Ok(sql.row(&text, &values![from, until, most], |row| row.count(0))?.unwrap_or_default())
}

/// Signs without a letter or digit among them are found nowhere.
fn asks_for_nothing(query: &Query) -> bool {
    let typed = query.text.as_deref().map(str::trim).filter(|text| !text.is_empty());
    typed.is_some_and(|text| Wanted::of(text, &[]).is_none())
}

fn condition(filter: Filter) -> &'static str {
    match filter {
        Filter::All => "",
        Filter::NotLogged => "AND state IN ('held', 'parked', 'not_logged') AND wanted = 1",
        Filter::Missed => "AND outcome IN ('missed', 'voicemail')",
        Filter::Voicemail => "AND outcome = 'voicemail'",
    }
}

/// From which second on, and before which.
fn span(query: &Query) -> (i64, i64) {
    let second = |at: DateTime<Utc>| at.timestamp();
    (query.from.map_or(i64::MIN, second), query.until.map_or(i64::MAX, second))
}

/// Earlier calls of a number, newest first, and how many there are.
pub(in crate::store) fn history(
    sql: &mut dyn Sql,
    number: &E164,
    but: CaseId,
    limit: usize,
) -> Result<(Vec<CallView>, u32), StoreError> {
    let found = views(
        sql,
        "SELECT view FROM call WHERE view IS NOT NULL AND number = $1 AND id <> $2 ORDER BY started_at DESC LIMIT $3",
        &values![number.as_str(), key(but), limit as i64],
    )?;
    let total = sql.row(
        "SELECT count(*) FROM call WHERE view IS NOT NULL AND number = $1 AND id <> $2",
        &values![number.as_str(), key(but)],
        |row| row.count(0),
    )?;
    Ok((found, total.unwrap_or_default()))
}

/// What waits.
pub(in crate::store) fn outbox(sql: &mut dyn Sql, now: DateTime<Utc>) -> Result<OutboxView, StoreError> {
    let waiting = sql.row(
        "SELECT count(*), CAST(coalesce(sum(due_writes), 0) AS BIGINT), min(due_since) FROM call
         WHERE due_at IS NOT NULL AND due_writes > 0",
        &[],
        |row| {
            let oldest = row.get::<Option<i64>>(2)?.map(|at| (now - moment(at)).num_seconds());
            Ok(OutboxView {
                calls: row.count(0)?,
                writes: row.count(1)?,
                oldest_seconds: oldest.map_or(0, |seconds| seconds.max(0) as u32),
                ..OutboxView::default()
            })
        },
    )?;
    let mut outbox = waiting.unwrap_or_default();
    sql.query(
        &format!(
            "SELECT state, count(*) FILTER (WHERE message IS NULL), count(*) FILTER (WHERE message IS NOT NULL)
             FROM call WHERE {TROUBLE} AND state <> 'pending' AND wanted = 1 GROUP BY state"
        ),
        &[],
        &mut |row| {
            let (calls, messages) = (row.count(1)?, row.count(2)?);
            match row.get::<String>(0)?.as_str() {
                "held" => (outbox.held, outbox.messages_held) = (calls, messages),
                state => {
                    *(if state == "parked" { &mut outbox.parked } else { &mut outbox.not_logged }) = calls;
                    outbox.messages_stopped += messages;
                }
            }
            Ok(())
        },
    )?;
    Ok(outbox)
}

/// The day that began at `since`, in four numbers.
pub(in crate::store) fn today(sql: &mut dyn Sql, since: DateTime<Utc>) -> Result<Today, StoreError> {
    let today = sql.row(
        "SELECT count(*), count(*) FILTER (WHERE state = 'complete'),
             count(*) FILTER (WHERE state IN ('held', 'parked', 'not_logged') AND wanted = 1),
             CAST(coalesce(sum(talk_seconds), 0) AS BIGINT)
         FROM call WHERE view IS NOT NULL AND started_at >= $1",
        &values![since.timestamp()],
        |row| {
            Ok(Today {
                calls: row.count(0)?,
                written: row.count(1)?,
                held: row.count(2)?,
                talk_seconds: row.count(3)?,
            })
        },
    )?;
    Ok(today.unwrap_or_default())
}

/// Whether the helpdesk holds the record of a call, by our ledger: it was written, and no person took it away.
const IS_HELD: &str =
    "(EXISTS (SELECT 1 FROM ledger WHERE ledger.call_id = call.id AND ledger.key = 'ticket')
     AND NOT EXISTS (SELECT 1 FROM ledger WHERE ledger.call_id = call.id AND ledger.key = 'gone'))";

/// Calls of a time, and those that the helpdesk does not hold.
pub(in crate::store) fn account(sql: &mut dyn Sql, from: i64, to: i64) -> Result<Stored, StoreError> {
    let counted = format!(
        "SELECT count(*), count(*) FILTER (WHERE {IS_HELD}) FROM call
         WHERE view IS NOT NULL AND started_at >= $1 AND started_at < $2"
    );
    let (calls, held) =
        sql.row(&counted, &values![from, to], |row| Ok((row.count(0)?, row.count(1)?)))?.unwrap_or_default();
    let others = format!(
        "SELECT view FROM call WHERE view IS NOT NULL AND started_at >= $1 AND started_at < $2 AND NOT {IS_HELD}
         ORDER BY started_at, id"
    );
    Ok(Stored { calls, held, others: views(sql, &others, &values![from, to])? })
}
