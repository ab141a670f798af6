//! The whole account in a canonical form, for comparing two days: everything that a person would call the
//! same is written the same, so ids, times of writing and orders that mean nothing are left out.

use serde_json::{Value, json};

use super::{
    objects::{Customer, Message, Party, Ticket},
    state::State,
};

/// Customers by name and address, each with their tickets; tickets by marker and subject, entries as a set.
pub(crate) fn dump(state: &State) -> Value {
    let mut customers: Vec<Value> = state.customers.values().map(|one| customer(state, one)).collect();
    customers.sort_by_key(ToString::to_string);
    let mut tickets: Vec<Value> = state.tickets.values().map(|one| ticket(state, one)).collect();
    tickets.sort_by_key(ToString::to_string);
    json!({"customers": customers, "tickets": tickets, "send_attempts": state.send_attempts.len()})
}

fn customer(state: &State, customer: &Customer) -> Value {
    let mut channels: Vec<String> =
        customer.channels.iter().map(|channel| format!("{} {}", channel.kind, channel.address)).collect();
    channels.sort();
    json!({
        "name": customer.name,
        "email": customer.email,
        "channels": channels,
        "external_id": customer.external_id,
        "note": customer.note,
        "tickets": state.tickets.values().filter(|ticket| ticket.customer == Some(customer.id)).count(),
    })
}

fn ticket(state: &State, ticket: &Ticket) -> Value {
    let mut tags: Vec<&str> =
        ticket.tags.iter().filter_map(|id| state.tags.get(id)).map(|tag| tag.name.as_str()).collect();
    tags.sort_unstable();
    let mut messages: Vec<Value> = state.messages_of(ticket.id).map(|one| message(state, one)).collect();
    messages.sort_by_key(ToString::to_string);
    json!({
        "external_id": ticket.external_id,
        "subject": ticket.subject,
        "status": ticket.status,
        "channel": ticket.channel,
        "via": ticket.via,
        "customer": ticket.customer.map(|id| label(state, Party::Customer(id))),
        "assignee": ticket.assignee_user.map(|id| label(state, Party::User(id))),
        "tags": tags,
        "spam": ticket.spam,
        "trashed": ticket.trashed_at.is_some(),
        "messages": messages,
    })
}

fn message(state: &State, message: &Message) -> Value {
    let mut files: Vec<Value> = message
        .attachments
        .iter()
        .map(|attachment| {
            let url = attachment["url"].as_str().unwrap_or_default();
            let file =
                state.files.iter().find(|(path, _)| url.ends_with(path.as_str())).map(|(_, file)| file);
            json!({
                "name": attachment["name"],
                "content_type": attachment["content_type"],
                "sha256": file.map(|file| &file.sha256),
                "label": file.map(|file| &file.name),
            })
        })
        .collect();
    files.sort_by_key(ToString::to_string);
    json!({
        "external_id": message.external_id,
        "channel": message.channel,
        "from_agent": message.from_agent,
        "public": message.public,
        "sender": label(state, message.sender),
        "sent": super::objects::iso_or_null(message.sent_at),
        "body_text": message.body_text,
        "body_html": message.body_html,
        "attachments": files,
    })
}

/// Who, without an id: a placeholder e-mail may differ from day to day, so the name comes first.
fn label(state: &State, party: Party) -> Value {
    let party = super::objects::party(state, party);
    match &party["name"] {
        Value::Null => party["email"].clone(),
        name => name.clone(),
    }
}
