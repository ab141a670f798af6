//! Our webhook at Aircall (C1): made, kept switched on, subscribed to exactly our events.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sidetone_protocol::{Alert, Mode, Vendor};

use super::{Engine, Job};
use crate::budget::Lane;
use crate::helpdesk::{Answer, Request};
use crate::inbox;
use crate::settings::{Arrival, Settings};
use crate::store::{Change, StoreError};
use crate::transport::TransportError;

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WebhookStep {
    Look,
    Make,
    Mend,
}

/// When our webhook is looked at, and what is wrong with it.
pub(crate) struct Hook {
    at: Option<DateTime<Utc>>,
    busy: bool,
    alert: Option<Alert>,
}

impl Hook {
    pub(super) fn new(settings: &Settings, now: DateTime<Utc>) -> Hook {
        let own =
            matches!(settings.arrival, Arrival::OwnWebhook { .. }) && settings.logging.mode.0 != Mode::Off;
        Hook { at: own.then_some(now), busy: false, alert: None }
    }

    /// What a person has to do about it.
    pub(super) fn alert(&self) -> Option<Alert> {
        self.alert.clone()
    }
}

impl Engine {
    pub(super) fn look_at_webhook(&mut self, now: DateTime<Utc>) {
        let Some(at) = self.hook.at.filter(|_| !self.hook.busy) else { return };
        if at > now {
            self.wake_by(at);
        } else {
            let request = aircall::webhooks::list(aircall::Paging::default()).to_http(&self.aircall);
            self.webhook_step(WebhookStep::Look, request, now);
        }
    }

    fn webhook_url(&self) -> Option<String> {
        match &self.settings.arrival {
            Arrival::OwnWebhook { public_url } => {
                Some(format!("{}/webhooks/aircall/{}", public_url.trim_end_matches('/'), self.installation))
            }
            Arrival::ManualWebhook | Arrival::Polling => None,
        }
    }

    fn webhook_step(&mut self, step: WebhookStep, request: Request, now: DateTime<Utc>) {
        self.hook.busy = self.ask(Vendor::Aircall, Lane::Live, Job::Webhook(step), request, now).is_ok();
    }

    pub(super) fn webhook_told(
        &mut self,
        step: WebhookStep,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.hook.busy = false;
        let every = TimeDelta::from_std(self.settings.check_every).unwrap_or(TimeDelta::seconds(30));
        self.hook.at = Some(now + every);
        let (Ok(answer), Some(url)) = (result, self.webhook_url()) else { return Ok(()) };
        let request = aircall::webhooks::list(aircall::Paging::default());
        match step {
            WebhookStep::Look => {
                let Ok(page) = request.parse(answer) else { return Ok(()) };
                let ours = page.items.iter().find(|w| w.url.as_deref() == Some(url.as_str()));
                match (ours, request.next_page(&page)) {
                    (Some(ours), _) => self.check_webhook(ours, now),
                    (None, Some(next)) => {
                        let next = next.to_http(&self.aircall);
                        self.webhook_step(WebhookStep::Look, next, now);
                        Ok(())
                    }
                    (None, None) => {
                        self.make_webhook(url, now);
                        Ok(())
                    }
                }
            }
            WebhookStep::Make | WebhookStep::Mend => {
                match aircall::Request::<Value>::raw(http::Method::PUT, "/v1/webhooks", None).parse(answer) {
                    Ok(body) => {
                        self.hook.alert = None;
                        let made = body.get("webhook").unwrap_or(&body);
                        match aircall::Webhook::from_value(made) {
                            Some(webhook) => self.remember_token(&webhook, now),
                            None => Ok(()),
                        }
                    }
                    Err(error) => {
                        self.hook.alert = Some(Alert {
                            code: "webhook_refused".into(),
                            since: now.timestamp(),
                            calls: 0,
                            what: "Aircall does not take our webhook, so calls do not arrive in real time."
                                .into(),
                            mend: error.to_string(),
                        });
                        Ok(())
                    }
                }
            }
        }
    }

    fn check_webhook(&mut self, ours: &aircall::Webhook, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.hook.alert = None;
        self.remember_token(ours, now)?;
        let Ok(events) = aircall::webhooks::EventList::new(EVENTS) else { return Ok(()) };
        if events.is_of(ours) && ours.active != Some(false) {
            return Ok(());
        }
        tracing::warn!("our webhook was switched off or changed; putting it right");
        let update = aircall::webhooks::WebhookUpdate::enable(events);
        let request = aircall::webhooks::update(&ours.id, &update).to_http(&self.aircall);
        self.webhook_step(WebhookStep::Mend, request, now);
        Ok(())
    }

    fn make_webhook(&mut self, url: String, now: DateTime<Utc>) {
        let Ok(events) = aircall::webhooks::EventList::new(EVENTS) else { return };
        let new = aircall::webhooks::WebhookCreate { url, events, custom_name: Some("Sidetone".into()) };
        let request = aircall::webhooks::create(&new).to_http(&self.aircall);
        self.webhook_step(WebhookStep::Make, request, now);
    }

    /// Only a hash is kept: whoever reads the database cannot forge an event.
    fn remember_token(&mut self, webhook: &aircall::Webhook, now: DateTime<Utc>) -> Result<(), StoreError> {
        let Some(token) = webhook.token.as_ref() else { return Ok(()) };
        let hash = inbox::token_hash(token.reveal());
        if self.store.setting("webhook_token_hash")?.as_deref() == Some(hash.as_str()) {
            return Ok(());
        }
        let mut change = Change::at(now);
        change.settings.push(("webhook_token_hash".into(), hash));
        self.push(&change)
    }
}
