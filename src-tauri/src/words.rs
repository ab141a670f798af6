//! What tray and notifications say: the texts of the message files (`crates/words`) that the pages use, too, and what
//! is made of them.

use sidetone_hub::telling::words::{Facts, of_alert};
use sidetone_protocol::Alert;
use sidetone_words::{Counted, Windows, figures, fill};

pub use sidetone_words::Language;

/// The words of one reader. A sentence is never glued from parts.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    language: Language,
    texts: &'static Windows,
}

/// The words of a language.
pub fn words(language: Language) -> &'static Words {
    static EN: Words = Words::of(Language::En);
    static DE: Words = Words::of(Language::De);
    static FR: Words = Words::of(Language::Fr);
    match language {
        Language::En => &EN,
        Language::De => &DE,
        Language::Fr => &FR,
    }
}

/// The words in the language of the system that Sidetone runs on.
pub fn of_system() -> &'static Words {
    words(sys_locale::get_locale().map_or_else(Language::default, |locale| Language::of_locale(&locale)))
}

impl Words {
    const fn of(language: Language) -> Self {
        Self { language, texts: language.windows() }
    }

    /// The language of these words.
    pub fn language(&self) -> Language {
        self.language
    }

    /// "Open Sidetone".
    pub fn open(&self) -> String {
        self.texts.open_sidetone.to_owned()
    }

    /// "Set-up is not finished".
    pub fn set_up_not_finished(&self) -> String {
        self.texts.set_up_not_finished.to_owned()
    }

    /// "Finish set-up": shows the window.
    pub fn finish_set_up(&self) -> String {
        self.texts.finish_set_up.to_owned()
    }

    /// "Ring a call": leads to the sandbox's control page.
    pub fn ring_a_call(&self) -> String {
        self.texts.ring_a_call.to_owned()
    }

    /// "Quit Sidetone", saying what waits and is kept.
    pub fn quit(&self, waiting: u32) -> String {
        if waiting == 0 {
            self.texts.quit_sidetone.to_owned()
        } else {
            self.counted(self.texts.quit_waiting, waiting, &[])
        }
    }

    /// "Dial from clipboard".
    pub fn dial_from_clipboard(&self) -> String {
        self.texts.dial_from_clipboard.to_owned()
    }

    /// "Last callers".
    pub fn last_callers(&self) -> String {
        self.texts.last_callers.to_owned()
    }

    /// "All calls".
    pub fn all_calls(&self) -> String {
        self.texts.all_calls.to_owned()
    }

    /// "No telephone number there", and what to do.
    pub fn no_number(&self) -> (String, String) {
        (self.texts.no_number.to_owned(), self.texts.no_number_what.to_owned())
    }

    /// "Everything written".
    pub fn everything_written(&self) -> String {
        self.texts.everything_written.to_owned()
    }

    /// "Sandbox, invented data".
    pub fn sandbox(&self) -> String {
        self.texts.sandbox_invented.to_owned()
    }

    /// "Shadow mode".
    pub fn shadow_mode(&self) -> String {
        self.texts.shadow_mode.to_owned()
    }

    /// "Pause logging".
    pub fn pause_logging(&self) -> String {
        self.texts.pause_logging.to_owned()
    }

    /// "Resume logging".
    pub fn resume_logging(&self) -> String {
        self.texts.resume_logging.to_owned()
    }

    /// "Logging paused since 10:42".
    pub fn paused_since(&self, time: &str) -> String {
        fill(self.texts.logging_paused_since, &[("time", time)])
    }

    /// "6 calls kept".
    pub fn calls_kept(&self, calls: u32) -> String {
        self.counted(self.texts.calls_kept, calls, &[])
    }

    /// "Logging is off".
    pub fn logging_off(&self) -> String {
        self.texts.logging_off.to_owned()
    }

    /// "Ringing".
    pub fn ringing(&self) -> String {
        self.texts.ringing.to_owned()
    }

    /// "Calling": an outbound call that is not answered yet.
    pub fn calling(&self) -> String {
        self.texts.calling.to_owned()
    }

    /// "In call".
    pub fn in_call(&self) -> String {
        self.texts.in_call.to_owned()
    }

    /// "12 waiting, oldest 2 min".
    pub fn waiting(&self, calls: u32, oldest_seconds: u32) -> String {
        self.counted(self.texts.waiting, calls, &[("time", &self.age(oldest_seconds))])
    }

    /// "Mend".
    pub fn mend(&self) -> String {
        self.texts.mend.to_owned()
    }

    /// "Connect".
    pub fn connect(&self) -> String {
        self.texts.connect.to_owned()
    }

    /// "Show".
    pub fn show(&self) -> String {
        self.texts.show.to_owned()
    }

    /// "37 calls are logged late. Nothing is lost."
    pub fn none_lost(&self, calls: u32) -> String {
        if calls == 0 {
            return self.texts.alert_webhook_none.to_owned();
        }
        self.counted(self.texts.notice_late, calls, &[])
    }

    /// "Logging waits, 6 calls are kept."
    pub fn logging_waits(&self, calls: u32) -> String {
        if calls == 0 {
            return self.texts.alert_access_none.to_owned();
        }
        self.counted(self.texts.notice_waits, calls, &[])
    }

    /// "Everything written again".
    pub fn written_again(&self) -> String {
        self.texts.notice_mended.to_owned()
    }

