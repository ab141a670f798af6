//! A full pass over all customers, which goes on where a cursor dies. Pure: it says what to ask next, and when it is over.
//!
//! A list can be walked from both ends, by the time at which customers were made, and that never changes. Cursors do not
//! live long (`reference/gorgias.md` §5). When one dies, the walk goes on from the end that is nearer to where nothing was
//! read yet: the first time that is the other end, and costs no page twice. It is over when both walks meet.

use serde::{Deserialize, Serialize};

use super::entry::{Entry, Order};

/// A pass that lost its cursor so often without having come further is given up.
const STUCK: u32 = 3;
/// No account has so many pages; whatever gives more goes round in a ring.
const MOST_PAGES: u32 = 100_000;

/// A pass under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pass {
    /// When it began, unix seconds.
    pub began_at: i64,
    from: End,
    /// Where the next page begins; `None` at an end of the list.
    pub cursor: Option<String>,
    oldest: Frontier,
    newest: Frontier,
    /// Pages of this walk, since its end of the list.
    walked: u32,
    /// Pages of all walks.
    pages: u32,
    /// Cursors that died without the walk having come further than others before it.
    stuck: u32,
    /// Whether this walk has come further.
    further: bool,
}

/// From which end it is walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum End {
    Oldest,
    Newest,
}

/// How far the walks from one end have come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Frontier {
    /// When the last customer that was read was made, unix microseconds.
    made_at: Option<i64>,
    /// Pages to get there.
    pages: u32,
}

/// What follows from a page, or from a cursor's death.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// There is more to read.
    GoOn,
    /// Everybody was seen.
    Complete,
    /// It cannot be read to its end now.
    GivenUp,
}

impl Pass {
    /// A pass that begins with whoever was made first.
    #[must_use]
    pub fn begin(now: i64) -> Pass {
        Pass {
            began_at: now,
            from: End::Oldest,
            cursor: None,
            oldest: Frontier::default(),
            newest: Frontier::default(),
            walked: 0,
            pages: 0,
            stuck: 0,
            further: false,
        }
    }

    /// In which order the next page is asked for.
    #[must_use]
    pub fn order(&self) -> Order {
        match self.from {
            End::Oldest => Order::OldestFirst,
            End::Newest => Order::NewestFirst,
        }
    }

    /// Pages that were read.
    #[must_use]
    pub fn pages(&self) -> u32 {
        self.pages
    }

    /// A page was read.
    pub fn page(&mut self, entries: &[Entry], next: Option<String>) -> Verdict {
        self.walked += 1;
        self.pages += 1;
        let made = || entries.iter().filter_map(|entry| entry.made_at);
        let (last, met) = match self.from {
            // Those made in the same moment may stand on both sides: what was read goes beyond it.
            End::Oldest => {
                (made().max(), self.newest.made_at.is_some_and(|there| made().any(|at| at > there)))
            }
            End::Newest => {
                (made().min(), self.oldest.made_at.is_some_and(|there| made().any(|at| at < there)))
            }
        };
        let Some(next) = next.filter(|_| !met) else { return Verdict::Complete };
        let walked = self.walked;
        let from = self.from;
        let frontier = self.frontier();
        let is_further = match (last, frontier.made_at) {
            (Some(last), Some(there)) if from == End::Oldest => last > there,
            (Some(last), Some(there)) => last < there,
            (Some(_), None) => true,
            (None, _) => false,
        };
        if is_further {
            *frontier = Frontier { made_at: last, pages: walked };
            self.further = true;
        }
        if self.cursor.as_ref() == Some(&next) || self.pages >= MOST_PAGES {
            // It would show the same page again.
            return self.cursor_died();
        }
        self.cursor = Some(next);
        Verdict::GoOn
    }

    /// The cursor is not taken any more: it goes on from an end of the list.
    pub fn cursor_died(&mut self) -> Verdict {
        self.stuck = if self.further { 0 } else { self.stuck + 1 };
        if self.stuck >= STUCK || self.pages >= MOST_PAGES {
            return Verdict::GivenUp;
        }
        let other = match self.from {
            End::Oldest => End::Newest,
            End::Newest => End::Oldest,
        };
        let (oldest, newest) = (self.oldest.pages, self.newest.pages);
        self.from = match oldest.cmp(&newest) {
            std::cmp::Ordering::Less => End::Oldest,
            std::cmp::Ordering::Greater => End::Newest,
            std::cmp::Ordering::Equal => other,
        };
        self.cursor = None;
        self.walked = 0;
        self.further = false;
        Verdict::GoOn
    }

