//! The number clinic (B9): what a number matches and why, and numbers that nothing can match. For an admin: numbers stand in
//! full.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{CustomerView, DirectoryView, Match};

/// A number that a spelling may mean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct NumberReading {
    /// In E.164.
    pub number: String,
    /// The country (ISO alpha-2) of a selected line that was assumed, because none is named.
    pub country: Option<String>,
}

/// How a customer's number matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum MatchedHow {
    /// Stored in E.164.
    Exact,
    /// Stored in another spelling.
    OtherSpelling,
    /// Another number with the same last eight digits: no match.
    Near,
}

/// A customer whose number matches, or nearly does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct NumberMatch {
    /// Who.
    pub customer: CustomerView,
    /// Their number, in E.164.
    pub number: String,
    /// As it is stored in the helpdesk.
    pub stored: String,
    /// The country that was assumed for it, because none is named.
    pub country: Option<String>,
    /// How it matches.
    pub how: MatchedHow,
    /// Why, in one sentence in English.
    pub why: String,
}

/// `GET /api/numbers/explain?number=`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct NumberExplanation {
    /// What was asked.
    pub asked: String,
    /// Every number that it may mean; the first one counts below.
    pub readings: Vec<NumberReading>,
    /// Why it is no number: a stable code and a sentence.
    pub problem: Option<crate::Reason>,
    /// Customers who have it.
    pub matches: Vec<NumberMatch>,
    /// Customers who nearly have it.
    pub near: Vec<NumberMatch>,
    /// What a card would show at once if it called now.
    pub ring: Match,
    /// When the helpdesk was asked itself, unix seconds.
    pub asked_helpdesk_at: Option<i64>,
    /// Whom a call of it would be written to, one sentence in English.
    pub written_to: String,
    /// Out of which directory this is told.
    pub directory: DirectoryView,
}

/// A line of `GET /api/numbers/unmatched`: a number in the helpdesk that nothing can match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct UnmatchedNumber {
    /// Whose it is.
    pub customer_id: String,
    /// The customer's name; empty if the helpdesk has none.
    pub name: String,
    /// The customer's page in the helpdesk.
    pub url: Option<String>,
    /// As it is stored there.
    pub stored: String,
    /// Why: a stable code and a sentence.
    pub reason: crate::Reason,
}
