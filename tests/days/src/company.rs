//! Somebody else of the company who has Aircall's key: an admin in the Dashboard, another program.

use http_body_util::BodyExt;
use serde_json::Value;
use sidetone_sandbox::aircall_world;
use tower::ServiceExt;

use crate::day::Day;

/// What Aircall's API answers.
///
/// # Panics
/// If it refuses.
pub async fn at_aircall(day: &Day, method: &str, path: &str, body: Value) -> Value {
    let request = http::Request::builder()
        .method(method)
        .uri(path)
        .header("host", "127.0.0.1")
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {}", aircall_world::BEARER))
        .body(axum::body::Body::from(if body.is_null() { String::new() } else { body.to_string() }))
        .unwrap();
    let answer = day.sandbox.aircall_router().oneshot(request).await.unwrap();
    assert!(answer.status().is_success(), "{method} {path}: {}", answer.status());
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    serde_json::from_slice(&body).unwrap_or_default()
}
