//! A message as it is read.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::{
    File,
    lenient::{self, Object},
};

/// A message of a ticket (`reference/gorgias.md §6.3`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Message {
    /// Gorgias' id.
    pub id: u64,
    /// Its ticket.
    pub ticket_id: Option<u64>,
    /// Free for integrations; not unique.
    pub external_id: Option<String>,
    /// `internal-note`, `sms`, `phone` …
    pub channel: Option<String>,
    /// Whether it is the company's.
    pub from_agent: Option<bool>,
    /// The user or customer who wrote it.
    pub sender_id: Option<u64>,
    /// The text.
    pub body_text: Option<String>,
    /// When it was sent.
    pub sent_datetime: Option<DateTime<Utc>>,
    /// The files that it carries.
    pub attachments: Vec<File>,
}

impl Message {
    /// Reads a message; `None` without an id.
    pub fn from_value(value: &Value) -> Option<Self> {
        Some(Self {
            id: lenient::id(value, "id")?,
            ticket_id: lenient::id(value, "ticket_id"),
            external_id: lenient::text(value, "external_id"),
            channel: lenient::text(value, "channel"),
            from_agent: lenient::flag(value, "from_agent"),
            sender_id: lenient::id_of(value, "sender"),
            body_text: lenient::text(value, "body_text"),
            sent_datetime: lenient::time(value, "sent_datetime"),
            attachments: lenient::items(value, "attachments", File::from_value),
        })
    }
}

impl Object for Message {
    const NAME: &'static str = "message";

    fn read(value: &Value) -> Option<Self> {
        Self::from_value(value)
    }
}
