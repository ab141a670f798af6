//! More calls than the helpdesk's limit has room for: nothing trips it, and everything is written soon after (B2).
#![allow(clippy::unwrap_used, clippy::expect_used)] // a failed step fails its test

use sidetone_days::day::{Day, Plan};
use sidetone_engine::directory::{Customer, Matched};
use sidetone_engine::number;
use sidetone_engine::store::Change;
use sidetone_sandbox::{GorgiasLimits, HangUp, aircall_world as world};

/// Who answers where; one call at a time each.
const AGENTS: [(u64, u64); 5] = [
    (world::SUPPORT_FR, world::CAMILLE),
    (world::SUPPORT_FR, world::THEO),
    (world::SUPPORT_DE, world::JONAS),
    (world::SALES_US, world::AMELIA),
    (world::SALES_US, world::INES),
];
const RINGS_S: u64 = 1;
const TALKS_S: u64 = 4;

/// What a burst came to.
struct Burst {
    calls: Vec<u64>,
    /// Seconds from the last hang-up until everything was written.
    written_after_s: Option<u64>,
    /// Requests to the helpdesk from the first call on.
    requests: usize,
    refused: usize,
}

/// So many answered calls of known customers, evenly over `minutes`.
async fn burst(day: &Day, a_minute: u64, minutes: u64) -> Burst {
    let count = a_minute * minutes;
    let callers: Vec<String> = (0..count).map(|n| format!("+3319900{:04}", 4000 + n)).collect();
    warm(day, &callers);
    let before = day.last_seq();
    let mut calls = vec![0; callers.len()];
    let mut deeds: Vec<(u64, usize, u8)> = Vec::new();
    for n in 0..callers.len() {
        let rings_ms = n as u64 * 60_000 / a_minute;
        let answer_ms = rings_ms + RINGS_S * 1000;
        deeds.extend([(rings_ms, n, 0), (answer_ms, n, 1), (answer_ms + TALKS_S * 1000, n, 2)]);
    }
    deeds.sort_unstable();
    let begun = tokio::time::Instant::now();
    for (at_ms, n, step) in deeds {
        tokio::time::sleep_until(begun + std::time::Duration::from_millis(at_ms)).await;
        let (line, agent) = AGENTS[n % AGENTS.len()];
        match step {
            0 => calls[n] = day.ring(line, Some(&callers[n])),
            1 => day.aircall.answer(calls[n], Some(agent)).unwrap(),
            _ => day.aircall.hang_up(calls[n], &HangUp::default()).unwrap(),
        }
    }
    let mut written_after_s = None;
    for second in 0..900 {
        if second > 31 && day.handle.health().outbox.calls == 0 {
            written_after_s = Some(second);
            break;
        }
        day.pass(1).await;
    }
    let journal = day.gorgias.journal(before);
    let refused = journal.iter().filter(|entry| entry.status == 429).count();
    Burst { calls, written_after_s, requests: journal.len(), refused }
}

/// Customers whom the directory looked up a moment ago.
fn warm(day: &Day, callers: &[String]) {
    let mut change = Change::at(day.now());
    for (index, caller) in callers.iter().enumerate() {
        let name = format!("Customer {index}");
        let id = day.gorgias.add_customer(&name, None, caller).to_string();
        let customer = Customer { id, name, email: None, note: None, updated_at: None, spelled: None };
        change.matched.push(Matched {
            number: number::parse(caller, None).expect("a number"),
            checked_at: day.now(),
            customers: vec![customer],
        });
    }
    day.shelf.open().unwrap().store.commit(&change).unwrap();
}

/// A bucket of 80 that drains 2 a second, of which others take 0.4.
async fn day() -> Day {
    let day = Day::begin(Plan::default()).await;
    let rate = "80/40s".parse().unwrap();
    day.gorgias.set_limits(GorgiasLimits { rate, others_per_second: 0.4 });
    day.pass(30).await;
    day
}

fn assert_all_written(day: &Day, calls: &[u64]) {
    let dump = day.gorgias.dump();
    for call in calls {
        let marker = format!("aircall:call:{call}");
        let of_call: Vec<_> = dump["tickets"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|t| t["external_id"] == marker.as_str())
            .collect();
        assert_eq!(of_call.len(), 1, "{marker}");
        assert_eq!(of_call[0]["messages"].as_array().unwrap().len(), 2, "{marker}: answered and ended");
        assert_eq!(of_call[0]["status"], "open");
    }
}

#[tokio::test(start_paused = true)]
async fn forty_answered_calls_a_minute_are_written_within_a_minute_and_never_trip_the_limit() {
    let day = day().await;
    let burst = burst(&day, 40, 3).await;
    assert_eq!(burst.calls.len(), 120);
    assert_eq!(burst.refused, 0, "not one 429");
    let seconds = burst.written_after_s.expect("written at all");
    assert!(seconds <= 60, "written {seconds} s after the last call, in {} requests", burst.requests);
    assert_all_written(&day, &burst.calls);
}

#[tokio::test(start_paused = true)]
async fn under_pressure_a_call_takes_fewer_requests() {
    let day = day().await;
    let burst = burst(&day, 60, 5).await;
    assert_eq!(burst.refused, 0, "not one 429");
    assert_all_written(&day, &burst.calls);
    let seconds = burst.written_after_s.expect("written at all");
    assert!(burst.requests < burst.calls.len() * 3, "{} requests in {seconds} s", burst.requests);
}
