//! While a vendor hangs: a pause holds at once, and one change of the settings changes engines once.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sidetone_engine::transport::{Incoming, Outgoing, Transport, TransportError};
use sidetone_hub::config::Base;
use sidetone_hub::house::{House, Opening};
use sidetone_hub::transport::HttpTransport;
use sidetone_sandbox::{Fault, FaultKind, Options, Ports, Sandbox, aircall_world as world, gorgias_world};

use crate::program::{ADMIN, Program};

/// So long Aircall lets us wait, for nothing. The house looks after itself several times meanwhile.
const HANGS_FOR: Duration = Duration::from_secs(8);

/// The network, on which Aircall hangs at will.
struct Hanging {
    network: HttpTransport,
    aircall: SocketAddr,
    hangs: Arc<AtomicBool>,
    /// How often the webhooks were looked at.
    looks: Arc<Mutex<u32>>,
}

#[async_trait::async_trait]
impl Transport for Hanging {
    async fn send(
        &self,
        request: http::Request<bytes::Bytes>,
    ) -> Result<http::Response<bytes::Bytes>, TransportError> {
        let is_aircall = request.uri().authority().is_some_and(|at| at.as_str() == self.aircall.to_string());
        if is_aircall && request.method() == http::Method::GET && request.uri().path() == "/v1/webhooks" {
            *self.looks.lock().unwrap() += 1;
        }
        if is_aircall && self.hangs.load(Ordering::SeqCst) {
            tokio::time::sleep(HANGS_FOR).await;
            return Err(TransportError::Unclear("it hangs".into()));
        }
        self.network.send(request).await
    }

    async fn stream(
        &self,
        request: http::Request<Outgoing>,
    ) -> Result<http::Response<Incoming>, TransportError> {
        self.network.stream(request).await
    }
}

async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < Duration::from_secs(30), "never came about: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn ask(house: &House, method: http::Method, path: &str, body: Value) -> (u16, Value) {
    let (status, told) = house.ask(method, path, body.to_string().into()).await;
    (status, serde_json::from_slice(&told).unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_aircall_hangs_a_pause_holds_at_once_and_one_change_of_settings_changes_engines_once() {
    let sandbox = Sandbox::new(Options::default()).unwrap();
    let served = sandbox.serve(Ports::default()).await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let text = format!(
        "[hub]\ndata_dir = {dir:?}\npublic_url = \"https://hub.example.com\"\n\
         [aircall]\napi_url = \"http://{aircall}\"\napi_id = \"{id}\"\napi_token = \"{token}\"\nnumbers = [{line}]\n\
         [gorgias]\napi_url = \"http://{gorgias}\"\nemail = \"{email}\"\napi_key = \"{key}\"\n\
         [logging]\nmode = \"live\"\n",
        dir = dir.path().display().to_string(),
        aircall = served.aircall,
        id = world::API_ID,
        token = world::API_TOKEN,
        line = world::SUPPORT_FR,
        gorgias = served.gorgias,
        email = gorgias_world::EMAIL,
        key = gorgias_world::API_KEY,
    );
    let (hangs, looks) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(0)));
    let transport = Arc::new(Hanging {
        network: HttpTransport::new().unwrap(),
        aircall: served.aircall,
        hangs: Arc::clone(&hangs),
        looks: Arc::clone(&looks),
    });
    let opening = Opening {
        base: Base::new(text, std::iter::empty()),
        transport,
        folder: None,
        sandbox: None,
        keys: None,
        has_window: true,
    };
    let house = House::open(opening).await.unwrap();
    until("the webhook stands", async || !sandbox.control().aircall().webhooks().is_empty()).await;
    // It is seen to be as it should.
    tokio::time::sleep(Duration::from_secs(2)).await;

    hangs.store(true, Ordering::SeqCst);
    let before = *looks.lock().unwrap();
    house.handle().unwrap().put_webhook_right();
    until("Aircall hangs", async || *looks.lock().unwrap() == before + 1).await;
    let mut rules = ask(&house, http::Method::GET, "/api/setup", Value::Null).await.1["rules"].clone();
    rules["missed"] = json!("closed");
    let begun = Instant::now();
    let changing = tokio::spawn({
        let house = house.clone();
        async move { ask(&house, http::Method::POST, "/api/setup/rules", rules).await.0 }
    });
    tokio::time::sleep(Duration::from_millis(500)).await;
    let pressed = Instant::now();
    let (status, told) = ask(&house, http::Method::POST, "/api/pause", Value::Null).await;
    assert!(pressed.elapsed() < Duration::from_secs(1), "after {:?}", pressed.elapsed());
    assert!(status == 200 && told["paused"]["since"].is_i64(), "{status}: {told}");
    assert!(!changing.is_finished(), "the old engine waits for Aircall still");
    hangs.store(false, Ordering::SeqCst);
    assert_eq!(changing.await.unwrap(), 200);
    assert!(begun.elapsed() > Duration::from_secs(5), "it was waited for");
    // Long enough for another change of engines, and too short for the next look of this one.
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(*looks.lock().unwrap(), before + 2, "the look that hung, and the first one of one new engine");
    let (_, health) = ask(&house, http::Method::GET, "/api/health", Value::Null).await;
    assert_eq!(health["paused"]["since"], told["paused"]["since"], "it holds in the new engine");
    house.close().await;
}

