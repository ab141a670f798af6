//! How events arrive: chosen, and tested with an event of our own that goes out and comes in again through the public
//! address.

use std::error::Error;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use sidetone_protocol::{EventsBy, EventsRequest, EventsTested, Setup};
use tokio::sync::oneshot;
use toml::Value;
use uuid::Uuid;

use super::{by_hand, read, view};
use crate::config::{Secret, USER_AGENT};
use crate::house::{Entered, House};
use crate::problem::Problem;

/// Aircall gives up after 5 s (`reference/aircall.md §6.2`): what takes longer does not work.
const WITHIN: Duration = Duration::from_secs(5);
/// What a hub answers to a test of its own, so that it is told apart from whoever else is at that address.
const RECOGNISED: &str = "sidetone-test";

/// `POST /api/setup/events {"by": "auto", "public_url": "https://…"}`. What arrived before goes on to be believed until
/// the first event comes the new way (G22).
pub(super) async fn choose(State(house): State<House>, body: Bytes) -> Result<Json<Setup>, Problem> {
    let asked: EventsRequest =
        read(&body, "{\"by\": \"auto\", \"public_url\": \"https://hub.example.com\"}")?;
    let draft = house.draft();
    let url = asked.public_url.as_deref().map(|url| url.trim().trim_end_matches('/').to_owned());
    let url = url.filter(|url| !url.is_empty());
    let token = asked.webhook_token.as_deref().map(str::trim).filter(|token| !token.is_empty());
    if asked.by == EventsBy::Auto && url.is_none() && draft.public_url.is_none() {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "no_public_url",
            "Give `public_url`, the https address at which Aircall reaches this hub.",
        ));
    }
    if asked.by == EventsBy::Manual && token.is_none() && draft.webhook_token.is_none() {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "no_webhook_token",
            "Give `webhook_token`, the token of the webhook that was made in Aircall.",
        ));
    }
    let word = match asked.by {
        EventsBy::Auto => "auto",
        EventsBy::Manual => "manual",
        EventsBy::None => "none",
    };
    let mut entered = Vec::new();
    if asked.by != draft.events || !draft.given.contains("aircall.webhook") {
        entered.push(Entered::Value("aircall.webhook", Some(Value::String(word.to_owned()))));
    }
    if let Some(url) = url.filter(|url| draft.public_url.as_deref() != Some(url)) {
        entered.push(Entered::Value("hub.public_url", Some(Value::String(url))));
    }
    match token {
        Some(token) if asked.by == EventsBy::Manual => {
            entered.push(Entered::Secret("aircall.webhook_token", Some(Secret::new(token))));
        }
        _ if asked.by != EventsBy::Manual && draft.entered.contains("aircall.webhook_token") => {
            entered.push(Entered::Secret("aircall.webhook_token", None));
        }
        _ => {}
    }
    house.keep(entered).await?;
    view::setup(&house).await
}

