//! What the facts of a text message say (`reference/aircall.md` §4.8). Its wire shape is unconfirmed, so both forms of
//! dates and of files are read.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::parts::is_a_moment;
use super::{Agent, Call};

/// A message's id may be of any length; a marker of it has 255 characters at most (`reference/gorgias.md` §9).
const LONGEST_ID: usize = 160;

/// By what a message travelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// SMS or MMS.
    Text,
    /// WhatsApp.
    Whatsapp,
    /// A message to a group.
    Group,
}

/// A file that came with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageFile {
    /// Its name; made up where Aircall tells none.
    pub name: String,
    /// Its content type, where Aircall tells it.
    pub content_type: Option<String>,
    /// Where it is to be had, for some minutes; empty where Aircall does not tell. A credential: it goes into no log.
    pub url: String,
}

/// A text message: a reading of its facts.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a>(pub(super) &'a Call);

impl<'a> Message<'a> {
    /// Aircall's id.
    #[must_use]
    pub fn id(&self) -> String {
        let id = self.0.value("id").map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned));
        let id = id.unwrap_or_default();
        if id.chars().count() <= LONGEST_ID { id } else { format!("key-{:016x}", self.0.id.0) }
    }

    /// By what it travelled.
    #[must_use]
    pub fn medium(&self) -> Medium {
        if self.0.events().any(|(name, _)| name.starts_with("group_message.")) {
            return Medium::Group;
        }
        match self.0.text("channel").map(str::to_lowercase).as_deref() {
            None | Some("sms" | "mms") => Medium::Text,
            Some(_) => Medium::Whatsapp,
        }
    }

    /// When it was sent, by Aircall's clock; to the millisecond, which keeps messages of one second in order.
    #[must_use]
    pub fn sent_at(&self) -> Option<DateTime<Utc>> {
        let told = ["created_at", "sent_at"].iter().find_map(|key| self.0.value(key).and_then(moment));
        told.or_else(|| {
            let first = self.0.events().map(|(_, first)| first).filter(|first| *first > 0).min()?;
            DateTime::from_timestamp(first, 0)
        })
    }

    /// That it came or went was told by its own event. What is known by a status alone may be on its way still.
    #[must_use]
    pub fn is_announced(&self) -> bool {
        self.0.events().any(|(name, _)| name.ends_with(".sent") || name.ends_with(".received"))
    }

    /// When its status was told first, unix seconds.
    #[must_use]
    pub fn status_told_at(&self) -> Option<i64> {
        self.0.seen("message.status_updated")
    }

    /// Aircall's word.
    #[must_use]
    pub fn status(&self) -> Option<&'a str> {
        self.0.text("status")
    }

    /// What it says; may be empty.
    #[must_use]
    pub fn text(&self) -> &'a str {
        self.0.text("body").unwrap_or_default()
    }

    /// Who sent it, where the event names somebody.
    #[must_use]
    pub fn sender(&self) -> Option<Agent> {
        self.0.is_outbound().then(|| self.0.agent_at("user")).flatten()
    }

    /// Its files.
    #[must_use]
    pub fn files(&self) -> Vec<MessageFile> {
        let listed =
            |key: &str| self.0.value(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let named = |index: usize, name: Option<&str>| {
            let name = name.map(str::trim).filter(|name| !name.is_empty());
            name.map_or_else(|| format!("file-{}", index + 1), str::to_owned)
        };
        let text = |file: &Value, key: &str| file.get(key).and_then(Value::as_str).map(str::to_owned);
        let is_file = |file: &&Value| ["file_name", "presigned_url"].iter().any(|key| file[*key].is_string());
        let detailed = listed("media_details").iter().filter(is_file).enumerate();
        let detailed = detailed.map(|(index, file)| MessageFile {
            name: named(index, file.get("file_name").and_then(Value::as_str)),
            content_type: text(file, "file_type"),
            url: text(file, "presigned_url").unwrap_or_default(),
        });
        let detailed: Vec<MessageFile> = detailed.collect();
        if !detailed.is_empty() {
            return detailed;
        }
        let bare = listed("media_url").iter().enumerate().filter_map(|(index, url)| {
            let url = url.as_str()?;
            let path = url.split(['?', '#']).next().unwrap_or_default();
            let name = path.rsplit('/').next().filter(|_| path.contains("://"));
            Some(MessageFile { name: named(index, name), content_type: None, url: url.to_owned() })
        });
        bare.collect()
    }
}

/// ISO text, or an integer in seconds or milliseconds.
fn moment(value: &Value) -> Option<DateTime<Utc>> {
    let at = match value.as_i64() {
        Some(n) if n > 100_000_000_000 => DateTime::from_timestamp_millis(n)?,
        Some(n) => DateTime::from_timestamp(n, 0)?,
        None => DateTime::parse_from_rfc3339(value.as_str()?).ok()?.to_utc(),
    };
    is_a_moment(at.timestamp()).then_some(at)
}
