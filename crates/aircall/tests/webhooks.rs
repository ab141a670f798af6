//! Webhooks: their administration, and what they deliver.

use aircall::{
    Event, NotAnObject, Secret, Webhook,
    webhooks::{self, EventList, WebhookCreate, WebhookUpdate},
};
use bytes::Bytes;
use serde_json::{Value, json};

fn answer(body: &Value) -> http::Response<Bytes> {
    http::Response::new(Bytes::from(body.to_string()))
}

#[test]
fn an_update_always_names_its_events() {
    let events = EventList::new(["call.created", "call.ended"]).unwrap();
    let request = webhooks::update("u-1", &WebhookUpdate::enable(events.clone()));
    assert_eq!((request.method().as_str(), request.path()), ("PUT", "/v1/webhooks/u-1"));
    assert_eq!(request.body(), Some(&json!({ "active": true, "events": ["call.created", "call.ended"] })));

    let rename = WebhookUpdate { events, active: None, url: None, custom_name: Some("Sidetone".to_owned()) };
    let body = webhooks::update("u-1", &rename).body().cloned().unwrap();
    assert_eq!(body, json!({ "custom_name": "Sidetone", "events": ["call.created", "call.ended"] }));
}

#[test]
fn an_empty_list_of_events_cannot_be_made_for_it_would_mean_all() {
    let error = EventList::new(Vec::<String>::new()).unwrap_err();
    assert!(error.to_string().contains("every event"), "{error}");
}

#[test]
fn a_new_webhook_names_its_events() {
    let create = WebhookCreate {
        url: "https://hub.example.com/webhooks/aircall/1".to_owned(),
        events: EventList::new(["call.ended"]).unwrap(),
        custom_name: None,
    };
    let body = webhooks::create(&create).body().cloned().unwrap();
    assert_eq!(body, json!({ "url": create.url, "events": ["call.ended"] }));
}

#[test]
fn the_answer_to_a_create_has_no_old_id() {
    let body =
        json!({ "webhook": { "webhook_id": "u-1", "active": true, "events": ["b", "a"], "token": "tok-1" } });
    let create = WebhookCreate {
        url: "https://hub.example.com/x".to_owned(),
        events: EventList::new(["a", "b"]).unwrap(),
        custom_name: None,
    };
    let webhook = webhooks::create(&create).parse(&answer(&body)).unwrap();
    assert_eq!((webhook.id.as_str(), webhook.active), ("u-1", Some(true)));
    assert!(create.events.is_of(&webhook), "the order of events is not kept");
    assert!(!EventList::new(["a"]).unwrap().is_of(&webhook));
}

#[test]
fn the_uuid_is_preferred_to_the_old_integer() {
    let both = Webhook::from_value(&json!({ "id": 7, "webhook_id": "u-1" })).unwrap();
    let old = Webhook::from_value(&json!({ "id": 7 })).unwrap();
    assert_eq!((both.id.as_str(), old.id.as_str()), ("u-1", "7"));
}

#[test]
fn debug_of_a_webhook_and_of_an_event_hides_the_token() {
    let webhook = Webhook::from_value(&json!({ "webhook_id": "u-1", "token": "tok-1" })).unwrap();
    assert_eq!(webhook.token, Some(Secret::new("tok-1")));
    let event = Event::parse(br#"{"token":"tok-1","event":"call.created","data":{"id":1}}"#).unwrap();
    let shown = format!("{webhook:?} {event:?}");
    assert!(!shown.contains("tok-1"), "{shown}");
}

#[test]
fn an_event_is_read_and_its_body_stored_without_the_token() {
    let body = json!({
        "resource": "call", "event": "call.ended", "timestamp": 1_790_766_251, "token": "tok-1",
        "data": { "id": 4_300_112_299_u64, "token": "not ours" }, "new_in_2027": [1],
    });
    let event = Event::parse(body.to_string().as_bytes()).unwrap();
    assert_eq!((event.resource.as_str(), event.event.as_str()), ("call", "call.ended"));
    assert_eq!(event.timestamp, Some(1_790_766_251));
    assert_eq!(event.data["id"], 4_300_112_299_u64);
    let mut without = body;
    without.as_object_mut().unwrap().remove("token");
    assert_eq!(event.body_without_token(), without);
}

#[test]
fn the_time_of_an_event_may_be_in_milliseconds() {
    for (timestamp, seconds) in [
        (json!(1_790_766_251), Some(1_790_766_251)),
        (json!(1_790_766_251_000_i64), Some(1_790_766_251)),
        (json!("1790766251"), Some(1_790_766_251)),
        (json!(null), None),
        (json!({}), None),
    ] {
        let event = Event::parse(json!({ "timestamp": timestamp }).to_string().as_bytes()).unwrap();
        assert_eq!(event.timestamp, seconds, "{timestamp}");
    }
}

#[test]
fn nothing_but_an_object_is_demanded_of_a_delivery() {
    for odd in ["{}", r#"{"event":5,"data":null}"#, r#"{"data":"text","token":{}}"#, " {\"x\":1}\n"] {
        let event = Event::parse(odd.as_bytes()).unwrap();
        assert!(event.token.is_none(), "{odd}");
    }
    // A comment that was cut in the middle of an emoji.
    let cut =
        Event::parse(br#"{"event":"call.commented","data":{"id":7,"content":"Thanks \ud83d"}}"#).unwrap();
    assert_eq!(cut.data, json!({"id": 7, "content": "Thanks \u{fffd}"}));
    for odd in ["", "[]", "null", "\"text\"", "{", "{}x", "\u{feff}", "a=b"] {
        assert_eq!(Event::parse(odd.as_bytes()), Err(NotAnObject), "{odd}");
    }
}

#[test]
fn only_the_right_token_opens() {
    let with = |token: Value| Event::parse(json!({ "token": token }).to_string().as_bytes()).unwrap();
    assert!(with(json!("tok-1")).token_matches("tok-1"));
    for wrong in ["", "tok-", "tok-2", "tok-11", "TOK-1"] {
        assert!(!with(json!(wrong)).token_matches("tok-1"), "{wrong:?}");
    }
    assert!(!with(json!(null)).token_matches("tok-1"));
    assert!(!with(json!("")).token_matches(""), "a token that was never set opens nothing");
    assert!(!Event::parse(b"{}").unwrap().token_matches(""));
}
