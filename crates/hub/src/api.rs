//! What windows and programs ask: calls, health, and the actions on them.

use axum::Json;
use axum::extract::{Path, Query as UrlQuery, State};
use axum::http::StatusCode;
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::Deserialize;
use sidetone_engine::Handle;
use sidetone_engine::call::CaseId;
use sidetone_engine::store::{Filter, Query};
use sidetone_protocol::{CallDetail, CallPage, Health, Now};

use crate::adopt;
use crate::problem::Problem;

/// Calls or messages on one page, if not said otherwise.
const PAGE: usize = 50;

#[derive(Deserialize)]
pub(crate) struct NowQuery {
    /// When the reader's day began, unix seconds.
    day_start: Option<String>,
}

/// `GET /api/now`.
pub(crate) async fn now(
    State(handle): State<Handle>,
    UrlQuery(query): UrlQuery<NowQuery>,
) -> Result<Json<Now>, Problem> {
    let day_start = match query.day_start.as_deref() {
        None | Some("") => None,
        Some(text) => {
            let at = text.parse().ok().and_then(|s| DateTime::from_timestamp(s, 0));
            Some(at.ok_or_else(|| Problem::bad("day_start is a time in unix seconds"))?)
        }
    };
    blocking(move || Ok(Json(handle.now(day_start)?))).await
}

/// Which calls; what is empty asks for nothing.
#[derive(Default, Deserialize)]
pub(crate) struct CallsQuery {
    pub(crate) q: Option<String>,
    pub(crate) filter: Option<String>,
    pub(crate) from: Option<String>,
    pub(crate) until: Option<String>,
    pub(crate) line: Option<String>,
    pub(crate) agent: Option<String>,
    pub(crate) cursor: Option<String>,
    pub(crate) limit: Option<String>,
    /// Of an export only.
    pub(crate) format: Option<String>,
    // As these two were called at first.
    pub(crate) text: Option<String>,
    pub(crate) before: Option<String>,
}

/// A longer text is no search.
const LONGEST_SEARCH: usize = 200;

impl CallsQuery {
    pub(crate) fn parse(self, handle: &Handle) -> Result<Query, Problem> {
        self.parse_with(handle.time_zone(), |agent| Ok(handle.agent(agent)?))
    }

    /// `zone`: in which a day begins. `agent`: who an agent is.
    pub(crate) fn parse_with(
        self,
        zone: Option<Tz>,
        agent: impl FnOnce(&str) -> Result<u64, Problem>,
    ) -> Result<Query, Problem> {
        let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let text = given(self.q).or(given(self.text));
        if text.as_ref().is_some_and(|text| text.chars().count() > LONGEST_SEARCH) {
            return Err(Problem::bad(format!("q has at most {LONGEST_SEARCH} characters")));
        }
        let filter = match self.filter.as_deref() {
            None | Some("" | "all") => Filter::All,
            Some("not_logged") => Filter::NotLogged,
            Some("missed") => Filter::Missed,
            Some("voicemail") => Filter::Voicemail,
            Some(_) => return Err(Problem::bad("filter is one of all, not_logged, missed, voicemail")),
        };
        let line = given(self.line).map(|line| line.trim().parse());
        let line =
            line.transpose().map_err(|_| Problem::bad("line is Aircall's id of a line, a whole number"))?;
        let bound = |name: &str, text: Option<String>, is_end: bool| {
            let at = given(text).map(|text| moment(&text, zone, is_end));
            at.transpose().map_err(|why| Problem::bad(format!("{name}: {why}")))
        };
        let (from, until) = (bound("from", self.from, false)?, bound("until", self.until, true)?);
        if from.zip(until).is_some_and(|(from, until)| from >= until) {
            return Err(Problem::bad("from is not before until"));
        }
        Ok(Query {
            before: cursor(given(self.cursor).or(self.before))?,
            filter,
            text,
            countries: Vec::new(),
            from,
            until,
            line,
            agent: given(self.agent).map(|named| agent(named.trim())).transpose()?,
            limit: limit(self.limit.as_deref())?,
        })
    }
}

/// A moment (RFC 3339), or a day: its beginning, and where something ends with it its end.
fn moment(text: &str, zone: Option<Tz>, is_end: bool) -> Result<DateTime<Utc>, String> {
    let text = text.trim();
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| is_end);
    match day.and_then(|day| day.succ_opt()) {
        Some(next) => adopt::moment(&next.to_string(), zone),
        None => adopt::moment(text, zone),
    }
}

/// `GET /api/calls?q=&filter=&from=&until=&line=&agent=&cursor=&limit=`. `q`: words and numbers that must all be found.
/// `from`, `until`: a day, which `until` includes, or a moment. `line`: Aircall's id. `agent`: an Aircall user's id or e-mail
/// address; 422 `no_such_agent`.
pub(crate) async fn calls(
    State(handle): State<Handle>,
    UrlQuery(query): UrlQuery<CallsQuery>,
) -> Result<Json<CallPage>, Problem> {
    let query = query.parse(&handle)?;
    blocking(move || Ok(Json(handle.calls(&query)?))).await
}

/// `GET /api/calls/{id}`.
pub(crate) async fn call(
    State(handle): State<Handle>,
    Path(id): Path<String>,
) -> Result<Json<CallDetail>, Problem> {
    let id = call_id(&id)?;
    blocking(move || handle.call(id)?.map(Json).ok_or_else(Problem::no_such_call)).await
}

/// `POST /api/calls/{id}/retry`.
pub(crate) async fn retry(
    State(handle): State<Handle>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = call_id(&id)?;
    blocking(move || {
        handle.call(id)?.ok_or_else(Problem::no_such_call)?;
        handle.retry(id);
        Ok(StatusCode::ACCEPTED)
    })
    .await
}

/// `GET /api/health`.
pub(crate) async fn health(State(handle): State<Handle>) -> Json<Health> {
    Json(handle.health())
}

/// How many rows a page has.
pub(crate) fn limit(asked: Option<&str>) -> Result<usize, Problem> {
    match asked {
        None | Some("") => Ok(PAGE),
        Some(text) => text.parse().map_err(|_| Problem::bad("limit is a whole number")),
    }
}

/// Where a page begins.
pub(crate) fn cursor(asked: Option<String>) -> Result<Option<String>, Problem> {
    let before = asked.filter(|before| !before.is_empty());
    match before.as_deref().is_none_or(is_cursor) {
        true => Ok(before),
        false => Err(Problem::bad("cursor is the next of an earlier page")),
    }
}

/// `started_at.id`, as a page gave it.
fn is_cursor(text: &str) -> bool {
    text.split_once('.').is_some_and(|(at, id)| at.parse::<i64>().is_ok() && id.parse::<u64>().is_ok())
}

pub(crate) fn call_id(text: &str) -> Result<CaseId, Problem> {
    let id = text.parse::<u64>().ok().filter(|id| i64::try_from(*id).is_ok());
    id.map(CaseId).ok_or_else(|| Problem::bad("a call's id is a decimal number"))
}

/// Asks the store away from the threads that serve connections.
pub(crate) async fn blocking<T: Send + 'static>(
    ask: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(ask).await.unwrap_or_else(|_| {
        Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something failed inside the hub."))
    })
}
