//! The engine put together from a configuration, running in its own thread.

use std::sync::Arc;
use std::thread::JoinHandle;

use sidetone_engine::clock::SystemClock;
use sidetone_engine::store::StoreError;
use sidetone_engine::transport::TransportError;
use sidetone_engine::{Engine, Handle, Parts};

use crate::config::Config;
use crate::transport::HttpTransport;

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
    thread: JoinHandle<()>,
}

/// Starts the engine in a thread of its own: its commits wait for the disk, and nobody else should wait with them.
///
/// # Errors
/// [`StartError`], which says what to do.
pub fn start(config: &Config) -> Result<Running, StartError> {
    let parts = Parts {
        store: config.database.open(&config.data_dir)?,
        transport: Arc::new(HttpTransport::new()?),
        clock: Arc::new(SystemClock),
        helpdesk: config.helpdesk.open(),
        aircall: config.aircall.clone(),
        settings: config.settings.clone(),
    };
    let (engine, handle) = Engine::start(parts)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let thread =
        std::thread::Builder::new().name("engine".into()).spawn(move || runtime.block_on(engine.run()))?;
    Ok(Running { handle, thread })
}

impl Running {
    /// Comes when the engine has ended although nobody stopped it.
    pub async fn ended(&self) {
        while !self.thread.is_finished() {
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        }
    }

    /// Finishes what is in hand and stops.
    pub async fn stop(self) {
        self.handle.stop().await;
        // A panic in the engine was reported when it happened.
        let _ = tokio::task::spawn_blocking(move || self.thread.join()).await;
    }
}
