//! The doctor (B13) over real sockets: seeded misconfigurations are each named by their code with a way to mend them, and
//! the hub's own API looks, tells and mends.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sidetone_engine::webhooks::EVENTS;
use sidetone_hub::config;
use sidetone_hub::doctor::{Check, Finding, Patient, examine, report_in};
use sidetone_hub::transport::HttpTransport;
use sidetone_sandbox::{
    Options, Ports, Presence, Sandbox, Served, aircall_world as world, front_world, gorgias_world,
};
use sidetone_words::Language;

use crate::program::{ADMIN, Program, SECRET_KEY, WEBHOOK};

const ANOTHER: &str = "11111111-2222-4333-8444-555555555555";

/// The stand-ins and a configuration for them, of a hub that seems to run.
struct Stand {
    sandbox: Sandbox,
    served: Served,
    /// Somebody listens where the hub would.
    _hub: TcpListener,
    _dir: tempfile::TempDir,
    text: String,
}

impl Stand {
    async fn new() -> Stand {
        let sandbox = Sandbox::new(Options::default()).unwrap();
        let served = sandbox.serve(Ports::default()).await.unwrap();
        let hub = TcpListener::bind("127.0.0.1:0").unwrap();
        let dir = tempfile::tempdir().unwrap();
        let text = format!(
            "[hub]\nlisten = \"{}\"\ndata_dir = {:?}\nadmin_token = \"{ADMIN}\"\n\
             [aircall]\napi_url = \"http://{}\"\napi_id = \"{}\"\napi_token = \"{}\"\nnumbers = [{}, {}]\nwebhook = \"manual\"\nwebhook_token = \"{WEBHOOK}\"\n\
             [gorgias]\napi_url = \"http://{}\"\nemail = \"{}\"\napi_key = \"{}\"\n\
             [logging]\nmode = \"live\"\n[alerts]\nwebhook_url = \"https://alerts.example.com\"\n",
            hub.local_addr().unwrap(),
            dir.path().join("data").display().to_string(),
            served.aircall,
            world::API_ID,
            world::API_TOKEN,
            world::SUPPORT_FR,
            world::SALES_US,
            served.gorgias,
            gorgias_world::EMAIL,
            gorgias_world::API_KEY,
        );
        Stand { sandbox, served, _hub: hub, _dir: dir, text }
    }

    /// As it should be: a webhook that somebody made by hand, whose token is known.
    async fn with_webhook(events: &[&str]) -> Stand {
        let mut stand = Stand::new().await;
        let made = stand.make_webhook("https://hub.example.com/webhooks/aircall", events);
        stand.change(WEBHOOK, made["token"].as_str().unwrap());
        stand
    }

    fn make_webhook(&self, url: &str, events: &[&str]) -> Value {
        let body = json!({"url": url, "events": events});
        let (status, made) =
            self.sandbox.control().aircall().by_a_person("POST", "/v1/webhooks", &body).unwrap();
        assert!(status < 300, "{made}");
        made["webhook"].clone()
    }

    fn change(&mut self, from: &str, to: &str) {
        assert!(self.text.contains(from), "{from} in {}", self.text);
        self.text = self.text.replace(from, to);
    }

    /// Front in place of Gorgias.
    fn use_front(&mut self) {
        let begin = self.text.find("[gorgias]").unwrap();
        let end = self.text.find("[logging]").unwrap();
        let front = format!(
            "[front]\napi_url = \"http://{}\"\napi_token = \"{}\"\n",
            self.served.front,
            front_world::TOKEN
        );
        self.text.replace_range(begin..end, &front);
    }

    async fn examined(&self) -> Vec<Check> {
        let config = config::read(&self.text, std::iter::empty()).unwrap();
        let patient = Patient::new(Arc::new(config), Arc::new(HttpTransport::new().unwrap()));
        // How full the disk of whoever runs this is, is their own affair.
        examine(&patient.on_disk(|_| Some(1 << 40))).await
    }

