//! A record as it would stand in the helpdesk, read out of the very requests that would make it: so what is shown before
//! anything is written is what would be written.

use chrono::{DateTime, Utc};

/// A record of a call. People are named by the helpdesk's ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// The subject.
    pub title: String,
    /// Who would have it.
    pub assignee: Option<String>,
    /// `open`, `closed`, `archived`.
    pub status: &'static str,
    /// The names of its tags.
    pub tags: Vec<String>,
    /// Notes or activities, in order.
    pub notes: Vec<OutlineNote>,
}

/// One note, activity or comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutlineNote {
    /// In whose name; `None`: the customer's, or nobody's in particular.
    pub author: Option<String>,
    /// The moment that it bears.
    pub at: DateTime<Utc>,
    /// As text.
    pub text: String,
}
