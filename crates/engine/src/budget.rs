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
        let kept = if lane == Lane::Backfill { rings.saturating_sub(RINGS_AT_ONCE) } else { 0 };
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
mod tests {
    use super::*;

    fn at(ms: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_800_000_000_000 + ms).expect("in range")
    }

    fn budget(counting: Counting) -> Budget {
        let rate = Rate { requests: 40, window: Duration::from_secs(20) };
        let mut budget = Budget::new(Vendor::Gorgias, counting, rate, at(0));
        budget.answered();
        budget
    }

    #[test]
    fn until_the_vendor_told_how_full_the_bucket_is_only_the_reserve_is_used() {
        let rate = Rate { requests: 40, window: Duration::from_secs(20) };
        let mut b = Budget::new(Vendor::Gorgias, Counting::Leaky, rate, at(0));
        let taken = (0..40).filter(|_| b.take(Lane::Ring, at(0)).is_ok()).count();
        assert_eq!(taken, 4, "the last run may have left it almost full");
        b.answered();
        b.told(36, 40, at(0), at(0));
        assert!(b.take(Lane::Ring, at(0)).is_err());
        b.told(4, 40, at(0), at(0));
        assert!(b.take(Lane::Ring, at(0)).is_ok());
    }

    #[test]
    fn front_is_asked_no_more_than_its_guards_let_through() {
        let rate = Rate { requests: 200, window: Duration::from_secs(60) };
        let mut b = Budget::new(Vendor::Front, Counting::Leaky, rate, at(0));
        b.answered();
        let taken = |b: &mut Budget, lane, ms| (0..40).filter(|_| b.take(lane, at(ms)).is_ok()).count();
        assert_eq!(taken(&mut b, Lane::Live, 0), 4);
        assert_eq!(b.take(Lane::Late, at(999)), Err(at(1_000)));
        assert!(b.take(Lane::Ring, at(999)).is_ok(), "somebody rings");
        assert_eq!(taken(&mut b, Lane::Live, 1_000), 4);
    }

    #[test]
    fn what_front_tells_is_a_minutes_whatever_time_the_rate_was_set_up_for() {
        let rate = Rate { requests: 10, window: Duration::from_secs(10) };
        let mut b = Budget::new(Vendor::Front, Counting::Leaky, rate, at(0));
        b.take(Lane::Ring, at(0)).expect("the reserve");
        b.answered();
        b.told(44, 50, at(0), at(0));
        b.is_unused_in(40, at(0));
        assert_eq!(b.view(at(0)).window_seconds, 60);
        b.take(Lane::Ring, at(0)).expect("one is left");
        assert!(b.take(Lane::Ring, at(40_999)).is_err(), "nothing drains until then");
        assert!(b.take(Lane::Ring, at(41_000)).is_ok());
    }

    #[test]
    fn a_limit_that_drains_at_one_moment_is_used_by_then_and_whoever_rings_until_then_has_room() {
        let rate = Rate { requests: 100, window: Duration::from_secs(60) };
        let mut b = Budget::new(Vendor::Gorgias, Counting::Leaky, rate, at(0));
        b.answered();
        b.told(0, 100, at(0), at(0));
        b.is_unused_in(60, at(0));
        let taken = |b: &mut Budget, lane, ms, most| {
            let taken = (0..most).filter(|_| b.take(lane, at(ms)).is_ok()).count();
            (0..taken).for_each(|_| b.answered());
            taken
        };
        // A ring every other second, and as many writes as there is room for.
        let (mut writes, mut at_first) = (0, 0);
        for second in 0..60 {
            if second % 2 == 0 {
                assert!(b.take(Lane::Ring, at(second * 1000)).is_ok(), "no room for a ring at {second} s");
                b.answered();
            }
            let room = if second < 20 { 2 } else { 200 };
            writes += taken(&mut b, Lane::Live, second * 1000, room);
            at_first = if second == 20 { writes } else { at_first };
        }
        assert!((50..=60).contains(&writes) && at_first < writes, "{at_first} of {writes}");
        assert!(taken(&mut b, Lane::Live, 59_999, 200) <= 3, "those kept for who rang no more");
        assert!(
            taken(&mut b, Lane::Live, 61_000, 200) > 40,
            "all of it at once, a second later for who rounds down"
        );
        // Somebody asks again, once nothing is told of such a moment.
        b.told(10, 100, at(62_000), at(62_000));
        b.is_unused_in(900, at(62_000));
        assert!(b.drains_at.is_none(), "no such limit is a quarter of an hour's");
    }

    #[test]
    fn what_others_are_used_to_use_until_the_limit_drains_is_left_to_them() {
        let rate = Rate { requests: 60, window: Duration::from_secs(60) };
        let mut b = Budget::new(Vendor::Front, Counting::Leaky, rate, at(0));
        b.take(Lane::Ring, at(29_900)).expect("the reserve");
        b.answered();
        b.told(31, 60, at(29_900), at(30_000));
        b.is_unused_in(30, at(30_000));
        assert_eq!(b.view(at(30_000)).others, 30);
        assert!(b.take(Lane::Live, at(30_000)).is_err(), "they will use it all by then");
        assert!(b.take(Lane::Ring, at(52_000)).is_ok(), "53 are used");
        b.answered();
        assert!(b.take(Lane::Ring, at(59_900)).is_err(), "all of it is");
        assert!(b.take(Lane::Ring, at(61_000)).is_ok());
        // They go on as they did, until the last part of a minute in which they did not.
        b.answered();
        b.told(1, 60, at(61_000), at(61_000));
        b.is_unused_in(59, at(61_000));
        assert!(b.take(Lane::Live, at(62_000)).is_err());
        assert!(b.take(Lane::Ring, at(62_000)).is_ok(), "whoever rings is held up by what is used only");
        assert!(b.take(Lane::Live, at(112_000)).is_ok());
    }

    #[test]
    fn others_who_are_gone_hold_nothing_up_for_long() {
        let rate = Rate { requests: 50, window: Duration::from_secs(60) };
        let mut b = Budget::new(Vendor::Front, Counting::Leaky, rate, at(0));
        b.take(Lane::Live, at(0)).expect("the reserve");
        b.answered();
        b.told(49, 50, at(30_000), at(30_000));
        b.is_unused_in(30, at(30_000));
        // They stop. Each answer tells of nobody but us.
        let (mut went, mut used) = (0, 0);
        for ms in (60_000..240_000).step_by(500) {
            used = if ms % 60_000 == 0 { 0 } else { used };
            while b.take(Lane::Live, at(ms)).is_ok() {
                (went, used) = (went + 1, used + 1);
                b.answered();
                b.told(used, 50, at(ms), at(ms));
                b.is_unused_in(60 - ms / 1000 % 60, at(ms));
            }
        }
        assert!(went >= 3 * 37, "a few seconds are lost: {went}");
    }

    #[test]
    fn one_answer_that_says_that_all_is_used_holds_nobody_up_once_there_is_room() {
        let rate = Rate { requests: 50, window: Duration::from_secs(60) };
        let mut b = Budget::new(Vendor::Front, Counting::Leaky, rate, at(0));
        b.take(Lane::Live, at(0)).expect("the reserve");
        b.answered();
        b.told(50, 50, at(0), at(0));
        b.is_unused_in(50, at(0));
        b.refused(Duration::from_secs(7), at(0));
        assert_eq!(b.take(Lane::Ring, at(6_999)), Err(at(7_000)));
        let taken = (0..10).filter(|_| b.take(Lane::Live, at(7_000)).is_ok()).count();
        assert_eq!(taken, FRONT_A_SECOND);
    }

    #[test]
    fn records_that_find_no_room_leave_some_to_what_comes_late_and_none_to_old_calls() {
        let rate = Rate { requests: 50, window: Duration::from_secs(60) };
        let mut b = Budget::new(Vendor::Front, Counting::Leaky, rate, at(0));
        b.answered();
        b.told(0, 50, at(0), at(0));
        b.is_unused_in(60, at(0));
        let taken = |b: &mut Budget, lane, second: i64| {
            let taken = (0..20).filter(|_| b.take(lane, at(second * 1000)).is_ok()).count();
            (0..taken).for_each(|_| b.answered());
            taken
        };
        // Records come faster than they can go. For five minutes what comes late leaves all of it to them.
        for second in 0..360 {
            if second % 60 == 0 {
                b.told(0, 50, at(second * 1000), at(second * 1000));
                b.is_unused_in(60, at(second * 1000));
            }
            taken(&mut b, Lane::Live, second);
            let late = taken(&mut b, Lane::Late, second);
            assert!(late == 0 || second > 300, "{late} at {second}");
        }
        b.told(0, 50, at(360_000), at(360_000));
        b.is_unused_in(60, at(360_000));
        let records: usize = (360..380).map(|second| taken(&mut b, Lane::Live, second)).sum();
        assert!((36..40).contains(&records), "{records}");
        assert_eq!(taken(&mut b, Lane::Backfill, 380), 0);
        let late = taken(&mut b, Lane::Late, 380);
        assert!(late >= 3, "a minute's: {late}");
        assert_eq!(taken(&mut b, Lane::Live, 381), 0);
        let more: usize = (381..420).map(|second| taken(&mut b, Lane::Late, second)).sum();
        assert!(late + more <= 4, "{late} and {more}");
        // When all of it drains, records go first, as before.
        assert_eq!((taken(&mut b, Lane::Live, 421), taken(&mut b, Lane::Backfill, 422)), (4, 0));
    }

    #[test]
    fn whoever_has_a_share_leaves_the_rest_to_the_other_engine_whatever_the_vendor_tells() {
        let taken = |b: &mut Budget| (0..40).filter(|_| b.take(Lane::Live, at(0)).is_ok()).count();
        for counting in [Counting::Leaky, Counting::Window] {
            let mut b = budget(counting);
            b.within(0.2);
            assert_eq!(taken(&mut b), 6, "a fifth of 34");
        }
        let mut b = budget(Counting::Leaky);
        b.within(0.2);
        b.told(10, 40, at(0), at(0));
        assert_eq!(taken(&mut b), 0, "the other one goes first");
    }

    #[test]
    fn what_the_last_run_asked_counts_in_the_first_window_of_this_one() {
        let mut last = budget(Counting::Window);
        for n in 0..12 {
            last.take(Lane::Live, at(n * 1000)).expect("room");
        }
        let remembered = last.to_remember(at(15_000));
        let mut next = budget(Counting::Window);
        next.remember(&remembered, at(15_000));
        let taken = (0..100).filter(|_| next.take(Lane::Ring, at(15_000)).is_ok()).count();
        assert_eq!(taken, 40 - 12);
        assert!(next.take(Lane::Ring, at(20_001)).is_ok(), "the first of them is out of the window");
        let mut full = budget(Counting::Window);
        (0..40).for_each(|_| full.take(Lane::Ring, at(0)).expect("room"));
        let full = full.to_remember(at(0));
        let mut next = budget(Counting::Window);
        next.remember(&full, at(1_000));
        let taken = (0..100).filter(|_| next.take(Lane::Ring, at(1_000)).is_ok()).count();
        assert_eq!(taken, 8, "enough to ask who writes");
        for odd in ["", "x 7 -", "99999999999999999999"] {
            budget(Counting::Window).remember(odd, at(0));
        }
    }

    #[test]
    fn a_tenth_is_always_left_to_others() {
        let taken = |mut b: Budget| (0..100).filter(|_| b.take(Lane::Ring, at(0)).is_ok()).count();
        assert_eq!(taken(budget(Counting::Leaky)), 36);
        assert_eq!(taken(budget(Counting::Window)), 40, "of a window the set-up leaves it");
    }

    #[test]
    fn a_header_that_tells_nonsense_holds_nothing_up() {
        for used in [100_000, u32::MAX] {
            let mut b = budget(Counting::Leaky);
            b.take(Lane::Ring, at(0)).expect("it is empty");
            b.told(used, 40, at(0), at(0));
            let again = b.take(Lane::Ring, at(0)).expect_err("it is full");
            assert!(again <= at(20_000), "the bucket is empty after 20 s, said {used}: {again}");
        }
    }

    #[test]
    fn a_window_limit_holds_in_every_window() {
        let mut b = budget(Counting::Window);
        let mut sent: Vec<i64> = Vec::new();
        let mut now = 0;
        while now < 120_000 {
            match b.take(Lane::Ring, at(now)) {
                Ok(()) => sent.push(now),
                Err(until) => now = (until - at(0)).num_milliseconds().max(now + 1),
            }
        }
        for start in &sent {
            assert!(sent.iter().filter(|t| **t >= *start && **t < start + 20_000).count() <= 40);
        }
        assert!(sent.len() >= 40 * 5, "the budget is used, not only kept: {}", sent.len());
    }

    fn aircalls() -> Budget {
        let rate = Rate { requests: 30, window: Duration::from_secs(60) };
        Budget::new(Vendor::Aircall, Counting::Window, rate, at(0))
    }

    /// Takes all that goes for old calls until then.
    fn recover(b: &mut Budget, from: i64, until: i64) -> usize {
        let (mut now, mut taken) = (from, 0);
        while now < until {
            match b.take(Lane::Backfill, at(now)) {
                Ok(()) => taken += 1,
                Err(again) => now = (again - at(0)).num_milliseconds().max(now + 1),
            }
        }
        taken
    }

    #[test]
    fn idle_room_is_lent_to_old_calls() {
        let mut b = aircalls();
        let first = recover(&mut b, 0, 60_000);
        let then = recover(&mut b, 60_000, 600_000);
        assert!(
            (27..=29).contains(&first) && then >= 9 * 27,
            "{first}, {then} in nine minutes: nine tenths of ours"
        );
        let most = (0..30).filter(|_| b.take(Lane::Live, at(600_000)).is_ok()).count();
        assert!(most >= 1, "what is of now does not wait for them");
    }

    #[test]
    fn a_ring_finds_room_at_once_beside_a_recovery_and_many_do_within_seconds() {
        let mut b = aircalls();
        recover(&mut b, 0, 180_000);
        // A ring every ten seconds for ten minutes: never one that waits.
        let mut read = 0;
        for n in 0..60 {
            let now = 180_000 + n * 10_000;
            assert!(b.take(Lane::Ring, at(now)).is_ok(), "ring {n}");
            read += recover(&mut b, now, now + 10_000);
        }
        assert!(read >= 10 * 19, "and the rest is used: {read}");
        // Five at once: two find room, the others within seven seconds.
        recover(&mut b, 780_000, 900_000);
        let (mut now, mut rung) = (900_000, 0);
        while rung < 5 {
            match b.take(Lane::Ring, at(now)) {
                Ok(()) => rung += 1,
                Err(_) => now += 100,
            }
        }
        assert!(now <= 907_000, "{}", now - 900_000);
        // Where it rings like this, it is reckoned with: the next five find room at once.
        for _ in 0..3 {
            let next = now + 50_000;
            recover(&mut b, now, next);
            now = next;
            let at_once = (0..5).filter(|_| b.take(Lane::Ring, at(now)).is_ok()).count();
            assert!(at_once >= 3, "{at_once}");
        }
    }

    #[test]
    fn lower_lanes_stop_before_a_ringing_phone_does() {
        let mut b = budget(Counting::Leaky);
        while b.take(Lane::Backfill, at(0)).is_ok() {}
        assert!(b.take(Lane::Late, at(0)).is_ok());
        while b.take(Lane::Late, at(0)).is_ok() {}
        assert!(b.take(Lane::Ring, at(0)).is_ok());
    }

    #[test]
    fn what_the_vendor_tells_replaces_our_count() {
        let mut b = budget(Counting::Leaky);
        b.told(39, 40, at(0), at(0));
        let until = b.take(Lane::Live, at(0)).expect_err("others have filled it");
        assert!(b.take(Lane::Live, until).is_ok());
        assert_eq!(b.view(until).ours, 1);
    }

    #[test]
    fn what_is_under_way_counts_on_top_of_what_the_vendor_tells() {
        let mut b = budget(Counting::Leaky);
        (0..30).for_each(|_| b.take(Lane::Live, at(0)).expect("room"));
        b.answered();
        b.told(1, 40, at(0), at(0));
        let more = (0..40).filter(|_| b.take(Lane::Live, at(0)).is_ok()).count();
        assert!(more <= 4, "29 are still on their way: {more}");
    }

    #[test]
    fn what_did_not_go_leaves_no_trace() {
        let mut b = budget(Counting::Leaky);
        for _ in 0..100 {
            b.take(Lane::Live, at(0)).expect("room");
            b.give_back();
        }
        b.told(3, 40, at(0), at(0));
        let view = b.view(at(0));
        assert_eq!((view.ours, view.others), (0, 3));
    }

    #[test]
    fn what_waits_is_shown_by_lane_and_forgotten_when_it_went() {
        let mut b = budget(Counting::Leaky);
        while b.take(Lane::Late, at(0)).is_ok() {}
        let until = b.take(Lane::Late, at(100)).expect_err("full");
        let view = b.view(at(100));
        let lane = |view: &BudgetView, name| *view.lanes.iter().find(|l| l.lane == name).expect("all lanes");
        assert_eq!((view.limit, view.reserve, view.ours), (40, 4, 28));
        let late = lane(&view, LaneName::Late);
        assert_eq!((late.used, late.limit, late.waiting_since), (28, 28, Some(at(0).timestamp())));
        let ring = lane(&view, LaneName::Ring);
        assert_eq!((ring.used, ring.limit, ring.waiting_since), (0, 36, None));
        assert!(b.take(Lane::Late, until).is_ok());
        assert_eq!(lane(&b.view(until), LaneName::Late).waiting_since, None);
    }

    #[test]
    fn a_bucket_that_a_neighbour_refills_is_waited_for_longer() {
        let full_until = |tellings: &[(i64, u32)]| {
            let mut b = budget(Counting::Leaky);
            for (ms, used) in tellings {
                b.told(*used, 40, at(*ms), at(*ms));
            }
            let last = tellings.last().map_or(0, |(ms, _)| *ms);
            (b.take(Lane::Late, at(last)).expect_err("full") - at(last)).num_milliseconds()
        };
        let alone = full_until(&[(0, 36)]);
        let with_neighbour = full_until(&[(0, 36), (10_000, 36)]);
        assert_eq!(alone, 4_500, "nine too many, two a second");
        assert!(with_neighbour >= 9 * alone, "{with_neighbour}");
        assert_eq!(full_until(&[(0, 36), (10_000, 36), (12_000, 32)]), 2_500, "the neighbour has gone");
    }

    #[test]
    fn a_neighbour_who_fills_more_than_half_is_seen_until_it_stops() {
        let mut b = budget(Counting::Leaky);
        b.take(Lane::Live, at(0)).expect("room");
        b.answered();
        b.told(22, 40, at(0), at(0));
        let view = b.view(at(0));
        assert_eq!((view.ours, view.others, view.crowded_since), (1, 21, Some(at(0).timestamp())));
        b.told(30, 40, at(2_000), at(2_000));
        assert_eq!(b.view(at(2_000)).crowded_since, Some(at(0).timestamp()), "since the beginning");
        b.told(5, 40, at(9_000), at(9_000));
        assert_eq!(b.view(at(9_000)).crowded_since, None);
    }

    #[test]
    fn a_429_pauses_every_lane_until_retry_after() {
        let mut b = budget(Counting::Leaky);
        b.refused(Duration::from_secs(7), at(0));
        assert_eq!(b.take(Lane::Ring, at(10)), Err(at(7_000)));
        assert!(b.take(Lane::Ring, at(7_000)).is_ok());
    }

    #[test]
    fn an_answer_that_was_long_on_its_way_makes_no_room() {
        let mut b = budget(Counting::Leaky);
        b.take(Lane::Live, at(0)).expect("room");
        (0..32).for_each(|_| b.take(Lane::Live, at(14_000)).expect("room"));
        (0..33).for_each(|_| b.answered());
        b.told(1, 40, at(0), at(14_500));
        let more = (0..40).filter(|_| b.take(Lane::Live, at(14_500)).is_ok()).count();
        assert_eq!(
            more, 3,
            "32 went half a second ago, of which one has drained: 34 is what this lane may fill"
        );
        b.told(40, 40, at(0), at(14_500));
        assert!(b.take(Lane::Ring, at(14_500)).is_err(), "others filled it meanwhile");
    }
}
