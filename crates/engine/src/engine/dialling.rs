//! What a person asks for at Aircall and is told about at once: dialling (A5, G9), tagging a call.
//!
//! Neither is ever repeated by itself: nobody wants a phone to ring minutes later.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sidetone_protocol::Vendor;
use uuid::Uuid;

use super::{Engine, Job};
use crate::act::{ActRefused, DialAsk, Dialled, Told, agent};
use crate::budget::Lane;
use crate::call::{Agent, CaseId};
use crate::dial::Dial;
use crate::helpdesk::Answer;
use crate::number;
use crate::store::{Change, StoreError};
use crate::transport::TransportError;

/// What to do where nobody knows whether a phone rings.
const LOOK_AT_THE_PHONE: &str = "Look at the phone before trying again: it may be about to call.";
/// Putting a tag on a second time changes nothing.
const TAG_AGAIN: &str = "Try again: a tag that is there already is not put on twice.";

/// A dial under way.
#[derive(Clone, Debug)]
pub(crate) struct Dialling {
    dial: Dial,
    agent: Agent,
    started: bool,
}

/// Who waits for an answer of Aircall's.
#[derive(Default)]
pub(crate) struct Askers {
    dials: Vec<(String, Told<Dialled>)>,
    tags: Vec<(String, Told<()>)>,
}

impl Engine {
    pub(super) fn dial(&mut self, ask: &DialAsk, told: Told<Dialled>, now: DateTime<Utc>) {
        match self.begin_dial(ask, now) {
            Ok(id) => self.askers.dials.push((id, told)),
            // Whoever asked may have gone.
            Err(refused) => drop(told.send(Err(refused))),
        }
    }

    /// The wish is durable before Aircall hears of it: it must be recognised in the call, whatever happens to us.
    fn begin_dial(&mut self, ask: &DialAsk, now: DateTime<Utc>) -> Result<String, ActRefused> {
        let number = number::parse(&ask.to, None).ok_or(ActRefused::NotANumber)?;
        let line = match (ask.start, ask.line) {
            (true, Some(line)) => Some(line),
            (false, None) => None,
            (true, None) => return Err(wrong("Give `line`, the id of the line to call from, with `start`.")),
            (false, Some(_)) => {
                return Err(wrong(
                    "A `line` needs `start`: without it the agent picks the line. Give both, or neither.",
                ));
            }
        };
        let ticket = ask.ticket.as_deref().map(str::trim).filter(|ticket| !ticket.is_empty());
        let no_ticket =
            || wrong("`ticket` is the id of a ticket or conversation, as it stands in its address.");
        let ticket =
            ticket.map(|ticket| self.helpdesk.ticket_id(ticket).ok_or_else(no_ticket)).transpose()?;
        let agent = agent(self.knowledge.agents.as_deref(), ask.agent.as_deref())?;
        self.may_act(now)?;
        let id = Uuid::new_v4().to_string();
        let dial = Dial { id: id.clone(), agent: agent.id, number, ticket, at: now, call: None };
        let mut change = Change::at(now);
        change.dials.push(dial.clone());
        if let Err(error) = self.push(&change) {
            self.did_not_go(Vendor::Aircall);
            return Err(error.into());
        }
        let request = match line {
            Some(line) => aircall::users::start_call(agent.id, line, dial.number.as_str()),
            None => aircall::users::dial(agent.id, dial.number.as_str()),
        };
        let job = Job::Dial(Box::new(Dialling { dial, agent, started: line.is_some() }));
        self.send(Vendor::Aircall, job, request.to_http(&self.aircall), now);
        Ok(id)
    }

    pub(super) fn was_dialled(
        &mut self,
        dialling: &Dialling,
        result: &Result<Answer, TransportError>,
    ) -> Result<(), StoreError> {
        let request = aircall::users::dial(dialling.agent.id, dialling.dial.number.as_str());
        let told = outcome(&request, result, LOOK_AT_THE_PHONE).map_err(|refused| match refused {
            (Some(aircall::ErrorKind::Unavailable), ActRefused::Refused(text)) => {
                ActRefused::Unavailable { text, number: dialling.dial.number.clone() }
            }
            (Some(aircall::ErrorKind::NotFound), _) => ActRefused::NoSuchAgent,
            (_, refused) => refused,
        });
        // Where the phone is not there, the agent may call another way: it is still a call from that ticket.
        let may_become_a_call =
            matches!(told, Ok(()) | Err(ActRefused::Unclear(_) | ActRefused::Unavailable { .. }));
        if let Some(at) = self.askers.dials.iter().position(|(id, _)| *id == dialling.dial.id) {
            let told = told.map(|()| Dialled {
                agent: dialling.agent.clone(),
                number: dialling.dial.number.clone(),
                started: dialling.started,
            });
            // Whoever asked may have gone.
            let _ = self.askers.dials.swap_remove(at).1.send(told);
        }
        match may_become_a_call {
            true => Ok(()),
            false => self.store.take_back_dial(&dialling.dial.id),
        }
    }

