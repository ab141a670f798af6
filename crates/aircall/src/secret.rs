//! A text that must not be shown: an API token, an access token, a webhook's token.

use std::fmt;

use subtle::{Choice, ConstantTimeEq};

/// A secret text. `Debug` hides it, there is no `Display`; [`Secret::reveal`] is the one way to read it.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes the text in.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the place that sends or stores it encrypted.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether this equals `expected`, in a time that depends on the length of `expected` alone.
    ///
    /// An empty `expected` equals nothing: a token that was never set must not open a door.
    pub fn matches(&self, expected: &str) -> bool {
        let (given, expected) = (self.0.as_bytes(), expected.as_bytes());
        let mut same = given.len().ct_eq(&expected.len()) & !Choice::from(u8::from(expected.is_empty()));
        for (position, byte) in expected.iter().enumerate() {
            same &= given.get(position).unwrap_or(&0).ct_eq(byte);
        }
        same.into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && (self.0.is_empty() || self.matches(&other.0))
    }
}

impl Eq for Secret {}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn only_the_same_text_matches() {
        let secret = Secret::new("a-token");
        assert!(secret.matches("a-token"));
        for other in ["", "a", "a-tokem", "b-token", "a-token2", "a-toke"] {
            assert!(!secret.matches(other), "{other:?} must not match");
        }
    }

    #[test]
    fn an_unset_token_matches_nothing() {
        assert!(!Secret::new("").matches(""));
        assert!(!Secret::new("anything").matches(""));
    }

    #[test]
    fn debug_hides_the_text() {
        assert_eq!(format!("{:?}", Secret::new("a-token")), "Secret(…)");
    }
}
