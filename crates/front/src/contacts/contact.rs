//! A contact as it is read.

use std::fmt;

use serde_json::{Value, json};

use crate::{
    ContactId,
    lenient::{self, Object},
};

/// A contact (`reference/front.md §3.2`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Contact {
    /// Front's id.
    pub id: ContactId,
    /// Full name.
    pub name: Option<String>,
    /// What agents see about them.
    pub description: Option<String>,
    /// How they are reached.
    pub handles: Vec<Handle>,
    /// Web addresses that belong to them.
    pub links: Vec<String>,
    /// Whether they are in one person's own address book.
    pub is_private: bool,
}

impl Contact {
    /// Reads a contact; `None` without an id.
    pub fn from_value(value: &Value) -> Option<Self> {
        Some(Self {
            id: lenient::id(value, ContactId::new)?,
            name: lenient::text(value, "name"),
            description: lenient::text(value, "description"),
            handles: lenient::items(value, "handles", Handle::read),
            links: lenient::items(value, "links", |link| link.as_str().map(str::to_owned)),
            is_private: lenient::flag(value, "is_private").unwrap_or(false),
        })
    }

    /// Their phone numbers, as stored: not always E.164 (`reference/front.md §5`).
    pub fn phones(&self) -> impl Iterator<Item = &str> {
        self.handles
            .iter()
            .filter(|handle| handle.source == Source::Phone)
            .map(|handle| handle.handle.as_str())
    }
}

impl Object for Contact {
    const NAME: &'static str = "contact";

    fn read(value: &Value) -> Option<Self> {
        Self::from_value(value)
    }
}

/// One way to reach a contact, which no other contact has. `Debug` hides the handle, so that no log holds a number.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Handle {
    /// What kind of handle it is.
    pub source: Source,
    /// The number or address. Numbers need plus and country code: others are taken for numbers of the USA
    /// (`reference/front.md §4.3`).
    pub handle: String,
}

impl Handle {
    /// A phone number, in E.164.
    pub fn phone(number: impl Into<String>) -> Self {
        Self { source: Source::Phone, handle: number.into() }
    }

    /// An e-mail address.
    pub fn email(address: impl Into<String>) -> Self {
        Self { source: Source::Email, handle: address.into() }
    }

    pub(crate) fn body(&self) -> Value {
        json!({ "handle": self.handle, "source": self.source.as_str() })
    }

    fn read(value: &Value) -> Option<Self> {
        Some(Self {
            source: Source::read(&lenient::text(value, "source")?),
            handle: lenient::text(value, "handle")?,
        })
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handle({}:…)", self.source.as_str())
    }
}

/// What kind of handle it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Source {
    /// A phone number; text messages use it, too.
    Phone,
    /// An e-mail address.
    Email,
    /// A handle of a custom channel.
    Custom,
    /// `twitter`, `facebook`, `intercom`, `front_chat`, and what Front comes to know.
    Other(String),
}

impl Source {
    /// Front's word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Custom => "custom",
            Self::Other(name) => name,
        }
    }

    fn read(name: &str) -> Self {
        match name {
            "phone" => Self::Phone,
            "email" => Self::Email,
            "custom" => Self::Custom,
            other => Self::Other(other.to_owned()),
        }
    }
}
