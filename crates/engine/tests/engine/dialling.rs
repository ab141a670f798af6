//! Dialling from Sidetone (A5), and a call that was placed from a ticket (G9).

use serde_json::{Value, json};
use sidetone_engine::act::{ActRefused, DialAsk, Dialled};
use sidetone_engine::call::CaseId;
use sidetone_engine::settings::{Arrival, Keep, Language};
use sidetone_protocol::CallState;
use sidetone_sandbox::{Dial, Fault, FaultKind, HangUp, Presence, aircall_world as world};

use crate::day::{Day, MARTA, Plan, note};

fn from_ticket(ticket: &str) -> DialAsk {
    DialAsk {
        to: MARTA.into(),
        agent: Some(world::CAMILLE.to_string()),
        ticket: Some(ticket.into()),
        ..DialAsk::default()
    }
}

async fn dial(day: &Day, ask: DialAsk) -> Result<Dialled, ActRefused> {
    day.handle.dial(ask).await
}

/// The call that an agent's dial has become.
fn last_outbound(day: &Day) -> u64 {
    let calls =
        day.handle.calls(&sidetone_engine::store::Query { limit: 9, ..Default::default() }).unwrap().calls;
    let outbound = calls.iter().find(|c| c.direction == sidetone_protocol::Direction::Outbound);
    outbound.expect("an outbound call").id.parse().unwrap()
}

/// The customer answers, talks and hangs up; returns when all is written.
async fn talk(day: &Day, call: u64) {
    day.aircall.answer(call, None).unwrap();
    day.pass(30).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(60).await;
}

fn ticket_id(day: &Day, call: u64) -> String {
    let ledger = day.detail(call).ledger;
    ledger.into_iter().find(|row| row.key == "ticket").unwrap().helpdesk_id
}

