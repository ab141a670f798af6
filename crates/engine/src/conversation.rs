//! The conversation of text messages that a customer has in the helpdesk (M3, M4): as last seen, and what we put on it.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// What was seen so shortly ago still holds: the messages of one moment cost one look.
const SEEN_JUST_NOW: TimeDelta = TimeDelta::seconds(5);
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
}

/// The ticket of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    /// The helpdesk's id.
    pub ticket: String,
    /// When it was closed; none while it is open.
    pub closed_at: Option<DateTime<Utc>>,
    /// The names of its tags, as seen.
    pub tags: Vec<String>,
    /// The tags that we put on it. What a person took off again is not put back.
    pub tagged: Vec<String>,
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
    /// Whether it need not be asked for.
    #[must_use]
    pub fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        now - self.seen_at < SEEN_JUST_NOW
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
        let thread = Thread { ticket: "7".into(), closed_at: at, tags: Vec::new(), tagged: Vec::new() };
        Conversation { customer: "5".into(), thread: Some(thread), seen_at: self::at(0) }
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
