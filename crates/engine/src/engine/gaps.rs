//! When something was missed (B1): until when everything was heard, what kept it away, and from when it is heard again.
//!
//! Whatever the cause, it goes the same way. As long as all is well, the moment until which everything was heard moves on
//! and is remembered. With the first sign of trouble it stands still, over restarts, too. Once events come again, the time
//! in between is a gap, whose calls are read again (`recovery.rs`).
//!
//! All is well where our webhook was seen as it should be and Aircall lists no call that we never heard of
//! (`heartbeat.rs`); with a webhook made by hand the latter, and where calls are polled, as long as they are.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use sidetone_protocol::{Alert, GapCause, Mode, Vendor};

use super::Engine;
use super::writing::moment;
use crate::call::CaseId;
use crate::gap::Gap;
use crate::gate::GoLive;
use crate::settings::{Arrival, Settings};
use crate::store::{Change, Store, StoreError};

/// Until when everything was heard.
const HEARD_UNTIL: &str = "heard_until";
/// That is remembered this often at most.
const KEPT_EVERY: TimeDelta = TimeDelta::seconds(60);
/// A start after less time than this, and a clock that jumps by less, has missed nothing: Aircall delivers again.
const NOTHING_MISSED: TimeDelta = TimeDelta::seconds(30);
/// Between two turns there are 15 s at most: after so long the computer has slept, or nothing could be stored.
const TURNS_WITHIN: TimeDelta = TimeDelta::seconds(60);
/// Aircall is away if it does not answer for so long.
const AWAY_AFTER: TimeDelta = TimeDelta::seconds(60);
/// For no reason that is known nothing showed for so long that all is well.
const UNEXPLAINED: TimeDelta = TimeDelta::minutes(10);
/// So far back is read where it is not known until when everything was heard.
const READS_BACK: TimeDelta = TimeDelta::hours(24);
/// Most trouble that is noticed only when it is over is a gap after so long.
const GAP_SOON: TimeDelta = TimeDelta::seconds(60);
/// A gap ends so much later than events come again: what began in that second is listed, too.
const ENDS_LATER: TimeDelta = TimeDelta::seconds(2);

/// Something keeps events away.
#[derive(Clone, Debug)]
pub(super) struct Trouble {
    pub(super) cause: GapCause,
    /// Until then everything was heard.
    pub(super) since: DateTime<Utc>,
    noticed_at: DateTime<Utc>,
    /// Calls that were found in another way meanwhile.
    calls: BTreeSet<CaseId>,
}

/// What is known of what was heard.
pub(crate) struct Gaps {
    /// Calls are logged here, or shown: then none may be missed.
    pub(super) is_on: bool,
    /// Nothing is logged: then nothing is missed.
    is_off: bool,
    /// Nothing from before this can be of interest.
    pub(super) logs_since: Option<DateTime<Utc>>,
    heard_until: Option<DateTime<Utc>>,
    kept: Option<DateTime<Utc>>,
    pub(super) trouble: Option<Trouble>,
    /// Since when events come, as far as anybody knows: of a call that began before, they may have been lost.
    pub(super) hears_since: DateTime<Utc>,
    /// When the newest event came.
    pub(super) event_at: Option<DateTime<Utc>>,
    /// The last turn that was finished, and the last that was begun.
    turned_at: DateTime<Utc>,
    begun_at: DateTime<Utc>,
}

