//! Where the record of a call stands, and what comes next: the pure heart of [`Helpdesk`](crate::helpdesk::Helpdesk).

use chrono::{DateTime, TimeDelta, Utc};
use sidetone_protocol::{Completeness, PartState};

use super::arrival;
use super::plan::{may_be_opened_yet, plan};
use super::record::{DURATION, MAIN, RECORDING, Record, record};
use super::{message, naming, ticket, withdrawal};
use crate::assessing;
use crate::conversation::Conversation;
use crate::files;
use crate::gate;
use crate::helpdesk::{Assessment, Context, Standing, Step};
use crate::ledger::{NAMED, Write, WriteKind};
use crate::readiness::{Kind, Readiness, keep, kind, readiness};
use crate::settings::{Keep, Recordings, Settings};
use crate::store::Case;
use crate::whom::Whom;

/// What the conversation showed so shortly ago still holds; else it is looked at before a write (G25).
const SEEN_JUST_NOW: TimeDelta = TimeDelta::seconds(5);
/// Who the contact was shortly before still holds for the name that a person gives them.
const CONTACT_SEEN_JUST_NOW: TimeDelta = TimeDelta::seconds(30);

/// Record − ledger for a call, now, under the settings.
pub(super) fn assess(case: &Case, context: &Context<'_>) -> Assessment {
    let early = || assessing::early(case, context, completeness(case, context.settings, context.now));
    withdrawal::assess(case, context, early(), usual(case, context, early()))
}

fn usual(case: &Case, context: &Context<'_>, mut assessment: Assessment) -> Assessment {
    let settings = context.settings;
    if let Some(reason) = ticket::reason(&case.ledger) {
        assessment.standing = Standing::Gone(reason);
        return assessing::without_what_is_awaited(assessment);
    }
    if let Some(text) = case.call.message() {
        return message::assess(case, text, context, assessment);
    }
    let (kind, ended, then) = match readiness(case, context.now) {
        Readiness::Early(step) => {
            assessment.step = step;
            return assessment;
        }
        Readiness::Ripe { kind, ended, then } => (kind, ended, then),
    };
    let keep = keep(kind, case, &settings.logging);
    if keep == Keep::Store && case.ledger.is_empty() {
        assessment.standing = Standing::NotLogged(gate::reason("by_setting"));
        return assessing::not_logged(assessment);
    }
    let call = case.call.with_own(&case.own, &case.ledger);
    let record = match record(&call, kind, ended, keep, &case.ledger, context) {
        Ok(record) => Record { is_old: case.written_back.is_some(), ..record },
        Err(lacks) => return assessing::lacking(assessment, lacks),
    };
    assessment.standing = Standing::Logged;
    let ripe = if kind == Kind::Answered { case.call.answered_at() } else { case.call.ended_at() };
    let (conversation, look) = conversation(case, &record.whom, ripe, context);
    if let Whom::Known(customer) = &record.whom {
        assessment.customer.get_or_insert_with(|| customer.clone());
    }
    assessment.writes = plan(&case.call, &record, &case.ledger, &conversation, context);
    let step = step(case, &assessment.writes, look, then, context.now);
    // Until the call is over, one more import is to come.
    assessment.step = if ended { or_arrivals(case, step, context.now) } else { step };
    assessment
}

/// The contact's conversation as last seen; and the look that has to come first, if that was not since `ripe`. A call that
/// is in one needs none.
pub(super) fn conversation(
    case: &Case,
    whom: &Whom,
    ripe: Option<DateTime<Utc>>,
    context: &Context<'_>,
) -> (Conversation, Option<Step>) {
    let Whom::Known(customer) = whom else { return (Conversation::none("", context.now), None) };
    let seen = context.conversations.iter().find(|seen| seen.customer == customer.id);
    let ripe = ripe.unwrap_or(context.now);
    let is_known =
        case.ledger.has("ticket") || seen.is_some_and(|seen| seen.is_fresh_since(ripe, context.now));
    let look = (!is_known).then(|| Step::LookForConversation(customer.id.clone()));
    (seen.cloned().unwrap_or_else(|| Conversation::none(&customer.id, context.now)), look)
}

/// Once nothing else is to be done, what was taken is looked for: all in one look.
pub(super) fn or_arrivals(case: &Case, step: Step, now: DateTime<Utc>) -> Step {
    match (step, arrival::due(&case.ledger)) {
        (Step::Rest | Step::Wait(_), Some(at)) if at <= now => Step::LookForArrivals,
        (Step::Rest, Some(at)) => Step::Wait(at),
        (Step::Wait(until), Some(at)) => Step::Wait(until.min(at)),
        (step, _) => step,
    }
}

/// What comes next, given the plan: parked writes are passed over, and what they lead to waits. `look`: for the
/// conversation, before anything else.
pub(super) fn step(
    case: &Case,
    writes: &[Write],
    look: Option<Step>,
    then: Step,
    now: DateTime<Utc>,
) -> Step {
    let parked = |write: &Write| assessing::is_parked(case, write);
    let blocked = writes.iter().any(|w| {
        parked(w)
            && matches!(w.kind, WriteKind::CreateCustomer | WriteKind::AddNumber | WriteKind::CreateTicket)
    });
    if let Some(look) = look.filter(|_| !blocked) {
        return look;
    }
    let Some(first) = writes.iter().find(|w| !parked(w)).filter(|_| !blocked) else { return then };
    let since = |key: &str| case.ledger.written_at(key).map(|at| now - at);
    match first.kind {
        WriteKind::NameCustomer => {
            let is_known = naming::is_looked_at(&case.ledger)
                && since(NAMED).is_some_and(|since| since < CONTACT_SEEN_JUST_NOW);
            if is_known { Step::Write } else { Step::LookAtNamed }
        }
        kind if kind.is_for_a_ticket()
            && ticket::seen_at(&case.ledger).is_none_or(|at| now - at >= SEEN_JUST_NOW) =>
        {
            Step::LookAtTicket
        }
        _ if first.lacks_its_place() => Step::Place,
        _ if may_be_opened_yet(&case.ledger, first) => Step::LookForArrivals,
        _ => Step::Write,
    }
}

/// B10: which parts of the record are there. Front's conversations have no tags of single calls.
fn completeness(case: &Case, settings: &Settings, now: DateTime<Utc>) -> Completeness {
    let (call, ledger) = (&case.call, &case.ledger);
    let part = |written: bool| if written { PartState::Written } else { PartState::Awaited };
    let wanted = files::mode(ledger, &settings.logging) != Recordings::None;
    let kind = kind(call);
    let young = call.ended_at().is_none_or(|end| now - end < files::LATEST);
    let is_answered = kind == Some(Kind::Answered);
    let recording_comes = is_answered && (call.has_recording() || (call.is_recorded() && young));
    let voicemail_comes = kind == Some(Kind::Missed) && call.has_voicemail();
    let linked = |comes: bool| match comes && wanted {
        true => part(arrival::is_there(ledger, RECORDING)),
        false => PartState::NotExpected,
    };
    Completeness {
        // While the call is up, what can be written of it is its beginning.
        note: part(if call.is_over() {
            let is_there = |key: &&str| arrival::is_there(ledger, key);
            is_there(&DURATION) && (!ledger.has(MAIN) || is_there(&MAIN))
        } else {
            ledger.has(MAIN)
        }),
        tags: PartState::NotExpected,
        recording: linked(recording_comes),
        voicemail: linked(voicemail_comes),
    }
}
