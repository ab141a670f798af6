//! How long a ring takes to the eye: from the pushed event to the card's first paint.
//!
//! Always logged; with `SIDETONE_MEASURE=FILE` also appended there as one JSON line each, for the bench.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::PathBuf;

use serde::Serialize;

/// One ring that reached the eye.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Painting {
    /// Aircall's call id.
    pub call_id: String,
    /// When the desktop got the event, unix milliseconds.
    pub event_ms: i64,
    /// When the page had painted the card, unix milliseconds.
    pub painted_ms: i64,
}

/// Where paintings go.
#[derive(Clone, Debug, Default)]
pub struct PaintingLog {
    file: Option<PathBuf>,
}

impl PaintingLog {
    /// Reads `SIDETONE_MEASURE`.
    pub fn from_env() -> Self {
        Self { file: std::env::var_os("SIDETONE_MEASURE").map(PathBuf::from) }
    }

    /// Logs one painting. A file that cannot be written is a warning: measuring never disturbs the work.
    pub fn record(&self, painting: &Painting) {
        let ms = painting.painted_ms - painting.event_ms;
        tracing::info!(call = painting.call_id, ms, "card painted");
        if let Err(fault) = self.append(painting) {
            tracing::warn!(%fault, "the file named by SIDETONE_MEASURE cannot be written");
        }
    }

    fn append(&self, painting: &Painting) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let line = serde_json::to_string(painting)?;
        writeln!(OpenOptions::new().create(true).append(true).open(file)?, "{line}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_painting_is_one_json_line() {
        let folder = tempfile::tempdir().unwrap();
        let log = PaintingLog { file: Some(folder.path().join("paintings.jsonl")) };
        for call in ["4186780376", "4186780377"] {
            log.record(&Painting { call_id: call.into(), event_ms: 1_000, painted_ms: 1_250 });
        }
        let text = std::fs::read_to_string(folder.path().join("paintings.jsonl")).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0], r#"{"call_id":"4186780376","event_ms":1000,"painted_ms":1250}"#);
    }
}
