//! What a customer has open in the helpdesk, for whoever looks at the card.

use serde_json::{Value, json};
use sidetone_engine::Declined;
use sidetone_sandbox::{Fault, FaultKind, aircall_world as world};

use crate::day::{Day, MARTA, Plan};
use crate::front;

/// The customer on the card of a call that rings.
async fn ringing(day: &Day) -> String {
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(3).await;
    day.detail(call).card.customer.expect("she is known").id
}

/// The requests for records of this kind.
fn looks(journal: &[sidetone_sandbox::JournalEntry], of: &str) -> usize {
    journal.iter().filter(|entry| !entry.is_write() && entry.path.contains(of)).count()
}

fn in_gorgias(day: &Day, method: &str, path: &str, body: &Value) -> Value {
    let (status, answer) = day.gorgias.by_a_person(method, path, body).unwrap();
    assert!((200..300).contains(&status), "{status} {answer}");
    answer
}

#[tokio::test(start_paused = true)]
async fn open_tickets_come_with_what_was_said_last_and_are_asked_only_when_somebody_looks() {
    let day = Day::begin(Plan::default()).await;
    let customer = ringing(&day).await;
    // B6: nobody looked.
    assert_eq!(looks(&day.gorgias.journal(0), "customer_id="), 0);
    let before = day.handle.open_records(&customer).await.unwrap();
    let write = |subject: &str, text: &str, assignee: Option<u64>| {
        let message = json!({"channel": "email", "via": "api", "from_agent": false, "public": true, "body_text": text,
            "sender": {"id": customer.parse::<u64>().unwrap()},
            "source": {"type": "email", "from": {"address": "marta@example.com"}, "to": [{"address": "shop@example.com"}]}});
        let mut ticket = json!({"subject": subject, "channel": "email", "via": "api", "from_agent": false,
            "customer": {"id": customer.parse::<u64>().unwrap()}, "messages": [message]});
        if let Some(id) = assignee {
            ticket["assignee_user"] = json!({ "id": id });
        }
        let made = in_gorgias(&day, "POST", "/api/tickets", &ticket);
        made["id"].as_u64().unwrap()
    };
    let first = write("Lid", "It does\n  not close.", None);
    day.pass(60).await;
    let second = write("Invoice", "To my accountant, please", Some(4_102));
    let closed = write("Old", "Thank you", None);
    in_gorgias(&day, "PUT", &format!("/api/tickets/{closed}"), &json!({"status": "closed"}));
    let spam = write("Lottery", "You have won", None);
    in_gorgias(&day, "PUT", &format!("/api/tickets/{spam}"), &json!({"spam": true}));
    let asked = looks(&day.gorgias.journal(0), "customer_id=");
    // Two windows look at the same moment, and one more a little later.
    let (one, two) = tokio::join!(day.handle.open_records(&customer), day.handle.open_records(&customer));
    let told = one.unwrap();
    assert_eq!(Ok(&told), two.as_ref());
    day.pass(20).await;
    assert_eq!(day.handle.open_records(&customer).await, Ok(told.clone()));
    assert_eq!(looks(&day.gorgias.journal(0), "customer_id="), asked + 1);
    assert_eq!(told.total, before.total + 2);
    let shown: Vec<(String, Option<&str>)> =
        told.records.iter().map(|r| (r.id.clone(), r.last_text.as_deref())).collect();
    assert_eq!(shown[0], (second.to_string(), Some("To my accountant, please")));
    assert!(shown.contains(&(first.to_string(), Some("It does not close."))), "{shown:?}");
    let invoice = &told.records[0];
    assert_eq!(invoice.subject, "Invoice");
    assert_eq!(invoice.assignee.as_deref(), day_name_of(&day, 4_102).as_deref());
    assert!(invoice.url.as_deref().unwrap().ends_with(&format!("/app/ticket/{second}")));
    assert!(told.latest_url.unwrap().ends_with(&format!("/app/ticket/{closed}")), "open or closed");
}

/// What a user of Gorgias is called.
fn day_name_of(day: &Day, id: u64) -> Option<String> {
    let users = in_gorgias(day, "GET", "/api/users", &Value::Null);
    let user = users["data"].as_array().unwrap().iter().find(|user| user["id"] == id)?;
    user["name"].as_str().map(str::to_owned)
}

#[tokio::test(start_paused = true)]
async fn the_card_tells_what_other_numbers_the_customer_has() {
    let day = Day::begin(Plan::default()).await;
    let customer: u64 = ringing(&day).await.parse().unwrap();
    let call = day.ring(world::SUPPORT_DE, Some(MARTA));
    day.pass(2).await;
    assert_eq!(day.detail(call).card.other_numbers, [] as [String; 0]);
    let phone = |address: &str| json!({"type": "phone", "address": address, "preferred": false});
    let channels = json!({"channels": [phone(MARTA), phone("01 99 00 55 77"), phone("ask at the desk"),
        {"type": "email", "address": "marta@example.com", "preferred": true}]});
    in_gorgias(&day, "PUT", &format!("/api/customers/{customer}"), &channels);
    day.pass(900).await;
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(2).await;
    assert_eq!(day.detail(call).card.other_numbers, ["+33 1 99 00 55 77"]);
}

#[tokio::test(start_paused = true)]
async fn whoever_looks_is_told_why_there_is_nothing_to_see() {
    let day = Day::begin(Plan::default()).await;
    let customer = ringing(&day).await;
    assert_eq!(day.handle.open_records("not an id").await, Err(Declined::NoSuchCustomer));
    day.gorgias.add_fault(
        Fault::next(1, FaultKind::Status { status: 500, retry_after: None }).on("GET", "/api/tickets"),
    );
    assert_eq!(day.handle.open_records(&customer).await, Err(Declined::HelpdeskAway));
    assert!(day.handle.open_records(&customer).await.is_ok(), "what failed is not remembered");
}

#[tokio::test(start_paused = true)]
async fn open_conversations_stand_in_front_and_the_newest_is_the_way_to_the_contact() {
    let day = Day::begin(Plan::with_front()).await;
    let call = day.answered(MARTA).await;
    let record = front::conversation(&day, call);
    let contact = ringing(&day).await;
    assert_eq!(day.detail(call).card.customer.unwrap().url, None, "Front has no page of a contact");
    let told = day.handle.open_records(&contact).await.unwrap();
    let id = record["id"].as_str().unwrap();
    let shown = told.records.iter().find(|one| one.id == id).expect("the call's conversation is open");
    assert_eq!(shown.subject, "Inbound call - Support FR");
    assert_eq!(shown.assignee.as_deref(), Some("Camille Roux"));
    assert!(shown.last_at.is_some() && shown.last_text.is_none());
    assert!(told.latest_url.as_deref().unwrap().contains("/open/cnv_"));
    front::archive(&day, &record);
    day.pass(40).await;
    let after = day.handle.open_records(&contact).await.unwrap();
    assert!(after.records.iter().all(|one| one.id != id));
    assert_eq!(after.total, told.total - 1);
    assert_eq!(day.handle.open_records("crd_unknown").await, Err(Declined::NoSuchCustomer));
}
