//! The way to the vendors over the network: one pooled HTTP client, no redirects, nothing repeated.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use sidetone_engine::transport::{ANSWER_TIMEOUT, Incoming, Outgoing, Transport, TransportError};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::unsaid;

/// An answer larger than this is no answer of an API of ours.
const ANSWER_LIMIT_BYTES: usize = 32 * 1024 * 1024;

/// Longer than any file takes; whoever moves one watches its pieces and gives up when none come.
const NO_TIMEOUT: Duration = Duration::from_secs(24 * 3600);

/// Sends requests over the network.
#[derive(Clone, Debug)]
pub struct HttpTransport {
    client: reqwest::Client,
    /// Where it was made. Connections live as long as the runtime that made them, and engines come and go with theirs.
    home: Option<Handle>,
}

impl HttpTransport {
    /// A client with its connection pool.
    ///
    /// # Errors
    /// If the system's TLS library cannot be used.
    pub fn new() -> Result<HttpTransport, TransportError> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(Duration::from_secs(10))
            .timeout(ANSWER_TIMEOUT)
            .pool_idle_timeout(Duration::from_secs(50))
            .build()
            .map_err(|error| TransportError::NotSent(error.to_string()))?;
        Ok(HttpTransport { client, home: Handle::try_current().ok() })
    }

    /// Does the work at home; whoever does not wait for it any more ends it.
    async fn at_home<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, TransportError>> + Send + 'static,
    ) -> Result<T, TransportError> {
        let Some(home) = &self.home else { return work.await };
        let mut task = Ended(home.spawn(work));
        (&mut task.0).await.unwrap_or_else(|error| Err(TransportError::Unclear(error.to_string())))
    }
}

/// A task that ends with whoever waits for it.
struct Ended<T>(JoinHandle<T>);

impl<T> Drop for Ended<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[async_trait]
impl Transport for HttpTransport {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        let credential = unsaid::credential(request.headers());
        let request = reqwest::Request::try_from(request).map_err(|e| TransportError::NotSent(plain(&e)))?;
        let client = self.client.clone();
        let answer = self.at_home(async move { whole(&client, request).await }).await?;
        Ok(unsaid::without(&credential, answer))
    }

    async fn stream(
        &self,
        request: http::Request<Outgoing>,
    ) -> Result<http::Response<Incoming>, TransportError> {
        let credential = unsaid::credential(request.headers());
        let request = request.map(|body| body.map(reqwest::Body::wrap_stream).unwrap_or_default());
        let mut request =
            reqwest::Request::try_from(request).map_err(|error| TransportError::NotSent(plain(&error)))?;
        *request.timeout_mut() = Some(NO_TIMEOUT);
        let client = self.client.clone();
        let asked = async move { client.execute(request).await.map_err(|error| unsent_or_unclear(&error)) };
        let answer = self.at_home(asked).await?;
        if !answer.status().is_success() {
            // A refusal is short, and told: what was sent must not come back with it.
            let told = tokio::time::timeout(ANSWER_TIMEOUT, self.at_home(rest(answer))).await;
            let refusal = told.map_err(|_| TransportError::Unclear("no answer in time".into()))??;
            let piece = |body: Bytes| futures_util::stream::once(async { Ok(body) }).boxed();
            return Ok(unsaid::without(&credential, refusal).map(piece));
        }
        let (head, body) = http::Response::from(answer).into_parts();
        let pieces = http_body_util::BodyDataStream::new(body);
        let pieces = pieces.map_err(|error| TransportError::Unclear(plain(&error)));
        Ok(http::Response::from_parts(head, pieces.boxed()))
    }
}

/// Sends a request and reads the whole answer.
async fn whole(
    client: &reqwest::Client,
    request: reqwest::Request,
) -> Result<http::Response<Bytes>, TransportError> {
    let answer = client.execute(request).await.map_err(|error| unsent_or_unclear(&error))?;
    rest(answer).await
}

/// An answer with all of its body.
async fn rest(mut answer: reqwest::Response) -> Result<http::Response<Bytes>, TransportError> {
    let mut response = http::Response::builder().status(answer.status());
    if let Some(headers) = response.headers_mut() {
        std::mem::swap(headers, answer.headers_mut());
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|e| TransportError::Unclear(plain(&e)))? {
        if body.len() + chunk.len() > ANSWER_LIMIT_BYTES {
            return Err(TransportError::Unclear("the answer is larger than 32 MiB".into()));
        }
        body.extend_from_slice(&chunk);
    }
    response.body(body.into()).map_err(|error| TransportError::Unclear(error.to_string()))
}

fn unsent_or_unclear(error: &reqwest::Error) -> TransportError {
    if error.is_connect() || error.is_builder() {
        TransportError::NotSent(plain(error))
    } else {
        TransportError::Unclear(plain(error))
    }
}

/// The cause without the address: that may hold a number.
fn plain(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let text = cause.to_string();
    let what = match (error.is_timeout(), error.is_connect()) {
        (true, true) => "no connection in time",
        (true, false) => "no answer in time",
        (false, true) => "no connection",
        (false, false) => "the connection broke",
    };
    if text.contains("://") { what.to_owned() } else { format!("{what}: {text}") }
}
