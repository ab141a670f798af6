//! B14: two engines on one PostgreSQL share a day's work, and one of them is lost in the middle of it.
//!
//! Needs a server: `script/test` starts one. Without it these tests are ignored.

use sidetone_days::stores::Stores;
use sidetone_engine::call::CaseId;
use sidetone_engine::choice::CallerName;
use sidetone_engine::settings::UnknownCallers;
use sidetone_protocol::CallState;
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
