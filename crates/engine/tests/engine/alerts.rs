//! A4: what a person is told of logging that is stuck, since when, and how many calls that costs; once for each cause, and
//! until it is over.

use sidetone_engine::choice::CallerName;
use sidetone_engine::settings::UnknownCallers;
use sidetone_protocol::Alert;
use sidetone_sandbox::GorgiasLimits;

use crate::day::{Day, MARTA, Plan, STRANGER};

fn alerts(day: &Day) -> Vec<Alert> {
    day.handle.health().alerts
}

fn codes(day: &Day) -> Vec<String> {
    alerts(day).into_iter().map(|alert| alert.code).collect()
}

#[tokio::test(start_paused = true)]
async fn writing_that_is_behind_is_told_until_it_has_caught_up() {
    let day = Day::begin(Plan::default()).await;
    let free = day.gorgias.limits();
    // Others leave nothing of the limit.
    day.gorgias.set_limits(GorgiasLimits { others_per_second: 40.0, ..free });
    let call = day.answered(MARTA).await;
    assert!(codes(&day).is_empty(), "not at once: {:?}", codes(&day));
    day.pass(320).await;
    let told = alerts(&day);
    assert_eq!((told.len(), told[0].code.as_str(), told[0].calls), (1, "behind", 1), "{told:?}");
    let waits_for = day.now().timestamp() - told[0].since;
    assert!((300..480).contains(&waits_for), "{waits_for}");
    day.gorgias.set_limits(free);
    day.pass(120).await;
    assert!(codes(&day).is_empty(), "{:?}", codes(&day));
    day.ticket(call);
}

#[tokio::test(start_paused = true)]
async fn what_waits_because_somebody_paused_is_not_behind() {
    let day = Day::begin(Plan::default()).await;
    day.handle.pause().await.unwrap();
    day.answered(MARTA).await;
    day.pass(3_600).await;
    assert!(codes(&day).is_empty(), "{:?}", codes(&day));
}

#[tokio::test(start_paused = true)]
async fn calls_that_wait_for_a_person_are_told_since_when_over_a_restart() {
    let mut plan = Plan::default();
    plan.logging.unknown_callers = UnknownCallers::Hold;
    let mut day = Day::begin(plan).await;
    let call = day.answered(STRANGER).await;
    let told = alerts(&day);
    assert_eq!((told.len(), told[0].code.as_str(), told[0].calls), (1, "held", 1), "{told:?}");
    day.kill().await;
    day.pass(3_600).await;
    day.start().unwrap();
    day.pass(300).await;
    let again = alerts(&day);
    assert_eq!((again[0].code.as_str(), again[0].since), ("held", told[0].since));
    let name = CallerName::parse("Nadia Benali", None).unwrap();
    day.handle.name(sidetone_engine::call::CaseId(call), name).await.unwrap();
    day.pass(60).await;
    assert!(codes(&day).is_empty(), "{:?}", codes(&day));
}

#[tokio::test(start_paused = true)]
async fn what_the_computer_lacks_is_told_as_soon_as_somebody_looked() {
    let day = Day::begin(Plan::default()).await;
    day.handle.computer_is(Some(10 << 20), true);
    day.pass(2).await;
    assert_eq!(codes(&day), ["disk_full", "keyring_locked"]);
    let computer = day.handle.health().computer.unwrap();
    assert_eq!((computer.disk_free_bytes, computer.keyring_locked), (Some(10 << 20), true));
    assert_eq!(computer.clock_off_seconds, Some(0), "Aircall's answers tell the time");
    day.handle.computer_is(Some(10 << 30), false);
    day.pass(2).await;
    assert!(codes(&day).is_empty());
}
