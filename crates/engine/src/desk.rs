//! The missed-call desk: who rang in vain and waits for a call back.
//!
//! Nobody marks a caller as done who was called back. It follows from the calls: whoever rang after the last talk with that
//! number waits, in whatever order the calls became known, and whoever dialled. What people do themselves is little: they
//! claim a caller, so that not two call back, and clear one who need not be called.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use sidetone_protocol::{
    CallView, DeskCaller, DeskClaim, DeskCounts, DeskKind, DeskTalk, Direction, Named, Outcome, Phase,
};
use tokio::sync::oneshot;

use crate::act::ActRefused;
use crate::call::{Call, CaseId};
use crate::dial::CLOCKS_DIFFER;
use crate::number::{self, E164};
use crate::store::StoreError;

/// Whoever rang longer ago does not wait any more.
pub const WAITS_FOR: TimeDelta = TimeDelta::days(30);
/// A claim lapses after this time: who has not called back by then leaves the caller to others.
pub const CLAIM_HOLDS: TimeDelta = TimeDelta::minutes(30);
/// A call's start may move by a second when it has ended (`reference/aircall.md` §6.3); what was cleared stays cleared.
const START_MOVES_SECONDS: i64 = 2;
/// The slug of Aircall's tag on a call whose caller asked to be called back.
const ASKS_FOR_A_CALL_BACK: &str = "queue_callback";

/// Whom the desk knows: all calls of a number are one caller's; without a number each call stands alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Whom {
    /// Whoever has this number.
    Number(E164),
    /// Whoever made this call, with the number withheld or with one that is no telephone number.
    Call(CaseId),
}

impl Whom {
    /// The other party of a call; `None` if its id is none.
    #[must_use]
    pub fn of(call: &CallView) -> Option<Whom> {
        match E164::shown(&call.number) {
            Some(number) => Some(Whom::Number(number)),
            None => call.id.parse().ok().map(|id| Whom::Call(CaseId(id))),
        }
    }

    /// Reads what [`Whom`] is written as.
    #[must_use]
    pub fn parse(key: &str) -> Option<Whom> {
        match key.strip_prefix("call:") {
            Some(id) => id.parse().ok().map(|id| Whom::Call(CaseId(id))),
            None if key.starts_with('+') => number::parse(key, None).map(Whom::Number),
            None => None,
        }
    }
}

/// The key by which pages and tables know it.
impl fmt::Display for Whom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Whom::Number(number) => f.write_str(number.as_str()),
            Whom::Call(id) => write!(f, "call:{id}"),
        }
    }
}

/// Who has taken a caller on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The Aircall user's id.
    pub by: u64,
    /// The user's name; empty where it is not known.
    pub name: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// What people have done about a caller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeskRow {
    /// The last claim, whether it holds or not.
    pub claim: Option<Claim>,
    /// Calls up to the one that began then (unix seconds) need no call back.
    pub cleared_to: Option<i64>,
}

/// A call as the desk looks at it.
#[derive(Clone, Debug)]
pub struct DeskCall {
    /// As lists show it.
    pub view: CallView,
    /// Its facts, where they were asked for.
    pub facts: Option<Call>,
}

/// Somebody who may wait: what is stored.
#[derive(Clone, Debug)]
pub struct AtTheDesk {
    /// Who.
    pub whom: Whom,
    /// What people have done.
    pub row: DeskRow,
    /// The calls on which it depends, in any order: those that nobody answered, talks, and what is up.
    pub calls: Vec<DeskCall>,
}

/// Which callers are asked for.
#[derive(Clone, Copy, Debug)]
pub struct DeskQuery<'a> {
    /// Calls that began after this.
    pub since: DateTime<Utc>,
    /// This caller only.
    pub only: Option<&'a Whom>,
    /// The facts, too, of calls that nobody answered.
    pub with_facts: bool,
}

