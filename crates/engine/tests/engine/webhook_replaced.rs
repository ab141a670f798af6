//! The webhook's address or secret is replaced without losing an event (G22): old and new are believed until the first
//! event comes in on the new one.

use std::time::Duration;

use serde_json::{Value, json};
use sidetone_days::company::at_aircall;
use sidetone_engine::settings::Arrival;
use sidetone_sandbox::{HangUp, aircall_world as world};

use crate::day::{Day, MARTA, Plan, note};

async fn hooks(day: &Day) -> Vec<Value> {
    at_aircall(day, "GET", "/v1/webhooks", Value::Null).await["webhooks"].as_array().unwrap().clone()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Somebody talks; events are told with a delay of a minute.
async fn a_call_whose_events_are_on_their_way(day: &Day) -> u64 {
    day.aircall.switch(|s| {
        s.deliver_as_sent = true;
        s.delay_s = 60.0;
    });
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(5).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(5).await;
    call
}

async fn end_of(day: &Day, call: u64) {
    day.aircall.switch(|s| s.delay_s = 0.0);
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(240).await;
}

/// Everything of the call was taken in once, and no event twice.
fn is_whole(day: &Day, call: u64, what: &str) {
    let ticket = day.ticket(call);
    note(&ticket, "answered");
    note(&ticket, "ended");
    assert_eq!(ticket["messages"].as_array().unwrap().len(), 2, "{what}");
    let events = day.detail(call).facts["events"].clone();
    for event in ["call.created", "call.ringing_on_agent", "call.answered", "call.hungup", "call.ended"] {
        assert!(events[event].is_array(), "{what}: {event} got lost, {events}");
    }
}

#[tokio::test(start_paused = true)]
async fn remade_after_somebody_deleted_or_changed_it_no_event_is_lost_and_the_old_token_ends_with_the_first_new_event()
 {
    for (what, verb, body) in [
        ("deleted", "DELETE", Value::Null),
        (
            "led elsewhere",
            "PUT",
            json!({"url": "https://elsewhere.example.com/hook", "events": ["call.created"]}),
        ),
        ("switched off", "PUT", json!({"active": false, "events": ["call.created"]})),
    ] {
        for renews in [false, true] {
            let what = format!("{what}, new token: {renews}");
            let day = Day::begin(Plan::default()).await;
            day.aircall.switch(|s| s.change_renews_token = renews);
            let old = hooks(&day).await[0].clone();
            let call = a_call_whose_events_are_on_their_way(&day).await;
            at_aircall(&day, verb, &format!("/v1/webhooks/{}", text(&old["webhook_id"])), body.clone()).await;
            day.pass(62).await;
            let url = format!("https://hub.example.com/webhooks/aircall/{}", day.handle.installation());
            let standing = hooks(&day).await;
            let new = standing.iter().find(|hook| hook["url"] == url.as_str()).expect("remade").clone();
            assert_eq!(new["active"], true, "{what}");
            let (old_token, new_token) = (text(&old["token"]), text(&new["token"]));
            // Whatever was sent to the old one came in after it was gone.
            assert!(day.handle.is_own_token(&old_token).unwrap(), "{what}");
            assert!(!day.handle.is_own_token("another").unwrap(), "{what}");
            end_of(&day, call).await;
            is_whole(&day, call, &what);
            assert!(day.handle.is_own_token(&new_token).unwrap(), "{what}");
            assert_eq!(day.handle.is_own_token(&old_token).unwrap(), old_token == new_token, "{what}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn moved_to_another_address_the_webhook_is_changed_and_no_event_falls_between() {
    for renews in [false, true] {
        let mut day = Day::begin(Plan::default()).await;
        day.aircall.switch(|s| s.change_renews_token = renews);
        let call = a_call_whose_events_are_on_their_way(&day).await;
        let before = hooks(&day).await;
        day.next_start().arrival = Arrival::OwnWebhook { public_url: "https://new.example.com".into() };
        day.kill_and_restart().await;
        day.pass(75).await;
        let after = hooks(&day).await;
        assert_eq!(after.len(), 1);
        assert_eq!(after[0]["webhook_id"], before[0]["webhook_id"], "changed, not removed and made");
        assert!(text(&after[0]["url"]).starts_with("https://new.example.com/"));
        end_of(&day, call).await;
        is_whole(&day, call, "moved");
        let old_token = text(&before[0]["token"]);
        assert_eq!(day.handle.is_own_token(&old_token).unwrap(), !renews);
    }
}

#[tokio::test(start_paused = true)]
async fn a_replaced_token_is_believed_over_restarts_and_refused_over_restarts() {
    let mut day = Day::begin(Plan::default()).await;
    let old = hooks(&day).await[0].clone();
    at_aircall(&day, "DELETE", &format!("/v1/webhooks/{}", text(&old["webhook_id"])), Value::Null).await;
    day.pass(61).await;
    day.kill_and_restart().await;
    let (old, new) = (text(&old["token"]), text(&hooks(&day).await[0]["token"]));
    assert!(day.handle.is_own_token(&old).unwrap());
    let call = day.answered(MARTA).await;
    day.ticket(call);
    assert!(!day.handle.is_own_token(&old).unwrap());
    day.kill_and_restart().await;
    assert!(!day.handle.is_own_token(&old).unwrap() && day.handle.is_own_token(&new).unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_token_made_by_hand_is_replaced_at_a_start_without_losing_an_event() {
    let mut day = Day::begin(Plan { arrival: Arrival::ManualWebhook, ..Plan::default() }).await;
    day.handle.use_token_made_by_hand(Some("first"));
    day.pass(2).await;
    day.kill_and_restart().await;
    day.handle.use_token_made_by_hand(Some("second"));
    day.pass(2).await;
    assert!(day.handle.is_own_token("first").unwrap() && day.handle.is_own_token("second").unwrap());
    assert!(!day.handle.is_own_token("third").unwrap());
    // Seen at once, and kept.
    assert!(!day.handle.is_own_token("first").unwrap());
    tokio::time::sleep(Duration::from_secs(2)).await;
    day.kill_and_restart().await;
    day.handle.use_token_made_by_hand(Some("second"));
    assert!(!day.handle.is_own_token("first").unwrap());
    // Taken out of the configuration: what is still on its way is believed until our own webhook has spoken.
    day.next_start().arrival = Arrival::OwnWebhook { public_url: "https://hub.example.com".into() };
    day.kill_and_restart().await;
    day.handle.use_token_made_by_hand(None);
    day.pass(5).await;
    assert!(day.handle.is_own_token("second").unwrap());
    let call = day.answered(MARTA).await;
    day.ticket(call);
    assert!(!day.handle.is_own_token("second").unwrap());
}

#[tokio::test(start_paused = true)]
async fn an_installation_that_was_here_before_is_taken_away_only_once_ours_stands() {
    let day = Day::begin(Plan::default()).await;
    let former = json!({
        "url": "https://hub.example.com/webhooks/aircall/6c1b5b0e-0000-4000-8000-000000000001",
        "events": ["call.created"],
    });
    at_aircall(&day, "POST", "/v1/webhooks", former).await;
    let ours = hooks(&day).await[0].clone();
    let path = format!("/v1/webhooks/{}", text(&ours["webhook_id"]));
    at_aircall(&day, "PUT", &path, json!({"active": false, "events": ["call.created"]})).await;
    let before = day.aircall.journal(0).last().unwrap().seq;
    day.pass(62).await;
    let changes: Vec<String> = day
        .aircall
        .journal(before)
        .into_iter()
        .filter(|e| e.is_write() && e.path.starts_with("/v1/webhooks"))
        .map(|e| e.method)
        .collect();
    assert_eq!(changes, ["PUT", "DELETE"]);
    let standing = hooks(&day).await;
    assert_eq!((standing.len(), &standing[0]["active"]), (1, &json!(true)));
}

/// How often the calls of the last two hours were asked for: only polls do that.
fn polls(day: &Day) -> usize {
    let is_poll = |entry: &sidetone_sandbox::JournalEntry| {
        let from = format!("from={}", (entry.at - chrono::TimeDelta::hours(2)).timestamp());
        entry.path.contains("order=desc") && entry.path.contains(&from)
    };
    day.aircall.journal(0).iter().filter(|entry| is_poll(entry)).count()
}

#[tokio::test(start_paused = true)]
async fn where_a_webhook_takes_the_place_of_polling_what_happened_between_the_two_is_fetched() {
    let own = Arrival::OwnWebhook { public_url: "https://hub.example.com".into() };
    for arrival in [own, Arrival::ManualWebhook] {
        let mut day = Day::begin(Plan { arrival: Arrival::Polling, ..Plan::default() }).await;
        let up = day.ring(world::SUPPORT_FR, Some(MARTA));
        day.aircall.answer(up, Some(world::CAMILLE)).unwrap();
        day.pass(15).await;
        day.kill().await;
        // No event of this is told to anybody.
        day.aircall.hang_up(up, &HangUp::default()).unwrap();
        let short = day.ring(world::SUPPORT_FR, Some("+33199001144"));
        day.pass(20).await;
        day.aircall.answer(short, Some(world::CAMILLE)).unwrap();
        day.pass(20).await;
        day.aircall.hang_up(short, &HangUp::default()).unwrap();
        day.pass(20).await;
        day.next_start().arrival = arrival.clone();
        day.start().unwrap();
        day.pass(120).await;
        for call in [up, short] {
            assert_eq!(day.ticket(call)["messages"].as_array().unwrap().len(), 2, "{arrival:?}");
        }
        // Then nobody is asked any more, not after a restart either.
        let before = polls(&day);
        assert!(before > 0);
        day.pass(120).await;
        assert_eq!(polls(&day), before, "{arrival:?}");
        day.kill_and_restart().await;
        day.pass(60).await;
        assert_eq!(polls(&day), before, "{arrival:?}");
    }
}
