//! What happens to a call while it is up, from the first ring to the hang-up, and the events each step sends
//! (`reference/aircall.md §6.3`). Driven by the control and the play. What comes after is in `aftermath.rs`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    aftermath::start_is_corrected,
    call::{Call, Direction, IvrChoice, MissedReason, Status},
    shapes,
    state::{State, Step},
    world::Presence,
};
use crate::{numbers, refused::Refused};

/// Between `call.hungup` and `call.ended`, in seconds of the real service.
const ENDED_AFTER_S: f64 = 30.0;
/// A caller who gives up sooner is a `short_abandoned`.
const SHORT_S: i64 = 5;

/// An inbound call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ring {
    /// The line that is called.
    pub line: u64,
    /// The caller in E.164; unset = withheld (`anonymous`).
    pub from: Option<String>,
    /// Whose phones ring; empty = everybody on the line who is available.
    pub agents: Vec<u64>,
    /// The teams that ring; unset = the line's.
    pub teams: Option<Vec<u64>>,
    /// The keys the caller presses in the line's IVR. On a line with an IVR and without keys the caller
    /// stays in the menu until [`crate::AircallControl::choose`].
    pub ivr: Vec<String>,
}

/// An outbound call, as the agent places it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dial {
    /// Who calls.
    pub agent: u64,
    /// The number called, in E.164.
    pub to: String,
    /// The line it goes out on; unset = the agent's default line.
    #[serde(default)]
    pub line: Option<u64>,
}

/// How a call ends.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HangUp {
    /// Why nobody answered; unset = found from how far the call had come. Answered calls have none.
    pub reason: Option<MissedReason>,
    /// The caller leaves a voicemail (inbound, unanswered).
    pub voicemail: bool,
    /// The caller never got through: `call.ended` comes at once and without `call.hungup`.
    pub never_connected: bool,
}

impl State {
    pub(crate) fn ring(&mut self, ring: &Ring) -> Result<u64, Refused> {
        let line = self.world.line(ring.line).cloned().ok_or_else(|| Refused::unknown("line", ring.line))?;
        if let Some(number) = ring.from.as_deref().filter(|number| !numbers::is_e164(number)) {
            return Err(Refused::Wrong(format!("{number} is not a number like +33199001122")));
        }
        if let Some(agent) = ring.agents.iter().find(|id| self.world.agent(**id).is_none()) {
            return Err(Refused::unknown("agent", agent));
        }
        let mut call = self.new_call(Direction::Inbound, line.id, ring.from.clone());
        call.teams = ring.teams.clone().unwrap_or_else(|| line.teams.to_vec());
        let id = call.id;
        self.calls.insert(id, call);
        self.announce("call.created", id);
        if line.ivr.is_empty() {
            self.ring_agents(id, &ring.agents);
        }
        for key in &ring.ivr {
            self.choose(id, key)?;
        }
        Ok(id)
    }

    /// The caller presses a key in the IVR; the first choice lets the phones ring.
    pub(crate) fn choose(&mut self, id: u64, key: &str) -> Result<(), Refused> {
        let line = self.call(id)?.line;
        let title = self
            .world
            .line(line)
            .and_then(|line| line.ivr.iter().find(|(known, _)| *known == key))
            .map(|(_, title)| (*title).to_owned())
            .ok_or_else(|| Refused::unknown("IVR key", key))?;
        let now = self.now();
        let call = self.ringing(id)?;
        call.ivr.push(IvrChoice { key: key.to_owned(), title, at: now });
        let is_first = call.ivr.len() == 1;
        if let Some(call) = self.calls.get(&id) {
            let mut data = shapes::call_in_event(self, call);
            data["ivr_options_selected"] = shapes::ivr_options(call);
            self.emit("call.ivr_option_selected", data);
        }
        if is_first {
            self.ring_agents(id, &[]);
        }
        Ok(())
    }

    pub(crate) fn dial(&mut self, dial: &Dial) -> Result<u64, Refused> {
        let agent =
            self.world.agent(dial.agent).cloned().ok_or_else(|| Refused::unknown("agent", dial.agent))?;
        let line = dial.line.unwrap_or(agent.default_line);
        self.world.line(line).ok_or_else(|| Refused::unknown("line", line))?;
        if !numbers::is_e164(&dial.to) {
            return Err(Refused::Wrong(format!("{} is not a number like +33199001122", dial.to)));
        }
        self.must_be_free(dial.agent)?;
        let mut call = self.new_call(Direction::Outbound, line, Some(dial.to.clone()));
        call.user = Some(dial.agent);
        let id = call.id;
        self.calls.insert(id, call);
        self.announce("call.created", id);
        Ok(id)
    }

    /// Inbound: this agent takes it. Outbound: the customer does, and `agent` is not looked at.
    pub(crate) fn answer(&mut self, id: u64, agent: Option<u64>) -> Result<(), Refused> {
        let now = self.now();
        let call = self.ringing(id)?;
        if call.direction == Direction::Inbound {
            let agent = agent.or_else(|| call.rung.first().copied());
            let Some(agent) = agent else {
                return Err(Refused::not_now("no agent's phone rings for this call; name one"));
            };
            self.world.agent(agent).ok_or_else(|| Refused::unknown("agent", agent))?;
            self.must_be_free(agent)?;
            self.ringing(id)?.user = Some(agent);
        }
        let call = self.ringing(id)?;
        call.status = Status::Answered;
        call.answered_at = Some(now);
        self.announce("call.answered", id);
        Ok(())
    }

    pub(crate) fn decline(&mut self, id: u64, agent: u64) -> Result<(), Refused> {
        self.world.agent(agent).ok_or_else(|| Refused::unknown("agent", agent))?;
        self.ringing(id)?.rung.retain(|rung| *rung != agent);
        self.announce_for("call.agent_declined", id, agent);
        Ok(())
    }

