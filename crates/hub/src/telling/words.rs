//! An alert in words, by its code; the engine's English sentences where there are no words of ours for it. Shared with the
//! desktop's tray and notifications.

use chrono::DateTime;
use sidetone_engine::account::Figures;
use sidetone_engine::telling::{Body, TellingState};
use sidetone_words::{Counted, Language, Windows, figures as figures_of, fill};

use super::Reader;

/// What is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// One line.
    pub title: String,
    /// Sentences, each a paragraph.
    pub lines: Vec<String>,
    /// Where to look.
    pub look: Option<String>,
}

impl Said {
    /// All but the title, on one line.
    pub(super) fn text(&self) -> String {
        self.lines.join(" ")
    }

    /// As a mail has it.
    pub(super) fn whole(&self) -> String {
        let mut paragraphs = vec![self.title.clone()];
        paragraphs.extend(self.lines.iter().cloned());
        paragraphs.extend(self.look.clone());
        paragraphs.join("\n\n") + "\n"
    }
}

/// What an alert is worded from.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Its code.
    pub code: &'a str,
    /// Since when, as the reader is told times.
    pub since: &'a str,
    /// How many calls it costs.
    pub calls: u32,
    /// The helpdesk's name.
    pub helpdesk: &'a str,
}

/// An alert's title, and what it means; `None` where there are no words of ours for it.
#[must_use]
pub fn of_alert(facts: Facts<'_>, language: Language) -> Option<(String, String)> {
    let w = language.windows();
    let Facts { code, since, calls, helpdesk } = facts;
    let count = |phrase: Counted| counted(phrase, calls, helpdesk, language);
    let vendor = vendor_of(code);
    // Of no call nothing is said.
    let count_or = |none: &str, phrase: Counted| if calls == 0 { none.to_owned() } else { count(phrase) };
    let access = || count_or(w.alert_access_none, w.alert_access_what);
    let by = |text: &str| fill(text, &[("vendor", vendor), ("time", since), ("helpdesk", helpdesk)]);
    let about = code.strip_prefix(&vendor.to_lowercase()).unwrap_or(code).trim_start_matches('_');
    Some(match about {
        "webhook_disabled" => (by(w.alert_webhook), count_or(w.alert_webhook_none, w.alert_webhook_what)),
        "no_events" => (by(w.alert_no_events), count_or(w.alert_webhook_none, w.alert_no_events_what)),
        "refused" if vendor == "Aircall" => (w.alert_key.to_owned(), access()),
        "refused" => (by(w.alert_access), access()),
        "wrong_account" => (by(w.alert_address), w.alert_address_what.to_owned()),
        "webhook_refused" => (w.alert_hook.to_owned(), w.alert_hook_what.to_owned()),
        "question_refused" => (by(w.alert_question), count_or(w.alert_question_none, w.alert_question_what)),
        "shadow_over" => (w.alert_shadow.to_owned(), w.alert_shadow_what.to_owned()),
        "files_not_kept" => (w.alert_files.to_owned(), w.alert_files_what.to_owned()),
        "app_refused" => (by(w.alert_app), w.alert_app_what.to_owned()),
        "unreachable" => (by(w.alert_unreachable), w.alert_unreachable_what.to_owned()),
        "other_writer" => {
            (w.alert_other_writer.to_owned(), fill(w.alert_other_writer_what, &[("host", w.elsewhere)]))
        }
        "uninstalled" => (by(w.alert_uninstalled), w.alert_uninstalled_what.to_owned()),
        "webhook_stands" => (w.alert_webhook_stands.to_owned(), w.alert_webhook_stands_what.to_owned()),
        "no_author" => (by(w.alert_no_author), count(w.alert_no_author_what)),
        "parked" => (count(w.alert_person), count(w.alert_parked_what)),
        "held" => (count(w.held_for_name), count(w.alert_held_what)),
        "messages_held" => (w.alert_messages_held.to_owned(), by(w.alert_messages_held_what)),
        "messages_stopped" => (by(w.alert_messages_stopped), by(w.alert_messages_stopped_what)),
        "account_differs" => (count(w.alert_account), w.alert_account_what.to_owned()),
        "behind" => (w.alert_behind.to_owned(), by(w.alert_since)),
        "disk_full" => (w.alert_disk.to_owned(), w.alert_disk_what.to_owned()),
        "recordings_not_kept" => (w.alert_recordings.to_owned(), w.alert_recordings_what.to_owned()),
        "keyring_locked" => (w.alert_keyring.to_owned(), w.alert_keyring_what.to_owned()),
        _ => return None,
    })
}

