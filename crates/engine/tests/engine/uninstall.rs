//! Uninstalling (G21): our webhook goes at once and no other one, nothing is asked or written after that, and whoever comes
//! back writes nothing twice.

use serde_json::{Value, json};
use sidetone_days::stores::Stores;
use sidetone_engine::Handle;
use sidetone_engine::act::{ActRefused, DialAsk};
use sidetone_engine::call::CaseId;
use sidetone_engine::settings::{Arrival, Mode, ModeSetting};
use sidetone_sandbox::{Fault, FaultKind, HangUp, aircall_world as world};

use crate::day::{Day, MARTA, Plan, STRANGER, note};

const HOUR: u64 = 3600;

fn polling() -> Plan {
    Plan { arrival: Arrival::Polling, ..Plan::default() }
}

fn alerts(handle: &Handle) -> Vec<String> {
    handle.health().alerts.into_iter().map(|alert| alert.code).collect()
}

/// The company's webhooks, as the Dashboard shows them.
fn webhooks(day: &Day) -> Vec<Value> {
    let (status, listed) = day.aircall.by_a_person("GET", "/v1/webhooks", &Value::Null).unwrap();
    assert_eq!(status, 200);
    listed["webhooks"].as_array().unwrap().clone()
}

fn addresses(day: &Day) -> Vec<String> {
    webhooks(day).iter().map(|w| w["url"].as_str().unwrap().to_owned()).collect()
}

/// A webhook of somebody else.
fn another_program(day: &Day) -> String {
    let url = "https://crm.example.com/webhooks/aircall";
    let made = json!({"url": url, "events": ["call.ended"]});
    let (status, answer) = day.aircall.by_a_person("POST", "/v1/webhooks", &made).unwrap();
    assert!((200..300).contains(&status), "{answer}");
    url.to_owned()
}

fn our_token(day: &Day) -> String {
    let id = day.handle.installation().to_string();
    let ours = webhooks(day).into_iter().find(|w| w["url"].as_str().unwrap().ends_with(&id)).expect("ours");
    ours["token"].as_str().unwrap().to_owned()
}

/// The last request to each vendor.
fn last_asked(day: &Day) -> [u64; 2] {
    [day.aircall.journal(0), day.gorgias.journal(0)].map(|journal| journal.last().map_or(0, |e| e.seq))
}

fn deletions(day: &Day) -> usize {
    day.aircall.journal(0).into_iter().filter(|e| e.method == "DELETE").count()
}

