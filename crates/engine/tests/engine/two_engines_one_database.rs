//! B14: two engines on one PostgreSQL share a day's work, and one of them is lost in the middle of it.
//!
//! Needs a server: `script/test` starts one. Without it these tests are ignored.

use chrono::TimeDelta;
use sidetone_days::stores::Stores;
use sidetone_engine::Handle;
use sidetone_engine::backfill::BackfillAsk;
use sidetone_engine::call::CaseId;
use sidetone_engine::choice::CallerName;
use sidetone_engine::settings::UnknownCallers;
use sidetone_protocol::{BackfillState, BackfillView, CallState, WrittenAs};
use sidetone_sandbox::{HangUp, aircall_world as world};

use crate::day::{Day, Plan, STRANGER, note};

const LINES: [(u64, u64); 3] = [
    (world::SUPPORT_FR, world::CAMILLE),
    (world::SUPPORT_DE, world::JONAS),
    (world::SALES_US, world::AMELIA),
];

#[tokio::test(start_paused = true)]
#[ignore = "needs a server: script/test starts one"]
async fn postgres_two_engines_write_each_call_once_and_one_of_them_is_enough() {
    let day = Day::begin(Plan { stores: Stores::Postgres, ..Plan::default() }).await;
    let (other, other_task) = day.start_another();
    let (first, second) = (day.handle.clone(), other.clone());
    let mut calls = Vec::new();
    for round in 0..6 {
        // Three calls of one stranger at once, and their events go now to one engine and now to the other.
        let ringing: Vec<u64> = LINES.iter().map(|(line, _)| day.ring(*line, Some(STRANGER))).collect();
        for (step, (call, (_, agent))) in ringing.iter().zip(LINES).enumerate() {
            day.deliver_to(if (round + step) % 2 == 0 { &first } else { &second });
            day.pass(2).await;
            // Both look at what is due, not only the one that was told.
            for engine in [&first, &second] {
                engine.receive(&[]).unwrap();
            }
            day.aircall.answer(*call, Some(agent)).unwrap();
        }
        if round == 4 {
            // In the middle of things: nothing more is heard of the second engine.
            other_task.abort();
        }
        for (step, call) in ringing.iter().enumerate() {
            day.deliver_to(if (round + step) % 2 == 0 || round >= 4 { &first } else { &second });
            day.pass(1).await;
            day.aircall.hang_up(*call, &HangUp::default()).unwrap();
        }
        day.pass(20).await;
        calls.extend(ringing);
    }
    // A lease, and what was left unclear is looked up.
    day.pass(240).await;
    for call in &calls {
        assert_eq!(day.detail(*call).call.state, CallState::Complete, "{call}");
        let ticket = day.ticket(*call);
        note(&ticket, "answered");
        note(&ticket, "ended");
    }
    let made = day.gorgias.customers().iter().filter(|c| c.to_string().contains(STRANGER)).count();
    assert_eq!(made, 1, "one customer for one stranger");
}

/// B7, G5: what a person decides at one hub releases the calls that another one holds, and survives the loss of either.
#[tokio::test(start_paused = true)]
#[ignore = "needs a server: script/test starts one"]
async fn postgres_a_decision_at_one_hub_releases_the_held_calls_of_another() {
    let mut plan = Plan { stores: Stores::Postgres, ..Plan::default() };
    plan.logging.unknown_callers = UnknownCallers::Hold;
    let mut day = Day::begin(plan).await;
    let shared = [day.answered("+12025550161").await, day.answered("+12025550161").await];
    let unknown = [day.answered(STRANGER).await, day.answered(STRANGER).await];
    let (other, other_task) = day.start_another();
    day.pass(5).await;
    let sam = day.gorgias.customers().into_iter().find(|c| c["name"] == "Sam Whitlock").unwrap();
    other.choose(CaseId(shared[0]), &sam["id"].to_string(), true).await.unwrap();
    other.name(CaseId(unknown[1]), CallerName::parse("Dana Whitfield", None).unwrap()).await.unwrap();
    // The hub that was told is lost right after it has answered.
    other_task.abort();
    let _ = other_task.await;
    day.pass(240).await;
    for call in shared {
        assert_eq!(day.ticket(call)["customer"], "Sam Whitlock");
    }
    for call in unknown {
        assert_eq!(day.ticket(call)["customer"], "Dana Whitfield");
    }
    let made = day.gorgias.customers().iter().filter(|c| c.to_string().contains(STRANGER)).count();
    assert_eq!(made, 1);
    day.kill().await;
}

