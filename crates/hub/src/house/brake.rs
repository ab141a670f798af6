//! What holds at once, whatever a vendor or a change of settings takes: a person's pause, and the wish to uninstall.
//!
//! The engine that is there is told, also while it finishes what it has in hand. Between two engines the wish is stored as
//! an engine would, and the next one is not let in before it knows.

use axum::http::StatusCode;
use chrono::Utc;
use sidetone_engine::Handle;
use sidetone_engine::without_engine;
use sidetone_protocol::PausedView;

use super::doors::{Doors, Open};
use super::{House, HouseError, blocking, to_its_end};
use crate::problem::Problem;

impl House {
    /// Nothing is written from now on, over restarts too.
    ///
    /// # Errors
    /// 409 `not_set_up` where nothing could be written; else that it could not be stored.
    pub(crate) async fn pause(&self) -> Result<Option<PausedView>, Problem> {
        if matches!(&*self.0.doors.borrow(), Doors::NotSetUp) {
            return Err(Problem::not_set_up());
        }
        self.is_lived_in()?;
        let house = self.clone();
        Ok(to_its_end(async move { house.pause_now().await }).await??)
    }

    async fn pause_now(&self) -> Result<Option<PausedView>, HouseError> {
        let _alone = self.0.braking.lock().await;
        if let Some(engine) = self.handle()
            && engine.pause().await.is_ok()
        {
            return Ok(engine.health().paused);
        }
        let store = self.store();
        Ok(Some(blocking(move || without_engine::pause(store.as_ref(), Utc::now())).await??))
    }

    /// Opens the doors to an engine, which knows by then what was stored since it began.
    pub(super) async fn let_in(&self, open: Open, engine: &Handle) -> Result<(), HouseError> {
        let _alone = self.0.braking.lock().await;
        let store = self.store();
        if blocking(move || without_engine::is_paused(store.as_ref())).await?? {
            engine.pause().await?;
        }
        self.0.doors.send_replace(Doors::Open(open));
        Ok(())
    }

    /// Sidetone is uninstalled from now on (G21), also with one side connected only. What is not needed to take our webhook
    /// away is forgotten after that, which nobody waits for.
    ///
    /// # Errors
    /// 409 `not_set_up` where nothing is connected; else that it could not be stored.
    pub(crate) async fn uninstall(&self) -> Result<Option<PausedView>, Problem> {
        self.is_lived_in()?;
        let house = self.clone();
        to_its_end(async move { house.uninstall_now().await }).await?
    }

    /// The database of a house that is closed is another program's.
    fn is_lived_in(&self) -> Result<(), Problem> {
        if !self.setup().is_closed() {
            return Ok(());
        }
        let told = "Sidetone is stopping; try again in a moment.";
        Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "no_engine", told).again_in(5))
    }

    async fn uninstall_now(&self) -> Result<Option<PausedView>, Problem> {
        let paused = match self.handle() {
            Some(engine) if engine.uninstall().await.is_ok() => engine.health().paused,
            _ => {
                let kept = self.kept_secrets().await?;
                let draft = self.draft();
                let has_aircall = draft.aircall.is_some() || kept.iter().any(|name| is_of_aircall(name));
                if !has_aircall && draft.helpdesk.is_none() && kept.is_empty() {
                    return Err(Problem::not_set_up());
                }
                let store = self.store();
                let store_it = move || without_engine::uninstall(store.as_ref(), has_aircall, Utc::now());
                Some(blocking(store_it).await?.map_err(HouseError::from)?)
            }
        };
        let house = self.clone();
        tokio::spawn(async move {
            if let Err(error) = house.go_on_uninstalling().await {
                tracing::warn!(%error, "what uninstalling leaves is not forgotten yet; it is tried again");
            }
        });
        Ok(paused)
    }
}

/// Whether our webhook is taken away with it.
fn is_of_aircall(name: &str) -> bool {
    name.starts_with("aircall.") && name != "aircall.webhook_token"
}
