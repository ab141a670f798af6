//! Looks that the helpdesk refuses for good: what was to be written after them is left to a person, like a write that is
//! refused.

use chrono::{DateTime, Utc};

use super::Engine;
use super::answers::LOOK_AGAIN;
use crate::assessing::is_parked;
use crate::ledger::{Attempt, AttemptState, Write, WriteKind};
use crate::store::{Case, StoreError};

impl Engine {
    /// How one ticket or conversation stands is not told: whoever may not see it may not write into it either, and asking
    /// on would tell nobody. Parks the write that the look was for; nothing else waits for it.
    pub(super) fn look_is_refused(
        &mut self,
        mut case: Case,
        code: &str,
        text: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let goes_there =
            |write: &Write| write.kind.is_for_a_ticket() || write.kind == WriteKind::CreateTicket;
        let planned = self.assess(&case, now)?.writes;
        let write = planned.into_iter().find(|write| goes_there(write) && !is_parked(&case, write));
        // What is under way, or unclear, is settled first.
        let is_settled = case.attempts.iter().all(|attempt| attempt.state == AttemptState::Parked);
        let Some(write) = write.filter(|_| is_settled) else { return self.later(case, now + LOOK_AGAIN) };
        case.attempts.push(Attempt {
            write: write.clone(),
            state: AttemptState::Parked,
            begun_at: now,
            probes: 0,
            next_at: None,
            reason: None,
        });
        self.park(case, &write, code, &not_shown(text), now)
    }
}

fn not_shown(text: &str) -> String {
    format!(
        "The helpdesk refuses to show the record that this goes into, so it was not written. Let the program see it, and try \
         again. {text}"
    )
}
