//! Tags of the company, and those of a conversation, which are named by a list of ids only (`reference/front.md §3.3`).

use http::Method;

use super::{
    errors,
    fields::Body,
    ids::{Kind, read},
    lists::{MOST, Page},
    objects::Tag,
    shapes::Shown,
    state::State,
    updates::known_tags,
};
use crate::wire::{Answered, Asked};

const LONGEST_NAME: usize = 64;
const HIGHLIGHTS: [&str; 9] =
    ["grey", "pink", "red", "orange", "yellow", "green", "light-blue", "blue", "purple"];

pub(crate) fn list(state: &State, asked: &Asked) -> Answered {
    let page = match Page::of(state, asked, MOST, &["id"], true) {
        Ok(page) => page,
        Err(refusal) => return refusal,
    };
    let rows = state.tags.values().map(|tag| (tag.made_at.timestamp_millis(), tag.id)).collect();
    let origin = state.origin(asked);
    let shown = Shown { state, origin: &origin };
    let list = page.cut(asked, &origin, rows, |id| state.tags.get(&id).map(|tag| shown.tag(tag)));
    Answered::json(200, &list)
}

/// What a body says about a tag.
struct About {
    name: Option<String>,
    description: Option<String>,
    highlight: Option<&'static str>,
    is_shown: Option<bool>,
}

fn about(state: &State, asked: &Asked, needs_name: bool) -> Result<About, Answered> {
    let body = Body::of(asked, &state.switches)?;
    let mut fields = body.fields();
    if needs_name {
        fields.require("name");
    }
    let about = About {
        name: fields.text("name"),
        description: fields.text("description"),
        highlight: fields.choice("highlight", &HIGHLIGHTS),
        is_shown: fields.flag("is_visible_in_conversation_lists"),
    };
    if about.name.as_ref().is_some_and(|name| name.is_empty() || name.chars().count() > LONGEST_NAME) {
        fields.problem("name", "should have 1 to 64 characters");
    }
    fields.finish(&state.switches)?;
    Ok(about)
}

pub(crate) fn create(state: &mut State, asked: &Asked) -> Answered {
    let about = match about(state, asked, true) {
        Ok(about) => about,
        Err(refusal) => return refusal,
    };
    let (id, made_at) = (state.next_id(), state.now());
    let tag = Tag {
        id,
        name: about.name.unwrap_or_default(),
        description: about.description,
        highlight: about.highlight.map(str::to_owned),
        is_shown_in_lists: about.is_shown.unwrap_or(false),
        made_at,
    };
    let origin = state.origin(asked);
    let answered = Shown { state, origin: &origin }.tag(&tag);
    state.tags.insert(id, tag);
    Answered::json(201, &answered)
}

/// One tag: read, renamed, deleted.
pub(crate) fn one(state: &mut State, asked: &Asked, id: &str) -> Answered {
    let Some(number) = read(Kind::Tag, id).filter(|number| state.tags.contains_key(number)) else {
        return errors::unknown("tag", id);
    };
    match asked.method {
        Method::GET => {
            let origin = state.origin(asked);
            let shown = Shown { state, origin: &origin };
            state.tags.get(&number).map_or_else(errors::not_found, |tag| Answered::json(200, &shown.tag(tag)))
        }
        Method::PATCH => match about(state, asked, false) {
            Ok(about) => {
                change(state, number, about);
                Answered::empty(204)
            }
            Err(refusal) => refusal,
        },
        Method::DELETE => {
            state.tags.remove(&number);
            for conversation in state.conversations.values_mut() {
                conversation.tags.retain(|tag| *tag != number);
            }
            Answered::empty(204)
        }
        _ => errors::not_found(),
    }
}

fn change(state: &mut State, id: u64, about: About) {
    if let Some(tag) = state.tags.get_mut(&id) {
        tag.name = about.name.unwrap_or_else(|| tag.name.clone());
        tag.description = about.description.or(tag.description.take());
        tag.highlight = about.highlight.map(str::to_owned).or(tag.highlight.take());
        tag.is_shown_in_lists = about.is_shown.unwrap_or(tag.is_shown_in_lists);
    }
}

/// `POST` and `DELETE /conversations/{id}/tags`.
pub(crate) fn of_conversation(state: &mut State, asked: &Asked, id: u64) -> Answered {
    let answer = |state: &mut State| {
        let body = Body::of(asked, &state.switches)?;
        let mut fields = body.fields();
        fields.require("tag_ids");
        let ids = fields.texts("tag_ids").unwrap_or_default();
        fields.finish(&state.switches)?;
        for tag in known_tags(state, &ids)? {
            if asked.method == Method::POST {
                state.add_tag(id, tag);
            } else {
                state.remove_tag(id, tag);
            }
        }
        Ok(Answered::empty(204))
    };
    answer(state).unwrap_or_else(|refusal: Answered| refusal)
}
