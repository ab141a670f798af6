//! Telephone numbers: one type, parsed once, compared by value. Nobody else compares strings of digits.

pub(crate) mod mentions;
mod spelling;

use std::fmt;

use phonenumber::Mode;
use serde::{Deserialize, Serialize};
use sidetone_protocol::{NumberKind, NumberView};

pub use self::spelling::{NoNumber, Reading, readings};

/// Short codes have at most so many digits.
const LONGEST_CODE: usize = 6;

/// A number in E.164, `+34666444555`.
///
/// `Debug` is masked, so that a number printed in passing stays out of the logs (B12).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct E164(String);

impl E164 {
    /// The number itself, for requests and records.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number that a view was made from.
    pub(crate) fn shown(view: &NumberView) -> Option<E164> {
        view.e164.clone().map(E164)
    }

    /// Stands where there is no number: the shared entry of withheld callers.
    pub(crate) fn none() -> E164 {
        E164(String::new())
    }

    /// Country code and last two digits, for logs and reports.
    #[must_use]
    pub fn masked(&self) -> String {
        let code =
            phonenumber::parse(None, &self.0).map(|n| n.code().value().to_string()).unwrap_or_default();
        format!("+{code}…{}", &self.0[self.0.len().saturating_sub(2)..])
    }
}

impl fmt::Debug for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// The other party of a call, as far as its number goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Party {
    /// A number that parses.
    Phone(E164),
    /// The caller withheld it.
    Withheld,
    /// A short code, a SIP name, nonsense: shown as received, never looked up.
    Other(String),
}

impl Party {
    /// Reads what Aircall puts into `raw_digits` (`reference/aircall.md` §8), with the line's country as default.
    #[must_use]
    pub fn from_raw(raw: &str, line_country: Option<&str>) -> Party {
        let text = raw.trim();
        if text.is_empty() || text.eq_ignore_ascii_case("anonymous") {
            return Party::Withheld;
        }
        if is_a_code(text) {
            return Party::Other(text.to_owned());
        }
        match parse(text, line_country) {
            Some(number) => Party::Phone(number),
            None => Party::Other(text.chars().take(64).collect()),
        }
    }

    /// The number, where there is one.
    #[must_use]
    pub fn number(&self) -> Option<&E164> {
        match self {
            Party::Phone(number) => Some(number),
            Party::Withheld | Party::Other(_) => None,
        }
    }

    /// International form with plain spaces, for what is written into the helpdesk.
    #[must_use]
    pub fn display(&self) -> String {
        match self {
            Party::Phone(number) => international(number),
            Party::Withheld => String::new(),
            Party::Other(text) => text.clone(),
        }
    }

    /// What a window shows.
    #[must_use]
    pub fn view(&self, received: &str) -> NumberView {
        let parsed = self.number().and_then(|n| phonenumber::parse(None, n.as_str()).ok());
        NumberView {
            kind: match self {
                Party::Phone(_) => NumberKind::Phone,
                Party::Withheld => NumberKind::Withheld,
                Party::Other(_) => NumberKind::Other,
            },
            e164: self.number().map(|n| n.as_str().to_owned()),
            international: parsed.as_ref().map(|n| n.format().mode(Mode::International).to_string()),
            national: parsed.as_ref().map(|n| n.format().mode(Mode::National).to_string()),
            country: parsed.as_ref().and_then(|n| n.country().id()).map(|c| c.as_ref().to_owned()),
            received: match self {
                Party::Withheld => String::new(),
                Party::Phone(_) | Party::Other(_) => received.chars().take(64).collect(),
            },
        }
    }
}

/// What no country code stands before and is too short for a number of a person: a service's short code.
fn is_a_code(text: &str) -> bool {
    (1..=LONGEST_CODE).contains(&text.len())
        && !text.starts_with('0')
        && text.bytes().all(|b| b.is_ascii_digit())
}

/// Parses a number in any spelling; `country` (ISO alpha-2) decides what a number without country code means.
#[must_use]
pub fn parse(text: &str, country: Option<&str>) -> Option<E164> {
    // The port of libphonenumber reads letters as keypad digits and scans long texts; neither is a caller's number.
    spelling::Plain::of(text).ok()?.e164(country)
}

