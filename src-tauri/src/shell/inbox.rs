//! The one way to the controller, and the thread that owns it.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use crate::controller::{Controller, Stimulus};
use crate::desk::Desk;
use crate::moment::Moment;

/// Takes stimuli from any thread.
#[derive(Clone, Debug)]
pub(super) struct Inbox(Sender<(Stimulus, Moment)>);

/// Where the stimuli come out again.
pub(super) struct Outlet(Receiver<(Stimulus, Moment)>);

/// A fresh inbox.
pub(super) fn inbox() -> (Inbox, Outlet) {
    let (sender, receiver) = channel();
    (Inbox(sender), Outlet(receiver))
}

impl Inbox {
    /// Hands a stimulus over, stamped with the time at which it happened rather than was dealt with.
    pub(super) fn send(&self, stimulus: Stimulus) {
        if self.0.send((stimulus, Moment::now())).is_err() {
            tracing::debug!("the program is ending; nobody listens any more");
        }
    }
}

#[cfg(test)]
impl Outlet {
    /// What has come in, if anything has.
    pub(super) fn try_next(&self) -> Option<Stimulus> {
        self.0.try_recv().ok().map(|(stimulus, _)| stimulus)
    }
}

/// Starts the thread that owns the controller.
///
/// A thread and not a task: building a window waits for the main thread, and must not hold up the backend meanwhile.
pub(super) fn serve(
    outlet: Outlet,
    mut controller: Controller<impl Desk + Send + 'static>,
) -> io::Result<()> {
    thread::Builder::new().name("controller".into()).spawn(move || {
        loop {
            let wait = controller.wait_ms(Moment::now());
            let received = match wait {
                Some(ms) => outlet.0.recv_timeout(Duration::from_millis(ms.unsigned_abs())),
                None => outlet.0.recv().map_err(RecvTimeoutError::from),
            };
            match received {
                Ok((stimulus, at)) => controller.handle(stimulus, at),
                Err(RecvTimeoutError::Timeout) => controller.handle(Stimulus::Tick, Moment::now()),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    })?;
    Ok(())
}
