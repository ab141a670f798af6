//! Our webhook at Aircall (C1): made, kept switched on, subscribed to exactly our events; and what the company's other
//! webhooks tell of other installations of Sidetone (B16).
//!
//! A webhook's address ends in the id of its installation. Where calls arrive another way, an inactive webhook that
//! leads nowhere stands for the installation. One request at a time: each look leads to one step, then to another look.

mod claims;
mod removal;

use std::sync::atomic::Ordering;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sidetone_protocol::{Alert, GapCause, Mode, Vendor};

use self::claims::{Found, Next, State, Wanted, next};
pub use self::claims::{host, owner};
use super::{Engine, Job};
use crate::budget::Lane;
use crate::helpdesk::{Answer, Request};
use crate::number::masked_text;
use crate::settings::{Arrival, Settings};
use crate::store::{Change, StoreError};
use crate::tokens::Tokens;
use crate::transport::TransportError;

/// The webhooks are looked at this often at least: who was taken over must notice soon (`writing.rs` counts on it).
const LOOK_AT_LEAST: TimeDelta = TimeDelta::seconds(60);
/// A look that failed is repeated after this time: without one, nothing is written for long (`writing.rs`).
const LOOK_AGAIN: TimeDelta = TimeDelta::seconds(5);
/// Of a webhook that was switched off and on again so often within the hour: it is switched on again after so many minutes.
/// Whoever switches it off may have a reason, and what is missed is read all the same.
const SWITCHED_ON_AFTER: [i64; 5] = [0, 1, 5, 15, 60];
const COUNTED_FOR: TimeDelta = TimeDelta::hours(1);
/// So many steps follow each other at once; then Aircall is left alone until the next look.
const STEPS_AT_ONCE: u32 = 4;

/// C1: exactly the events that Sidetone handles.
pub const EVENTS: [&str; 29] = [
    "call.created",
    "call.ringing_on_agent",
    "call.agent_declined",
    "call.answered",
    "call.transferred",
    "call.external_transferred",
    "call.unsuccessful_transfer",
    "call.hungup",
    "call.ended",
    "call.voicemail_left",
    "call.commented",
    "call.tagged",
    "call.untagged",
    "call.assigned",
    "call.archived",
    "call.hold",
    "call.unhold",
    "call.ivr_option_selected",
    "call.comm_assets_generated",
    "message.sent",
    "message.received",
    "message.status_updated",
    "number.created",
    "number.deleted",
    "number.opened",
    "number.closed",
    "user.wut_start",
    "user.wut_end",
    "integration.deleted",
];

/// A step towards a webhook that is as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WebhookStep {
    Look,
    Make,
    Change,
    Remove,
    /// Sidetone is uninstalled: look for ours.
    Find,
    /// Take ours away for good.
    TakeAway,
}

/// When the webhooks are looked at, and what is wrong with ours.
pub(crate) struct Hook {
    at: Option<DateTime<Utc>>,
    busy: bool,
    /// When the last look was begun.
    began: DateTime<Utc>,
    /// What the pages of a look showed so far.
    seen: Vec<aircall::Webhook>,
    /// A person wants this installation to be the only one.
    taking_over: bool,
    steps: u32,
    /// It was seen as it should be since this start.
    stands: bool,
    /// The last look that showed it so was begun then.
    well_until: Option<DateTime<Utc>>,
    /// The last look showed it so.
    is_well: bool,
    /// It showed it switched off, and the set-up leaves that to a person.
    is_left_off: bool,
    /// When it was switched on again within the hour, and whether that is what is under way.
    switched_on: Vec<DateTime<Utc>>,
    is_switching_on: bool,
    /// A person wants it switched on, whatever the setting.
    by_a_person: bool,
    alert: Option<Alert>,
}

