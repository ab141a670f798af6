//! Reading again what was missed (B1): Aircall's list of the time of a gap and of the day before it, page by page, in the
//! lane for old calls. Beside that, what changed of calls that are known: those of the last day are read again every
//! quarter of an hour, those of the last week every night. Aircall's list has no filter for changes
//! (`reference/aircall.md` §3).
//!
//! What is read goes into the inbox as any statement does, and only news does: a list that says the same as the last one
//! leaves nothing behind. First what a page says is stored, then that it was read: a program that is killed in between
//! reads one page twice.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use serde_json::Value;
use sidetone_protocol::{GapCause, MessagesLost, RecoveryState, RecoveryView, Vendor};

use super::answers::LOOK_AGAIN;
use super::writing::moment;
use super::{Engine, Job};
use crate::backfill::BACKFILLED;
use crate::budget::Lane;
use crate::call::{CaseId, Origin, Statement};
use crate::gap::{self, Gap};
use crate::helpdesk::Answer;
use crate::inbox;
use crate::store::{Change, LEASE, Store, StoreError};
use crate::transport::TransportError;
use crate::windows::{Step, Walk};

/// The calls of the last day are read again this often, those of the last week every night.
const DAY_EVERY: TimeDelta = TimeDelta::minutes(15);
const A_DAY: TimeDelta = TimeDelta::hours(24);
const A_WEEK: TimeDelta = TimeDelta::days(7);
/// The night's reading begins in the hour after this one.
const AT_NIGHT: u32 = 3;
/// When the last week was read last.
const WEEK_READ_AT: &str = "week_read_at";
/// What is done is shown for so long.
const SHOWN_FOR: TimeDelta = TimeDelta::hours(1);
/// Another hub on the same store may have found a gap: that is looked up this often.
const HEED_EVERY: TimeDelta = TimeDelta::seconds(15);
/// The thread that whoever reads holds; it is taken anew when less than this is left of its time.
const TURN: &str = "recovery";
const TURN_LEFT: TimeDelta = TimeDelta::seconds(30);
/// After a page came so often in vain, the walk goes around it; until then it is asked for less and less often.
const GOES_AROUND_AFTER: u32 = 5;
const IN_VAIN_AT_MOST: TimeDelta = TimeDelta::minutes(2);
/// So many calls are looked at in one go, whether they are written by now.
const LOOKED_AT: usize = 50;
/// The pace is that of so much time, taken down this often.
const PACE_OVER: TimeDelta = TimeDelta::seconds(120);
const PACE_EVERY: TimeDelta = TimeDelta::seconds(5);

type Page = aircall::Request<aircall::Page<aircall::RawCall>>;

/// What is read again.
pub(crate) struct Recovery {
    /// Those that are not done, and those that were done a moment ago.
    gaps: Vec<Gap>,
    /// Their calls of which it is not known yet that nothing is left to be written.
    unwritten: BTreeMap<i64, VecDeque<CaseId>>,
    /// The gap whose calls are on their way through the inbox.
    noting: Option<i64>,
    /// The reading of the last day, or week.
    reread: Option<Walk>,
    day_at: DateTime<Utc>,
    week_at: Option<DateTime<Utc>>,
    busy: bool,
    again: DateTime<Utc>,
    /// How often in a row Aircall did not answer the page of a gap (`None`: of what is read again anyway) as it should.
    in_vain: BTreeMap<Option<i64>, u32>,
    heeded: DateTime<Utc>,
    looked_at: DateTime<Utc>,
    turn_until: Option<DateTime<Utc>>,
    /// How many calls had been read and written at a moment, of the gap that is worked on.
    pace: VecDeque<(DateTime<Utc>, i64, u32)>,
    /// When the first text message came, unix seconds.
    first_message: Option<i64>,
    /// How many text messages usually come in such a time, by gap, and until when it went as that was looked up.
    usual: BTreeMap<i64, (DateTime<Utc>, u32)>,
}

