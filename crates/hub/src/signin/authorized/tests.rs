#![allow(clippy::unwrap_used, reason = "a failed step fails its test")]

use futures_util::TryStreamExt;
use serde_json::json;
use sidetone_protocol::Vendor;
use tokio::runtime::Handle;

use super::*;
use crate::signin::shelf::Shelf;
use crate::signin::testing::{self, Asked, NOW, SetClock, Vendors, app, json_answer, kept, shelf, tokens};

const PLACEHOLDER_HEADER: &str = "Bearer signed-in-to-front";
const OTHER_PLACEHOLDER_HEADER: &str = "Bearer signed-in-to-gorgias";
const API: &str = "https://api2.frontapp.com";

struct Set {
    _folder: tempfile::TempDir,
    shelf: Shelf,
    vendors: Arc<Vendors>,
    clock: Arc<SetClock>,
    way: Authorized,
}

/// Signed in to Front with `a1`, a minute ago.
fn set(script: impl Fn(&Asked) -> testing::Answer + Send + Sync + 'static) -> Set {
    let (folder, _, shelf) = shelf();
    let (vendors, clock) = (Vendors::answering(script), SetClock::at(NOW));
    shelf.put(Vendor::Front, &kept(Vendor::Front, "a1", Some("r1"), Some(3600))).unwrap();
    clock.forward(60);
    let tokens =
        Tokens::new(app(Vendor::Front), shelf.clone(), vendors.clone(), clock.clone(), Handle::current());
    let way = Authorized::new(vendors.clone(), tokens, API).unwrap();
    Set { _folder: folder, shelf, vendors, clock, way }
}

/// Takes only the token that a renewal gives.
fn takes_only_a2(asked: &Asked) -> testing::Answer {
    if asked.url.ends_with("/oauth/token") {
        return tokens("a2", Some("r2"), &json!({ "expires_in": 3600 }));
    }
    let status = if asked.authorization.as_deref() == Some("Bearer a2") { 200 } else { 401 };
    json_answer(status, &json!({}))
}

fn request(url: &str, authorization: Option<&str>) -> Request<Bytes> {
    let mut request = Request::post(url);
    if let Some(authorization) = authorization {
        request = request.header(header::AUTHORIZATION, authorization);
    }
    request.body(Bytes::from("body")).unwrap()
}

fn streamed(url: &str, body: Option<&'static str>) -> Request<Outgoing> {
    let body = body.map(|body| futures_util::stream::iter([Ok(Bytes::from(body))]).boxed());
    Request::post(url).header(header::AUTHORIZATION, PLACEHOLDER_HEADER).body(body).unwrap()
}

fn bearers(set: &Set) -> Vec<String> {
    let asked = set.vendors.asked().into_iter().filter(|asked| !asked.url.ends_with("/oauth/token"));
    asked.map(|asked| asked.authorization.unwrap_or_default()).collect()
}

#[test]
fn the_placeholder_is_what_an_accounts_bearer_looks_like() {
    assert_eq!(PLACEHOLDER_HEADER, format!("Bearer {}", placeholder(Vendor::Front)));
}