/// The notes that lead from this call's ticket to that of another call.
fn pointers(day: &Day, old: u64, new: u64) -> Vec<Value> {
    let marker = format!("aircall:call:{new}:linked");
    let ticket = day.ticket(old);
    ticket["messages"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|m| m["external_id"] == marker.as_str())
        .cloned()
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_call_dialled_from_a_ticket_and_that_ticket_name_each_other_in_every_language() {
    // G9
    for (language, called_from, is_in) in [
        (Language::En, "Called from ticket #{n}.", "The call is in ticket #{n}."),
        (Language::De, "Aus Ticket #{n} angerufen.", "Der Anruf steht in Ticket #{n}."),
        (Language::Fr, "Appel passé depuis le ticket #{n}.", "L’appel se trouve dans le ticket #{n}."),
    ] {
        let mut plan = Plan::default();
        plan.logging.language = language;
        let day = Day::begin(plan).await;
        let first = day.answered(MARTA).await;
        let old = ticket_id(&day, first);
        let dialled = dial(&day, from_ticket(&old)).await.unwrap();
        assert_eq!((dialled.agent.name.as_str(), dialled.started), ("Camille Roux", false));
        day.pass(5).await;
        let second = last_outbound(&day);
        talk(&day, second).await;
        let new = ticket_id(&day, second);
        assert_ne!(new, old);
        let ticket = day.ticket(second);
        let answered = note(&ticket, "answered");
        for body in ["body_text", "body_html"] {
            let text = answered[body].as_str().unwrap();
            assert!(text.contains(&called_from.replace("{n}", &old)), "{text}");
            assert!(text.contains(&format!("/app/ticket/{old}")), "{text}");
        }
        let there = pointers(&day, first, second);
        assert_eq!(there.len(), 1);
        assert_eq!((&there[0]["sender"], &there[0]["public"]), (&json!("Camille Roux"), &json!(false)));
        for body in ["body_text", "body_html"] {
            let text = there[0][body].as_str().unwrap();
            assert!(text.contains(&is_in.replace("{n}", &new)), "{text}");
            assert!(text.contains(&format!("/app/ticket/{new}")), "{text}");
        }
        assert_eq!(day.ticket(first)["messages"].as_array().unwrap().len(), 3, "answered, ended, linked");
        assert_eq!(day.detail(second).state, CallState::Complete);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_nobody_answers_names_the_ticket_in_its_one_note() {
    let day = Day::begin(Plan::default()).await;
    let first = day.answered(MARTA).await;
    let old = ticket_id(&day, first);
    dial(&day, from_ticket(&old)).await.unwrap();
    day.pass(5).await;
    let second = last_outbound(&day);
    day.aircall.hang_up(second, &HangUp::default()).unwrap();
    day.pass(120).await;
    let ticket = day.ticket(second);
    assert!(
        note(&ticket, "ended")["body_text"]
            .as_str()
            .unwrap()
            .contains(&format!("Called from ticket #{old}."))
    );
    assert_eq!(pointers(&day, first, second).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_kind_of_call_that_is_only_stored_is_not_written_because_it_was_dialled_from_a_ticket() {
    let mut plan = Plan::default();
    plan.logging.outbound_unanswered = Keep::Store;
    let day = Day::begin(plan).await;
    let first = day.answered(MARTA).await;
    dial(&day, from_ticket(&ticket_id(&day, first))).await.unwrap();
    day.pass(5).await;
    let second = last_outbound(&day);
    day.aircall.hang_up(second, &HangUp::default()).unwrap();
    day.pass(300).await;
    assert!(day.tickets_of(&format!("aircall:call:{second}")).is_empty());
    assert_eq!(pointers(&day, first, second).len(), 0);
    assert_eq!(day.detail(second).state, CallState::NotLogged);
}

#[tokio::test(start_paused = true)]
async fn a_call_dialled_by_hand_is_linked_only_if_agent_number_and_time_agree_and_only_once() {
    let dials = |agent, to: &str| Dial { agent, to: to.into(), line: None };
    // Another agent, another number, too late.
    for (agent, to, after) in
        [(world::THEO, MARTA, 20), (world::CAMILLE, "+33199001144", 20), (world::CAMILLE, MARTA, 130)]
    {
        let day = Day::begin(Plan::default()).await;
        // The keypad is filled, and the agent presses nothing.
        day.aircall.switch(|s| s.agent_presses_call = false);
        let first = day.answered(MARTA).await;
        dial(&day, from_ticket(&ticket_id(&day, first))).await.unwrap();
        day.pass(after).await;
        let call = day.aircall.dial(&dials(agent, to)).unwrap();
        talk(&day, call).await;
        assert_eq!(pointers(&day, first, call).len(), 0, "{agent} {after}");
        let ticket = day.ticket(call);
        assert!(!note(&ticket, "answered")["body_text"].as_str().unwrap().contains("Called from"));
    }
    // Pressed twice, called twice within two minutes: the first call is what was wanted.
    let day = Day::begin(Plan::default()).await;
    day.aircall.switch(|s| s.agent_presses_call = false);
    let first = day.answered(MARTA).await;
    for _ in 0..2 {
        dial(&day, from_ticket(&ticket_id(&day, first))).await.unwrap();
        day.pass(1).await;
    }
    let mut calls = Vec::new();
    for _ in 0..2 {
        let call = day.aircall.dial(&dials(world::CAMILLE, MARTA)).unwrap();
        day.pass(5).await;
        day.aircall.answer(call, None).unwrap();
        day.pass(10).await;
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
        day.pass(25).await;
        calls.push(call);
    }
    day.pass(120).await;
    assert_eq!(calls.iter().map(|call| pointers(&day, first, *call).len()).collect::<Vec<_>>(), [1, 0]);
}

#[tokio::test(start_paused = true)]
async fn the_ticket_is_remembered_over_a_restart_and_an_event_that_comes_late() {
    // Killed when the wish was just stored, before and after the request left, with its answer, and when it rings.
    for (cut_after, delay) in [(1, 0.0), (2, 0.0), (3, 0.0), (4, 0.0), (9, 0.0), (4, 400.0)] {
        let mut day = Day::begin(Plan::default()).await;
        let first = day.answered(MARTA).await;
        // What is remembered every minute is none of these steps.
        day.pass(10).await;
        day.aircall.switch(|s| s.delay_s = delay);
        let handle = day.handle.clone();
        let ask = from_ticket(&ticket_id(&day, first));
        day.lifeline.cut_after(cut_after);
        let asked = tokio::spawn(async move { handle.dial(ask).await });
        day.pass(3).await;
        day.kill_and_restart().await;
        drop(asked);
        day.pass(5 + delay as u64).await;
        if day.aircall.calls_up().is_empty() {
            // The request never left: the agent dials what was to be dialled.
            day.aircall.dial(&Dial { agent: world::CAMILLE, to: MARTA.into(), line: None }).unwrap();
        }
        let second = day.aircall.calls_up()[0];
        talk(&day, second).await;
        day.pass(2 * delay as u64 + 60).await;
        assert_eq!(pointers(&day, first, second).len(), 1, "killed at step {cut_after}, {delay} s late");
    }
}

#[tokio::test(start_paused = true)]
async fn polling_the_call_is_recognised_as_well() {
    let day = Day::begin(Plan { arrival: Arrival::Polling, ..Plan::default() }).await;
    let first = day.answered(MARTA).await;
    day.pass(60).await;
    dial(&day, from_ticket(&ticket_id(&day, first))).await.unwrap();
    day.pass(15).await;
    let second = last_outbound(&day);
    talk(&day, second).await;
    day.pass(60).await;
    assert_eq!(pointers(&day, first, second).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_written_into_a_ticket_that_a_person_threw_away_and_the_record_is_whole() {
    // G9, G25
    for (verb, body) in [
        ("DELETE", Value::Null),
        ("PUT", json!({"trashed_datetime": "2026-11-21T08:10:00+00:00"})),
        ("PUT", json!({"spam": true})),
    ] {
        let day = Day::begin(Plan::default()).await;
        let first = day.answered(MARTA).await;
        let old = ticket_id(&day, first);
        day.gorgias.by_a_person(verb, &format!("/api/tickets/{old}"), &body).unwrap();
        dial(&day, from_ticket(&old)).await.unwrap();
        day.pass(5).await;
        let second = last_outbound(&day);
        talk(&day, second).await;
        day.pass(300).await;
        if verb == "PUT" {
            assert_eq!(pointers(&day, first, second).len(), 0, "{body}");
        }
        let ticket = day.ticket(second);
        note(&ticket, "answered");
        note(&ticket, "ended");
        let detail = day.detail(second);
        assert_eq!((detail.state, detail.plan.requests), (CallState::Complete, 0), "{verb} {body}");
        let refused = day.gorgias.journal(0).iter().filter(|e| e.is_write() && e.status >= 400).count();
        assert_eq!(refused, 0, "it is looked before");
    }
}

#[tokio::test(start_paused = true)]
async fn a_ticket_deleted_between_the_look_and_the_write_parks_nothing() {
    let day = Day::begin(Plan::default()).await;
    let first = day.answered(MARTA).await;
    let old = ticket_id(&day, first);
    dial(&day, from_ticket(&old)).await.unwrap();
    day.pass(5).await;
    let second = last_outbound(&day);
    let missing = FaultKind::Status { status: 404, retry_after: None };
    day.gorgias.add_fault(Fault::next(1, missing).on("POST", &format!("/api/tickets/{old}/messages")));
    talk(&day, second).await;
    assert_eq!(day.detail(second).state, CallState::Complete);
    assert_eq!(pointers(&day, first, second).len(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_note_in_the_old_ticket_is_written_once_whatever_goes_wrong() {
    for (kind, kill) in [
        (FaultKind::Status { status: 429, retry_after: Some(4) }, false),
        (FaultKind::Status { status: 500, retry_after: None }, false),
        (FaultKind::CutBefore, false),
        (FaultKind::CutAfter, false),
        (FaultKind::Malformed, false),
        (FaultKind::HangBefore, true),
        (FaultKind::HangAfter, true),
    ] {
        let what = format!("{kind:?}, killed: {kill}");
        let mut day = Day::begin(Plan::default()).await;
        day.gorgias.switch(|s| s.list_lag_s = 3.0);
        let first = day.answered(MARTA).await;
        let old = ticket_id(&day, first);
        dial(&day, from_ticket(&old)).await.unwrap();
        day.pass(5).await;
        let second = last_outbound(&day);
        day.gorgias.add_fault(Fault::next(1, kind).on("POST", &format!("/api/tickets/{old}/messages")));
        day.aircall.answer(second, None).unwrap();
        day.pass(4).await;
        if kill {
            day.kill_and_restart().await;
        }
        day.pass(60).await;
        day.aircall.hang_up(second, &HangUp::default()).unwrap();
        day.pass(240).await;
        assert_eq!(pointers(&day, first, second).len(), 1, "{what}");
        assert_eq!(day.detail(second).state, CallState::Complete, "{what}");
        let asked = day.gorgias.journal(0);
        let tried =
            asked.iter().filter(|e| e.method == "POST" && e.path == format!("/api/tickets/{old}/messages"));
        assert!(tried.count() >= 1, "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_restored_backup_writes_no_second_note_into_the_old_ticket() {
    // B17
    let mut day = Day::begin(Plan::default()).await;
    let first = day.answered(MARTA).await;
    dial(&day, from_ticket(&ticket_id(&day, first))).await.unwrap();
    day.pass(5).await;
    let second = last_outbound(&day);
    // As it was when the call had just begun.
    let backup = tempfile::tempdir().unwrap();
    let files = ["day.db", "day.db-wal", "day.db-shm"];
    let folder = day.database().parent().unwrap().to_owned();
    day.kill().await;
    for file in files {
        let _ = std::fs::copy(folder.join(file), backup.path().join(file));
    }
    day.start().unwrap();
    talk(&day, second).await;
    assert_eq!(pointers(&day, first, second).len(), 1);
    day.kill().await;
    for file in files {
        let _ = std::fs::remove_file(folder.join(file));
        let _ = std::fs::copy(backup.path().join(file), folder.join(file));
    }
    day.start().unwrap();
    let comment = day.aircall.comment(second, world::CAMILLE, "After the restore").unwrap();
    day.pass(300).await;
    note(&day.ticket(second), &format!("comment:{comment}"));
    assert_eq!(pointers(&day, first, second).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_number_that_is_none_is_never_dialled() {
    let day = Day::begin(Plan::default()).await;
    for to in ["", "anonymous", "666 444 555", "118", "+33", "Marta", "sip:desk@example.com"] {
        let ask = DialAsk { to: to.into(), ..from_ticket("1") };
        assert_eq!(dial(&day, ask).await, Err(ActRefused::NotANumber), "{to}");
    }
    for ask in [
        DialAsk { start: true, ..from_ticket("1") },
        DialAsk { line: Some(world::SUPPORT_FR), ..from_ticket("1") },
        from_ticket("not a ticket"),
    ] {
        assert!(matches!(dial(&day, ask).await, Err(ActRefused::Wrong(_))));
    }
    let asked = day.aircall.journal(0);
    assert!(!asked.iter().any(|e| e.path.ends_with("/dial") || e.path.ends_with("/calls")));
}

#[tokio::test(start_paused = true)]
async fn an_agent_whose_phone_is_closed_or_busy_is_told_and_may_call_another_way() {
    let day = Day::begin(Plan::default()).await;
    let first = day.answered(MARTA).await;
    day.pass(60).await;
    day.aircall.set_presence(world::CAMILLE, Presence::Offline).unwrap();
    let refused = dial(&day, from_ticket(&ticket_id(&day, first))).await.unwrap_err();
    let ActRefused::Unavailable { number, .. } = &refused else { panic!("{refused:?}") };
    assert_eq!(number.as_str(), MARTA);
    assert!(
        refused.to_string().contains("currently unavailable") && refused.to_string().contains("another app")
    );
    // By `tel:`, half a minute later: still a call from that ticket.
    day.aircall.set_presence(world::CAMILLE, Presence::Available).unwrap();
    day.pass(30).await;
    let call = day.aircall.dial(&Dial { agent: world::CAMILLE, to: MARTA.into(), line: None }).unwrap();
    talk(&day, call).await;
    assert_eq!(pointers(&day, first, call).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn who_dials_is_named_by_id_or_email_and_a_line_rings_at_once() {
    let day = Day::begin(Plan::default()).await;
    let several = DialAsk { agent: None, ..from_ticket("1") };
    assert_eq!(dial(&day, several).await, Err(ActRefused::WhichAgent(5)));
    for agent in ["nobody@example.com", "Camille", "777"] {
        let ask = DialAsk { agent: Some(agent.into()), ..from_ticket("1") };
        assert_eq!(dial(&day, ask).await, Err(ActRefused::NoSuchAgent), "{agent}");
    }
    let ask = DialAsk {
        agent: Some("Camille.Roux@EXAMPLE.com".into()),
        line: Some(world::RECEPTION),
        start: true,
        ticket: None,
        ..from_ticket("1")
    };
    let dialled = dial(&day, ask).await.unwrap();
    assert_eq!((dialled.agent.id, dialled.started), (world::CAMILLE, true));
    day.pass(2).await;
    let call = day.detail(last_outbound(&day)).call;
    assert_eq!(call.line.id, world::RECEPTION.to_string());
}

#[tokio::test(start_paused = true)]
async fn a_dial_without_a_clear_answer_is_told_and_never_repeated() {
    for (kind, clear) in [
        (FaultKind::HangAfter, false),
        (FaultKind::CutBefore, false),
        (FaultKind::Status { status: 503, retry_after: None }, false),
        (FaultKind::Status { status: 429, retry_after: None }, true),
        (FaultKind::Status { status: 400, retry_after: None }, true),
    ] {
        let day = Day::begin(Plan::default()).await;
        day.aircall.switch(|s| s.agent_presses_call = false);
        day.aircall.add_fault(Fault::next(1, kind.clone()).on("POST", "/v1/users/"));
        let refused = dial(&day, from_ticket("1")).await.unwrap_err();
        let told = matches!(refused, ActRefused::Refused(_)) == clear
            && matches!(refused, ActRefused::Unclear(_)) != clear;
        assert!(told, "{kind:?}: {refused:?}");
        day.pass(600).await;
        let asked = day.aircall.journal(0);
        assert_eq!(asked.iter().filter(|e| e.path.ends_with("/dial")).count(), 1, "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn dialling_counts_against_aircalls_budget() {
    let day = Day::begin(Plan::default()).await;
    day.aircall.switch(|s| s.agent_presses_call = false);
    let mut refused = None;
    for _ in 0..40 {
        if let Err(error) = dial(&day, from_ticket("1")).await {
            refused = Some(error);
            break;
        }
    }
    assert!(matches!(refused, Some(ActRefused::Busy(until)) if until > day.now()), "{refused:?}");
    assert!(day.aircall.journal(0).iter().all(|e| e.status != 429));
    day.aircall.switch(|s| s.revoked = true);
    day.pass(90).await;
    assert_eq!(dial(&day, from_ticket("1")).await, Err(ActRefused::Credential));
}

#[tokio::test(start_paused = true)]
async fn created_again_the_call_still_names_the_ticket_and_the_old_one_is_told_once() {
    let day = Day::begin(Plan::default()).await;
    let first = day.answered(MARTA).await;
    let old = ticket_id(&day, first);
    dial(&day, from_ticket(&old)).await.unwrap();
    day.pass(5).await;
    let second = last_outbound(&day);
    talk(&day, second).await;
    let gone = format!("/api/tickets/{}", ticket_id(&day, second));
    day.gorgias.by_a_person("DELETE", &gone, &Value::Null).unwrap();
    for _ in 0..2 {
        day.handle.retry(CaseId(second));
        day.pass(60).await;
    }
    let ticket = day.ticket(second);
    assert!(note(&ticket, "answered")["body_text"].as_str().unwrap().contains(&format!("#{old}")));
    assert_eq!(pointers(&day, first, second).len(), 1);
}
