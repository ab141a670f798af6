//! How Sidetone is: connections, outbox, budget, alerts.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{BackfillView, ComputerView, RecoveryView, TellingView};

/// The worst that holds now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum HealthState {
    /// Everything written, everything connected.
    Well,
    /// Writes wait longer than ten seconds.
    Behind,
    /// A person has to do something; see `alerts`.
    NeedsAttention,
}

/// Which outside service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum Vendor {
    /// The phone system.
    Aircall,
    /// The helpdesk.
    Gorgias,
    /// The other helpdesk.
    Front,
}

/// One cause that needs a person, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct Alert {
    /// Stable: `aircall_refused`, `gorgias_refused`, `gorgias_wrong_account`, `webhook_disabled`, `other_writer`, `no_author`,
    /// `parked`, `messages_held` …
    pub code: String,
    /// Since when, unix seconds.
    pub since: i64,
    /// How many calls are affected.
    pub calls: u32,
    /// What happened, one sentence in English.
    pub what: String,
    /// What to do about it, one sentence in English.
    pub mend: String,
}

/// How a vendor answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum ConnectionState {
    /// Not asked yet.
    Untried,
    /// The last answer was a proper one.
    Accepted,
    /// The credential is refused.
    Refused,
    /// No proper answer: network, time-out, service fault.
    Unreachable,
}

/// One outside service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct Connection {
    /// Which.
    pub vendor: Vendor,
    /// How it answers.
    pub state: ConnectionState,
    /// When it last answered, unix seconds.
    pub answered_at: Option<i64>,
    /// Plain words, in English, where something is wrong.
    pub text: Option<String>,
}

/// What a request is for, in order of right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum LaneName {
    /// A phone rings: who is it?
    Ring,
    /// The record of a call of now.
    Live,
    /// Late additions, lists that are kept fresh.
    Late,
    /// Old calls.
    Backfill,
}

/// One lane of a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct LaneView {
    /// Which.
    pub lane: LaneName,
    /// Its requests in the current window.
    pub used: u32,
    /// How full the whole budget may be for a request of this lane to go: its share of the limit.
    pub limit: u32,
    /// Since when requests of this lane wait for room, unix seconds.
    pub waiting_since: Option<i64>,
}

/// One request budget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct BudgetView {
    /// Whose limit.
    pub vendor: Vendor,
    /// Requests of ours in the current window.
    pub ours: u32,
    /// Requests of others, as far as the vendor tells.
    pub others: u32,
    /// What all of us may use in one window: the vendor's limit as its headers tell; at Aircall our configured share.
    pub limit: u32,
    /// How much of that is always left to others.
    #[serde(default)]
    pub reserve: u32,
    /// The window, in seconds.
    pub window_seconds: u32,
    /// Every lane waits until then (after a 429), unix seconds.
    pub paused_until: Option<i64>,
    /// Since when others fill more than half of the limit, as the vendor tells, unix seconds.
    #[serde(default)]
    pub crowded_since: Option<i64>,
    /// The lanes, in order of right.
    #[serde(default)]
    pub lanes: Vec<LaneView>,
}

/// What waits to be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct OutboxView {
    /// Calls with something to write now.
    pub calls: u32,
    /// Requests that will take.
    pub writes: u32,
    /// Age of the oldest, in seconds.
    pub oldest_seconds: u32,
    /// Calls with a write that was refused for good.
    pub parked: u32,
    /// Calls that wait for a person's decision.
    pub held: u32,
    /// Calls that are not logged although they should be.
    pub not_logged: u32,
    /// Text messages that wait for a person's decision.
    #[serde(default)]
    pub messages_held: u32,
    /// Text messages that are not written although they should be: refused for good, or without an author.
    #[serde(default)]
    pub messages_stopped: u32,
}

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum Mode {
    /// Nothing is written.
    Off,
    /// Plans are made and shown, nothing is written.
    Shadow,
    /// Calls are written.
    Live,
}

/// How calls arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum SourceKind {
    /// In real time.
    Webhook,
    /// By asking every few seconds.
    Polling,
}

/// Where calls come from and when the last one did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct Source {
    /// How.
    pub kind: SourceKind,
    /// When the last event came in, unix seconds.
    pub last_event_at: Option<i64>,
}

/// Whether this installation writes the company's calls (B16).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum WriterState {
    /// Aircall was not asked yet, or does not answer; nothing is written until then.
    #[default]
    Unverified,
    /// It is the only one.
    Sole,
    /// Another installation writes; this one only reads.
    ReadOnly,
}

/// Who writes the company's calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct WriterView {
    /// Whether it is this installation.
    pub state: WriterState,
    /// Where the other installation is: the host of its webhook.
    pub other: Option<String>,
}

/// A person has paused logging.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct PausedView {
    /// Since when, unix seconds.
    pub since: i64,
    /// Calls with something to write; they are written on resume.
    pub waiting: u32,
}

/// Only where the vendors are the sandbox's stand-ins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct SandboxView {
    /// The page on which a person rings, answers and hangs up.
    pub control_url: String,
}

/// How much of the helpdesk's customers is mirrored here (B9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum DirectoryState {
    /// Nothing was read yet.
    #[default]
    Empty,
    /// All customers are being read for the first time.
    Reading,
    /// All customers were read once; what changes is read every few minutes.
    Complete,
    /// They could not all be read; `text` says why, and it is tried again.
    Incomplete,
}

/// The directory of all customers' numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct DirectoryView {
    /// How much of it is there.
    pub state: DirectoryState,
    /// Customers in it, also those without a number.
    pub customers: u32,
    /// Numbers that can be matched.
    pub numbers: u32,
    /// Numbers that nothing can match.
    pub unmatched: u32,
    /// When the reading of all customers that is under way began, unix seconds.
    pub pass_began_at: Option<i64>,
    /// When all customers had been read last, unix seconds.
    pub complete_at: Option<i64>,
    /// When what changed in the helpdesk was read last, unix seconds.
    pub checked_at: Option<i64>,
    /// Plain words, in English, where something is wrong.
    pub text: Option<String>,
}

/// `GET /api/health`, and the `health` event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct Health {
    /// The worst that holds now.
    pub state: HealthState,
    /// What is written.
    pub mode: Mode,
    /// Set while a person has paused logging, or has uninstalled Sidetone.
    #[serde(default)]
    pub paused: Option<PausedView>,
    /// Whether this installation writes.
    #[serde(default)]
    pub writer: WriterView,
    /// Causes that need a person.
    pub alerts: Vec<Alert>,
    /// The outside services.
    pub connections: Vec<Connection>,
    /// What waits.
    pub outbox: OutboxView,
    /// Request budgets.
    pub budgets: Vec<BudgetView>,
    /// Where calls come from.
    pub source: Source,
    /// Set in the sandbox only.
    pub sandbox: Option<SandboxView>,
    /// The directory of all customers' numbers.
    #[serde(default)]
    pub directory: Option<DirectoryView>,
    /// What was missed and is recovered: those under way, and those that were done within the hour.
    #[serde(default)]
    pub recoveries: Vec<RecoveryView>,
    /// Old calls that are read or written because a person wants it: those that are open, and those that ended within the hour.
    #[serde(default)]
    pub backfills: Vec<BackfillView>,
    /// The computer that Sidetone runs on; unset until somebody has looked.
    #[serde(default)]
    pub computer: Option<ComputerView>,
    /// How people are told by mail and web hook; empty where nobody is.
    #[serde(default)]
    pub telling: Vec<TellingView>,
    /// Webhook bodies in the store that nothing could be made of.
    pub odd_events: u32,
    /// Version of the program.
    pub version: String,
}
