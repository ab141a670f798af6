//! What is looked at, and with what.

use std::path::Path;
use std::sync::Arc;

use sidetone_engine::Handle;
use sidetone_engine::settings::Mode;
use sidetone_engine::transport::Transport;
use sidetone_protocol::Vendor;
use url::Url;
use uuid::Uuid;

use super::computer;
use crate::config::Config;
use crate::config::is_loopback;
use crate::database;
use crate::signin::Standings;
use crate::vault::Vault;

/// The setting in the store that keeps the id that our webhook's address ends in.
const INSTALLATION_KEPT_IN: [&str; 1] = ["installation"];
/// So many requests a whole look needs at one vendor at most, lists of very large companies aside.
const NEEDED_REQUESTS: u32 = 20;

/// An installation: its configuration, the way to the vendors, and the running engine where there is one.
#[derive(Clone)]
pub struct Patient {
    /// What it is told.
    pub config: Arc<Config>,
    /// The way to the vendors.
    pub transport: Arc<dyn Transport>,
    /// The engine, if it runs in this program.
    pub engine: Option<Handle>,
    /// Where secrets are kept, with the names of those that are needed.
    pub vault: Option<(Vault, Vec<String>)>,
    /// How the sign-ins stand that its requests are made with.
    pub standings: Standings,
    /// How many bytes are free where a folder is; `None`: the system does not tell.
    pub free_bytes: fn(&Path) -> Option<u64>,
}

impl Patient {
    /// Without an engine: what `sidetone-hub check` looks at.
    #[must_use]
    pub fn new(config: Arc<Config>, transport: Arc<dyn Transport>) -> Patient {
        Patient {
            config,
            transport,
            engine: None,
            vault: None,
            standings: Standings::default(),
            free_bytes: computer::free_bytes,
        }
    }

    /// With the engine that runs in this program.
    #[must_use]
    pub fn running(self, engine: Handle) -> Patient {
        Patient { engine: Some(engine), ..self }
    }

    /// With the place where secrets are kept; these are needed.
    #[must_use]
    pub fn with_vault(self, vault: Vault, needed: Vec<String>) -> Patient {
        Patient { vault: Some((vault, needed)), ..self }
    }

    /// With the sign-ins that its requests are made with.
    #[must_use]
    pub fn signed_in(self, standings: Standings) -> Patient {
        Patient { standings, ..self }
    }

    /// On a disk that is told of instead of this computer's.
    #[must_use]
    pub fn on_disk(self, free_bytes: fn(&Path) -> Option<u64>) -> Patient {
        Patient { free_bytes, ..self }
    }

    /// Whether somebody signed in to `vendor`, rather than entering a key.
    pub(super) fn is_signed_in(&self, vendor: Vendor) -> bool {
        self.config.signed_in.iter().any(|one| one.vendor == vendor)
    }

    /// What `vendor` is reached with, in a word.
    pub(super) fn credential(&self, vendor: Vendor) -> &'static str {
        match vendor {
            _ if self.is_signed_in(vendor) => "sign-in",
            Vendor::Front => "token",
            Vendor::Aircall | Vendor::Gorgias => "key",
        }
    }

    pub(super) fn mode(&self) -> Mode {
        self.config.settings.logging.mode.0
    }

    /// Whether a hub of this configuration runs, here or in another program.
    pub(super) async fn is_served(&self) -> bool {
        if self.engine.is_some() {
            return true;
        }
        let connecting = tokio::net::TcpStream::connect(self.config.listen);
        matches!(tokio::time::timeout(std::time::Duration::from_secs(1), connecting).await, Ok(Ok(_)))
    }

    /// The id that our webhook's address ends in; `None` before the first start, or if it cannot be read now.
    pub(super) async fn installation(&self) -> Option<Uuid> {
        if let Some(engine) = &self.engine {
            return Some(engine.installation());
        }
        let kept = database::remembered(&self.config.database, &INSTALLATION_KEPT_IN).await;
        kept.ok().flatten()?.parse().ok()
    }

    /// Whether a vendor's limit leaves room for what only rounds off the picture. Calls come first.
    pub(super) fn has_room(&self, vendor: Vendor) -> bool {
        let Some(engine) = &self.engine else { return true };
        let health = engine.health();
        let Some(budget) = health.budgets.iter().find(|budget| budget.vendor == vendor) else { return true };
        let used = budget.ours.saturating_add(budget.others).saturating_add(budget.reserve);
        budget.paused_until.is_none()
            && budget.limit.saturating_sub(used) >= NEEDED_REQUESTS.min(budget.limit / 2)
    }
}

/// Whether an address stays on this computer.
pub(super) fn is_here(address: &str) -> bool {
    Url::parse(address).is_ok_and(|url| is_loopback(&url))
}
