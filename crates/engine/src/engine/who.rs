//! Who has a number (G3, B9): the directory says it at once, the helpdesk's own answer corrects it, and where the
//! directory is not complete yet, a search comes before a customer is made.

use chrono::{DateTime, Utc};

use super::answers::LOOK_AGAIN;
use super::fold::is_question;
use super::{Engine, Job};
use crate::budget::Lane;
use crate::call::CaseId;
use crate::directory::entry::{Address, Entry, Listed, Listing};
use crate::directory::{Customer, Matched};
use crate::helpdesk::{Answer, Assessment, Refusal, Standing};
use crate::ledger::{Write, WriteKind};
use crate::number::E164;
use crate::store::{Case, Change, StoreError};
use crate::transport::TransportError;

/// So many hits of a search are looked at.
const MOST_CANDIDATES: usize = 5;
/// A search that failed so often is done without: a fault of it must not stop a record.
const SEARCH_TRIES: u32 = 3;

/// A search before a customer is made.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Searched {
    failures: u32,
    is_done: bool,
}

impl Engine {
    /// In which spelling the helpdesk is asked who has a number, for it finds just what is stored: in that of the one
    /// customer whom the directory knows by another spelling, else in E.164.
    pub(super) fn spelling_to_ask(&self, number: &E164) -> Result<Address, StoreError> {
        let listed = self.store.listed(number)?;
        let other = match listed.first() {
            Some(first) if !listed.iter().any(Listed::is_exact) => Some(first.address.clone()),
            _ => None,
        };
        Ok(other.unwrap_or_else(|| in_e164(number)))
    }

    /// In which spelling it is asked next, if nobody has it in this one.
    pub(super) fn next_spelling(
        &self,
        number: &E164,
        asked: &Address,
        now: DateTime<Utc>,
    ) -> Option<Address> {
        let (e164, other) = (in_e164(number), self.helpdesk.other_spelling(number));
        match asked {
            // Asked for because the directory knew it so, or as the last one.
            asked if Some(asked) == other.as_ref() => {
                let listed = self.store.listed(number).unwrap_or_default();
                listed.iter().any(|one| one.address == *asked).then_some(e164)
            }
            // A directory that is complete would have known it.
            asked if *asked == e164 => other.filter(|_| !self.mirror.is_current(now)),
            // In the spelling that was known nobody has it any more: a person may have corrected just that.
            _ => Some(e164),
        }
    }

    /// Whom the directory has with a number in this spelling, by id.
    pub(super) fn known_by(&self, number: &E164, asked: &Address) -> Result<Vec<String>, StoreError> {
        let listed = self.store.listed(number)?;
        let mut ids: Vec<String> =
            listed.into_iter().filter(|one| one.address == *asked).map(|one| one.customer.id).collect();
        ids.dedup();
        ids.truncate(MOST_CANDIDATES);
        Ok(ids)
    }

    /// Asks one by one whether they still have the number: whether the filter finds a number at all is not known
    /// (`reference/gorgias.md` §8.1), and an absence that is believed makes second customers.
    pub(super) fn ask_who_still_has(
        &mut self,
        number: E164,
        asked: Address,
        mut rest: Vec<String>,
        found: Vec<Entry>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        while !rest.is_empty() {
            let customer = rest.remove(0);
            if let Some(request) = self.helpdesk.entry(&customer) {
                self.looking.insert(number.clone());
                return self.ask_further(
                    Job::StillHas { number, asked, customer, rest, found },
                    request,
                    now,
                );
            }
        }
        self.look_up_told(&number, &asked, Some(found), now)
    }

    #[allow(clippy::too_many_arguments)] // each is one thing that the question carries
    pub(super) fn still_has_told(
        &mut self,
        number: E164,
        asked: Address,
        customer: &str,
        rest: Vec<String>,
        mut found: Vec<Entry>,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.looking.remove(&number);
        match self.read_answer(result, now, |engine, answer| engine.helpdesk.entry_read(answer)) {
            Ok(Some(entry)) => found.push(entry),
            Ok(None) => self.directory_follows(customer, None, now)?,
            // Who may list customers and look at none has the list's word only.
            Err(Refusal::Permanent(..) | Refusal::Missing(_) | Refusal::Stale(_)) => {}
            Err(_) => return self.look_up_told(&number, &asked, None, now),
        }
        self.ask_who_still_has(number, asked, rest, found, now)
    }

    /// What the helpdesk's answer makes of what the directory knew: whoever is in the answer is as told there, and whoever
    /// was known by the spelling that was asked for and is not in it does not have the number any more. Changes the
    /// directory; answers who has the number now.
    pub(super) fn corrected(
        &self,
        number: &E164,
        asked: &Address,
        found: Vec<Entry>,
        change: &mut Change,
    ) -> Result<Vec<Customer>, StoreError> {
        let countries = self.knowledge.home_countries();
        let known = self.store.listed(number)?;
        change.directory = self.mirror.change();
        // A filter that is looser than it says shows others, too, and may leave out whom we ask for (`reference/gorgias.md`
        // §8.1).
        let is_strict = found.iter().all(|entry| entry.addresses.contains(asked));
        let is_found = |id: &str| found.iter().any(|entry| entry.customer.id == id);
        let has_lost = |one: &Listed| is_strict && one.address == *asked && !is_found(&one.customer.id);
        let lost = known.iter().filter(|one| has_lost(one));
        change.directory.lost = lost.map(|one| (one.customer.id.clone(), one.address.clone())).collect();
        let others = known.iter().filter(|one| !is_found(&one.customer.id) && !has_lost(one));
        let mut customers: Vec<Customer> =
            crate::directory::entry::customers(&others.cloned().collect::<Vec<_>>());
        customers.extend(found.iter().filter_map(|entry| entry.with_number(number, countries)));
        customers.sort_by_key(|c| std::cmp::Reverse(c.updated_at));
        change.directory.seen = found.into_iter().map(|entry| Listing::of(entry, countries)).collect();
        Ok(customers)
    }