impl DeskQuery<'static> {
    /// Everybody who can wait now.
    #[must_use]
    pub fn all(now: DateTime<Utc>) -> Self {
        DeskQuery { since: now - WAITS_FOR, only: None, with_facts: false }
    }
}

/// One change of what people have done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeskChange {
    /// Somebody takes the caller on, unless somebody else's claim is as young as `holding_from` or younger.
    Claim {
        /// Whom.
        whom: Whom,
        /// Who takes on.
        claim: Claim,
        /// Claims made before this do not hold.
        holding_from: DateTime<Utc>,
        /// The caller's last call; it is named if somebody else was faster.
        call: CaseId,
    },
    /// Nobody has the caller any more.
    Release(Whom),
    /// No call back is needed.
    Clear {
        /// Whom.
        whom: Whom,
        /// Calls up to the one that began then, unix seconds.
        to: i64,
    },
    /// The last clearing is taken back.
    Undo(Whom),
}

/// Somebody who waits.
#[derive(Clone, Debug)]
pub struct Waiting<'a> {
    /// The calls that nobody answered, in their order; never none.
    pub calls: Vec<&'a DeskCall>,
    /// Who has taken the caller on.
    pub claim: Option<&'a Claim>,
    /// A call with the caller that is up.
    pub up: Option<&'a CallView>,
}

/// Whether and how somebody waits. It is the same in whatever order the calls are given.
#[must_use]
pub fn waiting(desk: &AtTheDesk, now: DateTime<Utc>) -> Option<Waiting<'_>> {
    let views = || desk.calls.iter().map(|call| &call.view);
    let talked_until =
        views().filter(|call| call.outcome == Some(Outcome::Answered)).filter_map(|call| call.ended_at).max();
    let since = (now - WAITS_FOR).timestamp();
    let is_open = |call: &CallView| {
        is_in_vain(call)
            && call.started_at > since
            && talked_until.is_none_or(|until| call.started_at >= until)
            && desk.row.cleared_to.is_none_or(|to| call.started_at > to + START_MOVES_SECONDS)
    };
    let mut calls: Vec<&DeskCall> = desk.calls.iter().filter(|call| is_open(&call.view)).collect();
    // Ids are decimal numbers that rise with time: of the same second the longer, then the larger one is later.
    calls.sort_by(|a, b| order(&a.view).cmp(&order(&b.view)));
    let first = calls.first()?;
    let from = claims_hold_from(first.view.started_at, now);
    let claim = desk.row.claim.as_ref().filter(|claim| claim.at >= from);
    let up = views().filter(|call| call.phase != Phase::Ended);
    let up = up.max_by_key(|call| (call.answered_at.is_some(), order(call)));
    Some(Waiting { calls, claim, up })
}

fn order(call: &CallView) -> (i64, usize, &str) {
    (call.started_at, call.id.len(), &call.id)
}

/// Whether it is a call in, over, that nobody answered.
#[must_use]
pub fn is_in_vain(call: &CallView) -> bool {
    call.direction == Direction::Inbound && matches!(call.outcome, Some(Outcome::Missed | Outcome::Voicemail))
}

/// Claims made before this do not hold: they have lapsed, or were about an earlier time that the caller waited.
#[must_use]
pub fn claims_hold_from(first_at: i64, now: DateTime<Utc>) -> DateTime<Utc> {
    let first = DateTime::from_timestamp(first_at, 0).unwrap_or_default();
    (first - CLOCKS_DIFFER).max(now - CLAIM_HOLDS)
}

