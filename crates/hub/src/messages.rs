//! What windows and programs ask of text messages.

use axum::Json;
use axum::extract::{Path, Query as UrlQuery, State};
use axum::http::StatusCode;
use serde::Deserialize;
use sidetone_engine::Handle;
use sidetone_engine::store::MessageQuery;
use sidetone_protocol::{MessageDetail, MessagePage};

use crate::api::{blocking, cursor, limit};
use crate::problem::Problem;

#[derive(Deserialize)]
pub(crate) struct MessagesQuery {
    before: Option<String>,
    filter: Option<String>,
    text: Option<String>,
    limit: Option<String>,
}

/// `GET /api/messages?before=&filter=&text=&limit=`.
pub(crate) async fn messages(
    State(handle): State<Handle>,
    UrlQuery(query): UrlQuery<MessagesQuery>,
) -> Result<Json<MessagePage>, Problem> {
    let not_logged = match query.filter.as_deref() {
        None | Some("" | "all") => false,
        Some("not_logged") => true,
        Some(_) => return Err(Problem::bad("filter is one of all, not_logged")),
    };
    let limit = limit(query.limit.as_deref())?;
    let query = MessageQuery { before: cursor(query.before)?, not_logged, text: query.text, limit };
    blocking(move || Ok(Json(handle.messages(&query)?))).await
}

/// `GET /api/messages/{id}`.
pub(crate) async fn message(
    State(handle): State<Handle>,
    Path(id): Path<String>,
) -> Result<Json<MessageDetail>, Problem> {
    blocking(move || handle.message(&id)?.map(Json).ok_or_else(Problem::no_such_message)).await
}

/// `POST /api/messages/{id}/retry`.
pub(crate) async fn retry(
    State(handle): State<Handle>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    blocking(move || match handle.retry_message(&id)? {
        true => Ok(StatusCode::ACCEPTED),
        false => Err(Problem::no_such_message()),
    })
    .await
}
