//! The Front stand-in refuses and answers as the reference says the service does (`reference/front.md §11`).

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;
mod front;
