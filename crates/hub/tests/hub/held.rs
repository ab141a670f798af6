//! Nothing is logged until an admin goes live: after a connection was given up, and with another account than before, also where
//! the mode stands in the file (B15).

use std::time::Duration;

use serde_json::{Value, json};
use sidetone_sandbox::{Fault, FaultKind, aircall_world as world, front_world, gorgias_world};

use crate::leaving::{aircall_key, database, delete, gorgias_key, hooks, live, secrets};
use crate::program::{Program, one_call, until_complete};

fn front_key() -> Value {
    json!({"vendor": "front", "api_token": front_world::TOKEN})
}

async fn go(hub: &Program, mode: &str) -> (u16, Value) {
    hub.post("/api/setup/go", json!({"mode": mode})).await
}

/// What the set-up says of the mode, and of one that is held.
async fn mode(hub: &Program) -> (Value, Value) {
    let setup = hub.get("/api/setup").await;
    (setup["mode"].clone(), setup["held"].clone())
}

/// A call comes and goes, and nobody writes it.
async fn rings_in_vain(hub: &Program) {
    let before = hub.call_tickets().len();
    let call = one_call(hub).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(hub.call_tickets().len(), before, "{call}");
}

// The sandbox has to answer while the test waits for the program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mode_that_the_file_sets_is_held_after_disconnecting_until_somebody_goes_live_with_it() {
    let mut hub = Program::with_keys_and(20.0, "[logging]\nmode = \"live\"\n").await;
    hub.events_come(json!({"by": "auto", "public_url": hub.url("")})).await;
    hub.until_listening().await;
    assert_eq!(mode(&hub).await, (json!("live"), Value::Null));
    let (status, setup) = delete(&hub, "/api/setup/aircall").await;
    assert_eq!((status, &setup["mode"], &setup["held"]), (200, &json!("off"), &json!("live")), "{setup}");
    assert_eq!(hooks(&hub).len(), 0);

    // Connected again, also after a restart.
    assert_eq!(hub.post("/api/setup/aircall", aircall_key()).await.1["accepted"], true);
    assert!(hub.terminate().success());
    hub.run().await;
    rings_in_vain(&hub).await;
    assert_eq!((mode(&hub).await, hooks(&hub).len()), ((json!("off"), json!("live")), 0));
    let step = &hub.get("/api/setup").await["steps"][6];
    assert_eq!((&step["step"], &step["state"]), (&json!("go_live"), &json!("open")));

    // Only with what the file says: another mode has to be set there.
    let (status, told) = go(&hub, "shadow").await;
    assert_eq!((status, &told["code"]), (409, &json!("read_only")), "{told}");
    let (status, setup) = go(&hub, "live").await;
    assert_eq!((status, &setup["mode"], &setup["held"]), (200, &json!("live"), &Value::Null), "{setup}");
    hub.until_listening().await;
    let call = one_call(&hub).await;
    until_complete(&hub, call).await;
}

// The sandbox has to answer while the test waits for the program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn into_another_helpdesk_nothing_is_written_before_somebody_goes_live() {
    let hub = live().await;
    // The same one again, and after a disconnection, goes on (G20).
    assert_eq!(hub.post("/api/setup/helpdesk", gorgias_key()).await.1["accepted"], true);
    assert_eq!(delete(&hub, "/api/setup/helpdesk").await.0, 200);
    assert_eq!(hub.post("/api/setup/helpdesk", gorgias_key()).await.1["accepted"], true);
    assert_eq!(mode(&hub).await, (json!("live"), Value::Null));
    let call = one_call(&hub).await;
    until_complete(&hub, call).await;

    let conversations = || hub.sandbox.control().front().dump()["conversations"].as_array().unwrap().len();
    let before = conversations();
    assert_eq!(hub.post("/api/setup/helpdesk", front_key()).await.1["accepted"], true);
    assert_eq!(mode(&hub).await, (json!("off"), Value::Null));
    rings_in_vain(&hub).await;
    assert_eq!(conversations(), before);
    assert_eq!(go(&hub, "live").await.0, 200);
    hub.until_listening().await;
    let call = one_call(&hub).await;
    until_complete(&hub, call).await;
    assert_eq!(conversations(), before + 1);

    // Disconnected first, and back to the one before that: another one, too.
    assert_eq!(delete(&hub, "/api/setup/helpdesk").await.0, 200);
    assert_eq!(hub.post("/api/setup/helpdesk", gorgias_key()).await.1["accepted"], true);
    assert_eq!(mode(&hub).await, (json!("off"), Value::Null));
}

// The sandbox has to answer while the test waits for the program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn uninstalled_with_all_keys_in_the_file_going_live_is_the_way_back() {
    let mut hub = Program::start(20.0, "").await;
    hub.until_listening().await;
    assert!(hub.terminate().success());
    let text = std::fs::read_to_string(hub.config()).unwrap();
    std::fs::write(hub.config(), text.replace("mode = \"live\"\n", "")).unwrap();
    hub.run().await;
    assert_eq!(mode(&hub).await, (json!("off"), Value::Null));
    assert_eq!(go(&hub, "live").await.0, 200);
    hub.until_listening().await;
    let call = one_call(&hub).await;
    until_complete(&hub, call).await;

    assert_eq!(hub.post("/api/uninstall", Value::Null).await.0, 200);
    hub.until("the webhook is gone", Duration::from_secs(20), async || hooks(&hub).is_empty()).await;
    hub.until("the mode is forgotten", Duration::from_secs(20), async || mode(&hub).await.0 == "off").await;
    rings_in_vain(&hub).await;
    assert_eq!(go(&hub, "live").await.0, 200);
    hub.until_listening().await;
    let call = one_call(&hub).await;
    until_complete(&hub, call).await;
    let health = hub.get("/api/health").await;
    assert!(!health["alerts"].to_string().contains("uninstalled"), "{health}");
}

