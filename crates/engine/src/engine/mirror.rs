//! The directory (B9): all customers of the helpdesk, mirrored beside everything else, one page at a time.
//!
//! A full pass reads everybody; once a week it is repeated, and whoever was not seen in it is gone. In between, what was
//! changed last is read every few minutes. Each page is one commit, the place in the list with it, so that a restart goes
//! on; the place is read back before each request, so that several engines on one store take turns.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sidetone_protocol::{DirectoryState, DirectoryView};

use super::{Engine, Job};
use crate::budget::Lane;
use crate::directory::Customer;
use crate::directory::entry::{
    Address, DirectoryChange, Entry, EntryPage, Listing, Order, Place, Size, Spelling,
};
use crate::directory::pass::{Pass, Verdict};
use crate::helpdesk::{Answer, Refusal};
use crate::number::{E164, masked_text};
use crate::store::{Change, Store, StoreError};
use crate::transport::TransportError;

/// The setting that keeps how far it is.
pub(crate) const DIRECTORY: &str = "directory";
/// Whoever holds this thread mirrors.
const THREAD: &str = "directory";
/// Another engine holds it: asked again after this time.
const OTHERS: TimeDelta = TimeDelta::seconds(60);
/// What was changed last is read this often.
const NEWS_EVERY: TimeDelta = TimeDelta::minutes(5);
/// News are read back to so much before the newest known: a list may lag behind (`reference/gorgias.md` §9).
const OVERLAP_SECONDS: i64 = 120;
/// Our clock and the helpdesk's differ by less than this.
const CLOCKS_DIFFER_SECONDS: i64 = 600;
/// More news than this many pages are read faster by a full pass.
const MOST_NEWS_PAGES: u32 = 200;
/// News whose cursor died so often are left until the next time.
const NEWS_DEATHS: u32 = 3;
/// A full pass finds who was deleted.
const FULL_EVERY: TimeDelta = TimeDelta::days(7);
/// A full pass that could not be read to its end is begun again after this time.
const FULL_AGAIN: TimeDelta = TimeDelta::hours(6);
/// What failed is tried again after this time, and twice as long each time,
const AGAIN: TimeDelta = TimeDelta::seconds(20);
/// up to this.
const AGAIN_AT_MOST: TimeDelta = TimeDelta::minutes(15);
/// A cursor with which so many requests in a row failed is taken for dead.
const FAILURES_OF_A_CURSOR: u32 = 5;
/// So many addresses are read anew in one commit.
const READ_ANEW: usize = 250;
/// The countries of our lines are waited for so long after a start.
const LINES_WITHIN: TimeDelta = TimeDelta::seconds(30);
/// The directory is counted at most this often.
const COUNT_EVERY: TimeDelta = TimeDelta::seconds(2);
/// An absence is believed if the news are not older than this.
const CURRENT: TimeDelta = TimeDelta::minutes(15);

/// How far the directory is: kept in the store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Progress {
    /// The full pass under way, or the last one, by number.
    pass: i64,
    under_way: Option<Pass>,
    /// When the last one came to its end, unix seconds.
    complete_at: Option<i64>,
    /// When the next one begins, unix seconds.
    next_pass_at: i64,
    /// The newest change that was read, in the helpdesk's clock, unix seconds.
    mark: Option<i64>,
    /// When the news were read last, unix seconds.
    checked_at: Option<i64>,
    /// In which countries numbers without country code were read.
    countries: Vec<String>,
    /// Why the last pass was given up.
    given_up: Option<String>,
}

impl Progress {
    pub(crate) fn load(store: &dyn Store) -> Result<Progress, StoreError> {
        // What cannot be read is begun anew: it is all in the helpdesk.
        Ok(store.setting(DIRECTORY)?.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    /// For windows and reports.
    pub(crate) fn view(&self, size: Size) -> DirectoryView {
        let state = match (self.complete_at, &self.under_way) {
            (Some(_), _) => DirectoryState::Complete,
            (None, Some(_)) => DirectoryState::Reading,
            (None, None) if self.given_up.is_some() => DirectoryState::Incomplete,
            (None, None) => DirectoryState::Empty,
        };
        DirectoryView {
            state,
            customers: size.customers,
            numbers: size.numbers,
            unmatched: size.unmatched,
            pass_began_at: self.under_way.as_ref().map(|pass| pass.began_at),
            complete_at: self.complete_at,
            checked_at: self.checked_at,
            text: self.given_up.clone(),
        }
    }
}

/// News that are being read.
#[derive(Clone, Debug, Default)]
struct News {
    cursor: Option<String>,
    /// The newest change so far.
    newest: Option<i64>,
    pages: u32,
    deaths: u32,
}

/// Which page was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MirrorPage {
    Full,
    News,
}

/// What this engine knows of the mirror.
pub(crate) struct Mirror {
    busy: bool,
    again: DateTime<Utc>,
    failures: u32,
    /// Why the helpdesk does not show its customers.
    refused: Option<String>,
    news: Option<News>,
    /// Addresses up to here are read anew, because our lines are in other countries now.
    read_anew: Option<Option<Place>>,
    progress: Progress,
    size: Size,
    /// When it may be counted again, if it has changed.
    count_at: DateTime<Utc>,
    has_changed: bool,
}

impl Mirror {
    pub(super) fn remembered(store: &dyn Store, now: DateTime<Utc>) -> Result<Mirror, StoreError> {
        Ok(Mirror {
            busy: false,
            again: now,
            failures: 0,
            refused: None,
            news: None,
            read_anew: None,
            progress: Progress::load(store)?,
            size: store.directory_size()?,
            count_at: now,
            has_changed: false,
        })
    }

