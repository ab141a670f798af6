//! The dry run of the set-up: what would be written, shown before anything is (B5, A3).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use serde::Deserialize;
use sidetone_engine::clock::SystemClock;
use sidetone_engine::store::{Change, Store, StoreError};
use sidetone_protocol::{DryRun, DryRunState, Mode};

use crate::api::blocking;
use crate::house::{House, last_change};
use crate::problem::Problem;
use crate::study::{ALONE, BESIDE_A_LIVE_ENGINE, csv};

/// What was entered when a dry run was shown to its end: the console's last change.
const SEEN: &str = "setup_dry_run_seen";

/// Whether a dry run of what is entered now was shown to its end.
pub(super) fn is_seen(store: &dyn Store) -> Result<bool, StoreError> {
    let seen = store.setting(SEEN)?.unwrap_or_default();
    Ok(!seen.is_empty() && seen == last_change(store)?)
}

fn saw(store: &dyn Store) -> Result<(), StoreError> {
    if is_seen(store)? {
        return Ok(());
    }
    let mut change = Change::at(Utc::now());
    change.settings.push((SEEN.to_owned(), last_change(store)?));
    store.commit(&change).map(drop)
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    format: Option<String>,
}

/// `GET /api/setup/dry-run`: how far it is, and what it shows so far; with `?format=csv` as a table. Whoever was shown all
/// of one has done that step of the set-up, until something else is entered.
pub(super) async fn show(
    State(house): State<House>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let run = house.setup().dry_runs.view();
    if run.state == DryRunState::Done {
        let store = house.store();
        blocking(move || Ok(saw(store.as_ref())?)).await?;
    }
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
