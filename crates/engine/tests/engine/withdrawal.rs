//! B11: what a person takes back is removed as far as Gorgias lets us, and stays away; B7: a record is moved to another customer.

use serde_json::{Value, json};
use sidetone_engine::Declined;
use sidetone_engine::call::CaseId;
use sidetone_protocol::{CallState, CallView};
use sidetone_sandbox::{Fault, FaultKind, HangUp, aircall_world as world};

use crate::day::{Day, MARTA, Plan, tags};

const LATE: &str = "One more thing";

fn ticket_id(day: &Day, call: u64) -> String {
    day.detail(call).ledger.iter().find(|l| l.key == "ticket").unwrap().helpdesk_id.clone()
}

fn read(day: &Day, ticket: &str) -> Value {
    day.gorgias.by_a_person("GET", &format!("/api/tickets/{ticket}"), &Value::Null).unwrap().1
}

fn messages(ticket: &Value) -> Vec<String> {
    let all = ticket["messages"].as_array().unwrap().iter();
    all.map(|message| message["body_text"].as_str().unwrap_or_default().to_owned()).collect()
}

/// A call that Camille answered, with a tag and a comment of hers; all of it is written.
async fn written(day: &Day) -> u64 {
    let call = day.answered(MARTA).await;
    day.aircall.tag(call, Some(world::CAMILLE), "Refund").unwrap();
    day.aircall.comment(call, world::CAMILLE, "She wants a new lid").unwrap();
    day.pass(60).await;
    assert_eq!(day.detail(call).state, CallState::Complete);
    call
}

async fn take_back(day: &Day, call: u64) -> Result<CallView, Declined> {
    day.handle.take_back(CaseId(call)).await
}

/// Nothing more is written for it, and everybody can see why.
fn is_withdrawn(day: &Day, call: u64) {
    let detail = day.detail(call);
    let code = detail.reason.as_ref().map(|reason| reason.code.as_str());
    assert_eq!((detail.state, code, detail.plan.requests), (CallState::NotLogged, Some("withdrawn"), 0));
    let health = day.handle.health();
    assert_eq!(
        (health.outbox.calls, health.outbox.not_logged, health.alerts.len()),
        (0, 0, 0),
        "nobody is called"
    );
}