    /// The fault or hint under this code, with what there is to do.
    async fn finds(&self, code: &str, finding: Finding, mend: &str) {
        let checks = self.examined().await;
        let found: Vec<&Check> = checks.iter().filter(|check| check.code == code).collect();
        assert_eq!(found.len(), 1, "{code} in {checks:#?}");
        assert_eq!(found[0].finding, finding, "{:#?}", found[0]);
        assert!(found[0].mend.contains(mend), "{mend} in {:#?}", found[0]);
        assert!(!found[0].why().is_empty());
        for language in [Language::De, Language::Fr] {
            let told = report_in(&checks, 0, language).checks;
            for check in told.iter().filter(|check| check.finding != Finding::Passed) {
                let said = check.said.as_ref().unwrap_or_else(|| panic!("{check:#?} in English only"));
                assert!(
                    said.what != check.what && said.mend != check.mend && !said.what.contains('{'),
                    "{said:#?}"
                );
            }
        }
        let told = format!("{checks:?}");
        for secret in
            [world::API_TOKEN, gorgias_world::API_KEY, front_world::TOKEN, ADMIN, WEBHOOK, "a-secret"]
        {
            assert!(!told.contains(secret), "{secret} in {told}");
        }
    }
}

/// What is found beside what is right.
fn odd(checks: &[Check]) -> Vec<&str> {
    let is_odd = |check: &&Check| check.finding != Finding::Passed;
    checks.iter().filter(is_odd).map(|check| check.code).collect()
}

#[tokio::test]
async fn a_healthy_set_up_has_no_fault_and_only_the_hint_that_an_agent_has_no_counterpart() {
    // Ines Duarte is in neither helpdesk, on purpose.
    let mut stand = Stand::with_webhook(&EVENTS).await;
    assert_eq!(odd(&stand.examined().await), ["agents"]);
    stand.use_front();
    let checks = stand.examined().await;
    assert_eq!(odd(&checks), ["agents"], "{checks:#?}");
    assert!(checks.len() >= 24, "{} checks", checks.len());
    assert!(checks.iter().any(|check| check.code == "disk"), "{checks:#?}");
    let asked = stand.sandbox.control().aircall().journal(0);
    assert!(asked.iter().all(|entry| !entry.is_write()), "it reads only");
    assert!(stand.sandbox.control().front().journal(0).iter().all(|entry| !entry.is_write()));
}

#[tokio::test]
async fn misconfigurations_in_the_file_are_named() {
    use Finding::{Fault, Hint};
    let lines = format!("numbers = [{}, {}]", world::SUPPORT_FR, world::SALES_US);
    let with_menu = format!("numbers = [{}, {}]", world::SUPPORT_FR, world::RECEPTION);
    let own_address = |url: &str| format!("public_url = \"{url}\"\nadmin_token");
    let manual = "webhook = \"manual\"";
    let nobody = own_address("http://127.0.0.1:1");
    for (from, to, code, finding, mend) in [
        (world::API_TOKEN, "mistyped", "aircall_key", Fault, "403 means a wrong or deleted key"),
        (&*lines, "", "lines", Fault, "Select lines"),
        (&*lines, "numbers = [881001, 999999]", "lines", Fault, "Take it out of [aircall] numbers"),
        (&*lines, &*with_menu, "menu_lines", Hint, "Leave the menu out"),
        (gorgias_world::API_KEY, "mistyped", "gorgias_key", Fault, "Make an API key in Gorgias"),
        (&*format!("admin_token = \"{ADMIN}\"\n"), "", "admin_token", Hint, "[hub] admin_token"),
        ("mode = \"live\"", "mode = \"off\"", "mode", Hint, "“shadow”"),
        (
            "mode = \"live\"",
            "mode = \"live\"\nfrom = \"2999-01-01T00:00:00Z\"",
            "mode",
            Hint,
            "[logging] from",
        ),
        ("webhook_url = \"https://alerts.example.com\"", "", "alerts", Hint, "[alerts] webhook_url"),
        (
            "admin_token",
            "time_zone = \"Asia/Tokyo\"\nadmin_token",
            "time_zone",
            Hint,
            "Correct [hub] time_zone",
        ),
        (manual, "webhook = \"none\"", "arrival", Hint, "[hub] public_url"),
        ("webhook_token = \"", "webhook_token = \"not-", "webhook_token", Fault, "[aircall] webhook_token"),
    ] {
        let mut stand = Stand::with_webhook(&EVENTS).await;
        stand.change(from, to);
        stand.finds(code, finding, mend).await;
    }
    let mut stand = Stand::with_webhook(&EVENTS).await;
    stand.change(manual, "webhook = \"auto\"");
    stand.change("admin_token", &nobody);
    stand.finds("public_address", Fault, "firewall").await;
    stand.finds("webhook", Fault, "Sidetone puts this right").await;
    let somebody = format!("http://{}", stand.served.gorgias);
    stand.change("http://127.0.0.1:1\"", &format!("{somebody}\""));
    stand.finds("public_address", Fault, "reverse proxy").await;
}