impl Gaps {
    /// As the last run left it.
    pub(super) fn remembered(
        settings: &Settings,
        go_live: &GoLive,
        store: &dyn Store,
        now: DateTime<Utc>,
    ) -> Result<Gaps, StoreError> {
        let is_off = !settings.study_only && settings.logging.mode.0 == Mode::Off;
        let is_on = !settings.study_only && !is_off;
        let heard_until = moment(store, HEARD_UNTIL)?;
        let begun = go_live.changes.first().map(|(at, _)| *at);
        let from = settings.logging.from;
        let event_at = store.arrivals()?.last_event_at.and_then(|at| DateTime::from_timestamp(at, 0));
        let since = match heard_until {
            Some(until) => Some((GapCause::NotRunning, until)),
            // An older program did not remember it.
            None if begun.is_some_and(|at| now - at > NOTHING_MISSED) => {
                event_at.or(begun).map(|at| (GapCause::NotRunning, at))
            }
            None => from.map(|from| (GapCause::GoLive, from)),
        };
        let since = since.filter(|(_, since)| is_on && now - *since > NOTHING_MISSED);
        let trouble =
            since.map(|(cause, since)| Trouble { cause, since, noticed_at: now, calls: BTreeSet::new() });
        let logs_since = [begun.or(Some(now)), from].into_iter().flatten().min();
        Ok(Gaps {
            is_on,
            is_off,
            logs_since,
            heard_until,
            kept: heard_until,
            trouble,
            hears_since: now,
            event_at,
            turned_at: now,
            begun_at: now,
        })
    }

    /// Something was noticed a moment ago: it may be over in the next one, and then the time of it is a gap.
    pub(super) fn may_be_a_gap_soon(&self, now: DateTime<Utc>) -> bool {
        self.trouble.as_ref().is_some_and(|trouble| now - trouble.noticed_at < GAP_SOON)
    }

    /// What a person has to know of what keeps events away; `recovered`: causes of which not everything is written yet, since
    /// when, and how many calls they cost.
    pub(super) fn alerts(&self, recovered: &[(GapCause, DateTime<Utc>, u32)]) -> Vec<Alert> {
        let now_in = self.trouble.iter().map(|trouble| {
            (trouble.cause, trouble.since, u32::try_from(trouble.calls.len()).unwrap_or(u32::MAX))
        });
        let mut alerts: Vec<Alert> = Vec::new();
        for (cause, since, calls) in now_in.chain(recovered.iter().copied()) {
            let is_over = self.trouble.as_ref().is_none_or(|trouble| trouble.cause != cause);
            let Some((code, what, mend)) = told(cause, is_over) else { continue };
            match alerts.iter_mut().find(|alert| alert.code == code) {
                Some(alert) => {
                    alert.since = alert.since.min(since.timestamp());
                    alert.calls = alert.calls.saturating_add(calls);
                }
                None => alerts.push(Alert {
                    code: code.into(),
                    since: since.timestamp(),
                    calls,
                    what: what.into(),
                    mend: mend.into(),
                }),
            }
        }
        alerts
    }
}

fn told(cause: GapCause, is_over: bool) -> Option<(&'static str, &'static str, &'static str)> {
    let (code, what) = match cause {
        GapCause::WebhookDisabled => {
            ("webhook_disabled", "Aircall had switched our webhook off, so calls did not arrive.")
        }
        GapCause::WebhookMade => (
            "webhook_disabled",
            "Our webhook at Aircall was deleted or changed, so calls did not arrive as they should.",
        ),
        GapCause::Silent => ("no_events", "Aircall lists calls of which no event reaches Sidetone."),
        _ => return None,
    };
    let mend = match (code, is_over) {
        (_, true) => "Nothing to do: it is mended, and what was missed is being read and written.",
        ("no_events", false) => {
            "Check what stands between Aircall and Sidetone: the relay, tunnel or proxy behind the webhook's address. Until then \
             calls are read from Aircall's list, half a minute late."
        }
        (_, false) => {
            "Mend switches it on again with its own list of events; what was missed is read after that."
        }
    };
    Some((code, what, mend))
}

