//! The request budget of one vendor account (B2): how many requests are ours, in which order of right.
//!
//! Two kinds of limit: a leaky bucket that the vendor shows in a header (Gorgias: `used/limit`), and a plain count in
//! a window that nobody shows (Aircall). Front shows its count like a bucket, but all of it drains at one moment, which it
//! tells. Deliberately not here: sending, and who waits.

mod others;

use std::collections::VecDeque;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sidetone_protocol::{BudgetView, LaneName, LaneView, Vendor};

use self::others::{Others, Until};
use crate::settings::Rate;

/// How fast a bucket drains is judged over at least this time.
const SEEN_OVER_SECONDS: f64 = 2.0;
/// An answer that took longer may have been reckoned long before it came.
const TELLS_OF_NOW: TimeDelta = TimeDelta::seconds(2);
/// The loop asks again at least this often for what it could not send.
const STILL_WAITING: TimeDelta = TimeDelta::seconds(30);

/// Front guards the routes of imports: about five requests a second to one of them (`reference/front.md §2.1`). Which ones,
/// nobody tells; so nothing but look-ups for somebody who rings goes faster.
const FRONT_A_SECOND: usize = 4;
const A_SECOND: TimeDelta = TimeDelta::seconds(1);
/// Its limit is counted by the minute (`reference/front.md §2.1`).
const FRONT_COUNTS_BY: Duration = Duration::from_secs(60);

/// Of a limit that drains at one moment, no more than this is kept for those who will ring until then.
const MOST_FOR_RINGS: f64 = 0.3;
/// Of it, our use and what others are expected to use fill no more than this: they may use more than they are used to.
const SURE: f64 = 0.93;
/// What comes late and finds no room for longer than this gets this part of Front's limit all the same: it waits for minutes,
/// not for hours.
const STARVES: TimeDelta = TimeDelta::seconds(300);
const LATE_ALL_THE_SAME: f64 = 0.08;
/// How often it rings is judged over at least this time.
const RINGS_SEEN_OVER: TimeDelta = TimeDelta::seconds(15);
/// That moment is told in whole seconds, rounded up or down: nobody says which.
const DRAINS_LATER: i64 = 1;
/// And of two clocks: what we asked so long before the window began may be counted in it.
const OF_TWO_CLOCKS: TimeDelta = TimeDelta::seconds(2);

/// Of a window that nobody else needs old calls may fill so much, one after the other: room becomes free every few seconds,
/// and not only when the window is over.
const OLD_CALLS: f64 = 0.95;
/// So many rings within a window find room beside old calls. If there were more, as many more are kept room for.
const RINGS_AT_ONCE: usize = 4;
/// So many old calls a window are read all the same: where calls are polled while somebody is on one, that alone is as much
/// as many rings.
const OLD_CALLS_AT_LEAST: usize = 3;

/// In order of right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// A phone rings: who is it?
    Ring,
    /// The record of a call of now.
    Live,
    /// Late additions, lists that are kept fresh.
    Late,
    /// Old calls.
    Backfill,
}

impl Lane {
    /// In order of right.
    pub const ALL: [Lane; 4] = [Lane::Ring, Lane::Live, Lane::Late, Lane::Backfill];

    /// Which share of the limit this lane may fill. A tenth is always left to others: of a bucket that everybody fills here,
    /// of a window by those who set up how much of it is ours.
    fn ceiling(self, counting: Counting) -> f64 {
        match (self, counting) {
            (Lane::Ring, Counting::Leaky) => 0.90,
            (Lane::Ring, Counting::Window) => 1.0,
            (Lane::Live, _) => 0.85,
            (Lane::Late, _) => 0.70,
            (Lane::Backfill, Counting::Leaky) => 0.50,
            (Lane::Backfill, Counting::Window) => OLD_CALLS,
        }
    }

    /// Up to which share of a window's limit this lane may go beside whatever goes in lower lanes, which it does not wait for.
    fn ceiling_of_all(self) -> f64 {
        match self {
            Lane::Ring => 1.0,
            Lane::Live => 0.98,
            Lane::Late => 0.97,
            Lane::Backfill => OLD_CALLS,
        }
    }
}

