//! Errors as `application/problem+json` (RFC 9457): a stable code, and a sentence that says what to do.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use sidetone_engine::store::StoreError;

/// What a caller of the API did wrong, or what is wrong with us.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    more: Option<(&'static str, Value)>,
    /// Seconds after which it may be tried again.
    again_in: Option<u64>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Problem {
        Problem { status, code, detail: detail.into(), more: None, again_in: None }
    }

    /// With one member more than RFC 9457 knows.
    pub(crate) fn with(mut self, name: &'static str, value: Value) -> Problem {
        self.more = Some((name, value));
        self
    }

    /// Says when to try again.
    pub(crate) fn again_in(mut self, seconds: u64) -> Problem {
        self.again_in = Some(seconds);
        self
    }

    pub(crate) fn not_set_up() -> Problem {
        Problem::new(
            StatusCode::CONFLICT,
            "not_set_up",
            "Aircall and a helpdesk have to be connected first: GET /api/setup says what is missing.",
        )
    }

    pub(crate) fn unauthorized() -> Problem {
        Problem::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "Send the admin token: Authorization: Bearer …",
        )
    }

    pub(crate) fn no_such_call() -> Problem {
        Problem::new(
            StatusCode::NOT_FOUND,
            "no_such_call",
            "This call is unknown, or on a line that is not selected.",
        )
    }

    pub(crate) fn no_such_message() -> Problem {
        Problem::new(
            StatusCode::NOT_FOUND,
            "no_such_message",
            "This message is unknown, or on a line that is not selected.",
        )
    }

    pub(crate) fn no_such_page() -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "no_such_page", "There is nothing at this address.")
    }

    /// What is wrong, for a person.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    pub(crate) fn bad(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, "bad_request", detail)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        tracing::error!(%error, "the store refuses");
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "store_unavailable", error.to_string())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or("Error"),
            "status": self.status.as_u16(),
            "code": self.code,
            "detail": self.detail,
        });
        if let Some((name, value)) = self.more {
            body[name] = value;
        }
        let mut response = (self.status, body.to_string()).into_response();
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.again_in {
            response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer"));
        }
        response
    }
}
