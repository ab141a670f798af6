//! The engine's HTTP face: webhooks in, agents' API and event stream out, the pages beside them.
//!
//! No rule about calls lives here; what a route does is one question to the engine's [`Handle`].
//!
//! [`Handle`]: sidetone_engine::Handle

mod account;
mod actions;
mod acts;
pub mod adopt;
mod api;
pub mod backfill;
pub mod config;
mod connections;
mod csv;
pub mod database;
mod decisions;
pub mod doctor;
mod events;
pub mod export;
pub mod house;
pub mod key_file;
pub mod lock;
mod messages;
mod metrics;
mod missed;
pub mod numbers;
mod pages;
pub mod privacy;
mod problem;
mod receiver;
pub mod recordings;
pub mod running;
pub mod seal;
pub mod server;
mod setup;
mod shadow;
pub mod signin;
pub mod study;
pub mod telling;
pub mod transport;
mod unsaid;
pub mod vault;
