//! Table `call` as a list of text messages shows it: the rows that are messages, with their own view.

use sidetone_protocol::{CallState, MessageView};

use super::call_list::{cursor, pattern};
use super::json;
use crate::number::E164;
use crate::store::sql::{Sql, Value, values};
use crate::store::{Case, MessageQuery, StoreError};

/// The order in which a customer's messages are written: that of their own time, to the microsecond, then that of arrival.
pub(super) fn ordinal(case: &Case) -> i64 {
    let message = case.call.message().and_then(|message| message.sent_at());
    message.map_or(0, |at| at.timestamp_micros())
}

/// Whether somebody expects this message in the helpdesk.
pub(super) fn is_wanted(view: &MessageView) -> bool {
    const BY_RULE: [&str; 9] = [
        "never_log",
        "forgotten",
        "expired",
        "before_go_live",
        "mode_off",
        "mode_shadow",
        "internal_call",
        "anonymous_stored",
        "not_supported",
    ];
    match (view.state, &view.reason) {
        (CallState::NotLogged, Some(reason)) => !BY_RULE.contains(&reason.code.as_str()),
        _ => true,
    }
}

pub(super) fn search_text(view: &MessageView) -> String {
    let digits: String =
        view.number.national.iter().flat_map(|n| n.chars()).filter(char::is_ascii_digit).collect();
    let customer = view.customer.as_ref().map(|c| c.name.as_str()).or(view.contact_name.as_deref());
    let agent = view.agent.as_ref().map(|a| a.name.as_str());
    let parts = [
        customer.unwrap_or_default(),
        view.number.e164.as_deref().unwrap_or_default(),
        view.number.international.as_deref().unwrap_or_default(),
        &digits,
        &view.line.name,
        agent.unwrap_or_default(),
        &view.text,
    ];
    parts.join(" ").to_lowercase()
}

/// A page of messages, newest first, with the cursor of the next.
pub(in crate::store) fn page(
    sql: &mut dyn Sql,
    query: &MessageQuery,
) -> Result<(Vec<MessageView>, Option<String>), StoreError> {
    let filter = if query.not_logged { "AND state IN ('held', 'parked', 'not_logged')" } else { "" };
    let (before, before_id) = query.before.as_deref().and_then(cursor).unwrap_or((i64::MAX, i64::MAX));
    let limit = query.limit.clamp(1, 200);
    let words = query.text.as_deref().unwrap_or_default().split_whitespace().take(6);
    let mut values: Vec<Value<'_>> = words.map(|word| pattern(word).into()).collect();
    let words = values.len();
    let search: String = (1..=words).map(|n| format!("AND search LIKE ${n} ESCAPE '\\' ")).collect();
    values.extend(values![before, before_id, limit as i64 + 1]);
    let text = format!(
        "SELECT message, started_at, id FROM call WHERE message IS NOT NULL {filter} {search}
         AND (started_at, id) < (${}, ${}) ORDER BY started_at DESC, id DESC LIMIT ${}",
        words + 1,
        words + 2,
        words + 3
    );
    let mut found: Vec<(MessageView, String)> = sql.rows(&text, &values, |row| {
        let place = format!("{}.{}", row.get::<i64>(1)?, row.get::<i64>(2)?.cast_unsigned());
        Ok((json(&row.get::<String>(0)?)?, place))
    })?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|(_, place)| place.clone());
    Ok((found.into_iter().map(|(view, _)| view).collect(), next))
}

/// Whether an earlier message of this number still waits to be written (M2).
pub(in crate::store) fn has_earlier(
    sql: &mut dyn Sql,
    case: &Case,
    number: &E164,
) -> Result<bool, StoreError> {
    let ordinal = ordinal(case);
    let earlier = sql.row(
        "SELECT id FROM call WHERE number = $1 AND message IS NOT NULL AND due_at IS NOT NULL AND due_writes > 0
             AND (ordinal < $2 OR (ordinal = $2 AND arrived < $3)) AND id <> $4 LIMIT 1",
        &values![number.as_str(), ordinal, case.arrived, super::key(case.call.id)],
        |row| row.get::<i64>(0),
    )?;
    Ok(earlier.is_some())
}

/// When the first one was.
pub(in crate::store) fn first_at(sql: &mut dyn Sql) -> Result<Option<i64>, StoreError> {
    let first = "SELECT started_at FROM call WHERE message IS NOT NULL ORDER BY started_at, id LIMIT 1";
    sql.row(first, &[], |row| row.get(0))
}

/// How many there are of a time.
pub(in crate::store) fn between(sql: &mut dyn Sql, from: i64, to: i64) -> Result<u32, StoreError> {
    let counted =
        "SELECT count(*) FROM call WHERE message IS NOT NULL AND started_at >= $1 AND started_at < $2";
    Ok(sql.row(counted, &values![from, to], |row| row.count(0))?.unwrap_or_default())
}
