//! Lists (`reference/front.md §2.3`): `limit` and `page_token`, a `next` that holds both, and filters in brackets.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{errors, objects::Moment, state::State};
use crate::wire::{Answered, Asked};

/// The largest page of every list but that of events.
pub(crate) const MOST: usize = 100;

/// What a row is sorted by; the id settles ties.
pub(crate) type Row = (i64, u64);

/// The page of a list that is asked for.
#[derive(Debug)]
pub(crate) struct Page {
    limit: usize,
    after: Option<Row>,
    is_ascending: bool,
}

impl Page {
    /// # Errors
    /// 400 for a limit that is too large, an order that is unknown or a token of another list.
    pub(crate) fn of(
        state: &State,
        asked: &Asked,
        most: usize,
        orders: &[&str],
        is_ascending: bool,
    ) -> Result<Self, Answered> {
        let limit = match asked.param("limit").map(str::parse::<usize>) {
            None => state.switches.page_size.min(most),
            Some(Ok(limit)) if (1..=most).contains(&limit) => limit,
            Some(_) => return Err(errors::bad_request(&format!("limit should be between 1 and {most}"))),
        };
        if asked.param("sort_by").is_some_and(|wanted| !orders.contains(&wanted)) {
            return Err(errors::bad_request("sort_by is not supported"));
        }
        let is_ascending = match asked.param("sort_order") {
            None => is_ascending,
            Some("asc") => true,
            Some("desc") => false,
            Some(_) => return Err(errors::bad_request("sort_order should be asc or desc")),
        };
        let after = match asked.param("page_token") {
            None => None,
            Some(token) => match place(token, &name(asked)) {
                Some(after) => Some(after),
                None => return Err(errors::bad_request("page_token is invalid")),
            },
        };
        Ok(Self { limit, after, is_ascending })
    }

    /// The envelope with the rows of this page, each written by `write`.
    pub(crate) fn cut(
        &self,
        asked: &Asked,
        origin: &str,
        mut rows: Vec<Row>,
        write: impl Fn(u64) -> Option<Value>,
    ) -> Value {
        rows.sort_unstable();
        if !self.is_ascending {
            rows.reverse();
        }
        let is_past = |row: &Row| match &self.after {
            None => true,
            Some(after) if self.is_ascending => row > after,
            Some(after) => row < after,
        };
        let mut rest = rows.into_iter().filter(is_past);
        let shown: Vec<Row> = rest.by_ref().take(self.limit).collect();
        let next = match (rest.next(), shown.last()) {
            (Some(_), Some(last)) => Some(self.next(asked, origin, *last)),
            _ => None,
        };
        let results: Vec<Value> = shown.iter().filter_map(|(_, id)| write(*id)).collect();
        let mut list = whole(asked, origin, &results);
        list["_pagination"] = json!({"next": next});
        list
    }

    fn next(&self, asked: &Asked, origin: &str, (key, id): Row) -> String {
        let token = BASE64_URL_SAFE_NO_PAD.encode(format!("{key}|{id}|{}", name(asked)));
        let kept = asked.query.iter().filter(|(key, _)| !matches!(key.as_str(), "limit" | "page_token"));
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(kept)
            .append_pair("limit", &self.limit.to_string())
            .append_pair("page_token", &token)
            .finish();
        format!("{origin}{}?{query}", asked.path)
    }
}

/// The envelope of a list that comes as a whole.
pub(crate) fn whole(asked: &Asked, origin: &str, results: &[Value]) -> Value {
    json!({"_links": {"self": own(asked, origin)}, "_results": results})
}

fn own(asked: &Asked, origin: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&asked.query).finish();
    if query.is_empty() {
        format!("{origin}{}", asked.path)
    } else {
        format!("{origin}{}?{query}", asked.path)
    }
}

/// A token belongs to one list with one set of filters.
fn name(asked: &Asked) -> String {
    let filters: Vec<String> = asked
        .query
        .iter()
        .filter(|(key, _)| !matches!(key.as_str(), "limit" | "page_token"))
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    format!("{}?{}", asked.path, filters.join("&"))
}

fn place(token: &str, list: &str) -> Option<Row> {
    let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let mut parts = text.splitn(3, '|');
    let row = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    (parts.next() == Some(list)).then_some(row)
}

/// All values of `q[name][]`, or of `q[name][0]` and so on.
pub(crate) fn filter<'a>(asked: &'a Asked, name: &'a str) -> Vec<&'a str> {
    let start = format!("q[{name}][");
    asked
        .query
        .iter()
        .filter(|(key, _)| key.starts_with(&start) && key.ends_with(']'))
        .map(|(_, value)| value.as_str())
        .collect()
}

/// The moment `q[name]`, in seconds.
///
/// # Errors
/// 400 when it is no number.
pub(crate) fn moment(asked: &Asked, name: &str) -> Result<Option<Moment>, Answered> {
    let Some(text) = asked.param(&format!("q[{name}]")) else {
        return Ok(None);
    };
    let ms = text.parse::<f64>().ok().map(|seconds| (seconds * 1000.0).round() as i64);
    match ms.and_then(Moment::from_timestamp_millis) {
        Some(at) => Ok(Some(at)),
        None => Err(errors::bad_request(&format!("q.{name} should be a timestamp in seconds"))),
    }
}

/// # Errors
/// 400 when `q` names a filter that this list does not have.
pub(crate) fn only_filters(asked: &Asked, known: &[&str]) -> Result<(), Answered> {
    let unknown = asked.query.iter().filter_map(|(key, _)| key.strip_prefix("q[")).find(|rest| {
        let name = rest.split(']').next().unwrap_or_default();
        !known.contains(&name)
    });
    match unknown {
        Some(name) => Err(errors::bad_request(&format!("q[{name} is not supported"))),
        None => Ok(()),
    }
}
