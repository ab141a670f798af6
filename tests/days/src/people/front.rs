//! People who work in Front.

use serde_json::{Value, json};
use sidetone_sandbox::front_world;

use super::{Act, AtCustomer, Found, is_over};
use crate::cast::HANDLED;
use crate::day::Day;

/// What somebody comments of their own.
pub(crate) const REMARK: &str = "Spoke to the warehouse: it goes out on Monday";

pub(super) const ACTS: &[Act] = &[
    Act::Close,
    Act::Close,
    Act::Reopen,
    Act::Reassign(4_102),
    Act::Tag(HANDLED),
    Act::Untag("Aircall"),
    Act::Delete,
    Act::Trash,
    Act::Spam,
    Act::Move,
    Act::Merge,
    Act::Comment(REMARK),
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
    Act::Move,
    Act::Merge,
    Act::Comment(REMARK),
];

pub(super) const CONVERSATION_ACTS: &[Act] = &[
    Act::Close,
    Act::Close,
    Act::Reassign(4_102),
    Act::Tag(HANDLED),
    Act::Untag("Aircall"),
    Act::Delete,
    Act::Trash,
    Act::Move,
    Act::Merge,
];

/// The teammate who is the user of this number in the other helpdesk.
pub(crate) fn teammate(user: u64) -> &'static str {
    if user == 4_103 { front_world::AMELIA } else { front_world::JONAS }
}

pub(super) fn act(day: &Day, call: u64, act: Act) -> Option<Found> {
    let marker = format!("aircall:call:{call}");
    let conversation = day.front.conversations_marked(&marker).into_iter().next()?;
    let is_finished = !day.front.conversations_marked(&format!("{marker}:duration")).is_empty();
    let found = Found { ticket: id_of(&conversation), is_over: is_over(day, call), is_finished };
    do_at_conversation(day, &conversation, act);
    Some(found)
}

pub(super) fn act_at_conversation(day: &Day, number: &str, act: Act) {
    let is_theirs = |conversation: &Value| {
        let messages = conversation["messages"].as_array().into_iter().flatten();
        messages
            .filter(|message| is_ours(message))
            .any(|message| message["recipients"].to_string().contains(number))
    };
    // Newest first.
    if let Some(conversation) = day.front.conversations().iter().find(|one| is_theirs(one)) {
        do_at_conversation(day, conversation, act);
    }
}

fn is_ours(message: &Value) -> bool {
    message["external_id"].as_str().is_some_and(|id| id.starts_with("aircall:"))
}

fn id_of(object: &Value) -> String {
    object["id"].as_str().unwrap_or_default().to_owned()
}

fn do_at_conversation(day: &Day, conversation: &Value, act: Act) {
    let id = id_of(conversation);
    let path = format!("/conversations/{id}");
    let (tags, comments) = (format!("{path}/tags"), format!("{path}/comments"));
    let (method, path, body) = match act {
        Act::Close => ("PATCH", path, json!({"status": "archived"})),
        Act::Reopen => ("PATCH", path, json!({"status": "open"})),
        Act::Trash => ("PATCH", path, json!({"status": "deleted"})),
        Act::Spam => ("PATCH", path, json!({"status": "spam"})),
        Act::Reassign(user) => ("PATCH", path, json!({"assignee_id": teammate(user)})),
        Act::Move => ("PATCH", path, json!({"inbox_id": front_world::SALES_DESK})),
        Act::Tag(name) => ("POST", tags, json!({"tag_ids": tags_named(day, name)})),
        Act::Untag(name) => ("DELETE", tags, json!({"tag_ids": tags_named(day, name)})),
        Act::Comment(text) => ("POST", comments, json!({"body": text})),
        Act::Delete => {
            day.front.delete_conversation(&id).expect("it is there");
            return;
        }
        Act::Merge => {
            if let Some(other) = another_of_the_contact(day, conversation) {
                day.front.merge_conversations(&id, &other).expect("both exist");
            }
            return;
        }
        Act::MergeCustomerInto(email) => {
            let contact = contact_of(conversation);
            let contact = day.front.contacts().into_iter().find(|known| Some(id_of(known)) == contact);
            merge(day, contact.as_ref(), email);
            return;
        }
    };
    ask(day, method, &path, &body);
}

/// The contact at the outer end.
fn contact_of(conversation: &Value) -> Option<String> {
    let link = conversation["recipient"]["_links"]["related"]["contact"].as_str()?;
    link.rsplit('/').next().map(str::to_owned)
}

/// The contact's oldest conversation in which nothing of ours stands.
fn another_of_the_contact(day: &Day, conversation: &Value) -> Option<String> {
    let contact = contact_of(conversation)?;
    let is_other = |one: &&Value| {
        let mut messages = one["messages"].as_array().into_iter().flatten();
        contact_of(one).as_ref() == Some(&contact) && one["status"] != "deleted" && !messages.any(is_ours)
    };
    day.front.conversations().iter().rfind(is_other).map(id_of)
}

fn tags_named(day: &Day, name: &str) -> Vec<String> {
    let listed = ask(day, "GET", "/tags", &Value::Null);
    let all = listed["_results"].as_array().into_iter().flatten();
    all.filter(|tag| tag["name"] == name).map(id_of).collect()
}

pub(super) fn act_at_customer(day: &Day, number: &str, act: &AtCustomer) {
    let has_it = |contact: &&Value| {
        contact["handles"].as_array().is_some_and(|all| all.iter().any(|one| one["handle"] == number))
    };
    let contacts = day.front.contacts();
    let contact = contacts.iter().find(has_it);
    match (act, contact) {
        (AtCustomer::MergeInto(email), contact) => merge(day, contact, email),
        (AtCustomer::Delete, Some(contact)) => {
            ask(day, "DELETE", &format!("/contacts/{}", id_of(contact)), &Value::Null);
        }
        (AtCustomer::Delete, None) => {}
    }
}

fn ask(day: &Day, method: &str, path: &str, body: &Value) -> Value {
    let (status, answer) = day.front.by_a_person(method, path, body).expect("a request");
    assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
    answer
}

fn merge(day: &Day, source: Option<&Value>, email: &str) {
    let contacts = day.front.contacts();
    let has_it = |contact: &&Value| {
        contact["handles"].as_array().is_some_and(|all| all.iter().any(|one| one["handle"] == email))
    };
    let target = contacts.iter().find(has_it).map(id_of);
    if let (Some(source), Some(target)) = (source.map(id_of), target)
        && source != target
    {
        day.front.merge(&source, &target).expect("both exist");
    }
}
