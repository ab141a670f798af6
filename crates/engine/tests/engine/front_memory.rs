//! What a program finds in Front that has no memory of it (B17): nothing stands twice, whatever Aircall and people changed
//! since.

use serde_json::{Value, json};
use sidetone_engine::call::CaseId;
use sidetone_engine::settings::Recordings;
use sidetone_protocol::CallState;
use sidetone_sandbox::{HangUp, aircall_world as world, front_world};

use crate::day::{Day, MARTA, Plan};
use crate::front::{self, activity, change, conversation, keys, last_seq, missed, writes};

const LUCAS: &str = "+33199001144";
const ODILE: &str = "+33199001155";

/// Answered, with a comment; returns when all is written, and Aircall has corrected the start if it does.
async fn commented(day: &Day, from: &str, text: &str) -> u64 {
    let call = day.ring(world::SUPPORT_FR, Some(from));
    day.pass(8).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.aircall.comment(call, world::CAMILLE, text).unwrap();
    day.pass(60).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(600).await;
    call
}

async fn lose_the_database(day: &mut Day) {
    day.kill().await;
    day.shelf.lose();
    day.set_from(Some(day.now() - chrono::TimeDelta::hours(12)));
    day.start().unwrap();
    day.pass(10).await;
}

fn comments(conversation: &Value) -> Vec<&str> {
    conversation["comments"].as_array().unwrap().iter().map(|one| one["body"].as_str().unwrap()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_start_aircall_corrected_is_found_again() {
    // B17: a message does not tell its marker, and the start is another one by now
    let mut day = Day::begin(Plan::with_front()).await;
    let mut calls = Vec::new();
    let mut corrected = 0;
    for n in 0..6 {
        let call = commented(&day, MARTA, &format!("comment {n}")).await;
        let written = conversation(&day, call);
        let main = front::activity(&written, call, "")["created_at"].as_f64().unwrap() as i64;
        corrected += usize::from(day.aircall.call(call).unwrap()["started_at"].as_i64().unwrap() != main);
        calls.push(call);
    }
    assert!(corrected > 0, "Aircall corrects the start of some calls");
    let before = conversation(&day, calls[0]);
    let seq = last_seq(&day);
    lose_the_database(&mut day).await;
    for call in &calls {
        day.aircall.tag(*call, Some(world::CAMILLE), "Refund").unwrap();
    }
    day.aircall.comment(calls[5], world::CAMILLE, "one more").unwrap();
    day.pass(300).await;
    let after = conversation(&day, calls[0]);
    assert_eq!(after["messages"], before["messages"]);
    let again: Vec<String> =
        writes(&day, seq).into_iter().filter(|write| write.ends_with("/imported_messages")).collect();
    assert!(again.is_empty(), "what is there is not sent again: {again:?}");
    let mut expected: Vec<String> = (0..6).map(|n| format!("comment {n}")).collect();
    expected.push("one more".to_owned());
    assert_eq!(comments(&after), expected);
}

#[tokio::test(start_paused = true)]
async fn of_two_conversations_of_a_contact_the_one_with_the_call_is_found() {
    // B17: two contacts were merged into one
    let mut day = Day::begin(Plan::with_front()).await;
    let first = commented(&day, LUCAS, "from Lucas").await;
    let second = commented(&day, ODILE, "from Odile").await;
    let contacts = day.front.contacts();
    let id_of = |number: &str| {
        let has_it = |contact: &&Value| contact["handles"].to_string().contains(number);
        contacts.iter().find(has_it).unwrap()["id"].as_str().unwrap().to_owned()
    };
    day.front.merge(&id_of(LUCAS), &id_of(ODILE)).unwrap();
    lose_the_database(&mut day).await;
    for (call, text) in [(first, "again from Lucas"), (second, "again from Odile")] {
        day.aircall.comment(call, world::CAMILLE, text).unwrap();
    }
    day.pass(300).await;
    assert_eq!(comments(&conversation(&day, first)), ["from Lucas", "again from Lucas"]);
    assert_eq!(comments(&conversation(&day, second)), ["from Odile", "again from Odile"]);
}

#[tokio::test(start_paused = true)]
async fn into_a_conversation_that_was_thrown_away_nothing_is_written_without_a_memory() {
    // G25, B17
    let mut day = Day::begin(Plan::with_front()).await;
    let call = commented(&day, MARTA, "before").await;
    change(&day, &conversation(&day, call), json!({ "status": "deleted" }));
    lose_the_database(&mut day).await;
    let next = missed(&day, MARTA).await;
    assert_ne!(conversation(&day, next)["id"], conversation(&day, call)["id"]);
    day.aircall.comment(call, world::CAMILLE, "too late").unwrap();
    day.pass(300).await;
    let thrown_away = conversation(&day, call);
    assert_eq!((comments(&thrown_away), keys(&thrown_away).len()), (vec!["before"], 3), "{thrown_away:#}");
    assert!(comments(&conversation(&day, next)).is_empty(), "nor is it put elsewhere");
    assert_eq!(day.handle.call(CaseId(call)).unwrap().unwrap().reason.unwrap().code, "ticket_trashed");
}

#[tokio::test(start_paused = true)]
async fn what_waited_goes_no_faster_than_fronts_guards_let_it() {
    // B2: about five imports a second to one inbox
    let day = Day::begin(Plan::with_front()).await;
    day.front.set_limits(sidetone_sandbox::FrontLimits { per_minute: 200, ..day.front.limits() });
    missed(&day, LUCAS).await;
    day.handle.pause().await.unwrap();
    let mut calls = Vec::new();
    for n in 0..12 {
        let call = day.ring(world::SUPPORT_FR, Some(&format!("+331990044{n:02}")));
        day.pass(20).await;
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
        day.pass(40).await;
        calls.push(call);
    }
    day.handle.resume().await.unwrap();
    day.pass(300).await;
    for call in calls {
        conversation(&day, call);
    }
    let refused: Vec<_> = day.front.journal(0).into_iter().filter(|entry| entry.status == 429).collect();
    assert!(refused.is_empty(), "{} requests too many: {:?}", refused.len(), refused.first());
}

#[tokio::test(start_paused = true)]
async fn a_contact_whose_number_has_no_plus_is_found_again() {
    // B17, B9
    let mut day = Day::begin(Plan::with_front()).await;
    let call = commented(&day, "+33199001177", "before").await;
    lose_the_database(&mut day).await;
    day.aircall.comment(call, world::CAMILLE, "after").unwrap();
    day.pass(300).await;
    assert_eq!(comments(&conversation(&day, call)), ["before", "after"]);
}

#[tokio::test(start_paused = true)]
async fn where_the_conversation_is_known_what_a_backup_lacks_is_found_in_it() {
    // B17: the contact of the conversation is not the one that the call was matched with
    let mut day = Day::begin(Plan::with_front()).await;
    let call = day.ring(world::SUPPORT_FR, Some("+33199001177"));
    day.pass(8).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(30).await;
    day.kill().await;
    day.shelf.back_up();
    day.start().unwrap();
    day.pass(10).await;
    day.aircall.comment(call, world::CAMILLE, "before").unwrap();
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(300).await;
    assert_eq!(comments(&conversation(&day, call)), ["before"]);
    day.kill().await;
    day.shelf.restore();
    day.start().unwrap();
    day.pass(10).await;
    day.aircall.comment(call, world::CAMILLE, "after").unwrap();
    day.pass(300).await;
    assert_eq!(comments(&conversation(&day, call)), ["before", "after"]);
}

#[tokio::test(start_paused = true)]
async fn a_call_is_found_again_in_a_conversation_from_which_a_person_took_our_tag() {
    let mut day = Day::begin(Plan::with_front()).await;
    let call = commented(&day, MARTA, "wants a blue one").await;
    let before = conversation(&day, call);
    let path = format!("/conversations/{}/tags", before["id"].as_str().unwrap());
    let tags: Vec<Value> = before["tags"].as_array().unwrap().iter().map(|tag| tag["id"].clone()).collect();
    let (status, answer) = day.front.by_a_person("DELETE", &path, &json!({ "tag_ids": tags })).unwrap();
    assert_eq!(status, 204, "{answer}");
    lose_the_database(&mut day).await;
    day.aircall.comment(call, world::CAMILLE, "one more").unwrap();
    day.pass(600).await;
    let after = conversation(&day, call);
    assert_eq!(after["messages"], before["messages"]);
    assert_eq!(comments(&after), ["wants a blue one", "one more"]);
    assert_eq!(day.handle.health().outbox.calls, 0, "nothing is asked for ever");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_handed_on_to_another_line_is_found_by_whoever_did_not_see_that() {
    // Only an event told on which line it began; no read tells it after that.
    let mut day = Day::begin(Plan::with_front()).await;
    let mut calls = Vec::new();
    for n in 0..6 {
        let call = day.ring(world::SUPPORT_FR, Some(MARTA));
        day.pass(8).await;
        day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
        day.pass(20).await;
        day.aircall.transfer_to_line(call, world::SALES_US, world::AMELIA).unwrap();
        day.aircall.comment(call, world::AMELIA, &format!("comment {n}")).unwrap();
        day.pass(60).await;
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
        day.pass(600).await;
        calls.push(call);
    }
    let before = conversation(&day, calls[0]);
    lose_the_database(&mut day).await;
    for call in &calls {
        day.aircall.tag(*call, Some(world::AMELIA), "Refund").unwrap();
    }
    day.pass(900).await;
    let after = conversation(&day, calls[0]);
    assert_eq!(after["messages"], before["messages"]);
    assert_eq!(comments(&after), comments(&before));
    assert_eq!(day.handle.health().outbox.calls, 0, "nothing is asked for ever");
}

#[tokio::test(start_paused = true)]
async fn a_call_is_found_again_whose_line_was_renamed_since() {
    // B17, F6: without a link nothing but its second and its end shows the beginning
    let mut plan = Plan::with_front();
    plan.logging.recordings = Recordings::None;
    let mut day = Day::begin(plan).await;
    let mut calls = Vec::new();
    for n in 0..6 {
        calls.push(commented(&day, MARTA, &format!("comment {n}")).await);
    }
    let before = conversation(&day, calls[0]);
    day.aircall.rename_line(world::SUPPORT_FR, "Assistance").unwrap();
    lose_the_database(&mut day).await;
    for call in &calls {
        day.aircall.tag(*call, Some(world::CAMILLE), "Refund").unwrap();
    }
    day.pass(900).await;
    let after = conversation(&day, calls[0]);
    assert_eq!(after["messages"], before["messages"]);
    assert_eq!(comments(&after), comments(&before));
    assert_eq!(after["assignee"], before["assignee"]);
    assert_eq!(day.handle.health().outbox.calls, 0, "nothing is asked for ever");
}

#[tokio::test(start_paused = true)]
async fn of_two_withheld_callers_of_one_second_the_later_one_takes_nothing_of_the_other() {
    // B17, G23: they share a conversation, and a message does not tell whose it is
    for line in [world::SALES_US, world::SUPPORT_FR] {
        let day = Day::begin(Plan::with_front()).await;
        let first = day.ring(world::SUPPORT_FR, None);
        let second = day.ring(line, None);
        day.pass(8).await;
        day.aircall.answer(first, Some(world::CAMILLE)).unwrap();
        day.pass(20).await;
        front::activity(&conversation(&day, first), first, "");
        day.handle.pause().await.unwrap();
        day.aircall.hang_up(second, &HangUp::default()).unwrap();
        day.aircall.hang_up(first, &HangUp::default()).unwrap();
        day.pass(300).await;
        day.handle.resume().await.unwrap();
        day.pass(300).await;
        let found = conversation(&day, second);
        assert_eq!(found["id"], conversation(&day, first)["id"], "one contact of all withheld callers");
        for call in [first, second] {
            front::activity(&found, call, "");
            front::activity(&found, call, "duration");
            assert_eq!(day.handle.call(CaseId(call)).unwrap().unwrap().state, CallState::Complete, "{line}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn two_withheld_callers_of_one_second_are_both_found_again() {
    // B17, G23
    let mut day = Day::begin(Plan::with_front()).await;
    let calls = [(world::SUPPORT_FR, world::CAMILLE), (world::SUPPORT_FR, world::JONAS)]
        .map(|(line, agent)| (day.ring(line, None), agent));
    day.pass(8).await;
    for (call, agent) in calls {
        day.aircall.answer(call, Some(agent)).unwrap();
        day.aircall.comment(call, agent, "called back").unwrap();
    }
    day.pass(60).await;
    for (call, _) in calls {
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
    }
    day.pass(600).await;
    let before = conversation(&day, calls[0].0);
    assert_eq!((keys(&before).len(), comments(&before).len()), (6, 2), "{before:#}");
    lose_the_database(&mut day).await;
    for (call, agent) in calls {
        day.aircall.comment(call, agent, "settled").unwrap();
    }
    day.pass(600).await;
    let after = conversation(&day, calls[0].0);
    assert_eq!(after["messages"], before["messages"]);
    let mut said = comments(&after);
    said.sort_unstable();
    assert_eq!(said, ["called back", "called back", "settled", "settled"]);
    let held = |call: u64| {
        let ledger = day.detail(call).ledger;
        ledger.into_iter().find(|held| held.key == "main").map(|held| held.helpdesk_id)
    };
    assert_ne!(held(calls[0].0), held(calls[1].0), "each holds its own");
}

#[tokio::test(start_paused = true)]
async fn created_again_after_a_restart_a_call_is_not_found_in_the_conversation_that_was_thrown_away() {
    // G25, B17
    let mut day = Day::begin(Plan::with_front()).await;
    let call = commented(&day, MARTA, "before").await;
    let old = conversation(&day, call);
    change(&day, &old, json!({ "status": "deleted" }));
    day.aircall.comment(call, world::CAMILLE, "too late").unwrap();
    day.pass(120).await;
    assert_eq!(day.detail(call).reason.unwrap().code, "ticket_trashed");
    day.kill_and_restart().await;
    day.pass(60).await;
    day.handle.retry(CaseId(call));
    day.pass(300).await;
    let again = day.front.conversations_marked(&format!("aircall:call:{call}:again-1"));
    assert_eq!(again.len(), 1, "{:#}", day.front.dump());
    assert_ne!(again[0]["id"], old["id"]);
    assert_eq!(comments(&again[0]), ["before", "too late"]);
    assert_eq!(day.detail(call).state, CallState::Complete);
}

#[tokio::test(start_paused = true)]
async fn created_again_at_once_it_does_not_go_into_the_trash() {
    // G25
    let day = Day::begin(Plan::with_front()).await;
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(8).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(20).await;
    let old = conversation(&day, call);
    change(&day, &old, json!({ "status": "deleted" }));
    day.aircall.comment(call, world::CAMILLE, "too late").unwrap();
    day.pass(20).await;
    assert_eq!(day.detail(call).reason.unwrap().code, "ticket_trashed");
    day.handle.retry(CaseId(call));
    day.pass(20).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(180).await;
    let again = day.front.conversations_marked(&format!("aircall:call:{call}:again-1"));
    assert_eq!(again.len(), 1);
    assert_ne!(again[0]["id"], old["id"], "a new conversation is made: {:?}", day.detail(call).reason);
    assert_eq!(day.detail(call).state, CallState::Complete);
}

#[tokio::test(start_paused = true)]
async fn after_a_backup_was_put_back_the_subject_is_the_one_that_front_shows() {
    // F4, B17: the backup knows the subject from before the conversation was archived
    let mut day = Day::begin(Plan::with_front()).await;
    let first = missed(&day, MARTA).await;
    day.kill().await;
    day.shelf.back_up();
    day.start().unwrap();
    day.pass(10).await;
    change(&day, &conversation(&day, first), json!({ "status": "archived" }));
    let second = commented(&day, MARTA, "wants a blue one").await;
    assert_eq!(conversation(&day, second)["subject"], "Inbound call - Support FR");
    day.kill().await;
    day.shelf.restore();
    day.start().unwrap();
    day.pass(10).await;
    let third = missed(&day, MARTA).await;
    let found = conversation(&day, third);
    assert_eq!(activity(&found, third, "")["subject"], "Inbound call - Support FR", "{found:#}");
    assert_eq!(found["subject"], "Inbound call - Support FR");
}

/// Conversations of MARTA's that are not ours, begun one after the other; their ids.
async fn others(day: &Day, many: usize) -> Vec<String> {
    let path = format!("/inboxes/{}/imported_messages", front_world::SALES_DESK);
    for n in 0..many {
        let body = json!({
            "sender": { "handle": MARTA }, "to": ["+33199001010"], "body": format!("question {n}"),
            "external_id": format!("question-{n}"), "created_at": day.now().timestamp(), "type": "sms",
            "metadata": {
                "is_inbound": true, "is_archived": false, "should_skip_rules": true, "thread_ref": format!("shop-{n}"),
            },
        });
        let (status, answer) = day.front.by_a_person("POST", &path, &body).unwrap();
        assert_eq!(status, 202, "{answer}");
    }
    day.pass(60).await;
    let id_of = |n: usize| day.front.conversations_marked(&format!("question-{n}"))[0]["id"].clone();
    let ids: Vec<String> = (0..many).map(|n| id_of(n).as_str().unwrap().to_owned()).collect();
    assert_eq!(ids.iter().collect::<std::collections::BTreeSet<_>>().len(), many, "each is one of its own");
    ids
}

#[tokio::test(start_paused = true)]
async fn behind_hundreds_of_other_conversations_a_call_is_found_again() {
    // B17: Front tells a hundred at once
    let mut day = Day::begin(Plan::with_front()).await;
    let call = commented(&day, MARTA, "before").await;
    others(&day, 210).await;
    let before = conversation(&day, call);
    lose_the_database(&mut day).await;
    let seq = last_seq(&day);
    day.aircall.comment(call, world::CAMILLE, "after").unwrap();
    day.pass(300).await;
    let after = conversation(&day, call);
    assert_eq!((comments(&after), &after["messages"]), (vec!["before", "after"], &before["messages"]));
    assert_eq!(writes(&day, seq).len(), 1, "{:?}", writes(&day, seq));
}

#[tokio::test(start_paused = true)]
async fn behind_hundreds_of_other_conversations_ours_goes_on_as_it_is() {
    // F4, F7: it is not archived, so its subject stays; whose it is, is the business of whoever was there before
    let mut day = Day::begin(Plan::with_front()).await;
    let first = commented(&day, MARTA, "before").await;
    let path = format!("/conversations/{}/assignee", conversation(&day, first)["id"].as_str().unwrap());
    let jonas = json!({ "assignee_id": front_world::JONAS });
    assert_eq!(day.front.by_a_person("PUT", &path, &jonas).unwrap().0, 204);
    others(&day, 210).await;
    let before = conversation(&day, first);
    lose_the_database(&mut day).await;
    let second = day.ring(world::SUPPORT_DE, Some(MARTA));
    day.pass(8).await;
    day.aircall.answer(second, Some(world::CAMILLE)).unwrap();
    day.pass(60).await;
    day.aircall.hang_up(second, &HangUp::default()).unwrap();
    day.pass(600).await;
    let after = conversation(&day, second);
    assert_eq!(after["id"], before["id"], "one conversation for each contact (F3)");
    assert_eq!(after["assignee"]["id"], before["assignee"]["id"]);
    assert_eq!(activity(&after, second, "")["subject"], before["subject"]);
}

#[tokio::test(start_paused = true)]
async fn a_conversation_that_was_merged_ever_on_is_left_to_a_person() {
    // G25, B2: each answer names another one, as two would that were merged into each other
    let day = Day::begin(Plan::with_front()).await;
    day.front.switch(|s| s.step_by_step = true);
    let call = commented(&day, MARTA, "before").await;
    let mut from = conversation(&day, call)["id"].as_str().unwrap().to_owned();
    for into in others(&day, 120).await {
        day.front.merge_conversations(&from, &into).unwrap();
        from = into;
    }
    let seq = last_seq(&day);
    day.aircall.comment(call, world::CAMILLE, "after").unwrap();
    day.pass(1200).await;
    // Beside the questions whether Front lets us in.
    let asked = day.front.journal(seq).into_iter().filter(|entry| entry.path != "/me").count();
    assert!((100..110).contains(&asked), "{asked} requests");
    let told = day.detail(call);
    assert_eq!((told.state, told.reason.unwrap().code.as_str()), (CallState::Parked, "leads_nowhere"));
    let next = missed(&day, MARTA).await;
    day.pass(120).await;
    let told = day.detail(next);
    assert_eq!((told.state, told.reason.unwrap().code.as_str()), (CallState::Parked, "leads_nowhere"));
}

#[tokio::test(start_paused = true)]
async fn what_was_chosen_for_a_shared_number_is_where_its_calls_are_found_again() {
    // B17, B7: whoever has the number in Front's own spelling is not who was chosen
    for (name, is_restored) in
        [("Sam Whitlock", true), ("Sam Whitlock", false), ("Whitlock Cafés", true), ("Whitlock Cafés", false)]
    {
        let mut day = Day::begin(Plan::with_front()).await;
        day.pass(60).await;
        let shared = "+12025550161";
        let chosen = async |day: &Day, call: u64| {
            let candidates = day.detail(call).card.candidates;
            let one = candidates.iter().find(|c| c.customer.name == name).unwrap();
            day.handle.choose(CaseId(call), &one.customer.id, true).await.unwrap();
            day.pass(120).await;
        };
        let first = commented(&day, shared, "first").await;
        chosen(&day, first).await;
        day.kill().await;
        day.shelf.back_up();
        day.start().unwrap();
        day.pass(10).await;
        let second = commented(&day, shared, "second").await;
        if is_restored {
            day.kill().await;
            day.shelf.restore();
            day.start().unwrap();
            day.pass(10).await;
        } else {
            lose_the_database(&mut day).await;
        }
        day.aircall.comment(second, world::CAMILLE, "late").unwrap();
        day.pass(300).await;
        if !is_restored && day.detail(second).state == CallState::Held {
            chosen(&day, second).await;
        }
        let found = conversation(&day, second);
        assert_eq!(comments(&found), ["first", "second", "late"], "{name}, a backup: {is_restored}");
        assert_eq!(day.detail(second).state, CallState::Complete);
    }
}
