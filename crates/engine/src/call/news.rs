//! Whether a reading of a call says anything that is not known: lists are read again and again, and nearly all of what they
//! say is (B1).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::parts::object_id;
use super::{Call, Statement};

/// What a record is made from, beside notes, tags and files. What else changes after the end (cost, a start or a duration
/// that is corrected by a second, names of people and lines) changes no record.
const TOLD: [&str; 10] = [
    "answered_at",
    "contact",
    "direction",
    "ended_at",
    "missed_call_reason",
    "number",
    "raw_digits",
    "status",
    "user",
    "assigned_to",
];

impl Call {
    /// Whether joining this statement would tell anything that a record is made from.
    #[must_use]
    pub fn is_news(&self, statement: &Statement<'_>) -> bool {
        let mut after = self.clone();
        after.join(statement);
        after.substance() != self.substance()
    }

    fn substance(&self) -> Substance<'_> {
        let told = self.facts.iter().filter(|(key, _)| TOLD.contains(&key.as_str()));
        let comments = self
            .comments
            .iter()
            .map(|(id, fact)| (*id, (fact.value.get("content"), object_id(fact.value.get("posted_by")))));
        Substance {
            told: told.map(|(key, fact)| (key.as_str(), &fact.value)).collect(),
            comments: comments.collect(),
            tags: self.tags().into_iter().map(|tag| tag.id).collect(),
            teams: self.teams().into_iter().map(|team| team.name).collect(),
            has_files: (self.has_recording(), self.has_voicemail()),
        }
    }
}

#[derive(PartialEq)]
struct Substance<'a> {
    told: BTreeMap<&'a str, &'a Value>,
    comments: BTreeMap<u64, (Option<&'a Value>, Option<u64>)>,
    tags: BTreeSet<u64>,
    teams: BTreeSet<String>,
    has_files: (bool, bool),
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::call::{CaseId, Origin};

    fn said(call: &mut Call, origin: &Origin, as_of: i64, data: &Value) {
        call.join(&Statement { origin, as_of, data: data.as_object().expect("an object") });
    }

    fn is_news(call: &Call, as_of: i64, data: &Value) -> bool {
        let data = data.as_object().expect("an object");
        call.is_news(&Statement { origin: &Origin::Listed, as_of, data })
    }

    #[test]
    fn the_same_again_is_none_and_what_a_record_is_made_from_is() {
        let first = json!({
            "id": 7, "status": "done", "direction": "inbound", "started_at": 1_000, "ended_at": 1_060,
            "cost": "0.0", "recording": "https://example.com/a", "user": {"id": 3, "name": "Camille"},
            "tags": [{"id": 1, "name": "Refund"}], "comments": [],
        });
        let mut call = Call::new(CaseId(7));
        said(&mut call, &Origin::Event("call.ended".into()), 1_060, &first);
        let with = |key: &str, value: Value| {
            let mut data = first.clone();
            data[key] = value;
            data
        };
        assert!(!is_news(&call, 2_000, &first));
        for (key, value) in [
            ("cost", json!("3.0")),
            ("started_at", json!(1_001)),
            ("recording", json!("https://example.com/b")),
            ("user", json!({"id": 3, "name": "Camille Roux"})),
        ] {
            assert!(!is_news(&call, 2_000, &with(key, value)), "{key}");
        }
        for (key, value) in [
            ("tags", json!([])),
            ("tags", json!([{"id": 1, "name": "Refund"}, {"id": 2, "name": "Order"}])),
            ("comments", json!([{"id": 9, "content": "Called back", "posted_by": {"id": 3}}])),
            ("voicemail", json!("https://example.com/v")),
            ("user", json!({"id": 4})),
            ("missed_call_reason", json!("no_available_agent")),
        ] {
            assert!(is_news(&call, 2_000, &with(key, value)), "{key}");
        }
        // A tag that was put on after the list was made stays on.
        assert!(!is_news(&call, 1_000, &with("tags", json!([]))));
    }

    #[test]
    fn what_a_list_said_before_an_event_is_news_again_after_it() {
        let without = json!({"id": 7, "status": "done", "tags": []});
        let mut call = Call::new(CaseId(7));
        said(&mut call, &Origin::Listed, 1_000, &without);
        assert!(!is_news(&call, 1_100, &without));
        said(
            &mut call,
            &Origin::Event("call.tagged".into()),
            1_200,
            &json!({"id": 7, "tags": [{"id": 1, "name": "Refund"}]}),
        );
        assert!(is_news(&call, 1_300, &without));
    }
}
