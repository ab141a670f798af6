//! Whether requests and answers are what Front's own OpenAPI file describes. The file lies beside the project, so whatever
//! uses this is asked for explicitly (`-- --ignored`).
//!
//! Used by the client's tests (each request that it can build), by the stand-in's (each answer that it gives), and by the
//! days (what the whole test run asked and was answered). Where the file itself is wrong stands in [`faults`], one by one.
#![allow(clippy::panic)] // a file that cannot be read ends the test, and says why

pub mod exchange;
pub mod faults;
mod openapi;

use std::path::Path;

pub use self::openapi::{Breach, Description};

/// The vendor's file.
///
/// # Panics
/// If it cannot be read.
#[must_use]
pub fn front() -> Description {
    Description::open(Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/specs/front-core.openapi.json"
    )))
}
