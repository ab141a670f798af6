//! What an admin enters is kept: checked against all layers, in one commit with its secrets, then applied.

use chrono::Utc;
use sidetone_engine::store::{Change, Store, StoreError};
use sidetone_protocol::Vendor;
use toml::Value;

use super::{House, HouseError, blocking, settled, to_its_end};
use crate::config::{CONSOLE_PREFIX, Console, Draft, Fault, HELD, Secret, console_value, sign_in_of};
use crate::seal::Unkept;
use crate::vault::{Vault, VaultError};

/// Changed with every change of the console, so that each hub on the same database hears of it.
pub(crate) const CHANGED: &str = "console_changed";

/// Which change of the console was the last; empty before the first. What was found out about what is entered holds as long
/// as it stays the same.
///
/// # Errors
/// If the store cannot be read.
pub(crate) fn last_change(store: &dyn Store) -> Result<String, StoreError> {
    Ok(store.setting(CHANGED)?.unwrap_or_default())
}

/// One thing that is entered, or taken out.
pub enum Entered {
    /// A value under its key.
    Value(&'static str, Option<Value>),
    /// A secret under its name in the vault.
    Secret(&'static str, Option<Secret>),
    /// What a sign-in gave, as the vault stores it.
    Tokens {
        /// Whose.
        vendor: Vendor,
        /// Of which Gorgias account.
        account: Option<String>,
        /// Settings.
        settings: Vec<(String, String)>,
    },
    /// Something that the set-up remembers beside the configuration.
    Note(&'static str, String),
    /// Nothing of all this is kept unless this note says so still.
    Provided(&'static str, String),
}

impl Entered {
    /// Whether the tokens of `vendor` are forgotten or others take their place.
    pub(super) fn changes_sign_in(&self, vendor: Vendor) -> bool {
        match self {
            Entered::Secret(name, None) => *name == sign_in_of(vendor),
            Entered::Tokens { vendor: whose, .. } => *whose == vendor,
            _ => false,
        }
    }

    /// Whether calls are logged, or planned, from then on.
    pub(super) fn goes_live(&self) -> bool {
        match self {
            Entered::Value("logging.mode", Some(Value::String(mode))) => mode != "off",
            Entered::Note(key, text) => *key == HELD && text.is_empty(),
            _ => false,
        }
    }

    /// Whether `vendor` is connected by it.
    pub(super) fn connects(&self, vendor: Vendor) -> bool {
        let key = match vendor {
            Vendor::Aircall => "aircall.api_token",
            Vendor::Gorgias => "gorgias.api_key",
            Vendor::Front => "front.api_token",
        };
        match self {
            Entered::Secret(name, Some(_)) => *name == key,
            Entered::Tokens { vendor: whose, .. } => *whose == vendor,
            _ => false,
        }
    }
}

/// Why something is not kept. Nothing of it is, then.
#[derive(Debug, thiserror::Error)]
pub enum NotKept {
    /// File or environment set it.
    #[error("{0} is set in the hub's configuration file or environment, and can be changed there only")]
    ReadOnly(String),
    /// A value does not fit.
    #[error("{0}")]
    Wrong(Fault),
    /// There is no place for secrets.
    #[error("{}", .0.text)]
    NoVault(Unkept),
    /// The database did not take it, or could not be read.
    #[error(transparent)]
    House(#[from] HouseError),
    /// An [`Entered::Provided`] does not say so any more.
    #[error("somebody else changed this meanwhile: look at it again")]
    Overtaken,
    /// It is kept, and does not hold yet: that is tried again by itself.
    #[error("{0}")]
    NotApplied(HouseError),
}

impl From<StoreError> for NotKept {
    fn from(error: StoreError) -> Self {
        NotKept::House(error.into())
    }
}

impl House {
    /// Keeps all of it or nothing, and applies it. Durable when it returns, also where applying fails. Who does not wait for
    /// it any more cuts nothing off.
    ///
    /// # Errors
    /// [`NotKept`]; after [`NotKept::NotApplied`] it is kept all the same.
    pub async fn keep(&self, entered: Vec<Entered>) -> Result<(), NotKept> {
        let house = self.clone();
        to_its_end(async move { house.keep_now(entered).await }).await?
    }

    async fn keep_now(&self, entered: Vec<Entered>) -> Result<(), NotKept> {
        // One change after the other: each is thought of over what the one before left.
        let _alone = self.0.keeping.lock().await;
        self.keep_alone(entered).await
    }

    /// The same for whoever holds `keeping`.
    pub(super) async fn keep_alone(&self, entered: Vec<Entered>) -> Result<(), NotKept> {
        let left = self.take_leave(&entered).await?;
        if let Err(error) = self.store_entered(entered).await {
            // Whom leave was taken of is needed still.
            if left.ended
                && let Err(error) = self.apply().await
            {
                tracing::error!(%error, "the settings as they were cannot be applied; it is tried again");
            }
            return Err(error);
        }
        self.setup().forget_dry_run();
        // Whoever looks after the house may have seen it first.
        let applied = self.catch_up().await;
        if let Some(kept) = left.given_back
            && self.sign_ins().give_back(kept).await
        {
            self.undone(Vendor::Gorgias).await;
        }
        applied.map_err(NotKept::NotApplied)
    }

    /// The same without applying it: the engine goes on as it is.
    pub(crate) async fn store_entered(&self, entered: Vec<Entered>) -> Result<(), NotKept> {
        let draft = self.draft();
        let (mut values, mut change) = (Vec::new(), Change::at(Utc::now()));
        let anew = self.begun_anew(&entered).await?;
        change.settings.extend(anew.into_iter().map(|(key, text)| (key.to_owned(), text)));
        for one in entered {
            match one {
                Entered::Value(key, value) => {
                    if value.is_some() && draft.given.contains(key) {
                        return Err(NotKept::ReadOnly(key.to_owned()));
                    }
                    let text = value.as_ref().map(console_value).unwrap_or_default();
                    change.settings.push((format!("{CONSOLE_PREFIX}{key}"), text));
                    values.push((key, value));
                }
                Entered::Secret(name, Some(secret)) => {
                    if draft.given.contains(name) {
                        return Err(NotKept::ReadOnly(name.to_owned()));
                    }
                    let vault = self.vault().map_err(NotKept::NoVault)?;
                    let sealed = vault.sealed(name, &secret).map_err(|error| no_vault(&error))?;
                    change.settings.push(sealed);
                    values.push((name, Some(Value::String(secret.reveal().to_owned()))));
                }
                Entered::Secret(name, None) => {
                    change.settings.push(Vault::forgotten(name));
                    values.push((name, None));
                }
                Entered::Tokens { settings, .. } => change.settings.extend(settings),
                Entered::Note(key, text) => change.settings.push((key.to_owned(), text)),
                Entered::Provided(key, text) => change.provided.push((key.to_owned(), text)),
            }
        }
        let keys: Vec<&str> = values.iter().map(|(key, _)| *key).collect();
        let tried = self.read_with(values.clone()).await?;
        if let Some((_, fault)) = tried.left_out.into_iter().find(|(key, _)| keys.contains(&key.as_str())) {
            return Err(NotKept::Wrong(fault));
        }
        change.settings.push((CHANGED.to_owned(), uuid::Uuid::new_v4().to_string()));
        let store = self.store();
        match blocking(move || store.commit(&change)).await? {
            Ok(_) => Ok(()),
            Err(StoreError::Overtaken(_)) => Err(NotKept::Overtaken),
            Err(error) => Err(error.into()),
        }
    }

    /// What all layers would say with these values entered.
    pub(super) async fn read_with(
        &self,
        values: Vec<(&'static str, Option<Value>)>,
    ) -> Result<Draft, HouseError> {
        let (store, vault) = (self.store(), self.vault());
        let mut console = blocking(move || {
            // Without a key nothing sealed can be read, and it is told what is missing.
            let vault = vault.unwrap_or_else(|_| Vault::new(store.clone(), None));
            Console::stored(store.as_ref(), &vault)
        })
        .await??;
        for (key, value) in values {
            console.set(key, value);
        }
        let draft = self.0.base.draft(console)?;
        settled(draft, self.0.folder.as_ref(), self.0.sandbox.as_deref())
    }

    /// What the console's last change was.
    pub(super) async fn changed(&self) -> Result<String, HouseError> {
        let store = self.store();
        Ok(blocking(move || last_change(store.as_ref())).await??)
    }
}

fn no_vault(error: &VaultError) -> NotKept {
    NotKept::NoVault(Unkept { code: "no_secret_key", text: error.to_string() })
}
