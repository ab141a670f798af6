//! Old calls that a person has read (C3): a time, how far Aircall's list of it is read, and whether what is stored is to be
//! written as well, which alone crosses the go-live line (B15).

use chrono::{DateTime, Months, Utc};
use sidetone_protocol::{BackfillState, Reason, WrittenAs};

use crate::settings::Keep;
use crate::windows::Walk;

/// Bars a call that only a backfill has told of.
pub const BACKFILLED: &str = "backfilled";
/// Aircall has calls of so many months (`reference/aircall.md` §3).
const AIRCALL_KEEPS: Months = Months::new(6);
/// A call may have started so many seconds before the end of what was read and not have been listed yet.
const OVERLAP_SECONDS: i64 = 120;

/// Which backfill writes a call, and how it stands in the helpdesk then: what lifts the bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrittenBack {
    /// The backfill.
    pub backfill: i64,
    /// Closed or open.
    pub status: WrittenAs,
}

impl WrittenBack {
    /// The same as a setting for a kind of call.
    #[must_use]
    pub fn keep(self) -> Keep {
        match self.status {
            WrittenAs::Closed => Keep::Closed,
            WrittenAs::Open => Keep::Open,
        }
    }
}

/// What a person asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackfillAsk {
    /// Calls that started then or later.
    pub since: DateTime<Utc>,
    /// Calls that started then or before; unset: until now.
    pub until: Option<DateTime<Utc>>,
    /// Whether they are to be written as well.
    pub write: bool,
    /// How they stand in the helpdesk then.
    pub status: WrittenAs,
}

/// Why a backfill is not begun, or not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BackfillRefused {
    /// It ends before it begins, or begins later than now.
    #[error("the time ends before it begins, or has not begun yet")]
    NoTime,
    /// What is stored is written in live mode only.
    #[error("nothing is written in this mode: go live first ([logging] mode)")]
    NotLive,
    /// There is none by this id.
    #[error("there is no backfill by this id")]
    Unknown,
    /// It is over, or stands as it is asked to.
    #[error("this backfill is over, or is not under way; begin it anew with the same dates to go on")]
    NotUnderWay,
    /// The store.
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
}

/// One backfill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backfill {
    /// Given by whoever began it.
    pub id: i64,
    /// Calls that started then or later.
    pub since: DateTime<Utc>,
    /// Calls that started then or before.
    pub until: DateTime<Utc>,
    /// How far it is.
    pub state: BackfillState,
    /// What of Aircall's list is still to be read.
    pub walk: Walk,
    /// Calls of that list that were read.
    pub read: u32,
    /// Of those: nobody had heard of them here.
    pub added: u32,
    /// Of those: they were known already.
    pub known: u32,
    /// What is stored of the time is to be written.
    pub write: bool,
    /// How it stands in the helpdesk then.
    pub status: WrittenAs,
    /// Why it does not go on.
    pub error: Option<Reason>,
    /// When it was begun.
    pub began_at: DateTime<Utc>,
    /// When everything was read, or written, or it was stopped.
    pub done_at: Option<DateTime<Utc>>,
    /// How often it was stored. A change made from an older reading is refused.
    pub revision: i64,
}

impl Backfill {
    /// One of which nothing is read yet.
    #[must_use]
    pub fn new(id: i64, ask: &BackfillAsk, now: DateTime<Utc>) -> Backfill {
        let until = ask.until.map_or(now, |until| until.min(now));
        Backfill {
            id,
            since: ask.since,
            until,
            state: BackfillState::Reading,
            walk: Walk::of(ask.since.timestamp(), until.timestamp()),
            read: 0,
            added: 0,
            known: 0,
            write: ask.write,
            status: ask.status,
            error: None,
            began_at: now,
            done_at: None,
            revision: 0,
        }
    }

