//! The tests by what they are about, and what they share.

mod aircall;
mod by_hand;
mod consent;
mod gorgias;

use axum::{Router, body::Body};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::Request;
use serde_json::Value;
use sidetone_sandbox::App;
use url::Url;

use super::common::{Answer, send};

/// Where the consent leads.
pub const REDIRECT: &str = "https://hub.example.com/oauth/callback";

/// The address of a consent page, with some of its parameters changed, or (empty) left out.
pub fn consent_url(changes: &[(&str, &str)]) -> String {
    let all = [
        ("client_id", App::CLIENT_ID),
        ("redirect_uri", REDIRECT),
        ("response_type", "code"),
        ("state", "st 1"),
    ];
    let mut url = Url::parse("http://vendor.localhost/oauth/authorize").unwrap();
    for (name, value) in all {
        let value = changes.iter().find(|(changed, _)| *changed == name).map_or(value, |(_, value)| value);
        if !value.is_empty() {
            url.query_pairs_mut().append_pair(name, value);
        }
    }
    for (name, value) in changes.iter().filter(|(name, _)| all.iter().all(|(known, _)| known != name)) {
        url.query_pairs_mut().append_pair(name, value);
    }
    url.into()
}

/// A parameter of the address that the browser is led to.
pub fn param(location: &str, name: &str) -> Option<String> {
    let url = Url::parse(location).unwrap();
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

pub fn code_in(location: &str) -> String {
    param(location, "code").unwrap_or_else(|| panic!("no code in {location}"))
}

/// The path and query of an address, as a router takes them.
pub fn target(url: &str) -> String {
    let url = Url::parse(url).unwrap();
    format!("{}?{}", url.path(), url.query().unwrap_or_default())
}

pub async fn open(router: &Router, url: &str) -> Answer {
    send(router, Request::get(target(url)).body(Body::empty()).unwrap()).await
}

/// A form, from a client with this secret.
pub async fn form(router: &Router, path: &str, secret: &str, fields: &[(&str, &str)]) -> Answer {
    let basic = BASE64_STANDARD.encode(format!("{}:{secret}", App::CLIENT_ID));
    let request = Request::post(path).header("authorization", format!("Basic {basic}"));
    send(router, filled(request, fields)).await
}

/// A form without a credential, as a browser sends it.
pub async fn press(router: &Router, path: &str, fields: &[(&str, &str)]) -> Answer {
    send(router, filled(Request::post(path), fields)).await
}

fn filled(request: http::request::Builder, fields: &[(&str, &str)]) -> Request<Body> {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    request.header("content-type", "application/x-www-form-urlencoded").body(Body::from(body)).unwrap()
}

pub async fn with_bearer(router: &Router, token: &str, method: &str, path: &str, body: Value) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json");
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    send(router, request.body(body).unwrap()).await
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}
