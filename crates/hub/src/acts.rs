//! What a person does at Aircall through the hub: dial, comment on a call, tag it.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sidetone_engine::Handle;
use sidetone_engine::act::{ActRefused, DialAsk, Said};
use sidetone_protocol::{
    CommentAnswer, CommentRequest, CommentState, DialAnswer, DialRequest, DialState, Named, Reason,
};

use crate::api::call_id;
use crate::problem::Problem;

/// `POST /api/dial {to, ticket?, agent?, line?, start?}`: 202 when Aircall has taken it. It is never repeated by itself.
///
/// 400 `not_a_number`: nothing was dialled. 422 `which_agent`, `no_such_agent`. 409 `agent_unavailable`: the agent's phone is
/// closed or busy; `tel` holds the address by which another program may dial. 503 `aircall_busy`, `agents_unknown`: later.
/// 504 `unclear`: the phone may be about to call.
pub(crate) async fn dial(
    State(handle): State<Handle>,
    body: Bytes,
) -> Result<(StatusCode, Json<DialAnswer>), Problem> {
    let asked: DialRequest = read(&body, "{\"to\": \"+33199005599\"}")?;
    let line = asked.line.as_deref().map(str::parse).transpose();
    let ask = DialAsk {
        to: asked.to,
        agent: asked.agent,
        line: line.map_err(|_| Problem::bad("`line` is the id of a line: a number in quotes"))?,
        start: asked.start.unwrap_or(false),
        ticket: asked.ticket,
    };
    let dialled = handle.dial(ask).await?;
    let (state, next) = match dialled.started {
        true => (DialState::Calling, "The phone rings; the call shows in a moment."),
        false => (
            DialState::Keypad,
            "The number stands in the keypad: the agent picks the line and presses the call key.",
        ),
    };
    let agent = Named { id: dialled.agent.id.to_string(), name: dialled.agent.name };
    let answer = DialAnswer { state, agent, to: dialled.number.as_str().to_owned(), next: next.to_owned() };
    Ok((StatusCode::ACCEPTED, Json(answer)))
}

/// `POST /api/calls/{id}/comments {text, agent?}`: 202 when it is kept for good (G13). `state` says what Aircall made of it.
pub(crate) async fn comment(
    State(handle): State<Handle>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<(StatusCode, Json<CommentAnswer>), Problem> {
    let id = call_id(&id)?;
    let asked: CommentRequest = read(&body, "{\"text\": \"…\"}")?;
    let (state, reason) = match handle.comment(id, asked.text, asked.agent).await? {
        Said::Posted => (CommentState::Posted, None),
        Said::HelpdeskOnly(code, text) => (CommentState::HelpdeskOnly, Some(Reason { code, text })),
        Said::Waiting => (CommentState::Waiting, None),
    };
    Ok((StatusCode::ACCEPTED, Json(CommentAnswer { state, reason })))
}

/// `POST /api/calls/{id}/tags {tags}`: 202 when Aircall has them; the helpdesk follows. 422 `no_such_tag`.
pub(crate) async fn tag(
    State(handle): State<Handle>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let id = call_id(&id)?;
    // Ids of tags are numbers at Aircall; both are taken.
    let asked: Value = read(&body, "{\"tags\": [\"Refund\"]}")?;
    let tags = asked.get("tags").and_then(Value::as_array).cloned().unwrap_or_default();
    let text =
        |tag: &Value| tag.as_str().map(str::to_owned).or_else(|| tag.as_u64().map(|id| id.to_string()));
    let tags: Option<Vec<String>> = tags.iter().map(text).collect();
    handle.tag(id, tags.ok_or_else(|| Problem::bad("`tags` holds ids or names of tags"))?).await?;
    Ok(StatusCode::ACCEPTED)
}

fn read<T: DeserializeOwned>(body: &[u8], example: &str) -> Result<T, Problem> {
    serde_json::from_slice(body)
        .map_err(|error| Problem::bad(format!("Send JSON such as {example}: {error}")))
}

impl From<ActRefused> for Problem {
    fn from(refused: ActRefused) -> Problem {
        let text = refused.to_string();
        let (status, code) = match &refused {
            ActRefused::NotANumber => (StatusCode::BAD_REQUEST, "not_a_number"),
            ActRefused::Wrong(_) => (StatusCode::BAD_REQUEST, "bad_request"),
            ActRefused::WhichAgent(_) => (StatusCode::UNPROCESSABLE_ENTITY, "which_agent"),
            ActRefused::NoSuchAgent => (StatusCode::UNPROCESSABLE_ENTITY, "no_such_agent"),
            ActRefused::NoSuchTag(_) => (StatusCode::UNPROCESSABLE_ENTITY, "no_such_tag"),
            ActRefused::Refused(_) => (StatusCode::UNPROCESSABLE_ENTITY, "refused"),
            ActRefused::NoSuchCall => return Problem::no_such_call(),
            ActRefused::Unavailable { .. } => (StatusCode::CONFLICT, "agent_unavailable"),
            ActRefused::AgentsUnknown => (StatusCode::SERVICE_UNAVAILABLE, "agents_unknown"),
            ActRefused::Uninstalled => (StatusCode::CONFLICT, "uninstalled"),
            ActRefused::Busy(_) => (StatusCode::SERVICE_UNAVAILABLE, "aircall_busy"),
            ActRefused::Credential => (StatusCode::SERVICE_UNAVAILABLE, "aircall_refused"),
            ActRefused::Stopping => (StatusCode::SERVICE_UNAVAILABLE, "stopping"),
            ActRefused::Unclear(_) => (StatusCode::GATEWAY_TIMEOUT, "unclear"),
            ActRefused::Store(error) => return Problem::from(error.clone()),
        };
        let problem = Problem::new(status, code, text);
        match refused {
            ActRefused::Unavailable { number, .. } => {
                problem.with("tel", json!(format!("tel:{}", number.as_str())))
            }
            _ => problem,
        }
    }
}
