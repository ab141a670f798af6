//! Windows and macOS. Not built on the machine that tests the Linux side.

use tauri::{AppHandle, WebviewWindow};

use crate::desk::Forward;
use crate::tray::draw::{Bar, Size};

/// Both always have one.
pub(in crate::shell) fn has_display() -> bool {
    true
}

/// Both always have one.
pub(in crate::shell) fn has_tray() -> bool {
    true
}

/// Both put a window where they are told.
pub(in crate::shell) fn forward() -> Forward {
    Forward::InFront
}

/// A window that cannot take the keyboard while it comes up does not steal it.
pub(in crate::shell) fn show_without_focus(window: &WebviewWindow) -> tauri::Result<()> {
    if window.is_visible()? && !window.is_minimized()? {
        return Ok(());
    }
    window.set_focusable(false)?;
    window.unminimize()?;
    window.show()?;
    window.set_focusable(true)
}

/// Brings the window up with the keyboard.
pub(in crate::shell) fn open(window: &WebviewWindow) -> tauri::Result<()> {
    window.unminimize()?;
    window.show()?;
    window.set_focus()
}

/// Puts the window into the task bar.
pub(in crate::shell) fn minimise(window: &WebviewWindow) -> tauri::Result<()> {
    window.minimize()?;
    window.show()
}

/// macOS inks a template by itself; the task bar of Windows is dark unless somebody changed it.
pub(in crate::shell) fn panel(app: &AppHandle) -> (Size, Bar) {
    let scale = app.primary_monitor().ok().flatten().map_or(1.0, |monitor| monitor.scale_factor());
    match (cfg!(target_os = "macos"), scale > 1.0) {
        (true, _) => (Size::Px32, Bar::Light),
        (false, true) => (Size::Px32, Bar::Dark),
        (false, false) => (Size::Px16, Bar::Dark),
    }
}
