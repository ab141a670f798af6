//! Every word that is written into a helpdesk, in three languages: the terms of the glossary, plain spaces.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::settings::Language;

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident: $en:literal, $de:literal, $fr:literal;)*) => {
        /// One language's words.
        #[derive(Debug)]
        #[allow(missing_docs)] // each field is named by its English text
        pub struct Words { pub language: Language, $($(#[$doc])* pub $name: &'static str,)* }
        static EN: Words = Words { language: Language::En, $($name: $en,)* };
        static DE: Words = Words { language: Language::De, $($name: $de,)* };
        static FR: Words = Words { language: Language::Fr, $($name: $fr,)* };
        #[cfg(test)]
        const ALL: &[(&str, [&str; 3])] = &[$((stringify!($name), [$en, $de, $fr]),)*];
    };
}

words! {
    subject_inbound: "Inbound call: ", "Eingehender Anruf: ", "Appel entrant : ";
    subject_outbound: "Outbound call: ", "Ausgehender Anruf: ", "Appel sortant : ";
    anonymous_caller: "Anonymous caller", "Anonymer Anrufer", "Appelant anonyme";
    tag_aircall: "Aircall", "Aircall", "Aircall";
    tag_inbound: "Inbound call", "Eingehender Anruf", "Appel entrant";
    tag_outbound: "Outbound call", "Ausgehender Anruf", "Appel sortant";
    tag_voicemail: "Voicemail", "Voicemail", "Messagerie vocale";
    tag_missed: "Missed call", "Verpasster Anruf", "Appel manqué";
    tag_callback_request: "Callback request", "Rückrufanfrage", "Demande de rappel";
    tag_called_back: "Called back", "Rückgerufen", "Rappel effectué";
    call_answered: "Call answered", "Anruf angenommen", "Appel décroché";
    call_ended: "Call ended", "Anruf beendet", "Appel terminé";
    missed_call: "Missed call", "Verpasster Anruf", "Appel manqué";
    call_commented: "Call commented", "Anruf kommentiert", "Appel commenté";
    start_time: "Start time", "Startzeit", "Heure de début";
    answer_time: "Answer time", "Annahmezeit", "Heure de décroché";
    end_time: "End time", "Endzeit", "Heure de fin";
    direction: "Direction", "Anrufrichtung", "Direction de l’appel";
    inbound: "inbound", "eingehend", "entrant";
    outbound: "outbound", "ausgehend", "sortant";
    customer_number: "Customer number", "Kundentelefonnummer", "Numéro du client";
    aircall_number: "Aircall number", "Aircall-Nummer", "Numéro Aircall";
    ivr_options: "IVR options", "IVR-Optionen", "Options IVR";
    aircall_team: "Aircall team", "Aircall-Team", "Équipe Aircall";
    assignee: "Assignee", "Zugewiesener Nutzer", "Personne assignée";
    total_duration: "Total duration", "Gesamtdauer", "Durée totale";
    in_call_duration: "In-call duration", "Gesprächsdauer", "Durée de conversation";
    call_in_aircall: "Call in Aircall", "Anruf in Aircall", "Appel dans Aircall";
    recording: "Recording", "Aufzeichnung", "Enregistrement";
    voicemail: "Voicemail", "Voicemail", "Message vocal";
    missed_reason: "Missed-call reason", "Grund für verpassten Anruf", "Raison de l’appel manqué";
    agents_notes: "Agent’s notes", "Notizen des Agenten", "Notes de l’agent";
    not_found_but_contact: "This customer could not be found by phone number in Gorgias and was created from the Aircall contact.", "Dieser Kunde konnte in Gorgias anhand der Telefonnummer nicht gefunden werden und wurde aus dem Aircall-Kontakt angelegt.", "Ce client n’a pas pu être trouvé par numéro de téléphone dans Gorgias et a été créé à partir du contact Aircall.";
    not_found: "This customer could not be found by phone number in Gorgias or Aircall.", "Dieser Kunde konnte weder in Gorgias noch in Aircall anhand der Telefonnummer gefunden werden.", "Ce client n’a pas pu être trouvé par numéro de téléphone, ni dans Gorgias ni dans Aircall.";
    email_refused: "Gorgias did not accept the e-mail address that Aircall has: {email}", "Gorgias hat die E-Mail-Adresse, die Aircall kennt, nicht angenommen: {email}", "Gorgias n’a pas accepté l’adresse e-mail connue d’Aircall : {email}";
    called_from_ticket: "Called from ticket #{n}.", "Aus Ticket #{n} angerufen.", "Appel passé depuis le ticket #{n}.";
    call_is_in_ticket: "The call is in ticket #{n}.", "Der Anruf steht in Ticket #{n}.", "L’appel se trouve dans le ticket #{n}.";
    agents_did_not_answer: "Nobody answered", "Nicht angenommen", "Sans réponse";
    no_available_agent: "No agent available", "Kein Agent verfügbar", "Aucun agent disponible";
    out_of_opening_hours: "Outside opening hours", "Außerhalb der Öffnungszeiten", "En dehors des heures d’ouverture";
    short_abandoned: "Caller hung up early", "Anrufer hat früh aufgelegt", "L’appelant a raccroché tôt";
    short_abandoned_after: "Caller hung up after {n} s", "Anrufer hat nach {n} Sek. aufgelegt", "L’appelant a raccroché après {n} s";
    abandoned_in_ivr: "Caller left the menu", "Im IVR-Menü aufgelegt", "Abandonné dans l’IVR";
    abandoned_in_classic: "Caller hung up before it rang", "Vor dem Klingeln aufgelegt", "Abandonné avant la sonnerie";
    no_reason: "No reason given", "Kein Grund angegeben", "Aucune raison indiquée";
}

/// The words of a language.
#[must_use]
pub fn words(language: Language) -> &'static Words {
    match language {
        Language::En => &EN,
        Language::De => &DE,
        Language::Fr => &FR,
    }
}

impl Words {
    /// Why nobody answered. `waited`: total seconds, for callers who hung up early.
    #[must_use]
    pub fn reason(&self, code: Option<&str>, waited: Option<i64>) -> String {
        match code {
            Some("agents_did_not_answer") => self.agents_did_not_answer.into(),
            Some("no_available_agent") => self.no_available_agent.into(),
            Some("out_of_opening_hours") => self.out_of_opening_hours.into(),
            Some("short_abandoned") => match waited {
                Some(n) => self.short_abandoned_after.replace("{n}", &n.to_string()),
                None => self.short_abandoned.into(),
            },
            Some("abandoned_in_ivr") => self.abandoned_in_ivr.into(),
            Some("abandoned_in_classic") => self.abandoned_in_classic.into(),
            _ => self.no_reason.into(),
        }
    }

    /// `4 min 12 s`.
    #[must_use]
    pub fn duration(&self, seconds: i64) -> String {
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let (min, sec) = match self.language {
            Language::De => ("Min.", "Sek."),
            Language::En | Language::Fr => ("min", "s"),
        };
        match (hours, minutes) {
            (0, 0) => format!("{seconds} {sec}"),
            (0, _) => format!("{minutes} {min} {seconds} {sec}"),
            _ => format!("{hours} h {minutes} {min} {seconds} {sec}"),
        }
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
    fn every_word_stands_in_three_languages_with_plain_spaces() {
        for (name, texts) in ALL {
            for text in texts {
                assert!(!text.is_empty(), "{name}");
                assert!(
                    !text.contains(['\u{a0}', '\u{202f}']),
                    "{name}: rules and searches match plain spaces"
                );
                for blank in ["{n}", "{email}"] {
                    assert_eq!(texts[0].contains(blank), text.contains(blank), "{name}");
                }
            }
        }
    }

    #[test]
    fn durations_and_moments_read_like_a_person_writes_them() {
        assert_eq!(words(Language::En).duration(252), "4 min 12 s");
        assert_eq!(words(Language::De).duration(252), "4 Min. 12 Sek.");
        assert_eq!(words(Language::Fr).duration(3765), "1 h 2 min 45 s");
        let at = DateTime::from_timestamp(1_795_269_723, 0).expect("in range");
        assert_eq!(
            words(Language::De).moment(at, chrono_tz::Europe::Paris),
            "21.11.2026 15:02:03 (Europe/Paris)"
        );
    }

    #[test]
    fn each_documented_missed_reason_has_its_words() {
        let w = words(Language::En);
        let all = [
            "out_of_opening_hours",
            "short_abandoned",
            "abandoned_in_ivr",
            "abandoned_in_classic",
            "no_available_agent",
            "agents_did_not_answer",
        ];
        let mut texts: Vec<_> = all.iter().map(|c| w.reason(Some(c), Some(3))).collect();
        assert!(texts.iter().all(|t| t != w.no_reason));
        texts.sort();
        texts.dedup();
        assert_eq!(texts.len(), all.len());
        assert_eq!(w.reason(Some("a_new_one"), None), w.no_reason);
    }
}
