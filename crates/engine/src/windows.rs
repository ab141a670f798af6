//! A walk through all of Aircall's calls of a time, however many there are: page by page, in windows that stay below the
//! cap of Aircall's lists, and so that it can be put down and taken up again at any page. Pure.
//!
//! A list ends at 10,000 calls (`reference/aircall.md` §3), so a window that holds more is halved. The oldest window comes
//! first: what is written later for an older call would stand behind that of a newer one. A call's start may move by a
//! second after its end, so windows overlap; whoever reads must not mind a call that comes twice.

use aircall::calls::{Fetch, ListCalls, Order};
use aircall::{PAGE_CAP, Page, Paging, RawCall, Request};
use serde::{Deserialize, Serialize};

/// So many seconds neighbouring windows have in common.
const OVERLAP: i64 = 2;

/// A walk, and how far it has come. What is kept of it is enough to go on after a restart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walk {
    /// The last one is being read; the newest comes first.
    open: Vec<Window>,
    /// The page that is asked for next, from 1.
    page: u32,
    /// The window is read from its end: from its beginning the cap is reached.
    backwards: bool,
    /// How many calls there are in all, as Aircall said at the beginning.
    total: Option<u32>,
}

/// A time in unix seconds, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Window {
    from: i64,
    to: i64,
}

impl Window {
    fn seconds(self) -> i64 {
        self.to - self.from + 1
    }

    /// The earlier and the later half; each is shorter than the whole, if that is longer than a second.
    fn halves(self) -> (Window, Window) {
        let middle = self.from + self.seconds() / 2 - 1;
        let overlap = OVERLAP.min(self.seconds() / 4);
        (Window { to: middle, ..self }, Window { from: middle + 1 - overlap, ..self })
    }
}

/// What a page led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The next page of the same window.
    Page,
    /// The window holds too many calls and is read in halves.
    Halved,
    /// On to the next window.
    Window,
    /// Everything was read.
    Done,
    /// Everything was read, but for calls of one second that is fuller than two lists are long: those cannot be had.
    Incomplete,
}

impl Walk {
    /// Through all calls that started between these unix seconds, both included. Empty if `to` is before `from`.
    #[must_use]
    pub fn of(from: i64, to: i64) -> Walk {
        let mut walk = Walk { page: 1, ..Walk::default() };
        walk.also(from, to);
        walk
    }

    /// Goes on to these seconds, too, after all that is open.
    pub fn also(&mut self, from: i64, to: i64) {
        if from <= to {
            if self.open.is_empty() {
                (self.page, self.backwards) = (1, false);
            }
            self.open.insert(0, Window { from, to });
        }
    }

    /// What began before this second cannot be had any more: nobody asks for it.
    pub fn forget_before(&mut self, second: i64) {
        while let Some(window) = self.open.last_mut().filter(|window| window.from < second) {
            (self.page, self.backwards) = (1, false);
            if window.to >= second {
                window.from = second;
                return;
            }
            self.open.pop();
        }
    }

    /// Aircall does not answer this page, however often: the window is read in halves, so that what lies around it is not held
    /// up. One of a single second comes last, or is left out where it `never` can be had: then the answer is `false`.
    pub fn go_around(&mut self, never: bool) -> bool {
        let Some(window) = self.open.pop() else { return false };
        (self.page, self.backwards) = (1, false);
        if window.seconds() <= 1 {
            if !never {
                self.open.insert(0, window);
            }
            return !never;
        }
        let (earlier, later) = window.halves();
        self.open.extend([later, earlier]);
        true
    }

    /// How many seconds are still to be read.
    #[must_use]
    pub fn seconds_left(&self) -> i64 {
        self.open.iter().map(|window| window.seconds()).sum()
    }

