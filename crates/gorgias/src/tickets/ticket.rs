//! A ticket as it is read.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::{
    Message,
    lenient::{self, Object},
};

/// A ticket (`reference/gorgias.md §6.2`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ticket {
    /// Gorgias' id.
    pub id: u64,
    /// Free for integrations; not unique.
    pub external_id: Option<String>,
    /// Open or closed. A snoozed ticket is open.
    pub status: Option<TicketStatus>,
    /// `phone`, `sms`, `email` …
    pub channel: Option<String>,
    /// The subject.
    pub subject: Option<String>,
    /// Whose it is.
    pub customer_id: Option<u64>,
    /// The assigned user.
    pub assignee_user_id: Option<u64>,
    /// The assigned team.
    pub assignee_team_id: Option<u64>,
    /// The names of its tags.
    pub tags: Vec<String>,
    /// Whether it was marked as spam. Spam stays in lists.
    pub spam: bool,
    /// When it was made, or is said to have been.
    pub created_datetime: Option<DateTime<Utc>>,
    /// When it was thrown away.
    pub trashed_datetime: Option<DateTime<Utc>>,
    /// When it was closed.
    pub closed_datetime: Option<DateTime<Utc>>,
    /// When it was last changed.
    pub updated_datetime: Option<DateTime<Utc>>,
    /// When the last message came or went.
    pub last_message_datetime: Option<DateTime<Utc>>,
    /// The beginning of the last message, without markup: in lists, never in single reads.
    pub excerpt: Option<String>,
    /// How many messages it has: in lists, never in single reads.
    pub messages_count: Option<u64>,
    /// Its messages: in single reads, never in lists.
    pub messages: Option<Vec<Message>>,
}

/// Whether a ticket is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TicketStatus {
    /// To be dealt with.
    Open,
    /// Dealt with.
    Closed,
}

impl TicketStatus {
    /// Gorgias' word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }

    fn read(value: &Value) -> Option<Self> {
        match value.get("status")?.as_str()? {
            "open" => Some(Self::Open),
            "closed" => Some(Self::Closed),
            _ => None,
        }
    }
}

impl Ticket {
    /// Reads a ticket; `None` without an id.
    pub fn from_value(value: &Value) -> Option<Self> {
        let messages = value.get("messages").and_then(Value::as_array);
        Some(Self {
            id: lenient::id(value, "id")?,
            external_id: lenient::text(value, "external_id"),
            status: TicketStatus::read(value),
            channel: lenient::text(value, "channel"),
            subject: lenient::text(value, "subject"),
            customer_id: lenient::id_of(value, "customer"),
            assignee_user_id: lenient::id_of(value, "assignee_user"),
            assignee_team_id: lenient::id_of(value, "assignee_team"),
            tags: lenient::items(value, "tags", |tag| lenient::text(tag, "name")),
            spam: lenient::flag(value, "spam").unwrap_or(false),
            created_datetime: lenient::time(value, "created_datetime"),
            trashed_datetime: lenient::time(value, "trashed_datetime"),
            closed_datetime: lenient::time(value, "closed_datetime"),
            updated_datetime: lenient::time(value, "updated_datetime"),
            last_message_datetime: lenient::time(value, "last_message_datetime"),
            excerpt: lenient::text(value, "excerpt"),
            messages_count: value.get("messages_count").and_then(Value::as_u64),
            messages: messages.map(|messages| messages.iter().filter_map(Message::from_value).collect()),
        })
    }
}

impl Object for Ticket {
    const NAME: &'static str = "ticket";

    fn read(value: &Value) -> Option<Self> {
        Self::from_value(value)
    }
}
