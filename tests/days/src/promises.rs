//! What the laws promise of a day whatever the other day of its seed is like, and what of the records is not compared
//! because a person's act came at another moment of the call's life.
//!
//! A person works on what is there. A ticket that a helpdesk outage delays is closed, or thrown away, when more of the
//! call stands on it than in the quiet day; both days are right then and not equal. So for the tickets that people work on
//! while they are being written, what the act leaves open is passed over ([`is_passed_over`]), and what must follow from
//! the act is asked of each day by itself ([`broken`]): nothing of the person's is undone, nothing is doubled, what was
//! thrown away gets nothing more.
//!
//! A new promise is one more function in `PROMISES`.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sidetone_engine::settings::Mode;
use sidetone_sandbox::JournalEntry;
use tokio::time::Instant;

use crate::day::Day;
use crate::people::{Act, Found};
use crate::script::{CallNo, Deed, House, Script};

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
        self.as_it_was = Some(ticket(day, self.found.ticket).map_or(Value::Null, |ticket| contents(&ticket)));
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

const PROMISES: [fn(&Over<'_>) -> Vec<String>; 4] =
    [acts_stand, nothing_is_doubled, other_modes_write_nothing, limits_are_not_tripped];

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
    PROMISES.iter().flat_map(|promise| promise(&over)).collect()
}

/// Whether a fact is not compared between the two days, given what people do while calls are being written.
#[must_use]
pub fn is_passed_over(about: &str, script: &Script) -> bool {
    script.deeds.iter().any(|(at, deed)| {
        let Deed::Person(call, act) = deed else { return false };
        let Some(of_it) = about.strip_prefix(&format!("ticket aircall:call:#{call} ")) else { return false };
        match act {
            _ if script.is_settled_at(*at) => false,
            Act::Close => of_it == "status",
            Act::Trash | Act::Spam => {
                of_it.starts_with("entry ")
                    || of_it.starts_with("file ")
                    || ["status", "assignee", "tags", "link"].contains(&of_it)
            }
            Act::Reassign(_) | Act::Tag(_) | Act::Untag(_) | Act::Delete | Act::MergeCustomerInto(_) => false,
        }
    })
}

/// G24, G25, G8: what a person did to a ticket stands at the end of the day.
fn acts_stand(over: &Over<'_>) -> Vec<String> {
    let kept = |done: &Done| -> bool {
        let ticket = ticket(over.day, done.found.ticket);
        let is = |kept: &dyn Fn(&Value) -> bool| ticket.as_ref().is_some_and(kept);
        let has_tag = |ticket: &Value, name: &str| names(ticket).contains(&name);
        match done.act {
            // Closed before the call's end, a ticket is opened once, at that end (G8).
            Act::Close if !done.found.is_over => is(&|t| t["status"] == "open"),
            // A status that is set late opens it; where it stood open at the end, that counts as set.
            Act::Close if !done.found.is_finished => ticket.is_some(),
            Act::Close => is(&|t| t["status"] == "closed"),
            Act::Reassign(user) => is(&|t| t["assignee_user"]["id"] == user),
            Act::Tag(name) => is(&|t| has_tag(t, name)),
            Act::Untag(name) => is(&|t| !has_tag(t, name)),
            Act::Trash => is(&|t| !t["trashed_datetime"].is_null()) && as_it_was(done, &ticket),
            Act::Spam => is(&|t| t["spam"] == true) && as_it_was(done, &ticket),
            Act::Delete => ticket.is_none(),
            Act::MergeCustomerInto(_) => ticket.is_some(),
        }
    };
    let broken = over.done.iter().filter(|done| !kept(done));
    broken
        .map(|done| {
            let now = ticket(over.day, done.found.ticket).map(|ticket| contents(&ticket));
            format!("a person's act does not stand: {done:?}; at the end of the day: {now:?}")
        })
        .collect()
}

/// What was thrown away got nothing more.
fn as_it_was(done: &Done, now: &Option<Value>) -> bool {
    done.as_it_was.as_ref().is_none_or(|was| now.as_ref().map(contents).as_ref() == Some(was))
}

/// B4: one ticket a call, and one more for each time that a person had it created again; one entry of a key; a text message
/// once.
fn nothing_is_doubled(over: &Over<'_>) -> Vec<String> {
    let tickets = over.day.gorgias.tickets();
    let mut broken = Vec::new();
    for (call, id) in over.calls.iter().enumerate() {
        let Some(marker) = id.map(|id| format!("aircall:call:{id}")) else { continue };
        let of_call: Vec<&Value> = tickets.iter().filter(|t| t["external_id"] == marker.as_str()).collect();
        let again = over.script.deeds.iter().filter(|(_, d)| matches!(d, Deed::CreateAgain(c) if *c == call));
        if of_call.len() > 1 + again.count() {
            broken.push(format!("#{call} has {} tickets", of_call.len()));
        }
        for ticket in of_call {
            let mut keys = entries(ticket);
            let all = keys.len();
            keys.sort_unstable();
            keys.dedup();
            if keys.len() != all {
                broken.push(format!("#{call}: entries are doubled: {:?}", entries(ticket)));
            }
        }
    }
    let holds = |marker: &String| tickets.iter().flat_map(entries).filter(|key| key == marker).count();
    for (text, id) in over.texts.iter().enumerate() {
        let Some(marker) = id.as_ref().map(|id| format!("aircall:message:{id}")) else { continue };
        if holds(&marker) > 1 {
            broken.push(format!("text #{text} stands {} times", holds(&marker)));
        }
    }
    broken
}

/// B15: what began while the mode was another has no record, late notes or not.
fn other_modes_write_nothing(over: &Over<'_>) -> Vec<String> {
    let mut is_live = true;
    let mut broken = Vec::new();
    for (_, deed) in &over.script.deeds {
        match deed {
            Deed::House(House::Mode(mode)) => is_live = *mode == Mode::Live,
            Deed::Ring(call, ..) | Deed::Dial(call, ..) if !is_live => {
                let marker = over.calls[*call].map(|id| format!("aircall:call:{id}")).unwrap_or_default();
                if over.day.gorgias.tickets().iter().any(|t| t["external_id"] == marker.as_str()) {
                    broken.push(format!("#{call} began in another mode and was written"));
                }
            }
            Deed::Text(text, _) if !is_live => {
                let marker = over.texts[*text].as_ref().map(|id| format!("aircall:message:{id}"));
                let marker = marker.unwrap_or_default();
                if over.day.gorgias.tickets().iter().flat_map(entries).any(|key| key == marker) {
                    broken.push(format!("text #{text} came in another mode and was written"));
                }
            }
            _ => {}
        }
    }
    broken
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
    let gorgias = told("Gorgias", over.day.gorgias.journal(0));
    [gorgias, told("Aircall", over.day.aircall.journal(0))].into_iter().flatten().collect()
}

fn ticket(day: &Day, id: u64) -> Option<Value> {
    day.gorgias.tickets().into_iter().find(|ticket| ticket["id"] == id)
}

fn contents(ticket: &Value) -> Value {
    serde_json::json!({
        "entries": entries(ticket),
        "tags": names(ticket),
        "status": ticket["status"],
        "assignee": ticket["assignee_user"]["id"],
    })
}

fn entries(ticket: &Value) -> Vec<&str> {
    let messages = ticket["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
    messages.iter().filter_map(|message| message["external_id"].as_str()).collect()
}

fn names(ticket: &Value) -> Vec<&str> {
    let tags = ticket["tags"].as_array().map(Vec::as_slice).unwrap_or_default();
    tags.iter().filter_map(|tag| tag["name"].as_str()).collect()
}
