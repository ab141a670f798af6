//! Vendors that do not know a call, refuse what is asked, or answer nonsense: what can be written is written, nobody's
//! request budget is burnt, and a person is told (B1, B2, B3).

use serde_json::json;
use sidetone_engine::call::CaseId;
use sidetone_engine::settings::Arrival;
use sidetone_protocol::{CallState, ConnectionState, Health, HealthState, Vendor};
use sidetone_sandbox::{Fault, FaultKind, HangUp, aircall_world as world};

use crate::day::{Day, MARTA, Plan, note};

const UNAVAILABLE: FaultKind = FaultKind::Status { status: 503, retry_after: None };

/// A call of which Aircall tells that it began, and never another word; it does not know it either.
fn a_call_begins_and_is_forgotten(day: &Day) -> CaseId {
    let id = 4_000_000_001u64;
    day.aircall.emit(
        "call.created",
        json!({
            "id": id, "direction": "inbound", "status": "initial", "started_at": day.now().timestamp(),
            "raw_digits": "+33 1 99 00 55 99",
            "number": {"id": world::SUPPORT_FR, "name": "Support FR", "digits": "+33 1 99 00 12 34",
                       "country": "FR", "time_zone": "Europe/Paris"},
        }),
    );
    CaseId(id)
}

fn reads_of_calls(day: &Day, after: u64) -> usize {
    day.aircall.journal(after).iter().filter(|e| e.path.starts_with("/v1/calls/")).count()
}

fn last_at_aircall(day: &Day) -> u64 {
    day.aircall.journal(0).last().map_or(0, |entry| entry.seq)
}

#[tokio::test(start_paused = true)]
async fn a_call_that_aircall_does_not_know_is_asked_for_once() {
    let day = Day::begin(Plan::default()).await;
    a_call_begins_and_is_forgotten(&day);
    day.pass(10).await;
    let before = last_at_aircall(&day);
    day.pass(12 * 3600).await;
    assert_eq!(reads_of_calls(&day, before), 1);
}

#[tokio::test(start_paused = true)]
async fn a_silent_call_rests_while_the_key_is_refused() {
    let day = Day::begin(Plan::default()).await;
    a_call_begins_and_is_forgotten(&day);
    day.pass(5).await;
    day.aircall.switch(|s| s.revoked = true);
    day.pass(3 * 3600 - 10).await;
    let (told, before) = (day.handle.subscribe(), day.last_seq());
    day.pass(600).await;
    // Each question whether the helpdesk lets us in is shown with its time.
    let questions = day.gorgias.journal(before).iter().filter(|entry| entry.path == "/api/account").count();
    let changes = told.len().saturating_sub(questions);
    assert!(changes < 30, "{changes} changes in ten minutes in which nothing happened");
}

