//! Signing in at a house: who signed in is tested, kept among the settings and applied; what is not used any more is given
//! back to the vendor.

use std::sync::{Arc, PoisonError, Weak};

use async_trait::async_trait;
use sidetone_engine::clock::{Clock, SystemClock};
use sidetone_engine::transport::Transport;
use sidetone_protocol::{Tested, Vendor};
use tokio::runtime::Handle as Runtime;

use super::{Entered, House, HouseError, Inner, NotKept, blocking};
use crate::config::{Draft, Secret};
use crate::setup::{connecting, lines};
use crate::signin::{Bearers, Connects, DESKTOP_PORT, Kept, Shelf, SignIns, SignedIn, Standings, Ways};
use crate::vault::Vault;

/// Sign-ins over one vault.
pub(super) struct Signing {
    shelf: Shelf,
    sign_ins: SignIns,
}

impl Signing {
    pub(super) fn new(house: Weak<Inner>, vault: Vault, plain: &Arc<dyn Transport>) -> Signing {
        let shelf = Shelf::new(vault);
        let connects = Arc::new(Newcomers(house));
        let sign_ins = SignIns::new(shelf.clone(), Arc::clone(plain), Arc::new(SystemClock), connects);
        Signing { shelf, sign_ins }
    }
}

impl House {
    /// All sign-ins that people begin.
    pub(crate) fn sign_ins(&self) -> SignIns {
        self.0.signing.read().unwrap_or_else(PoisonError::into_inner).sign_ins.clone()
    }

    fn shelf(&self) -> Shelf {
        self.0.signing.read().unwrap_or_else(PoisonError::into_inner).shelf.clone()
    }

    /// The vault that there is now: what was begun over another one is forgotten.
    pub(super) fn sign_in_over(&self, vault: Vault) {
        let signing = Signing::new(Arc::downgrade(&self.0), vault, &self.0.plain);
        *self.0.signing.write().unwrap_or_else(PoisonError::into_inner) = signing;
    }

    /// From now on people sign in as `draft` says, and requests have the tokens that it says.
    pub(super) async fn heed_sign_ins(&self, draft: &Draft) -> (Arc<dyn Transport>, Standings) {
        let connections = draft.signed_in();
        let ways = Ways {
            public_url: draft.public_url.clone(),
            loopback_port: self.0.has_window.then_some(DESKTOP_PORT),
        };
        // Whoever comes from Gorgias' app store takes no key's place without an admin's word.
        let by_sign_in = connections.iter().find(|one| one.vendor == Vendor::Gorgias);
        let account = by_sign_in.and_then(|one| one.account.clone());
        self.sign_ins().offer(ways, draft.apps.clone(), account);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let (plain, runtime) = (Arc::clone(&self.0.plain), Runtime::current());
        let mut new = Bearers::new(plain, &connections, &draft.apps, &self.shelf(), &clock, &runtime);
        new.keep_alive();
        let house = Arc::downgrade(&self.0);
        // The engine hears of it with its next request; on a quiet day that is minutes away (G20).
        new.when_withdrawn(move |_| {
            if let Some(engine) = house.upgrade().and_then(|inner| House(inner).handle()) {
                engine.check_access();
            }
        });
        let (transport, standings) = (Arc::clone(&new.transport), new.standings());
        *self.0.bearers.lock().await = Some(new);
        *self.0.transport.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&transport);
        (transport, standings)
    }

    /// What lies in the vault of the sign-ins that `entered` forgets or replaces, as far as the vendor takes it back. Nobody
    /// renews them from now on.
    pub(super) async fn take_leave(&self, entered: &[Entered]) -> Result<Leave, HouseError> {
        let changes = |vendor: &Vendor| entered.iter().any(|one| one.changes_sign_in(*vendor));
        let vendors: Vec<Vendor> =
            [Vendor::Aircall, Vendor::Gorgias, Vendor::Front].into_iter().filter(changes).collect();
        if vendors.is_empty() {
            return Ok(Leave::default());
        }
        if let Some(bearers) = &*self.0.bearers.lock().await {
            bearers.end(&vendors).await;
        }
        // Gorgias is the only one that takes a token back (`reference/gorgias.md §2`); not where the same account is signed
        // in to again, whose new tokens might end with the old ones.
        let comes = entered.iter().find_map(|one| match one {
            Entered::Tokens { vendor: Vendor::Gorgias, account, .. } => account.clone(),
            _ => None,
        });
        let (shelf, asked) = (self.shelf(), vendors.contains(&Vendor::Gorgias));
        // One that nobody can read any more is forgotten all the same.
        let kept = blocking(move || asked.then(|| shelf.of(Vendor::Gorgias).ok().flatten())).await?;
        let given_back = kept.flatten().filter(|kept| comes.is_none() || kept.account != comes);
        Ok(Leave { ended: true, given_back })
    }
}

/// Whom leave was taken of.
#[derive(Default)]
pub(super) struct Leave {
    /// Tokens are renewed no more until the settings are applied again.
    pub(super) ended: bool,
    /// What goes back to its vendor.
    pub(super) given_back: Option<Kept>,
}

/// Those who sign in, and the house that they come to.
struct Newcomers(Weak<Inner>);

#[async_trait]
impl Connects for Newcomers {
    async fn tried(&self, signed_in: &SignedIn, access: &Secret) -> Tested {
        let Some(house) = self.0.upgrade().map(House) else { return connecting::stopping() };
        if let Err(told) = connecting::fits(&house.draft(), signed_in) {
            return told;
        }
        connecting::test_signed_in(&house, signed_in, access).await
    }

    async fn connected(
        &self,
        signed_in: &SignedIn,
        tested: &Tested,
        tokens: Vec<(String, String)>,
    ) -> Result<(), String> {
        let house = self.0.upgrade().map(House).ok_or_else(|| "Sidetone is stopping".to_owned())?;
        if signed_in.vendor == Vendor::Aircall {
            house.setup().forget_lines().await;
            let comes = tested.account.as_deref().unwrap_or_default();
            house.leave_another_company(comes, false).await.map_err(|error| error.to_string())?;
        }
        let mut entered = connecting::by_sign_in(&house.draft(), signed_in, tested);
        if signed_in.vendor != Vendor::Aircall {
            let name = connecting::name_of(signed_in, tested);
            let account = signed_in.account.as_deref().unwrap_or(name);
            let comes = house.comes_helpdesk(signed_in.vendor, account).await;
            entered.extend(comes.map_err(|error| error.to_string())?);
        }
        let account = signed_in.account.clone();
        entered.push(Entered::Tokens { vendor: signed_in.vendor, account, settings: tokens });
        match house.keep(entered).await {
            Ok(()) => {
                if signed_in.vendor == Vendor::Aircall {
                    lines::there(&house).await;
                }
                Ok(())
            }
            // It is kept, and holds as soon as it can.
            Err(NotKept::NotApplied(error)) => {
                tracing::error!(%error, "a sign-in is kept, and cannot be applied yet");
                Ok(())
            }
            Err(error) => Err(error.to_string()),
        }
    }
}
