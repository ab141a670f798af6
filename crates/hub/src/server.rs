//! The routes, and who may use them.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use sidetone_engine::Handle;
use subtle::ConstantTimeEq;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::config::{Config, Secret};
use crate::connections::{self, HEADERS_WITHIN};
use crate::problem::Problem;
use crate::receiver::{self, Receiver};
use crate::{
    account, actions, acts, adopt, api, backfill, decisions, events, export, messages, metrics, missed,
    numbers, pages, shadow,
};

/// Whoever asks from inside this program: the window of the desktop. Nobody outside can say so.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InProcess;

/// All routes that need a running engine.
///
/// # Errors
/// If the receiver's thread cannot be started.
pub(crate) fn routes(handle: &Handle, config: &Config) -> io::Result<Router> {
    let receiver = Receiver::start(handle.clone(), config.webhook_token.as_ref())?;
    let webhooks = Router::new()
        .route("/webhooks/aircall", post(receiver::receive))
        .route("/webhooks/aircall/{installation}", post(receiver::receive_for))
        .with_state(receiver);
    let admin = Arc::new(config.admin_token.clone());
    let api = Router::new()
        .route("/api/now", get(api::now))
        .route("/api/calls", get(api::calls))
        .route("/api/calls/export", get(export::export))
        .route("/api/calls/{id}", get(api::call))
        .route("/api/calls/{id}/retry", post(api::retry))
        .route("/api/messages", get(messages::messages))
        .route("/api/messages/{id}", get(messages::message))
        .route("/api/messages/{id}/retry", post(messages::retry))
        .route(
            "/api/messages/{id}/customer",
            post(decisions::choose_for_message).delete(decisions::withdraw_for_message),
        )
        .route("/api/messages/{id}/name", post(decisions::name_writer))
        .route("/api/calls/{id}/comments", post(acts::comment))
        .route("/api/calls/{id}/tags", post(acts::tag))
        .route("/api/dial", post(acts::dial))
        .route("/api/missed", get(missed::missed))
        .route("/api/missed/{key}/claim", post(missed::claim).delete(missed::release))
        .route("/api/missed/{key}/clear", post(missed::clear).delete(missed::undo))
        .route("/api/calls/{id}/customer", post(decisions::choose).delete(decisions::withdraw))
        .route("/api/calls/{id}/withdraw", post(decisions::take_back))
        .route("/api/calls/{id}/name", post(decisions::name))
        .route("/api/health", get(api::health))
        .route("/api/resume", post(actions::resume))
        .route("/api/mend", post(actions::mend))
        .route("/api/recovery/{id}/stop", post(actions::stop_recovery))
        .route("/api/adopt", post(adopt::adopt))
        .route("/api/backfills", get(backfill::all).post(backfill::begin))
        .route("/api/backfills/forecast", post(backfill::forecast))
        .route("/api/backfills/plan", get(backfill::plan))
        .route("/api/backfills/{id}/{deed}", post(backfill::steer))
        .route("/api/customers/{id}/open", get(decisions::open_records))
        .route("/api/numbers/explain", get(numbers::explain))
        .route("/api/numbers/unmatched", get(numbers::unmatched))
        .route("/api/account", get(account::account).post(account::read))
        .route("/api/shadow", get(shadow::shadow))
        .route("/api/events", get(events::events))
        .route("/api/{*rest}", get(no_route).post(no_route))
        .layer(middleware::from_fn_with_state(admin, only_admin))
        .with_state(handle.clone());
    let mut open = Router::new().route("/healthz", get(|| async { "alive" })).route("/readyz", get(ready));
    if config.metrics {
        open = open.route("/metrics", get(metrics::metrics));
    }
    let all = webhooks.merge(api).merge(open.with_state(handle.clone())).fallback(get(pages::page));
    Ok(all.method_not_allowed_fallback(wrong_verb))
}

pub(crate) async fn wrong_verb() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "This address takes another verb; see Allow.",
    )
}

async fn no_route() -> Problem {
    Problem::no_such_page()
}

/// `GET /readyz`: 200 as long as the store takes writes; the rest is told and never makes it 503.
async fn ready(State(handle): State<Handle>) -> Response {
    let health = handle.health();
    let store = tokio::task::spawn_blocking(move || handle.check_store()).await;
    let takes_writes = matches!(store, Ok(Ok(())));
    let status = if takes_writes { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body =
        serde_json::json!({ "store": takes_writes, "connections": health.connections, "mode": health.mode });
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// Without a token in the configuration `/api/*` answers 401 to everybody.
pub(crate) async fn only_admin(
    State(admin): State<Arc<Option<Secret>>>,
    request: Request,
    next: Next,
) -> Response {
    let given = request.headers().get(header::AUTHORIZATION).and_then(|v| {
        // The scheme's letter case means nothing (RFC 9110 §11.1).
        let (scheme, token) = v.to_str().ok()?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    let is_admin = match (admin.as_ref(), given) {
        (Some(known), Some(given)) => bool::from(known.reveal().as_bytes().ct_eq(given.as_bytes())),
        _ => false,
    };
    if !is_admin && request.extensions().get::<InProcess>().is_none() {
        return Problem::unauthorized().into_response();
    }
    let mut response = next.run(request).await;
    response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    response
}

/// A hub that listens.
pub struct Serving {
    /// Where.
    pub address: SocketAddr,
    stop: watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
}

/// Serves on a socket that listens already, until stopped.
///
/// # Errors
/// If the socket has no address.
pub fn serve_on(listener: TcpListener, routes: Router) -> io::Result<Serving> {
    let address = listener.local_addr()?;
    let (stop, stopped) = watch::channel(false);
    let task = tokio::spawn(connections::serve(listener, routes, HEADERS_WITHIN, stopped));
    Ok(Serving { address, stop, task })
}

impl Serving {
    /// Takes no further connection; open event streams are closed after a moment.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let abort = self.task.abort_handle();
        if tokio::time::timeout(std::time::Duration::from_secs(3), self.task).await.is_err() {
            abort.abort();
        }
    }
}
