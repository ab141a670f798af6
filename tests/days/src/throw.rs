//! The troubles of a day: thrown from a second stream of the seed, at random times and for random durations, but never
//! in the calm part of a stretch, in which both days settle; and never so that even a program without fault could not end
//! like the quiet day. Each such rule is a line in `fits`, with its reason.

mod front;
mod gorgias;

use sidetone_sandbox::{Fault, FaultKind, aircall_world as world};

use crate::chance::Chance;
use crate::day::Desk;
use crate::script::{CALLS_OVER_S, Deed, House, Script, Stretch};
use crate::stores::Stores;
use crate::trouble::{Kind, MISHAPS, Trouble, Whose};

/// The stream of a seed that troubles are thrown with.
const STREAM: u64 = 2;

/// The troubles of this seed's day, by time.
#[must_use]
pub fn troubles(seed: u64, script: &Script, stores: &Stores) -> Vec<Trouble> {
    let mut chance = Chance::new(seed, STREAM);
    let mut all: Vec<Trouble> = Vec::new();
    for (n, stretch) in script.stretches.iter().enumerate() {
        let mut thrown: Vec<Trouble> =
            (0..chance.between(3, 12)).map(|_| one(&mut chance, stretch, script.set_up.desk)).collect();
        if stretch.calm - stretch.begin > CALLS_OVER_S {
            thrown.extend((0..chance.between(1, 4)).map(|_| a_long_one(&mut chance, stretch)));
        }
        if chance.percent(30) {
            let lasts = chance.between(5, 90);
            thrown.push(within(&mut chance, stretch, lasts, Kind::FullDisk));
        }
        if *stores == Stores::Postgres {
            let cuts = chance.between(0, 5);
            thrown.extend((0..cuts).map(|_| within(&mut chance, stretch, 0, Kind::CutConnections)));
        }
        for trouble in thrown {
            if fits(&trouble, script, &all) {
                all.push(trouble);
            }
        }
        if chance.percent(40) && script.may_forget_at(stretch.mishap()) {
            let mut kind = chance.one_of(MISHAPS).clone();
            if kind == Kind::RestoreBackup {
                let earlier = &script.stretches[chance.between(0, n as u64 + 1) as usize];
                let backup = within(&mut chance, earlier, 0, Kind::BackUp);
                if script.is_paused_around(backup.at) {
                    // Who puts that back is paused again, until somebody resumes.
                    kind = Kind::LoseDatabase;
                } else {
                    all.push(backup);
                }
            }
            all.push(Trouble { at: stretch.mishap(), lasts: chance.between(0, 30), kind });
        }
    }
    hide_the_webhooks(&mut chance, script, &mut all);
    lose_the_webhook(&mut chance, script, &mut all);
    all.sort_by_key(|trouble| trouble.at);
    all
}

fn one(chance: &mut Chance, stretch: &Stretch, desk: Desk) -> Trouble {
    let lasts = chance.between(5, 180);
    let (kind, lasts) = match chance.between(0, 100) {
        0..14 => (Kind::Next(Whose::Helpdesk, next(chance, requests(desk))), 0),
        14..22 => (Kind::Next(Whose::Helpdesk, refused(chance, desk)), 0),
        22..28 => (Kind::Next(Whose::Aircall, next(chance, AIRCALL)), 0),
        28..36 => (Kind::Outage(Whose::Helpdesk, failure(chance)), lasts),
        36..39 => (Kind::Outage(Whose::Helpdesk, failure(chance)), lasts * 5),
        39..41 => (Kind::Revoked(Whose::Helpdesk), lasts * 2),
        41..44 => (Kind::Outage(Whose::Aircall, failure(chance)), lasts.min(10)),
        44..46 => (Kind::Outage(Whose::Aircall, failure(chance)), lasts * 3),
        46..47 => (Kind::Revoked(Whose::Aircall), lasts * 2),
        47..52 => (Kind::Crowd(1.2 + 0.1 * chance.between(0, 16) as f64), lasts),
        52..54 => (Kind::AircallCrowd, lasts),
        54..60 if desk == Desk::Front && chance.percent(40) => {
            (Kind::ImportLag(chance.between(2, 100) as f64), lasts)
        }
        // Each is sent once more, and that one is not lost.
        54..60 if desk == Desk::Front && chance.percent(50) => (Kind::LoseImports(1), 0),
        54..60 => (Kind::ListLag(chance.between(1, 20) as f64), lasts),
        60..66 => (Kind::Repeats, lasts * 3),
        66..72 => (Kind::Shuffle(chance.between(2, 25) as f64), lasts * 2),
        72..76 => (Kind::Late(chance.between(5, 60) as f64), lasts),
        76..82 => (Kind::Lost, lasts * 3),
        82..90 => (Kind::Kill, chance.between(0, 45)),
        _ => (Kind::KillAtStep(chance.between(1, 40)), chance.between(0, 45)),
    };
    within(chance, stretch, lasts, kind)
}

