//! `GET /api/events`: what happens, as server-sent events; nothing lost between a window's sleep and its return.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream};
use sidetone_engine::Handle;
use sidetone_protocol::{LiveEvent, Pushed};
use tokio::sync::broadcast::{self, error::RecvError};

/// A comment line goes this often, so that proxies and companions see that the line is alive.
const COMMENT_EVERY: Duration = Duration::from_secs(15);
/// So many stored events are read at once.
const PAGE: usize = 500;

struct Reading {
    handle: Handle,
    /// Everything up to here was given.
    last: i64,
    stored: std::collections::VecDeque<Pushed>,
    live: broadcast::Receiver<Pushed>,
    /// Stored events may be there that `live` did not bring.
    behind: bool,
}

/// Events from `Last-Event-ID` on, or from now.
pub(crate) async fn events(
    State(handle): State<Handle>,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    // Listen first, then read what is stored: nothing falls between the two.
    let live = handle.subscribe();
    let asked = headers.get("last-event-id").and_then(|v| v.to_str().ok()?.trim().parse::<i64>().ok());
    let last = asked.unwrap_or(i64::MAX);
    let reading = Reading { handle, last, stored: Default::default(), live, behind: asked.is_some() };
    let events = stream::unfold(reading, |mut reading| async move {
        let event = reading.next().await?;
        Some((Ok(event), reading))
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(COMMENT_EVERY))
}

impl Reading {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(pushed) = self.stored.pop_front() {
                return self.give(&pushed);
            }
            if self.behind {
                let (handle, last) = (self.handle.clone(), self.last);
                let read = tokio::task::spawn_blocking(move || handle.pushed_since(last, PAGE)).await;
                match read {
                    Ok(Ok(Some(stored))) => {
                        self.behind = stored.len() == PAGE;
                        self.stored.extend(stored);
                        continue;
                    }
                    // Too long ago: the window reads everything anew, and goes on from there.
                    Ok(Ok(None)) => {
                        self.behind = false;
                        self.last = i64::MAX;
                        return Some(Event::default().event("resync").data("{}"));
                    }
                    Ok(Err(_)) | Err(_) => return None,
                }
            }
            match self.live.recv().await {
                Ok(pushed) => {
                    let id = pushed.id.parse().unwrap_or(0);
                    // Ids go up by one: what is missing in between, another hub on the same database has told.
                    if self.last != i64::MAX && id > self.last.saturating_add(1) {
                        self.behind = true;
                    } else if self.last == i64::MAX || id > self.last {
                        return self.give(&pushed);
                    }
                }
                // A slow reader missed some; they are stored.
                Err(RecvError::Lagged(_)) if self.last != i64::MAX => self.behind = true,
                Err(RecvError::Lagged(_)) => return Some(Event::default().event("resync").data("{}")),
                Err(RecvError::Closed) => return None,
            }
        }
    }

    fn give(&mut self, pushed: &Pushed) -> Option<Event> {
        self.last = pushed.id.parse().unwrap_or(self.last);
        let (name, data) = match &pushed.body {
            LiveEvent::Call(call) => ("call", serde_json::to_string(call)),
            LiveEvent::Card(card) => ("card", serde_json::to_string(card)),
            LiveEvent::Health(health) => ("health", serde_json::to_string(health)),
            LiveEvent::Desk(counts) => ("desk", serde_json::to_string(counts)),
        };
        Some(Event::default().id(pushed.id.clone()).event(name).data(data.ok()?))
    }
}
