//! What was merged answers 301, and the same request is repeated for the survivor, by hand.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use bytes::Bytes;
use front::{
    API_URL, Account, Assign, ContactRef, ConversationId, Credential, Error, ErrorKind, NewComment, Request,
    TagId, comments, contacts,
    conversations::{self, ListConversations},
    messages,
};
use http::{HeaderValue, StatusCode};

fn account() -> Account {
    Account::new(API_URL, Credential::bearer("t")).unwrap()
}

fn merged<T>(request: &Request<T>, location: Option<&str>) -> Error {
    let mut answer = http::Response::new(Bytes::new());
    *answer.status_mut() = StatusCode::MOVED_PERMANENTLY;
    if let Some(location) = location {
        answer.headers_mut().insert("location", HeaderValue::from_str(location).unwrap());
    }
    request.parse(&answer).err().unwrap()
}

fn repeated<T>(request: &Request<T>, location: &str) -> Option<String> {
    let again = request.moved(&merged(request, Some(location)), &account())?;
    let sent = again.to_http(&account());
    assert_eq!(sent.uri().host(), Some("api2.frontapp.com"), "{location}");
    assert_eq!(again.body(), request.body());
    Some(format!("{} {}", sent.method(), sent.uri().path_and_query()?))
}

#[test]
fn a_write_is_repeated_with_its_own_method_and_body() {
    let old = ConversationId::new("cnv_1");
    let comment = NewComment { author: None, body: "Call back".into() };
    let tags = [TagId::new("tag_1")];
    for location in [
        "https://acme.api.frontapp.com/conversations/cnv_2",
        "https://api2.frontapp.com/conversations/cnv_2/comments?x=y#z",
        "/conversations/cnv_2",
    ] {
        for (again, expected) in [
            (repeated(&conversations::get(&old), location), "GET /conversations/cnv_2"),
            (
                repeated(&conversations::assign(&old, &Assign::Nobody), location),
                "PUT /conversations/cnv_2/assignee",
            ),
            (
                repeated(&conversations::remove_tags(&old, &tags), location),
                "DELETE /conversations/cnv_2/tags",
            ),
            (repeated(&comments::create(&old, &comment), location), "POST /conversations/cnv_2/comments"),
            (
                repeated(&messages::of_conversation(&old, Some(5)), location),
                "GET /conversations/cnv_2/messages?limit=5",
            ),
        ] {
            assert_eq!(again.as_deref(), Some(expected), "{location}");
        }
    }
}

#[test]
fn a_contact_asked_for_by_alias_is_repeated_by_id() {
    let request =
        conversations::of_contact(&ContactRef::phone("+34666444555"), &ListConversations::default());
    assert_eq!(repeated(&request, "/contacts/crd_2").as_deref(), Some("GET /contacts/crd_2/conversations"));
}

#[test]
fn a_credential_is_never_led_to_another_host_or_object() {
    let request = conversations::get(&ConversationId::new("cnv_1"));
    for location in [
        "https://evil.example.com/conversations/cnv_2",
        "//evil.example.com/conversations/cnv_2",
        "http://api2.frontapp.com/conversations/cnv_2",
        "https://api2.frontapp.com@evil.example.com/conversations/cnv_2",
        "https://api2.frontapp.com/contacts/crd_2",
        "https://api2.frontapp.com/conversations/..",
        "https://api2.frontapp.com/conversations/cnv_1",
        "https://api2.frontapp.com/login",
    ] {
        assert_eq!(repeated(&request, location), None, "{location}");
    }
    assert!(request.moved(&merged(&request, None), &account()).is_none());
}

#[test]
fn the_survivor_is_named() {
    let conversation = conversations::get(&ConversationId::new("cnv_1"));
    let error = merged(&conversation, Some("https://acme.api.frontapp.com/conversations/cnv_2"));
    assert_eq!(error.surviving_conversation(), Some(ConversationId::new("cnv_2")));
    assert_eq!(error.surviving_contact(), None);
    assert_eq!(error.location(), Some("https://acme.api.frontapp.com/conversations/cnv_2"));
    assert!(error.is_permanent() && error.to_string().contains("cnv_2"), "{error}");

    let contact = contacts::get(&ContactRef::phone("+34666444555"));
    let error = merged(&contact, Some("/contacts/crd_2"));
    assert_eq!(error.surviving_contact().map(|id| id.to_string()).as_deref(), Some("crd_2"));
    assert!(error.to_string().contains("crd_2"), "{error}");

    let silent = merged(&contact, None);
    assert_eq!(silent.kind(), &ErrorKind::Merged { location: None });
}

#[test]
fn a_redirect_to_something_else_is_no_merge() {
    let request = conversations::get(&ConversationId::new("cnv_1"));
    for location in ["https://www.example.com/", "/login"] {
        assert_eq!(merged(&request, Some(location)).kind(), &ErrorKind::Other, "{location}");
    }
}