impl Hook {
    pub(super) fn new(settings: &Settings, now: DateTime<Utc>) -> Hook {
        let own = matches!(settings.arrival, Arrival::OwnWebhook { .. });
        let looks = match settings.logging.mode.0 {
            Mode::Live => !settings.study_only,
            Mode::Shadow => own,
            Mode::Off => false,
        };
        let at = looks.then_some(now);
        Hook {
            at,
            busy: false,
            began: now,
            seen: Vec::new(),
            taking_over: false,
            steps: 0,
            stands: false,
            well_until: None,
            is_well: false,
            is_left_off: false,
            switched_on: Vec::new(),
            is_switching_on: false,
            by_a_person: false,
            alert: None,
        }
    }

    /// When the last look was begun that showed it as it should be.
    pub(super) fn well_until(&self) -> Option<DateTime<Utc>> {
        self.well_until
    }

    /// Whether it was ever seen as it should be since this start.
    pub(super) fn was_ever_well(&self) -> bool {
        self.well_until.is_some()
    }

    /// Whether the last look showed it switched off, which is left to a person.
    pub(super) fn is_left_off(&self) -> bool {
        self.is_left_off
    }

    /// Whether the last look showed it as it should be.
    pub(super) fn is_well(&self) -> bool {
        self.is_well
    }

    /// What a person has to do about it.
    pub(super) fn alert(&self) -> Option<Alert> {
        self.alert.clone()
    }
}

impl Engine {
    pub(super) fn look_at_webhooks(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let Some(at) = self.hook.at.filter(|_| !self.hook.busy) else { return Ok(()) };
        if at > now {
            self.wake_by(at);
            return Ok(());
        }
        self.hook.seen.clear();
        self.hook.began = now;
        if self.uninstalled.holds() {
            self.look_for_ours(now);
            return Ok(());
        }
        let request = aircall::webhooks::list(aircall::Paging::default()).to_http(&self.aircall);
        self.webhook_step(WebhookStep::Look, request, now);
        let link = self.links.get(&Vendor::Aircall).filter(|_| !self.hook.busy);
        match link.map(|link| (link.is_down(), link.is_refused())) {
            Some((true, refused)) => self.writer_unknown(refused, now),
            Some((false, _)) | None => Ok(()),
        }
    }

    /// A person wants this installation to write, whoever does now (B16). Returns whether another one does.
    pub(super) fn take_over(&mut self, now: DateTime<Utc>) -> bool {
        if !self.writing.is_read_only() {
            return false;
        }
        tracing::warn!("a person wants this Sidetone to be the one that writes");
        self.hook.taking_over = true;
        self.hook.steps = 0;
        self.hook.at = Some(now);
        true
    }

    /// A person wants our webhook put right at once, and switched on, however often it was switched off.
    pub(super) fn put_webhook_right(&mut self, now: DateTime<Utc>) {
        self.hook.by_a_person = self.hook.at.is_some();
        self.look_at_webhook_now(now);
    }

    /// Our webhook is looked at, and put right, at once.
    pub(super) fn look_at_webhook_now(&mut self, now: DateTime<Utc>) {
        // Where it is never looked at (mode, study), nothing of ours shall stand there.
        if self.hook.at.is_some() {
            self.hook.steps = 0;
            self.hook.at = Some(now);
        }
    }

    /// Whether events come by a webhook as far as it is for us to see to that: one that a person made is theirs.
    pub(super) fn webhook_stands(&self) -> bool {
        let is_ours = matches!(self.settings.arrival, Arrival::OwnWebhook { .. });
        !is_ours || self.hook.stands || self.hook.at.is_none()
    }

    fn webhook_step(&mut self, step: WebhookStep, request: Request, now: DateTime<Utc>) {
        // Two requests a minute, on which all writing hangs.
        self.hook.busy = self.ask(Vendor::Aircall, Lane::Ring, Job::Webhook(step), request, now).is_ok();
    }

