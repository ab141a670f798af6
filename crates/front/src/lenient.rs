//! Reading JSON that keeps no promises: a wrong type is the same as an absent key. Front's own description denies
//! many nulls that its answers hold (`reference/front.md §10`).

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::{List, request::json};

/// An object of the API.
pub(crate) trait Object: Sized {
    /// What it is called when it cannot be read.
    const NAME: &'static str;
    fn read(value: &Value) -> Option<Self>;
}

/// Parser of an answer that is one object.
pub(crate) fn one<T: Object>(body: &[u8]) -> Result<T, String> {
    T::read(&json(body)?).ok_or_else(|| format!("there is no usable {} in the body", T::NAME))
}

/// Parser of an answer that is a list (`reference/front.md §2.3`).
pub(crate) fn list<T: Object>(body: &[u8]) -> Result<List<T>, String> {
    let body = json(body)?;
    let items = body.get("_results").and_then(Value::as_array);
    let items = items.ok_or_else(|| format!("there is no list of {}s in the body", T::NAME))?;
    List::read(&body, items, T::read)
}

pub(crate) fn text(value: &Value, key: &str) -> Option<String> {
    match value.get(key)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// An id, given the type that wraps it.
pub(crate) fn id<T>(value: &Value, wrap: impl Fn(String) -> T) -> Option<T> {
    text(value, "id").map(wrap)
}

/// A size or a number of things.
pub(crate) fn count(value: &Value, key: &str) -> Option<u64> {
    match value.get(key)? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

pub(crate) fn flag(value: &Value, key: &str) -> Option<bool> {
    value.get(key)?.as_bool()
}

/// Unix seconds with up to three decimals (`reference/front.md §1.1`).
pub(crate) fn time(value: &Value, key: &str) -> Option<DateTime<Utc>> {
    let seconds = match value.get(key)? {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    // Beyond what a date can be, the cast saturates and chrono refuses.
    DateTime::from_timestamp_millis((seconds * 1_000.0).round() as i64)
}

/// A time as a query takes it: unix seconds, three decimals.
pub(crate) fn seconds(time: DateTime<Utc>) -> String {
    let millis = time.timestamp_millis();
    match millis.rem_euclid(1_000) {
        0 => millis.div_euclid(1_000).to_string(),
        rest => format!("{}.{rest:03}", millis.div_euclid(1_000)),
    }
}

/// The readable items of a list; null and absent are empty.
pub(crate) fn items<T>(value: &Value, key: &str, read: impl Fn(&Value) -> Option<T>) -> Vec<T> {
    value
        .get(key)
        .and_then(Value::as_array)
        .map(|items| items.iter().filter_map(read).collect())
        .unwrap_or_default()
}

/// Fills a body: what is `None` is left out, since null would overwrite.
pub(crate) fn insert_some(body: &mut Map<String, Value>, key: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        body.insert(key.to_owned(), value.into());
    }
}

/// Fills a body with a list, unless it is empty.
pub(crate) fn insert_list(body: &mut Map<String, Value>, key: &str, texts: &[impl AsRef<str>]) {
    if !texts.is_empty() {
        body.insert(key.to_owned(), texts.iter().map(AsRef::as_ref).collect());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_time_keeps_its_milliseconds() {
        for (form, kept) in [
            (json!(1_790_766_251), "1790766251"),
            (json!(1_790_766_251.204), "1790766251.204"),
            (json!("1790766251.204"), "1790766251.204"),
            (json!(1_790_766_251.01), "1790766251.010"),
        ] {
            assert_eq!(seconds(time(&json!({ "at": form }), "at").unwrap()), kept, "{form}");
        }
        for odd in [json!(null), json!(""), json!("soon"), json!(1e300), json!([]), json!({})] {
            assert_eq!(time(&json!({ "at": odd }), "at"), None, "{odd}");
        }
    }

    #[test]
    fn a_wrong_type_is_an_absent_key() {
        let odd = json!({ "name": [], "active": "yes", "list": null, "size": -1 });
        assert_eq!(text(&odd, "name"), None);
        assert_eq!(flag(&odd, "active"), None);
        assert_eq!(count(&odd, "size"), None);
        assert!(items(&odd, "list", Value::as_u64).is_empty());
    }
}
