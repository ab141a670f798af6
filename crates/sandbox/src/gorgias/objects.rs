//! The objects of a helpdesk account, and how they are written (`reference/gorgias.md §6`).

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::state::State;

pub(crate) type Moment = DateTime<Utc>;

/// Live answers carry microseconds and an offset.
pub(crate) fn iso(at: Moment) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string()
}

pub(super) fn iso_or_null(at: Option<Moment>) -> Value {
    json!(at.map(iso))
}

#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) role: &'static str,
    pub(crate) is_active: bool,
    pub(crate) made_at: Moment,
}

impl User {
    pub(crate) fn written(&self) -> Value {
        let (first, last) = names_of(&self.name);
        json!({
            "id": self.id,
            "active": self.is_active,
            "bio": null,
            "country": null,
            "created_datetime": iso(self.made_at),
            "deactivated_datetime": null,
            "email": self.email,
            "external_id": null,
            "firstname": first,
            "lastname": last,
            "language": "en",
            "meta": {"profile_picture_url": null},
            "name": self.name,
            "role": {"name": self.role},
            "timezone": "Europe/Paris",
            "updated_datetime": iso(self.made_at),
            "client_id": null,
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Channel {
    pub(crate) id: u64,
    pub(crate) kind: String,
    pub(crate) address: String,
    pub(crate) preferred: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Customer {
    pub(crate) id: u64,
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) channels: Vec<Channel>,
    pub(crate) external_id: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) timezone: Option<String>,
    pub(crate) note: Option<String>,
    pub(crate) data: Value,
    pub(crate) meta: Value,
    pub(crate) made_at: Moment,
    pub(crate) updated_at: Moment,
}

impl Customer {
    /// The customer as lists show it; a single read adds the shop data.
    pub(crate) fn written(&self) -> Value {
        let (first, last) = names_of(self.name.as_deref().unwrap_or_default());
        let owner = json!({"id": self.id, "name": self.name});
        let channels = self.channels.iter().map(|channel| {
            json!({
                "id": channel.id,
                "type": channel.kind,
                "address": channel.address,
                "preferred": channel.preferred,
                "created_datetime": iso(self.made_at),
                "updated_datetime": iso(self.made_at),
                "deleted_datetime": null,
                "customer": owner,
                "user": owner,
            })
        });
        json!({
            "id": self.id,
            "external_id": self.external_id,
            "active": true,
            "email": self.email,
            "name": self.name,
            "firstname": first,
            "lastname": last,
            "language": self.language,
            "timezone": self.timezone.as_deref().unwrap_or("UTC"),
            "created_datetime": iso(self.made_at),
            "updated_datetime": iso(self.updated_at),
            "meta": self.meta,
            "data": self.data,
            "note": self.note,
            "channels": channels.collect::<Vec<_>>(),
        })
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Tag {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) decoration: Value,
    pub(crate) made_at: Moment,
}

impl Tag {
    pub(crate) fn written(&self, usage: usize) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "decoration": self.decoration,
            "usage": usage,
            "uri": format!("/api/tags/{}/", self.id),
            "created_datetime": iso(self.made_at),
            "deleted_datetime": null,
        })
    }
}

/// A user of the account or a customer of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Party {
    User(u64),
    Customer(u64),
}

#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) id: u64,
    pub(crate) ticket: u64,
    pub(crate) channel: &'static str,
    pub(crate) via: &'static str,
    pub(crate) from_agent: bool,
    pub(crate) public: bool,
    pub(crate) sender: Party,
    pub(crate) receiver: Option<Party>,
    pub(crate) source: Value,
    pub(crate) subject: Option<String>,
    pub(crate) body_text: Option<String>,
    pub(crate) body_html: Option<String>,
    pub(crate) attachments: Vec<Value>,
    pub(crate) external_id: Option<String>,
    pub(crate) meta: Value,
    pub(crate) sent_at: Option<Moment>,
    pub(crate) created_at: Moment,
    pub(crate) made_at: Moment,
}

