//! The missed-call desk over HTTP: who waits, claims and clearing, and what a window is told.

use std::time::Duration;

use serde_json::{Value, json};
use sidetone_sandbox::{HangUp, Ring, aircall_world as world};

use crate::program::{ADMIN, Program};

const MARTA: &str = "+34666444555";
/// As a browser writes it into an address.
const MARTAS: &str = "%2B34666444555";

async fn asked(hub: &Program, method: &str, path: &str, body: &str) -> (u16, Value) {
    let request = hub.client.request(method.parse().unwrap(), hub.url(path)).bearer_auth(ADMIN);
    let answer = request.body(body.to_owned()).send().await.unwrap();
    let status = answer.status().as_u16();
    if status >= 400 {
        assert_eq!(answer.headers()["content-type"], "application/problem+json", "{path}");
    }
    (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or(Value::Null))
}

async fn desk(hub: &Program) -> Value {
    hub.get("/api/missed").await
}

fn keys(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|caller| caller["key"].as_str().unwrap()).collect()
}

/// A call that nobody answers, until it stands on the desk.
async fn missed(hub: &Program, from: Option<&str>) -> u64 {
    let aircall = hub.sandbox.control().aircall().clone();
    let from = from.map(str::to_owned);
    let call = aircall.ring(&Ring { line: world::SUPPORT_FR, from, ..Ring::default() }).unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    aircall.hang_up(call, &HangUp::default()).unwrap();
    let id = json!(call.to_string());
    hub.until("somebody waits", Duration::from_secs(20), async || {
        desk(hub).await["waiting"].as_array().unwrap().iter().any(|one| one["last"]["id"] == id)
    })
    .await;
    call
}

#[tokio::test]
async fn who_rang_in_vain_waits_is_claimed_cleared_and_comes_back() {
    let hub = Program::start(20.0, "").await;
    hub.until_listening().await;
    let empty = desk(&hub).await;
    assert_eq!(
        (&empty["waiting"], &empty["claimed"], &empty["done_today"]),
        (&json!([]), &json!([]), &json!(0))
    );
    let call = missed(&hub, Some(MARTA)).await;
    let waits = desk(&hub).await["waiting"][0].clone();
    assert_eq!(
        (&waits["key"], &waits["kind"], &waits["calls"]),
        (&json!(MARTA), &json!("missed"), &json!(1))
    );
    assert_eq!(waits["last"]["customer"]["name"], "Marta Ibáñez");
    assert_eq!(hub.get("/api/now").await["desk"], json!({"waiting": 1, "claimed": 0}));

    // Who is who.
    let claim = format!("/api/missed/{MARTAS}/claim");
    for method in [reqwest::Method::POST, reqwest::Method::DELETE] {
        assert_eq!(hub.client.request(method, hub.url(&claim)).send().await.unwrap().status(), 401);
    }
    let code = |told: (u16, Value)| (told.0, told.1["code"].as_str().unwrap_or_default().to_owned());
    assert_eq!(code(asked(&hub, "POST", &claim, "").await), (422, "which_agent".into()));
    let nobody = r#"{"agent": "nobody@example.com"}"#;
    assert_eq!(code(asked(&hub, "POST", &claim, nobody).await), (422, "no_such_agent".into()));
    for bad in ["7", r#"{"agent": 7}"#, r#"{"who": "me"}"#, "{"] {
        assert_eq!(code(asked(&hub, "POST", &claim, bad).await), (400, "bad_request".into()), "{bad}");
    }
    let camille = json!({"agent": world::CAMILLE.to_string()}).to_string();
    let jonas = json!({"agent": world::JONAS.to_string()}).to_string();
    assert_eq!(asked(&hub, "POST", &claim, &camille).await.0, 202);
    let (status, told) = asked(&hub, "POST", &claim, &jonas).await;
    assert_eq!((status, &told["code"]), (409, &json!("claimed_by_another")));
    assert_eq!(told["agent"], json!({"id": world::CAMILLE.to_string(), "name": "Camille Roux"}));
    let taken = desk(&hub).await;
    assert_eq!((keys(&taken["waiting"]), keys(&taken["claimed"])), (vec![], vec![MARTA]));
    assert_eq!(taken["claimed"][0]["claimed"]["agent"]["name"], "Camille Roux");
    assert_eq!(asked(&hub, "DELETE", &claim, "").await.0, 202);
    assert_eq!(keys(&desk(&hub).await["waiting"]), [MARTA]);

    // No call back is needed; or it is after all.
    let clear = format!("/api/missed/{MARTAS}/clear");
    for bad in [r#"{"last_call": "x"}"#, r#"{"last_call": 7}"#, r#"{"all": true}"#] {
        assert_eq!(code(asked(&hub, "POST", &clear, bad).await), (400, "bad_request".into()), "{bad}");
    }
    let another = json!({"last_call": "4300000001"}).to_string();
    assert_eq!(code(asked(&hub, "POST", &clear, &another).await), (404, "not_waiting".into()));
    let seen = json!({"last_call": call.to_string()}).to_string();
    assert_eq!(asked(&hub, "POST", &clear, &seen).await.0, 202);
    let cleared = desk(&hub).await;
    assert_eq!((&cleared["waiting"], &cleared["done_today"]), (&json!([]), &json!(1)));
    assert_eq!(code(asked(&hub, "POST", &clear, &seen).await), (404, "not_waiting".into()));
    assert_eq!(asked(&hub, "DELETE", &clear, "").await.0, 202);
    assert_eq!(asked(&hub, "DELETE", &clear, "").await.0, 202, "twice is once");
    assert_eq!(keys(&desk(&hub).await["waiting"]), [MARTA]);

    for key in ["Marta", "call:x", "34666444555"] {
        let told = asked(&hub, "POST", &format!("/api/missed/{key}/claim"), &camille).await;
        assert_eq!(code(told), (400, "bad_request".into()), "{key}");
    }
    let withheld = missed(&hub, None).await;
    assert_eq!(asked(&hub, "POST", &format!("/api/missed/call:{withheld}/clear"), "").await.0, 202);
}

