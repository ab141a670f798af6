//! Calls into Front, rows F1 to F7, F9, F10: a quiet day.

use serde_json::{Value, json};
use sidetone_engine::act::DialAsk;
use sidetone_engine::call::CaseId;
use sidetone_engine::settings::Recordings;
use sidetone_engine::store::Query;
use sidetone_protocol::{CallState, Direction, PartState};
use sidetone_sandbox::{
    Dial, Fault, FaultKind, HangUp, MovedImport, Ring, aircall_world as world, front_world,
};

use crate::day::{Day, MARTA, Plan, STRANGER};
use crate::front::{activity, archive, change, conversation, inboxes, keys, last_seq, missed, text, writes};

#[tokio::test(start_paused = true)]
async fn an_answered_call_is_an_activity_of_the_agent_with_its_duration_and_its_link() {
    // F1, F2, F4, F5, F7
    let day = Day::begin(Plan::with_front()).await;
    let call = day.answered(MARTA).await;
    let found = conversation(&day, call);
    assert_eq!(found["subject"], "Inbound call - Support FR");
    assert_eq!(found["status"], "assigned");
    assert_eq!(found["assignee"]["email"], "camille.roux@example.com");
    assert_eq!(inboxes(&found), ["Aircall Phone"]);
    let main = activity(&found, call, "");
    assert_eq!(main["is_inbound"], false);
    assert_eq!(main["author"]["email"], "camille.roux@example.com");
    let says = text(main);
    for part in ["Inbound call - Support FR", "Customer number: +34 666 44 45 55", "Agent: Camille Roux"] {
        assert!(says.contains(part), "{part} in {says}");
    }
    assert!(says.contains("Aircall number: Support FR ("), "{says}");
    let duration = activity(&found, call, "duration");
    assert!(text(duration).contains("Total duration: 1 min 8 s"), "{duration:#}");
    assert!(text(duration).contains("In-call duration: 1 min 0 s"), "{duration:#}");
    assert!(text(activity(&found, call, "recording")).contains("https://"), "{found:#}");
    assert_eq!(keys(&found).len(), 3);
    // Only the main activity runs the rules.
    let rules: Vec<(String, bool)> =
        day.front.imports().into_iter().map(|import| (import.external_id, import.runs_rules)).collect();
    assert_eq!(
        rules,
        [
            (format!("aircall:call:{call}"), true),
            (format!("aircall:call:{call}:duration"), false),
            (format!("aircall:call:{call}:recording"), false),
        ]
    );
    let detail = day.detail(call);
    assert_eq!(detail.state, CallState::Complete, "{detail:#?}");
    assert_eq!(detail.completeness.note, PartState::Written);
    assert_eq!(detail.completeness.recording, PartState::Written);
    let ticket = detail.call.ticket.unwrap();
    assert_eq!(ticket.url, Some(format!("https://app.frontapp.com/open/{}", found["id"].as_str().unwrap())));
    assert!(day.front.send_attempts().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_inbox_is_made_once_with_the_agents_who_are_in_front() {
    // F1
    let day = Day::begin(Plan::with_front()).await;
    let calls = [MARTA, STRANGER, "+33199001144"].map(|from| day.ring(world::SUPPORT_FR, Some(from)));
    day.pass(20).await;
    calls.iter().for_each(|call| day.aircall.hang_up(*call, &HangUp::default()).unwrap());
    day.pass(200).await;
    for call in calls {
        assert_eq!(inboxes(&conversation(&day, call)), ["Aircall Phone"]);
    }
    let dump = day.front.dump();
    let made: Vec<&Value> =
        dump["inboxes"].as_array().unwrap().iter().filter(|i| i["name"] == "Aircall Phone").collect();
    assert_eq!(made.len(), 1, "{dump:#}");
    // Ines Duarte, an agent, is not in Front; Ana Keller, in Front, is no agent.
    let members = json!([
        "Jonas.Weber@example.com",
        "amelia.stone@example.com",
        "camille.roux@example.com",
        "theo.marchand@example.com"
    ]);
    assert_eq!(made[0]["teammates"], members);
}

#[tokio::test(start_paused = true)]
async fn an_inbox_that_is_there_is_used() {
    // F1
    let mut plan = Plan::with_front();
    plan.before_front = |front| {
        let made = front.by_a_person("POST", "/inboxes", &json!({ "name": "Aircall Phone" })).unwrap();
        assert_eq!(made.0, 201);
    };
    let day = Day::begin(plan).await;
    let call = missed(&day, MARTA).await;
    assert_eq!(inboxes(&conversation(&day, call)), ["Aircall Phone"]);
    assert!(!writes(&day, 0).iter().any(|write| write.ends_with("/inboxes")));
}

#[tokio::test(start_paused = true)]
async fn a_contact_is_made_for_an_unknown_number() {
    // F1
    let day = Day::begin(Plan::with_front()).await;
    let call = missed(&day, STRANGER).await;
    let made: Vec<Value> = day.front.contacts().into_iter().filter(|c| c["name"] == STRANGER).collect();
    assert_eq!(made.len(), 1, "{:#?}", day.front.contacts());
    assert_eq!(made[0]["handles"], json!([{ "handle": STRANGER, "source": "phone" }]));
    let found = conversation(&day, call);
    assert_eq!(found["recipient"]["handle"], STRANGER);
    assert_eq!(day.detail(call).call.customer.unwrap().id, made[0]["id"].as_str().unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_contact_is_called_as_aircall_calls_the_caller() {
    // F1
    let day = Day::begin(Plan::with_front()).await;
    missed(&day, "+12025550143").await;
    let contacts = day.front.contacts();
    let named = |contact: &&Value| contact["handles"][0]["handle"] == "+12025550143";
    assert_eq!(contacts.iter().find(named).unwrap()["name"], "Ruben");
}

#[tokio::test(start_paused = true)]
async fn a_missed_call_is_logged_by_the_customer_and_left_to_all() {
    // F7, F2
    let day = Day::begin(Plan::with_front()).await;
    let call = missed(&day, MARTA).await;
    let found = conversation(&day, call);
    assert_eq!(found["subject"], "Missed call - Support FR");
    assert_eq!(found["status"], "unassigned");
    let main = activity(&found, call, "");
    assert_eq!(main["is_inbound"], true);
    assert_eq!(main["author"], Value::Null);
    assert!(text(main).contains("Missed-call reason: "), "{main:#}");
    assert_eq!(keys(&found).len(), 2, "main and duration: {found:#}");
    assert_eq!(day.detail(call).state, CallState::Complete);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_left_in_the_menu_is_logged_by_the_customer() {
    // F7
    let day = Day::begin(Plan::with_front()).await;
    let call = day.ring(world::RECEPTION, Some(MARTA));
    day.pass(6).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(120).await;
    let found = conversation(&day, call);
    assert_eq!(found["subject"], "Missed call - Reception");
    assert_eq!(
        (&found["status"], &activity(&found, call, "")["is_inbound"]),
        (&json!("unassigned"), &json!(true))
    );
    assert!(text(activity(&found, call, "")).contains("Caller left the menu"), "{found:#}");
}

#[tokio::test(start_paused = true)]
async fn an_outbound_call_that_nobody_took_is_logged_by_the_agent_and_not_assigned() {
    // F7
    let day = Day::begin(Plan::with_front()).await;
    let call = day.aircall.dial(&Dial { agent: world::CAMILLE, to: MARTA.into(), line: None }).unwrap();
    day.pass(20).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(120).await;
    let found = conversation(&day, call);
    assert_eq!(found["subject"], "Outbound call - Support FR");
    assert_eq!(found["status"], "unassigned");
    let main = activity(&found, call, "");
    assert_eq!(
        (&main["is_inbound"], &main["author"]["email"]),
        (&json!(false), &json!("camille.roux@example.com"))
    );
}

#[tokio::test(start_paused = true)]
async fn an_agent_who_is_not_in_front_is_named_in_a_call_logged_by_the_customer() {
    // F7
    let day = Day::begin(Plan::with_front()).await;
    let call = day.ring(world::SALES_US, Some("+12025550117"));
    day.pass(5).await;
    day.aircall.answer(call, Some(world::INES)).unwrap();
    day.pass(20).await;
    day.aircall.comment(call, world::INES, "wants a *blue* one").unwrap();
    day.pass(5).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(120).await;
    let found = conversation(&day, call);
    let main = activity(&found, call, "");
    assert_eq!((&main["is_inbound"], &found["status"]), (&json!(true), &json!("unassigned")));
    assert!(text(main).contains("Agent: Ines Duarte"), "{main:#}");
    let comment = &found["comments"][0];
    assert_eq!(comment["body"], "Ines Duarte: wants a \\*blue\\* one");
}

#[tokio::test(start_paused = true)]
async fn all_calls_of_a_contact_are_in_one_conversation_whichever_number_calls() {
    // F3
    let mut plan = Plan::with_front();
    plan.before_front = |front| {
        let contact = front.contacts().into_iter().find(|c| c["name"] == "Marta Ibáñez").unwrap();
        let path = format!("/contacts/{}/handles", contact["id"].as_str().unwrap());
        let handle = json!({ "handle": "+34666444556", "source": "phone" });
        assert_eq!(front.by_a_person("POST", &path, &handle).unwrap().0, 204);
    };
    let day = Day::begin(plan).await;
    let first = day.answered(MARTA).await;
    let second = missed(&day, "+34666444556").await;
    let third = day.answered(MARTA).await;
    let found = conversation(&day, first);
    for call in [second, third] {
        assert_eq!(conversation(&day, call)["id"], found["id"]);
    }
    assert_eq!(keys(&found).len(), 3 + 2 + 3);
}

#[tokio::test(start_paused = true)]
async fn the_subject_stays_until_the_conversation_is_archived() {
    // F4
    for keeps_old in [false, true] {
        let day = Day::begin(Plan::with_front()).await;
        if keeps_old {
            day.front.switch(|s| s.subject_on_reopen = sidetone_sandbox::SubjectOnReopen::KeepOld);
        }
        let first = missed(&day, MARTA).await;
        let second = day.answered(MARTA).await;
        let found = conversation(&day, second);
        assert_eq!(found["subject"], "Missed call - Support FR");
        assert_eq!(activity(&found, second, "")["subject"], "Missed call - Support FR");
        assert!(text(activity(&found, second, "")).starts_with("Inbound call - Support FR"));
        archive(&day, &found);
        let third = day.answered(MARTA).await;
        let found = conversation(&day, third);
        assert_eq!(found["id"], conversation(&day, first)["id"]);
        assert_eq!(found["status"], "assigned", "reopened");
        for what in ["", "duration", "recording"] {
            assert_eq!(activity(&found, third, what)["subject"], "Inbound call - Support FR");
        }
        let shown = if keeps_old { "Missed call - Support FR" } else { "Inbound call - Support FR" };
        assert_eq!(found["subject"], shown);
        let fourth = missed(&day, MARTA).await;
        let found = conversation(&day, fourth);
        assert_eq!(activity(&found, fourth, "")["subject"], "Inbound call - Support FR", "{keeps_old}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_conversation_that_was_moved_stays_where_it_is() {
    // F2
    for switch in [MovedImport::Stay, MovedImport::RelistInTargetInbox] {
        let day = Day::begin(Plan::with_front()).await;
        day.front.switch(|s| s.import_into_moved_conversation = switch);
        let first = missed(&day, MARTA).await;
        change(&day, &conversation(&day, first), json!({ "inbox_id": front_world::SALES_DESK }));
        let second = day.answered(MARTA).await;
        let found = conversation(&day, second);
        assert_eq!(inboxes(&found), ["Sales desk"], "{switch:?} {found:#}");
        assert_eq!(keys(&found).len(), 5);
        let imports = day.front.imports();
        let of_second = format!("aircall:call:{second}");
        let mut into = imports.iter().filter(|import| import.external_id.starts_with(&of_second));
        assert!(into.all(|import| import.inbox == "Sales desk"), "{switch:?} {imports:#?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_conversation_that_is_moved_during_the_call_is_followed() {
    // F2
    for switch in [MovedImport::Stay, MovedImport::RelistInTargetInbox] {
        let day = Day::begin(Plan::with_front()).await;
        day.front.switch(|s| s.import_into_moved_conversation = switch);
        let call = day.ring(world::SUPPORT_FR, Some(MARTA));
        day.pass(8).await;
        day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
        day.pass(30).await;
        change(&day, &conversation(&day, call), json!({ "inbox_id": front_world::SALES_DESK }));
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
        day.pass(120).await;
        let found = conversation(&day, call);
        assert_eq!(inboxes(&found), ["Sales desk"], "{switch:?} {found:#}");
        assert_eq!(keys(&found).len(), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn comments_of_answered_calls_are_comments_in_the_agents_name() {
    // F6, F9
    let day = Day::begin(Plan::with_front()).await;
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(8).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(20).await;
    day.aircall.comment(call, world::CAMILLE, "wants a refund, order_7").unwrap();
    day.pass(20).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(60).await;
    day.aircall.comment(call, world::JONAS, "called the shop").unwrap();
    day.pass(60).await;
    let found = conversation(&day, call);
    let comments: Vec<(&Value, &Value)> =
        found["comments"].as_array().unwrap().iter().map(|c| (&c["author"]["email"], &c["body"])).collect();
    assert_eq!(
        comments,
        [
            (&json!("camille.roux@example.com"), &json!("wants a refund, order_7")),
            (&json!("Jonas.Weber@example.com"), &json!("called the shop")),
        ]
    );
    let tags: Vec<&Value> = found["tags"].as_array().unwrap().iter().map(|t| &t["name"]).collect();
    assert!(tags.contains(&&json!("refund")), "the company's rule on the text ran: {tags:?}");
    let missed = missed(&day, "+33199001144").await;
    day.aircall.comment(missed, world::CAMILLE, "will call back").unwrap();
    day.pass(60).await;
    assert_eq!(conversation(&day, missed)["comments"], json!([]), "answered calls only");
}

#[tokio::test(start_paused = true)]
async fn an_answered_call_gives_the_conversation_to_its_agent_and_takes_it_from_nobody() {
    // F7
    let day = Day::begin(Plan::with_front()).await;
    let first = day.answered(MARTA).await;
    let found = conversation(&day, first);
    let answered_by = |agent| {
        let day = &day;
        async move {
            let call = day.ring(world::SUPPORT_FR, Some(MARTA));
            day.pass(8).await;
            day.aircall.answer(call, Some(agent)).unwrap();
            day.pass(30).await;
            day.aircall.hang_up(call, &HangUp::default()).unwrap();
            day.pass(120).await;
            conversation(day, call)["assignee"]["email"].clone()
        }
    };
    assert_eq!(
        answered_by(world::JONAS).await,
        "Jonas.Weber@example.com",
        "it was we who gave it to Camille"
    );
    change(&day, &found, json!({ "assignee_id": front_world::ANA }));
    assert_eq!(answered_by(world::CAMILLE).await, "ana.keller@example.com", "a person gave it to Ana");
    archive(&day, &found);
    assert_eq!(answered_by(world::CAMILLE).await, "camille.roux@example.com", "that matter is closed");
    change(&day, &found, json!({ "assignee_id": null }));
    missed(&day, MARTA).await;
    assert_eq!(conversation(&day, first)["status"], "unassigned");
    assert_eq!(answered_by(world::CAMILLE).await, "camille.roux@example.com", "it was nobody's");
    missed(&day, MARTA).await;
    assert_eq!(
        conversation(&day, first)["assignee"]["email"],
        "camille.roux@example.com",
        "F7: a missed call"
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_handed_on_takes_its_conversation_with_it() {
    // F7, G24
    for a_person_was_faster in [false, true] {
        let day = Day::begin(Plan::with_front()).await;
        let call = day.ring(world::SUPPORT_FR, Some(MARTA));
        day.pass(8).await;
        day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
        day.pass(30).await;
        if a_person_was_faster {
            change(&day, &conversation(&day, call), json!({ "assignee_id": front_world::ANA }));
        }
        day.aircall.transfer(call, world::JONAS, true).unwrap();
        day.pass(60).await;
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
        day.pass(120).await;
        let found = conversation(&day, call);
        let has_it = if a_person_was_faster { "ana.keller@example.com" } else { "Jonas.Weber@example.com" };
        assert_eq!(found["assignee"]["email"], has_it);
        assert_eq!(activity(&found, call, "")["author"]["email"], "camille.roux@example.com");
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_person_does_before_we_find_what_front_made_is_seen() {
    // F7, G24: an import is found up to two minutes after it was taken
    let day = Day::begin(Plan::with_front()).await;
    day.front.switch(|s| s.import_lag_s = 8.0);
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(8).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    let marker = format!("aircall:call:{call}");
    while day.front.conversations_marked(&marker).is_empty() {
        day.pass(1).await;
    }
    change(&day, &conversation(&day, call), json!({ "assignee_id": front_world::ANA }));
    day.aircall.transfer(call, world::JONAS, true).unwrap();
    day.pass(60).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(120).await;
    assert_eq!(conversation(&day, call)["assignee"]["email"], "ana.keller@example.com");
}

#[tokio::test(start_paused = true)]
async fn an_assignment_that_was_refused_is_made_when_it_is_asked_for_after_a_restart() {
    // F7, B17: what is found of the call then does not say that it was given to somebody
    let mut day = Day::begin(Plan::with_front()).await;
    missed(&day, MARTA).await;
    day.front.add_fault(Fault {
        method: Some("PUT".into()),
        path: "/conversations/".into(),
        times: 1,
        kind: FaultKind::Status { status: 403, retry_after: None },
        is_whole_path: false,
    });
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(8).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(30).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(120).await;
    assert_eq!(day.detail(call).state, CallState::Parked);
    day.kill_and_restart().await;
    day.pass(600).await;
    day.handle.retry(CaseId(call));
    day.pass(60).await;
    assert_eq!(day.detail(call).state, CallState::Complete);
    assert_eq!(conversation(&day, call)["assignee"]["email"], "camille.roux@example.com");
}

#[tokio::test(start_paused = true)]
async fn what_a_person_gave_to_the_agent_stays_the_agents_when_the_call_is_handed_on() {
    // F7, G24
    let day = Day::begin(Plan::with_front()).await;
    let first = missed(&day, MARTA).await;
    change(&day, &conversation(&day, first), json!({ "assignee_id": front_world::CAMILLE }));
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(8).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(30).await;
    day.aircall.transfer(call, world::JONAS, true).unwrap();
    day.pass(60).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(120).await;
    assert_eq!(conversation(&day, call)["assignee"]["email"], "camille.roux@example.com");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dialled_from_a_conversation_is_logged_in_it() {
    // F8
    let day = Day::begin(Plan::with_front()).await;
    let first = missed(&day, MARTA).await;
    let from = conversation(&day, first);
    let call = dialled(&day, MARTA, Some(&from)).await;
    assert_eq!(conversation(&day, call)["id"], from["id"]);
    assert_eq!(day.detail(call).state, CallState::Complete);
}

/// Camille dials from a conversation, or from none, and the customer answers; returns when all is written that can be.
async fn dialled(day: &Day, to: &str, from: Option<&Value>) -> u64 {
    let ask = DialAsk {
        to: to.into(),
        agent: Some(world::CAMILLE.to_string()),
        line: Some(world::SUPPORT_FR),
        start: true,
        ticket: from.map(|from| from["id"].as_str().unwrap().to_owned()),
    };
    assert!(day.handle.dial(ask).await.unwrap().started);
    day.pass(5).await;
    let calls = day.handle.calls(&Query { limit: 9, ..Query::default() }).unwrap().calls;
    let call = calls.iter().find(|call| call.direction == Direction::Outbound).unwrap().id.parse().unwrap();
    day.aircall.answer(call, None).unwrap();
    day.pass(20).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(180).await;
    call
}

#[tokio::test(start_paused = true)]
async fn of_two_who_share_the_number_the_conversation_that_was_dialled_from_takes_the_call() {
    // F8, B7: whoever dials there means this contact
    let day = Day::begin(Plan::with_front()).await;
    day.pass(60).await;
    let shared = "+12025550161";
    let mut conversations = Vec::new();
    for name in ["Whitlock Cafés", "Sam Whitlock"] {
        let call = missed(&day, shared).await;
        let candidates = day.detail(call).card.candidates;
        let one = candidates.iter().find(|c| c.customer.name == name).unwrap();
        day.handle.choose(CaseId(call), &one.customer.id, false).await.unwrap();
        day.pass(60).await;
        conversations.push((one.customer.id.clone(), conversation(&day, call)));
    }
    assert_ne!(conversations[0].1["id"], conversations[1].1["id"]);
    for (contact, from) in &conversations {
        let call = dialled(&day, shared, Some(from)).await;
        assert_eq!(conversation(&day, call)["id"], from["id"]);
        let detail = day.detail(call);
        assert_eq!((detail.state, &detail.call.customer.unwrap().id), (CallState::Complete, contact));
    }
    // A conversation that was merged leads to the survivor's; one that is gone tells nothing, and none neither.
    let [(_, cafés), (sam, his)] = &conversations[..] else { panic!("two") };
    let ids = [cafés, his].map(|one| one["id"].as_str().unwrap());
    day.front.merge_conversations(ids[0], ids[1]).unwrap();
    let call = dialled(&day, shared, Some(cafés)).await;
    assert_eq!(
        (&conversation(&day, call)["id"], &day.detail(call).call.customer.unwrap().id),
        (&his["id"], sam)
    );
    day.front.delete_conversation(ids[1]).unwrap();
    for from in [Some(his), None] {
        let call = dialled(&day, shared, from).await;
        let detail = day.detail(call);
        assert_eq!(
            (detail.state, detail.reason.unwrap().code.as_str()),
            (CallState::Held, "several_matches")
        );
        assert!(day.front.conversations_marked(&format!("aircall:call:{call}")).is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn what_one_call_says_of_a_number_that_two_have_says_nothing_of_their_other_calls() {
    // B7, F8: nobody has it in Front's own spelling
    let day = Day::begin(Plan::with_front()).await;
    let number = "+33199001234";
    day.front.add_contact("Ana Lenoir", None, "01 99 00 12 34").unwrap();
    let bo = day.front.add_contact("Bo Lenoir", None, "0033199001234").unwrap();
    day.pass(900).await;
    let is_held = |call: u64| {
        let detail = day.detail(call);
        (detail.state, detail.card.candidates.len()) == (CallState::Held, 2)
    };
    let (first, second) = (missed(&day, number).await, missed(&day, number).await);
    assert!(is_held(first) && is_held(second), "{:#?}", day.detail(first));
    day.handle.choose(CaseId(first), &bo, false).await.unwrap();
    day.pass(120).await;
    let his = conversation(&day, first);
    assert_eq!(day.detail(first).call.customer.unwrap().id, bo);
    assert!(is_held(second), "{:#?}", day.detail(second));
    let placed = dialled(&day, number, Some(&his)).await;
    assert_eq!(conversation(&day, placed)["id"], his["id"]);
    assert!(is_held(second), "{:#?}", day.detail(second));
    assert!(is_held(missed(&day, number).await));
}

#[tokio::test(start_paused = true)]
async fn a_conversation_to_dial_from_is_named_as_it_stands_in_the_address_and_may_be_kept_from_us() {
    // F8
    let day = Day::begin(Plan::with_front()).await;
    day.pass(60).await;
    let call = missed(&day, "+12025550161").await;
    let candidates = day.detail(call).card.candidates;
    day.handle.choose(CaseId(call), &candidates[0].customer.id, false).await.unwrap();
    day.pass(60).await;
    let from = conversation(&day, call);
    let id = from["id"].as_str().unwrap();
    let number = u64::from_str_radix(id.strip_prefix("cnv_").unwrap(), 36).unwrap();
    let placed = dialled(&day, "+12025550161", Some(&json!({ "id": number.to_string() }))).await;
    assert_eq!(conversation(&day, placed)["id"], from["id"]);

    let kept_from_us = FaultKind::Status { status: 403, retry_after: None };
    day.front.add_fault(Fault::next(100, kept_from_us).on_just("GET", &format!("/conversations/{id}")));
    let placed = dialled(&day, "+12025550161", Some(&from)).await;
    let detail = day.detail(placed);
    assert_eq!((detail.state, detail.reason.unwrap().code.as_str()), (CallState::Held, "several_matches"));
    let told = format!("{:?}", detail.explanation);
    assert!(told.contains("cannot be looked at") && !told.contains("thrown away"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn a_voicemail_has_its_subject_and_its_link_at_once_and_the_companys_rule_runs() {
    // F4, F9, F10
    let day = Day::begin(Plan::with_front()).await;
    let call =
        day.aircall.ring(&Ring { line: world::SUPPORT_FR, from: Some(MARTA.into()), ..Ring::default() });
    let call = call.unwrap();
    day.pass(25).await;
    day.aircall.hang_up(call, &HangUp { voicemail: true, ..HangUp::default() }).unwrap();
    day.pass(240).await;
    let found = conversation(&day, call);
    assert_eq!(found["subject"], "Voicemail - Support FR");
    assert!(text(activity(&found, call, "recording")).starts_with("Voicemail: https://"), "{found:#}");
    let tags: Vec<&Value> = found["tags"].as_array().unwrap().iter().map(|t| &t["name"]).collect();
    assert!(tags.contains(&&json!("voicemail")), "{tags:?}");
    assert_eq!(day.detail(call).completeness.voicemail, PartState::Written);
}

#[tokio::test(start_paused = true)]
async fn a_voicemail_that_aircall_tells_late_is_linked_at_once_and_the_subject_stays() {
    // F4, F10: after the 20 seconds for which a missed call is waited with
    let day = Day::begin(Plan::with_front()).await;
    let call = missed(&day, MARTA).await;
    assert_eq!(conversation(&day, call)["subject"], "Missed call - Support FR");
    let mut told = day.aircall.call(call).unwrap();
    told["voicemail"] = json!("https://media.example.com/voicemail.mp3");
    told["asset"] = json!(format!("https://assets.aircall.io/calls/{call}/voicemail"));
    day.aircall.emit("call.voicemail_left", told);
    day.pass(15).await;
    let found = conversation(&day, call);
    assert_eq!(keys(&found).len(), 3, "{found:#}");
    let link = activity(&found, call, "recording");
    assert!(text(link).starts_with("Voicemail: https://"), "{link:#}");
    for subject in [&link["subject"], &activity(&found, call, "")["subject"], &found["subject"]] {
        assert_eq!(subject, "Missed call - Support FR");
    }
    assert_eq!(day.detail(call).completeness.voicemail, PartState::Written);
}

#[tokio::test(start_paused = true)]
async fn two_calls_of_one_second_are_both_there() {
    // F3, F5
    let day = Day::begin(Plan::with_front()).await;
    let calls = [MARTA; 2].map(|from| day.ring(world::SUPPORT_FR, Some(from)));
    day.pass(25).await;
    for call in calls {
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
    }
    day.pass(300).await;
    let found = conversation(&day, calls[0]);
    assert_eq!(keys(&found).len(), 4, "{found:#}");
    for call in calls {
        activity(&found, call, "");
        activity(&found, call, "duration");
        assert_eq!(day.detail(call).state, CallState::Complete);
    }
}

#[tokio::test(start_paused = true)]
async fn without_recordings_there_is_no_link() {
    // F5 with `recordings = none`
    let mut plan = Plan::with_front();
    plan.logging.recordings = Recordings::None;
    let day = Day::begin(plan).await;
    let call = day.answered(MARTA).await;
    assert_eq!(keys(&conversation(&day, call)).len(), 2);
    assert_eq!(day.detail(call).completeness.recording, PartState::NotExpected);
}

#[tokio::test(start_paused = true)]
async fn what_comes_after_a_person_archived_the_conversation_does_not_open_it_again() {
    // F2, F6
    let day = Day::begin(Plan::with_front()).await;
    let call = day.answered(MARTA).await;
    archive(&day, &conversation(&day, call));
    day.pass(60).await;
    day.aircall.comment(call, world::CAMILLE, "an afterthought").unwrap();
    day.pass(60).await;
    let found = conversation(&day, call);
    assert_eq!(found["comments"].as_array().unwrap().len(), 1);
    assert_eq!(found["status"], "archived");
}

#[tokio::test(start_paused = true)]
async fn callers_who_withhold_their_number_share_a_contact() {
    // G23
    let day = Day::begin(Plan::with_front()).await;
    let mut calls = Vec::new();
    for _ in 0..2 {
        let call = day.ring(world::SUPPORT_FR, None);
        day.pass(20).await;
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
        day.pass(120).await;
        calls.push(call);
    }
    assert_eq!(conversation(&day, calls[0])["id"], conversation(&day, calls[1])["id"]);
    let shared: Vec<Value> =
        day.front.contacts().into_iter().filter(|c| c["name"] == "Anonymous caller").collect();
    assert_eq!(shared.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_writes_of_each_kind_of_call_are_as_few_as_promised() {
    // B6: answered 3 (main, duration, assignment), missed 2, link +1, first contact +1 write
    let day = Day::begin(Plan::with_front()).await;
    missed(&day, STRANGER).await;
    let before = last_seq(&day);
    missed(&day, STRANGER).await;
    assert_eq!(writes(&day, before).len(), 2, "{:#?}", writes(&day, before));
    let before = last_seq(&day);
    day.answered(STRANGER).await;
    let answered = writes(&day, before);
    assert_eq!(answered.len(), 4, "with the link to the recording: {answered:#?}");
    assert!(answered.iter().any(|write| write.ends_with("/assignee")), "{answered:#?}");
    let before = last_seq(&day);
    day.answered(STRANGER).await;
    assert_eq!(writes(&day, before).len(), 3, "it is the agent's already");
    let before = last_seq(&day);
    missed(&day, "+33199005588").await;
    assert_eq!(writes(&day, before).len(), 3, "and the contact");
}
