//! Plan → outbox: calls that are due, each one step further; in order per thread, concurrently across threads.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use sidetone_protocol::Vendor;

use super::adoption::adopted_from;
use super::fold::is_question;
use super::{Engine, Job};
use crate::budget::Lane;
use crate::call::CaseId;
use crate::conversation::{LOOK_HOLDS, LOOK_HOLDS_SHORTLY};
use crate::health::Link;
use crate::helpdesk::{CustomerSeen, Request, Standing, Step};
use crate::ledger::{Attempt, AttemptState, NAMED, OWNER, Write, WriteKind};
use crate::number::{E164, Party};
use crate::store::{Case, Claim, Due, StoreError, Turn};

/// So many due calls are looked at in one turn.
const AT_A_TIME: usize = 64;
/// After an unclear failure the write is not looked up, or repeated, before this.
pub(super) const LOOKED_UP_AFTER: TimeDelta = TimeDelta::seconds(5);
/// A write that is harmless to repeat is repeated so often before others of the customer go first.
pub(super) const REPEATED: u32 = 3;
/// What could not be sent at all is tried again after this time.
pub(super) const SEND_AGAIN: TimeDelta = TimeDelta::seconds(5);
/// A read that Aircall's fault holds back is a try less after this time, and longer each time: so a record waits for
/// two minutes at most.
const READ_HELD_BACK: TimeDelta = TimeDelta::seconds(40);

/// After a start the lists (people, tags, our own lines) are waited for, in steps of this,
const LISTS_SOON: TimeDelta = TimeDelta::seconds(1);
/// and so long at most.
const LISTS_WITHIN: TimeDelta = TimeDelta::seconds(30);

/// Why a call's step was not begun.
pub(super) enum Begun {
    Yes,
    /// Nothing further of this lane goes now.
    Blocked,
    /// Another call of the same customer goes first, or something else is in hand.
    NotNow,
}

impl Engine {
    pub(super) fn send_what_is_due(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let claims = self.store.claim_due(now, AT_A_TIME)?;
        self.claims.extend(claims.iter().map(|claim| (claim.call, claim.thread.clone())));
        let begun = self.begin_claimed(claims, now);
        self.give_back_threads()?;
        begun
    }