/// How the vendor counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// Continuous drain; the vendor tells the level with every answer.
    Leaky,
    /// So many in any window; the vendor tells nothing.
    Window,
}

/// One vendor's budget.
#[derive(Debug)]
pub struct Budget {
    vendor: Vendor,
    counting: Counting,
    rate: Rate,
    level: f64,
    level_at: DateTime<Utc>,
    /// Our requests of the current window.
    ours: VecDeque<(DateTime<Utc>, Lane)>,
    /// Per lane: since when it waits for room, and when it was refused last.
    waiting: [Option<(DateTime<Utc>, DateTime<Utc>)>; 4],
    /// How fast the bucket drained in fact, requests per second: slower than it should while others fill it.
    drains: Option<f64>,
    /// When a record found no room last.
    full_at: Option<DateTime<Utc>>,
    /// Whether all of it was used, as told last.
    is_used_up: bool,
    /// When all of it drains at once; until then nothing does.
    drains_at: Option<DateTime<Utc>>,
    /// What others use of it until then.
    of_others: Others,
    /// Since when what comes late finds room only as its due, and when it asked last.
    starves: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// What the vendor told last, when, and how many requests of ours were answered since.
    told: Option<(f64, DateTime<Utc>, u32)>,
    /// Since when others fill more than half of the vendor's limit.
    crowded_since: Option<DateTime<Utc>>,
    /// Sent and not answered: what the vendor tells does not hold them yet.
    in_flight: u32,
    /// Whether anything was answered since the start.
    is_answered: bool,
    paused_until: Option<DateTime<Utc>>,
    /// Which part of all this is ours to use, beside another engine of the same account.
    share: f64,
}

impl Budget {
    /// An empty budget.
    #[must_use]
    pub fn new(vendor: Vendor, counting: Counting, rate: Rate, now: DateTime<Utc>) -> Self {
        Budget {
            vendor,
            counting,
            rate,
            level: 0.0,
            level_at: now,
            ours: VecDeque::new(),
            waiting: [None; 4],
            drains: None,
            full_at: None,
            is_used_up: false,
            drains_at: None,
            of_others: Others::default(),
            starves: None,
            told: None,
            crowded_since: None,
            in_flight: 0,
            is_answered: false,
            paused_until: None,
            share: 1.0,
        }
    }

    /// Of every lane's room no more than this part (0 to 1) is used: another engine asks for the same account, and must
    /// not be held up.
    pub fn within(&mut self, share: f64) {
        self.share = share.clamp(0.0, 1.0);
    }

    /// When our requests of the current window went, as the next run reads it.
    pub fn to_remember(&mut self, now: DateTime<Utc>) -> String {
        self.drain(now);
        let moments: Vec<String> =
            self.ours.iter().map(|(at, _)| at.timestamp_millis().to_string()).collect();
        moments.join(" ")
    }

    /// What the last run asked within the window counts: whoever starts twice in a minute has no second limit. Four fifths
    /// of it at most: what is restarted again and again must still be able to ask who writes.
    pub fn remember(&mut self, text: &str, now: DateTime<Utc>) {
        let moments = text.split(' ').filter_map(|ms| DateTime::from_timestamp_millis(ms.parse().ok()?));
        let mut moments: VecDeque<_> = moments.filter(|at| *at <= now).map(|at| (at, Lane::Live)).collect();
        while moments.len() > self.rate.requests as usize * 4 / 5 {
            moments.pop_front();
        }
        if self.counting == Counting::Leaky {
            // Until an answer tells.
            self.level = moments.len() as f64;
            self.level_at = now;
        }
        self.ours = moments;
    }

    /// Takes one request out of the budget, or says when to ask again.
    ///
    /// # Errors
    /// The moment at which the lane may have room again.
    pub fn take(&mut self, lane: Lane, now: DateTime<Utc>) -> Result<(), DateTime<Utc>> {
        let taken = self.room_for(lane, now);
        let waiting = &mut self.waiting[lane as usize];
        match taken {
            Ok(()) => {
                *waiting = None;
                self.count(lane, now);
            }
            Err(_) => *waiting = Some((waiting.map_or(now, |(since, _)| since), now)),
        }
        taken
    }

