//! Old calls over HTTP, and `sidetone-hub backfill` (C3): read them, and write them where a person wants that (B15).
//!
//! The command asks the hub that runs, and waits; where none runs, the engine is started for this alone (`backfill/alone.rs`).

mod alone;
mod asking;
mod saying;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query as UrlQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use futures_util::stream;
use sidetone_engine::Handle;
use sidetone_engine::backfill::{BackfillAsk, BackfillRefused};
use sidetone_protocol::{BackfillForecast, BackfillRequest, BackfillView, Backfills};
use tokio::sync::mpsc;

pub use self::alone::{dry_run_here, run_here};
pub use self::asking::{dry_run_there, run_there};
pub use self::saying::{line, summary};
use crate::adopt::moment;
use crate::api::blocking;
use crate::problem::Problem;

/// So many lines of a dry run are made ahead of whoever reads them.
const LINES_AHEAD: usize = 32;

/// What a request, or the command line, asks for. A day as `until` is read to its end.
///
/// # Errors
/// A sentence that says what is wanted.
pub fn asked(request: &BackfillRequest, zone: Option<Tz>) -> Result<BackfillAsk, String> {
    let until = request.until.as_deref().filter(|text| !text.trim().is_empty());
    Ok(BackfillAsk {
        since: moment(request.since.trim(), zone)?,
        until: until.map(|text| end(text.trim(), zone)).transpose()?,
        write: request.write.unwrap_or(false),
        status: request.status.unwrap_or_default(),
    })
}

/// The end of a day, or a moment.
fn end(text: &str, zone: Option<Tz>) -> Result<DateTime<Utc>, String> {
    let next_day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().and_then(|day| day.succ_opt());
    match next_day {
        Some(next) => Ok(moment(&next.to_string(), zone)? - TimeDelta::seconds(1)),
        None => moment(text, zone),
    }
}

fn read(handle: &Handle, body: &[u8]) -> Result<BackfillAsk, Problem> {
    let request: BackfillRequest = serde_json::from_slice(body).map_err(|_| {
        Problem::bad("Send {\"since\": \"2026-06-01\"}, with until, write and status (closed or open) where they are wanted")
    })?;
    asked(&request, handle.time_zone()).map_err(Problem::bad)
}

fn refused(error: BackfillRefused) -> Problem {
    let text = error.to_string();
    match error {
        BackfillRefused::NoTime => Problem::new(StatusCode::BAD_REQUEST, "no_time", text),
        BackfillRefused::NotLive => Problem::new(StatusCode::CONFLICT, "not_live", text),
        BackfillRefused::Unknown => Problem::new(
            StatusCode::NOT_FOUND,
            "no_such_backfill",
            "There is no backfill by this id; see GET /api/backfills.",
        ),
        BackfillRefused::NotUnderWay => Problem::new(StatusCode::CONFLICT, "backfill_not_under_way", text),
        BackfillRefused::Store(error) => error.into(),
    }
}

/// `POST /api/backfills {since, until?, write?, status?}`: the calls of that time are read, and with `write` written after
/// that. The same time once more goes on where it stood; without `until`, the same `since` goes on until now. 202: how it
/// stands. 400 `no_time`; 409 `not_live`: with `write` in another mode.
pub(crate) async fn begin(
    State(handle): State<Handle>,
    body: Bytes,
) -> Result<(StatusCode, Json<BackfillView>), Problem> {
    let begun = handle.backfill(read(&handle, &body)?).await.map_err(refused)?;
    Ok((StatusCode::ACCEPTED, Json(begun)))
}

/// `GET /api/backfills`: all of them, newest first.
pub(crate) async fn all(State(handle): State<Handle>) -> Result<Json<Backfills>, Problem> {
    blocking(move || Ok(Json(Backfills { backfills: handle.backfills()? }))).await
}

/// `POST /api/backfills/{id}/pause`, `resume` and `stop`: 202, and how it stands. What is in hand is finished. 404
/// `no_such_backfill`; 409 `backfill_not_under_way`.
pub(crate) async fn steer(
    State(handle): State<Handle>,
    Path((id, deed)): Path<(String, String)>,
) -> Result<(StatusCode, Json<BackfillView>), Problem> {
    let stands = match deed.as_str() {
        "pause" => handle.pause_backfill(&id).await,
        "resume" => handle.resume_backfill(&id).await,
        "stop" => handle.stop_backfill(&id).await,
        _ => return Err(Problem::no_such_page()),
    };
    Ok((StatusCode::ACCEPTED, Json(stands.map_err(refused)?)))
}

/// `POST /api/backfills/forecast {since, until?, status?}`: what reading and writing that time would cost and do. The helpdesk
/// is asked nothing.
pub(crate) async fn forecast(
    State(handle): State<Handle>,
    body: Bytes,
) -> Result<Json<BackfillForecast>, Problem> {
    let ask = read(&handle, &body)?;
    no_time(&ask)?;
    Ok(Json(handle.forecast_backfill(ask).await?))
}

fn no_time(ask: &BackfillAsk) -> Result<(), Problem> {
    match ask.until.is_some_and(|until| until < ask.since) || ask.since > Utc::now() {
        true => Err(refused(BackfillRefused::NoTime)),
        false => Ok(()),
    }
}

/// `GET /api/backfills/plan?since=&until=&status=`: what would be written for each stored call of that time, one line of JSON each,
/// as `GET /api/calls/{id}` shows a call.
pub(crate) async fn plan(
    State(handle): State<Handle>,
    UrlQuery(request): UrlQuery<BackfillRequest>,
) -> Result<Response, Problem> {
    let ask = asked(&request, handle.time_zone()).map_err(Problem::bad)?;
    no_time(&ask)?;
    let (told, lines) = mpsc::channel::<String>(LINES_AHEAD);
    tokio::task::spawn_blocking(move || {
        let time = (ask.since, ask.until.unwrap_or_else(Utc::now));
        let planned = handle.plan_old_calls(time, ask.status, |detail| {
            serde_json::to_string(&detail).is_ok_and(|line| told.blocking_send(line + "\n").is_ok())
        });
        if let Err(error) = planned {
            tracing::error!(%error, "a dry run stopped half-way");
        }
    });
    let lines = stream::unfold(lines, |mut lines| async move {
        lines.recv().await.map(|line| (Ok::<_, std::convert::Infallible>(line), lines))
    });
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(lines)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_as_the_end_is_read_to_its_end() {
        let request = |until: &str| BackfillRequest {
            since: "2026-06-01".into(),
            until: Some(until.into()),
            write: None,
            status: None,
        };
        let paris = Some(chrono_tz::Europe::Paris);
        for (until, utc) in
            [("2026-06-30", "2026-06-30T21:59:59Z"), ("2026-06-30T12:00:00Z", "2026-06-30T12:00:00Z")]
        {
            let ask = asked(&request(until), paris).expect("a time");
            assert_eq!(ask.until, Some(utc.parse().expect("a moment")), "{until}");
        }
        assert_eq!(asked(&request(" "), None).map(|ask| ask.until), Ok(None));
        assert!(asked(&request("June"), None).is_err());
    }
}
