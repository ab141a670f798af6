//! The pages of the sandbox: the control page, and readable stand-ins for the helpdesk's ticket and customer
//! pages. Nothing on them comes from elsewhere, and what was written into a ticket is shown as text only.

use std::fmt::Write as _;

use axum::response::Response;
use http::HeaderMap;
use serde_json::Value;

use super::Control;
pub(super) use crate::paper::{escape, frame};
use crate::{desk::to_response, wire::Answered};

const CONTROL: &str = include_str!("../pages/control.html");
const SCRIPT: &str = include_str!("../pages/control.js");
const STYLE: &str = include_str!("../pages/control.css");

/// The page on which a person rings.
pub(super) async fn control_page(headers: HeaderMap) -> Response {
    let host = headers.get(http::header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    // Any port of this machine: the Gorgias stand-in's is not known to the page before it asks.
    let connect = if name.is_empty() { "'self'".to_owned() } else { format!("'self' http://{name}:*") };
    page(Answered::html(200, CONTROL), &connect)
}

pub(super) async fn style() -> Response {
    to_response(Answered::body(200, "text/css; charset=utf-8", STYLE))
}

pub(super) async fn script() -> Response {
    to_response(Answered::body(200, "text/javascript; charset=utf-8", SCRIPT))
}

/// `/app/ticket/{id}`.
pub(super) fn ticket(control: &Control, id: u64) -> Response {
    let tickets = control.gorgias().tickets();
    match tickets.iter().find(|ticket| ticket["id"] == id) {
        Some(ticket) => page(Answered::html(200, ticket_page(ticket)), "'none'"),
        None => page(Answered::html(404, frame("Not found", "<h1>There is no such ticket</h1>")), "'none'"),
    }
}

/// `/app/customer/{id}`.
pub(super) fn customer(control: &Control, id: u64) -> Response {
    let customers = control.gorgias().customers();
    let tickets = control.gorgias().tickets();
    match customers.iter().find(|customer| customer["id"] == id) {
        Some(customer) => page(Answered::html(200, customer_page(customer, &tickets)), "'none'"),
        None => page(Answered::html(404, frame("Not found", "<h1>There is no such customer</h1>")), "'none'"),
    }
}

pub(super) fn page(answered: Answered, connect: &str) -> Response {
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src {connect}; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let answered = answered
        .with("content-security-policy", policy)
        .with("x-content-type-options", "nosniff")
        .with("referrer-policy", "no-referrer")
        .with("cache-control", "no-store");
    to_response(answered)
}

fn ticket_page(ticket: &Value) -> String {
    let subject = text_or(&ticket["subject"], "(no subject)");
    let mut main = format!("<h1>{subject}</h1><dl class=\"facts\">");
    fact(&mut main, "Ticket", &escape(&format!("#{}", ticket["id"])));
    fact(&mut main, "Status", &text_or(&ticket["status"], "–"));
    fact(&mut main, "Channel", &text_or(&ticket["channel"], "–"));
    let customer = &ticket["customer"];
    let shown = match customer["id"].as_u64() {
        Some(id) => format!("<a href=\"/app/customer/{id}\">{}</a>", text_or(&customer["name"], "Customer")),
        None => "–".to_owned(),
    };
    fact(&mut main, "Customer", &shown);
    fact(&mut main, "Assignee", &text_or(&ticket["assignee_user"]["name"], "Unassigned"));
    fact(&mut main, "Created", &when(&ticket["created_datetime"]));
    main.push_str("</dl><ul class=\"chips\" aria-label=\"Tags\">");
    for tag in ticket["tags"].as_array().into_iter().flatten() {
        let _ = write!(main, "<li class=\"chip\">{}</li>", text_or(&tag["name"], ""));
    }
    main.push_str("</ul><ol class=\"thread\">");
    for message in ticket["messages"].as_array().into_iter().flatten() {
        push_message(&mut main, message);
    }
    main.push_str("</ol>");
    frame(&subject, &main)
}

fn push_message(main: &mut String, message: &Value) {
    let is_note = message["channel"] == "internal-note";
    let class = if is_note { "message note" } else { "message" };
    let kind = if is_note { "Internal note".to_owned() } else { text_or(&message["channel"], "Message") };
    let at = if message["sent_datetime"].is_null() {
        &message["created_datetime"]
    } else {
        &message["sent_datetime"]
    };
    let _ = write!(
        main,
        "<li class=\"{class}\"><header><b>{}</b><span>{kind}</span><time>{}</time></header><div class=\"body\">{}</div>",
        text_or(&message["sender"]["name"], "Somebody"),
        when(at),
        escape(&body_of(message)),
    );
    let attachments = message["attachments"].as_array().filter(|files| !files.is_empty());
    if let Some(attachments) = attachments {
        main.push_str("<ul class=\"files\" aria-label=\"Files\">");
        for file in attachments {
            let size =
                file["size"].as_u64().map_or_else(String::new, |size| format!(" · {} kB", size / 1000));
            let _ = write!(main, "<li class=\"chip\">{}{size}</li>", text_or(&file["name"], "file"));
        }
        main.push_str("</ul>");
    }
    main.push_str("</li>");
}

fn customer_page(customer: &Value, tickets: &[Value]) -> String {
    let name = text_or(&customer["name"], "(no name)");
    let mut main = format!("<h1>{name}</h1><dl class=\"facts\">");
    fact(&mut main, "E-mail", &text_or(&customer["email"], "–"));
    for channel in customer["channels"].as_array().into_iter().flatten() {
        if channel["type"] != "email" {
            fact(&mut main, &text_or(&channel["type"], "Channel"), &text_or(&channel["address"], "–"));
        }
    }
    fact(&mut main, "Note", &text_or(&customer["note"], "–"));
    main.push_str("</dl><h2>Tickets</h2><ul class=\"rows\">");
    let own: Vec<&Value> =
        tickets.iter().filter(|ticket| ticket["customer"]["id"] == customer["id"]).collect();
    for ticket in &own {
        let _ = write!(
            main,
            "<li><a href=\"/app/ticket/{}\">{}</a><span>{} · {}</span></li>",
            ticket["id"],
            text_or(&ticket["subject"], "(no subject)"),
            text_or(&ticket["status"], ""),
            when(&ticket["created_datetime"]),
        );
    }
    if own.is_empty() {
        main.push_str("<li>None yet</li>");
    }
    main.push_str("</ul>");
    frame(&name, &main)
}

pub(super) fn fact(main: &mut String, term: &str, description: &str) {
    let _ = write!(main, "<dt>{term}</dt><dd>{description}</dd>");
}

/// The text of a message; a message that has only HTML is shown without its tags.
fn body_of(message: &Value) -> String {
    if let Some(text) = message["body_text"].as_str().filter(|text| !text.is_empty()) {
        return text.to_owned();
    }
    let mut text = String::new();
    let mut is_tag = false;
    for c in message["body_html"].as_str().unwrap_or_default().chars() {
        match c {
            '<' => is_tag = true,
            '>' if is_tag => {
                is_tag = false;
                text.push(' ');
            }
            c if !is_tag => text.push(c),
            _ => {}
        }
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").trim().to_owned()
}

pub(super) fn text_or(value: &Value, otherwise: &str) -> String {
    escape(value.as_str().filter(|text| !text.is_empty()).unwrap_or(otherwise))
}

/// Minutes, in UTC.
pub(super) fn when(value: &Value) -> String {
    let text = value.as_str().unwrap_or_default();
    let minutes: String = text.chars().take(16).collect();
    if minutes.is_empty() { "–".to_owned() } else { escape(&format!("{} UTC", minutes.replace('T', " "))) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_strangers_wrote_is_text() {
        let ticket = json!({
            "id": 7,
            "subject": "<script>alert(1)</script>",
            "messages": [{
                "channel": "internal-note",
                "sender": {"name": "A & B"},
                "body_text": null,
                "body_html": "<b onclick=\"x()\">Hello</b> &lt;img src=x&gt;",
            }],
        });
        let page = ticket_page(&ticket);
        assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("onclick"));
        assert!(page.contains("&lt;script&gt;") && page.contains("Hello") && page.contains("A &amp; B"));
    }
}
