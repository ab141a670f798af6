//! Reading JSON that keeps no promises: a wrong type is the same as an absent key.

use chrono::{DateTime, NaiveDateTime};
use serde_json::Value;

use crate::{page::Page, request::json};

/// Seconds above this are milliseconds: as seconds it would be the year 5138.
const MILLISECONDS_FROM: i64 = 100_000_000_000;

/// An object of the API that comes alone as `{singular: {…}}` and in lists as `{plural: […]}`.
pub(crate) trait Object: Sized {
    const SINGULAR: &'static str;
    const PLURAL: &'static str;
    fn read(value: &Value) -> Option<Self>;
}

/// Parser of an answer that holds one object.
pub(crate) fn one<T: Object>(_path: &str, body: &[u8]) -> Result<T, String> {
    let body = json(body)?;
    let inner = body.get(T::SINGULAR).unwrap_or(&body);
    T::read(inner).ok_or_else(|| format!("there is no usable `{}` in the body", T::SINGULAR))
}

/// Parser of an answer that holds a page of objects.
pub(crate) fn page<T: Object>(path: &str, body: &[u8]) -> Result<Page<T>, String> {
    let body = json(body)?;
    let items = body
        .get(T::PLURAL)
        .and_then(Value::as_array)
        .ok_or_else(|| format!("there is no list of `{}` in the body", T::PLURAL))?;
    Ok(Page::read(path, body.get("meta"), items, T::read))
}

pub(crate) fn text(value: &Value, key: &str) -> Option<String> {
    match value.get(key)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// An id: a number, or a text of digits. Ids of calls need 64 bits (`reference/aircall.md §4`).
pub(crate) fn id(value: &Value, key: &str) -> Option<u64> {
    match value.get(key)? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

pub(crate) fn integer(value: &Value, key: &str) -> Option<i64> {
    match value.get(key)? {
        // `as` saturates, and a fraction of a second says nothing.
        Value::Number(number) => number.as_i64().or_else(|| number.as_f64().map(|number| number as i64)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

pub(crate) fn flag(value: &Value, key: &str) -> Option<bool> {
    match value.get(key)? {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => text.to_ascii_lowercase().parse().ok(),
        _ => None,
    }
}

/// Unix seconds, from seconds, milliseconds, or an ISO 8601 text; without an offset it is UTC
/// (`reference/aircall.md §4`).
pub(crate) fn time(value: &Value, key: &str) -> Option<i64> {
    if let Some(number) = integer(value, key) {
        return Some(seconds(number));
    }
    let text = value.get(key)?.as_str()?.trim();
    let with_offset = DateTime::parse_from_rfc3339(text).ok().map(|time| time.timestamp());
    with_offset.or_else(|| {
        let naive = text.trim_end_matches(" UTC").replacen(' ', "T", 1);
        Some(NaiveDateTime::parse_from_str(&naive, "%Y-%m-%dT%H:%M:%S%.f").ok()?.and_utc().timestamp())
    })
}

pub(crate) fn seconds(number: i64) -> i64 {
    if number.abs() >= MILLISECONDS_FROM { number / 1000 } else { number }
}

pub(crate) fn object<T: Object>(value: &Value, key: &str) -> Option<T> {
    T::read(value.get(key)?)
}

/// The readable items of a list; null and absent are empty.
pub(crate) fn list<T>(value: &Value, key: &str, read: impl Fn(&Value) -> Option<T>) -> Vec<T> {
    value
        .get(key)
        .and_then(Value::as_array)
        .map(|items| items.iter().filter_map(read).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_form_of_a_time_is_the_same_second() {
        for form in [
            json!(1_790_766_000),
            json!("1790766000"),
            json!(1_790_766_000_123_i64),
            json!("2026-09-30T11:00:00.000Z"),
            json!("2026-09-30T11:00:00Z"),
            json!("2026-09-30T13:00:00+02:00"),
            json!("2026-09-30T11:00:00"),
            json!("2026-09-30 11:00:00 UTC"),
        ] {
            assert_eq!(time(&json!({ "at": form }), "at"), Some(1_790_766_000), "{form}");
        }
        for odd in [json!(null), json!(""), json!("soon"), json!({}), json!([1])] {
            assert_eq!(time(&json!({ "at": odd }), "at"), None, "{odd}");
        }
    }

    #[test]
    fn a_wrong_type_is_an_absent_key() {
        let odd = json!({ "id": {}, "name": [], "active": 1, "list": null });
        assert_eq!(id(&odd, "id"), None);
        assert_eq!(text(&odd, "name"), None);
        assert_eq!(flag(&odd, "active"), None);
        assert!(list(&odd, "list", |item| item.as_u64()).is_empty());
        assert_eq!(id(&json!("not even an object"), "id"), None);
    }

    #[test]
    fn an_id_may_be_written_as_a_text_and_needs_64_bits() {
        assert_eq!(id(&json!({ "id": "4300112299" }), "id"), Some(4_300_112_299));
        assert_eq!(id(&json!({ "id": 4_300_112_299_u64 }), "id"), Some(4_300_112_299));
    }
}
