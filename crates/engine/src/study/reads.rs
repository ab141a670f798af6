//! A way to the vendors on which nothing goes that would change anything: what a dry run promises does not hang on the
//! engine alone.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::Method;

use crate::transport::{Incoming, Outgoing, Transport, TransportError};

/// Gorgias searches with a POST (`reference/gorgias.md` §8); it changes nothing.
const SEARCH: &str = "/api/search";

/// Sends reads only.
pub(super) struct OnlyReads(pub(super) Arc<dyn Transport>);

fn is_read<B>(request: &http::Request<B>) -> bool {
    let is_search = request.method() == Method::POST && request.uri().path() == SEARCH;
    request.method() == Method::GET || is_search
}

fn refused() -> TransportError {
    TransportError::NotSent("a dry run writes nothing".into())
}

#[async_trait]
impl Transport for OnlyReads {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        if !is_read(&request) {
            return Err(refused());
        }
        self.0.send(request).await
    }

    async fn stream(
        &self,
        _request: http::Request<Outgoing>,
    ) -> Result<http::Response<Incoming>, TransportError> {
        // Files are fetched and sent for records only.
        Err(refused())
    }
}
