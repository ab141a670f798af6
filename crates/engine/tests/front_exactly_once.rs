//! Calls into Front in trouble (B4, B17): the records are those of a quiet day, and what people do is respected (G25).
#![allow(clippy::unwrap_used, clippy::expect_used)] // a failed step fails its test

mod day;
mod front;

use day::{Day, MARTA, Plan, STRANGER};
use front::{activity, archive, assert_same, change, conversation, keys, last_seq, missed, writes};
use serde_json::{Value, json};
use sidetone_engine::call::CaseId;
use sidetone_protocol::CallState;
use sidetone_sandbox::{
    AircallControl, DuplicateExternalId, Fault, FaultKind, HangUp, Location, Ring, aircall_world as world,
};

/// Two calls with every kind of write: a stranger, answered, handed on, commented, then missed with a voicemail.
async fn scenario(aircall: AircallControl) {
    let pass = |seconds| tokio::time::sleep(std::time::Duration::from_secs(seconds));
    let ring = || {
        let ring = Ring { line: world::SUPPORT_FR, from: Some(STRANGER.into()), ..Ring::default() };
        aircall.ring(&ring).unwrap()
    };
    let call = ring();
    pass(8).await;
    aircall.answer(call, Some(world::CAMILLE)).unwrap();
    pass(40).await;
    aircall.comment(call, world::CAMILLE, "wants two kettles").unwrap();
    aircall.transfer(call, world::JONAS, true).unwrap();
    pass(40).await;
    aircall.hang_up(call, &HangUp::default()).unwrap();
    pass(40).await;
    aircall.comment(call, world::JONAS, "wants two kettles").unwrap();
    let second = ring();
    pass(20).await;
    aircall.hang_up(second, &HangUp { voicemail: true, ..HangUp::default() }).unwrap();
    pass(1200).await;
}

async fn lived(change: impl AsyncFn(&mut Day)) -> Value {
    let mut day = Day::begin(Plan::with_front()).await;
    change(&mut day).await;
    let dump = day.front.dump();
    assert_eq!(dump["under_way"], 0);
    dump
}

async fn quiet() -> Value {
    lived(async |day| scenario(day.aircall.clone()).await).await
}