#[tokio::test]
async fn misconfigurations_at_aircall_are_named() {
    use Finding::{Fault, Hint};
    let stand = Stand::new().await;
    stand.finds("webhook", Fault, "Make one in the Aircall Dashboard").await;
    let stand = Stand::with_webhook(&EVENTS[1..]).await;
    stand.finds("webhook_events", Fault, "Let it listen").await;
    let all: Vec<&str> = EVENTS.into_iter().chain(["contact.created"]).collect();
    let stand = Stand::with_webhook(&all).await;
    stand.finds("webhook_events", Hint, "Let it listen").await;

    let stand = Stand::with_webhook(&EVENTS).await;
    let aircall = stand.sandbox.control().aircall().clone();
    stand.make_webhook("https://hooks.zapier.com/a-secret", &["call.ended"]);
    stand.finds("other_integrations", Hint, "If it writes calls into Gorgias").await;
    stand.make_webhook("https://northbrook.gorgias.com/a-secret", &["call.ended"]);
    stand.finds("other_integrations", Fault, "before Sidetone goes live").await;
    stand.make_webhook("https://hub.example.com/webhooks/aircall", &EVENTS);
    stand.finds("webhook_once", Hint, "Remove all but one").await;
    stand.make_webhook(&format!("https://old.example.com/webhooks/aircall/{ANOTHER}"), &EVENTS);
    stand.finds("other_sidetone", Fault, "take over").await;
    aircall.disable_webhooks();
    stand.finds("webhook_active", Fault, "Switch it on").await;
    aircall.enable_webhooks();
    for agent in [world::CAMILLE, world::JONAS, world::AMELIA, world::THEO, world::INES] {
        aircall.set_presence(agent, Presence::Offline).unwrap();
    }
    stand.finds("agents_online", Hint, "Outside of working hours").await;
    aircall.switch(|switches| switches.revoked = true);
    stand.finds("aircall_key", Fault, "Make an API key").await;
}

