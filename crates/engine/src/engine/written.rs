//! Answers to writes and to look-ups of their markers → ledger: each in one commit.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sidetone_protocol::ExplanationView;

use super::answers::LOOK_AGAIN;
use super::outbox::{LOOKED_UP_AFTER, SEND_AGAIN};
use super::{Engine, Job};
use crate::budget::Lane;
use crate::call::CaseId;
use crate::directory::{Customer, Matched};
use crate::helpdesk::{Answer, Owner, Probed, Refusal};
use crate::ledger::{
    Attempt, AttemptState, Holding, IN_VAIN, OWNER, Write, WriteKind, leads_past_the_number,
};
use crate::number::masked_text;
use crate::settings::Arrival;
use crate::store::{Case, Change, StoreError};
use crate::transport::TransportError;

impl Engine {
    pub(super) fn was_written(
        &mut self,
        id: CaseId,
        write: &Write,
        result: &Result<Answer, TransportError>,
        sent_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let Some(mut case) = self.store.case(id)? else { return Ok(()) };
        let answer = match result {
            Ok(answer) => answer,
            Err(TransportError::NotSent(_)) => {
                give_back(&mut case, write, now);
                return self.later(case, now + SEND_AGAIN);
            }
            Err(TransportError::Unclear(text)) => return self.is_unclear(case, write, text, sent_at, now),
        };
        let refusal = match self.helpdesk.settle(write, answer) {
            Ok(holdings) => {
                self.helpdesk_accepted(now);
                self.last_written = Some(now);
                let told = format!("{}{}", answer.status().as_u16(), made(&holdings));
                return self.is_written(case, write, holdings, &told, now);
            }
            Err(refusal) => refusal,
        };
        self.note_refusal(&refusal, now);
        match refusal {
            // Not performed, and nothing to do with this call: it is due again at once, and waits with all others.
            Refusal::RateLimited(_) | Refusal::Credential(_) | Refusal::WrongAccount(_) => {
                give_back(&mut case, write, now);
                self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now)
            }
            Refusal::Unclear(text) => self.is_unclear(case, write, &text, sent_at, now),
            Refusal::Accepted(taken) => {
                self.last_written = Some(now);
                self.is_accepted(case, write, &taken, now)
            }
            // The tag exists already: that is all we wanted.
            Refusal::Conflict(_) | Refusal::Stale(_) | Refusal::Permanent(..)
                if write.kind == WriteKind::CreateTag =>
            {
                self.is_written(case, write, write.holdings.clone(), "the tag is there already", now)
            }
            refusal @ Refusal::Conflict(_) if write.kind == WriteKind::NameCustomer => {
                self.name_is_refused(case, write, refusal, now)
            }
            Refusal::Conflict(text) => match self.helpdesk.conflicting(write, None) {
                Some(request) => {
                    let job = Job::Conflict { call: id, write: Box::new(write.clone()), otherwise: false };
                    self.ask_further(job, request, now)
                }
                None => self.match_anew(case, write, &text, now),
            },
            // What it names may have changed under a person's hands: that is found out before anybody is called.
            refusal => self.is_refused(case, write, refusal, now),
        }
    }

    fn is_written(
        &mut self,
        mut case: Case,
        write: &Write,
        mut holdings: Vec<Holding>,
        told: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        drop_attempt(&mut case, write);
        self.doubted.remove(&(case.call.id, write.key()));
        self.conversation_written(&case, write, &mut holdings, now)?;
        let mut change = Change::at(now);
        if write.kind == WriteKind::CreateTag {
            let names = write.holdings.iter().filter_map(|h| h.detail.get("name")?.as_str());
            self.knowledge.tags.get_or_insert_default().extend(names.map(str::to_owned));
            self.share_knowledge();
        }
        if is_a_new_match(write)
            && let Some(made) = holdings.iter().find(|h| h.key == "customer")
        {
            let customer = customer_of(made, now);
            match case.call.party().number() {
                Some(number) => {
                    let number = number.clone();
                    self.now_has(&customer, &number, &mut change);
                    change.matched.push(Matched { number, checked_at: now, customers: vec![customer] });
                }
                None => self.knows_anonymous(vec![customer], now)?,
            }
            // What is reckoned below reads the directory: it must know the new customer.
            self.push(&change)?;
            change = Change::at(now);
        }
        if write.kind == WriteKind::NameCustomer {
            self.customer_is_called(&case, &holdings, now)?;
        }
        if let Some(customer) = holdings.iter().find(|h| h.key == "customer").map(|h| customer_of(h, now)) {
            holdings.extend(self.name_is_settled(&case, &customer, &mut change)?);
        }
        let released = case.call.party().number().filter(|_| is_a_new_match(write)).cloned();
        let request = format!("{} {}", write.method, write.path);
        let line = self.line(&case, &write.rule, &request, told, now)?;
        let mut removes = write.removes.clone();
        removes.extend(case.ledger.in_vain(write.main_key()).map(|_| IN_VAIN.to_owned()));
        self.add_case(case, holdings, removes, vec![line], &mut change)?;
        self.push(&change)?;
        released.map_or(Ok(()), |number| self.release_held(&number, now))
    }

    /// Taken, and not there yet: it is looked for, and what depends on it waits, as after a time-out.
    fn is_accepted(
        &mut self,
        mut case: Case,
        write: &Write,
        taken: &Write,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let first = self.helpdesk.looks_ms(taken).first().copied().unwrap_or_default();
        for attempt in attempts_of(&mut case, write) {
            attempt.write = taken.clone();
            attempt.state = AttemptState::Unclear;
            attempt.probes = 0;
            attempt.reason =
                Some(("accepted".to_owned(), "the helpdesk took it, and has not made it yet".to_owned()));
            attempt.next_at = Some(now + TimeDelta::milliseconds(first));
        }
        self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now)
    }

    fn is_unclear(
        &mut self,
        mut case: Case,
        write: &Write,
        text: &str,
        sent_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        tracing::info!(call = %case.call.id, write = %write.key(), why = %masked_text(text), "a write had no clear answer; looking it up");
        let is_repeated = self.helpdesk.probe(write).is_none();
        for attempt in attempts_of(&mut case, write) {
            attempt.state = AttemptState::Unclear;
            // How often it was repeated counts on.
            attempt.probes = if is_repeated { attempt.probes } else { 0 };
            attempt.reason = Some(("unclear".to_owned(), masked_text(text)));
            attempt.next_at = Some((sent_at + LOOKED_UP_AFTER).max(now));
        }
        self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now)
    }

    pub(super) fn park(
        &mut self,
        mut case: Case,
        write: &Write,
        code: &str,
        text: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        tracing::warn!(call = %case.call.id, write = %write.key(), code, "a write was refused for good");
        self.doubted.remove(&(case.call.id, write.key()));
        for attempt in attempts_of(&mut case, write) {
            attempt.state = AttemptState::Parked;
            attempt.next_at = None;
            attempt.reason = Some((code.to_owned(), text.to_owned()));
        }
        let line = self.line(&case, &write.rule, &format!("{} {}", write.method, write.path), text, now)?;
        self.commit_case(case, Vec::new(), vec![IN_VAIN.to_owned()], vec![line], now)
    }

    pub(super) fn conflict_told(
        &mut self,
        id: CaseId,
        write: &Write,
        otherwise: bool,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let Some(mut case) = self.store.case(id)? else { return Ok(()) };
        let instead =
            self.read_helpdesk(result, now, |engine, answer| engine.helpdesk.resolve_conflict(write, answer));
        let known = case.ledger.id(OWNER).map(str::to_owned);
        let is_nobody = matches!(instead, Some(Owner::Nobody));
        if is_nobody
            && !otherwise
            && let Some(request) = self.helpdesk.conflicting_otherwise(write)
        {
            let job = Job::Conflict { call: id, write: Box::new(write.clone()), otherwise: true };
            return self.ask_further(job, request, now);
        }
        let owner = match &instead {
            Some(Owner::Gets(instead)) => instead.holdings.first().map(|owner| owner.helpdesk_id.clone()),
            Some(Owner::IsNow(survivor)) => Some(survivor.clone()),
            Some(Owner::Nobody) | None => None,
        };
        match (instead, owner) {
            // In line with whatever else is written for that customer, and read just now: it goes at once, or all is read
            // anew when it may go. What a number is added to is replaced as a whole.
            (Some(Owner::Gets(instead)), Some(owner)) if known.as_ref() == Some(&owner) => {
                drop_attempt(&mut case, write);
                let thread = self.thread(&case)?;
                match self.may_write(now) {
                    true => self.write(case, *instead, &thread, Lane::Ring, now).map(drop),
                    false => self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now),
                }
            }
            (_, Some(owner)) => {
                drop_attempt(&mut case, write);
                let owner = Holding { key: OWNER.into(), helpdesk_id: owner, detail: Value::Null };
                self.commit_case(case, vec![owner], Vec::new(), Vec::new(), now)
            }
            (_, None) if known.is_some() => {
                drop_attempt(&mut case, write);
                self.commit_case(case, Vec::new(), vec![OWNER.to_owned()], Vec::new(), now)?;
                match self.store.case(id)? {
                    Some(case) => self.later(case, now + SEND_AGAIN),
                    None => Ok(()),
                }
            }
            (_, None) if is_nobody => self.match_anew(
                case,
                write,
                "another customer has this number or e-mail address, but cannot be found by it",
                now,
            ),
            (_, None) => {
                drop_attempt(&mut case, write);
                self.later(case, now + LOOK_AGAIN)
            }
        }
    }

    pub(super) fn was_probed(
        &mut self,
        id: CaseId,
        write: &Write,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let Some(mut case) = self.store.case(id)? else { return Ok(()) };
        let Some(attempt) = case.attempts.iter().find(|a| a.write.key() == write.key()).cloned() else {
            return Ok(());
        };
        let mut taken = BTreeSet::new();
        let probed = loop {
            let probed = self.read_helpdesk(result, now, |engine, answer| {
                engine.helpdesk.probed(&attempt, &taken, answer)
            });
            let found = match &probed {
                Some(Probed::Done(holdings)) => holdings.as_slice(),
                _ => &[],
            };
            if !self.learn_taken(id, found, &mut taken)? {
                break probed;
            }
        };
        match probed {
            Some(Probed::Done(holdings)) => {
                self.is_written(case, write, holdings, "found by its marker: it had been carried out", now)
            }
            Some(Probed::Ask(request) | Probed::AskFurther(_, request)) => {
                self.ask_further(Job::Probe { call: id, write: Box::new(write.clone()) }, *request, now)
            }
            Some(Probed::Nothing) if self.helpdesk.probe_late(write).is_some() => {
                self.is_planned_anew(case, &attempt, now)
            }
            Some(Probed::Nothing) => {
                let probes = attempt.probes + 1;
                let looks = self.helpdesk.looks_ms(&attempt.write);
                let Some(after) = looks.get(probes as usize) else {
                    let Some(anew) = self.helpdesk.sent_anew(&attempt.write) else {
                        return self.was_in_vain(case, &attempt, now);
                    };
                    for attempt in attempts_of(&mut case, write) {
                        attempt.write = anew.clone();
                        // It was looked for until now: nobody need look again before it is sent.
                        attempt.begun_at = now;
                        attempt.probes = 0;
                        attempt.next_at = Some(now);
                    }
                    return self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now);
                };
                let pause = looks.first().map_or(SEND_AGAIN, |first| TimeDelta::milliseconds(*first));
                let next =
                    (attempt.begun_at + TimeDelta::milliseconds(*after)).max(now + pause.min(SEND_AGAIN));
                for attempt in attempts_of(&mut case, write) {
                    attempt.probes = probes;
                    attempt.next_at = Some(next);
                }
                self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now)
            }
            None => {
                let read = |answer| self.helpdesk.probed(&attempt, &taken, answer).err();
                let refusal = result.as_ref().ok().and_then(read);
                let is_missing = matches!(refusal, Some(Refusal::Missing(_)));
                if is_missing && write.kind == WriteKind::AddLink {
                    return self.linked_is_gone(case, write, now);
                }
                let clear = match refusal {
                    // Its ticket is looked at each time, below.
                    Some(Refusal::Missing(text)) => Some(("missing".to_owned(), text)),
                    Some(Refusal::Permanent(code, text)) => Some((code, text)),
                    _ => None,
                };
                if clear.is_some() && self.helpdesk.probe_late(write).is_some() {
                    // Its conversation is gone, or was merged into another one: a fresh look tells.
                    return self.is_planned_anew(case, &attempt, now);
                }
                let probes = attempt.probes + u32::from(clear.is_some());
                // Nobody will ever tell whether it was carried out, and it must not hold up the customer's other calls.
                let looks = self.helpdesk.looks_ms(&attempt.write).len();
                if let Some((code, text)) = clear.filter(|_| probes as usize > looks) {
                    return self.park(case, write, &code, &unclear_for_good(&text), now);
                }
                for attempt in attempts_of(&mut case, write) {
                    attempt.probes = probes;
                    attempt.next_at = Some(now + LOOK_AGAIN);
                }
                let look = self.helpdesk.look_at_ticket(&case);
                self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now)?;
                match look.filter(|_| is_missing && write.kind.is_for_a_ticket()) {
                    Some(request) => {
                        self.ask_further(Job::LookAtTicket { call: id, told: Vec::new() }, request, now)
                    }
                    None => Ok(()),
                }
            }
        }
    }

    /// B11: one line of "why is this here?".
    pub(super) fn line(
        &self,
        case: &Case,
        rule: &str,
        request: &str,
        answer: &str,
        now: DateTime<Utc>,
    ) -> Result<ExplanationView, StoreError> {
        let event = case
            .call
            .last_event()
            .map_or_else(|| "read from Aircall".to_owned(), |(name, _)| name.to_owned());
        let matched = self.assess(case, now)?.matched_by;
        let (events, first_event_at) = case.call.heard();
        let by = match self.settings.arrival {
            Arrival::Polling => "polling",
            Arrival::OwnWebhook { .. } | Arrival::ManualWebhook => "webhook",
        };
        Ok(ExplanationView {
            at: now.timestamp(),
            event,
            by: Some(by.to_owned()),
            events,
            first_event_at,
            repeats: self.store.repeats(case.call.id)?,
            r#match: matched.to_string(),
            rule: rule.to_owned(),
            request: request.to_owned(),
            answer: answer.chars().take(300).collect(),
        })
    }
}

