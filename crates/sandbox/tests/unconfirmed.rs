//! Each point that nobody has confirmed can be had either way (`reference/aircall.md §11`, `reference/gorgias.md §14`).

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use common::{START, aircall, gorgias, sandbox, settle, subscribe};
use serde_json::{Value, json};
use sidetone_sandbox::{
    AircallLimits, FailuresOf, HangUp, PhoneFilter, ResetUnit, Ring, Sandbox, aircall_world::SUPPORT_FR,
};
use tokio::time::{Duration, sleep};

fn ring(sandbox: &Sandbox) -> u64 {
    let ring = Ring { line: SUPPORT_FR, from: Some("+34666444555".to_owned()), ..Ring::default() };
    sandbox.control().aircall().ring(&ring).unwrap()
}

/// Whether the call stands in the list, and in the search.
async fn is_listed(sandbox: &Sandbox, call: u64) -> (bool, bool) {
    let has = |page: Value| page["calls"].as_array().unwrap().iter().any(|one| one["id"] == call);
    let list = aircall(sandbox, "GET", "/v1/calls", Value::Null).await.body;
    let search = aircall(sandbox, "GET", "/v1/calls/search?direction=inbound", Value::Null).await.body;
    (has(list), has(search))
}

#[tokio::test(start_paused = true)]
async fn a_running_call_is_listed_at_once_late_or_only_when_it_is_over_and_is_always_read_by_its_id() {
    let (sandbox, _) = sandbox();
    let control = sandbox.control().aircall().clone();
    let at_once = ring(&sandbox);
    assert_eq!(is_listed(&sandbox, at_once).await, (true, true));

    control.switch(|switches| switches.list_delay_s = 20.0);
    let late = ring(&sandbox);
    sleep(Duration::from_secs(19)).await;
    assert_eq!(is_listed(&sandbox, late).await, (false, false));
    let read = aircall(&sandbox, "GET", &format!("/v1/calls/{late}"), Value::Null).await;
    assert_eq!((read.status, read.body["call"]["id"].as_u64()), (200, Some(late)));
    sleep(Duration::from_secs(1)).await;
    assert_eq!(is_listed(&sandbox, late).await, (true, true));

    control.switch(|switches| {
        switches.list_delay_s = 0.0;
        switches.list_running = false;
    });
    assert_eq!(is_listed(&sandbox, late).await, (false, false));
    control.hang_up(late, &HangUp::default()).unwrap();
    assert_eq!(is_listed(&sandbox, late).await, (true, true));
}

