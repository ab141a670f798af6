//! Old calls (C3): what a person asks of a backfill, how all of them stand, and what writing one would do.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sidetone_protocol::{BackfillForecast, BackfillState, BackfillView, CallDetail, WrittenAs};
use tokio::sync::oneshot;

use super::{Handle, stopping};
use crate::backfill::{BackfillAsk, BackfillRefused, WrittenBack};
use crate::engine::Stimulus;
use crate::engine::backfill::{CallsCounted, view};
use crate::foresight::{Foreseen, Foresight};
use crate::helpdesk::Standing;
use crate::ledger::SHADOW;
use crate::store::{Case, StoreError};
use crate::view;

/// So many calls are taken out of the store at a time.
const AT_A_TIME: usize = 200;
/// Aircall lists so many calls in a request.
const CALLS_A_PAGE: u32 = 50;
/// How many calls Aircall has is waited for no longer.
const COUNTED_WITHIN: Duration = Duration::from_secs(15);

impl Handle {
    /// Has the calls of a time read, and written if that is wanted (C3, B15). A backfill of the same time goes on where it
    /// stood; without an end, one of the same day goes on until now. Comes back when it is stored.
    ///
    /// # Errors
    /// Why it is not begun.
    pub async fn backfill(&self, ask: BackfillAsk) -> Result<BackfillView, BackfillRefused> {
        self.ask(|told| Stimulus::Backfill(ask, told)).await.unwrap_or_else(|| Err(stopping().into()))
    }

    /// Pauses a backfill, over restarts too. What is in hand is finished: a page, or a few calls.
    ///
    /// # Errors
    /// If there is none by this id under way, or it could not be stored.
    pub async fn pause_backfill(&self, id: &str) -> Result<BackfillView, BackfillRefused> {
        self.steer_backfill(id, BackfillState::Paused).await
    }

    /// Lets a paused backfill go on where it stood.
    ///
    /// # Errors
    /// If there is none by this id that is paused, or it could not be stored.
    pub async fn resume_backfill(&self, id: &str) -> Result<BackfillView, BackfillRefused> {
        self.steer_backfill(id, BackfillState::Reading).await
    }

    /// Ends a backfill. What was read of it stays, and what was written, too.
    ///
    /// # Errors
    /// If there is none by this id under way or paused, or it could not be stored.
    pub async fn stop_backfill(&self, id: &str) -> Result<BackfillView, BackfillRefused> {
        self.steer_backfill(id, BackfillState::Stopped).await
    }

    async fn steer_backfill(&self, id: &str, to: BackfillState) -> Result<BackfillView, BackfillRefused> {
        let id = id.to_owned();
        let asked = self.ask(|told| Stimulus::SteerBackfill(id, to, told)).await;
        asked.unwrap_or_else(|| Err(stopping().into()))
    }

