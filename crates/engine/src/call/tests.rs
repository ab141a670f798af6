//! The laws of folding, as facts and as properties.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;

const ID: u64 = 4_300_000_017;

fn event(name: &str, at: i64, data: Value) -> (Origin, i64, Value) {
    (Origin::Event(name.into()), at, data)
}

fn read(at: i64, data: Value) -> (Origin, i64, Value) {
    (Origin::Read { timeline: false }, at, data)
}

fn folded(statements: &[(Origin, i64, Value)]) -> Call {
    let mut call = Call::new(CaseId(ID));
    for (origin, as_of, data) in statements {
        call.join(&Statement { origin, as_of: *as_of, data: data.as_object().expect("an object") });
    }
    call
}

fn a_day() -> Vec<(Origin, i64, Value)> {
    let line = json!({"id": 7, "name": "Support FR", "country": "FR", "time_zone": "Europe/Paris", "digits": "+33 1 99 00 10 00"});
    let ana = json!({"id": 31, "name": "Ana Reyes", "email": "ana@example.com"});
    vec![
        event(
            "call.created",
            100,
            json!({"id": ID, "status": "initial", "direction": "inbound", "started_at": 100, "answered_at": null, "raw_digits": "+34 666 444 555", "number": line, "tags": [], "comments": []}),
        ),
        event(
            "call.ringing_on_agent",
            100,
            json!({"id": ID, "status": "initial", "user": {"id": 30, "name": "Jonas Weber"}, "teams": [{"id": 5, "name": "Care"}]}),
        ),
        event("call.answered", 108, json!({"id": ID, "status": "answered", "answered_at": 108, "user": ana})),
        event(
            "call.tagged",
            150,
            json!({"id": ID, "status": "answered", "user": ana, "tags": [{"id": 1, "name": "Delivery", "tagged_by": {}}]}),
        ),
        event(
            "call.tagged",
            155,
            json!({"id": ID, "tags": [{"id": 1, "name": "Delivery"}, {"id": 2, "name": "Warranty"}]}),
        ),
        event("call.untagged", 160, json!({"id": ID, "tags": [{"id": 2, "name": "Warranty"}]})),
        event(
            "call.hungup",
            200,
            json!({"id": ID, "status": "done", "ended_at": 200, "duration": 100, "user": {"id": 31, "name": "Ana Reyes"}, "teams": []}),
        ),
        event(
            "call.ended",
            230,
            json!({"id": ID, "status": "done", "ended_at": 200, "user": ana, "asset": "https://assets.example.com/calls/1/recording", "recording": "https://media.example.com/a"}),
        ),
        event(
            "call.commented",
            300,
            json!({"id": ID, "comments": [{"id": 9, "content": "Sends a photo", "posted_at": 300, "posted_by": ana}]}),
        ),
        read(
            400,
            json!({"id": ID, "status": "answered", "user": null, "contact": null, "recording": null, "teams": [], "comments": [{"id": 9, "content": "Sends a photo", "posted_at": 300, "posted_by": null}], "tags": [{"id": 2, "name": "Warranty"}, {"id": 3, "name": "VIP"}]}),
        ),
    ]
}

#[test]
fn nothing_known_is_erased_by_absence_or_null() {
    // C5
    let call = folded(&a_day());
    assert_eq!(call.agent().expect("an agent").email.as_deref(), Some("ana@example.com"));
    assert_eq!(call.teams().len(), 1);
    assert!(call.has_recording());
    assert!(call.is_over(), "a read that still says answered does not bring a call back");
    assert_eq!(call.comments()[0].author.as_ref().map(|a| a.id), Some(31));
}

#[test]
fn an_empty_user_object_says_nothing() {
    let mut day = a_day();
    day.push(event("call.assigned", 500, json!({"id": ID, "user": {}, "contact": {}})));
    assert_eq!(folded(&day).agent().expect("an agent").id, 31);
    assert!(folded(&day).contact().is_none());
}

#[test]
fn an_abridged_user_keeps_the_email_that_was_known() {
    let day = a_day();
    let call = folded(&day[..7]);
    assert_eq!(call.agent().and_then(|a| a.email).as_deref(), Some("ana@example.com"));
}

#[test]
fn tags_follow_the_later_word_and_a_full_read_removes_what_it_lacks() {
    let names = |call: &Call| call.tags().into_iter().map(|t| t.name).collect::<Vec<_>>();
    let day = a_day();
    assert_eq!(names(&folded(&day[..5])), ["Delivery", "Warranty"]);
    assert_eq!(names(&folded(&day[..6])), ["Warranty"]);
    assert_eq!(names(&folded(&day)), ["Warranty", "VIP"]);
    let mut later = day;
    later.push(read(401, json!({"id": ID, "tags": []})));
    assert_eq!(names(&folded(&later)), [""; 0]);
}

