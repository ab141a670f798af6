//! The account's tags. Tagging a ticket is in [`crate::tickets`].

use serde_json::{Map, Value, json};

use crate::{
    List, Request,
    lenient::{self, Object, insert_some, list as many, one},
    list::limit,
    query::Query,
};

/// A tag of the account. Names are case-sensitive.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tag {
    /// Gorgias' id.
    pub id: u64,
    /// Its name.
    pub name: Option<String>,
}

impl Tag {
    /// Reads a tag; `None` without an id.
    pub fn from_value(value: &Value) -> Option<Self> {
        Some(Self { id: lenient::id(value, "id")?, name: lenient::text(value, "name") })
    }
}

impl Object for Tag {
    const NAME: &'static str = "tag";

    fn read(value: &Value) -> Option<Self> {
        Self::from_value(value)
    }
}

/// Which tags to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListTags {
    /// A part of the name, in any case: compare the answer's names yourself.
    pub search: Option<String>,
    /// Where a page begins.
    pub cursor: Option<String>,
    /// 1 to 100; Gorgias' default is 30.
    pub limit: Option<u32>,
}

/// A tag to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTag {
    /// Its name, at most 256 characters.
    pub name: String,
    /// At most 1024 characters.
    pub description: Option<String>,
    /// `#RRGGBB`.
    pub color: Option<String>,
}

/// The tags that match.
pub fn list(tags: &ListTags) -> Request<List<Tag>> {
    let mut query = Query::default();
    query
        .push_some("search", tags.search.as_deref())
        .push_some("cursor", tags.cursor.as_deref())
        .push_some("limit", limit(tags.limit));
    Request::get(query.on("/api/tags"), many)
}

/// Makes a tag. Whether tagging with an unknown name makes it, is unconfirmed (`reference/gorgias.md §6.4`).
pub fn create(tag: &NewTag) -> Request<Tag> {
    let mut body = Map::from_iter([("name".to_owned(), json!(tag.name))]);
    insert_some(&mut body, "description", tag.description.as_deref());
    insert_some(&mut body, "decoration", tag.color.as_ref().map(|color| json!({ "color": color })));
    Request::post("/api/tags", body.into(), one)
}
