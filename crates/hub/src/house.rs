//! What stays while an engine comes and goes: the configuration's layers, the lock, the database, the vault, and the
//! routes in front of the engine.
//!
//! [`House::apply`] reads all layers again and changes engines. Requests that come meanwhile wait; webhooks are stored
//! as long as the old engine finishes what it has in hand, and wait only for the moment between the two.

mod brake;
mod disconnecting;
mod doors;
mod forgetting;
mod held;
mod keeping;
mod leaving;
mod left;
mod removal;
mod signing;
mod tending;

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use http_body_util::BodyExt;
use sidetone_engine::Handle;
use sidetone_engine::store::{Store, StoreError};
use sidetone_engine::transport::Transport;
use sidetone_protocol::Pushed;
use tokio::sync::{Mutex, broadcast, watch};
use tower::ServiceExt;

use self::doors::{Doors, Open};
pub(crate) use self::keeping::{CHANGED, last_change};
pub use self::keeping::{Entered, NotKept};
pub(crate) use self::leaving::{noted, uninstalling};
pub(crate) use self::left::left_behind;
use self::signing::Signing;
use crate::config::{Base, Config, ConfigError, Console, Draft, Fault, secrets_of_console};
use crate::database::Database;
use crate::doctor::Patient;
use crate::doctor::routes::Practice;
use crate::lock::{self, DataDirLock, LockError};
use crate::problem::Problem;
use crate::running::{self, Running, StartError};
use crate::seal::{Configured, KeyPlace, Unkept};
use crate::server::{self, InProcess};
use crate::setup::SetUp;
use crate::signin::{Bearers, Standings};
use crate::vault::Vault;

/// Requests to the old routes get this long to end before the new engine starts; a webhook's body comes within 5 s.
const LAST_REQUESTS_WITHIN: Duration = Duration::from_secs(6);
/// A slow listener of [`House::subscribe`] misses what is beyond.
const EVENTS_KEPT: usize = 1024;
/// What is told once the house is closed.
const STOPPING: &str = "Sidetone is stopping; try again in a moment.";
/// The folder of a configuration that names none.
const USUAL_DATA_DIR: &str = "/var/lib/sidetone";

/// What a house is opened with.
pub struct Opening {
    /// File and environment.
    pub base: Base,
    /// The way to the vendors.
    pub transport: Arc<dyn Transport>,
    /// The folder, if it is not the configuration's: the desktop's own.
    pub folder: Option<Folder>,
    /// The sandbox's control page, where the vendors are its stand-ins.
    pub sandbox: Option<String>,
    /// Where the key is that entered secrets are encrypted with, if it is not `[hub] secret_key`.
    pub keys: Option<Arc<dyn KeyPlace>>,
    /// Whether an admin can get in without a token: through the window.
    pub has_window: bool,
}

/// A folder of the program's own.
#[derive(Clone, Debug)]
pub struct Folder {
    /// Where.
    pub path: PathBuf,
    /// Also where the configuration names another.
    pub always: bool,
}

