//! A ticket as the requests that make it would have it stand.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::ledger::{Write, WriteKind};
use crate::outline::{Outline, OutlineNote};

/// Reads the requests for one call, in their order.
pub(super) fn outline(writes: &[Write], now: DateTime<Utc>) -> Outline {
    let mut outline = Outline { status: "open", ..Outline::default() };
    for write in writes {
        let body = &write.body;
        match write.kind {
            WriteKind::CreateTicket => {
                outline.title = text(body, "subject").unwrap_or_default().to_owned();
                outline.assignee = id(&body["assignee_user"]);
                set_status(&mut outline, body);
                let tags = body["tags"].as_array().into_iter().flatten();
                outline.tags = tags.filter_map(|tag| text(tag, "name")).map(str::to_owned).collect();
                let notes = body["messages"].as_array().into_iter().flatten();
                outline.notes.extend(notes.map(|body| note(body, now)));
            }
            WriteKind::AddEntry => outline.notes.push(note(body, now)),
            WriteKind::AddTags => {
                let names = body["names"].as_array().into_iter().flatten();
                outline.tags.extend(names.filter_map(Value::as_str).map(str::to_owned));
            }
            WriteKind::SetStatus => set_status(&mut outline, body),
            WriteKind::SetAssignee => outline.assignee = id(&body["assignee_user"]),
            WriteKind::CreateCustomer
            | WriteKind::AddNumber
            | WriteKind::NameCustomer
            | WriteKind::CreateTag
            | WriteKind::RemoveTags
            | WriteKind::GiveTicket
            | WriteKind::TakeBack
            | WriteKind::AddLink => {}
        }
    }
    outline
}

fn set_status(outline: &mut Outline, body: &Value) {
    if let Some(status) = text(body, "status") {
        outline.status = if status == "closed" { "closed" } else { "open" };
    }
}

fn note(body: &Value, now: DateTime<Utc>) -> OutlineNote {
    let at = text(body, "sent_datetime").and_then(|at| DateTime::parse_from_rfc3339(at).ok());
    OutlineNote {
        author: id(&body["sender"]),
        at: at.map_or(now, |at| at.to_utc()),
        text: text(body, "body_text").unwrap_or_default().to_owned(),
    }
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str()
}

fn id(value: &Value) -> Option<String> {
    value.get("id")?.as_u64().map(|id| id.to_string())
}
