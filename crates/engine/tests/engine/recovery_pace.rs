//! B1, B2: how fast is written what an outage has left to be written. Reading is measured in `gaps.rs`; here it is the
//! helpdesk's limit that holds everything up, and what is ours of it must be used.

use chrono::{DateTime, Utc};
use sidetone_protocol::{CallState, LaneName, Vendor};
use sidetone_sandbox::JournalEntry;

use crate::day::{Day, Desk, Plan};

const HOUR: u64 = 3_600;
/// Which part of the limit what was missed used while it was written: 1.0 is all that its lane may have.
struct Pace {
    requests: usize,
    seconds: f64,
    /// So many it may have been.
    at_most: f64,
    refused: usize,
}

impl Pace {
    fn used(&self) -> f64 {
        self.requests as f64 / self.at_most
    }

    fn told(&self) -> String {
        let Pace { requests, seconds, at_most, .. } = self;
        format!("{requests} requests in {seconds:.0} s, of {at_most:.0}: {:.3}", self.used())
    }
}

/// The longest stretch without a pause of more than a minute between two writes: from its first to its last write.
fn stretch_of_writes(journal: &[JournalEntry]) -> (DateTime<Utc>, DateTime<Utc>) {
    let mut stretches: Vec<(DateTime<Utc>, DateTime<Utc>)> = Vec::new();
    for at in journal.iter().filter(|entry| entry.is_write()).map(|entry| entry.at) {
        match stretches.last_mut() {
            Some((_, last)) if (at - *last).num_seconds() <= 60 => *last = at,
            _ => stretches.push((at, at)),
        }
    }
    stretches.into_iter().max_by_key(|(first, last)| *last - *first).expect("something is written")
}

/// So many calls were missed: more than the helpdesk takes in ten minutes. `may_ask` says, of the limit of their lane as it is
/// shown and the seconds that writing took, how many requests they may have made.
async fn calls_were_missed(
    desk: Desk,
    calls: u32,
    share: u32,
    may_ask: impl Fn(&Day, f64, f64) -> f64,
) -> Pace {
    let mut day = Day::begin(Plan { desk, ..Plan::default() }).await;
    day.pass(60).await;
    day.kill().await;
    day.pass(12 * HOUR).await;
    let past = day.aircall.add_past_calls(calls, 60);
    // Over for longer than an hour, so that none of them is a call of now.
    day.pass(HOUR).await;
    let before = day.helpdesk_journal().len();
    day.start().unwrap();
    let mut limit = None;
    while day.handle.health().outbox.calls > 0 || limit.is_none() {
        day.pass(30).await;
        let budgets = day.handle.health().budgets;
        let budget = budgets.into_iter().find(|budget| budget.vendor != Vendor::Aircall).expect("shown");
        let lane = budget.lanes.iter().find(|lane| lane.lane == LaneName::Late).expect("all are shown");
        if lane.used > 0 {
            limit = Some(lane.limit);
        }
        assert!(day.handle.health().recoveries.len() == 1, "written within the hour in which it is shown");
    }
    let pending: Vec<_> = past.iter().filter(|call| day.detail(**call).state == CallState::Pending).collect();
    assert!(pending.is_empty(), "{desk}: {pending:?}");
    let journal = day.helpdesk_journal().split_off(before);
    let (first, last) = stretch_of_writes(&journal);
    let within: Vec<_> = journal.iter().filter(|entry| (first..=last).contains(&entry.at)).collect();
    let writes = within.iter().filter(|entry| entry.is_write()).count();
    let lane = limit.expect("seen");
    assert_eq!(
        lane, share,
        "{desk}: what may be used is what is left when others and what is live have theirs"
    );
    let seconds = (last - first).as_seconds_f64();
    let pace = Pace {
        requests: within.len(),
        seconds,
        at_most: may_ask(&day, f64::from(lane), seconds),
        refused: within.iter().filter(|entry| entry.status == 429).count(),
    };
    assert!(writes >= calls as usize && pace.seconds > 600.0, "{desk}: too few waited: {}", pace.told());
    pace
}

/// Gorgias' bucket drains evenly. Whoever fills it up to the limit of the lane may go on as fast as it drains.
#[tokio::test(start_paused = true)]
async fn what_was_missed_is_written_with_nine_tenths_of_our_share_of_gorgias_limit() {
    let may_ask = |day: &Day, lane: f64, seconds: f64| {
        let rate = day.gorgias.limits().rate;
        lane + f64::from(rate.requests) / f64::from(rate.window_s) * seconds
    };
    let pace = calls_were_missed(Desk::Gorgias, 400, 28, may_ask).await;
    assert_eq!(pace.refused, 0);
    assert!((0.9..=1.0).contains(&pace.used()), "{}", pace.told());
}

/// Front counts by the minute: in each one the lane may have as many requests as its limit says.
#[tokio::test(start_paused = true)]
async fn what_was_missed_is_written_with_nine_tenths_of_our_share_of_fronts_limit() {
    let may_ask = |_: &Day, lane: f64, seconds: f64| lane * (seconds / 60.0).ceil();
    let pace = calls_were_missed(Desk::Front, 130, 35, may_ask).await;
    assert_eq!(pace.refused, 0);
    assert!((0.9..=1.0).contains(&pace.used()), "{}", pace.told());
}
