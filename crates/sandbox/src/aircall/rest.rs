//! The REST face: the gateway's checks, then one arm per path (`reference/aircall.md §5`). Reads are
//! answered here; writes are in `writes.rs`, webhooks in `webhooks.rs`.

use http::Method;
use serde_json::{Value, json};

use super::{
    call::{Call, Direction},
    errors, media, oauth,
    paging::{Links, page},
    shapes::{self, Fetch},
    state::State,
    switches::ResetUnit,
    webhooks::{self, Webhook},
    world::{API_ID, API_TOKEN, BEARER, COMPANY},
    writes,
};
use crate::{
    numbers,
    wire::{Answered, Asked, Credential},
};

/// Answers a request to `https://api.aircall.io`, or to a media address.
pub(crate) fn answer(state: &mut State, asked: &Asked) -> Answered {
    let segments = asked.segments();
    if segments.first() == Some(&"media") {
        return media::answer(state, asked);
    }
    if let Some(answered) = oauth::answer(state, asked) {
        return answered;
    }
    if let Err(refusal) = at_the_gate(state, asked) {
        return refusal;
    }
    let answered = route(state, asked);
    state.caller = None;
    answered
}

/// What is behind the gate.
pub(crate) fn route(state: &mut State, asked: &Asked) -> Answered {
    let origin = asked.origin(&state.origin);
    match (&asked.method, asked.segments().as_slice()) {
        (_, ["v1", "integrations", what]) => oauth::integration(state, asked, what),
        (&Method::GET, path) => read(state, asked, &origin, path),
        (_, ["v1", "webhooks", rest @ ..]) => webhooks::change(state, asked, rest),
        (_, path) => writes::change(state, asked, path),
    }
}

/// 401 without a header, 403 with a wrong one, then the media type, then the rate limit.
fn at_the_gate(state: &mut State, asked: &Asked) -> Result<(), Answered> {
    let caller = match asked.credential() {
        Credential::Absent => return Err(errors::gateway(401)),
        Credential::Basic { user, password } => (user == API_ID && password == API_TOKEN).then_some(None),
        Credential::Bearer(token) if token == BEARER => Some(None),
        Credential::Bearer(token) => {
            state.installs.iter().find(|install| install.is_known_by(&token)).map(|install| Some(install.id))
        }
        Credential::Unreadable => None,
    };
    let Some(caller) = caller.filter(|_| !state.switches.revoked && !is_forbidden(state, asked)) else {
        return Err(errors::gateway(403));
    };
    if asked.method != Method::GET && !asked.sends_json() {
        return Err(errors::bad_request("Content-Type must be application/json"));
    }
    let now = state.now();
    state.window.admit(now).map_err(|reset| too_many(state, reset))?;
    state.caller = caller;
    Ok(())
}

/// Aircall knows no permissions, but a proxy or a plan may shut a path.
fn is_forbidden(state: &State, asked: &Asked) -> bool {
    state.switches.forbidden.iter().any(|forbidden| match forbidden.split_once(' ') {
        Some((method, path)) => {
            asked.method.as_str().eq_ignore_ascii_case(method) && asked.path.starts_with(path)
        }
        None => asked.path.starts_with(forbidden.as_str()),
    })
}

/// With and without the headers: both are told of (`reference/aircall.md §2.1`).
fn too_many(state: &State, reset: i64) -> Answered {
    if !state.switches.limit_headers {
        return errors::gateway(429);
    }
    let reset = match state.switches.reset_unit {
        ResetUnit::Seconds => reset,
        ResetUnit::Milliseconds => reset * 1000,
    };
    Answered::json(429, &json!({"error": "Too Many Requests"}))
        .with("x-aircallapi-limit", state.window.limits.per_minute.to_string())
        .with("x-aircallapi-remaining", "0")
        .with("x-aircallapi-reset", reset.to_string())
}

