//! Where an account's API is and as whom we speak.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderValue, Uri};
use url::{Host, Url};

use crate::Secret;

const DOMAIN: &str = ".gorgias.com";
const USER_AGENT: &str = concat!("gorgias-client/", env!("CARGO_PKG_VERSION"));

/// As whom a request is made. `Debug` hides what is secret.
#[derive(Clone, Debug)]
pub enum Credential {
    /// A helpdesk user's e-mail address and API key, sent as HTTP Basic. It may do what that user's role may
    /// (`reference/gorgias.md §1`).
    Basic {
        /// The user's e-mail address.
        email: String,
        /// The user's API key.
        api_key: Secret,
    },
    /// An OAuth access token, good for 24 hours (`reference/gorgias.md §2`).
    Bearer(Secret),
}

impl Credential {
    /// A user's e-mail address and API key.
    pub fn basic(email: impl Into<String>, api_key: impl Into<String>) -> Self {
        Self::Basic { email: email.into(), api_key: Secret::new(api_key) }
    }

    /// An OAuth access token.
    pub fn bearer(token: impl Into<String>) -> Self {
        Self::Bearer(Secret::new(token))
    }

    fn header(&self) -> Result<HeaderValue, AccountError> {
        let text = match self {
            Self::Basic { email, api_key } if email.is_empty() || api_key.reveal().is_empty() => {
                String::new()
            }
            Self::Basic { email, api_key } => {
                format!("Basic {}", STANDARD.encode(format!("{email}:{}", api_key.reveal())))
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

/// The address of an account together with a credential: all that a [`Request`](crate::Request) needs to be sent.
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
    /// Neither a subdomain nor an address of one.
    #[error(
        "this is not a Gorgias account; enter its name or its address, like acme or https://acme.gorgias.com"
    )]
    NotASubdomain,
    /// The address is not a URL with a host.
    #[error("this is not a web address; write it like https://acme.gorgias.com")]
    NotAnAddress,
    /// A credential may not travel unencrypted, except to this very machine.
    #[error("the address must begin with https:// (http:// is allowed for localhost only)")]
    NotHttps,
    /// The address carries a user name, a query or a fragment.
    #[error("the address must be a plain one, without user name, password, `?` or `#`")]
    NotPlain,
    /// A part of the credential is empty.
    #[error(
        "the Gorgias credential is empty; enter both the e-mail address and the API key, or connect the account"
    )]
    EmptyCredential,
    /// The credential has characters that no HTTP header may have.
    #[error(
        "the Gorgias credential has line breaks or odd characters; copy it again from Settings, REST API"
    )]
    BadCredential,
    /// The user agent has characters that no HTTP header may have.
    #[error("the user agent may hold visible ASCII characters only")]
    BadUserAgent,
}

/// The subdomain in what a person enters: `acme`, `acme.gorgias.com`, or any address of it.
///
/// # Errors
/// [`AccountError::NotASubdomain`] for any other host, so that a credential never leaves `*.gorgias.com`, and for a
/// name that is not lower-case letters, digits and inner hyphens (`reference/gorgias.md §1`).
pub fn subdomain_of(entered: &str) -> Result<String, AccountError> {
    let entered = entered.trim().to_ascii_lowercase();
    let name = if entered.contains("://") {
        let url = Url::parse(&entered).map_err(|_| AccountError::NotASubdomain)?;
        let host = url.host_str().unwrap_or_default();
        host.strip_suffix(DOMAIN).ok_or(AccountError::NotASubdomain)?.to_owned()
    } else {
        let host = entered.split('/').next().unwrap_or_default();
        host.strip_suffix(DOMAIN).unwrap_or(host).to_owned()
    };
    let legal = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if name.is_empty() || !legal || name.starts_with('-') || name.ends_with('-') {
        return Err(AccountError::NotASubdomain);
    }
    Ok(name)
}

impl Account {
    /// The account that a person entered, in any form [`subdomain_of`] takes.
    pub fn for_subdomain(entered: &str, credential: Credential) -> Result<Self, AccountError> {
        Self::new(&format!("https://{}{DOMAIN}", subdomain_of(entered)?), credential)
    }

    /// An account at another address, for tests and proxies. A path in `base` is kept.
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

    /// A ticket's page in the browser (`reference/gorgias.md §10`).
    pub fn ticket_url(&self, ticket_id: u64) -> String {
        format!("{}/app/ticket/{ticket_id}", self.base)
    }

