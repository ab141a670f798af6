//! More calls than Front's limit has room for: nothing trips it, whoever rings is looked up at once, and everything is written
//! soon after (B2).
#![allow(clippy::unwrap_used, clippy::expect_used)] // a failed step fails its test

use std::time::Duration;

use chrono::{DateTime, Utc};
use sidetone_days::day::{Day, Plan};
use sidetone_protocol::{CallState, DirectoryState, Match, PartState};
use sidetone_sandbox::{FrontControl, FrontLimits, HangUp, aircall_world as world};

/// Who answers where; one call at a time each.
const AGENTS: [(u64, u64); 4] = [
    (world::SUPPORT_FR, world::CAMILLE),
    (world::SUPPORT_FR, world::THEO),
    (world::SUPPORT_DE, world::JONAS),
    (world::SALES_US, world::AMELIA),
];
const RINGS_S: u64 = 1;
const TALKS_S: u64 = 4;
const CALLERS: u64 = 120;

/// One call of a burst: the caller's number, when it rang, and what the card said a second later.
struct Rang {
    call: u64,
    from: String,
    at: DateTime<Utc>,
    matched: Match,
}

/// A day whose company has so many requests a minute, of which others use some; the directory is read.
async fn day(per_minute: u32, others_per_minute: u32) -> Day {
    let contacts = |front: &FrontControl| {
        for n in 0..CALLERS {
            front.add_contact(&format!("Customer {n}"), None, &number(n)).unwrap();
        }
    };
    let day = Day::begin(Plan { before_front: contacts, ..Plan::with_front() }).await;
    day.front.set_limits(FrontLimits { per_minute, others_per_minute, ..day.front.limits() });
    day.pass(300).await;
    let directory = day.handle.health().directory.unwrap();
    assert_eq!(directory.state, DirectoryState::Complete);
    assert!(u64::from(directory.customers) >= CALLERS, "{directory:?}");
    day
}

fn number(n: u64) -> String {
    format!("+3319900{:04}", 4000 + n)
}

/// So many answered calls a minute of contacts whom the directory knows and nobody has looked up lately.
async fn burst(day: &Day, a_minute: u64, minutes: u64) -> Vec<Rang> {
    let mut deeds: Vec<(u64, u64, u8)> = Vec::new();
    for n in 0..a_minute * minutes {
        let rings_ms = n * 60_000 / a_minute;
        let answer_ms = rings_ms + RINGS_S * 1000;
        deeds.extend([(rings_ms, n, 0), (answer_ms, n, 1), (answer_ms + TALKS_S * 1000, n, 2)]);
    }
    deeds.sort_unstable();
    let begun = tokio::time::Instant::now();
    let mut rang: Vec<Rang> = Vec::new();
    for (at_ms, n, step) in deeds {
        tokio::time::sleep_until(begun + Duration::from_millis(at_ms)).await;
        let index = usize::try_from(n).unwrap();
        let (line, agent) = AGENTS[index % AGENTS.len()];
        match step {
            0 => {
                let (from, at) = (number(n), day.now());
                let call = day.ring(line, Some(&from));
                rang.push(Rang { call, from, at, matched: Match::Unknown });
            }
            1 => {
                rang[index].matched = day.detail(rang[index].call).card.matched;
                day.aircall.answer(rang[index].call, Some(agent)).unwrap();
            }
            _ => day.aircall.hang_up(rang[index].call, &HangUp::default()).unwrap(),
        }
    }
    rang
}

/// Seconds until everything is written; `None`: not within this time.
async fn until_written(day: &Day, at_most: u64) -> Option<u64> {
    for second in 0..at_most {
        if second > 31 && day.handle.health().outbox.calls == 0 {
            // What Front took last is there a moment later.
            day.pass(5).await;
            return Some(second);
        }
        day.pass(1).await;
    }
    None
}

/// Seconds from each ring to the look-up of its number.
fn waits(day: &Day, rang: &[Rang]) -> Vec<f64> {
    let journal = day.front.journal(0);
    let asked = |one: &Rang| {
        let number = one.from.trim_start_matches('+');
        let is_it = |path: &str| path.starts_with("/contacts/alt:phone:") && path.contains(number);
        let looked = journal.iter().find(|entry| entry.at >= one.at && is_it(&entry.path));
        looked.map_or(f64::INFINITY, |entry| (entry.at - one.at).num_milliseconds() as f64 / 1000.0)
    };
    rang.iter().map(asked).collect()
}

