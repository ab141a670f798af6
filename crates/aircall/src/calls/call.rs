//! The reading of a call.

use serde_json::Value;

use super::Comment;
use crate::{CallTag, Contact, Number, SignedUrl, Team, User, lenient};

/// A call, from REST or from an event (`reference/aircall.md §4.1`).
///
/// `None` says that this answer did not tell, never that there is none: events leave keys out, and REST says null
/// for what it was not asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Call {
    /// Aircall's id; needs 64 bits.
    pub id: u64,
    /// `call_uuid` in events, `sid` over REST: the same value.
    pub uuid: Option<String>,
    /// Which way it went.
    pub direction: Option<Direction>,
    /// Where it stands. `Done` says nothing about being missed.
    pub status: Option<Status>,
    /// Why nobody answered; often null on missed calls too.
    pub missed_call_reason: Option<String>,
    /// Unix seconds; may move by a second after the end.
    pub started_at: Option<i64>,
    /// Unix seconds; the test for "missed".
    pub answered_at: Option<i64>,
    /// Unix seconds; `None` while the call is up.
    pub ended_at: Option<i64>,
    /// Seconds, ringing included; 0 until the end.
    pub duration_seconds: Option<i64>,
    /// The other side's number as displayed, or `anonymous`; never compare it (`reference/aircall.md §8`).
    pub raw_digits: Option<String>,
    /// The line.
    pub number: Option<Number>,
    /// Who took or made the call. Also `None` after that user was deleted: do not read "missed" from it.
    pub user: Option<User>,
    /// The other side, if it is a contact and was asked for.
    pub contact: Option<Contact>,
    /// Who shall call back.
    pub assigned_to: Option<User>,
    /// Who transferred it.
    pub transferred_by: Option<User>,
    /// Who got it; the first user of a team.
    pub transferred_to: Option<User>,
    /// The number it was transferred to, outside the company.
    pub external_transferred_to: Option<String>,
    /// The teams that rang; inbound only.
    pub teams: Vec<Team>,
    /// Comments so far.
    pub comments: Vec<Comment>,
    /// Tags so far.
    pub tags: Vec<CallTag>,
    /// The recording; its address dies within minutes.
    pub recording: Option<SignedUrl>,
    /// A short form of it, if asked for.
    pub recording_short_url: Option<SignedUrl>,
    /// The voicemail; its address dies within minutes.
    pub voicemail: Option<SignedUrl>,
    /// A short form of it, if asked for.
    pub voicemail_short_url: Option<SignedUrl>,
    /// The lasting page of the recording or voicemail; needs a login to Aircall. Safe to store.
    pub asset: Option<String>,
    /// Whether somebody archived it.
    pub archived: Option<bool>,
    /// Who is in the call.
    pub participants: Vec<Participant>,
}

/// Which way a call or a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// To the company.
    Inbound,
    /// From the company.
    Outbound,
}

/// Where a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Ringing.
    Initial,
    /// Two people talk.
    Answered,
    /// Over.
    Done,
}

/// Somebody in a call (`reference/aircall.md §4.6`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Participant {
    /// `user`, `contact` or `external`.
    pub kind: Option<String>,
    /// The user's or contact's id; a text, since clients disagree about its type.
    pub id: Option<String>,
    /// Their name.
    pub name: Option<String>,
    /// E.164; absent for users.
    pub phone_number: Option<String>,
}

impl Direction {
    /// Aircall's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
        }
    }

    pub(crate) fn read(value: &Value) -> Option<Self> {
        match value.get("direction")?.as_str()? {
            "inbound" => Some(Self::Inbound),
            "outbound" => Some(Self::Outbound),
            _ => None,
        }
    }
}

impl Status {
    fn read(value: &Value) -> Option<Self> {
        match value.get("status")?.as_str()? {
            "initial" => Some(Self::Initial),
            "answered" => Some(Self::Answered),
            "done" => Some(Self::Done),
            _ => None,
        }
    }
}

impl Call {
    /// Reads a call from an event's `data` or from a REST item; `None` without an id.
    pub fn from_value(value: &Value) -> Option<Self> {
        Some(Self::read_as(lenient::id(value, "id")?, value))
    }

    pub(crate) fn read_as(id: u64, value: &Value) -> Self {
        Self {
            id,
            uuid: lenient::text(value, "call_uuid").or_else(|| lenient::text(value, "sid")),
            direction: Direction::read(value),
            status: Status::read(value),
            missed_call_reason: lenient::text(value, "missed_call_reason"),
            started_at: lenient::time(value, "started_at"),
            answered_at: lenient::time(value, "answered_at"),
            ended_at: lenient::time(value, "ended_at"),
            duration_seconds: lenient::integer(value, "duration"),
            raw_digits: lenient::text(value, "raw_digits"),
            number: lenient::object(value, "number"),
            user: lenient::object(value, "user"),
            contact: lenient::object(value, "contact"),
            assigned_to: lenient::object(value, "assigned_to"),
            transferred_by: lenient::object(value, "transferred_by"),
            transferred_to: lenient::object(value, "transferred_to"),
            external_transferred_to: lenient::text(value, "external_transferred_to"),
            teams: lenient::list(value, "teams", Team::from_value),
            comments: lenient::list(value, "comments", Comment::from_value),
            tags: lenient::list(value, "tags", CallTag::from_value),
            recording: SignedUrl::read(value, "recording"),
            recording_short_url: SignedUrl::read(value, "recording_short_url"),
            voicemail: SignedUrl::read(value, "voicemail"),
            voicemail_short_url: SignedUrl::read(value, "voicemail_short_url"),
            asset: lenient::text(value, "asset"),
            archived: lenient::flag(value, "archived"),
            participants: participants(value),
        }
    }
}

/// `participants` in events, `conference_participants` over REST.
fn participants(value: &Value) -> Vec<Participant> {
    let read = |key| {
        lenient::list(value, key, |participant| {
            participant.is_object().then(|| Participant {
                kind: lenient::text(participant, "type"),
                id: lenient::text(participant, "id"),
                name: lenient::text(participant, "name"),
                phone_number: lenient::text(participant, "phone_number"),
            })
        })
    };
    let named: Vec<Participant> = read("participants");
    if named.is_empty() { read("conference_participants") } else { named }
}
