//! A call as a set of facts, and the law by which facts join (`design.md` §3.2).
//!
//! Joining is commutative and idempotent: any order and any repetition of the same statements gives the same call.
//! Each fact carries an as-of in Aircall's clock; the later one wins. An absent key says nothing, and neither does
//! `null` nor an empty list: nothing known is erased. Comments only grow. Tags are present or absent per tag id.
//!
//! A text message joins by the same law and is held in the same shape; what is its own is read in `message`.
//!
//! Deliberately not here: what the facts mean for a helpdesk (`record`), and where they are kept (`store`).

mod join;
mod message;
mod news;
mod own;
mod parts;
mod reading;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

pub use self::message::{Medium, Message, MessageFile};
pub(crate) use self::parts::is_a_moment;
pub use self::parts::{Agent, CallTag, Comment, Contact, Line, Team};

/// What a record is made for: a call, by Aircall's id (64 bits wide, `reference/aircall.md` §4), or a text message.
///
/// Aircall's ids of messages are texts (§4.8). Such a case is known by a hash of it with the highest bit set, which no id
/// of a call has: what lies in a database with signs is a call above zero and a message below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CaseId(pub u64);

/// Set in the key of a message.
const MESSAGE: u64 = 1 << 63;

impl CaseId {
    /// The key of a message; `resource` tells a message from one to a group.
    #[must_use]
    pub fn of_message(resource: &str, id: &str) -> CaseId {
        let hash = Sha256::digest(format!("{resource}\n{id}").as_bytes());
        CaseId(hash.iter().take(8).fold(0, |key, byte| (key << 8) | u64::from(*byte)) | MESSAGE)
    }

    /// Whether it is a message's.
    #[must_use]
    pub fn is_message(self) -> bool {
        self.0 & MESSAGE != 0
    }
}

impl std::fmt::Display for CaseId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Where a statement about a call comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// A webhook event, by its name (`call.created`).
    Event(String),
    /// An item of a list read over REST.
    Listed,
    /// The same, read because a person asked for old calls.
    Backfill,
    /// A single read of this call over REST, with the IVR timeline asked for or not.
    Read {
        /// `fetch_call_timeline=true` was set.
        timeline: bool,
    },
}

impl Origin {
    /// Among statements of the same second the later step of a call's life wins, and a read over any event.
    fn rank(&self) -> u8 {
        const LIFE: [&str; 9] = [
            "call.created",
            "call.ringing_on_agent",
            "call.answered",
            "call.transferred",
            "call.hungup",
            "call.ended",
            "call.voicemail_left",
            "call.comm_assets_generated",
            "call.assigned",
        ];
        match self {
            Origin::Event(name) => LIFE.iter().position(|e| e == name).map_or(0, |i| i as u8 + 1),
            Origin::Listed | Origin::Backfill | Origin::Read { .. } => 100,
        }
    }

    /// Whether it tells of one agent's phone rather than of the call (`reference/aircall.md` §6.3).
    fn is_about_a_phone(&self) -> bool {
        matches!(self, Origin::Event(name) if name == "call.ringing_on_agent" || name == "call.agent_declined")
    }

    fn is_read(&self) -> bool {
        matches!(self, Origin::Listed | Origin::Backfill | Origin::Read { .. })
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Fact {
    #[serde(rename = "t")]
    as_of: i64,
    #[serde(rename = "r", default, skip_serializing_if = "is_zero")]
    rank: u8,
    #[serde(rename = "v")]
    value: Value,
}

fn is_zero(n: &u8) -> bool {
    *n == 0
}

impl Fact {
    /// Total order of statements about one thing; the greater one is believed.
    fn order(&self, other: &Fact) -> Ordering {
        (self.as_of, self.rank)
            .cmp(&(other.as_of, other.rank))
            .then_with(|| self.value.to_string().cmp(&other.value.to_string()))
    }
}

/// A full list of a call's tags, as somebody saw it at a moment: what it lacks was absent then.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct TagList {
    as_of: i64,
    tags: BTreeSet<u64>,
}

impl TagList {
    /// Whether everything that `other` says of absence is said by `self` too, and of a later moment.
    fn covers(&self, other: &TagList) -> bool {
        self.as_of >= other.as_of && self.tags.is_subset(&other.tags)
    }
}

/// Everything known of one call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Aircall's id.
    pub id: CaseId,
    /// Plain values by key; parts of objects by `key/<object id>/part`, so that an abridged copy erases nothing.
    facts: BTreeMap<String, Fact>,
    comments: BTreeMap<u64, Fact>,
    tags: BTreeMap<u64, Fact>,
    tag_lists: Vec<TagList>,
    /// First and last moment per event name.
    seen: BTreeMap<String, (i64, i64)>,
    read_at: Option<i64>,
    timeline_read_at: Option<i64>,
}

/// One thing that somebody said about a call at a moment.
#[derive(Clone, Debug)]
pub struct Statement<'a> {
    /// Where it comes from.
    pub origin: &'a Origin,
    /// When it was true, in Aircall's clock, unix seconds.
    pub as_of: i64,
    /// The Call object as Aircall sent it.
    pub data: &'a Map<String, Value>,
}

impl Call {
    /// A call of which nothing is known but its id.
    #[must_use]
    pub fn new(id: CaseId) -> Call {
        Call {
            id,
            facts: BTreeMap::new(),
            comments: BTreeMap::new(),
            tags: BTreeMap::new(),
            tag_lists: Vec::new(),
            seen: BTreeMap::new(),
            read_at: None,
            timeline_read_at: None,
        }
    }
}

/// `call.ended` follows the hang-up after 30 to 31 s (`reference/aircall.md` §6.3).
pub const ENDED_AFTER_HANGUP_SECONDS: i64 = 30;
