//! How events arrive is changed while calls are in progress: nothing is lost, and nothing is logged twice.

use std::time::Duration;

use serde_json::{Value, json};
use sidetone_engine::webhooks::EVENTS;
use sidetone_sandbox::{HangUp, Presence, Ring, aircall_world as world};

use crate::program::{Program, until_complete};

/// Somebody calls, and this agent answers.
async fn answered(hub: &Program, agent: u64) -> u64 {
    let aircall = hub.sandbox.control().aircall().clone();
    let from = Some("+34666444555".to_owned());
    let call = aircall.ring(&Ring { line: world::SUPPORT_FR, from, ..Ring::default() }).unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    aircall.set_presence(agent, Presence::Available).unwrap();
    aircall.leave_wrap_up(agent);
    aircall.answer(call, Some(agent)).unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    call
}

/// What Gorgias holds of a call, whichever call it is.
fn record(hub: &Program, call: u64) -> Value {
    let marker = format!("aircall:call:{call}");
    let tickets = hub.tickets().into_iter().filter(|ticket| ticket["external_id"] == marker.as_str());
    let tickets: Vec<Value> = tickets
        .map(|ticket| {
            let messages = ticket["messages"].as_array().unwrap();
            let mut notes: Vec<String> = messages
                .iter()
                .map(|message| message["external_id"].as_str().unwrap_or_default().replace(&marker, ""))
                .collect();
            notes.sort();
            json!({"subject": ticket["subject"], "notes": notes, "customer": ticket["customer"]})
        })
        .collect();
    json!(tickets)
}

// The sandbox has to answer while the test waits for the hub.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_events_arrive_next_the_calls_in_progress_are_logged_once_and_whole() {
    let hub = Program::with_keys(20.0).await;
    let aircall = hub.sandbox.control().aircall().clone();
    hub.events_come(json!({"by": "auto", "public_url": hub.url("")})).await;
    assert_eq!(hub.post("/api/setup/go", json!({"mode": "live"})).await.0, 200);
    hub.until_listening().await;

    // All the while.
    let long = answered(&hub, world::THEO).await;
    // As it is when nothing changes.
    let quiet = answered(&hub, world::CAMILLE).await;
    aircall.hang_up(quiet, &HangUp::default()).unwrap();
    let mut calls = vec![long, quiet];
    let (mut before, mut by_hand) = ("auto", Value::Null);
    // Each way follows each other one.
    for next in ["none", "auto", "manual", "none", "manual", "auto"] {
        if next == "manual" && by_hand.is_null() {
            let wish = json!({"url": hub.url("/webhooks/aircall"), "events": EVENTS});
            by_hand =
                aircall.by_a_person("POST", "/v1/webhooks", &wish).unwrap().1["webhook"]["token"].clone();
            assert!(by_hand.is_string(), "{by_hand}");
        }
        let by = json!({"by": next, "webhook_token": (next == "manual").then_some(&by_hand)});
        // One that ends before the change, one that ends after it, one that begins meanwhile.
        let (over, up) = (answered(&hub, world::CAMILLE).await, answered(&hub, world::JONAS).await);
        aircall.hang_up(over, &HangUp::default()).unwrap();
        if before == "none" {
            // Aircall tells the end half a minute later, and here tells it nobody: there is no webhook, and no poll yet.
            tokio::time::sleep(Duration::from_millis(1_600)).await;
        }
        let (between, ()) = tokio::join!(answered(&hub, world::AMELIA), hub.events_come(by));
        before = next;
        for call in [up, between] {
            aircall.hang_up(call, &HangUp::default()).unwrap();
        }
        calls.extend([over, up, between]);
    }
    aircall.hang_up(long, &HangUp::default()).unwrap();
    for call in &calls {
        until_complete(&hub, *call).await;
    }
    let should = record(&hub, quiet);
    assert_eq!(should.as_array().unwrap().len(), 1, "{should:#}");
    assert_eq!(should[0]["notes"].as_array().unwrap().len(), 2, "{should:#}");
    for call in &calls {
        assert_eq!(record(&hub, *call), should, "{call} of {calls:?}");
    }
    assert_eq!(hub.call_tickets().len(), calls.len());
    let standing = aircall.webhooks();
    assert_eq!(standing.len(), 2, "ours, and the one made by hand: {standing:?}");
}
