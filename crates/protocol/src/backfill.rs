//! Old calls that a person has read, and written if they want that (C3, B15).

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Reason;

/// How far a backfill is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum BackfillState {
    /// Aircall's list is being read.
    Reading,
    /// A person has paused it; it goes on where it stood.
    Paused,
    /// Everything is read and stored; nothing of it is written.
    Read,
    /// What is stored of that time is being written into the helpdesk.
    Writing,
    /// Everything is written that can be.
    Written,
    /// A person has stopped it.
    Stopped,
}

impl BackfillState {
    /// All of them.
    pub const ALL: [BackfillState; 6] = [
        BackfillState::Reading,
        BackfillState::Paused,
        BackfillState::Read,
        BackfillState::Writing,
        BackfillState::Written,
        BackfillState::Stopped,
    ];

    /// As on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            BackfillState::Reading => "reading",
            BackfillState::Paused => "paused",
            BackfillState::Read => "read",
            BackfillState::Writing => "writing",
            BackfillState::Written => "written",
            BackfillState::Stopped => "stopped",
        }
    }

    /// Reads what [`BackfillState::code`] writes.
    #[must_use]
    pub fn from_code(code: &str) -> Option<BackfillState> {
        BackfillState::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether something is being done.
    #[must_use]
    pub fn is_under_way(self) -> bool {
        matches!(self, BackfillState::Reading | BackfillState::Writing)
    }
}

/// How the tickets, or conversations, of old calls stand in the helpdesk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum WrittenAs {
    /// Nobody has to do anything about them.
    #[default]
    Closed,
    /// As if the call had been of today.
    Open,
}

impl WrittenAs {
    /// As on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            WrittenAs::Closed => "closed",
            WrittenAs::Open => "open",
        }
    }

    /// Reads what [`WrittenAs::code`] writes.
    #[must_use]
    pub fn from_code(code: &str) -> Option<WrittenAs> {
        [WrittenAs::Closed, WrittenAs::Open].into_iter().find(|status| status.code() == code)
    }
}

/// A backfill: a time whose calls are read, and maybe written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct BackfillView {
    /// For `POST /api/backfills/{id}/pause`, `resume` and `stop`.
    pub id: String,
    /// Calls that started then or later, unix seconds.
    pub since: i64,
    /// Calls that started then or before, unix seconds.
    pub until: i64,
    /// How far it is.
    pub state: BackfillState,
    /// Whether it is, or was, to be written as well.
    pub write: bool,
    /// How what is written stands in the helpdesk.
    pub status: WrittenAs,
    /// Calls of Aircall's list that were read.
    pub read: u32,
    /// How many that list has, as Aircall says; unknown before the first page.
    pub total: Option<u32>,
    /// Of those read: calls that nobody had heard of here.
    pub added: u32,
    /// Of those read: calls that were known already.
    pub known: u32,
    /// Stored calls of that time that nothing writes by itself, and that this has not begun to write.
    pub to_write: u32,
    /// Calls that this has begun to write.
    pub begun: u32,
    /// Calls whose record this has written.
    pub written: u32,
    /// Calls that wait for a person to say whose they are.
    pub held: u32,
    /// Calls of which the helpdesk refused something.
    pub refused: u32,
    /// Calls that the set-up keeps out of the helpdesk.
    pub not_logged: u32,
    /// By the pace of the last two minutes: calls read, or written, in a minute.
    pub per_minute: Option<u32>,
    /// By the same pace.
    pub remaining_seconds: Option<u32>,
    /// Calls from before this cannot be had, unix seconds: Aircall keeps six months.
    pub out_of_reach_before: Option<i64>,
    /// Why it does not go on just now; it is tried again by itself.
    pub error: Option<Reason>,
    /// When it was begun, unix seconds.
    pub began_at: i64,
    /// When everything was read, or written, or it was stopped, unix seconds.
    pub done_at: Option<i64>,
}

/// `POST /api/backfills`, and `POST /api/backfills/forecast`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "index.ts", optional_fields)]
pub struct BackfillRequest {
    /// A day (`2026-06-01`), or a moment (RFC 3339).
    pub since: String,
    /// A day, which is read to its end, or a moment; unset: now.
    #[serde(default)]
    pub until: Option<String>,
    /// Whether the calls are to be written as well.
    #[serde(default)]
    pub write: Option<bool>,
    /// How what is written stands in the helpdesk; unset: closed.
    #[serde(default)]
    pub status: Option<WrittenAs>,
}

/// All backfills, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct Backfills {
    /// They.
    pub backfills: Vec<BackfillView>,
}

/// What a backfill of a time would do, from what is known here: the helpdesk is asked nothing for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct BackfillForecast {
    /// Calls that started then or later, unix seconds.
    pub since: i64,
    /// Calls that started then or before, unix seconds.
    pub until: i64,
    /// How many calls Aircall has of that time; unset: it did not say.
    pub at_aircall: Option<u32>,
    /// About so many requests reading them costs.
    pub read_requests: Option<u32>,
    /// About so long that takes, if nothing else is asked.
    pub read_seconds: Option<u32>,
    /// Stored calls of that time that nothing writes by itself. Everything below is of these.
    pub stored: u32,
    /// Calls that would be logged.
    pub calls: u32,
    /// Tickets, or conversations, that would begin.
    pub tickets: u32,
    /// Customers that would be made.
    pub customers: u32,
    /// Calls that would wait for a person to say whose they are.
    pub held: u32,
    /// Calls that the set-up keeps out of the helpdesk.
    pub not_logged: u32,
    /// About so many requests writing them costs.
    pub requests: u32,
    /// About so long that takes beside a quiet day.
    pub seconds: u32,
    /// Calls that another integration has logged, as the shadow time found: they would be there twice.
    pub of_others: u32,
}
