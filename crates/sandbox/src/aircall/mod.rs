//! The Aircall stand-in, written from `reference/aircall.md` and from nothing of the client's: the company's
//! world, the life of a call, text messages, the REST face, and webhooks with their deliveries.

mod aftermath;
mod agents;
pub(crate) mod call;
pub(crate) mod delivery;
mod errors;
pub(crate) mod life;
pub(crate) mod limits;
mod media;
pub(crate) mod oauth;
pub(crate) mod odd;
mod paging;
pub(crate) mod rest;
pub(crate) mod service;
pub(crate) mod shapes;
pub(crate) mod state;
pub(crate) mod switches;
pub(crate) mod texts;
mod transfers;
pub(crate) mod webhooks;
pub mod world;
mod writes;