// The sandbox has to answer while the test waits for the program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn between_two_engines_a_pause_holds_at_once_too() {
    let hub = Program::with_keys(20.0).await;
    let aircall = hub.sandbox.control().aircall().clone();
    aircall.add_fault(Fault::next(1000, FaultKind::HangBefore).on("GET", "/v1/webhooks"));
    let (client, url) = (hub.client.clone(), hub.url("/api/setup/aircall"));
    let leaving =
        tokio::spawn(async move { client.delete(url).bearer_auth(ADMIN).send().await.unwrap().status() });
    // The engine is stopped by then, and our webhook looked for.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let pressed = Instant::now();
    let (status, told) = hub.post("/api/pause", Value::Null).await;
    assert!(pressed.elapsed() < Duration::from_secs(2), "after {:?}", pressed.elapsed());
    assert!(status == 200 && told["paused"]["since"].is_i64(), "{status}: {told}");
    assert!(!leaving.is_finished(), "Aircall hangs still");
    assert_eq!(leaving.await.unwrap(), 200);
    assert_eq!(hub.get("/api/setup").await["left"], json!(["aircall_webhook"]));
    aircall.clear_faults();
    let key = json!({"api_id": world::API_ID, "api_token": world::API_TOKEN});
    assert_eq!(hub.post("/api/setup/aircall", key).await.1["accepted"], true);
    assert_eq!(hub.get("/api/health").await["paused"]["since"], told["paused"]["since"]);
}

// The sandbox has to answer while the test waits for the program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn between_two_engines_it_is_uninstalled_at_once_too() {
    let hub = Program::with_keys(20.0).await;
    let aircall = hub.sandbox.control().aircall().clone();
    aircall.add_fault(Fault::next(1000, FaultKind::HangBefore).on("GET", "/v1/webhooks"));
    let (client, url) = (hub.client.clone(), hub.url("/api/setup/aircall"));
    let leaving =
        tokio::spawn(async move { client.delete(url).bearer_auth(ADMIN).send().await.unwrap().status() });
    // The engine is stopped by then, and our webhook looked for.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let pressed = Instant::now();
    let (status, told) = hub.post("/api/uninstall", Value::Null).await;
    assert!(pressed.elapsed() < Duration::from_secs(2), "after {:?}", pressed.elapsed());
    assert!(status == 200 && told["paused"]["since"].is_i64(), "{status}: {told}");
    assert!(!leaving.is_finished(), "Aircall hangs still");
    assert_eq!(leaving.await.unwrap(), 200);
    hub.until("the helpdesk is forgotten, too", Duration::from_secs(30), async || {
        hub.get("/api/setup").await["helpdesk"] == Value::Null
    })
    .await;
    let setup = hub.get("/api/setup").await;
    assert_eq!((&setup["aircall"], &setup["uninstalling"]), (&Value::Null, &Value::Null), "{setup}");
    assert_eq!(setup["left"], json!(["aircall_webhook"]));
}