impl Message {
    pub(crate) fn written(&self, state: &State) -> Value {
        json!({
            "id": self.id,
            "uri": format!("/api/tickets/{}/messages/{}/", self.ticket, self.id),
            "message_id": null,
            "ticket_id": self.ticket,
            "external_id": self.external_id,
            "public": self.public,
            "channel": self.channel,
            "via": self.via,
            "source": self.source,
            "sender": party(state, self.sender),
            "receiver": self.receiver.map(|receiver| party(state, receiver)),
            "integration_id": null,
            "intents": [],
            "rule_id": null,
            "from_agent": self.from_agent,
            "subject": self.subject,
            "body_text": self.body_text,
            "body_html": self.body_html,
            "stripped_text": self.body_text,
            "stripped_html": self.body_html,
            "stripped_signature": null,
            "attachments": self.attachments,
            "macros": [],
            "actions": null,
            "headers": null,
            "meta": self.meta,
            "created_datetime": iso(self.created_at),
            "sent_datetime": iso_or_null(self.sent_at),
            "failed_datetime": null,
            "opened_datetime": null,
            "deleted_datetime": null,
            "last_sending_error": null,
            "is_retriable": false,
        })
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Ticket {
    pub(crate) id: u64,
    pub(crate) external_id: Option<String>,
    pub(crate) status: &'static str,
    pub(crate) priority: &'static str,
    pub(crate) channel: &'static str,
    pub(crate) via: &'static str,
    pub(crate) from_agent: bool,
    pub(crate) customer: Option<u64>,
    pub(crate) assignee_user: Option<u64>,
    pub(crate) assignee_team: Option<u64>,
    pub(crate) subject: Option<String>,
    pub(crate) tags: Vec<u64>,
    pub(crate) custom_fields: Value,
    pub(crate) meta: Value,
    pub(crate) language: Option<String>,
    pub(crate) spam: bool,
    pub(crate) is_unread: bool,
    pub(crate) created_at: Moment,
    pub(crate) updated_at: Moment,
    pub(crate) opened_at: Option<Moment>,
    pub(crate) closed_at: Option<Moment>,
    pub(crate) snoozed_until: Option<Moment>,
    pub(crate) trashed_at: Option<Moment>,
    pub(crate) last_message_at: Option<Moment>,
    pub(crate) last_received_at: Option<Moment>,
    pub(crate) made_at: Moment,
}

impl Ticket {
    /// The list form: no messages, but their count and an excerpt.
    pub(crate) fn listed(&self, state: &State) -> Value {
        let messages: Vec<&Message> = state.messages_of(self.id).collect();
        let excerpt: String = messages
            .last()
            .and_then(|message| message.body_text.as_deref())
            .unwrap_or_default()
            .chars()
            .take(100)
            .collect();
        let mut ticket = self.core(state);
        ticket["messages_count"] = json!(messages.len());
        ticket["excerpt"] = json!(excerpt);
        ticket
    }

    /// The single read: with all messages.
    pub(crate) fn whole(&self, state: &State) -> Value {
        let mut ticket = self.core(state);
        ticket["messages"] = state.messages_of(self.id).map(|message| message.written(state)).collect();
        ticket["satisfaction_survey"] = Value::Null;
        ticket["summary"] = Value::Null;
        ticket
    }

    fn core(&self, state: &State) -> Value {
        let customer = self.customer.map(|id| party(state, Party::Customer(id)));
        let tags = self.tags.iter().filter_map(|id| state.tags.get(id)).map(|tag| {
            json!({
                "id": tag.id,
                "name": tag.name,
                "uri": format!("/api/tags/{}/", tag.id),
                "decoration": tag.decoration,
            })
        });
        let team = self.assignee_team.and_then(|id| state.teams.iter().find(|team| team.0 == id));
        json!({
            "id": self.id,
            "uri": format!("/api/tickets/{}/", self.id),
            "external_id": self.external_id,
            "language": self.language,
            "status": self.status,
            "priority": self.priority,
            "channel": self.channel,
            "via": self.via,
            "from_agent": self.from_agent,
            "customer": customer,
            "requester": customer,
            "assignee_user": self.assignee_user.map(|id| party(state, Party::User(id))),
            "assignee_team": team.map(|team| json!({"id": team.0, "name": team.1})),
            "subject": self.subject,
            "meta": self.meta,
            "tags": tags.collect::<Vec<_>>(),
            "custom_fields": self.custom_fields,
            "is_unread": self.is_unread,
            "spam": self.spam,
            "created_datetime": iso(self.created_at),
            "opened_datetime": iso_or_null(self.opened_at),
            "last_received_message_datetime": iso_or_null(self.last_received_at),
            "last_message_datetime": iso_or_null(self.last_message_at),
            "updated_datetime": iso(self.updated_at),
            "closed_datetime": iso_or_null(self.closed_at),
            "trashed_datetime": iso_or_null(self.trashed_at),
            "snooze_datetime": iso_or_null(self.snoozed_until),
            "integrations": [],
        })
    }
}

/// An uploaded file.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) content_type: String,
    /// `None` if it was too large to be kept.
    pub(crate) bytes: Option<Bytes>,
    pub(crate) sha256: String,
}

/// A user or customer inside another object: abridged.
pub(crate) fn party(state: &State, party: Party) -> Value {
    let (id, email, name) = match party {
        Party::User(id) => {
            let user = state.users.iter().find(|user| user.id == id);
            (id, user.map(|user| user.email.clone()), user.map(|user| user.name.clone()))
        }
        Party::Customer(id) => {
            let customer = state.customers.get(&id);
            (
                id,
                customer.and_then(|customer| customer.email.clone()),
                customer.and_then(|customer| customer.name.clone()),
            )
        }
    };
    let (first, last) = names_of(name.as_deref().unwrap_or_default());
    json!({"id": id, "email": email, "name": name, "firstname": first, "lastname": last, "meta": null})
}

fn names_of(name: &str) -> (&str, &str) {
    name.split_once(' ').unwrap_or((name, ""))
}
