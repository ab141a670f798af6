//! From nothing to live (A3, C8 by key), over real sockets against the sandbox: everything that an admin does in the set-up, with each
//! helpdesk, and what goes wrong on the way.

use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use serde_json::{Value, json};
use sidetone_engine::transport::{Incoming, Outgoing, Transport, TransportError};
use sidetone_hub::config::Base;
use sidetone_hub::house::{House, HouseError, Opening};
use sidetone_hub::transport::HttpTransport;
use sidetone_sandbox::{Sandbox, aircall_world as world, front_world, gorgias_world};

use crate::program::{ADMIN, Program, WEBHOOK, has_none_of, one_call, until_complete};

/// 32 bytes.
const SECRET_KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
/// The id of another installation.
const ANOTHER: &str = "11111111-2222-4333-8444-555555555555";
const HAND_MADE: &str = "token-of-a-webhook-made-by-hand";

fn with_key() -> String {
    format!("secret_key = \"{SECRET_KEY}\"\n")
}

fn aircall_key() -> Value {
    json!({"api_id": world::API_ID, "api_token": world::API_TOKEN})
}

fn gorgias_key() -> Value {
    json!({"vendor": "gorgias", "account": "https://Northbrook.gorgias.com/app/views", "email": gorgias_world::EMAIL,
        "api_key": gorgias_world::API_KEY})
}

fn front_token() -> Value {
    json!({"vendor": "front", "api_token": front_world::TOKEN})
}

fn state_of(setup: &Value, step: &str) -> String {
    let steps = setup["steps"].as_array().unwrap();
    steps.iter().find(|s| s["step"] == step).unwrap()["state"].as_str().unwrap().to_owned()
}

