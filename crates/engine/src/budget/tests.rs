use super::*;

fn at(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_800_000_000_000 + ms).expect("in range")
}

fn budget(counting: Counting) -> Budget {
    let rate = Rate { requests: 40, window: Duration::from_secs(20) };
    let mut budget = Budget::new(Vendor::Gorgias, counting, rate, at(0));
    budget.answered();
    budget
}

#[test]
fn until_the_vendor_told_how_full_the_bucket_is_only_the_reserve_is_used() {
    let rate = Rate { requests: 40, window: Duration::from_secs(20) };
    let mut b = Budget::new(Vendor::Gorgias, Counting::Leaky, rate, at(0));
    let taken = (0..40).filter(|_| b.take(Lane::Ring, at(0)).is_ok()).count();
    assert_eq!(taken, 4, "the last run may have left it almost full");
    b.answered();
    b.told(36, 40, at(0), at(0));
    assert!(b.take(Lane::Ring, at(0)).is_err());
    b.told(4, 40, at(0), at(0));
    assert!(b.take(Lane::Ring, at(0)).is_ok());
}

#[test]
fn front_is_asked_no_more_than_its_guards_let_through() {
    let rate = Rate { requests: 200, window: Duration::from_secs(60) };
    let mut b = Budget::new(Vendor::Front, Counting::Leaky, rate, at(0));
    b.answered();
    let taken = |b: &mut Budget, lane, ms| (0..40).filter(|_| b.take(lane, at(ms)).is_ok()).count();
    assert_eq!(taken(&mut b, Lane::Live, 0), 4);
    assert_eq!(b.take(Lane::Late, at(999)), Err(at(1_000)));
    assert!(b.take(Lane::Ring, at(999)).is_ok(), "somebody rings");
    assert_eq!(taken(&mut b, Lane::Live, 1_000), 4);
}

#[test]
fn what_front_tells_is_a_minutes_whatever_time_the_rate_was_set_up_for() {
    let rate = Rate { requests: 10, window: Duration::from_secs(10) };
    let mut b = Budget::new(Vendor::Front, Counting::Leaky, rate, at(0));
    b.take(Lane::Ring, at(0)).expect("the reserve");
    b.answered();
    b.told(44, 50, at(0), at(0));
    b.is_unused_in(40, at(0));
    assert_eq!(b.view(at(0)).window_seconds, 60);
    b.take(Lane::Ring, at(0)).expect("one is left");
    assert!(b.take(Lane::Ring, at(40_999)).is_err(), "nothing drains until then");
    assert!(b.take(Lane::Ring, at(41_000)).is_ok());
}

#[test]
fn a_limit_that_drains_at_one_moment_is_used_by_then_and_whoever_rings_until_then_has_room() {
    let rate = Rate { requests: 100, window: Duration::from_secs(60) };
    let mut b = Budget::new(Vendor::Gorgias, Counting::Leaky, rate, at(0));
    b.answered();
    b.told(0, 100, at(0), at(0));
    b.is_unused_in(60, at(0));
    let taken = |b: &mut Budget, lane, ms, most| {
        let taken = (0..most).filter(|_| b.take(lane, at(ms)).is_ok()).count();
        (0..taken).for_each(|_| b.answered());
        taken
    };
    // A ring every other second, and as many writes as there is room for.
    let (mut writes, mut at_first) = (0, 0);
    for second in 0..60 {
        if second % 2 == 0 {
            assert!(b.take(Lane::Ring, at(second * 1000)).is_ok(), "no room for a ring at {second} s");
            b.answered();
        }
        let room = if second < 20 { 2 } else { 200 };
        writes += taken(&mut b, Lane::Live, second * 1000, room);
        at_first = if second == 20 { writes } else { at_first };
    }
    assert!((50..=60).contains(&writes) && at_first < writes, "{at_first} of {writes}");
    assert!(taken(&mut b, Lane::Live, 59_999, 200) <= 3, "those kept for who rang no more");
    assert!(
        taken(&mut b, Lane::Live, 61_000, 200) > 40,
        "all of it at once, a second later for who rounds down"
    );
    // Somebody asks again, once nothing is told of such a moment.
    b.told(10, 100, at(62_000), at(62_000));
    b.is_unused_in(900, at(62_000));
    assert!(b.drains_at.is_none(), "no such limit is a quarter of an hour's");
}

