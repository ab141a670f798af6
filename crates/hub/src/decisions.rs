//! What a person decides about the caller of one call: which customer it is (B7), and the name of one whom nobody knows
//! (G5). Each answers 202 with the call once it is stored; what follows is written after that.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use sidetone_engine::choice::CallerName;
use sidetone_engine::{Declined, Handle};
use sidetone_protocol::CallView;

use crate::api::call_id;
use crate::problem::Problem;

/// What became of it: the call, as it is stored now.
type Taken = Result<(StatusCode, Json<CallView>), Problem>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Choose {
    customer_id: String,
    #[serde(default)]
    remember: bool,
}

/// `POST /api/calls/{id}/customer {"customer_id": "…", "remember": false}`: this customer it is, who needs not be among
/// the candidates. With `remember` for the number: for all its calls that wait, and for later ones. 404 `no_such_call`,
/// `no_such_customer`; 409 `record_begun`, `being_written`, `no_number`; 503 `helpdesk_away`.
pub(crate) async fn choose(State(handle): State<Handle>, Path(id): Path<String>, body: Bytes) -> Taken {
    let id = call_id(&id)?;
    let asked: Choose = serde_json::from_slice(&body).map_err(|_| {
        Problem::bad(
            "Send {\"customer_id\": \"the customer's id in the helpdesk\", \"remember\": true or false}",
        )
    })?;
    taken(handle.choose(id, asked.customer_id.trim(), asked.remember).await)
}

/// `DELETE /api/calls/{id}/customer`: what was chosen for the call's number, and for the call itself as long as nothing is
/// written of it, is forgotten. 404 `no_such_call`, `nothing_chosen`; 409 `no_number`.
pub(crate) async fn withdraw(State(handle): State<Handle>, Path(id): Path<String>) -> Taken {
    taken(handle.withdraw_choice(call_id(&id)?).await)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Name {
    name: String,
    #[serde(default)]
    email: Option<String>,
}

/// `POST /api/calls/{id}/name {"name": "…", "email": "…"}`: the unknown caller is called so. 400 where that is no name or
/// no address; 404 `no_such_call`, `no_such_customer`; 409 `known_caller`, `several_matches`, `not_logged`, `no_number`;
/// 503 `helpdesk_away`.
pub(crate) async fn name(State(handle): State<Handle>, Path(id): Path<String>, body: Bytes) -> Taken {
    let id = call_id(&id)?;
    let asked: Name = serde_json::from_slice(&body)
        .map_err(|_| Problem::bad("Send {\"name\": \"the caller's name\", \"email\": \"optional\"}"))?;
    let name = CallerName::parse(&asked.name, asked.email.as_deref());
    taken(handle.name(id, name.map_err(|bad| Problem::bad(bad.to_string()))?).await)
}

fn taken(result: Result<CallView, Declined>) -> Taken {
    Ok((StatusCode::ACCEPTED, Json(result?)))
}

impl From<Declined> for Problem {
    fn from(declined: Declined) -> Problem {
        let status = match &declined {
            Declined::NoSuchCall => return Problem::no_such_call(),
            Declined::Store(error) => return error.clone().into(),
            Declined::NoSuchCustomer | Declined::NothingChosen => StatusCode::NOT_FOUND,
            Declined::Conflict { .. } => StatusCode::CONFLICT,
            Declined::HelpdeskAway => StatusCode::SERVICE_UNAVAILABLE,
        };
        Problem::new(status, declined.code(), declined.to_string())
    }
}
