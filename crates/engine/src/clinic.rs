//! The number clinic (B9): what a number matches and why, and numbers that nothing can match. It reads the store, asks
//! nobody, and changes nothing. What it answers is for an admin and holds numbers in full.

use chrono::{DateTime, Utc};
use sidetone_protocol::{
    Match, MatchedHow, NumberExplanation, NumberMatch, NumberReading, Reason, UnmatchedNumber,
};

use crate::choice::{Decided, decided};
use crate::directory::entry::{self, Listed, Place};
use crate::directory::{Customer, Matched};
use crate::engine::{LINE_COUNTRIES, OWN_NUMBERS, Progress};
use crate::helpdesk::Helpdesk;
use crate::ledger::Ledger;
use crate::number::{self, E164, NoNumber};
use crate::settings::{Logging, UnknownCallers};
use crate::store::{Store, StoreError};
use crate::view;
use crate::whom::taken_by_rule;

/// Numbers that end in so many equal digits are near each other.
const NEAR_DIGITS: usize = 8;
/// So many of them are told.
const NEAR: usize = 10;
/// So many unmatched numbers are read at once.
const PAGE: usize = 500;

/// A store, and whose it is: what the clinic looks into.
pub struct Clinic<'a> {
    /// Where everything is kept.
    pub store: &'a dyn Store,
    /// The helpdesk, for its addresses.
    pub helpdesk: &'a dyn Helpdesk,
    /// `[logging]`.
    pub logging: &'a Logging,
    /// The time.
    pub now: DateTime<Utc>,
}

