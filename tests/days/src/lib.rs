//! Virtual days: the engine and the stand-ins for both vendors in one process, on one paused clock.
//!
//! [`day::Day`] is what the engine's own tests drive by hand. [`chaos`] goes further: a seed gives the script of a day
//! ([`scenes`]) and, from a second stream, what goes wrong in it ([`throw`]). The day is lived twice, once quiet and
//! once in trouble, and both must leave the same records in the helpdesk ([`records`], `design.md` §7) and keep what the
//! laws promise ([`promises`]).
//!
//! Deliberately not here: the real program on real sockets (`crates/hub/tests`), and rules of the engine. This package
//! is for tests only; nothing that is shipped depends on it.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a step that fails ends its test, and says where

pub mod cast;
pub mod chance;
pub mod chaos;
pub mod company;
pub mod day;
pub mod deliveries;
pub mod life;
pub mod lifeline;
pub mod losses;
pub mod people;
pub mod promises;
pub mod records;
pub mod scenes;
pub mod script;
pub mod server;
pub mod steps;
pub mod stores;
pub mod throw;
pub mod trouble;
