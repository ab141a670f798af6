//! A simulated day: engine and sandbox in one process, on one paused clock, with the real store and the real clients.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::{StreamExt, TryStreamExt};
use http_body_util::BodyExt;
use serde_json::Value;
use sidetone_engine::clock::{Clock, SimulatedClock};
use sidetone_engine::front::Front;
use sidetone_engine::gorgias::Gorgias;
use sidetone_engine::helpdesk::Helpdesk;
use sidetone_engine::settings::{
    Arrival, FilesSettings, Logging, Mode, ModeSetting, Privacy, Rate, Recordings, Settings,
};
use sidetone_engine::store::StoreError;
use sidetone_engine::study::Study;
use sidetone_engine::telling::Courier;
use sidetone_engine::transport::{Incoming, Outgoing, Transport, TransportError};
use sidetone_engine::{Engine, Handle, Parts, call::CaseId};
use sidetone_protocol::CallDetail;
use sidetone_sandbox::{
    AircallControl, FAULT_HEADER, FrontControl, GorgiasControl, HangUp, JournalEntry, Options, Ring, Sandbox,
    aircall_world, front_world, gorgias_world,
};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tower::ServiceExt;

use crate::deliveries::Receiver;
use crate::lifeline::{Lifeline, MortalStore, MortalTransport};
use crate::stores::{Opened, Shelf, Stores};

/// A number that both Aircall and the helpdesk know.
pub const MARTA: &str = "+34666444555";
/// Known to nobody.
pub const STRANGER: &str = "+33199005599";

/// Where the day begins: a Saturday morning.
#[must_use]
pub fn morning() -> DateTime<Utc> {
    "2026-11-21T08:00:00Z".parse().unwrap()
}

/// The sandbox's routers as the way to the vendors; faults become what they would be on a network.
struct InProcess {
    aircall: Router,
    gorgias: Router,
    front: Router,
}

impl InProcess {
    async fn ask(&self, request: http::Request<Body>) -> Result<http::Response<Body>, TransportError> {
        let router = match request.uri().port_u16() {
            Some(1) => &self.aircall,
            Some(3) => &self.front,
            _ => &self.gorgias,
        };
        let (mut parts, body) = request.into_parts();
        // Where links in answers lead.
        parts.headers.insert("host", parts.uri.authority().unwrap().as_str().parse().unwrap());
        parts.uri = parts.uri.path_and_query().unwrap().as_str().parse().unwrap();
        let request = http::Request::from_parts(parts, body);
        let answer = router.clone().oneshot(request).await.map_err(|e| match e {})?;
        match answer.headers().get(FAULT_HEADER).map(|v| v.to_str().unwrap().to_owned()).as_deref() {
            Some("hang") => std::future::pending().await,
            Some(_) => Err(TransportError::Unclear("the connection was cut".into())),
            None => Ok(answer),
        }
    }
}

#[async_trait]
impl Transport for InProcess {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        let (parts, body) = self.ask(request.map(Body::from)).await?.into_parts();
        let body = body.collect().await.map_err(|e| TransportError::Unclear(e.to_string()))?.to_bytes();
        Ok(http::Response::from_parts(parts, body))
    }

    async fn stream(
        &self,
        request: http::Request<Outgoing>,
    ) -> Result<http::Response<Incoming>, TransportError> {
        let request = request.map(|body| body.map_or_else(Body::empty, Body::from_stream));
        let answer = self.ask(request).await?;
        let cut = |error: axum::Error| TransportError::Unclear(error.to_string());
        Ok(answer.map(|body| TryStreamExt::map_err(body.into_data_stream(), cut).boxed()))
    }
}

/// Which helpdesk a day's calls go into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Desk {
    /// Gorgias.
    Gorgias,
    /// Front, into the inbox `Aircall Phone`.
    Front,
}

impl std::str::FromStr for Desk {
    type Err = String;

    fn from_str(text: &str) -> Result<Desk, String> {
        [Desk::Gorgias, Desk::Front]
            .into_iter()
            .find(|desk| desk.to_string() == text)
            .ok_or_else(|| format!("\"{text}\" is no helpdesk here; there are gorgias and front"))
    }
}

