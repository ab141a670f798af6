//! Paths and query strings that are legal by construction.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Everything but RFC 3986's unreserved characters: `+` becomes `%2B`, never a space.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// In a path segment an e-mail address keeps its `@`.
const SEGMENT: &AsciiSet = &VALUE.remove(b'@');
/// What a ready-made path with query may hold as it is.
const TARGET: &AsciiSet = &SEGMENT
    .remove(b'/')
    .remove(b'?')
    .remove(b'%')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':');

/// One segment of a path, escaped.
pub(crate) fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// A path with query made legal: it begins with `/` (so that it can never extend the host), odd characters are
/// escaped, what is escaped already stays.
pub(crate) fn legal(target: &str) -> String {
    let escaped = utf8_percent_encode(target, TARGET).to_string();
    if escaped.starts_with('/') { escaped } else { format!("/{escaped}") }
}

/// A query string in the making.
#[derive(Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn push(&mut self, key: &str, value: impl ToString) -> &mut Self {
        self.0.push((key.to_owned(), value.to_string()));
        self
    }

    pub(crate) fn push_some(&mut self, key: &str, value: Option<impl ToString>) -> &mut Self {
        if let Some(value) = value {
            self.push(key, value);
        }
        self
    }

    /// `key=true` when asked for; Aircall's default is false.
    pub(crate) fn push_flag(&mut self, key: &str, wanted: bool) -> &mut Self {
        if wanted { self.push(key, true) } else { self }
    }

    pub(crate) fn on(&self, path: &str) -> String {
        let pairs: Vec<String> = self
            .0
            .iter()
            .map(|(key, value)| {
                format!("{}={}", utf8_percent_encode(key, VALUE), utf8_percent_encode(value, VALUE))
            })
            .collect();
        if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
    }

    /// Reads a query string back, unescaped.
    pub(crate) fn read(query: &str) -> Self {
        let unescape =
            |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
        Self(
            query
                .split('&')
                .filter(|pair| !pair.is_empty())
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .map(|(key, value)| (unescape(key), unescape(value)))
                .collect(),
        )
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.0.iter().any(|(own, _)| own == key)
    }

    pub(crate) fn set(&mut self, key: &str, value: impl ToString) {
        self.0.retain(|(own, _)| own != key);
        self.push(key, value);
    }

    /// Adds what `other` has under keys that are missing here.
    pub(crate) fn put_back(&mut self, other: Query) {
        let missing: Vec<_> = other.0.into_iter().filter(|(key, _)| !self.has(key)).collect();
        self.0.extend(missing);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plus_never_becomes_a_space() {
        let mut query = Query::default();
        query.push("phone_number", "+33199004455").push("tags[]", "é b");
        let target = query.on("/v1/calls/search");
        assert_eq!(target, "/v1/calls/search?phone_number=%2B33199004455&tags%5B%5D=%C3%A9%20b");
        assert_eq!(Query::read(target.split_once('?').unwrap().1).on("/v1/calls/search"), target);
    }

    #[test]
    fn a_ready_made_path_cannot_extend_the_host() {
        assert_eq!(legal("@evil.example.com/v1"), "/@evil.example.com/v1");
        assert_eq!(legal("/v1/calls?x=%2B1"), "/v1/calls?x=%2B1");
        assert_eq!(legal("/v1/a b\r\n"), "/v1/a%20b%0D%0A");
    }

    #[test]
    fn a_segment_stays_one_segment() {
        assert_eq!(segment("../a?b#c"), "..%2Fa%3Fb%23c");
        assert_eq!(segment("ada@example.com"), "ada@example.com");
    }
}
