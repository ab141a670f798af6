//! What a day leaves in Gorgias.
//!
//! A file counts as its ticket's, whichever note carries it: packed into the note of the end, or in one of its own whose
//! text says nothing more.
//!
//! So does the link to the call in Aircall: it stands in the note of the end where it is known by then, and in that of the
//! recording otherwise.
//!
//! A conversation of text messages is the customer's: which of their messages begins it depends on which arrives first.
//!
//! One note counts as the customer's and not as its ticket's: that nobody had the number (G16). It is written where the
//! customer is made, with the first call of a stranger that is heard of; where events are late that may be the second. Its
//! author is then that call's agent: it is compared as what it is, the author of the ticket's own first note, or not.

use serde_json::Value;

/// The marker of a text message begins so.
const OF_A_TEXT: &str = "aircall:message:";
/// A link to a call in Aircall begins so.
const LINK: &str = "https://assets.aircall.io/";

/// Customers and tickets.
pub(super) fn facts(dump: &Value, fact: &mut impl FnMut(String, String)) {
    for customer in dump["customers"].as_array().unwrap() {
        fact(
            format!("customer {} {}", customer["name"], customer["email"]),
            format!("{}, note {}, {} tickets", customer["channels"], customer["note"], customer["tickets"]),
        );
    }
    for ticket in dump["tickets"].as_array().unwrap() {
        of_ticket(ticket, fact);
    }
}

/// One fact of each ticket of ours is about this.
pub(super) fn is_of_a_ticket(about: &str) -> bool {
    ["ticket aircall:", "conversation of "].iter().any(|of| about.starts_with(of))
        && about.ends_with(" channel")
}

fn of_ticket(ticket: &Value, fact: &mut impl FnMut(String, String)) {
    let whose = match &ticket["external_id"] {
        Value::Null => format!("ticket {}", ticket["subject"]),
        // Its marker is that of the message that arrived first.
        Value::String(marker) if marker.starts_with(OF_A_TEXT) => {
            format!("conversation of {}", ticket["customer"])
        }
        marker => format!("ticket {}", text(marker)),
    };
    let fields = ["subject", "status", "channel", "customer", "assignee", "tags", "spam", "trashed"];
    for field in fields {
        fact(format!("{whose} {field}"), ticket[field].to_string());
    }
    let messages = ticket["messages"].as_array().unwrap();
    let mut links: Vec<String> = Vec::new();
    for message in messages {
        let files: Vec<&Value> = message["attachments"].as_array().into_iter().flatten().collect();
        for file in &files {
            fact(format!("{whose} file {}", file["name"]), file.to_string());
        }
        let (plain, of_text) = without_links(&message["body_text"], "\n");
        let (html, _) = without_links(&message["body_html"], "<br>");
        links.extend(of_text);
        let marker = text(&message["external_id"]);
        if !files.is_empty() && only_carries(&marker) {
            continue;
        }
        let author = match marker.strip_suffix("not_found") {
            Some(of_the_call) => author_beside(message, messages, of_the_call),
            None => message["sender"].to_string(),
        };
        let about = match marker.ends_with(":not_found") {
            true => format!("customer {} was made by us", ticket["customer"]),
            false => format!("{whose} entry {marker}"),
        };
        let public = &message["public"];
        // When a text message was sent is Aircall's to say, and the thread is in that order.
        let sent = if message["channel"] == "sms" { message["sent"].to_string() } else { String::new() };
        fact(about, format!("by {author}, public {public}, {sent}: {plain:?} | {html:?}"));
    }
    links.sort_unstable();
    links.dedup();
    for link in links {
        fact(format!("{whose} link"), link);
    }
}

/// A note that is there for its file.
fn only_carries(marker: &str) -> bool {
    [":recording", ":voicemail"].iter().any(|end| marker.ends_with(end))
        || (marker.starts_with(OF_A_TEXT) && marker.contains(":media:"))
}

/// A text without the parts that lead to the call in Aircall, and what these lead to.
fn without_links(body: &Value, between: &str) -> (String, Vec<String>) {
    let body = body.as_str().unwrap_or_default();
    let is_link = |part: &&str| part.contains(LINK);
    let (links, rest): (Vec<&str>, Vec<&str>) = body.split(between).partition(is_link);
    let links = links.iter().filter_map(|part| part.find(LINK).map(|at| part[at..].to_owned())).collect();
    let end = if body.ends_with("</p>") && !rest.last().is_some_and(|last| last.ends_with("</p>")) {
        "</p>"
    } else {
        ""
    };
    (format!("{}{end}", rest.join(between)), links)
}

