//! Signing in to Aircall, Gorgias and Front (OAuth 2, authorization code), and keeping what that gives.
//!
//! A person begins ([`SignIns::begin`]), the browser comes back with a code, the code is exchanged, and the tokens lie in
//! the vault ([`Shelf`]). From then on [`Tokens`] renews them, and [`Authorized`] puts the current one into requests: the
//! engine and the clients know nothing of signing in, their account has [`placeholder`] as its bearer. What is peculiar
//! to a vendor stands in `signin/habits.rs`, each with its source.
//!
//! Deliberately not here: whether the account that was signed in to can do what is needed, and what a new connection
//! changes in the configuration. Whoever holds the settings does that ([`Connects`]).
//!
//! `https://localhost` with a certificate of our own is not offered: every browser warns of such a page, and nobody
//! should learn to click that away. Where a vendor takes no other redirect, the address that the browser ended at is
//! pasted.

mod app;
mod authorized;
mod back;
mod bearers;
mod begun;
mod code;
mod finish;
mod grant;
mod habits;
mod jwt;
mod kept;
mod loopback;
mod page;
mod routes;
mod shelf;
mod signins;
mod store_front;
#[cfg(test)]
mod testing;
mod tokens;

pub use app::{App, AppError};
pub use authorized::{Authorized, placeholder};
pub use back::{DESKTOP_PORT, Ways};
pub use bearers::{Bearers, BySignIn, Standings};
pub use code::Code;
pub use finish::{Connects, SignedIn};
pub use kept::Kept;
pub use routes::{admin_routes, open_routes};
pub(crate) use shelf::ASKS;
pub use shelf::{Shelf, ShelfError};
pub use signins::{BeginError, PasteError, SignIns};
pub use store_front::AskError;
pub use tokens::{NoBearer, Standing, Tokens};
