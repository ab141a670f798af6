//! What a person does about a record that is in the helpdesk: takes our writes back (B11), or moves it to another customer. Both are
//! decisions, committed before anything is asked; what follows goes through the outbox as any other write.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::Engine;
use super::deciding::{Declined, Tried};
use super::decision::Decision;
use crate::call::CaseId;
use crate::choice::{Choice, Chosen, Whose};
use crate::ledger::{AttemptState, GONE, Holding, MOVED, WITHDRAWN};
use crate::number::E164;
use crate::store::{Case, StoreError};

impl Engine {
    /// Nothing more is written for the call, and what we wrote is removed as far as the helpdesk lets us.
    pub(super) fn take_back(&mut self, call: CaseId, now: DateTime<Utc>) -> Result<Tried, StoreError> {
        let case = self.store.case(call)?.filter(|case| case.selected == Some(true) && !call.is_message());
        let Some(case) = case else { return Ok(Tried::Declined(Declined::NoSuchCall)) };
        let declined = |code, text: &str| Ok(Tried::Declined(Declined::conflict(code, text)));
        if !self.helpdesk.takes_back() {
            return declined(
                "cannot_withdraw",
                "This helpdesk lets nobody take back what was imported. Archive or delete the conversation there.",
            );
        }
        let is_there = case.ledger.has("ticket") || case.ledger.left_behind().is_some();
        if !is_there || self.shared.helpdesks.elsewhere(&case.ledger).is_some() {
            return declined(
                "nothing_written",
                "Nothing of this call is in the helpdesk, so there is nothing to remove.",
            );
        }
        if !case.call.is_over() {
            return declined(
                "call_is_up",
                "The call is still going on. Take its record back when it is over.",
            );
        }
        if case.attempts.iter().any(|attempt| attempt.state != AttemptState::Parked) {
            return Ok(Tried::Declined(being_written()));
        }
        let put = Holding { key: WITHDRAWN.into(), helpdesk_id: String::new(), detail: json!({}) };
        let decision = Decision {
            call,
            choice: None,
            put: if case.ledger.has(WITHDRAWN) { Vec::new() } else { vec![put] },
            // What it left elsewhere is still to be taken back.
            remove: Vec::from_iter(case.ledger.left_behind().is_none().then(|| MOVED.to_owned())),
            rule: "A person took back what had been written of this call (B11)",
            told: "withdrawn".into(),
        };
        self.carry(decision, now).map(|view| Tried::Done(Box::new(view)))
    }

    /// Whether the record can be given to another customer.
    pub(super) fn can_be_moved(&self, case: &Case) -> bool {
        let ledger = &case.ledger;
        self.helpdesk.gives_records()
            && !case.call.id.is_message()
            && (ledger.has("ticket") || ledger.left_behind().is_some())
            && !ledger.has(GONE)
            && !ledger.has(WITHDRAWN)
            && self.shared.helpdesks.elsewhere(ledger).is_none()
    }

    /// The record goes to another customer; `remember`: so do later calls of the number, and those that wait.
    pub(super) fn move_record(
        &mut self,
        case: Case,
        number: &E164,
        chosen: Chosen,
        remember: bool,
        now: DateTime<Utc>,
    ) -> Result<Tried, StoreError> {
        let customer = &chosen.customer;
        if let Some(left) = self.helpdesk.left_behind(&case.ledger) {
            return self.move_anew(case, number, chosen, left, remember, now);
        }
        let stays = case.ledger.id("customer") == Some(customer.id.as_str());
        let moved = Holding {
            key: MOVED.into(),
            helpdesk_id: customer.id.clone(),
            detail: json!({ "name": customer.name }),
        };
        let told = format!("customer {}", customer.id);
        let choice = Choice { number: number.clone(), whose: Whose::Customer(chosen), at: now };
        let decision = Decision {
            call: case.call.id,
            choice: remember.then_some((number, Some(choice))),
            put: if stays { Vec::new() } else { vec![moved] },
            remove: if stays { vec![MOVED.to_owned()] } else { Vec::new() },
            rule: "A person moved the call to another customer (B7)",
            told,
        };
        self.carry(decision, now).map(|view| Tried::Done(Box::new(view)))
    }

    /// The same where nothing that is written can be given away: the record is begun anew for the other customer, and what
    /// it leaves where it stood is taken back first.
    fn move_anew(
        &mut self,
        case: Case,
        number: &E164,
        chosen: Chosen,
        left: Value,
        remember: bool,
        now: DateTime<Utc>,
    ) -> Result<Tried, StoreError> {
        let (ledger, customer) = (&case.ledger, chosen.customer.clone());
        let whose = match ledger.left_behind() {
            Some(_) => ledger.id(MOVED),
            None => ledger.id("customer"),
        };
        let stays = whose == Some(customer.id.as_str());
        if !stays && (ledger.left_behind().is_some() || self.helpdesk.look_for_arrivals(&case).is_some()) {
            return Ok(Tried::Declined(being_written()));
        }
        let (mut put, mut remove) = (Vec::new(), Vec::new());
        if !stays {
            (put, remove) = ledger.begun_again();
            put.push(chosen.holding()?);
            let detail = json!({ "name": customer.name, "left": left });
            put.push(Holding { key: MOVED.into(), helpdesk_id: customer.id.clone(), detail });
            remove.push("customer".into());
            remove.retain(|key| put.iter().all(|holding| holding.key != *key));
            self.doubt_conversation(Some(&customer.id), now)?;
        }
        let choice = Choice { number: number.clone(), whose: Whose::Customer(chosen), at: now };
        let decision = Decision {
            call: case.call.id,
            choice: remember.then_some((number, Some(choice))),
            put,
            remove,
            rule: "A person moved the call to another customer (B7)",
            told: format!("customer {}", customer.id),
        };
        self.carry(decision, now).map(|view| Tried::Done(Box::new(view)))
    }
}

fn being_written() -> Declined {
    Declined::conflict("being_written", "It is being written at this moment. Look again in a minute.")
}
