//! Looks at single customers, and the name that a person gives to one whom we had made under a placeholder (G5): answers
//! to what `deciding` and the outbox asked.

use chrono::{DateTime, Utc};

use super::answers::LOOK_AGAIN;
use super::deciding::Wish;
use super::written::drop_attempt;
use super::{Engine, Job};
use crate::call::CaseId;
use crate::helpdesk::{Answer, CustomerSeen, Refusal};
use crate::knowledge::Question;
use crate::ledger::{Holding, NAMED, Write};
use crate::number::masked_text;
use crate::store::{Case, Change, StoreError};
use crate::transport::TransportError;

/// A chain of merged customers is followed so far.
const MOST_HOPS: u8 = 5;

impl Engine {
    /// Who the customer is whom a person's decision is about.
    pub(super) fn customer_told(
        &mut self,
        wish: &Asked,
        customer: &str,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let seen =
            self.read_helpdesk(result, now, |engine, answer| engine.helpdesk.customer_seen(customer, answer));
        if let Some(CustomerSeen::Became(survivor)) = &seen
            && wish.hops < MOST_HOPS
            && let Some(request) = self.helpdesk.look_at_customer(survivor)
        {
            let wish = Box::new(Asked { hops: wish.hops + 1, ..wish.clone() });
            return self.ask_further(Job::Wish { wish, customer: survivor.clone() }, request, now);
        }
        self.wish_goes_on(wish.call, &wish.wish, seen, wish.number, now);
        Ok(())
    }

    /// What became of a customer chosen for a number.
    pub(super) fn chosen_told(
        &mut self,
        call: CaseId,
        customer: &str,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let seen = self.read_question(Question::Customers, result, now, |engine, answer| {
            engine.helpdesk.customer_seen(customer, answer)
        })?;
        match (seen, self.store.case(call)?) {
            (Some(seen), _) => self.chosen_was_seen(call, customer, seen, now),
            (None, Some(case)) => self.later(case, now + self.ask_again_after()),
            (None, None) => Ok(()),
        }
    }

    /// Whether a customer who is to be named still has our placeholder.
    pub(super) fn named_told(
        &mut self,
        call: CaseId,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let Some(case) = self.store.case(call)? else { return Ok(()) };
        let seen = self.read_answer(result, now, |engine, answer| engine.helpdesk.named_seen(&case, answer));
        let (named, told) = match seen {
            Ok(Some(named)) if named.detail.get("kept").is_none() => {
                return self.commit_case(case, vec![named], Vec::new(), Vec::new(), now);
            }
            Ok(Some(named)) => (named, "kept".to_owned()),
            Ok(None) => return self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now),
            // This user may not look at customers: without that, nothing of theirs is changed.
            Err(Refusal::Permanent(_, text)) => {
                let Some(detail) = case.ledger.detail(NAMED).cloned() else { return Ok(()) };
                let helpdesk_id = case.ledger.id(NAMED).unwrap_or_default().to_owned();
                let mut named = Holding { key: NAMED.into(), helpdesk_id, detail };
                named.detail["kept"] = "refused".into();
                (named, masked_text(&text))
            }
            Err(_) => return self.later(case, now + LOOK_AGAIN),
        };
        let rule = match named.detail["kept"].as_str() {
            Some("renamed") => "A person had named the customer in the helpdesk meanwhile: that stays (G5)",
            Some("gone") => "The customer to be named was deleted or merged meanwhile (G5)",
            _ => "The helpdesk does not show the customer to be named, so the name is not written (G5)",
        };
        let line = self.line(&case, rule, "look at the customer", &told, now)?;
        self.commit_case(case, vec![named], Vec::new(), vec![line], now)
    }

    /// The helpdesk does not take the name. Perhaps it is the address, which may be another customer's: once more without.
    pub(super) fn name_is_refused(
        &mut self,
        mut case: Case,
        write: &Write,
        refusal: Refusal,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let Some(mut named) = write.holdings.first().cloned() else { return Ok(()) };
        if let Some(detail) = named.detail.as_object_mut() {
            detail.remove("done");
        }
        let (code, text) = match refusal {
            Refusal::Conflict(text) => ("conflict", text),
            Refusal::Missing(text) => {
                named.detail["kept"] = "gone".into();
                ("missing", text)
            }
            Refusal::Stale(text) | Refusal::Astray(text) | Refusal::Permanent(_, text) => ("invalid", text),
            Refusal::RateLimited(_)
            | Refusal::Credential(_)
            | Refusal::WrongAccount(_)
            | Refusal::Accepted(_)
            | Refusal::Unclear(_) => return self.later(case, now + LOOK_AGAIN),
        };
        let has_email = named.detail.get("email").is_some_and(|email| !email.is_null());
        if code != "missing" && !has_email {
            return self.park(case, write, code, &text, now);
        }
        named.detail["email"] = serde_json::Value::Null;
        drop_attempt(&mut case, write);
        let rule = match code {
            "missing" => "The customer to be named was deleted meanwhile (G5)",
            "conflict" => "The e-mail address is another customer's, so the name is written without it (G5)",
            _ => "The helpdesk refuses the e-mail address, so the name is written without it (G5)",
        };
        let request = format!("{} {}", write.method, write.path);
        let line = self.line(&case, rule, &request, &masked_text(&text), now)?;
        self.commit_case(case, vec![named], Vec::new(), vec![line], now)
    }

    /// A customer has got a name: the directory knows it, before anything is reckoned with it.
    pub(super) fn customer_is_called(
        &mut self,
        case: &Case,
        holdings: &[Holding],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let party = case.call.party();
        let named = holdings.iter().find(|holding| holding.key == NAMED);
        let (Some(number), Some(named)) = (party.number(), named) else { return Ok(()) };
        let Some(mut matched) = self.store.matched(number)? else { return Ok(()) };
        let text = |key: &str| named.detail.get(key).and_then(serde_json::Value::as_str).map(str::to_owned);
        for customer in matched.customers.iter_mut().filter(|customer| customer.id == named.helpdesk_id) {
            customer.name = text("name").unwrap_or_default();
            customer.email = text("email").or(customer.email.take());
        }
        let mut change = Change::at(now);
        change.matched.push(matched);
        self.push(&change)
    }
}

/// A decision that waits for the helpdesk's answer.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(super) call: CaseId,
    pub(super) wish: Wish,
    /// Under which the one who decided waits.
    pub(super) number: u64,
    /// How many merges were followed.
    pub(super) hops: u8,
}
