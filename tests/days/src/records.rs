//! What a day leaves in the helpdesk, in a form in which two days can be compared (`design.md` §7): the same customers,
//! threads, tags, status, assignees, authors, entry texts and file hashes. How facts were packed into requests is not in
//! it, nor ids and times of writing.
//!
//! A file counts as its ticket's, whichever note carries it: packed into the note of the end, or in one of its own whose
//! text says nothing more.
//!
//! One note counts as the customer's and not as its ticket's: that nobody had the number (G16). It is written where the
//! customer is made, with the first call of a stranger that is heard of; where events are late that may be the second.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

/// The records, one fact a line, sorted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Records {
    lines: Vec<String>,
}

impl Records {
    /// Out of the sandbox's dump. `names` says what ids mean, so that two days agree on them: `4300112040` → `call 3`.
    ///
    /// # Panics
    /// If the dump is none.
    #[must_use]
    pub fn of(dump: &Value, names: &BTreeMap<String, String>) -> Records {
        let mut lines = vec![format!("messages sent to customers: {}", dump["send_attempts"])];
        for customer in dump["customers"].as_array().unwrap() {
            lines.push(format!(
                "customer {} {}: {}, note {}, {} tickets",
                customer["name"],
                customer["email"],
                customer["channels"],
                customer["note"],
                customer["tickets"]
            ));
        }
        for ticket in dump["tickets"].as_array().unwrap() {
            let whose = match &ticket["external_id"] {
                Value::Null => format!("ticket {}", ticket["subject"]),
                marker => format!("ticket {}", text(marker)),
            };
            let fields = ["subject", "status", "channel", "customer", "assignee", "tags", "spam", "trashed"];
            lines.extend(fields.iter().map(|field| format!("{whose} {field}: {}", ticket[*field])));
            for message in ticket["messages"].as_array().unwrap() {
                if text(&message["external_id"]).ends_with(":not_found") {
                    let (customer, note) = (&ticket["customer"], &message["body_text"]);
                    lines.push(format!("customer {customer} was made by us: {note}"));
                    continue;
                }
                let files = message["attachments"].as_array().unwrap();
                lines.extend(files.iter().map(|file| format!("{whose} file: {file}")));
                let marker = text(&message["external_id"]);
                let only_carries = [":recording", ":voicemail"].iter().any(|end| marker.ends_with(end));
                if only_carries && !files.is_empty() {
                    continue;
                }
                lines.push(format!(
                    "{whose} entry {marker} by {}, public {}: {} | {}",
                    message["sender"], message["public"], message["body_text"], message["body_html"],
                ));
            }
        }
        for line in &mut lines {
            for (id, name) in names {
                *line = line.replace(id.as_str(), name);
            }
        }
        lines.sort();
        Records { lines }
    }

    /// The facts.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// How many tickets of calls there are.
    #[must_use]
    pub fn tickets(&self) -> usize {
        self.lines.iter().filter(|l| l.starts_with("ticket aircall:") && l.contains(" channel: ")).count()
    }

    /// What `self` has more or less than `quiet`; `None` if they are equal.
    #[must_use]
    pub fn differ_from(&self, quiet: &Records) -> Option<Difference> {
        let missing = without(&quiet.lines, &self.lines);
        let added = without(&self.lines, &quiet.lines);
        (!missing.is_empty() || !added.is_empty()).then_some(Difference { missing, added })
    }
}

/// What two days do not agree on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    missing: Vec<String>,
    added: Vec<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.missing {
            writeln!(f, "  - {line}")?;
        }
        for line in &self.added {
            writeln!(f, "  + {line}")?;
        }
        Ok(())
    }
}

/// The lines of `all` that `others` lacks; a line that stands twice must stand twice there, too.
fn without(all: &[String], others: &[String]) -> Vec<String> {
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for line in others {
        *left.entry(line).or_default() += 1;
    }
    let is_left_over = |line: &&String| match left.get_mut(line.as_str()) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    all.iter().filter(is_left_over).cloned().collect()
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn dump(call: u64, entries: &[&str]) -> Value {
        let messages: Vec<Value> = entries
            .iter()
            .map(|t| {
                let marker = format!("aircall:call:{call}:x");
                json!({"external_id": marker, "body_text": t, "attachments": []})
            })
            .collect();
        json!({"customers": [], "send_attempts": 0, "tickets":
            [{"external_id": format!("aircall:call:{call}"), "messages": messages}]})
    }

    fn records(call: u64, entries: &[&str]) -> Records {
        Records::of(&dump(call, entries), &BTreeMap::from([(call.to_string(), "#0".to_owned())]))
    }

    #[test]
    fn ids_do_not_matter_and_an_entry_written_twice_does() {
        let quiet = records(7, &["answered", "ended"]);
        assert_eq!(records(9, &["ended", "answered"]).differ_from(&quiet), None);
        let twice = records(7, &["answered", "ended", "ended"]).differ_from(&quiet).unwrap();
        assert_eq!((twice.missing.len(), twice.added.len()), (0, 1));
        let packed = |own: bool| {
            let file = json!([{"name": "recording-7.mp3", "sha256": "ab"}]);
            let mut dump = dump(7, if own { &["ended", "Recording"] } else { &["ended"] });
            dump["tickets"][0]["messages"][usize::from(own)]["attachments"] = file;
            if own {
                dump["tickets"][0]["messages"][1]["external_id"] = json!("aircall:call:7:recording");
            }
            Records::of(&dump, &BTreeMap::new())
        };
        assert_eq!(packed(true).differ_from(&packed(false)), None, "a file, wherever it is packed");
        assert!(packed(true).differ_from(&records(7, &["ended"])).is_some());
        let short = records(7, &["answered"]).differ_from(&quiet).unwrap().to_string();
        assert!(short.starts_with("  - ") && short.contains("ended"), "{short}");
    }
}
