//! What a notification says. Pure: whether one is due is decided by [`crate::controller`].
//!
//! A call has at most one, named by its id, so that a later text takes the place of an earlier one.

use sidetone_protocol::{CallView, Match, Outcome};

use crate::live::{CaseId, Known};
use crate::moment::Moment;
use crate::words::Words;

/// What a notification is about; a new one about the same replaces the old.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// One call.
    Call(CaseId),
    /// Several missed calls in a short time.
    MissedCalls,
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
        Self { subject: Subject::Call(known.call.id.clone()), title, body }
    }

    /// An inbound call was missed.
    pub fn missed(known: &Known, words: &Words, at: Moment) -> Self {
        let withheld = words.number_withheld();
        let title = fitted(known.caller().unwrap_or(&withheld), |caller| words.missed_call(caller));
        let CallView { id, line, started_at, outcome, .. } = &known.call;
        let when = words.then_time(&line.name, &at.clock(*started_at));
        let body =
            if *outcome == Some(Outcome::Voicemail) { words.joined(&when, &words.voicemail()) } else { when };
        Self { subject: Subject::Call(id.clone()), title, body }
    }

    /// So many calls were missed shortly after each other, on these lines.
    pub fn missed_calls(calls: usize, lines: &[String], words: &Words) -> Self {
        Self {
            subject: Subject::MissedCalls,
            title: words.missed_calls(count(calls)),
            body: lines.join(", "),
        }
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
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
    fn a_long_name_is_cut_and_the_sentence_stays_whole() {
        let card = samples::card("7", "Maximiliane Freifrau von Hohenstein-Ödental");
        let notice = Notice::ringing(&known(samples::ringing("7"), Some(card)), english());
        assert_eq!(notice.title, "Maximiliane Freifrau von Hoh… is calling");
        assert_eq!(notice.title.chars().count(), TITLE_CHARS);
    }
}
