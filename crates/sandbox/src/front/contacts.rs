//! Contacts and their handles (`reference/front.md §5`): no two have the same handle, so a second one is answered 409
//! with the one that has it.

use serde_json::Value;

use super::{
    errors,
    fields::{Body, Fields},
    handles::{SOURCES, normalised},
    ids::{Kind, written},
    lists::{self, MOST, Page},
    objects::{Contact, Handle, Moment, Note},
    shapes::Shown,
    state::State,
    switches::FrontSwitches,
};
use crate::wire::{Answered, Asked};

pub(crate) fn list(state: &State, asked: &Asked) -> Answered {
    let answer = || {
        lists::only_filters(asked, &["updated_after", "updated_before"])?;
        let after = lists::moment(asked, "updated_after")?;
        let before = lists::moment(asked, "updated_before")?;
        let page = Page::of(state, asked, MOST, &["created_at", "updated_at"], false)?;
        let by_update = asked.param("sort_by") == Some("updated_at");
        let rows = state
            .contacts
            .all()
            .filter(|contact| state.is_listed(contact.made_at))
            .filter(|contact| after.is_none_or(|after| contact.updated_at > after))
            .filter(|contact| before.is_none_or(|before| contact.updated_at < before))
            .map(|contact| {
                let at = if by_update { contact.updated_at } else { contact.made_at };
                (at.timestamp_millis(), contact.id)
            })
            .collect();
        let origin = state.origin(asked);
        let shown = Shown { state, origin: &origin };
        let write = |id| state.contacts.get(id).map(|contact| shown.contact(contact));
        Ok(Answered::json(200, &page.cut(asked, &origin, rows, write)))
    };
    answer().unwrap_or_else(|refusal: Answered| refusal)
}

pub(crate) fn one(state: &State, asked: &Asked, id: u64) -> Answered {
    Answered::json(200, &written_contact(state, asked, id))
}

pub(crate) fn written_contact(state: &State, asked: &Asked, id: u64) -> Value {
    let origin = state.origin(asked);
    let shown = Shown { state, origin: &origin };
    state.contacts.get(id).map_or(Value::Null, |contact| shown.contact(contact))
}

/// What a body says about a contact, besides its handles.
#[derive(Debug, Default)]
struct About {
    name: Option<String>,
    description: Option<String>,
    links: Option<Vec<String>>,
    lists: Option<Vec<String>>,
    custom_fields: Option<Value>,
}

impl About {
    fn read(fields: &mut Fields<'_>) -> Self {
        let groups = fields.texts("group_names");
        Self {
            name: fields.text("name"),
            description: fields.text("description"),
            links: fields.texts("links"),
            lists: fields.texts("list_names").or(groups),
            custom_fields: fields.map("custom_fields"),
        }
    }

    /// Lists and own fields are replaced as a whole.
    fn put(self, contact: &mut Contact, now: Moment) {
        contact.name = self.name.or(contact.name.take());
        contact.description = self.description.or(contact.description.take());
        if let Some(links) = self.links {
            contact.links = links;
        }
        if let Some(lists) = self.lists {
            contact.lists = lists;
        }
        if let Some(custom_fields) = self.custom_fields {
            contact.custom_fields = custom_fields;
        }
        contact.updated_at = now;
    }
}

fn handle(fields: &mut Fields<'_>) -> Option<Handle> {
    fields.require("handle");
    fields.require("source");
    let text = fields.text("handle");
    if text.as_deref() == Some("") {
        fields.problem("handle", "should not be empty");
    }
    let source = fields.choice("source", &SOURCES);
    Some(normalised(source?, &text?))
}

pub(crate) fn create(state: &mut State, asked: &Asked) -> Answered {
    let answer = |state: &mut State| {
        let body = Body::of(asked, &state.switches)?;
        let mut fields = body.fields();
        let about = About::read(&mut fields);
        fields.require("handles");
        let handles = fields.each("handles", handle).unwrap_or_default();
        if fields.has("handles") && handles.is_empty() {
            fields.problem("handles", "should have at least one item");
        }
        fields.finish(&state.switches)?;
        let mut taken: Vec<u64> = handles.iter().filter_map(|handle| state.contacts.with(handle)).collect();
        taken.dedup();
        if !taken.is_empty() {
            let ids: Vec<String> = taken.into_iter().map(|id| written(Kind::Contact, id)).collect();
            return Err(errors::conflict(&ids));
        }
        let now = state.now();
        let id = state.add_contact(None, handles, now);
        if let Some(contact) = state.contacts.get_mut(id) {
            about.put(contact, now);
        }
        Ok(Answered::json(201, &written_contact(state, asked, id)))
    };
    answer(state).unwrap_or_else(|refusal: Answered| refusal)
}

