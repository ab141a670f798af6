//! Which calls are logged when the selection changes meanwhile (G18), and when a missed one is written (G2).

use serde_json::Value;
use sidetone_engine::call::CaseId;
use sidetone_protocol::CallState;
use sidetone_sandbox::{HangUp, aircall_world as world};

use crate::day::{Day, MARTA, Plan, note, tags};

fn on(line: u64) -> Plan {
    Plan { lines: vec![line], ..Plan::default() }
}

/// Another set of lines from now on, as after an edit of the configuration.
async fn selected_from_now_on(day: &mut Day, line: u64) {
    day.next_start().lines = vec![line];
    day.kill_and_restart().await;
    day.pass(3).await;
}

fn is_known(day: &Day, call: u64) -> bool {
    day.handle.call(CaseId(call)).unwrap().is_some()
}

async fn camille_answers(day: &Day) -> u64 {
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(5).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(5).await;
    call
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_line_is_deselected_meanwhile_is_logged_to_its_end_and_its_late_comment_too() {
    let mut day = Day::begin(on(world::SUPPORT_FR)).await;
    let call = camille_answers(&day).await;
    selected_from_now_on(&mut day, world::SUPPORT_DE).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(90).await;
    note(&day.ticket(call), "ended");
    assert_eq!(day.detail(call).state, CallState::Complete, "G18: as selected when the call started");

    day.pass(3600).await;
    let comment = day.aircall.comment(call, world::CAMILLE, "An hour later").unwrap();
    day.pass(30).await;
    let ticket = day.ticket(call);
    note(&ticket, &format!("comment:{comment}"));
    assert_eq!(ticket["messages"].as_array().unwrap().len(), 3, "G18");

    let before = day.last_seq();
    let next = day.answered(MARTA).await;
    assert!(
        !is_known(&day, next) && day.requests(before).0.is_empty(),
        "the new selection holds for new calls"
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_line_is_selected_only_meanwhile_is_neither_shown_nor_logged_nor_is_its_late_comment() {
    let mut day = Day::begin(on(world::SUPPORT_DE)).await;
    let before = day.last_seq();
    let call = camille_answers(&day).await;
    selected_from_now_on(&mut day, world::SUPPORT_FR).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(90).await;
    day.aircall.comment(call, world::CAMILLE, "After the end").unwrap();
    day.pass(60).await;
    assert!(!is_known(&day, call), "G18: as selected when the call started");
    let (writes, look_ups) = day.requests(before);
    assert!(writes.is_empty() && look_ups.is_empty(), "{writes:?} {look_ups:?}");
    let next = day.answered(MARTA).await;
    day.ticket(next);
}

/// How often this call was read by its id.
fn reads(day: &Day, call: u64) -> usize {
    let path = format!("/v1/calls/{call}");
    let is_it = |entry: &sidetone_sandbox::JournalEntry| {
        entry.method == "GET" && entry.path.split('?').next() == Some(path.as_str())
    };
    day.aircall.journal(0).iter().filter(|entry| is_it(entry)).count()
}

#[tokio::test(start_paused = true)]
async fn a_missed_call_is_read_once_and_one_whose_voicemail_is_told_not_at_all() {
    let day = Day::begin(Plan::default()).await;
    for (voicemail, expected) in [(false, 1), (true, 0)] {
        let call = day.ring(world::SUPPORT_FR, Some(MARTA));
        day.pass(12).await;
        day.aircall.hang_up(call, &HangUp { voicemail, ..HangUp::default() }).unwrap();
        day.pass(600).await;
        day.ticket(call);
        assert_eq!(reads(&day, call), expected, "G2: after one fresh read; voicemail: {voicemail}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_voicemail_of_which_only_the_fresh_read_tells_stands_in_the_note() {
    let day = Day::begin(Plan::default()).await;
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(12).await;
    day.aircall.hang_up(call, &HangUp { voicemail: true, ..HangUp::default() }).unwrap();
    day.pass(1).await;
    // `call.voicemail_left` is lost, and `call.ended` came before Aircall had the voicemail.
    day.aircall.switch(|switches| switches.drop_share = 1.0);
    day.pass(35).await;
    day.aircall.switch(|switches| switches.drop_share = 0.0);
    let mut ended = day.aircall.call(call).unwrap();
    for key in ["voicemail", "voicemail_short_url", "asset"] {
        ended[key] = Value::Null;
    }
    day.aircall.emit("call.ended", ended);
    day.pass(18).await;
    assert_eq!(reads(&day, call), 0);
    assert!(day.tickets_of(&format!("aircall:call:{call}")).is_empty(), "G2: 20 s after call.ended");
    day.pass(7).await;
    let ticket = day.ticket(call);
    assert_eq!(reads(&day, call), 1, "G2: after one fresh read");
    assert!(tags(&ticket).contains(&"Voicemail"), "G15: {:?}", tags(&ticket));
    let text = note(&ticket, "ended")["body_text"].as_str().unwrap();
    assert!(text.contains(&format!("Voicemail: https://assets.aircall.io/calls/{call}/voicemail")), "{text}");
    day.pass(300).await;
    assert_eq!((reads(&day, call), day.ticket(call)["messages"].as_array().unwrap().len()), (1, 1));
}
