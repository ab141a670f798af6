//! Every kind of write, each with every kind of failure (B4): the records are those of a quiet day.
//!
//! One scenario holds all nine kinds of write. The fault meets exactly the request of one kind; lists lag behind
//! besides. What a kill may lose is tried where an answer is outstanding.

use serde_json::{Value, json};
use sidetone_engine::call::CaseId;
use sidetone_protocol::CallState;
use sidetone_sandbox::{Fault, FaultKind, HangUp, aircall_world as world};

use crate::day::{self, Day, Plan, STRANGER};

/// Aircall has a contact of this number, whose e-mail belongs to somebody else in Gorgias.
const RUBEN: &str = "+12025550143";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    CreateCustomer,
    AddNumber,
    CreateTag,
    CreateTicket,
    SetAssignee,
    SetStatus,
    AddEntry,
    AddTags,
    RemoveTags,
}

impl Kind {
    /// When the fault is laid, in seconds of the scenario: just before the step that leads to the write.
    fn laid_at(self) -> u64 {
        match self {
            Kind::CreateCustomer | Kind::AddNumber | Kind::CreateTag | Kind::CreateTicket => 4,
            Kind::SetAssignee => 19,
            Kind::SetStatus | Kind::AddEntry => 39,
            Kind::AddTags => 99,
            Kind::RemoveTags => 139,
        }
    }

    /// Verb and path of its request; `None` before there is a ticket.
    fn request(self, ticket: Option<&str>) -> (&'static str, String) {
        let of_ticket = |rest: &str| format!("/api/tickets/{}{rest}", ticket.unwrap_or_default());
        match self {
            Kind::CreateCustomer => ("POST", "/api/customers".into()),
            Kind::AddNumber => ("PUT", "/api/customers/".into()),
            Kind::CreateTag => ("POST", "/api/tags".into()),
            Kind::CreateTicket => ("POST", "/api/tickets".into()),
            Kind::SetAssignee | Kind::SetStatus => ("PUT", of_ticket("")),
            Kind::AddEntry => ("POST", of_ticket("/messages")),
            Kind::AddTags => ("POST", of_ticket("/tags")),
            Kind::RemoveTags => ("DELETE", of_ticket("/tags")),
        }
    }
}

fn ticket_of(day: &Day, call: u64) -> Option<String> {
    let detail = day.handle.call(CaseId(call)).unwrap()?;
    detail.ledger.into_iter().find(|l| l.key == "ticket").map(|l| l.helpdesk_id)
}

/// An answered call that is handed on, tagged, untagged and commented, and a call of somebody nobody knows.
async fn records(fault: Option<(Kind, FaultKind, bool)>) -> Value {
    let mut day = Day::begin(Plan::default()).await;
    let _owner = day.gorgias.add_customer("The Owner", Some("ruben.okafor@example.com"), "+33199007777");
    if fault.is_some() {
        day.gorgias.switch(|s| s.list_lag_s = 3.0);
    }
    let call = day.ring(world::SUPPORT_FR, Some(RUBEN));
    let other = day.ring(world::SUPPORT_DE, Some(STRANGER));
    for second in 0..200u64 {
        if let Some((kind, failure, _)) = fault.as_ref().filter(|(kind, ..)| kind.laid_at() == second) {
            let (verb, path) = kind.request(ticket_of(&day, call).as_deref());
            day.gorgias.add_fault(Fault::next(1, failure.clone()).on(verb, &path));
        }
        match second {
            5 => {
                day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
                day.aircall.answer(other, Some(world::JONAS)).unwrap();
            }
            20 => day.aircall.transfer(call, world::THEO, true).unwrap(),
            40 => {
                day.aircall.hang_up(call, &HangUp::default()).unwrap();
                day.aircall.hang_up(other, &HangUp::default()).unwrap();
            }
            100 => drop(day.aircall.tag(call, Some(world::THEO), "Refund").unwrap()),
            140 => day.aircall.untag(call, "Refund").unwrap(),
            180 => drop(day.aircall.comment(call, world::THEO, "Sends a photo").unwrap()),
            _ => {}
        }
        day.pass(1).await;
        let is_met = fault.as_ref().is_some_and(|(kind, _, kill)| {
            // Tags wait 5 s for each other, the end 30 s for Aircall: then the request is under way.
            let after = match kind {
                Kind::SetStatus | Kind::AddEntry => 33,
                Kind::AddTags | Kind::RemoveTags => 8,
                _ => 2,
            };
            *kill && second == kind.laid_at() + after
        });
        if is_met {
            day.kill_and_restart().await;
        }
    }
    day.pass(240).await;
    for id in [call, other] {
        assert_eq!(day.detail(id).state, CallState::Complete, "{fault:?}: {:?}", day.detail(id).reason);
    }
    if let Some((kind, failure, _)) = &fault {
        let (verb, path) = kind.request(ticket_of(&day, call).as_deref());
        let requests = day.gorgias.journal(0);
        let met = requests.iter().filter(|e| e.method == verb && e.path.starts_with(&path)).count();
        assert!(met > 0, "{kind:?} was not tried with {failure:?}");
    }
    let dump = day.gorgias.dump();
    assert_eq!(dump["send_attempts"], 0);
    json!({ "customers": dump["customers"], "tickets": dump["tickets"] })
}

