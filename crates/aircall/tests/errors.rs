//! Refusals: which kind they are, what they say, and how long to wait.

use std::time::Duration;

use aircall::{Error, ErrorKind, company};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

const DATE: (&str, &str) = ("date", "Wed, 30 Sep 2026 11:00:00 GMT");

fn refused(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> Error {
    let mut answer = http::Response::new(Bytes::from(body.to_owned()));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    *answer.headers_mut() = headers
        .iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
        .collect::<HeaderMap>();
    match company::ping().parse(&answer) {
        Err(error) => error,
        Ok(()) => panic!("{status} must be an error"),
    }
}

#[test]
fn a_403_means_the_credential_is_wrong() {
    let error = refused(403, &[], r#"{"message":"Forbidden"}"#);
    assert_eq!(error.kind(), ErrorKind::Credential);
    assert!(error.is_credential());
    assert!(!error.is_permanent(), "the request is sound and waits for a new credential");
    assert!(error.to_string().contains("API key"), "{error}");
}

#[test]
fn a_401_means_that_no_credential_arrived() {
    assert!(refused(401, &[], r#"{"message":"Unauthorized"}"#).is_credential());
}

#[test]
fn a_line_in_the_other_messaging_mode_is_not_a_wrong_credential() {
    let body = r#"{"error":"LineIsNotNativeException","troubleshoot":"This line is not native"}"#;
    let error = refused(403, &[], body);
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(!error.is_credential());
    assert!(error.is_permanent());
}

#[test]
fn a_405_tells_to_open_the_desktop_app_and_is_never_repeated() {
    let body =
        r#"{"error":"Method Not Allowed","troubleshoot":"Ada Sorel cannot take calls now","success":false}"#;
    let error = refused(405, &[], body);
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert_eq!(error.text(), Some("Ada Sorel cannot take calls now"));
    assert!(error.is_permanent());
    assert!(error.to_string().contains("Aircall Workspace"), "{error}");
}

#[test]
fn every_shape_of_error_body_gives_its_sentence() {
    for (body, sentence) in [
        (r#"{"message":"Not Found"}"#, "Not Found"),
        (r#"{"error":"Bad Request","troubleshoot":"Five notes at most."}"#, "Five notes at most."),
        (r#"{"error":"Unprocessable","success":false,"errors":{"to":["is no number"]}}"#, "to: is no number"),
        (r#"{"error":"Unprocessable","errors":{"a":["x","y"],"b":"z"}}"#, "a: x, y; b: z"),
        (
            r#"{"error":"Bad Request","data":null,"message":"BAD_REQUEST","errors":"Out of bound.","troubleshoot":"BAD_REQUEST","success":false}"#,
            "Out of bound.",
        ),
        (r#"{"error":"only this"}"#, "only this"),
        (r#"{"troubleshoot":"BAD_REQUEST"}"#, "BAD_REQUEST"),
        (r#"{"troubleshoot":"","errors":{},"message":null,"error":"the last"}"#, "the last"),
    ] {
        let error = refused(400, &[], body);
        assert_eq!(error.text(), Some(sentence), "{body}");
        assert!(error.to_string().contains(sentence), "{error}");
    }
}

#[test]
fn a_body_that_says_nothing_leaves_the_status() {
    for body in ["", "null", "[]", "{}", "<html>nginx</html>", "\u{0}\u{1}"] {
        let error = refused(502, &[], body);
        assert_eq!(error.text(), None, "{body:?}");
        assert_eq!(error.kind(), ErrorKind::Service);
        assert!(error.to_string().contains("502"), "{error}");
    }
}

#[test]
fn a_429_is_waited_for_and_not_given_up() {
    let error = refused(429, &[], r#"{"message":"Too Many Requests"}"#);
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert!(!error.is_permanent());
    assert!(!error.is_unclear(), "a 429 was not performed");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(60)), "what is documented when nothing is said");
}

#[test]
fn a_stated_wait_is_kept() {
    for (headers, seconds) in [
        (vec![("retry-after", "7")], 7),
        (vec![("retry-after", "7"), ("x-aircallapi-reset", "1790766060"), DATE], 7),
        (vec![("retry-after", "Wed, 30 Sep 2026 11:00:25 GMT"), DATE], 25),
        (vec![("x-aircallapi-reset", "1790766042"), DATE], 42),
        (vec![("x-aircallapi-reset", "1790766042000"), DATE], 42),
        // Without the answer's own clock, in the past, or absurd: what is documented.
        (vec![("x-aircallapi-reset", "1790766042")], 60),
        (vec![("x-aircallapi-reset", "1790765000"), DATE], 60),
        (vec![("x-aircallapi-reset", "42"), DATE], 60),
        (vec![("retry-after", "86400")], 60),
        (vec![("retry-after", "soon"), DATE], 60),
    ] {
        let error = refused(429, &headers, "");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(seconds)), "{headers:?}");
    }
}

#[test]
fn only_faults_and_unreadable_successes_leave_open_whether_it_was_done() {
    let unclear: Vec<u16> = [400, 401, 403, 404, 405, 422, 429, 500, 502, 503, 504]
        .into_iter()
        .filter(|status| refused(*status, &[], "").is_unclear())
        .collect();
    assert_eq!(unclear, [500, 502, 503, 504]);
    let malformed = refused(200, &[], "<html>sign in to the hotel's network</html>");
    assert_eq!(malformed.kind(), ErrorKind::Malformed);
    assert!(malformed.is_unclear() && !malformed.is_permanent());
}

#[test]
fn every_error_says_what_to_do_next() {
    for status in [200, 302, 400, 401, 403, 404, 405, 408, 422, 429, 500] {
        let error = refused(status, &[], "");
        let text = error.to_string();
        let verbs = ["Make", "Open", "Correct", "Wait", "Check", "read the list"];
        assert!(verbs.iter().any(|verb| text.contains(verb)), "{status}: {text}");
        assert!(text.contains(&status.to_string()), "{text}");
    }
}
