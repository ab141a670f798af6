//! Readable stand-ins for what Front shows at `/open/{id}`: a conversation with its messages and comments. A contact has no
//! address at Front, so its page is the sandbox's own.

use std::fmt::Write as _;

use axum::response::Response;
use chrono::DateTime;
use serde_json::Value;

use super::{
    Control,
    pages::{escape, fact, frame, page, text_or},
};
use crate::wire::Answered;

/// `/open/{cnv_…}`, or a message's id, which leads to its conversation.
pub(super) fn open(control: &Control, id: &str) -> Response {
    let conversations = control.front().conversations();
    let found = conversations.iter().find(|conversation| {
        let mut messages = conversation["messages"].as_array().into_iter().flatten();
        conversation["id"] == id || messages.any(|message| message["id"] == id)
    });
    shown(found.map(conversation_page), "There is no such conversation")
}

/// A contact, with their conversations.
pub(super) fn contact(control: &Control, id: &str) -> Response {
    let contacts = control.front().contacts();
    let conversations = control.front().conversations();
    let found = contacts.iter().find(|contact| contact["id"] == id);
    shown(found.map(|contact| contact_page(contact, &conversations)), "There is no such contact")
}

fn shown(found: Option<String>, otherwise: &str) -> Response {
    match found {
        Some(html) => page(Answered::html(200, html), "'none'"),
        None => page(Answered::html(404, frame("Not found", &format!("<h1>{otherwise}</h1>"))), "'none'"),
    }
}

/// What stands in a conversation, in the order of time: the moment, and the written entry.
fn entries(conversation: &Value) -> Vec<(f64, String)> {
    let list = |name: &str| conversation[name].as_array().into_iter().flatten();
    let messages = list("messages").map(|message| {
        let kind = if message["is_inbound"] == true { "received" } else { "sent" };
        let kind = format!("{} {kind}", text_or(&message["type"], "message"));
        let from = message["recipients"].as_array().into_iter().flatten().find(|end| end["role"] == "from");
        let who = match (person(&message["author"]), from) {
            (Some(author), _) => author,
            (None, Some(from)) => name_of(from),
            (None, None) => "Somebody".to_owned(),
        };
        (seconds(&message["created_at"]), entry("message", &who, &kind, &message["created_at"], message))
    });
    let comments = list("comments").map(|comment| {
        let who = person(&comment["author"]).unwrap_or_else(|| "Somebody".to_owned());
        (
            seconds(&comment["posted_at"]),
            entry("message note", &who, "Comment", &comment["posted_at"], comment),
        )
    });
    let mut all: Vec<(f64, String)> = messages.chain(comments).collect();
    all.sort_by(|one, other| one.0.total_cmp(&other.0));
    all
}

fn entry(class: &str, who: &str, kind: &str, at: &Value, written: &Value) -> String {
    let mut html = format!(
        "<li class=\"{class}\"><header><b>{who}</b><span>{kind}</span><time>{}</time></header>\
         <div class=\"body\">{}</div>",
        when(at),
        text_or(&written["body"], ""),
    );
    let files = written["attachments"].as_array().filter(|files| !files.is_empty());
    if let Some(files) = files {
        html.push_str("<ul class=\"files\" aria-label=\"Files\">");
        for file in files {
            let size = file["size"].as_u64().unwrap_or_default() / 1000;
            let _ =
                write!(html, "<li class=\"chip\">{} · {size} kB</li>", text_or(&file["filename"], "file"));
        }
        html.push_str("</ul>");
    }
    html.push_str("</li>");
    html
}

