//! How a telephone number may be spelled, and which numbers a spelling may mean (B9).
//!
//! Shops and agents type numbers as they like: nationally, with `00`, with `(0)`, with spaces, slashes, dots, an extension.
//! Deliberately not here: which spelling the helpdesk holds for whom.

use phonenumber::country;

use super::E164;

/// A longer text is no number.
const LONGEST: usize = 40;
/// E.164 numbers have at most so many digits,
const MOST_DIGITS: usize = 15;
/// and at least so many.
const LEAST_DIGITS: usize = 7;
/// An extension has at most so many digits; more belong to the number itself.
const EXTENSION_DIGITS: usize = 7;
/// What stands before an extension, in small letters; longer ones first.
const EXTENSION_WORDS: [&str; 11] =
    ["extension", "durchwahl", "poste", "ext.", "ext", "dw.", "dw", "nst.", "nst", "x", "#"];
/// Less than this before an "x" is no number that could have an extension.
const DIGITS_BEFORE_EXTENSION: usize = 5;

/// Why nothing can match a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoNumber {
    /// No digit is in it.
    NoDigits,
    /// It holds letters or signs that no number has.
    Letters,
    /// It has too few digits.
    TooShort,
    /// It has more digits than any number.
    TooLong,
    /// It has no country code, and no line tells a country.
    NoCountry,
    /// No country has such a number.
    NoSuchNumber,
}

impl NoNumber {
    const ALL: [NoNumber; 6] = [
        NoNumber::NoDigits,
        NoNumber::Letters,
        NoNumber::TooShort,
        NoNumber::TooLong,
        NoNumber::NoCountry,
        NoNumber::NoSuchNumber,
    ];

    /// Stable, for stores and programs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            NoNumber::NoDigits => "no_digits",
            NoNumber::Letters => "letters",
            NoNumber::TooShort => "too_short",
            NoNumber::TooLong => "too_long",
            NoNumber::NoCountry => "no_country",
            NoNumber::NoSuchNumber => "no_such_number",
        }
    }

    /// Reads a code back.
    #[must_use]
    pub fn from_code(code: &str) -> Option<NoNumber> {
        NoNumber::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// What is wrong and what mends it, in one sentence.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            NoNumber::NoDigits => {
                "There is no digit in it; enter the number, or remove it from the customer."
            }
            NoNumber::Letters => {
                "It holds letters or signs that are no part of a number; keep the digits only, with + and the country code."
            }
            NoNumber::TooShort => "It has too few digits for a number that can call; complete it.",
            NoNumber::TooLong => {
                "It has more digits than any number; perhaps two numbers stand in one field."
            }
            NoNumber::NoCountry => {
                "It has no country code, and no selected Aircall line tells a country; write it with + and the country code."
            }
            NoNumber::NoSuchNumber => {
                "No number of that form exists, neither with the code it begins with nor in the country of a selected Aircall \
                 line; correct it, with + and the country code."
            }
        }
    }
}

/// A number that a spelling may mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The number.
    pub number: E164,
    /// The country (ISO alpha-2) that was assumed, because the spelling names none.
    pub country: Option<String>,
}

/// Every number that a spelling may mean; `countries` (ISO alpha-2) are tried where it names none, in this order.
///
/// One that a country really has goes before those that only have a possible length. So a spelling that is a number in
/// one of the countries alone means that one, and where it is a number in several, it may be any of them.
///
/// # Errors
/// Why it can be none.
pub fn readings(text: &str, countries: &[String]) -> Result<Vec<Reading>, NoNumber> {
    let plain = Plain::of(text)?;
    let digits = plain.digits();
    if digits.len() < LEAST_DIGITS - 2 {
        return Err(NoNumber::TooShort);
    }
    let mut found: Vec<(Found, Option<&String>)> = Vec::new();
    if plain.is_international() {
        found.extend(plain.number(None).map(|found| (found, None)));
    } else {
        let read = |c| plain.number(Some(c)).filter(|found| found.is_assigned || found.has_form_of(c));
        found.extend(countries.iter().filter_map(|c| Some((read(c)?, Some(c)))));
        found.extend(plain.with_plus().filter(|found| found.is_assigned).map(|found| (found, None)));
    }
    if found.iter().any(|(found, _)| found.is_assigned) {
        found.retain(|(found, _)| found.is_assigned);
    }
    let mut readings: Vec<Reading> = Vec::new();
    for (found, country) in found {
        if !readings.iter().any(|known| known.number == found.number) {
            readings.push(Reading { number: found.number, country: country.cloned() });
        }
    }
    if !readings.is_empty() {
        return Ok(readings);
    }
    Err(match digits.len() {
        ..LEAST_DIGITS => NoNumber::TooShort,
        length if length > MOST_DIGITS + 2 => NoNumber::TooLong,
        _ if !plain.is_international() && countries.is_empty() => NoNumber::NoCountry,
        _ => NoNumber::NoSuchNumber,
    })
}

