//! Everything the Front stand-in knows, under one lock.

use std::collections::{BTreeMap, HashMap};

use super::{
    address_book::Contacts,
    arrivals::{self, Arriving},
    events::{Actor, Event},
    ids::Kind,
    imports::FrontImport,
    limits::Meters,
    messages::FrontSendAttempt,
    oauth::Grants,
    objects::{Channel, Comment, Conversation, File, Inbox, Link, Message, Moment, Tag, Team, Teammate},
    rules::Rule,
    switches::FrontSwitches,
    threads::Thread,
    world,
};
use crate::{
    clock::Clock,
    dice::Dice,
    oauth::{App, Codes},
    wire::Asked,
};

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) clock: Clock,
    pub(crate) dice: Dice,
    pub(crate) teammates: BTreeMap<u64, Teammate>,
    pub(crate) teams: Vec<Team>,
    pub(crate) inboxes: BTreeMap<u64, Inbox>,
    pub(crate) channels: Vec<Channel>,
    pub(crate) contacts: Contacts,
    pub(crate) conversations: BTreeMap<u64, Conversation>,
    /// Merged conversations and what they became part of.
    pub(crate) merged: BTreeMap<u64, u64>,
    pub(crate) messages: BTreeMap<u64, Message>,
    /// Message ids per conversation, in the order they came.
    pub(crate) messages_in: BTreeMap<u64, Vec<u64>>,
    /// Message ids by their uid.
    pub(crate) uids: HashMap<String, u64>,
    pub(crate) comments: BTreeMap<u64, Comment>,
    pub(crate) tags: BTreeMap<u64, Tag>,
    pub(crate) links: BTreeMap<u64, Link>,
    pub(crate) files: BTreeMap<u64, File>,
    pub(crate) events: Vec<Event>,
    pub(crate) rules: Vec<Rule>,
    /// The conversation of each reference that messages are threaded by.
    pub(crate) threads: HashMap<Thread, u64>,
    /// The uid of the import with each external id, and the inbox it counts in.
    pub(crate) external_ids: HashMap<(Option<u64>, String), String>,
    /// What was accepted and is not there yet, in the order it came.
    pub(crate) arriving: Vec<Arriving>,
    pub(crate) imports: Vec<FrontImport>,
    pub(crate) send_attempts: Vec<FrontSendAttempt>,
    pub(crate) codes: Codes,
    pub(crate) grants: Grants,
    pub(crate) meters: Meters,
    pub(crate) switches: FrontSwitches,
    /// Who does what is being done now.
    pub(crate) actor: Actor,
    last_id: u64,
}

impl State {
    pub(crate) fn new(clock: Clock, seed: u64) -> Self {
        let now = clock.now();
        let mut state = Self {
            clock,
            dice: Dice::new(seed ^ 0xF0_07_1A_50),
            teammates: BTreeMap::new(),
            teams: Vec::new(),
            inboxes: BTreeMap::new(),
            channels: Vec::new(),
            contacts: Contacts::default(),
            conversations: BTreeMap::new(),
            merged: BTreeMap::new(),
            messages: BTreeMap::new(),
            messages_in: BTreeMap::new(),
            uids: HashMap::new(),
            comments: BTreeMap::new(),
            tags: BTreeMap::new(),
            links: BTreeMap::new(),
            files: BTreeMap::new(),
            events: Vec::new(),
            rules: Vec::new(),
            threads: HashMap::new(),
            external_ids: HashMap::new(),
            arriving: Vec::new(),
            imports: Vec::new(),
            send_attempts: Vec::new(),
            codes: Codes::of(App { invalid_grant_status: 401, ..App::default() }),
            grants: Grants::default(),
            meters: Meters::new(now),
            switches: FrontSwitches::default(),
            actor: Actor::Token,
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

    /// Lets everything arrive whose time has come. Before each look at the state.
    pub(crate) fn settle(&mut self) {
        arrivals::settle(self);
    }

    /// One sequence for all objects: an id that is used for the wrong kind finds nothing.
    pub(crate) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    pub(crate) fn now(&self) -> Moment {
        self.clock.now()
    }

    /// Whether an object made then shows up in lists by now.
    pub(crate) fn is_listed(&self, made_at: Moment) -> bool {
        self.is_past(made_at, self.switches.list_lag_s)
    }

    /// Whether so many seconds have passed since.
    pub(crate) fn is_past(&self, since: Moment, lag_s: f64) -> bool {
        (self.now() - since).to_std().unwrap_or_default().as_secs_f64() >= lag_s
    }

    /// Where links in the answer to this request lead.
    pub(crate) fn origin(&self, asked: &Asked) -> String {
        match self.switches.links_origin.as_str() {
            "" => asked.origin("http://front.localhost"),
            elsewhere => elsewhere.trim_end_matches('/').to_owned(),
        }
    }

    /// Newest first, by what they say of themselves.
    pub(crate) fn messages_of(&self, conversation: u64) -> Vec<&Message> {
        let ids = self.messages_in.get(&conversation).into_iter().flatten();
        let mut messages: Vec<&Message> = ids.filter_map(|id| self.messages.get(id)).collect();
        messages.sort_by_key(|message| std::cmp::Reverse((message.created_at, message.id)));
        messages
    }

    /// Newest first.
    pub(crate) fn comments_of(&self, conversation: u64) -> Vec<&Comment> {
        self.comments.values().rev().filter(|comment| comment.conversation == conversation).collect()
    }

    /// The teammate that stands behind an id or an alias.
    pub(crate) fn teammate(&self, id: &str) -> Option<&Teammate> {
        match id.strip_prefix("alt:email:") {
            Some(email) => self.teammates.values().find(|known| known.email.eq_ignore_ascii_case(email)),
            None => self.teammates.get(&super::read(Kind::Teammate, id)?),
        }
    }

    /// The bot that a token or an app writes as.
    pub(crate) fn bot(&self) -> u64 {
        self.teammates.values().find(|known| known.kind == "api").map_or(0, |bot| bot.id)
    }

    /// The tag of this name, made if there is none.
    pub(crate) fn tag_named(&mut self, name: &str) -> u64 {
        if let Some(tag) = self.tags.values().find(|tag| tag.name == name) {
            return tag.id;
        }
        let (id, made_at) = (self.next_id(), self.now());
        let tag = Tag {
            id,
            name: name.to_owned(),
            description: None,
            highlight: None,
            is_shown_in_lists: true,
            made_at,
        };
        self.tags.insert(id, tag);
        id
    }

    /// Whether somebody may see a conversation: one of its inboxes is public, or theirs.
    pub(crate) fn has_access(&self, teammate: u64, conversation: &Conversation) -> bool {
        let known = |inbox: &u64| self.inboxes.get(inbox);
        conversation
            .inboxes
            .iter()
            .filter_map(known)
            .any(|inbox| inbox.is_public || inbox.teammates.contains(&teammate))
    }

    pub(crate) fn inbox_id(&self, id: &str) -> Option<u64> {
        super::read(Kind::Inbox, id).filter(|id| self.inboxes.contains_key(id))
    }
}