    /// Whether a search must come first: the write makes a customer, the helpdesk itself finds a number in one spelling
    /// only, and the directory does not know all others yet.
    pub(super) fn search_comes_first(&self, case: &Case, write: &Write, now: DateTime<Utc>) -> Option<E164> {
        let number = case.call.party().number()?.clone();
        let is_done = self.searched.get(&number).is_some_and(|searched| searched.is_done);
        let is_wanted = write.kind == WriteKind::CreateCustomer && !is_done && !self.mirror.is_current(now);
        (is_wanted && self.helpdesk.search(&number).is_some()).then_some(number)
    }

    /// The same for a plan that nobody will carry out: without the search it would show a customer who is never made.
    pub(super) fn search_of_a_study(
        &self,
        case: &Case,
        assessment: &Assessment,
        now: DateTime<Utc>,
    ) -> Option<E164> {
        let is_studied = self.studied.contains_key(&case.call.id) && case.selected == Some(true);
        let is_ready = assessment.standing == Standing::Logged && !is_question(assessment);
        let write = assessment.writes.first().filter(|_| is_studied && is_ready)?;
        self.search_comes_first(case, write, now)
    }

    /// Asks for whoever may have the number in another spelling.
    pub(super) fn search(
        &mut self,
        call: CaseId,
        number: E164,
        lane: Lane,
        now: DateTime<Utc>,
    ) -> Result<(), DateTime<Utc>> {
        let Some(request) = self.helpdesk.search(&number) else { return Ok(()) };
        self.ask(self.helpdesk.vendor(), lane, Job::Search { call, number }, request, now)
    }

    pub(super) fn search_told(
        &mut self,
        call: CaseId,
        number: E164,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        match self.read_answer(result, now, |engine, answer| engine.helpdesk.searched(answer)) {
            Ok(mut ids) => {
                ids.truncate(MOST_CANDIDATES);
                self.next_candidate(call, number, ids, Vec::new(), now)
            }
            Err(refusal) => self.search_failed(call, &number, &refusal, now),
        }
    }

    pub(super) fn candidate_told(
        &mut self,
        call: CaseId,
        number: E164,
        rest: Vec<String>,
        mut found: Vec<Entry>,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        match self.read_answer(result, now, |engine, answer| engine.helpdesk.entry_read(answer)) {
            Ok(entry) => {
                found.extend(entry);
                self.next_candidate(call, number, rest, found, now)
            }
            Err(refusal) => self.search_failed(call, &number, &refusal, now),
        }
    }

    /// A hit is no more than a candidate: its numbers are compared.
    fn next_candidate(
        &mut self,
        call: CaseId,
        number: E164,
        mut rest: Vec<String>,
        found: Vec<Entry>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        while !rest.is_empty() {
            let id = rest.remove(0);
            if let Some(request) = self.helpdesk.entry(&id) {
                return self.ask_further(Job::Candidate { call, number, rest, found }, request, now);
            }
        }
        self.searched.insert(number.clone(), Searched { is_done: true, ..Searched::default() });
        let countries = self.knowledge.home_countries();
        let mut customers: Vec<Customer> =
            found.iter().filter_map(|entry| entry.with_number(&number, countries)).collect();
        customers.sort_by_key(|c| std::cmp::Reverse(c.updated_at));
        let mut change = Change::at(now);
        change.directory = self.mirror.change();
        change.directory.seen = found.into_iter().map(|entry| Listing::of(entry, countries)).collect();
        if !customers.is_empty() {
            change.matched.push(Matched { number, checked_at: now, customers });
        }
        self.push(&change)?;
        self.look_again(call, now)
    }

    fn search_failed(
        &mut self,
        call: CaseId,
        number: &E164,
        refusal: &Refusal,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let searched = self.searched.entry(number.clone()).or_default();
        // What is refused for good is refused again: this user may not search.
        let is_refused = matches!(refusal, Refusal::Permanent(..) | Refusal::Missing(_) | Refusal::Stale(_));
        searched.failures += u32::from(matches!(refusal, Refusal::Unclear(_)));
        searched.is_done = is_refused || searched.failures >= SEARCH_TRIES;
        let at = if searched.is_done { now } else { now + LOOK_AGAIN };
        match self.store.case(call)? {
            Some(case) => self.later(case, at),
            None => Ok(()),
        }
    }
}

/// The spelling in which the helpdesk should hold a number.
pub(super) fn in_e164(number: &E164) -> Address {
    Address(number.as_str().to_owned())
}
