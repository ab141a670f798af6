//! Lists: filters that are known, an order out of a few, and opaque cursors that expire
//! (`reference/gorgias.md §5`).

use serde_json::{Value, json};

use super::{errors, fields::only_params, state::State};
use crate::wire::{Answered, Asked};

const DEFAULT_LIMIT: usize = 30;
const MOST: usize = 100;

/// What a list can be asked.
pub(crate) struct Listing {
    pub(crate) doing: &'static str,
    pub(crate) filters: &'static [&'static str],
    /// `field:direction`; the first is the default.
    pub(crate) orders: &'static [&'static str],
}

/// What a row is sorted by; the id settles ties.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SortKey {
    Number(i64),
    Text(String),
}

/// A place in a list that a client may come back to.
#[derive(Debug, Clone)]
pub(crate) struct Cursor {
    list: String,
    after: (SortKey, u64),
    expires_at: i64,
}

/// Answers a list. `rows` gives the sort key and id of what passes the filters, for the field of the order;
/// `write` writes one object.
pub(crate) fn list(
    state: &mut State,
    asked: &Asked,
    listing: &Listing,
    rows: impl FnOnce(&State, &str) -> Vec<(SortKey, u64)>,
    write: impl Fn(&State, u64) -> Option<Value>,
) -> Answered {
    let allowed = [listing.filters, &["cursor", "limit", "order_by"]].concat();
    if let Err(refusal) = only_params(asked, &allowed, listing.doing) {
        return refusal;
    }
    let limit = match asked.param("limit").map(str::parse::<usize>) {
        None => DEFAULT_LIMIT,
        Some(Ok(limit)) if (1..=MOST).contains(&limit) => limit,
        Some(_) => return errors::invalid_field(listing.doing, "limit", "Must be between 1 and 100."),
    };
    let default = listing.orders.first().copied().unwrap_or_default();
    let wanted = asked.param("order_by").unwrap_or(default);
    let Some(order) = listing.orders.iter().find(|order| **order == wanted) else {
        return errors::invalid_field(listing.doing, "order_by", "Not a valid choice.");
    };
    let (field, direction) = order.split_once(':').unwrap_or((order, "asc"));
    let is_descending = direction.starts_with("desc");
    let name = list_name(asked, order);
    let after = match asked.param("cursor").map(|token| known_cursor(state, token, &name)) {
        None => None,
        Some(Some(after)) => Some(after),
        Some(None) => {
            let refusal = errors::invalid_field(listing.doing, "cursor", "Invalid or expired cursor.");
            return refusal.with_status(state.switches.dead_cursor_status);
        }
    };

    let mut rows = rows(state, field);
    rows.sort_unstable();
    if is_descending {
        rows.reverse();
    }
    let is_past = |row: &(SortKey, u64)| match &after {
        None => true,
        Some(after) if is_descending => row < after,
        Some(after) => row > after,
    };
    let mut rest = rows.into_iter().filter(is_past);
    let shown: Vec<(SortKey, u64)> = rest.by_ref().take(limit).collect();
    let next = match (rest.next(), shown.last()) {
        (Some(_), Some(last)) => Some(new_cursor(state, name, last.clone())),
        _ => None,
    };
    let data: Vec<Value> = shown.iter().filter_map(|(_, id)| write(state, *id)).collect();
    Answered::json(200, &envelope(&uri(asked), &data, next.as_deref()))
}

/// The envelope of every list.
pub(crate) fn envelope(uri: &str, data: &[Value], next: Option<&str>) -> Value {
    json!({
        "object": "list",
        "uri": uri,
        "data": data,
        "meta": {"prev_cursor": null, "next_cursor": next, "total_resources": null},
    })
}

fn uri(asked: &Asked) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&asked.query).finish();
    if query.is_empty() { asked.path.clone() } else { format!("{}?{query}", asked.path) }
}

/// A cursor belongs to one list with one set of filters.
fn list_name(asked: &Asked, order: &str) -> String {
    let filters: Vec<String> = asked
        .query
        .iter()
        .filter(|(key, _)| !matches!(key.as_str(), "cursor" | "limit" | "order_by"))
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    format!("{}?{}&{order}", asked.path.trim_end_matches('/'), filters.join("&"))
}

fn new_cursor(state: &mut State, list: String, after: (SortKey, u64)) -> String {
    let now = state.clock.unix();
    state.cursors.retain(|_, cursor| cursor.expires_at >= now);
    let token = state.dice.hex();
    let expires_at = now + state.switches.cursor_lifetime_s;
    state.cursors.insert(token.clone(), Cursor { list, after, expires_at });
    token
}

fn known_cursor(state: &State, token: &str, list: &str) -> Option<(SortKey, u64)> {
    state
        .cursors
        .get(token)
        .filter(|cursor| cursor.list == list && cursor.expires_at >= state.clock.unix())
        .map(|cursor| cursor.after.clone())
}
