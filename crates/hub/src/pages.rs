//! The pages of `ui/`, the same build that the desktop shows, served to a browser.

use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

use crate::problem::Problem;

/// Nothing but our own files, nothing inline, no frame around us.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

#[derive(RustEmbed)]
#[folder = "../../ui/dist"]
#[allow_missing = true]
struct Built;

/// A file of the pages, or the one page itself.
pub(crate) async fn page(uri: Uri) -> Response {
    let path = match uri.path().trim_start_matches('/') {
        "" => "index.html",
        path => path,
    };
    let Some(file) = Built::get(path) else {
        if path == "index.html" {
            let told = "The pages were not built into this program. Run script/bootstrap, then build again.";
            return (StatusCode::NOT_FOUND, told).into_response();
        }
        return Problem::no_such_page().into_response();
    };
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    // The build puts a hash into the names under assets/: those never change.
    let caching =
        if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_str(kind.as_ref()).unwrap_or(HeaderValue::from_static("text/plain")),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static(caching)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    (headers, file.data.into_owned()).into_response()
}
