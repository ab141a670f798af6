//! `sidetone-hub numbers explain NUMBER` and `numbers unmatched` (B9), and their addresses in the API.
//!
//! While `serve` runs it is asked over HTTP, else the database is read by itself. Nobody else is asked, and nothing is
//! changed. What is printed is for an admin and holds numbers in full; nothing of it is logged.

use std::io::{self, Write};

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use futures_util::stream;
use serde::Deserialize;
use sidetone_engine::Handle;
use sidetone_engine::clinic::Clinic;
use sidetone_engine::directory::entry::Place;
use sidetone_engine::store::StoreError;
use sidetone_protocol::{
    DirectoryState, DirectoryView, Match, NumberExplanation, NumberMatch, UnmatchedNumber,
};

use crate::config::Config;
use crate::problem::Problem;

/// A longer text is no number.
const LONGEST: usize = 200;

#[derive(Deserialize)]
pub(crate) struct Asked {
    number: Option<String>,
}

/// `GET /api/numbers/explain?number=`: what a number, in any spelling, matches and why.
pub(crate) async fn explain(
    State(handle): State<Handle>,
    Query(asked): Query<Asked>,
) -> Result<Json<NumberExplanation>, Problem> {
    let number = asked.number.filter(|n| !n.trim().is_empty() && n.len() <= LONGEST);
    let number = number.ok_or_else(|| Problem::bad("Give a number: ?number=%2B33199001234"))?;
    crate::api::blocking(move || Ok(Json(handle.explain_number(&number)?))).await
}

/// `GET /api/numbers/unmatched`: one line of JSON for each number in the helpdesk that nothing can match.
pub(crate) async fn unmatched(State(handle): State<Handle>) -> Result<Response, Problem> {
    let first = part(handle.clone(), None).await?;
    let parts = stream::unfold(Some((first, handle)), |state| async move {
        let ((lines, next), handle) = state?;
        let rest = match next {
            // A store that fails on the way ends the answer short, which is told apart from its end.
            Some(after) => match part(handle.clone(), Some(after)).await {
                Ok(part) => Some((part, handle)),
                Err(_) => return Some((Err(io::Error::other("the database does not answer")), None)),
            },
            None => None,
        };
        Some((Ok(lines), rest))
    });
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(parts)).into_response())
}

/// Lines, and where the next part begins.
type Part = (Bytes, Option<Place>);

async fn part(handle: Handle, after: Option<Place>) -> Result<Part, Problem> {
    crate::api::blocking(move || {
        let (numbers, next) = handle.unmatched_numbers(after.as_ref())?;
        let lines: String = numbers
            .iter()
            .filter_map(|one| serde_json::to_string(one).ok())
            .map(|line| line + "\n")
            .collect();
        Ok((Bytes::from(lines), next))
    })
    .await
}

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum NumbersError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Whoever reads along has gone.
    #[error("cannot be printed: {0}")]
    Print(#[from] io::Error),
    /// The running hub.
    #[error("{0}")]
    Hub(String),
}

/// Explains a number out of the database, which no hub has open.
///
/// # Errors
/// [`NumbersError`].
pub fn explain_here(config: &Config, number: &str) -> Result<NumberExplanation, NumbersError> {
    let store = config.database.open(&config.data_dir)?;
    let helpdesk = config.helpdesk.open();
    let logging = &config.settings.logging;
    let clinic = Clinic { store: store.as_ref(), helpdesk: helpdesk.as_ref(), logging, now: Utc::now() };
    Ok(clinic.explain(number)?)
}

/// The same from the hub that runs.
///
/// # Errors
/// [`NumbersError`], which says what to do.
pub async fn explain_there(config: &Config, number: &str) -> Result<NumberExplanation, NumbersError> {
    let answer = ask(config, "/api/numbers/explain", &[("number", number)]).await?;
    let body = answer.bytes().await.map_err(|error| NumbersError::Hub(error.to_string()))?;
    serde_json::from_slice(&body).map_err(|error| NumbersError::Hub(error.to_string()))
}

/// Tells every number that nothing can match, out of the database, which no hub has open.
///
/// # Errors
/// [`NumbersError`].
pub fn unmatched_here(
    config: &Config,
    mut told: impl FnMut(&UnmatchedNumber) -> io::Result<()>,
) -> Result<(), NumbersError> {
    let store = config.database.open(&config.data_dir)?;
    let helpdesk = config.helpdesk.open();
    let logging = &config.settings.logging;
    let clinic = Clinic { store: store.as_ref(), helpdesk: helpdesk.as_ref(), logging, now: Utc::now() };
    let mut after = None;
    loop {
        let (numbers, next) = clinic.unmatched(after.as_ref())?;
        numbers.iter().try_for_each(&mut told)?;
        match next {
            Some(next) => after = Some(next),
            None => return Ok(()),
        }
    }
}

