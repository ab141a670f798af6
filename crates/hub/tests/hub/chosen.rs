//! What was chosen in the set-up against what Aircall has: the token of a webhook made by hand, and lines.

use serde_json::{Value, json};
use sidetone_sandbox::aircall_world as world;

use crate::program::Program;

/// A line that no company of the sandbox has.
const NO_LINE: &str = "999999001";

fn state_of(setup: &Value, step: &str) -> String {
    let steps = setup["steps"].as_array().unwrap();
    steps.iter().find(|s| s["step"] == step).unwrap()["state"].as_str().unwrap().to_owned()
}

// The sandbox has to answer while the test waits for the program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_is_not_the_webhooks_own_is_told_with_the_test() {
    let hub = Program::with_keys(20.0).await;
    let by_hand = |token: &str| json!({"by": "manual", "public_url": hub.url(""), "webhook_token": token});
    hub.events_come(by_hand("of-another-webhook")).await;
    // Nothing leads here as far as Aircall shows: nobody is told anything.
    let (_, tested) = hub.post("/api/setup/events/test", Value::Null).await;
    assert_eq!((&tested["arrived"], &tested["code"]), (&json!(true), &Value::Null), "{tested}");

    let aircall = hub.sandbox.control().aircall().clone();
    let mut tokens = Vec::new();
    for url in ["https://crm.example.com/webhooks/aircall".to_owned(), hub.url("/webhooks/aircall")] {
        let made = json!({"url": url, "events": ["call.created"]});
        let (_, made) = aircall.by_a_person("POST", "/v1/webhooks", &made).unwrap();
        tokens.push(made["webhook"]["token"].as_str().unwrap().to_owned());
    }
    for token in ["of-another-webhook", &tokens[0]] {
        hub.events_come(by_hand(token)).await;
        let (status, tested) = hub.post("/api/setup/events/test", Value::Null).await;
        let told = (status, tested["arrived"].clone(), tested["code"].clone());
        assert_eq!(told, (200, json!(false), json!("other_token")), "{tested}");
        assert!(tokens.iter().all(|token| !tested.to_string().contains(token.as_str())));
    }
    hub.events_come(by_hand(&tokens[1])).await;
    let (_, tested) = hub.post("/api/setup/events/test", Value::Null).await;
    assert_eq!((&tested["arrived"], &tested["code"]), (&json!(true), &Value::Null), "{tested}");
}

// The sandbox has to answer while the test waits for the program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_that_aircall_does_not_have_do_not_count_as_chosen() {
    let mut hub = Program::with_keys(20.0).await;
    hub.events_come(json!({"by": "none"})).await;
    let (_, setup) = hub.post("/api/setup/numbers", json!({"lines": [NO_LINE]})).await;
    assert_eq!((state_of(&setup, "numbers"), state_of(&setup, "go_live")), ("open".into(), "waits".into()));
    for known_before in [true, false] {
        if !known_before {
            assert!(hub.terminate().success());
            hub.run().await;
        }
        for mode in ["live", "shadow"] {
            let (status, told) = hub.post("/api/setup/go", json!({"mode": mode})).await;
            assert_eq!((status, &told["code"], &told["step"]), (409, &json!("not_ready"), &json!("numbers")));
            assert!(told["detail"].as_str().unwrap().contains(NO_LINE), "{told}");
        }
        assert_eq!(hub.get("/api/setup").await["mode"], "off");
    }
    // One that is there is enough; the doctor names the other.
    let lines = json!({"lines": [NO_LINE, world::SUPPORT_FR.to_string()]});
    let (_, setup) = hub.post("/api/setup/numbers", lines).await;
    assert_eq!(state_of(&setup, "numbers"), "done");
    assert_eq!(hub.post("/api/setup/go", json!({"mode": "live"})).await.0, 200);
    let report = hub.get("/api/doctor").await;
    let lines = report["checks"].as_array().unwrap().iter().find(|check| check["code"] == "lines").unwrap();
    assert!(lines["finding"] == "fault" && lines["what"].as_str().unwrap().contains(NO_LINE), "{lines}");
}
