//! B7: several customers share a number. Nothing is written until a person chooses or a rule allows it; the choice is
//! remembered per number and can be withdrawn.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use sidetone_engine::Declined;
use sidetone_engine::call::CaseId;
use sidetone_engine::settings::{Mode, ModeSetting, UnknownCallers};
use sidetone_protocol::{CallState, Match, MatchReason};
use sidetone_sandbox::{Fault, FaultKind, HangUp, aircall_world as world};

use crate::day::{Day, Plan, STRANGER, note};

/// Sam Whitlock's, and the café's where he works.
const SHARED: &str = "+12025550161";
const SAM: &str = "Sam Whitlock";
const CAFE: &str = "Whitlock Cafés";

fn id_of(day: &Day, name: &str) -> String {
    let all = day.gorgias.customers();
    let found = all.iter().find(|c| c["name"] == name).unwrap_or_else(|| panic!("{name} is there"));
    found["id"].to_string()
}

async fn choose(day: &Day, call: u64, name: &str, remember: bool) {
    let chosen = day.handle.choose(CaseId(call), &id_of(day, name), remember).await.unwrap();
    assert_eq!(chosen.customer.unwrap().name, name, "the answer shows it");
}

fn code(declined: Result<impl std::fmt::Debug, Declined>) -> &'static str {
    declined.unwrap_err().code()
}

fn reason(day: &Day, call: u64) -> String {
    day.detail(call).reason.map(|reason| reason.code).unwrap_or_default()
}

fn is_unwritten(day: &Day, call: u64) -> bool {
    day.tickets_of(&format!("aircall:call:{call}")).is_empty()
}

/// A ticket of a call as Gorgias keeps it, times included.
fn raw_ticket(day: &Day, call: u64) -> Value {
    let marker = format!("aircall:call:{call}");
    day.gorgias.tickets().into_iter().find(|t| t["external_id"] == marker.as_str()).unwrap()
}

