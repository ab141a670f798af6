//! The conversation that a customer has in the helpdesk, as last seen, and what we put on it: of text messages (M3, M4), or
//! of everything where calls go into conversations, too (F3).

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// What was seen so shortly ago still holds: the messages of one moment cost one look.
const SEEN_JUST_NOW: TimeDelta = TimeDelta::seconds(5);
/// What a look at a ticket or conversation showed, or that there is none, holds so long for the write that it was taken for.
/// Where others leave little room in the budget, the write comes late; a second look would only take the room that the
/// write waits for.
pub(crate) const LOOK_HOLDS: TimeDelta = TimeDelta::minutes(2);
/// A shorter time where the write sets what people set, too (status, assignee, archived or not), or goes by how a
/// conversation stands: no longer than the fullest bucket takes to have room for a few requests.
pub(crate) const LOOK_HOLDS_SHORTLY: TimeDelta = TimeDelta::seconds(15);
/// M4: a conversation that was closed this long before the message is not reopened.
const REOPENED_WITHIN: TimeDelta = TimeDelta::hours(72);

/// A customer's conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// The helpdesk's id of the customer.
    pub customer: String,
    /// The thread that takes further messages, open or closed; none if there is none.
    pub thread: Option<Thread>,
    /// When the helpdesk was asked.
    pub seen_at: DateTime<Utc>,
    /// The last one before, if a person threw it away: nothing leads into it any more.
    #[serde(default)]
    pub thrown_away: Option<String>,
}

/// The ticket of a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    /// The helpdesk's id.
    pub ticket: String,
    /// When it was closed; none while it is open.
    pub closed_at: Option<DateTime<Utc>>,
    /// The names of its tags, as seen.
    pub tags: Vec<String>,
    /// The tags that we put on it. What a person took off again is not put back.
    pub tagged: Vec<String>,
    /// The subject that was written last (F4).
    #[serde(default)]
    pub subject: Option<String>,
    /// The subject that the helpdesk showed last: it may keep an older one than was written.
    #[serde(default)]
    pub shown: Option<String>,
    /// The place in which it stands (F2).
    #[serde(default)]
    pub place: Option<String>,
    /// Who has it, as seen.
    #[serde(default)]
    pub assignee: Option<String>,
    /// To whom we gave it last (F7).
    #[serde(default)]
    pub assigned: Option<String>,
    /// The marker of what we wrote into it last.
    #[serde(default)]
    pub last: Option<String>,
}

/// Where a message goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place<'a> {
    /// Into this thread, which is open.
    Open(&'a Thread),
    /// Into this one, which was closed a short time before: it is opened first.
    Reopened(&'a Thread),
    /// A new one is made.
    New,
}

impl Conversation {
    /// That a customer has none.
    #[must_use]
    pub fn none(customer: &str, now: DateTime<Utc>) -> Conversation {
        Conversation { customer: customer.to_owned(), thread: None, seen_at: now, thrown_away: None }
    }

    /// Whether it need not be asked for.
    #[must_use]
    pub fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        now - self.seen_at < SEEN_JUST_NOW
    }

    /// Whether it need not be asked for by what happened at `since`. It was seen after that, and a short time ago: where
    /// there is little room in the budget the write comes late, and a second look would take the room that it waits for.
    #[must_use]
    pub fn is_fresh_since(&self, since: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        let holds = if self.thread.is_some() { LOOK_HOLDS_SHORTLY } else { LOOK_HOLDS };
        self.is_fresh(now) || (self.seen_at >= since && now - self.seen_at < holds)
    }

    /// Where a message of this moment goes (M3, M4).
    #[must_use]
    pub fn place(&self, sent_at: DateTime<Utc>) -> Place<'_> {
        match &self.thread {
            None => Place::New,
            Some(thread) => match thread.closed_at {
                None => Place::Open(thread),
                // Closed after the message was sent, too: whoever closed it had not seen the message.
                Some(closed) if sent_at - closed < REOPENED_WITHIN => Place::Reopened(thread),
                Some(_) => Place::New,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + hours * 3600, 0).expect("in range")
    }

    fn closed(at: Option<DateTime<Utc>>) -> Conversation {
        let thread = Some(Thread { ticket: "7".into(), closed_at: at, ..Thread::default() });
        Conversation { thread, ..Conversation::none("5", self::at(0)) }
    }

    #[test]
    fn seventy_two_hours_before_the_messages_own_time_decide() {
        // M3, M4
        assert!(matches!(closed(None).place(at(500)), Place::Open(_)));
        assert!(matches!(closed(Some(at(0))).place(at(71)), Place::Reopened(_)));
        assert_eq!(closed(Some(at(0))).place(at(72)), Place::New, "not less than 72 hours");
        assert!(matches!(closed(Some(at(5))).place(at(0)), Place::Reopened(_)), "closed unread");
    }
}
