//! What happened, as `GET /events` tells it (`reference/front.md §9`): newest first, 15 a page, our own writes as well.

use serde_json::{Value, json};

use super::{
    changes::Target,
    errors,
    ids::{Kind, read, written},
    lists::{self, MOST, Page},
    objects::{Moment, seconds},
    shapes::Shown,
    state::State,
};
use crate::wire::{Answered, Asked};

/// The largest page of `GET /events`.
const MOST_EVENTS: usize = 15;

/// Who did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Actor {
    /// Somebody with the company's token.
    Token,
    /// An app with OAuth.
    App,
    /// A person in Front.
    Teammate(u64),
    /// One of the company's rules, by its place among them.
    Rule(usize),
    /// A message that came in by itself.
    Inboxes,
}

#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) id: u64,
    pub(crate) kind: &'static str,
    pub(crate) at: Moment,
    pub(crate) actor: Actor,
    pub(crate) conversation: u64,
    pub(crate) target: Option<Target>,
}

/// `GET /events`, or those of one conversation.
pub(crate) fn list(state: &State, asked: &Asked, conversation: Option<u64>) -> Answered {
    let answer = || {
        let known: &[&str] =
            if conversation.is_some() { &[] } else { &["types", "inboxes", "after", "before"] };
        lists::only_filters(asked, known)?;
        let (types, inboxes) = (lists::filter(asked, "types"), lists::filter(asked, "inboxes"));
        let (after, before) = (lists::moment(asked, "after")?, lists::moment(asked, "before")?);
        let most = if conversation.is_some() { MOST } else { MOST_EVENTS };
        let page = Page::of(state, asked, most, &["created_at"], false)?;
        let is_in = |event: &Event| {
            let conversation = state.conversations.get(&event.conversation);
            conversation.is_some_and(|conversation| {
                conversation.inboxes.iter().any(|id| inboxes.contains(&written(Kind::Inbox, *id).as_str()))
            })
        };
        let rows = state
            .events
            .iter()
            .filter(|event| conversation.is_none_or(|id| id == event.conversation))
            .filter(|event| types.is_empty() || types.contains(&event.kind))
            .filter(|event| inboxes.is_empty() || is_in(event))
            .filter(|event| after.is_none_or(|after| event.at > after))
            .filter(|event| before.is_none_or(|before| event.at < before))
            .map(|event| (event.at.timestamp_millis(), event.id))
            .collect();
        let origin = state.origin(asked);
        let shown = Shown { state, origin: &origin };
        let list = page.cut(asked, &origin, rows, |id| found(state, id).map(|event| shown.event(event)));
        Ok(Answered::json(200, &list))
    };
    answer().unwrap_or_else(|refusal: Answered| refusal)
}

pub(crate) fn one(state: &State, asked: &Asked, id: &str) -> Answered {
    let origin = state.origin(asked);
    let shown = Shown { state, origin: &origin };
    match read(Kind::Event, id).and_then(|id| found(state, id)) {
        Some(event) => Answered::json(200, &shown.event(event)),
        None => errors::unknown("event", id),
    }
}

/// Events are kept in the order of their ids.
fn found(state: &State, id: u64) -> Option<&Event> {
    state.events.binary_search_by_key(&id, |event| event.id).ok().and_then(|at| state.events.get(at))
}

impl Shown<'_> {
    /// The conversation is shown as it is now.
    fn event(&self, event: &Event) -> Value {
        let id = written(Kind::Event, event.id);
        let conversation = self.state.conversations.get(&event.conversation);
        let mut written = json!({
            "_links": {"self": format!("{}/events/{id}", self.origin)},
            "id": id,
            "type": event.kind,
            "emitted_at": seconds(event.at),
            "source": self.source(event),
            "conversation": conversation.map(|conversation| self.conversation(conversation)),
        });
        if let Some((kind, data)) = event.target.as_ref().and_then(|target| self.target(target)) {
            written["target"] = json!({"_meta": {"type": kind}, "data": data});
        }
        written
    }

    fn source(&self, event: &Event) -> Value {
        let (kind, data) = match event.actor {
            Actor::Token => ("api", self.teammate_of(Some(self.state.bot()))),
            Actor::App => ("oauth_client", self.teammate_of(Some(self.state.bot()))),
            Actor::Teammate(id) => ("teammate", self.teammate_of(Some(id))),
            Actor::Rule(place) => ("rule", self.rule(place)),
            Actor::Inboxes => {
                let conversation = self.state.conversations.get(&event.conversation);
                let inboxes = conversation.map(|one| one.inboxes.as_slice()).unwrap_or_default();
                ("inboxes", self.inboxes(inboxes))
            }
        };
        json!({"_meta": {"type": kind}, "data": data})
    }

    fn inboxes(&self, ids: &[u64]) -> Value {
        ids.iter().filter_map(|id| self.state.inboxes.get(id)).map(|inbox| self.inbox(inbox)).collect()
    }

    fn rule(&self, place: usize) -> Value {
        let Some(rule) = self.state.rules.get(place) else {
            return Value::Null;
        };
        let id = written(Kind::Rule, rule.id);
        json!({
            "_links": {"self": format!("{}/rules/{id}", self.origin), "related": {"owner": null}},
            "id": id,
            "name": rule.name,
            "actions": [format!("Add tag {}", rule.tag)],
            "is_private": false,
        })
    }

    fn target(&self, target: &Target) -> Option<(&'static str, Value)> {
        Some(match target {
            Target::Teammate(id) => ("teammate", self.teammate_of(Some(*id))),
            Target::Inboxes(ids) => ("inboxes", self.inboxes(ids)),
            Target::Message(id) => ("message", self.message(self.state.messages.get(id)?)),
            Target::Comment(id) => ("comment", self.comment(self.state.comments.get(id)?)),
            Target::Tag(id) => ("tag", self.tag(self.state.tags.get(id)?)),
            Target::Link(id) => ("link", self.link(self.state.links.get(id)?)),
            Target::Conversations(ids) => {
                let ids: Vec<String> = ids.iter().map(|id| written(Kind::Conversation, *id)).collect();
                ("deleted_conversation_ids", json!(ids))
            }
        })
    }
}