    /// Whether nothing is left to read.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.open.is_empty()
    }

    /// How many calls Aircall said that there are, where it has said so.
    #[must_use]
    pub fn total(&self) -> Option<u32> {
        self.total
    }

    /// The page to read next; `None` if everything was read.
    #[must_use]
    pub fn request(&self) -> Option<Request<Page<RawCall>>> {
        let window = self.open.last()?;
        Some(aircall::calls::list(&ListCalls {
            // Exclusive (`reference/aircall.md` §3).
            from: Some(window.from - 1),
            to: Some(window.to),
            order: Some(if self.backwards { Order::Descending } else { Order::Ascending }),
            paging: Paging { page: self.page.max(1), ..Paging::default() },
            fetch: Fetch { contact: true, short_urls: false, call_timeline: false },
        }))
    }

    /// Goes on: `page` is the answer to [`Walk::request`].
    pub fn read(&mut self, page: &Page<RawCall>) -> Step {
        let Some(window) = self.open.last().copied() else { return Step::Done };
        let total = page.total.map(|total| u32::try_from(total).unwrap_or(u32::MAX));
        self.total = self.total.or(total);
        let is_last_page = (self.page + 1) * Paging::default().per_page > PAGE_CAP;
        let is_too_full = match total {
            Some(total) if self.page == 1 => total > PAGE_CAP,
            _ => is_last_page && page.next.is_some(),
        };
        if is_too_full && window.seconds() > 1 {
            self.open.pop();
            let (earlier, later) = window.halves();
            self.open.extend([later, earlier]);
            self.page = 1;
            return Step::Halved;
        }
        if page.next.is_some() && !is_last_page {
            self.page += 1;
            return Step::Page;
        }
        self.page = 1;
        if page.next.is_some() && !self.backwards {
            self.backwards = true;
            return Step::Page;
        }
        let is_incomplete = page.next.is_some() && page.total.is_none_or(|all| all > 2 * u64::from(PAGE_CAP));
        self.backwards = false;
        self.open.pop();
        match (is_incomplete, self.open.is_empty()) {
            (true, _) => Step::Incomplete,
            (false, true) => Step::Done,
            (false, false) => Step::Window,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    const START: i64 = 1_800_000_000;

    /// Aircall's list, as `reference/aircall.md` §3 describes it: so many calls at each second.
    struct List {
        calls: BTreeMap<i64, u32>,
        tells_total: bool,
    }

    impl List {
        fn answer(&self, request: &Request<Page<RawCall>>) -> Page<RawCall> {
            let query: BTreeMap<&str, &str> = request
                .path()
                .split_once('?')
                .map(|(_, query)| query.split('&').filter_map(|pair| pair.split_once('=')).collect())
                .unwrap_or_default();
            let number = |key: &str| query[key].parse::<i64>().expect("a number");
            let (page, per_page) = (number("page"), number("per_page"));
            assert!(page * per_page <= i64::from(PAGE_CAP), "Aircall refuses what lies beyond the cap");
            let mut found: Vec<(i64, u32)> = self
                .calls
                .range(number("from") + 1..=number("to"))
                .flat_map(|(second, count)| (0..*count).map(|n| (*second, n)))
                .collect();
            if query["order"] == "desc" {
                found.reverse();
            }
            let total = found.len();
            let shown: Vec<Value> = found
                .iter()
                .skip(((page - 1) * per_page) as usize)
                .take(per_page as usize)
                .map(|(second, n)| json!({"id": id(*second, *n), "started_at": second}))
                .collect();
            let next = (page * per_page) < total as i64;
            let mut meta = json!({
                "next_page_link": next.then(|| format!("https://api.aircall.io{}&x=1", request.path())),
            });
            if self.tells_total {
                meta["total"] = json!(total);
            }
            let answer = json!({"calls": shown, "meta": meta}).to_string();
            let answer = http::Response::builder().status(200).body(bytes::Bytes::from(answer));
            request.parse(&answer.expect("an answer")).expect("a page")
        }

        /// All that a walk reads, by id and how often, and how many requests it took. Put down and taken up at every page.
        fn walked(&self, mut walk: Walk) -> (BTreeMap<u64, u32>, u32, bool) {
            let (mut read, mut requests, mut incomplete) = (BTreeMap::new(), 0, false);
            while let Some(request) = walk.request() {
                requests += 1;
                assert!(requests < 20_000, "it comes to an end");
                let page = self.answer(&request);
                page.items.iter().for_each(|call| *read.entry(call.id()).or_insert(0) += 1);
                incomplete |= walk.read(&page) == Step::Incomplete;
                let kept = serde_json::to_string(&walk).expect("it can be kept");
                walk = serde_json::from_str(&kept).expect("and read back");
            }
            assert!(walk.is_done());
            (read, requests, incomplete)
        }
    }

    fn id(second: i64, n: u32) -> u64 {
        (second - START + 1).cast_unsigned() * 1_000_000 + u64::from(n)
    }

    fn at(seconds: &[(i64, u32)], tells_total: bool) -> List {
        let calls = seconds.iter().map(|(second, count)| (START + second, *count)).collect();
        List { calls, tells_total }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

        #[test]
        fn all_calls_of_the_time_are_read_and_no_others(
            seconds in prop::collection::btree_map(0i64..4_000, 0u32..4_000, 0..12),
            from in 0i64..2_000,
            length in 0i64..3_000,
            tells_total in any::<bool>(),
        ) {
            let list = at(&seconds.into_iter().collect::<Vec<_>>(), tells_total);
            let (from, to) = (START + from, START + from + length);
            let (read, _, incomplete) = list.walked(Walk::of(from, to));
            let wanted: Vec<u64> = list
                .calls
                .range(from..=to)
                .flat_map(|(second, count)| (0..*count).map(|n| id(*second, n)))
                .collect();
            prop_assert!(!incomplete);
            prop_assert_eq!(read.into_keys().collect::<Vec<_>>(), wanted);
        }
    }

    #[test]
    fn what_fits_into_one_list_is_read_in_as_few_requests_as_there_are_pages() {
        let (read, requests, _) = at(&[(0, 40), (3_600, 61)], true).walked(Walk::of(START, START + 86_400));
        assert_eq!((read.len(), requests), (101, 3));
        assert!(read.values().all(|times| *times == 1));
        assert_eq!(at(&[], true).walked(Walk::of(START, START + 10)).1, 1);
        assert!(Walk::of(START, START - 1).is_done());
    }

    #[test]
    fn of_a_list_that_is_too_long_only_the_first_page_is_read_twice() {
        let list = at(&[(0, 6_000), (3_000, 6_000)], true);
        let (read, requests, incomplete) = list.walked(Walk::of(START, START + 3_600));
        assert_eq!((read.len(), incomplete), (12_000, false));
        assert_eq!(requests, 241);
    }

    #[test]
    fn a_second_with_more_calls_than_a_list_is_long_is_read_from_both_ends() {
        for tells_total in [true, false] {
            let list = at(&[(4, 5), (5, 10_001), (6, 7)], tells_total);
            let (read, ..) = list.walked(Walk::of(START, START + 9));
            assert_eq!(read.len(), 10_013);
        }
        let (read, _, incomplete) = at(&[(5, 20_003), (6, 7)], true).walked(Walk::of(START, START + 9));
        assert_eq!((read.len(), incomplete), (20_007, true), "three cannot be had, and that is told");
    }

    #[test]
    fn what_is_added_on_the_way_is_read_after_what_was_open() {
        let list = at(&[(0, 60), (100, 3)], true);
        let mut walk = Walk::of(START, START + 50);
        let page = list.answer(&walk.request().expect("a page"));
        assert_eq!(walk.read(&page), Step::Page);
        walk.also(START + 48, START + 120);
        let (read, requests, _) = list.walked(walk);
        assert_eq!((read.len(), requests), (13, 2));
    }

    #[test]
    fn what_lies_around_a_page_that_never_comes_is_read() {
        let list = at(&[(0, 60), (1_000, 3), (2_000, 70)], true);
        let mut walk = Walk::of(START, START + 3_600);
        let (mut read, mut left_out) = (BTreeMap::new(), 0);
        while let Some(request) = walk.request() {
            let page = list.answer(&request);
            // Whatever holds this second is refused.
            if page.items.iter().any(|call| call.id() / 1_000_000 == 1_001) {
                left_out += u32::from(!walk.go_around(true));
                continue;
            }
            page.items.iter().for_each(|call| *read.entry(call.id()).or_insert(0) += 1);
            walk.read(&page);
        }
        // Neighbours have two seconds in common, so one second is met more than once.
        assert!(read.len() == 130 && (1..=3).contains(&left_out), "{} {left_out}", read.len());
        let mut walk = Walk::of(START, START);
        walk.also(START + 1, START + 1);
        assert!(walk.go_around(false) && walk.go_around(false), "what may come yet is asked for again");
        assert_eq!(walk.seconds_left(), 2);
    }

    #[test]
    fn what_is_out_of_reach_by_now_is_not_asked_for() {
        let mut walk = Walk::of(START, START + 50);
        walk.also(START + 48, START + 120);
        assert_eq!(walk.seconds_left(), 51 + 73);
        walk.forget_before(START + 100);
        assert_eq!((walk.seconds_left(), walk.is_done()), (21, false));
        walk.forget_before(START + 500);
        assert!(walk.is_done());
    }

    #[test]
    fn halves_meet_and_are_shorter() {
        for seconds in 2..200 {
            let whole = Window { from: START, to: START + seconds - 1 };
            let (earlier, later) = whole.halves();
            assert_eq!((earlier.from, later.to), (whole.from, whole.to));
            assert!(later.from <= earlier.to + 1 && later.from >= whole.from);
            assert!(earlier.seconds() < seconds && later.seconds() < seconds, "{seconds}");
            assert!(seconds < 8 || earlier.to + 1 - later.from == OVERLAP);
        }
    }
}
