//! How Sidetone goes (G21): uninstalled while Aircall is away, with one side connected only, or disconnected from Aircall; and
//! what a person may expect of each.

use std::time::Duration;

use serde_json::{Value, json};
use sidetone_sandbox::{Fault, FaultKind, aircall_world as world, gorgias_world};

use crate::program::{ADMIN, Program, SECRET_KEY, one_call, until_complete};

pub fn aircall_key() -> Value {
    json!({"api_id": world::API_ID, "api_token": world::API_TOKEN})
}

pub fn gorgias_key() -> Value {
    json!({"vendor": "gorgias", "account": gorgias_world::ACCOUNT, "email": gorgias_world::EMAIL,
        "api_key": gorgias_world::API_KEY})
}

pub async fn live() -> Program {
    let hub = Program::with_keys(20.0).await;
    hub.events_come(json!({"by": "auto", "public_url": hub.url("")})).await;
    assert_eq!(hub.post("/api/setup/go", json!({"mode": "live"})).await.0, 200);
    hub.until_listening().await;
    hub
}

/// From now on Aircall answers nothing, or again.
fn aircall_is_away(hub: &Program, is_away: bool) {
    let aircall = hub.sandbox.control().aircall().clone();
    match is_away {
        true => drop(aircall.add_fault(Fault::next(100_000, FaultKind::CutBefore))),
        false => aircall.clear_faults(),
    }
}

pub fn hooks(hub: &Program) -> Vec<String> {
    let aircall = hub.sandbox.control().aircall().clone();
    let (_, listed) = aircall.by_a_person("GET", "/v1/webhooks", &Value::Null).unwrap();
    let listed = listed["webhooks"].as_array().unwrap().clone();
    listed.iter().map(|webhook| webhook["url"].as_str().unwrap().to_owned()).collect()
}

/// Somebody else's.
fn foreign(hub: &Program) -> String {
    let url = "https://crm.example.com/webhooks/aircall";
    let made = json!({"url": url, "events": ["call.ended"]});
    hub.sandbox.control().aircall().by_a_person("POST", "/v1/webhooks", &made).unwrap();
    url.to_owned()
}

pub fn database(hub: &Program) -> rusqlite::Connection {
    rusqlite::Connection::open(hub.dir.path().join("data/sidetone.db")).unwrap()
}

/// Names of the secrets that are kept.
pub fn secrets(hub: &Program) -> Vec<String> {
    let database = database(hub);
    let kept = "SELECT key FROM setting WHERE key LIKE 'secret.%' AND value <> '' ORDER BY key";
    let mut kept = database.prepare(kept).unwrap();
    kept.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

pub async fn delete(hub: &Program, path: &str) -> (u16, Value) {
    let answer = hub.client.delete(hub.url(path)).bearer_auth(ADMIN).send().await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default())
}

/// Uninstalled while Aircall is away: all but Aircall's key is forgotten at once.
async fn uninstalled_in_vain() -> Program {
    let hub = live().await;
    aircall_is_away(&hub, true);
    assert_eq!(hub.post("/api/uninstall", Value::Null).await.0, 200);
    hub.until("all but Aircall's key is forgotten", Duration::from_secs(20), async || {
        secrets(&hub) == ["secret.aircall.api_token"]
    })
    .await;
    hub.until("the helpdesk is gone", Duration::from_secs(20), async || {
        hub.get("/api/setup").await["helpdesk"] == Value::Null
    })
    .await;
    let setup = hub.get("/api/setup").await;
    assert_eq!((&setup["aircall"]["vendor"], &setup["mode"]), (&json!("aircall"), &json!("off")), "{setup}");
    let under_way = &setup["uninstalling"];
    let waits = under_way["forget_from"].as_i64().unwrap() - under_way["since"].as_i64().unwrap();
    assert_eq!(waits, 900, "{setup}");
    assert_eq!(hooks(&hub).len(), 1);
    hub
}

// The sandbox has to answer while the test waits for the program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_connects_while_an_uninstall_waits_for_aircall_ends_it_and_loses_nothing() {
    let hub = uninstalled_in_vain().await;
    assert_eq!(hub.post("/api/setup/helpdesk", gorgias_key()).await.1["accepted"], true);
    assert_eq!(hub.get("/api/setup").await["uninstalling"], Value::Null);
    aircall_is_away(&hub, false);
    // So long it would have been forgotten in.
    tokio::time::sleep(Duration::from_secs(7)).await;
    let setup = hub.get("/api/setup").await;
    assert_eq!(setup["helpdesk"]["account"], gorgias_world::ACCOUNT, "{setup}");
    assert_eq!((&setup["aircall"]["vendor"], &setup["mode"]), (&json!("aircall"), &json!("off")), "{setup}");
    assert_eq!(setup["left"], json!([]));
    let health = hub.get("/api/health").await;
    let told = health["alerts"].to_string();
    assert!(health["paused"] == Value::Null && !told.contains("uninstalled"), "{health}");
    assert_eq!(hub.post("/api/setup/go", json!({"mode": "live"})).await.0, 200);
    hub.until_listening().await;
    let call = one_call(&hub).await;
    until_complete(&hub, call).await;
}

