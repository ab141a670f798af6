//! The contacts by id and by handle.

use std::collections::{BTreeMap, HashMap};

use serde_json::json;

use super::{
    handles::SOURCES,
    ids::{Kind, read},
    objects::{Contact, Handle, Moment},
    state::State,
    switches::PhoneAlias,
};
use crate::numbers;

/// All contacts, found by id and by handle.
#[derive(Debug, Default)]
pub(crate) struct Contacts {
    by_id: BTreeMap<u64, Contact>,
    by_handle: HashMap<Handle, u64>,
    /// Contacts that were merged away, and who they became.
    pub(crate) merged: BTreeMap<u64, u64>,
}

impl Contacts {
    pub(crate) fn get(&self, id: u64) -> Option<&Contact> {
        self.by_id.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: u64) -> Option<&mut Contact> {
        self.by_id.get_mut(&id)
    }

    /// By id, ascending.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Contact> {
        self.by_id.values()
    }

    pub(crate) fn with(&self, handle: &Handle) -> Option<u64> {
        self.by_handle.get(handle).copied()
    }

    /// The contact of `alt:phone:+34666444555`, or of another kind of handle.
    pub(crate) fn by_alias(&self, source: &str, value: &str, phones: PhoneAlias) -> Option<u64> {
        let source = SOURCES.into_iter().find(|known| *known == source)?;
        if source == "phone" && phones == PhoneAlias::Digits {
            let same = |one: &Handle| one.source == "phone" && numbers::same(&one.handle, value);
            return self.all().find(|contact| contact.handles.iter().any(same)).map(|contact| contact.id);
        }
        let handle = if source == "email" { value.to_lowercase() } else { value.to_owned() };
        self.with(&Handle { source, handle })
    }

    pub(crate) fn insert(&mut self, contact: Contact) {
        for handle in &contact.handles {
            self.by_handle.insert(handle.clone(), contact.id);
        }
        self.by_id.insert(contact.id, contact);
    }

    pub(crate) fn remove(&mut self, id: u64) -> Option<Contact> {
        let contact = self.by_id.remove(&id)?;
        for handle in &contact.handles {
            self.by_handle.remove(handle);
        }
        Some(contact)
    }

    /// Gives a handle that nobody has.
    pub(crate) fn add_handle(&mut self, id: u64, handle: Handle) {
        if let Some(contact) = self.by_id.get_mut(&id) {
            self.by_handle.insert(handle.clone(), id);
            contact.handles.push(handle);
        }
    }

    pub(crate) fn remove_handle(&mut self, id: u64, handle: &Handle) {
        if let Some(contact) = self.by_id.get_mut(&id) {
            contact.handles.retain(|known| known != handle);
            self.by_handle.remove(handle);
        }
    }
}

impl State {
    /// A new contact with what is given, and nothing else.
    pub(crate) fn add_contact(&mut self, name: Option<String>, handles: Vec<Handle>, made_at: Moment) -> u64 {
        let id = self.next_id();
        self.contacts.insert(Contact {
            id,
            name,
            description: None,
            handles,
            links: Vec::new(),
            lists: Vec::new(),
            custom_fields: json!({}),
            notes: Vec::new(),
            made_at,
            updated_at: made_at,
        });
        id
    }
}

/// The number in a contact's id.
pub(crate) fn number(id: &str) -> Option<u64> {
    read(Kind::Contact, id).or_else(|| read(Kind::Contact, &id.replacen("ctc_", "crd_", 1)))
}
