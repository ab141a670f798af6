//! The answer to a request for tokens: as RFC 6749 §5.1 has it, and as vendors have it.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use oauth2::basic::BasicTokenType;
use oauth2::{AccessToken, RefreshToken, Scope, TokenResponse};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::Grant;
use crate::config::Secret;
use crate::signin::app::App;
use crate::signin::habits::{Life, habits};
use crate::signin::jwt;

/// Below this a number is a duration, above it a moment (`reference/front.md §1.3`).
const LONGEST_DURATION_SECONDS: i64 = 100_000_000;

/// Takes what is there; only the access token must be.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Answer {
    access_token: AccessToken,
    #[serde(default, deserialize_with = "text_or_nothing")]
    refresh_token: Option<RefreshToken>,
    #[serde(skip, default = "bearer")]
    token_type: BasicTokenType,
    #[serde(default)]
    expires_at: Value,
    #[serde(default)]
    expires_in: Value,
    #[serde(default)]
    expires: Value,
}

impl Answer {
    pub(super) fn grant(self, app: &App, now: DateTime<Utc>) -> Grant {
        let access = self.access_token.secret();
        let expires_at = match habits(app.vendor).life {
            Life::Unlimited => None,
            // An `exp` in the past would be one of two clocks that differ.
            Life::Jwt(life) => {
                let exp = jwt::expires_at(access).filter(|exp| *exp > now.timestamp());
                Some(exp.unwrap_or_else(|| after(now, life)))
            }
            Life::Told(life) => Some(self.told(now).unwrap_or_else(|| after(now, life))),
        };
        let refresh = self.refresh_token.as_ref().map(|token| Secret::new(token.secret().as_str()));
        Grant { access: Secret::new(access.as_str()), refresh, expires_at }
    }

    /// The first of the three names that have been seen which says something.
    fn told(&self, now: DateTime<Utc>) -> Option<i64> {
        let said = [&self.expires_at, &self.expires_in, &self.expires];
        let seconds = said.into_iter().filter_map(seconds).find(|seconds| *seconds > 0)?;
        let moment = if seconds < LONGEST_DURATION_SECONDS { now.timestamp() + seconds } else { seconds };
        Some(moment).filter(|moment| *moment > now.timestamp())
    }
}

fn after(now: DateTime<Utc>, life: TimeDelta) -> i64 {
    (now + life).timestamp()
}

fn seconds(value: &Value) -> Option<i64> {
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    Some(number as i64)
}

fn bearer() -> BasicTokenType {
    BasicTokenType::Bearer
}

fn text_or_nothing<'de, D: Deserializer<'de>>(from: D) -> Result<Option<RefreshToken>, D::Error> {
    let value = Value::deserialize(from)?;
    let text = value.as_str().filter(|text| !text.is_empty());
    Ok(text.map(|text| RefreshToken::new(text.to_owned())))
}

impl TokenResponse for Answer {
    type TokenType = BasicTokenType;

    fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    fn token_type(&self) -> &BasicTokenType {
        &self.token_type
    }

    /// Not what is gone by: see [`Answer::grant`].
    fn expires_in(&self) -> Option<Duration> {
        seconds(&self.expires_in).and_then(|seconds| u64::try_from(seconds).ok()).map(Duration::from_secs)
    }

    fn refresh_token(&self) -> Option<&RefreshToken> {
        self.refresh_token.as_ref()
    }

    /// Nobody asks: what an account may do is shown by harmless requests.
    fn scopes(&self) -> Option<&Vec<Scope>> {
        None
    }
}
