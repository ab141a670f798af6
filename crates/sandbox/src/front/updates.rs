//! What is changed in a conversation: status, assignee, inbox, all tags at once, own fields, links. The subject cannot be
//! changed by anyone (`reference/front.md §3.3`).

use serde_json::Value;

use super::{
    changes::Target,
    errors,
    fields::Body,
    ids::{Kind, read},
    objects::{Link, Place},
    state::State,
};
use crate::wire::{Answered, Asked};

const MOST_LINKS: usize = 10;

/// `PATCH /conversations/{id}`.
pub(crate) fn patch(state: &mut State, asked: &Asked, id: u64) -> Answered {
    let answer = |state: &mut State| {
        let body = Body::of(asked, &state.switches)?;
        let mut fields = body.fields();
        let assignee = fields.text_or_null("assignee_id");
        let inbox = fields.text("inbox_id");
        let status = fields.choice("status", &["archived", "open", "deleted", "spam"]);
        let tags = fields.texts("tag_ids");
        let custom_fields = fields.map("custom_fields");
        for name in ["status_id", "description", "due_at"] {
            if fields.value(name).is_some() {
                fields.problem(name, "is not available for this conversation");
            }
        }
        fields.finish(&state.switches)?;
        let assignee = assignee.map(|assignee| somebody(state, id, assignee)).transpose()?;
        let inbox = match &inbox {
            None => None,
            Some(inbox) => Some(state.inbox_id(inbox).ok_or_else(|| errors::unknown("inbox", inbox))?),
        };
        let tags = tags.map(|tags| known_tags(state, &tags)).transpose()?;
        if let Some(assignee) = assignee {
            state.assign_to(id, assignee);
        }
        if let Some(inbox) = inbox {
            state.move_to(id, inbox);
        }
        match status {
            Some("open") => state.put_in(id, Place::Open),
            Some("archived") => state.put_in(id, Place::Archived),
            Some(_) => state.put_in(id, Place::Trashed),
            None => {}
        }
        if let Some(tags) = tags {
            replace_tags(state, id, &tags);
        }
        if let Some(custom_fields) = custom_fields {
            put_fields(state, id, custom_fields);
        }
        Ok(Answered::empty(204))
    };
    answer(state).unwrap_or_else(|refusal: Answered| refusal)
}

/// `PUT /conversations/{id}/assignee`.
pub(crate) fn assign(state: &mut State, asked: &Asked, id: u64) -> Answered {
    let answer = |state: &mut State| {
        let body = Body::of(asked, &state.switches)?;
        let mut fields = body.fields();
        fields.require("assignee_id");
        let assignee = fields.text_or_null("assignee_id").unwrap_or_default();
        fields.finish(&state.switches)?;
        let assignee = somebody(state, id, assignee)?;
        state.assign_to(id, assignee);
        Ok(Answered::empty(204))
    };
    answer(state).unwrap_or_else(|refusal: Answered| refusal)
}

/// A teammate by id, not by alias.
fn somebody(state: &State, conversation: u64, id: Option<String>) -> Result<Option<u64>, Answered> {
    let Some(id) = id else {
        return Ok(None);
    };
    let known = read(Kind::Teammate, &id).filter(|number| state.teammates.contains_key(number));
    let known = known.ok_or_else(|| errors::unknown("teammate", &id))?;
    let conversation = state.conversations.get(&conversation);
    let may = !state.switches.access_required
        || conversation.is_some_and(|conversation| state.has_access(known, conversation));
    if may { Ok(Some(known)) } else { Err(errors::no_access()) }
}

/// # Errors
/// 404 for a tag that there is not.
pub(crate) fn known_tags(state: &State, ids: &[String]) -> Result<Vec<u64>, Answered> {
    let known = |id: &String| {
        let number = read(Kind::Tag, id).filter(|number| state.tags.contains_key(number));
        number.ok_or_else(|| errors::unknown("tag", id))
    };
    ids.iter().map(known).collect()
}

fn replace_tags(state: &mut State, id: u64, tags: &[u64]) {
    let before = state.conversations.get(&id).map(|known| known.tags.clone()).unwrap_or_default();
    for tag in before.into_iter().filter(|tag| !tags.contains(tag)) {
        state.remove_tag(id, tag);
    }
    for tag in tags {
        state.add_tag(id, *tag);
    }
}

fn put_fields(state: &mut State, id: u64, custom_fields: Value) {
    if let Some(conversation) = state.conversations.get_mut(&id) {
        conversation.custom_fields = custom_fields;
    }
    state.touch(id);
}

/// `POST` and `DELETE /conversations/{id}/links`. A link is made for each new address.
pub(crate) fn links(state: &mut State, asked: &Asked, id: u64) -> Answered {
    let answer = |state: &mut State| {
        let is_adding = asked.method == http::Method::POST;
        let body = Body::of(asked, &state.switches)?;
        let mut fields = body.fields();
        let ids = fields.texts("link_ids").unwrap_or_default();
        let urls =
            if is_adding { fields.texts("link_external_urls").unwrap_or_default() } else { Vec::new() };
        if ids.len() > MOST_LINKS || urls.len() > MOST_LINKS {
            fields.problem("link_ids", "should have at most 10 items");
        }
        if ids.is_empty() && urls.is_empty() {
            fields.problem("link_ids", "missing");
        }
        fields.finish(&state.switches)?;
        let known = |id: &String| {
            let number = read(Kind::Link, id).filter(|number| state.links.contains_key(number));
            number.ok_or_else(|| errors::unknown("link", id))
        };
        let mut links = ids.iter().map(known).collect::<Result<Vec<u64>, Answered>>()?;
        links.extend(urls.into_iter().map(|url| link_to(state, url)).collect::<Vec<u64>>());
        for link in links {
            change_link(state, id, link, is_adding);
        }
        Ok(Answered::empty(204))
    };
    answer(state).unwrap_or_else(|refusal: Answered| refusal)
}

fn link_to(state: &mut State, url: String) -> u64 {
    if let Some(link) = state.links.values().find(|link| link.url == url) {
        return link.id;
    }
    let id = state.next_id();
    state.links.insert(id, Link { id, url });
    id
}

fn change_link(state: &mut State, id: u64, link: u64, is_adding: bool) {
    let Some(conversation) = state.conversations.get_mut(&id) else {
        return;
    };
    if conversation.links.contains(&link) == is_adding {
        return;
    }
    if is_adding {
        conversation.links.push(link);
    } else {
        conversation.links.retain(|known| *known != link);
    }
    let kind = if is_adding { "link_added" } else { "link_removed" };
    state.tell(kind, id, Some(Target::Link(link)));
    state.touch(id);
}
