//! The hub with Front as its helpdesk, over real sockets: calls and text messages from ring to record (rows F), as they are
//! seen through the API, and what `check` says of a right and of a wrong set-up.

use std::time::Duration;

use serde_json::{Value, json};
use sidetone_sandbox::{HangUp, Ring, Text, aircall_world as world, front_world};

use crate::program::{ADMIN, Program, WEBHOOK};

const MARTA: &str = "+34666444555";

/// The one conversation that holds a message with this key. An import that was accepted is there a little later.
async fn conversation(hub: &Program, key: &str) -> Value {
    let front = hub.sandbox.control().front().clone();
    let is_there = async || !front.conversations_marked(key).is_empty();
    hub.until(key, Duration::from_secs(10), is_there).await;
    let found = front.conversations_marked(key);
    assert_eq!(found.len(), 1, "{key}: {:#}", front.dump());
    found[0].clone()
}

/// The keys of the messages that are ours, oldest first.
fn keys(conversation: &Value) -> Vec<&str> {
    let all = conversation["messages"].as_array().unwrap();
    all.iter().filter_map(|message| message["external_id"].as_str()).collect()
}

/// Waits until the newest of a list is this one, and complete.
async fn until_complete(hub: &Program, list: &str, id: &str) {
    let what = format!("the record of {id} is complete");
    hub.until(&what, Duration::from_secs(90), async || {
        let listed = hub.get(&format!("/api/{list}")).await;
        listed[list][0]["id"] == id && listed[list][0]["state"] == "complete"
    })
    .await;
}

/// Exit code and report of `check`.
async fn check(hub: &Program, more: &[&str]) -> (Option<i32>, String) {
    let mut command = hub.command(&["check"]);
    command.args(more);
    let told = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    (told.status.code(), String::from_utf8_lossy(&told.stdout).into_owned())
}

