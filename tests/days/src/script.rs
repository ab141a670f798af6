//! The script of a day: what callers, agents and people in the helpdesk do, second by second. It follows from the seed
//! alone and knows nothing of faults, so that the quiet and the troubled day are the same day.
//!
//! A day has [`STRETCHES`] stretches. In each, calls come in for half an hour; then the day settles; then people work in
//! the helpdesk, on this stretch's tickets; then the next begins, in which notes and tags for earlier calls come late.

use std::ops::Range;

use sidetone_sandbox::HangUp;

use crate::people::Act;

/// How often calls, quiet and people's work follow each other.
pub const STRETCHES: u64 = 3;
/// How long a stretch takes, in seconds.
pub const STRETCH_S: u64 = 2_700;
/// Scenes begin within so many seconds of a stretch's begin.
pub const SCENES_BEGIN_S: u64 = 1_440;
/// From here on a stretch is without trouble.
pub const CALM_S: u64 = 1_800;
/// When people work in the helpdesk.
pub const PEOPLE_S: u64 = 2_400;
/// When the database is lost or restored, if it is: nothing is on its way then.
pub const MISHAP_S: u64 = 2_520;

/// A call, by its place in the script.
pub type CallNo = usize;

/// Something that somebody does.
#[derive(Clone, Debug)]
pub enum Deed {
    /// A customer calls a line; `None` withholds the number.
    Ring(CallNo, u64, Option<String>, Vec<String>),
    /// An agent calls somebody.
    Dial(CallNo, u64, u64, String),
    /// The caller presses a key in the menu.
    Choose(CallNo, &'static str),
    /// An agent (outbound: the customer) takes the call.
    Answer(CallNo, Option<u64>),
    /// An agent declines.
    Decline(CallNo, u64),
    /// The agent holds the caller, or takes them back.
    Hold(CallNo, bool),
    /// The agent hands the call on; whether the other one takes it.
    Transfer(CallNo, u64, bool),
    /// The call is handed on to a number outside.
    TransferOutside(CallNo, &'static str),
    /// It is over.
    HangUp(CallNo, HangUp),
    /// An agent writes a note.
    Comment(CallNo, u64, String),
    /// An agent tags the call.
    Tag(CallNo, u64, &'static str),
    /// A tag is taken off.
    Untag(CallNo, &'static str),
    /// A person in the helpdesk does something.
    Person(CallNo, Act),
}

/// A whole day.
#[derive(Clone, Debug)]
pub struct Script {
    /// The selected lines.
    pub lines: Vec<u64>,
    /// What happens, by the second.
    pub deeds: Vec<(u64, Deed)>,
    /// How many calls there are.
    pub calls: usize,
}

impl Script {
    /// When the day is over and everything must be written.
    #[must_use]
    pub fn ends_at(&self) -> u64 {
        STRETCHES * STRETCH_S
    }

    /// Times of at least `seconds` in which Aircall says nothing of its own, within the troubled part of a stretch.
    #[must_use]
    pub fn silences(&self, seconds: u64) -> Vec<Range<u64>> {
        let mut busy: Vec<u64> = self.deeds.iter().map(|(at, _)| *at).collect();
        let hang_ups = self.deeds.iter().filter(|(_, deed)| matches!(deed, Deed::HangUp(..)));
        // What follows a hang-up by itself: the end after 30 s, the voicemail 3 s later.
        busy.extend(hang_ups.flat_map(|(at, _)| [at + 30, at + 34]));
        for stretch in 0..STRETCHES {
            busy.extend([stretch * STRETCH_S, stretch * STRETCH_S + CALM_S]);
        }
        busy.sort_unstable();
        let pairs = busy.iter().zip(busy.iter().skip(1));
        pairs
            .filter(|(from, to)| *to - *from >= seconds && **from % STRETCH_S < CALM_S)
            .map(|(from, to)| *from..*to)
            .collect()
    }

    /// Whether the database may be lost at that second, and the records still be those of a quiet day. Not where only
    /// our memory can tell what to do: a ticket that a person deleted, or our tag that a person took off, looks like one
    /// that was never written; a tag that is taken off in Aircall later may have been put on the ticket by a person.
    #[must_use]
    pub fn may_forget_at(&self, second: u64) -> bool {
        let gone = |deed: &Deed| matches!(deed, Deed::Person(_, Act::Delete | Act::Untag(_)));
        let mut before = self.deeds.iter().filter(|(at, _)| *at < second);
        let mut after = self.deeds.iter().filter(|(at, _)| *at >= second);
        let is_new = |call: CallNo| {
            let begins = |deed: &Deed| matches!(deed, Deed::Ring(of, ..) | Deed::Dial(of, ..) if *of == call);
            self.deeds.iter().any(|(at, deed)| *at >= second && begins(deed))
        };
        let untags = |deed: &Deed| matches!(deed, Deed::Untag(call, _) if !is_new(*call));
        !before.any(|(_, deed)| gone(deed)) && !after.any(|(_, deed)| untags(deed))
    }

    /// Whether this call is handed from one agent to another.
    #[must_use]
    pub fn is_transferred(&self, call: CallNo) -> bool {
        self.deeds.iter().any(|(_, deed)| matches!(deed, Deed::Transfer(of, ..) if *of == call))
    }
}
