//! Which of a customer's tickets is the conversation that takes text messages (M3), read from a list.

use chrono::{DateTime, Utc};
use gorgias::tickets::ListTickets;
use gorgias::{Account, ErrorKind, MAX_LIMIT, OrderBy, Ticket, TicketStatus};
use serde_json::Value;

use super::message::TAG;
use super::refusal;
use crate::conversation::{Conversation, Thread};
use crate::helpdesk::{Answer, Refusal, Request, Told};
use crate::ledger::{Holding, Write, WriteKind};

/// Asks for the customer's tickets, those changed last first; there is no filter by channel or status
/// (`reference/gorgias.md` §6.2).
pub(super) fn ask(account: &Account, customer: &str) -> Request {
    of_customer(customer).to_http(account)
}

/// Reads that answer, or that to the question after one ticket.
pub(super) fn told(
    account: &Account,
    customer: &str,
    known: Option<&Conversation>,
    now: DateTime<Utc>,
    answer: &Answer,
) -> Result<Told, Refusal> {
    let known = known.and_then(|known| known.thread.as_ref());
    let is_list = serde_json::from_slice::<Value>(answer.body())
        .is_ok_and(|body| body.is_array() || body.get("data").is_some());
    let thread = if is_list {
        let listed = of_customer(customer).parse(answer).map_err(refusal)?.items;
        let known_id = known.and_then(|thread| thread.ticket.parse::<u64>().ok());
        if let Some(id) = known_id
            && !listed.iter().any(|ticket| ticket.id == id)
            && best(listed.clone(), None).is_none_or(|other| other.closed_at.is_some())
        {
            // Thrown away, or too new for the list, or behind a hundred others, or gone to another customer with a
            // merge: it is asked itself.
            let request = Box::new(gorgias::tickets::get(id).to_http(account));
            return Ok(Told::Ask { request, so_far: None });
        } else {
            best(listed, known)
        }
    } else {
        match gorgias::tickets::get(0).parse(answer) {
            Ok(ticket) => best(vec![ticket], known),
            Err(error) if *error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(refusal(error)),
        }
    };
    Ok(Told::Conversation(Box::new(Conversation { thread, ..Conversation::none(customer, now) })))
}

/// The same with those that were thrown away: what was said there is not said once more.
pub(super) fn ask_for_all(account: &Account, customer: &str) -> Request {
    tickets_of(customer, true).to_http(account)
}

pub(super) fn of_customer(customer: &str) -> gorgias::Request<gorgias::List<Ticket>> {
    tickets_of(customer, false)
}

fn tickets_of(customer: &str, include_trashed: bool) -> gorgias::Request<gorgias::List<Ticket>> {
    gorgias::tickets::list(&ListTickets {
        customer_id: customer.parse().ok(),
        include_trashed,
        order_by: Some(OrderBy::UpdatedDescending),
        limit: Some(MAX_LIMIT),
        ..ListTickets::default()
    })
}

/// An open one, else the one closed last. Spam and what was thrown away take nothing.
fn best(tickets: Vec<Ticket>, known: Option<&Thread>) -> Option<Thread> {
    let known_id = known.and_then(|thread| thread.ticket.parse::<u64>().ok());
    let takes = |ticket: &Ticket| {
        let ours = ticket.external_id.as_deref().is_some_and(|marker| marker.starts_with("aircall:message:"));
        let aircalls = ours || Some(ticket.id) == known_id || ticket.tags.iter().any(|tag| tag == TAG);
        let is_sms = ticket.channel.as_deref().is_none_or(|channel| channel == "sms");
        aircalls && is_sms && !ticket.spam && ticket.trashed_datetime.is_none()
    };
    let closed_at = |ticket: &Ticket| match ticket.status {
        Some(TicketStatus::Closed) => {
            Some(ticket.closed_datetime.or(ticket.updated_datetime).unwrap_or_default())
        }
        Some(TicketStatus::Open) | None => None,
    };
    let rank = |ticket: &Ticket| match closed_at(ticket) {
        None => (true, ticket.updated_datetime, Some(ticket.id) == known_id, ticket.id),
        closed => (false, closed, Some(ticket.id) == known_id, ticket.id),
    };
    let chosen = tickets.into_iter().filter(takes).max_by_key(rank)?;
    let known = known.filter(|known| known.ticket == chosen.id.to_string());
    Some(Thread {
        ticket: chosen.id.to_string(),
        closed_at: closed_at(&chosen),
        tagged: known.map(|known| known.tagged.clone()).unwrap_or_default(),
        tags: chosen.tags,
        ..Thread::default()
    })
}

/// What a message's write made of its conversation.
pub(super) fn after(
    known: Option<&Conversation>,
    customer: &str,
    write: &Write,
    held: &[Holding],
    now: DateTime<Utc>,
) -> Option<Conversation> {
    let names = || write.holdings.iter().filter(|h| h.key.starts_with("tag:"));
    let names = || names().filter_map(|h| h.detail.get("name")?.as_str().map(str::to_owned));
    match write.kind {
        WriteKind::CreateTicket => {
            let ticket = held.iter().find(|h| h.key == "ticket")?.helpdesk_id.clone();
            let (tags, tagged) = (names().collect(), names().collect());
            let thread = Some(Thread { ticket, tags, tagged, ..Thread::default() });
            Some(Conversation { thread, ..Conversation::none(customer, now) })
        }
        WriteKind::SetStatus => changed(known, |thread| thread.closed_at = None),
        WriteKind::AddTags => changed(known, |thread| thread.tagged.extend(names())),
        WriteKind::CreateCustomer
        | WriteKind::AddNumber
        | WriteKind::NameCustomer
        | WriteKind::AddEntry
        | WriteKind::AddLink
        | WriteKind::CreateTag
        | WriteKind::RemoveTags
        | WriteKind::SetAssignee
        | WriteKind::GiveTicket
        | WriteKind::TakeBack => None,
    }
}

/// A conversation whose thread was changed by us.
fn changed(known: Option<&Conversation>, change: impl FnOnce(&mut Thread)) -> Option<Conversation> {
    let mut conversation = known?.clone();
    change(conversation.thread.as_mut()?);
    Some(conversation)
}
