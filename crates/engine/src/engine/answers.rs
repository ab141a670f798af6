//! Answers → what is known: look-ups, fresh reads, records found again, and what every answer tells of its vendor.

use chrono::{DateTime, TimeDelta, Utc};
use sidetone_protocol::{LiveEvent, Vendor};

use super::outbox::SEND_AGAIN;
use super::{Done, Engine, Further, Job};
use crate::budget::Lane;
use crate::call::{CaseId, Origin};
use crate::directory::entry::{Address, Entry};
use crate::directory::{Customer, Matched};
use crate::helpdesk::{Answer, Refusal, Request};
use crate::inbox;
use crate::knowledge::Question;
use crate::number::E164;
use crate::readiness::{ENDED_OVERDUE, FRESH_AFTER_END, SILENT_TOO_LONG};
use crate::store::{Case, Change, Due, StoreError};
use crate::transport::{AppRefused, TransportError};

/// A fresh read that failed so often is given up: the record goes without.
const READ_TRIES: u32 = 3;
/// A look-up that failed is tried again after this time.
pub(super) const LOOK_AGAIN: TimeDelta = TimeDelta::seconds(20);
/// An answer that leads to a further question: so many in a row at most, be it pages of a list or records that each name
/// another one as what they were merged into.
const MOST_IN_A_ROW: u32 = 100;
/// The setting with the shared customer of withheld callers.
pub(super) const ANONYMOUS: &str = "anonymous_customer";
/// What whoever waits for a walk through lists is told.
const NOT_STORED: &str = "the database does not take what was read";
/// The first time after this one already.
const FIRST_LOOK_AGAIN: TimeDelta = TimeDelta::seconds(2);

impl Engine {
    pub(super) fn finish(&mut self, done: Done) -> Result<(), StoreError> {
        let now = self.clock.now();
        let Done { job, vendor, asked, sent_at, result } = done;
        self.asked = asked;
        if let Some(id) = job.call() {
            self.busy_calls.remove(&id);
            self.busy_threads.remove(&id);
        }
        if let Some(budget) = self.budgets.get_mut(&vendor) {
            budget.answered();
        }
        self.learn(&job, vendor, &result, (sent_at, now));
        let concluded = self.insist(|engine| engine.conclude(job.clone(), &result, sent_at, now));
        self.asked = 0;
        if concluded.is_err() {
            self.not_concluded(&job, now);
        }
        concluded
    }

    /// An answer could not be stored. Calls are due again by themselves; what walks through lists asks again.
    fn not_concluded(&mut self, job: &Job, now: DateTime<Utc>) {
        match job {
            Job::List(list) => self.list_failed(*list, now),
            Job::SweepCalls | Job::SweepRecords => self.sweep_failed(NOT_STORED, now),
            Job::Adopt { call, .. } => self.sweep_not_adopted(*call, NOT_STORED, now),
            _ => {}
        }
    }

