//! Teams.

use serde_json::Value;

use crate::{
    Page, Paging, Request, User,
    lenient::{self, Object, page},
};

/// A team of users.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Team {
    /// Aircall's id.
    pub id: u64,
    /// Its name, unique in the company.
    pub name: Option<String>,
    /// Its members; absent where a team is nested in a call.
    pub users: Vec<User>,
}

impl Team {
    /// Reads a team; `None` without an id.
    pub fn from_value(value: &Value) -> Option<Self> {
        Some(Self {
            id: lenient::id(value, "id")?,
            name: lenient::text(value, "name"),
            users: lenient::list(value, "users", User::from_value),
        })
    }
}

impl Object for Team {
    const SINGULAR: &'static str = "team";
    const PLURAL: &'static str = "teams";

    fn read(value: &Value) -> Option<Self> {
        Self::from_value(value)
    }
}

/// The company's teams, with their members.
pub fn list(paging: Paging) -> Request<Page<Team>> {
    Request::get(paging.on("/v1/teams"), page)
}
