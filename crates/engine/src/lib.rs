//! What happens to a call: inbox → call → card → record − ledger = plan → outbox.
//!
//! The engine knows neither HTTP servers nor windows. It gets its clock, its transport and its store from outside,
//! so that a simulated day runs inside one process in seconds. `ARCHITECTURE.md` walks one call through these files.

pub mod budget;
pub mod call;
pub mod clinic;
pub mod clock;
pub mod directory;
mod engine;
mod gate;
pub mod gorgias;
mod handle;
mod health;
pub mod helpdesk;
mod inbox;
mod knowledge;
pub mod ledger;
pub mod number;
mod readiness;
pub mod settings;
pub mod store;
pub mod transport;
mod view;
mod words;

pub use engine::{AdoptProgress, Engine, Parts};
pub use handle::Handle;