    /// All backfills, newest first.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn backfills(&self) -> Result<Vec<BackfillView>, StoreError> {
        let store = &self.shared.store;
        let shown = self.health().backfills;
        let mut all = Vec::new();
        for one in store.backfills()?.iter().rev() {
            let stored = view(one, store.backfill_figures(one)?);
            // How fast it goes, the engine alone can tell.
            let pace = shown.iter().find(|shown| shown.id == stored.id && shown.state == stored.state);
            all.push(BackfillView {
                per_minute: pace.and_then(|pace| pace.per_minute),
                remaining_seconds: pace.and_then(|pace| pace.remaining_seconds),
                ..stored
            });
        }
        Ok(all)
    }

    /// What reading and writing the calls of a time would cost and do. Aircall is asked for how many there are; the helpdesk
    /// is asked nothing, so whoever is in no directory yet counts as new.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn forecast_backfill(&self, ask: BackfillAsk) -> Result<BackfillForecast, StoreError> {
        let until = ask.until.unwrap_or_else(|| self.shared.clock.now());
        let (told, counted) = oneshot::channel();
        self.stimulate(Stimulus::CountCalls((ask.since, until), told));
        let counted = tokio::time::timeout(COUNTED_WITHIN, counted).await.ok().and_then(Result::ok);
        let handle = self.clone();
        let reckoned = tokio::task::spawn_blocking(move || {
            handle.foresee_old_calls((ask.since, until), ask.status, |_| true)
        });
        let forecast = reckoned.await.unwrap_or_else(|_| Err(stopping()))?;
        Ok(with_costs(forecast, counted))
    }

    /// What would be written for each stored call of a time that nothing writes by itself: oldest first, each as if those before
    /// it had been written, until `told` says that it has heard enough.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn plan_old_calls(
        &self,
        time: (DateTime<Utc>, DateTime<Utc>),
        status: WrittenAs,
        mut told: impl FnMut(CallDetail) -> bool,
    ) -> Result<BackfillForecast, StoreError> {
        let mut failed = None;
        let forecast =
            self.foresee_old_calls(time, status, |(case, foreseen)| match self.planned(case, foreseen) {
                Ok(detail) => detail.is_none_or(&mut told),
                Err(error) => {
                    failed = Some(error);
                    false
                }
            })?;
        failed.map_or(Ok(forecast), Err)
    }

    fn planned(&self, case: &Case, foreseen: &Foreseen) -> Result<Option<CallDetail>, StoreError> {
        let (shared, assessment) = (&self.shared, &foreseen.assessment);
        let Some(view) = view::call_view(case, assessment, shared.helpdesk.as_ref()) else { return Ok(None) };
        let card = shared.card(case, Some(&view))?;
        let trace = shared.store.trace(case.call.id)?;
        let uploads = shared.helpdesk.upload_path();
        Ok(Some(view::detail(case, assessment, view, card, trace, Vec::new(), uploads)))
    }

    fn foresee_old_calls(
        &self,
        (since, until): (DateTime<Utc>, DateTime<Utc>),
        status: WrittenAs,
        mut told: impl FnMut((&Case, &Foreseen)) -> bool,
    ) -> Result<BackfillForecast, StoreError> {
        let shared = &self.shared;
        let (store, helpdesk) = (shared.store.as_ref(), shared.helpdesk.as_ref());
        let knowledge = shared.knowledge.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        let back = WrittenBack { backfill: 0, status };
        let mut foresight = Foresight::new(store, helpdesk, &shared.settings, knowledge, shared.clock.now())
            .of_old_calls(back);
        let mut forecast = BackfillForecast {
            since: since.timestamp(),
            until: until.timestamp(),
            ..BackfillForecast::default()
        };
        let (mut callers, mut after) = (BTreeSet::new(), None);
        loop {
            let part = store.barred_between((forecast.since, forecast.until), after, AT_A_TIME)?;
            let Some(last) = part.last() else { return Ok(forecast) };
            after = Some(*last);
            for (_, id) in part {
                let Some(case) = store.case(id)? else { continue };
                let foreseen = foresight.call(&case)?;
                let is_new_caller =
                    case.call.party().number().is_some_and(|number| callers.insert(number.clone()));
                count(&mut forecast, &case, &foreseen, is_new_caller, helpdesk.logs_into_conversations());
                let shown = Case { written_back: Some(back), ..case };
                if !told((&shown, &foreseen)) {
                    return Ok(forecast);
                }
            }
        }
    }
}

fn count(
    forecast: &mut BackfillForecast,
    case: &Case,
    foreseen: &Foreseen,
    is_new_caller: bool,
    into_conversations: bool,
) {
    forecast.stored += 1;
    let theirs = case.ledger.detail(SHADOW).and_then(|detail| detail.get("other"));
    match foreseen.assessment.standing {
        Standing::Held(_) => forecast.held += 1,
        Standing::NotLogged(_) | Standing::Gone(_) => forecast.not_logged += 1,
        Standing::Logged | Standing::Early => {
            forecast.calls += 1;
            forecast.tickets += u32::from(foreseen.begins_a_ticket);
            forecast.of_others += u32::from(theirs.is_some_and(|other| !other.is_null()));
            let record = foreseen.record.as_ref();
            forecast.customers += u32::from(record.is_some_and(|record| record.is_new_customer));
            let writes = record.map_or(1, |record| u32::try_from(record.requests.len()).unwrap_or(u32::MAX));
            // Our marker is looked for (B17), then who has the number, and the conversation that takes the call.
            let questions = 1 + u32::from(is_new_caller) + u32::from(into_conversations);
            forecast.requests = forecast.requests.saturating_add(writes + questions);
        }
    }
}

fn with_costs(forecast: BackfillForecast, counted: Option<CallsCounted>) -> BackfillForecast {
    let seconds =
        |requests: u32, pace: f64| (f64::from(requests) / pace).ceil().min(f64::from(u32::MAX)) as u32;
    let Some(CallsCounted { calls, aircall_per_second, helpdesk_per_second }) = counted else {
        return forecast;
    };
    let read_requests = calls.map(|calls| calls.div_ceil(CALLS_A_PAGE).max(1));
    BackfillForecast {
        at_aircall: calls,
        read_requests,
        read_seconds: read_requests.map(|requests| seconds(requests, aircall_per_second)),
        seconds: seconds(forecast.requests, helpdesk_per_second),
        ..forecast
    }
}
