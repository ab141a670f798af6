//! The access token that is good now. One renewal at a time; what somebody else renewed is used; nothing is used before it
//! is kept.
//!
//! Front may answer a renewal with another refresh token (`reference/front.md §1.3`). Until the answer lies in the vault
//! the old one does, which Front goes on taking until it ends; a renewal runs in a task of its own, so that neither who
//! gives up waiting nor an engine that stops can cut it off between answer and vault; and an answer that the database does not take is held and
//! offered again before the vendor is asked anew. What is left is a program that dies within that moment in the last day
//! of a refresh token: then somebody signs in again.
//!
//! Between several programs on one database there is no lock. Each looks into the vault before it renews, and again when
//! a renewal was refused or answered: what lies there by then goes before what it has. Of two that are answered at the same
//! time the database lets one put its tokens there ([`Shelf::replace`]), and the other one takes those.

use std::sync::{Arc, Mutex};

use sidetone_engine::clock::Clock;
use sidetone_engine::transport::Transport;
use sidetone_protocol::Vendor;
use tokio::runtime::Handle;
use tokio::sync::watch;

pub(super) use self::connection::done;
use self::connection::{Connection, For};
use super::app::App;
use super::code::Code;
use super::shelf::Shelf;
use crate::config::Secret;

mod connection;

/// How a connection stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// Nothing was asked yet.
    #[default]
    Unknown,
    /// Nobody is signed in.
    SignedOut,
    /// There is a token.
    Good,
    /// The vendor took the authorization back: somebody must sign in again.
    Withdrawn,
    /// It could not be renewed; it is tried again.
    Troubled(Code),
}

/// Why there is no access token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoBearer {
    /// Nobody is signed in, or to another account.
    #[error("nobody is signed in: connect the account")]
    SignedOut,
    /// The vendor took the authorization back.
    #[error("the authorization was withdrawn: sign in again")]
    Withdrawn,
    /// The vendor refuses the token although it is new, or has no way to renew it.
    #[error("the access token is refused: sign in again")]
    Refused,
    /// The vendor does not accept the app itself. Signing in again would be refused as well.
    #[error(
        "the app's id or secret is refused, so the sign-in cannot be renewed: whoever runs Sidetone corrects them in the \
         configuration ({0})"
    )]
    App(String),
    /// The vendor does not answer; it is tried again.
    #[error("the sign-in could not be renewed: {0}")]
    Unreachable(String),
    /// The database.
    #[error("the sign-in cannot be read or kept: {0}")]
    Shelf(String),
    /// The connection is just being changed; what comes next knows more.
    #[error("the connection is just being changed")]
    Ended,
}

/// The tokens of one connection. Clones are one.
#[derive(Clone)]
pub struct Tokens {
    connection: Arc<Connection>,
}

impl Tokens {
    /// Of this app. `transport` must be the way to the vendors itself, not an [`Authorized`](super::Authorized) one;
    /// `runtime` one that goes on when an engine is stopped, for renewals run on it.
    #[must_use]
    pub fn new(
        app: App,
        shelf: Shelf,
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        runtime: Handle,
    ) -> Tokens {
        let connection = Connection {
            app,
            shelf,
            transport,
            clock,
            runtime,
            turn: tokio::sync::Mutex::default(),
            current: Mutex::new(None),
            standing: watch::Sender::new(Standing::Unknown),
        };
        Tokens { connection: Arc::new(connection) }
    }

    /// Whose they are.
    #[must_use]
    pub fn vendor(&self) -> Vendor {
        self.connection.app.vendor
    }

    /// How the connection stands, from now on.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Standing> {
        self.connection.standing.subscribe()
    }

    /// An access token for a request, renewed if its end is near.
    ///
    /// # Errors
    /// [`NoBearer`]
    pub async fn bearer(&self) -> Result<Secret, NoBearer> {
        let now = self.connection.clock.now();
        match self.connection.current() {
            Some(kept) if !kept.is_due(now) => Ok(kept.access()),
            _ => self.settle(For::Request).await,
        }
    }

    /// Another access token than `refused`, which the vendor answered 401 to.
    ///
    /// # Errors
    /// [`NoBearer`]
    pub async fn another_than(&self, refused: &Secret) -> Result<Secret, NoBearer> {
        self.settle(For::Again(refused.clone())).await
    }

    /// Keeps the connection alive until it is dropped: renews ahead of time, and as often as the vendor's ways want it, so
    /// that a withdrawal is seen.
    pub async fn keep_alive(self) {
        loop {
            // What went wrong is told by `watch`, and tried again after a moment.
            let _ = self.settle(For::Keeping).await;
            tokio::time::sleep(self.connection.rest()).await;
        }
    }

    /// Ends the use of the connection here: nothing is renewed from now on, and a renewal under way is waited for, so that
    /// what is forgotten afterwards stays forgotten.
    pub async fn end(&self) {
        self.connection.turn.lock().await.end();
        self.connection.set(None, Standing::SignedOut);
    }

    /// In a task of its own: see the module's text.
    async fn settle(&self, wanted: For) -> Result<Secret, NoBearer> {
        let connection = self.connection.clone();
        let task = self.connection.runtime.spawn(async move { connection.settle(wanted).await });
        task.await.unwrap_or_else(|error| Err(NoBearer::Shelf(error.to_string())))
    }
}

#[cfg(test)]
mod tests;
