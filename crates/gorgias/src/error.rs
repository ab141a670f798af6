//! What can go wrong with a request, and what a person should do about it.

use std::{collections::BTreeMap, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};

use crate::{
    error_text,
    request::{answered_at, http_date},
};

/// How long the whole budget takes to drain (`reference/gorgias.md §3`): the wait for a 429 that names none.
const DRAIN_SECONDS: u64 = 20;
/// A wait beyond this is a misread header rather than a wait.
const LONGEST_WAIT_SECONDS: i64 = 15 * 60;

/// A refusal by Gorgias, or an answer that cannot be read. Its text says what to do next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.advice())]
pub struct Error {
    kind: ErrorKind,
    status: StatusCode,
    text: Option<String>,
    fields: BTreeMap<String, Vec<String>>,
    retry_after: Option<Duration>,
}

/// The kinds of [`Error`] that call for different deeds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// 401: the credential is wrong, expired or revoked.
    Credential,
    /// 403: the user behind the credential may not do this.
    Forbidden,
    /// 404 with a web page: there is no account under this address.
    WrongAccount,
    /// 404 from the API: no such object; often deleted.
    NotFound,
    /// 301: the customer was merged into another.
    Merged {
        /// The survivor's address, as sent; see [`Error::survivor`].
        location: Option<String>,
    },
    /// 409: an identifier is in use, such as the e-mail address of another customer.
    Conflict,
    /// 400, 422: this request will never do; [`Error::fields`] may say why.
    Invalid,
    /// 413: the upload is too large.
    TooLarge,
    /// 429: the account's budget is used up. The request was not performed.
    RateLimited,
    /// 5xx: a fault at Gorgias.
    Service,
    /// 2xx with a body that is not what was asked for.
    Malformed,
    /// Any other status.
    Other,
}

