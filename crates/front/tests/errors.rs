//! Refusals: which kind they are, what they say, and how long to wait.

use std::time::Duration;

use bytes::Bytes;
use front::{Burst, ContactId, ContactRef, Error, ErrorKind, Rate, contacts};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    pairs
        .iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
        .collect()
}

fn refused(status: u16, pairs: &[(&'static str, &'static str)], body: &str) -> Error {
    let mut answer = http::Response::new(Bytes::from(body.to_owned()));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    *answer.headers_mut() = headers(pairs);
    match contacts::get(&ContactRef::phone("+34666444555")).parse(&answer) {
        Err(error) => error,
        Ok(_) => panic!("{status} must be an error"),
    }
}

const SPENT: [(&str, &str); 2] = [("x-ratelimit-limit", "50"), ("x-ratelimit-remaining", "0")];
const LEFT: [(&str, &str); 2] = [("x-ratelimit-limit", "50"), ("x-ratelimit-remaining", "31")];

#[test]
fn a_refusal_is_read_whole() {
    let body = r#"{"_error":{"status":400,"title":"Bad request","message":"Not as it should be",
        "details":["body.tag_ids: should be an array","body.x: unknown", 7, ""]}}"#;
    let error = refused(400, &[], body);
    assert_eq!(error.kind(), &ErrorKind::Invalid);
    assert_eq!(error.status(), StatusCode::BAD_REQUEST);
    assert_eq!((error.title(), error.message()), (Some("Bad request"), Some("Not as it should be")));
    assert_eq!(error.details(), ["body.tag_ids: should be an array", "body.x: unknown"]);
    assert!(error.is_permanent());
    let text = error.to_string();
    assert!(text.contains("Not as it should be; body.tag_ids: should be an array"), "{text}");
}