/// The whole way with one helpdesk, the program stopped and started in the middle.
async fn from_nothing_to_live(good: Value, bad: Value, secret: &str, account: &str) -> Program {
    let mut hub = Program::from_nothing(20.0, &with_key()).await;
    // Nothing is set up: the program runs, says so, and lets nobody in without the token.
    let now = hub.client.get(hub.url("/api/now")).bearer_auth(ADMIN).send().await.unwrap();
    assert_eq!(now.status(), 409);
    let told: Value = serde_json::from_slice(&now.bytes().await.unwrap()).unwrap();
    assert_eq!(told["code"], "not_set_up");
    for path in ["/api/now", "/api/setup", "/api/setup/lines", "/api/nothing"] {
        assert_eq!(hub.client.get(hub.url(path)).send().await.unwrap().status(), 401, "{path}");
    }
    assert_eq!(hub.client.get(hub.url("/healthz")).send().await.unwrap().status(), 200);
    let early = hub.client.post(hub.url("/webhooks/aircall")).body("{}").send().await.unwrap();
    assert!(early.status() == 503 && early.headers().contains_key("retry-after"));
    let setup = hub.get("/api/setup").await;
    assert_eq!((setup["keeps_secrets"].clone(), setup["mode"].clone()), (json!(true), json!("off")));
    assert_eq!(state_of(&setup, "aircall"), "open");
    assert_eq!(state_of(&setup, "numbers"), "waits");
    assert_eq!(hub.post("/api/setup/go", json!({"mode": "live"})).await.0, 409);

    // A wrong key is not kept.
    let wrong = json!({"api_id": world::API_ID, "api_token": "wrong-token-of-ada"});
    let (status, tested) = hub.post("/api/setup/aircall", wrong).await;
    assert_eq!(
        (status, tested["accepted"].clone(), tested["code"].clone()),
        (200, json!(false), json!("wrong_key"))
    );
    assert_eq!(hub.get("/api/setup").await["aircall"], Value::Null);
    let (status, tested) = hub.post("/api/setup/aircall", aircall_key()).await;
    assert_eq!((status, tested["accepted"].clone()), (200, json!(true)), "{tested}");
    assert_eq!(tested["account"], world::COMPANY);
    assert!(tested["lines"].as_u64().unwrap() >= 4);
    assert_eq!(hub.client.get(hub.url("/api/now")).bearer_auth(ADMIN).send().await.unwrap().status(), 409);

    let (status, tested) = hub.post("/api/setup/helpdesk", bad).await;
    assert_eq!(
        (status, tested["accepted"].clone(), tested["code"].clone()),
        (200, json!(false), json!("wrong_key"))
    );
    let (status, tested) = hub.post("/api/setup/helpdesk", good).await;
    assert_eq!((status, tested["accepted"].clone()), (200, json!(true)), "{tested}");
    assert_eq!(tested["account"], account);
    assert!(tested["permissions"].as_array().unwrap().iter().all(|p| p["granted"] == true), "{tested}");
    assert!(tested["permissions"].as_array().unwrap().len() >= 4);
    assert_eq!(hub.get("/api/now").await["live"], json!([]), "the engine runs");

    // The program is stopped in the middle; what was settled stays, also for the other commands.
    assert!(hub.terminate().success());
    let mut check = hub.command(&["check"]);
    let told = tokio::task::spawn_blocking(move || check.output().unwrap()).await.unwrap();
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(told.contains("Aircall accepts the key"), "{told}");
    hub.run().await;
    let setup = hub.get("/api/setup").await;
    assert_eq!(setup["aircall"]["account"], world::COMPANY);
    assert_eq!(setup["helpdesk"]["account"], account);
    assert!(setup["helpdesk"]["since"].is_i64() && setup["helpdesk"]["by"] == "key");
    assert_eq!(state_of(&setup, "helpdesk"), "done");

    let lines = hub.get("/api/setup/lines").await;
    let support = json!(world::SUPPORT_FR.to_string());
    let line = lines["lines"].as_array().unwrap().iter().find(|line| line["id"] == support).unwrap();
    assert_eq!(line["number"].as_str().unwrap().get(..3), Some("+33"), "{line}");
    assert!(line["teams"].to_string().contains("Care"), "{line}");
    assert!(lines["counted_all"] == true && line["calls_in_a_week"].is_u64());
    let (status, told) = hub.post("/api/setup/numbers", json!({"lines": ["all"]})).await;
    assert_eq!((status, told["code"].clone()), (400, json!("bad_request")));
    let chosen = json!({"lines": [world::SUPPORT_FR.to_string(), world::SALES_US.to_string()]});
    let (status, setup) = hub.post("/api/setup/numbers", chosen).await;
    assert_eq!((status, setup["lines"].as_array().unwrap().len()), (200, 2));
    assert_eq!(state_of(&setup, "go_live"), "waits");
    let (status, told) = hub.post("/api/setup/go", json!({"mode": "live"})).await;
    assert_eq!(
        (status, told["code"].clone(), told["step"].clone()),
        (409, json!("not_ready"), json!("events"))
    );

    // Events: an address that is none, one where nobody answers, the right one.
    for (url, code) in [("http://hub.example.com", 422), ("https://hub.example.com/?a=b", 422)] {
        let (status, told) = hub.post("/api/setup/events", json!({"by": "auto", "public_url": url})).await;
        assert_eq!((status, told["code"].clone()), (code, json!("wrong_value")), "{url}");
        assert_eq!(told["key"], "[hub] public_url", "a page names the field: {told}");
    }
    assert_eq!(hub.post("/api/setup/events", json!({"by": "auto"})).await.0, 422);
    assert_eq!(hub.post("/api/setup/events", json!({"by": "manual"})).await.0, 422);
    let dead = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (url, code) in [
        (format!("http://{dead}"), "refused"),
        (format!("http://{}", hub.served.aircall), "http_401"),
        (format!("https://{}", hub.hub), "certificate"),
    ] {
        let (status, _) = hub.post("/api/setup/events", json!({"by": "auto", "public_url": url})).await;
        assert_eq!(status, 200, "{url}");
        let (status, tested) = hub.post("/api/setup/events/test", Value::Null).await;
        assert_eq!((status, tested["arrived"].clone()), (200, json!(false)), "{url}");
        assert_eq!(tested["code"], code, "{url}: {tested}");
    }
    let right = json!({"by": "auto", "public_url": hub.url("/")});
    let (status, setup) = hub.post("/api/setup/events", right).await;
    assert_eq!((status, setup["public_url"].clone()), (200, json!(hub.url(""))));
    let (_, tested) = hub.post("/api/setup/events/test", Value::Null).await;
    assert!(tested["arrived"] == true && tested["after_ms"].is_u64(), "{tested}");
    assert_eq!(
        hub.client.post(hub.url("/webhooks/aircall/test/guessed")).send().await.unwrap().status(),
        404
    );

    let mut rules = setup["rules"].clone();
    rules["language"] = json!("xx");
    assert_eq!(hub.post("/api/setup/rules", rules.clone()).await.0, 422);
    rules["language"] = json!("fr");
    let (status, setup) = hub.post("/api/setup/rules", rules).await;
    assert_eq!((status, setup["rules"]["language"].clone()), (200, json!("fr")));
    assert_eq!(state_of(&setup, "callers"), "done");
    assert_eq!(state_of(&setup, "go_live"), "open");

    // A dry run that was shown is done with, also after a restart, until something else is entered.
    assert_eq!(state_of(&setup, "dry_run"), "open");
    assert_eq!(hub.post("/api/setup/dry-run", Value::Null).await.0, 202);
    hub.until("the dry run is done", Duration::from_secs(20), async || {
        hub.get("/api/setup/dry-run").await["state"] == "done"
    })
    .await;
    assert_eq!(state_of(&hub.get("/api/setup").await, "dry_run"), "done");
    assert!(hub.terminate().success());
    hub.run().await;
    let setup = hub.get("/api/setup").await;
    assert_eq!(state_of(&setup, "dry_run"), "done");
    let mut rules = setup["rules"].clone();
    rules["missed"] = json!("closed");
    let (_, setup) = hub.post("/api/setup/rules", rules).await;
    assert_eq!(state_of(&setup, "dry_run"), "open");

    // Shadow mode for some days, then live.
    assert_eq!(hub.post("/api/setup/go", json!({"mode": "shadow", "days": 0})).await.0, 400);
    let (_, setup) = hub.post("/api/setup/go", json!({"mode": "shadow", "days": 5})).await;
    assert!(setup["mode"] == "shadow" && setup["shadow_until"].is_i64());
    assert_eq!(hub.get("/api/shadow").await["until"], setup["shadow_until"], "the engine knows it, too");
    // Nobody goes live beside another Sidetone without knowing it (B16).
    let aircall = hub.sandbox.control().aircall().clone();
    let other = json!({"url": format!("https://old.example.com/webhooks/aircall/{ANOTHER}"), "events": ["call.ended"]});
    let made = aircall.by_a_person("POST", "/v1/webhooks", &other).unwrap().1;
    for beside in [Value::Null, json!("new.example.com")] {
        let (status, told) = hub.post("/api/setup/go", json!({"mode": "live", "beside": beside})).await;
        let told = (status, told["code"].clone(), told["host"].clone());
        assert_eq!(told, (409, json!("other_sidetone"), json!("old.example.com")));
        assert_eq!(hub.get("/api/setup").await["mode"], "shadow");
    }
    let beside = json!({"mode": "live", "beside": "old.example.com"});
    assert_eq!(hub.post("/api/setup/go", beside).await.1["mode"], "live");
    let other = format!("/v1/webhooks/{}", made["webhook"]["webhook_id"].as_str().unwrap());
    aircall.by_a_person("DELETE", &other, &Value::Null).unwrap();
    let (status, setup) = hub.post("/api/setup/go", json!({"mode": "live"})).await;
    assert_eq!(
        (status, setup["mode"].clone(), setup["shadow_until"].clone()),
        (200, json!("live"), Value::Null)
    );
    assert_eq!(state_of(&setup, "go_live"), "done");
    assert!(!setup.to_string().contains(secret) && !setup.to_string().contains(world::API_TOKEN));
    hub.until_listening().await;
    let call = one_call(&hub).await;
    until_complete(&hub, call).await;
    let webhook = hub.sandbox.control().aircall().webhooks();
    assert_eq!(webhook.len(), 1);
    has_none_of(&hub, &[secret, world::API_TOKEN, "wrong-token-of-ada"]);
    hub
}

