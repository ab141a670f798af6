//! The configuration of `design.md` §6: a TOML file, environment variables over it, every key checked.
//!
//! An unknown key, a value of the wrong kind or a missing necessity is an error that names the key and the fix.

mod helpdesk;
mod keys;
mod read;
mod sandbox;

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use sidetone_engine::settings::Settings;

pub use self::helpdesk::HelpdeskAccount;
pub use self::read::read;
use crate::database::Database;

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
    /// The Aircall account.
    pub aircall: aircall::Account,
    /// The helpdesk.
    pub helpdesk: HelpdeskAccount,
    /// The token of a webhook made by hand.
    pub webhook_token: Option<Secret>,
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
        read(&text, std::env::vars_os())
    }
}

#[cfg(test)]
mod tests;
