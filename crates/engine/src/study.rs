//! A dry run (B5): what would stand in the helpdesk of the last day's calls, with settings that nobody has applied yet.
//!
//! An engine of its own reckons them over a store in memory, which is dropped at the end. It has no webhook, polls
//! nothing, and whatever would change something does not even leave: see `study/reads.rs`. Text messages are not in it, because
//! Aircall keeps no history of them.

mod calls;
mod reads;
mod report;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sidetone_protocol::{Connection, ConnectionState, DryRun, DryRunState, Mode, Vendor};
use tokio::sync::oneshot::error::TryRecvError;
use tokio::sync::{oneshot, watch};

use self::calls::Calls;
use self::reads::OnlyReads;
use crate::call::CaseId;
use crate::clock::Clock;
use crate::engine::{Engine, Parts, requests_kept_in};
use crate::handle::Handle;
use crate::helpdesk::Helpdesk;
use crate::knowledge::QUESTION_REFUSED;
use crate::settings::{Arrival, ModeSetting, Settings};
use crate::store::sqlite::SqliteStore;
use crate::store::{Change, Store, StoreError};
use crate::transport::Transport;

/// How far back calls are read.
pub const BACK: TimeDelta = TimeDelta::hours(24);
/// So many calls are looked at; of more, the newest.
pub const MOST_CALLS: usize = 200;
/// How often is looked how far the engine is.
const TICK: Duration = Duration::from_millis(200);
/// What is planned so far is told anew this often.
const TELL_EVERY: TimeDelta = TimeDelta::seconds(2);
/// Lists that cannot be read are not waited for any longer.
const LISTS_WITHIN: TimeDelta = TimeDelta::seconds(60);
/// A vendor that is away for so long ends it.
const AWAY_FOR: TimeDelta = TimeDelta::seconds(90);

/// What a dry run is made of.
pub struct Study {
    /// The way to the vendors.
    pub transport: Arc<dyn Transport>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The helpdesk.
    pub helpdesk: Arc<dyn Helpdesk>,
    /// The Aircall account.
    pub aircall: aircall::Account,
    /// The settings as they would be. Mode, go-live line and how events arrive are of no concern here.
    pub settings: Settings,
    /// Which part (0 to 1) of the vendors' limits it may use: beside an engine that is live, a small one.
    pub share: f64,
}

/// Why a dry run stopped before its end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Stopped {
    /// Aircall does not accept the credential, or does not show its calls.
    #[error("{0}")]
    AircallRefused(String),
    /// The helpdesk does not accept the credential, or does not tell what every record needs.
    #[error("{0}")]
    HelpdeskRefused(String),
    /// One of them does not answer.
    #[error("{0}")]
    Unreachable(String),
    /// There is no room for what is reckoned.
    #[error("{0}")]
    Store(String),
}

impl Stopped {
    fn code(&self) -> &'static str {
        match self {
            Stopped::AircallRefused(_) => "aircall_refused",
            Stopped::HelpdeskRefused(_) => "helpdesk_refused",
            Stopped::Unreachable(_) => "unreachable",
            Stopped::Store(_) => "internal",
        }
    }
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Stopped {
        Stopped::Store(error.to_string())
    }
}

impl Study {
    /// Runs to its end, or until it is dropped; then nothing of it is left. How far it is, is told all the while; what was
    /// reckoned before it had to stop is kept there.
    pub async fn run(self, told: &watch::Sender<DryRun>) {
        let since = self.clock.now() - BACK;
        told.send_replace(DryRun {
            state: DryRunState::Running,
            since: since.timestamp(),
            ..DryRun::default()
        });
        let ended = self.reckon(since, told).await;
        told.send_modify(|run| match ended {
            Ok(()) => run.state = DryRunState::Done,
            Err(stopped) => {
                run.state = DryRunState::Failed;
                run.code = Some(stopped.code().into());
                run.detail = Some(stopped.to_string());
            }
        });
    }

