//! The account of the last week (`account.rs`): on Monday morning Aircall's list of that week is read once, in the lane for
//! old calls and after whatever was missed. What it has that is not known here goes the way of what is recovered (B1), and
//! is written. Half an hour later people are told the figures, and of what is missing for no reason that is known, as an
//! alert.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use sidetone_protocol::{Account, AccountReading, Alert, Mode, Vendor};

use super::answers::LOOK_AGAIN;
use super::{Engine, Job};
use crate::account::{self, Figures};
use crate::budget::Lane;
use crate::call::CaseId;
use crate::helpdesk::Answer;
use crate::store::{Change, Store, StoreError};
use crate::telling::{Body, Decided, Telling, TellingState};
use crate::transport::TransportError;
use crate::windows::{Step, Walk};

/// The readings that were done last, as JSON.
const ACCOUNTS: &str = "accounts";
/// So many are remembered.
const REMEMBERED: usize = 12;
/// What the reading found is written within this time.
const SETTLES: TimeDelta = TimeDelta::minutes(30);
/// What is missing is counted anew this often.
const COUNTED_EVERY: TimeDelta = TimeDelta::minutes(5);
/// An account that was made long after its week was over tells nobody: the program was away.
const TOLD_WITHIN: TimeDelta = TimeDelta::days(3);

/// A reading of Aircall's list that is under way.
struct Reading {
    from: i64,
    to: i64,
    walk: Walk,
    listed: BTreeSet<CaseId>,
    found: u32,
}

/// What is known of accounts.
pub(crate) struct Accounting {
    readings: Vec<AccountReading>,
    reading: Option<Reading>,
    busy: bool,
    again: DateTime<Utc>,
    /// How many calls of the last week are missing for no reason that is known, and since when that is known.
    missing: Option<(u32, DateTime<Utc>)>,
    counted_at: DateTime<Utc>,
}

/// The readings that are remembered, the newest first.
pub(crate) fn readings(store: &dyn Store) -> Result<Vec<AccountReading>, StoreError> {
    Ok(serde_json::from_str(&store.setting(ACCOUNTS)?.unwrap_or_default()).unwrap_or_default())
}

impl Accounting {
    pub(super) fn remembered(store: &dyn Store, now: DateTime<Utc>) -> Result<Accounting, StoreError> {
        Ok(Accounting {
            readings: readings(store)?,
            reading: None,
            busy: false,
            again: now,
            missing: None,
            counted_at: now,
        })
    }

    pub(super) fn alert(&self) -> Option<Alert> {
        let (calls, since) = self.missing.filter(|(calls, _)| *calls > 0)?;
        Some(Alert {
            code: "account_differs".into(),
            since: since.timestamp(),
            calls,
            what: format!("{calls} calls of last week are at Aircall and not in the helpdesk, for no reason that is known."),
            mend: "The weekly account lists them; open one to see what Sidetone knows of it, and write it again.".into(),
        })
    }
}

impl Engine {
    /// Reads on, or begins to where the week's account is due; then tells it.
    pub(super) fn account_on(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        if !self.gaps.is_on || self.settings.logging.mode.0 != Mode::Live {
            return Ok(());
        }
        let zone = self.settings.time_zone.unwrap_or(chrono_tz::UTC);
        let (from, to) = account::last_week(now, zone);
        if now < account::made_at(now, zone) {
            self.wake_by(account::made_at(now, zone));
        } else if self.accounting.reading.is_none()
            && self.reading_of(from, to).is_none()
            && self.knows_week(to)
        {
            self.begin_account(from.timestamp(), to.timestamp());
        }
        self.read_account_on(now)?;
        match self.reading_of(from, to) {
            Some(reading) => self.settle_account(reading, now),
            None => Ok(()),
        }
    }

    /// Whether anything was logged in a week that ended then.
    fn knows_week(&self, to: DateTime<Utc>) -> bool {
        self.gaps.logs_since.is_none_or(|since| since < to)
    }

