//! The control API and the pages, over real sockets.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use axum::{Router, extract::State, routing::post};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use sidetone_sandbox::{Options, Ports, Sandbox, Served, aircall_world, front_world, gorgias_world};
use tokio::{net::TcpListener, sync::mpsc, time::Duration};

async fn served() -> (Sandbox, Served, Client) {
    let sandbox = Sandbox::new(Options { scale: 100.0, ..Options::default() }).unwrap();
    let served = sandbox.serve(Ports::default()).await.unwrap();
    (sandbox, served, Client::builder().no_proxy().build().unwrap())
}

async fn json_of(response: Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

async fn act(client: &Client, served: &Served, operation: &str, body: Value) -> (u16, Value) {
    let url = format!("http://{}/_sandbox/{operation}", served.aircall);
    let response = client.post(url).body(body.to_string()).send().await.unwrap();
    (response.status().as_u16(), json_of(response).await)
}

#[tokio::test]
async fn a_call_is_run_by_hand_and_its_events_arrive_by_http() {
    let (_sandbox, served, client) = served().await;
    let (sender, mut events) = mpsc::unbounded_channel::<String>();
    let receiver = Router::new().route(
        "/hook",
        post(|State(sender): State<mpsc::UnboundedSender<String>>, body: String| async move {
            let event: Value = serde_json::from_str(&body).unwrap();
            sender.send(event["event"].as_str().unwrap().to_owned()).unwrap();
        }),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hook = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, receiver.with_state(sender)).await });
    let made = client
        .post(format!("http://{}/v1/webhooks", served.aircall))
        .basic_auth(aircall_world::API_ID, Some(aircall_world::API_TOKEN))
        .header("content-type", "application/json")
        .body(json!({"url": hook, "events": ["call.created", "call.ended"]}).to_string())
        .send()
        .await
        .unwrap();
    assert_eq!(made.status(), 201);

    let ring = json!({"line": aircall_world::SUPPORT_FR, "from": "+34666444555"});
    let (status, rung) = act(&client, &served, "ring", ring).await;
    let call = rung["call"].as_u64().unwrap();
    assert_eq!(status, 200);
    assert_eq!(act(&client, &served, "answer", json!({"call": call})).await.0, 200);
    assert_eq!(act(&client, &served, "hangup", json!({"call": call})).await.0, 200);
    for expected in ["call.created", "call.ended"] {
        let event = tokio::time::timeout(Duration::from_secs(10), events.recv()).await.unwrap();
        assert_eq!(event.as_deref(), Some(expected));
    }
    let (status, refused) = act(&client, &served, "hangup", json!({"call": call})).await;
    assert_eq!(status, 409);
    assert!(refused["error"].as_str().unwrap().contains("hung up already"));
}

#[tokio::test]
async fn limits_switches_and_faults_are_set_and_mistakes_are_named() {
    let (sandbox, served, client) = served().await;
    assert_eq!(act(&client, &served, "limits", json!({"per_minute": 120})).await.0, 200);
    assert_eq!(sandbox.control().aircall().limits().per_minute, 120);
    assert_eq!(act(&client, &served, "switches", json!({"duplicate": true})).await.0, 200);
    assert!(sandbox.control().aircall().switches().duplicate);
    let (status, refused) = act(&client, &served, "switches", json!({"duplicat": true})).await;
    assert!(status == 400 && refused["error"].as_str().unwrap().contains("duplicat"));
    let fault = json!({"kind": "status", "status": 503, "times": 1, "path": "/v1/ping"});
    assert_eq!(act(&client, &served, "faults", fault).await.0, 200);
    let ping = client
        .get(format!("http://{}/v1/ping", served.aircall))
        .basic_auth(aircall_world::API_ID, Some(aircall_world::API_TOKEN));
    assert_eq!(ping.send().await.unwrap().status(), 503);
    assert_eq!(act(&client, &served, "message", json!({})).await.0, 404);
    assert_eq!(act(&client, &served, "ring", json!({"line": 1})).await.0, 404);
}

