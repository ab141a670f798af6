//! What people decide about callers, over HTTP: which customer it is (B7), and the name of one whom nobody knows (G5).

use std::time::Duration;

use serde_json::{Value, json};
use sidetone_sandbox::{HangUp, Ring, Text, aircall_world as world};

use crate::program::{ADMIN, Program};

const SHARED: &str = "+12025550161";
const STRANGER: &str = "+33199005599";

async fn asked(hub: &Program, method: &str, path: &str, body: &str) -> (u16, Value) {
    let request = hub.client.request(method.parse().unwrap(), hub.url(path)).bearer_auth(ADMIN);
    let answer = request.body(body.to_owned()).send().await.unwrap();
    let status = answer.status().as_u16();
    if status >= 400 {
        assert_eq!(answer.headers()["content-type"], "application/problem+json", "{path}");
    }
    (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap())
}

/// A call of which nothing is written until somebody decides.
async fn held(hub: &Program, from: &str) -> u64 {
    let aircall = hub.sandbox.control().aircall().clone();
    let call =
        aircall.ring(&Ring { line: world::SUPPORT_FR, from: Some(from.into()), ..Ring::default() }).unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    aircall.answer(call, Some(world::CAMILLE)).unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    aircall.hang_up(call, &HangUp::default()).unwrap();
    let path = format!("/api/calls/{call}");
    hub.until("it is held", Duration::from_secs(20), async || hub.get(&path).await["state"] == "held").await;
    call
}

/// Null until the message is known.
async fn state_of(hub: &Program, message: &str) -> Value {
    asked(hub, "GET", &format!("/api/messages/{message}"), "").await.1["message"]["state"].clone()
}

async fn until_complete(hub: &Program, call: u64) {
    let path = format!("/api/calls/{call}");
    hub.until("it is written", Duration::from_secs(20), async || hub.get(&path).await["state"] == "complete")
        .await;
}

