//! The set-up's dry run (B5): begun with settings that are not applied, read while it runs, given up, begun anew.
//!
//! What it reckons lies in the engine crate ([`sidetone_engine::study`]); here is which one is under way.

mod csv;

use std::sync::{Arc, Mutex, PoisonError};

use sidetone_engine::clock::Clock;
use sidetone_engine::study::Study;
use sidetone_engine::transport::Transport;
use sidetone_protocol::DryRun;
use tokio::sync::watch;
use tokio::task::AbortHandle;

pub use self::csv::{COLUMNS, csv};
use crate::config::Config;

/// What a dry run may use of the vendors' limits where no engine of ours is live.
pub const ALONE: f64 = 1.0;
/// The same beside one that is: it fills a fifth of each lane's room at most.
pub const BESIDE_A_LIVE_ENGINE: f64 = 0.2;

/// The dry run that was begun last, if there is one.
#[derive(Default)]
pub struct DryRuns {
    current: Mutex<Option<Current>>,
}

struct Current {
    seen: watch::Receiver<DryRun>,
    task: AbortHandle,
}

impl Drop for Current {
    fn drop(&mut self) {
        // Its store is dropped with it; what it asked last is answered to nobody.
        self.task.abort();
    }
}

impl DryRuns {
    /// Begins one with these settings, and gives up the one before. Called inside a tokio runtime.
    pub fn begin(&self, config: &Config, transport: Arc<dyn Transport>, clock: Arc<dyn Clock>, share: f64) {
        let study = Study {
            transport,
            clock,
            helpdesk: config.helpdesk.open(),
            aircall: config.aircall.clone(),
            settings: config.settings.clone(),
            share,
        };
        let running = DryRun { state: sidetone_protocol::DryRunState::Running, ..DryRun::default() };
        let (told, seen) = watch::channel(running);
        let task = tokio::spawn(async move { study.run(&told).await }).abort_handle();
        *self.held() = Some(Current { seen, task });
    }

    /// How far it is.
    #[must_use]
    pub fn view(&self) -> DryRun {
        self.held().as_ref().map(|current| current.seen.borrow().clone()).unwrap_or_default()
    }

    /// Gives it up, and forgets what it showed: also when what was entered has changed.
    pub fn forget(&self) {
        *self.held() = None;
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Option<Current>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
