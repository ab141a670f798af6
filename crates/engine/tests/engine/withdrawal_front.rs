//! B11, B7 in Front: what was imported stays where anybody else is; a comment says that it does not count, and a moved call is
//! written anew for the other contact.

use serde_json::{Value, json};
use sidetone_engine::Declined;
use sidetone_engine::call::CaseId;
use sidetone_protocol::{CallState, CallView};
use sidetone_sandbox::{Fault, FaultKind, Text, aircall_world as world, front_world};

use crate::day::{Day, MARTA, Plan};
use crate::front::{
    activity, archive, assert_same, change, conversation, conversations_of, keys, last_seq, message, missed,
    writes,
};

const LATE: &str = "One more thing";

/// A call that Camille answered, with a comment of hers; all of it is there.
async fn written(day: &Day) -> u64 {
    let call = day.answered(MARTA).await;
    day.aircall.comment(call, world::CAMILLE, "She wants a new lid").unwrap();
    day.pass(180).await;
    assert_eq!(day.detail(call).state, CallState::Complete);
    call
}

async fn take_back(day: &Day, call: u64) -> Result<CallView, Declined> {
    day.handle.take_back(CaseId(call)).await
}

async fn give(day: &Day, call: u64, contact: &str, remember: bool) -> Result<CallView, Declined> {
    day.handle.choose(CaseId(call), contact, remember).await
}

fn tomas(day: &Day) -> String {
    day.front.add_contact("Tomás Prats", None, "+34666444999").unwrap()
}

fn id(conversation: &Value) -> String {
    conversation["id"].as_str().unwrap().to_owned()
}

fn comments(conversation: &Value) -> Vec<String> {
    let all = conversation["comments"].as_array().unwrap().iter();
    all.map(|comment| comment["body"].as_str().unwrap().to_owned()).collect()
}

/// The comments that say of a call what became of its record.
fn marks(conversation: &Value, call: u64) -> Vec<String> {
    let line = format!("aircall:call:{call} ");
    comments(conversation)
        .into_iter()
        .filter(|text| text.lines().last().unwrap().starts_with(&line))
        .collect()
}

/// A conversation as a person reads it, with its messages and comments.
fn now(day: &Day, conversation: &str) -> Value {
    let get = |what: &str| {
        let path = format!("/conversations/{conversation}{what}");
        let (status, told) = day.front.by_a_person("GET", &path, &Value::Null).unwrap();
        assert_eq!(status, 200, "{told}");
        told
    };
    let mut found = get("");
    found["messages"] = get("/messages?limit=100")["_results"].clone();
    found["comments"] = get("/comments")["_results"].clone();
    found
}

/// Nothing more is written for it, and everybody can see why.
fn is_withdrawn(day: &Day, call: u64) {
    let detail = day.detail(call);
    let code = detail.reason.as_ref().map(|reason| reason.code.as_str());
    assert_eq!((detail.state, code, detail.plan.requests), (CallState::NotLogged, Some("withdrawn"), 0));
    let health = day.handle.health();
    assert_eq!((health.outbox.calls, health.alerts.len()), (0, 0), "nobody is called");
}

/// A person says something in the conversation.
fn somebody_comments(day: &Day, conversation: &str, says: &str) {
    let path = format!("/conversations/{conversation}/comments");
    let (status, told) = day.front.by_a_person("POST", &path, &json!({ "body": says })).unwrap();
    assert_eq!(status, 201, "{told}");
}

