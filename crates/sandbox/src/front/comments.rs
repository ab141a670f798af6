//! Comments (`reference/front.md §3.5`): made at once, by a teammate or by the bot of the token, and with no key against
//! doing it twice.

use serde_json::Value;

use super::{
    changes::Target,
    errors,
    events::Actor,
    fields::Body,
    files,
    ids::{Kind, read},
    lists,
    objects::Comment,
    rules,
    shapes::Shown,
    state::State,
};
use crate::wire::{Answered, Asked};

pub(crate) fn of_conversation(state: &State, asked: &Asked, id: u64) -> Answered {
    let origin = state.origin(asked);
    let shown = Shown { state, origin: &origin };
    let comments: Vec<Value> = state.comments_of(id).into_iter().map(|one| shown.comment(one)).collect();
    Answered::json(200, &lists::whole(asked, &origin, &comments))
}

pub(crate) fn one(state: &State, asked: &Asked, id: &str) -> Answered {
    let origin = state.origin(asked);
    let shown = Shown { state, origin: &origin };
    match read(Kind::Comment, id).and_then(|id| state.comments.get(&id)) {
        Some(comment) => Answered::json(200, &shown.comment(comment)),
        None => errors::unknown("comment", id),
    }
}

pub(crate) fn create(state: &mut State, asked: &Asked, conversation: u64) -> Answered {
    let answer = |state: &mut State| {
        let body = Body::of(asked, &state.switches)?;
        let mut fields = body.fields();
        fields.require("body");
        let author = fields.text("author_id");
        let text = fields.text("body").unwrap_or_default();
        let is_pinned = fields.flag("is_pinned").unwrap_or(false);
        if fields.value("attachments").is_some() {
            fields.problem("attachments", "should be sent as multipart/form-data");
        }
        fields.finish(&state.switches)?;
        files::check(state, &body.files)?;
        let author = author_of(state, conversation, author.as_deref())?;
        let files = files::keep(state, &body.files);
        let (id, at) = (state.next_id(), state.now());
        let comment = Comment { id, conversation, author, body: text.clone(), is_pinned, files, at };
        let origin = state.origin(asked);
        let answered = Shown { state, origin: &origin }.comment(&comment);
        state.comments.insert(id, comment);
        let by = if author == state.bot() { state.actor } else { Actor::Teammate(author) };
        state.tell_of(by, "comment", conversation, Some(Target::Comment(id)));
        state.touch(conversation);
        rules::run_on_comment(state, conversation, &text);
        Ok(Answered::json(201, &answered))
    };
    answer(state).unwrap_or_else(|refusal: Answered| refusal)
}

/// By id or by alias; nobody named is a person in Front, or the bot of the token.
fn author_of(state: &State, conversation: u64, id: Option<&str>) -> Result<u64, Answered> {
    let Some(id) = id else {
        return Ok(match state.actor {
            Actor::Teammate(person) => person,
            _ => state.bot(),
        });
    };
    let author = state.teammate(id).map(|known| known.id).ok_or_else(|| errors::unknown("teammate", id))?;
    let conversation = state.conversations.get(&conversation);
    let may = !state.switches.access_required
        || conversation.is_some_and(|conversation| state.has_access(author, conversation));
    if may { Ok(author) } else { Err(errors::no_access()) }
}
