//! Old calls (C3): over HTTP, and the command with a hub that runs and without one.

use std::process::Output;
use std::time::Duration;

use serde_json::{Value, json};

use sidetone_sandbox::aircall_world as world;

use crate::program::{ADMIN, Program};

/// Long before the oldest call of these tests.
const SINCE: &str = "2026-01-01";

/// Every line is selected, and of several who share a number the most recent one is taken: so every old call is written.
async fn with_all_lines() -> Program {
    let lines = [world::SUPPORT_FR, world::SUPPORT_DE, world::SALES_US, world::RECEPTION];
    Program::with_lines(1.0, "several_matches = \"recent\"", &lines).await
}

async fn asked(hub: &Program, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let request = hub.client.request(method.parse().unwrap(), hub.url(path)).bearer_auth(ADMIN);
    let answer = request.body(body.to_string()).send().await.unwrap();
    let status = answer.status().as_u16();
    if status >= 400 {
        assert_eq!(answer.headers()["content-type"], "application/problem+json", "{path}");
    }
    (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or(Value::Null))
}

/// Two weeks ago: within what the stand-in keeps.
fn since() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let then = chrono::DateTime::from_timestamp(now as i64 - 20 * 86_400, 0).unwrap();
    then.format("%Y-%m-%d").to_string()
}

async fn until_state(hub: &Program, state: &str) -> Value {
    hub.until(state, Duration::from_secs(60), async || {
        hub.get("/api/backfills").await["backfills"][0]["state"] == state
    })
    .await;
    hub.get("/api/backfills").await["backfills"][0].clone()
}

fn writes(hub: &Program) -> usize {
    hub.sandbox.control().gorgias().journal(0).iter().filter(|e| e.is_write()).count()
}

async fn run(hub: &Program, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = hub.command(arguments);
    let Output { status, stdout, stderr } =
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (status.code(), text(stdout), text(stderr))
}

#[tokio::test]
async fn old_calls_are_read_told_of_and_written_over_http() {
    let hub = with_all_lines().await;
    hub.until_listening().await;
    assert_eq!(hub.client.get(hub.url("/api/backfills")).send().await.unwrap().status(), 401);
    assert_eq!(hub.client.post(hub.url("/api/backfills")).send().await.unwrap().status(), 401);
    assert_eq!(hub.get("/api/backfills").await, json!({ "backfills": [] }));
    let calls = hub.sandbox.control().aircall().add_past_calls(110, 3_600);
    for (body, status, code) in [
        (json!({}), 400, "bad_request"),
        (json!({"since": "June"}), 400, "bad_request"),
        (json!({"since": SINCE, "status": "lost"}), 400, "bad_request"),
        (json!({"since": SINCE, "more": 1}), 400, "bad_request"),
        (json!({"since": SINCE, "until": "2025-12-01"}), 400, "no_time"),
        (json!({"since": "2999-01-01"}), 400, "no_time"),
    ] {
        for path in ["/api/backfills", "/api/backfills/forecast"] {
            let (told, problem) = asked(&hub, "POST", path, &body).await;
            assert_eq!((told, problem["code"].as_str()), (status, Some(code)), "{path} {body}: {problem}");
        }
    }
    for (path, status, code) in [
        ("/api/backfills/17/pause", 404, "no_such_backfill"),
        ("/api/backfills/17/stop", 404, "no_such_backfill"),
        ("/api/backfills/17/forget", 404, "no_such_page"),
    ] {
        let (told, problem) = asked(&hub, "POST", path, &Value::Null).await;
        assert_eq!((told, problem["code"].as_str()), (status, Some(code)), "{path}");
    }
    let day = json!({ "since": since() });
    let (_, forecast) = asked(&hub, "POST", "/api/backfills/forecast", &day).await;
    assert_eq!((&forecast["at_aircall"], &forecast["read_requests"]), (&json!(110), &json!(3)), "{forecast}");
    let (status, begun) = asked(&hub, "POST", "/api/backfills", &day).await;
    assert_eq!((status, &begun["state"]), (202, &json!("reading")), "{begun}");
    let read = until_state(&hub, "read").await;
    assert_eq!((&read["added"], &read["to_write"]), (&json!(110), &json!(110)), "{read}");
    hub.until("windows are told", Duration::from_secs(10), async || {
        hub.get("/api/health").await["backfills"][0]["state"] == "read"
    })
    .await;
    assert_eq!(writes(&hub), 0);
    let path = format!("/api/backfills/{}/pause", read["id"].as_str().unwrap());
    assert_eq!(asked(&hub, "POST", &path, &Value::Null).await.1["code"], "backfill_not_under_way");
    let detail = hub.get(&format!("/api/calls/{}", calls[0])).await;
    assert_eq!((&detail["state"], &detail["reason"]["code"]), (&json!("not_logged"), &json!("backfilled")));
    // One line for each call, as a plan.
    let path = format!("/api/backfills/plan?since={}&status=closed", since());
    let lines = hub.client.get(hub.url(&path)).bearer_auth(ADMIN).send().await.unwrap().text().await.unwrap();
    let planned: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(planned.len(), 110);
    assert_eq!(planned[0]["id"], json!(calls[0].to_string()));
    assert!(planned[0]["plan"]["requests"].as_u64().unwrap() > 0);
    let write = json!({ "since": since(), "write": true });
    assert_eq!(asked(&hub, "POST", "/api/backfills", &write).await.0, 202);
    let writing = until_state(&hub, "writing").await;
    let path = format!("/api/backfills/{}", writing["id"].as_str().unwrap());
    let (status, paused) = asked(&hub, "POST", &format!("{path}/pause"), &Value::Null).await;
    assert_eq!((status, &paused["state"]), (202, &json!("paused")));
    let (_, resumed) = asked(&hub, "POST", &format!("{path}/resume"), &Value::Null).await;
    assert_eq!(resumed["state"], "writing");
    let (_, stopped) = asked(&hub, "POST", &format!("{path}/stop"), &Value::Null).await;
    assert_eq!(stopped["state"], "stopped");
}

