//! A decision of a person, carried out: committed in one step with every call that it concerns, and what follows from it
//! when records are written or customers turn out to be gone.

use chrono::{DateTime, Utc};
use sidetone_protocol::{CallView, LiveEvent, Phase};

use super::Engine;
use crate::call::CaseId;
use crate::choice::{Choice, Decided, Whose, decided};
use crate::directory::Customer;
use crate::helpdesk::CustomerSeen;
use crate::ledger::{AttemptState, Holding};
use crate::number::E164;
use crate::store::{Case, Change, StoreError};

/// One decision, and the calls that it concerns.
pub(super) struct Decision<'a> {
    pub(super) call: CaseId,
    /// For the number: what holds from now on. `None`: it concerns this call only.
    pub(super) choice: Option<(&'a E164, Option<Choice>)>,
    pub(super) put: Vec<Holding>,
    pub(super) remove: Vec<String>,
    /// What is told of it (B11).
    pub(super) rule: &'static str,
    pub(super) told: String,
}

impl Engine {
    /// Commits a decision with every call that it concerns, and answers how the call is now that it was made at.
    pub(super) fn carry(
        &mut self,
        decision: Decision<'_>,
        now: DateTime<Utc>,
    ) -> Result<Option<CallView>, StoreError> {
        // What was seen before was seen for something else.
        self.looked_at.remove(&decision.call);
        let mut change = Change::at(now);
        let mut calls = vec![decision.call];
        if let Some((number, choice)) = &decision.choice {
            match choice {
                Some(choice) => change.choices.push(choice.clone()),
                None => change.withdrawn.push((*number).clone()),
            }
            calls.extend(self.store.unfinished(number)?.into_iter().filter(|id| *id != decision.call));
            self.deciding.being_made = Some(((*number).clone(), choice.clone()));
        }
        let reckoned = self.reckon_decided(&calls, &decision, &mut change);
        self.deciding.being_made = None;
        reckoned?;
        let view = change.cases.first().and_then(|changed| changed.view.clone());
        self.push(&change)?;
        // A call on a selected line always has its row.
        match view {
            None if !decision.call.is_message() => Err(StoreError::Damaged("a call without a line".into())),
            view => Ok(view),
        }
    }

    fn reckon_decided(
        &mut self,
        calls: &[CaseId],
        decision: &Decision<'_>,
        change: &mut Change,
    ) -> Result<(), StoreError> {
        let now = change.at;
        for id in calls {
            let is_the_one = *id == decision.call;
            let Some(mut case) = self.readable_case(*id)? else { continue };
            if !is_the_one && case.ledger.has("customer") {
                continue;
            }
            // What was refused before may be taken now, for another customer or under another name.
            case.attempts.retain(|attempt| attempt.state != AttemptState::Parked);
            self.doubted.retain(|(call, _), _| call != id);
            let (put, remove, trace) = if is_the_one {
                let line = self.line(&case, decision.rule, "a person's decision", &decision.told, now)?;
                (decision.put.clone(), decision.remove.clone(), vec![line])
            } else {
                Default::default()
            };
            self.add_case(case, put, remove, trace, change)?;
            let Some(changed) = change.cases.last() else { continue };
            let is_live = changed.view.as_ref().is_some_and(|view| view.phase != Phase::Ended);
            if is_live || (is_the_one && !id.is_message()) {
                let choice = self.choice_for(&changed.case)?;
                let card = self.shared.card_with(&changed.case, changed.view.as_ref(), choice)?;
                change.push.push(LiveEvent::Card(Box::new(card)));
            }
        }
        Ok(())
    }

    /// What was decided about the number of a call.
    pub(super) fn choice_for(&self, case: &Case) -> Result<Option<Choice>, StoreError> {
        let party = case.call.party();
        let Some(number) = party.number() else { return Ok(None) };
        match &self.deciding.being_made {
            Some((decided, choice)) if decided == number => Ok(choice.clone()),
            _ => self.store.choice(number),
        }
    }

