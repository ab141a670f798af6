//! What the hub answers beside the API: the pages, 503 while the database takes nothing, and a webhook made
//! by hand.

use std::time::Duration;

use serde_json::{Value, json};
use sidetone_sandbox::aircall_world as world;

use crate::program::{Program, WEBHOOK, has_none_of};

fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

/// An event of the webhook made by hand.
fn event(id: u64, name: &str, more: Value) -> String {
    event_with(WEBHOOK, id, name, more)
}

fn event_with(token: &str, id: u64, name: &str, more: Value) -> String {
    let mut data = json!({
        "id": id, "direction": "inbound", "raw_digits": "+34 666 444 555",
        "number": {"id": world::SUPPORT_FR, "name": "Support FR", "country": "FR", "time_zone": "Europe/Paris"},
    });
    data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"resource": "call", "event": name, "timestamp": now(), "token": token, "data": data}).to_string()
}

// The sandbox has to answer while the test waits for the hub.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_database_takes_nothing_webhooks_and_readyz_are_answered_503_and_nothing_is_lost() {
    let hub = Program::start(20.0, "").await;
    hub.until_listening().await;
    let get = async |path: &str| hub.client.get(hub.url(path)).send().await.unwrap();
    assert_eq!(get("/readyz").await.status(), 200);

    // Another program holds the database; the hub gives up waiting for it after five seconds.
    let other = rusqlite::Connection::open(hub.dir.path().join("data/sidetone.db")).unwrap();
    other.busy_timeout(Duration::from_secs(10)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let body = event(4_300_000_001, "call.created", json!({"status": "initial", "started_at": now()}));
    let delivered = hub.client.post(hub.url("/webhooks/aircall")).body(body.clone()).send();
    let (delivered, ready) = tokio::join!(delivered, get("/readyz"));
    let delivered = delivered.unwrap();
    assert_eq!(delivered.status(), 503, "C2: never 200 before it is durable");
    assert_eq!(delivered.headers()["content-type"], "application/problem+json");
    let problem: Value = serde_json::from_slice(&delivered.bytes().await.unwrap()).unwrap();
    assert_eq!(problem["code"], "store_unavailable");
    assert_eq!(ready.status(), 503);
    let told: Value = serde_json::from_slice(&ready.bytes().await.unwrap()).unwrap();
    assert_eq!(told["store"], false);
    assert_eq!(get("/healthz").await.status(), 200, "the program lives");

    other.execute_batch("ROLLBACK").unwrap();
    hub.until("it is ready again", Duration::from_secs(20), async || get("/readyz").await.status() == 200)
        .await;
    assert_eq!(hub.deliver(body).await, 200, "Aircall sends it again");
    hub.until("the call is shown", Duration::from_secs(10), async || {
        hub.get("/api/calls").await["calls"].to_string().contains("4300000001")
    })
    .await;
}

