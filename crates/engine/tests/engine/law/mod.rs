//! Lives of calls, set-ups, and a desk in place of Gorgias, for the laws of the plan.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a failed step fails its test

pub mod decision;
pub mod desk;
pub mod life;
pub mod world;
