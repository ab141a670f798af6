//! A call as a set of facts, and the law by which facts join (`design.md` §3.2).
//!
//! Joining is commutative and idempotent: any order and any repetition of the same statements gives the same call.
//! Each fact carries an as-of in Aircall's clock; the later one wins. An absent key says nothing, and neither does
//! `null` nor an empty list: nothing known is erased. Comments only grow. Tags are present or absent per tag id.
//!
//! Deliberately not here: what the facts mean for a helpdesk (`record`), and where they are kept (`store`).

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::number::Party;

/// Aircall's call id; 64 bits wide (`reference/aircall.md` §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CallId(pub u64);

impl std::fmt::Display for CallId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Where a statement about a call comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// A webhook event, by its name (`call.created`).
    Event(String),
    /// An item of a list read over REST.
    Listed,
    /// A single read of this call over REST, with the IVR timeline asked for or not.
    Read {
        /// `fetch_call_timeline=true` was set.
        timeline: bool,
    },
}

impl Origin {
    /// Among statements of the same second the later step of a call's life wins, and a read over any event.
    fn rank(&self) -> u8 {
        const LIFE: [&str; 9] = [
            "call.created",
            "call.ringing_on_agent",
            "call.answered",
            "call.transferred",
            "call.hungup",
            "call.ended",
            "call.voicemail_left",
            "call.comm_assets_generated",
            "call.assigned",
        ];
        match self {
            Origin::Event(name) => LIFE.iter().position(|e| e == name).map_or(0, |i| i as u8 + 1),
            Origin::Listed | Origin::Read { .. } => 100,
        }
    }

    fn is_read(&self) -> bool {
        matches!(self, Origin::Listed | Origin::Read { .. })
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Fact {
    #[serde(rename = "t")]
    as_of: i64,
    #[serde(rename = "r", default, skip_serializing_if = "is_zero")]
    rank: u8,
    #[serde(rename = "v")]
    value: Value,
}

fn is_zero(n: &u8) -> bool {
    *n == 0
}

impl Fact {
    /// Total order of statements about one thing; the greater one is believed.
    fn order(&self, other: &Fact) -> Ordering {
        (self.as_of, self.rank)
            .cmp(&(other.as_of, other.rank))
            .then_with(|| self.value.to_string().cmp(&other.value.to_string()))
    }
}

/// A full list of a call's tags, as somebody saw it at a moment: what it lacks was absent then.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct TagList {
    as_of: i64,
    tags: BTreeSet<u64>,
}

impl TagList {
    /// Whether everything that `other` says of absence is said by `self` too, and of a later moment.
    fn covers(&self, other: &TagList) -> bool {
        self.as_of >= other.as_of && self.tags.is_subset(&other.tags)
    }
}

/// Everything known of one call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Aircall's id.
    pub id: CallId,
    /// Plain values by key; parts of objects by `key/<object id>/part`, so that an abridged copy erases nothing.
    facts: BTreeMap<String, Fact>,
    comments: BTreeMap<u64, Fact>,
    tags: BTreeMap<u64, Fact>,
    tag_lists: Vec<TagList>,
    /// First and last moment per event name.
    seen: BTreeMap<String, (i64, i64)>,
    read_at: Option<i64>,
    timeline_read_at: Option<i64>,
}

/// One thing that somebody said about a call at a moment.
#[derive(Clone, Debug)]
pub struct Statement<'a> {
    /// Where it comes from.
    pub origin: &'a Origin,
    /// When it was true, in Aircall's clock, unix seconds.
    pub as_of: i64,
    /// The Call object as Aircall sent it.
    pub data: &'a Map<String, Value>,
}

/// Keys that are handled on their own, not as plain facts.
const LISTS: [&str; 2] = ["comments", "tags"];

impl Call {
    /// A call of which nothing is known but its id.
    #[must_use]
    pub fn new(id: CallId) -> Call {
        Call {
            id,
            facts: BTreeMap::new(),
            comments: BTreeMap::new(),
            tags: BTreeMap::new(),
            tag_lists: Vec::new(),
            seen: BTreeMap::new(),
            read_at: None,
            timeline_read_at: None,
        }
    }

    /// Joins a statement. Returns whether anything changed.
    pub fn join(&mut self, statement: &Statement<'_>) -> bool {
        let before = self.clone();
        let Statement { origin, as_of, data } = statement;
        match origin {
            Origin::Event(name) => {
                let seen = self.seen.entry(name.clone()).or_insert((*as_of, *as_of));
                *seen = (seen.0.min(*as_of), seen.1.max(*as_of));
            }
            Origin::Listed => self.read_at = self.read_at.max(Some(*as_of)),
            Origin::Read { timeline } => {
                self.read_at = self.read_at.max(Some(*as_of));
                if *timeline {
                    self.timeline_read_at = self.timeline_read_at.max(Some(*as_of));
                }
            }
        }
        for (key, value) in data.iter().filter(|(key, _)| !LISTS.contains(&key.as_str())) {
            self.join_value(key, value, *as_of, origin.rank());
        }
        if let Origin::Event(name) = origin
            && name == "call.answered"
            && let Some(user) = object_id(data.get("user"))
        {
            // Who answered first stays: the earliest statement wins, hence the turned sign.
            self.believe("answered_by", Fact { as_of: as_of.saturating_neg(), rank: 0, value: user.into() });
        }
        self.join_comments(data.get("comments"), *as_of, origin.rank());
        self.join_tags(data.get("tags"), *as_of, origin);
        *self != before
    }

