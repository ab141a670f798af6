//! A message to be made: an internal note, or a copy of what was received or sent elsewhere.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use crate::{
    File,
    lenient::{insert_some, written},
};

/// By what a ticket or message came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Medium {
    /// Phone calls.
    Phone,
    /// Text messages.
    Sms,
    /// E-mail.
    Email,
    /// A channel of the account, by its slug.
    Other(String),
}

impl Medium {
    pub(crate) fn channel(&self) -> &str {
        match self {
            Self::Phone => "phone",
            Self::Sms => "sms",
            Self::Email => "email",
            Self::Other(slug) => slug,
        }
    }

    /// There is no list of `source.type`; text messages were seen with `phone` (`reference/gorgias.md §7`).
    fn source(&self) -> &str {
        match self {
            Self::Phone | Self::Sms => "phone",
            Self::Email => "email",
            Self::Other(slug) => slug,
        }
    }
}

/// The helpdesk user in whose name a note is written; need not be the credential's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// The user's id.
    pub user_id: u64,
    /// The user's name.
    pub name: String,
    /// The user's e-mail address.
    pub email: String,
}

/// One end of a message: a number or e-mail address with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// The name shown.
    pub name: String,
    /// E.164, or an e-mail address.
    pub address: String,
}

/// A text in both forms that Gorgias keeps. The HTML is shown as it is: escape what strangers wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// Plain.
    pub text: String,
    /// HTML.
    pub html: String,
}

/// A message that has already travelled, by other means than Gorgias.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    /// By what it travelled.
    pub medium: Medium,
    /// From where.
    pub from: Party,
    /// To where.
    pub to: Party,
    /// What it said.
    pub body: Body,
    /// What finds the copy again; at most 255 characters.
    pub external_id: String,
    /// When it travelled.
    pub sent_datetime: DateTime<Utc>,
}

impl Original {
    fn source(&self) -> Value {
        let party = |party: &Party| json!({ "name": party.name, "address": party.address });
        json!({ "type": self.medium.source(), "from": party(&self.from), "to": [party(&self.to)] })
    }
}

/// A message to be made. Every constructor demands the moment it was sent, since Gorgias would send an outgoing
/// message without one to the customer (`reference/gorgias.md §8.5`).
#[derive(Clone, Debug, PartialEq)]
pub struct NewMessage {
    channel: String,
    public: bool,
    from_agent: bool,
    sender_id: u64,
    receiver_id: Option<u64>,
    source: Value,
    body: Body,
    external_id: String,
    sent_datetime: DateTime<Utc>,
    attachments: Vec<Value>,
}

impl NewMessage {
    /// A note for the agents' eyes only, written in `author`'s name.
    ///
    /// `external_id` (at most 255 characters) is what finds it again; `sent_datetime` is its place in the thread.
    pub fn internal_note(
        author: &Author,
        body: Body,
        external_id: impl Into<String>,
        sent_datetime: DateTime<Utc>,
    ) -> Self {
        Self {
            channel: "internal-note".to_owned(),
            public: false,
            from_agent: true,
            sender_id: author.user_id,
            receiver_id: None,
            source: json!({
                "type": "internal-note",
                "from": { "name": author.name, "address": author.email },
                "to": [],
            }),
            body,
            external_id: external_id.into(),
            sent_datetime,
            attachments: Vec::new(),
        }
    }

    /// A copy of what a customer sent. It has no receiver: Gorgias wants none on incoming messages
    /// (`reference/gorgias.md §6.3`).
    pub fn received(customer_id: u64, original: Original) -> Self {
        Self {
            channel: original.medium.channel().to_owned(),
            public: true,
            from_agent: false,
            sender_id: customer_id,
            receiver_id: None,
            source: original.source(),
            body: original.body,
            external_id: original.external_id,
            sent_datetime: original.sent_datetime,
            attachments: Vec::new(),
        }
    }

    /// A copy of what a user sent to a customer by other means; Gorgias does not send it again.
    pub fn sent_elsewhere(user_id: u64, customer_id: u64, original: Original) -> Self {
        Self {
            from_agent: true,
            sender_id: user_id,
            receiver_id: Some(customer_id),
            ..Self::received(customer_id, original)
        }
    }

    /// Attaches an uploaded file.
    #[must_use]
    pub fn attach(mut self, file: &File) -> Self {
        self.attachments.push(file.attachment());
        self
    }

    /// What finds the message again.
    pub fn external_id(&self) -> &str {
        &self.external_id
    }

    pub(crate) fn body(&self) -> Value {
        let mut body = Map::from_iter([
            ("channel".to_owned(), json!(self.channel)),
            ("via".to_owned(), json!("api")),
            ("public".to_owned(), json!(self.public)),
            ("from_agent".to_owned(), json!(self.from_agent)),
            ("sender".to_owned(), json!({ "id": self.sender_id })),
            ("source".to_owned(), self.source.clone()),
            ("body_text".to_owned(), json!(self.body.text)),
            ("body_html".to_owned(), json!(self.body.html)),
            ("external_id".to_owned(), json!(self.external_id)),
            ("sent_datetime".to_owned(), json!(written(self.sent_datetime))),
        ]);
        insert_some(&mut body, "receiver", self.receiver_id.map(|id| json!({ "id": id })));
        insert_some(
            &mut body,
            "attachments",
            (!self.attachments.is_empty()).then(|| self.attachments.clone()),
        );
        body.into()
    }
}