fn moment(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

fn delete(day: &Day, name: &str) {
    let path = format!("/api/customers/{}", id_of(day, name));
    assert_eq!(day.gorgias.by_a_person("DELETE", &path, &Value::Null).unwrap().0, 204);
}

#[tokio::test(start_paused = true)]
async fn a_held_call_goes_to_the_chosen_customer_alone_and_keeps_its_time() {
    let day = Day::begin(Plan::default()).await;
    let began = day.now();
    let first = day.answered(SHARED).await;
    let second = day.answered(SHARED).await;
    assert_eq!(
        (reason(&day, first), reason(&day, second)),
        ("several_matches".into(), "several_matches".into())
    );
    assert!(day.requests(0).0.is_empty(), "nothing is written to a customer that was not chosen");
    day.pass(3600).await;
    choose(&day, first, CAFE, false).await;
    day.pass(30).await;
    assert_eq!(day.ticket(first)["customer"], CAFE);
    assert_eq!(day.detail(first).state, CallState::Complete);
    let ticket = raw_ticket(&day, first);
    for made in [&ticket["created_datetime"], &ticket["messages"][0]["sent_datetime"]] {
        assert!(moment(made) - began < TimeDelta::minutes(2), "as of the call: {ticket:#}");
    }
    assert!(is_unwritten(&day, second), "chosen for one call only");
    assert_eq!(day.detail(second).state, CallState::Held);
    let detail = day.detail(first);
    assert!(detail.explanation.iter().any(|line| line.rule.contains("A person chose")), "B11");
    assert!(detail.ledger.iter().all(|row| row.key != "chosen"), "a choice is no part of the record");
}

#[tokio::test(start_paused = true)]
async fn a_remembered_choice_releases_all_calls_that_wait_and_later_ones_are_not_asked_about() {
    let day = Day::begin(Plan::default()).await;
    let held = [day.answered(SHARED).await, day.answered(SHARED).await, day.answered(SHARED).await];
    choose(&day, held[1], SAM, true).await;
    day.pass(60).await;
    for call in held {
        assert_eq!(day.ticket(call)["customer"], SAM);
        assert_eq!(day.detail(call).state, CallState::Complete);
    }
    day.pass(660).await;
    let seq = day.last_seq();
    let next = day.ring(world::SUPPORT_FR, Some(SHARED));
    day.pass(4).await;
    let card = day.detail(next).card;
    assert_eq!((card.matched, card.customer.map(|c| c.name)), (Match::Found, Some(SAM.into())));
    let chosen = card.chosen.unwrap();
    assert!(chosen.remembered && !chosen.gone && chosen.customer.name == SAM);
    assert_eq!(card.candidates[0].customer.name, SAM);
    assert!(card.candidates[0].reasons.contains(&MatchReason::Chosen));
    let shown = day.aircall.cards();
    let contents = json!(shown.iter().map(|card| &card.contents).collect::<Vec<_>>()).to_string();
    assert!(
        contents.contains("2 possible customers") && !contents.contains("Shares the phone"),
        "{contents}"
    );
    day.aircall.answer(next, Some(world::CAMILLE)).unwrap();
    day.pass(30).await;
    assert_eq!(day.ticket(next)["customer"], SAM);
    assert_eq!(day.requests(seq).1.len(), 1, "B6: one look-up");
}

#[tokio::test(start_paused = true)]
async fn a_choice_that_is_withdrawn_is_asked_for_again() {
    let day = Day::begin(Plan::default()).await;
    let first = day.answered(SHARED).await;
    assert_eq!(code(day.handle.withdraw_choice(CaseId(first)).await), "nothing_chosen");
    choose(&day, first, SAM, true).await;
    day.pass(30).await;
    day.handle.withdraw_choice(CaseId(first)).await.unwrap();
    assert_eq!(day.detail(first).card.chosen, None);
    let second = day.answered(SHARED).await;
    assert_eq!(reason(&day, second), "several_matches");
    assert!(is_unwritten(&day, second));
    assert_eq!(day.ticket(first)["customer"], SAM, "what was written stays");
}

#[tokio::test(start_paused = true)]
async fn a_choice_withdrawn_before_anything_is_written_holds_all_its_calls_again() {
    let day = Day::begin(Plan::default()).await;
    day.handle.pause().await.unwrap();
    let calls = [day.answered(SHARED).await, day.answered(SHARED).await];
    for (remember, call) in [(true, calls[0]), (false, calls[1])] {
        choose(&day, call, CAFE, remember).await;
    }
    for call in calls {
        day.handle.withdraw_choice(CaseId(call)).await.unwrap();
    }
    day.handle.resume().await.unwrap();
    day.pass(120).await;
    for call in calls {
        assert!(is_unwritten(&day, call));
        assert_eq!(reason(&day, call), "several_matches");
    }
}

#[tokio::test(start_paused = true)]
async fn a_choice_made_while_it_rings_is_written_as_soon_as_the_call_is_answered() {
    for remember in [false, true] {
        let day = Day::begin(Plan::default()).await;
        let call = day.ring(world::SUPPORT_FR, Some(SHARED));
        day.pass(4).await;
        assert_eq!(day.detail(call).card.matched, Match::Several);
        choose(&day, call, CAFE, remember).await;
        assert_eq!(day.detail(call).card.matched, Match::Found);
        day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
        day.pass(10).await;
        let ticket = day.ticket(call);
        assert_eq!(ticket["customer"], CAFE);
        assert_eq!(ticket["subject"], format!("Inbound call: {CAFE}"));
        note(&ticket, "answered");
    }
}

#[tokio::test(start_paused = true)]
async fn the_rule_takes_the_most_recently_updated_and_a_choice_goes_before_it() {
    let mut plan = Plan::default();
    plan.logging.several_take_recent = true;
    let day = Day::begin(plan).await;
    let recent = day.answered(SHARED).await;
    let taken = day.ticket(recent)["customer"].as_str().unwrap().to_owned();
    let other = if taken == SAM { CAFE } else { SAM };
    let chosen = day.ring(world::SUPPORT_FR, Some(SHARED));
    day.pass(4).await;
    choose(&day, chosen, other, false).await;
    day.aircall.answer(chosen, Some(world::CAMILLE)).unwrap();
    day.pass(10).await;
    assert_eq!(day.ticket(chosen)["customer"], other);
}

#[tokio::test(start_paused = true)]
async fn while_the_first_write_is_under_way_nothing_is_chosen() {
    let day = Day::begin(Plan::default()).await;
    let call = day.answered(SHARED).await;
    day.gorgias.add_fault(Fault::next(1, FaultKind::HangAfter).on("POST", "/api/tickets"));
    choose(&day, call, SAM, false).await;
    day.pass(10).await;
    assert_eq!(code(day.handle.choose(CaseId(call), &id_of(&day, CAFE), false).await), "being_written");
    day.pass(120).await;
    assert_eq!(day.ticket(call)["customer"], SAM);
}

#[tokio::test(start_paused = true)]
async fn somebody_who_is_not_among_the_candidates_is_asked_for_once() {
    let day = Day::begin(Plan::default()).await;
    let call = day.answered(SHARED).await;
    let seq = day.last_seq();
    for nobody in ["999999", "no id", ""] {
        assert_eq!(code(day.handle.choose(CaseId(call), nobody, true).await), "no_such_customer", "{nobody}");
    }
    choose(&day, call, "Marta Ibáñez", true).await;
    day.pass(30).await;
    assert_eq!(day.ticket(call)["customer"], "Marta Ibáñez");
    let asked =
        day.gorgias.journal(seq).into_iter().filter(|e| e.path.starts_with("/api/customers/")).count();
    assert_eq!(asked, 2, "one for nobody, one for Marta");
    day.pass(700).await;
    let next = day.answered(SHARED).await;
    assert_eq!(day.ticket(next)["customer"], "Marta Ibáñez", "it holds although the number is not hers");
}

#[tokio::test(start_paused = true)]
async fn a_choice_is_not_taken_while_the_helpdesk_cannot_say_who_that_is() {
    let day = Day::begin(Plan::default()).await;
    let call = day.answered(SHARED).await;
    let marta = id_of(&day, "Marta Ibáñez");
    day.gorgias.add_fault(Fault::next(1, FaultKind::CutBefore).on("GET", "/api/customers/"));
    assert_eq!(code(day.handle.choose(CaseId(call), &marta, true).await), "helpdesk_away");
    day.pass(60).await;
    assert_eq!(reason(&day, call), "several_matches", "nothing has changed");
    assert_eq!(code(day.handle.choose(CaseId(1), &marta, true).await), "no_such_call");
    let withheld = day.ring(world::SUPPORT_FR, None);
    day.pass(2).await;
    assert_eq!(code(day.handle.choose(CaseId(withheld), &marta, true).await), "no_number");
}

/// G25 and B7: a deleted customer is not written to, and a person is asked again, whether a look-up tells or the write.
#[tokio::test(start_paused = true)]
async fn where_the_chosen_customer_was_deleted_a_person_is_asked_again() {
    for minutes in [1, 12] {
        for remember in [true, false] {
            let day = Day::begin(Plan::default()).await;
            let call = if remember {
                let first = day.answered(SHARED).await;
                choose(&day, first, SAM, true).await;
                day.pass(60 * minutes).await;
                delete(&day, SAM);
                day.answered(SHARED).await
            } else {
                day.handle.pause().await.unwrap();
                let call = day.answered(SHARED).await;
                choose(&day, call, SAM, false).await;
                delete(&day, SAM);
                day.pass(60 * minutes).await;
                day.handle.resume().await.unwrap();
                call
            };
            day.pass(90).await;
            let case = format!("{minutes} min, remembered {remember}");
            assert!(is_unwritten(&day, call), "{case}: the other one was not chosen");
            let detail = day.detail(call);
            assert_eq!(detail.state, CallState::Held, "{case}");
            let why = detail.reason.unwrap();
            assert_eq!(why.code, "choice_gone", "{case}");
            assert!(why.text.contains("chooses again"), "{why:?}");
            assert!(detail.card.chosen.unwrap().gone, "{case}");
            assert_eq!(detail.card.matched, Match::Several, "{case}");
            assert_eq!(detail.card.candidates[0].customer.name, CAFE, "{case}");
            choose(&day, call, CAFE, remember).await;
            day.pass(30).await;
            assert_eq!(day.ticket(call)["customer"], CAFE, "{case}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_chosen_customer_who_was_merged_is_followed() {
    for (minutes, refused) in [(1, false), (1, true), (12, false), (12, true)] {
        let day = Day::begin(Plan::default()).await;
        day.gorgias.switch(|s| s.refuse_merged_customers = refused);
        let first = day.answered(SHARED).await;
        choose(&day, first, SAM, true).await;
        day.pass(60 * minutes).await;
        let ids = [id_of(&day, SAM), id_of(&day, CAFE)].map(|id| id.parse().unwrap());
        day.gorgias.merge(ids[0], ids[1]).unwrap();
        for _ in 0..2 {
            let next = day.answered(SHARED).await;
            day.pass(60).await;
            assert_eq!(day.ticket(next)["customer"], CAFE, "{minutes} min, refused {refused}");
            assert_eq!(day.detail(next).state, CallState::Complete);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_number_that_was_taken_from_the_chosen_customer_is_asked_about() {
    let day = Day::begin(Plan::default()).await;
    let first = day.answered(SHARED).await;
    choose(&day, first, SAM, true).await;
    day.pass(660).await;
    let path = format!("/api/customers/{}", id_of(&day, SAM));
    let body =
        json!({"channels": [{"type": "email", "address": "sam.whitlock@example.com", "preferred": true}]});
    assert!(day.gorgias.by_a_person("PUT", &path, &body).unwrap().0 < 300);
    let next = day.answered(SHARED).await;
    assert!(is_unwritten(&day, next));
    assert_eq!(reason(&day, next), "choice_gone");
    day.handle.withdraw_choice(CaseId(next)).await.unwrap();
    day.pass(30).await;
    assert_eq!(day.ticket(next)["customer"], CAFE, "withdrawn, the only one who has it is the one");
}

#[tokio::test(start_paused = true)]
async fn an_existing_customer_is_found_for_a_held_stranger_and_all_calls_of_the_number_go_there() {
    let mut plan = Plan::default();
    plan.logging.unknown_callers = UnknownCallers::Hold;
    let day = Day::begin(plan).await;
    let held = [day.answered(STRANGER).await, day.answered(STRANGER).await];
    choose(&day, held[0], "Marta Ibáñez", true).await;
    day.pass(60).await;
    for call in held {
        assert_eq!(day.ticket(call)["customer"], "Marta Ibáñez");
    }
}

/// Everything is committed before it is acted on: a kill at any step after the choice loses and doubles nothing.
#[tokio::test(start_paused = true)]
async fn killed_at_any_step_after_the_choice_every_call_is_written_once() {
    for steps in 0..14 {
        let mut day = Day::begin(Plan::default()).await;
        let held = [day.answered(SHARED).await, day.answered(SHARED).await];
        choose(&day, held[0], SAM, true).await;
        let lifeline = day.lifeline.clone();
        if steps > 0 {
            lifeline.cut_after(steps);
        }
        day.pass(5).await;
        day.kill_and_restart().await;
        day.pass(200).await;
        for call in held {
            let ticket = day.ticket(call);
            assert_eq!(ticket["customer"], SAM, "after {steps} steps");
            note(&ticket, "answered");
            note(&ticket, "ended");
            assert_eq!(day.detail(call).state, CallState::Complete, "after {steps} steps");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_candidate_of_the_last_logged_call_comes_first_and_says_so() {
    let day = Day::begin(Plan::default()).await;
    let first = day.answered(SHARED).await;
    for name in [SAM, CAFE] {
        let call = if name == SAM { first } else { day.answered(SHARED).await };
        choose(&day, call, name, false).await;
        day.pass(60).await;
        let asked = day.ring(world::SUPPORT_FR, Some(SHARED));
        day.pass(4).await;
        let best = day.detail(asked).card.candidates.into_iter().next().unwrap();
        assert_eq!(best.customer.name, name);
        assert!(
            best.reasons.contains(&MatchReason::LastCall) && best.reasons.contains(&MatchReason::ExactNumber)
        );
        assert_eq!(best.calls, 1);
        assert!(best.last_call_at.is_some() && best.last_ticket_at >= best.last_call_at);
        day.aircall.hang_up(asked, &HangUp::default()).unwrap();
        day.pass(60).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_chosen_in_a_mode_that_writes_nothing_is_remembered_and_nothing_is_written() {
    let mut plan = Plan::default();
    plan.logging.mode = ModeSetting(Mode::Shadow);
    let mut day = Day::begin(plan).await;
    let shadow = day.answered(SHARED).await;
    choose(&day, shadow, SAM, true).await;
    day.pass(60).await;
    assert!(day.requests(0).0.is_empty());
    day.kill().await;
    day.next_start().logging.mode = ModeSetting(Mode::Live);
    day.start().unwrap();
    day.pass(10).await;
    let live = day.answered(SHARED).await;
    assert_eq!(day.ticket(live)["customer"], SAM);
    assert!(is_unwritten(&day, shadow), "B15");
}
