//! Hours of load on Front's limit, with others who use it, too (B2): nobody is refused, whoever rings goes at once, and nothing
//! starves.

use super::*;

const HOURS: i64 = 2;
const TICK_MS: i64 = 100;
fn at(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_800_000_000_000 + ms).expect("in range")
}

/// Front's count (`reference/front.md §2.1`): all of it is unused at the end of each minute.
struct Front {
    load: Load,
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
        let others = (self.load.others)(since / 60_000, since % 60_000);
        if self.used + others >= self.load.limit {
            self.refused += 1;
        } else {
            self.used += 1;
        }
        let end = ms + 60_000 - since % 60_000;
        let resets = if self.load.is_rounded_down { end / 1000 } else { (end + 999) / 1000 };
        (self.load.limit.min(self.used + others), resets - ms / 1000)
    }
}

/// Requests a minute; records come four at once, the rest one by one.
#[derive(Clone, Copy)]
struct Load {
    limit: u32,
    rings: i64,
    records: i64,
    late: i64,
    /// How many requests others made in that minute, so many milliseconds after its beginning.
    others: fn(i64, i64) -> u32,
    /// From a request to Front's reckoning, and as long again to its answer.
    way_ms: i64,
    is_rounded_down: bool,
}

const NOBODY: fn(i64, i64) -> u32 = |_, _| 0;

/// The smallest plan's.
fn load(rings: i64, records: i64, late: i64, others: fn(i64, i64) -> u32) -> Load {
    Load { limit: 50, rings, records, late, others, way_ms: 100, is_rounded_down: false }
}

/// Of so many a minute, evenly.
fn even(a_minute: i64, ms: i64) -> u32 {
    (a_minute * ms / 60_000) as u32
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

fn hours(rate: Rate, load: Load) -> Seen {
    let end = HOURS * 3_600_000;
    let mut chance = Chance(7);
    let mut come: [Vec<i64>; 3] = Default::default();
    come[0] = (0..load.rings * HOURS * 60).map(|_| chance.below(end)).collect();
    let bursts = (0..load.records * HOURS * 15).map(|_| chance.below(end));
    come[1] = bursts.flat_map(|ms| [ms, ms + 300, ms + 600, ms + 900]).collect();
    come[2] = (0..load.late * HOURS * 60).map(|n| n * 60_000 / load.late).collect();
    come.iter_mut().for_each(|lane| lane.sort_unstable_by(|a, b| b.cmp(a)));

    let mut b = Budget::new(Vendor::Front, Counting::Leaky, rate, at(0));
    let mut front = Front { load, minute: 0, used: 0, refused: 0 };
    let mut under_way: VecDeque<(i64, Option<(u32, i64)>)> = VecDeque::new();
    let mut waiting: [VecDeque<i64>; 3] = Default::default();
    let mut seen = Seen::default();
    for now in (0..end).step_by(TICK_MS as usize) {
        for (sent, answer) in &mut under_way {
            if now == *sent + load.way_ms {
                *answer = Some(front.ask(now));
            }
        }
        while let Some((sent, Some((used, seconds)))) = under_way.front().copied()
            && now >= sent + 2 * load.way_ms
        {
            under_way.pop_front();
            b.answered();
            b.told(used, load.limit, at(sent), at(now));
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
        let load = load(3, 30, 3, |_, ms| even(10, ms));
        let seen = hours(rate, load);
        assert_eq!(seen.refused, 0, "{requests}/{seconds}s: {seen:?}");
        assert_eq!(seen.went, hours(SMALLEST, load).went, "{requests}/{seconds}s");
    }
}

/// The loads that follow, by name, and how many refusals they may see in these hours.
fn loads() -> Vec<(&'static str, Load, u32)> {
    let large = |rings, records, late, others| Load { limit: 200, ..load(rings, records, late, others) };
    vec![
        ("nobody else", load(5, 40, 3, NOBODY), 0),
        ("others at 15", load(3, 30, 3, |_, ms| even(15, ms)), 0),
        ("others at 20", load(3, 28, 3, |_, ms| even(20, ms)), 0),
        ("others at 30", load(2, 8, 3, |_, ms| even(30, ms)), 0),
        // 49 of 50 are asked for.
        ("others at 40", load(2, 4, 3, |_, ms| even(40, ms)), 10),
        ("others all at once, early", load(3, 25, 3, |_, ms| if ms > 2_000 { 12 } else { 0 }), 0),
        ("others all at once, late", load(3, 40, 3, |_, ms| if ms > 40_000 { 20 } else { 0 }), 3),
        // What nobody can know is refused: they come back after half an hour.
        (
            "others every other half hour",
            load(3, 40, 3, |m, ms| if m / 30 % 2 == 0 { even(30, ms) } else { 0 }),
            20,
        ),
        ("others at 150 of 200", large(5, 20, 10, |_, ms| even(150, ms)), 0),
        ("answers that take a second", Load { way_ms: 500, ..load(3, 28, 3, |_, ms| even(10, ms)) }, 0),
        ("answers that take five seconds", Load { way_ms: 2500, ..load(3, 28, 3, |_, ms| even(10, ms)) }, 0),
        ("rounded down", Load { is_rounded_down: true, ..load(3, 40, 3, |_, ms| even(25, ms)) }, 0),
    ]
}

#[test]
fn next_to_nothing_is_refused_and_whoever_rings_goes_at_once_whatever_others_use() {
    for (name, load, refusals) in loads() {
        let seen = hours(Rate { requests: load.limit, ..SMALLEST }, load);
        assert!(seen.refused <= refusals, "{name}: {seen:?}");
        assert!(seen.slow_rings * 20 <= seen.went[0], "{name}: one of twenty at most: {seen:?}");
        assert!(seen.longest_s[0] <= 30 && seen.left[0] == 0, "{name}: {seen:?}");
    }
}

#[test]
fn what_comes_late_waits_for_minutes_at_most_and_records_use_what_is_left() {
    for (name, load, _) in loads() {
        let seen = hours(Rate { requests: load.limit, ..SMALLEST }, load);
        assert!(seen.longest_s[2] <= 600 && seen.left[2] <= 30, "{name}: {seen:?}");
        // A record may take 85 %, of which rings, others and what comes late take theirs.
        let others: i64 = (0..120).map(|minute| i64::from((load.others)(minute, 59_999))).sum::<i64>() / 120;
        let room = i64::from(load.limit) * 85 / 100 - others - load.rings - load.late;
        let room = room.min(load.records) * HOURS * 60;
        assert!(seen.went[1] as i64 * 10 >= room * 9, "{name}: the room is used: {room}: {seen:?}");
    }
}

#[test]
fn a_backlog_goes_as_fast_as_the_limit_lets_it_once_others_are_gone() {
    let seen = hours(SMALLEST, load(0, 38, 0, |minute, ms| if minute < 20 { even(40, ms) } else { 0 }));
    assert!(seen.went[1] > 100 * 38, "{seen:?}");
    let seen = hours(SMALLEST, load(0, 38, 0, |minute, ms| if minute == 20 && ms > 2_000 { 12 } else { 0 }));
    assert!(seen.went[1] > 117 * 38, "{seen:?}");
}
