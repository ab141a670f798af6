//! Signing in at the stand-ins of all three vendors, which were written from the vendors' documentation.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::body::Bytes;
use axum::http::{Request, header};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sidetone_engine::clock::{Clock, SystemClock};
use sidetone_engine::store::sqlite::SqliteStore;
use sidetone_engine::transport::Transport;
use sidetone_hub::config::{Apps, Registered, Secret};
use sidetone_hub::signin::{
    App, Authorized, Connects, Shelf, SignIns, SignedIn, Tokens, Ways, open_routes, placeholder,
};
use sidetone_hub::transport::HttpTransport;
use sidetone_hub::vault::{SealKey, Vault};
use sidetone_protocol::{SignInState, SignInView, Tested, Vendor};
use sidetone_sandbox::{Options, Ports, Sandbox, Served};
use tokio::net::TcpListener;
use tokio::runtime::Handle;

/// The machine's clock, fast by so much.
struct Later(TimeDelta);

impl Clock for Later {
    fn now(&self) -> DateTime<Utc> {
        Utc::now() + self.0
    }
}

struct Keeps(Vault);

#[async_trait]
impl Connects for Keeps {
    async fn tried(&self, _: &SignedIn, _: &Secret) -> Tested {
        let (account, code, detail) = (None, None, None);
        Tested { accepted: true, account, lines: None, permissions: Vec::new(), code, detail }
    }

    async fn connected(&self, _: &SignedIn, _: &Tested, tokens: Vec<(String, String)>) -> Result<(), String> {
        self.0.keep(tokens).map_err(|error| error.to_string())
    }
}

struct Set {
    _folder: tempfile::TempDir,
    _served: Served,
    sandbox: Sandbox,
    apis: [(Vendor, String); 3],
    vault: Vault,
    shelf: Shelf,
    transport: Arc<dyn Transport>,
    sign_ins: SignIns,
    browser: reqwest::Client,
}

impl Set {
    async fn start() -> Set {
        let sandbox = Sandbox::new(Options::default()).unwrap();
        let served = sandbox.serve(Ports::default()).await.unwrap();
        let apis = [
            (Vendor::Aircall, format!("http://{}", served.aircall)),
            (Vendor::Gorgias, format!("http://{}", served.gorgias)),
            (Vendor::Front, format!("http://{}", served.front)),
        ];
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("sidetone.db")).unwrap();
        let vault = Vault::new(Arc::new(store), Some(SealKey::random()));
        let shelf = Shelf::new(vault.clone());
        let transport: Arc<dyn Transport> = Arc::new(HttpTransport::new().unwrap());
        let sign_ins = SignIns::new(
            shelf.clone(),
            transport.clone(),
            Arc::new(SystemClock),
            Arc::new(Keeps(vault.clone())),
        );
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let public_url = Some(format!("http://{}", listener.local_addr().unwrap()));
        let routes = open_routes(sign_ins.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let set = Set {
            _folder: folder,
            _served: served,
            sandbox,
            apis,
            vault,
            shelf,
            transport,
            sign_ins,
            browser,
        };
        let apps = Apps {
            aircall: Some(set.registered(Vendor::Aircall)),
            gorgias: Some(set.registered(Vendor::Gorgias)),
            front: Some(set.registered(Vendor::Front)),
        };
        set.sign_ins.offer(Ways { public_url, loopback_port: None }, apps, Some("acme".into()));
        set
    }

    fn api(&self, vendor: Vendor) -> &str {
        &self.apis.iter().find(|(one, _)| *one == vendor).unwrap().1
    }

    fn registered(&self, vendor: Vendor) -> Registered {
        let api = self.api(vendor);
        let sign_in = if vendor == Vendor::Aircall { "/oauth/authorize" } else { "" };
        Registered {
            client_id: sidetone_sandbox::App::CLIENT_ID.into(),
            client_secret: Secret::new(sidetone_sandbox::App::CLIENT_SECRET),
            api_url: Some(api.to_owned()),
            sign_in_url: Some(format!("{api}{sign_in}")),
        }
    }