impl Recovery {
    /// As the last run left it.
    pub(super) fn remembered(store: &dyn Store, now: DateTime<Utc>) -> Result<Recovery, StoreError> {
        let mut recovery = Recovery {
            gaps: Vec::new(),
            unwritten: BTreeMap::new(),
            noting: None,
            reread: None,
            day_at: now + DAY_EVERY,
            week_at: moment(store, WEEK_READ_AT)?,
            busy: false,
            again: now,
            in_vain: BTreeMap::new(),
            heeded: now,
            looked_at: now,
            turn_until: None,
            pace: VecDeque::new(),
            first_message: store.first_message_at()?,
            usual: BTreeMap::new(),
        };
        recovery.heed(store.gaps(now - SHOWN_FOR)?);
        Ok(recovery)
    }

    /// The clock was ahead: what it was to do then would wait until it is as late as that.
    pub(super) fn clock_was_set_back(&mut self, now: DateTime<Utc>) {
        self.day_at = self.day_at.min(now + DAY_EVERY);
        self.week_at = self.week_at.map(|at| at.min(now));
        for at in [&mut self.again, &mut self.heeded, &mut self.looked_at] {
            *at = (*at).min(now);
        }
        self.turn_until = None;
        self.pace.clear();
    }

    /// What is stored and not known here, and what another hub's person has stopped.
    fn heed(&mut self, stored: Vec<Gap>) {
        for gap in stored {
            match self.gaps.iter_mut().find(|known| known.id == gap.id) {
                None => self.take_up(gap),
                Some(known) if gap.done_at.is_some() => *known = gap,
                Some(_) => {}
            }
        }
        // What was on its way through the inbox when the last run ended.
        self.noting = self.noting.or(self.gaps.iter().find(|gap| gap.is_read_on()).map(|gap| gap.id));
    }

    /// A gap, or more of one.
    pub(super) fn take_up(&mut self, gap: Gap) {
        if gap.done_at.is_none() {
            self.unwritten.insert(gap.id, gap.calls.iter().copied().collect());
        }
        match self.gaps.iter_mut().find(|known| known.id == gap.id) {
            Some(known) => *known = gap,
            None => self.gaps.push(gap),
        }
        self.gaps.sort_by_key(|gap| gap.id);
    }

    /// A gap of this cause that goes on: it is not read to its end, and ends where the other begins.
    pub(super) fn open_of(&self, cause: GapCause, since: DateTime<Utc>) -> Option<Gap> {
        // What another hub reads is left to it.
        self.turn_until?;
        let goes_on = |gap: &&Gap| gap.cause == cause && gap.is_read_on() && since <= gap.ended_at;
        self.gaps.iter().find(goes_on).filter(|gap| since >= gap.began_at).cloned()
    }

    /// An id that no gap here has.
    pub(super) fn new_id(&self, now: DateTime<Utc>) -> i64 {
        let last = self.gaps.last().map_or(0, |gap| gap.id);
        now.timestamp_micros().max(last + 1)
    }

    /// Causes of which not everything is written yet, since when, and how many calls they cost.
    pub(super) fn open(&self) -> Vec<(GapCause, DateTime<Utc>, u32)> {
        let open = self.gaps.iter().filter(|gap| gap.done_at.is_none());
        open.map(|gap| (gap.cause, gap.began_at, found(gap))).collect()
    }

    /// The page to read next, and of which gap, if it is one's. What was missed goes before what is read anyway, a short time
    /// before a long one, and one whose page does not come after all others.
    fn next(&self) -> Option<(Option<i64>, Page)> {
        let in_vain = |gap: &&Gap| self.in_vain.get(&Some(gap.id)).copied().unwrap_or(0);
        let open = self.gaps.iter().filter(|gap| gap.is_read_on());
        let gap = open.min_by_key(|gap| (in_vain(gap), gap.walk.seconds_left(), gap.id));
        let walk = gap.map(|gap| &gap.walk).or(self.reread.as_ref())?;
        Some((gap.map(|gap| gap.id), walk.request()?))
    }

