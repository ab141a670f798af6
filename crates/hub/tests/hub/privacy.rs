//! B12 through the real program: a number is forgotten over HTTP and by the command, one is never logged, and whatever the
//! program says about a whole run has no number, no name and no secret in it.

use std::process::Output;
use std::time::Duration;

use serde_json::{Value, json};
use sidetone_days::server::Schema;
use sidetone_sandbox::{Fault, FaultKind, HangUp, Ring, Text, aircall_world as world, gorgias_world};

use crate::program::{ADMIN, Program, WEBHOOK, has_none_of, one_call};

const MARTA: &str = "+34666444555";
const STRANGER: &str = "+33199005599";
const NOTE: &str = "She wants the blue kettle";

async fn run(hub: &Program, arguments: &[&str]) -> Output {
    let mut command = hub.command(&[]);
    command.args(arguments);
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

async fn written(hub: &Program, call: u64) {
    hub.until("the call is written", Duration::from_secs(30), async || {
        // Right after it rang the hub may not know it yet.
        let page = hub.get("/api/calls").await;
        let of_call = |one: &Value| one["id"] == call.to_string().as_str() && one["state"] == "complete";
        page["calls"].as_array().unwrap().iter().any(of_call)
    })
    .await;
}

#[tokio::test]
async fn a_number_is_forgotten_over_http_and_by_the_command_with_and_without_a_running_hub() {
    let mut hub = Program::start(20.0, "").await;
    hub.until_listening().await;
    let call = one_call(&hub).await;
    written(&hub, call).await;
    let ticket = hub.get(&format!("/api/calls/{call}")).await["call"]["ticket"]["id"].clone();
    let nobody =
        hub.client.post(hub.url("/api/privacy/forget")).body("{\"number\": \"118\"}").send().await.unwrap();
    assert_eq!(nobody.status(), 401, "admins only");
    for (number, code) in [("hello", "no_such_number"), ("12", "no_such_number")] {
        let (status, problem) = hub.post("/api/privacy/forget", json!({"number": number})).await;
        assert_eq!((status, &problem["code"]), (422, &json!(code)), "{problem}");
    }
    let (status, told) = hub.post("/api/privacy/forget", json!({"number": "0034 666 44 45 55"})).await;
    assert_eq!((status, &told["done"], &told["calls"]), (200, &json!(true), &json!(1)), "{told}");
    let left = told["left"].as_array().unwrap();
    assert!(left.iter().any(|one| one["kind"] == "record" && one["id"] == ticket), "{told}");
    assert_eq!(hub.get(&format!("/api/calls/{call}")).await["reason"]["code"], "forgotten");
    has_none_of(&hub, &[MARTA, "34666444555", "666444555"]);

    let again = run(&hub, &["forget", "--number", MARTA]).await;
    assert_eq!(again.status.code(), Some(0), "{}", String::from_utf8_lossy(&again.stderr));
    assert!(String::from_utf8_lossy(&again.stdout).starts_with("Erased: 0 calls"));
    assert_eq!(run(&hub, &["forget"]).await.status.code(), Some(2));

    let next = one_call(&hub).await;
    written(&hub, next).await;
    assert!(hub.terminate().success());
    assert_eq!(run(&hub, &["forget", "--number", "hello"]).await.status.code(), Some(2));
    let told = run(&hub, &["forget", "--number", "+34 666 444 555", "--json"]).await;
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!((&told["done"], &told["calls"]), (&json!(true), &json!(1)), "{told}");
    has_none_of(&hub, &[MARTA, "34666444555", "666444555"]);
}

#[tokio::test]
async fn numbers_are_put_on_the_list_and_taken_off_it_and_the_time_is_set() {
    let hub = Program::with_keys(20.0).await;
    let (status, now) = hub.post("/api/privacy/never-log", json!({"number": "+34 666-444-555"})).await;
    assert_eq!((status, &now["never_log"][0]["number"]), (200, &json!(MARTA)), "{now}");
    let (status, now) = hub.post("/api/privacy/keep", json!({"keep_days": 90})).await;
    assert_eq!((status, &now["keep_days"]), (200, &json!(90)), "{now}");
    let (status, problem) = hub.post("/api/privacy/keep", json!({"keep_days": 99_999})).await;
    assert_eq!((status, &problem["code"]), (422, &json!("wrong_value")), "{problem}");
    let (status, now) = hub.post("/api/privacy/log-again", json!({"number": "0034666444555"})).await;
    assert_eq!((status, &now["never_log"]), (200, &json!([])), "{now}");
    assert_eq!(hub.get("/api/privacy").await["keep_days"], 90);
}

#[tokio::test]
async fn whatever_is_said_about_a_whole_run_at_debug_has_no_number_no_name_and_no_secret() {
    nothing_is_said(Program::start(20.0, "").await, "debug").await;
}

#[tokio::test]
async fn whatever_is_said_about_a_whole_run_at_trace_has_no_number_no_name_and_no_secret() {
    nothing_is_said(Program::start(20.0, "").await, "trace").await;
}

#[tokio::test]
#[ignore = "needs a server: script/test starts one"]
async fn postgres_whatever_is_said_about_a_whole_run_has_no_number_no_name_and_no_secret() {
    let schema = Schema::new();
    let says = "trace,tokio_postgres=trace";
    nothing_is_said(Program::on_database(20.0, schema.url()).await, says).await;
}

/// A run with everything that happens to a team; what it says, on standard output too.
async fn nothing_is_said(mut hub: Program, says: &'static str) {
    assert!(hub.terminate().success());
    hub.says = says;
    hub.run().await;
    hub.until_listening().await;
    let control = hub.sandbox.control();
    let (aircall, gorgias) = (control.aircall().clone(), control.gorgias().clone());
    let call = one_call(&hub).await;
    aircall.comment(call, world::CAMILLE, NOTE).unwrap();
    written(&hub, call).await;
    for status in [429, 500, 401] {
        gorgias.add_fault(Fault::next(1, FaultKind::Status { status, retry_after: None }));
        let from = Some(STRANGER.to_owned());
        let ring = aircall.ring(&Ring { line: world::SUPPORT_FR, from, ..Ring::default() }).unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        aircall.hang_up(ring, &HangUp::default()).unwrap();
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let text = Text { line: world::SUPPORT_FR, number: MARTA.into(), body: NOTE.into(), ..Text::default() };
    aircall.text(&text).unwrap();
    assert_eq!(hub.deliver("{\"token\": \"wrong-token-of-a-test\", \"event\": \"call.created\"}").await, 401);
    let dial = json!({"to": STRANGER, "agent": "camille.roux@example.com"});
    hub.post("/api/dial", dial).await;
    hub.post(
        &format!("/api/calls/{call}/name"),
        json!({"name": "Zebedee Quux", "email": "zebedee@example.com"}),
    )
    .await;
    hub.post("/api/privacy/never-log", json!({"number": STRANGER})).await;
    hub.client
        .get(hub.url(&format!("/api/numbers/explain?number={}", &MARTA[1..])))
        .bearer_auth(ADMIN)
        .send()
        .await
        .unwrap();
    hub.client.get(hub.url("/api/calls?q=666444555")).bearer_auth(ADMIN).send().await.unwrap();
    run(&hub, &["check", "--json"]).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    hub.post("/api/privacy/forget", json!({"number": MARTA})).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(hub.terminate().success());
    let log = hub.log();
    assert!(log.contains("a number was forgotten"), "the run is told of: {log}");
    let digits: String = log.chars().filter(|c| !" .-()/".contains(*c)).collect();
    for number in [MARTA, STRANGER] {
        let (all, last) = (&number[1..], &number[number.len() - 7..]);
        assert!(!digits.contains(all) && !digits.contains(last), "{last} is said: {log}");
    }
    let names = [NOTE, "Marta", "Ibáñez", "marta", "Zebedee", "zebedee@example.com"];
    let secrets = [ADMIN, WEBHOOK, world::API_TOKEN, gorgias_world::API_KEY, "wrong-token-of-a-test"];
    for text in names.into_iter().chain(secrets) {
        assert!(!log.contains(text), "{text} is said: {log}");
    }
}
