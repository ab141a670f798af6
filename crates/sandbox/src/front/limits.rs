//! Front's limits (`reference/front.md §2.1`): so many requests a minute for the whole company, an allowance for bursts,
//! a share of it for the search, and a guard of its own on routes that are heavy. A 429 with requests left is a guard's.

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::wire::Answered;

/// The limits, and the load of the company's other integrations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FrontLimits {
    /// Requests a minute of the company, whatever its tokens; the smallest plan has 50.
    pub per_minute: u32,
    /// Requests a minute that other integrations make.
    pub others_per_minute: u32,
    /// Requests a minute of OAuth apps, on their own; 0 = they share the company's.
    pub oauth_per_minute: u32,
    /// Requests above the limit that are let through; 0 = none, and no headers for it.
    pub burst: u32,
    /// Seconds until a burst is possible again.
    pub burst_refill_s: u32,
    /// Requests a second to one resource of a guarded route.
    pub per_second_per_resource: u32,
    /// The guarded routes, by the last part of their path.
    pub guarded: Vec<String>,
    /// The part of the company's limit that searches may use.
    pub search_share: f64,
}

impl Default for FrontLimits {
    fn default() -> Self {
        Self {
            per_minute: 50,
            others_per_minute: 0,
            oauth_per_minute: 0,
            burst: 0,
            burst_refill_s: 600,
            per_second_per_resource: 5,
            guarded: vec!["imported_messages".to_owned(), "incoming_messages".to_owned()],
            search_share: 0.4,
        }
    }
}

/// A count that begins anew each time its window is over.
#[derive(Debug, Clone, Copy)]
struct Window {
    since: DateTime<Utc>,
    used: u32,
}

impl Window {
    fn roll(&mut self, now: DateTime<Utc>, length: TimeDelta) {
        if now - self.since >= length {
            *self = Self { since: now, used: 0 };
        }
    }
}

/// What was used of each limit.
#[derive(Debug)]
pub(crate) struct Meters {
    pub(crate) limits: FrontLimits,
    company: Window,
    oauth: Window,
    search: Window,
    burst: Window,
    resources: HashMap<String, VecDeque<DateTime<Utc>>>,
}

const MINUTE: TimeDelta = TimeDelta::seconds(60);

impl Meters {
    pub(crate) fn new(now: DateTime<Utc>) -> Self {
        let empty = Window { since: now, used: 0 };
        Self {
            limits: FrontLimits::default(),
            company: empty,
            oauth: empty,
            search: empty,
            burst: empty,
            resources: HashMap::new(),
        }
    }

    /// Counts a request. `route` and `resource` are its last part and the whole path.
    ///
    /// # Errors
    /// The answer when it is one too many.
    pub(crate) fn admit(
        &mut self,
        now: DateTime<Utc>,
        is_oauth: bool,
        route: &str,
        path: &str,
    ) -> Result<(), Answered> {
        self.roll(now);
        // The guard first: what it refuses leaves the company's limit alone.
        if self.limits.guarded.iter().any(|guarded| guarded == route) {
            self.guard(now, path)?;
        }
        if path.starts_with("/conversations/search/") {
            let most = (f64::from(self.limits.per_minute) * self.limits.search_share).floor() as u32;
            if self.search.used >= most {
                return Err(refused(self.search.since + MINUTE - now, Some("proportional")));
            }
            self.search.used += 1;
        }
        let left = self.left(now, is_oauth);
        if left > 0 {
            self.window(is_oauth).used += 1;
        } else if self.burst.used < self.limits.burst {
            self.burst.used += 1;
        } else {
            return Err(refused(self.window(is_oauth).since + MINUTE - now, None));
        }
        Ok(())
    }

    /// The headers that every answer has.
    pub(crate) fn headers(&mut self, now: DateTime<Utc>, is_oauth: bool) -> Vec<(&'static str, String)> {
        self.roll(now);
        let limit = self.limit(is_oauth);
        let reset = (self.window(is_oauth).since + MINUTE).timestamp_millis();
        let mut headers = vec![
            ("x-ratelimit-limit", limit.to_string()),
            ("x-ratelimit-remaining", self.left(now, is_oauth).to_string()),
            ("x-ratelimit-reset", (reset as u64).div_ceil(1000).to_string()),
        ];
        if self.limits.burst > 0 {
            let left = self.limits.burst.saturating_sub(self.burst.used);
            headers.push(("x-ratelimit-burst-limit", self.limits.burst.to_string()));
            headers.push(("x-ratelimit-burst-remaining", left.to_string()));
        }
        headers
    }

