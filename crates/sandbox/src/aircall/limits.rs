//! Aircall's rate limit: so many requests a minute for the company, and a minute's block after the one
//! that was too many (`reference/aircall.md §2.1`). Other integrations of the company eat from it too.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

const WINDOW_S: i64 = 60;

/// The limit and the load of the company's other integrations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AircallLimits {
    /// Requests a minute; 60 by the older pages, 120 by the current reference.
    pub per_minute: u32,
    /// How many of them other integrations use up.
    pub others_per_minute: u32,
}

impl Default for AircallLimits {
    fn default() -> Self {
        Self { per_minute: 60, others_per_minute: 0 }
    }
}

/// What was used of the limit.
#[derive(Debug, Default)]
pub(crate) struct Window {
    pub(crate) limits: AircallLimits,
    arrivals: VecDeque<i64>,
    blocked_until: Option<i64>,
}

impl Window {
    /// Counts a request at `now` (unix seconds); `Err` holds the second at which requests pass again.
    pub(crate) fn admit(&mut self, now: i64) -> Result<(), i64> {
        if let Some(until) = self.blocked_until {
            if now < until {
                return Err(until);
            }
            self.blocked_until = None;
            self.arrivals.clear();
        }
        let used = self.used(now);
        if used >= self.limits.per_minute {
            let until = now + WINDOW_S;
            self.blocked_until = Some(until);
            return Err(until);
        }
        self.arrivals.push_back(now);
        Ok(())
    }

    /// Requests in the last minute, those of others included.
    pub(crate) fn used(&mut self, now: i64) -> u32 {
        while self.arrivals.front().is_some_and(|at| *at <= now - WINDOW_S) {
            self.arrivals.pop_front();
        }
        u32::try_from(self.arrivals.len()).unwrap_or(u32::MAX).saturating_add(self.limits.others_per_minute)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_too_many_blocks_for_a_minute() {
        let mut window = Window::default();
        assert!((0..60).all(|_| window.admit(1000).is_ok()));
        assert_eq!(window.admit(1001), Err(1061));
        assert_eq!(window.admit(1060), Err(1061));
        assert_eq!(window.admit(1061), Ok(()));
    }

    #[test]
    fn other_integrations_eat_from_the_same_minute() {
        let mut window = Window::default();
        window.limits.others_per_minute = 50;
        assert_eq!((0..20).filter(|_| window.admit(1000).is_ok()).count(), 10);
    }
}
