//! Signing in instead of entering keys (A3, C8, G18, G20), at the real program against the sandbox of all three vendors: what a
//! person sees in the set-up, what the engine does with what that gave, and how it ends.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use sidetone_engine::store::sqlite::SqliteStore;
use sidetone_hub::config::Secret;
use sidetone_hub::vault::{SealKey, Vault};
use sidetone_sandbox::{Fault, FaultKind, aircall_world as world, gorgias_world};

use crate::program::{Program, has_none_of, one_call, until_complete};

/// 32 bytes.
const SECRET_KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
/// In `[hub]`; Aircall's events come to the same address that browsers come back to.
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

/// As if Gorgias' last renewal lay so far back. The program must not run.
fn last_renewed_ago(hub: &Program, seconds: i64) {
    let store = SqliteStore::open(&hub.dir.path().join("data/sidetone.db")).unwrap();
    let vault = Vault::new(Arc::new(store), SealKey::from_text(SECRET_KEY));
    let name = "gorgias.oauth.token";
    let mut kept: Value = serde_json::from_str(vault.get(name).unwrap().unwrap().reveal()).unwrap();
    kept["renewed_at"] = json!(chrono::Utc::now().timestamp() - seconds);
    vault.put(name, &Secret::new(kept.to_string())).unwrap();
}

