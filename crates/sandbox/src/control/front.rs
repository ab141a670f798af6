//! What can be done to the Front stand-in from outside its API, and what is read from it without counting as a request.

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::patched;
use crate::{
    faults::{Fault, FaultId},
    front::{
        self, Kind,
        imports::FrontImport,
        limits::FrontLimits,
        messages::FrontSendAttempt,
        objects::{Conversation, Handle, Inbox},
        service::Inner,
        shapes::Shown,
        state::State,
        switches::FrontSwitches,
    },
    journal::JournalEntry,
    refused::Refused,
    wire::Asked,
};

/// Where links lead in what the control shows.
const ORIGIN: &str = "http://front.localhost";

/// A handle on the Front stand-in.
#[derive(Clone)]
pub struct FrontControl(pub(super) Arc<Inner>);

impl std::fmt::Debug for FrontControl {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("FrontControl").finish_non_exhaustive()
    }
}

impl FrontControl {
    /// The company in a canonical form, for comparing two days: no ids, no times of writing, nothing whose order means
    /// nothing. See the crate's documentation for what it holds.
    #[must_use]
    pub fn dump(&self) -> Value {
        self.0.act(|state| front::dump(state))
    }

    /// All conversations as `GET /conversations/{id}` writes them, newest first, each with its `messages` and `comments`,
    /// oldest first, and its `inboxes`. A message also has its `external_id`, which Front's API never shows.
    #[must_use]
    pub fn conversations(&self) -> Vec<Value> {
        self.0.act(|state| whole(state, |_| true))
    }

    /// The conversations with a message of this `external_id`, written as [`FrontControl::conversations`] writes them.
    #[must_use]
    pub fn conversations_marked(&self, external_id: &str) -> Vec<Value> {
        self.0.act(|state| {
            whole(state, |known| {
                let messages = state.messages_of(known.id);
                messages.iter().any(|message| message.external_id.as_deref() == Some(external_id))
            })
        })
    }

    /// All contacts as `GET /contacts/{id}` writes them, by id.
    #[must_use]
    pub fn contacts(&self) -> Vec<Value> {
        self.0.act(|state| {
            let shown = Shown { state, origin: ORIGIN };
            state.contacts.all().map(|contact| shown.contact(contact)).collect()
        })
    }

    /// Every import that was accepted, oldest first: whether it asked for the company's rules, which of them did
    /// something, and what became of it.
    #[must_use]
    pub fn imports(&self) -> Vec<FrontImport> {
        self.0.act(|state| state.imports.clone())
    }

    /// Messages that Front would have sent to a customer; must stay empty.
    #[must_use]
    pub fn send_attempts(&self) -> Vec<FrontSendAttempt> {
        self.0.act(|state| state.send_attempts.clone())
    }

    /// A request as the admin makes it in Front: any path of the API, without token, limit, fault or journal.
    /// Returns the status and the body (`null` when empty).
    ///
    /// # Errors
    /// When the method or the path is none.
    pub fn by_a_person(&self, method: &str, path: &str, body: &Value) -> Result<(u16, Value), Refused> {
        let asked = Asked::by_a_person(method, path, body)?;
        if !asked.path.starts_with('/') {
            return Err(Refused::Wrong(format!("{} does not begin with /", asked.path)));
        }
        let answered = self.0.act(|state| front::by_a_person(state, &asked));
        let body = serde_json::from_slice(answered.body.bytes()).unwrap_or_default();
        Ok((answered.status.as_u16(), body))
    }

    /// Adds a contact with a phone handle exactly as written, and maybe an e-mail address. Returns the id.
    ///
    /// # Errors
    /// When a contact has this handle already.
    pub fn add_contact(&self, name: &str, email: Option<&str>, phone: &str) -> Result<String, Refused> {
        self.0.act(|state| {
            let handles = handles(email, phone);
            if handles.iter().any(|handle| state.contacts.with(handle).is_some()) {
                return Err(Refused::not_now("another contact has this handle"));
            }
            let now = state.now();
            Ok(front::written(Kind::Contact, state.add_contact(Some(name.to_owned()), handles, now)))
        })
    }

