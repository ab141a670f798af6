//! B1, A4: whatever kept events away, every call of that time is in the helpdesk afterwards, late changes included, and a
//! person was told within a minute.

use chrono::TimeDelta;
use serde_json::Value;
use sidetone_engine::settings::Arrival;
use sidetone_protocol::{Alert, CallState, GapCause, RecoveryState, RecoveryView};
use sidetone_sandbox::{Fault, FaultKind, HangUp, aircall_world as world};

use crate::day::{Day, MARTA, Plan, STRANGER, tags};
use crate::front;

const HOUR: u64 = 3_600;
const COLLEAGUE: &str = "+33199005577";

fn alert(day: &Day, code: &str) -> Option<Alert> {
    day.handle.health().alerts.into_iter().find(|alert| alert.code == code)
}

fn alerts(day: &Day) -> Vec<String> {
    day.handle.health().alerts.into_iter().map(|alert| alert.code).collect()
}

fn recovery(day: &Day, cause: GapCause) -> RecoveryView {
    let all = day.handle.health().recoveries;
    all.iter().rev().find(|one| one.cause == cause).cloned().unwrap_or_else(|| panic!("{cause:?}: {all:#?}"))
}

/// An answered call of which nobody waits for the record.
async fn goes_by(day: &Day, from: &str) -> u64 {
    let call = day.ring(world::SUPPORT_FR, Some(from));
    day.pass(8).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(40).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(40).await;
    call
}

fn asked(day: &Day, method: &str, path: &str) -> usize {
    let journal = day.aircall.journal(0);
    journal.iter().filter(|entry| entry.method == method && entry.path.starts_with(path)).count()
}

fn lose_events(day: &Day, lost: bool) {
    day.aircall.switch(|s| s.drop_share = if lost { 1.0 } else { 0.0 });
}

#[tokio::test(start_paused = true)]
async fn a_webhook_that_stays_off_for_two_hours_loses_no_call() {
    let mut day = Day::begin(Plan { enable_webhook: false, ..Plan::default() }).await;
    let before = day.answered(MARTA).await;
    day.aircall.disable_webhooks();
    let off_since = day.now().timestamp();
    day.pass(60).await;
    let told = alert(&day, "webhook_disabled").expect("told within a minute");
    assert!((off_since - 60..=off_since).contains(&told.since) && told.mend.contains("Mend"), "{told:?}");
    let mut calls = vec![goes_by(&day, STRANGER).await];
    day.aircall.tag(before, Some(world::CAMILLE), "Refund").unwrap();
    // What Aircall's list tells is known only half a minute later, but it is logged; also what nobody was there for.
    day.pass(60).await;
    day.ticket(calls[0]);
    assert_eq!(alert(&day, "webhook_disabled").unwrap().calls, 1);
    day.kill().await;
    calls.push(goes_by(&day, COLLEAGUE).await);
    day.pass(HOUR).await;
    day.start().unwrap();
    day.pass(HOUR - 300).await;
    assert!(!day.aircall.webhooks()[0].active, "the set-up leaves that to a person");
    let told = alert(&day, "webhook_disabled").expect("still, over a restart");
    assert!(told.since <= off_since, "{told:?}");
    day.handle.put_webhook_right();
    day.pass(20).await;
    assert!(day.aircall.webhooks()[0].active);
    day.pass(120).await;
    assert!(alerts(&day).is_empty(), "{:?}", alerts(&day));
    let recovery = recovery(&day, GapCause::WebhookDisabled);
    assert_eq!(
        (recovery.state, recovery.calls, recovery.written),
        (RecoveryState::Done, 2, 2),
        "{recovery:?}"
    );
    assert_eq!(recovery.total, Some(recovery.read));
    for call in &calls {
        day.ticket(*call);
    }
    assert!(tags(&day.ticket(before)).contains(&"Refund"), "a late change of an older call");
}

