//! Writes of which nobody knows whether they were carried out, and that say by now what people may have changed since: where
//! they are not found they are planned anew, after a fresh look, and not repeated as they were (B4, G25).

use chrono::{DateTime, Utc};
use serde_json::json;

use super::Engine;
use super::messages::owner;
use super::outbox::REPEATED;
use super::written::drop_attempt;
use crate::ledger::{Attempt, Holding, IN_VAIN};
use crate::store::{Case, StoreError};

impl Engine {
    /// It was looked for late, and is not there. How often it was tried counts on, so that one that never comes to anything
    /// is left to a person in the end.
    pub(super) fn is_planned_anew(
        &mut self,
        mut case: Case,
        attempt: &Attempt,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        if attempt.probes >= REPEATED {
            return self.was_in_vain(case, attempt, now);
        }
        let key = attempt.write.main_key();
        let (rounds, since) = case.ledger.in_vain(key).unwrap_or((0, attempt.begun_at));
        let row = Holding {
            key: IN_VAIN.into(),
            helpdesk_id: String::new(),
            detail: json!({
                "write": key,
                "rounds": rounds,
                "tried_at": since.timestamp(),
                "tries": attempt.probes + 1,
            }),
        };
        self.doubt_conversation(owner(&case, &attempt.write).as_deref(), now)?;
        drop_attempt(&mut case, &attempt.write);
        self.commit_case(case, vec![row], Vec::new(), Vec::new(), now)
    }
}
