//! The types that cross from the engine's faces to a window or a browser.
//!
//! Declared once, here; the TypeScript in `ui/src/wire/` is generated from them by
//! `cargo test -p sidetone-protocol` and committed (a difference fails `.ci/run`).
//!
//! Deliberately not here: rules, texts of the windows (the pages hold the three catalogues), vendor objects.
//! Times are unix seconds (UTC); the page shows them in the reader's zone. Ids are strings, because call ids are
//! 64-bit and a browser's numbers are not.

mod account;
mod actions;
mod backfill;
mod call;
mod desk;
mod health;
mod live;
mod message;
mod numbers;
mod privacy;
mod recordings;
mod records;
mod recovery;
mod setup;
mod telling;

pub use account::*;
pub use actions::*;
pub use backfill::*;
pub use call::*;
pub use desk::*;
pub use health::*;
pub use live::*;
pub use message::*;
pub use numbers::*;
pub use privacy::*;
pub use recordings::*;
pub use records::*;
pub use recovery::*;
pub use setup::*;
pub use telling::*;
