//! Everything the Aircall stand-in knows, under one lock. Changing it never waits: what has to happen
//! later, or on the wire, is put on the `todo` list and carried out by the service after the lock is gone.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};

use super::{
    call::{Call, ShownCard},
    limits::Window,
    oauth::Install,
    switches::AircallSwitches,
    texts::Sent,
    webhooks::Webhook,
    world::World,
};
use crate::{
    clock::Clock,
    dice::Dice,
    oauth::{App, AuthorizeFaults, Codes},
};

/// First id of a call: above 2^32, because ids are 64-bit (`reference/aircall.md §4`).
pub(crate) const FIRST_CALL: u64 = 4_300_112_000;

/// What is left to do once the state is no longer locked.
#[derive(Debug)]
pub(crate) enum Todo {
    /// Deliver this event to this webhook.
    Deliver { webhook: String, event: Event },
    /// Go on with this step after a while.
    Later(Duration, Step),
}

/// A step that happens by itself.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    End(u64),
    VoicemailLeft(u64),
    RecordingReady(u64),
    Rewrite(u64),
    WrapUpOver(u64),
    PressCall { agent: u64, line: u64, to: String },
    TextDelivered(String),
}

/// An event before a webhook's token is put in.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) timestamp: i64,
    pub(crate) data: Value,
    /// Address and token as they were when it was made, if that is where it goes whatever becomes of the webhook.
    pub(crate) sent_to: Option<SentTo>,
}

/// Where an event was sent. Its token must not be logged.
#[derive(Clone)]
pub(crate) struct SentTo {
    pub(crate) url: String,
    pub(crate) token: String,
}

impl std::fmt::Debug for SentTo {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("SentTo").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Event {
    /// The envelope of `reference/aircall.md §6.1`.
    pub(crate) fn envelope(&self, token: &str) -> Value {
        let resource = self.name.split('.').next().unwrap_or_default();
        json!({
            "resource": resource,
            "event": self.name,
            "timestamp": self.timestamp,
            "token": token,
            "data": self.data,
        })
    }
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) clock: Clock,
    pub(crate) scale: f64,
    pub(crate) dice: Dice,
    /// Ids of calls follow from the calls alone, whatever chance decided beside them.
    call_dice: Dice,
    /// Likewise for messages.
    pub(super) text_dice: Dice,
    pub(crate) world: World,
    pub(crate) calls: BTreeMap<u64, Call>,
    pub(crate) texts: Vec<Sent>,
    pub(crate) webhooks: Vec<Webhook>,
    pub(crate) cards: Vec<ShownCard>,
    pub(crate) wrapping_up: Vec<u64>,
    pub(crate) window: Window,
    pub(crate) codes: Codes,
    pub(crate) installs: Vec<Install>,
    /// The install whose token the request that is being answered carries; `None` for a Basic key and a person.
    pub(crate) caller: Option<u64>,
    pub(crate) switches: AircallSwitches,
    /// Where clients reach this service, for media addresses in events.
    pub(crate) origin: String,
    /// Grows with every reset, so that what was under way before is forgotten.
    pub(crate) generation: u64,
    pub(crate) todo: Vec<Todo>,
    pub(crate) dropped_events: u64,
    pub(crate) media_secret: String,
    last_call: u64,
    last_id: u64,
}

impl State {
    pub(crate) fn new(clock: Clock, scale: f64, seed: u64, origin: String) -> Self {
        let mut dice = Dice::new(seed);
        let media_secret = dice.hex();
        Self {
            clock,
            scale,
            dice,
            call_dice: Dice::new(!seed),
            text_dice: Dice::new(seed.rotate_left(32)),
            world: World::default(),
            calls: BTreeMap::new(),
            texts: Vec::new(),
            webhooks: Vec::new(),
            cards: Vec::new(),
            wrapping_up: Vec::new(),
            window: Window::default(),
            codes: Codes::of(App { faults: AuthorizeFaults::SentBack, ..App::default() }),
            installs: Vec::new(),
            caller: None,
            switches: AircallSwitches::default(),
            origin,
            generation: 0,
            todo: Vec::new(),
            dropped_events: 0,
            media_secret,
            last_call: FIRST_CALL,
            last_id: 150_409_000,
        }
    }

    /// Back to the first day; ids go on counting, so that none ever means two calls or messages.
    pub(crate) fn reset(&mut self) {
        let fresh = Self::new(self.clock, self.scale, self.dice.next(), std::mem::take(&mut self.origin));
        let (generation, last_call, last_id) = (self.generation + 1, self.last_call, self.last_id);
        let text_dice = self.text_dice.clone();
        *self = Self { generation, last_call, last_id, text_dice, ..fresh };
    }

    pub(crate) fn now(&self) -> i64 {
        self.clock.unix()
    }

    pub(crate) fn next_call_id(&mut self) -> u64 {
        self.last_call += 1 + self.call_dice.below(40);
        self.last_call
    }

    pub(crate) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// Seconds of the real service, shortened by the scale.
    pub(crate) fn scaled(&self, seconds: f64) -> Duration {
        Duration::try_from_secs_f64(seconds / self.scale).unwrap_or(Duration::MAX)
    }

    pub(crate) fn later(&mut self, seconds: f64, step: Step) {
        let after = self.scaled(seconds);
        self.todo.push(Todo::Later(after, step));
    }

    /// Hands an event to every webhook that is on and subscribed. What a disabled webhook misses is lost.
    pub(crate) fn emit(&mut self, name: &str, data: Value) {
        let event = Event { name: name.to_owned(), timestamp: self.now(), data, sent_to: None };
        for webhook in &self.webhooks {
            let is_wanted = webhook.is_active && webhook.events.iter().any(|wanted| wanted == name);
            if is_wanted && self.is_connected(webhook, name, &event.data) {
                let mut event = event.clone();
                event.sent_to = self
                    .switches
                    .deliver_as_sent
                    .then(|| SentTo { url: webhook.url.clone(), token: webhook.token.clone() });
                self.todo.push(Todo::Deliver { webhook: webhook.uuid.clone(), event });
            }
        }
    }
}
