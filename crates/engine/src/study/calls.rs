//! The calls of the last day, page by page, within a budget.

use std::time::Duration;

use aircall::calls::{Fetch, ListCalls, Order};
use aircall::{Account, ErrorKind, Paging, RawCall};
use chrono::{DateTime, TimeDelta, Utc};
use sidetone_protocol::{DryRun, Vendor};
use tokio::sync::watch;

use super::{MOST_CALLS, Stopped};
use crate::budget::{Budget, Counting, Lane};
use crate::call::{Call, CaseId, Origin, Statement};
use crate::clock::Clock;
use crate::gate;
use crate::inbox;
use crate::settings::Settings;
use crate::store::Received;
use crate::transport::{ANSWER_TIMEOUT, Transport};

/// So many pages of 50 calls are read at most: a company whose other lines have very many is told that it was cut.
const MOST_PAGES: u32 = 40;
/// A page that could not be had is asked for so often.
const TRIES: u32 = 4;
/// What failed is tried again after this time.
const AGAIN: TimeDelta = TimeDelta::seconds(5);

/// Calls that were read, newest first.
pub(super) struct Calls {
    budget: Budget,
    found: Vec<Received>,
}

impl Calls {
    pub(super) fn new(now: DateTime<Utc>, settings: &Settings, share: f64) -> Calls {
        let mut budget = Budget::new(Vendor::Aircall, Counting::Window, settings.aircall_rate, now);
        budget.within(share);
        Calls { budget, found: Vec::new() }
    }

    /// Oldest first, as they would have been written.
    pub(super) fn ids(&self) -> Vec<CaseId> {
        self.found.iter().rev().filter_map(|read| read.call).collect()
    }

    pub(super) fn statements(&self) -> &[Received] {
        &self.found
    }

    /// When Aircall was asked, for whoever goes on asking.
    pub(super) fn asked(&mut self, now: DateTime<Utc>) -> String {
        self.budget.to_remember(now)
    }

    /// Reads the calls on the chosen lines since then, newest first.
    pub(super) async fn read(
        &mut self,
        since: DateTime<Utc>,
        transport: &dyn Transport,
        account: &Account,
        clock: &dyn Clock,
        settings: &Settings,
        told: &watch::Sender<DryRun>,
    ) -> Result<(), Stopped> {
        let mut request = aircall::calls::list(&ListCalls {
            from: Some(since.timestamp()),
            order: Some(Order::Descending),
            paging: Paging::default(),
            fetch: Fetch { contact: true, short_urls: false, call_timeline: false },
            ..ListCalls::default()
        });
        for page_number in 1..=MOST_PAGES {
            let (page, as_of) = self.page(&request, transport, account, clock).await?;
            let next = request.next_page(&page);
            for call in page.items {
                self.take(call, as_of, clock.now(), settings);
            }
            let is_full = self.found.len() > MOST_CALLS;
            self.found.truncate(MOST_CALLS);
            let goes_on = next.is_some() && self.found.len() < MOST_CALLS;
            told.send_modify(|run| {
                run.read = u32::try_from(self.found.len()).unwrap_or(u32::MAX);
                run.cut = is_full || (next.is_some() && (!goes_on || page_number == MOST_PAGES));
            });
            match next.filter(|_| goes_on) {
                Some(next) => request = next,
                None => break,
            }
        }
        Ok(())
    }

    /// A call on a chosen line is kept, once: pages move while calls come in.
    fn take(&mut self, call: RawCall, as_of: i64, now: DateTime<Utc>, settings: &Settings) {
        let statement = inbox::from_read(call.into_value(), Origin::Listed, as_of, now);
        let Some(id) = statement.call else { return };
        let Some(data) = statement.body["data"].as_object() else { return };
        let mut call = Call::new(id);
        call.join(&Statement { origin: &statement.origin, as_of: statement.as_of, data });
        let is_known = self.found.iter().any(|known| known.call == Some(id));
        if !is_known && gate::selected(&call, settings) == Some(true) {
            self.found.push(statement);
        }
    }

    async fn page(
        &mut self,
        request: &aircall::Request<aircall::Page<RawCall>>,
        transport: &dyn Transport,
        account: &Account,
        clock: &dyn Clock,
    ) -> Result<(aircall::Page<RawCall>, i64), Stopped> {
        let mut last = String::new();
        for _ in 0..TRIES {
            while let Err(until) = self.budget.take(Lane::Late, clock.now()) {
                wait(until - clock.now()).await;
            }
            let answer = tokio::time::timeout(ANSWER_TIMEOUT, transport.send(request.to_http(account))).await;
            self.budget.answered();
            let answer = match answer {
                Ok(Ok(answer)) => answer,
                Ok(Err(error)) => {
                    last = error.to_string();
                    wait(AGAIN).await;
                    continue;
                }
                Err(_) => {
                    last = "Aircall does not answer.".into();
                    continue;
                }
            };
            let error = match request.parse(&answer) {
                Ok(page) => {
                    let as_of = aircall::answered_at(answer.headers());
                    return Ok((page, as_of.unwrap_or_else(|| clock.now().timestamp())));
                }
                Err(error) => error,
            };
            match error.kind() {
                ErrorKind::RateLimited => {
                    self.budget.refused(error.retry_after().unwrap_or(ANSWER_TIMEOUT), clock.now());
                }
                ErrorKind::Service | ErrorKind::Malformed => wait(AGAIN).await,
                ErrorKind::Credential
                | ErrorKind::NotFound
                | ErrorKind::Unavailable
                | ErrorKind::Invalid
                | ErrorKind::Other => return Err(Stopped::AircallRefused(error.to_string())),
            }
            last = error.to_string();
        }
        Err(Stopped::Unreachable(last))
    }
}

async fn wait(time: TimeDelta) {
    tokio::time::sleep(time.to_std().unwrap_or(Duration::from_millis(1)).max(Duration::from_millis(1))).await;
}