#[tokio::test]
async fn misconfigurations_in_the_helpdesk_are_named() {
    use Finding::{Fault, Hint};
    let mut stand = Stand::with_webhook(&EVENTS).await;
    let gorgias = stand.sandbox.control().gorgias().clone();
    stand.finds("agents", Hint, "the same e-mail in both").await;
    gorgias.switch(|switches| switches.forbidden_path = "/api/tags".into());
    stand.finds("permissions", Fault, "permissions").await;
    gorgias.switch(|switches| switches.forbidden_path = String::new());
    gorgias.set_user_active(gorgias_world::ADMIN, false).unwrap();
    stand.finds("fallback_author", Fault, "Activate an admin").await;
    gorgias.switch(|switches| switches.wrong_account = true);
    stand.finds("gorgias_key", Fault, "acme.gorgias.com").await;

    stand.use_front();
    let front = stand.sandbox.control().front().clone();
    front.switch(|switches| switches.missing_scopes = vec!["tags:read".into()]);
    stand.finds("permissions", Fault, "permissions").await;
    front.switch(|switches| switches.missing_scopes = vec!["comments:read".into()]);
    stand.finds("permissions", Fault, "permissions").await;
    front.switch(|switches| switches.missing_scopes.clear());
    let make_inbox = || front.by_a_person("POST", "/inboxes", &json!({"name": "Aircall Phone"})).unwrap();
    make_inbox();
    stand.finds("inbox_access", Hint, "Give them access").await;
    make_inbox();
    stand.finds("front_inbox", Fault, "Rename all but one").await;
    stand.change(front_world::TOKEN, "mistyped");
    stand.finds("front_key", Fault, "Make an API token").await;
}

#[tokio::test]
async fn misconfigurations_of_this_computer_are_named() {
    let stand = Stand::with_webhook(&EVENTS).await;
    let data = stand._dir.path().join("data");
    std::fs::create_dir(&data).unwrap();
    std::fs::write(
        data.join("sidetone.db"),
        "not a database at all, and long enough to be read as one".repeat(99),
    )
    .unwrap();
    stand.finds("database", Finding::Fault, "[hub] database").await;
    std::fs::remove_dir_all(&data).unwrap();
    std::fs::write(&data, "a file").unwrap();
    stand.finds("data_dir", Finding::Fault, "[hub] data_dir").await;
}

/// Nothing is looked at before there is something to look at: what is missing is named, wherever somebody asks.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_set_up_that_is_not_complete_it_is_said_what_is_missing() {
    let hub = Program::from_nothing(20.0, SECRET_KEY).await;
    let is_not_set_up = async || {
        for (method, path) in
            [("GET", "/api/doctor"), ("GET", "/api/doctor?format=text"), ("POST", "/api/doctor/mend")]
        {
            let method = method.parse().unwrap();
            let asked = hub.client.request(method, hub.url(path)).bearer_auth(ADMIN).send().await.unwrap();
            assert_eq!(asked.status(), 409, "{path}");
            let told: Value = serde_json::from_slice(&asked.bytes().await.unwrap()).unwrap();
            assert_eq!(told["code"], "not_set_up", "{path}");
        }
    };
    let said = async |arguments: &'static [&'static str]| {
        let mut command = hub.command(arguments);
        let ended = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        assert_eq!(ended.status.code(), Some(2), "{ended:?}");
        assert!(ended.stdout.is_empty(), "no report of half a set-up: {ended:?}");
        String::from_utf8_lossy(&ended.stderr).into_owned()
    };
    is_not_set_up().await;
    for arguments in [&["check"][..], &["check", "--json"]] {
        let told = said(arguments).await;
        for missing in ["[aircall] api_id: missing", "[aircall] api_token: missing", "[gorgias]"] {
            assert!(told.contains(missing), "{missing} in {told}");
        }
    }
    // What an admin entered in the browser is missing no more, also for the command.
    let key = json!({"api_id": world::API_ID, "api_token": world::API_TOKEN});
    assert_eq!(hub.post("/api/setup/aircall", key).await.1["accepted"], true);
    is_not_set_up().await;
    let told = said(&["check"]).await;
    assert!(!told.contains("[aircall]") && told.contains("[gorgias]"), "{told}");
    assert!(!told.contains(world::API_TOKEN), "{told}");
    assert!(hub.sandbox.control().gorgias().journal(0).is_empty(), "nobody was asked");
}

/// The check under this code.
fn of(report: &Value, code: &str) -> Value {
    let all = report["checks"].as_array().unwrap();
    all.iter().find(|check| check["code"] == code).unwrap_or_else(|| panic!("{code} in {report:#}")).clone()
}

