//! What people do in Gorgias is respected (G25), before, between and after our writes.

use serde_json::{Value, json};
use sidetone_engine::call::CaseId;
use sidetone_protocol::CallState;
use sidetone_sandbox::{HangUp, aircall_world as world, gorgias_world};

use crate::day::{Day, MARTA, Plan, STRANGER, note, tags};

const MORE: &str = "One more thing";

fn ticket_id(day: &Day, call: u64) -> String {
    day.detail(call).ledger.iter().find(|l| l.key == "ticket").unwrap().helpdesk_id.clone()
}

/// A call that Camille has answered 8 s after it began; it is up, its ticket is there.
async fn up(day: &Day, from: Option<&str>) -> u64 {
    let call = day.ring(world::SUPPORT_FR, from);
    day.pass(8).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(20).await;
    call
}

async fn ended(day: &Day, call: u64) {
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(60).await;
}

/// The three ways to throw a ticket away, and what the call says of each.
const THROWN_AWAY: [(&str, &str, &str); 3] = [
    ("DELETE", "", "ticket_gone"),
    ("PUT", r#"{"trashed_datetime":"2026-11-21T08:05:00Z"}"#, "ticket_trashed"),
    ("PUT", r#"{"spam":true,"status":"closed"}"#, "ticket_spam"),
];

fn throw_away(day: &Day, ticket: &str, method: &str, body: &str) {
    let body = serde_json::from_str(body).unwrap_or(Value::Null);
    let (status, _) = day.gorgias.by_a_person(method, &format!("/api/tickets/{ticket}"), &body).unwrap();
    assert!(status < 300);
}

/// The ticket's messages, tags and status; `None` once it is deleted.
fn contents(day: &Day, ticket: &str) -> Option<(usize, usize, Value)> {
    let (status, body) =
        day.gorgias.by_a_person("GET", &format!("/api/tickets/{ticket}"), &Value::Null).unwrap();
    let count = |key: &str| body[key].as_array().map_or(0, Vec::len);
    (status == 200).then(|| (count("messages"), count("tags"), body["status"].clone()))
}

#[tokio::test(start_paused = true)]
async fn a_ticket_thrown_away_during_the_call_gets_nothing_more_and_the_call_says_so() {
    for (method, body, code) in THROWN_AWAY {
        let day = Day::begin(Plan::default()).await;
        let call = up(&day, Some(MARTA)).await;
        let ticket = ticket_id(&day, call);
        throw_away(&day, &ticket, method, body);
        let before = contents(&day, &ticket);
        day.aircall.tag(call, Some(world::CAMILLE), "Refund").unwrap();
        ended(&day, call).await;
        day.aircall.comment(call, world::CAMILLE, MORE).unwrap();
        day.pass(60).await;
        assert_eq!(contents(&day, &ticket), before, "{code}");
        let detail = day.detail(call);
        let reason = detail.reason.unwrap();
        assert_eq!((detail.state, reason.code.as_str()), (CallState::Parked, code));
        assert!(reason.text.contains("create it again"), "what to do next: {}", reason.text);
        assert_eq!(detail.plan.requests, 0);
        let health = day.handle.health();
        assert_eq!(health.outbox.parked, 0, "{code}: it was a person's will, so nobody is called");
        assert!(health.alerts.is_empty(), "{code}: {:?}", health.alerts);
    }
}

#[tokio::test(start_paused = true)]
async fn a_ticket_thrown_away_after_the_call_gets_no_late_comment_and_no_late_tag() {
    for (method, body, code) in THROWN_AWAY {
        for late_tag in [false, true] {
            let day = Day::begin(Plan::default()).await;
            let call = day.answered(MARTA).await;
            let ticket = ticket_id(&day, call);
            day.pass(1800).await;
            throw_away(&day, &ticket, method, body);
            let before = contents(&day, &ticket);
            let seq = day.last_seq();
            if late_tag {
                day.aircall.tag(call, Some(world::CAMILLE), "Order status").unwrap();
            } else {
                day.aircall.comment(call, world::CAMILLE, MORE).unwrap();
            }
            day.pass(60).await;
            assert_eq!(contents(&day, &ticket), before, "{code}");
            let on_ticket: Vec<_> =
                day.requests(seq).0.into_iter().filter(|w| w.path.starts_with("/api/tickets")).collect();
            assert!(on_ticket.is_empty(), "{code}: not even tried: {on_ticket:?}");
            assert_eq!(day.detail(call).reason.unwrap().code, code);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn written_again_the_call_has_one_new_ticket_with_everything_in_it() {
    for (method, body, code) in THROWN_AWAY {
        let mut day = Day::begin(Plan::default()).await;
        let call = day.answered(MARTA).await;
        let old = ticket_id(&day, call);
        throw_away(&day, &old, method, body);
        let comment = day.aircall.comment(call, world::CAMILLE, MORE).unwrap();
        day.pass(60).await;
        // The answer to the new create is lost, and the program killed: the old ticket must not be taken for the new one.
        day.gorgias.add_fault(
            sidetone_sandbox::Fault::next(1, sidetone_sandbox::FaultKind::CutAfter)
                .on("POST", "/api/tickets"),
        );
        day.handle.retry(CaseId(call));
        day.pass(2).await;
        day.kill_and_restart().await;
        day.pass(120).await;
        let new = ticket_id(&day, call);
        assert_ne!(new, old, "{code}");
        let all = day.tickets_of(&format!("aircall:call:{call}"));
        let living: Vec<_> = all.iter().filter(|t| t["trashed"] == false && t["spam"] == false).collect();
        assert_eq!(living.len(), 1, "{code}: {all:#?}");
        for key in ["answered".to_owned(), "ended".to_owned(), format!("comment:{comment}")] {
            note(living[0], &key);
        }
        assert_eq!(living[0]["subject"], "Inbound call: Marta Ibáñez");
        assert_eq!(day.detail(call).state, CallState::Complete, "{code}");
        day.aircall.comment(call, world::CAMILLE, "And another").unwrap();
        day.pass(30).await;
        assert_eq!(contents(&day, &new).unwrap().0, 4, "{code}: later comments go into the new one");
    }
}

#[tokio::test(start_paused = true)]
async fn asked_to_try_again_a_finished_call_finds_out_that_its_ticket_is_gone() {
    let day = Day::begin(Plan::default()).await;
    let call = day.answered(MARTA).await;
    throw_away(&day, &ticket_id(&day, call), "DELETE", "");
    let marker = format!("aircall:call:{call}");
    day.handle.retry(CaseId(call));
    day.pass(5).await;
    assert_eq!(day.detail(call).reason.unwrap().code, "ticket_gone");
    assert!(day.tickets_of(&marker).is_empty(), "asked once, it only looks");
    day.handle.retry(CaseId(call));
    day.pass(5).await;
    assert_eq!(day.ticket(call)["messages"].as_array().unwrap().len(), 2);
    assert_eq!(day.detail(call).state, CallState::Complete);
}

#[tokio::test(start_paused = true)]
async fn an_unclear_write_to_a_ticket_that_is_deleted_meanwhile_comes_to_rest() {
    for (method, path) in [("POST", "/api/tickets/"), ("PUT", "/api/tickets/")] {
        let day = Day::begin(Plan::default()).await;
        let call = up(&day, Some(MARTA)).await;
        let ticket = ticket_id(&day, call);
        day.gorgias.add_fault(
            sidetone_sandbox::Fault::next(1, sidetone_sandbox::FaultKind::CutBefore).on(method, path),
        );
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
        day.pass(32).await;
        throw_away(&day, &ticket, "DELETE", "");
        day.pass(200).await;
        assert_eq!(day.detail(call).reason.unwrap().code, "ticket_gone", "{method}");
        let before = day.last_seq();
        day.pass(300).await;
        let asked = day.gorgias.journal(before);
        assert!(asked.iter().all(|e| !e.path.contains(&ticket)), "nothing goes on asking: {asked:?}");
        let next = day.answered(MARTA).await;
        day.ticket(next);
    }
}

#[tokio::test(start_paused = true)]
async fn an_unclear_write_that_nobody_tells_of_is_left_to_a_person_and_holds_up_no_other_call() {
    for status in [403, 404] {
        let day = Day::begin(Plan::default()).await;
        let call = up(&day, Some(MARTA)).await;
        let refused = |times, kind| sidetone_sandbox::Fault::next(times, kind);
        day.gorgias.add_fault(
            refused(1, sidetone_sandbox::FaultKind::CutBefore)
                .on("POST", &format!("/api/tickets/{}", ticket_id(&day, call))),
        );
        day.gorgias.add_fault(
            refused(100_000, sidetone_sandbox::FaultKind::Status { status, retry_after: None })
                .on("GET", "/api/messages"),
        );
        ended(&day, call).await;
        day.pass(120).await;
        let next = day.answered(MARTA).await;
        day.ticket(next);
        let detail = day.detail(call);
        assert_eq!(detail.state, CallState::Parked, "{status}");
        let text = detail.reason.unwrap().text;
        assert!(text.contains("try again if it is not there"), "what to do next: {text}");
        assert_eq!(day.handle.health().outbox.parked, 1);
        day.gorgias.clear_faults();
        day.handle.retry(CaseId(call));
        day.pass(10).await;
        note(&day.ticket(call), "ended");
        assert_eq!(day.detail(call).state, CallState::Complete);
    }
}

#[tokio::test(start_paused = true)]
async fn a_quiet_call_asks_nothing_about_its_ticket_and_a_late_comment_asks_once() {
    let day = Day::begin(Plan::default()).await;
    day.answered("+33199001144").await;
    let before = day.last_seq();
    let call = day.answered(MARTA).await;
    let reads = |seq| {
        let all = day.gorgias.journal(seq);
        all.into_iter().filter(|e| e.method == "GET" && e.path.starts_with("/api/tickets")).count()
    };
    assert_eq!(reads(before), 1, "B6: once, before the status of the end is set");
    day.pass(3600).await;
    let before = day.last_seq();
    day.aircall.comment(call, world::CAMILLE, MORE).unwrap();
    day.pass(30).await;
    assert_eq!((reads(before), day.requests(before).0.len()), (1, 1), "B6: each later comment +1 write");
}

#[tokio::test(start_paused = true)]
async fn a_person_who_reassigns_or_untags_is_not_overruled() {
    let day = Day::begin(Plan::default()).await;
    let call = up(&day, Some(MARTA)).await;
    let path = format!("/api/tickets/{}", ticket_id(&day, call));
    day.gorgias.by_a_person("PUT", &path, &json!({"assignee_user": {"id": gorgias_world::ADMIN}})).unwrap();
    day.gorgias.by_a_person("DELETE", &format!("{path}/tags"), &json!({"names": ["Inbound call"]})).unwrap();
    ended(&day, call).await;
    day.aircall.comment(call, world::CAMILLE, MORE).unwrap();
    day.pass(3600).await;
    let ticket = day.ticket(call);
    assert_eq!(ticket["assignee"], "Ana Keller");
    assert!(!tags(&ticket).contains(&"Inbound call"));
    assert_eq!(day.detail(call).state, CallState::Complete);
}

#[tokio::test(start_paused = true)]
async fn a_short_call_whose_ticket_was_shown_a_moment_ago_asks_nothing_about_it() {
    // B6: what the answer to the create showed holds for a few seconds.
    let day = Day::begin(Plan::default()).await;
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(2).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    let mut data = day.aircall.call(call).unwrap();
    day.pass(2).await;
    day.ticket(call);
    let before = day.last_seq();
    for (key, value) in [("status", json!("done")), ("ended_at", json!(day.now().timestamp()))] {
        data[key] = value;
    }
    day.aircall.emit("call.ended", data);
    day.pass(20).await;
    let journal = day.gorgias.journal(before);
    let asked: Vec<_> = journal.iter().map(|e| (e.method.as_str(), e.path.as_str())).collect();
    assert!(asked.iter().all(|(method, _)| *method != "GET"), "{asked:?}");
    assert_eq!(asked.len(), 2, "the status and the note of the end: {asked:?}");
}

#[tokio::test(start_paused = true)]
async fn a_person_who_reassigns_between_our_look_and_our_write_is_not_overruled() {
    // G24: the call is handed on; the ticket is looked at, and then nothing may be written for a minute.
    let day = Day::begin(Plan::default()).await;
    let call = up(&day, Some(MARTA)).await;
    let path = format!("/api/tickets/{}", ticket_id(&day, call));
    let fault = sidetone_sandbox::Fault::next;
    day.gorgias
        .add_fault(fault(1, sidetone_sandbox::FaultKind::Slow { ms: 3_000 }).on("GET", "/api/tickets"));
    day.aircall.transfer(call, world::THEO, true).unwrap();
    day.pass(1).await;
    let too_many = sidetone_sandbox::FaultKind::Status { status: 429, retry_after: Some(60) };
    day.gorgias.add_fault(fault(1, too_many).on("GET", "/api/customers"));
    day.ring(world::SUPPORT_DE, Some(STRANGER));
    day.pass(20).await;
    day.gorgias.by_a_person("PUT", &path, &json!({"assignee_user": {"id": gorgias_world::ADMIN}})).unwrap();
    day.pass(120).await;
    assert_eq!(day.ticket(call)["assignee"], "Ana Keller");
}

#[tokio::test(start_paused = true)]
async fn a_tag_that_a_person_put_there_before_us_stays_when_aircall_takes_its_own_off() {
    let day = Day::begin(Plan::default()).await;
    for by_hand_first in [true, false] {
        let call = day.answered(MARTA).await;
        let path = format!("/api/tickets/{}/tags", ticket_id(&day, call));
        let by_hand = || day.gorgias.by_a_person("POST", &path, &json!({"names": ["Refund"]})).unwrap();
        if by_hand_first {
            by_hand();
        }
        day.aircall.tag(call, Some(world::CAMILLE), "Refund").unwrap();
        day.pass(60).await;
        assert!(tags(&day.ticket(call)).contains(&"Refund"));
        day.aircall.untag(call, "Refund").unwrap();
        day.pass(60).await;
        assert_eq!(tags(&day.ticket(call)).contains(&"Refund"), by_hand_first, "G15");
    }
}

#[tokio::test(start_paused = true)]
async fn a_tag_that_is_renamed_or_deleted_in_gorgias_is_no_fault() {
    let day = Day::begin(Plan::default()).await;
    day.gorgias.switch(|s| s.refuse_unknown_tags = true);
    let first = day.answered(MARTA).await;
    day.aircall.tag(first, Some(world::CAMILLE), "Refund").unwrap();
    day.pass(60).await;
    let (_, list) = day.gorgias.by_a_person("GET", "/api/tags?search=Refund", &Value::Null).unwrap();
    let tag = format!("/api/tags/{}", list["data"][0]["id"]);
    day.gorgias.by_a_person("PUT", &tag, &json!({"name": "Money back"})).unwrap();
    day.aircall.untag(first, "Refund").unwrap();
    let second = day.answered(MARTA).await;
    day.aircall.tag(second, Some(world::CAMILLE), "Refund").unwrap();
    day.pass(120).await;
    assert!(tags(&day.ticket(first)).contains(&"Money back"), "renamed, it is the person's");
    assert!(tags(&day.ticket(second)).contains(&"Refund"), "made again");
    for call in [first, second] {
        assert_eq!(day.detail(call).state, CallState::Complete);
    }
}

/// Marta's id in Gorgias.
fn marta(day: &Day) -> u64 {
    let customers = day.gorgias.customers();
    customers.iter().find(|c| c["name"] == "Marta Ibáñez").unwrap()["id"].as_u64().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_customer_merged_before_our_write_is_followed_and_remembered() {
    let day = Day::begin(Plan::default()).await;
    day.gorgias.switch(|s| s.refuse_merged_customers = true);
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(5).await;
    let survivors =
        ["Marta I.", "Marta Ibáñez García"].map(|name| day.gorgias.add_customer(name, None, "+34666444000"));
    day.gorgias.merge(marta(&day), survivors[0]).unwrap();
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(10).await;
    assert_eq!(day.ticket(call)["customer"], "Marta I.");
    day.gorgias.merge(survivors[0], survivors[1]).unwrap();
    ended(&day, call).await;
    assert_eq!(day.detail(call).state, CallState::Complete, "merged after the create: Gorgias' own affair");
    let before = day.last_seq();
    let next = day.answered(MARTA).await;
    assert_eq!(day.ticket(next)["customer"], "Marta Ibáñez García");
    let again = day.answered(MARTA).await;
    day.ticket(again);
    let refused = day.gorgias.journal(before).iter().filter(|e| e.status == 400).count();
    assert_eq!(refused, 1, "remembered: the third call knows");
}

#[tokio::test(start_paused = true)]
async fn a_merged_customer_whose_ticket_goes_to_the_survivor_without_a_word_is_noticed() {
    let day = Day::begin(Plan::default()).await;
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(5).await;
    let survivor = day.gorgias.add_customer("Marta I.", None, "+34666444000");
    day.gorgias.merge(marta(&day), survivor).unwrap();
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(10).await;
    assert_eq!(day.ticket(call)["customer"], "Marta I.");
    let ledger = day.detail(call).ledger;
    let customer = ledger.iter().find(|row| row.key == "customer").unwrap();
    assert_eq!(customer.helpdesk_id, survivor.to_string());
}

#[tokio::test(start_paused = true)]
async fn a_customer_deleted_before_our_write_is_matched_anew() {
    let day = Day::begin(Plan::default()).await;
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(5).await;
    let path = format!("/api/customers/{}", marta(&day));
    day.gorgias.by_a_person("DELETE", &path, &Value::Null).unwrap();
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(30).await;
    assert_eq!(day.ticket(call)["customer"], "Marta", "made from the Aircall contact (G4)");
    ended(&day, call).await;
    assert_eq!(day.detail(call).state, CallState::Complete);
}

#[tokio::test(start_paused = true)]
async fn a_customer_deleted_between_our_writes_or_after_them_holds_nothing_up() {
    for after_the_end in [false, true] {
        let day = Day::begin(Plan::default()).await;
        let call = up(&day, Some(MARTA)).await;
        let delete = || {
            let path = format!("/api/customers/{}", marta(&day));
            day.gorgias.by_a_person("DELETE", &path, &Value::Null).unwrap()
        };
        if !after_the_end {
            delete();
        }
        ended(&day, call).await;
        if after_the_end {
            delete();
        }
        let comment = day.aircall.comment(call, world::CAMILLE, MORE).unwrap();
        day.aircall.tag(call, Some(world::CAMILLE), "Refund").unwrap();
        day.pass(60).await;
        let ticket = day.ticket(call);
        note(&ticket, "ended");
        note(&ticket, &format!("comment:{comment}"));
        assert!(tags(&ticket).contains(&"Refund"));
        assert_eq!(day.detail(call).state, CallState::Complete);
        // Whoever calls next from the number is matched anew, and made once.
        let next = [day.answered(MARTA).await, day.answered(MARTA).await];
        for call in next {
            assert_eq!(day.ticket(call)["customer"], "Marta", "made from the Aircall contact (G4)");
            assert_eq!(day.detail(call).state, CallState::Complete);
        }
        let made = day.gorgias.customers().iter().filter(|c| c.to_string().contains(MARTA)).count();
        assert_eq!(made, 1);
        assert_eq!(day.handle.health().outbox.parked, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_customer_that_we_made_and_a_person_deleted_before_its_ticket_is_made_again() {
    let mut day = Day::begin(Plan::default()).await;
    let call = day.ring(world::SUPPORT_FR, Some(STRANGER));
    day.pass(5).await;
    day.gorgias.add_fault(
        sidetone_sandbox::Fault::next(
            1,
            sidetone_sandbox::FaultKind::Status { status: 429, retry_after: Some(20) },
        )
        .on("POST", "/api/tickets"),
    );
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(5).await;
    let made = |day: &Day| {
        let all = day.gorgias.customers();
        let of_call: Vec<u64> = all
            .iter()
            .filter(|c| c["name"].as_str().unwrap().contains(STRANGER))
            .map(|c| c["id"].as_u64().unwrap())
            .collect();
        of_call
    };
    let first = made(&day)[0];
    day.gorgias.by_a_person("DELETE", &format!("/api/customers/{first}"), &Value::Null).unwrap();
    day.kill_and_restart().await;
    day.pass(60).await;
    let now = made(&day);
    assert!(now.len() == 1 && now[0] != first, "{now:?}");
    note(&day.ticket(call), "not_found");
    ended(&day, call).await;
    assert_eq!(day.detail(call).state, CallState::Complete);
}

#[tokio::test(start_paused = true)]
async fn the_shared_customer_of_withheld_callers_is_made_anew_when_deleted_and_followed_when_merged() {
    let mut day = Day::begin(Plan::default()).await;
    day.gorgias.switch(|s| s.refuse_merged_customers = true);
    let first = up(&day, None).await;
    ended(&day, first).await;
    let shared = |day: &Day| {
        let all = day.gorgias.customers();
        all.iter().find(|c| c["external_id"] == "sidetone-anonymous").map(|c| c["id"].as_u64().unwrap())
    };
    let id = shared(&day).unwrap();
    day.gorgias.by_a_person("DELETE", &format!("/api/customers/{id}"), &Value::Null).unwrap();
    let second = up(&day, None).await;
    assert_eq!(day.ticket(second)["customer"], "Anonymous caller");
    ended(&day, second).await;
    let other = day.gorgias.add_customer("Everybody unknown", None, "+33199008888");
    day.gorgias.merge(shared(&day).unwrap(), other).unwrap();
    day.kill_and_restart().await;
    let third = up(&day, None).await;
    assert_eq!(day.ticket(third)["customer"], "Everybody unknown");
    ended(&day, third).await;
    for call in [first, second, third] {
        assert_eq!(day.detail(call).state, CallState::Complete);
    }
}

#[tokio::test(start_paused = true)]
async fn an_agent_deleted_in_gorgias_between_is_written_for_by_an_admin() {
    const CAMILLE_THERE: u64 = 4_101;
    for before_the_create in [true, false] {
        let day = Day::begin(Plan::default()).await;
        let call = if before_the_create {
            day.ring(world::SUPPORT_FR, Some(MARTA))
        } else {
            up(&day, Some(MARTA)).await
        };
        day.pass(5).await;
        day.gorgias.delete_user(CAMILLE_THERE).unwrap();
        if before_the_create {
            day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
            day.pass(60).await;
        }
        ended(&day, call).await;
        day.pass(60).await;
        let ticket = day.ticket(call);
        assert_eq!(note(&ticket, "ended")["sender"], "Ana Keller", "G14");
        assert_eq!(day.detail(call).state, CallState::Complete);
    }
}
