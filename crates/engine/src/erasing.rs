//! What was known of a call is erased (B12): because its time is over, because a person asked for it, or because calls of its
//! number are never logged.
//!
//! What stays is the call's id, when and on which line it was, and under their keys the ids of what the helpdesk holds. So
//! nothing is written twice, and whatever reads the call again (an event that repeats, a gap, last night's list, a backfill)
//! finds that it is known and brings nothing back: [`Store::case`] has no such call any more, and its inbox keeps no body.

use chrono::{DateTime, Utc};
use sidetone_protocol::{CallView, MessageView, Pushed};

use crate::call::CaseId;
use crate::ledger::Ledger;
use crate::store::{Store, StoreError};

/// Why a call was erased; also the code of the reason that lists show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erased {
    /// It is older than `[privacy] keep_days`.
    Expired,
    /// A person had its number forgotten.
    Forgotten,
    /// Calls of its number are never logged.
    NeverLog,
}

impl Erased {
    /// Stable, for stores and programs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Erased::Expired => "expired",
            Erased::Forgotten => "forgotten",
            Erased::NeverLog => "never_log",
        }
    }

    /// Reads a code back.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Erased> {
        [Erased::Expired, Erased::Forgotten, Erased::NeverLog].into_iter().find(|why| why.code() == code)
    }
}

/// Whether nothing of a call is ever written or kept, by what bars it.
pub(crate) fn is_private(barred: Option<&str>) -> bool {
    matches!(barred.and_then(Erased::from_code), Some(Erased::NeverLog | Erased::Forgotten))
}

/// What stands in place of a number that is not kept.
pub(crate) const NO_NUMBER: &str = "–";

/// What is left of a call.
#[derive(Clone, Debug)]
pub struct ErasedCase {
    /// Why.
    pub why: Erased,
    /// Its row for lists, without anybody's name or number.
    pub view: Option<CallView>,
    /// The same for a text message.
    pub message: Option<MessageView>,
    /// What the helpdesk holds: keys and ids.
    pub ledger: Ledger,
}

/// Erases what is known of these calls: the one way there is, for retention, for a number that is forgotten, and for one that is
/// never logged. Its files in the folder of recordings are let go in the same commit, and taken away soon after
/// ([`keep::removal`](crate::keep::removal)).
///
/// # Errors
/// If the store cannot be changed; then all of them are as they were, and are erased when it is tried again.
pub fn erase(
    store: &dyn Store,
    calls: &[CaseId],
    why: Erased,
    now: DateTime<Utc>,
) -> Result<Vec<Pushed>, StoreError> {
    if calls.is_empty() { Ok(Vec::new()) } else { store.erase(calls, why, now) }
}
