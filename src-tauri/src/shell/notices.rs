//! Notifications through Tauri's plugin, each replaced or taken back by its subject.
//!
//! Linux can take back what it showed; on Windows and macOS the plugin cannot, there an old one stays in the list.

use std::collections::HashMap;

use tauri::AppHandle;
use tauri_plugin_notification::{Action, ActionPerformed, ActionType, NotificationExt};

use super::inbox::Inbox;
use crate::controller::Stimulus;
use crate::notice::{Notice, Subject};
use crate::remedy::Remedy;
use crate::words::Words;

/// The notifications that may still stand.
pub(super) struct Notices {
    app: AppHandle,
    words: &'static Words,
    shown: HashMap<Subject, i32>,
    last_id: i32,
}

/// More than so many subjects are not remembered: a desktop has long dropped the oldest.
const REMEMBERED: usize = 64;

impl Notices {
    pub(super) fn new(app: AppHandle, words: &'static Words) -> Self {
        Self { app, words, shown: HashMap::new(), last_id: 0 }
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
        let shown = self.app.notification();
        let builder = shown.builder().id(self.last_id).title(&notice.title).body(&notice.body);
        if notice.offers.is_empty() {
            return builder.show();
        }
        // A desktop that shows no buttons leaves them out; a click on the notification opens the window there.
        let ids: Vec<String> = notice.offers.iter().map(Remedy::id).collect();
        let together = ids.join(" ");
        let button = |offer: &Remedy| Action::builder(offer.id(), offer.text(self.words)).build();
        let buttons = notice.offers.iter().map(button).collect();
        shown.register_action_types(vec![ActionType::builder(&together).actions(buttons).build()])?;
        builder.action_type_id(&together).show()
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
    let heard = move |done: &ActionPerformed| {
        let remedy = Remedy::of_id(done.action_id());
        inbox.send(remedy.map_or(Stimulus::NoticeClicked, Stimulus::Remedied));
    };
    if let Err(fault) = app.notification().on_action(heard) {
        tracing::warn!(%fault, "clicks on notifications are not heard");
    }
}
