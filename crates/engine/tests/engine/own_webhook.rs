//! C1: our webhook at Aircall has exactly our events, and whatever somebody does to it is mended within a minute.

use serde_json::{Value, json};

use crate::day::{Day, MARTA, Plan};

/// All call events, `message.*`, `number.*`, `user.wut_*`, `integration.deleted` (`reference/aircall.md` §6.4).
const HANDLED: [&str; 29] = [
    "call.agent_declined",
    "call.answered",
    "call.archived",
    "call.assigned",
    "call.comm_assets_generated",
    "call.commented",
    "call.created",
    "call.ended",
    "call.external_transferred",
    "call.hold",
    "call.hungup",
    "call.ivr_option_selected",
    "call.ringing_on_agent",
    "call.tagged",
    "call.transferred",
    "call.unhold",
    "call.unsuccessful_transfer",
    "call.untagged",
    "call.voicemail_left",
    "integration.deleted",
    "message.received",
    "message.sent",
    "message.status_updated",
    "number.closed",
    "number.created",
    "number.deleted",
    "number.opened",
    "user.wut_end",
    "user.wut_start",
];

fn our_url(day: &Day) -> String {
    format!("https://hub.example.com/webhooks/aircall/{}", day.handle.installation())
}

/// The company's webhooks, as the Dashboard shows them.
fn webhooks(day: &Day) -> Vec<Value> {
    let (status, listed) = day.aircall.by_a_person("GET", "/v1/webhooks", &Value::Null).unwrap();
    assert_eq!(status, 200);
    listed["webhooks"].as_array().unwrap().clone()
}

fn in_the_dashboard(day: &Day, method: &str, webhook: &Value, body: &Value) {
    let path = format!("/v1/webhooks/{}", webhook["webhook_id"].as_str().unwrap());
    let (status, answer) = day.aircall.by_a_person(method, &path, body).unwrap();
    assert!((200..300).contains(&status), "{answer}");
}

fn sorted(events: &Value) -> Vec<&str> {
    let mut events: Vec<&str> = events.as_array().unwrap().iter().map(|e| e.as_str().unwrap()).collect();
    events.sort_unstable();
    events
}

/// The webhooks that deliver to us; each must be as it should be.
fn ours(day: &Day) -> Vec<Value> {
    let ours: Vec<Value> = webhooks(day).into_iter().filter(|w| w["url"] == our_url(day)).collect();
    for webhook in &ours {
        assert_eq!(webhook["active"], true);
        assert_eq!(sorted(&webhook["events"]), HANDLED);
    }
    ours
}

/// That a call is logged as it goes on, and not by chance.
async fn calls_arrive(day: &Day) {
    let call = day.answered(MARTA).await;
    assert_eq!(day.ticket(call)["messages"].as_array().unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn our_webhook_is_made_once_with_exactly_our_events() {
    let day = Day::begin(Plan::default()).await;
    assert_eq!((webhooks(&day).len(), ours(&day).len()), (1, 1));
    let made: Vec<_> = day
        .aircall
        .journal(0)
        .into_iter()
        .filter(|e| e.method == "POST" && e.path == "/v1/webhooks")
        .map(|e| e.body)
        .collect();
    assert_eq!(made.len(), 1);
    assert_eq!((&made[0]["url"], sorted(&made[0]["events"])), (&json!(our_url(&day)), HANDLED.to_vec()));
    calls_arrive(&day).await;
}

#[tokio::test(start_paused = true)]
async fn a_webhook_that_aircall_switched_off_is_on_again_within_a_minute_with_its_own_list() {
    let day = Day::begin(Plan::default()).await;
    day.aircall.disable_webhooks();
    day.pass(60).await;
    assert_eq!(ours(&day).len(), 1);
    let put = day.aircall.journal(0).into_iter().rev().find(|e| e.method == "PUT").unwrap();
    assert_eq!(sorted(&put.body["events"]), HANDLED, "an empty list would be all events");
    calls_arrive(&day).await;
}

#[tokio::test(start_paused = true)]
async fn a_webhook_that_somebody_deleted_is_made_anew_within_a_minute() {
    let day = Day::begin(Plan::default()).await;
    let before = webhooks(&day).remove(0);
    in_the_dashboard(&day, "DELETE", &before, &Value::Null);
    day.pass(60).await;
    let after = ours(&day);
    assert_eq!((webhooks(&day).len(), after.len()), (1, 1));
    assert_ne!(after[0]["token"], before["token"], "it has a token of its own, which must be known");
    calls_arrive(&day).await;
}

#[tokio::test(start_paused = true)]
async fn a_list_of_events_that_somebody_changed_is_ours_again_within_a_minute() {
    let fewer = json!({"events": ["call.created", "call.ended"]});
    // Without a list Aircall subscribes it to every event.
    let all = json!({"custom_name": "Renamed"});
    let mut another = HANDLED.to_vec();
    another[0] = "contact.created";
    for change in [fewer, all, json!({"events": another})] {
        let day = Day::begin(Plan::default()).await;
        in_the_dashboard(&day, "PUT", &webhooks(&day)[0], &change);
        assert_ne!(sorted(&webhooks(&day)[0]["events"]), HANDLED);
        day.pass(60).await;
        assert_eq!((webhooks(&day).len(), ours(&day).len()), (1, 1), "{change}");
        calls_arrive(&day).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_address_that_somebody_changed_is_mended_or_the_webhook_made_anew_within_a_minute() {
    let day = Day::begin(Plan::default()).await;
    // The installation's id still stands in it: it is ours, and led back.
    let moved = our_url(&day).replace("hub.example.com", "old-hub.example.com");
    in_the_dashboard(&day, "PUT", &webhooks(&day)[0], &json!({"url": moved, "events": HANDLED}));
    day.pass(60).await;
    assert_eq!((webhooks(&day).len(), ours(&day).len()), (1, 1));
    calls_arrive(&day).await;

    // Given to another purpose it is somebody else's: it is left alone, and ours is made anew.
    let foreign = json!({"url": "https://crm.example.com/aircall", "events": HANDLED});
    in_the_dashboard(&day, "PUT", &webhooks(&day)[0], &foreign);
    day.pass(60).await;
    assert_eq!((webhooks(&day).len(), ours(&day).len()), (2, 1));
    assert!(webhooks(&day).iter().any(|w| w["url"] == foreign["url"]), "left as it is");
    calls_arrive(&day).await;
}
