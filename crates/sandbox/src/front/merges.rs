//! What became of something: the survivor of a merge, to which the old id leads by a 301, and what was deleted for good.

use serde_json::json;

use super::{
    address_book,
    changes::Target,
    contacts, errors,
    fields::Body,
    ids::{Kind, read, written},
    objects::{Contact, Place},
    state::State,
    switches::{Location, MergedContact},
};
use crate::wire::{Answered, Asked};

/// A merge takes at most so many contacts.
const MOST_CONTACTS: usize = 50;

/// The conversation that a route means.
///
/// # Errors
/// 301 when it was merged into another, 404 when there is none.
pub(crate) fn conversation(state: &State, asked: &Asked, id: &str) -> Result<u64, Answered> {
    let unknown = || errors::unknown("conversation", id);
    let number = read(Kind::Conversation, id).ok_or_else(unknown)?;
    match survivor(state, number) {
        Some(survivor) if survivor == number => Ok(number),
        Some(survivor) => {
            let next = state.merged.get(&number).filter(|_| state.switches.step_by_step);
            let named = next.copied().unwrap_or(survivor);
            Err(moved(state, asked, &written(Kind::Conversation, named)))
        }
        None => Err(unknown()),
    }
}

/// The conversation itself, or the one that it was merged into.
pub(crate) fn survivor(state: &State, conversation: u64) -> Option<u64> {
    let mut id = conversation;
    while let Some(into) = state.merged.get(&id) {
        id = *into;
    }
    state.conversations.contains_key(&id).then_some(id)
}

/// The contact that a route means, by id or alias.
///
/// # Errors
/// 404 when there is none; for a contact that was merged away what the switch says.
pub(crate) fn contact(state: &State, asked: &Asked, id: &str) -> Result<u64, Answered> {
    if let Some(alias) = id.strip_prefix("alt:") {
        let (source, value) = alias.split_once(':').unwrap_or((alias, ""));
        let found = state.contacts.by_alias(source, value, state.switches.phone_alias);
        return found.ok_or_else(errors::not_found);
    }
    let unknown = || errors::unknown("contact", id);
    let number = address_book::number(id).ok_or_else(unknown)?;
    let mut known = number;
    while let Some(into) = state.contacts.merged.get(&known) {
        known = *into;
    }
    if state.contacts.get(known).is_none() {
        return Err(unknown());
    }
    match state.switches.merged_contact {
        _ if known == number => Ok(number),
        MergedContact::Survivor => Ok(known),
        MergedContact::NotFound => Err(unknown()),
        MergedContact::Redirect => Err(moved(state, asked, &written(Kind::Contact, known))),
    }
}

/// 301 to the same route on another object.
fn moved(state: &State, asked: &Asked, id: &str) -> Answered {
    let segments = asked.segments();
    let resource = segments.first().copied().unwrap_or_default();
    let rest: String = segments.iter().skip(2).map(|segment| format!("/{segment}")).collect();
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&asked.query).finish();
    let query = if query.is_empty() { query } else { format!("?{query}") };
    let location = match state.switches.location {
        Location::Absolute => format!("{}/{resource}/{id}{rest}{query}", state.origin(asked)),
        Location::Path => format!("/{resource}/{id}{rest}{query}"),
        Location::ResourceOnly => format!("{}/{resource}/{id}", state.origin(asked)),
    };
    Answered::empty(301).with("location", location)
}

/// `POST /contacts/merge`.
pub(crate) fn of_contacts(state: &mut State, asked: &Asked) -> Answered {
    let answer = |state: &mut State| {
        let body = Body::of(asked, &state.switches)?;
        let mut fields = body.fields();
        fields.require("contact_ids");
        let ids = fields.texts("contact_ids").unwrap_or_default();
        let target = fields.text("target_contact_id");
        let all: Vec<&String> =
            ids.iter().chain(target.iter().filter(|target| !ids.contains(*target))).collect();
        if fields.has("contact_ids") && !(2..=MOST_CONTACTS).contains(&all.len()) {
            fields.problem("contact_ids", "should name 2 to 50 contacts");
        }
        fields.finish(&state.switches)?;
        let known = |id: &String| {
            let number = address_book::number(id).filter(|number| state.contacts.get(*number).is_some());
            number.ok_or_else(|| errors::unknown("contact", id))
        };
        let numbers = all.into_iter().map(known).collect::<Result<Vec<u64>, Answered>>()?;
        // Without a target Front takes some contact of the list; here the first.
        let target = match &target {
            Some(target) => known(target)?,
            None => numbers.first().copied().unwrap_or_default(),
        };
        for source in numbers.into_iter().filter(|number| *number != target) {
            merge_contacts(state, source, target);
        }
        Ok(Answered::json(200, &contacts::written_contact(state, asked, target)))
    };
    answer(state).unwrap_or_else(|refusal: Answered| refusal)
}

