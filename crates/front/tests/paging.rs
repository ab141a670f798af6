//! Walking lists.

use bytes::Bytes;
use front::{
    API_URL, Account, Contact, ContactRef, Credential, List, Request, StatusFilter,
    contacts::{self, ListContacts},
    conversations::{self, ListConversations},
    tags,
};
use serde_json::{Value, json};

fn answer(body: &Value) -> http::Response<Bytes> {
    http::Response::new(Bytes::from(body.to_string()))
}

fn page(next: &Value) -> http::Response<Bytes> {
    answer(&json!({ "_pagination": { "next": next }, "_results": [{ "id": "crd_1" }] }))
}

fn everybody() -> Request<List<Contact>> {
    contacts::list(&ListContacts { limit: Some(2), ..ListContacts::default() })
}

#[test]
fn a_link_is_followed_as_it_stands_but_on_the_accounts_own_host() {
    let request = everybody();
    let account = Account::new(API_URL, Credential::bearer("t")).unwrap();
    for link in [
        "https://acme.api.frontapp.com/contacts?limit=2&page_token=a%2Bb",
        "https://evil.example.com/contacts?limit=2&page_token=a%2Bb",
        "https://evil.example.com/me?limit=2&page_token=a%2Bb#x",
        "@evil.example.com/?limit=2&page_token=a%2Bb",
    ] {
        let list = request.parse(&page(&json!(link))).unwrap();
        let next = request.next_page(&list).unwrap();
        let sent = next.to_http(&account);
        assert_eq!(sent.uri(), "https://api2.frontapp.com/contacts?limit=2&page_token=a%2Bb", "{link}");
    }
}

#[test]
fn a_walk_goes_on_later_from_what_was_stored() {
    let list =
        everybody().parse(&page(&json!("https://acme.api.frontapp.com/contacts?page_token=t1"))).unwrap();
    let stored = list.next.clone().unwrap();
    assert_eq!(everybody().at_page(&stored).path(), "/contacts?page_token=t1");
    for odd in ["/../me?x", "x#y", "a b\r\n"] {
        assert!(everybody().at_page(odd).path().starts_with("/contacts?"), "{odd}");
    }
}

#[test]
fn the_walk_ends() {
    let request = everybody();
    for next in [json!(null), json!(""), json!([])] {
        let list = request.parse(&page(&next)).unwrap();
        assert_eq!((request.next_page(&list).is_none(), list.next), (true, None), "{next}");
    }
    let bare = request.parse(&answer(&json!({ "_results": [] }))).unwrap();
    assert!(request.next_page(&bare).is_none());
    let own = request.parse(&page(&json!(format!("{API_URL}{}", request.path())))).unwrap();
    assert!(request.next_page(&own).is_none(), "a link to the page at hand would be walked for ever");
}

#[test]
fn a_link_that_leads_nowhere_is_an_error_and_not_the_end() {
    for next in
        ["https://acme.api.frontapp.com/contacts", "https://acme.api.frontapp.com/contacts?#x", "next"]
    {
        assert!(everybody().parse(&page(&json!(next))).is_err(), "{next}");
    }
}

#[test]
fn a_list_may_be_paged_where_front_does_not_say_so() {
    let request = tags::list(Some(1));
    let body = json!({
        "_pagination": { "next": "https://acme.api.frontapp.com/tags?limit=1&page_token=t" },
        "_results": [{ "id": "tag_1", "name": "phone" }],
    });
    let list = request.parse(&answer(&body)).unwrap();
    assert_eq!(request.next_page(&list).unwrap().path(), "/tags?limit=1&page_token=t");
}

#[test]
fn a_limit_stays_within_what_front_takes() {
    for (asked, sent) in [(0, 1), (20, 20), (100, 100), (101, 100)] {
        let list = ListConversations { statuses: vec![StatusFilter::Archived], limit: Some(asked) };
        let request = conversations::of_contact(&ContactRef::email("ben@example.com"), &list);
        assert!(request.path().ends_with(&format!("&limit={sent}")), "{}", request.path());
    }
}

#[test]
fn one_odd_item_does_not_cost_the_others() {
    let body =
        json!({ "_results": [{ "id": "crd_1" }, {}, null, 7, { "id": "" }, { "id": "crd_2", "name": 5 }] });
    let list = everybody().parse(&answer(&body)).unwrap();
    let ids: Vec<&str> = list.items.iter().map(|contact| contact.id.as_str()).collect();
    assert_eq!((ids, list.odd), (vec!["crd_1", "crd_2"], 4));
}

#[test]
fn an_answer_without_the_list_is_an_error_and_not_an_empty_list() {
    for body in [json!({}), json!({ "_results": null }), json!([]), json!({ "_results": {} }), json!(null)] {
        assert!(everybody().parse(&answer(&body)).is_err(), "{body}");
    }
}