/// The same from the hub that runs.
///
/// # Errors
/// [`NumbersError`], which says what to do.
pub async fn unmatched_there(
    config: &Config,
    mut told: impl FnMut(&UnmatchedNumber) -> io::Result<()>,
) -> Result<(), NumbersError> {
    let mut answer = ask(config, "/api/numbers/unmatched", &[]).await?;
    let mut text = Vec::new();
    let stopped = |error: reqwest::Error| NumbersError::Hub(format!("the running hub stopped: {error}"));
    while let Some(chunk) = answer.chunk().await.map_err(stopped)? {
        text.extend_from_slice(&chunk);
        while let Some(end) = text.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = text.drain(..=end).collect();
            let one = serde_json::from_slice(&line).map_err(|error| NumbersError::Hub(error.to_string()))?;
            told(&one)?;
        }
    }
    Ok(())
}

async fn ask(config: &Config, path: &str, query: &[(&str, &str)]) -> Result<reqwest::Response, NumbersError> {
    let token = config.admin_token.as_ref().ok_or_else(|| {
        NumbersError::Hub(
            "a hub is running; give [hub] admin_token, so that it can be asked with this token".into(),
        )
    })?;
    // The token stays on this machine, whatever proxy the environment names.
    let client = reqwest::Client::builder()
        .no_proxy()
        .build()
        .map_err(|error| NumbersError::Hub(error.to_string()))?;
    let mut url = reqwest::Url::parse(&format!("http://{}{path}", config.listen))
        .map_err(|error| NumbersError::Hub(error.to_string()))?;
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    let asked = client.get(url).header("authorization", format!("Bearer {}", token.reveal())).send().await;
    // Without the address: a number stands in it.
    let answer = asked.map_err(|error| {
        NumbersError::Hub(format!("the running hub does not answer: {}", error.without_url()))
    })?;
    match answer.status().as_u16() {
        200 => Ok(answer),
        status => Err(NumbersError::Hub(format!(
            "the running hub answers {status}; is [hub] admin_token the same?"
        ))),
    }
}

/// An explanation for a person.
///
/// # Errors
/// If it cannot be written.
pub fn print(out: &mut dyn Write, told: &NumberExplanation) -> io::Result<()> {
    writeln!(out, "{}", told.asked)?;
    if let Some(problem) = &told.problem {
        return writeln!(out, "  is no number: {} ({})\n{}", problem.text, problem.code, of(&told.directory));
    }
    for reading in &told.readings {
        match &reading.country {
            Some(country) => {
                writeln!(out, "  reads as {} (a number without country code, in {country})", reading.number)?
            }
            None => writeln!(out, "  reads as {}", reading.number)?,
        }
    }
    let line = |out: &mut dyn Write, one: &NumberMatch| {
        let (id, name) = (&one.customer.id, &one.customer.name);
        writeln!(out, "  customer {id}, {name}: \"{}\", {}", one.stored, one.why)
    };
    writeln!(out, "{}", if told.matches.is_empty() { "Matches nobody." } else { "Matches:" })?;
    told.matches.iter().try_for_each(|one| line(out, one))?;
    if !told.near.is_empty() {
        writeln!(out, "Near:")?;
        told.near.iter().try_for_each(|one| line(out, one))?;
    }
    let ring = match told.ring {
        Match::Found => "this customer at once",
        Match::Several => "several possible customers at once",
        _ => "the number, until the helpdesk answers",
    };
    writeln!(out, "A ring shows: {ring}.\nA call is written: {}", told.written_to)?;
    if let Some(at) = told.asked_helpdesk_at {
        writeln!(out, "The helpdesk was asked itself at {}.", moment(at))?;
    }
    writeln!(out, "{}", of(&told.directory))
}

/// A number that nothing can match, for a person.
#[must_use]
pub fn line(one: &UnmatchedNumber) -> String {
    format!("{}\t{}\t{}\t{}: {}", one.customer_id, one.name, one.stored, one.reason.code, one.reason.text)
}

/// How old the directory is.
fn of(directory: &DirectoryView) -> String {
    let held = format!("{} customers, {} numbers", directory.customers, directory.numbers);
    match (directory.state, directory.checked_at) {
        (DirectoryState::Complete, Some(at)) => format!("Directory: {held}, as of {}.", moment(at)),
        (DirectoryState::Complete, None) => format!("Directory: {held}."),
        (DirectoryState::Empty, _) => "Directory: nothing was read yet; start the hub.".into(),
        (DirectoryState::Reading | DirectoryState::Incomplete, _) => {
            format!("Directory: not complete yet ({held}), so others may match as well.")
        }
    }
}

fn moment(at: i64) -> String {
    chrono::DateTime::from_timestamp(at, 0)
        .map(|at| at.format("%Y-%m-%d %H:%M UTC").to_string())
        .unwrap_or_default()
}
