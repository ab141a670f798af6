//! A message as it is read.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::{
    ConversationId, MessageId, MessageUid, Recipient, Teammate,
    lenient::{self, Object},
    link,
};

/// A message of a conversation (`reference/front.md §3.4`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Message {
    /// Front's id.
    pub id: MessageId,
    /// What it was known by before it was there.
    pub uid: Option<MessageUid>,
    /// `sms`, `email`, `custom`, `call` …
    pub kind: Option<String>,
    /// Whether it came from the customer.
    pub is_inbound: Option<bool>,
    /// When it was sent or received, or is said to have been.
    pub created_at: Option<DateTime<Utc>>,
    /// The subject.
    pub subject: Option<String>,
    /// The teammate who wrote it.
    pub author: Option<Teammate>,
    /// Between whom it went.
    pub recipients: Vec<Recipient>,
    /// What it says; for an e-mail HTML.
    pub body: Option<String>,
    /// What it says, as plain text.
    pub text: Option<String>,
    /// Its files.
    pub attachments: Vec<Attachment>,
    /// The conversation that it is in.
    pub conversation: Option<ConversationId>,
}

/// A file of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attachment {
    /// Its name.
    pub filename: String,
    /// Its content type.
    pub content_type: Option<String>,
    /// Bytes.
    pub size_bytes: Option<u64>,
}

impl Message {
    /// Reads a message; `None` without an id.
    pub fn from_value(value: &Value) -> Option<Self> {
        Some(Self {
            id: lenient::id(value, MessageId::new)?,
            uid: lenient::text(value, "message_uid").map(MessageUid::new),
            kind: lenient::text(value, "type"),
            is_inbound: lenient::flag(value, "is_inbound"),
            created_at: lenient::time(value, "created_at"),
            subject: lenient::text(value, "subject"),
            author: value.get("author").and_then(Teammate::from_value),
            recipients: lenient::items(value, "recipients", Recipient::read),
            body: lenient::text(value, "body"),
            text: lenient::text(value, "text"),
            attachments: lenient::items(value, "attachments", Attachment::read),
            conversation: link::related(value, "conversation", "conversations").map(ConversationId::new),
        })
    }
}

impl Object for Message {
    const NAME: &'static str = "message";

    fn read(value: &Value) -> Option<Self> {
        Self::from_value(value)
    }
}

impl Attachment {
    fn read(value: &Value) -> Option<Self> {
        Some(Self {
            filename: lenient::text(value, "filename")?,
            content_type: lenient::text(value, "content_type"),
            size_bytes: lenient::count(value, "size"),
        })
    }
}