    /// Adds `count` contacts, made one second after the other until now, for measurements of large companies. Contact
    /// `index` has the number [`super::GorgiasControl::number_of`], every second one without its `+`; who comes after the
    /// last of those numbers has an e-mail address only.
    pub fn add_contacts(&self, count: u32) {
        self.0.act(|state| {
            let now = state.now();
            for index in 0..count {
                let email = format!("customer-{index}@example.com");
                let mut all = vec![Handle { source: "email", handle: email }];
                if let Some(number) = super::GorgiasControl::number_of(index) {
                    let handle = if index % 2 == 0 { number } else { number.replacen('+', "", 1) };
                    all.push(Handle { source: "phone", handle });
                }
                let made_at = now - TimeDelta::seconds((count - index).into());
                state.add_contact(Some(format!("Customer {index}")), all, made_at);
            }
        });
    }

    /// Merges the contact `source` into `target` as a person does; what `source` answers from now on is a switch.
    ///
    /// # Errors
    /// When one of them does not exist.
    pub fn merge(&self, source: &str, target: &str) -> Result<(), Refused> {
        self.both(Kind::Contact, source, target, front::merge_contacts)
    }

    /// Merges the conversation `source` into `target` as a person does; `source` answers 301 from now on.
    ///
    /// # Errors
    /// When one of them does not exist.
    pub fn merge_conversations(&self, source: &str, target: &str) -> Result<(), Refused> {
        self.both(Kind::Conversation, source, target, front::merge_conversations)
    }

    /// Deletes a conversation for good, in the trash or not.
    ///
    /// # Errors
    /// When there is no such conversation.
    pub fn delete_conversation(&self, id: &str) -> Result<(), Refused> {
        let is_done = self.0.act(|state| {
            let id = front::read(Kind::Conversation, id)?;
            front::delete_conversation(state, id).then_some(())
        });
        is_done.ok_or_else(|| Refused::unknown("conversation", id))
    }

    /// Blocks or unblocks a teammate, as an admin does.
    ///
    /// # Errors
    /// When there is no such teammate.
    pub fn set_blocked(&self, teammate: &str, blocked: bool) -> Result<(), Refused> {
        let is_done = self.0.act(|state| {
            let id = state.teammate(teammate)?.id;
            state.teammates.get_mut(&id).map(|known| known.is_blocked = blocked)
        });
        is_done.ok_or_else(|| Refused::unknown("teammate", teammate))
    }

    /// Deletes a teammate, as an admin does. What they wrote stays, without an author.
    ///
    /// # Errors
    /// When there is no such teammate.
    pub fn delete_teammate(&self, teammate: &str) -> Result<(), Refused> {
        let is_done = self.0.act(|state| {
            let id = state.teammate(teammate)?.id;
            state.teammates.remove(&id)
        });
        is_done.map(|_| ()).ok_or_else(|| Refused::unknown("teammate", teammate))
    }

    /// Gives an inbox another name, as an admin does.
    ///
    /// # Errors
    /// When there is no such inbox.
    pub fn rename_inbox(&self, inbox: &str, name: &str) -> Result<(), Refused> {
        self.with_inbox(inbox, |known| name.clone_into(&mut known.name))
    }

    /// Makes an inbox one person's, or everybody's again. The API can do neither.
    ///
    /// # Errors
    /// When there is no such inbox.
    pub fn set_inbox_private(&self, inbox: &str, private: bool) -> Result<(), Refused> {
        self.with_inbox(inbox, |known| known.is_private = private)
    }

    /// Deletes an inbox, as an admin does. Its conversations stay, in none.
    ///
    /// # Errors
    /// When there is no such inbox.
    pub fn delete_inbox(&self, inbox: &str) -> Result<(), Refused> {
        let is_done = self.0.act(|state| {
            let id = state.inbox_id(inbox)?;
            state.conversations.values_mut().for_each(|known| known.inboxes.retain(|of| *of != id));
            state.inboxes.remove(&id)
        });
        is_done.map(|_| ()).ok_or_else(|| Refused::unknown("inbox", inbox))
    }

    fn with_inbox(&self, inbox: &str, change: impl FnOnce(&mut Inbox)) -> Result<(), Refused> {
        let is_done = self.0.act(|state| {
            let id = state.inbox_id(inbox)?;
            state.inboxes.get_mut(&id).map(change)
        });
        is_done.ok_or_else(|| Refused::unknown("inbox", inbox))
    }

    /// The limits.
    #[must_use]
    pub fn limits(&self) -> FrontLimits {
        self.0.act(|state| state.meters.limits.clone())
    }

