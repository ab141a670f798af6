//! What a doctor has to find is there when it is put there, as the references say it looks.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use common::{aircall, sandbox, subscribe};
use serde_json::{Value, json};
use sidetone_sandbox::{
    HangUp, Presence, Ring, WebhookChange, WebhookSeed,
    aircall_world::{CAMILLE, JONAS, SUPPORT_DE, SUPPORT_FR},
};
use tokio::time::{Duration, sleep};

#[tokio::test(start_paused = true)]
async fn another_integrations_webhook_stands_in_the_list_and_hears_the_same_calls() {
    let (sandbox, receiver) = sandbox();
    let control = sandbox.control().aircall().clone();
    subscribe(&sandbox).await;
    let events = vec!["call.ended".to_owned()];
    let seed = WebhookSeed { url: "https://other.example.com/aircall".into(), events, active: true };
    let id = control.add_webhook(seed.clone()).unwrap();
    let listed = aircall(&sandbox, "GET", "/v1/webhooks", Value::Null).await;
    let urls: Vec<&Value> =
        listed.body["webhooks"].as_array().unwrap().iter().map(|hook| &hook["url"]).collect();
    assert_eq!(urls, ["http://127.0.0.1:9/webhooks", "https://other.example.com/aircall"]);
    let ring = Ring { line: SUPPORT_FR, from: Some("+34666444555".into()), ..Ring::default() };
    let call = control.ring(&ring).unwrap();
    control.hang_up(call, &HangUp::default()).unwrap();
    sleep(Duration::from_secs(31)).await;
    assert_eq!(receiver.events().iter().filter(|event| *event == "call.ended").count(), 2);
    assert!(
        control.webhooks().iter().any(|hook| hook.id == id && hook.origin == "https://other.example.com")
    );
    assert!(control.add_webhook(WebhookSeed { events: vec!["call.sung".into()], ..seed.clone() }).is_err());
    assert!(control.add_webhook(WebhookSeed { url: "other".into(), ..seed }).is_err());
}

#[tokio::test(start_paused = true)]
async fn a_webhook_is_off_or_hears_something_else_or_carries_another_token() {
    let (sandbox, receiver) = sandbox();
    let control = sandbox.control().aircall().clone();
    let id = subscribe(&sandbox).await["webhook_id"].as_str().unwrap().to_owned();
    let read = async || aircall(&sandbox, "GET", &format!("/v1/webhooks/{id}"), Value::Null).await.body;
    let change = |change: WebhookChange| control.change_webhook(&id, change).unwrap();
    change(WebhookChange { events: Some(vec!["user.opened".into()]), ..WebhookChange::default() });
    assert_eq!(read().await["webhook"]["events"], json!(["user.opened"]));
    change(WebhookChange { token: Some("another".into()), ..WebhookChange::default() });
    control.set_presence(CAMILLE, Presence::Offline).unwrap();
    control.set_presence(CAMILLE, Presence::Available).unwrap();
    common::settle().await;
    assert_eq!(receiver.events(), ["user.opened"]);
    assert_eq!(receiver.received()[0].body["token"], "another");
    change(WebhookChange { active: Some(false), ..WebhookChange::default() });
    assert_eq!(read().await["webhook"]["active"], false);
    change(WebhookChange { url: Some("https://elsewhere.example.com/".into()), ..WebhookChange::default() });
    assert_eq!(read().await["webhook"]["url"], "https://elsewhere.example.com/");
    assert!(control.change_webhook("nobody", WebhookChange::default()).is_err());
}

#[tokio::test(start_paused = true)]
async fn a_line_that_does_not_record_says_so_and_its_calls_have_no_recording() {
    let (sandbox, receiver) = sandbox();
    let control = sandbox.control().aircall().clone();
    subscribe(&sandbox).await;
    control.set_recording(SUPPORT_DE, false).unwrap();
    for (line, agent, records) in [(SUPPORT_FR, CAMILLE, true), (SUPPORT_DE, JONAS, false)] {
        let number = aircall(&sandbox, "GET", &format!("/v1/numbers/{line}"), Value::Null).await;
        assert_eq!(number.body["number"]["live_recording_activated"], records);
        let ring = Ring { line, from: Some("+34666444555".into()), ..Ring::default() };
        let call = control.ring(&ring).unwrap();
        control.answer(call, Some(agent)).unwrap();
        sleep(Duration::from_secs(10)).await;
        control.hang_up(call, &HangUp::default()).unwrap();
        sleep(Duration::from_secs(31)).await;
        assert_eq!(receiver.last("call.ended")["recording"].is_string(), records);
    }
    assert!(control.set_recording(1, false).is_err());
}

#[tokio::test(start_paused = true)]
async fn an_agent_who_is_never_available_says_so_in_the_working_hours() {
    let (sandbox, _) = sandbox();
    let control = sandbox.control().aircall().clone();
    let read = async || aircall(&sandbox, "GET", &format!("/v2/users/{CAMILLE}"), Value::Null).await.body;
    assert_eq!(read().await["user"]["substatus"], "always_opened");
    control.set_never_available(CAMILLE, true).unwrap();
    let user = read().await["user"].clone();
    assert_eq!((&user["available"], &user["availability_status"]), (&json!(false), &json!("unavailable")));
    assert_eq!(
        (&user["substatus"], control.presence(CAMILLE)),
        (&json!("always_closed"), Some(Presence::Offline))
    );
    control.set_never_available(CAMILLE, false).unwrap();
    assert_eq!(read().await["user"]["available"], true);
}

#[tokio::test(start_paused = true)]
async fn a_path_that_is_shut_is_403_for_its_method_and_the_rest_is_open() {
    let (sandbox, _) = sandbox();
    let control = sandbox.control().aircall().clone();
    control.switch(|switches| switches.forbidden = vec!["POST /v1/webhooks".into(), "/v2/users".into()]);
    let hook = json!({"url": "http://127.0.0.1:9/webhooks"});
    assert_eq!(aircall(&sandbox, "POST", "/v1/webhooks", hook).await.status, 403);
    assert_eq!(aircall(&sandbox, "GET", "/v1/webhooks", Value::Null).await.status, 200);
    assert_eq!(aircall(&sandbox, "GET", "/v2/users", Value::Null).await.status, 403);
    assert_eq!(aircall(&sandbox, "GET", "/v1/ping", Value::Null).await.status, 200);
}
