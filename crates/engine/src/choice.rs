//! What people decide about a caller: which of several customers it is (B7), or the name of one whom nobody knows (G5).
//!
//! A decision is about a number, and remembered until it is withdrawn or fulfilled, or about one call only: then it is
//! kept with the call, under [`CHOSEN`]. What follows from it for a record is the helpdesk's business.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::directory::Customer;
use crate::ledger::{CHOSEN, Holding, Ledger};
use crate::number::E164;

/// A caller's name has at most so many characters.
pub const LONGEST_NAME: usize = 200;
/// An e-mail address has at most so many bytes (RFC 5321 §4.5.3.1), and so many before the `@`.
const LONGEST_EMAIL: usize = 254;
const LONGEST_LOCAL_PART: usize = 64;

/// What a person decided about a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The number.
    pub number: E164,
    /// Whose it is.
    pub whose: Whose,
    /// When it was decided.
    pub at: DateTime<Utc>,
}

/// Whose number it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// A customer's whom the helpdesk knows.
    Customer(Chosen),
    /// Somebody's whom nobody knows yet: to be made under this name.
    Named(CallerName),
}

/// A customer whom a person chose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    /// Who, as the helpdesk told it then.
    pub customer: Customer,
    /// Whether the number was found with this customer. Where a later look-up does not find it there any more, something
    /// has become of one of them.
    pub has_number: bool,
    /// The helpdesk has this customer no longer, or the number is another's now: a person is asked again.
    #[serde(default)]
    pub is_gone: bool,
}

impl Chosen {
    /// The choice for one call only.
    #[must_use]
    pub fn of_call(ledger: &Ledger) -> Option<Chosen> {
        serde_json::from_value(ledger.detail(CHOSEN)?.clone()).ok()
    }

    /// As it is kept with that call.
    ///
    /// # Errors
    /// If it cannot be written as JSON.
    pub fn holding(&self) -> Result<Holding, serde_json::Error> {
        let helpdesk_id = self.customer.id.clone();
        Ok(Holding { key: CHOSEN.into(), helpdesk_id, detail: serde_json::to_value(self)? })
    }

    /// After the helpdesk told what became of `was`: its survivor is meant from now on; with none, it is gone.
    #[must_use]
    pub fn after(self, was: &str, survivor: Option<&Customer>) -> Chosen {
        match survivor {
            _ if self.customer.id != was => self,
            Some(survivor) => Chosen { customer: survivor.clone(), ..self },
            None => Chosen { is_gone: true, ..self },
        }
    }
}

/// How an unknown caller is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallerName {
    /// Full name.
    pub name: String,
    /// E-mail address, if it is known.
    pub email: Option<String>,
}

/// Why somebody cannot be called so. The text is for the person who typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadName {
    /// Nothing but blanks.
    #[error("Give the caller's name.")]
    Empty,
    /// Longer than [`LONGEST_NAME`].
    #[error("The name is too long; it may have 200 characters.")]
    TooLong,
    /// Line breaks and the like.
    #[error("The name holds characters that cannot be shown; type it again.")]
    Unreadable,
    /// No e-mail address.
    #[error("This is no e-mail address; correct it, or leave it out.")]
    Email,
}

impl CallerName {
    /// Checks what a person typed. An empty e-mail address is none.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(name: &str, email: Option<&str>) -> Result<CallerName, BadName> {
        let name = name.trim();
        let email = email.map(str::trim).filter(|email| !email.is_empty());
        if name.is_empty() {
            return Err(BadName::Empty);
        }
        if name.chars().count() > LONGEST_NAME {
            return Err(BadName::TooLong);
        }
        if name.chars().any(char::is_control) {
            return Err(BadName::Unreadable);
        }
        if email.is_some_and(|email| !is_email(email)) {
            return Err(BadName::Email);
        }
        Ok(CallerName { name: name.to_owned(), email: email.map(str::to_owned) })
    }
}

