//! `sidetone-hub adopt --since DATE`: fills the ledger from the markers found in the helpdesk (B17).
//!
//! While `serve` runs it is asked over HTTP (`POST /api/adopt`), else the engine is started for this alone. Nothing is
//! written into the helpdesk by it.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use futures_util::stream;
use serde::Deserialize;
use sidetone_engine::{AdoptProgress, Handle};

use crate::config::Config;
use crate::problem::Problem;

#[derive(Deserialize)]
struct Asked {
    since: DateTime<Utc>,
}

/// `POST /api/adopt {"since": RFC 3339}`: answers with one line of JSON for each step, until it is done or given up.
/// Who hangs up stops it.
pub(crate) async fn adopt(State(handle): State<Handle>, body: Bytes) -> Result<Response, Problem> {
    let asked: Asked = serde_json::from_slice(&body)
        .map_err(|_| Problem::bad("Send {\"since\": \"2026-11-01T00:00:00Z\"}"))?;
    let steps = stream::unfold(handle.adopt_since(asked.since), |mut progress| async move {
        let step = progress.recv().await?;
        let line = serde_json::to_string(&step).map(|line| line + "\n");
        Some((line, progress))
    });
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(steps)).into_response())
}

/// A day (its beginning in the configured zone, else UTC) or a moment as RFC 3339.
///
/// # Errors
/// A sentence that says what is wanted.
pub fn moment(text: &str, zone: Option<Tz>) -> Result<DateTime<Utc>, String> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Ok(moment.to_utc());
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    let begins = day.and_then(|day| {
        let zone = zone.unwrap_or(Tz::UTC);
        zone.from_local_datetime(&day.and_time(NaiveTime::MIN)).earliest()
    });
    begins
        .map(|at| at.to_utc())
        .ok_or_else(|| format!("\"{text}\" is no date; give for instance 2026-11-01 or 2026-11-01T09:00:00Z"))
}

/// What is said while it goes on.
#[must_use]
pub fn line(progress: &AdoptProgress) -> String {
    format!("{} calls read, {} records found, {} adopted", progress.calls, progress.records, progress.adopted)
}

/// What is said at the end.
#[must_use]
pub fn summary(progress: &AdoptProgress, since: DateTime<Utc>) -> String {
    let unknown = match progress.unknown {
        0 => String::new(),
        n => format!("; {n} records are of calls that Aircall does not list any more"),
    };
    format!(
        "since {}: {} calls, {} records in the helpdesk, {} of them were not (wholly) in the ledger and are now{unknown}",
        since.format("%Y-%m-%d %H:%M UTC"),
        progress.calls,
        progress.records,
        progress.adopted
    )
}

/// Asks the hub that runs; `told` hears each step.
///
/// # Errors
/// A sentence that says what to do.
pub async fn ask_running(
    config: &Config,
    since: DateTime<Utc>,
    mut told: impl FnMut(&AdoptProgress),
) -> Result<AdoptProgress, String> {
    let token = config
        .admin_token
        .as_ref()
        .ok_or("the hub is running; give [hub] admin_token, so that it can be asked with this token")?;
    // The token stays on this machine, whatever proxy the environment names.
    let client = reqwest::Client::builder().no_proxy().build().map_err(|error| error.to_string())?;
    let asked = client
        .post(format!("http://{}/api/adopt", config.listen))
        .header("authorization", format!("Bearer {}", token.reveal()))
        .body(serde_json::json!({ "since": since }).to_string());
    let mut answer =
        asked.send().await.map_err(|error| format!("the running hub does not answer: {error}"))?;
    if answer.status() != 200 {
        return Err(format!(
            "the running hub answers {}; is [hub] admin_token the same?",
            answer.status().as_u16()
        ));
    }
    let (mut text, mut last) = (Vec::new(), AdoptProgress::default());
    while let Some(chunk) = answer.chunk().await.map_err(|error| format!("the hub stopped: {error}"))? {
        text.extend_from_slice(&chunk);
        while let Some(end) = text.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = text.drain(..=end).collect();
            last = serde_json::from_slice(&line).map_err(|error| error.to_string())?;
            told(&last);
        }
    }
    Ok(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_in_the_configured_zone() {
        let paris = Some(chrono_tz::Europe::Paris);
        for (text, zone, utc) in [
            ("2026-11-01", None, "2026-11-01T00:00:00Z"),
            ("2026-11-01", paris, "2026-10-31T23:00:00Z"),
            ("2026-11-01T09:00:00+01:00", None, "2026-11-01T08:00:00Z"),
        ] {
            assert_eq!(moment(text, zone), Ok(utc.parse().expect("a moment")), "{text}");
        }
        assert!(moment("yesterday", None).is_err_and(|why| why.contains("2026-11-01")));
    }
}