#[tokio::test(start_paused = true)]
#[ignore = "needs a server: script/test starts one"]
async fn postgres_two_engines_make_one_customer_for_all_who_withhold_their_number() {
    // G23
    let day = Day::begin(Plan { stores: Stores::Postgres, ..Plan::default() }).await;
    // What was made is not listed for a while.
    day.gorgias.switch(|s| s.list_lag_s = 60.0);
    let (other, _task) = day.start_another();
    day.pass(10).await;
    let (first, second) = (day.handle.clone(), other.clone());
    let mut calls = Vec::new();
    for round in 0..4 {
        for (step, (line, agent)) in LINES.iter().enumerate() {
            day.deliver_to(if (round + step) % 2 == 0 { &first } else { &second });
            let call = day.ring(*line, None);
            day.pass(1).await;
            day.aircall.answer(call, Some(*agent)).unwrap();
            day.pass(1).await;
            // Either may be the first to look at what is due.
            let engines = if round % 2 == 0 { [&first, &second] } else { [&second, &first] };
            engines.iter().for_each(|engine| drop(engine.receive(&[]).unwrap()));
            calls.push(call);
        }
        day.pass(5).await;
        for call in calls.iter().rev().take(LINES.len()) {
            day.aircall.hang_up(*call, &HangUp::default()).unwrap();
        }
        day.pass(5).await;
    }
    day.pass(240).await;
    for call in &calls {
        assert_eq!(day.detail(*call).call.state, CallState::Complete, "{call}");
        assert_eq!(day.ticket(*call)["customer"], "Anonymous caller");
    }
    let shared = day.gorgias.customers().into_iter().filter(|c| c["external_id"] == "sidetone-anonymous");
    assert_eq!(shared.count(), 1);
}

/// C3, B14: one of them reads old calls, a person pauses it at the other, and whoever is left goes on with it.
#[tokio::test(start_paused = true)]
#[ignore = "needs a server: script/test starts one"]
async fn postgres_of_two_engines_one_reads_old_calls_and_the_other_goes_on_where_it_stood() {
    let mut day = Day::begin(Plan { stores: Stores::Postgres, ..Plan::default() }).await;
    let (other, other_task) = day.start_another();
    assert_eq!(day.aircall.add_past_calls(3_000, 600).len(), 3_000);
    let since = day.now() - TimeDelta::days(60);
    let ask = BackfillAsk { since, until: None, write: false, status: WrittenAs::Closed };
    let stands = |handle: &Handle| -> BackfillView { handle.backfills().unwrap()[0].clone() };
    let begun = day.handle.backfill(ask).await.unwrap();
    day.pass(40).await;
    other.pause_backfill(&begun.id).await.unwrap();
    day.pass(10).await;
    let paused = stands(&day.handle);
    assert_eq!(paused.state, BackfillState::Paused);
    assert!(paused.read > 0 && paused.read < 3_000, "{paused:?}");
    day.pass(120).await;
    assert_eq!(stands(&other).read, paused.read);
    day.handle.resume_backfill(&begun.id).await.unwrap();
    day.pass(20).await;
    day.kill().await;
    // A lease.
    for _ in 0..120 {
        if stands(&other).state == BackfillState::Read {
            break;
        }
        day.pass(5).await;
    }
    let read = stands(&other);
    assert_eq!((read.state, read.added), (BackfillState::Read, 3_000), "{read:?}");
    let long_ago = format!("from={}", since.timestamp() - 1);
    let journal = day.aircall.journal(0);
    let pages = journal.iter().filter(|entry| entry.path.contains(&long_ago) && entry.status == 200).count();
    assert!((60..=63).contains(&pages), "{pages}: but for the page that was under way none is read twice");
    other_task.abort();
}