#[tokio::test(start_paused = true)]
async fn our_webhook_goes_at_once_and_no_other_and_nothing_is_asked_after_that() {
    let mut off = Plan::default();
    off.logging.mode = ModeSetting(Mode::Off);
    for (what, plan, stands) in [("webhook", Plan::default(), 1), ("polling", polling(), 1), ("off", off, 0)]
    {
        let mut day = Day::begin(plan).await;
        let foreign = another_program(&day);
        day.answered(MARTA).await;
        assert_eq!(webhooks(&day).len(), 1 + stands, "{what}");
        day.handle.uninstall().await.unwrap();
        day.pass(1).await;
        assert_eq!(addresses(&day), [foreign.as_str()], "{what}");
        assert_eq!(deletions(&day), stands, "{what}");
        assert_eq!(alerts(&day.handle), ["uninstalled"], "{what}");
        let health = day.handle.health();
        assert!(health.paused.is_some() && health.alerts[0].mend.contains("resume"), "{health:?}");
        let before = last_asked(&day);
        for restarted in [false, true] {
            if restarted {
                day.kill_and_restart().await;
            }
            day.answered(STRANGER).await;
            day.pass(HOUR).await;
            assert_eq!(last_asked(&day), before, "{what}, restarted: {restarted}");
            assert_eq!(alerts(&day.handle), ["uninstalled"], "{what}");
        }
        assert_eq!(addresses(&day), [foreign.as_str()], "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn events_with_the_old_token_are_refused_and_it_is_forgotten_for_good() {
    let mut day = Day::begin(Plan::default()).await;
    day.handle.use_token_made_by_hand(Some("made by a person"));
    let old = our_token(&day);
    day.pass(5).await;
    assert!(day.handle.is_own_token(&old).unwrap() && day.handle.is_own_token("made by a person").unwrap());
    day.handle.uninstall().await.unwrap();
    for restarted in [false, true] {
        if restarted {
            day.kill_and_restart().await;
            day.handle.use_token_made_by_hand(Some("made by a person"));
        }
        for token in [old.as_str(), "made by a person"] {
            assert!(!day.handle.is_own_token(token).unwrap(), "restarted: {restarted}");
            assert!(!day.handle.knows_token(token), "restarted: {restarted}");
        }
        day.pass(60).await;
    }
    day.handle.resume().await.unwrap();
    day.pass(5).await;
    let new = our_token(&day);
    assert!(day.handle.is_own_token(&new).unwrap() && day.handle.is_own_token("made by a person").unwrap());
    assert!(!day.handle.is_own_token(&old).unwrap());
    day.kill_and_restart().await;
    assert!(day.handle.is_own_token(&new).unwrap() && day.handle.is_own_token("made by a person").unwrap());
    assert!(!day.handle.is_own_token(&old).unwrap());
}

#[tokio::test(start_paused = true)]
async fn killed_at_any_step_after_it_was_stored_the_webhook_goes_all_the_same() {
    let mut deleted_after_the_kill = 0;
    for steps in 1..=10 {
        let mut day = Day::begin(Plan::default()).await;
        day.pass(20).await;
        day.lifeline.cut_after(steps);
        // The first step is that the wish is stored; whoever is killed right then does not say so.
        assert_eq!(day.handle.uninstall().await.is_ok(), steps > 1, "{steps}");
        day.pass(2).await;
        deleted_after_the_kill += usize::from(deletions(&day) == 0);
        day.kill_and_restart().await;
        day.pass(5).await;
        assert!(webhooks(&day).is_empty(), "{steps}: {:?}", addresses(&day));
        assert_eq!(alerts(&day.handle), ["uninstalled"], "{steps}");
    }
    assert!((2..10).contains(&deleted_after_the_kill), "killed before and after: {deleted_after_the_kill}");
}

#[tokio::test(start_paused = true)]
async fn while_aircall_is_away_or_refuses_it_is_tried_again_until_the_webhook_is_gone() {
    let status = |status| FaultKind::Status { status, retry_after: None };
    for (kind, verb, times) in [
        (FaultKind::CutBefore, None, 10_000),
        (FaultKind::HangBefore, None, 10_000),
        (status(503), None, 10_000),
        (status(401), None, 10_000),
        (status(500), Some("DELETE"), 10_000),
        (status(403), Some("DELETE"), 10_000),
        (status(404), Some("DELETE"), 1),
        (FaultKind::CutAfter, Some("DELETE"), 1),
        (FaultKind::HangAfter, Some("DELETE"), 1),
    ] {
        let mut day = Day::begin(Plan::default()).await;
        let foreign = another_program(&day);
        let fault = Fault::next(times, kind.clone());
        day.aircall.add_fault(verb.map_or(fault.clone(), |verb| fault.on(verb, "/v1/webhooks")));
        let before = last_asked(&day);
        day.handle.uninstall().await.unwrap();
        if times > 1 {
            day.pass(300).await;
            assert_eq!(webhooks(&day).len(), 2, "{kind:?}");
            let told = alerts(&day.handle);
            assert_eq!(told[..2], ["uninstalled", "webhook_stands"], "{kind:?}");
            day.kill_and_restart().await;
            day.pass(300).await;
            day.aircall.clear_faults();
        }
        day.pass(75).await;
        assert_eq!(addresses(&day), [foreign.as_str()], "{kind:?}");
        assert_eq!(alerts(&day.handle), ["uninstalled"], "{kind:?}");
        let asked: Vec<_> = day.aircall.journal(before[0]);
        assert!(asked.iter().all(|e| e.path.starts_with("/v1/webhooks")), "{kind:?}");
        assert!(asked.len() < 150, "{kind:?}: {} requests", asked.len());
        assert_eq!(last_asked(&day)[1], before[1], "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn resumed_the_webhook_is_made_anew_and_new_calls_are_written_and_old_ones_not_twice() {
    let mut day = Day::begin(Plan::default()).await;
    let written = day.answered(MARTA).await;
    let up = day.ring(world::SUPPORT_FR, Some(STRANGER));
    day.pass(8).await;
    day.aircall.answer(up, Some(world::CAMILLE)).unwrap();
    day.pass(5).await;
    day.handle.pause().await.unwrap();
    day.handle.uninstall().await.unwrap();
    day.pass(30).await;
    day.aircall.hang_up(up, &HangUp::default()).unwrap();
    let missed_out = day.answered(MARTA).await;
    day.kill_and_restart().await;
    day.pass(HOUR).await;
    day.handle.resume().await.unwrap();
    assert!(day.handle.health().paused.is_none(), "either pause is over");
    day.pass(5).await;
    assert!(alerts(&day.handle).is_empty());
    assert_eq!(
        addresses(&day),
        [format!("https://hub.example.com/webhooks/aircall/{}", day.handle.installation())]
    );
    let comment = day.aircall.comment(written, world::CAMILLE, "Long after").unwrap();
    let new = day.answered(MARTA).await;
    day.pass(4 * HOUR).await;
    day.kill_and_restart().await;
    day.pass(HOUR).await;
    assert_eq!(day.ticket(written)["messages"].as_array().unwrap().len(), 3);
    note(&day.ticket(written), &format!("comment:{comment}"));
    // The stranger's has the note that nobody was found, too.
    for (call, notes) in [(new, 2), (up, 3)] {
        note(&day.ticket(call), "answered");
        note(&day.ticket(call), "ended");
        assert_eq!(day.ticket(call)["messages"].as_array().unwrap().len(), notes);
    }
    assert_eq!(
        day.ticket(missed_out)["messages"].as_array().unwrap().len(),
        2,
        "nobody told us of it: it was listed"
    );
    assert_eq!(webhooks(&day).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn resumed_where_aircall_is_polled_the_calls_of_the_last_two_hours_are_written_once() {
    let day = Day::begin(polling()).await;
    let before = day.answered(MARTA).await;
    day.handle.uninstall().await.unwrap();
    day.pass(60).await;
    let meanwhile = day.answered(STRANGER).await;
    day.pass(HOUR).await;
    assert!(day.tickets_of(&format!("aircall:call:{meanwhile}")).is_empty());
    day.handle.resume().await.unwrap();
    day.pass(300).await;
    for (call, notes) in [(before, 2), (meanwhile, 3)] {
        assert_eq!(day.ticket(call)["messages"].as_array().unwrap().len(), notes);
    }
    assert_eq!(webhooks(&day).len(), 1, "the one that stands for us is there again");
}

#[tokio::test(start_paused = true)]
async fn a_write_whose_answer_is_lost_while_it_is_uninstalled_is_found_again_and_not_repeated() {
    let day = Day::begin(Plan::default()).await;
    day.gorgias.add_fault(Fault::next(1, FaultKind::HangAfter).on("POST", "/api/tickets"));
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(8).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(10).await;
    assert_eq!(day.tickets_of(&format!("aircall:call:{call}")).len(), 1, "it was made");
    day.handle.uninstall().await.unwrap();
    let before = last_asked(&day)[1];
    day.pass(600).await;
    assert_eq!(last_asked(&day)[1], before);
    day.handle.resume().await.unwrap();
    day.pass(5).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(120).await;
    assert_eq!(day.ticket(call)["messages"].as_array().unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn who_only_reads_takes_nothing_of_the_writers_away_and_who_writes_leaves_the_other_alone() {
    let day = Day::begin(Plan::default()).await;
    let second = day.second("elsewhere.example.com", Plan::default());
    day.pass(5).await;
    let ours = addresses(&day);
    assert_eq!((ours.len(), alerts(&second.handle)), (1, vec!["other_writer".to_owned()]));
    second.handle.uninstall().await.unwrap();
    day.pass(120).await;
    assert_eq!((addresses(&day), deletions(&day)), (ours, 0));
    assert_eq!(alerts(&second.handle), ["uninstalled"]);
    let call = day.answered(MARTA).await;
    day.ticket(call);
    assert!(!second.handle.take_over().await);
    second.handle.resume().await.unwrap();
    day.pass(5).await;
    assert_eq!(alerts(&second.handle), ["other_writer"], "it only reads again");
    // The writer goes: the other one takes its place, and is left alone by whoever comes back.
    day.handle.uninstall().await.unwrap();
    day.pass(120).await;
    let theirs = addresses(&day);
    assert!(theirs.len() == 1 && theirs[0].contains("elsewhere.example.com"), "{theirs:?}");
    let there = day.answered(STRANGER).await;
    day.handle.resume().await.unwrap();
    day.pass(120).await;
    assert_eq!((addresses(&day), alerts(&day.handle)), (theirs, vec!["other_writer".to_owned()]));
    assert_eq!(day.ticket(there)["messages"].as_array().unwrap().len(), 3);
    // And goes again: now it finds records that it did not write.
    second.handle.uninstall().await.unwrap();
    day.pass(120).await;
    let comment = day.aircall.comment(there, world::CAMILLE, "Back here").unwrap();
    day.pass(120).await;
    note(&day.ticket(there), &format!("comment:{comment}"));
    assert_eq!(day.ticket(there)["messages"].as_array().unwrap().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn what_only_a_vendor_can_do_is_refused_with_a_way_out() {
    let day = Day::begin(Plan::default()).await;
    let call = CaseId(day.answered(MARTA).await);
    day.handle.uninstall().await.unwrap();
    day.handle.uninstall().await.unwrap();
    day.pass(1).await;
    let before = last_asked(&day);
    let ask = DialAsk {
        to: MARTA.into(),
        agent: Some(world::CAMILLE.to_string()),
        line: None,
        start: false,
        ticket: None,
    };
    assert_eq!(day.handle.dial(ask).await.unwrap_err(), ActRefused::Uninstalled);
    assert_eq!(day.handle.comment(call, "Hello".into(), None).await.unwrap_err(), ActRefused::Uninstalled);
    assert_eq!(day.handle.tag(call, vec!["Refund".into()]).await.unwrap_err(), ActRefused::Uninstalled);
    let told = day.handle.adopt_since(day.now()).recv().await.unwrap();
    assert!(told.failed.is_some_and(|why| why.contains("Resume")));
    let asked_at = day.now();
    assert!(day.handle.plan(call).await.unwrap().is_some(), "what is known is shown");
    assert_eq!(day.now(), asked_at, "and nobody waits for more");
    day.pass(60).await;
    assert_eq!(last_asked(&day), before);
}

#[tokio::test(start_paused = true)]
#[ignore = "needs a server: script/test starts one"]
async fn postgres_two_hubs_are_uninstalled_and_come_back_together() {
    let day = Day::begin(Plan { stores: Stores::Postgres, ..Plan::default() }).await;
    let (other, _task) = day.start_another();
    day.pass(120).await;
    let old = our_token(&day);
    assert_eq!(webhooks(&day).len(), 1);
    day.handle.uninstall().await.unwrap();
    day.pass(20).await;
    assert!(webhooks(&day).is_empty());
    let before = last_asked(&day);
    day.pass(HOUR).await;
    assert_eq!(last_asked(&day), before, "neither asks anything");
    assert_eq!(alerts(&other), ["uninstalled"]);
    assert!(!other.is_own_token(&old).unwrap() && !other.knows_token(&old));
    // The other one is told.
    other.resume().await.unwrap();
    day.pass(90).await;
    assert_eq!(webhooks(&day).len(), 1);
    let new = our_token(&day);
    for hub in [&day.handle, &other] {
        assert!(alerts(hub).is_empty() && hub.health().paused.is_none());
        assert!(hub.is_own_token(&new).unwrap() && !hub.is_own_token(&old).unwrap());
    }
    let call = day.answered(MARTA).await;
    assert_eq!(day.ticket(call)["messages"].as_array().unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
#[ignore = "needs a server: script/test starts one"]
async fn postgres_a_pause_at_one_hub_holds_at_the_other_and_ends_at_either() {
    let day = Day::begin(Plan { stores: Stores::Postgres, ..Plan::default() }).await;
    let (other, _task) = day.start_another();
    day.pass(60).await;
    day.handle.pause().await.unwrap();
    day.pass(5).await;
    assert!(other.health().paused.is_some());
    let call = day.answered(MARTA).await;
    assert!(day.tickets_of(&format!("aircall:call:{call}")).is_empty(), "neither writes");
    other.resume().await.unwrap();
    day.pass(60).await;
    assert!([&day.handle, &other].iter().all(|hub| hub.health().paused.is_none()));
    assert_eq!(day.ticket(call)["messages"].as_array().unwrap().len(), 2);
}