#[tokio::test]
async fn the_command_reads_shows_and_writes_with_a_hub_and_without_one() {
    let mut hub = with_all_lines().await;
    hub.until_listening().await;
    let aircall = hub.sandbox.control().aircall().clone();
    let _ = aircall.add_past_calls(20, 3_600);
    let day = since();
    let (code, out, progress) = run(&hub, &["backfill", "--since", &day]).await;
    assert_eq!(code, Some(0), "{progress}");
    assert!(out.contains("20 calls read, 20 of them new; 20 are stored and not written"), "{out}");
    assert!(hub.terminate().success());
    // Without a hub: what has come since is read, nothing else, and nothing is written.
    let before = writes(&hub);
    let pages = |hub: &Program| {
        let journal = hub.sandbox.control().aircall().journal(0);
        journal.iter().filter(|e| e.path.starts_with("/v1/calls?")).count()
    };
    let asked_before = pages(&hub);
    let (code, out, progress) = run(&hub, &["backfill", "--since", &day]).await;
    assert_eq!(code, Some(0), "{progress}");
    assert!(out.contains("20 of them new; 20 are stored and not written"), "{out}");
    assert_eq!(pages(&hub) - asked_before, 1);
    // A dry run prints what `plan` prints for each call, and what it comes to.
    let (code, out, told) = run(&hub, &["backfill", "--since", &day, "--write", "--dry-run"]).await;
    assert_eq!(code, Some(0), "{told}");
    let planned: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(planned.len(), 20, "{told}");
    assert!(
        told.contains("Aircall has 20 calls of that time") && told.contains("20 would be logged"),
        "{told}"
    );
    assert_eq!(writes(&hub), before, "nothing is written");
    // What cannot be meant.
    for arguments in [
        &["backfill", "--since", "June"][..],
        &["backfill", "--since", &day, "--until", "2026-01-02"],
        &["backfill", "--since", &day, "--write", "--status", "lost"],
        &["backfill", "--since", &day, "--status", "open"],
        &["backfill"],
    ] {
        assert_eq!(run(&hub, arguments).await.0, Some(2), "{arguments:?}");
    }
    let off = hub.dir.path().join("off.toml");
    let text = std::fs::read_to_string(hub.config()).unwrap().replace("mode = \"live\"", "mode = \"off\"");
    std::fs::write(&off, text).unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_sidetone-hub"));
    command.arg("--config").arg(&off).args(["backfill", "--since", &day, "--write"]);
    let refused = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("[logging] mode"), "{said}");
    // Through a hub, what is written is waited for.
    hub.run().await;
    hub.until_listening().await;
    let (code, out, told) = run(&hub, &["backfill", "--since", &day, "--dry-run"]).await;
    assert_eq!((code, out.lines().count()), (Some(0), 20), "{told}");
    let (code, out, progress) =
        run(&hub, &["backfill", "--since", &day, "--write", "--status", "open"]).await;
    assert_eq!(code, Some(0), "{progress}");
    assert!(out.contains("20 written, 0 wait for a person, 0 refused"), "{out}");
    assert!(progress.contains("calls written"), "{progress}");
    let tickets = hub.call_tickets();
    assert_eq!(tickets.len(), 20);
    assert!(tickets.iter().all(|ticket| ticket["status"] == "open"));
}
