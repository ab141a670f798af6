//! Nothing depends on one machine's memory (B17): an empty ledger, last week's backup, a moved installation.

use serde_json::{Value, json};
use sidetone_protocol::CallState;
use sidetone_sandbox::{HangUp, aircall_world as world};

use crate::day::{self, Day, MARTA, Plan, STRANGER, note, tags};

/// The database is gone; the line is drawn where it was.
async fn lose_the_database(day: &mut Day) {
    day.kill().await;
    day.shelf.lose();
    day.set_from(Some(day::morning()));
    day.start().unwrap();
    day.pass(5).await;
}

async fn restore(day: &mut Day) {
    day.kill().await;
    day.shelf.restore();
    day.start().unwrap();
    day.pass(5).await;
}

fn entries(ticket: &Value) -> usize {
    ticket["messages"].as_array().unwrap().len()
}

/// A late comment, by which a call that nobody remembers is heard of again.
async fn late_comment(day: &Day, call: u64) {
    let comment = day.aircall.comment(call, world::CAMILLE, "Much later").unwrap();
    day.pass(120).await;
    note(&day.ticket(call), &format!("comment:{comment}"));
}

#[tokio::test(start_paused = true)]
async fn with_an_empty_ledger_only_what_is_missing_is_written() {
    let mut day = Day::begin(Plan::default()).await;
    let calls = [day.answered(MARTA).await, day.answered(STRANGER).await, day.ring(world::SUPPORT_DE, None)];
    day.aircall.hang_up(calls[2], &HangUp { voicemail: true, ..HangUp::default() }).unwrap();
    day.pass(600).await;
    let before = day.gorgias.dump();
    lose_the_database(&mut day).await;
    for call in calls {
        late_comment(&day, call).await;
        let ticket = before["tickets"]
            .as_array()
            .unwrap()
            .iter()
            .find(|t| t["external_id"] == format!("aircall:call:{call}"))
            .unwrap();
        let now = day.ticket(call);
        assert_eq!(entries(&now), entries(ticket) + 1, "only the comment is new: {now:#}");
        for part in ["subject", "status", "customer", "assignee", "tags"] {
            assert_eq!(now[part], ticket[part], "{part}");
        }
        let detail = day.detail(call);
        assert_eq!((detail.state, detail.plan.requests), (CallState::Complete, 0));
    }
    assert_eq!(day.gorgias.dump()["customers"], before["customers"]);
}

#[tokio::test(start_paused = true)]
async fn what_a_person_changed_since_stays_when_a_record_is_found_again() {
    let mut day = Day::begin(Plan::default()).await;
    let call = day.answered(MARTA).await;
    day.aircall.tag(call, Some(world::CAMILLE), "Refund").unwrap();
    day.pass(300).await;
    let id = day.detail(call).ledger.iter().find(|l| l.key == "ticket").unwrap().helpdesk_id.clone();
    let path = format!("/api/tickets/{id}");
    let answered = day.detail(call).ledger.iter().find(|l| l.key == "answered").unwrap().helpdesk_id.clone();
    day.gorgias
        .by_a_person("PUT", &path, &json!({"status": "closed", "assignee_user": {"id": null}}))
        .unwrap();
    day.gorgias
        .by_a_person("DELETE", &format!("{path}/tags"), &json!({"names": ["Inbound call", "Refund"]}))
        .unwrap();
    day.gorgias.by_a_person("DELETE", &format!("{path}/messages/{answered}"), &Value::Null).unwrap();
    lose_the_database(&mut day).await;
    late_comment(&day, call).await;
    let ticket = day.ticket(call);
    assert_eq!(ticket["status"], "closed");
    assert_eq!(ticket["assignee"], Value::Null);
    assert!(!tags(&ticket).contains(&"Inbound call") && !tags(&ticket).contains(&"Refund"), "{ticket:#}");
    assert_eq!(entries(&ticket), 2, "the deleted note does not come back: {ticket:#}");
    day.aircall.tag(call, Some(world::CAMILLE), "Order status").unwrap();
    day.pass(60).await;
    assert!(tags(&day.ticket(call)).contains(&"Order status"), "what comes from now on is written");
}

