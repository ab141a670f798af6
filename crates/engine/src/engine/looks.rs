//! Looks that the helpdesk refuses for good, or that never come to an end: what was to be written after them is left to a
//! person, like a write that is refused.

use chrono::{DateTime, TimeDelta, Utc};

use super::answers::LOOK_AGAIN;
use super::{Engine, Job};
use crate::assessing::is_parked;
use crate::ledger::{Attempt, AttemptState, Write, WriteKind, unlinked};
use crate::store::{Case, StoreError};

/// A question that led nowhere cost much of what may be asked.
const AFTER_A_CHAIN: TimeDelta = TimeDelta::hours(1);
const LEADS_NOWHERE: &str = "There was always more to ask the helpdesk before it was clear what this goes into (records that \
                             were merged into one another, or a list without an end), so it was not written. Look at the \
                             customer there, and try again.";

impl Engine {
    /// How one ticket or conversation stands is not told: whoever may not see it may not write into it either, and asking
    /// on would tell nobody.
    pub(super) fn look_is_refused(
        &mut self,
        case: Case,
        code: &str,
        text: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.left_to_a_person(case, code, &not_shown(text), LOOK_AGAIN, now)
    }

    /// Each answer named another record that is to be asked for: merged into one another, say, or a list without an end.
    pub(super) fn leads_nowhere(&mut self, job: &Job, now: DateTime<Utc>) -> Result<(), StoreError> {
        let Some(case) = job.call().map(|id| self.store.case(id)).transpose()?.flatten() else {
            return Ok(());
        };
        match job {
            // The call's own record does not need it.
            Job::LookAtLinked { .. } => {
                return self.linked_is_settled(case, vec![unlinked("leads_nowhere")], now);
            }
            Job::Probe { write, .. } => return self.park(case, write, "leads_nowhere", LEADS_NOWHERE, now),
            _ => {}
        }
        self.left_to_a_person(case, "leads_nowhere", LEADS_NOWHERE, AFTER_A_CHAIN, now)
    }

    /// Parks the write that a look was for; nothing else waits for it. While a write is under way, or unclear, that is
    /// settled first, `pause` from now.
    fn left_to_a_person(
        &mut self,
        mut case: Case,
        code: &str,
        text: &str,
        pause: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let goes_there =
            |write: &Write| write.kind.is_for_a_ticket() || write.kind == WriteKind::CreateTicket;
        let planned = self.assess(&case, now)?.writes;
        let write = planned.into_iter().find(|write| goes_there(write) && !is_parked(&case, write));
        let is_settled = case.attempts.iter().all(|attempt| attempt.state == AttemptState::Parked);
        let Some(write) = write.filter(|_| is_settled) else { return self.later(case, now + pause) };
        case.attempts.push(Attempt {
            write: write.clone(),
            state: AttemptState::Parked,
            begun_at: now,
            probes: 0,
            next_at: None,
            reason: None,
        });
        self.park(case, &write, code, text, now)
    }
}

fn not_shown(text: &str) -> String {
    format!(
        "The helpdesk refuses to show the record that this goes into, so it was not written. Let the program see it, and try \
         again. {text}"
    )
}
