//! A Tauri window with an empty page and nothing else: what the companion's memory is held against.

use tauri::{WebviewUrl, WebviewWindowBuilder};

fn main() -> tauri::Result<()> {
    tauri::Builder::default()
        .setup(|app| {
            let empty = WebviewUrl::External("about:blank".parse()?);
            WebviewWindowBuilder::new(app, "bare", empty).title("Bare").inner_size(380.0, 720.0).build()?;
            Ok(())
        })
        .run(tauri::generate_context!())
}
