//! What the doctor says of what Aircall and the helpdesk hold, with vendors that answer by heart.

mod copyable;

use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;
use serde_json::{Value, json};
use sidetone_engine::transport::{Incoming, Outgoing, Transport};

use super::*;
use crate::config;

/// The vendors: each list has one page.
struct Vendors {
    gorgias_users: Vec<Value>,
    aircall_users: Vec<Value>,
    lines: Vec<Value>,
    /// Who is on each line.
    on_line: Vec<Value>,
    presences: Vec<Value>,
    webhooks: Vec<Value>,
    tickets: Vec<Value>,
    account_status: &'static str,
    /// Paths that are answered 403.
    forbidden: Vec<&'static str>,
    /// `X-Gorgias-Account-Api-Call-Limit`.
    gorgias_used: &'static str,
    asked: Mutex<Vec<String>>,
}

impl Default for Vendors {
    fn default() -> Vendors {
        let zone = "Europe/Paris";
        Vendors {
            gorgias_users: vec![gorgias_user(5, "ada@example.com", "admin", true)],
            aircall_users: vec![aircall_user(31, Some("Ada Roux"), "ada@example.com")],
            lines: vec![
                json!({"id": 123, "name": "Support FR", "time_zone": zone, "live_recording_activated": true}),
                json!({"id": 124, "name": "Sales", "time_zone": zone, "live_recording_activated": true}),
            ],
            on_line: vec![json!({"id": 31})],
            presences: vec![json!({"id": 31, "availability": "available"})],
            webhooks: Vec::new(),
            tickets: Vec::new(),
            account_status: "active",
            forbidden: Vec::new(),
            gorgias_used: "3/80",
            asked: Mutex::default(),
        }
    }
}

#[async_trait]
impl Transport for Vendors {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        let path = request.uri().path();
        self.asked.lock().expect("is whole").push(path.to_owned());
        if self.forbidden.contains(&path) {
            let refused = http::Response::builder().status(403).body(Bytes::from_static(b"{}"));
            return Ok(refused.expect("an answer"));
        }
        let list = |items: &[Value]| json!({"data": items, "meta": {}, "object": "list"});
        let body = match path {
            "/v1/numbers" => json!({"meta": {}, "numbers": self.lines}),
            "/v1/numbers/123" | "/v1/numbers/124" => {
                let id: u64 = path.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an id");
                json!({"number": {"id": id, "name": "Support FR", "users": self.on_line}})
            }
            "/v2/users" => json!({"meta": {}, "users": self.aircall_users}),
            "/v1/users/availabilities" => json!({"meta": {}, "users": self.presences}),
            "/v1/webhooks" => json!({"meta": {}, "webhooks": self.webhooks}),
            "/api/users" => list(&self.gorgias_users),
            "/api/account" => json!({"domain": "acme", "status": {"status": self.account_status}}),
            "/api/tickets" => list(&self.tickets),
            "/api/customers" | "/api/tags" => list(&[]),
            "/teammates" | "/inboxes/inb_5/teammates" => json!({"_results": [
                {"id": "tea_1", "email": "Camille@example.com", "type": "user", "is_blocked": false},
                {"id": "tea_2", "email": "bob@example.com", "type": "user", "is_blocked": true},
            ]}),
            "/inboxes/inb_6/teammates" | "/inboxes/inb_1/teammates" | "/contacts" | "/tags" => {
                json!({"_results": []})
            }
            "/inboxes" => {
                json!({"_results": [
                    {"id": "inb_1", "name": "Calls"},
                    {"id": "inb_2", "name": "Calls"},
                    {"id": "inb_3", "name": "Phone", "is_private": true},
                    {"id": "inb_4", "name": "Hotline", "is_private": true},
                    {"id": "inb_5", "name": " Hotline "},
                    {"id": "inb_6", "name": "Closed"},
                ]})
            }
            path => return Err(TransportError::NotSent(format!("{path} is not known"))),
        };
        let answer = http::Response::builder().header("x-gorgias-account-api-call-limit", self.gorgias_used);
        Ok(answer.body(Bytes::from(body.to_string())).expect("an answer"))
    }

    async fn stream(
        &self,
        request: http::Request<Outgoing>,
    ) -> Result<http::Response<Incoming>, TransportError> {
        Err(TransportError::NotSent(format!("{} moves no files", request.uri().path())))
    }
}

const GORGIAS: &str = "[gorgias]\naccount = \"acme\"\nemail = \"ada@example.com\"\napi_key = \"key\"\n";

