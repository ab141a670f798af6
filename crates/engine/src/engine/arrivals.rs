//! Writes that the helpdesk took without saying what became of them: looked for later, in the late lane, and sent once more
//! where they are lost; then a person is called (B4, B10).

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::answers::LOOK_AGAIN;
use super::{Engine, Job};
use crate::call::CaseId;
use crate::helpdesk::{Answer, Arrivals};
use crate::ledger::{Attempt, AttemptState, Holding, LOST};
use crate::store::{Case, StoreError};
use crate::transport::TransportError;

impl Engine {
    pub(super) fn arrivals_told(
        &mut self,
        id: CaseId,
        asked: &http::Uri,
        seen: &[String],
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let Some(case) = self.store.case(id)? else { return Ok(()) };
        let told = self.read_helpdesk(result, now, |engine, answer| {
            engine.helpdesk.arrivals_told(&case, asked, seen, answer)
        });
        match told {
            Some(Arrivals::Ask(seen, request)) => {
                let job = Job::Arrivals { call: id, asked: request.uri().clone(), seen };
                self.ask_further(job, *request, now)
            }
            Some(Arrivals::Told { put, lost }) => self.are_lost(case, put, lost, now),
            None => self.later(case, now + LOOK_AGAIN),
        }
    }

    /// Forgets what was lost, so that it is planned anew under the same key; what was lost twice is parked.
    fn are_lost(
        &mut self,
        mut case: Case,
        mut put: Vec<Holding>,
        lost: Vec<String>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let lost_before = |key: &String| case.ledger.has(&format!("{LOST}{key}"));
        let twice: Vec<String> = lost.iter().filter(|key| lost_before(key)).cloned().collect();
        put.extend(lost.iter().map(|key| Holding {
            key: format!("{LOST}{key}"),
            helpdesk_id: String::new(),
            detail: Value::Null,
        }));
        if !lost.is_empty() {
            tracing::warn!(call = %case.call.id, lost = %lost.join(" "), "the helpdesk took writes and lost them");
        }
        let mut without = case.clone();
        lost.iter().for_each(|key| without.ledger.remove(key));
        let planned = self.assess(&without, now)?.writes;
        let parked = planned.into_iter().filter(|write| twice.iter().any(|key| write.concerns(key)));
        case.attempts.extend(parked.map(|write| Attempt {
            write,
            state: AttemptState::Parked,
            begun_at: now,
            probes: 0,
            next_at: None,
            reason: Some(("lost".to_owned(), TAKEN_AND_LOST.to_owned())),
        }));
        self.commit_case(case, put, lost, Vec::new(), now)
    }
}

const TAKEN_AND_LOST: &str = "The helpdesk took this twice and never showed it. Look for it in the helpdesk, and try again \
                              if it is not there.";
