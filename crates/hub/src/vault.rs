//! Secrets that are entered or come from a sign-in, encrypted at rest.
//!
//! They lie in the database's table `setting`, each sealed by itself with XChaCha20-Poly1305 under a key that is kept
//! elsewhere: on a hub `[hub] secret_key`, on a desktop the system's keyring. The name of a secret is sealed with it, so
//! that none can be put in another's place.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, AeadCore, KeyInit, OsRng, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use chrono::Utc;
use sidetone_engine::store::{Change, Store, StoreError};

use crate::config::Secret;

/// Settings that hold a sealed secret begin so.
const PREFIX: &str = "secret.";
/// So long is the nonce that stands before what is sealed, in bytes.
const NONCE_BYTES: usize = 24;

/// What everything is sealed with: 32 bytes.
#[derive(Clone)]
pub struct SealKey([u8; 32]);

impl SealKey {
    /// A new one, from the system's source of chance.
    #[must_use]
    pub fn random() -> SealKey {
        SealKey(XChaCha20Poly1305::generate_key(&mut OsRng).into())
    }

    /// Reads what [`SealKey::to_text`] gives, or `openssl rand -base64 32`.
    #[must_use]
    pub fn from_text(text: &str) -> Option<SealKey> {
        let bytes = STANDARD.decode(text.trim()).ok()?;
        Some(SealKey(bytes.try_into().ok()?))
    }

    /// From 32 bytes that something else made.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> SealKey {
        SealKey(bytes)
    }

    /// As text, for a keyring or a configuration file.
    #[must_use]
    pub fn to_text(&self) -> Secret {
        Secret::new(STANDARD.encode(self.0))
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealKey(…)")
    }
}

/// Why a secret cannot be had or kept.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// There is no key.
    #[error("secrets cannot be kept: there is no key to encrypt them with")]
    NoKey,
    /// Sealed with another key, or changed by somebody.
    #[error(
        "the secret \"{0}\" cannot be read with this key: if the key was replaced, connect this service again"
    )]
    Unreadable(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How a secret is stored: another one each time it is put there, even if it says the same.
#[derive(Clone)]
pub struct Stored(String);

/// Where secrets are kept.
#[derive(Clone)]
pub struct Vault {
    store: Arc<dyn Store>,
    key: Option<SealKey>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("has_key", &self.key.is_some()).finish_non_exhaustive()
    }
}

impl Vault {
    /// Over a database; without a key nothing can be kept or read.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, key: Option<SealKey>) -> Vault {
        Vault { store, key }
    }

    /// Whether secrets can be kept.
    #[must_use]
    pub fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// The secret of this name. `None`: none was kept, or it was forgotten.
    ///
    /// # Errors
    /// [`VaultError`]; an unreadable one is left as it is.
    pub fn get(&self, name: &str) -> Result<Option<Secret>, VaultError> {
        Ok(self.look(name)?.map(|(_, secret)| secret))
    }

    /// The secret of this name, and how it is stored just now: for [`Vault::replace`]. `None`: none was kept, or it was
    /// forgotten.
    ///
    /// # Errors
    /// As [`Vault::get`].
    pub fn look(&self, name: &str) -> Result<Option<(Stored, Secret)>, VaultError> {
        let sealed = self.store.setting(&format!("{PREFIX}{name}"))?.filter(|sealed| !sealed.is_empty());
        let Some(sealed) = sealed else { return Ok(None) };
        let key = self.key.as_ref().ok_or(VaultError::NoKey)?;
        let secret = open(key, name, &sealed).ok_or_else(|| VaultError::Unreadable(name.to_owned()))?;
        Ok(Some((Stored(sealed), secret)))
    }

    /// Puts a secret in place of the one that was looked at; `None`: forgets it. `false`: somebody else, in whichever program
    /// on this database, was first, and what they put there stays. Durable when it returns.
    ///
    /// # Errors
    /// [`VaultError::NoKey`], or the database's.
    pub fn replace(&self, name: &str, was: &Stored, secret: Option<&Secret>) -> Result<bool, VaultError> {
        let (setting, sealed) = match secret {
            Some(secret) => self.sealed(name, secret)?,
            None => Vault::forgotten(name),
        };
        Ok(self.store.replace_setting(&setting, &was.0, &sealed)?)
    }

    /// Keeps a secret in place of the one of this name. Durable when it returns.
    ///
    /// # Errors
    /// [`VaultError::NoKey`], or the database's.
    pub fn put(&self, name: &str, secret: &Secret) -> Result<(), VaultError> {
        let mut change = Change::at(Utc::now());
        change.settings.push(self.sealed(name, secret)?);
        self.store.commit(&change)?;
        Ok(())
    }

    /// Keeps secrets as [`Vault::sealed`] and [`Vault::forgotten`] made them. Durable when it returns.
    ///
    /// # Errors
    /// The database's.
    pub fn keep(&self, sealed: Vec<(String, String)>) -> Result<(), VaultError> {
        let mut change = Change::at(Utc::now());
        change.settings = sealed;
        self.store.commit(&change)?;
        Ok(())
    }

    /// A secret as it is stored, for a [`Change`] that holds more than it.
    ///
    /// # Errors
    /// [`VaultError::NoKey`].
    pub fn sealed(&self, name: &str, secret: &Secret) -> Result<(String, String), VaultError> {
        let key = self.key.as_ref().ok_or(VaultError::NoKey)?;
        let sealed = seal(key, name, secret).ok_or(VaultError::NoKey)?;
        Ok((format!("{PREFIX}{name}"), sealed))
    }

    /// That a secret is forgotten, for a [`Change`] that holds more than it.
    #[must_use]
    pub fn forgotten(name: &str) -> (String, String) {
        (format!("{PREFIX}{name}"), String::new())
    }

    /// Forgets a secret. Needs no key.
    ///
    /// # Errors
    /// The database's.
    pub fn forget(&self, name: &str) -> Result<(), VaultError> {
        self.write(name, String::new())
    }

    fn write(&self, name: &str, sealed: String) -> Result<(), VaultError> {
        let mut change = Change::at(Utc::now());
        change.settings.push((format!("{PREFIX}{name}"), sealed));
        self.store.commit(&change)?;
        Ok(())
    }
}

