//! The window of a program whose calls come from the scripted backend.

use std::ops::Deref;

use serde_json::Value;

use crate::program::{Backend, Script};
use crate::session::Session;
use crate::window::Window;

/// A window, and the backend behind it.
pub(crate) struct Page {
    window: Window,
    backend: Backend,
}

impl Page {
    /// Starts the program under the driver and rings, because there is no window before.
    pub(crate) fn open(desktop: &Session, events: &[Value]) -> Self {
        let mut script = Some(Script::new());
        let starting = Window::start(desktop, &[], |command| {
            script = script.take().map(|script| script.into_env_of(command));
        });
        let mut backend = script.unwrap().connected();
        for event in events {
            backend.push(event);
        }
        Self { window: starting.window(), backend }
    }

    pub(crate) fn push(&mut self, event: Value) {
        self.backend.push(&event);
    }
}

impl Deref for Page {
    type Target = Window;

    fn deref(&self) -> &Window {
        &self.window
    }
}
