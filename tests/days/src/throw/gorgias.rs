//! Which requests to Gorgias go wrong, and how they are refused.

use super::{Refusals, Requests};

/// What fails for a few requests.
pub(super) const REQUESTS: Requests = &[
    ("POST", "/api/customers"),
    ("POST", "/api/tickets"),
    ("PUT", "/api/tickets"),
    ("PUT", "/api/customers"),
    ("DELETE", "/api/tickets"),
    ("POST", "/api/tags"),
    ("GET", "/api/"),
    ("POST", "/api/tickets/"),
    ("POST", "/api/"),
];

/// What the helpdesk refuses with, and what for. Not among them: a ticket that is said to be missing and is there (who is
/// told so leaves it alone, as if a person had thrown it away), a customer that is said to be invalid (made once more
/// without the e-mail address, as a note says), and a note that is (it goes without its file, and says so).
pub(super) const REFUSED: Refusals = &[
    ("POST", "/api/customers", &[403, 404, 409]),
    ("PUT", "/api/customers", &[400, 403, 404, 409]),
    ("POST", "/api/tickets", &[400, 403, 404, 409]),
    ("POST", "/api/tickets/", &[403, 404, 409]),
    ("PUT", "/api/tickets", &[400, 403, 404, 409]),
    ("DELETE", "/api/tickets", &[400, 403, 404, 409]),
    ("POST", "/api/tags", &[400, 403, 404, 409]),
    ("GET", "/api/customers", &[403, 404]),
    ("GET", "/api/messages", &[403, 404]),
];