#[tokio::test(start_paused = true)]
async fn each_write_may_be_cut_hang_or_be_refused_for_the_time_being() {
    // B4
    let quiet = quiet().await;
    for duplicates in [
        DuplicateExternalId::AcceptAndIgnore,
        DuplicateExternalId::AcceptWithNewUid,
        DuplicateExternalId::Conflict,
    ] {
        for kind in [
            FaultKind::CutAfter,
            FaultKind::CutBefore,
            FaultKind::HangAfter,
            FaultKind::Malformed,
            FaultKind::Status { status: 503, retry_after: None },
            FaultKind::Status { status: 429, retry_after: Some(7) },
        ] {
            let troubled = lived(async |day| {
                day.front.switch(|s| s.duplicate_external_id = duplicates);
                for prefix in ["/inboxes", "/contacts", "/conversations"] {
                    for method in ["POST", "PUT"] {
                        let (method, path) = (Some(method.to_owned()), prefix.to_owned());
                        day.front.add_fault(Fault {
                            method,
                            path,
                            times: 2,
                            kind: kind.clone(),
                            is_whole_path: false,
                        });
                    }
                }
                scenario(day.aircall.clone()).await;
            });
            assert_same(&troubled.await, &quiet, &format!("{duplicates:?} {kind:?}"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_import_that_takes_long_is_waited_for_and_one_that_is_lost_is_made_again() {
    // B4: a 202 is not a message
    let quiet = quiet().await;
    for lag in [0.0, 9.0, 70.0] {
        let late = lived(async |day| {
            day.front.switch(|s| s.import_lag_s = lag);
            scenario(day.aircall.clone()).await;
        });
        assert_same(&late.await, &quiet, &format!("{lag} s"));
    }
    let lost = lived(async |day| {
        day.front.switch(|s| s.lose_imports = 1);
        scenario(day.aircall.clone()).await;
    });
    assert_same(&lost.await, &quiet, "lost");
}

#[tokio::test(start_paused = true)]
async fn killed_at_any_time_the_records_are_those_of_a_quiet_day() {
    // B4, B17
    let quiet = quiet().await;
    for at in (1..30).map(|n| n * 4) {
        let killed = lived(async |day| {
            let lifeline = day.lifeline.clone();
            lifeline.cut_after(at);
            let story = scenario(day.aircall.clone());
            tokio::pin!(story);
            tokio::select! {
                () = &mut story => return,
                () = lifeline.cut() => {}
            }
            day.kill_and_restart().await;
            story.await;
        });
        assert_same(&killed.await, &quiet, &format!("killed after step {at}"));
    }
}

#[tokio::test(start_paused = true)]
async fn two_comments_of_one_text_are_two() {
    // B4: comments have no marker
    let day = Day::begin(Plan::with_front()).await;
    let call = day.answered(MARTA).await;
    for (n, kind) in [FaultKind::CutAfter, FaultKind::CutBefore].into_iter().enumerate() {
        day.front.add_fault(Fault {
            method: Some("POST".into()),
            path: "/conversations".into(),
            is_whole_path: false,
            times: 1,
            kind,
        });
        day.aircall.comment(call, world::CAMILLE, "no answer").unwrap();
        day.pass(200).await;
        let found = conversation(&day, call);
        assert_eq!(found["comments"].as_array().unwrap().len(), n + 1, "{found:#}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_merged_conversation_is_followed() {
    // G25, F3
    for location in [Location::Absolute, Location::Path, Location::ResourceOnly] {
        let day = Day::begin(Plan::with_front()).await;
        day.front.switch(|s| s.location = location);
        let call = day.ring(world::SUPPORT_FR, Some(STRANGER));
        day.pass(8).await;
        day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
        day.pass(30).await;
        let old = conversation(&day, call);
        let other = missed(&day, "+33199001144").await;
        let survivor = conversation(&day, other);
        let id = |conversation: &Value| conversation["id"].as_str().unwrap().to_owned();
        day.front.merge_conversations(&id(&old), &id(&survivor)).unwrap();
        day.aircall.comment(call, world::CAMILLE, "merged meanwhile").unwrap();
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
        day.pass(120).await;
        let found = conversation(&day, call);
        assert_eq!(id(&found), id(&survivor));
        assert_eq!(found["comments"].as_array().unwrap().len(), 1);
        activity(&found, call, "duration");
        assert_eq!(day.detail(call).call.ticket.unwrap().id, id(&survivor), "the ledger follows");
        let next = missed(&day, STRANGER).await;
        assert_eq!(id(&conversation(&day, next)), id(&survivor), "{location:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn into_a_conversation_that_was_thrown_away_nothing_more_is_written() {
    // G25
    for is_deleted in [false, true] {
        let day = Day::begin(Plan::with_front()).await;
        let call = day.answered(MARTA).await;
        let old = conversation(&day, call);
        let id = old["id"].as_str().unwrap().to_owned();
        match is_deleted {
            true => day.front.delete_conversation(&id).unwrap(),
            false => change(&day, &old, json!({ "status": "deleted" })),
        }
        day.aircall.comment(call, world::CAMILLE, "too late").unwrap();
        day.pass(120).await;
        let detail = day.detail(call);
        let reason = detail.reason.unwrap();
        assert_eq!(reason.code, if is_deleted { "ticket_gone" } else { "ticket_trashed" });
        assert_eq!(detail.state, CallState::Parked);
        // The next call begins another conversation.
        let next = day.answered(MARTA).await;
        let found = conversation(&day, next);
        assert_ne!(found["id"], id.as_str());
        assert_eq!((found["status"].as_str(), keys(&found).len()), (Some("assigned"), 3), "{found:#}");
        let after = missed(&day, MARTA).await;
        assert_eq!(conversation(&day, after)["id"], found["id"]);
        // Asked for again, the record is made once more, beside the others of now.
        day.handle.retry(CaseId(call));
        day.pass(120).await;
        let again = day.front.conversations_marked(&format!("aircall:call:{call}:again-1"));
        assert_eq!(again.len(), 1, "{:#}", day.front.dump());
        assert_eq!(again[0]["id"], found["id"]);
        assert_eq!(day.detail(call).state, CallState::Complete);
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_ledger_writes_nothing_twice_and_gives_nothing_away() {
    // B17
    let mut day = Day::begin(Plan::with_front()).await;
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(8).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.aircall.comment(call, world::CAMILLE, "first").unwrap();
    day.pass(60).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(120).await;
    let found = conversation(&day, call);
    change(&day, &found, json!({ "assignee_id": null }));
    let before = conversation(&day, call);
    day.kill().await;
    day.shelf.lose();
    day.set_from(Some(day.now() - chrono::TimeDelta::hours(1)));
    day.start().unwrap();
    day.pass(10).await;
    let seq = last_seq(&day);
    day.aircall.comment(call, world::CAMILLE, "second").unwrap();
    day.pass(300).await;
    let after = conversation(&day, call);
    assert_eq!(after["messages"], before["messages"]);
    assert_eq!(after["comments"].as_array().unwrap().len(), 2, "{after:#}");
    assert_eq!(after["assignee"], Value::Null, "a person took it from Camille");
    assert_eq!(writes(&day, seq).len(), 1, "{:#?}", writes(&day, seq));
}

#[tokio::test(start_paused = true)]
async fn an_archived_conversation_is_reopened_by_the_next_call_only() {
    // F4, G25
    let day = Day::begin(Plan::with_front()).await;
    let first = missed(&day, MARTA).await;
    archive(&day, &conversation(&day, first));
    day.pass(300).await;
    assert_eq!(conversation(&day, first)["status"], "archived");
    let next = missed(&day, MARTA).await;
    assert_eq!(conversation(&day, next)["id"], conversation(&day, first)["id"]);
    assert_eq!(conversation(&day, next)["status"], "unassigned");
}
