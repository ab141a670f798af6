//! Which requests to Front go wrong, and how they are refused.

use super::{Refusals, Requests};

/// What fails for a few requests.
pub(super) const REQUESTS: Requests = &[
    ("POST", "/contacts"),
    ("POST", "/inboxes/"),
    ("POST", "/inboxes"),
    ("POST", "/conversations/"),
    ("PUT", "/conversations/"),
    ("GET", "/contacts/"),
    ("GET", "/conversations/"),
    ("GET", "/messages/"),
    ("GET", "/inboxes"),
    ("GET", "/"),
    ("POST", "/"),
];

/// What Front refuses with, and what for. Not among them: an import that is said to be there already and is not (Front says
/// so itself where it is, and nothing else can be asked of it), and a conversation or message that is said to be missing and
/// is there (who is told so leaves it alone, as if a person had thrown it away).
pub(super) const REFUSED: Refusals = &[
    ("POST", "/contacts", &[400, 403, 409]),
    ("POST", "/inboxes/", &[400, 403, 404]),
    ("POST", "/conversations/", &[400, 403]),
    ("PUT", "/conversations/", &[400, 403]),
    ("GET", "/contacts/alt", &[403]),
    ("GET", "/conversations/", &[403]),
    ("GET", "/messages/", &[403]),
];
