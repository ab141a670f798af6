//! Calls as CSV or JSON Lines (C7): `GET /api/calls/export`, and `sidetone-hub export`.
//!
//! Read a page at a time, and a page only once the one before has been taken: it needs no more memory for a million calls
//! than for a hundred, and a slow reader makes nobody wait. Columns are only ever added, at the end. What is exported is for
//! an admin and holds numbers in full; nothing of it is logged.

mod row;

use std::io::{self, Write};
use std::str::FromStr;

use axum::body::{Body, Bytes};
use axum::extract::{Query as UrlQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use sidetone_engine::Handle;
use sidetone_engine::store::{FullCall, Query, StoreError};

pub use self::row::COLUMNS;
use self::row::Row;
use crate::api::{CallsQuery, blocking};
use crate::config::Config;
use crate::csv;
use crate::problem::Problem;

/// So many calls are read at once.
const PAGE: usize = 200;

/// How calls are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// RFC 4180, with a header.
    Csv,
    /// One object of JSON on each line.
    Jsonl,
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Format, String> {
        match text {
            "csv" => Ok(Format::Csv),
            "jsonl" => Ok(Format::Jsonl),
            _ => Err("format is csv or jsonl".into()),
        }
    }
}

impl Format {
    fn content_type(self) -> &'static str {
        match self {
            Format::Csv => "text/csv; charset=utf-8",
            Format::Jsonl => "application/x-ndjson",
        }
    }

    fn file(self) -> &'static str {
        match self {
            Format::Csv => "attachment; filename=\"sidetone-calls.csv\"",
            Format::Jsonl => "attachment; filename=\"sidetone-calls.jsonl\"",
        }
    }

    /// What stands before the first call.
    fn header(self) -> String {
        let mut text = String::new();
        if self == Format::Csv {
            csv::line(&mut text, &COLUMNS.map(str::to_owned));
        }
        text
    }

    fn write(self, text: &mut String, call: &FullCall) {
        let row = Row::of(call);
        match self {
            Format::Csv => csv::line(text, &row.cells()),
            Format::Jsonl => {
                text.push_str(&row.json().to_string());
                text.push('\n');
            }
        }
    }
}

/// `GET /api/calls/export?format=csv|jsonl`, and what `GET /api/calls` takes but for its pages.
pub(crate) async fn export(
    State(handle): State<Handle>,
    UrlQuery(asked): UrlQuery<CallsQuery>,
) -> Result<Response, Problem> {
    let format: Format =
        asked.format.as_deref().unwrap_or_default().parse().map_err(|why: String| Problem::bad(why))?;
    let query = Query { before: None, limit: PAGE, ..asked.parse(&handle)? };
    let first = part(handle.clone(), query, format, format.header()).await?;
    let parts = stream::unfold(Some((first, handle)), move |state| async move {
        let ((text, next), handle) = state?;
        let rest = match next {
            // A store that fails on the way cuts the answer off, which is told apart from its end.
            Some(query) => match part(handle.clone(), query, format, String::new()).await {
                Ok(part) => Some((part, handle)),
                Err(_) => return Some((Err(io::Error::other("the database does not answer")), None)),
            },
            None => None,
        };
        Some((Ok(text), rest))
    });
    let headers =
        [(header::CONTENT_TYPE, format.content_type()), (header::CONTENT_DISPOSITION, format.file())];
    Ok((headers, Body::from_stream(parts)).into_response())
}

/// Lines, and what asks for those after them.
type Part = (Bytes, Option<Query>);

async fn part(handle: Handle, query: Query, format: Format, mut text: String) -> Result<Part, Problem> {
    blocking(move || {
        let (calls, next) = handle.calls_in_full(&query)?;
        calls.iter().for_each(|call| format.write(&mut text, call));
        Ok((Bytes::from(text), next.map(|next| Query { before: Some(next), ..query })))
    })
    .await
}

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Whoever reads along has gone.
    #[error("cannot be written: {0}")]
    Write(#[from] io::Error),
    /// A filter that makes no sense.
    #[error("{0}")]
    Usage(String),
    /// The running hub.
    #[error("{0}")]
    Hub(String),
}

