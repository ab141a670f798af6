//! What arrives, made ready to be stored: nothing is parsed strictly, nothing is refused but what is no JSON object.

use aircall::Event;
use chrono::{DateTime, Utc};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::call::{CaseId, Origin, is_a_moment};
use crate::store::Received;

/// What events speak of besides calls (`reference/aircall.md` §6.4).
const OTHER_RESOURCES: [&str; 7] =
    ["user", "number", "contact", "message", "group_message", "integration", "team"];

/// A webhook body as a statement, token taken out. The hash is that of the event, so a repeat is recognised.
#[must_use]
pub fn from_webhook(event: &Event, received_at: DateTime<Utc>) -> Received {
    let body = event.body_without_token();
    // What is nested deeper than any Call object is kept, but not made into a call: it could not be read back.
    let is_plain = depth(&event.data) <= DEEPEST;
    let call = case_id(&event.resource, &event.data).filter(|_| is_plain);
    Received {
        is_odd: call.is_none() && !OTHER_RESOURCES.contains(&event.resource.as_str()),
        hash: hash(&["event", &body.to_string()]),
        origin: Origin::Event(event.event.clone()),
        call,
        // An event without a moment loses against everything that has one.
        as_of: event.timestamp.filter(|s| is_a_moment(*s)).unwrap_or(0),
        received_at,
        body,
    }
}

/// A Call object that was read over REST, as of the answer's `Date`.
#[must_use]
pub fn from_read(call: Value, origin: Origin, as_of: i64, received_at: DateTime<Utc>) -> Received {
    let id = call_id(&call);
    let as_of = if is_a_moment(as_of) { as_of } else { received_at.timestamp() };
    Received {
        is_odd: id.is_none(),
        hash: hash(&["read", &format!("{origin:?}"), &as_of.to_string(), &call.to_string()]),
        call: id,
        origin,
        as_of,
        received_at,
        body: serde_json::json!({ "data": call }),
    }
}

/// A Call object nests about six levels deep.
const DEEPEST: usize = 32;

fn depth(value: &Value) -> usize {
    let mut deepest = 0;
    let mut open = vec![(value, 1)];
    while let Some((value, level)) = open.pop() {
        deepest = deepest.max(level);
        match value {
            Value::Array(items) => open.extend(items.iter().map(|item| (item, level + 1))),
            Value::Object(parts) => open.extend(parts.values().map(|part| (part, level + 1))),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    deepest
}

/// The call or message that an event speaks of.
fn case_id(resource: &str, data: &Value) -> Option<CaseId> {
    match resource {
        "call" => call_id(data),
        "message" | "group_message" => {
            let id = data.get("id")?;
            let id = id.as_str().map(str::to_owned).or_else(|| id.as_u64().map(|id| id.to_string()));
            id.filter(|id| !id.trim().is_empty()).map(|id| CaseId::of_message(resource, &id))
        }
        _ => None,
    }
}

fn call_id(data: &Value) -> Option<CaseId> {
    let id = data.get("id")?;
    id.as_u64()
        .or_else(|| id.as_str()?.parse().ok())
        .filter(|id| *id > 0 && i64::try_from(*id).is_ok())
        .map(CaseId)
}

/// What a listed call says, without the links that are signed anew each time: whether it is news since the last list.
#[must_use]
pub fn gist(call: &Value) -> [u8; 32] {
    let mut call = call.clone();
    if let Some(object) = call.as_object_mut() {
        for signed in ["recording", "voicemail", "recording_short_url", "voicemail_short_url"] {
            if let Some(link) = object.get_mut(signed).filter(|link| link.is_string()) {
                *link = Value::Bool(true);
            }
        }
    }
    hash(&["gist", &call.to_string()])
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
        assert_eq!(a.call, Some(CaseId(4_300_000_001)));
    }

    #[test]
    fn what_no_clock_can_reckon_with_and_what_nests_too_deep_is_kept_but_harmless() {
        let far = received(
            r#"{"resource":"call","event":"call.ended","timestamp":8210266876799000,"data":{"id":5}}"#,
        );
        assert_eq!(far.as_of, 0);
        let deep =
            format!(r#"{{"resource":"call","data":{{"id":5,"x":{}{}}}}}"#, "[".repeat(100), "]".repeat(100));
        let deep = received(&deep);
        assert!(deep.is_odd && deep.call.is_none());
    }

    #[test]
    fn whatever_is_an_object_is_kept() {
        for body in [
            "{}",
            r#"{"event":7,"data":[]}"#,
            r#"{"resource":"call","data":{"id":-1}}"#,
            r#"{"resource":"call","data":{"id":{}}}"#,
        ] {
            assert_eq!(received(body).call, None, "{body}");
        }
        assert_eq!(received(r#"{"resource":"user","data":{"id":5}}"#).call, None, "an id of something else");
    }
}