#[tokio::test(start_paused = true)]
async fn a_record_of_ours_alone_goes_to_the_trash_in_one_request_and_stays_there() {
    let day = Day::begin(Plan::default()).await;
    let call = written(&day).await;
    let ticket = ticket_id(&day, call);
    let seq = day.last_seq();
    assert_eq!(take_back(&day, call).await.unwrap().state, CallState::Pending);
    day.pass(30).await;
    assert!(!read(&day, &ticket)["trashed_datetime"].is_null());
    let (writes, _) = day.requests(seq);
    let changes: Vec<&str> = writes.iter().map(|entry| entry.method.as_str()).collect();
    assert_eq!(changes, ["PUT"]);
    is_withdrawn(&day, call);
    // News of the call do not bring it back.
    day.aircall.comment(call, world::CAMILLE, LATE).unwrap();
    day.aircall.tag(call, Some(world::CAMILLE), "Complaint").unwrap();
    day.pass(120).await;
    assert_eq!(messages(&read(&day, &ticket)).iter().filter(|text| text.contains(LATE)).count(), 0);
    is_withdrawn(&day, call);
    let told = day.detail(call).explanation;
    assert!(told.iter().any(|line| line.rule.contains("took our writes back")), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn what_others_wrote_tagged_and_assigned_stays() {
    let day = Day::begin(Plan::default()).await;
    let call = written(&day).await;
    let ticket = ticket_id(&day, call);
    let theirs = json!({
        "channel": "internal-note", "via": "helpdesk", "from_agent": true, "body_text": "Theirs: do not lose this",
        "sender": {"email": "camille.roux@example.com"}, "source": {"type": "internal-note"},
    });
    let (status, told) =
        day.gorgias.by_a_person("POST", &format!("/api/tickets/{ticket}/messages"), &theirs).unwrap();
    assert!(status < 300, "{told}");
    day.gorgias
        .by_a_person("POST", &format!("/api/tickets/{ticket}/tags"), &json!({"names": ["VIP"]}))
        .unwrap();
    take_back(&day, call).await.unwrap();
    day.pass(60).await;
    let left = read(&day, &ticket);
    assert_eq!(messages(&left), ["Theirs: do not lose this"]);
    assert!(left["trashed_datetime"].is_null());
    assert_eq!(tags(&day.ticket(call)), ["VIP"]);
    is_withdrawn(&day, call);
}

#[tokio::test(start_paused = true)]
async fn written_again_the_call_has_a_new_ticket() {
    let day = Day::begin(Plan::default()).await;
    let call = written(&day).await;
    let before = ticket_id(&day, call);
    take_back(&day, call).await.unwrap();
    day.pass(30).await;
    day.handle.retry(CaseId(call));
    day.pass(60).await;
    let after = ticket_id(&day, call);
    assert_ne!(after, before);
    assert_eq!(day.detail(call).state, CallState::Complete);
    assert!(messages(&read(&day, &after)).iter().any(|text| text.contains("a new lid")));
    assert!(!read(&day, &before)["trashed_datetime"].is_null(), "what was taken back stays away");
}

#[tokio::test(start_paused = true)]
async fn cut_refused_and_killed_on_the_way_everything_of_ours_is_gone_in_the_end() {
    for fault in
        [FaultKind::CutAfter, FaultKind::CutBefore, FaultKind::Status { status: 500, retry_after: None }]
    {
        let mut day = Day::begin(Plan::default()).await;
        let call = written(&day).await;
        let ticket = ticket_id(&day, call);
        day.gorgias
            .by_a_person("POST", &format!("/api/tickets/{ticket}/tags"), &json!({"names": ["VIP"]}))
            .unwrap();
        day.gorgias.add_fault(
            Fault::next(1, fault.clone()).on("DELETE", &format!("/api/tickets/{ticket}/messages")),
        );
        take_back(&day, call).await.unwrap();
        day.pass(2).await;
        day.kill_and_restart().await;
        day.pass(300).await;
        assert_eq!(messages(&read(&day, &ticket)), [] as [&str; 0], "{fault:?}");
        assert_eq!(tags(&day.ticket(call)), ["VIP"], "{fault:?}");
        is_withdrawn(&day, call);
    }
}

#[tokio::test(start_paused = true)]
async fn a_ticket_that_a_person_deleted_or_a_note_that_is_gone_needs_no_removing() {
    for delete in ["", "/messages"] {
        let day = Day::begin(Plan::default()).await;
        let call = written(&day).await;
        let ticket = ticket_id(&day, call);
        let path = match delete {
            "" => format!("/api/tickets/{ticket}"),
            _ => {
                day.gorgias
                    .by_a_person("POST", &format!("/api/tickets/{ticket}/tags"), &json!({"names": ["VIP"]}))
                    .unwrap();
                format!("/api/tickets/{ticket}/messages/{}", read(&day, &ticket)["messages"][0]["id"])
            }
        };
        day.gorgias.by_a_person("DELETE", &path, &Value::Null).unwrap();
        take_back(&day, call).await.unwrap();
        day.pass(90).await;
        is_withdrawn(&day, call);
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_taken_back_is_said_and_nothing_changes() {
    let day = Day::begin(Plan::default()).await;
    let unknown = take_back(&day, 4_200_000_000).await;
    assert_eq!(unknown.unwrap_err().code(), "no_such_call");
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(8).await;
    assert_eq!(take_back(&day, call).await.unwrap_err().code(), "nothing_written");
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(20).await;
    assert_eq!(take_back(&day, call).await.unwrap_err().code(), "call_is_up");
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(60).await;
    assert_eq!(day.detail(call).state, CallState::Complete);
    take_back(&day, call).await.unwrap();
    day.pass(30).await;
    take_back(&day, call).await.expect("twice is once");
    day.pass(30).await;
    is_withdrawn(&day, call);
}

#[tokio::test(start_paused = true)]
async fn a_record_is_moved_to_another_customer_and_remembered_for_the_number() {
    let day = Day::begin(Plan::default()).await;
    let call = written(&day).await;
    let other = day.gorgias.add_customer("Tomás Prats", Some("tomas@example.com"), "+34666444999");
    let moved = day.handle.choose(CaseId(call), &other.to_string(), true).await.unwrap();
    assert_eq!(moved.state, CallState::Pending);
    day.pass(30).await;
    assert_eq!(day.ticket(call)["customer"], "Tomás Prats");
    let detail = day.detail(call);
    assert_eq!(detail.state, CallState::Complete);
    assert_eq!(detail.call.customer.map(|customer| customer.id), Some(other.to_string()));
    // What comes late goes into the same ticket; the next call of the number goes to whom it was moved to.
    day.aircall.comment(call, world::CAMILLE, LATE).unwrap();
    let next = day.answered(MARTA).await;
    day.pass(60).await;
    assert!(messages(&read(&day, &ticket_id(&day, call))).iter().any(|text| text.contains(LATE)));
    assert_eq!(day.ticket(next)["customer"], "Tomás Prats");
}

#[tokio::test(start_paused = true)]
async fn a_move_is_made_once_after_a_cut_and_a_kill_and_never_to_nobody() {
    let mut day = Day::begin(Plan::default()).await;
    let call = written(&day).await;
    let other = day.gorgias.add_customer("Tomás Prats", None, "+34666444999");
    let gone = day.handle.choose(CaseId(call), "99999999", false).await;
    assert_eq!(gone.unwrap_err().code(), "no_such_customer");
    let ticket = ticket_id(&day, call);
    day.gorgias.add_fault(Fault::next(1, FaultKind::CutAfter).on("PUT", &format!("/api/tickets/{ticket}")));
    day.handle.choose(CaseId(call), &other.to_string(), false).await.unwrap();
    day.pass(3).await;
    day.kill_and_restart().await;
    day.pass(200).await;
    assert_eq!(day.ticket(call)["customer"], "Tomás Prats");
    assert_eq!(day.detail(call).state, CallState::Complete);
    let next = day.answered(MARTA).await;
    day.pass(60).await;
    assert_ne!(day.ticket(next)["customer"], "Tomás Prats", "it was not to be remembered");
}

#[tokio::test(start_paused = true)]
async fn after_a_lost_ledger_nothing_that_was_taken_back_is_written_again() {
    // B17: with somebody else in the ticket, and without
    for with_others in [false, true] {
        let mut day = Day::begin(Plan::default()).await;
        let call = written(&day).await;
        let ticket = ticket_id(&day, call);
        if with_others {
            tag(&day, &ticket, "VIP");
        }
        take_back(&day, call).await.unwrap();
        day.pass(60).await;
        day.kill().await;
        day.shelf.lose();
        day.set_from(Some(day.now() - chrono::TimeDelta::hours(1)));
        day.start().unwrap();
        day.pass(10).await;
        let seq = day.last_seq();
        day.aircall.comment(call, world::CAMILLE, LATE).unwrap();
        day.pass(300).await;
        assert_eq!(day.requests(seq).0.len(), 0, "{with_others}: {:#?}", day.requests(seq).0);
        let code = day.detail(call).reason.unwrap().code;
        assert_eq!(code, if with_others { "withdrawn" } else { "ticket_trashed" });
    }
}

fn tag(day: &Day, ticket: &str, name: &str) {
    let put = json!({ "names": [name] });
    day.gorgias.by_a_person("POST", &format!("/api/tickets/{ticket}/tags"), &put).unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_trash_that_was_cut_long_ago_is_not_repeated_over_what_people_did_since() {
    let day = Day::begin(Plan::default()).await;
    let call = written(&day).await;
    let ticket = ticket_id(&day, call);
    day.gorgias.add_fault(Fault::next(1, FaultKind::CutBefore).on("PUT", &format!("/api/tickets/{ticket}")));
    let seq = day.last_seq();
    take_back(&day, call).await.unwrap();
    while day.requests(seq).0.is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    day.handle.pause().await.unwrap();
    day.pass(60).await;
    tag(&day, &ticket, "VIP");
    day.handle.resume().await.unwrap();
    day.pass(200).await;
    let left = read(&day, &ticket);
    assert!(left["trashed_datetime"].is_null(), "somebody else has something in it");
    assert_eq!((messages(&left).len(), tags(&day.ticket(call))), (0, vec!["VIP"]));
    is_withdrawn(&day, call);
}

#[tokio::test(start_paused = true)]
async fn written_again_before_it_is_removed_it_is_removed_first_and_never_there_twice() {
    let day = Day::begin(Plan::default()).await;
    let call = written(&day).await;
    let before = ticket_id(&day, call);
    day.handle.pause().await.unwrap();
    take_back(&day, call).await.unwrap();
    day.handle.retry(CaseId(call));
    day.pass(30).await;
    day.handle.resume().await.unwrap();
    day.pass(60).await;
    is_withdrawn(&day, call);
    assert!(!read(&day, &before)["trashed_datetime"].is_null());
    assert_eq!(day.tickets_of(&format!("aircall:call:{call}")).len(), 1);
    day.handle.retry(CaseId(call));
    day.pass(60).await;
    assert_eq!(day.detail(call).state, CallState::Complete);
    assert_eq!(day.tickets_of(&format!("aircall:call:{call}")).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn while_paused_nothing_is_removed_and_late_news_are_not_written_then_either() {
    let day = Day::begin(Plan::default()).await;
    let call = written(&day).await;
    let ticket = ticket_id(&day, call);
    day.handle.pause().await.unwrap();
    day.aircall.comment(call, world::CAMILLE, LATE).unwrap();
    day.pass(30).await;
    let seq = day.last_seq();
    assert_eq!(take_back(&day, call).await.unwrap().state, CallState::Pending);
    day.pass(120).await;
    assert_eq!(day.requests(seq).0.len(), 0);
    day.handle.resume().await.unwrap();
    day.pass(60).await;
    assert_eq!(day.requests(seq).0.len(), 1, "{:#?}", day.requests(seq).0);
    assert!(!read(&day, &ticket)["trashed_datetime"].is_null());
    is_withdrawn(&day, call);
}

#[tokio::test(start_paused = true)]
async fn pressed_at_two_hubs_a_record_is_taken_back_once() {
    let day = Day::begin(Plan::default()).await;
    let call = written(&day).await;
    let (other, task) = day.start_another();
    day.pass(5).await;
    let seq = day.last_seq();
    let (one, two) = tokio::join!(take_back(&day, call), other.take_back(CaseId(call)));
    one.unwrap();
    two.unwrap();
    day.pass(120).await;
    assert_eq!(day.requests(seq).0.len(), 1);
    is_withdrawn(&day, call);
    task.abort();
}

#[tokio::test(start_paused = true)]
async fn attached_recordings_go_with_the_notes_that_carry_them() {
    for with_others in [false, true] {
        let day = Day::begin(Plan::default().with_files()).await;
        let call = written(&day).await;
        day.pass(300).await;
        let ticket = ticket_id(&day, call);
        assert!(day.detail(call).ledger.iter().any(|held| held.key == "recording"));
        if with_others {
            tag(&day, &ticket, "VIP");
        }
        take_back(&day, call).await.unwrap();
        day.pass(120).await;
        let left = read(&day, &ticket);
        assert_eq!(
            (left["trashed_datetime"].is_null(), messages(&left).is_empty()),
            (with_others, with_others)
        );
        assert!(day.detail(call).ledger.iter().all(|held| held.key != "recording"));
        is_withdrawn(&day, call);
    }
}
