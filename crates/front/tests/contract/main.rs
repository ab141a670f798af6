//! Every request that this crate builds, and every sample it reads, is what the vendor's own OpenAPI file describes.
//! The file lies beside the project, so these tests are asked for explicitly: `cargo test -p front -- --ignored`.

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "../catalogue/mod.rs"]
mod catalogue;

use std::fs;

use serde_json::{Value, json};
use sidetone_described::faults::{Fault, OF_ANSWERS, OF_PLAIN_ANSWERS, OF_REQUESTS, unknown};
use sidetone_described::front as description;

const JSON: &str = "application/json";

fn sample(name: &str) -> Value {
    let path = format!("{}/tests/samples/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn all_were_met(faults: &[Fault], met: &[&str]) {
    for fault in faults {
        assert!(met.contains(&fault.name), "no longer met, so no longer to be excused: {}", fault.name);
    }
}

#[test]
#[ignore = "needs ../shared"]
fn every_request_is_described() {
    let description = description();
    let mut met = Vec::new();
    for entry in catalogue::every_request() {
        let body = entry.body.as_ref().map(|body| (entry.media, body));
        let breaches = description.request(&entry.method, &entry.path, body);
        let left = unknown(breaches, &[OF_REQUESTS], &mut met);
        assert_eq!(left, Vec::<String>::new(), "{}", entry.expected);
    }
    all_were_met(OF_REQUESTS, &met);
}

#[test]
#[ignore = "needs ../shared"]
fn our_own_samples_are_described() {
    let description = description();
    let answers = [
        ("company", "GET /me", 200),
        ("teammates", "GET /teammates", 200),
        ("teams", "GET /teams", 200),
        ("inboxes", "GET /inboxes", 200),
        ("tags", "GET /tags", 200),
        ("contact", "GET /contacts/crd_8", 200),
        ("contact", "POST /contacts", 201),
        ("contact_sparse", "GET /contacts/crd_9", 200),
        ("contacts_page", "GET /contacts", 200),
        ("conversation_assigned", "GET /conversations/cnv_1", 200),
        ("conversation_archived", "GET /conversations/cnv_1", 200),
        ("conversations_found", "GET /conversations/search/x", 200),
        ("message_inbound", "GET /messages/msg_4", 200),
        ("messages", "GET /conversations/cnv_1/messages", 200),
        ("comment", "POST /conversations/cnv_1/comments", 201),
        ("comments", "GET /conversations/cnv_1/comments", 200),
        ("accepted", "POST /inboxes/inb_1/imported_messages", 202),
    ];
    let mut met = Vec::new();
    for (name, route, status) in answers {
        let (method, target) = route.split_once(' ').unwrap();
        let breaches = description.answer(method, target, status, Some(&sample(name)));
        assert_eq!(
            unknown(breaches, &[OF_ANSWERS, OF_PLAIN_ANSWERS], &mut met),
            Vec::<String>::new(),
            "{name}"
        );
    }
    let refused = description.answer("GET", "/contacts/crd_8", 404, Some(&json!({ "_error": {} })));
    assert_eq!(unknown(refused, &[OF_ANSWERS, OF_PLAIN_ANSWERS], &mut met), Vec::<String>::new());
}

#[test]
#[ignore = "needs ../shared"]
fn what_is_not_described_is_noticed() {
    let description = description();
    let handle = json!({ "handle": "+34666444555", "source": "phone" });
    for (method, target, body, noticed) in [
        ("GET", "/contact/crd_8", None, "is not described"),
        ("PATCH", "/contacts", None, "is not described"),
        ("GET", "/contacts//conversations", None, "is not described"),
        ("GET", "/teammates?limit=5", None, "query limit: is not described"),
        ("GET", "/contacts?limit=101", None, "query limit: "),
        ("GET", "/contacts?limit=many", None, "query limit: want integer"),
        ("GET", "/contacts?sort_order=up", None, "query sort_order: "),
        ("GET", "/contacts?q[statuses][]=assigned", None, "query q[statuses][]: is not described"),
        ("GET", "/me", Some(json!({})), "body : is not described"),
        ("POST", "/contacts", Some(json!({ "name": "Ben" })), "missing properties 'handles'"),
        ("POST", "/contacts", Some(json!({ "handles": [handle], "nam": "x" })), "/nam: is not described"),
        ("POST", "/contacts", Some(json!({ "handles": [{ "handle": "x" }] })), "missing properties 'source'"),
        (
            "POST",
            "/contacts",
            Some(json!({ "handles": [{ "handle": "x", "source": "fax" }] })),
            "/handles/0/source",
        ),
        (
            "POST",
            "/contacts",
            Some(json!({ "handles": [{ "handle": "x", "source": "phone", "kind": 1 }] })),
            "/handles/0/kind: is not described",
        ),
        (
            "POST",
            "/conversations/cnv_1/tags",
            Some(json!({ "tag_id": "tag_1" })),
            "missing properties 'tag_ids'",
        ),
        ("POST", "/conversations/cnv_1/tags", Some(json!({ "tag_ids": [1] })), "want string"),
        ("PUT", "/conversations/cnv_1/assignee", Some(json!({ "assignee_id": 7 })), "want string"),
        ("PATCH", "/conversations/cnv_1", Some(json!({ "status": "assigned" })), "/status"),
        ("PATCH", "/conversations/cnv_1", Some(json!({ "subject": "x" })), "/subject: is not described"),
    ] {
        let mut met = Vec::new();
        let left = unknown(
            description.request(method, target, body.as_ref().map(|body| (JSON, body))),
            &[OF_REQUESTS],
            &mut met,
        );
        assert!(left.iter().any(|breach| breach.contains(noticed)), "{method} {target} {body:?}: {left:?}");
        assert!(met.is_empty(), "{method} {target}: {met:?}");
    }
    for (target, status, body, noticed) in [
        ("/me", 201, Some(sample("company")), "answer 201: is not described"),
        ("/me", 200, None, "is missing"),
        ("/me", 200, Some(json!({ "id": 7, "name": "Acme", "_links": {} })), "/id: want string"),
        (
            "/contacts",
            200,
            Some(json!({ "_results": [{ "handles": {} }] })),
            "/_results/0/handles: want array",
        ),
        ("/conversations/cnv_1", 200, Some(json!({ "id": "cnv_1" })), "missing properties"),
        ("/conversations/cnv_1", 301, Some(json!({})), "is not described"),
    ] {
        let left = unknown(
            description.answer("GET", target, status, body.as_ref()),
            &[OF_ANSWERS, OF_PLAIN_ANSWERS],
            &mut Vec::new(),
        );
        assert!(left.iter().any(|breach| breach.contains(noticed)), "{target} {status}: {left:?}");
    }
    assert_eq!(description.answer("GET", "/conversations/cnv_1", 301, None), []);
}
