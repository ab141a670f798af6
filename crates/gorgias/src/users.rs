//! Users: the staff of the helpdesk. Customers are elsewhere ([`crate::customers`]).

use serde_json::Value;

use crate::{
    List, Request,
    lenient::{self, Object, list as many, one},
    list::limit,
    query::Query,
};

/// A user of the helpdesk.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct User {
    /// Gorgias' id.
    pub id: u64,
    /// Match it without regard to case.
    pub email: Option<String>,
    /// Full name.
    pub name: Option<String>,
    /// False after deactivation.
    pub active: Option<bool>,
    /// `admin`, `agent`, `basic-agent`, `lite-agent`, `observer-agent`; never let a `bot` or `internal-agent` write
    /// or be assigned (`reference/gorgias.md §6.5`).
    pub role: Option<String>,
}

impl User {
    /// Reads a user; `None` without an id.
    pub fn from_value(value: &Value) -> Option<Self> {
        Some(Self {
            id: lenient::id(value, "id")?,
            email: lenient::text(value, "email"),
            name: lenient::text(value, "name"),
            active: lenient::flag(value, "active"),
            role: value.get("role").and_then(|role| lenient::text(role, "name")),
        })
    }
}

impl Object for User {
    const NAME: &'static str = "user";

    fn read(value: &Value) -> Option<Self> {
        Self::from_value(value)
    }
}

/// Which users to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListUsers {
    /// Exactly this address.
    pub email: Option<String>,
    /// Any of these roles.
    pub roles: Vec<String>,
    /// Where a page begins.
    pub cursor: Option<String>,
    /// 1 to 100; Gorgias' default is 30.
    pub limit: Option<u32>,
}

/// The users that match.
pub fn list(users: &ListUsers) -> Request<List<User>> {
    let mut query = Query::default();
    query.push_some("email", users.email.as_deref());
    for role in &users.roles {
        query.push("roles", role);
    }
    query.push_some("cursor", users.cursor.as_deref()).push_some("limit", limit(users.limit));
    Request::get(query.on("/api/users"), many)
}

/// The user behind the credential (`reference/gorgias.md §1`).
pub fn me() -> Request<User> {
    Request::get("/api/users/0", one)
}
