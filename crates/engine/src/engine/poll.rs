//! Polling: where no webhook can reach us, Aircall is asked for the calls of the last two hours (G1).

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use sidetone_protocol::Vendor;

use super::{Engine, Job};
use crate::budget::Lane;
use crate::call::Origin;
use crate::helpdesk::Answer;
use crate::inbox;
use crate::settings::{Arrival, Settings};
use crate::store::StoreError;
use crate::transport::TransportError;

/// A poll asks for calls that began within this time.
const POLL_BACK: TimeDelta = TimeDelta::hours(2);
/// So many pages of 50 calls are read in one poll at most.
const POLL_PAGES: u32 = 4;
/// So many calls are remembered between polls before it is begun anew.
const POLLED_KEPT: usize = 5_000;

/// When Aircall is asked next, and what it said last.
pub(crate) struct Polling {
    /// What each call said in the last poll.
    seen: HashMap<u64, [u8; 32]>,
    pages: u32,
    at: Option<DateTime<Utc>>,
    busy: bool,
}

impl Polling {
    pub(super) fn new(settings: &Settings, now: DateTime<Utc>) -> Polling {
        let at = (settings.arrival == Arrival::Polling).then_some(now);
        Polling { seen: HashMap::new(), pages: 0, at, busy: false }
    }
}

impl Engine {
    pub(super) fn poll(&mut self, now: DateTime<Utc>) {
        let Some(at) = self.polling.at.filter(|_| !self.polling.busy) else { return };
        if at > now {
            self.wake_by(at);
        } else {
            let request = poll(now).to_http(&self.aircall);
            self.polling.busy = self.ask(Vendor::Aircall, Lane::Ring, Job::Poll, request, now).is_ok();
        }
    }

    pub(super) fn polled(
        &mut self,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.polling.busy = false;
        let every = TimeDelta::from_std(self.settings.poll_every).unwrap_or(TimeDelta::seconds(5));
        self.polling.at = Some(now + every);
        let Ok(answer) = result else { return Ok(()) };
        let request = poll(now);
        let Ok(page) = request.parse(answer) else { return Ok(()) };
        let next = request.next_page(&page).filter(|_| self.polling.pages + 1 < POLL_PAGES);
        let as_of = aircall::answered_at(answer.headers()).unwrap_or(now.timestamp());
        let mut news = Vec::new();
        for call in page.items {
            let (id, call) = (call.id(), call.into_value());
            let gist = inbox::gist(&call);
            // The same again is no news; the same as once before, after something else, is.
            if self.polling.seen.insert(id, gist) != Some(gist) {
                news.push(inbox::from_read(call, Origin::Listed, as_of, now));
            }
        }
        if self.polling.seen.len() > POLLED_KEPT {
            self.polling.seen.clear();
        }
        if !news.is_empty() {
            self.store.receive(&news)?;
        }
        self.polling.pages = 0;
        if let Some(next) = next {
            self.polling.pages += 1;
            let asked = self.ask(Vendor::Aircall, Lane::Live, Job::Poll, next.to_http(&self.aircall), now);
            self.polling.busy = asked.is_ok();
        }
        Ok(())
    }
}

fn poll(now: DateTime<Utc>) -> aircall::Request<aircall::Page<aircall::RawCall>> {
    aircall::calls::list(&aircall::calls::ListCalls {
        from: Some((now - POLL_BACK).timestamp()),
        order: Some(aircall::calls::Order::Descending),
        fetch: aircall::calls::Fetch { contact: true, short_urls: false, call_timeline: false },
        ..Default::default()
    })
}
