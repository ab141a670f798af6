//! Writes of which nobody knows whether they were carried out, while nothing may be written (B5, B15, B16), while people
//! change the same thing, and while somebody else takes over.

use serde_json::{Value, json};
use sidetone_engine::settings::{Arrival, Mode, ModeSetting, UnknownCallers};
use sidetone_protocol::WriterState;
use sidetone_sandbox::{Fault, FaultKind, HangUp, aircall_world as world};

use crate::day::{Day, MARTA, Plan, STRANGER, tags};

/// A call whose first write, a tag that is made, hangs.
async fn a_tag_that_hangs() -> (Day, u64) {
    let day = Day::begin(Plan::default()).await;
    day.gorgias.add_fault(Fault::next(1, FaultKind::HangBefore).on("POST", "/api/tags"));
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(5).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(3).await;
    (day, call)
}

fn writes_since(day: &Day, seq: u64) -> Vec<String> {
    day.requests(seq).0.into_iter().map(|e| format!("{} {}", e.method, e.path)).collect()
}

#[tokio::test(start_paused = true)]
async fn an_unclear_write_is_not_repeated_in_a_mode_that_writes_nothing() {
    for mode in [Mode::Shadow, Mode::Off] {
        let (mut day, call) = a_tag_that_hangs().await;
        day.kill().await;
        let seq = day.last_seq();
        day.next_start().logging.mode = ModeSetting(mode);
        day.start().unwrap();
        day.pass(200).await;
        assert_eq!(writes_since(&day, seq), Vec::<String>::new(), "{mode:?}");
        day.kill().await;
        day.next_start().logging.mode = ModeSetting(Mode::Live);
        day.start().unwrap();
        day.pass(60).await;
        assert!(tags(&day.ticket(call)).contains(&"Aircall"), "live again, it is made up for");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unclear_write_is_not_repeated_while_paused_and_is_on_resume() {
    let (day, call) = a_tag_that_hangs().await;
    day.handle.pause().await.unwrap();
    let seq = day.last_seq();
    day.pass(200).await;
    assert_eq!(writes_since(&day, seq), Vec::<String>::new());
    day.handle.resume().await.unwrap();
    day.pass(60).await;
    assert!(tags(&day.ticket(call)).contains(&"Aircall"));
}

#[tokio::test(start_paused = true)]
async fn an_unclear_write_is_not_repeated_by_whom_another_installation_took_over_from() {
    let (mut day, _) = a_tag_that_hangs().await;
    day.kill().await;
    let second = day.second("other.example.com", Plan::default());
    day.pass(10).await;
    assert!(second.handle.take_over().await);
    day.pass(300).await;
    drop(second);
    let seq = day.last_seq();
    day.start().unwrap();
    day.pass(300).await;
    assert_eq!(day.handle.health().writer.state, WriterState::ReadOnly);
    assert_eq!(writes_since(&day, seq), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_number_that_a_person_added_meanwhile_stays() {
    let mut day = Day::begin(Plan::default()).await;
    let owner = day.gorgias.add_customer("The Owner", Some("ruben.okafor@example.com"), "+33199007777");
    day.gorgias.add_fault(Fault::next(1, FaultKind::HangAfter).on("PUT", "/api/customers/"));
    let call = day.ring(world::SUPPORT_FR, Some("+12025550143"));
    day.pass(5).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(4).await;
    day.kill().await;
    let found = |day: &Day| day.gorgias.customers().into_iter().find(|c| c["id"] == owner).unwrap();
    let mut channels: Vec<Value> = found(&day)["channels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|channel| match channel.as_str().and_then(|text| text.split_once(' ')) {
            Some((kind, address)) => json!({ "type": kind, "address": address, "preferred": false }),
            None => json!({ "type": channel["type"], "address": channel["address"], "preferred": channel["preferred"] }),
        })
        .collect();
    channels.push(json!({ "type": "phone", "address": "+33199008888", "preferred": false }));
    let path = format!("/api/customers/{owner}");
    day.gorgias.by_a_person("PUT", &path, &json!({ "channels": channels })).unwrap();
    day.pass(3600).await;
    day.start().unwrap();
    day.pass(120).await;
    let customer = found(&day).to_string();
    assert!(customer.contains("+33199008888") && customer.contains("+12025550143"), "{customer}");
    assert_eq!(day.ticket(call)["customer"], "The Owner");
}

#[tokio::test(start_paused = true)]
async fn a_take_over_makes_no_second_customer_of_one_caller() {
    for from in [None, Some(STRANGER)] {
        let mut plan = Plan::default();
        plan.logging.unknown_callers = UnknownCallers::PhoneOnly;
        let day = Day::begin(plan).await;
        let mut plan = Plan { arrival: Arrival::Polling, ..Plan::default() };
        plan.logging.unknown_callers = UnknownCallers::PhoneOnly;
        let second = day.second("other.example.com", plan);
        day.pass(10).await;
        day.gorgias.switch(|s| s.list_lag_s = 20.0);
        for takes_over in [true, false] {
            let call = day.ring(world::SUPPORT_FR, from);
            day.pass(8).await;
            day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
            day.pass(40).await;
            day.aircall.hang_up(call, &HangUp::default()).unwrap();
            day.pass(60).await;
            if takes_over {
                assert!(second.handle.take_over().await);
                day.pass(120).await;
            }
        }
        day.pass(100).await;
        let customers = day.gorgias.customers();
        let theirs = customers.iter().filter(|customer| match from {
            None => customer["external_id"] == "sidetone-anonymous",
            Some(number) => customer.to_string().contains(number),
        });
        assert_eq!(theirs.count(), 1, "{from:?}");
    }
}