// The sandbox has to answer while the test waits for the program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_nothing_to_live_with_gorgias_and_back_to_nothing() {
    let mut bad = gorgias_key();
    bad["api_key"] = json!("wrong-token-of-ada");
    let account = gorgias_world::ACCOUNT;
    let mut hub = from_nothing_to_live(gorgias_key(), bad, gorgias_world::API_KEY, account).await;
    assert!(hub.call_tickets()[0]["subject"].as_str().unwrap().starts_with("Appel entrant"));

    // G21: uninstalled, the webhook goes, then everything that leads to the vendors is forgotten; records stay.
    assert_eq!(hub.post("/api/uninstall", Value::Null).await.0, 200);
    let aircall = hub.sandbox.control().aircall().clone();
    hub.until("the webhook is gone", Duration::from_secs(20), async || aircall.webhooks().is_empty()).await;
    hub.until("everything is forgotten", Duration::from_secs(20), async || {
        let setup = hub.get("/api/setup").await;
        setup["aircall"] == Value::Null && setup["helpdesk"] == Value::Null && setup["mode"] == "off"
    })
    .await;
    assert_eq!(hub.client.get(hub.url("/api/now")).bearer_auth(ADMIN).send().await.unwrap().status(), 409);
    let database = rusqlite::Connection::open(hub.dir.path().join("data/sidetone.db")).unwrap();
    let left = "SELECT count(*) FROM setting WHERE key LIKE 'secret.%' AND value <> ''";
    assert_eq!(database.query_row(left, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
    drop(database);
    assert!(hub.terminate().success());
    hub.run().await;
    assert_eq!(hub.get("/api/setup").await["aircall"], Value::Null);

    // Who connects again goes on with the records that stayed.
    assert_eq!(hub.post("/api/setup/aircall", aircall_key()).await.1["accepted"], true);
    // A person takes a while for the next step.
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(hub.get("/api/setup").await["aircall"]["account"], world::COMPANY);
    assert_eq!(hub.post("/api/setup/helpdesk", gorgias_key()).await.1["accepted"], true);
    assert_eq!(hub.get("/api/calls").await["calls"].as_array().unwrap().len(), 1);
    let health = hub.get("/api/health").await;
    assert!(
        health["paused"] == Value::Null && !health["alerts"].to_string().contains("uninstalled"),
        "{health}"
    );
    assert_eq!(hub.post("/api/setup/go", json!({"mode": "live"})).await.0, 200);
    hub.until("there is a webhook again", Duration::from_secs(20), async || aircall.webhooks().len() == 1)
        .await;
}

// The sandbox has to answer while the test waits for the program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_nothing_to_live_with_front() {
    let bad = json!({"vendor": "front", "api_token": "wrong-token-of-ada"});
    let hub = from_nothing_to_live(front_token(), bad, front_world::TOKEN, front_world::COMPANY).await;
    let (status, setup) = hub.post("/api/setup/inbox", json!({"inbox": " Phone "})).await;
    assert_eq!((status, setup["inbox"].clone()), (200, json!("Phone")));
    // The other helpdesk takes its place, and its token is forgotten.
    assert_eq!(hub.post("/api/setup/helpdesk", gorgias_key()).await.1["accepted"], true);
    let setup = hub.get("/api/setup").await;
    assert_eq!(setup["helpdesk"]["vendor"], "gorgias");
    let forget = hub.client.delete(hub.url("/api/setup/helpdesk")).bearer_auth(ADMIN).send().await.unwrap();
    assert_eq!(forget.status(), 200);
    let told: Value = serde_json::from_slice(&forget.bytes().await.unwrap()).unwrap();
    assert_eq!(
        (told["helpdesk"].clone(), told["aircall"]["vendor"].clone()),
        (Value::Null, json!("aircall"))
    );
}