    fn begin_claimed(&mut self, claims: Vec<Claim>, now: DateTime<Utc>) -> Result<(), StoreError> {
        // Read after the claims: what a thread's last holder left unclear is seen.
        let held = self.held_threads()?;
        let mut ahead: HashSet<String> = self.busy_threads.values().cloned().collect();
        let mut blocked: Option<Lane> = None;
        // The oldest call goes first, also when the budget does not suffice for all. Then those that wait for their first
        // request are the youngest; while they wait they end, and a call that is over is written in one request instead
        // of three. So pressure makes us cheaper, and nobody waits longer than the queue is.
        for Claim { call: id, thread: claimed } in claims {
            if self.busy_calls.contains(&id) {
                continue;
            }
            let Some(case) = self.readable_case(id)? else { continue };
            if self.waits_to_be_forgotten(&case) {
                continue;
            }
            if case.due.is_none_or(|due| due.at > now) {
                // Done by the thread's last holder in the moment before it was given back.
                continue;
            }
            let thread = self.thread(&case)?;
            if thread != claimed {
                // The number has become a customer's since: the call gets in line there, and is claimed anew.
                self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now)?;
                continue;
            }
            if case.turn != turn(&case, now) {
                // It has waited for so long that others go first now.
                self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now)?;
                self.wake_by(now);
                continue;
            }
            if held.get(&thread).is_some_and(|holder| *holder != id) || !ahead.insert(thread.clone()) {
                continue;
            }
            let lane = lane(&case, now);
            if blocked.is_some_and(|blocked| lane >= blocked) {
                continue;
            }
            if let Begun::Blocked = self.begin(case, &thread, now)? {
                blocked = Some(lane);
                if lane == Lane::Live {
                    return Ok(());
                }
            }
        }
        if let Some(next) = self.store.next_due(now)? {
            self.wake_by(next);
        }
        Ok(())
    }

    /// Threads of which nothing is under way are free for other engines.
    pub(super) fn give_back_threads(&mut self) -> Result<(), StoreError> {
        let (busy, idle): (HashSet<_>, HashSet<_>) = std::mem::take(&mut self.claims)
            .into_iter()
            .partition(|(call, _)| self.busy_calls.contains(call));
        self.claims = busy;
        let held: HashSet<&String> = self.claims.iter().map(|(_, thread)| thread).collect();
        let free: BTreeSet<String> =
            idle.into_iter().map(|(_, thread)| thread).filter(|thread| !held.contains(thread)).collect();
        self.store.release(&Vec::from_iter(free))
    }

    /// Threads with a write whose outcome is not known yet, and the call that it belongs to.
    fn held_threads(&self) -> Result<HashMap<String, CaseId>, StoreError> {
        let mut held = HashMap::new();
        for id in self.store.unsettled()? {
            if let Some(case) = self.readable_case(id)? {
                held.insert(self.thread(&case)?, id);
            }
        }
        Ok(held)
    }

    /// A call that cannot be read back stops no other.
    pub(super) fn readable_case(&self, id: CaseId) -> Result<Option<Case>, StoreError> {
        match self.store.case(id) {
            Err(StoreError::Damaged(why)) => {
                tracing::error!(call = %id, %why, "a stored call cannot be read; it is passed over");
                Ok(None)
            }
            other => other,
        }
    }

    /// The customer's id, or the number until it is known (`design.md` §3.6).
    pub(super) fn thread(&self, case: &Case) -> Result<String, StoreError> {
        // First where something is to be taken back; or the customer who is to get the number.
        let ledger = &case.ledger;
        if let Some(customer) = ledger.left_at().or(ledger.id("customer")).or(ledger.id(OWNER)) {
            return Ok(format!("customer:{customer}"));
        }
        Ok(match case.call.party() {
            Party::Withheld | Party::Other(_) => "anonymous".into(),
            Party::Phone(number) => match self.customer_of(case, &number)? {
                Some(id) => format!("customer:{id}"),
                None => format!("number:{}", number.as_str()),
            },
        })
    }

    fn begin(&mut self, mut case: Case, thread: &str, now: DateTime<Utc>) -> Result<Begun, StoreError> {
        let id = case.call.id;
        if self.shared.helpdesks.elsewhere(&case.ledger).is_some() {
            self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now)?;
            return Ok(Begun::NotNow);
        }
        if let Some(attempt) = case.attempts.iter().find(|a| a.state == AttemptState::Unclear).cloned() {
            return self.look_for(case, &attempt, thread, now);
        }
        if case.attempts.iter().any(|a| a.state == AttemptState::Sent) {
            // Sent, and its answer could not be stored: as unclear as a time-out.
            for attempt in case.attempts.iter_mut().filter(|a| a.state == AttemptState::Sent) {
                attempt.state = AttemptState::Unclear;
                attempt.next_at = Some(attempt.begun_at + LOOKED_UP_AFTER);
            }
            self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now)?;
            return Ok(Begun::NotNow);
        }
        let assessment = self.assess(&case, now)?;
        if let Some(number) = self.search_of_a_study(&case, &assessment, now) {
            return Ok(self
                .search(id, number, asking_lane(&case, now), now)
                .map_or(Begun::Blocked, |()| Begun::Yes));
        }
        if self.compares_at(&case).is_some_and(|at| at <= now) && !is_question(&assessment) {
            return self.compare(case, now);
        }
        let vendor = self.helpdesk.vendor();
        let sets = |w: &Write| self.helpdesk.sets_what_people_set(w);
        let begins = |w: &Write| w.kind == WriteKind::CreateTicket;
        let next = assessment.writes.iter().find(|w| !is_parked(&case, w));
        let holds = if next.is_some_and(sets) { LOOK_HOLDS_SHORTLY } else { LOOK_HOLDS };
        let was_looked_at = self.looked_at.get(&id).is_some_and(|at| now - *at < holds);
        let step = match assessment.step {
            // Looked at, it waits for the place: the look holds longer than the plan that was made of it.
            Step::LookAtTicket if was_looked_at && next.is_some_and(Write::lacks_its_place) => Step::Place,
            Step::LookAtTicket if was_looked_at => Step::Write,
            Step::LookForConversation(customer)
                if next.is_some_and(begins)
                    && self.may_write(now)
                    && assessment.standing == Standing::Logged
                    && self.has_looked_twice(id, &customer, now)? =>
            {
                if next.is_some_and(Write::lacks_its_place) { Step::Place } else { Step::Write }
            }
            Step::LookAtLinked if self.has_seen_linked(id, now) => Step::Write,
            step => step,
        };
        let asks = asking_lane(&case, now);
        let asked = match step {
            Step::Rest | Step::Wait(_) => {
                self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now)?;
                return Ok(Begun::NotNow);
            }
            Step::Lists => {
                self.lists.wanted(now);
                // Right after a start the lists are on their way; later something is wrong with them.
                let pause = if now - self.started < LISTS_WITHIN { LISTS_SOON } else { SEND_AGAIN };
                return self.later(case, now + pause).map(|()| Begun::NotNow);
            }
            Step::Place => {
                self.place.wanted();
                return self.later(case, now + LISTS_SOON).map(|()| Begun::NotNow);
            }
            Step::LookUp(number) => return self.look_up_for(case, number, now),
            Step::LookAtChosen(customer) => {
                let Some(request) = self.helpdesk.look_at_customer(&customer) else {
                    self.chosen_was_seen(id, &customer, CustomerSeen::Gone, now)?;
                    return Ok(Begun::NotNow);
                };
                self.ask(vendor, asks, Job::LookAtChosen { call: id, customer }, request, now)
            }
            Step::LookAtNamed => {
                let request =
                    case.ledger.id(NAMED).and_then(|customer| self.helpdesk.look_at_customer(customer));
                let Some(request) = request else { return Ok(Begun::NotNow) };
                self.ask(vendor, lane(&case, now), Job::LookAtNamed(id), request, now)
            }
            Step::LookUpAnonymous => {
                if self.looking_anonymous {
                    return Ok(Begun::NotNow);
                }
                if let Some(again) = self.anonymous_again.filter(|again| *again > now) {
                    return self.later(case, again).map(|()| Begun::NotNow);
                }
                let request = self.helpdesk.look_up_anonymous();
                let asked = self.ask(vendor, asks, Job::LookUpAnonymous, request, now);
                self.looking_anonymous = asked.is_ok();
                asked
            }
            Step::Read { timeline } => return self.read(case, timeline, now),
            Step::LookForConversation(customer) => self.look_for_conversation(id, customer, asks, now),
            Step::ReadLine(line) => return self.read_line(id, line, now).map(|()| Begun::NotNow),
            // M2: in the order of their own time, also where the earlier one had to wait.
            Step::Write if self.is_behind_another(&case)? => {
                return self.later(case, now + SEND_AGAIN).map(|()| Begun::NotNow);
            }
            Step::Adopt(of) => {
                if self.knowledge.people.is_none() || self.knowledge.tags.is_none() {
                    self.lists.wanted(now);
                    return self.later(case, now + SEND_AGAIN).map(|()| Begun::NotNow);
                }
                let request = self.helpdesk.adopt(&case, of.as_deref().map(|of| of.id.as_str()));
                let so_far = of.map(|of| adopted_from(*of)).into_iter().collect();
                let job = Job::Adopt { call: id, asked: request.uri().clone(), so_far };
                self.ask(vendor, asks, job, request, now)
            }
            Step::LookForArrivals => match self.helpdesk.look_for_arrivals(&case) {
                Some(request) => {
                    let job = Job::Arrivals { call: id, asked: request.uri().clone(), seen: Vec::new() };
                    match self.ask(vendor, asks.max(Lane::Late), job, request, now) {
                        Ok(()) => Ok(()),
                        // It waits for room of its own; no record waits for it.
                        Err(until) => return self.later(case, until).map(|()| Begun::NotNow),
                    }
                }
                None => return Ok(Begun::NotNow),
            },
            Step::LookAtTicket => match self.helpdesk.look_at_ticket(&case) {
                Some(request) => {
                    let job = Job::LookAtTicket { call: id, told: Vec::new() };
                    self.ask(vendor, lane(&case, now), job, request, now)
                }
                None => return Ok(Begun::NotNow),
            },
            Step::LookAtLinked => match self.helpdesk.look_at_linked(&case) {
                Some(request) => {
                    let job = Job::LookAtLinked { call: id, asked: request.uri().clone() };
                    self.ask(vendor, lane(&case, now), job, request, now)
                }
                None => return Ok(Begun::NotNow),
            },
            // Right after the first start nobody knows yet whether the other party is a line of our own (G23), and which
            // team's call it is (G15).
            Step::Write | Step::Fetch(_) if !self.knows_aircalls_lists() && self.lists_will_come(now) => {
                return self.later(case, now + LISTS_SOON).map(|()| Begun::NotNow);
            }
            Step::Fetch(wanted) if self.may_write(now) && assessment.standing == Standing::Logged => {
                return self.fetch(case, *wanted, now);
            }
            Step::Fetch(_) => {
                self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now)?;
                return Ok(Begun::NotNow);
            }
            Step::Write => {
                let may_write = self.may_write(now) && assessment.standing == Standing::Logged;
                let write =
                    assessment.writes.into_iter().find(|w| !is_parked(&case, w)).filter(|_| may_write);
                if let Some(number) = write.as_ref().and_then(|w| self.search_comes_first(&case, w, now)) {
                    return match self.search(id, number, asks, now) {
                        Ok(()) => {
                            // Two calls of one stranger make one customer.
                            self.busy_threads.insert(id, thread.to_owned());
                            Ok(Begun::Yes)
                        }
                        Err(_) => Ok(Begun::Blocked),
                    };
                }
                let lane = lane(&case, now);
                return match write {
                    Some(write) if write.kind == WriteKind::CreateCustomer && case.ledger.has(OWNER) => {
                        self.read_owner(case, write, thread, now)
                    }
                    Some(write) => self.write(case, write, thread, lane, now),
                    // A plan that was only asked for, or that waits to be released: nothing more is due now.
                    None => self
                        .commit_case(case, Vec::new(), Vec::new(), Vec::new(), now)
                        .map(|()| Begun::NotNow),
                };
            }
        };
        if asked.is_err() {
            return Ok(Begun::Blocked);
        }
        Ok(Begun::Yes)
    }

    /// Whether an earlier message of the same number is still to be written.
    fn is_behind_another(&self, case: &Case) -> Result<bool, StoreError> {
        let party = case.call.party();
        let number = party.number().filter(|_| case.call.id.is_message() && !case.ledger.has("message"));
        number.map_or(Ok(false), |number| self.store.has_earlier_message(case, number))
    }

    /// Aircall's budget and the helpdesk's are two: where this read waits, others go on.
    fn read(&mut self, case: Case, timeline: bool, now: DateTime<Utc>) -> Result<Begun, StoreError> {
        let id = case.call.id;
        let link = |vendor| self.links.get(&vendor);
        let (aircall, helpdesk) = (link(Vendor::Aircall), link(self.helpdesk.vendor()));
        let is_refused = aircall.is_some_and(Link::is_refused);
        let only_aircall_is_down = aircall.is_some_and(Link::is_down) && !helpdesk.is_some_and(Link::is_down);
        if is_refused {
            // What Aircall would add is not to be had; the record goes without rather than wait for a new key.
            let for_good = case.call.is_over() || timeline;
            return self.read_failed(case, timeline, for_good, READ_HELD_BACK, now).map(|()| Begun::NotNow);
        }
        let request = Self::call_request(id, timeline).to_http(&self.aircall);
        match self.ask(
            Vendor::Aircall,
            asking_lane(&case, now),
            Job::Read { call: id, timeline },
            request,
            now,
        ) {
            Ok(()) => Ok(Begun::Yes),
            // While nothing could be written either, nothing is lost by waiting.
            Err(_) if only_aircall_is_down => {
                self.read_failed(case, timeline, false, READ_HELD_BACK, now).map(|()| Begun::NotNow)
            }
            Err(until) => self.later(case, until).map(|()| Begun::NotNow),
        }
    }

    /// Whether it is worth waiting for Aircall's lists: a moment after the start, if Aircall answers.
    pub(super) fn lists_will_come(&self, now: DateTime<Utc>) -> bool {
        let answers = self.links.get(&Vendor::Aircall).is_none_or(|link| !link.is_down());
        answers && now - self.started < LISTS_WITHIN
    }

    /// The e-mail address is another customer's, who gets the number: how that one is now is read just before.
    fn read_owner(
        &mut self,
        case: Case,
        write: Write,
        thread: &str,
        now: DateTime<Utc>,
    ) -> Result<Begun, StoreError> {
        let id = case.call.id;
        let Some(request) = self.helpdesk.conflicting(&write, case.ledger.id(OWNER)) else {
            // It has no e-mail address any more.
            self.commit_case(case, Vec::new(), vec![OWNER.to_owned()], Vec::new(), now)?;
            return Ok(Begun::NotNow);
        };
        let job = Job::Conflict { call: id, write: Box::new(write), otherwise: true };
        if self.ask(self.helpdesk.vendor(), asking_lane(&case, now), job, request, now).is_err() {
            return Ok(Begun::Blocked);
        }
        self.busy_threads.insert(id, thread.to_owned());
        Ok(Begun::Yes)
    }

    /// The intent is durable before the request leaves.
    pub(super) fn write(
        &mut self,
        mut case: Case,
        write: Write,
        thread: &str,
        lane: Lane,
        now: DateTime<Utc>,
    ) -> Result<Begun, StoreError> {
        let id = case.call.id;
        if self.may_ask(self.helpdesk.vendor(), lane, now).is_err() {
            return Ok(Begun::Blocked);
        }
        case.attempts.push(Attempt {
            write: write.clone(),
            state: AttemptState::Sent,
            begun_at: now,
            // How often it was tried before it was planned anew counts on.
            probes: case.ledger.tries(write.main_key()),
            next_at: None,
            reason: None,
        });
        if let Err(error) = self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now) {
            self.did_not_go(self.helpdesk.vendor());
            return Err(error);
        }
        self.looked_at.remove(&id);
        self.looked_for.remove(&id);
        self.linked_seen.remove(&id);
        let request = self.helpdesk.request(&write);
        self.busy_threads.insert(id, thread.to_owned());
        self.send(self.helpdesk.vendor(), Job::Write { call: id, write: Box::new(write) }, request, now);
        Ok(Begun::Yes)
    }

    /// Nobody knows whether the write was carried out: its marker is looked up; what has none is repeated as it was, or
    /// looked for where that is too long ago.
    fn look_for(
        &mut self,
        case: Case,
        attempt: &Attempt,
        thread: &str,
        now: DateTime<Utc>,
    ) -> Result<Begun, StoreError> {
        if attempt.next_at.is_some_and(|at| at > now) {
            return Ok(Begun::NotNow);
        }
        let Some(request) = self.helpdesk.probe(&attempt.write) else {
            if !self.may_write(now) {
                // To repeat is to write: it waits with everything else for mode, pause and the other installation.
                return self.put_off(case, &attempt.write, now).map(|()| Begun::NotNow);
            }
            let is_of_long_ago = now - attempt.begun_at > LOOK_HOLDS_SHORTLY;
            if let Some(request) = self.helpdesk.probe_late(&attempt.write).filter(|_| is_of_long_ago) {
                return Ok(self.probe(&case, attempt, request, thread, now));
            }
            // A tag that is made stands in nobody's way.
            if attempt.probes >= REPEATED && attempt.write.kind != WriteKind::CreateTag {
                return self.was_in_vain(case, attempt, now).map(|()| Begun::NotNow);
            }
            return self.repeat(case, &attempt.write, thread, now);
        };
        Ok(self.probe(&case, attempt, request, thread, now))
    }

    fn probe(
        &mut self,
        case: &Case,
        attempt: &Attempt,
        request: Request,
        thread: &str,
        now: DateTime<Utc>,
    ) -> Begun {
        let id = case.call.id;
        let job = Job::Probe { call: id, write: Box::new(attempt.write.clone()) };
        if self.ask(self.helpdesk.vendor(), asking_lane(case, now), job, request, now).is_err() {
            return Begun::Blocked;
        }
        self.busy_threads.insert(id, thread.to_owned());
        Begun::Yes
    }

    /// An unclear write that may not be repeated now is due with the others, once writes flow again.
    fn put_off(&mut self, mut case: Case, write: &Write, now: DateTime<Utc>) -> Result<(), StoreError> {
        let at = self.write_at(now);
        for attempt in case.attempts.iter_mut().filter(|a| a.write.key() == write.key()) {
            attempt.next_at = Some(at);
        }
        self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now)
    }

    /// Sends an unclear write again that is harmless to repeat. The same one, and not what the plan holds by now: a tag
    /// that may be on the ticket must get into the ledger, or nobody would take it off again.
    fn repeat(
        &mut self,
        mut case: Case,
        write: &Write,
        thread: &str,
        now: DateTime<Utc>,
    ) -> Result<Begun, StoreError> {
        let id = case.call.id;
        let vendor = self.helpdesk.vendor();
        if self.may_ask(vendor, lane(&case, now), now).is_err() {
            return Ok(Begun::Blocked);
        }
        for attempt in case.attempts.iter_mut().filter(|a| a.write.key() == write.key()) {
            attempt.state = AttemptState::Sent;
            attempt.begun_at = now;
            attempt.probes += 1;
            attempt.next_at = None;
        }
        self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now)?;
        let request = self.helpdesk.request(write);
        self.busy_threads.insert(id, thread.to_owned());
        self.send(vendor, Job::Write { call: id, write: Box::new(write.clone()) }, request, now);
        Ok(Begun::Yes)
    }

    fn look_up_for(&mut self, case: Case, number: E164, now: DateTime<Utc>) -> Result<Begun, StoreError> {
        if self.looking.contains(&number) {
            return Ok(Begun::NotNow);
        }
        if let Some(again) = self.failed_looks.get(&number).copied().filter(|again| *again > now) {
            return self.later(case, again).map(|()| Begun::NotNow);
        }
        match self.look_up(&number, asking_lane(&case, now), now) {
            Ok(()) => Ok(Begun::Yes),
            Err(_) => Ok(Begun::Blocked),
        }
    }

    /// Puts a call off without changing anything else of it.
    pub(super) fn later(&mut self, mut case: Case, at: DateTime<Utc>) -> Result<(), StoreError> {
        let now = self.clock.now();
        let before = case.due;
        case.due = Some(Due { at, writes: 0, since: now });
        let mut changed = self.reckon(case, Vec::new(), Vec::new(), Vec::new(), now)?;
        changed.case.due =
            Some(Due { at, writes: before.map_or(0, |d| d.writes), since: before.map_or(now, |d| d.since) });
        self.wake_by(at);
        let mut change = crate::store::Change::at(now);
        change.cases.push(changed);
        self.push(&change)
    }
}

