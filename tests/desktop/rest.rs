//! Without a call: a tray icon, no window, no web process.

use crate::calls;
use crate::program::Program;
use crate::session::Session;
use crate::wait::{never, until};

#[test]
fn at_rest_there_is_a_tray_icon_and_no_window() {
    let session = Session::new();
    let program = Program::start(&session, &[]);
    let tray = session.panel.as_ref().unwrap().tray();
    tray.wait_for_state("Everything written");
    assert_eq!(
        tray.menu(),
        [
            "Everything written",
            "",
            "Open Sidetone",
            "Dial from clipboard",
            "",
            "Pause logging",
            "",
            "Quit Sidetone"
        ]
    );
    assert!(std::path::Path::new(&tray.icon()).is_file(), "{}", tray.icon());
    never("a window at rest", || session.window());
    assert_eq!(program.children(), Vec::<String>::new(), "no web process at rest");
}

#[test]
fn closing_hides_to_the_tray_and_the_next_call_brings_the_window_back() {
    let session = Session::new();
    let mut program = Program::start(&session, &[]);
    program.push(calls::ringing("1"));
    let window = session.wait_for_window();
    program.push(calls::missed("1"));
    session.close(&window);
    until("the window to be hidden", || session.window().is_none().then_some(()));
    assert!(program.is_running());
    program.push(calls::ringing("2"));
    session.wait_for_window();
}

#[test]
fn an_idle_window_gives_its_memory_back_and_comes_back_where_it_stood() {
    let session = Session::new();
    let mut program = Program::start_with(&session, &[], |command| {
        command.env("SIDETONE_FAKE_IDLE_MS", "1000");
    });
    program.push(calls::ringing("1"));
    let window = session.wait_for_window();
    session.wait_for_band(&window);
    program.push(calls::missed("1"));
    session.says("xdotool", &["windowmove", "--sync", &window, "300", "150"]).unwrap();
    let stood = session.place(&window);
    session.close(&window);
    until("the end of the web process", || {
        program.children().iter().all(|name| !name.starts_with("WebKitWebProces")).then_some(())
    });
    assert!(program.is_running());
    program.push(calls::ringing("2"));
    let window = session.wait_for_window();
    session.wait_for_band(&window);
    assert_eq!(session.place(&window), stood);
}

#[test]
fn without_a_tray_closing_minimises() {
    let session = Session::without_panel();
    let mut program = Program::start(&session, &[]);
    program.push(calls::ringing("1"));
    let window = session.wait_for_window();
    program.push(calls::missed("1"));
    session.close(&window);
    until("the window to be minimised", || {
        session.says("xprop", &["-id", &window, "WM_STATE"]).filter(|state| state.contains("Iconic"))
    });
    assert!(program.is_running());
}

#[test]
fn the_tray_follows_the_call_and_quits() {
    let session = Session::new();
    let mut program = Program::start(&session, &[]);
    let tray = session.panel.as_ref().unwrap().tray();
    program.push(calls::ringing("1"));
    program.push(calls::card("1"));
    until("the caller in the tray", || (tray.menu()[..2] == ["Ringing", "Marta Ibáñez"]).then_some(()));
    program.push(calls::answered("1"));
    tray.wait_for_state("In call");
    tray.choose("Quit Sidetone");
    assert_eq!(program.ended().code(), Some(0));
}
