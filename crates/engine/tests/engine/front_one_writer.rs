//! One writer per company (B16), with Front: of two installations one writes, whatever happens. Front's comments have no key
//! against doing them twice, so who writes is all that keeps them from standing twice.

use sidetone_engine::settings::{Arrival, Mode, ModeSetting};
use sidetone_protocol::{CallState, WriterState};
use sidetone_sandbox::{Fault, FaultKind, HangUp, aircall_world as world};

use crate::day::{Day, MARTA, Plan, STRANGER};
use crate::front::{conversation, keys, last_seq, writes};

const ELSEWHERE: &str = "elsewhere.example.com";
const LUCAS: &str = "+33199001144";

fn polling() -> Plan {
    Plan { arrival: Arrival::Polling, ..Plan::with_front() }
}

/// Answered, with a comment during the call; returns when all is written.
async fn commented(day: &Day, from: &str) -> u64 {
    let call = day.ring(world::SUPPORT_FR, Some(from));
    day.pass(8).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.aircall.comment(call, world::CAMILLE, &format!("of call {call}")).unwrap();
    day.pass(40).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(60).await;
    call
}

/// The call with its duration, its link and each of these comments, all of it once.
fn assert_whole(day: &Day, call: u64, comments: &[String]) {
    let found = conversation(day, call);
    let of_call = |key: &&String| key.starts_with(&format!("aircall:call:{call}"));
    assert_eq!(keys(&found).iter().filter(of_call).count(), 3, "{found:#}");
    let all = found["comments"].as_array().unwrap();
    for comment in comments {
        assert_eq!(
            all.iter().filter(|one| one["body"] == comment.as_str()).count(),
            1,
            "{comment}: {all:#?}"
        );
    }
}

/// The comment that [`commented`] makes.
fn its_comment(call: u64) -> Vec<String> {
    vec![format!("of call {call}")]
}

#[tokio::test(start_paused = true)]
async fn the_second_installation_only_reads_and_says_where_the_first_is() {
    for plan in [Plan::with_front as fn() -> Plan, polling] {
        let day = Day::begin(plan()).await;
        let second = day.second(ELSEWHERE, plan());
        day.pass(5).await;
        let calls = [commented(&day, MARTA).await, commented(&day, STRANGER).await];
        day.pass(7200).await;
        for call in calls {
            assert_whole(&day, call, &its_comment(call));
        }
        let strangers = day.front.contacts().iter().filter(|c| c.to_string().contains(STRANGER)).count();
        assert_eq!(strangers, 1);
        assert_eq!(day.aircall.webhooks().len(), 1, "no second webhook is made");
        let health = second.handle.health();
        let alert = health.alerts.iter().find(|alert| alert.code == "other_writer").expect("told");
        assert!(alert.mend.contains("take over"), "{alert:?}");
        assert_eq!(health.writer.state, WriterState::ReadOnly);
        assert_eq!(day.handle.health().writer.state, WriterState::Sole);
    }
}

#[tokio::test(start_paused = true)]
async fn a_take_over_moves_writing_and_nothing_is_lost_or_there_twice() {
    for second_plan in [Plan::with_front as fn() -> Plan, polling] {
        let day = Day::begin(Plan::with_front()).await;
        let second = day.second(ELSEWHERE, second_plan());
        day.pass(5).await;
        let before = commented(&day, MARTA).await;
        let across = day.ring(world::SUPPORT_FR, Some(STRANGER));
        day.pass(5).await;
        day.aircall.answer(across, Some(world::CAMILLE)).unwrap();
        day.aircall.comment(across, world::CAMILLE, "before it").unwrap();
        day.pass(20).await;
        assert!(second.handle.take_over().await, "there was somebody to take over from");
        day.pass(10).await;
        day.aircall.comment(across, world::CAMILLE, "after it").unwrap();
        day.aircall.hang_up(across, &HangUp::default()).unwrap();
        day.pass(5).await;
        let right_after = commented(&day, LUCAS).await;
        let again = commented(&day, MARTA).await;
        day.pass(400).await;
        assert_eq!(day.handle.health().writer.state, WriterState::ReadOnly, "who was taken over only reads");
        assert_eq!(second.handle.health().writer.state, WriterState::Sole);
        for call in [before, right_after, again] {
            assert_whole(&day, call, &its_comment(call));
        }
        assert_whole(&day, across, &["before it".to_owned(), "after it".to_owned()]);
        assert_eq!(
            conversation(&day, again)["id"],
            conversation(&day, before)["id"],
            "F3: also for the other one"
        );
        let strangers = day.front.contacts().iter().filter(|c| c.to_string().contains(STRANGER)).count();
        assert_eq!(strangers, 1, "one contact for the stranger");
        let seq = last_seq(&day);
        day.pass(7200).await;
        assert_eq!(writes(&day, seq), [""; 0], "nobody goes on about it");
    }
}

#[tokio::test(start_paused = true)]
async fn after_the_other_has_gone_the_first_writes_again_without_repeating_it() {
    let day = Day::begin(Plan::with_front()).await;
    let second = day.second(ELSEWHERE, Plan::with_front());
    day.pass(5).await;
    assert!(second.handle.take_over().await);
    day.pass(120).await;
    let written_there = commented(&day, MARTA).await;
    day.pass(60).await;
    assert_eq!(
        second.handle.call(sidetone_engine::call::CaseId(written_there)).unwrap().unwrap().state,
        CallState::Complete
    );
    drop(second);
    assert!(day.handle.take_over().await);
    day.pass(200).await;
    day.aircall.comment(written_there, world::CAMILLE, "And one more thing").unwrap();
    let here = commented(&day, STRANGER).await;
    day.pass(200).await;
    let comments = [its_comment(written_there), vec!["And one more thing".to_owned()]].concat();
    assert_whole(&day, written_there, &comments);
    assert_whole(&day, here, &its_comment(here));
}

#[tokio::test(start_paused = true)]
async fn a_take_over_that_the_other_one_cannot_notice_writes_nothing_twice() {
    for failure in [FaultKind::Status { status: 500, retry_after: None }, FaultKind::HangBefore] {
        let day = Day::begin(polling()).await;
        let second = day.second(ELSEWHERE, polling());
        day.pass(5).await;
        assert!(second.handle.take_over().await);
        while second.handle.health().writer.state != WriterState::Sole {
            day.pass(1).await;
        }
        // Aircall does not show its webhooks for a while.
        day.aircall.add_fault(Fault::next(10_000, failure.clone()).on("GET", "/v1/webhooks"));
        let mut calls = Vec::new();
        for n in 0..4 {
            calls.push(commented(&day, &format!("+3319900{:04}", 6000 + n)).await);
        }
        day.aircall.clear_faults();
        day.pass(600).await;
        for call in calls {
            assert_whole(&day, call, &its_comment(call));
        }
        assert_eq!(day.handle.health().writer.state, WriterState::ReadOnly, "{failure:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_in_shadow_mode_beside_another_installation_writes_nothing_and_makes_no_webhook() {
    let mut plan = Plan::with_front();
    plan.logging.mode = ModeSetting(Mode::Shadow);
    let day = Day::begin(Plan::with_front()).await;
    let second = day.second(ELSEWHERE, plan);
    day.pass(120).await;
    assert_eq!(day.aircall.webhooks().len(), 1);
    let call = commented(&day, MARTA).await;
    day.pass(300).await;
    assert_whole(&day, call, &its_comment(call));
    drop(second);
}