impl Engine {
    /// A turn begins. Notices what only the clock tells.
    pub(super) fn watch_the_clock(&mut self, now: DateTime<Utc>) {
        let (turned_at, begun_at) = (self.gaps.turned_at, self.gaps.begun_at);
        self.gaps.begun_at = now;
        if now - turned_at > TURNS_WITHIN && !self.uninstalled.holds() {
            // Turns that were begun and came to nothing: the database took nothing, events were refused.
            let was_awake = now - begun_at <= TURNS_WITHIN;
            let cause = if was_awake { GapCause::NotRunning } else { GapCause::Asleep };
            self.in_trouble(cause, turned_at, now);
            self.look_at_webhook_now(now);
        }
        self.heed_the_clock_set_back(turned_at, now);
        let link = self.links.get(&Vendor::Aircall);
        if let Some((since, is_refused)) = link.and_then(|link| Some((link.down_since()?, link.is_refused())))
            && now - since > AWAY_AFTER
        {
            let cause = if is_refused { GapCause::AccessWithdrawn } else { GapCause::AircallAway };
            self.in_trouble(cause, since, now);
        }
    }

    /// The clock was ahead and is set right: moments that it told then have not come yet.
    fn heed_the_clock_set_back(&mut self, turned_at: DateTime<Utc>, now: DateTime<Utc>) {
        let is_to_come = |at: DateTime<Utc>| at - now > NOTHING_MISSED;
        if is_to_come(turned_at) {
            tracing::warn!("the clock was set back");
            let gaps = &mut self.gaps;
            gaps.heard_until = gaps.heard_until.map(|at| at.min(now));
            gaps.kept = None;
            gaps.hears_since = gaps.hears_since.min(now);
            gaps.event_at = gaps.event_at.map(|at| at.min(now));
            if let Some(trouble) = &mut gaps.trouble {
                trouble.since = trouble.since.min(now);
                trouble.noticed_at = trouble.noticed_at.min(now);
            }
            self.recovery.clock_was_set_back(now);
            self.backfilling.clock_was_set_back(now);
            self.keeping.clock_was_set_back(now);
            self.heartbeat.at_once(now);
            self.look_at_webhook_now(now);
        } else if self.gaps.heard_until.is_some_and(is_to_come) && self.computer.clock_is_right() {
            // It was ahead when the last run ended, nobody knows by how much.
            self.gaps.heard_until = Some(now - READS_BACK);
            self.in_trouble(GapCause::NotRunning, now - READS_BACK, now);
            self.look_at_webhook_now(now);
        }
    }

    /// A turn is done, and all that it changed is stored.
    pub(super) fn has_turned(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.gaps.turned_at = now;
        if self.gaps.is_off {
            self.gaps.heard_until = Some(now);
        }
        let heard_until = self.gaps.heard_until;
        let is_older = |kept: DateTime<Utc>| heard_until.is_some_and(|at| at - kept >= KEPT_EVERY);
        if self.gaps.kept.map_or(heard_until.is_some(), is_older) {
            let mut change = Change::at(now);
            self.keep_heard_until(&mut change);
            self.push(&change)?;
            self.gaps.kept = heard_until;
        }
        Ok(())
    }

    fn keep_heard_until(&self, change: &mut Change) {
        let until = self.gaps.heard_until.map(|at| at.to_rfc3339()).unwrap_or_default();
        change.settings.push((HEARD_UNTIL.to_owned(), until));
    }

    /// From `at` on events may be missing.
    pub(super) fn in_trouble(&mut self, cause: GapCause, at: DateTime<Utc>, now: DateTime<Utc>) {
        if !self.gaps.is_on {
            return;
        }
        // A clock that was wrong may tell any other moment.
        let since = self.gaps.heard_until.map_or(at, |heard| at.clamp(heard - UNEXPLAINED, heard));
        match &mut self.gaps.trouble {
            // Who can be told what to do is told that.
            Some(trouble) if is_told(cause) && !is_told(trouble.cause) => {
                (trouble.cause, trouble.noticed_at) = (cause, now);
            }
            Some(trouble) if trouble.cause == GapCause::Silent && cause == GapCause::WebhookDisabled => {
                trouble.cause = cause;
            }
            Some(_) => return,
            trouble @ None => {
                *trouble = Some(Trouble { cause, since, noticed_at: now, calls: BTreeSet::new() });
            }
        }
        tracing::warn!(cause = cause.code(), %since, "events may be missing; what was missed is read once they come again");
        self.telling.at_once(now);
    }

