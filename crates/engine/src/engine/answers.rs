//! Answers → ledger: what each answer changes, in one commit.

use chrono::{DateTime, TimeDelta, Utc};
use sidetone_protocol::{ExplanationView, LiveEvent, Vendor};

use super::outbox::{PROBE_AFTER_SECONDS, SEND_AGAIN};
use super::{Done, Engine, Job};
use crate::call::{CallId, Origin};
use crate::directory::{Customer, Matched};
use crate::helpdesk::{Answer, Probed, Refusal, Request};
use crate::inbox;
use crate::ledger::{Attempt, AttemptState, Holding, Write, WriteKind};
use crate::number::E164;
use crate::readiness::{ENDED_OVERDUE, FRESH_AFTER_END};
use crate::store::{Case, Change, Due, StoreError};
use crate::transport::TransportError;

/// A fresh read that failed so often is given up: the record goes without.
const READ_TRIES: u32 = 3;
/// A look-up that failed is tried again after this time.
const LOOK_AGAIN: TimeDelta = TimeDelta::seconds(20);

impl Engine {
    pub(super) fn finish(&mut self, done: Done) -> Result<(), StoreError> {
        let now = self.clock.now();
        let Done { job, vendor, sent_at, result } = done;
        if let Some(id) = job.call() {
            self.busy_calls.remove(&id);
            self.busy_threads.remove(&id);
        }
        if let Some(budget) = self.budgets.get_mut(&vendor) {
            budget.answered();
        }
        self.learn(vendor, &result, now);
        match job {
            Job::LookUp(number) => self.looked_up(&number, &result, now),
            Job::LookUpAnonymous => self.looked_up_anonymous(&result, now),
            Job::Read { call, timeline } => self.was_read(call, timeline, &result, now),
            Job::Adopt(call) => self.was_adopted(call, &result, now),
            Job::Write { call, write } => self.was_written(call, &write, &result, sent_at, now),
            Job::Conflict { call, write } => self.conflict_told(call, &write, &result, now),
            Job::Probe { call, write } => self.was_probed(call, &write, &result, now),
            Job::Card(call) => {
                if !result.as_ref().is_ok_and(|answer| answer.status().is_success()) {
                    tracing::info!(%call, "Aircall did not take the Insight Card; it is not sent again");
                }
                Ok(())
            }
            Job::List(list) => self.list_read(list, &result, now),
            Job::Webhook(step) => self.webhook_told(step, &result, now),
            Job::Poll => self.polled(&result, now),
        }
    }

    /// What every answer tells: budget, link.
    fn learn(&mut self, vendor: Vendor, result: &Result<Answer, TransportError>, now: DateTime<Utc>) {
        let Some(link) = self.links.get_mut(&vendor) else { return };
        let answer = match result {
            Ok(answer) => answer,
            Err(error) => return link.unreachable(&error.to_string(), now),
        };
        if vendor == self.helpdesk.vendor()
            && let Some((used, limit)) = self.helpdesk.told(answer.headers())
            && let Some(budget) = self.budgets.get_mut(&vendor)
        {
            budget.told(used, limit, now);
        }
        match (vendor, answer.status().as_u16()) {
            // 401 without, 403 with a wrong credential (`reference/aircall.md` §9.1).
            (Vendor::Aircall, 401 | 403) => {
                let error = aircall::Request::<serde_json::Value>::raw(http::Method::GET, "/v1/ping", None)
                    .parse(answer)
                    .err();
                if let Some(error) = error.filter(aircall::Error::is_credential) {
                    link.refused(&error.to_string(), false, now);
                }
            }
            (_, 429) => {
                let wait = aircall_or_helpdesk_wait(vendor, answer);
                if let Some(budget) = self.budgets.get_mut(&vendor) {
                    budget.refused(wait, now);
                }
            }
            (_, 500..) => link.unreachable(&format!("it answers {}", answer.status()), now),
            (Vendor::Aircall, _) => {
                link.accepted(now);
            }
            // What a helpdesk's 401 and 404 mean, the helpdesk reads; it is told where the answer is used.
            _ => {}
        }
    }

    /// Notes what a helpdesk's refusal says of the link. Returns whether anything but this one request is concerned.
    fn note_refusal(&mut self, refusal: &Refusal, now: DateTime<Utc>) -> bool {
        let vendor = self.helpdesk.vendor();
        let Some(link) = self.links.get_mut(&vendor) else { return false };
        match refusal {
            Refusal::Credential(text) => link.refused(text, false, now),
            Refusal::WrongAccount(text) => link.refused(text, true, now),
            Refusal::RateLimited(wait) => {
                if let Some(budget) = self.budgets.get_mut(&vendor) {
                    budget.refused(*wait, now);
                }
            }
            Refusal::Unclear(_) => return false,
            Refusal::Missing(_) | Refusal::Conflict(_) | Refusal::Permanent(..) => {
                link.accepted(now);
                return false;
            }
        }
        true
    }

