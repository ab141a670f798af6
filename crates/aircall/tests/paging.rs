//! Walking lists.

use aircall::{
    Paging, RawCall, Request,
    calls::{self, Fetch, ListCalls, Order},
    numbers, users, webhooks,
};
use bytes::Bytes;
use serde_json::{Value, json};

fn answer(body: &Value) -> http::Response<Bytes> {
    http::Response::new(Bytes::from(body.to_string()))
}

fn page_with_link(link: &Value) -> http::Response<Bytes> {
    answer(&json!({
        "meta": { "count": 1, "total": 3, "current_page": 1, "per_page": 1, "next_page_link": link },
        "calls": [{ "id": 1 }],
    }))
}

fn everything() -> Request<aircall::Page<RawCall>> {
    calls::list(&ListCalls {
        from: Some(1_790_000_000),
        order: Some(Order::Ascending),
        paging: Paging { page: 1, per_page: 1 },
        fetch: Fetch::ALL,
        ..ListCalls::default()
    })
}

#[test]
fn a_page_is_never_longer_than_aircall_allows() {
    for (asked, sent) in [(0, 1), (20, 20), (50, 50), (51, 50), (9_999, 50)] {
        let request = numbers::list(Paging { page: 1, per_page: asked });
        assert_eq!(request.path(), format!("/v1/numbers?page=1&per_page={sent}"));
    }
}

#[test]
fn the_next_page_asks_for_contacts_again() {
    let request = everything();
    let link = "https://api.aircall.io/v1/calls?order=asc&page=2&per_page=1";
    let page = request.parse(&page_with_link(&json!(link))).unwrap();
    let next = request.next_page(&page).unwrap();
    assert_eq!(
        next.path(),
        "/v1/calls?order=asc&page=2&per_page=1&from=1790000000&fetch_contact=true&fetch_short_urls=true\
         &fetch_call_timeline=true"
    );
    let page =
        next.parse(&page_with_link(&json!("https://api.aircall.io/v1/calls?page=3&per_page=1"))).unwrap();
    let third = next.next_page(&page).unwrap();
    assert!(third.path().contains("page=3") && third.path().contains("fetch_contact=true"), "{third:?}");
}

#[test]
fn a_link_never_leads_a_credential_to_another_host_or_path() {
    let request = everything();
    for link in [
        "https://evil.example.com/v1/calls?page=2",
        "https://evil.example.com/v1/company?page=2",
        "//evil.example.com?page=2",
        "@evil.example.com/?page=2",
    ] {
        let page = request.parse(&page_with_link(&json!(link))).unwrap();
        let next = request.next_page(&page).unwrap();
        let account = aircall::Account::new(aircall::API_URL, aircall::Credential::bearer("t")).unwrap();
        let sent = next.to_http(&account);
        assert_eq!(sent.uri().host(), Some("api.aircall.io"), "{link}");
        assert_eq!(sent.uri().path(), "/v1/calls", "{link}");
    }
}

#[test]
fn the_walk_ends() {
    let request = everything();
    let own = json!(format!("https://api.aircall.io{}", request.path()));
    for link in [json!(null), json!(""), json!(7), json!("https://api.aircall.io/v1/calls"), json!("?"), own]
    {
        let page = request.parse(&page_with_link(&link)).unwrap();
        assert!(request.next_page(&page).is_none(), "{link}");
    }
}

#[test]
fn webhooks_have_no_links_and_are_walked_by_count() {
    let request = webhooks::list(Paging { page: 1, per_page: 2 });
    let body = |current| json!({ "meta": { "count": 2, "total": 4, "current_page": current, "per_page": 2 }, "webhooks": [] });
    let first = request.parse(&answer(&body(1))).unwrap();
    let second = request.next_page(&first).unwrap();
    assert_eq!(second.path(), "/v1/webhooks?per_page=2&page=2");
    let last = second.parse(&answer(&body(2))).unwrap();
    assert!(second.next_page(&last).is_none());
}

#[test]
fn one_odd_item_does_not_cost_the_others() {
    let body =
        json!({ "meta": null, "users": [{ "id": 1 }, {}, null, { "id": "x" }, { "id": "2", "name": 5 }] });
    let page = users::list(Paging::default()).parse(&answer(&body)).unwrap();
    let ids: Vec<u64> = page.items.iter().map(|user| user.id).collect();
    assert_eq!((ids, page.odd), (vec![1, 2], 3));
}

#[test]
fn an_answer_without_the_list_is_an_error_and_not_an_empty_list() {
    for body in [json!({}), json!({ "users": null }), json!([]), json!({ "numbers": [] })] {
        assert!(users::list(Paging::default()).parse(&answer(&body)).is_err(), "{body}");
    }
}

#[test]
fn a_call_of_a_list_keeps_every_field() {
    let call = json!({ "id": 4_300_112_299_u64, "new_in_2027": { "deep": [1, null] }, "cost": "0.0" });
    let page = everything().parse(&answer(&json!({ "calls": [call] }))).unwrap();
    assert_eq!(page.items[0].id(), 4_300_112_299);
    assert_eq!(page.items[0].value(), &call);
}
