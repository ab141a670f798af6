//! Who a conversation is with, who a message came from or goes to.

use serde_json::Value;

use crate::{ContactId, lenient, link};

/// A party of a message, or the main one of a conversation (`reference/front.md §3.4`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recipient {
    /// Their number or address.
    pub handle: Option<String>,
    /// Their name.
    pub name: Option<String>,
    /// `from`, `to`, `cc`, `bcc`, `reply-to`.
    pub role: Option<String>,
    /// The contact who has this handle. A line of the company is nobody's.
    pub contact: Option<ContactId>,
}

impl Recipient {
    pub(crate) fn read(value: &Value) -> Option<Self> {
        value.is_object().then(|| Self {
            handle: lenient::text(value, "handle"),
            name: lenient::text(value, "name"),
            role: lenient::text(value, "role"),
            contact: link::related(value, "contact", "contacts").map(ContactId::new),
        })
    }
}
