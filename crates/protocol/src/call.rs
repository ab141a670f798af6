//! A call as a window shows it: head, state, completeness, card, ledger, plan, explanation.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which way the call went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum Direction {
    /// A customer called us.
    Inbound,
    /// An agent called out.
    Outbound,
}

/// Where the call stands now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum Phase {
    /// Inbound: at least one phone rings, or the caller is in a menu or queue. Outbound: being dialled.
    Ringing,
    /// Two people talk.
    InCall,
    /// Over.
    Ended,
}

/// How an ended call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum Outcome {
    /// Somebody answered.
    Answered,
    /// Inbound, nobody answered, no voicemail (yet).
    Missed,
    /// Inbound, nobody answered, a voicemail was left.
    Voicemail,
    /// Outbound, the other side did not answer.
    Unanswered,
}

/// What kind of number the other party has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum NumberKind {
    /// A number that parses; `e164` is set.
    Phone,
    /// The caller withheld it.
    Withheld,
    /// A short code or something that is no telephone number: shown as received, cannot be dialled.
    Other,
}

/// The other party's number, ready to show. The page formats `e164` for its reader; `received` is the fallback.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct NumberView {
    /// What kind it is.
    pub kind: NumberKind,
    /// `+34666444555`, for `phone` only.
    pub e164: Option<String>,
    /// International form with grouping, `+34 666 44 45 55`.
    pub international: Option<String>,
    /// National form, `666 44 45 55`, shown to readers of the same country.
    pub national: Option<String>,
    /// ISO 3166 alpha-2 country of the number.
    pub country: Option<String>,
    /// As Aircall sent it; empty when withheld.
    pub received: String,
}

/// Something with an id and a name: a line, an agent, a team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct Named {
    /// The vendor's id.
    pub id: String,
    /// Its name there.
    pub name: String,
}

/// A customer of the helpdesk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct CustomerView {
    /// The helpdesk's id.
    pub id: String,
    /// Full name; empty if the helpdesk has none.
    pub name: String,
    /// Primary e-mail address.
    pub email: Option<String>,
    /// The helpdesk's note about this customer.
    pub note: Option<String>,
    /// The customer's page in the helpdesk.
    pub url: Option<String>,
}

/// A page in the helpdesk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct TicketView {
    /// The helpdesk's id.
    pub id: String,
    /// Where a browser opens it.
    pub url: Option<String>,
}

/// What has become of the record of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum CallState {
    /// The helpdesk holds everything it should by now.
    Complete,
    /// Something is on its way, or will be when the call goes on.
    Pending,
    /// Waits for a person's decision.
    Held,
    /// A write was refused for good; it can be retried.
    Parked,
    /// Nothing is written for this call; `reason` says why.
    NotLogged,
}

/// Why a call is in its state: a stable code, and a sentence in English for logs and API users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct Reason {
    /// Stable, snake case: `no_author`, `before_go_live`, `refused` …
    pub code: String,
    /// One sentence that says what happened and what to do.
    pub text: String,
}

/// State of one part of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum PartState {
    /// In the helpdesk.
    Written,
    /// Should come, and will be written when it does.
    Awaited,
    /// This call will not have it.
    NotExpected,
}

/// B10: what of the record is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct Completeness {
    /// The notes about the call.
    pub note: PartState,
    /// The tags.
    pub tags: PartState,
    /// The recording, attached or linked.
    pub recording: PartState,
    /// The voicemail, attached or linked.
    pub voicemail: PartState,
}

/// A call as one row of a list, and as the head of its page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct CallView {
    /// Aircall's call id, decimal.
    pub id: String,
    /// Which way.
    pub direction: Direction,
    /// Where it stands.
    pub phase: Phase,
    /// How it ended; null while it is up.
    pub outcome: Option<Outcome>,
    /// The other party.
    pub number: NumberView,
    /// The customer it is logged to, or would be.
    pub customer: Option<CustomerView>,
    /// The name that Aircall knows for the other party, if the helpdesk knows none.
    pub contact_name: Option<String>,
    /// The Aircall line.
    pub line: Named,
    /// The agent who has, had or gets the call.
    pub agent: Option<Named>,
    /// When it began to ring.
    pub started_at: i64,
    /// When it was answered.
    pub answered_at: Option<i64>,
    /// When it was hung up.
    pub ended_at: Option<i64>,
    /// Aircall's `missed_call_reason`, verbatim.
    pub missed_reason: Option<String>,
    /// What has become of the record.
    pub state: CallState,
    /// Why, where there is something to say.
    pub reason: Option<Reason>,
    /// Which parts are there.
    pub completeness: Completeness,
    /// The ticket or conversation that holds the record.
    pub ticket: Option<TicketView>,
}

