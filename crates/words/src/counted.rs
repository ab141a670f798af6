//! Phrases that are said differently of one and of several.

use crate::Language;

/// A phrase in the plural forms of its language, by CLDR category.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    pub(crate) one: &'static str,
    /// Whole millions, in French.
    pub(crate) many: Option<&'static str>,
    pub(crate) other: &'static str,
}

impl Counted {
    /// The form for a count; its parameters are still to be filled in.
    #[must_use]
    pub fn form(&self, language: Language, count: u32) -> &'static str {
        let one = match language {
            Language::En | Language::De => count == 1,
            // In French nothing is still one.
            Language::Fr => count < 2,
        };
        let millions = language == Language::Fr && count != 0 && count.is_multiple_of(1_000_000);
        match self.many {
            _ if one => self.one,
            Some(many) if millions => many,
            _ => self.other,
        }
    }
}