    fn join_value(&mut self, key: &str, value: &Value, as_of: i64, rank: u8) {
        match value {
            Value::Null => {}
            Value::Array(items) if items.is_empty() => {}
            Value::Object(parts) if parts.is_empty() => {}
            Value::Object(parts) => match object_id(Some(value)) {
                Some(id) => {
                    self.believe(key, Fact { as_of, rank, value: serde_json::json!({ "id": id }) });
                    for (part, value) in
                        parts.iter().filter(|(part, value)| *part != "id" && !value.is_null())
                    {
                        self.believe(
                            &format!("{key}/{id}/{part}"),
                            Fact { as_of, rank, value: value.clone() },
                        );
                    }
                }
                None => self.believe(key, Fact { as_of, rank, value: value.clone() }),
            },
            Value::String(text) if key == "status" => {
                // A read just after the end was seen to say `answered` still; a call's life goes one way only.
                self.believe(key, Fact { as_of: status_step(text), rank: 0, value: value.clone() });
            }
            _ => self.believe(key, Fact { as_of, rank, value: value.clone() }),
        }
    }

    fn believe(&mut self, key: &str, fact: Fact) {
        match self.facts.get_mut(key) {
            Some(known) if fact.order(known) == Ordering::Greater => *known = fact,
            Some(_) => {}
            None => {
                self.facts.insert(key.to_owned(), fact);
            }
        }
    }

    fn join_comments(&mut self, comments: Option<&Value>, as_of: i64, rank: u8) {
        for comment in comments.and_then(Value::as_array).into_iter().flatten() {
            let Some(id) = object_id(Some(comment)) else { continue };
            let fact = Fact { as_of, rank, value: comment.clone() };
            match self.comments.get_mut(&id) {
                // The author is never erased: a comment with an author beats one without, whatever their age.
                Some(known) => {
                    let authored = |f: &Fact| object_id(f.value.get("posted_by")).is_some();
                    if authored(&fact).cmp(&authored(known)).then_with(|| fact.order(known))
                        == Ordering::Greater
                    {
                        *known = fact;
                    }
                }
                None => {
                    self.comments.insert(id, fact);
                }
            }
        }
    }

    fn join_tags(&mut self, tags: Option<&Value>, as_of: i64, origin: &Origin) {
        let Some(tags) = tags.and_then(Value::as_array) else { return };
        let mut listed = BTreeSet::new();
        for tag in tags {
            let Some(id) = object_id(Some(tag)) else { continue };
            listed.insert(id);
            let fact = Fact { as_of, rank: u8::from(origin.is_read()), value: tag.clone() };
            match self.tags.get_mut(&id) {
                Some(known) if fact.order(known) == Ordering::Greater => *known = fact,
                Some(_) => {}
                None => {
                    self.tags.insert(id, fact);
                }
            }
        }
        let full = origin.is_read() || matches!(origin, Origin::Event(name) if name == "call.untagged");
        if full {
            let list = TagList { as_of, tags: listed };
            if !self.tag_lists.iter().any(|known| known.covers(&list)) {
                self.tag_lists.retain(|known| !list.covers(known));
                self.tag_lists.push(list);
                self.tag_lists.sort();
            }
        }
    }

    // ---- reading -------------------------------------------------------------------------------------------

    fn value(&self, key: &str) -> Option<&Value> {
        self.facts.get(key).map(|f| &f.value)
    }

    fn text(&self, key: &str) -> Option<&str> {
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
        all.insert("id".into(), self.id.0.into());
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
        self.seconds("ended_at").and_then(|s| DateTime::from_timestamp(s, 0))
    }

    /// Whether it is over: Aircall says `done`, or names an end.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.text("status") == Some("done") || self.ended_at().is_some()
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

    /// The newest event's name and moment.
    #[must_use]
    pub fn last_event(&self) -> Option<(&str, i64)> {
        self.seen
            .iter()
            .max_by_key(|(name, (_, last))| (*last, Origin::Event((*name).clone()).rank()))
            .map(|(name, (_, last))| (name.as_str(), *last))
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
        self.text("raw_digits").unwrap_or_default()
    }

    /// The other party.
    #[must_use]
    pub fn party(&self) -> Party {
        Party::from_raw(self.raw_digits(), self.line().and_then(|l| l.country).as_deref())
    }

