//! Signing in over real sockets: a vendor who asks for consent and gives tokens, a browser, a hub and a desktop.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sidetone_engine::clock::SystemClock;
use sidetone_engine::store::sqlite::SqliteStore;
use sidetone_engine::transport::Transport;
use sidetone_hub::config::{Apps, Registered, Secret};
use sidetone_hub::signin::{
    App, Authorized, Connects, Shelf, SignIns, SignedIn, Standing, Tokens, Ways, admin_routes, open_routes,
    placeholder,
};
use sidetone_hub::transport::HttpTransport;
use sidetone_hub::vault::{SealKey, Vault};
use sidetone_protocol::{Tested, Vendor};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use url::Url;

/// An authorization server with an API behind it. Its consent page says yes at once.
#[derive(Clone, Default)]
struct Stand(Arc<Mutex<World>>);

#[derive(Default)]
struct World {
    given: u32,
    codes: BTreeMap<String, String>,
    refresh: Vec<String>,
    access: Vec<String>,
    /// Whether a refresh token is good once.
    rotates: bool,
    seconds: i64,
    requests: Vec<(String, Option<String>, String)>,
}

type Params = BTreeMap<String, String>;

impl Stand {
    async fn start() -> (Stand, String) {
        let stand = Stand::default();
        stand.0.lock().unwrap().seconds = 3600;
        let routes = Router::new()
            .route("/oauth/authorize", get(Stand::authorize))
            .route("/oauth/token", post(Stand::token))
            .route("/v1/oauth/token", post(Stand::token))
            .route("/oauth/revoke", post(Stand::revoke))
            .route("/api/account", get(Stand::account))
            .with_state(stand.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, routes).await });
        (stand, format!("http://{address}"))
    }

    async fn authorize(State(stand): State<Stand>, Query(query): Query<Params>) -> Response {
        let mut world = stand.0.lock().unwrap();
        world.given += 1;
        let code = format!("code-{}", world.given);
        world.codes.insert(code.clone(), query["redirect_uri"].clone());
        let mut back = Url::parse(&query["redirect_uri"]).unwrap();
        back.query_pairs_mut().append_pair("code", &code).append_pair("state", &query["state"]);
        (StatusCode::FOUND, [(header::LOCATION, back.to_string())]).into_response()
    }

    async fn token(State(stand): State<Stand>, headers: HeaderMap, body: String) -> Response {
        let kind = headers[header::CONTENT_TYPE].to_str().unwrap().to_owned();
        let fields: Params = match kind.as_str() {
            "application/json" => serde_json::from_str(&body).unwrap(),
            _ => url::form_urlencoded::parse(body.as_bytes()).into_owned().collect(),
        };
        let proof = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
        let basic = format!("Basic {}", STANDARD.encode("app-1:app-secret"));
        let is_app = proof.as_deref() == Some(basic.as_str())
            || fields.get("client_secret").is_some_and(|secret| secret == "app-secret");
        let mut world = stand.0.lock().unwrap();
        world.requests.push((kind, proof, body));
        let refuse = |status, error: &str| (status, Json(json!({ "error": error }))).into_response();
        if !is_app {
            return refuse(StatusCode::UNAUTHORIZED, "invalid_client");
        }
        let granted = match fields["grant_type"].as_str() {
            "authorization_code" => {
                let redirect = world.codes.remove(&fields["code"]);
                redirect.is_some_and(|redirect| redirect == fields["redirect_uri"])
            }
            _ => world.refresh.contains(&fields["refresh_token"]),
        };
        if !granted {
            return refuse(StatusCode::BAD_REQUEST, "invalid_grant");
        }
        world.given += 1;
        let (access, n) = (format!("access-{}", world.given), world.given);
        world.access.push(access.clone());
        let mut answer =
            json!({ "access_token": access, "expires_in": world.seconds, "token_type": "Bearer" });
        if world.rotates || world.refresh.is_empty() {
            let refresh = format!("refresh-{n}");
            world.refresh = vec![refresh.clone()];
            answer["refresh_token"] = refresh.into();
        }
        Json(answer).into_response()
    }

    async fn revoke(State(stand): State<Stand>, body: String) -> Json<Value> {
        stand.0.lock().unwrap().refresh.retain(|token| body != format!("token={token}"));
        Json(json!({}))
    }

    async fn account(State(stand): State<Stand>, headers: HeaderMap) -> StatusCode {
        let given = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
        let world = stand.0.lock().unwrap();
        let is_good = world.access.iter().any(|access| given == Some(format!("Bearer {access}")));
        if is_good { StatusCode::OK } else { StatusCode::UNAUTHORIZED }
    }
}