#[tokio::test(start_paused = true)]
async fn a_silent_call_is_asked_for_again_when_aircall_is_back() {
    let day = Day::begin(Plan::default()).await;
    let call = day.ring(world::SUPPORT_FR, None);
    day.pass(5).await;
    day.aircall.switch(|s| s.drop_share = 1.0);
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    // Neither the call nor a list of calls is to be had.
    day.aircall.add_fault(Fault::next(1_000_000, UNAVAILABLE).on("GET", "/v1/calls"));
    day.pass(3 * 3600 + 1740).await;
    assert!(day.tickets_of(&format!("aircall:call:{call}")).is_empty(), "its end is not known yet");
    day.aircall.clear_faults();
    day.pass(3 * 3600).await;
    assert_eq!(day.tickets_of(&format!("aircall:call:{call}")).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn missed_calls_are_written_within_minutes_while_aircall_answers_only_503() {
    let day = Day::begin(Plan::default()).await;
    day.pass(30).await;
    for path in ["/v1", "/v2"] {
        for method in ["GET", "POST", "PUT"] {
            day.aircall.add_fault(Fault::next(1_000_000, UNAVAILABLE).on(method, path));
        }
    }
    let mut calls = Vec::new();
    for n in 0..20 {
        let line = if n % 4 == 0 { world::RECEPTION } else { world::SUPPORT_FR };
        let call = day.ring(line, Some(&format!("+3319900{:04}", 2000 + n)));
        day.pass(10).await;
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
        calls.push(call);
        day.pass(20).await;
    }
    day.pass(240).await;
    for call in calls {
        assert_eq!(day.tickets_of(&format!("aircall:call:{call}")).len(), 1, "{call}");
    }
}

fn link(health: &Health, vendor: Vendor) -> ConnectionState {
    health.connections.iter().find(|c| c.vendor == vendor).expect("both are shown").state
}

/// Answers with a status of success or of nobody's fault, none of which comes from the vendor's API.
const NONSENSE: [(&str, FaultKind); 3] = [
    ("a web page", FaultKind::Html { status: 200 }),
    ("a redirect to a sign-in page", FaultKind::Html { status: 302 }),
    ("half a JSON", FaultKind::Malformed),
];

#[tokio::test(start_paused = true)]
async fn a_helpdesk_that_answers_nonsense_is_told_and_what_waits_is_counted_and_written_later() {
    for (name, kind) in NONSENSE {
        let day = Day::begin(Plan::default()).await;
        day.pass(60).await;
        day.gorgias.add_fault(Fault::next(1_000_000, kind));
        let call = day.answered(MARTA).await;
        day.pass(600).await;
        let health = day.handle.health();
        assert_eq!(link(&health, Vendor::Gorgias), ConnectionState::Unreachable, "{name}");
        assert_eq!(health.state, HealthState::NeedsAttention, "{name}");
        assert_eq!(health.outbox.calls, 1, "{name}");
        assert!(health.outbox.oldest_seconds > 600, "{name}: {:?}", health.outbox);
        day.gorgias.clear_faults();
        day.pass(120).await;
        assert_eq!(day.detail(call).call.state, CallState::Complete, "{name}");
        assert_eq!(day.handle.health().state, HealthState::Well, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_aircall_that_answers_nonsense_is_told() {
    let missing = ("no such path", FaultKind::Status { status: 404, retry_after: None });
    for (name, kind) in NONSENSE.into_iter().chain([missing]) {
        let mut day = Day::begin(Plan { deliver: false, ..Plan::default() }).await;
        day.aircall.add_fault(Fault::next(1_000_000, kind));
        day.kill_and_restart().await;
        day.pass(600).await;
        let health = day.handle.health();
        assert_eq!(link(&health, Vendor::Aircall), ConnectionState::Unreachable, "{name}");
        assert!(health.alerts.iter().any(|a| a.code == "aircall_unreachable"), "{name}: {:?}", health.alerts);
    }
}

#[tokio::test(start_paused = true)]
async fn a_look_up_that_is_refused_for_good_is_told_with_the_calls_that_wait_and_not_repeated_all_the_time() {
    let day = Day::begin(Plan::default()).await;
    day.pass(60).await;
    let forbidden = FaultKind::Status { status: 403, retry_after: None };
    day.gorgias.add_fault(Fault::next(1_000_000, forbidden).on("GET", "/api/customers"));
    let call = day.answered(MARTA).await;
    day.pass(60).await;
    let before = day.last_seq();
    day.pass(1800).await;
    let asked = day.requests(before).1.len();
    assert!((1..=7).contains(&asked), "{asked} look-ups in half an hour");
    let detail = day.detail(call);
    assert_eq!(detail.call.state, CallState::Pending);
    assert_eq!(detail.call.reason.map(|reason| reason.code).as_deref(), Some("question_refused"));
    let health = day.handle.health();
    let alert = health.alerts.iter().find(|a| a.code == "question_refused").expect("a person is told");
    assert_eq!((alert.calls, health.outbox.calls), (1, 1));
    assert!(alert.mend.contains("role"), "{}", alert.mend);
    day.gorgias.clear_faults();
    day.pass(360).await;
    assert_eq!(day.detail(call).call.state, CallState::Complete);
    assert_eq!(day.handle.health().state, HealthState::Well);
}

#[tokio::test(start_paused = true)]
async fn a_look_up_that_failed_while_it_rings_is_made_up_for_and_the_card_is_shown() {
    let day = Day::begin(Plan::default()).await;
    let bad_gateway = FaultKind::Status { status: 502, retry_after: None };
    day.gorgias.add_fault(Fault::next(1, bad_gateway).on("GET", "/api/customers"));
    let before = day.last_seq();
    day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(5).await;
    assert_eq!(day.requests(before).1.len(), 2);
    assert_eq!(day.aircall.cards().len(), 1);
    day.pass(120).await;
    assert_eq!(day.requests(before).1.len(), 2, "once it is answered it is not asked again");
}

#[tokio::test(start_paused = true)]
async fn polling_a_busy_account_leaves_room_for_lists_and_sees_rings_and_late_ends() {
    let day = Day::begin(Plan { arrival: Arrival::Polling, ..Plan::default() }).await;
    let long = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(8).await;
    day.aircall.answer(long, Some(world::CAMILLE)).unwrap();
    for n in 0..170 {
        let call = day.ring(world::SUPPORT_DE, Some(&format!("+49302312{:04}", 1000 + n)));
        day.pass(2).await;
        day.aircall.hang_up(call, &HangUp { voicemail: true, ..HangUp::default() }).unwrap();
        day.pass(5).await;
    }
    // By now the long call is on the fourth page.
    day.pass(30).await;
    let before = last_at_aircall(&day);
    day.aircall.hang_up(long, &HangUp::default()).unwrap();
    day.pass(120).await;
    assert!(day.detail(long).call.ended_at.is_some());
    let ring = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(12).await;
    assert!(day.handle.call(CaseId(ring)).unwrap().is_some());
    let polls = |from| {
        let asked = day.aircall.journal(from);
        asked.iter().filter(|e| e.path.starts_with("/v1/calls?")).count()
    };
    let from = last_at_aircall(&day);
    day.pass(600).await;
    assert!(polls(from) <= 20 * 11, "{} polls in 10 minutes, somebody being on a call", polls(from));
    day.aircall.hang_up(ring, &HangUp::default()).unwrap();
    day.pass(30).await;
    let from = last_at_aircall(&day);
    day.pass(1200).await;
    assert!(polls(from) <= 12 * 21, "{} polls in 20 minutes at rest", polls(from));
    let journal = day.aircall.journal(before);
    for list in ["/v1/teams", "/v1/tags", "/v1/numbers"] {
        assert!(journal.iter().any(|e| e.path.starts_with(list)), "{list}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wrong_subdomain_stops_nothing_at_aircall_and_the_call_is_written_once_it_is_mended() {
    for restarted in [false, true] {
        let mut day = Day::begin(Plan::default()).await;
        day.gorgias.switch(|s| s.wrong_account = true);
        let call = day.answered(MARTA).await;
        let comment = day.aircall.comment(call, world::CAMILLE, "Before it was mended").unwrap();
        day.pass(120).await;

        let health = day.handle.health();
        let alert = health.alerts.iter().find(|a| a.code == "gorgias_wrong_account").expect("told");
        assert!(alert.what.contains("no Gorgias account"), "{alert:?}");
        assert_eq!(link(&health, Vendor::Aircall), ConnectionState::Accepted);
        assert_eq!(health.outbox.calls, 1);
        let detail = day.detail(call);
        assert_eq!(detail.call.state, CallState::Pending);
        assert!(detail.call.ended_at.is_some(), "it was stored to its end");
        assert_eq!(detail.facts["comments"][0]["content"], "Before it was mended");
        let before = last_at_aircall(&day);
        day.pass(60).await;
        let went_on = day.aircall.journal(before);
        assert!(went_on.iter().any(|e| e.path.starts_with("/v1/webhooks") && e.status == 200));

        if restarted {
            day.kill().await;
            day.gorgias.switch(|s| s.wrong_account = false);
            day.start().unwrap();
        } else {
            day.gorgias.switch(|s| s.wrong_account = false);
        }
        day.pass(600).await;
        let ticket = day.ticket(call);
        for key in ["answered", "ended", &format!("comment:{comment}")] {
            note(&ticket, key);
        }
        assert_eq!(ticket["messages"].as_array().unwrap().len(), 3);
        assert_eq!(day.detail(call).call.state, CallState::Complete);
        assert!(day.handle.health().alerts.is_empty());
    }
}
