//! What the controller can have done on the desktop: one narrow trait, two implementations.
//!
//! [`crate::shell`] does it with Tauri, the tests with a list. Nothing here answers with an error: what a desktop
//! refuses is logged where it was tried, and the work goes on without.

use sidetone_protocol::Pushed;

use crate::backend::Action;
use crate::dialling::Source;
use crate::links::Link;
use crate::notice::{Notice, Subject};
use crate::painting::Painting;
use crate::tray::Tray;

/// What became of bringing the window forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forward {
    /// It stands in front of the others.
    InFront,
    /// The desktop was asked and decides by itself (Wayland); a notification stands in.
    Asked,
}

/// The desktop, as far as the controller needs it.
pub trait Desk {
    /// Builds the window if there is none and brings it forward, leaving the keyboard where it is (A2).
    fn show_without_focus(&mut self) -> Forward;
    /// Builds the window if there is none and brings it forward with the keyboard: a person asked for it.
    fn open_window(&mut self);
    /// The same, at this page: the part of its address behind `#`.
    fn open_page(&mut self, page: &str);
    /// Builds the window minimised, or minimises it: where there is no tray to come back from.
    fn minimise(&mut self);
    /// Takes the window off the screen; the page goes on.
    fn hide(&mut self);
    /// Gives the window's memory back.
    fn destroy_window(&mut self);
    /// Keeps the window above all others, or lets it go under again.
    fn keep_above(&mut self, above: bool);
    /// Whether anybody shows our tray icon at the moment.
    fn has_tray(&self) -> bool;
    /// Shows this tray.
    fn set_tray(&mut self, tray: &Tray);
    /// Shows a notification in place of the one about the same subject.
    fn notify(&mut self, notice: &Notice);
    /// Takes the notification about a subject back.
    fn withdraw(&mut self, subject: &Subject);
    /// Reads what is selected or was copied; it comes as [`Stimulus::Dial`](crate::controller::Stimulus::Dial), empty if
    /// there is nothing.
    fn read_text(&mut self, source: Source);
    /// Has the backend do something; what it changes comes as events.
    fn act(&mut self, action: Action);
    /// Opens a link in the browser.
    fn open_link(&mut self, link: &Link);
    /// Passes an event on to the page, if there is one.
    fn emit(&mut self, pushed: &Pushed);
    /// Tells the page, if there is one, that it missed events and has to ask for everything again.
    fn resync(&mut self);
    /// Records that a card was painted.
    fn record(&mut self, painting: &Painting);
    /// Ends the program.
    fn exit(&mut self);
}
