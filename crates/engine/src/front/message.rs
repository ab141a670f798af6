//! Text messages in Front (F11): an activity in the conversation that the contact's calls are in.

use sidetone_protocol::PartState;

use super::arrival;
use super::assess::{conversation, or_arrivals, step};
use super::contacts::HABITS;
use super::handle::contact;
use super::naming;
use super::plan::begin;
use super::record::{By, Entry, EntryKind, Record, line_name, teammate};
use crate::assessing;
use crate::call::{Medium, Message, MessageFile};
use crate::helpdesk::{Assessment, Context, Standing, Step};
use crate::settings::{Keep, Language};
use crate::store::Case;
use crate::texting::{announced_by, not_supported, sender};
use crate::whom::{Lacks, Whom, frozen, whom};
use crate::words::{Words, words};

/// The entry of the message itself.
pub(super) const MESSAGE: &str = "message";

/// Record − ledger for a message, now.
pub(super) fn assess(
    case: &Case,
    message: Message<'_>,
    context: &Context<'_>,
    mut assessment: Assessment,
) -> Assessment {
    let none = PartState::NotExpected;
    let is_written = case.ledger.has(MESSAGE);
    assessment.completeness.note =
        if arrival::is_there(&case.ledger, MESSAGE) { PartState::Written } else { PartState::Awaited };
    (assessment.completeness.recording, assessment.completeness.voicemail) = (none, none);
    if message.medium() != Medium::Text {
        assessment.standing = Standing::NotLogged(not_supported(message.medium()));
        return assessing::not_logged(assessment);
    }
    if let Some(until) = announced_by(message).filter(|until| context.now < *until) {
        assessment.step = Step::Wait(until);
        return assessment;
    }
    let record = match record(case, message, context) {
        Ok(record) => record,
        Err(lacks) => return assessing::lacking(assessment, lacks),
    };
    assessment.standing = Standing::Logged;
    let entry = record.entries.first();
    let (conversation, look) = conversation(case, &record.whom, entry.map(|entry| entry.at), context);
    if let Whom::Known(customer) = &record.whom {
        assessment.customer.get_or_insert_with(|| customer.clone());
    }
    assessment.writes = naming::plan(&case.ledger).into_iter().collect();
    assessment.writes.extend(contact(&case.call, &record, &case.ledger, context));
    if let Some(entry) = entry.filter(|_| !is_written) {
        assessment.writes.push(begin(&case.call, &record, entry, &case.ledger, &conversation, context));
    }
    let step = step(case, &assessment.writes, look, Step::Rest, context.now);
    assessment.step = or_arrivals(case, step, context.now);
    assessment
}

fn record(case: &Case, message: Message<'_>, context: &Context<'_>) -> Result<Record, Lacks> {
    let (call, ledger) = (&case.call, &case.ledger);
    let logging = &context.settings.logging;
    let language = frozen(ledger, "language").and_then(Language::from_code).unwrap_or(logging.language);
    let w = words(language);
    let whom = whom(call, language, ledger, context, &HABITS)?;
    let people = context.people.ok_or(Lacks::First(Step::Lists))?;
    let by = match call.is_outbound() {
        true => By::Company(sender(call, message, context)?.and_then(|agent| teammate(people, &agent))),
        false => By::Customer,
    };
    Ok(Record {
        is_old: false,
        language,
        whom,
        heading: w.heading(w.heading_sms, &line_name(call)),
        by,
        holder: None,
        entries: vec![Entry {
            key: MESSAGE.into(),
            at: message.sent_at().unwrap_or(context.now),
            body: text(message, w),
            kind: EntryKind::Activity,
        }],
        keep: Keep::Open,
        recordings: logging.recordings,
    })
}

/// What it says, and what its files are called: they stay in Aircall.
pub(super) fn text(message: Message<'_>, w: &Words) -> String {
    let files = message.files();
    let named = |file: &MessageFile| w.file_not_kept(&file.name);
    let mut lines = vec![message.text().to_owned()];
    lines.extend(files.iter().map(named));
    lines.retain(|line| !line.trim().is_empty());
    if lines.is_empty() { w.message_without_text.to_owned() } else { lines.join("\n") }
}