// The sandbox has to answer while the test waits for the program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_helpdesk_does_not_let_a_key_read_is_told_and_nothing_is_kept() {
    let hub = Program::from_nothing(20.0, &with_key()).await;
    let gorgias = hub.sandbox.control().gorgias().clone();
    gorgias.switch(|switches| switches.forbidden_path = "/api/customers".to_owned());
    let (_, tested) = hub.post("/api/setup/helpdesk", gorgias_key()).await;
    assert_eq!((tested["accepted"].clone(), tested["code"].clone()), (json!(false), json!("forbidden")));
    let missing: Vec<&Value> =
        tested["permissions"].as_array().unwrap().iter().filter(|p| p["granted"] == false).collect();
    assert!(missing.len() == 1 && missing[0]["code"] == "customers", "{tested}");
    gorgias.switch(|switches| {
        switches.forbidden_path.clear();
        switches.wrong_account = true;
    });
    let (_, tested) = hub.post("/api/setup/helpdesk", gorgias_key()).await;
    assert_eq!(
        (tested["accepted"].clone(), tested["code"].clone()),
        (json!(false), json!("no_such_account"))
    );
    let mut elsewhere = gorgias_key();
    elsewhere["account"] = json!("https://example.com/northbrook");
    let (_, tested) = hub.post("/api/setup/helpdesk", elsewhere).await;
    assert_eq!(tested["code"], "no_such_account");
    assert_eq!(hub.get("/api/setup").await["helpdesk"], Value::Null);
    has_none_of(&hub, &[gorgias_world::API_KEY]);
}

