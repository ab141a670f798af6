//! How the browser comes back from a vendor.

use oauth2::RedirectUrl;
use sidetone_protocol::Vendor;
use url::Url;

use super::app::{App, is_loopback};
use super::habits::habits;

/// The port on which a desktop listens for the browser. A fixed one, because the address must be named in the app that
/// somebody registered: neither Gorgias nor Front promises to let the port vary, as RFC 8252 §7.3 wants it.
pub const DESKTOP_PORT: u16 = 8791;

/// Where browsers reach us.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ways {
    /// `[hub] public_url`.
    pub public_url: Option<String>,
    /// On a desktop: the port of 127.0.0.1 that is listened on during a sign-in, [`DESKTOP_PORT`]; 0 is any.
    pub loopback_port: Option<u16>,
}

/// One way back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// To the hub's route.
    Hub(String),
    /// To this port of 127.0.0.1.
    Loopback(u16),
    /// To an address where nobody is; a person pastes it.
    Paste(String),
}

impl Ways {
    /// The best way for this app; `None`: the vendor comes back to none that there is.
    ///
    /// Aircall takes public https addresses only (`reference/aircall.md §1.4`); a stand-in on this computer may come back
    /// to this computer. For Front only https on localhost is known to be taken beside those (`reference/front.md §1.3`).
    pub(super) fn of(&self, app: &App) -> Option<Way> {
        let public = self.public_url.as_deref().and_then(|url| Url::parse(url.trim()).ok());
        if let Some(public) = public.filter(|url| url.scheme() == "https" || is_loopback(url)) {
            let fits =
                public.scheme() == "https" || !habits(app.vendor).https_only || app.is_on_this_computer();
            let base = public.as_str().trim_end_matches('/');
            return fits.then(|| Way::Hub(format!("{base}{}", path(app.vendor))));
        }
        match (app.vendor, self.loopback_port) {
            (Vendor::Aircall, _) => None,
            (Vendor::Gorgias, Some(port)) => Some(Way::Loopback(port)),
            _ => {
                let port = self.loopback_port.filter(|port| *port != 0).unwrap_or(DESKTOP_PORT);
                Some(Way::Paste(format!("https://localhost:{port}{}", path(app.vendor))))
            }
        }
    }
}

/// The one path that a vendor's browser comes back to.
pub(super) fn path(vendor: Vendor) -> &'static str {
    match vendor {
        Vendor::Aircall => "/oauth/aircall/callback",
        Vendor::Gorgias => "/oauth/gorgias/callback",
        Vendor::Front => "/oauth/front/callback",
    }
}

/// The vendor of a path's middle.
pub(super) fn vendor_named(name: &str) -> Option<Vendor> {
    match name {
        "aircall" => Some(Vendor::Aircall),
        "gorgias" => Some(Vendor::Gorgias),
        "front" => Some(Vendor::Front),
        _ => None,
    }
}

pub(super) fn redirect(address: String) -> Option<RedirectUrl> {
    RedirectUrl::new(address).ok()
}

/// What came back in the query.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Returned {
    pub(super) state: String,
    pub(super) what: What,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum What {
    Code(crate::config::Secret),
    Error { error: String, description: Option<String> },
}

/// Longer than any code.
const LONGEST_BYTES: usize = 4096;

impl Returned {
    /// Reads a query. `None`: it is none of an authorization server's, or a parameter is in it twice (RFC 6749 §3.1).
    pub(super) fn read(query: &str) -> Option<Returned> {
        let mut state = None;
        let mut code = None;
        let mut error = None;
        let mut description = None;
        if query.len() > 2 * LONGEST_BYTES {
            return None;
        }
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let place = match name.as_ref() {
                "state" => &mut state,
                "code" => &mut code,
                "error" => &mut error,
                "error_description" => &mut description,
                _ => continue,
            };
            if place.replace(value.into_owned()).is_some() {
                return None;
            }
        }
        let what = match (code, error) {
            (Some(code), None) if !code.is_empty() && code.len() <= LONGEST_BYTES => {
                What::Code(crate::config::Secret::new(code))
            }
            (None, Some(error)) => What::Error { error, description },
            _ => return None,
        };
        Some(Returned { state: state.unwrap_or_default(), what })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed step fails its test")]

