//! What a person copies out of the doctor's report to send it to somebody: no secret in it, whatever the vendors and the
//! system answer (B12), and nothing in English where it is read in another language.

use std::collections::BTreeSet;
use std::sync::Arc;

use sidetone_engine::store::sqlite::SqliteStore;
use sidetone_words::Language;

use super::*;
use crate::config::{Secret, secrets, sign_in_of};
use crate::vault::{SealKey, Vault};

/// A secret whose name tells in a report which one it was.
fn value_of(key: &str) -> String {
    match key {
        "hub.secret_key" => SealKey::from_bytes([7; 32]).to_text().reveal().to_owned(),
        // Nobody listens there.
        "hub.database" => format!("postgres://sidetone:{}@127.0.0.1:1/sidetone", marker(key)),
        "alerts.smtp" => format!("smtp://ada%40example.com:{}@127.0.0.1:1", marker(key)),
        "alerts.webhook_url" => format!("https://hooks.example.com/{}", marker(key)),
        _ => marker(key),
    }
}

/// What must stand in no report.
fn marker(key: &str) -> String {
    if key == "hub.secret_key" {
        return value_of(key);
    }
    format!("geheim-{}", key.replace(['.', '_'], "-"))
}

/// The file of an operator who gives each of these, with one helpdesk's.
fn configuration(keys: &[&str], dir: &std::path::Path) -> String {
    let mut text = String::new();
    let mut sections: Vec<&str> = keys.iter().filter_map(|key| Some(key.rsplit_once('.')?.0)).collect();
    sections.extend(["hub", "aircall", "alerts"]);
    let sections: BTreeSet<&str> = sections.into_iter().collect();
    for section in sections {
        text.push_str(&format!("[{section}]\n"));
        text.push_str(&match section {
            "hub" => format!("data_dir = {dir:?}\npublic_url = \"https://hub.example.com\"\n"),
            "aircall" => "api_id = \"id\"\nwebhook = \"manual\"\nnumbers = [123]\n".to_owned(),
            "gorgias" => "account = \"acme\"\nemail = \"ada@example.com\"\n".to_owned(),
            "alerts" => "to = \"ada@example.com\"\n".to_owned(),
            _ => "client_id = \"app\"\n".to_owned(),
        });
        let own = keys.iter().filter(|key| key.rsplit_once('.').is_some_and(|(of, _)| of == section));
        for key in own {
            let name = key.rsplit('.').next().unwrap_or(key);
            text.push_str(&format!("{name} = {:?}\n", value_of(key)));
        }
    }
    text.replace("[front]\nclient_id = \"app\"\n", "[front]\n")
}

/// Vendors and a network that tell everybody what they were sent.
struct Gossips {
    status: Option<u16>,
}

#[async_trait]
impl Transport for Gossips {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        let sent = format!("{} {:?} {:?}", request.uri(), request.headers(), request.body());
        let plain: Vec<&str> = request.headers().values().filter_map(|value| value.to_str().ok()).collect();
        let Some(status) = self.status else {
            return Err(TransportError::NotSent("no route to host".into()));
        };
        let body = json!({"error": {"msg": format!("you sent {sent}")}, "message": plain.join(" ")});
        let answer = http::Response::builder().status(status).body(Bytes::from(body.to_string()));
        // As the way over the network does it.
        let credential = crate::unsaid::credential(request.headers());
        Ok(crate::unsaid::without(&credential, answer.expect("an answer")))
    }

    async fn stream(
        &self,
        request: http::Request<Outgoing>,
    ) -> Result<http::Response<Incoming>, TransportError> {
        Err(TransportError::NotSent(format!("{} moves no files", request.uri().path())))
    }
}

/// As a header carries it, too.
fn spellings(secret: &str) -> Vec<String> {
    use base64::Engine as _;
    let encode = |text: String| base64::engine::general_purpose::STANDARD.encode(text);
    vec![
        secret.to_owned(),
        encode(secret.to_owned()),
        encode(format!("id:{secret}")),
        encode(format!("ada@example.com:{secret}")),
    ]
}

