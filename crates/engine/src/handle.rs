//! What a face holds of the engine: it reads the store by itself, and sends stimuli to the loop.

mod backfills;
mod desk;
mod report;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, TimeDelta, Utc};
use sidetone_protocol::{
    Account, CallDetail, CallPage, CallView, Card, Forgotten, Health, HealthState, LiveCall, MessageDetail,
    MessagePage, NoteFound, Now, NumberExplanation, OpenRecords, OutboxView, Pushed, SandboxView, Source,
    SourceKind, UnmatchedNumber, WriterView,
};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use uuid::Uuid;

pub use self::desk::Desired;
use crate::account;
use crate::act::{self, ActRefused, DialAsk, Dialled, Said};
use crate::call::CaseId;
use crate::choice::{CallerName, Choice};
use crate::clinic::Clinic;
use crate::clock::Clock;
use crate::directory::{Matched, entry};
use crate::engine::{AdoptProgress, Declined, Helpdesks, Stimulus, Wish, account_readings, conversations};
use crate::erasing::is_private;
use crate::foresight::{Foreseen, Foresight};
use crate::gate;
use crate::helpdesk::{Assessment, Helpdesk};
use crate::inbox;
use crate::keep;
use crate::knowledge::{Knowledge, QUESTION_REFUSED, Refused};
use crate::number::E164;
use crate::search;
use crate::settings::{Arrival, Settings};
use crate::store::{Case, Change, FullCall, MessageQuery, Query, Receipt, Received, Store, StoreError};
use crate::tokens::Tokens;
use crate::view::{self, Caller};