    fn room_for(&mut self, lane: Lane, now: DateTime<Utc>) -> Result<(), DateTime<Utc>> {
        if let Some(until) = self.paused_until {
            if until > now {
                return Err(until);
            }
            self.paused_until = None;
        }
        self.drain(now);
        if let Some(guarded_until) = self.guarded_until(lane, now) {
            return Err(guarded_until);
        }
        let reserve = (f64::from(self.rate.requests) * self.share) as u32 / 10;
        if self.counting == Counting::Leaky && !self.is_answered && self.in_flight >= reserve.max(1) {
            // After a start nobody knows how full it is: until an answer tells, no more goes than is always left free.
            return Err(now + TimeDelta::milliseconds(50));
        }
        if self.counting == Counting::Window {
            return self.room_in_window(lane, now);
        }
        let asked = self.has_room(lane, lane, now);
        if lane != Lane::Late || self.vendor != Vendor::Front {
            return asked;
        }
        if asked.is_ok() {
            self.starves = None;
        } else {
            let since = self
                .starves
                .filter(|(_, asked)| now - *asked < STILL_WAITING)
                .map_or(now, |(since, _)| since);
            self.starves = Some((since, now));
            if self.late_due(now) >= 1.0 && self.has_room(lane, Lane::Live, now).is_ok() {
                return Ok(());
            }
        }
        asked
    }

    /// Whether there is room for a request of this lane, with the right of that one.
    fn has_room(&mut self, lane: Lane, right: Lane, now: DateTime<Utc>) -> Result<(), DateTime<Utc>> {
        if self.vendor == Vendor::Front && self.is_another_first(right, now) {
            return Err(now + A_SECOND);
        }
        let due = if lane == Lane::Live { self.late_due(now) } else { 0.0 };
        let room = (self.room_until_it_drains(right, now) - due).max(1.0);
        if self.level + 1.0 <= room {
            return Ok(());
        }
        if lane == Lane::Live {
            self.full_at = Some(now);
        }
        Err(self.room_at(self.level + 1.0 - room, now))
    }

    /// Where the vendor counts by windows, all room that is not needed is lent to old calls. Nobody waits for those: they go
    /// at a pace, and leave room for those who ring.
    fn room_in_window(&self, lane: Lane, now: DateTime<Utc>) -> Result<(), DateTime<Utc>> {
        let at_least = now + TimeDelta::milliseconds(50);
        if let Some(until) = self.pace_of_old_calls(lane).filter(|until| *until > now) {
            return Err(until.max(at_least));
        }
        let limit = f64::from(self.rate.requests) * self.share;
        let rings = self.ours.iter().filter(|(_, of)| *of == Lane::Ring).count();
        let old = self.ours.iter().filter(|(_, of)| *of == Lane::Backfill).count();
        let leaves_room = lane == Lane::Backfill && old >= OLD_CALLS_AT_LEAST;
        let kept = if leaves_room { rings.saturating_sub(RINGS_AT_ONCE) } else { 0 };
        let most = (limit * lane.ceiling_of_all() - kept as f64).max(1.0);
        let (mut all, mut above) = (self.ours.len(), self.ours.iter().filter(|(_, of)| *of <= lane).count());
        let mut left = self.ours.iter();
        loop {
            if all as f64 + 1.0 <= most && above as f64 + 1.0 <= self.room_of(lane) {
                break;
            }
            // There is room once the oldest of them is out of the window.
            let Some((_, of)) = left.next() else { break };
            all -= 1;
            above -= usize::from(*of <= lane);
        }
        match self.ours.len() - all {
            0 => Ok(()),
            gone => {
                let last = self.ours.get(gone - 1).map_or(now, |(at, _)| *at);
                Err(at_least.max(last + delta(self.rate.window)))
            }
        }
    }

    /// When the next request for old calls may go.
    fn pace_of_old_calls(&self, lane: Lane) -> Option<DateTime<Utc>> {
        let (last, _) = self.ours.iter().rev().find(|(_, of)| *of == Lane::Backfill && lane == *of)?;
        let most = (f64::from(self.rate.requests) * self.share * OLD_CALLS).max(1.0);
        Some(*last + seconds(self.rate.window.as_secs_f64() / most))
    }

