//! What a notification says. Pure: whether one is due is decided by [`crate::controller`].
//!
//! A call has at most one, named by its id, so that a later text takes the place of an earlier one.

use sidetone_protocol::{Alert, CallView, Health, Match, Outcome};

use crate::live::{CaseId, Known};
use crate::moment::Moment;
use crate::remedy::Remedy;
use crate::tray::helpdesk_of;
use crate::words::Words;

/// What a notification is about; a new one about the same replaces the old.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// One call.
    Call(CaseId),
    /// Several missed calls in a short time.
    MissedCalls,
    /// The alert with this code.
    Alert(String),
    /// There was nothing to dial.
    NoNumber,
}

/// A notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What it is about.
    pub subject: Subject,
    /// First line.
    pub title: String,
    /// What stands below.
    pub body: String,
    /// What one click does, where the desktop shows that; at most two.
    pub offers: Vec<Remedy>,
}

/// A title stays within what every desktop shows.
const TITLE_CHARS: usize = 40;

impl Notice {
    /// An inbound call rings.
    pub fn ringing(known: &Known, words: &Words) -> Self {
        let title = known
            .caller()
            .map_or_else(|| words.incoming_call(), |caller| fitted(caller, |c| words.is_calling(c)));
        let line = &known.call.line.name;
        let matched = known.card.as_ref().map(|card| card.matched);
        let who = match matched {
            _ if known.caller().is_none() => Some(words.number_withheld()),
            Some(Match::Several) => {
                known.card.as_ref().map(|card| words.shared_number(count(card.candidates.len())))
            }
            Some(Match::Unknown) if known.name().is_none() => Some(words.unknown_caller()),
            _ => None,
        };
        let body = who.map_or_else(|| line.clone(), |who| words.joined(line, &who));
        Self { subject: Subject::Call(known.call.id.clone()), title, body, offers: Vec::new() }
    }

    /// An inbound call was missed.
    pub fn missed(known: &Known, words: &Words, at: Moment) -> Self {
        let withheld = words.number_withheld();
        let title = fitted(known.caller().unwrap_or(&withheld), |caller| words.missed_call(caller));
        let CallView { id, line, started_at, outcome, .. } = &known.call;
        let when = words.then_time(&line.name, &at.clock(*started_at));
        let body =
            if *outcome == Some(Outcome::Voicemail) { words.joined(&when, &words.voicemail()) } else { when };
        Self { subject: Subject::Call(id.clone()), title, body, offers: Vec::new() }
    }

    /// So many calls were missed shortly after each other, on these lines.
    pub fn missed_calls(calls: usize, lines: &[String], words: &Words) -> Self {
        Self {
            subject: Subject::MissedCalls,
            title: words.missed_calls(count(calls)),
            body: lines.join(", "),
            offers: Vec::new(),
        }
    }

    /// An alert stands: what happened, since when, how many calls, and what one click does about it.
    pub fn alert(alert: &Alert, health: &Health, words: &Words, at: Moment) -> Self {
        let (title, what) = words.alert(alert, &at.clock(alert.since), helpdesk_of(health));
        let body = match alert.code.as_str() {
            "webhook_disabled" | "no_events" => words.none_lost(alert.calls),
            "aircall_refused" | "gorgias_refused" | "front_refused" => words.logging_waits(alert.calls),
            _ => what,
        };
        let remedy = Remedy::of(alert, health);
        let offers = match remedy {
            Remedy::Mend(_) => vec![remedy, Remedy::Show],
            Remedy::Connect(_) | Remedy::Show => vec![remedy],
        };
        Self { subject: Subject::Alert(alert.code.clone()), title: cut(&title), body, offers }
    }

    /// Somebody wanted a number dialled, and there was none.
    pub fn no_number(words: &Words) -> Self {
        let (title, body) = words.no_number();
        Self { subject: Subject::NoNumber, title, body, offers: Vec::new() }
    }

