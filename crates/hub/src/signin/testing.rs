//! What the tests here share: vendors that answer from a script, a clock that is set, a vault on disk.
#![allow(clippy::unwrap_used, reason = "a failed step fails its test")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::{StreamExt, TryStreamExt};
use http::{Request, Response, header};
use serde_json::{Value, json};
use sidetone_engine::clock::Clock;
use sidetone_engine::store::sqlite::SqliteStore;
use sidetone_engine::transport::{Incoming, Outgoing, Transport, TransportError};
use sidetone_protocol::Vendor;

use super::app::App;
use super::grant::Grant;
use super::kept::Kept;
use super::shelf::Shelf;
use crate::config::{Registered, Secret};
use crate::vault::{SealKey, Vault};

pub(super) const NOW: i64 = 1_790_000_000;

pub(super) type Answer = Result<Response<Bytes>, TransportError>;
type Script = Box<dyn Fn(&Asked) -> Answer + Send + Sync>;

/// A request as a vendor saw it.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) url: String,
    pub(super) authorization: Option<String>,
    pub(super) content_type: Option<String>,
    pub(super) body: String,
    pub(super) streamed: bool,
}

impl Asked {
    /// The fields of its form.
    pub(super) fn form(&self) -> BTreeMap<String, String> {
        url::form_urlencoded::parse(self.body.as_bytes()).into_owned().collect()
    }
}

/// Vendors that answer from a script.
pub(super) struct Vendors {
    script: Script,
    asked: Mutex<Vec<Asked>>,
}

impl Vendors {
    pub(super) fn answering(script: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Arc<Vendors> {
        Arc::new(Vendors { script: Box::new(script), asked: Mutex::default() })
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub(super) fn urls(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.url).collect()
    }

    fn take(&self, head: &http::request::Parts, body: &[u8], streamed: bool) -> Answer {
        let text = |name| head.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
        let asked = Asked {
            method: head.method.to_string(),
            url: head.uri.to_string(),
            authorization: text(header::AUTHORIZATION),
            content_type: text(header::CONTENT_TYPE),
            body: String::from_utf8_lossy(body).into_owned(),
            streamed,
        };
        self.asked.lock().unwrap().push(asked.clone());
        (self.script)(&asked)
    }
}

#[async_trait]
impl Transport for Vendors {
    async fn send(&self, request: Request<Bytes>) -> Answer {
        let (head, body) = request.into_parts();
        // As over a network, others come to run meanwhile.
        tokio::task::yield_now().await;
        self.take(&head, &body, false)
    }

    async fn stream(&self, request: Request<Outgoing>) -> Result<Response<Incoming>, TransportError> {
        let (head, body) = request.into_parts();
        let body: Vec<Bytes> = match body {
            Some(pieces) => pieces.try_collect().await.unwrap(),
            None => Vec::new(),
        };
        let answer = self.take(&head, &body.concat(), true)?;
        Ok(answer.map(|body| futures_util::stream::iter([Ok(body)]).boxed()))
    }
}

pub(super) fn json_answer(status: u16, body: &Value) -> Answer {
    let answer = Response::builder().status(status).header(header::CONTENT_TYPE, "application/json");
    Ok(answer.body(Bytes::from(body.to_string())).unwrap())
}

pub(super) fn html_answer(status: u16) -> Answer {
    let answer = Response::builder().status(status).header(header::CONTENT_TYPE, "text/html");
    Ok(answer.body(Bytes::from("<h1>Nothing here</h1>")).unwrap())
}

/// What an authorization server gives: the tokens, and more members.
pub(super) fn tokens(access: &str, refresh: Option<&str>, more: &Value) -> Answer {
    let mut body = json!({ "access_token": access, "token_type": "Bearer" });
    if let Some(refresh) = refresh {
        body["refresh_token"] = refresh.into();
    }
    body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    json_answer(200, &body)
}

/// A JWT that nobody signed.
pub(super) fn jwt(name: &str, exp: i64) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{name}", part(&json!({ "alg": "RS256" })), part(&json!({ "exp": exp, "jti": name })))
}

pub(super) fn basic(id: &str, secret: &str) -> Option<String> {
    Some(format!("Basic {}", STANDARD.encode(format!("{id}:{secret}"))))
}

/// A clock that stands until it is set.
pub(super) struct SetClock(AtomicI64);

impl SetClock {
    pub(super) fn at(seconds: i64) -> Arc<SetClock> {
        Arc::new(SetClock(AtomicI64::new(seconds)))
    }

    pub(super) fn forward(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.0.load(Ordering::SeqCst), 0).unwrap()
    }
}

pub(super) fn registered() -> Registered {
    Registered {
        client_id: "app-1".into(),
        client_secret: Secret::new("app-secret"),
        api_url: None,
        sign_in_url: None,
    }
}

pub(super) fn app(vendor: Vendor) -> App {
    App::new(vendor, &registered(), Some("acme")).unwrap()
}

/// A shelf over a database on disk, which lives as long as the folder.
pub(super) fn shelf() -> (tempfile::TempDir, Vault, Shelf) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("sidetone.db")).unwrap();
    let vault = Vault::new(Arc::new(store), Some(SealKey::random()));
    (folder, vault.clone(), Shelf::new(vault))
}

/// What a sign-in gave at [`NOW`].
pub(super) fn kept(vendor: Vendor, access: &str, refresh: Option<&str>, life: Option<i64>) -> Kept {
    let grant = Grant {
        access: Secret::new(access),
        refresh: refresh.map(Secret::new),
        expires_at: life.map(|life| NOW + life),
    };
    let account = (vendor == Vendor::Gorgias).then(|| "acme".to_owned());
    Kept::new(grant, account, DateTime::from_timestamp(NOW, 0).unwrap())
}
