//! What the helpdesk may hold although our ledger does not know it (B17): a lost database, last week's backup, another
//! installation that wrote before us. It is asked before anything is written, and what is found is adopted.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::outbox::SEND_AGAIN;
use super::{Engine, Job};
use crate::call::CaseId;
use crate::directory::{Customer, Matched};
use crate::helpdesk::{Adopted, Answer, Assessment, Context, Step};
use crate::knowledge::Question;
use crate::ledger::{AttemptState, GONE, Holding, SEEN};
use crate::store::{Case, StoreError};
use crate::transport::TransportError;

/// A call that ended longer ago than this, and of which the ledger knows nothing, is looked for first.
const LOOK_AFTER: TimeDelta = TimeDelta::minutes(2);
/// So many calls are remembered as looked for; then it is begun anew, which costs a second look and nothing else.
const REMEMBERED: usize = 20_000;

/// For which calls the ledger alone is not trusted.
pub(crate) struct Adoption {
    /// Calls that began before may have been written by somebody else, or into a database that is gone.
    trusted_from: DateTime<Utc>,
    /// Calls that were looked for since, and at which customer's.
    looked: HashMap<CaseId, Option<String>>,
}

impl Adoption {
    /// The ledger is trusted for what begins now: a database may have been restored before this start.
    pub(super) fn new(now: DateTime<Utc>) -> Adoption {
        Adoption { trusted_from: now, looked: HashMap::new() }
    }

    /// Somebody else may have written until then.
    pub(super) fn distrust(&mut self, until: DateTime<Utc>) {
        self.trusted_from = until;
        self.looked.clear();
    }

    /// Whether an answer of the directory counts. That nobody was found counts only since the ledger is trusted: whoever
    /// wrote before may have made the customer after that was asked.
    pub(super) fn believes(&self, matched: &Matched, now: DateTime<Utc>) -> bool {
        !matched.customers.is_empty() || now < self.trusted_from || matched.checked_at >= self.trusted_from
    }

    /// The helpdesk was asked for this call, at this customer's.
    fn looked(&mut self, id: CaseId, of: Option<String>) {
        if self.looked.len() >= REMEMBERED {
            self.looked.clear();
        }
        self.looked.insert(id, of);
    }

    /// What was found could not be stored: it is asked once more.
    fn not_looked(&mut self, id: CaseId) {
        self.looked.remove(&id);
    }

    /// The assessment, with a look into the helpdesk before the first step that leads to a write.
    pub(super) fn first(
        &self,
        case: &Case,
        mut assessment: Assessment,
        by_customer: bool,
        now: DateTime<Utc>,
    ) -> Assessment {
        let leads_to_a_write = match assessment.step {
            // A further message is found in its customer's conversation only: who that is comes first.
            Step::LookUp(_) | Step::LookUpAnonymous if case.call.id.is_message() => false,
            Step::Write
            | Step::Fetch(_)
            | Step::LookAtTicket
            | Step::LookAtLinked
            | Step::LookAtNamed
            | Step::LookUpAnonymous => true,
            // Before a customer is looked up for a call of long ago, its record may be there already.
            Step::LookUp(_) | Step::LookAtChosen(_) | Step::LookForConversation(_) => true,
            Step::ReadLine(_)
            | Step::Rest
            | Step::Wait(_)
            | Step::Read { .. }
            | Step::Lists
            | Step::LookForArrivals
            | Step::Adopt(_) => false,
            Step::Place => true,
        };
        if leads_to_a_write && self.is_due(case, now) {
            assessment.step = Step::Adopt(None);
        } else if leads_to_a_write && by_customer && self.is_elsewhere(case, &assessment) {
            assessment.step = Step::Adopt(assessment.customer.clone().map(Box::new));
        }
        assessment
    }

    /// Whether the call was looked for, and not at whose it is to be: by a choice, say, of one of several who share the
    /// number.
    fn is_elsewhere(&self, case: &Case, assessment: &Assessment) -> bool {
        if is_under_way(case) {
            return false;
        }
        let whose = assessment.customer.as_ref().filter(|_| !case.ledger.has("customer"));
        let asked = self.looked.get(&case.call.id);
        whose.zip(asked).is_some_and(|(whose, asked)| asked.as_deref() != Some(whose.id.as_str()))
    }

