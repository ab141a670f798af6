//! What people decide about callers (B7, G5): one of several customers is chosen, a choice is withdrawn, an unknown
//! caller is named; or why not. How a decision is carried out is in `decision`.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sidetone_protocol::CallView;
use tokio::sync::oneshot;

use super::decision::Decision;
use super::naming::Asked;
use super::{Engine, Job};
use crate::budget::Lane;
use crate::call::CaseId;
use crate::choice::{CallerName, Choice, Chosen, Whose};
use crate::directory::Customer;
use crate::helpdesk::{CustomerSeen, Standing};
use crate::ledger::{AttemptState, CHOSEN, NAMED};
use crate::number::E164;
use crate::store::{Case, StoreError};

/// Why something that a person decided was not taken. The text says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Declined {
    /// The call, or the message, is unknown.
    #[error("This call or message is unknown, or on a line that is not selected.")]
    NoSuchCall,
    /// The customer is unknown.
    #[error(
        "The helpdesk has no customer with this id (any more). Look the caller up in the helpdesk, and choose again."
    )]
    NoSuchCustomer,
    /// There is nothing to withdraw.
    #[error("Nothing was chosen for this call or its number.")]
    NothingChosen,
    /// As things are, it cannot be done: a stable code, and a sentence.
    #[error("{text}")]
    Conflict {
        /// Stable, snake case.
        code: &'static str,
        /// What is in the way, and what to do.
        text: String,
    },
    /// The helpdesk has to be asked first, and does not answer.
    #[error("The helpdesk cannot be asked at the moment, so nothing was changed. Try again in a minute.")]
    HelpdeskAway,
    /// It could not be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Declined {
    pub(super) fn conflict(code: &'static str, text: impl Into<String>) -> Declined {
        Declined::Conflict { code, text: text.into() }
    }

    /// Stable, snake case.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Declined::NoSuchCall => "no_such_call",
            Declined::NoSuchCustomer => "no_such_customer",
            Declined::NothingChosen => "nothing_chosen",
            Declined::Conflict { code, .. } => code,
            Declined::HelpdeskAway => "helpdesk_away",
            Declined::Store(_) => "store_unavailable",
        }
    }
}

/// Whoever decided waits here for what became of it: the call as it is now; none for a message.
pub(crate) type WishTold = oneshot::Sender<Result<Option<CallView>, Declined>>;

/// A decision that a person asks for.
#[derive(Clone, Debug)]
pub(crate) enum Wish {
    /// This customer it is: for this call only, or remembered for the number.
    Choose { customer: String, remember: bool },
    /// Nothing is chosen any more.
    Withdraw,
    /// An unknown caller is called so.
    Name(CallerName),
    /// What we wrote of the call is removed again.
    TakeBack,
}

/// Decisions under way.
#[derive(Default)]
pub(super) struct Deciding {
    /// What is decided in the commit that is being made: what is reckoned for it knows already.
    pub(super) being_made: Option<(E164, Option<Choice>)>,
    /// Who waits while the helpdesk is asked.
    waiting: HashMap<u64, WishTold>,
    asked: u64,
}

/// What became of a wish.
pub(super) enum Tried {
    Done(Box<Option<CallView>>),
    Declined(Declined),
    /// This customer must be looked at first.
    Ask(String),
}

impl Engine {
    /// A person decides. Where the helpdesk must be asked first, the answer comes later.
    pub(super) fn wished(&mut self, call: CaseId, wish: Wish, told: WishTold, now: DateTime<Utc>) {
        match self.try_wish(call, &wish, None, now) {
            Tried::Ask(customer) => {
                self.deciding.asked += 1;
                let number = self.deciding.asked;
                let asked = Box::new(Asked { call, wish, number, hops: 0 });
                let job = Job::Wish { wish: asked, customer: customer.clone() };
                let request = self.helpdesk.look_at_customer(&customer);
                let sent = match request {
                    None => Err(Declined::NoSuchCustomer),
                    Some(request) => self
                        .ask(self.helpdesk.vendor(), Lane::Ring, job, request, now)
                        .map_err(|_| Declined::HelpdeskAway),
                };
                match sent {
                    Ok(()) => drop(self.deciding.waiting.insert(number, told)),
                    Err(declined) => answer(told, Err(declined)),
                }
            }
            Tried::Done(view) => answer(told, Ok(*view)),
            Tried::Declined(declined) => answer(told, Err(declined)),
        }
    }

