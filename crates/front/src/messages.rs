//! Messages: importing what happened elsewhere, and reading what is there.
//!
//! Nothing here makes Front send anything to anybody: an import is the record of something that was said already
//! (`reference/front.md §4.3`). Custom channels are left out, because a message of theirs has no key and comes twice
//! when it is repeated (`reference/front.md §6`).

mod import;
mod message;

use http::Method;
use serde_json::Value;

pub use self::{
    import::{Direction, Import, Medium, Party, Thread},
    message::{Attachment, Message},
};
use crate::{
    ConversationId, FilePart, InboxId, List, MessageId, MessageUid, Request, Upload, conversations, inboxes,
    lenient::{self, Object, list as many, one},
    list::limit,
    query::{Query, segment},
};

/// The answer to an import: Front has checked it and will do it (`reference/front.md §2.4`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Accepted {
    /// By what to look for the message, with [`by_uid`].
    pub message_uid: MessageUid,
}

impl Object for Accepted {
    const NAME: &'static str = "message uid";

    fn read(value: &Value) -> Option<Self> {
        Some(Self { message_uid: MessageUid::new(lenient::text(value, "message_uid")?) })
    }
}

/// Imports a message into an inbox.
///
/// Front does not import two messages with one `external_id`; whether the second try is answered 202 or refused is
/// unconfirmed (`reference/front.md §4.3`), hence 409 ([`Conflict`](crate::ErrorKind::Conflict)) may mean that it is
/// there.
pub fn import(inbox: &InboxId, message: &Import) -> Request<Accepted> {
    let path = format!("{}/imported_messages", inboxes::path(inbox));
    Request::new(Method::POST, path, Some(message.body()), one)
}

/// Imports a message with a file.
pub fn import_with_file(inbox: &InboxId, message: &Import, file: &FilePart) -> Upload<Accepted> {
    Upload::new(import(inbox, message), file)
}

/// The message that an import became. [`NotFound`](crate::ErrorKind::NotFound) as long as Front has not made it, for
/// which there is no promised time (`reference/front.md §2.4`).
pub fn by_uid(uid: &MessageUid) -> Request<Message> {
    Request::get(format!("/messages/alt:uid:{}", segment(uid.as_str())), one)
}

/// One message.
pub fn get(message: &MessageId) -> Request<Message> {
    Request::get(format!("/messages/{}", segment(message.as_str())), one)
}

/// A conversation's messages, newest first. Their `external_id` is not told: compare what they say.
pub fn of_conversation(conversation: &ConversationId, max: Option<u32>) -> Request<List<Message>> {
    let mut query = Query::default();
    query.push_some("limit", limit(max));
    Request::get(query.on(&format!("{}/messages", conversations::path(conversation))), many)
}
