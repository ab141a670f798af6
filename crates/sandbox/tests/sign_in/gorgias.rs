//! Gorgias' tokens: a JWT that outlives everything for a day, and a refresh token that stays the same.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sidetone_sandbox::{App, OauthExpiresIn, Sandbox, gorgias_world};
use tokio::time::{Duration, sleep};

use super::{REDIRECT, code_in, consent_url, form, press, text, with_bearer};
use crate::common::{Answer, START, gorgias, sandbox};

const SCOPES: &str =
    "openid email profile offline account:read users:read customers:read customers:write tickets:read";

fn code(sandbox: &Sandbox, scope: &str) -> String {
    let url = consent_url(&[("scope", scope), ("nonce", "n-1")]);
    code_in(&sandbox.control().gorgias().consent(&url).unwrap())
}

async fn token(sandbox: &Sandbox, fields: &[(&str, &str)]) -> Answer {
    form(&sandbox.gorgias_router(), "/oauth/token", App::CLIENT_SECRET, fields).await
}

async fn exchanged(sandbox: &Sandbox, code: &str) -> Answer {
    let fields = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", REDIRECT)];
    token(sandbox, &fields).await
}

async fn signed_in(sandbox: &Sandbox) -> Value {
    let answer = exchanged(sandbox, &code(sandbox, SCOPES)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body
}

async fn refreshed(sandbox: &Sandbox, refresh: &str) -> Answer {
    token(sandbox, &[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await
}

async fn api(sandbox: &Sandbox, tokens: &Value, method: &str, path: &str, body: Value) -> Answer {
    let access = text(&tokens["access_token"]);
    with_bearer(&sandbox.gorgias_router(), &access, method, path, body).await
}

async fn account(sandbox: &Sandbox, tokens: &Value) -> u16 {
    api(sandbox, tokens, "GET", "/api/account", Value::Null).await.status
}

fn claims(token: &Value) -> Value {
    let token = text(token);
    let part = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_code_gives_a_jwt_that_ends_after_a_day_whatever_expires_in_says() {
    let (sandbox, _) = sandbox();
    let tokens = signed_in(&sandbox).await;
    let keys: Vec<&String> = tokens.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["access_token", "expires_in", "id_token", "refresh_token", "scope", "token_type"]);
    assert_eq!((&tokens["expires_in"], &tokens["scope"]), (&json!(0), &json!(SCOPES)));
    let claims_of = claims(&tokens["access_token"]);
    assert_eq!((&claims_of["iat"], &claims_of["exp"]), (&json!(START), &json!(START + 86_400)));
    assert_eq!(
        (&claims_of["azp"], &claims_of["sub"]),
        (&json!(App::CLIENT_ID), &json!(gorgias_world::ADMIN))
    );
    assert_eq!(claims_of["iss"], "https://northbrook.gorgias.com");
    assert_eq!(claims(&tokens["id_token"])["nonce"], "n-1");
    let me = api(&sandbox, &tokens, "GET", "/api/users/0", Value::Null).await;
    assert_eq!(me.body["id"], gorgias_world::ADMIN, "{}", me.text);
    sleep(Duration::from_secs(86_399)).await;
    assert_eq!(account(&sandbox, &tokens).await, 200);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(account(&sandbox, &tokens).await, 401);

    for (told, value) in [(OauthExpiresIn::Seconds, json!(86_400)), (OauthExpiresIn::Absent, Value::Null)] {
        sandbox.control().gorgias().switch(|switches| switches.oauth_expires_in = told);
        assert_eq!(signed_in(&sandbox).await["expires_in"], value);
    }
}

#[tokio::test(start_paused = true)]
async fn a_code_is_good_once_for_its_redirect_uri_and_for_the_app_alone() {
    let (sandbox, _) = sandbox();
    let used = code(&sandbox, SCOPES);
    assert_eq!(exchanged(&sandbox, &used).await.status, 200);
    let again = exchanged(&sandbox, &used).await;
    assert_eq!((again.status, &again.body), (400, &json!({"error": "invalid_grant"})));
    let late = code(&sandbox, SCOPES);
    sleep(Duration::from_secs(600)).await;
    assert_eq!(exchanged(&sandbox, &late).await.body["error"], "invalid_grant");

    let router = sandbox.gorgias_router();
    let fresh = code(&sandbox, SCOPES);
    let fields = |redirect| {
        [("grant_type", "authorization_code"), ("code", fresh.as_str()), ("redirect_uri", redirect)]
    };
    let stranger = form(&router, "/oauth/token", "wrong", &fields(REDIRECT)).await;
    assert_eq!((stranger.status, &stranger.body["error"]), (401, &json!("invalid_client")));
    let [grant, code_field, redirect] = fields(REDIRECT);
    let in_body =
        [grant, code_field, redirect, ("client_id", App::CLIENT_ID), ("client_secret", App::CLIENT_SECRET)];
    assert_eq!(
        press(&router, "/oauth/token", &in_body).await.status,
        401,
        "the secret belongs in the header"
    );
    sandbox.control().gorgias().switch(|switches| switches.secret_in_body = true);
    assert_eq!(press(&router, "/oauth/token", &in_body).await.status, 200);
    let other = code(&sandbox, SCOPES);
    let elsewhere = [
        ("grant_type", "authorization_code"),
        ("code", &other),
        ("redirect_uri", "https://hub.example.com/other"),
    ];
    assert_eq!(token(&sandbox, &elsewhere).await.body["error"], "invalid_grant");
    assert_eq!(token(&sandbox, &[("grant_type", "password")]).await.body["error"], "unsupported_grant_type");
    assert_eq!(token(&sandbox, &[]).await.body["error"], "invalid_request");
    sandbox.control().gorgias().change_app(|app| app.invalid_grant_status = 401);
    assert_eq!(exchanged(&sandbox, "made-up").await.status, 401);
}

#[tokio::test(start_paused = true)]
async fn the_refresh_token_needs_offline_stays_the_same_and_does_not_end() {
    let (sandbox, _) = sandbox();
    let without = exchanged(&sandbox, &code(&sandbox, "account:read")).await;
    assert_eq!((without.status, &without.body["refresh_token"]), (200, &Value::Null));
    let tokens = signed_in(&sandbox).await;
    let refresh = text(&tokens["refresh_token"]);
    sleep(Duration::from_secs(3 * 365 * 86_400)).await;
    let renewed = refreshed(&sandbox, &refresh).await;
    assert_eq!((renewed.status, &renewed.body["refresh_token"]), (200, &Value::Null), "no new one");
    assert_eq!((account(&sandbox, &renewed.body).await, account(&sandbox, &tokens).await), (200, 401));
    assert_eq!(refreshed(&sandbox, &refresh).await.status, 200, "the old one stays");
    assert_eq!(refreshed(&sandbox, "made-up").await.body, json!({"error": "invalid_grant"}));

    sandbox.control().gorgias().switch(|switches| switches.refresh_rotates = true);
    let rotated = refreshed(&sandbox, &refresh).await;
    assert_ne!(rotated.body["refresh_token"], refresh.as_str());
    assert_eq!(refreshed(&sandbox, &refresh).await.body["error"], "invalid_grant");
    assert_eq!(refreshed(&sandbox, &text(&rotated.body["refresh_token"])).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn after_revoking_or_uninstalling_the_access_token_counts_until_it_ends() {
    for by_the_app in [true, false] {
        let (sandbox, _) = sandbox();
        let control = sandbox.control().gorgias().clone();
        let tokens = signed_in(&sandbox).await;
        let refresh = text(&tokens["refresh_token"]);
        if by_the_app {
            let router = sandbox.gorgias_router();
            let fields = [("token", refresh.as_str())];
            assert_eq!(form(&router, "/oauth/revoke", "wrong", &fields).await.status, 401);
            assert_eq!(refreshed(&sandbox, &refresh).await.status, 200, "a stranger revokes nothing");
            let revoked = form(&router, "/oauth/revoke", App::CLIENT_SECRET, &fields).await;
            assert_eq!((revoked.status, &revoked.body), (200, &json!({})));
        } else {
            let waiting = code(&sandbox, SCOPES);
            control.uninstall();
            assert_eq!(exchanged(&sandbox, &waiting).await.body["error"], "invalid_grant");
        }
        assert_eq!(refreshed(&sandbox, &refresh).await.body, json!({"error": "invalid_grant"}));
        assert_eq!(account(&sandbox, &tokens).await, 200);
        sleep(Duration::from_secs(86_400)).await;
        assert_eq!(account(&sandbox, &tokens).await, 401);
        let anew = signed_in(&sandbox).await;
        control.switch(|switches| switches.access_outlives_uninstall = false);
        control.uninstall();
        assert_eq!(account(&sandbox, &anew).await, 401);
    }
}

#[tokio::test(start_paused = true)]
async fn access_tokens_end_at_once_and_a_refresh_answers_new_ones() {
    let (sandbox, _) = sandbox();
    let tokens = signed_in(&sandbox).await;
    sandbox.control().gorgias().expire_tokens();
    assert_eq!(account(&sandbox, &tokens).await, 401);
    let renewed = refreshed(&sandbox, &text(&tokens["refresh_token"])).await;
    assert_eq!(account(&sandbox, &renewed.body).await, 200);
}

#[tokio::test(start_paused = true)]
async fn an_app_may_do_what_its_scopes_say_and_a_key_what_its_role_does() {
    let (sandbox, _) = sandbox();
    let tokens = signed_in(&sandbox).await;
    let tag = || json!({"name": "callback"});
    for (method, path, body, status) in [
        ("GET", "/api/customers", Value::Null, 200),
        ("GET", "/api/tickets", Value::Null, 200),
        ("GET", "/api/tags", Value::Null, 200),
        ("GET", "/api/teams", Value::Null, 200),
        ("POST", "/api/tags", tag(), 403),
        ("GET", "/api/integrations", Value::Null, 403),
    ] {
        let answer = api(&sandbox, &tokens, method, path, body).await;
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text);
    }
    let control = sandbox.control().gorgias().clone();
    control.switch(|switches| switches.tags_have_scopes = true);
    assert_eq!(api(&sandbox, &tokens, "GET", "/api/tags", Value::Null).await.status, 403);
    assert_eq!(gorgias(&sandbox, "POST", "/api/tags", tag()).await.status, 201);
    control.switch(|switches| switches.missing_scopes = vec!["tickets:write".to_owned()]);
    let refused = gorgias(&sandbox, "POST", "/api/tickets", json!({})).await;
    assert_eq!((refused.status, &refused.body["error"]["msg"]), (403, &json!("Forbidden.")));
    assert_eq!(gorgias(&sandbox, "GET", "/api/tickets", Value::Null).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn an_app_has_a_limit_of_its_own_or_eats_from_the_accounts() {
    let (sandbox, _) = sandbox();
    let tokens = signed_in(&sandbox).await;
    let used = async |answer: Answer| answer.header("x-gorgias-account-api-call-limit").unwrap().to_owned();
    let app = async || used(api(&sandbox, &tokens, "GET", "/api/account", Value::Null).await).await;
    let key = async || used(gorgias(&sandbox, "GET", "/api/account", Value::Null).await).await;
    assert_eq!((app().await, key().await), ("1/80".to_owned(), "1/40".to_owned()));
    sandbox.control().gorgias().switch(|switches| switches.app_shares_limit = true);
    assert_eq!((app().await, key().await), ("2/40".to_owned(), "3/40".to_owned()));
}
