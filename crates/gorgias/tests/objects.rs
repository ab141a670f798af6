//! Objects and lists as Gorgias sends them.

use bytes::Bytes;
use gorgias::{
    Customer, NewChannel, Ticket, TicketStatus, accounts, customers,
    customers::ListCustomers,
    search,
    tickets::{self, ListTickets},
    users,
};
use serde_json::{Value, json};

fn answer(body: &Value) -> http::Response<Bytes> {
    http::Response::new(Bytes::from(body.to_string()))
}

fn customer() -> Option<Customer> {
    Customer::from_value(&json!({
        "id": 8, "email": "ben@example.com", "name": "Ben Okoro", "note": null,
        "updated_datetime": "2026-05-18T07:31:09.450012+00:00",
        "channels": [
            { "type": "email", "address": "ben@example.com", "preferred": true, "deleted_datetime": null },
            { "type": "phone", "address": "+33199004455", "deleted_datetime": "2026-01-01T00:00:00.000000+00:00" },
            { "type": "phone", "address": "+34666444555", "preferred": false },
            { "type": "chat", "address": null },
        ],
    }))
}

#[test]
fn a_removed_channel_is_marked() {
    let channels = customer().unwrap().channels;
    let seen: Vec<(&str, bool)> = channels.iter().map(|c| (c.address.as_str(), c.deleted)).collect();
    assert_eq!(seen, [("ben@example.com", false), ("+33199004455", true), ("+34666444555", false)]);
}

#[test]
fn adding_a_number_keeps_the_customers_other_channels() {
    let channels = customer().unwrap().channels_and(NewChannel::phone("+12025550142"));
    let addresses: Vec<&str> = channels.iter().map(|channel| channel.address.as_str()).collect();
    assert_eq!(addresses, ["ben@example.com", "+34666444555", "+12025550142"]);
    assert!(channels[0].preferred);
    let again = customer().unwrap().channels_and(NewChannel::phone("+34666444555"));
    assert_eq!(again.len(), 2, "one that is there already is not added a second time");
}

#[test]
fn a_list_is_an_envelope_or_a_bare_array() {
    let envelope = json!({ "object": "list", "data": [{ "id": 1 }], "meta": { "next_cursor": null } });
    for body in [envelope, json!({ "data": [{ "id": "1" }] }), json!([{ "id": 1 }])] {
        let list = customers::by_phone("+34666444555").parse(&answer(&body)).unwrap();
        assert_eq!((list.items[0].id, list.next_cursor), (1, None), "{body}");
    }
    for body in [json!({}), json!({ "data": null }), json!(null), json!("text")] {
        assert!(
            customers::by_phone("+34666444555").parse(&answer(&body)).is_err(),
            "{body} is no empty list"
        );
    }
}

#[test]
fn one_odd_item_does_not_cost_the_others() {
    let body = json!([{ "id": 1 }, {}, null, 7, { "id": 2 }]);
    let list = customers::by_email("x@example.com").parse(&answer(&body)).unwrap();
    assert_eq!((list.items.len(), list.odd), (2, 3));
}

#[test]
fn a_list_is_walked_by_cursor_with_everything_else_unchanged() {
    let request = customers::list(&ListCustomers { limit: Some(100), ..ListCustomers::default() });
    let page = |cursor| json!({ "data": [], "meta": { "next_cursor": cursor } });
    let first = request.parse(&answer(&page(json!("abc+/=")))).unwrap();
    let second = request.next_page(&first).unwrap();
    assert_eq!(second.path(), "/api/customers?limit=100&cursor=abc%2B%2F%3D");
    let list = second.parse(&answer(&page(json!("def")))).unwrap();
    assert_eq!(second.next_page(&list).unwrap().path(), "/api/customers?limit=100&cursor=def");
    let last = second.parse(&answer(&page(json!(null)))).unwrap();
    assert!(second.next_page(&last).is_none());
}

