//! What the agents' phones say, and the wrap-up after a call.

use super::{
    call::Call,
    shapes,
    state::{State, Step},
    world::Presence,
};
use crate::refused::Refused;

impl State {
    pub(super) fn wrap_up(&mut self, agent: u64) {
        let Some(wrap_up_s) = self.world.agent(agent).map(|agent| agent.wrap_up_s) else { return };
        self.wrapping_up.push(agent);
        self.announce_agent("user.wut_start", agent);
        self.later(wrap_up_s as f64, Step::WrapUpOver(agent));
    }

    /// The agent leaves the wrap-up view, by hand or because its time is over.
    pub(crate) fn leave_wrap_up(&mut self, agent: u64) {
        if let Some(index) = self.wrapping_up.iter().position(|id| *id == agent) {
            self.wrapping_up.remove(index);
            self.announce_agent("user.wut_end", agent);
        }
    }

    /// What the agent's phone says now, calls and wrap-up included.
    pub(crate) fn presence(&self, agent: u64) -> Option<Presence> {
        let setting = self.world.agent(agent)?.presence;
        let is_talking = |call: &Call| call.is_up() && call.user == Some(agent);
        Some(if self.calls.values().any(is_talking) {
            Presence::InCall
        } else if self.wrapping_up.contains(&agent) {
            Presence::AfterCallWork
        } else {
            setting
        })
    }

    pub(crate) fn set_presence(&mut self, agent: u64, presence: Presence) -> Result<(), Refused> {
        if matches!(presence, Presence::InCall | Presence::AfterCallWork) {
            return Err(Refused::Wrong("in_call and after_call_work follow from calls".to_owned()));
        }
        let before = self
            .world
            .agents
            .iter_mut()
            .find(|known| known.id == agent)
            .map(|known| std::mem::replace(&mut known.presence, presence))
            .ok_or_else(|| Refused::unknown("agent", agent))?;
        match (before, presence) {
            (before, now) if before == now => {}
            (_, Presence::Available) => self.announce_agent("user.opened", agent),
            (_, Presence::Offline) => self.announce_agent("user.disconnected", agent),
            _ => self.announce_agent("user.closed", agent),
        }
        Ok(())
    }

    pub(super) fn must_be_free(&self, agent: u64) -> Result<(), Refused> {
        match self.presence(agent) {
            Some(Presence::Available | Presence::AfterCallWork) => Ok(()),
            _ => Err(Refused::not_now(format!("agent {agent} is offline, busy or on a call"))),
        }
    }

    fn announce_agent(&mut self, event: &str, agent: u64) {
        let Some(agent) = self.world.agent(agent) else { return };
        let mut data = shapes::nested_agent(agent);
        data["numbers"] = self
            .world
            .lines
            .iter()
            .filter(|line| line.agents.contains(&agent.id))
            .map(shapes::nested_line)
            .collect();
        self.emit(event, data);
    }
}