pub(crate) fn seal(key: &SealKey, name: &str, secret: &Secret) -> Option<String> {
    let nonce = XChaCha20Poly1305::generate_nonce(&mut OsRng);
    let payload = Payload { msg: secret.reveal().as_bytes(), aad: name.as_bytes() };
    let sealed = XChaCha20Poly1305::new(&key.0.into()).encrypt(&nonce, payload).ok()?;
    Some(STANDARD.encode([nonce.as_slice(), &sealed].concat()))
}

pub(crate) fn open(key: &SealKey, name: &str, sealed: &str) -> Option<Secret> {
    let bytes = STANDARD.decode(sealed).ok()?;
    let (nonce, sealed) = bytes.split_at_checked(NONCE_BYTES)?;
    let payload = Payload { msg: sealed, aad: name.as_bytes() };
    let opened = XChaCha20Poly1305::new(&key.0.into()).decrypt(XNonce::from_slice(nonce), payload).ok()?;
    String::from_utf8(opened).ok().map(Secret::new)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed step fails its test")]

    use sidetone_engine::store::sqlite::SqliteStore;

    use super::*;

    fn store() -> (tempfile::TempDir, Arc<dyn Store>) {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("sidetone.db")).unwrap();
        (folder, Arc::new(store))
    }

    #[test]
    fn what_is_kept_comes_back_and_is_nowhere_in_clear() {
        let (folder, store) = store();
        let vault = Vault::new(store, Some(SealKey::random()));
        assert!(vault.get("front.api_token").unwrap().is_none());
        vault.put("front.api_token", &Secret::new("entered-by-ada")).unwrap();
        assert_eq!(vault.get("front.api_token").unwrap().unwrap().reveal(), "entered-by-ada");
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            assert!(!bytes.windows(14).any(|part| part == b"entered-by-ada"));
        }
        vault.put("front.api_token", &Secret::new("another")).unwrap();
        assert_eq!(vault.get("front.api_token").unwrap().unwrap().reveal(), "another");
        vault.forget("front.api_token").unwrap();
        assert!(vault.get("front.api_token").unwrap().is_none());
    }

    #[test]
    fn another_key_another_place_or_a_changed_text_opens_nothing() {
        let (_folder, store) = store();
        let key = SealKey::random();
        let vault = Vault::new(store.clone(), Some(key.clone()));
        vault.put("a", &Secret::new("geheim")).unwrap();
        let with = |key| Vault::new(store.clone(), key);
        assert!(matches!(with(Some(SealKey::random())).get("a"), Err(VaultError::Unreadable(_))));
        assert!(matches!(with(None).get("a"), Err(VaultError::NoKey)));
        assert!(matches!(with(None).put("a", &Secret::new("b")), Err(VaultError::NoKey)));
        assert_eq!(
            with(SealKey::from_text(key.to_text().reveal())).get("a").unwrap().unwrap().reveal(),
            "geheim"
        );
        // Put in another's place, or shortened.
        let sealed = store.setting("secret.a").unwrap().unwrap();
        vault.write("b", sealed.clone()).unwrap();
        assert!(matches!(vault.get("b"), Err(VaultError::Unreadable(_))));
        vault.write("a", sealed[..8].to_owned()).unwrap();
        assert!(matches!(vault.get("a"), Err(VaultError::Unreadable(_))));
    }

    #[test]
    fn a_key_is_32_bytes_in_base64() {
        assert!(SealKey::from_text("c2hvcnQ=").is_none());
        assert!(SealKey::from_text("not base64 at all").is_none());
        assert!(SealKey::from_text(&format!(" {}\n", SealKey::random().to_text().reveal())).is_some());
        assert_eq!(format!("{:?}", SealKey::random()), "SealKey(…)");
    }
}