/// Why a house cannot be opened or changed.
#[derive(Debug, thiserror::Error)]
pub enum HouseError {
    /// File or environment are wrong, or nobody could complete them.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The data directory.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// Database, threads, network library.
    #[error(transparent)]
    Start(#[from] StartError),
}

impl From<StoreError> for HouseError {
    fn from(error: StoreError) -> Self {
        HouseError::Start(error.into())
    }
}

impl From<Fault> for HouseError {
    fn from(fault: Fault) -> Self {
        HouseError::Config(ConfigError(vec![fault]))
    }
}

/// Cheap to clone.
#[derive(Clone)]
pub struct House(Arc<Inner>);

struct Inner {
    base: Base,
    folder: Option<Folder>,
    sandbox: Option<String>,
    store: Arc<dyn Store>,
    /// The way to the vendors as nobody.
    plain: Arc<dyn Transport>,
    /// The way to the vendors as whoever is signed in.
    transport: RwLock<Arc<dyn Transport>>,
    bearers: Mutex<Option<Bearers>>,
    /// Whoever holds this changes what is entered.
    keeping: Mutex<()>,
    /// Whoever holds this pauses, or lets the next engine in.
    braking: Mutex<()>,
    /// When our webhook was last tried to be taken away without an engine.
    tried: std::sync::Mutex<Option<std::time::Instant>>,
    signing: RwLock<Signing>,
    has_window: bool,
    keys: Arc<dyn KeyPlace>,
    vault: RwLock<Result<Vault, Unkept>>,
    /// What all layers say, as it holds now.
    draft: RwLock<Arc<Draft>>,
    /// The engine; whoever holds this changes it.
    running: Mutex<Option<Running>>,
    doors: watch::Sender<Doors>,
    events: broadcast::Sender<Pushed>,
    pub(crate) setup: SetUp,
    /// The doctor of the engine that runs; `None`: none does.
    practice: RwLock<Option<Practice>>,
    /// Until it is closed.
    lock: std::sync::Mutex<Option<DataDirLock>>,
}

impl House {
    /// Takes the data directory, opens the database, and starts the engine if the configuration is complete.
    ///
    /// # Errors
    /// [`HouseError`]. That a configuration is not complete is none where somebody can get in to complete it.
    pub async fn open(opening: Opening) -> Result<House, HouseError> {
        let Opening { base, transport, folder, sandbox, keys, has_window } = opening;
        let first = settled(base.draft(Console::default())?, folder.as_ref(), sandbox.as_deref())?;
        let lock = lock::hold(&first.data_dir)?;
        let (database, data_dir) = (first.database.clone(), first.data_dir.clone());
        let store = blocking(move || database.open(&data_dir)).await??;
        let keys = keys.unwrap_or_else(|| Arc::new(Configured(first.secret_key.clone())));
        let (events, _) = broadcast::channel(EVENTS_KEPT);
        let nowhere = Vault::new(Arc::clone(&store), None);
        let house = House(Arc::new_cyclic(|house| Inner {
            base,
            folder,
            sandbox,
            store,
            signing: RwLock::new(Signing::new(house.clone(), nowhere, &transport)),
            transport: RwLock::new(Arc::clone(&transport)),
            plain: transport,
            bearers: Mutex::new(None),
            keeping: Mutex::new(()),
            braking: Mutex::new(()),
            tried: std::sync::Mutex::new(None),
            has_window,
            keys,
            vault: RwLock::new(Err(Unkept { code: "keyring_locked", text: "Not asked yet.".into() })),
            draft: RwLock::new(Arc::new(first)),
            running: Mutex::new(None),
            doors: watch::Sender::new(Doors::Shut),
            events,
            setup: SetUp::default(),
            practice: RwLock::new(None),
            lock: std::sync::Mutex::new(Some(lock)),
        }));
        house.look_for_the_key().await?;
        let draft = house.read().await?;
        if !draft.is_complete() && draft.admin_token.is_none() && !has_window {
            return Err(draft.not_complete().into());
        }
        for notice in &draft.notices {
            tracing::warn!("{notice}");
        }
        house.apply().await?;
        tending::begin(&house);
        Ok(house)
    }

    /// Asks where the key is kept. An answer that takes a person's time is waited for.
    pub(crate) async fn look_for_the_key(&self) -> Result<(), HouseError> {
        let (keys, store) = (Arc::clone(&self.0.keys), Arc::clone(&self.0.store));
        let vault = blocking(move || keys.key().map(|key| Vault::new(store, Some(key)))).await?;
        self.sign_in_over(vault.clone().unwrap_or_else(|_| Vault::new(self.store(), None)));
        *self.0.vault.write().unwrap_or_else(PoisonError::into_inner) = vault;
        Ok(())
    }

    /// The key can be had now: what it opens is read and applied. Who does not wait for it cuts nothing off.
    pub(crate) async fn unlocked(&self) -> Result<(), HouseError> {
        let house = self.clone();
        let work = async move {
            house.look_for_the_key().await?;
            house.apply_now().await
        };
        to_its_end(work).await?
    }

    /// Where secrets are kept; what to do so that they can be.
    ///
    /// # Errors
    /// Why they cannot.
    pub fn vault(&self) -> Result<Vault, Unkept> {
        self.0.vault.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn keys(&self) -> Arc<dyn KeyPlace> {
        Arc::clone(&self.0.keys)
    }

    /// The database.
    #[must_use]
    pub fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.0.store)
    }