/// What `check` finds under a code that it has once.
async fn finding(hub: &Program, code: &str) -> Value {
    let (_, told) = check(hub, &["--json"]).await;
    let report: Value = serde_json::from_str(&told).unwrap();
    let all = report["checks"].as_array().unwrap();
    let checks: Vec<&Value> = all.iter().filter(|check| check["code"] == code).collect();
    assert_eq!(checks.len(), 1, "{code}: {report:#}");
    checks[0]["finding"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_shown_from_ring_to_record_and_logged_into_the_contacts_conversation() {
    // F1, F2, F5, F7, B11
    let hub = Program::with_front(20.0, "").await;
    hub.until_listening().await;
    let aircall = hub.sandbox.control().aircall().clone();
    let ring = Ring { line: world::SUPPORT_FR, from: Some(MARTA.into()), ..Ring::default() };
    let call = aircall.ring(&ring).unwrap();
    let id = call.to_string();
    hub.until("the card of the call that rings", Duration::from_secs(20), async || {
        let now = hub.get("/api/now").await;
        let live = &now["live"][0];
        live["call"]["id"] == id && live["card"]["customer"]["name"] == "Marta Ibáñez"
    })
    .await;
    let card = hub.get("/api/now").await["live"][0]["card"].clone();
    assert_eq!(card["matched"], "found");
    assert_eq!(card["customer"]["email"], "marta.ibanez@example.com");
    assert!(card["customer"]["note"].as_str().unwrap().starts_with("Café owner"), "{card:#}");

    aircall.answer(call, Some(world::CAMILLE)).unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    aircall.hang_up(call, &HangUp::default()).unwrap();
    until_complete(&hub, "calls", &id).await;
    let detail = hub.get(&format!("/api/calls/{call}")).await;
    assert_eq!(detail["plan"], json!({"requests": 0, "writes": []}));
    assert_eq!(detail["completeness"]["note"], "written", "{detail:#}");
    let ledger = detail["ledger"].as_array().unwrap();
    for key in ["ticket", "customer", "main", "duration", "assignee"] {
        let is_there = |line: &&Value| line["key"] == key && line["written_at"].is_string();
        assert_eq!(ledger.iter().filter(is_there).count(), 1, "{key}: {ledger:#?}");
    }
    let why = detail["explanation"].as_array().unwrap();
    for row in ["F1", "F5"] {
        let is_told = |line: &&Value| line["rule"].as_str().is_some_and(|rule| rule.contains(row));
        let line = why.iter().find(is_told).unwrap_or_else(|| panic!("{row} in {why:#?}"));
        assert!(line["request"].as_str().unwrap().contains("/imported_messages"), "{line:#}");
        assert!(line["answer"].is_string(), "{line:#}");
    }

    let held = conversation(&hub, &format!("aircall:call:{call}")).await;
    assert_eq!(held["subject"], "Inbound call - Support FR");
    assert_eq!(held["inboxes"], json!(["Aircall Phone"]));
    assert_eq!(held["assignee"]["email"], "camille.roux@example.com");
    let ticket = &detail["call"]["ticket"];
    assert_eq!(ticket["id"], held["id"]);
    // The link leads to the page where people work.
    let page = hub.client.get(ticket["url"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().contains("Inbound call - Support FR"));
    let health = hub.get("/api/health").await.to_string();
    assert!(health.contains("\"front\"") && !health.contains("\"gorgias\""), "{health}");
    let log = hub.log();
    for secret in [ADMIN, WEBHOOK, world::API_TOKEN, front_world::TOKEN, "34666444555", "666444555"] {
        assert!(!log.contains(secret), "B12: {secret} in the log");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_message_and_a_call_of_one_contact_are_in_one_conversation() {
    // F3, F7, F11
    let mut hub = Program::with_front(20.0, "").await;
    hub.until_listening().await;
    let aircall = hub.sandbox.control().aircall().clone();
    let text = Text {
        line: world::SUPPORT_FR,
        number: MARTA.into(),
        body: "Is my kettle ready?".into(),
        ..Text::default()
    };
    let message = aircall.text(&text).unwrap();
    until_complete(&hub, "messages", &message).await;
    let detail = hub.get(&format!("/api/messages/{message}")).await;
    assert_eq!(detail["message"]["text"], "Is my kettle ready?");
    let begun = conversation(&hub, &format!("aircall:message:{message}")).await;
    assert_eq!(begun["subject"], "SMS - Support FR");
    assert_eq!(detail["message"]["ticket"]["id"], begun["id"]);

    let ring = Ring { line: world::SUPPORT_FR, from: Some(MARTA.into()), ..Ring::default() };
    let call = aircall.ring(&ring).unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    aircall.hang_up(call, &HangUp::default()).unwrap();
    until_complete(&hub, "calls", &call.to_string()).await;
    let held = conversation(&hub, &format!("aircall:call:{call}:duration")).await;
    assert_eq!(held["id"], begun["id"]);
    assert_eq!(held["status"], "unassigned", "a missed call is left to all");
    let wanted = [
        format!("aircall:message:{message}"),
        format!("aircall:call:{call}"),
        format!("aircall:call:{call}:duration"),
    ];
    assert_eq!(keys(&held), wanted, "{held:#}");
    assert!(hub.sandbox.control().front().send_attempts().is_empty(), "nothing is sent out by Front");
    assert!(hub.terminate().success(), "SIGTERM: exit 0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn check_says_of_front_what_is_right_and_how_to_mend_what_is_not() {
    let mut hub = Program::with_front(20.0, "").await;
    assert!(hub.terminate().success());
    let front = hub.sandbox.control().front().clone();
    let (code, told) = check(&hub, &[]).await;
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("There is no inbox \"Aircall Phone\" yet"), "{told}");
    assert!(told.contains("Ines Duarte"), "an agent who is no teammate is named: {told}");
    assert_eq!(finding(&hub, "front_key").await, "passed");
    let make_inbox = || {
        let made = front.by_a_person("POST", "/inboxes", &json!({"name": "Aircall Phone"})).unwrap();
        assert_eq!(made.0, 201);
    };
    make_inbox();
    assert!(check(&hub, &[]).await.1.contains("Calls go into the inbox \"Aircall Phone\""));
    make_inbox();
    let (code, told) = check(&hub, &[]).await;
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("There are 2 inboxes “Aircall Phone”") && told.contains("Rename"), "{told}");

    for (scope, code, says) in [
        ("inboxes:read", "front_inbox", "Front does not list its inboxes"),
        ("teammates:read", "front_key", "Front does not list its teammates"),
    ] {
        front.switch(|s| s.missing_scopes = vec![scope.into()]);
        let (exit, told) = check(&hub, &[]).await;
        assert_eq!(exit, Some(1), "{told}");
        assert!(told.contains(says) && told.contains("missing permission"), "{scope}: {told}");
        assert_eq!(finding(&hub, code).await, "fault");
    }
    front.switch(|s| s.missing_scopes.clear());

    let right = std::fs::read_to_string(hub.config()).unwrap();
    // Where the hub was, nobody answers now.
    let (ours, nobody) = (hub.served.front.to_string(), hub.hub.to_string());
    for (wrong, says) in [
        (right.replace(front_world::TOKEN, "another-token"), "Front does not accept the token"),
        (right.replace(&ours, &nobody), "Front cannot be reached"),
    ] {
        assert_ne!(wrong, right);
        std::fs::write(hub.config(), wrong).unwrap();
        let (code, told) = check(&hub, &[]).await;
        assert_eq!(code, Some(1), "{told}");
        assert!(told.contains(says) && !told.contains("another-token"), "{told}");
        assert_eq!(finding(&hub, "front_key").await, "fault");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn check_names_the_inbox_that_calls_go_into_whatever_it_is_called_by_now() {
    // F1
    let mut hub = Program::with_front(20.0, "").await;
    hub.until_listening().await;
    let aircall = hub.sandbox.control().aircall().clone();
    let front = hub.sandbox.control().front().clone();
    // So many looks in a row are no day of an admin's.
    front.set_limits(sidetone_sandbox::FrontLimits { per_minute: 600, ..front.limits() });
    let ring = Ring { line: world::SUPPORT_FR, from: Some(MARTA.into()), ..Ring::default() };
    let call = aircall.ring(&ring).unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    aircall.hang_up(call, &HangUp::default()).unwrap();
    until_complete(&hub, "calls", &call.to_string()).await;
    let listed = front.by_a_person("GET", "/inboxes", &Value::Null).unwrap().1;
    let is_it = |inbox: &&Value| inbox["name"] == "Aircall Phone";
    let inbox = listed["_results"].as_array().unwrap().iter().find(is_it).unwrap()["id"].as_str().unwrap();
    assert!(check(&hub, &[]).await.1.contains("Calls go into the inbox \"Aircall Phone\""));
    front.rename_inbox(inbox, "Phone calls").unwrap();
    let runs = check(&hub, &[]).await;
    assert!(hub.terminate().success());
    for (code, told) in [runs, check(&hub, &[]).await] {
        assert_eq!(code, Some(0), "{told}");
        assert!(told.contains("Calls go on into the inbox “Phone calls”"), "{told}");
        assert!(!told.contains("is made"), "{told}");
    }
    assert_eq!(finding(&hub, "front_inbox").await, "hint");

    front.set_inbox_private(inbox, true).unwrap();
    assert!(check(&hub, &[]).await.1.contains("one person’s own by now"));
    front.delete_inbox(inbox).unwrap();
    assert!(check(&hub, &[]).await.1.contains("There is no inbox \"Aircall Phone\" yet"));
}
