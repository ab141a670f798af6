#![allow(clippy::unwrap_used, reason = "a failed step fails its test")]

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sidetone_protocol::Vendor;

use super::*;
use crate::signin::testing::{
    Answer as Answered, NOW, Vendors, app, basic, html_answer, json_answer, jwt, tokens,
};

const BACK: &str = "https://hub.example.com/oauth/callback";

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(NOW, 0).unwrap()
}

fn back() -> RedirectUrl {
    RedirectUrl::new(BACK.into()).unwrap()
}

fn asked_for(vendor: Vendor) -> (Asked, BTreeMap<String, String>) {
    let asked = ask(&app(vendor), &back());
    let query = asked.url.query_pairs().into_owned().collect();
    (asked, query)
}

async fn exchanged(vendor: Vendor, answer: fn() -> Answered) -> (Result<Grant, Refusal>, Arc<Vendors>) {
    let vendors = Vendors::answering(move |_| answer());
    let transport: Arc<dyn Transport> = vendors.clone();
    let verifier = Secret::new("v".repeat(43));
    let verifier = habits(vendor).pkce.then_some(&verifier);
    let code = Secret::new("code-1");
    (exchange(&app(vendor), &transport, &code, &back(), verifier, now()).await, vendors)
}

#[test]
fn each_vendor_is_asked_as_its_reference_says() {
    let (asked, query) = asked_for(Vendor::Aircall);
    assert!(asked.url.as_str().starts_with("https://dashboard.aircall.io/oauth/authorize?"));
    assert_eq!(query["response_type"], "code");
    assert_eq!(query["client_id"], "app-1");
    assert_eq!(query["redirect_uri"], BACK);
    assert_eq!(query["scope"], "public_api");
    assert_eq!(query["state"], asked.state.reveal());
    assert_eq!(query.len(), 5, "{query:?}");

    let (asked, query) = asked_for(Vendor::Gorgias);
    assert!(asked.url.as_str().starts_with("https://acme.gorgias.com/oauth/authorize?"));
    let scopes: Vec<&str> = query["scope"].split(' ').collect();
    assert!(scopes.contains(&"offline") && scopes.contains(&"tickets:write"), "{scopes:?}");
    assert!(query["nonce"].len() >= 43 && query["nonce"] != query["state"]);
    assert_eq!(query.len(), 6, "{query:?}");

    let (asked, query) = asked_for(Vendor::Front);
    assert!(asked.url.as_str().starts_with("https://app.frontapp.com/oauth/authorize?"));
    assert!(!query.contains_key("scope"), "Front has none");
    assert_eq!(query["code_challenge_method"], "S256");
    assert_eq!(query.len(), 6, "{query:?}");
}

#[test]
fn a_state_is_fresh_and_nobody_guesses_it() {
    let (one, _) = asked_for(Vendor::Front);
    let (other, _) = asked_for(Vendor::Front);
    assert_ne!(one.state.reveal(), other.state.reveal());
    assert_eq!(one.state.reveal().len(), 43, "32 bytes");
    assert_ne!(one.verifier.unwrap().reveal(), other.verifier.unwrap().reveal());
}

#[tokio::test]
async fn aircalls_token_request_is_json_and_its_token_has_no_end() {
    let (granted, vendors) =
        exchanged(Vendor::Aircall, || tokens("permanent", None, &json!({ "created_at": NOW }))).await;
    let granted = granted.unwrap();
    assert_eq!(granted.access.reveal(), "permanent");
    assert!(granted.refresh.is_none() && granted.expires_at.is_none());
    let asked = vendors.asked().remove(0);
    assert_eq!(asked.url, "https://api.aircall.io/v1/oauth/token");
    assert_eq!(asked.method, "POST");
    assert_eq!(asked.content_type.as_deref(), Some("application/json"));
    assert_eq!(asked.authorization, None);
    let body: Value = serde_json::from_str(&asked.body).unwrap();
    let wanted = json!({
        "grant_type": "authorization_code", "code": "code-1", "redirect_uri": BACK,
        "client_id": "app-1", "client_secret": "app-secret",
    });
    assert_eq!(body, wanted);
}

#[tokio::test]
async fn gorgias_tells_the_end_in_its_jwt_and_not_in_expires_in() {
    let answer = || tokens(&jwt("a", NOW + 86_000), Some("r1"), &json!({ "expires_in": 0, "id_token": "x" }));
    let (granted, vendors) = exchanged(Vendor::Gorgias, answer).await;
    let granted = granted.unwrap();
    assert_eq!(granted.expires_at, Some(NOW + 86_000));
    assert_eq!(granted.refresh.unwrap().reveal(), "r1");
    let asked = vendors.asked().remove(0);
    assert_eq!(asked.url, "https://acme.gorgias.com/oauth/token");
    assert_eq!(asked.authorization, basic("app-1", "app-secret"));
    assert_eq!(asked.content_type.as_deref(), Some("application/x-www-form-urlencoded"));
    let form = asked.form();
    assert_eq!(form["grant_type"], "authorization_code");
    assert_eq!(form["redirect_uri"], BACK);
    assert_eq!(form.len(), 3, "no id, secret or verifier in the body: {form:?}");

    for (odd, what) in [
        ((|| tokens("opaque", Some("r"), &json!({}))) as fn() -> Answered, "no JWT"),
        (|| tokens(&jwt("a", NOW - 5), Some("r"), &json!({})), "an end in the past"),
    ] {
        let (granted, _) = exchanged(Vendor::Gorgias, odd).await;
        assert_eq!(granted.unwrap().expires_at, Some(NOW + 86_400), "{what}");
    }
}

