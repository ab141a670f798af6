//! Finds what an error body says (`reference/front.md §2.2`).

use serde_json::Value;

const LONGEST_CHARS: usize = 500;
const MOST_DETAILS: usize = 20;

/// What an error body says. Each part may be absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// The kind of error, such as `Bad request`.
    pub(crate) title: Option<String>,
    /// The sentence.
    pub(crate) message: Option<String>,
    /// Single faults, such as `body.tag_ids: should be an array`.
    pub(crate) details: Vec<String>,
    /// Whether the body is a web page, hence not the API's.
    pub(crate) is_page: bool,
}

/// Reads `{"_error": {"title", "message", "details"}}`, OAuth's `{"error", "error_description"}`, and survives
/// everything else.
pub(crate) fn read(body: &[u8]) -> Said {
    let Ok(json) = serde_json::from_slice::<Value>(body) else {
        return Said { is_page: body.trim_ascii_start().starts_with(b"<"), ..Said::default() };
    };
    match json.get("_error") {
        Some(Value::String(text)) => Said { message: short(text), ..Said::default() },
        Some(error) => Said {
            title: text(error, "title"),
            message: text(error, "message"),
            details: details(error.get("details").unwrap_or(&Value::Null)),
            is_page: false,
        },
        None => Said {
            title: text(&json, "error"),
            message: text(&json, "error_description").or_else(|| text(&json, "message")),
            ..Said::default()
        },
    }
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_str).and_then(short)
}

fn short(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.chars().take(LONGEST_CHARS).collect())
}

fn details(value: &Value) -> Vec<String> {
    let items = match value {
        Value::Array(items) => items.as_slice(),
        Value::String(_) => std::slice::from_ref(value),
        _ => &[],
    };
    items.iter().filter_map(Value::as_str).filter_map(short).take(MOST_DETAILS).collect()
}
