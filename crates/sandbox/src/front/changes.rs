//! The changes that a conversation can go through, each with the event that tells of it. Whoever causes them, an API
//! request, a person, an import or a rule, they go this way.

use super::{
    events::{Actor, Event},
    objects::Place,
    state::State,
};

/// What an event is about, besides its conversation.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    Teammate(u64),
    Inboxes(Vec<u64>),
    Message(u64),
    Comment(u64),
    Tag(u64),
    Link(u64),
    Conversations(Vec<u64>),
}

impl State {
    /// Writes an event of the present actor.
    pub(crate) fn tell(&mut self, kind: &'static str, conversation: u64, target: Option<Target>) {
        self.tell_of(self.actor, kind, conversation, target);
    }

    pub(crate) fn tell_of(
        &mut self,
        actor: Actor,
        kind: &'static str,
        conversation: u64,
        target: Option<Target>,
    ) {
        let (id, at) = (self.next_id(), self.now());
        self.events.push(Event { id, kind, at, actor, conversation, target });
    }

    pub(crate) fn touch(&mut self, conversation: u64) {
        let now = self.now();
        if let Some(conversation) = self.conversations.get_mut(&conversation) {
            conversation.updated_at = now;
        }
    }

    /// Archives, opens, trashes or restores.
    pub(crate) fn put_in(&mut self, conversation: u64, place: Place) {
        let Some(known) = self.conversations.get_mut(&conversation) else {
            return;
        };
        let before = std::mem::replace(&mut known.place, place);
        let kind = match (before, place) {
            (before, after) if before == after => return,
            (_, Place::Trashed) => "trash",
            (Place::Trashed, _) => "restore",
            (_, Place::Archived) => "archive",
            (_, Place::Open) => "reopen",
        };
        self.tell(kind, conversation, None);
        self.touch(conversation);
    }

    pub(crate) fn assign_to(&mut self, conversation: u64, teammate: Option<u64>) {
        let Some(known) = self.conversations.get_mut(&conversation) else {
            return;
        };
        let before = std::mem::replace(&mut known.assignee, teammate);
        if before == teammate {
            return;
        }
        match teammate {
            Some(teammate) => self.tell("assign", conversation, Some(Target::Teammate(teammate))),
            None => self.tell("unassign", conversation, before.map(Target::Teammate)),
        }
        self.touch(conversation);
    }

    pub(crate) fn add_tag(&mut self, conversation: u64, tag: u64) {
        let known = self.conversations.get_mut(&conversation);
        if let Some(known) = known.filter(|known| !known.tags.contains(&tag)) {
            known.tags.push(tag);
            self.tell("tag", conversation, Some(Target::Tag(tag)));
            self.touch(conversation);
        }
    }

    pub(crate) fn remove_tag(&mut self, conversation: u64, tag: u64) {
        let known = self.conversations.get_mut(&conversation);
        if let Some(known) = known.filter(|known| known.tags.contains(&tag)) {
            known.tags.retain(|one| *one != tag);
            self.tell("untag", conversation, Some(Target::Tag(tag)));
            self.touch(conversation);
        }
    }

    /// It leaves every other inbox.
    pub(crate) fn move_to(&mut self, conversation: u64, inbox: u64) {
        let known = self.conversations.get_mut(&conversation);
        if let Some(known) = known.filter(|known| known.inboxes != [inbox]) {
            known.inboxes = vec![inbox];
            self.tell("move", conversation, Some(Target::Inboxes(vec![inbox])));
            self.touch(conversation);
        }
    }
}
