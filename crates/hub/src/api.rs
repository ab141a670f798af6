//! What windows and programs ask: calls, health, and the actions on them.

use axum::Json;
use axum::extract::{Path, Query as UrlQuery, State};
use axum::http::StatusCode;
use chrono::DateTime;
use serde::Deserialize;
use sidetone_engine::Handle;
use sidetone_engine::call::CaseId;
use sidetone_engine::store::{Filter, Query};
use sidetone_protocol::{CallDetail, CallPage, Health, Now};

use crate::problem::Problem;

/// Calls on one page, if not said otherwise.
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

#[derive(Deserialize)]
pub(crate) struct CallsQuery {
    before: Option<String>,
    filter: Option<String>,
    text: Option<String>,
    limit: Option<String>,
}

/// `GET /api/calls?before=&filter=&text=&limit=`.
pub(crate) async fn calls(
    State(handle): State<Handle>,
    UrlQuery(query): UrlQuery<CallsQuery>,
) -> Result<Json<CallPage>, Problem> {
    let filter = match query.filter.as_deref() {
        None | Some("" | "all") => Filter::All,
        Some("not_logged") => Filter::NotLogged,
        Some("missed") => Filter::Missed,
        Some("voicemail") => Filter::Voicemail,
        Some(_) => return Err(Problem::bad("filter is one of all, not_logged, missed, voicemail")),
    };
    let limit = match query.limit.as_deref() {
        None | Some("") => PAGE,
        Some(text) => text.parse().map_err(|_| Problem::bad("limit is a whole number"))?,
    };
    let before = query.before.filter(|b| !b.is_empty());
    if before.as_deref().is_some_and(|b| !is_cursor(b)) {
        return Err(Problem::bad("before is the next of an earlier page"));
    }
    let query = Query { before, filter, text: query.text, limit };
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

/// `started_at.id`, as a page gave it.
fn is_cursor(text: &str) -> bool {
    text.split_once('.').is_some_and(|(at, id)| at.parse::<i64>().is_ok() && id.parse::<u64>().is_ok())
}

fn call_id(text: &str) -> Result<CaseId, Problem> {
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