    async fn reckon(self, since: DateTime<Utc>, told: &watch::Sender<DryRun>) -> Result<(), Stopped> {
        let Study { transport, clock, helpdesk, aircall, mut settings, share } = self;
        settings.study_only = true;
        settings.logging.mode = ModeSetting(Mode::Live);
        settings.logging.from = Some(since);
        settings.arrival = Arrival::ManualWebhook;
        let transport: Arc<dyn Transport> = Arc::new(OnlyReads(transport));

        let mut calls = Calls::new(clock.now(), &settings, share);
        let (transport_of_calls, account) = (Arc::clone(&transport), aircall.clone());
        let read = calls.read(since, transport_of_calls.as_ref(), &account, clock.as_ref(), &settings, told);
        read.await?;
        let ids = calls.ids();
        if ids.is_empty() {
            return Ok(());
        }
        let store: Arc<dyn Store> = Arc::new(SqliteStore::in_memory()?);
        // What was asked for the calls counts for the engine, too.
        let mut change = Change::at(clock.now());
        change.settings.push((requests_kept_in(Vendor::Aircall).into(), calls.asked(clock.now())));
        store.commit(&change)?;
        let parts = Parts { store, transport, clock: Arc::clone(&clock), helpdesk, aircall, settings };
        let (engine, handle) = Engine::start(parts)?;
        handle.receive(calls.statements())?;
        let plans = Plans { ids: &ids, handle: &handle, clock: clock.as_ref(), told, away: HashMap::new() };
        // One after the other in one task: dropped together, and the store is nobody else's.
        tokio::select! {
            biased;
            planned = plans.make() => planned,
            () = engine.within(share).run() => Err(Stopped::Store("the engine has ended".into())),
        }
    }
}

/// Plans that are being made.
struct Plans<'a> {
    /// The calls, oldest first.
    ids: &'a [CaseId],
    handle: &'a Handle,
    clock: &'a dyn Clock,
    told: &'a watch::Sender<DryRun>,
    /// Since when a vendor does not answer.
    away: HashMap<Vendor, DateTime<Utc>>,
}

impl Plans<'_> {
    async fn make(mut self) -> Result<(), Stopped> {
        let began = self.clock.now();
        while !self.handle.knows_lists() && self.clock.now() - began < LISTS_WITHIN {
            self.in_the_way()?;
            tokio::time::sleep(TICK).await;
        }
        let mut waiting: Vec<(CaseId, oneshot::Receiver<()>)> =
            self.ids.iter().map(|id| (*id, self.handle.study(*id))).collect();
        let mut planned: Vec<CaseId> = Vec::new();
        let mut tell_at = self.clock.now();
        while !waiting.is_empty() {
            tokio::time::sleep(TICK).await;
            let mut stopped = self.in_the_way().err();
            let before = planned.len();
            waiting.retain_mut(|(id, made)| match made.try_recv() {
                Err(TryRecvError::Empty) => true,
                Ok(()) | Err(TryRecvError::Closed) => {
                    planned.push(*id);
                    false
                }
            });
            if waiting.is_empty() {
                stopped = None;
            }
            let now = self.clock.now();
            let is_news = planned.len() > before;
            if is_news && (now >= tell_at || waiting.is_empty()) || stopped.is_some() {
                self.tell(&planned)?;
                tell_at = now + TELL_EVERY;
            }
            stopped.map_or(Ok(()), Err)?;
        }
        Ok(())
    }

    /// Tells what is planned so far.
    fn tell(&self, planned: &[CaseId]) -> Result<(), Stopped> {
        let in_order: Vec<CaseId> = self.ids.iter().filter(|id| planned.contains(id)).copied().collect();
        let foreseen = self.handle.foresee(&in_order)?;
        self.told.send_modify(|run| report::fill(run, foreseen));
        Ok(())
    }

    /// What makes it useless to go on.
    fn in_the_way(&mut self) -> Result<(), Stopped> {
        let health = self.handle.health();
        for Connection { vendor, state, text, .. } in &health.connections {
            let text = || text.clone().unwrap_or_default();
            match state {
                ConnectionState::Refused => {
                    return Err(match vendor {
                        Vendor::Aircall => Stopped::AircallRefused(text()),
                        Vendor::Gorgias | Vendor::Front => Stopped::HelpdeskRefused(text()),
                    });
                }
                ConnectionState::Unreachable => {
                    let now = self.clock.now();
                    if now - *self.away.entry(*vendor).or_insert(now) >= AWAY_FOR {
                        return Err(Stopped::Unreachable(text()));
                    }
                }
                ConnectionState::Untried | ConnectionState::Accepted => {
                    self.away.remove(vendor);
                }
            }
        }
        let refused = health.alerts.iter().find(|alert| alert.code == QUESTION_REFUSED);
        refused
            .map_or(Ok(()), |alert| Err(Stopped::HelpdeskRefused(format!("{} {}", alert.what, alert.mend))))
    }
}