/// A number, and whether it is one that the numbering plan of its country assigns.
struct Found {
    number: E164,
    is_assigned: bool,
}

impl Found {
    /// Whether it has length and first digits of the numbers of a country. A plan may assign more than we know of.
    fn has_form_of(&self, country: &str) -> bool {
        let number = phonenumber::parse(None, self.number.as_str()).ok();
        let plan = phonenumber::metadata::DATABASE.by_id(&country.to_ascii_uppercase());
        let national = number.map(|number| number.national().to_string());
        plan.zip(national).is_some_and(|(plan, national)| plan.descriptors().general().is_match(&national))
    }
}

/// A spelling without all that stands between the digits.
pub(super) struct Plain {
    /// Digits, perhaps with a + before them, and without a zero in brackets.
    without: String,
    /// The same with that zero; equal if there is none.
    with: String,
}

impl Plain {
    pub(super) fn of(text: &str) -> Result<Plain, NoNumber> {
        let text = text.trim();
        let text = text.strip_prefix("tel:").unwrap_or(text);
        let text = without_extension(text);
        if !text.chars().any(|c| c.is_ascii_digit()) {
            return Err(if text.chars().any(char::is_alphabetic) {
                NoNumber::Letters
            } else {
                NoNumber::NoDigits
            });
        }
        if text.chars().count() > LONGEST {
            return Err(NoNumber::TooLong);
        }
        let with = digits_of(text)?;
        let without = match bracketed_zero(text) {
            Some((before, after)) => format!("{}{}", digits_of(before)?, digits_of(after)?),
            None => with.clone(),
        };
        Ok(Plain { without, with })
    }

    fn digits(&self) -> &str {
        self.without.trim_start_matches('+')
    }

    fn is_international(&self) -> bool {
        self.without.starts_with('+') || self.without.starts_with("00")
    }

    /// The number that it means; `country` decides where it names none.
    fn number(&self, country: Option<&str>) -> Option<Found> {
        let found = number_of(&self.without, country);
        if self.with == self.without || found.as_ref().is_some_and(|found| found.is_assigned) {
            return found;
        }
        // `(0)` is dialled from within a country only, but where the zero belongs to the number (Italy).
        let kept = number_of(&self.with, country);
        match (found, kept) {
            (_, Some(kept)) if kept.is_assigned => Some(kept),
            (found, kept) => found.or(kept),
        }
    }

    pub(super) fn e164(&self, country: Option<&str>) -> Option<E164> {
        let found = self.number(country);
        if found.as_ref().is_some_and(|found| found.is_assigned) || self.is_international() {
            return found.map(|found| found.number);
        }
        let with_plus = self.with_plus().filter(|found| found.is_assigned);
        with_plus.or(found).map(|found| found.number)
    }

    /// What it means if somebody left the + out.
    fn with_plus(&self) -> Option<Found> {
        let digits = self.digits();
        (!digits.starts_with('0')).then(|| number_of(&format!("+{digits}"), None)).flatten()
    }
}

fn number_of(digits: &str, country: Option<&str>) -> Option<Found> {
    let home: Option<country::Id> = country.and_then(|c| c.to_ascii_uppercase().parse().ok());
    // An international number is read without a home: the port would strip the home's trunk prefix from it.
    let international = digits
        .strip_prefix('+')
        .or_else(|| digits.strip_prefix("00"))
        .or_else(|| digits.strip_prefix("011").filter(|_| matches!(country, Some("US" | "CA"))));
    let number = match international {
        Some(rest) => phonenumber::parse(None, format!("+{rest}")).ok()?,
        None => phonenumber::parse(home, digits).ok()?,
    };
    let e164 = number.format().mode(phonenumber::Mode::E164).to_string();
    let length = e164.len().saturating_sub(1);
    let possible = number.national().value() > 999 && (LEAST_DIGITS..=MOST_DIGITS).contains(&length);
    possible.then(|| Found { is_assigned: number.is_valid(), number: E164(e164) })
}

