//! A request as a value, and the parsing of its answer.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header};
use serde_json::Value;

use crate::{Account, Error, link, query};

/// Reads the body of a 2xx answer.
pub(crate) type Parse<T> = fn(body: &[u8]) -> Result<T, String>;

/// One request to Front whose answer is a `T`. It knows no account: the same value can be stored, shown and sent
/// for any.
pub struct Request<T> {
    method: Method,
    path: String,
    body: Option<Value>,
    parse: Parse<T>,
}

impl<T> Request<T> {
    pub(crate) fn new(method: Method, path: impl AsRef<str>, body: Option<Value>, parse: Parse<T>) -> Self {
        Self { method, path: query::legal(path.as_ref()), body, parse }
    }

    pub(crate) fn get(path: impl AsRef<str>, parse: Parse<T>) -> Self {
        Self::new(Method::GET, path, None, parse)
    }

    pub(crate) fn post(path: impl AsRef<str>, body: Value, parse: Parse<T>) -> Self {
        Self::new(Method::POST, path, Some(body), parse)
    }

    pub(crate) fn with_path(&self, path: &str) -> Self {
        Self::new(self.method.clone(), path, self.body.clone(), self.parse)
    }

    /// The verb.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Path and query, beginning with `/`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The JSON body, if it has one.
    pub fn body(&self) -> Option<&Value> {
        self.body.as_ref()
    }

    /// The same request to the survivor of a merge: what to send after
    /// [`ErrorKind::Merged`](crate::ErrorKind::Merged), with the same method and body, which an HTTP library that
    /// follows redirects by itself does not promise.
    ///
    /// `None` when the answer names no survivor of the object at hand, names that object itself, or leads to a host that
    /// is not the account's ([`Account::is_home`]). Whatever it names, the request goes to the account's own host.
    pub fn moved(&self, error: &Error, account: &Account) -> Option<Self> {
        let location = error.location().filter(|location| account.is_home(location))?;
        let (_, rest) = self.path.split_once('/')?;
        let (collection, rest) = rest.split_once('/')?;
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (old, rest) = rest.split_at(end);
        let survivor = link::id_after(location, collection).filter(|survivor| *survivor != old)?;
        Some(self.with_path(&format!("/{collection}/{survivor}{rest}")))
    }

    /// The request as it goes to `account`: absolute address, credential and content type filled in.
    pub fn to_http(&self, account: &Account) -> http::Request<Bytes> {
        let body = self.body.as_ref().map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        let mut request = http::Request::new(body);
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = account.uri(&self.path);
        let headers = request.headers_mut();
        let json = HeaderValue::from_static("application/json");
        headers.insert(header::AUTHORIZATION, account.authorization());
        headers.insert(header::USER_AGENT, account.user_agent());
        headers.insert(header::ACCEPT, json.clone());
        if self.body.is_some() {
            headers.insert(header::CONTENT_TYPE, json);
        }
        request
    }

    /// Reads the answer.
    ///
    /// # Errors
    /// An [`Error`] for every status outside 2xx, and one of kind
    /// [`Malformed`](crate::ErrorKind::Malformed) when a 2xx body is not what was asked for.
    pub fn parse(&self, answer: &http::Response<Bytes>) -> Result<T, Error> {
        if !answer.status().is_success() {
            return Err(Error::refused(answer));
        }
        (self.parse)(answer.body()).map_err(|what| Error::malformed(answer.status(), what))
    }
}

impl Request<Value> {
    /// A request rebuilt from what was stored of it. Its answer is plain JSON, `Null` when the body is empty.
    ///
    /// Whatever `path` holds, the request goes to the account's own host.
    pub fn raw(method: Method, path: &str, body: Option<Value>) -> Self {
        Self::new(method, path, body, json_or_null)
    }
}

impl<T> Clone for Request<T> {
    fn clone(&self) -> Self {
        self.with_path(&self.path)
    }
}

/// Shows verb and route; aliases, searches and bodies hold customers' data.
impl<T> fmt::Debug for Request<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.split('?').next().unwrap_or_default();
        let mut shown: Vec<&str> = path.split('/').collect();
        for at in 1..shown.len() {
            if shown[at].starts_with("alt:") || shown[at - 1] == "search" {
                shown[at] = "…";
            }
        }
        write!(f, "Request({} {})", self.method, shown.join("/"))
    }
}

/// When Front made the answer, in unix seconds of its own clock: the `Date` header.
pub fn answered_at(headers: &HeaderMap) -> Option<i64> {
    http_date(headers.get(header::DATE)?)
}

pub(crate) fn http_date(value: &HeaderValue) -> Option<i64> {
    let date = chrono::DateTime::parse_from_rfc2822(value.to_str().ok()?.trim()).ok()?;
    Some(date.timestamp())
}

pub(crate) fn json(body: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(body).map_err(|error| format!("the body is not JSON ({error})"))
}

fn json_or_null(body: &[u8]) -> Result<Value, String> {
    if body.trim_ascii().is_empty() { Ok(Value::Null) } else { json(body) }
}

/// For answers that are empty.
pub(crate) fn nothing(_body: &[u8]) -> Result<(), String> {
    Ok(())
}
