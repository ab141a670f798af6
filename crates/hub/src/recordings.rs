//! `/api/recordings`: where recordings are kept, and for how long (C6). No engine is needed for it.
//!
//! The folder cannot be named over HTTP: whoever could, would have Sidetone write where its user may and they may not. On a hub
//! file or environment name it; on a desktop a person chooses it in the system's own window ([`keep_in`]).

use std::path::Path;

use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::get;
use sidetone_protocol::{RecordingsDays, RecordingsSetup};
use toml::Value;

use crate::house::{Entered, House, NotKept};
use crate::problem::Problem;
use crate::setup::read_days;

const FOLDER: &str = "logging.recordings_dir";
const DAYS: &str = "logging.recordings_keep_days";

/// For admins.
pub(crate) fn routes() -> Router<House> {
    Router::new().route("/api/recordings", get(show).post(keep_days).delete(keep_none))
}

/// `GET /api/recordings`.
async fn show(State(house): State<House>) -> Json<RecordingsSetup> {
    Json(told(&house))
}

fn told(house: &House) -> RecordingsSetup {
    let draft = house.draft();
    let logging = &draft.settings.logging;
    RecordingsSetup {
        folder: logging.recordings_dir.as_ref().map(|folder| folder.display().to_string()),
        keep_days: logging.recordings_keep_days,
        folder_is_given: draft.given.contains(FOLDER),
        keep_days_is_given: draft.given.contains(DAYS),
    }
}

/// `POST /api/recordings {"keep_days": 90}`: for how long; 0: for ever. 422 `wrong_value`, 409 `read_only`.
async fn keep_days(State(house): State<House>, body: Bytes) -> Result<Json<RecordingsSetup>, Problem> {
    let asked: RecordingsDays = read_days(&body, DAYS)?;
    house.keep(vec![Entered::Value(DAYS, Some(Value::Integer(asked.keep_days.into())))]).await?;
    Ok(Json(told(&house)))
}

/// `DELETE /api/recordings`: none are kept any more; those that are stay.
async fn keep_none(State(house): State<House>) -> Result<Json<RecordingsSetup>, Problem> {
    house.keep(vec![Entered::Value(FOLDER, None)]).await?;
    Ok(Json(told(&house)))
}

/// Recordings are kept in this folder from now on. For a face whose user is the person at this computer.
///
/// # Errors
/// [`NotKept`], where the folder is set in the file, or cannot be one.
pub async fn keep_in(house: &House, folder: &Path) -> Result<(), NotKept> {
    // TOML is UTF-8; a folder that is not so named can be set nowhere.
    let folder = folder.to_string_lossy().into_owned();
    house.keep(vec![Entered::Value(FOLDER, Some(Value::String(folder)))]).await
}
