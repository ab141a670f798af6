//! How Front refuses (`reference/front.md §2.2`): `_error` with a status and a title, often with a message, sometimes
//! with details, and now and then without either of the first two.

use serde_json::json;

use crate::wire::Answered;

pub(crate) fn error(status: u16, title: &str, message: &str) -> Answered {
    Answered::json(status, &json!({"_error": {"status": status, "title": title, "message": message}}))
}

/// A body that cannot be taken, with what is wrong per field: 400, or what the switch says.
pub(crate) fn invalid(status: u16, details: &[String]) -> Answered {
    let title = if status == 422 { "Unprocessable entity" } else { "Bad request" };
    let message = "Body did not satisfy requirements";
    let error = json!({"status": status, "title": title, "message": message, "details": details});
    Answered::json(status, &json!({"_error": error}))
}

/// 400 for what is not in the body.
pub(crate) fn bad_request(message: &str) -> Answered {
    error(400, "Bad request", message)
}

/// 400 for a body that is no JSON: without status and title.
pub(crate) fn syntax(position: usize) -> Answered {
    let message = format!("Unexpected token in JSON at position {position}");
    Answered::json(400, &json!({"_error": {"message": message}}))
}

pub(crate) fn unauthenticated() -> Answered {
    error(401, "Unauthenticated", "JSON Web Token error")
}

pub(crate) fn missing_scope() -> Answered {
    error(403, "Forbidden", "Missing scope")
}

pub(crate) fn no_access() -> Answered {
    error(403, "Forbidden", "The teammate has no access to this conversation")
}

/// 404 for an alias, and for what is no address at all: without a message.
pub(crate) fn not_found() -> Answered {
    Answered::json(404, &json!({"_error": {"status": 404, "title": "Not found"}}))
}

/// 404 for an id; `what` is for instance `conversation`.
pub(crate) fn unknown(what: &str, id: &str) -> Answered {
    error(404, "Not found", &format!("Unknown {what} ID {id}"))
}

/// 409 with the contacts that have the handle.
pub(crate) fn conflict(contacts: &[String]) -> Answered {
    let message = format!("Your request contains a conflict with the contact(s): {}", contacts.join(", "));
    error(409, "Conflict", &message)
}

/// 409 for an import, where a switch says that it is refused.
pub(crate) fn imported_already() -> Answered {
    error(409, "Conflict", "A message with this external ID was imported already")
}

/// The plain text for a status, for injected faults.
pub(crate) fn plain(status: u16) -> Answered {
    match status {
        401 => unauthenticated(),
        403 => missing_scope(),
        404 => not_found(),
        409 => error(409, "Conflict", "Your request contains a conflict"),
        429 => error(429, "Too many requests", "Rate limit exceeded."),
        503 => error(503, "Service unavailable", "Please try again later"),
        _ => error(status, "Error", "An error occurred"),
    }
}
