//! Requests: what goes over the wire, and where.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use gorgias::{
    Account, Assign, Credential, CustomerUpdate, File, NewChannel, NewCustomer, NewTag, OrderBy, Request,
    TicketStatus, TicketUpdate, accounts,
    customers::{self, ListCustomers},
    files::Upload,
    messages::{self, ListMessages},
    search::{self, SearchType},
    tags,
    tags::ListTags,
    tickets::{self, ListTickets},
    users::{self, ListUsers},
};
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
fn every_reading_request_is_the_documented_one() {
    let users =
        ListUsers { roles: vec!["admin".into(), "agent".into()], limit: Some(1_000), ..ListUsers::default() };
    let customers = ListCustomers {
        cursor: Some("a=b".into()),
        limit: Some(100),
        order_by: Some(OrderBy::UpdatedDescending),
    };
    let tickets = ListTickets { external_id: Some("aircall:call:1".into()), ..ListTickets::default() };
    for (request, expected) in [
        (wire(&accounts::current()), "GET /api/account"),
        (wire(&users::me()), "GET /api/users/0"),
        (wire(&users::list(&users)), "GET /api/users?roles=admin&roles=agent&limit=100"),
        (
            wire(&customers::by_phone("+34666444555")),
            "GET /api/customers?channel_type=phone&channel_address=%2B34666444555",
        ),
        (wire(&customers::by_email("a+b@example.com")), "GET /api/customers?email=a%2Bb%40example.com"),
        (wire(&customers::by_external_id("x y")), "GET /api/customers?external_id=x%20y"),
        (
            wire(&customers::list(&customers)),
            "GET /api/customers?cursor=a%3Db&limit=100&order_by=updated_datetime%3Adesc",
        ),
        (wire(&customers::get(7)), "GET /api/customers/7"),
        (wire(&tickets::list(&tickets)), "GET /api/tickets?external_id=aircall%3Acall%3A1&trashed=false"),
        (wire(&tickets::get(7)), "GET /api/tickets/7"),
        (
            wire(&tags::list(&ListTags { search: Some("a b".into()), ..ListTags::default() })),
            "GET /api/tags?search=a%20b",
        ),
        (
            wire(&messages::list(&ListMessages { ticket_id: 7, cursor: None, limit: Some(0) })),
            "GET /api/messages?ticket_id=7&limit=1",
        ),
        (
            wire(&search::customers_by_phone("+34666444555")),
            r#"POST /api/search {"query":"+34666444555","size":10,"type":"customers_by_phone"}"#,
        ),
        (
            wire(&search::search(SearchType::CustomerProfile, "Ada", 500)),
            r#"POST /api/search {"query":"Ada","size":50,"type":"customer_profile"}"#,
        ),
    ] {
        assert_eq!(request, expected);
    }
}

#[test]
fn trashed_tickets_come_only_when_asked_for() {
    let of = |include_trashed| {
        tickets::list(&ListTickets { customer_id: Some(7), include_trashed, ..ListTickets::default() })
    };
    assert_eq!(of(false).path(), "/api/tickets?customer_id=7&trashed=false");
    assert_eq!(of(true).path(), "/api/tickets?customer_id=7&trashed=true");
    let these = ListTickets { ids: vec![7, 8], include_trashed: true, ..ListTickets::default() };
    assert_eq!(tickets::list(&these).path(), "/api/tickets?trashed=true&ticket_ids=7&ticket_ids=8");
}

#[test]
fn a_customer_is_made_with_documented_fields_and_no_others() {
    let customer = NewCustomer {
        name: Some("Ada Sorel".into()),
        email: Some("ada@example.com".into()),
        channels: vec![NewChannel::email("ada@example.com"), NewChannel::phone("+34666444555")],
        external_id: Some("aircall:call:1".into()),
        ..NewCustomer::default()
    };
    assert_eq!(
        customers::create(&customer).body(),
        Some(&json!({
            "name": "Ada Sorel",
            "email": "ada@example.com",
            "channels": [
                { "type": "email", "address": "ada@example.com", "preferred": true },
                { "type": "phone", "address": "+34666444555", "preferred": false },
            ],
            "external_id": "aircall:call:1",
        }))
    );
    let least = customers::create(&NewCustomer::default());
    assert_eq!(least.body(), Some(&json!({ "channels": [] })), "channels are listed as required");
}