#[tokio::test(start_paused = true)]
async fn a_conversation_with_nothing_but_the_record_goes_to_the_trash_in_one_request_and_stays_there() {
    let day = Day::begin(Plan::with_front()).await;
    let call = written(&day).await;
    let old = id(&conversation(&day, call));
    let seq = last_seq(&day);
    assert_eq!(take_back(&day, call).await.unwrap().state, CallState::Pending);
    day.pass(30).await;
    assert_eq!(now(&day, &old)["status"], "deleted");
    assert_eq!(writes(&day, seq), [format!("PATCH /conversations/{old}")]);
    is_withdrawn(&day, call);
    // News of the call do not bring it back; the contact's next call begins another conversation.
    day.aircall.comment(call, world::CAMILLE, LATE).unwrap();
    day.pass(120).await;
    is_withdrawn(&day, call);
    take_back(&day, call).await.expect("twice is once");
    day.pass(60).await;
    assert_eq!(writes(&day, seq).len(), 1);
    let told = day.detail(call).explanation;
    assert!(told.iter().any(|line| line.rule.contains("took our writes back")), "{told:?}");
    let next = missed(&day, MARTA).await;
    assert_ne!(id(&conversation(&day, next)), old);
    assert_eq!(now(&day, &old)["status"], "deleted");
}

#[tokio::test(start_paused = true)]
async fn where_other_calls_and_messages_are_nothing_is_removed_and_one_comment_says_so() {
    let day = Day::begin(Plan::with_front()).await;
    let first = missed(&day, MARTA).await;
    let call = written(&day).await;
    let before = conversation(&day, call);
    assert_eq!(before["assignee"]["email"], "camille.roux@example.com");
    take_back(&day, call).await.unwrap();
    day.pass(60).await;
    let after = conversation(&day, call);
    assert_eq!(after["messages"], before["messages"]);
    let marks = marks(&after, call);
    assert_eq!(marks.len(), 1, "{after:#}");
    assert!(marks[0].contains("Inbound call - Support FR") && marks[0].ends_with(" withdrawn"), "{marks:?}");
    assert_eq!(comments(&after).len(), 2, "the agent's comment stays");
    assert_eq!(after["assignee"], Value::Null, "it was the call that gave it to Camille");
    assert_eq!(after["status"], "unassigned");
    is_withdrawn(&day, call);
    assert_eq!(day.detail(first).state, CallState::Complete);
}

#[tokio::test(start_paused = true)]
async fn what_people_did_in_the_conversation_stays_as_it_is() {
    let by_a_person = |day: &Day, of: &Value, what: usize| match what {
        0 => somebody_comments(day, &id(of), "I am on it"),
        1 => change(day, of, json!({ "assignee_id": front_world::JONAS })),
        2 => change(day, of, json!({ "assignee_id": null })),
        3 => archive(day, of),
        _ => {
            let path = format!("/conversations/{}/tags", id(of));
            let tag = day.front.by_a_person("POST", "/company/tags", &json!({ "name": "VIP" })).unwrap().1;
            let put = json!({ "tag_ids": [tag["id"]] });
            assert!(day.front.by_a_person("POST", &path, &put).unwrap().0 < 300);
        }
    };
    for what in 0..5 {
        let day = Day::begin(Plan::with_front()).await;
        let call = written(&day).await;
        by_a_person(&day, &conversation(&day, call), what);
        let before = conversation(&day, call);
        take_back(&day, call).await.unwrap();
        day.pass(60).await;
        let after = conversation(&day, call);
        for field in ["status", "assignee", "tags", "messages"] {
            assert_eq!(after[field], before[field], "{what}: {field}");
        }
        assert_eq!(marks(&after, call).len(), 1, "{what}");
        is_withdrawn(&day, call);
    }
}

/// After how many steps something is changed: a commit, a write that leaves, its answer. Between questions nothing is lost.
fn at_changes(steps: &[String]) -> Vec<u64> {
    let is_one = |(_, step): &(usize, &String)| !step.contains("GET ");
    let changes: Vec<u64> = steps.iter().enumerate().filter(is_one).map(|(at, _)| at as u64 + 1).collect();
    assert!(changes.len() > 2, "{steps:#?}");
    changes
}

