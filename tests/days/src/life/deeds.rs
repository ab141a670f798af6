//! What the script says is done.

use serde_json::json;
use sidetone_engine::call::CaseId;
use sidetone_sandbox::{Dial, Refused, Ring};
use tokio::time::Instant;

use super::waiting::Wanted;
use super::{Life, TRIES_AGAIN, plan};
use crate::script::{CallNo, Deed, House};

/// Where the second installation is reached.
const ELSEWHERE: &str = "elsewhere.example.com";
/// The engine answers a person's wish within this, or it cannot.
const ANSWERS_WITHIN: std::time::Duration = std::time::Duration::from_secs(1);

impl<'a> Life<'a> {
    pub(super) async fn deed(&mut self, deed: &'a Deed) {
        let done = self.try_deed(deed);
        let refused = done.err().map(|refused| format!(" (refused: {refused})")).unwrap_or_default();
        self.tell(format!("{deed:?}{refused}"));
        self.take_up_what_waits().await;
    }

    /// What Aircall refuses (a busy agent, a call that is over) it refuses on both days.
    fn try_deed(&mut self, deed: &'a Deed) -> Result<(), Refused> {
        let aircall = self.day.aircall.clone();
        let id = |call: &CallNo| {
            self.calls[*call].ok_or_else(|| Refused::NotNow("the call was never made".to_owned()))
        };
        match deed {
            Deed::Ring(call, line, from, keys) => {
                let ring = Ring { line: *line, from: from.clone(), ivr: keys.clone(), ..Ring::default() };
                let id = aircall.ring(&ring)?;
                self.began(*call, id);
            }
            Deed::Dial(call, agent, line, to) => {
                let id = aircall.dial(&Dial { agent: *agent, to: to.clone(), line: Some(*line) })?;
                self.began(*call, id);
            }
            Deed::Choose(call, key) => aircall.choose(id(call)?, key)?,
            Deed::ChildTells(call, line) => {
                let mut data = aircall.call(id(call)?).unwrap_or_default();
                data["number"] = json!({"id": line, "name": "Support FR", "country": "FR", "is_ivr": false,
                    "time_zone": "Europe/Paris", "digits": "+33 1 99 00 10 10"});
                aircall.emit("call.created", data);
            }
            Deed::Answer(call, agent) => aircall.answer(id(call)?, *agent)?,
            Deed::Decline(call, agent) => aircall.decline(id(call)?, *agent)?,
            Deed::Hold(call, on) => aircall.hold(id(call)?, *on)?,
            Deed::Transfer(call, to, succeeds) => aircall.transfer(id(call)?, *to, *succeeds)?,
            Deed::TransferToTeam(call, team, taker) => aircall.transfer_to_team(id(call)?, *team, *taker)?,
            Deed::TransferToLine(call, line, taker) => aircall.transfer_to_line(id(call)?, *line, *taker)?,
            Deed::TransferOutside(call, to) => aircall.transfer_outside(id(call)?, to)?,
            Deed::HangUp(call, how) => {
                let id = id(call)?;
                if how.never_connected {
                    self.day.receiver.keep(id, "call.ended");
                }
                aircall.hang_up(id, how)?;
            }
            Deed::Comment(call, agent, text) => {
                let comment = aircall.comment(id(call)?, *agent, text)?;
                self.names.insert(comment.to_string(), format!("of {text:?}"));
            }
            Deed::Tag(call, agent, tag) => drop(aircall.tag(id(call)?, Some(*agent), tag)?),
            Deed::Untag(call, tag) => aircall.untag(id(call)?, tag)?,
            Deed::Text(text, what) => {
                let id = aircall.text(what)?;
                self.names.insert(id.clone(), format!("text #{text}"));
                self.texts[*text] = Some(id);
            }
            Deed::AtConversation(number, act) => self.waiting.want(Wanted::Conversation(number, *act)),
            Deed::Person(call, act) => {
                id(call)?;
                self.waiting.want(Wanted::Ticket(*call, *act));
            }
            Deed::Customer(number, act, after) => self.waiting.want(Wanted::Customer(number, act, *after)),
            Deed::CreateAgain(call) => self.day.handle.retry(CaseId(id(call)?)),
            Deed::House(house) => {
                self.house.push_back(*house);
                self.house_again = Instant::now();
            }
        }
        Ok(())
    }

    fn began(&mut self, call: CallNo, id: u64) {
        if self.script.is_transferred(call) {
            self.day.receiver.keep(id, "call.answered");
        }
        if self.script.is_told_by_two_lines(call) {
            self.day.receiver.keep(id, "call.created");
        }
        self.calls[call] = Some(id);
        self.names.insert(id.to_string(), format!("#{call}"));
    }

    /// The next thing that is to be done to Sidetone; tried again later where it does not succeed.
    pub(super) async fn keep_house(&mut self) {
        while let Some(next) = self.house.front().copied().filter(|_| self.house_again <= Instant::now()) {
            if self.do_in_the_house(next).await {
                self.house.pop_front();
            } else {
                self.house_again = Instant::now() + TRIES_AGAIN;
            }
        }
    }

    async fn do_in_the_house(&mut self, house: House) -> bool {
        match house {
            House::Pause | House::Resume => {
                let handle = self.day.handle.clone();
                let asked = async {
                    if house == House::Pause { handle.pause().await } else { handle.resume().await }
                };
                let is_running = self.day.is_running();
                is_running && matches!(tokio::time::timeout(ANSWERS_WITHIN, asked).await, Ok(Ok(())))
            }
            House::Mode(mode) => {
                self.day.kill().await;
                self.day.next_start().logging.mode = sidetone_engine::settings::ModeSetting(mode);
                self.start();
                true
            }
            House::Off => {
                self.day.kill().await;
                (self.is_off, self.up_at) = (true, None);
                true
            }
            House::On => {
                self.is_off = false;
                self.start();
                true
            }
            House::SecondJoins => {
                self.second = Some(self.day.second(ELSEWHERE, plan(self.script, self.stores)));
                true
            }
            House::TakeOver => {
                let Some(second) = self.second.as_mut() else { return true };
                let asked = second.handle.clone();
                if !matches!(tokio::time::timeout(ANSWERS_WITHIN, asked.take_over()).await, Ok(true)) {
                    return false;
                }
                // What happens to the program happens from now on to the one that writes.
                self.day.change_places_with(second);
                true
            }
        }
    }
}
