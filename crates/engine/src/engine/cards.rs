//! Ring → card: who is calling, on the agent's window and once as an Insight Card on the phone (G1).

use chrono::{DateTime, TimeDelta, Utc};
use sidetone_protocol::{Mode, Vendor};

use super::who::in_e164;
use super::writing::Claim;
use super::{Engine, Job};
use crate::budget::Lane;
use crate::call::CaseId;
use crate::directory::Customer;
use crate::erasing::is_private;
use crate::number::E164;
use crate::store::{Case, StoreError};

/// G1: the live answer is waited for so long; then the local index speaks.
const LIVE_ANSWER_WITHIN: TimeDelta = TimeDelta::milliseconds(800);
/// A call that began longer ago gets no card: it came to us late, and is over or well under way.
const TOO_LATE_FOR_A_CARD: TimeDelta = TimeDelta::minutes(2);

impl Engine {
    /// A call that is up wants its caller looked up and its card sent.
    pub(super) fn note_ringing(&mut self, case: &Case, now: DateTime<Utc>) {
        let call = &case.call;
        if case.selected != Some(true) || call.is_over() || self.settings.logging.mode.0 == Mode::Off {
            self.uncarded.remove(&call.id);
            self.asked_for.remove(&call.id);
            return;
        }
        if call.party().number().is_none() || is_private(case.barred.as_deref()) {
            return;
        }
        if self.asked_for.insert(call.id) {
            self.still_to_look_up(case);
        }
        let fresh = call.started_at().is_some_and(|at| now - at < TOO_LATE_FOR_A_CARD);
        if fresh && !case.carded && case.barred.is_none() && self.settings.logging.mode.0 == Mode::Live {
            self.uncarded.entry(call.id).or_insert(now + LIVE_ANSWER_WITHIN);
        }
    }

    /// The caller of a call that is up is to be looked up, unless that is under way.
    pub(super) fn still_to_look_up(&mut self, case: &Case) {
        let Some(number) = case.call.party().number().cloned() else { return };
        let is_shown = self.asked_for.contains(&case.call.id);
        if is_shown && !self.looking.contains(&number) && !self.to_look_up.contains(&number) {
            self.to_look_up.push(number);
        }
    }

    /// B6: one look-up per ring, none if the customer was checked in the last ten minutes.
    pub(super) fn look_up_ringing(&mut self, now: DateTime<Utc>) {
        for number in std::mem::take(&mut self.to_look_up) {
            let fresh = self.store.matched(&number).is_ok_and(|m| m.is_some_and(|m| m.is_fresh(now)));
            if fresh || self.looking.contains(&number) {
                continue;
            }
            if let Some(again) = self.failed_looks.get(&number).copied().filter(|again| *again > now) {
                self.wake_by(again);
                self.to_look_up.push(number);
            } else if self.look_up(&number, Lane::Ring, now).is_err() {
                self.to_look_up.push(number);
            }
        }
    }

    pub(super) fn look_up(
        &mut self,
        number: &E164,
        lane: Lane,
        now: DateTime<Utc>,
    ) -> Result<(), DateTime<Utc>> {
        // A store that cannot be read costs the other spellings, not the look-up.
        let asked = self.spelling_to_ask(number).unwrap_or_else(|_| in_e164(number));
        let request = self.helpdesk.look_up(&asked);
        let job = Job::LookUp { number: number.clone(), asked };
        self.ask(self.helpdesk.vendor(), lane, job, request, now)?;
        self.looking.insert(number.clone());
        Ok(())
    }

    pub(super) fn send_cards(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        match self.writing.claim {
            Claim::Ours => {}
            // It may stand beside another installation, which sends the card.
            Claim::Unverified => return Ok(()),
            Claim::Others { .. } => {
                self.uncarded.clear();
                return Ok(());
            }
        }
        let waiting: Vec<(CaseId, DateTime<Utc>)> =
            self.uncarded.iter().map(|(id, until)| (*id, *until)).collect();
        for (id, until) in waiting {
            let Some(case) = self.store.case(id)?.filter(|c| !c.carded && !c.call.is_over()) else {
                self.uncarded.remove(&id);
                continue;
            };
            let Some(matched) =
                case.call.party().number().map(|n| self.shared.known(n)).transpose()?.flatten()
            else {
                continue;
            };
            // The live answer is waited for a moment; then the local index speaks (G1).
            if !matched.is_fresh(now) {
                if now < until {
                    self.wake_by(until);
                    continue;
                }
                // That nobody had the number a while ago is no news worth the only card: the live answer may name somebody.
                if matched.customers.is_empty() {
                    continue;
                }
            }
            self.send_card(case, &matched.customers, now)?;
        }
        Ok(())
    }

    /// At most once: that it was sent is durable before it is.
    fn send_card(
        &mut self,
        mut case: Case,
        customers: &[Customer],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let id = case.call.id;
        let card = match customers {
            // Nobody knows the number: the phone shows it anyway.
            [] => None,
            [one] => Some(self.one(one)),
            several => {
                Some(aircall::Card::new().title(format!("{} possible customers", several.len()), None))
            }
        };
        if card.is_some() && self.may_ask(Vendor::Aircall, Lane::Ring, now).is_err() {
            return Ok(());
        }
        case.carded = true;
        if let Err(error) = self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now) {
            if card.is_some() {
                self.did_not_go(Vendor::Aircall);
            }
            return Err(error);
        }
        self.uncarded.remove(&id);
        if let Some(card) = card {
            let request = aircall::calls::show_card(id.0, &card).to_http(&self.aircall);
            self.send(Vendor::Aircall, Job::Card(id), request, now);
        }
        Ok(())
    }

    /// G1: name, e-mail, note, link.
    fn one(&self, customer: &Customer) -> aircall::Card {
        let link = self.helpdesk.customer_url(&customer.id);
        let name =
            if customer.name.is_empty() { customer.email.as_deref().unwrap_or("?") } else { &customer.name };
        let mut card = aircall::Card::new().title(name, link.as_deref());
        if let Some(email) = &customer.email {
            card = card.line("E-mail", email, None);
        }
        if let Some(note) = &customer.note {
            card = card.line("Note", note, None);
        }
        card
    }
}
