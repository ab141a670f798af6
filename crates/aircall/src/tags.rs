//! Tags: the company's list, and those put on a call.

use serde_json::Value;

use crate::{
    Page, Paging, Request, User,
    lenient::{self, Object, page},
};

/// A tag of the company.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tag {
    /// Aircall's id.
    pub id: u64,
    /// Its name, unique in the company.
    pub name: Option<String>,
    /// `#RRGGBB`.
    pub color: Option<String>,
    /// For built-in tags a stable slug such as `queue_callback` (`reference/aircall.md §4.6`).
    pub description: Option<String>,
}

/// A tag on a call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallTag {
    /// The tag's id.
    pub id: u64,
    /// The tag's name.
    pub name: Option<String>,
    /// When it was put there, unix seconds.
    pub tagged_at: Option<i64>,
    /// Who did; `None` for the system's own tags, where Aircall sends `{}`.
    pub tagged_by: Option<User>,
}

impl Tag {
    /// Reads a tag; `None` without an id.
    pub fn from_value(value: &Value) -> Option<Self> {
        Some(Self {
            id: lenient::id(value, "id")?,
            name: lenient::text(value, "name"),
            color: lenient::text(value, "color"),
            description: lenient::text(value, "description"),
        })
    }
}

impl Object for Tag {
    const SINGULAR: &'static str = "tag";
    const PLURAL: &'static str = "tags";

    fn read(value: &Value) -> Option<Self> {
        Self::from_value(value)
    }
}

impl CallTag {
    /// Reads a tag on a call; `None` without an id.
    pub fn from_value(value: &Value) -> Option<Self> {
        Some(Self {
            id: lenient::id(value, "id")?,
            name: lenient::text(value, "name"),
            tagged_at: lenient::time(value, "tagged_at"),
            tagged_by: lenient::object(value, "tagged_by"),
        })
    }
}

/// The company's tags, the built-in ones included.
pub fn list(paging: Paging) -> Request<Page<Tag>> {
    Request::get(paging.on("/v1/tags"), page)
}
