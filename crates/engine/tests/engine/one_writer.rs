//! One writer per company (B16): two installations on one company never both write, and never go back and forth.

use serde_json::json;
use sidetone_engine::settings::{Arrival, Mode, ModeSetting};
use sidetone_protocol::WriterState;
use sidetone_sandbox::{Fault, FaultKind, HangUp, aircall_world as world};

use crate::day::{Day, MARTA, Plan, STRANGER, note};

const ELSEWHERE: &str = "elsewhere.example.com";

fn polling() -> Plan {
    Plan { arrival: Arrival::Polling, ..Plan::default() }
}

fn alerts(handle: &sidetone_engine::Handle) -> Vec<String> {
    handle.health().alerts.into_iter().map(|alert| alert.code).collect()
}

/// Which installations stand at Aircall, as the addresses of its webhooks end.
fn stand(day: &Day) -> Vec<String> {
    let listed = day.aircall.journal(0).into_iter().filter(|e| e.path.starts_with("/v1/webhooks"));
    assert!(listed.count() > 0);
    day.aircall.webhooks().into_iter().map(|w| w.origin).collect()
}

#[tokio::test(start_paused = true)]
async fn the_second_installation_only_reads_and_says_where_the_first_is() {
    let day = Day::begin(Plan::default()).await;
    let second = day.second(ELSEWHERE, Plan::default());
    day.pass(5).await;
    let call = day.answered(MARTA).await;
    day.pass(7200).await;
    assert_eq!(stand(&day), ["https://hub.example.com"], "no second webhook is made");
    day.ticket(call);
    let health = second.handle.health();
    let alert = health.alerts.iter().find(|a| a.code == "other_writer").expect("told");
    assert!(alert.what.contains("hub.example.com") && alert.mend.contains("take over"), "{alert:?}");
    assert_eq!(health.writer.state, WriterState::ReadOnly);
    assert_eq!(day.handle.health().writer.state, WriterState::Sole);
    assert!(alerts(&day.handle).is_empty());
}

