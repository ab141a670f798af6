//! Messages read, by id or by the uid that a 202 answered; and what would really be sent to a customer, which is recorded
//! here as a [`FrontSendAttempt`] and goes nowhere.

use serde::Serialize;
use serde_json::json;

use super::{
    errors,
    ids::{Kind, read, written},
    lists::{MOST, Page},
    shapes::Shown,
    state::State,
};
use crate::wire::{Answered, Asked};

/// A message that Front would have sent to a customer. Sidetone must never cause one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FrontSendAttempt {
    /// The conversation it answers in, or the channel it is sent through.
    pub through: String,
}

/// `GET /messages/{id}`; an id may be `alt:uid:…`, which is 404 until the message exists.
pub(crate) fn one(state: &State, asked: &Asked, id: &str) -> Answered {
    let found = match id.strip_prefix("alt:uid:") {
        Some(uid) => state.uids.get(uid).copied(),
        None => read(Kind::Message, id),
    };
    let origin = state.origin(asked);
    let shown = Shown { state, origin: &origin };
    match found.and_then(|id| state.messages.get(&id)) {
        Some(message) => Answered::json(200, &shown.message(message)),
        None if id.starts_with("alt:") => errors::not_found(),
        None => errors::unknown("message", id),
    }
}

pub(crate) fn of_conversation(state: &State, asked: &Asked, id: u64) -> Answered {
    let page = match Page::of(state, asked, MOST, &["created_at"], false) {
        Ok(page) => page,
        Err(refusal) => return refusal,
    };
    let messages = state.messages_of(id);
    let rows = messages.iter().map(|message| (message.created_at.timestamp_millis(), message.id)).collect();
    let origin = state.origin(asked);
    let shown = Shown { state, origin: &origin };
    let write = |id| state.messages.get(&id).map(|message| shown.message(message));
    Answered::json(200, &page.cut(asked, &origin, rows, write))
}

/// `POST /channels/{id}/messages`.
pub(crate) fn send(state: &mut State, asked: &Asked, channel: &str) -> Answered {
    let known = read(Kind::Channel, channel).is_some_and(|id| state.channels.iter().any(|one| one.id == id));
    if known { attempt(state, asked, channel.to_owned()) } else { errors::unknown("channel", channel) }
}

/// `POST /conversations/{id}/messages`.
pub(crate) fn reply(state: &mut State, asked: &Asked, id: u64) -> Answered {
    attempt(state, asked, written(Kind::Conversation, id))
}

fn attempt(state: &mut State, asked: &Asked, through: String) -> Answered {
    let has_text = !asked.parts.is_empty() || asked.json().is_some_and(|body| body["body"].is_string());
    if !has_text {
        let status = state.switches.invalid_status;
        return errors::invalid(status, &["body.body: missing".to_owned()]);
    }
    state.send_attempts.push(FrontSendAttempt { through });
    let uid = state.dice.hex();
    Answered::json(202, &json!({"status": "accepted", "message_uid": uid}))
}