/// Hours without a vendor, or many minutes without the program. What Aircall keeps for us meanwhile it delivers up to 15
/// minutes after we are back.
fn a_long_one(chance: &mut Chance, stretch: &Stretch) -> Trouble {
    let (kind, lasts) = match chance.between(0, 100) {
        0..50 => (Kind::Outage(Whose::Helpdesk, failure(chance)), chance.between(1_800, 10_800)),
        50..80 => (Kind::Outage(Whose::Aircall, failure(chance)), chance.between(1_800, 10_800)),
        _ => (Kind::Kill, chance.between(300, 2_400)),
    };
    let at = stretch.begin + chance.between(5, CALLS_OVER_S);
    Trouble { at, lasts, kind }
}

/// At a random time while calls come in, over before the calm.
fn within(chance: &mut Chance, stretch: &Stretch, lasts: u64, kind: Kind) -> Trouble {
    let at = stretch.begin + chance.between(5, CALLS_OVER_S.saturating_sub(lasts + 60).max(6));
    Trouble { at, lasts, kind }
}

/// Whether the records can still be those of the quiet day.
fn fits(trouble: &Trouble, script: &Script, all: &[Trouble]) -> bool {
    let (from, to) = (trouble.at, trouble.at + trouble.lasts);
    let meets = |other: &Trouble| other.overlaps(from.saturating_sub(180), to + 180);
    match &trouble.kind {
        kind if reads_are_given_up(kind, trouble.lasts) => {
            // A record waits for a read for two minutes, then it goes without what only the read would add: choices in
            // a menu, and what lost events would have told.
            let menus = script.times_of_calls_on(world::RECEPTION);
            !menus.iter().any(|menu| menu.start < to && from < menu.end)
                && !all.iter().any(|other| other.kind == Kind::Lost && meets(other))
        }
        Kind::Lost => !all.iter().any(|other| reads_are_given_up(&other.kind, other.lasts) && meets(other)),
        // What cannot be received Aircall delivers again in any order, and what comes last may be on which line the call
        // began: no read tells that once the call is on another one.
        Kind::Kill | Kind::WebhookGivenUp | Kind::FullDisk => {
            !script.times_when_only_an_event_tells_the_line().iter().any(|t| t.start < to && from <= t.end)
        }
        _ => true,
    }
}

fn reads_are_given_up(kind: &Kind, lasts: u64) -> bool {
    match kind {
        Kind::Outage(Whose::Aircall, _) => lasts > 10,
        Kind::Revoked(Whose::Aircall) => true,
        Kind::AircallCrowd => lasts > 10,
        _ => false,
    }
}

/// Methods and beginnings of paths.
type Requests = &'static [(&'static str, &'static str)];
/// The same with the statuses that the request may be refused with.
type Refusals = &'static [(&'static str, &'static str, &'static [u16])];

fn requests(desk: Desk) -> Requests {
    match desk {
        Desk::Gorgias => gorgias::REQUESTS,
        Desk::Front => front::REQUESTS,
    }
}

const AIRCALL: Requests = &[("GET", "/v1/calls/"), ("GET", "/v1/"), ("POST", "/v1/"), ("GET", "/media/")];

fn next(chance: &mut Chance, on: Requests) -> Fault {
    let (method, path) = *chance.one_of(on);
    // Two failed reads in a row are made good; after three the engine goes on without (`answers.rs`).
    let most = if path.starts_with("/v1/") || path.starts_with("/media/") { 3 } else { 5 };
    let times = chance.between(1, most) as u32;
    let kind = if path == "/media/" { failure_of_a_file(chance) } else { failure(chance) };
    Fault::next(times, kind).on(method, path)
}

/// Files break off in the middle, too.
fn failure_of_a_file(chance: &mut Chance) -> FaultKind {
    let after = chance.between(0, 20_000);
    match chance.between(0, 4) {
        0 => FaultKind::CutInBody { after },
        1 => FaultKind::HangInBody { after },
        _ => failure(chance),
    }
}

