//! Sign-ins from beginning to end: begun by a person, finished by what the browser brings back.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode, header};
use sidetone_engine::clock::Clock;
use sidetone_engine::transport::Transport;
use sidetone_protocol::{SignInBegun, SignInView, Vendor};
use url::Url;
use uuid::Uuid;

use super::app::{App, AppError};
use super::back::{Returned, Way, Ways, redirect};
use super::begun::{Begun, By, GOOD_FOR, SignIn};
use super::code::Code;
use super::finish::Connects;
use super::grant;
use super::loopback;
use super::page::Ending;
use super::shelf::Shelf;
use crate::config::Apps;

/// So long a look at whether an account exists may take before somebody is sent there.
const LOOK_WITHIN: Duration = Duration::from_secs(5);

/// Why a sign-in does not begin.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// No app is registered, or the vendor would not come back to any address that we have.
    #[error("signing in to this service is not set up here; connect it with a key")]
    NotOffered,
    /// There is no key to encrypt secrets with.
    #[error("secrets cannot be kept here yet, so nobody can sign in; the set-up says what is missing")]
    NotKept,
    /// Not a name that an account can have, or none has it.
    #[error(
        "there is no Gorgias account \"{0}\"; enter the first part of the address: acme of acme.gorgias.com"
    )]
    NoSuchAccount(String),
    /// The app cannot be used.
    #[error(transparent)]
    App(#[from] AppError),
    /// Another program listens where the browser should come back to.
    #[error(
        "port {0} of this computer is taken, so the browser could not come back; close the program that has it"
    )]
    PortTaken(u16),
}

/// Why a pasted address is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasteError {
    /// It was never begun, or is forgotten.
    #[error("this sign-in is not known any more; start again")]
    NoSuchSignIn,
    /// It lacks what the vendor puts there.
    #[error("this address has no code; copy the whole address that the browser ended at")]
    NoCode,
}

/// All sign-ins of a program. Clones are one.
#[derive(Clone)]
pub struct SignIns {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) shelf: Shelf,
    pub(super) transport: Arc<dyn Transport>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) connects: Arc<dyn Connects>,
    offer: RwLock<Offer>,
    begun: Mutex<Begun>,
}

/// What people can sign in to.
#[derive(Clone, Default)]
struct Offer {
    ways: Ways,
    apps: Apps,
    gorgias_account: Option<String>,
}

impl SignIns {
    /// None are begun, and none can be before [`SignIns::offer`].
    #[must_use]
    pub fn new(
        shelf: Shelf,
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        connects: Arc<dyn Connects>,
    ) -> SignIns {
        let (offer, begun) = (RwLock::default(), Mutex::default());
        SignIns { inner: Arc::new(Inner { shelf, transport, clock, connects, offer, begun }) }
    }

    /// Which apps there are, how the browser comes back, and which Gorgias account is signed in to; from now on. What was begun before goes on as it was.
    pub fn offer(&self, ways: Ways, apps: Apps, gorgias_account: Option<String>) {
        let offer = Offer { ways, apps, gorgias_account };
        *self.inner.offer.write().unwrap_or_else(PoisonError::into_inner) = offer;
    }

    /// Which vendors can be signed in to.
    #[must_use]
    pub fn offered(&self) -> Vec<Vendor> {
        let all = [Vendor::Aircall, Vendor::Gorgias, Vendor::Front];
        all.into_iter().filter(|vendor| self.redirect_address(*vendor).is_some()).collect()
    }

    /// The address that the app at the vendor must name among those that it sends people back to.
    #[must_use]
    pub fn redirect_address(&self, vendor: Vendor) -> Option<String> {
        if !self.inner.shelf.can_keep() {
            return None;
        }
        let Offer { ways, apps, .. } = self.inner.offer();
        let app = App::new(vendor, apps.of(vendor)?, Some("acme")).ok()?;
        Some(match ways.of(&app)? {
            Way::Hub(address) | Way::Paste(address) => address,
            Way::Loopback(port) => format!("http://127.0.0.1:{port}{}", super::back::path(vendor)),
        })
    }

    /// Begins a sign-in of an admin. `account` is what was entered for Gorgias, in any form.
    ///
    /// # Errors
    /// [`BeginError`]
    pub async fn begin(&self, vendor: Vendor, account: Option<&str>) -> Result<SignInBegun, BeginError> {
        let account = match (vendor, account) {
            (Vendor::Gorgias, Some(entered)) => {
                let named = gorgias::subdomain_of(entered).ok().filter(|name| is_label(name));
                Some(named.ok_or_else(|| BeginError::NoSuchAccount(grant::shortened(entered)))?)
            }
            _ => None,
        };
        let app = self.app(vendor, account.as_deref())?;
        if let Some(account) = account
            && !self.inner.may_exist(&app).await
        {
            return Err(BeginError::NoSuchAccount(account));
        }
        self.begin_with(app, By::Admin).await
    }

