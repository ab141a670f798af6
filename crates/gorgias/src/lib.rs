//! A client of the Gorgias REST API that does no I/O.
//!
//! A request is a value ([`Request`]), an answer is parsed by the request that asked for it. The caller brings
//! the HTTP library, the clock and the patience; the library must not follow redirects, because a 301 is news
//! here ([`ErrorKind::Merged`]):
//!
//! ```
//! use gorgias::{Account, Credential, customers};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let account = Account::for_subdomain("acme", Credential::basic("ada@example.com", "key"))?;
//! let to_send: http::Request<bytes::Bytes> = customers::by_phone("+12025550142").to_http(&account);
//! assert_eq!(to_send.uri().host(), Some("acme.gorgias.com"));
//! assert_eq!(to_send.uri().query(), Some("channel_type=phone&channel_address=%2B12025550142"));
//! # Ok(())
//! # }
//! ```
//!
//! There is one module per resource, holding its objects and its requests. Objects are read leniently: what is
//! absent, null or of a wrong type is `None`. Bodies are the opposite: they hold documented fields and nothing
//! else, because Gorgias refuses unknown ones with 400 (`reference/gorgias.md §4`).
//!
//! Deliberately not here: retrying, pacing, storage, and any way to make Gorgias send something to a customer:
//! every message of ours is an internal note or was already sent elsewhere ([`messages`]).

mod account;
pub mod accounts;
pub mod customers;
mod error;
mod error_text;
pub mod files;
mod lenient;
mod list;
pub mod messages;
mod query;
mod request;
pub mod search;
mod secret;
pub mod tags;
pub mod tickets;
pub mod users;

pub use account::{Account, AccountError, Credential, subdomain_of};
pub use customers::{Channel, Customer, CustomerUpdate, NewChannel, NewCustomer};
pub use error::{Error, ErrorKind};
pub use files::File;
pub use list::{List, MAX_LIMIT, OrderBy};
pub use messages::{Author, Body, Medium, Message, NewMessage, Original, Party};
pub use request::{Request, answered_at, rate};
pub use secret::Secret;
pub use tags::{NewTag, Tag};
pub use tickets::{Assign, NewTicket, Ticket, TicketStatus, TicketUpdate};
pub use users::User;
