//! A call in its conversation, as the requests that bring it there would have it stand.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::markdown;
use crate::call::Call;
use crate::ledger::{Write, WriteKind};
use crate::outline::{Outline, OutlineNote};

/// Reads the requests for one call, in their order.
pub(super) fn outline(call: &Call, writes: &[Write], now: DateTime<Utc>) -> Outline {
    let mut outline = Outline { status: "open", ..Outline::default() };
    for write in writes {
        let body = &write.body;
        match write.kind {
            WriteKind::CreateTicket => {
                outline.title = text(body, "subject").unwrap_or_default().to_owned();
                outline.tags = names(body);
                // Who has the conversation already keeps it, unless a request says otherwise.
                let had = write.holdings.iter().find(|held| held.key == "ticket");
                let had = had.and_then(|held| held.detail.get("had")?.as_str());
                outline.assignee = text(body, "assignee_id").or(had).map(str::to_owned);
                let archived = body.pointer("/metadata/is_archived").and_then(Value::as_bool);
                outline.status = if archived == Some(true) { "archived" } else { "open" };
                outline.notes.push(activity(body, now));
            }
            WriteKind::AddEntry => outline.notes.push(match body.get("metadata") {
                Some(_) => activity(body, now),
                None => comment(call, write, now),
            }),
            WriteKind::SetAssignee => outline.assignee = text(body, "assignee_id").map(str::to_owned),
            WriteKind::CreateCustomer
            | WriteKind::AddNumber
            | WriteKind::NameCustomer
            | WriteKind::CreateTag
            | WriteKind::AddTags
            | WriteKind::RemoveTags
            | WriteKind::SetStatus
            | WriteKind::GiveTicket
            | WriteKind::TakeBack
            | WriteKind::AddLink => {}
        }
    }
    outline
}

fn activity(body: &Value, now: DateTime<Utc>) -> OutlineNote {
    let at = body.get("created_at").and_then(Value::as_i64).and_then(|at| DateTime::from_timestamp(at, 0));
    OutlineNote {
        author: body.pointer("/sender/author_id").and_then(Value::as_str).map(str::to_owned),
        at: at.unwrap_or(now),
        text: text(body, "body").unwrap_or_default().to_owned(),
    }
}

/// A comment bears no moment of its own in Front: it is told when it was written in Aircall.
fn comment(call: &Call, write: &Write, now: DateTime<Utc>) -> OutlineNote {
    let key = write.main_key().strip_prefix("comment:").unwrap_or_default();
    let written = call.comments().into_iter().find(|comment| comment.key == key);
    let at = written.and_then(|comment| DateTime::from_timestamp(comment.posted_at?, 0));
    OutlineNote {
        author: text(&write.body, "author_id").map(str::to_owned),
        at: at.unwrap_or(now),
        text: markdown::unescaped(text(&write.body, "body").unwrap_or_default()),
    }
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str()
}

fn names(body: &Value) -> Vec<String> {
    let names = body.get("tags").and_then(Value::as_array).into_iter().flatten();
    names.filter_map(Value::as_str).map(str::to_owned).collect()
}