    pub(super) fn helpdesk_accepted(&mut self, now: DateTime<Utc>) {
        if let Some(link) = self.links.get_mut(&self.helpdesk.vendor()) {
            link.accepted(now);
        }
    }

    /// The helpdesk's answer, read; a refusal is noted on the way.
    pub(super) fn read_helpdesk<T>(
        &mut self,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
        read: impl FnOnce(&Self, &Answer) -> Result<T, Refusal>,
    ) -> Option<T> {
        let answer = result.as_ref().ok()?;
        match read(self, answer) {
            Ok(value) => {
                self.helpdesk_accepted(now);
                Some(value)
            }
            Err(refusal) => {
                self.note_refusal(&refusal, now);
                None
            }
        }
    }

    fn looked_up(
        &mut self,
        number: &E164,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.looking.remove(number);
        let found =
            self.read_helpdesk(result, now, |engine, answer| engine.helpdesk.looked_up(number, answer));
        let mut change = Change::at(now);
        match found {
            Some(customers) => {
                self.failed_looks.remove(number);
                self.shared.mark_failed(number, false);
                change.matched.push(Matched { number: number.clone(), checked_at: now, customers });
                // The cards below are made from the store: the answer must be there first.
                self.push(&change)?;
                change = Change::at(now);
            }
            None => {
                self.failed_looks.insert(number.clone(), now + LOOK_AGAIN);
                self.shared.mark_failed(number, true);
            }
        }
        for id in self.store.live()? {
            let Some(case) = self.store.case(id)?.filter(|c| c.call.party().number() == Some(number)) else {
                continue;
            };
            let changed = self.reckon(case, Vec::new(), Vec::new(), Vec::new(), now)?;
            self.tell(&changed, false, &mut change)?;
            let card = self.shared.card(&changed.case, changed.view.as_ref())?;
            change.push.push(LiveEvent::Card(Box::new(card)));
            change.cases.push(changed);
        }
        self.push(&change)
    }

    fn looked_up_anonymous(
        &mut self,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.looking_anonymous = false;
        match self.read_helpdesk(result, now, |engine, answer| engine.helpdesk.looked_up_anonymous(answer)) {
            Some(customers) => self.knows_anonymous(customers, now),
            None => {
                self.anonymous_again = Some(now + LOOK_AGAIN);
                Ok(())
            }
        }
    }

    /// The shared customer of withheld callers is remembered: a list that lags behind must not make a second one.
    fn knows_anonymous(&mut self, customers: Vec<Customer>, now: DateTime<Utc>) -> Result<(), StoreError> {
        let mut change = Change::at(now);
        if let Some(known) = customers.first() {
            let text = serde_json::to_string(known)?;
            change.settings.push(("anonymous_customer".into(), text));
        }
        self.knowledge.anonymous = Some(Matched { number: E164::none(), checked_at: now, customers });
        self.share_knowledge();
        self.push(&change)
    }

    pub(super) fn remember_anonymous(&mut self) -> Result<(), StoreError> {
        if let Some(text) = self.store.setting("anonymous_customer")? {
            let customers = vec![serde_json::from_str(&text)?];
            self.knowledge.anonymous =
                Some(Matched { number: E164::none(), checked_at: self.clock.now(), customers });
            self.share_knowledge();
        }
        Ok(())
    }

