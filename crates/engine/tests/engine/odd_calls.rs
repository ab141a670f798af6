//! Withheld and internal numbers (G23), menus with two numbers, calls that Aircall rewrites, and calls that come at once.

use serde_json::{Value, json};
use sidetone_engine::settings::Logging;
use sidetone_protocol::CallState;
use sidetone_sandbox::{HangUp, Ring, aircall_world as world};

use crate::day::{Day, MARTA, Plan, STRANGER, note};

fn with(change: impl FnOnce(&mut Logging)) -> Plan {
    let mut plan = Plan::default();
    change(&mut plan.logging);
    plan
}

async fn talk(day: &Day, call: u64, agent: u64) {
    day.pass(5).await;
    day.aircall.answer(call, Some(agent)).unwrap();
    day.pass(30).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(60).await;
}

#[tokio::test(start_paused = true)]
async fn withheld_callers_are_logged_or_only_stored_as_the_set_up_says() {
    // G23
    for log in [true, false] {
        let day = Day::begin(with(|l| l.log_anonymous = log)).await;
        let customers = day.gorgias.customers().len();
        let answered = day.ring(world::SUPPORT_FR, None);
        talk(&day, answered, world::CAMILLE).await;
        let missed = day.ring(world::SUPPORT_FR, None);
        day.pass(10).await;
        day.aircall.hang_up(missed, &HangUp { voicemail: true, ..HangUp::default() }).unwrap();
        day.pass(90).await;
        for call in [answered, missed] {
            let detail = day.detail(call);
            if log {
                assert_eq!(day.ticket(call)["customer"], "Anonymous caller");
                assert_eq!(detail.state, CallState::Complete);
            } else {
                assert!(day.tickets_of(&format!("aircall:call:{call}")).is_empty());
                assert_eq!(
                    (detail.state, detail.reason.unwrap().code.as_str()),
                    (CallState::NotLogged, "anonymous_stored")
                );
            }
        }
        assert_eq!(day.gorgias.customers().len(), customers + usize::from(log));
    }
}

