//! Calls into Front in trouble (B4, B17): the records are those of a quiet day, and what people do is respected (G25).

use serde_json::{Value, json};
use sidetone_engine::call::CaseId;
use sidetone_engine::settings::Recordings;
use sidetone_protocol::CallState;
use sidetone_sandbox::{
    AircallControl, DuplicateExternalId, Fault, FaultKind, HangUp, Location, Ring, aircall_world as world,
    front_world,
};

use crate::day::{Day, MARTA, Plan, STRANGER};
use crate::front::{
    activity, archive, assert_same, change, conversation, inboxes, keys, last_seq, missed, writes,
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
async fn what_another_call_holds_is_not_taken_for_a_calls_own_comment() {
    // B4, F6: two calls of one contact, each with a comment of the same words, worked off together
    let day = Day::begin(Plan::with_front()).await;
    let mut calls = Vec::new();
    for _ in 0..2 {
        calls.push(day.answered(MARTA).await);
    }
    day.handle.pause().await.unwrap();
    for call in &calls {
        day.aircall.comment(*call, world::CAMILLE, "no answer").unwrap();
    }
    day.pass(60).await;
    let path = format!("/conversations/{}/comments", conversation(&day, calls[0])["id"].as_str().unwrap());
    let seq = last_seq(&day);
    day.handle.resume().await.unwrap();
    let is_first_there = || writes(&day, seq).iter().any(|write| write.ends_with("/comments"));
    for _ in 0..600 {
        if is_first_there() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    day.front.add_fault(Fault::next(1, FaultKind::CutBefore).on("POST", &path));
    day.pass(300).await;
    let found = conversation(&day, calls[0]);
    assert_eq!(found["comments"].as_array().unwrap().len(), 2, "{:#?}", writes(&day, seq));
}

#[tokio::test(start_paused = true)]
async fn an_import_into_a_known_conversation_that_is_lost_is_made_again() {
    // B4, B10: Front takes it (202), and it never appears
    let day = Day::begin(Plan::with_front()).await;
    let first = missed(&day, MARTA).await;
    day.front.switch(|s| s.lose_imports = 1);
    let call = missed(&day, MARTA).await;
    day.pass(600).await;
    let found = conversation(&day, first);
    let key = format!("aircall:call:{call}");
    assert_eq!(keys(&found).iter().filter(|one| **one == key).count(), 1, "{found:#}");
    assert_eq!(day.detail(call).state, CallState::Complete);
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

/// Front, without recordings.
async fn silent_day() -> Day {
    let mut plan = Plan::with_front();
    plan.logging.recordings = Recordings::None;
    Day::begin(plan).await
}

/// A call in Marta's conversation that is over; its duration fared so, and then nothing is written for now.
async fn paused_after_its_end(kind: FaultKind) -> (Day, u64) {
    let day = silent_day().await;
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(8).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(60).await;
    activity(&conversation(&day, call), call, "");
    paused_after_an_import(&day, kind, || day.aircall.hang_up(call, &HangUp::default()).unwrap()).await;
    (day, call)
}

/// Nothing more is written once the next import fared so.
async fn paused_after_an_import(day: &Day, kind: FaultKind, then: impl FnOnce()) {
    day.front.add_fault(Fault::next(1, kind).on("POST", "/inboxes/"));
    let seq = last_seq(day);
    then();
    while writes(day, seq).is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    day.handle.pause().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_import_whose_answer_was_lost_long_ago_undoes_nothing_that_people_did_since() {
    // B4, G25: it is looked for, and planned anew where it is not there
    for kind in [FaultKind::CutBefore, FaultKind::CutAfter] {
        let was_made = kind == FaultKind::CutAfter;
        let (day, call) = paused_after_its_end(kind).await;
        day.pass(60).await;
        archive(&day, &conversation(&day, call));
        day.pass(3600).await;
        let seq = last_seq(&day);
        day.handle.resume().await.unwrap();
        day.pass(300).await;
        let found = conversation(&day, call);
        activity(&found, call, "duration");
        assert_eq!(found["status"], "archived", "a person archived it; it was made: {was_made}");
        assert_eq!(day.detail(call).state, CallState::Complete);
        assert_eq!(writes(&day, seq).len(), usize::from(!was_made), "{:#?}", writes(&day, seq));
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_first_import_was_lost_long_ago_goes_where_its_conversation_is_now() {
    // F2, F4, B4
    for kind in [FaultKind::CutBefore, FaultKind::CutAfter] {
        let was_made = kind == FaultKind::CutAfter;
        let day = Day::begin(Plan::with_front()).await;
        let first = missed(&day, MARTA).await;
        let call = day.ring(world::SUPPORT_FR, Some(MARTA));
        day.pass(8).await;
        paused_after_an_import(&day, kind, || day.aircall.answer(call, Some(world::CAMILLE)).unwrap()).await;
        day.pass(60).await;
        let old = conversation(&day, first);
        change(&day, &old, json!({ "inbox_id": front_world::SALES_DESK }));
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
        day.pass(3600).await;
        let seq = last_seq(&day);
        day.handle.resume().await.unwrap();
        day.pass(300).await;
        let found = conversation(&day, call);
        assert_eq!((&found["id"], inboxes(&found).len()), (&old["id"], 1), "{was_made}: {found:#}");
        activity(&found, call, "duration");
        // F7: as on a quiet day, the agent who answered gets it.
        assert_eq!(found["assignee"]["email"], "camille.roux@example.com", "{was_made}");
        let into = format!("POST /inboxes/{}/", front_world::SALES_DESK);
        let imports: Vec<String> =
            writes(&day, seq).into_iter().filter(|write| write.contains("/imported")).collect();
        assert!(imports.iter().all(|import| import.starts_with(&into)), "{was_made}: {imports:#?}");
        assert_eq!(day.detail(call).state, CallState::Complete);
    }
}

#[tokio::test(start_paused = true)]
async fn an_import_that_is_never_answered_is_left_to_a_person_in_the_end() {
    // B3: though it is planned anew each time
    let day = Day::begin(Plan::with_front()).await;
    let other = missed(&day, STRANGER).await;
    change(&day, &conversation(&day, other), json!({ "inbox_id": front_world::SALES_DESK }));
    let is_import = |path: &&String| path.ends_with("/imported_messages");
    let path = writes(&day, 0).iter().find(is_import).unwrap().replace("POST ", "");
    day.front.add_fault(Fault::next(u32::MAX, FaultKind::HangBefore).on("POST", &path));
    let call = missed(&day, MARTA).await;
    for n in 0..40 {
        // Others go through meanwhile.
        let other = missed(&day, STRANGER).await;
        assert_eq!(day.detail(other).state, CallState::Complete, "{n}");
    }
    let detail = day.detail(call);
    assert_eq!((detail.state, detail.reason.unwrap().code.as_str()), (CallState::Parked, "in_vain"));
    let journal = day.front.journal(0);
    let tries = journal.iter().filter(|entry| entry.path == path && entry.fault.is_some()).count();
    assert!((6..=30).contains(&tries), "{tries}");
    day.front.clear_faults();
    day.handle.retry(CaseId(call));
    day.pass(60).await;
    assert_eq!((day.detail(call).state, keys(&conversation(&day, call)).len()), (CallState::Complete, 2));
}

#[tokio::test(start_paused = true)]
async fn what_a_look_at_the_conversation_showed_holds_shortly_for_an_import() {
    // G25: an import says whether the conversation is archived
    let day = silent_day().await;
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(8).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(60).await;
    let open = conversation(&day, call);
    let path = format!("/conversations/{}", open["id"].as_str().unwrap());
    day.front.add_fault(Fault::next(2, FaultKind::Slow { ms: 4_000 }).on("GET", &path));
    let seq = last_seq(&day);
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    while last_seq(&day) == seq {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    day.handle.pause().await.unwrap();
    day.pass(15).await;
    archive(&day, &open);
    day.pass(30).await;
    day.handle.resume().await.unwrap();
    day.pass(120).await;
    let found = conversation(&day, call);
    activity(&found, call, "duration");
    assert_eq!(found["status"], "archived", "a person archived it meanwhile");
}