impl std::fmt::Display for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Desk::Gorgias => "gorgias",
            Desk::Front => "front",
        })
    }
}

/// How a day is set up.
pub struct Plan {
    /// The helpdesk.
    pub desk: Desk,
    /// The engine's `[logging]`.
    pub logging: Logging,
    /// The engine's `[privacy]`.
    pub privacy: Privacy,
    /// The selected lines.
    pub lines: Vec<u64>,
    /// `[hub] time_zone`, such as `Europe/Paris`; unset: the line's.
    pub time_zone: Option<&'static str>,
    /// How events arrive.
    pub arrival: Arrival,
    /// Where Gorgias is: another name of the same is another account.
    pub gorgias_url: &'static str,
    /// The key that the engine is given for Gorgias.
    pub gorgias_key: &'static str,
    /// The token that the engine is given for Front.
    pub front_token: &'static str,
    /// Aircall's token that the engine is given.
    pub aircall_token: &'static str,
    /// Whether webhooks reach the engine.
    pub deliver: bool,
    /// Whether our webhook is switched on again by itself.
    pub enable_webhook: bool,
    /// What stands in Gorgias when the engine starts, beside the sandbox's own people.
    pub before: fn(&GorgiasControl),
    /// The same in Front.
    pub before_front: fn(&FrontControl),
    /// What the day is kept in.
    pub stores: Stores,
    /// Who carries what people are told out of the house; unset: nobody is told.
    pub courier: Option<Arc<dyn Courier>>,
    /// What is larger is not uploaded.
    pub largest_file_bytes: u64,
    /// Where is kept what Front's stand-in is asked and answers; by default the folder that [`RECORD`] names, if it does.
    pub record: Option<PathBuf>,
}

impl Default for Plan {
    fn default() -> Self {
        Plan {
            desk: Desk::Gorgias,
            // Most days are about something else than files: they count notes and requests.
            logging: Logging {
                mode: ModeSetting(Mode::Live),
                log_anonymous: true,
                recordings: Recordings::Link,
                ..Logging::default()
            },
            privacy: Privacy::default(),
            lines: vec![
                aircall_world::SUPPORT_FR,
                aircall_world::SUPPORT_DE,
                aircall_world::SALES_US,
                aircall_world::RECEPTION,
            ],
            time_zone: None,
            arrival: Arrival::OwnWebhook { public_url: "https://hub.example.com".into() },
            gorgias_key: gorgias_world::API_KEY,
            gorgias_url: "http://127.0.0.1:2",
            front_token: front_world::TOKEN,
            aircall_token: aircall_world::API_TOKEN,
            deliver: true,
            enable_webhook: true,
            before: |_| (),
            before_front: |_| (),
            stores: Stores::Sqlite,
            courier: None,
            largest_file_bytes: sidetone_engine::files::LARGEST_BYTES,
            record: std::env::var_os(RECORD).map(PathBuf::from),
        }
    }
}

impl Plan {
    /// A day with Front.
    #[must_use]
    pub fn with_front() -> Plan {
        Plan { desk: Desk::Front, ..Plan::default() }
    }

    /// The same, with recordings and voicemails attached as the set-up does it by default (G17).
    #[must_use]
    pub fn with_files(mut self) -> Plan {
        self.logging.recordings = Recordings::Attach;
        self
    }
}

/// Where Aircall reaches a program; empty where it does not.
fn host_of(arrival: &Arrival) -> String {
    match arrival {
        Arrival::OwnWebhook { public_url } => public_url.trim_start_matches("https://").to_owned(),
        Arrival::ManualWebhook | Arrival::Polling => String::new(),
    }
}

/// The variable of the environment that names the folder for what a whole test run asked of Front and was answered.
pub const RECORD: &str = "FRONT_RECORD";

/// A running engine and what it stands on.
struct Running {
    task: JoinHandle<()>,
    opened: Opened,
    sleeps: watch::Sender<bool>,
}

