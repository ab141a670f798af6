//! Signing in, as far as the three vendors do it alike: an app that is registered, an admin who consents on a page, a code
//! that is good once and for a while. What a code is exchanged for is each vendor's own (`aircall/oauth.rs`,
//! `gorgias/oauth.rs`, `front/oauth.rs`).

mod app;
mod authorize;
mod client;
mod codes;

pub use app::{App, AuthorizeFaults, Redirect};
pub(crate) use authorize::{Asks, Offer, SignsIn, Verdict, authorize, decide};
pub(crate) use client::{Fields, Secrets, error, is_the_app};
pub(crate) use codes::{Codes, masked};
