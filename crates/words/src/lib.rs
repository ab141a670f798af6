//! Every word that Sidetone says or writes, in English, German and French: one set of message files for all faces.
//!
//! The texts stand in `en.json`, `de.json` and `fr.json` beside `src/`. The pages import these files, and for Rust the
//! build makes a field of each text: [`Record`] is what is written into the helpdesk, [`Windows`] what a reader sees,
//! [`Doctor`] what the doctor has found.
//! A text that is said in both stands in `everywhere`. The terms are those of the glossary.
//!
//! Deliberately not here: sentences that need more than filling in, and dates. The faces make those (`words.rs` of the
//! engine, `src/words/` of desktop program and pages).

mod counted;
mod figures;
mod fill;
mod language;

pub use counted::Counted;
pub use figures::figures;
pub use fill::fill;
pub use language::Language;

include!(concat!(env!("OUT_DIR"), "/catalogues.rs"));

impl Language {
    /// What is written into the helpdesk in this language.
    #[must_use]
    pub const fn record(self) -> &'static Record {
        match self {
            Language::En => &RECORD_EN,
            Language::De => &RECORD_DE,
            Language::Fr => &RECORD_FR,
        }
    }

    /// What the doctor says in this language.
    #[must_use]
    pub const fn doctor(self) -> &'static Doctor {
        match self {
            Language::En => &DOCTOR_EN,
            Language::De => &DOCTOR_DE,
            Language::Fr => &DOCTOR_FR,
        }
    }

    /// What windows, tray and notifications say in this language.
    #[must_use]
    pub const fn windows(self) -> &'static Windows {
        match self {
            Language::En => &WINDOWS_EN,
            Language::De => &WINDOWS_DE,
            Language::Fr => &WINDOWS_FR,
        }
    }
}

#[cfg(test)]
#[path = "../build/catalogue.rs"]
mod catalogue;

#[cfg(test)]
mod tests;