/// A vendor's sentence with everything in it masked that may be a telephone number (B12).
#[must_use]
pub fn masked_text(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut run = String::new();
    for c in text.chars() {
        let goes_on =
            c.is_ascii_digit() || (!run.is_empty() && matches!(c, ' ' | '.' | '-' | '(' | ')' | '/'));
        if goes_on {
            run.push(c);
        } else {
            masked.push_str(&masked_run(&run));
            run.clear();
            masked.push(c);
        }
    }
    masked.push_str(&masked_run(&run));
    masked
}

/// Digits with what stands between them; fewer than six are no number of a person.
fn masked_run(run: &str) -> String {
    let digits = run.trim_end_matches(|c: char| !c.is_ascii_digit());
    let count = digits.chars().filter(char::is_ascii_digit).count();
    if count < 6 {
        return run.to_owned();
    }
    let last = digits.len().saturating_sub(2);
    format!("…{}{}", digits.get(last..).unwrap_or_default(), &run[digits.len()..])
}

fn international(number: &E164) -> String {
    phonenumber::parse(None, number.as_str())
        .map_or_else(|_| number.as_str().to_owned(), |n| n.format().mode(Mode::International).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aircalls_spellings_become_e164() {
        for (raw, country, e164) in [
            ("+34 666 444 555", None, "+34666444555"),
            ("+1 202-555-0142", None, "+12025550142"),
            ("01 99 00 12 34", Some("FR"), "+33199001234"),
            ("0033 1 99 00 12 34", Some("FR"), "+33199001234"),
            ("33199001234", Some("FR"), "+33199001234"),
            // In some messages the plus is missing (`reference/aircall.md` §4.8).
            ("34666444555", Some("FR"), "+34666444555"),
            ("34666444555", None, "+34666444555"),
        ] {
            assert_eq!(parse(raw, country).map(|n| n.as_str().to_owned()).as_deref(), Some(e164), "{raw}");
        }
    }

    #[test]
    fn an_international_number_is_the_same_on_every_line() {
        for raw in [
            "+33 1 99 00 55 99",
            "+39 06 9900 1122",
            "+86 138 0000 1111",
            "+1 202-555-0142",
            "+49 30 23125 044",
        ] {
            let alone = parse(raw, None);
            assert!(alone.is_some(), "{raw}");
            for country in ["US", "CA", "FR", "DE", "IT", "GB", "ES", "RU", "CN", "BR", "MX"] {
                assert_eq!(parse(raw, Some(country)), alone, "{raw} on a line in {country}");
            }
        }
        let abroad = parse("0039 06 9900 1122", Some("FR"));
        assert_eq!(abroad, parse("+390699001122", None));
        assert_eq!(parse("011 33 1 99 00 55 99", Some("US")), parse("+33199005599", None));
    }

    #[test]
    fn withheld_empty_and_short_codes_are_their_own_cases() {
        assert_eq!(Party::from_raw("Anonymous", None), Party::Withheld);
        assert_eq!(Party::from_raw("  ", None), Party::Withheld);
        for (code, country) in [("118", "FR"), ("36105", "FR"), ("22044", "DE"), ("262966", "US")] {
            assert_eq!(Party::from_raw(code, Some(country)), Party::Other(code.into()), "{code}");
        }
        assert_eq!(
            Party::from_raw("sip:desk@example.com", None),
            Party::Other("sip:desk@example.com".into())
        );
    }

    #[test]
    fn a_number_in_a_vendors_sentence_is_masked() {
        for (told, masked) in [
            ("channel +34666444555 is taken", "channel +…55 is taken"),
            ("666 444 555, and again (202) 555-0142.", "…55, and again (…42."),
            ("it answers 503 after 30 s; page 2 of 10", "it answers 503 after 30 s; page 2 of 10"),
            ("", ""),
        ] {
            assert_eq!(masked_text(told), masked);
        }
    }

    #[test]
    fn a_number_printed_in_passing_is_masked() {
        let number = parse("+34666444555", None).expect("parses");
        assert_eq!(format!("{number:?}"), "+34…55");
    }
}