    pub(crate) fn hold(&mut self, id: u64, on: bool) -> Result<(), Refused> {
        self.talking(id)?.is_on_hold = on;
        self.announce(if on { "call.hold" } else { "call.unhold" }, id);
        Ok(())
    }

    pub(crate) fn hang_up(&mut self, id: u64, how: &HangUp) -> Result<(), Refused> {
        let now = self.now();
        let call = self.call(id)?;
        if !call.is_up() {
            return Err(Refused::not_now(format!("call {id} has been hung up already")));
        }
        let is_answered = call.answered_at.is_some();
        let is_missed_inbound = !is_answered && call.direction == Direction::Inbound;
        if how.voicemail && !is_missed_inbound {
            return Err(Refused::not_now("only the caller of an unanswered inbound call leaves a voicemail"));
        }
        let found = is_missed_inbound.then(|| self.reason_for(call, how.voicemail, now));
        let user = call.user;
        let call = self.call_mut(id)?;
        call.status = Status::Done;
        call.ended_at = Some(now);
        call.is_on_hold = false;
        call.missed_reason = if is_answered { None } else { how.reason.or(found) };
        call.leaves_voicemail = how.voicemail;
        call.hangup_cause = Some(if is_answered { "normal" } else { "cancelled" });
        if how.never_connected {
            self.step(&Step::End(id));
            return Ok(());
        }
        self.announce("call.hungup", id);
        self.later(ENDED_AFTER_S, Step::End(id));
        if let (true, Some(agent)) = (is_answered, user) {
            self.wrap_up(agent);
        }
        Ok(())
    }

    fn reason_for(&self, call: &Call, voicemail: bool, now: i64) -> MissedReason {
        let has_ivr = self.world.line(call.line).is_some_and(|line| !line.ivr.is_empty());
        let told_later = self.switches.tells_start_as_rewritten && start_is_corrected(call.id);
        let rang_s = now - call.started_at + i64::from(told_later);
        if has_ivr && call.ivr.is_empty() {
            MissedReason::AbandonedInIvr
        } else if call.rung.is_empty() {
            MissedReason::NoAvailableAgent
        } else if voicemail {
            MissedReason::AgentsDidNotAnswer
        } else if rang_s < SHORT_S {
            MissedReason::ShortAbandoned
        } else {
            MissedReason::AbandonedInClassic
        }
    }

    fn ring_agents(&mut self, id: u64, wanted: &[u64]) {
        let Some(line) = self.calls.get(&id).and_then(|call| self.world.line(call.line)) else { return };
        let candidates = if wanted.is_empty() { line.agents.to_vec() } else { wanted.to_vec() };
        let rung: Vec<u64> = candidates
            .into_iter()
            .filter(|agent| self.presence(*agent) == Some(Presence::Available))
            .collect();
        if let Some(call) = self.calls.get_mut(&id) {
            call.rung.clone_from(&rung);
        }
        for agent in rung {
            self.announce_for("call.ringing_on_agent", id, agent);
        }
    }

    pub(super) fn new_call(&mut self, direction: Direction, line: u64, other: Option<String>) -> Call {
        let id = self.next_call_id();
        let later = self.switches.tells_start_as_rewritten && start_is_corrected(id);
        Call {
            id,
            uuid: format!("CA{}", self.dice.hex()),
            direction,
            line,
            other,
            status: Status::Initial,
            missed_reason: None,
            started_at: self.now() + i64::from(later),
            answered_at: None,
            ended_at: None,
            user: None,
            assigned_to: None,
            transferred_by: None,
            transferred_to: None,
            teams: Vec::new(),
            comments: Vec::new(),
            tags: Vec::new(),
            ivr: Vec::new(),
            rung: Vec::new(),
            is_on_hold: false,
            leaves_voicemail: false,
            has_recording: false,
            has_voicemail: false,
            sounded_at: self.now(),
            cost: "0.0",
            pricing_type: None,
            hangup_cause: None,
            archived: false,
            is_over: false,
            is_played: false,
        }
    }

    pub(crate) fn call(&self, id: u64) -> Result<&Call, Refused> {
        self.calls.get(&id).ok_or_else(|| Refused::unknown("call", id))
    }

    pub(crate) fn call_mut(&mut self, id: u64) -> Result<&mut Call, Refused> {
        self.calls.get_mut(&id).ok_or_else(|| Refused::unknown("call", id))
    }

    fn ringing(&mut self, id: u64) -> Result<&mut Call, Refused> {
        let call = self.call_mut(id)?;
        if call.status == Status::Initial {
            Ok(call)
        } else {
            Err(Refused::not_now(format!("call {id} is not ringing")))
        }
    }

    pub(super) fn talking(&mut self, id: u64) -> Result<&mut Call, Refused> {
        let call = self.call_mut(id)?;
        if call.status == Status::Answered {
            Ok(call)
        } else {
            Err(Refused::not_now(format!("nobody talks on call {id}")))
        }
    }

    pub(super) fn announce(&mut self, event: &str, id: u64) {
        if let Some(call) = self.calls.get(&id) {
            let data = shapes::call_in_event(self, call);
            self.emit(event, data);
        }
    }

    /// An event about one agent's phone: the call does not belong to the agent, the event names them.
    pub(super) fn announce_for(&mut self, event: &str, id: u64, agent: u64) {
        let Some(call) = self.calls.get(&id) else { return };
        let mut data = shapes::call_in_event(self, call);
        data["user"] = self.world.agent(agent).map_or(Value::Null, shapes::nested_agent);
        self.emit(event, data);
    }
}