    /// What the answer changes. Reads the call afresh, so it may be done again if another engine changed it meanwhile.
    fn conclude(
        &mut self,
        job: Job,
        result: &Result<Answer, TransportError>,
        sent_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        match job {
            Job::LookUp { number, asked } => self.looked_up(&number, &asked, result, now),
            Job::StillHas { number, asked, customer, rest, found } => {
                self.still_has_told(number, asked, &customer, rest, found, result, now)
            }
            Job::Search { call, number } => self.search_told(call, number, result, now),
            Job::Candidate { call, number, rest, found } => {
                self.candidate_told(call, number, rest, found, result, now)
            }
            Job::Mirror(page) => self.mirror_told(page, result, now),
            Job::LookUpAnonymous => self.looked_up_anonymous(result, now),
            Job::Read { call, timeline } => self.was_read(call, timeline, result, now),
            Job::Adopt { call, asked, so_far } => self.was_adopted(call, &asked, &so_far, result, now),
            Job::Write { call, write } => self.was_written(call, &write, result, sent_at, now),
            Job::Conflict { call, write, otherwise } => {
                self.conflict_told(call, &write, otherwise, result, now)
            }
            Job::Probe { call, write } => self.was_probed(call, &write, result, now),
            Job::Arrivals { call, asked, seen } => self.arrivals_told(call, &asked, &seen, result, now),
            Job::LookAtTicket { call, told } => self.ticket_was_seen(call, &told, result, now),
            Job::Conversation { call, customer, so_far } => {
                self.conversation_told(call, &customer, so_far.as_deref(), result, now)
            }
            Job::Place(step) => self.place_told(step, result, now),
            Job::ReadLine { call, line } => self.line_read(call, line, result, now),
            Job::LookAtLinked { call, asked } => self.linked_was_seen(call, &asked, result, now),
            Job::Wish { wish, customer } => self.customer_told(&wish, &customer, result, now),
            Job::LookAtChosen { call, customer } => self.chosen_told(call, &customer, result, now),
            Job::LookAtNamed(call) => self.named_told(call, result, now),
            Job::Whereabouts { call, write, refusal, hops } => {
                self.whereabouts_told(call, &write, refusal, hops, result, now)
            }
            Job::Card(call) => {
                if !result.as_ref().is_ok_and(|answer| answer.status().is_success()) {
                    tracing::info!(%call, "Aircall did not take the Insight Card; it is not sent again");
                }
                Ok(())
            }
            Job::SweepCalls => self.sweep_calls_read(result, now),
            Job::SweepRecords => self.sweep_records_read(result, now),
            Job::List(list) => self.list_read(list, result, now),
            Job::Webhook(step) => self.webhook_told(step, result, now),
            Job::Poll => self.polled(result, now),
            Job::Heartbeat => self.heartbeat_told(result, sent_at, now),
            Job::Account => self.accounted(result, now),
            Job::Recover(id) => self.recovered(id, result, now),
            Job::Backfill(id) => self.read_for_backfill(id, result, now),
            Job::CountCalls(key, walk) => {
                self.calls_were_counted(key, &walk, result);
                Ok(())
            }
            Job::FreshLink { call, wanted, medium } => self.link_was_read(call, &wanted, medium, result, now),
            Job::KeptLink(file) => self.kept_link_was_read(*file, result, now),
            Job::OpenRecords(customer) => {
                self.open_records_told(&customer, result, now);
                Ok(())
            }
            Job::Compare { call, comparing } => self.others_told(call, *comparing, result, now),
            Job::Check => {
                self.was_checked(result, now);
                Ok(())
            }
            Job::Dial(dialling) => self.was_dialled(&dialling, result),
            Job::Say { call, n } => self.was_said(call, n, result, sent_at, now),
            Job::ReadComments(call) => self.comments_were_read(call, result, now),
            Job::Tag { id, call, tags } => {
                self.was_tagged(&id, call, &tags, result);
                Ok(())
            }
        }
    }

    /// What every answer tells: budget, link.
    fn learn(
        &mut self,
        job: &Job,
        vendor: Vendor,
        result: &Result<Answer, TransportError>,
        (sent_at, now): (DateTime<Utc>, DateTime<Utc>),
    ) {
        let Some(link) = self.links.get_mut(&vendor) else { return };
        let answer = match result {
            Ok(answer) => answer,
            Err(error) => return link.unreachable(&error.to_string(), now),
        };
        if vendor == Vendor::Aircall {
            self.compare_clocks(answer, sent_at, now);
        }
        let Some(link) = self.links.get_mut(&vendor) else { return };
        link.is_about_app(answer.extensions().get::<AppRefused>().is_some());
        if vendor == self.helpdesk.vendor()
            && let Some((used, limit)) = self.helpdesk.told(answer.headers())
            && let Some(budget) = self.budgets.get_mut(&vendor)
        {
            budget.told(used, limit, sent_at, now);
            if let Some(seconds) = self.helpdesk.is_unused_in(answer.headers(), now) {
                budget.is_unused_in(seconds, now);
            }
        }
        match (vendor, answer.status().as_u16()) {
            // 401 without, 403 with a wrong credential (`reference/aircall.md` §9.1).
            (Vendor::Aircall, 401 | 403) => {
                if let Some(error) = aircall_error(answer).filter(aircall::Error::is_credential) {
                    link.refused(&error.to_string(), false, now);
                }
            }
            (_, 429) => {
                let wait = aircall_or_helpdesk_wait(vendor, answer);
                if let Some(budget) = self.budgets.get_mut(&vendor) {
                    budget.refused(wait, now);
                }
            }
            (Vendor::Aircall, 500..) => link.unreachable(&format!("it answers {}", answer.status()), now),
            (Vendor::Aircall, _) => match aircall_error(answer) {
                // What this one says besides its status is not known (`reference/aircall.md` §7).
                _ if matches!(job, Job::Card(_)) => {}
                // A sign-in page, a proxy, a wrong address: something else answers in Aircall's place.
                Some(error) if job.is_a_list() || error.is_unclear() || answer.status().is_redirection() => {
                    link.unreachable(&error.to_string(), now);
                }
                Some(_) | None => {
                    link.accepted(now);
                }
            },
            // What a helpdesk's answers mean, the helpdesk reads; it is told where the answer is used.
            _ => {}
        }
    }

