//! Messages (SMS, MMS, WhatsApp) as webhooks deliver them. Aircall has no way to read them again.

use serde_json::Value;

use crate::{Contact, Number, SignedUrl, User, calls::Direction, lenient};

/// A message. Its wire shape is unconfirmed (`reference/aircall.md §4.8`), so everything but the id may be missing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Message {
    /// Aircall's id, a text.
    pub id: String,
    /// Which way it went.
    pub direction: Option<Direction>,
    /// `received`, `pending`, `sent`, `delivered` …; the full set is unknown.
    pub status: Option<String>,
    /// The text; MMS may have none.
    pub body: Option<String>,
    /// The other side's number, in display form; never compare it.
    pub external_number: Option<String>,
    /// The same, in other answers.
    pub raw_digits: Option<String>,
    /// Attached files.
    pub media: Vec<Media>,
    /// `None` for SMS and MMS, `whatsapp` otherwise.
    pub channel: Option<String>,
    /// The line.
    pub number: Option<Number>,
    /// Who sent it, where the event names somebody.
    pub user: Option<User>,
    /// The other side, if it is a contact.
    pub contact: Option<Contact>,
    /// Unix seconds.
    pub created_at: Option<i64>,
    /// Unix seconds.
    pub sent_at: Option<i64>,
}

/// A file attached to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Media {
    /// Its name.
    pub file_name: Option<String>,
    /// Its content type.
    pub file_type: Option<String>,
    /// Where to fetch it, soon.
    pub url: SignedUrl,
}

impl Message {
    /// Reads a message; `None` without an id.
    pub fn from_value(value: &Value) -> Option<Self> {
        Some(Self {
            id: lenient::text(value, "id")?,
            direction: Direction::read(value),
            status: lenient::text(value, "status"),
            body: lenient::text(value, "body"),
            external_number: lenient::text(value, "external_number"),
            raw_digits: lenient::text(value, "raw_digits"),
            media: Media::read_all(value),
            channel: lenient::text(value, "channel"),
            number: lenient::object(value, "number"),
            user: lenient::object(value, "user"),
            contact: lenient::object(value, "contact"),
            created_at: lenient::time(value, "created_at"),
            sent_at: lenient::time(value, "sent_at"),
        })
    }
}

impl Media {
    /// Events have `media_details`, send answers `media_url`: a list of addresses. Both are read.
    fn read_all(value: &Value) -> Vec<Self> {
        let detailed = lenient::list(value, "media_details", |media| {
            Some(Self {
                file_name: lenient::text(media, "file_name"),
                file_type: lenient::text(media, "file_type"),
                url: SignedUrl::read(media, "presigned_url")?,
            })
        });
        if !detailed.is_empty() {
            return detailed;
        }
        lenient::list(value, "media_url", |url| {
            Some(Self { file_name: None, file_type: None, url: SignedUrl::new(url.as_str()?)? })
        })
    }
}
