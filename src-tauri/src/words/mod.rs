//! The words of tray and notifications in English, German and French.
//!
//! Not here: the words of the pages (they carry their own catalogues) and what is written into the helpdesk.

mod catalogues;

use self::catalogues::{ENGLISH, FRENCH, GERMAN};

/// A language that Sidetone speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// German.
    German,
    /// French.
    French,
}

impl Language {
    /// The language of a locale such as `de-AT` or `fr_FR.UTF-8`; English when it is none of ours.
    pub fn of_locale(locale: &str) -> Self {
        match locale.get(..2).map(str::to_ascii_lowercase).as_deref() {
            Some("de") => Self::German,
            Some("fr") => Self::French,
            _ => Self::English,
        }
    }

    /// The language of the system that Sidetone runs on.
    pub fn of_system() -> Self {
        sys_locale::get_locale().map_or_else(Self::default, |locale| Self::of_locale(&locale))
    }

    /// Its words.
    pub fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::German => &GERMAN,
            Self::French => &FRENCH,
        }
    }

    /// Which of the two forms a count takes: in French nothing is still one, as CLDR has it.
    fn is_one(self, count: u32) -> bool {
        match self {
            Self::English | Self::German => count == 1,
            Self::French => count < 2,
        }
    }
}

/// A phrase in both counts, with `{n}` for the figure.
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    one: &'static str,
    other: &'static str,
}

/// One catalogue. Braces stand for what is filled in; a sentence is never glued from parts.
#[derive(Debug)]
pub struct Words {
    language: Language,
    open: &'static str,
    ring_a_call: &'static str,
    quit: &'static str,
    quit_waiting: Counted,
    everything_written: &'static str,
    sandbox: &'static str,
    shadow_mode: &'static str,
    pause_logging: &'static str,
    resume_logging: &'static str,
    paused_since: &'static str,
    calls_kept: Counted,
    other_writer: &'static str,
    logging_off: &'static str,
    ringing: &'static str,
    calling: &'static str,
    in_call: &'static str,
    waiting: Counted,
    seconds: &'static str,
    minutes: &'static str,
    hours: &'static str,
    webhook_disabled: &'static str,
    aircall_refused: &'static str,
    gorgias_refused: &'static str,
    needs_a_person: Counted,
    not_logged: Counted,
    is_calling: &'static str,
    incoming_call: &'static str,
    number_withheld: &'static str,
    unknown_caller: &'static str,
    shared_number: Counted,
    missed_call: &'static str,
    missed_calls: &'static str,
    voicemail: &'static str,
    joined: &'static str,
    then_time: &'static str,
}

impl Words {
    /// The language of this catalogue.
    pub fn language(&self) -> Language {
        self.language
    }

    /// "Open Sidetone".
    pub fn open(&self) -> String {
        self.open.to_owned()
    }

    /// "Ring a call": leads to the sandbox's control page.
    pub fn ring_a_call(&self) -> String {
        self.ring_a_call.to_owned()
    }

    /// "Quit Sidetone", saying what waits and is kept.
    pub fn quit(&self, waiting: u32) -> String {
        if waiting == 0 { self.quit.to_owned() } else { self.counted(self.quit_waiting, waiting) }
    }

    /// "Everything written".
    pub fn everything_written(&self) -> String {
        self.everything_written.to_owned()
    }

    /// "Sandbox, invented data".
    pub fn sandbox(&self) -> String {
        self.sandbox.to_owned()
    }

    /// "Shadow mode".
    pub fn shadow_mode(&self) -> String {
        self.shadow_mode.to_owned()
    }

    /// "Pause logging".
    pub fn pause_logging(&self) -> String {
        self.pause_logging.to_owned()
    }

    /// "Resume logging".
    pub fn resume_logging(&self) -> String {
        self.resume_logging.to_owned()
    }

    /// "Logging paused since 10:42".
    pub fn paused_since(&self, time: &str) -> String {
        fill(self.paused_since, &[("{time}", time)])
    }

    /// "6 calls kept".
    pub fn calls_kept(&self, calls: u32) -> String {
        self.counted(self.calls_kept, calls)
    }

    /// "Another Sidetone writes these calls".
    pub fn other_writer(&self) -> String {
        self.other_writer.to_owned()
    }

    /// "Logging is off".
    pub fn logging_off(&self) -> String {
        self.logging_off.to_owned()
    }

    /// "Ringing".
    pub fn ringing(&self) -> String {
        self.ringing.to_owned()
    }

    /// "Calling": an outbound call that is not answered yet.
    pub fn calling(&self) -> String {
        self.calling.to_owned()
    }

    /// "In call".
    pub fn in_call(&self) -> String {
        self.in_call.to_owned()
    }

    /// "12 waiting, oldest 2 min".
    pub fn waiting(&self, calls: u32, oldest_seconds: u32) -> String {
        self.counted(self.waiting, calls).replace("{time}", &self.age(oldest_seconds))
    }

