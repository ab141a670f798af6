//! Comments that agents write through Sidetone (G13), on their way to Aircall.
//!
//! Each is durable before it is sent. Where nobody knows whether Aircall has it, the call is read, 5, 20 and 60 s after the
//! request, and it is sent again only when it surely is not there. What Aircall does not take, or has not shown after ten
//! minutes, goes to the helpdesk alone. Neither mode nor pause nor another installation holds it up: it is no record.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use sidetone_protocol::Vendor;

use super::dialling::told_id;
use super::outbox::SEND_AGAIN;
use super::{Engine, Job};
use crate::act::{ActRefused, Said, Told, agent};
use crate::budget::Lane;
use crate::call::{Agent, CaseId, Origin};
use crate::helpdesk::Answer;
use crate::inbox;
use crate::number::masked_text;
use crate::own_comment::{GIVEN_UP_AFTER, OwnComment, OwnState};
use crate::store::{Case, StoreError};
use crate::transport::TransportError;

/// A longer comment is refused: nobody reads it, and no vendor promises to keep it.
const LONGEST_CHARS: usize = 10_000;
/// What another engine on the same store left behind is taken up within this time.
const LOOK_FOR_OTHERS: TimeDelta = TimeDelta::seconds(60);

/// Comments on their way.
pub(crate) struct Speaking {
    /// Calls with such comments, and when to go on with them.
    calls: HashMap<CaseId, DateTime<Utc>>,
    /// Calls that are being read for them.
    reading: Vec<CaseId>,
    askers: Vec<(CaseId, u64, Told<Said>)>,
    look_for_others: DateTime<Utc>,
}

impl Speaking {
    pub(super) fn new(now: DateTime<Utc>) -> Speaking {
        Speaking { calls: HashMap::new(), reading: Vec::new(), askers: Vec::new(), look_for_others: now }
    }
}

/// A comment of which nobody knows whether Aircall took it is looked for so many seconds after the request.
const PROBE_AFTER_SECONDS: [i64; 3] = [5, 20, 60];

impl Engine {
    /// An agent writes a comment on a call.
    pub(super) fn comment(
        &mut self,
        id: CaseId,
        text: &str,
        by: Option<&str>,
        told: Told<Said>,
        now: DateTime<Utc>,
    ) {
        let mut n = 0;
        let begun = self.insist_on(|engine| {
            n = engine.begin_comment(id, text, by, now)?;
            Ok(())
        });
        match begun {
            Ok(()) => {
                self.speaking.askers.push((id, n, told));
                self.speaking.calls.insert(id, now);
            }
            // Whoever asked may have gone.
            Err(refused) => drop(told.send(Err(refused))),
        }
    }

    /// The same for a step that a person waits for.
    fn insist_on(
        &mut self,
        mut step: impl FnMut(&mut Engine) -> Result<(), ActRefused>,
    ) -> Result<(), ActRefused> {
        let mut refused = None;
        let done = self.insist(|engine| match step(engine) {
            Err(ActRefused::Store(error)) => Err(error),
            Err(other) => {
                refused = Some(other);
                Ok(())
            }
            Ok(()) => Ok(()),
        });
        match refused {
            Some(refused) => Err(refused),
            None => Ok(done?),
        }
    }

    fn begin_comment(
        &mut self,
        id: CaseId,
        text: &str,
        by: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<u64, ActRefused> {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > LONGEST_CHARS {
            let wrong = format!("Give `text`, the comment: 1 to {LONGEST_CHARS} characters.");
            return Err(ActRefused::Wrong(wrong));
        }
        let mut case = self.shown_case(id)?;
        let author = self.author_of(&case, by)?;
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
        let n = case.own.iter().map(|own| own.n + 1).max().unwrap_or_default().max(millis);
        case.own.push(OwnComment::new(n, text.to_owned(), author, now));
        self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now)?;
        Ok(n)
    }

    /// The agent who writes; if it is not said who, the one who has or had the call.
    fn author_of(&self, case: &Case, by: Option<&str>) -> Result<Option<Agent>, ActRefused> {
        // Of a call that nobody answered, events about ringing name people who never had it.
        let had_it = case.call.answered_at().is_some() || case.call.is_outbound();
        let of_call = [case.call.agent(), case.call.first_agent()].map(|agent| agent.filter(|_| had_it));
        let Some(by) = by.filter(|by| !by.trim().is_empty()) else {
            return Ok(of_call.into_iter().flatten().next());
        };
        let meant = agent(self.knowledge.agents.as_deref(), Some(by))?;
        if meant.email.is_some() {
            return Ok(Some(meant));
        }
        // Given by an id that the list of users does not have: without an e-mail nobody can be found in the helpdesk.
        match of_call.into_iter().flatten().find(|agent| agent.id == meant.id) {
            Some(known) => Ok(Some(known)),
            None if self.knowledge.agents.is_none() => Err(ActRefused::AgentsUnknown),
            None => Err(ActRefused::NoSuchAgent),
        }
    }

