//! Comments that agents write through Sidetone, and comments that come days later (G13).

use serde_json::{Value, json};
use sidetone_engine::act::{ActRefused, Said};
use sidetone_engine::call::CaseId;
use sidetone_engine::settings::{Arrival, Mode, ModeSetting};
use sidetone_protocol::CallState;
use sidetone_sandbox::{Fault, FaultKind, HangUp, aircall_world as world};

use crate::day::{self, Day, MARTA, Plan, STRANGER, note, tags};

async fn say(day: &Day, call: u64, text: &str, by: Option<u64>) -> Said {
    day.handle.comment(CaseId(call), text.into(), by.map(|id| id.to_string())).await.unwrap()
}

/// The notes of a call that are comments: who wrote them and what.
fn comments(day: &Day, call: u64) -> Vec<(String, String)> {
    let ticket = day.ticket(call);
    let of_comment = |m: &&Value| m["external_id"].as_str().is_some_and(|e| e.contains(":comment:"));
    let notes = ticket["messages"].as_array().unwrap().iter().filter(of_comment);
    notes.map(|m| (m["sender"].as_str().unwrap().into(), m["body_text"].as_str().unwrap().into())).collect()
}

fn keys(day: &Day, call: u64) -> Vec<String> {
    let ledger = day.detail(call).ledger;
    ledger.into_iter().map(|row| row.key).filter(|key| key.starts_with("comment:")).collect()
}

/// How often comments were sent to Aircall, and how often a call was read.
fn at_aircall(day: &Day, seq: u64) -> (usize, usize) {
    let asked = day.aircall.journal(seq);
    let is_read = |e: &&sidetone_sandbox::JournalEntry| e.method == "GET" && e.path.starts_with("/v1/calls/");
    (asked.iter().filter(|e| e.path.ends_with("/comments")).count(), asked.iter().filter(is_read).count())
}

