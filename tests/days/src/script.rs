//! The script of a day: what callers, agents, people in the helpdesk and people at Sidetone do, second by second. It
//! follows from the seed alone and knows nothing of faults, so that the quiet and the troubled day are the same day.
//!
//! A day has a few stretches. In each, calls come in, and things may go wrong; then it is calm and the day settles; then
//! people work in the helpdesk on what is written, databases get lost, programs move; then the next stretch begins, in
//! which notes and tags for earlier calls come late.

use std::ops::Range;

use sidetone_engine::settings::{Language, Mode, UnknownCallers};
use sidetone_sandbox::{
    AircallSwitches, AssignOnImport, DuplicateExternalId, ExternalIdScope, FrontSwitches, GoneConversation,
    GorgiasSwitches, HangUp, Location, MergedContact, PhoneAlias, PhoneMatching, SubjectOnReopen, Text,
};

use crate::chance::Chance;
use crate::day::Desk;
use crate::people::{Act, AtCustomer};

/// Scenes begin within so many seconds of a stretch's begin.
pub const SCENES_BEGIN_S: u64 = 1_440;
/// Calls are over by then, and in most stretches it is calm from here on.
pub const CALLS_OVER_S: u64 = 1_800;

/// In seconds.
const A_DAY_S: i64 = 24 * 3_600;

/// What is done to Sidetone itself, at the end of a stretch, takes so long with what follows from it.
pub const HOUSE_S: u64 = 600;

/// A call, by its place in the script.
pub type CallNo = usize;

/// A text message, by its place in the script.
pub type TextNo = usize;

/// A part of the day. All in seconds of the day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Calls come in from here on.
    pub begin: u64,
    /// From here on nothing goes wrong.
    pub calm: u64,
}

impl Stretch {
    /// When everything must be written, and people work in the helpdesk.
    #[must_use]
    pub fn people(&self) -> u64 {
        self.calm + 600
    }

    /// When the database is lost or restored, if it is: nothing is on its way then.
    #[must_use]
    pub fn mishap(&self) -> u64 {
        self.calm + 720
    }

    /// When the mode changes, or the program moves to another installation, if that is in the script.
    #[must_use]
    pub fn house(&self) -> u64 {
        self.calm + 960
    }

    /// When it is over, and everything must be written.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.house() + HOUSE_S
    }
}

/// Something that somebody does.
#[derive(Clone, Debug)]
pub enum Deed {
    /// A customer calls a line; `None` withholds the number.
    Ring(CallNo, u64, Option<String>, Vec<String>),
    /// An agent calls somebody.
    Dial(CallNo, u64, u64, String),
    /// The caller presses a key in the menu.
    Choose(CallNo, &'static str),
    /// The line behind a menu tells of the call, too, under the same id.
    ChildTells(CallNo, u64),
    /// An agent (outbound: the customer) takes the call.
    Answer(CallNo, Option<u64>),
    /// An agent declines.
    Decline(CallNo, u64),
    /// The agent holds the caller, or takes them back.
    Hold(CallNo, bool),
    /// The agent hands the call on; whether the other one takes it.
    Transfer(CallNo, u64, bool),
    /// The call is handed on to a team, of which this agent takes it.
    TransferToTeam(CallNo, u64, u64),
    /// The call is handed on to another line, on which this agent takes it.
    TransferToLine(CallNo, u64, u64),
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
    /// A text message comes or goes.
    Text(TextNo, Text),
    /// A person in the helpdesk does something to the call's ticket, as soon as there is one.
    Person(CallNo, Act),
    /// A person in the helpdesk does something to the newest conversation with this number, if there is one.
    AtConversation(String, Act),
    /// A person in the helpdesk does something to the customer who has this number; if a call is named, not before
    /// that call has its ticket.
    Customer(String, AtCustomer, Option<CallNo>),
    /// A person at Sidetone has the record created again.
    CreateAgain(CallNo),
    /// A person at Sidetone stops and releases writing, or changes how and where it runs.
    House(House),
}

/// What is done to Sidetone itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum House {
    /// Writing is paused.
    Pause,
    /// Writing goes on.
    Resume,
    /// It is started anew in another mode.
    Mode(Mode),
    /// The computer is switched off.
    Off,
    /// The computer is switched on.
    On,
    /// A second installation is started for the same company.
    SecondJoins,
    /// The other installation takes over.
    TakeOver,
}