#[test]
fn a_hit_may_be_a_customer_or_a_channel_of_one() {
    let body = json!([
        { "id": 8, "name": "Ben Okoro", "email": "ben@example.com", "customer": null },
        { "id": 900, "address": "+34666444555", "customer": { "id": 8, "name": "Ben Okoro" } },
    ]);
    let hits = search::customers_by_phone("+34666444555").parse(&answer(&body)).unwrap().items;
    assert_eq!(hits.iter().map(|hit| hit.customer_id).collect::<Vec<_>>(), [8, 8]);
}

#[test]
fn a_listed_ticket_shows_whether_it_is_spam_trashed_or_closed_and_has_no_messages() {
    let body = json!({ "data": [
        { "id": 1, "status": "open", "spam": true, "customer": { "id": 8 }, "assignee_user": null },
        { "id": 2, "status": "closed", "closed_datetime": "2026-05-18T10:06:28", "trashed_datetime": null,
          "tags": [{ "id": 5, "name": "Aircall" }, { "id": 6 }], "assignee_user": { "id": 41 } },
        { "id": 3, "status": "snoozed", "trashed_datetime": "2026-05-18T10:06:28.000001+00:00" },
    ] });
    let list = tickets::list(&ListTickets::default()).parse(&answer(&body)).unwrap();
    let [spam, closed, trashed] = list.items.as_slice() else { panic!("three tickets") };
    assert!(spam.spam && spam.status == Some(TicketStatus::Open) && spam.messages.is_none());
    assert_eq!((spam.customer_id, spam.assignee_user_id), (Some(8), None));
    assert_eq!(closed.closed_datetime.map(|at| at.timestamp()), Some(1_779_098_788));
    assert_eq!(
        (closed.tags.as_slice(), closed.assignee_user_id),
        (["Aircall".to_owned()].as_slice(), Some(41))
    );
    assert!(trashed.trashed_datetime.is_some() && trashed.status.is_none());
}

#[test]
fn a_single_ticket_brings_its_messages() {
    let ticket = Ticket::from_value(&json!({ "id": 1, "messages": [
        { "id": 11, "external_id": "aircall:call:1:answered", "sender": { "id": 41 }, "from_agent": true },
        { "external_id": "without an id" },
    ] }))
    .unwrap();
    let messages = ticket.messages.unwrap();
    assert_eq!(messages.len(), 1);
    assert_eq!(
        (messages[0].external_id.as_deref(), messages[0].sender_id),
        (Some("aircall:call:1:answered"), Some(41))
    );
}

#[test]
fn the_status_of_an_account_may_be_nested() {
    for status in [json!({ "status": "active" }), json!("active")] {
        let info =
            accounts::current().parse(&answer(&json!({ "domain": "acme", "status": status }))).unwrap();
        assert_eq!((info.domain.as_deref(), info.status.as_deref()), (Some("acme"), Some("active")));
    }
}

#[test]
fn a_user_has_a_role_by_name() {
    let body = json!({ "id": 41, "email": "Ada@example.com", "active": true, "role": { "name": "admin" } });
    let user = users::me().parse(&answer(&body)).unwrap();
    assert_eq!((user.role.as_deref(), user.active), (Some("admin"), Some(true)));
}

#[test]
fn a_ticket_survives_any_type_in_any_place() {
    let mut whole = json!({
        "id": 1, "external_id": "x", "status": "open", "channel": "phone", "subject": "s", "customer": { "id": 8 },
        "assignee_user": { "id": 41 }, "tags": [{ "name": "A" }], "spam": false, "trashed_datetime": null,
        "closed_datetime": null, "updated_datetime": "2026-05-18T10:06:28", "messages": [{ "id": 11 }],
    });
    let keys: Vec<String> = whole.as_object().unwrap().keys().filter(|key| *key != "id").cloned().collect();
    for key in keys {
        let kept = whole[&key].clone();
        for odd in
            [json!(null), json!([]), json!({}), json!(true), json!(-1.5), json!("odd"), json!([[null]])]
        {
            whole[&key] = odd.clone();
            assert_eq!(Ticket::from_value(&whole).map(|ticket| ticket.id), Some(1), "{key}: {odd}");
        }
        whole[&key] = kept;
    }
}
