//! What a day leaves in Front.
//!
//! A conversation is known by the first call or text message that stands in it, in the order of the script: all calls of a
//! contact are in one (F3). Each activity and each comment is a fact of its own. The subject that a single message has is
//! not compared: it is the conversation's of that moment, and which of two calls comes first depends on what is late; that
//! the conversation keeps to F4 is asked of each day by itself (`promises/front.rs`).

use std::collections::BTreeMap;

use serde_json::Value;

/// The marker of a call begins so, and then that of a text message.
const MARKERS: [&str; 2] = ["aircall:call:", "aircall:message:"];

/// A fact of each conversation with something of ours ends so.
const INBOXES: &str = " inboxes";

/// Contacts, inboxes, and conversations with what stands in them.
pub(super) fn facts(dump: &Value, names: &BTreeMap<String, String>, fact: &mut impl FnMut(String, String)) {
    fact("still under way".into(), dump["under_way"].to_string());
    for inbox in list(&dump["inboxes"]) {
        fact(format!("inbox {}", inbox["name"]), inbox["teammates"].to_string());
    }
    for contact in list(&dump["contacts"]) {
        fact(
            format!("contact {}", contact["handles"]),
            format!(
                "{}, note {}, {} conversations",
                contact["name"], contact["description"], contact["conversations"]
            ),
        );
    }
    for conversation in list(&dump["conversations"]) {
        of_conversation(conversation, names, fact);
    }
}

/// One fact of each conversation of ours is about this.
pub(super) fn is_of_a_conversation(about: &str) -> bool {
    ["conversation of #", "conversation of text #"].iter().any(|of| about.starts_with(of))
        && about.ends_with(INBOXES)
}

fn of_conversation(
    conversation: &Value,
    names: &BTreeMap<String, String>,
    fact: &mut impl FnMut(String, String),
) {
    let first = list(&conversation["messages"]).filter_map(|message| of_ours(message, names)).min();
    let whose = match first {
        Some(first) => format!("conversation of {}", first.name()),
        None => format!("conversation {}", conversation["subject"]),
    };
    // Which of several comes first, that may depend on what is late (`promises/front.rs`).
    let mut all: Vec<Ours> = list(&conversation["messages"]).filter_map(|m| of_ours(m, names)).collect();
    all.retain(|ours| ours.what.is_empty());
    all.sort();
    let all: Vec<String> = all.iter().map(Ours::name).collect();
    for field in ["subject", "assignee"] {
        fact(format!("{whose} {field}, of {}", all.join(", ")), conversation[field].to_string());
    }
    // Whether an open one is somebody's, the assignee tells.
    let status = match conversation["status"].as_str() {
        Some("assigned" | "unassigned") => "open",
        other => other.unwrap_or_default(),
    };
    fact(format!("{whose} status"), status.to_owned());
    for field in ["contact", "tags", "links"] {
        fact(format!("{whose} {field}"), conversation[field].to_string());
    }
    fact(format!("{whose}{INBOXES}"), conversation["inboxes"].to_string());
    for message in list(&conversation["messages"]) {
        let about = match of_ours(message, names) {
            Some(ours) => {
                fact(format!("place of {} {}", ours.name(), ours.what), format!("the {whose}"));
                format!("entry of {} {}", ours.name(), ours.what)
            }
            None => format!("{whose} entry"),
        };
        let is = format!(
            "by {} ({}), inbound {}, at {}, {}, rules {}: {}",
            message["author"],
            message["recipients"],
            message["is_inbound"],
            message["created_at"],
            message["type"],
            message["ran_rules"],
            message["text"]
        );
        fact(about, is);
    }
    for comment in list(&conversation["comments"]) {
        fact(format!("{whose} comment"), format!("by {}: {}", comment["author"], comment["text"]));
    }
}

/// A call or text message of the script, and which activity of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Ours {
    is_text: bool,
    number: usize,
    what: String,
}

impl Ours {
    fn name(&self) -> String {
        format!("{}#{}", if self.is_text { "text " } else { "" }, self.number)
    }
}

fn of_ours(message: &Value, names: &BTreeMap<String, String>) -> Option<Ours> {
    let marker = message["external_id"].as_str()?;
    let rest = MARKERS.iter().find_map(|start| marker.strip_prefix(start))?;
    let (id, what) = rest.split_once(':').unwrap_or((rest, ""));
    let name = names.get(id)?;
    let number = name.rsplit('#').next()?.parse().ok()?;
    Some(Ours { is_text: name.starts_with("text"), number, what: what.to_owned() })
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::Desk;
    use crate::records::Records;
    use serde_json::json;

    fn records(ids: [u64; 2], second: &[(&str, &str)], comments: &[&str]) -> Records {
        let names =
            BTreeMap::from([(ids[0].to_string(), "#9".to_owned()), (ids[1].to_string(), "#10".to_owned())]);
        let message = |id: u64, what: &str, text: &str| json!({"external_id": format!("aircall:call:{id}{what}"), "text": text, "created_at": 5});
        let mut messages = vec![message(ids[0], "", "Missed call")];
        messages.extend(second.iter().map(|(what, text)| message(ids[1], what, text)));
        messages.reverse();
        let comments: Vec<Value> =
            comments.iter().map(|text| json!({"author": "Ada", "text": text})).collect();
        let dump = json!({"under_way": 0, "send_attempts": 0, "inboxes": [], "contacts": [], "conversations":
            [{"subject": "Missed call", "messages": messages, "comments": comments}]});
        Records::of(Desk::Front, &dump, &names)
    }

    #[test]
    fn ids_and_order_do_not_matter_and_what_stands_twice_or_is_missing_does() {
        let second = [("", "Inbound call"), (":duration", "60 s")];
        let quiet = records([7, 8], &second, &["Hello"]);
        assert_eq!(quiet.tickets(), 1);
        let differ = |other: Records| other.differ_from(&[&quiet], |_| false);
        assert_eq!(differ(records([18, 17], &[second[1], second[0]], &["Hello"])), None);
        assert!(differ(records([7, 8], &second, &["Hello", "Hello"])).is_some());
        assert!(differ(records([7, 8], &second[..1], &["Hello"])).is_some());
        let other =
            differ(records([7, 8], &[("", "Inbound call"), (":duration", "61 s")], &["Hello"])).unwrap();
        assert!(other.to_string().contains("entry of #10 duration: by "), "{other}");
        assert!(!other.to_string().contains("place of #10"), "{other}");
    }
}
