//! A call is handed on: to an agent, a team, another line or an outside number (`reference/aircall.md §4.1, §5.3`).

use serde_json::json;

use super::{shapes, state::State};
use crate::{numbers, refused::Refused};

impl State {
    /// Hands the call to another agent, who takes it (`succeeds`) or does not.
    pub(crate) fn transfer(&mut self, id: u64, to: u64, succeeds: bool) -> Result<(), Refused> {
        self.world.agent(to).ok_or_else(|| Refused::unknown("agent", to))?;
        self.must_be_free(to)?;
        let call = self.talking(id)?;
        let by = call.user;
        call.transferred_by = by;
        call.transferred_to = Some(to);
        if succeeds {
            call.user = Some(to);
        }
        self.announce(if succeeds { "call.transferred" } else { "call.unsuccessful_transfer" }, id);
        if let (true, Some(by)) = (succeeds, by) {
            self.wrap_up(by);
        }
        Ok(())
    }

    /// Hands the call to a team; `taker` is who of it takes the call. `transferred_to` names the team's first member,
    /// whoever that is.
    pub(crate) fn transfer_to_team(&mut self, id: u64, team: u64, taker: u64) -> Result<(), Refused> {
        let known = self.world.team(team).ok_or_else(|| Refused::unknown("team", team))?;
        let members = known.members.clone();
        if !members.contains(&taker) {
            return Err(Refused::not_now(format!("agent {taker} is not in team {team}")));
        }
        self.must_be_free(taker)?;
        let by = self.talking(id)?.user;
        for member in members.iter().filter(|member| Some(**member) != by) {
            self.announce_for("call.ringing_on_agent", id, *member);
        }
        let call = self.talking(id)?;
        call.transferred_by = by;
        call.transferred_to = members.first().copied();
        call.user = Some(taker);
        self.announce("call.transferred", id);
        if let Some(by) = by {
            self.wrap_up(by);
        }
        Ok(())
    }

    /// Hands the call to another line, where `taker` takes it: from now on it is found under that line only.
    pub(crate) fn transfer_to_line(&mut self, id: u64, line: u64, taker: u64) -> Result<(), Refused> {
        self.world.line(line).ok_or_else(|| Refused::unknown("line", line))?;
        self.talking(id)?.line = line;
        self.transfer(id, taker, true)
    }

    /// Hands the call to a number outside of the company. Who had it is still named as its agent.
    pub(crate) fn transfer_outside(&mut self, id: u64, number: &str) -> Result<(), Refused> {
        if !numbers::is_e164(number) {
            return Err(Refused::Wrong(format!("{number} is not a number like +33199001122")));
        }
        let call = self.talking(id)?;
        call.transferred_by = call.user;
        let Some(call) = self.calls.get(&id) else { return Ok(()) };
        let mut data = shapes::call_in_event(self, call);
        data["external_transferred_to"] = json!(numbers::display(number));
        data["external_caller_number"] =
            json!(call.other.as_deref().map_or_else(|| "anonymous".to_owned(), numbers::display));
        self.emit("call.external_transferred", data);
        Ok(())
    }
}
