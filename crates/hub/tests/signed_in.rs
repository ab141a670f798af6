//! Signing in instead of entering keys (A3, G18, G20), at the real program against the sandbox of all three vendors: what a
//! person sees in the set-up, what the engine does with what that gave, and how it ends.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod program;

use std::time::Duration;

use program::{ADMIN, Program, has_none_of, one_call, until_complete};
use serde_json::{Value, json};
use sidetone_sandbox::{aircall_world as world, gorgias_world};

/// 32 bytes, in `[hub]`; Aircall's events come to the same address that browsers come back to.
const KEY: &str = "secret_key = \"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\"\n";

/// Begins a sign-in as an admin: its id and the address that the browser is sent to.
async fn begin(hub: &Program, vendor: &str) -> (String, String) {
    let account = (vendor == "gorgias").then_some("https://Northbrook.gorgias.com/");
    let (status, begun) =
        hub.post("/api/setup/sign-in", json!({ "vendor": vendor, "account": account })).await;
    assert_eq!(status, 200, "{begun}");
    (begun["id"].as_str().unwrap().to_owned(), begun["url"].as_str().unwrap().to_owned())
}

/// Somebody says yes or no on the vendor's page: where the browser is led.
fn decide(hub: &Program, vendor: &str, url: &str, says_yes: bool) -> String {
    let control = hub.sandbox.control();
    let (aircall, gorgias, front) = (control.aircall(), control.gorgias(), control.front());
    let back = match (vendor, says_yes) {
        ("aircall", true) => aircall.consent(url),
        ("aircall", false) => aircall.refuse_consent(url),
        ("gorgias", true) => gorgias.consent(url),
        ("gorgias", false) => gorgias.refuse_consent(url),
        (_, true) => front.consent(url),
        (_, false) => front.refuse_consent(url),
    };
    back.unwrap()
}

