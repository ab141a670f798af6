//! The token, its scopes, the limits and what an answer always has.

use serde_json::{Value, json};
use sidetone_sandbox::{
    Fault, FaultKind, FrontLimits,
    front_world::{COMPANY, HELLO, SALES_DESK, TOKEN},
};
use tokio::time::{Duration, sleep};

use super::{get, missed, post, with};
use crate::common::{START, front, front_as, sandbox};

pub const SCENARIOS: &[fn()] = &[
    a_wrong_token_is_401_and_every_answer_tells_the_limit,
    the_company_has_so_many_requests_a_minute,
    a_guard_refuses_one_resource_while_the_company_has_requests_left,
    searches_may_use_a_share_of_the_limit,
    a_burst_has_headers_of_its_own,
    a_token_without_a_scope_is_refused_on_its_routes_only,
    a_body_that_is_wrong_is_refused_in_the_vendors_shape,
    links_lead_where_the_request_went_or_elsewhere,
];

#[tokio::test(start_paused = true)]
async fn a_wrong_token_is_401_and_every_answer_tells_the_limit() {
    let (sandbox, _) = sandbox();
    let me = get(&sandbox, "/me").await;
    assert_eq!((me.status, &me.body["name"]), (200, &json!(COMPANY)));
    let told = ["limit", "remaining", "reset"]
        .map(|name| me.header(&format!("x-ratelimit-{name}")).unwrap().to_owned());
    assert_eq!(told, ["50".to_owned(), "49".to_owned(), (START + 60).to_string()]);
    let refused = front_as(&sandbox, "wrong", "GET", "/me", Value::Null).await;
    let error =
        json!({"_error": {"status": 401, "title": "Unauthenticated", "message": "JSON Web Token error"}});
    assert_eq!((refused.status, &refused.body), (401, &error));
    assert_eq!(refused.header("x-ratelimit-remaining"), Some("49"), "it costs nothing");
    sandbox.control().front().switch(|switches| switches.revoked = true);
    assert_eq!(get(&sandbox, "/me").await.status, 401);
}

#[tokio::test(start_paused = true)]
async fn the_company_has_so_many_requests_a_minute() {
    let (sandbox, _) = sandbox();
    for _ in 0..50 {
        assert_eq!(get(&sandbox, "/me").await.status, 200);
    }
    sleep(Duration::from_millis(19_500)).await;
    let full = get(&sandbox, "/me").await;
    assert_eq!((full.status, full.header("retry-after")), (429, Some("41")));
    assert_eq!((full.header("x-ratelimit-remaining"), full.header("x-front-tier")), (Some("0"), None));
    assert_eq!(full.body["_error"]["title"], "Too many requests");
    let message = full.body["_error"]["message"].as_str().unwrap();
    assert!(message.ends_with("Please retry in 40500 milliseconds."), "{message}");
    sleep(Duration::from_secs(41)).await;
    assert_eq!(get(&sandbox, "/me").await.header("x-ratelimit-remaining"), Some("49"));
    sandbox.control().front().set_limits(FrontLimits { others_per_minute: 50, ..FrontLimits::default() });
    sleep(Duration::from_secs(59)).await;
    let shared = get(&sandbox, "/me").await;
    assert_eq!(shared.status, 429, "others use the same limit");
}

#[tokio::test(start_paused = true)]
async fn a_guard_refuses_one_resource_while_the_company_has_requests_left() {
    let (sandbox, _) = sandbox();
    let path = format!("/inboxes/{HELLO}/imported_messages");
    for number in 0..5 {
        assert_eq!(post(&sandbox, &path, missed(&format!("aircall:call:{number}"))).await.status, 202);
    }
    sleep(Duration::from_millis(400)).await;
    let guarded = post(&sandbox, &path, missed("aircall:call:5")).await;
    assert_eq!((guarded.status, guarded.header("retry-after")), (429, Some("1")));
    assert_eq!(
        (guarded.header("x-front-tier"), guarded.header("x-ratelimit-remaining")),
        (Some("2"), Some("45"))
    );
    let message = guarded.body["_error"]["message"].as_str().unwrap();
    assert!(message.contains("for tier-2 route. Please retry in 600 milliseconds"), "{message}");
    let other = format!("/inboxes/{SALES_DESK}/imported_messages");
    assert_eq!(post(&sandbox, &other, missed("aircall:call:6")).await.status, 202, "another resource");
    assert_eq!(get(&sandbox, "/inboxes").await.status, 200, "another route");
    sleep(Duration::from_millis(600)).await;
    assert_eq!(post(&sandbox, &path, missed("aircall:call:5")).await.status, 202);
}

