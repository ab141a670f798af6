//! The desk that Tauri provides.

use std::path::PathBuf;
use std::sync::Arc;

use sidetone_protocol::Pushed;
use tauri::{AppHandle, Emitter, EventTarget, WebviewWindow};

use super::inbox::Inbox;
use super::notices::Notices;
use super::window::{self, Place};
use super::{clipboard, platform, tray};
use crate::backend::{Action, Backend};
use crate::controller::Stimulus;
use crate::desk::{Desk, Forward};
use crate::dialling::Source;
use crate::links::Link;
use crate::notice::{Notice, Subject};
use crate::painting::{Painting, PaintingLog};
use crate::tray::Tray;
use crate::words::Words;

/// The event by which pushed events reach the page.
const PUSHED: &str = "pushed";
/// The event that tells the page to ask for everything again.
const RESYNC: &str = "resync";

/// Tauri's desk. Lives on the controller's thread.
pub(super) struct TauriDesk {
    app: AppHandle,
    backend: Arc<dyn Backend>,
    inbox: Inbox,
    notices: Notices,
    paintings: PaintingLog,
    /// Where the page keeps what its reader chose; the system's folder if none is given.
    data_dir: Option<PathBuf>,
    /// Where the window stood when it was last taken away.
    place: Option<Place>,
}

impl TauriDesk {
    pub(super) fn new(
        app: AppHandle,
        backend: Arc<dyn Backend>,
        inbox: Inbox,
        data_dir: Option<PathBuf>,
        paintings: PaintingLog,
        words: &'static Words,
    ) -> Self {
        let notices = Notices::new(app.clone(), words);
        Self { app, backend, inbox, notices, paintings, data_dir, place: None }
    }

    /// The window, built and not yet shown if there was none.
    fn window(&self) -> Option<WebviewWindow> {
        window::existing(&self.app).or_else(|| self.built(None))
    }

    fn built(&self, page: Option<&str>) -> Option<WebviewWindow> {
        logged("build the window", window::build(&self.app, self.data_dir.as_deref(), self.place, page))
    }
}

/// The value, or a line in the log: what the desktop refuses must not stop the work.
fn logged<T>(what: &str, tried: Result<T, impl std::fmt::Display>) -> Option<T> {
    tried.map_err(|fault| tracing::warn!(%fault, "could not {what}")).ok()
}

impl Desk for TauriDesk {
    fn show_without_focus(&mut self) -> Forward {
        let Some(window) = self.window() else { return Forward::Asked };
        logged("show the window", platform::show_without_focus(&window));
        platform::forward()
    }

    fn open_window(&mut self) {
        if let Some(window) = self.window() {
            logged("open the window", platform::open(&window));
        }
    }

    fn open_page(&mut self, page: &str) {
        let window = match window::existing(&self.app) {
            Some(window) => {
                // One of our own few pages; the page itself listens to what its address says.
                let script = format!("location.hash = {}", serde_json::Value::from(page));
                logged("lead to a page", window.eval(script));
                Some(window)
            }
            None => self.built(Some(page)),
        };
        if let Some(window) = window {
            logged("open the window", platform::open(&window));
        }
    }

    fn minimise(&mut self) {
        if let Some(window) = self.window() {
            logged("minimise the window", platform::minimise(&window));
        }
    }

    fn hide(&mut self) {
        if let Some(window) = window::existing(&self.app) {
            self.place = Place::of(&window).or(self.place);
            logged("hide the window", window.hide());
        }
    }

    fn destroy_window(&mut self) {
        if let Some(window) = window::existing(&self.app) {
            logged("destroy the window", window.destroy());
        }
    }

    fn keep_above(&mut self, above: bool) {
        if let Some(window) = window::existing(&self.app) {
            logged("keep the window above others", window.set_always_on_top(above));
        }
    }

    fn has_tray(&self) -> bool {
        platform::has_tray()
    }

    fn set_tray(&mut self, tray: &Tray) {
        logged("set the tray", tray::set(&self.app, tray.clone(), self.inbox.clone()));
    }

    fn notify(&mut self, notice: &Notice) {
        logged("show a notification", self.notices.show(notice));
    }

    fn withdraw(&mut self, subject: &Subject) {
        logged("take a notification back", self.notices.withdraw(subject));
    }

    fn read_text(&mut self, source: Source) {
        let inbox = self.inbox.clone();
        // Whoever owns the text may take seconds to hand it over.
        let reading = std::thread::Builder::new()
            .name("clipboard".into())
            .spawn(move || inbox.send(Stimulus::Dial(clipboard::read(source).unwrap_or_default())));
        logged("read what was copied", reading);
    }

    fn act(&mut self, action: Action) {
        let backend = Arc::clone(&self.backend);
        tauri::async_runtime::spawn(async move {
            let what = format!("do what was asked for ({action:?})");
            logged(&what, backend.act(action).await);
        });
    }

    fn open_link(&mut self, link: &Link) {
        logged("open the browser", open::that_detached(link.as_str()));
    }

    fn emit(&mut self, pushed: &Pushed) {
        let page = EventTarget::webview_window(window::LABEL);
        logged("tell the page", self.app.emit_to(page, PUSHED, pushed));
    }

    fn resync(&mut self) {
        let page = EventTarget::webview_window(window::LABEL);
        logged("tell the page to ask again", self.app.emit_to(page, RESYNC, ()));
    }

    fn record(&mut self, painting: &Painting) {
        self.paintings.record(painting);
    }

    fn exit(&mut self) {
        self.app.exit(0);
    }
}
