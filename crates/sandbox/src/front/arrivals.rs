//! What was accepted comes to be: the message finds or begins its conversation, which it may open, name, assign and tag;
//! and the company's rules run on it, if it says so (`reference/front.md §4.3, §4.6`).

use super::{
    changes::Target,
    events::Actor,
    handles::{normalised, source_of},
    ids::{Kind, written},
    imports::{Draft, ImportFate},
    merges,
    objects::{Conversation, Message, Moment, Place, Recipient},
    rules,
    state::State,
    switches::{AssignOnImport, MovedImport, ReopenOnImport, SubjectOnReopen},
    threads,
};

/// A message on its way.
#[derive(Debug)]
pub(crate) struct Arriving {
    pub(crate) due: Moment,
    /// Who sent it in.
    pub(crate) actor: Actor,
    pub(crate) inbox: u64,
    pub(crate) draft: Draft,
    pub(crate) uid: String,
    /// Whether it is an import, rather than a message of a channel.
    pub(crate) is_import: bool,
}

/// Lets everything appear whose time has come, in the order it was accepted.
pub(crate) fn settle(state: &mut State) {
    let now = state.now();
    if state.arriving.iter().all(|one| one.due > now) {
        return;
    }
    let (due, later) = std::mem::take(&mut state.arriving).into_iter().partition(|one| one.due <= now);
    state.arriving = later;
    let due: Vec<Arriving> = due;
    for one in due {
        arrive(state, one);
    }
}

fn arrive(state: &mut State, one: Arriving) {
    let Arriving { actor, inbox, draft, uid, is_import, .. } = one;
    let before = std::mem::replace(&mut state.actor, actor);
    let recipients = ends(state, &draft);
    let (id, is_new) = conversation(state, inbox, &draft, &recipients);
    if !is_new {
        renew(state, id, inbox, &draft);
    }
    let message = add_message(state, id, draft.clone(), uid.clone(), recipients);
    assign(state, id, is_new, &draft);
    for name in &draft.tags {
        let tag = state.tag_named(name);
        state.add_tag(id, tag);
    }
    let kind = if draft.is_inbound { "inbound" } else { "outbound" };
    let by = if draft.is_inbound { Actor::Inboxes } else { actor };
    state.tell_of(by, kind, id, Some(Target::Message(message)));
    let ran = if draft.runs_rules && draft.is_inbound {
        rules::run_on_inbound(state, id, draft.subject.as_deref().unwrap_or_default())
    } else {
        Vec::new()
    };
    if is_import {
        let noted = state
            .imports
            .iter_mut()
            .rev()
            .find(|noted| noted.message_uid == uid && noted.fate == ImportFate::UnderWay);
        if let Some(noted) = noted {
            noted.fate = ImportFate::Arrived;
            noted.rules = ran;
            noted.conversation = Some(written(Kind::Conversation, id));
        }
    }
    state.actor = before;
}

/// Both ends, each with its contact. Whoever is outside becomes a contact, if the switch says so.
fn ends(state: &mut State, draft: &Draft) -> Vec<Recipient> {
    let source = source_of(draft.kind, state.switches.custom_type_is_phone).unwrap_or("custom");
    let from = ("from", draft.sender.clone(), draft.sender_name.clone());
    let others = draft.others.iter().map(|(role, handle)| (*role, handle.clone(), None));
    let all: Vec<_> = std::iter::once(from).chain(others).collect();
    all.into_iter()
        .map(|(role, text, name)| {
            // Handles may be written as aliases.
            let text = text.strip_prefix(&format!("alt:{source}:")).map(str::to_owned).unwrap_or(text);
            let handle = normalised(source, &text);
            let is_outside = (role == "from") == draft.is_inbound;
            let known = state.contacts.with(&handle);
            let contact = if known.is_none() && is_outside && state.switches.contact_on_import {
                let now = state.now();
                Some(state.add_contact(name.clone(), vec![handle.clone()], now))
            } else {
                known
            };
            let named = contact.and_then(|id| state.contacts.get(id)).and_then(|known| known.name.clone());
            Recipient { name: named.or(name), handle: handle.handle, role, contact }
        })
        .collect()
}

