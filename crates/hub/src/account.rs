//! `/api/account`: what Aircall counts against what the helpdesk holds.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query as UrlQuery, State};
use axum::http::StatusCode;
use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::{Value, json};
use sidetone_engine::Handle;
use sidetone_protocol::Account;

use crate::api::blocking;
use crate::problem::Problem;

/// No account is longer: whoever wants more asks several times.
const LONGEST: TimeDelta = TimeDelta::days(93);

#[derive(Deserialize)]
pub(crate) struct AccountQuery {
    from: Option<String>,
    to: Option<String>,
}

/// `GET /api/account?from=&to=`: the account of a time in unix seconds, `to` not included; without them of the last full
/// week.
pub(crate) async fn account(
    State(handle): State<Handle>,
    UrlQuery(query): UrlQuery<AccountQuery>,
) -> Result<Json<Account>, Problem> {
    let number = |text: Option<String>| text.filter(|text| !text.is_empty()).map(|text| text.parse::<i64>());
    let time = match (number(query.from), number(query.to)) {
        (None, None) => None,
        (Some(Ok(from)), Some(Ok(to))) => Some(checked(from, to)?),
        _ => return Err(not_a_time()),
    };
    blocking(move || Ok(Json(handle.account(time)?))).await
}

#[derive(Deserialize)]
struct Asked {
    from: i64,
    to: i64,
}

/// `POST /api/account {"from": …, "to": …}`: reads Aircall's list of the time beside it, within the budget; what it has that
/// is not known here is written. 202; 409 `already_read` while one is being read.
pub(crate) async fn read(
    State(handle): State<Handle>,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let Asked { from, to } = serde_json::from_slice(&body).map_err(|_| not_a_time())?;
    let (from, to) = checked(from, to)?;
    if handle.read_account(from, to).await {
        return Ok((StatusCode::ACCEPTED, Json(json!({ "from": from, "to": to }))));
    }
    let told = "Aircall's list is being read for an account already; look again in a moment.";
    Err(Problem::new(StatusCode::CONFLICT, "already_read", told))
}

fn checked(from: i64, to: i64) -> Result<(i64, i64), Problem> {
    let is_good = from >= 0 && from < to && to - from <= LONGEST.num_seconds();
    if is_good { Ok((from, to)) } else { Err(not_a_time()) }
}

fn not_a_time() -> Problem {
    Problem::bad("from and to are times in unix seconds, both given, 93 days apart at most")
}
