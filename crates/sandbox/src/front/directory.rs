//! Who and what the company has: teammates, workspaces, inboxes and channels. These lists come as a whole, without pages
//! (`reference/front.md §2.3, §3.6`).

use http::Method;
use serde_json::{Value, json};

use super::{
    errors,
    fields::Body,
    ids::{Kind, read},
    lists,
    objects::{Channel, Inbox},
    shapes::Shown,
    state::State,
};
use crate::wire::{Answered, Asked};

pub(crate) fn teammates(state: &State, asked: &Asked) -> Answered {
    whole(state, asked, |shown| state.teammates.values().map(|one| shown.teammate(one)).collect())
}

/// By id, or by `alt:email:…`.
pub(crate) fn teammate(state: &State, asked: &Asked, id: &str) -> Answered {
    single(state, asked, |shown| state.teammate(id).map(|known| shown.teammate(known)), "teammate", id)
}

pub(crate) fn teams(state: &State, asked: &Asked) -> Answered {
    whole(state, asked, |shown| state.teams.iter().map(|one| shown.team(one)).collect())
}

pub(crate) fn team(state: &State, asked: &Asked, id: &str) -> Answered {
    let write = |shown: &Shown<'_>| {
        let team = team_id(state, id).and_then(|id| state.teams.iter().find(|team| team.id == id))?;
        let inboxes = state.inboxes.values().filter(|inbox| inbox.team == team.id);
        let mut written = shown.team(team);
        written["inboxes"] = inboxes.map(|inbox| shown.inbox(inbox)).collect();
        let people = state.teammates.values().filter(|known| known.kind == "user");
        written["members"] = people.map(|known| shown.teammate(known)).collect();
        Some(written)
    };
    single(state, asked, write, "team", id)
}

fn team_id(state: &State, id: &str) -> Option<u64> {
    read(Kind::Team, id).filter(|number| state.teams.iter().any(|team| team.id == *number))
}

pub(crate) fn inboxes(state: &State, asked: &Asked) -> Answered {
    whole(state, asked, |shown| state.inboxes.values().map(|one| shown.inbox(one)).collect())
}

pub(crate) fn inboxes_of_team(state: &State, asked: &Asked, id: &str) -> Answered {
    let Some(team) = team_id(state, id) else {
        return errors::unknown("team", id);
    };
    whole(state, asked, |shown| {
        state.inboxes.values().filter(|inbox| inbox.team == team).map(|inbox| shown.inbox(inbox)).collect()
    })
}

pub(crate) fn inbox(state: &State, asked: &Asked, id: &str) -> Answered {
    let known = state.inbox_id(id).and_then(|number| state.inboxes.get(&number));
    single(state, asked, |shown| known.map(|inbox| shown.inbox(inbox)), "inbox", id)
}

/// A second inbox of the same name is no mistake to Front. Without a workspace it lands in the oldest.
pub(crate) fn create_inbox(state: &mut State, asked: &Asked, team: Option<&str>) -> Answered {
    let answer = |state: &mut State| {
        let team = match team {
            None => state.teams.first().map_or(0, |team| team.id),
            Some(id) => team_id(state, id).ok_or_else(|| errors::unknown("team", id))?,
        };
        let body = Body::of(asked, &state.switches)?;
        let mut fields = body.fields();
        fields.require("name");
        let name = fields.text("name").unwrap_or_default();
        let teammates = fields.texts("teammate_ids").unwrap_or_default();
        let is_public = fields.flag("is_public").unwrap_or(false);
        let custom_fields = fields.map("custom_fields").unwrap_or_else(|| json!({}));
        fields.finish(&state.switches)?;
        let teammates = members(state, &teammates)?;
        let id = state.next_id();
        state
            .inboxes
            .insert(id, Inbox { id, name, team, teammates, is_private: false, is_public, custom_fields });
        let origin = state.origin(asked);
        let shown = Shown { state, origin: &origin };
        Ok(Answered::json(201, &state.inboxes.get(&id).map_or(Value::Null, |inbox| shown.inbox(inbox))))
    };
    answer(state).unwrap_or_else(|refusal: Answered| refusal)
}

/// # Errors
/// 404 for a teammate that there is not.
fn members(state: &State, ids: &[String]) -> Result<Vec<u64>, Answered> {
    let known = |id: &String| {
        let teammate = state.teammate(id).ok_or_else(|| errors::unknown("teammate", id))?;
        Ok(teammate.id)
    };
    ids.iter().map(known).collect()
}

pub(crate) fn teammates_of_inbox(state: &State, asked: &Asked, id: &str) -> Answered {
    let Some(inbox) = state.inbox_id(id).and_then(|number| state.inboxes.get(&number)) else {
        return errors::unknown("inbox", id);
    };
    whole(state, asked, |shown| {
        let known = inbox.teammates.iter().filter_map(|id| state.teammates.get(id));
        known.map(|teammate| shown.teammate(teammate)).collect()
    })
}

/// Gives or takes access.
pub(crate) fn change_members(state: &mut State, asked: &Asked, id: &str) -> Answered {
    let answer = |state: &mut State| {
        let number = state.inbox_id(id).ok_or_else(|| errors::unknown("inbox", id))?;
        let body = Body::of(asked, &state.switches)?;
        let mut fields = body.fields();
        fields.require("teammate_ids");
        let ids = fields.texts("teammate_ids").unwrap_or_default();
        fields.finish(&state.switches)?;
        let meant = members(state, &ids)?;
        if let Some(inbox) = state.inboxes.get_mut(&number) {
            inbox.teammates.retain(|known| !meant.contains(known));
            if asked.method == Method::POST {
                inbox.teammates.extend(meant);
            }
        }
        Ok(Answered::empty(204))
    };
    answer(state).unwrap_or_else(|refusal: Answered| refusal)
}

pub(crate) fn channels(state: &State, asked: &Asked) -> Answered {
    whole(state, asked, |shown| state.channels.iter().map(|one| shown.channel(one)).collect())
}

pub(crate) fn channels_of_inbox(state: &State, asked: &Asked, id: &str) -> Answered {
    let Some(inbox) = state.inbox_id(id) else {
        return errors::unknown("inbox", id);
    };
    whole(state, asked, |shown| {
        let own = state.channels.iter().filter(|channel| channel.inbox == inbox);
        own.map(|channel| shown.channel(channel)).collect()
    })
}

/// By id, or by `alt:address:…`.
pub(crate) fn channel(state: &State, asked: &Asked, id: &str) -> Answered {
    let is_meant = |channel: &&Channel| match id.strip_prefix("alt:address:") {
        Some(address) => channel.address.eq_ignore_ascii_case(address),
        None => read(Kind::Channel, id) == Some(channel.id),
    };
    let known = state.channels.iter().find(is_meant);
    single(state, asked, |shown| known.map(|channel| shown.channel(channel)), "channel", id)
}

fn whole(state: &State, asked: &Asked, write: impl FnOnce(&Shown<'_>) -> Vec<Value>) -> Answered {
    let origin = state.origin(asked);
    let results = write(&Shown { state, origin: &origin });
    Answered::json(200, &lists::whole(asked, &origin, &results))
}

fn single(
    state: &State,
    asked: &Asked,
    write: impl FnOnce(&Shown<'_>) -> Option<Value>,
    what: &str,
    id: &str,
) -> Answered {
    let origin = state.origin(asked);
    match write(&Shown { state, origin: &origin }) {
        Some(written) => Answered::json(200, &written),
        None if id.starts_with("alt:") => errors::not_found(),
        None => errors::unknown(what, id),
    }
}