    /// For windows.
    pub(super) fn view(&self, now: DateTime<Utc>) -> Vec<RecoveryView> {
        let shown = self.gaps.iter().filter(|gap| gap.done_at.is_none_or(|at| now - at < SHOWN_FOR));
        shown.map(|gap| self.view_of(gap, now)).collect()
    }

    fn view_of(&self, gap: &Gap, now: DateTime<Utc>) -> RecoveryView {
        let state = match (gap.done_at, gap.stopped) {
            (Some(_), true) => RecoveryState::Stopped,
            (Some(_), false) => RecoveryState::Done,
            (None, _) if gap.walk.is_done() => RecoveryState::Writing,
            (None, _) => RecoveryState::Reading,
        };
        RecoveryView {
            id: gap.id.to_string(),
            cause: gap.cause,
            state,
            since: gap.began_at.timestamp(),
            until: Some(gap.ended_at.timestamp()),
            read: gap.read,
            total: gap.walk.total(),
            calls: found(gap),
            written: self.written(gap),
            remaining_seconds: self.remaining(gap, now),
            messages: self.messages_lost(gap),
            out_of_reach_before: gap.reach.map(|at| at.timestamp()),
            done_at: gap.done_at.map(|at| at.timestamp()),
        }
    }

    fn messages_lost(&self, gap: &Gap) -> MessagesLost {
        match self.first_message {
            Some(_) => MessagesLost::About(self.usual.get(&gap.id).map_or(0, |(_, usual)| *usual)),
            None => MessagesLost::None,
        }
    }

    fn written(&self, gap: &Gap) -> u32 {
        if gap.done_at.is_some() && !gap.stopped {
            return found(gap);
        }
        let left = self.unwritten.get(&gap.id).map_or(0, VecDeque::len);
        u32::try_from(gap.calls.len().saturating_sub(left)).unwrap_or(u32::MAX)
    }

    /// What was done of a gap: calls read and calls written.
    fn done(&self, gap: &Gap) -> u32 {
        gap.read.saturating_add(self.written(gap))
    }

    /// By the pace of the last two minutes; `None` while that shows nothing.
    fn remaining(&self, gap: &Gap, now: DateTime<Utc>) -> Option<u32> {
        let total = gap.walk.total().filter(|_| gap.done_at.is_none())?;
        let (since, _, before) = self.pace.iter().find(|(_, id, _)| *id == gap.id)?;
        let (seconds, done) = ((now - *since).num_seconds(), self.done(gap).checked_sub(*before)?);
        let left = total.saturating_add(found(gap)).saturating_sub(self.done(gap));
        let per_second = (seconds > 0 && done > 0).then(|| f64::from(done) / seconds as f64)?;
        Some((f64::from(left) / per_second).ceil().min(f64::from(u32::MAX)) as u32)
    }

    fn take_pace_down(&mut self, now: DateTime<Utc>) {
        if self.pace.back().is_some_and(|(at, ..)| now - *at < PACE_EVERY) {
            return;
        }
        let Some(gap) = self.gaps.iter().find(|gap| gap.done_at.is_none()) else { return self.pace.clear() };
        let now_done = (now, gap.id, self.done(gap));
        self.pace.push_back(now_done);
        self.pace.retain(|(at, id, _)| now - *at <= PACE_OVER && *id == now_done.1);
    }
}

/// How many text messages usually come in such a time: the mean of the same hours of the four weeks before, as far as they lie
/// after the first message of all. Of what lasted for more than a week, of four such times before.
fn messages_usual(
    between: impl Fn(i64, i64) -> Result<u32, StoreError>,
    (from, to): (i64, i64),
    first: i64,
) -> Result<u32, StoreError> {
    const WEEK: i64 = 7 * 24 * 3600;
    let apart = WEEK * ((to - from) / WEEK + 1);
    let (mut weeks, mut messages) = (0, 0);
    for back in (1..=4).map(|n| n * apart).take_while(|back| from - back >= first) {
        (weeks, messages) = (weeks + 1, messages + between(from - back, to - back)?);
    }
    // Rounded to the nearest.
    Ok((messages + weeks / 2).checked_div(weeks).unwrap_or_default())
}

