//! `GET /conversations/search/{query}` (`reference/front.md §5`): text, and filters written `name:value`. What is new is
//! found only after a while.

use serde_json::json;

use super::{
    errors,
    ids::{Kind, read},
    lists::{MOST, Page},
    objects::{Conversation, Message, Moment},
    shapes::Shown,
    state::State,
};
use crate::{
    numbers,
    wire::{Answered, Asked},
};

/// One thing that is asked of a conversation.
enum Wish {
    /// This text stands in a message or in the subject.
    Text(String),
    /// An end of a message is this handle; in a role, or in any.
    Handle(&'static [&'static str], String),
    Inbox(u64),
    Tag(u64),
    Assignee(u64),
    /// A status, or `open`, which is assigned or unassigned.
    Is(String),
    /// The last message is not older, or not younger.
    After(Moment),
    Before(Moment),
}

pub(crate) fn search(state: &State, asked: &Asked, query: &str) -> Answered {
    let answer = || {
        let wishes = query.split_whitespace().map(|word| wish(state, word)).collect::<Result<Vec<_>, _>>()?;
        let page = Page::of(state, asked, MOST, &[], false)?;
        let rows: Vec<(i64, u64)> = state
            .conversations
            .values()
            .filter_map(|conversation| {
                let known: Vec<&Message> = state
                    .messages_of(conversation.id)
                    .into_iter()
                    .filter(|message| state.is_past(message.made_at, state.switches.search_lag_s))
                    .collect();
                let last = known.first()?.created_at;
                let fits = |wish: &Wish| fits(wish, conversation, &known, last);
                wishes.iter().all(fits).then_some((last.timestamp_millis(), conversation.id))
            })
            .collect();
        let (origin, total) = (state.origin(asked), rows.len());
        let shown = Shown { state, origin: &origin };
        let write = |id| state.conversations.get(&id).map(|known| shown.conversation(known));
        let mut list = page.cut(asked, &origin, rows, write);
        list["_total"] = json!(total);
        Ok(Answered::json(200, &list))
    };
    answer().unwrap_or_else(|refusal: Answered| refusal)
}

/// # Errors
/// 400 for a value that cannot be read.
fn wish(state: &State, word: &str) -> Result<Wish, Answered> {
    let Some((name, value)) = word.split_once(':').filter(|(name, _)| is_filter(name)) else {
        return Ok(Wish::Text(word.to_lowercase()));
    };
    let wrong = || errors::bad_request(&format!("{word} is no filter"));
    let moment = || {
        let at = value.parse().ok().and_then(|seconds| Moment::from_timestamp(seconds, 0));
        at.ok_or_else(wrong)
    };
    let id = |kind| read(kind, value).ok_or_else(wrong);
    Ok(match name {
        "to" => Wish::Handle(&["to"], value.to_owned()),
        "from" => Wish::Handle(&["from"], value.to_owned()),
        "recipient" => Wish::Handle(&["from", "to", "cc", "bcc"], value.to_owned()),
        "inbox" => Wish::Inbox(id(Kind::Inbox)?),
        "tag" => Wish::Tag(id(Kind::Tag)?),
        "assignee" => Wish::Assignee(state.teammate(value).map(|known| known.id).ok_or_else(wrong)?),
        "before" => Wish::Before(moment()?),
        "after" => Wish::After(moment()?),
        _ => Wish::Is(value.to_owned()),
    })
}

fn is_filter(name: &str) -> bool {
    matches!(name, "to" | "from" | "recipient" | "inbox" | "tag" | "assignee" | "is" | "before" | "after")
}

fn fits(wish: &Wish, conversation: &Conversation, messages: &[&Message], last: Moment) -> bool {
    match wish {
        Wish::Text(text) => {
            conversation.subject.to_lowercase().contains(text)
                || messages.iter().any(|message| message.body.to_lowercase().contains(text))
        }
        Wish::Handle(roles, handle) => messages.iter().flat_map(|message| &message.recipients).any(|end| {
            let is_same = if handle.starts_with('+') {
                numbers::same(&end.handle, handle)
            } else {
                end.handle.eq_ignore_ascii_case(handle)
            };
            is_same && roles.contains(&end.role)
        }),
        Wish::Inbox(inbox) => conversation.inboxes.contains(inbox),
        Wish::Tag(tag) => conversation.tags.contains(tag),
        Wish::Assignee(teammate) => conversation.assignee == Some(*teammate),
        Wish::After(at) => last > *at,
        Wish::Before(at) => last < *at,
        Wish::Is(status) => match status.as_str() {
            "open" => matches!(conversation.status(), "assigned" | "unassigned"),
            "trashed" => conversation.status() == "deleted",
            "unreplied" => messages.first().is_some_and(|message| message.is_inbound),
            status => conversation.status() == status,
        },
    }
}
