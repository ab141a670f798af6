//! A Tauri window with an empty page and nothing else: what the companion is held against.
//!
//! When the page is painted, it says on standard output how many milliseconds that took from asking for the window.

use std::io::Write;
use std::sync::OnceLock;
use std::time::Instant;

use tauri::http::Response;
use tauri::http::header::{CONTENT_TYPE, HeaderValue};
use tauri::{WebviewUrl, WebviewWindowBuilder};

/// Like the companion's page it tells of its second frame: the first may still be the one in which it was put together.
const EMPTY_PAGE: &str = "<!doctype html><title>Bare</title><p>Bare</p><script>\
    requestAnimationFrame(() => requestAnimationFrame(() => { new Image().src = '/painted'; }));</script>";

/// When the window was asked for.
static ASKED: OnceLock<Instant> = OnceLock::new();

fn main() -> tauri::Result<()> {
    tauri::Builder::default()
        // A page of its own, because an address without one starts no process that draws.
        .register_uri_scheme_protocol("bare", |_context, request| {
            if request.uri().path() == "/painted"
                && let Some(asked) = ASKED.get()
            {
                // Whoever started it and reads no more has no use for the figure.
                let _ = writeln!(std::io::stdout(), "{}", asked.elapsed().as_millis());
            }
            let mut page = Response::new(EMPTY_PAGE.as_bytes());
            // Without its kind it is not shown.
            page.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
            page
        })
        .setup(|app| {
            ASKED.get_or_init(Instant::now);
            let empty = WebviewUrl::CustomProtocol("bare://localhost/".parse()?);
            WebviewWindowBuilder::new(app, "bare", empty).title("Bare").inner_size(380.0, 720.0).build()?;
            Ok(())
        })
        .run(tauri::generate_context!())
}