/// Who wrote that nobody had the number: whoever wrote the first note of the same call, or else by name.
fn author_beside(message: &Value, messages: &[Value], of_the_call: &str) -> String {
    let first = ["answered", "ended"].iter().find_map(|key| {
        let marker = format!("{of_the_call}{key}");
        messages.iter().find(|m| m["external_id"] == marker.as_str())
    });
    match first {
        Some(first) if first["sender"] == message["sender"] => "the author of the first note".into(),
        _ => message["sender"].to_string(),
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::Desk;
    use crate::records::Records;
    use serde_json::json;
    use std::collections::BTreeMap;

    fn dump(call: u64, entries: &[(&str, &str, &str)]) -> Value {
        let messages: Vec<Value> = entries
            .iter()
            .map(|(key, by, text)| {
                json!({"external_id": format!("aircall:call:{call}:{key}"), "sender": by, "body_text": text})
            })
            .collect();
        json!({"customers": [], "send_attempts": 0, "tickets":
            [{"external_id": format!("aircall:call:{call}"), "messages": messages}]})
    }

    fn records(call: u64, entries: &[(&str, &str, &str)]) -> Records {
        Records::of(
            Desk::Gorgias,
            &dump(call, entries),
            &BTreeMap::from([(call.to_string(), "#0".to_owned())]),
        )
    }

    const ANSWERED: (&str, &str, &str) = ("answered", "Ada", "Start: 9:00:00");
    const ENDED: (&str, &str, &str) = ("ended", "Ada", "60 s");

    #[test]
    fn ids_do_not_matter_and_an_entry_written_twice_does() {
        let quiet = records(7, &[ANSWERED, ENDED]);
        let differ = |other: Records| other.differ_from(&[&quiet], |_| false);
        assert_eq!(differ(records(8, &[ENDED, ANSWERED])), None);
        let twice = differ(records(7, &[ANSWERED, ENDED, ENDED])).unwrap();
        assert_eq!((twice.missing.len(), twice.added.len()), (0, 1));
        let packed = |own: bool| {
            let file = json!([{"name": "recording-7.mp3", "sha256": "ab"}]);
            let mut dump =
                dump(7, if own { &[ANSWERED, ("recording", "1", "Recording")] } else { &[ANSWERED] });
            dump["tickets"][0]["messages"][usize::from(own)]["attachments"] = file;
            Records::of(Desk::Gorgias, &dump, &BTreeMap::new())
        };
        assert!(
            packed(true).differ_from(&[&packed(false)], |_| false).is_none(),
            "a file, wherever it is packed"
        );
        assert!(packed(true).differ_from(&[&records(7, &[ANSWERED])], |_| false).is_some());
        let short = differ(records(7, &[ANSWERED])).unwrap().to_string();
        assert!(short.starts_with("  - ") && short.contains("ended"), "{short}");
        assert_eq!(records(7, &[ANSWERED]).differ_from(&[&quiet], |about| about.contains("entry")), None);
    }

    #[test]
    fn each_fact_may_be_that_of_either_quiet_day_and_of_no_other() {
        let (before, after) = (
            records(7, &[ANSWERED, ENDED]),
            records(7, &[("answered", "Ada", "Start: 9:00:01"), ("ended", "Ada", "59 s")]),
        );
        let differ = |other: &Records| other.differ_from(&[&before, &after], |_| false);
        assert_eq!(differ(&after), None);
        assert_eq!(differ(&records(7, &[ANSWERED, ("ended", "Ada", "59 s")])), None);
        assert!(differ(&records(7, &[ANSWERED, ("ended", "Ada", "58 s")])).is_some());
        assert!(differ(&records(7, &[ANSWERED, ("ended", "Ada", "59 s"), ENDED])).is_some(), "written twice");
    }

    #[test]
    fn that_nobody_had_the_number_may_stand_on_another_ticket_but_has_its_author_and_text() {
        let quiet = records(7, &[ANSWERED, ("not_found", "Ada", "Nobody")]);
        let differ = |other: Records| other.differ_from(&[&quiet], |about| about.contains("entry"));
        assert_eq!(differ(records(7, &[("answered", "Bo", ""), ("not_found", "Bo", "Nobody")])), None);
        assert!(differ(records(7, &[("answered", "Bo", ""), ("not_found", "Ada", "Nobody")])).is_some());
        assert!(differ(records(7, &[ANSWERED, ("not_found", "Ada", "Somebody")])).is_some());
        assert!(differ(records(7, &[ANSWERED])).is_some());
    }

    #[test]
    fn the_link_to_the_call_counts_whichever_note_has_it() {
        let with = |entries: &[(&str, &str, &str)], file: bool| {
            let mut dump = dump(7, entries);
            if file {
                dump["tickets"][0]["messages"][1]["attachments"] = json!([{"name": "recording-7.mp3"}]);
            }
            Records::of(Desk::Gorgias, &dump, &BTreeMap::new())
        };
        let link = "60 s\nCall in Aircall: https://assets.aircall.io/calls/7/recording";
        let at_once = with(&[ANSWERED, ("ended", "Ada", link)], false);
        let later = with(&[("ended", "Ada", "60 s"), ("recording", "Ada", link), ANSWERED], true);
        let file_alone = with(&[("ended", "Ada", "60 s"), ("recording", "Ada", ""), ANSWERED], true);
        let difference = |a: &Records| a.differ_from(&[&at_once], |about| about.contains("file"));
        assert_eq!(difference(&later), None);
        assert!(difference(&file_alone).unwrap().to_string().contains("link"));
        assert_eq!(
            without_links(
                &json!("<p>60 s<br>Call: <a href=\"https://assets.aircall.io/7\">7</a></p>"),
                "<br>"
            )
            .0,
            "<p>60 s</p>"
        );
    }

    #[test]
    fn a_conversation_is_its_customers_whichever_message_began_it() {
        let day = |first: &str, second: &str, sent: &str| {
            let text = |marker: &str, body: &str| {
                json!({"external_id": format!("aircall:message:{marker}"), "channel": "sms", "sender": "Ada",
                    "body_text": body, "sent": sent})
            };
            let texts = [text("a", "Hello"), text("b", "Anybody?")];
            let order = if first < second { texts } else { [texts[1].clone(), texts[0].clone()] };
            let dump = json!({"customers": [], "send_attempts": 0, "tickets": [{
                "external_id": format!("aircall:message:{first}"), "customer": "Ada", "messages": order}]});
            Records::of(Desk::Gorgias, &dump, &BTreeMap::new())
        };
        let quiet = day("a", "b", "09:00");
        assert_eq!(quiet.tickets(), 1);
        assert_eq!(day("b", "a", "09:00").differ_from(&[&quiet], |_| false), None);
        assert!(day("a", "b", "09:01").differ_from(&[&quiet], |_| false).is_some(), "another time");
    }
}