#[test]
fn an_update_touches_only_what_it_names() {
    let note = CustomerUpdate { note: Some("VIP".into()), ..CustomerUpdate::default() };
    assert_eq!(wire(&customers::update(7, &note)), r#"PUT /api/customers/7 {"note":"VIP"}"#);
    for (update, body) in [
        (
            TicketUpdate { status: Some(TicketStatus::Open), ..TicketUpdate::default() },
            json!({ "status": "open" }),
        ),
        (
            TicketUpdate { assignee_user: Some(Assign::To(9)), ..TicketUpdate::default() },
            json!({ "assignee_user": { "id": 9 } }),
        ),
        (
            TicketUpdate { assignee_team: Some(Assign::Nobody), ..TicketUpdate::default() },
            json!({ "assignee_team": { "id": null } }),
        ),
        (TicketUpdate { untrash: true, ..TicketUpdate::default() }, json!({ "trashed_datetime": null })),
        (
            TicketUpdate { customer_id: Some(3), ..TicketUpdate::default() },
            json!({ "customer": { "id": 3 } }),
        ),
        (TicketUpdate::default(), json!({})),
    ] {
        assert_eq!(tickets::update(7, &update).body(), Some(&body));
    }
}

#[test]
fn tags_are_added_and_removed_by_name_and_never_replaced() {
    assert_eq!(
        wire(&tickets::add_tags(7, &["Voicemail"])),
        r#"POST /api/tickets/7/tags {"names":["Voicemail"]}"#
    );
    assert_eq!(
        wire(&tickets::remove_tags(7, &["A", "B"])),
        r#"DELETE /api/tickets/7/tags {"names":["A","B"]}"#
    );
    let tag = NewTag { name: "Voicemail".into(), description: None, color: Some("#336699".into()) };
    assert_eq!(
        wire(&tags::create(&tag)),
        r##"POST /api/tags {"decoration":{"color":"#336699"},"name":"Voicemail"}"##
    );
}

#[test]
fn empty_successes_are_successes() {
    for status in [StatusCode::OK, StatusCode::CREATED, StatusCode::ACCEPTED, StatusCode::NO_CONTENT] {
        assert!(tickets::add_tags(7, &["A"]).parse(&empty(status)).is_ok(), "{status}");
        assert!(tickets::update(7, &TicketUpdate::default()).parse(&empty(status)).is_ok(), "{status}");
        assert!(customers::update(7, &CustomerUpdate::default()).parse(&empty(status)).is_ok(), "{status}");
    }
    assert!(customers::get(7).parse(&empty(StatusCode::OK)).is_err(), "but a customer must be there");
}

#[test]
fn a_key_is_sent_as_basic_and_a_token_as_bearer() {
    let sent = |credential| {
        let account = Account::for_subdomain("acme", credential).unwrap();
        accounts::current().to_http(&account).headers()["authorization"].to_str().unwrap().to_owned()
    };
    let basic = STANDARD.encode("ada@example.com:key");
    assert_eq!(sent(Credential::basic("ada@example.com", "key")), format!("Basic {basic}"));
    assert_eq!(sent(Credential::bearer("tok")), "Bearer tok");
}

#[test]
fn a_stored_request_goes_out_as_it_was_and_only_to_the_accounts_host() {
    let first = tickets::add_tags(7, &["A"]);
    let again = Request::<Value>::raw(first.method().clone(), first.path(), first.body().cloned());
    assert_eq!(wire(&again), wire(&first));
    assert_eq!(again.parse(&empty(StatusCode::CREATED)).unwrap(), Value::Null);

    let account = Account::for_subdomain("acme", Credential::bearer("t")).unwrap();
    for path in ["@evil.example.com/", ".evil.example.com/", ":8080/", "//evil.example.com/", "\r\nx", ""] {
        let sent = Request::<Value>::raw(Method::GET, path, None).to_http(&account);
        assert_eq!(
            sent.uri().authority().map(http::uri::Authority::as_str),
            Some("acme.gorgias.com"),
            "{path:?}"
        );
    }
}

#[test]
fn a_request_is_complete_when_it_goes_out() {
    let account = Account::new("http://127.0.0.1:9000/prefix", Credential::bearer("t"))
        .and_then(|account| account.with_user_agent("sidetone/1.2.3"))
        .unwrap();
    let sent = tickets::add_tags(7, &["A"]).to_http(&account);
    assert_eq!(sent.uri(), "http://127.0.0.1:9000/prefix/api/tickets/7/tags");
    assert_eq!(sent.headers()["content-type"], "application/json");
    assert_eq!(sent.headers()["accept"], "application/json");
    assert_eq!(sent.headers()["user-agent"], "sidetone/1.2.3");
    assert_eq!(sent.body().as_ref(), br#"{"names":["A"]}"#);
    assert!(!users::me().to_http(&account).headers().contains_key("content-type"));
}

#[test]
fn an_upload_is_one_labelled_part_around_bytes_that_are_never_held() {
    let content = "RIFF\r\nrest";
    let account = Account::for_subdomain("acme", Credential::bearer("t")).unwrap();
    let upload = Upload::new("a \"b\"\r\n.mp3", "audio/mpeg", "3f2a-\r\n 9 ;c1");
    let head = upload.to_http(&account, content.len() as u64);
    assert_eq!(head.uri(), "https://acme.gorgias.com/api/upload?type=attachment");
    assert!(head.headers().contains_key("authorization"));
    let content_type = head.headers()["content-type"].to_str().unwrap();
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=").unwrap();
    assert_eq!(boundary, "----file-3f2a-9c1", "nothing in it breaks out of the header");
    let label = "a %22b%22%0D%0A.mp3";
    let body = [&upload.before()[..], content.as_bytes(), &upload.after()].concat();
    let expected = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"{label}\"; filename=\"{label}\"\r\n\
         Content-Type: audio/mpeg\r\n\r\n{content}\r\n--{boundary}--\r\n"
    );
    assert_eq!(String::from_utf8_lossy(&body), expected);
    assert_eq!(head.headers()["content-length"], body.len().to_string().as_str());
}

#[test]
fn the_size_of_a_file_may_be_a_text() {
    for size in [json!(5_120), json!("5120")] {
        let file = json!({ "url": "https://files.example.com/a", "name": "a.pdf", "content_type": "application/pdf", "size": size });
        assert_eq!(File::from_value(&file).and_then(|file| file.size_bytes), Some(5_120), "{size}");
    }
}
