//! A4: alerts by mail and web hook, by the real program to a real mail server and a real receiver.

pub mod receivers;

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use sidetone_engine::store::Change;
use sidetone_engine::telling::{Body, Decided, Telling, TellingState, Told};
use sidetone_protocol::TellingWay;

use self::receivers::{Hook, MailServer, PASSWORD, USER};
use crate::program::{ADMIN, Program, SECRET_KEY, has_none_of};

const WITHIN: Duration = Duration::from_secs(30);

pub fn alerts(mail: &MailServer, password: &str, hook: &Hook, language: &str) -> String {
    format!(
        "language = \"{language}\"\n[alerts]\nsmtp = \"{}\"\nto = [\"ops@example.com\", \"Ada <ada@example.com>\"]\n\
         webhook_url = \"{}\"\n",
        mail.url(password),
        hook.url()
    )
}

/// What an earlier run of this program left in its database.
pub fn left_behind(hub: &Program, decided: Decided) {
    let store = hub.store();
    store.commit(&Change { telling: decided, ..Change::at(Utc::now()) }).unwrap();
}

/// It has stood for a while, and nobody was told yet.
pub fn stands(cause: &str) -> Told {
    let now = Utc::now();
    Told {
        cause: cause.into(),
        first_at: now - TimeDelta::minutes(10),
        seen_at: now,
        since: (now - TimeDelta::minutes(10)).timestamp(),
        calls: 0,
        told_at: None,
        reminders: 0,
        raised_at: None,
        over_at: None,
    }
}

async fn ask(hub: &Program, method: reqwest::Method, path: &str) -> (u16, Value) {
    let answer = hub.client.request(method, hub.url(path)).bearer_auth(ADMIN).send().await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default())
}

#[tokio::test]
async fn a_cause_that_stands_is_told_on_both_ways_once_though_the_program_is_killed() {
    let (mail, hook) = (MailServer::start().await, Hook::start().await);
    let mut hub = Program::start(20.0, &alerts(&mail, PASSWORD, &hook, "en")).await;
    hub.sandbox.control().gorgias().switch(|s| s.revoked = true);
    hub.kill();
    left_behind(&hub, Decided { told: vec![stands("gorgias_refused")], ..Decided::default() });
    hub.run().await;
    hub.until("both are told", WITHIN, async || mail.taken().len() == 1 && hook.taken().len() == 1).await;

    let sent = mail.taken().remove(0);
    assert_eq!(
        (sent.from.as_str(), sent.to.as_slice()),
        (USER, &["ops@example.com".into(), "ada@example.com".into()][..])
    );
    assert_eq!(sent.head("Subject"), "Sidetone: Gorgias has withdrawn the access");
    assert_eq!(sent.head("Auto-Submitted"), "auto-generated");
    let body = sent.body();
    assert!(
        body.contains("Logging waits. Connect again and it goes on."),
        "no number where none is known: {body}"
    );
    assert!(body.contains(&format!("http://{}/#health", hub.hub)), "{body}");

    let posted = hook.taken().remove(0);
    assert_eq!(posted.body["alert"], "gorgias_refused");
    assert_eq!(posted.body["state"], "raised");
    assert_eq!(posted.body["title"], "Gorgias has withdrawn the access");
    assert!(posted.body["since"].as_str().unwrap().ends_with('Z'), "{posted:?}");
    assert_eq!(posted.body["link"], format!("http://{}/#health", hub.hub));
    assert!(posted.id.starts_with(posted.body["id"].as_str().unwrap()), "{posted:?}");

    for _ in 0..2 {
        hub.kill();
        hub.run().await;
        tokio::time::sleep(Duration::from_secs(8)).await;
    }
    assert_eq!((mail.taken().len(), hook.taken().len()), (1, 1));
    let telling = hub.get("/api/health").await["telling"].clone();
    assert!(telling[0]["sent_at"].is_i64() && telling[0]["waiting"] == 0, "{telling}");
    has_none_of(&hub, &[PASSWORD, "secret-room-9"]);
}

#[tokio::test]
async fn what_was_decided_before_a_kill_goes_out_after_it_in_the_configured_language() {
    let (mail, hook) = (MailServer::start().await, Hook::start().await);
    let mut hub = Program::start(20.0, &alerts(&mail, PASSWORD, &hook, "de")).await;
    hub.kill();
    let now = Utc::now();
    let body = Body {
        code: "webhook_disabled".into(),
        since: 1_795_000_000,
        until: Some(1_795_000_900),
        calls: 37,
        what: "…".into(),
        mend: "…".into(),
        account: None,
    };
    let about = "webhook_disabled-1795000000";
    let telling = |way, state: TellingState| Telling::new(way, about, state.code(), state, body.clone(), now);
    let tellings = vec![
        telling(TellingWay::Mail, TellingState::Raised),
        telling(TellingWay::WebHook, TellingState::Over),
    ];
    left_behind(&hub, Decided { tellings, ..Decided::default() });
    hub.run().await;
    hub.until("both are told", WITHIN, async || mail.taken().len() == 1 && hook.taken().len() == 1).await;
    let sent = mail.taken().remove(0);
    assert!(sent.body().starts_with("Webhook deaktiviert seit 2026-11-18 11:06 (UTC)"), "{}", sent.body());
    assert!(sent.head("References").contains(about), "mails about one cause are shown together");
    let over = hook.taken().remove(0).body;
    assert_eq!((&over["state"], &over["calls"]), (&json!("over"), &json!(37)));
    assert!(over["title"].as_str().unwrap().starts_with("Vorbei: Webhook deaktiviert"), "{over}");
    assert!(over["text"].as_str().unwrap().contains("37 Anrufe sind betroffen."), "{over}");
    assert_eq!(over["until"], "2026-11-18T11:21:40Z");
}

