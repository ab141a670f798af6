//! Whether the helpdesk still lets us in (G20): asked now and then on a quiet system, and while it does not, nothing else
//! is asked. With the first proper answer everything that waited goes on.
//!
//! Aircall needs no question of its own: its webhooks, or its calls, are looked at every minute.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Engine, Job};
use crate::budget::Lane;
use crate::health::Link;
use crate::helpdesk::Answer;
use crate::transport::TransportError;

/// So long the helpdesk may be silent to us: what is wrong is to be noticed within a minute, and one question costs little of
/// what may be asked in that time.
const ASK_AFTER: TimeDelta = TimeDelta::seconds(45);
/// A check that could not go is tried again after this time.
const AGAIN: TimeDelta = TimeDelta::seconds(15);

/// When the helpdesk is asked next whether it accepts the key.
pub(crate) struct Checking {
    at: DateTime<Utc>,
    busy: bool,
    /// Somebody wants it asked now, however lately it answered.
    asked: bool,
}

impl Checking {
    /// The lists are read first; they tell as well.
    pub(super) fn new(now: DateTime<Utc>) -> Checking {
        Checking { at: now + ASK_AFTER, busy: false, asked: false }
    }
}

impl Engine {
    pub(super) fn check_authorization(&mut self, now: DateTime<Utc>) {
        let vendor = self.helpdesk.vendor();
        let Some(link) = self.links.get_mut(&vendor).filter(|_| !self.checking.busy) else { return };
        let is_refused = link.is_refused();
        if !is_refused && !self.checking.asked {
            let silent_since = link.heard_at().map_or(self.started, |at| at.max(self.started));
            self.checking.at = self.checking.at.max(silent_since + ASK_AFTER);
        }
        let due = if is_refused { link.next_try().unwrap_or(now) } else { self.checking.at };
        if due > now {
            self.wake_by(due);
            return;
        }
        let admitted = link.admit(now);
        let budget = self.budgets.get_mut(&vendor);
        let taken = admitted.and_then(|()| budget.map_or(Ok(()), |budget| budget.take(Lane::Live, now)));
        self.checking.at = now + AGAIN;
        match taken {
            Ok(()) => {
                self.checking.busy = true;
                self.checking.asked = false;
                self.send(vendor, Job::Check, self.helpdesk.check(), now);
            }
            Err(until) => self.wake_by(until.max(now + TimeDelta::seconds(1))),
        }
    }

    /// Somebody knows that access may have ended: the helpdesk is asked at once.
    pub(super) fn check_authorization_now(&mut self, now: DateTime<Utc>) {
        self.checking.asked = true;
        self.checking.at = now;
    }

    pub(super) fn was_checked(&mut self, result: &Result<Answer, TransportError>, now: DateTime<Utc>) {
        self.checking.busy = false;
        let was_refused = self.is_shut_out();
        // A refusal that is about this question only lets us in all the same.
        let _ = self.read_helpdesk(result, now, |engine, answer| engine.helpdesk.checked(answer));
        if was_refused != self.is_shut_out() {
            self.telling.at_once(now);
        }
        if was_refused && !self.is_shut_out() {
            self.place.at_once(now);
        }
    }

    /// Whether the helpdesk refuses us.
    pub(super) fn is_shut_out(&self) -> bool {
        self.links.get(&self.helpdesk.vendor()).is_some_and(Link::is_refused)
    }
}