    /// Notes what a helpdesk's refusal says of the link. Returns whether anything but this one request is concerned.
    pub(super) fn note_refusal(&mut self, refusal: &Refusal, now: DateTime<Utc>) -> bool {
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
            Refusal::Unclear(text) => {
                link.unreachable(text, now);
                return false;
            }
            Refusal::Accepted(_)
            | Refusal::Missing(_)
            | Refusal::Conflict(_)
            | Refusal::Stale(_)
            | Refusal::Astray(_)
            | Refusal::Permanent(..) => {
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
        self.read_answer(result, now, read).ok()
    }

    pub(super) fn read_answer<T>(
        &mut self,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
        read: impl FnOnce(&Self, &Answer) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        // That none came is noted already.
        let answer = result.as_ref().map_err(|error| Refusal::Unclear(error.to_string()))?;
        let read = read(self, answer);
        match &read {
            Ok(_) => self.helpdesk_accepted(now),
            Err(refusal) => drop(self.note_refusal(refusal, now)),
        }
        read
    }

    fn looked_up(
        &mut self,
        number: &E164,
        asked: &Address,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.looking.remove(number);
        let found = self.read_question(Question::Customers, result, now, |engine, answer| {
            engine.helpdesk.looked_up(answer)
        })?;
        let found = found.map(|page| page.entries);
        if found.as_ref().is_some_and(Vec::is_empty) {
            let not_found = self.known_by(number, asked)?;
            if !not_found.is_empty() {
                return self.ask_who_still_has(number.clone(), asked.clone(), not_found, Vec::new(), now);
            }
        }
        self.look_up_told(number, asked, found, now)
    }

    /// Who has a number, by the helpdesk's answer; `None`: it gave none.
    pub(super) fn look_up_told(
        &mut self,
        number: &E164,
        asked: &Address,
        found: Option<Vec<Entry>>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut change = Change::at(now);
        let failed = found.is_none();
        match found {
            Some(entries) => {
                let customers = self.corrected(number, asked, entries, &mut change)?;
                if customers.is_empty()
                    && let Some(asked) = self.next_spelling(number, asked, now)
                {
                    self.push(&change)?;
                    let request = self.helpdesk.look_up(&asked);
                    self.looking.insert(number.clone());
                    return self.ask_further(Job::LookUp { number: number.clone(), asked }, request, now);
                }
                self.failed_looks.remove(number);
                self.shared.mark_failed(number, false);
                change.matched.push(Matched { number: number.clone(), checked_at: now, customers });
                // The cards below are made from the store: the answer must be there first.
                self.push(&change)?;
                change = Change::at(now);
            }
            None => {
                // A phone may be ringing: the first failure is made up for at once.
                let is_first = !self.failed_looks.contains_key(number);
                // Those whose time has come long ago have served their purpose.
                self.failed_looks.retain(|_, again| *again + LOOK_AGAIN > now);
                let pause = self.ask_again_after();
                let pause = if is_first { pause.min(FIRST_LOOK_AGAIN) } else { pause };
                self.failed_looks.insert(number.clone(), now + pause);
                self.shared.mark_failed(number, true);
            }
        }
        for id in self.store.live()? {
            let Some(case) = self.store.case(id)?.filter(|c| c.call.party().number() == Some(number)) else {
                continue;
            };
            if failed {
                // Whoever has the phone at the ear still wants to know.
                self.still_to_look_up(&case);
            }
            let changed = self.reckon(case, Vec::new(), Vec::new(), Vec::new(), now)?;
            self.tell(&changed, false, &mut change)?;
            let card = self.shared.card(&changed.case, changed.view.as_ref())?;
            change.push.push(LiveEvent::Card(Box::new(card)));
            change.cases.push(changed);
        }
        self.push(&change)?;
        if failed { Ok(()) } else { self.release_held(number, now) }
    }

    fn looked_up_anonymous(
        &mut self,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.looking_anonymous = false;
        let found = self.read_question(Question::Customers, result, now, |engine, answer| {
            engine.helpdesk.looked_up_anonymous(answer)
        })?;
        match found {
            Some(customers) => self.knows_anonymous(customers, now),
            None => {
                self.anonymous_again = Some(now + self.ask_again_after());
                Ok(())
            }
        }
    }

    /// The shared customer of withheld callers is remembered: a list that lags behind must not make a second one.
    pub(super) fn knows_anonymous(
        &mut self,
        customers: Vec<Customer>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut change = Change::at(now);
        if let Some(known) = customers.first() {
            let text = serde_json::to_string(known)?;
            change.settings.push((ANONYMOUS.into(), text));
        }
        self.knowledge.anonymous = Some(Matched { number: E164::none(), checked_at: now, customers });
        self.share_knowledge();
        self.push(&change)
    }

    /// The shared customer of withheld callers, as whichever hub on this store came to know it last.
    pub(super) fn stored_anonymous(&self) -> Result<Option<Matched>, StoreError> {
        // Emptied when it was deleted in the helpdesk.
        let text = self.store.setting(ANONYMOUS)?.filter(|text| !text.is_empty());
        let known = text.map(|text| serde_json::from_str(&text)).transpose()?;
        let matched =
            |known| Matched { number: E164::none(), checked_at: self.clock.now(), customers: vec![known] };
        Ok(known.map(matched))
    }

    pub(super) fn remember_anonymous(&mut self) -> Result<(), StoreError> {
        self.knowledge.anonymous = self.stored_anonymous()?;
        self.share_knowledge();
        Ok(())
    }

    fn was_read(
        &mut self,
        id: CaseId,
        timeline: bool,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let for_good =
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
                Ok((_, Err(error))) => error.is_permanent(),
                Err(_) => false,
            };
        let Some(case) = self.store.case(id)? else {
            // Studied, and Aircall does not know it.
            if let Some(told) = self.studied.remove(&id) {
                let _ = told.send(());
            }
            return Ok(());
        };
        self.read_failed(case, timeline, for_good, SEND_AGAIN, now)
    }