/// Another installation of Sidetone, for the same company.
pub struct Second {
    /// Its engine's handle.
    pub handle: Handle,
    host: String,
    lifeline: Lifeline,
    shelf: Shelf,
    plan: Plan,
    running: Option<Running>,
}

impl Drop for Second {
    fn drop(&mut self) {
        if let Some(running) = &self.running {
            running.task.abort();
        }
    }
}

/// Engine, sandbox and clock.
pub struct Day {
    /// Both stand-ins.
    pub sandbox: Sandbox,
    /// Aircall's controls.
    pub aircall: AircallControl,
    /// Gorgias' controls.
    pub gorgias: GorgiasControl,
    /// Front's controls.
    pub front: FrontControl,
    /// The one clock.
    pub clock: Arc<SimulatedClock>,
    /// The running engine's handle; after a kill, the last one's.
    pub handle: Handle,
    /// What receives Aircall's events.
    pub receiver: Receiver,
    /// What the running engine hangs by.
    pub lifeline: Lifeline,
    /// Where the day's data lies.
    pub shelf: Shelf,
    plan: Plan,
    /// Where Aircall reaches it.
    host: String,
    running: Option<Running>,
}

impl Day {
    /// A day that is under way: lists read, webhook made.
    pub async fn begin(plan: Plan) -> Day {
        let receiver = Receiver::default();
        let sandbox = Sandbox::new(Options {
            start: morning(),
            aircall_origin: "http://127.0.0.1:1".to_owned(),
            deliver: Some(receiver.deliver(plan.deliver)),
            record: plan.record.clone(),
            ..Options::default()
        })
        .unwrap();
        (plan.before)(sandbox.control().gorgias());
        (plan.before_front)(sandbox.control().front());
        let clock = Arc::new(SimulatedClock::starting_at(morning()));
        let shelf = Shelf::empty(plan.stores.clone());
        let lifeline = Lifeline::default();
        let (running, handle) = run(&sandbox, &clock, &plan, &shelf, &lifeline, "day").unwrap();
        let host = host_of(&plan.arrival);
        receiver.attach(&host, Some(handle.clone()));
        let control = sandbox.control();
        let (aircall, gorgias) = (control.aircall().clone(), control.gorgias().clone());
        let front = control.front().clone();
        let running = Some(running);
        let day = Day {
            sandbox,
            aircall,
            gorgias,
            front,
            clock,
            handle,
            receiver,
            lifeline,
            shelf,
            plan,
            host,
            running,
        };
        day.pass(3).await;
        day
    }

    /// Drops everything in memory, as `kill -9` does, and starts again on what is stored.
    pub async fn kill_and_restart(&mut self) {
        self.kill().await;
        self.start().unwrap();
    }

    /// Drops everything in memory; nothing is received until [`Day::start`].
    pub async fn kill(&mut self) {
        self.receiver.attach(&self.host, None);
        if let Some(Running { task, opened, sleeps: _ }) = self.running.take() {
            task.abort();
            // Aborted, or ended by itself because nobody held it any more.
            let _ = task.await;
            drop(opened);
        }
    }

    /// Starts the engine on what is stored.
    ///
    /// # Errors
    /// If the store refuses, for instance because the disk is full.
    pub fn start(&mut self) -> Result<(), StoreError> {
        let lifeline = Lifeline::default();
        let (running, handle) = run(&self.sandbox, &self.clock, &self.plan, &self.shelf, &lifeline, "day")?;
        // What is still sent to a former address arrives, too.
        self.receiver.attach(&self.host, Some(handle.clone()));
        self.host = host_of(&self.plan.arrival);
        self.receiver.attach(&self.host, Some(handle.clone()));
        self.handle = handle;
        self.lifeline = lifeline;
        self.running = Some(running);
        Ok(())
    }

    /// The computer falls asleep: until [`Day::wakes_up`] the program does nothing, nothing is received, and the world goes on.
    pub fn falls_asleep(&self) {
        self.receiver.attach(&self.host, None);
        self.sleeps(true);
    }