#[tokio::test(start_paused = true)]
async fn both_halves_of_a_call_between_own_lines_are_logged_or_only_stored_as_the_set_up_says() {
    // G23
    const SALES_NUMBER: &str = "+12025550110";
    const SUPPORT_NUMBER: &str = "+33199001010";
    for log in [true, false] {
        let day = Day::begin(with(|l| l.log_internal = log)).await;
        let out = sidetone_sandbox::Dial {
            agent: world::AMELIA,
            to: SUPPORT_NUMBER.into(),
            line: Some(world::SALES_US),
        };
        let out = day.aircall.dial(&out).unwrap();
        let back = day.ring(world::SUPPORT_FR, Some(SALES_NUMBER));
        day.pass(5).await;
        day.aircall.answer(back, Some(world::CAMILLE)).unwrap();
        day.aircall.answer(out, None).unwrap();
        day.pass(30).await;
        for half in [out, back] {
            day.aircall.hang_up(half, &HangUp::default()).unwrap();
        }
        day.pass(60).await;
        for half in [out, back] {
            let detail = day.detail(half);
            if log {
                day.ticket(half);
            } else {
                assert_eq!(
                    (detail.state, detail.reason.unwrap().code.as_str()),
                    (CallState::NotLogged, "internal_call")
                );
            }
        }
        assert_eq!(day.gorgias.dump().to_string().contains("aircall:call:"), log);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_a_menus_number_and_the_one_behind_it_both_tell_of_is_one_record() {
    // `reference/aircall.md` §6.3: `call.created` comes for the parent and for the child, of one call.
    for selected in
        [vec![world::RECEPTION], vec![world::SUPPORT_FR], vec![world::RECEPTION, world::SUPPORT_FR]]
    {
        for child_first in [true, false] {
            let day = Day::begin(Plan { lines: selected.clone(), ..Plan::default() }).await;
            let child_of = |call: u64| {
                let mut data = day.aircall.call(call).unwrap();
                data["number"] = json!({"id": world::SUPPORT_FR, "name": "Support FR", "country": "FR",
                    "time_zone": "Europe/Paris", "digits": "+33 1 99 00 10 10", "is_ivr": false});
                data
            };
            if child_first {
                day.aircall.switch(|s| s.delay_s = 2.0);
            }
            let ring = Ring {
                line: world::RECEPTION,
                from: Some(MARTA.into()),
                ivr: vec!["2".into()],
                ..Ring::default()
            };
            let call = day.aircall.ring(&ring).unwrap();
            if child_first {
                day.aircall.switch(|s| s.delay_s = 0.0);
            }
            day.aircall.emit("call.created", child_of(call));
            talk(&day, call, world::CAMILLE).await;
            let ticket = day.ticket(call);
            assert_eq!(ticket["messages"].as_array().unwrap().len(), 2, "{selected:?} {child_first}");
            let answered = note(&ticket, "answered")["body_text"].as_str().unwrap().to_owned();
            assert!(
                answered.contains("IVR options: 2, Repairs") && answered.contains("Reception"),
                "{answered}"
            );
            assert_eq!(day.aircall.cards().len(), 1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_aircall_rewrites_minutes_after_the_end_changes_no_record() {
    let day = Day::begin(Plan::default()).await;
    let mut calls = [day.answered(MARTA).await, day.answered(MARTA).await];
    calls.sort_by_key(|call| call % 2);
    // One of them is corrected by a second (`reference/aircall.md` §4.1).
    let records = |day: &Day| calls.map(|call| day.ticket(call));
    let before = records(&day);
    let told = |day: &Day| day.aircall.call(calls[0]).unwrap()["duration"].clone();
    let duration = told(&day);
    day.pass(400).await;
    assert_ne!(told(&day), duration, "Aircall has rewritten it");
    for call in calls {
        let mut rewritten = day.aircall.call(call).unwrap();
        rewritten["user"] = Value::Null;
        rewritten["ended_at"] = json!(rewritten["ended_at"].as_i64().unwrap() - 1);
        rewritten["number"]["name"] = json!("Renamed line");
        rewritten["contact"]["first_name"] = json!("Martina");
        day.aircall.emit("call.archived", rewritten);
    }
    day.pass(60).await;
    assert_eq!(records(&day), before);
    let comment = day.aircall.comment(calls[0], world::CAMILLE, "Later").unwrap();
    day.pass(30).await;
    let ticket = day.ticket(calls[0]);
    note(&ticket, &format!("comment:{comment}"));
    assert_eq!(ticket["messages"].as_array().unwrap().len(), 3);
    assert_eq!(ticket["subject"], before[0]["subject"]);
    assert_eq!(ticket["tags"], before[0]["tags"]);
}

#[tokio::test(start_paused = true)]
async fn a_stranger_who_calls_twice_within_half_a_minute_is_one_customer() {
    for lag_s in [0.0, 20.0] {
        let day = Day::begin(Plan::default()).await;
        day.gorgias.switch(|s| s.list_lag_s = lag_s);
        let customers = day.gorgias.customers().len();
        let first = day.ring(world::SUPPORT_FR, Some(STRANGER));
        day.pass(5).await;
        day.aircall.answer(first, Some(world::CAMILLE)).unwrap();
        day.pass(15).await;
        day.aircall.hang_up(first, &HangUp::default()).unwrap();
        day.pass(10).await;
        let second = day.ring(world::SUPPORT_FR, Some(STRANGER));
        talk(&day, second, world::THEO).await;
        let notes = |call| day.ticket(call)["messages"].as_array().unwrap().len();
        assert_eq!(
            (notes(first), notes(second)),
            (3, 2),
            "the first one says that nobody had the number (G16)"
        );
        assert_eq!(day.gorgias.customers().len(), customers + 1, "lag {lag_s}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_customer_on_two_lines_and_three_people_at_once_get_a_record_each() {
    let day = Day::begin(Plan::default()).await;
    let calls = [
        (day.ring(world::SUPPORT_FR, Some(MARTA)), world::CAMILLE, "Marta Ibáñez"),
        (day.ring(world::SUPPORT_DE, Some(MARTA)), world::JONAS, "Marta Ibáñez"),
        (day.ring(world::SUPPORT_FR, Some("+33199001144")), world::THEO, "Lucas Moreau"),
        (day.ring(world::SALES_US, Some("+12025550117")), world::AMELIA, "Priya Nair"),
        (day.ring(world::SALES_US, Some(STRANGER)), world::INES, "Aircall New Contact +33199005599"),
    ];
    day.pass(4).await;
    for (call, agent, _) in calls {
        day.aircall.answer(call, Some(agent)).unwrap();
    }
    day.pass(30).await;
    for (call, ..) in calls {
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
    }
    day.pass(60).await;
    for (call, _, customer) in calls {
        let ticket = day.ticket(call);
        assert_eq!(ticket["customer"], customer);
        note(&ticket, "answered");
        note(&ticket, "ended");
        assert_eq!(day.detail(call).state, CallState::Complete);
    }
}
