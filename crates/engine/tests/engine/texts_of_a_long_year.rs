//! Text messages and files (rows M, G17) in the situations of a long year.

use serde_json::{Value, json};
use sidetone_engine::call::CaseId;
use sidetone_engine::choice::CallerName;
use sidetone_engine::settings::{Logging, Mode, ModeSetting, UnknownCallers};
use sidetone_protocol::{CallState, PartState};
use sidetone_sandbox::{
    Fault, FaultKind, HangUp, JournalEntry, Text, TextFile, aircall_world as world, gorgias_world,
};

use crate::day::{self, Day, MARTA, Plan, STRANGER};

const SHARED: &str = "+12025550161";

fn from_customer(number: &str, body: &str) -> Text {
    Text { line: world::SUPPORT_FR, number: number.into(), body: body.into(), ..Text::default() }
}

fn by_agent(agent: u64, number: &str, body: &str) -> Text {
    Text { agent: Some(agent), ..from_customer(number, body) }
}

fn with_file(name: &str, content_type: &str, bytes: usize, text: Text) -> Text {
    let file = TextFile { name: name.into(), content_type: content_type.into(), bytes };
    Text { files: vec![file], ..text }
}

/// The SMS tickets, oldest first, with their messages in the order of the thread.
fn conversations(day: &Day) -> Vec<Value> {
    let mut all: Vec<Value> = day.gorgias.tickets().into_iter().filter(|t| t["channel"] == "sms").collect();
    all.sort_by_key(|t| t["id"].as_u64());
    all
}

/// What was said in a conversation, notes left out.
fn said(ticket: &Value) -> Vec<&str> {
    let messages = ticket["messages"].as_array().unwrap().iter().filter(|m| m["channel"] == "sms");
    messages.map(|m| m["body_text"].as_str().unwrap()).collect()
}

fn attached(ticket: &Value) -> Vec<&str> {
    let messages = ticket["messages"].as_array().unwrap().iter();
    let files = messages.flat_map(|m| m["attachments"].as_array().into_iter().flatten());
    files.map(|file| file["name"].as_str().unwrap()).collect()
}

fn person(day: &Day, method: &str, path: &str, change: Value) {
    let (status, told) = day.gorgias.by_a_person(method, path, &change).unwrap();
    assert!(status < 300, "{status} {told}");
}

fn ticket_path(ticket: &Value) -> String {
    format!("/api/tickets/{}", ticket["id"])
}

fn customer(day: &Day, name: &str) -> u64 {
    day.gorgias.customers().into_iter().find(|c| c["name"] == name).unwrap()["id"].as_u64().unwrap()
}

fn state(day: &Day, id: &str) -> (CallState, Option<String>) {
    let shown = day.handle.message(id).unwrap().unwrap().message;
    (shown.state, shown.reason.map(|reason| reason.code))
}

/// Requests to Gorgias since, but for those that keep the directory and the lists.
fn asked(day: &Day, seq: u64) -> Vec<JournalEntry> {
    let is_list = |path: &str| {
        ["/api/users", "/api/account"].iter().any(|p| path.starts_with(p))
            || path.starts_with("/api/tags?")
            || path.starts_with("/api/customers?") && path.contains("order_by=")
    };
    day.gorgias.journal(seq).into_iter().filter(|e| !is_list(&e.path)).collect()
}

