//! The shapes in which Aircall refuses (`reference/aircall.md §2.3`). A client has to read all of them.

use serde_json::{Value, json};

use crate::wire::Answered;

/// The gateway's own answers: 401, 403, 404.
pub(crate) fn gateway(status: u16) -> Answered {
    Answered::json(status, &json!({"message": crate::wire::code(status).canonical_reason()}))
}

/// The application's 400.
pub(crate) fn bad_request(troubleshoot: &str) -> Answered {
    Answered::json(400, &json!({"error": "Bad Request", "troubleshoot": troubleshoot}))
}

/// The state does not allow it: 405 with `success: false`.
pub(crate) fn not_allowed(troubleshoot: &str) -> Answered {
    let body = json!({"error": "Method Not Allowed", "troubleshoot": troubleshoot, "success": false});
    Answered::json(405, &body)
}

/// Fields that do not pass: `errors` is an object.
pub(crate) fn invalid(field: &str, text: &str) -> Answered {
    let errors: Value = json!({field: [text]});
    Answered::json(400, &json!({"error": "Bad Request", "success": false, "errors": errors}))
}

/// Paging past 10 000: `errors` is a plain string.
pub(crate) fn past_the_cap() -> Answered {
    Answered::json(
        400,
        &json!({
            "error": "Bad Request",
            "data": null,
            "message": "BAD_REQUEST",
            "errors": "Results are limited to 10k; narrow the query with timestamps or other filters.",
            "troubleshoot": "BAD_REQUEST",
            "success": false,
        }),
    )
}

/// The S3-like store's refusal of a media address.
pub(crate) fn store(status: u16, code: &str, message: &str) -> Answered {
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    Answered::body(status, "application/xml", xml)
}
