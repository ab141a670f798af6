//! Killing the program at a step boundary: after a commit, before a request leaves, before its answer is taken in.
//!
//! A killed engine is cut off at once: its store takes nothing more and nothing it sends leaves. Whoever drives the day
//! hears of it ([`Lifeline::cut`]), drops the engine and starts another on what is stored. From outside that is
//! `kill -9` at exactly that step.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use sidetone_engine::account::Stored;
use sidetone_engine::backfill::{Backfill, BackfillFigures};
use sidetone_engine::call::CaseId;
use sidetone_engine::choice::Choice;
use sidetone_engine::conversation::Conversation;
use sidetone_engine::desk::{AtTheDesk, DeskQuery};
use sidetone_engine::dial::Dial;
use sidetone_engine::directory::entry::{Listed, Place, Size, Unmatched};
use sidetone_engine::directory::{Dealings, Matched};
use sidetone_engine::erasing::{Erased, ErasedCase};
use sidetone_engine::gap::Gap;
use sidetone_engine::keep::{KeptFile, KeptState};
use sidetone_engine::number::E164;
use sidetone_engine::store::{
    Arrivals, Case, Change, Claim, ComparedRow, FullCall, InboxRow, Mentioned, MessageQuery, Query, Receipt,
    Received, Store, StoreError, Trawl,
};
use sidetone_engine::telling::{Telling, Told};
use sidetone_engine::transport::{Incoming, Outgoing, Transport, TransportError};
use sidetone_protocol::{
    CallView, ExplanationView, MessageView, Named, OutboxView, Pushed, TellingWay, Today,
};
use tokio::sync::Notify;

/// What one run of the program hangs by.
#[derive(Clone, Debug, Default)]
pub struct Lifeline(Arc<Thread>);

#[derive(Debug, Default)]
struct Thread {
    steps: AtomicU64,
    /// What kind of step each was.
    kinds: Mutex<Vec<String>>,
    /// The request that came last.
    last: Mutex<String>,
    /// Cut when so many steps were done; 0 = never.
    cut_after: AtomicU64,
    is_cut: AtomicBool,
    told: Notify,
    /// The database takes nothing for the time being.
    refuses: AtomicBool,
    before: Mutex<Before>,
}

/// Is told of a change before it is stored, and says whether the program is killed there.
type Happens = dyn FnMut(&Change) -> bool + Send;

/// What is done before each change is stored.
#[derive(Default)]
struct Before(Option<Box<Happens>>);

impl std::fmt::Debug for Before {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Before").field(&self.0.is_some()).finish()
    }
}

impl Lifeline {
    /// Kills the program `steps` step boundaries from now; at least one.
    pub fn cut_after(&self, steps: u64) {
        let at = self.0.steps.load(Ordering::SeqCst) + steps.max(1);
        self.0.cut_after.store(at, Ordering::SeqCst);
    }

    /// A kill that was asked for and has not come is taken back.
    pub fn spare(&self) {
        self.0.cut_after.store(0, Ordering::SeqCst);
    }

    /// Before each change is stored, `happens` is called with it; where that says so, the program is killed in its stead.
    pub fn before_each_commit(&self, happens: impl FnMut(&Change) -> bool + Send + 'static) {
        *hold(&self.0.before) = Before(Some(Box::new(happens)));
    }

    /// From now on the database takes no change, or takes them again: a full disk, a connection that is cut.
    pub fn refuse_commits(&self, refuses: bool) {
        self.0.refuses.store(refuses, Ordering::SeqCst);
    }

    /// The step boundaries that were passed, each by its kind: `POST /api/tickets leaves`, `stored after POST /api/tickets`.
    #[must_use]
    pub fn steps(&self) -> Vec<String> {
        hold(&self.0.kinds).clone()
    }

    /// Returns when the program was killed.
    pub async fn cut(&self) {
        while !self.is_cut() {
            self.0.told.notified().await;
        }
    }

    fn is_cut(&self) -> bool {
        self.0.is_cut.load(Ordering::SeqCst)
    }

    fn is_killed_before(&self, change: &Change) -> bool {
        let is_killed = hold(&self.0.before).0.as_mut().is_some_and(|happens| happens(change));
        if is_killed {
            self.0.is_cut.store(true, Ordering::SeqCst);
            self.0.told.notify_one();
        }
        is_killed
    }