fn conversation_page(conversation: &Value) -> String {
    let subject = text_or(&conversation["subject"], "(no subject)");
    let mut main = format!("<h1>{subject}</h1><dl class=\"facts\">");
    fact(&mut main, "Conversation", &text_or(&conversation["id"], "–"));
    fact(&mut main, "Status", &text_or(&conversation["status"], "–"));
    let inboxes: Vec<&str> =
        conversation["inboxes"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    fact(&mut main, "Inbox", &escape(&inboxes.join(", ")));
    fact(&mut main, "Contact", &contact_link(&conversation["recipient"]));
    let assignee = person(&conversation["assignee"]).unwrap_or_else(|| "Unassigned".to_owned());
    fact(&mut main, "Assignee", &assignee);
    fact(&mut main, "Created", &when(&conversation["created_at"]));
    main.push_str("</dl><ul class=\"chips\" aria-label=\"Tags\">");
    for tag in conversation["tags"].as_array().into_iter().flatten() {
        let _ = write!(main, "<li class=\"chip\">{}</li>", text_or(&tag["name"], ""));
    }
    main.push_str("</ul><ol class=\"thread\">");
    main.extend(entries(conversation).into_iter().map(|(_, entry)| entry));
    main.push_str("</ol>");
    frame(&subject, &main)
}

fn contact_link(recipient: &Value) -> String {
    let name = name_of(recipient);
    let contact = recipient["_links"]["related"]["contact"].as_str();
    match contact.and_then(|address| address.rsplit('/').next()) {
        Some(id) => format!("<a href=\"/_sandbox/contacts/{}\">{name}</a>", escape(id)),
        None => name,
    }
}

fn contact_page(contact: &Value, conversations: &[Value]) -> String {
    let name = text_or(&contact["name"], "(no name)");
    let mut main = format!("<h1>{name}</h1><dl class=\"facts\">");
    for handle in contact["handles"].as_array().into_iter().flatten() {
        fact(&mut main, &text_or(&handle["source"], "Handle"), &text_or(&handle["handle"], "–"));
    }
    fact(&mut main, "Description", &text_or(&contact["description"], "–"));
    main.push_str("</dl><h2>Conversations</h2><ul class=\"rows\">");
    let of_contact = |conversation: &&Value| {
        let mut messages = conversation["messages"].as_array().into_iter().flatten();
        messages.any(|message| {
            let mut ends = message["recipients"].as_array().into_iter().flatten();
            ends.any(|end| end["_links"]["related"]["contact"] == contact["_links"]["self"])
        })
    };
    let own: Vec<&Value> = conversations.iter().filter(of_contact).collect();
    for conversation in &own {
        let _ = write!(
            main,
            "<li><a href=\"/open/{}\">{}</a><span>{} · {}</span></li>",
            text_or(&conversation["id"], ""),
            text_or(&conversation["subject"], "(no subject)"),
            text_or(&conversation["status"], ""),
            when(&conversation["created_at"]),
        );
    }
    if own.is_empty() {
        main.push_str("<li>None yet</li>");
    }
    main.push_str("</ul>");
    frame(&name, &main)
}

/// The name of one end of a message, or its handle.
fn name_of(end: &Value) -> String {
    if end["name"].is_string() { text_or(&end["name"], "–") } else { text_or(&end["handle"], "–") }
}

/// Escaped, as everything that is put together here.
fn person(teammate: &Value) -> Option<String> {
    let name = format!("{} {}", teammate["first_name"].as_str()?, teammate["last_name"].as_str()?);
    Some(escape(&name))
}

fn seconds(at: &Value) -> f64 {
    at.as_f64().unwrap_or_default()
}

/// Minutes, in UTC.
fn when(at: &Value) -> String {
    let at = at.as_f64().and_then(|seconds| DateTime::from_timestamp(seconds as i64, 0));
    at.map_or_else(|| "–".to_owned(), |at| at.format("%Y-%m-%d %H:%M UTC").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_strangers_wrote_is_text_and_stands_in_the_order_of_time() {
        let conversation = json!({
            "id": "cnv_1",
            "subject": "<script>alert(1)</script>",
            "inboxes": ["Aircall <Phone>"],
            "messages": [{
                "created_at": 1_800_000_060, "type": "sms", "is_inbound": true, "body": "<b>Hello</b>",
                "recipients": [{"role": "from", "name": null, "handle": "<i>"}],
            }],
            "comments": [{
                "posted_at": 1_800_000_000.5, "body": "First & foremost",
                "author": {"first_name": "A", "last_name": "<B>"},
            }],
        });
        let page = conversation_page(&conversation);
        assert!(
            !page.contains("<script")
                && !page.contains("<b>Hello")
                && !page.contains("<i>")
                && !page.contains("<B>")
        );
        let (comment, message) =
            (page.find("First &amp; foremost").unwrap(), page.find("&lt;b&gt;Hello").unwrap());
        assert!(comment < message);
    }
}