/// How far the look-up of a caller has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum Match {
    /// The helpdesk has been asked, nothing is known yet.
    Looking,
    /// One customer.
    Found,
    /// Several customers share the number; see `candidates`.
    Several,
    /// The helpdesk knows nobody with this number.
    Unknown,
    /// There is no number to look up.
    Withheld,
    /// The helpdesk could not be asked; the call goes on without.
    Failed,
}

/// Why a customer may be the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum MatchReason {
    /// A person chose this customer for the number.
    Chosen,
    /// Has exactly this number.
    ExactNumber,
    /// Has this number in another spelling; see `spelled`.
    OtherSpelling,
    /// Has the e-mail address of the Aircall contact.
    SameEmail,
    /// Has an e-mail address at the same company as the Aircall contact; a common mail provider is none.
    SameEmailDomain,
    /// Is called like the Aircall contact.
    SameName,
    /// The last of our calls with any of the candidates was with this one.
    LastCall,
    /// Of the candidates, the one that was changed last in the helpdesk.
    RecentlyUpdated,
}

/// A customer who may be the caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct Candidate {
    /// Who.
    pub customer: CustomerView,
    /// Why it may be this one.
    pub reasons: Vec<MatchReason>,
    /// The number as it is written in the helpdesk, where that is not its E.164 form.
    pub spelled: Option<String>,
    /// Calls that are logged to this customer.
    pub calls: u32,
    /// When the newest of them began; null if there is none.
    pub last_call_at: Option<i64>,
    /// When the newest ticket was made for one of them.
    pub last_ticket_at: Option<i64>,
}

/// The customer whom a person chose for a call or for its number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct ChosenView {
    /// Who.
    pub customer: CustomerView,
    /// When it was chosen.
    pub at: i64,
    /// For the number, so that it holds for later calls too, until it is withdrawn.
    pub remembered: bool,
    /// The helpdesk has this customer no longer, or the number is another's now: choose again.
    pub gone: bool,
}

/// The name that a person gave to an unknown caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct NamedView {
    /// Full name.
    pub name: String,
    /// E-mail address, if it was given.
    pub email: Option<String>,
    /// When it was given.
    pub at: i64,
}

/// Who is calling: shown while the call is up, and remembered with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct Card {
    /// Aircall's call id.
    pub call_id: String,
    /// How far the look-up has come.
    pub matched: Match,
    /// The customer, for `found`.
    pub customer: Option<CustomerView>,
    /// All that share the number, best first, for `several`.
    pub candidates: Vec<Candidate>,
    /// Whom a person chose; null if nobody did.
    pub chosen: Option<ChosenView>,
    /// The name that a person gave, until the customer of that name is made; null if nobody did.
    pub named: Option<NamedView>,
    /// The customer's other numbers, in international form, at most five.
    #[serde(default)]
    pub other_numbers: Vec<String>,
    /// Earlier calls with this customer or number, newest first, at most four.
    pub history: Vec<CallView>,
    /// How many earlier calls there are in all.
    pub history_total: u32,
}

/// One thing that the helpdesk holds because we wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct LedgerView {
    /// Stable key: `ticket`, `answered`, `ended`, `comment:991`, `tag:Aircall`, `status` …
    pub key: String,
    /// The helpdesk's id for it.
    pub helpdesk_id: String,
    /// When the write was answered, RFC 3339.
    pub written_at: String,
}

