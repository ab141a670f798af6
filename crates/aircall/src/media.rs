//! Recordings, voicemails and message attachments: signed addresses at other hosts.

use std::fmt;

use bytes::Bytes;
use http::{HeaderValue, Uri, header};
use url::Url;

use crate::account::may_carry_secrets;

/// An address that opens a file to whoever holds it, for ten minutes to three hours
/// (`reference/aircall.md §5.4`). Fetch at once; to keep something, keep the call's `asset`.
///
/// `Debug` shows the host only, since the signature is a credential.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedUrl(String);

impl SignedUrl {
    /// Takes an https address (or http on this machine) in; `None` for anything else.
    pub fn new(address: &str) -> Option<Self> {
        let url = Url::parse(address.trim()).ok()?;
        (url.has_host() && may_carry_secrets(&url)).then(|| Self(url.into()))
    }

    /// The whole address, signature included.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    pub(crate) fn read(value: &serde_json::Value, key: &str) -> Option<Self> {
        Self::new(value.get(key)?.as_str()?)
    }
}

impl fmt::Debug for SignedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = Url::parse(&self.0).ok();
        let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
        write!(f, "SignedUrl(https://{host}/…)")
    }
}

/// The request for a file. It needs no account and never carries `Authorization`: the signature is the credential,
/// and S3 refuses a request with two (`reference/aircall.md §5.4`).
pub fn media_request(address: &SignedUrl) -> http::Request<Bytes> {
    let mut request = http::Request::new(Bytes::new());
    *request.uri_mut() = Uri::try_from(address.reveal()).unwrap_or_default();
    request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("*/*"));
    request
}
