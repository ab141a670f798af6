//! Comments: what teammates say to each other about a conversation.
//!
//! The one write of content that is done when it is answered. It has no key: a repeat makes a second comment
//! (`reference/front.md §6`), so look at [`list`] before repeating one in doubt.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use crate::{
    CommentId, ConversationId, FilePart, List, Request, Teammate, TeammateRef, Upload, conversations,
    lenient::{self, Object, insert_some, list as many, one},
};

/// A comment (`reference/front.md §3.5`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Comment {
    /// Front's id.
    pub id: CommentId,
    /// Who wrote it: a teammate, or the robot that stands for a token.
    pub author: Option<Teammate>,
    /// Its text, in markdown.
    pub body: Option<String>,
    /// When it was written.
    pub posted_at: Option<DateTime<Utc>>,
}

impl Comment {
    /// Reads a comment; `None` without an id.
    pub fn from_value(value: &Value) -> Option<Self> {
        Some(Self {
            id: lenient::id(value, CommentId::new)?,
            author: value.get("author").and_then(Teammate::from_value),
            body: lenient::text(value, "body"),
            posted_at: lenient::time(value, "posted_at"),
        })
    }
}

impl Object for Comment {
    const NAME: &'static str = "comment";

    fn read(value: &Value) -> Option<Self> {
        Self::from_value(value)
    }
}

/// A comment to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewComment {
    /// Who says it; the token's robot if unset.
    pub author: Option<TeammateRef>,
    /// The text, which Front reads as markdown: escape what is none.
    pub body: String,
}

impl NewComment {
    fn body(&self) -> Value {
        let mut body = Map::from_iter([("body".to_owned(), json!(self.body))]);
        insert_some(&mut body, "author_id", self.author.as_ref().map(TeammateRef::in_body));
        body.into()
    }
}

/// The comments of a conversation. Not paged (`reference/front.md §2.3`).
pub fn list(conversation: &ConversationId) -> Request<List<Comment>> {
    Request::get(path(conversation), many)
}

/// Makes a comment.
pub fn create(conversation: &ConversationId, comment: &NewComment) -> Request<Comment> {
    Request::post(path(conversation), comment.body(), one)
}

/// Makes a comment with a file.
pub fn create_with_file(
    conversation: &ConversationId,
    comment: &NewComment,
    file: &FilePart,
) -> Upload<Comment> {
    Upload::new(create(conversation, comment), file)
}

fn path(conversation: &ConversationId) -> String {
    format!("{}/comments", conversations::path(conversation))
}
