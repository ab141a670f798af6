//! What Front takes (202) for a known conversation is looked for later (B4, B10; `reference/front.md §2.4`).

use serde_json::{Value, json};
use sidetone_engine::call::CaseId;
use sidetone_protocol::{CallState, PartState};
use sidetone_sandbox::{
    DuplicateExternalId, Fault, FaultKind, HangUp, ImportFate, Ring, Text, aircall_world as world,
    front_world,
};

use crate::day::{Day, MARTA, Plan, STRANGER};
use crate::front::{self, activity, archive, conversation, keys, last_seq, missed, text, writes};

/// How often Front was sent this key, and what became of each.
fn fates(day: &Day, key: &str) -> Vec<ImportFate> {
    day.front.imports().into_iter().filter(|import| import.external_id == key).map(|i| i.fate).collect()
}

fn reads(day: &Day, seq: u64) -> Vec<String> {
    let journal = day.front.journal(seq).into_iter().filter(|entry| !entry.is_write());
    journal.map(|entry| entry.path).filter(|path| path.contains("/messages")).collect()
}

/// A call that nobody answers, until Front has taken its two imports.
async fn missed_just_now(day: &Day, from: &str) -> u64 {
    let call = day.ring(world::SUPPORT_FR, Some(from));
    day.pass(25).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    let key = format!("aircall:call:{call}:duration");
    for _ in 0..600 {
        if !fates(day, &key).is_empty() {
            tokio::time::sleep(std::time::Duration::from_secs(8)).await;
            return call;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the call is not written: {:#}", day.front.dump());
}

fn received(day: &Day, says: &str) -> String {
    let text = Text { line: world::SUPPORT_FR, number: MARTA.into(), body: says.into(), ..Text::default() };
    day.aircall.text(&text).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_call_is_complete_when_front_has_taken_it_and_is_not_any_more_when_it_is_not_found() {
    // B10
    let day = Day::begin(Plan::with_front()).await;
    missed(&day, MARTA).await;
    for (lost, state) in [(0, CallState::Complete), (1, CallState::Pending)] {
        day.front.switch(|s| s.lose_imports = lost);
        let call = missed_just_now(&day, MARTA).await;
        let detail = day.detail(call);
        assert_eq!((detail.state, detail.completeness.note), (CallState::Complete, PartState::Written));
        day.pass(30).await;
        assert_eq!(day.detail(call).state, state, "{lost} lost");
        day.pass(300).await;
        assert_eq!(day.detail(call).state, CallState::Complete, "{lost} lost");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_lost_is_sent_once_more_and_then_a_person_is_called_who_can_have_it_tried_again() {
    // B4, B10: the call itself is lost each time, its duration is not
    let day = Day::begin(Plan::with_front()).await;
    missed(&day, MARTA).await;
    day.front.switch(|s| s.lose_imports = 1);
    let call = missed_just_now(&day, MARTA).await;
    let key = format!("aircall:call:{call}");
    day.pass(60).await;
    day.front.switch(|s| s.lose_imports = 1);
    day.pass(900).await;
    assert_eq!(fates(&day, &key), [ImportFate::Lost, ImportFate::Lost]);
    let detail = day.detail(call);
    let reason = detail.call.reason.unwrap();
    assert_eq!((detail.state, reason.code.as_str()), (CallState::Parked, "lost"));
    assert!(reason.text.contains("took this twice") && reason.text.contains("try again"), "{}", reason.text);
    assert!(detail.ledger.iter().all(|row| !row.key.starts_with("lost:") && row.key != "main"));
    assert_eq!(day.handle.health().outbox.calls, 0, "nothing is asked for ever");
    day.handle.retry(CaseId(call));
    day.pass(300).await;
    let found = conversation(&day, call);
    assert_eq!(keys(&found).iter().filter(|one| **one == key).count(), 1, "{found:#}");
    assert_eq!(day.detail(call).state, CallState::Complete);
}

#[tokio::test(start_paused = true)]
async fn a_text_message_that_is_lost_is_sent_once_more_into_the_conversation_as_it_is_by_then() {
    // B4, F11
    let day = Day::begin(Plan::with_front()).await;
    let call = missed(&day, MARTA).await;
    day.front.switch(|s| s.lose_imports = 1);
    let id = received(&day, "Is it ready?");
    day.pass(60).await;
    front::change(&day, &conversation(&day, call), json!({ "inbox_id": front_world::SALES_DESK }));
    let next = received(&day, "And the other one?");
    day.pass(600).await;
    let found = conversation(&day, call);
    let says = |id: &str| text(front::message(&found, &format!("aircall:message:{id}"))).to_owned();
    assert_eq!((says(&id).as_str(), says(&next).as_str()), ("Is it ready?", "And the other one?"));
    assert_eq!(front::inboxes(&found), ["Sales desk"]);
    let imports = day.front.imports();
    let sent: Vec<&str> = imports
        .iter()
        .filter(|import| import.external_id == format!("aircall:message:{id}"))
        .map(|import| import.inbox.as_str())
        .collect();
    assert_eq!(sent, ["Aircall Phone", "Sales desk"]);
    assert_eq!(day.handle.health().outbox.calls, 0);
}

#[tokio::test(start_paused = true)]
async fn where_the_uid_leads_nowhere_it_is_found_in_its_conversation() {
    // B4: the answer to the first try was lost, and that to the second names what never appears
    for answers in [
        DuplicateExternalId::AcceptAndIgnore,
        DuplicateExternalId::AcceptWithNewUid,
        DuplicateExternalId::Conflict,
    ] {
        let day = Day::begin(Plan::with_front()).await;
        day.front.switch(|s| s.duplicate_external_id = answers);
        let call = missed(&day, MARTA).await;
        day.front.add_fault(Fault::next(1, FaultKind::CutAfter).on("POST", "/inboxes/"));
        let seq = last_seq(&day);
        let id = received(&day, "Is it ready?");
        day.pass(600).await;
        let key = format!("aircall:message:{id}");
        let found = conversation(&day, call);
        assert_eq!(keys(&found).iter().filter(|one| **one == key).count(), 1, "{answers:?}");
        let asked: Vec<bool> = reads(&day, seq).iter().map(|path| path.contains("alt:uid")).collect();
        let expected: &[bool] = match answers {
            DuplicateExternalId::AcceptAndIgnore => &[true],
            DuplicateExternalId::AcceptWithNewUid => &[true, false],
            DuplicateExternalId::Conflict => &[],
        };
        assert_eq!((asked.as_slice(), writes(&day, seq).len()), (expected, 2), "{answers:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn in_a_merged_conversation_each_is_asked_for_by_itself() {
    // G25, B4
    let day = Day::begin(Plan::with_front()).await;
    missed(&day, MARTA).await;
    let other = missed(&day, "+33199001144").await;
    let call = missed_just_now(&day, MARTA).await;
    let id = |call: u64| conversation(&day, call)["id"].as_str().unwrap().to_owned();
    day.front.merge_conversations(&id(call), &id(other)).unwrap();
    let seq = last_seq(&day);
    day.pass(600).await;
    assert_eq!(writes(&day, seq), Vec::<String>::new());
    let reads = reads(&day, seq);
    assert_eq!(reads.iter().filter(|path| path.contains("alt:uid")).count(), 2, "{reads:?}");
    assert_eq!(day.detail(call).state, CallState::Complete);
}

#[tokio::test(start_paused = true)]
async fn what_has_more_than_a_page_of_messages_after_it_is_found_and_pages_from_before_are_not_read() {
    for (after, pages) in [(0, 1), (110, 2)] {
        let day = Day::begin(Plan::with_front()).await;
        let first = missed(&day, MARTA).await;
        let into = conversation(&day, first)["id"].clone();
        let somebody_writes = |many: usize, what: &str| {
            for n in 0..many {
                let body = json!({
                    "sender": { "handle": MARTA }, "to": ["+33199001010"], "body": format!("{what} {n}"),
                    "external_id": format!("{what}-{n}"), "created_at": day.now().timestamp(), "type": "sms",
                    "conversation_id": into,
                    "metadata": { "is_inbound": true, "is_archived": false, "should_skip_rules": true },
                });
                let path = format!("/inboxes/{}/imported_messages", front_world::SALES_DESK);
                let (status, answer) = day.front.by_a_person("POST", &path, &body).unwrap();
                assert_eq!(status, 202, "{answer}");
            }
        };
        somebody_writes(150, "before");
        day.pass(60).await;
        let call = missed_just_now(&day, MARTA).await;
        somebody_writes(after, "after");
        let seq = last_seq(&day);
        day.pass(600).await;
        let reads = reads(&day, seq);
        assert_eq!((reads.len(), writes(&day, seq).len()), (pages, 0), "{after}: {reads:?}");
        assert_eq!(day.detail(call).state, CallState::Complete, "{after}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_helpdesk_takes_and_loses_again_and_again_keeps_no_later_call_waiting() {
    // B3, B4: a conversation in which nothing ever appears
    let day = Day::begin(Plan::with_front()).await;
    missed(&day, MARTA).await;
    day.front.switch(|s| s.lose_imports = 100);
    let lost = missed(&day, MARTA).await;
    day.pass(600).await;
    assert_eq!(day.detail(lost).state, CallState::Parked);
    day.front.switch(|s| s.lose_imports = 0);
    let next = missed(&day, MARTA).await;
    let found: Value = conversation(&day, next);
    assert_eq!(keys(&found).len(), 4, "{found:#}");
    assert_eq!(day.detail(next).state, CallState::Complete);
}

#[tokio::test(start_paused = true)]
async fn of_two_calls_of_one_second_the_one_that_is_lost_is_not_seen_in_the_others_message() {
    // B4: both say the same
    let day = Day::begin(Plan::with_front()).await;
    missed(&day, MARTA).await;
    day.front.switch(|s| s.lose_imports = 1);
    let calls = [MARTA; 2].map(|from| day.ring(world::SUPPORT_FR, Some(from)));
    day.pass(25).await;
    for call in calls {
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
    }
    day.pass(600).await;
    let found = conversation(&day, calls[0]);
    for call in calls {
        for what in ["", "duration"] {
            front::activity(&found, call, what);
        }
        assert_eq!(day.detail(call).state, CallState::Complete);
    }
    assert_eq!(keys(&found).len(), 6, "{found:#}");
    let says = calls.map(|call| text(front::activity(&found, call, "")).to_owned());
    assert_eq!(says[0], says[1], "they are told by their keys alone");
}

#[tokio::test(start_paused = true)]
async fn while_records_wait_for_room_nothing_is_looked_for_and_no_record_waits_for_a_look() {
    // B2, B3: twenty calls of one moment are more than Front takes in a minute
    let day = Day::begin(Plan::with_front()).await;
    let seq = last_seq(&day);
    let calls: Vec<u64> =
        (0..20).map(|n| day.ring(world::SUPPORT_FR, Some(&format!("+336661234{n:02}")))).collect();
    day.pass(25).await;
    for call in &calls {
        day.aircall.hang_up(*call, &HangUp::default()).unwrap();
    }
    day.pass(900).await;
    assert!(calls.iter().all(|call| day.detail(*call).state == CallState::Complete));
    let journal = day.front.journal(seq);
    let is_import = |path: &str| path.ends_with("/imported_messages");
    let last = journal.iter().rposition(|entry| is_import(&entry.path)).unwrap();
    let first = journal.iter().position(|entry| is_import(&entry.path)).unwrap();
    let took = journal[last].at - journal[first].at;
    assert!(took > chrono::TimeDelta::seconds(60), "{took}: many looks were due meanwhile");
    let ends = day.front.imports().into_iter().filter(|import| import.external_id.ends_with(":duration"));
    let looks: Vec<String> = ends.map(|import| format!("/messages/alt:uid:{}", import.message_uid)).collect();
    let looked =
        |from: usize, to: usize| journal[from..to].iter().filter(|entry| looks.contains(&entry.path)).count();
    assert_eq!((looked(0, last), looked(last, journal.len())), (0, 20));
}

/// A contact whose one conversation is archived.
async fn archived_day() -> Day {
    let day = Day::begin(Plan::with_front()).await;
    let first = missed(&day, MARTA).await;
    archive(&day, &conversation(&day, first));
    day
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_sent_once_more_opens_its_conversation_and_runs_the_rules() {
    // F2, F5, F9, B4: with its duration lost, too, nothing has opened the conversation meanwhile
    for lost in [1, 2] {
        let day = archived_day().await;
        day.front.switch(|s| s.lose_imports = lost);
        let ring = Ring { line: world::SUPPORT_FR, from: Some(MARTA.into()), ..Ring::default() };
        let call = day.aircall.ring(&ring).unwrap();
        day.pass(25).await;
        day.aircall.hang_up(call, &HangUp { voicemail: true, ..HangUp::default() }).unwrap();
        day.pass(900).await;
        let key = format!("aircall:call:{call}");
        let sent = day.front.imports().into_iter().filter(|import| import.external_id == key);
        assert_eq!(sent.map(|import| import.runs_rules).collect::<Vec<_>>(), [true, true], "{lost}");
        let found = conversation(&day, call);
        assert_eq!((&found["status"], keys(&found).len()), (&json!("unassigned"), 5), "{lost}");
        let tags: Vec<&Value> = found["tags"].as_array().unwrap().iter().map(|t| &t["name"]).collect();
        assert!(tags.contains(&&json!("voicemail")), "the company's rule ran: {tags:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_follows_a_call_that_is_taken_and_not_there_yet_does_not_archive_the_conversation_again() {
    // F2: that it is archived by a look is nobody's answer to the call
    for answered in [true, false] {
        let day = archived_day().await;
        day.front.switch(|s| s.import_lag_s = if answered { 70.0 } else { 25.0 });
        let call = day.ring(world::SUPPORT_FR, Some(MARTA));
        day.pass(8).await;
        if answered {
            day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
            day.pass(20).await;
        } else {
            // The call goes through, and its duration waits.
            for kind in [FaultKind::Slow { ms: 0 }, FaultKind::Status { status: 429, retry_after: Some(10) }]
            {
                day.front.add_fault(Fault::next(1, kind).on("POST", "/inboxes/"));
            }
        }
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
        day.pass(300).await;
        let found = conversation(&day, call);
        activity(&found, call, "duration");
        assert_eq!(found["status"], if answered { "assigned" } else { "unassigned" });
        assert_eq!(day.detail(call).state, CallState::Complete);
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_person_archives_during_the_call_that_opened_it_stays_archived() {
    // G25: though nobody has looked yet whether the call is there
    let day = archived_day().await;
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(8).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(20).await;
    assert_eq!(conversation(&day, call)["status"], "assigned");
    archive(&day, &conversation(&day, call));
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(300).await;
    let found = conversation(&day, call);
    activity(&found, call, "duration");
    assert_eq!(found["status"], "archived");
    assert_eq!(day.detail(call).state, CallState::Complete);
}

#[tokio::test(start_paused = true)]
async fn looks_that_front_refuses_each_time_are_given_up() {
    // B2: a token that may write messages and not read them
    let day = Day::begin(Plan::with_front()).await;
    let first = missed(&day, MARTA).await;
    let listed = format!("/conversations/{}/messages", conversation(&day, first)["id"].as_str().unwrap());
    for path in ["/messages/", &listed] {
        let forbidden = FaultKind::Status { status: 403, retry_after: None };
        day.front.add_fault(Fault::next(u32::MAX, forbidden).on("GET", path));
    }
    let seq = last_seq(&day);
    let calls = [missed(&day, MARTA).await, missed(&day, MARTA).await];
    day.pass(3_600).await;
    let asked = reads(&day, seq).len();
    assert!((2..=8).contains(&asked), "{asked} questions");
    assert!(calls.iter().all(|call| day.detail(*call).state == CallState::Complete));
    assert_eq!(day.handle.health().outbox.calls, 0);
}

#[tokio::test(start_paused = true)]
async fn a_contacts_first_call_that_front_takes_and_loses_each_time_is_left_to_a_person() {
    // B3, though nothing else is written meanwhile
    let day = Day::begin(Plan::with_front()).await;
    missed(&day, MARTA).await;
    day.front.switch(|s| s.lose_imports = u32::MAX);
    let call = missed(&day, STRANGER).await;
    day.pass(7_200).await;
    assert_eq!(day.detail(call).state, CallState::Parked);
    let seq = last_seq(&day);
    day.pass(3_600).await;
    assert_eq!((reads(&day, seq).len(), writes(&day, seq).len()), (0, 0));
}
