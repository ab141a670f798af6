//! Old calls that a person wants (C3): Aircall's list of a time is read page by page in the lane for old calls, and stored. How
//! far it is read is stored in the same commit as what the page said, so a program that is killed reads no page twice.
//!
//! Writing them is a second step, which only a person begins (B15). A few calls at a time have their bar lifted, oldest first,
//! and go through the outbox as any call does, in the lane for old calls: so no backlog ever stands before a call of today,
//! and a pause leaves little in hand. Their records are looked for in the helpdesk first (B17).
//!
//! Of several hubs on one store one does it. A person may pause it at any of them: whoever does it sees that at its next commit.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use sidetone_protocol::{BackfillState, BackfillView, Mode, Reason, Vendor};
use tokio::sync::oneshot;

use super::answers::LOOK_AGAIN;
use super::{Engine, Job};
use crate::backfill::{Backfill, BackfillAsk, BackfillFigures, BackfillRefused, WrittenBack};
use crate::budget::{Budget, Lane};
use crate::call::{CaseId, Origin, Statement};
use crate::health::Link;
use crate::helpdesk::Answer;
use crate::inbox;
use crate::store::{Change, LEASE, Received, Store, StoreError};
use crate::transport::TransportError;
use crate::windows::{Step, Walk};

/// After a page came so often in vain, the walk goes around it.
const GOES_AROUND_AFTER: u32 = 5;
/// So many calls are being written at once.
const BEGUN_AT_ONCE: u32 = 24;
/// How often is looked how far writing is.
const LOOK_EVERY: TimeDelta = TimeDelta::seconds(1);
/// What is over is shown with the picture of health for so long.
const SHOWN_FOR: TimeDelta = TimeDelta::hours(1);
/// Another hub on the same store may have begun or paused one: that is looked up this often.
const HEED_EVERY: TimeDelta = TimeDelta::seconds(15);
/// The thread that whoever does it holds; it is taken anew when less than this is left of its time.
const TURN: &str = "backfill";
const TURN_LEFT: TimeDelta = TimeDelta::seconds(30);
/// The pace is that of so much time, taken down this often.
const PACE_OVER: TimeDelta = TimeDelta::seconds(120);
const PACE_EVERY: TimeDelta = TimeDelta::seconds(5);

/// Told how many calls Aircall has of a time, and how fast old ones go.
pub(crate) type Counted = oneshot::Sender<CallsCounted>;

/// How many calls Aircall has of a time; and how many requests for old ones go in a second, to Aircall and to the helpdesk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallsCounted {
    pub(crate) calls: Option<u32>,
    pub(crate) aircall_per_second: f64,
    pub(crate) helpdesk_per_second: f64,
}

/// What is done of it here.
pub(crate) struct Backfilling {
    /// As last stored.
    all: Vec<Backfill>,
    figures: BTreeMap<i64, BackfillFigures>,
    /// A person has asked for one here: an engine that is started for one question leaves all others alone.
    is_asked_for: bool,
    busy: bool,
    again: DateTime<Utc>,
    /// How often in a row Aircall did not answer a page as it should.
    in_vain: u32,
    heeded: DateTime<Utc>,
    looked_at: DateTime<Utc>,
    turn_until: Option<DateTime<Utc>>,
    /// How many calls had been read, or written, at a moment.
    pace: VecDeque<(DateTime<Utc>, (i64, BackfillState), u32)>,
    counting: BTreeMap<u64, Counted>,
}

impl Backfilling {
    /// As the last run left it.
    pub(super) fn remembered(store: &dyn Store, now: DateTime<Utc>) -> Result<Backfilling, StoreError> {
        Ok(Backfilling {
            all: store.backfills()?,
            figures: BTreeMap::new(),
            is_asked_for: false,
            busy: false,
            again: now,
            in_vain: 0,
            heeded: now,
            looked_at: now - LOOK_EVERY,
            turn_until: None,
            pace: VecDeque::new(),
            counting: BTreeMap::new(),
        })
    }

    /// The clock was ahead: what it was to do then would wait until it is as late as that.
    pub(super) fn clock_was_set_back(&mut self, now: DateTime<Utc>) {
        for at in [&mut self.again, &mut self.heeded, &mut self.looked_at] {
            *at = (*at).min(now);
        }
        self.turn_until = None;
        self.pace.clear();
    }

    /// The one that is worked on: one after the other, the oldest first.
    fn under_way(&self) -> Option<&Backfill> {
        self.all.iter().find(|one| one.state.is_under_way())
    }

