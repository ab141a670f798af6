//! What a window needs at once, and what is pushed to it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{CallView, Card, DeskCounts, Health};

/// A call that is up, with who it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct LiveCall {
    /// The call.
    pub call: CallView,
    /// Who it is.
    pub card: Card,
}

/// Today in four numbers (the reader's day).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct Today {
    /// Calls that started today.
    pub calls: u32,
    /// Of those: record complete.
    pub written: u32,
    /// Of those: held, parked or not logged although they should be.
    pub held: u32,
    /// Seconds talked.
    pub talk_seconds: u32,
}

/// The first thing a window asks for: `GET /api/now`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct Now {
    /// Id of the last event contained in this answer; go on from here.
    pub event_id: String,
    /// Calls that are up, oldest first.
    pub live: Vec<LiveCall>,
    /// The last calls, newest first.
    pub recent: Vec<CallView>,
    /// Today in four numbers.
    pub today: Today,
    /// How Sidetone is.
    pub health: Health,
    /// How many callers wait for a call back.
    pub desk: DeskCounts,
}

/// What is pushed. Over HTTP the tag is the event's name and `data` its data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum LiveEvent {
    /// A call began or changed.
    Call(Box<CallView>),
    /// Who is calling became known, or known better.
    Card(Box<Card>),
    /// Health changed.
    Health(Box<Health>),
    /// The missed-call desk changed: who waits, or who has taken whom on.
    Desk(DeskCounts),
}

/// One pushed event with its place in the order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct Pushed {
    /// Rises by one or more; a decimal string.
    pub id: String,
    /// What happened.
    pub body: LiveEvent,
}
