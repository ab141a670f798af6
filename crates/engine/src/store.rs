//! Where everything is kept: one trait, so that SQLite and PostgreSQL can stand behind it.
//!
//! All changes of one step are one [`Change`], committed as a whole or not at all: a crash between two steps leaves
//! the state after the first. `tests/store_conformance.rs` holds what every store must pass.
//!
//! The tables and their queries are written once (`store/tables`); what a database does in its own way is in its file.

mod over_tables;
pub mod postgres;
mod sql;
pub mod sqlite;
mod tables;

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sidetone_protocol::{
    CallView, ExplanationView, LiveEvent, MessageView, Named, OutboxView, Pushed, TellingWay, Today,
};

use crate::account::Stored;
use crate::backfill::{Backfill, BackfillFigures, WrittenBack};
use crate::call::{Call, CaseId, Origin};
use crate::choice::Choice;
use crate::conversation::Conversation;
use crate::desk::{AtTheDesk, DeskChange, DeskQuery};
use crate::dial::Dial;
use crate::directory::entry::{DirectoryChange, Listed, Place, Size, Unmatched};
use crate::directory::{Dealings, Matched};
use crate::erasing::{Erased, ErasedCase};
use crate::gap::Gap;
use crate::keep::{KeptFile, KeptState};
use crate::ledger::{Attempt, Holding, Ledger};
use crate::number::E164;
use crate::own_comment::OwnComment;
use crate::search::Indexed;
use crate::telling::{Decided, Telling, Told};

/// A thread is held this long after its holder was last heard of. A request is given up after 30 s, and a question may
/// follow it; what is more is for hubs whose clocks differ.
pub const LEASE: TimeDelta = TimeDelta::seconds(90);

/// What went wrong with the store.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The database refuses (disk full, locked, damaged).
    #[error(
        "the database does not take this: {0}. Check its disk's free space, and whether this user may write there"
    )]
    Refused(String),
    /// The database server does not answer, or no longer.
    #[error(
        "{0}. Check that the database server runs and that [hub] database leads to it; it is tried again by itself"
    )]
    Unreachable(String),
    /// The tables cannot be made or brought to this program's version.
    #[error(
        "the database cannot be set up: {0}. Nothing was changed. Give [hub] database an empty database or one that \
         Sidetone made, and a user who may make tables there"
    )]
    Unsuitable(String),
    /// Another program on the same database has changed this call since it was read; nothing of the change is stored.
    #[error("call {0} was changed by another Sidetone on this database meanwhile; it is looked at again")]
    Stale(CaseId),
    /// A setting does not say any more what [`Change::provided`] expects; nothing of the change is stored.
    #[error(
        "{0} was changed meanwhile, by somebody else or another Sidetone on this database; nothing of this was stored"
    )]
    Overtaken(String),
    /// The same of a backfill.
    #[error("backfill {0} was changed by another Sidetone on this database meanwhile; it is looked at again")]
    BackfillChanged(i64),
    /// The database was made by a newer program.
    #[error(
        "the database is of version {found}, this program knows version {known}. Start the newer program, or restore \
         the backup that was made before the update; nothing was changed"
    )]
    Newer {
        /// Version found.
        found: usize,
        /// Version known.
        known: usize,
    },
    /// Something stored cannot be read back.
    #[error("a stored value cannot be read: {0}")]
    Damaged(String),
}

/// A statement as it arrives, before anything is made of it.
#[derive(Clone, Debug)]
pub struct Received {
    /// SHA-256 of what makes it the same again.
    pub hash: [u8; 32],
    /// Where it comes from.
    pub origin: Origin,
    /// The call it speaks of, where it speaks of one.
    pub call: Option<CaseId>,
    /// Nothing can be made of it; it is kept and counted.
    pub is_odd: bool,
    /// Aircall's clock, unix seconds.
    pub as_of: i64,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// The whole body, token taken out.
    pub body: Value,
}

