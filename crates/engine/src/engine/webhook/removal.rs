//! Our webhook is taken away (G21): looked for, deleted, and looked for again, until Aircall shows none of ours.
//!
//! Its address says which one is ours; everybody else's stay. Nothing but this is asked while Sidetone is uninstalled.

use chrono::{DateTime, Utc};
use sidetone_protocol::Vendor;

use super::claims::first_of;
use super::{Hook, LOOK_AGAIN, LOOK_AT_LEAST, STEPS_AT_ONCE, WebhookStep};
use crate::budget::Lane;
use crate::engine::{Engine, Job};
use crate::helpdesk::{Answer, Request};
use crate::store::StoreError;
use crate::transport::TransportError;

impl Engine {
    /// From now on ours is looked for, to be taken away. A step that is under way comes to its end first: it may make one.
    pub(in crate::engine) fn take_webhook_away(&mut self, now: DateTime<Utc>) {
        self.look_at_webhooks_anew(now);
        self.hook.at = (self.uninstalled.webhook_stands() && !self.settings.study_only).then_some(now);
    }

    /// From now on ours is kept as it should be again.
    pub(in crate::engine) fn look_at_webhooks_anew(&mut self, now: DateTime<Utc>) {
        self.hook = Hook { busy: self.hook.busy, ..Hook::new(&self.settings, now) };
    }

    pub(super) fn look_for_ours(&mut self, now: DateTime<Utc>) {
        let request = aircall::webhooks::list(aircall::Paging::default()).to_http(&self.aircall);
        self.removal_step(WebhookStep::Find, request, now);
    }

    fn removal_step(&mut self, step: WebhookStep, request: Request, now: DateTime<Utc>) {
        // All else is held back, so this does not go by way of `Engine::ask`.
        self.hook.busy = self.admit(Vendor::Aircall, Lane::Ring, now).is_ok();
        if self.hook.busy {
            self.send(Vendor::Aircall, Job::Webhook(step), request, now);
        }
    }

    pub(super) fn removal_told(
        &mut self,
        step: WebhookStep,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.hook.at = Some(now + LOOK_AGAIN);
        let Ok(answer) = result else { return Ok(()) };
        match step {
            WebhookStep::Find => return self.looked_for_ours(answer, now),
            WebhookStep::TakeAway => {
                self.hook.steps += 1;
                let soon = self.hook.steps <= STEPS_AT_ONCE;
                let is_gone = match aircall::webhooks::delete("").parse(answer) {
                    Ok(()) => true,
                    Err(error) => error.kind() == aircall::ErrorKind::NotFound,
                };
                // Whether there is another one; what is refused time and again is tried less often.
                self.hook.at = Some(match (is_gone, soon) {
                    (true, true) => now,
                    (true, false) | (false, true) => now + LOOK_AGAIN,
                    (false, false) => now + LOOK_AT_LEAST,
                });
            }
            // It was under way before Sidetone was uninstalled.
            WebhookStep::Look | WebhookStep::Make | WebhookStep::Change | WebhookStep::Remove => {
                self.hook.at = Some(now);
            }
        }
        Ok(())
    }

    fn looked_for_ours(&mut self, answer: &Answer, now: DateTime<Utc>) -> Result<(), StoreError> {
        let request = aircall::webhooks::list(aircall::Paging::default());
        let Ok(page) = request.parse(answer) else { return Ok(()) };
        let next_page = request.next_page(&page);
        self.hook.seen.extend(page.items);
        if let Some(next_page) = next_page {
            self.removal_step(WebhookStep::Find, next_page.to_http(&self.aircall), now);
            return Ok(());
        }
        match first_of(&self.hook.seen, self.installation) {
            Some(id) => {
                let request = aircall::webhooks::delete(&id).to_http(&self.aircall);
                self.removal_step(WebhookStep::TakeAway, request, now);
            }
            None => {
                self.webhook_is_gone(now)?;
                self.hook.at = None;
            }
        }
        Ok(())
    }
}