    /// The helpdesk told of the customer whom a decision is about; `None`: it did not answer.
    pub(super) fn wish_goes_on(
        &mut self,
        call: CaseId,
        wish: &Wish,
        seen: Option<CustomerSeen>,
        asked: u64,
        now: DateTime<Utc>,
    ) {
        let Some(told) = self.deciding.waiting.remove(&asked) else { return };
        let tried = match seen {
            None => Tried::Declined(Declined::HelpdeskAway),
            Some(seen) => self.try_wish(call, wish, Some(&seen), now),
        };
        answer(
            told,
            match tried {
                Tried::Done(view) => Ok(*view),
                Tried::Declined(declined) => Err(declined),
                // Merged more than once in a row, or decided otherwise meanwhile.
                Tried::Ask(_) => Err(Declined::HelpdeskAway),
            },
        );
    }

    fn try_wish(
        &mut self,
        call: CaseId,
        wish: &Wish,
        seen: Option<&CustomerSeen>,
        now: DateTime<Utc>,
    ) -> Tried {
        let mut tried = None;
        // Another engine may come in between: then everything is looked at again.
        let stored = self.insist(|engine| {
            tried = Some(match wish {
                Wish::Choose { customer, remember } => engine.choose(call, customer, *remember, seen, now)?,
                Wish::Withdraw => engine.withdraw(call, now)?,
                Wish::Name(name) => engine.name(call, name, seen, now)?,
                Wish::TakeBack => engine.take_back(call, now)?,
            });
            Ok(())
        });
        match (stored, tried) {
            (Ok(()), Some(tried)) => tried,
            (Err(error), _) => Tried::Declined(error.into()),
            (Ok(()), None) => Tried::Declined(Declined::NoSuchCall),
        }
    }

    fn choose(
        &mut self,
        call: CaseId,
        wanted: &str,
        remember: bool,
        seen: Option<&CustomerSeen>,
        now: DateTime<Utc>,
    ) -> Result<Tried, StoreError> {
        let (case, number) = match self.open(call)? {
            Ok(open) => open,
            Err(declined) => return Ok(Tried::Declined(declined)),
        };
        let is_moving = case.ledger.left_behind().is_some();
        let is_begun = case.ledger.has("customer") || case.ledger.has("ticket") || is_moving;
        if is_begun && !self.can_be_moved(&case) {
            return Ok(Tried::Declined(Declined::conflict(
                "record_begun",
                "The record is in the helpdesk already, so its customer is not chosen any more. Give the ticket to \
                 another customer there.",
            )));
        }
        if case.attempts.iter().any(|a| a.state != AttemptState::Parked) {
            return Ok(Tried::Declined(Declined::conflict(
                "being_written",
                "It is being written at this moment. Look again in a minute.",
            )));
        }
        let matched = self.store.matched(&number)?;
        let among = matched.iter().flat_map(|m| &m.customers).find(|c| c.id == wanted);
        let chosen = match (among, seen) {
            (Some(customer), _) => Chosen { customer: customer.clone(), has_number: true, is_gone: false },
            (None, Some(CustomerSeen::There(customer))) => {
                let has_number = matched.iter().flat_map(|m| &m.customers).any(|c| c.id == customer.id);
                Chosen { customer: customer.clone(), has_number, is_gone: false }
            }
            (None, Some(CustomerSeen::Gone | CustomerSeen::Became(_))) => {
                return Ok(Tried::Declined(Declined::NoSuchCustomer));
            }
            (None, None) => return Ok(Tried::Ask(wanted.to_owned())),
        };
        let told = format!("customer {}", chosen.customer.id);
        if is_begun {
            return self.move_record(case, &number, chosen, remember, now);
        }
        let own = case.ledger.has(CHOSEN).then(|| CHOSEN.to_owned());
        let decision = if remember {
            let choice = Choice { number: number.clone(), whose: Whose::Customer(chosen), at: now };
            Decision {
                call,
                choice: Some((&number, Some(choice))),
                put: Vec::new(),
                remove: own.into_iter().collect(),
                rule: "A person chose the customer for this number (B7)",
                told,
            }
        } else {
            Decision {
                call,
                choice: None,
                put: vec![chosen.holding()?],
                remove: Vec::new(),
                rule: "A person chose the customer for this call (B7)",
                told,
            }
        };
        self.carry(decision, now).map(|view| Tried::Done(Box::new(view)))
    }

