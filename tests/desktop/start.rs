//! Starting and ending.

use crate::calls;
use crate::program::Program;
use crate::session::Session;
use crate::wait::until;
use crate::window::binary;

#[test]
fn without_a_display_one_sentence_says_what_to_do() {
    let output = std::process::Command::new(binary())
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("script/demo --headless"), "{said}");
    assert_eq!(said.trim().lines().count(), 1, "{said}");
}

#[test]
fn what_cannot_be_followed_is_a_usage_error() {
    for line in [&["demo", "--helpdesk", "abacus"][..], &["--colour", "blue"], &["demo", "--helpdesk"]] {
        let output = std::process::Command::new(binary()).args(line).env_remove("DISPLAY").output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{line:?}");
    }
}

#[test]
fn sigterm_ends_the_program_well() {
    let session = Session::new();
    let mut program = Program::start(&session, &[]);
    session.panel.as_ref().unwrap().tray();
    session.says("kill", &["-TERM", &program.pid().to_string()]).unwrap();
    assert_eq!(program.ended().code(), Some(0));
}

#[test]
fn the_time_from_ring_to_paint_is_measured_on_request() {
    let session = Session::new();
    let file = session.home.path().join("paintings.jsonl");
    let mut program = Program::start_with(&session, &[], |command| {
        command.env("SIDETONE_MEASURE", &file);
    });
    program.push(calls::ringing("1"));
    program.push(calls::card("1"));
    let line = until("a measured painting", || {
        std::fs::read_to_string(&file).ok().filter(|text| text.ends_with('\n'))
    });
    let painting: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(painting["call_id"], "1");
    let took = painting["painted_ms"].as_i64().unwrap() - painting["event_ms"].as_i64().unwrap();
    assert!((1..30_000).contains(&took), "{line}");
}