/// `POST /api/setup/events/test`: 200 whether it arrived or not; `code` says why not, `other_token` that it came, and that
/// events of the webhook made by hand would be refused. 409 `no_public_url`.
pub(super) async fn test(State(house): State<House>) -> Result<Json<EventsTested>, Problem> {
    let Some(public_url) = house.draft().public_url.clone() else {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "no_public_url",
            "There is no public address to send a test to: POST /api/setup/events.",
        ));
    };
    let nonce = Uuid::new_v4().to_string();
    let (arrives, mut arrived) = oneshot::channel();
    house.setup().expect(&nonce, arrives);
    let sent = Instant::now();
    let answered = send(&public_url, &nonce).await;
    // Who answers may be quicker than who was told.
    let came = match answered {
        Ok(_) => {
            tokio::time::timeout(Duration::from_millis(200), &mut arrived).await.ok().and_then(Result::ok)
        }
        Err(_) => arrived.try_recv().ok(),
    };
    house.setup().expect_no_longer(&nonce);
    let draft = house.draft();
    let pasted = draft.webhook_token.as_ref().filter(|_| came.is_some() && draft.events == EventsBy::Manual);
    let is_anothers = match pasted {
        Some(pasted) => by_hand::is_anothers(&house, &public_url, pasted).await,
        None => false,
    };
    let after_ms = came.map(|at| u32::try_from((at - sent).as_millis()).unwrap_or(u32::MAX));
    let failed = |code: String, detail: Option<String>| EventsTested {
        arrived: false,
        after_ms: None,
        code: Some(code),
        detail,
    };
    if is_anothers {
        let told = "the test arrived, but the webhook that leads here has another token than the one that was entered";
        return Ok(Json(failed("other_token".to_owned(), Some(told.to_owned()))));
    }
    Ok(Json(match (after_ms, answered) {
        (Some(after_ms), _) => {
            EventsTested { arrived: true, after_ms: Some(after_ms), code: None, detail: None }
        }
        (None, Ok((status, recognised))) if (200..300).contains(&status) => {
            let told = if recognised {
                "another Sidetone answers at this address"
            } else {
                "somebody answers at this address, and the test did not come here"
            };
            failed("not_sidetone".to_owned(), Some(told.to_owned()))
        }
        (None, Ok((status, _))) => failed(format!("http_{status}"), None),
        (None, Err((code, detail))) => failed(code.to_owned(), Some(detail)),
    }))
}

/// `POST /webhooks/aircall/test/<nonce>`: open to everybody, and knows nothing but the tests that are under way.
pub(crate) async fn arrived(
    State(house): State<House>,
    Path(nonce): Path<String>,
) -> Result<&'static str, Problem> {
    match house.setup().expect_no_longer(&nonce) {
        Some(told) => {
            // Whoever tests may have given up.
            let _ = told.send(Instant::now());
            Ok(RECOGNISED)
        }
        None => Err(Problem::no_such_page()),
    }
}

impl super::SetUp {
    fn expect(&self, nonce: &str, told: oneshot::Sender<Instant>) {
        self.tests.lock().unwrap_or_else(PoisonError::into_inner).insert(nonce.to_owned(), told);
    }

    fn expect_no_longer(&self, nonce: &str) -> Option<oneshot::Sender<Instant>> {
        self.tests.lock().unwrap_or_else(PoisonError::into_inner).remove(nonce)
    }
}

/// Status, and whether a Sidetone answered; else code and cause.
async fn send(public_url: &str, nonce: &str) -> Result<(u16, bool), (&'static str, String)> {
    let url = format!("{}/webhooks/aircall/test/{nonce}", public_url.trim_end_matches('/'));
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(WITHIN)
        .user_agent(USER_AGENT)
        .build()
        .map_err(|error| ("refused", plain(&error)))?;
    let asked = client.post(url).header("content-type", "application/json").body("{\"test\":true}");
    match asked.send().await {
        Ok(answer) => {
            let status = answer.status().as_u16();
            let text = answer.text().await.unwrap_or_default();
            Ok((status, text == RECOGNISED))
        }
        Err(error) => Err((why(&error), plain(&error))),
    }
}

/// The cause, as a stable word. The system says it in words only.
fn why(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        return "timeout";
    }
    let cause = plain(error).to_lowercase();
    let tells = |words: &[&str]| words.iter().any(|word| cause.contains(word));
    if tells(&["certificate", "tls", "ssl", "handshake"]) {
        "certificate"
    } else if tells(&["dns", "lookup", "name or service", "name resolution", "no such host", "nodename"]) {
        "no_such_host"
    } else if error.is_builder() {
        "not_https"
    } else {
        "refused"
    }
}

/// All causes without the address.
fn plain(error: &reqwest::Error) -> String {
    let mut causes = Vec::new();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        causes.push(deeper.to_string());
        cause = deeper.source();
    }
    causes.join(": ")
}