/// `text`: the configuration but for the sections of the two vendors' keys.
async fn examined_with(vendors: Vendors, helpdesk: &str, hub: &str, aircall: &str) -> Vec<Check> {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("data");
    // Nobody listens on a reserved port.
    let text = format!(
        "[hub]\nlisten = \"127.0.0.1:1\"\ndata_dir = {data:?}\n{hub}\n[aircall]\napi_id = \"id\"\napi_token = \"token\"\n{aircall}\n{helpdesk}"
    );
    let config = config::read(&text, std::iter::empty()).expect("is good");
    examine(&Patient::new(config.into(), std::sync::Arc::new(vendors))).await
}

async fn examined(vendors: Vendors) -> Vec<Check> {
    examined_with(vendors, GORGIAS, "", "numbers = [123, 124]").await
}

fn of(checks: &[Check], code: &str) -> Check {
    let found: Vec<&Check> = checks.iter().filter(|check| check.code == code).collect();
    assert_eq!(found.len(), 1, "{code} in {checks:#?}");
    found[0].clone()
}

fn gorgias_user(id: u64, email: &str, role: &str, active: bool) -> Value {
    json!({"id": id, "email": email, "name": email, "role": {"name": role}, "active": active})
}

fn aircall_user(id: u64, name: Option<&str>, email: &str) -> Value {
    json!({"id": id, "name": name, "email": email, "language": "en-US"})
}

#[tokio::test]
async fn whom_the_engine_passes_over_is_no_counterpart_here_either() {
    let vendors = Vendors {
        gorgias_users: vec![
            gorgias_user(1, "Camille@example.com", "agent", true),
            gorgias_user(2, "jonas@example.com", "agent", false),
            gorgias_user(3, "theo@example.com", "bot", true),
            gorgias_user(4, "ines@example.com", "internal-agent", true),
            gorgias_user(5, "ada@example.com", "admin", true),
        ],
        aircall_users: vec![
            aircall_user(31, Some("Camille Roux"), " camille@example.com "),
            aircall_user(32, Some("Jonas Weber"), "jonas@example.com"),
            aircall_user(33, Some("Theo Marchand"), "theo@example.com"),
            aircall_user(34, Some("Ines Duarte"), "ines@example.com"),
            aircall_user(35, None, "nobody@example.com"),
        ],
        ..Vendors::default()
    };
    let checks = examined(vendors).await;
    let agents = of(&checks, "agents");
    assert_eq!(agents.finding, Finding::Hint);
    assert_eq!(
        agents.what,
        "Nobody active in Gorgias has the e-mail of Jonas Weber, Theo Marchand, Ines Duarte, nobody@example.com"
    );
    assert_eq!(of(&checks, "fallback_author").finding, Finding::Passed);
}

#[tokio::test]
async fn a_deactivated_admin_is_no_fallback_author() {
    let vendors = Vendors {
        gorgias_users: vec![
            gorgias_user(1, "camille@example.com", "agent", true),
            gorgias_user(5, "ada@example.com", "admin", false),
        ],
        aircall_users: vec![aircall_user(31, Some("Camille Roux"), "camille@example.com")],
        ..Vendors::default()
    };
    let checks = examined(vendors).await;
    assert_eq!(of(&checks, "fallback_author").finding, Finding::Fault);
    assert_eq!(of(&checks, "agents").finding, Finding::Passed);
}

#[tokio::test]
async fn of_front_the_token_the_people_and_the_inbox_are_looked_at() {
    let look = async |inbox: &str| {
        let vendors = Vendors {
            aircall_users: vec![
                aircall_user(1, Some("Camille"), "camille@example.com"),
                aircall_user(2, Some("Bob"), "bob@example.com"),
            ],
            ..Vendors::default()
        };
        let front = format!("[front]\napi_token = \"token\"\ninbox = \"{inbox}\"\n");
        examined_with(vendors, &front, "", "numbers = [123]").await
    };
    let checks = look("Aircall Phone").await;
    assert_eq!(of(&checks, "front_key").finding, Finding::Passed);
    assert!(of(&checks, "front_inbox").what.contains("it is made with the first call"), "{checks:?}");
    let agents = of(&checks, "agents");
    assert_eq!((agents.finding, agents.what.contains("Bob")), (Finding::Hint, true), "blocked: {agents:?}");
    assert!(!agents.what.contains("Camille"), "{agents:?}");
    assert_eq!(of(&look("Calls").await, "front_inbox").finding, Finding::Fault, "two of one name");
    let phone = of(&look("Phone").await, "front_inbox");
    assert_eq!(phone.finding, Finding::Hint, "nobody else sees it: {phone:?}");
    assert!(phone.what.contains("another one is made"), "{phone:?}");
    let checks = look("Hotline").await;
    let hotline = of(&checks, "front_inbox");
    assert_eq!((hotline.finding, &*hotline.what), (Finding::Passed, "Calls go into the inbox \"Hotline\""));
    assert_eq!(of(&checks, "inbox_access").finding, Finding::Passed);
    let closed = of(&look("Closed").await, "inbox_access");
    assert_eq!(closed.finding, Finding::Hint);
    assert_eq!(closed.what, "Camille cannot see the inbox of calls", "Bob is not in Front at all");
}

