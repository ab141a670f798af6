//! Apps: what somebody registered with a vendor, and where that vendor signs people in.

use std::fmt;

use oauth2::{AuthUrl, ClientId, ClientSecret, RevocationUrl, TokenUrl};
use sidetone_protocol::Vendor;
use url::{Host, Url};

use crate::config::Registered;

const AIRCALL_AUTHORIZE_URL: &str = "https://dashboard.aircall.io/oauth/authorize";

/// Why an app cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppError {
    /// Gorgias has a host for each account.
    #[error("enter the name of the Gorgias account, the first part of its address: acme of acme.gorgias.com")]
    NoAccount,
    /// An address is none, or would carry secrets unencrypted.
    #[error(
        "the sign-in address {0} cannot be used: it must begin with https:// (http:// for this computer only)"
    )]
    BadAddress(String),
    /// Id or secret is missing.
    #[error("the app has no client id or no client secret; copy both from where the app was registered")]
    Incomplete,
}

/// An app, and the addresses of one account's authorization server. `Debug` hides its secret.
#[derive(Clone)]
pub struct App {
    pub(super) vendor: Vendor,
    pub(super) account: Option<String>,
    pub(super) client_id: ClientId,
    pub(super) client_secret: ClientSecret,
    pub(super) authorize: AuthUrl,
    pub(super) token: TokenUrl,
    pub(super) revoke: Option<RevocationUrl>,
}

impl App {
    /// Of `vendor`; for Gorgias of this account, by its subdomain.
    ///
    /// # Errors
    /// [`AppError`]
    pub fn new(vendor: Vendor, registered: &Registered, account: Option<&str>) -> Result<App, AppError> {
        let (id, secret) = (registered.client_id.trim(), registered.client_secret.reveal().trim());
        if id.is_empty() || secret.is_empty() {
            return Err(AppError::Incomplete);
        }
        let account = account.map(str::to_owned).filter(|_| vendor == Vendor::Gorgias);
        let (authorize, token, revoke) = addresses(vendor, registered, account.as_deref())?;
        Ok(App {
            vendor,
            account,
            client_id: ClientId::new(id.to_owned()),
            client_secret: ClientSecret::new(secret.to_owned()),
            authorize: AuthUrl::from_url(usable(&authorize)?),
            token: TokenUrl::from_url(usable(&token)?),
            revoke: revoke.map(|url| usable(&url).map(RevocationUrl::from_url)).transpose()?,
        })
    }

    /// Whose.
    #[must_use]
    pub fn vendor(&self) -> Vendor {
        self.vendor
    }

    /// Where the browser ends after a sign-in that worked, if the vendor has a page for that
    /// (`reference/aircall.md §1.3`).
    pub(super) fn finish_page(&self) -> Option<Url> {
        let authorize = self.authorize.url();
        (self.vendor == Vendor::Aircall).then(|| authorize.join("success").ok()).flatten()
    }

    /// Whether people are signed in by a stand-in on this computer.
    pub(super) fn is_on_this_computer(&self) -> bool {
        is_loopback(self.authorize.url())
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("vendor", &self.vendor)
            .field("account", &self.account)
            .field("token", &self.token.as_str())
            .finish_non_exhaustive()
    }
}

type Addresses = (String, String, Option<String>);

/// Where people are asked, where tokens are given, and where they are taken back.
fn addresses(vendor: Vendor, registered: &Registered, account: Option<&str>) -> Result<Addresses, AppError> {
    let api = registered.api_url.as_deref().map(|url| url.trim().trim_end_matches('/'));
    let sign_in = registered.sign_in_url.as_deref().map(|url| url.trim().trim_end_matches('/'));
    Ok(match vendor {
        Vendor::Aircall => (
            sign_in.unwrap_or(AIRCALL_AUTHORIZE_URL).to_owned(),
            format!("{}/v1/oauth/token", api.unwrap_or(aircall::API_URL)),
            None,
        ),
        Vendor::Gorgias => {
            let account = account.ok_or(AppError::NoAccount)?;
            let base = api.map_or_else(|| format!("https://{account}.gorgias.com"), str::to_owned);
            let at = |step: &str| format!("{base}/oauth/{step}");
            (at("authorize"), at("token"), Some(at("revoke")))
        }
        Vendor::Front => {
            let base = sign_in.unwrap_or(front::APP_URL);
            (format!("{base}/oauth/authorize"), format!("{base}/oauth/token"), None)
        }
    })
}

fn usable(address: &str) -> Result<Url, AppError> {
    let bad = || AppError::BadAddress(address.to_owned());
    let url = Url::parse(address).map_err(|_| bad())?;
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    if plain && safe && url.has_host() { Ok(url) } else { Err(bad()) }
}

/// Whether an address stays on this computer.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed step fails its test")]

    use super::*;
    use crate::config::Secret;

    fn registered() -> Registered {
        Registered {
            client_id: "id-1".into(),
            client_secret: Secret::new("s3cret"),
            api_url: None,
            sign_in_url: None,
        }
    }

    #[test]
    fn each_vendor_signs_in_where_its_reference_says() {
        let app = |vendor, account| App::new(vendor, &registered(), account).unwrap();
        let aircall = app(Vendor::Aircall, None);
        assert_eq!(aircall.authorize.as_str(), "https://dashboard.aircall.io/oauth/authorize");
        assert_eq!(aircall.token.as_str(), "https://api.aircall.io/v1/oauth/token");
        assert_eq!(aircall.finish_page().unwrap().as_str(), "https://dashboard.aircall.io/oauth/success");
        assert!(aircall.revoke.is_none());

        let gorgias = app(Vendor::Gorgias, Some("acme"));
        assert_eq!(gorgias.authorize.as_str(), "https://acme.gorgias.com/oauth/authorize");
        assert_eq!(gorgias.token.as_str(), "https://acme.gorgias.com/oauth/token");
        assert_eq!(gorgias.revoke.as_ref().unwrap().as_str(), "https://acme.gorgias.com/oauth/revoke");
        assert!(gorgias.finish_page().is_none());

        let front = app(Vendor::Front, None);
        assert_eq!(front.authorize.as_str(), "https://app.frontapp.com/oauth/authorize");
        assert_eq!(front.token.as_str(), "https://app.frontapp.com/oauth/token");
        assert!(front.revoke.is_none());
    }

    #[test]
    fn a_secret_is_sent_over_https_or_to_this_computer_only() {
        let at = |url: &str| {
            let registered = Registered { sign_in_url: Some(url.into()), ..registered() };
            App::new(Vendor::Front, &registered, None).map(|app| app.is_on_this_computer())
        };
        assert_eq!(at("http://127.0.0.1:9000/"), Ok(true));
        assert_eq!(at("https://app.example.com"), Ok(false));
        for bad in ["http://app.example.com", "https://a:b@app.example.com", "app.example.com", ""] {
            assert!(matches!(at(bad), Err(AppError::BadAddress(_))), "{bad}");
        }
    }

    #[test]
    fn an_app_is_whole_and_gorgias_has_an_account() {
        assert_eq!(App::new(Vendor::Gorgias, &registered(), None).unwrap_err(), AppError::NoAccount);
        let half = Registered { client_secret: Secret::new(" "), ..registered() };
        assert_eq!(App::new(Vendor::Front, &half, None).unwrap_err(), AppError::Incomplete);
        let app = App::new(Vendor::Front, &registered(), None).unwrap();
        assert!(!format!("{app:?} {:?}", registered()).contains("s3cret"));
    }
}
