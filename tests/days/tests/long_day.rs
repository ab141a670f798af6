//! A working day of 500 calls, in which our webhook is off for two hours, the program is killed twice, and the network is
//! gone once: it ends as the quiet day does (B1).
#![allow(clippy::unwrap_used, clippy::expect_used)] // a failed step fails its test

use sidetone_days::chaos;
use sidetone_days::day::Desk;
use sidetone_days::scenes::working_day;
use sidetone_days::stores::Stores;
use sidetone_days::trouble::{Kind, Trouble};

const CALLS: usize = 500;
const MINUTES: u64 = 60;
const HOURS: u64 = 60 * MINUTES;

fn troubles() -> Vec<Trouble> {
    let trouble = |at, lasts, kind| Trouble { at, lasts, kind };
    vec![
        trouble(2 * HOURS, 2 * HOURS, Kind::WebhookOff),
        // Once while the webhook is off, and once for long.
        trouble(2 * HOURS + 47 * MINUTES, 5 * MINUTES, Kind::Kill),
        trouble(5 * HOURS, 15 * MINUTES, Kind::Kill),
        trouble(6 * HOURS + 20 * MINUTES, 20 * MINUTES, Kind::Network),
        trouble(7 * HOURS, 20 * MINUTES, Kind::Silent),
    ]
}

fn ends_as_the_quiet_day(seed: u64, desk: Desk) {
    let script = working_day(seed, desk, CALLS);
    let verdict = chaos::compare(seed, &script, troubles(), &Stores::Sqlite);
    // In Front a contact's calls are in one conversation.
    let records = if desk == Desk::Front { 10 } else { CALLS / 4 };
    assert!(verdict.size.0 >= CALLS && verdict.size.1 > records, "{:?}", verdict.size);
    assert!(verdict.is_equal(), "{}", verdict.report());
}

#[test]
fn a_day_of_500_calls_with_the_webhook_off_two_kills_and_a_cut_ends_as_the_quiet_day() {
    ends_as_the_quiet_day(1, Desk::Gorgias);
}

#[test]
fn the_same_day_with_front() {
    ends_as_the_quiet_day(1, Desk::Front);
}
