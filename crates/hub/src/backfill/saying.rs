//! What the command says of a backfill.

use chrono::DateTime;
use sidetone_protocol::{BackfillForecast, BackfillState, BackfillView};

/// What is said while it goes on.
#[must_use]
pub fn line(one: &BackfillView) -> String {
    let far = match one.state {
        BackfillState::Writing => {
            let left = one.to_write
                + one.begun.saturating_sub(one.written + one.held + one.refused + one.not_logged);
            format!("{} calls written, {left} to go", one.written)
        }
        _ => match one.total {
            Some(total) => format!("{} of {total} calls read", one.read.min(total)),
            None => format!("{} calls read", one.read),
        },
    };
    let pace = one.per_minute.map(|pace| format!(", {pace} a minute")).unwrap_or_default();
    let left = one.remaining_seconds.map(|left| format!(", about {}", time(left))).unwrap_or_default();
    let error = one.error.as_ref().map(|error| format!("; {}", error.text)).unwrap_or_default();
    format!("{far}{pace}{left}{error}")
}

/// What is said at the end.
#[must_use]
pub fn summary(one: &BackfillView) -> String {
    let read = format!(
        "{} to {}: {} calls read, {} of them new",
        day(one.since),
        day(one.until),
        one.read,
        one.added
    );
    let reach = match one.out_of_reach_before {
        Some(at) => format!("; Aircall has none from before {}", day(at)),
        None => String::new(),
    };
    let written = match one.write {
        true => format!(
            "; {} written, {} wait for a person, {} refused, {} kept out by the set-up",
            one.written, one.held, one.refused, one.not_logged
        ),
        false => format!("; {} are stored and not written", one.to_write),
    };
    let ended = match one.state {
        BackfillState::Paused => ". It was paused on the way",
        BackfillState::Stopped => ". It was stopped on the way",
        _ => "",
    };
    format!("{read}{reach}{written}{ended}")
}

/// What a dry run comes to.
pub(super) fn forecast(of: &BackfillForecast) -> String {
    let aircall = match (of.at_aircall, of.read_requests, of.read_seconds) {
        (Some(calls), Some(requests), Some(seconds)) => {
            format!(
                "Aircall has {calls} calls of that time; reading them takes {requests} requests, about {}",
                time(seconds)
            )
        }
        _ => "Aircall did not say how many calls it has of that time".to_owned(),
    };
    let theirs = match of.of_others {
        0 => String::new(),
        n => format!("; {n} of them another integration has logged already"),
    };
    format!(
        "{aircall}. {} are stored and not written: {} would be logged, with {} tickets or conversations begun and {} customers \
         made, in {} requests, about {}; {} would wait for a person, {} are kept out by the set-up{theirs}",
        of.stored,
        of.calls,
        of.tickets,
        of.customers,
        of.requests,
        time(of.seconds),
        of.held,
        of.not_logged
    )
}

fn day(seconds: i64) -> String {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default().format("%Y-%m-%d %H:%M UTC").to_string()
}

fn time(seconds: u32) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7_199 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h", seconds.div_ceil(3_600)),
    }
}
