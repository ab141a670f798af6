//! A4, B1: a computer that sleeps hears nothing. Once it wakes up, what went on meanwhile is read and written.

use serde_json::Value;
use sidetone_engine::settings::Arrival;
use sidetone_protocol::{GapCause, LaneName, RecoveryState, RecoveryView, Vendor};
use sidetone_sandbox::{HangUp, aircall_world as world};

use crate::day::{Day, Desk, MARTA, Plan, STRANGER, tags};
use crate::front;

const HOUR: u64 = 3_600;
const COLLEAGUE: &str = "+33199005577";
const LATE_TEXT: &str = "She will call back on Monday";

fn recovery(day: &Day) -> Option<RecoveryView> {
    day.handle.health().recoveries.into_iter().find(|one| one.cause == GapCause::Asleep)
}

fn writes(day: &Day) -> usize {
    day.helpdesk_journal().iter().filter(|entry| entry.is_write()).count()
}

/// A call that is answered and over before anybody wakes up.
async fn goes_by(day: &Day, from: &str) -> u64 {
    let call = day.ring(world::SUPPORT_FR, Some(from));
    day.pass(8).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(40).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    call
}

/// The lane for old calls is the only one that reads what was missed: so many requests went in it of late.
fn in_the_lane_for_old_calls(day: &Day) -> u32 {
    let budgets = day.handle.health().budgets;
    let aircall = budgets.iter().find(|budget| budget.vendor == Vendor::Aircall).expect("shown");
    aircall.lanes.iter().find(|lane| lane.lane == LaneName::Backfill).expect("all are shown").used
}

/// Requests since then for what Aircall lists from one moment on, page by page, in the order of time.
fn pages_read(day: &Day, since: usize) -> Vec<String> {
    let journal = day.aircall.journal(0);
    let pages = journal[since..].iter().filter(|entry| {
        entry.path.starts_with("/v1/calls?")
            && ["order=asc", "from=", "to="].iter().all(|part| entry.path.contains(part))
    });
    pages.map(|entry| entry.path.clone()).collect()
}

/// Two hours of sleep: two calls, a missed one, and changes of a call from before. `arrival`: a relay that takes all events
/// for us while we sleep, so that Aircall keeps the webhook on; or none, as on most desks.
async fn sleeps_for_two_hours(desk: Desk, arrival: Arrival) {
    let is_told = format!("{desk}, {arrival:?}");
    let day = Day::begin(Plan { desk, arrival, ..Plan::default() }).await;
    let earlier = day.answered(MARTA).await;
    // A quiet while: what is read again anyway is over.
    day.pass(1_200).await;
    day.receiver.swallow(true);
    day.falls_asleep();
    let (fell, asked, written) = (day.now().timestamp(), day.aircall.journal(0).len(), writes(&day));
    let mut calls = vec![goes_by(&day, STRANGER).await];
    day.aircall.tag(earlier, Some(world::CAMILLE), "Refund").unwrap();
    day.pass(HOUR).await;
    calls.push(goes_by(&day, COLLEAGUE).await);
    let missed = day.ring(world::SALES_US, Some("+493023125044"));
    day.pass(25).await;
    day.aircall.hang_up(missed, &HangUp::default()).unwrap();
    calls.push(missed);
    day.aircall.comment(earlier, world::CAMILLE, LATE_TEXT).unwrap();
    day.pass(HOUR).await;
    assert_eq!((day.aircall.journal(0).len(), writes(&day)), (asked, written), "{is_told}: it sleeps");
    let woke = day.now().timestamp();
    day.receiver.swallow(false);
    day.wakes_up();

    let mut noticed = 0;
    while recovery(&day).is_none() {
        day.pass(5).await;
        noticed += 5;
        assert!(noticed <= 60, "{is_told}: not noticed within a minute: {:#?}", day.handle.health());
    }
    day.pass(25).await;
    let pages = pages_read(&day, asked);
    let in_lane = in_the_lane_for_old_calls(&day);
    assert!(!pages.is_empty() && in_lane as usize >= pages.len(), "{is_told}: {in_lane} for {pages:#?}");

    day.pass(180).await;
    let told = recovery(&day).unwrap();
    assert_eq!((told.state, told.calls, told.written), (RecoveryState::Done, 4, 4), "{is_told}: {told:?}");
    assert!((fell - 60..=fell).contains(&told.since), "{is_told}: since {}, asleep since {fell}", told.since);
    assert!(told.until.is_some_and(|until| until >= woke), "{is_told}: {told:?}");
    for call in &calls {
        match desk {
            Desk::Gorgias => drop(day.ticket(*call)),
            Desk::Front => drop(front::conversation(&day, *call)),
        }
    }
    // Late changes of an older call, once.
    let (record, entries, text) = match desk {
        Desk::Gorgias => (day.ticket(earlier), "messages", "body_text"),
        Desk::Front => (front::conversation(&day, earlier), "comments", "body"),
    };
    let says = |entry: &&Value| entry[text].as_str().is_some_and(|text| text.contains(LATE_TEXT));
    let said = record[entries].as_array().unwrap().iter().filter(says).count();
    assert_eq!(said, 1, "{is_told}: {record:#}");
    // Front's conversation holds more than one call, and takes no tags of one.
    assert!(desk == Desk::Front || tags(&record).contains(&"Refund"), "{is_told}: {record:#}");
    // And however often all of it is read again, nothing is added.
    let written = writes(&day);
    day.pass(2 * HOUR).await;
    assert_eq!(writes(&day), written, "{is_told}");
    assert!(day.handle.health().alerts.is_empty(), "{is_told}: {:?}", day.handle.health().alerts);
}

#[tokio::test(start_paused = true)]
async fn what_went_on_while_the_computer_slept_is_written_once_where_calls_are_polled() {
    for desk in [Desk::Gorgias, Desk::Front] {
        sleeps_for_two_hours(desk, Arrival::Polling).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_went_on_while_the_computer_slept_is_written_once_where_events_come_by_webhook() {
    for desk in [Desk::Gorgias, Desk::Front] {
        sleeps_for_two_hours(desk, Plan::default().arrival).await;
    }
}

#[tokio::test(start_paused = true)]
async fn half_a_minute_of_sleep_is_none() {
    let day = Day::begin(Plan::default()).await;
    day.pass(120).await;
    day.falls_asleep();
    day.pass(30).await;
    day.wakes_up();
    day.pass(120).await;
    assert_eq!(recovery(&day), None);
}
