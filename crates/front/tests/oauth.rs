//! Connecting a company, and renewing the token.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use front::{
    APP_URL, Account, AccountError, ErrorKind, Secret, company,
    oauth::{App, TokenRequest},
};
use http::{Response, StatusCode};
use serde_json::{Value, json};

fn app() -> App {
    App::new(APP_URL, "app-id", Secret::new("app-secret"), "https://localhost:4100/callback").unwrap()
}

fn answer(status: StatusCode, body: &Value) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::from(body.to_string()));
    *answer.status_mut() = status;
    answer
}

#[test]
fn consent_is_asked_for_on_fronts_own_page() {
    assert_eq!(
        app().authorize_url("s t/1"),
        "https://app.frontapp.com/oauth/authorize?response_type=code&client_id=app-id\
         &redirect_uri=https%3A%2F%2Flocalhost%3A4100%2Fcallback&state=s%20t%2F1"
    );
}

#[test]
fn a_code_and_a_refresh_token_are_sent_as_forms_with_the_apps_secret() {
    for (request, form) in [
        (
            app().exchange(&Secret::new("c+de")),
            "grant_type=authorization_code&code=c%2Bde&redirect_uri=https%3A%2F%2Flocalhost%3A4100%2Fcallback",
        ),
        (app().refresh(&Secret::new("r&t")), "grant_type=refresh_token&refresh_token=r%26t"),
    ] {
        let sent = request.to_http();
        assert_eq!(
            (sent.method().as_str(), sent.uri().to_string().as_str()),
            ("POST", "https://app.frontapp.com/oauth/token")
        );
        assert_eq!(sent.headers()["content-type"], "application/x-www-form-urlencoded");
        let basic = format!("Basic {}", STANDARD.encode("app-id:app-secret"));
        assert_eq!(sent.headers()["authorization"], basic.as_str());
        assert!(sent.headers()["authorization"].is_sensitive());
        assert_eq!(sent.body().as_ref(), form.as_bytes());
    }
}

#[test]
fn every_form_of_an_expiry_is_understood() {
    let received_at = 1_790_000_000;
    for (expiry, ends) in [
        (json!({ "expires_at": 1_790_003_600 }), 1_790_003_600),
        (json!({ "expires_at": 1_790_003_600.5 }), 1_790_003_600),
        (json!({ "expires_in": 3_600 }), received_at + 3_600),
        (json!({ "expires": "1800" }), received_at + 1_800),
        (json!({ "expires_at": null, "expires": 60 }), received_at + 60),
        (json!({ "expires_in": 0 }), received_at + 3_300),
        (json!({ "expires_in": "soon" }), received_at + 3_300),
        (json!({}), received_at + 3_300),
    ] {
        let mut body = json!({ "access_token": "a", "refresh_token": "r", "token_type": "Bearer" });
        body.as_object_mut().unwrap().extend(expiry.as_object().unwrap().clone());
        let tokens = TokenRequest::parse(&answer(StatusCode::OK, &body)).unwrap();
        assert_eq!(tokens.expires_at(received_at), ends, "{expiry}");
    }
}

#[test]
fn tokens_make_an_account() {
    let body = json!({ "access_token": "a-token", "refresh_token": "" });
    let tokens = TokenRequest::parse(&answer(StatusCode::OK, &body)).unwrap();
    assert!(tokens.refresh_token.is_none(), "then the old one stays");
    let account = Account::new(front::API_URL, tokens.credential()).unwrap();
    assert_eq!(company::current().to_http(&account).headers()["authorization"], "Bearer a-token");
    let without = TokenRequest::parse(&answer(StatusCode::OK, &json!({ "refresh_token": "r" })));
    assert_eq!(without.unwrap_err().kind(), &ErrorKind::Malformed);
}

#[test]
fn a_dead_grant_is_a_matter_of_the_credential() {
    for status in [StatusCode::BAD_REQUEST, StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN] {
        let error = TokenRequest::parse(&answer(status, &json!({ "error": "invalid_grant" }))).unwrap_err();
        assert!(error.is_credential(), "{status}");
        assert_eq!(error.title(), Some("invalid_grant"));
    }
    let fault = TokenRequest::parse(&answer(StatusCode::BAD_GATEWAY, &json!(null))).unwrap_err();
    assert_eq!(fault.kind(), &ErrorKind::Service, "the refresh token may well be good");
}

#[test]
fn debug_shows_no_secret() {
    let tokens = json!({ "access_token": "a-token", "refresh_token": "r-token" });
    let tokens = TokenRequest::parse(&answer(StatusCode::OK, &tokens)).unwrap();
    let refresh = app().refresh(&Secret::new("r-token"));
    let basic = STANDARD.encode("app-id:app-secret");
    let shown = format!("{:?} {:?} {tokens:?} {:?}", app(), refresh, refresh.to_http().headers());
    for secret in ["app-secret", "a-token", "r-token", basic.as_str()] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn an_app_is_complete_and_its_secret_travels_encrypted() {
    let make = |base: &str, id: &str, secret: &str| {
        App::new(base, id, Secret::new(secret), "https://localhost:4100/callback").err()
    };
    assert_eq!(make("http://app.frontapp.com", "i", "s"), Some(AccountError::NotHttps));
    assert_eq!(make(APP_URL, "", "s"), Some(AccountError::EmptyCredential));
    assert_eq!(make(APP_URL, "i", ""), Some(AccountError::EmptyCredential));
    assert_eq!(make("http://127.0.0.1:9000", "i", "s"), None);
}
