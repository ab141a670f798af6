//! The request budget on a simulated day (B2): lanes, reserve, the share of Aircall's limit, a neighbour, a 429.

use sidetone_protocol::{BudgetView, LaneName, LaneView, Vendor};
use sidetone_sandbox::{Fault, FaultKind, GorgiasLimits, HangUp, JournalEntry, Rate, aircall_world as world};

use crate::day::{self, Day, MARTA, Plan};

fn budget(day: &Day, vendor: Vendor) -> BudgetView {
    day.handle.health().budgets.into_iter().find(|b| b.vendor == vendor).expect("both are shown")
}

fn lane(budget: &BudgetView, name: LaneName) -> LaneView {
    *budget.lanes.iter().find(|lane| lane.lane == name).expect("all lanes are shown")
}

/// Callers whom nobody answers: a customer, a ticket and a tag or two each.
fn strangers_ring(day: &Day, count: u32) -> Vec<u64> {
    let ring = |n| {
        let call = day.ring(world::SUPPORT_FR, Some(&format!("+3319900{:04}", 6000 + n)));
        day.aircall.hang_up(call, &HangUp { voicemail: true, ..HangUp::default() }).unwrap();
        call
    };
    (0..count).map(ring).collect()
}

fn at(entry: &JournalEntry) -> f64 {
    entry.at.timestamp_millis() as f64 / 1000.0
}

fn most_in_a_minute(times: &[f64]) -> usize {
    let within = |start: &f64| times.iter().filter(|t| **t >= *start && **t < start + 60.0).count();
    times.iter().map(within).max().unwrap_or(0)
}