// The sandbox has to answer while the test waits for the program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_key_for_them_no_secret_is_taken_and_it_is_told_what_is_missing() {
    let hub = Program::from_nothing(20.0, "").await;
    let setup = hub.get("/api/setup").await;
    assert_eq!(
        (setup["keeps_secrets"].clone(), setup["unkept_code"].clone()),
        (json!(false), json!("no_secret_key"))
    );
    assert!(setup["unkept"].as_str().unwrap().contains("[hub] secret_key"));
    let (status, told) = hub.post("/api/setup/aircall", aircall_key()).await;
    assert_eq!((status, told["code"].clone()), (409, json!("no_secret_key")));
    assert!(hub.sandbox.control().aircall().journal(0).is_empty(), "nothing was tried either");
    let (status, told) = hub.post("/api/setup/passphrase", json!({"passphrase": "a long enough one"})).await;
    assert_eq!((status, told["code"].clone()), (409, json!("not_needed")));
    // What needs no secret can be settled all the same, and a body is never repeated.
    assert_eq!(hub.post("/api/setup/events", json!({"by": "none"})).await.0, 200);
    let (status, told) = hub.post("/api/setup/aircall", json!({"api_id": "x", "token": "geheim"})).await;
    assert!(status == 400 && !told.to_string().contains("geheim"), "{told}");
}

