//! How webhooks are delivered: at least once, retried, switched off in silence, switched on by a late success.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::collections::HashSet;

use common::{aircall, sandbox, settle, subscribe};
use serde_json::{Value, json};
use sidetone_sandbox::{Ring, Sandbox, aircall_world::SUPPORT_FR};
use tokio::time::{Duration, sleep};

/// One event, and only one.
fn one_event(sandbox: &Sandbox) {
    sandbox.control().aircall().emit("number.deleted", json!({"id": 1}));
}

async fn is_active(sandbox: &Sandbox, webhook: &Value) -> bool {
    let path = format!("/v1/webhooks/{}", webhook["webhook_id"].as_str().unwrap());
    aircall(sandbox, "GET", &path, Value::Null).await.body["webhook"]["active"].as_bool().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_delivery_has_five_keys_and_the_webhooks_token() {
    let (sandbox, receiver) = sandbox();
    let webhook = subscribe(&sandbox).await;
    one_event(&sandbox);
    settle().await;
    let body = receiver.received()[0].body.clone();
    assert_eq!(body.as_object().unwrap().len(), 5);
    assert_eq!(body["token"], webhook["token"]);
    assert_eq!((&body["resource"], &body["event"]), (&json!("number"), &json!("number.deleted")));
}

#[tokio::test(start_paused = true)]
async fn only_subscribed_events_are_sent() {
    let (sandbox, receiver) = sandbox();
    let body = json!({"url": "http://127.0.0.1:9/", "events": ["call.created"]});
    aircall(&sandbox, "POST", "/v1/webhooks", body).await;
    let ring = Ring { line: SUPPORT_FR, ..Ring::default() };
    sandbox.control().aircall().ring(&ring).unwrap();
    settle().await;
    assert_eq!(receiver.events(), ["call.created"]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_event_is_tried_again_until_it_is_taken() {
    let (sandbox, receiver) = sandbox();
    subscribe(&sandbox).await;
    receiver.answers(500);
    one_event(&sandbox);
    sleep(Duration::from_secs(45)).await;
    let tries = receiver.events().len();
    assert!(tries >= 2, "{tries}");
    receiver.answers(200);
    sleep(Duration::from_secs(3600)).await;
    assert_eq!(receiver.events().len(), tries + 1);
}

#[tokio::test(start_paused = true)]
async fn an_answer_after_five_seconds_is_a_failure() {
    let (sandbox, receiver) = sandbox();
    subscribe(&sandbox).await;
    receiver.takes(Duration::from_secs(6));
    one_event(&sandbox);
    sleep(Duration::from_secs(8)).await;
    let webhook = sandbox.control().aircall().webhooks().remove(0);
    assert_eq!((webhook.delivered, webhook.failures_in_a_row), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn fifty_failures_in_a_row_switch_the_webhook_off_and_later_events_are_lost() {
    let (sandbox, receiver) = sandbox();
    let webhook = subscribe(&sandbox).await;
    receiver.is_away();
    for _ in 0..49 {
        one_event(&sandbox);
    }
    settle().await;
    assert!(is_active(&sandbox, &webhook).await);
    one_event(&sandbox);
    settle().await;
    assert!(!is_active(&sandbox, &webhook).await);
    sandbox.control().aircall().emit("number.opened", json!({"id": 2}));
    sleep(Duration::from_secs(86_400)).await;
    assert!(!receiver.events().contains(&"number.opened".to_owned()), "made while it was off");
    assert!(!is_active(&sandbox, &webhook).await);
}

#[tokio::test(start_paused = true)]
async fn a_late_success_switches_a_disabled_webhook_on_again() {
    let (sandbox, receiver) = sandbox();
    let webhook = subscribe(&sandbox).await;
    sandbox.control().aircall().switch(|switches| switches.disable_after = 3);
    receiver.is_away();
    one_event(&sandbox);
    sleep(Duration::from_secs(120)).await;
    assert!(!is_active(&sandbox, &webhook).await);
    receiver.answers(200);
    sleep(Duration::from_secs(3600)).await;
    assert!(is_active(&sandbox, &webhook).await);
}

#[tokio::test(start_paused = true)]
async fn after_twelve_hours_nothing_is_retried_and_the_webhook_stays_off() {
    let (sandbox, receiver) = sandbox();
    let webhook = subscribe(&sandbox).await;
    sandbox.control().aircall().switch(|switches| switches.disable_after = 3);
    receiver.is_away();
    one_event(&sandbox);
    sleep(Duration::from_secs(13 * 3600)).await;
    let tries = receiver.events().len();
    receiver.answers(200);
    sleep(Duration::from_secs(86_400)).await;
    assert_eq!(receiver.events().len(), tries);
    assert!(!is_active(&sandbox, &webhook).await);
    let path = format!("/v1/webhooks/{}", webhook["webhook_id"].as_str().unwrap());
    aircall(&sandbox, "PUT", &path, json!({"active": true})).await;
    one_event(&sandbox);
    settle().await;
    assert_eq!(receiver.events().len(), tries + 1);
}

#[tokio::test(start_paused = true)]
async fn an_owner_who_switches_off_gets_no_retries() {
    let (sandbox, receiver) = sandbox();
    let webhook = subscribe(&sandbox).await;
    receiver.is_away();
    one_event(&sandbox);
    settle().await;
    let path = format!("/v1/webhooks/{}", webhook["webhook_id"].as_str().unwrap());
    aircall(&sandbox, "PUT", &path, json!({"active": false})).await;
    receiver.answers(200);
    sleep(Duration::from_secs(3600)).await;
    assert_eq!(receiver.events().len(), 1);
    assert!(!is_active(&sandbox, &webhook).await);
}

#[tokio::test(start_paused = true)]
async fn events_can_be_doubled_dropped_delayed_and_shuffled() {
    let (sandbox, receiver) = sandbox();
    subscribe(&sandbox).await;
    let control = sandbox.control().aircall().clone();
    control.switch(|switches| switches.duplicate = true);
    one_event(&sandbox);
    settle().await;
    assert_eq!(receiver.events().len(), 2);

    control.switch(|switches| {
        switches.duplicate = false;
        switches.drop_share = 1.0;
    });
    one_event(&sandbox);
    sleep(Duration::from_secs(3600)).await;
    assert_eq!(receiver.events().len(), 2);

    control.switch(|switches| {
        switches.drop_share = 0.0;
        switches.delay_s = 30.0;
    });
    one_event(&sandbox);
    sleep(Duration::from_secs(29)).await;
    assert_eq!(receiver.events().len(), 2);
    sleep(Duration::from_secs(2)).await;
    assert_eq!(receiver.events().len(), 3);

    control.switch(|switches| {
        switches.delay_s = 0.0;
        switches.shuffle_s = 60.0;
    });
    for index in 0..20 {
        control.emit("number.opened", json!({"id": index}));
    }
    sleep(Duration::from_secs(61)).await;
    let order: Vec<i64> =
        receiver.received()[3..].iter().map(|one| one.body["data"]["id"].as_i64().unwrap()).collect();
    assert_eq!(order.iter().collect::<HashSet<_>>().len(), 20);
    assert!(!order.is_sorted(), "{order:?}");
}

#[tokio::test(start_paused = true)]
async fn what_was_on_its_way_when_a_webhook_was_changed_or_deleted_arrives_as_the_switch_says() {
    for (as_sent, arrives) in [(false, 1), (true, 3)] {
        let (sandbox, receiver) = sandbox();
        let control = sandbox.control().aircall().clone();
        control.switch(|switches| {
            switches.deliver_as_sent = as_sent;
            switches.change_renews_token = true;
            switches.delay_s = 30.0;
        });
        let changed = subscribe(&sandbox).await;
        one_event(&sandbox);
        settle().await;
        let path = format!("/v1/webhooks/{}", changed["webhook_id"].as_str().unwrap());
        let body = json!({"url": "http://127.0.0.1:9/new", "events": ["number.deleted"]});
        let renewed = aircall(&sandbox, "PUT", &path, body).await.body["webhook"]["token"].clone();
        assert_ne!(renewed, changed["token"]);
        sleep(Duration::from_secs(31)).await;
        let expected = if as_sent { &changed["token"] } else { &renewed };
        assert_eq!(&receiver.received()[0].body["token"], expected);
        for _ in 0..2 {
            one_event(&sandbox);
        }
        settle().await;
        assert_eq!(aircall(&sandbox, "DELETE", &path, Value::Null).await.status, 204);
        sleep(Duration::from_secs(31)).await;
        assert_eq!(receiver.events().len(), arrives);
    }
}
