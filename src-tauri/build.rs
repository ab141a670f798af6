//! Tells Tauri which commands exist, so that each can be permitted or refused by itself.

use std::error::Error;

/// Every command of `src/shell/commands.rs` and `files.rs`. One that is missing here cannot be called by the page.
const COMMANDS: &[&str] = &[
    "now",
    "api",
    "calls",
    "call",
    "open_records",
    "open_url",
    "painted",
    "retry",
    "pause",
    "resume",
    "mend",
    "choose",
    "withdraw_choice",
    "name_caller",
    "export_calls",
    "stop_export",
    "show_kept",
    "choose_recordings_folder",
];

fn main() -> Result<(), Box<dyn Error>> {
    // The pages are embedded by `generate_context!`, which cargo cannot see into.
    println!("cargo:rerun-if-changed=ui/dist");
    tauri_build::try_build(
        tauri_build::Attributes::new()
            .capabilities_path_pattern("src-tauri/capabilities/*.json")
            .app_manifest(tauri_build::AppManifest::new().commands(COMMANDS)),
    )?;
    Ok(())
}
