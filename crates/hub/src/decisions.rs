//! What a person decides about the caller of one call, or the writer of one text message: which customer it is (B7), and
//! the name of one whom nobody knows (G5). Each answers 202 with the call or message once it is stored; what follows is
//! written after that.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use sidetone_engine::choice::CallerName;
use sidetone_engine::{Declined, Handle};
use sidetone_protocol::{CallView, MessageDetail, OpenRecords};

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

impl Choose {
    fn parse(body: &[u8]) -> Result<Choose, Problem> {
        serde_json::from_slice(body).map_err(|_| {
            Problem::bad(
                "Send {\"customer_id\": \"the customer's id in the helpdesk\", \"remember\": true or false}",
            )
        })
    }
}

/// `POST /api/calls/{id}/customer {"customer_id": "…", "remember": false}`: this customer it is, who needs not be among
/// the candidates. With `remember` for the number: for all its calls that wait, and for later ones. 404 `no_such_call`,
/// `no_such_customer`; 409 `record_begun`, `being_written`, `no_number`; 503 `helpdesk_away`.
pub(crate) async fn choose(State(handle): State<Handle>, Path(id): Path<String>, body: Bytes) -> Taken {
    let id = call_id(&id)?;
    let asked = Choose::parse(&body)?;
    taken(handle.choose(id, asked.customer_id.trim(), asked.remember).await)
}

/// `DELETE /api/calls/{id}/customer`: what was chosen for the call's number, and for the call itself as long as nothing is
/// written of it, is forgotten. 404 `no_such_call`, `nothing_chosen`; 409 `no_number`.
pub(crate) async fn withdraw(State(handle): State<Handle>, Path(id): Path<String>) -> Taken {
    taken(handle.withdraw_choice(call_id(&id)?).await)
}

/// `POST /api/calls/{id}/withdraw`: what we wrote of the call is removed, and nothing more is written until
/// `POST /api/calls/{id}/retry`. 404 `no_such_call`; 409 `nothing_written`, `being_written`, `call_is_up`, `cannot_withdraw`.
pub(crate) async fn take_back(State(handle): State<Handle>, Path(id): Path<String>) -> Taken {
    taken(handle.take_back(call_id(&id)?).await)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Name {
    name: String,
    #[serde(default)]
    email: Option<String>,
}

impl Name {
    fn parse(body: &[u8]) -> Result<CallerName, Problem> {
        let asked: Name = serde_json::from_slice(body)
            .map_err(|_| Problem::bad("Send {\"name\": \"the caller's name\", \"email\": \"optional\"}"))?;
        CallerName::parse(&asked.name, asked.email.as_deref()).map_err(|bad| Problem::bad(bad.to_string()))
    }
}

/// `POST /api/calls/{id}/name {"name": "…", "email": "…"}`: the unknown caller is called so. 400 where that is no name or
/// no address; 404 `no_such_call`, `no_such_customer`; 409 `known_caller`, `several_matches`, `not_logged`, `no_number`;
/// 503 `helpdesk_away`.
pub(crate) async fn name(State(handle): State<Handle>, Path(id): Path<String>, body: Bytes) -> Taken {
    let id = call_id(&id)?;
    taken(handle.name(id, Name::parse(&body)?).await)
}

/// `GET /api/customers/{id}/open`: what the customer has open, asked of the helpdesk at this moment; half a minute old at
/// most. 404 `no_such_customer`; 503 `helpdesk_away`.
pub(crate) async fn open_records(
    State(handle): State<Handle>,
    Path(id): Path<String>,
) -> Result<Json<OpenRecords>, Problem> {
    Ok(Json(handle.open_records(&id).await?))
}

/// What became of it: the message, as it is stored now.
type TakenForMessage = Result<(StatusCode, Json<MessageDetail>), Problem>;

/// `POST /api/messages/{id}/customer`: as for a call.
pub(crate) async fn choose_for_message(
    State(handle): State<Handle>,
    Path(id): Path<String>,
    body: Bytes,
) -> TakenForMessage {
    let asked = Choose::parse(&body)?;
    let chosen = handle.choose_for_message(&id, asked.customer_id.trim(), asked.remember).await;
    taken_for_message(chosen)
}

/// `DELETE /api/messages/{id}/customer`: as for a call.
pub(crate) async fn withdraw_for_message(
    State(handle): State<Handle>,
    Path(id): Path<String>,
) -> TakenForMessage {
    taken_for_message(handle.withdraw_choice_for_message(&id).await)
}

/// `POST /api/messages/{id}/name`: as for a call.
pub(crate) async fn name_writer(
    State(handle): State<Handle>,
    Path(id): Path<String>,
    body: Bytes,
) -> TakenForMessage {
    let name = Name::parse(&body)?;
    taken_for_message(handle.name_writer(&id, name).await)
}

fn taken_for_message(result: Result<MessageDetail, Declined>) -> TakenForMessage {
    match result {
        Ok(message) => Ok((StatusCode::ACCEPTED, Json(message))),
        Err(Declined::NoSuchCall) => Err(Problem::no_such_message()),
        Err(declined) => Err(declined.into()),
    }
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
