//! `/api/setup`: from nothing to live (A3). What was entered is tested at once, and kept only if it works.
//!
//! Not here: how something is kept and applied ([`crate::house`]), and signing in.

mod arriving;
mod by_hand;
pub(crate) mod connecting;
pub(crate) mod lines;
mod probes;
mod trying;
mod view;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{delete, get, post};
use chrono::{SecondsFormat, TimeDelta, Utc};
use serde::de::DeserializeOwned;
use sidetone_protocol::{
    CallRules, ChosenLines, GoRequest, InboxName, Lines, Mode, Passphrase, Setup, SetupStep, StepState,
};
use tokio::sync::oneshot;
use toml::Value;

pub(crate) use self::arriving::arrived;
pub(crate) use self::view::{connected_with, named_in};
use crate::config::{HELD, MOST_DAYS, Secret, not_a_number};
use crate::doctor::{self, Patient};
use crate::house::{CHANGED, Entered, House, HouseError, NotKept};
use crate::problem::Problem;
use crate::seal::UnlockError;

/// Shadow mode may be set for so many days.
const MOST_SHADOW_DAYS: u32 = 90;

/// What the set-up remembers while the program runs.
#[derive(Default)]
pub(crate) struct SetUp {
    /// Tests of the public address that are under way, by their nonce.
    tests: Mutex<HashMap<String, oneshot::Sender<Instant>>>,
    /// The lines as they were read last.
    lines: tokio::sync::Mutex<Option<lines::Read>>,
    /// Which lines there are, as it was read last.
    there: Mutex<Option<lines::There>>,
    /// The change of the console that was applied last.
    heeded: Mutex<String>,
    closed: std::sync::atomic::AtomicBool,
    /// What would be written with what is entered.
    dry_runs: crate::study::DryRuns,
}

impl SetUp {
    /// Something else is entered by now: what a dry run showed of it holds no more.
    pub(crate) fn forget_dry_run(&self) {
        self.dry_runs.forget();
    }

    pub(crate) fn heed(&self, changed: String) {
        *self.heeded.lock().unwrap_or_else(PoisonError::into_inner) = changed;
    }