    fn frontier(&mut self) -> &mut Frontier {
        match self.from {
            End::Oldest => &mut self.oldest,
            End::Newest => &mut self.newest,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::directory::Customer;

    const PAGE: usize = 10;

    /// A list of customers, made in these moments.
    struct List(Vec<Entry>);

    impl List {
        fn of(mut made: Vec<i64>) -> List {
            made.sort_unstable();
            let entry = |(id, at): (usize, i64)| Entry {
                customer: Customer {
                    id: id.to_string(),
                    name: String::new(),
                    email: None,
                    note: None,
                    updated_at: None,
                    spelled: None,
                },
                addresses: Vec::new(),
                made_at: Some(at),
            };
            List(made.into_iter().enumerate().map(entry).collect())
        }

        fn page(&self, order: Order, cursor: Option<&str>) -> (Vec<Entry>, Option<String>) {
            let from: usize = cursor.map_or(0, |cursor| cursor.parse().unwrap());
            let mut all: Vec<&Entry> = self.0.iter().collect();
            if order == Order::NewestFirst {
                all.reverse();
            }
            let page: Vec<Entry> = all.into_iter().skip(from).take(PAGE).cloned().collect();
            let end = from + PAGE;
            (page, (end < self.0.len()).then(|| end.to_string()))
        }
    }

    /// Walks a list; `dies` says before which requests the cursor is dead. Who was seen, requests, and how it ended.
    fn walk(list: &List, mut dies: impl FnMut(u32, u32) -> bool) -> (BTreeSet<String>, u32, Verdict) {
        let (mut pass, mut seen, mut requests) = (Pass::begin(0), BTreeSet::new(), 0);
        loop {
            requests += 1;
            assert!(requests < 10_000, "it ends");
            let verdict = if pass.cursor.is_some() && dies(requests, pass.walked) {
                pass.cursor_died()
            } else {
                let (entries, next) = list.page(pass.order(), pass.cursor.as_deref());
                seen.extend(entries.iter().map(|entry| entry.customer.id.clone()));
                pass.page(&entries, next)
            };
            if verdict != Verdict::GoOn {
                return (seen, requests, verdict);
            }
        }
    }

    #[test]
    fn a_cursor_that_dies_costs_two_requests_more() {
        let list = List::of((0..1000).collect());
        let quiet = walk(&list, |_, _| false);
        assert_eq!((quiet.0.len(), quiet.1, quiet.2), (1000, 100, Verdict::Complete));
        for at in 2..=100 {
            let (seen, requests, verdict) = walk(&list, |request, _| request == at);
            assert_eq!((seen.len(), verdict), (1000, Verdict::Complete), "died at {at}");
            // The request that found it dead, and a page that both walks show.
            assert!(requests <= 102, "{requests} requests, died at {at}");
        }
    }

    #[test]
    fn cursors_that_never_live_long_enough_end_it() {
        let list = List::of((0..1000).collect());
        let (seen, requests, verdict) = walk(&list, |_, walked| walked == 20);
        assert_eq!((seen.len(), verdict), (400, Verdict::GivenUp), "twenty pages from each end");
        assert!(requests < 150, "{requests}");
        let (seen, _, verdict) = walk(&list, |_, walked| walked == 60);
        assert_eq!((seen.len(), verdict), (1000, Verdict::Complete));
    }

    #[test]
    fn a_list_that_goes_round_in_a_ring_ends() {
        let mut pass = Pass::begin(0);
        let list = List::of((0..30).collect());
        let (entries, _) = list.page(Order::OldestFirst, None);
        let mut pages = 0;
        while pass.page(&entries, Some("again".into())) == Verdict::GoOn {
            pages += 1;
            assert!(pages < 20);
        }
    }

    proptest! {
        #[test]
        fn whoever_is_there_is_seen_wherever_cursors_die(
            made in proptest::collection::vec(0..60i64, 0..200),
            deaths in proptest::collection::btree_set(0..60u32, 0..6),
        ) {
            let list = List::of(made.clone());
            let (seen, requests, verdict) = walk(&list, |request, _| deaths.contains(&request));
            if verdict == Verdict::Complete {
                prop_assert_eq!(seen.len(), made.len());
            }
            let pages = made.len().div_ceil(PAGE) as u32;
            prop_assert!(requests <= (pages + 2) * (deaths.len() as u32 + 1) + 1, "{} requests for {} pages", requests, pages);
        }
    }
}
