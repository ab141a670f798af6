//! A sentence of the doctor: in English for terminals and reports, and in the reader's language for windows.

use std::fmt;

use sidetone_words::{Counted, Doctor, Language, figures, fill};

/// A sentence, whichever language it is read in.
#[derive(Clone)]
pub(crate) struct Saying {
    text: Text,
    with: Vec<(&'static str, String)>,
}

#[derive(Clone)]
enum Text {
    /// One of the message files.
    Known(fn(&'static Doctor) -> &'static str),
    /// One of them that counts.
    Counted(fn(&'static Doctor) -> &'static Counted, u32),
    /// English only: what was found in order, which windows tell by its name and value.
    English(String),
}

impl Saying {
    /// A text of the message files, with these values in it.
    pub(crate) fn new(
        text: fn(&'static Doctor) -> &'static str,
        with: Vec<(&'static str, String)>,
    ) -> Saying {
        Saying { text: Text::Known(text), with }
    }

    /// A text that counts, in the form for so many; `{n}` in it is the count.
    pub(crate) fn counted(text: fn(&'static Doctor) -> &'static Counted, count: impl TryInto<u32>) -> Saying {
        let count = count.try_into().unwrap_or(u32::MAX);
        Saying { text: Text::Counted(text, count), with: Vec::new() }
    }

    /// In this language; `None`: it is there in English only.
    pub(super) fn told(&self, language: Language) -> Option<String> {
        match &self.text {
            Text::English(text) => (language == Language::En).then(|| text.clone()),
            Text::Counted(text, count) => {
                let form = text(language.doctor()).form(language, *count);
                Some(fill(form, &[("n", &figures(*count, language))]))
            }
            Text::Known(text) => {
                let is_foreign = |name: &str| language != Language::En && name == FROM_ELSEWHERE;
                let told = |(name, value): &'_ (&'static str, String)| {
                    (
                        *name,
                        if is_foreign(name) { status_or_sentence(value).to_owned() } else { value.clone() },
                    )
                };
                let with: Vec<(&str, String)> = self.with.iter().map(told).collect();
                let with: Vec<(&str, &str)> =
                    with.iter().map(|(name, value)| (*name, value.as_str())).collect();
                Some(fill(text(language.doctor()), &with))
            }
        }
    }

    pub(super) fn english(&self) -> String {
        self.told(Language::En).unwrap_or_default()
    }
}

/// What a vendor, a database or the system said, with what our clients advise: in English, whoever reads it.
const FROM_ELSEWHERE: &str = "text";

/// For readers of other languages its status alone, as in `refuses the credential (401). Make a new key …`; else its first
/// sentence.
fn status_or_sentence(text: &str) -> &str {
    let status = text.split('(').skip(1).find_map(|part| {
        let digits = part.get(..3)?;
        let ends = part.as_bytes().get(3).is_none_or(|next| !next.is_ascii_alphanumeric());
        (ends && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
    });
    status.unwrap_or_else(|| text.split(". ").next().unwrap_or(text).trim_end_matches('.'))
}

impl From<&str> for Saying {
    fn from(english: &str) -> Saying {
        Saying::from(english.to_owned())
    }
}

impl From<String> for Saying {
    fn from(english: String) -> Saying {
        Saying { text: Text::English(english), with: Vec::new() }
    }
}

impl PartialEq for Saying {
    fn eq(&self, other: &Saying) -> bool {
        self.english() == other.english()
    }
}

impl Eq for Saying {}

impl fmt::Debug for Saying {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.english().fmt(f)
    }
}

/// A sentence of the message files' section `doctor`: `said!(line_gone, ids = ids)`.
macro_rules! said {
    ($text:ident $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::doctor::Saying::new(
            |words| words.$text,
            vec![$((stringify!($name), $value.to_string())),*],
        )
    };
}
pub(crate) use said;

/// A counted text of the same section: `counted!(lines_count, 4)`.
macro_rules! counted {
    ($text:ident, $count:expr) => {
        $crate::doctor::Saying::counted(|words| &words.$text, $count)
    };
}
pub(crate) use counted;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_said_in_english_is_told_to_readers_of_other_languages_by_its_status() {
        let refused = "Gorgias refuses the credential (401). Make a new API key in Gorgias, and enter it.";
        let saying = said!(key_not_accepted, vendor = "Gorgias", text = refused);
        assert!(saying.english().contains(refused), "{saying:?}");
        assert_eq!(saying.told(Language::De).as_deref(), Some("Gorgias nimmt den Schlüssel nicht an (401)"));
        for (text, told) in [
            ("Aircall has a fault of its own (500: oops). Wait.", "500"),
            (
                "no connection: Connection refused (os error 111). Try again.",
                "no connection: Connection refused (os error 111)",
            ),
            ("no answer in time", "no answer in time"),
            ("it said (4011) twice", "it said (4011) twice"),
        ] {
            assert_eq!(status_or_sentence(text), told);
        }
    }
}
