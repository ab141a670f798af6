//! `GET /api/shadow`: what another integration wrote for the calls of shadow mode, against what we would have written (B5).

use axum::Json;
use axum::extract::{Query as UrlQuery, State};
use serde::Deserialize;
use sidetone_engine::Handle;
use sidetone_protocol::ShadowReport;

use crate::api::{blocking, limit};
use crate::problem::Problem;

#[derive(Deserialize)]
pub(crate) struct ShadowQuery {
    limit: Option<String>,
}

/// `GET /api/shadow?limit=`: the newest calls, 50 if not said otherwise, and the figures of all of them.
pub(crate) async fn shadow(
    State(handle): State<Handle>,
    UrlQuery(query): UrlQuery<ShadowQuery>,
) -> Result<Json<ShadowReport>, Problem> {
    let limit = limit(query.limit.as_deref())?;
    blocking(move || Ok(Json(handle.shadow_report(limit)?))).await
}