    /// The computer wakes up: the program goes on where it was, and only the clock tells how long that was.
    pub fn wakes_up(&self) {
        self.receiver.attach(&self.host, Some(self.handle.clone()));
        self.sleeps(false);
    }

    fn sleeps(&self, sleeps: bool) {
        if let Some(running) = &self.running {
            let _ = running.sleeps.send_replace(sleeps);
        }
    }

    /// How the next start is set up.
    pub fn next_start(&mut self) -> &mut Plan {
        &mut self.plan
    }

    /// Another engine on the same store, and its task. Events go to the first one until they are told otherwise.
    ///
    /// # Panics
    /// If the store refuses.
    #[must_use]
    pub fn start_another(&self) -> (Handle, JoinHandle<()>) {
        let (running, handle) =
            run(&self.sandbox, &self.clock, &self.plan, &self.shelf, &Lifeline::default(), "another")
                .unwrap();
        (handle, running.task)
    }

    /// From now on events go to this engine.
    pub fn deliver_to(&self, handle: &Handle) {
        self.receiver.attach(&self.host, Some(handle.clone()));
    }

    /// A dry run with the settings of the next start, which may use this part of the vendors' limits.
    #[must_use]
    pub fn study(&self, share: f64) -> Study {
        let (helpdesk, helpdesk_rate) = helpdesk(&self.plan);
        Study {
            transport: Arc::new(vendors(&self.sandbox)),
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            helpdesk,
            aircall: aircall(&self.plan),
            settings: settings(&self.plan, helpdesk_rate, self.shelf.folder_for_files("study")),
            share,
        }
    }

    /// Another installation with a store of its own, reached at `https://<host>`.
    ///
    /// # Panics
    /// If its store refuses.
    #[must_use]
    pub fn second(&self, host: &str, mut plan: Plan) -> Second {
        if let Arrival::OwnWebhook { public_url } = &mut plan.arrival {
            *public_url = format!("https://{host}");
        }
        let shelf = Shelf::empty(plan.stores.clone());
        let lifeline = Lifeline::default();
        let (running, handle) = run(&self.sandbox, &self.clock, &plan, &shelf, &lifeline, "second").unwrap();
        self.receiver.attach(host, Some(handle.clone()));
        Second { handle, host: host.to_owned(), lifeline, shelf, plan, running: Some(running) }
    }

    /// What happens to this day's program happens to the other installation from now on, and the other way round.
    pub fn change_places_with(&mut self, second: &mut Second) {
        std::mem::swap(&mut self.handle, &mut second.handle);
        std::mem::swap(&mut self.host, &mut second.host);
        std::mem::swap(&mut self.lifeline, &mut second.lifeline);
        std::mem::swap(&mut self.shelf, &mut second.shelf);
        std::mem::swap(&mut self.plan, &mut second.plan);
        std::mem::swap(&mut self.running, &mut second.running);
    }

    /// The helpdesk that the day's calls go into.
    #[must_use]
    pub fn desk(&self) -> Desk {
        self.plan.desk
    }

    /// The requests to that helpdesk, oldest first.
    #[must_use]
    pub fn helpdesk_journal(&self) -> Vec<JournalEntry> {
        match self.desk() {
            Desk::Gorgias => self.gorgias.journal(0),
            Desk::Front => self.front.journal(0),
        }
    }

    /// What stands in that helpdesk, as the sandbox dumps it.
    #[must_use]
    pub fn helpdesk_dump(&self) -> Value {
        match self.desk() {
            Desk::Gorgias => self.gorgias.dump(),
            Desk::Front => self.front.dump(),
        }
    }

    /// Whether an engine runs.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Fills the disk under the store, or makes room again.
    pub fn fill_disk(&mut self, full: bool) {
        self.shelf.fill(full, self.running.as_ref().map(|running| &running.opened));
    }

    /// From the next start on, calls since then are written.
    pub fn set_from(&mut self, from: Option<DateTime<Utc>>) {
        self.plan.logging.from = from;
    }

    /// Another `[privacy]` from the next start on.
    pub fn set_privacy(&mut self, privacy: Privacy) {
        self.plan.privacy = privacy;
    }

