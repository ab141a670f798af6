//! A way to a vendor on which whoever signed in is known: the current access token stands in for the account's
//! placeholder, and a refused one is renewed once.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::StreamExt;
use http::{HeaderValue, Request, Response, StatusCode, Uri, header};
use sidetone_engine::transport::{AppRefused, Incoming, Outgoing, Transport, TransportError};
use sidetone_protocol::Vendor;
use url::{Origin, Url};

use super::tokens::{NoBearer, Tokens};
use crate::config::Secret;

/// The bearer of an account of `vendor` that is signed in to: what stands in its requests until they go out. It is no
/// secret. Each vendor has its own, so that no token goes to another vendor's API behind the same address.
#[must_use]
pub fn placeholder(vendor: Vendor) -> &'static str {
    match vendor {
        Vendor::Aircall => "signed-in-to-aircall",
        Vendor::Gorgias => "signed-in-to-gorgias",
        Vendor::Front => "signed-in-to-front",
    }
}

/// Puts the current access token into requests that have the [`placeholder`] and go to the vendor's API; every other one goes
/// out as it is, so that no token reaches the hosts of recordings.
///
/// A 401 is renewed and asked again once, which is safe: a request that is refused so was not carried out. When the vendor
/// took the authorization back, 401 is answered without asking, which the engine takes for what it is (G20).
pub struct Authorized {
    inner: Arc<dyn Transport>,
    tokens: Tokens,
    api: Origin,
}

impl Authorized {
    /// Around `inner`, for the API at `api_url` (an account's `base()`).
    ///
    /// # Errors
    /// If `api_url` is no address.
    pub fn new(
        inner: Arc<dyn Transport>,
        tokens: Tokens,
        api_url: &str,
    ) -> Result<Authorized, url::ParseError> {
        Ok(Authorized { inner, tokens, api: Url::parse(api_url)?.origin() })
    }

    /// Exactly the API's scheme, host and port.
    fn is_ours<T>(&self, request: &Request<T>) -> bool {
        let has_placeholder =
            request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).is_some_and(
                |value| value.strip_prefix("Bearer ") == Some(placeholder(self.tokens.vendor())),
            );
        has_placeholder && origin(request.uri()).is_some_and(|origin| origin == self.api)
    }
}

fn origin(uri: &Uri) -> Option<Origin> {
    Url::parse(&uri.to_string()).ok().map(|url| url.origin())
}

/// What is to be done where there is no token: a 401 of our own, or an error that is safe to repeat after.
fn without(error: &NoBearer) -> Result<Response<Bytes>, TransportError> {
    match error {
        NoBearer::Unreachable(_) | NoBearer::Shelf(_) | NoBearer::Ended => {
            Err(TransportError::NotSent(error.to_string()))
        }
        NoBearer::SignedOut | NoBearer::Withdrawn | NoBearer::Refused | NoBearer::App(_) => {
            let body = serde_json::json!({ "message": error.to_string() }).to_string();
            let mut answer = Response::new(Bytes::from(body));
            *answer.status_mut() = StatusCode::UNAUTHORIZED;
            answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            if matches!(error, NoBearer::App(_)) {
                answer.extensions_mut().insert(AppRefused);
            }
            Ok(answer)
        }
    }
}

fn with_bearer<T>(mut request: Request<T>, bearer: &Secret) -> Result<Request<T>, TransportError> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", bearer.reveal()))
        .map_err(|_| TransportError::NotSent("the access token has characters that cannot be sent".into()))?;
    value.set_sensitive(true);
    request.headers_mut().insert(header::AUTHORIZATION, value);
    Ok(request)
}

fn as_stream(answer: Response<Bytes>) -> Response<Incoming> {
    answer.map(|body| futures_util::stream::iter([Ok(body)]).boxed())
}

/// The head of a request without a body, once more.
fn same_head(request: &Request<Outgoing>) -> Request<Outgoing> {
    let mut head = Request::new(None);
    *head.method_mut() = request.method().clone();
    *head.uri_mut() = request.uri().clone();
    *head.headers_mut() = request.headers().clone();
    head
}

#[async_trait]
impl Transport for Authorized {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        if !self.is_ours(&request) {
            return self.inner.send(request).await;
        }
        let bearer = match self.tokens.bearer().await {
            Ok(bearer) => bearer,
            Err(error) => return without(&error),
        };
        let answer = self.inner.send(with_bearer(request.clone(), &bearer)?).await?;
        if answer.status() != StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        match self.tokens.another_than(&bearer).await {
            Ok(bearer) => self.inner.send(with_bearer(request, &bearer)?).await,
            Err(NoBearer::Refused) => Ok(answer),
            Err(error) => without(&error),
        }
    }

    async fn stream(&self, request: Request<Outgoing>) -> Result<Response<Incoming>, TransportError> {
        if !self.is_ours(&request) {
            return self.inner.stream(request).await;
        }
        let bearer = match self.tokens.bearer().await {
            Ok(bearer) => bearer,
            Err(error) => return without(&error).map(as_stream),
        };
        let again = request.body().is_none().then(|| same_head(&request));
        let answer = self.inner.stream(with_bearer(request, &bearer)?).await?;
        if answer.status() != StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        match (self.tokens.another_than(&bearer).await, again) {
            (Ok(bearer), Some(again)) => self.inner.stream(with_bearer(again, &bearer)?).await,
            // Its pieces are gone; whoever has the file sends it again.
            (Ok(_), None) => Err(TransportError::NotSent("the access token had to be renewed first".into())),
            (Err(NoBearer::Refused), _) => Ok(answer),
            (Err(error), _) => without(&error).map(as_stream),
        }
    }
}

#[cfg(test)]
mod tests;
