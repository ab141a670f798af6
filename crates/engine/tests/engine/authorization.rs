//! Authorization withdrawn (G20): noticed on a quiet system, told, and everything that waited is written afterwards.

use sidetone_engine::act::ActRefused;
use sidetone_engine::settings::Arrival;
use sidetone_protocol::{Alert, CallState, ConnectionState, HealthState, Vendor};
use sidetone_sandbox::{GorgiasLimits, HangUp, aircall_world as world, gorgias_world};

use crate::day::{Day, MARTA, Plan, STRANGER, note};

fn alert(day: &Day, code: &str) -> Option<Alert> {
    day.handle.health().alerts.into_iter().find(|alert| alert.code == code)
}

fn state(day: &Day, vendor: Vendor) -> ConnectionState {
    day.handle.health().connections.iter().find(|c| c.vendor == vendor).unwrap().state
}

#[tokio::test(start_paused = true)]
async fn on_a_quiet_system_a_withdrawn_key_is_noticed_within_a_minute_and_said_how_to_mend() {
    // Whenever it happens between two questions.
    for quiet in [300, 311, 322, 333, 344] {
        let day = Day::begin(Plan::default()).await;
        day.pass(quiet).await;
        assert_eq!(day.handle.health().state, HealthState::Well);
        day.gorgias.switch(|s| s.revoked = true);
        let mut noticed_after = 0;
        while alert(&day, "gorgias_refused").is_none() {
            assert!(noticed_after <= 60, "after {quiet} s");
            day.pass(5).await;
            noticed_after += 5;
        }
        let told = alert(&day, "gorgias_refused").unwrap();
        assert!(told.what.contains("does not accept the key") && told.what.contains("waits"), "{told:?}");
        assert!(told.mend.contains("new key") && told.mend.contains("written then"), "{told:?}");
        assert_eq!(state(&day, Vendor::Gorgias), ConnectionState::Refused);
        day.gorgias.switch(|s| s.revoked = false);
        day.pass(60).await;
        assert!(alert(&day, "gorgias_refused").is_none(), "noticed by itself");
    }
}

#[tokio::test(start_paused = true)]
async fn it_is_noticed_although_others_leave_hardly_any_room() {
    let day = Day::begin(Plan::default()).await;
    let limits = day.gorgias.limits();
    day.gorgias.set_limits(GorgiasLimits { others_per_second: 1.55, ..limits });
    day.pass(1800).await;
    day.gorgias.switch(|s| s.revoked = true);
    day.pass(900).await;
    assert!(alert(&day, "gorgias_refused").is_some());
}

#[tokio::test(start_paused = true)]
async fn while_it_is_refused_nothing_is_tried_but_a_slow_question_and_all_is_written_without_a_restart() {
    let day = Day::begin(Plan::default()).await;
    day.pass(60).await;
    let up = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(8).await;
    day.aircall.answer(up, Some(world::CAMILLE)).unwrap();
    day.pass(20).await;
    day.gorgias.switch(|s| s.revoked = true);
    day.aircall.hang_up(up, &HangUp::default()).unwrap();
    day.pass(120).await;
    let before = day.last_seq();
    let stranger = day.answered(STRANGER).await;
    let missed = day.ring(world::SUPPORT_DE, Some("+493023125044"));
    day.aircall.hang_up(missed, &HangUp { voicemail: true, ..HangUp::default() }).unwrap();
    let comment = day.aircall.comment(up, world::CAMILLE, "Meanwhile").unwrap();
    day.pass(300).await;
    let asked = day.gorgias.journal(before);
    assert!(asked.iter().all(|e| e.path == "/api/account" && e.method == "GET"), "{asked:#?}");
    let seconds = 300 + 128;
    assert!((10..=seconds / 30 + 2).contains(&asked.len()), "{} questions", asked.len());
    let told = alert(&day, "gorgias_refused").unwrap();
    assert_eq!(told.calls, 3, "{told:?}");
    for call in [stranger, missed] {
        assert_eq!(day.detail(call).call.state, CallState::Pending);
    }
    day.gorgias.switch(|s| s.revoked = false);
    day.pass(300).await;
    note(&day.ticket(up), &format!("comment:{comment}"));
    for call in [up, stranger, missed] {
        note(&day.ticket(call), "ended");
        assert_eq!(day.detail(call).call.state, CallState::Complete);
    }
    assert_eq!(day.handle.health().state, HealthState::Well);
}

#[tokio::test(start_paused = true)]
async fn replaced_by_a_new_key_and_started_again_everything_that_waited_is_written() {
    let mut day = Day::begin(Plan::default()).await;
    day.pass(60).await;
    let before = day.answered(MARTA).await;
    // The old key is deleted; from the hub's side that is a key that Gorgias does not know.
    day.kill().await;
    day.next_start().gorgias_key = "deleted";
    day.start().unwrap();
    let comment = day.aircall.comment(before, world::CAMILLE, "Written later").unwrap();
    let call = day.answered(STRANGER).await;
    day.pass(900).await;
    assert!(alert(&day, "gorgias_refused").is_some());
    assert!(day.tickets_of(&format!("aircall:call:{call}")).is_empty());
    day.kill().await;
    day.next_start().gorgias_key = gorgias_world::API_KEY;
    day.start().unwrap();
    day.pass(300).await;
    let ticket = day.ticket(call);
    note(&ticket, "answered");
    note(&ticket, "ended");
    note(&day.ticket(before), &format!("comment:{comment}"));
    assert_eq!(day.handle.health().state, HealthState::Well);
}

#[tokio::test(start_paused = true)]
async fn aircalls_withdrawn_key_is_noticed_however_calls_arrive_and_mended_without_a_restart() {
    let own = Arrival::OwnWebhook { public_url: "https://hub.example.com".into() };
    for arrival in [own, Arrival::ManualWebhook, Arrival::Polling] {
        let day = Day::begin(Plan { arrival: arrival.clone(), ..Plan::default() }).await;
        day.pass(300).await;
        day.aircall.switch(|s| s.revoked = true);
        day.pass(120).await;
        let told = alert(&day, "aircall_refused").unwrap_or_else(|| panic!("{arrival:?}"));
        assert!(told.mend.contains("new key"), "{told:?}");
        let before = day.aircall.journal(0).last().unwrap().seq;
        day.pass(600).await;
        let asked = day.aircall.journal(before).len();
        assert!(asked <= 25, "{asked} questions in ten minutes, {arrival:?}");
        let dial = sidetone_engine::act::DialAsk {
            to: MARTA.into(),
            agent: Some(world::CAMILLE.to_string()),
            ..Default::default()
        };
        assert_eq!(day.handle.dial(dial).await, Err(ActRefused::Credential), "{arrival:?}");
        day.aircall.switch(|s| s.revoked = false);
        day.pass(90).await;
        assert!(alert(&day, "aircall_refused").is_none(), "{arrival:?}");
        if arrival != Arrival::ManualWebhook {
            let call = day.answered(MARTA).await;
            day.pass(60).await;
            note(&day.ticket(call), "ended");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_quiet_system_asks_for_its_authorization_about_once_a_minute_and_no_more() {
    let day = Day::begin(Plan::default()).await;
    day.pass(600).await;
    let before = day.last_seq();
    day.pass(3600).await;
    let checks = day.gorgias.journal(before).iter().filter(|e| e.path == "/api/account").count();
    assert!((60..=80).contains(&checks), "{checks}");
}