    fn put(&mut self, backfill: Backfill) {
        match self.all.iter_mut().find(|known| known.id == backfill.id) {
            Some(known) => *known = backfill,
            None => self.all.push(backfill),
        }
    }

    /// Calls that are done with: read, or written.
    fn done(&self, one: &Backfill) -> u32 {
        match one.state {
            BackfillState::Writing => {
                self.figures.get(&one.id).map_or(0, |figures| figures.begun.saturating_sub(figures.pending))
            }
            _ => one.read,
        }
    }

    fn take_pace_down(&mut self, now: DateTime<Utc>) {
        if self.pace.back().is_some_and(|(at, ..)| now - *at < PACE_EVERY) {
            return;
        }
        let Some(one) = self.under_way() else { return self.pace.clear() };
        let now_done = (now, (one.id, one.state), self.done(one));
        self.pace.push_back(now_done);
        self.pace.retain(|(at, of, _)| now - *at <= PACE_OVER && *of == now_done.1);
    }

    /// Calls in a second, by the pace of the last two minutes; `None` while that shows nothing.
    fn per_second(&self, one: &Backfill, now: DateTime<Utc>) -> Option<f64> {
        let (since, _, before) = self.pace.iter().find(|(_, of, _)| *of == (one.id, one.state))?;
        let (seconds, done) = ((now - *since).num_seconds(), self.done(one).checked_sub(*before)?);
        (seconds > 0 && done > 0).then(|| f64::from(done) / seconds as f64)
    }

    fn view(&self, one: &Backfill, now: DateTime<Utc>) -> BackfillView {
        let figures = self.figures.get(&one.id).copied().unwrap_or_default();
        let left = match one.state {
            BackfillState::Reading => one.walk.total().map(|total| total.saturating_sub(one.read)),
            BackfillState::Writing => Some(figures.to_write.saturating_add(figures.pending)),
            _ => None,
        };
        let pace = self.per_second(one, now).filter(|_| one.state.is_under_way());
        let most = |n: f64| n.min(f64::from(u32::MAX)) as u32;
        BackfillView {
            per_minute: pace.map(|pace| most((pace * 60.0).round())),
            remaining_seconds: left.zip(pace).map(|(left, pace)| most((f64::from(left) / pace).ceil())),
            ..view(one, figures)
        }
    }
}

/// Everything is read: what is to be written is next.
fn is_read(one: &mut Backfill, now: DateTime<Utc>) {
    one.go_on();
    if one.state == BackfillState::Read {
        one.ends(BackfillState::Read, now);
    }
}

/// A backfill for windows, but for its pace.
pub(crate) fn view(one: &Backfill, figures: BackfillFigures) -> BackfillView {
    BackfillView {
        id: one.id.to_string(),
        since: one.since.timestamp(),
        until: one.until.timestamp(),
        state: one.state,
        write: one.write,
        status: one.status,
        read: one.read,
        total: one.walk.total(),
        added: one.added,
        known: one.known,
        to_write: figures.to_write,
        begun: figures.begun,
        written: figures.written,
        held: figures.held,
        refused: figures.refused,
        not_logged: figures.not_logged,
        per_minute: None,
        remaining_seconds: None,
        out_of_reach_before: one.out_of_reach_before().map(|at| at.timestamp()),
        error: one.error.clone(),
        began_at: one.began_at.timestamp(),
        done_at: one.done_at.map(|at| at.timestamp()),
    }
}

impl Engine {
    /// The next page, or the next calls to be written, of the oldest backfill that is under way.
    pub(super) fn backfill_on(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let done = self.go_on_with_backfill(now);
        self.unless_overtaken(done)
    }

    fn go_on_with_backfill(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        if now - self.backfilling.heeded >= HEED_EVERY && !self.backfilling.busy {
            self.backfilling.heeded = now;
            self.backfilling.all = self.store.backfills()?;
        }
        self.backfilling.take_pace_down(now);
        let is_ours = !self.settings.study_only || self.backfilling.is_asked_for;
        let Some(one) = self.backfilling.under_way().filter(|_| is_ours).cloned() else { return Ok(()) };
        if self.backfilling.busy {
            return Ok(());
        }
        if self.backfilling.again > now {
            self.wake_by(self.backfilling.again);
            return Ok(());
        }
        if !self.has_its_turn_at_backfill(now)? {
            self.backfilling.again = now + HEED_EVERY;
            return Ok(());
        }
        match one.state {
            BackfillState::Writing => self.write_back(one, now),
            _ => self.read_back(one, now),
        }
    }

