//! Calls that are handed on (G24): who writes which note, and whose ticket it is then.

use serde_json::{Value, json};
use sidetone_engine::call::CaseId;
use sidetone_protocol::CallState;
use sidetone_sandbox::{Fault, FaultKind, HangUp, aircall_world as world, gorgias_world};

use crate::day::{Day, MARTA, Plan, note, tags};

/// Camille talks with Marta; the ticket is Camille's.
async fn camille_talks(day: &Day) -> u64 {
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(8).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(20).await;
    call
}

async fn hung_up(day: &Day, call: u64) -> Value {
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(60).await;
    assert_eq!(day.detail(call).state, CallState::Complete);
    day.ticket(call)
}

fn path(day: &Day, call: u64) -> String {
    let detail = day.detail(call);
    let ticket = detail.ledger.iter().find(|l| l.key == "ticket").unwrap();
    format!("/api/tickets/{}", ticket.helpdesk_id)
}

#[tokio::test(start_paused = true)]
async fn handed_to_a_person_the_ticket_moves_with_the_call_after_a_look() {
    let day = Day::begin(Plan::default()).await;
    day.answered("+33199001144").await;
    let before = day.last_seq();
    let call = camille_talks(&day).await;
    day.aircall.transfer(call, world::THEO, true).unwrap();
    day.pass(5).await;
    assert_eq!(day.ticket(call)["assignee"], "Theo Marchand", "at once, not only at the end");
    let ticket = hung_up(&day, call).await;
    assert_eq!(ticket["assignee"], "Theo Marchand");
    assert_eq!(note(&ticket, "answered")["sender"], "Camille Roux", "G24: the first agent's");
    let ended = note(&ticket, "ended");
    assert_eq!(ended["sender"], "Theo Marchand", "G24: the last one's");
    assert!(ended["body_text"].as_str().unwrap().contains("Assignee: Theo Marchand"), "G11");
    let looks = day.gorgias.journal(before).into_iter().filter(|e| e.path.contains("ticket_ids")).count();
    assert_eq!((looks, day.requests(before).0.len()), (2, 4), "create, look, assignee, look, status, ended");
}