/// What became of a received statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// Stored.
    New,
    /// Known already; counted.
    Repeat,
}

/// A stored statement that is not folded yet.
#[derive(Clone, Debug)]
pub struct InboxRow {
    /// Order of arrival.
    pub id: i64,
    /// Where it comes from.
    pub origin: Origin,
    /// The call it speaks of.
    pub call: Option<CaseId>,
    /// Aircall's clock, unix seconds.
    pub as_of: i64,
    /// The body.
    pub body: Value,
}

/// When and how urgently a call is looked at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// Not before.
    pub at: DateTime<Utc>,
    /// Something is to be written (shown as the outbox's length), not only looked at.
    pub writes: u32,
    /// Since when something waits to be written.
    pub since: DateTime<Utc>,
}

/// In which order calls that are due at once are looked at; those of one turn, the oldest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// A call of now, or one that a person waits for.
    #[default]
    Now,
    /// Something is added to the record of a call that is over for a while.
    Added,
    /// What an outage has left to be written.
    Left,
    /// A person has this old call written.
    WrittenBack,
}

impl Turn {
    const ALL: [Turn; 4] = [Turn::Now, Turn::Added, Turn::Left, Turn::WrittenBack];
}

/// How often a fresh read of the call was tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// Failed tries.
    pub failed: u32,
    /// No further tries: the record goes without.
    pub given_up: bool,
}

/// Everything that is stored of one call.
#[derive(Clone, Debug)]
pub struct Case {
    /// The facts.
    pub call: Call,
    /// Whether its line was selected when the call was first seen (G18); unknown until the line is.
    pub selected: Option<bool>,
    /// Whether it may be written by itself (B15), decided when first seen: the reason why not.
    pub barred: Option<String>,
    /// What has lifted that bar: a person has old calls written.
    pub written_back: Option<WrittenBack>,
    /// What the helpdesk holds.
    pub ledger: Ledger,
    /// Writes under way or parked.
    pub attempts: Vec<Attempt>,
    /// Comments that agents wrote through Sidetone.
    pub own: Vec<OwnComment>,
    /// Fresh reads.
    pub reads: Reads,
    /// Whether the helpdesk was asked for our marker before the create (B17).
    pub adopted: bool,
    /// Whether the Insight Card was sent, or given up.
    pub carded: bool,
    /// When it is looked at again.
    pub due: Option<Due>,
    /// Whose turn it is then.
    pub turn: Turn,
    /// Whose writes it stands in line with (`design.md` §3.6); empty until it is reckoned for the first time.
    pub thread: String,
    /// The place of its first statement in the inbox: messages of the same moment are written in this order.
    pub arrived: i64,
    /// By which words it is found, as stored.
    pub indexed: Indexed,
    /// A hash of what the last reading of it in a list said, links aside; `None` after anything else was said.
    pub listed: Option<[u8; 32]>,
    /// How often it was stored. A change made from an older reading is refused.
    pub revision: i64,
}

impl Case {
    /// A call seen for the first time.
    #[must_use]
    pub fn new(id: CaseId) -> Case {
        Case {
            call: Call::new(id),
            selected: None,
            barred: None,
            written_back: None,
            ledger: Ledger::default(),
            attempts: Vec::new(),
            own: Vec::new(),
            reads: Reads::default(),
            adopted: false,
            carded: false,
            due: None,
            turn: Turn::default(),
            thread: String::new(),
            arrived: 0,
            indexed: Indexed::default(),
            listed: None,
            revision: 0,
        }
    }
}

/// A call that is due, and whose thread is now held by the one who asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The call.
    pub call: CaseId,
    /// Its thread, as it was stored with the call: what is held.
    pub thread: String,
}