#[tokio::test(start_paused = true)]
async fn searches_may_use_a_share_of_the_limit() {
    let (sandbox, _) = sandbox();
    for _ in 0..20 {
        assert_eq!(get(&sandbox, "/conversations/search/kettle").await.status, 200);
    }
    let refused = get(&sandbox, "/conversations/search/kettle").await;
    assert_eq!((refused.status, refused.header("x-ratelimit-remaining")), (429, Some("30")));
    assert!(refused.header("x-front-tier").is_some());
    assert_eq!(get(&sandbox, "/me").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_burst_has_headers_of_its_own() {
    let (sandbox, _) = sandbox();
    assert_eq!(get(&sandbox, "/me").await.header("x-ratelimit-burst-limit"), None);
    let limits = FrontLimits { per_minute: 1, burst: 2, ..FrontLimits::default() };
    sandbox.control().front().set_limits(limits);
    let left = get(&sandbox, "/me").await;
    assert_eq!((left.status, left.header("x-ratelimit-burst-remaining")), (200, Some("1")));
    assert_eq!(get(&sandbox, "/me").await.status, 200);
    assert_eq!(get(&sandbox, "/me").await.status, 429);
}

#[tokio::test(start_paused = true)]
async fn a_token_without_a_scope_is_refused_on_its_routes_only() {
    let (sandbox, _) = sandbox();
    sandbox.control().front().switch(|switches| switches.missing_scopes = vec!["contacts:write".to_owned()]);
    let body = json!({"handles": [{"handle": "+12025550199", "source": "phone"}]});
    let refused = post(&sandbox, "/contacts", body).await;
    assert_eq!((refused.status, &refused.body["_error"]["title"]), (403, &json!("Forbidden")));
    assert_eq!(get(&sandbox, "/contacts").await.status, 200);
    assert_eq!(sandbox.control().front().contacts().len(), 8, "nothing was made");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_wrong_is_refused_in_the_vendors_shape() {
    let (sandbox, _) = sandbox();
    let odd =
        with(missed("aircall:call:1"), json!({"colour": "red", "body": 7, "metadata": {"thread": "x"}}));
    let refused = post(&sandbox, &format!("/inboxes/{HELLO}/imported_messages"), odd.clone()).await;
    let error = &refused.body["_error"];
    assert_eq!((refused.status, &error["title"]), (400, &json!("Bad request")));
    assert_eq!(error["message"], "Body did not satisfy requirements");
    let details = [
        "body.body: should be a string",
        "body.metadata.thread: unknown field",
        "body.colour: unknown field",
    ];
    for detail in details {
        assert!(error["details"].as_array().unwrap().contains(&json!(detail)), "{detail} in {error}");
    }
    sandbox.control().front().switch(|switches| switches.invalid_status = 422);
    assert_eq!(post(&sandbox, &format!("/inboxes/{HELLO}/imported_messages"), odd.clone()).await.status, 422);
    sandbox.control().front().switch(|switches| switches.refuse_unknown_fields = false);
    let lenient = with(odd, json!({"body": "Missed call"}));
    assert_eq!(post(&sandbox, &format!("/inboxes/{HELLO}/imported_messages"), lenient).await.status, 202);

    let request = http::Request::post("/contacts")
        .header("authorization", format!("Bearer {TOKEN}"))
        .header("content-type", "application/json")
        .body(axum::body::Body::from("{\"name\": a}"))
        .unwrap();
    let syntax = crate::common::send(&sandbox.front_router(), request).await;
    assert_eq!(
        (syntax.status, &syntax.body["_error"]["status"]),
        (400, &Value::Null),
        "neither status nor title"
    );
    assert!(syntax.body["_error"]["message"].as_str().unwrap().starts_with("Unexpected token"));

    let unknown = get(&sandbox, "/conversations/cnv_nope").await;
    assert_eq!(
        (unknown.status, &unknown.body["_error"]["message"]),
        (404, &json!("Unknown conversation ID cnv_nope"))
    );
    assert_eq!(get(&sandbox, "/nothing/here").await.status, 404);
    sandbox
        .control()
        .front()
        .add_fault(Fault::next(1, FaultKind::Status { status: 429, retry_after: Some(3) }));
    let injected = get(&sandbox, "/me").await;
    assert_eq!((injected.status, injected.header("x-ratelimit-remaining")), (429, Some("0")));
}

#[tokio::test(start_paused = true)]
async fn links_lead_where_the_request_went_or_elsewhere() {
    let (sandbox, _) = sandbox();
    assert_eq!(get(&sandbox, "/me").await.body["_links"]["self"], "http://front.localhost/me");
    sandbox
        .control()
        .front()
        .switch(|switches| switches.links_origin = "https://acme.api.example.com/".to_owned());
    let page = get(&sandbox, "/contacts?limit=1").await.body;
    assert!(
        page["_pagination"]["next"]
            .as_str()
            .unwrap()
            .starts_with("https://acme.api.example.com/contacts?limit=1&page_token=")
    );
    assert_eq!(
        front(&sandbox, "GET", "/me", Value::Null).await.body["_links"]["self"],
        "https://acme.api.example.com/me"
    );
}
