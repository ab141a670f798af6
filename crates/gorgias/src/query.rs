//! Paths and query strings that are legal by construction.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Everything but RFC 3986's unreserved characters: `+` becomes `%2B`, never a space.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// What a ready-made path with query may hold as it is.
const TARGET: &AsciiSet = &VALUE
    .remove(b'@')
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

    pub(crate) fn set(&mut self, key: &str, value: impl ToString) {
        self.0.retain(|(own, _)| own != key);
        self.push(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plus_never_becomes_a_space() {
        let mut query = Query::default();
        query.push("channel_address", "+34666444555").push("order_by", "updated_datetime:desc");
        let target = query.on("/api/customers");
        assert_eq!(target, "/api/customers?channel_address=%2B34666444555&order_by=updated_datetime%3Adesc");
        assert_eq!(Query::read(target.split_once('?').unwrap().1).on("/api/customers"), target);
    }

    #[test]
    fn a_ready_made_path_cannot_extend_the_host() {
        assert_eq!(legal("@evil.example.com/api"), "/@evil.example.com/api");
        assert_eq!(legal("/api/customers?x=%2B1"), "/api/customers?x=%2B1");
        assert_eq!(legal("/api/a b\r\n"), "/api/a%20b%0D%0A");
    }
}
