//! What can be done to the Aircall stand-in from outside its API.

use std::sync::Arc;

use serde_json::Value;

use super::{patched, view, view::WebhookState};
use crate::{
    aircall::{
        call::ShownCard,
        life::{Dial, HangUp, Ring},
        limits::AircallLimits,
        odd::{WebhookChange, WebhookSeed},
        rest,
        service::Inner,
        shapes::{self, Fetch},
        state::State,
        switches::AircallSwitches,
        texts::Text,
        world::Presence,
    },
    faults::{Fault, FaultId},
    journal::JournalEntry,
    refused::Refused,
    wire::Asked,
};

/// A handle on the Aircall stand-in. Everything that makes an event needs a tokio runtime.
#[derive(Clone)]
pub struct AircallControl(pub(super) Arc<Inner>);

impl std::fmt::Debug for AircallControl {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("AircallControl").finish_non_exhaustive()
    }
}

impl AircallControl {
    /// A customer calls. Returns the call's id.
    ///
    /// # Errors
    /// When line, agents or number are not usable.
    pub fn ring(&self, ring: &Ring) -> Result<u64, Refused> {
        self.0.act(|state| state.ring(ring))
    }

    /// An agent calls. Returns the call's id.
    ///
    /// # Errors
    /// When the agent is not free or the number is not E.164.
    pub fn dial(&self, dial: &Dial) -> Result<u64, Refused> {
        self.0.act(|state| state.dial(dial))
    }

    /// A customer sends a text message, or (`agent` set) an agent does. Returns the message's id.
    ///
    /// # Errors
    /// When line, agent or number are not usable.
    pub fn text(&self, text: &Text) -> Result<String, Refused> {
        self.0.act(|state| state.text(text))
    }

    /// The caller presses a key in the line's IVR.
    ///
    /// # Errors
    /// When the line has no such key or the call no longer rings.
    pub fn choose(&self, call: u64, key: &str) -> Result<(), Refused> {
        self.by_hand(call, |state| state.choose(call, key))
    }

    /// An inbound call is taken by `agent` (unset: the first whose phone rings), an outbound one by the
    /// customer.
    ///
    /// # Errors
    /// When the call does not ring or the agent is not free.
    pub fn answer(&self, call: u64, agent: Option<u64>) -> Result<(), Refused> {
        self.by_hand(call, |state| state.answer(call, agent))
    }

    /// An agent whose phone rings declines.
    ///
    /// # Errors
    /// When the call does not ring.
    pub fn decline(&self, call: u64, agent: u64) -> Result<(), Refused> {
        self.by_hand(call, |state| state.decline(call, agent))
    }

    /// Puts the caller on hold, or takes them back.
    ///
    /// # Errors
    /// When nobody talks on the call.
    pub fn hold(&self, call: u64, on: bool) -> Result<(), Refused> {
        self.by_hand(call, |state| state.hold(call, on))
    }

    /// Hands the call to another agent, who takes it or (`succeeds` = false) does not.
    ///
    /// # Errors
    /// When nobody talks on the call or the other agent is not free.
    pub fn transfer(&self, call: u64, to: u64, succeeds: bool) -> Result<(), Refused> {
        self.by_hand(call, |state| state.transfer(call, to, succeeds))
    }

    /// Hands the call to a team, of which `taker` takes it.
    ///
    /// # Errors
    /// When nobody talks on the call, or `taker` is not of the team or not free.
    pub fn transfer_to_team(&self, call: u64, team: u64, taker: u64) -> Result<(), Refused> {
        self.by_hand(call, |state| state.transfer_to_team(call, team, taker))
    }

    /// Hands the call to another line, on which `taker` takes it.
    ///
    /// # Errors
    /// When nobody talks on the call, or `taker` is not free.
    pub fn transfer_to_line(&self, call: u64, line: u64, taker: u64) -> Result<(), Refused> {
        self.by_hand(call, |state| state.transfer_to_line(call, line, taker))
    }

    /// Gives a line another name, as an admin does. Calls of before are shown under it, too.
    ///
    /// # Errors
    /// When there is no such line.
    pub fn rename_line(&self, line: u64, name: &str) -> Result<(), Refused> {
        self.0.act(|state| {
            let known = state.world.lines.iter_mut().find(|known| known.id == line);
            known.map(|known| name.clone_into(&mut known.name)).ok_or_else(|| Refused::unknown("line", line))
        })
    }

    /// Hands the call to a number outside of the company.
    ///
    /// # Errors
    /// When nobody talks on the call or the number is not E.164.
    pub fn transfer_outside(&self, call: u64, number: &str) -> Result<(), Refused> {
        self.by_hand(call, |state| state.transfer_outside(call, number))
    }