/// Puts all of `source` into `target`, and leaves a trace to it. Says whether both were there.
pub(crate) fn merge_contacts(state: &mut State, source: u64, target: u64) -> bool {
    if source == target || state.contacts.get(target).is_none() {
        return false;
    }
    let Some(gone) = state.contacts.remove(source) else {
        return false;
    };
    let Contact { name, description, handles, links, lists, notes, custom_fields, .. } = gone;
    for handle in handles {
        state.contacts.add_handle(target, handle);
    }
    let now = state.now();
    if let Some(kept) = state.contacts.get_mut(target) {
        kept.name = kept.name.take().or(name);
        let descriptions: Vec<String> = kept.description.take().into_iter().chain(description).collect();
        kept.description = (!descriptions.is_empty()).then(|| descriptions.join("\n"));
        kept.links.extend(links);
        kept.lists.extend(lists);
        kept.notes.extend(notes);
        if kept.custom_fields == json!({}) {
            kept.custom_fields = custom_fields;
        }
        kept.updated_at = now;
    }
    state.contacts.merged.insert(source, target);
    let ends = state.messages.values_mut().flat_map(|message| message.recipients.iter_mut());
    let mains = state.conversations.values_mut().filter_map(|conversation| conversation.recipient.as_mut());
    for end in ends.chain(mains).filter(|end| end.contact == Some(source)) {
        end.contact = Some(target);
    }
    true
}

/// Puts all of `source` into `target`, and leaves a trace to it. Says whether both were there.
pub(crate) fn merge_conversations(state: &mut State, source: u64, target: u64) -> bool {
    if source == target || !state.conversations.contains_key(&target) {
        return false;
    }
    let Some(gone) = state.conversations.remove(&source) else {
        return false;
    };
    let moved = state.messages_in.remove(&source).unwrap_or_default();
    for id in &moved {
        if let Some(message) = state.messages.get_mut(id) {
            message.conversation = target;
        }
    }
    state.messages_in.entry(target).or_default().extend(moved);
    for comment in state.comments.values_mut().filter(|comment| comment.conversation == source) {
        comment.conversation = target;
    }
    for conversation in state.threads.values_mut().filter(|conversation| **conversation == source) {
        *conversation = target;
    }
    for event in state.events.iter_mut().filter(|event| event.conversation == source) {
        event.conversation = target;
    }
    state.merged.insert(source, target);
    if let Some(kept) = state.conversations.get_mut(&target) {
        let tags: Vec<u64> = gone.tags.into_iter().filter(|tag| !kept.tags.contains(tag)).collect();
        let links: Vec<u64> = gone.links.into_iter().filter(|link| !kept.links.contains(link)).collect();
        kept.tags.extend(tags);
        kept.links.extend(links);
    }
    state.tell("conversations_merged", target, Some(Target::Conversations(vec![source])));
    state.touch(target);
    true
}

/// `DELETE /conversations/{id}`: only out of the trash.
pub(crate) fn delete(state: &mut State, id: u64) -> Answered {
    if state.conversations.get(&id).is_some_and(|conversation| conversation.place != Place::Trashed) {
        return errors::bad_request("Conversation must be in the trash before it can be deleted");
    }
    delete_conversation(state, id);
    Answered::empty(204)
}

/// Deletes for good, with all that stands in it. Says whether it was there.
pub(crate) fn delete_conversation(state: &mut State, id: u64) -> bool {
    for message in state.messages_in.remove(&id).unwrap_or_default() {
        if let Some(message) = state.messages.remove(&message) {
            state.uids.remove(&message.uid);
        }
    }
    state.comments.retain(|_, comment| comment.conversation != id);
    state.threads.retain(|_, conversation| *conversation != id);
    state.events.retain(|event| event.conversation != id);
    state.conversations.remove(&id).is_some()
}