#[tokio::test(start_paused = true)]
async fn a_comment_written_through_sidetone_is_one_note_in_its_agents_name() {
    for echo in [false, true] {
        let day = Day::begin(Plan::default()).await;
        day.aircall.switch(|s| s.created_bodies = echo);
        let call = day.answered(MARTA).await;
        assert_eq!(say(&day, call, "Sends a photo 📷 of it", Some(world::THEO)).await, Said::Posted);
        day.pass(120).await;
        let shown = &day.aircall.call(call).unwrap()["comments"];
        assert_eq!((shown.as_array().unwrap().len(), &shown[0]["posted_by"]), (1, &Value::Null));
        let written = comments(&day, call);
        assert_eq!(written.len(), 1, "{written:?}");
        assert_eq!(written[0].0, "Theo Marchand");
        assert!(written[0].1.contains("Sends a photo 📷 of it"), "with what Aircall takes out: {written:?}");
        assert_eq!(
            keys(&day, call),
            [format!("comment:{}", shown[0]["id"])],
            "found again by its marker (B17)"
        );
        assert_eq!(day.detail(call).state, CallState::Complete);
        assert_eq!(at_aircall(&day, 0).0, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_name_it_is_the_agents_who_had_the_call_and_without_one_an_admins() {
    let day = Day::begin(Plan::default()).await;
    let call = day.answered(MARTA).await;
    say(&day, call, "By whoever had it", None).await;
    day.pass(30).await;
    assert_eq!(comments(&day, call)[0].0, "Camille Roux");
    let missed = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.aircall.hang_up(missed, &HangUp::default()).unwrap();
    day.pass(120).await;
    say(&day, missed, "Nobody was there", None).await;
    say(&day, missed, "I call back", Some(world::CAMILLE)).await;
    day.pass(30).await;
    let mut by: Vec<String> = comments(&day, missed).into_iter().map(|(by, _)| by).collect();
    by.sort();
    assert_eq!(by, ["Ana Keller", "Camille Roux"], "G14");
    let refused = day.handle.comment(CaseId(call), "x".into(), Some("nobody@example.com".into())).await;
    assert_eq!(refused, Err(ActRefused::NoSuchAgent));
    let refused = day.handle.comment(CaseId(77), "x".into(), None).await;
    assert_eq!(refused, Err(ActRefused::NoSuchCall));
    assert!(matches!(day.handle.comment(CaseId(call), " ".into(), None).await, Err(ActRefused::Wrong(_))));
}

#[tokio::test(start_paused = true)]
async fn what_aircall_refuses_goes_to_the_helpdesk_all_the_same() {
    let day = Day::begin(Plan::default()).await;
    let call = day.answered(MARTA).await;
    for n in 1..=5 {
        day.aircall.comment(call, world::CAMILLE, &format!("Note {n}")).unwrap();
    }
    let said = say(&day, call, "The sixth", Some(world::THEO)).await;
    assert!(
        matches!(&said, Said::HelpdeskOnly(code, text) if code == "invalid" && text.contains("5 notes")),
        "{said:?}"
    );
    say(&day, call, "👍", Some(world::THEO)).await;
    day.pass(60).await;
    let written = comments(&day, call);
    assert_eq!(written.len(), 7);
    for text in ["The sixth", "👍"] {
        let of_text: Vec<_> = written.iter().filter(|(_, body)| body.contains(text)).collect();
        assert_eq!(of_text.len(), 1, "{text}: {written:?}");
        assert_eq!(of_text[0].0, "Theo Marchand");
    }
    let own: Vec<String> =
        keys(&day, call).into_iter().filter(|key| key.starts_with("comment:own:")).collect();
    assert_eq!(own.len(), 2);
    let ticket = day.ticket(call);
    for key in own {
        note(&ticket, &key);
    }
    assert_eq!(day.detail(call).state, CallState::Complete);
}

#[tokio::test(start_paused = true)]
async fn a_comment_of_nothing_but_emoji_is_one_note_whether_aircall_refuses_or_empties_it() {
    for refused in [true, false] {
        let day = Day::begin(Plan::default()).await;
        day.aircall.switch(|s| s.refuse_emoji_only = refused);
        let call = day.answered(MARTA).await;
        say(&day, call, "👍👍", Some(world::CAMILLE)).await;
        day.pass(120).await;
        let written = comments(&day, call);
        assert_eq!(written.len(), 1, "{written:?}");
        assert!(written[0].1.contains("👍👍"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_aircall_no_longer_knows_gets_the_note_in_the_helpdesk() {
    let day = Day::begin(Plan::default()).await;
    let call = day.answered(MARTA).await;
    let missing = FaultKind::Status { status: 404, retry_after: None };
    day.aircall.add_fault(Fault::next(9, missing).on("POST", &format!("/v1/calls/{call}")));
    assert!(
        matches!(say(&day, call, "All the same", None).await, Said::HelpdeskOnly(code, _) if code == "not_found")
    );
    day.pass(20).await;
    assert_eq!(comments(&day, call).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn whatever_goes_wrong_on_the_way_to_aircall_it_is_one_comment_and_one_note() {
    let failures = [
        (FaultKind::CutBefore, false),
        (FaultKind::CutAfter, false),
        (FaultKind::Status { status: 500, retry_after: None }, false),
        (FaultKind::Status { status: 429, retry_after: Some(20) }, false),
        (FaultKind::HangAfter, false),
        (FaultKind::HangBefore, true),
        (FaultKind::HangAfter, true),
        (FaultKind::Html { status: 302 }, false),
    ];
    for events in [true, false] {
        for (kind, kill) in &failures {
            let what = format!("{kind:?}, killed: {kill}, events: {events}");
            let mut day = Day::begin(Plan::default()).await;
            let call = day.answered(MARTA).await;
            if !events {
                day.aircall.switch(|s| s.drop_share = 1.0);
            }
            day.aircall
                .add_fault(Fault::next(1, kind.clone()).on("POST", &format!("/v1/calls/{call}/comments")));
            let handle = day.handle.clone();
            let asked = tokio::spawn(async move {
                handle.comment(CaseId(call), "Only once 📷".into(), Some(world::THEO.to_string())).await
            });
            day.pass(3).await;
            if *kill {
                day.kill_and_restart().await;
            }
            day.pass(300).await;
            drop(asked);
            let shown = &day.aircall.call(call).unwrap()["comments"];
            assert_eq!(shown.as_array().unwrap().len(), 1, "{what}: {shown}");
            let written = comments(&day, call);
            assert_eq!(written.len(), 1, "{what}: {written:?}");
            assert_eq!(written[0].0, "Theo Marchand", "{what}");
            assert_eq!(keys(&day, call), [format!("comment:{}", shown[0]["id"])], "{what}");
            assert_eq!(day.detail(call).state, CallState::Complete, "{what}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn while_aircall_is_away_for_long_the_helpdesk_has_the_note_after_ten_minutes() {
    let day = Day::begin(Plan::default()).await;
    let call = day.answered(MARTA).await;
    day.aircall.add_fault(
        Fault::next(1_000_000, FaultKind::Status { status: 503, retry_after: None }).on("POST", "/v1/calls"),
    );
    day.aircall.add_fault(
        Fault::next(1_000_000, FaultKind::Status { status: 503, retry_after: None }).on("GET", "/v1/calls"),
    );
    assert_eq!(say(&day, call, "It took a while", None).await, Said::Waiting);
    day.pass(480).await;
    assert_eq!(comments(&day, call).len(), 0, "Aircall may have it");
    day.pass(240).await;
    assert_eq!(comments(&day, call).len(), 1);
    // Should Aircall show it after all, it is the same comment.
    day.aircall.clear_faults();
    let mut data = day.aircall.call(call).unwrap();
    let posted = day.detail(call).facts["ended_at"].as_i64().unwrap() + 60;
    data["comments"] =
        json!([{"id": 5_551, "content": "It took a while", "posted_at": posted, "posted_by": null}]);
    day.aircall.emit("call.commented", data);
    day.pass(120).await;
    assert_eq!(comments(&day, call).len(), 1, "{:?}", comments(&day, call));
    assert_eq!(day.detail(call).state, CallState::Complete);
}

#[tokio::test(start_paused = true)]
async fn a_refused_key_at_aircall_keeps_no_note_from_the_helpdesk() {
    let day = Day::begin(Plan::default()).await;
    let call = day.answered(MARTA).await;
    day.aircall.switch(|s| s.revoked = true);
    say(&day, call, "Now", None).await;
    // The second one cannot even be sent.
    say(&day, call, "And then", None).await;
    day.pass(660).await;
    assert_eq!(comments(&day, call).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn two_comments_of_one_text_are_two_notes_and_a_burst_keeps_its_order() {
    let day = Day::begin(Plan::default()).await;
    let call = day.answered(MARTA).await;
    say(&day, call, "Called", Some(world::CAMILLE)).await;
    say(&day, call, "Called", Some(world::THEO)).await;
    say(&day, call, "And again", Some(world::CAMILLE)).await;
    day.pass(60).await;
    let shown = day.aircall.call(call).unwrap()["comments"].clone();
    let texts: Vec<&str> = shown.as_array().unwrap().iter().map(|c| c["content"].as_str().unwrap()).collect();
    assert_eq!(texts, ["Called", "Called", "And again"]);
    let mut written = comments(&day, call);
    written.sort();
    let of = |by: &str, text: &str| (by.to_owned(), format!("Call commented\n{text}"));
    assert_eq!(
        written,
        [of("Camille Roux", "And again"), of("Camille Roux", "Called"), of("Theo Marchand", "Called")]
    );
}

#[tokio::test(start_paused = true)]
async fn polling_a_comment_is_recognised_when_the_call_is_read() {
    let day = Day::begin(Plan { arrival: Arrival::Polling, ..Plan::default() }).await;
    let call = day.answered(MARTA).await;
    day.pass(60).await;
    say(&day, call, "Seen by polling", Some(world::THEO)).await;
    day.pass(60).await;
    let written = comments(&day, call);
    assert_eq!((written.len(), written[0].0.as_str()), (1, "Theo Marchand"));
}

#[tokio::test(start_paused = true)]
async fn during_the_call_it_stands_alone_and_in_the_note_of_the_end() {
    // G11, G13
    let day = Day::begin(Plan::default()).await;
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(5).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(10).await;
    say(&day, call, "Wants a refund 💶", None).await;
    day.pass(20).await;
    assert_eq!(comments(&day, call).len(), 1);
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(60).await;
    let ticket = day.ticket(call);
    assert!(note(&ticket, "ended")["body_text"].as_str().unwrap().contains("Wants a refund 💶"));
    assert_eq!(comments(&day, call).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn where_the_call_is_not_logged_the_comment_goes_to_aircall_only() {
    let mut plan = Plan::default();
    plan.logging.mode = ModeSetting(Mode::Shadow);
    let day = Day::begin(plan).await;
    let call = day.answered(MARTA).await;
    assert_eq!(say(&day, call, "For Aircall", None).await, Said::Posted);
    day.pass(120).await;
    assert!(day.tickets_of(&format!("aircall:call:{call}")).is_empty());
    assert_eq!(day.aircall.call(call).unwrap()["comments"].as_array().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_comment_three_days_later_reaches_the_ticket_and_leaves_it_as_people_left_it() {
    const THREE_DAYS: u64 = 3 * 24 * 3600;
    for through_sidetone in [false, true] {
        let mut day = Day::begin(Plan::default()).await;
        let [closed, trashed, stranger] =
            [day.answered(MARTA).await, day.answered(MARTA).await, day.answered(STRANGER).await];
        let path = |call: u64| {
            let ledger = day.detail(call).ledger;
            let id = &ledger.iter().find(|row| row.key == "ticket").unwrap().helpdesk_id;
            format!("/api/tickets/{id}")
        };
        let by_a_person = |call, body: Value| day.gorgias.by_a_person("PUT", &path(call), &body).unwrap();
        by_a_person(closed, json!({"status": "closed"}));
        by_a_person(trashed, json!({"trashed_datetime": "2026-11-21T09:00:00+00:00"}));
        // Nobody works at night: the computer is off for most of the time.
        day.pass(1_800).await;
        day.kill().await;
        day.pass(THREE_DAYS - 3_600).await;
        day.start().unwrap();
        day.pass(1_800).await;
        for call in [closed, trashed, stranger] {
            match through_sidetone {
                true => drop(say(&day, call, "Days later", Some(world::THEO)).await),
                false => drop(day.aircall.comment(call, world::THEO, "Days later").unwrap()),
            }
        }
        day.pass(120).await;
        for call in [closed, stranger] {
            let written = comments(&day, call);
            assert_eq!(written.len(), 1, "{written:?}");
            assert_eq!(written[0].0, "Theo Marchand");
        }
        assert_eq!(day.ticket(closed)["status"], "closed", "G8: not reopened");
        assert_eq!(comments(&day, trashed).len(), 0, "G25");
        assert_eq!(day.detail(trashed).reason.unwrap().code, "ticket_trashed");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_database_writes_no_second_note_of_a_comment_made_through_sidetone() {
    // B17
    let mut day = Day::begin(Plan::default()).await;
    let call = day.answered(MARTA).await;
    for _ in 0..4 {
        day.aircall.comment(call, world::CAMILLE, "Filler").unwrap();
    }
    say(&day, call, "The fifth 📷", Some(world::THEO)).await;
    say(&day, call, "The sixth", Some(world::THEO)).await;
    day.pass(120).await;
    assert_eq!(comments(&day, call).len(), 6);
    day.kill().await;
    for file in ["day.db", "day.db-wal", "day.db-shm"] {
        let _ = std::fs::remove_file(day.database().with_file_name(file));
    }
    day.set_from(Some(day::morning()));
    day.start().unwrap();
    day.pass(60).await;
    day.aircall.tag(call, Some(world::CAMILLE), "Refund").unwrap();
    day.pass(120).await;
    assert!(tags(&day.ticket(call)).contains(&"Refund"), "it is taken up again");
    assert_eq!(comments(&day, call).len(), 6, "{:?}", comments(&day, call));
    say(&day, call, "The seventh", Some(world::THEO)).await;
    day.pass(60).await;
    assert_eq!(comments(&day, call).len(), 7);
}

#[tokio::test(start_paused = true)]
async fn tags_put_on_through_sidetone_are_aircalls_and_reach_the_ticket() {
    let day = Day::begin(Plan::default()).await;
    let call = day.answered(MARTA).await;
    let tag = async |tags: &[&str]| {
        day.handle.tag(CaseId(call), tags.iter().map(|tag| (*tag).to_owned()).collect()).await
    };
    tag(&["Refund", "551013"]).await.unwrap();
    tag(&["refund"]).await.unwrap();
    day.pass(30).await;
    let ticket = day.ticket(call);
    assert!(tags(&ticket).contains(&"Refund") && tags(&ticket).contains(&"Warranty"), "{:?}", tags(&ticket));
    assert_eq!(tag(&["Nonsense"]).await, Err(ActRefused::NoSuchTag("“Nonsense”".into())));
    assert!(matches!(tag(&[]).await, Err(ActRefused::Wrong(_))));
    day.aircall.add_fault(Fault::next(1, FaultKind::CutAfter).on("POST", "/v1/calls/"));
    assert!(matches!(tag(&["Complaint"]).await, Err(ActRefused::Unclear(_))));
}