fn is_parked(case: &Case, write: &Write) -> bool {
    case.attempts.iter().any(|a| a.state == AttemptState::Parked && a.write.main_key() == write.main_key())
}

/// A call that is over for less than this is one of now,
const ADDED_AFTER: TimeDelta = TimeDelta::minutes(10);
/// and where it has no record yet, for less than this.
const LEFT_AFTER: TimeDelta = TimeDelta::hours(1);

/// Whose turn a call is: what belongs to a call of now goes before what is added to older ones; that before what an outage
/// has left to be written, which may be thousands; and that before what a person has written of old.
pub(super) fn turn(case: &Case, now: DateTime<Utc>) -> Turn {
    let is_over_for = |time| case.call.ended_at().is_some_and(|end| now - end >= time);
    match case.ledger.has("ticket") {
        _ if case.written_back.is_some() => Turn::WrittenBack,
        true if is_over_for(ADDED_AFTER) => Turn::Added,
        // Somebody has just named the caller.
        false if case.ledger.has(NAMED) => Turn::Now,
        false if is_over_for(LEFT_AFTER) => Turn::Left,
        _ => Turn::Now,
    }
}

/// What is asked for a record goes with it.
pub(super) fn asking_lane(case: &Case, now: DateTime<Utc>) -> Lane {
    match turn(case, now) {
        Turn::Now | Turn::Added => Lane::Live,
        Turn::Left => Lane::Late,
        Turn::WrittenBack => Lane::Backfill,
    }
}

/// The lane of a call's writes.
pub(super) fn lane(case: &Case, now: DateTime<Utc>) -> Lane {
    match turn(case, now) {
        Turn::Now => Lane::Live,
        Turn::Added | Turn::Left => Lane::Late,
        Turn::WrittenBack => Lane::Backfill,
    }
}
