//! Where Front's API is and as whom we speak.

use std::fmt;

use http::{HeaderValue, Uri};
use url::{Host, Url};

use crate::Secret;

/// Where every company's API is (`reference/front.md §1.1`).
pub const API_URL: &str = "https://api2.frontapp.com";
/// Where people work and where OAuth is (`reference/front.md §1.3`).
pub const APP_URL: &str = "https://app.frontapp.com";

const API_HOST: &str = "api2.frontapp.com";
const COMPANY_HOSTS: &str = ".api.frontapp.com";
const USER_AGENT: &str = concat!("front-client/", env!("CARGO_PKG_VERSION"));

/// As whom a request is made: an API token, which an admin makes for the whole company, or an OAuth access token.
/// Front takes both in the same way. `Debug` hides it.
#[derive(Clone, Debug)]
pub struct Credential(Secret);

impl Credential {
    /// A company's API token, or an OAuth access token ([`crate::oauth`]).
    pub fn bearer(token: impl Into<String>) -> Self {
        Self(Secret::new(token))
    }

    fn header(&self) -> Result<HeaderValue, AccountError> {
        let token = self.0.reveal();
        if token.is_empty() {
            return Err(AccountError::EmptyCredential);
        }
        let mut header =
            HeaderValue::try_from(format!("Bearer {token}")).map_err(|_| AccountError::BadCredential)?;
        header.set_sensitive(true);
        Ok(header)
    }
}

/// The address of the API together with a credential: all that a [`Request`](crate::Request) needs to be sent.
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
    #[error("this is not a web address; write it like {API_URL}")]
    NotAnAddress,
    /// A credential may not travel unencrypted, except to this very machine.
    #[error("the address must begin with https:// (http:// is allowed for localhost only)")]
    NotHttps,
    /// The address carries a user name, a query or a fragment.
    #[error("the address must be a plain one, without user name, password, `?` or `#`")]
    NotPlain,
    /// There is no credential.
    #[error("the Front token is empty; paste the API token, or connect Front again")]
    EmptyCredential,
    /// The credential has characters that no HTTP header may have.
    #[error(
        "the Front token has line breaks or odd characters; copy it again from Settings, Developers, API tokens"
    )]
    BadCredential,
    /// The user agent has characters that no HTTP header may have.
    #[error("the user agent may hold visible ASCII characters only")]
    BadUserAgent,
}

