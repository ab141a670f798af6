//! The permission that each route needs (`reference/front.md §1.4`; `x-required-scopes` in the vendor's own file).

use http::Method;

/// The scope; `None` where any token will do.
pub(crate) fn needed(method: &Method, path: &[&str]) -> Option<&'static str> {
    let can = |read: &'static str, write: &'static str| if *method == Method::GET { read } else { write };
    Some(match path {
        [.., "download", _] => "attachments:read",
        ["teammates", ..] | ["inboxes", _, "teammates"] if *method == Method::GET => "teammates:read",
        ["inboxes", _, "imported_messages"] | ["channels", _, "incoming_messages"] => "messages:write",
        ["channels", _, "messages"] => "messages:send",
        ["conversations", _, "messages"] => can("messages:read", "messages:send"),
        ["messages", ..] => "messages:read",
        ["comments", ..] | ["conversations", _, "comments"] => can("comments:read", "comments:write"),
        ["events", ..] | ["conversations", _, "events"] => "events:*:read",
        ["conversations", _, "inboxes"] => "inboxes:read",
        ["inboxes", _, "conversations"] => "conversations:read",
        ["channels", ..] | ["inboxes", _, "channels"] => "channels:read",
        ["contacts", _, "conversations"] => "conversations:read",
        ["contacts", _] if *method == Method::DELETE => "contacts:delete",
        ["contacts", ..] => can("contacts:read", "contacts:write"),
        ["conversations", _] if *method == Method::DELETE => "conversations:delete",
        ["conversations", ..] => can("conversations:read", "conversations:write"),
        ["teams", _, "inboxes"] | ["inboxes", ..] => can("inboxes:read", "inboxes:write"),
        ["teams", ..] => "teams:read",
        ["tags", _] if *method == Method::DELETE => "tags:delete",
        ["tags", ..] | ["company", "tags"] => can("tags:read", "tags:write"),
        _ => return None,
    })
}
