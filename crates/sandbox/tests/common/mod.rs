//! What the tests share: a sandbox on a paused clock, requests through its routers, and a receiver of webhooks.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its own part")]

use std::sync::{Arc, Mutex};

use axum::{Router, body::Body};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::DateTime;
use http::{HeaderMap, Request};
use serde_json::{Value, json};
use sidetone_described::exchange::Exchange;
use sidetone_sandbox::{Deliver, Delivery, Options, Sandbox, aircall_world, front_world, gorgias_world};
use tokio::time::{Duration, sleep};
use tower::ServiceExt as _;

/// 15 January 2027, 08:00:00 UTC.
pub const START: i64 = 1_800_000_000;

/// One delivery as the receiver got it.
#[derive(Debug, Clone)]
pub struct Received {
    pub event: String,
    pub timestamp: i64,
    pub body: Value,
}

/// A receiver of webhooks: keeps what comes and answers what it is told to.
#[derive(Clone)]
pub struct Receiver {
    received: Arc<Mutex<Vec<Received>>>,
    status: Arc<Mutex<Result<u16, ()>>>,
    takes: Arc<Mutex<Duration>>,
}

impl Default for Receiver {
    fn default() -> Self {
        Self { received: Arc::default(), status: Arc::new(Mutex::new(Ok(200))), takes: Arc::default() }
    }
}

impl Receiver {
    pub fn deliver(&self) -> Deliver {
        let receiver = self.clone();
        Arc::new(move |delivery: Delivery| {
            let body: Value = serde_json::from_slice(&delivery.body).unwrap();
            receiver.received.lock().unwrap().push(Received {
                event: body["event"].as_str().unwrap().to_owned(),
                timestamp: body["timestamp"].as_i64().unwrap(),
                body,
            });
            let (status, takes) = (*receiver.status.lock().unwrap(), *receiver.takes.lock().unwrap());
            Box::pin(async move {
                sleep(takes).await;
                status
            })
        })
    }

    pub fn answers(&self, status: u16) {
        *self.status.lock().unwrap() = Ok(status);
    }

    pub fn is_away(&self) {
        *self.status.lock().unwrap() = Err(());
    }

    pub fn takes(&self, how_long: Duration) {
        *self.takes.lock().unwrap() = how_long;
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    pub fn events(&self) -> Vec<String> {
        self.received().into_iter().map(|one| one.event).collect()
    }

    /// The data of the latest event of this name.
    pub fn last(&self, event: &str) -> Value {
        let received = self.received();
        let found = received.iter().rev().find(|one| one.event == event);
        found.unwrap_or_else(|| panic!("no {event} among {:?}", self.events())).body["data"].clone()
    }
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    pub body: Value,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

pub fn sandbox() -> (Sandbox, Receiver) {
    let receiver = Receiver::default();
    let options = Options {
        start: DateTime::from_timestamp(START, 0).unwrap(),
        deliver: Some(receiver.deliver()),
        ..Options::default()
    };
    (Sandbox::new(options).unwrap(), receiver)
}

pub async fn send(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let body = serde_json::from_str(&text).unwrap_or_default();
    Answer { status: head.status.as_u16(), headers: head.headers, text, body }
}

fn request(method: &str, path: &str, user: &str, password: &str, body: &Value) -> Request<Body> {
    let basic = BASE64_STANDARD.encode(format!("{user}:{password}"));
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Basic {basic}"))
        .header("content-type", "application/json");
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    request.body(body).unwrap()
}

pub async fn aircall(sandbox: &Sandbox, method: &str, path: &str, body: Value) -> Answer {
    let request = request(method, path, aircall_world::API_ID, aircall_world::API_TOKEN, &body);
    send(&sandbox.aircall_router(), request).await
}

pub async fn gorgias(sandbox: &Sandbox, method: &str, path: &str, body: Value) -> Answer {
    let request = request(method, path, gorgias_world::EMAIL, gorgias_world::API_KEY, &body);
    send(&sandbox.gorgias_router(), request).await
}

/// What the Front stand-in was asked and what it answered, in all tests of this program.
pub static EXCHANGES: Mutex<Vec<Exchange>> = Mutex::new(Vec::new());

pub async fn front_as(sandbox: &Sandbox, token: &str, method: &str, path: &str, body: Value) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json");
    let content = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    let answer = send(&sandbox.front_router(), request.body(content).unwrap()).await;
    EXCHANGES.lock().unwrap().push(Exchange {
        method: method.to_uppercase(),
        target: path.to_owned(),
        media: (!body.is_null()).then(|| "application/json".to_owned()),
        asked: body,
        status: answer.status,
        answered: answer.body.clone(),
    });
    answer
}

pub async fn front(sandbox: &Sandbox, method: &str, path: &str, body: Value) -> Answer {
    front_as(sandbox, front_world::TOKEN, method, path, body).await
}

/// Subscribes the receiver to every event.
pub async fn subscribe(sandbox: &Sandbox) -> Value {
    let answer =
        aircall(sandbox, "POST", "/v1/webhooks", json!({"url": "http://127.0.0.1:9/webhooks"})).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.body["webhook"].clone()
}

/// Lets what was started run, without moving the clock noticeably.
pub async fn settle() {
    sleep(Duration::from_millis(1)).await;
}
