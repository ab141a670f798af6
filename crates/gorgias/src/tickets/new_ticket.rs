//! A ticket to be made.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::TicketStatus;
use crate::{
    Medium, NewMessage,
    lenient::{insert_some, written},
};

const MAX_SUBJECT_CHARS: usize = 998;

/// A ticket to be made. It has at least one message, or Gorgias refuses it (`reference/gorgias.md §6.2`).
#[derive(Clone, Debug, PartialEq)]
pub struct NewTicket {
    /// How it came about.
    pub medium: Medium,
    /// Whether its first message is the company's.
    pub from_agent: Option<bool>,
    /// Open if unset.
    pub status: Option<TicketStatus>,
    /// The subject; cut to 998 characters.
    pub subject: Option<String>,
    /// Whose it is.
    pub customer_id: Option<u64>,
    /// The assigned user.
    pub assignee_user_id: Option<u64>,
    /// The assigned team.
    pub assignee_team_id: Option<u64>,
    /// Names of tags. Unknown ones are said to be created (`reference/gorgias.md §6.4`).
    pub tags: Vec<String>,
    /// Free for integrations, to find it again; at most 255 characters.
    pub external_id: Option<String>,
    /// When it began, if not now.
    pub created_datetime: Option<DateTime<Utc>>,
    messages: Vec<NewMessage>,
}

impl NewTicket {
    /// A ticket with its first message.
    pub fn new(medium: Medium, first: NewMessage) -> Self {
        Self {
            medium,
            from_agent: None,
            status: None,
            subject: None,
            customer_id: None,
            assignee_user_id: None,
            assignee_team_id: None,
            tags: Vec::new(),
            external_id: None,
            created_datetime: None,
            messages: vec![first],
        }
    }

    /// Adds a further message, so that it needs no request of its own.
    pub fn push(&mut self, message: NewMessage) {
        self.messages.push(message);
    }

    pub(crate) fn body(&self) -> Value {
        let messages: Vec<Value> = self.messages.iter().map(NewMessage::body).collect();
        let tags: Vec<Value> = self.tags.iter().map(|name| json!({ "name": name })).collect();
        let reference = |id: Option<u64>| id.map(|id| json!({ "id": id }));
        let subject = self
            .subject
            .as_deref()
            .map(|subject| subject.chars().take(MAX_SUBJECT_CHARS).collect::<String>());
        let mut body = Map::from_iter([
            ("channel".to_owned(), json!(self.medium.channel())),
            ("via".to_owned(), json!("api")),
            ("messages".to_owned(), json!(messages)),
        ]);
        insert_some(&mut body, "from_agent", self.from_agent);
        insert_some(&mut body, "status", self.status.map(TicketStatus::as_str));
        insert_some(&mut body, "subject", subject);
        insert_some(&mut body, "customer", reference(self.customer_id));
        insert_some(&mut body, "assignee_user", reference(self.assignee_user_id));
        insert_some(&mut body, "assignee_team", reference(self.assignee_team_id));
        insert_some(&mut body, "tags", (!tags.is_empty()).then_some(tags));
        insert_some(&mut body, "external_id", self.external_id.as_deref());
        insert_some(&mut body, "created_datetime", self.created_datetime.map(written));
        body.into()
    }
}
