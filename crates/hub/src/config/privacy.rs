//! `[privacy]`: how long calls are kept, and whose are never logged (B12).

use std::collections::BTreeSet;

use sidetone_engine::number::{self, E164};
use sidetone_engine::settings::Privacy;
use toml::Value;

use super::keys::wrong;
use super::read::Reader;

/// Nobody plans for longer than a century.
pub(crate) const MOST_DAYS: u64 = 36_500;

impl Reader {
    pub(super) fn privacy(&mut self) -> Privacy {
        let keep_days = self.number("privacy.keep_days", 0, 0, MOST_DAYS);
        Privacy { keep_days: u32::try_from(keep_days).unwrap_or(u32::MAX), never_log: self.never_log() }
    }

    fn never_log(&mut self) -> BTreeSet<E164> {
        const KEY: &str = "privacy.never_log";
        let texts: Option<Vec<String>> = match self.values.take(KEY) {
            None => return BTreeSet::new(),
            Some(Value::Array(items)) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
            Some(Value::String(text)) => Some(
                text.split(',').map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned).collect(),
            ),
            Some(_) => None,
        };
        let Some(texts) = texts else {
            self.wrong(wrong(KEY, "a list of numbers: [\"+34666444555\"]"));
            return BTreeSet::new();
        };
        let mut numbers = BTreeSet::new();
        for (n, text) in texts.iter().enumerate() {
            // Without a country's code it may be somebody else's, too.
            let is_whole = text.trim_start().starts_with('+') || text.trim_start().starts_with("00");
            match number::parse(text, None).filter(|_| is_whole) {
                Some(number) => {
                    numbers.insert(number);
                }
                // Which one, but not the number: this is printed and logged.
                None => self.fault(
                    KEY,
                    format!("entry {} is no number with a country code", n + 1),
                    "Write each with + and the country code, such as \"+34 666 444 555\"",
                ),
            }
        }
        numbers
    }
}
