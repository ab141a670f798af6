//! `GET /api/doctor` and `POST /api/doctor/mend`.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use chrono::Utc;
use futures_util::future::BoxFuture;
use serde::Deserialize;
use serde_json::json;
use sidetone_words::Language;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

use super::check::{Check, report_in};
use super::mending::{self, Mending, NotMended};
use super::patient::Patient;
use crate::problem::Problem;

/// A look costs the vendors requests that calls may need: there is one in this time at most.
const ONE_LOOK_IN: Duration = Duration::from_secs(10);

/// Looks, and remembers the last one for whoever asks at the same time or soon after.
#[derive(Clone)]
pub struct Practice {
    patient: Arc<Patient>,
    keeper: Option<Keeper>,
    last: Arc<Mutex<Option<Look>>>,
}

/// Selects lines for good, where the configuration can be changed from here.
pub(crate) type Keeper = Arc<dyn Fn(BTreeSet<u64>) -> BoxFuture<'static, Result<(), Problem>> + Send + Sync>;

#[derive(Clone)]
struct Look {
    began: Instant,
    checked_at: i64,
    checks: Arc<Vec<Check>>,
    /// Something was mended since.
    is_stale: bool,
}

impl Practice {
    /// For one installation.
    #[must_use]
    pub fn new(patient: Patient) -> Practice {
        Practice { patient: Arc::new(patient), keeper: None, last: Arc::default() }
    }

    /// Where lines are selected for good; without it a person is told what to select.
    #[must_use]
    pub(crate) fn with_keeper(self, keeper: Keeper) -> Practice {
        Practice { keeper: Some(keeper), ..self }
    }

    /// The routes, for whoever checks that it is an admin who asks.
    pub fn routes<S>(self) -> Router<S> {
        Router::new().route("/api/doctor", get(doctor)).route("/api/doctor/mend", post(mend)).with_state(self)
    }

    /// A look that is not older than ten seconds; after something was mended, a new one. It is finished also if whoever
    /// asked goes away: others wait for it.
    async fn look(&self) -> Result<Look, Problem> {
        let practice = self.clone();
        let looked = tokio::spawn(async move {
            let mut last = practice.last.lock().await;
            if let Some(known) = last.as_ref() {
                let next = known.began + ONE_LOOK_IN;
                if !known.is_stale && Instant::now() < next {
                    return known.clone();
                }
                sleep_until(next).await;
            }
            let began = Instant::now();
            let checks = Arc::new(super::examine(&practice.patient).await);
            let look = Look { began, checked_at: Utc::now().timestamp(), checks, is_stale: false };
            *last = Some(look.clone());
            look
        });
        looked.await.map_err(|error| {
            tracing::error!(%error, "the doctor failed");
            let code = StatusCode::INTERNAL_SERVER_ERROR;
            Problem::new(code, "doctor_failed", "The checks failed, which is a fault of this program.")
        })
    }
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    format: Option<String>,
    /// Whose sentences are wanted beside the English ones: `de`, `fr`.
    #[serde(default)]
    language: Option<String>,
}

/// `GET /api/doctor`: looks at everything; with `?format=text` as a text for copying; with `?language=de` what was found is
/// told in that language, too.
async fn doctor(State(practice): State<Practice>, Query(wanted): Query<Wanted>) -> Result<Response, Problem> {
    let look = practice.look().await?;
    let language = wanted.language.as_deref().and_then(Language::from_code).unwrap_or_default();
    let report = report_in(&look.checks, look.checked_at, language);
    match wanted.format.as_deref() {
        None | Some("json") => Ok(Json(report).into_response()),
        Some("text") => {
            let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
            Ok((kind, super::text(&report)).into_response())
        }
        Some(_) => Err(Problem::bad("format is json or text")),
    }
}

#[derive(Deserialize)]
struct Asked {
    code: String,
    action: String,
}

/// `POST /api/doctor/mend {"code", "action"}`: does what the check of the last look offers. 202: begun; ask the doctor
/// again. 404 `no_such_fault`; 409 `not_running`, `nobody_else`, or `read_only` where the file
/// sets what would have to change.
async fn mend(State(practice): State<Practice>, body: Bytes) -> Result<Response, Problem> {
    let asked: Asked = serde_json::from_slice(&body)
        .map_err(|_| Problem::bad("Send {\"code\": \"the check's code\", \"action\": \"its action\"}"))?;
    let known = practice.last.lock().await.clone();
    let look = match known {
        Some(known) => known,
        None => practice.look().await?,
    };
    let done = mending::mend(&practice.patient, &look.checks, &asked.code, &asked.action).await;
    let done = done.map_err(problem)?;
    if let (Mending::SelectLines(lines), Some(keep)) = (&done, &practice.keeper) {
        keep(lines.clone()).await?;
    }
    match done {
        Mending::SelectLines(lines) if practice.keeper.is_none() => {
            let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
            let detail = format!("Set [aircall] numbers to [{}], and start again.", lines.join(", "));
            Err(Problem::new(StatusCode::CONFLICT, "set_in_file", detail).with("lines", json!(lines)))
        }
        Mending::Begun | Mending::SelectLines(_) => {
            if let Some(known) = practice.last.lock().await.as_mut() {
                known.is_stale = true;
            }
            let told = Json(json!({ "code": asked.code, "action": asked.action, "state": "begun" }));
            Ok((StatusCode::ACCEPTED, told).into_response())
        }
    }
}

fn problem(why: NotMended) -> Problem {
    let (status, code) = match &why {
        NotMended::NoSuchFault => (StatusCode::NOT_FOUND, "no_such_fault"),
        NotMended::NotRunning => (StatusCode::CONFLICT, "not_running"),
        NotMended::NobodyElse => (StatusCode::CONFLICT, "nobody_else"),
        NotMended::Unreachable(_) => (StatusCode::BAD_GATEWAY, "unreachable"),
        NotMended::Refused(_) => (StatusCode::BAD_GATEWAY, "aircall_refused"),
        NotMended::Store(_) => (StatusCode::SERVICE_UNAVAILABLE, "store_unavailable"),
    };
    Problem::new(status, code, super::named(&why.to_string()))
}
