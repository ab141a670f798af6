//! A backend that a test drives: it connects to `SIDETONE_FAKE=127.0.0.1:PORT` and reads one event per line.
//!
//! Only in tests and with the feature `fake-backend`. It knows no rules; it repeats what it was told.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use sidetone_protocol::{
    CallDetail, CallPage, CallView, Card, DeskCounts, Health, HealthState, LiveCall, LiveEvent, Match, Mode,
    Now, OpenRecords, OutboxView, PausedView, PlanView, Pushed, Source, SourceKind, Today, WriterView,
};
use tokio::sync::broadcast;

use crate::backend::{Action, ApiAnswer, Backend, BackendError, CallQuery};
use crate::export::Lines;
use crate::live::Live;

/// Enough for a test that sends everything at once.
const EVENTS_KEPT: usize = 256;

/// Why the fake cannot be driven.
#[derive(Debug, thiserror::Error)]
pub enum FakeError {
    /// The variable is not set.
    #[error("Set SIDETONE_FAKE to the address that the test listens on, for example 127.0.0.1:4711.")]
    NoAddress,
    /// Nobody listens there.
    #[error("Nobody listens on {address}: {fault}")]
    NoTest {
        /// What `SIDETONE_FAKE` says.
        address: String,
        /// What the system said.
        fault: std::io::Error,
    },
}

/// The scripted backend.
pub struct FakeBackend {
    state: Arc<Mutex<State>>,
    events: broadcast::Sender<Pushed>,
}

/// What has been told so far.
#[derive(Default)]
struct State {
    live: Live,
    recent: Vec<CallView>,
    last_id: u64,
}

impl FakeBackend {
    /// Connects to the test and follows it on a thread of its own.
    ///
    /// # Errors
    /// [`FakeError`].
    pub fn from_env() -> Result<Self, FakeError> {
        let address = std::env::var("SIDETONE_FAKE").map_err(|_| FakeError::NoAddress)?;
        let stream = TcpStream::connect(&address).map_err(|fault| FakeError::NoTest { address, fault })?;
        let (events, _) = broadcast::channel(EVENTS_KEPT);
        let fake = Self { state: Arc::default(), events };
        let (state, events) = (Arc::clone(&fake.state), fake.events.clone());
        std::thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                match serde_json::from_str(&line) {
                    Ok(event) => tell(&state, &events, event),
                    Err(fault) => tracing::warn!(%fault, line, "the test sent what is no event"),
                }
            }
        });
        Ok(fake)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn tell(state: &Mutex<State>, events: &broadcast::Sender<Pushed>, event: LiveEvent) {
    let mut state = lock(state);
    if let LiveEvent::Call(call) = &event {
        state.recent.retain(|known| known.id != call.id);
        state.recent.insert(0, (**call).clone());
    }
    state.live.fold(event.clone());
    state.last_id += 1;
    // Nobody listens before the window face has started; it asks for everything first.
    let _ = events.send(Pushed { id: state.last_id.to_string(), body: event });
}

#[async_trait]
impl Backend for FakeBackend {
    fn now(&self) -> Result<Now, BackendError> {
        let state = self.state();
        let live = state.live.calls().map(|known| LiveCall {
            call: known.call.clone(),
            card: known.card.clone().unwrap_or_else(|| empty_card(&known.call)),
        });
        Ok(Now {
            event_id: state.last_id.to_string(),
            live: live.collect(),
            recent: state.recent.clone(),
            today: Today::default(),
            health: state.live.health().cloned().unwrap_or_else(well),
            desk: DeskCounts::default(),
        })
    }

    async fn api(
        &self,
        _method: &str,
        _path: &str,
        _body: Option<serde_json::Value>,
    ) -> Result<ApiAnswer, BackendError> {
        Ok(ApiAnswer { status: 404, body: serde_json::json!({ "code": "no_such_page" }) })
    }

    fn calls(&self, _query: CallQuery) -> Result<CallPage, BackendError> {
        Ok(CallPage { calls: self.state().recent.clone(), next: None, total: None, notes: Vec::new() })
    }

    fn call(&self, id: &str) -> Result<Option<CallDetail>, BackendError> {
        let state = self.state();
        let Some(call) = state.recent.iter().find(|call| call.id == id).cloned() else { return Ok(None) };
        let card =
            state.live.call(id).and_then(|known| known.card.clone()).unwrap_or_else(|| empty_card(&call));
        Ok(Some(CallDetail {
            id: call.id.clone(),
            state: call.state,
            reason: call.reason.clone(),
            completeness: call.completeness,
            facts: serde_json::Value::Null,
            ledger: Vec::new(),
            plan: PlanView { requests: 0, writes: Vec::new() },
            explanation: Vec::new(),
            kept: Vec::new(),
            call,
            card,
        }))
    }

    async fn open_records(&self, customer: &str) -> Result<OpenRecords, BackendError> {
        Ok(nothing_open(customer))
    }

    async fn export(&self, _query: &str, _format: &str) -> Result<Lines, BackendError> {
        Err(BackendError::Unavailable("The fake exports nothing.".to_owned()))
    }

    async fn keep_recordings_in(&self, _folder: &Path) -> Result<(), BackendError> {
        Err(BackendError::Unavailable("The fake keeps nothing.".to_owned()))
    }

    async fn act(&self, action: Action) -> Result<(), BackendError> {
        // Only the pause shows in what the fake tells of itself.
        let paused = match action {
            Action::Pause => Some(PausedView { since: 0, waiting: 0 }),
            Action::Resume => None,
            Action::Retry(_)
            | Action::Mend(_)
            | Action::Choose { .. }
            | Action::Withdraw(_)
            | Action::Name { .. } => return Ok(()),
        };
        let health = Health { paused, ..self.state().live.health().cloned().unwrap_or_else(well) };
        tell(&self.state, &self.events, LiveEvent::Health(Box::new(health)));
        Ok(())
    }

    fn events(&self) -> broadcast::Receiver<Pushed> {
        self.events.subscribe()
    }

    async fn shutdown(&self) {}
}

/// That a customer has nothing open.
pub(crate) fn nothing_open(customer: &str) -> OpenRecords {
    let customer_id = customer.to_owned();
    OpenRecords { customer_id, records: Vec::new(), total: 0, more: false, latest_url: None }
}

fn empty_card(call: &CallView) -> Card {
    Card {
        call_id: call.id.clone(),
        matched: Match::Looking,
        customer: None,
        candidates: Vec::new(),
        chosen: None,
        named: None,
        history: Vec::new(),
        history_total: 0,
        other_numbers: Vec::new(),
    }
}

fn well() -> Health {
    Health {
        state: HealthState::Well,
        mode: Mode::Live,
        paused: None,
        writer: WriterView::default(),
        alerts: Vec::new(),
        connections: Vec::new(),
        outbox: OutboxView::default(),
        budgets: Vec::new(),
        source: Source { kind: SourceKind::Polling, last_event_at: None },
        sandbox: None,
        directory: None,
        recoveries: Vec::new(),
        backfills: Vec::new(),
        computer: None,
        telling: Vec::new(),
        odd_events: 0,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}