    /// Whether somebody who is not in it is not in the helpdesk either.
    pub(super) fn is_current(&self, now: DateTime<Utc>) -> bool {
        let checked = self.progress.checked_at.and_then(|at| DateTime::from_timestamp(at, 0));
        self.progress.complete_at.is_some() && checked.is_some_and(|at| now - at < CURRENT)
    }

    /// A change of the directory that is made now.
    pub(super) fn change(&self) -> DirectoryChange {
        DirectoryChange::in_pass(self.progress.pass)
    }

    pub(super) fn view(&self) -> DirectoryView {
        let view = self.progress.view(self.size);
        match (&self.refused, view.state) {
            (None, _) => view,
            (Some(_), DirectoryState::Complete) => DirectoryView { text: self.refused.clone(), ..view },
            (Some(_), _) => {
                DirectoryView { state: DirectoryState::Incomplete, text: self.refused.clone(), ..view }
            }
        }
    }

    /// Our lines may be in other countries.
    pub(super) fn lines_were_read(&mut self, now: DateTime<Utc>) {
        if self.failures == 0 {
            self.again = now;
        }
    }

    fn failed(&mut self, now: DateTime<Utc>) {
        self.busy = false;
        self.failures += 1;
        self.again = now + (AGAIN * (1 << (self.failures - 1).min(6))).min(AGAIN_AT_MOST);
    }
}

impl Engine {
    /// The next page, if one is due and the budget has room.
    pub(super) fn mirror_on(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.count_directory(now)?;
        if self.settings.study_only || self.mirror.busy {
            return Ok(());
        }
        if self.knowledge.countries.is_none() && now - self.started < LINES_WITHIN {
            self.mirror.again = self.mirror.again.max(now + TimeDelta::seconds(1));
        }
        if self.mirror.again > now {
            self.wake_by(self.mirror.again);
            return Ok(());
        }
        if !self.store.claim(THREAD, now)? {
            self.mirror.news = None;
            self.mirror.read_anew = None;
            self.mirror.progress = Progress::load(self.store.as_ref())?;
            self.mirror.has_changed = true;
            self.mirror.again = now + OTHERS;
            return Ok(());
        }
        self.mirror.progress = Progress::load(self.store.as_ref())?;
        let is_elsewhere =
            self.knowledge.countries.as_ref().is_some_and(|now| *now != self.mirror.progress.countries);
        if is_elsewhere {
            return self.read_numbers_anew(now);
        }
        self.ask_for_a_page(now)
    }

    fn ask_for_a_page(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let progress = &mut self.mirror.progress;
        let news_at = progress.checked_at.and_then(|at| DateTime::from_timestamp(at, 0));
        let news_at = progress.mark.map(|_| news_at.map_or(now, |at| at + NEWS_EVERY));
        let pass_at = DateTime::from_timestamp(progress.next_pass_at, 0).unwrap_or(now);
        let is_news = self.mirror.news.is_some() || news_at.is_some_and(|at| at <= now);
        let (lane, page, order, cursor) = if is_news {
            let news = self.mirror.news.get_or_insert_default();
            (Lane::Late, MirrorPage::News, Order::ChangedLastFirst, news.cursor.clone())
        } else if progress.under_way.is_some() || pass_at <= now {
            let begins = progress.under_way.is_none();
            progress.pass += i64::from(begins);
            let pass = progress.under_way.get_or_insert_with(|| Pass::begin(now.timestamp()));
            let (order, cursor) = (pass.order(), pass.cursor.clone());
            if begins {
                // Before the first customer is put under it.
                let mut change = Change::at(now);
                self.keep_progress(&mut change)?;
                self.push(&change)?;
            }
            (Lane::Backfill, MirrorPage::Full, order, cursor)
        } else {
            self.mirror.again = news_at.map_or(pass_at, |at| at.min(pass_at));
            self.wake_by(self.mirror.again);
            return Ok(());
        };
        let request = self.helpdesk.entries(order, cursor.as_deref());
        match self.ask(self.helpdesk.vendor(), lane, Job::Mirror(page), request, now) {
            Ok(()) => self.mirror.busy = true,
            Err(until) => self.mirror.again = until,
        }
        Ok(())
    }

