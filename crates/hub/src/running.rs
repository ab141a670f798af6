//! The engine put together from a configuration, running in its own thread.

use std::sync::Arc;
use std::thread::JoinHandle;

use sidetone_engine::clock::{Clock, SystemClock};
use sidetone_engine::store::{Store, StoreError};
use sidetone_engine::transport::{Transport, TransportError};
use sidetone_engine::{Engine, Handle, Parts};
use sidetone_protocol::Pushed;
use tokio::sync::broadcast;

use crate::config::Config;
use crate::signin::{Bearers, Shelf};
use crate::telling::Messenger;
use crate::transport::HttpTransport;
use crate::vault::Vault;

/// Why the engine cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The network library.
    #[error("the HTTP client cannot be set up: {0}")]
    Transport(#[from] TransportError),
    /// The operating system.
    #[error("a thread or runtime cannot be started: {0}")]
    System(#[from] std::io::Error),
}

/// A running engine.
pub struct Running {
    /// What faces hold of it.
    pub handle: Handle,
    /// What it pushes, from its very start; whoever wants it takes it out.
    pub pushed: Option<broadcast::Receiver<Pushed>>,
    thread: JoinHandle<()>,
}

/// Opens the database and starts the engine, for a program that asks one question and ends.
///
/// # Errors
/// [`StartError`], which says what to do.
pub fn start_alone(config: &Config) -> Result<Running, StartError> {
    let store = config.database.open(&config.data_dir)?;
    let transport = way_to_vendors(config, &store)?.transport;
    start(config, store, transport)
}

/// The way to the vendors for a program that asks one question, with the tokens of those who signed in. Needs a tokio
/// runtime.
///
/// # Errors
/// The network library's.
pub fn way_to_vendors(config: &Config, store: &Arc<dyn Store>) -> Result<Bearers, TransportError> {
    let shelf = Shelf::new(Vault::new(Arc::clone(store), config.secret_key.clone()));
    let (plain, clock) = (Arc::new(HttpTransport::new()?), Arc::new(SystemClock) as Arc<dyn Clock>);
    let runtime = tokio::runtime::Handle::current();
    Ok(Bearers::new(plain, &config.signed_in, &config.apps, &shelf, &clock, &runtime))
}

/// Starts the engine in a thread of its own: its commits wait for the disk, and nobody else should wait with them.
///
/// # Errors
/// [`StartError`], which says what to do.
pub fn start(
    config: &Config,
    store: Arc<dyn Store>,
    transport: Arc<dyn Transport>,
) -> Result<Running, StartError> {
    let parts = Parts {
        store,
        transport,
        clock: Arc::new(SystemClock),
        helpdesk: config.helpdesk.open(),
        aircall: config.aircall.clone(),
        settings: config.settings.clone(),
    };
    let (engine, handle) = Engine::start(parts)?;
    let engine = if config.alerts.is_empty() {
        engine
    } else {
        engine.telling_by(Arc::new(Messenger::new(config, handle.installation().to_string())))
    };
    let pushed = handle.subscribe();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let thread =
        std::thread::Builder::new().name("engine".into()).spawn(move || runtime.block_on(engine.run()))?;
    Ok(Running { handle, pushed: Some(pushed), thread })
}

impl Running {
    /// Whether the engine has ended although nobody stopped it.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.thread.is_finished()
    }

    /// Finishes what is in hand and stops.
    pub async fn stop(self) {
        self.handle.stop().await;
        // A panic in the engine was reported when it happened.
        let _ = tokio::task::spawn_blocking(move || self.thread.join()).await;
    }
}