    /// "Webhook disabled since 10:42".
    pub fn webhook_disabled(&self, time: &str) -> String {
        fill(self.webhook_disabled, &[("{time}", time)])
    }

    /// "Aircall does not accept the key".
    pub fn aircall_refused(&self) -> String {
        self.aircall_refused.to_owned()
    }

    /// "Gorgias has withdrawn the access".
    pub fn gorgias_refused(&self) -> String {
        self.gorgias_refused.to_owned()
    }

    /// "3 calls need a person".
    pub fn needs_a_person(&self, calls: u32) -> String {
        self.counted(self.needs_a_person, calls)
    }

    /// "37 calls are not logged".
    pub fn not_logged(&self, calls: u32) -> String {
        self.counted(self.not_logged, calls)
    }

    /// "Marta Ibáñez is calling".
    pub fn is_calling(&self, caller: &str) -> String {
        fill(self.is_calling, &[("{caller}", caller)])
    }

    /// "Incoming call": the caller has no name and no number.
    pub fn incoming_call(&self) -> String {
        self.incoming_call.to_owned()
    }

    /// "Number withheld".
    pub fn number_withheld(&self) -> String {
        self.number_withheld.to_owned()
    }

    /// "Unknown caller".
    pub fn unknown_caller(&self) -> String {
        self.unknown_caller.to_owned()
    }

    /// "3 customers share this number".
    pub fn shared_number(&self, customers: u32) -> String {
        self.counted(self.shared_number, customers)
    }

    /// "Missed call: Lucas Moreau".
    pub fn missed_call(&self, caller: &str) -> String {
        fill(self.missed_call, &[("{caller}", caller)])
    }

    /// "4 missed calls".
    pub fn missed_calls(&self, calls: u32) -> String {
        fill(self.missed_calls, &[("{n}", &calls.to_string())])
    }

    /// "Voicemail".
    pub fn voicemail(&self) -> String {
        self.voicemail.to_owned()
    }

    /// A fact and what is to be said about it: "Support FR. Unknown caller".
    pub fn joined(&self, first: &str, second: &str) -> String {
        fill(self.joined, &[("{a}", first), ("{b}", second)])
    }

    /// A fact and its time: "Support FR, 14:05".
    pub fn then_time(&self, fact: &str, time: &str) -> String {
        fill(self.then_time, &[("{a}", fact), ("{b}", time)])
    }

    fn counted(&self, phrase: Counted, count: u32) -> String {
        let form = if self.language.is_one(count) { phrase.one } else { phrase.other };
        fill(form, &[("{n}", &count.to_string())])
    }

    /// An age in its largest whole unit.
    fn age(&self, seconds: u32) -> String {
        let (form, count) = match seconds {
            0..60 => (self.seconds, seconds),
            60..3600 => (self.minutes, seconds / 60),
            _ => (self.hours, seconds / 3600),
        };
        fill(form, &[("{n}", &count.to_string())])
    }
}

/// Puts values in place of braces. One pass, so that a caller who is named `{n}` stays a name.
fn fill(form: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(form.len() + 16);
    let mut rest = form;
    while let Some(start) = rest.find('{') {
        text.push_str(&rest[..start]);
        rest = &rest[start..];
        match values.iter().find(|(name, _)| rest.starts_with(name)) {
            Some((name, value)) => {
                text.push_str(value);
                rest = &rest[name.len()..];
            }
            None => {
                text.push('{');
                rest = &rest[1..];
            }
        }
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_language_is_taken_where_we_speak_it() {
        for (locale, language) in [
            ("de-AT", Language::German),
            ("fr_FR.UTF-8", Language::French),
            ("FR", Language::French),
            ("en-GB", Language::English),
            ("pt-BR", Language::English),
            ("C", Language::English),
            ("", Language::English),
            ("日本", Language::English),
        ] {
            assert_eq!(Language::of_locale(locale), language, "{locale}");
        }
    }

    #[test]
    fn french_counts_nothing_as_one() {
        assert_eq!(FRENCH.not_logged(0), "0\u{a0}appel n’est pas consigné");
        assert_eq!(FRENCH.not_logged(2), "2\u{a0}appels ne sont pas consignés");
        assert_eq!(ENGLISH.not_logged(0), "0 calls are not logged");
        assert_eq!(GERMAN.not_logged(1), "1 Anruf ist nicht protokolliert");
    }

    #[test]
    fn a_name_in_braces_stays_a_name() {
        assert_eq!(ENGLISH.is_calling("{caller} {n}"), "{caller} {n} is calling");
    }

    #[test]
    fn ages_are_told_in_their_largest_unit() {
        for (seconds, text) in [
            (59, "3 waiting, oldest 59\u{a0}s"),
            (150, "3 waiting, oldest 2\u{a0}min"),
            (7_200, "3 waiting, oldest 2\u{a0}h"),
        ] {
            assert_eq!(ENGLISH.waiting(3, seconds), text);
        }
        assert_eq!(GERMAN.waiting(1, 59), "1 wartet, ältester 59\u{a0}Sek.");
    }
}