    /// A call was found that no event told of.
    pub(super) fn found_in_trouble(&mut self, id: CaseId) {
        if let Some(trouble) = &mut self.gaps.trouble {
            trouble.calls.insert(id);
        }
    }

    /// Whether silence was noticed, and no event has come since.
    pub(super) fn is_silent(&self) -> bool {
        let heard = |since: DateTime<Utc>| self.gaps.event_at.is_some_and(|at| at > since);
        self.gaps.trouble.as_ref().is_some_and(|t| t.cause == GapCause::Silent && !heard(t.noticed_at))
    }

    /// All that was told until `at` was heard.
    pub(super) fn heard_all_until(
        &mut self,
        at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        if self.gaps.trouble.is_some() || !self.gaps.is_on {
            return Ok(());
        }
        if let Some(heard) = self.gaps.heard_until.filter(|heard| at - *heard > UNEXPLAINED) {
            self.in_trouble(GapCause::NotRunning, heard, now);
            return self.hears_again(now);
        }
        self.gaps.heard_until = self.gaps.heard_until.max(Some(at));
        Ok(())
    }

    /// Events come again, or calls are polled again: what lies between is a gap.
    pub(super) fn hears_again(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let Some(trouble) = self.gaps.trouble.clone() else { return Ok(()) };
        let mut change = Change::at(now);
        let gap = self.gap_of(&trouble, now);
        change.gaps.push(gap.clone());
        let before = self.gaps.heard_until;
        self.gaps.heard_until = before.max(Some(now));
        self.keep_heard_until(&mut change);
        if let Err(error) = self.push(&change) {
            self.gaps.heard_until = before;
            return Err(error);
        }
        self.gaps.kept = Some(now);
        self.gaps.trouble = None;
        self.gaps.hears_since = now;
        tracing::info!(cause = gap.cause.code(), since = %gap.began_at, "what was missed is read now");
        self.recovery.take_up(gap);
        self.telling.at_once(now);
        self.wake_by(now);
        Ok(())
    }

    /// A person does not want to wait: what was missed until now is read at once, and once more when it is over.
    pub(super) fn recover_now(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let Some(trouble) = self.gaps.trouble.clone() else { return Ok(()) };
        let gap = self.gap_of(&trouble, now);
        let mut change = Change::at(now);
        change.gaps.push(gap.clone());
        self.push(&change)?;
        self.recovery.take_up(gap);
        self.wake_by(now);
        Ok(())
    }

    fn gap_of(&self, trouble: &Trouble, now: DateTime<Utc>) -> Gap {
        let ended_at = now + ENDS_LATER;
        if let Some(mut gap) = self.recovery.open_of(trouble.cause, trouble.since) {
            gap.goes_on_until(ended_at);
            gap.calls.extend(&trouble.calls);
            return gap;
        }
        let id = self.recovery.new_id(now);
        let mut gap = Gap::new(id, trouble.cause, (trouble.since, ended_at), self.gaps.logs_since, now);
        gap.calls.extend(&trouble.calls);
        gap
    }

    /// Our webhook was seen as it should be; `at_last`: for the first time since this start.
    pub(super) fn webhook_was_well(&mut self, at_last: bool, now: DateTime<Utc>) -> Result<(), StoreError> {
        if at_last {
            self.gaps.hears_since = now;
        }
        let is_ours = matches!(self.settings.arrival, Arrival::OwnWebhook { .. });
        if !is_ours || self.gaps.trouble.as_ref().is_none_or(|t| t.cause == GapCause::Silent) {
            return Ok(());
        }
        self.hears_again(now)
    }

    /// A poll was answered.
    pub(super) fn polls_again(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        if self.settings.arrival != Arrival::Polling {
            return Ok(());
        }
        if self.gaps.trouble.is_some() {
            return self.hears_again(now);
        }
        self.heard_all_until(now, now)
    }
}

/// Whether a person is told of this cause.
fn is_told(cause: GapCause) -> bool {
    told(cause, false).is_some()
}
