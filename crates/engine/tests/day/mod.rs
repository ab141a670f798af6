//! A simulated day: engine and sandbox in one process, on one paused clock, with the real store and the real clients.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)] // each test file uses its part; a failed day fails its test

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use http_body_util::BodyExt;
use serde_json::Value;
use sidetone_engine::clock::{Clock, SimulatedClock};
use sidetone_engine::gorgias::Gorgias;
use sidetone_engine::settings::{Arrival, Logging, Mode, ModeSetting, Rate, Settings};
use sidetone_engine::store::postgres::PostgresStore;
use sidetone_engine::store::sqlite::SqliteStore;
use sidetone_engine::transport::{Transport, TransportError};
use sidetone_engine::{Engine, Handle, Parts, call::CallId};
use sidetone_protocol::CallDetail;
use sidetone_sandbox::{
    AircallControl, FAULT_HEADER, GorgiasControl, HangUp, JournalEntry, Options, Ring, Sandbox,
    aircall_world, gorgias_world,
};
use tower::ServiceExt;

pub const MARTA: &str = "+34666444555";
/// Known to nobody.
pub const STRANGER: &str = "+33199005599";

/// Where the day begins: a Saturday morning.
pub fn morning() -> DateTime<Utc> {
    "2026-11-21T08:00:00Z".parse().unwrap()
}

type Delivered = Arc<Mutex<Option<Handle>>>;
/// Further installations, by the host that Aircall delivers to.
type Others = Arc<Mutex<Vec<(String, Handle)>>>;

/// The sandbox's routers as the way to the vendors; faults become what they would be on a network.
struct InProcess {
    aircall: Router,
    gorgias: Router,
}

#[async_trait]
impl Transport for InProcess {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        let router = if request.uri().port_u16() == Some(1) { &self.aircall } else { &self.gorgias };
        let (mut parts, body) = request.into_parts();
        parts.uri = parts.uri.path_and_query().unwrap().as_str().parse().unwrap();
        parts.headers.insert("host", "127.0.0.1".parse().unwrap());
        let request = http::Request::from_parts(parts, axum::body::Body::from(body));
        let answer = router.clone().oneshot(request).await.map_err(|e| match e {})?;
        match answer.headers().get(FAULT_HEADER).map(|v| v.to_str().unwrap().to_owned()).as_deref() {
            Some("hang") => std::future::pending().await,
            Some(_) => return Err(TransportError::Unclear("the connection was cut".into())),
            None => {}
        }
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.map_err(|e| TransportError::Unclear(e.to_string()))?.to_bytes();
        Ok(http::Response::from_parts(parts, body))
    }
}

/// How a day is set up.
pub struct Plan {
    pub logging: Logging,
    pub lines: Vec<u64>,
    pub arrival: Arrival,
    pub gorgias_key: &'static str,
    pub aircall_token: &'static str,
    pub deliver: bool,
    /// The address of a PostgreSQL database; without it the day is kept in a file of SQLite.
    pub postgres: Option<String>,
}

impl Default for Plan {
    fn default() -> Self {
        Plan {
            logging: Logging { mode: ModeSetting(Mode::Live), log_anonymous: true, ..Logging::default() },
            lines: vec![
                aircall_world::SUPPORT_FR,
                aircall_world::SUPPORT_DE,
                aircall_world::SALES_US,
                aircall_world::RECEPTION,
            ],
            arrival: Arrival::OwnWebhook { public_url: "https://hub.example.com".into() },
            gorgias_key: gorgias_world::API_KEY,
            aircall_token: aircall_world::API_TOKEN,
            deliver: true,
            postgres: None,
        }
    }
}

/// Engine, sandbox and clock.
pub struct Day {
    pub sandbox: Sandbox,
    pub aircall: AircallControl,
    pub gorgias: GorgiasControl,
    pub clock: Arc<SimulatedClock>,
    pub handle: Handle,
    plan: Plan,
    task: tokio::task::JoinHandle<()>,
    receiving: Delivered,
    others: Others,
    dir: tempfile::TempDir,
}

