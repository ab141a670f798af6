//! The play: calls that happen on their own, and leave a person's call alone.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::collections::BTreeSet;

use common::{START, sandbox, subscribe};
use tokio::time::{Duration, sleep};

#[tokio::test(start_paused = true)]
async fn nothing_rings_before_somebody_listens_and_then_after_three_seconds() {
    let (sandbox, receiver) = sandbox();
    let control = sandbox.control();
    control.play(1);
    sleep(Duration::from_secs(60)).await;
    assert!(control.aircall().calls_up().is_empty());
    subscribe(&sandbox).await;
    sleep(Duration::from_secs(4)).await;
    let created = receiver.last("call.created");
    assert_eq!(created["contact"]["first_name"], "Marta");
    let since = created["started_at"].as_i64().unwrap() - START - 60;
    assert!((3..=4).contains(&since), "{since}");
}

#[tokio::test(start_paused = true)]
async fn a_small_day_shows_every_kind_of_call_and_never_more_than_two_at_once() {
    let (sandbox, receiver) = sandbox();
    subscribe(&sandbox).await;
    let control = sandbox.control();
    control.play(1);
    for _ in 0..400 {
        sleep(Duration::from_secs(1)).await;
        assert!(control.aircall().calls_up().len() <= 2);
    }
    let events: BTreeSet<String> = receiver.events().into_iter().collect();
    for event in [
        "call.created",
        "call.answered",
        "call.ended",
        "call.voicemail_left",
        "call.commented",
        "call.tagged",
        "message.received",
        "message.sent",
    ] {
        assert!(events.contains(event), "{event}");
    }
    let ended: Vec<_> = receiver.received().into_iter().filter(|one| one.event == "call.ended").collect();
    let has = |check: &dyn Fn(&serde_json::Value) -> bool| ended.iter().any(|one| check(&one.body["data"]));
    assert!(has(&|call| call["raw_digits"] == "anonymous"));
    assert!(has(&|call| call["direction"] == "outbound" && call["answered_at"].is_i64()));
    assert!(has(&|call| call["user"]["email"] == "ines.duarte@example.com"), "the agent missing in Gorgias");
    assert!(has(&|call| call["contact"].is_null() && call["raw_digits"] != "anonymous"), "an unknown caller");
    let gaps: Vec<i64> = receiver
        .received()
        .iter()
        .filter(|one| one.event == "call.created")
        .map(|one| one.timestamp)
        .collect::<Vec<_>>()
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .collect();
    assert!(gaps.iter().all(|gap| (15..=26).contains(gap)), "{gaps:?}");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_a_person_takes_in_hand_is_left_alone() {
    let (sandbox, _) = sandbox();
    subscribe(&sandbox).await;
    let control = sandbox.control();
    control.play(1);
    sleep(Duration::from_secs(4)).await;
    let call = control.aircall().calls_up()[0];
    control.aircall().answer(call, None).unwrap();
    control.stop_play();
    sleep(Duration::from_secs(3600)).await;
    assert_eq!(control.aircall().calls_up(), [call]);
    assert!(!control.is_playing());
}
