//! Text messages into Front (F11): activities in the conversation that the contact's calls are in.

use serde_json::{Value, json};
use sidetone_engine::settings::Language;
use sidetone_sandbox::{Fault, FaultKind, Text, TextFile, aircall_world as world};

use crate::day::{Day, MARTA, Plan, STRANGER};
use crate::front::{archive, assert_same, conversation, keys, last_seq, message, missed, text, writes};

fn received(day: &Day, from: &str, says: &str) -> String {
    let text = Text { line: world::SUPPORT_FR, number: from.into(), body: says.into(), ..Text::default() };
    day.aircall.text(&text).unwrap()
}

fn key(id: &str) -> String {
    format!("aircall:message:{id}")
}

fn conversation_of(day: &Day, id: &str) -> Value {
    let found = day.front.conversations_marked(&key(id));
    assert_eq!(found.len(), 1, "{:#}", day.front.dump());
    found[0].clone()
}

#[tokio::test(start_paused = true)]
async fn a_message_goes_where_the_contacts_calls_are() {
    // F11, F3, F4
    let day = Day::begin(Plan::with_front()).await;
    let call = missed(&day, MARTA).await;
    let first = received(&day, MARTA, "Is it ready?");
    day.pass(60).await;
    let found = conversation_of(&day, &first);
    assert_eq!(found["id"], conversation(&day, call)["id"]);
    let says = message(&found, &key(&first));
    assert_eq!((text(says), &says["is_inbound"]), ("Is it ready?", &json!(true)));
    assert_eq!(says["subject"], "Missed call - Support FR", "the subject stays");
    archive(&day, &found);
    let second = received(&day, MARTA, "Hello?");
    day.pass(60).await;
    let found = conversation_of(&day, &second);
    assert_eq!((&found["subject"], &found["status"]), (&json!("SMS - Support FR"), &json!("unassigned")));
    assert!(day.front.send_attempts().is_empty(), "nothing is ever sent out by Front");
}

#[tokio::test(start_paused = true)]
async fn a_message_that_was_sent_is_the_agents() {
    // F11
    let day = Day::begin(Plan::with_front()).await;
    let text = Text {
        line: world::SUPPORT_FR,
        number: STRANGER.into(),
        agent: Some(world::CAMILLE),
        body: "It is ready.".into(),
        ..Text::default()
    };
    let sent = day.aircall.text(&text).unwrap();
    day.pass(120).await;
    let found = conversation_of(&day, &sent);
    let says = message(&found, &key(&sent));
    assert_eq!(
        (&says["is_inbound"], &says["author"]["email"]),
        (&json!(false), &json!("camille.roux@example.com"))
    );
    assert_eq!(found["status"], "unassigned");
    assert!(day.front.send_attempts().is_empty());
}

#[tokio::test(start_paused = true)]
async fn messages_of_one_moment_make_one_contact_and_one_conversation_in_trouble_too() {
    // F11, B4
    let mut days = Vec::new();
    for kind in [None, Some(FaultKind::CutAfter), Some(FaultKind::CutBefore)] {
        let day = Day::begin(Plan::with_front()).await;
        if let Some(kind) = kind {
            for path in ["/contacts", "/inboxes"] {
                let (method, path) = (Some("POST".into()), path.into());
                day.front.add_fault(Fault {
                    method,
                    path,
                    times: 2,
                    kind: kind.clone(),
                    is_whole_path: false,
                });
            }
        }
        let all = ["one", "two", "three"].map(|says| received(&day, STRANGER, says));
        day.pass(900).await;
        let found = conversation_of(&day, &all[0]);
        assert_eq!(keys(&found), all.map(|id| key(&id)), "in their order");
        days.push(day.front.dump());
    }
    assert_same(&days[1], &days[0], "cut after");
    assert_same(&days[2], &days[0], "cut before");
}

#[tokio::test(start_paused = true)]
async fn a_message_of_the_same_second_is_not_taken_for_one_that_was_not_written_yet() {
    // F11, B17: neither one without words, which every text begins with, nor one of the same words
    for says in ["", "Is it", "Is it ready?"] {
        let mut day = Day::begin(Plan::with_front()).await;
        missed(&day, MARTA).await;
        // The first one goes through, and the program ends before the second does.
        day.front.add_fault(Fault::next(1, FaultKind::Slow { ms: 0 }).on("POST", "/inboxes/"));
        let refused = FaultKind::Status { status: 404, retry_after: None };
        day.front.add_fault(Fault::next(u32::MAX, refused).on("POST", "/inboxes/"));
        let first = received(&day, MARTA, "Is it ready?");
        let file = TextFile { name: "kettle.jpg".into(), content_type: "image/jpeg".into(), bytes: 4_096 };
        let second = Text {
            line: world::SUPPORT_FR,
            number: MARTA.into(),
            body: says.into(),
            files: Vec::from_iter(says.is_empty().then_some(file)),
            ..Text::default()
        };
        let second = day.aircall.text(&second).unwrap();
        day.pass(15).await;
        assert_eq!(day.front.conversations_marked(&key(&second)).len(), 0);
        // What began before the start is looked for in Front first.
        day.kill().await;
        day.front.clear_faults();
        day.start().unwrap();
        day.pass(180).await;
        let found = conversation_of(&day, &second);
        let (one, other) = (message(&found, &key(&first)), message(&found, &key(&second)));
        assert_eq!(one["created_at"].as_f64().map(f64::trunc), other["created_at"].as_f64().map(f64::trunc));
        assert!(text(other).starts_with(says), "{says:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_is_found_again_by_all_that_it_says() {
    // B17, M6
    let mut day = Day::begin(Plan::with_front()).await;
    missed(&day, MARTA).await;
    day.handle.pause().await.unwrap();
    let file = TextFile { name: "my_kettle *1*.jpg".into(), content_type: "image/jpeg".into(), bytes: 4_096 };
    let texts = ["", "  Is it\n\nready? <b>"].map(|says| {
        let text = Text {
            line: world::SUPPORT_FR,
            number: MARTA.into(),
            body: says.into(),
            files: vec![file.clone()],
            ..Text::default()
        };
        day.aircall.text(&text).unwrap()
    });
    day.pass(10).await;
    day.kill().await;
    day.shelf.back_up();
    day.start().unwrap();
    day.handle.resume().await.unwrap();
    day.pass(120).await;
    let before = conversation_of(&day, &texts[0]);
    assert_eq!(conversation_of(&day, &texts[1])["id"], before["id"]);
    // The backup knows of the messages, and not that they were written; and we write another language by now.
    day.kill().await;
    day.shelf.restore();
    day.next_start().logging.language = Language::Fr;
    day.start().unwrap();
    day.pass(5).await;
    let seq = last_seq(&day);
    day.handle.resume().await.unwrap();
    day.pass(300).await;
    assert_eq!(conversation_of(&day, &texts[0])["messages"], before["messages"]);
    assert_eq!(writes(&day, seq), [""; 0]);
}
