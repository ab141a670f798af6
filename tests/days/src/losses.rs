//! Which events may get lost in a troubled day thrown from a seed: those whose facts come back within minutes, before people
//! work on the records. What comes back by recovery (B1) is lost in `tests/long_day.rs`, whose day has the time for it.
//!
//! What brings them back:
//!
//! - Every event of a call carries the whole call, so a later one stands in for an earlier one. `call.created`, the
//!   ringing, holds and the comments and tags put on *while the call is up* may go: `call.hungup` and `call.ended`
//!   carry them.
//! - Of `call.hungup` and `call.ended` one is always heard. Where the end is the lost one, the engine reads the call
//!   60 s after the hang-up.
//! - `call.answered` may go, except of a call that is transferred later: who answered first is told by that event
//!   alone.
//! - `call.created` may go, except where a menu's line and the one behind it both tell of a call: on which it began is
//!   told by the first of these events alone.
//! - IVR choices and voicemails are in the read that a missed call gets, and in `call.ended`.
//!
//! Never lost here, because only reading again brings them back, a quarter of an hour later: a call whose every event is
//! lost; comments and tags put on after the end; a tag taken off. So is what Aircall would have told while our webhook was
//! switched off: in these days it is so only while nothing happens (`Kind::WebhookOff`, `Kind::WebhookGivenUp`).
//!
//! What no reading brings back: text messages, and who answered first of a call that was handed on later.

use serde_json::Value;

/// Whether the engine learns of this event's facts in another way.
#[must_use]
pub fn comes_back(event: &str, call: &Value) -> bool {
    let is_over = call["status"] == "done";
    // By the call's id, so that the same event of a call is lost in each of its deliveries.
    let loses_its_end = call["id"].as_u64().unwrap_or_default().is_multiple_of(3);
    match event {
        "call.created"
        | "call.ringing_on_agent"
        | "call.agent_declined"
        | "call.answered"
        | "call.hold"
        | "call.unhold"
        | "call.ivr_option_selected"
        | "call.transferred"
        | "call.unsuccessful_transfer"
        | "call.external_transferred"
        | "call.voicemail_left"
        | "call.archived" => true,
        "call.commented" | "call.tagged" => !is_over,
        "call.hungup" => !loses_its_end,
        "call.ended" => loses_its_end,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_call_never_loses_both_its_hang_up_and_its_end() {
        for id in 4_300_000_000u64..4_300_000_030 {
            let call = json!({"id": id, "status": "done"});
            assert_ne!(comes_back("call.hungup", &call), comes_back("call.ended", &call), "{id}");
        }
    }

    #[test]
    fn what_only_a_full_read_tells_is_never_lost() {
        let over = json!({"id": 1, "status": "done"});
        for event in ["call.commented", "call.tagged", "call.untagged", "call.assigned"] {
            assert!(!comes_back(event, &over), "{event}");
        }
    }
}