/// Uninstalls, and waits until no secret is left: what a person has to do by hand.
async fn uninstalled(hub: &Program) -> Value {
    assert_eq!(hub.post("/api/uninstall", Value::Null).await.0, 200);
    hub.until("everything is forgotten", Duration::from_secs(20), async || {
        let database = rusqlite::Connection::open(hub.dir.path().join("data/sidetone.db")).unwrap();
        let left = "SELECT count(*) FROM setting WHERE key LIKE 'secret.%' AND value <> ''";
        database.query_row(left, [], |row| row.get::<_, i64>(0)).unwrap() == 0
    })
    .await;
    // Until here it may be on its way.
    hub.until("nothing is connected", Duration::from_secs(10), async || {
        hub.get("/api/setup").await["aircall"] == Value::Null
    })
    .await;
    hub.get("/api/setup").await["left"].clone()
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

    // Somebody changes the app's secret at Gorgias: told as what it is, while the access is good still and after it.
    let gorgias = hub.sandbox.control().gorgias().clone();
    let good = std::fs::read_to_string(hub.config()).unwrap();
    let (before, after) = good.split_once("[gorgias.oauth]").unwrap();
    let after = after.replacen(sidetone_sandbox::App::CLIENT_SECRET, "another", 1);
    std::fs::write(hub.config(), format!("{before}[gorgias.oauth]{after}")).unwrap();
    last_renewed_ago(&hub, 600);
    hub.run().await;
    hub.until("the doctor tells it", Duration::from_secs(30), async || {
        let report = hub.get("/api/doctor").await;
        let checks = report["checks"].as_array().unwrap().clone();
        let key = checks.into_iter().find(|check| check["code"] == "gorgias_key").unwrap();
        key["finding"] == "fault" && key["mend"].as_str().unwrap().contains("[gorgias.oauth]")
    })
    .await;
    gorgias.expire_tokens();
    let waiting = one_call(&hub).await;
    hub.until("it is no matter of signing in again", Duration::from_secs(60), async || {
        let told = hub.get("/api/health").await["alerts"].to_string();
        told.contains("gorgias_app_refused")
            && told.contains("[gorgias.oauth]")
            && !told.contains("gorgias_refused")
    })
    .await;
    assert!(hub.terminate().success());
    std::fs::write(hub.config(), good).unwrap();
    hub.run().await;
    until_complete(&hub, waiting).await;

    // Uninstalled at Gorgias, where an access goes on for a day: seen ten minutes after the last renewal though nothing
    // happens, and calls wait.
    assert!(hub.terminate().success());
    last_renewed_ago(&hub, 595);
    gorgias.uninstall();
    hub.run().await;
    until_connection(&hub, "gorgias", "accepted").await;
    hub.until("it is told without anybody asking for anything", Duration::from_secs(20), async || {
        hub.get("/api/health").await["alerts"].to_string().contains("gorgias_refused")
    })
    .await;
    let waiting = one_call(&hub).await;
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

    // Uninstalled while Gorgias cannot be told: what is listed at the vendors still is for a person.
    gorgias.switch(|switches| switches.wrong_account = true);
    assert_eq!(uninstalled(&hub).await, json!(["aircall_app", "gorgias_app"]));
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

    // Uninstalled while Aircall takes nothing from us any more: it comes to its end all the same.
    hub.sandbox.control().aircall().expire_tokens();
    assert_eq!(uninstalled(&hub).await, json!(["aircall_webhook", "aircall_app", "front_app"]));
    assert!(!hub.sandbox.control().aircall().webhooks().is_empty(), "it stands there still, as is told");
    // Whoever comes back is connected again, and has nothing left to do.
    sign_in(&hub, "aircall", true).await;
    sign_in(&hub, "front", true).await;
    let setup = hub.get("/api/setup").await;
    assert_eq!((&setup["left"], &setup["helpdesk"]["vendor"]), (&json!([]), &json!("front")), "{setup}");
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
    uninstalled(&hub).await;
    let revoked = || {
        let gorgias = hub.sandbox.control().gorgias().clone();
        gorgias.journal(0).iter().filter(|asked| asked.path == "/oauth/revoke").count()
    };
    hub.until("both are given back", Duration::from_secs(20), async || revoked() == 2).await;
    // Aircall has no way to be told.
    hub.until("it is told what is left", Duration::from_secs(10), async || {
        hub.get("/api/setup").await["left"] == json!(["aircall_app"])
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn uninstalled_while_aircall_is_away_the_helpdesks_tokens_are_given_back_at_once() {
    let hub = signed_in_to_everything("gorgias").await;
    let (aircall, gorgias) =
        (hub.sandbox.control().aircall().clone(), hub.sandbox.control().gorgias().clone());
    aircall.add_fault(Fault::next(100_000, FaultKind::CutBefore).on("GET", "/v1/webhooks"));
    assert_eq!(hub.post("/api/uninstall", Value::Null).await.0, 200);
    hub.until("it is given back", Duration::from_secs(20), async || {
        gorgias.journal(0).iter().any(|asked| asked.path == "/oauth/revoke")
    })
    .await;
    let setup = hub.get("/api/setup").await;
    assert_eq!((&setup["helpdesk"], &setup["aircall"]["by"]), (&Value::Null, &json!("sign_in")), "{setup}");
    assert!(setup["uninstalling"]["since"].is_i64(), "{setup}");
    // Signed in to Aircall again, it is uninstalled no more.
    sign_in(&hub, "aircall", true).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let setup = hub.get("/api/setup").await;
    assert_eq!(
        (&setup["uninstalling"], &setup["aircall"]["by"]),
        (&Value::Null, &json!("sign_in")),
        "{setup}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_gorgias_account_that_the_file_names_is_signed_in_to_and_no_other() {
    let mut hub = Program::with_apps(20.0, KEY).await;
    assert!(hub.terminate().success());
    let text = std::fs::read_to_string(hub.config()).unwrap();
    let named = format!("[gorgias]\naccount = \"{}\"\n", gorgias_world::ACCOUNT);
    std::fs::write(hub.config(), text.replace("[gorgias]\n", &named)).unwrap();
    hub.run().await;
    // An account that wants a scope of its own for tags, which is not asked for: told, and nothing is kept.
    let gorgias = hub.sandbox.control().gorgias().clone();
    gorgias.switch(|switches| switches.tags_have_scopes = true);
    let (_, view) = sign_in(&hub, "gorgias", true).await;
    let tested = &view["tested"];
    assert_eq!((&tested["accepted"], &tested["code"]), (&json!(false), &json!("forbidden")), "{view}");
    assert!(tested["detail"].as_str().unwrap().contains("tags"), "{view}");
    assert_eq!(hub.get("/api/setup").await["helpdesk"], Value::Null);
    gorgias.switch(|switches| switches.tags_have_scopes = false);
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_from_the_app_store_after_an_uninstall_waits_for_an_admin_as_before() {
    let hub = signed_in_to_everything("gorgias").await;
    uninstalled(&hub).await;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(install(&hub, "northbrook").await, 200);
    // The house looks every two seconds.
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(hub.get("/api/setup").await["asks_to_connect"]["account"], "northbrook");
    let (status, tested) = hub.post("/api/setup/accept", json!({ "account": "northbrook" })).await;
    assert_eq!((status, tested["accepted"].clone()), (200, json!(true)), "{tested}");
}
