//! What the desktop knows at the moment: the calls that are up, and how Sidetone is. Folded from pushed events.
//!
//! Not here: the list of calls and a call's record; the page asks the backend for those.

use std::collections::BTreeMap;

use sidetone_protocol::{CallView, Card, Health, LiveEvent, Match, Now, NumberKind, Phase};

/// Aircall's call id, decimal.
pub type CaseId = String;

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
        Self { calls, health: Some(now.health), lacks_set_up: false }
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
        if known.call.phase != Phase::Ended {
            self.calls.insert(key(&known.call), known.clone());
        }
        known
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