/// How many calls `now` lists.
const RECENT: usize = 12;
/// How many other numbers of the caller a card shows.
const OTHER_NUMBERS: usize = 5;
/// What a search finds is counted to here: more than that nobody reads.
const COUNTED_TO: u32 = 1_000;
/// How many earlier calls a card shows.
const HISTORY: usize = 4;
/// A card says so long that its look-up failed: no call rings for longer.
const FAILURE_SHOWN: TimeDelta = TimeDelta::hours(1);
/// What Aircall calls messages.
const MESSAGES: [&str; 2] = ["message", "group_message"];
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
    /// Whose events are believed, so that an event costs no reading of the store.
    pub(crate) tokens: RwLock<Tokens>,
    /// The loop has not stored yet what changed there.
    pub(crate) tokens_unsaved: AtomicBool,
    /// Aircall's list is being read for an account.
    pub(crate) account_is_read: AtomicBool,
    pub(crate) installation: Uuid,
    pub(crate) helpdesks: Helpdesks,
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

    /// Changes what tokens are believed. Returns whether that changed anything.
    pub(crate) fn change_tokens(&self, change: impl FnOnce(&mut Tokens)) -> bool {
        let mut tokens = self.tokens.write().unwrap_or_else(PoisonError::into_inner);
        let before = tokens.clone();
        change(&mut tokens);
        let changed = *tokens != before;
        self.tokens_unsaved.fetch_or(changed, Ordering::SeqCst);
        changed
    }

    /// What is stored holds, unless something changed here meanwhile.
    pub(crate) fn believe(&self, stored: Tokens) {
        let mut tokens = self.tokens.write().unwrap_or_else(PoisonError::into_inner);
        if !self.tokens_unsaved.load(Ordering::SeqCst) {
            *tokens = stored;
        }
    }

    /// These are stored. Until then the store knows less than this program.
    pub(crate) fn tokens_are_kept(&self, kept: &Tokens) {
        let tokens = self.tokens.write().unwrap_or_else(PoisonError::into_inner);
        if *tokens == *kept {
            self.tokens_unsaved.store(false, Ordering::SeqCst);
        }
    }

    pub(crate) fn tokens(&self) -> Tokens {
        self.tokens.read().unwrap_or_else(PoisonError::into_inner).clone()
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
        if is_private(case.barred.as_deref()) {
            return Ok(view::card(case, view, view::nobody(case), self.helpdesk.as_ref()));
        }
        let party = case.call.party();
        let choice = party.number().map(|n| self.store.choice(n)).transpose()?.flatten();
        self.card_with(case, view, choice)
    }

    /// Who is calling, with what is decided about the number right now.
    pub(crate) fn card_with(
        &self,
        case: &Case,
        view: Option<&CallView>,
        choice: Option<Choice>,
    ) -> Result<Card, StoreError> {
        let party = case.call.party();
        let number = party.number();
        let (history, history_total) = match number {
            Some(number) => self.store.history(number, case.call.id, HISTORY)?,
            None => (Vec::new(), 0),
        };
        let matched = number.map(|n| self.known(n)).transpose()?.flatten();
        // Only where there is something to choose from.
        let shared = matched
            .iter()
            .flat_map(|m| &m.customers)
            .filter(|_| matched.as_ref().is_some_and(|m| m.customers.len() > 1) || choice.is_some());
        let dealings = shared.map(|c| self.store.dealings(&c.id)).collect::<Result<_, _>>()?;
        // Of several nobody knows yet whose they would be.
        let only = match matched.as_ref().map(|m| m.customers.as_slice()) {
            Some([only]) => Some(only.id.as_str()),
            _ => None,
        };
        let mut other_numbers = match case.ledger.id("customer").or(only) {
            Some(customer) => self.store.numbers_of(customer, OTHER_NUMBERS + 1)?,
            None => Vec::new(),
        };
        other_numbers.retain(|other| Some(other) != number);
        other_numbers.truncate(OTHER_NUMBERS);
        let caller = Caller {
            other_numbers,
            matched,
            dealings,
            choice,
            failed: number
                .is_some_and(|n| self.failed.read().unwrap_or_else(PoisonError::into_inner).contains_key(n)),
            history,
            history_total,
        };
        Ok(view::card(case, view, caller, self.helpdesk.as_ref()))
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

    /// The token of the webhook that a person made by hand, if there is one. One that it replaces is believed until the
    /// first event comes with the new one (G22).
    pub fn use_token_made_by_hand(&self, token: Option<&str>) {
        if self.shared.change_tokens(|tokens| tokens.by_hand_is(token)) {
            self.stimulate(Stimulus::TokensChanged);
        }
    }

    /// Whether an event with this token is Aircall's, as far as this program knows; reads no store. A webhook that another
    /// hub has just made is known to [`Handle::is_own_token`] only.
    #[must_use]
    pub fn knows_token(&self, token: &str) -> bool {
        let (is_known, replaced) = {
            let tokens = self.shared.tokens.read().unwrap_or_else(PoisonError::into_inner);
            (tokens.know(token), tokens.have_replaced_others())
        };
        if is_known && replaced && self.shared.change_tokens(|tokens| tokens.seen(token)) {
            self.stimulate(Stimulus::TokensChanged);
        }
        is_known
    }

    /// Whether an event with this token would be believed. Unlike [`Handle::knows_token`] it is no sign that one came.
    #[must_use]
    pub fn would_believe(&self, token: &str) -> bool {
        self.shared.tokens().know(token)
    }

    /// The same as [`Handle::knows_token`], with what other hubs have stored meanwhile. Reads the store.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn is_own_token(&self, token: &str) -> Result<bool, StoreError> {
        if self.knows_token(token) {
            return Ok(true);
        }
        // What is known here and not stored yet is the newer knowledge.
        if self.shared.tokens_unsaved.load(Ordering::SeqCst) {
            return Ok(false);
        }
        let stored = Tokens::remembered(self.shared.store.as_ref())?;
        let is_known = stored.know(token);
        if is_known {
            self.shared.believe(stored);
        }
        Ok(is_known && self.knows_token(token))
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
        let (today, desk) = (store.today(day_start)?, self.desk_counts()?);
        Ok(Now { event_id, live, recent, today, health: self.health(), desk })
    }

    /// The zone of days, where the configuration names one.
    #[must_use]
    pub fn time_zone(&self) -> Option<chrono_tz::Tz> {
        self.shared.settings.time_zone
    }

    /// A page of the call list.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn calls(&self, query: &Query) -> Result<CallPage, StoreError> {
        let store = self.shared.store.as_ref();
        let query = query.clone().in_our_countries(store)?;
        let Some(typed) = query.text.as_deref().filter(|text| !text.trim().is_empty()) else {
            let (calls, next) = store.calls(&query)?;
            return Ok(CallPage { calls, next, total: None, notes: Vec::new() });
        };
        let (found, next) = store.calls_in_full(&query)?;
        let notes = found.iter().flat_map(|full| notes_with(full, typed)).collect();
        let total = match query.before {
            None => Some(store.count_calls(&query, COUNTED_TO)?),
            Some(_) => None,
        };
        Ok(CallPage { calls: found.into_iter().map(|full| full.view).collect(), next, total, notes })
    }

    /// A page of the call list with everything that is known of each call.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn calls_in_full(&self, query: &Query) -> Result<(Vec<FullCall>, Option<String>), StoreError> {
        let store = self.shared.store.as_ref();
        store.calls_in_full(&query.clone().in_our_countries(store)?)
    }

    /// Who an agent is: an Aircall user's id, or e-mail address.
    ///
    /// # Errors
    /// If there is none, or Aircall's users were not read yet.
    pub fn agent(&self, named: &str) -> Result<u64, ActRefused> {
        // Whoever has left Aircall still had calls.
        if let Ok(id) = named.trim().parse() {
            return Ok(id);
        }
        let agents = self.shared.knowledge.read().unwrap_or_else(PoisonError::into_inner).agents.clone();
        Ok(act::agent(agents.as_deref(), Some(named))?.id)
    }

    /// Everything about one call; `None` if it is unknown, or on a line that is not selected.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn call(&self, id: CaseId) -> Result<Option<CallDetail>, StoreError> {
        let shared = &self.shared;
        let kept =
            || -> Result<_, StoreError> { Ok(shared.store.kept_files(id)?.iter().map(keep::view).collect()) };
        let Some(case) = shared.store.case(id)?.filter(|c| c.selected == Some(true)) else {
            let Some(left) = shared.store.erased(id)? else { return Ok(None) };
            return Ok(view::erased_call(id, left, kept()?, shared.helpdesk.as_ref()));
        };
        let (assessment, refused) = self.assessed(&case)?;
        let Some(mut view) = view::call_view(&case, &assessment, shared.helpdesk.as_ref()) else {
            return Ok(None);
        };
        if let Some(refused) = refused.filter(|_| view.reason.is_none())
            && shared.store.waiting(QUESTION_REFUSED)?.contains(&id)
        {
            view.reason = Some(refused.reason());
        }
        let card = shared.card(&case, Some(&view))?;
        let (trace, uploads) = (shared.store.trace(id)?, shared.helpdesk.upload_path());
        Ok(Some(view::detail(&case, &assessment, view, card, trace, kept()?, uploads)))
    }

    /// Record − ledger as it is shown, and what the helpdesk refuses to tell.
    fn assessed(&self, case: &Case) -> Result<(Assessment, Option<Refused>), StoreError> {
        let shared = &self.shared;
        let matched = case.call.party().number().map(|n| shared.store.matched(n)).transpose()?.flatten();
        let knowledge = shared.knowledge.read().unwrap_or_else(PoisonError::into_inner);
        // What is shown may be of any age; only a write asks again.
        let now = shared.clock.now();
        let matched = matched.map(|m| Matched { checked_at: now, ..m });
        let talks = [matched.as_ref(), knowledge.anonymous.as_ref()];
        let mut talks = conversations(shared.store.as_ref(), shared.helpdesk.as_ref(), case, talks)?;
        talks.iter_mut().for_each(|talk| talk.seen_at = now);
        let choice = case.call.party().number().map(|n| shared.store.choice(n)).transpose()?.flatten();
        let mut context = knowledge.context(&shared.settings, now, matched.as_ref(), &talks);
        context.choice = choice.as_ref();
        let assessment = shared.helpdesks.apply(case, shared.helpdesk.assess(case, &context));
        let refused = knowledge.refused.values().next().cloned();
        Ok((gate::apply(case, assessment, &shared.settings, &knowledge.own_numbers), refused))
    }

    /// A page of the list of text messages.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn messages(&self, query: &MessageQuery) -> Result<MessagePage, StoreError> {
        let (messages, next) = self.shared.store.messages(query)?;
        Ok(MessagePage { messages, next })
    }

    /// Everything about one text message, by Aircall's id; `None` if it is unknown, or on a line that is not selected.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn message(&self, id: &str) -> Result<Option<MessageDetail>, StoreError> {
        let shared = &self.shared;
        let Some(case) = self.message_case(id)?.filter(|c| c.selected == Some(true)) else {
            for resource in MESSAGES {
                if let Some(left) = shared.store.erased(CaseId::of_message(resource, id))? {
                    return Ok(view::erased_message(left));
                }
            }
            return Ok(None);
        };
        let (assessment, _) = self.assessed(&case)?;
        let view = view::message_view(&case, &assessment, shared.helpdesk.as_ref());
        let Some(view) = view else { return Ok(None) };
        let trace = shared.store.trace(case.call.id)?;
        let uploads = shared.helpdesk.upload_path();
        let choice =
            case.call.party().number().map(|number| shared.store.choice(number)).transpose()?.flatten();
        let writer = shared.card_with(&case, None, choice)?;
        Ok(Some(view::message_detail(&case, &assessment, view, writer, trace, uploads)))
    }

    fn message_case(&self, id: &str) -> Result<Option<Case>, StoreError> {
        for resource in MESSAGES {
            if let Some(case) = self.shared.store.case(CaseId::of_message(resource, id))? {
                return Ok(Some(case));
            }
        }
        Ok(None)
    }

    /// Forgets a number (B12): answers when everything that is stored of it is erased, or why it cannot be. It goes on by itself
    /// where nobody waits for that.
    ///
    /// # Errors
    /// [`Declined`].
    pub async fn forget(&self, number: E164) -> Result<Forgotten, Declined> {
        let told = self.ask(|told| Stimulus::Forget(number, told)).await;
        told.unwrap_or_else(|| Err(Declined::Store(stopping())))
    }

    /// What is known of privacy: older calls that are kept, because their record waits for something.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn overdue(&self) -> Result<u32, StoreError> {
        let before = self.shared.settings.privacy.keeps_since(self.shared.clock.now());
        before.map_or(Ok(0), |before| self.shared.store.overdue(before))
    }

    /// Tries a parked or held message again. Returns whether there is such a message.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn retry_message(&self, id: &str) -> Result<bool, StoreError> {
        let case = self.message_case(id)?.filter(|case| case.selected == Some(true));
        let known = case.is_some();
        if let Some(case) = case {
            self.stimulate(Stimulus::Retry(case.call.id));
        }
        Ok(known)
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

    /// Whether everything that a plan names by its name was read once: the helpdesk's people and tags, Aircall's lines,
    /// teams, tags and users.
    #[must_use]
    pub fn knows_lists(&self) -> bool {
        let known = self.shared.knowledge.read().unwrap_or_else(PoisonError::into_inner);
        let helpdesk = known.people.is_some() && known.tags.is_some();
        let aircall = known.teams.is_some() && known.slugs.is_some() && known.agents.is_some();
        helpdesk && aircall && known.countries.is_some()
    }

    /// Has the plan of a call made; told when it is. Dropped where the call cannot be read.
    pub(crate) fn study(&self, id: CaseId) -> oneshot::Receiver<()> {
        let (told, made) = oneshot::channel();
        self.stimulate(Stimulus::Study(id, told));
        made
    }

    /// What would be written for these calls, each as if those before it had been written (B5). Calls that are unknown, or
    /// on a line that is not selected, are left out.
    pub(crate) fn foresee(&self, ids: &[CaseId]) -> Result<Vec<(CallView, Foreseen)>, StoreError> {
        let shared = &self.shared;
        let knowledge = shared.knowledge.read().unwrap_or_else(PoisonError::into_inner).clone();
        let (store, helpdesk) = (shared.store.as_ref(), shared.helpdesk.as_ref());
        let mut foresight = Foresight::new(store, helpdesk, &shared.settings, knowledge, shared.clock.now());
        let mut all = Vec::new();
        for id in ids {
            let Some(case) = store.case(*id)?.filter(|case| case.selected == Some(true)) else { continue };
            let foreseen = foresight.call(&case)?;
            if let Some(view) = view::call_view(&case, &foreseen.assessment, helpdesk) {
                all.push((view, foreseen));
            }
        }
        Ok(all)
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

    /// A person says which customer a call is of (B7): one of those who share its number, or another one of the
    /// helpdesk, which is then asked. With `remember` it holds for the number: for all its calls that wait, and for later
    /// ones, until it is withdrawn. Comes back when it is stored; what follows is written after that.
    ///
    /// # Errors
    /// Why it was not taken: then nothing has changed.
    pub async fn choose(&self, id: CaseId, customer: &str, remember: bool) -> Result<CallView, Declined> {
        self.wish_at(id, Wish::Choose { customer: customer.to_owned(), remember }).await
    }

    /// Forgets what was chosen for the number of a call, and for the call itself as long as nothing is written of it:
    /// the next call asks again, and so do those that wait.
    ///
    /// # Errors
    /// Why it was not taken: then nothing has changed.
    pub async fn withdraw_choice(&self, id: CaseId) -> Result<CallView, Declined> {
        self.wish_at(id, Wish::Withdraw).await
    }

    /// A person takes back what we wrote of a call (B11): our notes and tags are removed, the ticket goes to the trash where
    /// nothing of anybody else is in it, and nothing more is written until [`Handle::retry`]. Comes back when it is stored;
    /// what is removed is removed after that.
    ///
    /// # Errors
    /// Why it was not taken: then nothing has changed.
    pub async fn take_back(&self, id: CaseId) -> Result<CallView, Declined> {
        self.wish_at(id, Wish::TakeBack).await
    }

    /// A person says how an unknown caller is called (G5). Every call of the number that waits is written to one customer
    /// of that name, unless the number turns out to be somebody's. A customer whom we had made under a placeholder gets
    /// the name, unless a person has given another since.
    ///
    /// # Errors
    /// Why it was not taken: then nothing has changed.
    pub async fn name(&self, id: CaseId, name: CallerName) -> Result<CallView, Declined> {
        self.wish_at(id, Wish::Name(name)).await
    }

    /// The same as [`Handle::choose`] for a text message that is held (B7), by Aircall's id.
    ///
    /// # Errors
    /// Why it was not taken: then nothing has changed.
    pub async fn choose_for_message(
        &self,
        id: &str,
        customer: &str,
        remember: bool,
    ) -> Result<MessageDetail, Declined> {
        self.wish_at_message(id, Wish::Choose { customer: customer.to_owned(), remember }).await
    }

    /// The same as [`Handle::withdraw_choice`] for a text message.
    ///
    /// # Errors
    /// Why it was not taken: then nothing has changed.
    pub async fn withdraw_choice_for_message(&self, id: &str) -> Result<MessageDetail, Declined> {
        self.wish_at_message(id, Wish::Withdraw).await
    }

    /// The same as [`Handle::name`] for whoever wrote a text message.
    ///
    /// # Errors
    /// Why it was not taken: then nothing has changed.
    pub async fn name_writer(&self, id: &str, name: CallerName) -> Result<MessageDetail, Declined> {
        self.wish_at_message(id, Wish::Name(name)).await
    }

    async fn wish_at(&self, id: CaseId, wish: Wish) -> Result<CallView, Declined> {
        self.wish(id, wish).await?.ok_or(Declined::NoSuchCall)
    }

    async fn wish_at_message(&self, id: &str, wish: Wish) -> Result<MessageDetail, Declined> {
        let case = self.message_case(id)?.ok_or(Declined::NoSuchCall)?;
        self.wish(case.call.id, wish).await?;
        self.message(id)?.ok_or(Declined::NoSuchCall)
    }

    async fn wish(&self, id: CaseId, wish: Wish) -> Result<Option<CallView>, Declined> {
        self.ask(|told| Stimulus::Wish(id, wish, told)).await.unwrap_or_else(|| Err(stopping().into()))
    }

    /// Stops writing into the helpdesk until [`Handle::resume`], over restarts too. Calls are shown and looked up as
    /// before; what is under way is settled. Comes back when that holds.
    ///
    /// # Errors
    /// If it could not be stored: then nothing has changed.
    pub async fn pause(&self) -> Result<(), StoreError> {
        self.ask(|told| Stimulus::Pause(true, told)).await.unwrap_or_else(|| Err(stopping()))
    }

    /// Uninstalls (G21), over restarts too: our webhook is taken away at Aircall at once, its token forgotten, and nothing
    /// is read or written until [`Handle::resume`]. Records and ledger stay. Comes back when it is stored; the webhook goes
    /// after that, as soon as Aircall lets us.
    ///
    /// # Errors
    /// If it could not be stored: then nothing has changed.
    pub async fn uninstall(&self) -> Result<(), StoreError> {
        self.ask(Stimulus::Uninstall).await.unwrap_or_else(|| Err(stopping()))
    }

    /// Lets writing go on; what came in the meantime is written. After [`Handle::uninstall`] the webhook is made anew, and
    /// events come again once it stands; calls that came and went meanwhile are read then (B1). Comes back when that
    /// holds.
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

    /// Puts our webhook right at once (C1), rather than within the minute in which that happens by itself.
    pub fn put_webhook_right(&self) {
        self.stimulate(Stimulus::LookAtWebhook);
    }

    /// Has what was missed until now read at once (B1), rather than only when events come again.
    pub fn recover(&self) {
        self.stimulate(Stimulus::Recover);
    }

    /// Stops a recovery, by the id that [`Handle::health`] tells. What was read of it is still written. Returns whether there
    /// is one under way.
    ///
    /// # Errors
    /// If it could not be stored: then it goes on.
    pub async fn stop_recovery(&self, id: &str) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.ask(|told| Stimulus::StopRecovery(id, told)).await.unwrap_or_else(|| Err(stopping()))
    }

    /// Tells what the computer is like: the bytes left on the disk that holds the database (unset: it is elsewhere), and whether
    /// the keyring with the keys does not open. To be told every minute.
    pub fn computer_is(&self, disk_free_bytes: Option<u64>, keyring_locked: bool) {
        self.stimulate(Stimulus::Computer(disk_free_bytes, keyring_locked));
    }

    /// The account of a time (unix seconds, `to` not included); unset: of the last full week.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn account(&self, time: Option<(i64, i64)>) -> Result<Account, StoreError> {
        let zone = self.shared.settings.time_zone.unwrap_or(chrono_tz::UTC);
        let week = account::last_week(self.shared.clock.now(), zone);
        let (from, to) = time.unwrap_or((week.0.timestamp(), week.1.timestamp()));
        let store = self.shared.store.as_ref();
        let readings = account_readings(store)?;
        let reading = readings.into_iter().find(|reading| (reading.from, reading.to) == (from, to));
        let is_read = self.shared.account_is_read.load(Ordering::SeqCst);
        Ok(account::of(from, to, store.account(from, to)?, reading, is_read))
    }

    /// Has Aircall's list of a time read for its account, within the budget; what it has that is not known here is written.
    /// Returns whether that is begun: one is read at a time.
    pub async fn read_account(&self, from: i64, to: i64) -> bool {
        self.ask(|told| Stimulus::Account(from, to, told)).await.unwrap_or(false)
    }

    /// Has what could not be told by mail or web hook tried again at once: somebody found that it goes now.
    pub fn tell_again(&self) {
        self.stimulate(Stimulus::TellAgain);
    }

    /// Has the helpdesk asked at once whether it still lets us in: somebody learnt that it may not (G20).
    pub fn check_access(&self) {
        self.stimulate(Stimulus::CheckAccess);
    }

    /// Dials a number on an agent's phone (A5). A call that comes of it is linked with the ticket that it is dialled from
    /// (G9). Comes back when Aircall has answered; it is never repeated by itself.
    ///
    /// # Errors
    /// [`ActRefused`], which says what to do.
    pub async fn dial(&self, ask: DialAsk) -> Result<Dialled, ActRefused> {
        self.ask(|told| Stimulus::Dial(ask, told)).await.unwrap_or(Err(ActRefused::Stopping))
    }

    /// Writes a comment on a call, in Aircall and in the helpdesk (G13). `by`: the Aircall user's id or e-mail address;
    /// unset, the agent of the call. It is stored when this comes back, whatever Aircall said.
    ///
    /// # Errors
    /// [`ActRefused`], which says what to do; nothing is kept then.
    pub async fn comment(&self, call: CaseId, text: String, by: Option<String>) -> Result<Said, ActRefused> {
        self.ask(|told| Stimulus::Comment(call, text, by, told)).await.unwrap_or(Err(ActRefused::Stopping))
    }

    /// What a customer has open in the helpdesk, which is asked for it now.
    ///
    /// # Errors
    /// [`Declined::NoSuchCustomer`], or [`Declined::HelpdeskAway`], also where nothing may be asked now.
    pub async fn open_records(&self, customer: &str) -> Result<OpenRecords, Declined> {
        let customer = customer.to_owned();
        self.ask(|told| Stimulus::OpenRecords(customer, told)).await.unwrap_or(Err(Declined::HelpdeskAway))
    }

    /// Tags a call in Aircall, by ids or names of Aircall's tags; the helpdesk follows.
    ///
    /// # Errors
    /// [`ActRefused`], which says what to do.
    pub async fn tag(&self, call: CaseId, tags: Vec<String>) -> Result<(), ActRefused> {
        self.ask(|told| Stimulus::Tag(call, tags, told)).await.unwrap_or(Err(ActRefused::Stopping))
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

    /// Comes when the engine has ended.
    pub async fn ended(&self) {
        let mut health = self.health.clone();
        while health.changed().await.is_ok() {}
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

/// The comments of a call in which everything that was typed stands.
fn notes_with(full: &FullCall, typed: &str) -> Vec<NoteFound> {
    let comments = full.call.comments().into_iter().filter(|comment| search::holds(&comment.content, typed));
    let found = comments.map(|comment| NoteFound {
        call_id: full.view.id.clone(),
        text: comment.content,
        author: comment.author.map(|author| author.name),
        at: comment.posted_at,
    });
    found.collect()
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
        recoveries: Vec::new(),
        backfills: Vec::new(),
        computer: None,
        telling: Vec::new(),
        odd_events: 0,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}
