//! What the page may ask for. Each command is listed in `build.rs` and permitted by itself in `capabilities/`.

use std::sync::Arc;

use serde::Serialize;
use sidetone_protocol::{CallDetail, CallPage, Now, OpenRecords};
use tauri::State;

use super::files::Exporting;
use super::inbox::Inbox;
use crate::backend::{Action, ApiAnswer, Backend, BackendError, CallQuery};
use crate::controller::Stimulus;
use crate::links::Links;

/// What the commands work with.
pub(super) struct Shared {
    pub(super) backend: Arc<dyn Backend>,
    pub(super) links: Links,
    pub(super) inbox: Inbox,
    pub(super) exporting: Arc<Exporting>,
}

/// An answer that could not be given: a stable word for the page, a sentence for its reader.
#[derive(Debug, Serialize)]
pub(super) struct CommandError {
    code: &'static str,
    text: String,
}

impl CommandError {
    pub(super) fn new(code: &'static str, fault: impl ToString) -> Self {
        Self { code, text: fault.to_string() }
    }
}

/// Asks the backend off the thread that draws.
pub(super) async fn ask<T: Send + 'static>(
    shared: &Shared,
    question: impl FnOnce(&dyn Backend) -> Result<T, BackendError> + Send + 'static,
) -> Result<T, CommandError> {
    let backend = Arc::clone(&shared.backend);
    match tokio::task::spawn_blocking(move || question(&*backend)).await {
        Ok(answer) => answer.map_err(|fault| CommandError::new(fault.code(), fault)),
        Err(_) => Err(CommandError::new("broken_off", "The question was broken off. Try again.")),
    }
}

/// The first thing a page asks for.
#[tauri::command]
pub(super) async fn now(shared: State<'_, Shared>) -> Result<Now, CommandError> {
    ask(&shared, |backend| backend.now()).await
}

/// Asks a route of the API below `/api/`: the set-up and the doctor.
#[tauri::command]
pub(super) async fn api(
    shared: State<'_, Shared>,
    method: String,
    path: String,
    body: Option<serde_json::Value>,
) -> Result<ApiAnswer, CommandError> {
    let told = shared.backend.api(&method, &path, body).await;
    told.map_err(|fault| CommandError::new(fault.code(), fault))
}

/// One page of calls, newest first.
#[tauri::command]
pub(super) async fn calls(shared: State<'_, Shared>, query: CallQuery) -> Result<CallPage, CommandError> {
    ask(&shared, move |backend| backend.calls(query)).await
}

/// Everything about one call; nothing if there is no such call.
#[tauri::command]
pub(super) async fn call(shared: State<'_, Shared>, id: String) -> Result<Option<CallDetail>, CommandError> {
    ask(&shared, move |backend| backend.call(&id)).await
}

/// What a customer has open in the helpdesk.
#[tauri::command]
pub(super) async fn open_records(
    shared: State<'_, Shared>,
    customer: String,
) -> Result<OpenRecords, CommandError> {
    let told = shared.backend.open_records(&customer).await;
    told.map_err(|fault| CommandError::new(fault.code(), fault))
}

/// Opens a page of the helpdesk or of Aircall in the browser.
#[tauri::command]
pub(super) fn open_url(shared: State<'_, Shared>, url: &str) -> Result<(), CommandError> {
    let link = shared.links.check(url).map_err(|refusal| CommandError::new("link_refused", refusal))?;
    shared.inbox.send(Stimulus::OpenLink(link));
    Ok(())
}

/// The page has painted the card of a call.
#[tauri::command]
pub(super) fn painted(shared: State<'_, Shared>, call_id: String) {
    shared.inbox.send(Stimulus::Painted(call_id));
}

/// Tries the refused writes of a call again.
#[tauri::command]
pub(super) async fn retry(shared: State<'_, Shared>, id: String) -> Result<(), CommandError> {
    act(&shared, Action::Retry(id)).await
}

/// Stops writing into the helpdesk; everything is kept.
#[tauri::command]
pub(super) async fn pause(shared: State<'_, Shared>) -> Result<(), CommandError> {
    act(&shared, Action::Pause).await
}

/// Writes again.
#[tauri::command]
pub(super) async fn resume(shared: State<'_, Shared>) -> Result<(), CommandError> {
    act(&shared, Action::Resume).await
}

/// Does what an alert offers.
#[tauri::command]
pub(super) async fn mend(shared: State<'_, Shared>, alert: String) -> Result<(), CommandError> {
    act(&shared, Action::Mend(alert)).await
}

/// The call is of this customer.
#[tauri::command]
pub(super) async fn choose(
    shared: State<'_, Shared>,
    id: String,
    customer: String,
    remember: bool,
) -> Result<(), CommandError> {
    act(&shared, Action::Choose { call: id, customer, remember }).await
}

/// What was chosen for the number of a call is forgotten.
#[tauri::command]
pub(super) async fn withdraw_choice(shared: State<'_, Shared>, id: String) -> Result<(), CommandError> {
    act(&shared, Action::Withdraw(id)).await
}

/// The unknown caller is called so.
#[tauri::command]
pub(super) async fn name_caller(
    shared: State<'_, Shared>,
    id: String,
    name: String,
    email: Option<String>,
) -> Result<(), CommandError> {
    act(&shared, Action::Name { call: id, name, email }).await
}

async fn act(shared: &Shared, action: Action) -> Result<(), CommandError> {
    shared.backend.act(action).await.map_err(|fault| CommandError::new(fault.code(), fault))
}
