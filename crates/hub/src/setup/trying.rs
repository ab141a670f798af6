//! The dry run of the set-up: what would be written, shown before anything is (B5, A3).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sidetone_engine::clock::SystemClock;
use sidetone_protocol::{DryRun, Mode};

use crate::house::House;
use crate::problem::Problem;
use crate::study::{ALONE, BESIDE_A_LIVE_ENGINE, csv};

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    format: Option<String>,
}

/// `GET /api/setup/dry-run`: how far it is, and what it shows so far; with `?format=csv` as a table.
pub(super) async fn show(
    State(house): State<House>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let run = house.setup().dry_runs.view();
    match wanted.format.as_deref() {
        None | Some("json") => Ok(Json(run).into_response()),
        Some("csv") => Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], csv(&run)).into_response()),
        Some(_) => Err(Problem::bad("format is json or csv")),
    }
}

/// `POST /api/setup/dry-run`: begins one with what is entered, and gives up the one before. 409 `not_ready` while a
/// connection or the lines are missing.
pub(super) async fn begin(State(house): State<House>) -> Result<(StatusCode, Json<DryRun>), Problem> {
    let config = house.config().filter(|config| !config.settings.lines.is_empty()).ok_or_else(|| {
        let told = "Connect Aircall and the helpdesk and choose the lines first; GET /api/setup says what is missing.";
        Problem::new(StatusCode::CONFLICT, "not_ready", told)
    })?;
    let is_live = house.handle().is_some_and(|engine| engine.health().mode == Mode::Live);
    let share = if is_live { BESIDE_A_LIVE_ENGINE } else { ALONE };
    let runs = &house.setup().dry_runs;
    runs.begin(&config, house.transport(), Arc::new(SystemClock), share);
    Ok((StatusCode::ACCEPTED, Json(runs.view())))
}

/// `DELETE /api/setup/dry-run`: gives it up, and forgets what it showed.
pub(super) async fn forget(State(house): State<House>) -> Json<DryRun> {
    house.setup().dry_runs.forget();
    Json(house.setup().dry_runs.view())
}