#[tokio::test]
async fn front_tells_the_end_in_one_of_three_ways_or_not_at_all() {
    let cases: [(fn() -> Answered, i64); 8] = [
        (|| tokens("a", None, &json!({ "expires_at": NOW + 3600 })), 3600),
        (|| tokens("a", None, &json!({ "expires_at": 3600 })), 3600),
        (|| tokens("a", None, &json!({ "expires_in": "3500" })), 3500),
        (|| tokens("a", None, &json!({ "expires": 3400.5 })), 3400),
        (|| tokens("a", None, &json!({ "expires_at": null, "expires": 3300 })), 3300),
        (|| tokens("a", None, &json!({})), 3300),
        (|| tokens("a", None, &json!({ "expires_in": 0 })), 3300),
        (|| tokens("a", None, &json!({ "expires_at": NOW - 3600 })), 3300),
    ];
    for (n, (answer, life)) in cases.into_iter().enumerate() {
        let (granted, vendors) = exchanged(Vendor::Front, answer).await;
        assert_eq!(granted.unwrap().expires_at, Some(NOW + life), "case {n}");
        let asked = vendors.asked().remove(0);
        assert_eq!(asked.url, "https://app.frontapp.com/oauth/token");
        assert_eq!(asked.authorization, basic("app-1", "app-secret"));
        assert_eq!(asked.form()["code_verifier"], "v".repeat(43));
    }
}

#[tokio::test]
async fn a_renewal_sends_the_refresh_token_and_an_answer_may_lack_one() {
    for vendor in [Vendor::Gorgias, Vendor::Front] {
        let vendors = Vendors::answering(|_| tokens("a2", None, &json!({ "refresh_token": null })));
        let transport: Arc<dyn Transport> = vendors.clone();
        let granted = renew(&app(vendor), &transport, &Secret::new("r1"), now()).await.unwrap();
        assert_eq!(granted.access.reveal(), "a2");
        assert!(granted.refresh.is_none());
        let asked = vendors.asked().remove(0);
        assert_eq!(asked.authorization, basic("app-1", "app-secret"));
        let form = asked.form();
        assert_eq!((form["grant_type"].as_str(), form["refresh_token"].as_str()), ("refresh_token", "r1"));
        assert_eq!(form.len(), 2, "{form:?}");
    }
}

#[tokio::test]
async fn only_gorgias_takes_a_token_back() {
    for (vendor, urls) in [
        (Vendor::Aircall, vec![]),
        (Vendor::Gorgias, vec!["https://acme.gorgias.com/oauth/revoke"]),
        (Vendor::Front, vec![]),
    ] {
        let vendors = Vendors::answering(|_| json_answer(200, &json!({})));
        let transport: Arc<dyn Transport> = vendors.clone();
        let told = revoke(&app(vendor), &transport, &Secret::new("r1")).await.unwrap();
        assert_eq!(told, !urls.is_empty());
        assert_eq!(vendors.urls(), urls);
        if let Some(asked) = vendors.asked().first() {
            assert_eq!(asked.body, "token=r1");
            assert_eq!(asked.authorization, basic("app-1", "app-secret"));
        }
    }
}

#[tokio::test]
async fn every_refusal_has_its_code_and_shows_no_secret() {
    let cases: [(fn() -> Answered, Code); 11] = [
        (|| json_answer(400, &json!({ "error": "invalid_grant" })), Code::UsedCode),
        (
            || json_answer(401, &json!({ "error": "invalid_grant", "error_description": "code expired" })),
            Code::Expired,
        ),
        (|| json_answer(401, &json!({ "error": "invalid_client" })), Code::WrongApp),
        (|| json_answer(403, &json!({ "message": "no" })), Code::WrongApp),
        (|| html_answer(404), Code::NoSuchAccount),
        (|| html_answer(200), Code::Unreachable),
        (|| json_answer(200, &json!({ "refresh_token": "leaked" })), Code::Unreachable),
        (|| json_answer(502, &json!({ "error": "invalid_grant" })), Code::Unreachable),
        (|| json_answer(429, &json!({ "error": "slow_down" })), Code::Unreachable),
        (|| Err(TransportError::NotSent("no connection".into())), Code::Unreachable),
        (|| Err(TransportError::Unclear("no answer in time".into())), Code::Unreachable),
    ];
    for (n, (answer, code)) in cases.into_iter().enumerate() {
        let refusal = exchanged(Vendor::Gorgias, answer).await.0.unwrap_err();
        assert_eq!(refusal.code, code, "case {n}: {refusal:?}");
        let shown = format!("{refusal:?}");
        for secret in ["leaked", "app-secret", "code-1"] {
            assert!(!shown.contains(secret), "{shown}");
        }
        let withdrawn = n < 2;
        assert_eq!(
            refusal.is_withdrawn(),
            withdrawn,
            "case {n}: only the vendor's own word ends a connection"
        );
    }
}