#[tokio::test(start_paused = true)]
async fn killed_and_cut_at_any_time_a_withdrawal_leaves_what_it_leaves_on_a_quiet_day() {
    // Alone; beside another call; and with an import that Front has not made yet.
    for with_another in [false, true] {
        let steps = std::cell::RefCell::new(Vec::new());
        let lived = async |cut: Option<u64>, fault: Option<FaultKind>| {
            let mut day = Day::begin(Plan::with_front()).await;
            if with_another {
                missed(&day, MARTA).await;
            }
            let call = written(&day).await;
            let old = id(&conversation(&day, call));
            if let Some(kind) = fault.clone() {
                for method in ["PATCH", "POST", "PUT"] {
                    day.front.add_fault(Fault::next(1, kind.clone()).on(method, "/conversations"));
                }
            }
            if let Some(at) = cut {
                day.lifeline.cut_after(at);
            }
            let before = day.lifeline.steps().len();
            // The answer may be lost with the program; what was decided is not.
            let told = take_back(&day, call).await;
            day.pass(30).await;
            if cut.is_none() && fault.is_none() {
                *steps.borrow_mut() = day.lifeline.steps().split_off(before);
            } else if cut.is_some() {
                day.kill_and_restart().await;
                if told.is_err() {
                    let _ = take_back(&day, call).await;
                }
            }
            day.pass(if cut.is_some() { 60 } else { 200 }).await;
            is_withdrawn(&day, call);
            let mut left = now(&day, &old);
            for comment in left["comments"].as_array_mut().unwrap() {
                (comment["posted_at"], comment["id"], comment["_links"]) =
                    (Value::Null, Value::Null, Value::Null);
            }
            (left["updated_at"], left["_links"]) = (Value::Null, Value::Null);
            left
        };
        let quiet = lived(None, None).await;
        assert_eq!(quiet["status"], if with_another { "unassigned" } else { "deleted" });
        for at in at_changes(&steps.take()) {
            assert_same(&lived(Some(at), None).await, &quiet, &format!("{with_another}, killed after {at}"));
        }
        for kind in [
            FaultKind::CutAfter,
            FaultKind::CutBefore,
            FaultKind::HangAfter,
            FaultKind::Status { status: 503, retry_after: None },
            FaultKind::Status { status: 429, retry_after: Some(7) },
        ] {
            assert_same(&lived(None, Some(kind.clone())).await, &quiet, &format!("{with_another} {kind:?}"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_trash_that_was_cut_long_ago_is_not_repeated_over_what_people_wrote_since() {
    let day = Day::begin(Plan::with_front()).await;
    let call = written(&day).await;
    let old = id(&conversation(&day, call));
    day.front.add_fault(Fault::next(1, FaultKind::CutBefore).on("PATCH", "/conversations"));
    let seq = last_seq(&day);
    take_back(&day, call).await.unwrap();
    while writes(&day, seq).is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    day.handle.pause().await.unwrap();
    day.pass(60).await;
    somebody_comments(&day, &old, "She wrote to me; I go on here");
    day.handle.resume().await.unwrap();
    day.pass(200).await;
    let left = now(&day, &old);
    assert_eq!((left["status"].as_str(), marks(&left, call).len()), (Some("assigned"), 1), "{left:#}");
    is_withdrawn(&day, call);
}

#[tokio::test(start_paused = true)]
async fn after_a_lost_ledger_nothing_that_was_taken_back_is_written_again() {
    // B17
    for with_another in [false, true] {
        let mut day = Day::begin(Plan::with_front()).await;
        if with_another {
            missed(&day, MARTA).await;
        }
        let call = written(&day).await;
        let old = id(&conversation(&day, call));
        take_back(&day, call).await.unwrap();
        day.pass(60).await;
        lose_everything(&mut day).await;
        let seq = last_seq(&day);
        day.aircall.comment(call, world::CAMILLE, LATE).unwrap();
        day.pass(300).await;
        assert_eq!(writes(&day, seq), [] as [&str; 0], "{with_another}");
        let code = day.detail(call).reason.unwrap().code;
        assert_eq!(code, if with_another { "withdrawn" } else { "ticket_trashed" });
        assert_eq!(now(&day, &old)["status"] == "deleted", !with_another);
    }
}

async fn lose_everything(day: &mut Day) {
    day.kill().await;
    day.shelf.lose();
    day.set_from(Some(day.now() - chrono::TimeDelta::hours(1)));
    day.start().unwrap();
    day.pass(10).await;
}

#[tokio::test(start_paused = true)]
async fn written_again_it_has_keys_of_its_own_and_a_lost_ledger_knows_that() {
    let mut day = Day::begin(Plan::with_front()).await;
    missed(&day, MARTA).await;
    let call = written(&day).await;
    take_back(&day, call).await.unwrap();
    day.handle.retry(CaseId(call));
    day.pass(60).await;
    is_withdrawn(&day, call);
    day.handle.retry(CaseId(call));
    day.pass(200).await;
    assert_eq!(day.detail(call).state, CallState::Complete);
    let found = conversation(&day, call);
    message(&found, &format!("aircall:call:{call}:again-1:duration"));
    lose_everything(&mut day).await;
    let seq = last_seq(&day);
    day.aircall.comment(call, world::CAMILLE, LATE).unwrap();
    day.pass(300).await;
    let found = conversation(&day, call);
    assert_eq!(writes(&day, seq).len(), 1, "{:#?}", day.detail(call));
    assert!(comments(&found).iter().any(|text| text.contains(LATE)));
    assert_eq!(marks(&found, call).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_moved_call_is_written_anew_for_the_other_contact_and_what_was_is_marked() {
    for with_another in [false, true] {
        let day = Day::begin(Plan::with_front()).await;
        if with_another {
            missed(&day, MARTA).await;
        }
        let call = written(&day).await;
        let old = id(&conversation(&day, call));
        let other = tomas(&day);
        let given = give(&day, call, &other, false).await.unwrap();
        assert_eq!((given.state, given.customer.unwrap().id), (CallState::Pending, other.clone()));
        give(&day, call, &other, false).await.expect("pressed twice is once");
        day.pass(300).await;
        let left = now(&day, &old);
        let mark = marks(&left, call);
        assert_eq!(mark.len(), 1, "{left:#}");
        assert!(mark[0].contains("Tomás Prats") && mark[0].ends_with(&format!(" moved {other}")), "{mark:?}");
        assert_eq!(left["status"] == "deleted", !with_another, "{left:#}");
        let again = day.front.conversations_marked(&format!("aircall:call:{call}:again-1"));
        assert_eq!(again.len(), 1);
        assert_eq!(conversations_of(&day, &other), [again[0]["id"].clone()], "it is his");
        assert!(comments(&again[0]).iter().any(|text| text.contains("a new lid")));
        let detail = day.detail(call);
        assert_eq!((detail.state, detail.call.customer.unwrap().id), (CallState::Complete, other.clone()));
        assert_eq!(detail.call.ticket.unwrap().id, id(&again[0]));
        // What comes late goes there; the next call does not.
        day.aircall.comment(call, world::CAMILLE, LATE).unwrap();
        let next = missed(&day, MARTA).await;
        assert_ne!(conversation(&day, next)["id"], again[0]["id"]);
        assert!(comments(&now(&day, &id(&again[0]))).iter().any(|text| text.contains(LATE)));
    }
}

#[tokio::test(start_paused = true)]
async fn killed_at_any_time_a_move_is_made_once() {
    let steps = std::cell::RefCell::new(Vec::new());
    let lived = async |cut: Option<u64>| {
        let mut day = Day::begin(Plan::with_front()).await;
        missed(&day, MARTA).await;
        let call = written(&day).await;
        let old = id(&conversation(&day, call));
        let other = tomas(&day);
        if let Some(at) = cut {
            day.lifeline.cut_after(at);
        }
        let before = day.lifeline.steps().len();
        let told = give(&day, call, &other, false).await;
        day.pass(30).await;
        if cut.is_none() {
            *steps.borrow_mut() = day.lifeline.steps().split_off(before);
        } else {
            day.kill_and_restart().await;
            if told.is_err() {
                give(&day, call, &other, false).await.unwrap();
            }
        }
        day.pass(200).await;
        let new = day.front.conversations_marked(&format!("aircall:call:{call}:again-1"));
        assert_eq!((new.len(), day.detail(call).state), (1, CallState::Complete), "{cut:?}");
        let left = now(&day, &old);
        (
            keys(&left).len(),
            comments(&left).len(),
            marks(&left, call).len(),
            left["assignee"].clone(),
            keys(&new[0]),
            comments(&new[0]).len(),
        )
    };
    let quiet = lived(None).await;
    assert_eq!((quiet.1, quiet.2, quiet.5), (2, 1, 1));
    for at in at_changes(&steps.take()).into_iter().step_by(2) {
        assert_eq!(lived(Some(at)).await, quiet, "killed after {at}");
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_lost_ledger_a_moved_call_is_found_where_it_is() {
    // B17
    let mut day = Day::begin(Plan::with_front()).await;
    missed(&day, MARTA).await;
    let call = written(&day).await;
    let other = tomas(&day);
    give(&day, call, &other, false).await.unwrap();
    day.pass(300).await;
    lose_everything(&mut day).await;
    let seq = last_seq(&day);
    day.aircall.comment(call, world::CAMILLE, LATE).unwrap();
    day.pass(300).await;
    let again = day.front.conversations_marked(&format!("aircall:call:{call}:again-1"));
    assert_eq!(writes(&day, seq), [format!("POST /conversations/{}/comments", id(&again[0]))]);
    let detail = day.detail(call);
    assert_eq!((detail.state, detail.call.customer.unwrap().id), (CallState::Complete, other));
}

#[tokio::test(start_paused = true)]
async fn a_lost_ledger_between_the_mark_and_the_new_record_writes_it_where_the_mark_says() {
    // B17, B7
    let mut day = Day::begin(Plan::with_front()).await;
    missed(&day, MARTA).await;
    let call = written(&day).await;
    let old = id(&conversation(&day, call));
    let other = tomas(&day);
    day.front.add_fault(Fault::next(99, FaultKind::CutBefore).on("POST", "/contacts"));
    day.front.add_fault(Fault::next(99, FaultKind::CutBefore).on("POST", "/inboxes"));
    give(&day, call, &other, false).await.unwrap();
    day.pass(20).await;
    assert_eq!(marks(&now(&day, &old), call).len(), 1);
    day.front.clear_faults();
    lose_everything(&mut day).await;
    day.aircall.comment(call, world::CAMILLE, LATE).unwrap();
    day.pass(400).await;
    let again = day.front.conversations_marked(&format!("aircall:call:{call}:again-1"));
    assert_eq!(again.len(), 1, "{:#}", day.front.dump());
    assert_eq!(conversations_of(&day, &other), [again[0]["id"].clone()]);
    assert_eq!(marks(&now(&day, &old), call).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn moved_on_and_back_the_record_is_where_it_was_moved_last() {
    let mut day = Day::begin(Plan::with_front()).await;
    missed(&day, MARTA).await;
    let call = written(&day).await;
    let old = conversation(&day, call);
    let marta = day.detail(call).call.customer.unwrap().id;
    let other = tomas(&day);
    give(&day, call, &other, false).await.unwrap();
    day.pass(300).await;
    give(&day, call, &marta, false).await.unwrap();
    day.pass(300).await;
    let found = day.front.conversations_marked(&format!("aircall:call:{call}:again-2"));
    assert_eq!((found.len(), &found[0]["id"]), (1, &old["id"]));
    assert_eq!(day.detail(call).state, CallState::Complete);
    lose_everything(&mut day).await;
    let seq = last_seq(&day);
    day.aircall.comment(call, world::CAMILLE, LATE).unwrap();
    day.pass(300).await;
    assert_eq!(writes(&day, seq), [format!("POST /conversations/{}/comments", id(&old))]);
}

#[tokio::test(start_paused = true)]
async fn a_conversation_that_was_merged_is_marked_and_one_that_is_gone_needs_no_removing() {
    for what in ["merged", "trashed", "deleted"] {
        for is_moved in [false, true] {
            let day = Day::begin(Plan::with_front()).await;
            let call = written(&day).await;
            let old = conversation(&day, call);
            let other = tomas(&day);
            let survivor = conversation(&day, missed(&day, "+33199001144").await);
            match what {
                "merged" => day.front.merge_conversations(&id(&old), &id(&survivor)).unwrap(),
                "trashed" => change(&day, &old, json!({ "status": "deleted" })),
                _ => day.front.delete_conversation(&id(&old)).unwrap(),
            }
            match is_moved {
                true => drop(give(&day, call, &other, false).await.unwrap()),
                false => drop(take_back(&day, call).await.unwrap()),
            }
            day.pass(400).await;
            let marks = marks(&now(&day, &id(&survivor)), call).len();
            assert_eq!(marks, usize::from(what == "merged"), "{what} {is_moved}");
            match is_moved {
                false => is_withdrawn(&day, call),
                true => {
                    let again = day.front.conversations_marked(&format!("aircall:call:{call}:again-1"));
                    assert_eq!(again.len(), 1, "{what}");
                    assert_eq!(day.detail(call).state, CallState::Complete, "{what}");
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_text_message_that_comes_meanwhile_is_not_thrown_away() {
    // F11: also one that Front has taken and not made yet
    for lag in [1.5, 60.0] {
        for before in [0, 2] {
            let day = Day::begin(Plan::with_front()).await;
            let call = written(&day).await;
            let old = id(&conversation(&day, call));
            day.front.switch(|s| s.import_lag_s = lag);
            let text = Text {
                line: world::SUPPORT_FR,
                number: MARTA.into(),
                body: "Is it ready?".into(),
                ..Text::default()
            };
            let message = if before > 0 { Some(day.aircall.text(&text).unwrap()) } else { None };
            day.pass(before).await;
            take_back(&day, call).await.unwrap();
            let message = message.unwrap_or_else(|| day.aircall.text(&text).unwrap());
            day.pass(400).await;
            let found = day.front.conversations_marked(&format!("aircall:message:{message}"));
            assert_eq!(found.len(), 1);
            assert_ne!(found[0]["status"], "deleted", "{lag} {before}");
            is_withdrawn(&day, call);
            let left = now(&day, &old);
            assert!(left["status"] == "deleted" || marks(&left, call).len() == 1, "{left:#}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn while_paused_nothing_is_taken_back_and_late_news_are_not_written_then_either() {
    let day = Day::begin(Plan::with_front()).await;
    let call = written(&day).await;
    day.handle.pause().await.unwrap();
    day.aircall.comment(call, world::CAMILLE, LATE).unwrap();
    day.pass(30).await;
    let seq = last_seq(&day);
    assert_eq!(take_back(&day, call).await.unwrap().state, CallState::Pending);
    day.pass(120).await;
    assert_eq!(writes(&day, seq), [] as [&str; 0]);
    day.handle.resume().await.unwrap();
    day.pass(60).await;
    assert_eq!(writes(&day, seq).len(), 1, "{:?}", writes(&day, seq));
    is_withdrawn(&day, call);
}

#[tokio::test(start_paused = true)]
async fn pressed_at_two_hubs_a_record_is_taken_back_once() {
    let day = Day::begin(Plan::with_front()).await;
    missed(&day, MARTA).await;
    let call = written(&day).await;
    let (other, task) = day.start_another();
    day.pass(5).await;
    let (one, two) = tokio::join!(take_back(&day, call), other.take_back(CaseId(call)));
    one.unwrap();
    two.unwrap();
    day.pass(120).await;
    assert_eq!(marks(&conversation(&day, call), call).len(), 1);
    is_withdrawn(&day, call);
    task.abort();
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_just_over_is_taken_back_when_front_shows_all_of_it() {
    let day = Day::begin(Plan::with_front()).await;
    day.front.switch(|s| s.import_lag_s = 25.0);
    let call = day.answered(MARTA).await;
    while !day.detail(call).ledger.iter().any(|held| held.key == "duration") {
        day.pass(1).await;
    }
    take_back(&day, call).await.unwrap();
    day.pass(200).await;
    let found = conversation(&day, call);
    activity(&found, call, "duration");
    assert_eq!(found["status"], "deleted", "{found:#}");
    is_withdrawn(&day, call);
}
