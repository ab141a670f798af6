//! What the tests of Front ask of a day.

use serde_json::{Value, json};
use sidetone_sandbox::{HangUp, aircall_world as world};

use crate::day::Day;

/// The one conversation that holds the record of a call.
pub fn conversation(day: &Day, call: u64) -> Value {
    let found = day.front.conversations_marked(&format!("aircall:call:{call}"));
    assert_eq!(found.len(), 1, "one conversation with call {call}: {:#}", day.front.dump());
    found[0].clone()
}

/// The message with this key; there is one.
pub fn message<'a>(conversation: &'a Value, key: &str) -> &'a Value {
    let all = conversation["messages"].as_array().unwrap();
    let found: Vec<&Value> = all.iter().filter(|m| m["external_id"] == key).collect();
    assert_eq!(found.len(), 1, "one message {key}: {conversation:#}");
    found[0]
}

/// The activity of a call: `""` is the main one.
pub fn activity<'a>(conversation: &'a Value, call: u64, what: &str) -> &'a Value {
    let colon = if what.is_empty() { "" } else { ":" };
    message(conversation, &format!("aircall:call:{call}{colon}{what}"))
}

/// The keys of the messages of ours, oldest first.
pub fn keys(conversation: &Value) -> Vec<String> {
    let all = conversation["messages"].as_array().unwrap();
    all.iter().filter_map(|m| m["external_id"].as_str()).map(str::to_owned).collect()
}

pub fn text(message: &Value) -> &str {
    message["text"].as_str().or(message["body"].as_str()).unwrap()
}

pub fn inboxes(conversation: &Value) -> Vec<&str> {
    conversation["inboxes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| i.as_str().or(i["name"].as_str()).unwrap())
        .collect()
}

/// The ids of a contact's conversations.
pub fn conversations_of(day: &Day, contact: &str) -> Vec<Value> {
    let path = format!("/contacts/{contact}/conversations");
    let (status, listed) = day.front.by_a_person("GET", &path, &Value::Null).unwrap();
    assert_eq!(status, 200, "{listed}");
    listed["_results"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect()
}

/// An inbound call to Support FR that nobody answers; returns when all is written.
pub async fn missed(day: &Day, from: &str) -> u64 {
    let call = day.ring(world::SUPPORT_FR, Some(from));
    day.pass(25).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(120).await;
    call
}

/// A person changes a conversation in Front.
pub fn change(day: &Day, conversation: &Value, change: Value) {
    let path = format!("/conversations/{}", conversation["id"].as_str().unwrap());
    let (status, body) = day.front.by_a_person("PATCH", &path, &change).unwrap();
    assert!(status < 300, "{status} {body}");
}

pub fn archive(day: &Day, conversation: &Value) {
    change(day, conversation, json!({ "status": "archived" }));
}

/// Writes to Front since `seq`: verb and path.
pub fn writes(day: &Day, seq: u64) -> Vec<String> {
    let journal = day.front.journal(seq).into_iter().filter(|entry| entry.is_write());
    journal.map(|entry| format!("{} {}", entry.method, entry.path)).collect()
}

/// The number of the newest request to Front.
pub fn last_seq(day: &Day) -> u64 {
    day.front.journal(0).last().map_or(0, |entry| entry.seq)
}

/// That two days left the same, or what differs.
pub fn assert_same(found: &Value, quiet: &Value, what: &str) {
    let mut differences = Vec::new();
    differ(found, quiet, "", &mut differences);
    assert!(differences.is_empty(), "{what}:\n{}", differences.join("\n"));
}

fn differ(found: &Value, quiet: &Value, path: &str, differences: &mut Vec<String>) {
    match (found, quiet) {
        (Value::Object(a), Value::Object(b)) => {
            for key in a.keys().chain(b.keys().filter(|key| !a.contains_key(*key))) {
                differ(&found[key], &quiet[key], &format!("{path}/{key}"), differences);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (at, (a, b)) in a.iter().zip(b).enumerate() {
                differ(a, b, &format!("{path}/{at}"), differences);
            }
        }
        (a, b) if a == b => {}
        (a, b) => differences.push(format!("{path}: {a:#}\n   on the quiet day: {b:#}")),
    }
}
