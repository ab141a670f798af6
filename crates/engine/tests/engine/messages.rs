//! Text messages (rows M), on a simulated day; asserted is what Gorgias holds in the end.

use serde_json::{Value, json};
use sidetone_engine::settings::{Language, Logging, UnknownCallers};
use sidetone_engine::store::MessageQuery;
use sidetone_protocol::{CallState, MessageKind};
use sidetone_sandbox::{Fault, FaultKind, HangUp, Text, TextFile, aircall_world as world};

use crate::day::{self, Day, MARTA, Plan, STRANGER};

fn from_customer(number: &str, body: &str) -> Text {
    Text { line: world::SUPPORT_FR, number: number.into(), body: body.into(), ..Text::default() }
}

fn by_agent(agent: u64, number: &str, body: &str) -> Text {
    Text { agent: Some(agent), ..from_customer(number, body) }
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

/// The same as the thread shows it, by the messages' own times: what Aircall had to deliver again comes late.
fn said_in_time(ticket: &Value) -> Vec<&str> {
    let messages = ticket["messages"].as_array().unwrap().iter().filter(|m| m["channel"] == "sms");
    let mut told: Vec<(&str, &str)> =
        messages.map(|m| (m["sent_datetime"].as_str().unwrap(), m["body_text"].as_str().unwrap())).collect();
    told.sort_unstable();
    told.into_iter().map(|(_, body)| body).collect()
}

fn tag_names(ticket: &Value) -> Vec<&str> {
    let mut names: Vec<&str> =
        ticket["tags"].as_array().unwrap().iter().map(|t| t["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    names
}

fn person(day: &Day, ticket: &Value, change: Value) {
    let (status, _) =
        day.gorgias.by_a_person("PUT", &format!("/api/tickets/{}", ticket["id"]), &change).unwrap();
    assert!(status < 300, "{status}");
}

#[tokio::test(start_paused = true)]
async fn a_message_of_a_customer_makes_a_conversation_with_subject_tags_and_sender() {
    // M1, M2, M5, M7
    let day = Day::begin(Plan::default()).await;
    let seq = day.last_seq();
    let id = day.aircall.text(&from_customer(MARTA, "Is my kettle ready? <b>Marta</b>")).unwrap();
    day.pass(10).await;
    let all = conversations(&day);
    assert_eq!(all.len(), 1, "{:#}", day.gorgias.dump());
    let ticket = &all[0];
    assert_eq!(ticket["subject"], "SMS conversation with Marta Ibáñez");
    assert_eq!(ticket["external_id"], format!("aircall:message:{id}"));
    assert_eq!(ticket["status"], "open");
    assert_eq!(ticket["assignee_user"], Value::Null);
    assert_eq!(tag_names(ticket), ["Aircall SMS", "Support FR"]);
    let message = &ticket["messages"][0];
    assert_eq!(message["from_agent"], false);
    assert_eq!(message["sender"]["name"], "Marta Ibáñez");
    assert_eq!(message["external_id"], format!("aircall:message:{id}"));
    assert_eq!(message["body_text"], "Is my kettle ready? <b>Marta</b>");
    assert_eq!(message["body_html"], "<p>Is my kettle ready? &lt;b&gt;Marta&lt;/b&gt;</p>");
    assert_eq!(message["source"]["from"]["address"], MARTA);
    assert_eq!(message["source"]["to"][0]["address"], "+33199001010");
    let (writes, looks) = day.requests(seq);
    let paths: Vec<String> = writes.iter().map(|w| format!("{} {}", w.method, w.path)).collect();
    // The two tags are new to the account and are made once.
    assert_eq!(paths, ["POST /api/tags", "POST /api/tags", "POST /api/tickets"]);
    assert_eq!(looks.len(), 1, "one look-up of the customer");
    let shown = day.handle.message(&id).unwrap().unwrap();
    assert_eq!((shown.message.state, shown.message.kind), (CallState::Complete, MessageKind::Sms));
    assert_eq!(shown.message.ticket.unwrap().id, ticket["id"].to_string());
    assert!(shown.explanation.last().unwrap().rule.contains("M1"));
}

#[tokio::test(start_paused = true)]
async fn further_messages_go_into_the_open_conversation_on_any_number_and_a_status_makes_no_entry() {
    // M2, M3, M5, M7
    let day = Day::begin(Plan::default()).await;
    day.aircall.text(&from_customer(MARTA, "Hello")).unwrap();
    day.pass(20).await;
    let seq = day.last_seq();
    day.aircall.text(&by_agent(world::CAMILLE, MARTA, "Yes, it is ready.")).unwrap();
    day.pass(60).await;
    let (writes, looks) = day.requests(seq);
    assert_eq!(writes.len(), 1, "a further message is one write");
    assert_eq!(looks.len(), 0, "the customer was looked up a minute ago");
    // Another number of the company, an hour later.
    day.pass(3600).await;
    day.aircall.text(&Text { line: world::SALES_US, ..from_customer(MARTA, "Thanks!") }).unwrap();
    day.pass(60).await;
    let all = conversations(&day);
    assert_eq!(all.len(), 1);
    assert_eq!(said(&all[0]), ["Hello", "Yes, it is ready.", "Thanks!"]);
    assert_eq!(tag_names(&all[0]), ["Aircall SMS", "Sales US", "Support FR"]);
    let sent = &all[0]["messages"][1];
    assert_eq!((&sent["from_agent"], &sent["sender"]["name"]), (&json!(true), &json!("Camille Roux")));
    assert_eq!(sent["receiver"]["name"], "Marta Ibáñez");
    assert!(sent["sent_datetime"].is_string());
    assert!(day.gorgias.send_attempts().is_empty(), "M5: nothing is sent a second time");
}

#[tokio::test(start_paused = true)]
async fn a_message_sent_first_is_assigned_to_its_agent() {
    // M1, M5, G7
    let day = Day::begin(Plan::default()).await;
    day.aircall.text(&by_agent(world::JONAS, MARTA, "Your kettle is ready.")).unwrap();
    day.pass(30).await;
    let all = conversations(&day);
    assert_eq!(all[0]["assignee_user"]["name"], "Jonas Weber");
    assert_eq!(all[0]["messages"][0]["sender"]["name"], "Jonas Weber");
    assert!(day.gorgias.send_attempts().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_sender_whom_nobody_names_is_the_lines_only_user_else_the_first_admin() {
    // M5, G14
    let day = Day::begin(Plan::default()).await;
    day.aircall.switch(|s| s.message_names_user = false);
    day.aircall
        .text(&Text { line: world::SUPPORT_DE, ..by_agent(world::JONAS, MARTA, "Alone on the line") })
        .unwrap();
    day.pass(30).await;
    day.aircall.text(&by_agent(world::CAMILLE, MARTA, "Two on the line")).unwrap();
    day.pass(30).await;
    // Nobody in Gorgias has the e-mail of Ines.
    day.aircall.switch(|s| s.message_names_user = true);
    day.aircall.text(&by_agent(world::INES, MARTA, "Not in Gorgias")).unwrap();
    day.pass(30).await;
    let all = conversations(&day);
    let senders: Vec<&str> = all[0]["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["sender"]["name"].as_str().unwrap())
        .collect();
    assert_eq!(senders, ["Jonas Weber", "Ana Keller", "Ana Keller"]);
}

#[tokio::test(start_paused = true)]
async fn closed_less_than_72_hours_before_the_message_it_is_reopened_else_a_new_one_is_made() {
    // M4
    for (hours, reopened) in [(71, true), (73, false)] {
        for by_itself in [false, true] {
            let day = Day::begin(Plan::default()).await;
            day.gorgias.switch(|s| s.reopen_on_incoming = by_itself);
            day.aircall.text(&from_customer(MARTA, "First")).unwrap();
            day.pass(30).await;
            let closed_at = day.now() - chrono::TimeDelta::hours(hours);
            let closed = json!({ "status": "closed", "closed_datetime": closed_at.to_rfc3339() });
            person(&day, &conversations(&day)[0], closed);
            day.pass(30).await;
            day.aircall.text(&from_customer(MARTA, "Second")).unwrap();
            day.pass(60).await;
            let all = conversations(&day);
            if reopened {
                assert_eq!(all.len(), 1, "{hours} h, reopens by itself: {by_itself}");
                assert_eq!((said(&all[0]), &all[0]["status"]), (vec!["First", "Second"], &json!("open")));
            } else {
                assert_eq!(all.len(), 2, "{hours} h");
                assert_eq!((said(&all[1]), &all[0]["status"]), (vec!["Second"], &json!("closed")));
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_thrown_away_or_marked_as_spam_takes_no_message() {
    // M3
    for change in [json!({ "trashed_datetime": "2026-11-21T08:00:30Z" }), json!({ "spam": true })] {
        let day = Day::begin(Plan::default()).await;
        day.aircall.text(&from_customer(MARTA, "First")).unwrap();
        day.pass(30).await;
        person(&day, &conversations(&day)[0], change);
        day.pass(30).await;
        day.aircall.text(&from_customer(MARTA, "Second")).unwrap();
        day.pass(60).await;
        let all = conversations(&day);
        assert_eq!(all.iter().map(said).collect::<Vec<_>>(), [["First"], ["Second"]]);
        day.aircall.text(&from_customer(MARTA, "Third")).unwrap();
        day.pass(60).await;
        assert_eq!(said(&conversations(&day)[1]), ["Second", "Third"], "the new one is gone on with");
    }
    // Deleted for good, a moment after it was looked at.
    let day = Day::begin(Plan::default()).await;
    day.aircall.text(&from_customer(MARTA, "First")).unwrap();
    day.pass(30).await;
    let id = conversations(&day)[0]["id"].clone();
    day.gorgias.by_a_person("DELETE", &format!("/api/tickets/{id}"), &Value::Null).unwrap();
    day.aircall.text(&from_customer(MARTA, "Second")).unwrap();
    day.pass(60).await;
    assert_eq!(conversations(&day).iter().map(said).collect::<Vec<_>>(), [["Second"]]);
}

#[tokio::test(start_paused = true)]
async fn messages_of_one_second_keep_their_order_whatever_happens_to_the_first() {
    // M2: several messages within a second
    for kind in [
        None,
        Some(FaultKind::CutBefore),
        Some(FaultKind::CutAfter),
        Some(FaultKind::Status { status: 429, retry_after: Some(20) }),
        Some(FaultKind::Status { status: 503, retry_after: None }),
        Some(FaultKind::HangAfter),
    ] {
        let day = Day::begin(Plan::default()).await;
        if let Some(kind) = kind.clone() {
            day.gorgias.add_fault(Fault::next(1, kind).on("POST", "/api/tickets"));
        }
        let wanted = ["one", "two", "three", "four", "five"];
        for body in wanted {
            day.aircall.text(&from_customer(MARTA, body)).unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(120)).await;
        }
        day.pass(240).await;
        let all = conversations(&day);
        assert_eq!(all.len(), 1, "{kind:?}: {all:#?}");
        assert_eq!(said(&all[0]), wanted, "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn messages_that_arrive_shuffled_and_twice_are_one_conversation_in_the_order_of_their_time() {
    // M2, B4
    let day = Day::begin(Plan::default()).await;
    day.aircall.switch(|s| {
        s.shuffle_s = 3.0;
        s.duplicate = true;
    });
    let wanted = ["a", "b", "c", "d", "e", "f"];
    for body in wanted {
        day.aircall.text(&from_customer(MARTA, body)).unwrap();
        day.pass(1).await;
    }
    day.pass(120).await;
    let all = conversations(&day);
    assert_eq!(all.len(), 1);
    assert_eq!(said_in_time(&all[0]), wanted);
}

#[tokio::test(start_paused = true)]
async fn two_messages_at_once_of_a_stranger_make_one_customer_and_one_conversation() {
    // M1, G5, G16, design §3.6
    for lag in [0.0, 10.0] {
        let day = Day::begin(Plan::default()).await;
        day.gorgias.switch(|s| s.list_lag_s = lag);
        day.aircall.text(&from_customer(STRANGER, "Hello?")).unwrap();
        day.aircall.text(&from_customer(STRANGER, "Anybody there?")).unwrap();
        day.pass(60).await;
        let all = conversations(&day);
        assert_eq!(all.len(), 1, "lag {lag}");
        assert_eq!(said(&all[0]), ["Hello?", "Anybody there?"]);
        assert_eq!(all[0]["subject"], format!("SMS conversation with {STRANGER}"));
        let notes: Vec<&Value> = all[0]["messages"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|m| m["channel"] == "internal-note")
            .collect();
        assert_eq!(notes.len(), 1, "G16");
        assert!(notes[0]["body_text"].as_str().unwrap().contains("could not be found by phone number"));
        let made = day.gorgias.customers();
        let made: Vec<&Value> =
            made.iter().filter(|c| c["channels"].to_string().contains(STRANGER)).collect();
        assert_eq!(made.len(), 1);
        assert_eq!(made[0]["name"], format!("Aircall New Contact {STRANGER}"));
    }
}

#[tokio::test(start_paused = true)]
async fn every_unclear_answer_to_a_message_is_looked_up_and_nothing_is_doubled() {
    // B4 for M2, M4: the create, the further message, the reopening
    for kind in [
        FaultKind::CutAfter,
        FaultKind::CutBefore,
        FaultKind::HangAfter,
        FaultKind::HangBefore,
        FaultKind::Malformed,
        FaultKind::Status { status: 502, retry_after: None },
    ] {
        for (method, path) in [("POST", "/api/tickets"), ("POST", "/api/tickets/"), ("PUT", "/api/tickets/")]
        {
            let day = Day::begin(Plan::default()).await;
            let fault = || Fault::next(1, kind.clone()).on(method, path);
            if path == "/api/tickets" {
                day.gorgias.add_fault(fault());
            }
            day.aircall.text(&from_customer(MARTA, "First")).unwrap();
            day.pass(200).await;
            person(&day, &conversations(&day)[0], json!({ "status": "closed" }));
            if path != "/api/tickets" {
                day.gorgias.add_fault(fault());
            }
            day.pass(600).await;
            day.aircall.text(&from_customer(MARTA, "Second")).unwrap();
            day.pass(300).await;
            let all = conversations(&day);
            assert_eq!(all.len(), 1, "{kind:?} {method} {path}");
            assert_eq!(said(&all[0]), ["First", "Second"], "{kind:?} {method} {path}");
            assert_eq!(all[0]["status"], "open");
            assert!(day.gorgias.send_attempts().is_empty());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn killed_at_any_second_of_a_talk_each_message_is_there_once() {
    // B3, B4
    for second in 0..24 {
        let mut day = Day::begin(Plan::default()).await;
        let texts = ["one", "two", "three"];
        for (n, body) in texts.iter().enumerate() {
            let text =
                if n == 1 { by_agent(world::CAMILLE, STRANGER, body) } else { from_customer(STRANGER, body) };
            day.aircall.text(&text).unwrap();
            for step in 0..8 {
                if n * 8 + step == second {
                    day.kill_and_restart().await;
                }
                tokio::time::sleep(std::time::Duration::from_millis(250)).await;
            }
        }
        day.pass(300).await;
        let all = conversations(&day);
        assert_eq!(all.len(), 1, "killed in quarter second {second}");
        assert_eq!(said_in_time(&all[0]), texts, "killed in quarter second {second}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_ledger_writes_no_message_twice() {
    // B17: the events come again, the database is gone
    let mut day = Day::begin(Plan::default()).await;
    let first = day.aircall.text(&from_customer(MARTA, "First")).unwrap();
    day.pass(20).await;
    let second = day.aircall.text(&by_agent(world::CAMILLE, MARTA, "Second")).unwrap();
    day.pass(60).await;
    let before = conversations(&day);
    day.kill().await;
    day.shelf.lose();
    day.set_from(Some(day::morning()));
    day.start().unwrap();
    day.pass(5).await;
    day.receiver.repeat_all();
    day.pass(120).await;
    assert_eq!(conversations(&day), before, "nothing was added or changed");
    for id in [first, second] {
        assert_eq!(day.handle.message(&id).unwrap().unwrap().message.state, CallState::Complete);
    }
    day.aircall.text(&from_customer(MARTA, "Third")).unwrap();
    day.pass(60).await;
    assert_eq!(said(&conversations(&day)[0]), ["First", "Second", "Third"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_known_by_its_status_alone_is_written_after_a_minute() {
    // M2, B4: the event of the message itself was lost
    let day = Day::begin(Plan::default()).await;
    day.aircall.switch(|s| s.drop_share = 1.0);
    day.aircall.text(&by_agent(world::CAMILLE, MARTA, "Lost on the way")).unwrap();
    day.pass(1).await;
    day.aircall.switch(|s| s.drop_share = 0.0);
    day.pass(30).await;
    assert!(conversations(&day).is_empty(), "a status makes no entry while the message may still come");
    day.pass(90).await;
    assert_eq!(said(&conversations(&day)[0]), ["Lost on the way"]);
}

#[tokio::test(start_paused = true)]
async fn whatsapp_and_group_messages_are_kept_listed_and_not_written() {
    // M8
    let day = Day::begin(Plan::default()).await;
    let seq = day.last_seq();
    let text = Text { channel: Some("whatsapp".into()), ..from_customer(MARTA, "Hola") };
    let id = day.aircall.text(&text).unwrap();
    let group = json!({
        "id": "group-1", "group_conversation_id": "g-7", "direction": "inbound", "body": "All of you",
        "participants": ["34666444555", "33199005599"],
        "number": { "id": world::SUPPORT_FR, "name": "Support FR", "digits": "+33 1 99 00 10 10", "country": "FR" },
        "created_at": "2026-11-21T08:00:05.000Z",
    });
    // Our webhook asks for no such events; one that somebody made by hand may bring them.
    day.receiver.bring("group_message.received", day.now().timestamp(), &group);
    day.pass(60).await;
    assert!(day.requests(seq).0.is_empty(), "nothing is written");
    let (listed, _) = {
        let page = day
            .handle
            .messages(&MessageQuery { limit: 10, not_logged: true, ..MessageQuery::default() })
            .unwrap();
        (page.messages, page.next)
    };
    let mut kinds: Vec<_> =
        listed.iter().map(|m| (m.kind, m.state, m.reason.clone().unwrap().code)).collect();
    kinds.sort_by_key(|(kind, ..)| format!("{kind:?}"));
    assert_eq!(
        kinds,
        [
            (MessageKind::Group, CallState::NotLogged, "not_supported".to_owned()),
            (MessageKind::Whatsapp, CallState::NotLogged, "not_supported".to_owned()),
        ]
    );
    assert!(day.handle.message(&id).unwrap().is_some());
    assert_eq!(day.handle.health().outbox.not_logged, 0, "nobody is called for them");
}

#[tokio::test(start_paused = true)]
async fn messages_on_lines_that_are_not_selected_and_from_before_going_live_are_not_written() {
    // G18, B15
    let day = Day::begin(Plan { lines: vec![world::SALES_US], ..Plan::default() }).await;
    let seq = day.last_seq();
    let id = day.aircall.text(&from_customer(MARTA, "Not selected")).unwrap();
    day.pass(60).await;
    assert!(day.requests(seq).0.is_empty());
    assert!(day.handle.message(&id).unwrap().is_none());
    let old = json!({
        "id": "old-1", "direction": "inbound", "external_number": "+34 666 444 555", "body": "From before",
        "number": { "id": world::SALES_US, "name": "Sales US", "digits": "+1 202-555-0110", "country": "US" },
        "created_at": "2026-11-20T08:00:05.000Z", "status": "received",
    });
    day.receiver.bring("message.received", day.now().timestamp(), &old);
    day.pass(60).await;
    assert!(day.requests(seq).0.is_empty());
    let shown = day.handle.message("old-1").unwrap().unwrap();
    assert_eq!(shown.message.reason.unwrap().code, "before_go_live");
}

#[tokio::test(start_paused = true)]
async fn the_three_languages_have_the_subjects_of_the_documentation_and_what_is_begun_is_gone_on_with() {
    // M1, A6
    for (language, subject) in [
        (Language::De, "SMS-Konversation mit Marta Ibáñez"),
        (Language::Fr, "Conversation SMS avec Marta Ibáñez"),
    ] {
        let logging = Logging { language, ..Plan::default().logging };
        let mut day = Day::begin(Plan { logging, ..Plan::default() }).await;
        day.aircall.text(&from_customer(MARTA, "Hallo")).unwrap();
        day.pass(60).await;
        day.next_start().logging.language = Language::En;
        day.kill_and_restart().await;
        day.pass(30).await;
        day.aircall.text(&from_customer(MARTA, "Hello")).unwrap();
        day.pass(60).await;
        let all = conversations(&day);
        assert_eq!(all.len(), 1, "another language makes no second conversation");
        assert_eq!(all[0]["subject"], subject);
        assert_eq!(tag_names(&all[0]), ["Aircall SMS", "Support FR"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_tag_that_a_person_took_off_a_conversation_is_not_put_back() {
    // M7, G15
    let day = Day::begin(Plan::default()).await;
    day.aircall.text(&from_customer(MARTA, "One")).unwrap();
    day.pass(30).await;
    let id = conversations(&day)[0]["id"].clone();
    day.gorgias
        .by_a_person("DELETE", &format!("/api/tickets/{id}/tags"), &json!({ "names": ["Support FR"] }))
        .unwrap();
    day.aircall.text(&from_customer(MARTA, "Two")).unwrap();
    day.pass(60).await;
    assert_eq!(tag_names(&conversations(&day)[0]), ["Aircall SMS"]);
}

#[tokio::test(start_paused = true)]
async fn a_conversation_of_the_vendors_integration_is_gone_on_with() {
    // M3: a team that switches finds one conversation
    let day = Day::begin(Plan::default()).await;
    let marta = day.gorgias.customers().into_iter().find(|c| c["name"] == "Marta Ibáñez").unwrap();
    let made = json!({
        "channel": "sms", "via": "api", "subject": "SMS Conversation with Marta", "customer": { "id": marta["id"] },
        "tags": [{ "name": "Aircall SMS" }],
        "messages": [{
            "channel": "sms", "via": "api", "from_agent": false, "sender": { "id": marta["id"] },
            "source": { "type": "phone", "from": { "name": "Marta", "address": MARTA }, "to": [] },
            "body_text": "Before the switch", "sent_datetime": "2026-11-20T09:00:00Z",
        }],
    });
    assert_eq!(day.gorgias.by_a_person("POST", "/api/tickets", &made).unwrap().0, 201);
    day.aircall.text(&from_customer(MARTA, "After the switch")).unwrap();
    day.pass(60).await;
    let all = conversations(&day);
    assert_eq!(all.len(), 1);
    assert_eq!(said(&all[0]), ["Before the switch", "After the switch"]);
}

#[tokio::test(start_paused = true)]
async fn files_that_are_not_taken_over_are_named_and_a_message_without_text_says_so() {
    let day = Day::begin(Plan::default()).await;
    let files =
        vec![TextFile { name: "menu.zip".into(), content_type: "application/zip".into(), bytes: 300 }];
    day.aircall.text(&Text { files, ..from_customer(MARTA, "") }).unwrap();
    day.pass(20).await;
    day.aircall.text(&from_customer(MARTA, "")).unwrap();
    day.pass(60).await;
    assert_eq!(said(&conversations(&day)[0]), ["File not taken over: menu.zip", "Message without text"]);
}

#[tokio::test(start_paused = true)]
async fn a_message_of_a_number_that_several_share_waits_and_a_held_one_is_shown() {
    // B7, G5 hold
    let logging = Logging { unknown_callers: UnknownCallers::Hold, ..Plan::default().logging };
    let day = Day::begin(Plan { logging, ..Plan::default() }).await;
    let shared = day.aircall.text(&from_customer("+12025550161", "Who am I?")).unwrap();
    let unknown = day.aircall.text(&from_customer(STRANGER, "And I?")).unwrap();
    day.pass(60).await;
    assert!(conversations(&day).is_empty());
    for (id, code) in [(shared, "several_matches"), (unknown, "unknown_caller")] {
        let shown = day.handle.message(&id).unwrap().unwrap().message;
        assert_eq!((shown.state, shown.reason.unwrap().code.as_str()), (CallState::Held, code));
    }
    let health = day.handle.health();
    assert_eq!((health.outbox.held, health.outbox.messages_held), (0, 2), "texts are no calls");
    let alerts: Vec<_> = health.alerts.iter().map(|alert| (alert.code.as_str(), alert.calls)).collect();
    assert_eq!(alerts, [("messages_held", 0)], "no list of calls is offered for them");
}

#[tokio::test(start_paused = true)]
async fn calls_and_messages_of_one_customer_keep_apart() {
    let day = Day::begin(Plan::default()).await;
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(5).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.aircall.text(&from_customer(MARTA, "I am on the phone with you")).unwrap();
    day.pass(30).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(60).await;
    assert_eq!(day.detail(call).state, CallState::Complete);
    assert_eq!(said(&conversations(&day)[0]), ["I am on the phone with you"]);
    assert_eq!(day.ticket(call)["messages"].as_array().unwrap().len(), 2);
    assert!(day.handle.calls(&Default::default()).unwrap().calls.iter().all(|c| c.id == call.to_string()));
}

/// The names and hashes of the files in a conversation, by message.
fn files(day: &Day) -> Vec<Vec<(String, String)>> {
    let dump = day.gorgias.dump();
    let sms = dump["tickets"].as_array().unwrap().iter().filter(|t| t["channel"] == "sms");
    let messages = sms.flat_map(|t| t["messages"].as_array().unwrap().clone());
    messages
        .filter(|m| !m["attachments"].as_array().unwrap().is_empty())
        .map(|m| {
            let files = m["attachments"].as_array().unwrap().iter();
            files.map(|f| (f["name"].to_string(), f["sha256"].to_string())).collect()
        })
        .collect()
}

fn picture(body: &str) -> Text {
    let file = |name: &str, content_type: &str| TextFile {
        name: name.into(),
        content_type: content_type.into(),
        bytes: 70_000,
    };
    let files = vec![
        file("wheel.jpg", "image/jpeg"),
        file("invoice.pdf", "application/pdf"),
        file("song.mp3", "audio/mpeg"),
    ];
    Text { files, ..from_customer(MARTA, body) }
}

#[tokio::test(start_paused = true)]
async fn images_and_pdfs_are_attached_to_the_message_and_other_files_are_named() {
    // M6, both forms of the wire
    for bare in [false, true] {
        let day = Day::begin(Plan::default()).await;
        day.aircall.switch(|s| s.message_media_url = bare);
        let seq = day.last_seq();
        let id = day.aircall.text(&picture("See for yourself")).unwrap();
        day.aircall.text(&from_customer(MARTA, "Right after it")).unwrap();
        day.pass(90).await;
        let all = conversations(&day);
        assert_eq!(said(&all[0]), ["See for yourself\nFile not taken over: song.mp3", "Right after it"]);
        let kept = files(&day);
        assert_eq!(kept.len(), 1);
        let names: Vec<&str> = kept[0].iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["\"invoice.pdf\"", "\"wheel.jpg\""]);
        assert!(kept[0].iter().all(|(_, hash)| hash.len() > 32), "{kept:?}");
        let (writes, _) = day.requests(seq);
        let uploads = writes.iter().filter(|w| w.path.starts_with("/api/upload")).count();
        assert_eq!(uploads, 2, "each file once");
        let detail = day.handle.message(&id).unwrap().unwrap();
        assert_eq!((detail.message.state, detail.message.files), (CallState::Complete, 3));
        assert!(day.files_on_their_way().1.is_empty(), "nothing is left on the disk");
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_that_comes_late_follows_its_message_and_one_that_is_gone_is_named() {
    // M6: the message is not held up for longer than two minutes
    let day = Day::begin(Plan::default()).await;
    day.gorgias.add_fault(
        Fault::next(4, FaultKind::Status { status: 503, retry_after: None }).on("POST", "/api/upload"),
    );
    day.aircall
        .text(&Text { files: picture("").files[..1].to_vec(), ..from_customer(MARTA, "Late one") })
        .unwrap();
    day.pass(150).await;
    assert_eq!(said(&conversations(&day)[0]), ["Late one"]);
    day.pass(3600).await;
    assert_eq!(said(&conversations(&day)[0]), ["Late one", "wheel.jpg"]);
    assert_eq!(files(&day).len(), 1);
    assert_eq!(conversations(&day)[0]["messages"][1]["sender"]["name"], "Marta Ibáñez");
    let day = Day::begin(Plan::default()).await;
    day.aircall.switch(|s| s.media_lifetime_s = -1);
    day.aircall
        .text(&Text { files: picture("").files[..1].to_vec(), ..from_customer(MARTA, "Gone") })
        .unwrap();
    day.pass(26 * 3600).await;
    let all = conversations(&day);
    assert_eq!(said(&all[0]).join("\n"), "Gone\nFile not taken over: wheel.jpg");
    assert!(day.gorgias.send_attempts().is_empty());
}

#[tokio::test(start_paused = true)]
async fn killed_while_files_are_on_their_way_each_is_attached_once() {
    // M6, B4
    for quarter in 0..16 {
        let mut day = Day::begin(Plan::default()).await;
        day.aircall.text(&picture("Look")).unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(10 + 60 * quarter)).await;
        day.kill_and_restart().await;
        day.pass(300).await;
        let all = conversations(&day);
        assert_eq!(all.len(), 1);
        assert_eq!(said_in_time(&all[0]), ["Look\nFile not taken over: song.mp3"], "{quarter}");
        assert_eq!(files(&day).iter().map(Vec::len).collect::<Vec<_>>(), [2], "{quarter}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_backup_forgot_is_found_in_a_conversation_that_was_thrown_away() {
    // B17: the database is that of the moment before the message was written; a person has thrown the conversation away.
    for earlier in [0, 1] {
        for act in [json!({"trashed_datetime": "2026-11-21T08:30:00+00:00"}), json!({"spam": true})] {
            let mut day = Day::begin(Plan::default()).await;
            for _ in 0..earlier {
                day.aircall.text(&from_customer(MARTA, "Hello")).unwrap();
                day.pass(20).await;
            }
            day.gorgias.add_fault(Fault::next(2, FaultKind::Status { status: 503, retry_after: None }));
            day.aircall.text(&from_customer(MARTA, "Written once")).unwrap();
            day.pass(2).await;
            day.kill().await;
            day.shelf.back_up();
            day.start().unwrap();
            day.pass(240).await;
            let all = conversations(&day);
            assert_eq!((all.len(), said(&all[0]).len()), (1, earlier + 1));
            person(&day, &all[0], act.clone());
            day.kill().await;
            day.shelf.restore();
            day.start().unwrap();
            day.pass(600).await;
            let texts = conversations(&day);
            let times: usize = texts.iter().flat_map(said).filter(|body| *body == "Written once").count();
            assert_eq!((texts.len(), times), (1, 1), "{act}: {:#}", day.gorgias.dump());
        }
    }
}