    /// Where all of the limit drains at one moment, there is room for every lane then: records that waited for it go before
    /// what may come late.
    fn is_another_first(&self, lane: Lane, now: DateTime<Utc>) -> bool {
        let full_at = self.full_at.filter(|_| lane > Lane::Live);
        full_at.is_some_and(|full_at| now - full_at <= delta(self.rate.window))
    }

    fn guarded_until(&self, lane: Lane, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if self.vendor != Vendor::Front || lane == Lane::Ring {
            return None;
        }
        let recent = self.ours.iter().rev().filter(|(_, lane)| *lane != Lane::Ring);
        let a_second = ((FRONT_A_SECOND as f64 * self.share) as usize).max(1);
        let until = *recent.map(|(at, _)| at).nth(a_second - 1)? + A_SECOND;
        (until > now).then_some(until)
    }

    /// How full the bucket may be for a request of this lane.
    fn room_of(&self, lane: Lane) -> f64 {
        (f64::from(self.rate.requests) * lane.ceiling(self.counting) * self.share).max(1.0)
    }

    /// Where nothing drains for a while, writes would leave nothing to whoever rings meanwhile: so much is kept as will be
    /// asked for if it goes on ringing, and others go on asking, as they do. Whoever rings is held up by what is used only.
    fn room_until_it_drains(&self, lane: Lane, now: DateTime<Utc>) -> f64 {
        let room = self.room_of(lane);
        let Some(window) = self.until_it_drains() else { return room };
        let all = f64::from(self.rate.requests) * self.share;
        if lane == Lane::Ring {
            return room.min(all - self.of_others.since_seen(window, now) * self.share);
        }
        // People do not ring evenly: of so many, so many more may come.
        let rings = self.rings_pace(now) * in_seconds(window.end - now).max(0.0);
        let rings = (rings + 2.0 * rings.sqrt()).min(all * MOST_FOR_RINGS);
        let theirs = self.of_others.to_come(window, now) * self.share;
        (room - rings).min(all * SURE - rings - theirs)
    }

    /// How many requests may still come late, however many records wait.
    fn late_due(&self, now: DateTime<Utc>) -> f64 {
        if self.vendor != Vendor::Front || self.starves.is_none_or(|(since, _)| now - since <= STARVES) {
            return 0.0;
        }
        let went = self.ours_of_it().filter(|(_, of)| *of == Lane::Late).count();
        let all = f64::from(self.rate.requests) * self.share * LATE_ALL_THE_SAME;
        (all.max(1.0) - went as f64).max(0.0)
    }

    /// How often it rang of late, and once more, times per second.
    fn rings_pace(&self, now: DateTime<Utc>) -> f64 {
        let mut rang = self.ours.iter().filter(|(_, of)| *of == Lane::Ring).map(|(at, _)| *at);
        let Some(first) = rang.next() else { return 1.0 / self.rate.window.as_secs_f64().max(1.0) };
        (rang.count() + 2) as f64 / in_seconds((now - first).max(RINGS_SEEN_OVER))
    }

    /// Counts a request that goes.
    fn count(&mut self, lane: Lane, now: DateTime<Utc>) {
        self.drain(now);
        self.level += 1.0;
        self.in_flight += 1;
        self.ours.push_back((now, lane));
    }

    /// The request that was counted last did not go after all.
    pub fn give_back(&mut self) {
        self.level = (self.level - 1.0).max(0.0);
        self.in_flight = self.in_flight.saturating_sub(1);
        self.ours.pop_back();
    }

    /// An answer came, or none will.
    pub fn answered(&mut self) {
        self.is_answered = true;
        self.in_flight = self.in_flight.saturating_sub(1);
        if let Some((.., answered)) = &mut self.told {
            *answered += 1;
        }
    }

    fn room_at(&self, over: f64, now: DateTime<Utc>) -> DateTime<Utc> {
        let drained = now + seconds(over / self.drain_per_second());
        let drained = self.drains_at.map_or(drained, |at| at.min(drained));
        drained.max(now + TimeDelta::milliseconds(50))
    }

