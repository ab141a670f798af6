//! What the laws promise of the records in Front.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sidetone_sandbox::front_world;

use super::{Done, Over, Promise, of_other_modes, order};
use crate::day::Day;
use crate::people::{Act, AtCustomer, REMARK, teammate};
use crate::script::{Deed, Script};
use crate::trouble::{MISHAPS, Trouble};

pub(super) const PROMISES: &[Promise] =
    &[acts_stand, nothing_is_doubled, other_modes_write_nothing, the_subject_is_that_of_what_opened_it];

/// A conversation as it is now; `Null` if there is none.
pub(super) fn as_it_is(day: &Day, id: &str) -> Value {
    conversation(day, id).map_or(Value::Null, |conversation| contents(&conversation))
}

/// Whether a fact is not compared between the two days.
///
/// Which of two calls of a contact begins a conversation, or opens it again, may depend on what is late, and so may which of
/// two agents has it in the end; what the script tells of that is in `order.rs`. To whom we gave a conversation, only our
/// memory tells: whoever lost it takes it from nobody.
pub(super) fn is_passed_over(about: &str, script: &Script, troubles: &[Trouble]) -> bool {
    let forgets = troubles.iter().any(|trouble| MISHAPS.contains(&trouble.kind));
    let whose = about.strip_prefix("place of ").or(about.strip_prefix("conversation of "));
    if whose.is_some_and(|whose| may_be_in_another(whose, script, forgets)) {
        return true;
    }
    if let Some((_, all)) = about.split_once(" subject, of ") {
        return !order::first_is_known(all, script, troubles);
    }
    if let Some((_, all)) = about.split_once(" assignee, of ") {
        return !order::last_answered_is_known(all, script, troubles) || (forgets && all.contains(", "));
    }
    if about.starts_with("contact ") || about.ends_with(" contact") {
        // An import into the conversation of a contact who was deleted makes a contact of its number anew. Whether anything
        // was still to be written then, and what the contact is called, depends on what is late.
        return script.deeds.iter().any(|(_, deed)| match deed {
            Deed::Customer(number, AtCustomer::Delete, _) => about.contains(number.as_str()),
            _ => false,
        });
    }
    script.deeds.iter().any(|(at, deed)| {
        let Deed::Person(call, act) = deed else { return false };
        let of_it = about.strip_prefix(&format!("conversation of #{call} "));
        let is_entry = about.starts_with(&format!("entry of #{call} "));
        match act {
            _ if script.is_settled_at(*at) => false,
            Act::Close => of_it == Some("status"),
            Act::Trash | Act::Spam => {
                is_entry
                    || about.starts_with(&format!("place of #{call} "))
                    || of_it.is_some_and(|of_it| ["status", "tags", "comment"].contains(&of_it))
            }
            _ => false,
        }
    })
}

/// Whether it is open in which conversation a call or text message is: its contact was deleted, and what was still to be
/// written then made one anew; or its contact was merged with another who has one, too, and which of the two was ours, only
/// our memory tells.
fn may_be_in_another(whose: &str, script: &Script, forgets: bool) -> bool {
    let Some(number) = number_of(whose, script) else { return false };
    script.deeds.iter().any(|(_, deed)| match deed {
        Deed::Customer(deleted, AtCustomer::Delete, _) => deleted == number,
        Deed::Person(call, Act::MergeCustomerInto(email)) => {
            let merged = number_of(&format!("#{call}"), script);
            forgets && (merged == Some(number) || front_world::phone_of(email) == Some(number))
        }
        _ => false,
    })
}

/// The outer end of a call or text message.
fn number_of<'a>(name: &str, script: &'a Script) -> Option<&'a str> {
    let is = |known: String| {
        name.strip_prefix(&known).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    script.deeds.iter().find_map(|(_, deed)| match deed {
        Deed::Ring(call, _, Some(number), _) | Deed::Dial(call, _, _, number) if is(format!("#{call}")) => {
            Some(number.as_str())
        }
        Deed::Text(text, what) if is(format!("text #{text}")) => Some(what.number.as_str()),
        _ => None,
    })
}

/// G24, G25, F4: what a person did to a conversation stands at the end of the day.
fn acts_stand(over: &Over<'_>) -> Vec<String> {
    let broken = over.done.iter().filter(|done| !stands(done, conversation(over.day, &done.found.ticket)));
    broken
        .map(|done| {
            let now = as_it_is(over.day, &done.found.ticket);
            format!("a person's act does not stand: {done:?}; at the end of the day: {now}")
        })
        .collect()
}