/// Everything but digits and a + at the beginning taken out; refuses what stands in no number.
fn digits_of(text: &str) -> Result<String, NoNumber> {
    let mut digits = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '0'..='9' => digits.push(c),
            '+' | '\u{ff0b}' if digits.is_empty() => digits.push('+'),
            '(' | ')' | '[' | ']' | '.' | '/' | '-' | '~' | '\u{b7}' => {}
            // Dashes, and what separates without being seen.
            '\u{2010}'..='\u{2015}'
            | '\u{2212}'
            | '\u{ad}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}' => {}
            '\u{2060}'..='\u{2069}' | '\u{feff}' => {}
            c if c.is_whitespace() => {}
            _ => return Err(NoNumber::Letters),
        }
    }
    Ok(digits)
}

/// What stands before and after `(0)`, if something with a digit does.
fn bracketed_zero(text: &str) -> Option<(&str, &str)> {
    let open = text.find('(')?;
    let close = open + text[open..].find(')')?;
    let is_zero = text[open + 1..close].trim() == "0";
    let (before, after) = (&text[..open], &text[close + 1..]);
    (is_zero && before.chars().any(|c| c.is_ascii_digit())).then_some((before, after))
}

/// `… ext. 5`, `… x5`, `…;ext=5`: the extension is not dialled from outside.
fn without_extension(text: &str) -> &str {
    let end = text.trim_end_matches([')', ' ']);
    let number = end.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = end.len() - number.len();
    if digits == 0 || digits > EXTENSION_DIGITS {
        return text;
    }
    let labelled = number.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '=' | '.' | '-'));
    // A word that ends in a dot is found without it.
    let found = EXTENSION_WORDS.iter().find_map(|word| {
        let word = word.trim_end_matches('.');
        let at = labelled.len().checked_sub(word.len())?;
        let ending = labelled.get(at..)?;
        ending.eq_ignore_ascii_case(word).then_some(&labelled[..at])
    });
    let Some(number) = found else { return text };
    let number =
        number.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | '-' | '/'));
    let enough = number.chars().filter(char::is_ascii_digit).count() >= DIGITS_BEFORE_EXTENSION;
    if enough { number } else { text }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::parse;
    use super::*;

    fn countries(codes: &[&str]) -> Vec<String> {
        codes.iter().map(|code| (*code).to_owned()).collect()
    }

    fn read(text: &str, codes: &[&str]) -> Vec<String> {
        let readings = readings(text, &countries(codes)).unwrap_or_default();
        readings.into_iter().map(|reading| reading.number.as_str().to_owned()).collect()
    }

    #[test]
    fn every_spelling_of_a_number_is_that_number() {
        for (spelling, codes, number) in [
            ("+33199001234", &[][..], "+33199001234"),
            ("+33 1 99 00 12 34", &[], "+33199001234"),
            ("0033 1 99 00 12 34", &[], "+33199001234"),
            ("+33 (0)1 99 00 12 34", &[], "+33199001234"),
            ("+33 (0) 1 99.00.12.34", &["DE"], "+33199001234"),
            ("0033(0)199001234", &[], "+33199001234"),
            ("+330199001234", &[], "+33199001234"),
            ("01 99 00 12 34", &["FR"], "+33199001234"),
            ("01.99.00.12.34", &["FR"], "+33199001234"),
            ("01/99/00/12/34", &["FR"], "+33199001234"),
            ("01-99-00-12-34", &["FR"], "+33199001234"),
            ("01\u{a0}99\u{a0}00\u{a0}12\u{a0}34", &["FR"], "+33199001234"),
            ("199001234", &["FR"], "+33199001234"),
            ("33199001234", &["FR"], "+33199001234"),
            ("33199001234", &["ES"], "+33199001234"),
            ("tel:+33-1-99-00-12-34", &[], "+33199001234"),
            ("+33 1 99 00 12 34 ext. 5", &[], "+33199001234"),
            ("+33199001234;ext=51", &[], "+33199001234"),
            ("01 99 00 12 34 x5", &["FR"], "+33199001234"),
            ("01 99 00 12 34 (poste 512)", &["FR"], "+33199001234"),
            ("01 99 00 12 34, Poste: 512", &["FR"], "+33199001234"),
            ("030 23125-044 Durchwahl 12", &["DE"], "+493023125044"),
            ("030/23125044", &["DE"], "+493023125044"),
            ("+49 (0)30 / 23 12 50 44", &["FR"], "+493023125044"),
            ("(202) 555-0142", &["US"], "+12025550142"),
            ("1-202-555-0142 Ext 7", &["US"], "+12025550142"),
            ("011 33 1 99 00 12 34", &["US"], "+33199001234"),
            ("+39 (0)6 9900 1122", &[], "+390699001122"),
            ("06 9900 1122", &["IT"], "+390699001122"),
            ("666 444 555", &["ES"], "+34666444555"),
        ] {
            assert_eq!(read(spelling, codes), [number], "{spelling} with lines in {codes:?}");
        }
    }

    #[test]
    fn with_lines_in_several_countries_a_national_spelling_may_mean_a_number_in_each() {
        let both = readings("030 23125044", &countries(&["DE", "IT"])).unwrap();
        let told: Vec<(&str, Option<&str>)> =
            both.iter().map(|r| (r.number.as_str(), r.country.as_deref())).collect();
        assert_eq!(told, [("+493023125044", Some("DE")), ("+3903023125044", Some("IT"))]);
        // In one of them alone it is a number.
        assert_eq!(read("01 99 00 12 34", &["FR", "ES"]), ["+33199001234"]);
    }

    #[test]
    fn what_nothing_can_match_says_why() {
        for (spelling, codes, why) in [
            ("", &["FR"][..], NoNumber::NoDigits),
            ("  -  ", &["FR"], NoNumber::NoDigits),
            ("ask the shop", &["FR"], NoNumber::Letters),
            ("01 99 00 12 34 / home", &["FR"], NoNumber::Letters),
            ("0800-KETTLE-1", &["FR"], NoNumber::Letters),
            ("118", &["FR"], NoNumber::TooShort),
            ("+33", &["FR"], NoNumber::TooShort),
            ("01 99 00 12 34", &[], NoNumber::NoCountry),
            ("+999 123 456 789", &["FR"], NoNumber::NoSuchNumber),
            ("01 99 00 12 34", &["US"], NoNumber::NoSuchNumber),
            ("01 99 00 12 34 01 99 00 12 35", &["FR"], NoNumber::TooLong),
        ] {
            assert_eq!(readings(spelling, &countries(codes)), Err(why), "{spelling} with lines in {codes:?}");
            assert_eq!(NoNumber::from_code(why.code()), Some(why));
        }
    }

    /// A number with its country: of ranges that are kept for films and examples.
    fn reserved() -> impl Strategy<Value = (String, &'static str, String)> {
        prop_oneof![
            (0..10_000u32).prop_map(|n| (format!("+3319900{n:04}"), "FR", format!("019900{n:04}"))),
            (0..1_000u32).prop_map(|n| (format!("+493023125{n:03}"), "DE", format!("03023125{n:03}"))),
            (100..200u32).prop_map(|n| (format!("+12025550{n}"), "US", format!("2025550{n}"))),
        ]
    }

    proptest! {
        #[test]
        fn what_stands_between_the_digits_means_nothing(
            (number, country, national) in reserved(),
            between in proptest::collection::vec(prop_oneof![Just(""), Just(" "), Just("."), Just("-"), Just("/"), Just(" - ")], 16),
            as_national: bool,
            zeros: bool,
        ) {
            let digits = if as_national { &national } else { &number };
            let mut spelled: String =
                digits.chars().zip(between.iter().cycle()).map(|(c, b)| format!("{c}{b}")).collect();
            if zeros && !as_national {
                spelled = spelled.replacen('+', "00", 1);
            }
            prop_assert!(read(&spelled, &[country]).contains(&number), "{spelled} in {country}: {:?}", read(&spelled, &[country]));
            // What a phone shows is read the same way as what a helpdesk stores.
            prop_assert_eq!(parse(&spelled, Some(country)).map(|n| n.as_str().to_owned()), Some(number));
        }

        #[test]
        fn an_extension_and_a_bracketed_zero_change_nothing(
            (number, country, _) in reserved(),
            extension in 0..99_999u32,
            word in prop_oneof![Just(" ext. "), Just("x"), Just(";ext="), Just(" Ext "), Just(" #"), Just(" Durchwahl ")],
        ) {
            let spelled = format!("{number}{word}{extension}");
            prop_assert_eq!(read(&spelled, &[]), vec![number.clone()], "{}", spelled);
            let code = if country == "US" { 2 } else { 3 };
            let zero = format!("{} (0) {}", &number[..code], &number[code..]);
            prop_assert_eq!(read(&zero, &[]), vec![number], "{}", zero);
        }

        #[test]
        fn no_text_is_too_odd(text in "\\PC{0,60}", codes in proptest::collection::vec(prop_oneof![Just("FR"), Just("US"), Just("DE")], 0..3)) {
            for reading in readings(&text, &countries(&codes)).unwrap_or_default() {
                // What it is read as is a number of its own.
                let again = read(reading.number.as_str(), &[]);
                prop_assert_eq!(again, vec![reading.number.as_str().to_owned()]);
            }
        }
    }
}