#[test]
fn what_others_are_used_to_use_until_the_limit_drains_is_left_to_them() {
    let rate = Rate { requests: 60, window: Duration::from_secs(60) };
    let mut b = Budget::new(Vendor::Front, Counting::Leaky, rate, at(0));
    b.take(Lane::Ring, at(29_900)).expect("the reserve");
    b.answered();
    b.told(31, 60, at(29_900), at(30_000));
    b.is_unused_in(30, at(30_000));
    assert_eq!(b.view(at(30_000)).others, 30);
    assert!(b.take(Lane::Live, at(30_000)).is_err(), "they will use it all by then");
    assert!(b.take(Lane::Ring, at(52_000)).is_ok(), "53 are used");
    b.answered();
    assert!(b.take(Lane::Ring, at(59_900)).is_err(), "all of it is");
    assert!(b.take(Lane::Ring, at(61_000)).is_ok());
    // They go on as they did, until the last part of a minute in which they did not.
    b.answered();
    b.told(1, 60, at(61_000), at(61_000));
    b.is_unused_in(59, at(61_000));
    assert!(b.take(Lane::Live, at(62_000)).is_err());
    assert!(b.take(Lane::Ring, at(62_000)).is_ok(), "whoever rings is held up by what is used only");
    assert!(b.take(Lane::Live, at(112_000)).is_ok());
}

#[test]
fn others_who_are_gone_hold_nothing_up_for_long() {
    let rate = Rate { requests: 50, window: Duration::from_secs(60) };
    let mut b = Budget::new(Vendor::Front, Counting::Leaky, rate, at(0));
    b.take(Lane::Live, at(0)).expect("the reserve");
    b.answered();
    b.told(49, 50, at(30_000), at(30_000));
    b.is_unused_in(30, at(30_000));
    // They stop. Each answer tells of nobody but us.
    let (mut went, mut used) = (0, 0);
    for ms in (60_000..240_000).step_by(500) {
        used = if ms % 60_000 == 0 { 0 } else { used };
        while b.take(Lane::Live, at(ms)).is_ok() {
            (went, used) = (went + 1, used + 1);
            b.answered();
            b.told(used, 50, at(ms), at(ms));
            b.is_unused_in(60 - ms / 1000 % 60, at(ms));
        }
    }
    assert!(went >= 3 * 37, "a few seconds are lost: {went}");
}

#[test]
fn one_answer_that_says_that_all_is_used_holds_nobody_up_once_there_is_room() {
    let rate = Rate { requests: 50, window: Duration::from_secs(60) };
    let mut b = Budget::new(Vendor::Front, Counting::Leaky, rate, at(0));
    b.take(Lane::Live, at(0)).expect("the reserve");
    b.answered();
    b.told(50, 50, at(0), at(0));
    b.is_unused_in(50, at(0));
    b.refused(Duration::from_secs(7), at(0));
    assert_eq!(b.take(Lane::Ring, at(6_999)), Err(at(7_000)));
    let taken = (0..10).filter(|_| b.take(Lane::Live, at(7_000)).is_ok()).count();
    assert_eq!(taken, FRONT_A_SECOND);
}

#[test]
fn records_that_find_no_room_leave_some_to_what_comes_late_and_none_to_old_calls() {
    let rate = Rate { requests: 50, window: Duration::from_secs(60) };
    let mut b = Budget::new(Vendor::Front, Counting::Leaky, rate, at(0));
    b.answered();
    b.told(0, 50, at(0), at(0));
    b.is_unused_in(60, at(0));
    let taken = |b: &mut Budget, lane, second: i64| {
        let taken = (0..20).filter(|_| b.take(lane, at(second * 1000)).is_ok()).count();
        (0..taken).for_each(|_| b.answered());
        taken
    };
    // Records come faster than they can go. For five minutes what comes late leaves all of it to them.
    for second in 0..360 {
        if second % 60 == 0 {
            b.told(0, 50, at(second * 1000), at(second * 1000));
            b.is_unused_in(60, at(second * 1000));
        }
        taken(&mut b, Lane::Live, second);
        let late = taken(&mut b, Lane::Late, second);
        assert!(late == 0 || second > 300, "{late} at {second}");
    }
    b.told(0, 50, at(360_000), at(360_000));
    b.is_unused_in(60, at(360_000));
    let records: usize = (360..380).map(|second| taken(&mut b, Lane::Live, second)).sum();
    assert!((36..40).contains(&records), "{records}");
    assert_eq!(taken(&mut b, Lane::Backfill, 380), 0);
    let late = taken(&mut b, Lane::Late, 380);
    assert!(late >= 3, "a minute's: {late}");
    assert_eq!(taken(&mut b, Lane::Live, 381), 0);
    let more: usize = (381..420).map(|second| taken(&mut b, Lane::Late, second)).sum();
    assert!(late + more <= 4, "{late} and {more}");
    // When all of it drains, records go first, as before.
    assert_eq!((taken(&mut b, Lane::Live, 421), taken(&mut b, Lane::Backfill, 422)), (4, 0));
}