impl Account {
    /// An account at `base`: [`API_URL`], or another address for tests and proxies. A path in `base` is kept.
    pub fn new(base: &str, credential: Credential) -> Result<Self, AccountError> {
        Ok(Self { base: plain_base(base)?, authorization: credential.header()?, user_agent: user_agent() })
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

    /// Whether `link` leads to where this account's API is: it is a path, is on the same host, or is on one of the
    /// hosts that Front serves the same resources from (`reference/front.md §1.1`). Only then it may be followed.
    pub fn is_home(&self, link: &str) -> bool {
        let Ok(base) = Url::parse(&self.base) else {
            return false;
        };
        let Ok(link) = base.join(link) else {
            return false;
        };
        if link.scheme() != base.scheme() {
            return false;
        }
        let is_fronts = |url: &Url| {
            url.scheme() == "https" && url.port().is_none() && url.host_str().is_some_and(is_fronts_host)
        };
        link.origin() == base.origin() || (is_fronts(&base) && is_fronts(&link))
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
        uri(&self.base, path)
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("base", &self.base).finish_non_exhaustive()
    }
}

/// The page in the browser of a conversation or a message, by its id; `app_url` is [`APP_URL`]. There is no
/// documented page of a contact (`reference/front.md §7`).
pub fn open_url(app_url: &str, id: &str) -> String {
    format!("{}/open/{}", app_url.trim_end_matches('/'), crate::query::segment(id))
}

pub(crate) fn uri(base: &str, path: &str) -> Uri {
    Uri::try_from(format!("{base}{path}")).or_else(|_| Uri::try_from(base)).unwrap_or_default()
}

pub(crate) fn user_agent() -> HeaderValue {
    HeaderValue::from_static(USER_AGENT)
}

fn is_fronts_host(host: &str) -> bool {
    let company = host.strip_suffix(COMPANY_HOSTS);
    host == API_HOST || company.is_some_and(|company| !company.is_empty() && !company.contains('.'))
}

pub(crate) fn plain_base(base: &str) -> Result<String, AccountError> {
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

    fn account(base: &str) -> Result<Account, AccountError> {
        Account::new(base, Credential::bearer("t"))
    }

    #[test]
    fn a_credential_never_travels_unencrypted() {
        let make = |base| account(base).map(|account| account.base().to_owned());
        assert_eq!(make("http://api2.frontapp.com"), Err(AccountError::NotHttps));
        assert_eq!(make("http://localhost.example.com"), Err(AccountError::NotHttps));
        assert_eq!(make("http://127.0.0.1:9000/").as_deref(), Ok("http://127.0.0.1:9000"));
        assert_eq!(make("https://proxy.example.com/f/").as_deref(), Ok("https://proxy.example.com/f"));
    }

    #[test]
    fn an_address_is_plain() {
        let make = |base| account(base).map(|_| ());
        assert_eq!(make("acme"), Err(AccountError::NotAnAddress));
        assert_eq!(make("https://u:p@api2.frontapp.com"), Err(AccountError::NotPlain));
        assert_eq!(make("https://api2.frontapp.com?a=b"), Err(AccountError::NotPlain));
    }

    #[test]
    fn an_empty_or_broken_credential_is_refused_at_once() {
        let make = |token: &str| Account::new(API_URL, Credential::bearer(token)).map(|_| ());
        assert_eq!(make(""), Err(AccountError::EmptyCredential));
        assert_eq!(make("a\nb"), Err(AccountError::BadCredential));
    }

    #[test]
    fn debug_shows_no_credential() {
        let credential = Credential::bearer("the-token");
        let account = Account::new(API_URL, credential.clone()).unwrap();
        let shown = format!("{credential:?} {account:?} {:?}", account.authorization());
        assert!(!shown.contains("the-token"), "{shown}");
    }

    #[test]
    fn home_is_the_own_host_and_fronts_other_names_for_it() {
        let front = account(API_URL).unwrap();
        for home in [
            "/conversations/cnv_1",
            "https://api2.frontapp.com/conversations/cnv_1",
            "https://acme.api.frontapp.com/conversations/cnv_1",
            "https://ACME.api.frontapp.com:443/",
        ] {
            assert!(front.is_home(home), "{home}");
        }
        for foreign in [
            "https://example.com/conversations/cnv_1",
            "//example.com/conversations/cnv_1",
            "http://acme.api.frontapp.com/conversations/cnv_1",
            "https://acme.api.frontapp.com:8443/conversations/cnv_1",
            "https://api.frontapp.com.example.com/",
            "https://api2.frontapp.com@example.com/",
            "https://evilapi.frontapp.com/",
            "https://a.b.api.frontapp.com/",
            "https://app.frontapp.com/open/cnv_1",
            "javascript:alert(1)",
        ] {
            assert!(!front.is_home(foreign), "{foreign}");
        }
        let local = account("http://127.0.0.1:9000").unwrap();
        assert!(local.is_home("http://127.0.0.1:9000/conversations/cnv_1"));
        for foreign in
            ["http://127.0.0.1:9001/x", "https://127.0.0.1:9000/x", "https://acme.api.frontapp.com/x"]
        {
            assert!(!local.is_home(foreign), "{foreign}");
        }
    }

    #[test]
    fn a_page_for_the_browser_is_by_id() {
        assert_eq!(open_url(APP_URL, "cnv_1"), "https://app.frontapp.com/open/cnv_1");
        assert_eq!(open_url("http://127.0.0.1:9000/", "a/b"), "http://127.0.0.1:9000/open/a%2Fb");
    }
}