    fn change_app(&self, vendor: Vendor, change: impl FnOnce(&mut sidetone_sandbox::App)) {
        let control = self.sandbox.control();
        match vendor {
            Vendor::Aircall => control.aircall().change_app(change),
            Vendor::Gorgias => control.gorgias().change_app(change),
            Vendor::Front => control.front().change_app(change),
        }
    }

    fn uninstall(&self, vendor: Vendor) {
        let control = self.sandbox.control();
        match vendor {
            Vendor::Aircall => control.aircall().uninstall(),
            Vendor::Gorgias => control.gorgias().uninstall(),
            Vendor::Front => control.front().uninstall(),
        }
    }

    /// Somebody decides on the consent page; where the browser ends.
    async fn sign_in(
        &self,
        vendor: Vendor,
        says_yes: bool,
        waits: Duration,
    ) -> (reqwest::Response, SignInView) {
        let begun = self.sign_ins.begin(vendor, Some("acme")).await.unwrap();
        let control = self.sandbox.control();
        let back = match (vendor, says_yes) {
            (Vendor::Aircall, true) => control.aircall().consent(&begun.url),
            (Vendor::Gorgias, true) => control.gorgias().consent(&begun.url),
            (Vendor::Front, true) => control.front().consent(&begun.url),
            (Vendor::Aircall, false) => control.aircall().refuse_consent(&begun.url),
            (Vendor::Gorgias, false) => control.gorgias().refuse_consent(&begun.url),
            (Vendor::Front, false) => control.front().refuse_consent(&begun.url),
        };
        tokio::time::sleep(waits).await;
        let page = self.browser.get(back.unwrap()).send().await.unwrap();
        for _ in 0..200 {
            let view = self.sign_ins.view(&begun.id).unwrap();
            if view.state != SignInState::Waiting {
                return (page, view);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it never ended");
    }

    fn tokens(&self, vendor: Vendor) -> Tokens {
        self.tokens_at(vendor, Arc::new(SystemClock))
    }

    fn tokens_at(&self, vendor: Vendor, clock: Arc<dyn Clock>) -> Tokens {
        let app = App::new(vendor, &self.registered(vendor), Some("acme")).unwrap();
        Tokens::new(app, self.shelf.clone(), self.transport.clone(), clock, Handle::current())
    }

    async fn ask(&self, way: &Authorized, vendor: Vendor) -> u16 {
        let path = match vendor {
            Vendor::Aircall => "/v1/ping",
            Vendor::Gorgias => "/api/account",
            Vendor::Front => "/me",
        };
        let request = Request::get(format!("{}{path}", self.api(vendor)))
            .header(header::AUTHORIZATION, format!("Bearer {}", placeholder(vendor)))
            .body(Bytes::new())
            .unwrap();
        way.send(request).await.unwrap().status().as_u16()
    }
}

const ALL: [Vendor; 3] = [Vendor::Aircall, Vendor::Gorgias, Vendor::Front];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_every_vendor_one_signs_in_works_and_is_withdrawn() {
    let set = Set::start().await;
    for vendor in ALL {
        let (page, view) = set.sign_in(vendor, true, Duration::ZERO).await;
        let status = if vendor == Vendor::Aircall { 302 } else { 200 };
        assert_eq!(page.status(), status, "{vendor:?}");
        assert_eq!(view.state, SignInState::Done, "{vendor:?}: {view:?}");
        let tokens = set.tokens(vendor);
        let mut way = Authorized::new(set.transport.clone(), tokens.clone(), set.api(vendor)).unwrap();
        assert_eq!(set.ask(&way, vendor).await, 200, "{vendor:?}");
        set.uninstall(vendor);
        if vendor == Vendor::Gorgias {
            assert_eq!(set.ask(&way, vendor).await, 200, "the token outlives the uninstall");
            set.sign_ins.give_back(set.shelf.of(vendor).unwrap().unwrap()).await;
            // The access token would be good for another day; what renews it is not.
            let tomorrow = Arc::new(Later(TimeDelta::hours(25)));
            way = Authorized::new(set.transport.clone(), set.tokens_at(vendor, tomorrow), set.api(vendor))
                .unwrap();
        }
        let refused = set.ask(&way, vendor).await;
        assert!(matches!(refused, 401 | 403), "{vendor:?}: {refused}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_every_vendor_a_refusal_a_late_code_and_a_wrong_secret_are_told_apart() {
    let set = Set::start().await;
    for vendor in ALL {
        let code = |view: SignInView| view.code.unwrap_or_default();
        let (page, view) = set.sign_in(vendor, false, Duration::ZERO).await;
        assert_eq!((page.status().as_u16(), code(view)), (400, "refused".into()), "{vendor:?}");
        set.change_app(vendor, |app| app.code_s = 1);
        let (_, view) = set.sign_in(vendor, true, Duration::from_millis(1500)).await;
        let told = code(view);
        assert!(matches!(told.as_str(), "used_code" | "expired"), "{vendor:?}: {told}");
        set.change_app(vendor, |app| {
            app.code_s = 600;
            app.client_secret = "another".into();
        });
        let (page, view) = set.sign_in(vendor, true, Duration::ZERO).await;
        assert_eq!(code(view), "wrong_app", "{vendor:?}");
        let text = page.text().await.unwrap();
        assert!(text.contains("does not accept Sidetone’s app"), "{text}");
        assert!(set.shelf.of(vendor).unwrap().is_none());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn front_goes_on_when_its_tokens_end_and_its_refresh_token_is_another_each_time() {
    let set = Set::start().await;
    let front = set.sandbox.control();
    let rotates = serde_json::json!({"refresh_rotation": "new"});
    let url = format!("{}/_sandbox/switches", set.api(Vendor::Front));
    let set_so = set.browser.post(url).body(rotates.to_string()).send().await.unwrap();
    assert_eq!(set_so.status(), 200);
    set.sign_in(Vendor::Front, true, Duration::ZERO).await;
    let (api, mut refresh_tokens) = (set.api(Vendor::Front), Vec::new());
    for minutes in 1..4 {
        // A token that was given within half a minute would not be renewed for being refused.
        let tokens = set.tokens_at(Vendor::Front, Arc::new(Later(TimeDelta::minutes(minutes))));
        let way = Authorized::new(set.transport.clone(), tokens, api).unwrap();
        front.front().expire_tokens();
        assert_eq!(set.ask(&way, Vendor::Front).await, 200);
        refresh_tokens.push(set.vault.get("front.oauth.token").unwrap().unwrap().reveal().to_owned());
    }
    let refresh = |kept: &String| serde_json::from_str::<Value>(kept).unwrap()["refresh"].to_string();
    let mut different: Vec<String> = refresh_tokens.iter().map(refresh).collect();
    different.sort();
    different.dedup();
    assert_eq!(different.len(), 3, "the one that came last is kept");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn front_is_renewed_before_its_token_ends_however_it_tells_when_that_is() {
    for field in ["expires_at", "expires", "expires_in", "absent"] {
        let set = Set::start().await;
        // Longer than what is taken where nothing is told (`reference/front.md` §1.3), or shorter.
        let lives_s = if field == "absent" { 3600 } else { 1200 };
        let switches = serde_json::json!({"oauth_expires_field": field, "access_token_s": lives_s});
        let url = format!("{}/_sandbox/switches", set.api(Vendor::Front));
        let answer = set.browser.post(url).body(switches.to_string()).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{field}");
        let (_, view) = set.sign_in(Vendor::Front, true, Duration::ZERO).await;
        assert_eq!(view.state, SignInState::Done, "{field}: {view:?}");
        let access = || {
            let kept = set.vault.get("front.oauth.token").unwrap().unwrap().reveal().to_owned();
            serde_json::from_str::<Value>(&kept).unwrap()["access"].to_string()
        };
        let given = access();
        let asked = async |after_s: i64| {
            let clock = Arc::new(Later(TimeDelta::seconds(after_s)));
            let tokens = set.tokens_at(Vendor::Front, clock);
            let way = Authorized::new(set.transport.clone(), tokens, set.api(Vendor::Front)).unwrap();
            assert_eq!(set.ask(&way, Vendor::Front).await, 200, "{field} after {after_s} s");
            access()
        };
        assert_eq!(asked(lives_s / 2).await, given, "{field}: it is good for long");
        assert_ne!(asked(lives_s - 10).await, given, "{field}: renewed shortly before its end");
    }
}