#[tokio::test]
async fn only_the_api_itself_gets_the_token() {
    let set = set(|_| json_answer(200, &json!({})));
    let ours = format!("{API}/contacts?q=a%20b");
    let cases = [
        (ours.as_str(), Some(PLACEHOLDER_HEADER), "Bearer a1"),
        ("https://API2.frontapp.com:443/me", Some(PLACEHOLDER_HEADER), "Bearer a1"),
        // Where a request is not the account's own, nothing is put in.
        (ours.as_str(), None, ""),
        (ours.as_str(), Some("Basic YTpi"), "Basic YTpi"),
        // Recordings, other ports, other schemes, names that look alike.
        ("https://recordings.example.com/1.mp3", Some(PLACEHOLDER_HEADER), PLACEHOLDER_HEADER),
        (ours.as_str(), Some(OTHER_PLACEHOLDER_HEADER), OTHER_PLACEHOLDER_HEADER),
        ("https://recordings.example.com/1.mp3", None, ""),
        ("https://api2.frontapp.com:8443/me", Some(PLACEHOLDER_HEADER), PLACEHOLDER_HEADER),
        ("http://api2.frontapp.com/me", Some(PLACEHOLDER_HEADER), PLACEHOLDER_HEADER),
        ("https://api2.frontapp.com.example.com/me", Some(PLACEHOLDER_HEADER), PLACEHOLDER_HEADER),
        ("https://x.api2.frontapp.com/me", Some(PLACEHOLDER_HEADER), PLACEHOLDER_HEADER),
    ];
    for (url, given, _) in &cases {
        set.way.send(request(url, *given)).await.unwrap();
        let request = request(url, *given).map(|_| None);
        set.way.stream(request).await.unwrap();
    }
    let wanted: Vec<&str> = cases.iter().flat_map(|(_, _, wanted)| [*wanted, *wanted]).collect();
    assert_eq!(bearers(&set), wanted);
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_and_the_request_goes_again_as_it_was() {
    let set = set(takes_only_a2);
    let answer = set.way.send(request(&format!("{API}/contacts"), Some(PLACEHOLDER_HEADER))).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(bearers(&set), ["Bearer a1", "Bearer a2"]);
    let asked = set.vendors.asked();
    assert_eq!(asked.first().unwrap().body, asked.last().unwrap().body);
    // The next one goes at once.
    set.way.send(request(&format!("{API}/contacts"), Some(PLACEHOLDER_HEADER))).await.unwrap();
    assert_eq!(set.vendors.asked().len(), 4);
}

#[tokio::test]
async fn a_vendor_that_refuses_every_token_is_asked_twice_and_no_more() {
    let set = set(|asked| {
        if asked.url.ends_with("/oauth/token") {
            return tokens("a2", None, &json!({ "expires_in": 3600 }));
        }
        json_answer(401, &json!({ "from": "the vendor" }))
    });
    let ask = || set.way.send(request(&format!("{API}/contacts"), Some(PLACEHOLDER_HEADER)));
    let answer = ask().await.unwrap();
    assert_eq!(answer.status(), 401);
    assert!(answer.body().starts_with(b"{\"from\""), "its own words");
    assert_eq!(bearers(&set), ["Bearer a1", "Bearer a2"]);
    assert_eq!(ask().await.unwrap().status(), 401);
    assert_eq!(set.vendors.asked().len(), 4, "a token that was just given is not renewed again");
}

#[tokio::test]
async fn after_a_withdrawal_401_is_answered_without_asking_until_somebody_signs_in() {
    let set = set(|asked| {
        if asked.url.ends_with("/oauth/token") {
            return json_answer(400, &json!({ "error": "invalid_grant" }));
        }
        let taken = asked.authorization.as_deref() == Some("Bearer new");
        json_answer(if taken { 200 } else { 401 }, &json!({}))
    });
    let ask = || set.way.send(request(&format!("{API}/me"), Some(PLACEHOLDER_HEADER)));
    assert_eq!(ask().await.unwrap().status(), 401);
    assert_eq!(set.vendors.asked().len(), 2);
    let own = ask().await.unwrap();
    assert_eq!(own.status(), 401);
    assert_eq!(own.headers()[header::CONTENT_TYPE], "application/json");
    assert!(String::from_utf8_lossy(own.body()).contains("sign in again"));
    let streamed = set.way.stream(streamed(&format!("{API}/me"), Some("file"))).await.unwrap();
    assert_eq!(streamed.status(), 401);
    assert_eq!(set.vendors.asked().len(), 2, "nobody was asked");

    set.shelf.put(Vendor::Front, &kept(Vendor::Front, "new", Some("r3"), Some(3600))).unwrap();
    assert_eq!(ask().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_file_is_sent_again_by_whoever_has_it_and_a_download_at_once() {
    let set = set(takes_only_a2);
    let error = set.way.stream(streamed(&format!("{API}/upload"), Some("file"))).await.err().unwrap();
    assert!(matches!(error, TransportError::NotSent(_)), "nothing was carried out: {error}");
    let answer = set.way.stream(streamed(&format!("{API}/upload"), Some("file"))).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(set.vendors.asked().last().unwrap().body, "file");

    let set = self::set(takes_only_a2);
    let answer = set.way.stream(streamed(&format!("{API}/download"), None)).await.unwrap();
    assert_eq!(answer.status(), 200);
    let pieces: Vec<Bytes> = answer.into_body().try_collect().await.unwrap();
    assert_eq!(pieces.concat(), b"{}");
    assert_eq!(bearers(&set), ["Bearer a1", "Bearer a2"]);
    assert!(set.vendors.asked().last().unwrap().streamed);
}

#[tokio::test]
async fn when_nothing_can_be_renewed_the_request_counts_as_not_sent() {
    let set = set(|_| Err(TransportError::Unclear("no answer in time".into())));
    set.clock.forward(3600);
    let error = set.way.send(request(&format!("{API}/me"), Some(PLACEHOLDER_HEADER))).await.unwrap_err();
    assert!(matches!(error, TransportError::NotSent(_)), "{error}");
    assert_eq!(bearers(&set), Vec::<String>::new());
}
