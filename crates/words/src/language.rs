//! The languages there are.

/// A language that Sidetone speaks and writes (A6). Windows follow the reader, the helpdesk follows the configuration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// German.
    De,
    /// French.
    Fr,
}

impl Language {
    /// All of them.
    pub const ALL: [Language; 3] = [Language::En, Language::De, Language::Fr];

    /// Two letters, as in the configuration.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::De => "de",
            Language::Fr => "fr",
        }
    }

    /// Reads two letters.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Language> {
        Language::ALL.into_iter().find(|l| l.code() == code)
    }

    /// The language of a locale such as `de-AT` or `fr_FR.UTF-8`; English when it is none of ours.
    #[must_use]
    pub fn of_locale(locale: &str) -> Language {
        let code = locale.get(..2).map(str::to_ascii_lowercase);
        code.as_deref().and_then(Language::from_code).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_language_is_taken_where_we_speak_it() {
        for (locale, language) in [
            ("de-AT", Language::De),
            ("fr_FR.UTF-8", Language::Fr),
            ("FR", Language::Fr),
            ("en-GB", Language::En),
            ("pt-BR", Language::En),
            ("C", Language::En),
            ("", Language::En),
            ("日本", Language::En),
        ] {
            assert_eq!(Language::of_locale(locale), language, "{locale}");
        }
    }

    #[test]
    fn a_code_leads_back_to_its_language() {
        for language in Language::ALL {
            assert_eq!(Language::from_code(language.code()), Some(language));
        }
        assert_eq!(Language::from_code("es"), None);
    }
}