    fn guard(&mut self, now: DateTime<Utc>, path: &str) -> Result<(), Answered> {
        let second = TimeDelta::seconds(1);
        let recent = self.resources.entry(path.to_owned()).or_default();
        recent.retain(|at| now - *at < second);
        match recent.front() {
            Some(first) if recent.len() >= self.limits.per_second_per_resource as usize => {
                Err(refused(*first + second - now, Some("2")))
            }
            _ => {
                recent.push_back(now);
                Ok(())
            }
        }
    }

    fn roll(&mut self, now: DateTime<Utc>) {
        self.company.roll(now, MINUTE);
        self.oauth.roll(now, MINUTE);
        self.search.roll(now, MINUTE);
        self.burst.roll(now, TimeDelta::seconds(self.limits.burst_refill_s.into()));
    }

    fn has_its_own(&self, is_oauth: bool) -> bool {
        is_oauth && self.limits.oauth_per_minute > 0
    }

    fn limit(&self, is_oauth: bool) -> u32 {
        if self.has_its_own(is_oauth) { self.limits.oauth_per_minute } else { self.limits.per_minute }
    }

    fn window(&mut self, is_oauth: bool) -> &mut Window {
        if self.has_its_own(is_oauth) { &mut self.oauth } else { &mut self.company }
    }

    /// What is left of this minute; the others use theirs evenly over it.
    fn left(&mut self, now: DateTime<Utc>, is_oauth: bool) -> u32 {
        let window = *self.window(is_oauth);
        let others = if self.has_its_own(is_oauth) { 0 } else { self.limits.others_per_minute };
        let passed = (now - window.since).to_std().unwrap_or_default().as_secs_f64() / 60.0;
        let others = (f64::from(others) * passed.min(1.0)).floor() as u32;
        self.limit(is_oauth).saturating_sub(window.used.saturating_add(others))
    }
}

/// 429; `tier` tells a guard of its own from the company's limit.
fn refused(wait: TimeDelta, tier: Option<&str>) -> Answered {
    let ms = wait.num_milliseconds().max(1);
    let of = tier.map(|tier| format!(" for tier-{tier} route")).unwrap_or_default();
    let message = format!("Rate limit exceeded{of}. Please retry in {ms} milliseconds.");
    let error = json!({"status": 429, "title": "Too many requests", "message": message});
    let seconds = (ms as u64).div_ceil(1000);
    let answered = Answered::json(429, &json!({"_error": error})).with("retry-after", seconds.to_string());
    match tier {
        Some(tier) => answered.with("x-front-tier", tier),
        None => answered,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn ask(meters: &mut Meters, after_ms: i64, path: &str) -> Option<String> {
        let route = path.rsplit('/').next().unwrap_or_default();
        let now = start() + TimeDelta::milliseconds(after_ms);
        let refused = meters.admit(now, false, route, path).err()?;
        refused.headers.into_iter().find(|(name, _)| *name == "retry-after").map(|(_, value)| value)
    }

    #[test]
    fn the_window_is_a_minute_and_others_use_it_too() {
        let mut meters = Meters::new(start());
        assert!((0..50).all(|_| ask(&mut meters, 0, "/me").is_none()));
        assert_eq!(ask(&mut meters, 20_500, "/me").as_deref(), Some("40"));
        assert_eq!(ask(&mut meters, 60_000, "/me"), None);
        meters.limits.others_per_minute = 50;
        assert_eq!(ask(&mut meters, 89_000, "/me"), None);
        assert_eq!(ask(&mut meters, 118_800, "/me").as_deref(), Some("2"), "only the others used it up");
    }

    #[test]
    fn a_burst_is_let_through_once() {
        let mut meters = Meters::new(start());
        meters.limits.burst = 2;
        assert!((0..52).all(|_| ask(&mut meters, 0, "/me").is_none()));
        assert!(ask(&mut meters, 0, "/me").is_some());
        assert!((0..50).all(|_| ask(&mut meters, 60_000, "/me").is_none()));
        assert!(ask(&mut meters, 60_000, "/me").is_some(), "not refilled yet");
        assert!((0..52).all(|_| ask(&mut meters, 600_000, "/me").is_none()));
    }
}