fn stands(done: &Done, now: Option<Value>) -> bool {
    let was = done.as_it_was.clone().unwrap_or_default();
    // Merged into another one since, by another act.
    let Some(now) = now else { return !matches!(done.act, Act::Trash | Act::Spam) || was.is_null() };
    let is = contents(&now);
    // What stood a while after stands, unless another call or text message has come since.
    let still = |what: &str, wanted: &Value| {
        was[what] != *wanted || is[what] == *wanted || is["begun"] != was["begun"]
    };
    let has = |what: &str, wanted: &str| is[what].as_array().is_some_and(|all| all.contains(&json!(wanted)));
    match done.act {
        Act::Close => still("status", &json!("archived")),
        Act::Reassign(user) => still("assignee", &json!(teammate(user))),
        Act::Tag(name) => has("tags", name),
        Act::Untag(name) => !has("tags", name),
        // Unless somebody takes it out again: nothing of ours comes into it.
        Act::Trash | Act::Spam => {
            let were_thrown_away = was["status"] == "deleted" && is["status"] == "deleted";
            !were_thrown_away || (is["entries"] == was["entries"] && ours(&is) == ours(&was))
        }
        Act::Delete => false,
        Act::Move => has("inboxes", "Sales desk"),
        Act::Comment(text) => has("comments", text),
        Act::Reopen | Act::Merge | Act::MergeCustomerInto(_) => true,
    }
}

/// The comments that are nobody's own in Front.
fn ours(contents: &Value) -> Vec<&Value> {
    let comments = contents["comments"].as_array().into_iter().flatten();
    comments.filter(|text| *text != REMARK).collect()
}

/// B4: an activity once, a comment as often as it was made.
fn nothing_is_doubled(over: &Over<'_>) -> Vec<String> {
    let mut broken = Vec::new();
    let conversations = over.day.front.conversations();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for key in conversations.iter().flat_map(keys) {
        *seen.entry(key).or_default() += 1;
    }
    broken.extend(seen.iter().filter(|(_, n)| **n > 1).map(|(key, n)| format!("{key} stands {n} times")));
    let again = |call: usize| {
        1 + over.script.deeds.iter().filter(|(_, d)| matches!(d, Deed::CreateAgain(c) if *c == call)).count()
    };
    let mut made: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, deed) in &over.script.deeds {
        if let Deed::Comment(call, _, text) = deed {
            *made.entry(text.as_str()).or_default() += again(*call);
        }
    }
    for (text, most) in made {
        let says = |comment: &&str| unescaped(comment).ends_with(text);
        let stands = conversations.iter().flat_map(comments).filter(says).count();
        if stands > most {
            broken.push(format!("the comment {text:?} stands {stands} times"));
        }
    }
    broken
}

/// B15: what began while the mode was another has no record, late comments or not.
fn other_modes_write_nothing(over: &Over<'_>) -> Vec<String> {
    let conversations = over.day.front.conversations();
    let stands = |marker: &str| conversations.iter().flat_map(keys).any(|key| key == marker);
    let written = of_other_modes(over).into_iter().filter(|(_, marker)| stands(marker));
    written.map(|(what, _)| format!("{what} came in another mode and was written")).collect()
}

/// F4: a message that comes into a conversation which nobody has archived has the subject that this one has; and what
/// begins a conversation gives it its own.
fn the_subject_is_that_of_what_opened_it(over: &Over<'_>) -> Vec<String> {
    let mut broken = Vec::new();
    for conversation in over.day.front.conversations() {
        let subjects: Vec<&str> =
            messages(&conversation).filter(|m| is_ours(m)).filter_map(|m| m["subject"].as_str()).collect();
        let subject = conversation["subject"].as_str().unwrap_or_default();
        let is_of_people = messages(&conversation).any(|message| !is_ours(message));
        if !subjects.is_empty() && !is_of_people && !subjects.contains(&subject) {
            broken.push(format!("the subject {subject:?} is that of none of its messages: {subjects:?}"));
        }
    }
    broken
}

fn conversation(day: &Day, id: &str) -> Option<Value> {
    day.front.conversations().into_iter().find(|conversation| conversation["id"] == id)
}

fn contents(conversation: &Value) -> Value {
    let tags = conversation["tags"].as_array().into_iter().flatten().map(|tag| tag["name"].clone());
    let keys = keys(conversation);
    let is_first = |key: &&&str| key.matches(':').count() == 2;
    json!({
        "begun": keys.iter().filter(is_first).collect::<Vec<_>>(),
        "entries": keys,
        "comments": comments(conversation),
        "tags": tags.collect::<Vec<_>>(),
        "status": conversation["status"],
        "assignee": conversation["assignee"]["id"],
        "inboxes": conversation["inboxes"],
    })
}

fn messages(conversation: &Value) -> impl Iterator<Item = &Value> {
    conversation["messages"].as_array().into_iter().flatten()
}

fn is_ours(message: &Value) -> bool {
    message["external_id"].as_str().is_some_and(|key| key.starts_with("aircall:"))
}

fn keys(conversation: &Value) -> Vec<&str> {
    messages(conversation).filter_map(|message| message["external_id"].as_str()).collect()
}

fn comments(conversation: &Value) -> Vec<&str> {
    conversation["comments"].as_array().into_iter().flatten().filter_map(|one| one["body"].as_str()).collect()
}

/// A comment as it was written in Aircall: Front's are Markdown.
fn unescaped(comment: &str) -> String {
    comment.replace('\\', "")
}
