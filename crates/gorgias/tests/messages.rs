//! Tickets and messages to be made. The one thing they must never do is to reach a customer.

use chrono::{DateTime, Utc};
use gorgias::{
    Author, Body, File, Medium, Message, NewMessage, NewTicket, Original, Party, TicketStatus, messages,
    tickets,
};
use serde_json::{Value, json};

fn moment() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_766_251, 0).unwrap_or_default()
}

fn body() -> Body {
    Body { text: "Answered by Ada".into(), html: "<div>Answered by Ada</div>".into() }
}

fn note() -> NewMessage {
    let author = Author { user_id: 41, name: "Ada Sorel".into(), email: "ada@example.com".into() };
    NewMessage::internal_note(&author, body(), "aircall:call:1:answered", moment())
}

fn original(medium: Medium) -> Original {
    Original {
        medium,
        from: Party { name: "Ben Okoro".into(), address: "+34666444555".into() },
        to: Party { name: "Support".into(), address: "+12025550142".into() },
        body: Body { text: "Hello".into(), html: "Hello".into() },
        external_id: "aircall:message:m-1".into(),
        sent_datetime: moment(),
    }
}

fn sent(message: &NewMessage) -> Value {
    messages::create(7, message).body().cloned().unwrap_or_default()
}

#[test]
fn a_note_is_for_agents_only_and_complete() {
    assert_eq!(messages::create(7, &note()).path(), "/api/tickets/7/messages");
    assert_eq!(
        sent(&note()),
        json!({
            "channel": "internal-note",
            "via": "api",
            "public": false,
            "from_agent": true,
            "sender": { "id": 41 },
            "source": {
                "type": "internal-note",
                "from": { "name": "Ada Sorel", "address": "ada@example.com" },
                "to": [],
            },
            "body_text": "Answered by Ada",
            "body_html": "<div>Answered by Ada</div>",
            "external_id": "aircall:call:1:answered",
            "sent_datetime": "2026-09-30T11:04:11+00:00",
        })
    );
}

#[test]
fn no_message_can_be_made_that_gorgias_would_send() {
    let media = || [Medium::Phone, Medium::Sms, Medium::Email, Medium::Other("whatsapp".into())];
    let mut all = vec![note()];
    all.extend(media().map(|medium| NewMessage::received(8, original(medium))));
    all.extend(media().map(|medium| NewMessage::sent_elsewhere(41, 8, original(medium))));
    for message in all {
        let body = sent(&message);
        assert_eq!(body["sent_datetime"], "2026-09-30T11:04:11+00:00", "{body}");
    }
}

#[test]
fn a_received_text_has_no_receiver() {
    let body = sent(&NewMessage::received(8, original(Medium::Sms)));
    assert_eq!(body.get("receiver"), None);
    assert_eq!(
        (&body["from_agent"], &body["public"], &body["sender"]["id"]),
        (&json!(false), &json!(true), &json!(8))
    );
    assert_eq!(
        (&body["channel"], &body["source"]),
        (
            &json!("sms"),
            &json!({
                "type": "phone",
                "from": { "name": "Ben Okoro", "address": "+34666444555" },
                "to": [{ "name": "Support", "address": "+12025550142" }],
            })
        )
    );
}

#[test]
fn a_text_sent_elsewhere_goes_from_the_user_to_the_customer() {
    let body = sent(&NewMessage::sent_elsewhere(41, 8, original(Medium::Sms)));
    assert_eq!(
        (&body["from_agent"], &body["sender"]["id"], &body["receiver"]["id"]),
        (&json!(true), &json!(41), &json!(8))
    );
}

#[test]
fn an_uploaded_file_is_attached_with_what_gorgias_requires() {
    let file = json!({ "url": "https://files.example.com/a", "name": "a.pdf", "content_type": "application/pdf", "size": "5" });
    let file = File::from_value(&file).unwrap();
    assert_eq!(
        sent(&note().attach(&file))["attachments"],
        json!([{ "url": "https://files.example.com/a", "name": "a.pdf", "content_type": "application/pdf", "size": 5 }])
    );
}

#[test]
fn a_message_that_is_read_tells_its_files() {
    let file = json!({ "url": "https://files.example.com/a", "name": "a.pdf", "content_type": "application/pdf", "size": 5 });
    let read = |attachments: serde_json::Value| {
        Message::from_value(&json!({ "id": 1, "attachments": attachments })).unwrap().attachments
    };
    assert_eq!(read(json!([file, { "name": "no address" }])), [File::from_value(&file).unwrap()]);
    assert!(read(serde_json::Value::Null).is_empty());
}

#[test]
fn a_ticket_has_a_message_and_documented_fields_only() {
    let least = NewTicket::new(Medium::Phone, note());
    let body = tickets::create(&least).body().cloned().unwrap();
    assert_eq!(body, json!({ "channel": "phone", "via": "api", "messages": [sent(&note())] }));

    let mut full = NewTicket::new(Medium::Sms, note());
    full.push(NewMessage::received(8, original(Medium::Sms)));
    full.from_agent = Some(false);
    full.status = Some(TicketStatus::Closed);
    full.subject = Some("é".repeat(2_000));
    full.customer_id = Some(8);
    full.assignee_user_id = Some(41);
    full.assignee_team_id = Some(3);
    full.tags = vec!["Aircall".into()];
    full.external_id = Some("aircall:call:1".into());
    full.created_datetime = Some(moment());
    let body = tickets::create(&full).body().cloned().unwrap();
    assert_eq!(body["messages"].as_array().map(Vec::len), Some(2));
    assert_eq!(body["subject"].as_str().map(|subject| subject.chars().count()), Some(998));
    assert_eq!(body["customer"], json!({ "id": 8 }), "any field beside the id would change the customer");
    assert_eq!((&body["assignee_user"], &body["assignee_team"]), (&json!({ "id": 41 }), &json!({ "id": 3 })));
    assert_eq!(body["tags"], json!([{ "name": "Aircall" }]));
    assert_eq!(body["created_datetime"], "2026-09-30T11:04:11+00:00");
}