    /// The Aircall line.
    #[must_use]
    pub fn line(&self) -> Option<Line> {
        let object = self.object("number")?;
        Some(Line {
            id: object.get("id").and_then(Value::as_u64)?,
            name: string(&object, "name").unwrap_or_default(),
            digits: string(&object, "digits").unwrap_or_default(),
            country: string(&object, "country"),
            time_zone: string(&object, "time_zone").and_then(|z| z.parse().ok()),
            is_ivr: object.get("is_ivr").and_then(Value::as_bool).unwrap_or(false),
        })
    }

    /// Who has, had or gets the call. None for a missed call, whatever an event about ringing said.
    #[must_use]
    pub fn agent(&self) -> Option<Agent> {
        self.agent_at("user")
    }

    /// Who answered first.
    #[must_use]
    pub fn first_agent(&self) -> Option<Agent> {
        let first = self.value("answered_by").and_then(Value::as_u64);
        let known = first.and_then(|id| self.agent_parts("user", id));
        known.or_else(|| self.agent())
    }

    fn agent_at(&self, key: &str) -> Option<Agent> {
        let id = object_id(self.value(key))?;
        self.agent_parts(key, id)
    }

    fn agent_parts(&self, key: &str, id: u64) -> Option<Agent> {
        let part = |part: &str| self.text(&format!("{key}/{id}/{part}")).map(str::to_owned);
        Some(Agent { id, name: part("name").unwrap_or_default(), email: part("email") })
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
                let tag = tag.as_object()?;
                Some(CallTag {
                    id: tag.get("id").and_then(Value::as_u64)?,
                    name: string(tag, "name")?.trim().to_owned(),
                    slug: string(tag, "description"),
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
                Some(Comment {
                    id: *id,
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

/// `call.ended` follows the hang-up after 30 to 31 s (`reference/aircall.md` §6.3).
pub const ENDED_AFTER_HANGUP_SECONDS: i64 = 30;

/// An Aircall line, as a call carries it.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Aircall's id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// Its number in display form.
    pub digits: String,
    /// ISO alpha-2.
    pub country: Option<String>,
    /// IANA zone.
    pub time_zone: Option<Tz>,
    /// A menu stands in front of it.
    pub is_ivr: bool,
}

/// An Aircall user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    /// Aircall's id.
    pub id: u64,
    /// Full name; may be empty.
    pub name: String,
    /// The key to the helpdesk's user.
    pub email: Option<String>,
}

/// What Aircall's own address book says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// Company.
    pub company: Option<String>,
    /// First usable e-mail address.
    pub email: Option<String>,
}

impl Contact {
    /// First and last name, else the company.
    #[must_use]
    pub fn display(&self) -> Option<String> {
        let parts: Vec<&str> =
            [&self.first_name, &self.last_name].into_iter().flatten().map(|s| s.trim()).collect();
        let name = parts.join(" ");
        if name.trim().is_empty() { self.company.clone() } else { Some(name) }
    }
}

/// A team that rang.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// Aircall's id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// Its members, where the call says.
    pub users: Option<Vec<u64>>,
}

/// A tag on a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallTag {
    /// Aircall's tag id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// For Aircall's built-in tags the fixed slug stands in the description.
    pub slug: Option<String>,
    /// When it was picked, unix seconds.
    pub tagged_at: Option<i64>,
}

/// A comment on a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Aircall's id.
    pub id: u64,
    /// What was written.
    pub content: String,
    /// When, unix seconds.
    pub posted_at: Option<i64>,
    /// By whom; unknown when it was posted over the API.
    pub author: Option<Agent>,
}

fn object_id(value: Option<&Value>) -> Option<u64> {
    let id = value?.get("id")?;
    id.as_u64().or_else(|| id.as_str().and_then(|s| s.parse().ok()))
}

/// Unix seconds, milliseconds or ISO text; nothing outside of this and the last century, with which no clock can reckon.
fn moment(value: &Value) -> Option<i64> {
    let number = value.as_i64().or_else(|| value.as_f64().map(|f| f as i64));
    let seconds = number.map(|n| if n > 100_000_000_000 { n / 1000 } else { n }).or_else(|| {
        let text = value.as_str()?;
        text.parse().ok().or_else(|| DateTime::parse_from_rfc3339(text).ok().map(|t| t.timestamp()))
    });
    seconds.filter(|s| is_a_moment(*s))
}

/// Whether unix seconds are a time that a phone system may name: after 1970, before 2100.
pub(crate) fn is_a_moment(seconds: i64) -> bool {
    (0..4_102_444_800).contains(&seconds)
}

fn string(object: &Map<String, Value>, key: &str) -> Option<String> {
    object.get(key).and_then(Value::as_str).map(str::trim).filter(|s| !s.is_empty()).map(str::to_owned)
}

fn status_step(status: &str) -> i64 {
    match status {
        "initial" => 1,
        "answered" => 2,
        "done" => 3,
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
