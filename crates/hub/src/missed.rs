//! The missed-call desk: who waits for a call back, and what people do about it.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query as UrlQuery, State};
use axum::http::StatusCode;
use chrono::DateTime;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use sidetone_engine::desk::{DeskDeed, DeskRefused, Whom};
use sidetone_engine::{Desired, Handle};
use sidetone_protocol::{ClaimRequest, ClearRequest, DeskView, Named};

use crate::api::{blocking, call_id};
use crate::problem::Problem;

#[derive(Deserialize)]
pub(crate) struct MissedQuery {
    line: Option<String>,
    agent: Option<String>,
    /// When the reader's day began, unix seconds.
    day_start: Option<String>,
}

/// `GET /api/missed?line=&agent=&day_start=`: who rang in vain and was not called back within the last 30 days. `agent` (an
/// Aircall user's id or e-mail address): only who called a line on which the agent took one of the last calls. 422
/// `no_such_agent`.
pub(crate) async fn missed(
    State(handle): State<Handle>,
    UrlQuery(query): UrlQuery<MissedQuery>,
) -> Result<Json<DeskView>, Problem> {
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let day_start = match given(query.day_start) {
        None => None,
        Some(text) => {
            let at = text.parse().ok().and_then(|s| DateTime::from_timestamp(s, 0));
            Some(at.ok_or_else(|| Problem::bad("day_start is a time in unix seconds"))?)
        }
    };
    let wanted = Desired { line: given(query.line), agent: given(query.agent), day_start };
    blocking(move || Ok(Json(handle.missed(&wanted)?))).await
}

/// `POST /api/missed/{key}/claim {agent?}`: 202. 404 `not_waiting`; 409 `claimed_by_another`, and `agent` says by whom; 422
/// `which_agent`, `no_such_agent`. A claim lapses after half an hour.
pub(crate) async fn claim(
    State(handle): State<Handle>,
    Path(key): Path<String>,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let asked: ClaimRequest = read(&body, "{\"agent\": \"ana@example.com\"}")?;
    act(&handle, &key, DeskDeed::Claim(asked.agent)).await
}

/// `DELETE /api/missed/{key}/claim`: 202; the caller is anybody's again, whoever had claimed.
pub(crate) async fn release(
    State(handle): State<Handle>,
    Path(key): Path<String>,
) -> Result<StatusCode, Problem> {
    act(&handle, &key, DeskDeed::Release).await
}

/// `POST /api/missed/{key}/clear {last_call?}`: 202; no call back is needed for what was called up to `last_call`. 404
/// `not_waiting`: that call does not wait (any more).
pub(crate) async fn clear(
    State(handle): State<Handle>,
    Path(key): Path<String>,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let asked: ClearRequest = read(&body, "{\"last_call\": \"4186780376\"}")?;
    let last = asked.last_call.as_deref().map(call_id).transpose()?;
    act(&handle, &key, DeskDeed::Clear(last)).await
}

/// `DELETE /api/missed/{key}/clear`: 202; the last clearing is taken back. Twice is once.
pub(crate) async fn undo(
    State(handle): State<Handle>,
    Path(key): Path<String>,
) -> Result<StatusCode, Problem> {
    act(&handle, &key, DeskDeed::Undo).await
}

async fn act(handle: &Handle, key: &str, deed: DeskDeed) -> Result<StatusCode, Problem> {
    let whom = Whom::parse(key)
        .ok_or_else(|| Problem::bad("A caller's key is the number in E.164, or call: and the call's id."))?;
    handle.at_the_desk(whom, deed).await?;
    Ok(StatusCode::ACCEPTED)
}

/// A body that may be left out.
fn read<T: DeserializeOwned + Default>(body: &[u8], example: &str) -> Result<T, Problem> {
    if body.trim_ascii().is_empty() {
        return Ok(T::default());
    }
    serde_json::from_slice(body)
        .map_err(|error| Problem::bad(format!("Send JSON such as {example}, or nothing: {error}")))
}

impl From<DeskRefused> for Problem {
    fn from(refused: DeskRefused) -> Problem {
        let text = refused.to_string();
        match refused {
            DeskRefused::NotWaiting => Problem::new(StatusCode::NOT_FOUND, "not_waiting", text),
            DeskRefused::ClaimedByAnother(claim) => {
                let agent = Named { id: claim.by.to_string(), name: claim.name };
                Problem::new(StatusCode::CONFLICT, "claimed_by_another", text).with("agent", json!(agent))
            }
            DeskRefused::Act(refused) => refused.into(),
        }
    }
}
