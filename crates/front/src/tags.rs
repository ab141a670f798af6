//! The company's tags. Tagging a conversation is in [`crate::conversations`]; an import names its tags
//! ([`crate::messages`]).

use serde_json::{Map, Value, json};

use crate::{
    List, Request, TagId,
    lenient::{self, Object, insert_some, list as many, one},
    list::limit,
    query::Query,
};

/// The longest name of a tag, in characters (`reference/front.md §3.6`).
pub const LONGEST_NAME_CHARS: usize = 64;

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tag {
    /// Front's id.
    pub id: TagId,
    /// Its name.
    pub name: Option<String>,
    /// Whether it is one person's.
    pub is_private: Option<bool>,
}

impl Tag {
    /// Reads a tag; `None` without an id.
    pub fn from_value(value: &Value) -> Option<Self> {
        Some(Self {
            id: lenient::id(value, TagId::new)?,
            name: lenient::text(value, "name"),
            is_private: lenient::flag(value, "is_private"),
        })
    }
}

impl Object for Tag {
    const NAME: &'static str = "tag";

    fn read(value: &Value) -> Option<Self> {
        Self::from_value(value)
    }
}

/// A tag to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTag {
    /// Its name; what is beyond [`LONGEST_NAME_CHARS`] is cut off.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
}

/// All tags that the token sees: the company's, the teams', the teammates'. `limit` is 1 to
/// [`MAX_LIMIT`](crate::MAX_LIMIT).
pub fn list(max: Option<u32>) -> Request<List<Tag>> {
    let mut query = Query::default();
    query.push_some("limit", limit(max));
    Request::get(query.on("/tags"), many)
}

/// Makes a tag for the whole company.
pub fn create(tag: &NewTag) -> Request<Tag> {
    let name: String = tag.name.chars().take(LONGEST_NAME_CHARS).collect();
    let mut body = Map::from_iter([("name".to_owned(), json!(name))]);
    insert_some(&mut body, "description", tag.description.as_deref());
    Request::post("/company/tags", body.into(), one)
}
