//! The lowest layer: what an admin entered in the set-up. It lies in the database, secrets in the vault.

use std::collections::BTreeMap;

use sidetone_engine::store::{Store, StoreError};
use sidetone_protocol::Vendor;
use toml::Value;

use super::Fault;
use super::keys::{plain_of_console, secrets_of_console, shown};
use crate::vault::{Vault, VaultError};

/// Settings in the database that hold a value of the console begin so; the key follows, as in the file.
pub const CONSOLE_PREFIX: &str = "console.";

/// The setting that stands while nothing is logged whatever mode the file sets: since when. Who goes live ends it.
pub(crate) const HELD: &str = "logging_held";

/// Whether a key can come from the console. Where the vendors are, what limits they have, and what the hub itself needs
/// to start is for file and environment alone.
#[must_use]
pub fn is_of_console(key: &str) -> bool {
    // Where the vendors are: a key entered in the set-up goes there.
    let of_the_operator = key.ends_with(".api_url") || key.ends_with(".oauth_url") || key.contains(".oauth.");
    match key.split('.').next() {
        Some("aircall" | "gorgias" | "front" | "logging" | "privacy" | "alerts") => !of_the_operator,
        _ => matches!(key, "hub.public_url" | "hub.time_zone" | "health.enable_webhook"),
    }
}

/// A value as it is stored: TOML, which a person can read.
#[must_use]
pub fn console_value(value: &Value) -> String {
    value.to_string()
}

/// What the console says. Holds secrets, hence no `Debug`.
#[derive(Clone, Default)]
pub struct Console {
    /// By key, secrets included.
    pub(super) values: BTreeMap<String, Value>,
    /// Where somebody signed in.
    pub(super) signed_in: Vec<Vendor>,
    /// Nothing is logged until somebody goes live.
    pub(super) is_held: bool,
    /// What cannot be read, in sentences.
    pub(super) notices: Vec<String>,
}

/// The name of what a sign-in keeps in the vault.
pub(crate) fn sign_in_of(vendor: Vendor) -> &'static str {
    match vendor {
        Vendor::Aircall => "aircall.oauth.token",
        Vendor::Gorgias => "gorgias.oauth.token",
        Vendor::Front => "front.oauth.token",
    }
}

impl Console {
    /// Reads it. What cannot be read is left out and told.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn stored(store: &dyn Store, vault: &Vault) -> Result<Console, StoreError> {
        let is_held = store.setting(HELD)?.is_some_and(|since| !since.is_empty());
        let mut console = Console { is_held, ..Console::default() };
        for key in plain_of_console() {
            let text = store.setting(&format!("{CONSOLE_PREFIX}{key}"))?.filter(|text| !text.is_empty());
            let Some(text) = text else { continue };
            match parse(&text) {
                Some(value) => console.set(key, Some(value)),
                None => console.notices.push(format!("{}: what was entered cannot be read", shown(key))),
            }
        }
        for key in secrets_of_console() {
            if let Some(secret) = console.secret(vault, key)? {
                console.set(key, Some(Value::String(secret)));
            }
        }
        for vendor in [Vendor::Aircall, Vendor::Gorgias, Vendor::Front] {
            if console.secret(vault, sign_in_of(vendor))?.is_some() {
                console.signed_in.push(vendor);
            }
        }
        Ok(console)
    }

    fn secret(&mut self, vault: &Vault, name: &str) -> Result<Option<String>, StoreError> {
        match vault.get(name) {
            Ok(secret) => Ok(secret.map(|secret| secret.reveal().to_owned())),
            Err(VaultError::Store(error)) => Err(error),
            Err(error) => {
                self.notices.push(format!("{}: {error}", shown(name)));
                Ok(None)
            }
        }
    }

    /// Enters a value, or takes it out.
    pub fn set(&mut self, key: &str, value: Option<Value>) {
        match value {
            Some(value) => self.values.insert(key.to_owned(), value),
            None => self.values.remove(key),
        };
    }

    /// Takes out what leads to this fault, if it is the console's. Returns its key.
    pub(super) fn without_what_leads_to(&mut self, fault: &Fault) -> Option<String> {
        let section = |key: &str| key.rsplit_once('.').map(|(section, _)| format!("[{section}]"));
        let exact = self.values.keys().find(|key| shown(key) == fault.key);
        let near = || {
            let told = fault.key.split(' ').next();
            self.values.keys().find(|key| section(key).as_deref() == told)
        };
        let key = exact.or_else(near)?.clone();
        self.values.remove(&key);
        Some(key)
    }
}

fn parse(text: &str) -> Option<Value> {
    format!("value = {text}").parse::<toml::Table>().ok()?.remove("value")
}
