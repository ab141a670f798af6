//! Messages of tickets.
//!
//! Gorgias **sends** an outgoing message that has no `sent_datetime` (`reference/gorgias.md §8.5`). Nothing here can
//! make such a message: [`NewMessage`] is an internal note, or something received or sent elsewhere already.

mod message;
mod new_message;

use http::Method;

pub use self::{
    message::Message,
    new_message::{Author, Body, Medium, NewMessage, Original, Party},
};
use crate::{
    List, Request,
    lenient::{list as many, one},
    list::limit,
    query::Query,
    request::nothing,
};

/// Which messages to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListMessages {
    /// Of this ticket.
    pub ticket_id: u64,
    /// Where a page begins.
    pub cursor: Option<String>,
    /// 1 to 100; Gorgias' default is 30.
    pub limit: Option<u32>,
}

/// A ticket's messages. There is no filter by external id: compare here (`reference/gorgias.md §9`).
pub fn list(messages: &ListMessages) -> Request<List<Message>> {
    let mut query = Query::default();
    query
        .push("ticket_id", messages.ticket_id)
        .push_some("cursor", messages.cursor.as_deref())
        .push_some("limit", limit(messages.limit));
    Request::get(query.on("/api/messages"), many)
}

/// Deletes a message of a ticket.
pub fn delete(ticket_id: u64, message_id: u64) -> Request<()> {
    Request::new(Method::DELETE, format!("/api/tickets/{ticket_id}/messages/{message_id}"), None, nothing)
}

/// Adds a message to a ticket.
pub fn create(ticket_id: u64, message: &NewMessage) -> Request<Message> {
    Request::post(format!("/api/tickets/{ticket_id}/messages"), message.body(), one)
}
