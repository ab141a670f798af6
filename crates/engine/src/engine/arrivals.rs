//! Writes that the helpdesk took without saying what became of them: looked for later, in the late lane, and sent once more
//! where they are lost; then a person is called (B4, B10).

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::answers::LOOK_AGAIN;
use super::{Engine, Job};
use crate::call::CaseId;
use crate::helpdesk::{Answer, Arrivals, Step};
use crate::ledger::{Attempt, AttemptState, Holding, LOST, Write};
use crate::store::{Case, StoreError};
use crate::transport::TransportError;

impl Engine {
    pub(super) fn arrivals_told(
        &mut self,
        id: CaseId,
        asked: &http::Uri,
        seen: &[Holding],
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let Some(case) = self.store.case(id)? else { return Ok(()) };
        let mut taken = BTreeSet::new();
        let told = loop {
            let told = self.read_helpdesk(result, now, |engine, answer| {
                engine.helpdesk.arrivals_told(&case, asked, seen, &taken, answer)
            });
            let (Some(Arrivals::Ask(found, _)) | Some(Arrivals::Told { put: found, .. })) = &told else {
                break told;
            };
            // What another call holds is not this one's.
            if !self.learn_taken(id, found, &mut taken)? {
                break told;
            }
        };
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
        let anew = self.assess(&without, now)?;
        if !twice.is_empty() && matches!(anew.step, Step::Lists) {
            // What would be written again, and so what is parked, nobody can tell yet.
            return self.later(case, now + LOOK_AGAIN);
        }
        // What the settings do not want any more is not written again, and nobody is called for it.
        let is_lost_again = |write: &&Write| twice.iter().any(|key| write.concerns(key));
        let parked: Vec<Write> = anew.writes.iter().filter(is_lost_again).cloned().collect();
        let mut trace = Vec::new();
        for write in &parked {
            let request = format!("{} {}", write.method, write.path);
            trace.push(self.line(&case, &write.rule, &request, TAKEN_AND_LOST, now)?);
        }
        case.attempts.extend(parked.into_iter().map(|write| Attempt {
            write,
            state: AttemptState::Parked,
            begun_at: now,
            probes: 0,
            next_at: None,
            reason: Some(("lost".to_owned(), TAKEN_AND_LOST.to_owned())),
        }));
        self.commit_case(case, put, lost, trace, now)
    }
}

const TAKEN_AND_LOST: &str = "The helpdesk took this twice and never showed it. Look for it in the helpdesk, and try again \
                              if it is not there.";