    /// One step boundary. Returns whether the program lives on.
    fn step(&self, kind: String) -> bool {
        hold(&self.0.kinds).push(kind);
        let done = self.0.steps.fetch_add(1, Ordering::SeqCst) + 1;
        let cut_after = self.0.cut_after.load(Ordering::SeqCst);
        if cut_after != 0 && done >= cut_after {
            self.0.is_cut.store(true, Ordering::SeqCst);
            self.0.told.notify_one();
        }
        !self.is_cut()
    }
}

/// A store that the program loses when it is killed.
pub(crate) struct MortalStore {
    pub(crate) inner: Arc<dyn Store>,
    pub(crate) lifeline: Lifeline,
}

impl MortalStore {
    fn alive(&self) -> Result<&dyn Store, StoreError> {
        if self.lifeline.is_cut() { Err(killed()) } else { Ok(self.inner.as_ref()) }
    }

    fn takes(&self) -> Result<(), StoreError> {
        let refuses = self.lifeline.0.refuses.load(Ordering::SeqCst);
        if refuses { Err(StoreError::Refused("it takes nothing at the moment".into())) } else { Ok(()) }
    }

    /// What was committed stays, but a program that is killed right then does not hear of it.
    fn committed<T>(&self, result: T) -> Result<T, StoreError> {
        let kind = format!("stored after {}", hold(&self.lifeline.0.last));
        if self.lifeline.step(kind) { Ok(result) } else { Err(killed()) }
    }
}

/// Takes a lock; a panic elsewhere must not hide itself behind a second one.
fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A request without what differs from call to call: ids, and the values of its query.
fn kind_of<B>(request: &http::Request<B>) -> String {
    // In Front an id begins with what it is of: `cnv_…`.
    let is_id = |part: &str| {
        part.find('_') == Some(3) || part.bytes().any(|byte| byte.is_ascii_digit()) && part.len() > 2
    };
    let path: Vec<&str> =
        request.uri().path().split('/').map(|part| if is_id(part) { "…" } else { part }).collect();
    let mut keys: Vec<&str> = request
        .uri()
        .query()
        .unwrap_or_default()
        .split('&')
        .filter_map(|pair| pair.split('=').next())
        .collect();
    keys.sort_unstable();
    keys.dedup();
    let sign = if request.uri().query().is_some() { "?" } else { "" };
    format!("{} {}{sign}{}", request.method(), path.join("/"), keys.join("&"))
}

fn killed() -> StoreError {
    StoreError::Refused("the program was killed".into())
}

impl Store for MortalStore {
    fn receive(&self, batch: &[Received]) -> Result<Vec<Receipt>, StoreError> {
        self.takes()?;
        let receipts = self.alive()?.receive(batch)?;
        if self.lifeline.step("an event is stored".to_owned()) { Ok(receipts) } else { Err(killed()) }
    }

    fn commit(&self, change: &Change) -> Result<Vec<Pushed>, StoreError> {
        self.takes()?;
        if !self.lifeline.is_cut() && self.lifeline.is_killed_before(change) {
            return Err(killed());
        }
        let pushed = self.alive()?.commit(change)?;
        self.committed(pushed)
    }

    fn unfolded(&self, limit: usize) -> Result<Vec<InboxRow>, StoreError> {
        self.alive()?.unfolded(limit)
    }

    fn case(&self, id: CaseId) -> Result<Option<Case>, StoreError> {
        self.alive()?.case(id)
    }

