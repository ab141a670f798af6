//! Aircall's pages: `per_page` clamped in silence, nothing past 10 000, link keys in `meta`
//! (`reference/aircall.md §3`).

use serde_json::{Value, json};

use super::errors;
use crate::wire::{Answered, Asked};

const DEFAULT_PER_PAGE: u64 = 20;
const MOST_PER_PAGE: u64 = 50;
const CAP: u64 = 10_000;

/// Whether `meta` has the links; the webhooks' list has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Links {
    Told,
    Untold,
}

/// One page of `items` under `key`. Items are written only when they are on the page.
pub(crate) fn page<T>(
    asked: &Asked,
    origin: &str,
    key: &str,
    links: Links,
    items: &[T],
    write: impl Fn(&T) -> Value,
) -> Answered {
    let number = |name: &str| asked.param(name).and_then(|value| value.parse::<u64>().ok());
    let page = number("page").unwrap_or(1).max(1);
    let per_page = number("per_page").unwrap_or(DEFAULT_PER_PAGE).clamp(1, MOST_PER_PAGE);
    if page.saturating_mul(per_page) > CAP {
        return errors::past_the_cap();
    }
    let skipped = (page - 1) * per_page;
    let shown: Vec<Value> = items.iter().skip(skipped as usize).take(per_page as usize).map(write).collect();
    let total = items.len() as u64;
    let mut meta = json!({
        "count": shown.len(), "total": total, "current_page": page, "per_page": per_page,
    });
    if links == Links::Told {
        let has_next = skipped + (shown.len() as u64) < total;
        meta["next_page_link"] = json!(has_next.then(|| link(asked, origin, page + 1, per_page)));
        meta["previous_page_link"] = json!((page > 1).then(|| link(asked, origin, page - 1, per_page)));
    }
    Answered::json(200, &json!({"meta": meta, key: shown}))
}

/// The link keeps the filters but forgets `fetch_*` (`reference/aircall.md §3`).
fn link(asked: &Asked, origin: &str, page: u64, per_page: u64) -> String {
    let kept = asked.query.iter().filter(|(key, _)| {
        !key.starts_with("fetch_") && key.as_str() != "page" && key.as_str() != "per_page"
    });
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(kept)
        .append_pair("page", &page.to_string())
        .append_pair("per_page", &per_page.to_string())
        .finish();
    format!("{origin}{}?{query}", asked.path)
}