#[tokio::test]
async fn what_is_as_it_should_be_has_no_fault_and_each_code_stands_once_and_in_order() {
    let checks = examined(Vendors::default()).await;
    // How full the disk of whoever runs this is, is their own affair.
    let is_odd = |check: &&Check| check.finding != Finding::Passed && check.code != "disk";
    let odd: Vec<&str> = checks.iter().filter(is_odd).map(|check| check.code).collect();
    // Nothing else is set: no token for the pages, no alerts, no mode, no address.
    assert_eq!(odd, ["admin_token", "alerts", "mode", "arrival"], "{checks:#?}");
    let places: Vec<usize> = checks.iter().map(Check::place).collect();
    assert!(places.is_sorted_by(|a, b| a < b), "{places:?}");
    assert!(checks.iter().all(|check| !check.why().is_empty() && check.place() < CODES.len()));
    let with_value = checks.iter().filter(|check| check.finding == Finding::Passed);
    assert!(with_value.clone().all(|check| check.value.is_some()), "{checks:#?}");
}

#[tokio::test]
async fn each_list_is_read_once() {
    let vendors = std::sync::Arc::new(Vendors::default());
    let text = format!("[aircall]\napi_id = \"id\"\napi_token = \"token\"\nnumbers = [123, 124]\n{GORGIAS}");
    let config = config::read(&text, std::iter::empty()).expect("is good");
    examine(&Patient::new(config.into(), vendors.clone())).await;
    let mut asked = vendors.asked.lock().expect("is whole").clone();
    asked.sort();
    let wanted = [
        "/api/account",
        "/api/customers",
        "/api/tags",
        "/api/tickets",
        "/api/users",
        "/v1/numbers",
        "/v1/numbers/123",
        "/v1/numbers/124",
        "/v1/users/availabilities",
        "/v1/webhooks",
        "/v2/users",
    ];
    assert_eq!(asked, wanted);
}

#[tokio::test]
async fn what_is_odd_at_the_vendors_is_named_by_its_code_and_how_to_mend_it() {
    let now = chrono::Utc::now();
    let ticket = |channel: &str| json!({"id": 1, "channel": channel, "created_datetime": now.to_rfc3339()});
    let line = |more: Value| {
        let mut line = json!({"id": 123, "name": "Support +33 1 99 00 10 10", "time_zone": "Europe/Paris"});
        line.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        vec![line, json!({"id": 124, "name": "Sales", "time_zone": "Europe/Paris"})]
    };
    let odd: Vec<(&str, Vendors, Finding, &str)> = vec![
        ("lines", Vendors { lines: vec![], ..Vendors::default() }, Finding::Fault, "[aircall] numbers"),
        (
            "menu_lines",
            Vendors { lines: line(json!({"is_ivr": true})), ..Vendors::default() },
            Finding::Hint,
            "Leave the menu out",
        ),
        (
            "recording",
            Vendors { lines: line(json!({"live_recording_activated": false})), ..Vendors::default() },
            Finding::Hint,
            "Switch recording on",
        ),
        (
            "time_zone",
            Vendors { lines: line(json!({"time_zone": null})), ..Vendors::default() },
            Finding::Hint,
            "[hub] time_zone",
        ),
        (
            "line_users",
            Vendors { on_line: vec![], ..Vendors::default() },
            Finding::Hint,
            "Put users or a team",
        ),
        (
            "agents_online",
            Vendors { presences: vec![json!({"id": 31, "availability": "offline"})], ..Vendors::default() },
            Finding::Hint,
            "Outside of working hours",
        ),
        (
            "language",
            Vendors {
                aircall_users: vec![json!({"id": 31, "email": "ada@example.com", "language": "fr-FR"})],
                ..Vendors::default()
            },
            Finding::Hint,
            "[logging] language",
        ),
        (
            "account",
            Vendors { account_status: "deactivated", ..Vendors::default() },
            Finding::Fault,
            "Activate it",
        ),
        (
            "permissions",
            Vendors { forbidden: vec!["/api/tickets"], ..Vendors::default() },
            Finding::Fault,
            "permissions",
        ),
        (
            "gorgias_key",
            Vendors { forbidden: vec!["/api/users"], ..Vendors::default() },
            Finding::Fault,
            "admin",
        ),
        (
            "aircall_key",
            Vendors { forbidden: vec!["/v1/numbers"], ..Vendors::default() },
            Finding::Fault,
            "403",
        ),
        (
            "budget",
            Vendors { gorgias_used: "60/80", ..Vendors::default() },
            Finding::Hint,
            "other integrations",
        ),
        (
            "other_integrations",
            Vendors { tickets: vec![ticket("phone"), ticket("aircall")], ..Vendors::default() },
            Finding::Fault,
            "before Sidetone goes live",
        ),
        (
            "other_integrations",
            Vendors {
                webhooks: vec![
                    json!({"webhook_id": "w", "url": "https://hooks.zapier.com/hooks/secret", "active": true}),
                ],
                ..Vendors::default()
            },
            Finding::Hint,
            "Gorgias",
        ),
    ];
    for (code, vendors, finding, mend) in odd {
        let checks = examined(vendors).await;
        let check = of(&checks, code);
        assert_eq!(check.finding, finding, "{check:?}");
        assert!(check.mend.contains(mend), "{check:?}");
        let told = text(&report(&checks, 0));
        for secret in ["secret", "99 00 10 10", "token\n"] {
            assert!(!told.contains(secret), "{secret} in {told}");
        }
    }
}