#[test]
fn whoever_has_a_share_leaves_the_rest_to_the_other_engine_whatever_the_vendor_tells() {
    let taken = |b: &mut Budget| (0..40).filter(|_| b.take(Lane::Live, at(0)).is_ok()).count();
    for counting in [Counting::Leaky, Counting::Window] {
        let mut b = budget(counting);
        b.within(0.2);
        assert_eq!(taken(&mut b), 6, "a fifth of 34");
    }
    let mut b = budget(Counting::Leaky);
    b.within(0.2);
    b.told(10, 40, at(0), at(0));
    assert_eq!(taken(&mut b), 0, "the other one goes first");
}

#[test]
fn what_the_last_run_asked_counts_in_the_first_window_of_this_one() {
    let mut last = budget(Counting::Window);
    for n in 0..12 {
        last.take(Lane::Live, at(n * 1000)).expect("room");
    }
    let remembered = last.to_remember(at(15_000));
    let mut next = budget(Counting::Window);
    next.remember(&remembered, at(15_000));
    let taken = (0..100).filter(|_| next.take(Lane::Ring, at(15_000)).is_ok()).count();
    assert_eq!(taken, 40 - 12);
    assert!(next.take(Lane::Ring, at(20_001)).is_ok(), "the first of them is out of the window");
    let mut full = budget(Counting::Window);
    (0..40).for_each(|_| full.take(Lane::Ring, at(0)).expect("room"));
    let full = full.to_remember(at(0));
    let mut next = budget(Counting::Window);
    next.remember(&full, at(1_000));
    let taken = (0..100).filter(|_| next.take(Lane::Ring, at(1_000)).is_ok()).count();
    assert_eq!(taken, 8, "enough to ask who writes");
    for odd in ["", "x 7 -", "99999999999999999999"] {
        budget(Counting::Window).remember(odd, at(0));
    }
}

#[test]
fn a_tenth_is_always_left_to_others() {
    let taken = |mut b: Budget| (0..100).filter(|_| b.take(Lane::Ring, at(0)).is_ok()).count();
    assert_eq!(taken(budget(Counting::Leaky)), 36);
    assert_eq!(taken(budget(Counting::Window)), 40, "of a window the set-up leaves it");
}

#[test]
fn a_header_that_tells_nonsense_holds_nothing_up() {
    for used in [100_000, u32::MAX] {
        let mut b = budget(Counting::Leaky);
        b.take(Lane::Ring, at(0)).expect("it is empty");
        b.told(used, 40, at(0), at(0));
        let again = b.take(Lane::Ring, at(0)).expect_err("it is full");
        assert!(again <= at(20_000), "the bucket is empty after 20 s, said {used}: {again}");
    }
}

#[test]
fn a_window_limit_holds_in_every_window() {
    let mut b = budget(Counting::Window);
    let mut sent: Vec<i64> = Vec::new();
    let mut now = 0;
    while now < 120_000 {
        match b.take(Lane::Ring, at(now)) {
            Ok(()) => sent.push(now),
            Err(until) => now = (until - at(0)).num_milliseconds().max(now + 1),
        }
    }
    for start in &sent {
        assert!(sent.iter().filter(|t| **t >= *start && **t < start + 20_000).count() <= 40);
    }
    assert!(sent.len() >= 40 * 5, "the budget is used, not only kept: {}", sent.len());
}

