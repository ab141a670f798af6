//! What arrives, made ready to be stored: nothing is parsed strictly, nothing is refused but what is no JSON object.

use aircall::Event;
use chrono::{DateTime, Utc};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::call::{CallId, Origin};
use crate::store::Received;

/// What events speak of besides calls (`reference/aircall.md` §6.4).
const OTHER_RESOURCES: [&str; 7] = ["user", "number", "contact", "message", "group_message", "integration", "team"];

/// A webhook body as a statement, token taken out. The hash is that of the event, so a repeat is recognised.
#[must_use]
pub fn from_webhook(event: &Event, received_at: DateTime<Utc>) -> Received {
    let body = event.body_without_token();
    let call = (event.resource == "call").then(|| call_id(&event.data)).flatten();
    Received {
        is_odd: call.is_none() && !OTHER_RESOURCES.contains(&event.resource.as_str()),
        hash: hash(&["event", &body.to_string()]),
        origin: Origin::Event(event.event.clone()),
        call,
        // An event without a moment loses against everything that has one.
        as_of: event.timestamp.unwrap_or(0),
        received_at,
        body,
    }
}

/// A Call object that was read over REST, as of the answer's `Date`.
#[must_use]
pub fn from_read(call: Value, origin: Origin, as_of: i64, received_at: DateTime<Utc>) -> Received {
    // A list that is read every few seconds says the same again and again; a single read is always news, because its
    // moment is what it was made for.
    let moment = if origin == Origin::Listed { String::new() } else { as_of.to_string() };
    let id = call_id(&call);
    Received {
        is_odd: id.is_none(),
        hash: hash(&["read", &format!("{origin:?}"), &moment, &call.to_string()]),
        call: id,
        origin,
        as_of,
        received_at,
        body: serde_json::json!({ "data": call }),
    }
}

fn call_id(data: &Value) -> Option<CallId> {
    let id = data.get("id")?;
    id.as_u64().or_else(|| id.as_str()?.parse().ok()).filter(|id| *id > 0 && i64::try_from(*id).is_ok()).map(CallId)
}

fn hash(parts: &[&str]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().into()
}

/// The hash under which a webhook token is remembered, so that it never lies in the database in clear.
#[must_use]
pub fn token_hash(token: &str) -> String {
    hash(&["webhook token", token]).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(body: &str) -> Received {
        from_webhook(&Event::parse(body.as_bytes()).expect("an object"), Utc::now())
    }

    #[test]
    fn a_repeat_is_recognised_and_the_token_is_not_kept() {
        let body = r#"{"resource":"call","event":"call.created","timestamp":5,"token":"s3cret","data":{"id":4300000001}}"#;
        let (a, b) = (received(body), received(&body.replace("s3cret", "another")));
        assert_eq!(a.hash, b.hash, "the same event through another webhook of ours");
        assert!(!a.body.to_string().contains("s3cret"));
        assert_eq!(a.call, Some(CallId(4_300_000_001)));
    }

    #[test]
    fn whatever_is_an_object_is_kept() {
        for body in ["{}", r#"{"event":7,"data":[]}"#, r#"{"resource":"call","data":{"id":-1}}"#, r#"{"resource":"call","data":{"id":{}}}"#] {
            assert_eq!(received(body).call, None, "{body}");
        }
        assert_eq!(received(r#"{"resource":"user","data":{"id":5}}"#).call, None, "an id of something else");
    }
}
