//! Webhooks as a client keeps them (`reference/aircall.md §4.7, §5.9`). Delivering is in `delivery.rs`.

use http::Method;
use serde_json::{Value, json};

use super::{errors, shapes, state::State};
use crate::wire::{Answered, Asked};

/// The most webhooks of one company.
const MOST_WEBHOOKS: usize = 100;

/// Every event that can be subscribed to (`reference/aircall.md §6.4`).
pub const EVENTS: &[&str] = &[
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
    "group_message.sent",
    "group_message.received",
    "group_message.status_updated",
    "integration.deleted",
    "number.created",
    "number.deleted",
    "number.opened",
    "number.closed",
    "user.created",
    "user.deleted",
    "user.connected",
    "user.disconnected",
    "user.opened",
    "user.closed",
    "user.wut_start",
    "user.wut_end",
    "user.created.v2",
    "user.deleted.v2",
    "user.connected.v2",
    "user.disconnected.v2",
    "user.opened.v2",
    "user.closed.v2",
    "user.wut_start.v2",
    "user.wut_end.v2",
    "contact.created",
    "contact.updated",
    "contact.deleted",
    "sentiment.created",
    "summary.created",
    "topics.created",
    "transcription.created",
    "action_item.created",
    "playbook_result.created",
    "custom_summary.created",
    "call_evaluation.created",
];

/// One webhook. Its token must not be logged, so it has no `Debug` of its own making.
#[derive(Clone)]
pub(crate) struct Webhook {
    pub(crate) uuid: String,
    pub(crate) old_id: u64,
    pub(crate) url: String,
    pub(crate) token: String,
    pub(crate) events: Vec<String>,
    pub(crate) created_at: i64,
    pub(crate) is_active: bool,
    /// Unix seconds at which the vendor (not the client) switched it off.
    pub(crate) disabled_at: Option<i64>,
    pub(crate) failures_in_a_row: u32,
    pub(crate) delivered: u64,
    pub(crate) failed: u64,
    /// The app that made it, by its install; `None` for Basic keys and the Dashboard.
    pub(crate) app: Option<u64>,
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Webhook").field("uuid", &self.uuid).field("is_active", &self.is_active).finish()
    }
}

impl Webhook {
    /// A new one, of whoever asks.
    pub(crate) fn new(state: &mut State, url: String, events: Vec<String>) -> Self {
        Self {
            uuid: state.dice.uuid().to_string(),
            old_id: state.next_id(),
            url,
            token: state.dice.hex(),
            events,
            created_at: state.now(),
            is_active: true,
            disabled_at: None,
            failures_in_a_row: 0,
            delivered: 0,
            failed: 0,
            app: state.caller,
        }
    }

    /// Paths take the UUID, and still the old integer.
    pub(crate) fn is_named(&self, id: &str) -> bool {
        self.uuid == id || self.old_id.to_string() == id
    }

    /// As create and update answer: without the old id.
    fn changed(&self) -> Value {
        json!({
            "webhook_id": self.uuid,
            "direct_link": format!("https://api.aircall.io/v1/webhooks/{}", self.uuid),
            "url": self.url,
            "active": self.is_active,
            "events": self.events,
            "token": self.token,
            "created_at": shapes::iso(self.created_at),
        })
    }

    /// As list and get answer.
    pub(crate) fn listed(&self) -> Value {
        let mut webhook = self.changed();
        webhook["id"] = json!(self.old_id);
        webhook
    }
}

pub(crate) fn change(state: &mut State, asked: &Asked, path: &[&str]) -> Answered {
    let Some(body) = asked.json() else {
        return errors::bad_request("The body is not valid JSON");
    };
    let index = |id: &str| {
        state.webhooks.iter().position(|webhook| webhook.is_named(id) && webhook.app == state.caller)
    };
    match (&asked.method, path) {
        (&Method::POST, []) => create(state, &body),
        (&Method::PUT, [id]) => match index(id) {
            Some(index) => update(state, index, asked.param("events_action"), &body),
            None => errors::gateway(404),
        },
        (&Method::DELETE, [id]) => match index(id) {
            Some(index) => {
                state.webhooks.remove(index);
                Answered::empty(204)
            }
            None => errors::gateway(404),
        },
        _ => errors::gateway(404),
    }
}

/// Posting twice makes two: nothing here compares addresses.
fn create(state: &mut State, body: &Value) -> Answered {
    let Some(url) = body["url"].as_str().filter(|url| is_address(url)) else {
        return errors::invalid("url", "must be a web address");
    };
    let events = match events_of(body) {
        Ok(events) => events,
        Err(refusal) => return refusal,
    };
    if state.webhooks.len() >= MOST_WEBHOOKS {
        return errors::bad_request("A company can have 100 webhooks at most.");
    }
    let webhook = Webhook::new(state, url.to_owned(), events.unwrap_or_else(all_events));
    let answer = Answered::json(201, &json!({"webhook": webhook.changed()}));
    state.webhooks.push(webhook);
    answer
}

/// Without `events` the webhook is subscribed to **everything**; `events_action` changes the list instead
/// of replacing it (`reference/aircall.md §5.9`).
fn update(state: &mut State, index: usize, action: Option<&str>, body: &Value) -> Answered {
    let new_token = state.switches.change_renews_token.then(|| state.dice.hex());
    let webhook = &mut state.webhooks[index];
    if body.get("url").is_some_and(|url| !url.as_str().is_some_and(is_address)) {
        return errors::invalid("url", "must be a web address");
    }
    let events = match events_of(body) {
        Ok(events) => events,
        Err(refusal) => return refusal,
    };
    match (action, events) {
        (None, events) => webhook.events = events.unwrap_or_else(all_events),
        (Some("add"), Some(events)) => {
            let new = events.into_iter().filter(|event| !webhook.events.contains(event)).collect::<Vec<_>>();
            webhook.events.extend(new);
        }
        (Some("remove"), Some(events)) => webhook.events.retain(|event| !events.contains(event)),
        (Some("add" | "remove"), None) => return errors::invalid("events", "can't be blank"),
        (Some(_), _) => return errors::invalid("events_action", "must be add or remove"),
    }
    if let Some(url) = body["url"].as_str() {
        url.clone_into(&mut webhook.url);
    }
    if let Some(active) = body["active"].as_bool() {
        webhook.is_active = active;
        webhook.disabled_at = None;
        webhook.failures_in_a_row = 0;
    }
    if let Some(token) = new_token {
        webhook.token = token;
    }
    Answered::json(200, &json!({"webhook": webhook.changed()}))
}

/// `None` when the body names no events; an empty list is as good as none.
fn events_of(body: &Value) -> Result<Option<Vec<String>>, Answered> {
    let refusal = || errors::invalid("events", "is not a list of known events");
    match body.get("events") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(events)) if events.is_empty() => Ok(None),
        Some(Value::Array(events)) => events
            .iter()
            .map(|event| event.as_str().filter(|event| EVENTS.contains(event)).map(str::to_owned))
            .collect::<Option<Vec<_>>>()
            .map(Some)
            .ok_or_else(refusal),
        Some(_) => Err(refusal()),
    }
}

fn all_events() -> Vec<String> {
    EVENTS.iter().map(|event| (*event).to_owned()).collect()
}

/// The real service wants https; the stand-in also takes http, for receivers on this machine.
pub(super) fn is_address(url: &str) -> bool {
    url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}
