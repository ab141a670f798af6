//! Webhook bodies as Aircall sends them (`reference/aircall.md §4`, §6.1), about 3 kB each, every one different.
//!
//! A call is told in five events, so that a receiver that makes something of them has its usual work.

use serde_json::{Value, json};
use sidetone_sandbox::aircall_world as world;

/// What happens to a call that is answered (`reference/aircall.md §6.3`).
pub(crate) const LIFE: [&str; 5] =
    ["call.created", "call.ringing_on_agent", "call.answered", "call.hungup", "call.ended"];

/// The first call's id; above 2^32, as live ones are.
pub(crate) const FIRST_CALL: u64 = 4_300_000_001;

// Never in a body by itself: numbers that no other field has.
const CALL: u64 = 9_007_199_254_740_001;
const STARTED_AT: i64 = 1_111_111_111;
const NUMBER: &str = "+15550000000";

/// A number that nobody has (+33 1 99 00 xx xx is reserved for fiction).
pub(crate) fn number(index: u64) -> String {
    format!("+33199005{:03}", index % 1000)
}

/// The five bodies of a call, made once and filled in for every call: making JSON is not what is measured.
pub(crate) struct Template {
    bodies: [(&'static str, String); LIFE.len()],
}

impl Template {
    /// Bodies that carry this token.
    pub(crate) fn new(token: &str) -> Template {
        let body = |event| {
            json!({
                "resource": "call", "event": event, "timestamp": STARTED_AT, "token": token, "data": call(event),
            })
        };
        Template { bodies: LIFE.map(|event| (event, body(event).to_string())) }
    }

    /// The call's events in their order.
    pub(crate) fn of_call(
        &self,
        call: u64,
        number: &str,
        started_at: i64,
    ) -> impl Iterator<Item = (&'static str, String)> {
        let (call, started_at) = (call.to_string(), started_at.to_string());
        self.bodies.iter().map(move |(event, body)| {
            let body = body.replace(&CALL.to_string(), &call).replace(&STARTED_AT.to_string(), &started_at);
            (*event, body.replace(NUMBER, number))
        })
    }
}

fn call(event: &str) -> Value {
    let step = LIFE.iter().position(|one| *one == event).unwrap_or_default();
    let agent = agent();
    let mut call = json!({
        "id": CALL,
        "call_uuid": format!("CA{CALL:032}"),
        "direct_link": format!("https://api.aircall.io/v1/calls/{CALL}"),
        "direction": "inbound",
        "status": match step { 0 | 1 => "initial", 2 => "answered", _ => "done" },
        "missed_call_reason": null,
        "started_at": STARTED_AT,
        "answered_at": (step >= 2).then_some(STARTED_AT),
        "ended_at": (step >= 3).then_some(STARTED_AT),
        "duration": if step >= 3 { 84 } else { 0 },
        "voicemail": null,
        "recording": (step == 4).then(|| format!("https://media.example.com/calls/{CALL}/recording.mp3?expires=600")),
        "asset": (step == 4).then(|| format!("https://assets.example.com/calls/{CALL}/recording")),
        "raw_digits": NUMBER,
        "hangup_cause": (step >= 3).then_some("normal"),
        "archived": false,
        "cost": "0.0",
        "number": line(),
        "contact": contact(),
        "teams": [team(world::CARE, "Care"), team(world::SALES, "Sales"), team(661_003, "Workshop")],
        "comments": [],
        "tags": [],
        "participants": [{"type": "external", "phone_number": NUMBER},
                         {"type": "user", "id": world::CAMILLE.to_string(), "name": "Camille Roux"}],
    });
    // An inbound call has no user until a phone rings (`reference/aircall.md §6.3`).
    if step > 0 {
        call["user"] = agent.clone();
        call["assigned_to"] = agent;
    }
    call
}

fn team(id: u64, name: &str) -> Value {
    json!({
        "id": id,
        "name": name,
        "direct_link": format!("https://api.aircall.io/v1/teams/{id}"),
        "created_at": "2025-02-03T09:12:44.000Z",
    })
}

fn agent() -> Value {
    json!({
        "id": world::CAMILLE,
        "direct_link": format!("https://api.aircall.io/v1/users/{}", world::CAMILLE),
        "name": "Camille Roux",
        "email": "camille.roux@example.com",
        "available": true,
        "availability_status": "available",
        "created_at": "2025-02-03T09:12:44.000Z",
        "time_zone": "Europe/Paris",
        "language": "fr-FR",
        "wrap_up_time": 20,
    })
}

fn line() -> Value {
    let message = |name: &str| format!("https://media.example.com/lines/{}/{name}.mp3", world::SUPPORT_FR);
    json!({
        "id": world::SUPPORT_FR,
        "direct_link": format!("https://api.aircall.io/v1/numbers/{}", world::SUPPORT_FR),
        "name": "Support FR",
        "digits": "+33 1 99 00 10 10",
        "e164_digits": "+33199001010",
        "created_at": "2025-02-03T09:12:44.000Z",
        "country": "FR",
        "time_zone": "Europe/Paris",
        "open": true,
        "availability_status": "custom",
        "is_ivr": false,
        "live_recording_activated": true,
        "priority": null,
        "messages": {
            "welcome": message("welcome"), "waiting": message("waiting"), "ringing_tone": message("ringing-tone"),
            "unanswered_call": message("unanswered"), "after_hours": message("after-hours"), "ivr": null,
            "voicemail": message("voicemail"), "closed": message("closed"), "callback_later": message("callback-later"),
        },
    })
}

fn contact() -> Value {
    json!({
        "id": 441_900,
        "direct_link": "https://api.aircall.io/v1/contacts/441900",
        "first_name": "Paulette",
        "last_name": "Ferrand",
        "company_name": "Ferrand Bouilloires",
        "information": "Repairs kettles for three cafés and lends out her own while she does. Prefers to be called in the \
            morning, before the shop opens; invoices go to the accountant, never to the shop.",
        "is_shared": true,
        "created_at": STARTED_AT,
        "updated_at": STARTED_AT,
        "emails": [{"id": 552_901, "label": "Work", "value": "paulette.ferrand@example.com"},
                   {"id": 552_903, "label": "Accountant", "value": "accounts@ferrand.example.com"}],
        "phone_numbers": [{"id": 552_902, "label": "Work", "value": NUMBER}],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_body_is_valid_about_three_kilobytes_and_of_its_own_call() {
        let template = Template::new("s3cret");
        let bodies: Vec<_> = template.of_call(FIRST_CALL, &number(7), 1_790_000_000).collect();
        assert_eq!(bodies.iter().map(|(event, _)| *event).collect::<Vec<_>>(), LIFE);
        for (event, body) in &bodies {
            let read: Value = serde_json::from_str(body).expect("is JSON");
            assert_eq!(read["event"], *event);
            assert_eq!(read["token"], "s3cret");
            assert_eq!(read["data"]["id"], FIRST_CALL);
            assert_eq!(read["data"]["raw_digits"], "+33199005007");
            assert_eq!(read["data"]["started_at"], 1_790_000_000);
            assert!((2_400..3_600).contains(&body.len()), "{event} has {} bytes", body.len());
            for left in [CALL.to_string(), STARTED_AT.to_string(), NUMBER.to_owned()] {
                assert!(!body.contains(&left), "{left} is left in {event}");
            }
        }
    }
}
