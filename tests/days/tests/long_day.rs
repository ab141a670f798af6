//! A working day of 500 calls, in which our webhook is off for two hours, the program is killed twice, and the network is
//! gone once: it ends as the quiet day does (B1).
#![allow(clippy::unwrap_used, clippy::expect_used)] // a failed step fails its test

use std::collections::BTreeSet;

use sidetone_days::chaos;
use sidetone_days::day::Desk;
use sidetone_days::promises::is_passed_over;
use sidetone_days::scenes::working_day;
use sidetone_days::script::{Deed, Script};
use sidetone_days::stores::Stores;
use sidetone_days::trouble::{Kind, Trouble};

const CALLS: usize = 500;
/// A number that two customers share.
const SHARED: &str = "+12025550161";
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

/// The outer ends of the day's calls, one for each call. Whom two customers share a number with, a person must choose first,
/// and nobody does: those calls are held (B7) and are not among them.
fn callers(script: &Script) -> Vec<&str> {
    let with = |deed: &'_ Deed| match deed {
        Deed::Ring(_, _, Some(number), _) | Deed::Dial(_, _, _, number) => number != SHARED,
        _ => false,
    };
    let deeds = script.deeds.iter().map(|(_, deed)| deed).filter(|deed| with(deed));
    deeds
        .filter_map(|deed| match deed {
            Deed::Ring(_, _, number, _) => number.as_deref(),
            Deed::Dial(_, _, _, number) => Some(number.as_str()),
            _ => None,
        })
        .collect()
}

fn ends_as_the_quiet_day(seed: u64, desk: Desk) {
    let script = working_day(seed, desk, CALLS);
    let verdict = chaos::compare(seed, &script, troubles(), &Stores::Sqlite);
    let facts = verdict.records.facts();
    let about = |is: &dyn Fn(&str) -> bool| facts.iter().filter(|fact| is(&fact.about)).count();
    let (callers, contacts) = (callers(&script), BTreeSet::from_iter(callers(&script)));
    assert!(callers.len() > CALLS * 4 / 5 && contacts.len() > 10, "{} of {contacts:?}", callers.len());
    // In Gorgias each call has a ticket; in Front a contact's calls are in one conversation, each with a main activity.
    let (records, entries) = match desk {
        Desk::Gorgias => (
            callers.len(),
            about(&|about| about.starts_with("ticket aircall:call:") && about.ends_with(" channel")),
        ),
        Desk::Front => {
            (contacts.len(), about(&|about| about.starts_with("entry of #") && about.ends_with(' ')))
        }
    };
    assert_eq!((verdict.size.1, verdict.records.tickets(), entries), (records, records, callers.len()));
    // Of the subjects and assignees at most half may be left out because any order would be right (`promises/order.rs`), and
    // nothing else.
    let is_one_calls = |about: &str| about.contains(" subject, of ") || about.contains(" assignee, of ");
    let left_out: Vec<_> =
        facts.iter().filter(|fact| is_passed_over(&fact.about, &script, &troubles())).collect();
    assert!(left_out.iter().all(|fact| is_one_calls(&fact.about)), "{left_out:#?}");
    assert!(left_out.len() * 2 <= about(&is_one_calls), "{} are not compared: {left_out:#?}", left_out.len());
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
