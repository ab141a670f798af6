//! Privacy over HTTP, and `sidetone-hub forget` (B12): how long calls are kept, whose are never logged, and erasing one number.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::Utc;
use sidetone_engine::forgetting;
use sidetone_engine::number::{self, E164, Party};
use sidetone_engine::store::{Query, Store, StoreError};
use sidetone_protocol::{
    ForgetRequest, Forgotten, KeepDays, LeftKind, NeverLogged, NumberNamed, PrivacyView,
};
use toml::Value;

use crate::api::blocking;
use crate::config::Draft;
use crate::house::{Entered, House};
use crate::problem::Problem;
use crate::setup::{read, read_days};

/// Whoever asks over HTTP waits so long; erasing goes on by itself.
const WAITS: Duration = Duration::from_secs(20);
/// The command asks again so long.
const ASKS_FOR: Duration = Duration::from_secs(600);
const KEYS: [&str; 2] = ["privacy.keep_days", "privacy.never_log"];

/// All of them, for admins.
pub(crate) fn routes() -> Router<House> {
    Router::new()
        .route("/api/privacy", get(show))
        .route("/api/privacy/keep", post(keep))
        .route("/api/privacy/never-log", post(never_log))
        .route("/api/privacy/log-again", post(log_again))
        .route("/api/privacy/forget", post(forget))
}

/// `GET /api/privacy`.
async fn show(State(house): State<House>) -> Result<Json<PrivacyView>, Problem> {
    told(&house).await
}

async fn told(house: &House) -> Result<Json<PrivacyView>, Problem> {
    let draft = house.draft();
    let overdue = match house.handle() {
        Some(handle) => blocking(move || Ok(handle.overdue()?)).await?,
        None => 0,
    };
    let shown = |number: &E164| NeverLogged {
        number: number.as_str().to_owned(),
        international: Party::Phone(number.clone()).display(),
    };
    let privacy = &draft.settings.privacy;
    Ok(Json(PrivacyView {
        keep_days: privacy.keep_days,
        overdue,
        never_log: privacy.never_log.iter().map(shown).collect(),
        read_only: KEYS
            .iter()
            .filter(|key| draft.given.contains(**key))
            .map(|key| (*key).to_owned())
            .collect(),
    }))
}

/// `POST /api/privacy/keep {"keep_days": 365}`: 0 is for ever. 422 `wrong_value`, 409 `read_only`.
async fn keep(State(house): State<House>, body: Bytes) -> Result<Json<PrivacyView>, Problem> {
    let asked: KeepDays = read_days(&body, KEYS[0])?;
    let value = (asked.keep_days > 0).then(|| Value::Integer(asked.keep_days.into()));
    house.keep(vec![Entered::Value(KEYS[0], value)]).await?;
    told(&house).await
}

/// `POST /api/privacy/never-log {"number": "…"}`: from now on nothing of its calls and messages is written or kept. What is
/// there already stays. 422 `no_such_number`, `ambiguous_number`; 409 `read_only`.
async fn never_log(State(house): State<House>, body: Bytes) -> Result<Json<PrivacyView>, Problem> {
    let asked: NumberNamed = read(&body, "{\"number\": \"+34 666 444 555\"}")?;
    let number = named(&house, &asked.number).await?;
    add(&house, number).await?;
    told(&house).await
}

async fn add(house: &House, number: E164) -> Result<(), Problem> {
    let mut numbers = house.draft().settings.privacy.never_log.clone();
    if numbers.insert(number) {
        house.keep(vec![listed(&numbers)]).await?;
    }
    Ok(())
}

/// `POST /api/privacy/log-again {"number": "…"}`: its calls are logged again from now on; never the old ones.
async fn log_again(State(house): State<House>, body: Bytes) -> Result<Json<PrivacyView>, Problem> {
    let asked: NumberNamed = read(&body, "{\"number\": \"+34 666 444 555\"}")?;
    let number = named(&house, &asked.number).await?;
    let mut numbers = house.draft().settings.privacy.never_log.clone();
    if numbers.remove(&number) {
        house.keep(vec![listed(&numbers)]).await?;
    }
    told(&house).await
}

fn listed(numbers: &BTreeSet<E164>) -> Entered {
    let all: Vec<Value> = numbers.iter().map(|number| Value::String(number.as_str().to_owned())).collect();
    Entered::Value(KEYS[1], Some(Value::Array(all)).filter(|_| !numbers.is_empty()))
}

/// `POST /api/privacy/forget {"number": "…", "never_log": false}`: erases everything that is stored of a number, and tells what
/// stands in the helpdesk, also where no engine runs. 202 while it is at work: asked again, it tells how it ended. 409
/// `call_is_up`; 422 `no_such_number`, `ambiguous_number`.
async fn forget(State(house): State<House>, body: Bytes) -> Result<Response, Problem> {
    let asked: ForgetRequest = read(&body, "{\"number\": \"+34 666 444 555\", \"never_log\": false}")?;
    let number = named(&house, &asked.number).await?;
    if asked.never_log {
        add(&house, number.clone()).await?;
    }
    match tokio::time::timeout(WAITS, house.forget(number)).await {
        Ok(forgotten) => Ok(Json(forgotten?).into_response()),
        Err(_) => Ok((StatusCode::ACCEPTED, Json(Forgotten::default())).into_response()),
    }
}

