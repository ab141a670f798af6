//! The account of a week: which calls are at Aircall, which of them the helpdesk holds by our ledger, and why not the others.
//! Counted, not assumed: from what is stored, once Aircall's own list of the week was read beside it (`engine/accounting.rs`).

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use sidetone_protocol::{Account, AccountReading, AccountReason, CallView};

use crate::view::is_wanted;

/// The account of the last week is made on Monday from this hour on: before work, and after the night's reading.
const MADE_AT: u32 = 7;
/// So many calls of one reason are listed; all are counted.
const LISTED: usize = 200;
/// A call that is on its way for longer than this is not only on its way.
pub const ON_ITS_WAY: TimeDelta = TimeDelta::hours(1);
/// The reason of calls that have none.
pub const PENDING: &str = "pending";

/// What is stored of a time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stored {
    /// Calls on selected lines.
    pub calls: u32,
    /// Those that the helpdesk holds by our ledger.
    pub held: u32,
    /// The others, oldest first.
    pub others: Vec<CallView>,
}

/// Figures that are told by mail and web hook.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// From then on, unix seconds.
    pub from: i64,
    /// Until then, not included.
    pub to: i64,
    /// Calls at Aircall.
    pub aircall: u32,
    /// Those that the helpdesk holds.
    pub helpdesk: u32,
    /// How many were not known here until Aircall's list was read.
    pub found: u32,
    /// Why not the others: code, how many, and whether they should be there.
    pub reasons: Vec<(String, u32, bool)>,
}

impl Figures {
    /// Those of an account.
    #[must_use]
    pub fn of(account: &Account) -> Figures {
        let reasons = account.differing.iter().map(|reason| (reason.code.clone(), reason.n, reason.wanted));
        Figures {
            from: account.from,
            to: account.to,
            aircall: account.aircall,
            helpdesk: account.helpdesk,
            found: account.reading.map_or(0, |reading| reading.found),
            reasons: reasons.collect(),
        }
    }
}

/// The account of a time.
#[must_use]
pub fn of(from: i64, to: i64, stored: Stored, reading: Option<AccountReading>, is_read: bool) -> Account {
    let mut reasons: BTreeMap<String, AccountReason> = BTreeMap::new();
    for call in stored.others {
        let code = reason_of(&call);
        // A person threw its record away: nobody misses it (G25).
        let wanted = is_wanted(&call) && !code.starts_with("ticket_");
        let reason = reasons.entry(code.clone()).or_insert_with(|| AccountReason {
            code,
            n: 0,
            wanted,
            calls: Vec::new(),
        });
        reason.n += 1;
        reason.wanted |= wanted;
        if reason.calls.len() < LISTED {
            reason.calls.push(call);
        }
    }
    let mut differing: Vec<AccountReason> = reasons.into_values().collect();
    differing.sort_by(|a, b| b.wanted.cmp(&a.wanted).then(b.n.cmp(&a.n)).then(a.code.cmp(&b.code)));
    let listed = reading.map_or(0, |reading| reading.listed);
    Account {
        from,
        to,
        aircall: stored.calls.max(listed),
        helpdesk: stored.held,
        differing,
        unknown: listed.saturating_sub(stored.calls),
        reading,
        is_read,
    }
}

fn reason_of(call: &CallView) -> String {
    // Also what was taken for complete although nothing is known of its record: nobody knows why.
    call.reason.as_ref().map_or_else(|| PENDING.to_owned(), |reason| reason.code.clone())
}

/// Calls that are missing for no reason that anybody is told of otherwise.
#[must_use]
pub fn unexplained(account: &Account, now: DateTime<Utc>) -> u32 {
    let is_late = |call: &&CallView| now.timestamp() - call.started_at > ON_ITS_WAY.num_seconds();
    let pending = account.differing.iter().filter(|reason| reason.code == PENDING);
    let late: usize = pending.map(|reason| reason.calls.iter().filter(is_late).count()).sum();
    u32::try_from(late).unwrap_or(u32::MAX).saturating_add(account.unknown)
}

/// The last full week, Monday to Monday where the company is.
#[must_use]
pub fn last_week(now: DateTime<Utc>, zone: Tz) -> (DateTime<Utc>, DateTime<Utc>) {
    (monday(now, zone, 1, 0), monday(now, zone, 0, 0))
}

/// When its account is made.
#[must_use]
pub fn made_at(now: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    monday(now, zone, 0, MADE_AT)
}

/// An hour of the Monday of this week, or so many weeks before.
fn monday(now: DateTime<Utc>, zone: Tz, weeks_before: u64, hour: u32) -> DateTime<Utc> {
    let today = now.with_timezone(&zone).date_naive();
    let back = u64::from(today.weekday().num_days_from_monday()) + 7 * weeks_before;
    let day = today.checked_sub_days(Days::new(back)).unwrap_or(today);
    let time = NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
    let local = day.and_time(time).and_local_timezone(zone);
    // Where the clocks skip that hour, it is the next.
    let later = || (day.and_time(time) + TimeDelta::hours(1)).and_local_timezone(zone).earliest();
    local.earliest().or_else(later).map_or(now, |at| at.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_week_is_from_monday_to_monday_where_the_company_is() {
        let paris = chrono_tz::Europe::Paris;
        let week = last_week(at("2026-11-23T06:30:00Z"), paris);
        assert_eq!(week, (at("2026-11-15T23:00:00Z"), at("2026-11-22T23:00:00Z")));
        assert_eq!(made_at(at("2026-11-23T06:30:00Z"), paris), at("2026-11-23T06:00:00Z"));
        // Sunday evening there is still the week before.
        assert_eq!(last_week(at("2026-11-22T22:30:00Z"), paris).1, at("2026-11-15T23:00:00Z"));
        // The clocks went back on the 25th of October: that week has an hour more.
        let (from, to) = last_week(at("2026-10-27T12:00:00Z"), paris);
        assert_eq!((to - from).num_hours(), 7 * 24 + 1);
        // Samoa, a day ahead.
        let apia = chrono_tz::Pacific::Apia;
        assert_eq!(last_week(at("2026-11-22T12:00:00Z"), apia).1, at("2026-11-22T11:00:00Z"));
    }
}