/// Which calls, as the command line has it.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Asked {
    /// Words and numbers that must be found: names, numbers in any spelling, agents, lines, teams, tags, comments.
    #[arg(long, value_name = "TEXT")]
    q: Option<String>,
    /// all, not_logged, missed or voicemail.
    #[arg(long, value_name = "FILTER")]
    filter: Option<String>,
    /// Only calls from then on: a day (2026-11-01) or a moment (RFC 3339).
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// Only calls until then; a day is in it to its end.
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
    /// Only calls over this line, by Aircall's id.
    #[arg(long, value_name = "ID")]
    line: Option<String>,
    /// Only calls of this agent, by Aircall's id.
    #[arg(long, value_name = "ID")]
    agent: Option<String>,
}

impl Asked {
    fn query(&self) -> CallsQuery {
        let Asked { q, filter, from, until, line, agent } = self.clone();
        CallsQuery { q, filter, from, until, line, agent, ..CallsQuery::default() }
    }

    fn pairs(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("q", &self.q),
            ("filter", &self.filter),
            ("from", &self.from),
            ("until", &self.until),
            ("line", &self.line),
            ("agent", &self.agent),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))).collect()
    }
}

/// Writes calls out of the database, which no hub has open.
///
/// # Errors
/// [`ExportError`].
pub fn here(config: &Config, format: Format, asked: &Asked, out: &mut dyn Write) -> Result<(), ExportError> {
    let by_id = |agent: &str| agent.trim().parse().map_err(|_| Problem::bad("agent is an Aircall user's id"));
    let query = asked.query().parse_with(config.settings.time_zone, by_id);
    let query = query.map_err(|problem| ExportError::Usage(problem.detail().to_owned()))?;
    let store = config.database.open(&config.data_dir)?;
    let mut query = Query { limit: PAGE, ..query }.in_our_countries(store.as_ref())?;
    out.write_all(format.header().as_bytes())?;
    loop {
        let (calls, next) = store.calls_in_full(&query)?;
        let mut text = String::new();
        calls.iter().for_each(|call| format.write(&mut text, call));
        out.write_all(text.as_bytes())?;
        match next {
            Some(next) => query.before = Some(next),
            None => return Ok(out.flush()?),
        }
    }
}

/// The same from the hub that runs.
///
/// # Errors
/// [`ExportError`], which says what to do.
pub async fn there(
    config: &Config,
    format: Format,
    asked: &Asked,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    let token = config.admin_token.as_ref().ok_or_else(|| {
        ExportError::Hub(
            "a hub is running; give [hub] admin_token, so that it can be asked with this token".into(),
        )
    })?;
    let fault = |error: &dyn std::fmt::Display| ExportError::Hub(error.to_string());
    // The token stays on this machine, whatever proxy the environment names.
    let client = reqwest::Client::builder().no_proxy().build().map_err(|error| fault(&error))?;
    let mut url = reqwest::Url::parse(&format!("http://{}/api/calls/export", config.listen))
        .map_err(|error| fault(&error))?;
    let format = match format {
        Format::Csv => "csv",
        Format::Jsonl => "jsonl",
    };
    url.query_pairs_mut().append_pair("format", format).extend_pairs(asked.pairs());
    let asked = client.get(url).header("authorization", format!("Bearer {}", token.reveal())).send().await;
    // Without the address: a name or a number may stand in it.
    let mut answer = asked.map_err(|error| {
        ExportError::Hub(format!("the running hub does not answer: {}", error.without_url()))
    })?;
    match answer.status().as_u16() {
        200 => {}
        400 | 422 => {
            let told = answer.bytes().await.unwrap_or_default();
            let told: serde_json::Value = serde_json::from_slice(&told).unwrap_or_default();
            return Err(ExportError::Usage(told["detail"].as_str().unwrap_or("bad request").to_owned()));
        }
        status => {
            return Err(ExportError::Hub(format!(
                "the running hub answers {status}; is [hub] admin_token the same?"
            )));
        }
    }
    let stopped = |error: reqwest::Error| {
        ExportError::Hub(format!(
            "the running hub stopped, and what was written is not all: {}",
            error.without_url()
        ))
    };
    while let Some(chunk) = answer.chunk().await.map_err(stopped)? {
        out.write_all(&chunk)?;
    }
    Ok(out.flush()?)
}
