use proptest::prelude::*;
use sidetone_protocol::{CallState, Completeness, NumberKind, NumberView, PartState};

use super::*;

const NOW: i64 = 1_795_248_000;
const HOUR: i64 = 3600;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).expect("in range")
}

/// A call with one and the same number, `ago` seconds before now.
fn call(id: u64, ago: i64, outcome: Outcome) -> CallView {
    let outbound = outcome == Outcome::Unanswered;
    let none = PartState::NotExpected;
    CallView {
        id: id.to_string(),
        direction: if outbound { Direction::Outbound } else { Direction::Inbound },
        phase: Phase::Ended,
        outcome: Some(outcome),
        number: NumberView {
            kind: NumberKind::Phone,
            e164: Some("+33199005523".into()),
            international: None,
            national: None,
            country: None,
            received: String::new(),
        },
        customer: None,
        contact_name: None,
        line: Named { id: "1".into(), name: "Support FR".into() },
        agent: None,
        started_at: NOW - ago,
        answered_at: (outcome == Outcome::Answered).then_some(NOW - ago + 5),
        ended_at: Some(NOW - ago + 60),
        missed_reason: None,
        state: CallState::Complete,
        reason: None,
        completeness: Completeness { note: none, tags: none, recording: none, voicemail: none },
        ticket: None,
    }
}

fn up(id: u64, ago: i64, direction: Direction, answered: bool) -> CallView {
    CallView {
        direction,
        phase: if answered { Phase::InCall } else { Phase::Ringing },
        outcome: None,
        answered_at: answered.then_some(NOW - ago + 5),
        ended_at: None,
        agent: Some(Named { id: "7".into(), name: "Jonas Weber".into() }),
        ..call(id, ago, Outcome::Missed)
    }
}

fn desk(calls: Vec<CallView>) -> AtTheDesk {
    let whom = Whom::of(&calls[0]).expect("somebody");
    let calls = calls.into_iter().map(|view| DeskCall { view, facts: None }).collect();
    AtTheDesk { whom, row: DeskRow::default(), calls }
}

fn ids(desk: &AtTheDesk) -> Vec<String> {
    let waiting = waiting(desk, at(NOW));
    waiting.map(|w| w.calls.iter().map(|call| call.view.id.clone()).collect()).unwrap_or_default()
}

#[test]
fn only_a_talk_after_the_last_call_is_a_call_back() {
    use Outcome::{Answered, Missed, Unanswered, Voicemail};
    for (calls, waits) in [
        (vec![call(1, 300, Missed)], vec!["1"]),
        (vec![call(1, 300, Missed), call(2, 200, Voicemail)], vec!["1", "2"]),
        (vec![call(1, 300, Missed), call(2, 200, Unanswered)], vec!["1"]),
        (vec![call(1, 300, Missed), call(2, 200, Answered)], vec![]),
        (vec![call(1, 300, Missed), call(2, 200, Answered), call(3, 100, Missed)], vec!["3"]),
        // On another line, while somebody talked with the caller already.
        (vec![call(1, 300, Answered), call(2, 280, Missed)], vec![]),
        // In the second in which the talk ended the caller rang again.
        (vec![call(1, 300, Answered), call(2, 240, Missed)], vec!["2"]),
        (vec![call(1, 300, Answered)], vec![]),
        (vec![call(1, 31 * 24 * HOUR, Missed)], vec![]),
    ] {
        assert_eq!(ids(&desk(calls.clone())), waits, "{calls:?}");
    }
}

#[test]
fn what_was_cleared_stays_cleared_though_its_start_moves_and_a_later_call_waits() {
    let mut cleared = desk(vec![call(1, 300, Outcome::Missed), call(2, 200, Outcome::Missed)]);
    cleared.row.cleared_to = Some(NOW - 201);
    assert_eq!(ids(&cleared), Vec::<String>::new());
    cleared.row.cleared_to = Some(NOW - 300);
    assert_eq!(ids(&cleared), ["2"]);
}

#[test]
fn a_claim_lapses_and_is_about_the_calls_that_were_there() {
    let mut claimed = desk(vec![call(1, 2 * HOUR, Outcome::Missed)]);
    let mut holds = |ago: i64| {
        claimed.row.claim = Some(Claim { by: 7, name: "Jonas Weber".into(), at: at(NOW - ago) });
        waiting(&claimed, at(NOW)).expect("waits").claim.is_some()
    };
    assert!(holds(0));
    assert!(holds(30 * 60));
    assert!(!holds(30 * 60 + 1));
    // The caller was called back after that claim, and has rung again: nobody has claimed that.
    let mut again = desk(vec![
        call(1, 1000, Outcome::Missed),
        call(2, 800, Outcome::Answered),
        call(3, 100, Outcome::Missed),
    ]);
    again.row.claim = Some(Claim { by: 7, name: String::new(), at: at(NOW - 900) });
    let waits = waiting(&again, at(NOW)).expect("waits");
    assert!(waits.claim.is_none());
    assert!(!waits.is_taken());
}

