//! Conversations read one by one and in lists (`reference/front.md §3.3`).

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    errors,
    lists::{self, MOST, Page},
    objects::Conversation,
    shapes::Shown,
    state::State,
};
use crate::wire::{Answered, Asked};

/// The values of the filter; a trashed conversation calls itself `deleted`.
const STATUSES: [&str; 4] = ["assigned", "unassigned", "archived", "trashed"];

pub(crate) fn one(state: &State, asked: &Asked, id: u64) -> Answered {
    let origin = state.origin(asked);
    let shown = Shown { state, origin: &origin };
    match state.conversations.get(&id) {
        Some(conversation) => Answered::json(200, &shown.conversation(conversation)),
        None => errors::not_found(),
    }
}

pub(crate) fn all(state: &State, asked: &Asked) -> Answered {
    list(state, asked, |_| true)
}

pub(crate) fn of_inbox(state: &State, asked: &Asked, inbox: &str) -> Answered {
    match state.inbox_id(inbox) {
        Some(inbox) => list(state, asked, |conversation| conversation.inboxes.contains(&inbox)),
        None => errors::unknown("inbox", inbox),
    }
}

/// Those in which the contact is at one end of a message.
pub(crate) fn of_contact(state: &State, asked: &Asked, contact: u64) -> Answered {
    let with_them: BTreeSet<u64> = state
        .messages
        .values()
        .filter(|message| message.recipients.iter().any(|end| end.contact == Some(contact)))
        .map(|message| message.conversation)
        .collect();
    list(state, asked, |conversation| with_them.contains(&conversation.id))
}

/// Newest first, by their last change.
fn list(state: &State, asked: &Asked, is_meant: impl Fn(&Conversation) -> bool) -> Answered {
    let answer = || {
        lists::only_filters(asked, &["statuses"])?;
        let statuses = lists::filter(asked, "statuses");
        if let Some(wrong) = statuses.iter().find(|status| !STATUSES.contains(*status)) {
            return Err(errors::bad_request(&format!("q.statuses should not have {wrong}")));
        }
        let page = Page::of(state, asked, MOST, &["date"], false)?;
        let has_status = |conversation: &Conversation| {
            let status = conversation.status();
            let status = if status == "deleted" { "trashed" } else { status };
            statuses.is_empty() || statuses.contains(&status)
        };
        let rows = state
            .conversations
            .values()
            .filter(|conversation| is_meant(conversation) && has_status(conversation))
            .filter(|conversation| state.is_listed(conversation.made_at))
            .map(|conversation| (conversation.updated_at.timestamp_millis(), conversation.id))
            .collect();
        let origin = state.origin(asked);
        let shown = Shown { state, origin: &origin };
        let write = |id| state.conversations.get(&id).map(|known| shown.conversation(known));
        Ok(Answered::json(200, &page.cut(asked, &origin, rows, write)))
    };
    answer().unwrap_or_else(|refusal: Answered| refusal)
}

pub(crate) fn inboxes(state: &State, asked: &Asked, id: u64) -> Answered {
    let origin = state.origin(asked);
    let shown = Shown { state, origin: &origin };
    let inboxes = state.conversations.get(&id).map(|one| one.inboxes.as_slice()).unwrap_or_default();
    let results: Vec<Value> =
        inboxes.iter().filter_map(|inbox| state.inboxes.get(inbox)).map(|inbox| shown.inbox(inbox)).collect();
    Answered::json(200, &lists::whole(asked, &origin, &results))
}