fn paths(entries: &[JournalEntry]) -> Vec<String> {
    entries.iter().map(|e| format!("{} {} {}", e.method, e.path, e.status)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_text_whose_sender_aircall_does_not_tell_any_more_goes_in_the_admins_name() {
    // M5, G14: Aircall's key is refused while events still come
    let day = Day::begin(Plan::default()).await;
    day.aircall.switch(|s| s.message_names_user = false);
    day.aircall.switch(|s| s.revoked = true);
    day.pass(120).await;
    let id = day.aircall.text(&by_agent(world::JONAS, MARTA, "Hello")).unwrap();
    day.pass(300).await;
    assert_eq!(state(&day, &id).0, CallState::Complete);
    assert_eq!(conversations(&day)[0]["messages"][0]["sender"]["name"], "Ana Keller");
}

#[tokio::test(start_paused = true)]
async fn a_text_without_any_author_is_logged_as_soon_as_there_is_one() {
    // M1, G14
    let day = Day::begin(Plan::default()).await;
    day.gorgias.set_user_active(gorgias_world::ADMIN, false).unwrap();
    day.pass(11 * 60).await;
    let id = day.aircall.text(&by_agent(world::INES, MARTA, "Hello")).unwrap();
    day.pass(60).await;
    assert_eq!(state(&day, &id), (CallState::NotLogged, Some("no_author".into())));
    day.gorgias.set_user_active(gorgias_world::ADMIN, true).unwrap();
    day.pass(11 * 60).await;
    assert_eq!(state(&day, &id).0, CallState::Complete);
    assert_eq!(said(&conversations(&day)[0]), ["Hello"]);
}

#[tokio::test(start_paused = true)]
async fn a_call_and_a_text_of_one_stranger_in_the_same_second_make_one_customer() {
    // design §3.6, G5, M1
    for kind in [None, Some(FaultKind::CutAfter), Some(FaultKind::HangAfter), Some(FaultKind::CutBefore)] {
        for (lag, unique) in [(0.0, false), (10.0, false), (10.0, true)] {
            let day = Day::begin(Plan::default()).await;
            day.gorgias.switch(|s| {
                s.list_lag_s = lag;
                s.unique_phone = unique;
            });
            if let Some(kind) = kind.clone() {
                day.gorgias.add_fault(Fault::next(1, kind).on("POST", "/api/customers"));
            }
            let call = day.ring(world::SUPPORT_FR, Some(STRANGER));
            day.pass(5).await;
            day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
            let id = day.aircall.text(&from_customer(STRANGER, "Hello?")).unwrap();
            day.pass(30).await;
            day.aircall.hang_up(call, &HangUp::default()).unwrap();
            day.pass(300).await;
            let made = day.gorgias.customers();
            let made = made.iter().filter(|c| c["channels"].to_string().contains(STRANGER)).count();
            assert_eq!(made, 1, "{kind:?} {lag} {unique}");
            assert_eq!(state(&day, &id).0, CallState::Complete);
            assert_eq!(day.detail(call).state, CallState::Complete);
            assert_eq!(conversations(&day).len(), 1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_long_text_with_markup_and_emoji_is_whole_and_escaped() {
    // M2, design §4
    let day = Day::begin(Plan::default()).await;
    let body: String = "<script>alert(1)</script> & \"é\" 👩‍👩‍👧 \r\n".chars().cycle().take(1600).collect();
    day.aircall.text(&from_customer(MARTA, &body)).unwrap();
    day.pass(30).await;
    let all = conversations(&day);
    assert_eq!(all[0]["messages"][0]["body_text"], body);
    let html = all[0]["messages"][0]["body_html"].as_str().unwrap();
    assert!(!html.contains("<script") && html.contains("&lt;script&gt;"), "{html}");
}

#[tokio::test(start_paused = true)]
async fn in_shadow_mode_texts_are_planned_and_nothing_is_sent() {
    // B5
    for mode in [Mode::Shadow, Mode::Off] {
        let logging = Logging { mode: ModeSetting(mode), ..Plan::default().logging };
        let day = Day::begin(Plan { logging, ..Plan::default() }).await;
        let seq = day.last_seq();
        let text = with_file("wheel.jpg", "image/jpeg", 70_000, from_customer(MARTA, "Look"));
        let data = json!({
            "id": "shadow-1", "direction": "inbound", "external_number": MARTA, "raw_digits": MARTA,
            "body": text.body,
            "number": { "id": world::SUPPORT_FR, "name": "Support FR", "digits": "+33 1 99 00 10 10", "country": "FR" },
            "created_at": day.now().to_rfc3339(), "status": "received",
        });
        day.receiver.bring("message.received", day.now().timestamp(), &data);
        day.pass(120).await;
        assert!(day.requests(seq).0.is_empty(), "{:#?}", day.requests(seq).0);
        let shown = day.handle.message("shadow-1").unwrap().unwrap();
        assert_eq!(shown.message.state, CallState::NotLogged);
        if mode == Mode::Shadow {
            assert!(!shown.plan.writes.is_empty());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_mms_whose_file_is_not_taken_or_empty_says_so() {
    // M6
    for what in ["413", "400", "empty", "expired"] {
        let mut day = Day::begin(Plan::default()).await;
        let mut bytes = 70_000;
        match what {
            "413" => day.gorgias.switch(|s| s.upload_max_bytes = 1_000),
            "400" => day.gorgias.switch(|s| s.upload_refused_types = vec!["image/jpeg".into()]),
            "empty" => bytes = 0,
            _ => day.aircall.switch(|s| s.media_lifetime_s = -1),
        }
        day.aircall.text(&with_file("wheel.jpg", "image/jpeg", bytes, from_customer(MARTA, "Look"))).unwrap();
        // An empty one may be filled yet, for a day.
        day.pass(300).await;
        if what == "empty" {
            day.kill().await;
            day.pass(24 * 3600).await;
            day.start().unwrap();
            day.pass(300).await;
        }
        let all = conversations(&day);
        assert_eq!(said(&all[0]).join("\n"), "Look\nFile not taken over: wheel.jpg", "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn texts_of_an_outage_go_in_order_into_what_is_left_after_it() {
    // B3, M2, M4
    let day = Day::begin(Plan::default()).await;
    day.aircall.text(&from_customer(MARTA, "one")).unwrap();
    day.pass(30).await;
    let id = day.gorgias.add_fault(Fault::next(u32::MAX, FaultKind::CutBefore));
    for body in ["two", "three", "four"] {
        day.aircall.text(&from_customer(MARTA, body)).unwrap();
        day.pass(1800).await;
    }
    day.gorgias.take_back_fault(id);
    person(&day, "PUT", &ticket_path(&conversations(&day)[0]), json!({ "status": "closed" }));
    day.pass(300).await;
    let all = conversations(&day);
    assert_eq!(all.len(), 1);
    assert_eq!((said(&all[0]), &all[0]["status"]), (vec!["one", "two", "three", "four"], &json!("open")));
}

#[tokio::test(start_paused = true)]
async fn many_recordings_after_an_outage_all_come() {
    // G17: more files than places, with links that have grown old, some of which are gone
    let day = Day::begin(Plan::default().with_files()).await;
    day.answered("+33199001144").await;
    day.handle.pause().await.unwrap();
    let lines = [world::SUPPORT_FR, world::SUPPORT_DE, world::SALES_US];
    let calls: Vec<u64> = (0..9).map(|n| day.ring(lines[n % 3], Some(&format!("+3319900123{n}")))).collect();
    day.pass(10).await;
    for call in &calls {
        day.aircall.hang_up(*call, &HangUp { voicemail: true, ..HangUp::default() }).unwrap();
    }
    day.pass(900).await;
    day.aircall.add_fault(Fault::next(9, FaultKind::Slow { ms: 70_000 }).on("GET", "/media/"));
    day.aircall.add_fault(
        Fault::next(2, FaultKind::Status { status: 404, retry_after: None }).on("GET", "/v1/calls/"),
    );
    day.handle.resume().await.unwrap();
    day.pass(3 * 3600).await;
    for call in calls {
        assert_eq!(day.detail(call).completeness.voicemail, PartState::Written, "{:#}", day.ticket(call));
    }
}

#[tokio::test(start_paused = true)]
async fn a_text_of_a_number_that_was_given_to_somebody_else_finds_their_conversation() {
    // B7, M3: the customer who was chosen does not have the number
    let logging = Logging { unknown_callers: UnknownCallers::Hold, ..Plan::default().logging };
    let day = Day::begin(Plan { logging, ..Plan::default() }).await;
    let call = day.answered(STRANGER).await;
    assert_eq!(day.detail(call).state, CallState::Held);
    let marta = customer(&day, "Marta Ibáñez");
    day.handle.choose(CaseId(call), &marta.to_string(), true).await.unwrap();
    day.pass(60).await;
    let seq = day.last_seq();
    let id = day.aircall.text(&from_customer(STRANGER, "From my other phone")).unwrap();
    day.pass(120).await;
    assert_eq!(state(&day, &id).0, CallState::Complete, "{:#?}", paths(&asked(&day, seq)));
    let all = conversations(&day);
    assert_eq!(all.iter().map(said).collect::<Vec<_>>(), [["From my other phone"]]);
    assert_eq!(all[0]["customer"]["id"], marta);
    assert!(asked(&day, seq).len() < 10, "{:#?}", paths(&asked(&day, seq)));
}

#[tokio::test(start_paused = true)]
async fn a_conversation_of_the_chosen_customer_is_reopened_once() {
    // M4, B7, B6
    let day = Day::begin(Plan::default()).await;
    let call = day.answered(SHARED).await;
    for name in ["Sam Whitlock", "Whitlock Cafés"] {
        let chosen = customer(&day, name);
        let id = day.aircall.text(&from_customer(SHARED, "First")).unwrap();
        let _ = day.handle.withdraw_choice(CaseId(call)).await;
        let next = day.answered(SHARED).await;
        day.handle.choose(CaseId(next), &chosen.to_string(), true).await.unwrap();
        day.handle.retry_message(&id).unwrap();
        day.pass(60).await;
        let ticket = conversations(&day).into_iter().find(|t| t["customer"]["id"] == chosen).unwrap();
        person(&day, "PUT", &ticket_path(&ticket), json!({ "status": "closed" }));
        day.pass(60).await;
        let seq = day.last_seq();
        day.aircall.text(&from_customer(SHARED, "Again")).unwrap();
        day.pass(60).await;
        let ticket = conversations(&day).into_iter().find(|t| t["customer"]["id"] == chosen).unwrap();
        assert_eq!((said(&ticket), &ticket["status"]), (vec!["First", "Again"], &json!("open")), "{name}");
        let (writes, _) = day.requests(seq);
        assert_eq!(writes.len(), 2, "{name}: {:#?}", paths(&writes));
    }
}

#[tokio::test(start_paused = true)]
async fn held_texts_go_when_the_number_is_somebodys() {
    // B7, G5: what was chosen or named at a call holds for the texts of its number that wait
    let logging = Logging { unknown_callers: UnknownCallers::Hold, ..Plan::default().logging };
    let day = Day::begin(Plan { logging, ..Plan::default() }).await;
    let unknown = day.aircall.text(&from_customer(STRANGER, "Who am I?")).unwrap();
    let shared = day.aircall.text(&from_customer(SHARED, "And who am I?")).unwrap();
    let call = day.answered(STRANGER).await;
    let other = day.answered(SHARED).await;
    assert_eq!(state(&day, &unknown), (CallState::Held, Some("unknown_caller".into())));
    assert_eq!(state(&day, &shared), (CallState::Held, Some("several_matches".into())));
    day.handle.name(CaseId(call), CallerName::parse("Dana Whitfield", None).unwrap()).await.unwrap();
    let sam = customer(&day, "Sam Whitlock");
    day.handle.choose(CaseId(other), &sam.to_string(), true).await.unwrap();
    day.pass(120).await;
    assert_eq!(state(&day, &unknown).0, CallState::Complete);
    assert_eq!(state(&day, &shared).0, CallState::Complete);
    let all = conversations(&day);
    assert_eq!(all.iter().map(|t| t["customer"]["name"].as_str().unwrap()).collect::<Vec<_>>().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn held_texts_are_written_in_their_order_and_at_their_time() {
    // B7, M2: released at once, hours later
    let day = Day::begin(Plan::default()).await;
    for body in ["one", "two", "three"] {
        day.aircall.text(&from_customer(SHARED, body)).unwrap();
        day.pass(600).await;
    }
    let call = day.answered(SHARED).await;
    let sam = customer(&day, "Sam Whitlock");
    day.handle.choose(CaseId(call), &sam.to_string(), true).await.unwrap();
    day.pass(120).await;
    let all = conversations(&day);
    assert_eq!(all.len(), 1);
    assert_eq!(said(&all[0]), ["one", "two", "three"]);
    assert!(all[0]["messages"][0]["sent_datetime"].as_str().unwrap().starts_with("2026-11-21T08:00:03"));
    assert_eq!(day.detail(call).state, CallState::Complete);
}

#[tokio::test(start_paused = true)]
async fn a_customer_who_is_deleted_or_merged_between_two_texts_parks_nothing() {
    // M1, G25, with either answer of the helpdesk
    for deed in ["delete", "merge"] {
        for refuse in [false, true] {
            for kept in [true, false] {
                let day = Day::begin(Plan::default()).await;
                day.gorgias.switch(|s| s.refuse_merged_customers = refuse);
                day.aircall.text(&from_customer(MARTA, "First")).unwrap();
                day.pass(30).await;
                let marta = customer(&day, "Marta Ibáñez");
                if !kept {
                    person(&day, "DELETE", &ticket_path(&conversations(&day)[0]), Value::Null);
                }
                match deed {
                    "delete" => person(&day, "DELETE", &format!("/api/customers/{marta}"), Value::Null),
                    _ => day.gorgias.merge(marta, customer(&day, "Lucas Moreau")).unwrap(),
                }
                let seq = day.last_seq();
                let id = day.aircall.text(&from_customer(MARTA, "Second")).unwrap();
                day.pass(300).await;
                let label = format!("{deed}, refuse {refuse}, kept {kept}");
                assert_eq!(
                    state(&day, &id),
                    (CallState::Complete, None),
                    "{label} {:#?}",
                    paths(&asked(&day, seq))
                );
                let all = conversations(&day);
                let count = all.iter().flat_map(said).filter(|text| *text == "Second").count();
                assert_eq!(count, 1, "{label}: {all:#?}");
                if deed == "merge" {
                    assert_eq!(all.len(), 1, "{label}");
                    assert_eq!(all[0]["customer"]["name"], "Lucas Moreau");
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_that_comes_late_goes_into_no_conversation_that_was_thrown_away() {
    // M6, G25
    for deed in ["trash", "spam", "delete"] {
        let day = Day::begin(Plan::default()).await;
        let id = day.gorgias.add_fault(
            Fault::next(100, FaultKind::Status { status: 503, retry_after: None }).on("POST", "/api/upload"),
        );
        let text = with_file("wheel.jpg", "image/jpeg", 70_000, from_customer(MARTA, "Late one"));
        day.aircall.text(&text).unwrap();
        day.pass(200).await;
        let ticket = conversations(&day).remove(0);
        match deed {
            "trash" => person(
                &day,
                "PUT",
                &ticket_path(&ticket),
                json!({ "trashed_datetime": "2026-11-21T08:03:00Z" }),
            ),
            "spam" => person(&day, "PUT", &ticket_path(&ticket), json!({ "spam": true })),
            _ => person(&day, "DELETE", &ticket_path(&ticket), Value::Null),
        }
        let seq = day.last_seq();
        day.gorgias.take_back_fault(id);
        day.pass(3 * 3600).await;
        let all = conversations(&day);
        assert!(all.iter().all(|t| attached(t).is_empty()), "{deed}: {all:#?}");
        let asked = asked(&day, seq);
        assert!(
            asked.len() < 20,
            "{deed}: {} requests, {:#?}",
            asked.len(),
            paths(&asked[..10.min(asked.len())])
        );
    }
}

#[tokio::test(start_paused = true)]
async fn killed_at_each_step_of_a_file_that_follows_its_text_it_is_there_once() {
    // B4, M6
    let mut steps = 1;
    loop {
        let mut day = Day::begin(Plan::default()).await;
        let fault = Fault::next(1000, FaultKind::Status { status: 503, retry_after: None });
        let id = day.gorgias.add_fault(fault.on("POST", "/api/upload"));
        day.aircall
            .text(&with_file("wheel.jpg", "image/jpeg", 70_000, from_customer(MARTA, "Look")))
            .unwrap();
        day.pass(150).await;
        assert_eq!(said(&conversations(&day)[0]), ["Look"]);
        day.gorgias.take_back_fault(id);
        day.lifeline.cut_after(steps);
        let cut = tokio::time::timeout(std::time::Duration::from_secs(600), day.lifeline.cut()).await.is_ok();
        day.lifeline.spare();
        if cut {
            day.kill_and_restart().await;
        }
        day.pass(400).await;
        let all = conversations(&day);
        assert_eq!(all.len(), 1, "step {steps}");
        assert_eq!(said(&all[0]), ["Look", "wheel.jpg"], "step {steps}");
        assert_eq!(attached(&all[0]), ["wheel.jpg"], "step {steps}");
        steps += 1;
        if !cut || steps > 16 {
            break;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn killed_at_each_step_of_a_reopening_with_a_file_all_is_there_once() {
    // B4, M4, M6
    let mut steps = 1;
    loop {
        let mut day = Day::begin(Plan::default()).await;
        day.aircall.text(&from_customer(MARTA, "First")).unwrap();
        day.pass(30).await;
        person(&day, "PUT", &ticket_path(&conversations(&day)[0]), json!({ "status": "closed" }));
        day.pass(30).await;
        day.lifeline.cut_after(steps);
        let text = Text {
            line: world::SALES_US,
            ..with_file("wheel.jpg", "image/jpeg", 70_000, from_customer(MARTA, "Look"))
        };
        day.aircall.text(&text).unwrap();
        let cut = tokio::time::timeout(std::time::Duration::from_secs(60), day.lifeline.cut()).await.is_ok();
        day.lifeline.spare();
        if cut {
            day.kill_and_restart().await;
        }
        day.pass(400).await;
        let all = conversations(&day);
        assert_eq!(all.len(), 1, "step {steps}");
        assert_eq!(said(&all[0]), ["First", "Look"], "step {steps}");
        assert_eq!(attached(&all[0]), ["wheel.jpg"], "step {steps}");
        assert_eq!(all[0]["status"], "open", "step {steps}");
        assert_eq!(all[0]["tags"].as_array().unwrap().len(), 3, "step {steps}");
        steps += 1;
        if !cut || steps > 30 {
            break;
        }
    }
    assert!(steps > 10, "{steps}");
}

#[tokio::test(start_paused = true)]
async fn a_text_that_is_refused_with_its_files_goes_without_them() {
    // M2, M6, as G17 for calls
    for path in ["/api/tickets", "/api/tickets/"] {
        let day = Day::begin(Plan::default()).await;
        if path == "/api/tickets/" {
            day.aircall.text(&from_customer(MARTA, "First")).unwrap();
            day.pass(30).await;
        }
        day.gorgias
            .add_fault(Fault::next(1, FaultKind::Status { status: 400, retry_after: None }).on("POST", path));
        let text = with_file("wheel.jpg", "image/jpeg", 70_000, from_customer(MARTA, "Look"));
        let id = day.aircall.text(&text).unwrap();
        day.pass(120).await;
        assert_eq!(state(&day, &id).0, CallState::Complete, "{path}");
        assert_eq!(*said(&conversations(&day)[0]).last().unwrap(), "Look\nFile not taken over: wheel.jpg");
    }
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_timed_out_or_is_forbidden_for_a_while_comes_later() {
    // G17: repeated whole after a failure
    for status in [408, 403] {
        let day = Day::begin(Plan::default().with_files()).await;
        day.answered("+33199001144").await;
        day.gorgias.add_fault(
            Fault::next(2, FaultKind::Status { status, retry_after: None }).on("POST", "/api/upload"),
        );
        let call = day.answered(MARTA).await;
        day.pass(3600).await;
        assert_eq!(
            day.detail(call).completeness.recording,
            PartState::Written,
            "{status}: {:#}",
            day.ticket(call)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_fresh_link_that_could_not_be_stored_is_asked_for_again() {
    // G17, B4
    let day = Day::begin(Plan::default().with_files()).await;
    day.answered("+33199001144").await;
    day.aircall.switch(|s| s.media_lifetime_s = 3);
    day.aircall
        .add_fault(Fault::next(1, FaultKind::Status { status: 503, retry_after: None }).on("GET", "/media/"));
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(8).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(60).await;
    day.aircall
        .add_fault(Fault::next(1, FaultKind::Slow { ms: 10_000 }).on("GET", &format!("/v1/calls/{call}")));
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    let has =
        |path: String| day.aircall.journal(0).iter().any(|e| e.path.starts_with(&path) && e.status != 200);
    while !has("/media/".into()) {
        day.pass(1).await;
    }
    day.aircall.switch(|s| s.media_lifetime_s = 600);
    while !day.aircall.journal(0).iter().any(|e| e.path.starts_with(&format!("/v1/calls/{call}?"))) {
        day.pass(1).await;
    }
    day.lifeline.refuse_commits(true);
    day.pass(14).await;
    day.lifeline.refuse_commits(false);
    day.pass(3 * 3600).await;
    assert_eq!(day.detail(call).completeness.recording, PartState::Written, "{:#}", day.ticket(call));
}

#[tokio::test(start_paused = true)]
async fn a_conversation_that_was_thrown_away_while_its_making_was_unclear_takes_no_further_text() {
    // M3, B4
    let day = Day::begin(Plan::default()).await;
    day.gorgias.add_fault(Fault::next(1, FaultKind::CutAfter).on("POST", "/api/tickets"));
    day.aircall.text(&from_customer(MARTA, "First")).unwrap();
    day.pass(3).await;
    day.aircall.text(&from_customer(MARTA, "Second")).unwrap();
    person(&day, "PUT", &ticket_path(&conversations(&day)[0]), json!({ "spam": true }));
    day.pass(120).await;
    assert_eq!(conversations(&day).iter().map(said).collect::<Vec<_>>(), [["First"], ["Second"]]);
}

#[tokio::test(start_paused = true)]
async fn every_file_that_is_not_had_is_named() {
    // M6
    let day = Day::begin(Plan::default()).await;
    let data = json!({
        "id": "mms-1", "direction": "inbound", "external_number": "+34 666 444 555", "body": "Three things",
        "number": { "id": world::SUPPORT_FR, "name": "Support FR", "digits": "+33 1 99 00 10 10", "country": "FR" },
        "created_at": "2026-11-21T08:00:05.000Z", "status": "received",
        "media_details": [
            { "file_name": "a.pdf", "file_type": "application/pdf", "presigned_url": null },
            { "file_name": "b.pdf", "file_type": "application/pdf", "presigned_url": "http://elsewhere.example.com/b.pdf" },
            { "file_name": "c.zip", "file_type": "application/zip" },
        ],
    });
    day.receiver.bring("message.received", day.now().timestamp(), &data);
    day.pass(180).await;
    let text = conversations(&day)[0]["messages"][0]["body_text"].as_str().unwrap().to_owned();
    for name in ["a.pdf", "b.pdf", "c.zip"] {
        assert!(text.contains(name), "{name}: {text}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_keeps_the_name_that_its_sender_gave_it() {
    // M6
    for (name, content_type, wanted) in [
        ("invoice-4.2-final", "application/pdf", "invoice-4.2-final.pdf"),
        ("photo", "image/jpeg", "photo.jpg"),
        ("photo.JPG", "image/jpeg", "photo.jpg"),
        (".pdf", "application/pdf", "file-1.pdf"),
    ] {
        let day = Day::begin(Plan::default()).await;
        day.aircall.text(&with_file(name, content_type, 500, from_customer(MARTA, "Look"))).unwrap();
        day.pass(60).await;
        assert_eq!(attached(&conversations(&day)[0]), [wanted]);
    }
}

#[tokio::test(start_paused = true)]
async fn odd_spellings_of_a_number_are_one_customer_and_one_conversation() {
    // M3, design §4
    let day = Day::begin(Plan::default()).await;
    for (n, (external, raw)) in [
        ("+34 666 444 555", "+34 666 444 555"),
        ("34666444555", "34666444555"),
        ("0034 666 444 555", "0034666444555"),
        ("", "34666444555"),
        ("+34666444555", ""),
    ]
    .into_iter()
    .enumerate()
    {
        let data = json!({
            "id": format!("odd-{n}"), "direction": "inbound", "external_number": external, "raw_digits": raw,
            "body": format!("text {n}"),
            "number": { "id": world::SUPPORT_FR, "name": "Support FR", "digits": "+33 1 99 00 10 10", "country": "FR" },
            "created_at": day.now().to_rfc3339(), "status": "received",
        });
        day.receiver.bring("message.received", day.now().timestamp(), &data);
        day.pass(20).await;
    }
    let all = conversations(&day);
    assert_eq!(all.len(), 1, "{all:#?}");
    assert_eq!(said(&all[0]).len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_text_from_a_short_code_or_a_name_makes_no_number_up() {
    // design §4, G23: as for calls, they are of the shared customer
    let day = Day::begin(Plan::default()).await;
    let before = day.gorgias.customers().len();
    for (n, sender) in ["36105", "AMAZON"].into_iter().enumerate() {
        code(&day, n, sender).await;
    }
    let made: Vec<Value> = day.gorgias.customers().split_off(before);
    let names: Vec<&str> = made.iter().map(|c| c["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Anonymous caller"]);
    assert_eq!(conversations(&day)[0]["subject"], "SMS conversation with 36105");
}

/// A text from somebody who has no telephone number.
async fn code(day: &Day, n: usize, sender: &str) {
    let data = json!({
        "id": format!("code-{n}"), "direction": "inbound", "external_number": sender, "raw_digits": sender,
        "body": format!("from {sender}"),
        "number": { "id": world::SUPPORT_FR, "name": "Support FR", "digits": "+33 1 99 00 10 10", "country": "FR" },
        "created_at": day.now().to_rfc3339(), "status": "received",
    });
    day.receiver.bring("message.received", day.now().timestamp(), &data);
    day.pass(20).await;
}

#[tokio::test(start_paused = true)]
async fn the_texts_own_time_decides_and_not_when_it_came() {
    // M4: sent 70 h after the close, delivered 74 h after it
    let from = Some(day::morning() - chrono::TimeDelta::days(9));
    let day =
        Day::begin(Plan { logging: Logging { from, ..Plan::default().logging }, ..Plan::default() }).await;
    day.aircall.text(&from_customer(MARTA, "First")).unwrap();
    day.pass(30).await;
    let closed_at = day.now() - chrono::TimeDelta::hours(74);
    let closed = json!({ "status": "closed", "closed_datetime": closed_at.to_rfc3339() });
    person(&day, "PUT", &ticket_path(&conversations(&day)[0]), closed);
    day.pass(30).await;
    let data = json!({
        "id": "late-1", "direction": "inbound", "external_number": MARTA, "raw_digits": MARTA, "body": "Second",
        "number": { "id": world::SUPPORT_FR, "name": "Support FR", "digits": "+33 1 99 00 10 10", "country": "FR" },
        "created_at": (day.now() - chrono::TimeDelta::hours(4)).to_rfc3339(), "status": "received",
    });
    day.receiver.bring("message.received", day.now().timestamp(), &data);
    day.pass(120).await;
    let all = conversations(&day);
    assert_eq!(all.iter().map(said).collect::<Vec<_>>(), [["First", "Second"]]);
    assert_eq!(all[0]["status"], "open");
}

#[tokio::test(start_paused = true)]
async fn that_nobody_had_the_number_is_told_once_whichever_of_two_texts_begins_the_conversation() {
    // G16: the customer is made for the first text, whose ticket is refused until a person has it written again; meanwhile
    // the second begins the conversation.
    let day = Day::begin(Plan::default()).await;
    let refused = FaultKind::Status { status: 404, retry_after: None };
    day.gorgias.add_fault(Fault::next(1, refused).on_just("POST", "/api/tickets"));
    let first = day.aircall.text(&from_customer(STRANGER, "Hello?")).unwrap();
    day.aircall.text(&from_customer(STRANGER, "Anybody there?")).unwrap();
    day.pass(60).await;
    assert_eq!(day.handle.message(&first).unwrap().unwrap().message.state, CallState::Parked);
    assert!(day.handle.retry_message(&first).unwrap());
    day.pass(60).await;
    let tickets = day.gorgias.tickets();
    let all = tickets.iter().flat_map(|ticket| ticket["messages"].as_array().unwrap());
    let keys: Vec<&str> = all.filter_map(|message| message["external_id"].as_str()).collect();
    assert_eq!(keys.iter().filter(|key| key.ends_with(":not_found")).count(), 1, "{keys:?}");
    assert_eq!(keys.iter().filter(|key| key.starts_with("aircall:message:")).count(), 3, "{keys:?}");
}