    fn claim_due(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<Claim>, StoreError> {
        self.alive()?.claim_due(now, limit)
    }

    fn claim(&self, thread: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
        self.alive()?.claim(thread, now)
    }

    fn release(&self, threads: &[String]) -> Result<(), StoreError> {
        self.alive()?.release(threads)
    }

    fn next_due(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.alive()?.next_due(now)
    }

    fn due_from(&self, at: DateTime<Utc>) -> Result<Vec<CaseId>, StoreError> {
        self.alive()?.due_from(at)
    }

    fn under_way(&self) -> Result<Vec<CaseId>, StoreError> {
        self.alive()?.under_way()
    }

    fn unsettled(&self) -> Result<Vec<CaseId>, StoreError> {
        self.alive()?.unsettled()
    }

    fn pending(&self) -> Result<Vec<CaseId>, StoreError> {
        self.alive()?.pending()
    }

    fn waiting(&self, reason: &str) -> Result<Vec<CaseId>, StoreError> {
        self.alive()?.waiting(reason)
    }

    fn live(&self) -> Result<Vec<CaseId>, StoreError> {
        self.alive()?.live()
    }

    fn calls(&self, query: &Query) -> Result<(Vec<CallView>, Option<String>), StoreError> {
        self.alive()?.calls(query)
    }

    fn calls_in_full(&self, query: &Query) -> Result<(Vec<FullCall>, Option<String>), StoreError> {
        self.alive()?.calls_in_full(query)
    }

    fn count_calls(&self, query: &Query, most: u32) -> Result<u32, StoreError> {
        self.alive()?.count_calls(query, most)
    }

    fn index_calls(&self, limit: usize) -> Result<usize, StoreError> {
        self.alive()?.index_calls(limit)
    }

    fn history(&self, number: &E164, but: CaseId, limit: usize) -> Result<(Vec<CallView>, u32), StoreError> {
        self.alive()?.history(number, but, limit)
    }

    fn messages(&self, query: &MessageQuery) -> Result<(Vec<MessageView>, Option<String>), StoreError> {
        self.alive()?.messages(query)
    }

    fn has_earlier_message(&self, case: &Case, number: &E164) -> Result<bool, StoreError> {
        self.alive()?.has_earlier_message(case, number)
    }

    fn conversation(&self, customer: &str) -> Result<Option<Conversation>, StoreError> {
        self.alive()?.conversation(customer)
    }

    fn trace(&self, id: CaseId) -> Result<Vec<ExplanationView>, StoreError> {
        self.alive()?.trace(id)
    }

    fn matched(&self, number: &E164) -> Result<Option<Matched>, StoreError> {
        self.alive()?.matched(number)
    }

    fn choice(&self, number: &E164) -> Result<Option<Choice>, StoreError> {
        self.alive()?.choice(number)
    }

    fn unfinished(&self, number: &E164) -> Result<Vec<CaseId>, StoreError> {
        self.alive()?.unfinished(number)
    }

    fn held_by_others(&self, id: CaseId, activities: &[&str]) -> Result<BTreeSet<String>, StoreError> {
        self.alive()?.held_by_others(id, activities)
    }

    fn dealings(&self, customer: &str) -> Result<Dealings, StoreError> {
        self.alive()?.dealings(customer)
    }

    fn compared(&self, heads: usize) -> Result<Vec<ComparedRow>, StoreError> {
        self.alive()?.compared(heads)
    }

    fn listed(&self, number: &E164) -> Result<Vec<Listed>, StoreError> {
        self.alive()?.listed(number)
    }

    fn numbers_of(&self, customer: &str, limit: usize) -> Result<Vec<E164>, StoreError> {
        self.alive()?.numbers_of(customer, limit)
    }

    fn ending_in(&self, digits: &str, limit: usize) -> Result<Vec<Listed>, StoreError> {
        self.alive()?.ending_in(digits, limit)
    }

    fn unmatched(&self, after: Option<&Place>, limit: usize) -> Result<Vec<Unmatched>, StoreError> {
        self.alive()?.unmatched(after, limit)
    }

    fn without_country_code(&self, after: Option<&Place>, limit: usize) -> Result<Vec<Place>, StoreError> {
        self.alive()?.without_country_code(after, limit)
    }

    fn directory_size(&self) -> Result<Size, StoreError> {
        self.alive()?.directory_size()
    }

    fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.alive()?.setting(key)
    }

    fn replace_setting(&self, key: &str, old: &str, new: &str) -> Result<bool, StoreError> {
        self.takes()?;
        let is_replaced = self.alive()?.replace_setting(key, old, new)?;
        self.committed(is_replaced)
    }

    fn setting_once(&self, key: &str, value: &str) -> Result<String, StoreError> {
        let kept = self.alive()?.setting_once(key, value)?;
        self.committed(kept)
    }

    fn pushed_since(&self, id: i64, limit: usize) -> Result<Option<Vec<Pushed>>, StoreError> {
        self.alive()?.pushed_since(id, limit)
    }

    fn last_pushed(&self) -> Result<i64, StoreError> {
        self.alive()?.last_pushed()
    }

    fn outbox(&self, now: DateTime<Utc>) -> Result<OutboxView, StoreError> {
        self.alive()?.outbox(now)
    }

    fn today(&self, since: DateTime<Utc>) -> Result<Today, StoreError> {
        self.alive()?.today(since)
    }

    fn arrivals(&self) -> Result<Arrivals, StoreError> {
        self.alive()?.arrivals()
    }

    fn backfills(&self) -> Result<Vec<Backfill>, StoreError> {
        self.alive()?.backfills()
    }

