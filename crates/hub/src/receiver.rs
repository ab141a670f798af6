//! The webhook receiver: a body is checked, stored, and answered 200 only when that is durable (C2).
//!
//! Bodies that come at once are stored in one commit: one thread takes whatever waits, commits, and answers them all.

use std::sync::Arc;
use std::sync::mpsc as threads;
use std::time::Duration;

use aircall::Event;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use sidetone_engine::Handle;
use sidetone_engine::store::{Received, StoreError};
use tokio::sync::oneshot;

use crate::config::Secret;
use crate::problem::Problem;

/// A larger body is refused with 413.
const BODY_LIMIT_BYTES: usize = 1024 * 1024;
/// Aircall gives up after 5 s itself (`reference/aircall.md` §6.2); a body that takes longer is no use to anybody.
const BODY_WITHIN: Duration = Duration::from_secs(5);
/// So many bodies are stored in one commit at most.
const TOGETHER: usize = 512;

type Waiting = (Received, oneshot::Sender<Result<(), StoreError>>);

/// Takes webhook bodies in.
#[derive(Clone)]
pub(crate) struct Receiver {
    handle: Handle,
    queue: threads::Sender<Waiting>,
}

impl Receiver {
    /// Starts the thread that stores. It ends with the last clone of the receiver. `by_hand`: the token of a webhook that a
    /// person made.
    pub(crate) fn start(handle: Handle, by_hand: Option<&Secret>) -> std::io::Result<Arc<Receiver>> {
        handle.use_token_made_by_hand(by_hand.map(Secret::reveal));
        let (queue, waiting) = threads::channel::<Waiting>();
        let storing = handle.clone();
        std::thread::Builder::new().name("inbox".into()).spawn(move || store(&storing, &waiting))?;
        Ok(Arc::new(Receiver { handle, queue }))
    }

    async fn take(&self, installation: Option<&str>, headers: &HeaderMap, body: Body) -> Result<(), Problem> {
        let body = read(headers, body).await?;
        let event = Event::parse(&body).map_err(|error| Problem::bad(error.to_string()))?;
        let is_ours =
            installation.is_none_or(|id| id.parse().is_ok_and(|id| self.handle.is_installation(id)));
        if !is_ours || !self.is_authentic(&event).await? {
            return Err(Problem::new(
                StatusCode::UNAUTHORIZED,
                "wrong_token",
                "The webhook token, or the installation's id in the address, is missing or wrong.",
            ));
        }
        let (stored, durable) = oneshot::channel();
        self.queue.send((self.handle.statement(&event), stored)).map_err(|_| stopping())?;
        durable.await.map_err(|_| stopping())?.map_err(Problem::from)
    }

    /// The token is the only proof of origin (`reference/aircall.md` §6.1).
    async fn is_authentic(&self, event: &Event) -> Result<bool, Problem> {
        let Some(token) = event.token.as_ref() else { return Ok(false) };
        if self.handle.knows_token(token.reveal()) {
            return Ok(true);
        }
        // Another hub on the same database may have made the webhook a moment ago.
        let (handle, token) = (self.handle.clone(), token.clone());
        let asked = tokio::task::spawn_blocking(move || handle.is_own_token(token.reveal())).await;
        Ok(asked.map_err(|_| stopping())??)
    }
}

fn stopping() -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "stopping", "The hub is stopping; send it again.")
}

/// `POST /webhooks/aircall`.
pub(crate) async fn receive(
    State(receiver): State<Arc<Receiver>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    answer(receiver.take(None, &headers, body).await)
}

/// `POST /webhooks/aircall/<installation id>`: ours only.
pub(crate) async fn receive_for(
    State(receiver): State<Arc<Receiver>>,
    Path(installation): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    answer(receiver.take(Some(&installation), &headers, body).await)
}

fn answer(taken: Result<(), Problem>) -> Response {
    match taken {
        Ok(()) => StatusCode::OK.into_response(),
        Err(problem) => problem.into_response(),
    }
}

async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, Problem> {
    let too_large =
        || Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "A webhook body has at most 1 MiB.");
    let told = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    if told.is_some_and(|length| length > BODY_LIMIT_BYTES) {
        return Err(too_large());
    }
    match tokio::time::timeout(BODY_WITHIN, Limited::new(body, BODY_LIMIT_BYTES).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(Problem::bad("The body was cut off.")),
        Err(_) => {
            Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "The body did not come within 5 s."))
        }
    }
}

fn store(handle: &Handle, waiting: &threads::Receiver<Waiting>) {
    while let Ok(first) = waiting.recv() {
        let mut batch = vec![first];
        batch.extend(waiting.try_iter().take(TOGETHER - 1));
        let (statements, answers): (Vec<Received>, Vec<_>) = batch.into_iter().unzip();
        match handle.receive(&statements) {
            Ok(_) => answers.into_iter().for_each(|answer| {
                // Whoever waited may have hung up; it is stored all the same.
                let _ = answer.send(Ok(()));
            }),
            Err(error) => {
                answers.into_iter().for_each(|answer| {
                    let _ = answer.send(Err(error.clone()));
                });
            }
        }
    }
}
