//! The account's users and teams (`reference/gorgias.md §6.5, §6.6`): read only here.

use serde_json::json;

use super::{
    errors,
    fields::only_params,
    lists::{self, Listing, SortKey},
    state::State,
    world::ADMIN,
};
use crate::wire::{Answered, Asked};

const ROLES: [&str; 7] =
    ["admin", "agent", "basic-agent", "lite-agent", "observer-agent", "bot", "internal-agent"];

pub(crate) fn list(state: &mut State, asked: &Asked) -> Answered {
    const LISTING: Listing = Listing {
        doing: "list users",
        filters: &["email", "external_id", "search", "roles", "available_first", "relationships"],
        orders: &["name:asc", "name:desc", "created_datetime:asc", "created_datetime:desc"],
    };
    let roles: Vec<&str> = asked.params("roles").collect();
    if roles.iter().any(|role| !ROLES.contains(role)) {
        return errors::invalid_field(LISTING.doing, "roles", "Not a valid choice.");
    }
    let rows = |state: &State, field: &str| {
        state
            .users
            .iter()
            .filter(|user| {
                let searched = asked.param("search").is_none_or(|text| {
                    let text = text.to_lowercase();
                    user.name.to_lowercase().contains(&text) || user.email.to_lowercase().contains(&text)
                });
                searched
                    && asked.param("email").is_none_or(|email| user.email == email)
                    && asked.param("external_id").is_none()
                    && (roles.is_empty() || roles.contains(&user.role))
            })
            .map(|user| {
                let key = match field {
                    "name" => SortKey::Text(user.name.clone()),
                    _ => SortKey::Number(user.made_at.timestamp_micros()),
                };
                (key, user.id)
            })
            .collect()
    };
    lists::list(state, asked, &LISTING, rows, |state, id| {
        state.users.iter().find(|user| user.id == id).map(super::objects::User::written)
    })
}

/// `0` is the user behind the credential.
pub(crate) fn get(state: &State, asked: &Asked, id: u64) -> Answered {
    if let Err(refusal) = only_params(asked, &["relationships"], "retrieve user") {
        return refusal;
    }
    let is_me = asked.segments().last() == Some(&"0");
    let wanted = if is_me { ADMIN } else { id };
    match state.users.iter().find(|user| user.id == wanted) {
        Some(user) => Answered::json(200, &user.written()),
        None => errors::not_found(),
    }
}

pub(crate) fn teams(state: &mut State, asked: &Asked) -> Answered {
    const LISTING: Listing = Listing {
        doing: "list teams",
        filters: &[],
        orders: &["name:asc", "name:desc", "created_datetime:asc", "created_datetime:desc"],
    };
    let rows = |state: &State, _: &str| {
        state.teams.iter().map(|(id, name)| (SortKey::Text((*name).to_owned()), *id)).collect()
    };
    lists::list(state, asked, &LISTING, rows, |state, id| {
        state.teams.iter().find(|team| team.0 == id).map(|(id, name)| {
            json!({
                "id": id,
                "name": name,
                "description": null,
                "decoration": {"emoji": null},
                "members": [],
                "uri": format!("/api/teams/{id}/"),
            })
        })
    })
}
