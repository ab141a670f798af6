//! Where tokens lie: the vault, one name per vendor. Whoever reads or replaces them here sees what others did meanwhile,
//! in this program and, but for an instant, in other ones on the same database.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sidetone_protocol::Vendor;

use super::kept::Kept;
use crate::config::{Secret, sign_in_of};
use crate::vault::{Vault, VaultError};

/// Tokens of a Gorgias account that nobody has accepted yet.
pub(crate) const ASKS: &str = "gorgias.oauth.asks";

/// Why tokens cannot be had or kept.
#[derive(Debug, thiserror::Error)]
pub enum ShelfError {
    /// The vault's reason.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// What lies there is not what was put there.
    #[error("what is kept of the sign-in cannot be read: sign in again")]
    Unreadable,
}

/// The tokens of all connections. Clones are one.
#[derive(Clone, Debug)]
pub struct Shelf {
    vault: Vault,
    changing: Arc<Mutex<()>>,
}

impl Shelf {
    /// Over a vault. There must be one shelf per program: it keeps two writers apart.
    #[must_use]
    pub fn new(vault: Vault) -> Shelf {
        Shelf { vault, changing: Arc::default() }
    }

    /// Whether anything can be kept.
    #[must_use]
    pub fn can_keep(&self) -> bool {
        self.vault.has_key()
    }

    /// What the last sign-in with `vendor` gave. Blocks on the database.
    ///
    /// # Errors
    /// [`ShelfError`]
    pub fn of(&self, vendor: Vendor) -> Result<Option<Kept>, ShelfError> {
        self.read(sign_in_of(vendor))
    }

    /// Puts tokens in place of whatever is there.
    #[cfg(test)]
    pub(super) fn put(&self, vendor: Vendor, kept: &Kept) -> Result<(), ShelfError> {
        let _alone = self.alone();
        self.write(sign_in_of(vendor), kept)
    }

    /// Puts `new` in place of `old`; the account's name stays the one that lies there. `Err` in `Ok`: something else lies
    /// there by now, which is left alone and answered.
    pub(super) fn replace(
        &self,
        vendor: Vendor,
        old: &Kept,
        new: &Kept,
    ) -> Result<Result<(), Option<Kept>>, ShelfError> {
        let _alone = self.alone();
        let there = match self.read(sign_in_of(vendor))? {
            Some(there) if there.is_same_grant(old) => there,
            other => return Ok(Err(other)),
        };
        let new = new.clone().called(there.account);
        self.write(sign_in_of(vendor), &new).map(Ok)
    }

    /// Forgets the tokens of `vendor`. Blocks on the database.
    ///
    /// # Errors
    /// [`ShelfError`]
    pub fn forget(&self, vendor: Vendor) -> Result<(), ShelfError> {
        let _alone = self.alone();
        Ok(self.vault.forget(sign_in_of(vendor))?)
    }

    /// The Gorgias account that asks to be connected.
    pub(super) fn asks(&self) -> Result<Option<Kept>, ShelfError> {
        self.read(ASKS)
    }

    pub(super) fn put_asking(&self, kept: &Kept) -> Result<(), ShelfError> {
        let _alone = self.alone();
        self.write(ASKS, kept)
    }

    /// Takes the account that asks, if it is still `account`.
    pub(super) fn take_asking(&self, account: Option<&str>) -> Result<Option<Kept>, ShelfError> {
        let _alone = self.alone();
        let Some(asks) = self.read(ASKS)? else { return Ok(None) };
        if account.is_some() && asks.account.as_deref() != account {
            return Ok(None);
        }
        self.vault.forget(ASKS)?;
        Ok(Some(asks))
    }

    /// Tokens as they are stored, for a commit that holds more than them.
    pub(super) fn sealed(&self, vendor: Vendor, kept: &Kept) -> Result<(String, String), ShelfError> {
        let text = serde_json::to_string(kept).map_err(|_| ShelfError::Unreadable)?;
        Ok(self.vault.sealed(sign_in_of(vendor), &Secret::new(text))?)
    }

    /// The same of the account that asks, which asks no longer then. `None`: it does not ask any more.
    pub(super) fn sealed_of_asking(&self, kept: &Kept) -> Result<Option<Vec<(String, String)>>, ShelfError> {
        let asks = self.read(ASKS)?.filter(|asks| asks.is_same_grant(kept));
        if asks.is_none() {
            return Ok(None);
        }
        Ok(Some(vec![self.sealed(Vendor::Gorgias, kept)?, Vault::forgotten(ASKS)]))
    }

    fn alone(&self) -> MutexGuard<'_, ()> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, name: &str) -> Result<Option<Kept>, ShelfError> {
        let Some(text) = self.vault.get(name)? else { return Ok(None) };
        serde_json::from_str(text.reveal()).map(Some).map_err(|_| ShelfError::Unreadable)
    }

    fn write(&self, name: &str, kept: &Kept) -> Result<(), ShelfError> {
        let text = serde_json::to_string(kept).map_err(|_| ShelfError::Unreadable)?;
        Ok(self.vault.put(name, &Secret::new(text))?)
    }
}
