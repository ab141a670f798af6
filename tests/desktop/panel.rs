//! A panel: shows tray icons (StatusNotifier) and notifications, and lets the test click them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use zbus::blocking::{Connection, Proxy, connection};
use zbus::interface;
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};

use crate::wait::until;

/// `GetLayout` of `com.canonical.dbusmenu`: an item, its properties, its children.
type Layout = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

/// A notification that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) id: u32,
    pub(crate) title: String,
    pub(crate) body: String,
}

#[derive(Default)]
struct Watcher {
    items: Arc<Mutex<Vec<(String, String)>>>,
}

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(
        &self,
        service: String,
        #[zbus(header)] header: zbus::message::Header<'_>,
    ) {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        self.items.lock().unwrap().push((sender, service));
    }

    fn register_status_notifier_host(&self, _service: String) {}

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.items.lock().unwrap().iter().map(|(sender, path)| format!("{sender}{path}")).collect()
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}

#[derive(Default)]
struct Notifications {
    shown: Arc<Mutex<Vec<Shown>>>,
    last: u32,
}

#[interface(name = "org.freedesktop.Notifications")]
impl Notifications {
    #[expect(clippy::too_many_arguments, reason = "the specification has them")]
    fn notify(
        &mut self,
        _app: String,
        replaces: u32,
        _icon: String,
        title: String,
        body: String,
        _actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _timeout: i32,
    ) -> u32 {
        self.last += 1;
        let mut shown = self.shown.lock().unwrap();
        shown.retain(|notice| notice.id != replaces);
        shown.push(Shown { id: self.last, title, body });
        self.last
    }

    fn close_notification(&self, id: u32) {
        self.shown.lock().unwrap().retain(|notice| notice.id != id);
    }

    fn get_capabilities(&self) -> Vec<String> {
        vec!["body".into(), "actions".into()]
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        ("panel".into(), "test".into(), "1".into(), "1.2".into())
    }
}

/// The panel, on a session's bus.
pub(crate) struct Panel {
    bus: Connection,
    items: Arc<Mutex<Vec<(String, String)>>>,
    shown: Arc<Mutex<Vec<Shown>>>,
}

impl Panel {
    pub(crate) fn on(address: &str) -> Self {
        let (watcher, notifications) = (Watcher::default(), Notifications::default());
        let (items, shown) = (Arc::clone(&watcher.items), Arc::clone(&notifications.shown));
        let bus = connection::Builder::address(address)
            .and_then(|bus| bus.serve_at("/StatusNotifierWatcher", watcher))
            .and_then(|bus| bus.serve_at("/org/freedesktop/Notifications", notifications))
            .and_then(|bus| bus.name("org.kde.StatusNotifierWatcher"))
            .and_then(|bus| bus.name("org.freedesktop.Notifications"))
            .and_then(connection::Builder::build)
            .unwrap();
        Self { bus, items, shown }
    }

    /// Waits for the tray icon of Sidetone.
    pub(crate) fn tray(&self) -> TrayIcon<'_> {
        let (sender, path) = until("the tray icon", || self.items.lock().unwrap().last().cloned());
        TrayIcon { panel: self, sender, path }
    }

    /// The notifications that stand.
    pub(crate) fn notices(&self) -> Vec<Shown> {
        self.shown.lock().unwrap().clone()
    }

    /// Waits for a notification with this title.
    pub(crate) fn wait_for_notice(&self, title: &str) -> Shown {
        until(&format!("the notification {title:?}"), || {
            self.notices().into_iter().find(|shown| shown.title == title)
        })
    }

    /// Clicks a notification.
    pub(crate) fn click(&self, notice: &Shown) {
        let path = "/org/freedesktop/Notifications";
        let signal = (notice.id, "default");
        self.bus
            .emit_signal(None::<&str>, path, "org.freedesktop.Notifications", "ActionInvoked", &signal)
            .unwrap();
    }
}

/// A tray icon, seen from the panel.
pub(crate) struct TrayIcon<'a> {
    panel: &'a Panel,
    sender: String,
    path: String,
}

impl TrayIcon<'_> {
    /// The file that the icon is drawn from.
    pub(crate) fn icon(&self) -> String {
        self.item().get_property("IconName").unwrap()
    }

    /// The menu's texts from top to bottom; a rule is an empty text.
    pub(crate) fn menu(&self) -> Vec<String> {
        self.rows().into_iter().map(|(_, label)| label).collect()
    }

    /// Waits until the menu's first line says this.
    pub(crate) fn wait_for_state(&self, line: &str) {
        until(&format!("the tray says {line:?}"), || (self.menu().first()? == line).then_some(()));
    }

    /// Chooses the item with this text.
    pub(crate) fn choose(&self, label: &str) {
        let id = until(&format!("the item {label:?}"), || {
            self.rows().into_iter().find(|(_, text)| text == label).map(|(id, _)| id)
        });
        self.menu_proxy().call_method("Event", &(id, "clicked", Value::from(0), 0u32)).unwrap();
    }

    fn rows(&self) -> Vec<(i32, String)> {
        let wanted: Vec<&str> = Vec::new();
        let (_, (_, _, children)): (u32, Layout) =
            self.menu_proxy().call("GetLayout", &(0, -1, wanted)).unwrap();
        let row = |child: OwnedValue| {
            let (id, properties, _) = Layout::try_from(child).unwrap();
            let label = properties.get("label").and_then(|label| String::try_from(label.clone()).ok());
            (id, label.unwrap_or_default())
        };
        children.into_iter().map(row).collect()
    }

    fn item(&self) -> Proxy<'_> {
        let (sender, path) = (self.sender.clone(), self.path.clone());
        Proxy::new(&self.panel.bus, sender, path, "org.kde.StatusNotifierItem").unwrap()
    }

    fn menu_proxy(&self) -> Proxy<'_> {
        let path: OwnedObjectPath = self.item().get_property("Menu").unwrap();
        Proxy::new(&self.panel.bus, self.sender.clone(), path, "com.canonical.dbusmenu").unwrap()
    }
}