    fn was_read(
        &mut self,
        id: CallId,
        timeline: bool,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let failed =
            match result.as_ref().map(|answer| (answer, Self::call_request(id, timeline).parse(answer))) {
                Ok((answer, Ok(call))) => {
                    let as_of = aircall::answered_at(answer.headers()).unwrap_or(now.timestamp());
                    let read = inbox::from_read(call.into_value(), Origin::Read { timeline }, as_of, now);
                    self.store.receive(&[read])?;
                    // Enough was read once the call is over and had its time, by our clock: Aircall's may differ.
                    if let Some(mut case) = self.store.case(id)? {
                        let had_its_time = case
                            .call
                            .ended_at()
                            .is_none_or(|end| now - end >= ENDED_OVERDUE.min(FRESH_AFTER_END));
                        if case.call.is_over() && had_its_time {
                            case.reads.given_up = true;
                            return self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now);
                        }
                    }
                    return Ok(());
                }
                Ok((_, Err(error))) => error.is_permanent() || error.is_credential(),
                Err(_) => false,
            };
        let Some(mut case) = self.store.case(id)? else {
            // Studied, and Aircall does not know it.
            if let Some(told) = self.studied.remove(&id) {
                let _ = told.send(());
            }
            return Ok(());
        };
        case.reads.failed += 1;
        // A wrong credential at Aircall, or a call it does not know, stops nothing else: the record goes without.
        case.reads.given_up = failed || case.reads.failed >= READ_TRIES;
        let again = now + SEND_AGAIN * i32::try_from(case.reads.failed).unwrap_or(1);
        let since = case.due.map_or(now, |due| due.since);
        let at = if case.reads.given_up { now } else { again };
        case.due = Some(Due { at, writes: case.due.map_or(0, |due| due.writes), since });
        self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now)
    }

    fn was_adopted(
        &mut self,
        id: CallId,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let Some(mut case) = self.store.case(id)? else { return Ok(()) };
        let probed = self.read_helpdesk(result, now, |engine, answer| engine.helpdesk.adopted(&case, answer));
        match probed {
            Some(Probed::Ask(request)) => self.ask_further(Job::Adopt(id), *request, now),
            Some(Probed::Nothing) => {
                case.adopted = true;
                self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now)
            }
            Some(Probed::Done(holdings)) => {
                case.adopted = true;
                let line = self.line(
                    &case,
                    "the record was found in the helpdesk by its marker (B17)",
                    "look-up",
                    "adopted",
                    now,
                )?;
                self.commit_case(case, holdings, Vec::new(), vec![line], now)
            }
            None => self.later(case, now + LOOK_AGAIN),
        }
    }

    fn ask_further(&mut self, job: Job, request: Request, now: DateTime<Utc>) -> Result<(), StoreError> {
        // The second half of a question that was let through: it is counted, and not held back.
        let vendor = self.helpdesk.vendor();
        if let Some(budget) = self.budgets.get_mut(&vendor) {
            budget.count(now);
        }
        self.send(vendor, job, request, now);
        Ok(())
    }

    fn was_written(
        &mut self,
        id: CallId,
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
            // The tag exists already: that is all we wanted.
            Refusal::Conflict(_) | Refusal::Permanent(..) if write.kind == WriteKind::CreateTag => {
                self.is_written(case, write, write.holdings.clone(), "the tag is there already", now)
            }
            Refusal::Conflict(text) => match self.helpdesk.conflicting(write) {
                Some(request) => {
                    self.ask_further(Job::Conflict { call: id, write: Box::new(write.clone()) }, request, now)
                }
                None => self.park(case, write, "conflict", &text, now),
            },
            Refusal::Missing(text) => self.park(case, write, "gone", &text, now),
            Refusal::Permanent(code, text) => self.park(case, write, &code, &text, now),
        }
    }

    fn is_written(
        &mut self,
        mut case: Case,
        write: &Write,
        holdings: Vec<Holding>,
        told: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        drop_attempt(&mut case, write);
        let mut change = Change::at(now);
        if write.kind == WriteKind::CreateTag {
            let names = write.holdings.iter().filter_map(|h| h.detail.get("name")?.as_str());
            self.knowledge.tags.get_or_insert_default().extend(names.map(str::to_owned));
            self.share_knowledge();
        }
        if matches!(write.kind, WriteKind::CreateCustomer | WriteKind::AddNumber)
            && let Some(made) = holdings.iter().find(|h| h.key == "customer")
        {
            let customer = customer_of(made, now);
            match case.call.party().number() {
                Some(number) => {
                    let number = number.clone();
                    change.matched.push(Matched { number, checked_at: now, customers: vec![customer] });
                }
                None => self.knows_anonymous(vec![customer], now)?,
            }
            // What is reckoned below reads the directory: it must know the new customer.
            self.push(&change)?;
            change = Change::at(now);
        }
        let request = format!("{} {}", write.method, write.path);
        let line = self.line(&case, &write.rule, &request, told, now)?;
        self.add_case(case, holdings, write.removes.clone(), vec![line], &mut change)?;
        self.push(&change)
    }

    fn is_unclear(
        &mut self,
        mut case: Case,
        write: &Write,
        text: &str,
        sent_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        tracing::info!(call = %case.call.id, write = %write.key(), why = %text, "a write had no clear answer; looking it up");
        for attempt in attempts_of(&mut case, write) {
            attempt.state = AttemptState::Unclear;
            attempt.probes = 0;
            attempt.next_at = Some((sent_at + TimeDelta::seconds(PROBE_AFTER_SECONDS[0])).max(now));
        }
        self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now)
    }

    fn park(
        &mut self,
        mut case: Case,
        write: &Write,
        code: &str,
        text: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        tracing::warn!(call = %case.call.id, write = %write.key(), code, "a write was refused for good");
        for attempt in attempts_of(&mut case, write) {
            attempt.state = AttemptState::Parked;
            attempt.next_at = None;
            attempt.reason = Some((code.to_owned(), text.to_owned()));
        }
        let line = self.line(&case, &write.rule, &format!("{} {}", write.method, write.path), text, now)?;
        self.commit_case(case, Vec::new(), Vec::new(), vec![line], now)
    }

    fn conflict_told(
        &mut self,
        id: CallId,
        write: &Write,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let Some(mut case) = self.store.case(id)? else { return Ok(()) };
        let instead =
            self.read_helpdesk(result, now, |engine, answer| engine.helpdesk.resolve_conflict(write, answer));
        match instead {
            Some(Some(instead)) => {
                // The same place in the plan, another request: from here on it is an ordinary write.
                for attempt in attempts_of(&mut case, write) {
                    attempt.write = instead.clone();
                    attempt.begun_at = now;
                }
                self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now)?;
                let request = self.helpdesk.request(&instead);
                self.ask_further(Job::Write { call: id, write: Box::new(instead) }, request, now)
            }
            Some(None) => self.park(
                case,
                write,
                "conflict",
                "another customer has this e-mail address, but cannot be found by it",
                now,
            ),
            None => {
                drop_attempt(&mut case, write);
                self.later(case, now + LOOK_AGAIN)
            }
        }
    }

    fn was_probed(
        &mut self,
        id: CallId,
        write: &Write,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let Some(mut case) = self.store.case(id)? else { return Ok(()) };
        let Some(attempt) = case.attempts.iter().find(|a| a.write.key() == write.key()).cloned() else {
            return Ok(());
        };
        let probed = self.read_helpdesk(result, now, |engine, answer| {
            engine.helpdesk.probed(write, attempt.begun_at, answer)
        });
        match probed {
            Some(Probed::Done(holdings)) => {
                self.is_written(case, write, holdings, "found by its marker: it had been carried out", now)
            }
            Some(Probed::Ask(request)) => {
                self.ask_further(Job::Probe { call: id, write: Box::new(write.clone()) }, *request, now)
            }
            Some(Probed::Nothing) => {
                let probes = attempt.probes + 1;
                match PROBE_AFTER_SECONDS.get(probes as usize) {
                    Some(after) => {
                        let next = (attempt.begun_at + TimeDelta::seconds(*after)).max(now + SEND_AGAIN);
                        for attempt in attempts_of(&mut case, write) {
                            attempt.probes = probes;
                            attempt.next_at = Some(next);
                        }
                    }
                    // Three look-ups found nothing: it was not carried out, and is written anew.
                    None => drop_attempt(&mut case, write),
                }
                self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now)
            }
            None => {
                for attempt in attempts_of(&mut case, write) {
                    attempt.next_at = Some(now + LOOK_AGAIN);
                }
                self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now)
            }
        }
    }

    /// B11: one line of "why is this here?".
    fn line(
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
        Ok(ExplanationView {
            at: now.timestamp(),
            event,
            r#match: matched,
            rule: rule.to_owned(),
            request: request.to_owned(),
            answer: answer.chars().take(300).collect(),
        })
    }
}

fn attempts_of<'a>(case: &'a mut Case, write: &Write) -> impl Iterator<Item = &'a mut Attempt> {
    let key = write.key();
    case.attempts.iter_mut().filter(move |attempt| attempt.write.key() == key)
}

fn drop_attempt(case: &mut Case, write: &Write) {
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
    }
}

fn aircall_or_helpdesk_wait(vendor: Vendor, answer: &Answer) -> std::time::Duration {
    let told = match vendor {
        Vendor::Aircall => {
            let request = aircall::Request::<serde_json::Value>::raw(http::Method::GET, "/v1/ping", None);
            request.parse(answer).err().and_then(|e| e.retry_after())
        }
        Vendor::Gorgias | Vendor::Front => answer
            .headers()
            .get(http::header::RETRY_AFTER)
            .and_then(|v| v.to_str().ok()?.trim().parse().ok())
            .map(std::time::Duration::from_secs),
    };
    told.unwrap_or(std::time::Duration::from_secs(if vendor == Vendor::Aircall { 60 } else { 20 }))
}
