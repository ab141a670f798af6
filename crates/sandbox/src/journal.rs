//! What each service received, in order: the record that tests count requests in. Headers are not kept,
//! so no credential ever stands here.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

/// One request that reached the service.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JournalEntry {
    /// Counts from 1 and is never used twice, not even after [`crate::Control::reset`].
    pub seq: u64,
    /// When it arrived, on the sandbox's clock.
    pub at: DateTime<Utc>,
    /// The HTTP method in capitals.
    pub method: String,
    /// Path and query as they came.
    pub path: String,
    /// The JSON body of a write; `null` for reads and for bodies that are no JSON.
    pub body: Value,
    /// What the service answered; 0 when it refused to look at the request at all (cut or hung before).
    pub status: u16,
    /// The injected fault that met this request, by its name in the control API.
    pub fault: Option<&'static str>,
}

impl JournalEntry {
    /// Whether the request was meant to change something.
    #[must_use]
    pub fn is_write(&self) -> bool {
        matches!(self.method.as_str(), "POST" | "PUT" | "PATCH" | "DELETE")
    }
}

/// The entries of one service.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    entries: Vec<JournalEntry>,
    last_seq: u64,
}

impl Journal {
    /// Notes an arrival and returns its number; the status follows with [`Self::settle`].
    pub(crate) fn open(&mut self, at: DateTime<Utc>, method: &str, path: String, body: Value) -> u64 {
        self.last_seq += 1;
        self.entries.push(JournalEntry {
            seq: self.last_seq,
            at,
            method: method.to_owned(),
            path,
            body,
            status: 0,
            fault: None,
        });
        self.last_seq
    }

    pub(crate) fn settle(&mut self, seq: u64, status: u16, fault: Option<&'static str>) {
        if let Some(entry) = self.entries.iter_mut().rev().find(|entry| entry.seq == seq) {
            entry.status = status;
            entry.fault = fault;
        }
    }

    pub(crate) fn after(&self, seq: u64) -> Vec<JournalEntry> {
        self.entries.iter().filter(|entry| entry.seq > seq).cloned().collect()
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }
}
