//! Teams, which Front's pages call workspaces: where an inbox is made.

use serde_json::Value;

use crate::{
    List, Request, TeamId,
    lenient::{self, Object, list as many},
};

/// A team.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Team {
    /// Front's id.
    pub id: TeamId,
    /// Its name.
    pub name: Option<String>,
}

impl Object for Team {
    const NAME: &'static str = "team";

    fn read(value: &Value) -> Option<Self> {
        Some(Self { id: lenient::id(value, TeamId::new)?, name: lenient::text(value, "name") })
    }
}

/// All teams. Not paged (`reference/front.md §2.3`).
pub fn list() -> Request<List<Team>> {
    Request::get("/teams", many)
}
