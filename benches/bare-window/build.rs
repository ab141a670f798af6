//! What `generate_context!` wants to find.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    // Without a pattern a folder is watched that is not there, and so it would be built anew each time.
    tauri_build::try_build(tauri_build::Attributes::new().capabilities_path_pattern("capabilities/*.json"))?;
    Ok(())
}
