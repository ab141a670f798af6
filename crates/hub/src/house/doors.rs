//! The routes in front of an engine, and what becomes of requests while engines change.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use futures_util::StreamExt;
use sidetone_engine::Handle;
use tokio::sync::watch;
use tokio::time::Instant;
use tower::ServiceExt;

use super::House;
use crate::problem::Problem;
use crate::server::{only_admin, wrong_verb};
use crate::{actions, pages, privacy, recordings, setup, signin, telling};

/// A request waits so long for the engine that comes; Aircall itself gives up after 5 s and sends an event again.
const WAITS: Duration = Duration::from_secs(10);
/// Whom it took too long is asked to come back after so many seconds.
const COME_BACK_SECONDS: u64 = 5;
/// Aircall shall not ask again at once where nobody is set up.
const COME_BACK_LATER_SECONDS: u64 = 60;

/// What becomes of a request.
#[derive(Clone)]
pub(super) enum Doors {
    /// The engine's routes answer.
    Open(Open),
    /// The engine is finishing what it has in hand. Webhooks are stored still; everybody else waits.
    Leaving(Open),
    /// The next engine is about to come: everybody waits.
    Shut,
    /// No engine: the set-up is not complete.
    NotSetUp,
    /// No engine, though the set-up is complete, and why.
    Broken(String),
}

/// Routes that answer.
#[derive(Clone)]
pub(super) struct Open {
    pub(super) handle: Handle,
    routes: Router,
    /// Who holds a receiver is inside; told `true`, streams end.
    gone: Arc<watch::Sender<bool>>,
}

impl Open {
    pub(super) fn new(routes: Router, handle: Handle) -> Open {
        Open { handle, routes, gone: Arc::new(watch::Sender::new(false)) }
    }

    async fn serve(&self, request: Request) -> Response {
        let mut gone = self.gone.subscribe();
        let answer = match self.routes.clone().oneshot(request).await {
            Ok(answer) => answer,
            Err(never) => match never {},
        };
        let is_stream = answer
            .headers()
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
        if !is_stream {
            return answer;
        }
        // Whoever listens comes back to the next engine and names the last event that it has. Streams are not waited for.
        let (head, body) = answer.into_parts();
        let ended = async move {
            let _ = gone.wait_for(|gone| *gone).await;
        };
        Response::from_parts(head, Body::from_stream(body.into_data_stream().take_until(ended)))
    }

    /// Ends streams, and waits for requests that were let in, but no longer than this.
    pub(super) async fn leave(self, at_most: Duration) {
        self.gone.send_replace(true);
        if tokio::time::timeout(at_most, self.gone.closed()).await.is_err() {
            tracing::warn!(
                "a request to the engine that was stopped takes long; it is not waited for any more"
            );
        }
    }
}

/// All routes of a house: the set-up's own, and in front of the engine's whatever its doors say.
pub(super) fn routes(house: &House) -> Router {
    let admin = Arc::new(house.draft().admin_token.clone());
    let before = Router::new()
        .fallback(enter)
        .method_not_allowed_fallback(enter)
        .with_state((house.clone(), Arc::clone(&admin)));
    let set_up = setup::routes()
        .merge(telling::routes::routes())
        .merge(recordings::routes())
        .merge(privacy::routes())
        .route("/api/doctor", any(doctor))
        .route("/api/doctor/mend", any(doctor))
        .route("/api/setup/sign-in", any(sign_in))
        .route("/api/setup/sign-in/{*rest}", any(sign_in))
        .route("/api/setup/accept", any(sign_in))
        .route("/api/setup/refuse", any(sign_in))
        .route("/api/pause", post(actions::pause))
        .route("/api/uninstall", post(actions::uninstall))
        .layer(middleware::from_fn_with_state(admin, only_admin))
        .with_state(house.clone());
    Router::new()
        .route("/healthz", get(|| async { "alive" }))
        .route("/webhooks/aircall/test/{nonce}", post(setup::arrived))
        .route("/oauth/{vendor}/callback", any(sign_in_from_outside))
        .route("/install/gorgias", any(sign_in_from_outside))
        .with_state(house.clone())
        .merge(set_up)
        .method_not_allowed_fallback(wrong_verb)
        .fallback_service(before)
}

