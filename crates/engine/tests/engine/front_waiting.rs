//! What people do in Front while a call's import waits for its turn: what was seen before that holds no longer.

use serde_json::{Value, json};
use sidetone_protocol::CallState;
use sidetone_sandbox::{Fault, FaultKind, HangUp, aircall_world as world, front_world};

use crate::day::{Day, MARTA, Plan};
use crate::front::{archive, change, conversation, last_seq, missed};

/// Front refuses the next import for a minute.
fn put_off(day: &Day) {
    let later = FaultKind::Status { status: 429, retry_after: Some(60) };
    day.front.add_fault(Fault::next(1, later).on("POST", "/inboxes/"));
}

fn refused(day: &Day, seq: u64) -> usize {
    day.front.journal(seq).into_iter().filter(|entry| entry.is_write() && entry.status == 429).count()
}

/// A contact with a conversation calls and is answered; while the import of that waits, a person does something.
async fn answered_while_it_waited(meanwhile: impl Fn(&Day, &Value)) -> Value {
    let day = Day::begin(Plan::with_front()).await;
    let first = missed(&day, MARTA).await;
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(8).await;
    put_off(&day);
    let seq = last_seq(&day);
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(30).await;
    assert_eq!(refused(&day, seq), 1, "the import waits");
    meanwhile(&day, &conversation(&day, first));
    day.pass(90).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(120).await;
    conversation(&day, call)
}

#[tokio::test(start_paused = true)]
async fn whom_a_person_gave_it_to_while_the_import_waited_keeps_it() {
    // F7, G24
    let found = answered_while_it_waited(|day, conversation| {
        change(day, conversation, json!({ "assignee_id": front_world::ANA }));
    })
    .await;
    assert_eq!(found["assignee"]["email"], "ana.keller@example.com", "a person gave it to Ana");
}

#[tokio::test(start_paused = true)]
async fn archived_while_the_import_waited_it_gets_the_calls_subject() {
    // F4
    let found = answered_while_it_waited(archive).await;
    assert_eq!(found["subject"], "Inbound call - Support FR");
}

#[tokio::test(start_paused = true)]
async fn a_look_that_is_old_when_it_is_answered_is_not_repeated_for_ever() {
    // B2
    let day = Day::begin(Plan::with_front()).await;
    let first = missed(&day, MARTA).await;
    let path = format!("/conversations/{}", conversation(&day, first)["id"].as_str().unwrap());
    let slowly = FaultKind::Slow { ms: 20_000 };
    day.front.add_fault(Fault::next(u32::MAX, slowly).on("GET", &format!("{path}/inboxes")));
    let seq = last_seq(&day);
    let call = missed(&day, MARTA).await;
    day.pass(300).await;
    assert_eq!(conversation(&day, call)["id"], conversation(&day, first)["id"]);
    assert_eq!(day.detail(call).state, CallState::Complete);
    let journal = day.front.journal(seq);
    let looks = journal.iter().filter(|entry| entry.method == "GET" && entry.path == path).count();
    assert_eq!(looks, 3, "two for the call, one for its duration");
}

#[tokio::test(start_paused = true)]
async fn paused_after_two_looks_a_call_waits_and_is_not_reckoned_over_and_over() {
    // B3
    let day = Day::begin(Plan::with_front()).await;
    let first = missed(&day, MARTA).await;
    let path = format!("/conversations/{}", conversation(&day, first)["id"].as_str().unwrap());
    let slowly = FaultKind::Slow { ms: 20_000 };
    day.front.add_fault(Fault::next(2, slowly).on("GET", &format!("{path}/inboxes")));
    let seq = last_seq(&day);
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(8).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    let looks = || day.front.journal(seq).iter().filter(|e| e.method == "GET" && e.path == path).count();
    while looks() < 2 {
        day.pass(1).await;
    }
    day.handle.pause().await.unwrap();
    // Whoever reckons on and on without time going on takes more steps than this at once, and is killed.
    day.lifeline.cut_after(1_000);
    day.pass(300).await;
    assert_eq!(day.detail(call).state, CallState::Pending);
    day.handle.resume().await.unwrap();
    day.pass(120).await;
    assert_eq!(day.detail(call).state, CallState::Complete);
}