    pub(super) fn app(&self, vendor: Vendor, account: Option<&str>) -> Result<App, BeginError> {
        let Offer { apps, .. } = self.inner.offer();
        let registered = apps.of(vendor).ok_or(BeginError::NotOffered)?;
        Ok(App::new(vendor, registered, account)?)
    }

    pub(super) async fn begin_with(&self, app: App, by: By) -> Result<SignInBegun, BeginError> {
        if !self.inner.shelf.can_keep() {
            return Err(BeginError::NotKept);
        }
        let Offer { ways, .. } = self.inner.offer();
        let vendor = app.vendor;
        let (address, bound) = match ways.of(&app).ok_or(BeginError::NotOffered)? {
            Way::Hub(address) | Way::Paste(address) => (address, None),
            // Whoever comes from the app store comes to an address that everybody can reach. Anybody may call that route,
            // and must not end what an admin waits for.
            Way::Loopback(_) if by == By::Store => return Err(BeginError::NotOffered),
            Way::Loopback(port) => {
                let bound = self.bind(port).await?;
                (bound.redirect(vendor), Some(bound))
            }
        };
        let redirect = redirect(address).ok_or(BeginError::NotOffered)?;
        let asked = grant::ask(&app, &redirect);
        let now = self.inner.clock.now();
        let id = Uuid::new_v4().simple().to_string();
        let listening = bound.map(|bound| bound.listen(self.clone(), vendor));
        let sign_in = SignIn::new(app, redirect, &asked.state, asked.verifier, by, now).heard_by(listening);
        self.inner.begun().add(id.clone(), sign_in, now);
        Ok(SignInBegun { id, url: asked.url.into(), until: (now + GOOD_FOR).timestamp() })
    }

    /// The port may be held by an earlier sign-in of ours, which ends thereby.
    async fn bind(&self, port: u16) -> Result<loopback::Bound, BeginError> {
        if let Ok(bound) = loopback::bind(port).await {
            return Ok(bound);
        }
        self.inner.begun().stop_listening();
        tokio::time::sleep(Duration::from_millis(100)).await;
        loopback::bind(port).await.map_err(|_| BeginError::PortTaken(port))
    }

    /// How far a sign-in is. `None`: it was never begun, or is forgotten.
    #[must_use]
    pub fn view(&self, id: &str) -> Option<SignInView> {
        self.inner.begun().view(id, self.inner.clock.now())
    }

    /// Gives a sign-in up. `false`: there is none.
    #[must_use]
    pub fn cancel(&self, id: &str) -> bool {
        self.inner.begun().cancel(id)
    }

    /// Goes on with the address that the browser ended at.
    ///
    /// # Errors
    /// [`PasteError`]; everything else is told by the view.
    pub async fn paste(&self, id: &str, address: &str) -> Result<SignInView, PasteError> {
        let vendor = self.inner.begun().vendor(id).ok_or(PasteError::NoSuchSignIn)?;
        let url = Url::parse(address.trim()).map_err(|_| PasteError::NoCode)?;
        let returned = url.query().and_then(Returned::read).ok_or(PasteError::NoCode)?;
        if self.inner.begun().is_of(id, &returned.state) {
            self.go_on(vendor, returned, true).await;
        } else {
            self.inner.begun().failed(id, Code::WrongState, None);
        }
        self.view(id).ok_or(PasteError::NoSuchSignIn)
    }

    /// The browser came back to `vendor`'s address with this query.
    pub(super) async fn came_back(&self, vendor: Vendor, query: &str) -> Ending {
        match Returned::read(query) {
            Some(returned) => self.go_on(vendor, returned, false).await,
            None => Ending::Failed { vendor, code: Code::WrongState, account: None },
        }
    }
}

impl Inner {
    pub(super) fn begun(&self) -> MutexGuard<'_, Begun> {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn offer(&self) -> Offer {
        self.offer.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether a Gorgias account is another one than that which is connected.
    pub(super) fn is_strange(&self, account: Option<&str>) -> bool {
        account.is_none() || self.offer().gorgias_account.as_deref() != account
    }

    /// A host without an account answers 404 to everything (`reference/gorgias.md §1`); one with an account asks for a
    /// credential. Where nobody answers the browser may still get there.
    async fn may_exist(&self, app: &App) -> bool {
        let mut url = app.token.url().clone();
        url.set_path(&url.path().replace("/oauth/token", "/api/account"));
        let request =
            Request::get(url.as_str()).header(header::ACCEPT, "application/json").body(Bytes::new());
        let Ok(request) = request else { return true };
        match tokio::time::timeout(LOOK_WITHIN, self.transport.send(request)).await {
            Ok(Ok(answer)) => answer.status() != StatusCode::NOT_FOUND,
            _ => true,
        }
    }
}

/// As long as a part of a host's name may be.
pub(super) fn is_label(name: &str) -> bool {
    name.len() <= 63
}

#[cfg(test)]
mod tests;
