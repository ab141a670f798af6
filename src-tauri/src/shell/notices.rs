//! Notifications through Tauri's plugin, each replaced or taken back by its subject.
//!
//! Linux can take back what it showed; on Windows and macOS the plugin cannot, there an old one stays in the list.

use std::collections::HashMap;

use tauri::AppHandle;
use tauri_plugin_notification::NotificationExt;

use super::inbox::Inbox;
use crate::controller::Stimulus;
use crate::notice::{Notice, Subject};

/// The notifications that may still stand.
pub(super) struct Notices {
    app: AppHandle,
    shown: HashMap<Subject, i32>,
    last_id: i32,
}

/// More than so many subjects are not remembered: a desktop has long dropped the oldest.
const REMEMBERED: usize = 64;

impl Notices {
    pub(super) fn new(app: AppHandle) -> Self {
        Self { app, shown: HashMap::new(), last_id: 0 }
    }

    pub(super) fn show(&mut self, notice: &Notice) -> tauri_plugin_notification::Result<()> {
        self.withdraw(&notice.subject)?;
        self.last_id = self.last_id.wrapping_add(1);
        if self.shown.len() >= REMEMBERED
            && let Some(oldest) =
                self.shown.iter().min_by_key(|&(_, id)| *id).map(|(subject, _)| subject.clone())
        {
            self.shown.remove(&oldest);
        }
        self.shown.insert(notice.subject.clone(), self.last_id);
        self.app.notification().builder().id(self.last_id).title(&notice.title).body(&notice.body).show()
    }

    pub(super) fn withdraw(&mut self, subject: &Subject) -> tauri_plugin_notification::Result<()> {
        match self.shown.remove(subject) {
            Some(id) => self.app.notification().remove_active(vec![id]),
            None => Ok(()),
        }
    }
}

/// Tells the inbox of clicks. The plugin tracks notifications only while somebody listens.
pub(super) fn listen(app: &AppHandle, inbox: &Inbox) {
    let inbox = inbox.clone();
    if let Err(fault) = app.notification().on_action(move |_| inbox.send(Stimulus::NoticeClicked)) {
        tracing::warn!(%fault, "clicks on notifications are not heard");
    }
}
