//! Lists, and walking them by cursor.

use serde_json::Value;

use crate::{Request, query::Query};

/// The most items a list can have (`reference/gorgias.md §5`).
pub const MAX_LIMIT: u32 = 100;

/// A list, or one page of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<T> {
    /// The items that could be read.
    pub items: Vec<T>,
    /// How many items could not be read, for instance for want of an id.
    pub odd: usize,
    /// Where the next page begins; `None` at the end. It does not live long.
    pub next_cursor: Option<String>,
}

/// In which order customers and tickets come.
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

impl OrderBy {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::CreatedAscending => "created_datetime:asc",
            Self::CreatedDescending => "created_datetime:desc",
            Self::UpdatedAscending => "updated_datetime:asc",
            Self::UpdatedDescending => "updated_datetime:desc",
        }
    }
}

/// Brings a limit into the range that Gorgias takes.
pub(crate) fn limit(wanted: Option<u32>) -> Option<u32> {
    wanted.map(|limit| limit.clamp(1, MAX_LIMIT))
}

impl<T> List<T> {
    pub(crate) fn read(
        items: &[Value],
        next_cursor: Option<String>,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Self {
        let read: Vec<T> = items.iter().filter_map(read).collect();
        Self { odd: items.len() - read.len(), items: read, next_cursor }
    }
}

impl<T> Request<List<T>> {
    /// The request for the page after `list`, which must be an answer to this request.
    pub fn next_page(&self, list: &List<T>) -> Option<Self> {
        let cursor = list.next_cursor.as_deref()?;
        let (base, query) = self.path().split_once('?').unwrap_or((self.path(), ""));
        let mut query = Query::read(query);
        query.set("cursor", cursor);
        Some(self.with_path(&query.on(base)))
    }
}
