//! Where tokens lie: the vault, one name per vendor. Whoever reads or replaces them here sees what others did meanwhile,
//! in this program and, but for an instant, in other ones on the same database.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sidetone_protocol::Vendor;

use super::kept::Kept;
use crate::config::{Secret, sign_in_of};
use crate::vault::{Stored, Vault, VaultError};

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
    /// there by now, which is left alone and answered. Of two programs on one database that do so at the same time, one is
    /// answered what the other one put there.
    pub(super) fn replace(
        &self,
        vendor: Vendor,
        old: &Kept,
        new: &Kept,
    ) -> Result<Result<(), Option<Kept>>, ShelfError> {
        let _alone = self.alone();
        let name = sign_in_of(vendor);
        loop {
            let Some((stored, there)) = self.look(name)? else { return Ok(Err(None)) };
            if !there.is_same_grant(old) {
                return Ok(Err(Some(there)));
            }
            let new = as_text(&new.clone().called(there.account))?;
            // Else somebody in another program was first: what they put there is looked at.
            if self.vault.replace(name, &stored, Some(&new))? {
                return Ok(Ok(()));
            }
        }
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
        let Some((stored, asks)) = self.look(ASKS)? else { return Ok(None) };
        let is_meant = account.is_none() || asks.account.as_deref() == account;
        // Somebody else may decide at the same time in another program: one of the two does.
        Ok((is_meant && self.vault.replace(ASKS, &stored, None)?).then_some(asks))
    }

    /// Tokens as they are stored, for a commit that holds more than them.
    pub(super) fn sealed(&self, vendor: Vendor, kept: &Kept) -> Result<(String, String), ShelfError> {
        Ok(self.vault.sealed(sign_in_of(vendor), &as_text(kept)?)?)
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
        Ok(self.look(name)?.map(|(_, kept)| kept))
    }

    fn look(&self, name: &str) -> Result<Option<(Stored, Kept)>, ShelfError> {
        let Some((stored, text)) = self.vault.look(name)? else { return Ok(None) };
        let kept = serde_json::from_str(text.reveal()).map_err(|_| ShelfError::Unreadable)?;
        Ok(Some((stored, kept)))
    }

    fn write(&self, name: &str, kept: &Kept) -> Result<(), ShelfError> {
        Ok(self.vault.put(name, &as_text(kept)?)?)
    }
}

fn as_text(kept: &Kept) -> Result<Secret, ShelfError> {
    serde_json::to_string(kept).map(Secret::new).map_err(|_| ShelfError::Unreadable)
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use sidetone_engine::store::sqlite::SqliteStore;

    use super::super::testing::kept;
    use super::*;
    use crate::vault::SealKey;

    /// Each as a program of its own has it.
    #[test]
    fn of_two_programs_that_renew_at_the_same_time_one_takes_what_the_other_was_given() {
        let folder = tempfile::tempdir().expect("a folder");
        let key = SealKey::random();
        let shelf = || {
            let store = SqliteStore::open(&folder.path().join("sidetone.db")).expect("opens");
            Shelf::new(Vault::new(Arc::new(store), Some(key.clone())))
        };
        let shelves = [shelf(), shelf()];
        let mut now = kept(Vendor::Front, "a", Some("r"), None);
        shelves[0].put(Vendor::Front, &now).expect("is kept");
        for round in 0..25 {
            let both = Barrier::new(2);
            let (both, old) = (&both, &now);
            let given = |who: usize| {
                let (access, refresh) = (format!("a-{round}-{who}"), format!("r-{round}-{who}"));
                kept(Vendor::Front, &access, Some(&refresh), None)
            };
            let renewed = std::thread::scope(|scope| {
                [0, 1]
                    .map(|who| {
                        let (shelf, new) = (&shelves[who], given(who));
                        scope.spawn(move || {
                            both.wait();
                            shelf
                                .replace(Vendor::Front, old, &new)
                                .expect("the database answers")
                                .map(|()| new)
                        })
                    })
                    .map(|program| program.join().expect("comes to its end"))
            });
            let used = renewed.each_ref().map(|one| match one {
                Ok(own) => own.clone(),
                Err(theirs) => theirs.clone().expect("something lies there"),
            });
            assert_eq!(renewed.iter().filter(|one| one.is_ok()).count(), 1, "round {round}: {renewed:?}");
            assert!(used[0].is_same_grant(&used[1]), "round {round}: {used:?}");
            now = used[0].clone();
        }
    }

    #[test]
    fn what_was_disconnected_while_it_was_renewed_stays_so() {
        let (_folder, _, shelf) = super::super::testing::shelf();
        let (old, new) = (kept(Vendor::Front, "a1", Some("r1"), None), kept(Vendor::Front, "a2", None, None));
        shelf.put(Vendor::Front, &old).expect("is kept");
        shelf.forget(Vendor::Front).expect("is forgotten");
        assert!(matches!(shelf.replace(Vendor::Front, &old, &new), Ok(Err(None))));
        assert!(shelf.of(Vendor::Front).expect("is read").is_none());
    }
}
