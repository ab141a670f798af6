//! Inboxes, and who has access to them.

use http::Method;
use serde_json::{Map, Value, json};

use crate::{
    InboxId, List, Request, TeamId, Teammate, TeammateRef,
    lenient::{self, Object, insert_list, insert_some, list as many, one},
    query::segment,
    request::nothing,
};

/// An inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Inbox {
    /// Front's id.
    pub id: InboxId,
    /// Its name. Nothing makes it unique (`reference/front.md §6`).
    pub name: Option<String>,
    /// Whether it is one person's.
    pub is_private: Option<bool>,
    /// Whether all of its team see it.
    pub is_public: Option<bool>,
}

impl Inbox {
    /// Reads an inbox; `None` without an id.
    pub fn from_value(value: &Value) -> Option<Self> {
        Some(Self {
            id: lenient::id(value, InboxId::new)?,
            name: lenient::text(value, "name"),
            is_private: lenient::flag(value, "is_private"),
            is_public: lenient::flag(value, "is_public"),
        })
    }
}

impl Object for Inbox {
    const NAME: &'static str = "inbox";

    fn read(value: &Value) -> Option<Self> {
        Self::from_value(value)
    }
}

/// An inbox to be made. Look for its name first: a second one would be made without a word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewInbox {
    /// Its name.
    pub name: String,
    /// Who has access.
    pub teammates: Vec<TeammateRef>,
    /// Whether all of its team see it.
    pub is_public: Option<bool>,
}

impl NewInbox {
    fn body(&self) -> Value {
        let mut body = Map::from_iter([("name".to_owned(), json!(self.name))]);
        insert_list(&mut body, "teammate_ids", &references(&self.teammates));
        insert_some(&mut body, "is_public", self.is_public);
        body.into()
    }
}

/// All inboxes. Not paged (`reference/front.md §2.3`).
pub fn list() -> Request<List<Inbox>> {
    Request::get("/inboxes", many)
}

/// One inbox.
pub fn get(inbox: &InboxId) -> Request<Inbox> {
    Request::get(path(inbox), one)
}

/// Makes an inbox in the oldest team that the token sees (`reference/front.md §3.6`).
pub fn create(inbox: &NewInbox) -> Request<Inbox> {
    Request::post("/inboxes", inbox.body(), one)
}

/// Makes an inbox in this team.
pub fn create_in_team(team: &TeamId, inbox: &NewInbox) -> Request<Inbox> {
    Request::post(format!("/teams/{}/inboxes", segment(team.as_str())), inbox.body(), one)
}

/// Who has access to an inbox.
pub fn teammates(inbox: &InboxId) -> Request<List<Teammate>> {
    Request::get(format!("{}/teammates", path(inbox)), many)
}

/// Gives teammates access to an inbox.
pub fn add_teammates(inbox: &InboxId, teammates: &[TeammateRef]) -> Request<()> {
    let body = json!({ "teammate_ids": references(teammates) });
    Request::new(Method::POST, format!("{}/teammates", path(inbox)), Some(body), nothing)
}

pub(crate) fn path(inbox: &InboxId) -> String {
    format!("/inboxes/{}", segment(inbox.as_str()))
}

fn references(teammates: &[TeammateRef]) -> Vec<String> {
    teammates.iter().map(TeammateRef::in_body).collect()
}