    /// A customer's page in the browser. After a merge it may be dead: use the surviving id.
    pub fn customer_url(&self, customer_id: u64) -> String {
        format!("{}/app/customer/{customer_id}", self.base)
    }

    /// The page in the browser where API keys are made.
    pub fn api_keys_url(&self) -> String {
        format!("{}/app/settings/api", self.base)
    }

    pub(crate) fn authorization(&self) -> HeaderValue {
        self.authorization.clone()
    }

    pub(crate) fn user_agent(&self) -> HeaderValue {
        self.user_agent.clone()
    }

    /// The absolute address of `path`, which is legal by construction (`query::legal`).
    ///
    /// Only a path beyond `http::Uri`'s 64 kB fails; the bare base then answers an error, which is told as such.
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
fn may_carry_secrets(url: &Url) -> bool {
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

    #[test]
    fn every_way_to_write_an_account_is_its_subdomain() {
        for entered in [
            "acme-2",
            " ACME-2 ",
            "acme-2.gorgias.com",
            "acme-2.gorgias.com/app/views",
            "https://acme-2.gorgias.com/app/ticket/1?x=y#z",
            "https://Acme-2.Gorgias.com:443/",
        ] {
            assert_eq!(subdomain_of(entered).as_deref(), Ok("acme-2"), "{entered}");
        }
    }

    #[test]
    fn no_other_host_is_an_account() {
        for entered in [
            "",
            "-acme",
            "acme-",
            "ac me",
            "a.b",
            "a.b.gorgias.com",
            "acme.example.com",
            "https://acme.example.com",
            "https://gorgias.com",
            "https://acme.gorgias.com.example.com/",
            "https://acme.gorgias.com@example.com/",
            "https://example.com/acme.gorgias.com",
            "acme@example.com",
            "https://evilgorgias.com",
        ] {
            assert_eq!(subdomain_of(entered), Err(AccountError::NotASubdomain), "{entered}");
        }
    }

    #[test]
    fn a_credential_never_travels_unencrypted() {
        let make =
            |base| Account::new(base, Credential::bearer("t")).map(|account| account.base().to_owned());
        assert_eq!(make("http://acme.gorgias.com"), Err(AccountError::NotHttps));
        assert_eq!(make("http://localhost.example.com"), Err(AccountError::NotHttps));
        assert_eq!(make("http://127.0.0.1:9000/").as_deref(), Ok("http://127.0.0.1:9000"));
        assert_eq!(make("https://proxy.example.com/g/").as_deref(), Ok("https://proxy.example.com/g"));
    }

    #[test]
    fn an_address_is_plain() {
        let make = |base| Account::new(base, Credential::bearer("t")).map(|_| ());
        assert_eq!(make("acme"), Err(AccountError::NotAnAddress));
        assert_eq!(make("https://u:p@acme.gorgias.com"), Err(AccountError::NotPlain));
        assert_eq!(make("https://acme.gorgias.com?a=b"), Err(AccountError::NotPlain));
    }

    #[test]
    fn an_empty_or_broken_credential_is_refused_at_once() {
        let make = |credential| Account::for_subdomain("acme", credential).map(|_| ());
        assert_eq!(make(Credential::basic("", "key")), Err(AccountError::EmptyCredential));
        assert_eq!(make(Credential::bearer("")), Err(AccountError::EmptyCredential));
        assert_eq!(make(Credential::bearer("a\nb")), Err(AccountError::BadCredential));
    }

    #[test]
    fn debug_shows_no_credential() {
        let credential = Credential::basic("ada@example.com", "the-key");
        let account = Account::for_subdomain("acme", credential.clone()).unwrap();
        let shown = format!("{credential:?} {account:?} {:?}", account.authorization());
        assert!(!shown.contains("the-key"), "{shown}");
        assert!(!shown.contains(&STANDARD.encode("ada@example.com:the-key")), "{shown}");
    }

    #[test]
    fn pages_for_the_browser_are_on_the_accounts_own_host() {
        let account = Account::for_subdomain("acme", Credential::bearer("t")).unwrap();
        assert_eq!(account.ticket_url(7), "https://acme.gorgias.com/app/ticket/7");
        assert_eq!(account.customer_url(8), "https://acme.gorgias.com/app/customer/8");
        assert_eq!(account.api_keys_url(), "https://acme.gorgias.com/app/settings/api");
    }
}
