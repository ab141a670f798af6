//! The law by which facts join (`design.md` §3.2): commutative, idempotent, and nothing known is ever erased.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::parts::object_id;
use super::{Call, Fact, Origin, Statement, TagList};

/// Keys that are handled on their own, not as plain facts.
const LISTS: [&str; 2] = ["comments", "tags"];

impl Call {
    /// Joins a statement. Returns whether anything changed.
    pub fn join(&mut self, statement: &Statement<'_>) -> bool {
        let before = self.clone();
        let Statement { origin, as_of, data } = statement;
        match origin {
            Origin::Event(name) => {
                let seen = self.seen.entry(name.clone()).or_insert((*as_of, *as_of));
                *seen = (seen.0.min(*as_of), seen.1.max(*as_of));
            }
            Origin::Listed | Origin::Backfill => self.read_at = self.read_at.max(Some(*as_of)),
            Origin::Read { timeline } => {
                self.read_at = self.read_at.max(Some(*as_of));
                if *timeline {
                    self.timeline_read_at = self.timeline_read_at.max(Some(*as_of));
                }
            }
        }
        for (key, value) in data.iter().filter(|(key, _)| !LISTS.contains(&key.as_str())) {
            // The user of such an event is whose phone rings: whoever has the call is believed before.
            let as_of = if key == "user" && origin.is_about_a_phone() { i64::MIN } else { *as_of };
            self.join_value(key, value, as_of, origin.rank());
        }
        self.join_what_came_first(origin, *as_of, data);
        self.join_comments(data.get("comments"), *as_of, origin.rank());
        self.join_tags(data.get("tags"), *as_of, origin);
        *self != before
    }

    /// What was so at first stays so, however the call is handed on: the earliest statement wins.
    fn join_what_came_first(&mut self, origin: &Origin, as_of: i64, data: &Map<String, Value>) {
        let event = match origin {
            Origin::Event(name) => name.as_str(),
            Origin::Listed | Origin::Backfill | Origin::Read { .. } => "",
        };
        if let Some(line) = object_id(data.get("number")) {
            // Of a menu's number and the one behind it, told in the same second, the menu is the one that was called.
            let is_ivr = data["number"].get("is_ivr").and_then(Value::as_bool).unwrap_or(false);
            let fact = Fact { as_of: earliest(as_of), rank: is_ivr.into(), value: line.into() };
            self.believe("called_on", fact);
            if event == "call.created" {
                let fact = Fact { as_of: 0, rank: 0, value: true.into() };
                self.believe(&format!("created_on/{line}"), fact);
            }
        }
        if event == "call.answered"
            && let Some(user) = object_id(data.get("user"))
        {
            self.believe("answered_by", Fact { as_of: earliest(as_of), rank: 0, value: user.into() });
        }
    }

    fn join_value(&mut self, key: &str, value: &Value, as_of: i64, rank: u8) {
        match value {
            Value::Null => {}
            Value::Array(items) if items.is_empty() => {}
            Value::Object(parts) if parts.is_empty() => {}
            Value::Object(parts) => match object_id(Some(value)) {
                Some(id) => {
                    self.believe(key, Fact { as_of, rank, value: serde_json::json!({ "id": id }) });
                    for (part, value) in
                        parts.iter().filter(|(part, value)| *part != "id" && !value.is_null())
                    {
                        self.believe(
                            &format!("{key}/{id}/{part}"),
                            Fact { as_of, rank, value: value.clone() },
                        );
                    }
                }
                None => self.believe(key, Fact { as_of, rank, value: value.clone() }),
            },
            Value::String(text) if key == "status" => {
                // A read just after the end was seen to say `answered` still; a call's life goes one way only.
                self.believe(key, Fact { as_of: status_step(text), rank: 0, value: value.clone() });
            }
            _ => self.believe(key, Fact { as_of, rank, value: value.clone() }),
        }
    }

    fn believe(&mut self, key: &str, fact: Fact) {
        match self.facts.get_mut(key) {
            Some(known) if fact.order(known) == Ordering::Greater => *known = fact,
            Some(_) => {}
            None => {
                self.facts.insert(key.to_owned(), fact);
            }
        }
    }

    fn join_comments(&mut self, comments: Option<&Value>, as_of: i64, rank: u8) {
        for comment in comments.and_then(Value::as_array).into_iter().flatten() {
            let Some(id) = object_id(Some(comment)) else { continue };
            let fact = Fact { as_of, rank, value: comment.clone() };
            match self.comments.get_mut(&id) {
                // The author is never erased: a comment with an author beats one without, whatever their age.
                Some(known) => {
                    let authored = |f: &Fact| object_id(f.value.get("posted_by")).is_some();
                    if authored(&fact).cmp(&authored(known)).then_with(|| fact.order(known))
                        == Ordering::Greater
                    {
                        *known = fact;
                    }
                }
                None => {
                    self.comments.insert(id, fact);
                }
            }
        }
    }

    fn join_tags(&mut self, tags: Option<&Value>, as_of: i64, origin: &Origin) {
        let Some(tags) = tags.and_then(Value::as_array) else { return };
        let mut listed = BTreeSet::new();
        for tag in tags {
            let Some(id) = object_id(Some(tag)) else { continue };
            listed.insert(id);
            // An abridged copy takes neither name nor slug from a tag.
            for part in ["name", "description"] {
                if let Some(value) = tag.get(part).filter(|value| !value.is_null()) {
                    let fact = Fact { as_of, rank: origin.rank(), value: value.clone() };
                    self.believe(&format!("tag/{id}/{part}"), fact);
                }
            }
            let fact = Fact { as_of, rank: u8::from(origin.is_read()), value: tag.clone() };
            match self.tags.get_mut(&id) {
                Some(known) if fact.order(known) == Ordering::Greater => *known = fact,
                Some(_) => {}
                None => {
                    self.tags.insert(id, fact);
                }
            }
        }
        let full = origin.is_read() || matches!(origin, Origin::Event(name) if name == "call.untagged");
        if full {
            let list = TagList { as_of, tags: listed };
            if !self.tag_lists.iter().any(|known| known.covers(&list)) {
                self.tag_lists.retain(|known| !list.covers(known));
                self.tag_lists.push(list);
                self.tag_lists.sort();
            }
        }
    }
}

/// Turned, so that of two statements the earlier one wins; a statement without a moment loses.
fn earliest(as_of: i64) -> i64 {
    if as_of > 0 { -as_of } else { i64::MIN }
}

fn status_step(status: &str) -> i64 {
    match status {
        "initial" | "pending" | "queued" => 1,
        "answered" | "sent" | "received" => 2,
        "done" | "delivered" | "undelivered" | "failed" => 3,
        "read" => 4,
        _ => 0,
    }
}