/// What changed of one call.
#[derive(Clone, Debug)]
pub struct CaseChange {
    /// The call afterwards; the store takes facts, flags, reads, own comments and due from it (not ledger
    /// and attempts).
    pub case: Case,
    /// Its row for lists; `None` while the line is unknown or not selected: then it is listed nowhere.
    pub view: Option<CallView>,
    /// The same for a text message.
    pub message: Option<MessageView>,
    /// Newly held.
    pub put: Vec<Holding>,
    /// No longer held.
    pub remove: Vec<String>,
    /// Attempts as they are now, by their write's key; all others of the call are forgotten.
    pub attempts: Vec<Attempt>,
    /// Lines of "why is this here?".
    pub trace: Vec<ExplanationView>,
}

/// All changes of one step.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Statements that come into the inbox, before anything else: with what was read, how far it is read.
    pub received: Vec<Received>,
    /// Inbox rows that are folded now.
    pub folded: Vec<i64>,
    /// Calls.
    pub cases: Vec<CaseChange>,
    /// Numbers that are to be dialled, or have become a call: then each must not have become one before.
    pub dials: Vec<Dial>,
    /// Everything that was learned of customers is forgotten first: numbers, conversations, what people chose, the directory.
    pub forgets_customers: bool,
    /// Answers of the directory.
    pub matched: Vec<Matched>,
    /// Conversations of text messages, as seen or made.
    pub conversations: Vec<Conversation>,
    /// What people decided about numbers.
    pub choices: Vec<Choice>,
    /// Numbers of which nothing is decided any more; before `choices`.
    pub withdrawn: Vec<E164>,
    /// What people did at the missed-call desk; a claim must not have been somebody else's before.
    pub desk: Vec<DeskChange>,
    /// What changes in the directory of all customers.
    pub directory: DirectoryChange,
    /// Times of which something was missed, as far as they are read by now (B1).
    pub gaps: Vec<Gap>,
    /// Nothing of all this holds unless each of these settings says so still.
    pub provided: Vec<(String, String)>,
    /// What people are told by mail or web hook (A4).
    pub telling: Decided,
    /// Backfills, as far as they are by now; each must not have been changed by somebody else before.
    pub backfills: Vec<Backfill>,
    /// Files that became something else, and what each must have been before (C6).
    pub kept: Vec<(KeptState, KeptFile)>,
    /// Files that are to be fetched into the folder; those of which something is known already stay as they are.
    pub to_keep: Vec<KeptFile>,
    /// Settings to remember.
    pub settings: Vec<(String, String)>,
    /// What windows are told.
    pub push: Vec<LiveEvent>,
    /// Time of the step.
    pub at: DateTime<Utc>,
}

impl Change {
    /// An empty step.
    #[must_use]
    pub fn at(at: DateTime<Utc>) -> Change {
        Change { at, ..Change::default() }
    }
}

/// Which calls a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    /// All.
    #[default]
    All,
    /// Held, parked or not logged although they should be.
    NotLogged,
    /// Inbound, nobody answered.
    Missed,
    /// A voicemail was left.
    Voicemail,
}

/// A page of the call list.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Only calls before this cursor.
    pub before: Option<String>,
    /// Which.
    pub filter: Filter,
    /// What somebody typed: words and numbers that must all be found ([`crate::search`]).
    pub text: Option<String>,
    /// Countries (ISO alpha-2) of our lines: what a typed number without a country's code may mean.
    pub countries: Vec<String>,
    /// Only calls that began then or later.
    pub from: Option<DateTime<Utc>>,
    /// Only calls that began before.
    pub until: Option<DateTime<Utc>>,
    /// Only calls over this line, by Aircall's id.
    pub line: Option<u64>,
    /// Only calls that this agent had, by Aircall's id.
    pub agent: Option<u64>,
    /// At most so many.
    pub limit: usize,
}

impl Query {
    /// Numbers without a country's code are read as in the countries of our lines.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn in_our_countries(mut self, store: &dyn Store) -> Result<Query, StoreError> {
        let countries = store.setting(crate::engine::LINE_COUNTRIES)?.unwrap_or_default();
        self.countries = countries.split_whitespace().map(str::to_owned).collect();
        Ok(self)
    }
}

