//! Contacts, and finding them.
//!
//! A handle belongs to one contact at most, so the alias of a phone number finds the one who has it. There is no
//! search for contacts: any other look-up means walking the list (`reference/front.md §5`).

mod contact;
mod new_contact;

use chrono::{DateTime, Utc};
use http::Method;

pub use self::{
    contact::{Contact, Handle, Source},
    new_contact::{ContactUpdate, NewContact},
};
use crate::{
    ContactId, List, Request,
    lenient::{list as many, one, seconds},
    list::limit,
    query::{Query, segment},
    request::nothing,
};

/// Which contact is meant: by id, or by a handle that is theirs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ContactRef {
    /// The one with this id.
    Id(ContactId),
    /// The one with this handle.
    Handle(Handle),
}

impl ContactRef {
    /// The one with this phone number. Front stores numbers as they were given; a miss of E.164 may be a hit without
    /// the plus (`reference/front.md §5`).
    pub fn phone(number: impl Into<String>) -> Self {
        Self::Handle(Handle::phone(number))
    }

    /// The one with this e-mail address.
    pub fn email(address: impl Into<String>) -> Self {
        Self::Handle(Handle::email(address))
    }

    pub(crate) fn path(&self) -> String {
        match self {
            Self::Id(id) => format!("/contacts/{}", segment(id.as_str())),
            Self::Handle(handle) => {
                format!("/contacts/alt:{}:{}", segment(handle.source.as_str()), segment(&handle.handle))
            }
        }
    }
}

impl From<ContactId> for ContactRef {
    fn from(id: ContactId) -> Self {
        Self::Id(id)
    }
}

/// In which order contacts come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderBy {
    /// Oldest first.
    CreatedAscending,
    /// Newest first.
    CreatedDescending,
    /// Longest untouched first.
    UpdatedAscending,
    /// Touched last first.
    UpdatedDescending,
}

/// Which contacts to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListContacts {
    /// Changed after this.
    pub updated_after: Option<DateTime<Utc>>,
    /// Changed before this.
    pub updated_before: Option<DateTime<Utc>>,
    /// Front's own order if unset.
    pub order_by: Option<OrderBy>,
    /// 1 to [`MAX_LIMIT`](crate::MAX_LIMIT).
    pub limit: Option<u32>,
}

/// A page of all contacts.
pub fn list(contacts: &ListContacts) -> Request<List<Contact>> {
    let order = contacts.order_by.map(|order| match order {
        OrderBy::CreatedAscending => ("created_at", "asc"),
        OrderBy::CreatedDescending => ("created_at", "desc"),
        OrderBy::UpdatedAscending => ("updated_at", "asc"),
        OrderBy::UpdatedDescending => ("updated_at", "desc"),
    });
    let mut query = Query::default();
    query
        .push_some("q[updated_after]", contacts.updated_after.map(seconds))
        .push_some("q[updated_before]", contacts.updated_before.map(seconds))
        .push_some("sort_by", order.map(|(field, _)| field))
        .push_some("sort_order", order.map(|(_, direction)| direction))
        .push_some("limit", limit(contacts.limit));
    Request::get(query.on("/contacts"), many)
}

/// One contact.
pub fn get(contact: &ContactRef) -> Request<Contact> {
    Request::get(contact.path(), one)
}

/// Makes a contact of the company. 409 ([`Conflict`](crate::ErrorKind::Conflict)) when another one has the handle:
/// [`Error::conflicting_contacts`](crate::Error::conflicting_contacts) says which.
pub fn create(contact: &NewContact) -> Request<Contact> {
    Request::post("/contacts", contact.body(), one)
}

/// Changes a contact.
pub fn update(contact: &ContactRef, update: &ContactUpdate) -> Request<()> {
    Request::new(Method::PATCH, contact.path(), Some(update.body()), nothing)
}

/// Gives a contact another handle, next to those they have.
pub fn add_handle(contact: &ContactRef, handle: &Handle) -> Request<()> {
    Request::new(Method::POST, format!("{}/handles", contact.path()), Some(handle.body()), nothing)
}
