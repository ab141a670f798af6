//! The ways to the vendors that somebody signed in to, put together from a configuration.

use std::sync::Arc;

use sidetone_engine::clock::Clock;
use sidetone_engine::transport::Transport;
use sidetone_protocol::Vendor;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::app::App;
use super::authorized::Authorized;
use super::code::Code;
use super::shelf::Shelf;
use super::tokens::{Standing, Tokens};
use crate::config::Apps;

/// A connection whose credential is a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BySignIn {
    /// To what.
    pub vendor: Vendor,
    /// To which Gorgias account.
    pub account: Option<String>,
    /// Where its API is.
    pub base: String,
}

/// How sign-ins stand, for whoever looks at them. Empty: nobody signed in.
#[derive(Clone, Debug, Default)]
pub struct Standings(Vec<(Vendor, watch::Receiver<Standing>)>);

impl Standings {
    /// Whose apps are refused: what was signed in to cannot be renewed, though it may be good for a while.
    #[must_use]
    pub fn refused_apps(&self) -> Vec<Vendor> {
        let is_refused =
            |standing: &watch::Receiver<Standing>| *standing.borrow() == Standing::Troubled(Code::WrongApp);
        self.0.iter().filter(|(_, standing)| is_refused(standing)).map(|(vendor, _)| *vendor).collect()
    }
}

/// A way to the vendors on which each request has the token that it needs.
pub struct Bearers {
    /// The way.
    pub transport: Arc<dyn Transport>,
    tokens: Vec<Tokens>,
    /// Ends with this.
    alive: JoinSet<()>,
}

impl Bearers {
    /// Over `plain`, for these connections. `runtime` goes on when an engine is stopped.
    #[must_use]
    pub fn new(
        plain: Arc<dyn Transport>,
        connections: &[BySignIn],
        apps: &Apps,
        shelf: &Shelf,
        clock: &Arc<dyn Clock>,
        runtime: &Handle,
    ) -> Bearers {
        let mut bearers =
            Bearers { transport: Arc::clone(&plain), tokens: Vec::new(), alive: JoinSet::new() };
        for BySignIn { vendor, account, base } in connections {
            let Some(registered) = apps.of(*vendor) else { continue };
            let app = match App::new(*vendor, registered, account.as_deref()) {
                Ok(app) => app,
                Err(error) => {
                    tracing::error!(?vendor, %error, "the sign-in cannot be used");
                    continue;
                }
            };
            let tokens =
                Tokens::new(app, shelf.clone(), Arc::clone(&plain), Arc::clone(clock), runtime.clone());
            match Authorized::new(Arc::clone(&bearers.transport), tokens.clone(), base) {
                Ok(way) => bearers.transport = Arc::new(way),
                Err(error) => tracing::error!(?vendor, %error, "the sign-in cannot be used"),
            }
            bearers.tokens.push(tokens);
        }
        bearers
    }

    /// Keeps every connection alive from now on, until this is dropped.
    pub fn keep_alive(&mut self) {
        for tokens in &self.tokens {
            self.alive.spawn(tokens.clone().keep_alive());
        }
    }

    /// Has `tell` called whenever a vendor turns out to have taken its authorization back, until this is dropped: whoever uses
    /// the tokens need not wait for the next request to hear of it.
    pub fn when_withdrawn(&mut self, tell: impl Fn(Vendor) + Clone + Send + 'static) {
        for tokens in &self.tokens {
            let (vendor, mut standing, tell) = (tokens.vendor(), tokens.watch(), tell.clone());
            self.alive.spawn(async move {
                while standing.wait_for(|standing| *standing == Standing::Withdrawn).await.is_ok() {
                    tell(vendor);
                    if standing.changed().await.is_err() {
                        return;
                    }
                }
            });
        }
    }

    /// How the apps of these connections stand, from now on.
    #[must_use]
    pub fn standings(&self) -> Standings {
        Standings(self.tokens.iter().map(|tokens| (tokens.vendor(), tokens.watch())).collect())
    }

    /// Ends the use of these vendors' tokens: see [`Tokens::end`].
    pub async fn end(&self, vendors: &[Vendor]) {
        for tokens in self.tokens_of(vendors) {
            tokens.end().await;
        }
    }

    fn tokens_of(&self, vendors: &[Vendor]) -> Vec<Tokens> {
        self.tokens.iter().filter(|tokens| vendors.contains(&tokens.vendor())).cloned().collect()
    }
}
