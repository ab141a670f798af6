//! What a customer has open in Gorgias, for whoever looks at the customer.

use chrono::{DateTime, Utc};
use gorgias::{Account, Ticket, TicketStatus};
use sidetone_protocol::{OpenRecord, OpenRecords};

use super::conversation::of_customer;
use super::refusal;
use crate::helpdesk::{Answer, Refusal, Request};
use crate::open_records::{MOST, last_said};

pub(super) fn ask(account: &Account, customer: &str) -> Option<Request> {
    let _: u64 = customer.parse().ok()?;
    Some(of_customer(customer).to_http(account))
}

/// Reads that answer. Spam is nothing that anybody works on.
pub(super) fn read(account: &Account, customer: &str, answer: &Answer) -> Result<OpenRecords, Refusal> {
    let listed = of_customer(customer).parse(answer).map_err(refusal)?;
    let url = |ticket: &Ticket| account.ticket_url(ticket.id);
    let mut tickets = listed.items;
    tickets.retain(|ticket| !ticket.spam && ticket.trashed_datetime.is_none());
    tickets.sort_by_key(|ticket| std::cmp::Reverse((last_at(ticket), ticket.id)));
    let latest_url = tickets.first().map(url);
    let open = || tickets.iter().filter(|ticket| ticket.status != Some(TicketStatus::Closed));
    let shown = |ticket: &Ticket| OpenRecord {
        id: ticket.id.to_string(),
        subject: ticket.subject.clone().unwrap_or_default(),
        last_text: ticket.excerpt.as_deref().and_then(last_said),
        last_at: last_at(ticket).map(|at| at.timestamp()),
        assignee: ticket.assignee_user_id.map(|id| id.to_string()),
        url: Some(url(ticket)),
    };
    Ok(OpenRecords {
        customer_id: customer.to_owned(),
        records: open().take(MOST).map(shown).collect(),
        total: u32::try_from(open().count()).unwrap_or(u32::MAX),
        more: listed.next_cursor.is_some(),
        latest_url,
    })
}

fn last_at(ticket: &Ticket) -> Option<DateTime<Utc>> {
    ticket.last_message_datetime.or(ticket.updated_datetime)
}
