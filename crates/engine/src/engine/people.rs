//! What people did in the helpdesk, as answers tell it, and what follows (G25): tickets thrown away, customers merged
//! or deleted, users and tags that are no longer there.

use chrono::{DateTime, TimeDelta, Utc};

use super::answers::{ANONYMOUS, LOOK_AGAIN};
use super::outbox::SEND_AGAIN;
use super::written::drop_attempt;
use super::{Engine, Job};
use crate::call::CaseId;
use crate::choice::{Choice, Chosen, Whose};
use crate::conversation::LOOK_HOLDS;
use crate::directory::Customer;
use crate::files::{self, FILE, Why};
use crate::helpdesk::{Answer, Probed, Refusal, Whereabouts};
use crate::ledger::{EMAIL_REFUSED, GONE, Holding, Ledger, Write, WriteKind};
use crate::store::{Case, Change, StoreError};
use crate::transport::TransportError;

/// By then the helpdesk's lists were read anew.
const LEARNED_WITHIN: TimeDelta = TimeDelta::seconds(30);
/// A chain of merged customers is followed so far.
const MOST_HOPS: u8 = 5;

impl Engine {
    /// A write was refused because of what it says. Before it is parked, what it names is looked at: a customer that was
    /// merged or deleted, a ticket that was thrown away, a user or tag that is no longer there must park nothing.
    pub(super) fn is_refused(
        &mut self,
        mut case: Case,
        write: &Write,
        refusal: Refusal,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let id = case.call.id;
        if let (Refusal::Missing(_), WriteKind::AddLink) = (&refusal, write.kind) {
            return self.linked_is_gone(case, write, now);
        }
        if write.kind == WriteKind::NameCustomer {
            return self.name_is_refused(case, write, refusal, now);
        }
        // Where the ticket is missing, nothing is said of the customer.
        let is_of_the_ticket = matches!(refusal, Refusal::Missing(_)) && write.kind.is_for_a_ticket();
        if let Some(request) = self.helpdesk.whereabouts(write).filter(|_| !is_of_the_ticket) {
            let job = Job::Whereabouts { call: id, write: Box::new(write.clone()), refusal, hops: 0 };
            return self.ask_further(job, request, now);
        }
        match refusal {
            Refusal::Missing(_) if write.kind.is_for_a_ticket() && id.is_message() => {
                self.conversation_is_missing(case, write, now)
            }
            Refusal::Missing(_) if write.kind == WriteKind::AddNumber => {
                drop_attempt(&mut case, write);
                self.later(case, now + LOOK_AGAIN)
            }
            Refusal::Missing(text) if write.kind.is_for_a_ticket() => {
                let look = self.helpdesk.look_at_ticket(&case);
                let doubt = (id, write.key());
                match look.filter(|_| !self.doubted.contains_key(&doubt)) {
                    Some(request) => {
                        drop_attempt(&mut case, write);
                        // Remembered after the commit: where another engine came first, all of this is done again.
                        self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now)?;
                        self.doubted.insert(doubt, now);
                        self.ask_further(Job::LookAtTicket { call: id, told: Vec::new() }, request, now)
                    }
                    // Looked at, it was there: something else is missing.
                    None => self.park(case, write, "missing", &text, now),
                }
            }
            refusal => self.learn_or_park(case, write, refusal, now),
        }
    }

    /// A customer is there already, and not by an e-mail that we know: a person made one with this number since it was
    /// looked up. It is looked up anew, a while if the search lags, before anybody is called.
    pub(super) fn match_anew(
        &mut self,
        mut case: Case,
        write: &Write,
        text: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let for_a_customer = matches!(write.kind, WriteKind::CreateCustomer | WriteKind::AddNumber);
        if write.kind == WriteKind::CreateCustomer && case.call.party().number().is_none() {
            return self.find_anonymous_anew(case, write, text, now);
        }
        let party = case.call.party();
        let number = party.number().filter(|_| for_a_customer);
        let matched = number.map(|number| self.store.matched(number)).transpose()?.flatten();
        let Some(mut matched) = matched else { return self.park(case, write, "conflict", text, now) };
        let since = *self.doubted.entry((case.call.id, write.key())).or_insert(now);
        if now - since >= LEARNED_WITHIN {
            let Some(email) = email_of(&case, write) else {
                return self.park(case, write, "conflict", text, now);
            };
            // Perhaps it is the address of one of the staff, which no customer can have.
            self.doubted.remove(&(case.call.id, write.key()));
            drop_attempt(&mut case, write);
            let rule =
                "Somebody who cannot be found has the contact's e-mail address; once more without it (G4)";
            let line = self.line(&case, rule, &format!("{} {}", write.method, write.path), text, now)?;
            return self.commit_case(case, vec![email], Vec::new(), vec![line], now);
        }
        matched.checked_at = DateTime::UNIX_EPOCH;
        let mut change = Change::at(now);
        change.matched.push(matched);
        self.push(&change)?;
        drop_attempt(&mut case, write);
        self.later(case, now + SEND_AGAIN)
    }

    /// The shared customer of withheld callers is there already: the answer to its making was lost, or somebody else made it.
    fn find_anonymous_anew(
        &mut self,
        mut case: Case,
        write: &Write,
        text: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let since = *self.doubted.entry((case.call.id, write.key())).or_insert(now);
        if now - since >= LEARNED_WITHIN {
            return self.park(case, write, "conflict", text, now);
        }
        self.forget_anonymous(now)?;
        drop_attempt(&mut case, write);
        self.later(case, now + SEND_AGAIN)
    }

    /// Who the shared customer of withheld callers is, is asked anew.
    pub(super) fn forget_anonymous(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let mut change = Change::at(now);
        change.settings.push((ANONYMOUS.into(), String::new()));
        self.push(&change)?;
        self.knowledge.anonymous = None;
        self.share_knowledge();
        Ok(())
    }

    /// Where the write named people or tags by an old list, the lists are read anew and it is planned again, once.
    fn learn_or_park(
        &mut self,
        mut case: Case,
        write: &Write,
        refusal: Refusal,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (text, is_astray) = match refusal {
            Refusal::Stale(text) => (text, false),
            Refusal::Astray(text) => (text, true),
            Refusal::Permanent(code, text) => {
                let (rule, left_out) = match email_of(&case, write) {
                    // Perhaps it is the address from Aircall's address book: once more without it.
                    Some(email) => (
                        "The customer was refused; once more without the contact's e-mail address (G4)",
                        vec![email],
                    ),
                    None => (
                        "The note was refused; once more without its files (G17, M6)",
                        files_of(&case.ledger, write),
                    ),
                };
                if left_out.is_empty() || code != "invalid" {
                    return self.park(case, write, &code, &text, now);
                }
                drop_attempt(&mut case, write);
                let line = self.line(&case, rule, &format!("{} {}", write.method, write.path), &text, now)?;
                return self.commit_case(case, left_out, Vec::new(), vec![line], now);
            }
            Refusal::Missing(text)
            | Refusal::Conflict(text)
            | Refusal::Unclear(text)
            | Refusal::Credential(text)
            | Refusal::WrongAccount(text) => return self.park(case, write, "missing", &text, now),
            // An answer to a write is settled before it is doubted.
            Refusal::Accepted(_) => return Ok(()),
            Refusal::RateLimited(_) => return self.later(case, now + SEND_AGAIN),
        };
        let id = case.call.id;
        let since = *self.doubted.entry((id, write.key())).or_insert(now);
        if now - since >= LEARNED_WITHIN {
            return self.park(case, write, "invalid", &text, now);
        }
        drop_attempt(&mut case, write);
        self.lists.wanted(now);
        if is_astray {
            self.doubt_where(&case, write, now)?;
        }
        // A tag that we made and a person deleted is made again.
        let made = case.ledger.under("new_tag:").map(|(name, _)| format!("new_tag:{name}")).collect();
        self.commit_case(case, Vec::new(), made, Vec::new(), now)?;
        match self.store.case(id)? {
            Some(case) => self.later(case, since + LEARNED_WITHIN),
            None => Ok(()),
        }
    }

    /// The ticket was looked at before a write, or because a write did not find it.
    pub(super) fn ticket_was_seen(
        &mut self,
        id: CaseId,
        told: &[Holding],
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let Some(case) = self.store.case(id)? else { return Ok(()) };
        let seen =
            self.read_answer(result, now, |engine, answer| engine.helpdesk.ticket_seen(&case, told, answer));
        match seen {
            Ok(Probed::Ask(request)) => {
                self.ask_further(Job::LookAtTicket { call: id, told: told.to_vec() }, *request, now)
            }
            Ok(Probed::AskFurther(told, request)) => {
                self.ask_further(Job::LookAtTicket { call: id, told }, *request, now)
            }
            Ok(Probed::Done(told)) => {
                let line = if told.iter().any(|holding| holding.key == GONE) {
                    self.doubt_conversation(case.ledger.id("customer"), now)?;
                    let rule = "A person threw the ticket away, so nothing more is written to it (G25)";
                    vec![self.line(&case, rule, "look at the ticket", "gone", now)?]
                } else {
                    Vec::new()
                };
                let is_for_a_write = case.due.is_some_and(|due| due.writes > 0);
                self.commit_case(case, told, Vec::new(), line, now)?;
                // Only what is stored was seen.
                self.looked_at.retain(|_, at| now - *at < LOOK_HOLDS);
                if is_for_a_write {
                    self.looked_at.insert(id, now);
                }
                Ok(())
            }
            Err(Refusal::Permanent(code, text)) => self.look_is_refused(case, &code, &text, now),
            Ok(Probed::Nothing) | Err(_) => self.later(case, now + LOOK_AGAIN),
        }
    }

    pub(super) fn whereabouts_told(
        &mut self,
        id: CaseId,
        write: &Write,
        refusal: Refusal,
        hops: u8,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let Some(mut case) = self.store.case(id)? else { return Ok(()) };
        let told =
            self.read_helpdesk(result, now, |engine, answer| engine.helpdesk.whereabouts_told(write, answer));
        match told {
            Some(Whereabouts::There) => self.learn_or_park(case, write, refusal, now),
            Some(Whereabouts::Ask { was, .. }) if hops >= MOST_HOPS => {
                self.customer_is_now(case, write, &was, None, now)
            }
            Some(Whereabouts::Ask { request, .. }) => {
                let write = Box::new(write.clone());
                let job = Job::Whereabouts { call: id, write, refusal, hops: hops + 1 };
                self.ask_further(job, *request, now)
            }
            Some(Whereabouts::Became { was, customer }) => {
                self.customer_is_now(case, write, &was, Some(customer), now)
            }
            Some(Whereabouts::Gone { was }) => self.customer_is_now(case, write, &was, None, now),
            // The refusal was clear, so the write was not carried out, whatever became of the customer.
            None => {
                drop_attempt(&mut case, write);
                self.later(case, now + LOOK_AGAIN)
            }
        }
    }

    /// A merged customer is followed and remembered; a deleted one is forgotten, so that the number is matched anew.
    fn customer_is_now(
        &mut self,
        mut case: Case,
        write: &Write,
        was: &str,
        survivor: Option<Customer>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let id = case.call.id;
        drop_attempt(&mut case, write);
        self.rematch(&case, was, survivor.as_ref(), now)?;
        let (mut put, mut remove) = (Vec::new(), Vec::new());
        if case.ledger.id("customer") == Some(was) {
            match &survivor {
                Some(survivor) => put.push(Holding {
                    key: "customer".into(),
                    helpdesk_id: survivor.id.clone(),
                    detail: case.ledger.detail("customer").cloned().unwrap_or_default(),
                }),
                None => remove.push("customer".to_owned()),
            }
        }
        if let Some(own) = Chosen::of_call(&case.ledger) {
            put.push(own.after(was, survivor.as_ref()).holding()?);
        }
        let rule = match survivor {
            Some(_) => "The customer had been merged into another, who is used from now on (G25)",
            None => "The customer had been deleted, so the caller is matched anew (G25)",
        };
        let line = self.line(&case, rule, "look at the customer", was, now)?;
        self.commit_case(case, put, remove, vec![line], now)?;
        match self.store.case(id)?.filter(|_| survivor.is_none()) {
            // A search that lags may go on finding the deleted one for a while.
            Some(case) => self.later(case, now + SEND_AGAIN),
            None => Ok(()),
        }
    }

    /// Corrects what is known of the caller's number, or of the shared customer of withheld callers.
    fn rematch(
        &mut self,
        case: &Case,
        was: &str,
        survivor: Option<&Customer>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.directory_follows(was, survivor, now)?;
        let mut change = Change::at(now);
        match (case.call.party().number(), survivor) {
            (Some(number), _) => {
                if let Some(Choice { whose: Whose::Customer(chosen), number, at }) = self.choice_for(case)? {
                    let whose = Whose::Customer(chosen.after(was, survivor));
                    change.choices.push(Choice { number, whose, at });
                }
                if let Some(mut matched) = self.store.matched(number)? {
                    // Whoever was chosen without having the number is none of those who have it.
                    let had_number = matched.customers.iter().any(|c| c.id == was);
                    matched.customers.retain(|c| c.id != was && survivor.is_none_or(|s| s.id != c.id));
                    match survivor {
                        Some(survivor) if had_number => matched.customers.insert(0, survivor.clone()),
                        Some(_) => {}
                        None => matched.checked_at = DateTime::UNIX_EPOCH,
                    }
                    change.matched.push(matched);
                }
            }
            (None, Some(survivor)) => return self.knows_anonymous(vec![survivor.clone()], now),
            (None, None) => return self.forget_anonymous(now),
        }
        self.push(&change)
    }
}

