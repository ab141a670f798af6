//! Who has the keyboard: a ring never takes it, a person's own click gives it.

use crate::calls;
use crate::program::Program;
use crate::session::Session;
use crate::wait::{never, until};

/// Whether the keyboard has left a window.
fn left(session: &Session, window: &str) -> Option<String> {
    session.focused().filter(|focused| focused != window)
}

#[test]
fn a_ring_shows_the_window_and_leaves_the_keyboard_where_it_is() {
    let session = Session::new();
    let (_other, typing_in) = session.other_program();
    let mut program = Program::start(&session, &[]);
    program.push(calls::ringing("1"));
    program.push(calls::card("1"));
    let window = session.wait_for_window();
    never("the ring took the keyboard", || left(&session, &typing_in));
    session.wait_for_band(&window);
    session.picture("ringing");
    let [left_edge, _, width, height] = session.place(&window);
    assert_eq!((width, height), (380, 720));
    assert!((880..=900).contains(&left_edge), "docked at the right edge: {left_edge}");
}

#[test]
fn a_later_ring_leaves_it_too_whether_the_window_was_hidden_or_covered() {
    let session = Session::new();
    let mut program = Program::start(&session, &[]);
    program.push(calls::ringing("1"));
    let window = session.wait_for_window();
    program.push(calls::missed("1"));
    let (_other, typing_in) = session.other_program();

    program.push(calls::ringing("2"));
    never("a ring behind another window took the keyboard", || left(&session, &typing_in));
    program.push(calls::missed("2"));

    session.close(&window);
    until("the window to be hidden", || session.window().is_none().then_some(()));
    program.push(calls::ringing("3"));
    session.wait_for_window();
    never("a ring of a hidden window took the keyboard", || left(&session, &typing_in));
}

#[test]
fn opening_from_the_tray_gives_the_keyboard() {
    let session = Session::new();
    let (_other, _) = session.other_program();
    let _program = Program::start(&session, &[]);
    session.panel.as_ref().unwrap().tray().choose("Open Sidetone");
    let window = session.wait_for_window();
    until("the keyboard in Sidetone", || (active(&session)? == window).then_some(()));
}

#[test]
fn a_second_start_opens_the_window_of_the_first() {
    let session = Session::new();
    let (_other, _) = session.other_program();
    let mut first = Program::start(&session, &[]);
    session.panel.as_ref().unwrap().tray();
    let second = session.command(crate::window::binary()).status().unwrap();
    assert_eq!(second.code(), Some(0));
    let window = session.wait_for_window();
    until("the keyboard in Sidetone", || (active(&session)? == window).then_some(()));
    assert!(first.is_running());
}

/// The window that the window manager calls active: GTK gives the focus to a child of its own.
fn active(session: &Session) -> Option<String> {
    session.says("xdotool", &["getactivewindow"])
}
