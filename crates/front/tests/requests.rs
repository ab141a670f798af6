//! Requests: what goes over the wire, and where.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod catalogue;

use std::{collections::BTreeSet, fs, path::Path};

use bytes::Bytes;
use catalogue::{answered_call, every_request, missed_call};
use front::{
    API_URL, Account, Assign, ContactRef, ConversationId, Credential, Direction, InboxId, Request, company,
    contacts, conversations, messages,
};
use http::{Method, Response, StatusCode};
use serde_json::Value;

fn account() -> Account {
    Account::new(API_URL, Credential::bearer("t")).unwrap()
}

fn empty(status: StatusCode) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::new());
    *answer.status_mut() = status;
    answer
}

#[test]
fn every_request_is_the_documented_one() {
    for entry in every_request() {
        let body = entry.body.map(|body| format!(" {body}")).unwrap_or_default();
        assert_eq!(format!("{} {}{body}", entry.method, entry.path), entry.expected, "{}", entry.function);
    }
}

/// The catalogue is what the contract test goes by, so nothing may be missing from it.
#[test]
fn no_request_is_missing_from_the_catalogue() {
    let mut built = BTreeSet::new();
    for file in sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))) {
        let module = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&file).unwrap();
        let functions = text.split("\npub fn ").skip(1).filter_map(|function| function.split_once('{'));
        for (signature, _) in functions {
            if signature.contains("-> Request<") || signature.contains("-> Upload<") {
                built.insert(format!("{module}::{}", signature.split('(').next().unwrap_or_default()));
            }
        }
    }
    let catalogued: BTreeSet<String> =
        every_request().iter().map(|entry| entry.function.to_owned()).collect();
    assert_eq!(built, catalogued);
}

fn sources(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

#[test]
fn an_import_always_says_what_front_would_otherwise_decide_badly() {
    let inbox = InboxId::new("inb_1");
    for (archive, run_rules) in [(false, false), (false, true), (true, false), (true, true)] {
        for call in [missed_call(), answered_call()] {
            let request = messages::import(&inbox, &front::Import { archive, run_rules, ..call });
            let metadata = &request.body().unwrap()["metadata"];
            assert_eq!(metadata["is_archived"], archive);
            assert_eq!(metadata["should_skip_rules"], !run_rules);
        }
    }
}

#[test]
fn an_inbound_message_has_no_author_and_a_conversation_excludes_a_reference() {
    let inbox = InboxId::new("inb_1");
    let inbound = front::Import { direction: Direction::Inbound, ..answered_call() };
    let request = messages::import(&inbox, &inbound);
    let body = request.body().unwrap();
    assert_eq!(body["sender"].get("author_id"), None);
    assert_eq!(body["conversation_id"], "cnv_1");
    assert_eq!(body["metadata"].get("thread_ref"), None);
}

#[test]
fn a_token_is_sent_as_bearer_and_a_request_is_complete() {
    let account = Account::new("http://127.0.0.1:9000/prefix", Credential::bearer("tok"))
        .and_then(|account| account.with_user_agent("sidetone/1.2.3"))
        .unwrap();
    let sent = conversations::assign(&ConversationId::new("cnv_1"), &Assign::Nobody).to_http(&account);
    assert_eq!(sent.uri(), "http://127.0.0.1:9000/prefix/conversations/cnv_1/assignee");
    assert_eq!(sent.headers()["authorization"], "Bearer tok");
    assert_eq!(sent.headers()["content-type"], "application/json");
    assert_eq!(sent.headers()["accept"], "application/json");
    assert_eq!(sent.headers()["user-agent"], "sidetone/1.2.3");
    assert_eq!(sent.body().as_ref(), br#"{"assignee_id":null}"#);
    assert!(!company::current().to_http(&account).headers().contains_key("content-type"));
}

#[test]
fn empty_successes_are_successes() {
    let conversation = ConversationId::new("cnv_1");
    let assign = conversations::assign(&conversation, &Assign::Nobody);
    for status in [StatusCode::OK, StatusCode::CREATED, StatusCode::ACCEPTED, StatusCode::NO_CONTENT] {
        assert!(assign.parse(&empty(status)).is_ok(), "{status}");
    }
    let read = conversations::get(&conversation).parse(&empty(StatusCode::OK));
    assert!(read.is_err(), "but a conversation must be there");
}

#[test]
fn a_stored_request_goes_out_as_it_was_and_only_to_the_accounts_host() {
    for entry in every_request() {
        let method: Method = entry.method.parse().unwrap();
        let again = Request::<Value>::raw(method, &entry.path, entry.body.clone());
        assert_eq!((again.path(), again.body()), (entry.path.as_str(), entry.body.as_ref()));
        assert_eq!(again.parse(&empty(StatusCode::NO_CONTENT)).unwrap(), Value::Null);
        let sent = again.to_http(&account());
        assert_eq!(sent.uri().path_and_query().unwrap().as_str(), entry.path, "nothing is lost on the way");
    }
    for path in ["@evil.example.com/", ".evil.example.com/", ":8080/", "//evil.example.com/", "\r\nx", ""] {
        let sent = Request::<Value>::raw(Method::GET, path, None).to_http(&account());
        assert_eq!(sent.uri().host(), Some("api2.frontapp.com"), "{path:?}");
    }
}

#[test]
fn no_number_and_no_body_is_shown() {
    let by_phone = ContactRef::phone("+34666444555");
    let shown = format!(
        "{:?} {:?} {:?} {:?}",
        contacts::get(&by_phone),
        conversations::of_contact(&by_phone, &conversations::ListConversations::default()),
        conversations::search("to:+34666444555", None),
        by_phone,
    );
    assert!(!shown.contains("666444555"), "{shown}");
    assert!(shown.contains("Request(GET /contacts/…/conversations)"), "{shown}");
    let import = messages::import(&InboxId::new("inb_1"), &missed_call());
    assert_eq!(format!("{import:?}"), "Request(POST /inboxes/inb_1/imported_messages)");
}
