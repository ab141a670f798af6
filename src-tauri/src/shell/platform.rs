//! What differs from system to system.

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod linux;

#[cfg(not(target_os = "linux"))]
pub(super) use self::elsewhere::{forward, has_display, has_tray, minimise, open, panel, show_without_focus};
#[cfg(target_os = "linux")]
pub(super) use self::linux::{forward, has_display, has_tray, minimise, open, panel, show_without_focus};
