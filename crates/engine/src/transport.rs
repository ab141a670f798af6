//! The way to the vendors, given from outside: one request in, one answer out.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

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

/// Sends one request. Implementations follow no redirect, repeat nothing and keep no cookies.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Sends `request` and waits for the whole answer.
    ///
    /// # Errors
    /// [`TransportError`] tells apart what was surely not sent from what may have been.
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError>;
}
