//! A number is forgotten (B12), also where no engine runs: nothing is set up yet, or it is broken.

use chrono::Utc;
use sidetone_engine::number::E164;
use sidetone_engine::{Handle, forgetting};
use sidetone_protocol::Forgotten;
use tokio::sync::oneshot;

use super::doors::out_of_order;
use super::{House, STOPPING, blocking};
use crate::problem::Problem;

/// Who does it.
enum Done {
    /// We have.
    Here(Result<Forgotten, Problem>),
    /// An engine runs by now.
    By(Handle),
}

impl House {
    /// Erases everything that is stored of a number. Who does not wait for it any more cuts nothing off, and is told when they
    /// ask again.
    ///
    /// # Errors
    /// 409 `call_is_up`, 503.
    pub(crate) async fn forget(&self, number: E164) -> Result<Forgotten, Problem> {
        if let Some(handle) = self.handle() {
            return Ok(handle.forget(number).await?);
        }
        let (tell, told) = oneshot::channel();
        tokio::spawn(self.clone().forget_here(number.clone(), tell));
        match told.await {
            Ok(Done::Here(told)) => told,
            Ok(Done::By(handle)) => Ok(handle.forget(number).await?),
            Err(_) => Err(out_of_order("Forgetting was broken off; ask again.".into())),
        }
    }

    /// The same while no engine runs: none comes before it is done.
    async fn forget_here(self, number: E164, tell: oneshot::Sender<Done>) {
        let running = self.0.running.lock().await;
        if let Some(running) = &*running {
            let _ = tell.send(Done::By(running.handle.clone()));
            return;
        }
        if self.setup().is_closed() {
            let _ = tell.send(Done::Here(Err(out_of_order(STOPPING.into()))));
            return;
        }
        let helpdesk = self.draft().helpdesk.as_ref().map(|(account, _)| account.open());
        let (store, now) = (self.store(), Utc::now());
        let work = move || {
            let mut tell = Some(tell);
            let done = forgetting::forget(store.as_ref(), helpdesk.as_deref(), &number, now, |told| {
                tell.take().is_some_and(|tell| tell.send(Done::Here(Ok(told))).is_ok())
            });
            (done, tell)
        };
        match blocking(work).await {
            Ok((Err(error), Some(tell))) => drop(tell.send(Done::Here(Err(error.into())))),
            Ok((Err(error), None)) => tracing::error!(%error, "it is not noted that a number was forgotten"),
            Ok((Ok(()), _)) => {}
            Err(error) => tracing::error!(%error, "forgetting a number was broken off"),
        }
        drop(running);
        // A folder that does not answer holds up no engine.
        let store = self.store();
        if let Ok(Err(error)) = blocking(move || forgetting::clear_folder(store.as_ref(), now)).await {
            tracing::warn!(%error, "recordings of a number that was forgotten stay until an engine runs");
        }
    }
}
