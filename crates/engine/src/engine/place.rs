//! The place in the helpdesk that calls are logged into, where it has one by name (F1): looked for at the start, and made
//! when a record needs it and it is not there.
//!
//! Nothing makes a place's name unique, and its making has no key. So whoever makes it holds a thread, has looked just
//! before, and has noted that it will be asked for before the request leaves; after an unclear answer it is looked for
//! three times before it is asked for again.

use chrono::{DateTime, TimeDelta, Utc};

use super::messages::owner;
use super::outbox::SEND_AGAIN;
use super::{Engine, Job};
use crate::budget::Lane;
use crate::directory::Person;
use crate::helpdesk::{Answer, LOOKS_MS, PLACE_KEPT_IN, Refusal};
use crate::knowledge::Question;
use crate::ledger::Write;
use crate::store::{Case, Change, StoreError};
use crate::transport::TransportError;

/// The setting that keeps its id.
const PLACE: &str = PLACE_KEPT_IN[0];
/// The setting that keeps which it was, while it is in doubt whether that is still there.
const WAS: &str = PLACE_KEPT_IN[1];
/// The setting that keeps when it was asked for, until that is known to have come to something.
pub(super) const ASKED_FOR: &str = "place_asked_for";
/// Whoever holds this thread may make it.
const THREAD: &str = "place";
/// What it is made with (people, agents) is waited for in steps of this.
const SOON: TimeDelta = TimeDelta::seconds(1);

/// What is asked of the helpdesk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PlaceStep {
    Look,
    Make,
}

/// How far it is.
pub(super) struct Place {
    /// It is not known, and was not looked for; or a record needs it.
    is_wanted: bool,
    /// A record needs it: it is made if it is not there.
    is_needed: bool,
    busy: bool,
    again: DateTime<Utc>,
}

impl Place {
    pub(super) fn new(now: DateTime<Utc>) -> Place {
        Place { is_wanted: true, is_needed: false, busy: false, again: now }
    }

    /// A record needs it.
    pub(super) fn wanted(&mut self) {
        self.is_wanted = true;
        self.is_needed = true;
    }

    /// Whoever waits for it need not wait longer than for the helpdesk to let us in.
    pub(super) fn at_once(&mut self, now: DateTime<Utc>) {
        self.again = self.again.min(now);
    }
}

impl Engine {
    /// As the last run, or another engine on this store, came to know it.
    pub(super) fn remember_place(&mut self) -> Result<(), StoreError> {
        self.knowledge.place = self.store.setting(PLACE)?.filter(|id| !id.is_empty());
        self.place.is_wanted = self.knowledge.place.is_none();
        self.share_knowledge();
        Ok(())
    }

    /// The next step towards it, if one is due.
    pub(super) fn find_place(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        if self.place.busy || !self.place.is_wanted {
            return Ok(());
        }
        if self.place.again > now {
            self.wake_by(self.place.again);
            return Ok(());
        }
        if self.knowledge.place.is_none() {
            self.remember_place()?;
        }
        let request = self.helpdesk.look_for_place().filter(|_| self.knowledge.place.is_none());
        let Some(request) = request else {
            self.place.is_wanted = false;
            return Ok(());
        };
        let job = Job::Place(PlaceStep::Look);
        match self.ask(self.helpdesk.vendor(), Lane::Live, job, request, now) {
            Ok(()) => self.place.busy = true,
            Err(until) => self.place.again = until,
        }
        Ok(())
    }

    pub(super) fn place_told(
        &mut self,
        step: PlaceStep,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.place.busy = false;
        self.place.again = now + self.ask_again_after();
        if step == PlaceStep::Look {
            let was = self.store.setting(WAS)?.filter(|id| !id.is_empty());
            let found = self.read_question(Question::Place, result, now, |engine, answer| {
                engine.helpdesk.place_found(was.as_deref(), answer)
            })?;
            return match found {
                Some(Some(id)) => self.place_is(id, now),
                Some(None) => self.place_is_missing(now),
                None => Ok(()),
            };
        }
        let made = self.read_answer(result, now, |engine, answer| engine.helpdesk.place_made(answer));
        match made {
            Ok(id) => {
                self.question_answered(Question::Place, now)?;
                self.place_is(id, now)
            }
            Err(Refusal::Unclear(_)) if !matches!(result, Err(TransportError::NotSent(_))) => {
                self.place.again =
                    now + LOOKS_MS.first().copied().map_or(SEND_AGAIN, TimeDelta::milliseconds);
                Ok(())
            }
            Err(refusal) => {
                self.question_refused(Question::Place, &refusal, now);
                self.place.again = now + self.ask_again_after();
                self.note_place_asked_for(None, now)
            }
        }
    }

