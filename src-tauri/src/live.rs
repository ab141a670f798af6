//! What the desktop knows at the moment: the calls that are up, and how Sidetone is. Folded from pushed events.
//!
//! Not here: the list of calls and a call's record; the page asks the backend for those.

use std::collections::BTreeMap;

use sidetone_protocol::{CallView, Card, Health, LiveEvent, Match, Now, NumberKind, Phase};

/// Aircall's call id, decimal.
pub type CaseId = String;

/// So many calls are remembered when they are over, and so many callers told of.
const KEPT: usize = 30;
const CALLERS: usize = 8;

/// A call, and who it is as far as that is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// The call.
    pub call: CallView,
    /// The look-up, once there is one.
    pub card: Option<Card>,
}

impl Known {
    /// The caller's name: the helpdesk's, else Aircall's.
    pub fn name(&self) -> Option<&str> {
        let of_card = self
            .card
            .as_ref()
            .filter(|card| card.matched == Match::Found)
            .and_then(|card| card.customer.as_ref());
        of_card
            .or(self.call.customer.as_ref())
            .map(|customer| customer.name.as_str())
            .or(self.call.contact_name.as_deref())
            .map(str::trim)
            .filter(|name| !name.is_empty())
    }

    /// Name, else number; `None` when the number is withheld.
    pub fn caller(&self) -> Option<&str> {
        self.name().or(match self.call.number.kind {
            NumberKind::Withheld => None,
            NumberKind::Phone | NumberKind::Other => {
                Some(self.call.number.international.as_deref().unwrap_or(&self.call.number.received))
            }
        })
    }

    /// Whether the look-up has come to an end, whatever it found.
    pub fn is_looked_up(&self) -> bool {
        self.call.customer.is_some()
            || self.call.number.kind == NumberKind::Withheld
            || self.card.as_ref().is_some_and(|card| card.matched != Match::Looking)
    }
}

/// The calls that are up, and how Sidetone is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Live {
    calls: BTreeMap<(i64, CaseId), Known>,
    /// The last calls that are over, newest first.
    over: Vec<CallView>,
    health: Option<Health>,
    lacks_set_up: bool,
}

impl Live {
    /// Nobody is connected, so there is nothing to know.
    pub fn not_set_up() -> Self {
        Self { lacks_set_up: true, ..Self::default() }
    }

    /// Whether the set-up has to be finished first.
    pub fn lacks_set_up(&self) -> bool {
        self.lacks_set_up
    }

    /// Everything anew, as [`Now`] says it.
    pub fn of_now(now: Now) -> Self {
        let calls = now
            .live
            .into_iter()
            .map(|up| (key(&up.call), Known { call: up.call, card: Some(up.card) }))
            .collect();
        let mut live = Self { calls, over: Vec::new(), health: Some(now.health), lacks_set_up: false };
        now.recent.into_iter().rev().for_each(|call| live.take_over(call));
        live
    }

    /// Takes in one event. Returns the call it was about, as it is known now, also when it has just ended.
    pub fn fold(&mut self, event: LiveEvent) -> Option<Known> {
        match event {
            LiveEvent::Call(call) => Some(self.take_call(*call)),
            LiveEvent::Card(card) => {
                let known = self.calls.values_mut().find(|known| known.call.id == card.call_id)?;
                known.card = Some(*card);
                Some(known.clone())
            }
            LiveEvent::Health(health) => {
                self.health = Some(*health);
                None
            }
            // Who waits for a call back is the page's affair.
            LiveEvent::Desk(_) => None,
        }
    }

    fn take_call(&mut self, call: CallView) -> Known {
        let before = self.calls.extract_if(.., |_, known| known.call.id == call.id).next();
        let known = Known { card: before.and_then(|(_, known)| known.card), call };
        if known.call.phase == Phase::Ended {
            self.take_over(known.call.clone());
        } else {
            self.calls.insert(key(&known.call), known.clone());
        }
        known
    }

    fn take_over(&mut self, call: CallView) {
        if call.phase != Phase::Ended {
            return;
        }
        self.over.retain(|other| other.id != call.id);
        let at = self.over.partition_point(|other| key(other) > key(&call));
        self.over.insert(at, call);
        self.over.truncate(KEPT);
    }

