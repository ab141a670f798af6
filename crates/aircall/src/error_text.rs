//! Finds the sentence in an error body. Aircall has at least four shapes of them (`reference/aircall.md §2.3`).

use serde_json::Value;

const LONGEST_CHARS: usize = 500;

/// The keys in the order in which they are worth reading.
const KEYS: [&str; 4] = ["troubleshoot", "errors", "message", "error"];

/// The most telling text of a body; `None` if it is no JSON object or says nothing.
///
/// A bare code (`BAD_REQUEST`) gives way to a later key that holds a sentence: the pagination cap says
/// `BAD_REQUEST` under `troubleshoot` and the reason under `errors`.
pub(crate) fn read(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let texts: Vec<String> = KEYS.iter().filter_map(|key| flat(body.get(key)?)).collect();
    let best = texts.iter().find(|text| !is_bare_code(text)).or_else(|| texts.first())?;
    Some(best.chars().take(LONGEST_CHARS).collect())
}

/// A text as it is; lists and objects on one line: `to: must be E.164; number_id: is missing`.
fn flat(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Array(items) => items.iter().filter_map(flat).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => fields
            .iter()
            .filter_map(|(field, value)| Some(format!("{field}: {}", flat(value)?)))
            .collect::<Vec<_>>()
            .join("; "),
        _ => String::new(),
    };
    (!text.is_empty()).then_some(text)
}

fn is_bare_code(text: &str) -> bool {
    text.contains('_') && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}
