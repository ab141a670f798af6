//! A configuration that may not be complete yet: what the set-up begins with and adds to.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;

use sidetone_engine::settings::Settings;
use sidetone_protocol::{ConnectedBy, EventsBy, Mode, Vendor};

use super::{Alerts, Apps, Config, ConfigError, Fault, HelpdeskAccount, Secret};
use crate::database::Database;
use crate::signin::BySignIn;
use crate::vault::SealKey;

/// Where the vendors are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// `[aircall] api_url`.
    pub aircall: String,
    /// `[gorgias] api_url`; `None`: the account's own host.
    pub gorgias: Option<String>,
    /// `[front] api_url`.
    pub front: String,
    /// `[front] oauth_url`, where people work.
    pub front_app: String,
}

/// How a Gorgias account is known, whether it is connected or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GorgiasNames {
    /// The subdomain.
    pub account: Option<String>,
    /// The e-mail address of the key.
    pub email: Option<String>,
}

/// What all layers say together.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Where the hub listens.
    pub listen: SocketAddr,
    /// The lock, and the database where no other is named.
    pub data_dir: PathBuf,
    /// Where everything is kept.
    pub database: Database,
    /// Bearer for `/api/*`.
    pub admin_token: Option<Secret>,
    /// Whether `/metrics` answers.
    pub metrics: bool,
    /// What entered secrets are encrypted with.
    pub secret_key: Option<SealKey>,
    /// The apps that can be signed in with.
    pub apps: Apps,
    /// Where the vendors are.
    pub addresses: Addresses,
    /// Where Aircall reaches us.
    pub public_url: Option<String>,
    /// How events arrive, as it was chosen.
    pub events: EventsBy,
    /// The Aircall account, once it is connected, and how.
    pub aircall: Option<(aircall::Account, ConnectedBy)>,
    /// The helpdesk, once it is connected, and how.
    pub helpdesk: Option<(HelpdeskAccount, ConnectedBy)>,
    /// How a Gorgias account is known.
    pub gorgias: GorgiasNames,
    /// The name of Front's inbox of calls.
    pub inbox: String,
    /// The token of a webhook made by hand.
    pub webhook_token: Option<Secret>,
    /// Who is told of alerts.
    pub alerts: Alerts,
    /// What the engine is told.
    pub settings: Settings,
    /// The mode that the layers say, where it does not hold before somebody goes live.
    pub held: Option<Mode>,
    /// Keys that file or environment set.
    pub given: BTreeSet<String>,
    /// Keys that the console sets.
    pub entered: BTreeSet<String>,
    /// Values of the console that are wrong and were left out, by key.
    pub left_out: Vec<(String, Fault)>,
    /// What the person should know although it is no error.
    pub notices: Vec<String>,
    /// What is not there yet.
    pub(super) lacking: Vec<Fault>,
}

impl Draft {
    /// Whether the engine can run.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.lacking.is_empty()
    }

    /// Whether a key is set in any layer.
    #[must_use]
    pub fn says(&self, key: &str) -> bool {
        self.given.contains(key) || self.entered.contains(key)
    }

    /// Connections whose credential is a sign-in.
    #[must_use]
    pub fn signed_in(&self) -> Vec<BySignIn> {
        let aircall = self.aircall.as_ref().filter(|(_, by)| *by == ConnectedBy::SignIn);
        let aircall = aircall.map(|(account, _)| BySignIn {
            vendor: Vendor::Aircall,
            account: None,
            base: account.base().to_owned(),
        });
        let helpdesk = self.helpdesk.as_ref().filter(|(_, by)| *by == ConnectedBy::SignIn);
        let helpdesk = helpdesk.map(|(helpdesk, _)| {
            let (vendor, account) = match helpdesk {
                HelpdeskAccount::Gorgias(_) => (Vendor::Gorgias, self.gorgias.account.clone()),
                HelpdeskAccount::Front { .. } => (Vendor::Front, None),
            };
            BySignIn { vendor, account, base: helpdesk.base().to_owned() }
        });
        aircall.into_iter().chain(helpdesk).collect()
    }

    /// The configuration.
    ///
    /// # Errors
    /// What is not there yet.
    pub fn complete(self) -> Result<Config, ConfigError> {
        let signed_in = self.signed_in();
        match (self.aircall, self.helpdesk) {
            (Some((aircall, _)), Some((helpdesk, _))) if self.lacking.is_empty() => Ok(Config {
                listen: self.listen,
                data_dir: self.data_dir,
                database: self.database,
                admin_token: self.admin_token,
                metrics: self.metrics,
                secret_key: self.secret_key,
                apps: self.apps,
                signed_in,
                public_url: self.public_url,
                aircall,
                helpdesk,
                webhook_token: self.webhook_token,
                alerts: self.alerts,
                settings: self.settings,
                notices: self.notices,
            }),
            _ => Err(ConfigError(self.lacking)),
        }
    }

    /// What is not there yet, and that a person may enter it in the set-up if the program lets somebody in.
    #[must_use]
    pub fn not_complete(&self) -> ConfigError {
        let mut faults = self.lacking.clone();
        faults.push(Fault {
            key: "[hub] admin_token".into(),
            problem: "missing, so nobody can finish the set-up in the browser either".into(),
            fix: "Give the keys above; or give an admin token, start again and open the hub's address".into(),
        });
        ConfigError(faults)
    }
}