    /// Whoever called or was called last and has a number, newest first, each once: name or number, the number in E.164, and
    /// when the call began in unix seconds.
    pub fn last_callers(&self) -> Vec<(String, String, i64)> {
        let mut callers: Vec<(String, String, i64)> = Vec::new();
        for call in &self.over {
            let known = Known { call: call.clone(), card: None };
            let (Some(name), Some(number)) = (known.caller(), &call.number.e164) else { continue };
            if callers.len() < CALLERS && callers.iter().all(|(_, other, _)| other != number) {
                callers.push((name.to_owned(), number.clone(), call.started_at));
            }
        }
        callers
    }

    /// The calls that are up, oldest first.
    pub fn calls(&self) -> impl Iterator<Item = &Known> {
        self.calls.values()
    }

    /// One of them.
    pub fn call(&self, id: &str) -> Option<&Known> {
        self.calls().find(|known| known.call.id == id)
    }

    /// How Sidetone is; `None` before the first answer.
    pub fn health(&self) -> Option<&Health> {
        self.health.as_ref()
    }
}

fn key(call: &CallView) -> (i64, CaseId) {
    (call.started_at, call.id.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn a_call_is_up_until_it_has_ended() {
        let mut live = Live::of_now(samples::now());
        live.fold(samples::call_event(samples::ringing("1")));
        live.fold(samples::call_event(samples::answered("1")));
        assert_eq!(live.calls().count(), 1);
        let last = live.fold(samples::call_event(samples::ended("1"))).unwrap();
        assert_eq!((live.calls().count(), last.call.phase), (0, Phase::Ended));
    }

    #[test]
    fn the_last_callers_are_those_of_the_calls_that_are_over_each_once() {
        let of = |id: &str, e164: &str, started_at| {
            let mut call = samples::ended(id);
            call.number.e164 = Some(e164.into());
            call.number.international = Some(e164.into());
            call.started_at = started_at;
            call
        };
        let recent = vec![of("3", "+34666444555", 300), of("2", "+33199005512", 200), samples::ringing("9")];
        let mut live = Live::of_now(Now { recent, ..samples::now() });
        live.fold(samples::call_event(of("1", "+34666444555", 100)));
        live.fold(samples::call_event(of("4", "+33199005512", 400)));
        live.fold(samples::call_event(CallView { phase: Phase::Ended, ..samples::withheld("5") }));
        let told: Vec<_> = live.last_callers().into_iter().map(|(_, number, at)| (number, at)).collect();
        assert_eq!(told, [("+33199005512".to_owned(), 400), ("+34666444555".to_owned(), 300)]);
        for n in 0..100 {
            live.fold(samples::call_event(of(&format!("1{n}"), &format!("+331990{n:05}"), 1_000 + n)));
        }
        assert_eq!((live.last_callers().len(), live.last_callers()[0].2), (8, 1_099));
        // Of a call that is forgotten nothing is left to dial.
        let mut forgotten = of("199", "+33199000099", 1_099);
        (forgotten.number.e164, forgotten.number.international) = (None, None);
        live.fold(samples::call_event(forgotten));
        assert_eq!(live.last_callers()[0].2, 1_098);
        // What is told of an old call again is no news.
        live.fold(samples::call_event(of("2", "+33199005512", 200)));
        assert_eq!(live.last_callers()[0].2, 1_098);
    }

    #[test]
    fn the_card_stays_with_its_call_to_the_end() {
        let mut live = Live::of_now(samples::now());
        live.fold(samples::call_event(samples::ringing("1")));
        live.fold(LiveEvent::Card(Box::new(samples::card("1", "Marta Ibáñez"))));
        let ended = live.fold(samples::call_event(samples::ended("1"))).unwrap();
        assert_eq!(ended.caller(), Some("Marta Ibáñez"));
    }

    #[test]
    fn a_card_for_a_call_that_is_not_up_says_nothing() {
        let mut live = Live::of_now(samples::now());
        assert_eq!(live.fold(LiveEvent::Card(Box::new(samples::card("9", "Marta Ibáñez")))), None);
    }

    #[test]
    fn without_a_name_the_number_stands_and_a_withheld_one_does_not() {
        let known = |call| Known { call, card: None };
        assert_eq!(known(samples::ringing("1")).caller(), Some("+34 666 44 45 55"));
        let contact = CallView { contact_name: Some("Odile Garnier".into()), ..samples::ringing("1") };
        assert_eq!(known(contact).caller(), Some("Odile Garnier"));
        assert_eq!(known(samples::withheld("1")).caller(), None);
    }
}
