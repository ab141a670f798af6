//! The things that a call speaks of: line, agents, contact, teams, tags, comments; and how odd values read.

use std::collections::BTreeMap;

use chrono::DateTime;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

impl CallTag {
    /// The fixed slug of one of Aircall's built-in tags; `slugs` has them by id. It stands in the tag's description, which
    /// an event may leave out.
    #[must_use]
    pub fn built_in(&self, slugs: Option<&BTreeMap<u64, String>>) -> Option<String> {
        self.slug.clone().or_else(|| slugs?.get(&self.id).cloned()).or_else(|| {
            match self.name.to_lowercase().as_str() {
                "callback request" => Some("queue_callback".into()),
                "called back" => Some("queue_called_back".into()),
                _ => None,
            }
        })
    }
}

/// A comment on a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Aircall's id; ours for one that Aircall does not have.
    pub id: u64,
    /// What its note is called: the id, or `own:` and ours.
    pub key: String,
    /// What was written.
    pub content: String,
    /// When, unix seconds.
    pub posted_at: Option<i64>,
    /// By whom; unknown when it was posted over the API.
    pub author: Option<Agent>,
}

pub(super) fn object_id(value: Option<&Value>) -> Option<u64> {
    let id = value?.get("id")?;
    id.as_u64().or_else(|| id.as_str().and_then(|s| s.parse().ok()))
}

/// Unix seconds, milliseconds or ISO text; nothing outside of this and the last century, with which no clock can reckon.
pub(super) fn moment(value: &Value) -> Option<i64> {
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

pub(super) fn string(object: &Map<String, Value>, key: &str) -> Option<String> {
    object.get(key).and_then(Value::as_str).map(str::trim).filter(|s| !s.is_empty()).map(str::to_owned)
}
