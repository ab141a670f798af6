//! What an admin sets for calls, with Front: each way of each switch that `docs/front.md` tells of.

use sidetone_engine::settings::{Keep, Logging};
use sidetone_protocol::CallState;
use sidetone_sandbox::{Dial, HangUp, aircall_world as world};

use crate::day::{Day, MARTA, Plan};
use crate::front::{archive, conversation, last_seq, missed, writes};

async fn with(set: impl FnOnce(&mut Logging)) -> Day {
    let mut plan = Plan::with_front();
    set(&mut plan.logging);
    Day::begin(plan).await
}

/// Why the call is not logged. Nothing of it is in Front.
fn kept_out(day: &Day, call: u64) -> String {
    assert!(day.front.conversations_marked(&format!("aircall:call:{call}")).is_empty());
    let detail = day.detail(call);
    assert_eq!(detail.state, CallState::NotLogged, "{detail:#?}");
    detail.reason.unwrap().code
}

/// An outbound call that nobody takes; returns when all is written.
async fn in_vain(day: &Day, to: &str) -> u64 {
    let dial = Dial { agent: world::CAMILLE, to: to.into(), line: Some(world::SUPPORT_FR) };
    let call = day.aircall.dial(&dial).unwrap();
    day.pass(20).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(120).await;
    call
}

#[tokio::test(start_paused = true)]
async fn each_kind_of_call_is_archived_where_that_is_set_unless_its_conversation_was_open() {
    // F2, F4, F7
    for kind in 0..3 {
        let keep = |at: usize| if at == kind { Keep::Closed } else { Keep::Open };
        let day = with(|l| [l.answered, l.missed, l.outbound_unanswered] = [keep(0), keep(1), keep(2)]).await;
        for at in [kind, (kind + 1) % 3, kind] {
            let call = match at {
                0 => day.answered(MARTA).await,
                1 => missed(&day, MARTA).await,
                _ => in_vain(&day, MARTA).await,
            };
            let found = conversation(&day, call);
            // The second call leaves it open, and so it stays with the third.
            let is_first = found["messages"].as_array().unwrap().iter().all(|m| {
                m["external_id"].as_str().is_none_or(|key| key.starts_with(&format!("aircall:call:{call}")))
            });
            let is_archived = found["status"] == "archived";
            assert_eq!(is_archived, is_first, "{kind}, {at}: {found:#}");
        }
        // Archived by a person, it is archived again.
        let last = missed(&day, MARTA).await;
        archive(&day, &conversation(&day, last));
        let call = match kind {
            0 => day.answered(MARTA).await,
            1 => missed(&day, MARTA).await,
            _ => in_vain(&day, MARTA).await,
        };
        assert_eq!(conversation(&day, call)["status"], "archived", "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_kind_of_call_is_only_stored_where_that_is_set() {
    for kind in 0..3 {
        let keep = |at: usize| if at == kind { Keep::Store } else { Keep::Open };
        let day = with(|l| [l.answered, l.missed, l.outbound_unanswered] = [keep(0), keep(1), keep(2)]).await;
        let before = last_seq(&day);
        let call = match kind {
            0 => day.answered(MARTA).await,
            1 => missed(&day, MARTA).await,
            _ => in_vain(&day, MARTA).await,
        };
        day.aircall.comment(call, world::CAMILLE, "Stays here").unwrap();
        day.pass(300).await;
        assert_eq!(kept_out(&day, call), "by_setting", "{kind}");
        assert_eq!(writes(&day, before), Vec::<String>::new(), "{kind}");
        let other = if kind == 1 { day.answered(MARTA).await } else { missed(&day, MARTA).await };
        assert_ne!(conversation(&day, other)["status"], "archived");
    }
}

#[tokio::test(start_paused = true)]
async fn withheld_callers_are_logged_or_only_stored_as_is_set() {
    // G23
    for log in [true, false] {
        let day = with(|l| l.log_anonymous = log).await;
        let call = day.ring(world::SUPPORT_FR, None);
        day.pass(25).await;
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
        day.pass(200).await;
        if log {
            conversation(&day, call);
        } else {
            assert_eq!(kept_out(&day, call), "anonymous_stored");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn calls_between_own_lines_are_logged_or_only_stored_as_is_set() {
    // G23
    const SALES_NUMBER: &str = "+12025550110";
    for log in [true, false] {
        let day = with(|l| l.log_internal = log).await;
        let call = missed(&day, SALES_NUMBER).await;
        day.pass(200).await;
        if log {
            conversation(&day, call);
        } else {
            assert_eq!(kept_out(&day, call), "internal_call");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn of_several_contacts_a_person_chooses_whatever_is_set() {
    // B7: Front does not tell when a contact was changed, so nobody could say who is the last
    for recent in [false, true] {
        let day = with(|l| l.several_take_recent = recent).await;
        let call = missed(&day, "+12025550161").await;
        assert_eq!(day.detail(call).reason.unwrap().code, "several_matches");
        assert!(day.front.conversations_marked(&format!("aircall:call:{call}")).is_empty());
    }
}
