//! Text messages over the hub's HTTP (rows M), as a program would ask.

use std::time::Duration;

use serde_json::json;
use sidetone_sandbox::{Text, aircall_world as world};

use crate::program::{ADMIN, Program};

#[tokio::test]
async fn messages_are_listed_and_shown_with_what_was_written() {
    let hub = Program::start(20.0, "").await;
    hub.until_listening().await;
    let aircall = hub.sandbox.control().aircall().clone();
    let text = Text {
        line: world::SUPPORT_FR,
        number: "+34666444555".into(),
        body: "Is my kettle ready?".into(),
        ..Text::default()
    };
    let id = aircall.text(&text).unwrap();
    let whatsapp = Text { channel: Some("whatsapp".into()), ..text };
    aircall.text(&whatsapp).unwrap();
    let shown = format!("/api/messages/{id}");
    hub.until("the message is written", Duration::from_secs(30), async || {
        let listed = hub.get("/api/messages").await;
        let all = listed["messages"].as_array().unwrap().clone();
        all.len() == 2 && all.iter().any(|m| m["id"] == id && m["state"] == "complete")
    })
    .await;
    let detail = hub.get(&shown).await;
    assert_eq!(detail["message"]["text"], "Is my kettle ready?");
    assert!(detail["message"]["ticket"]["url"].is_string());
    assert!(detail["ledger"].as_array().unwrap().iter().any(|row| row["key"] == "message"));
    let listed = hub.get("/api/messages").await;
    assert_eq!(listed["messages"].as_array().unwrap().len(), 2);
    let not = hub.get("/api/messages?filter=not_logged").await;
    assert_eq!(not["messages"][0]["reason"]["code"], "not_supported");
    assert_eq!(hub.get("/api/calls").await["calls"], json!([]), "calls are calls");
    for (path, status) in
        [("/api/messages/unknown", 404), ("/api/messages?filter=loud", 400), ("/api/messages?before=x", 400)]
    {
        let answer = hub.client.get(hub.url(path)).bearer_auth(ADMIN).send().await.unwrap();
        assert_eq!(answer.status(), status, "{path}");
    }
}