/// What the set-up shows of a sign-in once it is over.
async fn ended(hub: &Program, id: &str) -> Value {
    for _ in 0..400 {
        let view = hub.get(&format!("/api/setup/sign-in/{id}")).await;
        if view["state"] != "waiting" {
            return view;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("the sign-in never ended");
}

/// Signs in from beginning to end; what the browser shows at last, and what the set-up does.
async fn sign_in(hub: &Program, vendor: &str, says_yes: bool) -> (u16, Value) {
    let (id, url) = begin(hub, vendor).await;
    let back = decide(hub, vendor, &url, says_yes);
    assert!(back.starts_with(&hub.url(&format!("/oauth/{vendor}/callback?"))), "{back}");
    // The browser knows no admin's token.
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let page = browser.get(&back).send().await.unwrap();
    (page.status().as_u16(), ended(hub, &id).await)
}

async fn choose_and_go_live(hub: &Program) {
    let chosen = json!({ "lines": [world::SUPPORT_FR.to_string()] });
    assert_eq!(hub.post("/api/setup/numbers", chosen).await.0, 200);
    assert_eq!(hub.post("/api/setup/events", json!({ "by": "auto" })).await.0, 200);
    let (status, setup) = hub.post("/api/setup/go", json!({ "mode": "live" })).await;
    assert_eq!((status, setup["mode"].clone()), (200, json!("live")), "{setup}");
    hub.until_listening().await;
}

/// How the engine says that the helpdesk, or Aircall, is.
async fn until_connection(hub: &Program, vendor: &str, wanted: &str) {
    hub.until(wanted, Duration::from_secs(60), async || {
        let now = hub.get("/api/now").await;
        let all = now["health"]["connections"].as_array().unwrap().clone();
        all.iter().any(|one| one["vendor"] == vendor && one["state"] == wanted)
    })
    .await;
}

async fn signed_in_to_everything(helpdesk: &str) -> Program {
    let hub = Program::with_apps(20.0, KEY).await;
    let setup = hub.get("/api/setup").await;
    assert_eq!(setup["sign_in"], json!(["aircall", "gorgias", "front"]));

    let (page, view) = sign_in(&hub, "aircall", false).await;
    assert_eq!((page, view["code"].clone()), (400, json!("refused")));
    assert_eq!(hub.get("/api/setup").await["aircall"], Value::Null);
    let (page, view) = sign_in(&hub, "aircall", true).await;
    assert_eq!(page, 302, "on to Aircall's own page");
    assert_eq!((view["state"].clone(), view["tested"]["accepted"].clone()), (json!("done"), json!(true)));
    assert_eq!(view["tested"]["account"], world::COMPANY);

    let (page, view) = sign_in(&hub, helpdesk, false).await;
    assert_eq!((page, view["code"].clone()), (400, json!("refused")));
    let (page, view) = sign_in(&hub, helpdesk, true).await;
    assert_eq!((page, view["tested"]["accepted"].clone()), (200, json!(true)), "{view}");
    let setup = hub.get("/api/setup").await;
    for side in ["aircall", "helpdesk"] {
        assert_eq!(setup[side]["by"], "sign_in", "{setup}");
        assert!(setup[side]["since"].is_i64(), "{setup}");
    }
    assert_eq!(setup["helpdesk"]["vendor"], helpdesk);
    choose_and_go_live(&hub).await;
    // The access token is refused before its end: it is renewed, and nobody notices.
    let control = hub.sandbox.control();
    control.gorgias().expire_tokens();
    control.front().expire_tokens();
    let call = one_call(&hub).await;
    until_complete(&hub, call).await;
    hub
}

// The sandbox has to answer while the test waits for the program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_gorgias_signed_in_calls_are_logged_until_it_is_uninstalled_and_again_after_a_new_sign_in() {
    let mut hub = signed_in_to_everything("gorgias").await;
    assert_eq!(hub.get("/api/setup").await["helpdesk"]["account"], gorgias_world::ACCOUNT);
    // What the program keeps it finds again, and other commands find it, too.
    assert!(hub.terminate().success());
    let (code, said) = hub.said(&["check"]);
    assert_ne!(code, Some(2), "{said}");
    let mut check = hub.command(&["check", "--json"]);
    let report = tokio::task::spawn_blocking(move || check.output().unwrap()).await.unwrap();
    let report: Value = serde_json::from_slice(&report.stdout).unwrap();
    let checks = report["checks"].as_array().unwrap();
    for about in ["Aircall accepts", "Gorgias accepts"] {
        let good = checks
            .iter()
            .any(|one| one["finding"] == "passed" && one["what"].as_str().unwrap().starts_with(about));
        assert!(good, "{about}: {report:#}");
    }
    hub.run().await;
    hub.until_listening().await;
    let call = one_call(&hub).await;
    until_complete(&hub, call).await;

    // Uninstalled at Gorgias: said, and calls wait.
    let gorgias = hub.sandbox.control().gorgias().clone();
    gorgias.uninstall();
    gorgias.expire_tokens();
    let waiting = one_call(&hub).await;
    until_connection(&hub, "gorgias", "refused").await;
    let (page, view) = sign_in(&hub, "gorgias", true).await;
    assert_eq!((page, view["tested"]["accepted"].clone()), (200, json!(true)), "{view}");
    until_complete(&hub, waiting).await;

    // A key takes its place; the sign-in is forgotten, and given back.
    let key = json!({"vendor": "gorgias", "account": gorgias_world::ACCOUNT, "email": gorgias_world::EMAIL,
        "api_key": gorgias_world::API_KEY});
    assert_eq!(hub.post("/api/setup/helpdesk", key).await.1["accepted"], true);
    assert_eq!(hub.get("/api/setup").await["helpdesk"]["by"], "key");
    hub.until("it is given back", Duration::from_secs(10), async || {
        gorgias.journal(0).iter().any(|asked| asked.path == "/oauth/revoke")
    })
    .await;
    let call = one_call(&hub).await;
    until_complete(&hub, call).await;

    // Who comes from the app store takes no key's place without an admin's word.
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let arrived = browser.get(hub.url("/install/gorgias?account=northbrook")).send().await.unwrap();
    let url = arrived.headers()["location"].to_str().unwrap().to_owned();
    browser.get(decide(&hub, "gorgias", &url, true)).send().await.unwrap();
    let setup = hub.get("/api/setup").await;
    assert_eq!(
        (&setup["asks_to_connect"]["account"], &setup["helpdesk"]["by"]),
        (&json!("northbrook"), &json!("key"))
    );
    assert_eq!(hub.post("/api/setup/refuse", json!({ "account": "northbrook" })).await.0, 204);

    // And back to a sign-in, which forgets the key.
    sign_in(&hub, "gorgias", true).await;
    assert_eq!(hub.get("/api/setup").await["helpdesk"]["by"], "sign_in");
    let call = one_call(&hub).await;
    until_complete(&hub, call).await;
    has_none_of(&hub, &[gorgias_world::API_KEY, sidetone_sandbox::App::CLIENT_SECRET]);

    // Disconnected, nobody is signed in any more.
    let forgotten =
        hub.client.delete(hub.url("/api/setup/helpdesk")).bearer_auth(ADMIN).send().await.unwrap();
    assert_eq!(forgotten.status(), 200);
    assert_eq!(hub.get("/api/setup").await["helpdesk"], Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_front_signed_in_calls_are_logged_and_withdrawal_is_told_and_mended() {
    let hub = signed_in_to_everything("front").await;
    hub.sandbox.control().front().uninstall();
    let waiting = one_call(&hub).await;
    until_connection(&hub, "front", "refused").await;
    sign_in(&hub, "front", true).await;
    until_complete(&hub, waiting).await;

    // Aircall's authorization is taken back, and given again.
    hub.sandbox.control().aircall().expire_tokens();
    until_connection(&hub, "aircall", "refused").await;
    let (_, view) = sign_in(&hub, "aircall", true).await;
    assert_eq!(view["tested"]["accepted"], true, "{view}");
    until_connection(&hub, "aircall", "accepted").await;
    has_none_of(&hub, &[sidetone_sandbox::App::CLIENT_SECRET]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_from_gorgias_app_store_is_connected_by_an_admins_word_only() {
    let hub = Program::with_apps(20.0, KEY).await;
    sign_in(&hub, "aircall", true).await;
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let arrived = browser.get(hub.url("/install/gorgias?account=northbrook")).send().await.unwrap();
    assert_eq!(arrived.status(), 302);
    let url = arrived.headers()["location"].to_str().unwrap().to_owned();
    let back = decide(&hub, "gorgias", &url, true);
    assert_eq!(browser.get(&back).send().await.unwrap().status(), 200);
    let setup = hub.get("/api/setup").await;
    assert_eq!(
        (setup["asks_to_connect"]["account"].clone(), setup["helpdesk"].clone()),
        (json!("northbrook"), Value::Null)
    );
    // Only an admin decides.
    let stranger = hub.client.post(hub.url("/api/setup/accept")).send().await.unwrap();
    assert_eq!(stranger.status(), 401);
    let (status, _) = hub.post("/api/setup/accept", json!({ "account": "another" })).await;
    assert_eq!(status, 409);
    let (status, tested) = hub.post("/api/setup/accept", json!({ "account": "northbrook" })).await;
    assert_eq!((status, tested["accepted"].clone()), (200, json!(true)), "{tested}");
    let setup = hub.get("/api/setup").await;
    assert_eq!(
        (setup["asks_to_connect"].clone(), setup["helpdesk"]["account"].clone()),
        (Value::Null, json!("northbrook"))
    );
    choose_and_go_live(&hub).await;
    let call = one_call(&hub).await;
    until_complete(&hub, call).await;

    let unknown = browser.get(hub.url("/install/gorgias?account=no/such")).send().await.unwrap();
    assert_eq!(unknown.status(), 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_place_for_secrets_nobody_can_sign_in_and_it_is_told() {
    let hub = Program::with_apps(20.0, "").await;
    let setup = hub.get("/api/setup").await;
    assert_eq!((setup["sign_in"].clone(), setup["keeps_secrets"].clone()), (json!([]), json!(false)));
    let (status, told) = hub.post("/api/setup/sign-in", json!({ "vendor": "front" })).await;
    assert_eq!((status, told["code"].clone()), (409, json!("keeps_no_secrets")));
}

/// Comes from the helpdesk's app store and says yes there: what the browser shows.
async fn install(hub: &Program, account: &str) -> u16 {
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let address = hub.url(&format!("/install/gorgias?account={account}"));
    let arrived = browser.get(address).send().await.unwrap();
    assert_eq!(arrived.status(), 302);
    let back = decide(hub, "gorgias", arrived.headers()["location"].to_str().unwrap(), true);
    browser.get(&back).send().await.unwrap().status().as_u16()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn uninstalled_the_account_that_only_asks_is_given_back_and_forgotten_too() {
    let hub = signed_in_to_everything("gorgias").await;
    assert_eq!(install(&hub, "another").await, 200);
    assert_eq!(hub.get("/api/setup").await["asks_to_connect"]["account"], "another");
    assert_eq!(hub.post("/api/uninstall", Value::Null).await.0, 200);
    let revoked = || {
        let gorgias = hub.sandbox.control().gorgias().clone();
        gorgias.journal(0).iter().filter(|asked| asked.path == "/oauth/revoke").count()
    };
    hub.until("both are given back", Duration::from_secs(20), async || revoked() == 2).await;
    hub.until("everything is forgotten", Duration::from_secs(20), async || {
        let database = rusqlite::Connection::open(hub.dir.path().join("data/sidetone.db")).unwrap();
        let left = "SELECT count(*) FROM setting WHERE key LIKE 'secret.%' AND value <> ''";
        database.query_row(left, [], |row| row.get::<_, i64>(0)).unwrap() == 0
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_gorgias_account_that_the_file_names_is_signed_in_to_and_no_other() {
    let mut hub = Program::with_apps(20.0, KEY).await;
    assert!(hub.terminate().success());
    let text = std::fs::read_to_string(hub.config()).unwrap();
    let named = format!("[gorgias]\naccount = \"{}\"\n", gorgias_world::ACCOUNT);
    std::fs::write(hub.config(), text.replace("[gorgias]\n", &named)).unwrap();
    hub.run().await;
    let (_, view) = sign_in(&hub, "gorgias", true).await;
    assert_eq!(view["tested"]["accepted"], true, "{view}");
    assert_eq!(hub.get("/api/setup").await["helpdesk"]["by"], "sign_in");

    // Another one does not take its tokens' place.
    assert_eq!(install(&hub, "another").await, 200);
    let (status, tested) = hub.post("/api/setup/accept", json!({ "account": "another" })).await;
    assert_eq!((status, tested["code"].clone()), (200, json!("read_only")), "{tested}");
    let setup = hub.get("/api/setup").await;
    assert_eq!(setup["helpdesk"]["account"], gorgias_world::ACCOUNT, "{setup}");
}
