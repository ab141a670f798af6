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
                let with: Vec<(&str, &str)> =
                    self.with.iter().map(|(name, value)| (*name, value.as_str())).collect();
                Some(fill(text(language.doctor()), &with))
            }
        }
    }

    pub(super) fn english(&self) -> String {
        self.told(Language::En).unwrap_or_default()
    }
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

/// A counted text of the same section: `counted!(value_lines, 4)`.
macro_rules! counted {
    ($text:ident, $count:expr) => {
        $crate::doctor::Saying::counted(|words| &words.$text, $count)
    };
}
pub(crate) use counted;
