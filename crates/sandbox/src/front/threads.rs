//! Into which conversation a message goes (`reference/front.md §4.3`): the named one, or that of its reference, or that of
//! its sender. References of imports and of custom channels are different worlds.

use super::{merges, objects::Place, state::State};

/// What messages are threaded by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Thread {
    /// The `thread_ref` of imports.
    Imported(String),
    /// That of one custom channel's messages.
    Channel(u64, String),
}

/// The conversation that a reference stands for.
pub(crate) fn of_reference(state: &State, thread: &Thread) -> Option<u64> {
    merges::survivor(state, *state.threads.get(thread)?)
}

/// The latest conversation of this inbox with this handle at its outer end.
pub(crate) fn of_sender(state: &State, inbox: u64, handle: &str) -> Option<u64> {
    state
        .conversations
        .values()
        .filter(|known| known.inboxes.contains(&inbox) && known.place != Place::Trashed)
        .filter(|known| known.recipient.as_ref().is_some_and(|end| end.handle == handle))
        .max_by_key(|known| (known.updated_at, known.id))
        .map(|known| known.id)
}