#[tokio::test(start_paused = true)]
async fn a_long_thread_is_read_to_its_end() {
    let mut day = Day::begin(Plan::default()).await;
    let call = day.answered(MARTA).await;
    let id = day.detail(call).ledger.iter().find(|l| l.key == "ticket").unwrap().helpdesk_id.clone();
    // People went on writing; our last comment is on the second page.
    let by_people = json!({"channel": "internal-note", "via": "helpdesk", "from_agent": true, "public": false,
        "sender": {"email": "ana.keller@example.com"}, "body_text": "Among ourselves"});
    for _ in 0..110 {
        let told =
            day.gorgias.by_a_person("POST", &format!("/api/tickets/{id}/messages"), &by_people).unwrap();
        assert_eq!(told.0, 201, "{}", told.1);
    }
    let comment = day.aircall.comment(call, world::CAMILLE, "After all of that").unwrap();
    day.pass(300).await;
    lose_the_database(&mut day).await;
    late_comment(&day, call).await;
    note(&day.ticket(call), &format!("comment:{comment}"));
    note(&day.ticket(call), "answered");
}

#[tokio::test(start_paused = true)]
async fn a_restored_backup_writes_nothing_twice() {
    let mut day = Day::begin(Plan::default()).await;
    let over = day.answered(MARTA).await;
    day.pass(300).await;
    let up = day.ring(world::SUPPORT_FR, Some(STRANGER));
    day.pass(5).await;
    day.aircall.answer(up, Some(world::CAMILLE)).unwrap();
    day.pass(30).await;
    day.kill().await;
    day.shelf.back_up();
    day.start().unwrap();
    // All of this is in the helpdesk, and not in the backup.
    let comment = day.aircall.comment(over, world::CAMILLE, "After the backup").unwrap();
    day.aircall.tag(over, Some(world::CAMILLE), "Refund").unwrap();
    day.aircall.hang_up(up, &HangUp::default()).unwrap();
    let after = day.answered("+493023125044").await;
    let still_up = day.ring(world::SUPPORT_FR, Some("+33199005577"));
    day.pass(5).await;
    day.aircall.answer(still_up, Some(world::CAMILLE)).unwrap();
    day.pass(60).await;
    let before = day.gorgias.dump();
    restore(&mut day).await;
    assert_eq!(day.detail(up).completeness.note, sidetone_protocol::PartState::Written, "as of the backup");
    day.aircall.hang_up(still_up, &HangUp::default()).unwrap();
    day.pass(60).await;
    for call in [over, up, after, still_up] {
        late_comment(&day, call).await;
        let ticket = day.ticket(call);
        for key in ["answered", "ended"] {
            note(&ticket, key);
        }
        assert_eq!(day.detail(call).plan.requests, 0);
    }
    note(&day.ticket(over), &format!("comment:{comment}"));
    let now = day.gorgias.dump();
    assert_eq!(now["customers"], before["customers"]);
    // Tags, status and assignee are what they were, but for the call that has ended since.
    for (was, is) in before["tickets"].as_array().unwrap().iter().zip(now["tickets"].as_array().unwrap()) {
        for part in ["external_id", "subject", "customer", "assignee", "status", "tags"] {
            assert_eq!(was[part], is[part], "{part}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_backup_in_which_writes_were_under_way_or_unclear_writes_nothing_twice() {
    use sidetone_sandbox::{Fault, FaultKind};
    for failure in [FaultKind::HangAfter, FaultKind::CutAfter, FaultKind::HangBefore, FaultKind::CutBefore] {
        for path in ["/api/customers", "/api/tickets"] {
            let mut day = Day::begin(Plan::default()).await;
            day.gorgias.add_fault(Fault::next(1, failure.clone()).on("POST", path));
            let call = day.ring(world::SUPPORT_FR, Some(STRANGER));
            day.pass(5).await;
            day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
            day.pass(2).await;
            // Sent where it hangs, unclear where it was cut.
            day.kill().await;
            day.shelf.back_up();
            day.start().unwrap();
            day.pass(120).await;
            day.aircall.tag(call, Some(world::CAMILLE), "Refund").unwrap();
            day.aircall.hang_up(call, &HangUp::default()).unwrap();
            day.pass(120).await;
            let (before, customers) = (day.ticket(call), day.gorgias.customers().len());
            restore(&mut day).await;
            day.pass(120).await;
            late_comment(&day, call).await;
            let ticket = day.ticket(call);
            let what = format!("{failure:?} on {path}");
            assert_eq!(entries(&ticket), entries(&before) + 1, "{what}: {ticket:#}");
            for part in ["subject", "customer", "assignee", "status", "tags"] {
                assert_eq!(ticket[part], before[part], "{what}: {part}");
            }
            assert_eq!(day.gorgias.customers().len(), customers, "{what}");
            assert_eq!(day.detail(call).state, CallState::Complete, "{what}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_installation_that_moved_goes_on_where_the_first_stopped() {
    let mut day = Day::begin(Plan::default()).await;
    let call = day.answered(STRANGER).await;
    day.pass(300).await;
    day.kill().await;
    let mut plan = Plan::default();
    plan.logging.from = Some(day::morning());
    let moved = day.second("new.example.com", plan);
    day.pass(30).await;
    assert!(moved.handle.take_over().await, "the old webhook still stands");
    day.pass(120).await;
    let comment = day.aircall.comment(call, world::CAMILLE, "To the new one").unwrap();
    day.pass(120).await;
    let ticket = day.ticket(call);
    note(&ticket, &format!("comment:{comment}"));
    note(&ticket, "not_found");
    assert_eq!(entries(&ticket), 4, "{ticket:#}");
}

#[tokio::test(start_paused = true)]
async fn a_customer_that_was_made_without_a_ticket_is_found_by_its_marker() {
    use sidetone_sandbox::{Fault, FaultKind};
    let mut day = Day::begin(Plan::default()).await;
    // The customer is made, then nothing goes any more.
    day.gorgias.add_fault(
        Fault::next(10_000, FaultKind::Status { status: 503, retry_after: None }).on("POST", "/api/tickets"),
    );
    let before = day.gorgias.customers().len();
    let call = day.answered(STRANGER).await;
    day.pass(300).await;
    day.gorgias.clear_faults();
    lose_the_database(&mut day).await;
    late_comment(&day, call).await;
    assert_eq!(day.gorgias.customers().len(), before + 1);
    note(&day.ticket(call), "not_found");
}

#[tokio::test(start_paused = true)]
async fn adopting_since_a_day_goes_past_aircalls_cap_and_skips_what_is_not_ours() {
    let mut day = Day::begin(Plan::default()).await;
    // More than a list of Aircall gives; none of them has a record.
    assert_eq!(day.aircall.add_past_calls(10_200, 60).len(), 10_200);
    let calls = [day.answered(MARTA).await, day.answered(STRANGER).await];
    day.pass(300).await;
    let before = calls.map(|call| day.ticket(call));
    day.kill().await;
    day.shelf.lose();
    day.set_from(Some(day::morning()));
    day.start().unwrap();
    // Nothing is written meanwhile: everything is left to the walk, however the budget holds it up.
    day.handle.pause().await.unwrap();
    day.pass(5).await;
    let mut steps = day.handle.adopt_since(day::morning() - chrono::TimeDelta::days(30));
    let mut last = sidetone_engine::AdoptProgress::default();
    while let Some(step) = steps.recv().await {
        last = step;
    }
    assert!(last.done && last.calls >= 10_202, "{last:?}");
    // The recovery from the configured line may have found them before.
    assert_eq!((last.records, last.unknown), (2, 0));
    let capped =
        day.aircall.journal(0).into_iter().filter(|e| e.path.starts_with("/v1/calls") && e.status == 400);
    assert_eq!(capped.count(), 0);
    assert_eq!(calls.map(|call| day.ticket(call)), before, "nothing is written");
    for call in calls {
        let detail = day.detail(call);
        assert_eq!((detail.state, detail.plan.requests), (CallState::Complete, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn adopting_that_cannot_go_on_says_why() {
    use sidetone_sandbox::{Fault, FaultKind};
    let day = Day::begin(Plan::default()).await;
    day.aircall.add_fault(
        Fault::next(100, FaultKind::Status { status: 500, retry_after: None }).on("GET", "/v1/calls"),
    );
    let mut steps = day.handle.adopt_since(day::morning());
    let mut last = sidetone_engine::AdoptProgress::default();
    while let Some(step) = steps.recv().await {
        last = step;
    }
    assert!(!last.done && last.failed.is_some_and(|why| !why.is_empty()));
}

#[tokio::test(start_paused = true)]
async fn a_tag_that_is_picked_after_the_database_was_lost_is_still_to_come_however_long_gorgias_is_away() {
    use sidetone_sandbox::{Fault, FaultKind};
    // B17, B4: only what was picked while the lost memory was at work had been written by it.
    let mut day = Day::begin(Plan::default()).await;
    let call = day.answered(MARTA).await;
    day.aircall.tag(call, Some(world::CAMILLE), "Warranty").unwrap();
    day.pass(300).await;
    let id = day.gorgias.tickets_marked(&format!("aircall:call:{call}"))[0]["id"].clone();
    let path = format!("/api/tickets/{id}/tags");
    day.gorgias.by_a_person("DELETE", &path, &json!({"names": ["Warranty"]})).unwrap();
    lose_the_database(&mut day).await;
    let away = Fault::next(u32::MAX, FaultKind::Status { status: 503, retry_after: None });
    day.gorgias.add_fault(away);
    day.aircall.tag(call, Some(world::CAMILLE), "Refund").unwrap();
    day.pass(600).await;
    day.kill_and_restart().await;
    day.pass(60).await;
    day.gorgias.clear_faults();
    day.pass(120).await;
    let ticket = day.ticket(call);
    let tags = tags(&ticket);
    assert!(tags.contains(&"Refund"), "nobody can have written it: {tags:?}");
    assert!(!tags.contains(&"Warranty"), "a person took it off: {tags:?}");
}

#[tokio::test(start_paused = true)]
async fn adopting_finds_the_ticket_that_was_made_again_and_not_the_one_that_was_thrown_away() {
    // G25: the new ticket is back-dated to the call, so the walk, newest first, meets the old one before it.
    for body in [json!({"trashed_datetime": "2026-11-21T08:05:00Z"}), json!({"spam": true})] {
        for restored in [false, true] {
            let mut day = Day::begin(Plan::default()).await;
            let call = day.answered(MARTA).await;
            let marker = format!("aircall:call:{call}");
            let id = |day: &Day| {
                day.detail(call).ledger.iter().find(|l| l.key == "ticket").unwrap().helpdesk_id.clone()
            };
            let old = id(&day);
            day.gorgias.by_a_person("PUT", &format!("/api/tickets/{old}"), &body).unwrap();
            day.pass(900).await;
            for _ in 0..2 {
                day.handle.retry(sidetone_engine::call::CaseId(call));
                day.pass(20).await;
                if restored && day.tickets_of(&marker).len() == 1 {
                    // The backup knows of the old ticket only, and that it is gone.
                    day.kill().await;
                    day.shelf.back_up();
                    day.start().unwrap();
                    day.pass(20).await;
                }
            }
            let new = id(&day);
            assert_ne!(new, old);
            let before = day.tickets_of(&marker);
            if restored {
                restore(&mut day).await;
            } else {
                lose_the_database(&mut day).await;
            }
            let mut steps = day.handle.adopt_since(day::morning() - chrono::TimeDelta::days(1));
            let mut last = sidetone_engine::AdoptProgress::default();
            while let Some(step) = steps.recv().await {
                last = step;
            }
            assert!(last.done, "{last:?}");
            assert_eq!(id(&day), new, "{body}");
            let comment = day.aircall.comment(call, world::CAMILLE, "Much later").unwrap();
            day.pass(120).await;
            let now = day.tickets_of(&marker);
            assert_eq!(now.len(), 2, "{now:#?}");
            let (living, thrown): (Vec<_>, Vec<_>) =
                now.iter().partition(|t| t["trashed"] == false && t["spam"] == false);
            note(living[0], &format!("comment:{comment}"));
            assert!(before.contains(thrown[0]), "{thrown:#?}");
            assert_eq!(day.detail(call).state, CallState::Complete);
        }
    }
}
