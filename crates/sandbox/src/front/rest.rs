//! The REST face: the token, the limits, the scope, then one arm per route (`reference/front.md §11`). Every answer of the
//! API carries the limit's headers; those of OAuth, which is another host at Front, do not.

use serde_json::json;

use super::{
    comments, contacts, conversations, directory, errors,
    events::{self, Actor},
    files, imports, merges, messages, oauth, scopes, search,
    state::State,
    tags, updates,
    world::{ADMIN, COMPANY, COMPANY_ID, TOKEN},
};
use crate::wire::{Answered, Asked, Credential};

/// Answers a request to `https://api2.frontapp.com`, or to `https://app.frontapp.com/oauth`.
pub(crate) fn answer(state: &mut State, asked: &Asked) -> Answered {
    let decoded = segments(asked);
    let path: Vec<&str> = decoded.iter().map(String::as_str).collect();
    if path.first() == Some(&"oauth") {
        return oauth::answer(state, asked);
    }
    let actor = who(state, asked);
    let is_oauth = actor == Some(Actor::App);
    let answered = match actor {
        None => errors::unauthenticated(),
        Some(actor) => {
            state.actor = actor;
            let refused = at_the_gate(state, asked, &path, is_oauth);
            refused.unwrap_or_else(|| route(state, asked, &path))
        }
    };
    let now = state.now();
    state
        .meters
        .headers(now, is_oauth)
        .into_iter()
        .fold(answered, |answered, (name, value)| answered.with(name, value))
}

/// A request of the admin, in Front itself: neither limited nor refused.
pub(crate) fn by_a_person(state: &mut State, asked: &Asked) -> Answered {
    let decoded = segments(asked);
    let path: Vec<&str> = decoded.iter().map(String::as_str).collect();
    state.actor = Actor::Teammate(ADMIN);
    route(state, asked, &path)
}

fn who(state: &State, asked: &Asked) -> Option<Actor> {
    if state.switches.revoked {
        return None;
    }
    match asked.credential() {
        Credential::Bearer(token) if token == TOKEN => Some(Actor::Token),
        Credential::Bearer(token) if state.grants.knows(&token, state.now()) => Some(Actor::App),
        _ => None,
    }
}

/// What stops a request before it is looked at.
fn at_the_gate(state: &mut State, asked: &Asked, path: &[&str], is_oauth: bool) -> Option<Answered> {
    let now = state.now();
    let route = path.last().copied().unwrap_or_default();
    if let Err(refusal) = state.meters.admit(now, is_oauth, route, &asked.path) {
        return Some(refusal);
    }
    let scope = scopes::needed(&asked.method, path)?;
    state.switches.missing_scopes.iter().any(|missing| missing == scope).then(errors::missing_scope)
}

fn route(state: &mut State, asked: &Asked, path: &[&str]) -> Answered {
    const GET: &str = "GET";
    let method = asked.method.as_str();
    match (method, path) {
        (GET, ["me"]) => me(state, asked),
        (GET, ["teammates"]) => directory::teammates(state, asked),
        (GET, ["teammates", id]) => directory::teammate(state, asked, id),
        (GET, ["teams"]) => directory::teams(state, asked),
        (GET, ["teams", id]) => directory::team(state, asked, id),
        (GET, ["teams", id, "inboxes"]) => directory::inboxes_of_team(state, asked, id),
        ("POST", ["teams", id, "inboxes"]) => directory::create_inbox(state, asked, Some(id)),
        (GET, ["inboxes"]) => directory::inboxes(state, asked),
        ("POST", ["inboxes"]) => directory::create_inbox(state, asked, None),
        (GET, ["inboxes", id]) => directory::inbox(state, asked, id),
        (GET, ["inboxes", id, "channels"]) => directory::channels_of_inbox(state, asked, id),
        (GET, ["inboxes", id, "teammates"]) => directory::teammates_of_inbox(state, asked, id),
        ("POST" | "DELETE", ["inboxes", id, "teammates"]) => directory::change_members(state, asked, id),
        (GET, ["inboxes", id, "conversations"]) => conversations::of_inbox(state, asked, id),
        ("POST", ["inboxes", id, "imported_messages"]) => imports::import(state, asked, id),
        (GET, ["channels"]) => directory::channels(state, asked),
        (GET, ["channels", id]) => directory::channel(state, asked, id),
        ("POST", ["channels", id, "incoming_messages"]) => imports::incoming(state, asked, id),
        ("POST", ["channels", id, "messages"]) => messages::send(state, asked, id),
        (GET, ["messages", id]) => messages::one(state, asked, id),
        (GET, ["messages" | "comments", _, "download", file] | ["download", file]) => {
            files::download(state, file)
        }
        (GET, ["comments", id]) => comments::one(state, asked, id),
        (GET, ["conversations"]) => conversations::all(state, asked),
        (GET, ["conversations", "search", query]) => search::search(state, asked, query),
        (_, ["conversations", id, rest @ ..]) => match merges::conversation(state, asked, id) {
            Ok(id) => of_conversation(state, asked, id, rest),
            Err(elsewhere) => elsewhere,
        },
        (GET, ["contacts"]) => contacts::list(state, asked),
        ("POST", ["contacts"]) => contacts::create(state, asked),
        ("POST", ["contacts", "merge"]) => merges::of_contacts(state, asked),
        (_, ["contacts", id, rest @ ..]) => match merges::contact(state, asked, id) {
            Ok(id) => of_contact(state, asked, id, rest),
            Err(elsewhere) => elsewhere,
        },
        (GET, ["events"]) => events::list(state, asked, None),
        (GET, ["events", id]) => events::one(state, asked, id),
        (GET, ["tags"] | ["company", "tags"]) => tags::list(state, asked),
        ("POST", ["tags"] | ["company", "tags"]) => tags::create(state, asked),
        (_, ["tags", id]) => tags::one(state, asked, id),
        _ => errors::not_found(),
    }
}