// The sandbox has to answer while the test waits for the program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_file_says_is_read_only() {
    let hub = Program::start(20.0, "").await;
    let setup = hub.get("/api/setup").await;
    for key in ["aircall.api_token", "gorgias.api_key", "aircall.numbers", "logging.mode", "hub.public_url"] {
        assert!(setup["read_only"].as_array().unwrap().contains(&json!(key)), "{key} in {setup}");
    }
    assert!(!setup["read_only"].to_string().contains("admin_token"));
    assert_eq!(setup["aircall"]["since"], Value::Null);
    for (path, body) in [
        ("/api/setup/aircall", aircall_key()),
        ("/api/setup/helpdesk", gorgias_key()),
        ("/api/setup/helpdesk", front_token()),
        ("/api/setup/numbers", json!({"lines": ["1"]})),
        ("/api/setup/go", json!({"mode": "off"})),
        ("/api/setup/events", json!({"by": "auto", "public_url": "https://elsewhere.example.com"})),
    ] {
        let (status, told) = hub.post(path, body).await;
        assert_eq!((status, told["code"].clone()), (409, json!("read_only")), "{path}: {told}");
    }
    // The rules are not in the file.
    let mut rules = setup["rules"].clone();
    rules["missed"] = json!("closed");
    let (status, setup) = hub.post("/api/setup/rules", rules.clone()).await;
    assert_eq!((status, setup["rules"]["missed"].clone()), (200, json!("closed")));

    // What the database does not take is not kept; what only cannot be applied is.
    let database = rusqlite::Connection::open(hub.dir.path().join("data/sidetone.db")).unwrap();
    let refuses = "CREATE TRIGGER refuses BEFORE INSERT ON setting WHEN NEW.key = 'console.logging.missed'
        BEGIN SELECT RAISE(ABORT, 'full'); END";
    let no_engine_starts = "ALTER TABLE directory RENAME TO directory_away";
    for (fault, mended, missed, code, said) in [
        (refuses, "DROP TRIGGER refuses", "open", "not_kept", "is not kept"),
        (
            no_engine_starts,
            "ALTER TABLE directory_away RENAME TO directory",
            "store",
            "not_applied",
            "is kept, and it is tried again",
        ),
    ] {
        database.execute_batch(fault).unwrap();
        rules["missed"] = json!(missed);
        let (status, told) = hub.post("/api/setup/rules", rules.clone()).await;
        assert_eq!((status, told["code"].clone()), (503, json!(code)), "{told}");
        assert!(told["detail"].as_str().unwrap().contains(said), "{told}");
        database.execute_batch(mended).unwrap();
        let wanted = if code == "not_kept" { "closed" } else { missed };
        hub.until("what is kept holds", Duration::from_secs(10), async || {
            let is_ready =
                hub.client.get(hub.url("/readyz")).send().await.is_ok_and(|now| now.status() == 200);
            is_ready && hub.get("/api/setup").await["rules"]["missed"] == wanted
        })
        .await;
    }
}

// The sandbox has to answer while the test waits for the program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_that_need_everything_say_what_is_missing() {
    let hub = Program::from_nothing(20.0, "").await;
    for arguments in [&["check"][..], &["plan", "--call", "1"], &["adopt", "--since", "2026-11-01"]] {
        let (code, said) = hub.said(arguments);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains("[aircall] api_id: missing"), "{said}");
    }
    let text = std::fs::read_to_string(hub.config()).unwrap();
    let elsewhere = hub.dir.path().join("elsewhere").display().to_string();
    let data = hub.dir.path().join("data").display().to_string();
    let refused = |text: String| {
        std::fs::write(hub.config(), text).unwrap();
        hub.said(&["serve"])
    };
    let (code, said) =
        refused(text.replace(&format!("admin_token = \"{ADMIN}\"\n"), "").replace(&data, &elsewhere));
    assert!(code == Some(2) && said.contains("[hub] admin_token: missing"), "{said}");
    let (code, said) = refused(text.replace("[aircall]\n", "[aircall]\napi_id = \"x\"\n"));
    assert!(code == Some(2) && said.contains("[aircall] api_token: missing"), "{said}");
    let (code, said) = refused(text.replace("[hub]\n", "[hub]\nsecret_key = \"short\"\n"));
    assert!(code == Some(2) && said.contains("[hub] secret_key"), "{said}");
}

