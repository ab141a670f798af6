//! People who work in Gorgias.

use serde_json::{Value, json};

use super::{Act, AtCustomer, Found, is_over};
use crate::cast::HANDLED;
use crate::day::Day;

pub(super) const ACTS: &[Act] = &[
    Act::Close,
    Act::Reassign(4_102),
    Act::Tag(HANDLED),
    Act::Untag("Aircall"),
    Act::Delete,
    Act::Trash,
    Act::Spam,
    Act::MergeCustomerInto("odile.garnier@example.com"),
];

pub(super) const MEANWHILE: &[Act] = &[
    Act::Close,
    Act::Reassign(4_102),
    Act::Tag(HANDLED),
    Act::Untag("Aircall"),
    Act::Delete,
    Act::Trash,
    Act::Spam,
];

pub(super) const CONVERSATION_ACTS: &[Act] = &[
    Act::Close,
    Act::Close,
    Act::Reassign(4_102),
    Act::Tag(HANDLED),
    Act::Untag("Aircall SMS"),
    Act::Delete,
    Act::Trash,
    Act::Spam,
];

/// Does it; `None` as long as there is nothing to do it to.
pub(super) fn act(day: &Day, call: u64, act: Act) -> Option<Found> {
    let marker = format!("aircall:call:{call}");
    let ticket = day.gorgias.tickets_marked(&marker).into_iter().next()?;
    let id = ticket["id"].as_u64()?;
    let found = Found {
        ticket: id.to_string(),
        is_over: is_over(day, call),
        is_finished: is_finished(day, id, &marker),
    };
    do_at_ticket(day, &ticket, act);
    Some(found)
}

/// Does it to the newest conversation with this number; nothing if there is none.
pub(super) fn act_at_conversation(day: &Day, number: &str, act: Act) {
    let is_theirs = |ticket: &Value| {
        let messages = ticket["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
        ticket["channel"] == "sms"
            && messages.iter().any(|m| m["channel"] == "sms" && m["source"].to_string().contains(number))
    };
    let all = day.gorgias.tickets();
    if let Some(ticket) = all.iter().filter(|t| is_theirs(t)).max_by_key(|t| t["id"].as_u64()) {
        do_at_ticket(day, ticket, act);
    }
}

fn do_at_ticket(day: &Day, ticket: &Value, act: Act) {
    let path = format!("/api/tickets/{}", ticket["id"]);
    let tags = format!("{path}/tags");
    let now = day.now().to_rfc3339();
    let (method, path, body) = match act {
        Act::Close => ("PUT", path, json!({"status": "closed"})),
        Act::Reassign(user) => ("PUT", path, json!({"assignee_user": {"id": user}})),
        Act::Tag(name) => ("POST", tags, json!({"names": [name]})),
        Act::Untag(name) => ("DELETE", tags, json!({"names": [name]})),
        Act::Delete => ("DELETE", path, Value::Null),
        Act::Trash => ("PUT", path, json!({"trashed_datetime": now})),
        Act::Spam => ("PUT", path, json!({"spam": true})),
        // What only Front has.
        Act::Reopen | Act::Move | Act::Merge | Act::Comment(_) => return,
        Act::MergeCustomerInto(email) => {
            merge(day, ticket["customer"]["id"].as_u64(), email);
            return;
        }
    };
    ask(day, method, &path, &body);
}

/// Does it to the customer with this number.
pub(super) fn act_at_customer(day: &Day, number: &str, act: &AtCustomer) {
    let has_it = |customer: &&Value| {
        customer["channels"].as_array().is_some_and(|all| all.iter().any(|c| c["address"] == number))
    };
    let customer = day.gorgias.customers().iter().find(has_it).and_then(|c| c["id"].as_u64());
    match (act, customer) {
        (AtCustomer::MergeInto(email), customer) => merge(day, customer, email),
        (AtCustomer::Delete, Some(id)) => ask(day, "DELETE", &format!("/api/customers/{id}"), &Value::Null),
        (AtCustomer::Delete, None) => {}
    }
}

fn ask(day: &Day, method: &str, path: &str, body: &Value) {
    let (status, answer) = day.gorgias.by_a_person(method, path, body).expect("a request");
    assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
}

fn merge(day: &Day, source: Option<u64>, email: &str) {
    let customers = day.gorgias.customers();
    let target = customers.iter().find(|c| c["email"] == email).and_then(|c| c["id"].as_u64());
    if let (Some(source), Some(target)) = (source, target)
        && source != target
    {
        day.gorgias.merge(source, target).expect("both exist");
    }
}

/// The status of the end was set: by a request of its own that was carried out, or by the one that made the ticket.
fn is_finished(day: &Day, ticket: u64, marker: &str) -> bool {
    let path = format!("/api/tickets/{ticket}");
    day.gorgias.journal(0).iter().filter(|entry| (200..300).contains(&entry.status)).any(|entry| {
        let sets_it = entry.method == "PUT" && entry.path.trim_end_matches('/') == path;
        let makes_it = entry.method == "POST" && entry.body["external_id"] == marker;
        let messages = entry.body["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
        let ended = format!("{marker}:ended");
        (sets_it && entry.body.get("status").is_some())
            || (makes_it && messages.iter().any(|m| m["external_id"] == ended.as_str()))
    })
}
