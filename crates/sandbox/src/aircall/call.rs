//! One call as Aircall keeps it. What happens to a call is in `life.rs`, how it is written in `shapes.rs`.

use serde::{Deserialize, Serialize};

/// Which way a call goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// A customer calls.
    Inbound,
    /// An agent calls.
    Outbound,
}

/// `status` of a call (`reference/aircall.md §4.1`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    Initial,
    Answered,
    Done,
}

/// Why nobody answered (`reference/aircall.md §4.1`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissedReason {
    /// The line was closed.
    OutOfOpeningHours,
    /// The caller hung up within seconds.
    ShortAbandoned,
    /// The caller hung up while choosing in the IVR.
    AbandonedInIvr,
    /// The caller hung up while waiting.
    AbandonedInClassic,
    /// Nobody was there to be rung.
    NoAvailableAgent,
    /// It rang and nobody took it.
    AgentsDidNotAnswer,
}

#[derive(Debug, Clone)]
pub(crate) struct Comment {
    pub(crate) id: u64,
    pub(crate) content: String,
    pub(crate) posted_at: i64,
    /// `None` when it came through the API.
    pub(crate) posted_by: Option<u64>,
}

#[derive(Debug, Clone)]
pub(crate) struct CallTag {
    pub(crate) tag: u64,
    pub(crate) tagged_at: i64,
    /// `None` for what the system or the API tagged.
    pub(crate) tagged_by: Option<u64>,
}

#[derive(Debug, Clone)]
pub(crate) struct IvrChoice {
    pub(crate) key: String,
    pub(crate) title: String,
    pub(crate) at: i64,
}

/// An insight card that was accepted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ShownCard {
    /// The call it was pushed to.
    pub call: u64,
    /// Unix seconds.
    pub at: i64,
    /// The body as it came.
    pub contents: serde_json::Value,
}

#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) id: u64,
    pub(crate) uuid: String,
    pub(crate) direction: Direction,
    pub(crate) line: u64,
    /// The other side in E.164; `None` when withheld.
    pub(crate) other: Option<String>,
    pub(crate) status: Status,
    pub(crate) missed_reason: Option<MissedReason>,
    pub(crate) started_at: i64,
    pub(crate) answered_at: Option<i64>,
    pub(crate) ended_at: Option<i64>,
    pub(crate) user: Option<u64>,
    pub(crate) assigned_to: Option<u64>,
    pub(crate) transferred_by: Option<u64>,
    pub(crate) transferred_to: Option<u64>,
    pub(crate) teams: Vec<u64>,
    pub(crate) comments: Vec<Comment>,
    pub(crate) tags: Vec<CallTag>,
    pub(crate) ivr: Vec<IvrChoice>,
    /// The agents whose phones ring or rang.
    pub(crate) rung: Vec<u64>,
    pub(crate) is_on_hold: bool,
    pub(crate) leaves_voicemail: bool,
    pub(crate) has_recording: bool,
    pub(crate) has_voicemail: bool,
    /// When it began, whatever is rewritten later: recordings of two calls are not the same file.
    pub(crate) sounded_at: i64,
    pub(crate) cost: &'static str,
    pub(crate) pricing_type: Option<&'static str>,
    pub(crate) hangup_cause: Option<&'static str>,
    pub(crate) archived: bool,
    /// `call.ended` was sent: the call is settled as far as Aircall tells.
    pub(crate) is_over: bool,
    /// Started by the play, and no person has taken it in hand.
    pub(crate) is_played: bool,
}

impl Call {
    pub(crate) fn is_up(&self) -> bool {
        self.status != Status::Done
    }

    /// Whole seconds, ringing included; 0 until the end.
    pub(crate) fn duration_s(&self) -> i64 {
        self.ended_at.map_or(0, |ended| (ended - self.started_at).max(0))
    }

    pub(crate) fn tag_mut(&mut self, tag: u64) -> Option<&mut CallTag> {
        self.tags.iter_mut().find(|tagged| tagged.tag == tag)
    }
}
