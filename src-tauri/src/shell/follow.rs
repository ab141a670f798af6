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

/// Runs until the backend ends.
pub(super) async fn follow(backend: Arc<dyn Backend>, inbox: Inbox) {
    // Listening begins before asking, so that nothing falls between the two.
    let mut events = backend.events();
    let mut contained = everything(&backend, &inbox).await;
    loop {
        match events.recv().await {
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
            Ok(Err(fault)) => tracing::warn!(%fault, "the calls cannot be read; asking again"),
            Err(fault) => tracing::error!(%fault, "the question for the calls broke off; asking again"),
        }
        tokio::time::sleep(ASK_AGAIN).await;
    }
}
