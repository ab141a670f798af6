//! The Aircall stand-in as the control page shows it: everything on one page of JSON, without secrets.

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    aircall::{call::Call, shapes, state::State, webhooks::Webhook, world},
    faults::Fault,
    numbers,
};

/// How many calls the state shows: all that are up, and the latest of the others.
const SHOWN_CALLS: usize = 25;

/// A webhook as the control shows it: without its token, and without the path, which may hold a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WebhookState {
    /// The UUID.
    pub id: String,
    /// Scheme, host and port of its address.
    pub origin: String,
    /// The flag that `GET /v1/webhooks/{id}` shows.
    pub active: bool,
    /// Whether Aircall switched it off, rather than its owner.
    pub disabled_by_aircall: bool,
    /// The events it is subscribed to.
    pub events: Vec<String>,
    /// Deliveries that were answered 2xx in time.
    pub delivered: u64,
    /// Tries that failed.
    pub failed: u64,
    /// Failed tries since the last success.
    pub failures_in_a_row: u32,
}

pub(super) fn whole(state: &mut State, faults: &[Fault]) -> Value {
    let now = state.now();
    let used = state.window.used(now);
    let webhooks: Vec<WebhookState> = state.webhooks.iter().map(webhook_state).collect();
    json!({
        "now": now,
        "company": world::COMPANY,
        "lines": lines(state),
        "agents": agents(state),
        "tags": state.world.tags.iter().map(shapes::tag).collect::<Vec<_>>(),
        "contacts": contacts(state),
        "calls": calls(state),
        "webhooks": webhooks,
        "limits": state.window.limits,
        "used_this_minute": used,
        "switches": state.switches,
        "faults": faults,
        "cards": state.cards.len(),
        "dropped_events": state.dropped_events,
    })
}

pub(super) fn webhook_state(webhook: &Webhook) -> WebhookState {
    let origin = url::Url::parse(&webhook.url).map(|url| url.origin().ascii_serialization());
    WebhookState {
        id: webhook.uuid.clone(),
        origin: origin.unwrap_or_default(),
        active: webhook.is_active,
        disabled_by_aircall: webhook.disabled_at.is_some(),
        events: webhook.events.clone(),
        delivered: webhook.delivered,
        failed: webhook.failed,
        failures_in_a_row: webhook.failures_in_a_row,
    }
}

fn lines(state: &State) -> Vec<Value> {
    let line = |line: &world::Line| {
        let keys: Vec<Value> =
            line.ivr.iter().map(|(key, title)| json!({"key": key, "title": title})).collect();
        json!({
            "id": line.id,
            "name": line.name,
            "number": line.e164,
            "digits": numbers::display(line.e164),
            "ivr": keys,
            "agents": line.agents,
        })
    };
    state.world.lines.iter().map(line).collect()
}

fn agents(state: &State) -> Vec<Value> {
    let agent = |agent: &world::Agent| {
        json!({
            "id": agent.id,
            "name": agent.name,
            "email": agent.email,
            "line": agent.default_line,
            "presence": state.presence(agent.id),
        })
    };
    state.world.agents.iter().map(agent).collect()
}

fn contacts(state: &State) -> Vec<Value> {
    let contact = |contact: &world::Contact| {
        json!({
            "name": format!("{} {}", contact.first_name, contact.last_name),
            "number": contact.e164,
        })
    };
    state.world.contacts.iter().map(contact).collect()
}

fn calls(state: &State) -> Vec<Value> {
    let (up, over): (Vec<&Call>, Vec<&Call>) = state.calls.values().rev().partition(|call| call.is_up());
    up.into_iter().chain(over.into_iter().take(SHOWN_CALLS)).map(|one| call(state, one)).collect()
}

fn call(state: &State, call: &Call) -> Value {
    let agent = |id: u64| state.world.agent(id).map(|agent| agent.name);
    let tags: Vec<&str> = call
        .tags
        .iter()
        .filter_map(|tagged| state.world.tags.iter().find(|tag| tag.id == tagged.tag))
        .map(|tag| tag.name.as_str())
        .collect();
    json!({
        "id": call.id,
        "direction": call.direction,
        "status": call.status,
        "line": state.world.line(call.line).map(|line| line.name.clone()),
        "number": call.other,
        "digits": call.other.as_deref().map(numbers::display),
        "started_at": call.started_at,
        "answered_at": call.answered_at,
        "ended_at": call.ended_at,
        "is_over": call.is_over,
        "is_on_hold": call.is_on_hold,
        "in_ivr": call.is_up() && call.rung.is_empty() && call.ivr.is_empty(),
        "agent": call.user.and_then(agent),
        "rung": call.rung.iter().map(|id| json!({"id": id, "name": agent(*id)})).collect::<Vec<_>>(),
        "missed_reason": call.missed_reason,
        "voicemail": call.has_voicemail,
        "comments": call.comments.iter().map(|comment| comment.content.as_str()).collect::<Vec<_>>(),
        "tags": tags,
        "is_played": call.is_played,
    })
}