/// How the day is set up: settings, and what nobody has confirmed of the vendors. The same in all lives of a day.
#[derive(Clone, Debug)]
pub struct SetUp {
    /// Which helpdesk calls go into.
    pub desk: Desk,
    /// The selected lines.
    pub lines: Vec<u64>,
    /// What is written is written in this language.
    pub language: Language,
    /// What becomes of callers whom nobody knows.
    pub unknown_callers: UnknownCallers,
    /// Whether the helpdesk has the e-mail address of a contact who is known to Aircall, but not the number.
    pub knows_contacts_address: bool,
    /// Whether calls are asked for, because no webhook can reach us.
    pub polls: bool,
    /// Aircall's switches.
    pub aircall: AircallSwitches,
    /// Gorgias' switches.
    pub gorgias: GorgiasSwitches,
    /// Front's switches.
    pub front: FrontSwitches,
    /// How many requests a minute the company may make in Front, by its plan.
    pub front_per_minute: u32,
}

impl SetUp {
    /// Whether text messages may bring files.
    #[must_use]
    pub fn sends_files(&self) -> bool {
        self.aircall.media_lifetime_s >= A_DAY_S
    }

    /// The usual settings, and vendors that are as documented.
    #[must_use]
    pub fn usual(lines: Vec<u64>, desk: Desk) -> SetUp {
        SetUp {
            desk,
            lines,
            language: Language::default(),
            unknown_callers: UnknownCallers::default(),
            knows_contacts_address: false,
            polls: false,
            aircall: AircallSwitches::default(),
            gorgias: GorgiasSwitches::default(),
            front: FrontSwitches::default(),
            front_per_minute: 100,
        }
    }

    /// One of many, for these lines.
    pub fn throw(chance: &mut Chance, lines: Vec<u64>, desk: Desk) -> SetUp {
        let gorgias = GorgiasSwitches {
            phone_search: *chance.one_of(&[
                PhoneMatching::Exact,
                PhoneMatching::Exact,
                PhoneMatching::Digits,
                PhoneMatching::Suffix,
            ]),
            search_bare_array: chance.percent(30),
            refuse_unknown_tags: chance.percent(30),
            unique_phone: chance.percent(30),
            refuse_merged_customers: chance.percent(50),
            put_status: if chance.percent(50) { 200 } else { 202 },
            ..GorgiasSwitches::default()
        };
        let aircall = AircallSwitches {
            limit_headers: chance.percent(50),
            // What a switched-off webhook misses waits for gap recovery (B1); see `Kind::WebhookOff` and `losses.rs`.
            disable_after: u32::MAX,
            // Aircall gives no new link to a message's file: only where links hold longer than anything goes wrong are
            // files sent by text (`sends_files`).
            media_lifetime_s: if chance.percent(50) { A_DAY_S } else { 600 },
            message_dates_in_ms: chance.percent(30),
            message_media_url: chance.percent(30),
            ..AircallSwitches::default()
        };
        let by_default = SetUp {
            desk,
            lines,
            language: *chance.one_of(&[Language::En, Language::En, Language::De, Language::Fr]),
            unknown_callers: match chance.percent(30) {
                true => UnknownCallers::PhoneOnly,
                false => UnknownCallers::Placeholder,
            },
            knows_contacts_address: chance.percent(50),
            polls: false,
            aircall,
            gorgias,
            front: FrontSwitches::default(),
            front_per_minute: 200,
        };
        match desk {
            Desk::Gorgias => by_default,
            Desk::Front => SetUp {
                front: front(chance),
                front_per_minute: if chance.percent(30) { 100 } else { 200 },
                ..by_default
            },
        }
    }
}

