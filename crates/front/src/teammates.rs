//! Teammates: the people who work in Front, and the robots among them.

use serde_json::Value;

use crate::{
    List, Request, TeammateId,
    lenient::{self, Object, list as many, one},
    query::segment,
};

/// A teammate.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Teammate {
    /// Front's id.
    pub id: TeammateId,
    /// Match it without regard to case.
    pub email: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// Whether they may administer the company.
    pub is_admin: Option<bool>,
    /// Whether they are at work.
    pub is_available: Option<bool>,
    /// Whether they were locked out.
    pub is_blocked: bool,
    /// `user`, `visitor`, or what a robot acts for: `api`, `rule`, `ai` … (`reference/front.md §3.6`).
    pub kind: Option<String>,
}

impl Teammate {
    /// Reads a teammate; `None` without an id.
    pub fn from_value(value: &Value) -> Option<Self> {
        Some(Self {
            id: lenient::id(value, TeammateId::new)?,
            email: lenient::text(value, "email"),
            first_name: lenient::text(value, "first_name"),
            last_name: lenient::text(value, "last_name"),
            is_admin: lenient::flag(value, "is_admin"),
            is_available: lenient::flag(value, "is_available"),
            is_blocked: lenient::flag(value, "is_blocked").unwrap_or(false),
            kind: lenient::text(value, "type"),
        })
    }

    /// First and last name, as far as there are any.
    pub fn name(&self) -> Option<String> {
        let parts: Vec<&str> =
            [&self.first_name, &self.last_name].into_iter().flatten().map(String::as_str).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }

    /// Whether this is somebody who can be assigned work and write in their own name: no robot, no visitor, not locked
    /// out.
    pub fn is_at_work(&self) -> bool {
        !self.is_blocked && self.kind.as_deref().is_none_or(|kind| kind == "user")
    }
}

impl Object for Teammate {
    const NAME: &'static str = "teammate";

    fn read(value: &Value) -> Option<Self> {
        Self::from_value(value)
    }
}

/// Which teammate is meant. Front takes an alias in paths, as a comment's author and among an inbox's members, but
/// speaks of ids only where a conversation is assigned (`reference/front.md §3.1`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TeammateRef {
    /// The one with this id.
    Id(TeammateId),
    /// The one with this e-mail address.
    Email(String),
}

impl TeammateRef {
    /// As a body names the teammate: as it is.
    pub(crate) fn in_body(&self) -> String {
        match self {
            Self::Id(id) => id.to_string(),
            Self::Email(email) => format!("alt:email:{email}"),
        }
    }

    fn in_path(&self) -> String {
        match self {
            Self::Id(id) => segment(id.as_str()),
            Self::Email(email) => format!("alt:email:{}", segment(email)),
        }
    }
}

impl From<TeammateId> for TeammateRef {
    fn from(id: TeammateId) -> Self {
        Self::Id(id)
    }
}

/// Everybody, robots included. Not paged (`reference/front.md §2.3`).
pub fn list() -> Request<List<Teammate>> {
    Request::get("/teammates", many)
}

/// One teammate.
pub fn get(teammate: &TeammateRef) -> Request<Teammate> {
    Request::get(format!("/teammates/{}", teammate.in_path()), one)
}