    fn backfill_figures(&self, of: &Backfill) -> Result<BackfillFigures, StoreError> {
        self.alive()?.backfill_figures(of)
    }

    fn barred_between(
        &self,
        seconds: (i64, i64),
        after: Option<(i64, CaseId)>,
        limit: usize,
    ) -> Result<Vec<(i64, CaseId)>, StoreError> {
        self.alive()?.barred_between(seconds, after, limit)
    }

    fn heard_of(&self, ids: &[CaseId]) -> Result<Vec<CaseId>, StoreError> {
        self.alive()?.heard_of(ids)
    }

    fn gaps(&self, done_since: DateTime<Utc>) -> Result<Vec<Gap>, StoreError> {
        self.alive()?.gaps(done_since)
    }

    fn listed_gists(&self, ids: &[CaseId]) -> Result<HashMap<CaseId, [u8; 32]>, StoreError> {
        self.alive()?.listed_gists(ids)
    }

    fn unheard(&self, ids: &[CaseId]) -> Result<Vec<CaseId>, StoreError> {
        self.alive()?.unheard(ids)
    }

    fn repeats(&self, id: CaseId) -> Result<u32, StoreError> {
        self.alive()?.repeats(id)
    }

    fn still_pending(&self, ids: &[CaseId]) -> Result<Vec<CaseId>, StoreError> {
        self.alive()?.still_pending(ids)
    }

    fn first_message_at(&self) -> Result<Option<i64>, StoreError> {
        self.alive()?.first_message_at()
    }

    fn messages_between(&self, from: i64, to: i64) -> Result<u32, StoreError> {
        self.alive()?.messages_between(from, to)
    }

    fn dials(&self, agent: u64, number: &E164) -> Result<Vec<Dial>, StoreError> {
        self.alive()?.dials(agent, number)
    }

    fn take_back_dial(&self, id: &str) -> Result<(), StoreError> {
        self.alive()?.take_back_dial(id)?;
        self.committed(())
    }

    fn forget_dials(&self, before: DateTime<Utc>) -> Result<(), StoreError> {
        self.alive()?.forget_dials(before)
    }

    fn with_open_comments(&self) -> Result<Vec<CaseId>, StoreError> {
        self.alive()?.with_open_comments()
    }

    fn desk(&self, query: &DeskQuery<'_>) -> Result<Vec<AtTheDesk>, StoreError> {
        self.alive()?.desk(query)
    }

    fn done_at_the_desk(&self, since: DateTime<Utc>, day: DateTime<Utc>) -> Result<Vec<String>, StoreError> {
        self.alive()?.done_at_the_desk(since, day)
    }

    fn lines_of(&self, agent: u64, since: DateTime<Utc>) -> Result<Vec<Named>, StoreError> {
        self.alive()?.lines_of(agent, since)
    }

    fn forget_desk(&self, before: DateTime<Utc>) -> Result<(), StoreError> {
        self.alive()?.forget_desk(before)
    }

    fn told(&self) -> Result<Vec<Told>, StoreError> {
        self.alive()?.told()
    }

    fn tellings_about(&self, about: &str) -> Result<Vec<Telling>, StoreError> {
        self.alive()?.tellings_about(about)
    }

    fn tellings_since(&self, since: DateTime<Utc>) -> Result<Vec<Telling>, StoreError> {
        self.alive()?.tellings_since(since)
    }

