//! A multipart body read as the object it stands for: `to[0]`, `metadata[thread_ref]`, `attachments[0]`
//! (`reference/front.md §2.5`). Nested data that is sent in any other way stays a text, and is refused as one.

use serde_json::{Map, Value};

use crate::wire::{Asked, Part};

/// The fields of a form, all of them texts, and its files.
pub(crate) fn read(asked: &Asked) -> (Map<String, Value>, Vec<&Part>) {
    let (mut fields, mut files) = (Map::new(), Vec::new());
    for part in &asked.parts {
        if part.filename.is_some() {
            files.push(part);
            continue;
        }
        let text = part.bytes.as_deref().map(String::from_utf8_lossy).unwrap_or_default().into_owned();
        let (name, keys) = keys(&part.name);
        put(fields.entry(name.to_owned()).or_insert(Value::Null), &keys, Value::String(text));
    }
    (fields, files)
}

/// `metadata[thread_ref]` is the field `metadata` with the key `thread_ref`.
fn keys(name: &str) -> (&str, Vec<&str>) {
    match name.split_once('[') {
        Some((field, rest)) if name.ends_with(']') => {
            (field, rest.trim_end_matches(']').split("][").collect())
        }
        _ => (name, Vec::new()),
    }
}

fn put(place: &mut Value, keys: &[&str], text: Value) {
    let Some((key, rest)) = keys.split_first() else {
        *place = text;
        return;
    };
    if let Ok(index) = key.parse::<usize>() {
        if place.is_null() {
            *place = Value::Array(Vec::new());
        }
        // Only the next index is an index: a form cannot make a list with holes.
        if let Some(list) = place.as_array_mut().filter(|list| index <= list.len()) {
            if index == list.len() {
                list.push(Value::Null);
            }
            put(&mut list[index], rest, text);
        }
        return;
    }
    if place.is_null() {
        *place = Value::Object(Map::new());
    }
    if let Some(object) = place.as_object_mut() {
        put(object.entry((*key).to_owned()).or_insert(Value::Null), rest, text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_in_brackets_are_lists_and_objects() {
        let mut fields = Map::new();
        for (name, text) in [
            ("body", "Hello"),
            ("to[0]", "+34666444555"),
            ("to[1]", "+12025550117"),
            ("metadata[thread_ref]", "a:b"),
            ("metadata[is_inbound]", "true"),
            ("handles[0][source]", "phone"),
            ("to[9]", "too far"),
        ] {
            let (field, keys) = keys(name);
            put(fields.entry(field.to_owned()).or_insert(Value::Null), &keys, json!(text));
        }
        let meant = json!({
            "body": "Hello",
            "to": ["+34666444555", "+12025550117"],
            "metadata": {"thread_ref": "a:b", "is_inbound": "true"},
            "handles": [{"source": "phone"}],
        });
        assert_eq!(Value::Object(fields), meant);
    }
}