#[tokio::test]
async fn the_state_names_no_token_and_no_webhook_path() {
    let (_sandbox, served, client) = served().await;
    let made = client
        .post(format!("http://{}/v1/webhooks", served.aircall))
        .bearer_auth(aircall_world::BEARER)
        .header("content-type", "application/json")
        .body(json!({"url": "http://127.0.0.1:9/unguessable"}).to_string())
        .send()
        .await
        .unwrap();
    let token = json_of(made).await["webhook"]["token"].as_str().unwrap().to_owned();
    let state = client.get(format!("http://{}/_sandbox/state", served.aircall)).send().await.unwrap();
    let state = state.text().await.unwrap();
    assert!(state.contains("http://127.0.0.1:9") && state.contains("Camille Roux"));
    assert!(!state.contains(&token) && !state.contains("unguessable"));
}

#[tokio::test]
async fn other_sites_are_kept_out_and_the_sandboxs_own_page_is_let_in() {
    let (_sandbox, served, client) = served().await;
    let ask = async |method: Method, headers: &[(&str, &str)]| {
        let mut request = client.request(method, format!("http://{}/_sandbox/tickets", served.gorgias));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    };
    assert_eq!(ask(Method::GET, &[]).await.status(), 200);
    assert_eq!(ask(Method::GET, &[("host", "rebound.example.com")]).await.status(), 403);
    assert_eq!(ask(Method::GET, &[("origin", "http://evil.example.com")]).await.status(), 403);
    assert_eq!(ask(Method::GET, &[("sec-fetch-site", "cross-site")]).await.status(), 403);
    let own = format!("http://{}", served.aircall);
    let answer = ask(Method::GET, &[("origin", &own)]).await;
    assert_eq!(answer.headers()["access-control-allow-origin"], own.as_str());
    let preflight = ask(Method::OPTIONS, &[("origin", &own)]).await;
    assert_eq!(preflight.status(), 204);
}

