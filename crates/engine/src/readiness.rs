//! Whether a call is ripe for its record: what kind of call it is, and what has to be waited for or read first.
//!
//! The same for every helpdesk (G2): answered calls at once, missed inbound calls when the voicemail is there, else
//! 20 s after `call.ended` and one fresh read.

use chrono::{DateTime, TimeDelta, Utc};

use crate::backfill::WrittenBack;
use crate::call::{Call, ENDED_AFTER_HANGUP_SECONDS};
use crate::helpdesk::Step;
use crate::settings::{Keep, Logging};
use crate::store::Case;

/// G2: a missed inbound call without a voicemail is written this long after `call.ended`.
pub const MISSED_WAIT: TimeDelta = TimeDelta::seconds(20);
/// A call that was hung up, but whose `call.ended` did not come, is read after this time.
pub const ENDED_OVERDUE: TimeDelta = TimeDelta::seconds(60);

/// By then a call that ended has everything that a fresh read is made for.
pub const FRESH_AFTER_END: TimeDelta = TimeDelta::seconds(ENDED_AFTER_HANGUP_SECONDS + 20);
/// A call that is up for so long without a word is asked for, and so long after that once more.
pub const SILENT_TOO_LONG: TimeDelta = TimeDelta::hours(3);

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

/// What is wanted done with this kind of call: by the set-up, and of an old call that is logged at all, by whoever has it written.
#[must_use]
pub fn keep(kind: Kind, case: &Case, logging: &Logging) -> Keep {
    let usual = match kind {
        Kind::Answered => logging.answered,
        Kind::Missed => logging.missed,
        Kind::OutboundUnanswered => logging.outbound_unanswered,
    };
    case.written_back.filter(|_| usual != Keep::Store).map_or(usual, WrittenBack::keep)
}

/// Whether the call is ripe at `now`.
#[must_use]
pub fn readiness(case: &Case, now: DateTime<Utc>) -> Readiness {
    let call = &case.call;
    let may_read = !case.reads.given_up;
    let Some(kind) = kind(call) else { return Readiness::Early(until_heard_of(case, now)) };
    if !call.is_over() {
        return match may_read && wants_timeline(call) {
            true => Readiness::Early(Step::Read { timeline: true }),
            false => Readiness::Ripe { kind, ended: false, then: until_heard_of(case, now) },
        };
    }
    let Some(settled) = settled(case) else {
        // Hung up; the rest comes within half a minute, or was lost on the way.
        let overdue = call.ended_at().unwrap_or(now) + ENDED_OVERDUE;
        let step =
            if now < overdue { Step::Wait(overdue) } else { Step::Read { timeline: wants_timeline(call) } };
        return match kind {
            // The answer was not heard of: what it would have been read for is read now.
            Kind::Answered if may_read && wants_timeline(call) => {
                Readiness::Early(Step::Read { timeline: true })
            }
            Kind::Answered => Readiness::Ripe { kind, ended: false, then: step },
            Kind::Missed | Kind::OutboundUnanswered => Readiness::Early(step),
        };
    };
    if may_read && wants_timeline(call) {
        return Readiness::Early(Step::Read { timeline: true });
    }
    if kind == Kind::Missed && !call.has_voicemail() {
        let ripe = settled + MISSED_WAIT;
        if now < ripe {
            return Readiness::Early(Step::Wait(ripe));
        }
        if may_read && call.read_at().is_none_or(|at| at < ripe.timestamp()) {
            return Readiness::Early(Step::Read { timeline: false });
        }
    }
    if now < settled {
        return match kind {
            Kind::Answered => Readiness::Ripe { kind, ended: false, then: Step::Wait(settled) },
            Kind::Missed | Kind::OutboundUnanswered => Readiness::Early(Step::Wait(settled)),
        };
    }
    Readiness::Ripe { kind, ended: true, then: Step::Rest }
}

/// When everything of the end was together; where reading was given up, when it would have been.
fn settled(case: &Case) -> Option<DateTime<Utc>> {
    let call = &case.call;
    let known = call.settled_at().and_then(|s| DateTime::from_timestamp(s, 0));
    known.or_else(|| {
        let end = call.ended_at().or(call.started_at()).unwrap_or_default();
        case.reads.given_up.then(|| end + TimeDelta::seconds(ENDED_AFTER_HANGUP_SECONDS))
    })
}

/// A call whose end never came is read now and then; where Aircall does not know it, only an event can tell more.
fn until_heard_of(case: &Case, now: DateTime<Utc>) -> Step {
    let call = &case.call;
    let Some(started) = call.started_at().filter(|_| !case.reads.given_up) else { return Step::Rest };
    let read = call.read_at().and_then(|at| DateTime::from_timestamp(at, 0)).unwrap_or(started);
    let next = started.max(read) + SILENT_TOO_LONG;
    if now < next { Step::Wait(next) } else { Step::Read { timeline: false } }
}

/// G10: the options chosen in a menu are read once, where the line has one.
fn wants_timeline(call: &Call) -> bool {
    // What a line says of having a menu is stale where it is a Smartflow (`reference/aircall.md` §4.3): the choice tells.
    let has_menu =
        call.line().is_some_and(|line| line.is_ivr) || call.seen("call.ivr_option_selected").is_some();
    has_menu && !call.is_outbound() && !call.timeline_is_read()
}
