//! Who is calling: found or made where Gorgias is not as it was a moment ago, or does not take what we know (G3, G4).

use serde_json::Value;
use sidetone_protocol::CallState;
use sidetone_sandbox::{Dial, Fault, FaultKind, HangUp, aircall_world as world};

use crate::day::{Day, Plan, STRANGER, note};

/// Known to Aircall's address book, and not to Gorgias.
const CONTACT: &str = "+12025550143";

/// The names of all customers with this number.
fn with_number(day: &Day, number: &str) -> Vec<String> {
    let all = day.gorgias.customers();
    let its = all.iter().filter(|c| c["channels"].to_string().contains(number));
    its.map(|c| c["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_customer_whom_a_person_makes_while_it_rings_gets_the_ticket() {
    let day = Day::begin(Plan::default()).await;
    day.gorgias.switch(|s| s.unique_phone = true);
    let call = day.ring(world::SUPPORT_FR, Some(STRANGER));
    day.pass(4).await;
    let _ = day.gorgias.add_customer("Zoé Lambert", Some("zoe.lambert@example.com"), STRANGER);
    day.pass(30).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(30).await;
    assert_eq!(day.ticket(call)["customer"], "Zoé Lambert");
    assert_eq!(with_number(&day, STRANGER), ["Zoé Lambert"]);
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(60).await;
    assert_eq!(day.detail(call).state, CallState::Complete);
}

#[tokio::test(start_paused = true)]
async fn the_owner_of_a_number_whom_no_search_finds_is_left_to_a_person() {
    let day = Day::begin(Plan::default()).await;
    day.gorgias.add_fault(
        Fault::next(u32::MAX, FaultKind::Status { status: 409, retry_after: None })
            .on("POST", "/api/customers"),
    );
    let call = day.answered(STRANGER).await;
    day.pass(60).await;
    let detail = day.detail(call);
    assert_eq!(detail.state, CallState::Parked);
    assert!(detail.reason.unwrap().text.contains("cannot be found"));
    let seq = day.last_seq();
    day.pass(600).await;
    assert!(day.requests(seq).0.is_empty(), "nothing goes on trying");
}

#[tokio::test(start_paused = true)]
async fn a_contact_whose_email_gorgias_refuses_is_made_without_it_and_the_note_names_it() {
    let day = Day::begin(Plan::default()).await;
    day.gorgias.add_fault(
        Fault::next(1, FaultKind::Status { status: 400, retry_after: None }).on("POST", "/api/customers"),
    );
    let call = day.aircall.dial(&Dial { agent: world::AMELIA, to: CONTACT.into(), line: None }).unwrap();
    day.pass(60).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(120).await;
    assert_eq!(day.detail(call).state, CallState::Complete);
    let refused = day.gorgias.journal(0).iter().filter(|e| e.status == 400).count();
    assert_eq!((refused, with_number(&day, CONTACT).len()), (1, 1));
    let ticket = day.ticket(call);
    let text = note(&ticket, "not_found")["body_text"].as_str().unwrap();
    let contact = day.aircall.call(call).unwrap()["contact"].clone();
    let email = contact["emails"][0]["value"].as_str().unwrap();
    assert!(text.contains(email), "{text}");
    let made =
        day.gorgias.customers().into_iter().find(|c| c["channels"].to_string().contains(CONTACT)).unwrap();
    assert!(made["email"].as_str().unwrap().ends_with("@aircall.io"), "{made:#}");
}

#[tokio::test(start_paused = true)]
async fn a_customer_whom_gorgias_refuses_in_any_case_is_left_to_a_person_after_a_second_try() {
    let day = Day::begin(Plan::default()).await;
    day.gorgias.add_fault(
        Fault::next(u32::MAX, FaultKind::Status { status: 400, retry_after: None })
            .on("POST", "/api/customers"),
    );
    let call = day.aircall.dial(&Dial { agent: world::AMELIA, to: CONTACT.into(), line: None }).unwrap();
    day.pass(60).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(120).await;
    assert_eq!(day.detail(call).state, CallState::Parked);
    let tries: Vec<Value> =
        day.requests(0).0.iter().filter(|e| e.path == "/api/customers").map(|e| e.body.clone()).collect();
    assert_eq!(tries.len(), 2, "{tries:#?}");
}
