//! How Gorgias refuses (`reference/gorgias.md §4`): one envelope, with `data` per field for validation, and
//! an HTML page where the account itself is unknown.

use serde_json::{Map, Value, json};

use crate::wire::Answered;

pub(crate) fn error(status: u16, message: &str) -> Answered {
    Answered::json(status, &json!({"error": {"msg": message}}))
}

/// 400 with what is wrong per field.
pub(crate) fn invalid(doing: &str, problems: Map<String, Value>) -> Answered {
    Answered::json(400, &json!({"error": {"msg": format!("Failed to {doing}"), "data": problems}}))
}

/// 400 with one field and one text.
pub(crate) fn invalid_field(doing: &str, field: &str, text: &str) -> Answered {
    let mut problems = Map::new();
    problems.insert(field.to_owned(), json!([text]));
    invalid(doing, problems)
}

pub(crate) fn not_found() -> Answered {
    error(404, "Resource not found.")
}

pub(crate) fn wrong_method() -> Answered {
    error(405, "Method not allowed.")
}

pub(crate) fn conflict() -> Answered {
    error(409, "The resource already exists.")
}

/// What a subdomain without an account answers.
pub(crate) fn no_such_account() -> Answered {
    Answered::html(404, "<!doctype html><title>Not found</title><h1>This account does not exist</h1>")
}

/// The plain text for a status, for injected faults.
pub(crate) fn plain(status: u16) -> Answered {
    let message = match status {
        401 => "Unauthorized.",
        403 => "Forbidden.",
        429 => "Too many requests.",
        503 => "An external service had an issue.",
        _ => "An error occurred.",
    };
    error(status, message)
}