/// The number that somebody typed; in the countries of our lines where it has no country's code.
async fn named(house: &House, text: &str) -> Result<E164, Problem> {
    let (store, text) = (house.store(), text.trim().to_owned());
    blocking(move || Ok(number_of(store.as_ref(), &text)?))
        .await?
        .map_err(|(code, text)| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, text))
}

/// A code and a sentence.
type NotOne = (&'static str, &'static str);

fn number_of(store: &dyn Store, text: &str) -> Result<Result<E164, NotOne>, StoreError> {
    let countries = Query::default().in_our_countries(store)?.countries;
    Ok(match number::readings(text, &countries) {
        Ok(readings) if readings.len() == 1 => {
            readings.into_iter().next().map(|reading| reading.number).ok_or(("no_such_number", ""))
        }
        Ok(_) => Err((
            "ambiguous_number",
            "Without a country code this can be several numbers. Write it with + and the country code.",
        )),
        Err(why) => Err(("no_such_number", why.text())),
    })
}

/// Why the command could not do it.
#[derive(Debug, thiserror::Error)]
pub enum ForgetError {
    /// The text is no number, or may be several.
    #[error("{0}")]
    NoNumber(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The running hub.
    #[error("{0}")]
    Hub(String),
}

/// Forgets a number in the database, which no hub has open.
///
/// # Errors
/// [`ForgetError`].
pub fn forget_here(draft: &Draft, text: &str) -> Result<Forgotten, ForgetError> {
    let store = draft.database.open(&draft.data_dir)?;
    let number = number_of(store.as_ref(), text)?.map_err(|why| ForgetError::NoNumber(why.1.to_owned()))?;
    let helpdesk = draft.helpdesk.as_ref().map(|(account, _)| account.open());
    let (now, mut heard) = (Utc::now(), Forgotten::default());
    forgetting::forget(store.as_ref(), helpdesk.as_deref(), &number, now, |told| {
        heard = told;
        true
    })?;
    forgetting::clear_folder(store.as_ref(), now)?;
    Ok(heard)
}

/// The same by the hub that runs.
///
/// # Errors
/// [`ForgetError`], which says what to do.
pub async fn forget_there(draft: &Draft, text: &str) -> Result<Forgotten, ForgetError> {
    let token = draft.admin_token.as_ref().ok_or_else(|| {
        ForgetError::Hub(
            "a hub is running; give [hub] admin_token, so that it can be asked with this token".into(),
        )
    })?;
    // The token stays on this machine, whatever proxy the environment names.
    let client = reqwest::Client::builder().no_proxy().build();
    let client = client.map_err(|error| ForgetError::Hub(error.to_string()))?;
    let url = format!("http://{}/api/privacy/forget", draft.listen);
    let body = serde_json::to_string(&ForgetRequest { number: text.to_owned(), never_log: false })
        .map_err(|error| ForgetError::Hub(error.to_string()))?;
    let until = tokio::time::Instant::now() + ASKS_FOR;
    loop {
        let asked = client
            .post(&url)
            .header("authorization", format!("Bearer {}", token.reveal()))
            .header("content-type", "application/json")
            .body(body.clone());
        let answer = asked.send().await.map_err(|error| {
            ForgetError::Hub(format!("the running hub does not answer: {}", error.without_url()))
        })?;
        let status = answer.status().as_u16();
        let text = answer.bytes().await.map_err(|error| ForgetError::Hub(error.to_string()))?;
        match status {
            200 => {
                return serde_json::from_slice(&text).map_err(|error| ForgetError::Hub(error.to_string()));
            }
            202 if tokio::time::Instant::now() < until => {}
            202 => {
                return Err(ForgetError::Hub("it takes long, and goes on by itself; ask again later".into()));
            }
            status => {
                let problem: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
                let told = problem["detail"].as_str().map_or_else(
                    || format!("the running hub answers {status}; is [hub] admin_token the same?"),
                    str::to_owned,
                );
                return Err(if status == 422 { ForgetError::NoNumber(told) } else { ForgetError::Hub(told) });
            }
        }
    }
}

/// What was erased, for a person.
///
/// # Errors
/// If it cannot be written.
pub fn print(out: &mut dyn Write, told: &Forgotten) -> io::Result<()> {
    writeln!(
        out,
        "Erased: {} calls, {} text messages, {} decisions of people, {} entries of the directory, {} other mentions.",
        told.calls, told.messages, told.choices, told.directory, told.mentions
    )?;
    if told.unwritten > 0 {
        writeln!(out, "{} of them were still to be written; they will not be.", told.unwritten)?;
    }
    if told.left.is_empty() {
        writeln!(out, "Nothing of it is known to stand in the helpdesk.")?;
    } else {
        writeln!(out, "In the helpdesk, to be deleted there:")?;
    }
    for left in &told.left {
        let what = match left.kind {
            LeftKind::Record => "record",
            LeftKind::Customer => "customer",
        };
        writeln!(out, "  {what} {} {}", left.id, left.url.as_deref().unwrap_or_default())?;
    }
    if !told.further_numbers.is_empty() {
        writeln!(
            out,
            "The same customer has further numbers, which are not forgotten: {}.",
            told.further_numbers.join(", ")
        )?;
    }
    Ok(())
}
