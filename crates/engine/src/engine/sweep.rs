//! Adopting on request (B17): the ledger is filled from all records that the helpdesk holds since a day.
//!
//! Aircall's calls come first, fifty in a request, so that every record has its call. Then the helpdesk's tickets are
//! walked by the time of their making, a hundred in a request, and picked out by marker: asking for each call by its
//! marker would cost a request even for the many that have no record. What is found is read by the same steps as a
//! single call that is looked for (`adoption.rs`). Everything goes in the lane for old calls.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sidetone_protocol::Vendor;
use tokio::sync::mpsc;

use super::answers::LOOK_AGAIN;
use super::{Engine, Job};
use crate::budget::Lane;
use crate::call::{CaseId, Origin};
use crate::helpdesk::{Answer, Met, Request};
use crate::inbox;
use crate::store::StoreError;
use crate::transport::TransportError;

/// After so many failures in a row it is given up, and the person told why.
const FAILURES: u32 = 5;
/// A call that is in hand otherwise is taken up again after this time.
const SOON: TimeDelta = TimeDelta::seconds(1);

/// How far adopting has come. Counts only grow; the last one sent says `done` or why it was given up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdoptProgress {
    /// Calls that Aircall listed.
    pub calls: u32,
    /// Records of ours that the helpdesk holds.
    pub records: u32,
    /// Of those: calls whose ledger lacked something that was found.
    pub adopted: u32,
    /// Of those: records of calls that Aircall does not list any more; nothing can be added to them.
    pub unknown: u32,
    /// Whether everything was read.
    pub done: bool,
    /// Why it was given up, in plain words.
    pub failed: Option<String>,
}

/// A walk through all records.
pub(crate) struct Sweep {
    since: DateTime<Utc>,
    told: mpsc::UnboundedSender<AdoptProgress>,
    progress: AdoptProgress,
    stage: Stage,
    /// Records still to be read.
    met: VecDeque<Met>,
    busy: bool,
    again: DateTime<Utc>,
    failures: u32,
}

enum Stage {
    /// Aircall's list, page by page.
    Calls { list: Box<aircall::Request<aircall::Page<aircall::RawCall>>>, page: u32 },
    /// The helpdesk's; `None` when its end was reached.
    Records(Option<Box<Request>>),
}

fn calls_after(second: i64) -> Stage {
    let list = aircall::calls::list(&aircall::calls::ListCalls {
        from: Some(second),
        order: Some(aircall::calls::Order::Ascending),
        fetch: aircall::calls::Fetch { contact: true, short_urls: false, call_timeline: false },
        ..Default::default()
    });
    Stage::Calls { list: Box::new(list), page: 1 }
}

impl Engine {
    /// Begins anew; whoever watched an earlier one hears no more.
    pub(super) fn adopt_since(
        &mut self,
        since: DateTime<Utc>,
        told: mpsc::UnboundedSender<AdoptProgress>,
        now: DateTime<Utc>,
    ) {
        self.sweep = Some(Sweep {
            since,
            told,
            progress: AdoptProgress::default(),
            // `from` is exclusive (`reference/aircall.md` §3).
            stage: calls_after(since.timestamp() - 1),
            met: VecDeque::new(),
            busy: false,
            again: now,
            failures: 0,
        });
    }

    /// The next request of a walk, if there is one and the budget has room.
    pub(super) fn sweep_on(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let lists_known = self.knowledge.people.is_some() && self.knowledge.tags.is_some();
        let Some(sweep) = &mut self.sweep else { return Ok(()) };
        if sweep.told.is_closed() {
            self.sweep = None;
            return Ok(());
        }
        if sweep.busy {
            return Ok(());
        }
        if sweep.again > now || !lists_known {
            let next = sweep.again.max(now + SOON);
            self.wake_by(next);
            if !lists_known {
                self.lists.wanted(now);
            }
            return Ok(());
        }
        if let Some(met) = sweep.met.front().cloned() {
            return self.read_met(&met, now);
        }
        let (vendor, job, request) = match &sweep.stage {
            Stage::Calls { list, .. } => (Vendor::Aircall, Job::SweepCalls, list.to_http(&self.aircall)),
            Stage::Records(Some(request)) => {
                (self.helpdesk.vendor(), Job::SweepRecords, request.as_ref().clone())
            }
            Stage::Records(None) => {
                sweep.progress.done = true;
                self.tell_progress();
                self.sweep = None;
                return Ok(());
            }
        };
        let asked = self.ask(vendor, Lane::Backfill, job, request, now);
        self.sweep_asked(asked);
        Ok(())
    }

    fn sweep_asked(&mut self, asked: Result<(), DateTime<Utc>>) {
        let Some(sweep) = &mut self.sweep else { return };
        match asked {
            Ok(()) => sweep.busy = true,
            Err(until) => sweep.again = until,
        }
    }