/// What nobody has confirmed of Front.
fn front(chance: &mut Chance) -> FrontSwitches {
    FrontSwitches {
        duplicate_external_id: *chance.one_of(&[
            DuplicateExternalId::AcceptAndIgnore,
            DuplicateExternalId::AcceptWithNewUid,
            DuplicateExternalId::Conflict,
        ]),
        external_id_scope: *chance.one_of(&[
            ExternalIdScope::Company,
            ExternalIdScope::Company,
            ExternalIdScope::Inbox,
        ]),
        subject_on_reopen: *chance.one_of(&[SubjectOnReopen::TakeNew, SubjectOnReopen::KeepOld]),
        assign_on_import: *chance.one_of(&[AssignOnImport::Always, AssignOnImport::NewConversation]),
        import_into_gone_conversation: *chance
            .one_of(&[GoneConversation::BeginNew, GoneConversation::Refused]),
        phone_alias: *chance.one_of(&[PhoneAlias::Exact, PhoneAlias::Exact, PhoneAlias::Digits]),
        taken_handle_status: if chance.percent(70) { 409 } else { 400 },
        merged_contact: *chance.one_of(&[
            MergedContact::Redirect,
            MergedContact::Survivor,
            MergedContact::NotFound,
        ]),
        location: *chance.one_of(&[Location::Absolute, Location::Path, Location::ResourceOnly]),
        invalid_status: if chance.percent(50) { 400 } else { 422 },
        ..FrontSwitches::default()
    }
}

/// A whole day.
#[derive(Clone, Debug)]
pub struct Script {
    /// How it is set up.
    pub set_up: SetUp,
    /// Its parts, in order.
    pub stretches: Vec<Stretch>,
    /// What happens, by the second.
    pub deeds: Vec<(u64, Deed)>,
    /// How many calls there are.
    pub calls: usize,
    /// How many text messages there are.
    pub texts: usize,
    /// When the day is over and everything must be written.
    pub ends_at: u64,
}

impl Script {
    /// Whether everything is written at that second, and people work on what is finished.
    #[must_use]
    pub fn is_settled_at(&self, second: u64) -> bool {
        self.stretches.iter().any(|s| (s.people()..s.end()).contains(&second))
    }

    /// Times of at least `seconds` in which Aircall says nothing of its own, within the troubled part of a stretch.
    #[must_use]
    pub fn silences(&self, seconds: u64) -> Vec<Range<u64>> {
        let mut busy: Vec<u64> = self.deeds.iter().map(|(at, _)| *at).collect();
        let hang_ups = self.deeds.iter().filter(|(_, deed)| matches!(deed, Deed::HangUp(..)));
        // What follows a hang-up by itself: the end after 30 s, the voicemail 3 s later.
        busy.extend(hang_ups.flat_map(|(at, _)| [at + 30, at + 34]));
        // A message that was sent tells of its delivery.
        let texts = self.deeds.iter().filter(|(_, deed)| matches!(deed, Deed::Text(..)));
        busy.extend(texts.map(|(at, _)| at + 4));
        busy.extend(self.stretches.iter().flat_map(|stretch| [stretch.begin, stretch.calm]));
        busy.sort_unstable();
        let troubled = |at: u64| self.stretches.iter().any(|s| (s.begin..s.calm).contains(&at));
        let pairs = busy.iter().zip(busy.iter().skip(1));
        pairs
            .filter(|(from, to)| *to - *from >= seconds && troubled(**from))
            .map(|(from, to)| *from..*to)
            .collect()
    }