    /// The customer whom a call is written to by what was decided or found, before its record says so itself.
    pub(super) fn customer_of(&self, case: &Case, number: &E164) -> Result<Option<String>, StoreError> {
        let matched = self.store.matched(number)?;
        let found = matched.as_ref().map(|m| m.customers.as_slice());
        Ok(match (decided(&case.ledger, self.choice_for(case)?.as_ref(), found), found) {
            (Some(Decided::Customer { customer, .. }), _) => Some(customer.id),
            (Some(Decided::WhatBecameOf(_) | Decided::Gone), _) => None,
            (Some(Decided::Named(..)) | None, Some([one])) => Some(one.id.clone()),
            (Some(Decided::Named(..)) | None, _) => None,
        })
    }

    /// The helpdesk told what became of the customer chosen for a number, who has it no longer: a merged one is
    /// followed, else a person is asked again.
    pub(super) fn chosen_was_seen(
        &mut self,
        call: CaseId,
        customer: &str,
        seen: CustomerSeen,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let Some(case) = self.store.case(call)? else { return Ok(()) };
        let number = case.call.party().number().cloned();
        let choice = self.choice_for(&case)?;
        let (Some(number), Some(Choice { whose: Whose::Customer(chosen), at, .. })) = (number, choice) else {
            return self.look_again(call, now);
        };
        if chosen.customer.id != customer || chosen.is_gone {
            return self.look_again(call, now);
        }
        let survivor = match seen {
            CustomerSeen::Became(id) => {
                let matched = self.store.matched(&number)?;
                let found = matched.into_iter().flat_map(|m| m.customers).find(|c| c.id == id);
                Some(found.unwrap_or(Customer { id, ..chosen.customer.clone() }))
            }
            CustomerSeen::There(_) | CustomerSeen::Gone => None,
        };
        let rule = match survivor {
            Some(_) => {
                "The customer chosen for this number had been merged into another, who is used from now on (G25)"
            }
            None => "The customer chosen for this number has it no longer, so a person is asked again (B7)",
        };
        let whose = Whose::Customer(chosen.after(customer, survivor.as_ref()));
        let choice = Choice { number: number.clone(), whose, at };
        let decision = Decision {
            call,
            choice: Some((&number, Some(choice))),
            put: Vec::new(),
            remove: Vec::new(),
            rule,
            told: format!("customer {customer}"),
        };
        self.carry(decision, now).map(drop)
    }

    /// A record has its customer. A name that was given to the caller is fulfilled by that, or somebody else was faster;
    /// if the customer was made under a placeholder in the meantime, the name is still to be written.
    pub(super) fn name_is_settled(
        &mut self,
        case: &Case,
        customer: &Customer,
        change: &mut Change,
    ) -> Result<Option<Holding>, StoreError> {
        let Some(Choice { number, whose: Whose::Named(name), .. }) = self.choice_for(case)? else {
            return Ok(None);
        };
        change.withdrawn.push(number.clone());
        Ok(self.helpdesk.rename(&number, customer, &name))
    }

    /// The number of held calls is known to the helpdesk now: what need not be held any longer is due.
    pub(super) fn release_held(&mut self, number: &E164, now: DateTime<Utc>) -> Result<(), StoreError> {
        for id in self.store.unfinished(number)? {
            self.insist(|engine| engine.release_call(id, now))?;
        }
        Ok(())
    }

    fn release_call(&mut self, id: CaseId, now: DateTime<Utc>) -> Result<(), StoreError> {
        let Some(case) = self.readable_case(id)?.filter(|case| case.due.is_none()) else { return Ok(()) };
        let changed = self.reckon(case, Vec::new(), Vec::new(), Vec::new(), now)?;
        let Some(due) = changed.case.due else { return Ok(()) };
        self.wake_by(due.at);
        let mut change = Change::at(now);
        self.tell(&changed, false, &mut change)?;
        change.cases.push(changed);
        self.push(&change)
    }
}
