//! What a client may change: notes, tags and cards on calls, calls placed for an agent, the company's
//! tags, who is in a team (`reference/aircall.md §5.1, §5.3, §5.5, §5.8`).

use http::Method;
use serde_json::{Value, json};

use super::{
    aftermath::without_emoji,
    call::ShownCard,
    errors, shapes,
    state::{State, Step},
    texts,
    world::{Presence, Tag},
};
use crate::{
    numbers,
    wire::{Answered, Asked},
};

/// The largest card (`reference/aircall.md §5.5`).
const LARGEST_CARD_BYTES: usize = 10_000;
/// How long an agent takes to press the call key, in seconds of the real service.
const PRESS_AFTER_S: f64 = 2.0;

pub(crate) fn change(state: &mut State, asked: &Asked, path: &[&str]) -> Answered {
    let Some(body) = asked.json() else {
        return errors::bad_request("The body is not valid JSON");
    };
    let id = |text: &str| text.parse::<u64>().ok();
    match (&asked.method, path) {
        (&Method::POST, ["v1", "calls", call, what]) => match (id(call), *what) {
            (Some(call), _) if !state.calls.contains_key(&call) => errors::gateway(404),
            (Some(call), "comments") => comment(state, call, &body),
            (Some(call), "tags") => tag_call(state, call, &body),
            (Some(call), "insight_cards") => show_card(state, call, &body, asked.body.len()),
            _ => errors::gateway(404),
        },
        (&Method::PUT, ["v1", "calls", call, what @ ("archive" | "unarchive")]) => {
            match id(call).map(|call| (call, state.archive(call, *what == "archive"))) {
                Some((call, Ok(()))) => read_back(state, call),
                _ => errors::gateway(404),
            }
        }
        (&Method::POST, ["v1", "users", agent, what @ ("dial" | "calls")]) => match id(agent) {
            Some(agent) if state.world.agent(agent).is_some() => place(state, agent, what, &body),
            _ => errors::gateway(404),
        },
        (&Method::POST, ["v1", "numbers", line, "messages", "native", "send"]) => match id(line) {
            Some(line) if state.world.line(line).is_some() => texts::send(state, line, &body),
            _ => errors::gateway(404),
        },
        (method, ["v1", "teams", team, "users", agent]) => match (id(team), id(agent)) {
            (Some(team), Some(agent)) => member(state, method, team, agent),
            _ => errors::gateway(404),
        },
        (method, ["v1", "tags", rest @ ..]) => tags(state, method, rest, &body),
        _ => errors::gateway(404),
    }
}

/// A note by the API: no author, no emoji, five at most.
fn comment(state: &mut State, call: u64, body: &Value) -> Answered {
    let Some(content) = body["content"].as_str().filter(|content| !content.trim().is_empty()) else {
        return errors::invalid("content", "can't be blank");
    };
    if state.switches.refuse_emoji_only && without_emoji(content).trim().is_empty() {
        return errors::invalid("content", "can't be blank");
    }
    match state.comment(call, None, content) {
        Ok(id) => created(state, call, |written| {
            let comments = written["comments"].as_array();
            json!({"comment": comments.and_then(|all| all.iter().find(|one| one["id"] == id))})
        }),
        Err(_) => errors::bad_request("A call can hold 5 notes at most."),
    }
}

/// Ids only; names are refused.
fn tag_call(state: &mut State, call: u64, body: &Value) -> Answered {
    let ids: Option<Vec<u64>> =
        body["tags"].as_array().map(|tags| tags.iter().filter_map(Value::as_u64).collect());
    let all_known = |ids: &[u64]| ids.iter().all(|id| state.world.tags.iter().any(|tag| tag.id == *id));
    match ids {
        Some(ids) if body["tags"].as_array().map(Vec::len) == Some(ids.len()) && all_known(&ids) => {
            for id in ids {
                // Every id was looked up above, so tagging cannot be refused.
                let _ = state.tag(call, None, &id.to_string());
            }
            created(state, call, |written| json!({"tags": written["tags"]}))
        }
        _ => errors::invalid("tags", "must be a list of ids of existing tags"),
    }
}

/// Whether what was made comes back is not documented (`reference/aircall.md §5.3`).
fn created(state: &State, call: u64, body: impl FnOnce(&Value) -> Value) -> Answered {
    match state.calls.get(&call).filter(|_| state.switches.created_bodies) {
        Some(call) => {
            let written = shapes::call_over_rest(state, call, shapes::Fetch::default(), &state.origin);
            Answered::json(201, &body(&written))
        }
        None => Answered::empty(201),
    }
}