#[tokio::test(start_paused = true)]
async fn of_aircalls_limit_never_more_than_our_share_is_used() {
    let day = Day::begin(Plan::default()).await;
    // Sixty missed calls on a menu line: each is read once, beside lists and webhook.
    for n in 0..60 {
        let call = day.ring(world::RECEPTION, Some(&format!("+3319900{:04}", 7000 + n)));
        day.aircall.hang_up(call, &HangUp::default()).unwrap();
    }
    day.pass(900).await;
    let journal = day.aircall.journal(0);
    assert!(journal.iter().filter(|e| e.path.starts_with("/v1/calls/")).count() >= 60);
    let times: Vec<f64> = journal.iter().map(at).collect();
    let most = most_in_a_minute(&times);
    assert!(most <= 30, "30 a minute are ours: {most}");
    let shown = budget(&day, Vendor::Aircall);
    assert_eq!((shown.limit, shown.reserve, shown.others), (30, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_backlog_waits_and_a_ringing_phone_does_not() {
    let day = Day::begin(Plan::default()).await;
    // The headers tell of a small account.
    day.gorgias
        .set_limits(GorgiasLimits { rate: Rate { requests: 20, window_s: 20 }, ..day.gorgias.limits() });
    day.answered("+493023125044").await;
    let calls = strangers_ring(&day, 40);
    day.pass(70).await;
    let behind = budget(&day, Vendor::Gorgias);
    assert_eq!(behind.limit, 20, "as the header says");
    assert!(lane(&behind, LaneName::Live).waiting_since.is_some(), "{behind:?}");
    let seq = day.last_seq();
    let rang = day.ring(world::SALES_US, Some(MARTA));
    day.pass(1).await;
    let looked_up = day.requests(seq).1.iter().any(|e| e.path.contains("34666444555"));
    assert!(looked_up, "within a second");
    assert_eq!(day.detail(rang).card.customer.unwrap().name, "Marta Ibáñez");
    day.pass(1800).await;
    for call in calls {
        day.ticket(call);
    }
    assert_eq!(day.gorgias.journal(0).iter().filter(|e| e.status == 429).count(), 0);
    assert_eq!(lane(&budget(&day, Vendor::Gorgias), LaneName::Live).waiting_since, None);
}

#[tokio::test(start_paused = true)]
async fn a_neighbour_who_fills_the_limit_is_shown_and_we_slow_down_for_it() {
    let day = Day::begin(Plan::default()).await;
    let others = |per_second| {
        day.gorgias.set_limits(GorgiasLimits { others_per_second: per_second, ..day.gorgias.limits() });
    };
    others(5.5);
    day.pass(8).await;
    day.ring(world::SALES_US, Some(MARTA));
    day.pass(2).await;
    // From now on as much as drains.
    others(1.95);
    let shown = budget(&day, Vendor::Gorgias);
    assert!(shown.others > 20 && shown.crowded_since.is_some(), "{shown:?}");
    let calls = strangers_ring(&day, 6);
    day.pass(600).await;
    others(0.0);
    day.pass(300).await;
    for call in calls {
        day.ticket(call);
    }
    // While we are silent nobody tells us what the neighbour does: the first request after that may meet a full bucket.
    let refused = day.gorgias.journal(0).iter().filter(|e| e.status == 429).count();
    assert!(refused <= 2, "{refused}");
    assert_eq!(budget(&day, Vendor::Gorgias).crowded_since, None);
}

#[tokio::test(start_paused = true)]
async fn after_a_429_nothing_is_sent_before_retry_after_has_passed() {
    let day = Day::begin(Plan::default()).await;
    day.gorgias.add_fault(
        Fault::next(1, FaultKind::Status { status: 429, retry_after: Some(50) }).on("POST", "/api/tickets"),
    );
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(5).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(5).await;
    let until = budget(&day, Vendor::Gorgias).paused_until.expect("shown");
    assert!(until > day.now().timestamp() + 40);
    let refused = day.gorgias.journal(0).into_iter().find(|e| e.status == 429).unwrap();
    day.ring(world::SUPPORT_DE, Some("+493023125044"));
    day.pass(120).await;
    let next = day.gorgias.journal(refused.seq).into_iter().next().unwrap();
    assert!(at(&next) - at(&refused) >= 50.0, "{} to {}", at(&refused), at(&next));
    day.ticket(call);
    assert_eq!(budget(&day, Vendor::Gorgias).paused_until, None);
}

#[tokio::test(start_paused = true)]
async fn what_a_full_disk_kept_from_going_takes_no_room() {
    let mut day = Day::begin(Plan::default()).await;
    day.answered("+493023125044").await;
    let call = day.ring(world::SUPPORT_FR, Some(MARTA));
    day.pass(8).await;
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    // Folded, looked at, and now its intent cannot be stored, second by second.
    day.gorgias.add_fault(
        Fault::next(1, FaultKind::Status { status: 429, retry_after: Some(3) }).on("POST", "/api/tickets"),
    );
    day.pass(2).await;
    day.fill_disk(true);
    day.pass(90).await;
    day.fill_disk(false);
    day.pass(20).await;
    day.ticket(call);
    let shown = budget(&day, Vendor::Gorgias);
    assert_eq!((shown.others, shown.crowded_since), (0, None), "{shown:?}");
}

#[tokio::test(start_paused = true)]
async fn where_others_leave_little_room_a_ticket_is_looked_at_once_for_a_late_write() {
    let day = Day::begin(Plan::default()).await;
    let call = day.answered(MARTA).await;
    day.pass(1800).await;
    let others = |per_second| {
        day.gorgias.set_limits(GorgiasLimits { others_per_second: per_second, ..day.gorgias.limits() });
    };
    others(5.5);
    day.pass(8).await;
    day.ring(world::SALES_US, Some("+493023125044"));
    day.pass(2).await;
    others(1.9);
    let seq = day.last_seq();
    let comments =
        ["one", "two", "three"].map(|text| day.aircall.comment(call, world::CAMILLE, text).unwrap());
    day.pass(900).await;
    let ticket = day.ticket(call);
    for comment in comments {
        day::note(&ticket, &format!("comment:{comment}"));
    }
    let looks = day.gorgias.journal(seq).iter().filter(|e| e.path.contains("ticket_ids=")).count();
    assert!(looks <= 3, "at most one for each: {looks}");
}

#[tokio::test(start_paused = true)]
async fn a_restart_with_a_backlog_causes_no_429() {
    // The helpdesk was away for an hour. After a start each call is looked for first, and each look asks a second time.
    let mut day = Day::begin(Plan::default()).await;
    day.gorgias
        .set_limits(GorgiasLimits { rate: Rate { requests: 80, window_s: 40 }, ..day.gorgias.limits() });
    day.gorgias.add_fault(Fault::next(u32::MAX, FaultKind::CutBefore));
    let calls = strangers_ring(&day, 60);
    day.pass(3600).await;
    day.kill().await;
    day.gorgias.clear_faults();
    // Answers take their time, so that many requests are under way at once.
    day.gorgias.add_fault(Fault::next(u32::MAX, FaultKind::Slow { ms: 400 }));
    let seq = day.last_seq();
    day.start().unwrap();
    day.pass(900).await;
    let journal = day.gorgias.journal(seq);
    let refused = journal.iter().filter(|e| e.status == 429).count();
    assert_eq!(refused, 0, "never the cause of a 429");
    calls.into_iter().for_each(|call| drop(day.ticket(call)));
}

#[tokio::test(start_paused = true)]
async fn during_a_429_second_halves_of_questions_wait_like_everything_else() {
    let day = Day::begin(Plan::default()).await;
    let owner = day.gorgias.add_customer("The Owner", Some("ruben.okafor@example.com"), "+33199007777");
    let call = day.ring(world::SUPPORT_FR, Some("+12025550143"));
    day.pass(3).await;
    // The create is refused because of the e-mail address, and while that answer is under way somebody else gets a 429.
    day.gorgias.add_fault(Fault::next(1, FaultKind::Slow { ms: 3_000 }).on("POST", "/api/customers"));
    day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
    day.pass(1).await;
    let too_many = FaultKind::Status { status: 429, retry_after: Some(60) };
    day.gorgias.add_fault(Fault::next(1, too_many).on("GET", "/api/customers"));
    let seq = day.last_seq();
    day.ring(world::SUPPORT_DE, Some(MARTA));
    day.pass(50).await;
    let during = day.gorgias.journal(seq);
    assert_eq!(during.len(), 1, "the ring's look-up, and nothing during the pause: {during:#?}");
    day.pass(120).await;
    assert_eq!(day.ticket(call)["customer"], "The Owner", "{owner}");
}
