//! Where the record of a call stands, and what comes next: the pure heart of [`Helpdesk`](crate::helpdesk::Helpdesk).

use chrono::{DateTime, TimeDelta, Utc};
use sidetone_protocol::{Completeness, PartState};

use super::plan;
use super::record::{Lacks, Record, Whom, record};
use super::ticket;
use crate::directory::Customer;
use crate::gate;
use crate::helpdesk::{Assessment, Context, Standing, Step};
use crate::ledger::{AttemptState, Ledger, SEEN, Write, WriteKind};
use crate::number::Party;
use crate::readiness::{Kind, Readiness, keep, kind, readiness};
use crate::settings::{Keep, Recordings, Settings};
use crate::store::Case;

/// Tags that come shortly after each other go into one request: so long is waited for a further one.
const TAGS_TOGETHER: TimeDelta = TimeDelta::seconds(5);
/// What the ticket showed so shortly ago still holds; else it is looked at before a write (G25).
const SEEN_JUST_NOW: TimeDelta = TimeDelta::seconds(5);
/// Aircall may take so long to store a recording (`reference/aircall.md` §5.4).
const RECORDING_LATEST: TimeDelta = TimeDelta::hours(24);

/// Record − ledger for a call, now, under the settings.
pub(super) fn assess(case: &Case, context: &Context<'_>) -> Assessment {
    let settings = context.settings;
    let mut assessment = Assessment {
        standing: Standing::Early,
        step: Step::Rest,
        writes: Vec::new(),
        completeness: completeness(case, settings, context.now),
        customer: known_customer(case, context),
        matched_by: matched_by(case, context),
    };
    if let Some(reason) = ticket::reason(&case.ledger) {
        assessment.standing = Standing::Gone(reason);
        return without_what_is_awaited(assessment);
    }
    let (kind, ended, then) = match readiness(case, context.now) {
        Readiness::Early(step) => {
            assessment.step = step;
            return assessment;
        }
        Readiness::Ripe { kind, ended, then } => (kind, ended, then),
    };
    let keep = keep(kind, &settings.logging);
    if keep == Keep::Store && case.ledger.is_empty() {
        assessment.standing = Standing::NotLogged(gate::reason("by_setting"));
        return not_logged(assessment);
    }
    let record = match record(&case.call, kind, ended, keep, &case.ledger, context) {
        Ok(record) => record,
        Err(lacks) => return lacking(assessment, lacks),
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
    assessment.step = step(case, &record, &assessment.writes, then, context.now);
    assessment
}

fn not_logged(mut assessment: Assessment) -> Assessment {
    let none = PartState::NotExpected;
    assessment.completeness = Completeness { note: none, tags: none, recording: none, voicemail: none };
    assessment
}

/// What was not written so far will not be.
fn without_what_is_awaited(mut assessment: Assessment) -> Assessment {
    let parts = &mut assessment.completeness;
    for part in [&mut parts.note, &mut parts.tags, &mut parts.recording, &mut parts.voicemail] {
        if *part == PartState::Awaited {
            *part = PartState::NotExpected;
        }
    }
    assessment
}

fn lacking(mut assessment: Assessment, lacks: Lacks) -> Assessment {
    match lacks {
        Lacks::First(step) => assessment.step = step,
        Lacks::Held(reason) => assessment.standing = Standing::Held(reason),
        Lacks::NotLogged(reason) => {
            assessment.standing = Standing::NotLogged(reason);
            return not_logged(assessment);
        }
    }
    assessment
}

/// What comes next, given the plan: parked writes are passed over, late tags are gathered for a moment.
fn step(case: &Case, record: &Record, writes: &[Write], then: Step, now: DateTime<Utc>) -> Step {
    let parked = |write: &Write| {
        case.attempts
            .iter()
            .any(|a| a.state == AttemptState::Parked && a.write.main_key() == write.main_key())
    };
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
    match first.kind.is_for_a_ticket() && !is_known {
        true => Step::LookAtTicket,
        false => Step::Write,
    }
}

fn known_customer(case: &Case, context: &Context<'_>) -> Option<Customer> {
    let found = match case.call.party() {
        Party::Phone(_) => context.matched,
        Party::Withheld | Party::Other(_) => context.anonymous,
    };
    let found = found.map(|m| m.customers.as_slice()).unwrap_or_default();
    match case.ledger.id("customer") {
        Some(id) => found.iter().find(|c| c.id == id).cloned().or_else(|| {
            let name =
                case.ledger.detail("customer").and_then(|d| d.get("name")?.as_str()).unwrap_or_default();
            Some(Customer {
                id: id.to_owned(),
                name: name.to_owned(),
                email: None,
                note: None,
                updated_at: None,
            })
        }),
        None => match found {
            [one] => Some(one.clone()),
            _ => None,
        },
    }
}

fn matched_by(case: &Case, context: &Context<'_>) -> String {
    match (case.call.party(), context.matched.map(|m| m.customers.len())) {
        (Party::Withheld, _) => "number withheld: the shared customer".into(),
        (Party::Other(_), _) => "no telephone number: the shared customer".into(),
        (Party::Phone(_), Some(0)) => "nobody had this number".into(),
        (Party::Phone(_), Some(1)) => "exact number, the only one".into(),
        (Party::Phone(_), Some(n)) => format!("exact number, {n} customers"),
        (Party::Phone(_), None) => "not looked up yet".into(),
    }
}

/// B10: which parts of the record are there.
fn completeness(case: &Case, settings: &Settings, now: DateTime<Utc>) -> Completeness {
    let (call, ledger) = (&case.call, &case.ledger);
    let part = |written: bool| if written { PartState::Written } else { PartState::Awaited };
    let linked = |key: &str| {
        let in_end = ledger.detail("ended").and_then(|d| d.get("links")?.as_bool()).unwrap_or(false);
        in_end || ledger.has(key)
    };
    let answered = kind(call).is_none_or(|k| k == Kind::Answered);
    let young = call.ended_at().is_none_or(|end| now - end < RECORDING_LATEST);
    let recording_wanted =
        settings.logging.recordings != Recordings::None && answered && kind(call).is_some();
    let recording_comes = call.has_recording() || (call.is_recorded() && young);
    let voicemail_wanted = settings.logging.recordings != Recordings::None && call.has_voicemail();
    Completeness {
        // While the call is up, what can be written of it is the note of its beginning.
        note: part(ledger.has("ended") || (!call.is_over() && ledger.has("answered"))),
        tags: part(tags_written(ledger)),
        recording: match (recording_wanted && recording_comes, call.has_recording() && linked("recording")) {
            (false, _) => PartState::NotExpected,
            (true, written) => part(written),
        },
        voicemail: if voicemail_wanted { part(linked("voicemail")) } else { PartState::NotExpected },
    }
}

fn tags_written(ledger: &Ledger) -> bool {
    ledger.has("tag:aircall") || ledger.detail("ticket").is_some_and(|d| d.get("tags_there").is_some())
}
