//! Follows the backend's events into the inbox, and starts over from everything when some were lost.

use std::sync::Arc;
use std::time::Duration;

use sidetone_protocol::Pushed;
use tokio::sync::broadcast::error::RecvError;

use super::inbox::Inbox;
use crate::backend::Backend;
use crate::controller::Stimulus;

/// A backend that cannot tell is asked again after this long.
const ASK_AGAIN: Duration = Duration::from_secs(1);
/// A set-up may be undone at any time (G21), and nothing is pushed then.
const LOOKS_EVERY: Duration = Duration::from_secs(2);

/// Runs until the backend ends.
pub(super) async fn follow(backend: Arc<dyn Backend>, inbox: Inbox) {
    // Listening begins before asking, so that nothing falls between the two.
    let mut events = backend.events();
    let mut contained = everything(&backend, &inbox).await;
    loop {
        let heard = tokio::time::timeout(LOOKS_EVERY, events.recv()).await;
        let Ok(heard) = heard else {
            if !backend.is_set_up() {
                contained = everything(&backend, &inbox).await;
            }
            continue;
        };
        match heard {
            Ok(pushed) if is_contained(&pushed, contained) => {}
            Ok(pushed) => inbox.send(Stimulus::Pushed(Box::new(pushed))),
            Err(RecvError::Lagged(lost)) => {
                tracing::warn!(lost, "events came faster than they could be shown; asking for everything");
                contained = everything(&backend, &inbox).await;
            }
            Err(RecvError::Closed) => return,
        }
    }
}

/// Whether an event is older than what has been told with everything.
fn is_contained(pushed: &Pushed, contained: Option<u64>) -> bool {
    matches!((pushed.id.parse::<u64>().ok(), contained), (Some(id), Some(last)) if id <= last)
}

/// Tells everything, and which event was the last in it.
async fn everything(backend: &Arc<dyn Backend>, inbox: &Inbox) -> Option<u64> {
    loop {
        let asked = Arc::clone(backend);
        match tokio::task::spawn_blocking(move || asked.now()).await {
            Ok(Ok(now)) => {
                let contained = now.event_id.parse().ok();
                inbox.send(Stimulus::Now(Box::new(now)));
                return contained;
            }
            Ok(Err(fault)) if fault.code() == "not_set_up" => inbox.send(Stimulus::NotSetUp),
            Ok(Err(fault)) => tracing::warn!(%fault, "the calls cannot be read; asking again"),
            Err(fault) => tracing::error!(%fault, "the question for the calls broke off; asking again"),
        }
        tokio::time::sleep(ASK_AGAIN).await;
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::atomic::{AtomicU64, Ordering};

    use async_trait::async_trait;
    use sidetone_protocol::{CallDetail, CallPage, LiveEvent, Now, OpenRecords};
    use tokio::sync::broadcast;

    use super::*;
    use crate::backend::{Action, BackendError, CallQuery};
    use crate::export::Lines;
    use crate::samples;
    use crate::shell::inbox::{self, Outlet};

    /// A backend that keeps two events and counts how often it is asked.
    struct Small {
        events: broadcast::Sender<Pushed>,
        last_id: AtomicU64,
        asked: AtomicU64,
    }

    impl Small {
        fn new() -> Arc<Self> {
            let (events, _) = broadcast::channel(2);
            Arc::new(Self { events, last_id: AtomicU64::new(0), asked: AtomicU64::new(0) })
        }

        fn push(&self) {
            let id = self.last_id.fetch_add(1, Ordering::SeqCst) + 1;
            let body = LiveEvent::Health(Box::new(samples::health()));
            self.events.send(Pushed { id: id.to_string(), body }).unwrap();
        }
    }

    #[async_trait]
    impl Backend for Small {
        fn now(&self) -> Result<Now, BackendError> {
            if self.asked.fetch_add(1, Ordering::SeqCst) == 0 {
                return Err(BackendError::Unavailable("The store is busy.".into()));
            }
            Ok(Now { event_id: self.last_id.load(Ordering::SeqCst).to_string(), ..samples::now() })
        }

        async fn api(
            &self,
            _method: &str,
            _path: &str,
            _body: Option<serde_json::Value>,
        ) -> Result<crate::backend::ApiAnswer, BackendError> {
            Err(BackendError::Invalid("There is none.".into()))
        }

        fn calls(&self, _query: CallQuery) -> Result<CallPage, BackendError> {
            Ok(CallPage { calls: Vec::new(), next: None, total: None, notes: Vec::new() })
        }

        fn call(&self, _id: &str) -> Result<Option<CallDetail>, BackendError> {
            Ok(None)
        }

        async fn open_records(&self, customer: &str) -> Result<OpenRecords, BackendError> {
            Ok(crate::fake::nothing_open(customer))
        }

        async fn export(&self, _: &str, _: &str) -> Result<Lines, BackendError> {
            Err(BackendError::Unavailable(String::new()))
        }

        async fn keep_recordings_in(&self, _: &Path) -> Result<(), BackendError> {
            Err(BackendError::Unavailable(String::new()))
        }

        async fn act(&self, _action: Action) -> Result<(), BackendError> {
            Ok(())
        }

        fn events(&self) -> broadcast::Receiver<Pushed> {
            self.events.subscribe()
        }

        async fn shutdown(&self) {}
    }

    /// What came out, as the event ids; everything is `now`.
    async fn next(outlet: &Outlet) -> String {
        loop {
            match outlet.try_next() {
                Some(Stimulus::Now(now)) => return format!("now {}", now.event_id),
                Some(Stimulus::Pushed(pushed)) => return pushed.id.clone(),
                Some(other) => panic!("{other:?}"),
                None => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_backend_that_is_busy_is_asked_again() {
        let (backend, (inbox, outlet)) = (Small::new(), inbox::inbox());
        let following = tokio::spawn(follow(backend.clone(), inbox));
        assert_eq!(next(&outlet).await, "now 0");
        backend.push();
        assert_eq!(next(&outlet).await, "1");
        following.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn who_falls_behind_starts_over_and_sees_nothing_twice() {
        let (backend, (inbox, outlet)) = (Small::new(), inbox::inbox());
        let following = tokio::spawn(follow(backend.clone(), inbox));
        assert_eq!(next(&outlet).await, "now 0");
        for _ in 0..5 {
            backend.push();
        }
        assert_eq!(next(&outlet).await, "now 5");
        backend.push();
        assert_eq!(next(&outlet).await, "6", "the kept events 4 and 5 were in the answer");
        following.abort();
    }
}