/// The doctor's routes; not among the engine's, because what is mended may change engines.
async fn doctor(State(house): State<House>, request: Request) -> Response {
    let Some(practice) = house.practice() else { return Problem::not_set_up().into_response() };
    answer(practice.routes::<()>(), request).await
}

/// A browser that a vendor sent; not among the engine's routes, because a sign-in changes engines.
async fn sign_in_from_outside(State(house): State<House>, request: Request) -> Response {
    answer(signin::open_routes(house.sign_ins()), request).await
}

/// An admin who signs in or decides who may.
async fn sign_in(State(house): State<House>, request: Request) -> Response {
    answer(signin::admin_routes(house.sign_ins()), request).await
}

/// Has routes answer that are made for one request. What the route before them read from the path is left behind: theirs
/// counts.
async fn answer(routes: Router, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let mut afresh = Request::new(body);
    *afresh.method_mut() = head.method;
    *afresh.uri_mut() = head.uri;
    *afresh.headers_mut() = head.headers;
    match routes.method_not_allowed_fallback(wrong_verb).oneshot(afresh).await {
        Ok(answer) => answer,
        Err(never) => match never {},
    }
}

type Admin = Arc<Option<crate::config::Secret>>;

async fn enter(State((house, admin)): State<(House, Admin)>, request: Request) -> Response {
    let mut doors = house.0.doors.subscribe();
    let until = Instant::now() + WAITS;
    let is_webhook = request.uri().path().starts_with("/webhooks/");
    loop {
        let now = doors.borrow_and_update().clone();
        match now {
            Doors::Open(open) => return open.serve(request).await,
            Doors::Leaving(open) if is_webhook => return open.serve(request).await,
            Doors::NotSetUp => return without_an_engine(&house, admin, request, None).await,
            Doors::Broken(why) => return without_an_engine(&house, admin, request, Some(why)).await,
            Doors::Leaving(_) | Doors::Shut => {
                if !matches!(tokio::time::timeout_at(until, doors.changed()).await, Ok(Ok(()))) {
                    return changing().into_response();
                }
            }
        }
    }
}

fn changing() -> Problem {
    let told = "Settings are being applied, which takes longer than usual. Try again in a moment.";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "settings_change", told).again_in(COME_BACK_SECONDS)
}

/// What is answered while no engine runs. `broken`: why one that should run does not.
async fn without_an_engine(
    house: &House,
    admin: Admin,
    request: Request,
    broken: Option<String>,
) -> Response {
    let path = request.uri().path();
    if path == "/readyz" {
        return ready(house, broken.is_none()).await;
    }
    if path.starts_with("/webhooks/") {
        // Kept by Aircall, which sends it again.
        return match broken {
            Some(why) => out_of_order(why).into_response(),
            None => Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "not_set_up",
                "Sidetone is not set up here yet.",
            )
            .again_in(COME_BACK_LATER_SECONDS)
            .into_response(),
        };
    }
    if path.starts_with("/api/") {
        let told = move || {
            let broken = broken.clone();
            async move { broken.map_or_else(Problem::not_set_up, out_of_order) }
        };
        let told = Router::new().fallback(told).layer(middleware::from_fn_with_state(admin, only_admin));
        return match told.oneshot(request).await {
            Ok(answer) => answer,
            Err(never) => match never {},
        };
    }
    match *request.method() {
        axum::http::Method::GET | axum::http::Method::HEAD => pages::page(request.uri().clone()).await,
        _ => wrong_verb().await.into_response(),
    }
}

pub(super) fn out_of_order(why: String) -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "no_engine", why).again_in(COME_BACK_SECONDS)
}

/// `GET /readyz` without an engine: whether the store takes writes.
async fn ready(house: &House, is_well: bool) -> Response {
    let store = house.store();
    let look = move || {
        let now = chrono::Utc::now();
        let mut change = sidetone_engine::store::Change::at(now);
        change.settings.push(("ready".to_owned(), now.timestamp().to_string()));
        store.commit(&change).is_ok()
    };
    let takes_writes = tokio::task::spawn_blocking(look).await.unwrap_or(false) && is_well;
    let status = if takes_writes { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = serde_json::json!({ "store": takes_writes, "set_up": false, "connections": [] });
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
