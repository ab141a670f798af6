//! What every answer tells of the request budget, and how long a refused request waits.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::request::{answered_at, http_date};

/// The company's limit is counted per minute (`reference/front.md §2.1`): the wait for a 429 that names none.
const COMPANY_WAIT_SECONDS: u64 = 60;
/// The guard of a route is about five requests a second (`reference/front.md §2.1`).
const GUARD_WAIT_SECONDS: u64 = 1;
/// A wait beyond this is a misread header rather than a wait.
const LONGEST_WAIT_SECONDS: i64 = 15 * 60;

/// The budget as an answer of any status tells it (`reference/front.md §2.1`). It is the company's: every integration
/// draws on it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rate {
    /// Requests per minute.
    pub limit: u32,
    /// How many of them are left.
    pub remaining: u32,
    /// When it is full again, in unix seconds of Front's clock.
    pub resets_at: Option<i64>,
    /// When this was said, in unix seconds of the same clock.
    pub told_at: Option<i64>,
    /// The allowance for short bursts beside the limit, where there is one.
    pub burst: Option<Burst>,
}

/// The allowance for short bursts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Burst {
    /// How large it is.
    pub limit: u32,
    /// How much of it is left.
    pub remaining: u32,
}

impl Rate {
    /// Reads the `x-ratelimit-*` headers; `None` when limit or remainder is missing.
    pub fn read(headers: &HeaderMap) -> Option<Self> {
        Some(Self {
            limit: number(headers, "x-ratelimit-limit")?,
            remaining: number(headers, "x-ratelimit-remaining")?,
            resets_at: resets_at(headers),
            told_at: answered_at(headers),
            burst: burst(headers),
        })
    }
}

/// Whether a 429 with these headers is the guard of a route rather than the company's limit: there is budget left
/// (`reference/front.md §2.1`).
pub(crate) fn is_guard(headers: &HeaderMap) -> bool {
    number::<u32>(headers, "x-ratelimit-remaining").is_some_and(|left| left > 0)
}

/// Which class of routes a guard is for.
pub(crate) fn tier(headers: &HeaderMap) -> Option<String> {
    let tier = headers.get("x-front-tier")?.to_str().ok()?.trim();
    (!tier.is_empty()).then(|| tier.to_owned())
}

/// The wait that an answer states; without one, that of a 429 of its kind.
pub(crate) fn wait(headers: &HeaderMap, is_429: bool) -> Option<Duration> {
    let sane = |wait: &i64| (1..=LONGEST_WAIT_SECONDS).contains(wait);
    let to_reset = || resets_at(headers)?.checked_sub(answered_at(headers)?);
    let stated = match stated_wait(headers) {
        Some(wait) => Some(wait).filter(sane),
        None if is_429 && !is_guard(headers) => to_reset().filter(sane),
        None => None,
    };
    match stated.and_then(|wait| u64::try_from(wait).ok()) {
        Some(wait) => Some(Duration::from_secs(wait)),
        None if is_429 && is_guard(headers) => Some(Duration::from_secs(GUARD_WAIT_SECONDS)),
        None if is_429 => Some(Duration::from_secs(COMPANY_WAIT_SECONDS)),
        None => None,
    }
}

/// Seconds, or a date read against the answer's own.
fn stated_wait(headers: &HeaderMap) -> Option<i64> {
    let wait = headers.get(header::RETRY_AFTER)?;
    whole_seconds(wait).or_else(|| Some(http_date(wait)? - answered_at(headers)?))
}

/// Unix seconds, or a date: one client has met both (`reference/front.md §2.1`).
fn resets_at(headers: &HeaderMap) -> Option<i64> {
    let reset: &HeaderValue = headers.get("x-ratelimit-reset")?;
    whole_seconds(reset).or_else(|| http_date(reset))
}

/// A fraction is rounded up: too early would be refused again.
fn whole_seconds(value: &HeaderValue) -> Option<i64> {
    let seconds = value.to_str().ok()?.trim().parse::<f64>().ok().filter(|seconds| seconds.is_finite())?;
    Some(seconds.ceil() as i64)
}

fn burst(headers: &HeaderMap) -> Option<Burst> {
    Some(Burst {
        limit: number(headers, "x-ratelimit-burst-limit")?,
        remaining: number(headers, "x-ratelimit-burst-remaining")?,
    })
}

fn number<T: std::str::FromStr>(headers: &HeaderMap, name: &'static str) -> Option<T> {
    headers.get(HeaderName::from_static(name))?.to_str().ok()?.trim().parse().ok()
}