    /// "37 of 37 calls."
    pub fn calls_of(&self, written: u32, calls: u32) -> String {
        let m = figures(calls, self.language);
        self.counted(self.texts.notice_mended_what, written, &[("m", &m)])
    }

    /// What an alert says: its title, and what it means; the engine's English sentences where there are no words of ours.
    pub fn alert(&self, alert: &Alert, since: &str, helpdesk: &str) -> (String, String) {
        let facts = Facts { code: &alert.code, since, calls: alert.calls, helpdesk };
        of_alert(facts, self.language).unwrap_or_else(|| (alert.what.clone(), alert.mend.clone()))
    }

    /// "3 calls need a person".
    pub fn needs_a_person(&self, calls: u32) -> String {
        self.counted(self.texts.alert_person, calls, &[])
    }

    /// What an alert costs its calls, where its title does not say so: "37 calls are logged late".
    pub fn calls_of_alert(&self, alert: &Alert) -> Option<String> {
        match alert.code.as_str() {
            _ if alert.calls == 0 => None,
            "webhook_disabled" | "no_events" => Some(self.counted(self.texts.late_calls, alert.calls, &[])),
            "no_author" => Some(self.not_logged(alert.calls)),
            "aircall_refused" | "gorgias_refused" | "front_refused" | "uninstalled" => {
                Some(self.calls_kept(alert.calls))
            }
            _ => None,
        }
    }

    /// "37 calls are not logged".
    pub fn not_logged(&self, calls: u32) -> String {
        self.counted(self.texts.not_logged_calls, calls, &[])
    }

    /// "Marta Ibáñez is calling".
    pub fn is_calling(&self, caller: &str) -> String {
        fill(self.texts.caller_is_calling, &[("caller", caller)])
    }

    /// "Incoming call": the caller has no name and no number.
    pub fn incoming_call(&self) -> String {
        self.texts.incoming_call.to_owned()
    }

    /// "Number withheld".
    pub fn number_withheld(&self) -> String {
        self.texts.number_withheld.to_owned()
    }

    /// "Unknown caller".
    pub fn unknown_caller(&self) -> String {
        self.texts.unknown_caller.to_owned()
    }

    /// "3 customers share this number".
    pub fn shared_number(&self, customers: u32) -> String {
        self.counted(self.texts.customers_share, customers, &[])
    }

    /// "Missed call: Lucas Moreau".
    pub fn missed_call(&self, caller: &str) -> String {
        fill(self.texts.missed_call_from, &[("caller", caller)])
    }

    /// "4 missed calls".
    pub fn missed_calls(&self, calls: u32) -> String {
        self.counted(self.texts.missed_calls, calls, &[])
    }

    /// "Voicemail".
    pub fn voicemail(&self) -> String {
        self.texts.voicemail.to_owned()
    }

    /// A fact and what is to be said about it: "Support FR. Unknown caller".
    pub fn joined(&self, first: &str, second: &str) -> String {
        fill(self.texts.joined, &[("a", first), ("b", second)])
    }

    /// A fact and its time: "Support FR, 14:05".
    pub fn then_time(&self, fact: &str, time: &str) -> String {
        fill(self.texts.then_time, &[("a", fact), ("time", time)])
    }

    fn counted(&self, phrase: Counted, count: u32, others: &[(&str, &str)]) -> String {
        let count_in_figures = figures(count, self.language);
        let mut values = vec![("n", count_in_figures.as_str())];
        values.extend_from_slice(others);
        fill(phrase.form(self.language, count), &values)
    }

    /// An age in its largest whole unit.
    fn age(&self, seconds: u32) -> String {
        let (form, count) = match seconds {
            0..60 => (self.texts.seconds, seconds),
            60..3600 => (self.texts.minutes, seconds / 60),
            _ => (self.texts.hours, seconds / 3600),
        };
        fill(form, &[("n", &figures(count, self.language))])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_to_fill_in() {
        for w in Language::ALL.map(words) {
            for text in [
                w.quit(2),
                w.paused_since("10:42"),
                w.calls_kept(2),
                w.waiting(2, 90),
                w.none_lost(2),
                w.logging_waits(2),
                w.calls_of(2, 3),
                w.needs_a_person(2),
                w.not_logged(2),
                w.is_calling("Marta Ibáñez"),
                w.shared_number(2),
                w.missed_call("Marta Ibáñez"),
                w.missed_calls(4),
                w.joined("Support FR", "Voicemail"),
                w.then_time("Support FR", "10:42"),
            ] {
                assert!(!text.contains(['{', '}']), "{text}");
            }
        }
    }

    #[test]
    fn counts_are_told_as_the_language_does() {
        assert_eq!(words(Language::Fr).not_logged(0), "0 appel n’est pas consigné");
        assert_eq!(words(Language::En).not_logged(0), "0 calls are not logged");
        assert_eq!(words(Language::De).not_logged(1), "1 Anruf ist nicht protokolliert");
        assert_eq!(words(Language::De).calls_kept(1_234), "1.234 Anrufe aufbewahrt");
    }

    #[test]
    fn ages_are_told_in_their_largest_unit() {
        for (seconds, text) in [
            (59, "3 waiting, oldest 59\u{a0}s"),
            (150, "3 waiting, oldest 2\u{a0}min"),
            (7_200, "3 waiting, oldest 2\u{a0}h"),
        ] {
            assert_eq!(words(Language::En).waiting(3, seconds), text);
        }
        assert_eq!(words(Language::De).waiting(1, 59), "1 wartet, ältester 59\u{a0}Sek.");
    }
}
