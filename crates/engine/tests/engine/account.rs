//! The weekly account: counted, told, and what Aircall has and we had lost is found and written.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sidetone_engine::settings::UnknownCallers;
use sidetone_engine::telling::Courier;
use sidetone_protocol::{Account, GapCause};
use sidetone_sandbox::aircall_world as world;

use crate::day::{Day, MARTA, Plan, STRANGER};
use crate::telling::Postbox;

/// There Monday comes first: the day begins on a Saturday.
const FAR_EAST: &str = "Pacific/Kiritimati";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

async fn until(day: &Day, moment: &str) {
    let seconds = (at(moment) - day.now()).num_seconds();
    day.pass(seconds.try_into().unwrap()).await;
}

/// The database as a program that lost something would leave it.
async fn lose(day: &mut Day, statements: &[String]) {
    day.kill().await;
    let database = rusqlite::Connection::open(day.database()).unwrap();
    for statement in statements {
        database.execute(statement, []).unwrap();
    }
    drop(database);
    day.start().unwrap();
}

fn codes(account: &Account) -> Vec<(&str, u32, bool)> {
    account.differing.iter().map(|reason| (reason.code.as_str(), reason.n, reason.wanted)).collect()
}

fn alert(day: &Day) -> Option<u32> {
    let alerts = day.handle.health().alerts;
    alerts.iter().find(|alert| alert.code == "account_differs").map(|alert| alert.calls)
}

#[tokio::test(start_paused = true)]
async fn on_monday_the_week_is_counted_a_lost_call_is_found_and_the_figures_are_told_once() {
    let postbox = Arc::new(Postbox::default());
    let courier: Arc<dyn Courier> = Arc::clone(&postbox) as Arc<dyn Courier>;
    let mut plan = Plan { courier: Some(courier), time_zone: Some(FAR_EAST), ..Plan::default() };
    plan.logging.unknown_callers = UnknownCallers::Hold;
    let mut day = Day::begin(plan).await;
    let lost = day.answered(MARTA).await;
    let kept = day.answered(MARTA).await;
    let held = day.answered(STRANGER).await;
    until(&day, "2026-11-22T16:00:00Z").await;
    // What is asked of Aircall for this is one reading of its list.
    lose(
        &mut day,
        &["call", "ledger", "trace", "attempt"].map(|table| {
            let column = if table == "call" { "id" } else { "call_id" };
            format!("DELETE FROM {table} WHERE {column} = {lost}")
        }),
    )
    .await;
    until(&day, "2026-11-22T16:50:00Z").await;
    let before = day.handle.account(None).unwrap();
    assert_eq!((before.aircall, before.helpdesk, before.reading), (2, 1, None), "the lost one is not known");
    assert_eq!(
        (before.from, before.to),
        (at("2026-11-15T10:00:00Z").timestamp(), at("2026-11-22T10:00:00Z").timestamp())
    );
    until(&day, "2026-11-22T17:10:00Z").await;
    let account = day.handle.account(None).unwrap();
    let reading = account.reading.unwrap();
    assert_eq!((reading.listed, reading.found), (3, 1));
    assert_eq!((account.aircall, account.helpdesk, account.unknown), (3, 2, 0));
    assert_eq!(codes(&account), [("unknown_caller", 1, true)]);
    assert_eq!(account.differing[0].calls[0].id, held.to_string());
    // Its record was there: it was found by our marker, and not made again (B17).
    let of_call = |call: u64| {
        let marker = format!("aircall:call:{call}");
        day.gorgias.dump()["tickets"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|t| t["external_id"] == marker)
            .count()
    };
    assert_eq!((of_call(lost), of_call(kept)), (1, 1));
    assert_eq!(
        postbox.told().iter().filter(|(_, state)| *state == "account").count(),
        0,
        "what was found settles first"
    );
    until(&day, "2026-11-22T18:00:00Z").await;
    day.kill_and_restart().await;
    until(&day, "2026-11-22T19:00:00Z").await;
    let told: Vec<_> =
        postbox.taken.lock().unwrap().iter().filter_map(|telling| telling.body.account.clone()).collect();
    assert_eq!(told.len(), 1, "once, over restarts");
    assert_eq!((told[0].aircall, told[0].helpdesk, told[0].found), (3, 2, 1));
    assert_eq!(told[0].reasons, [("unknown_caller".to_owned(), 1, true)]);
    assert_eq!(alert(&day), None, "those that wait for a person have an alert of their own");
}

#[tokio::test(start_paused = true)]
async fn what_is_missing_for_no_reason_that_is_known_is_an_alert_until_it_is_there() {
    let mut day = Day::begin(Plan { time_zone: Some(FAR_EAST), ..Plan::default() }).await;
    let call = day.answered(MARTA).await;
    until(&day, "2026-11-22T16:00:00Z").await;
    lose(&mut day, &[format!("DELETE FROM ledger WHERE call_id = {call} AND key = 'ticket'")]).await;
    until(&day, "2026-11-22T17:20:00Z").await;
    assert_eq!(alert(&day), None);
    until(&day, "2026-11-22T17:45:00Z").await;
    assert_eq!(alert(&day), Some(1));
    let account = day.handle.account(None).unwrap();
    assert_eq!((account.aircall, account.helpdesk), (1, 0));
    assert_eq!(codes(&account), [("pending", 1, true)]);
}

#[tokio::test(start_paused = true)]
async fn any_time_is_counted_on_demand_within_what_is_left_to_old_calls() {
    let day = Day::begin(Plan { lines: vec![world::SUPPORT_FR], ..Plan::default() }).await;
    let (from, to) = (day.now().timestamp() - 60, day.now().timestamp() + 3_600);
    day.answered(MARTA).await;
    // On a line that is not selected, and before.
    let other = day.ring(world::SALES_US, Some(MARTA));
    day.aircall.hang_up(other, &sidetone_sandbox::HangUp::default()).unwrap();
    day.pass(60).await;
    assert_eq!(day.handle.account(Some((from, to))).unwrap().reading, None);
    assert!(day.handle.read_account(from, to).await);
    day.pass(60).await;
    let account = day.handle.account(Some((from, to))).unwrap();
    assert_eq!((account.aircall, account.helpdesk, account.is_read), (1, 1, false));
    assert_eq!(account.reading.map(|reading| (reading.listed, reading.found)), Some((1, 0)));
    assert!(account.differing.is_empty());
    assert!(day.handle.health().recoveries.iter().all(|one| one.cause != GapCause::Silent));
}