    fn read_met(&mut self, met: &Met, now: DateTime<Utc>) -> Result<(), StoreError> {
        let case = self.readable_case(met.call)?;
        let Some(sweep) = &mut self.sweep else { return Ok(()) };
        let Some(case) = case else {
            sweep.met.pop_front();
            sweep.progress.unknown += 1;
            self.wake_by(now);
            return Ok(());
        };
        if self.busy_calls.contains(&met.call) {
            sweep.met.rotate_left(1);
            sweep.again = now + SOON;
            return Ok(());
        }
        let matched = case.call.party().number().map(|n| self.store.matched(n)).transpose()?.flatten();
        let context = self.knowledge.context(&self.settings, now, matched.as_ref(), &[]);
        let Some((so_far, next)) = self.helpdesk.adopt_met(&case, met, &context) else {
            self.sweep_adopted(met.call, false);
            self.wake_by(now);
            return Ok(());
        };
        let job = Job::Adopt { call: met.call, asked: next.uri().clone(), so_far };
        let asked = self.ask(self.helpdesk.vendor(), Lane::Backfill, job, next, now);
        self.sweep_asked(asked);
        Ok(())
    }

    /// A record was read to its end.
    pub(super) fn sweep_adopted(&mut self, id: CaseId, with_news: bool) {
        let Some(sweep) = self.sweep.as_mut().filter(|s| s.met.front().is_some_and(|met| met.call == id))
        else {
            return;
        };
        sweep.met.pop_front();
        sweep.busy = false;
        sweep.failures = 0;
        sweep.progress.adopted += u32::from(with_news);
        self.tell_progress();
    }

    /// A record could not be read, or what was read not stored.
    pub(super) fn sweep_not_adopted(&mut self, id: CaseId, why: &str, now: DateTime<Utc>) {
        if self.sweep.as_ref().is_some_and(|s| s.busy && s.met.front().is_some_and(|met| met.call == id)) {
            self.sweep_failed(why, now);
        }
    }

    pub(super) fn sweep_calls_read(
        &mut self,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let Some(Stage::Calls { list, page }) = self.sweep.as_ref().map(|sweep| &sweep.stage) else {
            return Ok(());
        };
        let read = match result {
            Ok(answer) => list.parse(answer).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        let found = match read {
            Ok(found) => found,
            Err(why) => {
                self.sweep_failed(&why, now);
                return Ok(());
            }
        };
        let last = found.items.iter().filter_map(|call| call.value().get("started_at")?.as_i64()).max();
        // No page lies beyond the cap: it goes on with a list that begins later.
        let at_the_cap = (page + 1) * aircall::Paging::default().per_page > aircall::PAGE_CAP;
        let next = match (list.next_page(&found), last) {
            (Some(_), Some(last)) if at_the_cap => calls_after(last - 1),
            (Some(next), _) => Stage::Calls { list: Box::new(next), page: page + 1 },
            (None, _) => Stage::Records(self.helpdesk.records().map(Box::new)),
        };
        let as_of = result.as_ref().ok().and_then(|answer| aircall::answered_at(answer.headers()));
        let as_of = as_of.unwrap_or(now.timestamp());
        let count = found.items.len() as u32;
        let calls = found.items.into_iter().map(aircall::RawCall::into_value);
        let statements: Vec<_> =
            calls.map(|call| inbox::from_read(call, Origin::Listed, as_of, now)).collect();
        self.store.receive(&statements)?;
        if let Some(sweep) = &mut self.sweep {
            sweep.stage = next;
            sweep.progress.calls += count;
        }
        self.sweep_went_on();
        Ok(())
    }

    pub(super) fn sweep_records_read(
        &mut self,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let Some(since) = self.sweep.as_ref().map(|sweep| sweep.since) else { return Ok(()) };
        let page =
            self.read_helpdesk(result, now, |engine, answer| engine.helpdesk.records_read(since, answer));
        let Some(page) = page else {
            self.sweep_failed("the helpdesk does not list its records", now);
            return Ok(());
        };
        if let Some(sweep) = &mut self.sweep {
            sweep.stage = Stage::Records(page.next.map(Box::new));
            sweep.progress.records += page.items.len() as u32;
            sweep.met.extend(page.items);
        }
        self.sweep_went_on();
        Ok(())
    }

    fn sweep_went_on(&mut self) {
        if let Some(sweep) = &mut self.sweep {
            sweep.busy = false;
            sweep.failures = 0;
        }
        self.tell_progress();
    }

    pub(super) fn sweep_failed(&mut self, why: &str, now: DateTime<Utc>) {
        let Some(sweep) = &mut self.sweep else { return };
        sweep.busy = false;
        sweep.failures += 1;
        sweep.again = now + LOOK_AGAIN;
        if sweep.failures >= FAILURES {
            sweep.progress.failed = Some(crate::number::masked_text(why));
            self.tell_progress();
            self.sweep = None;
        }
    }

    /// It ends without having come to its end.
    pub(super) fn give_up_sweep(&mut self, why: &str) {
        if let Some(sweep) = &mut self.sweep {
            sweep.progress.failed = Some(why.to_owned());
            self.tell_progress();
            self.sweep = None;
        }
    }

    fn tell_progress(&mut self) {
        if let Some(sweep) = &self.sweep {
            // Nobody watches any more: that is seen at the next turn.
            let _ = sweep.told.send(sweep.progress.clone());
        }
    }
}