    /// What the vendor says of its bucket (Gorgias, `reference/gorgias.md` §3): used and limit, everybody's together, in
    /// the answer to a request that left at `sent_at`.
    pub fn told(&mut self, used: u32, limit: u32, sent_at: DateTime<Utc>, now: DateTime<Utc>) {
        self.drain(now);
        if limit > 0 {
            self.rate.requests = limit;
        }
        if self.vendor == Vendor::Front {
            // It tells a minute's requests, whatever time was set up for those to start with.
            self.rate.window = FRONT_COUNTS_BY;
        }
        // More than full is full: a header that says more must not hold us up for longer than the bucket takes.
        self.is_used_up = used >= self.rate.requests;
        let used = f64::from(used.min(self.rate.requests));
        let mut on_their_way = self.in_flight;
        if now - sent_at > TELLS_OF_NOW {
            // It may tell of the moment before all that went since.
            if self.until_it_drains().is_none() {
                // It can show that there is less room, not more.
                let level = used + f64::from(on_their_way);
                self.level = self.level.max(level.min(f64::from(self.rate.requests)));
                return;
            }
            let since = self.ours.iter().filter(|(at, _)| *at > sent_at).count() as u32;
            on_their_way = on_their_way.max(since);
        }
        self.see_it_drain(used, now);
        self.level = used + f64::from(on_their_way);
        let crowded = self.others() * 2 > self.rate.requests;
        self.crowded_since = crowded.then_some(self.crowded_since.unwrap_or(now));
    }

    /// Beside that, it may tell (Front, `reference/front.md` §2.1) in how many seconds nothing is used any more: until then
    /// nothing drains. A moment beyond the window is another limit's, or a misread one.
    pub fn is_unused_in(&mut self, seconds: i64, now: DateTime<Utc>) {
        let window = i64::try_from(self.rate.window.as_secs()).unwrap_or(i64::MAX);
        if seconds < 1 {
            // The minute that it tells of is over.
            return;
        }
        let was = self.until_it_drains();
        let is_sane = seconds <= window.saturating_add(1);
        self.drains_at = is_sane.then(|| now + TimeDelta::seconds(seconds.saturating_add(DRAINS_LATER)));
        let Some(until) = self.until_it_drains() else { return };
        if let Some(was) = was
            && until.end - was.end > delta(self.rate.window) / 2
        {
            // It drained before we thought that it would.
            self.of_others.window_is_over(was);
        }
        // That all is used, an odd answer says as well.
        if !self.is_used_up {
            self.of_others.saw(self.others_used(), now);
        }
    }

    fn until_it_drains(&self) -> Option<Until> {
        self.drains_at.map(|end| Until { end, length: self.rate.window })
    }

    /// Two tellings with some time between them show what others put in meanwhile.
    fn see_it_drain(&mut self, used: f64, now: DateTime<Utc>) {
        let nominal = self.nominal();
        let Some((before, at, answered)) = self.told else {
            self.told = Some((used, now, 0));
            return;
        };
        let passed = in_seconds(now - at);
        if passed < SEEN_OVER_SECONDS {
            return;
        }
        // A bucket that may have been empty in between shows nothing.
        let seen = (before + f64::from(answered) - used) / passed;
        let shows = used * 4.0 > f64::from(self.rate.requests);
        self.drains = shows.then(|| seen.clamp(nominal / 10.0, nominal));
        self.told = Some((used, now, 0));
    }

    /// Since when what is used is used, where all of it drains at one moment.
    fn filled_since(&self) -> Option<DateTime<Utc>> {
        self.drains_at.map(|at| at - delta(self.rate.window) - TimeDelta::seconds(DRAINS_LATER))
    }

    /// Requests of others in the bucket. Where the vendor tells nothing, nothing is known of them.
    fn others(&self) -> u32 {
        match self.counting {
            Counting::Leaky => self.others_used().round() as u32,
            Counting::Window => 0,
        }
    }

    fn others_used(&self) -> f64 {
        (self.level - self.ours_of_it().count() as f64).max(0.0)
    }

    /// Our requests of what is used.
    fn ours_of_it(&self) -> impl Iterator<Item = &(DateTime<Utc>, Lane)> {
        let since = self.filled_since().map(|since| since - OF_TWO_CLOCKS);
        self.ours.iter().filter(move |(at, _)| since.is_none_or(|since| *at >= since))
    }

