//! The token endpoint: a code, an hour, and a refresh token.

use axum::body::Body;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::Request;
use serde_json::{Value, json};
use sidetone_sandbox::{App, FrontLimits, OauthExpires, RefreshRotation, Sandbox};
use tokio::time::{Duration, sleep};

use crate::common::{Answer, START, front_as, sandbox, send};

const REDIRECT: &str = "https://localhost:8400/callback";

/// The admin consents, wherever the app asked for it.
fn consented(sandbox: &Sandbox) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("client_id", App::CLIENT_ID), ("redirect_uri", REDIRECT), ("response_type", "code")])
        .finish();
    let url = format!("https://app.frontapp.com/oauth/authorize?{query}");
    let led = sandbox.control().front().consent(&url).unwrap();
    led.split_once("code=").unwrap().1.to_owned()
}

async fn token(sandbox: &Sandbox, secret: &str, fields: &[(&str, &str)]) -> Answer {
    let basic = BASE64_STANDARD.encode(format!("{}:{secret}", App::CLIENT_ID));
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = Request::post("/oauth/token")
        .header("authorization", format!("Basic {basic}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(body))
        .unwrap();
    send(&sandbox.front_router(), request).await
}

async fn granted(sandbox: &Sandbox) -> Value {
    let code = consented(sandbox);
    let fields = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", REDIRECT)];
    let answer = token(sandbox, App::CLIENT_SECRET, &fields).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body
}

async fn refreshed(sandbox: &Sandbox, refresh: &str) -> Answer {
    token(sandbox, App::CLIENT_SECRET, &[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await
}

async fn me(sandbox: &Sandbox, access: &Value) -> u16 {
    front_as(sandbox, access.as_str().unwrap(), "GET", "/me", Value::Null).await.status
}

#[tokio::test(start_paused = true)]
async fn a_code_gives_tokens_for_an_hour_and_is_used_up() {
    let (sandbox, _) = sandbox();
    let tokens = granted(&sandbox).await;
    assert_eq!((&tokens["token_type"], &tokens["expires_at"]), (&json!("Bearer"), &json!(START + 3600)));
    assert_eq!(me(&sandbox, &tokens["access_token"]).await, 200);
    sleep(Duration::from_secs(3599)).await;
    assert_eq!(me(&sandbox, &tokens["access_token"]).await, 200);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(me(&sandbox, &tokens["access_token"]).await, 401);

    let code = consented(&sandbox);
    let fields = |redirect| {
        [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", redirect)]
    };
    let stranger = token(&sandbox, "wrong", &fields(REDIRECT)).await;
    assert_eq!((stranger.status, &stranger.body["error"]), (401, &json!("invalid_client")));
    let elsewhere = token(&sandbox, App::CLIENT_SECRET, &fields("https://localhost:1/other")).await;
    assert_eq!((elsewhere.status, &elsewhere.body["error"]), (401, &json!("invalid_grant")));
    assert_eq!(token(&sandbox, App::CLIENT_SECRET, &fields(REDIRECT)).await.status, 401, "one try only");
    let late = consented(&sandbox);
    sleep(Duration::from_secs(600)).await;
    let fields = [("grant_type", "authorization_code"), ("code", late.as_str()), ("redirect_uri", REDIRECT)];
    assert_eq!(token(&sandbox, App::CLIENT_SECRET, &fields).await.status, 401);
    let unknown = token(&sandbox, App::CLIENT_SECRET, &[("grant_type", "password")]).await;
    assert_eq!((unknown.status, &unknown.body["error"]), (400, &json!("unsupported_grant_type")));
    assert_eq!(unknown.header("x-ratelimit-limit"), None, "it is another host at Front");
}

#[tokio::test(start_paused = true)]
async fn a_refresh_answers_the_same_token_until_its_last_day_or_a_new_one_each_time() {
    let (sandbox, _) = sandbox();
    let first = granted(&sandbox).await;
    let refresh = first["refresh_token"].as_str().unwrap();
    let second = refreshed(&sandbox, refresh).await;
    assert_eq!((second.status, &second.body["refresh_token"]), (200, &first["refresh_token"]));
    assert_ne!(second.body["access_token"], first["access_token"]);
    assert_eq!(me(&sandbox, &first["access_token"]).await, 200, "the earlier one lives out its hour");
    sleep(Duration::from_secs(182 * 86_400 + 1)).await;
    let renewed = refreshed(&sandbox, refresh).await;
    assert_eq!(renewed.status, 200);
    assert_ne!(renewed.body["refresh_token"], first["refresh_token"], "its last day");
    sleep(Duration::from_secs(86_400)).await;
    assert_eq!(refreshed(&sandbox, refresh).await.status, 401, "its life is over");

    sandbox.control().front().switch(|switches| switches.refresh_rotation = RefreshRotation::New);
    let before = renewed.body["refresh_token"].as_str().unwrap();
    let rotated = refreshed(&sandbox, before).await;
    assert_ne!(rotated.body["refresh_token"], renewed.body["refresh_token"]);
    let old = refreshed(&sandbox, before).await;
    assert_eq!((old.status, &old.body["error"]), (401, &json!("invalid_grant")));
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_token_is_told_in_four_ways() {
    let (sandbox, _) = sandbox();
    for (way, field, value) in [
        (OauthExpires::ExpiresAt, "expires_at", json!(START + 3600)),
        (OauthExpires::Expires, "expires", json!(3600)),
        (OauthExpires::ExpiresIn, "expires_in", json!(3600)),
        (OauthExpires::Absent, "expires_at", Value::Null),
    ] {
        sandbox.control().front().switch(|switches| switches.oauth_expires_field = way);
        let tokens = granted(&sandbox).await;
        assert_eq!(tokens[field], value, "{tokens}");
        assert_eq!(tokens.as_object().unwrap().len(), if value.is_null() { 3 } else { 4 });
    }
}

#[tokio::test(start_paused = true)]
async fn an_app_that_is_removed_has_nothing_left() {
    let (sandbox, _) = sandbox();
    let front = sandbox.control().front().clone();
    let tokens = granted(&sandbox).await;
    let waiting = consented(&sandbox);
    front.uninstall();
    assert_eq!(me(&sandbox, &tokens["access_token"]).await, 401);
    assert_eq!(refreshed(&sandbox, tokens["refresh_token"].as_str().unwrap()).await.status, 401);
    let fields = |code| [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", REDIRECT)];
    assert_eq!(token(&sandbox, App::CLIENT_SECRET, &fields(waiting.as_str())).await.status, 401);
    front.switch(|switches| switches.revoked = true);
    let code = consented(&sandbox);
    assert_eq!(token(&sandbox, App::CLIENT_SECRET, &fields(code.as_str())).await.status, 401);
}

#[tokio::test(start_paused = true)]
async fn tokens_end_when_the_control_says_so() {
    let (sandbox, _) = sandbox();
    let front = sandbox.control().front().clone();
    let tokens = granted(&sandbox).await;
    let refresh = tokens["refresh_token"].as_str().unwrap();
    front.expire_tokens();
    assert_eq!(me(&sandbox, &tokens["access_token"]).await, 401);
    let renewed = refreshed(&sandbox, refresh).await;
    assert_eq!((renewed.status, &renewed.body["refresh_token"]), (200, &tokens["refresh_token"]));
    assert_eq!(me(&sandbox, &renewed.body["access_token"]).await, 200);
    front.end_refresh_tokens_in(3600);
    let last_day = refreshed(&sandbox, refresh).await;
    assert_ne!(last_day.body["refresh_token"], tokens["refresh_token"]);
    front.end_refresh_tokens_in(0);
    assert_eq!(refreshed(&sandbox, refresh).await.body["error"], "invalid_grant");
}

#[tokio::test(start_paused = true)]
async fn an_app_shares_the_companys_limit_or_has_one_of_its_own() {
    let (sandbox, _) = sandbox();
    let tokens = granted(&sandbox).await;
    let ask = async |sandbox: &Sandbox| {
        let access = tokens["access_token"].as_str().unwrap();
        front_as(sandbox, access, "GET", "/me", Value::Null).await
    };
    assert_eq!(ask(&sandbox).await.header("x-ratelimit-remaining"), Some("49"));
    assert_eq!(super::get(&sandbox, "/me").await.header("x-ratelimit-remaining"), Some("48"));
    let limits = FrontLimits { oauth_per_minute: 120, ..FrontLimits::default() };
    sandbox.control().front().set_limits(limits);
    let own = ask(&sandbox).await;
    assert_eq!(
        (own.header("x-ratelimit-limit"), own.header("x-ratelimit-remaining")),
        (Some("120"), Some("119"))
    );
    assert_eq!(super::get(&sandbox, "/me").await.header("x-ratelimit-remaining"), Some("47"));
}
