//! The contract of `sidetone-hub`, seen from outside: commands, webhook, HTTP, and a hub that is killed.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};
use sidetone_sandbox::{HangUp, Ring, aircall_world as world};

use crate::program::{ADMIN, Program, WEBHOOK};

fn event(id: u64, name: &str, more: Value) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let mut data = json!({
        "id": id, "direction": "inbound", "status": "initial", "raw_digits": "+34 666 444 555", "started_at": now,
        "number": {"id": world::SUPPORT_FR, "name": "Support FR", "country": "FR", "time_zone": "Europe/Paris"},
    });
    data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"resource": "call", "event": name, "timestamp": now, "token": WEBHOOK, "data": data}).to_string()
}

#[tokio::test]
async fn the_webhook_answers_as_the_contract_says() {
    let hub = Program::start(20.0, "").await;
    hub.until_listening().await;
    let post = |path: &str| hub.client.post(hub.url(path));
    let made = hub.sandbox.control().aircall().journal(0);
    let made = made.iter().find(|e| e.method == "POST" && e.path == "/v1/webhooks").unwrap();
    let own = made.body["url"].as_str().unwrap().strip_prefix(&hub.url("")).unwrap().to_owned();
    let good = event(1, "call.created", json!({}));
    for foreign in ["/webhooks/aircall/6c1b5b0e-0000-4000-8000-000000000000", "/webhooks/aircall/x"] {
        assert_eq!(post(foreign).body(good.clone()).send().await.unwrap().status(), 401, "{foreign}");
    }
    for path in ["/webhooks/aircall", &own] {
        assert_eq!(hub.client.get(hub.url(path)).send().await.unwrap().status(), 405);
        assert_eq!(hub.client.put(hub.url(path)).body("{}").send().await.unwrap().status(), 405);
        for body in ["", "no json", "[]", "7", "\"text\"", "{\"a\":", "null"] {
            assert_eq!(post(path).body(body).send().await.unwrap().status(), 400, "{body}");
        }
        let wrong = event(1, "call.created", json!({})).replace(WEBHOOK, "another");
        for body in ["{}".to_owned(), json!({"token": 5}).to_string(), wrong] {
            let answer = post(path).body(body).send().await.unwrap();
            assert_eq!(answer.status(), 401);
            assert_eq!(answer.headers()["content-type"], "application/problem+json");
        }
        assert_eq!(post(path).body(event(1, "call.created", json!({}))).send().await.unwrap().status(), 200);
    }
    // Over 1 MiB, told by its length and found out only on the way.
    let large = format!("{{\"x\":\"{}\"}}", "y".repeat(1024 * 1024));
    let mut announced = TcpStream::connect(hub.hub).unwrap();
    write!(
        announced,
        "POST /webhooks/aircall HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n",
        large.len()
    )
    .unwrap();
    assert!(first_line(&mut announced).contains("413"));
    let mut raw = TcpStream::connect(hub.hub).unwrap();
    raw.write_all(b"POST /webhooks/aircall HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n")
        .unwrap();
    // The hub may close while we still write; what it answered is what counts.
    let _ = write!(raw, "{:x}\r\n{large}\r\n0\r\n\r\n", large.len());
    assert!(first_line(&mut raw).contains("413"));
    // An event for a line that is not selected is stored all the same, and so is what makes no sense.
    let unselected = event(2, "call.created", json!({"number": {"id": 5, "name": "Elsewhere"}}));
    for body in [
        unselected,
        json!({"token": WEBHOOK}).to_string(),
        json!({"token": WEBHOOK, "resource": "call", "data": [1]}).to_string(),
    ] {
        assert_eq!(hub.deliver(body).await, 200);
    }
    hub.until("odd ones are counted", Duration::from_secs(10), async || {
        hub.get("/api/health").await["odd_events"] == 2
    })
    .await;
}

