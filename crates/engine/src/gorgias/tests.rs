use bytes::Bytes;
use serde_json::json;

use super::*;
use crate::ledger::WriteKind;
use crate::whom::{Lacks, Whom};

fn gorgias() -> Gorgias {
    let credential = gorgias::Credential::basic("ops@example.com", "key");
    Gorgias::new(Account::new("http://127.0.0.1:2", credential).expect("an address"))
}

/// A list as Gorgias sends it, with these customers.
fn list(customers: Value) -> Answer {
    let body = json!({ "object": "list", "data": customers, "meta": { "next_cursor": null } });
    http::Response::new(Bytes::from(body.to_string()))
}

/// Somebody whom nobody asked for: the lowest id, so that whoever does not compare takes them.
fn somebody_else() -> Value {
    json!({ "id": 7, "name": "Marta", "email": "marta@example.com", "external_id": null, "channels": [] })
}

#[test]
fn whoever_a_filter_that_is_ignored_lists_is_not_the_anonymous_caller() {
    let shared = json!({ "id": 9, "name": "Anonymous caller", "external_id": ANONYMOUS_EXTERNAL_ID });
    let found = |customers| gorgias().looked_up_anonymous(&list(customers)).expect("a list");
    assert_eq!(found(json!([somebody_else()])), []);
    let ids: Vec<String> = found(json!([somebody_else(), shared])).into_iter().map(|c| c.id).collect();
    assert_eq!(ids, ["9"]);
}

#[test]
fn a_number_is_added_only_to_a_customer_who_has_the_email() {
    let write = Write {
        kind: WriteKind::CreateCustomer,
        holdings: Vec::new(),
        removes: Vec::new(),
        method: "POST".into(),
        path: "/api/customers".into(),
        body: json!({
            "email": "zoe@example.com",
            "channels": [{ "type": "phone", "address": "+33199005599", "preferred": false }],
        }),
        marker: None,
        rule: String::new(),
    };
    let owner = |customers: Value| {
        let instead = gorgias().resolve_conflict(&write, &list(customers)).expect("a list");
        match instead {
            Owner::Gets(write) => Some(write.path),
            Owner::IsNow(_) | Owner::Nobody => None,
        }
    };
    assert_eq!(owner(json!([somebody_else()])), None);
    let by_email = json!({ "id": 9, "email": "Zoe@Example.com", "channels": [] });
    assert_eq!(owner(json!([somebody_else(), by_email])).as_deref(), Some("/api/customers/9"));
    let channel = json!({ "type": "email", "address": "ZOE@example.com", "preferred": true });
    let by_channel = json!({ "id": 11, "email": "zoe.lambert@example.com", "channels": [channel] });
    assert_eq!(owner(json!([somebody_else(), by_channel])).as_deref(), Some("/api/customers/11"));
    let removed =
        json!({ "type": "email", "address": "zoe@example.com", "deleted_datetime": "2026-01-01T00:00:00Z" });
    assert_eq!(owner(json!([{ "id": 12, "email": null, "channels": [removed] }])), None);
}

#[test]
fn an_id_that_is_none_of_gorgias_becomes_no_other() {
    let shared = json!({ "id": 9, "name": "Anonymous caller", "external_id": ANONYMOUS_EXTERNAL_ID });
    let mut customer = gorgias().looked_up_anonymous(&list(json!([shared]))).expect("a list").remove(0);
    let id = |customer: &Customer| record::customer_id(&Whom::Known(customer.clone()));
    assert_eq!(id(&customer), Ok(Some(9)));
    for odd in ["crd_9", "", "9.0", "-9"] {
        customer.id = odd.to_owned();
        let Err(Lacks::Held(reason)) = id(&customer) else { panic!("{odd} is taken") };
        assert!(reason.code == "odd_customer" && reason.text.contains("Anonymous caller"), "{reason:?}");
    }
    let asked = |uri: &str| adopt::asked_ticket(&uri.parse().expect("an address")).ok();
    assert_eq!(asked("/api/messages?limit=100&ticket_id=12"), Some(12));
    for odd in ["/api/messages?limit=100", "/api/messages?ticket_id=", "/api/messages?ticket_id=twelve"] {
        assert_eq!(asked(odd), None, "{odd}");
    }
}
