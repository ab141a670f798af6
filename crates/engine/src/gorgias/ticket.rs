//! What people did to a ticket of ours (G25): the answers that tell, and the look that is taken before a late write.
//!
//! Every answer that holds the whole ticket is heard: the create's, that of a change of status or assignee, a probe's.
//! What is written within seconds of such an answer needs no question; what comes later asks first, by one light read.

use chrono::{DateTime, Utc};
use gorgias::tickets::ListTickets;
use gorgias::{Account, ErrorKind, Ticket};
use serde_json::{Value, json};
use sidetone_protocol::Reason;

use super::answers::refusal;
use crate::helpdesk::{Answer, Probed, Refusal, Request};
use crate::ledger::{GONE, Holding, Ledger, SEEN};

/// What a ticket says of itself: how it was found, and whether it was thrown away.
pub(super) fn told_by(ticket: &Ticket) -> Vec<Holding> {
    let seen = json!({
        "assignee": ticket.assignee_user_id, "tags": ticket.tags, "closed": closed_at(ticket.closed_datetime),
        "messages": ticket.messages_count.or(ticket.messages.as_ref().map(|all| all.len() as u64)),
    });
    let why = match (ticket.trashed_datetime, ticket.spam) {
        (Some(_), _) => Some("ticket_trashed"),
        (None, true) => Some("ticket_spam"),
        (None, false) => None,
    };
    let mut told = vec![note(SEEN, seen)];
    told.extend(why.map(gone));
    told
}

/// When a ticket was closed, as Gorgias' clock says; only ever compared with what the same ticket said before.
pub(super) fn closed_at(moment: Option<DateTime<Utc>>) -> Value {
    moment.map_or(Value::Null, |at| at.to_rfc3339().into())
}

/// The same, out of the body of an answer that may or may not hold a ticket.
pub(super) fn told_by_body(body: &Value) -> Vec<Holding> {
    let is_ticket = body.get("messages").is_some() || body.get("status").is_some();
    Ticket::from_value(body).filter(|_| is_ticket).map(|ticket| told_by(&ticket)).unwrap_or_default()
}

fn gone(why: &str) -> Holding {
    note(GONE, json!({ "why": why }))
}

fn note(key: &str, detail: Value) -> Holding {
    Holding { key: key.into(), helpdesk_id: String::new(), detail }
}

/// Asks how the ticket is: the list's form, because a single read gathers shop data for up to 14 s
/// (`reference/gorgias.md` §6.2).
pub(super) fn look(account: &Account, ledger: &Ledger) -> Option<Request> {
    Some(listed(ticket_id(ledger)?).to_http(account))
}

/// Reads that answer. A list that lacks the ticket proves nothing, for lists may lag: the ticket itself is asked then.
pub(super) fn looked(account: &Account, ledger: &Ledger, answer: &Answer) -> Result<Probed, Refusal> {
    let Some(id) = ticket_id(ledger) else { return Ok(Probed::Nothing) };
    let is_list = serde_json::from_slice::<Value>(answer.body())
        .is_ok_and(|body| body.is_array() || body.get("data").is_some());
    if is_list {
        let found = listed(id).parse(answer).map_err(refusal)?;
        return Ok(match found.items.iter().find(|ticket| ticket.id == id) {
            Some(ticket) => Probed::Done(told_by(ticket)),
            None => Probed::Ask(Box::new(gorgias::tickets::get(id).to_http(account))),
        });
    }
    match gorgias::tickets::get(id).parse(answer) {
        Ok(ticket) => Ok(Probed::Done(told_by(&ticket))),
        Err(error) if *error.kind() == ErrorKind::NotFound => Ok(Probed::Done(vec![gone("ticket_gone")])),
        Err(error) => Err(refusal(error)),
    }
}

fn listed(id: u64) -> gorgias::Request<gorgias::List<Ticket>> {
    gorgias::tickets::list(&ListTickets { ids: vec![id], include_trashed: true, ..ListTickets::default() })
}

fn ticket_id(ledger: &Ledger) -> Option<u64> {
    ledger.id("ticket")?.parse().ok()
}

/// Why a call gets nothing more, and what a person can do.
pub(super) fn reason(ledger: &Ledger) -> Option<Reason> {
    let code = ledger.detail(GONE)?.get("why").and_then(Value::as_str).unwrap_or("ticket_gone");
    let what = match code {
        "ticket_trashed" => "was moved to the trash in Gorgias",
        "ticket_spam" => "was marked as spam in Gorgias",
        _ => "was deleted in Gorgias",
    };
    Some(Reason {
        code: code.to_owned(),
        text: format!(
            "The ticket of this call {what}, so nothing more is written to it. If the call should be in Gorgias after \
             all, create it again: a new ticket is made."
        ),
    })
}