/// The end that is not the company's.
fn outer<'a>(draft: &Draft, recipients: &'a [Recipient]) -> Option<&'a Recipient> {
    recipients.iter().find(|end| (end.role == "from") == draft.is_inbound)
}

/// The conversation that the message belongs to, and whether it was made for it.
fn conversation(state: &mut State, inbox: u64, draft: &Draft, recipients: &[Recipient]) -> (u64, bool) {
    let outer = outer(draft, recipients);
    let known = match (draft.conversation, &draft.thread) {
        (Some(named), _) => merges::survivor(state, named),
        (None, Some(thread)) => threads::of_reference(state, thread),
        (None, None) => outer.and_then(|end| threads::of_sender(state, inbox, &end.handle)),
    };
    if let Some(known) = known {
        return (known, false);
    }
    let (id, now) = (state.next_id(), state.now());
    state.conversations.insert(
        id,
        Conversation {
            id,
            subject: draft.subject.clone().unwrap_or_default(),
            place: if draft.is_archived { Place::Archived } else { Place::Open },
            assignee: None,
            inboxes: vec![inbox],
            tags: Vec::new(),
            links: Vec::new(),
            recipient: outer.cloned(),
            custom_fields: serde_json::json!({}),
            created_at: draft.created_at,
            updated_at: now,
            made_at: now,
        },
    );
    if let Some(thread) = &draft.thread {
        state.threads.insert(thread.clone(), id);
    }
    (id, true)
}

/// What a message does to a conversation that was there before.
fn renew(state: &mut State, id: u64, inbox: u64, draft: &Draft) {
    let Some(before) = state.conversations.get(&id).map(|known| known.place) else {
        return;
    };
    let opens = match before {
        Place::Open => false,
        Place::Archived => state.switches.reopen_on_import == ReopenOnImport::WhenNotArchived,
        Place::Trashed => state.switches.restore_on_import,
    };
    if draft.is_archived {
        // The whole conversation goes where its newest message says.
        if before == Place::Open {
            state.put_in(id, Place::Archived);
        }
    } else if opens {
        state.put_in(id, Place::Open);
        let takes_new = state.switches.subject_on_reopen == SubjectOnReopen::TakeNew;
        let subject = draft.subject.clone().filter(|_| takes_new);
        if let (Some(known), Some(subject)) = (state.conversations.get_mut(&id), subject) {
            known.subject = subject;
        }
    }
    let relists = state.switches.import_into_moved_conversation == MovedImport::RelistInTargetInbox;
    let known = state.conversations.get_mut(&id).filter(|known| relists && !known.inboxes.contains(&inbox));
    if let Some(known) = known {
        known.inboxes.push(inbox);
    }
}

fn assign(state: &mut State, id: u64, is_new: bool, draft: &Draft) {
    let (Some(assignee), Some(known)) = (draft.assignee, state.conversations.get(&id)) else {
        return;
    };
    let applies = match state.switches.assign_on_import {
        AssignOnImport::Always => true,
        AssignOnImport::Unassigned => known.assignee.is_none(),
        AssignOnImport::NewConversation => is_new,
    };
    let may = !state.switches.access_required || state.has_access(assignee, known);
    if applies && may {
        state.assign_to(id, Some(assignee));
    }
}

fn add_message(state: &mut State, id: u64, draft: Draft, uid: String, recipients: Vec<Recipient>) -> u64 {
    let main = outer(&draft, &recipients).cloned();
    let (message, now) = (state.next_id(), state.now());
    state.uids.insert(uid.clone(), message);
    state.messages_in.entry(id).or_default().push(message);
    state.messages.insert(
        message,
        Message {
            id: message,
            uid,
            conversation: id,
            kind: draft.kind,
            is_inbound: draft.is_inbound,
            created_at: draft.created_at,
            subject: draft.subject,
            author: draft.author,
            recipients,
            body: draft.body,
            files: draft.files,
            external_id: draft.external_id,
            metadata: draft.metadata,
            ran_rules: draft.runs_rules,
            made_at: now,
        },
    );
    if let Some(known) = state.conversations.get_mut(&id) {
        known.updated_at = now;
        // The main recipient follows the last message that came in.
        if draft.is_inbound || known.recipient.is_none() {
            known.recipient = main;
        }
    }
    message
}