/// B2: never the cause of a 429, neither of the company's limit nor of a route's guard.
fn assert_within_the_limit(day: &Day) {
    let journal = day.front.journal(0);
    let refused: Vec<_> = journal.iter().filter(|entry| entry.status == 429).collect();
    assert!(refused.is_empty(), "{refused:#?}");
}

/// Whoever rang was shown a second later, and looked up within this time.
fn assert_rings_do_not_wait(day: &Day, rang: &[Rang], at_most_s: f64) {
    let waits = waits(day, rang);
    let late: Vec<_> = rang.iter().zip(&waits).filter(|(_, wait)| **wait > at_most_s).collect();
    let late: Vec<_> = late.into_iter().map(|(one, wait)| (&one.from, wait)).collect();
    assert!(late.is_empty(), "looked up late: {late:#?}");
    let unknown: Vec<&String> =
        rang.iter().filter(|one| one.matched != Match::Found).map(|one| &one.from).collect();
    assert!(unknown.is_empty(), "not shown a second later: {unknown:#?}");
}

/// Each call in one conversation, with its duration, its link if it was recorded, and its agent; nothing twice.
fn assert_all_written(day: &Day, rang: &[Rang]) {
    let conversations = day.front.conversations();
    let all = conversations.iter().flat_map(|one| one["messages"].as_array().unwrap());
    let keys: Vec<&str> = all.filter_map(|message| message["external_id"].as_str()).collect();
    for one in rang {
        let marker = format!("aircall:call:{}", one.call);
        let times = |key: &str| keys.iter().filter(|other| **other == key).count();
        let [main, duration, link] =
            ["", ":duration", ":recording"].map(|what| times(&format!("{marker}{what}")));
        assert_eq!((main, duration), (1, 1), "{marker}");
        let detail = day.detail(one.call);
        assert_eq!(detail.state, CallState::Complete, "{marker}");
        let is_recorded = detail.completeness.recording == PartState::Written;
        assert_eq!(link, usize::from(is_recorded), "{marker}");
        assert_eq!(day.front.conversations_marked(&marker)[0]["status"], "assigned", "{marker}");
    }
}

#[tokio::test(start_paused = true)]
async fn forty_answered_calls_a_minute_never_trip_the_limit_and_nobody_who_rings_waits() {
    let day = day(200, 20).await;
    let rang = burst(&day, 40, 3).await;
    assert_eq!(rang.len(), 120);
    let seconds = until_written(&day, 3600).await.expect("written at all");
    assert_within_the_limit(&day);
    assert_rings_do_not_wait(&day, &rang, 1.0);
    assert_all_written(&day, &rang);
    assert!(seconds <= 420, "written {seconds} s after the last call");
}

#[tokio::test(start_paused = true)]
async fn a_minute_of_forty_calls_on_the_smallest_plan_trips_no_limit_either() {
    // Forty look-ups alone would take all of it: some wait for the next minute, and the directory answers meanwhile.
    let day = day(50, 5).await;
    let rang = burst(&day, 40, 1).await;
    let seconds = until_written(&day, 3600).await.expect("written at all");
    assert_within_the_limit(&day);
    assert_rings_do_not_wait(&day, &rang, 45.0);
    let waited = waits(&day, &rang).into_iter().filter(|wait| *wait > 1.0).count();
    assert!(waited <= 25, "{waited}");
    assert_all_written(&day, &rang);
    assert!(seconds <= 740, "written {seconds} s after the last call");
}

#[tokio::test(start_paused = true)]
async fn ten_calls_a_minute_on_the_smallest_plan_are_looked_up_at_once_while_writes_wait() {
    let day = day(50, 5).await;
    let rang = burst(&day, 10, 4).await;
    assert_within_the_limit(&day);
    // What is left at a minute's end the company's others may have used.
    assert_rings_do_not_wait(&day, &rang, 5.0);
    assert!(day.handle.health().outbox.calls > 0, "there is more to write than there is room for");
    let seconds = until_written(&day, 3600).await.expect("written at all");
    assert_within_the_limit(&day);
    assert_all_written(&day, &rang);
    assert!(seconds <= 600, "written {seconds} s after the last call");
}