fn read(state: &State, asked: &Asked, origin: &str, path: &[&str]) -> Answered {
    let world = &state.world;
    let list = |key: &str, links, items: &[Value]| page(asked, origin, key, links, items, Value::clone);
    match path {
        ["v1", "ping"] => Answered::json(200, &json!({"ping": "pong"})),
        ["v1", "company"] => Answered::json(
            200,
            &json!({"company": {
                "name": COMPANY, "users_count": world.agents.len(), "numbers_count": world.lines.len(),
            }}),
        ),
        ["v2", "users"] => {
            let users: Vec<Value> = world
                .agents
                .iter()
                .enumerate()
                .map(|(index, agent)| shapes::agent_v2(index, agent))
                .collect();
            list("users", Links::Told, &users)
        }
        ["v2", "users", which] => found(
            "user",
            world
                .agents
                .iter()
                .enumerate()
                .find(|(_, agent)| names(agent.id, agent.email, which))
                .map(|(index, agent)| shapes::agent_v2(index, agent)),
        ),
        ["v2", "users", which, "numbers"] => {
            let Some(agent) = world.agents.iter().find(|agent| names(agent.id, agent.email, which)) else {
                return errors::gateway(404);
            };
            let lines: Vec<Value> = world
                .lines
                .iter()
                .filter(|line| line.agents.contains(&agent.id))
                .map(shapes::nested_line)
                .collect();
            list("numbers", Links::Told, &lines)
        }
        ["v1", "users", "availabilities"] => {
            let users: Vec<Value> = world
                .agents
                .iter()
                .map(|agent| json!({"id": agent.id, "availability": state.presence(agent.id)}))
                .collect();
            list("users", Links::Told, &users)
        }
        ["v1", "users", id, "availability"] => match id.parse().ok().and_then(|id| state.presence(id)) {
            Some(presence) => Answered::json(200, &json!({"availability": presence})),
            None => errors::gateway(404),
        },
        ["v1", "numbers"] => page(asked, origin, "numbers", Links::Told, &world.lines, shapes::nested_line),
        ["v1", "numbers", id] => found(
            "number",
            id.parse().ok().and_then(|id| world.line(id)).map(|line| shapes::line_with_users(state, line)),
        ),
        ["v1", "calls"] => calls(state, asked, origin, false),
        ["v1", "calls", "search"] => calls(state, asked, origin, true),
        ["v1", "calls", id] => found(
            "call",
            id.parse()
                .ok()
                .and_then(|id| state.calls.get(&id))
                .map(|call| shapes::call_over_rest(state, call, fetch(asked), origin)),
        ),
        ["v1", "contacts"] => page(asked, origin, "contacts", Links::Told, &world.contacts, shapes::contact),
        ["v1", "contacts", "search"] => {
            let contacts: Vec<Value> = world
                .contacts
                .iter()
                .filter(|contact| {
                    asked.param("phone_number").is_none_or(|number| numbers::same(number, contact.e164))
                        && asked.param("email").is_none_or(|email| contact.email == Some(email))
                })
                .map(shapes::contact)
                .collect();
            list("contacts", Links::Told, &contacts)
        }
        ["v1", "contacts", id] => found(
            "contact",
            world.contacts.iter().find(|contact| contact.id.to_string() == **id).map(shapes::contact),
        ),
        ["v1", "tags"] => page(asked, origin, "tags", Links::Told, &world.tags, shapes::tag),
        ["v1", "tags", id] => {
            found("tag", world.tags.iter().find(|tag| tag.id.to_string() == **id).map(shapes::tag))
        }
        ["v1", "teams"] => {
            page(asked, origin, "teams", Links::Told, &world.teams, |team| shapes::team(state, team))
        }
        ["v1", "teams", id] => {
            found("team", id.parse().ok().and_then(|id| world.team(id)).map(|team| shapes::team(state, team)))
        }
        ["v1", "webhooks"] => {
            let own: Vec<&Webhook> = state.webhooks.iter().filter(|hook| hook.app == state.caller).collect();
            page(asked, origin, "webhooks", Links::Untold, &own, |hook| hook.listed())
        }
        ["v1", "webhooks", id] => found(
            "webhook",
            state
                .webhooks
                .iter()
                .find(|hook| hook.is_named(id) && hook.app == state.caller)
                .map(Webhook::listed),
        ),
        _ => errors::gateway(404),
    }
}

/// The list and the search: the search only knows more filters. Whether and how late running calls are in both is not
/// known (`reference/aircall.md §5.3`).
fn calls(state: &State, asked: &Asked, origin: &str, is_search: bool) -> Answered {
    let seconds = |name: &str| asked.param(name).and_then(|value| value.parse::<i64>().ok());
    let (from, to) = (seconds("from"), seconds("to"));
    let mut calls: Vec<&Call> = state
        .calls
        .values()
        .filter(|call| is_listed(state, call))
        .filter(|call| {
            // `from` is exclusive and `to` inclusive, both by the start (`reference/aircall.md §3`).
            from.is_none_or(|from| call.started_at > from) && to.is_none_or(|to| call.started_at <= to)
        })
        .filter(|call| !is_search || is_searched(state, asked, call))
        .collect();
    calls.sort_by_key(|call| (call.started_at, call.id));
    if asked.param("order") == Some("desc") {
        calls.reverse();
    }
    let fetch = fetch(asked);
    page(asked, origin, "calls", Links::Told, &calls, |call| {
        shapes::call_over_rest(state, call, fetch, origin)
    })
}

fn is_listed(state: &State, call: &Call) -> bool {
    let is_late_enough = (state.now() - call.started_at) as f64 >= state.switches.list_delay_s / state.scale;
    is_late_enough && (state.switches.list_running || !call.is_up())
}

fn is_searched(state: &State, asked: &Asked, call: &Call) -> bool {
    let direction = match call.direction {
        Direction::Inbound => "inbound",
        Direction::Outbound => "outbound",
    };
    let has_tag = |wanted: &str| {
        call.tags.iter().any(|tagged| {
            state
                .world
                .tags
                .iter()
                .any(|tag| tag.id == tagged.tag && (tag.id.to_string() == wanted || tag.name == wanted))
        })
    };
    asked.param("direction").is_none_or(|wanted| wanted == direction)
        && asked
            .param("user_id")
            .is_none_or(|id| call.user.map(|user| user.to_string()).as_deref() == Some(id))
        && asked
            .param("phone_number")
            .is_none_or(|wanted| call.other.as_deref().is_some_and(|number| numbers::same(number, wanted)))
        && asked.params("tags[]").all(has_tag)
}

fn fetch(asked: &Asked) -> Fetch {
    Fetch {
        contact: asked.is_true("fetch_contact"),
        short_urls: asked.is_true("fetch_short_urls"),
        timeline: asked.is_true("fetch_call_timeline"),
    }
}

/// Users are read by id or by e-mail.
fn names(id: u64, email: &str, which: &str) -> bool {
    id.to_string() == which || email == which || email.replace('@', "%40") == which
}

fn found(key: &str, object: Option<Value>) -> Answered {
    match object {
        Some(object) => Answered::json(200, &json!({key: object})),
        None => errors::gateway(404),
    }
}
