//! What the facts of a call say, asked one thing at a time.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::parts::{moment, object_id, string};
use super::{
    Agent, Call, CallTag, Comment, Contact, ENDED_AFTER_HANGUP_SECONDS, Line, Message, Origin, Team,
};
use crate::files::{Link, Medium};
use crate::number::Party;

impl Call {
    pub(super) fn value(&self, key: &str) -> Option<&Value> {
        self.facts.get(key).map(|f| &f.value)
    }

    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.value(key).and_then(Value::as_str).filter(|t| !t.is_empty())
    }

    fn seconds(&self, key: &str) -> Option<i64> {
        self.value(key).and_then(moment)
    }

    /// A nested object put together again from its parts.
    fn object(&self, key: &str) -> Option<Map<String, Value>> {
        let value = self.value(key)?;
        let mut object = value.as_object()?.clone();
        if let Some(id) = object_id(Some(value)) {
            let prefix = format!("{key}/{id}/");
            for (path, fact) in
                self.facts.range(prefix.clone()..).take_while(|(path, _)| path.starts_with(&prefix))
            {
                object.insert(path[prefix.len()..].to_owned(), fact.value.clone());
            }
        }
        Some(object)
    }

    /// All facts in Aircall's own shape, for the call log and the API.
    #[must_use]
    pub fn facts(&self) -> Value {
        let mut all: Map<String, Value> = self
            .facts
            .keys()
            .filter(|key| !key.contains('/'))
            .filter_map(|key| {
                let value = self.object(key).map(Value::Object).or_else(|| self.value(key).cloned())?;
                Some((key.clone(), value))
            })
            .collect();
        let id = self.message().map_or_else(|| Value::from(self.id.0), |message| message.id().into());
        all.insert("id".into(), id);
        all.insert("comments".into(), self.comments.values().map(|f| f.value.clone()).collect());
        all.insert("tags".into(), self.tag_values().cloned().collect());
        all.insert("events".into(), serde_json::to_value(&self.seen).unwrap_or_default());
        if let Some(seconds) = self.talk_seconds() {
            all.insert("in_call_duration".into(), seconds.into());
        }
        Value::Object(all)
    }

    /// Inbound unless Aircall says outbound.
    #[must_use]
    pub fn is_outbound(&self) -> bool {
        self.text("direction") == Some("outbound")
    }

    /// When it began to ring; unknown only for a call of which nothing but late events came.
    #[must_use]
    pub fn started_at(&self) -> Option<DateTime<Utc>> {
        if let Some(message) = self.message() {
            return message.sent_at();
        }
        self.seconds("started_at").and_then(|s| DateTime::from_timestamp(s, 0))
    }

    /// When somebody answered. The only test for "missed" (`reference/aircall.md` §4.1).
    #[must_use]
    pub fn answered_at(&self) -> Option<DateTime<Utc>> {
        self.seconds("answered_at").and_then(|s| DateTime::from_timestamp(s, 0))
    }

    /// When it was hung up.
    #[must_use]
    pub fn ended_at(&self) -> Option<DateTime<Utc>> {
        if let Some(message) = self.message() {
            return message.sent_at();
        }
        self.seconds("ended_at").and_then(|s| DateTime::from_timestamp(s, 0))
    }

    /// Whether it is over: Aircall says `done`, or names an end.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.id.is_message() || self.text("status") == Some("done") || self.ended_at().is_some()
    }

    /// When Aircall had everything it knows at the end of the call together: `call.ended` or what only follows it, or
    /// a read at least [`ENDED_AFTER_HANGUP_SECONDS`] after the hang-up (`reference/aircall.md` §6.3).
    #[must_use]
    pub fn settled_at(&self) -> Option<i64> {
        let event = ["call.ended", "call.voicemail_left", "call.comm_assets_generated"]
            .iter()
            .filter_map(|name| self.seen.get(*name).map(|(first, _)| *first))
            .min();
        // Read late enough, the call has had its `call.ended`, whether that came or not.
        let read = self.read_at.filter(|_| self.is_over()).and_then(|at| match self.seconds("ended_at") {
            Some(end) => (at >= end + ENDED_AFTER_HANGUP_SECONDS).then_some(end + ENDED_AFTER_HANGUP_SECONDS),
            None => Some(at),
        });
        match (event, read) {
            (Some(e), Some(r)) => Some(e.min(r)),
            (e, r) => e.or(r),
        }
    }

    /// When the call was last read over REST, Aircall's clock.
    #[must_use]
    pub fn read_at(&self) -> Option<i64> {
        self.read_at
    }

    /// Whether a read asked for the IVR timeline.
    #[must_use]
    pub fn timeline_is_read(&self) -> bool {
        self.timeline_read_at.is_some()
    }

    /// The events that came, with their first moments.
    pub(super) fn events(&self) -> impl Iterator<Item = (&str, i64)> {
        self.seen.iter().map(|(name, (first, _))| (name.as_str(), *first))
    }

    /// First moment of an event, if it came.
    #[must_use]
    pub fn seen(&self, event: &str) -> Option<i64> {
        self.seen.get(event).map(|(first, _)| *first)
    }

    /// When a tag was last put on or taken off, as far as events tell.
    #[must_use]
    pub fn last_tagged_at(&self) -> Option<i64> {
        ["call.tagged", "call.untagged"]
            .iter()
            .filter_map(|name| self.seen.get(*name).map(|(_, last)| *last))
            .max()
    }

    /// How many kinds of events came, and when the first was.
    #[must_use]
    pub fn heard(&self) -> (u32, Option<i64>) {
        let count = u32::try_from(self.seen.len()).unwrap_or(u32::MAX);
        (count, self.seen.values().map(|(first, _)| *first).min())
    }

    /// The newest event's name and moment.
    #[must_use]
    pub fn last_event(&self) -> Option<(&str, i64)> {
        self.seen
            .iter()
            .max_by_key(|(name, (_, last))| (*last, Origin::Event((*name).clone()).rank()))
            .map(|(name, (_, last))| (name.as_str(), *last))
    }

    /// What it says as a text message, if it is one.
    #[must_use]
    pub fn message(&self) -> Option<Message<'_>> {
        self.id.is_message().then_some(Message(self))
    }

    /// Ringing time included (`reference/aircall.md` §4.1), in seconds.
    #[must_use]
    pub fn total_seconds(&self) -> Option<i64> {
        let own = self.ended_at().zip(self.started_at()).map(|(end, start)| (end - start).num_seconds());
        own.or_else(|| self.value("duration").and_then(Value::as_i64)).map(|s| s.max(0))
    }

    /// `ended_at − answered_at` (C4), in seconds.
    #[must_use]
    pub fn talk_seconds(&self) -> Option<i64> {
        self.ended_at().zip(self.answered_at()).map(|(end, answer)| (end - answer).num_seconds().max(0))
    }

    /// Aircall's reason, verbatim, for a call that nobody answered.
    #[must_use]
    pub fn missed_reason(&self) -> Option<&str> {
        self.text("missed_call_reason")
    }

    /// The other party's number as received.
    #[must_use]
    pub fn raw_digits(&self) -> &str {
        // A message has both, and in some answers without a plus (`reference/aircall.md` §4.8).
        self.text("external_number").or(self.text("raw_digits")).unwrap_or_default()
    }

    /// The other party.
    #[must_use]
    pub fn party(&self) -> Party {
        Party::from_raw(self.raw_digits(), self.line().and_then(|l| l.country).as_deref())
    }

    /// The Aircall line that was called or called from, as it was when the call began: a call that is transferred to
    /// another line is found under that one afterwards (`reference/aircall.md` §5.3).
    #[must_use]
    pub fn line(&self) -> Option<Line> {
        let began_on = self.value("called_on").and_then(Value::as_u64);
        let id = began_on.or_else(|| object_id(self.value("number")))?;
        let part = |part: &str| self.text(&format!("number/{id}/{part}")).map(str::trim).map(str::to_owned);
        let is_ivr = self.value(&format!("number/{id}/is_ivr"));
        Some(Line {
            id,
            name: part("name").unwrap_or_default(),
            digits: part("digits").unwrap_or_default(),
            country: part("country"),
            time_zone: part("time_zone").and_then(|z| z.parse().ok()),
            is_ivr: is_ivr.and_then(Value::as_bool).unwrap_or(false),
        })
    }

    /// The lines on which the call began: more than one where a menu's number and the one behind it both tell of it
    /// (`reference/aircall.md` §6.3).
    #[must_use]
    pub fn lines_at_start(&self) -> BTreeSet<u64> {
        let created = self.facts.keys().filter_map(|key| key.strip_prefix("created_on/")?.parse().ok());
        created.chain(self.line().map(|line| line.id)).collect()
    }

    /// Who has, had or gets the call. None for a missed call, whatever an event about ringing said.
    #[must_use]
    pub fn agent(&self) -> Option<Agent> {
        self.agent_at("user")
    }

    /// Who answered first. Where that was never told, whoever handed the call on had it before.
    #[must_use]
    pub fn first_agent(&self) -> Option<Agent> {
        let first = self.value("answered_by").and_then(Value::as_u64);
        first
            .map(|id| self.agent_parts("user", id))
            .or_else(|| self.agent_at("transferred_by"))
            .or_else(|| self.agent())
    }

    pub(super) fn agent_at(&self, key: &str) -> Option<Agent> {
        Some(self.agent_parts(key, object_id(self.value(key))?))
    }

    fn agent_parts(&self, key: &str, id: u64) -> Agent {
        let part = |part: &str| self.text(&format!("{key}/{id}/{part}")).map(str::to_owned);
        Agent { id, name: part("name").unwrap_or_default(), email: part("email") }
    }

    /// The Aircall contact, if Aircall knows the number.
    #[must_use]
    pub fn contact(&self) -> Option<Contact> {
        let object = self.object("contact")?;
        let emails = object.get("emails").and_then(Value::as_array);
        Some(Contact {
            first_name: string(&object, "first_name"),
            last_name: string(&object, "last_name"),
            company: string(&object, "company_name"),
            email: emails
                .into_iter()
                .flatten()
                .filter_map(|e| e.get("value").and_then(Value::as_str))
                .map(str::trim)
                .find(|e| e.contains('@'))
                .map(str::to_owned),
        })
    }

    /// The teams that rang.
    #[must_use]
    pub fn teams(&self) -> Vec<Team> {
        let teams = self.value("teams").and_then(Value::as_array);
        teams
            .into_iter()
            .flatten()
            .filter_map(|team| {
                let users = team.get("users").and_then(Value::as_array);
                Some(Team {
                    id: object_id(Some(team))?,
                    name: team.get("name").and_then(Value::as_str).filter(|n| !n.is_empty())?.to_owned(),
                    users: users.map(|u| u.iter().filter_map(|u| object_id(Some(u))).collect()),
                })
            })
            .collect()
    }

    /// The tags that are on the call now.
    #[must_use]
    pub fn tags(&self) -> Vec<CallTag> {
        self.tag_values()
            .filter_map(|tag| {
                let id = object_id(Some(tag))?;
                let tag = tag.as_object()?;
                let part = |part: &str| {
                    let known = self.text(&format!("tag/{id}/{part}")).map(|text| text.trim().to_owned());
                    known.filter(|text| !text.is_empty()).or_else(|| string(tag, part))
                };
                Some(CallTag {
                    id,
                    name: part("name")?,
                    slug: part("description"),
                    tagged_at: tag.get("tagged_at").and_then(moment),
                })
            })
            .collect()
    }

    fn tag_values(&self) -> impl Iterator<Item = &Value> {
        self.tags
            .iter()
            .filter(|(id, fact)| {
                let absent =
                    self.tag_lists.iter().filter(|list| !list.tags.contains(id)).map(|list| list.as_of).max();
                // On a tie untagged beats tagged, but a read's own word beats an event's.
                absent.is_none_or(|absent| fact.as_of > absent || (fact.as_of == absent && fact.rank == 1))
            })
            .map(|(_, fact)| &fact.value)
    }

    /// Comments, oldest first.
    #[must_use]
    pub fn comments(&self) -> Vec<Comment> {
        let mut comments: Vec<Comment> = self
            .comments
            .iter()
            .filter_map(|(id, fact)| {
                let author = fact.value.get("posted_by").and_then(Value::as_object);
                let own = fact.value.get("own").and_then(|_| fact.value.get("id")?.as_u64());
                Some(Comment {
                    id: own.unwrap_or(*id),
                    key: own.map_or_else(|| id.to_string(), |own| format!("own:{own}")),
                    content: fact.value.get("content").and_then(Value::as_str)?.to_owned(),
                    posted_at: fact.value.get("posted_at").and_then(moment),
                    author: author.and_then(|a| {
                        Some(Agent {
                            id: a.get("id").and_then(Value::as_u64)?,
                            name: string(a, "name").unwrap_or_default(),
                            email: string(a, "email"),
                        })
                    }),
                })
            })
            .collect();
        comments.sort_by_key(|c| (c.posted_at, c.id));
        comments
    }

    /// Where recording or voicemail lie, and since when that is said; none that is not https (or http on this machine).
    #[must_use]
    pub fn link(&self, medium: Medium) -> Option<Link> {
        let fact = self.facts.get(medium.key())?;
        Some(Link { address: aircall::SignedUrl::new(fact.value.as_str()?)?, as_of: fact.as_of })
    }

    /// Whether a voicemail was left.
    #[must_use]
    pub fn has_voicemail(&self) -> bool {
        self.text("voicemail").is_some()
            || self.seen.contains_key("call.voicemail_left")
            || self.text("asset").is_some_and(|a| a.ends_with("/voicemail"))
    }

    /// Whether a recording exists.
    #[must_use]
    pub fn has_recording(&self) -> bool {
        self.text("recording").is_some() || self.text("asset").is_some_and(|a| a.ends_with("/recording"))
    }

    /// Whether the line records its calls, so that a recording is to be expected.
    #[must_use]
    pub fn is_recorded(&self) -> bool {
        self.object("number")
            .and_then(|n| n.get("live_recording_activated").and_then(Value::as_bool))
            .unwrap_or(false)
    }

    /// The call's page in Aircall; does not expire, needs a login (`reference/aircall.md` §5.4).
    #[must_use]
    pub fn asset(&self) -> Option<&str> {
        self.text("asset").filter(|a| a.starts_with("https://") || a.starts_with("http://127.0.0.1"))
    }

    /// IVR options that the caller chose, `2, Delivery`.
    #[must_use]
    pub fn ivr_options(&self) -> Vec<String> {
        let options = self.value("ivr_options_selected").or_else(|| self.value("ivr_options"));
        options
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|option| {
                let key = option.get("key").map(|k| k.as_str().map_or_else(|| k.to_string(), str::to_owned));
                let title = option.get("title").and_then(Value::as_str).filter(|t| !t.is_empty());
                match (key, title) {
                    (Some(key), Some(title)) => Some(format!("{key}, {title}")),
                    (None, Some(title)) => Some(title.to_owned()),
                    (Some(key), None) => Some(key),
                    (None, None) => None,
                }
            })
            .collect()
    }
}