fn first_line(stream: &mut TcpStream) -> String {
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut answer = [0u8; 64];
    let read = stream.read(&mut answer).unwrap_or(0);
    String::from_utf8_lossy(&answer[..read]).lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn slow_and_cut_bodies_harm_nobody() {
    let hub = Program::start(20.0, "").await;
    let body = event(7, "call.created", json!({}));
    let head =
        format!("POST /webhooks/aircall HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", body.len());
    let mut slow = TcpStream::connect(hub.hub).unwrap();
    slow.write_all(head.as_bytes()).unwrap();
    slow.write_all(&body.as_bytes()[..20]).unwrap();
    let mut cut = TcpStream::connect(hub.hub).unwrap();
    cut.write_all(head.as_bytes()).unwrap();
    cut.write_all(&body.as_bytes()[..50]).unwrap();
    drop(cut);
    assert_eq!(hub.deliver(body).await, 200, "others are served meanwhile");
    let told = tokio::task::spawn_blocking(move || first_line(&mut slow)).await.unwrap();
    assert!(told.contains("408"), "{told}");
}

#[tokio::test]
async fn the_api_wants_the_admin_token_and_speaks_problem_json() {
    let hub = Program::start(20.0, "").await;
    for path in ["/api/now", "/api/calls", "/api/calls/1", "/api/health", "/api/events", "/api/nothing"] {
        for token in [None, Some("wrong"), Some("")] {
            let mut request = hub.client.get(hub.url(path));
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 401, "{path}");
            assert_eq!(answer.headers()["content-type"], "application/problem+json");
        }
    }
    let missing = hub.client.get(hub.url("/api/calls/4300000001")).bearer_auth(ADMIN).send().await.unwrap();
    assert_eq!(missing.status(), 404);
    let body: Value = serde_json::from_slice(&missing.bytes().await.unwrap()).unwrap();
    assert_eq!(body["code"], "no_such_call");
    assert_eq!(
        hub.client.get(hub.url("/api/calls/abc")).bearer_auth(ADMIN).send().await.unwrap().status(),
        400
    );
    assert_eq!(hub.client.get(hub.url("/healthz")).send().await.unwrap().status(), 200);
    let metrics = hub.client.get(hub.url("/metrics")).send().await.unwrap().text().await.unwrap();
    assert!(
        metrics.contains("sidetone_outbox_calls 0")
            && metrics.contains("sidetone_budget_limit{vendor=\"gorgias\"}")
    );
}

#[tokio::test]
async fn logging_is_paused_and_resumed_over_the_api_and_shown() {
    let mut hub = Program::start(20.0, "").await;
    hub.until_listening().await;
    let post = async |path: &str, body: &str| {
        let asked = hub.client.post(hub.url(path)).bearer_auth(ADMIN).body(body.to_owned());
        let answer = asked.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_slice::<Value>(&answer.bytes().await.unwrap()).unwrap())
    };
    assert_eq!(hub.client.post(hub.url("/api/pause")).send().await.unwrap().status(), 401);
    let (status, told) = post("/api/pause", "").await;
    assert!(status == 200 && told["paused"]["since"].is_i64(), "{status} {told}");
    let (status, told) = post("/api/mend", "{\"alert\":\"other_writer\"}").await;
    assert_eq!((status, told["code"].as_str()), (404, Some("no_such_alert")));
    assert_eq!(post("/api/mend", "other_writer").await.0, 400);
    let (status, told) = post("/api/recovery/7/stop", "").await;
    assert_eq!((status, told["code"].as_str()), (404, Some("no_such_recovery")));
    assert_eq!(hub.client.post(hub.url("/api/recovery/7/stop")).send().await.unwrap().status(), 401);
    let since = hub.get("/api/health").await["paused"]["since"].clone();
    assert!(hub.terminate().success());
    hub.run().await;
    hub.until("the pause holds over a restart", Duration::from_secs(10), async || {
        hub.get("/api/health").await["paused"]["since"] == since
    })
    .await;
    let metrics = hub.client.get(hub.url("/metrics")).send().await.unwrap().text().await.unwrap();
    for line in [
        "sidetone_paused 1",
        "sidetone_gap_open",
        "sidetone_recovered_calls",
        "sidetone_lane_used{vendor=\"gorgias\",lane=\"ring\"}",
        "sidetone_budget_reserve",
    ] {
        assert!(metrics.contains(line), "{line} in {metrics}");
    }
    let answer = hub.client.post(hub.url("/api/resume")).bearer_auth(ADMIN).send().await.unwrap();
    let told: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    assert_eq!(told, json!({"paused": null}));
}

