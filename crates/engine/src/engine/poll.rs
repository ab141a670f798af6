//! Polling: where no webhook can reach us, Aircall is asked for the calls of the last two hours (G1).
//!
//! Twelve requests a minute at rest, twenty while somebody is on a call, however many calls there are, so that lists and
//! single reads keep their share: the first page, where calls begin, is read three times out of four; in between one further
//! page, where old calls end.
//!
//! Where a webhook takes its place, it goes on until that stands, and once more: what was told before that, nobody tells
//! again.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use sidetone_protocol::Vendor;

use super::{Engine, Job};
use crate::budget::Lane;
use crate::call::Origin;
use crate::helpdesk::Answer;
use crate::inbox;
use crate::settings::{Arrival, Settings};
use crate::store::{Change, Store, StoreError};
use crate::transport::TransportError;

/// A poll asks for calls that began within this time.
const POLL_BACK: TimeDelta = TimeDelta::hours(2);
/// So many pages of 50 calls are read at most.
const POLL_PAGES: u32 = 4;
/// While a call rings or is talked, a poll comes after this part of the usual time.
const FASTER: (i32, i32) = (3, 5);
/// One poll in so many reads a further page.
const FURTHER_EVERY: u32 = 4;
/// The setting that says that calls were polled last; empty: they were not.
const POLLED: &str = "calls_are_polled";
/// So many calls are remembered between polls before it is begun anew.
const POLLED_KEPT: usize = 5_000;

/// When Aircall is asked next, and what it said last.
pub(crate) struct Polling {
    /// What each call said in the last poll.
    seen: HashMap<u64, [u8; 32]>,
    /// Which poll of each round of [`FURTHER_EVERY`] comes next.
    turn: u32,
    /// The page that is read, and the further one that is next.
    page: u32,
    further: u32,
    /// Whether there is more than one page.
    has_further: bool,
    at: Option<DateTime<Utc>>,
    busy: bool,
    /// Whether the first page had a call that is not over.
    is_up: bool,
    /// A webhook takes its place.
    gives_way: bool,
    /// It was begun after that webhook stood, and reads all pages.
    is_last: bool,
}

impl Polling {
    /// `change` remembers for the next start that calls are polled.
    pub(super) fn new(
        settings: &Settings,
        store: &dyn Store,
        change: &mut Change,
        now: DateTime<Utc>,
    ) -> Result<Polling, StoreError> {
        let polls = settings.arrival == Arrival::Polling;
        let polled = !settings.study_only && store.setting(POLLED)?.is_some_and(|polled| !polled.is_empty());
        if polls && !polled && !settings.study_only {
            change.settings.push((POLLED.into(), now.timestamp().to_string()));
        }
        Ok(Polling {
            seen: HashMap::new(),
            turn: 0,
            page: 1,
            further: 2,
            has_further: false,
            at: (polls || polled).then_some(now),
            busy: false,
            is_up: false,
            gives_way: polled && !polls,
            is_last: false,
        })
    }
}

impl Engine {
    pub(super) fn poll(&mut self, now: DateTime<Utc>) {
        let Some(at) = self.polling.at.filter(|_| !self.polling.busy) else { return };
        if at > now {
            self.wake_by(at);
            return;
        }
        if self.polling.gives_way && self.webhook_stands() {
            self.polling.is_last = true;
            self.polling.turn = 0;
        }
        let polling = &self.polling;
        let is_further = polling.has_further && polling.turn + 1 == FURTHER_EVERY;
        self.poll_page(if is_further { polling.further } else { 1 }, now);
    }

    fn poll_page(&mut self, page: u32, now: DateTime<Utc>) {
        let lane = if page == 1 { Lane::Ring } else { Lane::Live };
        self.polling.page = page;
        let request = poll(page, now).to_http(&self.aircall);
        self.polling.busy = self.ask(Vendor::Aircall, lane, Job::Poll, request, now).is_ok();
    }

    /// How long it is from one poll to the next.
    fn poll_pace(&self) -> TimeDelta {
        let usual = TimeDelta::from_std(self.settings.poll_every).unwrap_or(TimeDelta::seconds(5));
        if self.polling.is_up { usual * FASTER.0 / FASTER.1 } else { usual }
    }

    pub(super) fn polled(
        &mut self,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.polling.busy = false;
        let every = self.poll_pace();
        // What went on at once from page to page is made up for, so that a minute has no more than its requests.
        let at = self.polling.at.map_or(now, |at| at.max(now - every));
        self.polling.at = Some(at + every);
        // One that fails on the way is done again from the first page.
        let is_last = std::mem::take(&mut self.polling.is_last);
        let Ok(answer) = result else { return Ok(()) };
        let page = self.polling.page;
        let request = poll(page, now);
        let Ok(found) = request.parse(answer) else { return Ok(()) };
        if page == 1 {
            self.polling.is_up = found.items.iter().any(|call| call.call().ended_at.is_none());
            // A call that begins is looked at sooner from now on, not only from the next poll.
            let soon = now + self.poll_pace();
            self.polling.at = self.polling.at.map(|at| at.min(soon));
        }
        let has_next = request.next_page(&found).is_some() && page < POLL_PAGES;
        let as_of = aircall::answered_at(answer.headers()).unwrap_or(now.timestamp());
        let (mut news, mut seen) = (Vec::new(), Vec::new());
        let mut known = false;
        for call in found.items {
            let (id, call) = (call.id(), call.into_value());
            let gist = inbox::gist(&call);
            let last = self.polling.seen.get(&id);
            known |= last.is_some();
            // The same again is no news; the same as once before, after something else, is.
            if last != Some(&gist) {
                news.push(inbox::from_read(call, Origin::Listed, as_of, now));
                seen.push((id, gist));
            }
        }
        if !news.is_empty() {
            self.store.receive(&news)?;
        }
        // Only what is stored was heard.
        self.polls_again(now)?;
        if self.polling.seen.len() > POLLED_KEPT {
            self.polling.seen.clear();
        }
        self.polling.seen.extend(seen);
        self.polling.turn = (self.polling.turn + 1) % FURTHER_EVERY;
        if page == 1 {
            self.polling.has_further = has_next;
        } else {
            self.polling.further = if has_next { page + 1 } else { 2 };
        }
        // Nothing on the page was known: after a start, or a time without polls, more may be new on the next.
        if has_next && (!known || is_last) {
            self.poll_page(page + 1, now);
            self.polling.is_last = is_last && self.polling.busy;
        } else if is_last {
            self.polling.gives_way = false;
            self.polling.at = None;
            let mut change = Change::at(now);
            change.settings.push((POLLED.into(), String::new()));
            self.push(&change)?;
        }
        Ok(())
    }
}

fn poll(page: u32, now: DateTime<Utc>) -> aircall::Request<aircall::Page<aircall::RawCall>> {
    aircall::calls::list(&aircall::calls::ListCalls {
        from: Some((now - POLL_BACK).timestamp()),
        order: Some(aircall::calls::Order::Descending),
        paging: aircall::Paging { page, ..aircall::Paging::default() },
        fetch: aircall::calls::Fetch { contact: true, short_urls: false, call_timeline: false },
        ..Default::default()
    })
}
