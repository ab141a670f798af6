//! Conversations. Every request for one may answer 301 ([`Merged`](crate::ErrorKind::Merged)), and is then repeated by
//! [`Request::moved`].
//!
//! A conversation's subject cannot be written: it comes from its messages (`reference/front.md §3.3`).

mod conversation;

use http::Method;
use serde_json::{Map, Value, json};

pub use self::conversation::{Conversation, Status};
use crate::{
    ContactRef, ConversationId, Inbox, InboxId, List, Request, TagId, TeammateId,
    lenient::{insert_some, list as many, one},
    list::limit,
    query::{Query, segment},
    request::nothing,
};

/// Which conversations of a contact to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListConversations {
    /// Any of these; all if empty.
    pub statuses: Vec<StatusFilter>,
    /// 1 to [`MAX_LIMIT`](crate::MAX_LIMIT).
    pub limit: Option<u32>,
}

/// A status to list by. Not quite the words that conversations bear themselves (`reference/front.md §2.3`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusFilter {
    /// Open, somebody's.
    Assigned,
    /// Open, nobody's.
    Unassigned,
    /// Dealt with.
    Archived,
    /// Thrown away.
    Trashed,
}

impl StatusFilter {
    fn as_str(self) -> &'static str {
        match self {
            Self::Assigned => "assigned",
            Self::Unassigned => "unassigned",
            Self::Archived => "archived",
            Self::Trashed => "trashed",
        }
    }
}

/// To whom a conversation goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assign {
    /// To this teammate.
    To(TeammateId),
    /// To nobody.
    Nobody,
}

impl Assign {
    fn value(&self) -> Value {
        match self {
            Self::To(teammate) => json!(teammate.as_str()),
            Self::Nobody => Value::Null,
        }
    }
}

/// A status to be set. Not quite the words that conversations bear (`reference/front.md §10`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewStatus {
    /// To be dealt with.
    Open,
    /// Dealt with.
    Archived,
    /// Thrown away.
    Deleted,
    /// Thrown away as spam.
    Spam,
}

impl NewStatus {
    fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Archived => "archived",
            Self::Deleted => "deleted",
            Self::Spam => "spam",
        }
    }
}

/// A change to a conversation; what is `None` stays.
///
/// Tags are not among it, because an update replaces them all and wipes what agents put there: see [`add_tags`] and
/// [`remove_tags`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConversationUpdate {
    /// Open, archived, thrown away.
    pub status: Option<NewStatus>,
    /// The assigned teammate.
    pub assignee: Option<Assign>,
    /// Another inbox.
    pub inbox: Option<InboxId>,
}

impl ConversationUpdate {
    fn body(&self) -> Value {
        let mut body = Map::new();
        insert_some(&mut body, "status", self.status.map(NewStatus::as_str));
        insert_some(&mut body, "assignee_id", self.assignee.as_ref().map(Assign::value));
        insert_some(&mut body, "inbox_id", self.inbox.as_ref().map(InboxId::as_str));
        body.into()
    }
}

/// One conversation.
pub fn get(conversation: &ConversationId) -> Request<Conversation> {
    Request::get(path(conversation), one)
}

/// A contact's conversations, newest first.
pub fn of_contact(contact: &ContactRef, conversations: &ListConversations) -> Request<List<Conversation>> {
    let mut query = Query::default();
    for status in &conversations.statuses {
        query.push("q[statuses][]", status.as_str());
    }
    query.push_some("limit", limit(conversations.limit));
    Request::get(query.on(&format!("{}/conversations", contact.path())), many)
}

/// Searches conversations, touched last first: free text and `name:value` filters such as `inbox:inb_1`, `tag:tag_1`,
/// `is:open`, `after:1790766251` (`reference/front.md §5`). Costs a share of its own: 40 % of the company's limit.
pub fn search(text: &str, max: Option<u32>) -> Request<List<Conversation>> {
    let mut query = Query::default();
    query.push_some("limit", limit(max));
    Request::get(query.on(&format!("/conversations/search/{}", segment(text))), many)
}

/// The inboxes that a conversation is in.
pub fn inboxes(conversation: &ConversationId) -> Request<List<Inbox>> {
    Request::get(format!("{}/inboxes", path(conversation)), many)
}

/// Changes a conversation.
pub fn update(conversation: &ConversationId, update: &ConversationUpdate) -> Request<()> {
    Request::new(Method::PATCH, path(conversation), Some(update.body()), nothing)
}

/// Assigns a conversation.
pub fn assign(conversation: &ConversationId, to: &Assign) -> Request<()> {
    let body = json!({ "assignee_id": to.value() });
    Request::new(Method::PUT, format!("{}/assignee", path(conversation)), Some(body), nothing)
}

/// Adds tags to those the conversation has.
pub fn add_tags(conversation: &ConversationId, tags: &[TagId]) -> Request<()> {
    Request::new(Method::POST, format!("{}/tags", path(conversation)), Some(tag_ids(tags)), nothing)
}

/// Takes tags off a conversation; the others stay.
pub fn remove_tags(conversation: &ConversationId, tags: &[TagId]) -> Request<()> {
    Request::new(Method::DELETE, format!("{}/tags", path(conversation)), Some(tag_ids(tags)), nothing)
}

pub(crate) fn path(conversation: &ConversationId) -> String {
    format!("/conversations/{}", segment(conversation.as_str()))
}

fn tag_ids(tags: &[TagId]) -> Value {
    let ids: Vec<&str> = tags.iter().map(TagId::as_str).collect();
    json!({ "tag_ids": ids })
}