/// One request that is still to come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct WriteView {
    /// The ledger key that it settles; several joined by `+` when facts are packed into one request.
    pub key: String,
    /// HTTP verb.
    pub method: String,
    /// Path and query below the helpdesk's address.
    pub path: String,
    /// JSON body. An id that only an earlier write will give stands as a word in braces, `{customer}`.
    #[ts(type = "unknown")]
    pub body: serde_json::Value,
}

/// Record − ledger, as ordered requests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct PlanView {
    /// How many requests `writes` holds.
    pub requests: u32,
    /// The requests, in order.
    pub writes: Vec<WriteView>,
}

/// B11: one line of "why is this here?".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct ExplanationView {
    /// When the request was answered, unix seconds.
    pub at: i64,
    /// What came from Aircall.
    pub event: String,
    /// How Aircall's events come here: `webhook`, `polling`; null where it was not kept.
    #[serde(default)]
    pub by: Option<String>,
    /// How many kinds of events had come of the call by then.
    #[serde(default)]
    pub events: u32,
    /// When the first of them was, unix seconds.
    #[serde(default)]
    pub first_event_at: Option<i64>,
    /// How often something came of the call that was known already.
    #[serde(default)]
    pub repeats: u32,
    /// How the customer was found.
    pub r#match: String,
    /// Which rule led to the write.
    pub rule: String,
    /// Verb and path.
    pub request: String,
    /// Status and what it gave.
    pub answer: String,
}

/// Everything about one call: `GET /api/calls/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct CallDetail {
    /// Aircall's call id, decimal.
    pub id: String,
    /// What has become of the record.
    pub state: CallState,
    /// Why, where there is something to say.
    pub reason: Option<Reason>,
    /// Which parts are there.
    pub completeness: Completeness,
    /// All facts of the call, as Aircall names them.
    #[ts(type = "Record<string, unknown>")]
    pub facts: serde_json::Value,
    /// What the helpdesk holds.
    pub ledger: Vec<LedgerView>,
    /// What is still to come.
    pub plan: PlanView,
    /// Why each record is there.
    pub explanation: Vec<ExplanationView>,
    /// Its recording and voicemail in the folder for them (C6); empty where none is set.
    #[serde(default)]
    pub kept: Vec<KeptFileView>,
    /// The head.
    pub call: CallView,
    /// Who is calling.
    pub card: Card,
}

/// A recording or voicemail in the folder for them (C6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct KeptFileView {
    /// Which.
    pub medium: KeptMedium,
    /// How far it is.
    pub state: KeptFileState,
    /// Where it lies, on the computer that keeps it; null unless it is kept.
    pub path: Option<String>,
    /// How large it is, where that is known.
    #[ts(type = "number | null")]
    pub bytes: Option<u64>,
    /// SHA-256 of what was kept, in hex.
    pub sha256: Option<String>,
    /// Since when it is so, unix seconds; null while it is awaited.
    #[ts(type = "number | null")]
    pub at: Option<i64>,
}

/// What a call can leave as a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum KeptMedium {
    /// What was said.
    Recording,
    /// What the caller said to nobody.
    Voicemail,
}

/// How far a file is on its way into the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum KeptFileState {
    /// It is to be fetched.
    Awaited,
    /// It lies there.
    Kept,
    /// It was put there, and somebody has taken it away. It is not fetched again.
    Gone,
    /// It was not to be had.
    Missing,
    /// Sidetone has taken it away: its time was over, or the call was forgotten.
    Removed,
}

/// A page of calls, newest first: `GET /api/calls`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct CallPage {
    /// The calls.
    pub calls: Vec<CallView>,
    /// Give this as `cursor` to get the next page; null at the end.
    pub next: Option<String>,
    /// How many calls there are, on the first page of a search: counted to 1,000 and no further. Null elsewhere.
    #[serde(default)]
    pub total: Option<u32>,
    /// Of a search: the comments in which everything that was typed stands, of the calls of this page.
    #[serde(default)]
    pub notes: Vec<NoteFound>,
}

/// A comment of a call in which a search found something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct NoteFound {
    /// Aircall's call id, decimal.
    pub call_id: String,
    /// The whole text.
    pub text: String,
    /// Who wrote it, where Aircall says so.
    pub author: Option<String>,
    /// When, unix seconds.
    pub at: Option<i64>,
}