#[tokio::test(start_paused = true)]
async fn a_night_without_the_program_and_without_the_webhook_is_written_once() {
    for desk in ["gorgias", "front"] {
        let plan = if desk == "front" { Plan::with_front() } else { Plan::default() };
        let mut day = Day::begin(plan).await;
        let yesterday = goes_by(&day, MARTA).await;
        day.aircall.tag(yesterday, Some(world::CAMILLE), "Refund").unwrap();
        day.pass(60).await;
        day.kill().await;
        // Of what was delivered while nobody was there, nothing comes again.
        day.aircall.disable_webhooks();
        let mut calls = Vec::new();
        for _ in 0..3 {
            calls.push(goes_by(&day, STRANGER).await);
            day.pass(2 * HOUR).await;
        }
        let missed = day.ring(world::SUPPORT_FR, Some(COLLEAGUE));
        day.pass(25).await;
        day.aircall.hang_up(missed, &HangUp::default()).unwrap();
        calls.push(missed);
        day.aircall.untag(yesterday, "Refund").unwrap();
        day.aircall.tag(yesterday, Some(world::CAMILLE), "Complaint").unwrap();
        day.aircall.comment(yesterday, world::CAMILLE, "She will write").unwrap();
        day.pass(2 * HOUR).await;
        day.start().unwrap();
        day.pass(180).await;
        let recovery = recovery(&day, GapCause::WebhookDisabled);
        assert_eq!((recovery.state, recovery.calls), (RecoveryState::Done, 5), "{desk}: {recovery:?}");
        assert!(alerts(&day).is_empty());
        for call in &calls {
            match desk {
                "front" => drop(front::conversation(&day, *call)),
                _ => drop(day.ticket(*call)),
            }
        }
        let records = day.helpdesk_dump().to_string();
        assert!(records.contains("She will write"), "{desk}");
        if desk == "gorgias" {
            let ticket = day.ticket(yesterday);
            let tags = tags(&ticket);
            assert!(tags.contains(&"Complaint") && !tags.contains(&"Refund"), "{tags:?}");
        }
        // And what was written stays, however often it is read again.
        let writes = day.helpdesk_journal().iter().filter(|entry| entry.is_write()).count();
        day.pass(2 * HOUR).await;
        assert_eq!(day.helpdesk_journal().iter().filter(|entry| entry.is_write()).count(), writes, "{desk}");
    }
}

#[tokio::test(start_paused = true)]
async fn while_the_network_is_gone_and_after_sleep_nothing_is_lost() {
    let day = Day::begin(Plan::default()).await;
    lose_events(&day, true);
    let everything = day.aircall.add_fault(Fault::next(u32::MAX, FaultKind::CutBefore));
    let call = goes_by(&day, STRANGER).await;
    day.pass(HOUR).await;
    assert_eq!(alerts(&day), ["aircall_unreachable"], "one alert for one cause");
    day.aircall.take_back_fault(everything);
    lose_events(&day, false);
    day.pass(180).await;
    day.ticket(call);
    let recovery = recovery(&day, GapCause::AircallAway);
    assert_eq!((recovery.state, recovery.calls), (RecoveryState::Done, 1));
    assert!(alerts(&day).is_empty(), "{:?}", alerts(&day));
}

#[tokio::test(start_paused = true)]
async fn what_came_while_the_key_was_withdrawn_is_read_once_it_is_accepted() {
    let day = Day::begin(Plan::default()).await;
    lose_events(&day, true);
    day.aircall.switch(|s| s.revoked = true);
    let call = goes_by(&day, STRANGER).await;
    day.pass(HOUR).await;
    assert_eq!(alerts(&day), ["aircall_refused"]);
    day.aircall.switch(|s| s.revoked = false);
    lose_events(&day, false);
    day.pass(180).await;
    day.ticket(call);
    assert_eq!(recovery(&day, GapCause::AccessWithdrawn).state, RecoveryState::Done);
}

#[tokio::test(start_paused = true)]
async fn where_calls_are_polled_a_long_time_without_polls_is_read_whole() {
    let mut day = Day::begin(Plan { arrival: Arrival::Polling, ..Plan::default() }).await;
    day.pass(60).await;
    day.kill().await;
    let call = goes_by(&day, STRANGER).await;
    // A poll reads two hours back.
    day.pass(5 * HOUR).await;
    day.start().unwrap();
    day.pass(180).await;
    day.ticket(call);
    let recovery = recovery(&day, GapCause::NotRunning);
    assert_eq!((recovery.state, recovery.calls), (RecoveryState::Done, 1), "{recovery:?}");
}

