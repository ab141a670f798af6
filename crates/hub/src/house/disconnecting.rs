//! Aircall alone is disconnected.

use std::time::Duration;

use chrono::Utc;
use sidetone_engine::without_engine;
use sidetone_protocol::{EventsBy, Vendor};

use super::keeping::{Entered, NotKept};
use super::leaving::{NEEDED, noted};
use super::left::WEBHOOK_LEFT;
use super::removal::Removal;
use super::{House, HouseError, blocking, to_its_end};
use crate::config::sign_in_of;
use crate::database::Database;
use crate::setup::connected_with;

/// Other hubs on the same database look every two seconds whether settings were changed.
const OTHERS_HEED_WITHIN: Duration = Duration::from_secs(3);

impl House {
    /// Aircall is connected no more: our webhook is taken away, or left to a person, and nothing is written into the
    /// helpdesk until somebody goes live again, whichever company is connected then.
    ///
    /// # Errors
    /// [`NotKept`], as of [`House::keep`].
    pub(crate) async fn disconnect_aircall(&self) -> Result<(), NotKept> {
        if let Some(key) =
            ["aircall.api_token", "aircall.api_id"].iter().find(|key| self.draft().given.contains(**key))
        {
            return Err(NotKept::ReadOnly((*key).to_owned()));
        }
        let house = self.clone();
        to_its_end(async move { house.disconnect_aircall_now().await }).await?
    }

    /// Aircall is about to be connected with the company of this name; `is_same`: by the key that it has now. If that is
    /// another one than before, that one is disconnected first, as [`House::disconnect_aircall`] says: nothing of the new one is written until somebody goes live.
    ///
    /// # Errors
    /// [`NotKept`], as of [`House::keep`].
    pub(crate) async fn leave_another_company(&self, comes: &str, is_same: bool) -> Result<(), NotKept> {
        let store = self.store();
        let was =
            blocking(move || connected_with(store.as_ref(), "aircall")).await.map_err(NotKept::House)??;
        if was == comes && (is_same || !was.is_empty()) {
            return Ok(());
        }
        // Where it is not known which one it was, or is, it counts as another; but the first is none.
        let store = self.store();
        let had_one = blocking(move || without_engine::had_a_helpdesk(store.as_ref())).await??;
        if was.is_empty() && !had_one {
            return Ok(());
        }
        if self.draft().aircall.is_none() {
            let held = self.hold(Utc::now()).await?;
            return self.keep(held).await;
        }
        tracing::info!("another company's Aircall is connected: the one before is disconnected first");
        self.disconnect_aircall().await
    }

    async fn disconnect_aircall_now(&self) -> Result<(), NotKept> {
        let _alone = self.0.keeping.lock().await;
        let disconnected = match self.stopped_logging().await {
            Ok(()) => self.disconnected().await,
            Err(error) => Err(error),
        };
        let kept = match disconnected {
            Ok(entered) => self.keep_alone(entered).await,
            Err(error) => Err(error.into()),
        };
        if let Err(NotKept::ReadOnly(_) | NotKept::Wrong(_) | NotKept::NoVault(_) | NotKept::House(_)) = &kept
            && let Err(error) = self.apply().await
        {
            tracing::error!(%error, "the settings as they were cannot be applied; it is tried again");
        }
        kept
    }

    /// No engine makes our webhook anew: neither this one's, nor another hub's on the same database, nor one that starts again
    /// when this is cut off.
    async fn stopped_logging(&self) -> Result<(), HouseError> {
        let held = self.hold(Utc::now()).await?;
        self.store_entered(held).await.map_err(|error| match error {
            NotKept::House(error) | NotKept::NotApplied(error) => error,
            other => HouseError::Start(std::io::Error::other(other.to_string()).into()),
        })?;
        self.send_engine_off().await;
        if matches!(self.draft().database, Database::Postgres(_)) {
            tokio::time::sleep(OTHERS_HEED_WITHIN).await;
        }
        Ok(())
    }

    /// What is entered by that.
    async fn disconnected(&self) -> Result<Vec<Entered>, HouseError> {
        let draft = self.draft();
        let is_gone = match &draft.aircall {
            Some((account, _)) => self.try_to_take_away(account).await? == Removal::Gone,
            None => !self.kept_secrets().await?.iter().any(|name| NEEDED.contains(name)),
        };
        let mut entered = vec![
            Entered::Value("aircall.api_id", None),
            Entered::Secret("aircall.api_token", None),
            Entered::Secret(sign_in_of(Vendor::Aircall), None),
            Entered::Note(noted("aircall"), String::new()),
        ];
        entered
            .extend(without_engine::leave_company().into_iter().map(|(key, text)| Entered::Note(key, text)));
        // Whoever went live while the webhook was taken away did not know of this.
        entered.extend(self.hold(Utc::now()).await?);
        let store = self.store();
        blocking(move || without_engine::stop_backfills(store.as_ref(), Utc::now())).await??;
        if draft.events == EventsBy::Manual && !draft.given.contains("aircall.webhook") {
            // It was made there by hand for this company; another one has another.
            entered.push(Entered::Value("aircall.webhook", None));
            entered.push(Entered::Secret("aircall.webhook_token", None));
        }
        // One made by hand is for a person to delete, too.
        if !is_gone || draft.events == EventsBy::Manual {
            tracing::warn!("Aircall is disconnected, and a webhook stands there; that is left to a person");
            entered.extend(self.leaves(&[WEBHOOK_LEFT]).await?);
        }
        Ok(entered)
    }
}
