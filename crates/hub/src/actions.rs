//! What an admin does to the whole hub: pause, resume, uninstall, mend. Actions on one call are in [`crate::api`].

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use sidetone_engine::Handle;

use crate::house::House;
use crate::problem::Problem;

/// `POST /api/pause`: nothing is written from now on, over restarts too, until `POST /api/resume`. Calls are shown,
/// looked up and stored as before. Answers what `paused` in `GET /api/health` says. It is answered at once, also while
/// engines change.
pub(crate) async fn pause(State(house): State<House>) -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "paused": house.pause().await? })))
}

/// `POST /api/resume`: what waited is written.
pub(crate) async fn resume(State(handle): State<Handle>) -> Result<Json<Value>, Problem> {
    handle.resume().await?;
    Ok(Json(json!({ "paused": handle.health().paused })))
}

/// `POST /api/uninstall` (G21): the webhook is taken away at Aircall at once and its token forgotten; nothing is read or
/// written from now on, over restarts too, until `POST /api/resume`. Records stay. Answers what `paused` in
/// `GET /api/health` says; an alert `uninstalled` stands there, and `webhook_stands` while Aircall does not let it go. What
/// was entered is forgotten, all but what the webhook is taken away with. 409 `not_set_up` where nothing is connected.
pub(crate) async fn uninstall(State(house): State<House>) -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "paused": house.uninstall().await? })))
}

#[derive(Deserialize)]
struct Mend {
    alert: String,
}

/// `POST /api/mend {"alert": code}`: does what one click can do about an alert of `GET /api/health`. 202: begun, and the
/// alert goes away when it is done. 404 `no_such_alert`: it does not hold (any more). 409 `mend_by_hand`: only a person
/// can, and the detail says what.
///
/// `other_writer`: this installation takes over (B16). The other one's webhook becomes ours, and it only reads from its
/// next look on, within 60 s; after 75 s we write, having looked in the helpdesk for what it wrote.
///
/// `webhook_disabled`, `no_events`: the webhook is put right and switched on, whatever the set-up says of doing so by itself,
/// and what was missed until now is read at once (B1).
pub(crate) async fn mend(
    State(handle): State<Handle>,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let asked: Mend =
        serde_json::from_slice(&body).map_err(|_| Problem::bad("Send {\"alert\": \"the alert's code\"}"))?;
    let alert = handle.health().alerts.into_iter().find(|alert| alert.code == asked.alert);
    let alert = alert.ok_or_else(|| {
        Problem::new(
            StatusCode::NOT_FOUND,
            "no_such_alert",
            "There is no such alert (any more); see GET /api/health.",
        )
    })?;
    match alert.code.as_str() {
        "other_writer" if handle.take_over().await => {
            Ok((StatusCode::ACCEPTED, Json(json!({ "alert": alert.code, "state": "begun" }))))
        }
        "webhook_disabled" | "no_events" => {
            handle.put_webhook_right();
            handle.recover();
            Ok((StatusCode::ACCEPTED, Json(json!({ "alert": alert.code, "state": "begun" }))))
        }
        _ => Err(Problem::new(StatusCode::CONFLICT, "mend_by_hand", alert.mend)),
    }
}

/// `POST /api/recovery/{id}/stop`: what was missed is read no further; what was read of it is still written. `id` as in
/// `recoveries` of `GET /api/health`. 202: stopped. 404 `no_such_recovery`: there is none under way by this id.
pub(crate) async fn stop_recovery(
    State(handle): State<Handle>,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    if handle.stop_recovery(&id).await? {
        return Ok((StatusCode::ACCEPTED, Json(json!({ "id": id, "state": "stopped" }))));
    }
    Err(Problem::new(
        StatusCode::NOT_FOUND,
        "no_such_recovery",
        "No recovery of this id is under way (any more); see recoveries in GET /api/health.",
    ))
}