    /// The database's file.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.shelf.file()
    }

    /// Lets seconds pass.
    pub async fn pass(&self, seconds: u64) {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// A customer (or, unset, somebody who withholds the number) calls a line.
    ///
    /// # Panics
    /// If the line does not exist.
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

    /// The call as the API shows it.
    #[must_use]
    pub fn detail(&self, call: u64) -> CallDetail {
        self.handle.call(CaseId(call)).unwrap().expect("the call is known")
    }

    /// The folder for files on their way, and what lies in it.
    #[must_use]
    pub fn files_on_their_way(&self) -> (PathBuf, Vec<String>) {
        let folder = self.shelf.folder_for_files("day");
        let names = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        (folder, names)
    }

    /// What Aircall's link opens.
    ///
    /// # Panics
    /// If it does not.
    pub async fn behind(&self, link: &str) -> Bytes {
        let path = link.strip_prefix("http://127.0.0.1:1").expect("a link into the sandbox");
        let request = http::Request::get(path).body(Body::empty()).unwrap();
        let answer = self.sandbox.aircall_router().oneshot(request).await.unwrap_or_else(|e| match e {});
        assert!(answer.status().is_success(), "{}", answer.status());
        answer.into_body().collect().await.unwrap().to_bytes()
    }

    /// The one ticket of a call, as the sandbox dumps it.
    ///
    /// # Panics
    /// If there is none, or more than one.
    pub fn ticket(&self, call: u64) -> Value {
        let wanted = format!("aircall:call:{call}");
        let tickets = self.tickets_of(&wanted);
        assert_eq!(tickets.len(), 1, "one ticket for call {call}: {:#}", self.gorgias.dump());
        tickets[0].clone()
    }

    /// All tickets with this marker.
    #[must_use]
    pub fn tickets_of(&self, marker: &str) -> Vec<Value> {
        let dump = self.gorgias.dump();
        dump["tickets"].as_array().unwrap().iter().filter(|t| t["external_id"] == marker).cloned().collect()
    }

    /// Requests to Gorgias after `seq`: (writes, look-ups of customers). The pages of the directory, which is kept beside
    /// all calls, are no look-ups.
    #[must_use]
    pub fn requests(&self, seq: u64) -> (Vec<JournalEntry>, Vec<JournalEntry>) {
        let journal = self.gorgias.journal(seq);
        let (writes, reads): (Vec<_>, Vec<_>) = journal.into_iter().partition(JournalEntry::is_write);
        let looks = |e: &JournalEntry| e.path.starts_with("/api/customers") && !is_of_directory(e);
        (writes, reads.into_iter().filter(looks).collect())
    }

    /// Requests to Gorgias after `seq` that read a page of all customers.
    #[must_use]
    pub fn directory_pages(&self, seq: u64) -> Vec<JournalEntry> {
        self.gorgias.journal(seq).into_iter().filter(is_of_directory).collect()
    }

    /// The number of the newest request to Gorgias.
    #[must_use]
    pub fn last_seq(&self) -> u64 {
        self.gorgias.journal(0).last().map_or(0, |e| e.seq)
    }
}

fn is_of_directory(entry: &JournalEntry) -> bool {
    entry.path.starts_with("/api/customers?") && entry.path.contains("order_by=")
}

/// The note with this key on a dumped ticket.
///
/// # Panics
/// If there is none, or more than one.
pub fn note<'a>(ticket: &'a Value, key: &str) -> &'a Value {
    let notes = ticket["messages"].as_array().unwrap();
    let found: Vec<&Value> = notes
        .iter()
        .filter(|m| m["external_id"].as_str().is_some_and(|e| e.ends_with(&format!(":{key}"))))
        .collect();
    assert_eq!(found.len(), 1, "one note {key}: {ticket:#}");
    found[0]
}

/// The names of the tags on a dumped ticket.
#[must_use]
pub fn tags(ticket: &Value) -> Vec<&str> {
    ticket["tags"].as_array().unwrap().iter().map(|t| t.as_str().unwrap()).collect()
}

