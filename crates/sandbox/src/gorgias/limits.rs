//! Gorgias' leaky bucket, shared by the whole account (`reference/gorgias.md §3`): it fills by one a request
//! and drains continuously; other integrations fill it too.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// `N` requests in `W` seconds, written `40/20s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Rate {
    /// What the bucket holds.
    pub requests: u32,
    /// How many seconds a full bucket takes to drain.
    pub window_s: u32,
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("{text} is no rate; write it like 40/20s");
        let (requests, window) = text.split_once('/').ok_or_else(wrong)?;
        let number = |text: &str| text.parse::<u32>().ok().filter(|number| *number > 0);
        Ok(Self {
            requests: number(requests).ok_or_else(wrong)?,
            window_s: number(window.trim_end_matches('s')).ok_or_else(wrong)?,
        })
    }
}

impl TryFrom<String> for Rate {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Rate> for String {
    fn from(rate: Rate) -> Self {
        format!("{}/{}s", rate.requests, rate.window_s)
    }
}

/// The limit and the load of the account's other integrations.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GorgiasLimits {
    /// The bucket; an API key has 40/20s.
    pub rate: Rate,
    /// Requests a second that other integrations make.
    pub others_per_second: f64,
}

impl Default for GorgiasLimits {
    fn default() -> Self {
        Self { rate: Rate { requests: 40, window_s: 20 }, others_per_second: 0.0 }
    }
}

#[derive(Debug)]
pub(crate) struct Bucket {
    pub(crate) limits: GorgiasLimits,
    level: f64,
    seen: DateTime<Utc>,
}

impl Bucket {
    pub(crate) fn new(now: DateTime<Utc>) -> Self {
        Self { limits: GorgiasLimits::default(), level: 0.0, seen: now }
    }

    /// Counts a request; `Err` holds the seconds for `Retry-after`.
    pub(crate) fn admit(&mut self, now: DateTime<Utc>) -> Result<(), u64> {
        self.drain(now);
        let capacity = f64::from(self.limits.rate.requests);
        if self.level + 1.0 <= capacity + 1e-6 {
            self.level += 1.0;
            return Ok(());
        }
        let net = self.net_per_second();
        let wait = if net > 0.0 {
            (self.level + 1.0 - capacity) / net
        } else {
            f64::from(self.limits.rate.window_s)
        };
        Err((wait.ceil() as u64).max(1))
    }

    /// `used/limit`, as every answer's header tells it.
    pub(crate) fn header(&mut self, now: DateTime<Utc>) -> String {
        self.drain(now);
        format!("{}/{}", self.level.ceil(), self.limits.rate.requests)
    }

    fn drain(&mut self, now: DateTime<Utc>) {
        let passed = (now - self.seen).to_std().unwrap_or_default().as_secs_f64();
        self.seen = now;
        let capacity = f64::from(self.limits.rate.requests);
        self.level = (self.level - self.net_per_second() * passed).clamp(0.0, capacity);
    }

    fn net_per_second(&self) -> f64 {
        let rate = self.limits.rate;
        f64::from(rate.requests) / f64::from(rate.window_s) - self.limits.others_per_second
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn a_full_bucket_tells_when_there_is_room_again() {
        let start = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let mut bucket = Bucket::new(start);
        assert!((0..40).all(|_| bucket.admit(start).is_ok()));
        assert_eq!(bucket.header(start), "40/40");
        assert_eq!(bucket.admit(start), Err(1));
        let later = start + TimeDelta::seconds(1);
        assert!(bucket.admit(later).is_ok() && bucket.admit(later).is_ok());
        assert!(bucket.admit(later).is_err());
    }

    #[test]
    fn others_can_fill_the_bucket_for_good() {
        let start = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let mut bucket = Bucket::new(start);
        bucket.limits.others_per_second = 3.0;
        assert_eq!(bucket.admit(start + TimeDelta::seconds(60)), Err(20));
    }

    #[test]
    fn a_rate_is_written_as_requests_per_seconds() {
        assert_eq!("80/40s".parse(), Ok(Rate { requests: 80, window_s: 40 }));
        assert!("80".parse::<Rate>().is_err() && "0/20s".parse::<Rate>().is_err());
    }
}