impl Clinic<'_> {
    /// What this number, in any spelling, matches and why.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn explain(&self, text: &str) -> Result<NumberExplanation, StoreError> {
        let countries = self.store.setting(LINE_COUNTRIES)?.unwrap_or_default();
        let countries: Vec<String> = countries.split_whitespace().map(str::to_owned).collect();
        let directory = Progress::load(self.store)?.view(self.store.directory_size()?);
        let mut explanation = NumberExplanation {
            asked: text.to_owned(),
            readings: Vec::new(),
            problem: None,
            matches: Vec::new(),
            near: Vec::new(),
            ring: Match::Unknown,
            asked_helpdesk_at: None,
            written_to: "Nobody: this is no number that could call.".into(),
            directory,
        };
        let readings = match number::readings(text, &countries) {
            Ok(readings) => readings,
            Err(why) => {
                explanation.problem = Some(reason(why));
                return Ok(explanation);
            }
        };
        let mut told: Option<Matched> = None;
        let mut known: Vec<Listed> = Vec::new();
        for reading in &readings {
            known.extend(self.store.listed(&reading.number)?);
        }
        if let Some(first) = readings.first() {
            told = self.store.matched(&first.number)?;
            explanation.near = self.near(&first.number)?;
        }
        explanation.asked_helpdesk_at = told.as_ref().map(|told| told.checked_at).and_then(asked_at);
        explanation.matches = known.iter().map(|listed| self.matching(listed)).collect();
        let is_fresh = told.as_ref().is_some_and(|told| told.is_fresh(self.now));
        let told = told.map(|told| told.customers).unwrap_or_default();
        let customers = match entry::customers(&known) {
            listed if is_fresh || listed.is_empty() => {
                // Whom the helpdesk named, and the directory does not hold.
                let number = readings.first().map(|reading| &reading.number);
                for customer in told.iter().filter(|c| !listed.iter().any(|l| l.id == c.id)) {
                    explanation.matches.extend(number.map(|number| self.named(customer, number)));
                }
                told
            }
            listed => listed,
        };
        explanation.ring = match customers.as_slice() {
            [] => Match::Unknown,
            [_] => Match::Found,
            _ => Match::Several,
        };
        explanation.written_to = match readings.first() {
            Some(first) => self.written_to(&first.number, &customers)?,
            None => explanation.written_to,
        };
        explanation.readings = readings
            .into_iter()
            .map(|r| NumberReading { number: r.number.as_str().to_owned(), country: r.country })
            .collect();
        Ok(explanation)
    }

    fn matching(&self, listed: &Listed) -> NumberMatch {
        let (how, why) = match (&listed.country, listed.is_exact()) {
            (_, true) => (MatchedHow::Exact, "stored in E.164, as the helpdesk itself searches".to_owned()),
            (None, false) => {
                (MatchedHow::OtherSpelling, "stored in another spelling of the same number".to_owned())
            }
            (Some(country), false) => (
                MatchedHow::OtherSpelling,
                format!(
                    "stored without country code; it is this number in {country}, where a selected line is"
                ),
            ),
        };
        self.number_match(listed, how, why)
    }

    fn number_match(&self, listed: &Listed, how: MatchedHow, why: String) -> NumberMatch {
        NumberMatch {
            customer: view::customer_view(&listed.customer, self.helpdesk),
            number: listed.number.as_str().to_owned(),
            stored: listed.address.0.clone(),
            country: listed.country.clone(),
            how,
            why,
        }
    }

    fn named(&self, customer: &Customer, number: &E164) -> NumberMatch {
        NumberMatch {
            customer: view::customer_view(customer, self.helpdesk),
            number: number.as_str().to_owned(),
            stored: number.as_str().to_owned(),
            country: None,
            how: MatchedHow::Exact,
            why: "the helpdesk named this customer when it was asked; the directory does not hold the number (yet)"
                .into(),
        }
    }

    fn near(&self, number: &E164) -> Result<Vec<NumberMatch>, StoreError> {
        let digits = number.as_str().trim_start_matches('+');
        let ending = &digits[digits.len().saturating_sub(NEAR_DIGITS)..];
        let ending_so = self.store.ending_in(ending, NEAR + 1)?;
        let others = ending_so.iter().filter(|listed| listed.number != *number).take(NEAR);
        let why = || format!("another number that ends in the same {NEAR_DIGITS} digits: no match");
        Ok(others.map(|listed| self.number_match(listed, MatchedHow::Near, why())).collect())
    }

    fn written_to(&self, number: &E164, customers: &[Customer]) -> Result<String, StoreError> {
        let own = self.store.setting(OWN_NUMBERS)?.unwrap_or_default();
        if !self.logging.log_internal && own.split_whitespace().any(|own| own == number.as_str()) {
            return Ok("To nobody: it is the number of a line of your own (logging.internal_calls).".into());
        }
        // What a person decided goes before every rule.
        let choice = self.store.choice(number)?;
        Ok(match (decided(&Ledger::default(), choice.as_ref(), Some(customers)), customers) {
            (Some(Decided::Customer { customer, .. }), _) => {
                format!("To {}: a person chose this customer for the number.", called(&customer))
            }
            (Some(Decided::WhatBecameOf(_) | Decided::Gone), [_, ..]) => {
                "To nobody until a person chooses again: whoever was chosen has the number no longer.".into()
            }
            (Some(Decided::Named(name, _)), []) => {
                format!("To a new customer, {}: so a person named the caller.", name.name)
            }
            _ => self.by_rule(customers),
        })
    }

    fn by_rule(&self, customers: &[Customer]) -> String {
        match customers {
            [one] => format!("To {}.", called(one)),
            [_, ..] => match taken_by_rule(customers, self.logging) {
                Some(recent) => format!(
                    "To {}, of {} the one updated last (logging.several_matches).",
                    called(recent),
                    customers.len()
                ),
                None => {
                    format!(
                        "To nobody until a person chooses: {} customers have this number.",
                        customers.len()
                    )
                }
            },
            [] => match self.logging.unknown_callers {
                UnknownCallers::Hold => {
                    "To nobody until a person names the caller (logging.unknown_callers).".into()
                }
                UnknownCallers::Placeholder | UnknownCallers::PhoneOnly => {
                    "To a new customer: nobody has this number. The helpdesk is asked once more first.".into()
                }
            },
        }
    }

    /// Numbers in the helpdesk that nothing can match, a part at a time: those after `after`, and where the next part begins.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn unmatched(
        &self,
        after: Option<&Place>,
    ) -> Result<(Vec<UnmatchedNumber>, Option<Place>), StoreError> {
        let found = self.store.unmatched(after, PAGE)?;
        let next = found.last().filter(|_| found.len() == PAGE);
        let next = next.map(|last| (last.customer.clone(), last.address.clone()));
        let numbers = found.into_iter().map(|one| UnmatchedNumber {
            url: self.helpdesk.customer_url(&one.customer),
            customer_id: one.customer,
            name: one.name,
            stored: one.address.0,
            reason: reason(one.why),
        });
        Ok((numbers.collect(), next))
    }
}

fn called(customer: &Customer) -> String {
    let name = customer.name.trim();
    let name = if name.is_empty() { customer.email.as_deref().unwrap_or("no name") } else { name };
    format!("{name} (customer {})", customer.id)
}

fn reason(why: NoNumber) -> Reason {
    Reason { code: why.code().into(), text: why.text().into() }
}

/// When the helpdesk was asked; an answer that was taken back was never given.
fn asked_at(at: DateTime<Utc>) -> Option<i64> {
    Some(at.timestamp()).filter(|at| *at > 0)
}