    /// A fresh read brought nothing, or could not even be asked for: a try less. A wrong credential at Aircall, or a call
    /// that it does not know, stops nothing else: the record goes without.
    pub(super) fn read_failed(
        &mut self,
        mut case: Case,
        timeline: bool,
        for_good: bool,
        pause: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        case.reads.failed += 1;
        let no_more_tries = case.reads.failed >= READ_TRIES;
        // Nothing of a call that only is silent waits for the read; its end can be asked for later, too.
        let is_silent = !case.call.is_over() && !timeline;
        case.reads.given_up = for_good || (no_more_tries && !is_silent);
        let at = match no_more_tries {
            _ if case.reads.given_up => now,
            true => now + SILENT_TOO_LONG,
            false => now + pause * i32::try_from(case.reads.failed).unwrap_or(1),
        };
        let (writes, since) = case.due.map_or((0, now), |due| (due.writes, due.since));
        case.due = Some(Due { at, writes, since });
        self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now)
    }

    /// The second half of a question that was let through. It goes before anything new, but never without room: until
    /// there is some, its call is as busy as while it is under way.
    pub(super) fn ask_further(
        &mut self,
        job: Job,
        request: Request,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let asked = self.asked + 1;
        if asked > MOST_IN_A_ROW && job.call().is_some() {
            return self.leads_nowhere(&job, now);
        }
        self.busy_calls.extend(job.call());
        self.further.push_back(Further { job, request, asked });
        self.go_on_asking(now);
        Ok(())
    }

    /// Second halves of questions, as far as there is room for them.
    pub(super) fn go_on_asking(&mut self, now: DateTime<Utc>) {
        let vendor = self.helpdesk.vendor();
        while !self.further.is_empty() && self.may_ask(vendor, Lane::Live, now).is_ok() {
            if let Some(Further { job, request, asked }) = self.further.pop_front() {
                self.send_nth(asked, vendor, job, request, now);
            }
        }
    }
}

/// What is wrong with an answer, whatever was asked.
fn aircall_error(answer: &Answer) -> Option<aircall::Error> {
    aircall::Request::<serde_json::Value>::raw(http::Method::GET, "/v1/ping", None).parse(answer).err()
}

fn aircall_or_helpdesk_wait(vendor: Vendor, answer: &Answer) -> std::time::Duration {
    let told = match vendor {
        Vendor::Aircall => aircall_error(answer).and_then(|error| error.retry_after()),
        Vendor::Gorgias | Vendor::Front => answer
            .headers()
            .get(http::header::RETRY_AFTER)
            .and_then(|v| v.to_str().ok()?.trim().parse().ok())
            .map(std::time::Duration::from_secs),
    };
    told.unwrap_or(std::time::Duration::from_secs(if vendor == Vendor::Aircall { 60 } else { 20 }))
}
