#![doc = include_str!("../README.md")]

mod account;
pub mod comments;
pub mod company;
pub mod contacts;
pub mod conversations;
mod error;
mod error_text;
mod ids;
pub mod inboxes;
mod lenient;
mod link;
mod list;
pub mod messages;
pub mod oauth;
mod query;
mod rate;
mod recipient;
mod request;
mod secret;
pub mod tags;
pub mod teammates;
pub mod teams;
mod upload;

pub use account::{API_URL, APP_URL, Account, AccountError, Credential, open_url};
pub use comments::{Comment, NewComment};
pub use company::Company;
pub use contacts::{Contact, ContactRef, ContactUpdate, Handle, NewContact, Source};
pub use conversations::{Assign, Conversation, ConversationUpdate, NewStatus, Status, StatusFilter};
pub use error::{Error, ErrorKind};
pub use ids::{
    CommentId, CompanyId, ContactId, ConversationId, InboxId, MessageId, MessageUid, TagId, TeamId,
    TeammateId,
};
pub use inboxes::{Inbox, NewInbox};
pub use list::{List, MAX_LIMIT};
pub use messages::{Accepted, Direction, Import, Medium, Message, Party, Thread};
pub use rate::{Burst, Rate};
pub use recipient::Recipient;
pub use request::{Request, answered_at};
pub use secret::Secret;
pub use tags::{NewTag, Tag};
pub use teammates::{Teammate, TeammateRef};
pub use teams::Team;
pub use upload::{FilePart, LARGEST_FILE_BYTES, Upload};