#[tokio::test]
async fn leaving_out_is_offered_for_menus_and_for_lines_that_are_gone() {
    let lines = vec![json!({"id": 123, "is_ivr": true}), json!({"id": 124})];
    let checks = examined(Vendors { lines, ..Vendors::default() }).await;
    let menu = of(&checks, "menu_lines").remedy.expect("a remedy");
    assert_eq!((menu.action, menu.deed), ("leave_menu_out", check::Deed::SelectLines([124].into())));
    let lines = vec![json!({"id": 124})];
    let checks = examined(Vendors { lines, ..Vendors::default() }).await;
    let gone = of(&checks, "lines").remedy.expect("a remedy");
    assert_eq!(gone.deed, check::Deed::SelectLines([124].into()));
}

#[tokio::test]
async fn addresses_that_do_not_fit_together_are_told() {
    let address = "public_url = \"http://127.0.0.1:8787\"";
    let checks = examined_with(Vendors::default(), GORGIAS, address, "numbers = [123]").await;
    assert_eq!(of(&checks, "public_url").finding, Finding::Fault, "Aircall cannot reach this computer");
    assert_eq!(of(&checks, "public_address").finding, Finding::Hint, "nobody serves it");
    let live = "[logging]\nmode = \"live\"\n";
    let stand_in =
        format!("{}{live}", GORGIAS.replace("account = \"acme\"", "api_url = \"http://127.0.0.1:4002\""));
    let checks = examined_with(Vendors::default(), &stand_in, "", "numbers = [123]").await;
    let mixed = of(&checks, "sandbox");
    assert_eq!(
        (mixed.finding, mixed.mend.contains("[gorgias] api_url")),
        (Finding::Fault, true),
        "{mixed:?}"
    );
    let real = format!("{GORGIAS}{live}");
    let stand_in = "api_url = \"http://127.0.0.1:4001\"\nnumbers = [123]";
    let mixed = of(&examined_with(Vendors::default(), &real, "", stand_in).await, "sandbox");
    assert_eq!(
        (mixed.finding, mixed.mend.contains("[aircall] api_url")),
        (Finding::Fault, true),
        "{mixed:?}"
    );
}

#[test]
fn every_code_is_explained_in_the_readme() {
    let readme = include_str!("../../../../README.md");
    for (code, _) in CODES {
        assert!(readme.contains(&format!("| `{code}` |")), "{code}");
    }
}

#[tokio::test]
async fn secrets_that_cannot_be_read_are_told() {
    use crate::config::Secret;
    use crate::vault::{SealKey, Vault};
    use sidetone_engine::store::sqlite::SqliteStore;
    let dir = tempfile::tempdir().expect("a folder");
    let store = std::sync::Arc::new(SqliteStore::open(&dir.path().join("sidetone.db")).expect("opens"));
    let key = SealKey::random();
    let text = format!(
        "[hub]\ndata_dir = {:?}\n[aircall]\napi_id = \"id\"\napi_token = \"token\"\n{GORGIAS}",
        dir.path().display().to_string()
    );
    let look = async |key: Option<SealKey>| {
        let config = config::read(&text, std::iter::empty()).expect("is good");
        let vault = Vault::new(store.clone(), key);
        let patient = Patient::new(config.into(), std::sync::Arc::new(Vendors::default()));
        of(&examine(&patient.with_vault(vault, vec!["gorgias.api_key".into()])).await, "secrets")
    };
    let kept = Vault::new(store.clone(), Some(key.clone())).put("gorgias.api_key", &Secret::new("geheim"));
    kept.expect("is kept");
    assert_eq!(look(Some(key)).await.value.as_deref(), Some("1 kept"));
    for (key, mend) in [(None, "[hub] secret_key"), (Some(SealKey::random()), "connect the service again")] {
        let check = look(key).await;
        assert_eq!((check.finding, check.mend.contains(mend)), (Finding::Fault, true), "{check:?}");
    }
}
