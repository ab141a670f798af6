//! Which links may leave the window: only https pages of the helpdesk and of Aircall, loopback in the sandbox, and `tel:` with a
//! number in E.164, for when Aircall cannot dial it.
//!
//! A [`Link`] exists only after the check, so that nothing else can be handed to the system's browser.

use std::sync::{Arc, PoisonError, RwLock};

use url::{Host, Url};

/// The hosts that a window may open in the browser. Clones know what any of them is told.
#[derive(Clone, Debug, Default)]
pub struct Links {
    /// One that begins with a dot stands for all hosts below it; one that begins with a scheme for a stand-in on this
    /// computer, with its port.
    helpdesk_hosts: Arc<RwLock<Vec<String>>>,
    loopback: bool,
}

/// An address that passed [`Links::check`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link(Url);

impl Link {
    /// The address, ready for a browser.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// Why a link stays closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// It is no address, or none that a browser or a phone program should get.
    #[error("This is not a web address, so it was not opened.")]
    NotAnAddress,
    /// It leads somewhere else.
    #[error(
        "Only pages of the helpdesk and of Aircall are opened from here; copy the address to open it yourself."
    )]
    ForeignHost,
}

impl Links {
    /// Links to the helpdesk at these hosts (`acme.gorgias.com`) and to Aircall.
    pub fn to_helpdesk(hosts: impl IntoIterator<Item = String>) -> Self {
        let links = Self::default();
        links.lead_to(hosts);
        links
    }

    /// The helpdesk is at these hosts from now on.
    pub fn lead_to(&self, hosts: impl IntoIterator<Item = String>) {
        *self.helpdesk_hosts.write().unwrap_or_else(PoisonError::into_inner) =
            hosts.into_iter().map(|host| host.to_ascii_lowercase()).collect();
    }

    fn is_helpdesk(&self, host: &str) -> bool {
        let hosts = self.helpdesk_hosts.read().unwrap_or_else(PoisonError::into_inner);
        hosts.iter().any(|known| known == host || known.starts_with('.') && host.ends_with(known.as_str()))
    }

    /// Links to the sandbox's stand-ins on this computer as well.
    pub fn with_loopback(mut self) -> Self {
        self.loopback = true;
        self
    }

    /// Lets an address pass or says why not.
    ///
    /// # Errors
    /// [`LinkError`].
    pub fn check(&self, address: &str) -> Result<Link, LinkError> {
        let url = Url::parse(address).map_err(|_| LinkError::NotAnAddress)?;
        if is_a_number(&url) {
            return Ok(Link(url));
        }
        if !matches!(url.scheme(), "https" | "http") || !url.username().is_empty() || url.password().is_some()
        {
            return Err(LinkError::NotAnAddress);
        }
        let allowed = match url.host() {
            _ if is_loopback(&url) => self.loopback || self.is_helpdesk(&url.origin().ascii_serialization()),
            Some(Host::Domain(host)) if url.scheme() == "https" => is_aircall(host) || self.is_helpdesk(host),
            _ => false,
        };
        if allowed { Ok(Link(url)) } else { Err(LinkError::ForeignHost) }
    }
}

/// `tel:` and a number in E.164, which whatever program dials on this computer opens (RFC 3966).
fn is_a_number(url: &Url) -> bool {
    let digits = url.path().strip_prefix('+').unwrap_or_default();
    let is_e164 = (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    url.scheme() == "tel" && is_e164 && url.query().is_none() && url.fragment().is_none()
}

/// Aircall's dashboard and softphone (`reference/aircall.md`: `assets.aircall.io`, `dashboard.aircall.io` …).
fn is_aircall(host: &str) -> bool {
    host == "aircall.io" || host.ends_with(".aircall.io")
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(host)) => host == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links() -> Links {
        Links::to_helpdesk(["Northbrook.example.com".to_owned()])
    }

    #[test]
    fn the_helpdesks_and_aircalls_pages_open() {
        for address in [
            "https://northbrook.example.com/app/ticket/48213",
            "https://NORTHBROOK.example.com/",
            "https://assets.aircall.io/calls/4186780376/recording/info",
        ] {
            assert!(links().check(address).is_ok(), "{address}");
        }
    }

    #[test]
    fn a_number_is_handed_to_what_dials_and_nothing_else_is() {
        assert!(links().check("tel:+33199005599").is_ok());
        for address in [
            "tel:33199005599",
            "tel:+33199005599;ext=1",
            "tel:+33199005599?x=1",
            "tel:*%2306%23",
            "tel:+",
            "callto:+33199005599",
        ] {
            assert!(links().check(address).is_err(), "{address}");
        }
    }

    #[test]
    fn a_helpdesk_that_is_connected_later_takes_the_place_of_those_that_may_be() {
        let links = Links::to_helpdesk([".gorgias.com".to_owned(), "app.frontapp.com".to_owned()]);
        let of_the_window = links.clone();
        for address in
            ["https://acme.gorgias.com/oauth/authorize", "https://app.frontapp.com/oauth/authorize"]
        {
            assert!(of_the_window.check(address).is_ok(), "{address}");
        }
        assert!(of_the_window.check("https://evilgorgias.com/").is_err());
        links.lead_to(["acme.gorgias.com".to_owned()]);
        assert!(of_the_window.check("https://acme.gorgias.com/app").is_ok());
        assert!(of_the_window.check("https://other.gorgias.com/app").is_err());
    }

    #[test]
    fn hosts_that_only_look_alike_stay_closed() {
        for address in [
            "https://evil.example.org/",
            "https://northbrook.example.com.evil.example.org/",
            "https://notaircall.io/",
            "http://northbrook.example.com/",
            "http://127.0.0.1:8787/",
        ] {
            assert_eq!(links().check(address), Err(LinkError::ForeignHost), "{address}");
        }
    }

    #[test]
    fn what_is_no_web_address_never_reaches_the_system() {
        for address in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "sms:+12025550142",
            "--help",
            "",
            "https://northbrook.example.com@evil.example.org/",
        ] {
            assert_eq!(links().check(address), Err(LinkError::NotAnAddress), "{address}");
        }
    }

    #[test]
    fn loopback_opens_in_the_sandbox_only() {
        let sandbox = links().with_loopback();
        for address in ["http://127.0.0.1:4010/_sandbox/", "http://localhost:4010/", "http://[::1]:4010/"] {
            assert!(sandbox.check(address).is_ok(), "{address}");
            assert_eq!(links().check(address), Err(LinkError::ForeignHost), "{address}");
        }
        assert_eq!(sandbox.check("http://192.0.2.7/"), Err(LinkError::ForeignHost));
    }
}
