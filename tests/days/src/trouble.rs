//! What goes wrong in a day: thrown from a second stream of the seed, at random times and for random durations, but
//! never in the calm part of a stretch, in which both days settle.

use std::fmt;

use sidetone_sandbox::{Fault, FaultKind};

use crate::chance::Chance;
use crate::script::{CALM_S, MISHAP_S, STRETCH_S, STRETCHES, Script};

/// The stream of a seed that troubles are thrown with.
const STREAM: u64 = 2;

/// Which vendor is in trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Aircall's API.
    Aircall,
    /// The helpdesk's.
    Helpdesk,
}

/// One thing that goes wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// The next requests that match.
    Next(Whose, Fault),
    /// Every request for a while.
    Outage(Whose, FaultKind),
    /// Others fill the helpdesk's bucket, at so many requests a second.
    Crowd(f64),
    /// Others use up Aircall's limit.
    AircallCrowd,
    /// What was made shows up in lists only after so many seconds.
    ListLag(f64),
    /// Every event comes twice.
    Repeats,
    /// Events overtake each other within so many seconds.
    Shuffle(f64),
    /// Events are so many seconds late.
    Late(f64),
    /// Events get lost, as far as [`crate::losses`] lets them.
    Lost,
    /// Aircall switches our webhook off, in a time without events.
    WebhookOff,
    /// `kill -9`.
    Kill,
    /// `kill -9` after so many commits and requests.
    KillAtStep(u64),
    /// The disk is full.
    FullDisk,
    /// The database is lost.
    LoseDatabase,
    /// An old backup is put back: the database as it was when the stretch before had settled.
    RestoreBackup,
}

/// What happens to the database between two stretches.
pub const MISHAPS: &[Kind] = &[Kind::LoseDatabase, Kind::RestoreBackup];

/// When it goes wrong, and for how long.
#[derive(Clone, Debug, PartialEq)]
pub struct Trouble {
    /// Second of the day.
    pub at: u64,
    /// Seconds; after a kill, until the program is started again.
    pub lasts: u64,
    /// What.
    pub kind: Kind,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>5} s, {:>3} s long: {:?}", self.at, self.lasts, self.kind)
    }
}

/// The troubles of this seed's day, by time.
#[must_use]
pub fn troubles(seed: u64, script: &Script, on_a_file: bool) -> Vec<Trouble> {
    let mut chance = Chance::new(seed, STREAM);
    let mut all = Vec::new();
    for stretch in 0..STRETCHES {
        let begin = stretch * STRETCH_S;
        for _ in 0..chance.between(3, 11) {
            all.push(one(&mut chance, begin));
        }
        if on_a_file && chance.percent(30) {
            let lasts = chance.between(5, 90);
            all.push(within(&mut chance, begin, lasts, Kind::FullDisk));
        }
        if on_a_file && chance.percent(40) && script.may_forget_at(begin + MISHAP_S) {
            let kind = chance.one_of(MISHAPS).clone();
            all.push(Trouble { at: begin + MISHAP_S, lasts: chance.between(0, 30), kind });
        }
    }
    switch_webhook_off(&mut chance, script, &mut all);
    all.sort_by_key(|trouble| trouble.at);
    all
}

