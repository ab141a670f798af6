//! The ticket that a call was placed from (G9): the call is recognised as the one that was dialled, and the look into that
//! ticket before its note is written.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::answers::LOOK_AGAIN;
use super::written::drop_attempt;
use super::{Engine, Job};
use crate::call::CaseId;
use crate::conversation::LOOK_HOLDS;
use crate::dial::used_up;
use crate::helpdesk::{Answer, Probed, Refusal};
use crate::ledger::{FROM_TICKET, Holding, UNLINKED, Write, unlinked};
use crate::store::{Case, Change, StoreError};
use crate::transport::TransportError;

impl Engine {
    /// A call that is heard of for the first time may be one that was dialled from here: what was wished for is used up
    /// by it, and the ticket that it was dialled from is remembered with it.
    pub(super) fn became_of_a_dial(
        &self,
        case: &Case,
        change: &mut Change,
    ) -> Result<Vec<Holding>, StoreError> {
        let call = &case.call;
        let who = call.first_agent().filter(|_| call.is_outbound());
        let (Some(agent), Some(number), Some(started_at)) =
            (who, call.party().number().cloned(), call.started_at())
        else {
            return Ok(Vec::new());
        };
        let mut used = used_up(self.store.dials(agent.id, &number)?, started_at);
        used.retain(|dial| change.dials.iter().all(|taken| taken.id != dial.id));
        let from = used.first().and_then(|dial| dial.ticket.clone());
        for dial in &mut used {
            dial.call = Some(call.id);
        }
        change.dials.append(&mut used);
        Ok(from
            .map(|ticket| {
                let detail = json!({ "url": self.helpdesk.ticket_url(&ticket) });
                Holding { key: FROM_TICKET.into(), helpdesk_id: ticket, detail }
            })
            .into_iter()
            .collect())
    }

    /// Whether the old ticket was looked at for a write that may have to wait for room in the budget.
    pub(super) fn has_seen_linked(&self, id: CaseId, now: DateTime<Utc>) -> bool {
        self.linked_seen.get(&id).is_some_and(|at| now - *at < LOOK_HOLDS)
    }

    pub(super) fn linked_was_seen(
        &mut self,
        id: CaseId,
        asked: &http::Uri,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let Some(case) = self.store.case(id)? else { return Ok(()) };
        let seen =
            self.read_answer(result, now, |engine, answer| engine.helpdesk.linked_seen(&case, asked, answer));
        match seen {
            Ok(Probed::Ask(request) | Probed::AskFurther(_, request)) => {
                let asked = request.uri().clone();
                self.ask_further(Job::LookAtLinked { call: id, asked }, *request, now)
            }
            Ok(Probed::Done(told)) => self.linked_is_settled(case, told, now),
            Ok(Probed::Nothing) => {
                self.linked_seen.retain(|_, at| now - *at < LOOK_HOLDS);
                self.linked_seen.insert(id, now);
                self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now)
            }
            // Whatever it is that we may not see there, the call's own record does not need it.
            Err(Refusal::Missing(_) | Refusal::Permanent(..) | Refusal::Stale(_) | Refusal::Conflict(_)) => {
                self.linked_is_settled(case, vec![unlinked("refused")], now)
            }
            Err(_) => self.later(case, now + LOOK_AGAIN),
        }
    }

    /// The ticket went away between the look and the write, or while the write was unclear.
    pub(super) fn linked_is_gone(
        &mut self,
        mut case: Case,
        write: &Write,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        drop_attempt(&mut case, write);
        self.linked_is_settled(case, vec![unlinked("ticket_gone")], now)
    }

    pub(super) fn linked_is_settled(
        &mut self,
        case: Case,
        told: Vec<Holding>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (rule, answer) = match told.iter().find(|holding| holding.key == UNLINKED) {
            Some(why) if why.detail["why"] != "ticket_gone" && why.detail["why"] != "ticket_trashed" => (
                "What the call was placed from cannot be looked at: nothing is written there, and it tells nothing (G9, F8)",
                why.detail["why"].as_str().unwrap_or_default().to_owned(),
            ),
            Some(why) => (
                "The ticket that the call was placed from was thrown away, so nothing is written there (G9, G25)",
                why.detail["why"].as_str().unwrap_or_default().to_owned(),
            ),
            None if told.iter().any(|holding| holding.key == FROM_TICKET) => (
                "Several customers share the number: the conversation that the call was placed from may tell who was meant (F8)",
                "looked at".into(),
            ),
            None => {
                ("The note in the ticket that the call was placed from is there already (G9)", "found".into())
            }
        };
        let line = self.line(&case, rule, "look at the ticket that it was placed from", &answer, now)?;
        self.commit_case(case, told, Vec::new(), vec![line], now)
    }
}