/// Calls that were missing, or whose record lacked something.
fn found(gap: &Gap) -> u32 {
    u32::try_from(gap.calls.len()).unwrap_or(u32::MAX).saturating_add(gap.beyond)
}

impl Engine {
    /// The next page of what is to be read again, if the budget has room; what is written by now is done.
    pub(super) fn recover_on(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        if !self.gaps.is_on {
            return Ok(());
        }
        if now - self.recovery.heeded >= HEED_EVERY && !self.recovery.busy {
            self.recovery.heeded = now;
            if self.recovery.turn_until.is_none() {
                // Whoever reads knows best.
                self.recovery.gaps.clear();
            }
            let stored = self.store.gaps(now - SHOWN_FOR)?;
            self.recovery.heed(stored);
            self.recovery.gaps.retain(|gap| gap.done_at.is_none_or(|at| now - at < SHOWN_FOR));
        }
        self.see_what_is_written(now)?;
        self.begin_reading_again(now)?;
        if self.recovery.busy {
            return Ok(());
        }
        if self.recovery.next().is_none() {
            return Ok(());
        }
        if self.recovery.again > now {
            self.wake_by(self.recovery.again);
            return Ok(());
        }
        if !self.has_its_turn(now)? {
            self.recovery.again = now + HEED_EVERY;
            return Ok(());
        }
        self.forget_what_is_out_of_reach(now);
        let Some((id, request)) = self.recovery.next() else { return Ok(()) };
        let asked =
            self.ask(Vendor::Aircall, Lane::Backfill, Job::Recover(id), request.to_http(&self.aircall), now);
        match asked {
            Ok(()) => self.recovery.busy = true,
            Err(until) => self.recovery.again = until,
        }
        Ok(())
    }

    /// Of several hubs on one store one reads: the others would spend the same requests.
    pub(super) fn has_its_turn(&mut self, now: DateTime<Utc>) -> Result<bool, StoreError> {
        if self.recovery.turn_until.is_some_and(|until| until - now > TURN_LEFT) {
            return Ok(true);
        }
        let has_it = self.store.claim(TURN, now)?;
        if has_it && self.recovery.turn_until.is_none() {
            // Another one may have read since it was read here.
            self.recovery.gaps.clear();
            self.recovery.heed(self.store.gaps(now - SHOWN_FOR)?);
        }
        self.recovery.turn_until = has_it.then_some(now + LEASE);
        Ok(has_it)
    }

    /// What was read last night need not be read again today; what was read a moment ago, neither.
    fn begin_reading_again(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        if self.recovery.reread.is_some() || self.recovery.gaps.iter().any(Gap::is_read_on) {
            return Ok(());
        }
        if self.gaps.may_be_a_gap_soon(now) {
            // It reads the same calls, and counts those that it finds.
            return Ok(());
        }
        let night = self.last_night(now);
        let back = match self.recovery.week_at {
            // So far nothing is a week old.
            None => {
                self.recovery.week_at = Some(now);
                let mut change = Change::at(now);
                change.settings.push((WEEK_READ_AT.to_owned(), now.to_rfc3339()));
                return self.push(&change);
            }
            // Or it was read by a clock that was ahead.
            Some(read_at) if read_at < night || read_at - now > DAY_EVERY => A_WEEK,
            Some(_) if self.recovery.day_at <= now => A_DAY,
            Some(_) => {
                let next = self.recovery.day_at;
                self.wake_by(next);
                return Ok(());
            }
        };
        let from = self.gaps.logs_since.map_or(now - back, |since| since.max(now - back));
        self.recovery.day_at = now + DAY_EVERY;
        if back == A_WEEK {
            self.recovery.week_at = Some(now);
            let mut change = Change::at(now);
            change.settings.push((WEEK_READ_AT.to_owned(), now.to_rfc3339()));
            self.push(&change)?;
        }
        self.recovery.noting = None;
        self.recovery.reread =
            Some(Walk::of(from.timestamp(), now.timestamp())).filter(|walk| !walk.is_done());
        Ok(())
    }