fn aircalls() -> Budget {
    let rate = Rate { requests: 30, window: Duration::from_secs(60) };
    Budget::new(Vendor::Aircall, Counting::Window, rate, at(0))
}

/// Takes all that goes for old calls until then.
fn recover(b: &mut Budget, from: i64, until: i64) -> usize {
    let (mut now, mut taken) = (from, 0);
    while now < until {
        match b.take(Lane::Backfill, at(now)) {
            Ok(()) => taken += 1,
            Err(again) => now = (again - at(0)).num_milliseconds().max(now + 1),
        }
    }
    taken
}

#[test]
fn idle_room_is_lent_to_old_calls() {
    let mut b = aircalls();
    let first = recover(&mut b, 0, 60_000);
    let then = recover(&mut b, 60_000, 600_000);
    assert!(
        (27..=29).contains(&first) && then >= 9 * 27,
        "{first}, {then} in nine minutes: nine tenths of ours"
    );
    let most = (0..30).filter(|_| b.take(Lane::Live, at(600_000)).is_ok()).count();
    assert!(most >= 1, "what is of now does not wait for them");
}

#[test]
fn a_ring_finds_room_at_once_beside_a_recovery_and_many_do_within_seconds() {
    let mut b = aircalls();
    recover(&mut b, 0, 180_000);
    // A ring every ten seconds for ten minutes: never one that waits.
    let mut read = 0;
    for n in 0..60 {
        let now = 180_000 + n * 10_000;
        assert!(b.take(Lane::Ring, at(now)).is_ok(), "ring {n}");
        read += recover(&mut b, now, now + 10_000);
    }
    assert!(read >= 10 * 19, "and the rest is used: {read}");
    // Five at once: two find room, the others within seven seconds.
    recover(&mut b, 780_000, 900_000);
    let (mut now, mut rung) = (900_000, 0);
    while rung < 5 {
        match b.take(Lane::Ring, at(now)) {
            Ok(()) => rung += 1,
            Err(_) => now += 100,
        }
    }
    assert!(now <= 907_000, "{}", now - 900_000);
    // Where it rings like this, it is reckoned with: the next five find room at once.
    for _ in 0..3 {
        let next = now + 50_000;
        recover(&mut b, now, next);
        now = next;
        let at_once = (0..5).filter(|_| b.take(Lane::Ring, at(now)).is_ok()).count();
        assert!(at_once >= 3, "{at_once}");
    }
}

#[test]
fn lower_lanes_stop_before_a_ringing_phone_does() {
    let mut b = budget(Counting::Leaky);
    while b.take(Lane::Backfill, at(0)).is_ok() {}
    assert!(b.take(Lane::Late, at(0)).is_ok());
    while b.take(Lane::Late, at(0)).is_ok() {}
    assert!(b.take(Lane::Ring, at(0)).is_ok());
}

#[test]
fn what_the_vendor_tells_replaces_our_count() {
    let mut b = budget(Counting::Leaky);
    b.told(39, 40, at(0), at(0));
    let until = b.take(Lane::Live, at(0)).expect_err("others have filled it");
    assert!(b.take(Lane::Live, until).is_ok());
    assert_eq!(b.view(until).ours, 1);
}

#[test]
fn what_is_under_way_counts_on_top_of_what_the_vendor_tells() {
    let mut b = budget(Counting::Leaky);
    (0..30).for_each(|_| b.take(Lane::Live, at(0)).expect("room"));
    b.answered();
    b.told(1, 40, at(0), at(0));
    let more = (0..40).filter(|_| b.take(Lane::Live, at(0)).is_ok()).count();
    assert!(more <= 4, "29 are still on their way: {more}");
}

#[test]
fn what_did_not_go_leaves_no_trace() {
    let mut b = budget(Counting::Leaky);
    for _ in 0..100 {
        b.take(Lane::Live, at(0)).expect("room");
        b.give_back();
    }
    b.told(3, 40, at(0), at(0));
    let view = b.view(at(0));
    assert_eq!((view.ours, view.others), (0, 3));
}

