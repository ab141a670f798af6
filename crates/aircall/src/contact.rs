//! A contact of Aircall's own address book.

use serde_json::Value;

use crate::lenient::{self, Object};

/// A shared contact. Contacts synced from a CRM never appear (`reference/aircall.md §4.5`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Contact {
    /// Aircall's id.
    pub id: u64,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// Company.
    pub company_name: Option<String>,
    /// Free text.
    pub information: Option<String>,
    /// E-mail addresses, at most 20.
    pub emails: Vec<ContactDetail>,
    /// Phone numbers in E.164, at most 20.
    pub phone_numbers: Vec<ContactDetail>,
}

/// An e-mail address or a phone number of a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContactDetail {
    /// What it is called, for instance `Work`.
    pub label: Option<String>,
    /// The address or number.
    pub value: String,
}

impl Contact {
    /// Reads a contact; `None` without an id.
    pub fn from_value(value: &Value) -> Option<Self> {
        Some(Self {
            id: lenient::id(value, "id")?,
            first_name: lenient::text(value, "first_name"),
            last_name: lenient::text(value, "last_name"),
            company_name: lenient::text(value, "company_name"),
            information: lenient::text(value, "information"),
            emails: lenient::list(value, "emails", ContactDetail::read),
            phone_numbers: lenient::list(value, "phone_numbers", ContactDetail::read),
        })
    }
}

impl Object for Contact {
    const SINGULAR: &'static str = "contact";
    const PLURAL: &'static str = "contacts";

    fn read(value: &Value) -> Option<Self> {
        Self::from_value(value)
    }
}

impl ContactDetail {
    fn read(value: &Value) -> Option<Self> {
        Some(Self { label: lenient::text(value, "label"), value: lenient::text(value, "value")? })
    }
}
