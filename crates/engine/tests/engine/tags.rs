//! The tags of a ticket are those of its call (G15), whatever goes wrong with a request and whatever changes later.

use serde_json::{Value, json};
use sidetone_sandbox::{Fault, FaultKind, aircall_world as world};

use crate::day::{self, Day, MARTA, Plan, tags};

const UNCLEAR: [FaultKind; 4] =
    [FaultKind::HangAfter, FaultKind::HangBefore, FaultKind::CutAfter, FaultKind::CutBefore];

#[tokio::test(start_paused = true)]
async fn a_tag_whose_adding_was_unclear_is_taken_off_again() {
    for kind in UNCLEAR {
        let day = Day::begin(Plan::default()).await;
        let call = day.answered(MARTA).await;
        day.gorgias.add_fault(Fault::next(1, kind.clone()).on("POST", "/api/tickets/"));
        day.aircall.tag(call, Some(world::CAMILLE), "Refund").unwrap();
        day.pass(20).await;
        day.aircall.untag(call, "Refund").unwrap();
        day.pass(300).await;
        assert!(!tags(&day.ticket(call)).contains(&"Refund"), "{}", kind.name());
    }
}

#[tokio::test(start_paused = true)]
async fn a_tag_whose_removal_was_unclear_is_put_on_again() {
    for kind in UNCLEAR {
        let day = Day::begin(Plan::default()).await;
        let call = day.answered(MARTA).await;
        day.aircall.tag(call, Some(world::CAMILLE), "Refund").unwrap();
        day.pass(20).await;
        day.gorgias.add_fault(Fault::next(1, kind.clone()).on("DELETE", "/api/tickets/"));
        day.aircall.untag(call, "Refund").unwrap();
        day.pass(20).await;
        day.aircall.tag(call, Some(world::CAMILLE), "Refund").unwrap();
        day.pass(300).await;
        assert!(tags(&day.ticket(call)).contains(&"Refund"), "{}", kind.name());
    }
}

#[tokio::test(start_paused = true)]
async fn what_changes_in_the_teams_later_puts_no_new_tag_on_the_tickets_of_old_calls() {
    let renamed = |data: &mut Value| data["teams"][0]["name"] = json!("Customer Care");
    let joined = |data: &mut Value| {
        let team = json!({ "id": 661_777, "name": "Customer Care", "users": [{ "id": world::CAMILLE }] });
        data["teams"].as_array_mut().unwrap().push(team);
    };
    let changes: [fn(&mut Value); 2] = [renamed, joined];
    for change in changes {
        let day = Day::begin(Plan::default()).await;
        let call = day.answered(MARTA).await;
        assert!(tags(&day.ticket(call)).contains(&"Care"));
        day.pass(3 * 3600).await;
        let mut data = day.aircall.call(call).unwrap();
        change(&mut data);
        data["comments"] = json!([{
            "id": 5551, "content": "late", "posted_at": day.now().timestamp(), "posted_by": data["user"],
        }]);
        let seq = day.last_seq();
        day.aircall.emit("call.commented", data);
        day.pass(120).await;
        assert!(!tags(&day.ticket(call)).contains(&"Customer Care"), "{:?}", tags(&day.ticket(call)));
        let writes = day.requests(seq).0;
        assert_eq!(writes.len(), 1, "the comment, and nothing else: {writes:#?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_team_that_is_renamed_during_the_call_is_written_once() {
    let day = Day::begin(Plan::default()).await;
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(8).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(10).await;
    let mut data = day.aircall.call(call).unwrap();
    data["teams"][0]["name"] = json!("Customer Care");
    day.aircall.emit("call.hold", data);
    day.pass(5).await;
    day.aircall.hang_up(call, &sidetone_sandbox::HangUp::default()).unwrap();
    day.pass(120).await;
    let ticket = day.ticket(call);
    let teams: Vec<&str> = tags(&ticket).into_iter().filter(|tag| tag.contains("Care")).collect();
    assert_eq!(teams, ["Care"], "as it was named when the ticket was made");
}

/// Aircall lists no teams on outbound calls: only its list of teams tells whose call it is.
async fn dialled(day: &Day) -> u64 {
    let dial =
        sidetone_sandbox::Dial { agent: world::CAMILLE, line: Some(world::SUPPORT_FR), to: MARTA.into() };
    let call = day.aircall.dial(&dial).unwrap();
    day.pass(5).await;
    day.aircall.answer(call, None).unwrap();
    day.pass(20).await;
    call
}

fn no_teams() -> sidetone_sandbox::Fault {
    let down = sidetone_sandbox::FaultKind::Status { status: 500, retry_after: None };
    sidetone_sandbox::Fault::next(u32::MAX, down).on("GET", "/v1/teams")
}

#[tokio::test(start_paused = true)]
async fn a_crash_costs_no_teams_tag_although_aircall_cannot_be_asked_for_its_teams() {
    // B4, G15
    for killed_before_the_create in [true, false] {
        let mut day = Day::begin(Plan::default()).await;
        day.pass(30).await;
        if killed_before_the_create {
            day.aircall.add_fault(no_teams());
            day.kill_and_restart().await;
        }
        let call = dialled(&day).await;
        if !killed_before_the_create {
            day.aircall.add_fault(no_teams());
            day.kill_and_restart().await;
        }
        day.aircall.hang_up(call, &sidetone_sandbox::HangUp::default()).unwrap();
        day.pass(120).await;
        assert!(tags(&day.ticket(call)).contains(&"Care"), "{:?}", tags(&day.ticket(call)));
    }
}

#[tokio::test(start_paused = true)]
async fn while_aircalls_teams_were_never_read_none_are_frozen() {
    // G15: the first start of all, and Aircall does not list its teams until long after the call.
    let mut day = Day::begin(Plan::default()).await;
    day.kill().await;
    day.shelf.lose();
    day.set_from(Some(day::morning()));
    day.aircall.add_fault(no_teams());
    day.start().unwrap();
    day.pass(60).await;
    let call = dialled(&day).await;
    day.aircall.hang_up(call, &sidetone_sandbox::HangUp::default()).unwrap();
    day.pass(120).await;
    assert!(!tags(&day.ticket(call)).contains(&"Care"), "nothing waits for ever");
    day.aircall.clear_faults();
    day.pass(60).await;
    day.aircall.comment(call, world::CAMILLE, "And one more thing").unwrap();
    day.pass(60).await;
    assert!(tags(&day.ticket(call)).contains(&"Care"), "{:?}", tags(&day.ticket(call)));
}
