//! What is written into a helpdesk: the texts of the message files (`crates/words`), and what is made of them.

use std::ops::Deref;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sidetone_words::{Language, Record, fill};

use crate::files::{Medium, Why};

/// One language's words; each text of the message files is a field.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    language: Language,
    texts: &'static Record,
}

impl Deref for Words {
    type Target = Record;

    fn deref(&self) -> &Record {
        self.texts
    }
}

/// The words of a language.
#[must_use]
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

impl Words {
    const fn of(language: Language) -> Words {
        Words { language, texts: language.record() }
    }

    /// The subject of a call's ticket (G6).
    #[must_use]
    pub fn subject(&self, is_outbound: bool, customer: &str) -> String {
        let form = if is_outbound { self.subject_outbound } else { self.subject_inbound };
        fill(form, &[("customer", customer)])
    }

    /// The subject of a conversation of text messages (M1).
    #[must_use]
    pub fn sms_subject(&self, customer: &str) -> String {
        fill(self.subject_sms, &[("customer", customer)])
    }

    /// What a call or message is, and its line (F4): `form` is one of the headings.
    #[must_use]
    pub fn heading(&self, form: &str, line: &str) -> String {
        fill(form, &[("line", line)])
    }

    /// Whether a text begins with a heading made by [`Words::heading`], whatever the line is.
    #[must_use]
    pub fn is_heading(&self, text: &str) -> bool {
        self.line_in_heading(text).is_some()
    }

