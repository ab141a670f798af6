//! What the laws promise of the records in Gorgias.

use serde_json::Value;

use super::{Done, Over, Promise, of_other_modes};
use crate::day::Day;
use crate::people::Act;
use crate::script::{Deed, Script};

pub(super) const PROMISES: &[Promise] = &[acts_stand, nothing_is_doubled, other_modes_write_nothing];

/// A ticket as it is now; `Null` if there is none.
pub(super) fn as_it_is(day: &Day, id: &str) -> Value {
    ticket(day, id).map_or(Value::Null, |ticket| contents(&ticket))
}

/// Whether a fact is not compared between the two days.
pub(super) fn is_passed_over(about: &str, script: &Script) -> bool {
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
            _ => false,
        }
    })
}

/// G24, G25, G8: what a person did to a ticket stands at the end of the day.
fn acts_stand(over: &Over<'_>) -> Vec<String> {
    let kept = |done: &Done| -> bool {
        let ticket = ticket(over.day, &done.found.ticket);
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
            // Nobody does it here.
            Act::Reopen | Act::Move | Act::Merge | Act::Comment(_) => true,
        }
    };
    let broken = over.done.iter().filter(|done| !kept(done));
    broken
        .map(|done| {
            let now = ticket(over.day, &done.found.ticket).map(|ticket| contents(&ticket));
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
    let tickets = over.day.gorgias.tickets();
    let stands =
        |marker: &str| tickets.iter().any(|t| t["external_id"] == marker || entries(t).contains(&marker));
    let written = of_other_modes(over).into_iter().filter(|(_, marker)| stands(marker));
    written.map(|(what, _)| format!("{what} came in another mode and was written")).collect()
}

fn ticket(day: &Day, id: &str) -> Option<Value> {
    let id: u64 = id.parse().ok()?;
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
