//! What is not kept (B12): calls whose time is over, numbers that a person has forgotten, and calls of numbers that are never
//! logged. A few at a time, while everything else goes on.

use chrono::{DateTime, TimeDelta, Utc};
use sidetone_protocol::Forgotten;
use tokio::sync::oneshot;

use super::Engine;
use super::deciding::Declined;
use crate::call::CaseId;
use crate::erasing::{self, Erased};
use crate::forgetting::{self, Job};
use crate::ledger::AttemptState;
use crate::number::E164;
use crate::store::{Case, Change, Store, StoreError};

/// So many calls are erased at once: no ring waits longer than that takes.
const AT_ONCE: usize = 25;
/// Between two times, others have the database for themselves.
const PAUSE: TimeDelta = TimeDelta::milliseconds(100);
/// Whose time is over is looked up so often.
const LOOKED_UP_EVERY: TimeDelta = TimeDelta::hours(1);
/// A write whose outcome is unclear is waited for so long: by then it was looked up three times.
const SETTLED_WITHIN: TimeDelta = TimeDelta::minutes(3);
/// Whether another hub has left something half erased is looked up so often;
const HEED_EVERY: TimeDelta = TimeDelta::minutes(5);
/// it has where that was asked for so long ago.
const LEFT_AFTER: TimeDelta = TimeDelta::minutes(15);
/// What failed is tried again after this time.
const AGAIN: TimeDelta = TimeDelta::minutes(1);
/// The setting that says that something erased may still be on the disk.
const TO_SCRUB: &str = "to_scrub";

/// Whoever waits for a number to be forgotten.
pub(crate) type ForgetTold = oneshot::Sender<Result<Forgotten, Declined>>;

/// How far that is.
pub(super) struct Privacy {
    jobs: Vec<Job>,
    waiting: Vec<(E164, ForgetTold)>,
    /// When other hubs' jobs are looked at next.
    heed_at: DateTime<Utc>,
    /// Nothing of all this before.
    again: DateTime<Utc>,
    /// When old calls are looked for next.
    expire_at: DateTime<Utc>,
    /// Something was erased since the disk was last cleared of it.
    to_scrub: bool,
    /// Whether clearing it is begun; and when it goes on.
    scrubbing: Option<bool>,
    scrub_at: DateTime<Utc>,
}

impl Privacy {
    pub(super) fn remembered(store: &dyn Store, now: DateTime<Utc>) -> Result<Privacy, StoreError> {
        let to_scrub = store.setting(TO_SCRUB)?.is_some_and(|noted| !noted.is_empty());
        Ok(Privacy {
            jobs: forgetting::stored(store)?,
            waiting: Vec::new(),
            heed_at: now + HEED_EVERY,
            again: now,
            expire_at: now,
            to_scrub,
            scrubbing: None,
            scrub_at: now,
        })
    }

    /// Nothing further is begun for a number that is being forgotten.
    pub(super) fn forgets(&self, case: &Case) -> bool {
        let forgets = |job: &Job| case.call.party().number() == Some(&job.number);
        !self.jobs.is_empty() && self.jobs.iter().any(forgets)
    }
}

