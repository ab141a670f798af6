//! Telling by web hook: one `POST` of a small JSON, which README.md describes.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat};
use serde_json::{Value, json};
use sidetone_engine::telling::Telling;

use super::told_back;
use super::words::Said;
use crate::config::WebHook;

/// Whoever receives it has to answer within.
const ANSWERS_WITHIN: Duration = Duration::from_secs(15);
/// Carries the id; the same if it is posted again.
const ID_HEADER: &str = "idempotency-key";

/// What is posted. Without a telling it is a test.
pub(super) fn body(id: &str, telling: Option<&Telling>, said: &Said, pages: Option<&str>) -> Value {
    let moment = |seconds: i64| {
        DateTime::from_timestamp(seconds, 0).map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true))
    };
    let page = |page: &str| pages.map(|pages| format!("{pages}/#{page}"));
    let mut body = json!({
        "id": id,
        "alert": null,
        "state": "test",
        "since": null,
        "until": null,
        "calls": 0,
        "title": said.title,
        "text": said.text(),
        "link": page("health"),
    });
    if let Some(telling) = telling {
        let of = &telling.body;
        body["state"] = telling.state.code().into();
        body["since"] = moment(of.since).into();
        body["until"] = of.until.and_then(moment).into();
        body["calls"] = of.calls.into();
        if let Some(figures) = &of.account {
            let reasons = figures.reasons.iter();
            let reasons =
                reasons.map(|(code, n, wanted)| json!({ "code": code, "calls": n, "wanted": wanted }));
            body["since"] = moment(figures.from).into();
            body["until"] = moment(figures.to).into();
            body["calls"] = (figures.aircall.saturating_sub(figures.helpdesk)).into();
            body["link"] = page("account").into();
            body["account"] = json!({
                "aircall": figures.aircall,
                "helpdesk": figures.helpdesk,
                "found": figures.found,
                "differing": reasons.collect::<Vec<_>>(),
            });
        } else {
            body["alert"] = of.code.as_str().into();
        }
    }
    body
}

/// Posts it. Comes back with what the other side said.
pub(super) async fn post(hook: &WebHook, id: &str, body: &Value) -> Result<String, String> {
    let host = hook.host();
    // Made for one request: there is one in hours, and a connection lives no longer than the engine that asked.
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(Duration::from_secs(10))
        .timeout(ANSWERS_WITHIN)
        .user_agent(crate::config::USER_AGENT)
        .build()
        .map_err(|error| format!("the HTTP client cannot be set up: {error}"))?;
    let request = client
        .post(hook.url().clone())
        .header(reqwest::header::CONTENT_TYPE, "application/json")
        .header(ID_HEADER, id)
        .body(body.to_string());
    // An address may hold a secret: it is in no error.
    let answer =
        request.send().await.map_err(|error| format!("{host} cannot be reached: {}", cause(&error)))?;
    let status = answer.status();
    let text = answer.text().await.unwrap_or_default();
    let (path, query) = (hook.url().path(), hook.url().query().unwrap_or_default());
    let text = told_back(&format!("{} {text}", status.as_u16()), &[path, query]);
    if status.is_success() { Ok(text) } else { Err(format!("{host} refused: {text}")) }
}

fn cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let text = cause.to_string();
    match (error.is_timeout(), text.contains("://")) {
        (true, _) => "no answer in time".to_owned(),
        (false, true) => "no connection".to_owned(),
        (false, false) => text,
    }
}
