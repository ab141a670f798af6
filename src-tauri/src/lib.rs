//! The desktop face of Sidetone: a tray icon, one window that is built when it is needed, and notifications.
//!
//! What happens is decided in [`controller`], which never names Tauri and is tested without a window; [`shell`] is
//! the only module that does. What a call *is* is none of this crate's business: that is the engine behind
//! [`backend::Backend`], and [`compose`] chooses which one.

pub mod args;
pub mod backend;
pub mod compose;
pub mod controller;
#[cfg(not(feature = "fake-backend"))]
pub mod demo;
pub mod desk;
pub mod dialling;
pub mod export;
#[cfg(any(test, feature = "fake-backend"))]
pub mod fake;
pub mod keys;
pub mod links;
pub mod live;
pub mod moment;
pub mod notice;
#[cfg(not(feature = "fake-backend"))]
pub mod own_engine;
pub mod painting;
pub mod remedy;
#[cfg(test)]
mod samples;
pub mod shell;
pub mod tray;
pub mod words;
