//! The reader's clock: an instant together with the reader's zone, given to pure functions from outside.

use chrono::{DateTime, FixedOffset, Local, TimeZone};

/// An instant, and the zone in which the reader sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    at: DateTime<FixedOffset>,
}

impl Moment {
    /// This instant, in the system's zone.
    pub fn now() -> Self {
        Self { at: Local::now().fixed_offset() }
    }

    /// Unix milliseconds in a zone so many seconds east of UTC; UTC for an impossible zone, the epoch for an
    /// impossible instant.
    pub fn new(unix_ms: i64, seconds_east: i32) -> Self {
        let at = DateTime::from_timestamp_millis(unix_ms).unwrap_or_default();
        Self {
            at: FixedOffset::east_opt(seconds_east).map_or(at.fixed_offset(), |zone| at.with_timezone(&zone)),
        }
    }

    /// Unix milliseconds.
    pub fn unix_ms(self) -> i64 {
        self.at.timestamp_millis()
    }

    /// Unix seconds.
    pub fn unix_seconds(self) -> i64 {
        self.at.timestamp()
    }

    /// Milliseconds from `earlier` to here; never negative, so a clock that was set back cannot end a wait early.
    pub fn ms_since(self, earlier: Moment) -> i64 {
        (self.unix_ms() - earlier.unix_ms()).max(0)
    }

    /// The clock's face at some unix second, `14:05`, with the date before it if that was another day than this.
    pub fn clock(self, unix_seconds: i64) -> String {
        let Some(then) = self.at.timezone().timestamp_opt(unix_seconds, 0).single() else {
            return String::new();
        };
        let form = if then.date_naive() == self.at.date_naive() { "%H:%M" } else { "%Y-%m-%d %H:%M" };
        then.format(form).to_string()
    }
}

/// When the reader's day began.
pub fn start_of_today() -> DateTime<chrono::Utc> {
    let now = Local::now();
    let midnight = now.date_naive().and_time(chrono::NaiveTime::MIN).and_local_timezone(Local);
    // Where midnight is skipped by a change of the clocks, a day is 24 h.
    midnight.earliest().map_or(now.to_utc() - chrono::TimeDelta::hours(24), |at| at.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-21 14:05:00 UTC.
    const AFTERNOON: i64 = 1_795_269_900;

    #[test]
    fn the_clock_follows_the_readers_zone() {
        let paris = Moment::new(AFTERNOON * 1000, 3600);
        assert_eq!(paris.clock(AFTERNOON), "15:05");
    }

    #[test]
    fn another_day_is_named() {
        let next_day = Moment::new((AFTERNOON + 86_400) * 1000, 0);
        assert_eq!(next_day.clock(AFTERNOON), "2026-11-21 14:05");
    }

    #[test]
    fn a_clock_that_was_set_back_has_not_waited() {
        let (early, late) = (Moment::new(1_000, 0), Moment::new(5_000, 0));
        assert_eq!(late.ms_since(early), 4_000);
        assert_eq!(early.ms_since(late), 0);
    }
}
