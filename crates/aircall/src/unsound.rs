//! JSON whose texts are not sound: a comment cut in the middle of an emoji leaves half a pair, which no parser takes.
//! One such text must not cost the whole body, so the half becomes the replacement character.

use std::borrow::Cow;

use serde_json::Value;

/// Reads JSON; unsound texts are mended first, but only where reading it as it is fails.
pub(crate) fn read(body: &[u8]) -> serde_json::Result<Value> {
    serde_json::from_slice(body).or_else(|error| match mended(&String::from_utf8_lossy(body)) {
        Cow::Borrowed(_) if std::str::from_utf8(body).is_ok() => Err(error),
        mended => serde_json::from_str(&mended),
    })
}

/// The same with every `\ud800` to `\udfff` that has no partner replaced by `\ufffd`.
fn mended(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('\\')) {
        let escape = at + found;
        at = match (surrogate(text, escape), surrogate(text, escape + 6)) {
            (Some(true), Some(false)) => escape + 12,
            (Some(_), _) => {
                out.push_str(&text[copied..escape]);
                out.push_str("\\ufffd");
                copied = escape + 6;
                copied
            }
            // Whatever is escaped is no beginning of an escape itself; it may be longer than a byte.
            (None, _) => escape + 1 + text[escape + 1..].chars().next().map_or(0, char::len_utf8),
        };
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

/// Whether half a pair is escaped at `at`: `true` for a first half, `false` for a second one.
fn surrogate(text: &str, at: usize) -> Option<bool> {
    let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
    match u16::from_str_radix(digits, 16).ok()? {
        0xD800..=0xDBFF => Some(true),
        0xDC00..=0xDFFF => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(json: &str) -> Option<String> {
        read(json.as_bytes()).ok()?.as_str().map(str::to_owned)
    }

    #[test]
    fn half_a_pair_becomes_the_replacement_character_and_the_rest_stays() {
        assert_eq!(read_text(r#""a\ud83d""#).as_deref(), Some("a\u{fffd}"));
        assert_eq!(
            read_text(r#""\ude00 \ud83d\n\ud83d\ude00""#).as_deref(),
            Some("\u{fffd} \u{fffd}\n\u{1f600}")
        );
        assert_eq!(read_text(r#""\ud83d\ud83d\ude00""#).as_deref(), Some("\u{fffd}\u{1f600}"));
        assert_eq!(read_text(r#""\\ud83d \ud83d é\\""#).as_deref(), Some("\\ud83d \u{fffd} é\\"));
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced() {
        assert_eq!(read(b"\"a\xff\"").unwrap(), "a\u{fffd}");
    }

    #[test]
    fn what_is_no_json_stays_none() {
        for body in ["", "{", "\"\\ud83", "\\", "\"\\ud800", "<html>", "\"\\é"] {
            assert!(read(body.as_bytes()).is_err(), "{body}");
        }
    }
}