    /// When the last night's reading was to begin: at a minute of the hour that differs from company to company.
    fn last_night(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let minute = u32::try_from(self.installation.as_u128() % 60).unwrap_or_default();
        let time = NaiveTime::from_hms_opt(AT_NIGHT, minute, 0).unwrap_or_default();
        let zone = self.settings.time_zone.unwrap_or(chrono_tz::UTC);
        let today = now.with_timezone(&zone).date_naive();
        let at = |days: u64| {
            let night = today.checked_sub_days(Days::new(days))?.and_time(time);
            night.and_local_timezone(zone).earliest().map(|at| at.to_utc()).filter(|at| *at <= now)
        };
        at(0).or(at(1)).unwrap_or(DateTime::UNIX_EPOCH)
    }

    /// A page was read, of a gap or of what is read again anyway.
    pub(super) fn recovered(
        &mut self,
        id: Option<i64>,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.recovery.busy = false;
        self.recovery.again = now + LOOK_AGAIN;
        let of_gap = |gap: &&Gap| Some(gap.id) == id && gap.is_read_on();
        let mut gap = self.recovery.gaps.iter().find(of_gap).cloned();
        let walk = match (id, &gap) {
            (Some(_), Some(gap)) => Some(gap.walk.clone()),
            // Stopped meanwhile.
            (Some(_), None) => None,
            (None, _) => self.recovery.reread.clone(),
        };
        let (Some(mut walk), Ok(answer)) = (walk, result) else { return Ok(()) };
        let page = match walk.request().map(|request| request.parse(answer)) {
            None => return Ok(()),
            Some(Ok(page)) => page,
            Some(Err(error)) => {
                // Those of a key, a limit or an outage are everybody's, and told elsewhere.
                if error.is_credential() || error.kind() == aircall::ErrorKind::RateLimited {
                    return Ok(());
                }
                return self.came_in_vain(id, error.kind() == aircall::ErrorKind::Invalid, now);
            }
        };
        self.recovery.in_vain.remove(&id);
        let as_of = aircall::answered_at(answer.headers()).unwrap_or(now.timestamp());
        let count = u32::try_from(page.items.len()).unwrap_or(u32::MAX);
        let step = walk.read(&page);
        if id.is_some() {
            self.recovery.noting = id;
        }
        let ids: Vec<CaseId> = page.items.iter().map(|call| CaseId(call.id())).collect();
        self.store_news(page, as_of, now)?;
        if step == Step::Incomplete {
            tracing::warn!("Aircall lists more calls of one second than can be read; some are missing");
        }
        match &mut gap {
            Some(gap) => {
                gap.walk = walk;
                self.note_found_otherwise(gap, &ids)?;
                gap.read = gap.read.saturating_add(count);
                let mut change = Change::at(now);
                change.gaps.push(gap.clone());
                self.push(&change)?;
                let gap = gap.clone();
                if let Some(known) = self.recovery.gaps.iter_mut().find(|known| known.id == gap.id) {
                    *known = gap;
                }
            }
            None => self.recovery.reread = Some(walk).filter(|walk| !walk.is_done()),
        }
        self.recovery.again = now;
        self.wake_by(now);
        Ok(())
    }

    /// Aircall answered a page with something else; `never`: it will again. After some times the walk goes around it.
    fn came_in_vain(&mut self, id: Option<i64>, never: bool, now: DateTime<Utc>) -> Result<(), StoreError> {
        let times = self.recovery.in_vain.entry(id).or_default();
        *times += 1;
        let times = *times;
        self.recovery.again =
            now + (LOOK_AGAIN * i32::try_from(times).unwrap_or(i32::MAX)).min(IN_VAIN_AT_MOST);
        self.wake_by(self.recovery.again);
        if !times.is_multiple_of(GOES_AROUND_AFTER) {
            return Ok(());
        }
        let left_out = "Aircall does not list the calls of one second; they are left out";
        match id {
            None => {
                if let Some(walk) = &mut self.recovery.reread
                    && !walk.go_around(never)
                {
                    tracing::warn!("{left_out}");
                }
                self.recovery.reread = self.recovery.reread.take().filter(|walk| !walk.is_done());
                Ok(())
            }
            Some(id) => {
                let Some(gap) = self.recovery.gaps.iter_mut().find(|gap| gap.id == id) else { return Ok(()) };
                if !gap.walk.go_around(never) {
                    tracing::warn!(cause = gap.cause.code(), "{left_out}");
                }
                let mut change = Change::at(now);
                change.gaps.push(gap.clone());
                self.push(&change)
            }
        }
    }

