//! What the disk can do by itself, so that the other figures can be read on another machine.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::failure::Failure;

const FOR: Duration = Duration::from_secs(2);
/// A page of SQLite.
const PAGE: [u8; 4096] = [0x5a; 4096];

/// Appends of one page, each made durable before the next, in a second.
pub(crate) fn appends_per_second(dir: &Path) -> Result<f64, Failure> {
    let path = dir.join("appends");
    let mut file = File::create(&path).map_err(Failure::file(&path))?;
    let begun = Instant::now();
    let mut appends = 0_u32;
    while begun.elapsed() < FOR {
        file.write_all(&PAGE).and_then(|()| file.sync_data()).map_err(Failure::file(&path))?;
        appends += 1;
    }
    Ok(f64::from(appends) / begun.elapsed().as_secs_f64())
}
