//! How a caller was matched: a stable word for pages, and a sentence in English for the explanation of a record (B11).

use std::fmt;

/// How the customer of a call was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchedBy {
    /// A person chose the customer.
    Chosen {
        /// For all calls of the number, not for this one only.
        for_the_number: bool,
    },
    /// Nobody had the number, and a person named the caller.
    Named,
    /// The number is withheld.
    Withheld,
    /// What Aircall tells is no telephone number.
    NoNumber,
    /// Nobody has the number.
    Nobody,
    /// So many customers have it.
    ExactNumber(usize),
    /// So many have it, and the call was dialled from a conversation of this one.
    Dialled(usize),
    /// The helpdesk was not asked yet.
    NotLookedUp,
}

impl MatchedBy {
    /// Stable.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            MatchedBy::Chosen { .. } => "chosen",
            MatchedBy::Named => "named",
            MatchedBy::Withheld => "withheld",
            MatchedBy::NoNumber => "no_number",
            MatchedBy::Nobody => "nobody",
            MatchedBy::ExactNumber(_) => "exact_number",
            MatchedBy::Dialled(_) => "dialled",
            MatchedBy::NotLookedUp => "not_looked_up",
        }
    }

    /// How many customers have the number.
    #[must_use]
    pub fn matches(self) -> u32 {
        match self {
            MatchedBy::ExactNumber(n) | MatchedBy::Dialled(n) => u32::try_from(n).unwrap_or(u32::MAX),
            _ => 0,
        }
    }
}

impl fmt::Display for MatchedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MatchedBy::Chosen { for_the_number: true } => f.write_str("chosen by a person for this number"),
            MatchedBy::Chosen { for_the_number: false } => f.write_str("chosen by a person for this call"),
            MatchedBy::Named => f.write_str("nobody had this number; a person named the caller"),
            MatchedBy::Withheld => f.write_str("number withheld: the shared customer"),
            MatchedBy::NoNumber => f.write_str("no telephone number: the shared customer"),
            MatchedBy::Nobody => f.write_str("nobody had this number"),
            MatchedBy::ExactNumber(1) => f.write_str("exact number, the only one"),
            MatchedBy::ExactNumber(n) => write!(f, "exact number, {n} customers"),
            MatchedBy::Dialled(n) => {
                write!(f, "exact number, {n} customers; dialled from a conversation of this one")
            }
            MatchedBy::NotLookedUp => f.write_str("not looked up yet"),
        }
    }
}