    /// Whether a person who asks for this means a backfill that is there: of the same time, or from the same day until now.
    #[must_use]
    pub fn is_meant_by(&self, ask: &BackfillAsk) -> bool {
        // To the second: so it is shown, and so it is named again.
        let is_same = |a: DateTime<Utc>, b: DateTime<Utc>| a.timestamp() == b.timestamp();
        is_same(self.since, ask.since) && ask.until.is_none_or(|until| is_same(until, self.until))
    }

    /// The same once more: it goes on where it stood, on to now where no end is named, and on to writing where that is wanted.
    pub fn again(&mut self, ask: &BackfillAsk, now: DateTime<Utc>) {
        if ask.until.is_none() && now > self.until {
            self.walk.also(self.until.timestamp() - OVERLAP_SECONDS, now.timestamp());
            self.until = now;
        }
        if ask.write {
            (self.write, self.status) = (true, ask.status);
        }
        self.go_on();
    }

    /// Goes on with whatever is next.
    pub fn go_on(&mut self) {
        self.state = match (self.walk.is_done(), self.write) {
            (false, _) => BackfillState::Reading,
            (true, true) => BackfillState::Writing,
            (true, false) => BackfillState::Read,
        };
        if self.state.is_under_way() {
            self.done_at = None;
        }
    }

    /// Ends, for now or for good.
    pub fn ends(&mut self, state: BackfillState, now: DateTime<Utc>) {
        (self.state, self.error) = (state, None);
        self.done_at = (state != BackfillState::Paused).then_some(now);
    }

    /// Calls from before this could not be had when it was begun; `None`: all could.
    #[must_use]
    pub fn out_of_reach_before(&self) -> Option<DateTime<Utc>> {
        self.began_at.checked_sub_months(AIRCALL_KEEPS).filter(|oldest| self.since < *oldest)
    }
}

/// What has become of a backfill's calls, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BackfillFigures {
    /// Stored calls of the time that nothing writes by itself and that no backfill has begun to write.
    pub to_write: u32,
    /// Begun, and something of them still to be written at once.
    pub pending: u32,
    /// Begun, in all.
    pub begun: u32,
    /// Written.
    pub written: u32,
    /// A person must say whose they are.
    pub held: u32,
    /// The helpdesk refused something.
    pub refused: u32,
    /// Kept out of the helpdesk by the set-up.
    pub not_logged: u32,
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn at(s: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + s, 0).expect("in range")
    }

    fn ask(until: Option<i64>, write: bool) -> BackfillAsk {
        BackfillAsk { since: at(0), until: until.map(at), write, status: WrittenAs::Closed }
    }

    #[test]
    fn the_same_day_once_more_goes_on_until_now() {
        let mut backfill = Backfill::new(1, &ask(None, false), at(1_000));
        backfill.walk = Walk::default();
        backfill.go_on();
        assert_eq!(backfill.state, BackfillState::Read);
        assert!(backfill.is_meant_by(&ask(None, true)) && !backfill.is_meant_by(&ask(Some(900), true)));
        backfill.again(&ask(None, true), at(5_000));
        assert_eq!((backfill.state, backfill.until), (BackfillState::Reading, at(5_000)));
        assert!(backfill.write, "what is read is written after that");
        backfill.walk = Walk::default();
        backfill.go_on();
        assert_eq!(backfill.state, BackfillState::Writing);
    }

    #[test]
    fn what_has_an_end_is_not_read_beyond_it_and_never_beyond_now() {
        let mut backfill = Backfill::new(1, &ask(Some(600), false), at(500));
        assert_eq!(backfill.until, at(500));
        backfill.walk = Walk::default();
        backfill.again(&ask(Some(500), true), at(9_000));
        assert_eq!((backfill.state, backfill.until), (BackfillState::Writing, at(500)));
    }

    #[test]
    fn what_aircall_does_not_keep_is_told() {
        let mut backfill = Backfill::new(1, &ask(None, false), at(1_000));
        assert_eq!(backfill.out_of_reach_before(), None);
        backfill.since = at(0) - TimeDelta::days(400);
        assert!(backfill.out_of_reach_before().is_some_and(|at| at > backfill.since));
    }
}