    pub(crate) fn heeded(&self) -> String {
        self.heeded.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The house is closed: nothing is applied any more.
    pub(crate) fn close(&self) {
        self.closed.store(true, std::sync::atomic::Ordering::SeqCst);
        self.dry_runs.forget();
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(std::sync::atomic::Ordering::SeqCst)
    }
}

/// All routes of the set-up, for admins.
pub(crate) fn routes() -> Router<House> {
    Router::new()
        .route("/api/setup", get(show))
        .route("/api/setup/aircall", post(connecting::aircall).delete(connecting::forget_aircall))
        .route("/api/setup/helpdesk", post(connecting::helpdesk).delete(connecting::forget_helpdesk))
        .route("/api/setup/lines", get(show_lines))
        .route("/api/setup/numbers", post(numbers))
        .route("/api/setup/events", post(arriving::choose))
        .route("/api/setup/events/test", post(arriving::test))
        .route("/api/setup/rules", post(rules))
        .route("/api/setup/inbox", post(inbox))
        .route("/api/setup/dry-run", get(trying::show).post(trying::begin).delete(trying::forget))
        .route("/api/setup/go", post(go))
        .route("/api/setup/left", delete(all_done))
        .route("/api/setup/passphrase", post(passphrase))
        .route("/api/setup/forget", post(forget_anyway))
}

/// `GET /api/setup`.
async fn show(State(house): State<House>) -> Result<Json<Setup>, Problem> {
    view::setup(&house).await
}

/// `GET /api/setup/lines`: what there is to choose from, with the calls of the last seven days. 409 `not_connected`
/// before Aircall is connected.
async fn show_lines(State(house): State<House>) -> Result<Json<Lines>, Problem> {
    lines::lines(&house).await.map(Json)
}

/// `POST /api/setup/numbers {"lines": […]}`.
async fn numbers(State(house): State<House>, body: Bytes) -> Result<Json<Setup>, Problem> {
    let asked: ChosenLines = read(&body, "{\"lines\": [\"123\"]}")?;
    let ids: Option<Vec<Value>> = asked
        .lines
        .iter()
        .map(|id| id.parse::<i64>().ok().filter(|id| *id > 0).map(Value::Integer))
        .collect();
    let ids = ids.ok_or_else(|| Problem::bad("`lines` holds ids of lines: numbers in quotes"))?;
    house.keep(vec![Entered::Value("aircall.numbers", Some(Value::Array(ids)))]).await?;
    view::setup(&house).await
}

/// `POST /api/setup/rules`: the keys of `[logging]`. What file or environment set must be sent as it is.
async fn rules(State(house): State<House>, body: Bytes) -> Result<Json<Setup>, Problem> {
    let asked: CallRules = read(&body, "all keys of CallRules")?;
    let (now, given) = (view::rules(&house.draft()), house.draft().given.clone());
    let mut entered = Vec::new();
    for ((key, asked), (_, now)) in view::keys_of(&asked).into_iter().zip(view::keys_of(&now)) {
        // A page sends all of them; those that cannot be changed here are as they were.
        if asked != now || !given.contains(key) {
            entered.push(Entered::Value(key, Some(Value::String(asked.to_owned()))));
        }
    }
    house.keep(entered).await?;
    view::setup(&house).await
}

/// `POST /api/setup/inbox {"inbox": "…"}`: the name of Front's inbox of calls.
async fn inbox(State(house): State<House>, body: Bytes) -> Result<Json<Setup>, Problem> {
    let asked: InboxName = read(&body, "{\"inbox\": \"Aircall Phone\"}")?;
    let name = asked.inbox.trim();
    if name.is_empty() {
        return Err(Problem::bad("`inbox` is the name of an inbox"));
    }
    house.keep(vec![Entered::Value("front.inbox", Some(Value::String(name.to_owned())))]).await?;
    view::setup(&house).await
}

/// `POST /api/setup/go {"mode": "live"}`. 409 `not_ready` while an earlier step is open; the detail names it. Lines that
/// Aircall does not have count as not chosen. 409
/// `other_sidetone` where another installation is connected to the same Aircall, until whoever goes live says that they know
/// (B16).
async fn go(State(house): State<House>, body: Bytes) -> Result<Json<Setup>, Problem> {
    let asked: GoRequest = read(&body, "{\"mode\": \"live\"}")?;
    if asked.days.is_some_and(|days| days == 0 || days > MOST_SHADOW_DAYS) {
        return Err(Problem::bad(format!("`days` is a whole number from 1 to {MOST_SHADOW_DAYS}")));
    }
    let there = if asked.mode == Mode::Off { None } else { lines::there(&house).await };
    let (draft, change) = (house.draft(), house.setup().heeded());
    if asked.mode != Mode::Off
        && let Some(open) =
            view::before_going_live(&draft, there.as_ref()).iter().find(|step| step.state != StepState::Done)
    {
        let step = serde_json::to_value(open.step).unwrap_or_default();
        let told = if open.step == SetupStep::Numbers && !draft.settings.lines.is_empty() {
            let ids: Vec<String> = draft.settings.lines.iter().map(ToString::to_string).collect();
            format!(
                "None of the chosen lines ({}) is in this Aircall account (any more): choose among those that are.",
                ids.join(", ")
            )
        } else {
            format!("The step {step} comes first; GET /api/setup says how far each is.")
        };
        return Err(Problem::new(StatusCode::CONFLICT, "not_ready", told).with("step", step));
    }
    if asked.mode == Mode::Live
        && let Some(host) = other_sidetone(&house).await
        && asked.beside.as_ref() != Some(&host)
    {
        let told = format!(
            "Another Sidetone ({host}) is connected to this Aircall. Beside it this one only reads until somebody takes over; \
             to go live all the same, send \"beside\": \"{host}\" as well."
        );
        return Err(Problem::new(StatusCode::CONFLICT, "other_sidetone", told).with("host", host.into()));
    }
    let word = match asked.mode {
        Mode::Off => "off",
        Mode::Shadow => "shadow",
        Mode::Live => "live",
    };
    let until = match (asked.mode, asked.days) {
        (Mode::Shadow, Some(days)) => {
            let until = Utc::now() + TimeDelta::days(days.into());
            Some(Value::String(until.to_rfc3339_opts(SecondsFormat::Secs, true)))
        }
        _ => None,
    };
    let mut entered = vec![Entered::Value("logging.shadow_until", until)];
    let is_given = draft.given.contains("logging.mode");
    if asked.mode != Mode::Off {
        // Whoever goes live ends whatever held it off.
        entered.push(Entered::Note(HELD, String::new()));
    }
    // What file or environment say, they say: going live with that is to let it hold.
    if !is_given || asked.mode != draft.held.unwrap_or(draft.settings.logging.mode.0) {
        entered.push(Entered::Value("logging.mode", Some(Value::String(word.to_owned()))));
    }
    // What was looked at must hold still: somebody may have connected another account meanwhile.
    if !change.is_empty() {
        entered.push(Entered::Provided(CHANGED, change));
    }
    house.keep(entered).await?;
    view::setup(&house).await
}

/// Where another Sidetone of this company is reached. Nobody is held up where Aircall does not tell: the engine writes nothing
/// before it has looked itself.
async fn other_sidetone(house: &House) -> Option<String> {
    let patient = Patient::new(Arc::new(house.config()?), house.transport());
    let patient = match house.handle() {
        Some(engine) => patient.running(engine),
        None => patient,
    };
    doctor::other_writer(&patient).await
}

/// `POST /api/setup/forget`: an uninstall that waits for Aircall is given up after 15 minutes; what it was to take our webhook
/// away with is forgotten, and `left` names what a person does. 409 `not_uninstalling`, `too_early`.
async fn forget_anyway(State(house): State<House>) -> Result<Json<Setup>, Problem> {
    house.forget_anyway().await?;
    view::setup(&house).await
}

/// `DELETE /api/setup/left`: a person has done what was left to them.
async fn all_done(State(house): State<House>) -> Result<Json<Setup>, Problem> {
    house.nothing_is_left().await?;
    view::setup(&house).await
}

/// `POST /api/setup/passphrase {"passphrase": "…"}`: for a desktop without a keyring. 422 `wrong_passphrase`,
/// `passphrase_too_short`.
async fn passphrase(State(house): State<House>, body: Bytes) -> Result<Json<Setup>, Problem> {
    let asked: Passphrase = read(&body, "{\"passphrase\": \"…\"}")?;
    let (keys, passphrase) = (house.keys(), Secret::new(asked.passphrase));
    let unlocked = crate::api::blocking(move || Ok(keys.unlock(&passphrase))).await?;
    unlocked.map_err(|error| {
        let (status, code) = match &error {
            UnlockError::Wrong => (StatusCode::UNPROCESSABLE_ENTITY, "wrong_passphrase"),
            UnlockError::TooShort(_) => (StatusCode::UNPROCESSABLE_ENTITY, "passphrase_too_short"),
            UnlockError::NotNeeded => (StatusCode::CONFLICT, "not_needed"),
            UnlockError::File(_) => (StatusCode::SERVICE_UNAVAILABLE, "not_kept"),
        };
        Problem::new(status, code, error.to_string())
    })?;
    house.unlocked().await?;
    view::setup(&house).await
}

/// Reads a body. What is wrong with it is told without repeating it: it may hold a secret.
pub(crate) fn read<T: DeserializeOwned>(body: &[u8], example: &str) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| {
        tracing::debug!(line = error.line(), column = error.column(), "a body of the set-up cannot be read");
        Problem::bad(format!("Send JSON such as {example}"))
    })
}