// The sandbox has to answer while the test waits for the program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_uninstall_ends_by_itself_once_aircall_is_back() {
    let mut hub = uninstalled_in_vain().await;
    let foreign = foreign(&hub);
    assert!(hub.terminate().success());
    hub.run().await;
    aircall_is_away(&hub, false);
    hub.until("the webhook is gone", Duration::from_secs(20), async || hooks(&hub) == [foreign.as_str()])
        .await;
    hub.until("all is forgotten", Duration::from_secs(20), async || secrets(&hub).is_empty()).await;
    hub.until("nothing is connected", Duration::from_secs(20), async || {
        hub.get("/api/setup").await["aircall"] == Value::Null
    })
    .await;
    let setup = hub.get("/api/setup").await;
    assert_eq!((&setup["uninstalling"], &setup["left"]), (&Value::Null, &json!([])), "{setup}");
}

// The sandbox has to answer while the test waits for the program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_quarter_of_an_hour_a_person_may_have_everything_forgotten_and_is_told_what_stays() {
    let hub = uninstalled_in_vain().await;
    let (status, told) = hub.post("/api/setup/forget", Value::Null).await;
    assert_eq!((status, &told["code"]), (409, &json!("too_early")), "{told}");
    assert_eq!(secrets(&hub), ["secret.aircall.api_token"]);
    let since = (chrono::Utc::now() - chrono::TimeDelta::seconds(901)).to_rfc3339();
    let earlier = "UPDATE setting SET value = ?1 WHERE key = 'uninstalled_since'";
    assert_eq!(database(&hub).execute(earlier, [since]).unwrap(), 1);
    let (status, setup) = hub.post("/api/setup/forget", Value::Null).await;
    assert_eq!(
        (status, &setup["aircall"], &setup["uninstalling"]),
        (200, &Value::Null, &Value::Null),
        "{setup}"
    );
    assert_eq!(setup["left"], json!(["aircall_webhook"]));
    assert_eq!((secrets(&hub).len(), hooks(&hub).len()), (0, 1));
    let (status, told) = hub.post("/api/setup/forget", Value::Null).await;
    assert_eq!((status, &told["code"]), (409, &json!("not_uninstalling")), "{told}");
    // Whoever comes back finds ours, and it is left to nobody.
    aircall_is_away(&hub, false);
    assert_eq!(hub.post("/api/setup/aircall", aircall_key()).await.1["accepted"], true);
    assert_eq!(hub.get("/api/setup").await["left"], json!([]));
}

// The sandbox has to answer while the test waits for the program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn disconnected_from_aircall_our_webhook_goes_and_nothing_is_written_until_somebody_goes_live_again() {
    let hub = live().await;
    let foreign = foreign(&hub);
    let (status, setup) = delete(&hub, "/api/setup/aircall").await;
    assert_eq!((status, &setup["aircall"], &setup["mode"]), (200, &Value::Null, &json!("off")), "{setup}");
    assert_eq!((&setup["left"], hooks(&hub)), (&json!([]), vec![foreign.clone()]));
    assert_eq!(setup["helpdesk"]["account"], gorgias_world::ACCOUNT);
    // Connected again: nothing is written, and no webhook made, before somebody goes live.
    assert_eq!(hub.post("/api/setup/aircall", aircall_key()).await.1["accepted"], true);
    let call = one_call(&hub).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!((hub.get("/api/health").await["mode"].clone(), hooks(&hub)), (json!("off"), vec![foreign]));
    assert!(hub.call_tickets().is_empty(), "{call}");

    // Where Aircall does not let it go, that is told.
    assert_eq!(hub.post("/api/setup/go", json!({"mode": "live"})).await.0, 200);
    hub.until("there is a webhook again", Duration::from_secs(20), async || hooks(&hub).len() == 2).await;
    let refused = FaultKind::Status { status: 500, retry_after: None };
    hub.sandbox.control().aircall().add_fault(Fault::next(1000, refused).on("DELETE", "/v1/webhooks"));
    let (status, setup) = delete(&hub, "/api/setup/aircall").await;
    assert_eq!((status, &setup["aircall"], &setup["mode"]), (200, &Value::Null, &json!("off")), "{setup}");
    assert_eq!((&setup["left"], hooks(&hub).len()), (&json!(["aircall_webhook"]), 2));
    assert_eq!(secrets(&hub), ["secret.gorgias.api_key"]);
}