#[tokio::test]
async fn what_the_other_side_refuses_is_told_as_it_said_it_and_secrets_are_not() {
    let (mail, hook) = (MailServer::start().await, Hook::start().await);
    hook.refuse(true);
    let mut hub = Program::start(20.0, &alerts(&mail, "wrong-kettle-0815", &hook, "en")).await;
    let (status, tested) = ask(&hub, reqwest::Method::POST, "/api/alerts/test").await;
    assert_eq!(status, 200);
    let text = |way: usize| tested[way]["text"].as_str().unwrap().to_owned();
    assert_eq!((&tested[0]["way"], &tested[0]["accepted"]), (&json!("mail"), &json!(false)));
    assert!(text(0).contains("535") && text(0).contains("wrong password"), "{tested}");
    assert!(text(1).contains("503") && text(1).contains("no room"), "{tested}");
    // It stands, and cannot be told.
    hub.kill();
    hub.sandbox.control().gorgias().switch(|s| s.revoked = true);
    left_behind(&hub, Decided { told: vec![stands("gorgias_refused")], ..Decided::default() });
    hub.run().await;
    hub.until("it fails, and that is shown", WITHIN, async || {
        hub.get("/api/health").await["telling"][1]["failing_since"].is_i64()
    })
    .await;
    let health = hub.get("/api/health").await;
    assert_eq!(health["alerts"].as_array().unwrap().len(), 1, "no alert more: {}", health["alerts"]);
    let doctor = hub.get("/api/doctor").await;
    let check = doctor["checks"].as_array().unwrap().iter().find(|check| check["code"] == "alerts").unwrap();
    assert_eq!(check["finding"], "hint", "{check}");
    assert!(check.to_string().contains("535"), "{check}");
    for told in [tested.to_string(), health["telling"].to_string(), check.to_string()] {
        assert!(!told.contains("wrong-kettle-0815") && !told.contains("secret-room-9"), "{told}");
    }
    has_none_of(&hub, &["wrong-kettle-0815", "secret-room-9"]);
    // A person corrects the one that can be corrected, and tries: both that wait are told at once.
    hook.refuse(false);
    hub.until("the web hook is told", Duration::from_secs(60), async || hook.taken().len() == 1).await;
}

#[tokio::test]
async fn an_admin_enters_whom_to_tell_and_no_secret_comes_back() {
    let mail = MailServer::start().await;
    let hook = Hook::start().await;
    let hub = Program::from_nothing(20.0, SECRET_KEY).await;
    assert_eq!(ask(&hub, reqwest::Method::POST, "/api/alerts/test").await.0, 409);
    let entered = json!({"smtp": mail.url(PASSWORD), "to": []});
    let (status, told) = hub.post("/api/alerts/mail", entered).await;
    assert_eq!((status, &told["code"]), (422, &json!("wrong_value")), "{told}");
    let (status, told) = hub.post("/api/alerts/web-hook", json!({"url": "http://hooks.example.com/x"})).await;
    assert_eq!((status, &told["code"]), (422, &json!("wrong_value")), "{told}");

    let entered = json!({"smtp": mail.url(PASSWORD), "to": ["ops@example.com"]});
    assert_eq!(hub.post("/api/alerts/mail", entered).await.0, 200);
    let (status, told) = hub.post("/api/alerts/web-hook", json!({"url": hook.url()})).await;
    assert_eq!(
        told,
        json!({"server": "127.0.0.1", "to": ["ops@example.com"], "from": USER, "web_hook": "127.0.0.1",
            "mail_is_given": false, "web_hook_is_given": false})
    );
    assert_eq!(status, 200);
    let (status, tested) = ask(&hub, reqwest::Method::POST, "/api/alerts/test").await;
    assert_eq!(
        (status, &tested[0]["accepted"], &tested[1]["accepted"]),
        (200, &json!(true), &json!(true)),
        "{tested}"
    );
    assert!(tested[0]["text"].as_str().unwrap().contains("queued as 4711"), "{tested}");
    assert_eq!(mail.taken()[0].head("Subject"), "Sidetone: Test of the alerts");
    assert_eq!(hook.taken()[0].body["state"], "test");
    // Another address, the same server.
    let (_, told) = hub.post("/api/alerts/mail", json!({"to": ["nobody@example.com"]})).await;
    assert_eq!(told["to"], json!(["nobody@example.com"]));
    let (_, tested) = ask(&hub, reqwest::Method::POST, "/api/alerts/test").await;
    assert_eq!(tested[0]["accepted"], false);
    assert!(tested[0]["text"].as_str().unwrap().contains("550"), "{tested}");
    for path in ["/api/alerts/mail", "/api/alerts/web-hook"] {
        assert_eq!(ask(&hub, reqwest::Method::DELETE, path).await.0, 200);
    }
    let told = hub.get("/api/alerts").await;
    assert_eq!((&told["server"], &told["web_hook"]), (&Value::Null, &Value::Null));
    has_none_of(&hub, &[PASSWORD, "secret-room-9"]);
    // Nobody but an admin sees or changes any of it.
    for (method, path) in [("GET", "/api/alerts"), ("POST", "/api/alerts/test"), ("POST", "/api/alerts/mail")]
    {
        let asked = hub.client.request(method.parse().unwrap(), hub.url(path));
        assert_eq!(asked.send().await.unwrap().status(), 401, "{path}");
    }
}