/// The files that a write attaches, as refused. A text message carries all of its own that are there; one that follows
/// it, its own.
fn files_of(ledger: &Ledger, write: &Write) -> Vec<Holding> {
    let attached = write.holdings.iter().filter(|holding| holding.detail.get("file").is_some());
    let attached = attached.map(|holding| format!("{FILE}{}", holding.key));
    let is_its_own = |index: &str| {
        let carries = |h: &Holding| h.key == "message" || h.key.strip_prefix("media:") == Some(index);
        write.holdings.iter().any(carries)
    };
    let of_text = ledger
        .under("file:media:")
        .filter(|(index, row)| is_its_own(index) && row.holding.detail.get("without").is_none());
    let of_text = of_text.map(|(index, _)| format!("{FILE}media:{index}"));
    attached.chain(of_text).map(|key| files::without(&key, Why::Refused)).collect()
}

/// The e-mail address out of Aircall's address book with which a customer was to be made; none if it was refused before.
fn email_of(case: &Case, write: &Write) -> Option<Holding> {
    let email = case.call.contact()?.email?;
    let was_sent = write.holdings.first().is_some_and(|h| h.detail["email"] == email);
    let is_news = write.kind == WriteKind::CreateCustomer && was_sent && !case.ledger.has(EMAIL_REFUSED);
    is_news.then(|| Holding {
        key: EMAIL_REFUSED.into(),
        helpdesk_id: String::new(),
        detail: serde_json::json!({ "email": email }),
    })
}
