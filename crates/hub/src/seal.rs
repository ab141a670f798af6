//! Where the key is kept that entered secrets are encrypted with: in the configuration of a hub, in the system's keyring
//! of a desktop, or in a file behind a passphrase.

use crate::config::Secret;
use crate::vault::SealKey;

/// Why no secret can be kept now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unkept {
    /// Stable: `no_secret_key`, `no_keyring`, `keyring_locked`, `passphrase_needed`.
    pub code: &'static str,
    /// What to do, for a person.
    pub text: String,
}

/// Why a passphrase does not help.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnlockError {
    /// Another one was used before.
    #[error("this is not the passphrase that the secrets were protected with. Try again")]
    Wrong,
    /// Too short to protect anything.
    #[error("the passphrase is too short: take {0} characters or more")]
    TooShort(usize),
    /// There is nothing that it could open.
    #[error("no passphrase is needed here")]
    NotNeeded,
    /// The file system.
    #[error("{0}")]
    File(String),
}

/// Where the key is kept.
pub trait KeyPlace: Send + Sync {
    /// The key. May ask the system, which may ask a person.
    ///
    /// # Errors
    /// Why it cannot be had now.
    fn key(&self) -> Result<SealKey, Unkept>;

    /// Makes the key available with a passphrase; where none protects it yet, this one does from now on.
    ///
    /// # Errors
    /// [`UnlockError`].
    fn unlock(&self, passphrase: &Secret) -> Result<(), UnlockError>;
}

/// The key of a hub, from `[hub] secret_key`.
#[derive(Clone, Debug)]
pub struct Configured(pub Option<SealKey>);

impl KeyPlace for Configured {
    fn key(&self) -> Result<SealKey, Unkept> {
        self.0.clone().ok_or_else(|| Unkept {
            code: "no_secret_key",
            text: "Give [hub] secret_key (make one with `openssl rand -base64 32`) and start the hub again; \
                   keys in the configuration file work without it."
                .into(),
        })
    }

    fn unlock(&self, _passphrase: &Secret) -> Result<(), UnlockError> {
        Err(UnlockError::NotNeeded)
    }
}