    fn reading_of(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Option<AccountReading> {
        let is_it = |one: &&AccountReading| (one.from, one.to) == (from.timestamp(), to.timestamp());
        self.accounting.readings.iter().find(is_it).copied()
    }

    /// Reads Aircall's list of a time from its beginning, unless one is being read.
    pub(super) fn begin_account(&mut self, from: i64, to: i64) -> bool {
        if self.accounting.reading.is_some() {
            return false;
        }
        let walk = Walk::of(from, to - 1);
        self.accounting.reading = Some(Reading { from, to, walk, listed: BTreeSet::new(), found: 0 });
        self.shared.account_is_read.store(true, std::sync::atomic::Ordering::SeqCst);
        true
    }

    fn read_account_on(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        // What was missed goes first.
        if self.accounting.busy || self.accounting.reading.is_none() || !self.recovery.open().is_empty() {
            return Ok(());
        }
        if self.accounting.again > now {
            self.wake_by(self.accounting.again);
            return Ok(());
        }
        // Of several hubs on one store one reads; the others hear of it.
        if !self.has_its_turn(now)? {
            self.accounting.again = now + TimeDelta::minutes(1);
            self.accounting.readings = readings(self.store.as_ref())?;
            self.give_up_account();
            return Ok(());
        }
        let request = self.accounting.reading.as_ref().and_then(|reading| reading.walk.request());
        let Some(request) = request else { return self.close_account(now) };
        let request = request.to_http(&self.aircall);
        match self.ask(Vendor::Aircall, Lane::Backfill, Job::Account, request, now) {
            Ok(()) => self.accounting.busy = true,
            Err(until) => self.accounting.again = until,
        }
        Ok(())
    }

    fn give_up_account(&mut self) {
        self.accounting.reading = None;
        self.shared.account_is_read.store(false, std::sync::atomic::Ordering::SeqCst);
    }

    /// A page of the list was read.
    pub(super) fn accounted(
        &mut self,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.accounting.busy = false;
        self.accounting.again = now + LOOK_AGAIN;
        let (Some(reading), Ok(answer)) = (&self.accounting.reading, result) else { return Ok(()) };
        let mut walk = reading.walk.clone();
        let Some(Ok(page)) = walk.request().map(|request| request.parse(answer)) else { return Ok(()) };
        let as_of = aircall::answered_at(answer.headers()).unwrap_or(now.timestamp());
        if walk.read(&page) == Step::Incomplete {
            tracing::warn!("Aircall lists more calls of one second than can be counted");
        }
        let (from, to) = (reading.from, reading.to);
        let mut listed = Vec::new();
        for call in &page.items {
            let value = call.clone().into_value();
            let line = value.pointer("/number/id").and_then(serde_json::Value::as_u64);
            let began = value.get("started_at").and_then(serde_json::Value::as_i64);
            if line.is_some_and(|line| self.settings.lines.contains(&line))
                && began.is_some_and(|at| (from..to).contains(&at))
            {
                listed.push(CaseId(call.id()));
            }
        }
        let mut found = 0;
        for id in &listed {
            found += u32::from(self.store.case(*id)?.is_none());
        }
        self.store_news(page, as_of, now)?;
        if let Some(reading) = &mut self.accounting.reading {
            reading.walk = walk;
            reading.listed.extend(listed);
            reading.found = reading.found.saturating_add(found);
        }
        self.accounting.again = now;
        self.wake_by(now);
        Ok(())
    }

    /// The list was read to its end.
    fn close_account(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let Some(Reading { from, to, listed, found, .. }) = &self.accounting.reading else { return Ok(()) };
        let listed = u32::try_from(listed.len()).unwrap_or(u32::MAX);
        let done = AccountReading { from: *from, to: *to, read_at: now.timestamp(), listed, found: *found };
        let mut all = readings(self.store.as_ref())?;
        all.retain(|one| (one.from, one.to) != (done.from, done.to));
        all.insert(0, done);
        all.truncate(REMEMBERED);
        let mut change = Change::at(now);
        change.settings.push((ACCOUNTS.to_owned(), serde_json::to_string(&all)?));
        self.push(&change)?;
        tracing::info!(listed, found = done.found, "Aircall's list of the time was counted");
        self.accounting.readings = all;
        self.accounting.counted_at = now;
        self.give_up_account();
        Ok(())
    }

    /// Once what was found is written: counts what is missing, and tells the figures once.
    fn settle_account(&mut self, reading: AccountReading, now: DateTime<Utc>) -> Result<(), StoreError> {
        let read_at = DateTime::from_timestamp(reading.read_at, 0).unwrap_or(now);
        let counts_at = self.accounting.counted_at.max(read_at + SETTLES);
        if now < counts_at {
            self.wake_by(counts_at);
            return Ok(());
        }
        self.accounting.counted_at = now + COUNTED_EVERY;
        let stored = self.store.account(reading.from, reading.to)?;
        let account = account::of(reading.from, reading.to, stored, Some(reading), false);
        // While writing waits for something else, that is told.
        let is_told = !self.may_write(now)
            || !self.recovery.open().is_empty()
            || self.links.values().any(crate::health::Link::is_down);
        let missing = if is_told { 0 } else { account::unexplained(&account, now) };
        let since = self.accounting.missing.filter(|(before, _)| *before > 0).map_or(now, |(_, since)| since);
        if self.accounting.missing.map(|(before, _)| before) != Some(missing) {
            self.telling.at_once(now);
        }
        self.accounting.missing = Some((missing, since));
        if now - read_at < TOLD_WITHIN { self.tell_account(&account, now) } else { Ok(()) }
    }

    fn tell_account(&mut self, account: &Account, now: DateTime<Utc>) -> Result<(), StoreError> {
        let about = format!("account-{}", account.from);
        if self.tellings.ways().is_empty() || !self.store.tellings_about(&about)?.is_empty() {
            return Ok(());
        }
        let body = Body { account: Some(Figures::of(account)), ..Body::default() };
        let telling = |way| Telling::new(way, &about, "account", TellingState::Account, body.clone(), now);
        let tellings = self.tellings.ways().iter().map(|way| telling(*way)).collect();
        self.push(&Change { telling: Decided { tellings, ..Decided::default() }, ..Change::at(now) })
    }
}