struct Noted(Mutex<Vec<SignedIn>>, Vault);

#[async_trait]
impl Connects for Noted {
    async fn tried(&self, _: &SignedIn, _: &Secret) -> Tested {
        let (account, code, detail) = (None, None, None);
        Tested { accepted: true, account, lines: None, permissions: Vec::new(), code, detail }
    }

    async fn connected(
        &self,
        signed_in: &SignedIn,
        _: &Tested,
        tokens: Vec<(String, String)>,
    ) -> Result<(), String> {
        self.0.lock().unwrap().push(signed_in.clone());
        self.1.keep(tokens).map_err(|error| error.to_string())
    }
}

/// One program of ours, with its database.
struct Ours {
    folder: tempfile::TempDir,
    key: SealKey,
    shelf: Shelf,
    transport: Arc<dyn Transport>,
    sign_ins: SignIns,
    noted: Arc<Noted>,
    apps: Apps,
    url: String,
    browser: reqwest::Client,
    stand: Stand,
    stand_url: String,
}

fn vault(folder: &std::path::Path, key: &SealKey) -> Vault {
    let store = SqliteStore::open(&folder.join("sidetone.db")).unwrap();
    Vault::new(Arc::new(store), Some(key.clone()))
}

fn shelf(folder: &std::path::Path, key: &SealKey) -> Shelf {
    Shelf::new(vault(folder, key))
}

impl Ours {
    /// A hub with an address, or a desktop that listens when it must.
    async fn start(is_hub: bool) -> Ours {
        let (stand, stand_url) = Stand::start().await;
        let (folder, key) = (tempfile::tempdir().unwrap(), SealKey::random());
        let vault = vault(folder.path(), &key);
        let shelf = Shelf::new(vault.clone());
        let transport: Arc<dyn Transport> = Arc::new(HttpTransport::new().unwrap());
        let noted = Arc::new(Noted(Mutex::default(), vault));
        let sign_ins = SignIns::new(shelf.clone(), transport.clone(), Arc::new(SystemClock), noted.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let ways = Ways { public_url: is_hub.then(|| url.clone()), loopback_port: (!is_hub).then_some(0) };
        let registered = |sign_in: &str| {
            Some(Registered {
                client_id: "app-1".into(),
                client_secret: Secret::new("app-secret"),
                api_url: Some(stand_url.clone()),
                sign_in_url: Some(format!("{stand_url}{sign_in}")),
            })
        };
        let apps =
            Apps { aircall: registered("/oauth/authorize"), gorgias: registered(""), front: registered("") };
        sign_ins.offer(ways, apps.clone(), Some("acme".into()));
        let routes = open_routes(sign_ins.clone()).merge(admin_routes(sign_ins.clone()));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Ours { folder, key, shelf, transport, sign_ins, noted, apps, url, browser, stand, stand_url }
    }

    async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        let request = self.browser.post(format!("{}{path}", self.url));
        let answer = request.header("content-type", "application/json").body(body.to_string());
        let answer = answer.send().await.unwrap();
        let status = answer.status();
        (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default())
    }

    /// Begins; the name, and where the vendor leads the browser after consent.
    async fn begin(&self, vendor: &str) -> (String, String) {
        let (status, begun) =
            self.post("/api/setup/sign-in", json!({ "vendor": vendor, "account": "acme" })).await;
        assert_eq!(status, 200, "{begun}");
        let consent = self.browser.get(begun["url"].as_str().unwrap()).send().await.unwrap();
        let back = consent.headers()[header::LOCATION].to_str().unwrap().to_owned();
        (begun["id"].as_str().unwrap().to_owned(), back)
    }

