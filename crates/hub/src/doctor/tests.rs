//! What `check` says of people, with vendors that answer by heart.

use async_trait::async_trait;
use bytes::Bytes;
use serde_json::{Value, json};
use sidetone_engine::transport::{Incoming, Outgoing};

use super::*;
use crate::config;

/// Both vendors: each list has one page.
struct Vendors {
    gorgias_users: Vec<Value>,
    aircall_users: Vec<Value>,
}

#[async_trait]
impl Transport for Vendors {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        let body = match request.uri().path() {
            "/v1/numbers" => json!({"meta": {}, "numbers": [{"id": 123, "name": "Support FR"}]}),
            "/v2/users" => json!({"meta": {}, "users": self.aircall_users}),
            "/api/users" => json!({"data": self.gorgias_users, "meta": {}, "object": "list"}),
            "/teammates" => json!({"_results": [
                {"id": "tea_1", "email": "Camille@example.com", "type": "user", "is_blocked": false},
                {"id": "tea_2", "email": "bob@example.com", "type": "user", "is_blocked": true},
            ]}),
            "/inboxes" => {
                json!({"_results": [
                    {"id": "inb_1", "name": "Calls"},
                    {"id": "inb_2", "name": "Calls"},
                    {"id": "inb_3", "name": "Phone", "is_private": true},
                    {"id": "inb_4", "name": "Hotline", "is_private": true},
                    {"id": "inb_5", "name": " Hotline "},
                ]})
            }
            path => return Err(TransportError::NotSent(format!("{path} is not known"))),
        };
        Ok(http::Response::new(Bytes::from(body.to_string())))
    }

    async fn stream(
        &self,
        request: http::Request<Outgoing>,
    ) -> Result<http::Response<Incoming>, TransportError> {
        Err(TransportError::NotSent(format!("{} moves no files", request.uri().path())))
    }
}

async fn checked(vendors: &Vendors) -> Vec<Check> {
    let text = "[aircall]\napi_id = \"id\"\napi_token = \"token\"\nnumbers = [123]\n\
                [gorgias]\naccount = \"acme\"\nemail = \"ada@example.com\"\napi_key = \"key\"\n";
    let config = config::read(text, std::iter::empty()).expect("is good");
    check(&config, vendors).await
}

fn of(checks: &[Check], code: &str) -> Check {
    checks.iter().find(|check| check.code == code).unwrap_or_else(|| panic!("{code} in {checks:?}")).clone()
}

fn gorgias_user(id: u64, email: &str, role: &str, active: bool) -> Value {
    json!({"id": id, "email": email, "name": email, "role": {"name": role}, "active": active})
}

fn aircall_user(id: u64, name: Option<&str>, email: &str) -> Value {
    json!({"id": id, "name": name, "email": email})
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
    };
    let checks = checked(&vendors).await;
    let agents = of(&checks, "agents");
    assert_eq!(agents.finding, Finding::Hint);
    assert_eq!(
        agents.what,
        "No active Gorgias user has the e-mail of Jonas Weber, Theo Marchand, Ines Duarte, nobody@example.com"
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
    };
    let checks = checked(&vendors).await;
    assert_eq!(of(&checks, "fallback_author").finding, Finding::Fault);
    assert_eq!(of(&checks, "agents").finding, Finding::Passed);
}

#[tokio::test]
async fn of_front_the_token_the_people_and_the_inbox_are_looked_at() {
    let vendors = Vendors {
        gorgias_users: Vec::new(),
        aircall_users: vec![
            aircall_user(1, Some("Camille"), "camille@example.com"),
            aircall_user(2, Some("Bob"), "bob@example.com"),
        ],
    };
    let look = async |inbox: &str| {
        let text = format!(
            "[aircall]\napi_id = \"id\"\napi_token = \"token\"\nnumbers = [123]\n\
             [front]\napi_token = \"token\"\ninbox = \"{inbox}\"\n"
        );
        let config = config::read(&text, std::iter::empty()).expect("is good");
        check(&config, &vendors).await
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
    let hotline = of(&look("Hotline").await, "front_inbox");
    assert_eq!((hotline.finding, &*hotline.what), (Finding::Passed, "Calls go into the inbox \"Hotline\""));
}
