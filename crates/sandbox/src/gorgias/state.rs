//! Everything the Gorgias stand-in knows, under one lock.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::{
    limits::Bucket,
    lists::Cursor,
    messages::SendAttempt,
    oauth::Grants,
    objects::{Customer, File, Message, Moment, Tag, Ticket, User},
    switches::GorgiasSwitches,
    world,
};
use crate::{clock::Clock, dice::Dice, oauth::Codes};

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) clock: Clock,
    pub(crate) dice: Dice,
    pub(crate) users: Vec<User>,
    /// Id and name.
    pub(crate) teams: Vec<(u64, &'static str)>,
    pub(crate) customers: BTreeMap<u64, Customer>,
    /// Merged customers and who they became.
    pub(crate) merged: BTreeMap<u64, u64>,
    pub(crate) tickets: BTreeMap<u64, Ticket>,
    pub(crate) messages: BTreeMap<u64, Message>,
    /// Message ids per ticket, in the order they came.
    pub(crate) threads: BTreeMap<u64, Vec<u64>>,
    pub(crate) tags: BTreeMap<u64, Tag>,
    /// By the path they are downloaded from.
    pub(crate) files: BTreeMap<String, File>,
    pub(crate) cursors: HashMap<String, Cursor>,
    pub(crate) bucket: Bucket,
    /// What an app has used, which has a limit of its own.
    pub(crate) app_bucket: Bucket,
    pub(crate) codes: Codes,
    pub(crate) grants: Grants,
    pub(crate) switches: GorgiasSwitches,
    pub(crate) send_attempts: Vec<SendAttempt>,
    last_id: u64,
}

impl State {
    pub(crate) fn new(clock: Clock, seed: u64) -> Self {
        let now = clock.now();
        let mut state = Self {
            clock,
            dice: Dice::new(seed ^ 0x60_96_1A_50),
            users: Vec::new(),
            teams: Vec::new(),
            customers: BTreeMap::new(),
            merged: BTreeMap::new(),
            tickets: BTreeMap::new(),
            messages: BTreeMap::new(),
            threads: BTreeMap::new(),
            tags: BTreeMap::new(),
            files: BTreeMap::new(),
            cursors: HashMap::new(),
            bucket: Bucket::new(now),
            app_bucket: Bucket::new(now),
            codes: Codes::default(),
            grants: Grants::default(),
            switches: GorgiasSwitches::default(),
            send_attempts: Vec::new(),
            last_id: 48_200,
        };
        world::fill(&mut state);
        state
    }

    /// Back to the first day; ids go on counting, so that no id ever means two things.
    pub(crate) fn reset(&mut self) {
        let last_id = self.last_id;
        *self = Self::new(self.clock, self.dice.next());
        self.last_id = self.last_id.max(last_id);
    }

    /// One sequence for all objects: an id that is used for the wrong kind finds nothing.
    pub(crate) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    pub(crate) fn now(&self) -> Moment {
        self.clock.now()
    }

    pub(crate) fn messages_of(&self, ticket: u64) -> impl Iterator<Item = &Message> {
        self.threads.get(&ticket).into_iter().flatten().filter_map(|id| self.messages.get(id))
    }

    /// Whether an object made then shows up in lists by now.
    pub(crate) fn is_listed(&self, made_at: Moment) -> bool {
        (self.now() - made_at).to_std().unwrap_or_default().as_secs_f64() >= self.switches.list_lag_s
    }

    pub(crate) fn user_by_email(&self, email: &str) -> Option<&User> {
        self.users.iter().find(|user| user.email.eq_ignore_ascii_case(email))
    }

    pub(crate) fn customer_by_email(&self, email: &str) -> Option<&Customer> {
        self.customers.values().find(|customer| {
            customer.email.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(email))
                || customer
                    .channels
                    .iter()
                    .any(|channel| channel.kind == "email" && channel.address.eq_ignore_ascii_case(email))
        })
    }

    /// A new customer with what is given, and nothing else.
    pub(crate) fn add_customer(&mut self, name: Option<String>, email: Option<String>) -> &mut Customer {
        let (id, now) = (self.next_id(), self.now());
        let mut channels = Vec::new();
        if let Some(address) = email.clone() {
            channels.push(super::objects::Channel {
                id: self.next_id(),
                kind: "email".to_owned(),
                address,
                preferred: true,
            });
        }
        self.customers.entry(id).or_insert(Customer {
            id,
            name,
            email,
            channels,
            external_id: None,
            language: None,
            timezone: None,
            note: None,
            data: Value::Null,
            meta: Value::Null,
            made_at: now,
            updated_at: now,
        })
    }

    /// The tag of this name, made if there is none.
    pub(crate) fn tag_named(&mut self, name: &str, decoration: Value) -> u64 {
        if let Some(tag) = self.tags.values().find(|tag| tag.name == name) {
            return tag.id;
        }
        let (id, made_at) = (self.next_id(), self.now());
        let tag = Tag { id, name: name.to_owned(), description: None, decoration, made_at };
        self.tags.insert(id, tag);
        id
    }
}
