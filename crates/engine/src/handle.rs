//! What a face holds of the engine: it reads the store by itself, and sends stimuli to the loop.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, TimeDelta, Utc};
use sidetone_protocol::{
    CallDetail, CallPage, CallView, Card, Health, HealthState, LiveCall, Now, NumberExplanation, OutboxView,
    Pushed, SandboxView, Source, SourceKind, UnmatchedNumber, WriterView,
};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use uuid::Uuid;

use crate::call::CaseId;
use crate::clinic::Clinic;
use crate::clock::Clock;
use crate::directory::{Matched, entry};
use crate::engine::{AdoptProgress, Stimulus};
use crate::gate;
use crate::helpdesk::Helpdesk;
use crate::inbox;
use crate::knowledge::{Knowledge, QUESTION_REFUSED};
use crate::number::E164;
use crate::settings::{Arrival, Settings};
use crate::store::{Case, Change, Query, Receipt, Received, Store, StoreError};
use crate::view::{self, Caller};

/// How many calls `now` lists.
const RECENT: usize = 12;
/// How many earlier calls a card shows.
const HISTORY: usize = 4;
/// A card says so long that its look-up failed: no call rings for longer.
const FAILURE_SHOWN: TimeDelta = TimeDelta::hours(1);
/// A plan that needs longer than this lacks something that is not to be had now.
const PLAN_WITHIN: std::time::Duration = std::time::Duration::from_secs(60);

/// What engine and faces both read.
pub(crate) struct Shared {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) helpdesk: Arc<dyn Helpdesk>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) settings: Settings,
    pub(crate) knowledge: RwLock<Knowledge>,
    /// Numbers whose last look-up failed, and when.
    pub(crate) failed: RwLock<HashMap<E164, DateTime<Utc>>>,
    /// Hash of our own webhook's token, so that an event costs no reading of the store.
    pub(crate) token_hash: RwLock<Option<String>>,
    pub(crate) installation: Uuid,
}

impl Shared {
    pub(crate) fn mark_failed(&self, number: &E164, failed: bool) {
        let now = self.clock.now();
        let mut all = self.failed.write().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, at| now - *at < FAILURE_SHOWN);
        if failed {
            all.insert(number.clone(), now);
        } else {
            all.remove(number);
        }
    }

    pub(crate) fn remember_token(&self, hash: String) {
        *self.token_hash.write().unwrap_or_else(PoisonError::into_inner) = Some(hash);
    }

    /// Who has a number, as far as is known here: what the helpdesk said a moment ago, else the directory (B9), else what
    /// the helpdesk said at any time.
    pub(crate) fn known(&self, number: &E164) -> Result<Option<Matched>, StoreError> {
        let told = self.store.matched(number)?;
        if told.as_ref().is_some_and(|told| told.is_fresh(self.clock.now())) {
            return Ok(told);
        }
        let customers = entry::customers(&self.store.listed(number)?);
        if customers.is_empty() {
            return Ok(told);
        }
        let checked_at = told.map_or(DateTime::UNIX_EPOCH, |told| told.checked_at);
        Ok(Some(Matched { number: number.clone(), checked_at, customers }))
    }

    /// Who is calling, from what is stored.
    pub(crate) fn card(&self, case: &Case, view: Option<&CallView>) -> Result<Card, StoreError> {
        let party = case.call.party();
        let number = party.number();
        let (history, history_total) = match number {
            Some(number) => self.store.history(number, case.call.id, HISTORY)?,
            None => (Vec::new(), 0),
        };
        let caller = Caller {
            matched: number.map(|n| self.known(n)).transpose()?.flatten(),
            failed: number
                .is_some_and(|n| self.failed.read().unwrap_or_else(PoisonError::into_inner).contains_key(n)),
            history,
            history_total,
        };
        Ok(view::card(&case.call, view, caller, self.helpdesk.as_ref()))
    }
}

/// A face's grip on the engine. Cheap to clone.
#[derive(Clone)]
pub struct Handle {
    shared: Arc<Shared>,
    stimuli: mpsc::UnboundedSender<Stimulus>,
    pushed: broadcast::Sender<Pushed>,
    health: watch::Receiver<Health>,
}

impl Handle {
    pub(crate) fn new(
        shared: Arc<Shared>,
        stimuli: mpsc::UnboundedSender<Stimulus>,
        pushed: broadcast::Sender<Pushed>,
        health: watch::Receiver<Health>,
    ) -> Handle {
        Handle { shared, stimuli, pushed, health }
    }

    fn stimulate(&self, stimulus: Stimulus) {
        // The loop is gone only when the program ends.
        let _ = self.stimuli.send(stimulus);
    }

