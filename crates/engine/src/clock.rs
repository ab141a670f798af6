//! The clock that the engine is given from outside. Waiting is tokio's business; this only says what time it is.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

/// Says what time it is.
pub trait Clock: Send + Sync {
    /// Now, in UTC.
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's clock.
#[derive(Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// A clock that starts at a chosen moment and runs with tokio's: under tokio's paused time a day takes seconds.
#[derive(Debug)]
pub struct SimulatedClock {
    epoch: DateTime<Utc>,
    started: Instant,
    ahead_seconds: AtomicI64,
}

impl SimulatedClock {
    /// Starts at `epoch`. Must be called inside a tokio runtime.
    #[must_use]
    pub fn starting_at(epoch: DateTime<Utc>) -> Self {
        SimulatedClock { epoch, started: Instant::now(), ahead_seconds: AtomicI64::new(0) }
    }

    /// From now on it is wrong by so much, as somebody's who set it by hand; 0: it is right again.
    pub fn is_ahead_by(&self, seconds: i64) {
        self.ahead_seconds.store(seconds, Ordering::Relaxed);
    }
}

impl Clock for SimulatedClock {
    fn now(&self) -> DateTime<Utc> {
        let ahead = TimeDelta::seconds(self.ahead_seconds.load(Ordering::Relaxed));
        self.epoch + TimeDelta::from_std(self.started.elapsed()).unwrap_or(TimeDelta::zero()) + ahead
    }
}
