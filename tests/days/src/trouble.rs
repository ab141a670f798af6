//! What can go wrong in a day. When it does, is thrown in `throw.rs` and carried out in `life/harm.rs`.

use std::fmt;

use sidetone_sandbox::{Fault, FaultKind};

/// Which vendor is in trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Aircall's API.
    Aircall,
    /// The helpdesk's.
    Helpdesk,
}

/// One thing that goes wrong. Several may at once: each begins and ends by itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// The next requests that match.
    Next(Whose, Fault),
    /// Every request for a while.
    Outage(Whose, FaultKind),
    /// The key is refused for a while.
    Revoked(Whose),
    /// Others fill the helpdesk's bucket, at so many requests a second.
    Crowd(f64),
    /// Others use up Aircall's limit.
    AircallCrowd,
    /// What was made shows up in lists only after so many seconds.
    ListLag(f64),
    /// What Front accepts is there only after so many seconds.
    ImportLag(f64),
    /// So many of the imports that Front accepts next never appear.
    LoseImports(u32),
    /// Every event comes twice.
    Repeats,
    /// Events overtake each other within so many seconds.
    Shuffle(f64),
    /// Events are so many seconds late.
    Late(f64),
    /// Events get lost, as far as [`crate::losses`] lets them.
    Lost,
    /// Aircall switches our webhook off, and lets nobody switch it on as long as it lasts.
    WebhookOff,
    /// Nothing goes out, and nothing comes in.
    Network,
    /// What Aircall delivers is taken by something in between, and goes nowhere.
    Silent,
    /// The program is killed, and Aircall gives our webhook up because nobody takes what it delivers: it goes on with
    /// the events that it has, and has no others until the program runs again.
    WebhookGivenUp,
    /// `kill -9`.
    Kill,
    /// `kill -9` after so many commits and requests.
    KillAtStep(u64),
    /// The disk is full: the store reads and does not write.
    FullDisk,
    /// Every connection to the database server is cut.
    CutConnections,
    /// A backup of the database is taken, whatever is under way.
    BackUp,
    /// The database is lost.
    LoseDatabase,
    /// The database is lost, and `adopt` fills the ledger from what the helpdesk holds.
    LoseAndAdopt,
    /// The last backup is put back.
    RestoreBackup,
}

/// What happens to the database between two stretches.
pub const MISHAPS: &[Kind] = &[Kind::LoseDatabase, Kind::LoseAndAdopt, Kind::RestoreBackup];

/// When it goes wrong, and for how long.
#[derive(Clone, Debug, PartialEq)]
pub struct Trouble {
    /// Second of the day.
    pub at: u64,
    /// Seconds; after a kill, until the program is started again.
    pub lasts: u64,
    /// What.
    pub kind: Kind,
}

impl Trouble {
    /// Whether it is there in this second.
    #[must_use]
    pub fn overlaps(&self, from: u64, to: u64) -> bool {
        self.at < to && from < self.at + self.lasts.max(1)
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>6} s, {:>4} s long: {:?}", self.at, self.lasts, self.kind)
    }
}