    /// Makes a webhook body ready to be stored.
    #[must_use]
    pub fn statement(&self, event: &aircall::Event) -> Received {
        inbox::from_webhook(event, self.shared.clock.now())
    }

    /// Whether this is the token of our own webhook as last seen; reads no store. A webhook that another hub has just
    /// made is known to [`Handle::is_own_token`] only.
    #[must_use]
    pub fn knows_token(&self, token: &str) -> bool {
        let known = self.shared.token_hash.read().unwrap_or_else(PoisonError::into_inner);
        // Hashes are compared, so the time it takes tells nothing of the token.
        known.as_deref() == Some(inbox::token_hash(token).as_str())
    }

    /// Whether an event carries the token of our own webhook. Reads the store.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn is_own_token(&self, token: &str) -> Result<bool, StoreError> {
        let known = self.shared.store.setting("webhook_token_hash")?;
        // Hashes are compared, so the time it takes tells nothing of the token.
        Ok(known.is_some_and(|known| known == inbox::token_hash(token)))
    }

    /// Stores statements for good, and wakes the engine. Blocks until they are durable.
    ///
    /// # Errors
    /// Nothing of the batch is stored then.
    pub fn receive(&self, batch: &[Received]) -> Result<Vec<Receipt>, StoreError> {
        let receipts = self.shared.store.receive(batch)?;
        self.stimulate(Stimulus::Arrived);
        Ok(receipts)
    }

    /// Whether this is the id that our webhook's address ends in.
    #[must_use]
    pub fn is_installation(&self, id: Uuid) -> bool {
        self.shared.installation == id
    }

    /// The id that our webhook's address ends in.
    #[must_use]
    pub fn installation(&self) -> Uuid {
        self.shared.installation
    }

    /// What a window needs at once. `day_start`: when the reader's day began.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn now(&self, day_start: Option<DateTime<Utc>>) -> Result<Now, StoreError> {
        let store = &self.shared.store;
        let event_id = store.last_pushed()?.to_string();
        let mut live = Vec::new();
        for id in store.live()? {
            if let Some(detail) = self.call(id)? {
                live.push(LiveCall { call: detail.call, card: detail.card });
            }
        }
        let (recent, _) = store.calls(&Query { limit: RECENT, ..Query::default() })?;
        let day_start = day_start.unwrap_or_else(|| self.shared.clock.now() - TimeDelta::hours(24));
        Ok(Now { event_id, live, recent, today: store.today(day_start)?, health: self.health() })
    }

    /// A page of the call list.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn calls(&self, query: &Query) -> Result<CallPage, StoreError> {
        let (calls, next) = self.shared.store.calls(query)?;
        Ok(CallPage { calls, next })
    }

    /// Everything about one call; `None` if it is unknown, or on a line that is not selected.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn call(&self, id: CaseId) -> Result<Option<CallDetail>, StoreError> {
        let shared = &self.shared;
        let Some(case) = shared.store.case(id)?.filter(|c| c.selected == Some(true)) else { return Ok(None) };
        let matched = case.call.party().number().map(|n| shared.known(n)).transpose()?.flatten();
        let (assessment, refused) = {
            let knowledge = shared.knowledge.read().unwrap_or_else(PoisonError::into_inner);
            // What is shown may be of any age; only a write asks again.
            let now = shared.clock.now();
            let matched = matched.map(|m| Matched { checked_at: now, ..m });
            let context = knowledge.context(&shared.settings, now, matched.as_ref());
            let assessment = shared.helpdesk.assess(&case, &context);
            let refused = knowledge.refused.values().next().cloned();
            (gate::apply(&case, assessment, &shared.settings, &knowledge.own_numbers), refused)
        };
        let Some(mut view) = view::call_view(&case, &assessment, shared.helpdesk.as_ref()) else {
            return Ok(None);
        };
        if let Some(refused) = refused.filter(|_| view.reason.is_none())
            && shared.store.waiting(QUESTION_REFUSED)?.contains(&id)
        {
            view.reason = Some(refused.reason());
        }
        let card = shared.card(&case, Some(&view))?;
        Ok(Some(view::detail(&case, &assessment, view, card, shared.store.trace(id)?)))
    }

    /// Makes the plan of a call, asking Aircall and the helpdesk what it needs to know; writes nothing.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn plan(&self, id: CaseId) -> Result<Option<CallDetail>, StoreError> {
        let (told, made) = oneshot::channel();
        self.stimulate(Stimulus::Study(id, told));
        // No word when the call cannot be read, or a vendor does not answer: then what is known is shown.
        let _ = tokio::time::timeout(PLAN_WITHIN, made).await;
        self.call(id)
    }

    /// What a number, in any spelling, matches and why (B9).
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn explain_number(&self, text: &str) -> Result<NumberExplanation, StoreError> {
        self.clinic().explain(text)
    }

    /// Numbers in the helpdesk that nothing can match (B9), a part at a time: those after `after`, and where the next part
    /// begins.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn unmatched_numbers(
        &self,
        after: Option<&entry::Place>,
    ) -> Result<(Vec<UnmatchedNumber>, Option<entry::Place>), StoreError> {
        self.clinic().unmatched(after)
    }

    fn clinic(&self) -> Clinic<'_> {
        let Shared { store, helpdesk, clock, settings, .. } = self.shared.as_ref();
        Clinic {
            store: store.as_ref(),
            helpdesk: helpdesk.as_ref(),
            logging: &settings.logging,
            now: clock.now(),
        }
    }

    /// Tries a parked call again. Where a person threw its ticket away, a new one is made (G25).
    pub fn retry(&self, id: CaseId) {
        self.stimulate(Stimulus::Retry(id));
    }

    /// Stops writing into the helpdesk until [`Handle::resume`], over restarts too. Calls are shown and looked up as
    /// before; what is under way is settled. Comes back when that holds.
    ///
    /// # Errors
    /// If it could not be stored: then nothing has changed.
    pub async fn pause(&self) -> Result<(), StoreError> {
        self.ask(|told| Stimulus::Pause(true, told)).await.unwrap_or_else(|| Err(stopping()))
    }

    /// Lets writing go on; what came in the meantime is written. Comes back when that holds.
    ///
    /// # Errors
    /// If it could not be stored: then nothing has changed.
    pub async fn resume(&self) -> Result<(), StoreError> {
        self.ask(|told| Stimulus::Pause(false, told)).await.unwrap_or_else(|| Err(stopping()))
    }

    /// Makes this installation the one that writes (B16). Returns whether another one did: then it is under way, and
    /// `health` shows when it is done.
    pub async fn take_over(&self) -> bool {
        self.ask(Stimulus::TakeOver).await.unwrap_or(false)
    }

    /// Fills the ledger from the records that the helpdesk holds of calls since then (B17); writes nothing there. Ends
    /// with a progress that is `done` or `failed`; dropping the receiver stops it.
    #[must_use]
    pub fn adopt_since(&self, since: DateTime<Utc>) -> mpsc::UnboundedReceiver<AdoptProgress> {
        let (told, progress) = mpsc::unbounded_channel();
        self.stimulate(Stimulus::AdoptSince(since, told));
        progress
    }

    /// Hands the loop a question; `None` if the engine has ended.
    async fn ask<T>(&self, stimulus: impl FnOnce(oneshot::Sender<T>) -> Stimulus) -> Option<T> {
        let (told, answer) = oneshot::channel();
        self.stimulate(stimulus(told));
        answer.await.ok()
    }

    /// How Sidetone is.
    #[must_use]
    pub fn health(&self) -> Health {
        self.health.borrow().clone()
    }

    /// What is pushed from now on.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Pushed> {
        self.pushed.subscribe()
    }

    /// What was pushed after `id`; `None` if that is too long ago, and the reader must begin anew.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn pushed_since(&self, id: i64, limit: usize) -> Result<Option<Vec<Pushed>>, StoreError> {
        self.shared.store.pushed_since(id, limit)
    }

    /// Whether the store takes writes.
    ///
    /// # Errors
    /// If it does not.
    pub fn check_store(&self) -> Result<(), StoreError> {
        let now = self.shared.clock.now();
        let settings = vec![("ready".to_owned(), now.timestamp().to_string())];
        self.shared.store.commit(&Change { settings, ..Change::at(now) }).map(|_| ())
    }

    /// Finishes what is in hand, then stops the engine.
    pub async fn stop(&self) {
        let (told, stopped) = oneshot::channel();
        self.stimulate(Stimulus::Stop(told));
        let _ = stopped.await;
    }
}

fn stopping() -> StoreError {
    StoreError::Refused("the engine has stopped".into())
}

/// Health before the first turn.
pub(crate) fn first_health(settings: &Settings) -> Health {
    let polling = settings.arrival == Arrival::Polling;
    Health {
        state: HealthState::Well,
        mode: settings.logging.mode.0,
        paused: None,
        writer: WriterView::default(),
        alerts: Vec::new(),
        connections: Vec::new(),
        outbox: OutboxView::default(),
        budgets: Vec::new(),
        source: Source {
            kind: if polling { SourceKind::Polling } else { SourceKind::Webhook },
            last_event_at: None,
        },
        sandbox: settings.sandbox_control_url.clone().map(|control_url| SandboxView { control_url }),
        directory: None,
        odd_events: 0,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}
