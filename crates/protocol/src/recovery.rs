//! What was missed and is read again (B1), and the computer that Sidetone runs on.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Why something was missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum GapCause {
    /// Aircall, or somebody, had switched our webhook off.
    WebhookDisabled,
    /// Our webhook was deleted, led elsewhere, or listened to other events; it was made anew or put right.
    WebhookMade,
    /// Calls were listed of which no event came.
    Silent,
    /// Sidetone did not run, or could store nothing.
    NotRunning,
    /// The computer slept.
    Asleep,
    /// Aircall was not to be reached.
    AircallAway,
    /// Aircall refused our access.
    AccessWithdrawn,
    /// Logging begins with calls from before the first start (`[logging] from`).
    GoLive,
}

impl GapCause {
    /// All of them.
    pub const ALL: [GapCause; 8] = [
        GapCause::WebhookDisabled,
        GapCause::WebhookMade,
        GapCause::Silent,
        GapCause::NotRunning,
        GapCause::Asleep,
        GapCause::AircallAway,
        GapCause::AccessWithdrawn,
        GapCause::GoLive,
    ];

    /// As on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            GapCause::WebhookDisabled => "webhook_disabled",
            GapCause::WebhookMade => "webhook_made",
            GapCause::Silent => "silent",
            GapCause::NotRunning => "not_running",
            GapCause::Asleep => "asleep",
            GapCause::AircallAway => "aircall_away",
            GapCause::AccessWithdrawn => "access_withdrawn",
            GapCause::GoLive => "go_live",
        }
    }

    /// Reads what [`GapCause::code`] writes.
    #[must_use]
    pub fn from_code(code: &str) -> Option<GapCause> {
        GapCause::ALL.into_iter().find(|cause| cause.code() == code)
    }
}

/// How far a recovery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum RecoveryState {
    /// Aircall's list is being read.
    Reading,
    /// It was read; what was missing is being written.
    Writing,
    /// Everything is written.
    Done,
    /// A person has stopped it.
    Stopped,
}

/// Text messages that were missed. Aircall has no history of them (`reference/aircall.md` §5.7), so they cannot be read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum MessagesLost {
    /// No text message was ever seen here, so none is taken to be missing.
    None,
    /// Some may be missing. How many, nobody can tell; so many usually come in such a time, by the mean of the same hours of
    /// the four weeks before, as far as they are known here. 0: hardly any, or nobody knows yet.
    About(u32),
}

/// A time of which calls were missed, and how far they are recovered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct RecoveryView {
    /// For `POST /api/recovery/{id}/stop`.
    pub id: String,
    /// Why something was missed.
    pub cause: GapCause,
    /// How far it is.
    pub state: RecoveryState,
    /// Since when events may be missing, unix seconds.
    pub since: i64,
    /// Until when, unix seconds; unset: they still are.
    pub until: Option<i64>,
    /// Calls of Aircall's list that were read, those of the day before included.
    pub read: u32,
    /// How many that list has, as Aircall says; unknown before the first page.
    pub total: Option<u32>,
    /// Calls that were missing here, or whose record lacked something.
    pub calls: u32,
    /// Of those: nothing is left to be written.
    pub written: u32,
    /// By the pace of the last two minutes.
    pub remaining_seconds: Option<u32>,
    /// Text messages of that time.
    pub messages: MessagesLost,
    /// Calls from before this cannot be had any more, unix seconds: Aircall keeps six months.
    pub out_of_reach_before: Option<i64>,
    /// When it was done or stopped, unix seconds.
    pub done_at: Option<i64>,
}

/// The computer that Sidetone runs on, as far as something there can stop it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct ComputerView {
    /// Bytes left on the disk that holds the database; unset: the database is elsewhere.
    pub disk_free_bytes: Option<u64>,
    /// By how much its clock is ahead of Aircall's, in seconds; unset: Aircall has not answered often enough.
    pub clock_off_seconds: Option<i64>,
    /// The keyring that holds the keys does not open.
    pub keyring_locked: bool,
}
