//! What people do in the helpdesk during a day.
//!
//! A person works on what is there: on a ticket only once there is one, and only then can they delete it. So an act is
//! put off until that is so, in both days of a seed; what must follow from it is in `promises.rs`.

use serde_json::{Value, json};
use sidetone_engine::call::CaseId;

use crate::cast::HANDLED;
use crate::day::Day;

/// Something that a person does to the ticket of a call, or to its customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Closes the ticket.
    Close,
    /// Gives it to another agent (the helpdesk's user id).
    Reassign(u64),
    /// Puts a tag of their own on it.
    Tag(&'static str),
    /// Takes one of our tags off.
    Untag(&'static str),
    /// Deletes it for good.
    Delete,
    /// Throws it into the bin.
    Trash,
    /// Marks it as spam.
    Spam,
    /// Merges its customer into another one (found by e-mail).
    MergeCustomerInto(&'static str),
}

/// Something that a person does to a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AtCustomer {
    /// Merges them into another one (found by e-mail).
    MergeInto(String),
    /// Deletes them.
    Delete,
}

/// What people do to tickets that are finished.
pub const ACTS: &[Act] = &[
    Act::Close,
    Act::Reassign(4_102),
    Act::Tag(HANDLED),
    Act::Untag("Aircall"),
    Act::Delete,
    Act::Trash,
    Act::Spam,
    Act::MergeCustomerInto("odile.garnier@example.com"),
];

/// What people do to tickets while their call is still being written.
pub const MEANWHILE: &[Act] = &[
    Act::Close,
    Act::Reassign(4_102),
    Act::Tag(HANDLED),
    Act::Untag("Aircall"),
    Act::Delete,
    Act::Trash,
    Act::Spam,
];

/// What people do to conversations of text messages. Nothing undoes it; but a further message opens one again that was
/// closed (M4), and goes into a new one where the old one was thrown away (M3).
pub const CONVERSATION_ACTS: &[Act] = &[
    Act::Close,
    Act::Close,
    Act::Reassign(4_102),
    Act::Tag(HANDLED),
    Act::Untag("Aircall SMS"),
    Act::Delete,
    Act::Trash,
    Act::Spam,
];

/// A ticket as a person found it when they did something to it.
#[derive(Clone, Debug)]
pub struct Found {
    /// The ticket's id in the helpdesk.
    pub ticket: u64,
    /// Whether the call was over for Aircall.
    pub is_over: bool,
    /// Whether the status of the end had been set.
    pub is_finished: bool,
}

/// From the hang-up to `call.ended`.
const ENDED_AFTER_S: i64 = 30;

/// Does it; `None` as long as there is nothing to do it to.
///
/// # Panics
/// If the helpdesk refuses.
pub fn act(day: &Day, call: u64, act: Act) -> Option<Found> {
    if act == Act::Delete && !is_known(day, call) {
        // A ticket of which nobody knows whether it was made, deleted: no program could tell that from one never made.
        return None;
    }
    let marker = format!("aircall:call:{call}");
    let ticket = day.gorgias.tickets_marked(&marker).into_iter().next()?;
    let id = ticket["id"].as_u64()?;
    let ended_at = day.aircall.call(call).and_then(|call| call["ended_at"].as_i64());
    let is_over = ended_at.is_some_and(|at| at + ENDED_AFTER_S <= day.now().timestamp());
    let found = Found { ticket: id, is_over, is_finished: is_finished(day, id, &marker) };
    do_at_ticket(day, &ticket, act);
    Some(found)
}

/// Does it to the newest conversation with this number; nothing if there is none.
///
/// # Panics
/// If the helpdesk refuses.
pub fn act_at_conversation(day: &Day, number: &str, act: Act) {
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
        Act::MergeCustomerInto(email) => {
            merge(day, ticket["customer"]["id"].as_u64(), email);
            return;
        }
    };
    ask(day, method, &path, &body);
}

/// Does it to the customer with this number. `false` as long as `after` has no ticket yet that we know of.
///
/// # Panics
/// If the helpdesk refuses.
pub fn act_at_customer(day: &Day, number: &str, act: &AtCustomer, after: Option<u64>) -> bool {
    if after.is_some_and(|call| !is_known(day, call)) {
        return false;
    }
    let has_it = |customer: &&Value| {
        customer["channels"].as_array().is_some_and(|all| all.iter().any(|c| c["address"] == number))
    };
    let customer = day.gorgias.customers().iter().find(has_it).and_then(|c| c["id"].as_u64());
    match (act, customer) {
        (AtCustomer::MergeInto(email), customer) => merge(day, customer, email),
        (AtCustomer::Delete, Some(id)) => ask(day, "DELETE", &format!("/api/customers/{id}"), &Value::Null),
        (AtCustomer::Delete, None) => {}
    }
    true
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

/// Whether our ledger has this call's ticket.
fn is_known(day: &Day, call: u64) -> bool {
    // A program that is down knows nothing at the moment.
    let detail = day.handle.call(CaseId(call)).ok().flatten();
    day.is_running() && detail.is_some_and(|d| d.ledger.iter().any(|row| row.key == "ticket"))
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
