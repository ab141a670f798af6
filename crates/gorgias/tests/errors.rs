//! Refusals: which kind they are, what they say, and how long to wait.

use std::time::Duration;

use bytes::Bytes;
use gorgias::{Error, ErrorKind, customers, rate};
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
    match customers::get(7).parse(&answer) {
        Err(error) => error,
        Ok(_) => panic!("{status} must be an error"),
    }
}

#[test]
fn a_web_page_instead_of_a_404_means_there_is_no_such_account() {
    let error =
        refused(404, &[("content-type", "text/html")], "\n<!DOCTYPE html><html>Page not found</html>");
    assert_eq!(error.kind(), &ErrorKind::WrongAccount);
    assert!(error.is_credential(), "nothing will work until the name is corrected");
    assert!(!error.is_permanent());
    assert!(error.to_string().contains(".gorgias.com"), "{error}");
}

#[test]
fn a_404_of_the_api_means_the_object_is_gone() {
    for body in [r#"{"error":{"msg":"No such thing."}}"#, ""] {
        let error = refused(404, &[], body);
        assert_eq!(error.kind(), &ErrorKind::NotFound, "{body:?}");
        assert!(error.is_permanent() && !error.is_credential());
    }
}

#[test]
fn a_301_names_the_customer_that_survived_a_merge() {
    for location in ["/api/customers/31415", "https://acme.gorgias.com/api/customers/31415/?x=y#z"] {
        let error = refused(301, &[("location", location)], "");
        assert_eq!(error.kind(), &ErrorKind::Merged { location: Some(location.to_owned()) });
        assert_eq!(error.survivor(), Some(31_415), "{location}");
        assert!(error.to_string().contains("31415"), "{error}");
    }
    let error = refused(301, &[], "");
    assert_eq!((error.kind(), error.survivor()), (&ErrorKind::Merged { location: None }, None));
}

#[test]
fn a_redirect_to_something_else_is_no_merge() {
    for location in ["https://www.example.com/", "/login"] {
        assert_eq!(refused(301, &[("location", location)], "").kind(), &ErrorKind::Other, "{location}");
    }
}

#[test]
fn a_refused_field_is_named() {
    let body = r#"{"error":{"msg":"Could not make the ticket","data":{
        "channel":["is missing"],
        "messages":{"0":{"sender":["Unknown user.","Not a user."]}}}}}"#;
    let error = refused(400, &[], body);
    assert_eq!(error.kind(), &ErrorKind::Invalid);
    assert!(error.is_permanent());
    assert_eq!(error.fields()["channel"], ["is missing"]);
    assert_eq!(error.fields()["messages.0.sender"], ["Unknown user.", "Not a user."]);
    let text = error.to_string();
    assert!(text.contains("Could not make the ticket") && text.contains("messages.0.sender"), "{text}");
}

#[test]
fn an_error_may_be_a_text_an_object_or_anything() {
    for (body, text) in [
        (r#"{"error":{"msg":"Unauthorized."}}"#, Some("Unauthorized.")),
        (r#"{"error":"invalid_grant"}"#, Some("invalid_grant")),
        (r#"{"message":"from a gateway"}"#, Some("from a gateway")),
        (r#"{"error":{"msg":null,"data":null}}"#, None),
        (r#"{"error":[1]}"#, None),
        ("[]", None),
        ("<html>", None),
        ("", None),
    ] {
        assert_eq!(refused(401, &[], body).text(), text, "{body}");
    }
}

#[test]
fn each_status_has_its_kind() {
    for (status, code, permanent, credential) in [
        (400, "invalid", true, false),
        (401, "credential", false, true),
        (403, "forbidden", true, false),
        (404, "not_found", true, false),
        (405, "other", true, false),
        (408, "other", false, false),
        (409, "conflict", true, false),
        (413, "too_large", true, false),
        (429, "rate_limited", false, false),
        (500, "service", false, false),
        (502, "service", false, false),
    ] {
        let error = refused(status, &[], "");
        let seen = (error.kind().code(), error.is_permanent(), error.is_credential());
        assert_eq!(seen, (code, permanent, credential), "{status}");
        assert!(error.to_string().contains(&status.to_string()), "{error}");
    }
}

#[test]
fn a_502_page_is_a_fault_and_leaves_open_whether_it_was_done() {
    let error = refused(502, &[], "<html>Bad Gateway</html>");
    assert_eq!(error.kind(), &ErrorKind::Service);
    assert!(error.is_unclear());
    assert!(!refused(429, &[], "").is_unclear(), "a 429 was not performed");
    assert!(refused(200, &[], "<html>sign in</html>").is_unclear());
}

#[test]
fn a_stated_wait_is_kept() {
    let date = ("date", "Wed, 30 Sep 2026 11:00:00 GMT");
    for (pairs, seconds) in [
        (vec![("retry-after", "5")], 5),
        (vec![("retry-after", "Wed, 30 Sep 2026 11:00:25 GMT"), date], 25),
        (vec![("retry-after", "soon"), date], 20),
        (vec![("retry-after", "-3")], 20),
        (vec![("retry-after", "86400")], 20),
        (vec![], 20),
    ] {
        assert_eq!(refused(429, &pairs, "").retry_after(), Some(Duration::from_secs(seconds)), "{pairs:?}");
    }
    assert_eq!(refused(500, &[], "").retry_after(), None);
}

#[test]
fn every_answer_tells_how_much_of_the_budget_is_used() {
    assert_eq!(rate(&headers(&[("x-gorgias-account-api-call-limit", "10/80")])), Some((10, 80)));
    assert_eq!(rate(&headers(&[("x-gorgias-account-api-call-limit", " 40 / 40 ")])), Some((40, 40)));
    let mut any_case = HeaderMap::new();
    any_case.insert(
        "X-Gorgias-Account-Api-Call-Limit".parse::<HeaderName>().unwrap(),
        HeaderValue::from_static("1/40"),
    );
    assert_eq!(rate(&any_case), Some((1, 40)));
    for odd in ["", "10", "a/b", "-1/80"] {
        assert_eq!(rate(&headers(&[("x-gorgias-account-api-call-limit", odd)])), None, "{odd}");
    }
    assert_eq!(rate(&HeaderMap::new()), None);
}
