//! Who has which number: what the helpdesk said last, and all customers' numbers, kept locally.

pub mod entry;
pub mod pass;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::number::E164;

/// An answer younger than this is not asked for again (B6).
pub const FRESH: TimeDelta = TimeDelta::minutes(10);

/// A customer of the helpdesk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// The helpdesk's id.
    pub id: String,
    /// Full name; may be empty.
    pub name: String,
    /// Primary e-mail.
    pub email: Option<String>,
    /// The helpdesk's note.
    pub note: Option<String>,
    /// When it last changed there, unix seconds.
    pub updated_at: Option<i64>,
    /// The looked-up number as it is written there, if that is not its E.164 form.
    #[serde(default)]
    pub spelled: Option<String>,
}

/// The helpdesk's answer to "who has this number?".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matched {
    /// The number.
    pub number: E164,
    /// When it was asked.
    pub checked_at: DateTime<Utc>,
    /// All customers with this number, most recently updated first.
    pub customers: Vec<Customer>,
}

impl Matched {
    /// Whether it need not be asked again.
    #[must_use]
    pub fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        now - self.checked_at < FRESH
    }
}

/// What we had to do with a customer, as far as our own records tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dealings {
    /// Calls that are logged to the customer.
    pub calls: u32,
    /// When the newest of them began, unix seconds.
    pub last_call_at: Option<i64>,
    /// When we made the newest ticket, unix seconds.
    pub last_ticket_at: Option<i64>,
}

/// Somebody who works in the helpdesk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The helpdesk's id.
    pub id: String,
    /// E-mail, the key to the Aircall user (letter case is ignored).
    pub email: String,
    /// Full name.
    pub name: String,
    /// May log in.
    pub active: bool,
    /// An admin: may be the author of notes that have none.
    pub admin: bool,
    /// A bot or an internal account: never an author or assignee.
    pub machine: bool,
}

/// The people of the helpdesk.
#[derive(Clone, Debug, Default)]
pub struct People(pub Vec<Person>);

impl People {
    /// G7: the active person with this e-mail, letter case ignored.
    #[must_use]
    pub fn by_email(&self, email: &str) -> Option<&Person> {
        let wanted = email.trim().to_lowercase();
        self.0.iter().filter(|p| p.active && !p.machine).find(|p| p.email.trim().to_lowercase() == wanted)
    }

    /// The name of whoever has this id; of whom has none the address, else the id.
    #[must_use]
    pub fn name_of(&self, id: &str) -> String {
        let person = self.0.iter().find(|person| person.id == id);
        let told = person.map(|p| if p.name.trim().is_empty() { p.email.trim() } else { p.name.trim() });
        told.filter(|told| !told.is_empty()).unwrap_or(id).to_owned()
    }

    /// G14: the first active admin (lowest id; ids of all helpdesks count up).
    #[must_use]
    pub fn fallback_author(&self) -> Option<&Person> {
        self.0.iter().filter(|p| p.active && p.admin && !p.machine).min_by_key(|p| (p.id.len(), p.id.clone()))
    }
}
