//! The Front stand-in, written from `reference/front.md` (§11 is its contract) and from nothing of the client's: strict
//! where the vendor is strict, with a switch for each point that nobody has confirmed. Application channels,
//! voice calls, drafts, discussions, ticketing and webhooks are left out.

pub(crate) mod address_book;
mod arrivals;
mod changes;
mod comments;
mod contacts;
mod conversations;
mod directory;
mod dump;
mod errors;
pub(crate) mod events;
mod fields;
mod files;
mod handles;
mod ids;
pub(crate) mod imports;
pub(crate) mod limits;
mod lists;
mod merges;
pub(crate) mod messages;
pub(crate) mod oauth;
pub(crate) mod objects;
mod parts;
mod rest;
mod rules;
mod scopes;
mod search;
pub(crate) mod service;
pub(crate) mod shapes;
pub(crate) mod state;
pub(crate) mod switches;
mod tags;
mod threads;
mod updates;
pub mod world;

pub(crate) use dump::dump;
pub(crate) use ids::{Kind, read, written};
pub(crate) use merges::{delete_conversation, merge_contacts, merge_conversations};
pub(crate) use rest::by_a_person;