    use super::*;
    use crate::config::Registered;
    use crate::config::Secret;

    fn app(vendor: Vendor, sign_in_url: Option<&str>) -> App {
        let registered = Registered {
            client_id: "id".into(),
            client_secret: Secret::new("secret"),
            api_url: sign_in_url.map(str::to_owned),
            sign_in_url: sign_in_url.map(str::to_owned),
        };
        App::new(vendor, &registered, Some("acme")).unwrap()
    }

    fn ways(public_url: Option<&str>, loopback_port: Option<u16>) -> Ways {
        Ways { public_url: public_url.map(str::to_owned), loopback_port }
    }

    #[test]
    fn at_a_public_address_every_vendor_comes_back_to_the_hub() {
        let ways = ways(Some("https://hub.example.com/calls/"), Some(1));
        for (vendor, name) in
            [(Vendor::Aircall, "aircall"), (Vendor::Gorgias, "gorgias"), (Vendor::Front, "front")]
        {
            let address = format!("https://hub.example.com/calls/oauth/{name}/callback");
            assert_eq!(ways.of(&app(vendor, None)), Some(Way::Hub(address)));
            assert_eq!(vendor_named(name), Some(vendor));
        }
    }

    #[test]
    fn aircall_is_offered_with_public_https_only() {
        let aircall = app(Vendor::Aircall, None);
        assert_eq!(ways(None, Some(DESKTOP_PORT)).of(&aircall), None);
        assert_eq!(ways(Some("http://127.0.0.1:8787"), None).of(&aircall), None);
        let stand_in = app(Vendor::Aircall, Some("http://127.0.0.1:9000"));
        assert!(matches!(ways(Some("http://127.0.0.1:8787"), None).of(&stand_in), Some(Way::Hub(_))));
        assert_eq!(ways(None, None).of(&stand_in), None);
    }

    #[test]
    fn without_a_public_address_gorgias_comes_to_this_computer_and_fronts_address_is_pasted() {
        let desktop = ways(None, Some(DESKTOP_PORT));
        assert_eq!(desktop.of(&app(Vendor::Gorgias, None)), Some(Way::Loopback(DESKTOP_PORT)));
        let pasted = |name| Some(Way::Paste(format!("https://localhost:8791/oauth/{name}/callback")));
        assert_eq!(desktop.of(&app(Vendor::Front, None)), pasted("front"));
        assert_eq!(ways(None, None).of(&app(Vendor::Gorgias, None)), pasted("gorgias"));
        assert_eq!(ways(None, Some(0)).of(&app(Vendor::Front, None)), pasted("front"));
    }

    #[test]
    fn what_comes_back_is_a_code_or_an_error_and_each_parameter_once() {
        let code = |code: &str| Some(What::Code(Secret::new(code)));
        let what = |query: &str| Returned::read(query).map(|returned| returned.what);
        assert_eq!(what("code=a%2Fb+c&state=s&account=acme"), code("a/b c"));
        assert_eq!(Returned::read("code=a").unwrap().state, "");
        let error = What::Error { error: "access_denied".into(), description: Some("no".into()) };
        assert_eq!(what("error=access_denied&error_description=no&state=s"), Some(error));
        for query in [
            "",
            "state=s",
            "code=&state=s",
            "code=a&error=b&state=s",
            "code=a&code=b&state=s",
            "code=a&state=s&state=t",
            &format!("code={}&state=s", "a".repeat(5000)),
            &format!("code=a&state={}", "a".repeat(9000)),
        ] {
            assert_eq!(what(query), None, "{query}");
        }
    }
}
