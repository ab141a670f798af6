//! What a webhook delivers. Nothing but "it is a JSON object" is demanded of a delivery.

use serde_json::{Map, Value};

use crate::{Secret, lenient, unsound};

/// A delivery of a webhook (`reference/aircall.md §6.1`). `Debug` hides the token.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// `call`, `message`, `user` …; empty if it was missing.
    pub resource: String,
    /// `call.created` …; empty if it was missing.
    pub event: String,
    /// When the event was made, unix seconds of Aircall's clock; milliseconds are recognised.
    pub timestamp: Option<i64>,
    /// The only proof of origin; see [`Event::token_matches`].
    pub token: Option<Secret>,
    /// The object itself, without a second wrapper; `Null` if it was missing.
    pub data: Value,
    /// The body as it came, without `token` and `data`.
    rest: Map<String, Value>,
}

/// The body of a delivery is not a JSON object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body is not a JSON object; Aircall's webhooks send nothing else, so look at who sent it")]
pub struct NotAnObject;

impl Event {
    /// Reads a delivery. Unknown events, missing keys, odd types and texts that were cut within a character pass.
    ///
    /// # Errors
    /// [`NotAnObject`], for anything that is not a JSON object.
    pub fn parse(body: &[u8]) -> Result<Self, NotAnObject> {
        let Ok(Value::Object(mut rest)) = unsound::read(body) else {
            return Err(NotAnObject);
        };
        let token = rest.remove("token").and_then(|token| token.as_str().map(Secret::new));
        let data = rest.remove("data").unwrap_or_default();
        let rest = Value::Object(rest);
        let event = Self {
            resource: lenient::text(&rest, "resource").unwrap_or_default(),
            event: lenient::text(&rest, "event").unwrap_or_default(),
            timestamp: lenient::time(&rest, "timestamp"),
            token,
            data,
            rest: Map::new(),
        };
        match rest {
            Value::Object(rest) => Ok(Self { rest, ..event }),
            _ => Err(NotAnObject),
        }
    }

    /// The whole body but the token, as it may be stored.
    pub fn body_without_token(&self) -> Value {
        let mut body = self.rest.clone();
        if !self.data.is_null() {
            body.insert("data".to_owned(), self.data.clone());
        }
        Value::Object(body)
    }

    /// Whether the delivery carries the token `expected`, compared in constant time. Without a token, or against
    /// an empty one: no.
    pub fn token_matches(&self, expected: &str) -> bool {
        self.token.as_ref().is_some_and(|token| token.matches(expected))
    }
}
