//! A caller whom Gorgias does not know by number, but whose e-mail address it has (G4): the number goes to that customer.

use serde_json::json;
use sidetone_protocol::CallState;
use sidetone_sandbox::{Fault, FaultKind, HangUp, aircall_world as world};

use crate::day::{Day, Plan, note};

/// Aircall has a contact of this number, with an e-mail address.
const RUBEN: &str = "+12025550143";
const RUBENS_OTHER: &str = "+12025550199";
const OWNERS: &str = "+33199007777";

fn owner(day: &Day) -> u64 {
    day.gorgias.add_customer("The Owner", Some("ruben.okafor@example.com"), OWNERS)
}

fn numbers_of(day: &Day, customer: u64) -> String {
    let customers = day.gorgias.customers();
    customers.iter().find(|c| c["id"] == customer).unwrap()["channels"].to_string()
}

#[tokio::test(start_paused = true)]
async fn two_numbers_of_one_contact_that_call_at_once_are_both_added_to_the_customer() {
    let day = Day::begin(Plan::default()).await;
    let owner = owner(&day);
    let calls = [day.ring(world::SUPPORT_FR, Some(RUBEN)), day.ring(world::SUPPORT_DE, Some(RUBENS_OTHER))];
    day.pass(2).await;
    let mut data = day.aircall.call(calls[1]).unwrap();
    data["contact"] = day.aircall.call(calls[0]).unwrap()["contact"].clone();
    day.aircall.emit("call.ringing_on_agent", data);
    day.pass(2).await;
    // Answers take their time: what one request changes, the other has read before.
    day.gorgias.add_fault(Fault::next(u32::MAX, FaultKind::Slow { ms: 700 }));
    day.aircall.answer(calls[0], Some(world::CAMILLE)).unwrap();
    day.aircall.answer(calls[1], Some(world::JONAS)).unwrap();
    day.pass(60).await;
    for call in calls {
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
    }
    day.pass(60).await;
    let has = numbers_of(&day, owner);
    for number in [OWNERS, RUBEN, RUBENS_OTHER] {
        assert!(has.contains(number), "{number} in {has}");
    }
    for call in calls {
        let ticket = day.ticket(call);
        assert_eq!(ticket["customer"], "The Owner");
        note(&ticket, "ended");
        assert_eq!(day.detail(call).state, CallState::Complete);
    }
}

#[tokio::test(start_paused = true)]
async fn an_owner_who_is_merged_or_deleted_while_it_is_unclear_whether_the_number_was_added_parks_nothing() {
    for (failure, is_merged) in [
        (FaultKind::CutBefore, true),
        (FaultKind::CutAfter, true),
        (FaultKind::CutBefore, false),
        (FaultKind::CutAfter, false),
    ] {
        let day = Day::begin(Plan::default()).await;
        day.gorgias.switch(|s| s.refuse_merged_customers = true);
        let owner = owner(&day);
        let survivor = day.gorgias.add_customer("The Survivor", None, "+33199007788");
        let call = day.ring(world::SUPPORT_FR, Some(RUBEN));
        day.pass(3).await;
        day.gorgias.add_fault(Fault::next(1, failure.clone()).on("PUT", "/api/customers/"));
        day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
        day.pass(3).await;
        if is_merged {
            day.gorgias.merge(owner, survivor).unwrap();
        } else {
            let path = format!("/api/customers/{owner}");
            day.gorgias.by_a_person("DELETE", &path, &serde_json::Value::Null).unwrap();
        }
        day.pass(300).await;
        let customer = if is_merged { "The Survivor" } else { "Ruben" };
        assert_eq!(day.ticket(call)["customer"], customer, "{failure:?}");
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
        day.pass(60).await;
        assert_eq!(day.detail(call).state, CallState::Complete, "{failure:?}, merged: {is_merged}");
        let with_number = day.gorgias.customers().iter().filter(|c| c.to_string().contains(RUBEN)).count();
        assert_eq!(with_number, 1, "{failure:?}, merged: {is_merged}");
    }
}

#[tokio::test(start_paused = true)]
async fn while_nothing_may_be_written_no_number_is_added_either() {
    // The create is under way, its refusal comes in after somebody paused.
    let day = Day::begin(Plan::default()).await;
    let owner = owner(&day);
    let call = day.ring(world::SUPPORT_FR, Some(RUBEN));
    day.pass(3).await;
    day.gorgias.add_fault(Fault::next(2, FaultKind::Slow { ms: 3_000 }));
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(1).await;
    day.handle.pause().await.unwrap();
    day.pass(120).await;
    assert!(!numbers_of(&day, owner).contains(RUBEN), "paused is paused");
    day.handle.resume().await.unwrap();
    day.pass(60).await;
    assert!(numbers_of(&day, owner).contains(RUBEN));
    assert_eq!(day.ticket(call)["customer"], json!("The Owner"));
}
