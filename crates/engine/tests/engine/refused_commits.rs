//! What was learnt from an answer and could not be stored is not known: a commit that fails while an answer is taken in
//! writes nothing twice, and nothing where a person does not want it (B4, B17, G25).

use serde_json::json;
use sidetone_protocol::CallState;
use sidetone_sandbox::{Fault, FaultKind, HangUp, aircall_world as world};

use crate::day::{self, Day, MARTA, Plan, note};

const SLOW: FaultKind = FaultKind::Slow { ms: 10_000 };

/// Waits until a request that begins so was made since; its answer is still under way.
async fn until_asked(day: &Day, since: u64, path: &str) {
    for _ in 0..60 {
        if day.gorgias.journal(since).iter().any(|entry| entry.path.starts_with(path)) {
            return;
        }
        day.pass(1).await;
    }
    unreachable!("{path} was never asked: {:#?}", day.gorgias.journal(since));
}

/// The database takes nothing while the answer comes in.
async fn refuse_the_answer(day: &Day) {
    day.lifeline.refuse_commits(true);
    day.pass(12).await;
    day.gorgias.clear_faults();
    day.lifeline.refuse_commits(false);
}

#[tokio::test(start_paused = true)]
async fn a_record_that_was_found_and_could_not_be_stored_is_looked_for_again() {
    // B17: a backup is put back; what is found of a call is lost on its way into the ledger.
    let mut day = Day::begin(Plan::default()).await;
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(5).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(30).await;
    day.kill().await;
    day.shelf.back_up();
    day.start().unwrap();
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(60).await;
    note(&day.ticket(call), "ended");
    day.kill().await;
    day.shelf.restore();
    let seq = day.last_seq();
    day.gorgias.add_fault(Fault::next(1000, SLOW).on("GET", "/api/messages"));
    day.start().unwrap();
    day.aircall.comment(call, world::CAMILLE, "Much later").unwrap();
    until_asked(&day, seq, "/api/messages").await;
    refuse_the_answer(&day).await;
    day.pass(120).await;
    let ticket = day.ticket(call);
    for key in ["answered", "ended"] {
        note(&ticket, key);
    }
    assert_eq!(ticket["messages"].as_array().unwrap().len(), 3, "{ticket:#}");
    assert_eq!(day.detail(call).state, CallState::Complete);
}

#[tokio::test(start_paused = true)]
async fn that_a_ticket_is_thrown_away_and_could_not_be_stored_is_seen_again_before_anything_is_written() {
    // G25
    let day = Day::begin(Plan::default()).await;
    let call = day.answered(MARTA).await;
    day.pass(600).await;
    let before = day.ticket(call);
    let id = day.detail(call).ledger.iter().find(|l| l.key == "ticket").unwrap().helpdesk_id.clone();
    day.gorgias.by_a_person("PUT", &format!("/api/tickets/{id}"), &json!({"spam": true})).unwrap();
    let seq = day.last_seq();
    day.gorgias.add_fault(Fault::next(1000, SLOW).on("GET", "/api/tickets"));
    day.aircall.comment(call, world::CAMILLE, "Too late").unwrap();
    until_asked(&day, seq, "/api/tickets").await;
    refuse_the_answer(&day).await;
    day.pass(120).await;
    assert_eq!(day.ticket(call)["messages"], before["messages"]);
    assert_eq!(day.detail(call).reason.unwrap().code, "ticket_spam");
}

#[tokio::test(start_paused = true)]
async fn adopting_goes_on_after_the_database_took_nothing_for_a_while() {
    // B17
    let mut day = Day::begin(Plan::default()).await;
    let call = day.answered(MARTA).await;
    day.pass(300).await;
    day.kill().await;
    day.shelf.lose();
    day.set_from(Some(day::morning()));
    day.start().unwrap();
    day.pass(5).await;
    for path in ["/v1/calls", "/api/tickets", "/api/messages"] {
        let (on_aircall, seq) = (path.starts_with("/v1"), day.last_seq());
        let fault = Fault::next(1, SLOW).on("GET", path);
        if on_aircall {
            day.aircall.add_fault(fault);
        } else {
            day.gorgias.add_fault(fault);
        }
        let mut steps = day.handle.adopt_since(day::morning());
        if on_aircall {
            day.pass(2).await;
        } else {
            until_asked(&day, seq, path).await;
        }
        refuse_the_answer(&day).await;
        let mut last = sidetone_engine::AdoptProgress::default();
        let done = async {
            while let Some(step) = steps.recv().await {
                last = step;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(3600), done).await.expect("it comes to an end");
        assert!(last.done, "{path}: {last:?}");
    }
    assert_eq!(day.ticket(call)["messages"].as_array().unwrap().len(), 2);
    assert_eq!(day.detail(call).state, CallState::Complete);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_a_poll_told_of_and_that_could_not_be_stored_is_heard_of_in_the_next() {
    // C2
    let plan = Plan { arrival: sidetone_engine::settings::Arrival::Polling, ..Plan::default() };
    let day = Day::begin(plan).await;
    day.lifeline.refuse_commits(true);
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(3).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(12).await;
    day.lifeline.refuse_commits(false);
    day.pass(30).await;
    day.ticket(call);
}