fn vendors(sandbox: &Sandbox) -> InProcess {
    InProcess {
        aircall: sandbox.aircall_router(),
        gorgias: sandbox.gorgias_router(),
        front: sandbox.front_router(),
    }
}

fn aircall(plan: &Plan) -> aircall::Account {
    let credential = aircall::Credential::key(aircall_world::API_ID, plan.aircall_token);
    aircall::Account::new("http://127.0.0.1:1", credential).unwrap()
}

/// The helpdesk, and its limit to start with.
fn helpdesk(plan: &Plan) -> (Arc<dyn Helpdesk>, Rate) {
    let (helpdesk, requests, seconds): (Arc<dyn Helpdesk>, u32, u64) = match plan.desk {
        Desk::Gorgias => {
            let credential = gorgias::Credential::basic(gorgias_world::EMAIL, plan.gorgias_key);
            let account = gorgias::Account::new(plan.gorgias_url, credential).unwrap();
            (Arc::new(Gorgias::new(account)), 80, 40)
        }
        Desk::Front => {
            let credential = front::Credential::bearer(plan.front_token);
            let account = front::Account::new("http://127.0.0.1:3", credential).unwrap();
            (Arc::new(Front::new(account, "Aircall Phone")), 50, 60)
        }
    };
    (helpdesk, Rate { requests, window: Duration::from_secs(seconds) })
}

fn settings(plan: &Plan, helpdesk_rate: Rate, files: PathBuf) -> Settings {
    Settings {
        privacy: plan.privacy.clone(),
        logging: plan.logging.clone(),
        lines: plan.lines.iter().copied().collect(),
        time_zone: plan.time_zone.map(|zone| zone.parse().expect("an IANA zone")),
        arrival: plan.arrival.clone(),
        aircall_rate: Rate { requests: 30, window: Duration::from_secs(60) },
        helpdesk_rate,
        check_every: Duration::from_secs(30),
        enable_webhook: plan.enable_webhook,
        poll_every: Duration::from_secs(5),
        files: FilesSettings { dir: files, largest_bytes: plan.largest_file_bytes },
        study_only: false,
        sandbox_control_url: None,
    }
}

/// Starts an engine on what lies on the shelf.
fn run(
    sandbox: &Sandbox,
    clock: &Arc<SimulatedClock>,
    plan: &Plan,
    shelf: &Shelf,
    lifeline: &Lifeline,
    name: &str,
) -> Result<(Running, Handle), StoreError> {
    let (helpdesk, helpdesk_rate) = helpdesk(plan);
    let opened = shelf.open()?;
    let vendors = vendors(sandbox);
    let parts = Parts {
        store: Arc::new(MortalStore { inner: Arc::clone(&opened.store), lifeline: lifeline.clone() }),
        transport: Arc::new(MortalTransport { inner: vendors, lifeline: lifeline.clone() }),
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        helpdesk,
        aircall: aircall(plan),
        settings: settings(plan, helpdesk_rate, shelf.folder_for_files(name)),
    };
    let (mut engine, handle) = Engine::start(parts)?;
    if let Some(courier) = &plan.courier {
        engine = engine.telling_by(Arc::clone(courier));
    }
    let (sleeps, asleep) = watch::channel(false);
    let task = tokio::spawn(while_awake(engine.run(), asleep));
    Ok((Running { task, opened, sleeps }, handle))
}

/// What runs on a computer that may sleep: then it stands still.
async fn while_awake(run: impl Future<Output = ()>, mut asleep: watch::Receiver<bool>) {
    tokio::pin!(run);
    loop {
        tokio::select! {
            biased;
            sleeps = becomes(&mut asleep, true) => {
                if !sleeps {
                    return run.await;
                }
                becomes(&mut asleep, false).await;
            }
            () = &mut run => return,
        }
    }
}

/// Returns once it is so; `false`: nobody is left who could say.
async fn becomes(asleep: &mut watch::Receiver<bool>, wanted: bool) -> bool {
    asleep.wait_for(|is| *is == wanted).await.is_ok()
}
