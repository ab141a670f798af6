//! Text messages: the events they make, their other forms, their files (`reference/aircall.md §4.8, §5.7`).

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use common::{aircall, sandbox, settle, subscribe};
use serde_json::json;
use sidetone_sandbox::{Text, TextFile, aircall_world as world};
use tokio::time::{Duration, sleep};

fn text(agent: Option<u64>) -> Text {
    Text {
        line: world::SUPPORT_FR,
        number: "+34666444555".into(),
        body: "Hello".into(),
        files: vec![TextFile { name: "photo.jpg".into(), content_type: "image/jpeg".into(), bytes: 2000 }],
        agent,
        channel: None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_received_message_is_one_event_with_the_keys_of_the_reference() {
    let (sandbox, receiver) = sandbox();
    subscribe(&sandbox).await;
    let id = sandbox.control().aircall().text(&text(None)).unwrap();
    settle().await;
    assert_eq!(receiver.events(), ["message.received"]);
    let data = &receiver.received()[0].body["data"];
    assert_eq!(
        (&data["id"], &data["direction"], &data["status"]),
        (&json!(id), &json!("inbound"), &json!("received"))
    );
    assert_eq!(data["external_number"], "+34 666 444 555");
    assert_eq!(data["media_details"][0]["file_type"], "image/jpeg");
    assert!(data["created_at"].as_str().unwrap().ends_with('Z'));
    assert_eq!(data["number"]["id"], world::SUPPORT_FR);
    assert!(data.get("user").is_none());
}

#[tokio::test(start_paused = true)]
async fn a_sent_message_is_delivered_later_and_shows_its_other_forms() {
    let (sandbox, receiver) = sandbox();
    subscribe(&sandbox).await;
    sandbox.control().aircall().switch(|s| {
        s.message_dates_in_ms = true;
        s.message_media_url = true;
        s.message_names_user = false;
    });
    sandbox.control().aircall().text(&text(Some(world::CAMILLE))).unwrap();
    sleep(Duration::from_secs(10)).await;
    assert_eq!(receiver.events(), ["message.sent", "message.status_updated"]);
    let data = &receiver.received()[1].body["data"];
    assert_eq!((&data["direction"], &data["status"]), (&json!("outbound"), &json!("delivered")));
    assert!(data["created_at"].is_i64() && data["media_url"][0].is_string() && data.get("user").is_none());
}

#[tokio::test(start_paused = true)]
async fn a_message_sent_over_the_api_is_pending_and_then_told() {
    let (sandbox, receiver) = sandbox();
    subscribe(&sandbox).await;
    let path = format!("/v1/numbers/{}/messages/native/send", world::SUPPORT_FR);
    let body = json!({"to": "+34666444555", "body": "Your kettle is ready."});
    let answer = aircall(&sandbox, "POST", &path, body).await;
    assert_eq!((answer.status, &answer.body["status"]), (201, &json!("pending")));
    settle().await;
    assert_eq!(receiver.received()[0].body["data"]["id"], answer.body["id"]);
    let empty = aircall(&sandbox, "POST", &path, json!({"to": "+34666444555"})).await;
    assert_eq!(empty.status, 400);
}

#[tokio::test(start_paused = true)]
async fn a_file_is_had_at_its_signed_address_only() {
    let (sandbox, receiver) = sandbox();
    subscribe(&sandbox).await;
    sandbox.control().aircall().text(&text(None)).unwrap();
    settle().await;
    let link = receiver.received()[0].body["data"]["media_details"][0]["presigned_url"].clone();
    let link = link.as_str().unwrap();
    let path = &link[link.find("/media/").unwrap()..];
    let get = |path: &str| {
        let request = http::Request::builder().uri(path).body(axum::body::Body::empty()).unwrap();
        let router = sandbox.aircall_router();
        async move { common::send(&router, request).await }
    };
    let file = get(path).await;
    assert_eq!((file.status, file.text.len(), file.header("content-type")), (200, 2000, Some("image/jpeg")));
    assert_eq!(get(&path.replace("photo", "other")).await.status, 403);
    sleep(Duration::from_secs(601)).await;
    assert_eq!(get(path).await.status, 403, "it expires");
    let wrong = Text { number: "1234".into(), ..text(None) };
    assert!(sandbox.control().aircall().text(&wrong).is_err());
}
