//! Where a number stands in a text, however it is spelled there.
//!
//! Looked for by the digits that all its spellings share, the national ones, whatever stands before or between them. So a
//! longer run of digits that has them in it is taken for the number as well: rather too much than too little, where somebody
//! is to be forgotten.

use chrono::{DateTime, NaiveDate};
use serde_json::Value;

use super::E164;

/// What may stand between the digits of a number.
pub(crate) const BETWEEN: [char; 9] = [' ', '.', '-', '(', ')', '/', '\u{a0}', '\u{202f}', '\u{2011}'];
/// What stands in its place afterwards.
const GONE: &str = "…";

/// The mentions of one number.
#[derive(Clone, Debug)]
pub(crate) struct Mentions {
    national: String,
    country: String,
}

impl Mentions {
    pub(crate) fn of(number: &E164) -> Mentions {
        let parsed = phonenumber::parse(None, number.as_str()).ok();
        let digits = || number.as_str().trim_start_matches('+').to_owned();
        let national = parsed.as_ref().map_or_else(digits, |parsed| parsed.national().value().to_string());
        let country = parsed.map(|parsed| parsed.code().value().to_string()).unwrap_or_default();
        Mentions { national, country }
    }

    /// The digits that all spellings share.
    pub(crate) fn national(&self) -> &str {
        &self.national
    }

    /// The text without the number; `None` where it is not in it.
    pub(crate) fn taken_out_of(&self, text: &str) -> Option<String> {
        let (mut out, mut run, mut found) = (String::with_capacity(text.len()), String::new(), false);
        for c in text.chars().map(Some).chain([None]) {
            let goes_on = c.is_some_and(|c| {
                c.is_ascii_digit() || c == '+' && run.is_empty() || !run.is_empty() && BETWEEN.contains(&c)
            });
            if let Some(c) = c.filter(|_| goes_on) {
                run.push(c);
                continue;
            }
            found |= self.end(&mut run, &mut out);
            match c {
                // A plus begins a number, also right behind another one.
                Some('+') => run.push('+'),
                Some(c) => out.push(c),
                None => {}
            }
        }
        found.then_some(out)
    }

    /// A run of digits is over. Whether it was the number.
    fn end(&self, run: &mut String, out: &mut String) -> bool {
        let run = std::mem::take(run);
        let digits: String = run.chars().filter(char::is_ascii_digit).collect();
        if !digits.contains(&self.national) {
            out.push_str(&run);
            return false;
        }
        let kept = run.trim_end_matches(|c: char| !c.is_ascii_digit());
        out.push_str(GONE);
        out.push_str(&run[kept.len()..]);
        true
    }

    /// Takes the number out of the texts of a document of our own, which is still one afterwards: its keys, figures, moments and
    /// ids are none. Whether it was in one.
    pub(crate) fn take_out_of_own(&self, value: &mut Value) -> bool {
        match value {
            Value::String(text) if self.is_no_mention(text) => false,
            Value::Array(items) => {
                let mut found = false;
                for item in items {
                    found |= self.take_out_of_own(item);
                }
                found
            }
            Value::Object(parts) => {
                let mut found = false;
                for part in parts.values_mut() {
                    found |= self.take_out_of_own(part);
                }
                found
            }
            Value::Number(_) => false,
            other => self.take_out(other),
        }
    }

    /// A moment, or an id: bare digits that are not the number in one of its spellings.
    fn is_no_mention(&self, text: &str) -> bool {
        let is_moment = DateTime::parse_from_rfc3339(text).is_ok() || text.parse::<NaiveDate>().is_ok();
        let before = text.strip_suffix(&self.national);
        let is_id = text.chars().all(|c| c.is_ascii_digit()) && before.is_none_or(|cc| !self.leads(cc));
        is_moment || is_id
    }

    /// Whether these digits may stand before the national ones.
    fn leads(&self, digits: &str) -> bool {
        let digits = digits.strip_prefix("00").unwrap_or(digits);
        ["", "0", &self.country, &format!("{}0", self.country)].contains(&digits)
    }

    /// Takes the number out of every text of a document. Whether it was in one.
    pub(crate) fn take_out(&self, value: &mut Value) -> bool {
        match value {
            Value::String(text) => match self.taken_out_of(text) {
                Some(without) => {
                    *text = without;
                    true
                }
                None => false,
            },
            Value::Number(number) if number.to_string().contains(&self.national) => {
                *value = Value::String(GONE.to_owned());
                true
            }
            Value::Array(items) => {
                let mut found = false;
                for item in items {
                    found |= self.take_out(item);
                }
                found
            }
            Value::Object(parts) => {
                let mut found = false;
                for (key, mut part) in std::mem::take(parts) {
                    found |= self.take_out(&mut part);
                    let without = self.taken_out_of(&key);
                    found |= without.is_some();
                    parts.insert(without.unwrap_or(key), part);
                }
                found
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::parse;
    use super::*;

    fn mentions() -> Mentions {
        Mentions::of(&parse("+33 1 99 00 12 34", None).expect("parses"))
    }

    #[test]
    fn a_number_is_found_in_every_spelling_and_nothing_else_is_touched() {
        for (text, without) in [
            ("+33199001234", "…"),
            ("from 01 99 00 12 34, twice", "from …, twice"),
            ("0033 (0)1.99.00.12.34 or +33199001235", "… or +33199001235"),
            ("tel:+33-1-99-00-12-34;x", "tel:…;x"),
            ("01\u{a0}99\u{a0}00\u{a0}12\u{a0}34", "…"),
            ("+33 1 99 00 12 35+33 1 99 00 12 34", "+33 1 99 00 12 35…"),
        ] {
            assert_eq!(mentions().taken_out_of(text).as_deref(), Some(without), "{text}");
        }
        for text in ["+33199001235", "99 00 12 34", "call 4186780376", ""] {
            assert_eq!(mentions().taken_out_of(text), None, "{text}");
        }
    }

    #[test]
    fn a_document_of_our_own_keeps_its_figures_moments_and_ids() {
        let danish = Mentions::of(&parse("+45 20 26 11 21", None).expect("parses"));
        let mut told = json!({
            "t": 20_261_121, "at": "2026-11-21T20:26:11Z", "day": "2026-11-21", "id": "4120261121", "ticket": "202611210",
            "20261121": 1, "number": "20261121", "also": ["4520261121", "004520261121", "call 20 26 11 21"],
        });
        assert!(danish.take_out_of_own(&mut told));
        let kept = json!({
            "t": 20_261_121, "at": "2026-11-21T20:26:11Z", "day": "2026-11-21", "id": "4120261121", "ticket": "202611210",
            "20261121": 1, "number": "…", "also": ["…", "…", "call …"],
        });
        assert_eq!(told, kept);
    }

    #[test]
    fn a_document_keeps_its_form() {
        let mut told = json!({ "raw_digits": "+33 1 99 00 12 34", "n": 33199001234_u64, "id": 7, "01 99 00 12 34": ["x"] });
        assert!(mentions().take_out(&mut told));
        assert_eq!(told, json!({ "raw_digits": "…", "n": "…", "id": 7, "…": ["x"] }));
        assert!(!mentions().take_out(&mut told));
    }
}
