//! How the vendors are reached: addresses, keys, sign-ins and apps.

use std::time::Duration;

use sidetone_engine::settings::Rate;
use sidetone_protocol::{ConnectedBy, Vendor};

use super::draft::{Addresses, GorgiasNames};
use super::keys::shown;
use super::read::Reader;
use super::{Apps, Fault, HelpdeskAccount, Registered};
use crate::signin::placeholder;

/// How we name ourselves to the vendors.
pub(crate) const USER_AGENT: &str = concat!("sidetone/", env!("CARGO_PKG_VERSION"));
const AIRCALL_KEY: &str = "Make an API key in the Aircall Dashboard under Integrations & API";
const FRONT_KEY: &str = "Make an API token in Front under Settings, Developers, API tokens";
const GORGIAS_KEY: &str = "Make an API key in Gorgias under Settings, REST API";
/// Where the vendor's integration puts calls, too.
const FRONT_INBOX: &str = "Aircall Phone";
/// Keys that begin a connection: whoever gives one of them needs the others.
const AIRCALL_BEGINS: &[&str] = &["aircall.api_id", "aircall.api_token"];
const GORGIAS_BEGINS: &[&str] = &["gorgias.email", "gorgias.api_key"];
const FRONT_BEGINS: &[&str] = &["front.api_token"];

/// What is known of the helpdesk.
pub(super) struct Found {
    pub(super) account: Option<(HelpdeskAccount, ConnectedBy)>,
    pub(super) gorgias: GorgiasNames,
    pub(super) inbox: String,
    pub(super) rate: Rate,
}

impl Reader {
    pub(super) fn addresses(&mut self) -> Addresses {
        let addresses = Addresses {
            aircall: self.text("aircall.api_url").unwrap_or_else(|| aircall::API_URL.into()),
            gorgias: self.text("gorgias.api_url"),
            front: self.text("front.api_url").unwrap_or_else(|| front::API_URL.into()),
            front_app: self.text("front.oauth_url").unwrap_or_else(|| front::APP_URL.into()),
        };
        if addresses.gorgias.as_deref().is_some_and(is_page_of_gorgias) {
            self.fault(
                "gorgias.api_url",
                "the address of a page in the browser",
                "Leave out /app and what follows: \"https://acme.gorgias.com\"",
            );
            return Addresses { gorgias: None, ..addresses };
        }
        // Whoever has no key yet shall hear of a wrong address all the same.
        let (aircall, gorgias, front) = (
            aircall::Account::new(
                &addresses.aircall,
                aircall::Credential::bearer(placeholder(Vendor::Aircall)),
            ),
            addresses.gorgias.as_deref().map(|url| {
                gorgias::Account::new(url, gorgias::Credential::bearer(placeholder(Vendor::Gorgias)))
            }),
            front::Account::new(&addresses.front, front::Credential::bearer(placeholder(Vendor::Front))),
        );
        self.account("aircall.api_url", aircall);
        gorgias.map(|account| self.account("gorgias.api_url", account));
        self.account("front.api_url", front);
        addresses
    }

    pub(super) fn apps(&mut self, addresses: &Addresses) -> Apps {
        let authorize_url = self.text("aircall.oauth.authorize_url");
        if authorize_url.as_deref().is_some_and(|url| !super::read::is_public_address(url)) {
            self.fault(
                "aircall.oauth.authorize_url",
                "not an https address without user, `?` and `#`",
                "Leave it out: it is known",
            );
        }
        let given = |url: &str, usual: &str| (url != usual).then(|| url.to_owned());
        let aircall = given(&addresses.aircall, aircall::API_URL);
        let front = given(&addresses.front, front::API_URL);
        let sign_in = given(&addresses.front_app, front::APP_URL);
        Apps {
            aircall: self.app("aircall", aircall, authorize_url),
            gorgias: self.app("gorgias", addresses.gorgias.clone(), None),
            front: self.app("front", front, sign_in),
        }
    }

    fn app(
        &mut self,
        vendor: &str,
        api_url: Option<String>,
        sign_in_url: Option<String>,
    ) -> Option<Registered> {
        let (id, secret) = (format!("{vendor}.oauth.client_id"), format!("{vendor}.oauth.client_secret"));
        match (self.text(&id), self.secret(&secret)) {
            (Some(client_id), Some(client_secret)) => {
                Some(Registered { client_id, client_secret, api_url, sign_in_url })
            }
            (None, None) => None,
            (known, _) => {
                let missing = if known.is_none() { &id } else { &secret };
                self.fault(
                    missing,
                    "missing",
                    "An app that people sign in with has both; its vendor tells them",
                );
                None
            }
        }
    }

    pub(super) fn aircall(
        &mut self,
        addresses: &Addresses,
        apps: &Apps,
    ) -> Option<(aircall::Account, ConnectedBy)> {
        let signed_in = self.is_signed_in(Vendor::Aircall, apps, AIRCALL_BEGINS);
        let (credential, by) = if signed_in {
            (aircall::Credential::bearer(placeholder(Vendor::Aircall)), ConnectedBy::SignIn)
        } else {
            let is_begun = self.values.gives_any(AIRCALL_BEGINS);
            let id = self.wanted("aircall.api_id", AIRCALL_KEY, is_begun);
            let token = self.wanted("aircall.api_token", AIRCALL_KEY, is_begun);
            (aircall::Credential::key(id?, token?), ConnectedBy::Key)
        };
        let account = aircall::Account::new(&addresses.aircall, credential);
        let account = account.and_then(|account| account.with_user_agent(USER_AGENT));
        Some((self.account("aircall.api_url", account)?, by))
    }

