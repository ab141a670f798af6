//! Tickets of a customer's calls that another integration made: the vendor's own, for instance, beside which shadow mode
//! runs.

use gorgias::{Account, Ticket};

use super::conversation::of_customer;
use super::refusal;
use crate::helpdesk::{Answer, Refusal, Request};
use crate::others::{Others, OthersRecord, Span};

/// What tickets of calls are of: `phone`, and `aircall` where the vendor's own integration made them
/// (`reference/gorgias.md` §7).
const CHANNELS: [&str; 2] = ["phone", "aircall"];
/// Our own markers begin so.
const OURS: &str = "aircall:call:";

pub(super) fn ask(account: &Account, customer: &str) -> Option<Request> {
    let _: u64 = customer.parse().ok()?;
    Some(of_customer(customer).to_http(account))
}

pub(super) fn read(
    account: &Account,
    customer: &str,
    span: Span,
    answer: &Answer,
) -> Result<Others, Refusal> {
    let listed = of_customer(customer).parse(answer).map_err(refusal)?;
    let records = listed.items.into_iter().filter_map(|ticket| record(account, customer, span, ticket));
    Ok(Others { records: records.collect(), further: Vec::new() })
}

fn record(account: &Account, customer: &str, span: Span, ticket: Ticket) -> Option<OthersRecord> {
    let at = ticket.created_datetime.filter(|at| span.holds(*at))?;
    let is_of_a_call = ticket.channel.as_deref().is_some_and(|channel| CHANNELS.contains(&channel));
    let is_ours = ticket.external_id.as_deref().is_some_and(|id| id.starts_with(OURS));
    let stands = !ticket.spam && ticket.trashed_datetime.is_none();
    (is_of_a_call && !is_ours && stands).then(|| OthersRecord {
        id: ticket.id.to_string(),
        title: ticket.subject.unwrap_or_default(),
        customer: customer.to_owned(),
        agent: ticket.assignee_user_id.map(|id| id.to_string()),
        tags: ticket.tags,
        at,
        url: Some(account.ticket_url(ticket.id)),
    })
}
