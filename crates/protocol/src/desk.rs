//! The missed-call desk: who rang in vain and waits for a call back. `GET /api/missed`, and the bodies of what is done there.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{CallView, Named};

/// How many callers wait; the number beside the tab.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct DeskCounts {
    /// Callers whom nobody has taken on.
    pub waiting: u32,
    /// Callers whom somebody has claimed, or is on the phone with.
    pub claimed: u32,
}

/// What a caller left behind; of several calls the most telling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum DeskKind {
    /// Nobody answered.
    Missed,
    /// A voicemail was left.
    Voicemail,
    /// The caller asked to be called back (Aircall's tag for it).
    Callback,
}

/// Who has taken a caller on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct DeskClaim {
    /// The Aircall user.
    pub agent: Named,
    /// When, unix seconds.
    pub at: i64,
}

/// A call with the caller that is up at this moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct DeskTalk {
    /// Who is on our side, where that is known.
    pub agent: Option<Named>,
    /// Since when it rings or, once somebody answered, since when they talk; unix seconds.
    pub since: i64,
    /// Two people talk; else it rings.
    pub answered: bool,
    /// We call the caller; else it is the caller who rings again.
    pub outbound: bool,
}

/// One caller who waits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct DeskCaller {
    /// What the caller is known by here: the number in E.164, or `call:` and the call's id where there is no number.
    pub key: String,
    /// What was left behind.
    pub kind: DeskKind,
    /// The last of the calls that nobody answered: name, number, line, reason.
    pub last: CallView,
    /// How many of them there are.
    pub calls: u32,
    /// When the first of them began, unix seconds: since then the caller waits.
    pub first_at: i64,
    /// Every line that was called, the last one first.
    pub lines: Vec<Named>,
    /// Where Aircall shows the last of the calls, a voicemail before others; it can be listened to there.
    pub asset: Option<String>,
    /// Who has taken the caller on.
    pub claimed: Option<DeskClaim>,
    /// A call with the caller that is up.
    pub talk: Option<DeskTalk>,
}

/// `GET /api/missed`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct DeskView {
    /// Whom nobody has taken on, longest waiting first.
    pub waiting: Vec<DeskCaller>,
    /// Whom somebody has, longest waiting first.
    pub claimed: Vec<DeskCaller>,
    /// Callers who waited and were called back, got through or were cleared since the reader's day began.
    pub done_today: u32,
    /// The lines of the agent to whom it was narrowed; null: no agent was named, or none of the agent's lines is known.
    pub lines: Option<Vec<Named>>,
    /// Who may claim: Aircall's users, as far as they are known.
    pub agents: Vec<Named>,
}

/// `POST /api/missed/{key}/claim`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "index.ts", optional_fields)]
pub struct ClaimRequest {
    /// Who claims: an Aircall user's id or e-mail address. Needed where there are several users.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
}

/// `POST /api/missed/{key}/clear`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "index.ts", optional_fields)]
pub struct ClearRequest {
    /// The id of the last call that the person has seen: a later one still waits. Unset: the last one that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_call: Option<String>,
}
