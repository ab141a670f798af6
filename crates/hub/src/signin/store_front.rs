//! Sign-ins that begin in Gorgias' app store (`reference/gorgias.md §2`). Anybody can begin one, for any account: what it
//! gives is kept apart until an admin of ours accepts it, unless it is the account that is connected anyway.

use sidetone_protocol::{Connected, ConnectedBy, SignInBegun, Tested, Vendor};
use tokio::task::spawn_blocking;

use super::begun::By;
use super::finish::{NotConnected, SignedIn, Whence};
use super::grant;
use super::kept::Kept;
use super::shelf::ShelfError;
use super::signins::{BeginError, SignIns, is_label};
use super::tokens::done;

/// Why an account that asked is neither accepted nor refused.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// Nobody asks, or somebody else does by now.
    #[error("this account does not ask to be connected any more; load the page again")]
    NobodyAsks,
    /// The database.
    #[error(transparent)]
    Shelf(#[from] ShelfError),
    /// It could not be put into the settings.
    #[error("{0}")]
    NotKept(String),
}

impl SignIns {
    /// Begins a sign-in for somebody whom the app store sent. The account is taken letter by letter: Gorgias wrote it.
    pub(super) async fn install(&self, account: &str) -> Result<SignInBegun, BeginError> {
        let is_name = gorgias::subdomain_of(account).is_ok_and(|name| name == account) && is_label(account);
        if !is_name {
            return Err(BeginError::NoSuchAccount(grant::shortened(account)));
        }
        self.begin_with(self.app(Vendor::Gorgias, Some(account))?, By::Store).await
    }

    /// The account that asks to be connected. Blocks on the database.
    ///
    /// # Errors
    /// [`ShelfError`]
    pub fn asks(&self) -> Result<Option<Connected>, ShelfError> {
        let asks = self.inner.shelf.asks()?;
        Ok(asks.and_then(|kept| {
            Some(Connected {
                vendor: Vendor::Gorgias,
                by: ConnectedBy::SignIn,
                account: kept.account?,
                email: None,
                since: Some(kept.since),
            })
        }))
    }

    /// An admin accepts the account that asks; with `account` only if it is still that one. What a test of it showed: it
    /// is connected where that went well, and asks on where it did not.
    ///
    /// # Errors
    /// [`AskError`]
    pub async fn accept(&self, account: Option<&str>) -> Result<Tested, AskError> {
        let shelf = self.inner.shelf.clone();
        let asks = done(spawn_blocking(move || shelf.asks()).await)?;
        let kept = asks.filter(|kept| account.is_none_or(|account| kept.account.as_deref() == Some(account)));
        let kept = kept.ok_or(AskError::NobodyAsks)?;
        let signed_in = SignedIn { vendor: Vendor::Gorgias, account: kept.account.clone() };
        self.connect(signed_in, kept, Whence::Asking).await.map_err(|error| match error {
            NotConnected::NobodyAsks | NotConnected::GivenUp => AskError::NobodyAsks,
            NotConnected::Shelf(error) => AskError::Shelf(error),
            NotConnected::Settings(why) => AskError::NotKept(why),
        })
    }

    /// An admin refuses it: what it gave is given back.
    ///
    /// # Errors
    /// [`AskError`]
    pub async fn refuse(&self, account: Option<&str>) -> Result<(), AskError> {
        let kept = self.take_asking(account).await?;
        self.give_back(kept).await;
        Ok(())
    }

    /// The last one who asks takes the place of the one before.
    pub(super) async fn put_asking(&self, kept: Kept) -> Result<(), ShelfError> {
        let shelf = self.inner.shelf.clone();
        let (new, place) = (kept.clone(), shelf.clone());
        let before = done(spawn_blocking(move || place.asks()).await).unwrap_or_default();
        done(spawn_blocking(move || shelf.put_asking(&new)).await)?;
        if let Some(before) = before.filter(|before| before.account != kept.account) {
            self.give_back(before).await;
        }
        Ok(())
    }

    async fn take_asking(&self, account: Option<&str>) -> Result<Kept, AskError> {
        let (shelf, account) = (self.inner.shelf.clone(), account.map(str::to_owned));
        let taken = spawn_blocking(move || shelf.take_asking(account.as_deref())).await;
        done(taken)?.ok_or(AskError::NobodyAsks)
    }

    /// Tells Gorgias that tokens are not used any more; whether it knows. That it could not be told changes nothing here.
    pub async fn give_back(&self, kept: Kept) -> bool {
        let Ok(app) = self.app(Vendor::Gorgias, kept.account.as_deref()) else { return false };
        let Some(refresh) = kept.refresh() else { return false };
        match grant::revoke(&app, &self.inner.transport, &refresh).await {
            Ok(is_revoked) => is_revoked,
            Err(refusal) => {
                // Taken back there before, it is undone.
                let is_gone = refusal.is_withdrawn();
                if !is_gone {
                    tracing::warn!(detail = refusal.detail, "a sign-in could not be given back");
                }
                is_gone
            }
        }
    }
}