    /// Aircall keeps its calls for a time; what is older by now than when the gap was found is asked for no more.
    fn forget_what_is_out_of_reach(&mut self, now: DateTime<Utc>) {
        let Some(oldest) = gap::oldest(now) else { return };
        for gap in self.recovery.gaps.iter_mut().filter(|gap| gap.is_read_on()) {
            gap.walk.forget_before(oldest.timestamp());
        }
    }

    /// Calls that are known here, and that no event ever told of: they were found in another way while events were missing.
    fn note_found_otherwise(&self, gap: &mut Gap, listed: &[CaseId]) -> Result<(), StoreError> {
        for id in self.store.unheard(listed)? {
            let Some(case) = self.store.case(id)? else { continue };
            if case.selected == Some(true) && case.call.started_at().is_some_and(|at| at >= gap.began_at) {
                gap.note(id);
            }
        }
        Ok(())
    }

    /// Puts into the inbox what a list says that the last one did not say.
    pub(super) fn store_news(
        &mut self,
        page: aircall::Page<aircall::RawCall>,
        as_of: i64,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let calls = page.items.into_iter().map(|call| (CaseId(call.id()), call.into_value()));
        let calls: Vec<_> = calls.map(|(id, call)| (id, inbox::gist(&call), call)).collect();
        let ids: Vec<CaseId> = calls.iter().map(|(id, ..)| *id).collect();
        let known = self.store.listed_gists(&ids)?;
        let mut news = Vec::new();
        for (id, gist, call) in calls {
            if known.get(&id) != Some(&gist) && self.is_news(id, &call, as_of)? {
                news.push(inbox::from_read(call, Origin::Listed, as_of, now));
            }
        }
        if !news.is_empty() {
            self.store.receive(&news)?;
        }
        Ok(())
    }

    /// Whether a listed call is not known here, or says what is not.
    fn is_news(&self, id: CaseId, call: &Value, as_of: i64) -> Result<bool, StoreError> {
        let known = match self.store.case(id) {
            // It is kept in the inbox, for whoever mends that.
            Err(StoreError::Damaged(_)) => return Ok(true),
            known => known?,
        };
        let (Some(known), Some(data)) = (known, call.as_object()) else { return Ok(true) };
        // What only a backfill knew is heard of now.
        let is_history = known.barred.as_deref() == Some(BACKFILLED) && known.written_back.is_none();
        Ok(is_history || known.call.is_news(&Statement { origin: &Origin::Listed, as_of, data }))
    }

    /// A listed call turned out to be missing here, or its record to lack something.
    pub(super) fn note_recovered(&mut self, id: CaseId, change: &mut Change) {
        let noting = self.recovery.noting;
        let Some(gap) = self.recovery.gaps.iter_mut().find(|gap| Some(gap.id) == noting) else { return };
        if gap.done_at.is_none() && gap.note(id) {
            self.recovery.unwritten.entry(gap.id).or_default().push_back(id);
            change.gaps.retain(|other| other.id != gap.id);
            change.gaps.push(gap.clone());
        }
    }