    /// Of several hubs on one store one does it: the others would spend the same requests.
    fn has_its_turn_at_backfill(&mut self, now: DateTime<Utc>) -> Result<bool, StoreError> {
        if self.backfilling.turn_until.is_some_and(|until| until - now > TURN_LEFT) {
            return Ok(true);
        }
        let has_it = self.store.claim(TURN, now)?;
        if has_it && self.backfilling.turn_until.is_none() {
            // Another one may have gone on with it since it was read here.
            self.backfilling.all = self.store.backfills()?;
        }
        self.backfilling.turn_until = has_it.then_some(now + LEASE);
        Ok(has_it)
    }

    /// Somebody else has changed a backfill: what holds is read, and gone on from at the next turn.
    fn unless_overtaken(&mut self, done: Result<(), StoreError>) -> Result<(), StoreError> {
        match done {
            Err(StoreError::BackfillChanged(_)) => {
                self.backfilling.all = self.store.backfills()?;
                let now = self.clock.now();
                self.wake_by(now);
                Ok(())
            }
            done => done,
        }
    }

    /// Stores a backfill with what else the change holds. What is known here is what is stored.
    fn put_backfill(&mut self, backfill: Backfill, mut change: Change) -> Result<(), StoreError> {
        change.backfills.push(backfill.clone());
        self.push(&change)?;
        self.backfilling.put(Backfill { revision: backfill.revision + 1, ..backfill });
        Ok(())
    }

    fn read_back(&mut self, mut one: Backfill, now: DateTime<Utc>) -> Result<(), StoreError> {
        let Some(request) = one.walk.request() else {
            is_read(&mut one, now);
            return self.put_backfill(one, Change::at(now));
        };
        let job = Job::Backfill(one.id);
        match self.ask(Vendor::Aircall, Lane::Backfill, job, request.to_http(&self.aircall), now) {
            Ok(()) => self.backfilling.busy = true,
            Err(until) => self.backfilling.again = until,
        }
        Ok(())
    }

    /// A page was read, or could not be.
    pub(super) fn read_for_backfill(
        &mut self,
        id: i64,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.backfilling.busy = false;
        self.backfilling.again = now + LOOK_AGAIN;
        let done = self.keep_what_was_read(id, result, now);
        self.unless_overtaken(done)
    }

    fn keep_what_was_read(
        &mut self,
        id: i64,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let is_it = |one: &&Backfill| one.id == id && one.state == BackfillState::Reading;
        // Paused or stopped meanwhile: the page is read when it goes on.
        let Some(mut one) = self.backfilling.all.iter().find(is_it).cloned() else { return Ok(()) };
        let Some(request) = one.walk.request() else { return Ok(()) };
        let Ok(answer) = result else { return self.backfill_is_held_up(one, false, now) };
        let mut page = match request.parse(answer) {
            Ok(page) => page,
            Err(error) => {
                // Those of a key or a limit pass.
                let passes = error.is_credential() || error.kind() == aircall::ErrorKind::RateLimited;
                self.backfilling.in_vain += u32::from(!passes);
                let goes_around = !passes && self.backfilling.in_vain.is_multiple_of(GOES_AROUND_AFTER);
                if goes_around && !one.walk.go_around(error.kind() == aircall::ErrorKind::Invalid) {
                    tracing::warn!("Aircall does not list the calls of one second; they are left out");
                }
                return self.backfill_is_held_up(one, goes_around, now);
            }
        };
        self.backfilling.in_vain = 0;
        let as_of = aircall::answered_at(answer.headers()).unwrap_or(now.timestamp());
        let step = one.walk.read(&page);
        // A call that is up is of today: other things tell of it.
        page.items.retain(|call| call.call().ended_at.is_some() || call.value()["status"] == "done");
        let mut change = Change::at(now);
        // A window that is read in halves is read once more from its beginning.
        if step != Step::Halved {
            let ids: Vec<CaseId> = page.items.iter().map(|call| CaseId(call.id())).collect();
            let heard_of = self.store.heard_of(&ids)?;
            let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            let known = ids.iter().filter(|id| heard_of.contains(id)).count();
            one.read = one.read.saturating_add(count(ids.len()));
            one.known = one.known.saturating_add(count(known));
            one.added = one.added.saturating_add(count(ids.len() - known));
            self.keep_of_old_calls(&page.items, &mut change);
            change.received = self.news_of_old_calls(page, as_of, &heard_of, now)?;
        }
        if step == Step::Incomplete {
            tracing::warn!("Aircall lists more calls of one second than can be read; some are missing");
        }
        one.error = None;
        if one.walk.is_done() {
            is_read(&mut one, now);
            tracing::info!(calls = one.read, added = one.added, "old calls are read");
        }
        self.put_backfill(one, change)?;
        self.backfilling.again = now;
        self.wake_by(now);
        Ok(())
    }

