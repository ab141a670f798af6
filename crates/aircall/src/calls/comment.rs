//! A comment (note) on a call.

use serde_json::Value;

use crate::{User, lenient};

/// A comment on a call. Comments are never changed or deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Comment {
    /// Aircall's id.
    pub id: u64,
    /// The text.
    pub content: String,
    /// Unix seconds.
    pub posted_at: Option<i64>,
    /// `None` when it came through the API.
    pub posted_by: Option<User>,
}

impl Comment {
    /// Reads a comment; `None` without an id.
    pub fn from_value(value: &Value) -> Option<Self> {
        Some(Self {
            id: lenient::id(value, "id")?,
            content: lenient::text(value, "content").unwrap_or_default(),
            posted_at: lenient::time(value, "posted_at"),
            posted_by: lenient::object(value, "posted_by"),
        })
    }
}
