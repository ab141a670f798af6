//! What happens in a call, told by the events that a receiver gets.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use common::{START, aircall, sandbox, settle, subscribe};
use serde_json::{Value, json};
use sidetone_sandbox::{
    Dial, HangUp, MissedReason, Presence, Refused, Ring,
    aircall_world::{AMELIA, CAMILLE, CARE, RECEPTION, SALES_US, SUPPORT_FR, THEO},
};
use tokio::time::{Duration, sleep};

fn ring() -> Ring {
    Ring { line: SUPPORT_FR, from: Some("+34666444555".to_owned()), agents: vec![CAMILLE], ..Ring::default() }
}

fn of_calls(events: Vec<String>) -> Vec<String> {
    events.into_iter().filter(|event| event.starts_with("call.")).collect()
}

#[tokio::test(start_paused = true)]
async fn an_answered_call_hangs_up_at_once_and_ends_30_seconds_later() {
    let (sandbox, receiver) = sandbox();
    subscribe(&sandbox).await;
    let control = sandbox.control().aircall().clone();
    let call = control.ring(&ring()).unwrap();
    sleep(Duration::from_secs(4)).await;
    control.answer(call, Some(CAMILLE)).unwrap();
    assert_eq!(control.presence(CAMILLE), Some(Presence::InCall));
    sleep(Duration::from_secs(60)).await;
    control.hang_up(call, &HangUp::default()).unwrap();
    sleep(Duration::from_secs(29)).await;
    assert_eq!(receiver.last("call.hungup")["recording"], Value::Null);
    assert!(!receiver.events().contains(&"call.ended".to_owned()));
    sleep(Duration::from_secs(2)).await;
    let ended = receiver.last("call.ended");
    assert_eq!(ended["duration"], 64);
    assert_eq!(ended["answered_at"], START + 4);
    assert_eq!(ended["user"]["email"], "camille.roux@example.com");
    assert_eq!(ended["asset"], format!("https://assets.aircall.io/calls/{call}/recording"));
    assert_eq!(
        of_calls(receiver.events()),
        ["call.created", "call.ringing_on_agent", "call.answered", "call.hungup", "call.ended"]
    );
    assert!(receiver.events().contains(&"user.wut_start".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn the_ringing_agent_is_named_by_the_event_and_not_by_the_call() {
    let (sandbox, receiver) = sandbox();
    subscribe(&sandbox).await;
    let control = sandbox.control().aircall().clone();
    let call = control.ring(&Ring { agents: Vec::new(), ..ring() }).unwrap();
    settle().await;
    let rung: Vec<Value> = receiver
        .received()
        .iter()
        .filter(|one| one.event == "call.ringing_on_agent")
        .map(|one| one.body["data"]["user"]["id"].clone())
        .collect();
    assert_eq!(rung, [json!(CAMILLE), json!(THEO)]);
    assert_eq!(control.call(call).unwrap()["user"], Value::Null);
    control.hang_up(call, &HangUp::default()).unwrap();
    sleep(Duration::from_secs(31)).await;
    assert!(receiver.last("call.ended").get("user").is_none());
}

#[tokio::test(start_paused = true)]
async fn a_voicemail_comes_three_seconds_after_the_end() {
    let (sandbox, receiver) = sandbox();
    subscribe(&sandbox).await;
    let control = sandbox.control().aircall().clone();
    let call = control.ring(&ring()).unwrap();
    sleep(Duration::from_secs(20)).await;
    control.hang_up(call, &HangUp { voicemail: true, ..HangUp::default() }).unwrap();
    sleep(Duration::from_secs(40)).await;
    let received = receiver.received();
    let at = |event: &str| received.iter().find(|one| one.event == event).unwrap().timestamp;
    assert_eq!(at("call.ended") - at("call.hungup"), 30);
    assert_eq!(at("call.voicemail_left") - at("call.ended"), 3);
    let left = receiver.last("call.voicemail_left");
    assert_eq!(left["missed_call_reason"], "agents_did_not_answer");
    assert!(left["voicemail"].as_str().unwrap().contains("/media/voicemails/"));
    assert_eq!(left["recording"], Value::Null);
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_never_gets_through_skips_the_hang_up() {
    let (sandbox, receiver) = sandbox();
    subscribe(&sandbox).await;
    let control = sandbox.control().aircall().clone();
    let call = control.ring(&ring()).unwrap();
    let how =
        HangUp { never_connected: true, reason: Some(MissedReason::OutOfOpeningHours), ..HangUp::default() };
    control.hang_up(call, &how).unwrap();
    settle().await;
    assert!(!receiver.events().contains(&"call.hungup".to_owned()));
    assert_eq!(receiver.last("call.ended")["missed_call_reason"], "out_of_opening_hours");
}

#[tokio::test(start_paused = true)]
async fn missed_reasons_follow_from_how_far_the_caller_came() {
    let (sandbox, _) = sandbox();
    let control = sandbox.control().aircall().clone();
    let reason_after = async |ring: Ring, seconds| {
        let call = control.ring(&ring).unwrap();
        sleep(Duration::from_secs(seconds)).await;
        control.hang_up(call, &HangUp::default()).unwrap();
        control.call(call).unwrap()["missed_call_reason"].clone()
    };
    assert_eq!(reason_after(ring(), 2).await, "short_abandoned");
    assert_eq!(reason_after(ring(), 9).await, "abandoned_in_classic");
    assert_eq!(reason_after(Ring { line: RECEPTION, ..ring() }, 9).await, "abandoned_in_ivr");
    control.set_presence(CAMILLE, Presence::DoNotDisturb).unwrap();
    assert_eq!(reason_after(ring(), 9).await, "no_available_agent");
}

#[tokio::test(start_paused = true)]
async fn an_unanswered_outbound_call_has_no_reason() {
    let (sandbox, receiver) = sandbox();
    subscribe(&sandbox).await;
    let control = sandbox.control().aircall().clone();
    let dial = Dial { agent: AMELIA, to: "+12025550117".to_owned(), line: None };
    let call = control.dial(&dial).unwrap();
    control.hang_up(call, &HangUp::default()).unwrap();
    sleep(Duration::from_secs(31)).await;
    let ended = receiver.last("call.ended");
    assert_eq!((&ended["missed_call_reason"], &ended["answered_at"]), (&Value::Null, &Value::Null));
    assert_eq!(ended["user"]["id"], AMELIA);
    assert_eq!(ended["teams"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn choices_in_the_ivr_are_told_and_can_be_fetched() {
    let (sandbox, receiver) = sandbox();
    subscribe(&sandbox).await;
    let control = sandbox.control().aircall().clone();
    let call = control.ring(&Ring { line: RECEPTION, from: None, ..Ring::default() }).unwrap();
    settle().await;
    assert!(!receiver.events().contains(&"call.ringing_on_agent".to_owned()));
    control.choose(call, "2").unwrap();
    settle().await;
    assert_eq!(receiver.last("call.ivr_option_selected")["ivr_options_selected"][0]["title"], "Repairs");
    assert!(receiver.events().contains(&"call.ringing_on_agent".to_owned()));
    assert_eq!(control.call(call).unwrap()["ivr_options_selected"][0]["key"], "2");
    assert!(matches!(control.choose(call, "9"), Err(Refused::Unknown(_))));
}

#[tokio::test(start_paused = true)]
async fn a_transfer_moves_the_call_and_a_failed_one_does_not() {
    let (sandbox, receiver) = sandbox();
    subscribe(&sandbox).await;
    let control = sandbox.control().aircall().clone();
    let call = control.ring(&ring()).unwrap();
    control.answer(call, Some(CAMILLE)).unwrap();
    control.transfer(call, AMELIA, false).unwrap();
    settle().await;
    let failed = receiver.last("call.unsuccessful_transfer");
    assert_eq!((&failed["user"]["id"], &failed["transferred_to"]["id"]), (&json!(CAMILLE), &json!(AMELIA)));
    control.transfer(call, THEO, true).unwrap();
    settle().await;
    let moved = receiver.last("call.transferred");
    assert_eq!((&moved["user"]["id"], &moved["transferred_by"]["id"]), (&json!(THEO), &json!(CAMILLE)));
}

#[tokio::test(start_paused = true)]
async fn a_call_goes_to_a_team_to_another_line_and_out_of_the_house() {
    let (sandbox, receiver) = sandbox();
    subscribe(&sandbox).await;
    let control = sandbox.control().aircall().clone();
    let call = control.ring(&ring()).unwrap();
    control.answer(call, Some(CAMILLE)).unwrap();
    control.transfer_to_team(call, CARE, THEO).unwrap();
    settle().await;
    let moved = receiver.last("call.transferred");
    assert_eq!(
        (&moved["user"]["id"], &moved["transferred_to"]["id"]),
        (&json!(THEO), &json!(CAMILLE)),
        "the team's first member is named, whoever takes the call"
    );
    assert!(
        matches!(control.transfer_to_team(call, CARE, AMELIA), Err(Refused::NotNow(_))),
        "not of the team"
    );
    control.transfer_to_line(call, SALES_US, AMELIA).unwrap();
    settle().await;
    assert_eq!(receiver.last("call.transferred")["number"]["id"], SALES_US);
    assert_eq!(control.call(call).unwrap()["number"]["id"], SALES_US, "found under the destination only");
    control.transfer_outside(call, "+33199007766").unwrap();
    settle().await;
    let out = receiver.last("call.external_transferred");
    assert_eq!((&out["user"]["id"], &out["transferred_by"]["id"]), (&json!(AMELIA), &json!(AMELIA)));
    assert!(out["external_transferred_to"].as_str().unwrap().starts_with("+33"));
}

#[tokio::test(start_paused = true)]
async fn notes_and_tags_come_days_later_as_well() {
    let (sandbox, receiver) = sandbox();
    subscribe(&sandbox).await;
    let control = sandbox.control().aircall().clone();
    let call = control.ring(&ring()).unwrap();
    control.answer(call, Some(CAMILLE)).unwrap();
    control.hang_up(call, &HangUp::default()).unwrap();
    sleep(Duration::from_secs(3 * 86_400)).await;
    control.comment(call, CAMILLE, "Called the carrier 📦.").unwrap();
    control.tag(call, Some(CAMILLE), "Callback Request").unwrap();
    control.untag(call, "Callback Request").unwrap();
    control.assign(call, THEO).unwrap();
    settle().await;
    assert_eq!(receiver.last("call.commented")["comments"][0]["content"], "Called the carrier .");
    assert_eq!(receiver.last("call.commented")["comments"][0]["posted_by"]["id"], CAMILLE);
    assert_eq!(receiver.last("call.tagged")["tags"][0]["description"], "queue_callback");
    assert_eq!(receiver.last("call.untagged")["tags"], json!([]));
    assert_eq!(receiver.last("call.assigned")["assigned_to"]["id"], THEO);
}

#[tokio::test(start_paused = true)]
async fn a_call_is_rewritten_minutes_after_its_end_and_no_event_says_so() {
    let (sandbox, receiver) = sandbox();
    subscribe(&sandbox).await;
    let control = sandbox.control().aircall().clone();
    let call = control.ring(&ring()).unwrap();
    sleep(Duration::from_secs(5)).await;
    control.answer(call, Some(CAMILLE)).unwrap();
    control.hang_up(call, &HangUp::default()).unwrap();
    sleep(Duration::from_secs(60)).await;
    assert_eq!(control.call(call).unwrap()["cost"], "0.0");
    let before = receiver.events().len();
    sleep(Duration::from_secs(200)).await;
    let call = control.call(call).unwrap();
    assert_eq!((&call["cost"], &call["pricing_type"]), (&json!("3.0"), &json!("in_bundle")));
    assert_eq!(receiver.events().len(), before);
}

#[tokio::test(start_paused = true)]
async fn a_late_recording_comes_with_its_own_event() {
    let (sandbox, receiver) = sandbox();
    subscribe(&sandbox).await;
    let control = sandbox.control().aircall().clone();
    control.switch(|switches| switches.recording_after_s = 600.0);
    let call = control.ring(&ring()).unwrap();
    control.answer(call, Some(CAMILLE)).unwrap();
    control.hang_up(call, &HangUp::default()).unwrap();
    sleep(Duration::from_secs(40)).await;
    assert_eq!(receiver.last("call.ended")["recording"], Value::Null);
    sleep(Duration::from_secs(600)).await;
    assert!(receiver.last("call.comm_assets_generated")["recording"].is_string());
}

#[tokio::test(start_paused = true)]
async fn what_was_under_way_before_a_reset_is_forgotten() {
    let (sandbox, receiver) = sandbox();
    subscribe(&sandbox).await;
    let control = sandbox.control();
    let call = control.aircall().ring(&ring()).unwrap();
    control.aircall().hang_up(call, &HangUp::default()).unwrap();
    settle().await;
    control.reset();
    subscribe(&sandbox).await;
    let before = receiver.events().len();
    sleep(Duration::from_secs(600)).await;
    assert_eq!(receiver.events().len(), before);
    assert!(control.aircall().ring(&ring()).unwrap() > call, "an id never means two calls");
}

#[tokio::test(start_paused = true)]
async fn a_note_over_the_api_has_no_author_and_its_answer_says_what_the_switch_says() {
    let (sandbox, _) = sandbox();
    let control = sandbox.control().aircall().clone();
    let call = control.ring(&ring()).unwrap();
    let path = format!("/v1/calls/{call}/comments");
    let post = async |content: &str| aircall(&sandbox, "POST", &path, json!({"content": content})).await;
    let answer = post("Sends a photo 📷").await;
    assert_eq!((answer.status, answer.text.as_str()), (201, ""));
    control.switch(|switches| switches.created_bodies = true);
    let answer = post("And another").await;
    assert_eq!((answer.status, &answer.body["comment"]["posted_by"]), (201, &Value::Null));
    let shown = control.call(call).unwrap()["comments"].clone();
    assert_eq!((&shown[0]["content"], &shown[0]["posted_by"]), (&json!("Sends a photo "), &Value::Null));
    assert_eq!(shown[1]["id"], answer.body["comment"]["id"]);
    assert_eq!(post("👍").await.status, 400);
    control.switch(|switches| switches.refuse_emoji_only = false);
    assert_eq!(post("👍").await.status, 201);
    assert_eq!(control.call(call).unwrap()["comments"][2]["content"], "");
    let tagged =
        aircall(&sandbox, "POST", &format!("/v1/calls/{call}/tags"), json!({"tags": [551_011]})).await;
    assert_eq!((tagged.status, &tagged.body["tags"][0]["name"]), (201, &json!("Refund")));
}
