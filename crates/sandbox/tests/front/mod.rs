//! The tests by what they are about, and what they share.

mod account;
mod comments;
mod contacts;
mod conversations;
mod described;
mod directory;
mod files;
mod imports;
mod lists;
mod oauth;
mod threads;
mod unconfirmed;

use serde_json::{Value, json};
use sidetone_sandbox::{Sandbox, front_world::HELLO};
use tokio::time::{Duration, sleep};

use super::common::{Answer, front};

/// Marta Ibáñez' number.
const MARTA: &str = "+34666444555";
/// The line "Support FR".
const LINE: &str = "+33199001010";

async fn get(sandbox: &Sandbox, path: &str) -> Answer {
    front(sandbox, "GET", path, Value::Null).await
}

async fn post(sandbox: &Sandbox, path: &str, body: Value) -> Answer {
    front(sandbox, "POST", path, body).await
}

/// The id of whoever has this number.
async fn contact(sandbox: &Sandbox, number: &str) -> String {
    let answer = get(sandbox, &format!("/contacts/alt:phone:{}", number.replace('+', "%2B"))).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    text(&answer.body["id"])
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

/// A missed call of Marta's, as an import: open, and with the company's rules.
fn missed(external_id: &str) -> Value {
    json!({
        "sender": {"handle": MARTA, "name": "Marta Ibáñez"}, "to": [LINE], "type": "sms",
        "subject": "Missed call - Support FR", "body": "Missed call\nLine: Support FR",
        "external_id": external_id, "created_at": 1_799_999_000,
        "metadata": {"thread_ref": "aircall:marta", "is_inbound": true, "is_archived": false, "should_skip_rules": false},
    })
}

/// The import with some of its fields changed; a `null` takes the field out.
fn with(mut import: Value, changes: Value) -> Value {
    for (name, change) in changes.as_object().unwrap() {
        match change {
            Value::Object(inner) if import[name].is_object() => {
                import[name] = with(import[name].clone(), Value::Object(inner.clone()));
            }
            Value::Null => {
                import.as_object_mut().unwrap().remove(name);
            }
            change => import[name] = change.clone(),
        }
    }
    import
}

/// Sends an import that must be accepted, and waits until it is there. The message and its conversation.
async fn imported(sandbox: &Sandbox, import: Value) -> (Value, Value) {
    imported_into(sandbox, HELLO, import).await
}

async fn imported_into(sandbox: &Sandbox, inbox: &str, import: Value) -> (Value, Value) {
    let answer = post(sandbox, &format!("/inboxes/{inbox}/imported_messages"), import).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    sleep(Duration::from_secs(2)).await;
    let message = get(sandbox, &format!("/messages/alt:uid:{}", text(&answer.body["message_uid"]))).await;
    assert_eq!(message.status, 200, "{}", message.text);
    let conversation = conversation_of(sandbox, &message.body).await;
    (message.body, conversation)
}

async fn conversation_of(sandbox: &Sandbox, message: &Value) -> Value {
    let link = text(&message["_links"]["related"]["conversation"]);
    get(sandbox, link.strip_prefix("http://front.localhost").unwrap()).await.body
}

fn path_of(conversation: &Value) -> String {
    format!("/conversations/{}", text(&conversation["id"]))
}

async fn again(sandbox: &Sandbox, conversation: &Value) -> Value {
    get(sandbox, &path_of(conversation)).await.body
}

/// What the admin does in Front, which must be possible.
fn by_hand(sandbox: &Sandbox, method: &str, path: &str, body: Value) -> Value {
    let (status, body) = sandbox.control().front().by_a_person(method, path, &body).unwrap();
    assert!(status < 300, "{status} {body}");
    body
}

fn names(list: &Value, field: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|one| text(&one[field])).collect()
}
