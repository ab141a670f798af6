//! The dry run (B5): what it shows is what a live day writes; whoever it asks hears nothing but reads.

use std::collections::BTreeSet;

use serde_json::Value;
use sidetone_engine::settings::{Mode, ModeSetting, UnknownCallers};
use sidetone_protocol::{CallState, DryRun, DryRunCall, DryRunState, RecordPreview};
use sidetone_sandbox::{Fault, FaultKind, HangUp, JournalEntry, PhoneMatching, Ring, aircall_world as world};
use tokio::sync::watch;

use crate::day::{Day, Desk, MARTA, Plan, STRANGER};

const DESKS: [Desk; 2] = [Desk::Gorgias, Desk::Front];

fn plan(desk: Desk, mode: Mode) -> Plan {
    let mut plan = Plan { desk, ..Plan::default() };
    plan.logging.mode = ModeSetting(mode);
    plan
}

async fn dry_run(day: &Day, share: f64) -> DryRun {
    let (told, seen) = watch::channel(DryRun::default());
    day.study(share).run(&told).await;
    seen.borrow().clone()
}

/// A morning: a known caller twice, a stranger twice, a withheld number, a call that is dialled.
async fn morning_of_calls(day: &Day) -> Vec<u64> {
    let mut calls = vec![day.answered(MARTA).await];
    for _ in 0..2 {
        let call = day.ring(world::SUPPORT_FR, Some(STRANGER));
        day.pass(25).await;
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
        day.pass(120).await;
        calls.push(call);
    }
    let call = day.ring(world::SUPPORT_DE, None);
    day.pass(6).await;
    day.aircall.answer(call, Some(world::JONAS)).unwrap();
    day.aircall.comment(call, world::JONAS, "Wants a *new* lid").unwrap();
    day.aircall.tag(call, Some(world::JONAS), "Returns").ok();
    day.pass(40).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(120).await;
    calls.push(call);
    calls.push(day.answered(MARTA).await);
    day.pass(240).await;
    calls
}

/// What a person sees of a call's record in the helpdesk.
#[derive(Debug, PartialEq)]
struct Stands {
    title: String,
    customer: String,
    assignee: Option<String>,
    status: String,
    tags: BTreeSet<String>,
    notes: BTreeSet<(Option<String>, String)>,
}

/// Aircall's events and lists differ in a second now and then: moments and durations are not compared.
fn without_moments(text: &str) -> String {
    const MOMENTS: [&str; 5] =
        ["Start time", "Answer time", "End time", "Total duration", "In-call duration"];
    text.lines().filter(|line| !MOMENTS.iter().any(|m| line.starts_with(m))).collect::<Vec<_>>().join("\n")
}