    /// A 429: every lane waits.
    pub fn refused(&mut self, wait: Duration, now: DateTime<Utc>) {
        let until = now + delta(wait.clamp(Duration::from_millis(500), Duration::from_secs(3600)));
        if self.is_used_up {
            // There is room again before the moment that was told.
            self.drains_at = self.drains_at.map(|at| at.min(until));
        }
        self.paused_until = Some(self.paused_until.map_or(until, |p| p.max(until)));
    }

    fn drain(&mut self, now: DateTime<Utc>) {
        let window = delta(self.rate.window);
        if self.level_at > now + OF_TWO_CLOCKS {
            self.clock_was_set_back(now);
        }
        match self.until_it_drains() {
            Some(until) if until.end <= now => {
                self.of_others.window_is_over(until);
                self.drains_at = None;
                self.drains = None;
                self.told = None;
                self.level = f64::from(self.in_flight);
            }
            Some(_) => {}
            None => {
                let passed = in_seconds(now - self.level_at).max(0.0);
                self.level = (self.level - passed * self.drain_per_second()).max(0.0);
            }
        }
        self.level_at = now;
        while self.ours.front().is_some_and(|(at, _)| *at + window <= now) {
            self.ours.pop_front();
        }
    }

    /// What is said to be in the future would hold up all until then.
    fn clock_was_set_back(&mut self, now: DateTime<Utc>) {
        self.ours.iter_mut().for_each(|(at, _)| *at = now.min(*at));
        (self.drains_at, self.full_at, self.told, self.starves) = (None, None, None, None);
        self.waiting = [None; 4];
        self.paused_until = None;
        self.of_others.forget();
    }

    fn drain_per_second(&self) -> f64 {
        let nominal = self.nominal();
        self.drains.map_or(nominal, |seen| seen.min(nominal))
    }

    /// All of the limit, evenly used: requests per second.
    fn nominal(&self) -> f64 {
        f64::from(self.rate.requests) / self.rate.window.as_secs_f64().max(0.001)
    }

    /// So many requests for old calls go in a second, where nothing else is asked.
    #[must_use]
    pub fn old_calls_per_second(&self) -> f64 {
        let most = match self.counting {
            // It drains as fast, however full it is kept.
            Counting::Leaky => self.nominal(),
            Counting::Window => self.nominal() * OLD_CALLS,
        };
        (most * self.share).max(0.001)
    }

    /// For the window and the metrics.
    pub fn view(&mut self, now: DateTime<Utc>) -> BudgetView {
        self.drain(now);
        BudgetView {
            vendor: self.vendor,
            ours: self.ours.len() as u32,
            others: self.others(),
            limit: self.rate.requests,
            reserve: self.rate.requests - self.room_of(Lane::Ring) as u32,
            window_seconds: self.rate.window.as_secs() as u32,
            paused_until: self.paused_until.filter(|p| *p > now).map(|p| p.timestamp()),
            crowded_since: self.crowded_since.map(|since| since.timestamp()),
            lanes: Lane::ALL.iter().map(|lane| self.lane_view(*lane, now)).collect(),
        }
    }

    fn lane_view(&self, lane: Lane, now: DateTime<Utc>) -> LaneView {
        // Whoever waited may have given up: only who asked a moment ago still waits.
        let still = |(_, asked): &(_, DateTime<Utc>)| now - *asked < STILL_WAITING;
        LaneView {
            lane: match lane {
                Lane::Ring => LaneName::Ring,
                Lane::Live => LaneName::Live,
                Lane::Late => LaneName::Late,
                Lane::Backfill => LaneName::Backfill,
            },
            used: self.ours.iter().filter(|(_, of)| *of == lane).count() as u32,
            limit: self.room_of(lane) as u32,
            waiting_since: self.waiting[lane as usize].filter(still).map(|(since, _)| since.timestamp()),
        }
    }
}

fn seconds(s: f64) -> TimeDelta {
    TimeDelta::milliseconds((s * 1000.0).ceil().clamp(0.0, 86_400_000.0) as i64)
}

fn in_seconds(d: TimeDelta) -> f64 {
    d.num_milliseconds() as f64 / 1000.0
}

fn delta(d: Duration) -> TimeDelta {
    TimeDelta::from_std(d).unwrap_or(TimeDelta::days(1))
}

#[cfg(test)]
mod hours;

#[cfg(test)]
mod tests;
