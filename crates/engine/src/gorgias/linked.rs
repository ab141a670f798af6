//! A call that was placed from a ticket, and that ticket (G9): the call's first note names it, and it gets a note that
//! leads to the call's ticket.
//!
//! That note goes into a ticket that is not the call's: before it is written it is looked whether a person threw that
//! ticket away, and whether the note is there already.

use gorgias::tickets::ListTickets;
use gorgias::{Account, Author, Body, ErrorKind, NewMessage, Ticket};
use serde_json::{Value, json};
use sidetone_words::fill;

use super::answers::refusal;
use super::notes::Note;
use super::record::author;
use super::{messages, ticket_marker, user_id};
use crate::helpdesk::{Answer, Assessment, Context, Probed, Refusal, Request, Standing, Step};
use crate::ledger::{
    AttemptState, FROM_TICKET, Holding, LINKED, Ledger, UNLINKED, Write, WriteKind, unlinked,
};
use crate::settings::Language;
use crate::store::Case;
use crate::words::{Words, words};

/// Stands for the call's ticket as long as it is not made.
const TICKET: &str = "{ticket}";

/// The call's first note names the ticket that it was placed from.
pub(super) fn name_old(note: &mut Note, w: &Words, ledger: &Ledger) {
    let Some(old) = ledger.id(FROM_TICKET) else { return };
    let url = ledger.detail(FROM_TICKET).and_then(|d| d.get("url")?.as_str());
    note.pointer(fill(w.called_from_ticket, &[("n", old)]), url);
}

/// What is still to be written into the old ticket, after everything else.
pub(super) fn add(account: &Account, case: &Case, context: &Context<'_>, assessment: &mut Assessment) {
    let Some(write) = write(account, case, context).filter(|_| assessment.standing == Standing::Logged)
    else {
        return;
    };
    let is_parked = |write: &Write| {
        let of = |a: &crate::ledger::Attempt| a.write.main_key() == write.main_key();
        case.attempts.iter().any(|a| a.state == AttemptState::Parked && of(a))
    };
    let is_next = case.ledger.has("ticket") && assessment.writes.iter().all(is_parked) && !is_parked(&write);
    assessment.writes.push(write);
    if is_next {
        assessment.step = Step::LookAtLinked;
    }
}

fn write(account: &Account, case: &Case, context: &Context<'_>) -> Option<Write> {
    let ledger = &case.ledger;
    let old: u64 = ledger.id(FROM_TICKET)?.parse().ok()?;
    if ledger.has(LINKED) || ledger.has(UNLINKED) {
        return None;
    }
    let language = ledger.detail("ticket").and_then(|d| d.get("language")?.as_str());
    let language = language.and_then(Language::from_code).unwrap_or(context.settings.logging.language);
    let new = ledger.id("ticket").unwrap_or(TICKET);
    let agent = case.call.first_agent().map(|agent| context.completed(agent));
    let author = author(context.people?, agent.as_ref())?;
    let mut note = Note::new("");
    let url = new.parse().ok().map(|id| account.ticket_url(id));
    let w = words(language);
    note.pointer(fill(w.call_is_in_ticket, &[("n", new)]), url.as_deref());
    let marker = format!("{}:{LINKED}", ticket_marker(&case.call));
    let author = Author { user_id: user_id(&author), name: author.name, email: author.email };
    let body = Body { text: note.text(w), html: note.html(w) };
    let at = case.call.started_at().unwrap_or(context.now);
    let message = NewMessage::internal_note(&author, body, marker.clone(), at);
    let request = gorgias::messages::create(old, &message);
    let detail = json!({ "author": author.user_id, "ticket": old });
    Some(Write {
        kind: WriteKind::AddLink,
        holdings: vec![Holding { key: LINKED.into(), helpdesk_id: String::new(), detail }],
        removes: Vec::new(),
        method: request.method().to_string(),
        path: request.path().to_owned(),
        body: request.body().cloned().unwrap_or(Value::Null),
        marker: Some(marker),
        rule: "The call was placed from this ticket, which gets a note that leads to the call's (G9)".into(),
    })
}

/// Asks how the old ticket is.
pub(super) fn look(account: &Account, ledger: &Ledger) -> Option<Request> {
    Some(listed(old_ticket(ledger)?).to_http(account))
}

/// Reads the answer to `asked`: the ticket in a list, by itself, or its messages. `Nothing`: it stands, and has no note of
/// ours.
pub(super) fn looked(
    account: &Account,
    case: &Case,
    asked: &http::Uri,
    answer: &Answer,
) -> Result<Probed, Refusal> {
    let Some(id) = old_ticket(&case.ledger) else { return Ok(Probed::Done(vec![unlinked("ticket_gone")])) };
    match asked.path() {
        "/api/tickets" => {
            let found = listed(id).parse(answer).map_err(refusal)?;
            Ok(match found.items.iter().find(|ticket| ticket.id == id) {
                Some(ticket) => is_there(account, ticket),
                // A list may lag.
                None => Probed::Ask(Box::new(gorgias::tickets::get(id).to_http(account))),
            })
        }
        "/api/messages" => note_found(account, case, id, answer),
        _ => match gorgias::tickets::get(id).parse(answer) {
            Ok(ticket) => Ok(is_there(account, &ticket)),
            Err(error) if *error.kind() == ErrorKind::NotFound => {
                Ok(Probed::Done(vec![unlinked("ticket_gone")]))
            }
            Err(error) => Err(refusal(error)),
        },
    }
}

fn is_there(account: &Account, ticket: &Ticket) -> Probed {
    match (ticket.trashed_datetime, ticket.spam) {
        (Some(_), _) => Probed::Done(vec![unlinked("ticket_trashed")]),
        (None, true) => Probed::Done(vec![unlinked("ticket_spam")]),
        (None, false) => Probed::Ask(Box::new(messages(ticket.id).to_http(account))),
    }
}

fn note_found(account: &Account, case: &Case, ticket: u64, answer: &Answer) -> Result<Probed, Refusal> {
    let request = messages(ticket);
    let page = request.parse(answer).map_err(refusal)?;
    let marker = format!("{}:{LINKED}", ticket_marker(&case.call));
    if let Some(ours) = page.items.iter().find(|m| m.external_id.as_deref() == Some(marker.as_str())) {
        let detail = json!({ "author": ours.sender_id, "ticket": ticket, "adopted": true });
        let holding = Holding { key: LINKED.into(), helpdesk_id: ours.id.to_string(), detail };
        return Ok(Probed::Done(vec![holding]));
    }
    Ok(match request.next_page(&page) {
        Some(next) => Probed::Ask(Box::new(next.to_http(account))),
        None => Probed::Nothing,
    })
}

fn old_ticket(ledger: &Ledger) -> Option<u64> {
    ledger.id(FROM_TICKET)?.parse().ok()
}

fn listed(id: u64) -> gorgias::Request<gorgias::List<Ticket>> {
    gorgias::tickets::list(&ListTickets { ids: vec![id], include_trashed: true, ..ListTickets::default() })
}
