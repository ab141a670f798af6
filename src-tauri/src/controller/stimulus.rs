//! Everything that can happen to the desktop face.

use sidetone_protocol::{Now, Pushed};

use crate::dialling::Source;
use crate::links::Link;
use crate::live::CaseId;
use crate::remedy::Remedy;
use crate::tray::Choice;

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum Stimulus {
    /// The backend told everything anew: at the start, or after events were lost.
    Now(Box<Now>),
    /// The backend has nothing to tell: the set-up is not finished.
    NotSetUp,
    /// The backend pushed an event.
    Pushed(Box<Pushed>),
    /// A person chose an item of the tray's menu.
    Chosen(Choice),
    /// A person clicked a notification.
    NoticeClicked,
    /// A person chose what a notification offers.
    Remedied(Remedy),
    /// A person started the program a second time.
    SecondInstance,
    /// A person wants what stands in this text dialled.
    Dial(String),
    /// A person wants what stands there dialled.
    DialFrom(Source),
    /// A person closed the window.
    CloseRequested,
    /// The window got or lost the keyboard.
    Focused(bool),
    /// The page painted the card of a call.
    Painted(CaseId),
    /// The page asks for a link, which has been checked.
    OpenLink(Link),
    /// The system wants the program to end.
    Quit,
    /// [`wait_ms`](super::Controller::wait_ms) is over.
    Tick,
}
