//! The one window: how it is built, where it stands, what its page may not do.

use std::path::Path;

use tauri::webview::NewWindowResponse;
use tauri::{
    AppHandle, LogicalPosition, LogicalSize, Manager, Monitor, PhysicalPosition, PhysicalSize, Url,
    WebviewUrl, WebviewWindow, WebviewWindowBuilder,
};

/// Its label; the capability is given to this one.
pub(super) const LABEL: &str = "sidebar";

/// At first, in logical pixels.
const SIZE: LogicalSize<f64> = LogicalSize::new(380.0, 720.0);
/// At least.
const MIN_SIZE: LogicalSize<f64> = LogicalSize::new(320.0, 480.0);

/// Where a window stood and how large it was.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    position: PhysicalPosition<i32>,
    size: PhysicalSize<u32>,
}

impl Place {
    /// Where this one stands; `None` if the system does not say.
    pub(super) fn of(window: &WebviewWindow) -> Option<Self> {
        Some(Self { position: window.outer_position().ok()?, size: window.inner_size().ok()? })
    }
}

/// The window, if it is built.
pub(super) fn existing(app: &AppHandle) -> Option<WebviewWindow> {
    app.get_webview_window(LABEL)
}

/// Builds the window without showing it: docked at the right edge, or where it stood before; at this page, if it is to be
/// another than the first.
pub(super) fn build(
    app: &AppHandle,
    data_dir: Option<&Path>,
    place: Option<Place>,
    page: Option<&str>,
) -> tauri::Result<WebviewWindow> {
    let address =
        page.map_or_else(WebviewUrl::default, |page| WebviewUrl::App(format!("index.html#{page}").into()));
    let mut builder = WebviewWindowBuilder::new(app, LABEL, address)
        .title("Sidetone")
        .inner_size(SIZE.width, SIZE.height)
        .min_inner_size(MIN_SIZE.width, MIN_SIZE.height)
        .visible(false)
        .focused(false)
        .on_navigation(is_own_page)
        .on_new_window(|_, _| NewWindowResponse::Deny);
    if let Some(dir) = data_dir {
        builder = builder.data_directory(dir.join("window"));
    }
    if place.is_none()
        && let Some((position, size)) = app.primary_monitor()?.as_ref().map(docked)
    {
        builder = builder.position(position.x, position.y).inner_size(size.width, size.height);
    }
    let window = builder.build()?;
    if let Some(Place { position, size }) = place {
        window.set_size(size)?;
        window.set_position(position)?;
    }
    Ok(window)
}

/// The right edge of a monitor's work area, in logical pixels.
fn docked(monitor: &Monitor) -> (LogicalPosition<f64>, LogicalSize<f64>) {
    let (scale, area) = (monitor.scale_factor(), monitor.work_area());
    let corner: LogicalPosition<f64> = area.position.to_logical(scale);
    let room: LogicalSize<f64> = area.size.to_logical(scale);
    beside_right_edge(corner, room)
}

fn beside_right_edge(
    corner: LogicalPosition<f64>,
    room: LogicalSize<f64>,
) -> (LogicalPosition<f64>, LogicalSize<f64>) {
    let size = LogicalSize::new(SIZE.width.min(room.width), SIZE.height.min(room.height));
    (LogicalPosition::new(corner.x + room.width - size.width, corner.y), size)
}

/// The page never leaves what is embedded in the program; links go through the command `open_url`.
fn is_own_page(url: &Url) -> bool {
    match (url.scheme(), url.host_str()) {
        ("tauri", Some("localhost")) => true,
        ("http" | "https", Some("tauri.localhost")) => cfg!(windows),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_docks_at_the_right_edge_below_the_panel() {
        let (position, size) =
            beside_right_edge(LogicalPosition::new(0.0, 28.0), LogicalSize::new(1920.0, 1052.0));
        assert_eq!((position.x, position.y), (1540.0, 28.0));
        assert_eq!((size.width, size.height), (380.0, 720.0));
    }

    #[test]
    fn a_low_screen_gets_a_lower_window() {
        let (position, size) =
            beside_right_edge(LogicalPosition::new(100.0, 0.0), LogicalSize::new(1024.0, 600.0));
        assert_eq!((position.x, size.height), (744.0, 600.0));
    }

    #[test]
    fn the_page_cannot_leave_the_program() {
        let own = |address: &str| is_own_page(&address.parse().unwrap());
        assert!(own("tauri://localhost/index.html"));
        for foreign in [
            "https://evil.example.org/",
            "file:///etc/passwd",
            "about:blank",
            "https://northbrook.example.com/",
        ] {
            assert!(!own(foreign), "{foreign}");
        }
    }
}
