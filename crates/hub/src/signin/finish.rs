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

/// Who is told of new connections: it puts them into the settings and tests them.
#[async_trait]
pub trait Connects: Send + Sync {
    /// The tokens lie in the vault. Answers what a test of the connection showed, which the page of the set-up waits for.
    async fn connected(&self, signed_in: SignedIn) -> Option<Tested>;
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
        let shelf = self.inner.shelf.clone();
        if let Err(error) = done(spawn_blocking(move || shelf.put(vendor, &kept)).await) {
            tracing::error!(%error, ?vendor, "a sign-in cannot be kept");
            self.inner.begun().failed(&id, Code::Unreachable, Some(error.to_string()));
            return Ending::NotKept;
        }
        tracing::info!(?vendor, "signed in");
        let finish = app.finish_page().map(String::from);
        // The person in the browser need not wait for the test.
        tokio::spawn(self.connect(Some(id), SignedIn { vendor, account }));
        Ending::Done { vendor, finish }
    }

    /// Tells whoever connects, and keeps what the test showed.
    pub(super) async fn connect(self, id: Option<String>, signed_in: SignedIn) {
        let vendor = signed_in.vendor;
        let tested = self.inner.connects.connected(signed_in).await;
        let account = tested.as_ref().and_then(|tested| tested.account.clone());
        if let Some(account) = account.filter(|_| vendor != Vendor::Gorgias) {
            let shelf = self.inner.shelf.clone();
            let named = done(spawn_blocking(move || shelf.name_account(vendor, &account)).await);
            if let Err(error) = named {
                tracing::warn!(%error, ?vendor, "the account's name cannot be kept");
            }
        }
        if let Some(id) = id {
            self.inner.begun().done(&id, tested);
        }
    }
}