#[tokio::test]
async fn the_pages_are_served_with_a_strict_policy_and_nothing_from_elsewhere() {
    let (sandbox, served, client) = served().await;
    let control = client.get(format!("http://{}/_sandbox/", served.aircall)).send().await.unwrap();
    let policy = control.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"));
    let page = control.text().await.unwrap();
    assert!(!page.contains("onclick") && !page.contains("https://") && !page.contains("style="));
    for file in ["control.css", "control.js"] {
        let url = format!("http://{}/_sandbox/{file}", served.aircall);
        assert_eq!(client.get(url).send().await.unwrap().status(), 200);
    }
    let marta = &sandbox.control().gorgias().customers()[0];
    let url = format!("http://{}/app/customer/{}", served.gorgias, marta["id"]);
    let page = client.get(url).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Marta Ibáñez") && page.contains("Sandbox, invented data"));
    let ticket = sandbox.control().gorgias().tickets()[0]["id"].clone();
    let url = format!("http://{}/app/ticket/{ticket}", served.gorgias);
    assert!(client.get(url).send().await.unwrap().text().await.unwrap().contains("Assignee"));
    let url = format!("http://{}/app/ticket/1", served.gorgias);
    assert_eq!(client.get(url).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn a_person_in_the_helpdesk_is_neither_limited_nor_journaled() {
    let (sandbox, served, client) = served().await;
    let ticket = sandbox.control().gorgias().tickets()[0]["id"].clone();
    let body =
        json!({"method": "PUT", "path": format!("/api/tickets/{ticket}"), "body": {"status": "closed"}});
    let url = format!("http://{}/_sandbox/by-a-person", served.gorgias);
    let answer = json_of(client.post(url).body(body.to_string()).send().await.unwrap()).await;
    assert_eq!((&answer["status"], &answer["body"]["status"]), (&json!(202), &json!("closed")));
    assert!(sandbox.control().gorgias().journal(0).is_empty());
    assert_eq!(gorgias_world::ACCOUNT, "northbrook");
}

#[tokio::test]
async fn front_is_served_with_its_control_and_shows_what_was_written() {
    let (sandbox, served, client) = served().await;
    let front = format!("http://{}", served.front);
    let me = client.get(format!("{front}/me")).bearer_auth(front_world::TOKEN).send().await.unwrap();
    assert_eq!(json_of(me).await["_links"]["self"], format!("{front}/me"));
    let act = async |operation: &str, body: Value| {
        let url = format!("{front}/_sandbox/{operation}");
        let response = client.post(url).body(body.to_string()).send().await.unwrap();
        (response.status().as_u16(), json_of(response).await)
    };
    let read = async |operation: &str| {
        json_of(client.get(format!("{front}/_sandbox/{operation}")).send().await.unwrap()).await
    };
    let conversation = read("conversations").await["conversations"][0].clone();
    let path = format!("/conversations/{}", conversation["id"].as_str().unwrap());
    let comment =
        json!({"method": "POST", "path": format!("{path}/comments"), "body": {"body": "Seen & <done>"}});
    let (status, answer) = act("by-a-person", comment).await;
    assert_eq!(
        (status, &answer["status"], &answer["body"]["body"]),
        (200, &json!(201), &json!("Seen & <done>"))
    );
    let page = async |path: String| client.get(format!("{front}{path}")).send().await.unwrap();
    let shown = page(format!("/open/{}", conversation["id"].as_str().unwrap())).await.text().await.unwrap();
    assert!(
        shown.contains("Seen &amp; &lt;done&gt;")
            && shown.contains("Ana Keller")
            && shown.contains("Sandbox, invented data")
    );
    let message = conversation["messages"][0]["id"].as_str().unwrap();
    assert_eq!(page(format!("/open/{message}")).await.status(), 200, "a message leads to its conversation");
    assert_eq!(page("/open/cnv_1".to_owned()).await.status(), 404);
    let contacts = read("contacts").await["contacts"].clone();
    let shown = page(format!("/_sandbox/contacts/{}", contacts[0]["id"].as_str().unwrap())).await;
    assert!(shown.text().await.unwrap().contains("Kettle drips at the spout"));

    let (_, added) = act("contact", json!({"name": "Ida", "phone": "+12025550175"})).await;
    let ids = json!({"source": added["contact"], "target": contacts[0]["id"]});
    assert_eq!((act("merge", ids.clone()).await.0, act("merge", ids).await.0), (200, 404));
    assert_eq!(act("contact", json!({"name": "Ida", "phone": "+12025550175"})).await.0, 409);
    assert_eq!(act("limits", json!({"per_minute": 3})).await.0, 200);
    let (status, refused) = act("switches", json!({"import_lag": 3})).await;
    assert!(status == 400 && refused["error"].as_str().unwrap().contains("import_lag"));
    assert_eq!(act("switches", json!({"import_lag_s": 3.0})).await.0, 200);
    let state = read("state").await;
    assert_eq!(
        (&state["limits"]["per_minute"], &state["switches"]["import_lag_s"]),
        (&json!(3), &json!(3.0))
    );
    let consent = "http://x/oauth/authorize?client_id=sidetone&response_type=code&redirect_uri=https%3A%2F%2Flocalhost%3A1%2F";
    let led = act("consent", json!({"url": consent})).await.1;
    assert!(led["location"].as_str().unwrap().starts_with("https://localhost:1/?code="), "{led}");
    let elsewhere = consent.replace("https%3A%2F%2Flocalhost", "http%3A%2F%2Felsewhere.example.com");
    assert_eq!(act("consent", json!({"url": elsewhere})).await.0, 409);
    assert_eq!(read("journal").await["journal"].as_array().unwrap().len(), 1, "only the API is journaled");
    assert_eq!(read("imports").await["imports"], json!([]));
    assert_eq!(act("faults", json!({"kind": "status", "status": 503, "path": "/me"})).await.0, 200);
    let me = client.get(format!("{front}/me")).bearer_auth(front_world::TOKEN).send().await.unwrap();
    assert_eq!(me.status(), 503);
    assert_eq!(act("reset", json!({})).await.0, 200);
    assert_eq!(read("dump").await, Sandbox::new(Options::default()).unwrap().control().front().dump());
    assert_eq!(act("nothing", json!({})).await.0, 404);
    let told = client.get(format!("http://{}/_sandbox/state", served.aircall)).send().await.unwrap();
    assert_eq!(json_of(told).await["front"], front.as_str());
    assert!(sandbox.control().front().send_attempts().is_empty());
}
