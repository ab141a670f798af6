//! What is odd about a company before anybody notices: webhooks that are not as their owner left them, a line that
//! records nothing, an agent who never takes a call. Set by the control, for whoever looks for such things.

use serde::{Deserialize, Serialize};

use super::{
    state::State,
    webhooks::{EVENTS, Webhook, is_address},
    world::Presence,
};
use crate::refused::Refused;

/// A webhook as somebody else makes it: another integration, or an admin in the Dashboard.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSeed {
    /// Where it delivers to.
    pub url: String,
    /// The events; empty = all.
    #[serde(default)]
    pub events: Vec<String>,
    /// Whether it is on.
    #[serde(default = "yes")]
    pub active: bool,
}

/// What becomes of a webhook behind its owner's back; unset = it stays.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebhookChange {
    /// Where it delivers to.
    pub url: Option<String>,
    /// The events, instead of those it has.
    pub events: Option<Vec<String>>,
    /// Whether it is on.
    pub active: Option<bool>,
    /// The token that its deliveries carry.
    pub token: Option<String>,
}

// Addresses may hold a secret, and tokens are one.
impl std::fmt::Debug for WebhookSeed {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("WebhookSeed").field("events", &self.events).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for WebhookChange {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("WebhookChange")
            .field("events", &self.events)
            .field("active", &self.active)
            .finish_non_exhaustive()
    }
}

fn yes() -> bool {
    true
}

impl State {
    pub(crate) fn add_webhook(&mut self, seed: WebhookSeed) -> Result<String, Refused> {
        checked_url(&seed.url)?;
        checked_events(&seed.events)?;
        let events = if seed.events.is_empty() {
            EVENTS.iter().map(|event| (*event).to_owned()).collect()
        } else {
            seed.events
        };
        let mut webhook = Webhook::new(self, seed.url, events);
        webhook.is_active = seed.active;
        let id = webhook.uuid.clone();
        self.webhooks.push(webhook);
        Ok(id)
    }

    pub(crate) fn change_webhook(&mut self, id: &str, change: WebhookChange) -> Result<(), Refused> {
        change.url.as_deref().map_or(Ok(()), checked_url)?;
        change.events.as_deref().map_or(Ok(()), checked_events)?;
        let webhook = self.webhooks.iter_mut().find(|webhook| webhook.is_named(id));
        let webhook = webhook.ok_or_else(|| Refused::unknown("webhook", id))?;
        if let Some(url) = change.url {
            webhook.url = url;
        }
        if let Some(events) = change.events {
            webhook.events = events;
        }
        if let Some(active) = change.active {
            webhook.is_active = active;
            webhook.disabled_at = None;
        }
        if let Some(token) = change.token {
            webhook.token = token;
        }
        Ok(())
    }

    pub(crate) fn set_recording(&mut self, line: u64, on: bool) -> Result<(), Refused> {
        let known = self.world.lines.iter_mut().find(|known| known.id == line);
        known.map(|line| line.records = on).ok_or_else(|| Refused::unknown("line", line))
    }

    /// The agent's working hours say never, and their phone is closed; or it is open and they say always.
    pub(crate) fn set_never_available(&mut self, agent: u64, never: bool) -> Result<(), Refused> {
        let known = self.world.agents.iter_mut().find(|known| known.id == agent);
        known
            .map(|agent| agent.is_never_available = never)
            .ok_or_else(|| Refused::unknown("agent", agent))?;
        self.set_presence(agent, if never { Presence::Offline } else { Presence::Available })
    }
}

fn checked_url(url: &str) -> Result<(), Refused> {
    is_address(url).then_some(()).ok_or_else(|| Refused::Wrong("url is no web address".to_owned()))
}

fn checked_events(events: &[String]) -> Result<(), Refused> {
    match events.iter().find(|event| !EVENTS.contains(&event.as_str())) {
        Some(event) => Err(Refused::unknown("event", event)),
        None => Ok(()),
    }
}
