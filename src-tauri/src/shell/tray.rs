//! Shows the [`Tray`] as the system's tray icon with its menu.

use tauri::image::Image;
use tauri::menu::{IsMenuItem, Menu, MenuItem, PredefinedMenuItem, Submenu};
use tauri::tray::{MouseButton, MouseButtonState, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Wry};

use super::inbox::Inbox;
use super::platform;
use crate::controller::Stimulus;
use crate::tray::draw::draw;
use crate::tray::{Choice, Row, Tray};

/// There is one.
const ID: &str = "sidetone";

/// Shows this tray, in place of the one before.
pub(super) fn set(app: &AppHandle, tray: Tray, inbox: Inbox) -> tauri::Result<()> {
    let handle = app.clone();
    app.run_on_main_thread(move || {
        if let Err(fault) = set_on_main(&handle, &tray, inbox) {
            tracing::warn!(%fault, "could not set the tray");
        }
    })
}

fn set_on_main(app: &AppHandle, tray: &Tray, inbox: Inbox) -> tauri::Result<()> {
    let (size, bar) = platform::panel(app);
    let icon = Image::new_owned(draw(tray.shape, size, bar), size.px(), size.px());
    let menu = menu(app, &tray.menu)?;
    let Some(shown) = app.tray_by_id(ID) else {
        TrayIconBuilder::with_id(ID)
            .icon(icon)
            .icon_as_template(cfg!(target_os = "macos"))
            .menu(&menu)
            .show_menu_on_left_click(false)
            .tooltip(&tray.tooltip)
            .on_tray_icon_event(move |_, event| {
                // Linux tells of no clicks; there the menu opens by itself.
                if let TrayIconEvent::Click {
                    button: MouseButton::Left,
                    button_state: MouseButtonState::Up,
                    ..
                } = event
                {
                    inbox.send(Stimulus::Chosen(Choice::Open));
                }
            })
            .build(app)?;
        return Ok(());
    };
    shown.set_icon_with_as_template(Some(icon), cfg!(target_os = "macos"))?;
    shown.set_menu(Some(menu))?;
    shown.set_tooltip(Some(&tray.tooltip))
}

fn menu(app: &AppHandle, rows: &[Row]) -> tauri::Result<Menu<Wry>> {
    let menu = Menu::new(app)?;
    for row in rows {
        menu.append(&*item(app, row)?)?;
    }
    Ok(menu)
}

fn item(app: &AppHandle, row: &Row) -> tauri::Result<Box<dyn IsMenuItem<Wry>>> {
    Ok(match row {
        Row::Line(text) => Box::new(MenuItem::new(app, escaped(text), false, None::<&str>)?),
        Row::Item(choice, text) => {
            Box::new(MenuItem::with_id(app, choice.id(), escaped(text), true, None::<&str>)?)
        }
        Row::Menu(text, rows) => {
            let below = Submenu::new(app, escaped(text), true)?;
            for row in rows {
                below.append(&*item(app, row)?)?;
            }
            Box::new(below)
        }
        Row::Rule => Box::new(PredefinedMenuItem::separator(app)?),
    })
}

/// An `&` in a customer's name is no keyboard mark.
fn escaped(text: &str) -> String {
    text.replace('&', "&&")
}