#[tokio::test(start_paused = true)]
async fn two_that_poll_see_each_other_by_the_webhooks_that_stand_for_them() {
    let day = Day::begin(polling()).await;
    let standing = day.aircall.webhooks();
    assert_eq!(standing.len(), 1);
    assert!(!standing[0].active && standing[0].events == ["integration.deleted"], "{standing:?}");
    let second = day.second(ELSEWHERE, polling());
    day.pass(5).await;
    let calls = [day.answered(MARTA).await, day.answered(STRANGER).await];
    day.pass(300).await;
    for call in calls {
        day.ticket(call);
    }
    assert_eq!(alerts(&second.handle), ["other_writer"]);
    assert_eq!(day.aircall.cards().iter().filter(|c| c.call == calls[0]).count(), 1, "one Insight Card");
    assert_eq!(day.aircall.webhooks().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_take_over_moves_writing_and_no_call_is_lost_or_written_twice() {
    for second_plan in [Plan::default(), polling()] {
        let day = Day::begin(Plan::default()).await;
        let second = day.second(ELSEWHERE, second_plan);
        day.pass(5).await;
        let before = day.answered(MARTA).await;
        let across = day.ring(world::SUPPORT_FR, Some(STRANGER));
        day.pass(5).await;
        day.aircall.answer(across, Some(world::CAMILLE)).unwrap();
        day.pass(20).await;
        assert!(second.handle.take_over().await, "there was somebody to take over from");
        day.pass(10).await;
        day.aircall.hang_up(across, &HangUp::default()).unwrap();
        day.pass(5).await;
        let right_after = day.answered("+493023125044").await;
        day.pass(300).await;
        let comment = day.aircall.comment(before, world::CAMILLE, "Long after").unwrap();
        day.pass(300).await;
        for call in [before, across, right_after] {
            let ticket = day.ticket(call);
            note(&ticket, "answered");
            note(&ticket, "ended");
        }
        if second.handle.health().source.kind == sidetone_protocol::SourceKind::Webhook {
            note(&day.ticket(before), &format!("comment:{comment}"));
        }
        assert_eq!(day.handle.health().writer.state, WriterState::ReadOnly, "who was taken over only reads");
        assert_eq!(second.handle.health().writer.state, WriterState::Sole);
        let changes = |day: &Day| {
            let all = day.aircall.journal(0);
            all.iter().filter(|e| e.is_write() && e.path.starts_with("/v1/webhooks")).count()
        };
        let so_far = changes(&day);
        day.pass(7200).await;
        assert_eq!(changes(&day), so_far, "nobody takes it back");
        assert_eq!(day.aircall.webhooks().len(), 1);
        let made = day.gorgias.customers().iter().filter(|c| c.to_string().contains(STRANGER)).count();
        assert_eq!(made, 1, "one customer for the stranger");
    }
}

#[tokio::test(start_paused = true)]
async fn after_the_other_has_gone_the_first_writes_again_without_repeating_it() {
    let day = Day::begin(Plan::default()).await;
    let second = day.second(ELSEWHERE, Plan::default());
    day.pass(5).await;
    assert!(second.handle.take_over().await);
    day.pass(120).await;
    let written_there = day.answered(MARTA).await;
    day.pass(60).await;
    drop(second);
    assert!(day.handle.take_over().await);
    day.pass(200).await;
    assert!(!day.handle.take_over().await, "nothing to take over any more");
    let comment = day.aircall.comment(written_there, world::CAMILLE, "And one more thing").unwrap();
    let here = day.answered(STRANGER).await;
    day.pass(120).await;
    note(&day.ticket(written_there), &format!("comment:{comment}"));
    day.ticket(here);
}

#[tokio::test(start_paused = true)]
async fn restarted_it_is_the_same_installation() {
    let mut day = Day::begin(Plan::default()).await;
    let id = day.handle.installation();
    for _ in 0..3 {
        day.kill_and_restart().await;
        day.pass(90).await;
    }
    assert_eq!(day.handle.installation(), id);
    assert_eq!(day.handle.health().writer.state, WriterState::Sole);
    let made =
        day.aircall.journal(0).into_iter().filter(|e| e.is_write() && e.path.starts_with("/v1/webhooks"));
    assert_eq!(made.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn while_aircall_does_not_answer_who_was_the_only_writer_goes_on_and_a_new_one_waits() {
    let refuses = || Fault::next(10_000, FaultKind::Status { status: 503, retry_after: None });
    // It was the only writer before.
    let mut day = Day::begin(Plan::default()).await;
    day.aircall.add_fault(refuses());
    day.kill_and_restart().await;
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(5).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(60).await;
    day.ticket(call);
    // It was never asked.
    let off = Plan { logging: sidetone_engine::settings::Logging::default(), ..Plan::default() };
    let day = Day::begin(off).await;
    day.aircall.add_fault(refuses());
    let fresh = day.second(ELSEWHERE, Plan::default());
    let id = 4_300_000_777u64;
    let data = json!({"id": id, "direction": "inbound", "status": "answered", "raw_digits": MARTA,
        "started_at": day.now().timestamp() + 1, "answered_at": day.now().timestamp() + 2,
        "number": {"id": world::SUPPORT_FR, "name": "Support FR", "country": "FR"}});
    let body = json!({"resource": "call", "event": "call.answered", "timestamp": day.now().timestamp() + 2, "data": data});
    let event = aircall::Event::parse(body.to_string().as_bytes()).unwrap();
    fresh.handle.receive(&[fresh.handle.statement(&event)]).unwrap();
    day.pass(120).await;
    assert!(day.tickets_of(&format!("aircall:call:{id}")).is_empty(), "it may stand beside another");
    assert_eq!(fresh.handle.health().writer.state, WriterState::Unverified);
    day.aircall.clear_faults();
    day.pass(120).await;
    day.ticket(id);
}

#[tokio::test(start_paused = true)]
async fn in_shadow_mode_no_webhook_is_made_beside_another_installation() {
    let day = Day::begin(Plan::default()).await;
    let mut shadow = Plan::default();
    shadow.logging.mode = ModeSetting(Mode::Shadow);
    let second = day.second(ELSEWHERE, shadow);
    day.pass(120).await;
    assert_eq!(stand(&day), ["https://hub.example.com"]);
    assert_eq!(alerts(&second.handle), ["other_writer"]);
    let call = day.answered(MARTA).await;
    day.ticket(call);
}

#[tokio::test(start_paused = true)]
async fn a_take_over_that_the_other_one_cannot_notice_writes_nothing_twice() {
    // Aircall does not show its webhooks for a while: nothing, an error, or it hangs.
    for failure in
        [FaultKind::CutBefore, FaultKind::Status { status: 500, retry_after: None }, FaultKind::HangBefore]
    {
        let day = Day::begin(polling()).await;
        let second = day.second(ELSEWHERE, polling());
        day.pass(5).await;
        assert!(second.handle.take_over().await);
        while second.handle.health().writer.state != WriterState::Sole {
            day.pass(1).await;
        }
        day.aircall.add_fault(Fault::next(10_000, failure.clone()).on("GET", "/v1/webhooks"));
        let mut calls = Vec::new();
        for n in 0..12 {
            let call = day.ring(world::SUPPORT_FR, Some(&format!("+3319900{:04}", 6000 + n)));
            day.pass(6).await;
            day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
            day.pass(10).await;
            day.aircall.hang_up(call, &HangUp::default()).unwrap();
            calls.push(call);
        }
        day.aircall.clear_faults();
        day.pass(400).await;
        for call in calls {
            let ticket = day.ticket(call);
            assert_eq!(ticket["messages"].as_array().unwrap().len(), 3, "{failure:?}: {ticket:#}");
        }
        assert_eq!(day.handle.health().writer.state, WriterState::ReadOnly, "{failure:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn while_aircall_is_away_for_long_the_only_writer_goes_on() {
    let day = Day::begin(Plan::default()).await;
    day.pass(60).await;
    day.aircall.add_fault(Fault::next(10_000, FaultKind::CutBefore));
    let id = hears_of_a_call(&day).await;
    note(&day.ticket(id), "ended");
    assert_eq!(day.handle.health().writer.state, WriterState::Sole);
}

#[tokio::test(start_paused = true)]
async fn while_aircall_does_not_let_our_webhook_be_mended_but_shows_no_other_writing_goes_on() {
    let day = Day::begin(Plan::default()).await;
    let refuses = FaultKind::Status { status: 500, retry_after: None };
    day.aircall.add_fault(Fault::next(10_000, refuses).on("PUT", "/v1/webhooks"));
    day.aircall.disable_webhooks();
    day.pass(300).await;
    let id = hears_of_a_call(&day).await;
    note(&day.ticket(id), "ended");
}

/// A call of whose events the engine hears although Aircall delivers nothing; it ended minutes ago.
async fn hears_of_a_call(day: &Day) -> u64 {
    let id = 4_300_000_778u64;
    for event in ["call.answered", "call.ended"] {
        let (start, end) = (day.now().timestamp(), day.now().timestamp() + 3);
        let mut data = json!({"id": id, "direction": "inbound", "status": "answered", "raw_digits": MARTA,
            "started_at": start, "answered_at": start + 1,
            "number": {"id": world::SUPPORT_FR, "name": "Support FR", "country": "FR"}});
        if event == "call.ended" {
            data["status"] = json!("done");
            data["ended_at"] = json!(end);
        }
        let body = json!({"resource": "call", "event": event, "timestamp": end, "data": data});
        let event = aircall::Event::parse(body.to_string().as_bytes()).unwrap();
        day.handle.receive(&[day.handle.statement(&event)]).unwrap();
        day.pass(150).await;
    }
    day.pass(60).await;
    id
}
