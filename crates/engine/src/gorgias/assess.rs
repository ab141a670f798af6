//! Where the record of a call stands, and what comes next: the pure heart of [`Helpdesk`](crate::helpdesk::Helpdesk).

use chrono::{DateTime, TimeDelta, Utc};
use sidetone_protocol::{Completeness, PartState};

use super::message;
use super::record::{Record, record};
use super::{naming, plan, ticket, withdrawal};
use crate::assessing;
use crate::files::{self, Medium};
use crate::gate;
use crate::helpdesk::{Assessment, Context, Standing, Step};
use crate::ledger::{AttemptState, Ledger, NAMED, SEEN, WITHDRAWN, Write, WriteKind};
use crate::readiness::{Kind, Readiness, keep, kind, readiness};
use crate::settings::{Keep, Recordings, Settings};
use crate::store::Case;
use crate::whom::Whom;

/// Tags that come shortly after each other go into one request: so long is waited for a further one.
const TAGS_TOGETHER: TimeDelta = TimeDelta::seconds(5);
/// What the ticket showed so shortly ago still holds; else it is looked at before a write (G25).
pub(super) const SEEN_JUST_NOW: TimeDelta = TimeDelta::seconds(5);
/// Who the customer was shortly before still holds for the name that a person gives them.
const CUSTOMER_SEEN_JUST_NOW: TimeDelta = TimeDelta::seconds(30);
/// Aircall may take so long to store a recording (`reference/aircall.md` §5.4).
const RECORDING_LATEST: TimeDelta = TimeDelta::hours(24);

/// Record − ledger for a call, now, under the settings.
pub(super) fn assess(case: &Case, context: &Context<'_>) -> Assessment {
    if let Some(text) = case.call.message() {
        return message::assess(case, text, context);
    }
    let settings = context.settings;
    let mut assessment = assessing::early(case, context, completeness(case, settings, context.now));
    if case.ledger.has(WITHDRAWN) {
        return withdrawal::assess(case, context, assessment);
    }
    if let Some(reason) = ticket::reason(&case.ledger) {
        assessment.standing = Standing::Gone(reason);
        return assessing::without_what_is_awaited(assessment);
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
        Ok(record) => record,
        Err(lacks) => return assessing::lacking(assessment, lacks),
    };
    assessment.standing = Standing::Logged;
    if let Whom::Known(customer) = &record.whom
        && assessment.customer.is_none()
    {
        assessment.customer = Some(customer.clone());
    }
    let Some(known_tags) = context.tags else {
        assessment.step = Step::Lists;
        return assessment;
    };
    let is_refused =
        |key: &str| case.attempts.iter().any(|a| a.state == AttemptState::Parked && a.write.concerns(key));
    assessment.writes = plan::plan(&case.call, &record, &case.ledger, known_tags, &is_refused, context.now);
    if ended && record.recordings == Recordings::Attach {
        assessment.files = files::of_call(&case.call, kind, &case.ledger, context.now);
    }
    let usual = step(case, &record, &assessment.writes, then, context.now);
    assessment.step = files_first(&assessment, usual, &case.ledger, context);
    assessment
}

/// G17: files that are at hand go before the writes of the end, so that the note carries them, and one look at the
/// ticket serves all. What comes later is fetched when everything else is written.
fn files_first(assessment: &Assessment, usual: Step, ledger: &Ledger, context: &Context<'_>) -> Step {
    let is_the_end = |write: &Write| write.holdings.iter().any(|holding| holding.key == "ended");
    let (wanted, under_way, now) = (&assessment.files, context.under_way, context.now);
    let first = match usual {
        Step::Write | Step::LookAtTicket if assessment.writes.iter().any(is_the_end) => {
            files::before_the_note(wanted, under_way, now)
        }
        Step::Rest if ledger.has("ended") => files::after_the_note(wanted, under_way, now),
        _ => None,
    };
    first.unwrap_or(usual)
}