#[test]
fn any_part_of_an_error_may_be_missing() {
    for (body, text) in [
        (r#"{"_error":{"message":"Unexpected token a"}}"#, Some("Unexpected token a")),
        (r#"{"_error":{"status":404,"title":"Not found"}}"#, Some("Not found")),
        (r#"{"_error":"gone"}"#, Some("gone")),
        (r#"{"error":"invalid_grant"}"#, Some("invalid_grant")),
        (r#"{"error":"invalid_grant","error_description":"Expired"}"#, Some("Expired")),
        (r#"{"message":"from a gateway"}"#, Some("from a gateway")),
        (r#"{"_error":{"title":null,"message":[],"details":null}}"#, None),
        (r#"{"_error":null}"#, None),
        ("[]", None),
        ("<html>", None),
        ("", None),
    ] {
        assert_eq!(refused(401, &[], body).text(), text, "{body}");
    }
}

#[test]
fn each_status_has_its_kind() {
    for (status, code, permanent, credential, unclear) in [
        (301, "merged", true, false, false),
        (302, "other", true, false, false),
        (400, "invalid", true, false, false),
        (401, "credential", false, true, false),
        (403, "forbidden", true, false, false),
        (404, "not_found", true, false, false),
        (408, "other", false, false, false),
        (409, "conflict", true, false, false),
        (413, "too_large", true, false, false),
        (422, "invalid", true, false, false),
        (429, "rate_limited", false, false, false),
        (500, "service", false, false, true),
        (503, "service", false, false, true),
        (200, "malformed", false, false, true),
    ] {
        let error = refused(status, &[], "");
        let seen = (error.kind().code(), error.is_permanent(), error.is_credential(), error.is_unclear());
        assert_eq!(seen, (code, permanent, credential, unclear), "{status}");
        assert!(error.to_string().contains(&status.to_string()), "{error}");
    }
}

#[test]
fn a_web_page_instead_of_a_404_means_this_is_not_the_api() {
    let error = refused(404, &[("content-type", "text/html")], "\n<!DOCTYPE html><html>Nothing</html>");
    assert_eq!(error.kind(), &ErrorKind::WrongAddress);
    assert!(error.is_credential() && !error.is_permanent(), "nothing works until the address is corrected");
    assert!(error.to_string().contains("https://api2.frontapp.com"), "{error}");
}

#[test]
fn a_conflict_names_the_contacts_that_have_the_handle() {
    let told = |message: &str| {
        let body = serde_json::json!({ "_error": { "title": "Conflict", "message": message } });
        refused(409, &[], &body.to_string()).conflicting_contacts()
    };
    let ids = |ids: &[&str]| ids.iter().map(|id| ContactId::new(*id)).collect::<Vec<_>>();
    assert_eq!(told("Your request conflicts with the contact(s): crd_8f"), ids(&["crd_8f"]));
    assert_eq!(told("contact(s): crd_1, crd_2,crd_1."), ids(&["crd_1", "crd_2"]));
    for silent in ["", "crd_", "There is another crd", "xcrd_1"] {
        assert_eq!(told(silent), ids(&[]), "{silent}");
    }
    let other = refused(404, &[], r#"{"_error":{"message":"Unknown contact crd_1"}}"#);
    assert_eq!(other.conflicting_contacts(), ids(&[]), "no conflict, no conflicting contact");
}

#[test]
fn the_guard_of_a_route_is_told_apart_from_the_companys_limit() {
    let company = refused(429, &[SPENT[0], SPENT[1], ("retry-after", "20"), ("x-front-tier", "2")], "");
    assert_eq!(company.kind(), &ErrorKind::RateLimited);
    assert_eq!(company.retry_after(), Some(Duration::from_secs(20)));
    assert!(company.to_string().contains("Wait 20 s"), "{company}");

    let tiered = refused(429, &[LEFT[0], LEFT[1], ("retry-after", "1"), ("x-front-tier", "2")], "");
    assert_eq!(tiered.kind(), &ErrorKind::RouteGuard { tier: Some("2".into()) });
    assert_eq!(tiered.retry_after(), Some(Duration::from_secs(1)));
    assert_eq!(tiered.kind().code(), "route_guard");
    assert!(!tiered.is_permanent() && !tiered.is_unclear());

    assert_eq!(refused(429, &LEFT, "").kind(), &ErrorKind::RouteGuard { tier: None });
    assert_eq!(refused(429, &[], "").kind(), &ErrorKind::RateLimited, "in doubt everything waits");
}

#[test]
fn a_stated_wait_is_kept() {
    let date = ("date", "Wed, 30 Sep 2026 11:00:00 GMT");
    for (pairs, seconds) in [
        (vec![("retry-after", "5")], 5),
        (vec![("retry-after", "0.341")], 1),
        (vec![("retry-after", "Wed, 30 Sep 2026 11:00:25 GMT"), date], 25),
        (vec![("x-ratelimit-reset", "1790766042"), date], 42),
        (vec![("x-ratelimit-reset", "Wed, 30 Sep 2026 11:00:43 GMT"), date], 43),
        (vec![("x-ratelimit-reset", "1790766042")], 60),
        (vec![("retry-after", "-3"), ("x-ratelimit-reset", "1790766042"), date], 60),
        (vec![("retry-after", "86400")], 60),
        (vec![("x-ratelimit-reset", "-1e300"), date], 60),
        (vec![("x-ratelimit-reset", "inf"), date], 60),
        (vec![], 60),
    ] {
        assert_eq!(refused(429, &pairs, "").retry_after(), Some(Duration::from_secs(seconds)), "{pairs:?}");
    }
    let guarded = refused(429, &[LEFT[0], LEFT[1], ("x-ratelimit-reset", "1790766042"), date], "");
    assert_eq!(
        guarded.retry_after(),
        Some(Duration::from_secs(1)),
        "the reset is the company's, not the route's"
    );
    assert_eq!(refused(500, &[], "").retry_after(), None);
    assert_eq!(refused(503, &[("retry-after", "7")], "").retry_after(), Some(Duration::from_secs(7)));
}

#[test]
fn every_answer_tells_the_companys_budget() {
    let plain = Rate::read(&headers(&SPENT)).unwrap();
    assert_eq!((plain.limit, plain.remaining, plain.resets_at, plain.burst), (50, 0, None, None));
    let full = Rate::read(&headers(&[
        ("x-ratelimit-limit", "120"),
        ("x-ratelimit-remaining", " 117 "),
        ("x-ratelimit-reset", "1790766060"),
        ("x-ratelimit-burst-limit", "60"),
        ("x-ratelimit-burst-remaining", "59"),
    ]));
    let full = full.unwrap();
    assert_eq!((full.limit, full.remaining, full.resets_at), (120, 117, Some(1_790_766_060)));
    assert_eq!(full.burst, Some(Burst { limit: 60, remaining: 59 }));
    for odd in [&[("x-ratelimit-limit", "50")][..], &[("x-ratelimit-limit", "a"), LEFT[1]], &[]] {
        assert_eq!(Rate::read(&headers(odd)), None, "{odd:?}");
    }
}