fn vendor_of(code: &str) -> &'static str {
    match code.split('_').next() {
        Some("aircall") => "Aircall",
        Some("gorgias") => "Gorgias",
        Some("front") => "Front",
        _ => "-",
    }
}

fn counted(phrase: Counted, count: u32, helpdesk: &str, language: Language) -> String {
    let n = figures_of(count, language);
    fill(phrase.form(language, count), &[("n", &n), ("helpdesk", helpdesk)])
}

/// What a telling of an alert says.
pub(super) fn alert(state: TellingState, body: &Body, reader: &Reader) -> Said {
    let language = reader.language;
    let w = language.windows();
    let since = moment(body.since, reader);
    let facts = Facts { code: &body.code, since: &since, calls: body.calls, helpdesk: reader.helpdesk };
    let (title, what) = of_alert(facts, language).unwrap_or_else(|| (body.what.clone(), body.mend.clone()));
    // A title that is a sentence of the engine's ends in a full stop.
    let title = title.trim_end_matches('.').to_owned();
    let calls = || (body.calls > 0).then(|| counted(w.telling_calls, body.calls, reader.helpdesk, language));
    let (title, lines) = match state {
        TellingState::Over => {
            let until = moment(body.until.unwrap_or(body.since), reader);
            let time = fill(w.telling_from_to, &[("from", &since), ("to", &until)]);
            let lines = [Some(time), calls(), Some(w.telling_over_what.to_owned())];
            (fill(w.telling_over, &[("title", &title)]), lines.into_iter().flatten().collect())
        }
        _ => {
            let time = (body.code != "behind").then(|| fill(w.alert_since, &[("time", &since)]));
            let lines = [Some(what), time, calls()].into_iter().flatten().collect();
            let still = state == TellingState::Changed;
            (if still { fill(w.telling_still, &[("title", &title)]) } else { title }, lines)
        }
    };
    Said { title, lines, look: look(w, reader, "health") }
}

/// What the account of a week says.
pub(super) fn account(figures: &Figures, reader: &Reader) -> Said {
    let language = reader.language;
    let w = language.windows();
    let day = |seconds: i64| {
        let at = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
        at.with_timezone(&reader.zone.unwrap_or(chrono_tz::UTC)).format("%Y-%m-%d").to_string()
    };
    let n = |count: u32| figures_of(count, language);
    // The last day is the one before the end.
    let (from, to) = (day(figures.from), day(figures.to - 1));
    let title = fill(w.account_title, &[("from", &from), ("to", &to)]);
    let at_aircall = counted(w.account_aircall, figures.aircall, reader.helpdesk, language);
    let values = [("n", n(figures.helpdesk)), ("helpdesk", reader.helpdesk.to_owned())];
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut lines = vec![format!("{at_aircall} {}", fill(w.account_helpdesk, &values))];
    if figures.found > 0 {
        lines.push(counted(w.account_found, figures.found, reader.helpdesk, language));
    }
    let reason = |(code, calls, _): &(String, u32, bool)| {
        let why = why_not(code, w)
            .map_or_else(|| code.clone(), |text| fill(text, &[("helpdesk", reader.helpdesk)]));
        format!("{}: {}", n(*calls), why)
    };
    lines.extend(figures.reasons.iter().map(reason));
    if figures.reasons.is_empty() {
        lines.push(w.account_same.to_owned());
    }
    Said { title, lines, look: look(w, reader, "account") }
}

