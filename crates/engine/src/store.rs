//! Where everything is kept: one trait, so that SQLite and PostgreSQL can stand behind it.
//!
//! All changes of one step are one [`Change`], committed as a whole or not at all: a crash between two steps leaves
//! the state after the first. `tests/store_conformance.rs` holds what every store must pass.

pub mod sqlite;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sidetone_protocol::{CallView, ExplanationView, LiveEvent, OutboxView, Pushed, Today};

use crate::call::{Call, CallId, Origin};
use crate::directory::Matched;
use crate::ledger::{Attempt, Holding, Ledger};
use crate::number::E164;

/// What went wrong with the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refuses (disk full, locked, damaged).
    #[error(
        "the database does not take this: {0}. Check the disk's free space and the data directory's rights"
    )]
    Refused(String),
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
    pub call: Option<CallId>,
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
    pub call: Option<CallId>,
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
    /// What the helpdesk holds.
    pub ledger: Ledger,
    /// Writes under way or parked.
    pub attempts: Vec<Attempt>,
    /// Fresh reads.
    pub reads: Reads,
    /// Whether the helpdesk was asked for our marker before the create (B17).
    pub adopted: bool,
    /// Whether the Insight Card was sent, or given up.
    pub carded: bool,
    /// When it is looked at again.
    pub due: Option<Due>,
}

impl Case {
    /// A call seen for the first time.
    #[must_use]
    pub fn new(id: CallId) -> Case {
        Case {
            call: Call::new(id),
            selected: None,
            barred: None,
            ledger: Ledger::default(),
            attempts: Vec::new(),
            reads: Reads::default(),
            adopted: false,
            carded: false,
            due: None,
        }
    }
}

/// What changed of one call.
#[derive(Clone, Debug)]
pub struct CaseChange {
    /// The call afterwards; the store takes facts, flags, reads and due from it (not ledger and attempts).
    pub case: Case,
    /// Its row for lists; `None` while the line is unknown or not selected: then it is listed nowhere.
    pub view: Option<CallView>,
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
    /// Inbox rows that are folded now.
    pub folded: Vec<i64>,
    /// Calls.
    pub cases: Vec<CaseChange>,
    /// Answers of the directory.
    pub matched: Vec<Matched>,
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
    /// Words that must all occur in name, number, line or agent.
    pub text: Option<String>,
    /// At most so many.
    pub limit: usize,
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
    /// Nothing is changed then.
    fn commit(&self, change: &Change) -> Result<Vec<Pushed>, StoreError>;
    /// Everything of one call.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn case(&self, id: CallId) -> Result<Option<Case>, StoreError>;
    /// Calls that are due: those of the last hour first, so that no backlog stands in their way, each part oldest first.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn due(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<CallId>, StoreError>;
    /// When the next call is due.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn next_due(&self) -> Result<Option<DateTime<Utc>>, StoreError>;
    /// Calls with writes under way: what a crash may have left unclear.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn under_way(&self) -> Result<Vec<CallId>, StoreError>;
    /// Calls with a write whose answer is outstanding or unclear: until that is settled, others of the same customer wait.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn unsettled(&self) -> Result<Vec<CallId>, StoreError>;
    /// Calls whose record is not finished.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn pending(&self) -> Result<Vec<CallId>, StoreError>;
    /// Calls that are pending or not logged for want of something that may have come since.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn waiting(&self, reason: &str) -> Result<Vec<CallId>, StoreError>;
    /// Calls that are up.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn live(&self) -> Result<Vec<CallId>, StoreError>;
    /// A page of the call list, newest first, with the cursor of the next.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn calls(&self, query: &Query) -> Result<(Vec<CallView>, Option<String>), StoreError>;
    /// Earlier calls of a number, newest first, and how many there are.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn history(&self, number: &E164, but: CallId, limit: usize) -> Result<(Vec<CallView>, u32), StoreError>;
    /// Why each record is there.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn trace(&self, id: CallId) -> Result<Vec<ExplanationView>, StoreError>;
    /// What the helpdesk said of a number.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn matched(&self, number: &E164) -> Result<Option<Matched>, StoreError>;
    /// A remembered setting.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn setting(&self, key: &str) -> Result<Option<String>, StoreError>;
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
    /// Forgets pushed events older than `before`.
    ///
    /// # Errors
    /// If the store cannot be changed.
    fn forget_pushed(&self, before: DateTime<Utc>) -> Result<(), StoreError>;
}

/// What came in, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arrivals {
    /// Statements.
    pub stored: u64,
    /// Repeats of those.
    pub repeats: u64,
    /// Statements of which nothing could be made.
    pub odd: u64,
    /// When the newest event came, unix seconds.
    pub last_event_at: Option<i64>,
}