#[tokio::test]
async fn an_admin_uninstalls_over_the_api_the_webhook_goes_and_its_events_are_refused_until_it_is_resumed() {
    // G21
    let mut hub = Program::start(20.0, "").await;
    hub.until_listening().await;
    let aircall = hub.sandbox.control().aircall().clone();
    for token in [None, Some("wrong")] {
        let asked = hub.client.post(hub.url("/api/uninstall"));
        let asked = token.map_or(asked.try_clone().unwrap(), |token| asked.bearer_auth(token));
        assert_eq!(asked.send().await.unwrap().status(), 401);
    }
    assert_eq!(aircall.webhooks().len(), 1, "nobody but an admin uninstalls");
    let post = async |hub: &Program, path: &str| {
        let answer = hub.client.post(hub.url(path)).bearer_auth(ADMIN).send().await.unwrap();
        (answer.status().as_u16(), serde_json::from_slice::<Value>(&answer.bytes().await.unwrap()).unwrap())
    };
    let event = event(1, "call.created", json!({}));
    assert_eq!(hub.deliver(event.clone()).await, 200);
    let (status, told) = post(&hub, "/api/uninstall").await;
    assert!(status == 200 && told["paused"]["since"].is_i64(), "{status} {told}");
    hub.until("the webhook is gone", Duration::from_secs(10), async || aircall.webhooks().is_empty()).await;
    for restarted in [false, true] {
        if restarted {
            assert!(hub.terminate().success());
            hub.run().await;
        }
        assert_eq!(hub.deliver(event.clone()).await, 401, "restarted: {restarted}");
        let is_told = async || hub.get("/api/health").await["alerts"][0]["code"] == "uninstalled";
        hub.until("it is told", Duration::from_secs(10), is_told).await;
        assert_eq!(hub.client.get(hub.url("/readyz")).send().await.unwrap().status(), 200);
        assert!(aircall.webhooks().is_empty());
    }
    let (status, told) = post(&hub, "/api/resume").await;
    assert_eq!((status, told), (200, json!({"paused": null})));
    hub.until("there is one again", Duration::from_secs(10), async || aircall.webhooks().len() == 1).await;
    assert_eq!(hub.deliver(event).await, 200);
}

#[tokio::test]
async fn a_call_is_shown_and_logged_from_ring_to_record() {
    let hub = Program::start(20.0, "").await;
    hub.until_listening().await;
    let aircall = hub.sandbox.control().aircall().clone();
    let mut stream = hub.client.get(hub.url("/api/events")).bearer_auth(ADMIN).send().await.unwrap();
    assert!(stream.headers()["content-type"].to_str().unwrap().starts_with("text/event-stream"));
    let call = aircall
        .ring(&Ring { line: world::SUPPORT_FR, from: Some("+34666444555".into()), ..Ring::default() })
        .unwrap();
    let mut seen = String::new();
    while !seen.contains("event: card") || !seen.contains("Marta Ib") {
        let chunk = tokio::time::timeout(Duration::from_secs(10), stream.chunk())
            .await
            .expect("the card comes")
            .unwrap()
            .unwrap();
        seen.push_str(&String::from_utf8_lossy(&chunk));
    }
    aircall.answer(call, None).unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    aircall.hang_up(call, &HangUp::default()).unwrap();
    let path = format!("/api/calls/{call}");
    hub.until("the record is complete", Duration::from_secs(20), async || {
        hub.get(&path).await["state"] == "complete"
    })
    .await;
    let detail = hub.get(&path).await;
    assert_eq!(detail["id"], call.to_string());
    assert_eq!(detail["plan"], json!({"requests": 0, "writes": []}));
    for key in ["answered", "ended", "ticket", "customer", "status"] {
        assert!(
            detail["ledger"]
                .as_array()
                .unwrap()
                .iter()
                .any(|l| l["key"] == key && l["written_at"].is_string()),
            "{key}"
        );
    }
    assert_eq!(detail["facts"]["id"], call, "64-bit: {call}");
    assert!(call > u64::from(u32::MAX));
    assert!(
        detail["explanation"]
            .as_array()
            .unwrap()
            .iter()
            .all(|e| e["request"].is_string() && e["answer"].is_string()),
        "B11"
    );
    // What a window missed while it was away comes when it is back.
    let last = seen.lines().filter_map(|l| l.strip_prefix("id: ")).next_back().unwrap().to_owned();
    let mut back = hub
        .client
        .get(hub.url("/api/events"))
        .bearer_auth(ADMIN)
        .header("last-event-id", &last)
        .send()
        .await
        .unwrap();
    let mut missed = String::new();
    while !missed.contains("\"state\":\"complete\"") {
        let chunk = tokio::time::timeout(Duration::from_secs(5), back.chunk())
            .await
            .expect("what was missed")
            .unwrap()
            .unwrap();
        missed.push_str(&String::from_utf8_lossy(&chunk));
    }
    let first: i64 = missed.lines().find_map(|l| l.strip_prefix("id: ")).unwrap().parse().unwrap();
    assert_eq!(first, last.parse::<i64>().unwrap() + 1, "without loss or repeats");
    let log = hub.log();
    for secret in [ADMIN, WEBHOOK, world::API_TOKEN, "34666444555", "666 44", "666444555"] {
        assert!(!log.contains(secret), "B12: {secret} in the log");
    }
}