    /// Exactly one of the two, and the limit to start with.
    pub(super) fn helpdesk(&mut self, addresses: &Addresses, apps: &Apps) -> Found {
        let inbox = self.text("front.inbox").unwrap_or_else(|| FRONT_INBOX.into()).trim().to_owned();
        let front_rate = self.rate("front.rate", Rate { requests: 50, window: Duration::from_secs(60) });
        let gorgias_rate = self.rate("gorgias.rate", Rate { requests: 80, window: Duration::from_secs(40) });
        let begun = (self.values.gives_any(GORGIAS_BEGINS), self.values.gives_any(FRONT_BEGINS));
        let both = self.values.gives_section("gorgias") && self.values.gives_section("front");
        if both && (begun.0 || begun.1) {
            self.fault("front", "given beside [gorgias]", "Give one of the two: calls go into one helpdesk");
        }
        let entered = |reader: &Reader, vendor, keys: &[&str]| {
            reader.signed_in.contains(&vendor) || keys.iter().any(|key| reader.values.has(key))
        };
        let is_front = match begun {
            (_, true) => true,
            (true, false) => false,
            (false, false) if entered(self, Vendor::Front, FRONT_BEGINS) => true,
            (false, false) if entered(self, Vendor::Gorgias, GORGIAS_BEGINS) => false,
            (false, false) => self.values.gives_section("front") && !self.values.gives_section("gorgias"),
        };
        if is_front {
            let account = self.front(addresses, apps, &inbox);
            return Found { account, gorgias: GorgiasNames::default(), inbox, rate: front_rate };
        }
        let (account, gorgias) = self.gorgias(addresses, apps);
        let account = account.map(|(account, by)| (HelpdeskAccount::Gorgias(account), by));
        Found { account, gorgias, inbox, rate: gorgias_rate }
    }

    fn front(
        &mut self,
        addresses: &Addresses,
        apps: &Apps,
        inbox: &str,
    ) -> Option<(HelpdeskAccount, ConnectedBy)> {
        let (credential, by) = if self.is_signed_in(Vendor::Front, apps, FRONT_BEGINS) {
            (front::Credential::bearer(placeholder(Vendor::Front)), ConnectedBy::SignIn)
        } else {
            let is_begun = self.values.gives_any(FRONT_BEGINS);
            let token = self.wanted("front.api_token", FRONT_KEY, is_begun)?;
            (front::Credential::bearer(token), ConnectedBy::Key)
        };
        let account = front::Account::new(&addresses.front, credential);
        let account = account.and_then(|account| account.with_user_agent(USER_AGENT));
        let account = self.account("front.api_url", account)?;
        let app_url = addresses.front_app.clone();
        Some((HelpdeskAccount::Front { account, inbox: inbox.to_owned(), app_url }, by))
    }

    fn gorgias(
        &mut self,
        addresses: &Addresses,
        apps: &Apps,
    ) -> (Option<(gorgias::Account, ConnectedBy)>, GorgiasNames) {
        let name = self.text("gorgias.account");
        let is_begun = self.values.gives_any(GORGIAS_BEGINS)
            || self.values.gives_any(&["gorgias.account"]) && apps.gorgias.is_none();
        let signed_in = self.is_signed_in(Vendor::Gorgias, apps, GORGIAS_BEGINS);
        let (credential, email) = if signed_in {
            (Some(gorgias::Credential::bearer(placeholder(Vendor::Gorgias))), None)
        } else {
            let email = self.wanted("gorgias.email", GORGIAS_KEY, is_begun);
            let key = self.wanted("gorgias.api_key", GORGIAS_KEY, is_begun);
            let credential =
                email.clone().zip(key).map(|(email, key)| gorgias::Credential::basic(email, key));
            (credential, email)
        };
        if name.is_none() && addresses.gorgias.is_none() {
            self.lacks(
                "gorgias.account",
                "Give the first part of your helpdesk's address: \"acme\" of acme.gorgias.com",
                is_begun,
            );
        }
        let told = GorgiasNames { account: name.clone(), email };
        let Some(credential) = credential else { return (None, told) };
        let (key, account) = match (&addresses.gorgias, name) {
            (Some(url), _) => ("gorgias.api_url", gorgias::Account::new(url, credential)),
            (None, Some(name)) => ("gorgias.account", gorgias::Account::for_subdomain(&name, credential)),
            (None, None) => return (None, told),
        };
        let account = self.account(key, account.and_then(|account| account.with_user_agent(USER_AGENT)));
        let by = if signed_in { ConnectedBy::SignIn } else { ConnectedBy::Key };
        (account.map(|account| (account, by)), told)
    }

    /// Whether a sign-in is what counts: one that file or environment know the app of, and give no key beside.
    fn is_signed_in(&self, vendor: Vendor, apps: &Apps, key: &[&str]) -> bool {
        self.signed_in.contains(&vendor) && apps.of(vendor).is_some() && !self.values.gives_any(key)
    }

    /// A text without which there is no connection. `is_begun`: file or environment begin it, so they have to end it.
    fn wanted(&mut self, key: &str, fix: &str, is_begun: bool) -> Option<String> {
        let text = self.text(key);
        if text.is_none() {
            self.lacks(key, fix, is_begun);
        }
        text
    }

    fn lacks(&mut self, key: &str, fix: &str, is_begun: bool) {
        if self.has_fault(key) {
            return;
        }
        if is_begun {
            self.fault(key, "missing", fix);
        } else {
            self.lacking.push(Fault { key: shown(key), problem: "missing".into(), fix: fix.into() });
        }
    }
}

/// The address in the browser's bar leads to the helpdesk's pages, where the API is not.
fn is_page_of_gorgias(url: &str) -> bool {
    url::Url::parse(url)
        .is_ok_and(|url| url.path_segments().is_some_and(|mut segments| segments.next() == Some("app")))
}
