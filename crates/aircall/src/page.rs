//! Paging of lists.

use serde_json::Value;

use crate::{Request, lenient, query::Query};

/// The most items a page can have; Aircall clamps silently above it (`reference/aircall.md §3`).
pub const MAX_PER_PAGE: u32 = 50;

/// `page × per_page` above this is refused with 400 on every list; narrow with `from` and `to` instead
/// (`reference/aircall.md §3`).
pub const PAGE_CAP: u32 = 10_000;

/// Which page of a list, counted from 1, and how long it may be. The default is the first page at full length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    /// From 1.
    pub page: u32,
    /// 1 to [`MAX_PER_PAGE`]; anything else is brought into that range.
    pub per_page: u32,
}

impl Default for Paging {
    fn default() -> Self {
        Self { page: 1, per_page: MAX_PER_PAGE }
    }
}

impl Paging {
    pub(crate) fn write(self, query: &mut Query) {
        query.push("page", self.page.max(1)).push("per_page", self.per_page.clamp(1, MAX_PER_PAGE));
    }

    pub(crate) fn on(self, path: &str) -> String {
        let mut query = Query::default();
        self.write(&mut query);
        query.on(path)
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items that could be read.
    pub items: Vec<T>,
    /// How many items could not be read, for instance for want of an id.
    pub odd: usize,
    /// Path and query of the page that follows; `None` on the last.
    pub next: Option<String>,
    /// How many there are in all, as Aircall says. Not a reason to stop: walk by `next`.
    pub total: Option<u64>,
}

impl<T> Page<T> {
    pub(crate) fn read(
        path: &str,
        meta: Option<&Value>,
        items: &[Value],
        read: impl Fn(&Value) -> Option<T>,
    ) -> Self {
        let read: Vec<T> = items.iter().filter_map(read).collect();
        Self {
            odd: items.len() - read.len(),
            items: read,
            next: meta.and_then(|meta| next(path, meta)),
            total: meta.and_then(|meta| lenient::id(meta, "total")),
        }
    }
}

impl<T> Request<Page<T>> {
    /// The request for the page after `page`, which must be an answer to this request.
    pub fn next_page(&self, page: &Page<T>) -> Option<Self> {
        page.next.as_deref().map(|next| self.with_path(next))
    }
}

/// Where the next page is, seen from `path`.
///
/// Only the query of `next_page_link` is taken; host and path stay our own, so that a link can never lead a
/// credential elsewhere. Parameters the link dropped (`fetch_*`, `reference/aircall.md §3`) are put back.
fn next(path: &str, meta: &Value) -> Option<String> {
    let (base, query) = path.split_once('?').unwrap_or((path, ""));
    let own = Query::read(query);
    let Some(link) = meta.get("next_page_link") else {
        return next_by_count(base, own, meta);
    };
    let (_, query) = link.as_str()?.split_once('?')?;
    let mut query = Query::read(query.split('#').next().unwrap_or_default());
    if query.is_empty() {
        return None;
    }
    query.put_back(own);
    let next = query.on(base);
    // A link to the page at hand would be walked for ever.
    (next != path).then_some(next)
}

/// `/v1/webhooks` has no links (`reference/aircall.md §3`); there the counts must do.
fn next_by_count(base: &str, mut query: Query, meta: &Value) -> Option<String> {
    let (page, per_page) = (lenient::id(meta, "current_page")?, lenient::id(meta, "per_page")?);
    if page.checked_mul(per_page)? >= lenient::id(meta, "total")? {
        return None;
    }
    query.set("page", page + 1);
    Some(query.on(base))
}
