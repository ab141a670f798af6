//! What can go wrong with a request, and what to do about it.

mod advice;

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};

use crate::{
    ContactId, ConversationId,
    error_text::{self, Said},
    link, rate,
};

/// A refusal by Front, or an answer that cannot be read. Its text says what to do next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.advice())]
pub struct Error {
    kind: ErrorKind,
    status: StatusCode,
    said: Box<Said>,
    retry_after: Option<Duration>,
}

/// The kinds of [`Error`] that call for different deeds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// 401: the token is wrong, expired or revoked. An OAuth token lives an hour: renew it once, then ask a person.
    Credential,
    /// 403: the token lacks a permission.
    Forbidden,
    /// 404 with a web page: this is not the address of the API.
    WrongAddress,
    /// 404 from the API: no such object. For a [`MessageUid`](crate::MessageUid) it may mean "not yet"
    /// (`reference/front.md §2.4`).
    NotFound,
    /// 301: the object was merged into another; see [`Request::moved`](crate::Request::moved).
    Merged {
        /// The survivor's address, as sent. It may be on another host: see [`Account::is_home`](crate::Account::is_home).
        location: Option<String>,
    },
    /// 409: a handle belongs to another contact; see [`Error::conflicting_contacts`].
    Conflict,
    /// 400, 422: this request will never do; [`Error::details`] may say why.
    Invalid,
    /// 413: the file is too large.
    TooLarge,
    /// 429 with the company's budget used up: nothing may be sent until the wait is over. The request was not performed.
    RateLimited,
    /// 429 with budget left: one route, or one object of it, is asked too fast; other routes go on. The request was not
    /// performed.
    RouteGuard {
        /// Front's name for the class of routes.
        tier: Option<String>,
    },
    /// 5xx: a fault at Front.
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
            Self::WrongAddress => "wrong_address",
            Self::NotFound => "not_found",
            Self::Merged { .. } => "merged",
            Self::Conflict => "conflict",
            Self::Invalid => "invalid",
            Self::TooLarge => "too_large",
            Self::RateLimited => "rate_limited",
            Self::RouteGuard { .. } => "route_guard",
            Self::Service => "service",
            Self::Malformed => "malformed",
            Self::Other => "other",
        }
    }

    fn of(status: StatusCode, headers: &HeaderMap, said: &Said) -> Self {
        match status.as_u16() {
            301 if names_object_or_nothing(headers) => Self::Merged { location: location(headers) },
            401 => Self::Credential,
            403 => Self::Forbidden,
            404 if said.is_page => Self::WrongAddress,
            404 => Self::NotFound,
            409 => Self::Conflict,
            400 | 422 => Self::Invalid,
            413 => Self::TooLarge,
            429 if rate::is_guard(headers) => Self::RouteGuard { tier: rate::tier(headers) },
            429 => Self::RateLimited,
            500..=599 => Self::Service,
            _ => Self::Other,
        }
    }
}

impl Error {
    pub(crate) fn refused(answer: &http::Response<Bytes>) -> Self {
        let status = answer.status();
        let said = error_text::read(answer.body());
        let kind = ErrorKind::of(status, answer.headers(), &said);
        let retry_after = rate::wait(answer.headers(), status == StatusCode::TOO_MANY_REQUESTS);
        Self { kind, status, said: Box::new(said), retry_after }
    }

    pub(crate) fn malformed(status: StatusCode, what: String) -> Self {
        let said = Said { message: Some(what), ..Said::default() };
        Self { kind: ErrorKind::Malformed, status, said: Box::new(said), retry_after: None }
    }

    /// The same refusal read as one of the credential, where 400 means that too (`RFC 6749 §5.2`).
    pub(crate) fn of_grant(mut self) -> Self {
        if matches!(self.kind, ErrorKind::Invalid | ErrorKind::Forbidden) {
            self.kind = ErrorKind::Credential;
        }
        self
    }

    /// What kind of refusal this is.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What Front calls the error, such as `Not found`; for OAuth its code, such as `invalid_grant`.
    pub fn title(&self) -> Option<&str> {
        self.said.title.as_deref()
    }

    /// What Front said in a sentence; `None` when it said nothing usable.
    pub fn message(&self) -> Option<&str> {
        self.said.message.as_deref()
    }

    /// The single faults that Front named.
    pub fn details(&self) -> &[String] {
        &self.said.details
    }

    /// Message or title, whichever there is.
    pub fn text(&self) -> Option<&str> {
        self.message().or_else(|| self.title())
    }

    /// Where a merged object lives on, as sent.
    pub fn location(&self) -> Option<&str> {
        match &self.kind {
            ErrorKind::Merged { location } => location.as_deref(),
            _ => None,
        }
    }

    /// The conversation that a merged one lives on in.
    pub fn surviving_conversation(&self) -> Option<ConversationId> {
        link::id_after(self.location()?, "conversations").map(ConversationId::new)
    }

    /// The contact that a merged one lives on in.
    pub fn surviving_contact(&self) -> Option<ContactId> {
        link::id_after(self.location()?, "contacts").map(ContactId::new)
    }

    /// The contacts that hold what a new one wanted to have, as a 409 names them in its message
    /// (`reference/front.md §2.2`). Empty does not mean that there is none: look the handle up.
    pub fn conflicting_contacts(&self) -> Vec<ContactId> {
        if self.kind != ErrorKind::Conflict {
            return Vec::new();
        }
        let texts = self.said.message.iter().chain(&self.said.details);
        let words = texts.flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
        let mut contacts: Vec<ContactId> = Vec::new();
        for word in words.filter(|word| word.strip_prefix("crd_").is_some_and(|rest| !rest.is_empty())) {
            let contact = ContactId::new(word);
            if !contacts.contains(&contact) {
                contacts.push(contact);
            }
        }
        contacts
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
            | ErrorKind::WrongAddress
            | ErrorKind::RateLimited
            | ErrorKind::RouteGuard { .. }
            | ErrorKind::Service
            | ErrorKind::Malformed => false,
        }
    }

    /// Whether nothing will work until somebody renews the token or corrects the address.
    pub fn is_credential(&self) -> bool {
        matches!(self.kind, ErrorKind::Credential | ErrorKind::WrongAddress)
    }

    /// Whether the request may have been performed in spite of this error.
    pub fn is_unclear(&self) -> bool {
        matches!(self.kind, ErrorKind::Service | ErrorKind::Malformed)
    }

    /// How long to wait before the next request: of the company, or of the route alone if it is a
    /// [`RouteGuard`](ErrorKind::RouteGuard).
    ///
    /// From `Retry-After`, else for the company's limit from `x-ratelimit-reset` against the answer's own `Date`;
    /// 60 s and 1 s for a 429 that says neither (`reference/front.md §2.1`).
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}

/// A redirect to anything but an object that can be merged is a wrong address rather than a merge.
fn names_object_or_nothing(headers: &HeaderMap) -> bool {
    location(headers).is_none_or(|location| {
        ["conversations", "contacts"].iter().any(|kind| link::id_after(&location, kind).is_some())
    })
}

fn location(headers: &HeaderMap) -> Option<String> {
    Some(headers.get(header::LOCATION)?.to_str().ok()?.to_owned())
}
