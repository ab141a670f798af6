//! The face of the controller towards Tauri: starts the program, turns what Tauri tells into stimuli.
//!
//! No decision is made here. One thread owns the [`Controller`]; everybody else hands it stimuli through an inbox.

mod clipboard;
mod commands;
mod desk;
mod files;
mod follow;
mod inbox;
mod notices;
mod platform;
mod tray;
mod window;

use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use tauri::{App, AppHandle, Manager, RunEvent, WindowEvent};

use self::desk::TauriDesk;
use self::inbox::Inbox;
use crate::args::{Args, Dial};
use crate::compose::{self, ComposeError, Running};
use crate::controller::{Controller, IDLE_MS, Options, Stimulus};
use crate::painting::PaintingLog;
use crate::tray::Choice;
use crate::words;

/// The backend gets this long to finish what is in hand when the program ends.
const SHUTDOWN_SECONDS: u64 = 10;

/// Why the companion could not run. The sentence is shown to a person.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// There is nothing to draw on.
    #[error(
        "There is no display to open a window on; run `script/demo --headless` to see Sidetone without one."
    )]
    NoDisplay,
    /// There are no calls to show.
    #[error(transparent)]
    Compose(#[from] ComposeError),
    /// The window system refused.
    #[error("The window system refused to start: {0}")]
    Tauri(#[from] tauri::Error),
    /// The thread that decides could not be started.
    #[error("The system has no room for another thread: {0}")]
    Thread(std::io::Error),
}

impl RunError {
    /// 2 for usage and configuration, 1 for a fault.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Compose(ComposeError::Configuration(_)) => 2,
            Self::NoDisplay | Self::Compose(ComposeError::Start(_)) | Self::Tauri(_) | Self::Thread(_) => 1,
        }
    }
}

/// Runs the companion until a person quits it. Does not return then: the event loop ends the process with exit code 0.
///
/// # Errors
/// [`RunError`] when it could not be started.
pub fn run(args: &Args) -> Result<(), RunError> {
    if !platform::has_display() {
        return Err(RunError::NoDisplay);
    }
    let (inbox, outlet) = inbox::inbox();
    // A second start ends inside `build`, before it could touch the first one's database.
    let app = build(args, &inbox)?;
    let Running { backend, links } = tauri::async_runtime::block_on(compose::backend(args))?;
    app.manage(commands::Shared {
        backend: backend.clone(),
        links: links.clone(),
        inbox: inbox.clone(),
        exporting: Arc::default(),
    });

    let words = words::of_system();
    let options = Options { words, links, idle_ms: idle_ms(args) };
    let desk = TauriDesk::new(
        app.handle().clone(),
        backend.clone(),
        inbox.clone(),
        args.data_dir.clone(),
        PaintingLog::from_env(),
        words,
    );
    inbox::serve(outlet, Controller::new(desk, options)).map_err(RunError::Thread)?;
    tauri::async_runtime::spawn(follow::follow(backend.clone(), inbox.clone()));
    tauri::async_runtime::spawn(quit_on_signal(inbox.clone()));
    if let Some(dial) = args.dial() {
        inbox.send(to_dial(dial));
    }

    app.run(move |app, event| match event {
        // The last window is gone; the tray stays.
        RunEvent::ExitRequested { code: None, api, .. } => api.prevent_exit(),
        RunEvent::WindowEvent { event, .. } => window_event(app, &inbox, event),
        RunEvent::MenuEvent(event) => {
            if let Some(choice) = Choice::of_id(event.id().as_ref()) {
                inbox.send(Stimulus::Chosen(choice));
            }
        }
        RunEvent::Exit => {
            // The time limit needs the runtime around it already when it is made.
            let stopping = async {
                let limit = Duration::from_secs(SHUTDOWN_SECONDS);
                tokio::time::timeout(limit, backend.shutdown()).await
            };
            if tauri::async_runtime::block_on(stopping).is_err() {
                tracing::warn!(
                    "the backend did not stop in time; what is unfinished goes on at the next start"
                );
            }
        }
        _ => {}
    });
    Ok(())
}

/// How long a closed window is kept. A test cannot wait for ten minutes and gives its own milliseconds.
fn idle_ms(args: &Args) -> Option<i64> {
    let wanted = std::env::var("SIDETONE_FAKE_IDLE_MS").ok().filter(|_| cfg!(feature = "fake-backend"));
    let idle_ms = wanted.and_then(|ms| ms.parse().ok()).unwrap_or(IDLE_MS);
    (!args.warm).then_some(idle_ms)
}

fn build(args: &Args, inbox: &Inbox) -> Result<App, tauri::Error> {
    let second = inbox.clone();
    let mut single = tauri_plugin_single_instance::Builder::new()
        .callback(move |_: &AppHandle, line, _| second.send(asked_by(line)));
    if args.is_demo() {
        // The demo runs beside the companion that somebody works with.
        single = single.dbus_id("dev.sidetone.companion.demo");
    }
    let app = tauri::Builder::default()
        .plugin(single.build())
        .plugin(tauri_plugin_notification::init())
        // Asked by us only: no capability lets the page open one of its windows.
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(tauri::generate_handler![
            commands::now,
            commands::api,
            commands::calls,
            commands::call,
            commands::open_records,
            commands::open_url,
            commands::painted,
            commands::retry,
            commands::choose,
            commands::withdraw_choice,
            commands::name_caller,
            commands::pause,
            commands::resume,
            commands::mend,
            files::export_calls,
            files::stop_export,
            files::show_kept,
            files::choose_recordings_folder,
        ])
        .build(tauri::generate_context!())?;
    notices::listen(app.handle(), inbox);
    Ok(app)
}

/// What somebody wants who starts the program while it runs.
fn asked_by(line: Vec<String>) -> Stimulus {
    let dial = Args::try_parse_from(line).ok().and_then(|args| args.dial());
    dial.map_or(Stimulus::SecondInstance, to_dial)
}

fn to_dial(dial: Dial) -> Stimulus {
    match dial {
        Dial::Text(text) => Stimulus::Dial(text),
        Dial::From(source) => Stimulus::DialFrom(source),
    }
}

fn window_event(app: &AppHandle, inbox: &Inbox, event: WindowEvent) {
    match event {
        WindowEvent::CloseRequested { api, .. } => {
            api.prevent_close();
            inbox.send(Stimulus::CloseRequested);
        }
        // A window that is going down loses the focus once more.
        WindowEvent::Focused(focused) if window::existing(app).is_some() => {
            inbox.send(Stimulus::Focused(focused));
        }
        _ => {}
    }
}

/// SIGTERM and Ctrl C end the program as the menu does: what is in hand is finished or given back, exit code 0.
async fn quit_on_signal(inbox: Inbox) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            },
            Err(fault) => {
                tracing::warn!(%fault, "signals cannot be heard; quit from the tray");
                return;
            }
        }
    }
    #[cfg(not(unix))]
    if let Err(fault) = tokio::signal::ctrl_c().await {
        tracing::warn!(%fault, "signals cannot be heard; quit from the tray");
        return;
    }
    inbox.send(Stimulus::Quit);
}
