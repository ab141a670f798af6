//! What the desktop is told beside the window.

use crate::calls;
use crate::program::Program;
use crate::session::Session;
use crate::wait::{never, until};

#[test]
fn a_missed_call_is_told_once_and_a_click_opens_the_window() {
    let session = Session::new();
    let panel = session.panel.as_ref().unwrap();
    let mut program = Program::start(&session, &[]);
    program.push(calls::ringing("1"));
    program.push(calls::card("1"));
    let window = session.wait_for_window();
    assert_eq!(panel.notices(), [], "the window in front shows the same");
    session.close(&window);
    until("the window to be hidden", || session.window().is_none().then_some(()));
    program.push(calls::missed("1"));
    let notice = panel.wait_for_notice("Missed call: Marta Ibáñez");
    assert!(notice.body.starts_with("Support FR, "), "{notice:?}");
    program.push(calls::missed("1"));
    never("a second notification of the same call", || panel.notices().get(1).cloned());
    panel.click(&notice);
    session.wait_for_window();
}
