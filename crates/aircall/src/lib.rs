//! A client of the Aircall Public API that does no I/O.
//!
//! A request is a value ([`Request`]), an answer is parsed by the request that asked for it. The caller brings
//! the HTTP library, the clock and the patience:
//!
//! ```
//! use aircall::{Account, Credential, calls};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let account = Account::new(aircall::API_URL, Credential::key("id", "token"))?;
//! let request = calls::list(&calls::ListCalls { from: Some(1_790_000_000), ..Default::default() });
//! let to_send: http::Request<bytes::Bytes> = request.to_http(&account);
//! assert_eq!(to_send.uri().host(), Some("api.aircall.io"));
//! // … send it with any HTTP client, then: request.parse(&answer)
//! # Ok(())
//! # }
//! ```
//!
//! There is one module per resource, holding its objects and its requests. Objects are lenient by construction:
//! Aircall leaves keys out of webhooks, abridges nested objects and sends `{}` for nobody, so a field that is
//! absent, null or of a wrong type is `None`, and an odd item of a list does not cost the others.
//!
//! Deliberately not here: retrying, pacing, storage, and the calls of the messaging configuration, which would
//! take a line out of its agents' inbox (`reference/aircall.md §5.7`).

mod account;
pub mod calls;
mod card;
pub mod company;
mod contact;
mod error;
mod error_text;
mod event;
mod lenient;
mod media;
mod message;
pub mod numbers;
mod page;
mod query;
mod request;
mod secret;
pub mod tags;
pub mod teams;
mod unsound;
pub mod users;
pub mod webhooks;

pub use account::{API_URL, Account, AccountError, Credential};
pub use calls::{Call, Comment, RawCall};
pub use card::Card;
pub use company::Company;
pub use contact::{Contact, ContactDetail};
pub use error::{Error, ErrorKind};
pub use event::{Event, NotAnObject};
pub use media::{SignedUrl, media_request};
pub use message::{Media, Message};
pub use numbers::Number;
pub use page::{MAX_PER_PAGE, PAGE_CAP, Page, Paging};
pub use request::{Request, answered_at};
pub use secret::Secret;
pub use tags::{CallTag, Tag};
pub use teams::Team;
pub use users::User;
pub use webhooks::Webhook;
