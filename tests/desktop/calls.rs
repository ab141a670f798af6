//! The events of invented calls, as the backend pushes them.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

/// Unix seconds.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// An inbound call on the line Support FR, in some phase.
fn call(id: &str, phase: &str, outcome: Value) -> Value {
    let ended = if phase == "ended" { json!(now()) } else { Value::Null };
    let answered = if phase == "in_call" { json!(now()) } else { Value::Null };
    json!({ "event": "call", "data": {
        "id": id, "direction": "inbound", "phase": phase, "outcome": outcome,
        "number": { "kind": "phone", "e164": "+34666444555", "international": "+34 666 44 45 55",
                    "national": "666 44 45 55", "country": "ES", "received": "+34666444555" },
        "customer": null, "contact_name": null,
        "line": { "id": "11", "name": "Support FR" }, "agent": { "id": "21", "name": "Jonas Weber" },
        "started_at": now() - 2, "answered_at": answered, "ended_at": ended, "missed_reason": null,
        "state": "pending", "reason": null,
        "completeness": { "note": "awaited", "tags": "awaited", "recording": "awaited", "voicemail": "not_expected" },
        "ticket": null
    }})
}

pub(crate) fn ringing(id: &str) -> Value {
    call(id, "ringing", Value::Null)
}

pub(crate) fn answered(id: &str) -> Value {
    call(id, "in_call", Value::Null)
}

pub(crate) fn missed(id: &str) -> Value {
    call(id, "ended", json!("missed"))
}

/// The look-up has found Marta Ibáñez.
pub(crate) fn card(id: &str) -> Value {
    json!({ "event": "card", "data": {
        "call_id": id, "matched": "found",
        "customer": { "id": "501", "name": "Marta Ibáñez", "email": "marta@example.com",
                      "note": "Prefers to be called in the afternoon.",
                      "url": "https://northbrook.example.com/app/customer/501" },
        "candidates": [], "chosen": null, "named": null, "other_numbers": [], "history": [], "history_total": 0
    }})
}