#[tokio::test]
async fn killed_with_9_while_calls_run_nothing_is_lost_and_nothing_doubled() {
    let mut hub = Program::start(15.0, "").await;
    hub.until_listening().await;
    let aircall = hub.sandbox.control().aircall().clone();
    let callers =
        ["+34666444555", "+33199001144", "+33199001155", "+12025550117", "+33199005501", "+33199005502"];
    let mut calls = Vec::new();
    for round in 0..6 {
        for (line, agent) in [
            (world::SUPPORT_FR, world::CAMILLE),
            (world::SUPPORT_DE, world::JONAS),
            (world::SALES_US, world::AMELIA),
        ] {
            let from = callers[(round + calls.len()) % callers.len()].to_owned();
            let Ok(call) = aircall.ring(&Ring { line, from: Some(from), ..Ring::default() }) else {
                continue;
            };
            tokio::time::sleep(Duration::from_millis(60)).await;
            let answered = aircall.answer(call, Some(agent)).is_ok();
            calls.push((call, answered));
        }
        // In the middle of things: writes under way, events on their way.
        tokio::time::sleep(Duration::from_millis(40 + 70 * round as u64)).await;
        hub.kill();
        tokio::time::sleep(Duration::from_millis(200)).await;
        for (call, _) in &calls {
            // Those of earlier rounds are over already.
            let _ = aircall.hang_up(*call, &HangUp::default());
        }
        hub.run().await;
        tokio::time::sleep(Duration::from_millis(2500)).await;
    }
    let complete = async || {
        for (call, _) in &calls {
            let detail = hub
                .client
                .get(hub.url(&format!("/api/calls/{call}")))
                .bearer_auth(ADMIN)
                .send()
                .await
                .unwrap();
            let detail: Value = serde_json::from_slice(&detail.bytes().await.unwrap()).unwrap();
            if detail["state"] != "complete" {
                return false;
            }
        }
        true
    };
    hub.until("every call is logged", Duration::from_secs(150), complete).await;
    let tickets = hub.call_tickets();
    assert_eq!(tickets.len(), calls.len(), "one ticket a call");
    for (call, answered) in &calls {
        let marker = format!("aircall:call:{call}");
        let ticket: Vec<_> = tickets.iter().filter(|t| t["external_id"] == marker).collect();
        assert_eq!(ticket.len(), 1, "{marker}");
        for key in if *answered { vec!["answered", "ended"] } else { vec!["ended"] } {
            let notes = ticket[0]["messages"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|m| m["external_id"] == format!("{marker}:{key}"));
            assert_eq!(notes.count(), 1, "{marker}:{key}");
        }
    }
    let customers = hub.sandbox.control().gorgias().customers();
    for stranger in &callers[4..] {
        let made =
            customers.iter().filter(|c| c["name"].as_str().is_some_and(|n| n.contains(stranger))).count();
        assert_eq!(made, 1, "one customer for {stranger}");
    }
    assert!(hub.terminate().success(), "SIGTERM: exit 0");
}