    /// Whether the database may be lost at that second, and the records still be those of a quiet day. Not where only
    /// our memory can tell what to do: a ticket that a person deleted, or our tag that a person took off, looks like one
    /// that was never written; a call that is handed to a line that is not selected looks like one that began there; a tag that is taken off in Aircall later may have been put on the ticket by a person; what
    /// began in another mode looks like what began in this one.
    #[must_use]
    pub fn may_forget_at(&self, second: u64) -> bool {
        let is_handed_away = |deed: &Deed| matches!(deed, Deed::TransferToLine(_, line, _) if !self.set_up.lines.contains(line));
        let only_we_know = |deed: &Deed| {
            is_handed_away(deed)
                || matches!(
                    deed,
                    Deed::Person(_, Act::Delete | Act::Untag(_))
                        | Deed::AtConversation(_, Act::Delete | Act::Untag(_))
                        | Deed::House(House::Mode(_) | House::SecondJoins | House::TakeOver)
                )
                // In Front a conversation is found by its contact only.
                || (self.set_up.desk == Desk::Front && matches!(deed, Deed::Customer(_, AtCustomer::Delete, _)))
        };
        let mut before = self.deeds.iter().filter(|(at, _)| *at < second);
        let mut after = self.deeds.iter().filter(|(at, _)| *at >= second);
        let is_new = |call: CallNo| {
            let begins = |deed: &Deed| matches!(deed, Deed::Ring(of, ..) | Deed::Dial(of, ..) if *of == call);
            self.deeds.iter().any(|(at, deed)| *at >= second && begins(deed))
        };
        let untags = |deed: &Deed| matches!(deed, Deed::Untag(call, _) if !is_new(*call));
        !before.any(|(_, deed)| only_we_know(deed)) && !after.any(|(_, deed)| untags(deed))
    }

    /// Whether writing is paused in that second, or was shortly before.
    #[must_use]
    pub fn is_paused_around(&self, second: u64) -> bool {
        let when = |house: House| {
            self.deeds
                .iter()
                .filter(move |(_, deed)| matches!(deed, Deed::House(h) if *h == house))
                .map(|(at, _)| *at)
        };
        // Where the program is down when somebody wants to resume, they do it when it is up again.
        when(House::Pause).zip(when(House::Resume)).any(|(from, to)| (from..to + 200).contains(&second))
    }

    /// Whether this call is handed from one agent to another.
    #[must_use]
    pub fn is_transferred(&self, call: CallNo) -> bool {
        self.deeds.iter().any(|(_, deed)| match deed {
            Deed::Transfer(of, ..)
            | Deed::TransferToTeam(of, ..)
            | Deed::TransferToLine(of, ..)
            | Deed::TransferOutside(of, ..) => *of == call,
            _ => false,
        })
    }

    /// Whether the line behind a menu tells of this call, too.
    #[must_use]
    pub fn is_told_by_two_lines(&self, call: CallNo) -> bool {
        self.deeds.iter().any(|(_, deed)| matches!(deed, Deed::ChildTells(of, _) if *of == call))
    }

    /// From the ring until another line tells of the call, too, or it is handed to another line.
    #[must_use]
    pub fn times_when_only_an_event_tells_the_line(&self) -> Vec<Range<u64>> {
        let another = self.deeds.iter().filter_map(|(at, deed)| match deed {
            Deed::TransferToLine(call, ..) | Deed::ChildTells(call, ..) => Some((*call, *at)),
            _ => None,
        });
        let begun = |call: CallNo| {
            let begins = |deed: &Deed| matches!(deed, Deed::Ring(of, ..) | Deed::Dial(of, ..) if *of == call);
            self.deeds.iter().find(|(_, deed)| begins(deed)).map(|(at, _)| *at)
        };
        another.map(|(call, at)| begun(call).unwrap_or(at)..at).collect()
    }

    /// When calls on these lines are up, and two minutes more: so long a record waits for what a read would add.
    #[must_use]
    pub fn times_of_calls_on(&self, line: u64) -> Vec<Range<u64>> {
        let begun = self.deeds.iter().filter_map(|(at, deed)| match deed {
            Deed::Ring(call, on, ..) if *on == line => Some((*call, *at)),
            _ => None,
        });
        let over = |call: CallNo| {
            let ends = |deed: &Deed| matches!(deed, Deed::HangUp(of, _) if *of == call);
            self.deeds.iter().find(|(_, deed)| ends(deed)).map(|(at, _)| *at)
        };
        begun.map(|(call, at)| at..over(call).unwrap_or(at) + 120).collect()
    }
}
