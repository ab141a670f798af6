//! Who is calling (G1), shown once: with the live answer, or with what is stored; and whatever Aircall makes of the points
//! that it leaves open (`reference/aircall.md` §11).

use sidetone_engine::call::CaseId;
use sidetone_engine::settings::{Arrival, Keep, Logging};
use sidetone_protocol::{CallState, ConnectionState, Vendor};
use sidetone_sandbox::{AircallLimits, Fault, FaultKind, HangUp, ResetUnit, aircall_world as world};

use crate::day::{Day, MARTA, Plan, STRANGER, note};

fn polling() -> Plan {
    Plan { arrival: Arrival::Polling, ..Plan::default() }
}

#[tokio::test(start_paused = true)]
async fn that_nobody_had_the_number_a_while_ago_does_not_use_up_the_only_card() {
    let logging = Logging { missed: Keep::Store, ..Plan::default().logging };
    let day = Day::begin(Plan { logging, ..Plan::default() }).await;
    let missed = day.ring(world::SUPPORT_FR, Some(STRANGER));
    day.pass(5).await;
    day.aircall.hang_up(missed, &HangUp::default()).unwrap();
    // More than ten minutes later it is still stored that nobody has the number.
    day.pass(700).await;
    assert!(day.aircall.cards().is_empty());
    let _ = day.gorgias.add_customer("Nora Feld", None, STRANGER);
    // The live answer comes after the 800 ms for which it is waited.
    day.gorgias.add_fault(Fault::next(1_000, FaultKind::Slow { ms: 1_000 }));
    let call = day.ring(world::SUPPORT_FR, Some(STRANGER));
    day.pass(3).await;
    let cards = day.aircall.cards();
    assert_eq!(cards.len(), 1, "G1: once, and not with nobody: {cards:?}");
    assert_eq!(cards[0].call, call);
    assert!(cards[0].contents.to_string().contains("Nora Feld"), "{cards:?}");
}

#[tokio::test(start_paused = true)]
async fn a_card_is_taken_as_shown_whatever_success_aircall_answers() {
    for status in [200, 201, 202, 204] {
        let day = Day::begin(Plan::default()).await;
        day.aircall.switch(|switches| switches.card_status = status);
        let call = day.ring(world::SUPPORT_FR, Some(MARTA));
        day.pass(30).await;
        let pushed = day.aircall.journal(0).into_iter().filter(|e| e.path.ends_with("/insight_cards"));
        assert_eq!(pushed.map(|e| e.status).collect::<Vec<_>>(), [status], "G1: once");
        assert_eq!(day.aircall.cards()[0].call, call);
        let health = day.handle.health();
        let aircall = health.connections.iter().find(|c| c.vendor == Vendor::Aircall).unwrap();
        assert_eq!((aircall.state, health.alerts.len()), (ConnectionState::Accepted, 0), "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn polled_calls_are_shown_within_one_poll_of_aircall_listing_them() {
    for delay_s in [0, 20] {
        let day = Day::begin(polling()).await;
        day.aircall.switch(|switches| switches.list_delay_s = delay_s as f64);
        let call = day.ring(world::SUPPORT_FR, Some(MARTA));
        if delay_s > 0 {
            day.pass(delay_s - 1).await;
            assert!(day.handle.call(CaseId(call)).unwrap().is_none(), "Aircall does not list it yet");
            day.pass(1).await;
        }
        day.pass(6).await;
        assert_eq!(day.detail(call).card.customer.unwrap().name, "Marta Ibáñez", "G1: after {delay_s} s");
        assert_eq!(day.aircall.cards().len(), 1, "G1: after {delay_s} s");
        day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
        day.pass(30).await;
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
        day.pass(120).await;
        let ticket = day.ticket(call);
        assert_eq!(note(&ticket, "answered")["sender"], "Camille Roux");
        assert_eq!(note(&ticket, "ended")["sender"], "Camille Roux");
    }
}

#[tokio::test(start_paused = true)]
async fn where_aircall_lists_calls_only_when_they_are_over_their_records_are_complete_all_the_same() {
    let day = Day::begin(polling()).await;
    day.aircall.switch(|switches| switches.list_running = false);
    let answered = day.ring(world::SUPPORT_FR, Some(MARTA));
    let missed = day.ring(world::SUPPORT_DE, Some("+493023125044"));
    day.pass(8).await;
    day.aircall.answer(answered, Some(world::CAMILLE)).unwrap();
    day.pass(30).await;
    assert!(day.handle.call(CaseId(answered)).unwrap().is_none() && day.aircall.cards().is_empty());
    day.aircall.hang_up(answered, &HangUp::default()).unwrap();
    day.aircall.hang_up(missed, &HangUp::default()).unwrap();
    day.pass(180).await;
    let ticket = day.ticket(answered);
    note(&ticket, "answered");
    note(&ticket, "ended");
    note(&day.ticket(missed), "ended");
    for call in [answered, missed] {
        assert_eq!(day.detail(call).state, CallState::Complete);
    }
}

#[tokio::test(start_paused = true)]
async fn aircall_is_left_alone_until_the_reset_that_it_tells_in_seconds_or_in_milliseconds() {
    for unit in [ResetUnit::Seconds, ResetUnit::Milliseconds] {
        let mut day = Day::begin(polling()).await;
        day.pass(60).await;
        day.aircall.switch(|switches| switches.reset_unit = unit);
        let limits = day.aircall.limits();
        day.aircall.set_limits(AircallLimits { others_per_minute: limits.per_minute, ..limits });
        day.pass(10).await;
        day.aircall.set_limits(limits);
        // Who starts into the block is told of what is left of it, and knows nothing else of it.
        day.kill().await;
        day.pass(35).await;
        let before = day.aircall.journal(0).last().map_or(0, |entry| entry.seq);
        day.start().unwrap();
        day.pass(120).await;
        let journal = day.aircall.journal(before);
        let (refused, passed): (Vec<_>, Vec<_>) = journal.iter().partition(|entry| entry.status == 429);
        let (first, next) = (refused.first().expect("still blocked"), passed.first().expect("asked again"));
        assert!(refused.iter().all(|entry| entry.seq < next.seq), "{unit:?}: the limit is not hit again");
        let waited = (next.at - first.at).num_seconds();
        // A minute where nothing is told, or what is told is read wrong.
        assert!((14..=35).contains(&waited), "{unit:?}: {waited} s");
    }
}
