//! The whole company in a canonical form, for comparing two days: everything that a person would call the same is written
//! the same, so ids, times of writing and orders that mean nothing are left out.

use serde_json::{Value, json};

use super::{
    objects::{Comment, Contact, Conversation, Message, Place, Recipient},
    state::State,
};

/// Contacts by name and handle, each with the number of their conversations; conversations with their inboxes, tags,
/// messages and comments as sets; and what is still on its way.
pub(crate) fn dump(state: &State) -> Value {
    let inboxes = state.inboxes.values().map(|inbox| {
        let members = sorted(inbox.teammates.iter().map(|id| person(state, Some(*id))));
        json!({"name": inbox.name, "is_public": inbox.is_public, "teammates": members})
    });
    json!({
        "contacts": sorted(state.contacts.all().map(|one| contact(state, one))),
        "conversations": sorted(state.conversations.values().map(|one| conversation(state, one))),
        "inboxes": sorted(inboxes),
        "under_way": state.arriving.len(),
        "send_attempts": state.send_attempts.len(),
    })
}

fn contact(state: &State, contact: &Contact) -> Value {
    let handles = contact.handles.iter().map(|one| json!(format!("{} {}", one.source, one.handle)));
    let own =
        |known: &&Conversation| known.recipient.as_ref().is_some_and(|end| end.contact == Some(contact.id));
    json!({
        "name": contact.name,
        "description": contact.description,
        "handles": sorted(handles),
        "conversations": state.conversations.values().filter(own).count(),
    })
}

fn conversation(state: &State, conversation: &Conversation) -> Value {
    let tags = conversation.tags.iter().filter_map(|id| state.tags.get(id)).map(|tag| json!(tag.name));
    let inboxes = conversation.inboxes.iter().filter_map(|id| state.inboxes.get(id));
    let links = conversation.links.iter().filter_map(|id| state.links.get(id)).map(|link| json!(link.url));
    json!({
        "subject": conversation.subject,
        "status": conversation.status(),
        "trashed": conversation.place == Place::Trashed,
        "assignee": person(state, conversation.assignee),
        "contact": conversation.recipient.as_ref().map(|end| end_of(state, end)),
        "tags": sorted(tags),
        "inboxes": sorted(inboxes.map(|inbox| json!(inbox.name))),
        "links": sorted(links),
        "messages": sorted(state.messages_of(conversation.id).into_iter().map(|one| message(state, one))),
        "comments": sorted(state.comments_of(conversation.id).into_iter().map(|one| comment(state, one))),
    })
}

fn message(state: &State, message: &Message) -> Value {
    let ends = message.recipients.iter().map(|end| json!(format!("{} {}", end.role, end_of(state, end))));
    json!({
        "external_id": message.external_id,
        "type": message.kind,
        "is_inbound": message.is_inbound,
        "author": person(state, message.author),
        "recipients": sorted(ends),
        "subject": message.subject,
        "text": message.body,
        // When it happened, not when it was written.
        "created_at": message.external_id.as_ref().map(|_| message.created_at.timestamp()),
        "ran_rules": message.ran_rules,
        "attachments": attachments(state, &message.files),
    })
}

fn comment(state: &State, comment: &Comment) -> Value {
    json!({
        "author": person(state, Some(comment.author)),
        "text": comment.body,
        "is_pinned": comment.is_pinned,
        "attachments": attachments(state, &comment.files),
    })
}

fn attachments(state: &State, files: &[u64]) -> Vec<Value> {
    sorted(
        files
            .iter()
            .filter_map(|id| state.files.get(id))
            .map(|file| json!({"name": file.name, "content_type": file.content_type, "sha256": file.sha256})),
    )
}

/// A teammate by their address.
fn person(state: &State, id: Option<u64>) -> Value {
    json!(id.and_then(|id| state.teammates.get(&id)).map(|known| &known.email))
}

/// The contact's name as it is now, or the handle.
fn end_of(state: &State, end: &Recipient) -> String {
    let name = end.contact.and_then(|id| state.contacts.get(id)).and_then(|known| known.name.clone());
    name.unwrap_or_else(|| end.handle.clone())
}

fn sorted(values: impl IntoIterator<Item = Value>) -> Vec<Value> {
    let mut all: Vec<Value> = values.into_iter().collect();
    all.sort_by_key(ToString::to_string);
    all
}
