//! The missed-call desk: nobody who rang in vain is forgotten, and nobody who was called back is called again.

use serde_json::{Value, json};
use sidetone_days::stores::Stores;
use sidetone_engine::act::ActRefused;
use sidetone_engine::desk::{DeskDeed, DeskRefused, Whom};
use sidetone_engine::settings::Arrival;
use sidetone_engine::{Desired, Handle};
use sidetone_protocol::{DeskCaller, DeskCounts, DeskKind, DeskView, LiveEvent, Phase};
use sidetone_sandbox::{Dial, HangUp, Text, aircall_world as world};

use crate::day::{Day, MARTA, Plan, STRANGER};

fn desk(day: &Day) -> DeskView {
    day.handle.missed(&Desired::default()).unwrap()
}

fn whom(key: &str) -> Whom {
    Whom::parse(key).unwrap()
}

async fn act(handle: &Handle, key: &str, deed: DeskDeed) -> Result<(), DeskRefused> {
    handle.at_the_desk(whom(key), deed).await
}

fn claim(agent: u64) -> DeskDeed {
    DeskDeed::Claim(Some(agent.to_string()))
}

/// A call that nobody answers; comes back when it is written.
async fn missed(day: &Day, line: u64, from: Option<&str>) -> u64 {
    let call = day.ring(line, from);
    day.pass(12).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(108).await;
    call
}

/// Somebody calls this number, and talks for a while if the other side answers.
async fn call_back(day: &Day, agent: u64, to: &str, answers: bool) {
    let call = day.aircall.dial(&Dial { agent, to: to.into(), line: None }).unwrap();
    day.pass(10).await;
    if answers {
        day.aircall.answer(call, None).unwrap();
        day.pass(30).await;
    }
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(60).await;
}

/// The only one who waits.
fn only(day: &Day) -> DeskCaller {
    let desk = desk(day);
    assert_eq!((desk.waiting.len(), desk.claimed.len()), (1, 0), "{desk:?}");
    desk.waiting.into_iter().next().unwrap()
}