// The sandbox has to answer while the test waits for the program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_one_side_connected_it_can_be_uninstalled_too() {
    let hub = live().await;
    assert_eq!(delete(&hub, "/api/setup/helpdesk").await.0, 200);
    assert_eq!(hooks(&hub).len(), 1, "Aircall is connected still");
    assert_eq!(hub.post("/api/uninstall", Value::Null).await.0, 200);
    hub.until("the webhook is gone", Duration::from_secs(20), async || hooks(&hub).is_empty()).await;
    hub.until("all is forgotten", Duration::from_secs(20), async || secrets(&hub).is_empty()).await;
    hub.until("nothing is connected", Duration::from_secs(20), async || {
        hub.get("/api/setup").await["aircall"] == Value::Null
    })
    .await;
    let (status, told) = hub.post("/api/uninstall", Value::Null).await;
    assert_eq!((status, &told["code"]), (409, &json!("not_set_up")), "there is nothing left: {told}");

    let hub = Program::from_nothing(20.0, SECRET_KEY).await;
    assert_eq!(hub.post("/api/setup/helpdesk", gorgias_key()).await.1["accepted"], true);
    assert_eq!(hub.post("/api/uninstall", Value::Null).await.0, 200);
    hub.until("all is forgotten", Duration::from_secs(20), async || secrets(&hub).is_empty()).await;
    hub.until("nothing is connected", Duration::from_secs(20), async || {
        hub.get("/api/setup").await["helpdesk"] == Value::Null
    })
    .await;
    let setup = hub.get("/api/setup").await;
    assert_eq!(
        (&setup["left"], &setup["uninstalling"]),
        (&json!([]), &Value::Null),
        "nothing was at Aircall"
    );
    assert!(hub.sandbox.control().aircall().journal(0).is_empty());
}

// The sandbox has to answer while the test waits for the program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_from_between_disconnecting_and_going_live_again_are_not_written() {
    // B15: live, disconnected, a call, connected, live
    let hub = live().await;
    let before = one_call(&hub).await;
    until_complete(&hub, before).await;
    assert_eq!(delete(&hub, "/api/setup/aircall").await.0, 200);
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let between = one_call(&hub).await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(hub.post("/api/setup/aircall", aircall_key()).await.1["accepted"], true);
    assert_eq!(hub.post("/api/setup/go", json!({"mode": "live"})).await.0, 200);
    hub.until_listening().await;
    // A late note tells of it.
    hub.sandbox.control().aircall().comment(between, world::CAMILLE, "Rang while nobody logged").unwrap();
    hub.until("it is heard of", Duration::from_secs(30), async || {
        let asked = hub.client.get(hub.url(&format!("/api/calls/{between}"))).bearer_auth(ADMIN);
        asked.send().await.unwrap().status() == 200
    })
    .await;
    let after = one_call(&hub).await;
    until_complete(&hub, after).await;
    let told = hub.get(&format!("/api/calls/{between}")).await;
    assert_eq!(
        (&told["state"], &told["reason"]["code"]),
        (&json!("not_logged"), &json!("mode_off")),
        "{told}"
    );
    assert_eq!(hub.call_tickets().len(), 2);
}

// The sandbox has to answer while the test waits for the program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_another_companys_aircall_nothing_is_written_until_somebody_goes_live_again() {
    let hub = live().await;
    // The same one again changes nothing (G20).
    assert_eq!(hub.post("/api/setup/aircall", aircall_key()).await.1["accepted"], true);
    assert_eq!(hub.get("/api/setup").await["mode"], "live");
    let other = "UPDATE setting SET value = '{\"account\": \"Harbour Toys\", \"since\": 0}' WHERE key = 'setup_aircall'";
    assert_eq!(database(&hub).execute(other, []).unwrap(), 1);
    assert_eq!(hub.post("/api/setup/aircall", aircall_key()).await.1["accepted"], true);
    let setup = hub.get("/api/setup").await;
    assert_eq!(
        (&setup["mode"], &setup["aircall"]["account"]),
        (&json!("off"), &json!(world::COMPANY)),
        "{setup}"
    );
    assert!(hooks(&hub).is_empty(), "ours at the other one's was taken away with its key");
    let call = one_call(&hub).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(hub.call_tickets().is_empty(), "{call}");
}
