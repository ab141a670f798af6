//! Writes that come to nothing again and again, although the helpdesk takes others (B3): they give way to the other calls
//! of their customer, and are left to a person in the end.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::Engine;
use super::written::drop_attempt;
use crate::ledger::{Attempt, Holding, IN_VAIN};
use crate::store::{Case, StoreError};

/// So many rounds, of a request and three looks each, are made before a person is called.
const ROUNDS: u32 = 6;
/// After the first round other calls go first for so long; after each further one twice as long.
const GIVES_WAY: TimeDelta = TimeDelta::seconds(20);

impl Engine {
    /// Three looks found nothing: the write was not carried out, and is planned anew. A round counts if another write went
    /// through since the one before began: while the helpdesk takes nothing from anybody, this one is not at fault.
    pub(super) fn was_in_vain(
        &mut self,
        mut case: Case,
        attempt: &Attempt,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let key = attempt.write.main_key();
        let (before, since) = case.ledger.in_vain(key).unwrap_or((0, attempt.begun_at));
        let rounds = before + u32::from(self.last_written.is_some_and(|at| at > since));
        if rounds >= ROUNDS {
            let last = attempt.reason.as_ref().map(|(_, text)| text.as_str()).unwrap_or_default();
            return self.park(case, &attempt.write, IN_VAIN, &takes_others(last), now);
        }
        let id = case.call.id;
        drop_attempt(&mut case, &attempt.write);
        let row = Holding {
            key: IN_VAIN.into(),
            helpdesk_id: String::new(),
            detail: json!({ "write": key, "rounds": rounds, "tried_at": attempt.begun_at.timestamp() }),
        };
        self.commit_case(case, vec![row], Vec::new(), Vec::new(), now)?;
        match self.store.case(id)? {
            Some(case) => self.later(case, now + GIVES_WAY * (1 << rounds.saturating_sub(1))),
            None => Ok(()),
        }
    }
}

fn takes_others(last: &str) -> String {
    format!(
        "The helpdesk takes other writes, but never this one: something in it may be more than it bears. Look at what was \
         to be written, and try again when it is mended. It said: {last}"
    )
}