    async fn view(&self, id: &str) -> Value {
        for _ in 0..200 {
            let url = format!("{}/api/setup/sign-in/{id}", self.url);
            let body = self.browser.get(url).send().await.unwrap().bytes().await.unwrap();
            let view: Value = serde_json::from_slice(&body).unwrap();
            if view["state"] != "waiting" {
                return view;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it never ended");
    }

    fn tokens(&self, vendor: Vendor, shelf: Shelf) -> Tokens {
        let registered = Registered {
            client_id: "app-1".into(),
            client_secret: Secret::new("app-secret"),
            api_url: Some(self.stand_url.clone()),
            sign_in_url: Some(self.stand_url.clone()),
        };
        let app = App::new(vendor, &registered, Some("acme")).unwrap();
        Tokens::new(app, shelf, self.transport.clone(), Arc::new(SystemClock), Handle::current())
    }
}

/// What the API answers to a request of the account that is signed in to.
async fn ask(way: &Authorized, vendor: Vendor, base: &str) -> u16 {
    let request = axum::http::Request::get(format!("{base}/api/account"))
        .header(header::AUTHORIZATION, format!("Bearer {}", placeholder(vendor)))
        .body(Bytes::new())
        .unwrap();
    way.send(request).await.unwrap().status().as_u16()
}

#[tokio::test]
async fn gorgias_is_signed_in_to_at_a_hub_renewed_and_taken_back() {
    let ours = Ours::start(true).await;
    let (id, back) = ours.begin("gorgias").await;
    assert!(back.starts_with(&format!("{}/oauth/gorgias/callback?", ours.url)), "{back}");
    let page = ours.browser.get(&back).header("accept-language", "fr-CA, en;q=0.5").send().await.unwrap();
    assert_eq!(page.status(), 200);
    for (name, value) in [
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(page.headers()[name], value);
    }
    let text = page.text().await.unwrap();
    assert!(text.contains("Connecté à Gorgias") && !text.contains("<script"), "{text}");
    assert_eq!(ours.view(&id).await["state"], "done");
    let signed_in = SignedIn { vendor: Vendor::Gorgias, account: Some("acme".into()) };
    assert_eq!(*ours.noted.0.lock().unwrap(), [signed_in]);

    // Loaded again, the page says so and nothing happens.
    let again = ours.browser.get(&back).header("accept-language", "de").send().await.unwrap();
    assert_eq!(again.status(), 400);
    assert!(again.text().await.unwrap().contains("Diese Anmeldung ist vorbei"));
    assert_eq!(ours.stand.0.lock().unwrap().requests.len(), 1);

    let tokens = ours.tokens(Vendor::Gorgias, ours.shelf.clone());
    let way = Authorized::new(ours.transport.clone(), tokens.clone(), &ours.stand_url).unwrap();
    assert_eq!(ask(&way, Vendor::Gorgias, &ours.stand_url).await, 200);
    let kept = ours.shelf.of(Vendor::Gorgias).unwrap().unwrap();
    tokens.end().await;
    ours.shelf.forget(Vendor::Gorgias).unwrap();
    ours.sign_ins.give_back(kept).await;
    assert!(ours.stand.0.lock().unwrap().refresh.is_empty());
    let afresh = ours.tokens(Vendor::Gorgias, ours.shelf.clone());
    let way = Authorized::new(ours.transport.clone(), afresh, &ours.stand_url).unwrap();
    assert_eq!(ask(&way, Vendor::Gorgias, &ours.stand_url).await, 401, "it is forgotten");
    assert!(ours.shelf.of(Vendor::Gorgias).unwrap().is_none());
}

#[tokio::test]
async fn aircalls_browser_ends_on_aircalls_page() {
    let ours = Ours::start(true).await;
    let (id, back) = ours.begin("aircall").await;
    let answer = ours.browser.get(&back).send().await.unwrap();
    assert_eq!(answer.status(), 302);
    assert_eq!(answer.headers()["location"], format!("{}/oauth/success", ours.stand_url).as_str());
    assert_eq!(ours.view(&id).await["state"], "done");
    let world = ours.stand.0.lock().unwrap();
    let (kind, proof, _) = &world.requests[0];
    assert_eq!((kind.as_str(), proof.as_deref()), ("application/json", None));
}

#[tokio::test]
async fn fronts_address_is_pasted_where_nobody_can_come_back() {
    let ours = Ours::start(false).await;
    let (id, back) = ours.begin("front").await;
    assert!(back.starts_with("https://localhost:8791/oauth/front/callback?"), "{back}");
    let path = format!("/api/setup/sign-in/{id}/paste");
    let (status, problem) = ours.post(&path, json!({ "url": "https://localhost:8791/" })).await;
    assert_eq!((status, &problem["code"]), (StatusCode::BAD_REQUEST, &json!("no_code")));
    let (status, _) = ours.post(&path, json!({ "url": back })).await;
    assert_eq!(status, 200);
    assert_eq!(ours.view(&id).await["state"], "done");
    assert!(ours.shelf.of(Vendor::Front).unwrap().is_some());
    let none = ours.post("/api/setup/sign-in", json!({ "vendor": "aircall" })).await;
    assert_eq!((none.0, &none.1["code"]), (StatusCode::CONFLICT, &json!("not_offered")));
}

/// One connection, as a program would speak that is no browser.
async fn raw(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // Whoever closes early may cut the rest off.
    let _ = stream.write_all(request.as_bytes()).await;
    let mut told = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut told)).await;
    let _ = read.expect("it is closed");
    String::from_utf8_lossy(&told).into_owned()
}

