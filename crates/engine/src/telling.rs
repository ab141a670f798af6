//! What people are told of alerts by mail or web hook (A4), decided without sending anything.
//!
//! A cause is told once it has stood for a while, again once a day while it stands, and when it is over. How many calls it
//! costs by now is no news. Every decision follows from what is stored, and what is told has an id that follows from the
//! decision: hubs that decide the same at once make one telling of it, and a restart decides nothing anew.
//!
//! Not here: in what words, and on what way (the hub's `telling`).

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sidetone_protocol::{Alert, TellingView, TellingWay};

use crate::account::Figures;

/// A cause is told once it has stood for so long, and is over once nobody has seen it for so long. Most of what mends itself
/// does within a minute: a vendor that restarts, a webhook that is switched on again at the next look. Nobody is to be called
/// to a desk for that, and two minutes more change nothing for whoever is.
pub const STANDS_FOR: TimeDelta = TimeDelta::minutes(2);
/// A cause that comes and goes is not told for the first time more often than this.
pub const NOT_AGAIN_FOR: TimeDelta = TimeDelta::hours(1);
/// A cause that stands is told again this often.
pub const REMINDS_EVERY: TimeDelta = TimeDelta::hours(24);
/// What could not be told for so long is given up.
pub const GIVEN_UP_AFTER: TimeDelta = TimeDelta::hours(24);
/// After the first failure it is tried again in so many seconds, then in twice as many, up to half an hour.
const AGAIN_IN_SECONDS: i64 = 30;
const AGAIN_IN_AT_MOST_SECONDS: i64 = 1800;
/// Whoever sends it has it in hand for so long. Longer than any sending takes.
pub const IN_HAND: TimeDelta = TimeDelta::seconds(90);

/// A cause, and what was told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The alert's code.
    pub cause: String,
    /// Seen since then without a longer break.
    pub first_at: DateTime<Utc>,
    /// Seen last, by whichever hub.
    pub seen_at: DateTime<Utc>,
    /// Since when it holds, unix seconds.
    pub since: i64,
    /// How many calls it cost when it was seen last.
    pub calls: u32,
    /// That it holds was told last.
    pub told_at: Option<DateTime<Utc>>,
    /// How often that was told again.
    pub reminders: u32,
    /// It was told for the first time, in this standing or one before.
    pub raised_at: Option<DateTime<Utc>>,
    /// It is over.
    pub over_at: Option<DateTime<Utc>>,
}

impl Told {
    /// Seen for the first time, or again after it was over.
    fn begins(alert: &Alert, before: Option<&Told>, now: DateTime<Utc>) -> Told {
        Told {
            cause: alert.code.clone(),
            first_at: now,
            seen_at: now,
            since: alert.since,
            calls: alert.calls,
            told_at: None,
            reminders: 0,
            raised_at: before.and_then(|before| before.raised_at),
            over_at: None,
        }
    }

    /// The name of this standing of the cause.
    #[must_use]
    pub fn about(&self) -> String {
        format!("{}-{}", self.cause, self.first_at.timestamp())
    }
}

/// What is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TellingState {
    /// A cause holds.
    Raised,
    /// It holds still, a day later.
    Changed,
    /// It is over.
    Over,
    /// The account of a week.
    Account,
}

impl TellingState {
    const ALL: [TellingState; 4] =
        [TellingState::Raised, TellingState::Changed, TellingState::Over, TellingState::Account];

    /// As it is stored and sent.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            TellingState::Raised => "raised",
            TellingState::Changed => "changed",
            TellingState::Over => "over",
            TellingState::Account => "account",
        }
    }

    /// Reads what [`TellingState::code`] writes.
    #[must_use]
    pub fn from_code(code: &str) -> Option<TellingState> {
        TellingState::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// What it says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// The alert's code.
    pub code: String,
    /// Since when, unix seconds.
    pub since: i64,
    /// When it was over, unix seconds.
    #[serde(default)]
    pub until: Option<i64>,
    /// How many calls it costs.
    pub calls: u32,
    /// What happened, in English, where nobody has better words for the code.
    pub what: String,
    /// What to do about it, likewise.
    pub mend: String,
    /// The figures of an account.
    #[serde(default)]
    pub account: Option<Figures>,
}

/// What became of a telling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was taken.
    Sent,
    /// It could not be told within a day.
    GivenUp,
    /// It was over before it could be told.
    Withdrawn,
}

impl Outcome {
    const ALL: [Outcome; 3] = [Outcome::Sent, Outcome::GivenUp, Outcome::Withdrawn];

    /// As it is stored.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Outcome::Sent => "sent",
            Outcome::GivenUp => "given_up",
            Outcome::Withdrawn => "withdrawn",
        }
    }

    /// Reads what [`Outcome::code`] writes.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Outcome> {
        Outcome::ALL.into_iter().find(|outcome| outcome.code() == code)
    }
}

