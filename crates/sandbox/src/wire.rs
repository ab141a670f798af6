//! A request and an answer as plain values, shared by all vendors. Reading one from a socket and
//! sending the other is the front desk's business (`desk.rs`).

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde_json::Value;

use crate::{
    body::{Break, Content, Made},
    refused::Refused,
};

/// One part of a multipart body.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// The field's name; Gorgias takes it as the file's label.
    pub(crate) name: String,
    /// `None` for a field that is no file.
    pub(crate) filename: Option<String>,
    pub(crate) content_type: String,
    /// `None` for a file that is too large to be kept in memory: then its size and hash must do.
    pub(crate) bytes: Option<Bytes>,
    pub(crate) size: u64,
    /// In hexadecimal.
    pub(crate) sha256: String,
}

/// What a client asked.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) parts: Vec<Part>,
}

/// Who the `Authorization` header says is asking.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Credential {
    Absent,
    Basic { user: String, password: String },
    Bearer(String),
    Unreadable,
}

impl Asked {
    /// What a person does in the vendor's own pages, told in the words of its API; without a credential.
    pub(crate) fn by_a_person(method: &str, path: &str, body: &Value) -> Result<Self, Refused> {
        let method = Method::from_bytes(method.to_uppercase().as_bytes())
            .map_err(|_| Refused::Wrong(format!("{method} is no HTTP method")))?;
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(Self {
            method,
            path: path.to_owned(),
            query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            headers,
            body: if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) },
            parts: Vec::new(),
        })
    }

    pub(crate) fn segments(&self) -> Vec<&str> {
        self.path.split('/').filter(|part| !part.is_empty()).collect()
    }

    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn params<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.query.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.param(name) == Some("true")
    }

    pub(crate) fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body as JSON; `None` when it is not JSON. An empty body reads as `null`.
    pub(crate) fn json(&self) -> Option<Value> {
        if self.body.is_empty() { Some(Value::Null) } else { serde_json::from_slice(&self.body).ok() }
    }

    pub(crate) fn sends_json(&self) -> bool {
        self.header(header::CONTENT_TYPE).is_some_and(|kind| kind.starts_with("application/json"))
    }

    /// The origin the client used for this service, for links that must lead back here.
    pub(crate) fn origin(&self, otherwise: &str) -> String {
        self.header(header::HOST).map_or_else(|| otherwise.to_owned(), |host| format!("http://{host}"))
    }

    pub(crate) fn credential(&self) -> Credential {
        let Some(value) = self.header(header::AUTHORIZATION) else {
            return Credential::Absent;
        };
        match value.split_once(' ') {
            Some((kind, token)) if kind.eq_ignore_ascii_case("bearer") => {
                Credential::Bearer(token.trim().to_owned())
            }
            Some((kind, token)) if kind.eq_ignore_ascii_case("basic") => BASE64_STANDARD
                .decode(token.trim())
                .ok()
                .and_then(|bytes| String::from_utf8(bytes).ok())
                .and_then(|text| {
                    text.split_once(':').map(|(user, password)| Credential::Basic {
                        user: user.to_owned(),
                        password: password.to_owned(),
                    })
                })
                .unwrap_or(Credential::Unreadable),
            _ => Credential::Unreadable,
        }
    }
}

/// What the service answers.
#[derive(Debug, Clone)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Content,
    /// What goes wrong while the body is sent.
    pub(crate) broken: Option<Break>,
    /// How long the service takes before it answers.
    pub(crate) delay: Duration,
}

impl Answered {
    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status: code(status),
            headers: Vec::new(),
            body: Content::Whole(Bytes::new()),
            broken: None,
            delay: Duration::ZERO,
        }
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::body(status, "application/json", body.to_string())
    }

    pub(crate) fn html(status: u16, body: impl Into<Bytes>) -> Self {
        Self::body(status, "text/html; charset=utf-8", body)
    }

    pub(crate) fn body(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self {
            status: code(status),
            headers: vec![("content-type", content_type.to_owned())],
            body: Content::Whole(body.into()),
            broken: None,
            delay: Duration::ZERO,
        }
    }

    /// A file that is made while it is sent.
    pub(crate) fn made(status: u16, content_type: &str, made: Made) -> Self {
        Self { body: Content::Made(made), ..Self::body(status, content_type, Bytes::new()) }
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.status = code(status);
        self
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// A status code; a number outside HTTP's range becomes 500 rather than a panic.
pub(crate) fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