async fn every_failure_of(kind: Kind) {
    let quiet = records(None).await;
    let outstanding = [(FaultKind::HangAfter, true), (FaultKind::HangBefore, true)];
    let failures = [
        FaultKind::Status { status: 429, retry_after: Some(4) },
        FaultKind::Status { status: 500, retry_after: None },
        FaultKind::CutBefore,
        FaultKind::CutAfter,
        FaultKind::Malformed,
    ];
    let all = failures.into_iter().map(|failure| (failure, false)).chain(outstanding);
    for (failure, kill) in all {
        let what = format!("{kind:?}, {failure:?}, killed: {kill}");
        let troubled = records(Some((kind, failure, kill))).await;
        assert_eq!(quiet["customers"], troubled["customers"], "{what}");
        assert_eq!(quiet["tickets"], troubled["tickets"], "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_customer_is_made_once() {
    every_failure_of(Kind::CreateCustomer).await;
}

#[tokio::test(start_paused = true)]
async fn a_number_is_added_once() {
    every_failure_of(Kind::AddNumber).await;
}

#[tokio::test(start_paused = true)]
async fn a_tag_is_made_once() {
    every_failure_of(Kind::CreateTag).await;
}

#[tokio::test(start_paused = true)]
async fn a_ticket_is_made_once() {
    every_failure_of(Kind::CreateTicket).await;
}

#[tokio::test(start_paused = true)]
async fn a_ticket_is_handed_on_once() {
    every_failure_of(Kind::SetAssignee).await;
}

#[tokio::test(start_paused = true)]
async fn the_status_is_set_once() {
    every_failure_of(Kind::SetStatus).await;
}

#[tokio::test(start_paused = true)]
async fn a_note_is_written_once() {
    every_failure_of(Kind::AddEntry).await;
}

#[tokio::test(start_paused = true)]
async fn tags_are_put_on_once() {
    every_failure_of(Kind::AddTags).await;
}

#[tokio::test(start_paused = true)]
async fn tags_are_taken_off_once() {
    every_failure_of(Kind::RemoveTags).await;
}

/// A person acts between a write whose answer was lost and the look for it.
#[tokio::test(start_paused = true)]
async fn what_a_person_does_while_a_write_is_unclear_is_not_undone() {
    let day = Day::begin(Plan::default()).await;
    let call = day.ring(world::SUPPORT_FR, Some(RUBEN));
    day.pass(5).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(10).await;
    let path = format!("/api/tickets/{}", ticket_of(&day, call).unwrap());
    day.gorgias.add_fault(Fault::next(1, FaultKind::CutAfter).on("PUT", &path));
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(32).await;
    day.gorgias.by_a_person("PUT", &path, &json!({"status": "closed"})).unwrap();
    day.pass(120).await;
    assert_eq!(day.ticket(call)["status"], "closed");
    day.gorgias.add_fault(Fault::next(1, FaultKind::CutAfter).on("POST", &format!("{path}/tags")));
    day.aircall.tag(call, Some(world::CAMILLE), "Refund").unwrap();
    day.pass(8).await;
    day.gorgias.by_a_person("DELETE", &format!("{path}/tags"), &json!({"names": ["Aircall"]})).unwrap();
    day.pass(120).await;
    let ticket = day.ticket(call);
    assert!(day::tags(&ticket).contains(&"Refund") && !day::tags(&ticket).contains(&"Aircall"), "{ticket:#}");
    assert_eq!(day.detail(call).state, CallState::Complete);
}

/// Tags are written all or none: of those that a request put on or took off, a person may have changed one since.
#[tokio::test(start_paused = true)]
async fn a_tag_that_a_person_changes_while_a_write_of_several_is_unclear_stays_as_the_person_left_it() {
    for failure in [FaultKind::CutAfter, FaultKind::HangAfter] {
        let day = Day::begin(Plan::default()).await;
        let call = day.answered(day::MARTA).await;
        let path = format!("/api/tickets/{}/tags", ticket_of(&day, call).unwrap());
        day.gorgias.add_fault(Fault::next(1, failure.clone()).on("POST", &path));
        for tag in ["Refund", "Order status"] {
            day.aircall.tag(call, Some(world::CAMILLE), tag).unwrap();
        }
        day.pass(8).await;
        assert!(day::tags(&day.ticket(call)).contains(&"Refund"), "put on, and nobody was told");
        day.gorgias.by_a_person("DELETE", &path, &json!({"names": ["Refund"]})).unwrap();
        day.pass(200).await;
        let ticket = day.ticket(call);
        let has = day::tags(&ticket);
        assert!(has.contains(&"Order status") && !has.contains(&"Refund"), "{failure:?}: {has:?}");
        assert_eq!(day.detail(call).state, CallState::Complete);

        day.gorgias.by_a_person("POST", &path, &json!({"names": ["Refund"]})).unwrap();
        day.gorgias.add_fault(Fault::next(1, failure.clone()).on("DELETE", &path));
        for tag in ["Refund", "Order status"] {
            day.aircall.untag(call, tag).unwrap();
        }
        day.pass(8).await;
        assert!(!day::tags(&day.ticket(call)).contains(&"Order status"), "taken off, and nobody was told");
        day.gorgias.by_a_person("POST", &path, &json!({"names": ["Order status"]})).unwrap();
        day.pass(200).await;
        assert!(day::tags(&day.ticket(call)).contains(&"Order status"), "{failure:?}");
        assert_eq!(day.detail(call).state, CallState::Complete);
    }
}

/// Tags of which one stood there before, by a person's hand: that one shows nothing of our request.
#[tokio::test(start_paused = true)]
async fn a_tag_that_stood_there_before_does_not_pass_for_the_others_of_a_request() {
    let day = Day::begin(Plan::default()).await;
    let call = day.answered(day::MARTA).await;
    let path = format!("/api/tickets/{}/tags", ticket_of(&day, call).unwrap());
    day.gorgias.by_a_person("POST", &path, &json!({"names": ["Refund"]})).unwrap();
    day.gorgias.add_fault(Fault::next(1, FaultKind::CutBefore).on("POST", &path));
    for tag in ["Refund", "Order status"] {
        day.aircall.tag(call, Some(world::CAMILLE), tag).unwrap();
    }
    day.pass(200).await;
    assert!(day::tags(&day.ticket(call)).contains(&"Order status"));
    assert_eq!(day.detail(call).state, CallState::Complete);
}

/// Gorgias' clock may be minutes off: only its own statements are held against each other.
#[tokio::test(start_paused = true)]
async fn a_ticket_closed_while_its_status_is_unclear_stays_closed_whatever_the_clocks_say() {
    for (is_carried_out, clock_minutes) in [(true, -10), (true, 10), (false, -10), (false, 10)] {
        let day = Day::begin(Plan::default()).await;
        let call = day.ring(world::SUPPORT_FR, Some(day::MARTA));
        day.pass(5).await;
        day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
        day.pass(60).await;
        let path = format!("/api/tickets/{}", ticket_of(&day, call).unwrap());
        let close = || {
            let at = day.now() + chrono::TimeDelta::minutes(clock_minutes);
            let body = json!({"status": "closed", "closed_datetime": at.to_rfc3339()});
            assert!(day.gorgias.by_a_person("PUT", &path, &body).unwrap().0 < 300);
        };
        let failure = if is_carried_out { FaultKind::CutAfter } else { FaultKind::CutBefore };
        day.gorgias.add_fault(Fault::next(1, failure).on("PUT", &path));
        if !is_carried_out {
            // During the call: at its end it is opened, once (G8).
            close();
        }
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
        day.pass(32).await;
        if is_carried_out {
            close();
        }
        day.pass(200).await;
        let wanted = if is_carried_out { "closed" } else { "open" };
        assert_eq!(day.ticket(call)["status"], wanted, "its clock: {clock_minutes} min");
        assert_eq!(day.detail(call).state, CallState::Complete);
    }
}