fn refused(chance: &mut Chance, desk: Desk) -> Fault {
    let refusals = match desk {
        Desk::Gorgias => gorgias::REFUSED,
        Desk::Front => front::REFUSED,
    };
    let (method, path, statuses) = *chance.one_of(refusals);
    let status = *chance.one_of(statuses);
    let times = chance.between(1, 3) as u32;
    let fault = Fault::next(times, FaultKind::Status { status, retry_after: None });
    match (method, path) {
        // The making of a ticket and nothing below it.
        ("POST", "/api/tickets") | ("POST", "/contacts") => fault.on_just(method, path),
        _ => fault.on(method, path),
    }
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

/// While another installation takes over, Aircall does not always show who does (B16). The one kind of trouble in a part
/// that is calm otherwise: there is no other moment for it.
fn hide_the_webhooks(chance: &mut Chance, script: &Script, all: &mut Vec<Trouble>) {
    for (at, deed) in &script.deeds {
        if matches!(deed, Deed::House(House::TakeOver)) && chance.percent(50) {
            let fault = Fault::next(chance.between(1, 3) as u32, failure(chance)).on("GET", "/v1/webhooks");
            let at = at + chance.between(1, 20);
            all.push(Trouble { at, lasts: 0, kind: Kind::Next(Whose::Aircall, fault) });
        }
    }
}

/// How long the engine may take to switch its webhook on again; in that time no event may come, for nobody would
/// fetch it (gap recovery, B1).
const SILENCE_S: u64 = 90;
/// Until Aircall has given a webhook up, with the few events that it has for it.
const GIVEN_UP_S: u64 = 130;

/// Where nothing else is wrong that keeps the engine from looking at its webhook, it is switched off once or twice.
fn lose_the_webhook(chance: &mut Chance, script: &Script, all: &mut Vec<Trouble>) {
    for silence in script.silences(SILENCE_S + 10) {
        let is_long = silence.end - silence.start > GIVEN_UP_S + SILENCE_S + 20;
        let something_happens = !script.stretches.iter().any(|stretch| stretch.begin == silence.start);
        let (trouble, until) = match is_long && something_happens && chance.percent(40) {
            // Killed just before something happens, so that there is something to deliver.
            true => {
                let at = silence.start.saturating_sub(1);
                (Trouble { at, lasts: GIVEN_UP_S, kind: Kind::WebhookGivenUp }, at + GIVEN_UP_S + SILENCE_S)
            }
            false => {
                let at = silence.start + 5;
                (Trouble { at, lasts: 0, kind: Kind::WebhookOff }, at + SILENCE_S)
            }
        };
        let overlaps = |t: &Trouble| t.at < until && trouble.at < t.at + t.lasts + 120;
        if chance.percent(10) && !all.iter().any(overlaps) && fits(&trouble, script, all) {
            all.push(trouble);
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
            let script = script(seed, Desk::Gorgias);
            let all = troubles(seed, &script, &Stores::Sqlite);
            assert_eq!(all, troubles(seed, &script, &Stores::Sqlite));
            for trouble in all {
                let stretch = script.stretches.iter().rfind(|s| s.begin <= trouble.at).unwrap();
                let of_a_take_over = |t: &Trouble| format!("{t:?}").contains("/v1/webhooks");
                let is_over = of_a_take_over(&trouble) || trouble.at + trouble.lasts <= stretch.calm;
                assert!(MISHAPS.contains(&trouble.kind) || is_over, "seed {seed}: {trouble}");
            }
        }
    }

    #[test]
    fn in_two_hundred_days_everything_goes_wrong() {
        for stores in [Stores::Sqlite, Stores::Postgres] {
            let all: Vec<String> = (1..=200)
                .flat_map(|seed| troubles(seed, &script(seed, Desk::Gorgias), &stores))
                .map(|trouble| format!("{:?}", trouble.kind))
                .collect();
            let wanted = [
                "Next(Helpdesk",
                "Next(Aircall",
                "Outage(Helpdesk",
                "Outage(Aircall",
                "Revoked(Helpdesk",
                "Revoked(Aircall",
                "Crowd",
                "AircallCrowd",
                "ListLag",
                "Repeats",
                "Shuffle",
                "Late",
                "Lost",
                "WebhookOff",
                "WebhookGivenUp",
                "Kill",
                "KillAtStep",
                "FullDisk",
                "BackUp",
                "LoseDatabase",
                "LoseAndAdopt",
                "RestoreBackup",
                "status: 403",
                "status: 404",
                "status: 409",
                "\"DELETE\"",
                "CutInBody",
                "HangInBody",
            ];
            for wanted in wanted {
                assert!(all.iter().any(|kind| kind.contains(wanted)), "{wanted} happens in no day");
            }
            assert_eq!(all.iter().any(|kind| kind == "CutConnections"), stores == Stores::Postgres);
        }
    }
}
