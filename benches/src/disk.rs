//! What the disk can do by itself, so that the other figures can be read on another machine.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::failure::Failure;

const FOR: Duration = Duration::from_secs(2);
/// A page of SQLite.
const PAGE: [u8; 4096] = [0x5a; 4096];

/// As large as SQLite lets its write-ahead log grow before it begins again at the front.
const PAGES: u64 = 1000;

/// Writes of one page into a file of fixed size, each made durable before the next, in a second.
pub(crate) fn writes_per_second(dir: &Path) -> Result<f64, Failure> {
    let path = dir.join("writes");
    let failed = || Failure::file(&path);
    let mut file = File::create(&path).map_err(failed())?;
    for _ in 0..PAGES {
        file.write_all(&PAGE).map_err(failed())?;
    }
    file.sync_all().map_err(failed())?;
    let begun = Instant::now();
    let mut writes = 0;
    while begun.elapsed() < FOR {
        file.seek(SeekFrom::Start(writes % PAGES * PAGE.len() as u64)).map_err(failed())?;
        file.write_all(&PAGE).and_then(|()| file.sync_all()).map_err(failed())?;
        writes += 1;
    }
    Ok(writes as f64 / begun.elapsed().as_secs_f64())
}