/// Whether a text has the form of an e-mail address, as far as a slip of the finger goes.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let is_odd =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '@' | ',' | ';' | '<' | '>' | '"');
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let local_is_good = !local.is_empty()
        && local.len() <= LONGEST_LOCAL_PART
        && !local.chars().any(is_odd)
        && local.split('.').all(|part| !part.is_empty());
    local_is_good && text.len() <= LONGEST_EMAIL && domain.contains('.') && domain.split('.').all(is_label)
}

/// What was decided about a caller, as far as it concerns one call now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decided {
    /// It is this customer.
    Customer {
        /// Who, as told last.
        customer: Customer,
        /// Decided for the number, and not for this call only.
        remembered: bool,
    },
    /// It was this customer when it was decided, but the number is not found there any more: what became of it?
    WhatBecameOf(String),
    /// The one who was chosen is no longer there: a person is asked again.
    Gone,
    /// Nobody knows the caller, whose name was given at this moment.
    Named(CallerName, DateTime<Utc>),
}

/// What holds for a call: its own choice goes before the number's. `found`: the customers who have the number, once
/// they were looked up.
#[must_use]
pub fn decided(ledger: &Ledger, choice: Option<&Choice>, found: Option<&[Customer]>) -> Option<Decided> {
    let own = Chosen::of_call(ledger);
    let as_found = |customer: &Customer| {
        found.unwrap_or_default().iter().find(|c| c.id == customer.id).unwrap_or(customer).clone()
    };
    if let Some(own) = own.as_ref().filter(|own| !own.is_gone) {
        return Some(Decided::Customer { customer: as_found(&own.customer), remembered: false });
    }
    let for_the_number = match choice.map(|choice| (&choice.whose, choice.at)) {
        Some((Whose::Customer(chosen), _)) if chosen.is_gone => Some(Decided::Gone),
        Some((Whose::Customer(chosen), _)) => {
            let is_there = found.is_none_or(|found| found.iter().any(|c| c.id == chosen.customer.id));
            Some(match is_there || !chosen.has_number {
                true => Decided::Customer { customer: as_found(&chosen.customer), remembered: true },
                false => Decided::WhatBecameOf(chosen.customer.id.clone()),
            })
        }
        Some((Whose::Named(name), at)) => Some(Decided::Named(name.clone(), at)),
        None => None,
    };
    for_the_number.or(own.map(|_| Decided::Gone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_trimmed_and_an_empty_address_is_none() {
        let name = CallerName::parse("  Dana Whitfield ", Some("  ")).expect("a name");
        assert_eq!(name, CallerName { name: "Dana Whitfield".into(), email: None });
        let name = CallerName::parse("Zoé", Some(" zoe.lambert@mail.example.com ")).expect("a name");
        assert_eq!(name.email.as_deref(), Some("zoe.lambert@mail.example.com"));
    }

    #[test]
    fn what_nobody_can_be_called_is_refused_with_a_sentence() {
        assert_eq!(CallerName::parse(" \t", None), Err(BadName::Empty));
        assert_eq!(CallerName::parse(&"é".repeat(201), None), Err(BadName::TooLong));
        assert!(CallerName::parse(&"é".repeat(200), None).is_ok(), "characters count, not bytes");
        assert_eq!(CallerName::parse("a\nb", None), Err(BadName::Unreadable));
    }

    #[test]
    fn slips_in_an_address_are_found() {
        let is_good = |email: &str| CallerName::parse("Dana", Some(email)).is_ok();
        for email in
            ["d@example.com", "d.w+x@a-b.example.com", "größe@müller.example.com", "o'neil@example.com"]
        {
            assert!(is_good(email), "{email}");
        }
        let slips = [
            "d",
            "@example.com",
            "d@",
            "d@example",
            "d@@example.com",
            "a b@example.com",
            "d@.example.com",
            "d@example.com.",
            "d@exa mple.com",
            "<d@example.com>",
            ".d@example.com",
            "d..w@example.com",
            "d@-x.example.com",
            "d@example.com,e@example.com",
        ];
        for email in slips {
            assert!(!is_good(email), "{email}");
        }
        assert!(!is_good(&format!("{}@example.com", "d".repeat(65))));
    }
}