    /// Sets the limits and the load of other integrations.
    pub fn set_limits(&self, limits: FrontLimits) {
        self.0.act(|state| state.meters.limits = limits);
    }

    /// The switches.
    #[must_use]
    pub fn switches(&self) -> FrontSwitches {
        self.0.act(|state| state.switches.clone())
    }

    /// Changes some switches.
    pub fn switch(&self, change: impl FnOnce(&mut FrontSwitches)) {
        self.0.act(|state| change(&mut state.switches));
    }

    /// A fault for the next requests that match. What comes back takes back this one.
    #[allow(clippy::must_use_candidate, reason = "most faults are left until they are met")]
    pub fn add_fault(&self, fault: Fault) -> FaultId {
        self.0.desk.add_fault(fault)
    }

    /// Takes back one fault, as far as it was not met yet.
    pub fn take_back_fault(&self, id: FaultId) {
        self.0.desk.take_back_fault(id);
    }

    /// Takes back all faults that were not met yet.
    pub fn clear_faults(&self) {
        self.0.desk.clear_faults();
    }

    /// Requests received after the entry `seq`; 0 = all.
    #[must_use]
    pub fn journal(&self, seq: u64) -> Vec<JournalEntry> {
        self.0.desk.journal_after(seq)
    }

    /// As on the first day. Ids go on counting.
    pub fn reset(&self) {
        self.0.act(State::reset);
        self.0.desk.reset();
    }

    pub(super) fn patch_switches(&self, patch: &Value) -> Result<(), Refused> {
        let switches = patched(&self.switches(), patch)?;
        self.switch(|current| *current = switches);
        Ok(())
    }

    pub(super) fn patch_limits(&self, patch: &Value) -> Result<(), Refused> {
        self.set_limits(patched(&self.limits(), patch)?);
        Ok(())
    }

    /// What is set, and how much there is.
    pub(super) fn state(&self) -> Value {
        let faults = self.0.desk.waiting_faults();
        self.0.act(|state| {
            let now = state.now();
            let used: serde_json::Map<String, Value> = state
                .meters
                .headers(now, false)
                .into_iter()
                .map(|(name, value)| (name.to_owned(), json!(value)))
                .collect();
            json!({
                "now": now,
                "company": front::world::COMPANY,
                "contacts": state.contacts.all().count(),
                "conversations": state.conversations.len(),
                "under_way": state.arriving.len(),
                "limits": state.meters.limits,
                "used": used,
                "switches": state.switches,
                "faults": faults,
                "send_attempts": state.send_attempts,
            })
        })
    }

    fn both(
        &self,
        kind: Kind,
        source: &str,
        target: &str,
        merge: impl FnOnce(&mut State, u64, u64) -> bool,
    ) -> Result<(), Refused> {
        let is_done = self.0.act(|state| {
            let ids = (front::read(kind, source), front::read(kind, target));
            matches!(ids, (Some(source), Some(target)) if merge(state, source, target))
        });
        let what = if kind == Kind::Contact { "contact" } else { "conversation" };
        is_done.then_some(()).ok_or_else(|| Refused::unknown(what, format!("{source} or {target}")))
    }
}

fn handles(email: Option<&str>, phone: &str) -> Vec<Handle> {
    let handle = |source, text: &str| Handle { source, handle: text.to_owned() };
    email.map(|email| handle("email", email)).into_iter().chain([handle("phone", phone)]).collect()
}

fn whole(state: &State, is_meant: impl Fn(&Conversation) -> bool) -> Vec<Value> {
    let shown = Shown { state, origin: ORIGIN };
    let mut meant: Vec<&Conversation> =
        state.conversations.values().filter(|known| is_meant(known)).collect();
    meant.sort_by_key(|known| std::cmp::Reverse((known.updated_at, known.id)));
    let write = |known: &Conversation| {
        let mut conversation = shown.conversation(known);
        let messages = state.messages_of(known.id).into_iter().rev().map(|message| {
            let mut written = shown.message(message);
            written["external_id"] = json!(message.external_id);
            written
        });
        conversation["messages"] = messages.collect();
        conversation["comments"] =
            state.comments_of(known.id).into_iter().rev().map(|comment| shown.comment(comment)).collect();
        let inboxes = known.inboxes.iter().filter_map(|id| state.inboxes.get(id));
        conversation["inboxes"] = inboxes.map(|inbox| json!(inbox.name)).collect();
        conversation
    };
    meant.into_iter().map(write).collect()
}