/// What comes next, given the plan: parked writes are passed over, late tags are gathered for a moment.
fn step(case: &Case, record: &Record, writes: &[Write], then: Step, now: DateTime<Utc>) -> Step {
    let parked = |write: &Write| assessing::is_parked(case, write);
    let blocked = writes
        .iter()
        .any(|w| parked(w) && matches!(w.kind, WriteKind::CreateCustomer | WriteKind::CreateTicket));
    let Some(first) = writes.iter().find(|w| !parked(w)).filter(|_| !blocked) else { return then };
    if matches!(first.kind, WriteKind::AddTags | WriteKind::RemoveTags | WriteKind::CreateTag)
        && case.ledger.has("ticket")
        && record.status.is_some()
    {
        let last = case.call.last_tagged_at().and_then(|s| DateTime::from_timestamp(s, 0));
        let together = last.map(|last| last + TAGS_TOGETHER).filter(|until| *until > now);
        if let Some(until) = together {
            return Step::Wait(until);
        }
    }
    let seen = case.ledger.written_at(SEEN);
    let is_known = seen.is_some_and(|at| now - at < SEEN_JUST_NOW);
    match first.kind {
        WriteKind::NameCustomer => {
            let looked = case.ledger.written_at(NAMED).filter(|_| naming::is_looked_at(&case.ledger));
            let is_known = looked.is_some_and(|at| now - at < CUSTOMER_SEEN_JUST_NOW);
            if is_known { Step::Write } else { Step::LookAtNamed }
        }
        kind if kind.is_for_a_ticket() && !is_known => Step::LookAtTicket,
        _ => Step::Write,
    }
}

/// B10: which parts of the record are there.
pub(super) fn completeness(case: &Case, settings: &Settings, now: DateTime<Utc>) -> Completeness {
    let (call, ledger) = (&case.call, &case.ledger);
    let part = |written: bool| if written { PartState::Written } else { PartState::Awaited };
    let linked = |key: &str| {
        let in_end = ledger.detail("ended").and_then(|d| d.get("links")?.as_bool()).unwrap_or(false);
        in_end || ledger.has(key)
    };
    let mode = files::mode(ledger, &settings.logging);
    // Attached, the file is what counts: a note that says why there is none ends the waiting, too.
    let attached = |medium: Medium, is_expected: bool| match ledger.detail(medium.key()) {
        Some(detail) if detail.get("file").is_some() => PartState::Written,
        None if is_expected => PartState::Awaited,
        _ => PartState::NotExpected,
    };
    let answered = kind(call).is_none_or(|k| k == Kind::Answered);
    let young = call.ended_at().is_none_or(|end| now - end < RECORDING_LATEST);
    let recording_wanted = mode != Recordings::None && answered && kind(call).is_some();
    let recording_comes = call.has_recording() || (call.is_recorded() && young);
    let voicemail_wanted = mode != Recordings::None && call.has_voicemail();
    Completeness {
        // While the call is up, what can be written of it is the note of its beginning.
        note: part(ledger.has("ended") || (!call.is_over() && ledger.has("answered"))),
        tags: part(tags_written(ledger)),
        recording: match (recording_wanted && recording_comes, call.has_recording() && linked("recording")) {
            _ if mode == Recordings::Attach => {
                attached(Medium::Recording, recording_wanted && recording_comes)
            }
            (false, _) => PartState::NotExpected,
            (true, written) => part(written),
        },
        voicemail: match voicemail_wanted {
            _ if mode == Recordings::Attach => attached(Medium::Voicemail, voicemail_wanted),
            true => part(linked("voicemail")),
            false => PartState::NotExpected,
        },
    }
}

fn tags_written(ledger: &Ledger) -> bool {
    ledger.has("tag:aircall") || ledger.detail("ticket").is_some_and(|d| d.get("tags_there").is_some())
}