#[tokio::test]
async fn a_desktop_listens_on_loopback_for_one_path_and_one_sign_in() {
    let ours = Ours::start(false).await;
    let (id, back) = ours.begin("gorgias").await;
    let url = Url::parse(&back).unwrap();
    assert_eq!(
        (url.scheme(), url.host_str(), url.path()),
        ("http", Some("127.0.0.1"), "/oauth/gorgias/callback")
    );
    let address = format!("127.0.0.1:{}", url.port().unwrap());
    let path = format!("{}?{}", url.path(), url.query().unwrap());
    let asked = async |line: &str, host: &str| {
        raw(&address, &format!("{line} HTTP/1.1\r\nhost: {host}\r\n\r\n")).await
    };
    for (line, host, status) in [
        ("GET /", address.as_str(), "404"),
        ("GET /oauth/front/callback?code=c&state=s", &address, "404"),
        (&format!("GET {path}"), "localhost.example.com", "404"),
        (&format!("POST {path}"), &address, "405"),
        (&format!("HEAD {path}"), &address, "405"),
        ("GET /oauth/gorgias/callback?code=c&state=guessed", &address, "400"),
    ] {
        let told = asked(line, host).await;
        assert!(told.starts_with(&format!("HTTP/1.1 {status} ")), "{line}: {told}");
    }
    let large = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nx: {}\r\n\r\n", "a".repeat(40_000));
    assert!(!raw(&address, &large).await.contains(" 200 "));

    let page = asked(&format!("GET {path}"), &address).await;
    assert!(page.starts_with("HTTP/1.1 200 ") && page.contains("Signed in to Gorgias"), "{page}");
    assert_eq!(ours.view(&id).await["state"], "done");
    let mut is_closed = false;
    for _ in 0..100 {
        is_closed = TcpStream::connect(&address).await.is_err();
        if is_closed {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(is_closed, "nobody listens any more");
}

#[tokio::test]
async fn a_sign_in_that_is_given_up_listens_no_more() {
    let ours = Ours::start(false).await;
    let (id, back) = ours.begin("gorgias").await;
    let address = Url::parse(&back).unwrap().socket_addrs(|| None).unwrap()[0];
    assert!(TcpStream::connect(address).await.is_ok());
    let path = format!("{}/api/setup/sign-in/{id}", ours.url);
    assert_eq!(ours.browser.delete(&path).send().await.unwrap().status(), 204);
    assert_eq!(ours.browser.get(&path).send().await.unwrap().status(), 404);
    for _ in 0..100 {
        if TcpStream::connect(address).await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it still listens");
}

#[tokio::test]
async fn a_later_sign_in_takes_the_desktops_port_over_and_a_foreign_program_keeps_it() {
    let ours = Ours::start(false).await;
    let foreign = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = foreign.local_addr().unwrap().port();
    let ways = Ways { public_url: None, loopback_port: Some(port) };
    ours.sign_ins.offer(ways, ours.apps.clone(), None);
    let (status, problem) =
        ours.post("/api/setup/sign-in", json!({ "vendor": "gorgias", "account": "acme" })).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("port_taken")));
    drop(foreign);
    let (first, _) = ours.begin("gorgias").await;
    let (second, back) = ours.begin("gorgias").await;
    assert!(back.starts_with(&format!("http://127.0.0.1:{port}/oauth/gorgias/callback?")), "{back}");
    let ended = ours.view(&first).await;
    assert_eq!((&ended["state"], &ended["code"]), (&json!("failed"), &json!("expired")));
    assert_eq!(ours.browser.get(&back).send().await.unwrap().status(), 200);
    assert_eq!(ours.view(&second).await["state"], "done");
}

#[tokio::test]
async fn who_comes_from_the_app_store_waits_for_an_admin() {
    let ours = Ours::start(true).await;
    let install = async |account: &str| {
        let url = Url::parse_with_params(&format!("{}/install/gorgias", ours.url), [("account", account)]);
        ours.browser.get(url.unwrap()).send().await.unwrap()
    };
    let refused = install("<script>alert(1)</script>").await;
    assert_eq!(refused.status(), 400);
    assert!(!refused.text().await.unwrap().contains("<script"));

    let led = install("stranger").await;
    assert_eq!(led.status(), 302);
    let consent = ours.browser.get(led.headers()["location"].to_str().unwrap()).send().await.unwrap();
    let back = consent.headers()["location"].to_str().unwrap().to_owned();
    let page = ours.browser.get(back).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("stranger asks to be connected"), "{page}");
    assert!(ours.shelf.of(Vendor::Gorgias).unwrap().is_none());
    assert_eq!(ours.sign_ins.asks().unwrap().unwrap().account, "stranger");

    let other = ours.post("/api/setup/accept", json!({ "account": "somebody-else" })).await;
    assert_eq!((other.0, &other.1["code"]), (StatusCode::CONFLICT, &json!("nobody_asks")));
    let (status, tested) = ours.post("/api/setup/accept", json!({ "account": "stranger" })).await;
    assert_eq!((status, &tested["accepted"]), (StatusCode::OK, &json!(true)));
    assert_eq!(ours.shelf.of(Vendor::Gorgias).unwrap().unwrap().account.as_deref(), Some("stranger"));
}