    /// The way to the vendors, as whoever is signed in.
    #[must_use]
    pub fn transport(&self) -> Arc<dyn Transport> {
        Arc::clone(&self.0.transport.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The way to the vendors, for a credential that is only tried.
    #[must_use]
    pub(crate) fn plain_transport(&self) -> Arc<dyn Transport> {
        Arc::clone(&self.0.plain)
    }

    pub(crate) fn setup(&self) -> &SetUp {
        &self.0.setup
    }

    /// What all layers say, as it holds now.
    #[must_use]
    pub fn draft(&self) -> Arc<Draft> {
        Arc::clone(&self.0.draft.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The configuration that holds now; `None`: it is not complete.
    #[must_use]
    pub fn config(&self) -> Option<Config> {
        Draft::clone(&self.draft()).complete().ok()
    }

    /// The engine that runs now; `None`: it is not set up, or just being changed.
    #[must_use]
    pub fn handle(&self) -> Option<Handle> {
        match &*self.0.doors.borrow() {
            Doors::Open(open) | Doors::Leaving(open) => Some(open.handle.clone()),
            Doors::Shut | Doors::NotSetUp | Doors::Broken(_) => None,
        }
    }

    /// What whichever engine runs pushes from now on.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Pushed> {
        self.0.events.subscribe()
    }

    /// All routes. Whatever engine runs, they stay.
    pub fn routes(&self) -> Router {
        doors::routes(self)
    }

    /// Asks one of the routes from inside this program, as an admin.
    pub async fn ask(&self, method: http::Method, path: &str, body: Bytes) -> (u16, Bytes) {
        let request = http::Request::builder().method(method).uri(path).extension(InProcess);
        let Ok(request) = request.body(Body::from(body)) else { return (400, Bytes::new()) };
        let answer = match self.routes().oneshot(request).await {
            Ok(answer) => answer,
            Err(never) => match never {},
        };
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.map(http_body_util::Collected::to_bytes);
        (status, body.unwrap_or_default())
    }

    /// The same for an answer that is too long to be held: its status, and its body as it comes.
    pub async fn stream(&self, path: &str) -> (u16, BoxStream<'static, io::Result<Bytes>>) {
        let request = http::Request::get(path).extension(InProcess).body(Body::empty());
        let Ok(request) = request else { return (400, futures_util::stream::empty().boxed()) };
        let answer = match self.routes().oneshot(request).await {
            Ok(answer) => answer,
            Err(never) => match never {},
        };
        let (status, body) = (answer.status().as_u16(), answer.into_body().into_data_stream());
        (status, body.map(|some| some.map_err(io::Error::other)).boxed())
    }

    /// What all layers say, read anew.
    async fn read(&self) -> Result<Draft, HouseError> {
        self.read_with(Vec::new()).await
    }

    /// Reads all layers again and changes engines. When it comes back the new one runs, or there is none: the
    /// configuration is not complete. Who does not wait for it any more, such as a tab that is closed, cuts nothing off:
    /// half of a change would leave an engine that nobody stops, or doors that nobody opens.
    ///
    /// # Errors
    /// [`HouseError`]; requests are answered 503 then, and it is tried again by itself.
    pub async fn apply(&self) -> Result<(), HouseError> {
        let house = self.clone();
        to_its_end(async move { house.apply_now().await }).await?
    }

    async fn apply_now(&self) -> Result<(), HouseError> {
        let mut running = self.0.running.lock().await;
        self.apply_with(&mut running).await
    }

    /// The same, unless what holds is what was entered last: whoever applied it meanwhile was waited for.
    ///
    /// # Errors
    /// [`HouseError`], as of [`House::apply`].
    async fn catch_up(&self) -> Result<(), HouseError> {
        let house = self.clone();
        let work = async move {
            let mut running = house.0.running.lock().await;
            let is_broken = matches!(&*house.0.doors.borrow(), Doors::Broken(_));
            if !is_broken && house.changed().await? == house.setup().heeded() {
                return Ok(());
            }
            house.apply_with(&mut running).await
        };
        to_its_end(work).await?
    }

    /// Stops the engine. Everybody waits from then on until settings are applied again.
    async fn send_engine_off(&self) {
        let mut running = self.0.running.lock().await;
        self.send_off(&mut running).await;
    }

    async fn apply_with(&self, running: &mut Option<Running>) -> Result<(), HouseError> {
        if self.setup().is_closed() {
            return Ok(());
        }
        let applied = self.change_engines(running).await;
        if let Err(error) = &applied {
            tracing::error!(%error, "the configuration cannot be applied; it is tried again");
            self.0.doors.send_replace(Doors::Broken(error.to_string()));
        }
        applied
    }

    async fn change_engines(&self, running: &mut Option<Running>) -> Result<(), HouseError> {
        let changed = self.changed().await?;
        let draft = self.read().await?;
        self.send_off(running).await;
        let draft = Arc::new(draft);
        *self.0.draft.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&draft);
        self.setup().heed(changed);
        self.see_the_doctor(None);
        let (transport, standings) = self.heed_sign_ins(&draft).await;
        let Ok(config) = Draft::clone(&draft).complete() else {
            self.0.doors.send_replace(Doors::NotSetUp);
            return Ok(());
        };
        let store = self.store();
        let (mut new, config) =
            blocking(move || running::start(&config, store, transport).map(|running| (running, config)))
                .await??;
        let routes = server::routes(&new.handle, &config).map_err(StartError::from)?;
        if let Some(pushed) = new.pushed.take() {
            self.pass_on(pushed, new.handle.clone());
        }
        let handle = new.handle.clone();
        self.see_the_doctor(Some((handle.clone(), config, standings)));
        *running = Some(new);
        self.let_in(Open::new(routes, handle.clone()), &handle).await
    }

    /// The engine finishes what it has in hand.
    async fn send_off(&self, running: &mut Option<Running>) {
        let Some(old) = running.take() else { return };
        let leaving = match &*self.0.doors.borrow() {
            Doors::Open(open) | Doors::Leaving(open) => Some(open.clone()),
            Doors::Shut | Doors::NotSetUp | Doors::Broken(_) => None,
        };
        if let Some(open) = &leaving {
            self.0.doors.send_replace(Doors::Leaving(open.clone()));
        }
        old.stop().await;
        self.0.doors.send_replace(Doors::Shut);
        if let Some(open) = leaving {
            open.leave(LAST_REQUESTS_WITHIN).await;
        }
    }

    /// Who looks at the set-up of the engine that runs now.
    pub(crate) fn practice(&self) -> Option<Practice> {
        self.0.practice.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn see_the_doctor(&self, engine: Option<(Handle, Config, Standings)>) {
        let practice = engine.map(|(handle, config, standings)| {
            let patient = Patient::new(Arc::new(config), self.transport());
            let mut patient = patient.running(handle).signed_in(standings);
            if let Ok(vault) = self.vault() {
                let entered = self.draft().entered.clone();
                let needed = secrets_of_console().filter(|name| entered.contains(*name));
                patient = patient.with_vault(vault, needed.map(str::to_owned).collect());
            }
            let house = Arc::downgrade(&self.0);
            Practice::new(patient).with_keeper(Arc::new(move |lines| {
                let house = house.upgrade().map(House);
                Box::pin(async move {
                    let house = house.ok_or_else(Problem::not_set_up)?;
                    let lines = lines.into_iter().filter_map(|id| i64::try_from(id).ok());
                    let lines = toml::Value::Array(lines.map(toml::Value::Integer).collect());
                    Ok(house.keep(vec![Entered::Value("aircall.numbers", Some(lines))]).await?)
                })
            }))
        });
        *self.0.practice.write().unwrap_or_else(PoisonError::into_inner) = practice;
    }

    /// Passes on what an engine pushes, until it ends.
    fn pass_on(&self, mut pushed: broadcast::Receiver<Pushed>, handle: Handle) {
        let events = self.0.events.clone();
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    told = pushed.recv() => match told {
                        Ok(told) => drop(events.send(told)),
                        Err(broadcast::error::RecvError::Lagged(_)) => {}
                        Err(broadcast::error::RecvError::Closed) => return,
                    },
                    () = handle.ended() => return,
                }
            }
        });
    }

    /// Whether the engine has ended although nobody stopped it.
    pub async fn has_failed(&self) -> bool {
        self.0.running.lock().await.as_ref().is_some_and(Running::has_ended)
    }

    /// Stops the engine and lets the data directory go. What was stored is kept, and requests are answered 503.
    pub async fn close(&self) {
        self.setup().close();
        let mut running = self.0.running.lock().await;
        self.0.doors.send_replace(Doors::Broken(STOPPING.into()));
        if let Some(running) = running.take() {
            running.stop().await;
        }
        // Nobody renews tokens any more.
        drop(self.0.bearers.lock().await.take());
        drop(self.0.lock.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

/// With the folder and the mark that the program adds.
fn settled(mut draft: Draft, folder: Option<&Folder>, sandbox: Option<&str>) -> Result<Draft, HouseError> {
    if let Some(folder) = folder
        && (folder.always || draft.data_dir.as_os_str() == USUAL_DATA_DIR)
    {
        // A database that the file names is kept; the one that only follows from the folder moves with it.
        if draft.database == Database::in_folder(&draft.data_dir) {
            draft.database = Database::in_folder(&folder.path);
        }
        draft.data_dir.clone_from(&folder.path);
        draft.settings.files = sidetone_engine::settings::FilesSettings::in_folder(folder.path.join("files"));
    }
    if let Some(page) = sandbox {
        draft.mark_as_sandbox(page)?;
    }
    Ok(draft)
}

/// Does what blocks away from the threads that serve connections.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, HouseError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| HouseError::Start(StartError::System(std::io::Error::other(error.to_string()))))
}

/// Does what must not end in the middle in a task of its own.
async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, HouseError> {
    tokio::spawn(work)
        .await
        .map_err(|error| HouseError::Start(StartError::System(std::io::Error::other(error.to_string()))))
}

impl From<HouseError> for Problem {
    fn from(error: HouseError) -> Problem {
        tracing::error!(%error, "the set-up cannot be read or applied");
        Problem::new(
            http::StatusCode::SERVICE_UNAVAILABLE,
            "not_applied",
            format!("{error}. It is tried again by itself."),
        )
        .again_in(5)
    }
}