/// Events of a webhook made by hand come in a tight loop, while an admin changes the settings again and again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_change_while_webhooks_come_and_none_is_lost() {
    let hub = Program::from_nothing(20.0, &with_key()).await;
    assert_eq!(hub.post("/api/setup/aircall", aircall_key()).await.1["accepted"], true);
    assert_eq!(hub.post("/api/setup/helpdesk", gorgias_key()).await.1["accepted"], true);
    let by_hand = json!({"by": "manual", "webhook_token": HAND_MADE});
    assert_eq!(hub.post("/api/setup/events", by_hand).await.0, 200);
    let (client, url) = (hub.client.clone(), hub.url("/webhooks/aircall"));
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let (count, counted) = tokio::sync::watch::channel(0_u64);
    let delivering = tokio::spawn(async move {
        let (mut sent, mut refused) = (0_u64, Vec::new());
        while !*stopped.borrow() {
            sent += 1;
            let _ = count.send(sent);
            let body = json!({"resource": "call", "event": "call.created", "timestamp": 1_790_000_000, "token": HAND_MADE,
                "data": {"id": 4_300_000_000_u64 + sent, "direction": "inbound", "status": "initial",
                    "number": {"id": world::SUPPORT_FR}}});
            let answer = client.post(&url).body(body.to_string()).send().await.unwrap();
            if answer.status() != 200 {
                refused.push((sent, answer.status()));
            }
        }
        (sent, refused)
    });
    // However fast the machine is, enough of them come meanwhile.
    for round in 0..80 {
        let lines = if round % 2 == 0 { json!([world::SUPPORT_FR.to_string()]) } else { json!([]) };
        assert_eq!(hub.post("/api/setup/numbers", json!({"lines": lines})).await.0, 200);
        if round >= 7 && *counted.borrow() > 50 {
            break;
        }
    }
    stop.send(true).unwrap();
    let (sent, refused) = delivering.await.unwrap();
    assert!(refused.is_empty(), "{refused:?} of {sent}");
    assert!(sent > 50, "they came all the time: {sent}");
    let database = rusqlite::Connection::open(hub.dir.path().join("data/sidetone.db")).unwrap();
    let stored = "SELECT count(*) FROM inbox";
    let stored: i64 = database.query_row(stored, [], |row| row.get(0)).unwrap();
    assert!(stored >= i64::try_from(sent).unwrap(), "{stored} of {sent}");
}

