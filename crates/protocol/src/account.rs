//! The account of a week: what Aircall counts against what the helpdesk holds.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::CallView;

/// Calls of one reason that the helpdesk does not hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct AccountReason {
    /// The reason's code; `pending`: on its way, or nobody knows why not.
    pub code: String,
    /// How many calls.
    pub n: u32,
    /// Whether they should be there.
    pub wanted: bool,
    /// The calls, oldest first; of very many only the first.
    pub calls: Vec<CallView>,
}

/// A reading of Aircall's list of the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct AccountReading {
    /// The time, unix seconds; `to` is not in it.
    pub from: i64,
    /// Its end.
    pub to: i64,
    /// When it was read to its end, unix seconds.
    pub read_at: i64,
    /// Calls on the selected lines that the list has.
    pub listed: u32,
    /// How many of them were not known here, and are being written now.
    pub found: u32,
}

/// `GET /api/account`: calls on the selected lines that began in a time, unix seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct Account {
    /// From then on.
    pub from: i64,
    /// Until then, not included.
    pub to: i64,
    /// Calls at Aircall: as many as its list has, or more where we know of some that it has no longer.
    pub aircall: u32,
    /// Those of them that the helpdesk holds, by our ledger.
    pub helpdesk: u32,
    /// The others, by reason; those that should be there come first.
    pub differing: Vec<AccountReason>,
    /// Calls that Aircall lists and that nothing is known of here; they are read again.
    pub unknown: u32,
    /// Aircall's list was read for exactly this time; unset: not, or not to its end. Then only what is stored is counted.
    pub reading: Option<AccountReading>,
    /// It is being read now.
    pub is_read: bool,
}
