//! Where the API is and as whom we speak.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderValue, Uri};
use url::{Host, Url};

use crate::Secret;

/// The one public origin of the API (`reference/aircall.md §1.1`).
pub const API_URL: &str = "https://api.aircall.io";

const USER_AGENT: &str = concat!("aircall-client/", env!("CARGO_PKG_VERSION"));

/// As whom a request is made. `Debug` hides what is secret.
#[derive(Clone, Debug)]
pub enum Credential {
    /// An API key of the Dashboard, sent as HTTP Basic (`reference/aircall.md §1.2`).
    Key {
        /// `api_id`, not secret.
        id: String,
        /// `api_token`.
        token: Secret,
    },
    /// An OAuth access token (`reference/aircall.md §1.3`).
    Bearer(Secret),
}

impl Credential {
    /// An API key made in the Dashboard.
    pub fn key(id: impl Into<String>, token: impl Into<String>) -> Self {
        Self::Key { id: id.into(), token: Secret::new(token) }
    }

    /// An OAuth access token.
    pub fn bearer(token: impl Into<String>) -> Self {
        Self::Bearer(Secret::new(token))
    }

    fn header(&self) -> Result<HeaderValue, AccountError> {
        let text = match self {
            Self::Key { id, token } if id.is_empty() || token.reveal().is_empty() => String::new(),
            Self::Key { id, token } => {
                format!("Basic {}", STANDARD.encode(format!("{id}:{}", token.reveal())))
            }
            Self::Bearer(token) if token.reveal().is_empty() => String::new(),
            Self::Bearer(token) => format!("Bearer {}", token.reveal()),
        };
        if text.is_empty() {
            return Err(AccountError::EmptyCredential);
        }
        let mut header = HeaderValue::try_from(text).map_err(|_| AccountError::BadCredential)?;
        header.set_sensitive(true);
        Ok(header)
    }
}

/// An address of the API together with a credential: all that a [`Request`](crate::Request) needs to be sent.
///
/// `Debug` shows the address only.
#[derive(Clone)]
pub struct Account {
    base: String,
    authorization: HeaderValue,
    user_agent: HeaderValue,
}

/// Why an [`Account`] cannot be made. Each text says what to change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// The address is not a URL with a host.
    #[error("this is not a web address; write it like https://api.aircall.io")]
    NotAnAddress,
    /// A credential may not travel unencrypted, except to this very machine.
    #[error("the address must begin with https:// (http:// is allowed for localhost only)")]
    NotHttps,
    /// The address carries a user name, a query or a fragment.
    #[error("the address must be a plain one, without user name, password, `?` or `#`")]
    NotPlain,
    /// A part of the credential is empty.
    #[error(
        "the Aircall credential is empty; enter both the API ID and the API token, or connect the account"
    )]
    EmptyCredential,
    /// The credential has characters that no HTTP header may have.
    #[error("the Aircall credential has line breaks or odd characters; copy it again from the Dashboard")]
    BadCredential,
    /// The user agent has characters that no HTTP header may have.
    #[error("the user agent may hold visible ASCII characters only")]
    BadUserAgent,
}

impl Account {
    /// An account at `base`, usually [`API_URL`]. A path in `base` (a proxy's prefix) is kept.
    pub fn new(base: &str, credential: Credential) -> Result<Self, AccountError> {
        Ok(Self {
            base: plain_base(base)?,
            authorization: credential.header()?,
            user_agent: HeaderValue::from_static(USER_AGENT),
        })
    }

    /// Names the program in `User-Agent`, for instance `"sidetone/1.2.0"`.
    pub fn with_user_agent(mut self, user_agent: &str) -> Result<Self, AccountError> {
        self.user_agent = HeaderValue::try_from(user_agent).map_err(|_| AccountError::BadUserAgent)?;
        Ok(self)
    }

    /// The address, without a slash at its end.
    pub fn base(&self) -> &str {
        &self.base
    }

    pub(crate) fn authorization(&self) -> HeaderValue {
        self.authorization.clone()
    }

    pub(crate) fn user_agent(&self) -> HeaderValue {
        self.user_agent.clone()
    }

    /// The absolute address of `path`, which is legal by construction (`query::legal`).
    ///
    /// Only a path beyond `http::Uri`'s 64 kB fails; the bare base then answers 404, which is told as such.
    pub(crate) fn uri(&self, path: &str) -> Uri {
        Uri::try_from(format!("{}{path}", self.base))
            .or_else(|_| Uri::try_from(self.base.as_str()))
            .unwrap_or_default()
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("base", &self.base).finish_non_exhaustive()
    }
}

fn plain_base(base: &str) -> Result<String, AccountError> {
    let url = Url::parse(base.trim()).map_err(|_| AccountError::NotAnAddress)?;
    if !url.has_host() {
        return Err(AccountError::NotAnAddress);
    }
    if !may_carry_secrets(&url) {
        return Err(AccountError::NotHttps);
    }
    let has_user = !url.username().is_empty() || url.password().is_some();
    if has_user || url.query().is_some() || url.fragment().is_some() {
        return Err(AccountError::NotPlain);
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// https anywhere, http on this machine.
pub(crate) fn may_carry_secrets(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && loopback)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(base: &str) -> AccountError {
        Account::new(base, Credential::bearer("t")).expect_err(base)
    }

    #[test]
    fn a_credential_never_travels_unencrypted() {
        assert_eq!(refused("http://api.aircall.io"), AccountError::NotHttps);
        assert_eq!(refused("http://localhost.example.com"), AccountError::NotHttps);
        assert_eq!(refused("ftp://127.0.0.1"), AccountError::NotHttps);
        for loopback in ["http://127.0.0.1:9000", "http://localhost:9000", "http://[::1]:9000"] {
            let account = Account::new(loopback, Credential::bearer("t")).unwrap();
            assert_eq!(account.base(), loopback);
        }
    }

    #[test]
    fn an_address_is_plain() {
        assert_eq!(refused("api.aircall.io"), AccountError::NotAnAddress);
        assert_eq!(refused("https://u:p@api.aircall.io"), AccountError::NotPlain);
        assert_eq!(refused("https://api.aircall.io/?a=b"), AccountError::NotPlain);
    }

    #[test]
    fn an_empty_or_broken_credential_is_refused_at_once() {
        let make = |credential| Account::new(API_URL, credential).map(|_| ());
        assert_eq!(make(Credential::key("id", "")), Err(AccountError::EmptyCredential));
        assert_eq!(make(Credential::bearer("")), Err(AccountError::EmptyCredential));
        assert_eq!(make(Credential::bearer("a\nb")), Err(AccountError::BadCredential));
    }

    #[test]
    fn debug_shows_no_credential() {
        let credential = Credential::key("the-id", "the-token");
        let account = Account::new(API_URL, credential.clone()).unwrap();
        let shown = format!("{credential:?} {account:?} {:?}", account.authorization());
        assert!(!shown.contains("the-token"), "{shown}");
        assert!(!shown.contains(&STANDARD.encode("the-id:the-token")), "{shown}");
    }
}
