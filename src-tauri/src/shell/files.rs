//! Files and folders that a person chooses in the system's own window, or wants to see. The page names none of them: it only
//! asks for the window, or for what the backend says of a call.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sidetone_protocol::{KeptFileState, KeptMedium};
use tauri::{AppHandle, State};
use tauri_plugin_dialog::{DialogExt, FilePath};
use tokio::sync::oneshot;

use super::commands::{CommandError, Shared, ask};
use crate::export::{self, Saved};

/// The export that is under way, if one is.
#[derive(Debug, Default)]
pub(super) struct Exporting {
    is_busy: AtomicBool,
    stop: AtomicBool,
}

/// Where a person wants something; nothing where they changed their mind.
async fn chosen(answer: oneshot::Receiver<Option<FilePath>>) -> Option<PathBuf> {
    answer.await.ok().flatten().and_then(|path| path.into_path().ok())
}

/// Keeps all calls of a list as a file, where a person wants it: `query` as `GET /api/calls/export` takes it. Answers the
/// file's place; nothing where they changed their mind.
#[tauri::command]
pub(super) async fn export_calls(
    app: AppHandle,
    shared: State<'_, Shared>,
    query: String,
    format: String,
) -> Result<Option<String>, CommandError> {
    let name = match format.as_str() {
        "csv" => "sidetone-calls.csv",
        "jsonl" => "sidetone-calls.jsonl",
        _ => return Err(CommandError::new("invalid", "The format is csv or jsonl.")),
    };
    let exporting = Arc::clone(&shared.exporting);
    if exporting.is_busy.swap(true, Ordering::AcqRel) {
        return Err(CommandError::new("busy", "Another export is under way."));
    }
    exporting.stop.store(false, Ordering::Relaxed);
    let done = exported(&app, &shared, &query, &format, name, &exporting).await;
    exporting.is_busy.store(false, Ordering::Release);
    done
}

async fn exported(
    app: &AppHandle,
    shared: &Shared,
    query: &str,
    format: &str,
    name: &str,
    exporting: &Exporting,
) -> Result<Option<String>, CommandError> {
    let (tell, told) = oneshot::channel();
    app.dialog().file().set_file_name(name).add_filter(format, &[format]).save_file(|path| {
        // Nobody waits any more when the program ends.
        let _ = tell.send(path);
    });
    let Some(file) = chosen(told).await else { return Ok(None) };
    let lines = shared.backend.export(query, format).await;
    let lines = lines.map_err(|fault| CommandError::new(fault.code(), fault))?;
    match export::save(lines, &file, &exporting.stop).await {
        Ok(Saved::Whole) => Ok(Some(file.display().to_string())),
        Ok(Saved::Stopped) => Ok(None),
        Err(error) => Err(CommandError::new("not_saved", error)),
    }
}

/// Stops the export that is under way.
#[tauri::command]
pub(super) fn stop_export(shared: State<'_, Shared>) {
    shared.exporting.stop.store(true, Ordering::Relaxed);
}

/// Shows the folder in which a call's file is kept.
#[tauri::command]
pub(super) async fn show_kept(
    shared: State<'_, Shared>,
    call: String,
    medium: KeptMedium,
) -> Result<(), CommandError> {
    let detail = ask(&shared, move |backend| backend.call(&call)).await?;
    let kept = detail.into_iter().flat_map(|detail| detail.kept);
    let mut kept = kept.filter(|file| file.medium == medium && file.state == KeptFileState::Kept);
    let folder = kept.next().and_then(|file| Some(PathBuf::from(file.path?).parent()?.to_owned()));
    let folder = folder.ok_or_else(|| CommandError::new("gone", "The file is not there any more."))?;
    open::that_detached(folder).map_err(|error| CommandError::new("not_opened", error))
}

/// Has a person choose the folder that recordings are kept in (C6). Answers whether they did.
#[tauri::command]
pub(super) async fn choose_recordings_folder(
    app: AppHandle,
    shared: State<'_, Shared>,
) -> Result<bool, CommandError> {
    let (tell, told) = oneshot::channel();
    app.dialog().file().pick_folder(|path| {
        let _ = tell.send(path);
    });
    let Some(folder) = chosen(told).await else { return Ok(false) };
    let kept = shared.backend.keep_recordings_in(&folder).await;
    kept.map(|()| true).map_err(|fault| CommandError::new(fault.code(), fault))
}
