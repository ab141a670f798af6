//! Requests: what goes over the wire, and where.

use aircall::{
    API_URL, Account, Card, Credential, Paging, Request, SignedUrl, answered_at,
    calls::{self, Direction, Fetch, ListCalls, Order, SearchCalls},
    company, media_request, numbers, tags, teams, users, webhooks,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{Method, Response, StatusCode};
use serde_json::{Value, json};

fn wire<T>(request: &Request<T>) -> String {
    let body = request.body().map(|body| format!(" {body}")).unwrap_or_default();
    format!("{} {}{body}", request.method(), request.path())
}

fn empty(status: StatusCode) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::new());
    *answer.status_mut() = status;
    answer
}

#[test]
fn every_request_is_the_documented_one() {
    let paging = Paging::default();
    for (request, expected) in [
        (wire(&company::ping()), "GET /v1/ping"),
        (wire(&company::get()), "GET /v1/company"),
        (wire(&users::list(paging)), "GET /v2/users?page=1&per_page=50"),
        (wire(&users::get(7)), "GET /v2/users/7"),
        (wire(&users::by_email("ada+x@example.com")), "GET /v2/users/ada%2Bx@example.com"),
        (wire(&users::numbers(7, paging)), "GET /v2/users/7/numbers?page=1&per_page=50"),
        (wire(&users::availabilities(paging)), "GET /v1/users/availabilities?page=1&per_page=50"),
        (wire(&users::dial(7, "+12025550142")), r#"POST /v1/users/7/dial {"to":"+12025550142"}"#),
        (
            wire(&users::start_call(7, 9, "+12025550142")),
            r#"POST /v1/users/7/calls {"number_id":9,"to":"+12025550142"}"#,
        ),
        (wire(&numbers::get(9)), "GET /v1/numbers/9"),
        (wire(&teams::list(paging)), "GET /v1/teams?page=1&per_page=50"),
        (wire(&tags::list(paging)), "GET /v1/tags?page=1&per_page=50"),
        (wire(&calls::list(&ListCalls::default())), "GET /v1/calls?page=1&per_page=50"),
        (wire(&calls::get(4_300_112_299, Fetch::default())), "GET /v1/calls/4300112299"),
        (
            wire(&calls::get(1, Fetch { contact: true, ..Fetch::default() })),
            "GET /v1/calls/1?fetch_contact=true",
        ),
        (wire(&calls::add_comment(1, "x")), r#"POST /v1/calls/1/comments {"content":"x"}"#),
        (wire(&calls::add_tags(1, &[5, 6])), r#"POST /v1/calls/1/tags {"tags":[5,6]}"#),
        (
            wire(&calls::show_card(1, &Card::new().title("Ada", None))),
            r#"POST /v1/calls/1/insight_cards {"contents":[{"text":"Ada","type":"title"}]}"#,
        ),
        (wire(&webhooks::get("a/b")), "GET /v1/webhooks/a%2Fb"),
        (wire(&webhooks::delete("u-1")), "DELETE /v1/webhooks/u-1"),
    ] {
        assert_eq!(request, expected);
    }
}

#[test]
fn a_search_narrows_by_all_that_is_asked() {
    let list =
        ListCalls { from: Some(1), to: Some(2), order: Some(Order::Descending), ..ListCalls::default() };
    let search = SearchCalls {
        list,
        direction: Some(Direction::Outbound),
        user_id: Some(3),
        phone_number: Some("+33199004455".to_owned()),
        tags: vec!["a".to_owned(), "b".to_owned()],
    };
    assert_eq!(
        calls::search(&search).path(),
        "/v1/calls/search?from=1&to=2&order=desc&page=1&per_page=50&direction=outbound&user_id=3\
         &phone_number=%2B33199004455&tags%5B%5D=a&tags%5B%5D=b"
    );
}

#[test]
fn a_key_is_sent_as_basic_and_a_token_as_bearer() {
    let sent = |credential| {
        let account = Account::new(API_URL, credential).unwrap();
        company::ping().to_http(&account).headers()["authorization"].to_str().unwrap().to_owned()
    };
    assert_eq!(sent(Credential::key("id", "tok")), format!("Basic {}", STANDARD.encode("id:tok")));
    assert_eq!(sent(Credential::bearer("tok")), "Bearer tok");
}

#[test]
fn what_changes_something_is_declared_as_json_and_what_reads_is_not() {
    let account = Account::new("http://127.0.0.1:9000/prefix/", Credential::bearer("t"))
        .and_then(|account| account.with_user_agent("sidetone/1.2.3"))
        .unwrap();
    let dial = users::dial(7, "+12025550142").to_http(&account);
    assert_eq!(dial.uri(), "http://127.0.0.1:9000/prefix/v1/users/7/dial");
    assert_eq!(dial.headers()["content-type"], "application/json");
    assert_eq!(dial.headers()["user-agent"], "sidetone/1.2.3");
    assert_eq!(dial.body().as_ref(), br#"{"to":"+12025550142"}"#);
    let delete = webhooks::delete("u").to_http(&account);
    assert_eq!(delete.headers()["content-type"], "application/json");
    let read = company::ping().to_http(&account);
    assert!(!read.headers().contains_key("content-type"));
    assert_eq!(read.headers()["accept"], "application/json");
}

#[test]
fn dialling_answers_nothing_and_gives_no_call_id() {
    let done: () = users::dial(7, "+12025550142").parse(&empty(StatusCode::NO_CONTENT)).unwrap();
    assert_eq!(done, ());
}

#[test]
fn comments_and_tags_do_not_depend_on_the_unconfirmed_body() {
    for body in ["", "null", "{}", "not json"] {
        let mut answer = Response::new(Bytes::from(body));
        *answer.status_mut() = StatusCode::CREATED;
        assert!(calls::add_comment(1, "x").parse(&answer).is_ok(), "{body}");
        assert!(calls::add_tags(1, &[2]).parse(&answer).is_ok(), "{body}");
    }
}

#[test]
fn a_stored_request_goes_out_as_it_was_and_only_to_the_accounts_host() {
    let first = calls::add_tags(1, &[5]);
    let again = Request::<Value>::raw(first.method().clone(), first.path(), first.body().cloned());
    assert_eq!(wire(&again), wire(&first));

    let account = Account::new(API_URL, Credential::bearer("t")).unwrap();
    for path in ["@evil.example.com/", ".evil.example.com/", ":8080/", "//evil.example.com/", "\r\nx", ""] {
        let sent = Request::<Value>::raw(Method::GET, path, None).to_http(&account);
        assert_eq!(
            sent.uri().authority().map(http::uri::Authority::as_str),
            Some("api.aircall.io"),
            "{path:?}"
        );
    }
}

#[test]
fn a_raw_answer_may_be_empty_but_not_a_web_page() {
    let raw = Request::<Value>::raw(Method::PUT, "/v1/x", Some(json!({})));
    assert_eq!(raw.parse(&empty(StatusCode::NO_CONTENT)).unwrap(), Value::Null);
    assert!(raw.parse(&Response::new(Bytes::from("<html>"))).is_err());
}

#[test]
fn a_signed_address_gets_no_authorization() {
    let address = "https://media.example.com/r.mp3?X-Amz-Signature=abc";
    let request = media_request(&SignedUrl::new(address).unwrap());
    assert_eq!(request.uri(), address);
    assert_eq!(request.method(), Method::GET);
    assert!(!request.headers().contains_key("authorization"));
}

#[test]
fn a_signed_address_is_https_and_stays_out_of_logs() {
    for odd in ["", "r.mp3", "http://media.example.com/r.mp3", "file:///etc/passwd", "ftp://127.0.0.1/x"] {
        assert!(SignedUrl::new(odd).is_none(), "{odd}");
    }
    let shown = format!("{:?}", SignedUrl::new("https://media.example.com/r?sig=abc").unwrap());
    assert_eq!(shown, "SignedUrl(https://media.example.com/…)");
}

#[test]
fn debug_of_a_request_shows_no_customer() {
    assert_eq!(format!("{:?}", users::dial(7, "+12025550142")), "Request(POST /v1/users/7/dial)");
}

#[test]
fn aircalls_own_clock_is_read_from_the_answer() {
    let mut answer = empty(StatusCode::OK);
    assert_eq!(answered_at(answer.headers()), None);
    answer.headers_mut().insert("date", "Wed, 30 Sep 2026 11:00:00 GMT".parse().unwrap());
    assert_eq!(answered_at(answer.headers()), Some(1_790_766_000));
}
