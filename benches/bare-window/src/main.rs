//! A Tauri window with an empty page and nothing else: what the companion's memory is held against.

use tauri::http::Response;
use tauri::{WebviewUrl, WebviewWindowBuilder};

const EMPTY_PAGE: &str = "<!doctype html><title>Bare</title><p>Bare</p>";

fn main() -> tauri::Result<()> {
    tauri::Builder::default()
        // A page of its own, because an address without one starts no process that draws.
        .register_uri_scheme_protocol("bare", |_context, _request| Response::new(EMPTY_PAGE.as_bytes()))
        .setup(|app| {
            let empty = WebviewUrl::CustomProtocol("bare://localhost/".parse()?);
            WebviewWindowBuilder::new(app, "bare", empty).title("Bare").inner_size(380.0, 720.0).build()?;
            Ok(())
        })
        .run(tauri::generate_context!())
}
