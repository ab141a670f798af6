//! What the helpdesk never takes (B3): it holds up neither its customer's other calls nor the tags behind it, and a person
//! is called in the end.

use sidetone_engine::call::CaseId;
use sidetone_protocol::CallState;
use sidetone_sandbox::{Fault, FaultKind, aircall_world as world};

use crate::day::{Day, MARTA, Plan, note, tags};

fn ticket_id(day: &Day, call: u64) -> String {
    day.detail(call).ledger.iter().find(|l| l.key == "ticket").unwrap().helpdesk_id.clone()
}

fn answers(status: u16) -> FaultKind {
    FaultKind::Status { status, retry_after: None }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_always_gets_5xx_gives_way_to_other_calls_and_is_parked_in_the_end() {
    let mut day = Day::begin(Plan::default()).await;
    let call = day.answered(MARTA).await;
    let messages = format!("/api/tickets/{}/messages", ticket_id(&day, call));
    day.gorgias.add_fault(Fault::next(u32::MAX, answers(500)).on("POST", &messages));
    let comment = day.aircall.comment(call, world::CAMILLE, "More than it bears").unwrap();
    day.pass(5).await;
    for minute in 0..30 {
        let next = day.answered(MARTA).await;
        day.pass(60).await;
        note(&day.ticket(next), "ended");
        assert_eq!(day.detail(next).state, CallState::Complete, "the customer's next call, {minute}");
        if minute == 3 {
            // What was counted so far survives.
            day.kill_and_restart().await;
        }
    }
    let detail = day.detail(call);
    let reason = detail.reason.expect("a person is called");
    assert_eq!((detail.state, reason.code.as_str()), (CallState::Parked, "in_vain"));
    assert!(reason.text.contains("try again") && reason.text.contains("500"), "{}", reason.text);
    let tries = day.gorgias.journal(0).iter().filter(|e| e.method == "POST" && e.path == messages).count();
    assert!((4..=12).contains(&tries), "{tries}");
    day.gorgias.clear_faults();
    day.handle.retry(CaseId(call));
    day.pass(30).await;
    note(&day.ticket(call), &format!("comment:{comment}"));
    assert_eq!(day.detail(call).state, CallState::Complete);
}

#[tokio::test(start_paused = true)]
async fn while_the_helpdesk_takes_nothing_from_anybody_nothing_is_parked() {
    let day = Day::begin(Plan::default()).await;
    let before = day.answered(MARTA).await;
    day.gorgias.add_fault(Fault::next(u32::MAX, answers(503)).on("POST", "/api/"));
    day.gorgias.add_fault(Fault::next(u32::MAX, answers(503)).on("PUT", "/api/"));
    let comment = day.aircall.comment(before, world::CAMILLE, "Meanwhile").unwrap();
    let mut calls = Vec::new();
    for _ in 0..20 {
        calls.push(day.answered(MARTA).await);
        day.pass(120).await;
    }
    assert_eq!(day.handle.health().outbox.parked, 0);
    day.gorgias.clear_faults();
    day.pass(600).await;
    note(&day.ticket(before), &format!("comment:{comment}"));
    for call in calls {
        note(&day.ticket(call), "ended");
        assert_eq!(day.detail(call).state, CallState::Complete);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_tag_parks_no_tag_that_comes_later() {
    let day = Day::begin(Plan::default()).await;
    let call = day.answered(MARTA).await;
    let path = format!("/api/tickets/{}/tags", ticket_id(&day, call));
    day.gorgias.add_fault(Fault::next(1, answers(400)).on("POST", &path));
    day.aircall.tag(call, Some(world::CAMILLE), "Refund").unwrap();
    day.pass(60).await;
    assert_eq!(day.detail(call).state, CallState::Parked);
    day.aircall.tag(call, Some(world::CAMILLE), "Order status").unwrap();
    day.pass(60).await;
    let ticket = day.ticket(call);
    assert!(tags(&ticket).contains(&"Order status") && !tags(&ticket).contains(&"Refund"), "{ticket:#}");
    assert_eq!(day.detail(call).state, CallState::Parked, "the refused one still waits for a person");
    // The same where tags are taken off.
    day.handle.retry(CaseId(call));
    day.pass(30).await;
    assert!(tags(&day.ticket(call)).contains(&"Refund"));
    day.gorgias.add_fault(Fault::next(1, answers(400)).on("DELETE", &path));
    day.aircall.untag(call, "Refund").unwrap();
    day.pass(60).await;
    day.aircall.untag(call, "Order status").unwrap();
    day.pass(60).await;
    let ticket = day.ticket(call);
    assert!(!tags(&ticket).contains(&"Order status") && tags(&ticket).contains(&"Refund"), "{ticket:#}");
}
