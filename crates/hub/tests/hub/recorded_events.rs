//! Webhook bodies recorded from a real account, replayed over HTTP: in order, and shuffled with repeats.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use crate::program::{Program, WEBHOOK};

/// The lines of the recorded account.
const LINES: [u64; 2] = [397_375, 404_821];

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures/aircall")
}

/// The bodies that the fixtures' README lists as recorded, in the order of their making.
fn recorded() -> Vec<String> {
    let readme = std::fs::read_to_string(fixtures().join("README.md")).expect("../shared is there");
    let section =
        readme.split("\n## ").find(|s| s.starts_with("recorded")).expect("a section of recorded bodies");
    let names = section.lines().filter_map(|l| l.strip_prefix("| `")).filter_map(|l| l.split('`').next());
    let mut bodies: Vec<(i64, u8, String)> = names
        .filter(|name| name.starts_with("webhook_"))
        .map(|name| {
            let mut body: Value =
                serde_json::from_slice(&std::fs::read(fixtures().join(name)).unwrap()).unwrap();
            let at = body["timestamp"].as_i64().unwrap();
            let rank = u8::from(body["event"] != "call.created");
            body["token"] = WEBHOOK.into();
            (at, rank, body.to_string())
        })
        .collect();
    assert!(bodies.len() >= 15, "{} recorded bodies", bodies.len());
    bodies.sort();
    bodies.into_iter().map(|(_, _, body)| body).collect()
}

async fn tickets_after(bodies: Vec<String>) -> Vec<Value> {
    let hub = Program::with_lines(20.0, "from = \"2022-01-01T00:00:00Z\"", &LINES).await;
    for body in bodies {
        assert_eq!(hub.deliver(body).await, 200);
    }
    // The three calls are over, and Aircall does not know them any more: each is written as soon as that is told.
    let settled =
        async || hub.call_tickets().len() == 3 && hub.get("/api/health").await["outbox"]["calls"] == 0;
    hub.until("three tickets", Duration::from_secs(60), settled).await;
    tokio::time::sleep(Duration::from_secs(6)).await;
    hub.until("nothing waits", Duration::from_secs(60), settled).await;
    let mut tickets = hub.call_tickets();
    tickets.sort_by_key(ToString::to_string);
    tickets
}

#[tokio::test]
#[ignore = "needs ../shared"]
async fn recorded_events_give_the_same_tickets_in_order_and_shuffled_with_repeats() {
    let in_order = recorded();
    let quiet = tickets_after(in_order.clone()).await;
    for seed in [3usize, 7, 11] {
        // A fixed mixture: every body twice, strides that meet each once.
        let count = in_order.len() * 2;
        let stride = (0..).map(|n| seed + n).find(|n| gcd(*n, count) == 1).unwrap();
        let mixed =
            (0..count).map(|i| in_order[(i * stride + seed) % count % in_order.len()].clone()).collect();
        let shuffled = tickets_after(mixed).await;
        assert_eq!(whoever_came_first(shuffled), whoever_came_first(quiet.clone()), "stride {stride}");
    }
}

/// The tickets without the note of whoever made the customer, and for whom there was one: two of the calls are of one
/// stranger, and which of them is told to the end first, and so makes the customer, is up to the order of the events.
fn whoever_came_first(mut tickets: Vec<Value>) -> (Vec<Value>, Vec<String>) {
    let mut made = Vec::new();
    for ticket in &mut tickets {
        let customer = ticket["customer"].to_string();
        let messages = ticket["messages"].as_array_mut().unwrap();
        let before = messages.len();
        messages
            .retain(|message| !message["external_id"].as_str().is_some_and(|id| id.ends_with(":not_found")));
        made.extend((messages.len() < before).then_some(customer));
    }
    made.sort();
    (tickets, made)
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}
