//! A message as it is imported.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use crate::{
    ConversationId, TeammateId,
    lenient::{insert_list, insert_some},
};

/// The record of a message that was sent or received elsewhere (`reference/front.md §4.3`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Which way it went, and so who says it in Front.
    pub direction: Direction,
    /// From whom: the customer if it came in, a line of the company if it went out.
    pub from: Party,
    /// To whom: the handles of the other side, at least one.
    pub to: Vec<String>,
    /// What kind of message it is.
    pub medium: Medium,
    /// The subject. That of the message which begins or reopens a conversation becomes the conversation's own
    /// (`reference/front.md §4.6`).
    pub subject: Option<String>,
    /// What it says, as plain text.
    pub body: String,
    /// Its key: Front does not import two messages with the same one.
    pub external_id: String,
    /// When it happened. Front takes whole seconds.
    pub created_at: DateTime<Utc>,
    /// In which conversation it belongs.
    pub thread: Thread,
    /// To whom the conversation goes with it; `None` leaves that as it is.
    pub assignee: Option<TeammateId>,
    /// Names of tags that the conversation gets; unknown ones are made.
    pub tags: Vec<String>,
    /// Whether it is archived at once. Front's own default is yes, so this is always said.
    pub archive: bool,
    /// Whether Front's rules run for it. Front's own default is no, so this is always said.
    pub run_rules: bool,
}

/// Which way a message went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the customer.
    Inbound,
    /// From the company.
    Outbound {
        /// Who wrote it. Only an outbound message has an author.
        author: Option<TeammateId>,
    },
}

/// One side of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// A number or address. Numbers need plus and country code: others are taken for numbers of the USA.
    pub handle: String,
    /// A name to show.
    pub name: Option<String>,
}

/// What kind of message it is. It decides what kind of handle the other side's is (`reference/front.md §4.3`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// A text message; handles are phone numbers.
    Sms,
    /// An e-mail.
    Email,
    /// Anything else; handles are of the kind `custom`.
    Custom,
}

impl Medium {
    fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Email => "email",
            Self::Custom => "custom",
        }
    }
}

/// In which conversation an import belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Thread {
    /// This one.
    Conversation(ConversationId),
    /// The one whose imports bear this reference, or a new one. References of custom channels are another world.
    Reference(String),
    /// Front threads by sender.
    Sender,
}

impl Import {
    pub(super) fn body(&self) -> Value {
        let mut sender = Map::from_iter([("handle".to_owned(), json!(self.from.handle))]);
        insert_some(&mut sender, "name", self.from.name.as_deref());
        let is_inbound = match &self.direction {
            Direction::Inbound => true,
            Direction::Outbound { author } => {
                insert_some(&mut sender, "author_id", author.as_ref().map(TeammateId::as_str));
                false
            }
        };
        let mut metadata = Map::from_iter([
            ("is_inbound".to_owned(), json!(is_inbound)),
            ("is_archived".to_owned(), json!(self.archive)),
            ("should_skip_rules".to_owned(), json!(!self.run_rules)),
        ]);
        let mut body = Map::from_iter([
            ("sender".to_owned(), Value::Object(sender)),
            ("to".to_owned(), json!(self.to)),
            ("body".to_owned(), json!(self.body)),
            ("external_id".to_owned(), json!(self.external_id)),
            ("created_at".to_owned(), json!(self.created_at.timestamp())),
            ("type".to_owned(), json!(self.medium.as_str())),
        ]);
        match &self.thread {
            Thread::Conversation(id) => insert_some(&mut body, "conversation_id", Some(id.as_str())),
            Thread::Reference(reference) => {
                insert_some(&mut metadata, "thread_ref", Some(reference.as_str()))
            }
            Thread::Sender => {}
        }
        body.insert("metadata".to_owned(), Value::Object(metadata));
        insert_some(&mut body, "subject", self.subject.as_deref());
        insert_some(&mut body, "assignee_id", self.assignee.as_ref().map(TeammateId::as_str));
        insert_list(&mut body, "tags", &self.tags);
        body.into()
    }
}