/// Reads a body with `keep_days`. What is no number of days is told as where it stands in the file.
pub(crate) fn read_days<T: DeserializeOwned>(body: &[u8], key: &str) -> Result<T, Problem> {
    read(body, "{\"keep_days\": 90}").map_err(|problem| {
        let sent: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
        let is_days = |days: &serde_json::Value| days.as_u64().is_some_and(|days| days <= MOST_DAYS);
        match sent.get("keep_days") {
            Some(days) if !is_days(days) => NotKept::Wrong(not_a_number(key, 0, MOST_DAYS)).into(),
            _ => problem,
        }
    })
}

impl From<NotKept> for Problem {
    fn from(error: NotKept) -> Problem {
        match error {
            NotKept::ReadOnly(key) => {
                let told = NotKept::ReadOnly(key.clone()).to_string();
                Problem::new(StatusCode::CONFLICT, "read_only", told).with("key", key.into())
            }
            NotKept::Wrong(fault) => {
                let told = fault.to_string();
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "wrong_value", told)
                    .with("key", fault.key.into())
            }
            NotKept::NoVault(unkept) => Problem::new(StatusCode::CONFLICT, unkept.code, unkept.text),
            NotKept::Overtaken => {
                Problem::new(StatusCode::CONFLICT, "not_kept", NotKept::Overtaken.to_string())
            }
            NotKept::House(HouseError::Config(error)) => {
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "wrong_value", error.to_string())
            }
            NotKept::House(error) => {
                tracing::error!(%error, "what was entered is not kept");
                let told = format!("{error}. What was entered is not kept: enter it again.");
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_kept", told).again_in(5)
            }
            NotKept::NotApplied(error) => {
                tracing::error!(%error, "what was entered is kept, and cannot be applied yet");
                let told = format!("{error}. What was entered is kept, and it is tried again by itself.");
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_applied", told).again_in(5)
            }
        }
    }
}
