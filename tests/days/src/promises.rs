//! What the laws promise of a day whatever the other day of its seed is like, and what of the records is not compared
//! because a person's act came at another moment of the call's life.
//!
//! A person works on what is there. A ticket that a helpdesk outage delays is closed, or thrown away, when more of the
//! call stands on it than in the quiet day; both days are right then and not equal. So for the tickets that people work on
//! while they are being written, what the act leaves open is passed over ([`is_passed_over`]), and what must follow from
//! the act is asked of each day by itself ([`broken`]): nothing of the person's is undone, nothing is doubled, what was
//! thrown away gets nothing more.
//!
//! What is promised of the records is in a file for each helpdesk; a new promise is one more function in its `PROMISES`.

mod front;
mod gorgias;
mod order;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sidetone_engine::settings::Mode;
use sidetone_sandbox::JournalEntry;
use tokio::time::Instant;

use crate::day::{Day, Desk};
use crate::people::{Act, Found};
use crate::script::{CallNo, Deed, House, Script};
use crate::trouble::Trouble;

/// Something that a person did to a ticket, and what the ticket was like a while after.
#[derive(Clone, Debug)]
pub struct Done {
    /// Of which call the ticket is.
    pub call: CallNo,
    /// What was done.
    pub act: Act,
    /// What was there at that moment.
    pub found: Found,
    /// By then whatever was sent before has arrived.
    pub looked_at: Instant,
    /// The ticket then; `Null` if there was none.
    pub as_it_was: Option<Value>,
}

impl Done {
    /// Notes what the ticket is like now.
    pub fn look(&mut self, day: &Day) {
        self.as_it_was = Some(match day.desk() {
            Desk::Gorgias => gorgias::as_it_is(day, &self.found.ticket),
            Desk::Front => front::as_it_is(day, &self.found.ticket),
        });
    }
}

/// A day that is over.
struct Over<'a> {
    day: &'a Day,
    script: &'a Script,
    calls: &'a [Option<u64>],
    texts: &'a [Option<String>],
    done: &'a [Done],
    crowded: &'a [(DateTime<Utc>, DateTime<Utc>)],
}

type Promise = fn(&Over<'_>) -> Vec<String>;

/// What was promised and not kept.
#[must_use]
pub fn broken(
    day: &Day,
    script: &Script,
    (calls, texts): (&[Option<u64>], &[Option<String>]),
    done: &[Done],
    crowded: &[(DateTime<Utc>, DateTime<Utc>)],
) -> Vec<String> {
    let over = Over { day, script, calls, texts, done, crowded };
    let of_the_records = match day.desk() {
        Desk::Gorgias => gorgias::PROMISES,
        Desk::Front => front::PROMISES,
    };
    let mut broken: Vec<String> = of_the_records.iter().flat_map(|promise| promise(&over)).collect();
    broken.extend(limits_are_not_tripped(&over));
    broken
}

/// Whether a fact is not compared between the two days, given what people do while calls are being written, and what went
/// wrong.
#[must_use]
pub fn is_passed_over(about: &str, script: &Script, troubles: &[Trouble]) -> bool {
    match script.set_up.desk {
        Desk::Gorgias => gorgias::is_passed_over(about, script),
        Desk::Front => front::is_passed_over(about, script, troubles),
    }
}

/// The calls and text messages that began or came while the mode was another, by their markers.
fn of_other_modes(over: &Over<'_>) -> Vec<(String, String)> {
    let mut is_live = true;
    let mut found = Vec::new();
    for (_, deed) in &over.script.deeds {
        match deed {
            Deed::House(House::Mode(mode)) => is_live = *mode == Mode::Live,
            Deed::Ring(call, ..) | Deed::Dial(call, ..) if !is_live => {
                let marker = over.calls[*call].map(|id| format!("aircall:call:{id}"));
                found.extend(marker.map(|marker| (format!("#{call}"), marker)));
            }
            Deed::Text(text, _) if !is_live => {
                let marker = over.texts[*text].as_ref().map(|id| format!("aircall:message:{id}"));
                found.extend(marker.map(|marker| (format!("text #{text}"), marker)));
            }
            _ => {}
        }
    }
    found
}

/// B2: no 429 but those that were injected, and those of the minutes in which others left no room.
fn limits_are_not_tripped(over: &Over<'_>) -> Vec<String> {
    let ours = |entry: &JournalEntry| {
        let crowded = over.crowded.iter().any(|(from, to)| (*from..*to).contains(&entry.at));
        entry.status == 429 && entry.fault.is_none() && !crowded
    };
    let told = |vendor: &str, journal: Vec<JournalEntry>| {
        let tripped: Vec<&JournalEntry> = journal.iter().filter(|entry| ours(entry)).collect();
        let first = tripped.first()?;
        let after = (first.at - crate::day::morning()).num_seconds();
        Some(format!(
            "{} requests too many at {vendor}, the first at {after} s: {}",
            tripped.len(),
            first.path
        ))
    };
    let helpdesk = told("the helpdesk", over.day.helpdesk_journal());
    [helpdesk, told("Aircall", over.day.aircall.journal(0))].into_iter().flatten().collect()
}