/// One thing that is told on one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telling {
    /// The same for whoever decides it. Whoever receives it knows a repetition by it.
    pub id: String,
    /// How it goes.
    pub way: TellingWay,
    /// Which standing of a cause it is about, or which account.
    pub about: String,
    /// What is told.
    pub state: TellingState,
    /// What it says.
    pub body: Body,
    /// When it was decided.
    pub made_at: DateTime<Utc>,
    /// When it is tried next; `None`: it is settled.
    pub next_at: Option<DateTime<Utc>>,
    /// How often it was tried.
    pub attempts: u32,
    /// Whoever sends it has it until then.
    pub claimed_until: Option<DateTime<Utc>>,
    /// Since when it fails.
    pub failed_since: Option<DateTime<Utc>>,
    /// Why it failed last.
    pub text: Option<String>,
    /// When it was settled.
    pub done_at: Option<DateTime<Utc>>,
    /// What became of it.
    pub outcome: Option<Outcome>,
}

impl Telling {
    /// To be told at once.
    #[must_use]
    pub fn new(
        way: TellingWay,
        about: &str,
        nth: &str,
        state: TellingState,
        body: Body,
        now: DateTime<Utc>,
    ) -> Telling {
        Telling {
            id: format!("{about}-{nth}-{}", way_code(way)),
            way,
            about: about.to_owned(),
            state,
            body,
            made_at: now,
            next_at: Some(now),
            attempts: 0,
            claimed_until: None,
            failed_since: None,
            text: None,
            done_at: None,
            outcome: None,
        }
    }

    /// Whether somebody is sending it right now.
    fn is_in_hand(&self, now: DateTime<Utc>) -> bool {
        self.next_at.is_some() && self.claimed_until.is_some_and(|until| until > now)
    }

    /// After a try.
    #[must_use]
    pub fn tried(mut self, result: Result<(), String>, now: DateTime<Utc>) -> Telling {
        self.attempts += 1;
        self.claimed_until = None;
        match result {
            Ok(()) => self.settled(Outcome::Sent, now),
            Err(text) => {
                self.failed_since = self.failed_since.or(Some(now));
                self.text = Some(text);
                let doublings = self.attempts.saturating_sub(1).min(16);
                let wait = (AGAIN_IN_SECONDS << doublings).min(AGAIN_IN_AT_MOST_SECONDS);
                self.next_at = Some(now + TimeDelta::seconds(wait));
                if now - self.made_at >= GIVEN_UP_AFTER { self.settled(Outcome::GivenUp, now) } else { self }
            }
        }
    }

    fn settled(self, outcome: Outcome, now: DateTime<Utc>) -> Telling {
        Telling { next_at: None, claimed_until: None, done_at: Some(now), outcome: Some(outcome), ..self }
    }
}

/// A way as it is stored.
#[must_use]
pub fn way_code(way: TellingWay) -> &'static str {
    match way {
        TellingWay::Mail => "mail",
        TellingWay::WebHook => "web_hook",
    }
}

/// Reads what [`way_code`] writes.
#[must_use]
pub fn way_of_code(code: &str) -> Option<TellingWay> {
    [TellingWay::Mail, TellingWay::WebHook].into_iter().find(|way| way_code(*way) == code)
}

/// Carries what is told out of the house.
#[async_trait]
pub trait Courier: Send + Sync {
    /// The ways that there are.
    fn ways(&self) -> Vec<TellingWay>;

    /// Tells it. Comes back in less than [`IN_HAND`].
    ///
    /// # Errors
    /// Why it could not be told: a sentence for a person, without secrets and numbers.
    async fn carry(&self, telling: &Telling) -> Result<(), String>;
}

/// What changes of what is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decided {
    /// Causes as they are now.
    pub told: Vec<Told>,
    /// What is to be told; what is known by its id is left as it is.
    pub tellings: Vec<Telling>,
    /// Tellings that changed.
    pub changed: Vec<Telling>,
}

impl Decided {
    /// Whether there is nothing to store.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.told.is_empty() && self.tellings.is_empty() && self.changed.is_empty()
    }
}

/// A sighting is stored this often only.
const SEEN_EVERY: TimeDelta = TimeDelta::seconds(30);

