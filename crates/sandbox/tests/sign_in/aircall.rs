//! Aircall's token stays until the integration is removed, and is kept apart from everybody else's.

use axum::body::Body;
use http::Request;
use serde_json::{Value, json};
use sidetone_sandbox::{
    App, HangUp, Ring, Sandbox, Text,
    aircall_world::{CAMILLE, JONAS, SUPPORT_DE, SUPPORT_FR},
};
use tokio::time::{Duration, sleep};

use super::{REDIRECT, code_in, consent_url, form, text, with_bearer};
use crate::common::{Answer, Receiver, START, aircall, sandbox, send, settle};

const SCOPE: (&str, &str) = ("scope", "public_api");

async fn token(sandbox: &Sandbox, body: Value) -> Answer {
    let request = Request::post("/v1/oauth/token").header("content-type", "application/json");
    send(&sandbox.aircall_router(), request.body(Body::from(body.to_string())).unwrap()).await
}

fn exchange(code: &str) -> Value {
    json!({
        "grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT,
        "client_id": App::CLIENT_ID, "client_secret": App::CLIENT_SECRET,
    })
}

async fn signed_in(sandbox: &Sandbox, numbers: &[u64]) -> String {
    let location = sandbox.control().aircall().consent_to(&consent_url(&[SCOPE]), numbers).unwrap();
    let answer = token(sandbox, exchange(&code_in(&location))).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    text(&answer.body["access_token"])
}

async fn api(sandbox: &Sandbox, token: &str, method: &str, path: &str, body: Value) -> Answer {
    with_bearer(&sandbox.aircall_router(), token, method, path, body).await
}