#[tokio::test]
async fn plan_and_check_say_what_is_and_how_to_mend_it() {
    let mut hub = Program::start(20.0, "").await;
    hub.until_listening().await;
    let aircall = hub.sandbox.control().aircall().clone();
    let past = aircall.add_past_calls(8, 60);
    let old =
        past.into_iter().find(|id| aircall.call(*id).unwrap()["number"]["id"] == world::SUPPORT_FR).unwrap();
    let run = |arguments: Vec<String>| {
        let mut command = hub.command(&[]);
        command.args(arguments);
        tokio::task::spawn_blocking(move || command.output().unwrap())
    };
    let told = run(vec!["check".into(), "--json".into()]).await.unwrap();
    assert_eq!(told.status.code(), Some(0), "{}", String::from_utf8_lossy(&told.stdout));
    let report: Value = serde_json::from_slice(&told.stdout).unwrap();
    let codes: Vec<&str> =
        report["checks"].as_array().unwrap().iter().map(|c| c["code"].as_str().unwrap()).collect();
    for code in ["aircall_key", "clock", "lines", "gorgias_key", "fallback_author", "agents", "arrival"] {
        assert!(codes.contains(&code), "{code} in {codes:?}");
    }
    assert!(report.to_string().contains("Ines Duarte"), "an agent without a counterpart is named");
    hub.sandbox.control().gorgias().switch(|s| s.wrong_account = true);
    let told = run(vec!["check".into()]).await.unwrap();
    assert_eq!(told.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&told.stdout).contains("There is no Gorgias account"));
    hub.sandbox.control().gorgias().switch(|s| s.wrong_account = false);

    assert!(hub.terminate().success());
    let before = hub.sandbox.control().gorgias().journal(0).iter().filter(|e| e.is_write()).count();
    let mut command = hub.command(&["plan", "--call", &old.to_string()]);
    let told = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert_eq!(told.status.code(), Some(0), "{}", String::from_utf8_lossy(&told.stderr));
    let plan: Value = serde_json::from_slice(&told.stdout).unwrap();
    assert!(
        plan["plan"]["writes"].as_array().unwrap().iter().any(|w| w["path"] == "/api/tickets"),
        "{plan:#}"
    );
    let after = hub.sandbox.control().gorgias().journal(0).iter().filter(|e| e.is_write()).count();
    assert_eq!(before, after, "a plan writes nothing");
    hub.run().await;
    let mut command = hub.command(&["plan", "--call", &old.to_string()]);
    let told = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert_eq!(
        told.status.code(),
        Some(0),
        "through the running hub: {}",
        String::from_utf8_lossy(&told.stderr)
    );
}

// The sandbox has to answer while the test waits for the hub's end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demo_is_marked_on_every_page_and_real_calls_cannot_be() {
    let mut hub = Program::start(20.0, "").await;
    assert_eq!(hub.get("/api/health").await["sandbox"], Value::Null);
    assert!(hub.terminate().success());
    let page = format!("http://{}/_sandbox/", hub.served.aircall);
    hub.run_with(&["--sandbox", &page]).await;
    assert_eq!(hub.get("/api/health").await["sandbox"]["control_url"], page);
    assert_eq!(hub.get("/api/now").await["health"]["sandbox"]["control_url"], page);
    assert!(hub.terminate().success());

    let text = std::fs::read_to_string(hub.config()).unwrap();
    let real = text.replace(&format!("http://{}", hub.served.gorgias), "https://acme.gorgias.com");
    assert_ne!(real, text);
    std::fs::write(hub.config(), real).unwrap();
    let told = hub.command(&["serve", "--sandbox", &page]).output().unwrap();
    assert_eq!(told.status.code(), Some(2));
    let said = String::from_utf8_lossy(&told.stderr);
    assert!(said.contains("[gorgias] api_url") && said.contains("Leave --sandbox out"), "{said}");
}

