//! What an answer shows may be another call's: messages tell no marker everywhere, comments nowhere, and withheld callers
//! share a conversation (B17). What another call's ledger holds is never taken for this one's.

use std::collections::BTreeSet;

use super::Engine;
use crate::call::CaseId;
use crate::ledger::{Holding, is_one_calls};
use crate::store::StoreError;

impl Engine {
    /// Adds to `taken` what other calls hold of this. Answers whether there was any that was not in it: then the answer is
    /// read once more, so that the next one that it shows is taken instead.
    pub(super) fn learn_taken(
        &self,
        id: CaseId,
        found: &[Holding],
        taken: &mut BTreeSet<String>,
    ) -> Result<bool, StoreError> {
        let is_told = |h: &&Holding| is_one_calls(&h.key) && !h.helpdesk_id.is_empty();
        let ids: Vec<&str> = found.iter().filter(is_told).map(|h| h.helpdesk_id.as_str()).collect();
        if ids.is_empty() {
            return Ok(false);
        }
        let known = taken.len();
        taken.append(&mut self.store.held_by_others(id, &ids)?);
        Ok(taken.len() > known)
    }
}