fn unclear_for_good(text: &str) -> String {
    format!(
        "Whether this was written is not known: the answer was lost, and asking for it is refused. Look for it in the \
         helpdesk, and try again if it is not there. {text}"
    )
}

fn attempts_of<'a>(case: &'a mut Case, write: &Write) -> impl Iterator<Item = &'a mut Attempt> {
    let key = write.key();
    case.attempts.iter_mut().filter(move |attempt| attempt.write.key() == key)
}

pub(super) fn drop_attempt(case: &mut Case, write: &Write) {
    let key = write.key();
    case.attempts.retain(|a| a.write.key() != key);
}

/// This time it was surely not carried out. If it is the repetition of an unclear one, that one may have been: it stays
/// unclear, and is sent again.
fn give_back(case: &mut Case, write: &Write, now: DateTime<Utc>) {
    for attempt in attempts_of(case, write).filter(|attempt| attempt.probes > 0) {
        attempt.state = AttemptState::Unclear;
        attempt.next_at = Some(now + SEND_AGAIN);
    }
    let key = write.key();
    case.attempts.retain(|a| a.write.key() != key || a.state == AttemptState::Unclear);
}

/// Whether the helpdesk knows a number since this write that it did not know.
fn is_a_new_match(write: &Write) -> bool {
    matches!(write.kind, WriteKind::CreateCustomer | WriteKind::AddNumber) && !leads_past_the_number(write)
}

fn made(holdings: &[Holding]) -> String {
    let main = holdings
        .iter()
        .find(|h| matches!(h.key.as_str(), "ticket" | "customer") && !h.helpdesk_id.is_empty());
    let main = main.or_else(|| holdings.iter().find(|h| !h.helpdesk_id.is_empty()));
    main.map(|h| format!(", {} {}", h.key, h.helpdesk_id)).unwrap_or_default()
}

fn customer_of(made: &Holding, now: DateTime<Utc>) -> Customer {
    let text = |key: &str| made.detail.get(key).and_then(serde_json::Value::as_str).map(str::to_owned);
    Customer {
        id: made.helpdesk_id.clone(),
        name: text("name").unwrap_or_default(),
        email: text("email"),
        note: None,
        updated_at: Some(now.timestamp()),
        spelled: None,
    }
}