    /// It is not there: made, unless that was asked for a moment ago.
    fn place_is_missing(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        if !self.place.is_needed {
            // Who only wants a plan has seen that it will be made.
            self.place.is_wanted = false;
            self.place.again = now;
            return Ok(());
        }
        if !self.may_write(now) {
            return Ok(());
        }
        let asked_for = self.store.setting(ASKED_FOR)?.and_then(|at| at.parse::<i64>().ok());
        if let Some(asked_for) = asked_for.and_then(DateTime::from_timestamp_millis) {
            let looks = LOOKS_MS.iter().map(|after| asked_for + TimeDelta::milliseconds(*after));
            if let Some(next) = looks.into_iter().find(|at| *at > now) {
                self.place.again = next;
                return Ok(());
            }
        }
        let agents_will_come = self.knowledge.agents.is_none() && self.lists_will_come(now);
        if self.knowledge.people.is_none() || agents_will_come {
            self.lists.wanted(now);
            self.place.again = now + SOON;
            return Ok(());
        }
        if !self.store.claim(THREAD, now)? {
            self.place.again = now + SEND_AGAIN;
            return Ok(());
        }
        let Some(request) = self.helpdesk.make_place(&self.mapped_agents()) else { return Ok(()) };
        self.note_place_asked_for(Some(now), now)?;
        self.place.busy = true;
        // Before anything new: another look in its place would take the room that it waits for.
        self.ask_further(Job::Place(PlaceStep::Make), request, now)
    }

    /// Who works in the helpdesk and is an agent in Aircall.
    fn mapped_agents(&self) -> Vec<&Person> {
        let emails = self.knowledge.agents.iter().flatten().filter_map(|agent| agent.email.as_deref());
        let mut people: Vec<&Person> =
            emails.filter_map(|email| self.knowledge.people.as_ref()?.by_email(email)).collect();
        people.sort_by(|a, b| a.id.cmp(&b.id));
        people.dedup_by(|a, b| a.id == b.id);
        people
    }

    fn place_is(&mut self, id: String, now: DateTime<Utc>) -> Result<(), StoreError> {
        let mut change = Change::at(now);
        change.settings.push((PLACE.to_owned(), id.clone()));
        change.settings.push((WAS.to_owned(), String::new()));
        change.settings.push((ASKED_FOR.to_owned(), String::new()));
        self.push(&change)?;
        self.store.release(&[THREAD.to_owned()])?;
        self.knowledge.place = Some(id);
        (self.place.is_wanted, self.place.is_needed) = (false, false);
        self.share_knowledge();
        Ok(())
    }

    fn note_place_asked_for(
        &mut self,
        at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut change = Change::at(now);
        let text = at.map(|at| at.timestamp_millis().to_string()).unwrap_or_default();
        change.settings.push((ASKED_FOR.to_owned(), text));
        self.push(&change)
    }

    /// A write did not find where it was to go: the place, or the customer's conversation, is not what it was. Both are
    /// looked for anew. Most often it is the conversation, and people may have given the place another name since.
    pub(super) fn doubt_where(
        &mut self,
        case: &Case,
        write: &Write,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        if !self.helpdesk.logs_into_conversations() {
            return Ok(());
        }
        let mut change = Change::at(now);
        if let Some(known) = self.store.setting(PLACE)?.filter(|id| !id.is_empty()) {
            change.settings.push((WAS.to_owned(), known));
        }
        change.settings.push((PLACE.to_owned(), String::new()));
        self.push(&change)?;
        self.doubt_conversation(owner(case, write).as_deref(), now)?;
        self.knowledge.place = None;
        self.place.wanted();
        self.share_knowledge();
        Ok(())
    }
}