fn shown(record: &RecordPreview) -> Stands {
    Stands {
        title: record.title.clone(),
        customer: record.customer.clone(),
        assignee: record.assignee.clone(),
        status: record.status.clone(),
        tags: record.tags.iter().cloned().collect(),
        notes: record.notes.iter().map(|note| (note.author.clone(), without_moments(&note.text))).collect(),
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn written_in_gorgias(day: &Day, call: u64) -> Stands {
    let ticket = day.ticket(call);
    let notes = ticket["messages"].as_array().unwrap();
    Stands {
        title: text(&ticket["subject"]).unwrap(),
        customer: text(&ticket["customer"]).unwrap(),
        assignee: text(&ticket["assignee"]),
        status: text(&ticket["status"]).unwrap(),
        tags: ticket["tags"].as_array().unwrap().iter().filter_map(text).collect(),
        notes: notes
            .iter()
            .map(|note| (text(&note["sender"]), without_moments(note["body_text"].as_str().unwrap())))
            .collect(),
    }
}

fn of(run: &DryRun, call: u64) -> &DryRunCall {
    run.calls.iter().find(|one| one.call.id == call.to_string()).expect("the call stands in it")
}

fn record(run: &DryRun, call: u64) -> &RecordPreview {
    of(run, call).record.as_ref().expect("it would be written")
}

/// Gorgias searches with a POST; the dry run may do that.
fn changes(journal: &[JournalEntry]) -> Vec<String> {
    let is_search = |entry: &&JournalEntry| entry.path == "/api/search";
    let writes = journal.iter().filter(|entry| entry.method != "GET" && !is_search(entry));
    writes.map(|entry| format!("{} {}", entry.method, entry.path)).collect()
}

#[tokio::test(start_paused = true)]
async fn what_it_shows_is_what_a_live_day_writes_in_gorgias() {
    let before = Day::begin(plan(Desk::Gorgias, Mode::Off)).await;
    let calls = morning_of_calls(&before).await;
    let run = dry_run(&before, 1.0).await;
    assert_eq!((run.state, run.read, run.planned), (DryRunState::Done, 5, 5), "{run:#?}");
    let live = Day::begin(plan(Desk::Gorgias, Mode::Live)).await;
    let same = morning_of_calls(&live).await;
    for (call, written) in calls.iter().zip(&same) {
        assert_eq!(shown(record(&run, *call)), written_in_gorgias(&live, *written), "call {call}");
    }
    assert_eq!(run.new_tickets, 5);
    assert_eq!(run.new_customers, 2, "the stranger once, and whoever withholds the number");
    assert_eq!(run.held, 0);
    let requests: usize = calls.iter().map(|call| record(&run, *call).requests.len()).sum();
    assert_eq!(run.requests as usize, requests);
    let order: Vec<&str> = run.calls.iter().map(|one| one.call.id.as_str()).collect();
    let newest_first: Vec<String> = calls.iter().rev().map(u64::to_string).collect();
    assert_eq!(order, newest_first);
    let (first, second) = (record(&run, calls[1]), record(&run, calls[2]));
    assert!(first.is_new_customer && !second.is_new_customer, "the second call finds who the first made");
}

#[tokio::test(start_paused = true)]
async fn what_it_shows_is_what_a_live_day_writes_in_front() {
    let before = Day::begin(plan(Desk::Front, Mode::Off)).await;
    let calls = morning_of_calls(&before).await;
    let run = dry_run(&before, 1.0).await;
    assert_eq!((run.state, run.planned), (DryRunState::Done, 5), "{run:#?}");
    let live = Day::begin(plan(Desk::Front, Mode::Live)).await;
    let same = morning_of_calls(&live).await;
    for (call, written) in calls.iter().zip(&same) {
        let shown = record(&run, *call);
        let found = live.front.conversations_marked(&format!("aircall:call:{written}"));
        let conversation = &found[0];
        let marker = format!("aircall:call:{written}");
        let is_ours = |message: &&Value| {
            let key = message["external_id"].as_str().unwrap_or_default();
            key == marker || key.starts_with(&format!("{marker}:"))
        };
        let messages = conversation["messages"].as_array().unwrap();
        let bodies: BTreeSet<String> =
            messages.iter().filter(is_ours).filter_map(|m| m["text"].as_str()).map(without_moments).collect();
        let told: BTreeSet<String> = shown.notes.iter().map(|note| without_moments(&note.text)).collect();
        assert!(bodies.is_subset(&told), "{bodies:#?} {told:#?}");
        let comments = conversation["comments"].as_array().unwrap().len();
        assert!(told.len() - bodies.len() <= comments, "what is no activity is a comment: {told:#?}");
    }
    assert_eq!(run.new_tickets, 3, "one conversation for each contact");
    assert_eq!(run.new_customers, 2);
    let again = record(&run, calls[4]);
    assert_eq!(again.assignee.as_deref(), Some("Camille Roux"));
    assert_eq!(again.title, record(&run, calls[0]).title, "the same conversation");
    let makes_the_inbox = |call: &u64| {
        record(&run, *call).requests.iter().filter(|r| r.rule.contains("inbox of calls is not there")).count()
    };
    assert_eq!(calls.iter().map(makes_the_inbox).sum::<usize>(), 1, "the inbox is made once");
}

#[tokio::test(start_paused = true)]
async fn the_helpdesk_and_the_database_see_nothing_but_reads() {
    for desk in DESKS {
        let mut plan = plan(desk, Mode::Shadow);
        plan.logging.recordings = sidetone_engine::settings::Recordings::Attach;
        let day = Day::begin(plan).await;
        let calls = morning_of_calls(&day).await;
        let up = day.ring(world::SUPPORT_FR, Some(MARTA));
        day.pass(2).await;
        let (seen, aircall_seen) = (day.helpdesk_journal().len(), day.aircall.journal(0).len());
        let (stood, cards) = (day.helpdesk_dump(), day.aircall.cards().len());
        let details: Vec<_> = calls.iter().map(|call| day.detail(*call)).collect();
        let run = dry_run(&day, 0.5).await;
        assert_eq!((run.state, run.planned), (DryRunState::Done, 6), "{desk}");
        assert!(of(&run, up).record.is_none(), "it still rings");
        let journal = day.helpdesk_journal();
        assert!(journal.len() > seen, "{desk} was asked");
        assert_eq!(changes(&journal), Vec::<String>::new(), "{desk}");
        assert_eq!(day.helpdesk_dump(), stood);
        let to_aircall = day.aircall.journal(0);
        assert_eq!(changes(&to_aircall[aircall_seen..]), Vec::<String>::new());
        assert_eq!(day.aircall.cards().len(), cards);
        let now: Vec<_> = calls.iter().map(|call| day.detail(*call)).collect();
        assert_eq!(now, details, "our own database is as it was");
        assert!(day.files_on_their_way().1.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_customer_in_another_spelling_is_found_and_not_shown_as_new() {
    let day = Day::begin(plan(Desk::Gorgias, Mode::Off)).await;
    day.gorgias.switch(|switches| switches.phone_search = PhoneMatching::Digits);
    let _ = day.gorgias.add_customer("Lena Brandt", Some("lena@example.com"), "+33 1 99 00 55 99");
    let call = day.ring(world::SUPPORT_FR, Some(STRANGER));
    day.pass(25).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(120).await;
    let run = dry_run(&day, 1.0).await;
    assert_eq!(record(&run, call).customer, "Lena Brandt", "{run:#?}");
    assert_eq!(run.new_customers, 0);
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_a_person_and_what_a_rule_leaves_out_are_told_apart() {
    let mut plan = plan(Desk::Gorgias, Mode::Off);
    plan.logging.unknown_callers = UnknownCallers::Hold;
    plan.logging.missed = sidetone_engine::settings::Keep::Store;
    let day = Day::begin(plan).await;
    let held = day.answered(STRANGER).await;
    let left_out = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(25).await;
    day.aircall.hang_up(left_out, &HangUp::default()).unwrap();
    day.pass(120).await;
    let run = dry_run(&day, 1.0).await;
    assert_eq!((of(&run, held).call.state, run.held), (CallState::Held, 1));
    let reason = of(&run, left_out).call.reason.as_ref().unwrap();
    assert_eq!(reason.code, "by_setting");
    assert_eq!((run.requests, run.new_tickets), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn other_lines_and_calls_of_long_ago_are_not_in_it_and_of_very_many_the_newest_are() {
    let mut plan = plan(Desk::Gorgias, Mode::Off);
    plan.lines = vec![world::SUPPORT_FR];
    let day = Day::begin(plan).await;
    day.aircall.ring(&Ring { line: world::SUPPORT_DE, from: Some(MARTA.into()), ..Ring::default() }).unwrap();
    let old = day.answered(MARTA).await;
    day.pass(25 * 3600).await;
    let few = dry_run(&day, 1.0).await;
    assert_eq!((few.state, few.read, few.calls.len(), few.cut), (DryRunState::Done, 0, 0, false), "{old}");
    let past = day.aircall.add_past_calls(1_200, 60);
    let run = dry_run(&day, 1.0).await;
    assert_eq!(run.state, DryRunState::Done, "{:?}", run.detail);
    assert_eq!((run.read, run.planned, run.cut), (200, 200, true), "of {}", past.len());
    assert!(run.calls.iter().all(|one| one.call.line.id == world::SUPPORT_FR.to_string()));
}

#[tokio::test(start_paused = true)]
async fn a_refused_or_silent_vendor_ends_it_and_says_which() {
    for desk in DESKS {
        let mut day = Day::begin(plan(desk, Mode::Off)).await;
        day.answered(MARTA).await;
        day.next_start().aircall_token = "wrong";
        let run = dry_run(&day, 1.0).await;
        assert_eq!((run.state, run.code.as_deref()), (DryRunState::Failed, Some("aircall_refused")));
        day.next_start().aircall_token = world::API_TOKEN;
        (day.next_start().gorgias_key, day.next_start().front_token) = ("wrong", "wrong");
        let run = dry_run(&day, 1.0).await;
        assert_eq!(
            (run.state, run.code.as_deref()),
            (DryRunState::Failed, Some("helpdesk_refused")),
            "{desk}"
        );
        assert_eq!(run.read, 1, "what was read before is kept");
        assert!(!run.detail.unwrap().is_empty());
    }
    let day = Day::begin(plan(Desk::Gorgias, Mode::Off)).await;
    day.answered(MARTA).await;
    day.gorgias.add_fault(Fault { times: 1_000, ..Fault::next(1, FaultKind::CutBefore) });
    let run = dry_run(&day, 1.0).await;
    assert_eq!((run.state, run.code.as_deref()), (DryRunState::Failed, Some("unreachable")));
}

#[tokio::test(start_paused = true)]
async fn beside_a_live_engine_it_keeps_to_its_share_and_no_record_is_late() {
    for desk in DESKS {
        let day = Day::begin(plan(desk, Mode::Live)).await;
        let _ = day.aircall.add_past_calls(400, 30);
        let (told, seen) = watch::channel(DryRun::default());
        let study = day.study(0.25);
        let running = tokio::spawn(async move { study.run(&told).await });
        day.pass(60).await;
        assert_eq!(seen.borrow().state, DryRunState::Running);
        let call = day.answered(MARTA).await;
        assert_eq!(day.detail(call).state, CallState::Complete, "{desk}");
        let limited = |journal: Vec<JournalEntry>| journal.into_iter().filter(|e| e.status == 429).count();
        assert_eq!(limited(day.helpdesk_journal()) + limited(day.aircall.journal(0)), 0);
        // Dropped half way, it is gone.
        running.abort();
        assert!(running.await.unwrap_err().is_cancelled());
        day.pass(5).await;
        let asked = day.helpdesk_journal().len();
        day.pass(20).await;
        assert!(day.helpdesk_journal().len() - asked < 6, "only the engine's own questions go on");
    }
}
