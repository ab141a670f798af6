//! The hub on a real PostgreSQL. Needs a server: `script/test` starts one. Without it these tests are ignored.

use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use sidetone_days::server::Schema;
use sidetone_sandbox::{HangUp, Ring, aircall_world as world};

use crate::program::{Program, WEBHOOK};

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

/// A second hub beside the first one, on the same database and the same sandbox.
struct Beside {
    child: Child,
    address: SocketAddr,
    _dir: tempfile::TempDir,
}

impl Beside {
    async fn start(hub: &Program) -> Beside {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let dir = tempfile::tempdir().unwrap();
        let log = std::fs::File::create(dir.path().join("hub.log")).unwrap();
        let mut serve = hub.command(&["serve"]);
        serve.env("SIDETONE_HUB_LISTEN", address.to_string()).env("SIDETONE_HUB_DATA_DIR", dir.path());
        let child = serve.stdin(Stdio::null()).stderr(log).spawn().unwrap();
        let beside = Beside { child, address, _dir: dir };
        hub.until("the second hub is ready", Duration::from_secs(20), async || {
            let ready = hub.client.get(format!("http://{address}/readyz")).send().await;
            ready.is_ok_and(|answer| answer.status() == 200)
        })
        .await;
        beside
    }

    /// An event of which nothing can be made: it is stored, and the engine looks at what is due.
    async fn wake(&self, hub: &Program, n: usize) {
        let body = json!({"token": WEBHOOK, "resource": "nothing", "n": n}).to_string();
        let url = format!("http://{}/webhooks/aircall", self.address);
        assert_eq!(hub.client.post(url).body(body).send().await.unwrap().status(), 200);
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a server: script/test starts one"]
async fn postgres_two_hubs_make_one_customer_of_a_stranger_who_calls_three_lines_at_once() {
    const STRANGERS: [&str; 4] = ["+33199005501", "+33199005502", "+33199005503", "+33199005504"];
    let schema = Schema::new();
    let mut hub = Program::on_database(20.0, schema.url()).await;
    hub.until_listening().await;
    let beside = Beside::start(&hub).await;
    let aircall = hub.sandbox.control().aircall().clone();
    let mut calls = Vec::new();
    for (round, stranger) in STRANGERS.into_iter().enumerate() {
        let lines = [world::SUPPORT_FR, world::SUPPORT_DE, world::SALES_US];
        let ringing = lines.map(|line| {
            aircall.ring(&Ring { line, from: Some(stranger.into()), ..Ring::default() }).unwrap()
        });
        for (n, call) in ringing.into_iter().enumerate() {
            beside.wake(&hub, round * 100 + n).await;
            // Nobody answers: the whole record is due at once.
            aircall.hang_up(call, &HangUp::default()).unwrap();
        }
        for n in 10..60 {
            beside.wake(&hub, round * 100 + n).await;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        calls.extend(ringing);
    }
    hub.until("every call is logged", Duration::from_secs(120), async || {
        hub.call_tickets().len() >= calls.len()
    })
    .await;
    let tickets = hub.call_tickets();
    for call in &calls {
        let marker = format!("aircall:call:{call}");
        assert_eq!(tickets.iter().filter(|t| t["external_id"] == marker).count(), 1, "{marker}");
    }
    let customers = hub.sandbox.control().gorgias().customers();
    for stranger in STRANGERS {
        assert_eq!(customers.iter().filter(|c| c.to_string().contains(stranger)).count(), 1, "{stranger}");
    }
    drop(beside);
    assert!(hub.terminate().success());
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