impl ErrorKind {
    /// A stable name, for logs and for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Credential => "credential",
            Self::Forbidden => "forbidden",
            Self::WrongAccount => "wrong_account",
            Self::NotFound => "not_found",
            Self::Merged { .. } => "merged",
            Self::Conflict => "conflict",
            Self::Invalid => "invalid",
            Self::TooLarge => "too_large",
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
        let said = error_text::read(answer.body());
        let kind = match status.as_u16() {
            301 if names_customer_or_nothing(answer.headers()) => {
                ErrorKind::Merged { location: location(answer.headers()) }
            }
            401 => ErrorKind::Credential,
            403 => ErrorKind::Forbidden,
            404 if said.is_page => ErrorKind::WrongAccount,
            404 => ErrorKind::NotFound,
            409 => ErrorKind::Conflict,
            400 | 422 => ErrorKind::Invalid,
            413 => ErrorKind::TooLarge,
            429 => ErrorKind::RateLimited,
            500..=599 => ErrorKind::Service,
            _ => ErrorKind::Other,
        };
        let retry_after = retry_after(&kind, answer.headers());
        Self { kind, status, text: said.text, fields: said.fields, retry_after }
    }

    pub(crate) fn malformed(status: StatusCode, what: String) -> Self {
        Self {
            kind: ErrorKind::Malformed,
            status,
            text: Some(what),
            fields: BTreeMap::new(),
            retry_after: None,
        }
    }

    /// What kind of refusal this is.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What Gorgias said; `None` when it said nothing usable.
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// Per field, what is wrong with it; a nested one is written `messages.0.sender`.
    pub fn fields(&self) -> &BTreeMap<String, Vec<String>> {
        &self.fields
    }

    /// The id of the customer that a merged one lives on in.
    pub fn survivor(&self) -> Option<u64> {
        let ErrorKind::Merged { location: Some(location) } = &self.kind else {
            return None;
        };
        let path = location.split(['?', '#']).next()?;
        let (_, rest) = path.rsplit_once("/customers/")?;
        rest.split('/').next()?.parse().ok()
    }

    /// Whether the same request would be refused again, so that repeating it is useless.
    ///
    /// What [`Error::is_credential`] covers is not permanent in this sense: the request is sound and waits for the
    /// account to be mended.
    pub fn is_permanent(&self) -> bool {
        match self.kind {
            ErrorKind::Forbidden
            | ErrorKind::NotFound
            | ErrorKind::Merged { .. }
            | ErrorKind::Conflict
            | ErrorKind::Invalid
            | ErrorKind::TooLarge => true,
            ErrorKind::Other => self.status != StatusCode::REQUEST_TIMEOUT,
            ErrorKind::Credential
            | ErrorKind::WrongAccount
            | ErrorKind::RateLimited
            | ErrorKind::Service
            | ErrorKind::Malformed => false,
        }
    }

    /// Whether nothing will work until somebody renews the credential or corrects the account's address.
    pub fn is_credential(&self) -> bool {
        matches!(self.kind, ErrorKind::Credential | ErrorKind::WrongAccount)
    }

    /// Whether the request may have been performed in spite of this error.
    pub fn is_unclear(&self) -> bool {
        matches!(self.kind, ErrorKind::Service | ErrorKind::Malformed)
    }

    /// How long to wait before the next request: `Retry-After`, or 20 s for a 429 without it
    /// (`reference/gorgias.md §3`).
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    fn advice(&self) -> String {
        let code = self.status.as_u16();
        let said = self.said();
        match &self.kind {
            ErrorKind::Credential => format!(
                "Gorgias refuses the credential ({code}). Make a new API key in Gorgias under Settings, REST API and \
                 enter it, or connect the account again."
            ),
            ErrorKind::Forbidden => format!(
                "Gorgias does not let this user do that ({code}{said}). Give the user behind the API key a role that \
                 may, or use an admin's key."
            ),
            ErrorKind::WrongAccount => format!(
                "There is no Gorgias account under this address ({code}). Correct its name, the part before \
                 .gorgias.com."
            ),
            ErrorKind::NotFound => format!(
                "Gorgias does not know what was asked for ({code}{said}). It was probably deleted; look it up again."
            ),
            ErrorKind::Merged { .. } => match self.survivor() {
                Some(survivor) => format!(
                    "The customer was merged into customer {survivor} in Gorgias ({code}). Use that one from now on."
                ),
                None => {
                    format!("The customer was merged into another in Gorgias ({code}). Look it up again.")
                }
            },
            ErrorKind::Conflict => format!(
                "Gorgias has this already ({code}{said}). Look up what holds the e-mail address or identifier and use \
                 it instead."
            ),
            ErrorKind::Invalid => format!(
                "Gorgias did not accept the request ({code}{said}). Correct what it names; the same request would be \
                 refused again."
            ),
            ErrorKind::TooLarge => {
                format!("The file is too large for Gorgias ({code}). Link it instead of uploading it.")
            }
            ErrorKind::RateLimited => format!(
                "The account's request limit at Gorgias is used up ({code}). Wait {} s; if it recurs, look which other \
                 integrations use the account.",
                self.retry_after.map_or(DRAIN_SECONDS, |wait| wait.as_secs())
            ),
            ErrorKind::Service => {
                format!("Gorgias has a fault of its own ({code}{said}). Wait and try again.")
            }
            ErrorKind::Malformed => format!(
                "Gorgias' answer could not be read ({code}{said}). Check that the address is the account's and that no \
                 proxy or sign-in page answers in its place."
            ),
            ErrorKind::Other => {
                format!("Gorgias gave an unexpected answer ({code}{said}). Check the account's address.")
            }
        }
    }

    /// `: Could not make the ticket; sender: is missing`
    fn said(&self) -> String {
        let fields = self.fields.iter().map(|(field, texts)| format!("{field}: {}", texts.join(" ")));
        let parts: Vec<String> = self.text.iter().cloned().chain(fields).collect();
        if parts.is_empty() { String::new() } else { format!(": {}", parts.join("; ")) }
    }
}

/// A redirect to anything but a customer is a wrong address rather than a merge.
fn names_customer_or_nothing(headers: &HeaderMap) -> bool {
    location(headers).is_none_or(|location| location.contains("/customers/"))
}

fn location(headers: &HeaderMap) -> Option<String> {
    Some(headers.get(header::LOCATION)?.to_str().ok()?.to_owned())
}

fn retry_after(kind: &ErrorKind, headers: &HeaderMap) -> Option<Duration> {
    let stated = stated_wait(headers).filter(|wait| (1..=LONGEST_WAIT_SECONDS).contains(wait));
    match stated.and_then(|wait| u64::try_from(wait).ok()) {
        Some(wait) => Some(Duration::from_secs(wait)),
        None if *kind == ErrorKind::RateLimited => Some(Duration::from_secs(DRAIN_SECONDS)),
        None => None,
    }
}

/// Seconds, or a date read against the answer's own.
fn stated_wait(headers: &HeaderMap) -> Option<i64> {
    let wait = headers.get(header::RETRY_AFTER)?;
    let seconds = wait.to_str().ok()?.trim().parse().ok();
    seconds.or_else(|| Some(http_date(wait)? - answered_at(headers)?))
}
