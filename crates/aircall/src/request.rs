//! A request as a value, and the parsing of its answer.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header};
use serde_json::Value;

use crate::{Account, Error, query, unsound};

/// Reads the body of a 2xx answer. Gets the request's path too, because paging needs it.
pub(crate) type Parse<T> = fn(path: &str, body: &[u8]) -> Result<T, String>;

/// One request to Aircall whose answer is a `T`. It knows no account: the same value can be stored, shown and
/// sent for any.
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
        // Aircall wants it on every POST, PUT and DELETE, with or without a body (`reference/aircall.md §1.1`).
        if self.method != Method::GET {
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
        (self.parse)(&self.path, answer.body()).map_err(|what| Error::malformed(answer.status(), what))
    }
}

impl Request<Value> {
    /// A request rebuilt from what was stored of it. Its answer is plain JSON, `Null` when the body is empty.
    ///
    /// Whatever `path` holds, the request goes to the account's own host.
    pub fn raw(method: Method, path: &str, body: Option<Value>) -> Self {
        Self::new(method, path, body, |_, body| json_or_null(body))
    }
}

impl<T> Clone for Request<T> {
    fn clone(&self) -> Self {
        self.with_path(&self.path)
    }
}

/// Shows verb and path; bodies hold customers' data.
impl<T> fmt::Debug for Request<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({} {})", self.method, self.path)
    }
}

/// When Aircall made the answer, in unix seconds of its own clock: the `Date` header.
pub fn answered_at(headers: &HeaderMap) -> Option<i64> {
    http_date(headers.get(header::DATE)?)
}

pub(crate) fn http_date(value: &HeaderValue) -> Option<i64> {
    let date = chrono::DateTime::parse_from_rfc2822(value.to_str().ok()?.trim()).ok()?;
    Some(date.timestamp())
}

pub(crate) fn json(body: &[u8]) -> Result<Value, String> {
    unsound::read(body).map_err(|error| format!("the body is not JSON ({error})"))
}

fn json_or_null(body: &[u8]) -> Result<Value, String> {
    if body.trim_ascii().is_empty() { Ok(Value::Null) } else { json(body) }
}

/// For answers whose body says nothing or is unconfirmed.
pub(crate) fn nothing(_path: &str, _body: &[u8]) -> Result<(), String> {
    Ok(())
}
