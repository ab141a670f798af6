//! How a sign-in ends: what the browser brought is exchanged, kept, and told.

use async_trait::async_trait;
use sidetone_protocol::{Tested, Vendor};
use tokio::task::spawn_blocking;

use super::back::{Returned, What};
use super::begun::{By, Taken};
use super::code::Code;
use super::grant;
use super::kept::Kept;
use super::page::Ending;
use super::shelf::ShelfError;
use super::signins::SignIns;
use super::tokens::done;
use crate::config::Secret;

/// Somebody signed in, and what that gave is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// To what.
    pub vendor: Vendor,
    /// To which Gorgias account.
    pub account: Option<String>,
}

/// Whoever holds the settings.
#[async_trait]
pub trait Connects: Send + Sync {
    /// Tests what the sign-in gave, before it is kept.
    async fn tried(&self, signed_in: &SignedIn, access: &Secret) -> Tested;

    /// The test went well: keeps `tokens`, settings of the vault as they are stored, together with what leads to the
    /// connection, in one commit. No token of the vendor's is renewed meanwhile.
    ///
    /// # Errors
    /// Why it could not, for a person. Nothing is kept then.
    async fn connected(
        &self,
        signed_in: &SignedIn,
        tested: &Tested,
        tokens: Vec<(String, String)>,
    ) -> Result<(), String>;
}

impl SignIns {
    /// Goes on with what came back.
    pub(super) async fn go_on(&self, vendor: Vendor, returned: Returned, is_pasted: bool) -> Ending {
        let taken = self.inner.begun().take_up(vendor, &returned.state, self.inner.clock.now());
        let taken = match taken {
            Ok(taken) => taken,
            Err(code) => return Ending::Failed { vendor, code, account: None },
        };
        let account = taken.app.account.clone();
        match returned.what {
            What::Error { error, description } => {
                let code = Code::of_error(&error, description.as_deref());
                let detail = grant::shortened(description.as_deref().unwrap_or(&error));
                self.inner.begun().failed(&taken.id, code, Some(detail));
                Ending::Failed { vendor, code, account }
            }
            What::Code(code) => {
                // A tab that is closed meanwhile cuts nothing off.
                let (signins, id) = (self.clone(), taken.id.clone());
                let task = tokio::spawn(async move { signins.exchange(taken, code, is_pasted).await });
                task.await.unwrap_or_else(|_| {
                    self.inner.begun().failed(&id, Code::Unreachable, None);
                    Ending::Failed { vendor, code: Code::Unreachable, account }
                })
            }
        }
    }

    async fn exchange(self, taken: Taken, code: Secret, is_pasted: bool) -> Ending {
        let Taken { id, app, redirect, verifier, by } = taken;
        let (vendor, account) = (app.vendor, app.account.clone());
        let now = self.inner.clock.now();
        let granted =
            grant::exchange(&app, &self.inner.transport, &code, &redirect, verifier.as_ref(), now).await;
        let grant = match granted {
            Ok(grant) => grant,
            Err(refusal) => {
                // Where the vendor says no more than that the code is not good: one that a person carried here is old,
                // any other one came at once.
                let is_old = is_pasted && refusal.code == Code::UsedCode;
                let code = if is_old { Code::Expired } else { refusal.code };
                tracing::warn!(?vendor, code = code.as_str(), detail = refusal.detail, "a sign-in failed");
                self.inner.begun().failed(&id, code, Some(refusal.detail));
                return Ending::Failed { vendor, code, account };
            }
        };
        let kept = Kept::new(grant, account.clone(), self.inner.clock.now());
        let asks = by == By::Store && self.inner.is_strange(account.as_deref());
        if asks {
            let asked = self.put_asking(kept).await;
            self.inner.begun().done(&id, None);
            return match (asked, account) {
                (Ok(()), Some(account)) => Ending::Asks { account },
                _ => Ending::NotKept,
            };
        }
        let finish = app.finish_page().map(String::from);
        // The person in the browser need not wait for the test; the page of the set-up does.
        tokio::spawn(async move {
            match self.connect(SignedIn { vendor, account }, kept, Whence::SignIn(&id)).await {
                Ok(tested) => self.inner.begun().done(&id, Some(tested)),
                Err(error) => {
                    tracing::error!(%error, ?vendor, "a sign-in cannot be kept");
                    self.inner.begun().failed(&id, Code::NotKept, Some(error.to_string()));
                }
            }
        });
        Ending::Done { vendor, finish }
    }

    /// Tests what was given; where it is accepted, keeps it and puts it into the settings. What is not accepted goes back.
    pub(super) async fn connect(
        &self,
        signed_in: SignedIn,
        kept: Kept,
        whence: Whence<'_>,
    ) -> Result<Tested, NotConnected> {
        let vendor = signed_in.vendor;
        let tested = self.inner.connects.tried(&signed_in, &kept.access()).await;
        if !tested.accepted {
            tracing::warn!(?vendor, code = tested.code, "what a sign-in gave is not accepted");
            if matches!(whence, Whence::SignIn(_)) {
                self.give_back_strange(kept).await;
            }
            return Ok(tested);
        }
        // Meanwhile somebody may have thought better of it.
        if let Whence::SignIn(id) = whence
            && self.view(id).is_none()
        {
            self.give_back_strange(kept).await;
            return Err(NotConnected::GivenUp);
        }
        let whence_asks = matches!(whence, Whence::Asking);
        // For Gorgias the name is an address, which the tokens are bound to.
        let name = if vendor == Vendor::Gorgias { kept.account.clone() } else { tested.account.clone() };
        let (shelf, kept) = (self.inner.shelf.clone(), kept.called(name));
        let sealed = move || match whence_asks {
            false => shelf.sealed(vendor, &kept).map(|tokens| Some(vec![tokens])),
            true => shelf.sealed_of_asking(&kept),
        };
        let tokens = done(spawn_blocking(sealed).await)?.ok_or(NotConnected::NobodyAsks)?;
        self.inner.connects.connected(&signed_in, &tested, tokens).await.map_err(NotConnected::Settings)?;
        tracing::info!(?vendor, "signed in");
        Ok(tested)
    }

    /// Gives tokens back that are of no use, unless they are of the account that is signed in to: taking one back might end
    /// the others of the same app.
    async fn give_back_strange(&self, kept: Kept) {
        if self.inner.is_strange(kept.account.as_deref()) {
            self.give_back(kept).await;
        }
    }
}

/// Where the tokens of a new connection come from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Whence<'a> {
    /// From the sign-in of this name.
    SignIn(&'a str),
    /// They lie apart, until somebody accepts them.
    Asking,
}

/// Why a sign-in that was accepted by its vendor is no connection.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotConnected {
    /// The person gave it up.
    #[error("the sign-in was given up")]
    GivenUp,
    /// Somebody else decided meanwhile.
    #[error("this account does not ask to be connected any more")]
    NobodyAsks,
    /// The vault.
    #[error(transparent)]
    Shelf(#[from] ShelfError),
    /// The settings.
    #[error("{0}")]
    Settings(String),
}