pub(crate) fn update(state: &mut State, asked: &Asked, id: u64) -> Answered {
    let about = match body(asked, &state.switches, About::read) {
        Ok(about) => about,
        Err(refusal) => return refusal,
    };
    let now = state.now();
    if let Some(contact) = state.contacts.get_mut(id) {
        about.put(contact, now);
    }
    Answered::empty(204)
}

pub(crate) fn delete(state: &mut State, id: u64) -> Answered {
    state.contacts.remove(id);
    Answered::empty(204)
}

pub(crate) fn add_handle(state: &mut State, asked: &Asked, id: u64) -> Answered {
    let handle = match body(asked, &state.switches, handle) {
        Ok(Some(handle)) => handle,
        Ok(None) => return errors::bad_request("handle is missing"),
        Err(refusal) => return refusal,
    };
    match state.contacts.with(&handle) {
        Some(owner) if owner == id => {}
        Some(owner) => {
            let conflict = errors::conflict(&[written(Kind::Contact, owner)]);
            return match state.switches.taken_handle_status {
                409 => conflict,
                status => errors::plain(status),
            };
        }
        None => state.contacts.add_handle(id, handle),
    }
    touch(state, id);
    Answered::empty(204)
}

/// The last handle goes only by force, and the contact with it.
pub(crate) fn remove_handle(state: &mut State, asked: &Asked, id: u64) -> Answered {
    let read = |fields: &mut Fields<'_>| {
        let force = fields.flag("force").unwrap_or(false);
        let text = fields.text("handle").unwrap_or_default();
        let source = fields.choice("source", &SOURCES).unwrap_or_default();
        (Handle { source, handle: text }, force)
    };
    let (handle, force) = match body(asked, &state.switches, read) {
        Ok(meant) => meant,
        Err(refusal) => return refusal,
    };
    let normal = normalised(handle.source, &handle.handle);
    let handle = [handle, normal].into_iter().find(|handle| state.contacts.with(handle) == Some(id));
    let Some(handle) = handle else {
        return errors::not_found();
    };
    if state.contacts.get(id).is_some_and(|contact| contact.handles.len() == 1) {
        if !force {
            return errors::bad_request("Cannot remove the last handle of a contact");
        }
        return delete(state, id);
    }
    state.contacts.remove_handle(id, &handle);
    touch(state, id);
    Answered::empty(204)
}

/// The documented status of this list is 202.
pub(crate) fn notes(state: &State, asked: &Asked, id: u64) -> Answered {
    let origin = state.origin(asked);
    let shown = Shown { state, origin: &origin };
    let notes = state.contacts.get(id).map(|contact| contact.notes.as_slice()).unwrap_or_default();
    let results: Vec<Value> = notes.iter().rev().map(|note| shown.note(note)).collect();
    Answered::json(202, &lists::whole(asked, &origin, &results))
}

pub(crate) fn add_note(state: &mut State, asked: &Asked, id: u64) -> Answered {
    let read = |fields: &mut Fields<'_>| {
        fields.require("author_id");
        fields.require("body");
        (fields.text("author_id").unwrap_or_default(), fields.text("body").unwrap_or_default())
    };
    let (author, text) = match body(asked, &state.switches, read) {
        Ok(meant) => meant,
        Err(refusal) => return refusal,
    };
    let Some(author) = state.teammate(&author).map(|known| known.id) else {
        return errors::unknown("teammate", &author);
    };
    let note = Note { author, body: text, at: state.now() };
    let origin = state.origin(asked);
    let answered = Shown { state, origin: &origin }.note(&note);
    if let Some(contact) = state.contacts.get_mut(id) {
        contact.notes.push(note);
    }
    Answered::json(201, &answered)
}

fn body<T>(
    asked: &Asked,
    switches: &FrontSwitches,
    read: impl FnOnce(&mut Fields<'_>) -> T,
) -> Result<T, Answered> {
    let body = Body::of(asked, switches)?;
    let mut fields = body.fields();
    let meant = read(&mut fields);
    fields.finish(switches)?;
    Ok(meant)
}

fn touch(state: &mut State, id: u64) {
    let now = state.now();
    if let Some(contact) = state.contacts.get_mut(id) {
        contact.updated_at = now;
    }
}
