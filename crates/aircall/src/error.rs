//! What can go wrong with a request, and what a person should do about it.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};

use crate::{
    error_text,
    lenient::seconds,
    request::{answered_at, http_date},
};

/// How long Aircall blocks after the limit was exceeded (`reference/aircall.md §2.1`).
const BLOCK_SECONDS: u64 = 60;
/// A wait beyond this is a misread header rather than a wait.
const LONGEST_WAIT_SECONDS: i64 = 15 * 60;

/// A refusal by Aircall, or an answer that cannot be read. Its text says what to do next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.advice())]
pub struct Error {
    kind: ErrorKind,
    status: StatusCode,
    text: Option<String>,
    retry_after: Option<Duration>,
}

/// The kinds of [`Error`] that call for different deeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// 401, 403: the credential is wrong or revoked. There are no permissions to lack
    /// (`reference/aircall.md §2.2`).
    Credential,
    /// 404: no such object or path.
    NotFound,
    /// 405: the user is not available or on a call; recording is off on that number.
    Unavailable,
    /// 400, 422: this request will never do. Also a message on a line in the other messaging mode.
    Invalid,
    /// 429: the company's budget is used up. The request was not performed.
    RateLimited,
    /// 5xx: a fault at Aircall.
    Service,
    /// 2xx with a body that is not what was asked for.
    Malformed,
    /// Any other status.
    Other,
}

impl ErrorKind {
    /// A stable name, for logs and for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Credential => "credential",
            Self::NotFound => "not_found",
            Self::Unavailable => "unavailable",
            Self::Invalid => "invalid",
            Self::RateLimited => "rate_limited",
            Self::Service => "service",
            Self::Malformed => "malformed",
            Self::Other => "other",
        }
    }
}

impl Error {
    pub(crate) fn refused(answer: &http::Response<Bytes>) -> Self {
        let status = answer.status();
        let text = error_text::read(answer.body());
        let kind = match status.as_u16() {
            // A line in the other messaging mode; the credential is fine (`reference/aircall.md §2.2`).
            403 if mentions(answer.body(), b"LineIsNotNativeException") => ErrorKind::Invalid,
            401 | 403 => ErrorKind::Credential,
            404 => ErrorKind::NotFound,
            405 => ErrorKind::Unavailable,
            400 | 422 => ErrorKind::Invalid,
            429 => ErrorKind::RateLimited,
            500..=599 => ErrorKind::Service,
            _ => ErrorKind::Other,
        };
        Self { kind, status, text, retry_after: retry_after(kind, answer.headers()) }
    }

    pub(crate) fn malformed(status: StatusCode, what: String) -> Self {
        Self { kind: ErrorKind::Malformed, status, text: Some(what), retry_after: None }
    }

    /// What kind of refusal this is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What Aircall said, out of whichever body shape came; `None` when it said nothing usable.
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// Whether the same request would be refused again, so that repeating it is useless.
    ///
    /// A wrong credential is not permanent in this sense: the request is sound and waits for a new one. A user who
    /// is unavailable is: nobody wants a phone to ring minutes later by itself.
    pub fn is_permanent(&self) -> bool {
        match self.kind {
            ErrorKind::NotFound | ErrorKind::Unavailable | ErrorKind::Invalid => true,
            ErrorKind::Other => self.status != StatusCode::REQUEST_TIMEOUT,
            ErrorKind::Credential | ErrorKind::RateLimited | ErrorKind::Service | ErrorKind::Malformed => {
                false
            }
        }
    }

    /// Whether nothing will work until somebody renews the credential.
    pub fn is_credential(&self) -> bool {
        self.kind == ErrorKind::Credential
    }

    /// Whether the request may have been performed in spite of this error.
    pub fn is_unclear(&self) -> bool {
        matches!(self.kind, ErrorKind::Service | ErrorKind::Malformed)
    }

    /// How long to wait before the next request of the company.
    ///
    /// From `Retry-After`, else from `X-AircallApi-Reset` (seconds or milliseconds) against the answer's own `Date`;
    /// 60 s for a 429 that says neither (`reference/aircall.md §2.1`).
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    fn advice(&self) -> String {
        let code = self.status.as_u16();
        let said = self.text.as_deref().map(|text| format!(": {text}")).unwrap_or_default();
        match self.kind {
            ErrorKind::Credential => format!(
                "Aircall refuses the credential ({code}). Make a new API key in the Aircall Dashboard under \
                 Integrations & API and enter it, or connect the account again."
            ),
            ErrorKind::NotFound => format!(
                "Aircall does not know what was asked for ({code}{said}). It may have been deleted; read the list again."
            ),
            ErrorKind::Unavailable => format!(
                "Aircall cannot do this now ({code}{said}). Open Aircall Workspace on the user's desktop, end any \
                 running call, set the user to available, then try again."
            ),
            ErrorKind::Invalid => format!(
                "Aircall did not accept the request ({code}{said}). Correct what it names; the same request would be \
                 refused again."
            ),
            ErrorKind::RateLimited => format!(
                "Aircall's request limit for the whole company is used up ({code}). Wait {} s; if it recurs, look \
                 which other integrations use the account.",
                self.retry_after.map_or(BLOCK_SECONDS, |wait| wait.as_secs())
            ),
            ErrorKind::Service => format!(
                "Aircall has a fault of its own ({code}{said}). Wait and try again; status.aircall.com shows known faults."
            ),
            ErrorKind::Malformed => format!(
                "Aircall's answer could not be read ({code}{said}). Check that the address is Aircall's and that no \
                 proxy or sign-in page answers in its place."
            ),
            ErrorKind::Other => {
                format!("Aircall gave an unexpected answer ({code}{said}). Check the address of the API.")
            }
        }
    }
}

fn mentions(body: &[u8], word: &[u8]) -> bool {
    body.windows(word.len()).any(|part| part == word)
}

fn retry_after(kind: ErrorKind, headers: &HeaderMap) -> Option<Duration> {
    let stated = stated_wait(headers).filter(|wait| (1..=LONGEST_WAIT_SECONDS).contains(wait));
    match stated.and_then(|wait| u64::try_from(wait).ok()) {
        Some(wait) => Some(Duration::from_secs(wait)),
        None if kind == ErrorKind::RateLimited => Some(Duration::from_secs(BLOCK_SECONDS)),
        None => None,
    }
}

fn stated_wait(headers: &HeaderMap) -> Option<i64> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<i64>().ok();
    if let Some(wait) = headers.get(header::RETRY_AFTER) {
        return number("retry-after").or_else(|| Some(http_date(wait)? - answered_at(headers)?));
    }
    Some(seconds(number("x-aircallapi-reset")?) - answered_at(headers)?)
}