    fn claim_tellings(
        &self,
        ways: &[TellingWay],
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Telling>, StoreError> {
        self.takes()?;
        self.alive()?.claim_tellings(ways, now, limit)
    }

    fn tell_again(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.takes()?;
        self.alive()?.tell_again(now)
    }

    fn forget_tellings(&self, before: DateTime<Utc>) -> Result<(), StoreError> {
        self.alive()?.forget_tellings(before)
    }

    fn account(&self, from: i64, to: i64) -> Result<Stored, StoreError> {
        self.alive()?.account(from, to)
    }

    fn files_due(
        &self,
        now: DateTime<Utc>,
        states: &[KeptState],
        limit: usize,
    ) -> Result<Vec<KeptFile>, StoreError> {
        self.alive()?.files_due(now, states, limit)
    }

    fn next_file_due(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.alive()?.next_file_due()
    }

    fn calls_waiting_for_files(&self, now: DateTime<Utc>) -> Result<u32, StoreError> {
        self.alive()?.calls_waiting_for_files(now)
    }

    fn kept_in(&self, folder: &str, limit: usize) -> Result<Vec<KeptFile>, StoreError> {
        self.alive()?.kept_in(folder, limit)
    }

    fn kept_files(&self, call: CaseId) -> Result<Vec<KeptFile>, StoreError> {
        self.alive()?.kept_files(call)
    }

    fn let_files_go(&self, before: DateTime<Utc>, at: DateTime<Utc>) -> Result<usize, StoreError> {
        self.takes()?;
        self.alive()?.let_files_go(before, at)
    }

    fn erase(&self, calls: &[CaseId], why: Erased, at: DateTime<Utc>) -> Result<Vec<Pushed>, StoreError> {
        self.takes()?;
        let pushed = self.alive()?.erase(calls, why, at)?;
        self.committed(pushed)
    }

    fn erased(&self, id: CaseId) -> Result<Option<ErasedCase>, StoreError> {
        self.alive()?.erased(id)
    }

    fn expired(&self, before: DateTime<Utc>, limit: usize) -> Result<Vec<CaseId>, StoreError> {
        self.alive()?.expired(before, limit)
    }

    fn overdue(&self, before: DateTime<Utc>) -> Result<u32, StoreError> {
        self.alive()?.overdue(before)
    }

    fn forget_before(&self, before: DateTime<Utc>) -> Result<(), StoreError> {
        self.takes()?;
        self.alive()?.forget_before(before)?;
        self.committed(())
    }

    fn to_erase(&self, limit: usize) -> Result<Vec<(CaseId, Erased)>, StoreError> {
        self.alive()?.to_erase(limit)
    }

    fn note_forgotten(&self, hash: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
        self.takes()?;
        self.alive()?.note_forgotten(hash, at)?;
        self.committed(())
    }

    fn forgotten_at(&self, hash: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.alive()?.forgotten_at(hash)
    }

    fn trawl_calls(
        &self,
        number: &E164,
        until: DateTime<Utc>,
        after: Option<i64>,
        limit: usize,
    ) -> Result<Trawl, StoreError> {
        self.takes()?;
        let trawl = self.alive()?.trawl_calls(number, until, after, limit)?;
        self.committed(trawl)
    }

    fn trawl_inbox(
        &self,
        number: &E164,
        until: DateTime<Utc>,
        after: Option<i64>,
        limit: usize,
    ) -> Result<Trawl, StoreError> {
        self.takes()?;
        let trawl = self.alive()?.trawl_inbox(number, until, after, limit)?;
        self.committed(trawl)
    }

    fn trawl_texts(
        &self,
        number: &E164,
        part: usize,
        after: Option<i64>,
        limit: usize,
    ) -> Result<Option<Trawl>, StoreError> {
        self.takes()?;
        let trawl = self.alive()?.trawl_texts(number, part, after, limit)?;
        self.committed(trawl)
    }

    fn forget_number(&self, number: &E164) -> Result<Mentioned, StoreError> {
        self.takes()?;
        let found = self.alive()?.forget_number(number)?;
        self.committed(found)
    }

    fn scrub(&self, first: bool) -> Result<bool, StoreError> {
        self.takes()?;
        let more = self.alive()?.scrub(first)?;
        self.committed(more)
    }

    fn forget_pushed(&self, before: DateTime<Utc>) -> Result<(), StoreError> {
        self.alive()?.forget_pushed(before)
    }
}

/// A way to the vendors that ends with the program.
pub(crate) struct MortalTransport<T> {
    pub(crate) inner: T,
    pub(crate) lifeline: Lifeline,
}

#[async_trait]
impl<T: Transport> Transport for MortalTransport<T> {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        let kind = kind_of(&request);
        if self.lifeline.is_cut() || !self.lifeline.step(format!("{kind} leaves")) {
            // The request never leaves, and nobody is left who would wait for it.
            return std::future::pending().await;
        }
        let answer = self.inner.send(request).await;
        hold(&self.lifeline.0.last).clone_from(&kind);
        if !self.lifeline.step(format!("{kind} is answered")) {
            return std::future::pending().await;
        }
        answer
    }

    async fn stream(
        &self,
        request: http::Request<Outgoing>,
    ) -> Result<http::Response<Incoming>, TransportError> {
        let kind = kind_of(&request);
        if self.lifeline.is_cut() || !self.lifeline.step(format!("{kind} leaves")) {
            return std::future::pending().await;
        }
        let answer = self.inner.stream(request).await;
        hold(&self.lifeline.0.last).clone_from(&kind);
        if !self.lifeline.step(format!("{kind} is answered")) {
            return std::future::pending().await;
        }
        answer
    }
}
