//! The app as it is registered at a vendor, and who the person on the consent page is.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// Which redirect URIs an app may register. Nobody has confirmed what Gorgias and Front take; Aircall's staff say https and
/// not localhost (`reference/aircall.md §1.4`, `gorgias.md §2`, `front.md §1.3`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Redirect {
    /// https, and not on this machine.
    PublicHttps,
    /// https only; also to a program on this machine.
    HttpsOnly,
    /// https, and http to a program on this machine.
    HttpsOrLoopback,
    /// Any, a scheme of one's own included.
    Any,
}

/// Where a faulty request for consent is told of: a client id that nobody has, a `response_type` or a `scope` that is not the
/// vendor's. A redirect URI that is not registered is never led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthorizeFaults {
    /// With `error=` at the redirect URI, a wrong client id as well (Aircall documents `error=invalid_client`).
    SentBack,
    /// A wrong client id on a page of the vendor's, everything else at the redirect URI: what OAuth itself says.
    ClientShown,
    /// On a page of the vendor's.
    Shown,
}

/// The app at one vendor. Its secret is not shown by `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct App {
    /// Its client id.
    pub client_id: String,
    /// Its client secret.
    pub client_secret: String,
    /// The redirect URIs that are registered, letter by letter; empty = each one that `redirect` allows.
    pub redirect_uris: Vec<String>,
    /// Which redirect URIs may be registered at all.
    pub redirect: Redirect,
    /// Where the vendor's App Store leads on "Connect App"; `{gorgias_account}` becomes the account. Empty = nowhere.
    pub app_url: String,
    /// Where a faulty request is told of.
    pub faults: AuthorizeFaults,
    /// Whether the person on the consent page is an admin; others cannot consent.
    pub is_admin: bool,
    /// Whether somebody who is no admin is sent back with `error=access_denied`, instead of reading why on the page.
    pub not_admin_is_sent_back: bool,
    /// Seconds that a code waits to be exchanged.
    pub code_s: i64,
    /// The status of the token endpoint's `invalid_grant`: 400 or 401.
    pub invalid_grant_status: u16,
}

impl fmt::Debug for App {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("App")
            .field("client_id", &self.client_id)
            .field("redirect_uris", &self.redirect_uris)
            .field("redirect", &self.redirect)
            .field("faults", &self.faults)
            .field("is_admin", &self.is_admin)
            .finish_non_exhaustive()
    }
}

impl Default for App {
    fn default() -> Self {
        Self {
            client_id: Self::CLIENT_ID.to_owned(),
            client_secret: Self::CLIENT_SECRET.to_owned(),
            redirect_uris: Vec::new(),
            redirect: Redirect::HttpsOrLoopback,
            app_url: String::new(),
            faults: AuthorizeFaults::ClientShown,
            is_admin: true,
            not_admin_is_sent_back: false,
            code_s: 600,
            invalid_grant_status: 400,
        }
    }
}

impl App {
    /// The client id at first, at all vendors.
    pub const CLIENT_ID: &str = "sidetone";
    /// The client secret at first, at all vendors.
    pub const CLIENT_SECRET: &str = "invented-secret";

    /// Whether a consent may lead there.
    pub(crate) fn allows(&self, redirect_uri: &str) -> bool {
        let Ok(url) = Url::parse(redirect_uri) else { return false };
        let is_https = url.scheme() == "https" && url.has_host();
        let is_allowed = match self.redirect {
            Redirect::PublicHttps => is_https && !is_loopback(&url),
            Redirect::HttpsOnly => is_https,
            Redirect::HttpsOrLoopback => is_https || (url.scheme() == "http" && is_loopback(&url)),
            Redirect::Any => true,
        };
        let is_registered =
            self.redirect_uris.is_empty() || self.redirect_uris.iter().any(|known| known == redirect_uri);
        is_allowed && is_registered && url.fragment().is_none()
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_uri_is_allowed_by_its_kind_and_by_the_list() {
        let public = "https://hub.example.com/oauth/callback";
        let own = "https://localhost:8400/callback";
        let plain = "http://127.0.0.1:8400/callback";
        let scheme = "sidetone://callback";
        for (redirect, allowed) in [
            (Redirect::PublicHttps, vec![public]),
            (Redirect::HttpsOnly, vec![public, own]),
            (Redirect::HttpsOrLoopback, vec![public, own, plain]),
            (Redirect::Any, vec![public, own, plain, scheme]),
        ] {
            let app = App { redirect, ..App::default() };
            let found: Vec<&str> =
                [public, own, plain, scheme].into_iter().filter(|uri| app.allows(uri)).collect();
            assert_eq!(found, allowed, "{redirect:?}");
            assert!(!app.allows("http://hub.example.com/oauth/callback") || redirect == Redirect::Any);
            assert!(!app.allows("https://hub.example.com/#x") && !app.allows("callback"));
        }
        let app = App { redirect_uris: vec![public.to_owned()], ..App::default() };
        assert!(app.allows(public) && !app.allows(own) && !app.allows(&format!("{public}/")));
    }

    #[test]
    fn the_secret_is_not_shown() {
        assert!(!format!("{:?}", App::default()).contains(App::CLIENT_SECRET));
    }
}