    /// What was chosen for the number and, as long as nothing is written, for this call is forgotten; calls that wait for
    /// it are held again.
    fn withdraw(&mut self, call: CaseId, now: DateTime<Utc>) -> Result<Tried, StoreError> {
        let (case, number) = match self.open(call)? {
            Ok(open) => open,
            Err(declined) => return Ok(Tried::Declined(declined)),
        };
        let ledger = &case.ledger;
        let is_open = !ledger.has("customer") && !ledger.has("ticket");
        let is_named =
            ledger.detail(NAMED).is_some_and(|d| d.get("done").is_none() && d.get("kept").is_none());
        let own = [(CHOSEN, is_open && ledger.has(CHOSEN)), (NAMED, is_named)];
        let remove: Vec<String> =
            own.into_iter().filter(|(_, is)| *is).map(|(key, _)| key.to_owned()).collect();
        if remove.is_empty() && self.store.choice(&number)?.is_none() {
            return Ok(Tried::Declined(Declined::NothingChosen));
        }
        let decision = Decision {
            call,
            choice: Some((&number, None)),
            put: Vec::new(),
            remove,
            rule: "A person withdrew what had been chosen for this number (B7)",
            told: "withdrawn".into(),
        };
        self.carry(decision, now).map(|view| Tried::Done(Box::new(view)))
    }

    fn name(
        &mut self,
        call: CaseId,
        name: &CallerName,
        seen: Option<&CustomerSeen>,
        now: DateTime<Utc>,
    ) -> Result<Tried, StoreError> {
        let (case, number) = match self.open(call)? {
            Ok(open) => open,
            Err(declined) => return Ok(Tried::Declined(declined)),
        };
        let standing = self.assess(&case, now)?.standing;
        if let Standing::NotLogged(reason) | Standing::Gone(reason) = standing {
            let text = format!("Nothing is written here, so there is no customer to name. {}", reason.text);
            return Ok(Tried::Declined(Declined::conflict("not_logged", text)));
        }
        let matched = self.store.matched(&number)?;
        let found = matched.as_ref().map(|m| m.customers.as_slice());
        let logged_to = case.ledger.id("customer").map(str::to_owned);
        let known = match &logged_to {
            Some(id) => Some(id.clone()),
            None => self.customer_of(&case, &number)?,
        };
        match (known, seen) {
            (Some(id), None) => Ok(Tried::Ask(id)),
            (Some(_), Some(CustomerSeen::There(customer))) => {
                let Some(named) = self.helpdesk.rename(&number, customer, name) else {
                    return Ok(Tried::Declined(has_a_name(customer)));
                };
                let decision = Decision {
                    call,
                    choice: None,
                    put: vec![named],
                    remove: Vec::new(),
                    rule: "A person named the caller, whose customer had been made under a placeholder (G5)",
                    told: format!("customer {}", customer.id),
                };
                self.carry(decision, now).map(|view| Tried::Done(Box::new(view)))
            }
            // Whom the call is logged to was deleted, or merged.
            (Some(_), Some(_)) if logged_to.is_some() => Ok(Tried::Declined(Declined::NoSuchCustomer)),
            (None, _) if found.is_some_and(|found| !found.is_empty()) => {
                Ok(Tried::Declined(Declined::conflict(
                    "several_matches",
                    "There are customers with this number already. Choose one of them.",
                )))
            }
            // Nobody has the number, or nobody any more: it is looked up afresh before the customer is made.
            _ => {
                let choice = Choice { number: number.clone(), whose: Whose::Named(name.clone()), at: now };
                let decision = Decision {
                    call,
                    choice: Some((&number, Some(choice))),
                    put: Vec::new(),
                    remove: Vec::new(),
                    rule: "A person named the caller; the number is looked up once more before the customer is made (G5)",
                    told: "named".into(),
                };
                self.carry(decision, now).map(|view| Tried::Done(Box::new(view)))
            }
        }
    }

    /// A call that can be decided about, and its number.
    pub(super) fn open(&self, call: CaseId) -> Result<Result<(Case, E164), Declined>, StoreError> {
        let Some(case) = self.store.case(call)?.filter(|case| case.selected == Some(true)) else {
            return Ok(Err(Declined::NoSuchCall));
        };
        Ok(match case.call.party().number().cloned() {
            Some(number) => Ok((case, number)),
            None => Err(Declined::conflict(
                "no_number",
                "The caller withheld the number, or it is no telephone number: nobody can be found or remembered by it.",
            )),
        })
    }
}

fn has_a_name(customer: &Customer) -> Declined {
    let name =
        if customer.name.trim().is_empty() { "a customer without a name" } else { customer.name.trim() };
    Declined::conflict(
        "known_caller",
        format!(
            "In the helpdesk this number is of {name}, and a name that a person gave stays. Change it there, or choose \
             another customer for the next call."
        ),
    )
}

/// Whoever asked may have gone; what was decided holds all the same.
fn answer(told: WishTold, result: Result<Option<CallView>, Declined>) {
    let _ = told.send(result);
}
