//! `sidetone-hub backfill` while `serve` runs: that one is asked over HTTP.

use std::io::Write;
use std::time::Duration;

use serde::de::DeserializeOwned;
use sidetone_protocol::{BackfillForecast, BackfillRequest, BackfillView, Backfills};

use super::saying;
use crate::config::Config;

/// How often is asked how far it is.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A hub that runs.
struct There {
    client: reqwest::Client,
    at: String,
    token: String,
}

impl There {
    fn of(config: &Config) -> Result<There, String> {
        let token = config
            .admin_token
            .as_ref()
            .ok_or("the hub is running; give [hub] admin_token, so that it can be asked with this token")?;
        // The token stays on this machine, whatever proxy the environment names.
        let client = reqwest::Client::builder().no_proxy().build().map_err(|error| error.to_string())?;
        Ok(There {
            client,
            at: format!("http://{}/api/backfills", config.listen),
            token: token.reveal().to_owned(),
        })
    }

    async fn send(&self, asked: reqwest::RequestBuilder) -> Result<reqwest::Response, String> {
        let answer = asked.bearer_auth(&self.token).send().await;
        let answer = answer.map_err(|error| format!("the running hub does not answer: {error}"))?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let status = answer.status().as_u16();
        let told: serde_json::Value =
            serde_json::from_slice(&answer.bytes().await.unwrap_or_default()).unwrap_or_default();
        let detail = told["detail"].as_str().unwrap_or("is [hub] admin_token the same?");
        Err(format!("the running hub answers {status}: {detail}"))
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, request: &BackfillRequest) -> Result<T, String> {
        let body = serde_json::to_string(request).map_err(|error| error.to_string())?;
        let answer = self.send(self.client.post(format!("{}{path}", self.at)).body(body)).await?;
        let body = answer.bytes().await.map_err(|error| error.to_string())?;
        serde_json::from_slice(&body).map_err(|error| error.to_string())
    }
}

/// Begins it, or goes on with it, and waits. `told` hears how far it is.
///
/// # Errors
/// A sentence that says what to do.
pub async fn run_there(
    config: &Config,
    request: &BackfillRequest,
    mut told: impl FnMut(&BackfillView),
) -> Result<BackfillView, String> {
    let there = There::of(config)?;
    let mut one: BackfillView = there.post("", request).await?;
    while one.state.is_under_way() {
        told(&one);
        tokio::time::sleep(LOOK_EVERY).await;
        let answer = there.send(there.client.get(&there.at)).await?;
        let body = answer.bytes().await.map_err(|error| error.to_string())?;
        let all: Backfills = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
        let now = all.backfills.into_iter().find(|other| other.id == one.id);
        one = now.ok_or("the backfill is gone; was the database changed?")?;
    }
    Ok(one)
}

/// Prints what would be written for each call; answers what it comes to.
///
/// # Errors
/// A sentence that says what to do.
pub async fn dry_run_there(
    config: &Config,
    request: &BackfillRequest,
    out: &mut impl Write,
) -> Result<String, String> {
    let there = There::of(config)?;
    let forecast: BackfillForecast = there.post("/forecast", request).await?;
    let mut query = vec![("since", request.since.clone())];
    query.extend(request.until.clone().map(|until| ("until", until)));
    query.extend(request.status.map(|status| ("status", status.code().to_owned())));
    let mut url = reqwest::Url::parse(&format!("{}/plan", there.at)).map_err(|error| error.to_string())?;
    url.query_pairs_mut().extend_pairs(query);
    let mut answer = there.send(there.client.get(url)).await?;
    while let Some(chunk) = answer.chunk().await.map_err(|error| format!("the hub stopped: {error}"))? {
        out.write_all(&chunk).map_err(|error| error.to_string())?;
    }
    Ok(saying::forecast(&forecast))
}
