//! Turns `en.json`, `de.json` and `fr.json` into types with one field per text.
//!
//! What is missing, superfluous or odd in one of them stops the build and is named, so that nothing about a text can
//! go wrong in a program that runs.

mod catalogue;
mod rust;

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build");
    let mut catalogues = Vec::new();
    for language in catalogue::LANGUAGES {
        let file = format!("{language}.json");
        println!("cargo:rerun-if-changed={file}");
        catalogues.push(catalogue::read(&fs::read_to_string(&file)?).map_err(|e| format!("{file}: {e}"))?);
    }
    let faults = catalogue::faults(&catalogues);
    if !faults.is_empty() {
        return Err(faults.join("\n").into());
    }
    let folder = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo names no folder for what is made")?);
    fs::write(folder.join("catalogues.rs"), rust::of(&catalogues))?;
    Ok(())
}