fn one(chance: &mut Chance, begin: u64) -> Trouble {
    let lasts = chance.between(5, 180);
    let (kind, lasts) = match chance.between(0, 100) {
        0..22 => (Kind::Next(Whose::Helpdesk, next(chance, &HELPDESK)), 0),
        22..28 => (Kind::Next(Whose::Aircall, next(chance, &AIRCALL)), 0),
        28..40 => (Kind::Outage(Whose::Helpdesk, failure(chance)), lasts),
        // Longer, and the engine goes on without what a read would add (`answers.rs`).
        40..44 => (Kind::Outage(Whose::Aircall, failure(chance)), lasts.min(10)),
        44..50 => (Kind::Crowd(1.2 + 0.1 * chance.between(0, 16) as f64), lasts),
        50..53 => (Kind::AircallCrowd, lasts),
        53..60 => (Kind::ListLag(chance.between(1, 20) as f64), lasts),
        60..66 => (Kind::Repeats, lasts * 3),
        66..72 => (Kind::Shuffle(chance.between(2, 25) as f64), lasts * 2),
        72..76 => (Kind::Late(chance.between(5, 60) as f64), lasts),
        76..82 => (Kind::Lost, lasts * 3),
        82..90 => (Kind::Kill, chance.between(0, 45)),
        _ => (Kind::KillAtStep(chance.between(1, 40)), chance.between(0, 45)),
    };
    within(chance, begin, lasts, kind)
}

/// At a random time of the stretch, over before the calm.
fn within(chance: &mut Chance, begin: u64, lasts: u64, kind: Kind) -> Trouble {
    let at = begin + chance.between(5, CALM_S.saturating_sub(lasts + 60).max(6));
    Trouble { at, lasts, kind }
}

const HELPDESK: [(&str, &str); 6] = [
    ("POST", "/api/customers"),
    ("POST", "/api/tickets"),
    ("PUT", "/api/tickets"),
    ("POST", "/api/tags"),
    ("GET", "/api/"),
    ("POST", "/api/"),
];
const AIRCALL: [(&str, &str); 3] = [("GET", "/v1/calls/"), ("GET", "/v1/"), ("POST", "/v1/")];

fn next(chance: &mut Chance, on: &[(&str, &str)]) -> Fault {
    let (method, path) = *chance.one_of(on);
    // Two failed reads in a row are made good; after three the engine goes on without (`answers.rs`).
    let most = if path.starts_with("/v1/") { 3 } else { 5 };
    let times = chance.between(1, most) as u32;
    Fault::next(times, failure(chance)).on(method, path)
}

fn failure(chance: &mut Chance) -> FaultKind {
    match chance.between(0, 10) {
        0 => FaultKind::Status { status: 429, retry_after: Some(chance.between(1, 30)) },
        1 => FaultKind::Status { status: 429, retry_after: None },
        2 => FaultKind::Status { status: *chance.one_of(&[500, 502, 503]), retry_after: None },
        3 => FaultKind::Html { status: 502 },
        4 => FaultKind::HangBefore,
        5 => FaultKind::HangAfter,
        6 => FaultKind::CutBefore,
        7 => FaultKind::CutAfter,
        8 => FaultKind::Slow { ms: chance.between(200, 20_000) },
        _ => FaultKind::Malformed,
    }
}

/// How long the engine may take to switch its webhook on again; in that time no event may come, for nobody would
/// fetch it (gap recovery, B1).
const SILENCE_S: u64 = 90;

/// Where nothing else is wrong that keeps the engine from looking at its webhook, it is switched off once or twice.
fn switch_webhook_off(chance: &mut Chance, script: &Script, all: &mut Vec<Trouble>) {
    for silence in script.silences(SILENCE_S + 10) {
        let at = silence.start + 5;
        let overlaps = |t: &Trouble| t.at < at + SILENCE_S && at < t.at + t.lasts + 120;
        if chance.percent(10) && !all.iter().any(overlaps) {
            all.push(Trouble { at, lasts: 0, kind: Kind::WebhookOff });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenes::script;

    #[test]
    fn nothing_is_wrong_while_the_day_settles() {
        for seed in 0..200 {
            let script = script(seed);
            let all = troubles(seed, &script, true);
            assert_eq!(all, troubles(seed, &script, true));
            for trouble in all {
                let within = trouble.at % STRETCH_S;
                let mishap = matches!(trouble.kind, Kind::LoseDatabase | Kind::RestoreBackup);
                assert!(mishap || within + trouble.lasts <= CALM_S, "seed {seed}: {trouble}");
            }
        }
    }
}