/// A call as lists show it, with all its facts.
#[derive(Clone, Debug)]
pub struct FullCall {
    /// As lists show it.
    pub view: CallView,
    /// What Aircall says of it.
    pub call: Call,
}

/// A page of the list of text messages.
#[derive(Clone, Debug, Default)]
pub struct MessageQuery {
    /// Only messages before this cursor.
    pub before: Option<String>,
    /// Only those that are held, parked or not logged.
    pub not_logged: bool,
    /// Words that must all occur in name, number, line, agent or text.
    pub text: Option<String>,
    /// At most so many.
    pub limit: usize,
}

/// What was found of one call of shadow mode.
#[derive(Clone, Debug, PartialEq)]
pub struct ComparedRow {
    /// The call as lists show it, where that was asked for.
    pub call: Option<CallView>,
    /// What was found.
    pub detail: serde_json::Value,
    /// When.
    pub at: DateTime<Utc>,
}

/// Where everything is kept. All methods block briefly; a commit is durable when it returns.
pub trait Store: Send + Sync {
    /// Stores statements; durable on return.
    ///
    /// # Errors
    /// Nothing of the batch is stored then.
    fn receive(&self, batch: &[Received]) -> Result<Vec<Receipt>, StoreError>;
    /// Statements not folded yet, in order of arrival.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn unfolded(&self, limit: usize) -> Result<Vec<InboxRow>, StoreError>;
    /// All changes of one step, or none.
    ///
    /// # Errors
    /// Nothing is changed then; [`StoreError::Stale`] if a call was changed by somebody else since it was read. With
    /// [`StoreError::Unreachable`] it is not known whether the change is stored: read again before going on from it.
    fn commit(&self, change: &Change) -> Result<Vec<Pushed>, StoreError>;
    /// Everything of one call.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn case(&self, id: CaseId) -> Result<Option<Case>, StoreError>;
    /// Calls that are due, and whose threads are free or held by this program: those of the last hour first, so that no
    /// backlog stands in their way, each part oldest first. Their threads are this program's until [`LEASE`] from now.
    ///
    /// Where only one engine can be on a database, nothing has to be held, and it costs what reading costs.
    ///
    /// # Errors
    /// If the store cannot be read or changed.
    fn claim_due(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<Claim>, StoreError>;
    /// Takes one thread, if nobody else holds it; answers whether it is this program's now.
    ///
    /// # Errors
    /// If the store cannot be changed.
    fn claim(&self, thread: &str, now: DateTime<Utc>) -> Result<bool, StoreError>;
    /// Gives threads back; those of others are left alone.
    ///
    /// # Errors
    /// If the store cannot be changed. They are free when the lease is over.
    fn release(&self, threads: &[String]) -> Result<(), StoreError>;
    /// When the next call is due after `now`.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn next_due(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError>;
    /// Calls with writes under way: what a crash may have left unclear.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn under_way(&self) -> Result<Vec<CaseId>, StoreError>;
    /// Calls with a write whose answer is outstanding or unclear: until that is settled, others of the same customer wait.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn unsettled(&self) -> Result<Vec<CaseId>, StoreError>;
    /// Calls whose record is not finished.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn pending(&self) -> Result<Vec<CaseId>, StoreError>;
    /// Calls that are due at this moment or later.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn due_from(&self, at: DateTime<Utc>) -> Result<Vec<CaseId>, StoreError>;
    /// Calls that are pending or not logged for want of something that may have come since.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn waiting(&self, reason: &str) -> Result<Vec<CaseId>, StoreError>;
    /// Calls that are up.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn live(&self) -> Result<Vec<CaseId>, StoreError>;
    /// A page of the call list, newest first, with the cursor of the next.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn calls(&self, query: &Query) -> Result<(Vec<CallView>, Option<String>), StoreError>;
    /// The same with everything that is known of each call.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn calls_in_full(&self, query: &Query) -> Result<(Vec<FullCall>, Option<String>), StoreError>;
    /// How many calls the query finds, whatever its page; counts no further than to `most`.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn count_calls(&self, query: &Query, most: u32) -> Result<u32, StoreError>;
    /// Takes at most so many calls into the index of words that are not in it: those of a database from before there was one,
    /// the newest first. Answers how many it took.
    ///
    /// # Errors
    /// Nothing of them is changed then.
    fn index_calls(&self, limit: usize) -> Result<usize, StoreError>;
    /// Earlier calls of a number, newest first, and how many there are.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn history(&self, number: &E164, but: CaseId, limit: usize) -> Result<(Vec<CallView>, u32), StoreError>;
    /// A page of the list of text messages, newest first, with the cursor of the next.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn messages(&self, query: &MessageQuery) -> Result<(Vec<MessageView>, Option<String>), StoreError>;
    /// Whether an earlier message with this number still waits to be written (M2).
    ///
    /// # Errors
    /// If the store cannot be read.
    fn has_earlier_message(&self, case: &Case, number: &E164) -> Result<bool, StoreError>;
    /// A customer's conversation of text messages, as last seen.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn conversation(&self, customer: &str) -> Result<Option<Conversation>, StoreError>;
    /// Why each record is there.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn trace(&self, id: CaseId) -> Result<Vec<ExplanationView>, StoreError>;
    /// What the helpdesk said of a number.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn matched(&self, number: &E164) -> Result<Option<Matched>, StoreError>;
    /// What a person decided about a number.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn choice(&self, number: &E164) -> Result<Option<Choice>, StoreError>;
    /// Calls of a number that are held, parked or pending, oldest first.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn unfinished(&self, number: &E164) -> Result<Vec<CaseId>, StoreError>;
    /// Of these ids in the helpdesk those under which another call's ledger holds what
    /// [is one call's](crate::ledger::is_one_calls).
    ///
    /// # Errors
    /// If the store cannot be read.
    fn held_by_others(&self, id: CaseId, activities: &[&str]) -> Result<BTreeSet<String>, StoreError>;
    /// What our own records tell of a customer.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn dealings(&self, customer: &str) -> Result<Dealings, StoreError>;

    /// What was found of calls of shadow mode ([`SHADOW`](crate::ledger::SHADOW)), newest call first; the head of the
    /// newest `heads` only.
    ///
    /// # Errors
    /// If it cannot be read.
    fn compared(&self, heads: usize) -> Result<Vec<ComparedRow>, StoreError>;
    /// Whoever has this number according to the directory, in whatever spelling, most recently updated first; once for
    /// each spelling.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn listed(&self, number: &E164) -> Result<Vec<Listed>, StoreError>;
    /// The numbers that a customer has according to the directory, each once, in order.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn numbers_of(&self, customer: &str, limit: usize) -> Result<Vec<E164>, StoreError>;
    /// Numbers of the directory that end in these digits. Reads all of it.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn ending_in(&self, digits: &str, limit: usize) -> Result<Vec<Listed>, StoreError>;
    /// Numbers of the directory that nothing can match: those after a customer's id and address, in that order.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn unmatched(&self, after: Option<&Place>, limit: usize) -> Result<Vec<Unmatched>, StoreError>;
    /// Numbers of the directory whose meaning hangs on the countries of our lines: those after a customer's id and address,
    /// in that order.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn without_country_code(&self, after: Option<&Place>, limit: usize) -> Result<Vec<Place>, StoreError>;
    /// How much the directory holds. Counts all of it.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn directory_size(&self) -> Result<Size, StoreError>;
    /// A remembered setting.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn setting(&self, key: &str) -> Result<Option<String>, StoreError>;
    /// A setting that is decided once: `value`, unless somebody came first. Answers what holds.
    ///
    /// # Errors
    /// If the store cannot be changed.
    fn setting_once(&self, key: &str, value: &str) -> Result<String, StoreError>;
    /// Puts `new` in place of `old`; `false`: something else is remembered by now, which stays. Whoever asks at the same
    /// time, in whichever program, one of them only is answered `true`.
    ///
    /// # Errors
    /// If the store cannot be changed.
    fn replace_setting(&self, key: &str, old: &str, new: &str) -> Result<bool, StoreError>;
    /// Pushed events after `id`; `None` if events before the oldest kept one were asked for.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn pushed_since(&self, id: i64, limit: usize) -> Result<Option<Vec<Pushed>>, StoreError>;
    /// Id of the newest pushed event.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn last_pushed(&self) -> Result<i64, StoreError>;
    /// What waits.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn outbox(&self, now: DateTime<Utc>) -> Result<OutboxView, StoreError>;
    /// The day that began at `since`, in four numbers.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn today(&self, since: DateTime<Utc>) -> Result<Today, StoreError>;
    /// Statements that were kept though no call could be made of them, and the time of the newest event.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn arrivals(&self) -> Result<Arrivals, StoreError>;
    /// Gaps that are not done, and those that were done since then, oldest first.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn gaps(&self, done_since: DateTime<Utc>) -> Result<Vec<Gap>, StoreError>;
    /// All backfills, oldest first.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn backfills(&self) -> Result<Vec<Backfill>, StoreError>;
    /// What has become of the calls of a backfill's time, and of those that it writes.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn backfill_figures(&self, of: &Backfill) -> Result<BackfillFigures, StoreError>;
    /// Calls that are over, that started in this time (unix seconds, both included), that nothing writes by itself, and that no
    /// backfill has begun to write: those after `after`, oldest first, with their starts.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn barred_between(
        &self,
        seconds: (i64, i64),
        after: Option<(i64, CaseId)>,
        limit: usize,
    ) -> Result<Vec<(i64, CaseId)>, StoreError>;
    /// Those of these calls of which anything was ever heard.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn heard_of(&self, ids: &[CaseId]) -> Result<Vec<CaseId>, StoreError>;
    /// What the last reading in a list said of these calls ([`Case::listed`]), where nothing else was said since.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn listed_gists(&self, ids: &[CaseId]) -> Result<HashMap<CaseId, [u8; 32]>, StoreError>;
    /// Those of these calls of which no event ever came.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn unheard(&self, ids: &[CaseId]) -> Result<Vec<CaseId>, StoreError>;
    /// How often something came of a call that was known already.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn repeats(&self, id: CaseId) -> Result<u32, StoreError>;
    /// Those of these calls whose record is not finished.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn still_pending(&self, ids: &[CaseId]) -> Result<Vec<CaseId>, StoreError>;
    /// When the first text message was sent or received, unix seconds; `None`: there is none.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn first_message_at(&self) -> Result<Option<i64>, StoreError>;
    /// How many text messages were sent or received from the first moment until before the second, unix seconds.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn messages_between(&self, from: i64, to: i64) -> Result<u32, StoreError>;
    /// What this agent was asked to dial this number for, oldest first.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn dials(&self, agent: u64, number: &E164) -> Result<Vec<Dial>, StoreError>;
    /// Forgets a dial that was not carried out; one that has become a call stays.
    ///
    /// # Errors
    /// If the store cannot be changed.
    fn take_back_dial(&self, id: &str) -> Result<(), StoreError>;
    /// Forgets dials older than `before`.
    ///
    /// # Errors
    /// If the store cannot be changed.
    fn forget_dials(&self, before: DateTime<Utc>) -> Result<(), StoreError>;
    /// Calls with a comment of ours that is on its way to Aircall.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn with_open_comments(&self) -> Result<Vec<CaseId>, StoreError>;
    /// Whoever may wait for a call back, longest first; [`crate::desk::waiting`] says who does.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn desk(&self, query: &DeskQuery<'_>) -> Result<Vec<AtTheDesk>, StoreError>;
    /// Keys of the callers who rang in vain after `since` and were called back, got through or were cleared from `day` on.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn done_at_the_desk(&self, since: DateTime<Utc>, day: DateTime<Utc>) -> Result<Vec<String>, StoreError>;
    /// The lines on which an agent (an Aircall user's id) took one of the company's last 2,000 answered calls after `since`,
    /// the busiest first.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn lines_of(&self, agent: u64, since: DateTime<Utc>) -> Result<Vec<Named>, StoreError>;
    /// Forgets what people did at the desk before this.
    ///
    /// # Errors
    /// If the store cannot be changed.
    fn forget_desk(&self, before: DateTime<Utc>) -> Result<(), StoreError>;
    /// The causes that people are told of, also those that are over.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn told(&self) -> Result<Vec<Told>, StoreError>;
    /// What is told about one standing of a cause, or one account, oldest first.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn tellings_about(&self, about: &str) -> Result<Vec<Telling>, StoreError>;
    /// What is still to be told, and what was settled since then, oldest first.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn tellings_since(&self, since: DateTime<Utc>) -> Result<Vec<Telling>, StoreError>;
    /// Takes what is to be told on these ways now into hand, oldest first; whoever asks at the same time, in whichever
    /// program, gets none of it until [`IN_HAND`](crate::telling::IN_HAND) is over.
    ///
    /// # Errors
    /// If the store cannot be changed.
    fn claim_tellings(
        &self,
        ways: &[TellingWay],
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Telling>, StoreError>;
    /// Has what waits for its next try tried now.
    ///
    /// # Errors
    /// If the store cannot be changed.
    fn tell_again(&self, now: DateTime<Utc>) -> Result<(), StoreError>;
    /// Forgets what was told, and causes that were over, before this.
    ///
    /// # Errors
    /// If the store cannot be changed.
    fn forget_tellings(&self, before: DateTime<Utc>) -> Result<(), StoreError>;
    /// Calls on selected lines that began in a time (unix seconds, `to` not included), and whether the helpdesk holds them.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn account(&self, from: i64, to: i64) -> Result<Stored, StoreError>;
    /// Files of the folder that are in one of these states and due by now, those of the newest calls first.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn files_due(
        &self,
        now: DateTime<Utc>,
        states: &[KeptState],
        limit: usize,
    ) -> Result<Vec<KeptFile>, StoreError>;
    /// When the next file of the folder is due.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn next_file_due(&self) -> Result<Option<DateTime<Utc>>, StoreError>;
    /// How many calls have a file that is due to be fetched.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn calls_waiting_for_files(&self, now: DateTime<Utc>) -> Result<u32, StoreError>;
    /// Files that were put into this folder and were not taken out of it, those of the newest calls first.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn kept_in(&self, folder: &str, limit: usize) -> Result<Vec<KeptFile>, StoreError>;
    /// What is remembered of a call's files in the folder.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn kept_files(&self, call: CaseId) -> Result<Vec<KeptFile>, StoreError>;
    /// All files of calls that began before `before` are to be taken out of the folder; answers how many that are.
    ///
    /// # Errors
    /// If the store cannot be changed.
    fn let_files_go(&self, before: DateTime<Utc>, at: DateTime<Utc>) -> Result<usize, StoreError>;
    /// Erases what is known of these calls (B12), and tells windows what is left of each. Whoever erases goes through
    /// [`erasing::erase`](crate::erasing::erase).
    ///
    /// # Errors
    /// If the store cannot be changed: then none of them is.
    fn erase(&self, calls: &[CaseId], why: Erased, at: DateTime<Utc>) -> Result<Vec<Pushed>, StoreError>;
    /// What is left of a call that was erased; [`Store::case`] has none such.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn erased(&self, id: CaseId) -> Result<Option<ErasedCase>, StoreError>;
    /// Calls and messages from before, oldest first, whose records are finished and that are not erased.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn expired(&self, before: DateTime<Utc>, limit: usize) -> Result<Vec<CaseId>, StoreError>;
    /// How many from before wait for something, and are kept because of that.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn overdue(&self, before: DateTime<Utc>) -> Result<u32, StoreError>;
    /// Forgets what is older than this and belongs to no call.
    ///
    /// # Errors
    /// If the store cannot be changed.
    fn forget_before(&self, before: DateTime<Utc>) -> Result<(), StoreError>;
    /// Calls that are over and of which nothing is kept: of numbers that are never logged, and from before their number was
    /// forgotten.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn to_erase(&self, limit: usize) -> Result<Vec<(CaseId, Erased)>, StoreError>;
    /// Remembers that a number was forgotten, by a keyed hash of it.
    ///
    /// # Errors
    /// If the store cannot be changed.
    fn note_forgotten(&self, hash: &str, at: DateTime<Utc>) -> Result<(), StoreError>;
    /// When the number with this hash was forgotten last.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn forgotten_at(&self, hash: &str) -> Result<Option<DateTime<Utc>>, StoreError>;
    /// Looks through the next calls after this one for those of a number that began until then. Others that mention it lose
    /// the mention.
    ///
    /// # Errors
    /// If the store cannot be changed.
    fn trawl_calls(
        &self,
        number: &E164,
        until: DateTime<Utc>,
        after: Option<i64>,
        limit: usize,
    ) -> Result<Trawl, StoreError>;
    /// The same of what was received.
    ///
    /// # Errors
    /// If the store cannot be changed.
    fn trawl_inbox(
        &self,
        number: &E164,
        until: DateTime<Utc>,
        after: Option<i64>,
        limit: usize,
    ) -> Result<Trawl, StoreError>;
    /// Looks through the next rows of the texts of this number among those that may mention a number; `None`: there are no such
    /// texts.
    ///
    /// # Errors
    /// If the store cannot be changed.
    fn trawl_texts(
        &self,
        number: &E164,
        part: usize,
        after: Option<i64>,
        limit: usize,
    ) -> Result<Option<Trawl>, StoreError>;
    /// Forgets what else is stored under a number: choices, who has it, dials, the desk, what was told.
    ///
    /// # Errors
    /// If the store cannot be changed.
    fn forget_number(&self, number: &E164) -> Result<Mentioned, StoreError>;
    /// One small step of removing from the disk what was erased; `first`: the first after something was. Answers whether
    /// there is another one to do.
    ///
    /// # Errors
    /// If the store cannot be changed.
    fn scrub(&self, first: bool) -> Result<bool, StoreError>;
    /// Forgets pushed events older than `before`.
    ///
    /// # Errors
    /// If the store cannot be changed.
    fn forget_pushed(&self, before: DateTime<Utc>) -> Result<(), StoreError>;
}

/// What was found of a number among the next rows of a table, and taken out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trawl {
    /// The last row that was looked at; `None`: there are no more.
    pub last: Option<i64>,
    /// Calls of the number, which are to be erased.
    pub calls: Vec<CaseId>,
    /// Rows that are not the number's own and mentioned it.
    pub mentions: u32,
}

/// What else was stored of a number, counted in rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mentioned {
    /// What people decided about it.
    pub choices: u32,
    /// Whose it was, by the helpdesk.
    pub directory: u32,
    /// Everything else.
    pub others: u32,
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        StoreError::Damaged(error.to_string())
    }
}

/// What came in, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arrivals {
    /// Statements that came again.
    pub repeats: u64,
    /// Statements of which nothing could be made.
    pub odd: u64,
    /// When the newest event came, unix seconds.
    pub last_event_at: Option<i64>,
}
