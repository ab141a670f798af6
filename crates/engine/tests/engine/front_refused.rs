//! What Front refuses to tell of one conversation: the call is left to a person, and holds up no other.

use sidetone_engine::call::CaseId;
use sidetone_protocol::CallState;
use sidetone_sandbox::{Fault, FaultKind, HangUp, aircall_world as world};

use crate::day::{Day, MARTA, Plan};
use crate::front::{self, conversation, keys, missed};

const LUCAS: &str = "+33199001144";

/// Everything that is asked of this conversation is refused, until the faults are taken back.
fn refuse_to_tell_of(day: &Day, conversation: &str, what: &str) {
    let forbidden = FaultKind::Status { status: 403, retry_after: None };
    let path = format!("/conversations/{conversation}{what}");
    day.front.add_fault(Fault::next(100_000, forbidden).on("GET", &path));
}

fn looks_at(day: &Day, conversation: &str, seq: u64) -> usize {
    let asked = day.front.journal(seq).into_iter();
    asked.filter(|entry| entry.method == "GET" && entry.path.contains(conversation)).count()
}

fn assert_parked(day: &Day, call: u64) {
    let detail = day.detail(call);
    let reason = detail.reason.unwrap();
    assert_eq!((detail.state, reason.code.as_str()), (CallState::Parked, "forbidden"), "{}", reason.text);
    assert!(reason.text.contains("try again"), "what to do next: {}", reason.text);
    assert!(reason.text.contains("Missing scope"), "Front's own words are told: {}", reason.text);
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_conversation_may_not_be_seen_before_a_write_is_left_to_a_person() {
    for what in ["", "/inboxes"] {
        let day = Day::begin(Plan::with_front()).await;
        let call = day.ring(world::SUPPORT_FR, Some(MARTA));
        day.pass(8).await;
        day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
        day.pass(30).await;
        let written = conversation(&day, call);
        let id = written["id"].as_str().unwrap();
        refuse_to_tell_of(&day, id, what);
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
        day.pass(300).await;
        assert_eq!(keys(&conversation(&day, call)).len(), 1, "{what}");
        assert_parked(&day, call);
        assert_eq!(day.handle.health().outbox.parked, 1);
        let before = front::last_seq(&day);
        day.pass(3_600).await;
        assert_eq!(looks_at(&day, id, before), 0, "it is not asked over and over");

        day.front.clear_faults();
        day.handle.retry(CaseId(call));
        day.pass(60).await;
        assert_eq!(keys(&conversation(&day, call)).len(), 3, "{what}");
        assert_eq!(day.detail(call).state, CallState::Complete);
        assert_eq!(day.handle.health().outbox.parked, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_into_a_conversation_that_may_not_be_seen_is_left_to_a_person_and_others_go_on() {
    for what in ["", "/inboxes"] {
        let day = Day::begin(Plan::with_front()).await;
        let first = missed(&day, MARTA).await;
        let written = conversation(&day, first);
        let id = written["id"].as_str().unwrap();
        refuse_to_tell_of(&day, id, what);
        let call = day.answered(MARTA).await;
        day.pass(60).await;
        assert_parked(&day, call);
        let health = day.handle.health();
        assert!(health.alerts.iter().all(|alert| alert.code != "question_refused"), "{:?}", health.alerts);
        assert_eq!(keys(&conversation(&day, first)).len(), 2);
        // Another contact's call is written at once.
        let other = missed(&day, LUCAS).await;
        assert_eq!(day.detail(other).state, CallState::Complete);

        // What comes later tries nothing by itself.
        let before = front::last_seq(&day);
        day.aircall.comment(call, world::CAMILLE, "wants a blue one").unwrap();
        day.pass(3_600).await;
        assert_eq!(looks_at(&day, id, before), 0, "{what}");
        assert_parked(&day, call);

        day.front.clear_faults();
        day.handle.retry(CaseId(call));
        day.pass(60).await;
        let found = conversation(&day, call);
        assert_eq!((&found["id"], keys(&found).len()), (&written["id"], 5), "{what}");
        assert_eq!(found["comments"].as_array().unwrap().len(), 1);
        assert_eq!(day.detail(call).state, CallState::Complete);
    }
}

#[tokio::test(start_paused = true)]
async fn that_conversations_are_not_told_at_all_is_told_once_for_all_calls() {
    let day = Day::begin(Plan::with_front()).await;
    let forbidden = FaultKind::Status { status: 403, retry_after: None };
    day.front.add_fault(Fault::next(100_000, forbidden).on("GET", "/contacts/crd"));
    let call = missed(&day, MARTA).await;
    assert_eq!(day.detail(call).state, CallState::Pending);
    assert_eq!(day.detail(call).reason.unwrap().code, "question_refused");
    day.front.clear_faults();
    day.pass(600).await;
    assert_eq!(day.detail(call).state, CallState::Complete);
}

#[tokio::test(start_paused = true)]
async fn a_merge_that_names_no_survivor_calls_a_person() {
    // G25, B3
    let day = Day::begin(Plan::with_front()).await;
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(8).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(60).await;
    let path = format!("/conversations/{}", conversation(&day, call)["id"].as_str().unwrap());
    let merged = FaultKind::Status { status: 301, retry_after: None };
    day.front.add_fault(Fault::next(u32::MAX, merged).on("GET", &path));
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(900).await;
    let asked = day.front.journal(0).iter().filter(|e| e.path == path && e.fault.is_some()).count();
    let state = day.detail(call).state;
    assert!(state == CallState::Parked && asked < 20, "{state:?} after {asked} questions");
}

#[tokio::test(start_paused = true)]
async fn a_conversation_that_is_there_while_its_inboxes_are_not_calls_a_person() {
    // B3
    let day = Day::begin(Plan::with_front()).await;
    let first = missed(&day, MARTA).await;
    let id = conversation(&day, first)["id"].as_str().unwrap().to_owned();
    let missing = FaultKind::Status { status: 404, retry_after: None };
    day.front.add_fault(Fault::next(u32::MAX, missing).on("GET", &format!("/conversations/{id}/inboxes")));
    let seq = front::last_seq(&day);
    let call = missed(&day, MARTA).await;
    day.pass(900).await;
    let (state, asked) = (day.detail(call).state, looks_at(&day, &id, seq));
    assert!(state == CallState::Parked && asked < 20, "{state:?} after {asked} questions");
}