    fn is_due(&self, case: &Case, now: DateTime<Utc>) -> bool {
        let call = &case.call;
        if is_under_way(case) {
            return false;
        }
        let long_over = call.ended_at().is_some_and(|end| now - end > LOOK_AFTER);
        let never_looked = case.ledger.is_empty() && !case.adopted;
        let began = call.started_at().or(call.answered_at()).or(call.ended_at());
        let from_before = began.is_none_or(|began| began < self.trusted_from);
        (long_over && never_looked) || (from_before && !self.looked.contains_key(&case.call.id))
    }
}

impl Engine {
    pub(super) fn was_adopted(
        &mut self,
        id: CaseId,
        asked: &http::Uri,
        so_far: &[Holding],
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let Some(mut case) = self.store.case(id)? else { return Ok(()) };
        let matched = case.call.party().number().map(|n| self.store.matched(n)).transpose()?.flatten();
        let mut taken = BTreeSet::new();
        let read = loop {
            let read = self.read_answer(result, now, |engine, answer| {
                let context = engine.knowledge.context(&engine.settings, now, matched.as_ref(), &[]);
                engine.helpdesk.adopted(&case, asked, so_far, &Context { taken: &taken, ..context }, answer)
            });
            let found = read.as_ref().map(|adopted| adopted.holdings.as_slice()).unwrap_or_default();
            if !self.learn_taken(id, found, &mut taken)? {
                break read;
            }
        };
        match read {
            Ok(Adopted { holdings, next: Some(next) }) => {
                let job = Job::Adopt { call: id, asked: next.uri().clone(), so_far: holdings };
                self.ask_further(job, next, now)
            }
            Ok(Adopted { holdings, next: None }) => {
                self.question_answered(Question::Records, now)?;
                case.adopted = true;
                // Thrown away was another ticket, and one that is found in its place is not.
                let finds = |key| holdings.iter().any(|holding| holding.key == key);
                let is_back = case.ledger.has(GONE) && finds("ticket") && !finds(GONE);
                let remove = Vec::from_iter(is_back.then(|| GONE.to_owned()));
                let news = unknown(&case, holdings);
                if self.learn_taken(id, &news, &mut BTreeSet::new())? {
                    // Another call took it between two of the questions.
                    self.sweep_not_adopted(id, "another call has the record", now);
                    return self.later(case, now + SEND_AGAIN);
                }
                // How the ticket looks now is always told, and is no part of the record.
                let with_news = news.iter().any(|holding| holding.key != SEEN);
                let line = match with_news {
                    false => None,
                    true => Some(self.line(
                        &case,
                        "the record was found in the helpdesk by its marker (B17)",
                        "look-up",
                        "adopted",
                        now,
                    )?),
                };
                // What comes next is reckoned in the same step, and is no second look. Where it cannot be stored, what was
                // found is lost: then it was no look at all.
                let of =
                    so_far.iter().find(|holding| holding.key == "customer").map(|of| of.helpdesk_id.clone());
                self.adoption.looked(id, of.or(case.ledger.id("customer").map(str::to_owned)));
                if let Err(error) = self.commit_case(case, news, remove, line.into_iter().collect(), now) {
                    self.adoption.not_looked(id);
                    return Err(error);
                }
                self.sweep_adopted(id, with_news);
                Ok(())
            }
            Err(refusal) => {
                self.question_refused(Question::Records, &refusal, now);
                self.sweep_not_adopted(id, "the helpdesk does not show a record", now);
                self.later(case, now + self.ask_again_after())
            }
        }
    }
}

/// What is being written, or unclear, is settled first.
fn is_under_way(case: &Case) -> bool {
    case.attempts.iter().any(|attempt| attempt.state != AttemptState::Parked)
}

/// Whose record it is, where it is looked for at somebody's.
pub(super) fn adopted_from(customer: Customer) -> Holding {
    let detail = json!({ "name": customer.name, "adopted": true });
    Holding { key: "customer".into(), helpdesk_id: customer.id, detail }
}

/// What the ledger does not know: what it knows stays as it was written, but for a ticket that was replaced.
fn unknown(case: &Case, found: Vec<Holding>) -> Vec<Holding> {
    let is_news = |holding: &Holding| match case.ledger.id(&holding.key) {
        None => true,
        // How the ticket looks now, not how it looked once.
        Some(_) if holding.key == SEEN => true,
        Some(known) => holding.key == "ticket" && known != holding.helpdesk_id,
    };
    found.into_iter().filter(is_news).collect()
}