    /// Gaps of which everything is read and written are done.
    fn see_what_is_written(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        if now - self.recovery.looked_at < TimeDelta::seconds(1) {
            return Ok(());
        }
        self.recovery.looked_at = now;
        self.recovery.take_pace_down(now);
        self.see_which_messages_are_usual()?;
        let mut change = Change::at(now);
        for gap in self.recovery.gaps.iter_mut().filter(|gap| gap.done_at.is_none()) {
            let left = self.recovery.unwritten.entry(gap.id).or_default();
            let looked_at: Vec<CaseId> = left.iter().take(LOOKED_AT).copied().collect();
            let pending = self.store.still_pending(&looked_at)?;
            left.drain(..looked_at.len());
            left.extend(pending);
            // A turn begins with what is in the inbox, so all that was read is known here.
            if gap.walk.is_done() && left.is_empty() && !self.recovery.busy {
                gap.done_at = Some(now);
                tracing::info!(
                    cause = gap.cause.code(),
                    calls = found(gap),
                    "what was missed is read and written"
                );
                change.gaps.push(gap.clone());
            }
        }
        if change.gaps.is_empty() { Ok(()) } else { self.push(&change) }
    }

    /// How many text messages came in the same hours of the weeks before each gap.
    fn see_which_messages_are_usual(&mut self) -> Result<(), StoreError> {
        if self.recovery.first_message.is_none() {
            self.recovery.first_message = self.store.first_message_at()?;
        }
        let Some(first) = self.recovery.first_message else { return Ok(()) };
        let recovery = &mut self.recovery;
        recovery.usual.retain(|id, _| recovery.gaps.iter().any(|gap| gap.id == *id));
        for gap in &recovery.gaps {
            if recovery.usual.get(&gap.id).is_some_and(|(until, _)| *until == gap.ended_at) {
                continue;
            }
            let usual = messages_usual(
                |from, to| self.store.messages_between(from, to),
                (gap.began_at.timestamp(), gap.ended_at.timestamp()),
                first,
            )?;
            recovery.usual.insert(gap.id, (gap.ended_at, usual));
        }
        Ok(())
    }

    /// A person stops a recovery: what is read of it goes on to be written, the rest is left. Returns whether there is one.
    pub(super) fn stop_recovery(&mut self, id: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let wanted = |gap: &&mut Gap| gap.done_at.is_none() && gap.id.to_string() == id;
        let Some(gap) = self.recovery.gaps.iter_mut().find(wanted) else { return Ok(false) };
        (gap.stopped, gap.done_at) = (true, Some(now));
        let mut change = Change::at(now);
        change.gaps.push(gap.clone());
        self.push(&change)?;
        self.telling.at_once(now);
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 3600;
    const WEEK: i64 = 7 * DAY;

    /// Two messages an hour on the day of the week that is the first of all, none on others.
    fn two_an_hour(from: i64, to: i64) -> Result<u32, StoreError> {
        let hours = (from / 3600..to / 3600).filter(|hour| (hour / 24) % 7 == 0).count();
        Ok(2 * u32::try_from(hours).unwrap())
    }

    #[test]
    fn as_many_messages_are_usual_as_came_in_the_same_hours_of_the_weeks_before() {
        let usual = |from, to, first| messages_usual(two_an_hour, (from, to), first).unwrap();
        let (noon, three) = (6 * WEEK + DAY / 2, 6 * WEEK + DAY / 2 + 3 * 3600);
        assert_eq!(usual(noon, three, 0), 6);
        assert_eq!(usual(noon + DAY, three + DAY, 0), 0, "not on a Friday");
        assert_eq!(usual(noon, three, 5 * WEEK), 6, "one week says it, too");
        assert_eq!(usual(noon, three, noon - DAY), 0, "nobody knows yet");
        assert_eq!(usual(6 * WEEK, 6 * WEEK + 8 * DAY, 0), 96, "two such days in a time of two weeks");
    }

    #[test]
    fn the_mean_is_rounded_and_made_of_four_weeks_at_most() {
        let of_weeks = |from: i64, _: i64| Ok([0, 0, 100, 1, 1, 1, 3][usize::try_from(from / WEEK).unwrap()]);
        assert_eq!(
            messages_usual(of_weeks, (6 * WEEK, 6 * WEEK + 60), 0).unwrap(),
            26,
            "100 + 1 + 1 + 1, by four"
        );
        assert_eq!(messages_usual(of_weeks, (6 * WEEK, 6 * WEEK + 60), 3 * WEEK).unwrap(), 1);
    }
}