    /// Ends the call: `call.hungup` now, `call.ended` 30 s (scaled) later.
    ///
    /// # Errors
    /// When it is over already, or a voicemail is asked for where none can be left.
    pub fn hang_up(&self, call: u64, how: &HangUp) -> Result<(), Refused> {
        self.by_hand(call, |state| state.hang_up(call, how))
    }

    /// An agent's note, at any time. Returns its id.
    ///
    /// # Errors
    /// After five notes.
    pub fn comment(&self, call: u64, agent: u64, text: &str) -> Result<u64, Refused> {
        self.by_hand(call, |state| state.comment(call, Some(agent), text))
    }

    /// An agent (or, unset, the system) tags the call with a tag's id or name. Returns the tag's id.
    ///
    /// # Errors
    /// When there is no such tag.
    pub fn tag(&self, call: u64, agent: Option<u64>, tag: &str) -> Result<u64, Refused> {
        self.by_hand(call, |state| state.tag(call, agent, tag))
    }

    /// Takes a tag off the call.
    ///
    /// # Errors
    /// When there is no such tag.
    pub fn untag(&self, call: u64, tag: &str) -> Result<(), Refused> {
        self.by_hand(call, |state| state.untag(call, tag))
    }

    /// Assigns the call to an agent.
    ///
    /// # Errors
    /// When there is no such agent or call.
    pub fn assign(&self, call: u64, agent: u64) -> Result<(), Refused> {
        self.by_hand(call, |state| state.assign(call, agent))
    }

    /// Sets what an agent's phone says.
    ///
    /// # Errors
    /// For a presence that follows from calls.
    pub fn set_presence(&self, agent: u64, presence: Presence) -> Result<(), Refused> {
        self.0.act(|state| state.set_presence(agent, presence))
    }

    /// What an agent's phone says now; `None` for no such agent.
    #[must_use]
    pub fn presence(&self, agent: u64) -> Option<Presence> {
        self.0.act(|state| state.presence(agent))
    }

    /// The agent leaves the wrap-up view before its time is over.
    pub fn leave_wrap_up(&self, agent: u64) {
        self.0.act(|state| state.leave_wrap_up(agent));
    }

    /// Sends any event with any data, for what the sandbox does not act out (`number.deleted`,
    /// `integration.deleted`, events nobody knows).
    pub fn emit(&self, event: &str, data: Value) {
        self.0.act(|state| state.emit(event, data));
    }

    /// Adds finished inbound calls of earlier days, `every_s` seconds apart, without events: a history for
    /// backfills. Returns their ids, oldest first.
    #[must_use]
    pub fn add_past_calls(&self, count: u32, every_s: i64) -> Vec<u64> {
        self.0.act(|state| state.add_past_calls(count, every_s))
    }

    /// The call as `GET /v1/calls/{id}` answers it, with contact and timeline.
    #[must_use]
    pub fn call(&self, call: u64) -> Option<Value> {
        let fetch = Fetch { contact: true, short_urls: false, timeline: true };
        self.0.act(|state| {
            state.calls.get(&call).map(|call| shapes::call_over_rest(state, call, fetch, &state.origin))
        })
    }

    /// The ids of calls that ring or talk.
    #[must_use]
    pub fn calls_up(&self) -> Vec<u64> {
        self.0.act(|state| state.calls.values().filter(|call| call.is_up()).map(|call| call.id).collect())
    }

    /// The insight cards that were accepted, oldest first.
    #[must_use]
    pub fn cards(&self) -> Vec<ShownCard> {
        self.0.act(|state| state.cards.clone())
    }

    /// The company's webhooks.
    #[must_use]
    pub fn webhooks(&self) -> Vec<WebhookState> {
        self.0.act(|state| state.webhooks.iter().map(view::webhook_state).collect())
    }

    /// Switches every webhook off as Aircall does after too many failures.
    pub fn disable_webhooks(&self) {
        self.0.act(|state| {
            let now = state.now();
            for webhook in state.webhooks.iter_mut().filter(|webhook| webhook.is_active) {
                webhook.is_active = false;
                webhook.disabled_at = Some(now);
            }
        });
    }

    /// Switches every webhook on as an admin does in the Dashboard.
    pub fn enable_webhooks(&self) {
        self.0.act(|state| {
            for webhook in &mut state.webhooks {
                webhook.is_active = true;
                webhook.disabled_at = None;
                webhook.failures_in_a_row = 0;
            }
        });
    }

    /// A webhook that another integration with a Basic key makes, or an admin in the Dashboard. Returns its UUID.
    ///
    /// # Errors
    /// When the address is none, or an event does not exist.
    pub fn add_webhook(&self, seed: WebhookSeed) -> Result<String, Refused> {
        self.0.act(|state| state.add_webhook(seed))
    }