#[tokio::test]
async fn no_secret_stands_in_a_report_by_whatever_name() {
    let mut given: BTreeSet<&str> = BTreeSet::new();
    for helpdesk in ["gorgias", "front"] {
        let other = if helpdesk == "gorgias" { "front." } else { "gorgias." };
        let keys: Vec<&str> = secrets().filter(|key| !key.starts_with(other)).collect();
        given.extend(&keys);
        let dir = tempfile::tempdir().expect("a folder");
        let store = Arc::new(SqliteStore::open(&dir.path().join("vault.db")).expect("opens"));
        let config =
            Arc::new(config::read(&configuration(&keys, dir.path()), std::iter::empty()).expect("is good"));
        let signed_in = [Vendor::Aircall, Vendor::Gorgias, Vendor::Front].map(sign_in_of);
        let own_key = SealKey::from_bytes([7; 32]);
        for name in signed_in {
            let kept = Vault::new(store.clone(), Some(own_key.clone())).put(name, &Secret::new(marker(name)));
            kept.expect("is kept");
        }
        let names: Vec<String> = signed_in.iter().map(ToString::to_string).collect();
        let transports: [Arc<dyn Transport>; 5] = [
            Arc::new(Vendors::default()),
            Arc::new(Gossips { status: Some(401) }),
            Arc::new(Gossips { status: Some(403) }),
            Arc::new(Gossips { status: Some(500) }),
            Arc::new(Gossips { status: None }),
        ];
        for transport in transports {
            for key in [Some(own_key.clone()), None, Some(SealKey::random())] {
                let patient = Patient::new(config.clone(), transport.clone());
                let checks =
                    examine(&patient.with_vault(Vault::new(store.clone(), key), names.clone())).await;
                assert!(checks.len() > 5, "{checks:#?}");
                for language in [Language::En, Language::De, Language::Fr] {
                    let report = report_in(&checks, 0, language);
                    let told =
                        format!("{}\n{}", text(&report), serde_json::to_string(&report).expect("JSON"));
                    for name in keys.iter().chain(&signed_in) {
                        for secret in spellings(&marker(name)) {
                            assert!(!told.contains(&secret), "{name} in {told}");
                        }
                    }
                }
            }
        }
    }
    assert_eq!(given, secrets().collect(), "each was given once");
}

/// Names, addresses, units: they read the same everywhere.
const SAME_EVERYWHERE: [&str; 10] = [
    "account",
    "fallback_author",
    "front_inbox",
    "time_zone",
    "language",
    "public_url",
    "webhook_address",
    "public_address",
    "database",
    "webhook_once",
];

#[tokio::test]
async fn what_was_measured_is_told_in_the_readers_language() {
    let hub = "admin_token = \"a-long-token-of-an-admin\"\n";
    for helpdesk in [GORGIAS, "[front]\napi_token = \"token\"\ninbox = \"Hotline\"\n"] {
        let checks = examined_with(Vendors::default(), helpdesk, hub, "numbers = [123, 124]").await;
        for language in [Language::De, Language::Fr] {
            let told = report_in(&checks, 0, language).checks;
            let measured = || told.iter().filter(|check| check.value.is_some());
            assert!(measured().count() > 8, "{told:#?}");
            let foreign = |check: &&sidetone_protocol::CheckView| {
                check.said_value.is_none() && !SAME_EVERYWHERE.contains(&&*check.code)
            };
            let in_english: Vec<_> = measured().filter(foreign).collect();
            assert!(in_english.is_empty(), "{in_english:#?}");
        }
        let english = report_in(&checks, 0, Language::En).checks;
        assert!(english.iter().all(|check| check.said_value.is_none()));
    }
    let checks = examined(Vendors::default()).await;
    let said = |code, language| {
        let checks = report_in(&checks, 0, language).checks;
        checks.into_iter().find(|check| check.code == code).and_then(|check| check.said_value)
    };
    assert_eq!(said("aircall_key", Language::De).as_deref(), Some("2 Leitungen"));
    assert_eq!(said("gorgias_key", Language::Fr).as_deref(), Some("1 utilisateur"));
    assert_eq!(said("agents_online", Language::De).as_deref(), Some("1 von 1"));
}