#[tokio::test(start_paused = true)]
async fn a_ticket_that_a_person_gave_to_somebody_else_stays_there() {
    for while_outstanding in [false, true] {
        let day = Day::begin(Plan::default()).await;
        let call = camille_talks(&day).await;
        let path = path(&day, call);
        let reassign = || {
            let ana = json!({"assignee_user": {"id": gorgias_world::ADMIN}});
            day.gorgias.by_a_person("PUT", &path, &ana).unwrap();
        };
        if while_outstanding {
            day.gorgias.add_fault(Fault::next(1, FaultKind::CutAfter).on("PUT", &path));
        } else {
            reassign();
        }
        day.aircall.transfer(call, world::THEO, true).unwrap();
        day.pass(2).await;
        if while_outstanding {
            reassign();
        }
        day.pass(100).await;
        assert_eq!(hung_up(&day, call).await["assignee"], "Ana Keller", "{while_outstanding}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unsuccessful_transfer_changes_nothing() {
    let day = Day::begin(Plan::default()).await;
    let call = camille_talks(&day).await;
    let before = day.last_seq();
    day.aircall.transfer(call, world::THEO, false).unwrap();
    day.pass(20).await;
    assert!(day.gorgias.journal(before).iter().all(|e| !e.path.starts_with("/api/tickets")));
    let ticket = hung_up(&day, call).await;
    assert_eq!(
        (&ticket["assignee"], &note(&ticket, "ended")["sender"]),
        (&json!("Camille Roux"), &json!("Camille Roux"))
    );
}

#[tokio::test(start_paused = true)]
async fn handed_to_a_team_the_ticket_goes_to_whoever_takes_the_call() {
    for shuffle_s in [0.0, 4.0] {
        let day = Day::begin(Plan::default()).await;
        day.aircall.switch(|s| s.shuffle_s = shuffle_s);
        let call = camille_talks(&day).await;
        // Everybody's phone rings, and the transfer names the team's first member, who is not the one who takes it.
        day.aircall.transfer_to_team(call, world::CARE, world::THEO).unwrap();
        day.pass(20).await;
        assert_eq!(day.ticket(call)["assignee"], "Theo Marchand", "{shuffle_s}");
        let ticket = hung_up(&day, call).await;
        assert_eq!(ticket["assignee"], "Theo Marchand");
        assert_eq!(note(&ticket, "answered")["sender"], "Camille Roux");
        assert_eq!(tags(&ticket), ["Aircall", "Care", "Inbound call", "Support FR"]);
    }
}

#[tokio::test(start_paused = true)]
async fn handed_to_an_outside_number_the_ticket_stays_with_who_handed_it_on() {
    let day = Day::begin(Plan::default()).await;
    let call = camille_talks(&day).await;
    day.aircall.transfer_outside(call, "+33199007766").unwrap();
    day.pass(20).await;
    let ticket = hung_up(&day, call).await;
    assert_eq!(
        (&ticket["assignee"], &note(&ticket, "ended")["sender"]),
        (&json!("Camille Roux"), &json!("Camille Roux"))
    );
}

#[tokio::test(start_paused = true)]
async fn handed_to_an_agent_whom_gorgias_does_not_know_the_ticket_is_nobodys() {
    let day = Day::begin(Plan::default()).await;
    let call = camille_talks(&day).await;
    day.aircall.transfer(call, world::INES, true).unwrap();
    day.pass(10).await;
    let ticket = hung_up(&day, call).await;
    assert_eq!(ticket["assignee"], json!(null), "G7");
    assert_eq!(note(&ticket, "ended")["sender"], "Ana Keller", "G14");
}

#[tokio::test(start_paused = true)]
async fn what_counts_is_the_line_on_which_the_call_began() {
    let day = Day::begin(Plan { lines: vec![world::SUPPORT_FR], ..Plan::default() }).await;
    let call = camille_talks(&day).await;
    day.aircall.transfer_to_line(call, world::SALES_US, world::AMELIA).unwrap();
    day.pass(10).await;
    let comment = day.aircall.comment(call, world::AMELIA, "Sends a quote").unwrap();
    let ticket = hung_up(&day, call).await;
    assert_eq!(ticket["assignee"], "Amelia Stone", "G24: it stays logged");
    assert_eq!(note(&ticket, &format!("comment:{comment}"))["sender"], "Amelia Stone");
    assert_eq!(tags(&ticket), ["Aircall", "Care", "Inbound call", "Support FR"], "the line that was called");

    let other = day.ring(world::SALES_US, Some("+33199001144"));
    day.pass(30).await;
    day.aircall.answer(other, Some(world::INES)).unwrap();
    day.pass(5).await;
    day.aircall.transfer_to_line(other, world::SUPPORT_FR, world::THEO).unwrap();
    day.pass(5).await;
    day.aircall.hang_up(other, &HangUp::default()).unwrap();
    day.pass(60).await;
    assert!(
        day.handle.call(CaseId(other)).unwrap().is_none(),
        "G18: it began on a line that is not selected"
    );
}

#[tokio::test(start_paused = true)]
async fn what_was_told_in_the_wrong_order_is_logged_by_the_line_on_which_it_began() {
    for began_on in [world::SUPPORT_FR, world::SALES_US] {
        let day = Day::begin(Plan { lines: vec![world::SUPPORT_FR], ..Plan::default() }).await;
        day.aircall.switch(|s| s.shuffle_s = 20.0);
        let (first, next, to) = match began_on {
            world::SUPPORT_FR => (world::CAMILLE, world::AMELIA, world::SALES_US),
            _ => (world::AMELIA, world::CAMILLE, world::SUPPORT_FR),
        };
        let call = day.ring(began_on, Some(MARTA));
        day.aircall.answer(call, Some(first)).unwrap();
        day.aircall.transfer_to_line(call, to, next).unwrap();
        day.pass(30).await;
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
        day.pass(90).await;
        let shown = day.handle.call(CaseId(call)).unwrap().is_some();
        assert_eq!(shown, began_on == world::SUPPORT_FR);
    }
}

#[tokio::test(start_paused = true)]
async fn handed_on_before_anything_could_be_written_it_is_all_there_in_one_go() {
    let day = Day::begin(Plan::default()).await;
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(8).await;
    day.gorgias
        .add_fault(Fault::next(1, FaultKind::Status { status: 429, retry_after: Some(60) }).on("POST", ""));
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(5).await;
    day.aircall.transfer(call, world::THEO, true).unwrap();
    day.pass(10).await;
    let before = day.last_seq();
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(120).await;
    let ticket = day.ticket(call);
    assert_eq!(ticket["assignee"], "Theo Marchand");
    assert_eq!(note(&ticket, "answered")["sender"], "Camille Roux");
    assert_eq!(note(&ticket, "ended")["sender"], "Theo Marchand");
    let on_tickets = day.requests(before).0.iter().filter(|w| w.path.starts_with("/api/tickets")).count();
    assert_eq!(on_tickets, 1);
}