    /// What a page says that is not known yet.
    fn news_of_old_calls(
        &self,
        page: aircall::Page<aircall::RawCall>,
        as_of: i64,
        heard_of: &[CaseId],
        now: DateTime<Utc>,
    ) -> Result<Vec<Received>, StoreError> {
        let mut news = Vec::new();
        for call in page.items {
            let id = CaseId(call.id());
            let data = call.into_value();
            let is_news = match self.readable_case(id)?.filter(|_| heard_of.contains(&id)) {
                Some(known) => data.as_object().is_none_or(|data| {
                    known.call.is_news(&Statement { origin: &Origin::Backfill, as_of, data })
                }),
                None => true,
            };
            if is_news {
                news.push(inbox::from_read(data, Origin::Backfill, as_of, now));
            }
        }
        Ok(news)
    }

    /// Aircall gave no page. It is asked again; why it did not is told.
    fn backfill_is_held_up(
        &mut self,
        mut one: Backfill,
        goes_around: bool,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let link = self.links.get(&Vendor::Aircall);
        let reason = if link.is_some_and(Link::is_refused) {
            (
                "aircall_refused",
                "Aircall does not accept the key. Mend the connection; it then goes on by itself.",
            )
        } else {
            ("aircall_away", "Aircall gave no page of its list. It is asked again by itself.")
        };
        let reason = Reason { code: reason.0.into(), text: reason.1.into() };
        if one.error.as_ref() == Some(&reason) && !goes_around {
            return Ok(());
        }
        one.error = Some(reason);
        self.put_backfill(one, Change::at(now))
    }

    /// Lifts the bar of the next calls, as long as few are in hand and writes may go.
    fn write_back(&mut self, one: Backfill, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.backfilling.again = now + LOOK_EVERY;
        self.wake_by(self.backfilling.again);
        if !self.may_write(now) {
            return Ok(());
        }
        let figures = self.store.backfill_figures(&one)?;
        self.backfilling.figures.insert(one.id, figures);
        if figures.to_write == 0 && figures.pending == 0 {
            let mut one = one;
            tracing::info!(calls = figures.begun, written = figures.written, "old calls are written");
            one.ends(BackfillState::Written, now);
            return self.put_backfill(one, Change::at(now));
        }
        let room = BEGUN_AT_ONCE.saturating_sub(figures.pending) as usize;
        let time = (one.since.timestamp(), one.until.timestamp());
        let mut change = Change::at(now);
        for (_, id) in self.store.barred_between(time, None, room)? {
            let Some(mut case) = self.readable_case(id)? else { continue };
            case.written_back = Some(WrittenBack { backfill: one.id, status: one.status });
            self.add_case(case, Vec::new(), Vec::new(), Vec::new(), &mut change)?;
        }
        if change.cases.is_empty() {
            return Ok(());
        }
        self.wake_by(now);
        // In one commit with the backfill: a pause by another hub is seen before anything is begun.
        self.put_backfill(one, change)
    }

    /// A person wants old calls; the same ones once more go on where they stood.
    pub(super) fn begin_backfill(
        &mut self,
        ask: &BackfillAsk,
        now: DateTime<Utc>,
    ) -> Result<BackfillView, BackfillRefused> {
        if ask.since > now || ask.until.is_some_and(|until| until < ask.since) {
            return Err(BackfillRefused::NoTime);
        }
        if ask.write && (self.settings.logging.mode.0 != Mode::Live || self.settings.study_only) {
            return Err(BackfillRefused::NotLive);
        }
        self.backfilling.is_asked_for = true;
        self.change_backfill(now, |all| {
            let known = all.iter().find(|one| one.is_meant_by(ask));
            Ok(match known {
                Some(known) => {
                    let mut one = known.clone();
                    one.again(ask, now);
                    one
                }
                None => {
                    let last = all.last().map_or(0, |one| one.id);
                    Backfill::new(now.timestamp_micros().max(last + 1), ask, now)
                }
            })
        })
    }

