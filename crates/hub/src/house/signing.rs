//! Signing in at a house: who signed in is tested, kept among the settings and applied; what is not used any more is given
//! back to the vendor.

use std::sync::{Arc, PoisonError, Weak};

use async_trait::async_trait;
use sidetone_engine::clock::{Clock, SystemClock};
use sidetone_engine::transport::Transport;
use sidetone_protocol::{Tested, Vendor};
use tokio::runtime::Handle as Runtime;

use super::{Entered, House, HouseError, Inner, NotKept, blocking};
use crate::config::{Draft, Secret, sign_in_of};
use crate::setup::connecting;
use crate::signin::{Bearers, Connects, DESKTOP_PORT, Kept, Shelf, SignIns, SignedIn, Ways};
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
    pub(super) async fn heed_sign_ins(&self, draft: &Draft) -> Arc<dyn Transport> {
        let ways = Ways {
            public_url: draft.public_url.clone(),
            loopback_port: self.0.has_window.then_some(DESKTOP_PORT),
        };
        self.sign_ins().offer(ways, draft.apps.clone(), draft.gorgias.account.clone());
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let (plain, runtime) = (Arc::clone(&self.0.plain), Runtime::current());
        let connections = draft.signed_in();
        let mut new = Bearers::new(plain, &connections, &draft.apps, &self.shelf(), &clock, &runtime);
        new.keep_alive();
        let transport = Arc::clone(&new.transport);
        *self.0.bearers.lock().await = Some(new);
        *self.0.transport.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&transport);
        transport
    }

    /// What lies in the vault of the sign-ins that `entered` forgets. Nobody renews them from now on.
    pub(super) async fn take_leave(&self, entered: &[Entered]) -> Result<Vec<Kept>, HouseError> {
        let forgets = |vendor: &Vendor| {
            let name = sign_in_of(*vendor);
            entered.iter().any(|one| matches!(one, Entered::Secret(key, None) if *key == name))
        };
        let vendors: Vec<Vendor> =
            [Vendor::Aircall, Vendor::Gorgias, Vendor::Front].into_iter().filter(forgets).collect();
        if vendors.is_empty() {
            return Ok(Vec::new());
        }
        if let Some(bearers) = &*self.0.bearers.lock().await {
            bearers.end(&vendors).await;
        }
        let shelf = self.shelf();
        // Gorgias is the only one that takes a token back (`reference/gorgias.md §2`). One that nobody can read any more
        // is forgotten all the same.
        let gorgias = vendors.contains(&Vendor::Gorgias);
        let kept = blocking(move || gorgias.then(|| shelf.of(Vendor::Gorgias).ok().flatten())).await?;
        Ok(kept.flatten().into_iter().collect())
    }
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

    async fn connected(&self, signed_in: &SignedIn, tested: &Tested) -> Result<(), String> {
        let house = self.0.upgrade().map(House).ok_or_else(|| "Sidetone is stopping".to_owned())?;
        if signed_in.vendor == Vendor::Aircall {
            house.setup().forget_lines().await;
        }
        let kept = house.keep(connecting::by_sign_in(&house.draft(), signed_in, tested)).await;
        kept.map_err(|error: NotKept| error.to_string())
    }
}