/// Another installation of Sidetone, for the same company.
pub struct Second {
    pub handle: Handle,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Second {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Day {
    /// A day that is under way: lists read, webhook made.
    pub async fn begin(plan: Plan) -> Day {
        let receiving: Delivered = Arc::default();
        let delivered = Arc::clone(&receiving);
        let others = Others::default();
        let elsewhere = Arc::clone(&others);
        let takes = plan.deliver;
        let sandbox = Sandbox::new(Options {
            start: morning(),
            deliver: Some(Arc::new(move |delivery| {
                let other =
                    elsewhere.lock().unwrap().iter().find(|(host, _)| delivery.url.contains(host)).cloned();
                let own = || delivered.lock().unwrap().clone();
                let handle = other.map(|(_, handle)| handle).or_else(own).filter(|_| takes);
                Box::pin(async move {
                    let event = aircall::Event::parse(&delivery.body).map_err(|_| ())?;
                    let handle = handle.ok_or(())?;
                    let own =
                        handle.is_own_token(event.token.as_ref().ok_or(())?.reveal()).map_err(|_| ())?;
                    if !own {
                        return Ok(401);
                    }
                    handle.receive(&[handle.statement(&event)]).map_err(|_| ())?;
                    Ok(200)
                })
            })),
            ..Options::default()
        })
        .unwrap();
        let clock = Arc::new(SimulatedClock::starting_at(morning()));
        let dir = tempfile::tempdir().unwrap();
        let (handle, task) = start(&sandbox, &clock, &plan, dir.path().join("day.db"));
        *receiving.lock().unwrap() = Some(handle.clone());
        let control = sandbox.control();
        let (aircall, gorgias) = (control.aircall().clone(), control.gorgias().clone());
        let day = Day { sandbox, aircall, gorgias, clock, handle, plan, task, receiving, others, dir };
        day.pass(3).await;
        day
    }

    /// Drops everything in memory, as `kill -9` does, and starts again on what is stored.
    pub async fn kill_and_restart(&mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
        let (handle, task) = start(&self.sandbox, &self.clock, &self.plan, self.database());
        *self.receiving.lock().unwrap() = Some(handle.clone());
        self.handle = handle;
        self.task = task;
    }

    /// Drops everything in memory, and leaves it so until [`Day::start_again`].
    pub async fn kill(&mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
        *self.receiving.lock().unwrap() = None;
    }

    /// Starts on what is stored.
    pub fn start_again(&mut self) {
        let (handle, task) = start(&self.sandbox, &self.clock, &self.plan, self.database());
        *self.receiving.lock().unwrap() = Some(handle.clone());
        self.handle = handle;
        self.task = task;
    }

    /// How the next start is set up.
    pub fn next_start(&mut self) -> &mut Plan {
        &mut self.plan
    }

    /// Another installation with a database of its own, reached at `https://<host>`.
    pub fn second(&self, host: &str, mut plan: Plan) -> Second {
        if let Arrival::OwnWebhook { public_url } = &mut plan.arrival {
            *public_url = format!("https://{host}");
        }
        let database = self.dir.path().join(format!("{host}.db"));
        let (handle, task) = start(&self.sandbox, &self.clock, &plan, database);
        self.others.lock().unwrap().push((host.to_owned(), handle.clone()));
        Second { handle, task }
    }

    /// The database's files: it may be copied, removed and put back while nothing runs.
    pub fn database_files(&self) -> Vec<PathBuf> {
        ["day.db", "day.db-wal", "day.db-shm"].map(|name| self.dir.path().join(name)).to_vec()
    }

    /// Another engine on the same database, and its task. Events go to the first one until they are told otherwise.
    pub fn start_another(&self) -> (Handle, tokio::task::JoinHandle<()>) {
        start(&self.sandbox, &self.clock, &self.plan, self.database())
    }

    /// From now on events go to this engine.
    pub fn deliver_to(&self, handle: &Handle) {
        *self.receiving.lock().unwrap() = Some(handle.clone());
    }

    /// From the next start on, calls since then are written.
    pub fn set_from(&mut self, from: Option<DateTime<Utc>>) {
        self.plan.logging.from = from;
    }

    pub fn database(&self) -> PathBuf {
        self.dir.path().join("day.db")
    }

    /// Lets seconds pass.
    pub async fn pass(&self, seconds: u64) {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub fn ring(&self, line: u64, from: Option<&str>) -> u64 {
        self.aircall.ring(&Ring { line, from: from.map(str::to_owned), ..Ring::default() }).unwrap()
    }

    /// An inbound call to Support FR, answered by Camille after 8 s, 60 s long; returns when all is written.
    pub async fn answered(&self, from: &str) -> u64 {
        let call = self.ring(aircall_world::SUPPORT_FR, Some(from));
        self.pass(8).await;
        self.aircall.answer(call, Some(aircall_world::CAMILLE)).unwrap();
        self.pass(60).await;
        self.aircall.hang_up(call, &HangUp::default()).unwrap();
        self.pass(60).await;
        call
    }

    pub fn detail(&self, call: u64) -> CallDetail {
        self.handle.call(CallId(call)).unwrap().expect("the call is known")
    }

    /// The one ticket of a call, as the sandbox dumps it.
    pub fn ticket(&self, call: u64) -> Value {
        let wanted = format!("aircall:call:{call}");
        let tickets = self.tickets_of(&wanted);
        assert_eq!(tickets.len(), 1, "one ticket for call {call}: {:#}", self.gorgias.dump());
        tickets[0].clone()
    }

    pub fn tickets_of(&self, marker: &str) -> Vec<Value> {
        let dump = self.gorgias.dump();
        dump["tickets"].as_array().unwrap().iter().filter(|t| t["external_id"] == marker).cloned().collect()
    }

    /// Requests to Gorgias after `seq`: (writes, look-ups of customers).
    pub fn requests(&self, seq: u64) -> (Vec<JournalEntry>, Vec<JournalEntry>) {
        let journal = self.gorgias.journal(seq);
        let (writes, reads): (Vec<_>, Vec<_>) = journal.into_iter().partition(JournalEntry::is_write);
        (writes, reads.into_iter().filter(|e| e.path.starts_with("/api/customers")).collect())
    }

    pub fn last_seq(&self) -> u64 {
        self.gorgias.journal(0).last().map_or(0, |e| e.seq)
    }
}

/// The note with this key on a dumped ticket.
pub fn note<'a>(ticket: &'a Value, key: &str) -> &'a Value {
    let notes = ticket["messages"].as_array().unwrap();
    let found: Vec<&Value> = notes
        .iter()
        .filter(|m| m["external_id"].as_str().is_some_and(|e| e.ends_with(&format!(":{key}"))))
        .collect();
    assert_eq!(found.len(), 1, "one note {key}: {ticket:#}");
    found[0]
}

pub fn tags(ticket: &Value) -> Vec<&str> {
    ticket["tags"].as_array().unwrap().iter().map(|t| t.as_str().unwrap()).collect()
}

fn start(
    sandbox: &Sandbox,
    clock: &Arc<SimulatedClock>,
    plan: &Plan,
    database: PathBuf,
) -> (Handle, tokio::task::JoinHandle<()>) {
    let aircall = aircall::Credential::key(aircall_world::API_ID, plan.aircall_token);
    let gorgias = gorgias::Credential::basic(gorgias_world::EMAIL, plan.gorgias_key);
    let parts = Parts {
        store: match &plan.postgres {
            Some(url) => Arc::new(PostgresStore::open(url).unwrap()),
            None => Arc::new(SqliteStore::open(&database).unwrap()),
        },
        transport: Arc::new(InProcess {
            aircall: sandbox.aircall_router(),
            gorgias: sandbox.gorgias_router(),
        }),
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        helpdesk: Arc::new(Gorgias::new(gorgias::Account::new("http://127.0.0.1:2", gorgias).unwrap())),
        aircall: aircall::Account::new("http://127.0.0.1:1", aircall).unwrap(),
        settings: Settings {
            logging: plan.logging.clone(),
            lines: plan.lines.iter().copied().collect(),
            time_zone: None,
            arrival: plan.arrival.clone(),
            aircall_rate: Rate { requests: 30, window: Duration::from_secs(60) },
            helpdesk_rate: Rate { requests: 80, window: Duration::from_secs(40) },
            check_every: Duration::from_secs(30),
            poll_every: Duration::from_secs(5),
            study_only: false,
            sandbox_control_url: None,
        },
    };
    let (engine, handle) = Engine::start(parts).unwrap();
    (handle, tokio::spawn(engine.run()))
}