// The sandbox has to answer while the test waits for the program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_left_at_one_company_stays_listed_while_another_is_connected() {
    let hub = live().await;
    // Made by hand, for the company that is connected now.
    let manual = json!({"by": "manual", "public_url": hub.url(""), "webhook_token": "0123456789abcdef0123456789abcdef"});
    assert_eq!(hub.post("/api/setup/events", manual).await.0, 200);
    assert!(secrets(&hub).contains(&"secret.aircall.webhook_token".to_owned()));
    let (status, setup) = delete(&hub, "/api/setup/aircall").await;
    assert_eq!((status, &setup["left"]), (200, &json!(["aircall_webhook"])), "{setup}");
    assert_eq!(secrets(&hub), ["secret.gorgias.api_key"], "another company's webhook has another token");
    assert_eq!(setup["events"], "auto");

    let company = |name: &str| {
        let other = "UPDATE setting SET value = ?1 WHERE key = 'setup_left_at'";
        assert_eq!(database(&hub).execute(other, [name]).unwrap(), 1);
    };
    company("Harbour Toys");
    assert_eq!(hub.post("/api/setup/aircall", aircall_key()).await.1["accepted"], true);
    assert_eq!(hub.get("/api/setup").await["left"], json!(["aircall_webhook"]), "it stands at Harbour Toys");
    assert_eq!(hub.post("/api/setup/aircall", aircall_key()).await.1["accepted"], true);
    assert_eq!(hub.get("/api/setup").await["left"], json!(["aircall_webhook"]), "still");
    company(world::COMPANY);
    assert_eq!(hub.post("/api/setup/aircall", aircall_key()).await.1["accepted"], true);
    assert_eq!(hub.get("/api/setup").await["left"], json!([]), "who comes back finds it");
    assert_eq!(hub.get("/api/setup").await["helpdesk"]["account"], gorgias_world::ACCOUNT);

    // Or a person says that it is done.
    assert_eq!(delete(&hub, "/api/setup/aircall").await.0, 200);
    let database = database(&hub);
    database.execute("UPDATE setting SET value = 'aircall_webhook' WHERE key = 'setup_left'", []).unwrap();
    assert_eq!(hub.get("/api/setup").await["left"], json!(["aircall_webhook"]));
    let (status, setup) = delete(&hub, "/api/setup/left").await;
    assert_eq!((status, &setup["left"]), (200, &json!([])), "{setup}");
}

// The sandbox has to answer while the test waits for the program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_helpdesk_of_which_nobody_knows_any_more_which_it_was_counts_as_another() {
    let hub = live().await;
    // As an older program left it.
    let forget = "DELETE FROM setting WHERE key IN ('setup_last_helpdesk', 'setup_helpdesk_left_at')";
    database(&hub).execute(forget, []).unwrap();
    assert_eq!(delete(&hub, "/api/setup/helpdesk").await.0, 200);
    assert_eq!(hub.post("/api/setup/helpdesk", gorgias_key()).await.1["accepted"], true);
    assert_eq!(mode(&hub).await.0, "live", "it was noted when it went");
    assert_eq!(delete(&hub, "/api/setup/helpdesk").await.0, 200);
    database(&hub).execute(forget, []).unwrap();
    assert_eq!(hub.post("/api/setup/helpdesk", gorgias_key()).await.1["accepted"], true);
    assert_eq!(mode(&hub).await.0, "off");
}

// The sandbox has to answer while the test waits for the program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_company_whose_name_aircall_does_not_tell_counts_as_another() {
    let hub = live().await;
    let refused = FaultKind::Status { status: 500, retry_after: None };
    hub.sandbox.control().aircall().add_fault(Fault::next(1000, refused).on("GET", "/v1/company"));
    assert_eq!(hub.post("/api/setup/aircall", aircall_key()).await.1["accepted"], true);
    let setup = hub.get("/api/setup").await;
    assert_eq!(
        (&setup["mode"], &setup["aircall"]["account"]),
        (&json!("live"), &json!(world::COMPANY)),
        "{setup}"
    );
    let other = "UPDATE setting SET value = '\"another\"' WHERE key = 'console.aircall.api_id'";
    assert_eq!(database(&hub).execute(other, []).unwrap(), 1);
    assert_eq!(hub.post("/api/setup/aircall", aircall_key()).await.1["accepted"], true);
    assert_eq!(mode(&hub).await.0, "off");
}

// The sandbox has to answer while the test waits for the program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_webhook_made_by_hand_whoever_comes_back_after_an_uninstall_can() {
    let hub = live().await;
    let manual = json!({"by": "manual", "public_url": hub.url(""), "webhook_token": "0123456789abcdef0123456789abcdef"});
    assert_eq!(hub.post("/api/setup/events", manual).await.0, 200);
    assert_eq!(hub.post("/api/uninstall", Value::Null).await.0, 200);
    hub.until("all is forgotten", Duration::from_secs(30), async || secrets(&hub).is_empty()).await;
    assert_eq!(hub.get("/api/setup").await["left"], json!(["aircall_webhook"]));
    assert_eq!(hub.post("/api/setup/aircall", aircall_key()).await.1["accepted"], true);
    assert_eq!(hub.post("/api/setup/helpdesk", gorgias_key()).await.1["accepted"], true);
    hub.events_come(json!({"by": "auto", "public_url": hub.url("")})).await;
    assert_eq!(go(&hub, "live").await.0, 200);
    hub.until_listening().await;
    let call = one_call(&hub).await;
    until_complete(&hub, call).await;
}
