//! Reading JSON that keeps no promises: a wrong type is the same as an absent key.

use chrono::{DateTime, NaiveDateTime, SecondsFormat, Utc};
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

/// Parser of an answer that is a list: the envelope, or a bare array (`reference/gorgias.md §5`).
pub(crate) fn list<T: Object>(body: &[u8]) -> Result<List<T>, String> {
    let body = json(body)?;
    let items = body.get("data").unwrap_or(&body);
    let items = items.as_array().ok_or_else(|| format!("there is no list of {}s in the body", T::NAME))?;
    let cursor = body.get("meta").and_then(|meta| text(meta, "next_cursor"));
    Ok(List::read(items, cursor, T::read))
}

pub(crate) fn text(value: &Value, key: &str) -> Option<String> {
    match value.get(key)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// An id or a size: a number, or a text of digits.
pub(crate) fn id(value: &Value, key: &str) -> Option<u64> {
    match value.get(key)? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// The id of a nested object: `{"key": {"id": n}}`.
pub(crate) fn id_of(value: &Value, key: &str) -> Option<u64> {
    id(value.get(key)?, "id")
}

/// Booleans are texts in what templates produce (`reference/gorgias.md §12`).
pub(crate) fn flag(value: &Value, key: &str) -> Option<bool> {
    match value.get(key)? {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => text.to_ascii_lowercase().parse().ok(),
        _ => None,
    }
}

/// ISO 8601 with microseconds and offset, or without an offset, which is UTC (`reference/gorgias.md §5`).
pub(crate) fn time(value: &Value, key: &str) -> Option<DateTime<Utc>> {
    let text = value.get(key)?.as_str()?.trim();
    let with_offset = DateTime::parse_from_rfc3339(text).ok().map(DateTime::into);
    with_offset.or_else(|| {
        let naive = NaiveDateTime::parse_from_str(&text.replacen(' ', "T", 1), "%Y-%m-%dT%H:%M:%S%.f");
        naive.ok().map(|naive| naive.and_utc())
    })
}

/// The readable items of a list; null and absent are empty.
pub(crate) fn items<T>(value: &Value, key: &str, read: impl Fn(&Value) -> Option<T>) -> Vec<T> {
    value
        .get(key)
        .and_then(Value::as_array)
        .map(|items| items.iter().filter_map(read).collect())
        .unwrap_or_default()
}

/// A time as Gorgias takes it.
pub(crate) fn written(time: DateTime<Utc>) -> String {
    let precision =
        if time.timestamp_subsec_micros() == 0 { SecondsFormat::Secs } else { SecondsFormat::Micros };
    time.to_rfc3339_opts(precision, false)
}

/// Fills a body: what is `None` is left out, since null would overwrite.
pub(crate) fn insert_some(body: &mut Map<String, Value>, key: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        body.insert(key.to_owned(), value.into());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_form_of_a_time_is_the_same_moment() {
        for form in [
            "2026-05-20T08:15:12.003141+00:00",
            "2026-05-20T08:15:12.003141Z",
            "2026-05-20T10:15:12.003141+02:00",
            "2026-05-20T08:15:12.003141",
            "2026-05-20 08:15:12.003141",
        ] {
            let time = time(&json!({ "at": form }), "at").unwrap();
            assert_eq!(written(time), "2026-05-20T08:15:12.003141+00:00", "{form}");
        }
        for odd in [json!(null), json!(""), json!("soon"), json!(7), json!({})] {
            assert_eq!(time(&json!({ "at": odd }), "at"), None, "{odd}");
        }
    }

    #[test]
    fn whole_seconds_are_written_without_a_fraction() {
        let time = time(&json!({ "at": "2026-05-20T08:15:11Z" }), "at").unwrap();
        assert_eq!(written(time), "2026-05-20T08:15:11+00:00");
    }

    #[test]
    fn a_wrong_type_is_an_absent_key() {
        let odd = json!({ "id": {}, "name": [], "active": 1, "list": null });
        assert_eq!(id(&odd, "id"), None);
        assert_eq!(text(&odd, "name"), None);
        assert_eq!(flag(&odd, "active"), None);
        assert_eq!(flag(&json!({ "active": "True" }), "active"), Some(true));
        assert!(items(&odd, "list", Value::as_u64).is_empty());
    }
}
