//! The configuration of `design.md` §6 in three layers: a TOML file, environment variables over it, and under both what
//! an admin entered in the set-up (the console). Every key is checked.
//!
//! In file and environment an unknown key, a value of the wrong kind or a missing necessity is an error that names the
//! key and the fix. A wrong value of the console is left out and told: the program always starts, so that it can be
//! corrected.

mod alerts;
mod apps;
mod connections;
mod console;
mod draft;
mod helpdesk;
mod keys;
mod privacy;
mod read;
mod sandbox;

use std::ffi::OsString;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use sidetone_engine::settings::Settings;

pub use self::alerts::{Alerts, Mail, MailTls, WebHook};
pub use self::apps::{Apps, Registered};
pub(crate) use self::connections::USER_AGENT;
pub(crate) use self::console::HELD;
pub(crate) use self::console::sign_in_of;
pub use self::console::{CONSOLE_PREFIX, Console, console_value, is_of_console};
pub use self::draft::{Addresses, Draft, GorgiasNames};
pub use self::helpdesk::HelpdeskAccount;
pub(crate) use self::keys::not_a_number;
#[cfg(test)]
pub(crate) use self::keys::secrets;
pub use self::keys::secrets_of_console;
pub(crate) use self::privacy::MOST_DAYS;
pub(crate) use self::read::is_loopback;
pub use self::read::read;
use crate::database::Database;
use crate::signin::BySignIn;
use crate::vault::SealKey;

/// A text that is not shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// The text itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// Everything a hub is told.
#[derive(Clone, Debug)]
pub struct Config {
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
    /// Connections whose credential is a sign-in.
    pub signed_in: Vec<BySignIn>,
    /// Where Aircall reaches us, and people the pages.
    pub public_url: Option<String>,
    /// The Aircall account.
    pub aircall: aircall::Account,
    /// The helpdesk.
    pub helpdesk: HelpdeskAccount,
    /// The token of a webhook made by hand.
    pub webhook_token: Option<Secret>,
    /// Who is told of alerts.
    pub alerts: Alerts,
    /// What the engine is told.
    pub settings: Settings,
    /// What the person should know although it is no error.
    pub notices: Vec<String>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// `[section] key`, or the file.
    pub key: String,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub fix: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}. {}", self.key, self.problem, self.fix)
    }
}

/// All that is wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct ConfigError(pub Vec<Fault>);

impl Config {
    /// Reads a file, with the environment over it.
    ///
    /// # Errors
    /// Everything that is wrong, not only the first.
    pub fn load(path: Option<&Path>) -> Result<Config, ConfigError> {
        Base::load(path)?.draft(Console::default())?.complete()
    }
}

/// File and environment, as they were at the start.
#[derive(Clone)]
pub struct Base {
    text: String,
    environment: Vec<(OsString, OsString)>,
}

impl Base {
    /// A file's text, and the environment over it.
    #[must_use]
    pub fn new(text: impl Into<String>, environment: impl Iterator<Item = (OsString, OsString)>) -> Base {
        Base { text: text.into(), environment: environment.collect() }
    }

    /// Reads a file; the environment is this program's.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn load(path: Option<&Path>) -> Result<Base, ConfigError> {
        let text = match path {
            Some(path) => std::fs::read_to_string(path).map_err(|error| {
                ConfigError(vec![Fault {
                    key: path.display().to_string(),
                    problem: format!("the file cannot be read ({error})"),
                    fix: "Give an existing file with --config".into(),
                }])
            })?,
            None => String::new(),
        };
        Ok(Base::new(text, std::env::vars_os()))
    }

    /// What all layers say together, complete or not. What of the console is wrong is left out with a notice.
    ///
    /// # Errors
    /// Everything that is wrong in file and environment. That something is not there is no error, unless they begin it:
    /// half a key.
    pub fn draft(&self, console: Console) -> Result<Draft, ConfigError> {
        read::layers(self, console)
    }
}

#[cfg(test)]
mod tests;
