//! Tags of the account and of a ticket (`reference/gorgias.md §6.4`). Names are case-sensitive.

use http::Method;
use serde_json::{Value, json};

use super::{
    errors,
    fields::{Fields, only_params},
    lists::{self, Listing, SortKey},
    state::State,
};
use crate::wire::{Answered, Asked};

pub(crate) fn all(state: &mut State, asked: &Asked) -> Answered {
    match asked.method {
        Method::GET => list(state, asked),
        Method::POST => create(state, asked),
        _ => errors::wrong_method(),
    }
}

pub(crate) fn one(state: &mut State, asked: &Asked, id: u64) -> Answered {
    if !state.tags.contains_key(&id) {
        return errors::not_found();
    }
    match asked.method {
        Method::GET => Answered::json(200, &written(state, id)),
        Method::PUT => rename(state, asked, id),
        Method::DELETE => {
            state.tags.remove(&id);
            for ticket in state.tickets.values_mut() {
                ticket.tags.retain(|tag| *tag != id);
            }
            Answered::empty(204)
        }
        _ => errors::wrong_method(),
    }
}

fn list(state: &mut State, asked: &Asked) -> Answered {
    const LISTING: Listing = Listing {
        doing: "list tags",
        filters: &["search"],
        orders: &[
            "created_datetime:desc",
            "created_datetime:asc",
            "name:asc",
            "name:desc",
            "usage:asc,name:asc",
            "usage:desc,name:desc",
        ],
    };
    let search = asked.param("search").map(str::to_lowercase);
    let rows = |state: &State, field: &str| {
        state
            .tags
            .values()
            .filter(|tag| search.as_ref().is_none_or(|text| tag.name.to_lowercase().contains(text)))
            .map(|tag| {
                let key = match field {
                    "name" => SortKey::Text(tag.name.clone()),
                    "usage" => SortKey::Text(format!("{:010} {}", usage(state, tag.id), tag.name)),
                    _ => SortKey::Number(tag.made_at.timestamp_micros()),
                };
                (key, tag.id)
            })
            .collect()
    };
    lists::list(state, asked, &LISTING, rows, |state, id| Some(written(state, id)))
}

fn create(state: &mut State, asked: &Asked) -> Answered {
    const DOING: &str = "create tag";
    let body = asked.json().unwrap_or_default();
    let read = Fields::of(&body, DOING).and_then(|mut fields| {
        fields.require("name");
        let name = fields.text("name", 256).flatten();
        let description = fields.text("description", 1024).flatten();
        let decoration = fields.value("decoration").cloned().unwrap_or_default();
        fields.finish(DOING)?;
        Ok((name.unwrap_or_default(), description, decoration))
    });
    match read {
        Err(refusal) => refusal,
        Ok((name, _, _)) if state.tags.values().any(|tag| tag.name == name) => errors::conflict(),
        Ok((name, description, decoration)) => {
            let id = state.tag_named(&name, decoration);
            if let Some(tag) = state.tags.get_mut(&id) {
                tag.description = description;
            }
            Answered::json(201, &written(state, id))
        }
    }
}

/// Tickets keep a renamed tag: they hold its id.
fn rename(state: &mut State, asked: &Asked, id: u64) -> Answered {
    const DOING: &str = "update tag";
    let body = asked.json().unwrap_or_default();
    let read = Fields::of(&body, DOING).and_then(|mut fields| {
        let name = fields.text("name", 256).flatten();
        fields.pass(&["description", "decoration"]);
        fields.finish(DOING).map(|()| name)
    });
    match read {
        Err(refusal) => refusal,
        Ok(Some(name)) if state.tags.values().any(|tag| tag.id != id && tag.name == name) => {
            errors::conflict()
        }
        Ok(name) => {
            if let (Some(tag), Some(name)) = (state.tags.get_mut(&id), name) {
                tag.name = name;
            }
            Answered::json(200, &written(state, id))
        }
    }
}

/// `…/tickets/{id}/tags`: POST adds (201), PUT replaces (202), DELETE removes (204), all without a body.
pub(crate) fn of_ticket(state: &mut State, asked: &Asked, ticket: u64) -> Answered {
    let Some(before) = state.tickets.get(&ticket).map(|ticket| ticket.tags.clone()) else {
        return errors::not_found();
    };
    if asked.method == Method::GET {
        if let Err(refusal) = only_params(asked, &[], "list ticket tags") {
            return refusal;
        }
        let data: Vec<Value> = before.iter().map(|id| written(state, *id)).collect();
        return Answered::json(200, &json!({"data": data}));
    }
    let creates = asked.method != Method::DELETE;
    let named = match named_tags(state, asked, creates) {
        Ok(named) => named,
        Err(refusal) => return refusal,
    };
    let (status, after) = match asked.method {
        Method::POST => (201, union(before, named)),
        Method::PUT => (202, union(Vec::new(), named)),
        Method::DELETE => (204, before.into_iter().filter(|id| !named.contains(id)).collect()),
        _ => return errors::wrong_method(),
    };
    let now = state.now();
    if let Some(ticket) = state.tickets.get_mut(&ticket) {
        ticket.tags = after;
        ticket.updated_at = now;
    }
    Answered::empty(status)
}

fn union(mut ids: Vec<u64>, more: Vec<u64>) -> Vec<u64> {
    for id in more {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

/// `{"ids": […]}` and/or `{"names": […]}`. Whether an unknown name makes the tag is a switch; to remove an
/// unknown name is to do nothing.
fn named_tags(state: &mut State, asked: &Asked, creates: bool) -> Result<Vec<u64>, Answered> {
    const DOING: &str = "change ticket tags";
    let body = asked.json().unwrap_or_default();
    let mut fields = Fields::of(&body, DOING)?;
    if !fields.has("ids") && !fields.has("names") {
        fields.require("names");
    }
    let ids = fields.value("ids").map_or(Some(Vec::new()), |ids| {
        ids.as_array()?.iter().map(Value::as_u64).collect::<Option<Vec<u64>>>()
    });
    if ids.as_ref().is_none_or(|ids| ids.iter().any(|id| !state.tags.contains_key(id))) {
        fields.problem("ids", "Not a list of ids of existing tags.");
    }
    let names = fields.value("names").map_or(Some(Vec::new()), |names| {
        names.as_array()?.iter().map(Value::as_str).collect::<Option<Vec<&str>>>()
    });
    let is_known = |name: &str| state.tags.values().any(|tag| tag.name == name);
    match &names {
        None => fields.problem("names", "Not a list of names."),
        Some(names) => {
            let refuses = creates && state.switches.refuse_unknown_tags;
            if refuses && names.iter().any(|name| !is_known(name)) {
                fields.problem("names", "There is no tag of this name.");
            }
        }
    }
    fields.finish(DOING)?;
    let mut all = ids.unwrap_or_default();
    for name in names.unwrap_or_default() {
        if creates || state.tags.values().any(|tag| tag.name == name) {
            all.push(state.tag_named(name, Value::Null));
        }
    }
    Ok(all)
}

fn usage(state: &State, id: u64) -> usize {
    state.tickets.values().filter(|ticket| ticket.tags.contains(&id)).count()
}

fn written(state: &State, id: u64) -> Value {
    state.tags.get(&id).map_or(Value::Null, |tag| tag.written(usage(state, id)))
}
