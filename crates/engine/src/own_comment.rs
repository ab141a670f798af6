//! A comment that an agent writes through Sidetone (G13): how far it has come at Aircall, and how it is found again there.
//!
//! Aircall keeps no author of what comes over its API and takes out emoji (`reference/aircall.md` §4.2). So what it shows
//! is recognised by text and time, and written in the agent's name and words. What it does not take goes to the helpdesk
//! under a key of our own. Each comment becomes one note, whichever way it takes.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::call::{Agent, Comment};

/// What Aircall has not shown after this time goes to the helpdesk without it.
pub const GIVEN_UP_AFTER: TimeDelta = TimeDelta::minutes(10);
/// A comment is ours if Aircall dates it so near to our request.
const NEAR: TimeDelta = TimeDelta::minutes(2);
/// A request is answered, or timed out, by then.
const ANSWERED_BY: TimeDelta = TimeDelta::seconds(40);

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OwnState {
    /// Not sent yet.
    Waiting,
    /// Sent, no answer yet.
    Sent,
    /// Nobody knows whether Aircall has it: the call is read.
    Unclear,
    /// Aircall said yes; it will show it.
    Accepted,
    /// Aircall does not take it.
    Refused,
    /// Aircall never showed it. Should it do so one day, it is recognised.
    GivenUp,
}

/// A comment of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnComment {
    /// Ours, unique within the call: unix milliseconds.
    pub n: u64,
    /// As the agent wrote it.
    pub text: String,
    /// Who; unknown where nobody has or had the call.
    pub agent: Option<Agent>,
    /// When the agent wrote it.
    pub at: DateTime<Utc>,
    /// How far it has come.
    pub state: OwnState,
    /// When it was sent last.
    pub sent_at: Option<DateTime<Utc>>,
    /// How often the call was read in vain since.
    pub looks: u32,
    /// When to go on with it.
    pub next_at: DateTime<Utc>,
    /// Aircall's id, as its answer told it.
    pub told: Option<u64>,
    /// The comment that Aircall shows. Decided once.
    pub comment: Option<u64>,
}

impl OwnComment {
    /// Written just now.
    #[must_use]
    pub fn new(n: u64, text: String, agent: Option<Agent>, at: DateTime<Utc>) -> OwnComment {
        OwnComment {
            n,
            text,
            agent,
            at,
            state: OwnState::Waiting,
            sent_at: None,
            looks: 0,
            next_at: at,
            told: None,
            comment: None,
        }
    }

    /// Whether there is still something to do at Aircall.
    #[must_use]
    pub fn is_open(&self) -> bool {
        let done = matches!(self.state, OwnState::Refused | OwnState::GivenUp);
        !done && self.comment.is_none()
    }

    /// Whether Aircall may show it and has not.
    fn is_sought(&self) -> bool {
        let may_be_there = match self.state {
            OwnState::Sent | OwnState::Unclear | OwnState::Accepted | OwnState::GivenUp => true,
            OwnState::Waiting | OwnState::Refused => false,
        };
        may_be_there && self.sent_at.is_some() && self.comment.is_none()
    }

    /// Whether it goes to the helpdesk without Aircall.
    #[must_use]
    pub fn goes_alone(&self) -> bool {
        matches!(self.state, OwnState::Refused | OwnState::GivenUp)
    }

    /// The request leaves now.
    pub fn sent(&mut self, now: DateTime<Utc>) {
        self.state = OwnState::Sent;
        self.sent_at = Some(now);
        self.looks = 0;
        self.next_at = now + ANSWERED_BY;
    }

    /// Whether this may be it.
    fn is(&self, comment: &Comment) -> bool {
        if let Some(told) = self.told {
            return told == comment.id;
        }
        let posted = comment.posted_at.and_then(|s| DateTime::from_timestamp(s, 0));
        let is_near = posted.is_none_or(|posted| {
            posted >= self.at - NEAR && posted <= self.sent_at.unwrap_or(self.at) + NEAR
        });
        comment.author.is_none() && is_near && gist(&comment.content) == gist(&self.text)
    }
}

/// What of a text is left whatever Aircall takes out of it.
fn gist(text: &str) -> String {
    // Some emoji are letters by their class: the squared ones among the pictographs, `ℹ` and `Ⓜ`.
    let may_be_an_emoji =
        |c: char| matches!(u32::from(c), 0x2100..=0x214F | 0x2460..=0x24FF | 0x1F000..=0x1FAFF);
    text.chars().filter(|c| c.is_alphanumeric() && !may_be_an_emoji(*c)).collect()
}

/// Finds what we posted among the comments that Aircall shows, each for one of ours. Returns whether one was found.
pub fn recognise(own: &mut [OwnComment], shown: &[Comment]) -> bool {
    let mut found = false;
    for i in 0..own.len() {
        if !own[i].is_sought() {
            continue;
        }
        let is_free = |comment: &Comment| own.iter().all(|other| other.comment != Some(comment.id));
        let it =
            shown.iter().find(|comment| is_free(comment) && own[i].is(comment)).map(|comment| comment.id);
        own[i].comment = it;
        found |= it.is_some();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_248_000 + s, 0).expect("in range")
    }

    fn sent(n: u64, text: &str, s: i64) -> OwnComment {
        let mut own = OwnComment::new(n, text.into(), None, at(s));
        own.sent(at(s));
        own
    }

    fn shown(id: u64, content: &str, s: i64) -> Comment {
        Comment {
            id,
            key: id.to_string(),
            content: content.into(),
            posted_at: Some(at(s).timestamp()),
            author: None,
        }
    }

    fn found(own: &[OwnComment]) -> Vec<Option<u64>> {
        own.iter().map(|own| own.comment).collect()
    }

    #[test]
    fn what_comes_back_without_author_and_emoji_is_recognised_once() {
        let mut own = [sent(1, "Sends a photo 📷", 0), sent(2, "Sends a photo 📷", 20)];
        assert!(recognise(&mut own, &[shown(91, "Sends a photo ", 1)]));
        assert_eq!(found(&own), [Some(91), None]);
        assert!(recognise(&mut own, &[shown(91, "Sends a photo ", 1), shown(92, "Sends a photo", 21)]));
        assert_eq!(found(&own), [Some(91), Some(92)]);
    }

    #[test]
    fn another_text_another_time_and_somebody_elses_words_are_not_ours() {
        let agent = Some(Agent { id: 7, name: "Camille".into(), email: None });
        let others = [
            shown(91, "Sends two photos", 0),
            shown(92, "Sends a photo", -600),
            shown(93, "Sends a photo", 600),
            Comment { author: agent, ..shown(94, "Sends a photo", 0) },
        ];
        let mut own = [sent(1, "Sends a photo", 0)];
        assert!(!recognise(&mut own, &others), "{own:?}");
        own[0].told = Some(93);
        assert!(recognise(&mut own, &others), "by its id, if Aircall told it");
    }

    #[test]
    fn what_was_never_sent_or_clearly_refused_is_not_looked_for() {
        let mut own = [OwnComment::new(1, "Same".into(), None, at(0)), sent(2, "Same", 0)];
        own[1].state = OwnState::Refused;
        assert!(!recognise(&mut own, &[shown(91, "Same", 1)]));
        own[1].state = OwnState::GivenUp;
        assert!(recognise(&mut own, &[shown(91, "Same", 1)]), "late, but there");
    }
}
