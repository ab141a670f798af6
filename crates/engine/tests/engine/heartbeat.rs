//! A4, B1: a webhook that is switched on and leads nowhere is noticed by what Aircall lists, and by nothing else.

use sidetone_engine::settings::Arrival;
use sidetone_protocol::{GapCause, RecoveryState};
use sidetone_sandbox::{HangUp, aircall_world as world};

use crate::day::{Day, MARTA, Plan, STRANGER};

fn alerts(day: &Day) -> Vec<String> {
    day.handle.health().alerts.into_iter().map(|alert| alert.code).collect()
}

fn lose_events(day: &Day, lost: bool) {
    day.aircall.switch(|s| s.drop_share = if lost { 1.0 } else { 0.0 });
}

#[tokio::test(start_paused = true)]
async fn a_silent_relay_is_noticed_within_a_minute_of_the_first_call() {
    for list_running in [true, false] {
        let day = Day::begin(Plan::default()).await;
        day.aircall.switch(|s| s.list_running = list_running);
        day.answered(MARTA).await;
        lose_events(&day, true);
        day.pass(3_600).await;
        assert!(alerts(&day).is_empty(), "nobody has called");
        let call = day.ring(world::SUPPORT_FR, Some(STRANGER));
        day.pass(8).await;
        day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
        if list_running {
            day.pass(52).await;
            assert_eq!(alerts(&day), ["no_events"]);
            day.aircall.hang_up(call, &HangUp::default()).unwrap();
        } else {
            // Nothing shows before it is over.
            day.pass(30).await;
            day.aircall.hang_up(call, &HangUp::default()).unwrap();
            day.pass(60).await;
            assert_eq!(alerts(&day), ["no_events"]);
        }
        day.pass(120).await;
        day.ticket(call);
        let told = day.handle.health().alerts.remove(0);
        assert_eq!(told.calls, 1);
        lose_events(&day, false);
        day.answered(MARTA).await;
        day.pass(120).await;
        assert!(alerts(&day).is_empty(), "{:?}", alerts(&day));
        let recovery = day.handle.health().recoveries.pop().expect("shown");
        assert_eq!((recovery.cause, recovery.state), (GapCause::Silent, RecoveryState::Done));
    }
}

#[tokio::test(start_paused = true)]
async fn quiet_hours_and_busy_ones_raise_nothing_and_cost_little() {
    let day = Day::begin(Plan::default()).await;
    day.pass(3 * 3_600).await;
    let asked = |day: &Day| {
        let lists = |entry: &sidetone_sandbox::JournalEntry| entry.path.starts_with("/v1/calls?");
        day.aircall.journal(0).into_iter().filter(lists).count()
    };
    assert!(asked(&day) <= 3 * 120 + 20, "two a minute: {}", asked(&day));
    for _ in 0..20 {
        day.answered(MARTA).await;
        assert!(alerts(&day).is_empty());
    }
    // Late events are late, not lost: what is told is that they are.
    day.aircall.switch(|s| s.delay_s = 10.0);
    for _ in 0..5 {
        day.answered(MARTA).await;
        assert!(alerts(&day).is_empty());
    }
    assert!(day.handle.health().recoveries.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_line_that_is_not_selected_is_no_sign_of_silence() {
    let day = Day::begin(Plan { lines: vec![world::SALES_US], ..Plan::default() }).await;
    lose_events(&day, true);
    let call = day.ring(world::SUPPORT_FR, Some(STRANGER));
    day.pass(120).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(120).await;
    assert!(alerts(&day).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_webhook_that_has_some_lines_only_is_no_silence_and_no_call_is_lost() {
    let day = Day::begin(Plan::default()).await;
    let mut calls = Vec::new();
    for round in 0..6 {
        // One line's events come, the other's do not.
        lose_events(&day, true);
        let unheard = day.ring(world::SALES_US, Some(STRANGER));
        day.pass(5).await;
        lose_events(&day, false);
        let heard = day.ring(world::SUPPORT_FR, Some(MARTA));
        day.pass(20).await;
        assert!(alerts(&day).is_empty(), "round {round}");
        day.aircall.hang_up(heard, &HangUp::default()).unwrap();
        lose_events(&day, true);
        day.aircall.hang_up(unheard, &HangUp::default()).unwrap();
        day.pass(2).await;
        lose_events(&day, false);
        day.pass(140).await;
        assert!(alerts(&day).is_empty(), "round {round}: {:?}", alerts(&day));
        calls.extend([unheard, heard]);
    }
    day.pass(300).await;
    for call in calls {
        day.ticket(call);
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_fast_does_not_make_it_blind() {
    let day = Day::begin(Plan::default()).await;
    day.clock.is_ahead_by(600);
    day.pass(600).await;
    lose_events(&day, true);
    let call = day.ring(world::SUPPORT_FR, Some(STRANGER));
    day.pass(100).await;
    assert!(alerts(&day).contains(&"no_events".to_owned()), "{:?}", alerts(&day));
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(180).await;
    day.ticket(call);
}

#[tokio::test(start_paused = true)]
async fn a_webhook_made_by_hand_is_watched_by_what_is_listed() {
    let day = Day::begin(Plan { arrival: Arrival::ManualWebhook, ..Plan::default() }).await;
    day.pass(300).await;
    assert!(alerts(&day).is_empty());
    let call = day.ring(world::SUPPORT_FR, Some(STRANGER));
    day.pass(8).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(52).await;
    assert_eq!(alerts(&day), ["no_events"]);
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(120).await;
    day.ticket(call);
}

#[tokio::test(start_paused = true)]
async fn a_start_in_the_middle_of_a_call_is_no_sign_of_silence() {
    let mut day = Day::begin(Plan::default()).await;
    day.answered(MARTA).await;
    day.kill().await;
    let call = day.ring(world::SUPPORT_FR, Some(STRANGER));
    day.pass(40).await;
    day.start().unwrap();
    for _ in 0..40 {
        day.pass(1).await;
        assert!(alerts(&day).is_empty(), "{:?}", alerts(&day));
    }
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(180).await;
    day.ticket(call);
}

#[tokio::test(start_paused = true)]
async fn whoever_was_taken_over_is_not_told_that_it_hears_nothing() {
    let day = Day::begin(Plan::default()).await;
    let second = day.second("elsewhere.example.com", Plan::default());
    day.pass(5).await;
    assert!(second.handle.take_over().await);
    day.pass(300).await;
    let call = day.ring(world::SUPPORT_FR, Some(STRANGER));
    day.pass(120).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(1_200).await;
    assert_eq!(alerts(&day), ["other_writer"]);
    assert!(second.handle.health().alerts.is_empty(), "{:?}", second.handle.health().alerts);
}

#[tokio::test(start_paused = true)]
async fn what_came_while_logging_was_off_is_not_missed() {
    use sidetone_engine::settings::{Mode, ModeSetting};
    let mut day = Day::begin(Plan::default()).await;
    day.answered(MARTA).await;
    day.kill().await;
    day.next_start().logging.mode = ModeSetting(Mode::Off);
    day.start().unwrap();
    day.pass(24 * 3_600).await;
    day.kill().await;
    day.next_start().logging.mode = ModeSetting(Mode::Live);
    day.start().unwrap();
    day.pass(300).await;
    let longest = day.handle.health().recoveries.iter().map(|one| one.until.unwrap() - one.since).max();
    assert!(longest.unwrap_or(0) < 600, "{longest:?}");
}
