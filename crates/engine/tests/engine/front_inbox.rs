//! Which inbox calls go into (F1, F2), whatever people do to it.

use serde_json::{Value, json};
use sidetone_protocol::CallState;
use sidetone_sandbox::{Fault, FaultKind, GoneConversation, HangUp, aircall_world as world, front_world};

use crate::day::{Day, MARTA, Plan};
use crate::front::{change, conversation, inboxes, keys, last_seq, missed, writes};

const LUCAS: &str = "+33199001144";
const ODILE: &str = "+33199001155";

/// The ids of the inboxes of this name.
fn named(day: &Day, name: &str) -> Vec<String> {
    let listed = day.front.by_a_person("GET", "/inboxes", &Value::Null).unwrap().1;
    let all = listed["_results"].as_array().unwrap();
    let so_called = all.iter().filter(|inbox| inbox["name"] == name);
    so_called.map(|inbox| inbox["id"].as_str().unwrap().to_owned()).collect()
}

fn inbox_of_calls(day: &Day) -> String {
    let found = named(day, "Aircall Phone");
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

fn next(day: &Day, kind: FaultKind, path: &str) {
    let (method, path) = (Some("POST".to_owned()), path.to_owned());
    day.front.add_fault(Fault { method, path, times: 1, kind, is_whole_path: false });
}

/// Whether an inbox was asked to be made since this request.
fn makes_inbox(day: &Day, seq: u64) -> bool {
    writes(day, seq).iter().any(|write| write.ends_with("/inboxes"))
}

/// An answered call, while it goes on.
async fn up(day: &Day, from: &str) -> u64 {
    let call = day.ring(world::SUPPORT_FR, Some(from));
    day.pass(8).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(30).await;
    call
}

#[tokio::test(start_paused = true)]
async fn calls_go_on_into_an_inbox_that_has_another_name_by_now() {
    // F1, F2
    for restarts in [false, true] {
        let mut day = Day::begin(Plan::with_front()).await;
        day.front.switch(|s| s.import_into_gone_conversation = GoneConversation::Refused);
        let first = missed(&day, MARTA).await;
        let old = conversation(&day, first)["id"].as_str().unwrap().to_owned();
        day.front.rename_inbox(&inbox_of_calls(&day), "Phone calls").unwrap();
        let seq = last_seq(&day);
        let call = day.ring(world::SUPPORT_FR, Some(MARTA));
        day.pass(20).await;
        // A person deletes the conversation between the look at it and the import: Front takes it for an unknown place.
        next(&day, FaultKind::Status { status: 429, retry_after: Some(5) }, "/inboxes/");
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
        while !writes(&day, seq).iter().any(|write| write.ends_with("/imported_messages")) {
            day.pass(1).await;
        }
        day.front.delete_conversation(&old).unwrap();
        if restarts {
            let listing = Fault::next(100_000, FaultKind::CutBefore).on_just("GET", "/inboxes");
            day.front.add_fault(listing);
            day.pass(15).await;
            let asked = day.front.journal(seq);
            assert!(asked.iter().any(|entry| entry.method == "GET" && entry.path == "/inboxes"), "in doubt");
            day.kill_and_restart().await;
            day.front.clear_faults();
        }
        day.pass(300).await;
        let refused = day.front.journal(seq).into_iter().filter(|entry| entry.status == 404).count();
        assert!(refused > 0, "Front said that it is not there");
        let found = conversation(&day, call);
        assert_eq!((inboxes(&found), keys(&found).len()), (vec!["Phone calls"], 2), "{restarts}");
        assert_eq!(day.detail(call).state, CallState::Complete);
        let next = missed(&day, LUCAS).await;
        assert_eq!(inboxes(&conversation(&day, next)), ["Phone calls"]);
        assert!(!makes_inbox(&day, seq), "no second one: {:?}", writes(&day, seq));
    }
}

#[tokio::test(start_paused = true)]
async fn an_inbox_that_is_gone_is_looked_for_by_its_name_and_made_again() {
    // F1
    let day = Day::begin(Plan::with_front()).await;
    missed(&day, MARTA).await;
    let first = inbox_of_calls(&day);
    day.front.rename_inbox(&first, "Phone calls").unwrap();
    day.front.delete_inbox(&first).unwrap();
    let call = missed(&day, LUCAS).await;
    assert_eq!(inboxes(&conversation(&day, call)), ["Aircall Phone"]);
    assert_ne!(inbox_of_calls(&day), first);
    assert_eq!(day.detail(call).state, CallState::Complete);

    // A person was quicker: theirs is taken.
    day.front.delete_inbox(&inbox_of_calls(&day)).unwrap();
    let made = day.front.by_a_person("POST", "/inboxes", &json!({ "name": "Aircall Phone" })).unwrap();
    let seq = last_seq(&day);
    let call = missed(&day, ODILE).await;
    assert_eq!(inboxes(&conversation(&day, call)), ["Aircall Phone"]);
    assert_eq!(made.1["id"], inbox_of_calls(&day));
    assert!(!makes_inbox(&day, seq));
}

#[tokio::test(start_paused = true)]
async fn that_a_teammate_is_gone_says_nothing_of_the_inbox() {
    let day = Day::begin(Plan::with_front()).await;
    missed(&day, LUCAS).await;
    day.front.delete_teammate(front_world::CAMILLE).unwrap();
    let seq = last_seq(&day);
    let call = day.answered(MARTA).await;
    let asked = day.front.journal(seq);
    let refused = asked.iter().find(|entry| entry.is_write() && entry.status == 400);
    assert!(refused.is_some(), "Front said that the author is nobody");
    let listed = asked.iter().filter(|entry| entry.method == "GET" && entry.path == "/inboxes");
    assert_eq!(listed.count(), 0);
    let found = conversation(&day, call);
    assert_eq!((inboxes(&found), keys(&found).len()), (vec!["Aircall Phone"], 3));
    assert_eq!(day.detail(call).state, CallState::Complete);
}

/// A person moves the conversation of a call into an inbox of their own.
fn take_home(day: &Day, call: u64) {
    let made = day.front.by_a_person("POST", "/inboxes", &json!({ "name": "Mine" })).unwrap().1;
    day.front.set_inbox_private(made["id"].as_str().unwrap(), true).unwrap();
    change(day, &conversation(day, call), json!({ "inbox_id": made["id"] }));
}

/// The inboxes that imports went through, one each.
fn imported_into(day: &Day, call: u64) -> Vec<String> {
    let key = format!("aircall:call:{call}");
    let ours = day.front.imports().into_iter().filter(|import| import.external_id.starts_with(&key));
    ours.map(|import| import.inbox).collect()
}

#[tokio::test(start_paused = true)]
async fn nothing_is_written_into_an_inbox_of_one_person() {
    // F2
    let day = Day::begin(Plan::with_front()).await;
    let call = up(&day, MARTA).await;
    take_home(&day, call);
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(300).await;
    assert_eq!(imported_into(&day, call), ["Aircall Phone"; 3], "moved while it went on");
    assert_eq!(day.detail(call).state, CallState::Complete);
    let next = day.answered(MARTA).await;
    assert_eq!(imported_into(&day, next), ["Aircall Phone"; 3], "moved before");
    let found = conversation(&day, next);
    assert_eq!((&found["id"], keys(&found).len()), (&conversation(&day, call)["id"], 6));
    assert_eq!(day.detail(next).state, CallState::Complete);

    // The inbox that a conversation stands in becomes somebody's own.
    let other = missed(&day, LUCAS).await;
    change(&day, &conversation(&day, other), json!({ "inbox_id": front_world::SALES_DESK }));
    let other = missed(&day, LUCAS).await;
    assert_eq!(imported_into(&day, other), ["Sales desk"; 2]);
    day.front.set_inbox_private(front_world::SALES_DESK, true).unwrap();
    let other = missed(&day, LUCAS).await;
    assert_eq!(imported_into(&day, other), ["Aircall Phone"; 2]);
}

#[tokio::test(start_paused = true)]
async fn while_the_inbox_of_calls_is_not_told_nothing_is_sent_into_an_unknown_one() {
    // F1: what is to be added goes into the inbox of calls, which nobody remembers
    let mut day = Day::begin(Plan::with_front()).await;
    let call = up(&day, MARTA).await;
    take_home(&day, call);
    day.kill().await;
    day.shelf.lose();
    day.set_from(Some(day.now() - chrono::TimeDelta::hours(1)));
    let forbidden = FaultKind::Status { status: 403, retry_after: None };
    day.front.add_fault(Fault::next(100_000, forbidden).on_just("GET", "/inboxes"));
    let seq = last_seq(&day);
    day.start().unwrap();
    day.pass(10).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(200).await;
    let imports: Vec<String> = writes(&day, seq).into_iter().filter(|w| w.contains("/inboxes/")).collect();
    assert_eq!(imports, [""; 0]);
    let health = day.handle.health();
    assert!(health.alerts.iter().any(|alert| alert.code == "question_refused"), "{:?}", health.alerts);
    assert_eq!(day.detail(call).state, CallState::Pending);

    day.front.clear_faults();
    day.pass(600).await;
    assert_eq!(imported_into(&day, call), ["Aircall Phone"; 3]);
    assert_eq!(day.detail(call).state, CallState::Complete);
}

#[tokio::test(start_paused = true)]
async fn the_inbox_is_made_at_once_although_much_else_is_asked_in_that_second() {
    // F1, B2: a second has four requests; looks must not take what the making waits for
    let day = Day::begin(Plan::with_front()).await;
    let mut calls = Vec::new();
    for n in 0..40 {
        calls.push(day.ring(world::SUPPORT_FR, Some(&format!("+331990044{n:02}"))));
    }
    day.pass(20).await;
    for call in &calls {
        day.aircall.hang_up(*call, &HangUp::default()).unwrap();
    }
    day.pass(90).await;
    let asked = day.front.journal(0);
    let looks = asked.iter().filter(|entry| entry.method == "GET" && entry.path == "/inboxes").count();
    assert!(looks <= 4, "{looks} looks");
    inbox_of_calls(&day);
}