#[test]
fn on_a_tie_untagged_beats_tagged_and_a_read_beats_an_event() {
    let tagged = event("call.tagged", 10, json!({"id": ID, "tags": [{"id": 1, "name": "A"}]}));
    let untagged = event("call.untagged", 10, json!({"id": ID, "tags": []}));
    let seen = read(10, json!({"id": ID, "tags": [{"id": 1, "name": "A"}]}));
    assert!(folded(&[tagged.clone(), untagged.clone()]).tags().is_empty());
    assert_eq!(folded(&[tagged, untagged, seen]).tags().len(), 1);
}

#[test]
fn a_tag_put_back_after_it_was_taken_off_is_there() {
    let mut day = a_day();
    day.push(event("call.tagged", 500, json!({"id": ID, "tags": [{"id": 1, "name": "Delivery"}]})));
    assert!(folded(&day).tags().iter().any(|t| t.id == 1));
}

#[test]
fn who_answered_first_stays_first() {
    let mut day = a_day();
    day.push(event("call.answered", 180, json!({"id": ID, "user": {"id": 44, "name": "Tom Okafor"}})));
    let call = folded(&day);
    assert_eq!(call.first_agent().map(|a| a.id), Some(31));
}

#[test]
fn odd_types_are_kept_and_break_nothing() {
    let call = folded(&[event(
        "call.created",
        1,
        json!({"id": ID, "user": "nobody", "teams": "none", "tags": {"id": 1}, "comments": 7, "number": [], "started_at": "soon", "raw_digits": 5, "answered_at": {}}),
    )]);
    assert!(call.agent().is_none() && call.line().is_none() && call.started_at().is_none());
    assert_eq!(call.facts()["user"], json!("nobody"));
}

#[test]
fn facts_survive_the_store() {
    let call = folded(&a_day());
    let text = serde_json::to_string(&call).expect("writes");
    assert_eq!(serde_json::from_str::<Call>(&text).expect("reads"), call);
}

/// Every field of the Call object that Aircall documents (`reference/aircall.md` §4.1), each with a value of its own.
fn every_documented_field() -> Value {
    let agent = |id: u64, name: &str| json!({"id": id, "name": name, "email": format!("{id}@example.com"), "available": true});
    let mut all = json!({
        "id": ID,
        "sid": "CA01",
        "call_uuid": "CA02",
        "direct_link": format!("https://api.aircall.io/v1/calls/{ID}"),
        "direction": "inbound",
        "status": "done",
        "missed_call_reason": "agents_did_not_answer",
        "started_at": 100,
        "answered_at": 108,
        "ended_at": 200,
        "duration": 100,
        "raw_digits": "+34 666 444 555",
        "number": {
            "id": 7, "direct_link": "https://api.aircall.io/v1/numbers/7", "name": "Support FR",
            "digits": "+33 1 99 00 10 10", "e164_digits": "+33199001010", "country": "FR", "time_zone": "Europe/Paris",
            "open": true, "availability_status": "open", "is_ivr": false, "live_recording_activated": true, "priority": 0,
            "messages": {"welcome": "https://media.example.com/welcome.mp3", "voicemail": null},
            "created_at": "2025-02-03T09:12:44.000Z", "flow_editor_enabled": false,
        },
        "user": agent(31, "Ana Reyes"),
        "contact": {
            "id": 3, "first_name": "Marta", "last_name": "Ibáñez", "company_name": "Café", "information": "VIP",
            "is_shared": true, "created_at": 1, "updated_at": 2,
            "emails": [{"id": 1, "label": "Work", "value": "marta.ibanez@example.com"}],
            "phone_numbers": [{"id": 2, "label": "Mobile", "value": "+34666444555"}],
        },
        "assigned_to": agent(32, "Jonas Weber"),
    });
    let further = json!({
        "transferred_by": agent(33, "Theo Marchand"),
        "transferred_to": agent(34, "Amelia Stone"),
        "external_transferred_to": "+33199001122",
        "external_caller_number": "+33199001133",
        "teams": [{"id": 5, "name": "Care", "users": [{"id": 31, "name": "Ana Reyes"}]}],
        "comments": [{"id": 991, "content": "Sends a photo", "posted_at": 150, "posted_by": agent(31, "Ana Reyes")}],
        "tags": [
            {"id": 1, "name": "Delivery", "tagged_at": 151, "tagged_by": {}, "color": "#29C8FF", "description": null},
        ],
        "recording": "https://media.example.com/recording.mp3",
        "recording_short_url": "https://short.example.com/r",
        "voicemail": "https://media.example.com/voicemail.mp3",
        "voicemail_short_url": "https://short.example.com/v",
        "asset": format!("https://assets.aircall.io/calls/{ID}/recording"),
        "archived": false,
        "cost": "3.0",
        "hangup_cause": "normal",
        "country_code_a2": "FR",
        "pricing_type": "in_bundle",
        "participants": [
            {"type": "user", "id": "31", "name": "Ana Reyes"}, {"type": "external", "phone_number": "+34666444555"},
        ],
        "conference_participants": [{"type": "external", "phone_number": "+34666444555"}],
        "ivr_options_selected": [
            {"id": "i", "title": "Repairs", "key": "2", "branch": "repairs", "created_at": "2026-11-21T08:00:03.000Z"},
        ],
        "automatic_callback_call_id": ID + 1,
    });
    if let (Some(all), Value::Object(further)) = (all.as_object_mut(), further) {
        all.extend(further);
    }
    all
}

