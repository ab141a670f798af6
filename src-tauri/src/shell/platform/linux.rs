//! Linux: GTK under X11 and Wayland, the tray of the StatusNotifier specification.

use std::sync::atomic::{AtomicBool, Ordering};

use gtk::gio::{BusType, Cancellable, DBusCallFlags, DBusConnection};
use gtk::glib::{Variant, VariantTy};
use gtk::prelude::*;
use gtk::{gdk, gio};
use tauri::{AppHandle, WebviewWindow};

use crate::desk::Forward;
use crate::tray::draw::{Bar, Size};

/// Whoever shows tray icons owns this name.
const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const WATCHER_PATH: &str = "/StatusNotifierWatcher";
/// A session bus that hangs must not hold up the window.
const BUS_TIMEOUT_MS: i32 = 500;

/// Set once at the start, before there are threads that ask.
static ON_WAYLAND: AtomicBool = AtomicBool::new(false);

/// Whether there is a display to open windows on. Asked first, on the main thread: Tauri would panic without one.
pub(in crate::shell) fn has_display() -> bool {
    let there = gtk::init().is_ok();
    let wayland = there && gdk::Display::default().is_some_and(|display| display.backend().is_wayland());
    ON_WAYLAND.store(wayland, Ordering::Relaxed);
    there
}

/// X11 raises what is shown; a Wayland compositor decides by itself.
pub(in crate::shell) fn forward() -> Forward {
    if ON_WAYLAND.load(Ordering::Relaxed) { Forward::Asked } else { Forward::InFront }
}

/// Whether a panel shows our tray icon at the moment.
pub(in crate::shell) fn has_tray() -> bool {
    let Ok(bus) = gio::bus_get_sync(BusType::Session, Cancellable::NONE) else { return false };
    let registered = ask_watcher(&bus, "IsStatusNotifierHostRegistered");
    registered.and_then(|answer| answer.child_value(0).as_variant()?.get::<bool>()).unwrap_or(false)
}

fn ask_watcher(bus: &DBusConnection, property: &str) -> Option<Variant> {
    bus.call_sync(
        Some(WATCHER),
        WATCHER_PATH,
        "org.freedesktop.DBus.Properties",
        "Get",
        Some(&(WATCHER, property).to_variant()),
        VariantTy::new("(v)").ok(),
        // Asking must not start a panel.
        DBusCallFlags::NO_AUTO_START,
        BUS_TIMEOUT_MS,
        Cancellable::NONE,
    )
    .ok()
}

/// Brings the window up and leaves the keyboard where it is.
///
/// `focus_on_map` becomes the `_NET_WM_USER_TIME` of 0 that window managers read. GDK writes it only when the setting
/// changes, and closing the window has written another time since; so it is switched on and off again. The window stays
/// one that takes the keyboard when somebody clicks it. Tauri's own `show` asks for the focus and is not used here.
pub(in crate::shell) fn show_without_focus(window: &WebviewWindow) -> tauri::Result<()> {
    with_gtk(window, |gtk| {
        gtk.set_focus_on_map(true);
        gtk.set_focus_on_map(false);
        gtk.deiconify();
        gtk.show_all();
        if let Some(surface) = gtk.window() {
            surface.raise();
        }
    })
}

/// Brings the window up with the keyboard.
pub(in crate::shell) fn open(window: &WebviewWindow) -> tauri::Result<()> {
    with_gtk(window, |gtk| {
        gtk.set_accept_focus(true);
        gtk.set_focus_on_map(true);
        gtk.show_all();
        gtk.present();
    })
}

/// Puts the window into the panel's list.
pub(in crate::shell) fn minimise(window: &WebviewWindow) -> tauri::Result<()> {
    with_gtk(window, |gtk| {
        gtk.set_focus_on_map(false);
        gtk.iconify();
        gtk.show_all();
    })
}

fn with_gtk(
    window: &WebviewWindow,
    action: impl FnOnce(&gtk::ApplicationWindow) + Send + 'static,
) -> tauri::Result<()> {
    let inner = window.clone();
    window.run_on_main_thread(move || match inner.gtk_window() {
        Ok(gtk) => action(&gtk),
        Err(fault) => tracing::warn!(%fault, "the window is gone"),
    })
}

/// Size and brightness of the panel, as far as one can know: GNOME's is dark in every theme, others follow it.
pub(in crate::shell) fn panel(app: &AppHandle) -> (Size, Bar) {
    let scale = app.primary_monitor().ok().flatten().map_or(1.0, |monitor| monitor.scale_factor());
    let size = if scale > 1.0 { Size::Px32 } else { Size::Px22 };
    (size, if has_dark_panel() { Bar::Dark } else { Bar::Light })
}

fn has_dark_panel() -> bool {
    let desktop = std::env::var("XDG_CURRENT_DESKTOP").unwrap_or_default();
    if desktop.split(':').any(|name| matches!(name, "GNOME" | "Unity" | "ubuntu")) {
        return true;
    }
    let Some(settings) = gtk::Settings::default() else { return true };
    let theme = settings.gtk_theme_name().map(|name| name.to_ascii_lowercase()).unwrap_or_default();
    settings.is_gtk_application_prefer_dark_theme() || theme.contains("dark")
}