    /// Tags a call in Aircall. What follows in the helpdesk follows from what Aircall then says of the call.
    pub(super) fn tag(&mut self, call: CaseId, asked: &[String], told: Told<()>, now: DateTime<Utc>) {
        match self.begin_tag(call, asked, now) {
            Ok(id) => self.askers.tags.push((id, told)),
            Err(refused) => drop(told.send(Err(refused))),
        }
    }

    fn begin_tag(
        &mut self,
        call: CaseId,
        asked: &[String],
        now: DateTime<Utc>,
    ) -> Result<String, ActRefused> {
        self.shown_case(call)?;
        let mut ids = Vec::new();
        for tag in asked.iter().map(|tag| tag.trim()) {
            let known = self.knowledge.aircall_tags.iter();
            let found = known.clone().find(|(_, name)| name.as_str() == tag);
            let found =
                found.or_else(|| known.clone().find(|(_, name)| name.to_lowercase() == tag.to_lowercase()));
            let id = tag.parse().ok().or(found.map(|(id, _)| *id));
            ids.push(id.ok_or_else(|| ActRefused::NoSuchTag(format!("“{tag}”")))?);
        }
        if ids.is_empty() {
            return Err(wrong("Give `tags`, a list of ids or names of Aircall's tags."));
        }
        self.may_act(now)?;
        let id = Uuid::new_v4().to_string();
        let request = aircall::calls::add_tags(call.0, &ids).to_http(&self.aircall);
        self.send(Vendor::Aircall, Job::Tag { id: id.clone(), call, tags: ids }, request, now);
        Ok(id)
    }

    pub(super) fn was_tagged(
        &mut self,
        id: &str,
        call: CaseId,
        tags: &[u64],
        result: &Result<Answer, TransportError>,
    ) {
        let request = aircall::calls::add_tags(call.0, tags);
        let told = outcome(&request, result, TAG_AGAIN).map_err(|refused| match refused {
            (Some(aircall::ErrorKind::NotFound), _) => ActRefused::NoSuchCall,
            (_, refused) => refused,
        });
        if let Some(at) = self.askers.tags.iter().position(|(asker, _)| asker == id) {
            let _ = self.askers.tags.swap_remove(at).1.send(told);
        }
    }

    /// Takes a request for somebody who waits out of Aircall's budget.
    fn may_act(&mut self, now: DateTime<Utc>) -> Result<(), ActRefused> {
        let is_refused = self.links.get(&Vendor::Aircall).is_some_and(crate::health::Link::is_refused);
        self.may_ask(Vendor::Aircall, Lane::Ring, now).map_err(|until| match is_refused {
            true => ActRefused::Credential,
            false => ActRefused::Busy(until),
        })
    }
}

fn wrong(text: &str) -> ActRefused {
    ActRefused::Wrong(text.to_owned())
}

/// What Aircall made of a request that somebody waits for.
fn outcome<T>(
    request: &aircall::Request<T>,
    result: &Result<Answer, TransportError>,
    unclear: &'static str,
) -> Result<(), (Option<aircall::ErrorKind>, ActRefused)> {
    let answer = match result {
        Ok(answer) => answer,
        Err(TransportError::NotSent(_)) => {
            let text =
                "Aircall could not be reached, so nothing was done. Look at the network, then try again.";
            return Err((None, ActRefused::Refused(text.into())));
        }
        Err(TransportError::Unclear(_)) => return Err((None, ActRefused::Unclear(unclear))),
    };
    // Only the status counts: what the bodies of success hold is not known (`reference/aircall.md` §5.1, §5.3).
    if answer.status().is_success() {
        return Ok(());
    }
    let Err(error) = request.parse(answer) else { return Ok(()) };
    let refused = match error.kind() {
        aircall::ErrorKind::Credential => ActRefused::Credential,
        aircall::ErrorKind::Service => ActRefused::Unclear(unclear),
        // What it says besides its own words is about the way out, which a person is told elsewhere.
        aircall::ErrorKind::Unavailable => ActRefused::Refused(format!(
            "{}.",
            error.text().unwrap_or("the agent is not available").trim_end_matches('.')
        )),
        _ => ActRefused::Refused(error.to_string()),
    };
    Err((Some(error.kind()), refused))
}

/// What a 201 says of the comment that was made; nothing is promised of it (`reference/aircall.md` §5.3).
pub(super) fn told_id(answer: &Answer) -> Option<u64> {
    let body: Value = serde_json::from_slice(answer.body()).ok()?;
    let comment = body.get("comment").unwrap_or(&body);
    comment.get("content").and_then(|_| comment.get("id")?.as_u64())
}