    /// What was missed because of the alert is written.
    pub fn mended(code: &str, written: u32, calls: u32, words: &Words) -> Self {
        Self {
            subject: Subject::Alert(code.to_owned()),
            title: words.written_again(),
            body: words.calls_of(written, calls),
            offers: Vec::new(),
        }
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// As much of a title as every desktop shows; a full stop at its end is for sentences.
fn cut(title: &str) -> String {
    let title = title.trim_end_matches('.');
    if title.chars().count() <= TITLE_CHARS {
        return title.to_owned();
    }
    let kept: String = title.chars().take(TITLE_CHARS - 1).collect();
    format!("{}…", kept.trim_end())
}

/// The title with as much of the name as fits.
fn fitted(name: &str, title: impl Fn(&str) -> String) -> String {
    let whole = title(name);
    let over = whole.chars().count().saturating_sub(TITLE_CHARS);
    if over == 0 {
        return whole;
    }
    let kept: String = name.chars().take(name.chars().count().saturating_sub(over + 1)).collect();
    title(&format!("{}…", kept.trim_end()))
}

#[cfg(test)]
mod tests {
    use sidetone_protocol::Card;

    use super::*;
    use crate::samples::{self, RANG_AT};
    use crate::words::{Language, words};

    fn english() -> &'static Words {
        words(Language::En)
    }

    fn known(call: CallView, card: Option<Card>) -> Known {
        Known { call, card }
    }

    #[test]
    fn a_known_caller_is_named_with_the_line() {
        let notice = Notice::ringing(
            &known(samples::ringing("7"), Some(samples::card("7", "Marta Ibáñez"))),
            english(),
        );
        assert_eq!((notice.title.as_str(), notice.body.as_str()), ("Marta Ibáñez is calling", "Support FR"));
    }

    #[test]
    fn several_unknown_and_withheld_say_so() {
        let card = |matched| Some(Card { matched, customer: None, ..samples::card("7", "") });
        let several = Card {
            matched: Match::Several,
            candidates: vec![samples::candidate("1", "A"), samples::candidate("2", "B")],
            ..samples::card("7", "")
        };
        for (call, card, title, body) in [
            (
                samples::ringing("7"),
                Some(several),
                "+34 666 44 45 55 is calling",
                "Support FR. 2 customers share this number",
            ),
            (
                samples::ringing("7"),
                card(Match::Unknown),
                "+34 666 44 45 55 is calling",
                "Support FR. Unknown caller",
            ),
            (samples::ringing("7"), card(Match::Failed), "+34 666 44 45 55 is calling", "Support FR"),
            (samples::withheld("7"), card(Match::Withheld), "Incoming call", "Support FR. Number withheld"),
        ] {
            let notice = Notice::ringing(&known(call, card), english());
            assert_eq!((notice.title.as_str(), notice.body.as_str()), (title, body));
        }
    }

    #[test]
    fn a_missed_call_tells_when_and_whether_a_voicemail_was_left() {
        let at = Moment::new(RANG_AT * 1000, 0);
        let card = Some(samples::card("7", "Lucas Moreau"));
        let missed = Notice::missed(&known(samples::missed("7"), card.clone()), english(), at);
        assert_eq!(
            (missed.title.as_str(), missed.body.as_str()),
            ("Missed call: Lucas Moreau", "Support FR, 14:05")
        );
        let voicemail = CallView { outcome: Some(Outcome::Voicemail), ..samples::missed("7") };
        let notice = Notice::missed(&known(voicemail, card), words(Language::Fr), at);
        assert_eq!(notice.title, "Appel manqué\u{a0}: Lucas Moreau");
        assert_eq!(notice.body, "Support FR, 14:05. Message vocal");
        assert_eq!(notice.subject, missed.subject, "the later text takes the earlier one's place");
    }

    #[test]
    fn an_alert_says_what_happened_since_when_how_many_calls_and_offers_the_remedy() {
        let at = Moment::new(RANG_AT * 1000, 0);
        let told = |code: &str, calls| {
            let notice = Notice::alert(&samples::alert(code, calls), &samples::health(), english(), at);
            (notice.title, notice.body, notice.offers)
        };
        let mend = Remedy::Mend("webhook_disabled".into());
        assert_eq!(
            told("webhook_disabled", 37),
            (
                "Webhook disabled since 13:55".into(),
                "37 calls are logged late. Nothing is lost.".into(),
                vec![mend, Remedy::Show]
            )
        );
        assert_eq!(
            told("gorgias_refused", 6),
            (
                "Gorgias has withdrawn the access".into(),
                "Logging waits, 6 calls are kept.".into(),
                vec![Remedy::Connect("helpdesk")]
            )
        );
        assert_eq!(told("clock_off", 0).0, "The disk is almost full", "the engine's own sentence");
        let (title, ..) = told("aircall_app_refused", 0);
        assert_eq!(title, "Aircall does not accept the app that Si…");
        assert_eq!(title.chars().count(), TITLE_CHARS);
        let mended = Notice::mended("webhook_disabled", 37, 37, words(Language::De));
        assert_eq!(
            (mended.title.as_str(), mended.body.as_str()),
            ("Alles wieder eingetragen", "37 von 37 Anrufen.")
        );
    }

    #[test]
    fn a_long_name_is_cut_and_the_sentence_stays_whole() {
        let card = samples::card("7", "Maximiliane Freifrau von Hohenstein-Ödental");
        let notice = Notice::ringing(&known(samples::ringing("7"), Some(card)), english());
        assert_eq!(notice.title, "Maximiliane Freifrau von Hoh… is calling");
        assert_eq!(notice.title.chars().count(), TITLE_CHARS);
    }
}
