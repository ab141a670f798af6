//! A conversation as it is read.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::{
    ConversationId, MessageId, Recipient, Tag, Teammate,
    lenient::{self, Object},
    link,
};

/// A conversation (`reference/front.md §3.3`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Conversation {
    /// Front's id.
    pub id: ConversationId,
    /// `conversation`, `discussion`, `task`.
    pub kind: Option<String>,
    /// The subject, which only its messages can change.
    pub subject: Option<String>,
    /// How it stands. In the app each teammate has a state of their own beside it.
    pub status: Option<Status>,
    /// The assigned teammate.
    pub assignee: Option<Teammate>,
    /// Who it is with: the main party outside, following the last message received.
    pub recipient: Option<Recipient>,
    /// Its tags.
    pub tags: Vec<Tag>,
    /// Whether only one person sees it.
    pub is_private: bool,
    /// Its last message.
    pub last_message: Option<MessageId>,
    /// When it was made.
    pub created_at: Option<DateTime<Utc>>,
    /// When it was last changed.
    pub updated_at: Option<DateTime<Utc>>,
    /// Since when the other side waits for an answer.
    pub waiting_since: Option<DateTime<Utc>>,
}

/// How a conversation stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// Open, somebody's.
    Assigned,
    /// Open, nobody's.
    Unassigned,
    /// Dealt with.
    Archived,
    /// Thrown away.
    Deleted,
    /// Anything else, such as `snoozed`: third parties have met it, Front does not document it.
    Other(String),
}

impl Status {
    /// Front's word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Assigned => "assigned",
            Self::Unassigned => "unassigned",
            Self::Archived => "archived",
            Self::Deleted => "deleted",
            Self::Other(word) => word,
        }
    }

    fn read(word: &str) -> Self {
        match word {
            "assigned" => Self::Assigned,
            "unassigned" => Self::Unassigned,
            "archived" => Self::Archived,
            // The filter's word for the same (`reference/front.md §2.3`).
            "deleted" | "trashed" => Self::Deleted,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl Conversation {
    /// Reads a conversation; `None` without an id.
    pub fn from_value(value: &Value) -> Option<Self> {
        Some(Self {
            id: lenient::id(value, ConversationId::new)?,
            kind: lenient::text(value, "type"),
            subject: lenient::text(value, "subject"),
            status: lenient::text(value, "status").map(|word| Status::read(&word)),
            assignee: value.get("assignee").and_then(Teammate::from_value),
            recipient: value.get("recipient").and_then(Recipient::read),
            tags: lenient::items(value, "tags", Tag::from_value),
            is_private: lenient::flag(value, "is_private").unwrap_or(false),
            last_message: link::related(value, "last_message", "messages").map(MessageId::new),
            created_at: lenient::time(value, "created_at"),
            updated_at: lenient::time(value, "updated_at"),
            waiting_since: lenient::time(value, "waiting_since"),
        })
    }

    /// Whether somebody still has to deal with it: neither archived nor thrown away.
    pub fn is_open(&self) -> bool {
        !matches!(self.status, Some(Status::Archived | Status::Deleted))
    }
}

impl Object for Conversation {
    const NAME: &'static str = "conversation";

    fn read(value: &Value) -> Option<Self> {
        Self::from_value(value)
    }
}