    pub(super) fn webhook_told(
        &mut self,
        step: WebhookStep,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.hook.busy = false;
        if self.uninstalled.holds() {
            return self.removal_told(step, result, now);
        }
        let every =
            TimeDelta::from_std(self.settings.check_every).unwrap_or(LOOK_AT_LEAST).min(LOOK_AT_LEAST);
        self.hook.at = Some(now + every);
        let Ok(answer) = result else {
            self.hook.at = Some(now + LOOK_AGAIN);
            return self.writer_unknown(false, now);
        };
        match step {
            WebhookStep::Look => self.looked_at_webhooks(answer, now),
            WebhookStep::Make | WebhookStep::Change | WebhookStep::Remove => {
                self.webhook_changed(answer, now)
            }
            // Asked before a person resumed: it is looked at anew.
            WebhookStep::Find | WebhookStep::TakeAway => {
                self.look_at_webhooks_anew(now);
                Ok(())
            }
        }
    }

    fn looked_at_webhooks(&mut self, answer: &Answer, now: DateTime<Utc>) -> Result<(), StoreError> {
        let request = aircall::webhooks::list(aircall::Paging::default());
        let page = match request.parse(answer) {
            Ok(page) => page,
            Err(error) => {
                self.hook.at = Some(now + LOOK_AGAIN);
                return self.writer_unknown(error.is_credential(), now);
            }
        };
        let next_page = request.next_page(&page);
        self.hook.seen.extend(page.items);
        if let Some(next_page) = next_page {
            self.webhook_step(WebhookStep::Look, next_page.to_http(&self.aircall), now);
            return Ok(());
        }
        let seen = std::mem::take(&mut self.hook.seen);
        let wanted = self.wanted_webhook();
        let mut found = next(&seen, self.installation, &wanted, self.hook.taking_over);
        self.hook.stands |= found.next == Next::Rest;
        self.hook.is_switching_on = false;
        if found.state == State::SwitchedOff && matches!(found.next, Next::Change(_)) {
            if self.may_switch_on(now) {
                self.hook.is_switching_on = true;
            } else {
                found.next = Next::Rest;
            }
        }
        if let Some(ours) = &found.ours {
            self.remember_token(ours, now)?;
        }
        self.learn_how_ours_is(&found, now)?;
        match found.other {
            Some(host) => self.is_not_the_writer(host, now)?,
            None if found.next == Next::Rest => {
                self.hook.alert = None;
                self.hook.steps = 0;
                let taken_over = std::mem::take(&mut self.hook.taking_over);
                self.is_sole_writer(taken_over, self.hook.began, now)?;
            }
            None => self.still_sole_writer(self.hook.began),
        }
        let Ok(events) = aircall::webhooks::EventList::new(wanted.events.iter().copied()) else {
            return Ok(());
        };
        match found.next {
            Next::Rest => {}
            Next::Make => {
                let new = aircall::webhooks::WebhookCreate {
                    url: wanted.url,
                    events,
                    custom_name: Some("Sidetone".into()),
                };
                let request = aircall::webhooks::create(&new).to_http(&self.aircall);
                self.webhook_step(WebhookStep::Make, request, now);
            }
            Next::Change(id) => {
                tracing::warn!("our webhook is not as it should be; putting it right");
                let update = aircall::webhooks::WebhookUpdate {
                    url: Some(wanted.url),
                    active: Some(wanted.active),
                    ..aircall::webhooks::WebhookUpdate::enable(events)
                };
                let request = aircall::webhooks::update(&id, &update).to_http(&self.aircall);
                self.webhook_step(WebhookStep::Change, request, now);
            }
            Next::Remove(id) => {
                let request = aircall::webhooks::delete(&id).to_http(&self.aircall);
                self.webhook_step(WebhookStep::Remove, request, now);
            }
        }
        Ok(())
    }

    /// Whether a webhook that was switched off is switched on again now.
    fn may_switch_on(&mut self, now: DateTime<Utc>) -> bool {
        if self.hook.by_a_person {
            return true;
        }
        self.hook.switched_on.retain(|at| now - *at < COUNTED_FOR);
        let (count, last) = (self.hook.switched_on.len(), self.hook.switched_on.last());
        let pause = TimeDelta::minutes(SWITCHED_ON_AFTER[count.min(SWITCHED_ON_AFTER.len() - 1)]);
        let again = last.map_or(now, |last| *last + pause);
        if again > now {
            self.hook.at = self.hook.at.map(|at| at.min(again));
        }
        self.settings.enable_webhook && again <= now
    }

