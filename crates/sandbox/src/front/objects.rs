//! The objects of a Front company, as they are kept (`reference/front.md §3`). How they are written is in `shapes.rs`.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde_json::Value;

pub(crate) type Moment = DateTime<Utc>;

/// Unix seconds with up to three decimals.
pub(crate) fn seconds(at: Moment) -> f64 {
    at.timestamp_millis() as f64 / 1000.0
}

#[derive(Debug, Clone)]
pub(crate) struct Teammate {
    pub(crate) id: u64,
    pub(crate) email: String,
    pub(crate) first_name: &'static str,
    pub(crate) last_name: &'static str,
    pub(crate) is_admin: bool,
    pub(crate) is_blocked: bool,
    /// `user` for people, `api` for the bot that a token writes as.
    pub(crate) kind: &'static str,
}

/// A workspace.
#[derive(Debug, Clone)]
pub(crate) struct Team {
    pub(crate) id: u64,
    pub(crate) name: &'static str,
}

#[derive(Debug, Clone)]
pub(crate) struct Inbox {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) team: u64,
    pub(crate) teammates: Vec<u64>,
    /// One person's.
    pub(crate) is_private: bool,
    pub(crate) is_public: bool,
    pub(crate) custom_fields: Value,
}

#[derive(Debug, Clone)]
pub(crate) struct Channel {
    pub(crate) id: u64,
    pub(crate) name: &'static str,
    pub(crate) address: &'static str,
    /// `smtp`, `custom` and others.
    pub(crate) kind: &'static str,
    pub(crate) inbox: u64,
}

/// An address of a contact; no two contacts have the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Handle {
    pub(crate) source: &'static str,
    pub(crate) handle: String,
}

#[derive(Debug, Clone)]
pub(crate) struct Note {
    pub(crate) author: u64,
    pub(crate) body: String,
    pub(crate) at: Moment,
}

#[derive(Debug, Clone)]
pub(crate) struct Contact {
    pub(crate) id: u64,
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) handles: Vec<Handle>,
    pub(crate) links: Vec<String>,
    pub(crate) lists: Vec<String>,
    pub(crate) custom_fields: Value,
    pub(crate) notes: Vec<Note>,
    pub(crate) made_at: Moment,
    pub(crate) updated_at: Moment,
}

/// Where a conversation is. Open ones are `assigned` or `unassigned`, by their assignee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Open,
    Archived,
    Trashed,
}

/// One end of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recipient {
    pub(crate) name: Option<String>,
    pub(crate) handle: String,
    /// `from`, `to`, `cc` or `bcc`.
    pub(crate) role: &'static str,
    pub(crate) contact: Option<u64>,
}

#[derive(Debug, Clone)]
pub(crate) struct Conversation {
    pub(crate) id: u64,
    pub(crate) subject: String,
    pub(crate) place: Place,
    pub(crate) assignee: Option<u64>,
    pub(crate) inboxes: Vec<u64>,
    pub(crate) tags: Vec<u64>,
    pub(crate) links: Vec<u64>,
    pub(crate) recipient: Option<Recipient>,
    pub(crate) custom_fields: Value,
    pub(crate) created_at: Moment,
    pub(crate) updated_at: Moment,
    /// When it came to be here, whatever its messages say.
    pub(crate) made_at: Moment,
}

impl Conversation {
    /// As the object says it; the filter calls a `deleted` one `trashed`.
    pub(crate) fn status(&self) -> &'static str {
        match (self.place, self.assignee) {
            (Place::Open, Some(_)) => "assigned",
            (Place::Open, None) => "unassigned",
            (Place::Archived, _) => "archived",
            (Place::Trashed, _) => "deleted",
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) id: u64,
    pub(crate) uid: String,
    pub(crate) conversation: u64,
    /// `sms`, `email`, `custom` or `intercom`.
    pub(crate) kind: &'static str,
    pub(crate) is_inbound: bool,
    /// What it says of itself; imports are dated back.
    pub(crate) created_at: Moment,
    pub(crate) subject: Option<String>,
    pub(crate) author: Option<u64>,
    pub(crate) recipients: Vec<Recipient>,
    pub(crate) body: String,
    pub(crate) files: Vec<u64>,
    pub(crate) external_id: Option<String>,
    /// Shown for messages of custom channels only.
    pub(crate) metadata: Value,
    /// Whether the company's rules ran on it.
    pub(crate) ran_rules: bool,
    /// When it came to be here.
    pub(crate) made_at: Moment,
}

#[derive(Debug, Clone)]
pub(crate) struct Comment {
    pub(crate) id: u64,
    pub(crate) conversation: u64,
    pub(crate) author: u64,
    pub(crate) body: String,
    pub(crate) is_pinned: bool,
    pub(crate) files: Vec<u64>,
    pub(crate) at: Moment,
}

#[derive(Debug, Clone)]
pub(crate) struct Tag {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) highlight: Option<String>,
    pub(crate) is_shown_in_lists: bool,
    pub(crate) made_at: Moment,
}

#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub(crate) id: u64,
    pub(crate) url: String,
}

/// An attachment.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) content_type: String,
    /// `None` if it was too large to be kept.
    pub(crate) bytes: Option<Bytes>,
    pub(crate) size: u64,
    pub(crate) sha256: String,
}