/// Asks the hub to mend; status and body.
async fn mend(hub: &Program, code: &str, action: &str) -> (u16, Value) {
    let body = json!({"code": code, "action": action}).to_string();
    let answer =
        hub.client.post(hub.url("/api/doctor/mend")).bearer_auth(ADMIN).body(body).send().await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_hub_looks_once_for_all_who_ask_and_tells_it_as_a_text_too() {
    let hub = Program::start(20.0, "").await;
    hub.until_listening().await;
    let aircall = hub.sandbox.control().aircall().clone();
    let looks = || {
        aircall.journal(0).iter().filter(|entry| entry.path.starts_with("/v1/users/availabilities")).count()
    };
    let (one, two) = tokio::join!(hub.get("/api/doctor"), hub.get("/api/doctor"));
    assert_eq!(one, two);
    assert_eq!(looks(), 1, "one look for both");
    // The webhook may have been made so lately that its token is not kept yet.
    hub.until("all is well", Duration::from_secs(60), async || hub.get("/api/doctor").await["faults"] == 0)
        .await;
    let (seen, one) = (looks(), hub.get("/api/doctor").await);
    for code in ["webhook", "webhook_token", "public_address", "directory", "budget", "other_sidetone"] {
        assert_eq!(of(&one, code)["finding"], "passed", "{one:#}");
    }
    let hints: Vec<Value> = one["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|c| c["finding"] == "hint" && c["code"] != "disk")
        .cloned()
        .collect();
    assert_eq!(
        hints.iter().map(|hint| &hint["code"]).collect::<Vec<_>>(),
        ["alerts", "agents"],
        "{hints:#?}"
    );
    assert!(hints.iter().all(|hint| hint["why"] != "" && hint["mend"] != ""));

    // A reader of another language is told in it, beside the English that goes into reports.
    let german = of(&hub.get("/api/doctor?language=de").await, "agents");
    assert_eq!((&german["what"], &german["mend"]), (&hints[1]["what"], &hints[1]["mend"]));
    let said = german["said"]["what"].as_str().unwrap();
    assert!(said.contains("E-Mail-Adresse von Ines Duarte"), "{said}");
    assert_eq!(hints[1]["said"], Value::Null);

    let answer = hub.client.get(hub.url("/api/doctor?format=text")).bearer_auth(ADMIN).send().await.unwrap();
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/plain"));
    let text = answer.text().await.unwrap();
    assert!(
        text.contains("0 faults, ") && text.contains("Ines Duarte") && text.contains("To mend: "),
        "{text}"
    );
    for secret in [ADMIN, WEBHOOK, world::API_TOKEN, gorgias_world::API_KEY] {
        assert!(!text.contains(secret), "{secret}");
    }
    assert!(looks() <= seen + 1, "one look in ten seconds");
    assert_eq!(hub.client.get(hub.url("/api/doctor")).send().await.unwrap().status(), 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_hub_mends_what_it_can_and_says_what_is_to_be_set_in_the_file() {
    let hub = Program::with_lines(20.0, "", &[world::SUPPORT_FR, world::RECEPTION]).await;
    hub.until_listening().await;
    let aircall = hub.sandbox.control().aircall().clone();
    let other =
        json!({"url": format!("https://old.example.com/webhooks/aircall/{ANOTHER}"), "events": EVENTS});
    aircall.by_a_person("POST", "/v1/webhooks", &other).unwrap();
    // It notices within its own look.
    hub.until("it only reads", Duration::from_secs(90), async || {
        hub.get("/api/health").await["writer"]["state"] == "read_only"
    })
    .await;
    let begun = Instant::now();
    let report = hub.get("/api/doctor").await;
    assert_eq!(of(&report, "other_sidetone")["action"], "take_over", "{report:#}");
    assert_eq!(of(&report, "menu_lines")["action"], "leave_menu_out");

    let (status, told) = mend(&hub, "menu_lines", "leave_menu_out").await;
    assert_eq!((status, &told["code"]), (409, &json!("read_only")), "the file selects the lines");
    assert_eq!(told["key"], "aircall.numbers");
    let (status, told) = mend(&hub, "aircall_key", "take_over").await;
    assert_eq!((status, &told["code"]), (404, &json!("no_such_fault")));
    assert_eq!(mend(&hub, "other_sidetone", "take_over").await.0, 202);
    hub.until("it is the only one", Duration::from_secs(30), async || {
        hub.get("/api/health").await["writer"]["state"] == "sole"
    })
    .await;
    let report = hub.get("/api/doctor").await;
    assert!(begun.elapsed() >= Duration::from_secs(10), "after mending it is looked anew, in its time");
    assert_eq!(of(&report, "other_sidetone")["finding"], "passed", "{report:#}");

    let spare = json!({"url": hub.url("/webhooks/aircall"), "events": EVENTS});
    aircall.by_a_person("POST", "/v1/webhooks", &spare).unwrap();
    tokio::time::sleep(Duration::from_secs(10)).await;
    let report = hub.get("/api/doctor").await;
    assert_eq!(of(&report, "webhook_once")["action"], "remove_spare_webhooks", "{report:#}");
    assert_eq!(mend(&hub, "webhook_once", "remove_spare_webhooks").await.0, 202);
    assert_eq!(aircall.webhooks().len(), 1, "ours is left");
    assert!(
        hub.client.post(hub.url("/api/pause")).bearer_auth(ADMIN).send().await.unwrap().status().is_success()
    );
    let report = hub.get("/api/doctor").await;
    assert_eq!(of(&report, "mode")["action"], "resume");
    assert_eq!(mend(&hub, "mode", "resume").await.0, 202);
    assert_eq!(hub.get("/api/health").await["paused"], Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_somebody_did_to_our_webhook_is_told_and_put_right_at_a_click() {
    // The hub has just looked, and by itself looks again in a minute.
    let hub = Program::start(20.0, "[health]\ncheck_seconds = 60").await;
    hub.until_listening().await;
    let aircall = hub.sandbox.control().aircall().clone();
    let listed = aircall.by_a_person("GET", "/v1/webhooks", &Value::Null).unwrap().1;
    let id = listed["webhooks"][0]["webhook_id"].as_str().unwrap().to_owned();
    // Its token is taken in with the look that follows its making.
    hub.until("the doctor sees it well", Duration::from_secs(40), async || {
        of(&hub.get("/api/doctor").await, "webhook_token")["finding"] == "passed"
    })
    .await;
    aircall.switch(|switches| switches.change_renews_token = true);
    let worse = json!({"active": false, "events": ["call.created"]});
    let mut report = Value::Null;
    // Where the hub's own look falls into these seconds, it has put all of it right by itself: then it is done once more.
    for _ in 0..2 {
        aircall.by_a_person("PUT", &format!("/v1/webhooks/{id}"), &worse).unwrap();
        tokio::time::sleep(Duration::from_secs(10)).await;
        report = hub.get("/api/doctor").await;
        if of(&report, "webhook_active")["finding"] == "fault" {
            break;
        }
    }
    for (code, action) in [
        ("webhook_active", "enable_webhook"),
        ("webhook_events", "listen_to_our_events"),
        ("webhook_token", "remake_webhook"),
    ] {
        let check = of(&report, code);
        assert_eq!((&check["finding"], &check["action"]), (&json!("fault"), &json!(action)), "{check:#}");
    }
    let begun = Instant::now();
    assert_eq!(mend(&hub, "webhook_active", "enable_webhook").await.0, 202);
    let report = hub.get("/api/doctor").await;
    assert!(begun.elapsed() < Duration::from_secs(20), "not only when it looks by itself");
    for code in ["webhook_active", "webhook_events", "webhook_token"] {
        assert_eq!(of(&report, code)["finding"], "passed", "{report:#}");
    }
}
