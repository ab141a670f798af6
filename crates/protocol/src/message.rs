//! A text message as a window shows it (rows M).

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{CallState, Candidate, ChosenView, CustomerView, Direction, ExplanationView, LedgerView, Named};
use crate::{NumberView, PlanView, Reason, TicketView};

/// What kind of message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum MessageKind {
    /// A text message, with or without files.
    Sms,
    /// WhatsApp: kept and listed, not written (M8).
    Whatsapp,
    /// A message to a group: kept and listed, not written (M8).
    Group,
}

/// A message as one row of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct MessageView {
    /// Aircall's message id.
    pub id: String,
    /// What kind.
    pub kind: MessageKind,
    /// Which way.
    pub direction: Direction,
    /// The other party.
    pub number: NumberView,
    /// The customer it is logged to, or would be.
    pub customer: Option<CustomerView>,
    /// The name that Aircall knows for the other party, if the helpdesk knows none.
    pub contact_name: Option<String>,
    /// The Aircall line.
    pub line: Named,
    /// Who sent it, where that is known.
    pub agent: Option<Named>,
    /// When it was sent, unix seconds.
    pub sent_at: i64,
    /// What it says, at most 1600 characters.
    pub text: String,
    /// How many files came with it.
    pub files: u32,
    /// Aircall's status, verbatim: `received`, `sent`, `delivered` …
    pub status: Option<String>,
    /// What has become of the record.
    pub state: CallState,
    /// Why, where there is something to say.
    pub reason: Option<Reason>,
    /// The conversation that holds it.
    pub ticket: Option<TicketView>,
}

/// Everything about one message: `GET /api/messages/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct MessageDetail {
    /// The head.
    pub message: MessageView,
    /// The customers who share the number, best first, as long as one must be chosen (B7).
    pub candidates: Vec<Candidate>,
    /// Whom a person chose: for this message, else for its number.
    pub chosen: Option<ChosenView>,
    /// What the helpdesk holds.
    pub ledger: Vec<LedgerView>,
    /// What is still to come.
    pub plan: PlanView,
    /// Why each record is there.
    pub explanation: Vec<ExplanationView>,
}

/// A page of messages, newest first: `GET /api/messages`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct MessagePage {
    /// The messages.
    pub messages: Vec<MessageView>,
    /// Give this as `before` to get the next page; null at the end.
    pub next: Option<String>,
}
