//! Finds the sentence and the refused fields in an error body (`reference/gorgias.md §4`).

use std::collections::BTreeMap;

use serde_json::Value;

const LONGEST_CHARS: usize = 500;

/// What an error body says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// The message.
    pub(crate) text: Option<String>,
    /// Per field, what is wrong with it; nested fields as `messages.0.sender`.
    pub(crate) fields: BTreeMap<String, Vec<String>>,
    /// Whether the body is a web page, hence not the API's.
    pub(crate) is_page: bool,
}

/// Reads `{"error": {"msg", "data"}}`, OAuth's `{"error": "…"}`, and survives everything else.
pub(crate) fn read(body: &[u8]) -> Said {
    let Ok(json) = serde_json::from_slice::<Value>(body) else {
        return Said { is_page: body.trim_ascii_start().starts_with(b"<"), ..Said::default() };
    };
    let mut said = Said::default();
    match json.get("error") {
        Some(Value::String(text)) => said.text = short(text),
        Some(Value::Object(error)) => {
            said.text = error.get("msg").and_then(Value::as_str).and_then(short);
            collect("", error.get("data").unwrap_or(&Value::Null), &mut said.fields);
        }
        _ => said.text = json.get("message").and_then(Value::as_str).and_then(short),
    }
    said
}

fn short(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.chars().take(LONGEST_CHARS).collect())
}

fn collect(path: &str, data: &Value, fields: &mut BTreeMap<String, Vec<String>>) {
    match data {
        Value::Object(inner) => {
            for (key, value) in inner {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                collect(&path, value, fields);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(path, item, fields)),
        Value::String(text) => fields.entry(path.to_owned()).or_default().extend(short(text)),
        _ => {}
    }
}
