//! Hours of load on Front's limit, with others who use it, too (B2): nobody is refused, whoever rings goes at once, and nothing
//! starves.

use super::*;

const HOURS: i64 = 2;
const TICK_MS: i64 = 100;
/// From a request to Front's reckoning, and as long again to its answer.
const WAY_TICKS: i64 = 1;

fn at(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_800_000_000_000 + ms).expect("in range")
}

/// Front's count (`reference/front.md §2.1`): all of it is unused at the end of each minute; the others use theirs evenly.
struct Front {
    limit: u32,
    others: u32,
    minute: i64,
    used: u32,
    refused: u32,
}

impl Front {
    /// Used of the limit, and seconds until nothing is, as the headers tell: in whole ones of Front's clock.
    fn ask(&mut self, ms: i64) -> (u32, i64) {
        // Its minutes are not the clock's.
        let since = ms + 17_300;
        if since / 60_000 != self.minute {
            (self.minute, self.used) = (since / 60_000, 0);
        }
        let others = self.others * (since % 60_000) as u32 / 60_000;
        if self.used + others >= self.limit {
            self.refused += 1;
        } else {
            self.used += 1;
        }
        let resets = (ms + 60_000 - since % 60_000 + 999) / 1000;
        (self.limit.min(self.used + others), resets - ms / 1000)
    }
}

/// Requests a minute; records come four at once, the rest one by one.
#[derive(Clone, Copy, Debug)]
struct Load {
    rings: i64,
    records: i64,
    late: i64,
    others: u32,
}

#[derive(Debug, Default)]
struct Seen {
    refused: u32,
    /// Of rings, records, late ones: how many went, how many still wait, and the longest wait in seconds.
    went: [usize; 3],
    left: [usize; 3],
    longest_s: [i64; 3],
    /// Rings that waited for more than two seconds.
    slow_rings: usize,
}

/// Numbers that look like chance, the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as i64 % n
    }
}

fn hours(rate: Rate, limit: u32, load: Load) -> Seen {
    let end = HOURS * 3_600_000;
    let mut chance = Chance(7);
    let mut come: [Vec<i64>; 3] = Default::default();
    come[0] = (0..load.rings * HOURS * 60).map(|_| chance.below(end)).collect();
    let bursts = (0..load.records * HOURS * 15).map(|_| chance.below(end));
    come[1] = bursts.flat_map(|ms| [ms, ms + 300, ms + 600, ms + 900]).collect();
    come[2] = (0..load.late * HOURS * 60).map(|n| n * 60_000 / load.late).collect();
    come.iter_mut().for_each(|lane| lane.sort_unstable_by(|a, b| b.cmp(a)));

    let mut b = Budget::new(Vendor::Front, Counting::Leaky, rate, at(0));
    let mut front = Front { limit, others: load.others, minute: 0, used: 0, refused: 0 };
    let mut under_way: VecDeque<(i64, Option<(u32, i64)>)> = VecDeque::new();
    let mut waiting: [VecDeque<i64>; 3] = Default::default();
    let mut seen = Seen::default();
    for now in (0..end).step_by(TICK_MS as usize) {
        for (sent, answer) in &mut under_way {
            if now == *sent + WAY_TICKS * TICK_MS {
                *answer = Some(front.ask(now));
            }
        }
        while let Some((sent, Some((used, seconds)))) = under_way.front().copied()
            && now >= sent + 2 * WAY_TICKS * TICK_MS
        {
            under_way.pop_front();
            b.answered();
            b.told(used, limit, at(sent), at(now));
            b.is_unused_in(seconds, at(now));
        }
        // As the engine asks: in order of right, and as much as goes.
        for (n, lane) in [Lane::Ring, Lane::Live, Lane::Late].into_iter().enumerate() {
            while come[n].last().is_some_and(|ms| *ms <= now) {
                waiting[n].extend(come[n].pop());
            }
            while let Some(since) = waiting[n].front().copied()
                && b.take(lane, at(now)).is_ok()
            {
                waiting[n].pop_front();
                under_way.push_back((now, None));
                seen.went[n] += 1;
                seen.longest_s[n] = seen.longest_s[n].max((now - since) / 1000);
                seen.slow_rings += usize::from(n == 0 && now - since > 2000);
            }
        }
    }
    seen.refused = front.refused;
    seen.left = waiting.map(|lane| lane.len());
    seen
}

const SMALLEST: Rate = Rate { requests: 50, window: Duration::from_secs(60) };

#[test]
fn whatever_time_was_set_up_for_the_rate_the_minute_that_front_tells_is_kept_within() {
    for (requests, seconds) in [(10, 10), (100, 120)] {
        let rate = Rate { requests, window: Duration::from_secs(seconds) };
        let load = Load { rings: 3, records: 30, late: 3, others: 10 };
        let seen = hours(rate, 50, load);
        assert_eq!(seen.refused, 0, "{requests}/{seconds}s: {seen:?}");
        assert_eq!(seen.went, hours(SMALLEST, 50, load).went, "{requests}/{seconds}s");
    }
}

#[test]
fn nothing_is_refused_and_whoever_rings_goes_at_once_whatever_others_use() {
    for (rings, records, late, others) in
        [(5, 40, 3, 0), (3, 30, 3, 15), (3, 28, 3, 20), (3, 28, 0, 20), (3, 20, 3, 20), (2, 4, 3, 40)]
    {
        let load = Load { rings, records, late, others };
        let seen = hours(SMALLEST, 50, load);
        assert_eq!(seen.refused, 0, "{load:?}: {seen:?}");
        assert!(seen.slow_rings * 40 <= seen.went[0], "one of forty at most: {load:?}: {seen:?}");
        assert!(seen.longest_s[0] <= 10 && seen.left[0] == 0, "{load:?}: {seen:?}");
        // A record may take 85 %, of which rings and others take theirs.
        let room = (42 - i64::from(others) - rings - late).min(records) * HOURS * 60;
        assert!(seen.went[1] as i64 * 20 >= room * 19, "the room is used: {room}: {load:?}: {seen:?}");
    }
}

#[test]
fn what_comes_late_waits_for_minutes_at_most_while_records_find_no_room() {
    for (rings, records, others) in [(5, 40, 0), (3, 30, 15), (3, 28, 20), (3, 20, 20), (2, 8, 30)] {
        let load = Load { rings, records, late: 3, others };
        let seen = hours(SMALLEST, 50, load);
        assert!(seen.longest_s[1] > 120, "records wait: {load:?}: {seen:?}");
        assert!(seen.longest_s[2] <= 900 && seen.left[2] <= 3, "{load:?}: {seen:?}");
    }
}
