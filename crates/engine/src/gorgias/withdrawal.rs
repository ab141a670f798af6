//! What is left to remove of a record that a person took back (B11): our notes, the tags that we put on, and the ticket itself
//! where nothing of anybody else is in it. What others wrote, tagged or assigned stays as it is.

use chrono::{DateTime, Utc};
use gorgias::tickets::TicketUpdate;
use serde_json::Value;
use sidetone_protocol::Reason;

use super::assess::SEEN_JUST_NOW;
use super::plan::{for_ticket, from};
use crate::assessing;
use crate::helpdesk::{Assessment, Context, Standing, Step};
use crate::ledger::{FROM_TICKET, GONE, LINKED, Ledger, LedgerRow, SEEN, Write, WriteKind};
use crate::store::Case;

const RULE: &str = "A person took our writes back, so what we wrote is removed (B11)";

/// What is to be removed, and what comes next.
pub(super) fn assess(case: &Case, context: &Context<'_>, assessment: Assessment) -> Assessment {
    let mut assessment = assessing::not_logged(assessment);
    assessment.writes = plan(&case.ledger, context.now);
    let next = assessment.writes.iter().find(|write| !assessing::is_parked(case, write));
    let seen = case.ledger.written_at(SEEN).filter(|_| messages_seen(&case.ledger).is_some());
    assessment.step = match next {
        None => Step::Rest,
        Some(_) if seen.is_some_and(|at| context.now - at < SEEN_JUST_NOW) => Step::Write,
        Some(_) => Step::LookAtTicket,
    };
    assessment.standing = match assessment.writes.is_empty() {
        true => Standing::NotLogged(reason()),
        false => Standing::Logged,
    };
    assessment
}

fn reason() -> Reason {
    let text = "A person took this record back, so nothing more is written for the call. Write it again if it should be there \
                after all.";
    Reason { code: "withdrawn".into(), text: text.into() }
}

fn plan(ledger: &Ledger, now: DateTime<Utc>) -> Vec<Write> {
    let mut writes: Vec<Write> = linked(ledger).into_iter().collect();
    let Some(ticket) = ledger.id("ticket").filter(|_| !ledger.has(GONE)) else { return writes };
    let (notes, tags) = (notes(ledger), tags(ledger));
    if notes.is_empty() && tags.is_empty() {
        return writes;
    }
    if is_ours_alone(ledger, notes.len(), &tags) {
        let trash = TicketUpdate { trash: Some(now), ..TicketUpdate::default() };
        let parts = notes.iter().flat_map(|(key, _)| with_what_is_packed_into(ledger, key));
        writes.push(Write {
            removes: parts.chain(tags.iter().map(|(key, _)| key.clone())).collect(),
            rule: RULE.into(),
            ..for_ticket(WriteKind::TakeBack, ticket, |id| gorgias::tickets::update(id, &trash))
        });
        return writes;
    }
    writes.extend(notes.iter().map(|(key, note)| Write {
        removes: with_what_is_packed_into(ledger, key),
        rule: RULE.into(),
        ..for_ticket(WriteKind::TakeBack, ticket, |id| gorgias::messages::delete(id, *note))
    }));
    if !tags.is_empty() {
        let mut names: Vec<&str> = tags.iter().map(|(_, name)| name.as_str()).collect();
        names.dedup();
        writes.push(Write {
            removes: tags.iter().map(|(key, _)| key.clone()).collect(),
            rule: RULE.into(),
            ..for_ticket(WriteKind::TakeBack, ticket, |id| gorgias::tickets::remove_tags(id, &names))
        });
    }
    writes
}

/// The note in the ticket that the call was placed from (G9).
fn linked(ledger: &Ledger) -> Option<Write> {
    let (ticket, note) = (ledger.id(FROM_TICKET)?.parse().ok()?, ledger.id(LINKED)?.parse().ok()?);
    Some(Write {
        removes: vec![LINKED.to_owned()],
        rule: RULE.into(),
        ..from(WriteKind::TakeBack, &gorgias::messages::delete(ticket, note))
    })
}

/// Keys and ids of the notes that we wrote into the ticket.
fn notes(ledger: &Ledger) -> Vec<(String, u64)> {
    let is_note = |key: &str| {
        matches!(key, "answered" | "ended" | "recording" | "voicemail" | "not_found")
            || key.starts_with("comment:")
    };
    // A file that is packed into a note goes with it.
    let is_packed = |row: &&LedgerRow| row.holding.detail.get("in").is_some();
    let rows = ledger.rows().filter(|row| is_note(&row.holding.key) && !is_packed(row));
    rows.filter_map(|row| Some((row.holding.key.clone(), row.holding.helpdesk_id.parse().ok()?))).collect()
}

/// Keys and names of the tags that we put on, and nobody before us.
fn tags(ledger: &Ledger) -> Vec<(String, String)> {
    let ours = ledger.under("tag:").filter(|(_, row)| row.holding.detail.get("theirs").is_none());
    ours.filter_map(|(key, row)| {
        Some((format!("tag:{key}"), row.holding.detail.get("name")?.as_str()?.to_owned()))
    })
    .collect()
}

fn with_what_is_packed_into(ledger: &Ledger, note: &str) -> Vec<String> {
    let packed =
        ledger.rows().filter(|row| row.holding.detail.get("in").and_then(Value::as_str) == Some(note));
    std::iter::once(note.to_owned()).chain(packed.map(|row| row.holding.key.clone())).collect()
}

fn messages_seen(ledger: &Ledger) -> Option<u64> {
    ledger.detail(SEEN)?.get("messages")?.as_u64()
}

/// Whether the ticket, as it was seen last, has no message, no tag and no assignee but ours.
fn is_ours_alone(ledger: &Ledger, notes: usize, tags: &[(String, String)]) -> bool {
    let Some(seen) = ledger.detail(SEEN) else { return false };
    let wrote =
        ledger.detail("assignee").or(ledger.detail("ticket")).and_then(|detail| detail.get("assignee"));
    let same = |name: &str| tags.iter().any(|(_, ours)| ours.to_lowercase() == name.to_lowercase());
    let theirs =
        seen["tags"].as_array().into_iter().flatten().filter_map(Value::as_str).any(|name| !same(name));
    messages_seen(ledger).is_some_and(|messages| messages <= notes as u64)
        && !theirs
        && wrote.and_then(Value::as_u64) == seen["assignee"].as_u64()
}