    /// A person pauses, resumes or stops one.
    pub(super) fn steer_backfill(
        &mut self,
        id: &str,
        to: BackfillState,
        now: DateTime<Utc>,
    ) -> Result<BackfillView, BackfillRefused> {
        self.backfilling.is_asked_for = true;
        self.change_backfill(now, |all| {
            let known = all.iter().find(|one| one.id.to_string() == id).ok_or(BackfillRefused::Unknown)?;
            let mut one = known.clone();
            match (to, one.state) {
                (BackfillState::Paused, state) if state.is_under_way() => one.ends(to, now),
                (BackfillState::Stopped, state) if state.is_under_way() || state == BackfillState::Paused => {
                    one.ends(to, now);
                }
                (BackfillState::Reading, BackfillState::Paused) => one.go_on(),
                _ => return Err(BackfillRefused::NotUnderWay),
            }
            Ok(one)
        })
    }

    /// Changes what is stored, whoever else does so at the same time.
    fn change_backfill(
        &mut self,
        now: DateTime<Utc>,
        change: impl Fn(&[Backfill]) -> Result<Backfill, BackfillRefused>,
    ) -> Result<BackfillView, BackfillRefused> {
        for _ in 0..super::STEP_TRIES {
            let all = self.store.backfills()?;
            let changed = change(&all)?;
            self.backfilling.all = all;
            let id = changed.id;
            match self.put_backfill(changed, Change::at(now)) {
                Err(StoreError::BackfillChanged(_)) => continue,
                put => put?,
            }
            self.backfilling.again = now;
            self.telling.at_once(now);
            self.wake_by(now);
            let one = self.backfilling.all.iter().find(|one| one.id == id).cloned();
            let one = one.ok_or(BackfillRefused::Unknown)?;
            self.backfilling.figures.insert(id, self.store.backfill_figures(&one)?);
            return Ok(self.backfilling.view(&one, now));
        }
        Err(BackfillRefused::NotUnderWay)
    }

    /// For windows: those that are open, and those that ended a moment ago.
    pub(super) fn backfills_shown(&mut self, now: DateTime<Utc>) -> Result<Vec<BackfillView>, StoreError> {
        let is_shown = |one: &&Backfill| one.done_at.is_none_or(|at| now - at < SHOWN_FOR);
        let shown: Vec<Backfill> = self.backfilling.all.iter().filter(is_shown).cloned().collect();
        if now - self.backfilling.looked_at >= LOOK_EVERY {
            self.backfilling.looked_at = now;
            for one in &shown {
                self.backfilling.figures.insert(one.id, self.store.backfill_figures(one)?);
            }
        }
        Ok(shown.iter().rev().map(|one| self.backfilling.view(one, now)).collect())
    }

    /// Asks Aircall how many calls it has of a time.
    pub(super) fn count_calls(
        &mut self,
        (since, until): (DateTime<Utc>, DateTime<Utc>),
        told: Counted,
        now: DateTime<Utc>,
    ) {
        let walk = Walk::of(since.timestamp(), until.min(now).timestamp());
        let key = self.backfilling.counting.last_key_value().map_or(0, |(key, _)| key + 1);
        let asked = walk.request().is_some_and(|request| {
            let job = Job::CountCalls(key, walk);
            self.ask(Vendor::Aircall, Lane::Live, job, request.to_http(&self.aircall), now).is_ok()
        });
        if asked {
            self.backfilling.counting.insert(key, told);
        } else {
            let _ = told.send(self.calls_counted(None));
        }
    }

    pub(super) fn calls_were_counted(
        &mut self,
        key: u64,
        walk: &Walk,
        result: &Result<Answer, TransportError>,
    ) {
        let page =
            walk.request().zip(result.as_ref().ok()).and_then(|(request, answer)| request.parse(answer).ok());
        let calls = page.and_then(|page| page.total).map(|total| u32::try_from(total).unwrap_or(u32::MAX));
        if let Some(told) = self.backfilling.counting.remove(&key) {
            // Whoever asked may have gone.
            let _ = told.send(self.calls_counted(calls));
        }
    }

    fn calls_counted(&self, calls: Option<u32>) -> CallsCounted {
        let pace = |vendor| self.budgets.get(&vendor).map_or(1.0, Budget::old_calls_per_second);
        CallsCounted {
            calls,
            aircall_per_second: pace(Vendor::Aircall),
            helpdesk_per_second: pace(self.helpdesk.vendor()),
        }
    }
}