/// What is to be told of the alerts that stand. `known` is stored.
#[must_use]
pub fn standing(known: &[Told], alerts: &[Alert], ways: &[TellingWay], now: DateTime<Utc>) -> Decided {
    let mut decided = Decided::default();
    for alert in alerts {
        let before = known.iter().find(|told| told.cause == alert.code);
        let mut told = match before {
            Some(told) if told.over_at.is_none() => told.clone(),
            _ => Told::begins(alert, before, now),
        };
        if before.is_none_or(|before| before.over_at.is_some() || now - before.seen_at >= SEEN_EVERY) {
            (told.seen_at, told.calls) = (now, alert.calls);
            told.since = told.since.min(alert.since);
        }
        let body = || Body {
            code: alert.code.clone(),
            since: told.since,
            until: None,
            calls: alert.calls,
            what: alert.what.clone(),
            mend: alert.mend.clone(),
            account: None,
        };
        let about = told.about();
        match told.told_at {
            None if now - told.first_at >= STANDS_FOR
                && told.raised_at.is_none_or(|at| now - at >= NOT_AGAIN_FOR) =>
            {
                decided.tellings.extend(
                    ways.iter()
                        .map(|way| Telling::new(*way, &about, "raised", TellingState::Raised, body(), now)),
                );
                (told.told_at, told.raised_at, told.seen_at) = (Some(now), Some(now), now);
            }
            Some(at) if now - at >= REMINDS_EVERY => {
                let nth = format!("changed-{}", told.reminders + 1);
                decided.tellings.extend(
                    ways.iter()
                        .map(|way| Telling::new(*way, &about, &nth, TellingState::Changed, body(), now)),
                );
                (told.told_at, told.seen_at) = (Some(now), now);
                told.reminders += 1;
            }
            _ => {}
        }
        if before != Some(&told) {
            decided.told.push(told);
        }
    }
    decided
}

/// Causes that nobody has seen for a while, and that are not over yet.
pub fn gone<'a>(known: &'a [Told], alerts: &[Alert], now: DateTime<Utc>) -> Vec<&'a Told> {
    let is_gone = |told: &&Told| {
        told.over_at.is_none()
            && now - told.seen_at >= STANDS_FOR
            && alerts.iter().all(|alert| alert.code != told.cause)
    };
    known.iter().filter(is_gone).collect()
}

/// A cause is over: whoever was told of it is told that, and whoever was not hears nothing at all. `tellings` are those about
/// this standing. `None` while one of them is being sent: what becomes of it decides.
#[must_use]
pub fn over(told: &Told, tellings: &[Telling], ways: &[TellingWay], now: DateTime<Utc>) -> Option<Decided> {
    if tellings.iter().any(|telling| telling.is_in_hand(now)) {
        return None;
    }
    let open = tellings.iter().filter(|telling| telling.next_at.is_some());
    let changed = open.map(|telling| telling.clone().settled(Outcome::Withdrawn, now)).collect();
    let was_told = |way: &&TellingWay| {
        tellings.iter().any(|telling| telling.way == **way && telling.outcome == Some(Outcome::Sent))
    };
    let body = |way: &TellingWay| {
        let last = tellings.iter().rfind(|telling| telling.way == *way);
        let body = last.map(|telling| telling.body.clone()).unwrap_or_default();
        Body {
            code: told.cause.clone(),
            since: told.since,
            until: Some(told.seen_at.timestamp()),
            calls: told.calls,
            ..body
        }
    };
    let tellings = ways
        .iter()
        .filter(was_told)
        .map(|way| Telling::new(*way, &told.about(), "over", TellingState::Over, body(way), now))
        .collect();
    Some(Decided { told: vec![Told { over_at: Some(now), ..told.clone() }], tellings, changed })
}

/// For windows: how telling goes on each way. `tellings` are those that are open, and those that were settled lately.
#[must_use]
pub fn views(tellings: &[Telling], ways: &[TellingWay]) -> Vec<TellingView> {
    ways.iter()
        .map(|way| {
            let of_way = || tellings.iter().filter(|telling| telling.way == *way);
            let ended = |outcome: Outcome| {
                of_way()
                    .filter(|telling| telling.outcome == Some(outcome))
                    .filter_map(|telling| telling.done_at)
                    .max()
            };
            let open = || of_way().filter(|telling| telling.next_at.is_some());
            let failing = open().filter(|telling| telling.failed_since.is_some());
            let last_failed = failing.clone().max_by_key(|telling| telling.next_at);
            let sent_at = ended(Outcome::Sent);
            let given_up_at = ended(Outcome::GivenUp).filter(|at| sent_at.is_none_or(|sent| sent < *at));
            let given_up_for = of_way()
                .filter(|telling| given_up_at.is_some() && telling.done_at == given_up_at)
                .find_map(|telling| telling.text.clone());
            TellingView {
                way: *way,
                waiting: u32::try_from(open().count()).unwrap_or(u32::MAX),
                sent_at: sent_at.map(|at| at.timestamp()),
                failing_since: failing
                    .filter_map(|telling| telling.failed_since)
                    .min()
                    .map(|at| at.timestamp()),
                next_try_at: last_failed.and_then(|telling| telling.next_at).map(|at| at.timestamp()),
                text: last_failed.and_then(|telling| telling.text.clone()).or(given_up_for),
                given_up_at: given_up_at.map(|at| at.timestamp()),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests;