#[tokio::test]
async fn the_pages_come_with_their_kinds_and_a_policy_that_lets_nothing_in_from_elsewhere() {
    let hub = Program::start(20.0, "").await;
    let get = async |path: &str| hub.client.get(hub.url(path)).send().await.unwrap();
    let page = get("/").await;
    assert_eq!(page.status(), 200, "the pages are not built: script/bootstrap builds them");
    assert_eq!(page.headers()["content-type"], "text/html");
    assert_eq!(page.headers()["cache-control"], "no-cache", "a new version is seen at the next start");
    let text = page.text().await.unwrap();
    assert!(text.contains("<title>Sidetone</title>"), "{text}");

    let assets: Vec<&str> = text.split('"').filter_map(|part| part.strip_prefix("./assets/")).collect();
    let mut kinds = Vec::new();
    for asset in &assets {
        let answer = get(&format!("/assets/{asset}")).await;
        assert_eq!(answer.status(), 200, "{asset}");
        assert_eq!(answer.headers()["cache-control"], "public, max-age=31536000, immutable", "{asset}");
        kinds.push(answer.headers()["content-type"].to_str().unwrap().to_owned());
    }
    kinds.sort();
    kinds.dedup();
    assert_eq!(kinds, ["text/css", "text/javascript"], "{assets:?}");
    assert_eq!(get("/icon.svg").await.headers()["content-type"], "image/svg+xml");

    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self'; \
                  base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    for path in ["/", "/icon.svg", &format!("/assets/{}", assets[0])] {
        let answer = get(path).await;
        let headers = answer.headers();
        assert_eq!(headers["content-security-policy"], policy, "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["referrer-policy"], "no-referrer", "{path}");
    }

    for path in ["/nothing", "/assets/nothing.js", "/calls/1", "/assets/..%2f..%2fpackage.json"] {
        let answer = get(path).await;
        assert_eq!(answer.status(), 404, "{path}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json", "{path}");
        let problem: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        assert_eq!(problem["code"], "no_such_page", "{path}");
    }
    assert_eq!(hub.client.post(hub.url("/")).send().await.unwrap().status(), 405);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_webhook_made_by_hand_calls_are_logged_without_a_public_address() {
    let mut hub = Program::start(20.0, "from = \"2026-01-01T00:00:00Z\"").await;
    hub.until_listening().await;
    assert!(hub.terminate().success());
    // From here on as on the first day, with another configuration.
    hub.sandbox.control().reset();
    std::fs::remove_dir_all(hub.dir.path().join("data")).unwrap();
    let text = std::fs::read_to_string(hub.config()).unwrap();
    let public = format!("public_url = \"http://{}\"\n", hub.hub);
    let by_hand = text.replace(&public, "").replace("[aircall]\n", "[aircall]\nwebhook = \"manual\"\n");
    assert!(text.contains(&public) && by_hand.contains("manual"));
    std::fs::write(hub.config(), &by_hand).unwrap();
    hub.run().await;

    let (id, begun) = (4_300_000_002u64, now() - 60);
    let agent = json!({"id": world::CAMILLE, "name": "Camille Roux", "email": "camille.roux@example.com"});
    for (name, more) in [
        ("call.created", json!({"status": "initial", "started_at": begun})),
        (
            "call.answered",
            json!({"status": "answered", "started_at": begun, "answered_at": begun + 5, "user": agent}),
        ),
        (
            "call.ended",
            json!({"status": "done", "started_at": begun, "answered_at": begun + 5, "ended_at": begun + 20, "user": agent}),
        ),
    ] {
        assert_eq!(hub.deliver(event(id, name, more)).await, 200, "{name}");
    }
    let path = format!("/api/calls/{id}");
    hub.until("the record is complete", Duration::from_secs(30), async || {
        hub.get("/api/calls").await["calls"].to_string().contains(&id.to_string())
            && hub.get(&path).await["state"] == "complete"
    })
    .await;
    assert_eq!(hub.call_tickets().len(), 1);
    let receiving: Vec<_> =
        hub.sandbox.control().aircall().webhooks().into_iter().filter(|w| w.active).collect();
    assert!(receiving.is_empty(), "none is made beside the one made by hand: {receiving:?}");
    assert_eq!(hub.get("/api/health").await["source"]["kind"], "webhook");

    assert!(hub.terminate().success());
    let token = format!("webhook_token = \"{WEBHOOK}\"\n");
    assert!(by_hand.contains(&token));
    std::fs::write(hub.config(), by_hand.replace(&token, "")).unwrap();
    let told = hub.command(&["serve"]).output().unwrap();
    let said = String::from_utf8_lossy(&told.stderr);
    assert_eq!(told.status.code(), Some(2), "{said}");
    assert!(
        said.contains("[aircall] webhook_token: missing. A webhook made by hand needs its token"),
        "{said}"
    );
}

// The sandbox has to answer while the test waits for the hub.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_token_of_a_webhook_made_by_hand_is_replaced_and_no_event_is_lost() {
    const OLD: &str = "token-before-it-was-replaced";
    const NEW: &str = "token-that-took-its-place";
    let mut hub = Program::with_keys(20.0).await;
    let told = |token: &str, id: u64| {
        event_with(token, id, "call.created", json!({"status": "initial", "started_at": 1_790_000_000}))
    };
    let by_hand = |token: &str| json!({"by": "manual", "webhook_token": token});
    hub.events_come(by_hand(OLD)).await;
    assert_eq!(hub.deliver(told(OLD, 4_300_000_011)).await, 200);
    assert_eq!(hub.deliver(told(NEW, 4_300_000_012)).await, 401);

    hub.events_come(by_hand(NEW)).await;
    assert_eq!(hub.deliver(told(OLD, 4_300_000_013)).await, 200, "what Aircall had sent before");
    assert_eq!(hub.deliver(told("another", 4_300_000_014)).await, 401);
    assert_eq!(hub.deliver(told(NEW, 4_300_000_015)).await, 200);
    assert_eq!(hub.deliver(told(OLD, 4_300_000_016)).await, 401, "the new one was heard");
    assert_eq!(hub.deliver(told(NEW, 4_300_000_017)).await, 200);

    // Entered once more without a token, the one that is kept stays; so it does over a restart.
    hub.events_come(json!({"by": "manual"})).await;
    for round in 0..2 {
        assert_eq!(hub.deliver(told(NEW, 4_300_000_018 + round)).await, 200);
        assert_eq!(hub.deliver(told(OLD, 4_300_000_020)).await, 401);
        if round == 0 {
            assert!(hub.terminate().success());
            hub.run().await;
        }
    }
    let database = rusqlite::Connection::open(hub.dir.path().join("data/sidetone.db")).unwrap();
    let mut stored = database.prepare("SELECT DISTINCT call_id FROM inbox ORDER BY call_id").unwrap();
    let stored: Vec<i64> = stored.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let taken = [11, 13, 15, 17, 18, 19].map(|n| 4_300_000_000 + n);
    assert_eq!(stored, taken);
    assert!(!hub.get("/api/setup").await.to_string().contains(NEW));
    has_none_of(&hub, &[OLD, NEW]);
}
