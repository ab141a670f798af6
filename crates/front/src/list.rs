//! Lists, and walking them page by page.

use serde_json::Value;

use crate::{Request, lenient};

/// The most items a page can have (`reference/front.md §2.3`).
pub const MAX_LIMIT: u32 = 100;

/// A list, or one page of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<T> {
    /// The items that could be read.
    pub items: Vec<T>,
    /// How many items could not be read, for instance for want of an id.
    pub odd: usize,
    /// The query string of the next page, as Front wrote it; `None` at the end. See [`Request::at_page`].
    pub next: Option<String>,
    /// How many there are in all; only searches say.
    pub total: Option<u64>,
}

/// Brings a limit into the range that Front takes.
pub(crate) fn limit(wanted: Option<u32>) -> Option<u32> {
    wanted.map(|limit| limit.clamp(1, MAX_LIMIT))
}

impl<T> List<T> {
    pub(crate) fn read(
        body: &Value,
        items: &[Value],
        read: impl Fn(&Value) -> Option<T>,
    ) -> Result<Self, String> {
        let read: Vec<T> = items.iter().filter_map(read).collect();
        Ok(Self {
            odd: items.len() - read.len(),
            items: read,
            next: next(body)?,
            total: lenient::count(body, "_total"),
        })
    }
}

/// The query of `_pagination.next`.
///
/// Host and path of the link are dropped: it names the company's host where we may use another, and a link must
/// never lead a credential elsewhere. A link that leads nowhere is an error rather than the end, since a list cut
/// short looks like one whose rest was deleted.
fn next(body: &Value) -> Result<Option<String>, String> {
    let link = body.get("_pagination").and_then(|paging| lenient::text(paging, "next"));
    let Some(link) = link else {
        return Ok(None);
    };
    match link.split('#').next().and_then(|link| link.split_once('?')) {
        Some((_, query)) if !query.is_empty() => Ok(Some(query.to_owned())),
        _ => Err("the link to the next page has no page in it".to_owned()),
    }
}

impl<T> Request<List<T>> {
    /// The request for the page after `list`, which must be an answer to this request.
    pub fn next_page(&self, list: &List<T>) -> Option<Self> {
        let next = self.at_page(list.next.as_deref()?);
        // A link to the page at hand would be walked for ever.
        (next.path() != self.path()).then_some(next)
    }

    /// The same list from the page that [`List::next`] named, for a walk that goes on later.
    pub fn at_page(&self, next: &str) -> Self {
        let base = self.path().split('?').next().unwrap_or_default();
        self.with_path(&format!("{base}?{}", next.split('#').next().unwrap_or_default()))
    }
}
