//! Tickets: reading, making, changing, tagging.

mod new_ticket;
mod ticket;

use chrono::{DateTime, SecondsFormat, Utc};
use http::Method;
use serde_json::{Map, Value, json};

pub use self::{
    new_ticket::NewTicket,
    ticket::{Ticket, TicketStatus},
};
use crate::{
    List, OrderBy, Request,
    lenient::{insert_some, list as many, one},
    list::limit,
    query::Query,
    request::nothing,
};

/// Which tickets to list. There is no filter by status, channel, tag, assignee or date, and asking for one is
/// refused (`reference/gorgias.md §6.2`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListTickets {
    /// Of this customer.
    pub customer_id: Option<u64>,
    /// With this external id; nothing makes it unique.
    pub external_id: Option<String>,
    /// Only these, at most 100; all if empty.
    pub ids: Vec<u64>,
    /// Whether trashed tickets come too. Gorgias' own default is yes, so this is always said.
    pub include_trashed: bool,
    /// Newest first if unset.
    pub order_by: Option<OrderBy>,
    /// Where a page begins.
    pub cursor: Option<String>,
    /// 1 to 100; Gorgias' default is 30.
    pub limit: Option<u32>,
}

/// To whom a ticket goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assign {
    /// To the user or team with this id.
    To(u64),
    /// To nobody.
    Nobody,
}

impl Assign {
    fn value(self) -> Value {
        match self {
            Self::To(id) => json!({ "id": id }),
            Self::Nobody => json!({ "id": null }),
        }
    }
}

/// A change to a ticket; what is `None` stays.
///
/// Tags are not among it, because an update replaces them all and wipes what agents put there: see [`add_tags`]
/// and [`remove_tags`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TicketUpdate {
    /// Open or closed.
    pub status: Option<TicketStatus>,
    /// The assigned user.
    pub assignee_user: Option<Assign>,
    /// The assigned team.
    pub assignee_team: Option<Assign>,
    /// The subject.
    pub subject: Option<String>,
    /// Another customer.
    pub customer_id: Option<u64>,
    /// Free for integrations.
    pub external_id: Option<String>,
    /// Takes the ticket out of the trash.
    pub untrash: bool,
    /// Puts it there, at this moment.
    pub trash: Option<DateTime<Utc>>,
}

impl TicketUpdate {
    fn body(&self) -> Value {
        let mut body = Map::new();
        insert_some(&mut body, "status", self.status.map(TicketStatus::as_str));
        insert_some(&mut body, "assignee_user", self.assignee_user.map(Assign::value));
        insert_some(&mut body, "assignee_team", self.assignee_team.map(Assign::value));
        insert_some(&mut body, "subject", self.subject.as_deref());
        insert_some(&mut body, "customer", self.customer_id.map(|id| json!({ "id": id })));
        insert_some(&mut body, "external_id", self.external_id.as_deref());
        let trashed = self.trash.map(|at| Value::from(at.to_rfc3339_opts(SecondsFormat::Secs, true)));
        insert_some(&mut body, "trashed_datetime", trashed.or(self.untrash.then_some(Value::Null)));
        body.into()
    }
}

/// The tickets that match, without their messages.
pub fn list(tickets: &ListTickets) -> Request<List<Ticket>> {
    let mut query = Query::default();
    query
        .push_some("customer_id", tickets.customer_id)
        .push_some("external_id", tickets.external_id.as_deref())
        .push("trashed", tickets.include_trashed)
        .push_some("order_by", tickets.order_by.map(OrderBy::as_str))
        .push_some("cursor", tickets.cursor.as_deref())
        .push_some("limit", limit(tickets.limit));
    for id in &tickets.ids {
        query.push("ticket_ids", id);
    }
    Request::get(query.on("/api/tickets"), many)
}

/// One ticket with its messages. It may take 14 s: give it time, or read the messages alone
/// (`reference/gorgias.md §6.2`).
pub fn get(ticket_id: u64) -> Request<Ticket> {
    Request::get(format!("/api/tickets/{ticket_id}"), one)
}

/// Makes a ticket.
pub fn create(ticket: &NewTicket) -> Request<Ticket> {
    Request::post("/api/tickets", ticket.body(), one)
}

/// Changes a ticket.
pub fn update(ticket_id: u64, update: &TicketUpdate) -> Request<()> {
    Request::new(Method::PUT, format!("/api/tickets/{ticket_id}"), Some(update.body()), nothing)
}

/// Adds tags by name to those the ticket has.
pub fn add_tags(ticket_id: u64, names: &[impl AsRef<str>]) -> Request<()> {
    Request::post(format!("/api/tickets/{ticket_id}/tags"), tag_names(names), nothing)
}

/// Takes tags off a ticket by name; the others stay.
pub fn remove_tags(ticket_id: u64, names: &[impl AsRef<str>]) -> Request<()> {
    let path = format!("/api/tickets/{ticket_id}/tags");
    Request::new(Method::DELETE, path, Some(tag_names(names)), nothing)
}

fn tag_names(names: &[impl AsRef<str>]) -> Value {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    json!({ "names": names })
}
