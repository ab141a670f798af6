//! Paths and query strings that are legal by construction.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but RFC 3986's unreserved characters: `+` becomes `%2B`, never a space.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The brackets of `q[statuses][]` are Front's own notation (`reference/front.md §2.3`).
const KEY: &AsciiSet = &VALUE.remove(b'[').remove(b']');
/// What a ready-made path with query may hold as it is.
const TARGET: &AsciiSet = &KEY
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

/// Any text as one segment of a path, or as a value.
///
/// `.` and `..` stay what they are; no id is one, and Front answers 404.
pub(crate) fn segment(text: &str) -> String {
    utf8_percent_encode(text, VALUE).to_string()
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

    /// The pairs as a form's body or a query string writes them.
    pub(crate) fn written(&self) -> String {
        let pairs: Vec<String> = self
            .0
            .iter()
            .map(|(key, value)| format!("{}={}", utf8_percent_encode(key, KEY), segment(value)))
            .collect();
        pairs.join("&")
    }

    pub(crate) fn on(&self, path: &str) -> String {
        if self.0.is_empty() { path.to_owned() } else { format!("{path}?{}", self.written()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plus_never_becomes_a_space_and_brackets_stay_readable() {
        let mut query = Query::default();
        query.push("q[statuses][]", "assigned").push("x", "+33199004455");
        let target = query.on("/contacts/alt:phone:%2B33199004455/conversations");
        assert_eq!(
            target,
            "/contacts/alt:phone:%2B33199004455/conversations?q[statuses][]=assigned&x=%2B33199004455"
        );
        assert_eq!(legal(&target), target, "what is legal already stays");
    }

    #[test]
    fn a_ready_made_path_cannot_extend_the_host() {
        assert_eq!(legal("@evil.example.com/contacts"), "/@evil.example.com/contacts");
        assert_eq!(legal("/a b\r\n"), "/a%20b%0D%0A");
    }

    #[test]
    fn a_segment_never_opens_another_one() {
        assert_eq!(segment("cnv_1/../../me?x#y"), "cnv_1%2F..%2F..%2Fme%3Fx%23y");
    }
}
