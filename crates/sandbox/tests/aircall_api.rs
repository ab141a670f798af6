//! The Aircall stand-in refuses and answers as the reference says the service does.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use axum::body::Body;
use common::{START, aircall, sandbox, send, settle, subscribe};
use http::Request;
use serde_json::{Value, json};
use sidetone_sandbox::{
    AircallLimits, HangUp, Presence, Ring,
    aircall_world::{AMELIA, BEARER, CAMILLE, RECEPTION, SALES_US, SUPPORT_FR},
};
use tokio::time::{Duration, sleep};

fn ring() -> Ring {
    Ring { line: SUPPORT_FR, from: Some("+34666444555".to_owned()), ..Ring::default() }
}

#[tokio::test(start_paused = true)]
async fn no_header_is_401_and_a_wrong_credential_is_403() {
    let (sandbox, _) = sandbox();
    let router = sandbox.aircall_router();
    let ping = |authorization: Option<&str>| {
        let mut request = Request::get("/v1/ping");
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        request.body(Body::empty()).unwrap()
    };
    let answer = send(&router, ping(None)).await;
    assert_eq!((answer.status, answer.body), (401, json!({"message": "Unauthorized"})));
    let answer = send(&router, ping(Some("Basic bm86bm8="))).await;
    assert_eq!((answer.status, answer.body), (403, json!({"message": "Forbidden"})));
    let answer = send(&router, ping(Some(&format!("Bearer {BEARER}")))).await;
    assert_eq!((answer.status, answer.body), (200, json!({"ping": "pong"})));
    assert_eq!(answer.headers["date"], "Fri, 15 Jan 2027 08:00:00 GMT");
    sandbox.control().aircall().switch(|switches| switches.revoked = true);
    assert_eq!(aircall(&sandbox, "GET", "/v1/ping", Value::Null).await.status, 403);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_path_is_the_gateways_404() {
    let (sandbox, _) = sandbox();
    let answer = aircall(&sandbox, "GET", "/v1/nothing", Value::Null).await;
    assert_eq!((answer.status, answer.body), (404, json!({"message": "Not Found"})));
    assert_eq!(aircall(&sandbox, "GET", "/v1/users", Value::Null).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn a_write_without_a_json_content_type_is_refused() {
    let (sandbox, _) = sandbox();
    let request = Request::post("/v1/webhooks")
        .header("authorization", format!("Bearer {BEARER}"))
        .body(Body::from(r#"{"url":"http://127.0.0.1:9/"}"#))
        .unwrap();
    assert_eq!(send(&sandbox.aircall_router(), request).await.status, 400);
    assert!(sandbox.control().aircall().webhooks().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_limit_blocks_for_a_minute_and_tells_headers_only_then() {
    let (sandbox, _) = sandbox();
    for _ in 0..60 {
        let answer = aircall(&sandbox, "GET", "/v1/ping", Value::Null).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("x-aircallapi-limit"), None);
    }
    let answer = aircall(&sandbox, "GET", "/v1/ping", Value::Null).await;
    assert_eq!(answer.status, 429);
    assert_eq!(answer.header("x-aircallapi-remaining"), Some("0"));
    sandbox.control().aircall().switch(|switches| switches.limit_headers = false);
    let answer = aircall(&sandbox, "GET", "/v1/ping", Value::Null).await;
    assert_eq!((answer.status, answer.header("x-aircallapi-limit")), (429, None));
    sleep(Duration::from_secs(61)).await;
    assert_eq!(aircall(&sandbox, "GET", "/v1/ping", Value::Null).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn pages_are_clamped_capped_and_linked_without_fetch_parameters() {
    let (sandbox, _) = sandbox();
    let _ = sandbox.control().aircall().add_past_calls(120, 60);
    let path = "/v1/calls?per_page=500&fetch_contact=true&made_up=1&order=desc";
    let page = aircall(&sandbox, "GET", path, Value::Null).await.body;
    assert_eq!(page["meta"]["per_page"], 50);
    assert_eq!(page["meta"]["total"], 120);
    let next = page["meta"]["next_page_link"].as_str().unwrap();
    assert!(next.contains("page=2") && next.contains("order=desc") && !next.contains("fetch_contact"));
    let past = aircall(&sandbox, "GET", "/v1/tags?page=201&per_page=50", Value::Null).await;
    assert_eq!(past.status, 400);
    assert!(past.body["errors"].is_string());
    subscribe(&sandbox).await;
    let webhooks = aircall(&sandbox, "GET", "/v1/webhooks", Value::Null).await.body;
    assert_eq!(webhooks["meta"].as_object().unwrap().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn from_is_exclusive_and_to_inclusive_and_order_is_oldest_first() {
    let (sandbox, _) = sandbox();
    let control = sandbox.control();
    for _ in 0..3 {
        control.aircall().ring(&ring()).unwrap();
        sleep(Duration::from_secs(10)).await;
    }
    let path = format!("/v1/calls?from={START}&to={}", START + 20);
    let calls = aircall(&sandbox, "GET", &path, Value::Null).await.body["calls"].clone();
    let starts: Vec<i64> =
        calls.as_array().unwrap().iter().map(|call| call["started_at"].as_i64().unwrap()).collect();
    assert_eq!(starts, [START + 10, START + 20]);
    assert!(calls.as_array().unwrap().iter().all(|call| call["status"] == "initial"));
}

#[tokio::test(start_paused = true)]
async fn rest_has_nulls_where_events_leave_out() {
    let (sandbox, receiver) = sandbox();
    subscribe(&sandbox).await;
    let call = sandbox.control().aircall().ring(&ring()).unwrap();
    settle().await;
    assert!(call > u64::from(u32::MAX));
    let event = receiver.last("call.created");
    for absent in ["user", "assigned_to", "transferred_by", "transferred_to"] {
        assert!(event.get(absent).is_none(), "{absent}");
    }
    assert_eq!(event["contact"]["first_name"], "Marta");
    assert_eq!(event["number"]["e164_digits"], "+33199001010");
    assert_eq!(event["raw_digits"], "+34 666 444 555");
    let rest = aircall(&sandbox, "GET", &format!("/v1/calls/{call}"), Value::Null).await.body["call"].clone();
    for null in ["user", "contact", "assigned_to", "transferred_by", "answered_at", "recording"] {
        assert_eq!(rest.get(null), Some(&Value::Null), "{null}");
    }
    assert!(rest["number"].get("e164_digits").is_none());
    let path = format!("/v1/calls/{call}?fetch_contact=true");
    let fetched = aircall(&sandbox, "GET", &path, Value::Null).await.body;
    assert_eq!(fetched["call"]["contact"]["emails"][0]["value"], "marta.ibanez@example.com");
}

#[tokio::test(start_paused = true)]
async fn a_withheld_number_is_the_word_anonymous() {
    let (sandbox, _) = sandbox();
    let call = sandbox.control().aircall().ring(&Ring { from: None, ..ring() }).unwrap();
    assert_eq!(sandbox.control().aircall().call(call).unwrap()["raw_digits"], "anonymous");
}

#[tokio::test(start_paused = true)]
async fn five_notes_are_taken_without_emoji_and_without_author() {
    let (sandbox, _) = sandbox();
    let call = sandbox.control().aircall().ring(&ring()).unwrap();
    let path = format!("/v1/calls/{call}/comments");
    for index in 0..5 {
        let body = json!({"content": format!("Note {index} 👍")});
        assert_eq!(aircall(&sandbox, "POST", &path, body).await.status, 201);
    }
    let sixth = aircall(&sandbox, "POST", &path, json!({"content": "one more"})).await;
    assert_eq!(sixth.status, 400);
    assert!(sixth.body["troubleshoot"].is_string());
    let comments = sandbox.control().aircall().call(call).unwrap()["comments"].clone();
    assert_eq!(comments.as_array().unwrap().len(), 5);
    assert_eq!(comments[0]["content"], "Note 0 ");
    assert_eq!(comments[0]["posted_by"], Value::Null);
}

#[tokio::test(start_paused = true)]
async fn tags_are_put_on_by_id_only_and_leave_with_their_tag() {
    let (sandbox, _) = sandbox();
    let call = sandbox.control().aircall().ring(&ring()).unwrap();
    let path = format!("/v1/calls/{call}/tags");
    assert_eq!(aircall(&sandbox, "POST", &path, json!({"tags": ["Refund"]})).await.status, 400);
    assert_eq!(aircall(&sandbox, "POST", &path, json!({"tags": [551_011]})).await.status, 201);
    let search = aircall(&sandbox, "GET", "/v1/calls/search?tags[]=551011", Value::Null).await.body;
    assert_eq!(search["calls"][0]["tags"][0]["tagged_by"], json!({}));
    assert_eq!(aircall(&sandbox, "DELETE", "/v1/tags/551011", Value::Null).await.status, 204);
    assert_eq!(sandbox.control().aircall().call(call).unwrap()["tags"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn a_card_is_shown_only_while_the_call_is_up_and_small() {
    let (sandbox, _) = sandbox();
    let control = sandbox.control().aircall().clone();
    let call = control.ring(&ring()).unwrap();
    let path = format!("/v1/calls/{call}/insight_cards");
    let card = json!({"contents": [{"type": "title", "text": "Marta Ibáñez"}]});
    assert_eq!(aircall(&sandbox, "POST", &path, card.clone()).await.status, 201);
    let big = json!({"contents": [{"type": "title", "text": "x".repeat(10_001)}]});
    assert_eq!(aircall(&sandbox, "POST", &path, big).await.status, 400);
    assert_eq!(aircall(&sandbox, "POST", &path, json!({"cards": []})).await.status, 400);
    control.hang_up(call, &HangUp::default()).unwrap();
    assert_eq!(aircall(&sandbox, "POST", &path, card.clone()).await.status, 400);
    assert_eq!(control.cards().len(), 1);
    assert_eq!(control.cards()[0].contents, card["contents"]);
}

#[tokio::test(start_paused = true)]
async fn dialling_answers_204_and_then_a_call_starts() {
    let (sandbox, receiver) = sandbox();
    subscribe(&sandbox).await;
    let path = format!("/v1/users/{AMELIA}/dial");
    let answer = aircall(&sandbox, "POST", &path, json!({"to": "+12025550117"})).await;
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    sleep(Duration::from_secs(3)).await;
    let call = receiver.last("call.created");
    assert_eq!(call["direction"], "outbound");
    assert_eq!((call["user"]["id"].as_u64(), call["number"]["id"].as_u64()), (Some(AMELIA), Some(SALES_US)));
    let busy = aircall(&sandbox, "POST", &path, json!({"to": "+12025550117"})).await;
    assert_eq!(busy.status, 405);
    assert_eq!(
        busy.body,
        json!({"error": "Method Not Allowed", "troubleshoot": "The user is currently unavailable", "success": false})
    );
}

#[tokio::test(start_paused = true)]
async fn an_agent_who_is_offline_cannot_be_dialled_for_nor_a_spelling_that_is_not_e164() {
    let (sandbox, _) = sandbox();
    let path = format!("/v1/users/{CAMILLE}/calls");
    let body = |to: &str| json!({"number_id": SUPPORT_FR, "to": to});
    assert_eq!(aircall(&sandbox, "POST", &path, body("01 99 00 11 22")).await.status, 400);
    let other_line = json!({"number_id": SALES_US, "to": "+33199001122"});
    assert_eq!(aircall(&sandbox, "POST", &path, other_line).await.status, 405);
    sandbox.control().aircall().set_presence(CAMILLE, Presence::Offline).unwrap();
    assert_eq!(aircall(&sandbox, "POST", &path, body("+33199001122")).await.status, 405);
    let read = aircall(&sandbox, "GET", &format!("/v1/users/{CAMILLE}/availability"), Value::Null).await;
    assert_eq!(read.body, json!({"availability": "offline"}));
}

#[tokio::test(start_paused = true)]
async fn users_are_read_by_id_or_email_and_numbers_alone_have_users() {
    let (sandbox, _) = sandbox();
    let by_email = aircall(&sandbox, "GET", "/v2/users/camille.roux@example.com", Value::Null).await.body;
    let by_id = aircall(&sandbox, "GET", &format!("/v2/users/{CAMILLE}"), Value::Null).await.body;
    assert_eq!(by_email, by_id);
    assert_eq!(by_id["user"]["default_number_id"], SUPPORT_FR);
    let list = aircall(&sandbox, "GET", "/v1/numbers", Value::Null).await.body;
    assert!(list["numbers"].as_array().unwrap().iter().all(|number| number.get("users").is_none()));
    let one = aircall(&sandbox, "GET", &format!("/v1/numbers/{RECEPTION}"), Value::Null).await.body;
    assert_eq!(one["number"]["is_ivr"], true);
    assert_eq!(one["number"]["users"].as_array().unwrap().len(), 3);
    let company = aircall(&sandbox, "GET", "/v1/company", Value::Null).await.body;
    assert_eq!(company["company"]["numbers_count"], 4);
}

#[tokio::test(start_paused = true)]
async fn a_put_without_events_subscribes_to_everything() {
    let (sandbox, _) = sandbox();
    let created = aircall(
        &sandbox,
        "POST",
        "/v1/webhooks",
        json!({"url": "http://127.0.0.1:9/", "events": ["call.created"]}),
    )
    .await
    .body["webhook"]
        .clone();
    assert!(created.get("id").is_none(), "the old id is missing in create answers");
    let path = format!("/v1/webhooks/{}", created["webhook_id"].as_str().unwrap());
    let add =
        aircall(&sandbox, "PUT", &format!("{path}?events_action=add"), json!({"events": ["call.ended"]}))
            .await;
    assert_eq!(add.body["webhook"]["events"], json!(["call.created", "call.ended"]));
    let put = aircall(&sandbox, "PUT", &path, json!({"active": true})).await;
    assert!(put.body["webhook"]["events"].as_array().unwrap().len() > 50);
    let got = aircall(&sandbox, "GET", &path, Value::Null).await.body["webhook"].clone();
    assert!(got["id"].is_u64() && got["token"] == created["token"]);
    let wrong = json!({"url": "http://127.0.0.1:9/", "events": ["call.exploded"]});
    let refused = aircall(&sandbox, "POST", "/v1/webhooks", wrong).await;
    assert_eq!(refused.status, 400);
    assert!(refused.body["errors"]["events"].is_array());
    assert_eq!(aircall(&sandbox, "DELETE", &path, Value::Null).await.status, 204);
    assert_eq!(aircall(&sandbox, "GET", &path, Value::Null).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn a_company_has_100_webhooks_at_most_and_two_for_one_address_are_two() {
    let (sandbox, _) = sandbox();
    sandbox.control().aircall().set_limits(AircallLimits { per_minute: 1000, others_per_minute: 0 });
    for _ in 0..100 {
        subscribe(&sandbox).await;
    }
    let answer = aircall(&sandbox, "POST", "/v1/webhooks", json!({"url": "http://127.0.0.1:9/"})).await;
    assert_eq!(answer.status, 400);
    assert_eq!(sandbox.control().aircall().webhooks().len(), 100);
}

#[tokio::test(start_paused = true)]
async fn media_addresses_expire_and_refuse_a_second_credential() {
    let (sandbox, receiver) = sandbox();
    subscribe(&sandbox).await;
    let control = sandbox.control().aircall().clone();
    let call = control.ring(&ring()).unwrap();
    control.answer(call, Some(CAMILLE)).unwrap();
    control.hang_up(call, &HangUp::default()).unwrap();
    sleep(Duration::from_secs(31)).await;
    let url = receiver.last("call.ended")["recording"].as_str().unwrap().to_owned();
    let path = url.strip_prefix("http://aircall.localhost").unwrap().to_owned();
    let get = |path: &str| Request::get(path).body(Body::empty()).unwrap();
    let router = sandbox.aircall_router();
    let answer = send(&router, get(&path)).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("audio/mpeg")));
    assert_eq!(aircall(&sandbox, "GET", &path, Value::Null).await.status, 400);
    let forged = path.replace("X-Amz-Expires=600", "X-Amz-Expires=6000");
    assert_eq!(send(&router, get(&forged)).await.status, 403);
    sleep(Duration::from_secs(601)).await;
    let expired = send(&router, get(&path)).await;
    assert!(expired.status == 403 && expired.text.contains("expired"));
    let fresh = control.call(call).unwrap()["recording"].as_str().unwrap().to_owned();
    assert_ne!(fresh, url);
    let page = aircall(&sandbox, "GET", "http://aircall.example.com/v1/calls", Value::Null).await.body;
    assert!(page["calls"][0]["recording"].as_str().unwrap().starts_with("http://aircall.example.com/media/"));
    assert_eq!(send(&router, get(fresh.strip_prefix("http://aircall.localhost").unwrap())).await.status, 200);
}