#[tokio::test(start_paused = true)]
async fn a_first_start_reads_from_the_configured_line_and_tells_what_is_out_of_reach() {
    let mut plan = Plan::default();
    plan.logging.from = Some(crate::day::morning() - TimeDelta::days(300));
    let day = Day::begin(plan).await;
    day.pass(120).await;
    let recovery = recovery(&day, GapCause::GoLive);
    assert_eq!(recovery.state, RecoveryState::Done, "{recovery:?}");
    let reach = recovery.out_of_reach_before.expect("Aircall keeps six months");
    let age = day.now().timestamp() - reach;
    assert!((180 * 86_400..=185 * 86_400).contains(&age), "{age}");
    let nothing_before = Day::begin(Plan::default()).await;
    nothing_before.pass(120).await;
    assert!(
        nothing_before.handle.health().recoveries.is_empty(),
        "nothing was missed before the first start"
    );
}

#[tokio::test(start_paused = true)]
async fn a_webhook_that_goes_off_again_and_again_is_switched_on_less_often() {
    let day = Day::begin(Plan::default()).await;
    let begun = day.now();
    for _ in 0..12 * 60 {
        day.aircall.disable_webhooks();
        day.pass(5).await;
    }
    let switched_on: Vec<i64> = day
        .aircall
        .journal(0)
        .into_iter()
        .filter(|entry| entry.method == "PUT" && entry.path.starts_with("/v1/webhooks"))
        .map(|entry| {
            assert_eq!(entry.body["events"].as_array().map(Vec::len), Some(29), "its whole list, each time");
            (entry.at - begun).num_minutes()
        })
        .collect();
    assert!((4..=6).contains(&switched_on.len()), "{switched_on:?}");
    assert!(alert(&day, "webhook_disabled").is_some());
    // A person who wants it now has it now.
    day.handle.put_webhook_right();
    day.pass(20).await;
    assert!(day.aircall.webhooks()[0].active);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_was_wrong_hides_no_gap() {
    // Ahead by two days, set right while the program runs, and while it does not; then one that begins in 1970.
    let mut day = Day::begin(Plan::default()).await;
    day.clock.is_ahead_by(2 * 86_400);
    day.pass(1_200).await;
    day.clock.is_ahead_by(0);
    day.pass(120).await;
    day.aircall.disable_webhooks();
    let call = goes_by(&day, STRANGER).await;
    day.pass(120).await;
    day.ticket(call);
    assert!(day.aircall.webhooks()[0].active, "it is looked after at once, and not in two days");

    day.clock.is_ahead_by(2 * 86_400);
    day.pass(1_200).await;
    day.kill().await;
    day.clock.is_ahead_by(0);
    let missed = goes_by(&day, COLLEAGUE).await;
    day.pass(HOUR).await;
    day.start().unwrap();
    day.pass(600).await;
    day.ticket(missed);

    day.kill().await;
    let missed = goes_by(&day, COLLEAGUE).await;
    day.pass(HOUR).await;
    day.clock.is_ahead_by(-day.now().timestamp());
    let everything = day.aircall.add_fault(Fault::next(u32::MAX, FaultKind::CutBefore));
    day.start().unwrap();
    day.pass(120).await;
    day.clock.is_ahead_by(0);
    day.aircall.take_back_fault(everything);
    let asked_before = asked(&day, "GET", "/v1/calls?");
    day.pass(600).await;
    day.ticket(missed);
    let asked = asked(&day, "GET", "/v1/calls?") - asked_before;
    assert!(asked < 60, "a day, and not half a year: {asked}");
    let reach = day.handle.health().recoveries.iter().find_map(|one| one.out_of_reach_before);
    assert_eq!(reach, None, "nothing is out of reach");
}

#[tokio::test(start_paused = true)]
async fn a_page_that_aircall_never_lists_holds_nothing_else_up() {
    let mut day = Day::begin(Plan::default()).await;
    day.pass(60).await;
    day.kill().await;
    let calls = [goes_by(&day, STRANGER).await, goes_by(&day, COLLEAGUE).await];
    day.pass(HOUR).await;
    let call = goes_by(&day, MARTA).await;
    let refused = Fault::next(7, FaultKind::Status { status: 400, retry_after: None });
    day.aircall.add_fault(refused.on("GET", "/v1/calls"));
    day.start().unwrap();
    day.pass(1_200).await;
    for call in calls.iter().chain([&call]) {
        day.ticket(*call);
    }
    let told = day.handle.health().recoveries;
    assert!(told.iter().all(|one| one.state == RecoveryState::Done), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn switched_off_and_left_so_calls_are_still_found_after_a_restart() {
    let mut day = Day::begin(Plan { enable_webhook: false, ..Plan::default() }).await;
    day.pass(60).await;
    day.aircall.disable_webhooks();
    day.pass(60).await;
    day.kill().await;
    day.pass(60).await;
    day.start().unwrap();
    day.pass(60).await;
    let call = goes_by(&day, STRANGER).await;
    day.pass(120).await;
    day.ticket(call);
    assert!(alert(&day, "webhook_disabled").is_some());
}

#[tokio::test(start_paused = true)]
async fn a_recovery_that_a_person_stops_is_left_where_it_is() {
    let mut day = Day::begin(Plan::default()).await;
    day.pass(60).await;
    day.kill().await;
    day.pass(11 * HOUR).await;
    let _ = day.aircall.add_past_calls(3_000, 12);
    day.start().unwrap();
    day.pass(60).await;
    let reading = recovery(&day, GapCause::NotRunning);
    assert_eq!(reading.state, RecoveryState::Reading);
    assert!(reading.remaining_seconds.is_some_and(|left| left < 3_600), "{reading:?}");
    assert!(day.handle.stop_recovery(&reading.id).await.unwrap());
    assert!(!day.handle.stop_recovery(&reading.id).await.unwrap(), "once");
    assert!(!day.handle.stop_recovery("x").await.unwrap());
    day.pass(60).await;
    let stopped = recovery(&day, GapCause::NotRunning);
    assert_eq!(stopped.state, RecoveryState::Stopped);
    assert!(stopped.read < 3_000, "{stopped:?}");
    day.kill_and_restart().await;
    day.pass(30).await;
    let found: Vec<_> =
        day.handle.health().recoveries.into_iter().filter(|one| one.id == reading.id).collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].state, RecoveryState::Stopped, "over restarts, too");
}

/// B1, B2: hundreds of calls of an outage wait to be written; what is added to the record of an older call goes before them,
/// and the record of a call of now before both.
#[tokio::test(start_paused = true)]
async fn what_an_outage_left_to_write_holds_up_neither_additions_nor_calls_of_now() {
    let mut day = Day::begin(Plan::default()).await;
    day.pass(60).await;
    let earlier = day.answered(MARTA).await;
    day.kill().await;
    day.pass(10 * HOUR).await;
    let past = day.aircall.add_past_calls(300, 60);
    day.pass(HOUR).await;
    day.start().unwrap();
    let waiting = |day: &Day| day.handle.health().outbox.calls;
    let mut waited = 0;
    while waiting(&day) < 200 {
        day.pass(5).await;
        waited += 5;
        assert!(waited < 900, "the outbox does not fill: {}", waiting(&day));
    }
    day.aircall.comment(earlier, world::CAMILLE, "Rang once more").unwrap();
    day.pass(20).await;
    assert!(day.ticket(earlier).to_string().contains("Rang once more"), "it waited behind {}", waiting(&day));
    let call = day.ring(world::SUPPORT_FR, Some("+493023125044"));
    day.pass(8).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(10).await;
    assert!(day.ticket(call).to_string().contains("Call answered"), "it waited behind {}", waiting(&day));
    assert!(waiting(&day) > 100, "too few waited for this to say anything: {}", waiting(&day));
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(1_200).await;
    assert_eq!(waiting(&day), 0, "all of it is written");
    let missing: Vec<_> = past.iter().filter(|call| day.detail(**call).state == CallState::Pending).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[tokio::test(start_paused = true)]
async fn killed_during_a_recovery_it_reads_one_page_twice_at_most() {
    let mut day = Day::begin(Plan::default()).await;
    day.pass(60).await;
    day.kill().await;
    day.pass(8 * HOUR).await;
    let past = day.aircall.add_past_calls(400, 60);
    let before = day.aircall.journal(0).len();
    day.start().unwrap();
    for _ in 0..4 {
        day.pass(4).await;
        day.kill_and_restart().await;
    }
    day.pass(1_200).await;
    let mut pages: Vec<String> = day.aircall.journal(0)[before..]
        .iter()
        .filter(|entry| entry.path.starts_with("/v1/calls?") && entry.path.contains("order=asc"))
        .map(|entry| entry.path.clone())
        .collect();
    let all = pages.len();
    pages.sort();
    pages.dedup();
    // Each start opens a short gap of its own, of one page or two; the long one is not begun anew.
    let again = all - pages.len();
    assert!(again <= 4, "{again} of {all} pages were read twice");
    let known =
        past.iter().filter(|call| day.handle.call(sidetone_engine::call::CaseId(**call)).unwrap().is_some());
    assert_eq!(known.count(), past.len(), "all of them");
    let first = day.handle.health().recoveries.first().cloned().expect("shown");
    assert_eq!(first.state, RecoveryState::Done, "{first:?}");
}

#[tokio::test(start_paused = true)]
async fn who_only_reads_recovers_its_store_and_writes_nothing() {
    let day = Day::begin(Plan::default()).await;
    let second = day.second("elsewhere.example.com", Plan::default());
    day.pass(5).await;
    let seq = day.last_seq();
    lose_events(&day, true);
    let call = goes_by(&day, STRANGER).await;
    day.pass(1_200).await;
    let id = sidetone_engine::call::CaseId(call);
    assert!(second.handle.call(id).unwrap().is_some(), "it is in the log of the one that only reads");
    let writes =
        day.gorgias.journal(seq).into_iter().filter(|entry| entry.is_write() && entry.path == "/api/tickets");
    assert_eq!(writes.count(), 1, "and written once, by the other one");
}

#[tokio::test(start_paused = true)]
async fn what_is_read_again_leaves_only_news_behind() {
    let day = Day::begin(Plan::default()).await;
    let calls = [goes_by(&day, MARTA).await, goes_by(&day, STRANGER).await];
    day.pass(1_200).await;
    let rows = |day: &Day| -> i64 {
        let file = rusqlite::Connection::open(day.database()).unwrap();
        file.query_row("SELECT count(*) FROM inbox WHERE origin = 'listed'", [], |row| row.get(0)).unwrap()
    };
    let first = rows(&day);
    assert_eq!(first, 0, "all of it was heard");
    let readings = asked(&day, "GET", "/v1/calls?");
    day.pass(6 * HOUR).await;
    assert!(asked(&day, "GET", "/v1/calls?") >= readings + 24);
    assert_eq!(rows(&day), 0, "nothing new, nothing stored");
    // A tag that came with an event and went without one, before a list had shown it.
    day.aircall.tag(calls[0], Some(world::CAMILLE), "Refund").unwrap();
    day.pass(60).await;
    assert!(tags(&day.ticket(calls[0])).contains(&"Refund"));
    lose_events(&day, true);
    day.aircall.untag(calls[0], "Refund").unwrap();
    day.pass(1_200).await;
    assert!(
        !tags(&day.ticket(calls[0])).contains(&"Refund"),
        "the list says what it said before, and it is news"
    );
    // What is older than a day is read again at night.
    day.pass(26 * HOUR).await;
    day.aircall.comment(calls[1], world::CAMILLE, "A day later").unwrap();
    day.pass(24 * HOUR).await;
    let notes: Value = day.ticket(calls[1]);
    assert!(notes.to_string().contains("A day later"));
}

#[tokio::test(start_paused = true)]
async fn recovery_uses_nine_tenths_of_our_share_and_delays_no_ring() {
    let mut day = Day::begin(Plan::default()).await;
    day.pass(60).await;
    day.kill().await;
    day.pass(11 * HOUR).await;
    let _ = day.aircall.add_past_calls(4_500, 8);
    day.start().unwrap();
    // What a start asks for is over, and out of the window.
    day.pass(150).await;
    let before = day.aircall.journal(0).len();
    day.pass(120).await;
    let asked = day.aircall.journal(0).len() - before;
    assert!((54..=60).contains(&asked), "60 are ours in two minutes: {asked}");
    assert_eq!(recovery(&day, GapCause::NotRunning).state, RecoveryState::Reading);
    for from in [MARTA, "+33199001144", "+493023125044"] {
        let call = day.ring(world::SUPPORT_FR, Some(from));
        day.pass(3).await;
        assert!(
            day.aircall.cards().iter().any(|card| card.call == call),
            "no Insight Card within three seconds"
        );
        day.pass(20).await;
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
        day.pass(10).await;
    }
}