async fn subscribed(sandbox: &Sandbox, token: &str) -> Answer {
    let body = json!({"url": "http://127.0.0.1:9/app"});
    let answer = api(sandbox, token, "POST", "/v1/webhooks", body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer
}

#[tokio::test(start_paused = true)]
async fn a_code_is_good_once_and_for_ten_minutes_and_the_token_for_ever() {
    let (sandbox, _) = sandbox();
    let control = sandbox.control().aircall().clone();
    let consent = || code_in(&control.consent(&consent_url(&[SCOPE])).unwrap());
    let code = consent();
    let answer = token(&sandbox, exchange(&code)).await;
    let keys: Vec<&String> = answer.body.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["access_token", "created_at", "token_type"], "no end and no refresh token");
    assert_eq!((&answer.body["token_type"], &answer.body["created_at"]), (&json!("Bearer"), &json!(START)));
    let again = token(&sandbox, exchange(&code)).await;
    assert_eq!((again.status, &again.body["error"]), (400, &json!("invalid_grant")));
    let late = consent();
    sleep(Duration::from_secs(599)).await;
    let in_time = consent();
    sleep(Duration::from_secs(1)).await;
    assert_eq!(token(&sandbox, exchange(&late)).await.body["error"], "invalid_grant");
    assert_eq!(token(&sandbox, exchange(&in_time)).await.status, 200);
    sleep(Duration::from_secs(400 * 86_400)).await;
    let access = text(&answer.body["access_token"]);
    assert_eq!(api(&sandbox, &access, "GET", "/v1/ping", Value::Null).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn the_token_endpoint_wants_json_and_the_secret_in_it() {
    let (sandbox, _) = sandbox();
    let control = sandbox.control().aircall().clone();
    let consent = || code_in(&control.consent(&consent_url(&[SCOPE])).unwrap());
    let changed = |field: &str, value: &str| {
        let mut body = exchange(&consent());
        body[field] = json!(value);
        body
    };
    for (field, value, status, error) in [
        ("client_secret", "wrong", 401, "invalid_client"),
        ("client_id", "stranger", 401, "invalid_client"),
        ("grant_type", "refresh_token", 400, "unsupported_grant_type"),
        ("redirect_uri", "https://hub.example.com/other", 400, "invalid_grant"),
        ("code", "made-up", 400, "invalid_grant"),
    ] {
        let answer = token(&sandbox, changed(field, value)).await;
        assert_eq!((answer.status, answer.body["error"].as_str()), (status, Some(error)), "{field}");
    }
    let code = consent();
    let fields = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", REDIRECT)];
    let as_form = form(&sandbox.aircall_router(), "/v1/oauth/token", App::CLIENT_SECRET, &fields).await;
    assert_eq!(as_form.status, 400);
    assert_eq!(token(&sandbox, exchange(&code)).await.status, 200, "what was not read used nothing up");
    control.change_app(|app| app.client_secret = "another".to_owned());
    assert_eq!(token(&sandbox, exchange(&consent())).await.body["error"], "invalid_client");
}

#[tokio::test(start_paused = true)]
async fn an_app_and_a_basic_key_see_only_their_own_webhooks() {
    let (sandbox, _) = sandbox();
    let (one, other) = (signed_in(&sandbox, &[SUPPORT_FR]).await, signed_in(&sandbox, &[SUPPORT_DE]).await);
    let made = text(&subscribed(&sandbox, &one).await.body["webhook"]["webhook_id"]);
    let basic = aircall(&sandbox, "POST", "/v1/webhooks", json!({"url": "http://127.0.0.1:9/basic"})).await;
    let basic = text(&basic.body["webhook"]["webhook_id"]);
    let listed = |answer: &Answer| -> Vec<String> {
        answer.body["webhooks"].as_array().unwrap().iter().map(|hook| text(&hook["webhook_id"])).collect()
    };
    assert_eq!(listed(&api(&sandbox, &one, "GET", "/v1/webhooks", Value::Null).await), [made.as_str()]);
    assert!(listed(&api(&sandbox, &other, "GET", "/v1/webhooks", Value::Null).await).is_empty());
    assert_eq!(listed(&aircall(&sandbox, "GET", "/v1/webhooks", Value::Null).await), [basic.as_str()]);
    let path = format!("/v1/webhooks/{made}");
    for method in ["GET", "PUT", "DELETE"] {
        let body = if method == "PUT" { json!({"active": false}) } else { Value::Null };
        assert_eq!(api(&sandbox, &other, method, &path, body.clone()).await.status, 404, "{method}");
        assert_eq!(aircall(&sandbox, method, &path, body).await.status, 404, "{method}");
    }
    assert_eq!(api(&sandbox, &one, "DELETE", &path, Value::Null).await.status, 204);
}

/// A call on each of two lines, and a text; what of it arrived at `/app`.
async fn a_busy_minute(sandbox: &Sandbox, receiver: &Receiver) -> Vec<(String, Value)> {
    let control = sandbox.control().aircall().clone();
    for (line, agent) in [(SUPPORT_FR, CAMILLE), (SUPPORT_DE, JONAS)] {
        let call =
            control.ring(&Ring { line, from: Some("+34666444555".into()), ..Ring::default() }).unwrap();
        control.answer(call, Some(agent)).unwrap();
        control.hang_up(call, &HangUp::default()).unwrap();
        let text = Text { line, number: "+34666444555".into(), body: "Hello".into(), ..Text::default() };
        control.text(&text).unwrap();
    }
    sleep(Duration::from_secs(60)).await;
    let received = receiver.received();
    received.into_iter().map(|one| (one.event, one.body["data"]["number"]["id"].clone())).collect()
}

#[tokio::test(start_paused = true)]
async fn an_apps_call_events_are_those_of_the_connected_numbers() {
    for follow in [false, true] {
        let (sandbox, receiver) = sandbox();
        sandbox.control().aircall().switch(|switches| switches.messages_follow_numbers = follow);
        let access = signed_in(&sandbox, &[SUPPORT_FR]).await;
        subscribed(&sandbox, &access).await;
        let received = a_busy_minute(&sandbox, &receiver).await;
        let lines_of = |kind: &str| -> Vec<u64> {
            let mut lines: Vec<u64> = received
                .iter()
                .filter(|(event, _)| event.starts_with(kind))
                .map(|(_, line)| line.as_u64().unwrap())
                .collect();
            lines.dedup();
            lines.sort_unstable();
            lines.dedup();
            lines
        };
        assert_eq!(lines_of("call."), [SUPPORT_FR]);
        assert_eq!(
            lines_of("message."),
            if follow { vec![SUPPORT_FR] } else { vec![SUPPORT_FR, SUPPORT_DE] }
        );
        sandbox.control().aircall().connect_numbers(&[SUPPORT_DE]).unwrap();
        let before = received.len();
        let later = a_busy_minute(&sandbox, &receiver).await.split_off(before);
        assert!(later.iter().all(|(event, line)| !event.starts_with("call.") || *line == json!(SUPPORT_DE)));
        assert!(later.iter().any(|(event, _)| event == "call.ended"));
    }
}

#[tokio::test(start_paused = true)]
async fn the_app_reads_its_integration_and_switches_it_off_and_on() {
    let (sandbox, receiver) = sandbox();
    let access = signed_in(&sandbox, &[SUPPORT_FR]).await;
    let me = api(&sandbox, &access, "GET", "/v1/integrations/me", Value::Null).await;
    let integration = &me.body["integration"];
    assert_eq!(integration["number_ids"], json!([SUPPORT_FR]), "{}", me.text);
    assert_eq!((&integration["status"], &integration["active"]), (&json!("installed"), &json!(true)));
    subscribed(&sandbox, &access).await;
    api(&sandbox, &access, "POST", "/v1/integrations/disable", Value::Null).await;
    a_busy_minute(&sandbox, &receiver).await;
    assert!(receiver.received().is_empty(), "{:?}", receiver.events());
    api(&sandbox, &access, "POST", "/v1/integrations/enable", Value::Null).await;
    assert!(!a_busy_minute(&sandbox, &receiver).await.is_empty());
    sandbox.control().aircall().switch(|switches| switches.integration_wrapped = false);
    let bare = api(&sandbox, &access, "GET", "/v1/integrations/me", Value::Null).await;
    assert_eq!(bare.body["name"], "Sidetone");
    assert_eq!(aircall(&sandbox, "GET", "/v1/integrations/me", Value::Null).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn uninstalling_voids_the_token_and_is_told_to_the_apps_own_webhooks() {
    let (sandbox, receiver) = sandbox();
    let control = sandbox.control().aircall().clone();
    let access = signed_in(&sandbox, &[SUPPORT_FR]).await;
    let secret = text(&subscribed(&sandbox, &access).await.body["webhook"]["token"]);
    aircall(&sandbox, "POST", "/v1/webhooks", json!({"url": "http://127.0.0.1:9/basic"})).await;
    let waiting = code_in(&control.consent(&consent_url(&[SCOPE])).unwrap());
    control.uninstall();
    settle().await;
    assert_eq!(receiver.events(), ["integration.deleted"], "once, and not to the Basic key's");
    let told = &receiver.received()[0].body;
    assert_eq!(told["token"], secret.as_str());
    let data = told["data"].as_object().unwrap();
    assert_eq!(data.keys().collect::<Vec<_>>(), ["company_id", "integration_id"]);
    assert_eq!(api(&sandbox, &access, "GET", "/v1/ping", Value::Null).await.status, 403);
    assert_eq!(token(&sandbox, exchange(&waiting)).await.body["error"], "invalid_grant");
    assert_eq!(control.webhooks().len(), 1, "the app's own went with it");
    assert_eq!(aircall(&sandbox, "GET", "/v1/ping", Value::Null).await.status, 200);
    let anew = signed_in(&sandbox, &[SUPPORT_FR]).await;
    assert_eq!(api(&sandbox, &anew, "GET", "/v1/ping", Value::Null).await.status, 200);
    control.expire_tokens();
    assert_eq!(api(&sandbox, &anew, "GET", "/v1/ping", Value::Null).await.status, 403);
    assert_eq!(receiver.events().len(), 1, "a void token alone is told to nobody");
}
