//! What people want to do and cannot do yet; and what is looked at a while after they did it.

use tokio::time::Instant;

use super::{LOOKS_AGAIN, Life};
use crate::people::{self, Act, AtCustomer};
use crate::promises::Done;
use crate::script::CallNo;

/// What somebody wants to do in the helpdesk.
#[derive(Clone, Debug)]
pub(super) enum Wanted<'a> {
    Ticket(CallNo, Act),
    Conversation(&'a str, Act),
    Customer(&'a str, &'a AtCustomer, Option<CallNo>),
}

/// What waits, and when it is tried again.
#[derive(Debug)]
pub(super) struct Waiting<'a> {
    wanted: Vec<Wanted<'a>>,
    again: Instant,
}

impl Default for Waiting<'_> {
    fn default() -> Self {
        Waiting { wanted: Vec::new(), again: Instant::now() }
    }
}

impl<'a> Waiting<'a> {
    pub(super) fn want(&mut self, wanted: Wanted<'a>) {
        self.wanted.push(wanted);
        self.again = Instant::now();
    }

    pub(super) fn still(&self) -> impl Iterator<Item = String> + '_ {
        self.wanted.iter().map(|wanted| format!("{wanted:?}"))
    }
}

impl Life<'_> {
    /// When there is something to do again that is not in the script.
    pub(super) fn when_something_waits(&self) -> Option<Instant> {
        let wanted = (!self.waiting.wanted.is_empty()).then_some(self.waiting.again);
        let house = (!self.house.is_empty()).then_some(self.house_again);
        let looks = self.done.iter().filter(|done| done.as_it_was.is_none()).map(|done| done.looked_at);
        [wanted, house].into_iter().flatten().chain(looks).min()
    }

    pub(super) async fn take_up_what_waits(&mut self) {
        let now = Instant::now();
        if self.waiting.again <= now && !self.waiting.wanted.is_empty() {
            self.waiting.again = now + LOOKS_AGAIN;
            for wanted in std::mem::take(&mut self.waiting.wanted) {
                if !self.try_wanted(&wanted) {
                    self.waiting.wanted.push(wanted);
                }
            }
        }
        for done in self.done.iter_mut().filter(|done| done.as_it_was.is_none() && done.looked_at <= now) {
            done.look(&self.day);
        }
        self.keep_house().await;
    }

    fn try_wanted(&mut self, wanted: &Wanted<'_>) -> bool {
        match wanted {
            Wanted::Ticket(call, act) => {
                let Some(id) = self.calls[*call] else { return true };
                let Some(found) = people::act(&self.day, id, *act) else {
                    // A call that was not written by then has no ticket (two customers share its number, say).
                    return self.script.is_settled_at(self.second_of_the_day());
                };
                self.tell(format!("#{call}: a person does it: {act:?} ({found:?})"));
                let looked_at = Instant::now() + self.grace;
                self.done.push(Done { call: *call, act: *act, found, looked_at, as_it_was: None });
                true
            }
            Wanted::Conversation(number, act) => {
                people::act_at_conversation(&self.day, number, *act);
                true
            }
            Wanted::Customer(number, act, after) => {
                let after = after.and_then(|call| self.calls[call]);
                let is_done = people::act_at_customer(&self.day, number, act, after);
                if is_done {
                    self.tell(format!("{number}: a person does it: {act:?}"));
                }
                is_done
            }
        }
    }

    /// Whether an `adopt` that was asked for came to its end.
    pub(super) fn how_adopting_went(&mut self) -> Option<String> {
        let mut told = self.adopting.take()?;
        let mut last = None;
        while let Ok(progress) = told.try_recv() {
            last = Some(progress);
        }
        match last {
            Some(progress) if progress.done => {
                self.tell(format!("adopted: {progress:?}"));
                None
            }
            other => Some(format!("adopting did not come to its end: {other:?}")),
        }
    }
}
