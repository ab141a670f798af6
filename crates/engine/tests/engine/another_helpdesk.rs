//! Another helpdesk account takes the place of the one that calls were logged into: its ids mean nothing there.

use serde_json::Value;
use sidetone_engine::call::CaseId;
use sidetone_protocol::CallState;
use sidetone_sandbox::{HangUp, aircall_world as world};

use crate::day::{Day, Desk, MARTA, Plan};
use crate::front::conversation;

/// Answered, with a comment; returns when all is written.
async fn commented(day: &Day, from: Option<&str>) -> u64 {
    let call = day.ring(world::SUPPORT_FR, from);
    day.pass(8).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.aircall.comment(call, world::CAMILLE, "before").unwrap();
    day.pass(60).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(600).await;
    assert_eq!(day.detail(call).state, CallState::Complete);
    call
}

async fn connect(day: &mut Day, change: impl FnOnce(&mut Plan)) {
    day.kill().await;
    change(day.next_start());
    day.start().unwrap();
    day.pass(90).await;
}

fn why_not(day: &Day, call: u64) -> String {
    day.detail(call).reason.map(|reason| reason.code).unwrap_or_default()
}

/// A late comment and a tag, each of which would be written.
async fn late(day: &Day, call: u64) {
    day.aircall.comment(call, world::CAMILLE, "late").unwrap();
    day.aircall.tag(call, Some(world::CAMILLE), "Refund").unwrap();
    day.pass(300).await;
}

#[tokio::test(start_paused = true)]
async fn into_another_account_of_gorgias_nothing_goes_of_calls_from_before() {
    // Tickets of the same number are a stranger's there
    let mut day = Day::begin(Plan::default()).await;
    let call = commented(&day, Some(MARTA)).await;
    let before = day.ticket(call);
    connect(&mut day, |plan| plan.gorgias_url = "http://localhost:2").await;
    let seq = day.last_seq();
    late(&day, call).await;
    assert_eq!(day.ticket(call), before);
    let asked = day.gorgias.journal(seq);
    assert!(asked.iter().all(|entry| !entry.is_write()), "{asked:?}");
    assert_eq!(why_not(&day, call), "other_helpdesk");
    // New calls are logged there, of the same caller too.
    let next = commented(&day, Some(MARTA)).await;
    assert_ne!(day.ticket(next), before);
    // Connected again, the one before goes on.
    connect(&mut day, |plan| plan.gorgias_url = "http://127.0.0.1:2").await;
    day.aircall.comment(call, world::CAMILLE, "later").unwrap();
    day.pass(300).await;
    let after = day.ticket(call);
    let has = |text: &str| after["messages"].to_string().contains(text);
    assert!(has("late") && has("later"), "{after:#}");
    assert_eq!(day.detail(call).state, CallState::Complete);
}

#[tokio::test(start_paused = true)]
async fn calls_go_on_in_front_where_it_takes_the_place_of_gorgias_and_back() {
    let mut day = Day::begin(Plan::default()).await;
    let first = commented(&day, Some(MARTA)).await;
    let withheld = commented(&day, None).await;
    let under_way = day.ring(world::SUPPORT_FR, Some("+33199001144"));
    day.pass(8).await;
    day.aircall.answer(under_way, Some(world::CAMILLE)).unwrap();
    day.pass(30).await;
    connect(&mut day, |plan| plan.desk = Desk::Front).await;
    day.aircall.hang_up(under_way, &HangUp::default()).unwrap();
    late(&day, first).await;
    for call in [first, under_way] {
        assert_eq!(
            (day.detail(call).state, why_not(&day, call)),
            (CallState::Parked, "other_helpdesk".into())
        );
    }
    // Ids of Gorgias are numbers, which nothing of Front is.
    let is_foreign = |path: &str| path.split(['/', '?']).any(|part| part.parse::<u64>().is_ok());
    let foreign: Vec<String> =
        day.front.journal(0).into_iter().map(|entry| entry.path).filter(|path| is_foreign(path)).collect();
    assert!(foreign.is_empty(), "{foreign:?}");
    for from in [Some(MARTA), None] {
        let call = commented(&day, from).await;
        assert_eq!(conversation(&day, call)["comments"].as_array().map(Vec::len), Some(1));
    }
    // A person wants one of them here, too.
    day.handle.retry(CaseId(first));
    day.pass(300).await;
    let comments: Vec<Value> = conversation(&day, first)["comments"].as_array().unwrap().clone();
    let said: Vec<&str> = comments.iter().filter_map(|one| one["body"].as_str()).collect();
    assert!(said.contains(&"late") && said.iter().filter(|one| **one == "before").count() == 2, "{said:?}");
    assert_eq!(day.detail(first).state, CallState::Complete);
    connect(&mut day, |plan| plan.desk = Desk::Gorgias).await;
    late(&day, withheld).await;
    assert_eq!(day.detail(withheld).state, CallState::Complete);
    assert!(day.ticket(withheld)["messages"].to_string().contains("late"));
    let next = commented(&day, Some(MARTA)).await;
    day.ticket(next);
}
