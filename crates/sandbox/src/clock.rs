//! The sandbox's time: a start date plus the time that has passed on tokio's clock, so that a paused
//! clock in a test can run a day in seconds. It is not a scheduler; waiting is done with `tokio::time`.

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

/// Tells the time of the sandbox. Cheap to copy; every copy shows the same time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    start: DateTime<Utc>,
    origin: Instant,
}

impl Clock {
    pub(crate) fn starting_at(start: DateTime<Utc>) -> Self {
        Self { start, origin: Instant::now() }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        let passed = TimeDelta::from_std(self.origin.elapsed()).unwrap_or(TimeDelta::MAX);
        self.start.checked_add_signed(passed).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// Unix milliseconds, as messages tell them.
    pub(crate) fn unix_ms(&self) -> i64 {
        self.now().timestamp_millis()
    }

    /// Unix seconds, the unit of every time in an Aircall call.
    pub(crate) fn unix(&self) -> i64 {
        self.now().timestamp()
    }
}

/// The form of an HTTP `Date` header.
pub(crate) fn http_date(at: DateTime<Utc>) -> String {
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn a_day_passes_without_waiting_for_it() {
        let start = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let clock = Clock::starting_at(start);
        tokio::time::sleep(Duration::from_secs(86_400)).await;
        assert_eq!(clock.unix(), 1_800_086_400);
        assert_eq!(http_date(start), "Fri, 15 Jan 2027 08:00:00 GMT");
    }
}