#[tokio::test(start_paused = true)]
async fn an_insight_card_is_accepted_with_any_success() {
    let (sandbox, _) = sandbox();
    let call = ring(&sandbox);
    let card = json!({"contents": [{"type": "title", "text": "Marta Ibáñez"}]});
    for status in [201, 200, 202, 204] {
        sandbox.control().aircall().switch(|switches| switches.card_status = status);
        let path = format!("/v1/calls/{call}/insight_cards");
        assert_eq!(aircall(&sandbox, "POST", &path, card.clone()).await.status, status);
    }
    assert_eq!(sandbox.control().aircall().cards().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn the_201_of_comments_and_tags_is_empty_or_has_the_object() {
    let (sandbox, _) = sandbox();
    let call = ring(&sandbox);
    let (comments, tags) = (format!("/v1/calls/{call}/comments"), format!("/v1/calls/{call}/tags"));
    let comment = aircall(&sandbox, "POST", &comments, json!({"content": "First"})).await;
    assert_eq!((comment.status, comment.text.as_str()), (201, ""));
    let tagged = aircall(&sandbox, "POST", &tags, json!({"tags": [551_011]})).await;
    assert_eq!((tagged.status, tagged.text.as_str()), (201, ""));

    sandbox.control().aircall().switch(|switches| switches.created_bodies = true);
    let comment = aircall(&sandbox, "POST", &comments, json!({"content": "Second"})).await;
    assert_eq!((comment.status, &comment.body["comment"]["content"]), (201, &json!("Second")));
    assert!(comment.body["comment"]["id"].is_u64());
    let tagged = aircall(&sandbox, "POST", &tags, json!({"tags": [551_013]})).await;
    let names: Vec<&Value> = tagged.body["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).collect();
    assert_eq!((tagged.status, names), (201, vec![&json!("Refund"), &json!("Warranty")]));
}

#[tokio::test(start_paused = true)]
async fn the_reset_of_a_429_is_in_seconds_or_in_milliseconds() {
    let (sandbox, _) = sandbox();
    let control = sandbox.control().aircall().clone();
    control.set_limits(AircallLimits { per_minute: 1, others_per_minute: 1 });
    for (unit, told) in [
        (ResetUnit::Seconds, (START + 60).to_string()),
        (ResetUnit::Milliseconds, ((START + 60) * 1000).to_string()),
    ] {
        control.switch(|switches| switches.reset_unit = unit);
        let refused = aircall(&sandbox, "GET", "/v1/ping", Value::Null).await;
        assert_eq!(refused.status, 429);
        assert_eq!(refused.header("x-aircallapi-reset"), Some(told.as_str()));
    }
}

#[tokio::test(start_paused = true)]
async fn failures_are_counted_by_webhook_or_by_event() {
    let one_event = |sandbox: &Sandbox| {
        sandbox.control().aircall().emit("number.deleted", json!({"id": 1}));
    };
    for (failures_of, is_off_after_three_events) in [(FailuresOf::Webhook, true), (FailuresOf::Event, false)]
    {
        let (sandbox, receiver) = sandbox();
        subscribe(&sandbox).await;
        let control = sandbox.control().aircall().clone();
        control.switch(|switches| {
            switches.disable_after = 3;
            switches.failures_of = failures_of;
        });
        receiver.is_away();
        (0..3).for_each(|_| one_event(&sandbox));
        settle().await;
        assert_eq!(control.webhooks()[0].active, !is_off_after_three_events, "{failures_of:?}");
        // By 40 s each of the three was tried three times.
        sleep(Duration::from_secs(41)).await;
        assert!(!control.webhooks()[0].active, "{failures_of:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_pauses_between_tries_are_as_set() {
    for (pauses, tries_in_a_minute) in
        [(vec![5.0], 12), (vec![1.0, 2.0, 1000.0], 3), (vec![0.0], 60), (Vec::new(), 1)]
    {
        let (sandbox, receiver) = sandbox();
        subscribe(&sandbox).await;
        sandbox.control().aircall().switch(|switches| {
            switches.retry_pauses_s.clone_from(&pauses);
            switches.disable_after = 1000;
        });
        receiver.answers(500);
        sandbox.control().aircall().emit("number.deleted", json!({"id": 1}));
        sleep(Duration::from_millis(59_500)).await;
        assert_eq!(receiver.events().len(), tries_in_a_minute, "{pauses:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_filter_on_a_phone_number_is_exact_goes_by_digits_or_finds_nobody() {
    let (sandbox, _) = sandbox();
    let control = sandbox.control().gorgias().clone();
    let _ = control.add_customer("Spelled out", None, "+33 1 99 00 88 77");
    let found = async |address: &str| {
        let path = format!("/api/customers?channel_type=phone&channel_address={address}");
        let body = gorgias(&sandbox, "GET", &path, Value::Null).await.body;
        body["data"].as_array().unwrap().len()
    };
    for (filter, exact, other_spelling) in
        [(PhoneFilter::Exact, 1, 0), (PhoneFilter::Digits, 1, 1), (PhoneFilter::Nothing, 0, 0)]
    {
        control.switch(|switches| switches.phone_filter = filter);
        assert_eq!(found("%2B34666444555").await, exact, "{filter:?}");
        assert_eq!(found("%2B33199008877").await, other_spelling, "{filter:?}");
        let path = "/api/customers?channel_type=email&channel_address=marta.ibanez@example.com";
        let body = gorgias(&sandbox, "GET", path, Value::Null).await.body;
        assert_eq!(body["data"].as_array().unwrap().len(), 1, "other channels: {filter:?}");
    }
}
