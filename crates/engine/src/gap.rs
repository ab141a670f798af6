//! A time of which something may have been missed, and how far its calls are read again (B1).

use std::collections::BTreeSet;

use chrono::{DateTime, Months, TimeDelta, Utc};
use sidetone_protocol::GapCause;

use crate::call::CaseId;
use crate::windows::Walk;

/// Calls from before the gap may have changed in it: those of so much time are read, too.
const READ_BEFORE: TimeDelta = TimeDelta::hours(24);
/// Aircall has calls of so many months (`reference/aircall.md` §3).
const AIRCALL_KEEPS: Months = Months::new(6);
/// So much before that edge nothing is asked for: whoever asks at the edge is refused a moment later.
const EDGE: TimeDelta = TimeDelta::hours(6);
/// So many calls are kept by id; more are only counted.
const KEPT: usize = 5_000;

/// One gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Given by whoever found it.
    pub id: i64,
    /// Why something was missed.
    pub cause: GapCause,
    /// Until then everything had been heard.
    pub began_at: DateTime<Utc>,
    /// From then on everything is heard again.
    pub ended_at: DateTime<Utc>,
    /// What of Aircall's list is still to be read.
    pub walk: Walk,
    /// Calls of that list that were read.
    pub read: u32,
    /// Calls that were missing, or whose record lacked something.
    pub calls: BTreeSet<CaseId>,
    /// How many more than those.
    pub beyond: u32,
    /// Calls from before this cannot be had any more.
    pub reach: Option<DateTime<Utc>>,
    /// A person has stopped it.
    pub stopped: bool,
    /// When it was done or stopped.
    pub done_at: Option<DateTime<Utc>>,
}

impl Gap {
    /// A gap that nothing of is read yet. `logs_since`: nothing from before that can be of interest.
    #[must_use]
    pub fn new(
        id: i64,
        cause: GapCause,
        (began_at, ended_at): (DateTime<Utc>, DateTime<Utc>),
        logs_since: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Gap {
        let oldest = oldest(now).unwrap_or(began_at);
        let from = (began_at - READ_BEFORE).max(oldest);
        let from = logs_since.map_or(from, |since| from.max(since));
        Gap {
            id,
            cause,
            began_at,
            ended_at,
            walk: Walk::of(from.timestamp(), ended_at.timestamp()),
            read: 0,
            calls: BTreeSet::new(),
            beyond: 0,
            reach: (began_at < oldest).then_some(oldest),
            stopped: false,
            done_at: None,
        }
    }

    /// The same trouble again, before this was read to its end: one gap, until then.
    pub fn goes_on_until(&mut self, ended_at: DateTime<Utc>) {
        if ended_at > self.ended_at {
            self.walk.also(self.ended_at.timestamp() - 2, ended_at.timestamp());
            self.ended_at = ended_at;
        }
    }

    /// Notes a call that was missing, or whose record lacked something.
    pub fn note(&mut self, id: CaseId) -> bool {
        if self.calls.contains(&id) {
            return false;
        }
        if self.calls.len() < KEPT {
            self.calls.insert(id);
        } else {
            self.beyond += 1;
        }
        true
    }

    /// Whether Aircall's list is still to be read.
    #[must_use]
    pub fn is_read_on(&self) -> bool {
        self.done_at.is_none() && !self.walk.is_done()
    }
}

/// The oldest call that Aircall has.
#[must_use]
pub fn oldest(now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    now.checked_sub_months(AIRCALL_KEEPS).map(|edge| edge + EDGE)
}
