//! Whether a call is ripe for its record: what kind of call it is, and what has to be waited for or read first.
//!
//! The same for every helpdesk (G2): answered calls at once, missed inbound calls when the voicemail is there, else
//! 20 s after `call.ended` and one fresh read.

use chrono::{DateTime, TimeDelta, Utc};

use crate::call::{Call, ENDED_AFTER_HANGUP_SECONDS};
use crate::helpdesk::Step;
use crate::settings::{Keep, Logging};
use crate::store::Case;

/// G2: a missed inbound call without a voicemail is written this long after `call.ended`.
pub const MISSED_WAIT: TimeDelta = TimeDelta::seconds(20);
/// A call that was hung up, but whose `call.ended` did not come, is read after this time.
pub const ENDED_OVERDUE: TimeDelta = TimeDelta::seconds(60);

/// What kind of call it has turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Answered, either way.
    Answered,
    /// Inbound, nobody answered.
    Missed,
    /// Outbound, the other side did not answer.
    OutboundUnanswered,
}

/// Whether the record can be made now.
#[derive(Clone, Debug, PartialEq)]
pub enum Readiness {
    /// Still undecided: do this first; there is nothing to write.
    Early(Step),
    /// It can be written.
    Ripe {
        /// What kind of call.
        kind: Kind,
        /// Aircall has everything of the end together: the end may be written.
        ended: bool,
        /// What to do when everything writable is written.
        then: Step,
    },
}

/// What kind of call it is; `None` while it is up and not answered.
#[must_use]
pub fn kind(call: &Call) -> Option<Kind> {
    match (call.answered_at().is_some(), call.is_over(), call.is_outbound()) {
        (true, _, _) => Some(Kind::Answered),
        (false, true, true) => Some(Kind::OutboundUnanswered),
        (false, true, false) => Some(Kind::Missed),
        (false, false, _) => None,
    }
}

/// What the set-up wants done with this kind of call.
#[must_use]
pub fn keep(kind: Kind, logging: &Logging) -> Keep {
    match kind {
        Kind::Answered => logging.answered,
        Kind::Missed => logging.missed,
        Kind::OutboundUnanswered => logging.outbound_unanswered,
    }
}

/// Whether the call is ripe at `now`.
#[must_use]
pub fn readiness(case: &Case, now: DateTime<Utc>) -> Readiness {
    let call = &case.call;
    let Some(kind) = kind(call) else { return Readiness::Early(Step::Rest) };
    let may_read = !case.reads.given_up;
    let end = call.ended_at().and_then(|end| call.settled_at().map(|settled| (end, settled)));
    if call.is_over() && call.settled_at().is_none() && may_read {
        // Hung up; the rest comes within half a minute, or was lost on the way.
        let overdue = call.ended_at().unwrap_or(now) + ENDED_OVERDUE;
        let step = if now < overdue { Step::Wait(overdue) } else { Step::Read { timeline: wants_timeline(call) } };
        return match kind {
            Kind::Answered => Readiness::Ripe { kind, ended: false, then: step },
            Kind::Missed | Kind::OutboundUnanswered => Readiness::Early(step),
        };
    }
    if may_read && wants_timeline(call) {
        return Readiness::Early(Step::Read { timeline: true });
    }
    if kind == Kind::Missed && !call.has_voicemail() {
        let settled = call.settled_at().or(end.map(|(end, _)| end.timestamp() + ENDED_AFTER_HANGUP_SECONDS));
        let ripe = settled.and_then(|s| DateTime::from_timestamp(s, 0)).unwrap_or(now) + MISSED_WAIT;
        if now < ripe {
            return Readiness::Early(Step::Wait(ripe));
        }
        if may_read && call.read_at().is_none_or(|at| at < ripe.timestamp()) {
            return Readiness::Early(Step::Read { timeline: false });
        }
    }
    Readiness::Ripe { kind, ended: call.is_over(), then: Step::Rest }
}

/// G10: the options chosen in a menu are read once, where the line has one.
fn wants_timeline(call: &Call) -> bool {
    call.line().is_some_and(|line| line.is_ivr) && !call.is_outbound() && !call.timeline_is_read()
}