/// Polls so often at most, and then does not wait for it any more, as for whoever closes a tab. Whether it came to its end.
async fn polled_at_most(times: u32, work: impl Future) -> bool {
    let (mut work, mut left) = (std::pin::pin!(work), times);
    std::future::poll_fn(|context| {
        if work.as_mut().poll(context).is_ready() {
            return Poll::Ready(true);
        }
        left -= 1;
        if left == 0 { Poll::Ready(false) } else { Poll::Pending }
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_settings_that_nobody_waits_for_comes_to_its_end() {
    let mut hub = Program::start(20.0, "").await;
    assert!(hub.terminate().success());
    let opening = Opening {
        base: Base::new(std::fs::read_to_string(hub.config()).unwrap(), std::iter::empty()),
        transport: Arc::new(HttpTransport::new().unwrap()),
        folder: None,
        sandbox: None,
        keys: None,
        has_window: false,
    };
    let house = House::open(opening).await.unwrap();
    let mut times = 1;
    while !polled_at_most(times, house.apply()).await {
        hub.until("an engine runs again", Duration::from_secs(15), async || house.handle().is_some()).await;
        times += 1;
    }
    house.close().await;
    house.apply().await.unwrap();
    assert!(house.handle().is_none(), "nothing begins in a house that is closed");
}

/// A stream ends with its engine, and whoever comes back with its last event hears what came between.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_stream_ends_with_its_engine() {
    let hub = Program::start(20.0, "").await;
    let mut stream = hub.client.get(hub.url("/api/events")).bearer_auth(ADMIN).send().await.unwrap();
    let mut rules = hub.get("/api/setup").await["rules"].clone();
    rules["missed"] = json!("closed");
    assert_eq!(hub.post("/api/setup/rules", rules).await.0, 200);
    let ended = async { while stream.chunk().await.is_ok_and(|chunk| chunk.is_some()) {} };
    tokio::time::timeout(Duration::from_secs(10), ended).await.expect("the stream has ended");
    assert_eq!(hub.deliver(json!({"token": WEBHOOK, "resource": "call"}).to_string()).await, 200);
    let again = hub.client.get(hub.url("/api/events")).bearer_auth(ADMIN).header("last-event-id", "0");
    let mut again = again.send().await.unwrap();
    let told = tokio::time::timeout(Duration::from_secs(10), again.chunk()).await.expect("comes").unwrap();
    assert!(told.is_some_and(|text| !text.is_empty()));
}

/// Gorgias as the internet knows it: each account has its own host, and others answer a page.
struct Hosts {
    network: HttpTransport,
    gorgias: std::net::SocketAddr,
}

#[async_trait::async_trait]
impl Transport for Hosts {
    async fn send(
        &self,
        mut request: http::Request<bytes::Bytes>,
    ) -> Result<http::Response<bytes::Bytes>, TransportError> {
        match request.uri().host() {
            Some("northbrook.gorgias.com") => {
                let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
                *request.uri_mut() = format!("http://{}{path}", self.gorgias).parse().unwrap();
                self.network.send(request).await
            }
            Some(host) if host.ends_with(".gorgias.com") => {
                let page = "<!doctype html><html><body>Not found</body></html>";
                let answer = http::Response::builder().status(404).header("content-type", "text/html");
                Ok(answer.body(page.into()).unwrap())
            }
            _ => self.network.send(request).await,
        }
    }

    async fn stream(
        &self,
        request: http::Request<Outgoing>,
    ) -> Result<http::Response<Incoming>, TransportError> {
        self.network.stream(request).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mistyped_subdomain_is_told_apart_from_a_wrong_key() {
    let sandbox = Sandbox::new(sidetone_sandbox::Options::default()).unwrap();
    let served = sandbox.serve(sidetone_sandbox::Ports::default()).await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let text = format!(
        "[hub]\ndata_dir = {dir:?}\n{key}[aircall]\napi_url = \"http://{aircall}\"\n",
        dir = dir.path().display().to_string(),
        key = with_key(),
        aircall = served.aircall,
    );
    let open = async |has_window: bool| {
        House::open(Opening {
            base: Base::new(text.clone(), std::iter::empty()),
            transport: Arc::new(Hosts { network: HttpTransport::new().unwrap(), gorgias: served.gorgias }),
            folder: None,
            sandbox: None,
            keys: None,
            has_window,
        })
        .await
    };
    assert!(matches!(open(false).await, Err(HouseError::Config(_))), "nobody could get in");
    let house = open(true).await.unwrap();
    let ask = async |method: http::Method, path: &str, body: Value| {
        let (status, told) = house.ask(method, path, body.to_string().into()).await;
        (status, serde_json::from_slice::<Value>(&told).unwrap_or_default())
    };
    for (account, code) in [("northbrok", "no_such_account"), ("north brook", "no_such_account")] {
        let mut key = gorgias_key();
        key["account"] = json!(account);
        let (status, tested) = ask(http::Method::POST, "/api/setup/helpdesk", key).await;
        assert_eq!((status, tested["code"].clone()), (200, json!(code)), "{account}: {tested}");
    }
    let (_, tested) = ask(http::Method::POST, "/api/setup/helpdesk", gorgias_key()).await;
    assert_eq!((tested["accepted"].clone(), tested["account"].clone()), (json!(true), json!("northbrook")));
    let (_, setup) = ask(http::Method::GET, "/api/setup", Value::Null).await;
    assert_eq!(setup["helpdesk"]["account"], "northbrook");
    assert_eq!(setup["helpdesk"]["email"], gorgias_world::EMAIL);
    house.close().await;
    let (status, _) = ask(http::Method::GET, "/api/now", Value::Null).await;
    assert_eq!(status, 503);
}