    /// A call that windows know.
    pub(super) fn shown_case(&self, id: CaseId) -> Result<Case, ActRefused> {
        self.store.case(id)?.filter(|case| case.selected == Some(true)).ok_or(ActRefused::NoSuchCall)
    }

    /// Goes on with whatever is on its way.
    pub(super) fn speak(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        if self.settings.study_only {
            return Ok(());
        }
        if now >= self.speaking.look_for_others {
            self.speaking.look_for_others = now + LOOK_FOR_OTHERS;
            for id in self.store.with_open_comments()? {
                self.speaking.calls.entry(id).or_insert(now);
            }
        }
        let due = self.speaking.calls.iter().filter(|(_, at)| **at <= now).map(|(id, _)| *id);
        let mut due: Vec<CaseId> = due.collect();
        due.sort();
        for id in due {
            self.insist(|engine| engine.speak_of(id, now))?;
        }
        if let Some(next) = self.speaking.calls.values().min() {
            self.wake_by(*next);
        }
        Ok(())
    }

    fn speak_of(&mut self, id: CaseId, now: DateTime<Utc>) -> Result<(), StoreError> {
        let Some(mut case) = self.readable_case(id)? else {
            self.speaking.calls.remove(&id);
            return Ok(());
        };
        let (mut changed, mut look, mut send) = (false, false, None);
        // One after the other, so that Aircall shows them in their order.
        let in_flight = case.own.iter().any(|own| own.state == OwnState::Sent && own.next_at > now);
        let mut blocked_until = None;
        for own in case.own.iter_mut().filter(|own| own.is_open()) {
            if now >= own.at + GIVEN_UP_AFTER && own.state != OwnState::Sent {
                own.state = OwnState::GivenUp;
                changed = true;
            } else if own.next_at > now || own.state == OwnState::Waiting && (in_flight || send.is_some()) {
                // Not its turn yet.
            } else if own.state == OwnState::Waiting {
                match self.may_ask(Vendor::Aircall, Lane::Live, now) {
                    Ok(()) => {
                        own.sent(now);
                        changed = true;
                        send = Some((own.n, own.text.clone()));
                    }
                    Err(until) => blocked_until = Some(until),
                }
            } else {
                // An answer that never came, or one after which Aircall has to show it.
                if own.state == OwnState::Sent {
                    own.state = OwnState::Unclear;
                    changed = true;
                }
                look = true;
            }
        }
        let given_up = case.own.iter().filter(|own| own.state == OwnState::GivenUp).map(|own| own.n);
        let given_up: Vec<u64> = given_up.collect();
        let next =
            case.own.iter().filter(|own| own.is_open()).map(|own| own.next_at.min(own.at + GIVEN_UP_AFTER));
        let next = next.min();
        if changed && let Err(error) = self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now) {
            if send.is_some() {
                self.did_not_go(Vendor::Aircall);
            }
            return Err(error);
        }
        for n in given_up {
            self.tell_asker(id, n, &Said::Waiting);
        }
        if let Some((n, text)) = send {
            let request = aircall::calls::add_comment(id.0, &text).to_http(&self.aircall);
            self.send(Vendor::Aircall, Job::Say { call: id, n }, request, now);
        }
        if look {
            blocked_until = self.look_for_comments(id, now).err().or(blocked_until);
        }
        match (next, blocked_until) {
            (None, _) => drop(self.speaking.calls.remove(&id)),
            // Aircall cannot be asked: whoever waits is told, and it is tried as soon as there is room.
            (Some(next), Some(until)) => {
                self.tell_askers_of(id, &Said::Waiting);
                let at = if next <= now { until } else { next };
                self.speaking.calls.insert(id, at.max(now + TimeDelta::milliseconds(100)));
            }
            (Some(next), None) => drop(self.speaking.calls.insert(id, next.max(now + TimeDelta::seconds(1)))),
        }
        Ok(())
    }

    /// Reads the call, to see which of our comments Aircall has.
    fn look_for_comments(&mut self, id: CaseId, now: DateTime<Utc>) -> Result<(), DateTime<Utc>> {
        if self.speaking.reading.contains(&id) {
            return Ok(());
        }
        let request = Self::call_request(id, false).to_http(&self.aircall);
        self.ask(Vendor::Aircall, Lane::Live, Job::ReadComments(id), request, now)?;
        self.speaking.reading.push(id);
        Ok(())
    }

    /// Aircall's answer to a comment.
    pub(super) fn was_said(
        &mut self,
        id: CaseId,
        n: u64,
        result: &Result<Answer, TransportError>,
        sent_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let Some(mut case) = self.store.case(id)? else { return Ok(()) };
        let Some(own) = case.own.iter_mut().find(|own| own.n == n) else { return Ok(()) };
        let first_look = (sent_at + TimeDelta::seconds(PROBE_AFTER_SECONDS[0])).max(now);
        let request = aircall::calls::add_comment(id.0, "");
        let told = match result {
            Err(TransportError::NotSent(_)) => {
                (own.state, own.next_at) = (OwnState::Waiting, now + SEND_AGAIN);
                Said::Waiting
            }
            Err(TransportError::Unclear(_)) => {
                (own.state, own.next_at) = (OwnState::Unclear, first_look);
                Said::Waiting
            }
            Ok(answer) => match request.parse(answer) {
                Ok(()) => {
                    own.told = told_id(answer);
                    (own.state, own.next_at) = (OwnState::Accepted, first_look);
                    Said::Posted
                }
                Err(error) => match error.kind() {
                    aircall::ErrorKind::RateLimited => {
                        (own.state, own.next_at) = (OwnState::Waiting, now + SEND_AGAIN);
                        Said::Waiting
                    }
                    // A fault, or something else that answers in Aircall's place.
                    aircall::ErrorKind::Service
                    | aircall::ErrorKind::Malformed
                    | aircall::ErrorKind::Other => {
                        (own.state, own.next_at) = (OwnState::Unclear, first_look);
                        Said::Waiting
                    }
                    aircall::ErrorKind::Credential
                    | aircall::ErrorKind::NotFound
                    | aircall::ErrorKind::Unavailable
                    | aircall::ErrorKind::Invalid => {
                        own.state = OwnState::Refused;
                        Said::HelpdeskOnly(error.kind().code().to_owned(), masked_text(&error.to_string()))
                    }
                },
            },
        };
        let next = own.next_at;
        let is_open = own.is_open();
        self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now)?;
        if is_open {
            let at = self.speaking.calls.entry(id).or_insert(next);
            *at = next.min(*at);
        }
        self.tell_asker(id, n, &told);
        Ok(())
    }

    /// The call was read to see which of our comments it has.
    pub(super) fn comments_were_read(
        &mut self,
        id: CaseId,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.speaking.reading.retain(|reading| *reading != id);
        let read = result.as_ref().map(|answer| (answer, Self::call_request(id, false).parse(answer)));
        let is_missing = match read {
            Ok((answer, Ok(call))) => {
                let as_of = aircall::answered_at(answer.headers()).unwrap_or(now.timestamp());
                let read = inbox::from_read(call.into_value(), Origin::Read { timeline: false }, as_of, now);
                self.store.receive(&[read])?;
                self.fold_arrivals(now)?;
                false
            }
            Ok((_, Err(error))) if error.kind() == aircall::ErrorKind::NotFound => true,
            // Asked again when its turn comes; nothing was learnt.
            Ok((_, Err(_))) | Err(_) => {
                self.speaking.calls.insert(id, now + SEND_AGAIN);
                return Ok(());
            }
        };
        let Some(mut case) = self.store.case(id)? else { return Ok(()) };
        let sought = |own: &&mut OwnComment| {
            own.is_open() && matches!(own.state, OwnState::Unclear | OwnState::Accepted) && own.next_at <= now
        };
        for own in case.own.iter_mut().filter(sought) {
            own.looks += 1;
            let sent_at = own.sent_at.unwrap_or(own.at);
            match PROBE_AFTER_SECONDS.get(own.looks as usize) {
                _ if is_missing => own.state = OwnState::GivenUp,
                Some(after) => own.next_at = (sent_at + TimeDelta::seconds(*after)).max(now + SEND_AGAIN),
                None if own.state == OwnState::Accepted => own.state = OwnState::GivenUp,
                // Three looks found nothing: it was not done, and is sent anew.
                None => (own.state, own.next_at) = (OwnState::Waiting, now),
            }
        }
        self.speaking.calls.insert(id, now);
        self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now)
    }

    fn tell_asker(&mut self, id: CaseId, n: u64, said: &Said) {
        let is_it = |(call, asked, _): &(CaseId, u64, Told<Said>)| *call == id && *asked == n;
        if let Some(at) = self.speaking.askers.iter().position(is_it) {
            // Whoever asked may have gone.
            let _ = self.speaking.askers.swap_remove(at).2.send(Ok(said.clone()));
        }
    }

    fn tell_askers_of(&mut self, id: CaseId, said: &Said) {
        let asked = self.speaking.askers.iter().filter(|(call, ..)| *call == id).map(|(_, n, _)| *n);
        for n in asked.collect::<Vec<u64>>() {
            self.tell_asker(id, n, said);
        }
    }
}