    pub(super) fn mirror_told(
        &mut self,
        page: MirrorPage,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let read = self.read_answer(result, now, |engine, answer| engine.helpdesk.entries_read(answer));
        self.mirror.busy = false;
        let read = match read {
            Ok(read) => read,
            Err(refusal) => return self.mirror_refused(page, &refusal, now),
        };
        self.mirror.failures = 0;
        self.mirror.refused = None;
        self.mirror.again = now;
        match page {
            MirrorPage::Full => self.page_of_all(read, now),
            MirrorPage::News => self.page_of_news(read, now),
        }
    }

    fn page_of_all(&mut self, read: EntryPage, now: DateTime<Utc>) -> Result<(), StoreError> {
        let Some(mut pass) = self.mirror.progress.under_way.take() else { return Ok(()) };
        let verdict = pass.page(&read.entries, read.next);
        let mut change = Change::at(now);
        change.directory = self.mirror.change();
        change.directory.seen = self.listings(read.entries);
        self.pass_went_on(pass, verdict, "its cursors lead round in a ring", &mut change)?;
        self.push(&change)?;
        self.mirror.has_changed = true;
        Ok(())
    }

    /// What becomes of the pass, noted in a change.
    fn pass_went_on(
        &mut self,
        pass: Pass,
        verdict: Verdict,
        why: &str,
        change: &mut Change,
    ) -> Result<(), StoreError> {
        let now = change.at;
        if verdict != Verdict::GoOn {
            // How much it is in the end is told with the end.
            self.mirror.count_at = now;
        }
        let progress = &mut self.mirror.progress;
        match verdict {
            Verdict::GoOn => progress.under_way = Some(pass),
            Verdict::Complete => {
                change.directory.pass = progress.pass;
                change.directory.pass_ended = true;
                progress.complete_at = Some(now.timestamp());
                progress.next_pass_at = (now + FULL_EVERY).timestamp();
                progress.given_up = None;
                // What changed while it was read is among the news.
                progress.mark.get_or_insert(pass.began_at - CLOCKS_DIFFER_SECONDS);
                progress.checked_at.get_or_insert(pass.began_at);
            }
            Verdict::GivenUp => {
                tracing::warn!(
                    pages = pass.pages(),
                    why,
                    "the list of all customers cannot be read to its end now"
                );
                progress.next_pass_at = (now + FULL_AGAIN).timestamp();
                progress.given_up = Some(masked_text(why));
                // Who was read is known, and what changes from now on.
                progress.mark.get_or_insert(pass.began_at - CLOCKS_DIFFER_SECONDS);
            }
        }
        self.keep_progress(change)
    }

    fn page_of_news(&mut self, read: EntryPage, now: DateTime<Utc>) -> Result<(), StoreError> {
        let Some(mut news) = self.mirror.news.take() else { return Ok(()) };
        news.pages += 1;
        let changed = || read.entries.iter().filter_map(|entry| entry.customer.updated_at);
        news.newest = news.newest.max(changed().max());
        let known = self.mirror.progress.mark.unwrap_or_default() - OVERLAP_SECONDS;
        // Those changed last come first: once one is known, all that follow are.
        let goes_on = changed().min().is_some_and(|oldest| oldest > known);
        let next = read.next.filter(|_| goes_on);
        let too_many = news.pages >= MOST_NEWS_PAGES;
        let mut change = Change::at(now);
        change.directory = self.mirror.change();
        change.directory.seen = self.listings(read.entries);
        match next {
            Some(next) if !too_many => {
                news.cursor = Some(next);
                self.mirror.news = Some(news);
            }
            next => {
                let progress = &mut self.mirror.progress;
                if next.is_some() && progress.under_way.is_none() {
                    // A full pass reads what is beyond.
                    progress.next_pass_at = now.timestamp();
                }
                progress.mark = progress.mark.max(news.newest);
                progress.checked_at = Some(now.timestamp());
                self.keep_progress(&mut change)?;
            }
        }
        self.push(&change)?;
        self.mirror.has_changed = true;
        Ok(())
    }