    /// The line in the heading made by [`Words::heading`] that a text begins with.
    #[must_use]
    pub fn line_in_heading<'t>(&self, text: &'t str) -> Option<&'t str> {
        let forms = [
            self.heading_inbound,
            self.heading_outbound,
            self.heading_missed,
            self.heading_voicemail,
            self.heading_sms,
        ];
        let first = text.lines().next()?;
        let line_in = |form: &&str| {
            let (before, after) = form.split_once("{line}")?;
            first.strip_prefix(before)?.strip_suffix(after)
        };
        forms.iter().find_map(line_in)
    }

    /// That a file of a message is not in the helpdesk (M6).
    #[must_use]
    pub fn file_not_kept(&self, name: &str) -> String {
        fill(self.texts.file_not_kept, &[("name", name)])
    }

    /// What a comment says of a call's record that was taken back, and cannot be removed.
    #[must_use]
    pub fn record_taken_back(&self, call: &str) -> String {
        fill(self.texts.record_taken_back, &[("call", call)])
    }

    /// The same where it was moved to somebody.
    #[must_use]
    pub fn record_moved(&self, name: &str, call: &str) -> String {
        fill(self.texts.record_moved, &[("name", name), ("call", call)])
    }

    /// Whether a ticket's subject was made by [`Words::subject`], whoever the customer is.
    #[must_use]
    pub fn is_subject(&self, subject: &str) -> bool {
        [self.subject_inbound, self.subject_outbound].iter().any(|form| {
            let parts = form.split_once("{customer}");
            parts.is_some_and(|(before, after)| subject.starts_with(before) && subject.ends_with(after))
        })
    }

    /// A line of a note: `Start time: …`.
    #[must_use]
    pub fn labelled(&self, label: &str, value: &str) -> String {
        fill(self.label_and_value, &[("label", label), ("value", value)])
    }

    /// That the helpdesk would not take the customer's address (G4).
    #[must_use]
    pub fn email_refused(&self, email: &str) -> String {
        fill(self.texts.email_refused, &[("email", email)])
    }

    /// Why a file is not attached.
    #[must_use]
    pub fn not_attached(&self, why: Why) -> &'static str {
        match why {
            Why::TooLarge => self.file_too_large,
            Why::TooLargeThere => self.file_too_large_there,
            Why::Refused => self.file_refused,
            Why::Missing => self.file_missing,
        }
    }

    /// What a call can leave.
    #[must_use]
    pub fn medium(&self, medium: Medium) -> &'static str {
        match medium {
            Medium::Recording => self.recording,
            Medium::Voicemail => self.voicemail,
        }
    }

    /// Why nobody answered (`reference/aircall.md`, `missed_call_reason`). `waited`: total seconds, for callers who hung
    /// up early.
    #[must_use]
    pub fn reason(&self, code: Option<&str>, waited: Option<i64>) -> String {
        match code {
            Some("agents_did_not_answer") => self.nobody_answered.into(),
            Some("no_available_agent") => self.no_agent_available.into(),
            Some("out_of_opening_hours") => self.outside_hours.into(),
            Some("short_abandoned") => match waited {
                Some(n) => fill(self.hung_up_after, &[("n", &n.to_string())]),
                None => self.hung_up_early.into(),
            },
            Some("abandoned_in_ivr") => self.left_menu.into(),
            Some("abandoned_in_classic") => self.hung_up_before_ring.into(),
            _ => self.no_reason.into(),
        }
    }

    /// `4 min 12 s`, of seconds.
    #[must_use]
    pub fn duration(&self, seconds: i64) -> String {
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let form = match (hours, minutes) {
            (0, 0) => self.duration_seconds,
            (0, _) => self.duration_minutes,
            _ => self.duration_hours,
        };
        fill(form, &[("h", &hours.to_string()), ("m", &minutes.to_string()), ("s", &seconds.to_string())])
    }

    /// A moment with its zone, to the second, unambiguous in every country.
    #[must_use]
    pub fn moment(&self, at: DateTime<Utc>, zone: Tz) -> String {
        let local = at.with_timezone(&zone);
        let format = match self.language {
            Language::En => "%Y-%m-%d %H:%M:%S",
            Language::De => "%d.%m.%Y %H:%M:%S",
            Language::Fr => "%d/%m/%Y %H:%M:%S",
        };
        format!("{} ({})", local.format(format), zone.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_moments_read_like_a_person_writes_them() {
        assert_eq!(words(Language::En).duration(252), "4 min 12 s");
        assert_eq!(words(Language::De).duration(252), "4 Min. 12 Sek.");
        assert_eq!(words(Language::Fr).duration(3765), "1 h 2 min 45 s");
        assert_eq!(words(Language::De).duration(7), "7 Sek.");
        let at = DateTime::from_timestamp(1_795_269_723, 0).expect("in range");
        assert_eq!(
            words(Language::De).moment(at, chrono_tz::Europe::Paris),
            "21.11.2026 15:02:03 (Europe/Paris)"
        );
    }

    #[test]
    fn each_documented_missed_reason_has_its_words() {
        let all = [
            "out_of_opening_hours",
            "short_abandoned",
            "abandoned_in_ivr",
            "abandoned_in_classic",
            "no_available_agent",
            "agents_did_not_answer",
        ];
        for w in Language::ALL.map(words) {
            let mut texts: Vec<_> = all.iter().map(|c| w.reason(Some(c), Some(3))).collect();
            assert!(texts.iter().all(|t| t != w.no_reason && !t.contains('{')), "{texts:?}");
            texts.sort();
            texts.dedup();
            assert_eq!(texts.len(), all.len());
            assert_eq!(w.reason(Some("a_new_one"), None), w.no_reason);
        }
    }

    #[test]
    fn a_subject_tells_the_language_it_was_made_in() {
        for language in Language::ALL {
            for is_outbound in [false, true] {
                let subject = words(language).subject(is_outbound, "{customer} & Söhne");
                assert!(subject.ends_with("{customer} & Söhne"), "a name stays a name: {subject}");
                let told: Vec<_> =
                    Language::ALL.into_iter().filter(|l| words(*l).is_subject(&subject)).collect();
                assert_eq!(told, [language], "{subject}");
            }
        }
        assert!(!words(Language::En).is_subject("Where is my order?"));
    }
}
