//! What people do in the helpdesk during a day.
//!
//! Only at moments at which both days have settled: everything is written, and nothing goes wrong for minutes before
//! and after. Otherwise the two days would differ and both be right: a person who closes a ticket *before* its end was
//! written closes it for a moment only (G8 opens it once), a person who closes it *after* that closes it for good.

use serde_json::{Value, json};

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

/// What people do in the days of the chaos.
pub const ACTS: &[Act] = &[
    Act::Close,
    Act::Reassign(4_102),
    Act::Tag("handled"),
    Act::Untag("Aircall"),
    Act::Delete,
    Act::Trash,
    Act::Spam,
    Act::MergeCustomerInto("odile.garnier@example.com"),
];

/// Does it. Where the call has no ticket there is nothing to do.
///
/// # Panics
/// If the helpdesk refuses.
pub fn act(day: &Day, call: u64, act: Act) {
    let marker = format!("aircall:call:{call}");
    let Some(ticket) = day.gorgias.tickets().into_iter().find(|t| t["external_id"] == marker.as_str()) else {
        return;
    };
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
        Act::MergeCustomerInto(email) => return merge(day, &ticket["customer"]["id"], email),
    };
    let (status, answer) = day.gorgias.by_a_person(method, &path, &body).expect("a request");
    assert!((200..300).contains(&status), "{act:?} of call {call}: {status} {answer}");
}

fn merge(day: &Day, source: &Value, email: &str) {
    let customers = day.gorgias.customers();
    let target = customers.iter().find(|c| c["email"] == email).and_then(|c| c["id"].as_u64());
    if let (Some(source), Some(target)) = (source.as_u64(), target.filter(|target| source != &json!(target)))
    {
        day.gorgias.merge(source, target).expect("both exist");
    }
}
