//! Injected faults, in-process and on a real socket, and the journal that tells what arrived.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use common::{aircall, gorgias, sandbox};
use serde_json::{Value, json};
use sidetone_sandbox::{
    FAULT_HEADER, Fault, FaultKind, Options, Ports, Sandbox,
    gorgias_world::{API_KEY, EMAIL},
};
use tokio::time::{Duration, Instant};

fn tag(name: &str) -> Value {
    json!({"name": name})
}

fn has_tag(sandbox: &Sandbox, name: &str) -> bool {
    let tags = sandbox.control().gorgias().by_a_person("GET", "/api/tags?limit=100", &Value::Null).unwrap().1;
    tags["data"].as_array().unwrap().iter().any(|tag| tag["name"] == name)
}

#[tokio::test(start_paused = true)]
async fn a_cut_before_did_nothing_and_a_cut_after_did_it() {
    let (sandbox, _) = sandbox();
    let control = sandbox.control().gorgias().clone();
    control.add_fault(Fault::next(1, FaultKind::CutBefore).on("POST", "/api/tags"));
    control.add_fault(Fault::next(1, FaultKind::CutAfter).on("POST", "/api/tags"));
    let answer = gorgias(&sandbox, "POST", "/api/tags", tag("before")).await;
    assert_eq!(answer.header(FAULT_HEADER), Some("cut"));
    assert!(!has_tag(&sandbox, "before"));
    let answer = gorgias(&sandbox, "POST", "/api/tags", tag("after")).await;
    assert_eq!(answer.header(FAULT_HEADER), Some("cut"));
    assert!(has_tag(&sandbox, "after"));
    assert_eq!(gorgias(&sandbox, "POST", "/api/tags", tag("third")).await.status, 201);
    let told: Vec<(u16, Option<&str>)> =
        control.journal(0).iter().map(|entry| (entry.status, entry.fault)).collect();
    assert_eq!(told, [(0, Some("cut_before")), (201, Some("cut_after")), (201, None)]);
}

#[tokio::test(start_paused = true)]
async fn refusals_hangs_slowness_and_broken_bodies_can_be_injected() {
    let (sandbox, _) = sandbox();
    let control = sandbox.control().gorgias().clone();
    let ask = async |kind| {
        control.add_fault(Fault::next(1, kind));
        gorgias(&sandbox, "GET", "/api/account", Value::Null).await
    };
    let limited = ask(FaultKind::Status { status: 429, retry_after: Some(7) }).await;
    assert_eq!((limited.status, limited.header("retry-after")), (429, Some("7")));
    assert_eq!(limited.body["error"]["msg"], "Too many requests.");
    let proxy = ask(FaultKind::Html { status: 502 }).await;
    assert!(proxy.status == 502 && proxy.text.contains("<h1>502</h1>"));
    assert_eq!(ask(FaultKind::HangAfter).await.header(FAULT_HEADER), Some("hang"));
    let started = Instant::now();
    assert_eq!(ask(FaultKind::Slow { ms: 14_000 }).await.status, 200);
    assert_eq!(started.elapsed().as_secs(), 14);
    let broken = ask(FaultKind::Malformed).await;
    assert_eq!((broken.status, broken.body), (200, Value::Null));
    assert!(broken.text.starts_with('{'));
}

#[tokio::test(start_paused = true)]
async fn the_journal_counts_reads_and_writes_and_holds_no_credential() {
    let (sandbox, _) = sandbox();
    aircall(&sandbox, "GET", "/v1/calls?per_page=50", Value::Null).await;
    gorgias(&sandbox, "POST", "/api/tags", tag("one")).await;
    gorgias(&sandbox, "GET", "/api/nothing", Value::Null).await;
    let control = sandbox.control();
    let reads = control.aircall().journal(0);
    assert_eq!((reads.len(), reads[0].path.as_str(), reads[0].status), (1, "/v1/calls?per_page=50", 200));
    let entries = control.gorgias().journal(0);
    assert_eq!(entries.iter().filter(|entry| entry.is_write()).count(), 1);
    assert_eq!((&entries[0].body, entries[1].status), (&tag("one"), 404));
    assert_eq!(control.gorgias().journal(entries[0].seq).len(), 1);
    let text = serde_json::to_string(&entries).unwrap();
    assert!(!text.contains(API_KEY) && !text.contains("Basic"));
}

#[tokio::test]
async fn on_a_socket_a_cut_closes_the_connection_and_a_hang_never_answers() {
    let sandbox = Sandbox::new(Options::default()).unwrap();
    let served = sandbox.serve(Ports::default()).await.unwrap();
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_millis(400)).build().unwrap();
    let url = format!("http://{}/api/account", served.gorgias);
    let ask = || client.get(&url).basic_auth(EMAIL, Some(API_KEY)).send();
    assert_eq!(ask().await.unwrap().status(), 200);
    let control = sandbox.control().gorgias().clone();
    control.add_fault(Fault::next(1, FaultKind::CutAfter));
    let cut = ask().await.unwrap_err();
    assert!(!cut.is_timeout(), "{cut:?}");
    control.add_fault(Fault::next(1, FaultKind::HangBefore));
    assert!(ask().await.unwrap_err().is_timeout());
    assert_eq!(ask().await.unwrap().status(), 200);
    served.shutdown().await;
    assert!(ask().await.unwrap_err().is_connect());
}
