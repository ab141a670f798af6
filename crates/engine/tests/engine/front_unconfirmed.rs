//! What is left in Front where nobody has confirmed how Front behaves (`reference/front.md §11, §12`): either way.

use serde_json::{Value, json};
use sidetone_engine::call::CaseId;
use sidetone_engine::settings::UnknownCallers;
use sidetone_protocol::CallState;
use sidetone_sandbox::{
    AssignOnImport, ExternalIdScope, Fault, FaultKind, GoneConversation, HangUp, ReopenOnImport,
    aircall_world as world, front_world,
};

use crate::day::{Day, MARTA, Plan, STRANGER};
use crate::front::{
    activity, archive, change, conversation, conversations_of, keys, last_seq, missed, writes,
};

/// The next import is answered so.
fn next_import(day: &Day, kind: FaultKind) {
    let (method, path) = (Some("POST".to_owned()), "/inboxes/".to_owned());
    day.front.add_fault(Fault { method, path, times: 1, kind, is_whole_path: false });
}

/// Waits, until Front has been asked for an import after this request.
async fn until_an_import(day: &Day, seq: u64) {
    let is_asked = || {
        let mut asked = day.front.journal(seq).into_iter();
        asked.any(|entry| entry.is_write() && entry.path.ends_with("/imported_messages"))
    };
    for _ in 0..600 {
        if is_asked() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("no import was asked for: {:#?}", day.front.journal(seq));
}

/// How often a key stands in Front, over all conversations.
fn times(day: &Day, key: &str) -> usize {
    let all = day.front.conversations();
    let messages = all.iter().flat_map(|one| one["messages"].as_array().unwrap());
    messages.filter(|message| message["external_id"] == key).count()
}

#[tokio::test(start_paused = true)]
async fn where_imports_open_nothing_a_call_goes_into_the_archived_conversation_and_is_complete() {
    for (reopens, status) in [
        (ReopenOnImport::WhenNotArchived, ["unassigned", "assigned"]),
        (ReopenOnImport::Never, ["archived", "archived"]),
    ] {
        let day = Day::begin(Plan::with_front()).await;
        day.front.switch(|s| s.reopen_on_import = reopens);
        let first = missed(&day, MARTA).await;
        archive(&day, &conversation(&day, first));
        let second = missed(&day, MARTA).await;
        let found = conversation(&day, second);
        assert_eq!((&found["status"], keys(&found).len()), (&json!(status[0]), 4), "{reopens:?}");
        assert_eq!(found["id"], conversation(&day, first)["id"]);
        archive(&day, &found);
        let third = day.answered(MARTA).await;
        let found = conversation(&day, third);
        assert_eq!((&found["status"], keys(&found).len()), (&json!(status[1]), 7), "{reopens:?}");
        assert_eq!(found["assignee"]["email"], "camille.roux@example.com", "{reopens:?}");
        for call in [second, third] {
            assert_eq!(day.detail(call).state, CallState::Complete, "{reopens:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_taken_out_of_the_trash_by_the_next_call() {
    for restores in [false, true] {
        let day = Day::begin(Plan::with_front()).await;
        day.front.switch(|s| s.restore_on_import = restores);
        let first = missed(&day, MARTA).await;
        change(&day, &conversation(&day, first), json!({ "status": "deleted" }));
        let second = day.answered(MARTA).await;
        let (old, new) = (conversation(&day, first), conversation(&day, second));
        assert_eq!((&old["status"], keys(&old).len()), (&json!("deleted"), 2), "{restores}");
        assert_ne!(new["id"], old["id"]);
        assert_eq!((&new["status"], keys(&new).len()), (&json!("assigned"), 3), "{restores}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_import_whose_answer_was_lost_is_there_once_within_whatever_its_key_is_unique() {
    // B4
    for scope in [ExternalIdScope::Company, ExternalIdScope::Inbox] {
        for is_moved in [false, true] {
            let day = Day::begin(Plan::with_front()).await;
            day.front.switch(|s| s.external_id_scope = scope);
            let first = missed(&day, MARTA).await;
            let call = day.ring(world::SUPPORT_FR, Some(MARTA));
            day.pass(20).await;
            next_import(&day, FaultKind::CutAfter);
            let seq = last_seq(&day);
            day.aircall.hang_up(call, &HangUp::default()).unwrap();
            until_an_import(&day, seq).await;
            if is_moved {
                // Before it is sent again a person moves the conversation.
                change(&day, &conversation(&day, first), json!({ "inbox_id": front_world::SALES_DESK }));
            }
            day.pass(300).await;
            for key in [format!("aircall:call:{call}"), format!("aircall:call:{call}:duration")] {
                assert_eq!(times(&day, &key), 1, "{scope:?} {is_moved} {key}");
            }
            assert_eq!(conversation(&day, call)["id"], conversation(&day, first)["id"]);
            assert_eq!(day.detail(call).state, CallState::Complete);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn into_a_conversation_that_is_deleted_just_before_an_import_a_call_goes_as_far_as_front_lets_it() {
    // G25. How often the call and its duration are there, and what is said of the call; the same after the contact's next
    // call.
    let cases = [
        // The look before the duration shows that the conversation is gone; of the new one Front tells nothing.
        (GoneConversation::BeginNew, [1, 0], CallState::Parked),
        // Told so, Sidetone looks again, and begins another conversation.
        (GoneConversation::Refused, [1, 1], CallState::Complete),
        (GoneConversation::Lost, [0, 0], CallState::Parked),
    ];
    for (gone, counts, state) in cases {
        let day = Day::begin(Plan::with_front()).await;
        day.front.switch(|s| s.import_into_gone_conversation = gone);
        let first = missed(&day, MARTA).await;
        let old = conversation(&day, first)["id"].as_str().unwrap().to_owned();
        let call = day.ring(world::SUPPORT_FR, Some(MARTA));
        day.pass(20).await;
        // Between the look at the conversation and the import.
        next_import(&day, FaultKind::Status { status: 429, retry_after: Some(5) });
        let seq = last_seq(&day);
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
        until_an_import(&day, seq).await;
        day.front.delete_conversation(&old).unwrap();
        day.pass(600).await;
        let is_so = || {
            let keys = [format!("aircall:call:{call}"), format!("aircall:call:{call}:duration")];
            assert_eq!(keys.map(|key| times(&day, &key)), counts, "{gone:?}");
            let detail = day.detail(call);
            assert_eq!(detail.state, state, "{gone:?}");
            let is_told = detail.reason.is_some_and(|reason| reason.code == "ticket_gone");
            assert_eq!(is_told, state == CallState::Parked, "{gone:?}");
        };
        is_so();
        let next = missed(&day, MARTA).await;
        let found = conversation(&day, next);
        assert_ne!(found["id"], old.as_str());
        assert_eq!((&found["status"], day.detail(next).state), (&json!("unassigned"), CallState::Complete));
        day.pass(600).await;
        is_so();
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_an_import_assigns_an_answered_call_gives_its_agent_the_conversation_and_takes_it_from_nobody()
 {
    // F7
    let settings = [AssignOnImport::Always, AssignOnImport::Unassigned, AssignOnImport::NewConversation];
    for assigns in settings {
        let day = Day::begin(Plan::with_front()).await;
        day.front.switch(|s| s.assign_on_import = assigns);
        let has_it = |call| conversation(&day, call)["assignee"]["email"].clone();
        let begun = day.answered(STRANGER).await;
        assert_eq!(has_it(begun), "camille.roux@example.com", "{assigns:?}: a new one");
        missed(&day, MARTA).await;
        let next = day.answered(MARTA).await;
        assert_eq!(has_it(next), "camille.roux@example.com", "{assigns:?}: one that nobody had");
        change(&day, &conversation(&day, next), json!({ "assignee_id": front_world::ANA }));
        let last = day.answered(MARTA).await;
        assert_eq!(has_it(last), "ana.keller@example.com", "{assigns:?}: one that a person gave away");
        for call in [begun, next, last] {
            assert_eq!(
                (day.detail(call).state, times(&day, &format!("aircall:call:{call}"))),
                (CallState::Complete, 1)
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn whether_an_import_makes_contacts_or_not_each_caller_has_one() {
    // F1: a stranger, a number without its plus, a withheld one, twice each
    for makes in [true, false] {
        let day = Day::begin(Plan::with_front()).await;
        day.front.switch(|s| s.contact_on_import = makes);
        let before = day.front.contacts().len();
        for from in [Some(STRANGER), Some("+33199001177"), None] {
            let mut calls = Vec::new();
            for _ in 0..2 {
                let call = day.ring(world::SUPPORT_FR, from);
                day.pass(25).await;
                day.aircall.hang_up(call, &HangUp::default()).unwrap();
                day.pass(120).await;
                calls.push(call);
            }
            let found = conversation(&day, calls[0]);
            assert_eq!(conversation(&day, calls[1])["id"], found["id"], "{makes} {from:?}");
            assert_eq!(keys(&found).len(), 4, "{makes} {from:?}");
            let contact = day.detail(calls[1]).call.customer.unwrap().id;
            assert_eq!(conversations_of(&day, &contact), [found["id"].clone()], "{makes} {from:?}");
        }
        assert_eq!(day.front.contacts().len(), before + 2, "{makes}: the stranger and who withholds");
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_handles_imports_of_type_custom_have_calls_that_need_one_are_whole_and_there_once() {
    // G23, B7: a withheld number, and a contact who was chosen for one call
    for is_phone in [false, true] {
        let mut plan = Plan::with_front();
        plan.logging.unknown_callers = UnknownCallers::Hold;
        let day = Day::begin(plan).await;
        day.front.switch(|s| s.custom_type_is_phone = is_phone);
        let chosen = day.front.add_contact("Zoé Lambert", None, "+33199001290").unwrap();
        let own = missed(&day, "+33199001290").await;
        let mut calls = Vec::new();
        for from in [None, Some(STRANGER), None, Some(STRANGER)] {
            let call = day.ring(world::SUPPORT_FR, from);
            day.pass(8).await;
            day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
            day.aircall.comment(call, world::CAMILLE, &format!("of call {call}")).unwrap();
            day.pass(30).await;
            day.aircall.hang_up(call, &HangUp::default()).unwrap();
            day.pass(120).await;
            if from.is_some() {
                day.handle.choose(CaseId(call), &chosen, false).await.unwrap();
                day.pass(120).await;
            }
            calls.push(call);
        }
        for call in &calls {
            assert_eq!(day.detail(*call).state, CallState::Complete, "{is_phone}");
            for what in ["", ":duration", ":recording"] {
                assert_eq!(times(&day, &format!("aircall:call:{call}{what}")), 1, "{is_phone} {what}");
            }
            let found = conversation(&day, *call);
            let comments = found["comments"].as_array().unwrap().iter();
            assert_eq!(
                comments.filter(|one| one["body"] == format!("of call {call}")).count(),
                1,
                "{is_phone}"
            );
            assert_eq!(found["assignee"]["email"], "camille.roux@example.com");
        }
        let id = |call| conversation(&day, call)["id"].clone();
        assert_eq!(id(calls[0]), id(calls[2]), "{is_phone}: withheld numbers share one");
        assert_eq!([id(calls[1]), id(calls[3])], [id(own), id(own)], "{is_phone}: the chosen contact's");
        assert_ne!(id(calls[0]), id(own));
    }
}

/// The inbox of calls is there, and none of its agents may see it.
fn inbox_without_agents(front: &sidetone_sandbox::FrontControl) {
    let made = front.by_a_person("POST", "/inboxes", &json!({ "name": "Aircall Phone" })).unwrap();
    assert_eq!(made.0, 201);
}

async fn commented(day: &Day) -> u64 {
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(8).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(20).await;
    day.aircall.comment(call, world::CAMILLE, "wants a blue one").unwrap();
    day.pass(20).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(180).await;
    call
}

#[tokio::test(start_paused = true)]
async fn agents_who_may_not_see_the_inbox_have_their_calls_there_all_the_same() {
    for (required, are_members) in [(false, false), (true, true), (true, false)] {
        let mut plan = Plan::with_front();
        if !are_members {
            plan.before_front = inbox_without_agents;
        }
        let day = Day::begin(plan).await;
        day.front.switch(|s| s.access_required = required);
        let call = commented(&day).await;
        let found = conversation(&day, call);
        assert_eq!(activity(&found, call, "")["author"]["email"], "camille.roux@example.com");
        assert_eq!(keys(&found).len(), 3, "{found:#}");
        let comments = found["comments"].as_array().unwrap().len();
        let detail = day.detail(call);
        if !required || are_members {
            assert_eq!((comments, detail.state), (1, CallState::Complete));
            assert_eq!(found["assignee"]["email"], "camille.roux@example.com");
            continue;
        }
        let reason = detail.reason.unwrap();
        assert_eq!((comments, detail.state, reason.code.as_str()), (0, CallState::Parked, "forbidden"));
        assert!(reason.text.contains("no access"), "Front's own words are told: {}", reason.text);
        let before = last_seq(&day);
        day.pass(3_600).await;
        assert_eq!(writes(&day, before), [""; 0], "it is not tried over and over");
        let inboxes = day.front.by_a_person("GET", "/inboxes", &Value::Null).unwrap().1;
        let all = inboxes["_results"].as_array().unwrap();
        let inbox = all.iter().find(|inbox| inbox["name"] == "Aircall Phone").unwrap();
        let path = format!("/inboxes/{}/teammates", inbox["id"].as_str().unwrap());
        let member = json!({ "teammate_ids": [front_world::CAMILLE] });
        assert!(day.front.by_a_person("POST", &path, &member).unwrap().0 < 300);
        day.handle.retry(CaseId(call));
        day.pass(120).await;
        let found = conversation(&day, call);
        assert_eq!(found["comments"].as_array().unwrap().len(), 1, "{found:#}");
        assert_eq!(day.detail(call).state, CallState::Complete);
        // Front took the import and left its assignee out: that looks as if a person had taken it from Camille.
        assert_eq!(found["assignee"], Value::Null);
        let next = day.answered(MARTA).await;
        assert_eq!(conversation(&day, next)["assignee"]["email"], "camille.roux@example.com");
    }
}