fn counts(day: &Day) -> (u32, u32) {
    let DeskCounts { waiting, claimed } = day.handle.now(None).unwrap().desk;
    (waiting, claimed)
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_rang_three_times_waits_once_since_the_first() {
    let day = Day::begin(Plan::default()).await;
    let rang_at = day.now().timestamp();
    missed(&day, world::SUPPORT_FR, Some(MARTA)).await;
    missed(&day, world::SUPPORT_FR, Some(MARTA)).await;
    let last = missed(&day, world::SALES_US, Some(MARTA)).await;
    let caller = only(&day);
    assert_eq!((caller.calls, caller.kind, caller.key.as_str()), (3, DeskKind::Missed, MARTA));
    assert!((caller.first_at - rang_at).abs() <= 1);
    assert_eq!(caller.last.id, last.to_string());
    assert_eq!(caller.last.customer.unwrap().name, "Marta Ibáñez");
    let lines: Vec<_> = caller.lines.iter().map(|line| line.id.clone()).collect();
    assert_eq!(lines, [world::SALES_US.to_string(), world::SUPPORT_FR.to_string()]);
    assert_eq!((caller.claimed, caller.talk), (None, None));
    assert_eq!(counts(&day), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn called_back_and_answered_is_done_whoever_dialled() {
    let day = Day::begin(Plan::default()).await;
    missed(&day, world::SUPPORT_FR, Some(MARTA)).await;
    act(&day.handle, MARTA, claim(world::CAMILLE)).await.unwrap();
    // Somebody else, by hand, in Aircall.
    call_back(&day, world::JONAS, MARTA, true).await;
    let desk = desk(&day);
    assert_eq!((desk.waiting, desk.claimed, desk.done_today), (vec![], vec![], 1));
    assert_eq!(counts(&day), (0, 0));
    // Who rings again waits again, and nobody has claimed that.
    let again = missed(&day, world::SUPPORT_FR, Some(MARTA)).await;
    let caller = only(&day);
    assert_eq!((caller.calls, caller.last.id), (1, again.to_string()));
    assert_eq!(self::desk(&day).done_today, 0, "not done: the caller waits");
}

#[tokio::test(start_paused = true)]
async fn called_back_and_not_answered_still_waits() {
    let day = Day::begin(Plan::default()).await;
    missed(&day, world::SUPPORT_FR, Some(MARTA)).await;
    let rang_at = only(&day).first_at;
    call_back(&day, world::CAMILLE, MARTA, false).await;
    assert_eq!((only(&day).first_at, only(&day).calls), (rang_at, 1));
}

#[tokio::test(start_paused = true)]
async fn the_caller_who_got_through_by_himself_is_done() {
    let day = Day::begin(Plan::default()).await;
    missed(&day, world::SUPPORT_FR, Some(MARTA)).await;
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(5).await;
    let waits = only(&day);
    assert_eq!(waits.talk.map(|talk| (talk.outbound, talk.answered)), Some((false, false)), "rings again");
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(5).await;
    let desk = desk(&day);
    let talk = desk.claimed[0].talk.clone().unwrap();
    assert_eq!((talk.agent.unwrap().name.as_str(), talk.answered), ("Camille Roux", true));
    assert_eq!(counts(&day), (0, 1));
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(60).await;
    assert_eq!(counts(&day), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn who_is_calling_back_is_shown_while_it_lasts() {
    let day = Day::begin(Plan::default()).await;
    missed(&day, world::SUPPORT_FR, Some(MARTA)).await;
    let call = day.aircall.dial(&Dial { agent: world::JONAS, to: MARTA.into(), line: None }).unwrap();
    day.pass(5).await;
    let desk = desk(&day);
    assert_eq!(desk.waiting, []);
    let talk = desk.claimed[0].talk.clone().unwrap();
    assert_eq!(
        (talk.agent.unwrap().name.as_str(), talk.outbound, talk.answered),
        ("Jonas Weber", true, false)
    );
    assert_eq!(desk.claimed[0].claimed, None, "it is not stored");
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(60).await;
    only(&day);
}

#[tokio::test(start_paused = true)]
async fn withheld_callers_stand_alone_and_can_only_be_cleared() {
    let day = Day::begin(Plan::default()).await;
    let first = missed(&day, world::SUPPORT_FR, None).await;
    let second = missed(&day, world::SUPPORT_FR, None).await;
    let keys = |day: &Day| desk(day).waiting.into_iter().map(|caller| caller.key).collect::<Vec<_>>();
    assert_eq!(keys(&day), [format!("call:{first}"), format!("call:{second}")]);
    act(&day.handle, &format!("call:{first}"), DeskDeed::Clear(None)).await.unwrap();
    assert_eq!(keys(&day), [format!("call:{second}")]);
    assert_eq!(desk(&day).done_today, 1);
    // A talk with somebody who withholds the number is nobody's call back.
    let call = day.ring(world::SUPPORT_FR, None);
    day.pass(5).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(20).await;
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(60).await;
    assert_eq!(keys(&day), [format!("call:{second}")]);
}

#[tokio::test(start_paused = true)]
async fn what_is_cleared_is_what_was_seen_and_it_can_be_taken_back() {
    let mut day = Day::begin(Plan::default()).await;
    let seen = missed(&day, world::SUPPORT_FR, Some(MARTA)).await;
    let later = missed(&day, world::SUPPORT_FR, Some(MARTA)).await;
    let clear = |call: u64| DeskDeed::Clear(Some(sidetone_engine::call::CaseId(call)));
    act(&day.handle, MARTA, clear(seen)).await.unwrap();
    assert_eq!((only(&day).calls, only(&day).last.id), (1, later.to_string()));
    assert_eq!(
        act(&day.handle, MARTA, clear(seen)).await,
        Err(DeskRefused::NotWaiting),
        "it is done already"
    );
    act(&day.handle, MARTA, clear(later)).await.unwrap();
    assert_eq!(counts(&day), (0, 0));
    day.kill_and_restart().await;
    assert_eq!(counts(&day), (0, 0), "over restarts, too");
    act(&day.handle, MARTA, DeskDeed::Undo).await.unwrap();
    assert_eq!(only(&day).calls, 1, "one step back");
    // What nobody knows cannot be cleared.
    assert_eq!(act(&day.handle, STRANGER, DeskDeed::Clear(None)).await, Err(DeskRefused::NotWaiting));
}

#[tokio::test(start_paused = true)]
async fn a_claim_is_one_persons_until_it_is_released_or_has_lapsed() {
    let mut day = Day::begin(Plan::default()).await;
    missed(&day, world::SUPPORT_FR, Some(MARTA)).await;
    let claimed_by = |day: &Day| desk(day).claimed.first().map(|c| c.claimed.clone().unwrap().agent.name);
    // There are several agents: it must be said who claims.
    let unsaid = act(&day.handle, MARTA, DeskDeed::Claim(None)).await;
    assert!(matches!(unsaid, Err(DeskRefused::Act(ActRefused::WhichAgent(_)))), "{unsaid:?}");
    act(&day.handle, MARTA, claim(world::CAMILLE)).await.unwrap();
    assert_eq!(claimed_by(&day).as_deref(), Some("Camille Roux"));
    match act(&day.handle, MARTA, claim(world::JONAS)).await {
        Err(DeskRefused::ClaimedByAnother(claim)) => assert_eq!(claim.by, world::CAMILLE),
        other => panic!("{other:?}"),
    }
    act(&day.handle, MARTA, claim(world::CAMILLE)).await.expect("twice is once");
    act(&day.handle, MARTA, DeskDeed::Release).await.unwrap();
    act(&day.handle, MARTA, claim(world::JONAS)).await.unwrap();
    day.kill_and_restart().await;
    day.pass(3).await;
    assert_eq!(claimed_by(&day).as_deref(), Some("Jonas Weber"));
    let mut pushed = day.handle.subscribe();
    day.pass(29 * 60).await;
    assert_eq!(counts(&day), (0, 1));
    day.pass(150).await;
    assert_eq!(counts(&day), (1, 0), "half an hour later it is everybody's again");
    let told = std::iter::from_fn(|| pushed.try_recv().ok()).filter_map(|pushed| match pushed.body {
        LiveEvent::Desk(counts) => Some((counts.waiting, counts.claimed)),
        _ => None,
    });
    assert_eq!(told.last(), Some((1, 0)), "and windows hear of it");
    act(&day.handle, MARTA, claim(world::CAMILLE)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn windows_are_told_of_every_change_and_of_nothing_else() {
    let day = Day::begin(Plan::default()).await;
    let mut pushed = day.handle.subscribe();
    let mut told = || {
        let new = std::iter::from_fn(|| pushed.try_recv().ok());
        let desk = new.filter_map(|pushed| match pushed.body {
            LiveEvent::Desk(counts) => Some((counts.waiting, counts.claimed)),
            _ => None,
        });
        desk.collect::<Vec<_>>()
    };
    day.answered(STRANGER).await;
    assert_eq!(told(), [], "nobody waits who was answered");
    missed(&day, world::SUPPORT_FR, Some(MARTA)).await;
    assert_eq!(told().last(), Some(&(1, 0)));
    act(&day.handle, MARTA, claim(world::CAMILLE)).await.unwrap();
    day.pass(1).await;
    assert_eq!(told(), [(0, 1)]);
    act(&day.handle, MARTA, DeskDeed::Release).await.unwrap();
    day.pass(1).await;
    assert_eq!(told(), [(1, 0)]);
    call_back(&day, world::CAMILLE, MARTA, true).await;
    let told_of_the_call = told();
    assert!(told_of_the_call.contains(&(0, 1)), "{told_of_the_call:?}");
    assert_eq!(told_of_the_call.last(), Some(&(0, 0)));
    day.pass(300).await;
    assert_eq!(told(), []);
}

#[tokio::test(start_paused = true)]
async fn voicemails_and_requests_to_be_called_back_say_what_they_are() {
    let day = Day::begin(Plan::default()).await;
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(12).await;
    day.aircall.hang_up(call, &HangUp { voicemail: true, ..HangUp::default() }).unwrap();
    day.pass(120).await;
    missed(&day, world::SUPPORT_FR, Some(MARTA)).await;
    let caller = only(&day);
    assert_eq!((caller.kind, caller.calls), (DeskKind::Voicemail, 2));
    let asset = day.aircall.call(call).unwrap()["asset"].as_str().unwrap().to_owned();
    assert_eq!(caller.asset, Some(asset), "where the voicemail can be heard");
    // Aircall's queue: tagged by nobody, no reason.
    let call = day.ring(world::SUPPORT_FR, Some(STRANGER));
    day.pass(10).await;
    day.aircall.tag(call, None, "Callback Request").unwrap();
    let now = day.now().timestamp();
    let ended = |mut data: Value| {
        data["status"] = "done".into();
        data["ended_at"] = now.into();
        data["missed_call_reason"] = Value::Null;
        data
    };
    let data = day.aircall.call(call).unwrap();
    day.aircall.emit("call.hungup", ended(data.clone()));
    day.aircall.emit("call.ended", ended(data));
    day.pass(30).await;
    let kinds: Vec<_> = desk(&day).waiting.iter().map(|caller| (caller.key.clone(), caller.kind)).collect();
    assert_eq!(
        kinds,
        [(MARTA.to_owned(), DeskKind::Voicemail), (STRANGER.to_owned(), DeskKind::Callback)],
        "longest waiting first"
    );
}

#[tokio::test(start_paused = true)]
async fn an_agent_is_shown_who_called_the_lines_that_the_agent_works_on() {
    let day = Day::begin(Plan::default()).await;
    let of = |agent: u64| {
        let wanted = Desired { agent: Some(agent.to_string()), ..Desired::default() };
        let desk = day.handle.missed(&wanted).unwrap();
        let keys: Vec<_> = desk.waiting.into_iter().map(|caller| caller.key).collect();
        (keys, desk.lines.map(|lines| lines.into_iter().map(|line| line.name).collect::<Vec<_>>()))
    };
    missed(&day, world::SUPPORT_FR, Some(MARTA)).await;
    missed(&day, world::SALES_US, Some("+12025550161")).await;
    let all = vec![MARTA.to_owned(), "+12025550161".to_owned()];
    assert_eq!(of(world::CAMILLE), (all, None), "no call of hers is known: nothing is hidden from her");
    day.answered(STRANGER).await;
    assert_eq!(of(world::CAMILLE), (vec![MARTA.to_owned()], Some(vec!["Support FR".to_owned()])));
    let line = Desired { line: Some(world::SALES_US.to_string()), ..Desired::default() };
    assert_eq!(day.handle.missed(&line).unwrap().waiting.len(), 1);
    let nobody = Desired { agent: Some("nobody@example.com".into()), ..Desired::default() };
    assert_eq!(day.handle.missed(&nobody), Err(ActRefused::NoSuchAgent));
    let names: Vec<_> = desk(&day).agents.into_iter().map(|agent| agent.name).collect();
    assert!(names.contains(&"Camille Roux".to_owned()) && names.is_sorted(), "{names:?}");
}

#[tokio::test(start_paused = true)]
async fn a_missed_call_that_no_event_told_of_appears() {
    let day = Day::begin(Plan { arrival: Arrival::Polling, ..Plan::default() }).await;
    missed(&day, world::SUPPORT_FR, Some(MARTA)).await;
    day.pass(120).await;
    assert_eq!(only(&day).key, MARTA);
}

#[tokio::test(start_paused = true)]
async fn messages_are_no_calls() {
    let day = Day::begin(Plan::default()).await;
    day.aircall
        .text(&Text {
            line: world::SUPPORT_FR,
            number: MARTA.into(),
            body: "Hello".into(),
            ..Text::default()
        })
        .unwrap();
    day.pass(60).await;
    assert_eq!(desk(&day), DeskView { agents: desk(&day).agents, ..DeskView::default() });
    missed(&day, world::SUPPORT_FR, Some(MARTA)).await;
    day.aircall
        .text(&Text {
            line: world::SUPPORT_FR,
            number: MARTA.into(),
            body: "Please ring".into(),
            ..Text::default()
        })
        .unwrap();
    day.pass(60).await;
    assert_eq!(only(&day).calls, 1);
}

#[tokio::test(start_paused = true)]
async fn the_desk_works_where_nothing_is_written_and_after_uninstalling() {
    let day = Day::begin(Plan::default()).await;
    missed(&day, world::SUPPORT_FR, Some(MARTA)).await;
    day.handle.uninstall().await.unwrap();
    act(&day.handle, MARTA, claim(world::CAMILLE)).await.unwrap();
    act(&day.handle, MARTA, DeskDeed::Clear(None)).await.unwrap();
    day.pass(2).await;
    assert_eq!(counts(&day), (0, 0));
    assert!(day.handle.now(None).unwrap().live.iter().all(|up| up.call.phase != Phase::Ended));
}

#[tokio::test(start_paused = true)]
async fn a_day_long_nothing_is_asked_of_anybody_for_the_desk() {
    // B6: who waits is known from what came anyway.
    let requests = async |at_the_desk: bool| {
        let day = Day::begin(Plan::default()).await;
        missed(&day, world::SUPPORT_FR, Some(MARTA)).await;
        let before = (day.aircall.journal(0).len(), day.gorgias.journal(0).len());
        if at_the_desk {
            desk(&day);
            act(&day.handle, MARTA, claim(world::CAMILLE)).await.unwrap();
            act(&day.handle, MARTA, DeskDeed::Clear(None)).await.unwrap();
            act(&day.handle, MARTA, DeskDeed::Undo).await.unwrap();
            day.pass(1).await;
        } else {
            day.pass(1).await;
        }
        json!([day.aircall.journal(0).len() - before.0, day.gorgias.journal(0).len() - before.1])
    };
    assert_eq!(requests(true).await, requests(false).await);
}

#[tokio::test(start_paused = true)]
#[ignore = "needs a server: script/test starts one"]
async fn postgres_of_two_who_claim_one_gets_it() {
    let day = Day::begin(Plan { stores: Stores::Postgres, ..Plan::default() }).await;
    let (other, _task) = day.start_another();
    day.pass(5).await;
    for round in 0..5 {
        let from = format!("+3319900{:04}", 5500 + round);
        missed(&day, world::SUPPORT_FR, Some(&from)).await;
        let (one, two) = tokio::join!(
            act(&day.handle, &from, claim(world::CAMILLE)),
            act(&other, &from, claim(world::JONAS))
        );
        let got: Vec<u64> = [(one.clone(), world::CAMILLE), (two.clone(), world::JONAS)]
            .into_iter()
            .filter_map(|(result, agent)| result.is_ok().then_some(agent))
            .collect();
        assert_eq!(got.len(), 1, "{one:?} {two:?}");
        let refused = [one, two].into_iter().find_map(Result::err).unwrap();
        assert!(matches!(refused, DeskRefused::ClaimedByAnother(claim) if claim.by == got[0]));
        let desk = other.missed(&Desired::default()).unwrap();
        let claimed = desk.claimed.iter().find(|caller| caller.key == from).unwrap();
        assert_eq!(claimed.claimed.as_ref().unwrap().agent.id, got[0].to_string());
    }
    // What is done at one hub, the other one tells its windows within the minute.
    let mut pushed = other.subscribe();
    act(&day.handle, "+33199005500", DeskDeed::Clear(None)).await.unwrap();
    day.pass(75).await;
    let told = std::iter::from_fn(|| pushed.try_recv().ok())
        .any(|pushed| matches!(pushed.body, LiveEvent::Desk(counts) if counts.claimed == 4));
    assert!(told);
}
