//! What is written in which mode (B15), and what a pause holds back.

use chrono::TimeDelta;
use sidetone_engine::settings::{Mode, ModeSetting};
use sidetone_protocol::CallState;
use sidetone_sandbox::{HangUp, aircall_world as world};

use crate::day::{Day, MARTA, Plan, STRANGER, morning, note};

fn in_mode(mode: Mode) -> Plan {
    let mut plan = Plan::default();
    plan.logging.mode = ModeSetting(mode);
    plan
}

/// How long each mode holds.
const TURN_SECONDS: u32 = 300;

/// These modes in turn, a call in each, and at the end a late comment on every one of them. `from`: the turn that the
/// configured line lies at.
async fn turns(modes: &[Mode], from: Option<u32>) -> Vec<bool> {
    let mut first = in_mode(modes[0]);
    first.logging.from = from.map(|turn| morning() + TimeDelta::seconds((turn * TURN_SECONDS).into()));
    let mut day = Day::begin(first).await;
    let mut calls = Vec::new();
    for (turn, mode) in modes.iter().enumerate() {
        if turn > 0 {
            day.next_start().logging.mode = ModeSetting(*mode);
            day.kill_and_restart().await;
        }
        day.pass(30).await;
        calls.push(day.answered(MARTA).await);
        let spent = (day.now() - morning()).num_seconds().cast_unsigned();
        day.pass((turn as u64 + 1) * u64::from(TURN_SECONDS) - spent).await;
    }
    for call in &calls {
        day.aircall.comment(*call, world::CAMILLE, "Late").unwrap();
    }
    day.pass(300).await;
    calls
        .iter()
        .map(|call| {
            let tickets = day.tickets_of(&format!("aircall:call:{call}"));
            if let Some(ticket) = tickets.first() {
                assert_eq!(ticket["messages"].as_array().unwrap().len(), 3, "answered, ended, late comment");
            }
            !tickets.is_empty()
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn only_calls_that_began_while_it_was_live_are_written_and_late_comments_change_nothing() {
    use Mode::{Live, Off, Shadow};
    for (modes, written) in [
        (&[Live, Live][..], &[true, true][..]),
        (&[Off, Live], &[false, true]),
        (&[Shadow, Live], &[false, true]),
        (&[Live, Off, Live], &[true, false, true]),
        (&[Live, Shadow, Live], &[true, false, true]),
        (&[Shadow, Off, Live], &[false, false, true]),
    ] {
        assert_eq!(turns(modes, None).await, written, "{modes:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_configured_line_bars_what_began_before_it_and_opens_no_time_of_another_mode() {
    use Mode::{Live, Off, Shadow};
    for (modes, from, written) in [
        (&[Live, Live][..], 1, &[false, true][..]),
        (&[Live, Live], 0, &[true, true]),
        (&[Off, Live], 0, &[false, true]),
        (&[Shadow, Live, Live], 2, &[false, false, true]),
    ] {
        assert_eq!(turns(modes, Some(from)).await, written, "{modes:?} from turn {from}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_late_comment_while_it_is_off_waits_for_the_mode_and_is_written_then() {
    let mut day = Day::begin(Plan::default()).await;
    let call = day.answered(MARTA).await;
    day.next_start().logging.mode = ModeSetting(Mode::Off);
    day.kill_and_restart().await;
    day.pass(30).await;
    let comment = day.aircall.comment(call, world::CAMILLE, "While off").unwrap();
    day.pass(300).await;
    assert_eq!(day.ticket(call)["messages"].as_array().unwrap().len(), 2);
    day.next_start().logging.mode = ModeSetting(Mode::Live);
    day.kill_and_restart().await;
    day.pass(120).await;
    note(&day.ticket(call), &format!("comment:{comment}"));
}

#[tokio::test(start_paused = true)]
async fn while_paused_nothing_is_written_and_on_resume_everything_is() {
    let mut day = Day::begin(Plan::default()).await;
    let under_way = day.ring(world::SUPPORT_FR, Some(STRANGER));
    day.pass(5).await;
    day.aircall.answer(under_way, Some(world::CAMILLE)).unwrap();
    day.pass(20).await;
    day.handle.pause().await.unwrap();
    let seq = day.last_seq();
    day.aircall.hang_up(under_way, &HangUp::default()).unwrap();
    let paused = day.answered(MARTA).await;
    let missed = day.ring(world::SUPPORT_DE, Some("+493023125044"));
    day.aircall.hang_up(missed, &HangUp { voicemail: true, ..HangUp::default() }).unwrap();
    day.pass(200).await;
    assert!(day.requests(seq).0.is_empty(), "nothing is written");
    assert!(!day.requests(seq).1.is_empty(), "callers are looked up");
    assert!(day.aircall.cards().iter().any(|c| c.call == paused), "the Insight Card goes on");
    assert_eq!(day.detail(paused).card.customer.unwrap().name, "Marta Ibáñez");
    assert_eq!(day.detail(paused).state, CallState::Pending);
    let told = day.handle.health().paused.expect("shown");
    assert_eq!(told.waiting, 3);
    day.kill_and_restart().await;
    day.pass(120).await;
    assert_eq!(day.handle.health().paused.unwrap().since, told.since, "over a restart");
    assert!(day.requests(seq).0.is_empty(), "still nothing is written");
    day.handle.resume().await.unwrap();
    day.pass(60).await;
    for call in [under_way, paused, missed] {
        note(&day.ticket(call), "ended");
        assert_eq!(day.detail(call).state, CallState::Complete);
    }
    assert_eq!(day.handle.health().paused, None);
    assert_eq!(day.handle.health().outbox.calls, 0);
}

#[tokio::test(start_paused = true)]
async fn a_write_that_is_under_way_when_it_is_paused_is_settled() {
    use sidetone_sandbox::{Fault, FaultKind};
    let day = Day::begin(Plan::default()).await;
    day.gorgias.add_fault(Fault::next(1, FaultKind::HangAfter).on("POST", "/api/tickets"));
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(5).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(5).await;
    day.handle.pause().await.unwrap();
    day.pass(120).await;
    assert!(day.detail(call).ledger.iter().any(|l| l.key == "ticket"), "found by its marker");
    assert!(day.detail(call).ledger.iter().all(|l| l.key != "ended"));
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(60).await;
    assert_eq!(day.ticket(call)["messages"].as_array().unwrap().len(), 1);
    day.handle.resume().await.unwrap();
    day.pass(30).await;
    note(&day.ticket(call), "ended");
}
