//! The way to the vendors, given from outside: one request in, one answer out.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;

/// A request that gets no answer within this time counts as unclear (design: "time-out 30 s").
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The request surely never reached the other side (name not found, connection refused): safe to repeat.
    #[error("could not connect: {0}")]
    NotSent(String),
    /// The request may have been carried out (time-out, connection cut while waiting): look before repeating.
    #[error("no answer: {0}")]
    Unclear(String),
}

/// Lies in the extensions of an answer 401 that the way to a vendor gives by itself: not what a person gave is refused, but
/// the app that was registered with the vendor. Whoever runs Sidetone mends that; signing in again would not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AppRefused;

/// A body that is sent piece by piece; `None`: the request has none. Its length stands in the request's head.
pub type Outgoing = Option<BoxStream<'static, std::io::Result<Bytes>>>;
/// A body that comes piece by piece.
pub type Incoming = BoxStream<'static, Result<Bytes, TransportError>>;

/// Sends one request. Implementations follow no redirect, repeat nothing and keep no cookies.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Sends `request` and waits for the whole answer.
    ///
    /// # Errors
    /// [`TransportError`] tells apart what was surely not sent from what may have been.
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError>;

    /// Sends a request that carries or asks for a file. Comes back with the head of the answer; neither body is ever held
    /// as a whole. Sets no time limit of its own: how long a file takes is nobody's to say, so whoever asks watches the
    /// pieces.
    ///
    /// # Errors
    /// As [`Transport::send`].
    async fn stream(
        &self,
        request: http::Request<Outgoing>,
    ) -> Result<http::Response<Incoming>, TransportError>;
}
