//! The clock that the engine is given from outside. Waiting is tokio's business; this only says what time it is.

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
}

impl SimulatedClock {
    /// Starts at `epoch`. Must be called inside a tokio runtime.
    #[must_use]
    pub fn starting_at(epoch: DateTime<Utc>) -> Self {
        SimulatedClock { epoch, started: Instant::now() }
    }
}

impl Clock for SimulatedClock {
    fn now(&self) -> DateTime<Utc> {
        self.epoch + TimeDelta::from_std(self.started.elapsed()).unwrap_or(TimeDelta::zero())
    }
}