#[test]
fn who_is_on_the_phone_with_the_caller_is_shown_and_a_mere_ring_takes_nobody_on() {
    for (up_call, taken) in [
        (up(9, 20, Direction::Outbound, false), true),
        (up(9, 20, Direction::Outbound, true), true),
        (up(9, 20, Direction::Inbound, true), true),
        (up(9, 20, Direction::Inbound, false), false),
    ] {
        let desk = desk(vec![call(1, 300, Outcome::Missed), up_call.clone()]);
        let waits = waiting(&desk, at(NOW)).expect("waits");
        assert_eq!(waits.is_taken(), taken);
        let talk = waits.shown(&desk.whom, None).and_then(|shown| shown.talk).expect("a call that is up");
        assert_eq!(talk.since, up_call.answered_at.unwrap_or(up_call.started_at));
        let counted = counts(std::slice::from_ref(&desk), at(NOW));
        assert_eq!((counted.waiting, counted.claimed), (u32::from(!taken), u32::from(taken)));
    }
}

#[test]
fn keys_are_read_as_they_are_written() {
    for key in ["+33199005523", "call:4186780376"] {
        assert_eq!(Whom::parse(key).expect(key).to_string(), key);
    }
    for nonsense in ["", "call:", "call:x", "33199005523", "+", "Marta"] {
        assert_eq!(Whom::parse(nonsense), None, "{nonsense}");
    }
}

fn any_call() -> impl Strategy<Value = CallView> {
    let outcome = prop_oneof![
        Just(Outcome::Missed),
        Just(Outcome::Voicemail),
        Just(Outcome::Answered),
        Just(Outcome::Unanswered)
    ];
    (outcome, 0_i64..2000, 0_i64..400, any::<bool>()).prop_map(|(outcome, ago, lasts, is_up)| {
        let view = call(0, ago, outcome);
        let direction = view.direction;
        match is_up && ago < 200 {
            true => CallView { line: view.line, ..up(0, ago, direction, outcome == Outcome::Answered) },
            false => CallView { ended_at: Some(view.started_at + lasts), ..view },
        }
    })
}

proptest! {
    /// B4: in whatever order the calls became known, the same callers wait for the same calls.
    #[test]
    fn in_any_order_the_desk_is_the_same(
        calls in prop::collection::vec(any_call(), 1..9),
        cleared in prop::option::of(0_i64..2000),
        order in any::<prop::sample::Index>(),
    ) {
        let calls: Vec<CallView> =
            calls.into_iter().zip(1..).map(|(call, id)| CallView { id: id.to_string(), ..call }).collect();
        let shown = |calls: Vec<CallView>| {
            let mut desk = desk(calls);
            desk.row.cleared_to = cleared.map(|ago| NOW - ago);
            waiting(&desk, at(NOW)).and_then(|waits| waits.shown(&desk.whom, None))
        };
        let mut turned = calls.clone();
        turned.rotate_left(order.index(calls.len()));
        turned.reverse();
        prop_assert_eq!(shown(calls), shown(turned));
    }

    /// Somebody waits exactly if some call was in vain that nothing came after.
    #[test]
    fn whoever_waits_rang_after_the_last_talk_and_after_what_was_cleared(
        calls in prop::collection::vec(any_call(), 1..9),
        cleared in prop::option::of(0_i64..2000),
    ) {
        let mut desk = desk(calls.clone());
        desk.row.cleared_to = cleared.map(|ago| NOW - ago);
        let is_left = |call: &CallView| {
            is_in_vain(call)
                && !calls.iter().any(|talk| talk.outcome == Some(Outcome::Answered)
                    && talk.ended_at > Some(call.started_at))
                && cleared.is_none_or(|ago| call.started_at > NOW - ago + 2)
        };
        let left = calls.iter().filter(|call| is_left(call)).count();
        let waits = waiting(&desk, at(NOW));
        prop_assert_eq!(waits.as_ref().map_or(0, |waits| waits.calls.len()), left);
        let first = calls.iter().filter(|call| is_left(call)).map(|call| call.started_at).min();
        prop_assert_eq!(waits.map(|waits| waits.first_at()), first);
    }
}