#[test]
fn what_is_stored_keeps_every_documented_field() {
    // C4; whether an event told it, a list, or a read.
    let all = every_documented_field();
    let timeline = (Origin::Read { timeline: true }, 300, all.clone());
    for told in [event("call.ended", 230, all.clone()), (Origin::Listed, 240, all.clone()), timeline] {
        // Later statements in which everything is left out, or null, take nothing away.
        let keys = all.as_object().expect("an object").keys();
        let nulls: Map<String, Value> = keys.map(|key| (key.clone(), Value::Null)).collect();
        let call = folded(&[told, read(400, json!({})), event("call.assigned", 500, nulls.into())]);
        let stored = serde_json::to_string(&call).expect("writes");
        let facts = serde_json::from_str::<Call>(&stored).expect("reads").facts();
        for (key, value) in all.as_object().expect("an object") {
            assert_eq!(&facts[key], value, "{key}");
        }
        assert_eq!(all.as_object().map(Map::len), Some(37));
        assert_eq!(facts["in_call_duration"], json!(92));
        assert_eq!(call.total_seconds(), Some(100));
        assert_eq!(call.missed_reason(), Some("agents_did_not_answer"));
    }
}

proptest! {
    /// Any order and any repetition of the same statements gives the same call.
    #[test]
    fn order_and_repetition_do_not_matter(order in Just((0..10usize).chain(0..10).collect::<Vec<_>>()).prop_shuffle()) {
        let day = a_day();
        let shuffled: Vec<_> = order.iter().map(|i| day[*i].clone()).collect();
        prop_assert_eq!(folded(&shuffled), folded(&day));
    }

    /// The same for statements nobody would expect: few moments, so that ties are common.
    #[test]
    fn joining_is_commutative_and_idempotent(
        statements in proptest::collection::vec(statements(), 1..9),
        order in Just((0..16usize).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let mut mixed = statements.clone();
        mixed.extend(order.iter().filter_map(|i| statements.get(*i)).cloned());
        let picked: Vec<_> = order.iter().filter_map(|i| statements.get(*i)).cloned().collect();
        prop_assert_eq!(folded(&picked), folded(&statements));
        prop_assert_eq!(folded(&mixed), folded(&statements));
    }

    /// Whatever was known stays known when a later statement leaves it out or names it `null` or empty.
    #[test]
    fn absence_and_null_erase_nothing(
        statements in proptest::collection::vec(statements(), 1..9),
        is_event in any::<bool>(),
        nothing in proptest::collection::btree_map(
            proptest::sample::select(vec![
                "user", "contact", "teams", "number", "transferred_by", "transferred_to", "recording", "voicemail",
                "asset", "started_at", "answered_at", "ended_at", "raw_digits", "comments", "ivr_options_selected",
            ]),
            proptest::sample::select(vec![json!(null), json!({}), json!([])]),
            0..9,
        ),
    ) {
        let before = folded(&statements);
        let data = json!(nothing);
        let empty = if is_event { event("call.ended", 99, data) } else { read(99, data) };
        let after = folded(&[statements, vec![empty]].concat());
        let known = |call: &Call| {
            let agents = (call.agent(), call.first_agent());
            (agents, call.line(), call.lines_at_start(), call.contact(), call.teams(), call.comments(), call.ivr_options())
        };
        prop_assert_eq!(known(&before), known(&after));
        prop_assert_eq!(before.tags(), after.tags(), "a list that is absent says nothing of tags");
    }
}

/// Any statement about the call, with few ids and few moments.
fn statements() -> impl Strategy<Value = (Origin, i64, Value)> {
    let kinds = 0..10u8;
    let ids = (0..3u64, 0..3u64, 0..3u64);
    let lists = (proptest::collection::btree_set(0..4u64, 0..4), 0..3usize);
    (0..4i64, kinds, ids, lists).prop_map(|(at, kind, (user, line, by), (some, status))| {
        let person = |id: u64| if id == 0 { json!({}) } else { json!({"id": id, "name": format!("u{at}{kind}")}) };
        let list = |one: &dyn Fn(&u64) -> Value| some.iter().map(one).collect::<Vec<_>>();
        let mut data = json!({
            "id": ID,
            "status": (["initial", "answered", "done"][status]),
            "user": person(user),
            "transferred_by": person(by),
            "contact": if by == 1 { json!({"id": 3, "first_name": format!("c{at}")}) } else { Value::Null },
            "number": if line == 0 { Value::Null } else { json!({"id": line, "name": format!("n{at}"), "is_ivr": line == 2}) },
            "teams": list(&|id| json!({"id": id, "name": format!("t{at}")})),
            "tags": list(&|id| json!({"id": id, "name": format!("t{id}")})),
            "comments": list(&|id| json!({"id": id, "content": format!("c{at}"), "posted_by": if user == 1 { json!({"id": 1}) } else { Value::Null }})),
            "ivr_options_selected": list(&|id| json!({"key": id, "title": format!("o{at}")})),
        });
        if status == 2 {
            data.as_object_mut().expect("an object").remove("user");
        }
        match kind {
            0 => read(at, data),
            1 => (Origin::Listed, at, data),
            2 => (Origin::Read { timeline: true }, at, data),
            3 => event("call.untagged", at, data),
            4 => event("call.answered", at, data),
            5 => event("call.created", at, data),
            6 => event("call.ringing_on_agent", at, data),
            7 => event("call.transferred", at, data),
            8 => event("call.external_transferred", at, data),
            _ => event("call.tagged", at, data),
        }
    })
}

#[test]
fn a_ringing_phone_takes_the_call_from_nobody() {
    let ringing =
        event("call.ringing_on_agent", 500, json!({"id": ID, "user": {"id": 44, "name": "Tom Okafor"}}));
    let mut day = a_day();
    day.push(ringing.clone());
    assert_eq!(folded(&day).agent().map(|a| a.id), Some(31));
    assert_eq!(
        folded(&[ringing]).agent().map(|a| a.id),
        Some(44),
        "while nobody has it, it is theirs to take"
    );
}

#[test]
fn who_handed_the_call_on_had_it_first_even_if_the_answer_was_never_told() {
    let theo = json!({"id": 44, "name": "Theo Marchand", "email": "theo@example.com"});
    let ana = json!({"id": 31, "name": "Ana Reyes", "email": "ana@example.com"});
    let call =
        folded(&[event("call.transferred", 150, json!({"id": ID, "user": theo, "transferred_by": ana}))]);
    assert_eq!(call.first_agent().and_then(|a| a.email).as_deref(), Some("ana@example.com"));
    assert_eq!(call.agent().map(|a| a.id), Some(44));
}

#[test]
fn a_call_stays_on_the_line_where_it_began() {
    let on = |id: u64, is_ivr: bool| json!({"id": ID, "number": {"id": id, "name": format!("Line {id}"), "is_ivr": is_ivr}});
    let began = event("call.created", 100, on(7, false));
    let moved = event("call.transferred", 150, on(8, false));
    let call = folded(&[moved.clone(), began.clone(), read(400, on(8, false))]);
    assert_eq!(call.line().map(|l| l.name).as_deref(), Some("Line 7"));
    assert_eq!(call.lines_at_start(), BTreeSet::from([7]));
    let timeless = event("call.hungup", 0, on(9, false));
    assert_eq!(
        folded(&[began, timeless]).line().map(|l| l.id),
        Some(7),
        "what has no moment is no beginning"
    );
    for both in [[(7, true), (6, false)], [(6, false), (7, true)]] {
        let call = folded(&both.map(|(id, is_ivr)| event("call.created", 100, on(id, is_ivr))));
        assert_eq!(call.line().map(|l| l.id), Some(7), "the menu's number is the one that was called");
        assert_eq!(call.lines_at_start(), BTreeSet::from([6, 7]));
    }
}
