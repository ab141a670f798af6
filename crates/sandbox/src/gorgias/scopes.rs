//! The permission that each route needs (`reference/gorgias.md §2.1`). An app has those that its admin consented to; an API
//! key has what its user's role allows, which is everything unless a switch says otherwise.

use http::Method;

use super::state::State;
use crate::wire::Asked;

/// The scope that stands for all writing, until the vendor takes it away.
const WRITE_ALL: &str = "write:all";

/// Whether the credential may ask this. `scope` is the app's, space separated; `None` for an API key.
pub(crate) fn are_enough(state: &State, asked: &Asked, scope: Option<&str>) -> bool {
    let Some(needed) = needed(state, asked) else { return true };
    let is_consented = scope.is_none_or(|scope| {
        scope.split_whitespace().any(|has| has == needed || (has == WRITE_ALL && needed.ends_with(":write")))
    });
    is_consented && !state.switches.missing_scopes.iter().any(|missing| missing == needed)
}

/// `None` where any credential will do, also because nobody knows the name.
fn needed(state: &State, asked: &Asked) -> Option<&'static str> {
    let can =
        |read: &'static str, write: &'static str| if asked.method == Method::GET { read } else { write };
    Some(match asked.segments().as_slice() {
        ["api", "account", ..] => "account:read",
        ["api", "users", ..] => "users:read",
        ["api", "integrations", ..] => can("integrations:read", "integrations:write"),
        // Searching is asking, though it is a POST.
        ["api", "search"] => "customers:read",
        ["api", "customers", ..] => can("customers:read", "customers:write"),
        ["api", "tags", ..] if state.switches.tags_have_scopes => can("tags:read", "tags:write"),
        ["api", "tickets" | "messages" | "tags", ..] => can("tickets:read", "tickets:write"),
        _ => return None,
    })
}