/// Why calls of this reason are not in the helpdesk, as the pages say it; `None`: only the code is known.
fn why_not(code: &str, w: &'static Windows) -> Option<&'static str> {
    Some(match code {
        "pending" => w.account_pending,
        "several_matches" => w.reason_several,
        "unknown_caller" => w.reason_unknown,
        "no_author" => w.reason_no_author,
        "anonymous_stored" => w.reason_anonymous,
        "internal_call" => w.reason_internal,
        "by_setting" => w.reason_by_rule,
        "before_go_live" => w.reason_before_go_live,
        "mode_shadow" => w.reason_shadow,
        "mode_off" => w.reason_off,
        "ticket_trashed" => w.reason_trashed,
        "ticket_spam" => w.reason_spam,
        "ticket_gone" => w.reason_deleted,
        "other_helpdesk" => w.reason_other_helpdesk,
        "not_supported" => w.reason_not_supported,
        _ => return None,
    })
}

/// What a test says.
pub(super) fn test(reader: &Reader) -> Said {
    let w = reader.language.windows();
    Said {
        title: w.telling_test.to_owned(),
        lines: vec![w.telling_test_what.to_owned()],
        look: look(w, reader, "health"),
    }
}

fn look(w: &Windows, reader: &Reader, page: &str) -> Option<String> {
    let pages = reader.pages.as_ref()?;
    Some(fill(w.telling_look, &[("link", &format!("{pages}/#{page}"))]))
}

/// `2026-11-27 10:42 (Europe/Paris)`: a mail is read anywhere, and days later.
fn moment(seconds: i64, reader: &Reader) -> String {
    let at = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    let zone = reader.zone.unwrap_or(chrono_tz::UTC);
    format!("{} ({zone})", at.with_timezone(&zone).format("%Y-%m-%d %H:%M"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(language: Language) -> Reader {
        let pages = Some("https://hub.example.com".to_owned());
        Reader { language, zone: Some(chrono_tz::Europe::Paris), helpdesk: "Gorgias", pages }
    }

    fn body(code: &str, calls: u32) -> Body {
        let (what, mend) = ("It happened.".to_owned(), "Do this.".to_owned());
        let (since, until) = (1_795_000_000, Some(1_795_000_900));
        Body { code: code.into(), since, until, calls, what, mend, account: None }
    }

    #[test]
    fn it_says_what_happened_since_when_and_how_many_calls() {
        let said = alert(TellingState::Raised, &body("gorgias_refused", 6), &reader(Language::En));
        assert_eq!(said.title, "Gorgias has withdrawn the access");
        assert_eq!(
            said.lines,
            [
                "Logging waits, 6 calls are kept. Connect again and they are written.",
                "Since 2026-11-18 12:06 (Europe/Paris).",
                "6 calls are concerned.",
            ]
        );
        assert_eq!(said.look.as_deref(), Some("More: https://hub.example.com/#health"));
    }

    #[test]
    fn what_is_over_says_from_when_to_when() {
        let said = alert(TellingState::Over, &body("webhook_disabled", 1), &reader(Language::Fr));
        assert_eq!(said.title, "Terminé\u{a0}: Webhook désactivé depuis 2026-11-18 12:06 (Europe/Paris)");
        assert_eq!(said.lines[0], "De 2026-11-18 12:06 (Europe/Paris) à 2026-11-18 12:21 (Europe/Paris).");
        assert_eq!(said.lines[1], "1 appel est concerné.");
    }

    #[test]
    fn an_account_says_the_figures_and_why_they_differ() {
        let reasons =
            vec![("no_author".into(), 3, true), ("by_setting".into(), 2, false), ("odd_new".into(), 1, true)];
        let week = Figures {
            from: 1_794_870_000,
            to: 1_795_474_800,
            aircall: 412,
            helpdesk: 406,
            found: 1,
            reasons,
        };
        let said = account(&week, &reader(Language::En));
        assert_eq!(said.title, "Account of the week 2026-11-17 to 2026-11-23");
        assert_eq!(said.lines[0], "412 calls at Aircall. 406 of them are in Gorgias.");
        assert_eq!(said.lines.len(), 5);
        assert!(said.lines[1].starts_with("1 call was not known"), "{said:?}");
        assert!(said.lines[2].starts_with("3: ") && said.lines[2].contains("no active user"), "{said:?}");
        assert_eq!(said.lines[4], "1: odd_new");
        assert_eq!(said.look.as_deref(), Some("More: https://hub.example.com/#account"));
        for language in Language::ALL {
            assert!(!account(&week, &reader(language)).whole().contains(['{', '}']));
        }
    }

    #[test]
    fn every_alert_that_has_words_has_them_in_every_language_and_leaves_nothing_open() {
        for code in [
            "webhook_disabled",
            "no_events",
            "aircall_refused",
            "gorgias_refused",
            "front_refused",
            "aircall_app_refused",
            "gorgias_unreachable",
            "other_writer",
            "uninstalled",
            "webhook_stands",
            "no_author",
            "parked",
            "held",
            "behind",
            "disk_full",
            "keyring_locked",
            "account_differs",
            "messages_held",
            "messages_stopped",
            "recordings_not_kept",
            "files_not_kept",
            "gorgias_wrong_account",
            "webhook_refused",
            "question_refused",
            "shadow_over",
        ] {
            for language in Language::ALL {
                for state in [TellingState::Raised, TellingState::Changed, TellingState::Over] {
                    let said = alert(state, &body(code, 3), &reader(language)).whole();
                    assert!(!said.contains(['{', '}']) && !said.contains("It happened"), "{code}: {said}");
                }
            }
        }
        // The engine's own sentences, where there are no others.
        let said = alert(TellingState::Changed, &body("clock_off", 0), &reader(Language::De));
        assert_eq!((said.title.as_str(), said.lines[0].as_str()), ("Weiterhin: It happened", "Do this."));
    }
}