#[tokio::test]
async fn one_of_several_customers_is_chosen_remembered_and_withdrawn() {
    let hub = Program::start(20.0, "").await;
    hub.until_listening().await;
    let call = held(&hub, SHARED).await;
    let path = format!("/api/calls/{call}/customer");
    let detail = hub.get(&format!("/api/calls/{call}")).await;
    let candidates = detail["card"]["candidates"].as_array().unwrap().clone();
    assert_eq!(candidates.len(), 2);
    assert!(candidates[0]["reasons"].as_array().unwrap().contains(&json!("exact_number")), "{candidates:#?}");
    assert_eq!(detail["card"]["chosen"], Value::Null);
    let wanted = &candidates[1]["customer"];
    let body = json!({"customer_id": wanted["id"], "remember": true}).to_string();

    for method in [reqwest::Method::POST, reqwest::Method::DELETE] {
        let unsigned = hub.client.request(method, hub.url(&path)).body(body.clone()).send().await.unwrap();
        assert_eq!(unsigned.status(), 401);
    }
    for bad in [
        "",
        "[]",
        "{}",
        r#"{"customer_id": 7}"#,
        r#"{"customer_id": "7", "remember": "yes"}"#,
        r#"{"customer_id": "7", "forever": true}"#,
    ] {
        let (status, told) = asked(&hub, "POST", &path, bad).await;
        assert_eq!((status, told["code"].as_str()), (400, Some("bad_request")), "{bad}");
    }
    assert_eq!(asked(&hub, "POST", "/api/calls/x/customer", &body).await.0, 400);
    let (status, told) = asked(&hub, "POST", "/api/calls/4300000001/customer", &body).await;
    assert_eq!((status, told["code"].as_str()), (404, Some("no_such_call")));
    let (status, told) = asked(&hub, "POST", &path, r#"{"customer_id": "99999"}"#).await;
    assert_eq!((status, told["code"].as_str()), (404, Some("no_such_customer")));
    assert!(told["detail"].as_str().unwrap().contains("choose again"), "what to do: {told}");
    let (status, told) = asked(&hub, "DELETE", &path, "").await;
    assert_eq!((status, told["code"].as_str()), (404, Some("nothing_chosen")));

    let (status, view) = asked(&hub, "POST", &path, &body).await;
    assert_eq!(
        (status, &view["id"], &view["customer"]["name"]),
        (202, &json!(call.to_string()), &wanted["name"])
    );
    until_complete(&hub, call).await;
    let detail = hub.get(&format!("/api/calls/{call}")).await;
    assert_eq!(detail["card"]["chosen"]["customer"]["name"], wanted["name"]);
    assert_eq!(detail["card"]["chosen"]["remembered"], true);
    let tickets = hub.sandbox.control().gorgias().tickets();
    let marker = format!("aircall:call:{call}");
    let ticket = tickets.iter().find(|t| t["external_id"] == marker.as_str()).unwrap();
    assert_eq!(ticket["customer"]["name"], wanted["name"]);

    assert_eq!(asked(&hub, "POST", &path, &body).await.0, 202, "it is there already");
    assert_eq!(asked(&hub, "DELETE", &path, "").await.0, 202);
    assert_eq!(hub.get(&format!("/api/calls/{call}")).await["card"]["chosen"], Value::Null);
    held(&hub, SHARED).await;
}

#[tokio::test]
async fn a_caller_who_is_held_is_named() {
    let hub = Program::start(20.0, "unknown_callers = \"hold\"").await;
    hub.until_listening().await;
    let calls = [held(&hub, STRANGER).await, held(&hub, STRANGER).await];
    let path = format!("/api/calls/{}/name", calls[1]);
    let body = json!({"name": " Dana Whitfield ", "email": "dana@whitfield.example.com"}).to_string();
    assert_eq!(hub.client.post(hub.url(&path)).body(body.clone()).send().await.unwrap().status(), 401);
    let long = json!({"name": "x".repeat(201)}).to_string();
    for bad in [
        "",
        "{}",
        r#"{"name": "  "}"#,
        r#"{"name": "Dana", "email": "dana at home"}"#,
        r#"{"name": 5}"#,
        &long,
    ] {
        let (status, told) = asked(&hub, "POST", &path, bad).await;
        assert_eq!((status, told["code"].as_str()), (400, Some("bad_request")), "{bad}");
    }
    let (status, told) = asked(&hub, "POST", "/api/calls/4300000001/name", &body).await;
    assert_eq!((status, told["code"].as_str()), (404, Some("no_such_call")));
    let shared = held(&hub, SHARED).await;
    let (status, told) = asked(&hub, "POST", &format!("/api/calls/{shared}/name"), &body).await;
    assert_eq!((status, told["code"].as_str()), (409, Some("several_matches")));

    let (status, view) = asked(&hub, "POST", &path, &body).await;
    assert_eq!((status, &view["id"]), (202, &json!(calls[1].to_string())));
    for call in calls {
        until_complete(&hub, call).await;
    }
    let customers = hub.sandbox.control().gorgias().customers();
    let made: Vec<_> = customers.iter().filter(|c| c["channels"].to_string().contains(STRANGER)).collect();
    assert_eq!(made.len(), 1, "{made:#?}");
    assert_eq!(
        (&made[0]["name"], &made[0]["email"]),
        (&json!("Dana Whitfield"), &json!("dana@whitfield.example.com"))
    );
    let (status, told) = asked(&hub, "POST", &path, r#"{"name": "Somebody Else"}"#).await;
    assert_eq!((status, told["code"].as_str()), (409, Some("known_caller")));
    assert!(told["detail"].as_str().unwrap().contains("Dana Whitfield"));
}

#[tokio::test]
async fn a_text_message_that_is_held_is_decided_like_a_call() {
    let hub = Program::start(20.0, "").await;
    hub.until_listening().await;
    let text = |body: &str| Text {
        line: world::SUPPORT_FR,
        number: SHARED.into(),
        body: body.into(),
        ..Text::default()
    };
    let send = |body: &str| hub.sandbox.control().aircall().text(&text(body)).unwrap();
    let state = async |id: &str| state_of(&hub, id).await;
    let patience = Duration::from_secs(20);
    let first = send("Which of us is it?");
    hub.until("it is held", patience, async || state(&first).await == "held").await;
    let detail = hub.get(&format!("/api/messages/{first}")).await;
    let candidates = detail["candidates"].as_array().unwrap();
    assert_eq!((candidates.len(), &detail["chosen"]), (2, &Value::Null));

    let path = format!("/api/messages/{first}/customer");
    let body = json!({"customer_id": candidates[1]["customer"]["id"], "remember": true}).to_string();
    let unsigned = hub.client.post(hub.url(&path)).body(body.clone()).send().await.unwrap();
    assert_eq!(unsigned.status(), 401);
    let (status, problem) = asked(&hub, "POST", "/api/messages/none/customer", &body).await;
    assert_eq!((status, &problem["code"]), (404, &json!("no_such_message")));
    let (status, _) = asked(&hub, "POST", &path, "{}").await;
    assert_eq!(status, 400);
    let (status, problem) = asked(&hub, "DELETE", &path, "").await;
    assert_eq!((status, &problem["code"]), (404, &json!("nothing_chosen")));
    let (status, taken) = asked(&hub, "POST", &path, &body).await;
    assert_eq!((status, &taken["chosen"]["customer"]["id"]), (202, &candidates[1]["customer"]["id"]));
    hub.until("it is written", patience, async || state(&first).await == "complete").await;
    let name = candidates[1]["customer"]["name"].clone();
    let sms = |ticket: &&Value| ticket["channel"] == "sms";
    let tickets = hub.tickets();
    assert_eq!(tickets.iter().find(sms).unwrap()["customer"], name);

    // It holds for the number; withdrawn, the next one asks again.
    let second = send("And again");
    hub.until("it follows", patience, async || state(&second).await == "complete").await;
    assert_eq!(asked(&hub, "DELETE", &path, "").await.0, 202);
    let third = send("Who now?");
    hub.until("it is held", patience, async || state(&third).await == "held").await;
}

#[tokio::test]
async fn whoever_wrote_is_named_and_their_messages_go() {
    let hub = Program::start(20.0, "unknown_callers = \"hold\"\n").await;
    hub.until_listening().await;
    let text =
        Text { line: world::SUPPORT_FR, number: STRANGER.into(), body: "Hello".into(), ..Text::default() };
    let id = hub.sandbox.control().aircall().text(&text).unwrap();
    let path = format!("/api/messages/{id}");
    let patience = Duration::from_secs(20);
    hub.until("it is held", patience, async || state_of(&hub, &id).await == "held").await;
    let (status, _) = asked(&hub, "POST", &format!("{path}/name"), r#"{"name": "Solveig Aune"}"#).await;
    assert_eq!(status, 202);
    hub.until("it is written", patience, async || state_of(&hub, &id).await == "complete").await;
    let subjects: Vec<String> = hub.tickets().iter().map(|t| t["subject"].to_string()).collect();
    assert!(subjects.contains(&"\"SMS conversation with Solveig Aune\"".to_owned()), "{subjects:?}");
}
