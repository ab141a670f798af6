//! What the desktop face needs from whatever knows the calls: the engine in this process, or a paired hub.
//!
//! Not here: how it is made ([`crate::compose`]) and what crosses to the page (`sidetone-protocol`).

use std::path::Path;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use sidetone_protocol::{CallDetail, CallPage, Now, OpenRecords, Pushed};
use tokio::sync::broadcast;

use crate::export::Lines;

/// Which calls of a list are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallFilter {
    /// Every call.
    #[default]
    All,
    /// Held, parked or not logged although they should be.
    NotLogged,
    /// Inbound and not answered.
    Missed,
    /// Inbound, not answered, with a voicemail.
    Voicemail,
}

/// One page of the list of calls, as the page asks for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CallQuery {
    /// `next` of the page before; none for the newest calls.
    pub before: Option<String>,
    /// Which calls.
    pub filter: CallFilter,
    /// Words and numbers that must all be found.
    pub text: Option<String>,
    /// Only calls that began then or later (RFC 3339).
    pub from: Option<String>,
    /// Only calls that began before (RFC 3339).
    pub until: Option<String>,
    /// Only calls of this agent, by Aircall's id.
    pub agent: Option<String>,
    /// How many calls at most; the backend has its own upper limit.
    pub limit: Option<u32>,
}

/// What a person can have done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Tries the refused writes of the call with this id again; a record that is gone is made anew (G25).
    Retry(String),
    /// Stops writing; everything is kept.
    Pause,
    /// Writes again, what was kept first.
    Resume,
    /// Does what the alert with this code offers.
    Mend(String),
    /// The call is of this customer; `remember`: for its number (B7).
    Choose {
        /// The call's id.
        call: String,
        /// The customer's id in the helpdesk.
        customer: String,
        /// For later calls of the number, too.
        remember: bool,
    },
    /// What was chosen for the number of the call with this id is forgotten.
    Withdraw(String),
    /// The unknown caller is called so (G5).
    Name {
        /// The call's id.
        call: String,
        /// Full name.
        name: String,
        /// E-mail address, if it is known.
        email: Option<String>,
    },
}

/// An answer of the API, as a browser would get it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ApiAnswer {
    /// HTTP's.
    pub status: u16,
    /// JSON; null if there is none.
    pub body: serde_json::Value,
}

/// Why an answer could not be given. The sentence is shown to a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BackendError {
    /// The question makes no sense, for example a `before` that no page gave.
    #[error("{0}")]
    Invalid(String),
    /// The store or the hub cannot be asked at the moment; asking again later may help.
    #[error("{0}")]
    Unavailable(String),
    /// As things are, it is not done: a stable word, and a sentence that says what to do.
    #[error("{1}")]
    Declined(&'static str, String),
}

impl BackendError {
    /// Stable word for the page.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "invalid",
            Self::Unavailable(_) => "unavailable",
            Self::Declined(code, _) => code,
        }
    }
}

/// The calls, and what happens to them.
///
/// The questions may read a database and must not be asked on the thread that draws.
#[async_trait]
pub trait Backend: Send + Sync {
    /// What a window needs first.
    ///
    /// # Errors
    /// [`BackendError::Unavailable`] when the store or the hub does not answer.
    fn now(&self) -> Result<Now, BackendError>;

    /// Whether there is anything to ask: Aircall and a helpdesk are connected.
    fn is_set_up(&self) -> bool {
        true
    }

    /// Asks a route of the API below `/api/`, as an admin.
    ///
    /// # Errors
    /// [`BackendError::Invalid`] for any other path, and for streams.
    async fn api(
        &self,
        method: &str,
        path: &str,
        body: Option<serde_json::Value>,
    ) -> Result<ApiAnswer, BackendError>;

    /// One page of calls, newest first.
    ///
    /// # Errors
    /// [`BackendError::Invalid`] for a query that cannot be followed, else as [`Backend::now`].
    fn calls(&self, query: CallQuery) -> Result<CallPage, BackendError>;

    /// Everything about one call; `None` when there is no such call.
    ///
    /// # Errors
    /// As [`Backend::now`].
    fn call(&self, id: &str) -> Result<Option<CallDetail>, BackendError>;

    /// What a customer has open in the helpdesk.
    ///
    /// # Errors
    /// [`BackendError::Declined`] if there is no such customer, else as [`Backend::now`].
    async fn open_records(&self, customer: &str) -> Result<OpenRecords, BackendError>;

    /// Calls as lines of a file: `query` as `GET /api/calls/export` takes it, `format` csv or jsonl.
    ///
    /// # Errors
    /// [`BackendError::Invalid`] for a query that cannot be followed, else as [`Backend::now`].
    async fn export(&self, query: &str, format: &str) -> Result<Lines, BackendError>;

    /// Recordings are kept in this folder from now on (C6).
    ///
    /// # Errors
    /// [`BackendError::Declined`] where the folder is set in the configuration file, else as [`Backend::now`].
    async fn keep_recordings_in(&self, folder: &Path) -> Result<(), BackendError>;

    /// Has something done. What it changes comes as events.
    ///
    /// # Errors
    /// [`BackendError::Invalid`] for a call or an alert that there is not, [`BackendError::Declined`] where something is in
    /// the way, else as [`Backend::now`].
    async fn act(&self, action: Action) -> Result<(), BackendError>;

    /// What happens from now on. A listener that falls behind asks [`Backend::now`] again.
    fn events(&self) -> broadcast::Receiver<Pushed>;

    /// Finishes what is in hand, or gives it back, and stops.
    async fn shutdown(&self);
}
