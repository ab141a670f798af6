//! What happens to a call: inbox → call → card → record − ledger = plan → outbox.
//!
//! The engine knows neither HTTP servers nor windows. It gets its clock, its transport and its store from outside,
//! so that a simulated day runs inside one process in seconds. `ARCHITECTURE.md` walks one call through these files.

pub mod account;
pub mod act;
mod assessing;
pub mod backfill;
pub mod budget;
pub mod call;
mod candidates;
pub mod choice;
pub mod clinic;
pub mod clock;
pub mod conversation;
pub mod desk;
pub mod dial;
pub mod directory;
mod engine;
pub mod erasing;
pub mod files;
mod foresight;
pub mod forgetting;
pub mod front;
pub mod gap;
mod gate;
pub mod gorgias;
mod handle;
mod health;
pub mod helpdesk;
mod inbox;
pub mod keep;
mod knowledge;
pub mod ledger;
mod matched_by;
pub mod number;
mod open_records;
pub mod others;
pub mod outline;
pub mod own_comment;
mod readiness;
pub mod search;
pub mod settings;
pub mod store;
pub mod study;
pub mod telling;
mod texting;
mod tokens;
mod transfer;
pub mod transport;
mod view;
mod whom;
pub mod windows;
mod words;

pub use engine::{AdoptProgress, Declined, Engine, Parts, TOO_LITTLE_BYTES};
pub use handle::{Desired, Handle};

/// What a person decides while no engine runs.
pub mod without_engine {
    pub use crate::engine::helpdesks::had_a_helpdesk;
    pub use crate::engine::without_one::{
        come_back, is_paused, leave_company, logging_ends, pause, stop_backfills, uninstall,
    };
}

/// The crates that may say more than `info` in the log, by how their names begin: what they say at `debug` and `trace` has no
/// number, no name and no secret (B12). Others print requests, mails and the parameters of queries there.
pub const MAY_SAY_MORE: [&str; 4] = ["sidetone", "aircall", "gorgias", "front"];

/// Which webhooks at Aircall are ours, and what they listen to (C1, B16).
pub mod webhooks {
    pub use crate::engine::webhook::{EVENTS, host, owner};
}
