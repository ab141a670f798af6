//! Whether anything may be written now: the mode, a person's pause, and one writer per company (B16).
//!
//! Only writes wait here. Looking up, showing and settling what is under way go on in any case.

use chrono::{DateTime, TimeDelta, Utc};
use sidetone_protocol::{Alert, Mode, PausedView, Vendor, WriterState, WriterView};

use super::Engine;
use crate::call::CaseId;
use crate::health::Link;
use crate::store::{Change, Store, StoreError};

/// Who writes may do so for this time after it began to look who does. It looks every 60 s at the latest.
const A_LOOK_HOLDS: TimeDelta = TimeDelta::seconds(75);
/// After a take-over nothing is written for so long: by then the other installation has looked or stopped writing, what it
/// sent last has arrived (30 s at most), and it can be found in the helpdesk.
pub(super) const QUIET_AFTER_TAKE_OVER: TimeDelta = TimeDelta::seconds(120);
/// Where Aircall was not to be reached for so long, at no time, who was the only writer goes on: the other one would have
/// had to reach Aircall to take over.
const AIRCALL_IS_AWAY_AFTER: TimeDelta = TimeDelta::seconds(120);
/// When a call is due whose writes wait for a person: never by itself, and still counted as waiting.
const WHEN_RELEASED: DateTime<Utc> = match DateTime::from_timestamp(253_370_764_800, 0) {
    Some(year_9999) => year_9999,
    None => DateTime::<Utc>::MAX_UTC,
};

pub(super) const PAUSED: &str = "paused_since";
pub(super) const SOLE: &str = "sole_writer_since";
pub(super) const QUIET: &str = "quiet_until";

/// Who writes this company's calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// Aircall was not asked yet.
    Unverified,
    /// This installation, and no other.
    Ours,
    /// Another installation, reached at this host.
    Others { host: String, since: DateTime<Utc> },
}

/// A time that is kept as a setting.
pub(super) fn moment(store: &dyn Store, key: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
    let text = store.setting(key)?;
    Ok(text.and_then(|text| DateTime::parse_from_rfc3339(&text).ok()).map(|at| at.to_utc()))
}

/// What stands between a plan and its being carried out.
pub(crate) struct Writing {
    pub(super) claim: Claim,
    /// When the last look that showed no other installation was begun; `None` where none could be taken.
    looked_at: Option<DateTime<Utc>>,
    /// An earlier run was the only writer: it goes on where Aircall cannot be asked.
    was_sole: bool,
    paused_since: Option<DateTime<Utc>>,
    pub(super) quiet_until: Option<DateTime<Utc>>,
    /// Whether writes went at the last turn.
    flowed: bool,
}

impl Writing {
    /// As the last run left it.
    pub(super) fn remembered(store: &dyn Store) -> Result<Writing, StoreError> {
        Ok(Writing {
            claim: Claim::Unverified,
            looked_at: None,
            was_sole: moment(store, SOLE)?.is_some(),
            paused_since: moment(store, PAUSED)?,
            quiet_until: moment(store, QUIET)?,
            flowed: false,
        })
    }

    /// When this installation took over from another one, if it ever did.
    pub(super) fn took_over_at(&self) -> Option<DateTime<Utc>> {
        self.quiet_until
    }

    /// Who writes has to be looked up before anything is written again.
    pub(super) fn unverified(&mut self) {
        self.claim = Claim::Unverified;
        self.looked_at = None;
        self.was_sole = false;
        self.flowed = false;
    }

    /// Whether another installation writes.
    pub(super) fn is_read_only(&self) -> bool {
        matches!(self.claim, Claim::Others { .. })
    }

    /// For windows.
    pub(super) fn view(&self) -> WriterView {
        let (state, other) = match &self.claim {
            Claim::Unverified => (WriterState::Unverified, None),
            Claim::Ours => (WriterState::Sole, None),
            Claim::Others { host, .. } => (WriterState::ReadOnly, Some(host.clone())),
        };
        WriterView { state, other }
    }

    /// What a person has to decide, if another installation writes (B16).
    pub(super) fn alert(&self, waiting: u32) -> Option<Alert> {
        let Claim::Others { host, since } = &self.claim else { return None };
        Some(Alert {
            code: "other_writer".into(),
            since: since.timestamp(),
            calls: waiting,
            what: format!("Another Sidetone ({host}) writes this company's calls, so this one only reads."),
            mend: "Pair with it to see what it writes, or take over: then this one writes and the other one only reads."
                .into(),
        })
    }

    /// For windows; `waiting`: calls with something to write.
    pub(super) fn paused(&self, waiting: u32) -> Option<PausedView> {
        self.paused_since.map(|since| PausedView { since: since.timestamp(), waiting })
    }
}

impl Engine {
    /// Whether a write may leave now.
    pub(super) fn may_write(&self, now: DateTime<Utc>) -> bool {
        let writing = &self.writing;
        self.settings.logging.mode.0 == Mode::Live
            && !self.settings.study_only
            && !self.uninstalled.holds()
            && writing.paused_since.is_none()
            && writing.claim == Claim::Ours
            && writing.quiet_until.is_none_or(|until| until <= now)
            && self.the_last_look_holds(now)
    }

    /// Another installation may have taken over since the last look. It waits for us to notice; so that it need not wait
    /// for a look of ours that hangs or finds no room in the budget, we stop when the last one is too old.
    fn the_last_look_holds(&self, now: DateTime<Utc>) -> bool {
        let Some(looked_at) = self.writing.looked_at else { return true };
        let down_since = self.links.get(&Vendor::Aircall).and_then(Link::down_since);
        now - looked_at < A_LOOK_HOLDS || down_since.is_some_and(|since| now - since >= AIRCALL_IS_AWAY_AFTER)
    }