    /// What a look shows of whether events come (B1).
    fn learn_how_ours_is(&mut self, found: &Found, now: DateTime<Utc>) -> Result<(), StoreError> {
        if !matches!(self.settings.arrival, Arrival::OwnWebhook { .. }) {
            return Ok(());
        }
        self.hook.is_well = found.state == State::Well;
        self.hook.is_left_off = found.state == State::SwitchedOff && !self.settings.enable_webhook;
        match found.state {
            State::Well => {
                self.hook.by_a_person = false;
                let at_last = self.hook.well_until.replace(self.hook.began).is_none();
                self.webhook_was_well(at_last, now)
            }
            State::SwitchedOff => {
                self.in_trouble(GapCause::WebhookDisabled, self.hook.well_until.unwrap_or(now), now);
                Ok(())
            }
            // Before it was well for the first time, it is only being made; and whoever reads only may have none.
            State::Astray => {
                if let Some(until) = self.hook.well_until.filter(|_| found.other.is_none()) {
                    self.in_trouble(GapCause::WebhookMade, until, now);
                }
                Ok(())
            }
        }
    }

    fn webhook_changed(&mut self, answer: &Answer, now: DateTime<Utc>) -> Result<(), StoreError> {
        match aircall::Request::<Value>::raw(http::Method::PUT, "/v1/webhooks", None).parse(answer) {
            Ok(body) => {
                if std::mem::take(&mut self.hook.is_switching_on) {
                    self.hook.switched_on.push(now);
                }
                self.hook.steps += 1;
                if self.hook.steps <= STEPS_AT_ONCE {
                    self.hook.at = Some(now);
                }
                match aircall::Webhook::from_value(body.get("webhook").unwrap_or(&body)) {
                    Some(webhook) => self.remember_token(&webhook, now),
                    None => Ok(()),
                }
            }
            Err(error) => {
                self.hook.alert = Some(Alert {
                    code: "webhook_refused".into(),
                    since: now.timestamp(),
                    calls: 0,
                    what: "Aircall does not take our webhook, so calls do not arrive in real time.".into(),
                    mend: masked_text(&error.to_string()),
                });
                // No other installation was seen, and ours cannot be shown: that stops nobody's records.
                if error.is_permanent() && !self.writing.is_read_only() {
                    self.is_sole_writer(false, self.hook.began, now)?;
                }
                Ok(())
            }
        }
    }

    /// What stands for this installation at Aircall.
    fn wanted_webhook(&self) -> Wanted {
        match &self.settings.arrival {
            Arrival::OwnWebhook { public_url } => Wanted::receiving(public_url, self.installation, &EVENTS),
            Arrival::ManualWebhook | Arrival::Polling => {
                Wanted::standing_in(self.installation, self.settings.arrival == Arrival::ManualWebhook)
            }
        }
    }

    /// One that it replaces is believed until the first event comes with it (G22).
    fn remember_token(&mut self, webhook: &aircall::Webhook, now: DateTime<Utc>) -> Result<(), StoreError> {
        let Some(token) = webhook.token.as_ref() else { return Ok(()) };
        // What another hub on the same store has found out is taken over first.
        self.keep_tokens(now)?;
        self.shared.change_tokens(|tokens| tokens.own_is(token.reveal()));
        self.keep_tokens(now)
    }

    /// What tokens are believed is kept over restarts. Where nothing changed here, what is stored holds: another hub may
    /// have changed it.
    pub(super) fn keep_tokens(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        // Then the store shall have none.
        if self.uninstalled.holds() {
            return Ok(());
        }
        let stored = Tokens::remembered(self.store.as_ref())?;
        if !self.shared.tokens_unsaved.load(Ordering::SeqCst) {
            self.shared.believe(stored);
            return Ok(());
        }
        let tokens = self.shared.tokens();
        if tokens != stored {
            let mut change = Change::at(now);
            change.settings = tokens.settings();
            self.push(&change)?;
        }
        self.shared.tokens_are_kept(&tokens);
        Ok(())
    }
}
