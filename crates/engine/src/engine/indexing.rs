//! Calls of a database from before there was an index of words are taken into it, a few at a time, while everything else
//! goes on (C7). What is done lies in the database, so that a restart goes on where the last run ended.

use chrono::{DateTime, TimeDelta, Utc};

use super::Engine;
use crate::store::StoreError;

/// So many calls at once: no ring waits longer than that takes.
const AT_ONCE: usize = 100;
/// Between two times, others have the database for themselves.
const PAUSE: TimeDelta = TimeDelta::milliseconds(50);

/// How far that is.
pub(super) struct Indexing {
    /// When the next ones are taken; `None`: all are there.
    next_at: Option<DateTime<Utc>>,
}

impl Indexing {
    pub(super) fn new(now: DateTime<Utc>) -> Indexing {
        Indexing { next_at: Some(now) }
    }
}

impl Engine {
    /// Takes the next calls into the index.
    pub(super) fn index_on(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let Some(at) = self.indexing.next_at.filter(|_| !self.settings.study_only) else { return Ok(()) };
        if now >= at {
            let is_done = self.store.index_calls(AT_ONCE)? < AT_ONCE;
            self.indexing.next_at = (!is_done).then(|| now + PAUSE);
        }
        if let Some(at) = self.indexing.next_at {
            self.wake_by(at);
        }
        Ok(())
    }
}