fn show_card(state: &mut State, call: u64, body: &Value, bytes: usize) -> Answered {
    if bytes > LARGEST_CARD_BYTES {
        return errors::bad_request("The card is larger than 10 kB.");
    }
    let is_line = |line: &Value| match line["type"].as_str() {
        Some("title") => line["text"].is_string(),
        Some("shortText") => line["text"].is_string() && line["label"].is_string(),
        _ => false,
    };
    let contents = &body["contents"];
    if !contents.as_array().is_some_and(|lines| !lines.is_empty() && lines.iter().all(is_line)) {
        return errors::invalid("contents", "must be a list of title and shortText lines");
    }
    let is_up = state.calls.get(&call).is_some_and(super::call::Call::is_up);
    if is_up {
        let at = state.now();
        state.cards.push(ShownCard { call, at, contents: contents.clone() });
    } else if state.switches.refuse_late_cards {
        return errors::bad_request("The call is not ongoing.");
    }
    Answered::empty(state.switches.card_status)
}

/// `dial` fills the keypad, `calls` starts at once; both answer 204 without saying which call it becomes.
fn place(state: &mut State, agent: u64, what: &str, body: &Value) -> Answered {
    let Some(to) = body["to"].as_str().filter(|to| numbers::is_e164(to)).map(str::to_owned) else {
        return errors::bad_request("Number needs to be E164");
    };
    if state.presence(agent) != Some(Presence::Available) {
        return errors::not_allowed("The user is currently unavailable");
    }
    if what == "dial" {
        let line = state.world.agent(agent).map(|agent| agent.default_line).unwrap_or_default();
        if state.switches.agent_presses_call {
            state.later(PRESS_AFTER_S, Step::PressCall { agent, line, to });
        }
        return Answered::empty(204);
    }
    let Some(line) = body["number_id"].as_u64() else {
        return errors::invalid("number_id", "can't be blank");
    };
    if !state.world.line(line).is_some_and(|line| line.agents.contains(&agent)) {
        return errors::not_allowed("The number is not active or not assigned to the user");
    }
    state.later(0.0, Step::PressCall { agent, line, to });
    Answered::empty(204)
}

/// An agent joins a team, or leaves it (`reference/aircall.md §5.8`).
fn member(state: &mut State, method: &Method, team: u64, agent: u64) -> Answered {
    let is_known = state.world.agent(agent).is_some();
    let Some(known) = state.world.teams.iter_mut().find(|known| known.id == team && is_known) else {
        return errors::gateway(404);
    };
    match *method {
        Method::POST if known.members.contains(&agent) => {
            return errors::bad_request("The user is in the team already.");
        }
        Method::POST => known.members.push(agent),
        Method::DELETE => known.members.retain(|member| *member != agent),
        _ => return errors::gateway(404),
    }
    let written = state.world.team(team).map(|team| shapes::team(state, team));
    Answered::json(if *method == Method::POST { 201 } else { 200 }, &json!({"team": written}))
}

fn tags(state: &mut State, method: &Method, path: &[&str], body: &Value) -> Answered {
    let position = |state: &State, id: &str| state.world.tags.iter().position(|tag| tag.id.to_string() == id);
    match (method, path) {
        (&Method::POST, []) => {
            let Some(name) = body["name"].as_str().filter(|name| !name.is_empty()) else {
                return errors::invalid("name", "can't be blank");
            };
            if state.world.tags.iter().any(|tag| tag.name == name) {
                return errors::invalid("name", "has already been taken");
            }
            let color = body["color"].as_str().unwrap_or("#888888").to_owned();
            let tag = Tag { id: state.next_id(), name: name.to_owned(), color, slug: None };
            let written = shapes::tag(&tag);
            state.world.tags.push(tag);
            Answered::json(201, &json!({"tag": written}))
        }
        (&Method::PUT, [id]) => match position(state, id) {
            Some(index) => {
                let tag = &mut state.world.tags[index];
                if let Some(name) = body["name"].as_str() {
                    name.clone_into(&mut tag.name);
                }
                if let Some(color) = body["color"].as_str() {
                    color.clone_into(&mut tag.color);
                }
                Answered::json(200, &json!({"tag": shapes::tag(tag)}))
            }
            None => errors::gateway(404),
        },
        (&Method::DELETE, [id]) => match position(state, id) {
            Some(index) => {
                state.world.tags.remove(index);
                Answered::empty(204)
            }
            None => errors::gateway(404),
        },
        _ => errors::gateway(404),
    }
}

fn read_back(state: &State, call: u64) -> Answered {
    match state.calls.get(&call) {
        Some(call) => {
            let written = shapes::call_over_rest(state, call, shapes::Fetch::default(), &state.origin);
            Answered::json(200, &json!({"call": written}))
        }
        None => errors::gateway(404),
    }
}