    /// When a call with something to write is due: now, or as soon as writes flow again.
    pub(super) fn write_at(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        if self.may_write(now) { now } else { WHEN_RELEASED }
    }

    /// Once writes may go again, everything that waited for that is due.
    pub(super) fn release_writes(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        if let Some(until) = self.writing.quiet_until.filter(|until| *until > now) {
            self.wake_by(until);
        }
        let flows = self.may_write(now);
        if flows && !self.writing.flowed {
            for id in self.store.due_from(WHEN_RELEASED)? {
                self.release(id, now)?;
            }
        }
        self.writing.flowed = flows;
        Ok(())
    }

    /// Looks at a call anew whose writes waited; so did unclear ones that are repeated.
    fn release(&mut self, id: CaseId, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.insist(|engine| {
            let Some(mut case) = engine.readable_case(id)? else { return Ok(()) };
            for attempt in
                case.attempts.iter_mut().filter(|a| a.next_at.is_some_and(|at| at >= WHEN_RELEASED))
            {
                attempt.next_at = Some(now);
            }
            engine.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now)
        })
    }

    /// A person stops writing, or lets it go on, also after it was uninstalled. Holds over restarts.
    pub(super) fn pause(&mut self, pause: bool, now: DateTime<Utc>) -> Result<(), StoreError> {
        if !pause && self.uninstalled.holds() {
            self.come_back(now)?;
            self.tell_health(now)?;
        }
        if pause != self.writing.paused_since.is_some() {
            let since = pause.then_some(now);
            self.remember(PAUSED, since, now)?;
            self.writing.paused_since = since;
            tracing::info!(paused = pause, "logging was paused or resumed by a person");
            self.telling.at_once(now);
            self.release_writes(now)?;
            self.tell_health(now)?;
        }
        Ok(())
    }

    /// A pause by another hub on the same store holds here, too, and its end.
    pub(super) fn heed_pause(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let stored = moment(self.store.as_ref(), PAUSED)?;
        if stored.is_some() == self.writing.paused_since.is_some() {
            return Ok(());
        }
        self.writing.paused_since = stored;
        tracing::info!(paused = stored.is_some(), "logging was paused or resumed at another hub");
        self.telling.at_once(now);
        self.release_writes(now)
    }

    /// Aircall shows our webhook, and no other installation's, by a look that was begun at `looked_at`.
    pub(super) fn is_sole_writer(
        &mut self,
        taken_over: bool,
        looked_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.writing.looked_at = Some(looked_at);
        if self.writing.claim == Claim::Ours && !taken_over {
            return Ok(());
        }
        if taken_over {
            let until = now + QUIET_AFTER_TAKE_OVER;
            self.remember(QUIET, Some(until), now)?;
            self.writing.quiet_until = Some(until);
            // Whatever began before that may have been written by the other one.
            self.adoption.distrust(until);
            self.remembers_since(until);
        } else if self.writing.is_read_only() {
            self.adoption.distrust(now);
        }
        if !self.writing.was_sole {
            self.remember(SOLE, Some(now), now)?;
            self.writing.was_sole = true;
        }
        self.writing.claim = Claim::Ours;
        self.writing.flowed = false;
        Ok(())
    }

    /// Our ledger holds what was written from then on.
    pub(super) fn remembers_since(&mut self, at: DateTime<Utc>) {
        self.knowledge.remembers_since = self.knowledge.remembers_since.max(at);
        self.share_knowledge();
    }

    /// A look showed no other installation, though ours is not as it should be: who writes goes on.
    pub(super) fn still_sole_writer(&mut self, looked_at: DateTime<Utc>) {
        if self.writing.claim == Claim::Ours {
            self.writing.looked_at = Some(looked_at);
        }
    }

    /// Another installation's webhook stands at Aircall: from now on we only read.
    pub(super) fn is_not_the_writer(&mut self, host: String, now: DateTime<Utc>) -> Result<(), StoreError> {
        // First of all no write leaves any more; that it is remembered may have to be tried again.
        if !matches!(&self.writing.claim, Claim::Others { host: known, .. } if *known == host) {
            tracing::warn!(%host, "another Sidetone writes this company's calls; this one only reads from now on");
            self.writing.claim = Claim::Others { host, since: now };
            self.uncarded.clear();
            self.telling.at_once(now);
        }
        if self.writing.was_sole {
            self.remember(SOLE, None, now)?;
            self.writing.was_sole = false;
        }
        Ok(())
    }

    /// Aircall could not be asked who writes. Who was the only writer goes on: the other one would have had to take
    /// over while nobody looked. Who never asked waits, for it may stand beside another (`refused`: unless a person
    /// made the webhook by hand and the key is refused, so that nobody can ever look).
    pub(super) fn writer_unknown(&mut self, refused: bool, now: DateTime<Utc>) -> Result<(), StoreError> {
        let by_hand = self.settings.arrival == crate::settings::Arrival::ManualWebhook;
        if self.writing.claim == Claim::Unverified && (self.writing.was_sole || (refused && by_hand)) {
            tracing::warn!("Aircall does not say whether another Sidetone writes; going on");
            self.writing.claim = Claim::Ours;
            self.writing.flowed = false;
            self.release_writes(now)?;
        }
        Ok(())
    }

    fn remember(
        &mut self,
        key: &str,
        at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut change = Change::at(now);
        change.settings.push((key.to_owned(), at.map(|at| at.to_rfc3339()).unwrap_or_default()));
        self.push(&change)
    }
}