impl Waiting<'_> {
    /// Whether somebody has claimed the caller, calls or talks with the caller. One who merely rings again still waits.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        let is_with_us = |up: &CallView| up.direction == Direction::Outbound || up.answered_at.is_some();
        self.claim.is_some() || self.up.is_some_and(is_with_us)
    }

    /// Since when, unix seconds.
    #[must_use]
    pub fn first_at(&self) -> i64 {
        self.calls.first().map_or(0, |call| call.view.started_at)
    }

    /// As a window shows it; `slugs`: Aircall's built-in tags by id, where they are known.
    #[must_use]
    pub fn shown(&self, whom: &Whom, slugs: Option<&BTreeMap<u64, String>>) -> Option<DeskCaller> {
        let last = self.calls.last()?;
        let kind = self.calls.iter().map(|call| kind(call, slugs)).max()?;
        let telling =
            self.calls.iter().rev().max_by_key(|call| call.view.outcome == Some(Outcome::Voicemail));
        let asset = telling.and_then(|call| call.facts.as_ref()?.asset().map(str::to_owned));
        let mut lines: Vec<Named> = Vec::new();
        for call in self.calls.iter().rev() {
            if !lines.iter().any(|line| line.id == call.view.line.id) {
                lines.push(call.view.line.clone());
            }
        }
        Some(DeskCaller {
            key: whom.to_string(),
            kind,
            last: last.view.clone(),
            calls: u32::try_from(self.calls.len()).unwrap_or(u32::MAX),
            first_at: self.first_at(),
            lines,
            asset,
            claimed: self.claim.map(|claim| DeskClaim {
                agent: Named { id: claim.by.to_string(), name: claim.name.clone() },
                at: claim.at.timestamp(),
            }),
            talk: self.up.map(|up| DeskTalk {
                agent: up.agent.clone(),
                since: up.answered_at.unwrap_or(up.started_at),
                answered: up.answered_at.is_some(),
                outbound: up.direction == Direction::Outbound,
            }),
        })
    }
}

fn kind(call: &DeskCall, slugs: Option<&BTreeMap<u64, String>>) -> DeskKind {
    let tags = call.facts.as_ref().map(Call::tags).unwrap_or_default();
    if tags.iter().any(|tag| tag.built_in(slugs).as_deref() == Some(ASKS_FOR_A_CALL_BACK)) {
        return DeskKind::Callback;
    }
    match call.view.outcome {
        Some(Outcome::Voicemail) => DeskKind::Voicemail,
        _ => DeskKind::Missed,
    }
}

/// How many wait.
#[must_use]
pub fn counts(all: &[AtTheDesk], now: DateTime<Utc>) -> DeskCounts {
    let mut counts = DeskCounts::default();
    for waiting in all.iter().filter_map(|desk| waiting(desk, now)) {
        match waiting.is_taken() {
            true => counts.claimed += 1,
            false => counts.waiting += 1,
        }
    }
    counts
}

/// What a person does at the desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeskDeed {
    /// Takes a caller on, in the name of an Aircall user (id or e-mail address; unset: the only one there is).
    Claim(Option<String>),
    /// Leaves the caller to others.
    Release,
    /// Needs no call back: up to this call, or up to the last one.
    Clear(Option<CaseId>),
    /// The last clearing was a mistake.
    Undo,
}

/// Why it was not done. The text says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeskRefused {
    /// Nobody of that key waits.
    #[error(
        "This caller does not wait (any more): somebody called back, or cleared it. Read the list again."
    )]
    NotWaiting,
    /// Somebody else was faster.
    #[error(
        "{} has taken this caller on. It is free again half an hour after that, or when it is released.",
        name(.0)
    )]
    ClaimedByAnother(Claim),
    /// It is not clear who claims; or it could not be stored.
    #[error(transparent)]
    Act(#[from] ActRefused),
}

impl From<StoreError> for DeskRefused {
    fn from(error: StoreError) -> Self {
        DeskRefused::Act(error.into())
    }
}

fn name(claim: &Claim) -> &str {
    if claim.name.is_empty() { "A colleague" } else { &claim.name }
}

/// Whoever did it waits here.
pub(crate) type DeskTold = oneshot::Sender<Result<(), DeskRefused>>;

#[cfg(test)]
mod tests;
