//! The hub on a real PostgreSQL. Needs a server: `script/test` starts one. Without it these tests are ignored.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod program;
#[path = "../../engine/tests/server/mod.rs"]
mod server;

use std::process::Output;
use std::time::Duration;

use program::Program;
use serde_json::Value;
use server::Schema;
use sidetone_sandbox::{HangUp, Ring, aircall_world as world};

async fn run(hub: &Program, arguments: &[&str]) -> Output {
    let mut command = hub.command(arguments);
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

#[tokio::test]
#[ignore = "needs a server: script/test starts one"]
async fn postgres_a_call_is_logged_once_though_the_hub_is_killed_and_its_connections_are_cut() {
    let schema = Schema::new();
    let mut hub = Program::on_database(20.0, schema.url()).await;
    hub.until_listening().await;
    let aircall = hub.sandbox.control().aircall().clone();
    let ring = Ring { line: world::SUPPORT_FR, from: Some("+34666444555".into()), ..Ring::default() };
    let call = aircall.ring(&ring).unwrap();
    aircall.answer(call, Some(world::CAMILLE)).unwrap();
    hub.until("the ticket is made", Duration::from_secs(20), async || hub.call_tickets().len() == 1).await;
    schema.cut_connections();
    hub.until("it is ready again", Duration::from_secs(10), async || {
        hub.client.get(hub.url("/readyz")).send().await.is_ok_and(|a| a.status() == 200)
    })
    .await;
    hub.kill();
    aircall.hang_up(call, &HangUp::default()).unwrap();
    hub.run().await;
    let path = format!("/api/calls/{call}");
    hub.until("the record is complete", Duration::from_secs(150), async || {
        hub.get(&path).await["state"] == "complete"
    })
    .await;
    let tickets = hub.call_tickets();
    assert_eq!(tickets.len(), 1);
    assert_eq!(tickets[0]["messages"].as_array().unwrap().len(), 2, "answered and ended, each once");
    assert!(!hub.dir.path().join("data/sidetone.db").exists(), "nothing is kept in a file");

    let told = run(&hub, &["check", "--json"]).await;
    let report: Value = serde_json::from_slice(&told.stdout).unwrap();
    let check =
        report["checks"].as_array().unwrap().iter().find(|c| c["code"] == "database").unwrap().clone();
    assert_eq!(check["finding"], "passed", "{check}");
    assert!(hub.terminate().success());
    let told = run(&hub, &["plan", "--call", &call.to_string()]).await;
    let plan: Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!(plan["plan"]["requests"], 0, "{plan:#}");
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_told_without_the_password() {
    // Nothing listens on port 1.
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("hub.toml");
    let text = format!(
        "[hub]\ndata_dir = {:?}\ndatabase = \"postgres://ada:geheim@127.0.0.1:1/sidetone\"\n\
         [aircall]\napi_url = \"http://127.0.0.1:1\"\napi_id = \"i\"\napi_token = \"t\"\nnumbers = [1]\n\
         [gorgias]\napi_url = \"http://127.0.0.1:1\"\nemail = \"ada@example.com\"\napi_key = \"k\"\n",
        dir.path().join("data").display().to_string()
    );
    std::fs::write(&file, text).unwrap();
    for command in ["serve", "check"] {
        let mut hub = std::process::Command::new(env!("CARGO_BIN_EXE_sidetone-hub"));
        hub.arg("--config").arg(&file).arg(command);
        let told = tokio::task::spawn_blocking(move || hub.output().unwrap()).await.unwrap();
        assert_eq!(told.status.code(), Some(1));
        let text = [told.stdout, told.stderr].map(|out| String::from_utf8_lossy(&out).into_owned()).concat();
        assert!(text.contains("[hub] database") && !text.contains("geheim"), "{command}: {text}");
    }
}