#[tokio::test]
async fn adopt_fills_an_empty_ledger_from_the_helpdesk_with_and_without_a_running_hub() {
    let mut hub = Program::start(20.0, "from = \"2026-01-01T00:00:00Z\"").await;
    hub.until_listening().await;
    let aircall = hub.sandbox.control().aircall().clone();
    let mut calls = Vec::new();
    for from in ["+34666444555", "+33199005501"] {
        let ring = Ring { line: world::SUPPORT_FR, from: Some(from.into()), ..Ring::default() };
        let call = aircall.ring(&ring).unwrap();
        aircall.answer(call, None).unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        aircall.hang_up(call, &HangUp::default()).unwrap();
        tokio::time::sleep(Duration::from_millis(4000)).await;
        calls.push(call);
    }
    let complete = async || {
        for call in &calls {
            if hub.get(&format!("/api/calls/{call}")).await["state"] != "complete" {
                return false;
            }
        }
        true
    };
    hub.until("both are written", Duration::from_secs(30), complete).await;
    assert!(hub.terminate().success());
    for file in ["sidetone.db", "sidetone.db-wal", "sidetone.db-shm"] {
        let _ = std::fs::remove_file(hub.dir.path().join("data").join(file));
    }
    let writes =
        |hub: &Program| hub.sandbox.control().gorgias().journal(0).iter().filter(|e| e.is_write()).count();
    let before = writes(&hub);
    let run = |hub: &Program, since: &str| {
        let mut command = hub.command(&["adopt", "--since", since]);
        tokio::task::spawn_blocking(move || command.output().unwrap())
    };
    let told = run(&hub, "2026-01-01").await.unwrap();
    let (out, progress) = (String::from_utf8_lossy(&told.stdout), String::from_utf8_lossy(&told.stderr));
    assert_eq!(told.status.code(), Some(0), "{progress}");
    assert!(out.contains("2 records in the helpdesk, 2 of them were not"), "{out}");
    assert!(progress.contains("2 records found, 1 adopted"), "{progress}");
    hub.run().await;
    // Until its lists are read a program that has just started cannot tell whether something is still to come.
    let is_complete = async || {
        for call in &calls {
            let detail = hub.get(&format!("/api/calls/{call}")).await;
            if (&detail["state"], &detail["plan"]["requests"]) != (&json!("complete"), &json!(0)) {
                return false;
            }
        }
        true
    };
    hub.until("what was adopted is complete", Duration::from_secs(20), is_complete).await;
    let told = run(&hub, "2026-01-01T00:00:00Z").await.unwrap();
    let out = String::from_utf8_lossy(&told.stdout).into_owned();
    assert_eq!(told.status.code(), Some(0), "through the hub: {}", String::from_utf8_lossy(&told.stderr));
    assert!(out.contains("2 records in the helpdesk, 0 of them"), "{out}");
    assert_eq!(run(&hub, "yesterday").await.unwrap().status.code(), Some(2));
    assert_eq!(writes(&hub), before, "nothing is written");
}

#[tokio::test]
async fn a_wrong_configuration_names_the_key_and_the_fix_and_exits_with_2() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("hub.toml");
    std::fs::write(&file, "[aircall]\napi_idd = \"x\"\n").unwrap();
    let run = |arguments: &[&str]| {
        std::process::Command::new(env!("CARGO_BIN_EXE_sidetone-hub")).args(arguments).output().unwrap()
    };
    let told = run(&["--config", file.to_str().unwrap(), "serve"]);
    let text = String::from_utf8_lossy(&told.stderr).into_owned();
    assert_eq!(told.status.code(), Some(2), "{text}");
    assert!(text.contains("[aircall] api_idd") && text.contains("Did you mean [aircall] api_id?"), "{text}");
    assert_eq!(run(&["--config", "/nowhere/hub.toml", "check"]).status.code(), Some(2));
    assert_eq!(run(&["juggle"]).status.code(), Some(2));
    assert_eq!(run(&["--help"]).status.code(), Some(0));
}