impl Engine {
    /// Why nothing of a call is written and kept: its number is never logged, or was forgotten since it began.
    pub(super) fn private(
        &self,
        case: &Case,
        started_at: Option<DateTime<Utc>>,
    ) -> Result<Option<&'static str>, StoreError> {
        if self.settings.privacy.never_logs(&case.call) {
            return Ok(Some(Erased::NeverLog.code()));
        }
        let party = case.call.party();
        let Some(number) = party.number() else { return Ok(None) };
        let forgotten_at = forgetting::forgotten_at(self.store.as_ref(), number)?;
        // Aircall tells whole seconds: a call of the very second in which the number was forgotten is a new one.
        let is_before =
            |at: DateTime<Utc>, started_at: DateTime<Utc>| started_at.timestamp() < at.timestamp();
        let is_from_before =
            forgotten_at.zip(started_at).is_some_and(|(at, started_at)| is_before(at, started_at));
        Ok(is_from_before.then_some(Erased::Forgotten.code()))
    }

    /// A person has a number forgotten; told when all is erased.
    pub(super) fn forget(&mut self, number: E164, told: ForgetTold, now: DateTime<Utc>) {
        match self.begin_to_forget(&number, now) {
            Ok(None) => self.privacy.waiting.push((number, told)),
            Ok(Some(declined)) => {
                let _ = told.send(Err(declined));
            }
            Err(error) => {
                let _ = told.send(Err(Declined::Store(error)));
            }
        }
    }

    fn begin_to_forget(&mut self, number: &E164, now: DateTime<Utc>) -> Result<Option<Declined>, StoreError> {
        if self.privacy.jobs.iter().any(|job| job.number == *number) {
            return Ok(None);
        }
        for id in self.store.live()? {
            let is_of = |case: &Case| case.call.party().number() == Some(number);
            if self.readable_case(id)?.is_some_and(|case| is_of(&case)) {
                return Ok(Some(Declined::conflict(
                    "call_is_up",
                    "A call of this number is going on. Forget it when the call is over.",
                )));
            }
        }
        self.privacy.jobs.push(Job::new(number.clone(), now));
        forgetting::put(self.store.as_ref(), &self.privacy.jobs, now)?;
        Ok(None)
    }

    /// The next steps of all that.
    pub(super) fn erase_on(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        if self.settings.study_only {
            return Ok(());
        }
        if now < self.privacy.again {
            self.wake_by(self.privacy.again);
            return Ok(());
        }
        let mut steps = || {
            self.erase_what_is_private(now)?;
            self.forget_on(now)?;
            self.expire_on(now)?;
            self.scrub_on(now)
        };
        match steps() {
            Err(error) if !matches!(error, StoreError::Stale(_)) => {
                // Rings and records do not wait for it.
                tracing::error!(%error, "what is to be erased could not be; it is tried again in a minute");
                self.privacy.again = now + AGAIN;
                Ok(())
            }
            done => done,
        }
    }

    fn erase_what_is_private(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let found = self.store.to_erase(AT_ONCE)?;
        for why in [Erased::NeverLog, Erased::Forgotten] {
            let calls: Vec<CaseId> =
                found.iter().filter(|(_, because)| *because == why).map(|(id, _)| *id).collect();
            self.erase(&calls, why, now)?;
        }
        if found.len() == AT_ONCE {
            self.wake_by(now + PAUSE);
        }
        Ok(())
    }

    pub(super) fn erase(
        &mut self,
        calls: &[CaseId],
        why: Erased,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        if calls.is_empty() {
            return Ok(());
        }
        self.note_to_scrub(now)?;
        let pushed = erasing::erase(self.store.as_ref(), calls, why, now)?;
        self.erased(calls, pushed);
        Ok(())
    }

    /// What is in memory, and on its way, of calls that were erased.
    fn erased(&mut self, calls: &[CaseId], pushed: Vec<sidetone_protocol::Pushed>) {
        for call in calls {
            self.transfers.forget(*call);
            self.uncarded.remove(call);
            self.asked_for.remove(call);
            self.looked_at.remove(call);
            self.looked_for.remove(call);
            self.linked_seen.remove(call);
            self.doubted.retain(|(doubted, _), _| doubted != call);
        }
        for pushed in pushed {
            // Without a window nobody listens; that is fine.
            let _ = self.pushed.send(pushed);
        }
    }

    /// What another hub on the same database began and did not end, because it is gone.
    fn take_up_left_jobs(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        if now < self.privacy.heed_at {
            return Ok(());
        }
        self.privacy.heed_at = now + HEED_EVERY;
        let is_left = |job: &Job| now - job.asked_at >= LEFT_AFTER;
        for job in forgetting::stored(self.store.as_ref())?.into_iter().filter(is_left) {
            if self.privacy.jobs.iter().all(|known| known.number != job.number) {
                self.privacy.jobs.push(job);
            }
        }
        Ok(())
    }

    fn forget_on(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.take_up_left_jobs(now)?;
        let Some(mut job) = self.privacy.jobs.first().cloned() else { return Ok(()) };
        if !job.has_begun() && now - job.asked_at < SETTLED_WITHIN && self.is_in_hand(&job.number)? {
            self.wake_by(now + TimeDelta::seconds(1));
            return Ok(());
        }
        self.note_to_scrub(now)?;
        let before = self.store.unfinished(&job.number)?;
        let pushed = job.step(self.store.as_ref(), now)?;
        self.erased(&before, pushed);
        self.forget_in_memory(&job.number);
        // What came of it is remembered before that it was to be done is forgotten.
        let outcome = forgetting::outcome(self.store.as_ref(), &job, Some(self.helpdesk.as_ref()), now)?;
        if let Some(known) = self.privacy.jobs.first_mut() {
            *known = job;
        }
        forgetting::put(self.store.as_ref(), &self.privacy.jobs, now)?;
        if let Some(told) = outcome {
            let job = self.privacy.jobs.remove(0);
            tracing::info!(
                calls = told.calls,
                messages = told.messages,
                mentions = told.mentions,
                "a number was forgotten"
            );
            // The number itself was in what is emptied now.
            self.privacy.scrubbing = Some(true);
            self.privacy.scrub_at = now;
            let (theirs, others): (Vec<_>, Vec<_>) = std::mem::take(&mut self.privacy.waiting)
                .into_iter()
                .partition(|(number, _)| *number == job.number);
            self.privacy.waiting = others;
            let heard = theirs.into_iter().filter_map(|(_, waiting)| waiting.send(Ok(told.clone())).ok());
            if heard.count() > 0 {
                forgetting::was_told(self.store.as_ref(), &job.number, now)?;
            }
        }
        self.wake_by(now + PAUSE / 10);
        Ok(())
    }

    /// Whether something of a number is on its way whose answer tells what stands in the helpdesk.
    fn is_in_hand(&self, number: &E164) -> Result<bool, StoreError> {
        if self.looking.contains(number) {
            return Ok(true);
        }
        for id in self.store.unsettled()? {
            let Some(case) = self.readable_case(id)? else { continue };
            if case.call.party().number() == Some(number) {
                return Ok(true);
            }
        }
        let busy = self.busy_calls.iter().map(|id| self.readable_case(*id));
        for case in busy {
            if case?.is_some_and(|case| case.call.party().number() == Some(number)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a call may go on only with what is under way.
    pub(super) fn waits_to_be_forgotten(&self, case: &Case) -> bool {
        self.privacy.forgets(case) && case.attempts.iter().all(|a| a.state == AttemptState::Parked)
    }

    fn forget_in_memory(&mut self, number: &E164) {
        self.searched.remove(number);
        self.failed_looks.remove(number);
        self.to_look_up.retain(|other| other != number);
        self.shared.mark_failed(number, false);
    }

    fn expire_on(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let Some(before) = self.settings.privacy.keeps_since(now) else { return Ok(()) };
        if now < self.privacy.expire_at {
            self.wake_by(self.privacy.expire_at);
            return Ok(());
        }
        let calls = self.store.expired(before, AT_ONCE)?;
        self.erase(&calls, Erased::Expired, now)?;
        let is_done = calls.len() < AT_ONCE;
        if is_done {
            self.store.forget_before(before)?;
        }
        self.privacy.expire_at = now + if is_done { LOOKED_UP_EVERY } else { PAUSE };
        self.wake_by(self.privacy.expire_at);
        Ok(())
    }

    fn note_to_scrub(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        if self.privacy.to_scrub {
            return Ok(());
        }
        let mut change = Change::at(now);
        change.settings.push((TO_SCRUB.to_owned(), "yes".to_owned()));
        self.store.commit(&change)?;
        self.privacy.to_scrub = true;
        Ok(())
    }

    /// Clears the disk of what was erased: once an hour, and at once where a person waits for it.
    fn scrub_on(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        if !self.privacy.to_scrub || now < self.privacy.scrub_at || !self.privacy.jobs.is_empty() {
            return Ok(());
        }
        let first = self.privacy.scrubbing.is_none();
        if self.store.scrub(first)? {
            self.privacy.scrubbing = Some(true);
            self.privacy.scrub_at = now + PAUSE;
            self.wake_by(self.privacy.scrub_at);
            return Ok(());
        }
        let mut change = Change::at(now);
        change.settings.push((TO_SCRUB.to_owned(), String::new()));
        self.store.commit(&change)?;
        (self.privacy.to_scrub, self.privacy.scrubbing) = (false, None);
        self.privacy.scrub_at = now + LOOKED_UP_EVERY;
        Ok(())
    }
}
