//! What a sign-in gave, as it lies in the vault.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::grant::Grant;
use crate::config::Secret;

/// A token is renewed this long before its end, or at four fifths of a short life.
const AHEAD: TimeDelta = TimeDelta::minutes(5);

/// Tokens of one connection. `Debug` hides them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    access: String,
    refresh: Option<String>,
    /// When the access token ends, unix seconds; `None`: it has no end.
    expires_at: Option<i64>,
    /// The account's name: Gorgias' subdomain, else what the company is called, once that is known.
    pub account: Option<String>,
    /// When somebody signed in, unix seconds.
    pub since: i64,
    /// When the access token was given, unix seconds.
    pub renewed_at: i64,
}

impl Kept {
    pub(super) fn new(grant: Grant, account: Option<String>, now: DateTime<Utc>) -> Kept {
        Kept {
            access: grant.access.reveal().to_owned(),
            refresh: grant.refresh.map(|token| token.reveal().to_owned()),
            expires_at: grant.expires_at,
            account,
            since: now.timestamp(),
            renewed_at: now.timestamp(),
        }
    }

    /// After a renewal. A refresh token that came replaces the old one; where none came the old one stays
    /// (`reference/gorgias.md §2`, `reference/front.md §1.3`).
    pub(super) fn renewed(&self, grant: Grant, now: DateTime<Utc>) -> Kept {
        Kept {
            access: grant.access.reveal().to_owned(),
            refresh: grant.refresh.map(|token| token.reveal().to_owned()).or_else(|| self.refresh.clone()),
            expires_at: grant.expires_at,
            account: self.account.clone(),
            since: self.since,
            renewed_at: now.timestamp(),
        }
    }

    /// The same tokens, of an account of this name.
    pub(super) fn called(self, account: Option<String>) -> Kept {
        Kept { account, ..self }
    }

    pub(super) fn access(&self) -> Secret {
        Secret::new(self.access.as_str())
    }

    pub(super) fn refresh(&self) -> Option<Secret> {
        self.refresh.as_deref().map(Secret::new)
    }

    /// Whether these are the same tokens, whatever the account is called.
    pub(super) fn is_same_grant(&self, other: &Kept) -> bool {
        self.access == other.access && self.refresh == other.refresh
    }

    /// Whether `access` is this access token.
    pub(super) fn is(&self, access: &Secret) -> bool {
        self.access == access.reveal()
    }

    /// From when on it is renewed; `None`: never for its age.
    pub(super) fn due_at(&self) -> Option<DateTime<Utc>> {
        let end = self.ends_at()?;
        let life = end - DateTime::from_timestamp(self.renewed_at, 0)?;
        Some(end - AHEAD.min(life / 5).max(TimeDelta::zero()))
    }

    pub(super) fn is_due(&self, now: DateTime<Utc>) -> bool {
        self.due_at().is_some_and(|due| due <= now)
    }

    /// Whether the access token is good by the clock.
    pub(super) fn is_alive(&self, now: DateTime<Utc>) -> bool {
        self.ends_at().is_none_or(|end| now < end)
    }

    pub(super) fn age(&self, now: DateTime<Utc>) -> TimeDelta {
        now - DateTime::from_timestamp(self.renewed_at, 0).unwrap_or(now)
    }

    fn ends_at(&self) -> Option<DateTime<Utc>> {
        self.expires_at.and_then(|seconds| DateTime::from_timestamp(seconds, 0))
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept")
            .field("account", &self.account)
            .field("expires_at", &self.expires_at)
            .field("has_refresh", &self.refresh.is_some())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap_or_default()
    }

    fn kept(life: Option<i64>) -> Kept {
        let grant = Grant {
            access: Secret::new("a1"),
            refresh: Some(Secret::new("r1")),
            expires_at: life.map(|life| 1_000_000 + life),
        };
        Kept::new(grant, Some("acme".into()), at(1_000_000))
    }

    #[test]
    fn a_token_is_renewed_before_its_end() {
        let hour = kept(Some(3600));
        assert!(!hour.is_due(at(1_003_299)));
        assert!(hour.is_due(at(1_003_300)) && hour.is_alive(at(1_003_599)));
        assert!(!hour.is_alive(at(1_003_600)));
        let short = kept(Some(10));
        assert!(!short.is_due(at(1_000_007)) && short.is_due(at(1_000_008)));
        let endless = kept(None);
        assert!(!endless.is_due(at(i64::from(i32::MAX))) && endless.is_alive(at(i64::from(i32::MAX))));
        assert!(kept(Some(-5)).is_due(at(1_000_000)), "an end in the past is due");
    }

    #[test]
    fn a_refresh_token_stays_until_another_one_comes() {
        let grant = |refresh: Option<&str>| Grant {
            access: Secret::new("a2"),
            refresh: refresh.map(Secret::new),
            expires_at: None,
        };
        let first = kept(Some(60));
        assert_eq!(first.renewed(grant(None), at(1)).refresh.as_deref(), Some("r1"));
        assert_eq!(first.renewed(grant(Some("r2")), at(1)).refresh.as_deref(), Some("r2"));
        assert_eq!(first.renewed(grant(None), at(1)).since, first.since);
    }

    #[test]
    fn nothing_of_it_is_shown() {
        let shown = format!("{:?}", kept(Some(60)));
        assert!(!shown.contains("a1") && !shown.contains("r1"), "{shown}");
    }
}