#[tokio::test]
async fn the_desk_is_narrowed_to_a_line_or_to_an_agents_lines() {
    let hub = Program::start(20.0, "").await;
    hub.until_listening().await;
    missed(&hub, Some(MARTA)).await;
    let waiting = async |query: &str| {
        let desk = hub.get(&format!("/api/missed?{query}")).await;
        keys(&desk["waiting"]).len()
    };
    assert_eq!(waiting(&format!("line={}", world::SUPPORT_FR)).await, 1);
    assert_eq!(waiting(&format!("line={}", world::SALES_US)).await, 0);
    assert_eq!(waiting("line=&agent=&day_start=").await, 1, "what is empty says nothing");
    let (status, told) = asked(&hub, "GET", "/api/missed?agent=nobody@example.com", "").await;
    assert_eq!((status, &told["code"]), (422, &json!("no_such_agent")));
    let (status, told) = asked(&hub, "GET", "/api/missed?day_start=yesterday", "").await;
    assert_eq!((status, &told["code"]), (400, &json!("bad_request")));
    let day = hub.get("/api/missed?day_start=4000000000").await;
    assert_eq!(day["done_today"], 0);
    let unsigned = hub.client.get(hub.url("/api/missed")).send().await.unwrap();
    assert_eq!(unsigned.status(), 401);
}

#[tokio::test]
async fn a_window_hears_of_the_desk_by_an_event_of_its_own() {
    let hub = Program::start(20.0, "").await;
    hub.until_listening().await;
    let mut stream = hub.client.get(hub.url("/api/events")).bearer_auth(ADMIN).send().await.unwrap();
    missed(&hub, Some(MARTA)).await;
    let mut text = String::new();
    let heard = tokio::time::timeout(Duration::from_secs(20), async {
        while !text.contains("event: desk\n") || !text.contains(r#"{"waiting":1,"claimed":0}"#) {
            let part = stream.chunk().await.unwrap().expect("the stream goes on");
            text.push_str(&String::from_utf8_lossy(&part));
        }
    });
    heard.await.unwrap_or_else(|_| panic!("no event of the desk in {text}"));
}