#[tokio::test]
async fn two_programs_on_one_database_lose_no_rotating_token() {
    let ours = Ours::start(true).await;
    {
        let mut world = ours.stand.0.lock().unwrap();
        world.rotates = true;
        world.seconds = 1;
    }
    let (id, back) = ours.begin("front").await;
    ours.browser.get(&back).send().await.unwrap();
    assert_eq!(ours.view(&id).await["state"], "done");
    // Each with its own connection to the database; the token's second is over again and again.
    let one = ours.tokens(Vendor::Front, shelf(ours.folder.path(), &ours.key));
    let other = ours.tokens(Vendor::Front, shelf(ours.folder.path(), &ours.key));
    for round in 0..4 {
        tokio::time::sleep(Duration::from_millis(1100)).await;
        let (first, second) = tokio::join!(one.bearer(), other.bearer());
        assert!(first.is_ok() && second.is_ok(), "round {round}: {first:?} {second:?}");
    }
    for tokens in [&one, &other] {
        assert_eq!(*tokens.watch().borrow(), Standing::Good);
    }
    // Nobody knows the stored one but the vendor.
    ours.stand.0.lock().unwrap().refresh.clear();
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert!(one.bearer().await.is_err());
    assert_eq!(*one.watch().borrow(), Standing::Withdrawn);
}