fn of_conversation(state: &mut State, asked: &Asked, id: u64, rest: &[&str]) -> Answered {
    match (asked.method.as_str(), rest) {
        ("GET", []) => conversations::one(state, asked, id),
        ("PATCH", []) => updates::patch(state, asked, id),
        ("DELETE", []) => merges::delete(state, id),
        ("PUT", ["assignee"]) => updates::assign(state, asked, id),
        ("POST" | "DELETE", ["tags"]) => tags::of_conversation(state, asked, id),
        ("POST" | "DELETE", ["links"]) => updates::links(state, asked, id),
        ("GET", ["messages"]) => messages::of_conversation(state, asked, id),
        ("POST", ["messages"]) => messages::reply(state, asked, id),
        ("POST", ["comments"]) => comments::create(state, asked, id),
        ("GET", ["comments"]) => comments::of_conversation(state, asked, id),
        ("GET", ["events"]) => events::list(state, asked, Some(id)),
        ("GET", ["inboxes"]) => conversations::inboxes(state, asked, id),
        _ => errors::not_found(),
    }
}

fn of_contact(state: &mut State, asked: &Asked, id: u64, rest: &[&str]) -> Answered {
    match (asked.method.as_str(), rest) {
        ("GET", []) => contacts::one(state, asked, id),
        ("PATCH", []) => contacts::update(state, asked, id),
        ("DELETE", []) => contacts::delete(state, id),
        ("GET", ["conversations"]) => conversations::of_contact(state, asked, id),
        ("POST", ["handles"]) => contacts::add_handle(state, asked, id),
        ("DELETE", ["handles"]) => contacts::remove_handle(state, asked, id),
        ("GET", ["notes"]) => contacts::notes(state, asked, id),
        ("POST", ["notes"]) => contacts::add_note(state, asked, id),
        _ => errors::not_found(),
    }
}

fn me(state: &State, asked: &Asked) -> Answered {
    let origin = state.origin(asked);
    Answered::json(
        200,
        &json!({"_links": {"self": format!("{origin}/me")}, "id": COMPANY_ID, "name": COMPANY}),
    )
}

/// The parts of the path, decoded; a `+` in a path is a plus.
fn segments(asked: &Asked) -> Vec<String> {
    asked.segments().into_iter().map(decoded).collect()
}

fn decoded(segment: &str) -> String {
    let bytes = segment.as_bytes();
    let (mut text, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let code = (bytes[at] == b'%')
            .then(|| segment.get(at + 1..at + 3))
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        text.push(code.unwrap_or(bytes[at]));
        at += if code.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plus_in_a_path_may_be_written_either_way() {
        for (written, meant) in [
            ("alt:phone:%2B34666444555", "alt:phone:+34666444555"),
            ("alt:phone:+34666444555", "alt:phone:+34666444555"),
            ("caf%C3%A9%20a%2Fb", "café a/b"),
            ("100%", "100%"),
        ] {
            assert_eq!(decoded(written), meant);
        }
    }
}