#[test]
fn what_waits_is_shown_by_lane_and_forgotten_when_it_went() {
    let mut b = budget(Counting::Leaky);
    while b.take(Lane::Late, at(0)).is_ok() {}
    let until = b.take(Lane::Late, at(100)).expect_err("full");
    let view = b.view(at(100));
    let lane = |view: &BudgetView, name| *view.lanes.iter().find(|l| l.lane == name).expect("all lanes");
    assert_eq!((view.limit, view.reserve, view.ours), (40, 4, 28));
    let late = lane(&view, LaneName::Late);
    assert_eq!((late.used, late.limit, late.waiting_since), (28, 28, Some(at(0).timestamp())));
    let ring = lane(&view, LaneName::Ring);
    assert_eq!((ring.used, ring.limit, ring.waiting_since), (0, 36, None));
    assert!(b.take(Lane::Late, until).is_ok());
    assert_eq!(lane(&b.view(until), LaneName::Late).waiting_since, None);
}

#[test]
fn a_bucket_that_a_neighbour_refills_is_waited_for_longer() {
    let full_until = |tellings: &[(i64, u32)]| {
        let mut b = budget(Counting::Leaky);
        for (ms, used) in tellings {
            b.told(*used, 40, at(*ms), at(*ms));
        }
        let last = tellings.last().map_or(0, |(ms, _)| *ms);
        (b.take(Lane::Late, at(last)).expect_err("full") - at(last)).num_milliseconds()
    };
    let alone = full_until(&[(0, 36)]);
    let with_neighbour = full_until(&[(0, 36), (10_000, 36)]);
    assert_eq!(alone, 4_500, "nine too many, two a second");
    assert!(with_neighbour >= 9 * alone, "{with_neighbour}");
    assert_eq!(full_until(&[(0, 36), (10_000, 36), (12_000, 32)]), 2_500, "the neighbour has gone");
}

#[test]
fn a_neighbour_who_fills_more_than_half_is_seen_until_it_stops() {
    let mut b = budget(Counting::Leaky);
    b.take(Lane::Live, at(0)).expect("room");
    b.answered();
    b.told(22, 40, at(0), at(0));
    let view = b.view(at(0));
    assert_eq!((view.ours, view.others, view.crowded_since), (1, 21, Some(at(0).timestamp())));
    b.told(30, 40, at(2_000), at(2_000));
    assert_eq!(b.view(at(2_000)).crowded_since, Some(at(0).timestamp()), "since the beginning");
    b.told(5, 40, at(9_000), at(9_000));
    assert_eq!(b.view(at(9_000)).crowded_since, None);
}

#[test]
fn a_429_pauses_every_lane_until_retry_after() {
    let mut b = budget(Counting::Leaky);
    b.refused(Duration::from_secs(7), at(0));
    assert_eq!(b.take(Lane::Ring, at(10)), Err(at(7_000)));
    assert!(b.take(Lane::Ring, at(7_000)).is_ok());
}

#[test]
fn an_answer_that_was_long_on_its_way_makes_no_room() {
    let mut b = budget(Counting::Leaky);
    b.take(Lane::Live, at(0)).expect("room");
    (0..32).for_each(|_| b.take(Lane::Live, at(14_000)).expect("room"));
    (0..33).for_each(|_| b.answered());
    b.told(1, 40, at(0), at(14_500));
    let more = (0..40).filter(|_| b.take(Lane::Live, at(14_500)).is_ok()).count();
    assert_eq!(more, 3, "32 went half a second ago, of which one has drained: 34 is what this lane may fill");
    b.told(40, 40, at(0), at(14_500));
    assert!(b.take(Lane::Ring, at(14_500)).is_err(), "others filled it meanwhile");
}

#[test]
fn where_calls_are_polled_all_day_old_ones_are_read_beside_that() {
    let rate = Rate { requests: 30, window: Duration::from_secs(60) };
    let mut b = Budget::new(Vendor::Aircall, Counting::Window, rate, at(0));
    let (mut polls, mut old) = (0, 0);
    for second in 0..600 {
        // While somebody is on a call.
        if second % 3 == 0 && b.take(Lane::Ring, at(second * 1000)).is_ok() {
            polls += 1;
        }
        old += usize::from(b.take(Lane::Backfill, at(second * 1000 + 500)).is_ok());
    }
    assert_eq!(polls, 200, "none waits");
    assert!(old >= 25, "{old} in ten minutes");
}