    /// Changes a webhook behind its owner's back.
    ///
    /// # Errors
    /// When there is no such webhook, the address is none, or an event does not exist.
    pub fn change_webhook(&self, id: &str, change: WebhookChange) -> Result<(), Refused> {
        self.0.act(|state| state.change_webhook(id, change))
    }

    /// Whether the calls of a line are recorded.
    ///
    /// # Errors
    /// When there is no such line.
    pub fn set_recording(&self, line: u64, on: bool) -> Result<(), Refused> {
        self.0.act(|state| state.set_recording(line, on))
    }

    /// Whether an agent's working hours say that they take no calls at all; their phone is closed then, or opened again.
    ///
    /// # Errors
    /// When there is no such agent.
    pub fn set_never_available(&self, agent: u64, never: bool) -> Result<(), Refused> {
        self.0.act(|state| state.set_never_available(agent, never))
    }

    /// What a person changes in the Dashboard (webhooks, tags, who is in a team), in the words of the API; neither
    /// limited nor journaled. Returns status and body.
    ///
    /// # Errors
    /// When the method or the path is none.
    pub fn by_a_person(&self, method: &str, path: &str, body: &Value) -> Result<(u16, Value), Refused> {
        let asked = Asked::by_a_person(method, path, body)?;
        let answered = self.0.act(|state| rest::route(state, &asked));
        Ok((answered.status.as_u16(), serde_json::from_slice(answered.body.bytes()).unwrap_or_default()))
    }

    /// The rate limit.
    #[must_use]
    pub fn limits(&self) -> AircallLimits {
        self.0.act(|state| state.window.limits)
    }

    /// Sets the rate limit.
    pub fn set_limits(&self, limits: AircallLimits) {
        self.0.act(|state| state.window.limits = limits);
    }

    /// The switches.
    #[must_use]
    pub fn switches(&self) -> AircallSwitches {
        self.0.act(|state| state.switches.clone())
    }

    /// Changes some switches.
    pub fn switch(&self, change: impl FnOnce(&mut AircallSwitches)) {
        self.0.act(|state| change(&mut state.switches));
    }

    /// A fault for the next requests that match. What comes back takes back this one.
    #[allow(clippy::must_use_candidate, reason = "most faults are left until they are met")]
    pub fn add_fault(&self, fault: Fault) -> FaultId {
        self.0.desk.add_fault(fault)
    }

    /// Takes back one fault, as far as it was not met yet.
    pub fn take_back_fault(&self, id: FaultId) {
        self.0.desk.take_back_fault(id);
    }

    /// Takes back all faults that were not met yet.
    pub fn clear_faults(&self) {
        self.0.desk.clear_faults();
    }

    /// Requests received after the entry `seq`; 0 = all.
    #[must_use]
    pub fn journal(&self, seq: u64) -> Vec<JournalEntry> {
        self.0.desk.journal_after(seq)
    }

    /// As on the first day; what was under way is forgotten. Call ids go on counting.
    pub fn reset(&self) {
        self.0.act(State::reset);
        self.0.desk.reset();
    }

    pub(super) fn patch_switches(&self, patch: &Value) -> Result<(), Refused> {
        let switches = patched(&self.switches(), patch)?;
        self.switch(|current| *current = switches);
        Ok(())
    }

    pub(super) fn patch_limits(&self, patch: &Value) -> Result<(), Refused> {
        self.set_limits(patched(&self.limits(), patch)?);
        Ok(())
    }

    /// What the control page shows.
    pub(super) fn state(&self) -> Value {
        let faults = self.0.desk.waiting_faults();
        self.0.act(|state| view::whole(state, &faults))
    }

    /// A step of the play: refused when a person has taken the call in hand or the sandbox was reset.
    pub(crate) fn played(
        &self,
        call: u64,
        step: impl FnOnce(&mut State) -> Result<(), Refused>,
    ) -> Result<(), Refused> {
        self.0.act(|state| {
            if state.call(call)?.is_played {
                step(state)
            } else {
                Err(Refused::not_now("a person has taken this call in hand"))
            }
        })
    }

    /// A call begun by the play.
    pub(crate) fn begin_played(
        &self,
        begin: impl FnOnce(&mut State) -> Result<u64, Refused>,
    ) -> Result<u64, Refused> {
        self.0.act(|state| {
            let call = begin(state)?;
            state.call_mut(call)?.is_played = true;
            Ok(call)
        })
    }

    pub(crate) fn scaled(&self, seconds: f64) -> std::time::Duration {
        self.0.act(|state| state.scaled(seconds))
    }

    fn by_hand<R>(
        &self,
        call: u64,
        step: impl FnOnce(&mut State) -> Result<R, Refused>,
    ) -> Result<R, Refused> {
        self.0.act(|state| {
            state.call_mut(call)?.is_played = false;
            step(state)
        })
    }
}