    fn mirror_refused(
        &mut self,
        page: MirrorPage,
        refusal: &Refusal,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let with_cursor = match page {
            MirrorPage::Full => {
                self.mirror.progress.under_way.as_ref().is_some_and(|pass| pass.cursor.is_some())
            }
            MirrorPage::News => self.mirror.news.as_ref().is_some_and(|news| news.cursor.is_some()),
        };
        let is_dead = match refusal {
            Refusal::Permanent(..)
            | Refusal::Missing(_)
            | Refusal::Stale(_)
            | Refusal::Astray(_)
            | Refusal::Conflict(_) => true,
            // Nobody promises a proper refusal.
            Refusal::Unclear(_) => self.mirror.failures + 1 >= FAILURES_OF_A_CURSOR,
            Refusal::RateLimited(_)
            | Refusal::Credential(_)
            | Refusal::WrongAccount(_)
            | Refusal::Accepted(_) => false,
        };
        if !with_cursor || !is_dead {
            if let Refusal::Permanent(_, text) | Refusal::Missing(text) = refusal {
                self.mirror.refused = Some(masked_text(text));
            }
            self.mirror.failed(now);
            return Ok(());
        }
        self.mirror.failures = 0;
        self.mirror.again = now;
        match page {
            MirrorPage::Full => {
                let Some(mut pass) = self.mirror.progress.under_way.take() else { return Ok(()) };
                let verdict = pass.cursor_died();
                let mut change = Change::at(now);
                let why = "Gorgias forgets the place in the list before the next page is read";
                self.pass_went_on(pass, verdict, why, &mut change)?;
                self.push(&change)
            }
            MirrorPage::News => {
                let deaths = self.mirror.news.as_ref().map_or(0, |news| news.deaths) + 1;
                let again = News { deaths, ..News::default() };
                self.mirror.news = (deaths < NEWS_DEATHS).then_some(again);
                if self.mirror.news.is_none() {
                    self.mirror.again = now + NEWS_EVERY;
                }
                Ok(())
            }
        }
    }

    /// Our lines are in other countries than when numbers without country code were read: a part of them is read anew.
    fn read_numbers_anew(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let after = self.mirror.read_anew.take().flatten();
        let addresses = self.store.without_country_code(after.as_ref(), READ_ANEW)?;
        let countries = self.knowledge.home_countries().to_vec();
        let mut change = Change::at(now);
        change.directory = self.mirror.change();
        for (customer, address) in &addresses {
            let spellings = Spelling::all_of(address, &countries);
            change.directory.read_anew.push((customer.clone(), spellings));
        }
        match addresses.last() {
            Some(last) if addresses.len() == READ_ANEW => self.mirror.read_anew = Some(Some(last.clone())),
            _ => {
                self.mirror.progress.countries = countries;
                self.keep_progress(&mut change)?;
            }
        }
        self.push(&change)?;
        self.mirror.has_changed = true;
        self.mirror.again = now;
        self.wake_by(now);
        Ok(())
    }

    fn listings(&self, entries: Vec<Entry>) -> Vec<Listing> {
        // As the rest of the directory was read: if our lines are elsewhere by now, all of it is read anew.
        let countries = &self.mirror.progress.countries;
        entries.into_iter().map(|entry| Listing::of(entry, countries)).collect()
    }

    fn keep_progress(&self, change: &mut Change) -> Result<(), StoreError> {
        let text = serde_json::to_string(&self.mirror.progress)?;
        change.settings.push((DIRECTORY.to_owned(), text));
        Ok(())
    }

    fn count_directory(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        if self.mirror.has_changed && self.mirror.count_at <= now {
            self.mirror.size = self.store.directory_size()?;
            self.mirror.has_changed = false;
            self.mirror.count_at = now + COUNT_EVERY;
        }
        Ok(())
    }

    /// Somebody whom we made or gave a number is in the directory at once.
    pub(super) fn now_has(&self, customer: &Customer, number: &E164, change: &mut Change) {
        let address = Address(number.as_str().to_owned());
        let spellings = Spelling::all_of(&address, &[]);
        let mut directory = self.mirror.change();
        directory.gained.push(Listing { customer: customer.clone(), spellings });
        change.directory = directory;
    }

    /// A customer was merged into another, or deleted (G25): the directory follows at once.
    pub(super) fn directory_follows(
        &mut self,
        was: &str,
        survivor: Option<&Customer>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut change = Change::at(now);
        change.directory = self.mirror.change();
        match survivor {
            Some(survivor) if survivor.id != was => {
                change.directory.became.push((was.to_owned(), survivor.clone()));
            }
            Some(_) => return Ok(()),
            None => change.directory.gone.push(was.to_owned()),
        }
        self.push(&change)
    }
}
